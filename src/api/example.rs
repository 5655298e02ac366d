//! Examples: those of the definition as text, and values made from schemas, the same every time.

use serde_json::{Map as JsonMap, Value as Json, json};

use super::model::{Example, Text};
use super::source::{DocId, Files, flag, text_at};
use crate::yaml::{Node, Value};

/// Longer examples are cut, in bytes.
const MAX_LENGTH: usize = 12_000;
/// How deep a made example goes.
const MAX_DEPTH: usize = 6;
/// How many values one that the definition gives may have to be shown, or to be a part of a made example.
const MAX_GIVEN: usize = 4_000;
/// How many values a made example has.
const MAX_VALUES: usize = 120;

/// Returns a value of the definition as an example.
pub(super) fn given(name: Text, summary: Option<Text>, node: &Node) -> Example {
    let (text, language) = match &node.value {
        Value::Str(text) => {
            let json = text.trim_start().starts_with(['{', '[']);
            (text.to_string(), if json { "json" } else { "" })
        }
        _ => (serde_json::to_string_pretty(node).unwrap_or_default(), "json"),
    };
    Example { name, summary, made: false, language, text: cut(text).into() }
}

/// Counts the values of a node, to `most` and a little more.
fn weight(node: &Node, most: usize) -> usize {
    let mut sum = 1;
    let below: &mut dyn Iterator<Item = &Node> = match &node.value {
        Value::Seq(items) => &mut items.iter(),
        Value::Map(map) => &mut map.entries().iter().map(|entry| &entry.value),
        _ => return 1,
    };
    for node in below {
        if sum > most {
            break;
        }
        sum += weight(node, most - sum);
    }
    sum
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

/// Makes an example of a schema; `sent` says whether it is for a request.
pub(super) fn made(files: &mut Files<'_>, schema: &Node, doc: DocId, sent: bool) -> Option<Example> {
    let value = value(files, schema, doc, sent)?;
    let text = serde_json::to_string_pretty(&value).ok()?;
    Some(Example { name: "".into(), summary: None, made: true, language: "json", text: cut(text).into() })
}

/// Makes a value of a schema.
pub(super) fn value(files: &mut Files<'_>, schema: &Node, doc: DocId, sent: bool) -> Option<Json> {
    let mut maker = Maker { files, sent, left: MAX_VALUES };
    maker.make(schema, doc, 0).filter(|value| !value.is_null())
}

struct Maker<'f, 'w> {
    files: &'f mut Files<'w>,
    sent: bool,
    left: usize,
}

impl Maker<'_, '_> {
    fn make(&mut self, schema: &Node, doc: DocId, depth: usize) -> Option<Json> {
        if depth > MAX_DEPTH || self.left == 0 {
            return None;
        }
        self.left -= 1;
        let found = self.files.resolve(schema, doc)?;
        let (node, doc) = (found.node, found.doc);
        let examples = node.get("examples").and_then(Node::as_seq).and_then(<[Node]>::first);
        let values = node.get("enum").and_then(Node::as_seq).and_then(<[Node]>::first);
        let given = [node.get("example"), examples, node.get("default"), node.get("const"), values];
        if let Some(given) = given.into_iter().flatten().find(|given| !given.is_null()) {
            if weight(given, MAX_GIVEN) > MAX_GIVEN {
                return None;
            }
            return serde_json::to_value(given).ok();
        }
        let types = node.get("type");
        let kind = match types.map(|types| &types.value) {
            Some(Value::Str(kind)) => Some(kind.to_string()),
            Some(Value::Seq(kinds)) => {
                kinds.iter().filter_map(Node::as_str).find(|kind| *kind != "null").map(str::to_owned)
            }
            _ => None,
        };
        let parts = node.get("allOf").and_then(Node::as_seq).unwrap_or(&[]);
        let options = ["oneOf", "anyOf"].iter().find_map(|key| node.get(key)?.as_seq()?.first());
        if !parts.is_empty() || node.get("properties").is_some() || kind.as_deref() == Some("object") {
            let mut object = JsonMap::new();
            let mut other = None;
            for part in parts {
                match self.make(part, doc, depth + 1) {
                    Some(Json::Object(more)) => object.extend(more),
                    more => other = other.or(more),
                }
            }
            self.properties(&node, doc, depth, &mut object);
            if object.is_empty() {
                if let Some(other) = other {
                    return Some(other);
                }
                if let Some(option) = options {
                    return self.make(option, doc, depth + 1);
                }
                if let Some(rest) = node.get("additionalProperties").filter(|rest| rest.as_map().is_some()) {
                    let value = self.make(rest, doc, depth + 1)?;
                    object.insert("key".to_owned(), value);
                }
            }
            return Some(Json::Object(object));
        }
        if let Some(option) = options {
            return self.make(option, doc, depth + 1);
        }
        match kind.as_deref() {
            Some("array") => {
                let item = node.get("items").and_then(|items| self.make(items, doc, depth + 1));
                Some(Json::Array(item.into_iter().collect()))
            }
            Some("integer") => Some(number(&node).unwrap_or_else(|| json!(1))),
            Some("number") => Some(number(&node).unwrap_or_else(|| json!(1.5))),
            Some("boolean") => Some(json!(true)),
            Some("string" | "file") => Some(json!(string(text_at(&node, "format").as_deref()))),
            _ => None,
        }
    }

    fn properties(&mut self, node: &Node, doc: DocId, depth: usize, object: &mut JsonMap<String, Json>) {
        let Some(properties) = node.get("properties").and_then(Node::as_map) else { return };
        for entry in properties.entries() {
            let hidden = if self.sent { "readOnly" } else { "writeOnly" };
            if flag(&entry.value, hidden) || flag(&entry.value, "deprecated") {
                continue;
            }
            if let Some(value) = self.make(&entry.value, doc, depth + 1) {
                object.insert(entry.key.to_string(), value);
            }
        }
    }
}

fn number(node: &Node) -> Option<Json> {
    let bound = node.get("minimum").or_else(|| node.get("maximum"))?;
    matches!(bound.value, Value::Int(_) | Value::Float(_)).then(|| serde_json::to_value(bound).ok()).flatten()
}

fn string(format: Option<&str>) -> &'static str {
    match format {
        Some("date-time") => "2026-01-31T09:30:00Z",
        Some("date") => "2026-01-31",
        Some("time") => "09:30:00Z",
        Some("duration") => "PT1H",
        Some("email" | "idn-email") => "ada@example.com",
        Some("uuid") => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        Some("uri" | "url" | "iri") => "https://example.com",
        Some("uri-reference" | "uri-template") => "/path",
        Some("hostname" | "idn-hostname") => "example.com",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("byte") => "ZXhhbXBsZQ==",
        Some("password") => "••••••••",
        Some("binary") => "(bytes)",
        _ => "string",
    }
}
