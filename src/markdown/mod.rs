//! Markdown: two front ends that fill one [`Doc`].
//!
//! `commonmark` is CommonMark with GitHub's additions, for descriptions of entities and for plain documents. Both know
//! nothing of paths on disk, URLs of the site or entities: where a link leads is for the caller to say.
//!
//! Invariant: the HTML of a [`Doc`] is safe to put into a page.

pub mod commonmark;
pub mod techdocs;
mod front_matter;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use techdocs::{Foreign, IncludeFault, LintFinding, MarkdownLint, MissingInclude};

pub use front_matter::{FrontMatter, front_matter};

/// One document, read once: used by pages, tables of contents, search and link checks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Doc {
    /// The content as sanitised HTML, links resolved.
    pub html: String,
    /// The headings in the order written.
    pub headings: Vec<Heading>,
    /// The text of the first heading of level 1.
    pub title: Option<String>,
    /// Whether the content shows a heading of level 1 anywhere.
    pub has_title: bool,
    /// The text for search: before the first heading, and below each heading.
    pub sections: Vec<Section>,
    /// Every name that a link can lead to in this document, headings included, sorted.
    pub anchors: Vec<String>,
    /// Every link and image with its place, in the order written.
    pub links: Vec<DocLink>,
    /// What its author plainly meant and the dialect does not give, in the order written.
    pub lost: Vec<LintFinding>,
    /// What was to be included and is not, in the order written.
    pub missing: Vec<MissingInclude>,
    /// What the document says about itself.
    pub front_matter: FrontMatter,
}

impl Doc {
    /// Returns whether `anchor`, without `#`, names a place in the document.
    #[must_use]
    pub fn has_anchor(&self, anchor: &str) -> bool {
        self.anchors.binary_search_by(|known| known.as_str().cmp(anchor)).is_ok()
    }
}

/// A heading of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// From 1 to 6.
    pub level: u8,
    /// Its name for links, unique in the document.
    pub id: String,
    /// The text as HTML without links, for tables of contents.
    pub title_html: String,
    /// The plain text.
    pub title: String,
}

/// A part of a document for search: what is below one heading, up to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The heading by its index in [`Doc::headings`]; `None` for what comes before the first.
    pub heading: Option<usize>,
    /// The plain text in one line.
    pub text: String,
}

/// A link or an image of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocLink {
    /// Where to, as written but with escapes of Markdown undone.
    pub target: String,
    /// Where the target is in the text, or the whole link if the target is not written there literally.
    pub span: Range<usize>,
    /// What it is.
    pub kind: LinkKind,
}

impl DocLink {
    /// Returns the word for it.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self.kind {
            LinkKind::Link | LinkKind::HtmlLink => "link",
            LinkKind::Image | LinkKind::HtmlImage => "image",
            LinkKind::HtmlMedia => "file",
        }
    }
}

/// What a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LinkKind {
    /// A link in Markdown.
    Link,
    /// An image in Markdown.
    Image,
    /// A `href` in HTML within Markdown.
    HtmlLink,
    /// The `src` of an image in HTML within Markdown.
    HtmlImage,
    /// The file of a video, an audio or a source in HTML within Markdown.
    HtmlMedia,
}

/// A link to an entity in double brackets: `[[component:web]]`, `[[api:pay|Payments]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BracketLink<'t> {
    /// The reference with its kind; what follows `#` names a part of the entity.
    pub target: &'t str,
    /// What readers see; the name of the entity by default.
    pub label: &'t str,
    /// How long all of it is, in bytes.
    pub length: usize,
}

impl<'t> BracketLink<'t> {
    /// Longer ones are text.
    const MOST: usize = 300;

    /// Reads the link that `text` begins with. A reference has its kind, so that nothing else in double brackets is taken for one.
    #[must_use]
    pub fn read(text: &'t str) -> Option<Self> {
        let inner = text.strip_prefix("[[")?;
        let limit = (0..=Self::MOST.min(inner.len())).rev().find(|at| inner.is_char_boundary(*at))?;
        let length = inner[..limit].find("]]")?;
        let inner = &inner[..length];
        let (target, label) =
            inner.split_once('|').map_or((inner, None), |(target, label)| (target, Some(label.trim())));
        let (reference, part) =
            target.split_once('#').map_or((target, None), |(reference, part)| (reference, Some(part)));
        let (kind, name) = reference.split_once(':')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_kind =
            kind.starts_with(|c: char| c.is_ascii_alphabetic()) && kind.chars().all(|c| c.is_ascii_alphanumeric());
        let mut names = name.split('/');
        let names_fit = names.clone().count() <= 2 && names.all(|name| !name.is_empty() && name.chars().all(is_name));
        let fits =
            is_kind && names_fit && !inner.contains(['[', ']', '\n']) && part.is_none_or(|part| !part.is_empty());
        let own = name.rsplit('/').next().unwrap_or(name);
        let label = label.filter(|label| !label.is_empty()).or(part).unwrap_or(own);
        fits.then_some(Self { target, label, length: length + 4 })
    }
}

/// Where a link leads, as the caller decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// The address for the page; `None` shows the text alone.
    pub href: Option<String>,
    /// Whether nothing is there; the link is marked with the class `broken`.
    pub broken: bool,
}

impl Resolved {
    /// Returns the address as written.
    #[must_use]
    pub fn as_written(target: &str) -> Self {
        Self { href: Some(target.to_owned()), broken: false }
    }
}

/// Decides where a link leads.
pub type Resolver<'a> = &'a (dyn Fn(&DocLink) -> Resolved + Sync);

#[cfg(test)]
mod bracket_tests {
    use super::BracketLink;

    #[test]
    fn only_references_with_a_kind_are_links() {
        let read = |text| BracketLink::read(text).map(|link| (link.target, link.label, link.length));
        assert_eq!(read("[[component:web]] x"), Some(("component:web", "web", 17)));
        assert_eq!(read("[[API:pay/v1-api|Payments]]"), Some(("API:pay/v1-api", "Payments", 27)));
        assert_eq!(read("[[api:pay#get /pets/{id}]]"), Some(("api:pay#get /pets/{id}", "get /pets/{id}", 26)));
        let long = format!("[[component:{}]]", "x".repeat(400));
        let others = [
            "[[Page]]",
            "[[toc: x]]",
            "[[http://x]]",
            "[[a:b/c/d]]",
            "[[a:]]",
            "[[:b]]",
            "[[a:b\n]]",
            "[[a:b",
            "[[[a:b]]",
            "[a:b]",
        ];
        for other in others.into_iter().chain([&*long]) {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
#[cfg(test)]
mod hostile;
