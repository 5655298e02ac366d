//! What OpenAPI and AsyncAPI ask of a definition and what a reference alone would not miss: a version that exists,
//! something to describe, names that are defined.
//!
//! Only what breaks a definition is reported; taste is not.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::api::model::Text;
use crate::api::source::{DocId, Files, text_at};
use crate::diag::{Diagnostic, codes};
use crate::text::{self, Span};
use crate::yaml::{Entry, Map, Node, Value};

/// The methods that an operation may have.
pub(super) const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Keys of a path beside its methods.
const PATH_KEYS: &[&str] = &["$ref", "summary", "description", "servers", "parameters", "additionalOperations"];
/// Where a parameter may be.
const PLACES: &[&str] = &["path", "query", "header", "cookie", "formData", "body", "querystring"];

fn problem(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(codes::INVALID_API_DEFINITION, span, message)
}

/// Returns where a mapping begins: its first key.
fn start(node: &Node) -> Span {
    node.as_map().and_then(|map| map.entries().first()).map_or(node.span, |entry| entry.key_span)
}

fn entries<'n>(node: &'n Node, key: &str) -> &'n [Entry] {
    node.get(key).and_then(Node::as_map).map_or(&[], Map::entries)
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_seq).unwrap_or(&[])
}

/// Checks `info` and the version of what is described.
fn info(files: &mut Files<'_>, root: &Node) {
    let Some(info) = root.get("info") else {
        files.report(problem(start(root), "`info` is missing").help("write `info` with a `title` and a `version`"));
        return;
    };
    if info.as_map().is_none() {
        if info.is_null() {
            files.report(problem(info.span, "`info` is empty").help("write a `title` and a `version` below it"));
        }
        return;
    }
    for key in ["title", "version"] {
        if text_at(info, key).is_none() {
            let place =
                info.as_map().and_then(|map| map.entry(key)).map_or_else(|| start(info), |entry| entry.key_span);
            files.report(problem(place, format!("`info` has no `{key}`")).help(format!("write `{key}` below `info`")));
        }
    }
}

/// Checks the field that says which version of the format a definition is written in.
fn version(files: &mut Files<'_>, root: &Node, key: &str, format: &str, known: fn(&str) -> bool, usual: &str) {
    let Some(entry) = root.as_map().and_then(|map| map.entry(key)) else {
        let near = root.as_map().and_then(|map| {
            text::nearest(key, map.entries().iter().map(|entry| &*entry.key)).map(|near| map.entry(near))
        });
        let place = near.flatten().map_or_else(|| start(root), |entry| entry.key_span);
        let found =
            problem(place, format!("`{key}` is missing, which says that this is {format}, and of which version"));
        files.report(found.help(format!("begin the definition with `{key}: {usual}`")));
        return;
    };
    match &entry.value.value {
        Value::Str(version) if known(version.trim()) => {}
        Value::Str(version) => {
            let found =
                problem(entry.value.span, format!("there is no {format} {version}")).label("read as well as it can be");
            files.report(found.help(format!("write a version that exists, such as `{key}: {usual}`")));
        }
        Value::Int(_) | Value::Float(_) => {
            let found = problem(entry.value.span, format!("the version of {format} is a number here, not a text"));
            files.report(found.help(format!(
                "write all of it, in quotation marks, such as `{key}: \"{}\"`",
                usual.trim_matches('"')
            )));
        }
        _ => files.wrong(&entry.value, &format!("`{key}`"), "a text"),
    }
}

