//! Protocol Buffers: services, messages and enums of a file, and those of the files it imports that it leads to.
//!
//! Each file is parsed by itself; names are looked up from the innermost scope outwards, as the language has it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use miette::Diagnostic as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::{Format, Source};
use crate::api::model::{Block, Detail, Fact, Field, Group, Item, Mark, Piece, Reference, Role, Shape, Text, Way};
use crate::api::source::without_mark;
use crate::api::syntax::{self, Comments};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, LineIndex, Span};
use crate::workspace::{LocateError, Workspace};

/// How many files are read for one definition.
const MAX_FILES: usize = 2_000;
/// How many names that are not defined are reported.
const MAX_REPORTED: usize = 200;
/// Maximum number of broken parts of a file that are skipped.
const MAX_FAULTS: usize = 8;

/// The format.
pub(super) struct Protobuf;

impl Format for Protobuf {
    fn types(&self) -> &'static [&'static str] {
        &["grpc", "protobuf", "proto"]
    }

    fn name(&self) -> &'static str {
        "Protocol Buffers"
    }

    fn read(&self, source: &Source<'_>) -> (Reference, Diagnostics) {
        let mut reader = Reader {
            workspace: source.workspace,
            files: Vec::new(),
            known: HashMap::new(),
            incomplete: false,
            problems: Vec::new(),
        };
        reader.load(source);
        if !reader.incomplete {
            reader.check();
        }
        let reference = reader.reference();
        (reference, reader.problems)
    }
}

struct File {
    descriptor: FileDescriptorProto,
    comments: HashMap<Vec<i32>, String>,
    /// Where each part begins, by its path in the descriptor.
    places: HashMap<Vec<i32>, Span>,
}

enum Kind {
    Message(DescriptorProto),
    Enum(EnumDescriptorProto),
}

/// A message or enum with its place.
struct Known {
    file: usize,
    path: Vec<i32>,
    kind: Kind,
}

struct Reader<'a> {
    workspace: &'a Workspace,
    /// The root first.
    files: Vec<File>,
    /// By full name, without a leading dot.
    known: HashMap<String, Known>,
    /// Whether something that is missing may define what is not known.
    incomplete: bool,
    problems: Diagnostics,
}

