//! The form of a Template as rows: what react-jsonschema-form would ask, with the fields inside of objects and lists,
//! and those that appear only after another answer, each with its condition in words.
//!
//! Invariant: depth and number of rows are bounded.

use serde::Serialize;

use crate::api::LIMITS;
use crate::markdown::commonmark;
use crate::site::context;
use crate::yaml::{Map, Node, Value};

/// How deep fields nest.
const MAX_DEPTH: usize = 8;
/// How many fields one page of a form shows.
const MAX_ROWS: usize = 400;
/// A longer value is cut, in characters.
const MAX_VALUE: usize = 300;

/// What a value is without being asked for, with labels.
const GIVEN: &[(&str, &str)] = &[("const", "always"), ("default", "default")];
/// What Backstage's forms know besides, with labels.
const OF_FORMS: &[(&str, &str)] = &[
    ("ui:field", "field"),
    ("ui:widget", "widget"),
    ("ui:placeholder", "placeholder"),
    ("backstage:featureFlag", "feature flag"),
];
/// Keys of a user interface that are shown elsewhere, or say nothing to those who fill in the form.
const PASSED: &[&str] = &[
    "ui:field",
    "ui:widget",
    "ui:placeholder",
    "ui:help",
    "ui:title",
    "ui:description",
    "ui:options",
    "ui:order",
    "ui:autofocus",
    "ui:enumNames",
];

/// A page of a form.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    title: Option<String>,
    /// As HTML.
    description: Option<String>,
    rows: Vec<Row>,
    /// HTML: what holds of several fields.
    notes: Vec<String>,
}

/// A field.
#[derive(Debug, Serialize)]
struct Row {
    /// With the names of what it is in: `db.engine`, `ports[].port`.
    name: String,
    /// How many fields it is in, at most 4.
    depth: usize,
    title: Option<String>,
    r#type: String,
    required: bool,
    facts: Vec<Fact>,
    /// As HTML.
    description: Option<String>,
    /// As HTML.
    help: Option<String>,
    /// HTML: when it is asked for.
    condition: Option<String>,
}

/// A limit, a default, or the values to choose from.
#[derive(Debug, Serialize)]
struct Fact {
    label: String,
    values: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    /// What the form calls it.
    name: Option<String>,
}

/// Where the reader is.
#[derive(Clone, Copy)]
struct At<'p> {
    path: &'p str,
    depth: usize,
    condition: Option<&'p str>,
}

/// Reads one page of a form.
pub(super) fn page(root: &Node) -> Page {
    let mut reader =
        Reader { root, page: Page { title: None, description: None, rows: Vec::new(), notes: Vec::new() } };
    reader.page.title = text(root, "ui:title").or_else(|| text(root, "title"));
    reader.page.description = markdown(root, "ui:description").or_else(|| markdown(root, "description"));
    reader.object(root, At { path: "", depth: 0, condition: None });
    reader.page
}

struct Reader<'a> {
    root: &'a Node,
    page: Page,
}

