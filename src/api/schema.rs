//! JSON Schema as OpenAPI and AsyncAPI use it, read into [`Shape`]s.
//!
//! Named schemas are linked, never repeated; parts of `allOf` are merged where they are used. What is nested deeper
//! than [`MAX_DEPTH`], or beyond [`MAX_FIELDS`] and [`MAX_SHOWN`] of one definition, is cut, and says so.

use std::collections::HashMap;
use std::sync::Arc;

use super::model::{Choice, ChoiceOption, Cut, Detail, Field, Flags, Mark, Piece, Shape, Text};
use super::source::{DocId, Files, Found, flag, text_at, text_of};
use crate::text::Span;
use crate::yaml::{Entry, Map, Node, Value};

/// How deep inline schemas are shown.
const MAX_DEPTH: usize = 9;
/// How many fields are read for one definition, so that merging cannot multiply without end.
const MAX_FIELDS: usize = 400_000;
/// Maximum number of fields that one definition may show, beyond one per this many of its bytes: parts bring theirs
/// wherever they are used.
const MAX_SHOWN: (usize, usize) = (20_000, 8);
/// What further schemas of a schema are called.
const CONDITIONS: &[(&str, &str)] = &[
    ("if", "If"),
    ("then", "Then"),
    ("else", "Else"),
    ("not", "Not"),
    ("contains", "Contains"),
    ("propertyNames", "Names of properties"),
    ("contentSchema", "Content"),
    ("unevaluatedItems", "Other items"),
    ("additionalItems", "Other items"),
];
/// How many schemas are read for one that is shown, and for all of a definition: parts of parts multiply.
const MAX_READ: (usize, usize) = (50_000, 4_000_000);
/// How many fields known parts may bring to all schemas of a definition: a large one that many merge is copied for each.
const MAX_MERGED: usize = 2_000_000;
/// How many values of an enumeration are shown.
const MAX_VALUES: usize = 300;

/// A schema with a name, or one of another file.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) key: Text,
    pub(super) name: Text,
    pub(super) node: Node,
    pub(super) doc: DocId,
    pub(super) place: Span,
}

/// Reads schemas.
pub(super) struct Schemas<'f, 'w> {
    pub(super) files: &'f mut Files<'w>,
    names: HashMap<(DocId, Text), (Text, Text)>,
    /// The same by the identity of their content, for what is found by an anchor.
    by_identity: HashMap<usize, (Text, Text)>,
    /// Schemas of other files that were met and that have no name in the root.
    loose: Vec<Named>,
    fields: usize,
    /// How many of them are in shapes that were returned.
    shown: usize,
    /// How many schemas were read for the one that is shown now, and for all.
    read: (usize, usize),
    /// Parts of `allOf` that were read before, by their keys.
    parts: HashMap<Text, (usize, Shape)>,
    /// How many fields they have brought.
    merged: usize,
}

/// Where the reader is.
struct At<'p> {
    doc: DocId,
    path: &'p str,
    depth: usize,
    /// Whether nested properties are left to the page of the schema.
    shallow: bool,
}

/// What a reference leads to.
enum Target {
    /// A schema that has a place of its own.
    Named {
        key: Text,
        name: Text,
        found: Found,
    },
    /// One to show in place.
    Inline(Found),
    Missing,
}

impl<'f, 'w> Schemas<'f, 'w> {
    /// `siblings` says whether what is beside `$ref` counts.
    pub(super) fn new(files: &'f mut Files<'w>, siblings: bool) -> Self {
        files.siblings = siblings;
        Self {
            files,
            names: HashMap::new(),
            by_identity: HashMap::new(),
            loose: Vec::new(),
            fields: 0,
            shown: 0,
            read: (0, 0),
            parts: HashMap::new(),
            merged: 0,
        }
    }