impl Reader<'_> {
    /// Reads the root and everything it imports.
    fn load(&mut self, source: &Source<'_>) {
        let mut seen: BTreeSet<FileId> = BTreeSet::from([source.file]);
        // File, its text, and the files that led to it.
        let mut open: VecDeque<(FileId, Arc<str>, Vec<FileId>)> =
            VecDeque::from([(source.file, source.text.into(), vec![source.file])]);
        while let Some((file, text, way)) = open.pop_front() {
            let Some(descriptor) = self.parse(file, &text) else {
                self.incomplete = true;
                continue;
            };
            for name in descriptor.dependency.iter().take(MAX_FILES) {
                // These come with every compiler.
                if name.starts_with("google/protobuf/") {
                    continue;
                }
                let at = import_span(file, &text, name);
                let Some(found) = self.locate(file, name) else {
                    self.incomplete = true;
                    self.problems.push(
                        Diagnostic::new(codes::UNRESOLVED_IMPORT, at, format!("`{name}` is not in the repository"))
                            .label("its types are shown by name only")
                            .help("copy the file into the repository, below a folder that this file is in"),
                    );
                    continue;
                };
                if way.contains(&found) {
                    self.problems.push(
                        Diagnostic::new(codes::CIRCULAR_REF, at, format!("`{name}` imports this file in turn"))
                            .label("imports may not form a circle")
                            .help("move what both files need into a third one"),
                    );
                }
                if seen.len() >= MAX_FILES || !seen.insert(found) {
                    continue;
                }
                match self.workspace.decoded(found, self.workspace.config().limits.definition_file) {
                    Ok(decoded) => {
                        self.problems.extend(decoded.problem(found));
                        let mut way = way.clone();
                        way.push(found);
                        open.push_back((found, decoded.text, way));
                    }
                    Err(error) => {
                        self.incomplete = true;
                        let message = format!("`{name}` cannot be read: {error}");
                        let problem = Diagnostic::new(codes::UNRESOLVED_IMPORT, at, message);
                        self.problems.push(problem.help("put a file that can be read in its place"));
                    }
                }
            }
            self.add(descriptor, file, &text);
        }
    }

    /// Finds an imported file: below the folder of the file that imports it, or any folder above that.
    fn locate(&self, from: FileId, name: &str) -> Option<FileId> {
        let mut above = String::new();
        for _ in 0..40 {
            match self.workspace.locate(from, &format!("{above}{name}")) {
                Ok(file) => return Some(file),
                Err(LocateError::OutsideRepository) => return None,
                Err(_) => above.push_str("../"),
            }
        }
        None
    }

    /// Parses a file. A part that is broken is reported and skipped.
    fn parse(&mut self, file: FileId, text: &str) -> Option<FileDescriptorProto> {
        let mut text = editions(&without_mark(text, false));
        if let Some(start) = text.find(|c: char| !c.is_whitespace()).filter(|at| text[*at..].starts_with(['{', '<'])) {
            let what = if text[start..].starts_with('{') { "JSON" } else { "HTML or XML" };
            let span = Span::new(file, start, start + 1);
            let problem = Diagnostic::new(codes::API_SYNTAX, span, format!("this is {what}, not Protocol Buffers"));
            self.problems.push(problem.label("cannot be read").help("name the `.proto` file"));
            return None;
        }
        for _ in 0..MAX_FAULTS {
            let error = match protox_parse::parse("definition.proto", &text) {
                Ok(descriptor) => return Some(descriptor),
                Err(error) => error,
            };
            let label = error.labels().and_then(|mut labels| labels.next());
            let start = label.as_ref().map_or(0, |label| label.offset()).min(text.len());
            let end = label.as_ref().map_or(start, |label| label.offset() + label.len()).min(text.len());
            self.incomplete = true;
            if let Some((open, bracket)) = syntax::unclosed(&text, Comments::Slashes) {
                let what = if bracket == '"' { "this text" } else { "this bracket" };
                self.problems.push(
                    Diagnostic::new(
                        codes::API_SYNTAX,
                        Span::new(file, open, open + 1),
                        format!("this is not Protocol Buffers: {what} is not closed"),
                    )
                    .label("cannot be read")
                    .help("close it; the parts around it are shown"),
                );
                let part = statement(&text, open)?;
                blank_out(&mut text, part);
                continue;
            }
            self.problems.push(
                Diagnostic::new(
                    codes::API_SYNTAX,
                    Span::new(file, start, end),
                    format!("this is not Protocol Buffers: {error}"),
                )
                .label("cannot be read")
                .help("mend the definition; the parts around it are shown"),
            );
            let part = statement(&text, start)?;
            // What follows is read by the rules of the version that is most in use.
            let version = "syntax=\"proto3\";";
            let unknown = text[part.clone()].contains("syntax") && error.to_string().contains("syntax '");
            if text[part.clone()].trim().is_empty() {
                return None;
            }
            let room = part.end - part.start;
            blank_out(&mut text, part.clone());
            if unknown && room >= version.len() {
                text.replace_range(part.start..part.start + version.len(), version);
            }
        }
        None
    }

    /// Reports types that are not defined, and what is defined twice.
    fn check(&mut self) {
        let mut found = Diagnostics::new();
        for file in 0..self.files.len() {
            let descriptor = &self.files[file].descriptor;
            let package = descriptor.package().to_owned();
            for (at, message) in descriptor.message_type.iter().enumerate() {
                self.check_message(file, &join(&package, message.name()), message, &[4, at as i32], &mut found);
            }
            for (at, service) in descriptor.service.iter().enumerate() {
                for (number, rpc) in service.method.iter().enumerate() {
                    let path = [6, at as i32, 2, number as i32];
                    self.check_type(file, &package, rpc.input_type(), &path, 2, &mut found);
                    self.check_type(file, &package, rpc.output_type(), &path, 3, &mut found);
                }
            }
            let messages: Vec<(&str, Vec<i32>)> =
                descriptor.message_type.iter().enumerate().map(|(at, it)| (it.name(), vec![4, at as i32])).collect();
            let enums = descriptor.enum_type.iter().enumerate().map(|(at, it)| (it.name(), vec![5, at as i32]));
            let services = descriptor.service.iter().enumerate().map(|(at, it)| (it.name(), vec![6, at as i32]));
            self.check_twice(file, messages.into_iter().chain(enums).chain(services), "definitions", &mut found);
        }
        self.problems.extend(found);
    }

    fn check_message(
        &self,
        file: usize,
        scope: &str,
        message: &DescriptorProto,
        path: &[i32],
        found: &mut Diagnostics,
    ) {
        if path.len() > 60 {
            return;
        }
        let mut numbers: HashMap<i32, usize> = HashMap::new();
        for (at, field) in message.field.iter().enumerate() {
            let inside = [path, &[2, at as i32]].concat();
            if !field.type_name().is_empty() {
                self.check_type(file, scope, field.type_name(), &inside, 6, found);
            }
            let number = field.number();
            let place = self.place(file, &[&inside[..], &[3]].concat()).or_else(|| self.place(file, &inside));
            let Some(place) = place else { continue };
            if let Some(first) = numbers.insert(number, at) {
                let other = self.place(file, &[path, &[2, first as i32]].concat());
                let text = format!("two fields of `{}` have the number {number}", message.name());
                let mut problem = Diagnostic::new(codes::INVALID_API_DEFINITION, place, text);
                if let Some(other) = other {
                    problem = problem.also(other, "the other one");
                }
                found.push(problem.help("give each field a number of its own"));
            }
            let reserved = message.reserved_range.iter().any(|range| range.start() <= number && number < range.end());
            if reserved || message.reserved_name.iter().any(|name| name == field.name()) {
                let what =
                    if reserved { format!("the number {number}") } else { format!("the name `{}`", field.name()) };
                let problem = Diagnostic::new(codes::INVALID_API_DEFINITION, place, format!("{what} is reserved"));
                found.push(problem.help("use another one: it was once in use for something else"));
            }
        }
        let names = message.field.iter().enumerate().map(|(at, it)| (it.name(), [path, &[2, at as i32]].concat()));
        let inner: Vec<(usize, &DescriptorProto)> =
            message.nested_type.iter().enumerate().filter(|(_, it)| !is_map(it)).collect();
        let messages = inner.iter().map(|(at, it)| (it.name(), [path, &[3, *at as i32]].concat()));
        let enums = message.enum_type.iter().enumerate().map(|(at, it)| (it.name(), [path, &[4, at as i32]].concat()));
        self.check_twice(file, names.chain(messages).chain(enums), message.name(), found);
        for (at, inner) in message.nested_type.iter().enumerate() {
            self.check_message(file, &join(scope, inner.name()), inner, &[path, &[3, at as i32]].concat(), found);
        }
    }

    fn check_twice<'n>(
        &self,
        file: usize,
        names: impl Iterator<Item = (&'n str, Vec<i32>)>,
        of: &str,
        found: &mut Diagnostics,
    ) {
        let mut seen: HashMap<&str, Vec<i32>> = HashMap::new();
        for (name, path) in names {
            let Some(first) = seen.get(name) else {
                seen.insert(name, path);
                continue;
            };
            let place = self.place(file, &[&path[..], &[1]].concat()).or_else(|| self.place(file, &path));
            let Some(place) = place else { continue };
            let text = if of == "definitions" {
                format!("`{name}` is defined twice")
            } else {
                format!("`{of}` has two parts `{name}`")
            };
            let mut problem = Diagnostic::new(codes::INVALID_API_DEFINITION, place, text);
            if let Some(first) = self.place(file, first) {
                problem = problem.also(first, "the other one");
            }
            found.push(problem.help("give one of them another name"));
        }
    }

    /// Reports a type that is not defined; `part` is the number of its name in the descriptor.
    fn check_type(&self, file: usize, scope: &str, written: &str, path: &[i32], part: i32, found: &mut Diagnostics) {
        if self.resolve(scope, written).is_some() {
            return;
        }
        let place = self.place(file, &[path, &[part]].concat()).or_else(|| self.place(file, path));
        let Some(place) = place.filter(|_| found.len() < MAX_REPORTED) else { return };
        let name = written.trim_start_matches('.');
        let problem =
            |text: String| Diagnostic::new(codes::INVALID_API_DEFINITION, place, text).label("shown by name only");
        if let Some(known) = name.strip_prefix("google.protobuf.") {
            let Some(import) = import_of(known) else { return };
            let imported = self.files.iter().any(|file| file.descriptor.dependency.iter().any(|it| it == import));
            if !imported {
                let text = format!("`{name}` is not imported");
                found.push(problem(text).help(format!("write `import \"{import}\";`")));
            }
            return;
        }
        let near = if found.len() < 20 {
            let mut names: Vec<&str> = self.known.keys().map(|full| full.rsplit('.').next().unwrap_or(full)).collect();
            names.sort_unstable();
            crate::text::nearest(name.rsplit('.').next().unwrap_or(name), names)
        } else {
            None
        };
        found.push(match near {
            Some(near) => problem(format!("`{name}` is not defined")).help(format!("did you mean `{near}`?")),
            None => problem(format!("`{name}` is not defined")).help("define it, or import the file that does"),
        });
    }

    fn add(&mut self, descriptor: FileDescriptorProto, id: FileId, text: &str) {
        let file = self.files.len();
        let mut comments = HashMap::new();
        let mut places = HashMap::new();
        let lines = LineIndex::new(text);
        for location in descriptor.source_code_info.iter().flat_map(|info| &info.location) {
            if let [line, column, ..] = location.span[..] {
                let line = lines.line(text, line.unsigned_abs().saturating_add(1));
                let start = (line.start + column.unsigned_abs() as usize).min(line.end);
                let end = match location.span[..] {
                    [_, _, end] => (line.start + end.unsigned_abs() as usize).clamp(start, line.end),
                    _ => line.end,
                };
                places.insert(location.path.clone(), Span::new(id, start, end));
            }
            let said = [location.leading_comments.as_deref(), location.trailing_comments.as_deref()];
            let said: Vec<String> = said.into_iter().flatten().map(comment).filter(|text| !text.is_empty()).collect();
            if !said.is_empty() {
                comments.insert(location.path.clone(), said.join("\n\n"));
            }
        }
        let package = descriptor.package().to_owned();
        for (at, message) in descriptor.message_type.iter().enumerate() {
            self.message(file, &package, message, vec![4, at as i32]);
        }
        for (at, it) in descriptor.enum_type.iter().enumerate() {
            let known = Known { file, path: vec![5, at as i32], kind: Kind::Enum(it.clone()) };
            self.known.insert(join(&package, it.name()), known);
        }
        self.files.push(File { descriptor, comments, places });
    }

    fn message(&mut self, file: usize, scope: &str, message: &DescriptorProto, path: Vec<i32>) {
        let name = join(scope, message.name());
        for (at, inner) in message.nested_type.iter().enumerate() {
            self.message(file, &name, inner, [&path[..], &[3, at as i32]].concat());
        }
        for (at, it) in message.enum_type.iter().enumerate() {
            let path = [&path[..], &[4, at as i32]].concat();
            self.known.insert(join(&name, it.name()), Known { file, path, kind: Kind::Enum(it.clone()) });
        }
        let mut own = message.clone();
        own.nested_type.retain(|inner| inner.options.as_ref().is_some_and(|options| options.map_entry()));
        self.known.insert(name, Known { file, path, kind: Kind::Message(own) });
    }

    fn comment(&self, file: usize, path: &[i32]) -> Option<Text> {
        self.files[file].comments.get(path).map(|text| text.as_str().into())
    }

    fn place(&self, file: usize, path: &[i32]) -> Option<Span> {
        self.files[file].places.get(path).copied()
    }

    /// Finds the full name that a name means within a scope.
    fn resolve(&self, scope: &str, name: &str) -> Option<String> {
        if let Some(full) = name.strip_prefix('.') {
            return self.known.contains_key(full).then(|| full.to_owned());
        }
        let mut scope = scope;
        loop {
            let full = join(scope, name);
            if self.known.contains_key(&full) {
                return Some(full);
            }
            if scope.is_empty() {
                return None;
            }
            scope = scope.rfind('.').map_or("", |dot| &scope[..dot]);
        }
    }

    fn reference(&mut self) -> Reference {
        let Some(root) = self.files.first() else { return Reference::default() };
        let descriptor = root.descriptor.clone();
        let package = descriptor.package().to_owned();
        let mut reference = Reference {
            format: format!("Protocol Buffers ({})", descriptor.syntax.as_deref().unwrap_or("proto2")),
            ..Reference::default()
        };
        if !package.is_empty() {
            reference.facts.push(Fact::new("Package", Piece::Code(package.as_str().into())));
        }
        reference.description = self.comment(0, &[12]).or_else(|| self.comment(0, &[2]));
        if !descriptor.dependency.is_empty() {
            let pieces = super::openapi::listed(descriptor.dependency.iter().map(|it| Piece::Code(it.as_str().into())));
            reference.facts.push(Fact { label: "Imports".into(), pieces });
        }
        let mut wanted: Vec<String> = Vec::new();
        let mut services = Vec::new();
        for (at, service) in descriptor.service.iter().enumerate() {
            let mut group = Group { title: service.name().into(), ..Group::default() };
            let name = join(&package, service.name());
            let deprecated =
                service.options.as_ref().is_some_and(|it| it.deprecated() || is_deprecated(&it.uninterpreted_option));
            group.items.push(Item {
                place: self.place(0, &[6, at as i32]),
                role: Role::Service,
                mark: Some(Mark::new("service", &*name)),
                key: format!("service:{name}").into(),
                anchor: name.clone(),
                verb: "service".to_owned(),
                name: service.name().into(),
                id: Some(name.as_str().into()),
                description: self.comment(0, &[6, at as i32]),
                deprecated,
                ..Item::default()
            });
            for (number, rpc) in service.method.iter().enumerate() {
                let full = format!("{name}.{}", rpc.name());
                let line = |this: &mut Self, written: &str, streams: bool, wanted: &mut Vec<String>| {
                    let mut types = Vec::new();
                    if streams {
                        types.push(Piece::text("stream of "));
                    }
                    types.push(this.type_piece(&package, written, wanted));
                    Shape { types, ..Shape::default() }
                };
                let input = line(self, rpc.input_type(), rpc.client_streaming(), &mut wanted);
                let output = line(self, rpc.output_type(), rpc.server_streaming(), &mut wanted);
                let mut facts = Vec::new();
                facts.extend(
                    rpc.options
                        .as_ref()
                        .map(|options| options_facts(&options.uninterpreted_option))
                        .into_iter()
                        .flatten(),
                );
                group.items.push(Item {
                    place: self.place(0, &[6, at as i32, 2, number as i32]),
                    role: Role::Operation,
                    mark: Some(Mark::new("rpc", &*full)),
                    key: format!("rpc:{full}").into(),
                    anchor: full.clone(),
                    verb: "rpc".to_owned(),
                    name: rpc.name().into(),
                    id: Some(full.into()),
                    description: self.comment(0, &[6, at as i32, 2, number as i32]),
                    deprecated: rpc
                        .options
                        .as_ref()
                        .is_some_and(|it| it.deprecated() || is_deprecated(&it.uninterpreted_option)),
                    facts,
                    blocks: vec![
                        Block { title: "Request".into(), way: Way::In, shape: Some(input), ..Block::default() },
                        Block { title: "Response".into(), way: Way::Out, shape: Some(output), ..Block::default() },
                    ],
                    ..Item::default()
                });
            }
            services.push(group);
        }
        // Everything of the root, then whatever of other files it leads to.
        let own: BTreeMap<&Vec<i32>, &String> =
            self.known.iter().filter(|(_, it)| it.file == 0).map(|(name, it)| (&it.path, name)).collect();
        let mut order: Vec<String> = own.into_values().cloned().collect();
        let mut seen: BTreeSet<String> = order.iter().cloned().collect();
        let mut messages = Vec::new();
        let mut enums = Vec::new();
        let mut next = 0;
        order.extend(wanted.drain(..).filter(|name| seen.insert(name.clone())).collect::<Vec<_>>());
        while let Some(name) = order.get(next).cloned() {
            next += 1;
            let Some(known) = self.known.get(&name) else { continue };
            let map_entry = matches!(&known.kind, Kind::Message(it) if is_map(it));
            let is_message = matches!(known.kind, Kind::Message(_));
            let item = self.item(&name, &mut wanted);
            if !map_entry {
                if is_message { messages.push(item) } else { enums.push(item) }
            }
            order.extend(wanted.drain(..).filter(|name| seen.insert(name.clone())).collect::<Vec<_>>());
        }
        reference.groups = services;
        let mut group = |title: &str, items: Vec<Item>| {
            if !items.is_empty() {
                reference.groups.push(Group { title: title.into(), description: None, items });
            }
        };
        group("Messages", messages);
        group("Enums", enums);
        let extensions = self.extensions(&descriptor, &package);
        group("Extensions", extensions);
        reference
    }

    fn extensions(&mut self, descriptor: &FileDescriptorProto, package: &str) -> Vec<Item> {
        let mut items = Vec::new();
        for (at, field) in descriptor.extension.iter().enumerate() {
            let mut wanted = Vec::new();
            let shape = self.field_shape(package, None, field, &mut wanted);
            items.push(Item {
                place: self.place(0, &[7, at as i32]),
                role: Role::Other,
                key: format!("extension:{}", join(package, field.name())).into(),
                anchor: join(package, field.name()),
                verb: "extend".to_owned(),
                name: field.name().into(),
                description: self.comment(0, &[7, at as i32]),
                facts: vec![Fact::new("Extends", Piece::Code(field.extendee().into()))],
                blocks: vec![Block { shape: Some(shape), ..Block::default() }],
                ..Item::default()
            });
        }
        items
    }

    fn item(&self, name: &str, wanted: &mut Vec<String>) -> Item {
        let known = &self.known[name];
        let description = self.comment(known.file, &known.path);
        let short: Text = name.rsplit('.').next().unwrap_or(name).into();
        let mut item = Item {
            place: self.place(known.file, &known.path),
            role: Role::Schema,
            key: format!("type:{name}").into(),
            anchor: name.to_owned(),
            id: Some(name.into()),
            description,
            ..Item::default()
        };
        item.name = short;
        let mut block = Block::default();
        match &known.kind {
            Kind::Enum(it) => {
                item.mark = Some(Mark::new("enum", name));
                item.verb = "enum".to_owned();
                item.deprecated =
                    it.options.as_ref().is_some_and(|it| it.deprecated() || is_deprecated(&it.uninterpreted_option));
                // The end of a range of an enum is part of it.
                let ranges = it.reserved_range.iter().map(|range| (range.start(), range.end()));
                item.facts.extend(reserved(ranges, &it.reserved_name));
                for (at, value) in it.value.iter().enumerate() {
                    let mut shape = Shape { types: vec![Piece::text(value.number().to_string())], ..Shape::default() };
                    shape.flags.deprecated = value
                        .options
                        .as_ref()
                        .is_some_and(|it| it.deprecated() || is_deprecated(&it.uninterpreted_option));
                    block.fields.push(Field {
                        place: self.place(known.file, &[&known.path[..], &[2, at as i32]].concat()),
                        name: value.name().into(),
                        description: self.comment(known.file, &[&known.path[..], &[2, at as i32]].concat()),
                        shape,
                        ..Field::default()
                    });
                }
            }
            Kind::Message(it) => {
                item.mark = Some(Mark::new("message", name));
                item.verb = "message".to_owned();
                item.deprecated =
                    it.options.as_ref().is_some_and(|it| it.deprecated() || is_deprecated(&it.uninterpreted_option));
                let ranges = it.reserved_range.iter().map(|range| (range.start(), range.end().saturating_sub(1)));
                item.facts.extend(reserved(ranges, &it.reserved_name));
                let ranges = it.extension_range.iter().map(|range| (range.start(), range.end().saturating_sub(1)));
                if let Some(fact) = reserved(ranges, &[]) {
                    item.facts.push(Fact { label: "Extensions".into(), ..fact });
                }
                for (at, field) in it.field.iter().enumerate() {
                    let mut shape = self.field_shape(name, Some(it), field, wanted);
                    if let Some(oneof) = field.oneof_index.filter(|_| !field.proto3_optional())
                        && let Some(oneof) = it.oneof_decl.get(oneof as usize)
                    {
                        shape.details.push(Detail { label: "one of", values: vec![oneof.name().into()] });
                    }
                    block.fields.push(Field {
                        place: self.place(known.file, &[&known.path[..], &[2, at as i32]].concat()),
                        mark: Some(Mark::new("field", format!("{name}.{}", field.name()))),
                        name: field.name().into(),
                        required: field.label.is_some() && field.label() == Label::Required,
                        description: self.comment(known.file, &[&known.path[..], &[2, at as i32]].concat()),
                        shape,
                        arguments: Vec::new(),
                        examples: Vec::new(),
                    });
                }
                for (at, oneof) in it.oneof_decl.iter().enumerate() {
                    let synthetic =
                        it.field.iter().any(|field| field.proto3_optional() && field.oneof_index == Some(at as i32));
                    if synthetic {
                        continue;
                    }
                    let names = it.field.iter().filter(|field| field.oneof_index == Some(at as i32));
                    let mut pieces = vec![Piece::Code(oneof.name().into()), Piece::text(": ")];
                    pieces.extend(super::openapi::listed(names.map(|field| Piece::Code(field.name().into()))));
                    if let Some(text) = self.comment(known.file, &[&known.path[..], &[8, at as i32]].concat()) {
                        pieces.push(Piece::text(" "));
                        pieces.push(Piece::Markdown(text));
                    }
                    item.facts.push(Fact { label: "One of".into(), pieces });
                }
            }
        }
        if !block.fields.is_empty() {
            item.blocks.push(block);
        }
        item
    }

    fn type_piece(&self, scope: &str, written: &str, wanted: &mut Vec<String>) -> Piece {
        let shown: Text = written.trim_start_matches('.').rsplit('.').next().unwrap_or(written).into();
        match self.resolve(scope, written) {
            Some(full) => {
                let key: Text = format!("type:{full}").into();
                wanted.push(full);
                Piece::Link { key, text: shown }
            }
            None => Piece::Code(written.trim_start_matches('.').into()),
        }
    }

    fn field_shape(
        &self,
        scope: &str,
        message: Option<&DescriptorProto>,
        field: &FieldDescriptorProto,
        wanted: &mut Vec<String>,
    ) -> Shape {
        let mut shape = Shape::default();
        let entry = message.and_then(|message| {
            let own = field.type_name().rsplit('.').next()?;
            message.nested_type.iter().find(|inner| inner.name() == own && is_map(inner))
        });
        match entry {
            Some(entry) => {
                shape.types.push(Piece::text("map of "));
                for (at, inner) in entry.field.iter().take(2).enumerate() {
                    if at > 0 {
                        shape.types.push(Piece::text(" to "));
                    }
                    shape.types.push(self.one_type(scope, inner, wanted));
                }
            }
            None => {
                if field.label.is_some() && field.label() == Label::Repeated {
                    shape.types.push(Piece::text("repeated "));
                } else if field.proto3_optional() {
                    shape.types.push(Piece::text("optional "));
                }
                shape.types.push(self.one_type(scope, field, wanted));
            }
        }
        shape.details.push(Detail { label: "number", values: vec![field.number().to_string().into()] });
        if let Some(default) = &field.default_value {
            shape.details.push(Detail { label: "default", values: vec![default.as_str().into()] });
        }
        if let Some(options) = &field.options {
            shape.flags.deprecated = options.deprecated() || is_deprecated(&options.uninterpreted_option);
            for fact in options_facts(&options.uninterpreted_option) {
                let values = fact.pieces.iter().map(|piece| piece.shown().into()).collect();
                shape.details.push(Detail { label: "option", values });
            }
        }
        shape
    }

    fn one_type(&self, scope: &str, field: &FieldDescriptorProto, wanted: &mut Vec<String>) -> Piece {
        if !field.type_name().is_empty() {
            return self.type_piece(scope, field.type_name(), wanted);
        }
        Piece::text(match field.r#type() {
            Type::Double => "double",
            Type::Float => "float",
            Type::Int64 => "int64",
            Type::Uint64 => "uint64",
            Type::Int32 => "int32",
            Type::Fixed64 => "fixed64",
            Type::Fixed32 => "fixed32",
            Type::Bool => "bool",
            Type::String => "string",
            Type::Group => "group",
            Type::Message => "message",
            Type::Bytes => "bytes",
            Type::Uint32 => "uint32",
            Type::Enum => "enum",
            Type::Sfixed32 => "sfixed32",
            Type::Sfixed64 => "sfixed64",
            Type::Sint32 => "sint32",
            Type::Sint64 => "sint64",
        })
    }
}

