//! `check --fix`: documents with the remedies that need no judgement.
//!
//! Decides which problems are fixed and how each is described; what the text becomes is for [`techdocs::fix_document`]
//! and the links to say. Writes nothing.

use std::collections::HashSet;
use std::sync::Arc;

use super::links::Links;
use super::lints;
use super::pages::Source;
use crate::diag::{Code, Diagnostic, codes};
use crate::markdown::MarkdownLint;
use crate::markdown::techdocs::{self, IncludeFile, Options};
use crate::text::FileId;

/// A document as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MendedDocument {
    /// The document.
    pub file: FileId,
    /// Its text as it was read.
    pub before: Arc<str>,
    /// Its text as it should be.
    pub text: String,
    /// What was fixed, in the order of lines.
    pub mends: Vec<Mend>,
}

/// One place that was fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// The line in the text as it was read, from 1.
    pub line: usize,
    /// What was done there.
    pub what: &'static str,
}

/// The problems to fix, by rule and place.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    places: HashSet<(FileId, Code, usize)>,
    files: HashSet<FileId>,
}

impl Wanted {
    /// Picks those of `problems` that may have a remedy.
    pub(super) fn new(problems: &[Diagnostic]) -> Self {
        let mut wanted = Self::default();
        for problem in problems {
            let remedied =
                [codes::LIST_IN_PARAGRAPH, codes::LIST_INDENTATION, codes::INVALID_FENCE, codes::BROKEN_LINK];
            if remedied.contains(&problem.code) {
                let span = problem.span();
                wanted.places.insert((span.file, problem.code, span.range().start));
                wanted.files.insert(span.file);
            }
        }
        wanted
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub(super) fn has_file(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }
}

/// Fixes one document; `None` if nothing can be fixed.
///
/// `html` says whether links in HTML may be changed: only where the address of a page is what MkDocs makes of it by default.
pub(super) fn document(
    links: &Links<'_>,
    page: &Source,
    options: &Options,
    include: IncludeFile<'_>,
    wanted: &Wanted,
    html: bool,
) -> Option<MendedDocument> {
    let before = links.workspace.text(page.file, links.workspace.config().limits.document).ok()?;
    let line_of = |offset: usize| before[..offset].matches('\n').count();
    let mut text = before.to_string();
    let mut mends = Vec::new();
    if html {
        // From the end, so that what is still to come stays where it is.
        for link in techdocs::outline(&before, options, include).links.iter().rev() {
            let is_wanted = wanted.places.contains(&(page.file, codes::BROKEN_LINK, link.span.start));
            if !is_wanted || before.get(link.span.clone()) != Some(link.target.as_str()) {
                continue;
            }
            if let Some(address) = links.address_for_html(page, link) {
                text.replace_range(link.span.clone(), &address);
                mends.push(Mend { line: line_of(link.span.start) + 1, what: "made the path relative to the page" });
            }
        }
    }
    let lines: HashSet<(Code, usize)> = wanted
        .places
        .iter()
        .filter(|(file, ..)| *file == page.file)
        .map(|(_, code, start)| (*code, line_of((*start).min(before.len()))))
        .collect();
    let is_wanted = |loss: MarkdownLint, line: usize| lines.contains(&(lints::code(loss), line));
    if let Some(mended) = techdocs::fix_document(&text, options, include, &is_wanted) {
        text = mended.text;
        mends.extend(mended.mends.iter().map(|(loss, line)| Mend { line: line + 1, what: what(*loss) }));
    }
    mends.sort_by_key(|mend| mend.line);
    (!mends.is_empty()).then_some(MendedDocument { file: page.file, before, text, mends })
}

fn what(loss: MarkdownLint) -> &'static str {
    match loss {
        MarkdownLint::ListUnderText => "put a blank line above the list",
        MarkdownLint::ListIndent => "indented the list so that it nests",
        MarkdownLint::FenceHeader => "put the header of the fence into the form that is read",
        _ => "fixed",
    }
}
