//! Findings as workflow commands, which GitHub Actions shows as annotations beside the changed lines.

use std::collections::HashSet;
use std::fmt::{self, Write};

use super::visible::visible;
use super::{Diagnostic, Positions, Severity, Sources};

/// Writes one workflow command a line, and for one cause no more than one a file: GitHub shows ten of a kind.
///
/// Columns are given only for a finding within one line, because GitHub refuses them otherwise.
///
/// # Errors
/// Only when `out` fails.
pub fn render(diagnostics: &[Diagnostic], sources: &dyn Sources, out: &mut dyn Write) -> fmt::Result {
    let mut positions = Positions::new(sources);
    let mut told = HashSet::new();
    for diagnostic in diagnostics {
        if let Some(cause) = &diagnostic.cause
            && !told.insert((diagnostic.code, cause, diagnostic.span().file))
        {
            continue;
        }
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let span = diagnostic.span();
        let place = positions.place(span);
        let file = property(&positions.path(span.file));
        write!(out, "::{command} ")?;
        // The folder that was scanned is no file that could be annotated.
        if file != "." {
            write!(out, "file={file},line={},endLine={}", place.start.line, place.end.line)?;
            if place.start.line == place.end.line {
                write!(out, ",col={},endColumn={}", place.start.column, place.end.column)?;
            }
            out.write_char(',')?;
        }
        write!(out, "title={}::{}", property(diagnostic.code.as_str()), data(&diagnostic.message))?;
        if let Some(help) = &diagnostic.help {
            write!(out, "%0A%0Ahelp: {}", data(help))?;
        }
        out.write_str("\n")?;
    }
    Ok(())
}

/// Escapes the message of a command (actions/toolkit, `escapeData`).
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\r']) {
        let (text, end) = match line.as_bytes() {
            [.., b'\n'] => (&line[..line.len() - 1], "%0A"),
            [.., b'\r'] => (&line[..line.len() - 1], "%0D"),
            _ => (line, ""),
        };
        out.push_str(&visible(text).replace('%', "%25"));
        out.push_str(end);
    }
    out
}

/// Escapes a property of a command (actions/toolkit, `escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::sample::sample;

    #[test]
    fn the_sample() {
        let (files, found) = sample();
        let mut out = String::new();
        render(&found, &files, &mut out).unwrap();
        assert_eq!(out.lines().count(), found.len());
        insta::assert_snapshot!(out);
    }

    #[test]
    fn escapes_are_those_of_the_runner() {
        assert_eq!(data("50%\r\n::x"), "50%25%0D%0A\\u{3a}:x");
        assert_eq!(property("a:b,c\n\u{1b}"), "a%3Ab%2Cc%0A\\u{1b}");
    }
}
