//! The files of one definition: reading them, and following references among them.
//!
//! A reference is relative to the file it is in and never leaves its repository; nothing is fetched. Each is reported
//! once, where it is.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::syntax;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{self, FileId, Span};
use crate::workspace::{LocateError, ReadError, Workspace};
use crate::yaml::{self, Map, Node, Value};

/// How many files a definition may have.
const MAX_FILES: usize = 10_000;
/// How many references may lead to the next one.
const MAX_STEPS: usize = 40;

/// A file of the definition, by the order of reading; the root is 0.
pub(super) type DocId = usize;

/// A value that a reference led to.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) node: Node,
    pub(super) doc: DocId,
    /// Every place on the way, first to last: file and pointer.
    pub(super) way: Vec<(DocId, Arc<str>)>,
}

struct Doc {
    file: FileId,
    root: Option<Node>,
}

/// The files of one definition.
pub(super) struct Files<'a> {
    workspace: &'a Workspace,
    docs: Vec<Doc>,
    by_file: HashMap<FileId, DocId>,
    /// What addresses lead to that are within the root.
    by_id: HashMap<String, Option<DocId>>,
    pointers: HashMap<(DocId, Arc<str>), Option<Node>>,
    reported: HashSet<(Span, String)>,
    /// Whether what is beside `$ref` in a schema counts.
    pub(super) siblings: bool,
    length: usize,
    /// How many names may still be compared for dangling references.
    comparisons: usize,
    pub(super) problems: Diagnostics,
}

impl<'a> Files<'a> {
    /// Starts with the text of the root, which is in `file`. `inline` says whether it is a part of that.
    pub(super) fn new(workspace: &'a Workspace, file: FileId, text: &str, inline: bool) -> Self {
        let mut files = Self {
            workspace,
            docs: Vec::new(),
            by_file: HashMap::new(),
            by_id: HashMap::new(),
            pointers: HashMap::new(),
            reported: HashSet::new(),
            siblings: false,
            length: 0,
            comparisons: 3_000_000,
            problems: Diagnostics::new(),
        };
        files.add(file, text, inline);
        files
    }

    fn add(&mut self, file: FileId, text: &str, inline: bool) -> DocId {
        self.length += text.len();
        let (root, mut problems) = yaml::read(file, text);
        let path = self.workspace.path(file);
        // Faults of JSON are described in the terms of JSON.
        if syntax::is_json(if inline { "" } else { &path }, text)
            && !text.trim().is_empty()
            && let Some(fault) = syntax::json(file, text)
        {
            problems.retain(|problem| problem.code != codes::YAML_SYNTAX);
            problems.insert(0, fault);
        }
        // What the tree could not be read for counts once, however many references lead there.
        self.problems.extend(problems);
        let id = self.docs.len();
        self.docs.push(Doc { file, root });
        self.by_file.insert(file, id);
        id
    }

    pub(super) fn root(&self) -> Option<Node> {
        self.docs.first()?.root.clone()
    }

    /// Returns whether nothing was wrong with the syntax so far: what is missing then was never written.
    pub(super) fn are_whole(&self) -> bool {
        self.problems.iter().all(|problem| [codes::DUPLICATE_KEY, codes::NOT_UTF8].contains(&problem.code))
    }

    /// Returns how many files were read.
    pub(super) fn count(&self) -> usize {
        self.by_file.len()
    }

    /// Returns how many bytes they have.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Returns the path of a file as reports show it.
    pub(super) fn path(&self, doc: DocId) -> Arc<str> {
        self.docs.get(doc).map_or_else(|| "".into(), |doc| self.workspace.path(doc.file))
    }

