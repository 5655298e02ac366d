//! AsyncAPI 2 and 3 over the spanned tree: channels, operations, messages, schemas.

use std::collections::HashMap;
use std::sync::Arc;

use super::openapi::{about, external_docs, listed, schema_items, security_scheme, variable};
use super::{Format, Source, checks};
use crate::api::example::{self, MAX_EXAMPLES};
use crate::api::model::{
    Block, Detail, Example, Fact, Field, Group, Item, Mark, Piece, Reference, Role, Shape, Text, Way,
};
use crate::api::schema::{Schemas, value_text};
use crate::api::source::{DocId, Files, Found, flag, text_at, text_of};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;
use crate::yaml::{Entry, Map, Node, Value};

/// How deep Avro records are shown.
const MAX_DEPTH: usize = 8;

/// The format.
pub(super) struct AsyncApi;

impl Format for AsyncApi {
    fn types(&self) -> &'static [&'static str] {
        &["asyncapi"]
    }

    fn name(&self) -> &'static str {
        "AsyncAPI"
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
            super::no_mapping(&mut files, &root, source, "AsyncAPI");
            return (Reference::default(), files.problems);
        }
        let version = text_at(&root, "asyncapi");
        let three = version.as_deref().is_some_and(|version| version.starts_with('3'));
        let written = Some(root.clone()).filter(|_| files.are_whole());
        let mut reader = Reader {
            schemas: Schemas::new(&mut files, true),
            root,
            three,
            messages: Vec::new(),
            known: HashMap::new(),
        };
        let mut reference = reader.read();
        reference.format = format!("AsyncAPI {}", version.as_deref().unwrap_or_default()).trim_end().to_owned();
        if let Some(root) = written {
            checks::asyncapi(&mut files, &root, three);
        }
        files.sweep();
        reference.files = files.count();
        (reference, files.problems)
    }
}

struct Reader<'f, 'w> {
    schemas: Schemas<'f, 'w>,
    root: Node,
    three: bool,
    messages: Vec<Item>,
    /// The key and name of each message by the identity of its content.
    known: HashMap<usize, (Text, Text)>,
}

impl Reader<'_, '_> {
    fn read(&mut self) -> Reference {
        let root = self.root.clone();
        let mut reference = Reference::default();
        let info = root.get("info");
        if let Some(info) = info
            && self.schemas.files.map(Some(info), "`info`").is_some()
        {
            about(info, &mut reference);
        }
        let about = if self.three { info } else { Some(&root) };
        if let Some(docs) = about.and_then(|it| it.get("externalDocs")) {
            let found = self.schemas.files.resolve(docs, 0);
            reference.facts.extend(found.and_then(|found| external_docs(&found.node)));
        }
        if let Some(media) = text_at(&root, "defaultContentType") {
            reference.facts.push(Fact::new("Content type", Piece::Code(media)));
        }
        let named = self.schemas.name_all(&["components", "schemas"]);
        self.servers(&root, &mut reference);
        self.security(&root, &mut reference);
        let tags = about.and_then(|it| it.get("tags")).cloned();
        self.tags(tags.as_ref(), &mut reference);

        let (channels, mut operations) = self.channels(&root);
        operations.extend(self.operations(&root));
        let components = root.get("components").and_then(|it| it.get("messages"));
        let components = self.schemas.files.map(components, "`components.messages`").cloned();
        for entry in components.iter().flat_map(|map| map.entries()) {
            self.message(&entry.value, 0, Some(&entry.key));
        }
        let messages = std::mem::take(&mut self.messages);
        let schemas = schema_items(&mut self.schemas, named);
        for (title, items) in
            [("Operations", operations), ("Channels", channels), ("Messages", messages), ("Schemas", schemas)]
        {
            if !items.is_empty() {
                reference.groups.push(Group { title: title.into(), description: None, items });
            }
        }
        reference
    }

