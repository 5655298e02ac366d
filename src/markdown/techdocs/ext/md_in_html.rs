//! Raw HTML: block-level elements are taken out before blocks are found, those with a `markdown` attribute are parsed.
//!
//! A block-level element counts as raw when it begins a line; it ends at its matching end tag, whatever is between.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::Block;
use crate::markdown::techdocs::foreign;
use crate::markdown::techdocs::html;
use crate::markdown::techdocs::lints::Foreign;
use crate::markdown::techdocs::lints::MarkdownLint;
use crate::markdown::techdocs::parser::{Parser, put_back};
use crate::markdown::techdocs::stash::{self, Mark, Piece, Stashed};
use crate::markdown::techdocs::tree::{NodeId, is_block_level};

/// How the content of an element with a `markdown` attribute is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Block,
    Span,
    Off,
}

impl Reading {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Span => "span",
            Self::Off => "off",
        }
    }
}

/// Elements whose content is text of one paragraph.
const SPAN: &[&str] =
    &["address", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "legend", "li", "p", "summary", "td", "th"];

/// Elements whose content is never Markdown.
const RAW: &[&str] = &["canvas", "math", "option", "pre", "script", "style", "textarea", "hr"];

/// Attributes of one element, at most.
const MAX_ATTRIBUTES: usize = 200;

/// Elements with `markdown` deeper than this are raw.
const MAX_NESTING: usize = 30;

struct Open {
    node: NodeId,
    tag: String,
    reading: Reading,
    /// Nothing but the start tag has been seen.
    fresh: bool,
}

/// A start tag.
struct StartTag<'t> {
    name: String,
    attributes: Vec<(String, String)>,
    text: &'t str,
    closed: bool,
}

struct Extractor<'p, 'a, 't> {
    parser: &'p mut Parser<'a>,
    text: &'t str,
    at: usize,
    out: String,
    /// The raw element being read.
    raw: String,
    /// Tags open in the raw element; only while `in_raw`.
    stack: Vec<String>,
    in_raw: bool,
    /// Behind a raw element, on the same line.
    in_tail: bool,
    open: Vec<Open>,
    /// Ends that were not found: they are not there further on either.
    missing: Vec<&'static str>,
}

/// Takes block-level HTML out of `text`.
pub(in crate::markdown::techdocs) fn extract(parser: &mut Parser<'_>, text: &str) -> String {
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut extractor = Extractor {
        parser,
        text,
        at: 0,
        out: String::with_capacity(text.len()),
        raw: String::new(),
        stack: Vec::new(),
        in_raw: false,
        in_tail: false,
        open: Vec::new(),
        missing: Vec::new(),
    };
    extractor.run();
    extractor.out
}

