//! GraphQL schema definitions, read by a parser that goes on after a fault.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use apollo_parser::Parser;
use apollo_parser::cst::{self, CstNode};

use super::openapi::listed;
use super::{Format, Source};
use crate::api::model::{Block, Detail, Fact, Field, Group, Item, Mark, Piece, Reference, Role, Shape, Text, Way};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};

/// See the module.
pub(super) struct GraphQl;

impl Format for GraphQl {
    fn types(&self) -> &'static [&'static str] {
        &["graphql"]
    }

    fn name(&self) -> &'static str {
        "GraphQL"
    }

    fn read(&self, source: &Source<'_>) -> (Reference, Diagnostics) {
        let tree = Parser::new(source.text).recursion_limit(200).parse();
        let mut problems = Diagnostics::new();
        // The parser stumbles over what follows a fault, so that only the first is sure to be one.
        if let Some(error) = tree.errors().next() {
            let start = error.index().min(source.text.len());
            let end = (start + error.data().len()).min(source.text.len());
            let span = Span::new(source.file, start, end);
            let message = format!("this is not GraphQL: {}", error.message());
            problems.push(
                Diagnostic::new(codes::API_SYNTAX, span, message)
                    .label("cannot be read")
                    .help("mend the definition; what can be read is shown"),
            );
        }
        let mut reader = Reader::new(source.file);
        for definition in tree.document().definitions() {
            reader.definition(&definition);
        }
        (reader.finish(), problems)
    }
}

/// The kinds of types in the order of display, and what a list of them is called.
const KINDS: &[(&str, &str)] = &[
    ("query", "Queries"),
    ("mutation", "Mutations"),
    ("subscription", "Subscriptions"),
    ("type", "Objects"),
    ("interface", "Interfaces"),
    ("union", "Unions"),
    ("enum", "Enums"),
    ("input", "Inputs"),
    ("scalar", "Scalars"),
    ("directive", "Directives"),
];

struct Reader {
    file: FileId,
    items: Vec<(&'static str, Item)>,
    by_name: HashMap<String, usize>,
    /// The type behind each root operation.
    roots: BTreeMap<String, &'static str>,
    implementations: BTreeMap<String, Vec<Text>>,
    description: Option<Text>,
}

impl Reader {
    fn new(file: FileId) -> Self {
        Self {
            file,
            items: Vec::new(),
            by_name: HashMap::new(),
            roots: BTreeMap::new(),
            implementations: BTreeMap::new(),
            description: None,
        }
    }

    /// Returns where a name stands.
    fn place(&self, name: Option<&cst::Name>) -> Option<Span> {
        let range = name?.syntax().text_range();
        Some(Span::new(self.file, range.start().into(), range.end().into()))
    }

    fn definition(&mut self, definition: &cst::Definition) {
        use cst::Definition as D;
        match definition {
            D::SchemaDefinition(it) => {
                self.description = describe(it.description());
                self.roots(it.root_operation_type_definitions());
            }
            D::SchemaExtension(it) => self.roots(it.root_operation_type_definitions()),
            D::DirectiveDefinition(it) => self.directive(it),
            D::ScalarTypeDefinition(it) => {
                self.item("scalar", it.name(), it.description(), it.directives());
            }
            D::ScalarTypeExtension(it) => {
                self.item("scalar", it.name(), None, it.directives());
            }
            D::ObjectTypeDefinition(it) => {
                let at = self.item("type", it.name(), it.description(), it.directives());
                self.composite(at, it.implements_interfaces(), it.fields_definition());
            }
            D::ObjectTypeExtension(it) => {
                let at = self.item("type", it.name(), None, it.directives());
                self.composite(at, it.implements_interfaces(), it.fields_definition());
            }
            D::InterfaceTypeDefinition(it) => {
                let at = self.item("interface", it.name(), it.description(), it.directives());
                self.composite(at, it.implements_interfaces(), it.fields_definition());
            }
            D::InterfaceTypeExtension(it) => {
                let at = self.item("interface", it.name(), None, it.directives());
                self.composite(at, it.implements_interfaces(), it.fields_definition());
            }
            D::UnionTypeDefinition(it) => {
                let at = self.item("union", it.name(), it.description(), it.directives());
                self.members(at, it.union_member_types());
            }
            D::UnionTypeExtension(it) => {
                let at = self.item("union", it.name(), None, it.directives());
                self.members(at, it.union_member_types());
            }
            D::EnumTypeDefinition(it) => {
                let at = self.item("enum", it.name(), it.description(), it.directives());
                self.values(at, it.enum_values_definition());
            }
            D::EnumTypeExtension(it) => {
                let at = self.item("enum", it.name(), None, it.directives());
                self.values(at, it.enum_values_definition());
            }
            D::InputObjectTypeDefinition(it) => {
                let at = self.item("input", it.name(), it.description(), it.directives());
                self.inputs(at, it.input_fields_definition());
            }
            D::InputObjectTypeExtension(it) => {
                let at = self.item("input", it.name(), None, it.directives());
                self.inputs(at, it.input_fields_definition());
            }
            D::OperationDefinition(_) | D::FragmentDefinition(_) => {}
        }
    }

