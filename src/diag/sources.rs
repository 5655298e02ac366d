//! Where the text of a diagnostic comes from, and which line and column a span is.

use std::collections::HashMap;
use std::sync::Arc;

use super::Diagnostic;
use crate::text::{FileId, LineColumn, LineIndex, Span};

/// Gives the paths and texts of the files that diagnostics are about.
pub trait Sources: Sync {
    /// Returns the path as reports show it: `/`-separated, relative to the scanned root.
    fn path(&self, file: FileId) -> Arc<str>;

    /// Returns the whole text that the spans were made for; `None` if it cannot be read or is not text.
    fn text(&self, file: FileId) -> Option<Arc<str>>;
}

/// Where a span starts and ends, as editors count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The first character.
    pub start: LineColumn,
    /// One past the last character.
    pub end: LineColumn,
}

/// One file of [`Positions`].
#[derive(Debug)]
pub struct Source {
    /// The path as reports show it.
    pub path: Arc<str>,
    /// The text, if there is one.
    pub text: Option<Arc<str>>,
    lines: LineIndex,
}

impl Source {
    /// Returns the line and column of a byte offset; without a text, the first character.
    #[must_use]
    pub fn position(&self, offset: usize) -> LineColumn {
        let first = LineColumn { line: 1, column: 1 };
        self.text.as_ref().map_or(first, |text| self.lines.position(text, offset))
    }

    /// Returns the bytes of a line, counted from 1, without what ends it.
    #[must_use]
    pub fn line(&self, line: u32) -> std::ops::Range<usize> {
        self.text.as_deref().map_or(0..0, |text| self.lines.line(text, line))
    }
}

/// Finds lines and columns, indexing each file only once.
pub struct Positions<'a> {
    sources: &'a dyn Sources,
    files: HashMap<FileId, Source>,
}

impl<'a> Positions<'a> {
    /// Makes an empty index over `sources`.
    #[must_use]
    pub fn new(sources: &'a dyn Sources) -> Self {
        Self { sources, files: HashMap::new() }
    }

    /// Returns the path of a file.
    pub fn path(&mut self, file: FileId) -> Arc<str> {
        Arc::clone(&self.source(file).path)
    }

    /// Returns where a span starts and ends.
    pub fn place(&mut self, span: Span) -> Place {
        let source = self.source(span.file);
        let start = source.position(span.start as usize);
        Place { start, end: source.position(span.end.max(span.start) as usize) }
    }

    /// Returns a file with its lines.
    pub fn source(&mut self, file: FileId) -> &mut Source {
        self.files.entry(file).or_insert_with(|| {
            let text = self.sources.text(file);
            let lines = LineIndex::new(text.as_deref().unwrap_or_default());
            Source { path: self.sources.path(file), text, lines }
        })
    }
}

/// Sorts by path, place and code, and drops repetitions of the same finding.
///
/// Ids of files have no order, so the order of paths is what makes reports the same on every machine.
pub fn sort_and_dedup(diagnostics: &mut Vec<Diagnostic>, sources: &dyn Sources) {
    let mut paths: HashMap<FileId, Arc<str>> = HashMap::new();
    diagnostics.sort_by_cached_key(|diagnostic| {
        let span = diagnostic.span();
        let path = paths.entry(span.file).or_insert_with(|| sources.path(span.file));
        (Arc::clone(path), span.start, diagnostic.code, span.end, diagnostic.message.clone())
    });
    diagnostics.dedup_by(|a, b| a.code == b.code && a.span() == b.span() && a.message == b.message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::sample::Files;
    use crate::diag::{Diagnostic, codes};

    #[test]
    fn findings_are_sorted_by_path_and_repeated_ones_are_dropped() {
        let files = Files::new(&[("b.yaml", Some("")), ("a.yaml", Some(""))]);
        let at = |file, start, message| {
            Diagnostic::new(codes::INVALID_NAME, Span::new(FileId::new(file), start, start + 1), message)
        };
        let mut found = vec![at(0, 0, "third"), at(1, 5, "second"), at(1, 2, "first"), at(1, 5, "second")];
        found[3].entity = Some("component:default/x".into());
        sort_and_dedup(&mut found, &files);
        let messages: Vec<_> = found.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        assert_eq!(messages, ["first", "second", "third"]);
    }
}