    fn servers(&mut self, root: &Node, reference: &mut Reference) {
        let Some(servers) = self.schemas.files.map(root.get("servers"), "`servers`").cloned() else { return };
        let mut fields = Vec::new();
        for entry in servers.entries() {
            let Some(found) = self.schemas.files.resolve(&entry.value, 0) else { continue };
            let node = &found.node;
            let mut shape = Shape::default();
            let address = text_at(node, "host").or_else(|| text_at(node, "url"));
            if let Some(address) = address {
                let path = text_at(node, "pathname").unwrap_or_default();
                shape.types.push(Piece::Code(format!("{address}{path}").into()));
            }
            for (key, label) in [("protocol", "protocol"), ("protocolVersion", "protocol version")] {
                if let Some(value) = text_at(node, key) {
                    shape.details.push(Detail { label, values: vec![value] });
                }
            }
            if let Some(names) = self.binding_names(node, found.doc) {
                shape.details.push(Detail { label: "bindings", values: names });
            }
            for variable_entry in node.get("variables").and_then(Node::as_map).map(|map| map.entries()).unwrap_or(&[]) {
                if let Some(found) = self.schemas.files.resolve(&variable_entry.value, found.doc) {
                    shape.fields.push(variable(&Entry { value: found.node, ..variable_entry.clone() }));
                }
            }
            let description = joined([text_at(node, "title"), text_at(node, "summary"), text_at(node, "description")]);
            fields.push(Field { name: Arc::clone(&entry.key), description, shape, ..Field::default() });
        }
        if !fields.is_empty() {
            reference.blocks.push(Block { title: "Servers".into(), fields, ..Block::default() });
        }
    }

    fn security(&mut self, root: &Node, reference: &mut Reference) {
        let schemes = root.get("components").and_then(|it| it.get("securitySchemes"));
        let Some(schemes) = self.schemas.files.map(schemes, "the security schemes").cloned() else { return };
        let mut fields = Vec::new();
        for entry in schemes.entries() {
            if let Some(found) = self.schemas.files.resolve(&entry.value, 0) {
                fields.push(security_scheme(&entry.key, &found.node));
            }
        }
        if !fields.is_empty() {
            reference.blocks.push(Block { title: "Security".into(), fields, ..Block::default() });
        }
    }

    fn tags(&mut self, tags: Option<&Node>, reference: &mut Reference) {
        let mut fields = Vec::new();
        for tag in self.schemas.files.list(tags, "`tags`").to_vec() {
            let Some(found) = self.schemas.files.resolve(&tag, 0) else { continue };
            if let Some(name) = text_at(&found.node, "name") {
                fields.push(Field { name, description: text_at(&found.node, "description"), ..Field::default() });
            }
        }
        if !fields.is_empty() {
            reference.blocks.push(Block { title: "Tags".into(), fields, ..Block::default() });
        }
    }

    /// Reads the channels; in version 2 they hold the operations.
    fn channels(&mut self, root: &Node) -> (Vec<Item>, Vec<Item>) {
        let (mut channels, mut operations) = (Vec::new(), Vec::new());
        let Some(map) = self.schemas.files.map(root.get("channels"), "`channels`").cloned() else {
            return (channels, operations);
        };
        for entry in map.entries() {
            let Some(found) = self.schemas.files.resolve(&entry.value, 0) else { continue };
            let what = format!("the channel `{}`", entry.key);
            if self.schemas.files.map(Some(&found.node), &what).is_none() {
                continue;
            }
            let node = &found.node;
            let address = if self.three { text_at(node, "address") } else { None };
            let address = address.unwrap_or_else(|| Arc::clone(&entry.key));
            let mut item = Item {
                place: Some(entry.key_span),
                role: Role::Channel,
                mark: Some(Mark::new("channel", &*address)),
                key: format!("channel:{}", entry.key).into(),
                anchor: format!("channel-{}", entry.key),
                name: Arc::clone(&address),
                id: (address != entry.key).then(|| Arc::clone(&entry.key)),
                summary: text_at(node, "title"),
                description: joined([text_at(node, "summary"), text_at(node, "description")]),
                deprecated: flag(node, "deprecated"),
                ..Item::default()
            };
            self.common(node, found.doc, &mut item.facts, &mut item.blocks);
            item.blocks.extend(self.parameters(node, found.doc));
            if self.three {
                let messages = self.schemas.files.map(node.get("messages"), "`messages`").cloned();
                let mut links = Vec::new();
                for message in messages.iter().flat_map(|map| map.entries()) {
                    let key = message.value.get("$ref").is_none().then_some(&message.key);
                    links.extend(self.message(&message.value, found.doc, key));
                }
                if !links.is_empty() {
                    item.facts.push(Fact { label: "Messages".into(), pieces: listed(links) });
                }
            } else {
                for action in ["publish", "subscribe"] {
                    let Some(operation) = node.get(action) else { continue };
                    let Some(operation) = self.schemas.files.resolve(operation, found.doc) else { continue };
                    let what = format!("the operation `{action}` of `{}`", entry.key);
                    if self.schemas.files.map(Some(&operation.node), &what).is_none() {
                        continue;
                    }
                    let mut made = self.operation_of_two(action, &address, &item.key, &operation);
                    made.place = node.as_map().and_then(|map| map.entry(action)).map(|entry| entry.key_span);
                    operations.push(made);
                }
            }
            channels.push(item);
        }
        (channels, operations)
    }