fn numbered(version: &str, major: &str) -> bool {
    let plain = version.split(['-', '+']).next().unwrap_or(version);
    let mut parts = plain.split('.');
    parts.next() == Some(major)
        && parts.clone().count() == 2
        && parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Checks an OpenAPI definition.
pub(super) fn openapi(files: &mut Files<'_>, root: &Node) {
    let two = root.get("swagger").is_some();
    if two {
        version(files, root, "swagger", "OpenAPI", |version| version == "2.0", "\"2.0\"");
    } else {
        version(files, root, "openapi", "OpenAPI", |version| numbered(version, "3"), "3.1.0");
    }
    info(files, root);
    let three_one = !two && !text_at(root, "openapi").is_some_and(|version| version.starts_with("3.0"));
    let others: &[&str] = if three_one { &["webhooks", "components"] } else { &[] };
    let schemas = if two { root.get("definitions") } else { root.get("components") };
    match root.as_map().and_then(|map| map.entry("paths")) {
        None if others.iter().all(|key| root.get(key).is_none()) => {
            let near = root.as_map().and_then(|map| {
                text::nearest("paths", map.entries().iter().map(|entry| &*entry.key)).and_then(|near| map.entry(near))
            });
            let place = near.map_or_else(|| start(root), |entry| entry.key_span);
            let found = problem(place, "`paths` is missing").label("so there are no operations");
            files.report(found.help("write `paths` with the operations, or `paths: {}` if there are only schemas"));
        }
        Some(entry)
            if entry.value.is_null()
                || (entry.value.as_map().is_some_and(|map| map.entries().is_empty())
                    && schemas.is_none()
                    && root.get("webhooks").is_none()) =>
        {
            let found = problem(entry.key_span, "`paths` is empty").label("so there are no operations");
            files.report(found.help("write the operations below it"));
        }
        _ => {}
    }
    let schemes = if two { "securityDefinitions" } else { "securitySchemes" };
    let schemes = if two { root.get(schemes) } else { root.get("components").and_then(|it| it.get(schemes)) };
    let mut check = Operations { files, schemes, two, three_one, ids: HashMap::new(), unknown: BTreeSet::new() };
    check.security(root);
    check.paths(root);
}

struct Operations<'f, 'w, 'n> {
    files: &'f mut Files<'w>,
    schemes: Option<&'n Node>,
    two: bool,
    three_one: bool,
    ids: HashMap<Text, Span>,
    /// Security schemes that were reported.
    unknown: BTreeSet<Text>,
}

