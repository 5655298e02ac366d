//! Nodes as JSON, the way JavaScript prints the same values.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Node, Value};

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) if !value.is_finite() => serializer.serialize_unit(),
            // `Display` gives the shortest digits and pads with zeros, as JavaScript does below 1e21.
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 1e21 => match value.to_string().parse() {
                Ok(whole) => serializer.serialize_i128(whole),
                Err(_) => serializer.serialize_f64(*value),
            },
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Str(text) => serializer.serialize_str(text),
            Value::Seq(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Value::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.entries().len()))?;
                for entry in entries.entries() {
                    map.serialize_entry(&*entry.key, &entry.value)?;
                }
                map.end()
            }
        }
    }
}

/// Returns the text that a node has as a key of a JavaScript object.
pub(super) fn key_text(node: &Node) -> Arc<str> {
    match &node.value {
        Value::Str(text) => Arc::clone(text),
        Value::Null => "".into(),
        Value::Seq(_) | Value::Map(_) => {
            let mut text = String::new();
            flow(node, &mut text);
            text.into()
        }
        _ => scalar_text(node).into(),
    }
}

/// Returns a number or truth value as JavaScript would print it.
pub(crate) fn scalar_text(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Str(text) => text.to_string(),
        Value::Seq(_) | Value::Map(_) => String::new(),
    }
}

/// Writes a collection in flow form, as the library `yaml` spells collections used as keys.
fn flow(node: &Node, out: &mut String) {
    match &node.value {
        Value::Seq(items) => {
            out.push_str("[ ");
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                flow(item, out);
            }
            out.push_str(" ]");
        }
        Value::Map(map) => {
            out.push_str("{ ");
            for (i, entry) in map.entries().iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                out.push_str(&entry.key);
                if !entry.value.is_null() {
                    out.push_str(": ");
                    flow(&entry.value, out);
                }
            }
            out.push_str(" }");
        }
        _ => {
            let _ = write!(out, "{}", scalar_text(node));
        }
    }
}
