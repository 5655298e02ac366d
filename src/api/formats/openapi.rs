//! OpenAPI 2.0, 3.0 and 3.1 over the spanned tree, so that a definition that strict parsers refuse is shown as far as
//! it can be read.

use std::collections::HashSet;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::checks::METHODS;
use super::{Format, Source, checks};
use crate::api::example::{self, MAX_EXAMPLES};
use crate::api::model::{
    Block, Detail, Example, Fact, Field, Group, Item, Mark, Piece, Reference, Request, Role, Shape, Text, Way,
};
use crate::api::schema::{Named, Schemas, value_text};
use crate::api::source::{DocId, Files, flag, text_at, text_of};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;
use crate::yaml::{Entry, Node};

/// How many ways to prove who one is an operation shows.
const MAX_NEEDS: usize = 40;

/// The format.
pub(super) struct OpenApi;

impl Format for OpenApi {
    fn types(&self) -> &'static [&'static str] {
        &["openapi", "swagger"]
    }

    fn name(&self) -> &'static str {
        "OpenAPI"
    }

    fn read(&self, source: &Source<'_>) -> (Reference, Diagnostics) {
        let mut files = Files::new(source.workspace, source.file, source.text, source.inline);
        let Some(root) = files.root() else {
            if files.problems.is_empty() {
                let span = Span::whole(source.file);
                let problem = Diagnostic::new(codes::INVALID_API_DEFINITION, span, "the definition is empty");
                files.problems.push(problem.help("write the definition, or name another file"));
            }
            return (Reference::default(), files.problems);
        };
        if root.as_map().is_none() {
            super::no_mapping(&mut files, &root, source, "OpenAPI");
            return (Reference::default(), files.problems);
        }
        let two = root.get("swagger").is_some();
        let version = text_at(&root, if two { "swagger" } else { "openapi" });
        let siblings = !two && version.as_deref().is_some_and(|version| !version.starts_with("3.0"));
        let written = Some(root.clone()).filter(|_| files.are_whole());
        let mut reader = Reader { schemas: Schemas::new(&mut files, siblings), root, two, server: String::new() };
        let mut reference = reader.read();
        reference.format = format!("OpenAPI {}", version.as_deref().unwrap_or_default()).trim_end().to_owned();
        if let Some(root) = written {
            checks::openapi(&mut files, &root);
        }
        files.sweep();
        reference.files = files.count();
        reference.length = files.length();
        (reference, files.problems)
    }
}

struct Reader<'f, 'w> {
    schemas: Schemas<'f, 'w>,
    root: Node,
    two: bool,
    /// The first server, for snippets.
    server: String,
}

/// Where an operation is.
struct Place<'a> {
    method: &'a str,
    path: &'a Text,
    /// The parameters of the path, and their file.
    shared: (&'a [Node], DocId),
    servers: Option<&'a Node>,
    at: Option<Span>,
    /// Whether its parts carry marks.
    marked: bool,
}

impl Reader<'_, '_> {
    fn read(&mut self) -> Reference {
        let root = self.root.clone();
        let mut reference = Reference::default();
        if let Some(info) = root.get("info")
            && self.schemas.files.map(Some(info), "`info`").is_some()
        {
            about(info, &mut reference);
        }
        if let Some(docs) = root.get("externalDocs") {
            reference.facts.extend(external_docs(docs));
        }
        let prefix: &[&str] = if self.two { &["definitions"] } else { &["components", "schemas"] };
        let named = self.schemas.name_all(prefix);
        self.servers(&root, &mut reference);
        self.security_schemes(&root, &mut reference);
        reference.groups = self.operations(&root);
        let schemas = self.named_schemas(named);
        if !schemas.is_empty() {
            reference.groups.push(Group { title: "Schemas".into(), description: None, items: schemas });
        }
        reference
    }

    fn servers(&mut self, root: &Node, reference: &mut Reference) {
        let mut fields = Vec::new();
        if self.two {
            if let Some(host) = text_at(root, "host") {
                let base = text_at(root, "basePath").unwrap_or_default();
                let schemes = root.get("schemes").and_then(Node::as_seq).unwrap_or(&[]);
                let scheme = schemes.iter().filter_map(Node::as_str).max_by_key(|it| it.len()).unwrap_or("https");
                self.server = format!("{scheme}://{host}{}", base.trim_end_matches('/'));
                let mut field =
                    Field { name: format!("{host}{}", base.trim_end_matches('/')).into(), ..Field::default() };
                let values: Vec<Text> = schemes.iter().filter_map(text_of).collect();
                if !values.is_empty() {
                    field.shape.details.push(Detail { label: "schemes", values });
                }
                fields.push(field);
            } else if let Some(base) = text_at(root, "basePath") {
                self.server = format!("https://api.example.com{}", base.trim_end_matches('/'));
                fields.push(Field { name: base, ..Field::default() });
            }
        } else {
            for server in self.schemas.files.list(root.get("servers"), "`servers`").to_vec() {
                fields.extend(server_field(&server));
                if self.server.is_empty() {
                    self.server = server_address(&server);
                }
            }
        }
        if self.server.is_empty() || !self.server.contains("://") {
            self.server = format!("https://api.example.com{}", self.server.trim_end_matches('/'));
        }
        if !fields.is_empty() {
            reference.blocks.push(Block { title: "Servers".into(), fields, ..Block::default() });
        }
    }