impl Operations<'_, '_, '_> {
    fn security(&mut self, node: &Node) {
        for need in items(node, "security") {
            for entry in need.as_map().map_or(&[][..], Map::entries) {
                let known = self.schemes.is_some_and(|schemes| schemes.get(&entry.key).is_some());
                if known || !self.unknown.insert(Arc::clone(&entry.key)) {
                    continue;
                }
                let names = self.schemes.and_then(Node::as_map).map_or(&[][..], Map::entries);
                let near = text::nearest(&entry.key, names.iter().map(|entry| &*entry.key));
                let place = if self.two { "securityDefinitions" } else { "components.securitySchemes" };
                let help =
                    near.map_or_else(|| format!("define it in `{place}`"), |near| format!("did you mean `{near}`?"));
                let message = format!("the security scheme `{}` is not defined", entry.key);
                self.files.report(problem(entry.key_span, message).help(help));
            }
        }
    }

    fn paths(&mut self, root: &Node) {
        for entry in entries(root, "paths").iter().filter(|entry| !entry.key.starts_with("x-")) {
            if !entry.key.starts_with('/') {
                let found = problem(entry.key_span, format!("the path `{}` does not begin with `/`", entry.key));
                self.files.report(found.help(format!("write `/{}`", entry.key)));
            }
            let Some(found) = self.files.resolve(&entry.value, 0) else { continue };
            let (item, doc) = (&found.node, found.doc);
            for key in item.as_map().map_or(&[][..], Map::entries) {
                let name = &*key.key;
                if METHODS.contains(&name) || PATH_KEYS.contains(&name) || name.starts_with("x-") {
                    continue;
                }
                let near = text::nearest(&name.to_lowercase(), METHODS.iter().copied());
                let found = problem(key.key_span, format!("`{name}` is no method of HTTP, and no field of a path"));
                self.files.report(match near {
                    Some(near) => found.help(format!("did you mean `{near}`?")),
                    None => found.help("write the methods in lower case: `get`, `put`, `post`, `delete`, `patch`"),
                });
            }
            let shared = self.parameters(items(item, "parameters"), doc);
            for method in METHODS {
                let Some(key) = item.as_map().and_then(|map| map.entry(method)) else { continue };
                let Some(operation) = self.files.resolve(&key.value, doc) else { continue };
                if operation.node.as_map().is_some() {
                    self.operation(method, entry, key, &operation.node, operation.doc, &shared);
                }
            }
        }
    }

    fn operation(&mut self, method: &str, path: &Entry, key: &Entry, node: &Node, doc: DocId, shared: &[Text]) {
        if let Some(id) = node.get("operationId")
            && let Some(name) = id.as_str()
        {
            match self.ids.get(name).copied() {
                None => {
                    self.ids.insert(name.into(), id.span);
                }
                Some(first) if first != id.span => {
                    let found = problem(id.span, format!("two operations have the id `{name}`"));
                    self.files.report(found.also(first, "the other one").help("give each operation an id of its own"));
                }
                Some(_) => {}
            }
        }
        if node.get("responses").is_none() && !self.three_one {
            let found = problem(key.key_span, format!("`{method} {}` has no `responses`", path.key));
            self.files.report(found.help("write `responses` with at least one status below it"));
        }
        self.security(node);
        let own = self.parameters(items(node, "parameters"), doc);
        let template: &str = path.key.split(['?', '#']).next().unwrap_or_default();
        for name in braces(template) {
            if !own.iter().chain(shared).any(|other| &**other == name) {
                let message = format!("the parameter `{name}` of the path is not described by `{method}`");
                let found = problem(path.key_span, message);
                self.files.report(found.help(format!("add a parameter with `name: {name}` and `in: path`")));
            }
        }
    }

    /// Checks parameters; returns the names of those in the path.
    fn parameters(&mut self, parameters: &[Node], doc: DocId) -> Vec<Text> {
        let mut names = Vec::new();
        for written in parameters {
            let Some(found) = self.files.resolve(written, doc) else { continue };
            let node = &found.node;
            if node.as_map().is_none() {
                continue;
            }
            let name = text_at(node, "name");
            let Some(place) = text_at(node, "in") else {
                let shown = name.as_deref().map(|name| format!(" `{name}`")).unwrap_or_default();
                let found = problem(start(node), format!("the parameter{shown} does not say where it is"));
                self.files.report(found.help("write `in: path`, `in: query`, `in: header` or `in: cookie`"));
                continue;
            };
            if !PLACES.contains(&&*place) {
                let at = node.get("in").map_or(node.span, |at| at.span);
                let found = problem(at, format!("a parameter cannot be in `{place}`"));
                self.files.report(match text::nearest(&place, PLACES.iter().copied()) {
                    Some(near) => found.help(format!("did you mean `{near}`?")),
                    None => found.help("write `path`, `query`, `header` or `cookie`"),
                });
            }
            match name {
                None => {
                    let found = problem(start(node), "a parameter has no `name`");
                    self.files.report(found.help("write `name`"));
                }
                Some(name) if &*place == "path" => names.push(name),
                Some(_) => {}
            }
        }
        names
    }
}

/// Returns the names in braces of a path.
fn braces(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .filter(|name| !name.is_empty())
}

