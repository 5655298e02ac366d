//! Inline syntax: patterns in the original's order, each over the whole text, matches replaced by marks.
//!
//! A pattern sees what earlier ones left over, so a code span hides its content from emphasis, and a link's text is read
//! by later patterns only. When all are done the marks become elements of the tree.

use super::ext;
use super::html;
use super::inline_text::{Found, InlineText, Piece, Replacement, pieces, plain};
use super::links;
use super::options::Escapes;
use super::parser::Parser;
use super::stash::{self, Mark, START, Waiting};
use super::tree::NodeId;
use crate::markdown::BracketLink;

/// How often a pattern goes over a text again after it has found something.
const MAX_PASSES: usize = 4;
/// Elements in elements, at most.
const MAX_DEPTH: usize = 40;

type Find = fn(&mut Parser<'_>, &InlineText<'_>, usize) -> Option<Found>;

/// A pattern and the characters one of which it needs.
struct Pattern {
    find: Find,
    needs: &'static [u8],
    /// Whether a match can make another one possible before it.
    again: bool,
}

const fn pattern(needs: &'static [u8], find: Find) -> Pattern {
    Pattern { find, needs, again: false }
}

const fn again(needs: &'static [u8], find: Find) -> Pattern {
    Pattern { find, needs, again: true }
}

/// All patterns in order.
const PATTERNS: &[Pattern] = &[
    pattern(b"`", ext::inlinehilite::find),
    pattern(b"$\\", find_math),
    pattern(b"+", find_quoted_keys),
    pattern(b"\\", find_escape),
    pattern(b"[", find_progress),
    pattern(b"[", find_footnote),
    pattern(b"[", find_entity_link),
    again(b"[", links::find_reference),
    again(b"[", links::find_link),
    pattern(b"!", links::find_image),
    pattern(b"!", links::find_image_reference),
    again(b"[", links::find_short_reference),
    pattern(b"!", links::find_short_image_reference),
    pattern(b"<", links::find_autolink),
    pattern(b"<", links::find_automail),
    pattern(b"\n", find_break),
    again(b"<", find_html),
    pattern(b":.", ext::magiclink::find),
    pattern(b"@", ext::magiclink::find_mail),
    pattern(b"&", find_entity),
    pattern(b"[", find_wiki_link),
    pattern(b"@", ext::shorthand::find_mention),
    pattern(b"#!?@0123456789abcdef", ext::shorthand::find_reference),
    pattern(b":", ext::emoji::find),
    pattern(b"+", find_keys),
    pattern(b"*_", ext::emphasis::find_lone),
    pattern(b"~", ext::emphasis::find_lone_tilde),
    again(b"^", ext::emphasis::find_caret),
    again(b"=", ext::emphasis::find_mark),
    again(b"~", ext::emphasis::find_tilde),
    again(b"*", ext::emphasis::find_star),
    again(b"_", ext::emphasis::find_underscore),
    pattern(b"\n", find_line_end),
];

fn find_math(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    parser.options.arithmatex.then(|| ext::arithmatex::find(parser, subject, from))?
}

fn find_quoted_keys(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    parser.options.keys.then(|| ext::keys::find_quoted(parser, subject, from))?
}

fn find_keys(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    parser.options.keys.then(|| ext::keys::find(parser, subject, from))?
}

fn find_progress(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    parser.options.progress_bar.then(|| ext::progressbar::find(parser, subject, from))?
}

/// `[[component:web]]`
fn find_entity_link(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    let start = from + subject.text[from..].find("[[")?;
    let Some(found) = BracketLink::read(&subject.text[start..]).filter(|_| !subject.in_link) else {
        return Some(Found::Skip(start + 2));
    };
    let node = parser.tree.make("a");
    let link = &mut parser.tree[node];
    link.set_attribute("href", found.target);
    link.text.set_atomic(found.label);
    Some(Found::Replace { start, end: start + found.length, with: Replacement::Node(node) })
}

/// `[[Page]]`
fn find_wiki_link(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    let links = parser.options.wiki_links.as_ref()?;
    let start = from + subject.text[from..].find("[[")?;
    let inner = &subject.text[start + 2..];
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '-');
    let length = inner.find(|c: char| !is_part(c)).unwrap_or(inner.len());
    let label = inner[..length].trim();
    if label.is_empty() || !inner[length..].starts_with("]]") {
        return Some(Found::Skip(start + 2));
    }
    // Spaces and what is around them become one underline, as in the original.
    let words: Vec<&str> = label.split([' ', '_']).filter(|word| !word.is_empty()).collect();
    let href = format!("{}{}{}", links.base, words.join("_"), links.end);
    let class = links.class.clone();
    let node = parser.tree.make("a");
    let link = &mut parser.tree[node];
    link.set_attribute("class", class);
    link.set_attribute("href", href);
    link.text.set_atomic(label);
    Some(Found::Replace { start, end: start + length + 4, with: Replacement::Node(node) })
}

