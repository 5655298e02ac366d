//! YAML with positions: a text becomes documents, a document a tree of [`Node`]s with byte spans.
//!
//! Owns the scalar, anchor and duplicate rules of YAML 1.2 core as Backstage's parser applies them (library `yaml` 2,
//! `merge: false`). Knows nothing of entities or configuration.
//!
//! Invariants: reading cannot fail, it reports; one broken document never hides the next; nothing recurses deeper than
//! [`MAX_DEPTH`].

mod documents;
mod json;
mod opened;
mod scalar;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet, hash_map};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

pub(crate) use json::scalar_text;

use self::opened::Opened;
use granit_parser::{ErrorKind, Event, Parser, ScanError};

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};

/// How deep collections may be nested.
pub const MAX_DEPTH: usize = 500;

/// How often aliases may be expanded; the limit of Backstage's parser (`maxAliasCount`).
const MAX_ALIASES: usize = 100;
/// How many values aliases may bring into a document that [`read`] reads: its tools set no limit, memory does.
const MAX_EXPANDED: usize = 1_000_000;

/// One YAML document of a file.
#[derive(Debug, Clone)]
pub struct Document {
    /// The part of the file that the document takes, markers and comments included.
    pub span: Span,
    /// The content; `None` if the document is empty or broken.
    pub root: Option<Node>,
    /// Whether a fault was reported, so that `root` must not be used.
    pub broken: bool,
}

/// A value and where it is. Cheap to clone: collections and texts are shared.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Node {
    /// Where the value is, quotes and brackets included.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A YAML 1.2 core value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits; larger ones are [`Value::Float`].
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Str(Arc<str>),
    /// A list.
    Seq(Arc<[Node]>),
    /// A mapping in the order written.
    Map(Arc<Map>),
}

/// A mapping in the order written; keys are texts, as in JavaScript objects.
#[derive(Debug, Default)]
pub struct Map {
    entries: Vec<Entry>,
    /// Index of the keys of a long mapping, built by the first lookup.
    #[expect(clippy::box_collection, reason = "most mappings are short and pay for the pointer only")]
    places: OnceLock<Box<HashMap<Arc<str>, usize>>>,
}

impl Clone for Map {
    fn clone(&self) -> Self {
        Self::of(self.entries.clone())
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(value) => value.hash(state),
            Self::Int(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Str(text) => text.hash(state),
            Self::Seq(items) => items.hash(state),
            Self::Map(map) => map.entries.hash(state),
        }
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Entry {
    /// The key as text.
    pub key: Arc<str>,
    /// Where the key is.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Map {
    /// Makes a mapping; a later entry of the same key replaces the earlier one in place.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut map = Self::default();
        for entry in entries {
            map.set(entry);
        }
        map
    }

    /// A mapping of entries whose keys differ.
    fn of(entries: Vec<Entry>) -> Self {
        Self { entries, places: OnceLock::new() }
    }

    /// Finds where the entry of `key` is.
    fn place(&self, key: &str) -> Option<usize> {
        const SHORT: usize = 24;
        if self.entries.len() <= SHORT {
            return self.entries.iter().position(|entry| &*entry.key == key);
        }
        let places = self.places.get_or_init(|| {
            // Of two with the same key, the first one is found.
            let places = self.entries.iter().enumerate().rev();
            Box::new(places.map(|(at, entry)| (Arc::clone(&entry.key), at)).collect())
        });
        places.get(key).copied()
    }

    /// Puts an entry, in the place of one with the same key if there is one.
    pub fn set(&mut self, entry: Entry) {
        match self.place(&entry.key) {
            Some(at) => self.entries[at] = entry,
            None => {
                if let Some(places) = self.places.get_mut() {
                    places.insert(Arc::clone(&entry.key), self.entries.len());
                }
                self.entries.push(entry);
            }
        }
    }

    /// Keeps the entries that `keep` says.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
        self.places = OnceLock::new();
    }

