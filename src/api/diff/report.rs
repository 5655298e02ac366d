//! Changes as text for people, JSON for programs, and Markdown for pull requests.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Change, Level, listed};
use crate::diag::visible::{visible, visible_json};
use crate::diag::{Positions, Sources};
use crate::text::Span;

/// How many operations are named in text.
const NAMED: usize = 3;

/// Everything that was compared.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// How many changes break something.
    pub breaking: usize,
    /// How many may.
    pub risky: usize,
    /// How many do not.
    pub compatible: usize,
    /// Those APIs that have changed.
    pub apis: Vec<ApiReport>,
}

/// The changes of one API.
#[derive(Debug, Serialize)]
pub struct ApiReport {
    /// The reference of the API in the catalog.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The name for readers.
    pub name: String,
    /// The format with its version.
    pub format: String,
    /// The references of those who consume it.
    pub consumers: Vec<String>,
    /// What has changed, the worst first.
    pub changes: Vec<Line>,
}

/// One change with its places.
#[derive(Debug, Serialize)]
pub struct Line {
    /// `breaking`, `risky` or `compatible`.
    pub level: &'static str,
    /// The rule.
    pub rule: &'static str,
    /// The operation, message or type that has changed.
    pub subject: String,
    /// What has changed.
    pub message: String,
    /// Where it was.
    pub old: Option<Place>,
    /// Where it is.
    pub new: Option<Place>,
    /// The operations that it reaches.
    pub operations: Vec<String>,
}

/// A place in a file, as editors count.
#[derive(Debug, Serialize)]
pub struct Place {
    /// The path, as reports show it.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// Finds the places of changes in the files that the two versions were read from.
#[must_use]
pub fn lines(changes: Vec<Change>, old: &dyn Sources, new: &dyn Sources) -> Vec<Line> {
    let (mut before, mut after) = (Positions::new(old), Positions::new(new));
    let place = |positions: &mut Positions<'_>, sources: &dyn Sources, span: Option<Span>| {
        let span = span?;
        let start = positions.place(span).start;
        Some(Place { file: sources.path(span.file).to_string(), line: start.line, column: start.column })
    };
    changes
        .into_iter()
        .map(|change| Line {
            level: change.level.as_str(),
            rule: change.rule.name,
            subject: change.subject,
            message: change.message,
            old: place(&mut before, old, change.old),
            new: place(&mut after, new, change.new),
            operations: change.operations,
        })
        .collect()
}

impl Report {
    /// Adds an API, unless nothing of it has changed.
    pub fn push(&mut self, api: ApiReport) {
        for line in &api.changes {
            match line.level {
                "breaking" => self.breaking += 1,
                "risky" => self.risky += 1,
                _ => self.compatible += 1,
            }
        }
        if !api.changes.is_empty() {
            self.apis.push(api);
        }
    }

    /// Returns the worst that any change means.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        match (self.breaking, self.risky, self.compatible) {
            (0, 0, 0) => None,
            (0, 0, _) => Some(Level::Compatible),
            (0, _, _) => Some(Level::Risky),
            _ => Some(Level::Breaking),
        }
    }

    /// Writes JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = visible_json(serde_json::to_string_pretty(self).unwrap_or_default());
        text.push('\n');
        text
    }

    /// Writes text for people.
    #[must_use]
    pub fn text(&self, color: bool) -> String {
        let mut out = Self::text_of(&self.apis, color);
        let _ = writeln!(out, "{}", self.counts());
        out
    }

    /// Writes the changes of some APIs for people.
    #[must_use]
    pub fn text_of(apis: &[ApiReport], color: bool) -> String {
        let paint = |level: &str, text: &str| match (color, level) {
            (false, _) => text.to_owned(),
            (true, "breaking") => format!("\u{1b}[1;31m{text}\u{1b}[0m"),
            (true, "risky") => format!("\u{1b}[1;33m{text}\u{1b}[0m"),
            (true, _) => format!("\u{1b}[32m{text}\u{1b}[0m"),
        };
        let mut out = String::new();
        for api in apis {
            let _ = writeln!(out, "{} ({}): {}", visible(&api.name), visible(&api.format), counts(&api.changes));
            if !api.consumers.is_empty() {
                let _ = writeln!(out, "consumed by {}", visible(&api.consumers.join(", ")));
            }
            for line in &api.changes {
                let head = paint(line.level, &format!("{}[{}]", line.level, line.rule));
                let _ = writeln!(out, "\n{head}: {}: {}", visible(&line.subject), visible(&line.message));
                for (what, place) in [("old", &line.old), ("new", &line.new)] {
                    if let Some(place) = place {
                        let _ = writeln!(out, "  {what} {}:{}:{}", visible(&place.file), place.line, place.column);
                    }
                }
                if let Some(users) = users(&line.operations) {
                    let _ = writeln!(out, "  used by {}", visible(&users));
                }
            }
            out.push('\n');
        }
        out
    }

    /// Writes Markdown, for a comment on a pull request.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "## API changes\n\n{}", capital(&self.counts()));
        for api in &self.apis {
            let _ = writeln!(out, "\n### {}\n\n{}.", cell(&api.name), capital(&counts(&api.changes)));
            if !api.consumers.is_empty() {
                let _ = writeln!(out, "\nConsumed by {}.", listed(api.consumers.iter().map(String::as_str)));
            }
            for level in ["breaking", "risky", "compatible"] {
                let lines: Vec<&Line> = api.changes.iter().filter(|line| line.level == level).collect();
                if lines.is_empty() {
                    continue;
                }
                // What breaks is read; what does not is there for whoever looks.
                let folded = level == "compatible";
                if folded {
                    let _ = writeln!(out, "\n<details><summary>{} compatible</summary>", lines.len());
                }
                let _ = writeln!(out, "\n| {level} | change | rule | place |\n|---|---|---|---|");
                for line in lines {
                    let place = line.new.as_ref().or(line.old.as_ref());
                    let place = place.map(|place| format!("`{}:{}`", cell(&place.file), place.line));
                    let users = users(&line.operations).map(|users| format!(", used by {users}"));
                    let _ = writeln!(
                        out,
                        "| `{}` | {}{} | {} | {} |",
                        cell(&line.subject).replace('`', "'"),
                        cell(&line.message),
                        cell(&users.unwrap_or_default()),
                        line.rule,
                        place.unwrap_or_default()
                    );
                }
                if folded {
                    out.push_str("\n</details>\n");
                }
            }
        }
        out
    }

    fn counts(&self) -> String {
        if self.worst().is_none() {
            return "no changes".to_owned();
        }
        format!("{} breaking, {} risky, {} compatible", self.breaking, self.risky, self.compatible)
    }
}

fn counts(lines: &[Line]) -> String {
    let of = |level: &str| lines.iter().filter(|line| line.level == level).count();
    format!("{} breaking, {} risky, {} compatible", of("breaking"), of("risky"), of("compatible"))
}

fn users(operations: &[String]) -> Option<String> {
    let named: Vec<&str> = operations.iter().take(NAMED).map(String::as_str).collect();
    if named.is_empty() {
        return None;
    }
    let more = operations.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{}{more}", named.join(", ")))
}

fn capital(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}

/// Makes a text safe within a cell of a table of Markdown.
fn cell(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}