    fn security_schemes(&mut self, root: &Node, reference: &mut Reference) {
        let schemes = if self.two {
            root.get("securityDefinitions")
        } else {
            root.get("components").and_then(|components| components.get("securitySchemes"))
        };
        let Some(schemes) = self.schemas.files.map(schemes, "the security schemes").cloned() else { return };
        let mut fields = Vec::new();
        for entry in schemes.entries() {
            if let Some(found) = self.schemas.files.resolve(&entry.value, 0) {
                fields.push(security_scheme(&entry.key, &found.node));
            }
        }
        let facts =
            root.get("security").and_then(security_fact).map(|fact| Fact { label: "By default".into(), ..fact });
        let facts = facts.into_iter().collect();
        if !fields.is_empty() {
            reference.blocks.push(Block { title: "Security".into(), fields, facts, ..Block::default() });
        }
    }

    /// Reads all operations, by their first tag.
    fn operations(&mut self, root: &Node) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut names: Vec<Text> = Vec::new();
        for tag in self.schemas.files.list(root.get("tags"), "`tags`").to_vec() {
            let Some(name) = text_at(&tag, "name") else { continue };
            let description = match tag.get("description") {
                Some(node) if node.get("$ref").is_some() => {
                    self.schemas.files.resolve(node, 0).and_then(|found| text_of(&found.node))
                }
                node => node.and_then(text_of),
            };
            let title = text_at(&tag, "x-displayName").unwrap_or_else(|| Arc::clone(&name));
            names.push(name);
            groups.push(Group { title, description, items: Vec::new() });
        }
        let mut untagged = Group { title: "Operations".into(), ..Group::default() };
        for (tag, item) in self.paths(root.get("paths"), "paths") {
            let group = match tag {
                None => &mut untagged,
                Some(tag) => {
                    let at = names.iter().position(|name| *name == tag).unwrap_or_else(|| {
                        names.push(Arc::clone(&tag));
                        groups.push(Group { title: tag, ..Group::default() });
                        names.len() - 1
                    });
                    &mut groups[at]
                }
            };
            group.items.push(item);
        }
        if !untagged.items.is_empty() {
            groups.push(untagged);
        }
        let mut webhooks: Vec<Item> =
            self.paths(root.get("webhooks"), "webhooks").into_iter().map(|(_, item)| item).collect();
        webhooks.iter_mut().for_each(|item| turn(&mut item.blocks));
        if !webhooks.is_empty() {
            groups.push(Group { title: "Webhooks".into(), description: None, items: webhooks });
        }
        groups
    }

    fn paths(&mut self, paths: Option<&Node>, what: &str) -> Vec<(Option<Text>, Item)> {
        let Some(paths) = self.schemas.files.map(paths, &format!("`{what}`")).cloned() else { return Vec::new() };
        let mut items = Vec::new();
        for entry in paths.entries().iter().filter(|entry| !entry.key.starts_with("x-")) {
            let Some(found) = self.schemas.files.resolve(&entry.value, 0) else { continue };
            if self.schemas.files.map(Some(&found.node), &format!("the path `{}`", entry.key)).is_none() {
                continue;
            }
            // What is beside a reference counts first.
            let own = entry.value.get("$ref").map(|_| &entry.value);
            let field = |key: &str| own.and_then(|own| own.get(key)).or_else(|| found.node.get(key)).cloned();
            let shared = field("parameters");
            let shared = self.schemas.files.list(shared.as_ref(), "`parameters`").to_vec();
            let servers = field("servers");
            for method in METHODS {
                let Some(written) = field(method) else { continue };
                let at = own.and_then(|own| key_place(own, method)).or_else(|| key_place(&found.node, method));
                let Some(operation) = self.schemas.files.resolve(&written, found.doc) else { continue };
                let what = format!("the operation `{method} {}`", entry.key);
                if self.schemas.files.map(Some(&operation.node), &what).is_none() {
                    continue;
                }
                let place = Place {
                    method,
                    path: &entry.key,
                    shared: (&shared, found.doc),
                    servers: servers.as_ref(),
                    at,
                    marked: true,
                };
                let tag = operation.node.get("tags").and_then(Node::as_seq).and_then(|tags| tags.first());
                let tag = tag.and_then(text_of);
                items.push((tag, self.operation(&operation.node, operation.doc, &place)));
            }
        }
        items
    }

    fn operation(&mut self, node: &Node, doc: DocId, place: &Place<'_>) -> Item {
        let id = text_at(node, "operationId");
        let anchor = match &id {
            Some(id) => id.to_string(),
            None => format!("{}-{}", place.method, place.path.trim_matches('/')),
        };
        let mut item = Item {
            place: place.at,
            role: Role::Operation,
            mark: Some(Mark::new("operation", format!("{} {}", place.method, place.path))),
            key: id.as_ref().map_or_else(|| "".into(), |id| format!("operation:{id}").into()),
            anchor,
            verb: place.method.to_uppercase(),
            name: Arc::clone(place.path),
            id,
            summary: text_at(node, "summary"),
            description: text_at(node, "description"),
            deprecated: flag(node, "deprecated"),
            ..Item::default()
        };
        if let Some(docs) = node.get("externalDocs") {
            item.facts.extend(external_docs(docs));
        }
        let needs = node.get("security").or_else(|| self.root.get("security")).cloned();
        item.facts.extend(needs.as_ref().and_then(security_fact));
        let servers = node.get("servers").or(place.servers);
        for server in servers.and_then(Node::as_seq).unwrap_or(&[]) {
            if let Some(url) = text_at(server, "url") {
                let mut fact = Fact::new("Server", Piece::Code(url));
                if let Some(text) = text_at(server, "description") {
                    fact.pieces.push(Piece::text(" "));
                    fact.pieces.push(Piece::Markdown(text));
                }
                item.facts.push(fact);
            }
        }
        let mut request = Request { method: place.method.to_uppercase(), ..Request::default() };
        item.blocks = self.parts(node, doc, place, &mut request);
        let server = servers.and_then(Node::as_seq).and_then(<[Node]>::first).map(server_address);
        let server = server.filter(|server| server.contains("://")).unwrap_or_else(|| self.server.clone());
        request.url = format!("{}{}", server.trim_end_matches('/'), request.url);
        self.sign_in(needs.as_ref(), &mut request);
        for key in ["x-codeSamples", "x-code-samples"] {
            for sample in node.get(key).and_then(Node::as_seq).unwrap_or(&[]) {
                if let Some(text) = text_at(sample, "source") {
                    let language = text_at(sample, "lang").unwrap_or_default();
                    let label = text_at(sample, "label").unwrap_or_else(|| Arc::clone(&language));
                    request.given.push((label, language, text));
                }
            }
        }
        item.request = Some(Box::new(request));
        item
    }

    /// Adds what the first way to sign in asks for to a request, with a word in place of the secret.
    fn sign_in(&mut self, needs: Option<&Node>, request: &mut Request) {
        let Some(need) = needs.and_then(Node::as_seq).and_then(<[Node]>::first).and_then(Node::as_map) else { return };
        let schemes = match self.two {
            true => self.root.get("securityDefinitions"),
            false => self.root.get("components").and_then(|components| components.get("securitySchemes")),
        };
        let Some(schemes) = schemes.cloned() else { return };
        for entry in need.entries().iter().take(MAX_NEEDS) {
            let Some(scheme) = schemes.get(&entry.key).and_then(|scheme| self.schemas.files.resolve(scheme, 0)) else {
                continue;
            };
            let text = |key: &str| text_at(&scheme.node, key).unwrap_or_default();
            let (name, value): (Text, String) = match (&*text("type"), &*text("in")) {
                ("oauth2" | "openIdConnect", _) => ("Authorization".into(), "Bearer YOUR_TOKEN".to_owned()),
                ("basic", _) => ("Authorization".into(), "Basic YOUR_CREDENTIALS".to_owned()),
                ("http", _) => match text("scheme").to_lowercase().as_str() {
                    "basic" => ("Authorization".into(), "Basic YOUR_CREDENTIALS".to_owned()),
                    "bearer" => ("Authorization".into(), "Bearer YOUR_TOKEN".to_owned()),
                    _ => continue,
                },
                ("apiKey", "header") => (text("name"), "YOUR_KEY".to_owned()),
                ("apiKey", "cookie") => ("Cookie".into(), format!("{}=YOUR_KEY", text("name"))),
                ("apiKey", "query") => {
                    let joint = if request.url.contains('?') { '&' } else { '?' };
                    request.url = format!("{}{joint}{}=YOUR_KEY", request.url, encode(&text("name")));
                    continue;
                }
                _ => continue,
            };
            if !name.is_empty() && !request.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name)) {
                request.headers.push((name, value));
            }
        }
    }

    /// Reads parameters, body, responses and callbacks.
    fn parts(&mut self, node: &Node, doc: DocId, place: &Place<'_>, request: &mut Request) -> Vec<Block> {
        let mut blocks = Vec::new();
        let parameters = self.parameters(node, doc, place);
        let mut body = None;
        let mut by_place: Vec<(&'static str, Block)> = Vec::new();
        let mut path = place.path.to_string();
        let mut query: Vec<String> = Vec::new();
        for (parameter, doc) in &parameters {
            let kind = text_at(parameter, "in").unwrap_or_default();
            if &*kind == "body" {
                body = Some((parameter.clone(), *doc));
                continue;
            }
            let (kind, title) = match &*kind {
                "path" => ("path", "Path parameters"),
                "query" => ("query", "Query parameters"),
                "header" => ("header", "Headers"),
                "cookie" => ("cookie", "Cookies"),
                "formData" => ("formData", "Form fields"),
                _ => ("query", "Other parameters"),
            };
            let (field, sample) = self.parameter(parameter, *doc, kind, place.marked);
            match kind {
                "path" => path = path.replace(&format!("{{{}}}", field.name), &encode(&sample)),
                "query" if field.required => query.push(format!("{}={}", encode(&field.name), encode(&sample))),
                "header" if field.required => request.headers.push((Arc::clone(&field.name), sample)),
                _ => {}
            }
            match by_place.iter_mut().find(|(other, block)| *other == kind && *block.title == *title) {
                Some((_, block)) => block.fields.push(field),
                None => by_place
                    .push((kind, Block { title: title.into(), way: Way::In, fields: vec![field], ..Block::default() })),
            }
        }
        let order = ["path", "query", "header", "cookie", "formData"];
        by_place.sort_by_key(|(kind, _)| order.iter().position(|other| other == kind));
        blocks.extend(by_place.into_iter().map(|(_, block)| block));
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        request.url = format!("{path}{query}");

        let body = if self.two {
            body.map(|(parameter, doc)| self.body_of_two(node, &parameter, doc, place.marked))
        } else {
            node.get("requestBody").cloned().and_then(|body| self.body(&body, doc, place.marked))
        };
        if let Some(body) = body {
            if let Some(media) = body.blocks.first() {
                request.headers.insert(0, ("Content-Type".into(), media.title.to_string()));
                let example = media.examples.iter().find(|example| !example.text.is_empty());
                let form = &*media.title == "application/x-www-form-urlencoded";
                request.body = example.map(|example| match pairs(&example.text).filter(|_| form) {
                    Some(pairs) => pairs.into(),
                    None => Arc::clone(&example.text),
                });
            }
            blocks.push(body);
        }
        if let Some(responses) = self.responses(node, doc, place.marked) {
            blocks.push(responses);
        }
        if let Some(callbacks) = self.callbacks(node, doc) {
            blocks.push(callbacks);
        }
        blocks
    }

    /// Returns the parameters of the operation and of its path, each name once.
    fn parameters(&mut self, node: &Node, doc: DocId, place: &Place<'_>) -> Vec<(Node, DocId)> {
        let own = self.schemas.files.list(node.get("parameters"), "`parameters`").to_vec();
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        let shared = place.shared.0.iter().map(|node| (node, place.shared.1));
        for (parameter, doc) in own.iter().map(|node| (node, doc)).chain(shared) {
            let Some(found) = self.schemas.files.resolve(parameter, doc) else { continue };
            if self.schemas.files.map(Some(&found.node), "a parameter").is_none() {
                continue;
            }
            if seen.insert((text_at(&found.node, "in"), text_at(&found.node, "name"))) {
                all.push((found.node, found.doc));
            }
        }
        all
    }

    /// Reads a parameter; returns an example value too.
    fn parameter(&mut self, node: &Node, doc: DocId, kind: &str, marked: bool) -> (Field, String) {
        let name = text_at(node, "name").unwrap_or_else(|| "(no name)".into());
        let content = node.get("content").and_then(crate::yaml::Node::as_map).and_then(|map| map.entries().first());
        let schema = if self.two {
            Some(node.clone())
        } else {
            node.get("schema").or_else(|| content.and_then(|media| media.value.get("schema"))).cloned()
        };
        let mut shape = match &schema {
            Some(schema) => self.schemas.shape(schema, doc),
            None => Shape::default(),
        };
        let own = shape.description.take();
        shape.flags.deprecated |= flag(node, "deprecated");
        if !self.two {
            if let Some(media) = content {
                shape.details.push(Detail { label: "media type", values: vec![Arc::clone(&media.key)] });
            }
            if let Some(style) = text_at(node, "style") {
                let explode = node.get("explode").and_then(Node::as_bool);
                let text = match explode {
                    Some(true) => format!("{style}, exploded"),
                    Some(false) => format!("{style}, not exploded"),
                    None => style.to_string(),
                };
                shape.details.push(Detail { label: "style", values: vec![text.into()] });
            }
            if flag(node, "allowReserved") {
                shape.details.push(Detail { label: "reserved characters", values: vec!["as they are".into()] });
            }
        } else if let Some(format) = text_at(node, "collectionFormat") {
            shape.details.push(Detail { label: "collection", values: vec![format] });
        }
        let mut sample = node.get("example").or_else(|| node.get("x-example")).cloned();
        let mut examples = Vec::new();
        if !self.two {
            let written =
                content.map_or(node, |media| if node.get("examples").is_some() { node } else { &media.value });
            let named = self.schemas.files.map(written.get("examples"), "`examples`").cloned();
            for entry in named.iter().flat_map(|map| map.entries()).take(MAX_EXAMPLES) {
                let Some(found) = self.schemas.files.resolve(&entry.value, doc) else { continue };
                let value = found.node.get("value");
                if let Some(value) = value {
                    sample.get_or_insert_with(|| value.clone());
                }
                examples.extend(example::described(
                    self.schemas.files,
                    Arc::clone(&entry.key),
                    &found.node,
                    found.doc,
                    value,
                ));
            }
            if let Some(example) = written.get("example") {
                sample.get_or_insert_with(|| example.clone());
                shape.details.push(Detail { label: "example", values: vec![value_text(example)] });
            }
        }
        let sample = match sample {
            Some(sample) => value_text(&sample).to_string(),
            None => {
                let made = schema.and_then(|schema| example::value(self.schemas.files, &schema, doc, true));
                match made {
                    Some(serde_json::Value::String(text)) => text,
                    Some(serde_json::Value::Array(items)) => {
                        items.first().map(|item| item.to_string().trim_matches('"').to_owned()).unwrap_or_default()
                    }
                    Some(value) => value.to_string(),
                    None => "value".to_owned(),
                }
            }
        };
        let field = Field {
            place: Some(node.span),
            mark: marked.then(|| Mark::new("parameter", format!("{kind}:{name}"))),
            name,
            required: flag(node, "required"),
            description: text_at(node, "description").or(own),
            shape,
            arguments: Vec::new(),
            examples,
        };
        (field, sample)
    }

    fn body_of_two(&mut self, operation: &Node, node: &Node, doc: DocId, marked: bool) -> Block {
        let media = operation.get("consumes").or_else(|| self.root.get("consumes")).cloned();
        let mut media: Vec<Text> =
            media.as_ref().and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(text_of).collect();
        if media.is_empty() {
            media.push("application/json".into());
        }
        let mut blocks = Vec::new();
        for (at, name) in media.into_iter().enumerate() {
            let mut block = Block {
                title: Arc::clone(&name),
                is_name: true,
                mark: marked.then(|| Mark::new("body", &*name)),
                way: Way::In,
                ..Block::default()
            };
            if at == 0 {
                if let Some(schema) = node.get("schema") {
                    block.shape = Some(self.schemas.shape(schema, doc));
                    block.examples.extend(example::made(self.schemas.files, schema, doc, true));
                }
            } else {
                block.description = Some("The same as above.".into());
            }
            blocks.push(block);
        }
        Block {
            place: Some(node.span),
            title: "Request body".into(),
            way: Way::In,
            required: flag(node, "required"),
            description: text_at(node, "description"),
            blocks,
            ..Block::default()
        }
    }

    fn body(&mut self, node: &Node, doc: DocId, marked: bool) -> Option<Block> {
        let found = self.schemas.files.resolve(node, doc)?;
        self.schemas.files.map(Some(&found.node), "`requestBody`")?;
        let blocks = self.content(found.node.get("content"), found.doc, marked.then_some("body"), Way::In);
        Some(Block {
            place: Some(found.node.span),
            title: "Request body".into(),
            way: Way::In,
            required: flag(&found.node, "required"),
            description: text_at(&found.node, "description"),
            blocks,
            ..Block::default()
        })
    }

    /// Reads a map of media types. A schema that several of them share is shown once.
    fn content(&mut self, content: Option<&Node>, doc: DocId, mark: Option<&'static str>, way: Way) -> Vec<Block> {
        let Some(content) = self.schemas.files.map(content, "`content`").cloned() else { return Vec::new() };
        let mut blocks: Vec<Block> = Vec::new();
        let mut shown: Vec<(Node, Text)> = Vec::new();
        for entry in content.entries() {
            let Some(found) = self.schemas.files.resolve(&entry.value, doc) else { continue };
            let (media, doc) = (&found.node, found.doc);
            let mut block = Block {
                place: Some(entry.key_span),
                title: Arc::clone(&entry.key),
                is_name: true,
                mark: mark.map(|mark| Mark::new(mark, &*entry.key)),
                way,
                ..Block::default()
            };
            if let Some(schema) = media.get("schema").or_else(|| media.get("itemSchema")) {
                let same = shown.iter().find(|(other, _)| other.value == schema.value);
                if let Some((_, name)) = same {
                    block.description = Some(format!("The same as `{name}`.").into());
                } else {
                    block.shape = Some(self.schemas.shape(schema, doc));
                    shown.push((schema.clone(), Arc::clone(&entry.key)));
                }
            }
            block.examples = self.examples(media, doc);
            if block.examples.is_empty()
                && block.shape.is_some()
                && let Some(schema) = media.get("schema")
            {
                block.examples.extend(example::made(self.schemas.files, schema, doc, way == Way::In));
            }
            if let Some(encoding) = media.get("encoding").and_then(Node::as_map) {
                for part in encoding.entries() {
                    let kind = text_at(&part.value, "contentType").unwrap_or_else(|| "as set out".into());
                    block.facts.push(Fact {
                        label: "Encoding".into(),
                        pieces: vec![Piece::Code(Arc::clone(&part.key)), Piece::text(" as "), Piece::Code(kind)],
                    });
                }
            }
            blocks.push(block);
        }
        blocks
    }

    fn examples(&mut self, media: &Node, doc: DocId) -> Vec<Example> {
        let mut examples = Vec::new();
        let named = self.schemas.files.map(media.get("examples"), "`examples`").cloned();
        for entry in named.iter().flat_map(|map| map.entries()).take(MAX_EXAMPLES) {
            let Some(found) = self.schemas.files.resolve(&entry.value, doc) else { continue };
            let value = found.node.get("value").map(|value| {
                let found = self.schemas.files.resolve(value, found.doc);
                found.map_or_else(|| value.clone(), |found| found.node)
            });
            examples.extend(example::described(
                self.schemas.files,
                Arc::clone(&entry.key),
                &found.node,
                found.doc,
                value.as_ref(),
            ));
        }
        if let Some(example) = media.get("example").filter(|_| examples.is_empty()) {
            examples.push(example::given("".into(), None, example));
        }
        examples
    }

    fn responses(&mut self, node: &Node, doc: DocId, marked: bool) -> Option<Block> {
        let responses = self.schemas.files.map(node.get("responses"), "`responses`").cloned()?;
        let produces = node.get("produces").or_else(|| self.root.get("produces")).cloned();
        let mut blocks = Vec::new();
        for entry in responses.entries().iter().filter(|entry| !entry.key.starts_with("x-")) {
            let Some(found) = self.schemas.files.resolve(&entry.value, doc) else { continue };
            if self.schemas.files.map(Some(&found.node), &format!("the response `{}`", entry.key)).is_none() {
                continue;
            }
            let mut block = Block {
                place: Some(entry.key_span),
                title: Arc::clone(&entry.key),
                is_name: true,
                mark: marked.then(|| Mark::new("response", &*entry.key)),
                way: Way::Out,
                description: text_at(&found.node, "description"),
                folded: true,
                ..Block::default()
            };
            self.response(&found.node, found.doc, produces.as_ref(), &mut block);
            blocks.push(block);
        }
        (!blocks.is_empty()).then(|| Block { title: "Responses".into(), way: Way::Out, blocks, ..Block::default() })
    }

    fn response(&mut self, node: &Node, doc: DocId, produces: Option<&Node>, block: &mut Block) {
        let headers = self.schemas.files.map(node.get("headers"), "`headers`").cloned();
        let mut fields = Vec::new();
        for entry in headers.iter().flat_map(|map| map.entries()) {
            let Some(found) = self.schemas.files.resolve(&entry.value, doc) else { continue };
            if self.schemas.files.map(Some(&found.node), "a header").is_none() {
                continue;
            }
            let (mut field, _) = self.parameter(&found.node, found.doc, "header", false);
            field.name = Arc::clone(&entry.key);
            field.place = Some(entry.key_span);
            fields.push(field);
        }
        if !fields.is_empty() {
            block.blocks.push(Block { title: "Headers".into(), way: Way::Out, fields, ..Block::default() });
        }
        if self.two {
            if let Some(schema) = node.get("schema") {
                block.shape = Some(self.schemas.shape(schema, doc));
            }
            let examples = node.get("examples").and_then(Node::as_map).cloned();
            for entry in examples.iter().flat_map(|map| map.entries()).take(MAX_EXAMPLES) {
                let value =
                    self.schemas.files.resolve(&entry.value, doc).map_or_else(|| entry.value.clone(), |it| it.node);
                block.examples.push(example::given(Arc::clone(&entry.key), None, &value));
            }
            if block.examples.is_empty()
                && let Some(schema) = node.get("schema")
            {
                block.examples.extend(example::made(self.schemas.files, schema, doc, false));
            }
            let media: Vec<Text> = produces.and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(text_of).collect();
            if block.shape.is_some() && !media.is_empty() {
                let pieces = listed(media.into_iter().map(Piece::Code));
                block.facts.push(Fact { label: "Media types".into(), pieces });
            }
        } else {
            block.blocks.extend(self.content(node.get("content"), doc, None, Way::Out));
            let links = self.schemas.files.map(node.get("links"), "`links`").cloned();
            let mut fields = Vec::new();
            for entry in links.iter().flat_map(|map| map.entries()) {
                let Some(found) = self.schemas.files.resolve(&entry.value, doc) else { continue };
                fields.push(link_field(entry, &found.node));
            }
            if !fields.is_empty() {
                block.blocks.push(Block { title: "Links".into(), way: Way::Out, fields, ..Block::default() });
            }
        }
    }

    fn callbacks(&mut self, node: &Node, doc: DocId) -> Option<Block> {
        let callbacks = self.schemas.files.map(node.get("callbacks"), "`callbacks`").cloned()?;
        let mut blocks = Vec::new();
        for entry in callbacks.entries() {
            let Some(found) = self.schemas.files.resolve(&entry.value, doc) else { continue };
            let expressions = self.schemas.files.map(Some(&found.node), "a callback").cloned();
            for expression in expressions.iter().flat_map(|map| map.entries()) {
                let Some(item) = self.schemas.files.resolve(&expression.value, found.doc) else { continue };
                for method in METHODS {
                    let Some(operation) = item.node.get(method).filter(|it| it.as_map().is_some()) else { continue };
                    let shared = item.node.get("parameters").and_then(Node::as_seq).unwrap_or(&[]).to_vec();
                    let place = Place {
                        method,
                        path: &expression.key,
                        shared: (&shared, item.doc),
                        servers: None,
                        at: key_place(&item.node, method),
                        marked: false,
                    };
                    // A callback of a callback would never end.
                    let calls = operation.get("callbacks").is_some();
                    let mut request = Request::default();
                    let mut inner =
                        if calls { Vec::new() } else { self.parts(operation, item.doc, &place, &mut request) };
                    let mut text = text_at(operation, "summary");
                    if let Some(more) = text_at(operation, "description") {
                        text = Some(text.map_or_else(|| Arc::clone(&more), |text| format!("{text}\n\n{more}").into()));
                    }
                    // Here it is those who use the API that are called.
                    turn(&mut inner);
                    blocks.push(Block {
                        place: Some(entry.key_span),
                        title: Arc::clone(&entry.key),
                        is_name: true,
                        way: Way::Out,
                        description: text,
                        facts: vec![Fact {
                            label: "Calls".into(),
                            pieces: vec![
                                Piece::Code(method.to_uppercase().into()),
                                Piece::text(" "),
                                Piece::Code(Arc::clone(&expression.key)),
                            ],
                        }],
                        blocks: inner,
                        folded: true,
                        ..Block::default()
                    });
                }
            }
        }
        (!blocks.is_empty()).then(|| Block { title: "Callbacks".into(), blocks, ..Block::default() })
    }

    fn named_schemas(&mut self, named: Vec<Named>) -> Vec<Item> {
        schema_items(&mut self.schemas, named)
    }
}