    /// Finds the entry of `key` to change it; its key must stay.
    #[must_use]
    pub fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        let at = self.place(key)?;
        self.entries.get_mut(at)
    }

    /// Finds the entry of `key`, which is compared exactly.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.get(self.place(key)?)
    }

    /// Finds the value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the entries in the order written.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Node {
    /// Makes a text node.
    #[must_use]
    pub fn text(span: Span, text: impl Into<Arc<str>>) -> Self {
        Self { span, value: Value::Str(text.into()) }
    }

    /// Returns the text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the mapping, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Returns the mapping to change it, if it is one; it is copied first if others share it.
    #[must_use]
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.value {
            Value::Map(map) => Some(Arc::make_mut(map)),
            _ => None,
        }
    }

    /// Returns the items, if it is a list.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Returns whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// Finds the value of `key`, if this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// Names the type of the value for messages, with its article.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Str(_) => "a text",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Reads the documents of `text`, the whole content of `file`. Never fails; faults are reported.
#[must_use]
pub fn parse(file: FileId, text: &str) -> (Vec<Document>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut documents = Vec::new();
    let quotation = OnceCell::new();
    for range in documents::split(text) {
        let span = Span::new(file, range.start, range.end);
        let (root, problems) = Builder::new(file, range.start).build(&text[range.clone()]);
        match if problems.is_empty() { Ok(root) } else { Err(problems) } {
            Ok(root) => documents.push(Document { span, root: root.filter(|root| !root.is_null()), broken: false }),
            Err(problems) => {
                diagnostics.extend(problems);
                // A quotation that is never closed takes everything that follows with it.
                let swallows =
                    quotation.get_or_init(|| documents::last_quotations(text)).iter().any(|at| range.contains(at));
                let end = if swallows { text.len() } else { range.end };
                documents.push(Document { span: Span::new(file, range.start, end), root: None, broken: true });
                if swallows {
                    break;
                }
            }
        }
    }
    (documents, diagnostics)
}

/// Returns whether collections of `text` are nested so deeply that no reader should be given it: others recurse, or look at
/// every open bracket for each token.
#[must_use]
pub fn is_deep(text: &str) -> bool {
    const SHALLOW: usize = 64;
    let brackets = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    let in_line = |line: &str| {
        let indent = line.len() - line.trim_start_matches(' ').len();
        indent / 2 + line.matches("- ").count() + line.matches("? ").count()
    };
    (brackets > SHALLOW || text.lines().any(|line| in_line(line) > SHALLOW))
        && parse(FileId::new(0), text).1.iter().any(|problem| problem.code == codes::NESTED_TOO_DEEPLY)
}

/// Reads `text` as one document as far as it can be read, with merge keys `<<` merged, as tools for API definitions do.
///
/// A key that occurs twice keeps its first value; what follows a fault of syntax is missing.
#[must_use]
pub fn read(file: FileId, text: &str) -> (Option<Node>, Diagnostics) {
    let Some(range) = documents::split(text).into_iter().next() else { return (None, Diagnostics::new()) };
    let builder = Builder { by_size: true, ..Builder::new(file, range.start) };
    let (root, problems) = builder.build(&text[range.clone()]);
    let not_yaml = problems.iter().any(|problem| problem.code == codes::YAML_SYNTAX);
    if not_yaml && text.trim_start().starts_with(['{', '[']) {
        // JSON may hold what YAML does not allow, such as characters escaped as pairs of surrogates.
        if let Ok(value) = serde_json::from_str(text) {
            return (Some(from_json(&value, Span::new(file, range.start, range.end))), Diagnostics::new());
        }
    }
    let root = root.filter(|root| !root.is_null());
    (if text.contains("<<") { root.map(merged) } else { root }, problems)
}

