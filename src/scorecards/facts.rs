//! Files of facts: what jobs or people found out about entities, one file a retriever.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::catalog::{Catalog, EntityRef};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::incremental::MemoTable;
use crate::snapshots::time;
use crate::text::{FileId, Span, nearest};
use crate::workspace::Workspace;
use crate::yaml::{self, Map, Node};

/// Retrievers of Tech Insights whose facts are computed here; a file of one of these names adds nothing.
pub(super) const BUILT_IN: &[&str] =
    &["entityOwnershipFactRetriever", "entityMetadataFactRetriever", "techdocsFactRetriever"];

/// Maximum number of findings of one kind per file.
const TOLD: usize = 5;

/// The facts of one retriever.
#[derive(Debug)]
pub struct Retriever {
    /// How conditions call it.
    pub id: String,
    /// Its file.
    pub file: FileId,
    /// When it was so, in seconds since 1970 UTC.
    pub at: Option<i64>,
    /// The facts that it declares, or has of some entity: type and meaning, where they are declared.
    pub declared: BTreeMap<String, (Option<String>, Option<String>)>,
    /// By reference in lower case.
    of: HashMap<String, Node>,
    /// The place of each reference, in the order of the file.
    places: Vec<(Arc<str>, Span)>,
    /// Where the retriever is named.
    named: Span,
}

/// The files that were read, with what is wrong with them.
pub(super) type Memo = MemoTable<FileId, (), (Option<Arc<Retriever>>, Diagnostics)>;

/// The facts of all retrievers.
#[derive(Debug, Default)]
pub struct FactBook {
    /// By id.
    pub retrievers: Vec<Arc<Retriever>>,
}

impl FactBook {
    /// Finds a retriever.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Retriever> {
        self.retrievers.iter().map(|retriever| &**retriever).find(|retriever| retriever.id == id)
    }

    /// Returns when the facts of a file were so.
    #[must_use]
    pub fn at(&self, file: FileId) -> Option<i64> {
        self.retrievers.iter().find(|retriever| retriever.file == file)?.at
    }
}

impl Retriever {
    /// Returns the mapping of an entity's facts.
    #[must_use]
    pub fn of(&self, reference: &str) -> Option<&Node> {
        self.of.get(reference)
    }
}

/// Reads the files of facts.
pub(super) fn read(
    workspace: &Workspace,
    catalog: &Catalog,
    files: &[FileId],
    memo: &Memo,
    problems: &mut Diagnostics,
) -> FactBook {
    let mut retrievers: Vec<Arc<Retriever>> = Vec::new();
    for file in files {
        let read = memo.get(workspace, *file, (), |workspace, _| {
            let mut problems = Diagnostics::new();
            let retriever = file_of(workspace, *file, &mut problems);
            (retriever.map(Arc::new), problems)
        });
        let (retriever, found) = Arc::unwrap_or_clone(read);
        problems.extend(found);
        let Some(retriever) = retriever else { continue };
        strangers(&retriever, catalog, problems);
        let place = |message: String| Diagnostic::new(codes::INVALID_FACTS, retriever.named, message);
        if BUILT_IN.contains(&retriever.id.as_str()) {
            let mut problem = place(format!("the facts of `{}` are computed, so this file adds nothing", retriever.id));
            problem.severity = crate::diag::Severity::Warning;
            problems.push(problem.help("give the retriever another name, or remove the file"));
        } else if let Some(first) = retrievers.iter().find(|other| other.id == retriever.id) {
            let message = format!("there are two files of the retriever `{}`", retriever.id);
            let help = "join the files, or give one of them another `retriever`";
            problems.push(place(message).also(Span::whole(first.file), "the other one").help(help));
        } else {
            retrievers.push(retriever);
        }
    }
    memo.retain(|file| files.contains(file));
    retrievers.sort_by(|a, b| a.id.cmp(&b.id));
    FactBook { retrievers }
}