/// `\*`
fn find_escape(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    let start = from + subject.text[from..].find('\\')?;
    let Some(character) = subject.text[start + 1..].chars().next() else { return Some(Found::Skip(start + 1)) };
    let end = start + 1 + character.len_utf8();
    if let Escapes::All { breaks, hard_blanks } = parser.options.escapes {
        let with = match character {
            '\n' if breaks => Replacement::Node(parser.tree.make("br")),
            '<' => Replacement::Mark(parser.stash.html("&lt;")),
            '>' => Replacement::Mark(parser.stash.html("&gt;")),
            '&' => Replacement::Mark(parser.stash.html("&amp;")),
            ' ' if hard_blanks => Replacement::Mark(parser.stash.html("&nbsp;")),
            _ => Replacement::Mark(stash::escaped(character)),
        };
        return Some(Found::Replace { start, end, with });
    }
    let escapable = "\\`*_{}[]()>#+-.!|^ =:~".contains(character) || (character == '$' && parser.options.arithmatex);
    if !escapable {
        return Some(Found::Skip(end));
    }
    Some(Found::Replace { start, end, with: Replacement::Mark(stash::escaped(character)) })
}

/// `[^1]`
fn find_footnote(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    let start = from + subject.text[from..].find("[^")?;
    let inner = &subject.text[start + 2..];
    let length = inner.find(']')?;
    match ext::footnotes::reference(parser, &inner[..length]) {
        Some(node) => Some(Found::Replace { start, end: start + length + 3, with: Replacement::Node(node) }),
        None => Some(Found::Skip(start + length + 3)),
    }
}

/// Two spaces at the end of a line.
fn find_break(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    let start = from + subject.text[from..].find("  \n")?;
    let node = parser.tree.make("br");
    Some(Found::Replace { start, end: start + 3, with: Replacement::Node(node) })
}

/// The end of a line, where each is a break.
fn find_line_end(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    if !parser.options.line_breaks {
        return None;
    }
    let start = from + subject.text[from..].find('\n')?;
    let node = parser.tree.make("br");
    Some(Found::Replace { start, end: start + 1, with: Replacement::Node(node) })
}

/// Tags, comments and the like inside a paragraph.
fn find_html(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    let text = subject.text;
    let mut at = from;
    loop {
        let start = at + text[at..].find('<')?;
        at = start + 1;
        let Some(length) = tag_length(&text[start..]) else {
            if !parser.spend(1) {
                return None;
            }
            continue;
        };
        let html = as_written(parser, &text[start..start + length]);
        let mark = parser.stash.html(html);
        return Some(Found::Replace { start, end: start + length, with: Replacement::Mark(mark) });
    }
}

/// Returns the length of the tag, comment, instruction or section that `text` begins with.
fn tag_length(text: &str) -> Option<usize> {
    let rest = &text[1..];
    let closed_by = |open: &str, close: &str| {
        let inner = rest.strip_prefix(open)?;
        // The same opening inside would begin another one. To look no further makes many openings cost no more than one.
        let inner = &inner[..inner.find(&text[..=open.len()]).unwrap_or(inner.len())];
        Some(1 + open.len() + inner.find(close)? + close.len())
    };
    match rest.as_bytes().first()? {
        b'!' if rest.starts_with("!--") => closed_by("!--", "-->"),
        b'!' => closed_by("![CDATA[", "]]>"),
        b'?' => closed_by("?", "?>"),
        _ => {
            let name = rest.strip_prefix('/').unwrap_or(rest);
            if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
                return None;
            }
            let end = 1 + rest.find(['<', '>'])?;
            if text.as_bytes()[end] == b'<' {
                return None;
            }
            let word = &text[..text[..end].find(' ').unwrap_or(end)];
            (!word.contains('@')).then_some(end + 1)
        }
    }
}

/// `&amp;`
fn find_entity(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    let mut at = from;
    loop {
        let start = at + subject.text[at..].find('&')?;
        at = start + 1;
        let Some(length) = html::entity_length(&subject.text[start..]) else { continue };
        let mark = parser.stash.html(&subject.text[start..start + length]);
        return Some(Found::Replace { start, end: start + length, with: Replacement::Mark(mark) });
    }
}

