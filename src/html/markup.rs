//! Markup that a library wrote: taken apart, and put together from what is known alone.
//!
//! Unlike the HTML of authors it is well formed, so that anything else is a fault of the library and gives nothing at
//! all. That makes this small enough to be examined: what is not in the vocabulary cannot come out.

/// What markup may hold.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary {
    /// The elements; any other one goes with all that it holds.
    pub elements: &'static [&'static str],
    /// The attributes; any other one goes.
    pub attributes: &'static [&'static str],
}

/// Deeper markup is not what any drawing needs.
const MAX_DEPTH: usize = 100;

/// Returns the markup reduced to the vocabulary; `None` if it is not well formed.
///
/// `keep` gets element, attribute and value as written and returns the value to write, or nothing to drop the attribute.
#[must_use]
pub fn clean_markup(
    markup: &str,
    vocabulary: &Vocabulary,
    mut keep: impl FnMut(&str, &str, &str) -> Option<String>,
) -> Option<String> {
    let mut out = String::with_capacity(markup.len());
    let mut open: Vec<&str> = Vec::new();
    // How many elements were open where one begins that goes with all that it holds.
    let mut silent: Option<usize> = None;
    let mut rest = markup;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        if silent.is_none() {
            push_text(&mut out, &rest[..at]);
        }
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = &comment[comment.find("-->")? + 3..];
            continue;
        }
        if rest.starts_with("<?") || rest.starts_with("<!") {
            rest = &rest[rest.find('>')? + 1..];
            continue;
        }
        if let Some(end) = rest.strip_prefix("</") {
            let (name, after) = end.split_once('>')?;
            (open.pop()? == name.trim_end()).then_some(())?;
            if silent.is_none() {
                out.push_str("</");
                out.push_str(name.trim_end());
                out.push('>');
            }
            if silent == Some(open.len()) {
                silent = None;
            }
            rest = after;
            continue;
        }
        let length = rest[1..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
        let name = &rest[1..=length];
        name.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(())?;
        let is_known = vocabulary.elements.contains(&name);
        if silent.is_none() && !is_known {
            silent = Some(open.len());
        }
        let speaks = silent.is_none();
        if speaks {
            out.push('<');
            out.push_str(name);
        }
        rest = &rest[1 + length..];
        let closed = loop {
            let gap = rest.len() - rest.trim_start().len();
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix("/>") {
                rest = after;
                break true;
            }
            if let Some(after) = rest.strip_prefix('>') {
                rest = after;
                break false;
            }
            (gap > 0).then_some(())?;
            let (attribute, after) = rest.split_once('=')?;
            let attribute = attribute.trim_end();
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.');
            (!attribute.is_empty() && attribute.bytes().all(is_name)).then_some(())?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (value, after) = after[1..].split_once(quote)?;
            (!value.contains('<')).then_some(())?;
            if speaks
                && vocabulary.attributes.contains(&attribute)
                && let Some(value) = keep(name, attribute, value)
            {
                out.push(' ');
                out.push_str(attribute);
                out.push_str("=\"");
                out.push_str(&value.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;"));
                out.push('"');
            }
            rest = after;
        };
        if closed {
            if speaks {
                out.push_str("/>");
            }
            if silent == Some(open.len()) {
                silent = None;
            }
        } else {
            if speaks {
                out.push('>');
            }
            // Their content is no markup.
            if matches!(name, "style" | "script") {
                let end = rest.find("</")?;
                rest = &rest[end..];
            }
            open.push(name);
            (open.len() <= MAX_DEPTH).then_some(())?;
        }
    }
    push_text(&mut out, rest);
    open.is_empty().then_some(out)
}

/// Appends text between tags, which has no `<` in it.
fn push_text(out: &mut String, text: &str) {
    out.push_str(&text.replace('\0', "\u{fffd}").replace('>', "&gt;"));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Vocabulary = Vocabulary { elements: &["svg", "g", "text"], attributes: &["x", "id"] };

    #[track_caller]
    fn check(markup: &str, expect: Option<&str>) {
        let got =
            clean_markup(markup, &SMALL, |_, name, value| (name != "id" || value != "no").then(|| value.to_owned()));
        assert_eq!(got.as_deref(), expect, "{markup}");
    }

    #[test]
    fn what_is_not_known_does_not_come_out() {
        check(
            "<svg x='1' y=\"2\"><text id=\"a\">b &amp; c</text></svg>",
            Some("<svg x=\"1\"><text id=\"a\">b &amp; c</text></svg>"),
        );
        check("<?xml version=\"1.0\"?><svg><!-- <g> --><g/></svg>", Some("<svg><g/></svg>"));
        check("<svg><a href=\"x\"><text>t</text></a><g id='no'/></svg>", Some("<svg><g/></svg>"));
        check("<svg><style>a > b {}</style><script>1 < 2</script>ok</svg>", Some("<svg>ok</svg>"));
        check("<svg><script src='x'/>ok</svg>", Some("<svg>ok</svg>"));
        check("<svg onload='alert(1)' x='\"&gt;'/>", Some("<svg x=\"&quot;&gt;\"/>"));
    }

    #[test]
    fn what_is_not_well_formed_gives_nothing() {
        for markup in [
            "<svg>",
            "<svg></g>",
            "</svg>",
            "<svg x=1/>",
            "<svg x/>",
            "<svg x='<'/>",
            "<svg x='a'y='b'/>",
            "<svg",
            "<>",
            "< svg/>",
        ] {
            check(markup, None);
        }
        let deep = "<g>".repeat(200) + &"</g>".repeat(200);
        check(&deep, None);
    }

    proptest::proptest! {
        #[test]
        fn the_result_is_clean_already(markup in "(<svg>|</svg>|<g x='1'>|</g>|<a>|</a>|<style>|</style>|<text id=\"a\" y=''/>|[<>\"'= ab&/]){0,12}") {
            let keep = |_: &str, _: &str, value: &str| Some(value.to_owned());
            if let Some(once) = clean_markup(&markup, &SMALL, keep) {
                proptest::prop_assert_eq!(clean_markup(&once, &SMALL, keep), Some(once.clone()));
                proptest::prop_assert!(!once.contains("<a") && !once.contains("<style") && !once.contains(" y="));
            }
        }
    }
}
