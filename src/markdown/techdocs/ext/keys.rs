//! `++ctrl+alt+del++`

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::markdown::techdocs::inline_text::{Found, InlineText, Replacement};
use crate::markdown::techdocs::parser::Parser;

/// One key: its class and its name.
type Key = (Option<String>, String);

/// Finds combinations with a quoted key in them, before escapes are read.
pub(in crate::markdown::techdocs) fn find_quoted(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    find_keys(parser, subject, from, true)
}

/// Finds other combinations.
pub(in crate::markdown::techdocs) fn find(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    find_keys(parser, subject, from, false)
}

fn find_keys(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize, quoted: bool) -> Option<Found> {
    let text = subject.text;
    let mut at = from;
    loop {
        let start = at + text[at..].find("++")?;
        at = start + 1;
        if quoted && subject.before(start) == Some('\\') {
            continue;
        }
        let Some((keys, length, has_quotes)) = combination(&text[start + 2..]) else { continue };
        if has_quotes != quoted {
            continue;
        }
        let node = parser.tree.make("span");
        parser.tree[node].set_attribute("class", "keys");
        for (index, (class, name)) in keys.into_iter().enumerate() {
            if index > 0 {
                let separator = parser.tree.append(node, "span");
                parser.tree[separator].text.set_atomic("+");
            }
            let key = parser.tree.append(node, "kbd");
            if let Some(class) = class {
                parser.tree[key].set_attribute("class", format!("key-{class}"));
            }
            parser.tree[key].text.set_atomic(name);
        }
        return Some(Found::Replace { start, end: start + 2 + length, with: Replacement::Node(node) });
    }
}

/// Reads keys up to `++`; returns them, the length, and whether one was quoted.
fn combination(text: &str) -> Option<(Vec<Key>, usize, bool)> {
    let mut keys = Vec::new();
    let mut quoted = false;
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if let Some(quote) = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
            let close = closing_quote(&rest[1..], quote)?;
            let name = rest[1..=close].replace("\\\\", "\u{0}").replace('\\', "").replace('\u{0}', "\\");
            keys.push((None, crate::markdown::techdocs::html::unescape_entities(name.trim())));
            quoted = true;
            at += close + 2;
        } else {
            let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
            let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
            keys.push(key(&rest[..length])?);
            at += length;
        }
        let rest = text[at..].strip_prefix('+')?;
        if rest.starts_with('+') {
            return Some((keys, at + 2, quoted));
        }
        at += 1;
    }
}

fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices().take(200) {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote {
            return (at > 0).then_some(at);
        }
    }
    None
}

fn key(name: &str) -> Option<Key> {
    static TABLE: OnceLock<BTreeMap<&'static str, &'static str>> = OnceLock::new();
    // One line a key, its name behind a tab; `=` before the name of another key.
    let table =
        TABLE.get_or_init(|| include_str!("keys.txt").lines().filter_map(|line| line.split_once('\t')).collect());
    let found = *table.get(name)?;
    match found.strip_prefix('=').filter(|other| table.contains_key(other)) {
        Some(other) => Some((Some(other.to_owned()), (*table.get(other)?).to_owned())),
        None => Some((Some(name.to_owned()), found.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_looked_up() {
        assert_eq!(key("ctrl"), Some((Some("control".to_owned()), "Ctrl".to_owned())));
        assert_eq!(key("a"), Some((Some("a".to_owned()), "A".to_owned())));
        assert_eq!(key("nope"), None);
    }

    #[test]
    fn combinations_end_in_two_signs() {
        assert_eq!(combination("ctrl+alt+del++ x").map(|(keys, length, _)| (keys.len(), length)), Some((3, 14)));
        assert_eq!(
            combination("\"x\"++").map(|(keys, length, quoted)| (keys.len(), length, quoted)),
            Some((1, 5, true))
        );
        assert_eq!(combination("ctrl+"), None);
    }
}
