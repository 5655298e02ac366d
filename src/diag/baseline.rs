//! Accepted findings: a file that lists them, so that only new ones are reported.
//!
//! A finding is recognised by its rule, file and message, not by its line, so that editing above it changes nothing.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use super::{Diagnostic, Diagnostics, Positions, Sources, fingerprint};

/// The format written; a file of a later one is refused.
const VERSION: u32 = 1;

/// The accepted findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Identity, Accepted>,
}

/// The key of an accepted finding; also the order in the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    file: String,
    code: String,
    fingerprint: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Accepted {
    message: String,
    count: u32,
}

/// One accepted finding as it is in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// The path as reports name it.
    pub file: String,
    /// The name of the rule.
    pub code: String,
    /// What makes it the same finding when it moves.
    pub fingerprint: String,
    /// How many such findings there are.
    pub count: u32,
    /// The message, for people who read the file; not compared.
    pub message: String,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    findings: Vec<BaselineEntry>,
}

/// Why a text is no baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It is not JSON of the right form.
    #[error("line {line}, column {column}: {message}")]
    Format {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A newer Playbill wrote it.
    #[error("written by a newer version of Playbill (format {0}, known up to {VERSION})")]
    Newer(u32),
}

/// The findings that are new, and what became of the accepted ones.
#[derive(Debug, Default)]
pub struct Applied {
    /// Findings that the baseline does not hold.
    pub diagnostics: Diagnostics,
    /// How many were accepted and left out.
    pub accepted: usize,
    /// Entries that occur no longer, or less often; `count` says by how much.
    pub gone: Vec<BaselineEntry>,
}

impl Baseline {
    /// Makes a baseline that accepts all of `diagnostics`.
    #[must_use]
    pub fn new(diagnostics: &[Diagnostic], sources: &dyn Sources) -> Self {
        let mut positions = Positions::new(sources);
        let mut entries: BTreeMap<Identity, Accepted> = BTreeMap::new();
        for diagnostic in diagnostics {
            let accepted = entries
                .entry(identity(diagnostic, &mut positions))
                .or_insert_with(|| Accepted { message: diagnostic.message.clone(), count: 0 });
            accepted.count += 1;
        }
        Self { entries }
    }

    /// Reads a baseline from the text of its file.
    ///
    /// # Errors
    /// When the text is no baseline, or one of a newer format.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let file: File = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let message = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            BaselineError::Format {
                line: error.line(),
                column: error.column(),
                message: message.strip_suffix(&place).unwrap_or(&message).to_owned(),
            }
        })?;
        if file.version > VERSION {
            return Err(BaselineError::Newer(file.version));
        }
        let mut entries: BTreeMap<Identity, Accepted> = BTreeMap::new();
        for entry in file.findings {
            let identity = Identity { file: entry.file, code: entry.code, fingerprint: entry.fingerprint };
            let accepted = entries.entry(identity).or_insert(Accepted { message: entry.message, count: 0 });
            accepted.count = accepted.count.saturating_add(entry.count);
        }
        Ok(Self { entries })
    }

    /// Writes the baseline, one finding a line and sorted, so that changes to the file can be reviewed and merged.
    ///
    /// # Errors
    /// Only when `out` fails.
    pub fn write(&self, out: &mut dyn Write) -> fmt::Result {
        write!(out, "{{\n  \"version\": {VERSION},\n  \"findings\": [")?;
        for (index, (identity, accepted)) in self.entries.iter().enumerate() {
            let entry = serde_json::to_string(&entry(identity, accepted, accepted.count)).map_err(|_| fmt::Error)?;
            write!(out, "{}\n    {entry}", if index == 0 { "" } else { "," })?;
        }
        out.write_str(if self.entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" })
    }

    /// Leaves out accepted findings, at most as often as each was accepted; the first ones go.
    #[must_use]
    pub fn apply(&self, diagnostics: Diagnostics, sources: &dyn Sources) -> Applied {
        let mut positions = Positions::new(sources);
        let mut left = self.entries.clone();
        let mut applied = Applied::default();
        for diagnostic in diagnostics {
            match left.get_mut(&identity(&diagnostic, &mut positions)) {
                Some(accepted) if accepted.count > 0 => {
                    accepted.count -= 1;
                    applied.accepted += 1;
                }
                _ => applied.diagnostics.push(diagnostic),
            }
        }
        applied.gone = left
            .iter()
            .filter(|(_, accepted)| accepted.count > 0)
            .map(|(identity, accepted)| entry(identity, accepted, accepted.count))
            .collect();
        applied
    }

    /// Returns how many findings are accepted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.values().map(|accepted| accepted.count as usize).sum()
    }

    /// Returns whether nothing is accepted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn identity(diagnostic: &Diagnostic, positions: &mut Positions<'_>) -> Identity {
    let path = positions.path(diagnostic.span().file);
    Identity {
        fingerprint: fingerprint::of(diagnostic, &path),
        file: path.to_string(),
        code: diagnostic.code.as_str().to_owned(),
    }
}