/// Turns the ways around: of what the one who offers the API sends to those who use it.
fn turn(blocks: &mut [Block]) {
    for block in blocks {
        block.way = match block.way {
            Way::In => Way::Out,
            Way::Out => Way::In,
            Way::Both => Way::Both,
        };
        turn(&mut block.blocks);
    }
}

fn key_place(node: &Node, key: &str) -> Option<Span> {
    Some(node.as_map()?.entry(key)?.key_span)
}

/// Makes the items of named schemas, and of those of other files that they lead to.
pub(super) fn schema_items(schemas: &mut Schemas<'_, '_>, named: Vec<Named>) -> Vec<Item> {
    let mut items: Vec<Item> = named.iter().map(|schema| schema_item(schemas, schema, None)).collect();
    // Reading them meets more.
    for _ in 0..100 {
        let loose = schemas.take_loose();
        if loose.is_empty() {
            break;
        }
        for schema in &loose {
            items.push(schema_item(schemas, schema, Some(&schema.key)));
        }
    }
    items
}

fn schema_item(schemas: &mut Schemas<'_, '_>, schema: &Named, place: Option<&Text>) -> Item {
    let mut shape = schemas.content(schema);
    let description = shape.description.take();
    let title = text_at(&schema.node, "title").filter(|title| *title != schema.name);
    let deprecated = shape.flags.deprecated;
    let several = schema.node.get("examples").and_then(Node::as_seq).unwrap_or(&[]);
    let all = schema.node.get("example").into_iter().chain(several).take(MAX_EXAMPLES);
    let structured = all.filter(|it| it.as_map().is_some() || it.as_seq().is_some());
    let examples = structured.map(|example| example::given("".into(), None, example)).collect();
    Item {
        place: Some(schema.place),
        role: Role::Schema,
        mark: Some(Mark::new("schema", place.map_or(&*schema.name, |place| place))),
        key: Arc::clone(&schema.key),
        anchor: format!("schema-{}", schema.name),
        verb: String::new(),
        name: Arc::clone(&schema.name),
        id: None,
        summary: title,
        description,
        deprecated,
        facts: place.map(|place| Fact::new("File", Piece::Code(Arc::clone(place)))).into_iter().collect(),
        blocks: vec![Block { shape: Some(shape), examples, ..Block::default() }],
        request: None,
    }
}

