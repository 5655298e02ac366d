//! The saved files of a source.

use std::ops::Range;
use std::sync::Arc;

use super::incomplete;
use super::json::Part;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::workspace::Workspace;

/// How large a file may be, in bytes.
pub(super) const MAX_FILE: u64 = 256 << 20;

/// A file of a source with its text.
pub(super) struct Saved {
    pub(super) file: FileId,
    /// Its path below the folder that the source names.
    pub(super) path: String,
    pub(super) text: Arc<str>,
}

impl Saved {
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// Returns the value of a file of JSON; nothing, with a report, if it is none.
    pub(super) fn json(&self, found: &mut Diagnostics) -> Option<Part<'_>> {
        match Part::whole(&self.text) {
            Ok(part) => Some(part),
            Err(broken) => {
                let what = if self.text.trim().is_empty() {
                    "this answer is empty"
                } else {
                    "this answer is no JSON, or it is cut off here"
                };
                found.push(incomplete(self.span(broken.at..(broken.at + 1).min(self.text.len().max(broken.at))), what));
                None
            }
        }
    }
}

/// Reads the files that a source means with a folder or a pattern; `key` is where the configuration says so.
pub(super) fn read(workspace: &Workspace, pattern: &str, key: &str, found: &mut Diagnostics) -> Vec<Saved> {
    let files = workspace.saved_files(pattern);
    let place = workspace.config().places.get(key).or_else(|| workspace.config_file().map(Span::whole));
    if files.is_empty()
        && let Some(place) = place
    {
        found.push(
            Diagnostic::new(codes::ORG_DATA_INCOMPLETE, place, format!("there is no saved answer `{pattern}`"))
                .help("save the answers of the source there; `playbill org script` prints the commands"),
        );
    }
    let mut out = Vec::new();
    for saved in files {
        let file = workspace.snapshot_id(&saved);
        match workspace.read_snapshot(&saved, MAX_FILE).map(String::from_utf8) {
            Ok(Ok(text)) => out.push(Saved { file, path: saved.path().to_owned(), text: text.into() }),
            Ok(Err(error)) => {
                let at = error.utf8_error().valid_up_to();
                found.push(incomplete(Span::new(file, at, at + 1), "this answer is no UTF-8"));
            }
            Err(error) => found.push(incomplete(Span::whole(file), format!("this answer cannot be read: {error}"))),
        }
    }
    out
}

/// A list that comes in pages, and whether its last page is there.
#[derive(Default)]
pub(super) struct Pages {
    /// Where a page says that another one follows.
    follows: Vec<Span>,
    /// How many pages there are.
    count: usize,
}

impl Pages {
    /// Notes a page, and where it says that more follows.
    pub(super) fn page(&mut self, follows: Option<Span>) {
        self.count += 1;
        self.follows.extend(follows);
    }

    /// Reports that a page is missing: each but the last says that another one follows.
    pub(super) fn finish(&self, what: &str, found: &mut Diagnostics) {
        if let Some(last) = self.follows.last()
            && self.follows.len() >= self.count
        {
            found.push(incomplete(*last, format!("this answer says that more {what} follow, and no file has them")));
        }
    }
}