impl<'t> Extractor<'_, '_, 't> {
    fn run(&mut self) {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let Some(next) = rest.find('<') else {
                self.data(rest);
                self.at = self.text.len();
                break;
            };
            if next > 0 {
                self.data(&rest[..next]);
                self.at += next;
            }
            let length = self.tag();
            self.at += length;
        }
        if !self.raw.is_empty() {
            let raw = std::mem::take(&mut self.raw);
            let mark = self.parser.stash.html(raw);
            self.out.push_str(&mark);
        }
        self.in_raw = false;
        if let Some(tag) = self.open.first().map(|open| open.tag.clone()) {
            self.at = self.text.len();
            self.end(&tag, "");
        }
    }

    /// Deals with what begins at a `<` and returns its length.
    fn tag(&mut self) -> usize {
        let text = self.text;
        let rest = &text[self.at..];
        let bytes = rest.as_bytes();
        match bytes.get(1) {
            Some(first) if first.is_ascii_alphabetic() => {
                if self.parser.effort == 0 {
                    self.data("<");
                    return 1;
                }
                let (tag, length) = match start_tag(rest) {
                    Ok(found) => found,
                    Err(read) => {
                        self.parser.spend(read);
                        self.data("<");
                        return 1;
                    }
                };
                let name = tag.name.clone();
                let closed = tag.closed;
                self.start(tag);
                // Scripts and styles end at their end tag only. As text of a paragraph they are tags like others.
                if !closed && self.in_raw && matches!(name.as_str(), "script" | "style") {
                    let body = &rest[length..];
                    let end = find_end_tag(body, &name).unwrap_or(body.len());
                    self.data(&body[..end]);
                    return length + end;
                }
                length
            }
            Some(b'/') => {
                if !bytes.get(2).is_some_and(u8::is_ascii_alphabetic) {
                    self.data("</");
                    return 2;
                }
                let Some(end) = self.find_end(rest, ">") else {
                    self.data("</");
                    return 2;
                };
                let name_end = rest[2..].find([' ', '\t', '\n', '\r', '/', '>']).map_or(end, |at| at + 2);
                let name = rest[2..name_end].to_ascii_lowercase();
                self.end(&name, &rest[..=end]);
                end + 1
            }
            Some(b'!') if rest.starts_with("<!--") => match self.find_end(&rest[4..], "-->") {
                Some(end) => {
                    self.empty(&rest[..end + 7], true);
                    end + 7
                }
                None => {
                    self.data("<");
                    1
                }
            },
            Some(b'!' | b'?') => {
                let instruction = bytes[1] == b'?';
                if !(self.at_line_start() || self.in_tail || !self.open.is_empty()) {
                    self.data(&rest[..2]);
                    return 2;
                }
                let close = if instruction {
                    "?>"
                } else if rest.starts_with("<![CDATA[") {
                    "]]>"
                } else {
                    ">"
                };
                match self.find_end(rest, close) {
                    Some(end) => {
                        let end = end + close.len();
                        let declaration = rest.get(2..9).is_some_and(|word| word.eq_ignore_ascii_case("doctype"));
                        self.empty(&rest[..end], instruction || close == "]]>" || declaration);
                        end
                    }
                    None => {
                        self.data("<");
                        1
                    }
                }
            }
            _ => {
                self.data("<");
                1
            }
        }
    }

    /// Finds what ends a tag, a comment or the like.
    fn find_end(&mut self, rest: &str, end: &'static str) -> Option<usize> {
        if self.missing.contains(&end) {
            return None;
        }
        let found = rest.find(end);
        if found.is_none() {
            self.missing.push(end);
        }
        found
    }

    /// Returns whether only up to three spaces are before the current place on its line.
    fn at_line_start(&self) -> bool {
        let before = &self.text.as_bytes()[..self.at];
        let spaces = before.iter().rev().take(4).take_while(|byte| **byte == b' ').count();
        spaces <= 3 && (before.len() == spaces || before[before.len() - spaces - 1] == b'\n')
    }

    fn followed_by_blank_line(&self, length: usize) -> bool {
        let mut rest = self.text.get(self.at + length..).unwrap_or("");
        for _ in 0..2 {
            match rest.trim_start_matches(' ').strip_prefix('\n') {
                Some(after) => rest = after,
                None => return false,
            }
        }
        true
    }

    fn data(&mut self, data: &str) {
        if self.in_tail && data.contains('\n') {
            self.in_tail = false;
        }
        if self.in_raw {
            self.raw.push_str(data);
        } else if let Some(open) = self.open.last_mut() {
            open.fresh = false;
            let node = open.node;
            match self.parser.tree.last_child(node) {
                Some(child) => self.parser.tree[child].tail.value.push_str(data),
                None => self.parser.tree[node].text.value.push_str(data),
            }
        } else {
            self.out.push_str(data);
        }
    }

    /// Inline HTML inside an element whose content is not Markdown must not be read as such either.
    fn inline(&mut self, text: &str) {
        if self.open.last().is_some_and(|open| open.reading == Reading::Off) {
            let mark = self.parser.stash.html(text);
            self.data(&mark);
        } else {
            self.data(text);
        }
    }

    fn start(&mut self, tag: StartTag<'t>) {
        let block = is_block_level(&tag.name);
        let place = self.at_line_start() || self.in_tail;
        if tag.closed || (tag.name == "hr" && place) {
            self.empty(tag.text, block);
            return;
        }
        let fresh = self.open.last().is_some_and(|open| open.fresh);
        if !(block && (place || fresh)) {
            if self.in_raw {
                self.start_raw(&tag, block);
            } else {
                self.inline(tag.text);
            }
            return;
        }
        let reading = self.reading(&tag);
        if self.in_raw || (reading == Reading::Off && self.open.is_empty()) || self.open.len() >= MAX_NESTING {
            self.start_raw(&tag, block);
            return;
        }
        if self.open.iter().any(|open| open.tag == "p") {
            self.end("p", "");
        }
        let node = self.parser.tree.make(tag.name.clone());
        for (name, value) in tag.attributes {
            self.parser.tree[node].set_attribute(name, value);
        }
        self.parser.tree[node].set_attribute("markdown", reading.as_str());
        if let Some(parent) = self.open.last() {
            self.parser.tree[parent.node].children.push(node);
        }
        self.open.push(Open { node, tag: tag.name, reading, fresh: true });
    }

    fn start_raw(&mut self, tag: &StartTag<'_>, block: bool) {
        if tag.name == "hr" {
            self.empty(tag.text, true);
            return;
        }
        if block && (self.in_tail || (self.at_line_start() && !self.in_raw)) {
            self.in_raw = true;
            self.out.push('\n');
        }
        if self.in_raw {
            self.stack.push(tag.name.clone());
            self.raw.push_str(tag.text);
        } else {
            self.data(tag.text);
        }
    }

    fn reading(&self, tag: &StartTag<'_>) -> Reading {
        let value = tag.attributes.iter().find(|(name, _)| name == "markdown").map_or("0", |(_, value)| value.as_str());
        let value = if value == "markdown" { "1" } else { value };
        let parent = self.open.last().map(|open| open.reading);
        let value = match parent {
            Some(Reading::Off) => "off",
            Some(Reading::Span) if value != "0" => "span",
            _ => value,
        };
        let name = tag.name.as_str();
        let (span, raw) = (SPAN.contains(&name), RAW.contains(&name));
        match value {
            "1" if !span && !raw => Reading::Block,
            "1" if span => Reading::Span,
            "block" if !raw => Reading::Block,
            "span" if !raw => Reading::Span,
            _ => Reading::Off,
        }
    }

    fn end(&mut self, name: &str, text: &str) {
        let block = is_block_level(name);
        if self.in_raw {
            self.end_raw(name, text);
        } else if block && self.open.iter().any(|open| open.tag == name) {
            while let Some(open) = self.open.pop() {
                let last = self.open.is_empty();
                if last {
                    self.finish(open.node, text);
                    break;
                }
                if open.tag == name {
                    break;
                }
            }
        } else {
            self.inline(text);
        }
    }

    fn end_raw(&mut self, name: &str, text: &str) {
        self.raw.push_str(text);
        if let Some(at) = self.stack.iter().rposition(|tag| tag == name) {
            self.stack.truncate(at);
        }
        if !self.stack.is_empty() {
            return;
        }
        if self.followed_by_blank_line(text.len()) {
            self.raw.push('\n');
        } else {
            self.in_tail = true;
        }
        self.in_raw = false;
        let raw = std::mem::take(&mut self.raw);
        if !RAW.contains(&name)
            && let Some((before, line)) = foreign::markdown_in(&raw)
        {
            self.parser.losses.note_with(MarkdownLint::Foreign(Foreign::Html), line, Some(before), name);
        }
        let mark = self.parser.stash.html(raw);
        self.out.push_str(&mark);
        self.out.push_str("\n\n");
    }

    /// Puts the outermost element with Markdown in it aside.
    fn finish(&mut self, node: NodeId, text: &str) {
        if self.out.ends_with('\n') && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        // Children become marks in the text of their parents, so that the text between them is parsed as blocks.
        let mut queue = VecDeque::from([node]);
        while let Some(current) = queue.pop_front() {
            for child in std::mem::take(&mut self.parser.tree[current].children) {
                let tail = self.parser.tree[child].tail.take();
                let tail = if tail == "\n" { tail } else { format!("\n{}", tail.trim_end_matches('\n')) };
                let mut before = self.parser.tree[current].text.take();
                if !before.ends_with("\n\n") {
                    before.truncate(before.trim_end_matches('\n').len());
                    before.push_str("\n\n");
                }
                let reading = self.parser.tree[child].attribute("markdown").unwrap_or("off");
                if reading == "off" {
                    for below in self.parser.tree.walk(child) {
                        self.parser.tree[below].remove_attribute("markdown");
                    }
                } else {
                    queue.push_back(child);
                }
                let mark = self.parser.stash.put(Stashed::Element(child));
                self.parser.tree[current].text.set(format!("{before}{mark}{tail}"));
            }
        }
        let mark = self.parser.stash.put(Stashed::Element(node));
        self.out.push_str(&mark);
        self.out.push_str("\n\n");
        if !self.followed_by_blank_line(text.len()) {
            self.in_tail = true;
        }
    }

    /// A tag without content, a comment or the like.
    fn empty(&mut self, text: &str, block: bool) {
        if self.in_raw {
            self.raw.push_str(text);
        } else if !self.open.is_empty() {
            if self.at_line_start() && block {
                let mark = self.parser.stash.html(text);
                self.data(&format!("\n{mark}\n\n"));
            } else {
                self.inline(text);
            }
        } else if self.in_tail {
            // Written before the next raw element, as in the original.
            self.raw.push_str(text);
        } else if self.at_line_start() && block {
            let mut html = text.to_owned();
            if self.followed_by_blank_line(text.len()) {
                html.push('\n');
            } else {
                self.in_tail = true;
            }
            if self.out.ends_with('\n') && !self.out.ends_with("\n\n") {
                self.out.push('\n');
            }
            let mark = self.parser.stash.html(html);
            self.out.push_str(&mark);
            self.out.push_str("\n\n");
        } else {
            self.out.push_str(text);
        }
    }
}