    /// Reports a problem of a value, once for each place.
    pub(super) fn report(&mut self, problem: Diagnostic) {
        if self.reported.insert((problem.span(), problem.message.clone())) {
            self.problems.push(problem);
        }
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong(&mut self, node: &Node, what: &str, wanted: &str) {
        let problem = Diagnostic::new(
            codes::INVALID_API_DEFINITION,
            node.span,
            format!("{what} must be {wanted}, not {}", node.kind_name()),
        )
        .label("left out of the reference")
        .help(format!("write {wanted}"));
        self.report(problem);
    }

    /// Returns the mapping, or reports that there is none.
    pub(super) fn map<'n>(&mut self, node: Option<&'n Node>, what: &str) -> Option<&'n Map> {
        let node = node?;
        if node.as_map().is_none() && !node.is_null() {
            self.wrong(node, what, "a mapping");
        }
        node.as_map()
    }

    /// Returns the items, or reports that there are none.
    pub(super) fn list<'n>(&mut self, node: Option<&'n Node>, what: &str) -> &'n [Node] {
        let Some(node) = node else { return &[] };
        if node.as_seq().is_none() && !node.is_null() {
            self.wrong(node, what, "a list");
        }
        node.as_seq().unwrap_or(&[])
    }

    /// Follows `$ref` as long as there is one. `None` if it dangles, which is reported.
    pub(super) fn resolve(&mut self, node: &Node, doc: DocId) -> Option<Found> {
        let mut found = Found { node: node.clone(), doc, way: Vec::new() };
        for _ in 0..MAX_STEPS {
            let Some(at) = found.node.get("$ref").filter(|at| at.as_str().is_some()).cloned() else {
                return Some(found);
            };
            let (next, doc, pointer) = self.follow(&at, found.doc)?;
            if found.way.iter().any(|(seen, place)| *seen == doc && *place == pointer) {
                self.circle(&at);
                return None;
            }
            found.node = next;
            found.doc = doc;
            found.way.push((doc, pointer));
        }
        None
    }

    fn circle(&mut self, at: &Node) {
        let target = at.as_str().unwrap_or_default();
        self.report(
            Diagnostic::new(codes::CIRCULAR_REF, at.span, format!("`{target}` leads back to itself"))
                .label("never gets to a value")
                .help("let it lead to a definition"),
        );
    }

    /// Follows one reference, the text node `at`.
    pub(super) fn follow(&mut self, at: &Node, doc: DocId) -> Option<(Node, DocId, Arc<str>)> {
        let target = at.as_str()?;
        if target.trim().is_empty() {
            let problem = Diagnostic::new(codes::BROKEN_REF, at.span, "a `$ref` is empty");
            self.report(problem.label("it names nothing").help("write what it refers to, such as `#/components/…`"));
            return None;
        }
        let (name, fragment) = target.split_once('#').unwrap_or((target, ""));
        let other =
            if name.is_empty() { doc } else { self.open(&percent_decode_str(name).decode_utf8_lossy(), doc, at.span)? };
        let fragment = percent_decode_str(fragment).decode_utf8_lossy();
        let pointer: Arc<str> = fragment.trim_end_matches('/').into();
        let key = (other, Arc::clone(&pointer));
        if !self.pointers.contains_key(&key) {
            let root = self.docs[other].root.as_ref();
            let node = match root {
                Some(root) if !pointer.is_empty() && !pointer.starts_with('/') => named(root, &pointer),
                root => root.and_then(|root| lookup(root, &pointer)).cloned(),
            };
            self.pointers.insert(key.clone(), node);
        }
        match self.pointers.get(&key) {
            Some(Some(node)) => Some((node.clone(), other, pointer)),
            _ => {
                // A file that cannot be read has been reported, and says nothing about what would be in it.
                if self.docs[other].root.is_some() || other == 0 {
                    self.dangling(at, other, &pointer);
                }
                None
            }
        }
    }

    fn dangling(&mut self, at: &Node, doc: DocId, pointer: &str) {
        let target = at.as_str().unwrap_or_default();
        let (parent, last) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        let last = unescape(last);
        let near =
            self.docs[doc].root.as_ref().and_then(|root| lookup(root, parent)).and_then(Node::as_map).and_then(|map| {
                self.comparisons = self.comparisons.checked_sub(map.entries().len())?;
                let keys = map.entries().iter().map(|entry| &*entry.key);
                text::nearest(&last, keys).map(str::to_owned)
            });
        let problem = Diagnostic::new(codes::BROKEN_REF, at.span, format!("`{target}` leads nowhere"))
            .label("there is nothing of this name");
        self.report(match near {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("mend the reference, or define what it names"),
        });
    }

    fn open(&mut self, name: &str, from: DocId, at: Span) -> Option<DocId> {
        if name.contains("://") || name.starts_with("//") {
            if let Some(known) = self.identified(name) {
                return Some(known);
            }
            let problem = if name.starts_with("file:") {
                Diagnostic::new(codes::BROKEN_REF, at, format!("`{name}` cannot be read: it is not in the repository"))
                    .help("write the path of a file of this repository, relative to this one")
            } else {
                Diagnostic::new(codes::REF_NOT_LOCAL, at, format!("`{name}` is on another host"))
                    .label("left out: nothing is fetched while building")
                    .help("copy the file into the repository, and name the copy")
            };
            self.report(problem);
            return None;
        }
        let file = match self.workspace.locate(self.docs[from].file, name) {
            Ok(file) => file,
            Err(error) => {
                let help = match error {
                    LocateError::OutsideRepository => "copy the file into the repository, and name the copy",
                    _ => "write the path of a file of this repository, relative to this one",
                };
                self.report(
                    Diagnostic::new(codes::BROKEN_REF, at, format!("`{name}` cannot be read: {error}")).help(help),
                );
                return None;
            }
        };
        if let Some(known) = self.by_file.get(&file) {
            return Some(*known);
        }
        if self.docs.len() >= MAX_FILES {
            return None;
        }
        match self.workspace.decoded(file, self.workspace.config().limits.definition_file) {
            Ok(decoded) => {
                self.problems.extend(decoded.problem(file));
                let text = &decoded.text;
                Some(self.add(file, &without_mark(text, true), false))
            }
            Err(error) => {
                let code = match error {
                    ReadError::TooLarge { .. } => codes::FILE_TOO_LARGE,
                    ReadError::NotUtf8 { .. } => codes::NOT_UTF8,
                    ReadError::Unreadable(_) => codes::UNREADABLE_FILE,
                };
                self.report(Diagnostic::new(code, at, format!("`{name}` cannot be read: {error}")));
                None
            }
        }
    }

    /// Reads the file that an example names for its value; `None` if it is on another host.
    pub(super) fn external(&mut self, at: &Node, doc: DocId) -> Option<Arc<str>> {
        let name = at.as_str().filter(|name| !name.contains("://") && !name.starts_with("//"))?;
        let found = self.workspace.locate(self.docs[doc].file, &percent_decode_str(name).decode_utf8_lossy());
        let text = match found {
            Ok(file) => {
                let limit = self.workspace.config().limits.definition_file;
                self.workspace.decoded(file, limit).ok().map(|decoded| decoded.text)
            }
            Err(_) => None,
        };
        if text.is_none() {
            let problem = Diagnostic::new(codes::BROKEN_REF, at.span, format!("`{name}` cannot be read"))
                .label("the example has no value")
                .help("write the path of a file of this repository, relative to this one, or a whole address");
            self.report(problem);
        }
        text
    }

    /// Finds the part of the root that goes by this address, as `$id` says, and makes it a document of its own.
    fn identified(&mut self, name: &str) -> Option<DocId> {
        if let Some(known) = self.by_id.get(name) {
            return *known;
        }
        let root = self.root();
        let is = |map: &Map| map.get("$id").and_then(Node::as_str).is_some_and(|id| id.trim_end_matches('#') == name);
        let found = root.as_ref().and_then(|root| search(root, is));
        let known = found.map(|node| {
            let file = self.docs[0].file;
            self.docs.push(Doc { file, root: Some(node) });
            self.docs.len() - 1
        });
        self.by_id.insert(name.to_owned(), known);
        known
    }

    /// Follows every reference of the root that nothing has followed yet, so that broken ones in parts that are not
    /// used are found too.
    pub(super) fn sweep(&mut self) {
        let Some(root) = self.root() else { return };
        // Whether the keys of a mapping are names that the author chose.
        let mut open = vec![(root, false)];
        while let Some((node, named)) = open.pop() {
            match &node.value {
                Value::Map(map) => {
                    match map.get("$ref") {
                        Some(at) if at.as_str().is_some() => {
                            self.resolve(&node, 0);
                        }
                        Some(at) if !named && at.as_map().is_none() => {
                            let found = format!("a `$ref` must be a text, not {}", at.kind_name());
                            let problem = Diagnostic::new(codes::BROKEN_REF, at.span, found);
                            self.report(problem.label("it names nothing").help("write what it refers to"));
                        }
                        _ => {}
                    }
                    let mapping = map.get("discriminator").filter(|_| !named).and_then(|it| it.get("mapping"));
                    for entry in mapping.and_then(Node::as_map).map_or(&[][..], Map::entries) {
                        if entry.value.as_str().is_some_and(|to| to.contains("#/")) {
                            self.follow(&entry.value, 0);
                        }
                    }
                    for entry in map.entries() {
                        // What an author shows as data may look like a reference and is none.
                        let data =
                            matches!(&*entry.key, "example" | "examples" | "default" | "enum" | "const" | "value");
                        if !data && !entry.key.starts_with("x-") {
                            let names = !named && matches!(&*entry.key, "properties" | "patternProperties");
                            open.push((entry.value.clone(), names));
                        }
                    }
                }
                Value::Seq(items) => open.extend(items.iter().map(|item| (item.clone(), false))),
                _ => {}
            }
        }
    }
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// Finds the schema with an anchor of this name.
fn named(root: &Node, anchor: &str) -> Option<Node> {
    search(root, |map| {
        let is = |key: &str| map.get(key).and_then(Node::as_str) == Some(anchor);
        is("$anchor") || is("$dynamicAnchor")
    })
}