    fn operation_of_two(&mut self, action: &str, address: &Text, channel: &Text, found: &Found) -> Item {
        let node = self.with_traits(&found.node, found.doc);
        let id = text_at(&node, "operationId");
        let name = id.clone().unwrap_or_else(|| Arc::clone(address));
        let mut item = Item {
            role: Role::Operation,
            mark: Some(Mark::new("operation", format!("{action} {name}"))),
            key: format!("operation:{name}").into(),
            anchor: id.as_ref().map_or_else(|| format!("{action}-{address}"), |id| id.to_string()),
            verb: action.to_uppercase(),
            name: Arc::clone(address),
            id,
            summary: text_at(&node, "summary"),
            description: text_at(&node, "description"),
            deprecated: flag(&node, "deprecated"),
            ..Item::default()
        };
        item.facts.push(Fact::new("Channel", Piece::Link { key: Arc::clone(channel), text: Arc::clone(address) }));
        self.common(&node, found.doc, &mut item.facts, &mut item.blocks);
        let Some(message) = node.get("message").cloned() else { return item };
        let options =
            message.get("oneOf").and_then(Node::as_seq).map_or_else(|| vec![message.clone()], <[Node]>::to_vec);
        // What others publish, this application gets.
        let way = if action == "publish" { Way::In } else { Way::Out };
        self.payloads(&options, found.doc, way, &mut item);
        item
    }

    /// Reads the operations of version 3.
    fn operations(&mut self, root: &Node) -> Vec<Item> {
        let mut items = Vec::new();
        if !self.three {
            return items;
        }
        let Some(map) = self.schemas.files.map(root.get("operations"), "`operations`").cloned() else { return items };
        for entry in map.entries() {
            let Some(found) = self.schemas.files.resolve(&entry.value, 0) else { continue };
            let what = format!("the operation `{}`", entry.key);
            if self.schemas.files.map(Some(&found.node), &what).is_none() {
                continue;
            }
            let node = self.with_traits(&found.node, found.doc);
            let action = text_at(&node, "action").unwrap_or_default();
            let mut item = Item {
                place: Some(entry.key_span),
                role: Role::Operation,
                mark: Some(Mark::new("operation", format!("{action} {}", entry.key))),
                key: format!("operation:{}", entry.key).into(),
                anchor: entry.key.to_string(),
                verb: action.to_uppercase(),
                name: Arc::clone(&entry.key),
                summary: text_at(&node, "title"),
                description: joined([text_at(&node, "summary"), text_at(&node, "description")]),
                deprecated: flag(&node, "deprecated"),
                ..Item::default()
            };
            if let Some(piece) = node.get("channel").and_then(|channel| self.channel_link(channel, found.doc)) {
                item.facts.push(Fact::new("Channel", piece));
            }
            self.common(&node, found.doc, &mut item.facts, &mut item.blocks);
            let way = if &*action == "receive" { Way::In } else { Way::Out };
            let messages = self.schemas.files.list(node.get("messages"), "`messages`").to_vec();
            self.payloads(&messages, found.doc, way, &mut item);
            if let Some(reply) = node.get("reply").cloned() {
                self.reply(&reply, found.doc, &mut item);
            }
            items.push(item);
        }
        items
    }

