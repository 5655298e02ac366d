//! The attributes of HTML as it was written, with their places, for link checks and rewriting before sanitising.

use std::borrow::Cow;
use std::ops::Range;

use super::text::{lower, name, tag_end};

/// An attribute of a start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<'h> {
    /// The element in lower case.
    pub element: Cow<'h, str>,
    /// The attribute in lower case.
    pub name: Cow<'h, str>,
    /// Where the value is, quotes left out; empty if there is none.
    pub value: Range<usize>,
}

/// Returns the attributes of all start tags in `html`, in the order written; comments hold none.
#[must_use]
pub fn attributes(html: &str) -> Vec<Attribute<'_>> {
    attributes_where(html, |_| true)
}

/// Returns what [`attributes`] does of the tags that are `wanted`, each as it is written, with its brackets. Most tags
/// of a page colour a word of code, and nobody asks for what is in them.
#[must_use]
pub fn attributes_where(html: &str, wanted: impl Fn(&str) -> bool) -> Vec<Attribute<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &html.as_bytes()[at..]).map(|open| at + open) {
        let rest = &html[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at = comment.find("-->").map_or(html.len(), |end| open + 4 + end + 3);
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            let end = open + tag_end(rest);
            if wanted(&html[open..end]) {
                of_tag(html, open..end, &mut found);
            }
            at = end;
        } else {
            at = open + 1;
        }
    }
    found
}

/// Returns the first place in `range` with a byte at which to stop, or its end.
fn skip(bytes: &[u8], range: Range<usize>, stop: impl Fn(u8) -> bool) -> usize {
    bytes[range.clone()].iter().position(|byte| stop(*byte)).map_or(range.end, |at| range.start + at)
}

fn of_tag<'h>(html: &'h str, tag: Range<usize>, found: &mut Vec<Attribute<'h>>) {
    let bytes = html.as_bytes();
    let element = name(&html[tag.start + 1..tag.end]);
    let end = if bytes[tag.end - 1] == b'>' { tag.end - 1 } else { tag.end };
    let mut at = tag.start + 1 + element.len();
    while at < end {
        at = skip(bytes, at..end, |byte| !(byte.is_ascii_whitespace() || byte == b'/'));
        if at == end {
            return;
        }
        let start = at;
        // A leading `=` belongs to the name.
        at = skip(bytes, at + 1..end, |byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'/'));
        let name = lower(&html[start..at]);
        let mut value = at..at;
        let after = skip(bytes, at..end, |byte| !byte.is_ascii_whitespace());
        if bytes.get(after) == Some(&b'=') && after < end {
            at = skip(bytes, after + 1..end, |byte| !byte.is_ascii_whitespace());
            value = match bytes.get(at) {
                Some(quote @ (b'"' | b'\'')) if at < end => {
                    let close = skip(bytes, at + 1..end, |byte| byte == *quote);
                    let value = at + 1..close;
                    at = (close + 1).min(end);
                    value
                }
                _ => {
                    let start = at;
                    at = skip(bytes, at..end, |byte| byte.is_ascii_whitespace());
                    start..at
                }
            };
        }
        found.push(Attribute { element: element.clone(), name, value });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(html: &str, expect: &[&str]) {
        let found: Vec<String> =
            attributes(html).into_iter().map(|a| format!("{} {}={}", a.element, a.name, &html[a.value])).collect();
        assert_eq!(found, expect, "{html}");
    }

    #[test]
    fn values_are_found_in_every_spelling() {
        check(
            "<A HREF='x y' id=z><img src = \"a>b\" alt/></a><!-- <a href=no> --> 1 < 2 <br/>",
            &["a href=x y", "a id=z", "img src=a>b", "img alt="],
        );
        check("<a href=x/y>", &["a href=x/y"]);
        check("<a href=", &["a href="]);
        check("<a href=\"x", &["a href=x"]);
        check("<a =x>", &["a =x="]);
    }

    proptest! {
        #[test]
        fn ranges_lie_in_the_text(html in "[<>a =\"'/é!-]{0,40}") {
            for attribute in attributes(&html) {
                prop_assert!(html.get(attribute.value).is_some());
            }
        }
    }
}
