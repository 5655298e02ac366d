//! The Markdown of TechDocs: what MkDocs with mkdocs-techdocs-core makes of a page.
//!
//! Python-Markdown is not CommonMark, and its extensions see each other's intermediate results, so the engine keeps the
//! original's stages: text passes that take out includes, edits, diagrams, fences and raw HTML; block processors asked
//! in a fixed order; inline patterns in a fixed order over each text of the tree; skips the tree (footnotes, attribute
//! lists, abbreviations, symbols, headings); writing, with the parts that were taken out put back.
//!
//! Deliberate differences: emoji are characters, not pictures; line numbers are left to the theme; table cells and progress
//! bars carry attributes instead of inline styles, because pages run under a policy without them.
//!
//! Reads no files and knows no URLs of pages: both come through the [`Resolver`]. Does not sanitise: raw HTML passes through,
//! what shows the result must clean it.

mod block;
mod block_processors;
mod document;
mod ext;
mod extension_state;
mod foreign;
mod prefilter;
mod html;
mod inline;
mod inline_text;
mod links;
mod lints;
mod fix;
mod options;
mod parser;
mod processors;
mod spans;
mod stash;
mod tree;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_yaml::Mapping;

pub use document::{IncludeFile, document, included, outline};
pub(in crate::markdown) use ext::emoji::with_characters;
pub use fix::{FixedDocument, fix_document};
pub use lints::{Foreign, LintFinding, MarkdownLint};
pub use options::{
    Case, CustomFence, EmojiIndex, Escapes, FenceFormat, Options, RepositoryHost, RepositoryOptions, Slugify,
    SnippetOptions, TocOptions,
};
pub use prefilter::may_have_findings;

use crate::math;
use parser::Parser;

/// What a page needs from the world around it.
pub trait Resolver {
    /// Returns what to write for the target of a link or image in Markdown syntax; nothing leaves it as it is.
    fn link(&self, target: &str, kind: LinkKind) -> Option<String> {
        let _ = (target, kind);
        None
    }

    /// Returns the text of a file, by its path from the folder of `mkdocs.yml`, without `.`, and with `..` only in front.
    fn include(&self, path: &str) -> Option<Arc<str>> {
        let _ = path;
        None
    }

    /// Returns the HTML of code: escaped, with `<span class>` at most.
    fn highlight(&self, code: &str, language: &str) -> String {
        let _ = language;
        let mut out = String::with_capacity(code.len());
        html::escape_all(&mut out, code);
        out
    }

    /// Returns the HTML of a diagram, by the language of its source.
    fn diagram(&self, language: &str, source: &str) -> Drawn {
        let _ = (language, source);
        Drawn::Unknown
    }

    /// Returns the HTML of a formula, if it can be read.
    fn formula(&self, tex: &str, place: math::Place) -> Drawn {
        let _ = (tex, place);
        Drawn::Unknown
    }

    /// Returns the SVG of an icon such as `material-account`.
    fn icon(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
}

/// What becomes of a source that a picture can be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drawn {
    /// It is in a language that is shown as it is.
    Unknown,
    /// The HTML of the picture.
    Html(String),
    /// It cannot be read.
    Not,
    /// It is not drawn here, and neither is there a picture of it.
    Missing {
        /// The file beside the document in which its picture would be taken from.
        file: String,
        /// Why it is not drawn.
        failure: crate::diagram::Failure,
    },
}

/// A resolver without files: links stay as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl Resolver for NoFiles {}

/// Whether a target is followed or shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// `[text](target)`
    Link,
    /// `![text](target)`
    Image,
}

/// A heading of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Unique on the page.
    pub id: String,
    /// Plain text.
    pub title: String,
    /// HTML without the permalink.
    pub title_html: String,
}

/// A link or image in Markdown syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// As written.
    pub target: String,
    /// Followed or shown.
    pub kind: LinkKind,
    /// Where the target is in the source; `None` if it comes from an included file.
    pub span: Option<Range<usize>>,
}

/// A text that a page asks for and does not get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingInclude {
    /// The path as written, without lines or section.
    pub path: String,
    /// Why there is nothing.
    pub fault: IncludeFault,
    /// The included file that asks for it, as a path from the folder of `mkdocs.yml`; `None` for the page itself.
    pub within: Option<String>,
    /// The line that asks for it, in that file or in the page.
    pub span: Range<usize>,
}

/// Why nothing is included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IncludeFault {
    /// There is no such file.
    File,
    /// It is an address, and nothing is fetched.
    Url,
    /// The file has no such section.
    Section {
        /// The section.
        name: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// The file has only this many lines.
    Lines(usize),
    /// A block of paths is not closed.
    Unclosed,
    /// The line is not in the form of an include.
    Form,
}

