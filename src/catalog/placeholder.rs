//! Placeholders: `$text`, `$json`, `$yaml`, `$openapi` and `$asyncapi`, replaced by the content of files.
//!
//! From CB/processors/PlaceholderProcessor.ts and plugins/catalog-backend-module-openapi. A placeholder is a mapping
//! with exactly one key that is one of these words; anything else is left as it is.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::bundle;
use super::unreadable::read_problem;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{self, FileId, Span};
use crate::workspace::{LocateError, UrlTarget, Workspace};
use crate::yaml::{self, Entry, Map, Node, Value};

const WORDS: &[&str] = &["$text", "$json", "$yaml", "$openapi", "$asyncapi"];

/// An entity with its placeholders replaced.
pub(super) struct Resolved {
    pub(super) node: Node,
    /// Paths, such as `spec.definition`, of values that lie in files which are not at hand; the fields are left out.
    pub(super) elsewhere: Vec<String>,
    /// The file that a placeholder at `spec.definition` names.
    pub(super) definition: Option<FileId>,
}

/// What the placeholders of one catalog file have included: a file may be named by many entities of it.
pub(super) struct Brought {
    files: HashSet<FileId>,
    /// How many bytes of files that were included before may still be included.
    left: usize,
}

/// Maximum number of bytes that the placeholders of one catalog file include repeatedly.
const MAX_AGAIN: usize = 4 << 20;

impl Brought {
    pub(super) fn new() -> Self {
        Self { files: HashSet::new(), left: MAX_AGAIN }
    }

    /// Records that a file is included; returns whether it may be.
    fn may_bring(&mut self, file: FileId, length: usize) -> bool {
        if self.files.insert(file) {
            return true;
        }
        let may = self.left > 0;
        self.left = self.left.saturating_sub(length);
        may
    }
}

/// Replaces the placeholders of one entity.
pub(super) struct Resolver<'a> {
    workspace: &'a Workspace,
    file: FileId,
    out: &'a mut Diagnostics,
    brought: &'a mut Brought,
    elsewhere: Vec<String>,
    definition: Option<FileId>,
}

/// Where a value is: its key, below that of the value it is part of.
struct Trail<'t> {
    above: Option<&'t Self>,
    key: Step<'t>,
}

#[derive(Clone, Copy)]
enum Step<'t> {
    Key(&'t str),
    Item(usize),
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            write!(f, "{above}.")?;
        }
        match self.key {
            Step::Key(key) => f.write_str(key),
            Step::Item(i) => write!(f, "{i}"),
        }
    }
}

