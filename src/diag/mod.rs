//! Problems as values: a [`Diagnostic`] names its code, places, message and remedy.
//!
//! Owns the table of rule [`codes`], how severities are decided, and one renderer per report format. Knows nothing of
//! terminals, exit codes or where the files came from.
//!
//! Invariant: nothing here prints, and no code that finds a problem decides how severe it is in the end.

pub mod baseline;
mod bound;
mod causes;
pub mod codes;
pub mod explain;
mod fingerprint;
pub mod github;
pub mod human;
pub mod json;
#[cfg(test)]
pub(crate) mod sample;
pub mod sarif;
pub mod severity;
mod sources;
mod suppressions;
pub mod visible;

use std::fmt;
use std::sync::Arc;

pub use baseline::Baseline;
pub use bound::bound;
pub use causes::{Cause, causes, count};
pub use codes::Code;
pub use severity::{Filtered, Levels, PathSeverities, Severities, apply_severities};
pub use sources::{Place, Positions, Source, Sources, sort_and_dedup};

use crate::text::Span;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Accepted by Backstage, but something a reader would expect is missing or broken.
    Warning,
    /// Backstage would refuse it, or something is left out of the site.
    Error,
}

impl Severity {
    /// Returns the word used in reports and configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One place that a problem is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// Why here; may be empty.
    pub text: String,
}

/// One problem: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule.
    pub code: Code,
    /// How severe; starts as the default of the code, configuration may change it.
    pub severity: Severity,
    /// What is wrong, in the reader's terms, naming the value. Lower case, no full stop.
    pub message: String,
    /// The places; the first one is the primary one and always there.
    pub labels: Vec<Label>,
    /// What to do, as an imperative with the text to type.
    pub help: Option<String>,
    /// The entity concerned, as `kind:namespace/name`.
    pub entity: Option<Arc<str>>,
    /// What one change would resolve, such as a group that is missing: findings of the same rule and cause are reported
    /// as one.
    pub cause: Option<Arc<str>>,
}

impl Diagnostic {
    /// Makes a problem of the rule `code` at `span`.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.default_severity(),
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            help: None,
            entity: None,
            cause: None,
        }
    }

    /// Says why the primary place is the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Names the entity concerned.
    #[must_use]
    pub fn entity(mut self, entity: impl Into<Arc<str>>) -> Self {
        self.entity = Some(entity.into());
        self
    }

    /// Names the cause, which others may share: see [`causes()`].
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Arc<str>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Returns the primary place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels[0].span
    }
}

/// Problems in the order found; [`crate::portal`] sorts them in the end.
pub type Diagnostics = Vec<Diagnostic>;
