//! Whether a value holds against a schema, as far as making values needs it: formats are not looked at.

use serde_json::Value as Json;

use super::{Maker, number, prefix, types};
use crate::api::source::{DocId, flag};
use crate::yaml::{Map, Node};

/// How deep a value is looked into.
const MAX_DEPTH: usize = 60;

impl Maker<'_, '_> {
    /// Returns whether a value holds; where that would take too long, it is taken to.
    pub(super) fn holds(&mut self, schema: &Node, doc: DocId, value: &Json, depth: usize) -> bool {
        if let Some(any) = schema.as_bool() {
            return any;
        }
        if self.steps == 0 || depth > MAX_DEPTH {
            return true;
        }
        self.steps -= 1;
        let Some(found) = self.files.resolve(schema, doc) else { return true };
        if let Some(any) = found.node.as_bool() {
            return any;
        }
        let beside = schema.get("$ref").is_some() && self.files.siblings;
        if beside && schema.as_map().is_some_and(|map| map.entries().len() > 1) {
            let mut beside = schema.clone();
            if let Some(map) = beside.as_map_mut() {
                map.retain(|entry| &*entry.key != "$ref");
            }
            if !self.holds(&beside, doc, value, depth + 1) {
                return false;
            }
        }
        let (node, doc) = (&found.node, found.doc);
        if value.is_null() && (flag(node, "nullable") || flag(node, "x-nullable")) {
            return true;
        }
        is_of_type(node, value)
            && is_listed(node, value)
            && in_bounds(node, value)
            && self.text_holds(node, value)
            && self.object_holds(node, doc, value, depth)
            && self.array_holds(node, doc, value, depth)
            && self.combination_holds(node, doc, value, depth)
    }

    fn text_holds(&mut self, node: &Node, value: &Json) -> bool {
        let Some(text) = value.as_str() else { return true };
        let length = text.chars().count() as f64;
        bound(node, "minLength").is_none_or(|least| length >= least)
            && bound(node, "maxLength").is_none_or(|most| length <= most)
            && node.get("pattern").and_then(Node::as_str).is_none_or(|pattern| self.matches(pattern, text))
    }

    fn object_holds(&mut self, node: &Node, doc: DocId, value: &Json, depth: usize) -> bool {
        let Some(object) = value.as_object() else { return true };
        let count = object.len() as f64;
        if bound(node, "minProperties").is_some_and(|least| count < least)
            || bound(node, "maxProperties").is_some_and(|most| count > most)
        {
            return false;
        }
        let properties = node.get("properties");
        let missing = |this: &mut Self, name: &str| {
            // What is kept from those who see the value need not be there.
            let schema = properties.and_then(|it| it.get(name));
            !object.contains_key(name) && !schema.is_some_and(|schema| this.is_hidden(schema, doc))
        };
        for name in node.get("required").and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(Node::as_str) {
            if missing(self, name) {
                return false;
            }
        }
        for key in ["dependentRequired", "dependencies", "dependentSchemas"] {
            for entry in node.get(key).and_then(Node::as_map).map(Map::entries).unwrap_or(&[]) {
                if !object.contains_key(&*entry.key) {
                    continue;
                }
                match entry.value.as_seq() {
                    Some(names) => {
                        if names.iter().filter_map(Node::as_str).any(|name| missing(self, name)) {
                            return false;
                        }
                    }
                    None => {
                        if !self.holds(&entry.value, doc, value, depth + 1) {
                            return false;
                        }
                    }
                }
            }
        }
        let patterns = node.get("patternProperties").and_then(Node::as_map).map(Map::entries).unwrap_or(&[]);
        for (name, inner) in object {
            let mut named = false;
            if let Some(schema) = properties.and_then(|it| it.get(name)) {
                named = true;
                if !self.holds(schema, doc, inner, depth + 1) {
                    return false;
                }
            }
            for entry in patterns {
                if self.matches(&entry.key, name) {
                    named = true;
                    if !self.holds(&entry.value, doc, inner, depth + 1) {
                        return false;
                    }
                }
            }
            if !named
                && let Some(rest) = node.get("additionalProperties")
                && !self.holds(rest, doc, inner, depth + 1)
            {
                return false;
            }
            if let Some(names) = node.get("propertyNames")
                && !self.holds(names, doc, &Json::String(name.clone()), depth + 1)
            {
                return false;
            }
        }
        true
    }

