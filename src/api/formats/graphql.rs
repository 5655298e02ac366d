//! GraphQL schema definitions, read by a parser that goes on after a fault.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use apollo_parser::cst::{self, CstNode};
use apollo_parser::{Parser, SyntaxNode};

use super::openapi::listed;
use super::{Format, Source};
use crate::api::model::{Block, Detail, Fact, Field, Group, Item, Mark, Piece, Reference, Role, Shape, Text, Way};
use crate::api::syntax::{self, Comments};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span, nearest};

/// The format.
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
        let fault = tree.errors().next().map(|error| fault(source, error));
        let mut reader = Reader::new(source.file, source.text);
        reader.broken = fault.is_some();
        problems.extend(fault);
        for definition in tree.document().definitions() {
            reader.definition(&definition);
        }
        let undefined = reader.undefined();
        problems.append(&mut reader.problems);
        problems.extend(undefined);
        (reader.finish(), problems)
    }
}

/// Says what is wrong with the syntax, and where.
fn fault(source: &Source<'_>, error: &apollo_parser::Error) -> Diagnostic {
    let text = source.text;
    let problem = |start: usize, end: usize, message: String| {
        // The parser gives up on bytes, which may be those within a character.
        let start = text.floor_char_boundary(start);
        let span = Span::new(source.file, start, text.ceil_char_boundary(end).max(start));
        Diagnostic::new(codes::API_SYNTAX, span, format!("this is not GraphQL: {message}")).label("cannot be read")
    };
    if text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        let start = text.len() - text.trim_start().len();
        let what = if text.contains("\"__schema\"") { "the JSON of an introspection" } else { "JSON" };
        return problem(start, start + 1, format!("it is {what}")).help("print the schema in the schema language");
    }
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return problem(0, 0, "there is no definition in it".to_owned()).help("write the types of the schema");
    }
    if let Some((open, bracket)) = syntax::unclosed(text, Comments::Hash) {
        let message = if bracket == '"' {
            "this text is not closed".to_owned()
        } else {
            format!("this `{bracket}` is not closed")
        };
        return problem(open, open + 1, message).help("close it; what can be read is shown");
    }
    let start = error.index();
    problem(start, start + error.data().len(), error.message().to_owned())
        .help("mend the definition; what can be read is shown")
}

/// How much further on the text of a name is looked for, in bytes.
const MAX_SHIFT: usize = 512;
/// How many names that are not defined are reported, and for how many a near one is looked for.
const MAX_UNDEFINED: usize = 100;
const MAX_ADVICE: usize = 20;
/// Types that every schema has.
const SCALARS: &[&str] = &["Int", "Float", "String", "Boolean", "ID"];
/// Directives that every schema has, and those that gateways of federated schemas and known servers define.
const DIRECTIVES: &[&str] = &[
    "deprecated",
    "skip",
    "include",
    "specifiedBy",
    "oneOf",
    "defer",
    "stream",
    "key",
    "requires",
    "provides",
    "external",
    "extends",
    "shareable",
    "inaccessible",
    "override",
    "tag",
    "link",
    "composeDirective",
    "interfaceObject",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
    "context",
    "fromContext",
    "connect",
    "source",
];