    fn roots(&mut self, roots: cst::CstChildren<cst::RootOperationTypeDefinition>) {
        for root in roots {
            let kind = match root.operation_type().map(|it| it.syntax().text().to_string()) {
                Some(text) if text.trim() == "query" => "query",
                Some(text) if text.trim() == "mutation" => "mutation",
                Some(text) if text.trim() == "subscription" => "subscription",
                _ => continue,
            };
            if let Some(name) = root.named_type().and_then(|it| it.name()) {
                self.roots.insert(name.text().to_string(), kind);
            }
        }
    }

    /// Makes an item, or finds the one that is extended.
    fn item(
        &mut self,
        kind: &'static str,
        name: Option<cst::Name>,
        description: Option<cst::Description>,
        directives: Option<cst::Directives>,
    ) -> Option<usize> {
        let place = self.place(name.as_ref());
        let name = name?.text().to_string();
        let at = match self.by_name.get(&name) {
            Some(at) => *at,
            None => {
                let item = Item {
                    place,
                    role: Role::Schema,
                    mark: Some(Mark::new("type", &*name)),
                    key: key(&name),
                    anchor: name.clone(),
                    verb: kind.to_owned(),
                    name: name.as_str().into(),
                    blocks: vec![Block::default()],
                    ..Item::default()
                };
                self.items.push((kind, item));
                self.by_name.insert(name, self.items.len() - 1);
                self.items.len() - 1
            }
        };
        let item = &mut self.items[at].1;
        if item.description.is_none() {
            item.description = describe(description);
        }
        for directive in used(directives) {
            if directive.starts_with("@deprecated") {
                item.deprecated = true;
            }
            item.facts.push(Fact::new("Directive", Piece::Code(directive.into())));
        }
        Some(at)
    }

    fn composite(
        &mut self,
        at: Option<usize>,
        interfaces: Option<cst::ImplementsInterfaces>,
        fields: Option<cst::FieldsDefinition>,
    ) {
        let Some(at) = at else { return };
        let name = Arc::clone(&self.items[at].1.name);
        let names: Vec<String> = interfaces
            .into_iter()
            .flat_map(|it| it.named_types())
            .filter_map(|it| Some(it.name()?.text().to_string()))
            .collect();
        if !names.is_empty() {
            for interface in &names {
                self.implementations.entry(interface.clone()).or_default().push(Arc::clone(&name));
            }
            let pieces = listed(names.iter().map(|name| link(name)));
            self.items[at].1.facts.push(Fact { label: "Implements".into(), pieces });
        }
        for definition in fields.into_iter().flat_map(|it| it.field_definitions()) {
            let Some(own) = definition.name().map(|name| name.text().to_string()) else { continue };
            let mut shape = Shape { types: type_pieces(definition.ty()), ..Shape::default() };
            let description = deprecation(&mut shape, describe(definition.description()), definition.directives());
            let arguments = definition
                .arguments_definition()
                .into_iter()
                .flat_map(|it| it.input_value_definitions())
                .filter_map(|argument| {
                    let argument_name = argument.name()?.text().to_string();
                    let mark = Mark::new("argument", format!("{name}.{own}({argument_name})"));
                    let place = self.place(argument.name().as_ref());
                    Some(Field { place, ..input(&argument, argument_name, Some(mark)) })
                })
                .collect();
            self.items[at].1.blocks[0].way = Way::Out;
            let place = self.place(definition.name().as_ref());
            self.items[at].1.blocks[0].fields.push(Field {
                place,
                mark: Some(Mark::new("field", format!("{name}.{own}"))),
                name: own.into(),
                required: false,
                description,
                shape,
                arguments,
            });
        }
    }