impl<'a> Reader<'a> {
    /// Follows `$ref` within the page.
    fn resolve(&self, node: &'a Node) -> &'a Node {
        let mut node = node;
        for _ in 0..10 {
            let Some(pointer) = node.get("$ref").and_then(Node::as_str).and_then(|it| it.strip_prefix("#/")) else {
                break;
            };
            let found =
                pointer.split('/').try_fold(self.root, |at, part| at.get(&part.replace("~1", "/").replace("~0", "~")));
            let Some(found) = found else { break };
            node = found;
        }
        node
    }

    /// Reads the fields of an object, and what makes more of them appear.
    fn object(&mut self, node: &'a Node, at: At<'_>) {
        if at.depth > MAX_DEPTH {
            return;
        }
        let required = names(node.get("required"));
        let mut entries: Vec<(&str, &'a Node)> =
            map(node, "properties").iter().map(|it| (&*it.key, &it.value)).collect();
        if let Some(order) = node.get("ui:order") {
            let order = names(Some(order));
            let rest = order.iter().position(|name| *name == "*").unwrap_or(order.len());
            entries.sort_by_key(|(name, _)| order.iter().position(|other| other == name).unwrap_or(rest));
        }
        for (name, field) in &entries {
            self.field(name, field, required.contains(name), at);
        }
        for name in required.iter().filter(|name| entries.iter().all(|(other, _)| other != *name)) {
            self.also_required(name, at);
        }
        if let Some(rest) =
            node.get("additionalProperties").filter(|it| it.as_map().is_some_and(|map| !map.entries().is_empty()))
        {
            self.field("*", rest, false, at);
        }
        for part in list(node, "allOf") {
            self.object(self.resolve(part), at);
        }
        self.dependencies(node, at);
        self.conditional(node, at);
        for key in ["oneOf", "anyOf"] {
            for (number, option) in list(node, key).iter().enumerate() {
                let option = self.resolve(option);
                let told = self.chosen(option, node, at).map(|told| format!("only if {told}"));
                let named = text(option, "title").map(|title| format!("only for “{title}”"));
                let condition = told.or(named).unwrap_or_else(|| format!("only in alternative {}", number + 1));
                self.under(option, &condition, &[], at);
            }
        }
    }

    /// Reads what appears because a field is filled in.
    fn dependencies(&mut self, node: &'a Node, at: At<'_>) {
        for key in ["dependencies", "dependentSchemas", "dependentRequired"] {
            for entry in map(node, key) {
                let given = format!("“{}” is filled in", self.title_of(node, &entry.key));
                if entry.value.as_seq().is_some() {
                    for name in names(Some(&entry.value)) {
                        let note = format!("“{}” is required if {given}.", self.title_of(node, name));
                        self.note(&note, at);
                    }
                    continue;
                }
                let schema = self.resolve(&entry.value);
                for option in list(schema, "oneOf").iter().chain(list(schema, "anyOf")) {
                    let option = self.resolve(option);
                    let told = self.chosen(option, node, at).unwrap_or_else(|| given.clone());
                    self.under(option, &format!("only if {told}"), &[&entry.key], at);
                }
                self.whole(schema, &format!("only if {given}"), &[&entry.key], at);
            }
        }
    }

    /// Reads `if`, `then` and `else`.
    fn conditional(&mut self, node: &'a Node, at: At<'_>) {
        let Some(condition) = node.get("if") else { return };
        let condition = self.resolve(condition);
        let told = told_of(condition, &|name| self.title_at(node, name, at), &|_| true);
        let told = told.unwrap_or_else(|| "its condition holds".to_owned());
        for (key, word) in [("then", "only if"), ("else", "unless")] {
            if let Some(schema) = node.get(key) {
                self.whole(self.resolve(schema), &format!("{word} {told}"), &[], at);
            }
        }
    }

    /// Reads a schema that holds under a condition, without the fields that are the condition, and what is nested in it.
    fn whole(&mut self, node: &'a Node, condition: &str, passed: &[&str], at: At<'_>) {
        self.under(node, condition, passed, at);
        let condition = joined(at.condition, condition);
        let inside = At { depth: at.depth + 1, condition: Some(&condition), ..at };
        for part in list(node, "allOf") {
            self.object(self.resolve(part), inside);
        }
        if inside.depth <= MAX_DEPTH {
            self.conditional(node, inside);
        }
    }

    fn under(&mut self, node: &'a Node, condition: &str, passed: &[&str], at: At<'_>) {
        let condition = joined(at.condition, condition);
        let inside = At { condition: Some(&condition), ..at };
        let required = names(node.get("required"));
        let properties = map(node, "properties");
        for entry in properties {
            // What only says which answer is meant is the condition, not a field.
            let tells = ["const", "enum"].iter().any(|key| entry.value.get(key).is_some());
            let more = entry
                .value
                .as_map()
                .is_some_and(|map| map.entries().iter().any(|it| !matches!(&*it.key, "const" | "enum" | "type")));
            if passed.contains(&&*entry.key) || (tells && !more && self.is_asked(&entry.key, at)) {
                continue;
            }
            self.field(&entry.key, &entry.value, required.contains(&&*entry.key), inside);
        }
        for name in required.iter().filter(|name| properties.iter().all(|entry| &*entry.key != **name)) {
            self.also_required(name, inside);
        }
        if at.depth < MAX_DEPTH {
            let inside = At { depth: at.depth + 1, ..inside };
            self.dependencies(node, inside);
        }
    }

    /// Returns whether a field of this name has its row.
    fn is_asked(&self, name: &str, at: At<'_>) -> bool {
        let path = join(at.path, name);
        self.page.rows.iter().any(|row| row.name == path)
    }

    /// Reports that a field of another place is required here.
    fn also_required(&mut self, name: &str, at: At<'_>) {
        let path = join(at.path, name);
        match at.condition {
            Some(condition) => {
                let title = self.page.rows.iter().find(|row| row.name == path).and_then(|row| row.title.clone());
                // An answer that the condition asks for is there.
                if condition.contains(&format!("“{}”", title.as_deref().unwrap_or(name))) {
                    return;
                }
                let condition = condition.strip_prefix("only ").unwrap_or(condition);
                let note = format!("“{}” is required {condition}.", title.as_deref().unwrap_or(name));
                self.page.notes.push(context::with_code(&note));
            }
            None => {
                if let Some(row) = self.page.rows.iter_mut().find(|row| row.name == path) {
                    row.required = true;
                }
            }
        }
    }

    fn note(&mut self, note: &str, at: At<'_>) {
        let condition = at.condition.map(|condition| format!(" ({condition})")).unwrap_or_default();
        if self.page.notes.len() < MAX_ROWS {
            self.page.notes.push(context::with_code(&format!("{note}{condition}")));
        }
    }

    /// Says in words what an alternative asks of answers that are given before; what else it has are fields of its own.
    fn chosen(&self, option: &Node, around: &'a Node, at: At<'_>) -> Option<String> {
        let known =
            |name: &str| around.get("properties").is_some_and(|it| it.get(name).is_some()) || self.is_asked(name, at);
        told_of(option, &|name| self.title_at(around, name, at), &known)
    }

    /// Returns what the form calls a field that is beside others.
    fn title_at(&self, node: &'a Node, name: &str, at: At<'_>) -> String {
        let path = join(at.path, name);
        let row = self.page.rows.iter().find(|row| row.name == path).and_then(|row| row.title.clone());
        row.unwrap_or_else(|| self.title_of(node, name))
    }

    /// Returns what the form calls a field.
    fn title_of(&self, node: &'a Node, name: &str) -> String {
        let field = node.get("properties").and_then(|it| it.get(name));
        let field = field.or_else(|| self.root.get("properties").and_then(|it| it.get(name)));
        field.and_then(|field| text(self.resolve(field), "title")).unwrap_or_else(|| name.to_owned())
    }

    fn field(&mut self, name: &str, written: &'a Node, required: bool, at: At<'_>) {
        if self.page.rows.len() >= MAX_ROWS || at.depth > MAX_DEPTH {
            return;
        }
        let node = self.resolve(written);
        let own = |key: &str| text(written, key).or_else(|| text(node, key));
        let items = node.get("items").map(|items| self.resolve(items));
        let path = join(at.path, name);
        let mut facts = Vec::new();
        choices(node, &mut facts);
        if let Some(items) = items.filter(|items| items.as_map().is_some()) {
            choices(items, &mut facts);
        }
        limits(node, "", &mut facts);
        // A list of plain values has no row for its values.
        let nested = items.is_some_and(|items| !map(items, "properties").is_empty() || items.get("items").is_some());
        if let Some(items) = items.filter(|_| !nested) {
            limits(items, "each ", &mut facts);
        }
        self.page.rows.push(Row {
            name: path.clone(),
            depth: at.depth.min(4),
            title: own("ui:title").or_else(|| own("title")),
            r#type: kind(node, items),
            required,
            facts,
            description: markdown(written, "ui:description")
                .or_else(|| markdown(written, "description"))
                .or_else(|| markdown(node, "description")),
            help: markdown(node, "ui:help"),
            condition: at.condition.map(context::with_code),
        });
        let inside = At { path: &path, depth: at.depth + 1, condition: None };
        if is_object(node) {
            self.object(node, inside);
        }
        let list_path = format!("{path}[]");
        let inside = At { path: &list_path, ..inside };
        match items {
            Some(items) if items.as_seq().is_some() => {
                for (number, item) in items.as_seq().unwrap_or(&[]).iter().enumerate() {
                    self.field(&format!("[{number}]"), item, false, At { path: &path, ..inside });
                }
            }
            Some(items) if is_object(items) => self.object(items, inside),
            Some(items) if items.get("items").is_some() => {
                self.field("", items, false, At { path: &list_path, ..inside });
            }
            _ => {}
        }
    }
}

/// Says in words what answers a schema asks for, of fields that count.
fn told_of(condition: &Node, title: &dyn Fn(&str) -> String, counts: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut parts = Vec::new();
    for entry in map(condition, "properties").iter().filter(|entry| counts(&entry.key)) {
        let title = title(&entry.key);
        let values: Vec<String> = match (entry.value.get("const"), entry.value.get("enum").and_then(Node::as_seq)) {
            (Some(value), _) => vec![value_text(value)],
            (None, Some(values)) => values.iter().map(value_text).collect(),
            (None, None) => {
                let limits: Vec<String> = LIMITS
                    .iter()
                    .filter_map(|(key, label)| Some(format!("{label} `{}`", value_text(entry.value.get(key)?))))
                    .collect();
                if !limits.is_empty() {
                    parts.push(format!("“{title}” has {}", limits.join(" and ")));
                }
                if let Some(contained) = entry.value.get("contains").and_then(|it| it.get("const")) {
                    parts.push(format!("“{title}” contains `{}`", value_text(contained)));
                }
                continue;
            }
        };
        let values: Vec<String> = values.into_iter().map(|value| format!("`{value}`")).collect();
        parts.push(format!("“{title}” is {}", values.join(" or ")));
    }
    if parts.is_empty() {
        let required: Vec<&str> = names(condition.get("required")).into_iter().filter(|name| counts(name)).collect();
        if !required.is_empty() {
            let verb = if required.len() == 1 { "is" } else { "are" };
            return Some(format!(
                "{} {verb} filled in",
                required.iter().map(|name| format!("“{}”", title(name))).collect::<Vec<_>>().join(" and ")
            ));
        }
        let inside = |part: &Node| told_of(part, title, counts);
        let inner: Vec<String> = list(condition, "anyOf").iter().filter_map(inside).collect();
        let all: Vec<String> = list(condition, "allOf").iter().filter_map(inside).collect();
        let not = condition.get("not").and_then(inside).map(|told| format!("not: {told}"));
        return match (inner.is_empty(), all.is_empty()) {
            (false, _) => Some(inner.join(" or ")),
            (_, false) => Some(all.join(" and ")),
            _ => not,
        };
    }
    Some(parts.join(" and "))
}

fn joined(outer: Option<&str>, inner: &str) -> String {
    outer.map_or_else(|| inner.to_owned(), |outer| format!("{outer}, and {inner}"))
}

fn join(path: &str, name: &str) -> String {
    match (path, name) {
        ("", name) => name.to_owned(),
        (path, "") => path.to_owned(),
        (path, name) if name.starts_with('[') => format!("{path}{name}"),
        (path, name) => format!("{path}.{name}"),
    }
}

fn is_object(node: &Node) -> bool {
    ["properties", "additionalProperties", "dependencies", "allOf", "if"].iter().any(|key| node.get(key).is_some())
        || node.get("type").and_then(Node::as_str) == Some("object")
}

/// Says the type of a field.
fn kind(node: &Node, items: Option<&Node>) -> String {
    let own = |node: &Node| -> String {
        let types: Vec<String> = match node.get("type").map(|it| &it.value) {
            Some(Value::Str(name)) => vec![name.to_string()],
            Some(Value::Seq(names)) => names.iter().map(scalar).collect(),
            _ if node.get("properties").is_some() => vec!["object".to_owned()],
            _ => Vec::new(),
        };
        let format = text(node, "format").map(|format| format!(" ({format})")).unwrap_or_default();
        format!("{}{format}", types.join(" or ")).trim().to_owned()
    };
    match items.map(own) {
        Some(inner) if !inner.is_empty() => format!("array of {inner}"),
        Some(_) => "array".to_owned(),
        None => own(node),
    }
}

/// Collects the values to choose from, with their names.
fn choices(node: &Node, facts: &mut Vec<Fact>) {
    let mut values = Vec::new();
    let given = ["enumNames", "ui:enumNames"].iter().find_map(|key| node.get(key)?.as_seq());
    let names = given.or_else(|| node.get("ui:options")?.get("enumNames")?.as_seq()).unwrap_or(&[]);
    for (at, value) in list(node, "enum").iter().enumerate() {
        let value = value_text(value);
        let name = names.get(at).map(value_text).filter(|name| *name != value);
        values.push(Choice { value, name });
    }
    for option in list(node, "oneOf").iter().chain(list(node, "anyOf")) {
        if let Some(value) = option.get("const").or_else(|| option.get("enum")?.as_seq()?.first()) {
            values.push(Choice { value: value_text(value), name: text(option, "title") });
        }
    }
    if !values.is_empty() {
        facts.push(Fact { label: "one of".to_owned(), values });
    }
}

/// Collects limits, defaults, and what the form says about how the field looks.
fn limits(node: &Node, before: &str, facts: &mut Vec<Fact>) {
    let mut add = |label: String, value: String| {
        facts.push(Fact { label, values: vec![Choice { value, name: None }] });
    };
    for (key, label) in GIVEN.iter().chain(LIMITS).chain(OF_FORMS) {
        if let Some(value) = node.get(key) {
            add(format!("{before}{label}"), value_text(value));
        }
    }
    if node.get("uniqueItems").and_then(Node::as_bool) == Some(true) {
        add(format!("{before}items"), "unique".to_owned());
    }
    for entry in map(node, "ui:options").iter().filter(|entry| &*entry.key != "enumNames") {
        add(entry.key.to_string(), value_text(&entry.value));
    }
    for entry in node.as_map().map_or(&[][..], Map::entries) {
        if let Some(name) = entry.key.strip_prefix("ui:").filter(|_| !PASSED.contains(&&*entry.key)) {
            add(name.to_owned(), value_text(&entry.value));
        }
    }
}

/// Writes a value in a line.
pub(super) fn value_text(node: &Node) -> String {
    let text = match &node.value {
        Value::Seq(items) if items.iter().all(|item| item.as_map().is_none() && item.as_seq().is_none()) => {
            items.iter().map(value_text).collect::<Vec<_>>().join(", ")
        }
        Value::Seq(_) | Value::Map(_) => serde_json::to_string(node).unwrap_or_default(),
        Value::Str(text) if text.is_empty() => "\"\"".to_owned(),
        Value::Bool(value) => value.to_string(),
        _ => scalar(node),
    };
    context::shortened(&text, MAX_VALUE).into_owned()
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::as_str).map(str::to_owned)
}

fn markdown(node: &Node, key: &str) -> Option<String> {
    let text = node.get(key).and_then(Node::as_str).filter(|text| !text.trim().is_empty())?;
    Some(commonmark::inline_with(text, &context::outward))
}

fn list<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_seq).unwrap_or(&[])
}