/// Puts commas between pieces.
pub(super) fn listed(pieces: impl IntoIterator<Item = Piece>) -> Vec<Piece> {
    let mut out = Vec::new();
    for piece in pieces {
        if !out.is_empty() {
            out.push(Piece::text(", "));
        }
        out.push(piece);
    }
    out
}

/// Reads `info`.
pub(super) fn about(info: &Node, reference: &mut Reference) {
    reference.title = text_at(info, "title");
    reference.version = text_at(info, "version");
    reference.description = text_at(info, "description");
    if let Some(summary) = text_at(info, "summary") {
        reference.facts.push(Fact::new("Summary", Piece::Markdown(summary)));
    }
    if let Some(contact) = info.get("contact") {
        let name = text_at(contact, "name");
        let address = text_at(contact, "url");
        let email = text_at(contact, "email");
        let mut pieces: Vec<Piece> = Vec::new();
        match (name, address) {
            (name, Some(href)) => pieces.push(Piece::Web { text: name.unwrap_or_else(|| Arc::clone(&href)), href }),
            (Some(name), None) => pieces.push(Piece::Text(name)),
            (None, None) => {}
        }
        if let Some(email) = email {
            pieces.push(Piece::Web { href: format!("mailto:{email}").into(), text: email });
        }
        if !pieces.is_empty() {
            reference.facts.push(Fact { label: "Contact".into(), pieces: listed(pieces) });
        }
    }
    if let Some(licence) = info.get("license") {
        let name = text_at(licence, "name").or_else(|| text_at(licence, "identifier"));
        let piece = match (name, text_at(licence, "url")) {
            (name, Some(href)) => Some(Piece::Web { text: name.unwrap_or_else(|| Arc::clone(&href)), href }),
            (name, None) => name.map(Piece::Text),
        };
        reference.facts.extend(piece.map(|piece| Fact::new("Licence", piece)));
    }
    if let Some(terms) = text_at(info, "termsOfService") {
        reference.facts.push(Fact::new("Terms of service", Piece::Web { href: Arc::clone(&terms), text: terms }));
    }
}

