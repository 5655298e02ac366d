//! The filter of a check: mappings of lodash paths to values.

use super::property::index;
use crate::catalog::Entity;
use crate::yaml::{Node, Value};

/// Paths, each with the value that is wanted there.
type Mapping = Vec<(Vec<String>, Node)>;

/// Which entities a check is about: those that fit one of the mappings.
#[derive(Debug, Default)]
pub(super) struct CheckFilter {
    /// Nothing without a filter.
    any: Option<Vec<Mapping>>,
}

impl CheckFilter {
    pub(super) fn read(node: Option<&Node>) -> Result<Self, String> {
        let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(Self::default()) };
        let items = match &node.value {
            Value::Map(_) => std::slice::from_ref(node),
            Value::Seq(items) => items,
            _ => return Err(format!("`filter` is a mapping or a list of mappings, and this is {}", node.kind_name())),
        };
        let one = |item: &Node| {
            let map = item.as_map().ok_or("an item of `filter` is a mapping")?;
            Ok(map.entries().iter().map(|entry| (path(&entry.key), entry.value.clone())).collect())
        };
        Ok(Self { any: Some(items.iter().map(one).collect::<Result<_, String>>()?) })
    }

    pub(super) fn fits(&self, entity: &Entity) -> bool {
        let holds = |(path, wanted): &(Vec<String>, Node)| {
            let found = path.iter().try_fold(entity.root.clone(), |node, key| step(&node, key));
            found.filter(|found| !found.is_null()).is_some_and(|found| fits(&found, wanted))
        };
        self.any.as_ref().is_none_or(|any| any.iter().any(|all| all.iter().all(holds)))
    }
}

fn step(node: &Node, key: &str) -> Option<Node> {
    match &node.value {
        Value::Map(map) => map.get(key).cloned(),
        Value::Seq(items) => items.get(index(key)?).cloned(),
        _ => None,
    }
}

/// Cuts a path as lodash does: at points and brackets, with quotes around what has points itself.
fn path(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut part = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '.' => {
                out.push(std::mem::take(&mut part));
            }
            '[' => {
                if !part.is_empty() {
                    out.push(std::mem::take(&mut part));
                }
                let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
                let (inner, end) = match quote {
                    Some(quote) => (&rest[1..], format!("{quote}]")),
                    None => (rest, "]".to_owned()),
                };
                let close = inner.find(&end).unwrap_or(inner.len());
                out.push(inner[..close].to_owned());
                rest = inner.get(close + end.len()..).unwrap_or_default();
                rest = rest.strip_prefix('.').unwrap_or(rest);
            }
            letter => part.push(letter),
        }
    }
    if !part.is_empty() || out.is_empty() {
        out.push(part);
    }
    out
}

/// Whether a value is the one that is wanted, or one of those; lists on either side are alternatives.
fn fits(found: &Node, wanted: &Node) -> bool {
    match (&found.value, &wanted.value) {
        (_, Value::Seq(wanted)) => wanted.iter().any(|wanted| fits(found, wanted)),
        (Value::Seq(found), _) => found.iter().any(|found| fits(found, wanted)),
        (Value::Str(found), Value::Str(wanted)) => found.to_lowercase() == wanted.to_lowercase(),
        (Value::Bool(found), Value::Bool(wanted)) => found == wanted,
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            super::operators::strictly_equal(&super::operators::Js::of(found), &super::operators::Js::of(wanted))
        }
        _ => false,
    }
}