/// Checks an AsyncAPI definition.
pub(super) fn asyncapi(files: &mut Files<'_>, root: &Node, three: bool) {
    version(files, root, "asyncapi", "AsyncAPI", |version| numbered(version, "2") || numbered(version, "3"), "3.0.0");
    info(files, root);
    let channels = root.as_map().and_then(|map| map.entry("channels"));
    let there = entries(root, "channels");
    let others = entries(root, "operations").len()
        + root.get("components").and_then(Node::as_map).map_or(0, |map| map.entries().len());
    match channels {
        None if !three || others == 0 => {
            let found = problem(start(root), "`channels` is missing").label("so there is nothing to send or receive");
            files.report(found.help("write `channels` with the channels and their messages"));
        }
        Some(entry) if there.is_empty() && others == 0 && (entry.value.is_null() || entry.value.as_map().is_some()) => {
            let found = problem(entry.key_span, "`channels` is empty").label("so there is nothing to send or receive");
            files.report(found.help("write the channels below it"));
        }
        _ => {}
    }
    if three { operations_of_three(files, root) } else { channels_of_two(files, root) }
}

fn channels_of_two(files: &mut Files<'_>, root: &Node) {
    let servers: Vec<&str> = entries(root, "servers").iter().map(|entry| &*entry.key).collect();
    for entry in entries(root, "channels") {
        let Some(found) = files.resolve(&entry.value, 0) else { continue };
        for server in items(&found.node, "servers") {
            if let Some(name) = server.as_str().filter(|name| !servers.contains(name)) {
                let found = problem(server.span, format!("the server `{name}` is not defined"));
                files.report(match text::nearest(name, servers.iter().copied()) {
                    Some(near) => found.help(format!("did you mean `{near}`?")),
                    None => found.help("define it in `servers`"),
                });
            }
        }
        for action in ["publish", "subscribe"] {
            let Some(key) = found.node.as_map().and_then(|map| map.entry(action)) else { continue };
            let Some(operation) = files.resolve(&key.value, found.doc) else { continue };
            let node = &operation.node;
            if node.as_map().is_some() && node.get("message").is_none() && node.get("traits").is_none() {
                let found = problem(key.key_span, format!("`{action}` of `{}` has no message", entry.key));
                files.report(found.help("write `message` below it"));
            }
        }
    }
}

fn operations_of_three(files: &mut Files<'_>, root: &Node) {
    for entry in entries(root, "operations") {
        let Some(found) = files.resolve(&entry.value, 0) else { continue };
        let node = &found.node;
        if node.as_map().is_none() {
            continue;
        }
        match node.get("action") {
            Some(action) if matches!(action.as_str(), Some("send" | "receive")) => {}
            Some(action) => {
                let written = action.as_str().unwrap_or_default();
                let found = problem(action.span, format!("`{written}` is no action"));
                files.report(found.help("write `send` or `receive`: what this application does"));
            }
            None => {
                let found = problem(entry.key_span, format!("the operation `{}` has no `action`", entry.key));
                files.report(found.help("write `action: send` or `action: receive`"));
            }
        }
        let Some(channel) = node.get("channel") else {
            let found = problem(entry.key_span, format!("the operation `{}` has no `channel`", entry.key));
            files.report(found.help("write `channel` with a `$ref` to one of the `channels`"));
            continue;
        };
        let Some(channel) = files.resolve(channel, found.doc) else { continue };
        // What is sent is what the channel carries, or some of it.
        let carried: Vec<(Span, Option<Span>)> = entries(&channel.node, "messages")
            .iter()
            .map(|entry| (entry.value.span, files.resolve(&entry.value, channel.doc).map(|found| found.node.span)))
            .collect();
        let messages = items(node, "messages");
        for message in messages {
            let Some(other) = files.resolve(message, found.doc) else { continue };
            let known = carried.iter().any(|(own, end)| *own == other.node.span || *end == Some(other.node.span));
            if !known && message.get("$ref").is_some() {
                let name = message.get("$ref").and_then(Node::as_str).unwrap_or_default();
                let at = message.get("$ref").map_or(message.span, |at| at.span);
                let found = problem(at, format!("`{name}` is no message of the channel"));
                files.report(found.help("add it to the `messages` of the channel, and refer to it there"));
            }
        }
    }
}