/// Reads `externalDocs`.
pub(super) fn external_docs(docs: &Node) -> Option<Fact> {
    let href = text_at(docs, "url")?;
    let text = text_at(docs, "description").unwrap_or_else(|| Arc::clone(&href));
    Some(Fact::new("More", Piece::Web { href, text }))
}

/// Says what an operation asks for: one of several, each of one or more schemes.
pub(super) fn security_fact(needs: &Node) -> Option<Fact> {
    let needs = needs.as_seq()?;
    let mut pieces = Vec::new();
    for need in needs.iter().take(MAX_NEEDS) {
        let Some(map) = need.as_map() else { continue };
        if !pieces.is_empty() {
            pieces.push(Piece::text(" or "));
        }
        if map.entries().is_empty() {
            pieces.push(Piece::text("nothing"));
        }
        for (at, entry) in map.entries().iter().take(MAX_NEEDS).enumerate() {
            if at > 0 {
                pieces.push(Piece::text(" and "));
            }
            pieces.push(Piece::Code(Arc::clone(&entry.key)));
            let scopes: Vec<Text> = entry.value.as_seq().unwrap_or(&[]).iter().filter_map(text_of).collect();
            if !scopes.is_empty() {
                pieces.push(Piece::text(format!(" ({})", scopes.join(", "))));
            }
        }
    }
    if pieces.is_empty() {
        pieces.push(Piece::text("none"));
    }
    if needs.len() > MAX_NEEDS {
        pieces.push(Piece::text(format!(" or one of {} more", needs.len() - MAX_NEEDS)));
    }
    Some(Fact { label: "Security".into(), pieces })
}