/// Reads the inline syntax of everything below `root`.
pub(super) fn process(parser: &mut Parser<'_>, root: NodeId) {
    Inline { depth: 0, parser }.children(root, false);
}

/// Returns `text` as it is in raw HTML: elements written out, escapes undone.
fn as_written(parser: &Parser<'_>, text: &str) -> String {
    let mut out = String::new();
    pieces(parser, text, |piece| match piece {
        Piece::Text(text) => {
            stash::split_marks(text, |piece| match piece {
                stash::Piece::Text(text) => out.push_str(text),
                stash::Piece::Mark(Mark::Character(character)) => {
                    out.push('\\');
                    out.push(character);
                }
                // A tag inside a tag: the original puts a backslash there, and so the outer one is another element.
                stash::Piece::Mark(Mark::Html(index)) => {
                    out.push('\\');
                    out.push_str(&Mark::Html(index).to_string());
                }
                stash::Piece::Mark(mark) => out.push_str(&mark.to_string()),
            });
        }
        Piece::Waiting(Waiting::Text(text)) => out.push_str(text),
        Piece::Waiting(Waiting::Node(node)) => out.push_str(&html::render_node(parser, *node)),
    });
    out
}

struct Inline<'p, 'a> {
    parser: &'p mut Parser<'a>,
    depth: usize,
}

impl Inline<'_, '_> {
    fn children(&mut self, parent: NodeId, in_link: bool) {
        if self.depth >= MAX_DEPTH * 3 {
            return;
        }
        self.depth += 1;
        let in_link = in_link || self.parser.tree[parent].tag == "a";
        let mut at = 0;
        while let Some(child) = self.parser.tree[parent].children.get(at).copied() {
            at += 1;
            let below = self.parser.tree[child].children.clone();
            let text = &mut self.parser.tree[child].text;
            if !text.is_empty() && !text.atomic {
                let text = text.take();
                let child_in_link = in_link || self.parser.tree[child].tag == "a";
                let text = self.read(text, 0, child_in_link);
                let (text, nodes) = self.expand(&text);
                self.parser.tree[child].text.set(text);
                self.parser.tree[child].children.splice(0..0, nodes.iter().copied());
                for node in nodes {
                    self.children(node, child_in_link);
                }
            }
            let tail = &mut self.parser.tree[child].tail;
            if !tail.is_empty() && !tail.atomic {
                let tail = tail.take();
                let tail = self.read(tail, 0, in_link);
                let (tail, nodes) = self.expand(&tail);
                self.parser.tree[child].tail.set(tail);
                // The new elements are next: what is in them is read from the first pattern on.
                self.parser.tree[parent].children.splice(at..at, nodes);
            }
            if !below.is_empty() {
                self.children(child, in_link);
            }
        }
        self.depth -= 1;
    }

    /// Applies the patterns from `first` on.
    fn read(&mut self, text: String, first: usize, in_link: bool) -> String {
        if self.depth >= MAX_DEPTH {
            return text;
        }
        self.depth += 1;
        let mut present = [false; 256];
        for byte in text.bytes() {
            present[usize::from(byte)] = true;
        }
        let mut text = text;
        for (index, pattern) in PATTERNS.iter().enumerate().skip(first) {
            if pattern.needs.iter().any(|byte| present[usize::from(*byte)]) {
                for _ in 0..if pattern.again { MAX_PASSES } else { 1 } {
                    match self.apply(pattern, index, &text, in_link) {
                        Some(changed) => text = changed,
                        None => break,
                    }
                }
            }
        }
        self.depth -= 1;
        text
    }

    /// Replaces all matches of one pattern; `None` if there is none.
    fn apply(&mut self, pattern: &Pattern, index: usize, text: &str, in_link: bool) -> Option<String> {
        let mut out = String::new();
        let mut copied = 0;
        let mut from = 0;
        let mut subject = InlineText::new(text, in_link);
        while from < text.len() {
            let Some(found) = (pattern.find)(self.parser, &subject, from) else { break };
            match found {
                Found::Skip(end) => from = end.max(from + 1),
                Found::Replace { start, end, with } => {
                    out.push_str(&text[copied..start]);
                    match with {
                        Replacement::Mark(mark) => out.push_str(&mark),
                        Replacement::Text(text) => self.wait(Waiting::Text(text), &mut out),
                        Replacement::Node(node) => {
                            self.read_node(node, index, in_link);
                            self.wait(Waiting::Node(node), &mut out);
                        }
                    }
                    copied = end;
                    from = end;
                    subject.floor = Some(end);
                }
            }
            while !text.is_char_boundary(from) {
                from += 1;
            }
        }
        if copied == 0 {
            return None;
        }
        out.push_str(&text[copied..]);
        Some(out)
    }

