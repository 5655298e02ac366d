//! Findings for programs: one JSON array, one finding a line.

use std::fmt::{self, Write};

use serde_json::json;

use super::visible::visible_json;
use super::{Diagnostic, Positions, Sources};

/// Writes the findings as a JSON array; lines and columns count from 1, columns in characters, the end is exclusive.
/// Findings of one cause have the same `group`.
///
/// # Errors
/// Only when `out` fails.
pub fn render(diagnostics: &[Diagnostic], sources: &dyn Sources, out: &mut dyn Write) -> fmt::Result {
    let mut positions = Positions::new(sources);
    out.write_str("[")?;
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let span = diagnostic.span();
        let place = positions.place(span);
        let finding = json!({
            "severity": diagnostic.severity.as_str(),
            "code": diagnostic.code.as_str(),
            "message": diagnostic.message,
            "file": &*positions.path(span.file),
            "line": place.start.line,
            "column": place.start.column,
            "endLine": place.end.line,
            "endColumn": place.end.column,
            "entityRef": diagnostic.entity.as_deref(),
            "help": diagnostic.help,
            "group": diagnostic.group(),
        });
        let finding = visible_json(finding.to_string());
        write!(out, "{}\n{finding}", if index == 0 { "" } else { "," })?;
    }
    out.write_str(if diagnostics.is_empty() { "]\n" } else { "\n]\n" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::sample::{Files, sample};

    fn written(diagnostics: &[Diagnostic], files: &Files) -> String {
        let mut out = String::new();
        render(diagnostics, files, &mut out).unwrap();
        out
    }

    #[test]
    fn the_sample() {
        let (files, found) = sample();
        insta::assert_snapshot!(written(&found, &files));
    }

    #[test]
    fn it_is_an_array_of_the_fields_promised() {
        let (files, found) = sample();
        let read: Vec<serde_json::Value> = serde_json::from_str(&written(&found, &files)).unwrap();
        assert_eq!(read.len(), found.len());
        for finding in &read {
            for key in ["severity", "code", "message", "file", "line", "column", "entityRef", "help"] {
                assert!(finding.get(key).is_some(), "{key} is missing in {finding}");
            }
        }
        assert_eq!(written(&[], &files), "[]\n");
    }
}