/// Describes a security scheme of OpenAPI or AsyncAPI.
pub(super) fn security_scheme(name: &Text, node: &Node) -> Field {
    let mut shape = Shape::default();
    if let Some(kind) = text_at(node, "type") {
        shape.types.push(Piece::Text(kind));
    }
    shape.flags.deprecated = flag(node, "deprecated");
    for (key, label) in [
        ("scheme", "scheme"),
        ("bearerFormat", "format"),
        ("in", "in"),
        ("name", "name"),
        ("flow", "flow"),
        ("authorizationUrl", "authorization URL"),
        ("tokenUrl", "token URL"),
        ("openIdConnectUrl", "OpenID Connect URL"),
    ] {
        if let Some(value) = text_at(node, key) {
            shape.details.push(Detail { label, values: vec![value] });
        }
    }
    let scopes = |node: &Node| -> Vec<Field> {
        let known = node.get("scopes").or_else(|| node.get("availableScopes")).and_then(Node::as_map);
        known
            .map(|map| map.entries())
            .unwrap_or(&[])
            .iter()
            .map(|entry| Field { name: Arc::clone(&entry.key), description: text_of(&entry.value), ..Field::default() })
            .collect()
    };
    shape.fields = scopes(node);
    for entry in node.get("flows").and_then(Node::as_map).map(|map| map.entries()).unwrap_or(&[]) {
        let mut flow = Field { name: Arc::clone(&entry.key), ..Field::default() };
        for (key, label) in
            [("authorizationUrl", "authorization URL"), ("tokenUrl", "token URL"), ("refreshUrl", "refresh URL")]
        {
            if let Some(value) = text_at(&entry.value, key) {
                flow.shape.details.push(Detail { label, values: vec![value] });
            }
        }
        flow.shape.fields = scopes(&entry.value);
        shape.fields.push(flow);
    }
    Field { name: Arc::clone(name), description: text_at(node, "description"), shape, ..Field::default() }
}