fn map<'n>(node: &'n Node, key: &str) -> &'n [crate::yaml::Entry] {
    node.get(key).and_then(Node::as_map).map_or(&[], Map::entries)
}

fn names(node: Option<&Node>) -> Vec<&str> {
    node.and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(Node::as_str).collect()
}

/// Formats a plain value.
#[must_use]
pub(super) fn scalar(node: &Node) -> String {
    match &node.value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Str(text) => text.to_string(),
        Value::Seq(_) | Value::Map(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::text::FileId;

    /// Writes the rows and notes of a page, a line each.
    fn outline(text: &str) -> String {
        let (root, problems) = crate::yaml::read(FileId::new(0), text);
        assert!(problems.is_empty(), "{problems:?}");
        let page = page(&root.expect("a page"));
        let plain = |html: &str| html.replace("<code>", "").replace("</code>", "");
        let mut lines: Vec<String> = Vec::new();
        for row in &page.rows {
            let mut line = format!("{} {}", row.name, row.r#type);
            if row.required {
                line.push_str(" required");
            }
            for fact in &row.facts {
                let values: Vec<String> = fact
                    .values
                    .iter()
                    .map(|it| it.name.as_ref().map_or_else(|| it.value.clone(), |name| format!("{name} {}", it.value)))
                    .collect();
                let _ = write!(line, " {}={}", fact.label, values.join("|"));
            }
            if let Some(condition) = &row.condition {
                let _ = write!(line, " ({})", plain(condition));
            }
            lines.push(line);
        }
        lines.extend(page.notes.iter().map(|note| format!("note: {}", plain(note))));
        lines.join("\n")
    }

    #[track_caller]
    fn check(text: &str, wanted: &str) {
        assert_eq!(outline(text), wanted.trim());
    }

    #[test]
    fn fields_inside_of_objects_and_lists_have_rows() {
        check(
            "
required: [db]
properties:
  db: {type: object, required: [size], properties: {size: {type: integer, minimum: 5}, engine: {type: string, enum: [pg, my], enumNames: [Postgres, my]}}}
  ports: {type: array, minItems: 1, items: {type: object, properties: {port: {type: integer, default: 80}}}}
  tags: {type: array, items: {type: string, pattern: '^a'}, uniqueItems: true}
  grid: {type: array, items: {type: array, items: {type: object, properties: {x: {type: number}}}}}
  env: {type: object, additionalProperties: {type: string}}
  host: {$ref: '#/definitions/host'}
  mode: {type: string, oneOf: [{const: a, title: All}, {const: n, title: None}]}
  repo: {type: string, ui:field: RepoUrlPicker, ui:options: {allowedHosts: [github.com, gitlab.com]}, ui:readonly: true}
definitions: {host: {type: string, format: hostname}}
ui:order: [host, '*']",
            "
host string (hostname)
db object required
db.size integer required at least=5
db.engine string one of=Postgres pg|my
ports array of object min items=1
ports[].port integer default=80
tags array of string items=unique each pattern=^a
grid array of array
grid[] array of object
grid[][].x number
env object
env.* string
mode string one of=All a|None n
repo string field=RepoUrlPicker allowedHosts=github.com, gitlab.com readonly=true",
        );
    }

    #[test]
    fn conditional_fields_say_when_they_are_asked_for() {
        check(
            "
properties:
  cache: {type: boolean, title: Cache?}
  size: {type: integer}
dependencies:
  size: [cache]
  cache:
    oneOf:
      - properties: {cache: {enum: [true]}, cacheSize: {type: integer, minimum: 5, enum: [5, 9]}}
        required: [cacheSize]
      - properties: {cache: {enum: [false]}}",
            "
cache boolean
size integer
cacheSize integer required one of=5|9 at least=5 (Only if “Cache?” is true)
note: “Cache?” is required if “size” is filled in.",
        );
        check(
            "
properties: {kind: {type: string, title: Kind, enum: [a, b, c]}}
allOf:
  - if: {properties: {kind: {enum: [a, b]}}}
    then: {properties: {one: {type: string}}, required: [one, kind]}
    else:
      if: {properties: {kind: {const: c}}}
      then: {properties: {three: {type: string}}}",
            "
kind string one of=a|b|c
one string required (Only if “Kind” is a or b)
three string (Unless “Kind” is a or b, and only if “Kind” is c)",
        );
        check(
            "
properties: {card: {type: string}}
dependencies: {card: {properties: {number: {type: string}}, required: [number]}}
anyOf: [{title: Mail, properties: {mail: {type: string}}}, {properties: {phone: {type: string}}}]",
            "
card string
number string required (Only if “card” is filled in)
mail string (Only for “Mail”)
phone string (Only in alternative 2)",
        );
    }

    #[test]
    fn forms_without_end_end() {
        let text = "properties: {a: {$ref: '#/definitions/a'}}\ndefinitions: {a: {type: object, properties: {b: {$ref: '#/definitions/a'}, c: {$ref: '#/definitions/a'}}}}";
        assert!(outline(text).lines().count() <= MAX_ROWS);
    }
}