/// Replaces a part of a text by spaces, line by line.
fn blank_out(text: &mut String, part: std::ops::Range<usize>) {
    let blank: String = text[part.clone()]
        .chars()
        .map(|c| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) })
        .collect();
    text.replace_range(part, &blank);
}

/// Returns the file that comes with every compiler and defines this type of `google.protobuf`.
fn import_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "Any" => "google/protobuf/any.proto",
        "Timestamp" => "google/protobuf/timestamp.proto",
        "Duration" => "google/protobuf/duration.proto",
        "Empty" => "google/protobuf/empty.proto",
        "FieldMask" => "google/protobuf/field_mask.proto",
        "Struct" | "Value" | "ListValue" | "NullValue" => "google/protobuf/struct.proto",
        "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value" | "UInt32Value" | "BoolValue"
        | "StringValue" | "BytesValue" => "google/protobuf/wrappers.proto",
        _ => return None,
    })
}

/// Says which numbers and names nothing may use, each range from its first to its last number.
fn reserved(ranges: impl Iterator<Item = (i32, i32)>, names: &[String]) -> Option<Fact> {
    let numbers = ranges.map(|(first, last)| match last {
        last if last == first => first.to_string(),
        i32::MAX | 0x1FFF_FFFF => format!("{first} to max"),
        last => format!("{first} to {last}"),
    });
    let all = numbers.chain(names.iter().cloned()).map(|text| Piece::Code(text.into()));
    let pieces = super::openapi::listed(all);
    (!pieces.is_empty()).then(|| Fact { label: "Reserved".into(), pieces })
}