    fn inputs(&mut self, at: Option<usize>, fields: Option<cst::InputFieldsDefinition>) {
        let Some(at) = at else { return };
        let name = Arc::clone(&self.items[at].1.name);
        self.items[at].1.blocks[0].way = Way::In;
        for value in fields.into_iter().flat_map(|it| it.input_value_definitions()) {
            let Some(own) = value.name().map(|name| name.text().to_string()) else { continue };
            let mark = Mark::new("field", format!("{name}.{own}"));
            let place = self.place(value.name().as_ref());
            self.items[at].1.blocks[0].fields.push(Field { place, ..input(&value, own, Some(mark)) });
        }
    }

    fn members(&mut self, at: Option<usize>, members: Option<cst::UnionMemberTypes>) {
        let Some(at) = at else { return };
        let names: Vec<String> = members
            .into_iter()
            .flat_map(|it| it.named_types())
            .filter_map(|it| Some(it.name()?.text().to_string()))
            .collect();
        if !names.is_empty() {
            let pieces = listed(names.iter().map(|name| link(name)));
            self.items[at].1.facts.push(Fact { label: "One of".into(), pieces });
        }
    }

    fn values(&mut self, at: Option<usize>, values: Option<cst::EnumValuesDefinition>) {
        let Some(at) = at else { return };
        let name = Arc::clone(&self.items[at].1.name);
        for value in values.into_iter().flat_map(|it| it.enum_value_definitions()) {
            let Some(own) = value.enum_value().and_then(|it| it.name()).map(|it| it.text().to_string()) else {
                continue;
            };
            let mut shape = Shape::default();
            let description = deprecation(&mut shape, describe(value.description()), value.directives());
            let place = self.place(value.enum_value().and_then(|it| it.name()).as_ref());
            self.items[at].1.blocks[0].fields.push(Field {
                place,
                mark: Some(Mark::new("field", format!("{name}.{own}"))),
                name: own.into(),
                description,
                shape,
                ..Field::default()
            });
        }
    }

    fn directive(&mut self, it: &cst::DirectiveDefinition) {
        let Some(name) = it.name().map(|name| name.text().to_string()) else { return };
        let fields = it
            .arguments_definition()
            .into_iter()
            .flat_map(|it| it.input_value_definitions())
            .filter_map(|argument| {
                let own = argument.name()?.text().to_string();
                let place = self.place(argument.name().as_ref());
                Some(Field { place, ..input(&argument, own, None) })
            })
            .collect();
        let mut facts = Vec::new();
        if let Some(locations) = it.directive_locations() {
            let names: Vec<String> = locations
                .syntax()
                .text()
                .to_string()
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect();
            facts.push(Fact {
                label: "May stand on".into(),
                pieces: listed(names.into_iter().map(|name| Piece::Code(name.into()))),
            });
        }
        if it.repeatable_token().is_some() {
            facts.push(Fact::new("Repeatable", Piece::text("yes")));
        }
        self.items.push((
            "directive",
            Item {
                place: self.place(it.name().as_ref()),
                role: Role::Other,
                key: format!("directive:{name}").into(),
                anchor: format!("directive-{name}"),
                verb: "directive".to_owned(),
                name: format!("@{name}").into(),
                description: describe(it.description()),
                facts,
                blocks: vec![Block { fields, way: Way::In, ..Block::default() }],
                ..Item::default()
            },
        ));
    }