    /// Gives names to the schemas below `prefix` of the root, and returns them.
    pub(super) fn name_all(&mut self, prefix: &[&str]) -> Vec<Named> {
        let root = self.files.root();
        let mut at = root.as_ref();
        for part in prefix {
            at = at.and_then(|node| node.get(part));
        }
        let Some(map) = self.files.map(at, &prefix.join(".")).cloned() else { return Vec::new() };
        let pointer: String = prefix.iter().map(|part| format!("/{part}")).collect();
        let mut named = Vec::new();
        for entry in map.entries() {
            let key: Text = format!("schema:{}", entry.key).into();
            let escaped = entry.key.replace('~', "~0").replace('/', "~1");
            let place: Text = format!("{pointer}/{escaped}").into();
            self.names.insert((0, place), (Arc::clone(&key), Arc::clone(&entry.key)));
            if let Some(map) = entry.value.as_map() {
                let name = (Arc::clone(&key), Arc::clone(&entry.key));
                self.by_identity.insert(std::ptr::from_ref(map) as usize, name);
            }
            named.push(Named {
                key,
                name: Arc::clone(&entry.key),
                node: entry.value.clone(),
                doc: 0,
                place: entry.key_span,
            });
        }
        // A name that only leads into another file means what is there.
        for schema in &named {
            if schema.node.get("$ref").is_some()
                && let Some(found) = self.files.resolve(&schema.node, 0)
            {
                for place in found.way {
                    self.names.entry(place).or_insert_with(|| (Arc::clone(&schema.key), Arc::clone(&schema.name)));
                }
            }
        }
        named
    }

    /// Returns the schemas of other files that were met since the last call.
    pub(super) fn take_loose(&mut self) -> Vec<Named> {
        std::mem::take(&mut self.loose)
    }

    /// Reads an anonymous schema; `path` is put before the names of its properties.
    pub(super) fn shape(&mut self, node: &Node, doc: DocId) -> Shape {
        self.read.0 = 0;
        let shape = self.read(node, &At { doc, path: "", depth: 0, shallow: false }, &mut Vec::new());
        self.shown(shape)
    }

    /// Reads a named schema: its own content, also where that is only a reference.
    pub(super) fn content(&mut self, named: &Named) -> Shape {
        self.read.0 = 0;
        let at = At { doc: named.doc, path: "", depth: 0, shallow: false };
        if named.node.get("$ref").is_some() {
            let Some(found) = self.files.resolve(&named.node, named.doc) else {
                return Shape { cut: Some(Cut::Missing), ..Shape::default() };
            };
            let other = found.way.iter().find_map(|place| self.names.get(place)).filter(|(key, _)| *key != named.key);
            if let Some((key, name)) = other {
                return Shape {
                    types: vec![Piece::Link { key: Arc::clone(key), text: Arc::clone(name) }],
                    ..Shape::default()
                };
            }
            let shape = self.read(&found.node, &At { doc: found.doc, ..at }, &mut Vec::new());
            return self.shown(shape);
        }
        let shape = self.read(&named.node, &at, &mut Vec::new());
        self.shown(shape)
    }

    fn target(&mut self, node: &Node, doc: DocId) -> Target {
        let Some(found) = self.files.resolve(node, doc) else { return Target::Missing };
        let by_anchor = || {
            let (_, pointer) = found.way.last()?;
            let anchored = !pointer.starts_with('/');
            self.by_identity.get(&(std::ptr::from_ref(found.node.as_map()?) as usize)).filter(|_| anchored)
        };
        if let Some((key, name)) = found.way.iter().find_map(|place| self.names.get(place)).or_else(by_anchor) {
            return Target::Named { key: Arc::clone(key), name: Arc::clone(name), found };
        }
        let composed = ["properties", "allOf"].iter().any(|part| found.node.get(part).is_some());
        let Some((place_doc, pointer)) = found.way.last().cloned() else { return Target::Inline(found) };
        if found.doc == 0 || !composed {
            return Target::Inline(found);
        }
        let path = self.files.path(place_doc);
        let key: Text = format!("{path}#{pointer}").into();
        let last = pointer.rsplit('/').next().filter(|part| !part.is_empty());
        let stem = || path.rsplit('/').next().and_then(|file| file.split('.').next());
        let name: Text = match text_at(&found.node, "title") {
            Some(title) => title,
            None => last.or_else(stem).unwrap_or("schema").into(),
        };
        self.names.insert((place_doc, pointer), (Arc::clone(&key), Arc::clone(&name)));
        self.loose.push(Named {
            key: Arc::clone(&key),
            name: Arc::clone(&name),
            node: found.node.clone(),
            doc: found.doc,
            place: found.node.span,
        });
        Target::Named { key, name, found }
    }

