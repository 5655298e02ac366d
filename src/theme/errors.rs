//! What Tera says, as diagnostics that name the file and line of the user's theme.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tera::ErrorKind;

use super::{BUILT_IN, Override};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::error::Error;
use crate::text::Span;

/// One error with its place, if it has one.
struct Complaint {
    message: String,
    template: Option<String>,
    /// Line from 1, column from 0.
    position: Option<(usize, usize)>,
}

/// Turns an error of Tera into one of the configuration.
pub(super) fn report(error: &tera::Error, overrides: &BTreeMap<String, Override>) -> Error {
    let complaints = read(error);
    // A built-in template may only break because one of the user's no longer offers what it needs.
    let fallback = overrides.iter().find(|(name, _)| name.starts_with("templates/")).map(|(_, file)| file);
    let mut diagnostics = Diagnostics::new();
    for complaint in &complaints {
        let name = complaint.template.as_deref().unwrap_or_default();
        let own = overrides.get(&format!("templates/{name}"));
        let Some(file) = own.or(fallback) else { continue };
        let span = match (own, complaint.position) {
            (Some(file), Some((line, column))) => place(file, line, column),
            _ => Span::whole(file.file),
        };
        let mut message = format!("the template cannot be used: {}", lower_first(&complaint.message));
        if own.is_none() && !name.is_empty() {
            let _ = write!(message, " (in the built-in template `{}`)", name.trim_start_matches(BUILT_IN));
        }
        diagnostics.push(
            Diagnostic::new(codes::INVALID_CONFIG, span, message)
                .help("mend the template, or delete the file to get the built-in one back"),
        );
    }
    if diagnostics.is_empty() {
        Error::Usage(format!("the theme cannot be used: {error}"))
    } else {
        Error::Config(diagnostics)
    }
}

fn read(error: &tera::Error) -> Vec<Complaint> {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => vec![Complaint {
            message: report.message().to_owned(),
            template: Some(report.filename().to_owned()),
            position: Some((report.span().start_line, report.span().start_col)),
        }],
        ErrorKind::MissingParent { current, parent } => vec![Complaint {
            message: format!("it extends `{parent}`, which does not exist"),
            template: Some(current.clone()),
            position: None,
        }],
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => {
            vec![Complaint { message: "it includes itself".to_owned(), template: Some(tpl.clone()), position: None }]
        }
        // Several findings arrive as one text of reports, each of which says where on its second line.
        kind => {
            let text = kind.to_string();
            let reports: Vec<Complaint> = text.split("\n\n").filter_map(read_report).collect();
            if reports.is_empty() {
                let message = text.lines().next().unwrap_or_default().to_owned();
                return vec![Complaint { message, template: None, position: None }];
            }
            reports
        }
    }
}

fn read_report(text: &str) -> Option<Complaint> {
    let mut lines = text.lines();
    let message = lines.next()?.strip_prefix("error: ")?.to_owned();
    let place = lines.next()?.trim_start().strip_prefix("--> ")?;
    let mut parts = place.rsplitn(3, ':');
    let column: usize = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    let template = parts.next()?.to_owned();
    Some(Complaint { message, template: Some(template), position: Some((line, column.saturating_sub(1))) })
}

/// Finds the byte of a line and column.
fn place(file: &Override, line: usize, column: usize) -> Span {
    let text = String::from_utf8_lossy(&file.bytes);
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let offset: usize = rest.chars().take(column).map(char::len_utf8).sum();
    Span::new(file.file, start + offset, start + offset + 1)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}