fn entry(identity: &Identity, accepted: &Accepted, count: u32) -> BaselineEntry {
    BaselineEntry {
        file: identity.file.clone(),
        code: identity.code.clone(),
        fingerprint: identity.fingerprint.clone(),
        count,
        message: accepted.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;
    use crate::diag::sample::{Files, sample};

    fn tags(text: &str) -> (Files, Diagnostics) {
        let files = Files::new(&[("a.yaml", Some(text))]);
        let count = text.matches("Tag").count();
        let found = (0..count)
            .map(|nth| Diagnostic::new(codes::INVALID_TAG, files.span(0, "Tag", nth), "the tag `Tag`"))
            .collect();
        (files, found)
    }

    fn written(baseline: &Baseline) -> String {
        let mut out = String::new();
        baseline.write(&mut out).unwrap();
        out
    }

    #[test]
    fn what_is_written_reads_back_and_accepts_everything() {
        let (files, found) = sample();
        let baseline = Baseline::new(&found, &files);
        assert_eq!(baseline.len(), found.len());
        assert_eq!(Baseline::parse(&written(&baseline)), Ok(baseline.clone()));
        let applied = baseline.apply(found.clone(), &files);
        assert_eq!((applied.accepted, applied.diagnostics.len(), applied.gone.len()), (found.len(), 0, 0));
    }

    #[test]
    fn moved_findings_stay_accepted_and_one_more_is_reported() {
        let (files, found) = tags("tags: [Tag, Tag]");
        let baseline = Baseline::new(&found, &files);
        insta::assert_snapshot!(written(&baseline));
        let (files, found) = tags("# a comment\ntags:\n - Tag\n - Tag\n - Tag\n");
        let applied = baseline.apply(found, &files);
        assert_eq!((applied.accepted, applied.diagnostics.len(), applied.gone.len()), (2, 1, 0));
    }

    #[test]
    fn entries_that_no_longer_occur_are_named() {
        let (files, found) = tags("tags: [Tag, Tag]");
        let baseline = Baseline::new(&found, &files);
        let (files, found) = tags("tags: [Tag]");
        let applied = baseline.apply(found, &files);
        assert_eq!(applied.accepted, 1);
        assert_eq!(applied.gone.iter().map(|entry| (&*entry.file, entry.count)).collect::<Vec<_>>(), [("a.yaml", 1)]);
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_its_place() {
        let error = |text| Baseline::parse(text).unwrap_err().to_string();
        assert_eq!(error(r#"{"version": 2, "findings": []}"#), BaselineError::Newer(2).to_string());
        assert_eq!(error("{\n  x"), "line 2, column 3: key must be a string");
        assert!(error(r#"{"version": 1}"#).contains("findings"));
        assert_eq!(Baseline::parse("{\"version\": 1, \"findings\": []}").map(|baseline| baseline.is_empty()), Ok(true));
    }
}