    fn reply(&mut self, reply: &Node, doc: DocId, item: &mut Item) {
        let Some(found) = self.schemas.files.resolve(reply, doc) else { return };
        let node = &found.node;
        let mut block = Block { title: "Reply".into(), ..Block::default() };
        if let Some(piece) = node.get("channel").and_then(|channel| self.channel_link(channel, found.doc)) {
            block.facts.push(Fact::new("Channel", piece));
        }
        let address = node.get("address").and_then(|address| self.schemas.files.resolve(address, found.doc));
        if let Some(address) = address {
            block.description = text_at(&address.node, "description");
            if let Some(location) = text_at(&address.node, "location") {
                block.facts.push(Fact::new("Address", Piece::Code(location)));
            }
        }
        let messages = self.schemas.files.list(node.get("messages"), "`messages`").to_vec();
        let links: Vec<Piece> = messages.iter().filter_map(|it| self.message(it, found.doc, None)).collect();
        if !links.is_empty() {
            block.facts.push(Fact { label: "Messages".into(), pieces: listed(links) });
        }
        item.blocks.push(block);
    }

    fn channel_link(&mut self, channel: &Node, doc: DocId) -> Option<Piece> {
        let found = self.schemas.files.resolve(channel, doc)?;
        let key = found.way.last().map(|(_, pointer)| pointer.rsplit('/').next().unwrap_or_default().to_owned());
        let key = key.unwrap_or_default().replace("~1", "/").replace("~0", "~");
        let text = text_at(&found.node, "address").unwrap_or_else(|| key.as_str().into());
        Some(Piece::Link { key: format!("channel:{key}").into(), text })
    }

    /// Shows the messages of an operation: links to those with a name, the content of those without.
    fn payloads(&mut self, messages: &[Node], doc: DocId, way: Way, item: &mut Item) {
        let mut links = Vec::new();
        for message in messages {
            match self.message(message, doc, None) {
                Some(link) => links.push(link),
                None => {
                    let Some(found) = self.schemas.files.resolve(message, doc) else { continue };
                    if found.node.as_map().is_none() {
                        continue;
                    }
                    let node = self.with_traits(&found.node, found.doc);
                    let mut block = Block {
                        title: "Message".into(),
                        way,
                        description: joined([text_at(&node, "summary"), text_at(&node, "description")]),
                        ..Block::default()
                    };
                    self.common(&node, found.doc, &mut block.facts, &mut Vec::new());
                    block.blocks = self.content(&node, found.doc);
                    item.blocks.push(block);
                }
            }
        }
        if !links.is_empty() {
            item.facts.push(Fact { label: "Messages".into(), pieces: listed(links) });
        }
    }