fn is_map(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

/// Lists which options of other files are set on something, with values that are short.
fn options_facts(options: &[prost_types::UninterpretedOption]) -> Vec<Fact> {
    options
        .iter()
        .filter(|option| !is_deprecation(option))
        .map(|option| {
            let name: String = option
                .name
                .iter()
                .map(|part| if part.is_extension { format!("({})", part.name_part) } else { part.name_part.clone() })
                .collect::<Vec<_>>()
                .join(".");
            let value = option
                .identifier_value
                .clone()
                .or_else(|| option.string_value.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
                .or_else(|| option.positive_int_value.map(|it| it.to_string()))
                .or_else(|| option.negative_int_value.map(|it| it.to_string()))
                .or_else(|| option.double_value.map(|it| it.to_string()))
                .or_else(|| option.aggregate_value.as_ref().map(|text| format!("{{{}}}", text.trim())));
            let text = value.map_or_else(|| name.clone(), |value| format!("{name} = {value}"));
            Fact::new("Option", Piece::Code(text.into()))
        })
        .collect()
}

fn is_deprecation(option: &prost_types::UninterpretedOption) -> bool {
    matches!(&option.name[..], [part] if !part.is_extension && part.name_part == "deprecated")
}

/// Returns whether an option that the parser left as it is says that something is deprecated.
fn is_deprecated(options: &[prost_types::UninterpretedOption]) -> bool {
    options.iter().any(|option| is_deprecation(option) && option.identifier_value() == "true")
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

/// Returns the text of a comment as Markdown: without the space that follows the slashes of each line, and with what
/// looks like HTML as text, which in comments it nearly always is.
fn comment(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let text = lines.join("\n");
    let text = text.trim();
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut code = false;
    for (at, c) in text.char_indices() {
        if c == '`' {
            code = !code;
        }
        if c == '<' && !code && !text[at + 1..].starts_with("http") {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn import_span(file: FileId, text: &str, name: &str) -> Span {
    let at = text.find(&format!("\"{name}\"")).or_else(|| text.find(&format!("'{name}'")));
    at.map_or_else(|| Span::whole(file), |at| Span::new(file, at, at + name.len() + 2))
}

/// Writes an edition as the syntax that it grew out of, in as many bytes where it has as many: the parser knows no editions.
fn editions(text: &str) -> String {
    let mut text = text.to_owned();
    let Some(part) = statement(&text, 0).filter(|part| text[part.clone()].ends_with(';')) else {
        return text;
    };
    let written = &text[part.clone()];
    let Some(at) = written.rfind("edition").filter(|at| uncommented(&written[..*at])) else { return text };
    let (start, length) = (part.start + at, part.end - part.start - at);
    let year = written[at + "edition".len()..].trim_matches(|c: char| c.is_whitespace() || "=;\"'".contains(c));
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return text;
    }
    let syntax = format!("{:length$}", "syntax=\"proto3\";");
    text.replace_range(start..start + length, &syntax);
    // Editions write reserved names without quotes, and the visibility of a type before it.
    let mut at = 0;
    let mut blank: Vec<std::ops::Range<usize>> = Vec::new();
    while at < text.len() {
        let rest = &text[at..];
        let word = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let after = rest[word..].trim_start();
        match &rest[..word] {
            "reserved" if after.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                let end = at + rest.find(';').map_or(rest.len(), |end| end + 1);
                blank.push(at..end);
                at = end;
            }
            "export" | "local" if after.starts_with("message ") || after.starts_with("enum ") => {
                blank.push(at..at + word);
                at += word;
            }
            "" => at += skipped(rest),
            _ => at += word,
        }
    }
    for range in blank {
        let same: String = text[range.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
        text.replace_range(range, &same);
    }
    text
}

/// Returns the length of the comment, the text or the single character that a text begins with.
fn skipped(text: &str) -> usize {
    let end = |end: Option<usize>| end.unwrap_or(text.len());
    match text.as_bytes() {
        [b'/', b'/', ..] => end(text.find('\n')),
        [b'/', b'*', ..] => end(text.find("*/").map(|at| at + 2)),
        [quote @ (b'"' | b'\''), ..] => {
            let mut escaped = false;
            let close = text.bytes().skip(1).position(|b| {
                let ends = (b == *quote && !escaped) || b == b'\n';
                escaped = b == b'\\' && !escaped;
                ends
            });
            end(close.map(|at| at + 2))
        }
        _ => text.chars().next().map_or(1, char::len_utf8),
    }
}

/// Returns whether a text holds nothing but comments and spaces.
fn uncommented(text: &str) -> bool {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = if rest.starts_with("//") {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|at| at + 2)
        } else {
            return false;
        };
        rest = end.map_or("", |end| rest[end..].trim_start());
    }
    true
}

/// Finds the outermost statement around an offset: up to its `;`, or its closing brace.
fn statement(text: &str, offset: usize) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let (mut start, mut at, mut depth) = (0, 0, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at += text[at..].find("*/").map_or(text.len() - at, |end| end + 2);
                continue;
            }
            quote @ (b'"' | b'\'') => {
                let mut end = at + 1;
                while bytes.get(end).is_some_and(|byte| *byte != quote && *byte != b'\n') {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                at = end.min(text.len()).max(at + 1);
                at += usize::from(bytes.get(at) == Some(&quote));
                continue;
            }
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = (bytes[at] == b';' || bytes[at] == b'}') && depth == 0;
        at += 1;
        if ends {
            if offset < at {
                return Some(start..at);
            }
            start = at;
        }
    }
    (start < text.len()).then_some(start..text.len())
}
