//! What inline patterns look at and find, and what texts come to in which something was found.

use std::cell::OnceCell;

use super::parser::Parser;
use super::stash::{self, END, Mark, START, Waiting};
use super::tree::NodeId;

/// The text that a pattern looks at.
#[derive(Debug)]
pub(super) struct InlineText<'t> {
    pub(super) text: &'t str,
    /// Up to here everything has been replaced.
    pub(super) floor: Option<usize>,
    /// Whether the text is that of a link.
    pub(super) in_link: bool,
    /// For emphasis: the last places where runs of one, two and three signs may end it.
    pub(super) last_closes: OnceCell<[Option<usize>; 3]>,
}

impl<'t> InlineText<'t> {
    pub(super) fn new(text: &'t str, in_link: bool) -> Self {
        Self { text, floor: None, in_link, last_closes: OnceCell::new() }
    }

    /// Returns the character before `at`; what has been replaced counts as a mark.
    pub(super) fn before(&self, at: usize) -> Option<char> {
        if self.floor == Some(at) { Some(END) } else { self.text[..at].chars().next_back() }
    }
}

/// What a pattern found.
pub(super) enum Found {
    /// Something that comes to nothing; go on at this place.
    Skip(usize),
    /// Something to replace.
    Replace { start: usize, end: usize, with: Replacement },
}

/// The replacement of a match.
pub(super) enum Replacement {
    /// An element.
    Node(NodeId),
    /// Text that no pattern looks at any more.
    Text(String),
    /// A mark made by the pattern.
    Mark(String),
}

/// Returns `text` as it is in an attribute: elements replaced by their text.
pub(super) fn plain(parser: &Parser<'_>, text: &str) -> String {
    let mut out = String::new();
    pieces(parser, text, |piece| match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Waiting(Waiting::Text(text)) => out.push_str(text),
        Piece::Waiting(Waiting::Node(node)) => {
            // What the element contains has lower numbers, and is only looked at once more.
            let mut inner = String::new();
            parser.tree.text_content(*node, &mut inner);
            pieces(parser, &inner, |piece| match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Waiting(Waiting::Text(text)) => out.push_str(text),
                Piece::Waiting(Waiting::Node(_)) => {}
            });
        }
    });
    out
}

/// A part of a text.
pub(super) enum Piece<'t> {
    Text(&'t str),
    Waiting(&'t Waiting),
}

/// Splits `text` at the marks of what is waiting; other marks count as text.
pub(super) fn pieces<'t>(parser: &'t Parser<'_>, text: &'t str, mut visit: impl FnMut(Piece<'t>)) {
    let mut plain = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(START as u8, &text.as_bytes()[at..]) {
        let start = at + found;
        match stash::mark_at(&text[start..]) {
            Some((Mark::Inline(index), length)) => {
                if plain < start {
                    visit(Piece::Text(&text[plain..start]));
                }
                if let Some(waiting) = parser.waiting.get(index) {
                    visit(Piece::Waiting(waiting));
                }
                at = start + length;
                plain = at;
            }
            Some((_, length)) => at = start + length,
            None => at = start + 1,
        }
    }
    if plain < text.len() {
        visit(Piece::Text(&text[plain..]));
    }
}