    /// Makes the item of a message, once; returns the link to it, or `None` if the message has no name.
    fn message(&mut self, node: &Node, doc: DocId, key: Option<&Text>) -> Option<Piece> {
        let found = self.schemas.files.resolve(node, doc)?;
        let map = self.schemas.files.map(Some(&found.node), "a message")?;
        let identity = std::ptr::from_ref(map) as usize;
        if let Some((key, name)) = self.known.get(&identity) {
            return Some(Piece::Link { key: Arc::clone(key), text: Arc::clone(name) });
        }
        let merged = self.with_traits(&found.node, found.doc);
        let end = found.way.iter().rev().find_map(|(_, pointer)| {
            let last = pointer.rsplit('/').next().unwrap_or_default();
            (!last.is_empty()).then(|| Text::from(last.replace("~1", "/").replace("~0", "~")))
        });
        let name = end
            .or_else(|| key.cloned())
            .or_else(|| ["name", "messageId", "title"].iter().find_map(|key| text_at(&merged, key)))?;
        let link: Text = format!("message:{name}:{}", self.messages.len()).into();
        self.known.insert(identity, (Arc::clone(&link), Arc::clone(&name)));
        let mut item = Item {
            place: Some(found.node.span),
            role: Role::Message,
            mark: Some(Mark::new("message", &*name)),
            key: Arc::clone(&link),
            anchor: format!("message-{name}"),
            verb: String::new(),
            name: Arc::clone(&name),
            id: ["name", "messageId"].iter().find_map(|key| text_at(&merged, key)).filter(|id| *id != name),
            summary: text_at(&merged, "title").filter(|title| *title != name),
            description: joined([text_at(&merged, "summary"), text_at(&merged, "description")]),
            deprecated: flag(&merged, "deprecated"),
            ..Item::default()
        };
        self.common(&merged, found.doc, &mut item.facts, &mut item.blocks);
        item.blocks.extend(self.content(&merged, found.doc));
        self.messages.push(item);
        Some(Piece::Link { key: link, text: name })
    }

    /// Reads headers, payload and examples of a message.
    fn content(&mut self, node: &Node, doc: DocId) -> Vec<Block> {
        let mut blocks = Vec::new();
        let format_of_message = text_at(node, "schemaFormat").unwrap_or_default();
        if let Some(headers) = node.get("headers") {
            blocks.push(self.payload("Headers", headers, doc, ""));
        }
        if let Some(payload) = node.get("payload") {
            blocks.push(self.payload("Payload", payload, doc, &format_of_message));
        }
        let (headers, mut examples) = self.examples(node, doc);
        if examples.is_empty()
            && let Some(payload) = node.get("payload")
        {
            let found = self.schemas.files.resolve(payload, doc);
            let inner = found.filter(|found| found.node.get("schemaFormat").is_some());
            let (schema, format, doc) = match &inner {
                Some(found) => (found.node.get("schema"), text_at(&found.node, "schemaFormat"), found.doc),
                None => (Some(payload), None, doc),
            };
            let format = format.unwrap_or(format_of_message);
            if let Some(schema) = schema.filter(|_| format.is_empty() || is_json_schema(&format)) {
                examples = example::made(self.schemas.files, schema, doc, false);
            }
        }
        for (title, examples) in [("Headers", headers), ("Payload", examples)] {
            if examples.is_empty() {
                continue;
            }
            match blocks.iter_mut().find(|block| &*block.title == title) {
                Some(block) => block.examples.extend(examples),
                None => blocks.push(Block { title: title.into(), examples, ..Block::default() }),
            }
        }
        // Headers come first, also where only examples have them.
        blocks.sort_by_key(|block| &*block.title != "Headers");
        blocks
    }

    /// Reads the examples of a message: those of its headers, and those of its payload.
    fn examples(&mut self, node: &Node, doc: DocId) -> (Vec<Example>, Vec<Example>) {
        let (mut headers, mut payloads) = (Vec::new(), Vec::new());
        for given in self.schemas.files.list(node.get("examples"), "`examples`").to_vec().iter().take(MAX_EXAMPLES) {
            let Some(found) = self.schemas.files.resolve(given, doc) else { continue };
            let node = &found.node;
            let name = text_at(node, "name").unwrap_or_default();
            let mut said = false;
            for (key, examples) in [("headers", &mut headers), ("payload", &mut payloads)] {
                let Some(value) = node.get(key) else { continue };
                said = true;
                let value = self.schemas.files.resolve(value, found.doc).map_or_else(|| value.clone(), |it| it.node);
                examples.extend(example::described(
                    self.schemas.files,
                    Arc::clone(&name),
                    node,
                    found.doc,
                    Some(&value),
                ));
            }
            // Before version 2.1 an example was the payload itself.
            if !said {
                payloads.push(example::given(name, None, node));
            }
        }
        (headers, payloads)
    }