/// Returns whether a name comes with a gateway or a server, which defines it.
fn is_provided(name: &str) -> bool {
    ["_", "AWS", "aws_", "federation__", "link__", "join__"].iter().any(|start| name.starts_with(start))
        || matches!(name, "FieldSet" | "model" | "auth" | "connection" | "searchable")
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

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    items: Vec<(&'static str, Item)>,
    by_name: HashMap<String, usize>,
    /// The type behind each root operation.
    roots: BTreeMap<String, &'static str>,
    implementations: BTreeMap<String, Vec<Text>>,
    description: Option<Text>,
    /// What is used: each name with its place, and whether it is a directive.
    used: Vec<(String, Span, bool)>,
    /// What is extended.
    extended: Vec<(String, Span)>,
    defined: BTreeSet<String>,
    directives: BTreeSet<String>,
    /// Whether there is a fault of syntax.
    broken: bool,
    problems: Diagnostics,
}

impl<'t> Reader<'t> {
    fn new(file: FileId, text: &'t str) -> Self {
        Self {
            file,
            text,
            items: Vec::new(),
            by_name: HashMap::new(),
            roots: BTreeMap::new(),
            implementations: BTreeMap::new(),
            description: None,
            used: Vec::new(),
            extended: Vec::new(),
            defined: BTreeSet::new(),
            directives: BTreeSet::new(),
            broken: false,
            problems: Diagnostics::new(),
        }
    }

    /// Notes every name that a definition uses.
    fn note_used(&mut self, definition: &cst::Definition) {
        for node in definition.syntax().descendants() {
            if let Some(named) = cst::NamedType::cast(node.clone()) {
                if let (Some(name), Some(place)) = (named.name(), self.place(named.name().as_ref())) {
                    self.used.push((name.text().to_string(), place, false));
                }
            } else if let Some(directive) = cst::Directive::cast(node)
                && let (Some(name), Some(place)) = (directive.name(), self.place(directive.name().as_ref()))
            {
                self.used.push((name.text().to_string(), place, true));
            }
        }
    }

    /// Notes a definition, and reports one of a name that there is.
    fn note_defined(&mut self, definition: &cst::Definition) {
        use cst::Definition as D;
        let name = match definition {
            D::ScalarTypeDefinition(it) => it.name(),
            D::ObjectTypeDefinition(it) => it.name(),
            D::InterfaceTypeDefinition(it) => it.name(),
            D::UnionTypeDefinition(it) => it.name(),
            D::EnumTypeDefinition(it) => it.name(),
            D::InputObjectTypeDefinition(it) => it.name(),
            D::DirectiveDefinition(it) => {
                self.directives.extend(it.name().map(|name| name.text().to_string()));
                return;
            }
            D::ScalarTypeExtension(it) => return self.note_extended(it.name()),
            D::ObjectTypeExtension(it) => return self.note_extended(it.name()),
            D::InterfaceTypeExtension(it) => return self.note_extended(it.name()),
            D::UnionTypeExtension(it) => return self.note_extended(it.name()),
            D::EnumTypeExtension(it) => return self.note_extended(it.name()),
            D::InputObjectTypeExtension(it) => return self.note_extended(it.name()),
            D::OperationDefinition(_) | D::FragmentDefinition(_) => {
                let span = self.span(definition.syntax());
                // What a fault of syntax left may look like one.
                if self.broken {
                    return;
                }
                let what = if matches!(definition, D::FragmentDefinition(_)) { "a fragment" } else { "an operation" };
                let message = format!("{what} is no part of a schema");
                let problem = Diagnostic::new(codes::INVALID_API_DEFINITION, span, message).label("left out");
                self.problems.push(problem.help("keep queries in files of their own"));
                return;
            }
            _ => return,
        };
        let Some(place) = self.place(name.as_ref()) else { return };
        let Some(name) = name.map(|name| name.text().to_string()) else { return };
        if !self.defined.insert(name.clone()) {
            let first = self.by_name.get(&name).and_then(|at| self.items[*at].1.place);
            let message = format!("the type `{name}` is defined twice");
            let mut problem = Diagnostic::new(codes::INVALID_API_DEFINITION, place, message);
            if let Some(first) = first {
                problem = problem.also(first, "the other one");
            }
            self.problems.push(problem.label("shown as one type").help("remove one of them, or write `extend type`"));
        }
    }

    fn note_extended(&mut self, name: Option<cst::Name>) {
        if let (Some(place), Some(name)) = (self.place(name.as_ref()), name) {
            self.extended.push((name.text().to_string(), place));
        }
    }

    /// Reports what is used and not defined, each name once.
    fn undefined(&self) -> Diagnostics {
        let mut problems = Diagnostics::new();
        // What a fault of syntax swallowed may have been the definition.
        if self.broken {
            return problems;
        }
        let federated =
            self.used.iter().any(|(name, _, directive)| *directive && matches!(name.as_str(), "key" | "link"));
        let mut seen: HashMap<(&str, bool), usize> = HashMap::new();
        let mut first: Vec<(&str, Span, bool)> = Vec::new();
        for (name, place, directive) in &self.used {
            let known = if *directive {
                self.directives.contains(name) || DIRECTIVES.contains(&name.as_str())
            } else {
                self.by_name.contains_key(name) || SCALARS.contains(&name.as_str())
            };
            if known || is_provided(name) {
                continue;
            }
            let count = seen.entry((name, *directive)).or_default();
            if *count == 0 {
                first.push((name, *place, *directive));
            }
            *count += 1;
        }
        let more = first.len().saturating_sub(MAX_UNDEFINED);
        for (at, (name, place, directive)) in first.into_iter().take(MAX_UNDEFINED).enumerate() {
            let (what, names, always) = if directive {
                (format!("the directive `@{name}`"), &self.directives, DIRECTIVES)
            } else {
                (format!("the type `{name}`"), &self.defined, SCALARS)
            };
            let names = names.iter().map(String::as_str).chain(always.iter().copied());
            let near = if at < MAX_ADVICE && name.len() > 2 { nearest(name, names) } else { None };
            let times = match seen[&(name, directive)] {
                1 => String::new(),
                count => format!(", and used {count} times"),
            };
            let others = if at + 1 == MAX_UNDEFINED && more > 0 {
                format!("; {more} others are not either")
            } else {
                String::new()
            };
            let message = format!("{what} is not defined{times}{others}");
            let problem = Diagnostic::new(codes::INVALID_API_DEFINITION, place, message);
            problems.push(match near {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("define it in the schema"),
            });
        }
        // In a federated schema another service may define what is extended here.
        for (name, place) in &self.extended {
            let root = matches!(name.as_str(), "Query" | "Mutation" | "Subscription");
            if !self.defined.contains(name) && !federated && !root {
                let message = format!("`{name}` is extended and not defined");
                let problem = Diagnostic::new(codes::INVALID_API_DEFINITION, *place, message);
                let near = if problems.len() < MAX_ADVICE {
                    nearest(name, self.defined.iter().map(String::as_str))
                } else {
                    None
                };
                problems.push(match near {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help("write it without `extend`"),
                });
            }
        }
        problems
    }

    /// Reports a field or value of a name that its type has.
    fn note_field(&mut self, at: usize, name: &str, place: Option<Span>) {
        let (Some(place), item) = (place, &self.items[at].1) else { return };
        // Types have few fields; those of thousands are made by programs.
        let Some(first) = item.blocks[0].fields.iter().take(500).find(|field| &*field.name == name) else { return };
        let message = format!("`{}` has two fields `{name}`", item.name);
        let mut problem = Diagnostic::new(codes::INVALID_API_DEFINITION, place, message);
        if let Some(first) = first.place {
            problem = problem.also(first, "the other one");
        }
        self.problems.push(problem.help("remove one of them"));
    }

    /// Returns where a name is.
    fn place(&self, name: Option<&cst::Name>) -> Option<Span> {
        Some(self.span(name?.syntax()))
    }

    /// Returns where something is. Behind a fault the tree lacks what the parser skipped, so that its own places come
    /// too early: there the same text is looked for a little further on.
    fn span(&self, node: &SyntaxNode) -> Span {
        let written = node.text().to_string();
        let start = self.text.ceil_char_boundary(node.text_range().start().into());
        let near = &self.text[start..self.text.floor_char_boundary(start + written.len() + MAX_SHIFT)];
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_whole = |at: &usize| {
            let end = at + written.len();
            !self.text[..start + at].ends_with(is_part) && !near[end..].starts_with(is_part)
        };
        let found = near.match_indices(&written).map(|(at, _)| at).find(is_whole);
        let start = start + found.unwrap_or_default();
        Span::new(self.file, start, self.text.floor_char_boundary(start + written.len()))
    }

    fn definition(&mut self, definition: &cst::Definition) {
        use cst::Definition as D;
        self.note_defined(definition);
        self.note_used(definition);
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
            self.note_field(at, &own, place);
            self.items[at].1.blocks[0].fields.push(Field {
                place,
                mark: Some(Mark::new("field", format!("{name}.{own}"))),
                name: own.into(),
                required: false,
                description,
                shape,
                arguments,
                examples: Vec::new(),
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
            self.note_field(at, &own, place);
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
            self.note_field(at, &own, place);
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
                label: "May be used on".into(),
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
