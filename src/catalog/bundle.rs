//! One definition out of several files: `$openapi` and `$asyncapi` pull external `$ref`s in.
//!
//! As Backstage's jsonSchemaRefPlaceholderResolver does, with one difference that its users ask for: a reference is
//! relative to the file it is in, not to the catalog file. What is referred to is put where it is first needed; further
//! references, and references within what was put there, point to that place. So circles need no care.

use std::collections::HashMap;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::unreadable::read_problem;
use crate::diag::{Diagnostic, codes};
use crate::text::{FileId, Span};
use crate::workspace::Workspace;
use crate::yaml::{self, Entry, Map, Node, Value};

/// How many values a bundle may have, so that references cannot multiply without end.
const MAX_VALUES: usize = 2_000_000;
/// How deep a bundle may be nested.
const MAX_DEPTH: usize = 400;

/// Returns the definition in `file` as YAML text with every reference into another file resolved.
///
/// # Errors
/// The problem, at the placeholder, when a file or the value that a reference names is not there.
pub(super) fn bundle(
    workspace: &Workspace,
    file: FileId,
    text: &str,
    word: &str,
    at: Span,
) -> Result<String, Box<Diagnostic>> {
    let mut bundler = Bundler { workspace, word, at, root: file, files: HashMap::new(), placed: Vec::new(), values: 0 };
    let root = bundler.parse(file, text)?;
    bundler.files.insert(file, root.clone());
    let node = bundler.visit(&root, file, &mut Vec::new())?;
    serde_yaml::to_string(&node).map_err(|error| bundler.fault(format!("it cannot be written as YAML: {error}")))
}

/// Returns the definition in `file` as YAML text with every reference into another file resolved, if all of them can be.
#[must_use]
pub(crate) fn bundled(workspace: &Workspace, file: FileId, text: &str) -> Option<String> {
    bundle(workspace, file, text, "$text", Span::whole(file)).ok()
}

struct Bundler<'a> {
    workspace: &'a Workspace,
    word: &'a str,
    at: Span,
    root: FileId,
    files: HashMap<FileId, Node>,
    /// What was put where: file, pointer in it, pointer in the bundle.
    placed: Vec<(FileId, String, String)>,
    values: usize,
}

