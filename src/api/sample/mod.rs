//! Values made from schemas, the same every time, as the sampler of the reference renderers (Redocly/openapi-sampler)
//! would make them, and such that they hold against the schema wherever that can be done.
//!
//! What has to hold of a value at once is a [`Whole`]: a schema, the parts of its `allOf`, one of its alternatives, and
//! what they say of the same property. So parts are joined before a value is made, not after.
//!
//! Invariants: time and size of a value are bounded; recursion ends with an empty value where the schema allows that.

mod holds;
#[cfg(test)]
mod tests;
mod text;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json, json};

use super::model::Text;
use super::source::{DocId, Files, flag, text_at};
use crate::yaml::{Map, Node, Value};

/// How deep a value is at most.
const MAX_DEPTH: usize = 24;
/// How deep optional properties are made, most first: the first depth at which the value is small enough is taken.
const DEPTHS: &[usize] = &[15, 8, 6, 5, 4, 3, 2, 1];
/// How many values one that the definition gives may have to be a part of a made value.
const MAX_GIVEN: usize = 4_000;
/// How many values a made value has, and how long it is as indented text.
const MAX_VALUES: usize = 600;
const MAX_LENGTH: usize = 11_000;
/// How many items an array gets for the sake of its lower limit.
const MAX_ITEMS: usize = 20;
/// How many steps may be spent on finding alternatives that fit.
const MAX_STEPS: usize = 20_000;
/// How many parts one schema is joined from.
const MAX_PARTS: usize = 200;

/// A value made from a schema.
pub(super) struct Sample {
    /// The name of the alternative that it is a value of.
    pub(super) name: Text,
    /// The value.
    pub(super) value: Json,
}

/// Makes a value; `sent` says whether it is for a request.
pub(super) fn one(files: &mut Files<'_>, schema: &Node, doc: DocId, sent: bool) -> Option<Json> {
    bounded(files, schema, doc, sent, None)
}

/// Makes a value for each of the alternatives that a schema offers, at most `most`; one where it offers none.
pub(super) fn all(files: &mut Files<'_>, schema: &Node, doc: DocId, sent: bool, most: usize) -> Vec<Sample> {
    let options = Maker::new(files, sent, 0).alternatives(schema, doc);
    if options.len() > 1 {
        let mut samples: Vec<Sample> = Vec::new();
        for (at, name) in options.into_iter().enumerate().take(most) {
            let Some(value) = bounded(files, schema, doc, sent, Some(at)) else { continue };
            if samples.iter().all(|sample| sample.value != value) {
                samples.push(Sample { name, value });
            }
        }
        if let [only] = &mut samples[..] {
            only.name = Text::default();
        }
        return samples;
    }
    one(files, schema, doc, sent).map(|value| Sample { name: Text::default(), value }).into_iter().collect()
}

fn bounded(files: &mut Files<'_>, schema: &Node, doc: DocId, sent: bool, first: Option<usize>) -> Option<Json> {
    let mut made = None;
    for depth in DEPTHS {
        let mut maker = Maker::new(files, sent, *depth);
        made = maker.make(&[(schema.clone(), doc)], 0, first);
        let text = made.as_ref().and_then(|value| serde_json::to_string_pretty(value).ok());
        if maker.left > 0 && text.is_none_or(|text| text.len() <= MAX_LENGTH) {
            break;
        }
    }
    made.filter(|value| !value.is_null())
}

type Head = (Node, DocId);

/// A schema that has to hold.
#[derive(Debug, Clone)]
struct Part {
    node: Node,
    doc: DocId,
    /// Whether it is the schema itself, not a part of its `allOf` or one of its alternatives.
    head: bool,
    /// The reference that led here.
    via: Option<Text>,
}

/// Everything that has to hold of one value.
#[derive(Debug, Default)]
struct Whole {
    parts: Vec<Part>,
    /// Nothing can be such a value.
    never: bool,
    /// How many ways there are at each choice, in the order in which they are met.
    choices: Vec<usize>,
    /// Which way to go.
    picks: Vec<usize>,
}

impl Whole {
    fn pick(&mut self, options: usize) -> usize {
        let at = self.choices.len();
        self.choices.push(options);
        self.picks.get(at).copied().unwrap_or(0).min(options.saturating_sub(1))
    }

