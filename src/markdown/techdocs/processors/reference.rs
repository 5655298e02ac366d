//! `[label]: target "title"`

use std::collections::VecDeque;

use crate::markdown::techdocs::block::{Block, Lead, indent_of};
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;

struct Definition {
    end: usize,
    label: String,
    target: String,
    title: Option<String>,
}

/// Takes the first definition out of the block.
pub(in crate::markdown::techdocs) fn process(parser: &mut Parser<'_>, _: NodeId, blocks: &mut VecDeque<Block>) -> bool {
    let mut from = 0;
    let (start, definition) = loop {
        let Some(start) = blocks[0].next(Lead::Reference, from) else { return false };
        if let Some(definition) = definition(blocks[0].text(), start) {
            break (start, definition);
        }
        from = start + 1;
    };
    parser.references.insert(definition.label, (definition.target, definition.title));
    split_around(blocks, start, definition.end);
    true
}

/// Replaces the first block by what comes before `start` and after `end` in it.
pub(in crate::markdown::techdocs) fn split_around(blocks: &mut VecDeque<Block>, start: usize, end: usize) {
    let Some(block) = blocks.pop_front() else { return };
    let text = block.text();
    if !text[end..].trim().is_empty() {
        let blank = text[end..].len() - text[end..].trim_start_matches('\n').len();
        blocks.push_front(block.from(end + blank));
    }
    if !text[..start].trim().is_empty() {
        blocks.push_front(block.slice(0, text[..start].trim_end_matches('\n').len()));
    }
}

fn definition(text: &str, start: usize) -> Option<Definition> {
    let bytes = text.as_bytes();
    let open = start + indent_of(&text[start..]) + 1;
    let close = open + text[open..].find(['[', ']'])?;
    if bytes[close] != b']' || bytes.get(close + 1) != Some(&b':') {
        return None;
    }
    let spaces = |at: usize| at + indent_of(&text[at..]);
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |length| at + length);
    let mut at = spaces(close + 2);
    if bytes.get(at) == Some(&b'\n') {
        at = spaces(at + 1);
    }
    let length = text[at..].find(char::is_whitespace).unwrap_or(text.len() - at);
    if length == 0 {
        return None;
    }
    let target = text[at..at + length].trim_start_matches('<').trim_end_matches('>').to_owned();
    let label = text[open..close].trim().to_lowercase();
    let after = spaces(at + length);
    // The title may be on the same line or on the next.
    let mut places = vec![after];
    if bytes.get(after) == Some(&b'\n') {
        places.insert(0, spaces(after + 1));
    }
    for place in places {
        let end = line_end(place);
        if let Some(title) = title(&text[place..end]) {
            return Some(Definition { end, label, target, title: Some(title).filter(|title| !title.is_empty()) });
        }
    }
    (after == line_end(after)).then_some(Definition { end: after, label, target, title: None })
}

/// Reads a title that takes the whole rest of a line.
fn title(line: &str) -> Option<String> {
    let line = line.trim_end_matches(' ');
    let close = match line.as_bytes().first()? {
        b'"' => '"',
        b'\'' => '\'',
        b'(' => ')',
        _ => return None,
    };
    let inner = line[1..].strip_suffix(close)?;
    Some(inner.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<(&str, &str, Option<&str>)>) {
        let got = definition(text, 0);
        let got = got.as_ref().map(|it| (it.label.as_str(), it.target.as_str(), it.title.as_deref()));
        assert_eq!(got, expect, "{text:?}");
    }

    #[test]
    fn definitions_have_a_target_and_perhaps_a_title() {
        check("[A b]: <u>", Some(("a b", "u", None)));
        check("  [a]: u 'T'  ", Some(("a", "u", Some("T"))));
        check("[a]:\n  u\n  (T)", Some(("a", "u", Some("T"))));
        check("[a]: u\nmore", Some(("a", "u", None)));
        check("[a]: u more", None);
        check("[a] u", None);
        check("[a]:", None);
    }
}
