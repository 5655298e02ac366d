//! The language of templates: Backstage's dialect since July 2026, with what Nunjucks understood before where it can be had.
//!
//! `scan` divides a text into tags and what is between, `expression` and `parse` make a tree of them, `slots` decides
//! which names are variables of loops and macros, and `evaluate` walks the tree within `limits`. Values convert as in
//! JavaScript (`value`, `number`, `units`). A text is untrusted: it reaches nothing but the values that it is given.

pub mod ast;
mod call;
pub(crate) mod evaluate;
mod expression;
mod failure;
pub(crate) mod filters;
mod host_filters;
#[cfg_attr(not(feature = "javascript"), path = "no_interpreter.rs")]
mod interpreter;
mod limits;
pub(crate) mod methods;
pub(crate) mod number;
mod parse;
mod scan;
pub(crate) mod script;
mod slots;
#[cfg(test)]
mod tests;
pub(crate) mod tests_of_values;
mod token;
mod units;
pub(crate) mod value;

pub use evaluate::Status;
pub use failure::{Failure, FailureKind};
pub use value::{List, Record, Value};

/// How a text is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether variables are `{{ … }}`, with what Jinja has beyond Nunjucks.
    pub cookiecutter: bool,
    /// Whether a newline behind a statement goes.
    pub trim_blocks: bool,
    /// Whether spaces before a statement are removed, if it is the first on its line.
    pub lstrip_blocks: bool,
}

/// What a text may ask besides its values.
#[derive(Debug, Default)]
pub struct Host<'a> {
    /// Known hosts of repositories, each with the type of its integration.
    pub hosts: &'a [(String, String)],
    /// What `always()` and `failure()` answer, where they exist.
    pub status: Option<&'a Status>,
}

/// The hosts that are known without configuration.
pub const HOSTS: &[(&str, &str)] = &[
    ("github.com", "github"),
    ("gitlab.com", "gitlab"),
    ("bitbucket.org", "bitbucketCloud"),
    ("dev.azure.com", "azure"),
];

impl Host<'_> {
    fn integration(&self, host: &str) -> Option<&str> {
        let own = self.hosts.iter().find(|(known, _)| known == host).map(|(_, kind)| kind.as_str());
        own.or_else(|| HOSTS.iter().find(|(known, _)| *known == host).map(|(_, kind)| *kind))
    }
}

/// Reads a text.
///
/// # Errors
/// When it cannot be parsed, or is too large.
pub fn parse(source: &str, options: Options) -> Result<ast::Tree, Failure> {
    parse::parse(source, options)
}

/// Renders a text to text.
///
/// # Errors
/// When it cannot be parsed or evaluated, or takes too much.
pub fn render(source: &str, context: &Record, options: Options, host: &Host<'_>) -> Result<String, Failure> {
    // Most texts have no tags at all.
    if is_plain(source) {
        return Ok(source.to_owned());
    }
    evaluate::render(&parse(source, options)?, context, options, host)
}

/// Renders a text as a value: what is one expression and nothing else keeps its type, and nothing is nothing.
///
/// # Errors
/// When it cannot be parsed or evaluated, or takes too much.
pub fn render_value(source: &str, context: &Record, host: &Host<'_>) -> Result<Value, Failure> {
    if is_plain(source) {
        return Ok(if source.is_empty() { Value::Undefined } else { Value::text(source) });
    }
    let options = Options::default();
    evaluate::render_value(&parse(source, options)?, context, options, host)
}

fn is_plain(source: &str) -> bool {
    !source.contains('{') && !source.contains("#}") && source.len() < limits::OUTPUT / 4
}

/// Writes JSON as `JSON.stringify(value, null, indent)` does.
#[must_use]
pub fn stringify(value: &serde_json::Value, indent: &str) -> String {
    let mut meter = limits::Meter::endless();
    let indent = Value::text(indent);
    filters::dump(&Value::from_json(value), Some(&indent), &mut meter).ok().flatten().unwrap_or_default()
}