    fn read(&mut self, node: &Node, at: &At<'_>, stack: &mut Vec<usize>) -> Shape {
        match &node.value {
            Value::Map(map) => self.mapping(node, map, at, stack),
            Value::Bool(true) => words("any value"),
            Value::Bool(false) => words("no value"),
            Value::Null => Shape::default(),
            _ => {
                self.files.wrong(node, "a schema", "a mapping");
                Shape::default()
            }
        }
    }

    fn mapping(&mut self, node: &Node, map: &Arc<Map>, at: &At<'_>, stack: &mut Vec<usize>) -> Shape {
        let identity = Arc::as_ptr(map) as usize;
        if stack.contains(&identity) {
            return Shape { cut: Some(Cut::Recursion), ..Shape::default() };
        }
        self.read = (self.read.0 + 1, self.read.1 + 1);
        let much = self.read.0 > MAX_READ.0 || self.read.1 > MAX_READ.1;
        if much || stack.len() > 60 || at.depth > MAX_DEPTH {
            return Shape { cut: Some(Cut::Depth), ..self.leaf(node) };
        }
        stack.push(identity);
        // What a reference of this kind means depends on the way that led here; the first meaning is shown.
        let dynamic = ["$dynamicRef", "$recursiveRef"].iter().find_map(|key| map.entry(key));
        if let Some(entry) = dynamic.filter(|_| map.get("$ref").is_none()) {
            let made = Entry { key: "$ref".into(), ..entry.clone() };
            let mut others = (**map).clone();
            others.retain(|other| other.key != entry.key);
            others.set(made);
            let made = Node { span: node.span, value: Value::Map(Arc::new(others)) };
            let shape = self.read(&made, at, stack);
            stack.pop();
            return shape;
        }
        let mut shape = match node.get("$ref").and_then(Node::as_str) {
            Some(written) => {
                let mut shape = self.reference(node, written, at, stack);
                if self.files.siblings && map.entries().len() > 1 {
                    let own = self.own(node, map, at, stack);
                    absorb(&mut shape, own);
                } else if shape.description.is_none() {
                    shape.description = text_at(node, "description");
                }
                shape
            }
            None => self.own(node, map, at, stack),
        };
        if shape.types.is_empty() && !shape.fields.is_empty() {
            shape.types.push(Piece::text("object"));
        }
        stack.pop();
        shape
    }

    fn reference(&mut self, node: &Node, written: &str, at: &At<'_>, stack: &mut Vec<usize>) -> Shape {
        match self.target(node, at.doc) {
            Target::Named { key, name, found } => {
                let mut shape = Shape { types: vec![Piece::Link { key, text: name }], ..Shape::default() };
                // One of another file says here what it is; one of this file has its place for that.
                if found.doc != 0 {
                    shape.description = text_at(&found.node, "description");
                    shape.flags = flags(&found.node);
                }
                if is_leaf(&found.node) {
                    let leaf = self.leaf(&found.node);
                    shape.details = leaf.details;
                    shape.flags = leaf.flags;
                    if !leaf.types.is_empty() {
                        shape.types.push(Piece::text(" "));
                        shape.types.extend(leaf.types);
                    }
                }
                shape
            }
            Target::Inline(found) => {
                let inside = At { doc: found.doc, path: at.path, depth: at.depth, shallow: at.shallow };
                self.read(&found.node, &inside, stack)
            }
            Target::Missing => {
                Shape { types: vec![Piece::Code(written.into())], cut: Some(Cut::Missing), ..Shape::default() }
            }
        }
    }

    /// Type, limits and flags of a schema without anything nested.
    fn leaf(&mut self, node: &Node) -> Shape {
        let mut shape = Shape { flags: flags(node), description: text_at(node, "description"), ..Shape::default() };
        type_words(node, &mut shape);
        details(node, &mut shape.details);
        if let Some(items) = node.get("items").filter(|items| items.get("$ref").is_none() && items.as_map().is_some()) {
            let mut inner = Shape::default();
            type_words(items, &mut inner);
            details(items, &mut inner.details);
            if !inner.types.is_empty() {
                shape.types = vec![Piece::text("array of ")];
                shape.types.extend(inner.types);
            }
            extend_details(&mut shape.details, inner.details);
        }
        shape
    }