    fn finish(mut self) -> Reference {
        for (name, kind) in [("Query", "query"), ("Mutation", "mutation"), ("Subscription", "subscription")] {
            if !self.roots.values().any(|other| *other == kind) {
                self.roots.insert(name.to_owned(), kind);
            }
        }
        let mut groups: Vec<Group> =
            KINDS.iter().map(|(_, title)| Group { title: (*title).into(), ..Group::default() }).collect();
        for (kind, mut item) in self.items {
            let kind = match self.roots.get(&*item.name) {
                Some(root) if kind == "type" => root,
                _ => kind,
            };
            if let Some(known) = self.implementations.get(&*item.name) {
                let pieces = listed(known.iter().map(|name| link(name)));
                item.facts.push(Fact { label: "Implemented by".into(), pieces });
            }
            if item.blocks[0].fields.is_empty() {
                item.blocks.clear();
            }
            let at = KINDS.iter().position(|(other, _)| *other == kind).unwrap_or(3);
            groups[at].items.push(item);
        }
        groups.retain(|group| !group.items.is_empty());
        Reference { format: "GraphQL".to_owned(), description: self.description, groups, ..Reference::default() }
    }
}

fn key(name: &str) -> Text {
    format!("type:{name}").into()
}

fn link(name: &str) -> Piece {
    Piece::Link { key: key(name), text: name.into() }
}

/// Reads an argument or a field of an input.
fn input(value: &cst::InputValueDefinition, name: String, mark: Option<Mark>) -> Field {
    let types = type_pieces(value.ty());
    let required = value.default_value().is_none() && types.last().is_some_and(|piece| piece.shown().ends_with('!'));
    let mut shape = Shape { types, ..Shape::default() };
    if let Some(default) = value.default_value().and_then(|it| it.value()) {
        let text = default.syntax().text().to_string();
        shape.details.push(Detail { label: "default", values: vec![text.trim().into()] });
    }
    let description = deprecation(&mut shape, describe(value.description()), value.directives());
    Field { mark, name: name.into(), required, description, shape, ..Field::default() }
}

/// Reads the directives of a field: one deprecates it, the others are shown.
fn deprecation(shape: &mut Shape, description: Option<Text>, directives: Option<cst::Directives>) -> Option<Text> {
    let mut description = description;
    for directive in directives.iter().flat_map(|it| it.directives()) {
        if directive.name().is_some_and(|name| name.text() == "deprecated") {
            shape.flags.deprecated = true;
            let reason = directive.arguments().into_iter().flat_map(|it| it.arguments()).find_map(|argument| {
                let named = argument.name().is_some_and(|name| name.text() == "reason");
                match argument.value() {
                    Some(cst::Value::StringValue(text)) if named => string(&text),
                    _ => None,
                }
            });
            if let Some(reason) = reason {
                let text = format!("Deprecated: {reason}");
                description =
                    Some(description.map_or_else(|| text.as_str().into(), |it| format!("{it}\n\n{text}").into()));
            }
        } else {
            let text = directive.syntax().text().to_string();
            shape.details.push(Detail { label: "directive", values: vec![collapsed(&text).into()] });
        }
    }
    description
}

fn used(directives: Option<cst::Directives>) -> Vec<String> {
    directives
        .iter()
        .flat_map(|it| it.directives())
        .map(|directive| collapsed(&directive.syntax().text().to_string()))
        .collect()
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Splits a type such as `[Pet!]!` into brackets and a link.
fn type_pieces(ty: Option<cst::Type>) -> Vec<Piece> {
    let Some(ty) = ty else { return Vec::new() };
    let text: String = ty.syntax().text().to_string().split_whitespace().collect();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let Some(start) = text.find(is_name) else { return vec![Piece::text(text)] };
    let end = text[start..].find(|c| !is_name(c)).map_or(text.len(), |at| start + at);
    let mut pieces = Vec::with_capacity(3);
    if start > 0 {
        pieces.push(Piece::text(&text[..start]));
    }
    let name = &text[start..end];
    pieces.push(match name {
        "Int" | "Float" | "String" | "Boolean" | "ID" => Piece::text(name),
        _ => link(name),
    });
    if end < text.len() {
        pieces.push(Piece::text(&text[end..]));
    }
    pieces
}

fn describe(description: Option<cst::Description>) -> Option<Text> {
    let text = string(&description?.string_value()?)?;
    (!text.trim().is_empty()).then(|| text.into())
}

/// Returns the value of a string. The parser's own way panics on escapes that its lexer should have refused.
fn string(value: &cst::StringValue) -> Option<String> {
    let text = value.syntax().text().to_string();
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("\"\"\"") {
        let inner = rest.strip_suffix("\"\"\"").unwrap_or(rest).replace("\\\"\"\"", "\"\"\"");
        let indent = inner
            .lines()
            .skip(1)
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
            .min()
            .unwrap_or(0);
        let lines: Vec<&str> = inner
            .lines()
            .enumerate()
            .map(|(at, line)| if at == 0 { line } else { line.get(indent..).unwrap_or("") })
            .collect();
        return Some(lines.join("\n").trim().to_owned());
    }
    let inner = text.strip_prefix('"')?;
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    // The escapes of GraphQL are those of JSON, `\u{…}` aside.
    Some(serde_json::from_str(&format!("\"{inner}\"")).unwrap_or_else(|_| inner.to_owned()))
}
