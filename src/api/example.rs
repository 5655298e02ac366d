//! Examples as text: those of the definition, and those that are made from schemas.

use super::model::{Example, Text};
use super::sample;
use super::source::{DocId, Files, text_at};
use crate::yaml::{Node, Value};

/// Longer examples are cut, in bytes.
const MAX_LENGTH: usize = 12_000;
/// How many examples one body or message shows.
pub(super) const MAX_EXAMPLES: usize = 12;
/// How many alternatives of a schema are shown as examples of their own.
const MAX_ALTERNATIVES: usize = 6;

/// Returns a value of the definition as an example.
pub(super) fn given(name: Text, summary: Option<Text>, node: &Node) -> Example {
    let (text, language) = match &node.value {
        Value::Str(text) => {
            let json = text.trim_start().starts_with(['{', '[']);
            (text.to_string(), if json { "json" } else { "" })
        }
        _ => (serde_json::to_string_pretty(node).unwrap_or_default(), "json"),
    };
    Example { name, summary, language, text: cut(text).into(), ..Example::default() }
}

/// Returns an example object with its words: a value, or what is in the file or at the address that it names.
pub(super) fn described(
    files: &mut Files<'_>,
    name: Text,
    node: &Node,
    doc: DocId,
    value: Option<&Node>,
) -> Option<Example> {
    let summary = text_at(node, "summary");
    let external = node.get("externalValue").filter(|it| it.as_str().is_some() && value.is_none());
    let text = external.and_then(|at| files.external(at, doc));
    let address = external.and_then(Node::as_str).map(Text::from);
    let example = match (value, text) {
        (Some(value), _) => given(name, summary, value),
        (None, Some(text)) => given(name, summary, &Node::text(node.span, text)),
        (None, None) if address.is_some() => Example { name, summary, ..Example::default() },
        (None, None) => return None,
    };
    Some(Example { description: text_at(node, "description"), address, ..example })
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_LENGTH {
        let end = (0..=MAX_LENGTH).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let end = text[..end].rfind('\n').unwrap_or(end);
        text.truncate(end);
        text.push_str("\n…");
    }
    text
}

/// Makes examples of a schema, one for each of its alternatives; `sent` says whether they are for a request.
pub(super) fn made(files: &mut Files<'_>, schema: &Node, doc: DocId, sent: bool) -> Vec<Example> {
    let samples = sample::all(files, schema, doc, sent, MAX_ALTERNATIVES);
    let example = |it: sample::Sample| {
        let text = serde_json::to_string_pretty(&it.value).ok()?;
        Some(Example { name: it.name, made: true, language: "json", text: cut(text).into(), ..Example::default() })
    };
    samples.into_iter().filter_map(example).collect()
}

/// Makes a value of a schema.
pub(super) fn value(files: &mut Files<'_>, schema: &Node, doc: DocId, sent: bool) -> Option<serde_json::Value> {
    sample::one(files, schema, doc, sent)
}