    /// Reports a type that there is not.
    fn check_type(&mut self, map: &Map) {
        const TYPES: &[&str] = &["string", "number", "integer", "boolean", "object", "array", "null", "file"];
        let Some(written) = map.get("type") else { return };
        for node in written.as_seq().unwrap_or(std::slice::from_ref(written)) {
            let Some(name) = node.as_str().filter(|name| !TYPES.contains(name)) else { continue };
            let problem = crate::diag::Diagnostic::new(
                crate::diag::codes::INVALID_API_DEFINITION,
                node.span,
                format!("`{name}` is no type of a schema"),
            );
            self.files.report(match crate::text::nearest(name, TYPES[..7].iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("write one of `string`, `number`, `integer`, `boolean`, `object`, `array`"),
            });
        }
    }

    /// Everything that a schema says itself.
    fn own(&mut self, node: &Node, map: &Map, at: &At<'_>, stack: &mut Vec<usize>) -> Shape {
        let mut shape = Shape { flags: flags(node), description: text_at(node, "description"), ..Shape::default() };
        type_words(node, &mut shape);
        details(node, &mut shape.details);
        self.check_type(map);

        self.properties(node, map, at, stack, &mut shape);
        for part in self.files.list(map.get("allOf"), "`allOf`").to_vec() {
            let merged = self.part(&part, at, stack);
            absorb(&mut shape, merged);
        }
        if let Some(required) = map.get("required").and_then(Node::as_seq) {
            for name in required.iter().filter_map(Node::as_str) {
                if let Some(field) = shape.fields.iter_mut().find(|field| &*field.name == name) {
                    field.required = true;
                }
            }
        } else if map.get("required").is_some_and(|required| required.as_bool().is_none())
            && let Some(required) = map.get("required")
        {
            self.files.wrong(required, "`required` of a schema", "a list");
        }
        self.items(map, at, stack, &mut shape);
        self.further(map, at, stack, &mut shape);
        self.alternatives(map, at, stack, &mut shape);
        shape
    }

    fn properties(&mut self, node: &Node, map: &Map, at: &At<'_>, stack: &mut Vec<usize>, shape: &mut Shape) {
        let properties = map.get("properties");
        let Some(properties) = self.files.map(properties, "`properties` of a schema").cloned() else { return };
        let required: Vec<&str> = node
            .get("required")
            .and_then(Node::as_seq)
            .map(|list| list.iter().filter_map(Node::as_str).collect())
            .unwrap_or_default();
        for entry in properties.entries() {
            let mut field = self.field(&entry.key, &entry.value, at, stack);
            field.place = Some(entry.key_span);
            field.required = required.contains(&&*entry.key);
            shape.fields.push(field);
        }
    }

    /// Returns a shape as it is shown: without its fields, where the definition shows as many as it may.
    fn shown(&mut self, mut shape: Shape) -> Shape {
        let fields = count(&shape);
        if self.has_room_for(fields) {
            self.shown += fields;
        } else if fields > 0 {
            // Clearing them would keep their memory.
            shape.fields = Vec::new();
            shape.choices = Vec::new();
            shape.cut = shape.cut.or(Some(Cut::Depth));
        }
        shape
    }

    fn has_room_for(&self, fields: usize) -> bool {
        self.shown + fields <= MAX_SHOWN.0 + self.files.length() / MAX_SHOWN.1
    }

    /// Returns a part of `allOf` that was read before; without its fields, where there are too many.
    fn known_part(&mut self, key: &Text) -> Option<Shape> {
        let (fields, shape) = self.parts.get(key)?;
        if self.merged + fields > MAX_MERGED || !self.has_room_for(*fields) {
            let cut = if *fields > 0 { shape.cut.or(Some(Cut::Depth)) } else { shape.cut };
            return Some(Shape { details: shape.details.clone(), flags: shape.flags, cut, ..Shape::default() });
        }
        self.merged += fields;
        Some(shape.clone())
    }

