//! CommonMark with GitHub's additions: tables, task lists, strikethrough, footnotes, alerts, bare addresses as links.
//!
//! Owns the conversion of the parser's events to a [`Doc`]. For descriptions of entities and specifications, and for
//! documents outside of a documentation site.
//!
//! Invariant: nesting in the result is bounded, whatever the text says.

mod autolink;
pub mod blocks;
mod writer;

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options as Extensions, Parser, Tag, TagEnd, TextMergeWithOffset};

use super::{BracketLink, Doc, DocLink, Resolved, Resolver, front_matter};
use crate::html;
use writer::{Shape, Writer};

/// Returns `text` as a document: headings with names and links to themselves, footnotes, front matter read.
///
/// `resolve` decides where each link leads.
#[must_use]
pub fn render(text: &str, resolve: Resolver<'_>) -> Doc {
    let (front, offset) = front_matter(text);
    let mut doc = write(&text[offset..], offset, Shape::Document, resolve);
    doc.front_matter = front;
    doc
}

/// Returns a description as blocks. Headings are demoted by two levels and have no names, since a page shows more than
/// one description. Links that would be broken on every page are text.
#[must_use]
pub fn block(text: &str) -> String {
    block_with(text, &elsewhere)
}

/// Returns a description as blocks, links resolved by the caller.
#[must_use]
pub fn block_with(text: &str, resolve: Resolver<'_>) -> String {
    write(text, 0, Shape::Description, resolve).html
}

/// Returns a description as one line: emphasis, code and links, no blocks, no images, no HTML of the author.
#[must_use]
pub fn inline(text: &str) -> String {
    inline_with(text, &elsewhere)
}

/// Returns a description as one line, links resolved by the caller.
#[must_use]
pub fn inline_with(text: &str, resolve: Resolver<'_>) -> String {
    write(text, 0, Shape::Line, resolve).html
}

/// Returns a description as plain text in one line.
#[must_use]
pub fn plain(text: &str) -> String {
    html::text(&inline(text))
}

/// Keeps links that mean the same on every page.
fn elsewhere(link: &DocLink) -> Resolved {
    if html::is_external(&link.target) { Resolved::as_written(&link.target) } else { Resolved::default() }
}

fn write(text: &str, offset: usize, shape: Shape, resolve: Resolver<'_>) -> Doc {
    let mut extensions = Extensions::ENABLE_TABLES
        | Extensions::ENABLE_STRIKETHROUGH
        | Extensions::ENABLE_TASKLISTS
        | Extensions::ENABLE_GFM;
    if shape == Shape::Document {
        extensions |= Extensions::ENABLE_FOOTNOTES | Extensions::ENABLE_HEADING_ATTRIBUTES;
    }
    let parser = Parser::new_ext(text, extensions);
    let definitions =
        parser.reference_definitions().iter().map(|(label, link)| (label.to_lowercase(), link.span.clone())).collect();
    let mut writer = Writer::new(text, offset, shape, resolve, definitions);
    // Inside of code and of links, double brackets are text.
    let mut closed = 0;
    for (event, range) in TextMergeWithOffset::new(parser.into_offset_iter()) {
        match &event {
            Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }) => closed += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Image) => closed -= 1,
            Event::Text(text)
                if closed == 0 && shape == Shape::Document && text.len() == range.len() && text.contains("[[") =>
            {
                bracket_links(&mut writer, text, range.start);
                continue;
            }
            _ => {}
        }
        writer.event(event, range);
    }
    writer.finish()
}

/// Writes a text in which entities may be linked by double brackets; it is at `start`.
fn bracket_links(writer: &mut Writer<'_>, text: &str, start: usize) {
    let mut put = |range: Range<usize>, event: Event<'_>| writer.event(event, start + range.start..start + range.end);
    let mut done = 0;
    for (at, _) in text.match_indices("[[") {
        let Some(link) = BracketLink::read(&text[at..]).filter(|_| at >= done) else { continue };
        let all = at..at + link.length;
        put(done..at, Event::Text(text[done..at].into()));
        let tag =
            Tag::Link { link_type: LinkType::Inline, dest_url: link.target.into(), title: "".into(), id: "".into() };
        put(all.clone(), Event::Start(tag));
        put(all.clone(), Event::Text(link.label.into()));
        put(all.clone(), Event::End(TagEnd::Link));
        done = all.end;
    }
    put(done..text.len(), Event::Text(text[done..].into()));
}

#[cfg(test)]
mod tests;