/// Finds the first mapping, from the outermost inwards, that `wanted` says.
fn search(root: &Node, wanted: impl Fn(&Map) -> bool) -> Option<Node> {
    let mut open = VecDeque::from([root]);
    while let Some(node) = open.pop_front() {
        match &node.value {
            Value::Map(map) => {
                if wanted(map) {
                    return Some(node.clone());
                }
                open.extend(map.entries().iter().map(|entry| &entry.value));
            }
            Value::Seq(items) => open.extend(items.iter()),
            _ => {}
        }
    }
    None
}

fn lookup<'n>(root: &'n Node, pointer: &str) -> Option<&'n Node> {
    pointer.split('/').skip(1).try_fold(root, |at, part| {
        let part = unescape(part);
        match at.as_seq() {
            Some(items) => items.get(part.parse::<usize>().ok()?),
            None => at.get(&part),
        }
    })
}

/// Returns a text, or a number or truth value as a text.
pub(super) fn text_of(node: &Node) -> Option<Arc<str>> {
    match &node.value {
        Value::Str(text) => Some(Arc::clone(text)),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => Some(yaml::scalar_text(node).into()),
        _ => None,
    }
}

/// Returns the text of a field, trimmed of nothing, if it says anything.
pub(super) fn text_at(node: &Node, key: &str) -> Option<Arc<str>> {
    node.get(key).and_then(text_of).filter(|text| !text.trim().is_empty())
}

/// Returns whether a field is true.
pub(super) fn flag(node: &Node, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool).unwrap_or(false)
}

/// Returns a text whose byte order mark, if it has one, is in the way of no parser. Every other byte stays at its place,
/// as findings point into the file. `is_tree` says that the text is YAML or JSON.
pub(super) fn without_mark(text: &str, is_tree: bool) -> Cow<'_, str> {
    match text.strip_prefix('\u{feff}') {
        // Spaces before a line of YAML would be its indentation; the parser of YAML knows the mark.
        Some(rest) if !is_tree || rest.trim_start().starts_with(['{', '[']) => Cow::Owned(format!("   {rest}")),
        _ => Cow::Borrowed(text),
    }
}