    /// Reads one property.
    fn field(&mut self, name: &Text, node: &Node, at: &At<'_>, stack: &mut Vec<usize>) -> Field {
        let path = if at.path.is_empty() { name.to_string() } else { format!("{}.{name}", at.path) };
        self.fields += 1;
        let mut shape = if self.fields > MAX_FIELDS {
            Shape { cut: Some(Cut::Depth), ..Shape::default() }
        } else if at.shallow && node.get("$ref").is_none() {
            let mut leaf = self.leaf(node);
            if !is_leaf(node) {
                if leaf.types.is_empty() {
                    leaf.types.push(Piece::text("object"));
                }
                leaf.cut = Some(Cut::Depth);
            }
            leaf
        } else {
            self.read(node, &At { doc: at.doc, path: &path, depth: at.depth + 1, shallow: at.shallow }, stack)
        };
        let description = shape.description.take();
        Field {
            place: Some(node.span),
            mark: Some(Mark::new("property", path)),
            name: Arc::clone(name),
            required: false,
            description,
            shape,
            arguments: Vec::new(),
            examples: Vec::new(),
        }
    }

    /// Reads a part of `allOf`, merged into what is around it.
    fn part(&mut self, part: &Node, at: &At<'_>, stack: &mut Vec<usize>) -> Shape {
        let Some(written) = part.get("$ref").and_then(Node::as_str) else { return self.read(part, at, stack) };
        match self.target(part, at.doc) {
            Target::Missing => {
                Shape { types: vec![Piece::Code(written.into())], cut: Some(Cut::Missing), ..Shape::default() }
            }
            Target::Inline(found) => {
                let inside = At { doc: found.doc, path: at.path, depth: at.depth, shallow: at.shallow };
                self.read(&found.node, &inside, stack)
            }
            Target::Named { key, name, found } => {
                // The whole of it is in its own place; here are the properties that it brings.
                let shallow = at.shallow || at.depth > 0;
                let inside = At { doc: found.doc, path: at.path, depth: at.depth, shallow };
                let outermost = at.depth == 0 && at.path.is_empty() && !shallow;
                let known = if outermost { self.known_part(&key) } else { None };
                let again = known.is_some();
                let mut shape = known.unwrap_or_else(|| self.read(&found.node, &inside, stack));
                if shape.cut == Some(Cut::Recursion) {
                    self.contains_itself(part);
                    return Shape::default();
                }
                if outermost && !again {
                    self.parts.insert(Arc::clone(&key), (count(&shape), shape.clone()));
                }
                shape.types = vec![Piece::Link { key, text: name }];
                // Its description is about itself, not about what it is a part of.
                shape.description = None;
                shape
            }
        }
    }

    fn contains_itself(&mut self, part: &Node) {
        let Some(at) = part.get("$ref").cloned() else { return };
        let problem = crate::diag::Diagnostic::new(
            crate::diag::codes::CIRCULAR_REF,
            at.span,
            format!("`{}` is a part of itself", at.as_str().unwrap_or_default()),
        )
        .label("`allOf` merges it into itself")
        .help("remove this part, or let it name another schema");
        self.files.report(problem);
    }

    fn items(&mut self, map: &Map, at: &At<'_>, stack: &mut Vec<usize>, shape: &mut Shape) {
        let inside = At { doc: at.doc, path: at.path, depth: at.depth + 1, shallow: at.shallow };
        if let Some(items) = map.get("items").filter(|items| items.as_map().is_some()) {
            let inner = self.read(items, &inside, stack);
            shape.types.retain(|piece| !piece.shown().starts_with("array"));
            let after = std::mem::take(&mut shape.types);
            shape.types.push(Piece::text("array of "));
            if inner.types.is_empty() {
                shape.types.push(Piece::text(if inner.choices.is_empty() { "anything" } else { "values" }));
            } else {
                shape.types.extend(inner.types);
            }
            shape.types.extend(after);
            extend_details(&mut shape.details, inner.details);
            merge_fields(&mut shape.fields, inner.fields);
            shape.choices.extend(inner.choices);
            shape.flags.deprecated |= inner.flags.deprecated;
            shape.cut = shape.cut.or(inner.cut);
            if shape.description.is_none() {
                shape.description = inner.description;
            }
        }
        let first: Vec<Node> = match map.get("items").map(|items| &items.value) {
            Some(Value::Seq(items)) => items.to_vec(),
            _ => map.get("prefixItems").and_then(Node::as_seq).map(<[Node]>::to_vec).unwrap_or_default(),
        };
        for (number, item) in first.iter().enumerate() {
            let name: Text = format!("[{number}]").into();
            let mut field = self.field(&name, item, at, stack);
            field.mark = None;
            shape.fields.push(field);
        }
    }