impl Bundler<'_> {
    fn fault(&self, what: String) -> Box<Diagnostic> {
        let path = self.workspace.path(self.root);
        let message = format!("`{}` cannot put `{path}` together: {what}", self.word);
        Box::new(Diagnostic::new(codes::INVALID_DEFINITION_BUNDLE, self.at, message))
    }

    fn parse(&self, file: FileId, text: &str) -> Result<Node, Box<Diagnostic>> {
        let (documents, problems) = yaml::parse(file, text);
        if let Some(problem) = problems.into_iter().next() {
            let fault = self.fault(format!("{} is not YAML or JSON", self.workspace.path(file)));
            return Err(Box::new(fault.also(problem.span(), problem.message).help("mend the file")));
        }
        documents.into_iter().find_map(|document| document.root).ok_or_else(|| {
            let fault = self.fault(format!("{} is empty", self.workspace.path(file)));
            Box::new(fault.help("write the definition, or name another file"))
        })
    }

    fn visit(&mut self, node: &Node, file: FileId, path: &mut Vec<Arc<str>>) -> Result<Node, Box<Diagnostic>> {
        self.values += 1;
        if self.values > MAX_VALUES || path.len() > MAX_DEPTH {
            return Err(Box::new(
                self.fault("it grows without end".to_owned()).help("look for references that contain each other"),
            ));
        }
        let value = match &node.value {
            Value::Map(map) => match map.get("$ref").and_then(|node| Some((node, node.as_str()?))) {
                Some((at, target)) => return self.reference(map, at, target, file, path, node.span),
                None => {
                    let mut entries = Vec::with_capacity(map.entries().len());
                    for entry in map.entries() {
                        path.push(Arc::clone(&entry.key));
                        let value = self.visit(&entry.value, file, path)?;
                        path.pop();
                        entries.push(Entry { value, ..entry.clone() });
                    }
                    Value::Map(Arc::new(Map::new(entries)))
                }
            },
            Value::Seq(items) => {
                let mut new = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    path.push(i.to_string().into());
                    new.push(self.visit(item, file, path)?);
                    path.pop();
                }
                Value::Seq(new.into())
            }
            value => value.clone(),
        };
        Ok(Node { span: node.span, value })
    }

    fn reference(
        &mut self,
        map: &Map,
        at: &Node,
        target: &str,
        file: FileId,
        path: &mut Vec<Arc<str>>,
        span: Span,
    ) -> Result<Node, Box<Diagnostic>> {
        let (name, pointer) = target.split_once('#').unwrap_or((target, ""));
        // What lies on another host stays a reference; nothing is fetched.
        if name.contains("://") || (name.is_empty() && file == self.root) {
            return Ok(Node { span, value: Value::Map(Arc::new(map.clone())) });
        }
        let other = if name.is_empty() { file } else { self.open(name, file, at.span)? };
        let pointer = decode(pointer);
        if let Some(place) = self.place_of(other, &pointer) {
            return Ok(with_ref(map, at.span, span, &format!("#{place}")));
        }
        let content = self.files.get(&other).cloned();
        let Some(found) = content.as_ref().and_then(|root| lookup(root, &pointer)).cloned() else {
            let fault = self.fault(format!("`{target}` leads nowhere"));
            return Err(Box::new(
                fault
                    .also(at.span, format!("{} has no `{pointer}`", self.workspace.path(other)))
                    .help("mend the reference"),
            ));
        };
        let here: String = path.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect();
        self.placed.push((other, pointer, here));
        let content = self.visit(&found, other, path)?;
        // Fields beside `$ref` win over what it brings, as in OpenAPI 3.1.
        match (&content.value, map.entries().len()) {
            (Value::Map(inner), 2..) => {
                let mut merged = (**inner).clone();
                for entry in map.entries().iter().filter(|entry| &*entry.key != "$ref") {
                    merged.set(entry.clone());
                }
                Ok(Node { span, value: Value::Map(Arc::new(merged)) })
            }
            _ => Ok(content),
        }
    }

    fn open(&mut self, name: &str, from: FileId, at: Span) -> Result<FileId, Box<Diagnostic>> {
        let found = self.workspace.locate(from, name).map_err(|error| {
            let fault = self.fault(format!("`{name}` cannot be read: {error}"));
            Box::new(
                fault
                    .also(at, "named here")
                    .help("write the path of a file of this repository, relative to the file that names it"),
            )
        })?;
        if !self.files.contains_key(&found) {
            let limit = self.workspace.config().limits.definition_file;
            let text = self
                .workspace
                .text(found, limit)
                .map_err(|error| Box::new(read_problem(&error, self.word, name, self.at).also(at, "named here")))?;
            let root = self.parse(found, &text)?;
            self.files.insert(found, root);
        }
        Ok(found)
    }

    /// Returns where in the bundle a value is, if it, or something around it, was put there.
    fn place_of(&self, file: FileId, pointer: &str) -> Option<String> {
        if file == self.root {
            return Some(pointer.to_owned());
        }
        self.placed.iter().find_map(|(placed, from, to)| {
            let rest = pointer.strip_prefix(from.as_str())?;
            (*placed == file && (rest.is_empty() || rest.starts_with('/'))).then(|| format!("{to}{rest}"))
        })
    }
}

fn with_ref(map: &Map, at: Span, span: Span, target: &str) -> Node {
    let mut map = map.clone();
    map.set(Entry { key: "$ref".into(), key_span: at, value: Node::text(at, target) });
    Node { span, value: Value::Map(Arc::new(map)) }
}

/// Undoes the percent encoding of a fragment, and drops a final slash.
fn decode(fragment: &str) -> String {
    percent_decode_str(fragment).decode_utf8_lossy().trim_end_matches('/').to_owned()
}

fn lookup<'a>(root: &'a Node, pointer: &str) -> Option<&'a Node> {
    pointer.split('/').skip(1).try_fold(root, |at, part| {
        let part = part.replace("~1", "/").replace("~0", "~");
        match at.as_seq() {
            Some(items) => items.get(part.parse::<usize>().ok()?),
            None => at.get(&part),
        }
    })
}
