//! Why a text could not be rendered, and where.

/// What kind of failure it is; the report has a code for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The text cannot be parsed.
    Syntax,
    /// An expression cannot be evaluated.
    Evaluation,
    /// It would take too much time, memory or output.
    Limit,
}

/// A failure at a byte of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// What is wrong.
    pub message: String,
    /// The byte of the source at which it is wrong, if that is known yet.
    pub at: Option<usize>,
}

impl Failure {
    pub(super) fn syntax(at: usize, message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Syntax, message: message.into(), at: Some(at) }
    }

    pub(super) fn evaluation(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Evaluation, message: message.into(), at: None }
    }

    pub(super) fn limit(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Limit, message: message.into(), at: None }
    }

    /// Notes the place, unless an inner one is known.
    pub(super) fn or_at(mut self, at: usize) -> Self {
        self.at.get_or_insert(at);
        self
    }
}