    /// Keys that are not named one by one.
    fn further(&mut self, map: &Map, at: &At<'_>, stack: &mut Vec<usize>, shape: &mut Shape) {
        for key in ["additionalProperties", "unevaluatedProperties"] {
            match map.get(key).map(|node| (&node.value, node)) {
                Some((Value::Bool(false), _)) => {
                    shape.details.push(Detail { label: "other properties", values: vec!["none".into()] });
                }
                Some((Value::Map(inner), node)) if !inner.entries().is_empty() => {
                    let mut field = self.field(&"*".into(), node, at, stack);
                    field.mark = None;
                    field.name = "any other key".into();
                    shape.fields.push(field);
                }
                _ => {}
            }
        }
        if let Some(patterns) = map.get("patternProperties").and_then(Node::as_map).cloned() {
            for entry in patterns.entries() {
                let mut field = self.field(&entry.key, &entry.value, at, stack);
                field.mark = None;
                shape.fields.push(field);
            }
        }
    }

    fn alternatives(&mut self, map: &Map, at: &At<'_>, stack: &mut Vec<usize>, shape: &mut Shape) {
        let inside = At { doc: at.doc, path: at.path, depth: at.depth, shallow: at.shallow };
        for (key, title) in [("oneOf", "One of"), ("anyOf", "Any of")] {
            let Some(options) = map.get(key) else { continue };
            let options = self.files.list(Some(options), &format!("`{key}`")).to_vec();
            let (nulls, others): (Vec<&Node>, Vec<&Node>) = options.iter().partition(|option| is_null(option));
            if !nulls.is_empty() {
                shape.flags.nullable = true;
            }
            if let ([only], false) = (&others[..], nulls.is_empty()) {
                let inner = self.read(only, &inside, stack);
                absorb(shape, inner);
                continue;
            }
            let mapping = map.get("discriminator").and_then(|it| it.get("mapping")).and_then(Node::as_map).cloned();
            let discriminator = map.get("discriminator").and_then(|it| match it.as_str() {
                Some(name) => Some(name.into()),
                None => text_at(it, "propertyName"),
            });
            let mut choice = Choice { title, discriminator, options: Vec::new() };
            for option in others {
                let reference = option.get("$ref").and_then(Node::as_str);
                let value = mapping.as_ref().and_then(|mapping| {
                    let leads = |entry: &&crate::yaml::Entry| {
                        let to = entry.value.as_str();
                        to.is_some() && (to == reference || to == reference.and_then(|it| it.rsplit('/').next()))
                    };
                    mapping.entries().iter().find(leads).map(|entry| Arc::clone(&entry.key))
                });
                let mut read = self.read(option, &inside, stack);
                let title = match reference {
                    Some(_) => None,
                    None => text_at(option, "title"),
                };
                if read.types.is_empty()
                    && read.fields.is_empty()
                    && read.details.is_empty()
                    && title.is_none()
                    && let Some(required) = option.get("required").and_then(Node::as_seq)
                {
                    let names = required.iter().filter_map(text_of).collect();
                    read.details.push(Detail { label: "required", values: names });
                }
                choice.options.push(ChoiceOption { title, value, shape: read });
            }
            if !choice.options.is_empty() {
                shape.choices.push(choice);
            }
        }
        for (key, title) in CONDITIONS.iter().copied() {
            if let Some(node) = map.get(key).filter(|node| node.as_map().is_some()) {
                let read = self.read(node, &inside, stack);
                let option = ChoiceOption { title: None, value: None, shape: read };
                shape.choices.push(Choice { title, discriminator: None, options: vec![option] });
            }
        }
        for entry in map.get("dependentSchemas").and_then(Node::as_map).map(Map::entries).unwrap_or(&[]) {
            let read = self.read(&entry.value, &inside, stack);
            let option = ChoiceOption { title: Some(Arc::clone(&entry.key)), value: None, shape: read };
            shape.choices.push(Choice { title: "If there is", discriminator: None, options: vec![option] });
        }
        if shape.choices.is_empty()
            && let Some(name) =
                map.get("discriminator").and_then(|it| text_at(it, "propertyName").or_else(|| text_of(it)))
        {
            shape.details.push(Detail { label: "discriminator", values: vec![name] });
        }
    }
}

