//! The manual page of `playbill.yaml`.

use std::fmt::Write;

use super::keys::ROOT;
use super::shape::{Key, Shape};

/// A configuration that uses every key; checked by the tests, shown in the manual.
pub(super) const EXAMPLE: &str = include_str!("example.yaml");

/// Returns the manual page about the configuration, Markdown.
#[must_use]
pub fn manual() -> String {
    let mut out = String::new();
    out.push_str(include_str!("manual-intro.md"));
    out.push_str("\n## Keys\n");
    section(ROOT, "", &mut out);
    out.push_str("\n## A configuration with every key\n\n```yaml\n");
    out.push_str(EXAMPLE);
    out.push_str("```\n\n");
    out.push_str(include_str!("manual-app-config.md"));
    out
}

/// Writes the table of one mapping, then those of the mappings in it.
fn section(keys: &[Key], path: &str, out: &mut String) {
    if !path.is_empty() {
        let _ = write!(out, "\n### `{path}`\n");
    }
    out.push_str("\n| key | value | default | meaning |\n|---|---|---|---|\n");
    for key in keys {
        let default = match (key.required, key.default) {
            (true, _) => "required".to_owned(),
            (false, Some(default)) => format!("`{}`", default.trim_matches('"')),
            (false, None) => "–".to_owned(),
        };
        let doc = key.doc.replace('|', "\\|");
        let _ = writeln!(out, "| `{}` | {} | {default} | {doc} |", key.name, value(&key.shape));
    }
    for key in keys {
        let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        inner(&key.shape, &path, out);
    }
}

fn inner(shape: &Shape, path: &str, out: &mut String) {
    match shape {
        Shape::Mapping(keys) | Shape::TextOr(_, keys) => section(keys, path, out),
        Shape::List(item, _) => inner(item, &format!("{path}[]"), out),
        Shape::Named { value, .. } => inner(value, &format!("{path}.NAME"), out),
        _ => {}
    }
}

/// Names what a key takes.
fn value(shape: &Shape) -> String {
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Any => "any value".to_owned(),
        Shape::HttpUrl | Shape::LinkUrl => "address".to_owned(),
        Shape::Colour => "colour".to_owned(),
        Shape::Flag => "`true` or `false`".to_owned(),
        Shape::Factor | Shape::Share | Shape::Count => "number".to_owned(),
        Shape::Word => "word".to_owned(),
        Shape::Period => "length of time".to_owned(),
        Shape::Comparison => "comparison".to_owned(),
        Shape::Field => "path of a value".to_owned(),
        Shape::Path => "path".to_owned(),
        Shape::Glob => "glob".to_owned(),
        Shape::Regex => "regular expression".to_owned(),
        Shape::Size => "size".to_owned(),
        Shape::Level => "severity or `off`".to_owned(),
        Shape::OneOf(words) => format!("`{}`", words.join("`, `")),
        Shape::Rule => "rule".to_owned(),
        Shape::Kind | Shape::NewKind => "kind".to_owned(),
        Shape::Column => "column".to_owned(),
        Shape::Relation => "relation".to_owned(),
        Shape::Filter => "filter".to_owned(),
        Shape::Schema => "JSON Schema".to_owned(),
        Shape::List(item, _) => format!("list of {}", plural(item)),
        Shape::Mapping(_) => "mapping".to_owned(),
        Shape::Named { name, value: inner } => format!("{} by {}", plural(inner), value(name)),
        Shape::TextOr(text, _) => format!("{} or mapping", value(text)),
    }
}

fn plural(shape: &Shape) -> String {
    match shape {
        Shape::HttpUrl | Shape::LinkUrl => "addresses".to_owned(),
        Shape::Level => "severities".to_owned(),
        Shape::OneOf(_) => value(shape),
        Shape::List(item, _) => format!("lists of {}", plural(item)),
        Shape::TextOr(text, _) => format!("{} or mappings", plural(text)),
        _ => format!("{}s", value(shape)),
    }
}
