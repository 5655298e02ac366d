//! Properties of values, as JavaScript has them.

use crate::yaml::{Node, Value};

/// Returns a property as JavaScript has it; lists and texts have a `length`.
pub(super) fn child(node: &Node, key: &str) -> Option<Node> {
    let length = |length: usize| Node { span: node.span, value: Value::Int(i64::try_from(length).unwrap_or(i64::MAX)) };
    match &node.value {
        Value::Map(map) => map.get(key).cloned(),
        Value::Seq(items) if key == "length" => Some(length(items.len())),
        Value::Seq(items) => items.get(index(key)?).cloned(),
        Value::Str(text) if text.is_empty() => None,
        Value::Str(text) if key == "length" => Some(length(text.encode_utf16().count())),
        Value::Str(text) => text.chars().nth(index(key)?).map(|letter| Node::text(node.span, letter.to_string())),
        _ => None,
    }
}

/// Reads the index of an item, which has no needless zeros.
pub(super) fn index(key: &str) -> Option<usize> {
    key.parse::<usize>().ok().filter(|index| index.to_string() == key)
}