    fn wait(&mut self, what: Waiting, out: &mut String) {
        out.push_str(&Mark::Inline(self.parser.waiting.len()).to_string());
        self.parser.waiting.push(what);
    }

    /// Applies later patterns to the text of a new element and its children.
    fn read_node(&mut self, node: NodeId, index: usize, in_link: bool) {
        self.resolve_attributes(node);
        if self.parser.tree[node].text.atomic {
            return;
        }
        let in_link = in_link || self.parser.tree[node].tag == "a";
        let mut nodes = vec![node];
        nodes.extend(&self.parser.tree[node].children);
        for child in nodes {
            let text = &mut self.parser.tree[child].text;
            if !text.is_empty() && !text.atomic {
                let text = text.take();
                let text = self.read(text, index + 1, in_link);
                self.parser.tree[child].text.set(text);
            }
            let tail = &mut self.parser.tree[child].tail;
            if !tail.is_empty() && !tail.atomic {
                let tail = tail.take();
                let tail = self.read(tail, index, in_link);
                self.parser.tree[child].tail.set(tail);
            }
        }
    }

    /// Attributes hold text only: elements found in them before count as what they contain.
    fn resolve_attributes(&mut self, node: NodeId) {
        for at in 0..self.parser.tree[node].attributes.len() {
            let value = &self.parser.tree[node].attributes[at].1;
            if value.contains(START) {
                let value = value.clone();
                let value = plain(self.parser, &value);
                self.parser.tree[node].attributes[at].1 = value;
            }
        }
        if self.parser.tree[node].text.atomic && self.parser.tree[node].text.value.contains(START) {
            let value = self.parser.tree[node].text.value.clone();
            self.parser.tree[node].text.value = plain(self.parser, &value);
        }
    }

    /// Turns marks into elements: returns the text before the first one, and the elements with what follows them as tails.
    fn expand(&mut self, text: &str) -> (String, Vec<NodeId>) {
        if memchr::memchr(START as u8, text.as_bytes()).is_none() {
            return (text.to_owned(), Vec::new());
        }
        let mut leading = String::new();
        let mut nodes: Vec<(NodeId, String)> = Vec::new();
        pieces(self.parser, text, |piece| {
            let text = match piece {
                Piece::Text(text) => text,
                Piece::Waiting(Waiting::Text(text)) => text,
                Piece::Waiting(Waiting::Node(node)) => {
                    nodes.push((*node, String::new()));
                    return;
                }
            };
            match nodes.last_mut() {
                Some((_, tail)) => tail.push_str(text),
                None => leading.push_str(text),
            }
        });
        let mut found = Vec::with_capacity(nodes.len());
        for (node, tail) in nodes {
            self.expand_node(node);
            self.parser.tree[node].tail.set(tail);
            found.push(node);
        }
        (leading, found)
    }

    /// Turns the marks in an element and its children into elements.
    fn expand_node(&mut self, node: NodeId) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        // From the last child to the first: what is put in moves nothing that is still to come.
        let children = self.parser.tree[node].children.clone();
        for (at, child) in children.into_iter().enumerate().rev().chain([(0, node)]) {
            if child != node && !self.parser.tree[child].tail.value.trim().is_empty() {
                let tail = std::mem::take(&mut self.parser.tree[child].tail);
                let (value, nodes) = self.expand(&tail.value);
                self.parser.tree[child].tail.value = value;
                self.parser.tree[child].tail.atomic = tail.atomic;
                self.parser.tree[node].children.splice(at + 1..=at, nodes);
            }
            if !self.parser.tree[child].text.value.trim().is_empty() {
                let text = std::mem::take(&mut self.parser.tree[child].text);
                let (value, nodes) = self.expand(&text.value);
                self.parser.tree[child].text.value = value;
                self.parser.tree[child].text.atomic = text.atomic;
                self.parser.tree[child].children.splice(0..0, nodes);
            }
        }
        self.depth -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_at_their_bracket() {
        assert_eq!(tag_length("<b>x"), Some(3));
        assert_eq!(tag_length("</b>x"), Some(4));
        assert_eq!(tag_length("<a href='x'>y"), Some(12));
        assert_eq!(tag_length("<!-- a -->b"), Some(10));
        assert_eq!(tag_length("<!-- a <!-- b -->"), None);
        assert_eq!(tag_length("<a@b>"), None);
        assert_eq!(tag_length("<a <b>"), None);
        assert_eq!(tag_length("< a>"), None);
    }
}