    fn payload(&mut self, title: &str, node: &Node, doc: DocId, format: &str) -> Block {
        let mut block = Block { title: title.into(), ..Block::default() };
        let Some(found) = self.schemas.files.resolve(node, doc) else {
            block.shape = Some(self.schemas.shape(node, doc));
            return block;
        };
        // Version 3 may say the format beside the schema.
        if found.node.get("schemaFormat").is_some()
            && let Some(schema) = found.node.get("schema")
        {
            let format = text_at(&found.node, "schemaFormat").unwrap_or_default();
            return self.payload(title, schema, found.doc, &format);
        }
        if format.is_empty() || is_json_schema(format) {
            block.shape = Some(self.schemas.shape(node, doc));
            return block;
        }
        block.facts.push(Fact::new("Format", Piece::Code(format.into())));
        if format.contains("avro") {
            block.shape = Some(avro(&found.node, "", 0));
        } else {
            block.examples.push(example::given("schema".into(), None, &found.node));
        }
        block
    }

    /// Reads what channels, operations and messages have in common: content type, correlation, bindings, tags.
    fn common(&mut self, node: &Node, doc: DocId, facts: &mut Vec<Fact>, blocks: &mut Vec<Block>) {
        if let Some(media) = text_at(node, "contentType") {
            facts.push(Fact::new("Content type", Piece::Code(media)));
        }
        if let Some(found) = node.get("correlationId").and_then(|it| self.schemas.files.resolve(it, doc)) {
            let mut pieces = Vec::new();
            if let Some(location) = text_at(&found.node, "location") {
                pieces.push(Piece::Code(location));
            }
            if let Some(text) = text_at(&found.node, "description") {
                pieces.push(Piece::text(" "));
                pieces.push(Piece::Markdown(text));
            }
            facts.push(Fact { label: "Correlation id".into(), pieces });
        }
        let mut tags = Vec::new();
        for tag in node.get("tags").and_then(Node::as_seq).unwrap_or(&[]) {
            if let Some(found) = self.schemas.files.resolve(tag, doc) {
                tags.extend(text_at(&found.node, "name").map(Piece::Text));
            }
        }
        if !tags.is_empty() {
            facts.push(Fact { label: "Tags".into(), pieces: listed(tags) });
        }
        let servers: Vec<Piece> = node
            .get("servers")
            .and_then(Node::as_seq)
            .unwrap_or(&[])
            .iter()
            .filter_map(|server| match server.get("$ref") {
                Some(at) => at.as_str().and_then(|at| at.rsplit('/').next()).map(|name| Piece::Code(name.into())),
                None => text_of(server).map(Piece::Code),
            })
            .collect();
        if !servers.is_empty() {
            facts.push(Fact { label: "Servers".into(), pieces: listed(servers) });
        }
        let security = node.get("security").and_then(Node::as_seq).unwrap_or(&[]);
        let needs: Vec<Piece> = security
            .iter()
            .filter_map(|need| match need.get("$ref") {
                Some(at) => at.as_str().and_then(|at| at.rsplit('/').next()).map(|name| Piece::Code(name.into())),
                None if need.get("type").is_some() => text_at(need, "type").map(Piece::Code),
                None => need.as_map()?.entries().first().map(|entry| Piece::Code(Arc::clone(&entry.key))),
            })
            .collect();
        if !needs.is_empty() {
            facts.push(Fact { label: "Security".into(), pieces: listed(needs) });
        }
        if let Some(docs) = node.get("externalDocs").and_then(|it| self.schemas.files.resolve(it, doc)) {
            facts.extend(external_docs(&docs.node));
        }
        let Some(bindings) = node.get("bindings").and_then(|it| self.schemas.files.resolve(it, doc)) else { return };
        for entry in bindings.node.as_map().map(Map::entries).unwrap_or(&[]) {
            if entry.key.starts_with("x-") {
                continue;
            }
            let mut pieces = vec![Piece::Code(Arc::clone(&entry.key))];
            let value = self
                .schemas
                .files
                .resolve(&entry.value, bindings.doc)
                .map_or_else(|| entry.value.clone(), |it| it.node);
            for (at, part) in value.as_map().map(Map::entries).unwrap_or(&[]).iter().enumerate() {
                pieces.push(Piece::text(if at == 0 { ": " } else { ", " }));
                pieces.push(Piece::text(format!("{} ", part.key)));
                pieces.push(Piece::Code(value_text(&part.value)));
            }
            facts.push(Fact { label: "Binding".into(), pieces });
            // Some bindings describe data: a key of Kafka, the query of a web socket.
            for part in value.as_map().map(Map::entries).unwrap_or(&[]) {
                if part.value.get("properties").is_some() {
                    let title = format!("{} {}", entry.key, part.key);
                    blocks.push(Block {
                        title: title.into(),
                        shape: Some(self.schemas.shape(&part.value, bindings.doc)),
                        ..Block::default()
                    });
                }
            }
        }
    }