/// Warns of facts about entities that are not in the catalog.
fn strangers(retriever: &Retriever, catalog: &Catalog, problems: &mut Diagnostics) {
    let mut strangers = retriever.places.iter().filter(|(reference, _)| catalog.find(reference).is_none()).peekable();
    let Some((_, span)) = strangers.peek() else { return };
    let span = *span;
    let names: BTreeSet<&str> = strangers.map(|(name, _)| &**name).collect();
    let more = names.len().saturating_sub(TOLD);
    let mut named = names.iter().take(TOLD).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if more > 0 {
        named = format!("{named}, and {more} more");
    }
    let message = format!("there are facts of entities that do not exist: {named}");
    let mut problem =
        Diagnostic::new(codes::INVALID_FACTS, span, message).help("correct the reference, or remove the facts");
    problem.severity = crate::diag::Severity::Warning;
    problems.push(problem);
}

/// Reads one file.
fn file_of(workspace: &Workspace, file: FileId, problems: &mut Diagnostics) -> Option<Retriever> {
    let text = match workspace.text(file, workspace.config().limits.snapshot) {
        Ok(text) => text,
        Err(error) => {
            problems.push(Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(file), error.to_string()));
            return None;
        }
    };
    let (root, found) = yaml::read(file, &text);
    problems.extend(found);
    let root = root?;
    let invalid = |span, message: &str, help: &str| Diagnostic::new(codes::INVALID_FACTS, span, message).help(help);
    let Some(map) = root.as_map() else {
        problems.push(invalid(
            root.span,
            "a file of facts is a mapping",
            "write `facts:` and a mapping of entities below it",
        ));
        return None;
    };
    const KEYS: &[&str] = &["retriever", "at", "schema", "facts"];
    for entry in map.entries().iter().filter(|entry| !KEYS.contains(&&*entry.key)) {
        let message = format!("`{}` is not a key of a file of facts", entry.key);
        let help = match nearest(&entry.key, KEYS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write `retriever`, `at`, `schema` and `facts`".to_owned(),
        };
        let mut problem = invalid(entry.key_span, &message, &help);
        problem.severity = crate::diag::Severity::Warning;
        problems.push(problem);
    }
    let path = workspace.path(file);
    let stem = path.rsplit('/').next().unwrap_or(&path).rsplit_once('.').map_or(&*path, |(stem, _)| stem).to_owned();
    let named = map.get("retriever");
    let id = named.and_then(Node::as_str).map(str::to_owned).unwrap_or(stem);
    let mut declared: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
    for entry in map.get("schema").and_then(Node::as_map).map_or(&[][..], Map::entries) {
        let text = |key: &str| entry.value.get(key).and_then(Node::as_str).map(str::to_owned);
        declared.insert(entry.key.to_string(), (text("type"), text("description")));
    }
    let at = map.get("at").filter(|node| !node.is_null());
    let moment = at.and_then(Node::as_str).and_then(moment);
    if let (Some(node), None) = (at, moment) {
        problems.push(invalid(node.span, "`at` is no day and no instant", "write it as `2026-11-28T03:00:00Z`"));
    }
    let mut of = HashMap::new();
    let mut places: Vec<(Arc<str>, Span)> = Vec::new();
    let facts = map.get("facts");
    let Some(entries) = facts.map_or(Some(&[][..]), |node| node.as_map().map(Map::entries)) else {
        problems.push(invalid(
            facts?.span,
            "`facts` is a mapping of entities",
            "write the reference of an entity, and its facts below it",
        ));
        return None;
    };
    for entry in entries {
        let Ok(reference) = EntityRef::parse(&entry.key, Some("component"), "default") else {
            problems.push(invalid(
                entry.key_span,
                &format!("`{}` is no reference of an entity", entry.key),
                "write it as `component:default/name`",
            ));
            continue;
        };
        let Some(own) = entry.value.as_map() else {
            problems.push(invalid(
                entry.value.span,
                "the facts of an entity are a mapping",
                "write the name of each fact, a colon and its value",
            ));
            continue;
        };
        for fact in own.entries() {
            declared.entry(fact.key.to_string()).or_default();
        }
        places.push((reference.shared(), entry.key_span));
        of.insert(reference.as_str().to_owned(), entry.value.clone());
    }
    let named = named.map_or(Span::whole(file), |node| node.span);
    Some(Retriever { id, file, at: moment, declared, of, places, named })
}

/// Reads a day or an instant, in seconds since 1970 UTC.
pub(super) fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.len() {
        10 => crate::calendar::Day::parse(text).filter(|_| is_day(text)).map(|day| day.number() * 86_400),
        _ => time::parse(text),
    }
}

/// Returns whether a text is a day as `2026-11-28`.
pub(super) fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() })
}