/// What a value became.
enum Replaced {
    Unchanged,
    New(Node),
    /// The value is not at hand.
    Gone,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        workspace: &'a Workspace,
        file: FileId,
        brought: &'a mut Brought,
        out: &'a mut Diagnostics,
    ) -> Self {
        Self { workspace, file, out, brought, elsewhere: Vec::new(), definition: None }
    }

    /// Replaces every placeholder of `root`; faults are reported at the placeholder's value.
    pub(super) fn resolve(mut self, root: Node) -> Resolved {
        let node = match self.visit(&root, None) {
            Replaced::New(node) => node,
            Replaced::Unchanged | Replaced::Gone => root,
        };
        Resolved { node, elsewhere: self.elsewhere, definition: self.definition }
    }

    fn visit(&mut self, node: &Node, above: Option<&Trail<'_>>) -> Replaced {
        match &node.value {
            Value::Map(map) => {
                if map.entries().iter().any(|entry| entry.key.starts_with('$')) {
                    return self.placeholder(node, map, above);
                }
                let mut changed: Option<Map> = None;
                for entry in map.entries() {
                    let trail = Trail { above, key: Step::Key(&entry.key) };
                    match self.visit(&entry.value, Some(&trail)) {
                        Replaced::Unchanged => {}
                        Replaced::New(value) => {
                            changed.get_or_insert_with(|| (**map).clone()).set(Entry { value, ..entry.clone() });
                        }
                        Replaced::Gone => {
                            let rest = changed.get_or_insert_with(|| (**map).clone());
                            rest.retain(|other| other.key != entry.key);
                            self.elsewhere.push(trail.to_string());
                        }
                    }
                }
                match changed {
                    Some(map) => Replaced::New(Node { span: node.span, value: Value::Map(Arc::new(map)) }),
                    None => Replaced::Unchanged,
                }
            }
            Value::Seq(items) => {
                let mut changed: Option<Vec<Node>> = None;
                for (i, item) in items.iter().enumerate() {
                    match self.visit(item, Some(&Trail { above, key: Step::Item(i) })) {
                        Replaced::Unchanged => {
                            if let Some(new) = &mut changed {
                                new.push(item.clone());
                            }
                        }
                        Replaced::New(value) => changed.get_or_insert_with(|| items[..i].to_vec()).push(value),
                        Replaced::Gone => {
                            changed.get_or_insert_with(|| items[..i].to_vec());
                        }
                    }
                }
                match changed {
                    Some(new) => Replaced::New(Node { span: node.span, value: Value::Seq(new.into()) }),
                    None => Replaced::Unchanged,
                }
            }
            _ => Replaced::Unchanged,
        }
    }

    fn placeholder(&mut self, node: &Node, map: &Map, at: Option<&Trail<'_>>) -> Replaced {
        let [entry] = map.entries() else { return self.near_miss(map) };
        let word = &*entry.key;
        if !WORDS.contains(&word) {
            return self.near_miss(map);
        }
        let span = entry.value.span;
        let Some(target) = entry.value.as_str() else {
            self.out.push(
                Diagnostic::new(
                    codes::PLACEHOLDER,
                    span,
                    format!("`{word}` must name a file, not {}", entry.value.kind_name()),
                )
                .help("write the path of a file, relative to this one"),
            );
            return Replaced::Gone;
        };
        let Some(file) = self.locate(word, target, span) else { return Replaced::Gone };
        if at.is_some_and(|at| at.to_string() == "spec.definition") {
            self.definition = Some(file);
        }
        let limit = self.workspace.config().limits.definition_file;
        // Whoever reads a definition reports its encoding, and shows it as well as it can be read.
        let shown = word == "$text" && self.definition == Some(file);
        let read = if shown {
            self.workspace.decoded(file, limit).map(|decoded| decoded.text)
        } else {
            self.workspace.text(file, limit)
        };
        let text = match read {
            Ok(text) => text,
            Err(error) => {
                self.out.push(read_problem(&error, word, target, span));
                return Replaced::Gone;
            }
        };
        if !self.brought.may_bring(file, text.len()) {
            let message = format!("`{target}` is left out here: the entities of this file name it too often");
            let problem = Diagnostic::new(codes::PAGE_BUDGET, span, message).label("the value is missing");
            self.out.push(problem.help("name a large file in one entity, and refer to that one"));
            return Replaced::Gone;
        }
        match self.content(word, file, &text, span) {
            Ok(value) => Replaced::New(Node { span: node.span, value }.moved(node.span)),
            Err(problem) => {
                self.out.push(*problem);
                Replaced::Gone
            }
        }
    }

    /// Warns of a mapping that looks like a placeholder; `$ref` and `$schema` belong to other languages.
    fn near_miss(&mut self, map: &Map) -> Replaced {
        let several = map.entries().len() > 1;
        for entry in map.entries() {
            let key = &*entry.key;
            if several && WORDS.contains(&key) {
                self.out.push(
                    Diagnostic::new(
                        codes::UNKNOWN_PLACEHOLDER,
                        entry.key_span,
                        format!("`{key}` is not replaced here"),
                    )
                    .label("a placeholder must be alone in its mapping")
                    .help("remove the other keys"),
                );
            } else if !several
                && key.starts_with('$')
                && !matches!(key, "$ref" | "$schema" | "$id" | "$defs")
                && let Some(near) = text::nearest(key, WORDS.iter().copied())
            {
                self.out.push(
                    Diagnostic::new(codes::UNKNOWN_PLACEHOLDER, entry.key_span, format!("`{key}` is no placeholder"))
                        .label("left as it is")
                        .help(format!("did you mean `{near}`?")),
                );
            }
        }
        Replaced::Unchanged
    }

    fn locate(&mut self, word: &str, target: &str, span: Span) -> Option<FileId> {
        let found = if target.contains("://") {
            match self.workspace.locate_url(target) {
                UrlTarget::Local { folder, path } => self.workspace.locate_in(&folder, &path),
                UrlTarget::Elsewhere => Err(LocateError::NotLocal),
            }
        } else {
            self.workspace.locate(self.file, target)
        };
        match found {
            Ok(file) => Some(file),
            Err(LocateError::NotLocal) => {
                self.out.push(
                    Diagnostic::new(
                        codes::PLACEHOLDER_NOT_LOCAL,
                        span,
                        format!("`{word}` names `{target}`, which is not in a repository that is read"),
                    )
                    .label("left out: nothing is fetched while building")
                    .help("copy the file into the repository, or clone its repository beside this one"),
                );
                None
            }
            Err(error) => {
                self.out.push(
                    Diagnostic::new(codes::PLACEHOLDER, span, format!("`{word}` cannot read `{target}`: {error}"))
                        .help("write the path of a file of this repository, relative to this one; a leading `/` is the root of the repository"),
                );
                None
            }
        }
    }

    fn content(&self, word: &str, file: FileId, text: &Arc<str>, span: Span) -> Result<Value, Box<Diagnostic>> {
        let path = self.workspace.path(file);
        let fault = |what: String| {
            Box::new(Diagnostic::new(codes::PLACEHOLDER, span, format!("`{word}` cannot use `{path}`: {what}")))
        };
        match word {
            "$text" => Ok(Value::Str(Arc::clone(text))),
            "$json" => {
                let value = serde_json::from_str::<serde_json::Value>(text).map_err(|error| {
                    Box::new(
                        fault(format!("it is not JSON: {error}"))
                            .help("mend the file; JSON has no comments and no byte order mark"),
                    )
                })?;
                Ok(yaml::from_json(&value, span).value)
            }
            "$yaml" => {
                let (documents, problems) = yaml::parse(file, text);
                if let Some(problem) = problems.into_iter().next() {
                    return Err(Box::new(
                        fault(problem.message.clone()).also(problem.span(), "the fault is here").help("mend the file"),
                    ));
                }
                match documents.iter().filter(|document| document.root.is_some()).collect::<Vec<_>>()[..] {
                    [document] => Ok(document.root.clone().map_or(Value::Null, |root| root.value)),
                    ref all => Err(Box::new(
                        fault(format!("it holds {} documents, not one", all.len()))
                            .help("leave exactly one document in the file"),
                    )),
                }
            }
            _ => bundle::bundle(self.workspace, file, text, word, span).map(|text| Value::Str(text.into())),
        }
    }
}
