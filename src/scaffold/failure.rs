//! Why a step failed.

use super::language;

/// The kind of failure, as the report names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// There is no such action.
    UnknownAction,
    /// The action refuses its inputs.
    ActionInput,
    /// `each` is neither a list nor an object.
    BadEach,
    /// A text cannot be rendered.
    Template,
    /// A text takes too much, or the result is too large.
    TemplateLimit,
    /// A path leads out of its folder.
    PathEscape,
    /// A file is not there.
    NotFound,
    /// A file is already there.
    Exists,
    /// Something lies on another host.
    Network,
    /// Anything else.
    Failed,
}

impl Code {
    /// Returns the name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownAction => "unknown-action",
            Self::ActionInput => "action-input",
            Self::BadEach => "bad-each",
            Self::Template => "template",
            Self::TemplateLimit => "template-limit",
            Self::PathEscape => "path-escape",
            Self::NotFound => "not-found",
            Self::Exists => "exists",
            Self::Network => "network",
            Self::Failed => "failed",
        }
    }
}

impl From<super::budget::Spent> for StepError {
    fn from(spent: super::budget::Spent) -> Self {
        Self::new(Code::TemplateLimit, spent.to_string())
    }
}

/// Why a step failed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepError {
    /// The kind.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// The file of the repository in which it is wrong.
    pub file: Option<String>,
    /// The line and the column there, from 1.
    pub place: Option<(u32, u32)>,
}

impl StepError {
    /// Makes an error without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), file: None, place: None }
    }

    /// Makes an error of a text that could not be rendered.
    #[must_use]
    pub fn rendering(failure: &language::Failure, file: &str, source: &str) -> Self {
        let code = match failure.kind {
            language::FailureKind::Limit => Code::TemplateLimit,
            _ => Code::Template,
        };
        let place = failure.at.map(|at| {
            let place = crate::text::LineIndex::new(source).position(source, at);
            (place.line, place.column)
        });
        Self { code, message: failure.message.clone(), file: Some(file.to_owned()), place }
    }
}

impl std::fmt::Display for StepError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:")?;
            if let Some((line, column)) = self.place {
                write!(f, "{line}:{column}:")?;
            }
            f.write_str(" ")?;
        }
        f.write_str(&self.message)
    }
}