fn find_end_tag(text: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let at = from + at;
        if text.get(at + 2..at + 2 + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name)) {
            return Some(at);
        }
        from = at + 2;
    }
    None
}

/// Reads the start tag that `text` begins with; returns it and its length, or how much was read without finding its
/// end.
fn start_tag(text: &str) -> Result<(StartTag<'_>, usize), usize> {
    let bytes = text.as_bytes();
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c);
    let mut at = 1;
    while bytes.get(at).is_some_and(|byte| !blank(byte) && !matches!(byte, b'/' | b'>' | b'`')) {
        at += 1;
    }
    let name = text[1..at].to_ascii_lowercase();
    let mut attributes = Vec::new();
    loop {
        while bytes.get(at).is_some_and(|byte| blank(byte) || (*byte == b'/' && bytes.get(at + 1) != Some(&b'>'))) {
            at += 1;
        }
        match bytes.get(at).ok_or(at)? {
            b'>' => return Ok((StartTag { name, attributes, text: &text[..=at], closed: false }, at + 1)),
            b'/' => return Ok((StartTag { name, attributes, text: &text[..at + 2], closed: true }, at + 2)),
            b'`' | b'=' => return Err(at),
            _ => {}
        }
        let start = at;
        while bytes.get(at).is_some_and(|byte| !blank(byte) && !matches!(byte, b'/' | b'=' | b'>')) {
            at += 1;
        }
        let key = text[start..at].to_ascii_lowercase();
        let mut after = at;
        while bytes.get(after).is_some_and(blank) {
            after += 1;
        }
        if bytes.get(after) != Some(&b'=') {
            if attributes.len() < MAX_ATTRIBUTES {
                attributes.push((key.clone(), key));
            }
            continue;
        }
        at = after + 1;
        while bytes.get(at).is_some_and(blank) {
            at += 1;
        }
        let value = match *bytes.get(at).ok_or(at)? {
            quote @ (b'"' | b'\'') => {
                let end = at + 1 + text[at + 1..].find(char::from(quote)).ok_or(text.len())?;
                let value = &text[at + 1..end];
                at = end + 1;
                value
            }
            _ => {
                let start = at;
                while bytes.get(at).is_some_and(|byte| !blank(byte) && !matches!(byte, b'>' | b'`')) {
                    at += 1;
                }
                &text[start..at]
            }
        };
        if attributes.len() < MAX_ATTRIBUTES {
            attributes.push((key, html::unescape_entities(value)));
        }
    }
}