fn server_field(server: &Node) -> Option<Field> {
    let mut shape = Shape::default();
    for entry in server.get("variables").and_then(Node::as_map).map(|map| map.entries()).unwrap_or(&[]) {
        shape.fields.push(variable(entry));
    }
    Some(Field {
        name: text_at(server, "url")?,
        description: text_at(server, "description"),
        shape,
        ..Field::default()
    })
}

/// Describes a variable of a server's address.
pub(super) fn variable(entry: &Entry) -> Field {
    let mut shape = Shape::default();
    if let Some(values) = entry.value.get("enum").and_then(Node::as_seq) {
        shape.details.push(Detail { label: "one of", values: values.iter().map(value_text).collect() });
    }
    if let Some(value) = entry.value.get("default") {
        shape.details.push(Detail { label: "default", values: vec![value_text(value)] });
    }
    Field { name: Arc::clone(&entry.key), description: text_at(&entry.value, "description"), shape, ..Field::default() }
}

/// Returns the address of a server with the defaults of its variables.
fn server_address(server: &Node) -> String {
    let mut address = text_at(server, "url").unwrap_or_default().to_string();
    for entry in server.get("variables").and_then(Node::as_map).map(|map| map.entries()).unwrap_or(&[]) {
        if let Some(value) = text_at(&entry.value, "default") {
            address = address.replace(&format!("{{{}}}", entry.key), &value);
        }
    }
    address.trim_end_matches('/').to_owned()
}