/// Returns a tree with the mappings of its merge keys in place.
fn merged(node: Node) -> Node {
    let value = match node.value {
        Value::Seq(items) => Value::Seq(items.iter().cloned().map(merged).collect()),
        Value::Map(map) => {
            let mut own = Vec::with_capacity(map.entries.len());
            let mut brought = Vec::new();
            for entry in &map.entries {
                let value = merged(entry.value.clone());
                match (&*entry.key, &value.value) {
                    ("<<", Value::Map(other)) => brought.extend(other.entries.iter().cloned()),
                    ("<<", Value::Seq(others)) => {
                        brought
                            .extend(others.iter().filter_map(Node::as_map).flat_map(|map| map.entries.iter().cloned()));
                    }
                    _ => own.push(Entry { value, ..entry.clone() }),
                }
            }
            let mut seen: HashSet<Arc<str>> = own.iter().map(|entry| Arc::clone(&entry.key)).collect();
            own.extend(brought.into_iter().filter(|entry| seen.insert(Arc::clone(&entry.key))));
            Value::Map(Arc::new(Map::of(own)))
        }
        value => value,
    };
    Node { span: node.span, value }
}

/// An anchored node, and what Backstage's parser counts to stop expansion.
struct Anchor {
    node: Node,
    /// How often it was used, its definition included.
    uses: usize,
    /// The largest product of uses and weight of the aliases inside it; 1 without any.
    weight: usize,
    /// How many values it is.
    size: usize,
}

/// A collection whose end has not been read yet.
struct Open {
    start: usize,
    /// Where the last part read so far ends, in the file.
    end: usize,
    anchor: usize,
    weight: usize,
    size: usize,
    content: Content,
}

enum Content {
    Seq(Vec<Node>),
    Map { entries: Vec<Entry>, seen: Seen, key: Option<(Arc<str>, Span)> },
}

/// The keys of a long mapping; a short one is searched.
#[derive(Default)]
struct Seen(HashMap<Arc<str>, Span>);

impl Seen {
    const SHORT: usize = 16;

    /// Records a key; returns its earlier place, if it is repeated.
    fn add(&mut self, name: &Arc<str>, at: Span, entries: &[Entry]) -> Option<Span> {
        if entries.len() < Self::SHORT {
            return entries.iter().find(|entry| entry.key == *name).map(|entry| entry.key_span);
        }
        if self.0.is_empty() {
            self.0.extend(entries.iter().map(|entry| (Arc::clone(&entry.key), entry.key_span)));
        }
        match self.0.entry(Arc::clone(name)) {
            hash_map::Entry::Occupied(first) => Some(*first.get()),
            hash_map::Entry::Vacant(new) => {
                new.insert(at);
                None
            }
        }
    }
}

/// Builds the tree of one document from the parser's events.
struct Builder {
    file: FileId,
    offset: usize,
    yaml_1_1: bool,
    anchors: HashMap<usize, Anchor>,
    stack: Vec<Open>,
    /// Whether aliases are limited by what they bring, not by how often they are used.
    by_size: bool,
    /// How many values aliases have brought.
    expanded: usize,
    /// How many values the node is that was finished last.
    size: usize,
    problems: Diagnostics,
}

impl Builder {
    fn new(file: FileId, offset: usize) -> Self {
        Self {
            file,
            offset,
            yaml_1_1: false,
            anchors: HashMap::new(),
            stack: Vec::new(),
            by_size: false,
            expanded: 0,
            size: 1,
            problems: Vec::new(),
        }
    }