/// Parses an element that was put aside.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let text = blocks[0].text();
    if !text.starts_with(stash::START) {
        return false;
    }
    let Some((Mark::Html(index), length)) = stash::mark_at(text) else { return false };
    let Some(Stashed::Element(node)) = parser.stash.get(index) else { return false };
    let node = *node;
    let Some(block) = blocks.pop_front() else { return false };
    parser.tree[parent].children.push(node);
    parser.stash.clear(index);
    parse_content(parser, node);
    // The rest begins inside a line, so it is a text of its own.
    put_back(blocks, Block::new(&block.text()[length..]));
    true
}

fn parse_content(parser: &mut Parser<'_>, node: NodeId) {
    match parser.tree[node].remove_attribute("markdown").as_deref() {
        Some("block") => {
            let text = parser.tree[node].text.take();
            if !text.is_empty() {
                parser.parse_chunk(node, text.trim_end_matches('\n'));
            }
        }
        Some("span") => {
            // Blocks are not looked for; elements in the text take their places.
            let text = parser.tree[node].text.take();
            let mut pieces: Vec<(Option<NodeId>, String)> = vec![(None, String::new())];
            stash::split_marks(&text, |piece| {
                let plain = match piece {
                    Piece::Text(text) => text.to_owned(),
                    Piece::Mark(Mark::Html(index)) => match parser.stash.get(index) {
                        Some(Stashed::Element(child)) => {
                            let child = *child;
                            parser.stash.clear(index);
                            pieces.push((Some(child), String::new()));
                            return;
                        }
                        _ => Mark::Html(index).to_string(),
                    },
                    Piece::Mark(mark) => mark.to_string(),
                };
                if let Some(last) = pieces.last_mut() {
                    last.1.push_str(&plain);
                }
            });
            for (child, text) in pieces {
                match child {
                    Some(child) => {
                        parser.tree[node].children.push(child);
                        parse_content(parser, child);
                        parser.tree[child].tail.set(text);
                    }
                    None => parser.tree[node].text.set(text),
                }
            }
        }
        _ => {
            parser.tree[node].text.atomic = true;
            for child in parser.tree[node].children.clone() {
                parse_content(parser, child);
                parser.tree[child].tail.atomic = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_tags_are_read_with_their_attributes() {
        let (tag, length) = start_tag("<Div a=1 b='x y' c>z").unwrap();
        assert_eq!((tag.name.as_str(), length, tag.closed), ("div", 19, false));
        let attributes: Vec<_> = tag.attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(attributes, ["a=1", "b=x y", "c=c"]);
        assert!(start_tag("<br/>").unwrap().0.closed);
        assert!(start_tag("<a href=\"x").is_err());
        assert!(start_tag("<a `b`>").is_err());
    }
}
