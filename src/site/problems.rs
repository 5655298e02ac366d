//! Problems as pages show them: with path, line and the line itself.

use crate::catalog::EntityId;
use crate::diag::{self, Label, Positions, Severity};
use crate::portal::Portal;
use crate::workspace::Workspace;

/// How many characters of a long line are shown on each side of what is marked.
const CONTEXT: usize = 80;

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
    /// The entity concerned.
    pub entity: Option<EntityId>,
}

/// One place of a problem.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Place {
    /// The file as reports show it.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1.
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

/// Looks up the places of the diagnostics that a report shows, in their order.
#[must_use]
pub fn read(workspace: &Workspace, portal: &Portal) -> Vec<Problem> {
    let mut positions = Positions::new(workspace);
    let read = |diagnostic: &crate::diag::Diagnostic| Problem {
        severity: diagnostic.severity,
        code: diagnostic.code.as_str(),
        message: diagnostic.message.clone(),
        help: diagnostic.help.clone(),
        places: diagnostic.labels.iter().map(|label| place(label, &mut positions)).collect(),
        entity: diagnostic.entity.as_ref().and_then(|reference| portal.catalog.find(reference)),
    };
    diag::bound(&portal.diagnostics).iter().map(read).collect()
}

fn place(label: &Label, positions: &mut Positions<'_>) -> Place {
    let at = positions.place(label.span).start;
    let source = positions.source(label.span.file);
    let line = source.line(at.line);
    let text = source.text.as_deref().unwrap_or_default();
    let start = (label.span.start as usize).clamp(line.start, line.end.max(line.start));
    let end = (label.span.end as usize).clamp(start, line.end.max(start));
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    Place {
        path: source.path.to_string(),
        line: at.line,
        column: at.column,
        text: label.text.clone(),
        before: last_characters(part(line.start..start).trim_start_matches('\u{feff}'), CONTEXT),
        marked: first_characters(part(start..end), CONTEXT),
        after: first_characters(part(end..line.end.max(end)), CONTEXT),
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
