//! YAML that we have written ourselves, as HTML with the classes of [`crate::highlight`].
//!
//! Every entity has a Raw tab, so this text is most of what a site highlights. A general highlighter would take longer
//! for it than for everything else; what our own writer can produce needs only the few rules here.

use crate::html::Html;

/// Paints the text of `serde_yaml`'s writer. The text of the result is the text given, verbatim.
#[must_use]
pub fn paint(yaml: &str) -> String {
    let mut out = Html::with_capacity(yaml.len() * 2);
    // The indentation of the line that began a block scalar; deeper lines belong to it.
    let mut block: Option<usize> = None;
    for line in yaml.split_inclusive('\n') {
        let text = line.trim_end_matches('\n');
        let indent = text.len() - text.trim_start_matches(' ').len();
        if let Some(start) = block {
            if text.trim().is_empty() || indent > start {
                span(&mut out, "s", text);
                out.text(&line[text.len()..]);
                continue;
            }
            block = None;
        }
        out.text(&text[..indent]);
        let mut rest = &text[indent..];
        let mut depth = indent;
        while let Some(item) = rest.strip_prefix("- ") {
            span(&mut out, "o", "-");
            out.raw(" ");
            rest = item;
            depth += 2;
        }
        if let Some(end) = key_end(rest) {
            span(&mut out, "p", &rest[..end]);
            out.raw(":");
            rest = &rest[end + 1..];
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            out.text(&rest[..blanks]);
            rest = &rest[blanks..];
        } else {
            // The text of an item is indented more than its dash.
            depth = depth.saturating_sub(2);
        }
        if rest.starts_with(['|', '>']) {
            block = Some(depth);
            span(&mut out, "o", rest);
        } else if !rest.is_empty() {
            span(&mut out, class(rest), rest);
        }
        out.text(&line[text.len()..]);
    }
    out.into_string()
}

/// Finds the colon that ends the key of a line, if it has one.
fn key_end(text: &str) -> Option<usize> {
    let colon = |from: usize| {
        let rest = &text[from..];
        rest.starts_with(':') && (rest.len() == 1 || rest.starts_with(": "))
    };
    match text.as_bytes().first()? {
        quote @ (b'"' | b'\'') => {
            let quote = char::from(*quote);
            let mut escaped = false;
            for (at, character) in text.char_indices().skip(1) {
                if escaped {
                    escaped = false;
                } else if character == '\\' && quote == '"' {
                    escaped = true;
                } else if character == quote && colon(at + 1) {
                    return Some(at + 1);
                }
            }
            None
        }
        _ => text.char_indices().map(|(at, _)| at).find(|at| colon(*at)),
    }
}

fn class(value: &str) -> &'static str {
    match value {
        "null" | "true" | "false" | "[]" | "{}" => "b",
        _ if value.parse::<f64>().is_ok() => "n",
        _ if value.starts_with(['"', '\'']) => "s",
        _ => "",
    }
}

fn span(out: &mut Html, class: &str, text: &str) {
    if class.is_empty() || text.is_empty() {
        out.text(text);
    } else {
        out.start("span").attribute("class", class);
        out.text(text);
        out.end("span");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(yaml: &str, expect: &str) {
        assert_eq!(paint(yaml), expect);
    }

    #[test]
    fn keys_and_values_have_their_classes() {
        check("a: 1\n", "<span class=\"p\">a</span>: <span class=\"n\">1</span>\n");
        check("'x: y': null", "<span class=\"p\">'x: y'</span>: <span class=\"b\">null</span>");
        check("- url: https://a?b&c\n", "<span class=\"o\">-</span> <span class=\"p\">url</span>: https://a?b&amp;c\n");
        check("- plain", "<span class=\"o\">-</span> plain");
    }

    #[test]
    fn a_block_ends_where_the_indentation_does() {
        check(
            "a:\n  b: |\n    x: 1\n\n  c: d\n",
            "<span class=\"p\">a</span>:\n  <span class=\"p\">b</span>: <span class=\"o\">|</span>\n<span class=\"s\">    \
             x: 1</span>\n\n  <span class=\"p\">c</span>: d\n",
        );
        check(
            "- |-\n  text\n- b\n",
            "<span class=\"o\">-</span> <span class=\"o\">|-</span>\n<span class=\"s\">  text</span>\n<span \
             class=\"o\">-</span> b\n",
        );
    }

    proptest! {
        #[test]
        fn the_text_stays_as_it_was(text in "[a-z:\"'|> \n-]{0,60}") {
            prop_assert_eq!(crate::html::text(&format!("<pre>{}</pre>", paint(&text))).replace(char::is_whitespace, ""), text.replace(char::is_whitespace, ""));
        }
    }
}