    fn binding_names(&mut self, node: &Node, doc: DocId) -> Option<Vec<Text>> {
        let found = self.schemas.files.resolve(node.get("bindings")?, doc)?;
        let names: Vec<Text> = found.node.as_map()?.entries().iter().map(|entry| Arc::clone(&entry.key)).collect();
        (!names.is_empty()).then_some(names)
    }

    fn parameters(&mut self, node: &Node, doc: DocId) -> Option<Block> {
        let parameters = self.schemas.files.map(node.get("parameters"), "`parameters`").cloned()?;
        let mut fields = Vec::new();
        for entry in parameters.entries() {
            let Some(found) = self.schemas.files.resolve(&entry.value, doc) else { continue };
            let node = &found.node;
            let mut shape = match node.get("schema") {
                Some(schema) => self.schemas.shape(schema, found.doc),
                None => variable(&Entry { value: node.clone(), ..entry.clone() }).shape,
            };
            let own = shape.description.take();
            if let Some(location) = text_at(node, "location") {
                shape.details.push(Detail { label: "location", values: vec![location] });
            }
            if let Some(examples) = node.get("examples").and_then(Node::as_seq) {
                shape.details.push(Detail { label: "examples", values: examples.iter().map(value_text).collect() });
            }
            fields.push(Field {
                place: Some(entry.key_span),
                mark: Some(Mark::new("parameter", &*entry.key)),
                name: Arc::clone(&entry.key),
                required: true,
                description: text_at(node, "description").or(own),
                shape,
                arguments: Vec::new(),
                examples: Vec::new(),
            });
        }
        (!fields.is_empty()).then(|| Block { title: "Parameters".into(), fields, ..Block::default() })
    }

    /// Returns an operation or message with what its traits bring; its own fields win.
    fn with_traits(&mut self, node: &Node, doc: DocId) -> Node {
        let Some(map) = node.as_map() else { return node.clone() };
        let traits = self.schemas.files.list(node.get("traits"), "`traits`").to_vec();
        if traits.is_empty() {
            return node.clone();
        }
        let mut merged = map.clone();
        for given in traits {
            let given = given.as_seq().and_then(<[Node]>::first).cloned().unwrap_or(given);
            let Some(found) = self.schemas.files.resolve(&given, doc) else { continue };
            for entry in found.node.as_map().map(Map::entries).unwrap_or(&[]) {
                match merged.get(&entry.key).cloned() {
                    None => merged.set(entry.clone()),
                    Some(own) if matches!(&*entry.key, "headers" | "bindings") => {
                        merged.set(Entry { value: deep(&own, &entry.value), ..entry.clone() });
                    }
                    Some(own) if &*entry.key == "examples" => {
                        let both = [own.as_seq().unwrap_or(&[]), entry.value.as_seq().unwrap_or(&[])].concat();
                        let value = Node { span: own.span, value: Value::Seq(both.into()) };
                        merged.set(Entry { value, ..entry.clone() });
                    }
                    Some(_) => {}
                }
            }
        }
        Node { span: node.span, value: Value::Map(Arc::new(merged)) }
    }
}