    fn maps(&self) -> impl Iterator<Item = &Node> {
        self.parts.iter().map(|part| &part.node)
    }

    fn any(&self, key: &str) -> bool {
        self.maps().any(|node| node.get(key).is_some())
    }

    /// Returns the largest of the numbers that are under a key.
    fn most(&self, key: &str) -> Option<f64> {
        self.maps().filter_map(|node| node.get(key).and_then(number)).reduce(f64::max)
    }

    /// Returns the smallest of the numbers that are under a key.
    fn least(&self, key: &str) -> Option<f64> {
        self.maps().filter_map(|node| node.get(key).and_then(number)).reduce(f64::min)
    }

    fn count(&self, key: &str) -> usize {
        self.most(key).map_or(0, |value| value.clamp(0.0, 1e6) as usize)
    }

    fn limit(&self, key: &str) -> usize {
        self.least(key).map_or(usize::MAX, |value| value.clamp(0.0, 1e6) as usize)
    }
}

struct Maker<'f, 'w> {
    files: &'f mut Files<'w>,
    sent: bool,
    /// Optional values below are left empty.
    depth: usize,
    left: usize,
    steps: usize,
    /// The schemas around the value that is being made.
    around: Vec<usize>,
    /// Counts up where values of one list must differ.
    vary: usize,
    patterns: HashMap<Text, Option<regex::Regex>>,
}

impl<'f, 'w> Maker<'f, 'w> {
    fn new(files: &'f mut Files<'w>, sent: bool, depth: usize) -> Self {
        Self {
            files,
            sent,
            depth,
            left: MAX_VALUES,
            steps: MAX_STEPS,
            around: Vec::new(),
            vary: 0,
            patterns: HashMap::new(),
        }
    }

    /// Returns the names of the alternatives that a schema offers at the outermost level.
    fn alternatives(&mut self, schema: &Node, doc: DocId) -> Vec<Text> {
        let Some(found) = self.files.resolve(schema, doc) else { return Vec::new() };
        if !givens(&found.node).is_empty() {
            return Vec::new();
        }
        let options = ["oneOf", "anyOf"].iter().find_map(|key| found.node.get(key)?.as_seq()).unwrap_or(&[]);
        let options: Vec<&Node> = options.iter().filter(|option| !is_null(option)).collect();
        let name = |(at, option): (usize, &&Node)| {
            let reference = option.get("$ref").and_then(Node::as_str).map(|it| last(it).into());
            text_at(option, "title").or(reference).unwrap_or_else(|| (at + 1).to_string().into())
        };
        options.iter().enumerate().map(name).collect()
    }

    /// Joins everything that has to hold of one value.
    fn join(&mut self, heads: &[Head], picks: &[usize]) -> Whole {
        let mut whole = Whole { picks: picks.to_vec(), ..Whole::default() };
        for (node, doc) in heads {
            self.add(node, *doc, true, &mut whole, 0);
        }
        self.dependent(&mut whole);
        whole
    }

