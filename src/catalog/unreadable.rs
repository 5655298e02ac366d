//! The problem of a file that cannot be read.

use crate::diag::{Diagnostic, codes};
use crate::text::Span;
use crate::workspace::ReadError;

/// Returns the problem of a file that cannot be read; `word` names what refers to it, such as a placeholder.
pub(super) fn read_problem(error: &ReadError, word: &str, target: &str, span: Span) -> Diagnostic {
    let code = match error {
        ReadError::TooLarge { .. } => codes::FILE_TOO_LARGE,
        ReadError::NotUtf8 { .. } => codes::NOT_UTF8,
        ReadError::Unreadable(_) => codes::UNREADABLE_FILE,
    };
    let help = match error {
        ReadError::TooLarge { .. } => "make the file smaller, or raise `limits.definitionFile` in playbill.yaml",
        ReadError::NotUtf8 { .. } => "save the file as UTF-8",
        ReadError::Unreadable(_) => "check the file and its permissions",
    };
    Diagnostic::new(code, span, format!("`{word}` cannot read `{target}`: {error}")).help(help)
}