/// Returns how many fields a shape has, however deep.
fn count(shape: &Shape) -> usize {
    let below = shape.fields.iter().map(|field| 1 + count(&field.shape)).sum::<usize>();
    below + shape.choices.iter().flat_map(|choice| &choice.options).map(|option| count(&option.shape)).sum::<usize>()
}

fn words(text: &str) -> Shape {
    Shape { types: vec![Piece::text(text)], ..Shape::default() }
}

fn is_null(node: &Node) -> bool {
    node.get("type").and_then(Node::as_str) == Some("null")
        || node.get("enum").and_then(Node::as_seq).is_some_and(|values| values.len() == 1 && values[0].is_null())
}

/// Returns whether a schema has nothing inside that would need room.
fn is_leaf(node: &Node) -> bool {
    const INSIDE: &[&str] =
        &["properties", "allOf", "oneOf", "anyOf", "additionalProperties", "patternProperties", "prefixItems", "if"];
    let simple = |node: &Node| {
        node.get("$ref").is_none()
            && INSIDE.iter().all(|key| node.get(key).is_none_or(|value| value.as_bool().is_some()))
    };
    simple(node) && node.get("items").is_none_or(|items| simple(items) && items.get("items").is_none())
}

fn flags(node: &Node) -> Flags {
    let types = node.get("type").and_then(Node::as_seq).unwrap_or(&[]);
    let null = |node: &Node| node.is_null() || node.as_str() == Some("null");
    Flags {
        nullable: flag(node, "nullable") || flag(node, "x-nullable") || types.iter().any(null),
        read_only: flag(node, "readOnly"),
        write_only: flag(node, "writeOnly"),
        deprecated: flag(node, "deprecated"),
    }
}

/// Says the type in words.
fn type_words(node: &Node, shape: &mut Shape) {
    let mut types: Vec<Text> = match node.get("type").map(|node| &node.value) {
        Some(Value::Str(name)) => vec![Arc::clone(name)],
        Some(Value::Seq(names)) => names.iter().filter_map(text_of).filter(|name| &**name != "null").collect(),
        _ => Vec::new(),
    };
    if types.is_empty() && node.get("enum").is_some_and(|values| values.as_seq().is_some()) {
        types.push("value".into());
    }
    let format = text_at(node, "format");
    if types.is_empty() && format.is_none() {
        return;
    }
    let mut line = types.join(" or ");
    if let Some(format) = format {
        line = if line.is_empty() { format.to_string() } else { format!("{line} ({format})") };
    }
    shape.types.push(Piece::text(line));
}

/// The limits that a schema can set, with the labels of their values.
pub(crate) const LIMITS: &[(&str, &str)] = &[
    ("minimum", "at least"),
    ("maximum", "at most"),
    ("exclusiveMinimum", "more than"),
    ("exclusiveMaximum", "less than"),
    ("multipleOf", "multiple of"),
    ("minLength", "min length"),
    ("maxLength", "max length"),
    ("minItems", "min items"),
    ("maxItems", "max items"),
    ("minProperties", "min properties"),
    ("maxProperties", "max properties"),
    ("minContains", "min contained"),
    ("maxContains", "max contained"),
    ("pattern", "pattern"),
    ("contentMediaType", "media type"),
    ("contentEncoding", "encoding"),
];

