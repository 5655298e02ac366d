//! Checking a part of an entity against a table of fields, with the place of each fault.
//!
//! Says in a few words per kind what Backstage's JSON Schemas say (CM/schema/kinds/*.schema.json): which fields must be
//! there, which type they have, and what may be inside. Extra fields are always allowed.

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{self, Span};
use crate::yaml::{Map, Node, Value};

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// A text of at least one character.
    Text,
    /// A text of at least one and at most this many characters.
    TextUpTo(usize),
    /// A text, which may be empty.
    AnyText,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A text or a boolean.
    TextOrBool,
    /// A list of texts of at least one character.
    Texts,
    /// A list of texts that may be empty.
    AnyTexts,
    /// A mapping with these fields, and any others.
    Mapping(&'static [Field]),
    /// A list of mappings with these fields; the number is how many there must be at least.
    Mappings(usize, &'static [Field]),
    /// A mapping, or a list of mappings, with these fields.
    MappingOrMappings(&'static [Field]),
    /// A mapping with these fields whose other values are all texts.
    TextMapping(&'static [Field]),
}

/// One field of a mapping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
    /// What it is for, for the manual and for messages about a missing one.
    pub(crate) doc: &'static str,
}

impl Field {
    pub(crate) const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, required: true, shape, doc }
    }

    pub(crate) const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, required: false, shape, doc }
    }
}

/// Checks one entity; collects the faults.
pub(crate) struct Checker<'a> {
    /// Where faults go.
    pub(crate) out: &'a mut Diagnostics,
    /// Paths of fields whose value lies in a file that is not at hand; they count as present.
    pub(crate) elsewhere: &'a [String],
}