    fn span(&self, span: &granit_parser::Span, source: &str) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        // Block scalars and block collections run on over trailing blank lines; nobody means those.
        let end = range.start + source.get(range.clone()).map_or(0, |text| text.trim_end().len());
        Span::new(self.file, self.offset + range.start, self.offset + end)
    }

    /// Reads a document; after a fault of syntax, what was read before it.
    fn build(mut self, source: &str) -> (Option<Node>, Diagnostics) {
        let options = granit_parser::options! {
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
            simple_key_max_lookahead: 1024,
        };
        let mut root = None;
        for event in Parser::new_from_str_with_options(source, options) {
            let (event, at) = match event {
                Ok(event) => event,
                Err(error) => {
                    self.problems.push(syntax_error(self.file, self.offset, source, &error));
                    break;
                }
            };
            let span = self.span(&at, source);
            if let Some(open) = self.stack.last_mut()
                && matches!(event, Event::Scalar(..) | Event::Alias(_))
            {
                open.end = open.end.max(span.end as usize);
            }
            let finished = match event {
                Event::DocumentStart(_, version) => {
                    self.yaml_1_1 = version == Some(granit_parser::YamlVersion::new(1, 1));
                    None
                }
                Event::Scalar(text, style, anchor, tag) => {
                    let tag = tag.as_deref();
                    let value = scalar::resolve(&text, style, tag, self.yaml_1_1);
                    self.size = 1;
                    Some(self.finish(Node { span, value }, anchor, 1))
                }
                Event::SequenceStart(_, anchor, _) => {
                    self.open(span, anchor, Content::Seq(Vec::new()));
                    None
                }
                Event::MappingStart(_, anchor, _) => {
                    let content = Content::Map { entries: Vec::new(), seen: Seen::default(), key: None };
                    self.open(span, anchor, content);
                    None
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(span, source),
                Event::Alias(anchor) => match self.alias(anchor, span) {
                    Some(found) => Some(found),
                    None => break,
                },
                _ => None,
            };
            if let Some((node, weight)) = finished {
                match self.stack.last_mut() {
                    Some(open) => {
                        open.weight = open.weight.max(weight);
                        open.size = open.size.saturating_add(self.size);
                        self.add(node);
                    }
                    None => root = Some(node),
                }
            }
        }
        while !self.stack.is_empty() {
            let end = self.stack.last().map_or(0, |open| open.end);
            let Some((node, _)) = self.close(Span::new(self.file, 0, end), source) else { break };
            if self.stack.is_empty() {
                root = Some(node);
            } else {
                self.add(node);
            }
        }
        (root, self.problems)
    }

    fn open(&mut self, span: Span, anchor: usize, content: Content) {
        self.stack.push(Open {
            start: span.start as usize - self.offset,
            end: span.end as usize,
            anchor,
            weight: 1,
            size: 1,
            content,
        });
    }

    fn close(&mut self, end: Span, source: &str) -> Option<(Node, usize)> {
        let open = self.stack.pop()?;
        let value = match open.content {
            Content::Seq(items) => Value::Seq(items.into()),
            Content::Map { entries, .. } => Value::Map(Arc::new(Map::of(entries))),
        };
        // The parser reports the end of a block collection where the next thing starts.
        let flow = source.as_bytes().get(open.start).is_some_and(|byte| matches!(byte, b'[' | b'{'));
        let end = if flow { end.end as usize } else { open.end };
        if let Some(outer) = self.stack.last_mut() {
            outer.end = outer.end.max(end);
        }
        let span = Span::new(self.file, self.offset + open.start, end);
        self.size = open.size;
        Some(self.finish(Node { span, value }, open.anchor, open.weight))
    }

    /// Remembers an anchored node; returns the node with the weight it has for its parent.
    fn finish(&mut self, node: Node, anchor: usize, weight: usize) -> (Node, usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, Anchor { node: node.clone(), uses: 1, weight, size: self.size });
        }
        (node, weight)
    }

    /// Expands an alias, counting as `Alias.toJS` of the library `yaml` does.
    fn alias(&mut self, id: usize, span: Span) -> Option<(Node, usize)> {
        let Some(anchor) = self.anchors.get_mut(&id) else {
            self.problems.push(
                Diagnostic::new(codes::YAML_SYNTAX, span, "an alias is inside the value that it names")
                    .label("this would contain itself")
                    .help("write the value out, or move the anchor to another place"),
            );
            return None;
        };
        anchor.uses += 1;
        let weight = anchor.uses * anchor.weight;
        self.size = anchor.size;
        self.expanded = self.expanded.saturating_add(anchor.size);
        if (weight > MAX_ALIASES && !self.by_size) || self.expanded > MAX_EXPANDED {
            let message = if self.by_size {
                format!("aliases of this document bring more than {MAX_EXPANDED} values")
            } else {
                format!("aliases of this document are expanded more than {MAX_ALIASES} times")
            };
            self.problems.push(
                Diagnostic::new(codes::ALIAS_BOMB, span, message)
                    .label("the limit is passed here")
                    .also(anchor.node.span, "the anchor is defined here")
                    .help("write the value out instead of repeating it by alias"),
            );
            return None;
        }
        Some((anchor.node.clone(), weight))
    }

    /// Puts a finished node into the innermost open collection.
    fn add(&mut self, node: Node) {
        let Some(open) = self.stack.last_mut() else { return };
        match &mut open.content {
            Content::Seq(items) => items.push(node),
            Content::Map { entries, seen, key } => match key.take() {
                None => *key = Some((json::key_text(&node), node.span)),
                Some((name, key_span)) => match seen.add(&name, key_span, entries) {
                    None => entries.push(Entry { key: name, key_span, value: node }),
                    Some(first) => self.problems.push(
                        Diagnostic::new(
                            codes::DUPLICATE_KEY,
                            key_span,
                            format!("the key `{name}` occurs twice in the same mapping"),
                        )
                        .label("repeated here")
                        .also(first, "first set here")
                        .help("remove one of them, or join their values"),
                    ),
                },
            },
        }
    }
}