/// Returns whether a page finds a file to include; `include` returns files by their paths from the folder of `mkdocs.yml`.
#[must_use]
pub fn finds_include(options: &Options, path: &str, include: IncludeFile<'_>) -> bool {
    ext::snippets::finds(&options.snippets.base_paths, path, include)
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The content; not sanitised.
    pub html: String,
    /// All headings in order.
    pub headings: Vec<Heading>,
    /// The text of the heading of level 1 that the page begins with.
    pub title: Option<String>,
    /// The data at the start of the page.
    pub front_matter: Mapping,
    /// Links and images in order.
    pub links: Vec<Link>,
    /// What the author meant and does not get, in order.
    pub lost: Vec<LintFinding>,
    /// What was to be included and is not, in order.
    pub missing: Vec<MissingInclude>,
}

/// Maximum number of bytes of what is written once and shown repeatedly, beyond four times the page: the text of an
/// abbreviation is at every use, the address of a reference in every link.
const MAX_REPEATS: usize = 1 << 20;

/// Renders a page. Never fails: what cannot be read stays text.
#[must_use]
pub fn render(text: &str, options: &Options, resolver: &dyn Resolver) -> Output {
    let source = normalize_newlines(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut parser = Parser::new(options, resolver);
    parser.processors = block_processors::of(options);
    let (front_matter, body) = match ext::meta::split(&source) {
        Ok(split) => split,
        Err(ext::meta::TooDeep) => {
            parser.losses.note_part(MarkdownLint::DeepFrontMatter, "---");
            (Mapping::new(), &*source)
        }
    };
    let body = ext::alerts::convert(body);

    parser.effort = 500_000 + 16 * body.len() as u64;
    parser.repeats = MAX_REPEATS + 4 * body.len();
    let body = preprocess(&mut parser, &body);
    parser.tree.expect(body.len());
    let root = parser.tree.make("div");
    if !body.trim().is_empty() {
        parser.parse_chunk(root, &body);
    }
    ext::container::note_empty(&mut parser);

    ext::footnotes::append_notes(&mut parser, root);
    ext::highlight::render_indented(&mut parser, root);
    ext::tasklist::apply(&mut parser, root);
    inline::process(&mut parser, root);
    ext::footnotes::link_repeated(&mut parser, root);
    ext::attr_list::apply(&mut parser, root);
    ext::abbr::mark_words(&mut parser, root);
    ext::smartsymbols::apply(&mut parser, root);
    if options.smarty {
        ext::smarty::apply(&mut parser, root);
    }
    let links = links::resolve(&mut parser, root);
    let headings = ext::toc::apply(&mut parser, root);

    let begins_with_title = parser.tree[root].children.first().is_some_and(|first| parser.tree[*first].tag == "h1");
    Output {
        html: html::render_inner(&parser, root).trim().to_owned(),
        title: headings.first().filter(|_| begins_with_title).map(|heading| heading.title.clone()),
        headings,
        front_matter,
        links: spans::locate(text, links),
        lost: parser.losses.locate(text),
        missing: ext::snippets::locate(parser.missing, text, &|path| resolver.include(path)),
    }
}

/// Runs the passes that come before blocks.
fn preprocess(parser: &mut Parser<'_>, text: &str) -> String {
    let text = ext::snippets::include(parser, text);
    let reserved = ['\u{1}', '\u{2}', '\u{3}', '\u{4}'];
    let text = if has_reserved(&text) { text.replace(reserved, "") } else { text };
    let text = ext::graphviz::extract(parser, &text);
    let text = ext::critic::extract(parser, &text);
    let text = normalize_space(&text);
    let text = ext::plantuml::extract(parser, &text);
    let text = if parser.options.meta { ext::meta::without(&text).to_owned() } else { text };
    let text = ext::superfences::extract(parser, &text);
    ext::md_in_html::extract(parser, &text)
}

/// Returns whether a text holds characters that marks are made of.
fn has_reserved(text: &str) -> bool {
    memchr::memchr3(1, 2, 3, text.as_bytes()).is_some() || memchr::memchr(4, text.as_bytes()).is_some()
}

fn normalize_newlines(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// Expands tabs to spaces, empties blank lines, and ends the text with blank ones.
fn normalize_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let bytes = text.as_bytes();
    // Lines that stay as they are, which nearly all do, are copied together.
    let mut copied = 0;
    let mut start = 0;
    while start <= text.len() {
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(text.len(), |at| start + at);
        let line = &text[start..end];
        let has_tab = memchr::memchr(b'\t', line.as_bytes()).is_some();
        // The first line is never emptied.
        let is_blank = start > 0 && line.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        if has_tab || (is_blank && !line.is_empty()) {
            out.push_str(&text[copied..start]);
            if !is_blank {
                push_without_tabs(&mut out, line);
            }
            copied = end;
        }
        start = end + 1;
    }
    out.push_str(&text[copied..]);
    out.push_str("\n\n");
    out
}

fn push_without_tabs(out: &mut String, line: &str) {
    let mut column = 0;
    for character in line.chars() {
        if character == '\t' {
            let width = 4 - column % 4;
            out.push_str(&"    "[..width]);
            column += width;
        } else {
            out.push(character);
            column += 1;
        }
    }
}