fn link_field(entry: &Entry, node: &Node) -> Field {
    let mut shape = Shape::default();
    if let Some(id) = text_at(node, "operationId") {
        shape.types.push(Piece::Link { key: format!("operation:{id}").into(), text: id });
    } else if let Some(reference) = text_at(node, "operationRef") {
        shape.types.push(Piece::Code(reference));
    }
    for parameter in node.get("parameters").and_then(Node::as_map).map(|map| map.entries()).unwrap_or(&[]) {
        let text = format!("{} = {}", parameter.key, value_text(&parameter.value));
        shape.details.push(Detail { label: "parameter", values: vec![text.into()] });
    }
    if let Some(body) = node.get("requestBody") {
        shape.details.push(Detail { label: "body", values: vec![value_text(body)] });
    }
    Field { name: Arc::clone(&entry.key), description: text_at(node, "description"), shape, ..Field::default() }
}

/// Writes an object as the pairs of a form.
fn pairs(text: &str) -> Option<String> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let pair = |(name, value): (&String, &serde_json::Value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{}={}", encode(name), encode(&value))
    };
    Some(object.iter().map(pair).collect::<Vec<_>>().join("&"))
}

/// What a value in an address may hold.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'[')
    .remove(b']')
    .remove(b',')
    .remove(b':')
    .remove(b'@');

/// Encodes a value for an address.
fn encode(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}
