//! Problems as pages show them: with path, line and the line itself.

use std::collections::HashSet;

use crate::catalog::{Catalog, EntityId};
use crate::diag::{self, Code, Label, Positions, Severity};
use crate::portal::Portal;
use crate::workspace::Workspace;

/// How many characters of a long line are shown on each side of what is marked.
const CONTEXT: usize = 80;
/// Number of bytes around a place that are enough for that, secrets included.
const NEAR: usize = 4096;

/// One problem with its places looked up.
#[derive(Debug, Clone)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// The rule.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The places, the primary one first.
    pub places: Vec<Place>,
    /// Where else the same cause shows, as path and line; no more than anybody reads.
    pub elsewhere: Vec<(String, u32)>,
    /// At how many places it shows in all.
    pub count: usize,
    /// The entities concerned, each once, in the order of the places.
    pub entities: Vec<EntityId>,
}

impl Problem {
    /// Returns whether it is something that a reader of the entity has to know, and not only its author.
    #[must_use]
    pub fn is_for_readers(&self) -> bool {
        Code::find(self.code).is_some_and(|code| code.concerns_readers(self.severity))
    }
}

/// One place of a problem.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Place {
    /// The file as reports show it.
    pub path: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
    /// Why here; may be empty.
    pub text: String,
    /// The line before what is marked.
    pub before: String,
    /// What is marked.
    pub marked: String,
    /// The line after it.
    pub after: String,
}

/// Maximum number of further places of one cause that are listed.
const PLACES: usize = 50;

/// Looks up the places of all diagnostics, each cause once, in their order.
#[must_use]
pub fn read(workspace: &Workspace, portal: &Portal) -> Vec<Problem> {
    let mut positions = Positions::new(workspace);
    let read = |cause: &diag::Cause<'_>| {
        let first = cause.first;
        let shown = |span| first.labels.iter().any(|label| label.span == span);
        let mut others: Vec<_> = cause.others.iter().map(|other| other.span()).filter(|span| !shown(*span)).collect();
        let count = others.len() + 1;
        others.truncate(PLACES);
        let mut entities = Vec::new();
        let mut seen = HashSet::new();
        for diagnostic in std::iter::once(&first).chain(&cause.others) {
            let id = diagnostic.entity.as_ref().and_then(|reference| portal.catalog.find(reference));
            entities.extend(id.filter(|id| seen.insert(*id)));
        }
        Problem {
            severity: first.severity,
            code: first.code.as_str(),
            message: first.message.clone(),
            help: first.help.clone(),
            places: first.labels.iter().map(|label| place(label, &mut positions, &portal.catalog)).collect(),
            elsewhere: others
                .into_iter()
                .map(|span| (positions.path(span.file).to_string(), positions.place(span).start.line))
                .collect(),
            count,
            entities,
        }
    };
    diag::causes(&diag::bound(&portal.diagnostics)).iter().map(read).collect()
}

fn place(label: &Label, positions: &mut Positions<'_>, catalog: &Catalog) -> Place {
    let at = positions.place(label.span).start;
    let source = positions.source(label.span.file);
    let line = source.line(at.line);
    let text = source.text.as_deref().unwrap_or_default();
    let start = (label.span.start as usize).clamp(line.start, line.end.max(line.start));
    let end = (label.span.end as usize).clamp(start, line.end.max(start));
    // A whole file may be one line with many problems, so only the text nearby is examined.
    let near = |text: &str, at: usize| text.floor_char_boundary(at);
    let first = near(text, start.saturating_sub(NEAR)).max(line.start);
    let last = near(text, end + NEAR).min(line.end.max(end));
    let part = |range: std::ops::Range<usize>| {
        let part = text.get(range.clone()).unwrap_or_default();
        catalog.shown_source(label.span.file, range.start, part)
    };
    Place {
        path: source.path.to_string(),
        line: at.line,
        column: at.column,
        text: label.text.clone(),
        before: last_characters(part(first..start).trim_start_matches('\u{feff}'), CONTEXT),
        marked: first_characters(&part(start..end.min(near(text, start + NEAR))), CONTEXT),
        after: first_characters(&part(end..last), CONTEXT),
    }
}

fn first_characters(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn last_characters(text: &str, limit: usize) -> String {
    // From the end, since a file may be one long line with many problems.
    let mut from_end = text.char_indices().rev().skip(limit.saturating_sub(1));
    match (from_end.next(), from_end.next()) {
        (Some((start, _)), Some(_)) => format!("…{}", &text[start..]),
        _ => text.to_owned(),
    }
}
