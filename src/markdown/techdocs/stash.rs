//! Placeholders: finished parts of the document, which later steps must not read, are kept aside; a mark in the text
//! takes their place.
//!
//! Four kinds of marks exist, all between control characters that are removed from the source beforehand: stashed HTML,
//! inline elements that wait for their place in the tree, escaped characters, and critic marks.

use super::tree::NodeId;

/// Begins a mark.
pub(super) const START: char = '\u{2}';
/// Ends a mark.
pub(super) const END: char = '\u{3}';
/// Begins a critic mark.
pub(super) const CRITIC_START: char = '\u{1}';
/// Ends a critic mark.
pub(super) const CRITIC_END: char = '\u{4}';

/// Something taken out of the text.
#[derive(Debug, Clone)]
pub(super) enum Stashed {
    /// HTML to be written as it is.
    Html(String),
    /// An element whose content is yet to be parsed.
    Element(NodeId),
}

/// Something put aside for its place in the tree.
#[derive(Debug, Clone)]
pub(super) enum Waiting {
    /// An element.
    Node(NodeId),
    /// Text that no pattern looks at.
    Text(String),
}

/// HTML, by number.
#[derive(Debug, Default)]
pub(super) struct Stash {
    entries: Vec<Stashed>,
}

impl Stash {
    /// Puts HTML aside and returns the mark for it.
    pub(super) fn html(&mut self, html: impl Into<String>) -> String {
        self.put(Stashed::Html(html.into()))
    }

    /// Puts an element aside and returns the mark for it.
    pub(super) fn put(&mut self, value: Stashed) -> String {
        self.entries.push(value);
        Mark::Html(self.entries.len() - 1).to_string()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Stashed> {
        self.entries.get(index)
    }

    /// Empties an entry whose element has moved into the tree.
    pub(super) fn clear(&mut self, index: usize) {
        if let Some(entry) = self.entries.get_mut(index) {
            *entry = Stashed::Html(String::new());
        }
    }
}

/// Returns the mark of an escaped character.
pub(super) fn escaped(character: char) -> String {
    Mark::Character(character).to_string()
}

/// A mark found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Stashed HTML.
    Html(usize),
    /// An inline element or text.
    Inline(usize),
    /// An escaped character.
    Character(char),
    /// A critic mark.
    Critic(usize),
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (before, number, after) = match self {
            Self::Html(index) => ("\u{2}h", *index, "\u{3}"),
            Self::Inline(index) => ("\u{2}i", *index, "\u{3}"),
            Self::Character(character) => ("\u{2}", u32::from(*character) as usize, "\u{3}"),
            Self::Critic(index) => ("\u{1}c", *index, "\u{4}"),
        };
        f.write_str(before)?;
        number.fmt(f)?;
        f.write_str(after)
    }
}

/// Reads the mark at the start of `text`; returns it with its length in bytes.
pub(super) fn mark_at(text: &str) -> Option<(Mark, usize)> {
    let bytes = text.as_bytes();
    let close = match bytes.first()? {
        1 => 4,
        2 => 3,
        _ => return None,
    };
    // The longest mark is a letter and a number of ten digits.
    let end = bytes.iter().take(14).position(|byte| *byte == close)?;
    let body = &text[1..end];
    let number = |digits: &str| -> Option<usize> {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok()
    };
    let mark = match (bytes[0], body.as_bytes().first()?) {
        (1, b'c') => Mark::Critic(number(&body[1..])?),
        (2, b'h') => Mark::Html(number(&body[1..])?),
        (2, b'i') => Mark::Inline(number(&body[1..])?),
        (2, _) => Mark::Character(char::from_u32(u32::try_from(number(body)?).ok()?)?),
        _ => return None,
    };
    Some((mark, end + 1))
}

/// Splits `text` at its marks and hands plain pieces and marks to `visit` in order.
pub(super) fn split_marks<'t>(text: &'t str, mut visit: impl FnMut(Piece<'t>)) {
    let mut plain = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(found) = memchr::memchr2(1, 2, &bytes[at..]) {
        at += found;
        if let Some((mark, length)) = mark_at(&text[at..]) {
            if plain < at {
                visit(Piece::Text(&text[plain..at]));
            }
            visit(Piece::Mark(mark));
            at += length;
            plain = at;
        } else {
            at += 1;
        }
    }
    if plain < bytes.len() {
        visit(Piece::Text(&text[plain..]));
    }
}

/// A part of a text with marks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'t> {
    /// Between marks.
    Text(&'t str),
    /// A mark.
    Mark(Mark),
}

/// Returns the number of the stashed HTML when `text` is nothing but one mark of it.
pub(super) fn only_html_mark(text: &str) -> Option<usize> {
    match mark_at(text)? {
        (Mark::Html(index), length) if length == text.len() => Some(index),
        _ => None,
    }
}

/// Turns marks of escaped characters back into the characters.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains(START) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        out.push_str(&rest[..at]);
        match mark_at(&rest[at..]) {
            Some((Mark::Character(character), length)) => {
                out.push(character);
                rest = &rest[at + length..];
            }
            Some((_, length)) => {
                out.push_str(&rest[at..at + length]);
                rest = &rest[at + length..];
            }
            None => {
                out.push(START);
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_back() {
        let mut stash = Stash::default();
        let text = format!("a{}b{}", stash.html("<x>"), escaped('*'));
        let mut seen = Vec::new();
        split_marks(&text, |piece| seen.push(format!("{piece:?}")));
        assert_eq!(seen, ["Text(\"a\")", "Mark(Html(0))", "Text(\"b\")", "Mark(Character('*'))"]);
        assert_eq!(unescape(&escaped('*')), "*");
        assert_eq!(mark_at("\u{2}h\u{3}"), None);
        assert_eq!(mark_at("\u{2}12"), None);
    }
}