    fn add(&mut self, node: &Node, doc: DocId, head: bool, whole: &mut Whole, depth: usize) {
        if node.as_bool() == Some(false) {
            whole.never = true;
        }
        if node.as_map().is_none() || whole.parts.len() >= MAX_PARTS || depth > 40 {
            return;
        }
        let Some(found) = self.files.resolve(node, doc) else { return };
        let via = node.get("$ref").and_then(Node::as_str).map(Text::from);
        if found.node.as_bool() == Some(false) {
            whole.never = true;
        }
        let Some(map) = found.node.as_map() else { return };
        if whole.parts.iter().any(|part| part.node.as_map().is_some_and(|other| std::ptr::eq(other, map))) {
            return;
        }
        if via.is_some() && self.files.siblings && node.as_map().is_some_and(|map| map.entries().len() > 1) {
            let mut beside = node.clone();
            if let Some(map) = beside.as_map_mut() {
                map.retain(|entry| &*entry.key != "$ref");
            }
            self.add(&beside, doc, head, whole, depth + 1);
        }
        let (node, doc) = (found.node, found.doc);
        whole.parts.push(Part { node: node.clone(), doc, head, via });
        // A value that the author gives says it all.
        if !givens(&node).is_empty() {
            return;
        }
        for key in ["oneOf", "anyOf"] {
            let options = node.get(key).and_then(Node::as_seq).unwrap_or(&[]);
            // That there may be nothing is no example of what there is.
            let (nulls, mut ways): (Vec<&Node>, Vec<&Node>) = options.iter().partition(|option| is_null(option));
            ways.extend(nulls);
            if !ways.is_empty() {
                let pick = whole.pick(ways.len());
                self.add(ways[pick], doc, false, whole, depth + 1);
            }
        }
        if let Some(condition) = node.get("if") {
            let ways =
                [node.get("then").map(|then| vec![condition, then]), Some(node.get("else").into_iter().collect())];
            let ways: Vec<Vec<&Node>> = ways.into_iter().flatten().collect();
            let pick = whole.pick(ways.len());
            for part in &ways[pick] {
                self.add(part, doc, false, whole, depth + 1);
            }
        }
        for part in node.get("allOf").and_then(Node::as_seq).unwrap_or(&[]) {
            self.add(part, doc, false, whole, depth + 1);
        }
        self.discriminated(&node, doc, whole, depth);
    }

    /// A schema whose discriminator lists what extends it is shown as the first of those.
    fn discriminated(&mut self, node: &Node, doc: DocId, whole: &mut Whole, depth: usize) {
        let Some(mapping) = node.get("discriminator").and_then(|it| it.get("mapping")).and_then(Node::as_map) else {
            return;
        };
        if whole.parts.len() > 1 || node.get("oneOf").is_some() || node.get("anyOf").is_some() {
            return;
        }
        let Some(first) = mapping.entries().first().and_then(|entry| entry.value.as_str().map(Text::from)) else {
            return;
        };
        let target =
            if first.contains(['/', '#', '.']) { first } else { format!("#/components/schemas/{first}").into() };
        let reference = crate::yaml::Entry {
            key: "$ref".into(),
            key_span: node.span,
            value: Node::text(mapping.entries()[0].value.span, target),
        };
        let made = Node { span: node.span, value: Value::Map(Arc::new(Map::new([reference]))) };
        self.add(&made, doc, false, whole, depth + 1);
    }

    /// Adds what holds because a property is there.
    fn dependent(&mut self, whole: &mut Whole) {
        let mut at = 0;
        while let Some(part) = whole.parts.get(at).cloned() {
            at += 1;
            for key in ["dependentSchemas", "dependencies"] {
                for entry in part.node.get(key).and_then(Node::as_map).map(Map::entries).unwrap_or(&[]) {
                    let there =
                        whole.maps().any(|node| node.get("properties").is_some_and(|it| it.get(&entry.key).is_some()));
                    if there && entry.value.as_map().is_some() {
                        self.add(&entry.value, part.doc, false, whole, 1);
                    }
                }
            }
        }
    }

    /// Makes a value for which all of `heads` hold; `first` chooses among the alternatives of the first one.
    fn make(&mut self, heads: &[Head], depth: usize, first: Option<usize>) -> Option<Json> {
        let chosen: Vec<usize> = first.into_iter().collect();
        let whole = self.join(heads, &chosen);
        let value = self.value(&whole, depth);
        let uncertain = whole.choices.iter().any(|options| *options > 1) || whole.any("not");
        if !uncertain || depth > 6 {
            return value;
        }
        if value.as_ref().is_some_and(|value| self.all_hold(heads, value)) {
            return value;
        }
        // The first alternatives do not fit together: look for some that do.
        let fixed = chosen.len();
        for (at, options) in whole.choices.iter().enumerate().skip(fixed).take(4) {
            for pick in 1..(*options).min(6) {
                let mut picks = chosen.clone();
                picks.resize(at + 1, 0);
                picks[at] = pick;
                if let Some(other) = self.attempt(heads, depth, &picks) {
                    return Some(other);
                }
            }
        }
        if whole.any("not") {
            for vary in 1..4 {
                self.vary += vary;
                let other = self.attempt(heads, depth, &chosen);
                self.vary -= vary;
                if other.is_some() {
                    return other;
                }
            }
        }
        value
    }