/// Translates an error of the parser into one for authors.
fn syntax_error(file: FileId, offset: usize, source: &str, error: &ScanError) -> Diagnostic {
    let mut at = error.marker().byte_offset().unwrap_or(0).min(source.len());
    // At the very end there is nothing to point at; the last thing written is where the author looks.
    if source[at..].trim().is_empty() {
        at = source.trim_end().len().saturating_sub(1);
        while !source.is_char_boundary(at) {
            at -= 1;
        }
    }
    let line_start = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
    // The scanner may stop at the end of the line above; the tab is what the author must change.
    if let Some(tab) = tab_indent(&source[line_start..]) {
        let span = Span::new(file, offset + line_start + tab.start, offset + line_start + tab.end);
        return Diagnostic::new(codes::YAML_SYNTAX, span, "a line is indented with a tab")
            .help("indent with spaces; YAML does not allow tabs");
    }
    if !matches!(error.kind(), ErrorKind::RecursionLimitExceeded)
        && let Some((open, what)) = opened::not_closed(source, at)
    {
        let (message, help) = unclosed(what);
        let span = Span::new(file, offset + open, offset + open + 1);
        let problem = Diagnostic::new(codes::YAML_SYNTAX, span, message).label("opened here").help(help);
        let given_up = Span::new(file, offset + at, offset + at);
        let far = source[open..at.max(open)].contains('\n');
        return if far { problem.also(given_up, "what follows makes no sense from here on") } else { problem };
    }
    let line = source[line_start..].lines().next().unwrap_or("");
    let rest = &source[at..];
    let length = rest.lines().next().map_or(0, |text| text.trim_end().len().min(40));
    let length = (0..=length).rev().find(|length| rest.is_char_boundary(*length)).unwrap_or(0);
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let span = Span::new(file, offset + at, offset + at + length.max(first));

    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return Diagnostic::new(
            codes::NESTED_TOO_DEEPLY,
            span,
            format!("collections are nested more than {MAX_DEPTH} deep"),
        )
        .help("flatten the value, or move it to a file of its own");
    }
    if let Some((place, message, help)) = entry_fault(error, source, line_start) {
        let span = Span::new(file, offset + place.start, offset + place.end);
        return Diagnostic::new(codes::YAML_SYNTAX, span, message).help(help);
    }
    let closed = source[line_start..at].trim_end().ends_with([']', '}']);
    if closed && matches!(error.kind(), ErrorKind::ExpectedBlockMappingKey) {
        return Diagnostic::new(codes::YAML_SYNTAX, span, "something follows a closing bracket")
            .help("put the whole value in quotes, or remove what follows the bracket");
    }
    let (message, help) = explain(error, line, rest);
    Diagnostic::new(codes::YAML_SYNTAX, span, message).help(help)
}