/// Collects limits, defaults and allowed values.
fn details(node: &Node, out: &mut Vec<Detail>) {
    let mut add = |label: &'static str, values: Vec<Text>| {
        if !values.is_empty() {
            out.push(Detail { label, values });
        }
    };
    if let Some(values) = node.get("enum").and_then(Node::as_seq) {
        add("one of", values.iter().take(MAX_VALUES).map(value_text).collect());
    }
    if let Some(value) = node.get("const") {
        add("always", vec![value_text(value)]);
    }
    if let Some(value) = node.get("default") {
        add("default", vec![value_text(value)]);
    }
    for (key, label) in LIMITS.iter().copied() {
        // The bounds of OpenAPI 3.0 are flags: they sharpen the limit that is beside them.
        match node.get(key) {
            Some(value) if value.as_bool() == Some(true) => add(label, vec!["the limit itself".into()]),
            Some(value) if value.as_bool().is_some() => {}
            Some(value) => add(label, text_of(value).into_iter().collect()),
            None => {}
        }
    }
    if flag(node, "uniqueItems") {
        add("items", vec!["unique".into()]);
    }
    for entry in node.get("dependentRequired").and_then(Node::as_map).map(Map::entries).unwrap_or(&[]) {
        let others: Vec<Text> = entry.value.as_seq().unwrap_or(&[]).iter().filter_map(text_of).collect();
        add("together", vec![format!("{} with {}", entry.key, others.join(", ")).into()]);
    }
    if node.get("items").is_some_and(|items| items.as_bool() == Some(false)) {
        add("other items", vec!["none".into()]);
    }
    let examples = node.get("examples").and_then(Node::as_seq).unwrap_or(&[]);
    let example = node.get("example").or_else(|| node.get("x-example"));
    // Those of objects with properties are below the schema.
    let plain = |example: &&Node| node.get("properties").is_none() || example.as_map().is_none();
    let mut values: Vec<Text> = example.into_iter().chain(examples).filter(plain).map(value_text).collect();
    values.retain(|text| text.len() <= 200);
    values.truncate(super::example::MAX_EXAMPLES);
    values.dedup();
    add(if values.len() > 1 { "examples" } else { "example" }, values);
}

/// Returns a value as one would write it: texts bare, the rest as JSON.
pub(super) fn value_text(node: &Node) -> Text {
    match &node.value {
        Value::Str(text) if text.is_empty() => "\"\"".into(),
        Value::Null => "null".into(),
        Value::Map(_) | Value::Seq(_) => {
            let mut text = serde_json::to_string(node).unwrap_or_default();
            if text.len() > 300 {
                let end = (0..=300).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                text.truncate(end);
                text.push('…');
            }
            text.into()
        }
        _ => text_of(node).unwrap_or_default(),
    }
}

fn extend_details(details: &mut Vec<Detail>, more: Vec<Detail>) {
    for detail in more {
        if !details.contains(&detail) {
            details.push(detail);
        }
    }
}

fn merge_fields(fields: &mut Vec<Field>, more: Vec<Field>) {
    if fields.is_empty() {
        *fields = more;
        return;
    }
    let known: HashMap<Text, usize> =
        fields.iter().enumerate().map(|(at, field)| (Arc::clone(&field.name), at)).collect();
    for field in more {
        match known.get(&field.name) {
            Some(at) => {
                let old = &mut fields[*at];
                old.required |= field.required;
                old.description = joined(old.description.take(), field.description);
                absorb(&mut old.shape, field.shape);
            }
            None => fields.push(field),
        }
    }
}

/// Returns both texts, unless one says all that the other says.
fn joined(first: Option<Text>, second: Option<Text>) -> Option<Text> {
    match (first, second) {
        (Some(first), Some(second)) if first.contains(second.trim()) => Some(first),
        (Some(first), Some(second)) if second.contains(first.trim()) => Some(second),
        (Some(first), Some(second)) => Some(format!("{first}\n\n{second}").into()),
        (first, second) => first.or(second),
    }
}

/// Merges a part of `allOf` into the whole: both hold.
fn absorb(shape: &mut Shape, part: Shape) {
    let plain = |types: &[Piece]| types.iter().all(|piece| matches!(piece, Piece::Text(text) if &**text == "object"));
    if plain(&shape.types) {
        if !part.types.is_empty() {
            shape.types = part.types;
        }
    } else if !plain(&part.types) && part.types.iter().any(|piece| !shape.types.contains(piece)) {
        shape.types.push(Piece::text(" and "));
        shape.types.extend(part.types);
    }
    extend_details(&mut shape.details, part.details);
    shape.flags.nullable |= part.flags.nullable;
    shape.flags.read_only |= part.flags.read_only;
    shape.flags.write_only |= part.flags.write_only;
    shape.flags.deprecated |= part.flags.deprecated;
    shape.description = joined(shape.description.take(), part.description);
    merge_fields(&mut shape.fields, part.fields);
    shape.choices.extend(part.choices);
    shape.cut = shape.cut.or(part.cut);
}