/// Merges two mappings; the first wins, mappings inside are merged once more.
fn deep(own: &Node, other: &Node) -> Node {
    let (Some(map), Some(more)) = (own.as_map(), other.as_map()) else { return own.clone() };
    let mut merged = map.clone();
    for entry in more.entries() {
        match map.get(&entry.key) {
            None => merged.set(entry.clone()),
            Some(inner) if &*entry.key == "properties" => {
                merged.set(Entry { value: deep(inner, &entry.value), ..entry.clone() });
            }
            Some(_) => {}
        }
    }
    Node { span: own.span, value: Value::Map(Arc::new(merged)) }
}

fn is_json_schema(format: &str) -> bool {
    ["asyncapi", "json-schema", "schema+json", "schema+yaml", "openapi"].iter().any(|part| format.contains(part))
}

fn joined(texts: impl IntoIterator<Item = Option<Text>>) -> Option<Text> {
    let texts: Vec<Text> = texts.into_iter().flatten().collect();
    match &texts[..] {
        [] => None,
        [only] => Some(Arc::clone(only)),
        several => Some(several.join("\n\n").into()),
    }
}

/// Reads an Avro schema.
fn avro(node: &Node, path: &str, depth: usize) -> Shape {
    let mut shape = Shape { description: text_at(node, "doc"), ..Shape::default() };
    if depth > MAX_DEPTH {
        return shape;
    }
    match &node.value {
        Value::Str(name) => shape.types.push(Piece::Text(Arc::clone(name))),
        Value::Seq(options) => {
            for option in options.iter() {
                if option.as_str() == Some("null") {
                    shape.flags.nullable = true;
                    continue;
                }
                let inner = avro(option, path, depth + 1);
                if !shape.types.is_empty() {
                    shape.types.push(Piece::text(" or "));
                }
                shape.types.extend(inner.types);
                shape.fields.extend(inner.fields);
                shape.details.extend(inner.details);
            }
        }
        Value::Map(_) => {
            match node.get("type") {
                Some(Node { value: Value::Map(_) | Value::Seq(_), .. }) => {
                    let inner = avro(node.get("type").unwrap_or(node), path, depth + 1);
                    shape.types.extend(inner.types);
                    shape.fields.extend(inner.fields);
                }
                Some(kind) => {
                    let name = text_at(node, "name").map(|name| format!(" {name}")).unwrap_or_default();
                    shape.types.push(Piece::text(format!("{}{name}", text_of(kind).unwrap_or_default())));
                }
                None => {}
            }
            if let Some(symbols) = node.get("symbols").and_then(Node::as_seq) {
                shape.details.push(Detail { label: "one of", values: symbols.iter().map(value_text).collect() });
            }
            if let Some(logical) = text_at(node, "logicalType") {
                shape.details.push(Detail { label: "logical type", values: vec![logical] });
            }
            for key in ["items", "values"] {
                if let Some(inner) = node.get(key) {
                    let inner = avro(inner, path, depth + 1);
                    shape.types.push(Piece::text(" of "));
                    shape.types.extend(inner.types);
                    shape.fields.extend(inner.fields);
                }
            }
            for field in node.get("fields").and_then(Node::as_seq).unwrap_or(&[]) {
                let Some(name) = text_at(field, "name") else { continue };
                let inside = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                let mut inner = field.get("type").map(|kind| avro(kind, &inside, depth + 1)).unwrap_or_default();
                let own = inner.description.take();
                if let Some(value) = field.get("default") {
                    inner.details.push(Detail { label: "default", values: vec![value_text(value)] });
                }
                shape.fields.push(Field {
                    place: Some(field.span),
                    mark: Some(Mark::new("property", inside)),
                    name,
                    required: field.get("default").is_none(),
                    description: text_at(field, "doc").or(own),
                    shape: inner,
                    arguments: Vec::new(),
                    examples: Vec::new(),
                });
            }
        }
        _ => {}
    }
    shape
}