/// Says what is not closed, and what to do.
fn unclosed(what: Opened) -> (String, &'static str) {
    match what {
        Opened::Quotation(mark) => (
            format!("the quotation mark `{mark}` is not closed"),
            "close the quotation mark on its line; if it belongs to the text, put the text in quotes of the other kind",
        ),
        Opened::Bracket(open) => (
            format!("the bracket `{open}` is not closed"),
            "close it; if it belongs to the text, put the text in quotes",
        ),
        Opened::Block(sign) => (
            format!("the text below `{sign}` is not indented"),
            "indent each line of the text deeper than the key above it",
        ),
        Opened::BlockHeader(sign) => (
            format!("a text cannot begin on the line of `{sign}`"),
            "begin the text on the next line, indented; or put it in quotes if it is one line",
        ),
    }
}

/// Finds the tab among the spaces that start the first or the second line.
fn tab_indent(text: &str) -> Option<std::ops::Range<usize>> {
    let mut start = 0;
    for line in text.split_inclusive('\n').take(2) {
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        if let Some(tab) = indent.find('\t') {
            return Some(start + tab..start + indent.len());
        }
        start += line.len();
    }
    None
}

/// Finds the entry of a mapping that lacks its colon, or the line that is indented too deep: the parser stops at the colon
/// of the line below, or of the line itself.
fn entry_fault(
    error: &ScanError,
    source: &str,
    line_start: usize,
) -> Option<(std::ops::Range<usize>, &'static str, &'static str)> {
    let line = source[line_start..].lines().next().unwrap_or("");
    if ["<<<<<<< ", "=======", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) {
        return Some((
            line_start..line_start + line.trim_end().len(),
            "this is a mark of an unfinished merge",
            "keep one of the two versions, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`",
        ));
    }
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let has_value = |line: &str| line.contains(": ") || line.trim_end().ends_with(':');
    let without_colon = |start: usize, line: &str| {
        let (from, text) = (start + line.len() - line.trim_start().len(), line.trim());
        let blank_missing = text.find(':').filter(|at| !text[*at..].starts_with("://"));
        match blank_missing {
            Some(at) => (
                from + at..from + at + 1,
                "a space is missing after `:`",
                "write `key: value`; a text with a colon in it needs quotes",
            ),
            None => (
                from..from + text.len(),
                "this line has no `:`",
                "write a key, a colon, a space and the value; indent the line deeper if it belongs to a text above",
            ),
        }
    };
    if matches!(error.kind(), ErrorKind::SimpleKeyExpected) && !has_value(line) && !line.trim().is_empty() {
        return Some(without_colon(line_start, line));
    }
    if !error.info().contains("mapping values are not allowed") || line.matches(": ").count() > 1 {
        return None;
    }
    let is_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut start = line_start;
    let above = source[..line_start].split_inclusive('\n').rev().find(|line| {
        start -= line.len();
        is_content(line)
    })?;
    if !has_value(above) {
        return Some(without_colon(start, above));
    }
    (indent(line) > indent(above) && !above.trim_end().ends_with(':')).then(|| {
        (
            line_start + indent(line)..line_start + line.trim_end().len(),
            "this line is indented deeper than the line above, which has a value already",
            "indent it like the line above; put a text that goes over several lines in quotes",
        )
    })
}

