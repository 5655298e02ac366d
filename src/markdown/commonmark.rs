//! CommonMark with GitHub's additions: tables, task lists, strikethrough, footnotes, alerts, bare addresses as links.
//!
//! Owns the conversion of the parser's events to a [`Doc`]. For descriptions of entities and specifications, and for
//! documents outside of a documentation site.
//!
//! Invariant: nesting in the result is bounded, whatever the text says.

mod autolink;
pub mod blocks;
mod writer;

use pulldown_cmark::{Options as Extensions, Parser, TextMergeWithOffset};

use super::{Doc, DocLink, Resolved, Resolver, front_matter};
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
    for (event, range) in TextMergeWithOffset::new(parser.into_offset_iter()) {
        writer.event(event, range);
    }
    writer.finish()
}

#[cfg(test)]
mod tests;