    fn attempt(&mut self, heads: &[Head], depth: usize, picks: &[usize]) -> Option<Json> {
        self.steps = self.steps.saturating_sub(200);
        if self.steps == 0 || self.left == 0 {
            return None;
        }
        let left = self.left;
        let whole = self.join(heads, picks);
        let value = self.value(&whole, depth).filter(|value| self.all_hold(heads, value));
        if self.left > 0 {
            self.left = left.min(self.left + MAX_VALUES / 8);
        }
        value
    }

    fn value(&mut self, whole: &Whole, depth: usize) -> Option<Json> {
        if whole.never || depth > MAX_DEPTH {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        if let Some(given) = self.given(whole, true) {
            return Some(given);
        }
        let kind = kind(whole);
        if kind != Some("object")
            && let Some(given) = self.given(whole, false)
        {
            return Some(given);
        }
        let own: Vec<usize> =
            whole.maps().filter_map(|node| Some(std::ptr::from_ref(node.as_map()?) as usize)).collect();
        let circular = own.iter().any(|id| self.around.contains(id));
        if circular || (depth > self.depth && matches!(kind, Some("object" | "array"))) {
            return self.empty(whole, kind, depth);
        }
        let outside = self.around.len();
        if matches!(kind, Some("object" | "array")) {
            self.around.extend(own);
        }
        let value = match kind {
            Some("object") => Some(self.object(whole, depth)),
            Some("array") => Some(self.array(whole, depth)),
            Some("integer") => Some(text::number(whole, true, self.vary)),
            Some("number") => Some(text::number(whole, false, self.vary)),
            Some("boolean") => Some(json!(self.vary.is_multiple_of(2))),
            Some("string") => Some(Json::String(self.string(whole))),
            _ => Some(Json::Null),
        };
        self.around.truncate(outside);
        value
    }

    /// Returns what ends a recursion: an empty value where that holds.
    fn empty(&mut self, whole: &Whole, kind: Option<&str>, depth: usize) -> Option<Json> {
        let empty = match kind {
            Some("object") => json!({}),
            Some("array") => json!([]),
            _ => return None,
        };
        if self.parts_hold(whole, &empty) {
            return Some(empty);
        }
        if self.parts_hold(whole, &Json::Null) {
            return Some(Json::Null);
        }
        // What is required goes on for a while: most recursion ends somewhere.
        let own: Vec<usize> =
            whole.maps().filter_map(|node| Some(std::ptr::from_ref(node.as_map()?) as usize)).collect();
        if own.iter().any(|id| self.around.contains(id)) || depth > MAX_DEPTH - 2 {
            return None;
        }
        let outside = self.around.len();
        self.around.extend(own);
        let value = if kind == Some("object") { self.object(whole, depth) } else { self.array(whole, depth) };
        self.around.truncate(outside);
        Some(value)
    }

    /// Returns a value that the author gives: of the schema itself, or of its parts.
    fn given(&mut self, whole: &Whole, heads: bool) -> Option<Json> {
        let mut found: Vec<Json> = Vec::new();
        let parts: Vec<&Part> = whole.parts.iter().filter(|part| part.head == heads).collect();
        // As in the sampler, the last of the parts wins.
        let order: Vec<&Part> = if heads { parts } else { parts.into_iter().rev().collect() };
        for part in order {
            let small = givens(&part.node).into_iter().filter(|node| weight(node, MAX_GIVEN) <= MAX_GIVEN);
            found.extend(small.filter_map(|node| serde_json::to_value(node).ok()));
        }
        if found.is_empty() {
            return None;
        }
        if whole.parts.len() == 1 && self.vary == 0 {
            return found.into_iter().next();
        }
        let fit: Vec<&Json> = found.iter().filter(|value| self.parts_hold(whole, value)).collect();
        let value = match fit.len() {
            0 => &found[0],
            many => fit[self.vary % many],
        };
        Some(value.clone())
    }

    fn object(&mut self, whole: &Whole, depth: usize) -> Json {
        let mut object = JsonMap::new();
        let mut given: Vec<Text> = Vec::new();
        let required = required(whole);
        let needed = |name: &str| required.iter().any(|other| &**other == name);
        for part in &whole.parts {
            let example = if part.head { None } else { givens(&part.node).into_iter().next() };
            if let Some(example) = example.and_then(Node::as_map) {
                for entry in example.entries() {
                    if let Ok(value) = serde_json::to_value(&entry.value) {
                        object.insert(entry.key.to_string(), value);
                        given.push(Arc::clone(&entry.key));
                    }
                }
                continue;
            }
            for entry in part.node.get("properties").and_then(Node::as_map).map(Map::entries).unwrap_or(&[]) {
                if object.contains_key(&*entry.key) || (self.left == 0 && !needed(&entry.key)) {
                    continue;
                }
                if let Some(value) = self.property(whole, &entry.key, depth, needed(&entry.key)) {
                    object.insert(entry.key.to_string(), value);
                }
            }
        }
        for name in &required {
            if !object.contains_key(&**name)
                && let Some(value) = self.property(whole, name, depth, true)
            {
                object.insert(name.to_string(), value);
            }
        }
        self.others(whole, depth, &mut object);
        let limit = whole.limit("maxProperties");
        if object.len() > limit {
            let optional: Vec<String> = object.keys().rev().filter(|name| !needed(name)).cloned().collect();
            for name in optional.into_iter().take(object.len() - limit) {
                object.remove(&name);
            }
        }
        self.discriminate(whole, &given, &mut object);
        Json::Object(object)
    }

    /// Makes the value of a property; `None` if it may not be there, or need not be and cannot be made.
    fn property(&mut self, whole: &Whole, name: &Text, depth: usize, needed: bool) -> Option<Json> {
        let (heads, hidden) = self.said_of(whole, name)?;
        if hidden {
            return None;
        }
        match self.make(&heads, depth + 1, None) {
            Some(value) => Some(value),
            None if needed => {
                let inner = self.join(&heads, &[]);
                match kind(&inner) {
                    Some("object") => Some(json!({})),
                    Some("array") => Some(json!([])),
                    _ => Some(Json::Null),
                }
            }
            None => None,
        }
    }

    /// Returns the schema of a property, and whether it is hidden from those who see the value. `None` if it may not be
    /// there.
    fn said_of(&mut self, whole: &Whole, name: &str) -> Option<(Vec<Head>, bool)> {
        let mut heads: Vec<Head> = Vec::new();
        let mut hidden = false;
        for part in &whole.parts {
            let mut named = false;
            if let Some(schema) = part.node.get("properties").and_then(|it| it.get(name)) {
                named = true;
                heads.push((schema.clone(), part.doc));
                hidden |= self.is_hidden(schema, part.doc);
            }
            for entry in part.node.get("patternProperties").and_then(Node::as_map).map(Map::entries).unwrap_or(&[]) {
                if self.matches(&entry.key, name) {
                    named = true;
                    heads.push((entry.value.clone(), part.doc));
                }
            }
            match part.node.get("additionalProperties") {
                Some(rest) if !named && rest.as_bool() == Some(false) => return None,
                Some(rest) if !named && rest.as_map().is_some() => heads.push((rest.clone(), part.doc)),
                _ => {}
            }
        }
        Some((heads, hidden))
    }

    fn is_hidden(&mut self, schema: &Node, doc: DocId) -> bool {
        let key = if self.sent { "readOnly" } else { "writeOnly" };
        flag(schema, key) || self.files.resolve(schema, doc).is_some_and(|found| flag(&found.node, key))
    }

    /// Adds properties that have no name of their own.
    fn others(&mut self, whole: &Whole, depth: usize, object: &mut JsonMap<String, Json>) {
        let least = whole.count("minProperties").min(MAX_ITEMS);
        let named = |key: &str| {
            whole.maps().find_map(|node| {
                node.get(key).filter(|it| it.as_map().is_some_and(|map| !map.entries().is_empty())).cloned()
            })
        };
        let names: Vec<Head> =
            whole.parts.iter().filter_map(|part| Some((part.node.get("propertyNames")?.clone(), part.doc))).collect();
        let rest = named("additionalProperties");
        if let Some(rest) = &rest
            && names.is_empty()
            && self.left > 0
        {
            let stem = text_at(rest, "x-additionalPropertiesName").unwrap_or_else(|| "property".into());
            for number in 1..=2 {
                if object.len() < whole.limit("maxProperties") {
                    self.insert(whole, &format!("{stem}{number}").into(), depth, object);
                }
            }
        }
        if object.is_empty() || object.len() < least {
            let patterns: Vec<Text> = whole
                .maps()
                .filter_map(|node| node.get("patternProperties")?.as_map())
                .flat_map(|map| map.entries().iter().map(|entry| Arc::clone(&entry.key)))
                .collect();
            for pattern in patterns {
                if (object.is_empty() || object.len() < least)
                    && let Some(name) = text::matching(&pattern, 0, usize::MAX, |name| self.matches(&pattern, name))
                {
                    self.insert(whole, &name.into(), depth, object);
                }
            }
        }
        let wanted = if object.is_empty() && rest.is_some() && !names.is_empty() { least.max(1) } else { least };
        for number in 1..=MAX_ITEMS {
            if object.len() >= wanted {
                break;
            }
            let name = if names.is_empty() {
                format!("property{number}")
            } else {
                self.vary += number - 1;
                let name = self.make(&names, MAX_DEPTH - 2, None);
                self.vary -= number - 1;
                match name {
                    Some(Json::String(name)) => name,
                    _ => break,
                }
            };
            if !object.contains_key(&name) {
                self.insert(whole, &name.into(), depth, object);
            }
        }
    }

    fn insert(&mut self, whole: &Whole, name: &Text, depth: usize, object: &mut JsonMap<String, Json>) {
        if !object.contains_key(&**name)
            && let Some(value) = self.property(whole, name, depth, false)
        {
            object.insert(name.to_string(), value);
        }
    }

    /// Writes the name of the alternative into the discriminator.
    fn discriminate(&mut self, whole: &Whole, given: &[Text], object: &mut JsonMap<String, Json>) {
        for (at, part) in whole.parts.iter().enumerate() {
            let Some(discriminator) = part.node.get("discriminator") else { continue };
            let property = discriminator.as_str().map(Text::from).or_else(|| text_at(discriminator, "propertyName"));
            let Some(property) = property.filter(|name| !given.contains(name)) else { continue };
            // The alternative that was chosen, else what extends this one.
            let references = || whole.parts.iter().filter_map(|part| part.via.as_deref());
            let options: Vec<&str> = ["oneOf", "anyOf"]
                .iter()
                .filter_map(|key| part.node.get(key)?.as_seq())
                .flatten()
                .filter_map(|option| option.get("$ref")?.as_str())
                .collect();
            let own = part.via.as_deref();
            let chosen = if options.is_empty() {
                let extends = whole.parts[..at].iter().filter_map(|part| part.via.as_deref()).next();
                extends.or_else(|| whole.parts[at + 1..].iter().filter_map(|part| part.via.as_deref()).next()).or(own)
            } else {
                references().find(|reference| options.contains(reference))
            };
            let Some(chosen) = chosen else { continue };
            let mapping = discriminator.get("mapping").and_then(Node::as_map).map(Map::entries).unwrap_or(&[]);
            let mapped = mapping.iter().find(|entry| {
                entry.value.as_str().is_some_and(|to| to == chosen || (!to.contains('/') && to == last(chosen)))
            });
            let name = mapped.map_or_else(|| last(chosen), |entry| entry.key.to_string());
            let value = Json::String(name);
            let Some((heads, hidden)) = self.said_of(whole, &property) else { continue };
            if !hidden && self.all_hold(&heads, &value) {
                object.insert(property.to_string(), value);
            }
        }
    }

    fn array(&mut self, whole: &Whole, depth: usize) -> Json {
        let first = whole.maps().map(|node| prefix(node).len()).max().unwrap_or(0);
        let contained = whole.any("contains");
        let described = first > 0
            || contained
            || whole.maps().any(|node| node.get("items").is_some_and(|it| it.as_map().is_some()));
        let least = whole.count("minItems").max(if contained { whole.count("minContains").max(1) } else { 0 });
        let mut length = whole.limit("maxItems").min(if described { least.max(1) } else { least }.max(first));
        length = length.min(MAX_ITEMS.max(first));
        let unique = whole.maps().any(|node| flag(node, "uniqueItems"));
        let wanted = whole.count("minContains").max(1);
        let mut items: Vec<Json> = Vec::new();
        for at in 0..length {
            let mut heads: Vec<Head> = Vec::new();
            for part in &whole.parts {
                let own = prefix(&part.node);
                let item = match own.get(at) {
                    Some(item) => Some(item),
                    None if part.node.get("items").is_some_and(|it| it.as_seq().is_some()) => {
                        part.node.get("additionalItems")
                    }
                    None => part.node.get("items"),
                };
                heads.extend(item.map(|item| (item.clone(), part.doc)));
                if let Some(contained) = part.node.get("contains").filter(|_| at < first + wanted && at >= own.len()) {
                    heads.push((contained.clone(), part.doc));
                }
            }
            if heads.iter().any(|(node, _)| node.as_bool() == Some(false)) {
                break;
            }
            if items.len() >= least && self.left == 0 {
                break;
            }
            let mut item = self.make(&heads, depth + 1, None);
            if unique {
                let outside = self.vary;
                for vary in 1..=MAX_ITEMS {
                    if item.as_ref().is_none_or(|item| !items.contains(item)) {
                        break;
                    }
                    self.vary = outside + vary;
                    item = self.make(&heads, depth + 1, None);
                }
                self.vary = outside;
            }
            match item {
                Some(item) => items.push(item),
                None if items.len() < least => items.push(Json::Null),
                None => break,
            }
        }
        // An item that only ends a recursion is no example where the list may as well be empty.
        if let [only] = &items[..]
            && least == 0
            && only.as_object().is_some_and(JsonMap::is_empty)
            && !self.parts_hold(whole, &Json::Array(items.clone()))
        {
            items.clear();
        }
        Json::Array(items)
    }

    fn string(&mut self, whole: &Whole) -> String {
        let format = whole.maps().find_map(|node| text_at(node, "format"));
        let name = text::of_format(format.as_deref());
        let (least, most) = (whole.count("minLength"), whole.limit("maxLength"));
        let patterns: Vec<Text> = whole.maps().filter_map(|node| text_at(node, "pattern")).collect();
        let fits = |this: &mut Self, text: &str| {
            let length = text.chars().count();
            length >= least && length <= most && patterns.iter().all(|pattern| this.matches(pattern, text))
        };
        let sized = text::sized(name, least.min(4_000), most, self.vary);
        if patterns.is_empty() || fits(self, &sized) {
            return sized;
        }
        for pattern in &patterns {
            if let Some(made) = text::matching(pattern, least + self.vary, most, |text| fits(self, text)) {
                return made;
            }
        }
        sized
    }

    /// Returns whether a text matches a pattern; one that cannot be read matches nothing.
    fn matches(&mut self, pattern: &str, text: &str) -> bool {
        let known = self.patterns.entry(pattern.into()).or_insert_with(|| text::compile(pattern));
        known.as_ref().is_some_and(|pattern| pattern.is_match(text))
    }

    fn parts_hold(&mut self, whole: &Whole, value: &Json) -> bool {
        whole.parts.iter().all(|part| self.holds(&part.node, part.doc, value, 0))
    }

    fn all_hold(&mut self, heads: &[Head], value: &Json) -> bool {
        heads.iter().all(|(node, doc)| self.holds(node, *doc, value, 0))
    }
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

/// Returns the values that an author gives for a schema, the best first.
fn givens(node: &Node) -> Vec<&Node> {
    let list = |key: &str| node.get(key).and_then(Node::as_seq).unwrap_or(&[]);
    let mut found: Vec<&Node> = Vec::new();
    found.extend(node.get("example"));
    found.extend(node.get("const"));
    found.extend(list("examples"));
    // Of values to choose from, null says the least.
    let (nothing, values): (Vec<&Node>, Vec<&Node>) = list("enum").iter().partition(|value| value.is_null());
    found.extend(values);
    found.extend(nothing);
    found.extend(node.get("default"));
    found
}

/// Returns the schemas of the first items of a list.
fn prefix(node: &Node) -> &[Node] {
    let first = node.get("prefixItems").and_then(Node::as_seq);
    first.or_else(|| node.get("items").and_then(Node::as_seq)).unwrap_or(&[])
}

fn required(whole: &Whole) -> Vec<Text> {
    let mut names: Vec<Text> = Vec::new();
    let mut add = |node: &Node| {
        if let Some(name) = node.as_str().filter(|name| names.iter().all(|other| &**other != *name)) {
            names.push(name.into());
        }
    };
    for node in whole.maps() {
        node.get("required").and_then(Node::as_seq).unwrap_or(&[]).iter().for_each(&mut add);
    }
    // What has to be there because of others is made with them.
    for key in ["dependentRequired", "dependencies"] {
        for node in whole.maps() {
            for entry in node.get(key).and_then(Node::as_map).map(Map::entries).unwrap_or(&[]) {
                let there =
                    whole.maps().any(|node| node.get("properties").is_some_and(|it| it.get(&entry.key).is_some()));
                if there {
                    entry.value.as_seq().unwrap_or(&[]).iter().for_each(&mut add);
                }
            }
        }
    }
    names
}

/// Returns the kind of value: one that all parts allow, or what their keywords are about.
fn kind(whole: &Whole) -> Option<&'static str> {
    let mut allowed: Option<Vec<&'static str>> = None;
    for node in whole.maps() {
        let own = types(node);
        if own.is_empty() {
            continue;
        }
        allowed = Some(match allowed {
            None => own,
            Some(before) => {
                let both: Vec<&'static str> = before
                    .iter()
                    .filter_map(|kind| match *kind {
                        kind if own.contains(&kind) => Some(kind),
                        "number" if own.contains(&"integer") => Some("integer"),
                        "integer" if own.contains(&"number") => Some("integer"),
                        _ => None,
                    })
                    .collect();
                if both.is_empty() { before } else { both }
            }
        });
    }
    if let Some(allowed) = allowed {
        return allowed.iter().find(|kind| **kind != "null").or(allowed.first()).copied();
    }
    KEYWORDS.iter().find(|(key, _)| whole.any(key)).map(|(_, kind)| *kind)
}

/// What a keyword is about, where no type is given; in the order of the sampler.
const KEYWORDS: &[(&str, &str)] = &[
    ("multipleOf", "number"),
    ("maximum", "number"),
    ("exclusiveMaximum", "number"),
    ("minimum", "number"),
    ("exclusiveMinimum", "number"),
    ("maxLength", "string"),
    ("minLength", "string"),
    ("pattern", "string"),
    ("format", "string"),
    ("prefixItems", "array"),
    ("items", "array"),
    ("contains", "array"),
    ("maxItems", "array"),
    ("minItems", "array"),
    ("uniqueItems", "array"),
    ("additionalItems", "array"),
    ("maxProperties", "object"),
    ("minProperties", "object"),
    ("required", "object"),
    ("additionalProperties", "object"),
    ("properties", "object"),
    ("patternProperties", "object"),
    ("propertyNames", "object"),
    ("dependencies", "object"),
];

fn types(node: &Node) -> Vec<&'static str> {
    let known = |name: &str| match name {
        "object" => Some("object"),
        "array" => Some("array"),
        "string" | "file" => Some("string"),
        "integer" => Some("integer"),
        "number" => Some("number"),
        "boolean" => Some("boolean"),
        "null" => Some("null"),
        _ => None,
    };
    match node.get("type").map(|node| &node.value) {
        Some(Value::Str(name)) => known(name).into_iter().collect(),
        Some(Value::Seq(names)) => names.iter().filter_map(Node::as_str).filter_map(known).collect(),
        _ => Vec::new(),
    }
}

fn is_null(node: &Node) -> bool {
    node.get("type").and_then(Node::as_str) == Some("null")
        || node.get("enum").and_then(Node::as_seq).is_some_and(|values| values.len() == 1 && values[0].is_null())
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        Value::Int(value) => Some(value as f64),
        Value::Float(value) if value.is_finite() => Some(value),
        _ => None,
    }
}

/// Returns the last part of a reference: the name of what it leads to.
fn last(reference: &str) -> String {
    reference.rsplit(['/', '#']).next().unwrap_or_default().replace("~1", "/").replace("~0", "~")
}