    fn array_holds(&mut self, node: &Node, doc: DocId, value: &Json, depth: usize) -> bool {
        let Some(items) = value.as_array() else { return true };
        let count = items.len() as f64;
        if bound(node, "minItems").is_some_and(|least| count < least)
            || bound(node, "maxItems").is_some_and(|most| count > most)
            || (flag(node, "uniqueItems") && (1..items.len()).any(|at| items[..at].contains(&items[at])))
        {
            return false;
        }
        let first = prefix(node);
        let rest = match node.get("items") {
            Some(items) if items.as_seq().is_some() => node.get("additionalItems"),
            items => items,
        };
        for (at, item) in items.iter().enumerate() {
            if let Some(schema) = first.get(at).or(rest)
                && !self.holds(schema, doc, item, depth + 1)
            {
                return false;
            }
        }
        if let Some(contained) = node.get("contains") {
            let found = items.iter().filter(|item| self.holds(contained, doc, item, depth + 1)).count() as f64;
            return found >= bound(node, "minContains").unwrap_or(1.0)
                && bound(node, "maxContains").is_none_or(|most| found <= most);
        }
        true
    }

    fn combination_holds(&mut self, node: &Node, doc: DocId, value: &Json, depth: usize) -> bool {
        let list = |key: &str| node.get(key).and_then(Node::as_seq).unwrap_or(&[]);
        if !list("allOf").iter().all(|part| self.holds(part, doc, value, depth + 1)) {
            return false;
        }
        let one = list("oneOf");
        if !one.is_empty() && one.iter().filter(|option| self.holds(option, doc, value, depth + 1)).count() != 1 {
            return false;
        }
        let any = list("anyOf");
        if !any.is_empty() && !any.iter().any(|option| self.holds(option, doc, value, depth + 1)) {
            return false;
        }
        if node.get("not").is_some_and(|not| self.holds(not, doc, value, depth + 1)) {
            return false;
        }
        let Some(condition) = node.get("if") else { return true };
        let next = if self.holds(condition, doc, value, depth + 1) { "then" } else { "else" };
        node.get(next).is_none_or(|next| self.holds(next, doc, value, depth + 1))
    }
}

fn bound(node: &Node, key: &str) -> Option<f64> {
    node.get(key).and_then(number)
}

fn is_of_type(node: &Node, value: &Json) -> bool {
    let types = types(node);
    types.is_empty()
        || types.iter().any(|kind| match *kind {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            _ => value.is_null(),
        })
}

fn is_listed(node: &Node, value: &Json) -> bool {
    let is = |node: &Node| serde_json::to_value(node).is_ok_and(|other| same(&other, value));
    node.get("const").is_none_or(is)
        && node.get("enum").and_then(Node::as_seq).is_none_or(|values| values.iter().any(is))
}

/// Returns whether two values are the same: 1 and 1.0 are.
fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}

fn in_bounds(node: &Node, value: &Json) -> bool {
    let Some(value) = value.as_f64() else { return true };
    let open = |key: &str| node.get(key).and_then(Node::as_bool) == Some(true);
    let at_least = |least: f64| if open("exclusiveMinimum") { value > least } else { value >= least };
    let at_most = |most: f64| if open("exclusiveMaximum") { value < most } else { value <= most };
    bound(node, "minimum").is_none_or(at_least)
        && bound(node, "maximum").is_none_or(at_most)
        && bound(node, "exclusiveMinimum").is_none_or(|least| value > least)
        && bound(node, "exclusiveMaximum").is_none_or(|most| value < most)
        && bound(node, "multipleOf").is_none_or(|step| {
            let times = value / step;
            (times - times.round()).abs() < 1e-9
        })
}