impl Checker<'_> {
    /// Checks the fields of `map`, which is at `path` and whose own key or start is at `at`.
    pub(crate) fn fields(&mut self, map: &Map, at: Span, path: &str, fields: &[Field]) {
        for field in fields {
            let path = join(path, field.name);
            match map.entry(field.name) {
                Some(entry) => self.value(&entry.value, entry.key_span, &path, field.shape),
                None if field.required && !self.elsewhere.contains(&path) => {
                    self.missing(map, at, &path, field);
                }
                None => {}
            }
        }
    }

    fn missing(&mut self, map: &Map, at: Span, path: &str, field: &Field) {
        // A misspelt key nearby is most likely what was meant.
        let misspelt = map
            .entries()
            .iter()
            .find(|entry| text::nearest(&entry.key, [field.name]).is_some() && !entry.key.eq_ignore_ascii_case("name"));
        let problem = Diagnostic::new(codes::MISSING_FIELD, at, format!("`{path}` is missing"));
        self.out.push(match misspelt {
            Some(entry) => problem
                .label(format!("needs `{}`", field.name))
                .also(entry.key_span, "is this the one?")
                .help(format!("rename `{}` to `{}`", entry.key, field.name)),
            None => problem.label(format!("needs `{}`: {}", field.name, field.doc)).help(
                match path.strip_suffix(field.name).and_then(|above| above.strip_suffix('.')) {
                    Some(above) => format!("add `{}: …` below `{above}`, indented", field.name),
                    None => format!("add `{}: …` here", field.name),
                },
            ),
        });
    }

    fn value(&mut self, node: &Node, key: Span, path: &str, shape: Shape) {
        match shape {
            Shape::Text => self.text(node, key, path, 1, usize::MAX),
            Shape::TextUpTo(most) => self.text(node, key, path, 1, most),
            Shape::AnyText => self.text(node, key, path, 0, usize::MAX),
            Shape::OneOf(values) => match node.as_str() {
                Some(text) if values.contains(&text) => {}
                Some(text) => {
                    let list = values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" or ");
                    let problem =
                        Diagnostic::new(codes::INVALID_VALUE, node.span, format!("`{path}` cannot be `{text}`"))
                            .label(format!("must be {list}"));
                    self.out.push(match text::nearest(text, values.iter().copied()) {
                        Some(near) => problem.help(format!("write `{near}`")),
                        None => problem.help(format!("write {list}")),
                    });
                }
                None => self.wrong_type(node, key, path, "a text"),
            },
            Shape::TextOrBool => {
                if !matches!(node.value, Value::Str(_) | Value::Bool(_)) {
                    self.wrong_type(node, key, path, "a text or a boolean");
                }
            }
            Shape::Texts => self.list(node, key, path, "a list of texts", 0, |this, item, path| {
                this.text(item, item.span, path, 1, usize::MAX);
            }),
            Shape::AnyTexts => self.list(node, key, path, "a list of texts", 0, |this, item, path| {
                this.text(item, item.span, path, 0, usize::MAX);
            }),
            Shape::Mapping(fields) => self.mapping(node, key, path, fields),
            Shape::Mappings(least, fields) => {
                self.list(node, key, path, "a list of mappings", least, |this, item, path| {
                    this.mapping(item, item.span, path, fields);
                });
            }
            Shape::MappingOrMappings(fields) if node.as_seq().is_some() => {
                self.list(node, key, path, "a list of mappings", 0, |this, item, path| {
                    this.mapping(item, item.span, path, fields);
                });
            }
            Shape::MappingOrMappings(fields) => self.mapping(node, key, path, fields),
            Shape::TextMapping(fields) => {
                self.mapping(node, key, path, fields);
                for entry in node.as_map().map_or(&[][..], Map::entries) {
                    if fields.iter().all(|field| field.name != &*entry.key) {
                        self.text(&entry.value, entry.key_span, &join(path, &entry.key), 0, usize::MAX);
                    }
                }
            }
        }
    }

    fn text(&mut self, node: &Node, key: Span, path: &str, least: usize, most: usize) {
        let Some(text) = node.as_str() else {
            self.wrong_type(node, key, path, "a text");
            return;
        };
        if text.is_empty() && least > 0 {
            self.out.push(
                Diagnostic::new(codes::INVALID_VALUE, node.span, format!("`{path}` is empty"))
                    .label("must hold at least one character")
                    .help("write the value, or remove the line if the field is optional"),
            );
        } else if most < usize::MAX && text.encode_utf16().count() > most {
            self.out.push(
                Diagnostic::new(codes::INVALID_VALUE, node.span, format!("`{path}` is too long"))
                    .label(format!("at most {most} characters are allowed"))
                    .help("shorten the text"),
            );
        }
    }

    fn mapping(&mut self, node: &Node, key: Span, path: &str, fields: &[Field]) {
        match node.as_map() {
            Some(map) => self.fields(map, key, path, fields),
            None => self.wrong_type(node, key, path, "a mapping"),
        }
    }

    fn list(
        &mut self,
        node: &Node,
        key: Span,
        path: &str,
        wanted: &str,
        least: usize,
        mut check: impl FnMut(&mut Self, &Node, &str),
    ) {
        let Some(items) = node.as_seq() else {
            self.wrong_type(node, key, path, wanted);
            return;
        };
        if items.len() < least {
            self.out.push(
                Diagnostic::new(codes::INVALID_VALUE, node.span, format!("`{path}` is empty"))
                    .label(format!("needs at least {least}"))
                    .help("add an item"),
            );
        }
        for (i, item) in items.iter().enumerate() {
            check(self, item, &format!("{path}.{i}"));
        }
    }

    /// Reports a value of the wrong type, with the remedy that fits the value.
    pub(crate) fn wrong_type(&mut self, node: &Node, key: Span, path: &str, wanted: &str) {
        // Nothing is nowhere: the key is what can be pointed at.
        let span = if node.is_null() && node.span.start == node.span.end { key } else { node.span };
        let problem =
            Diagnostic::new(codes::WRONG_TYPE, span, format!("`{path}` must be {wanted}, not {}", node.kind_name()))
                .label(format!("this is {}", node.kind_name()));
        let textual = wanted.starts_with("a text");
        self.out.push(match &node.value {
            Value::Null => problem.help("give it a value, or remove the line"),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) if textual => {
                problem.help("put the value in quotes, so that YAML reads it as text")
            }
            Value::Str(text) if wanted.starts_with("a list") && !text.is_empty() => {
                problem.help(format!("write it as a list: `[{text}]`"))
            }
            Value::Map(map) if textual && map.get("name").is_some() => {
                problem.help("write the reference as text: `kind:namespace/name`")
            }
            Value::Map(map) if textual && map.entries().iter().any(|entry| entry.key.starts_with('{')) => {
                problem.help("put the value in quotes: an unquoted `{` starts a mapping")
            }
            _ => problem.help(format!("write {wanted}")),
        });
    }
}

/// Returns the path of a field below `path`.
pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
