//! How large an index is, and what takes the room.

use std::fmt;

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;
use crate::workspace::Workspace;

/// The bytes of an index by what they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many things can be found.
    pub documents: usize,
    /// How many files there are.
    pub files: usize,
    /// Bytes by part, the largest first.
    pub parts: Vec<(&'static str, u64)>,
}

impl Report {
    /// Returns the bytes of the whole index.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|(_, bytes)| bytes).sum()
    }
}

/// Measures an index, given the sizes of its files in bytes by path.
#[must_use]
pub fn report<'a>(files: impl Iterator<Item = (&'a str, u64)>, documents: usize) -> Report {
    let mut parts = [("words", 0), ("names", 0), ("slips", 0), ("results", 0), ("filters", 0), ("module", 0)];
    let mut count = 0;
    for (path, bytes) in files {
        count += 1;
        // `search/FOLDER/t/0/0.bin`
        let part = match path.split('/').nth(2) {
            Some("t") => 0,
            Some("w") => 1,
            Some("f") => 2,
            Some("d") => 3,
            Some(_) => 4,
            None => 5,
        };
        parts[part].1 += bytes;
    }
    let mut parts = parts.to_vec();
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    Report { documents, files: count, parts }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        write!(
            f,
            "search index: {}, {} entr{} in {} file{} (",
            size(self.bytes()),
            self.documents,
            if self.documents == 1 { "y" } else { "ies" },
            self.files,
            plural(self.files)
        )?;
        for (at, (part, bytes)) in self.parts.iter().enumerate() {
            write!(f, "{}{part} {}", if at == 0 { "" } else { ", " }, size(*bytes))?;
        }
        f.write_str(")")
    }
}

/// Writes a number of bytes for people.
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}

/// Reports an index that is larger than the configuration allows.
#[must_use]
pub fn over_budget(workspace: &Workspace, report: &Report) -> Diagnostics {
    let config = workspace.config();
    let Some(budget) = config.search.budget.filter(|budget| report.bytes() > *budget) else {
        return Diagnostics::new();
    };
    let span = config.places.get("search.budget").or_else(|| workspace.config_file().map(Span::whole));
    let message =
        format!("the search index has {}, {} more than allowed", size(report.bytes()), size(report.bytes() - budget));
    let (part, bytes) = report.parts[0];
    let help = format!(
        "most of it are {part} ({}); leave out with `search.exclude` what nobody searches, or raise the budget",
        size(bytes)
    );
    span.map(|span| Diagnostic::new(codes::SEARCH_BUDGET, span, message).help(help)).into_iter().collect()
}