/// Says what is wrong in the author's terms, and what to do.
fn explain(error: &ScanError, line: &str, rest: &str) -> (String, &'static str) {
    use ErrorKind as Kind;
    let said = |text: &str| text.to_owned();
    if rest.starts_with(['@', '`', '%']) {
        let first = rest.chars().next().unwrap_or('@');
        return (format!("a text cannot start with `{first}`"), "put the text in quotes");
    }
    match error.kind() {
        Kind::UnknownAnchor => {
            let name: String =
                rest.chars().take_while(|c| !c.is_whitespace() && !matches!(c, ',' | ']' | '}')).collect();
            (
                format!("`{name}` names no anchor of this document"),
                "define the anchor with `&name` above, in the same document; or put the text in quotes",
            )
        }
        Kind::UnclosedQuotedScalar | Kind::InvalidQuotedScalarIndent | Kind::DocumentIndicatorInQuotedScalar => {
            (said("a quotation mark is not closed"), "close the quotation mark, or double it inside the text")
        }
        Kind::InvalidTrailingSingleQuotedScalar | Kind::InvalidTrailingDoubleQuotedScalar => (
            said("something follows a closing quotation mark"),
            "put the whole value in quotes, and double or escape the marks inside",
        ),
        Kind::UnclosedFlowCollection { open } => {
            (format!("a `{open}` is not closed"), "close the bracket, or put the text in quotes")
        }
        Kind::ExpectedFlowMappingSeparator | Kind::ExpectedFlowSequenceSeparator if line.contains("{{") => {
            (said("an unquoted `{` starts a mapping"), "put the text in quotes")
        }
        Kind::ExpectedFlowMappingSeparator | Kind::ExpectedFlowSequenceSeparator => {
            (said("a comma or a closing bracket is missing"), "separate the items with commas and close the bracket")
        }
        Kind::MisplacedFlowCollectionEnd | Kind::MismatchedFlowCollectionEnd { .. } => {
            (said("a closing bracket is one too many"), "remove it; if it belongs to the text, put the text in quotes")
        }
        _ if rest.starts_with([']', '}']) => {
            (said("a closing bracket is one too many"), "remove it; if it belongs to the text, put the text in quotes")
        }
        Kind::MissingAnchorOrAliasName => {
            (said("`&` and `*` begin the name of an anchor"), "put the text in quotes, or give the anchor a name")
        }
        _ if line.matches(": ").count() > 1 => {
            (said("`: ` inside an unquoted text starts a mapping"), "put the text in quotes")
        }
        _ if error.info().contains("escape") && !error.info().contains("tag") => (
            said("a `\\` in double quotes begins an escape, and this is none"),
            "write `\\\\` for the character itself, or use single quotes",
        ),
        _ if rest.starts_with('\'') || rest.starts_with('"') => (
            said("a quotation mark is not closed, or something follows it"),
            "close the quotation mark, or put the whole value in quotes",
        ),
        Kind::ExpectedBlockMappingKey | Kind::ExpectedBlockSequenceEntry | Kind::InvalidIndentation => (
            said("this line does not fit the lines above"),
            "indent it like its neighbours: keys of one mapping below each other, `-` of one list below each other",
        ),
        _ => {
            let mut info = error.info().trim_end_matches('.').to_owned();
            if let Some(first) = info.get(..1) {
                let lower = first.to_lowercase();
                info.replace_range(..1, &lower);
            }
            (
                format!("this is not YAML: {info}"),
                "indent the line like its neighbours, and put texts with `:`, `#` or brackets in quotes",
            )
        }
    }
}

impl Node {
    /// Returns the same value with every part at `span`, for values that come from another file.
    #[must_use]
    pub fn moved(self, span: Span) -> Self {
        let value = match self.value {
            Value::Seq(items) => Value::Seq(items.iter().map(|item| item.clone().moved(span)).collect()),
            Value::Map(map) => Value::Map(Arc::new(Map::of(
                map.entries
                    .iter()
                    .map(|entry| Entry {
                        key: Arc::clone(&entry.key),
                        key_span: span,
                        value: entry.value.clone().moved(span),
                    })
                    .collect(),
            ))),
            value => value,
        };
        Self { span, value }
    }
}

/// Returns a JSON value as a node, every part at `span`. Numbers that do not fit are rounded as JavaScript does.
#[must_use]
pub fn from_json(value: &serde_json::Value, span: Span) -> Node {
    let value = match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::Str(text.as_str().into()),
        serde_json::Value::Array(items) => Value::Seq(items.iter().map(|item| from_json(item, span)).collect()),
        serde_json::Value::Object(map) => Value::Map(Arc::new(Map::of(
            map.iter()
                .map(|(key, value)| Entry { key: key.as_str().into(), key_span: span, value: from_json(value, span) })
                .collect(),
        ))),
    };
    Node { span, value }
}
