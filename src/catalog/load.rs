//! From files to the catalog: reading in rounds, joining, and making relations.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::custom::CustomKinds;
use super::document::{self, Context, Declared, Draft, Rule};
use super::location::{self, ReadType};
use super::overlay::Overlays;
use super::placeholder::{Brought, read_problem};
use super::{Catalog, Entity, EntityId, EntityRef, Relation};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, LineIndex, Span};
use crate::workspace::{Changes, Folder, GlobStyle, Kept, ReadError, Same, SourceUrls, Workspace};
use crate::yaml::{self, Entry, Map, Node, Value};

/// A catalog with what its documents said, for the checks that look at references.
pub(crate) struct Loaded {
    pub(crate) catalog: Catalog,
    /// What each entity says of others, with places; by entity.
    pub(crate) declared: Vec<Vec<Declared>>,
    pub(crate) name_spans: Vec<Span>,
    pub(crate) diagnostics: Diagnostics,
}

/// Files read before, and the overlays that they were read with.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    overlays: Kept<(), Arc<Vec<FileId>>, (Overlays, Diagnostics)>,
    files: Kept<FileId, Same<(Overlays, Diagnostics)>, Read>,
}

impl Memo {
    /// Makes a memo that remembers; the default one does not.
    pub(crate) fn remembering() -> Self {
        Self { overlays: Kept::remembering(), files: Kept::remembering() }
    }

    /// Notes what happened; see [`Kept::pass`].
    pub(crate) fn pass(&self, changes: Option<&Changes>) {
        self.overlays.pass(changes);
        self.files.pass(changes);
    }
}

/// One file with what its documents became.
#[derive(Debug, Clone)]
struct Read {
    drafts: Vec<Draft>,
    diagnostics: Diagnostics,
}

/// A file to read, and how it was reached.
#[derive(Clone)]
struct Reached {
    file: FileId,
    read_type: ReadType,
    /// The Locations that led here, nearest first.
    ancestry: Vec<EntityRef>,
    origin: FileId,
}

/// Reads every catalog file and what Locations lead to. Total: problems are part of the result.
pub(crate) fn load(workspace: &Workspace) -> Loaded {
    load_again(workspace, &Memo::default())
}

/// Does the same with what is known from before.
pub(crate) fn load_again(workspace: &Workspace, memo: &Memo) -> Loaded {
    let config = workspace.config();
    let custom = CustomKinds::new(config);
    let overlays = memo.overlays.get(workspace, (), workspace.overlay_list(), |workspace, _| Overlays::read(workspace));
    let mut diagnostics = overlays.1.clone();
    let rules: Vec<Rule<'_>> = config.catalog.rules.iter().map(Rule::new).collect();
    let context = Context { workspace, custom: &custom, rules: &rules, overlays: &overlays.0 };
    let read = |file: FileId| {
        let make = |workspace: &Workspace, _| read_file(&Context { workspace, ..context }, file);
        memo.files.get(workspace, file, Same(Arc::clone(&overlays)), make)
    };

    let mut cache = HashMap::new();
    let mut starts: Vec<FileId> = workspace.catalog_files().to_vec();
    let mut reached = follow(&context, &read, &starts, &mut cache);
    // The catalog file of a skeleton describes what a template will make, not what there is. A Template found inside
    // a skeleton is gone with it, so this ends after as many rounds as templates are nested.
    loop {
        let skeletons = skeleton_folders(workspace, &reached, &cache);
        let before = starts.len();
        starts.retain(|file| {
            let path = workspace.path(*file);
            !skeletons.iter().any(|folder| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/')))
        });
        if starts.len() == before {
            break;
        }
        reached = follow(&context, &read, &starts, &mut cache);
    }
    let known: HashSet<FileId> = cache.keys().copied().collect();
    memo.files.retain(|file| known.contains(file));
    join(&context, reached, cache, &mut diagnostics)
}

/// Locations above a file that are remembered.
const MAX_ANCESTRY: usize = 32;

/// What was reached, in order, with the faults of Locations.
struct Followed {
    files: Vec<Reached>,
    /// Locations some of whose targets cannot be read, by place of the document.
    invalid: HashSet<Span>,
    diagnostics: Diagnostics,
}

/// Reads the files in rounds, each round what the Locations of the last one name.
fn follow(
    context: &Context<'_>,
    read_file: &(dyn Fn(FileId) -> Arc<Read> + Sync),
    starts: &[FileId],
    cache: &mut HashMap<FileId, Arc<Read>>,
) -> Followed {
    let mut round: Vec<Reached> = starts
        .iter()
        .map(|file| Reached { file: *file, read_type: ReadType::Url, ancestry: Vec::new(), origin: *file })
        .collect();
    let mut seen: HashSet<FileId> = starts.iter().copied().collect();
    let mut followed = Followed { files: Vec::new(), invalid: HashSet::new(), diagnostics: Diagnostics::new() };
    while !round.is_empty() {
        let unread: Vec<FileId> =
            round.iter().map(|reached| reached.file).filter(|file| !cache.contains_key(file)).collect();
        let read: Vec<Arc<Read>> = unread.par_iter().map(|file| read_file(*file)).collect();
        cache.extend(unread.into_iter().zip(read));

        let mut next = Vec::new();
        for reached in &round {
            let Some(read) = cache.get(&reached.file) else { continue };
            for draft in read.drafts.iter().filter(|draft| draft.valid && &*draft.kind == "Location") {
                let mut problems = Diagnostics::new();
                let (files, read_type) = location::targets(context.workspace, draft, reached.read_type, &mut problems);
                if problems.iter().any(|problem| problem.severity == crate::diag::Severity::Error) {
                    followed.invalid.insert(draft.document);
                }
                for problem in &mut problems {
                    problem.entity = Some(draft.reference.shared());
                }
                followed.diagnostics.extend(problems);
                for file in files {
                    if seen.insert(file) {
                        let mut ancestry = vec![draft.reference.clone()];
                        // The way back to the root of the repository is enough; a chain of Locations may be as long as there are files.
                        ancestry.extend(reached.ancestry.iter().take(MAX_ANCESTRY).cloned());
                        next.push(Reached { file, read_type, ancestry, origin: reached.origin });
                    }
                }
            }
        }
        followed.files.append(&mut round);
        round = next;
    }
    followed
}

fn read_file(context: &Context<'_>, file: FileId) -> Read {
    let workspace = context.workspace;
    let text = match workspace.text(file, workspace.config().limits.catalog_file) {
        Ok(text) => text,
        Err(error) => return Read { drafts: Vec::new(), diagnostics: vec![unreadable(&error, file)] },
    };
    let (documents, mut diagnostics) = yaml::parse(file, &text);
    let mut drafts = Vec::new();
    let mut empty = true;
    let lines = LineIndex::new(&text);
    let mut brought = Brought::new();
    for document in documents {
        empty &= document.root.is_none() && !document.broken;
        let Some(root) = document.root else { continue };
        for (root, span) in parts(root, document.span) {
            let (draft, problems) = document::read(context, &mut brought, root, span);
            diagnostics.extend(problems);
            drafts.extend(draft.map(|draft| {
                let line = lines.position(&text, draft.start.start as usize).line;
                Draft { line, ..draft }
            }));
        }
    }
    if empty {
        diagnostics.push(
            Diagnostic::new(codes::EMPTY_DOCUMENT, Span::whole(file), "this file holds no entity")
                .help("describe an entity, or delete the file"),
        );
    }
    Read { drafts, diagnostics }
}

/// Returns the entities of a document: itself, or the items of an exported catalog (`playbill export`).
fn parts(root: Node, document: Span) -> Vec<(Node, Span)> {
    let exported = root.as_map().filter(|map| map.get("kind").is_none() && map.get("problems").is_some());
    let Some(items) = exported.and_then(|map| map.get("entities")?.as_seq()) else {
        return vec![(root, document)];
    };
    let strip = |item: &Node| match &item.value {
        Value::Map(map) => {
            let entries = map.entries().iter().filter(|entry| !matches!(&*entry.key, "relations" | "status"));
            Node { span: item.span, value: Value::Map(Arc::new(Map::new(entries.cloned()))) }
        }
        _ => item.clone(),
    };
    items.iter().map(|item| (strip(item), item.span)).collect()
}

fn unreadable(error: &ReadError, file: FileId) -> Diagnostic {
    let span = match error {
        ReadError::NotUtf8 { offset } => Span::new(file, *offset as usize, *offset as usize + 1),
        _ => Span::whole(file),
    };
    let problem = read_problem(error, "Playbill", "this file", span);
    let message = match error {
        ReadError::TooLarge { .. } => format!("this file is not read: {error}"),
        _ => format!("this file cannot be read: {error}"),
    };
    let help = match error {
        ReadError::TooLarge { .. } => "split the file, or raise `limits.catalogFile` in playbill.yaml".to_owned(),
        _ => problem.help.clone().unwrap_or_default(),
    };
    Diagnostic { message, help: Some(help), ..problem }
}

/// Returns the folders that the steps of Templates fetch, as paths.
fn skeleton_folders(workspace: &Workspace, followed: &Followed, cache: &HashMap<FileId, Arc<Read>>) -> Vec<String> {
    let mut folders = Vec::new();
    let drafts = followed.files.iter().filter_map(|reached| cache.get(&reached.file)).flat_map(|read| &read.drafts);
    for draft in drafts.filter(|draft| &*draft.kind == "Template") {
        let steps = draft.root.get("spec").and_then(|spec| spec.get("steps")).and_then(Node::as_seq).unwrap_or(&[]);
        for step in steps {
            let action = step.get("action").and_then(Node::as_str).unwrap_or("");
            if !matches!(action, "fetch:template" | "fetch:plain") {
                continue;
            }
            let Some(url) = step.get("input").and_then(|input| input.get("url")).and_then(Node::as_str) else {
                continue;
            };
            // A computed name leaves the folder above it as the best that is known.
            let fixed = match url.find("${{") {
                Some(at) => url[..at].rfind('/').map_or("", |slash| &url[..slash]),
                None => url,
            };
            if fixed.is_empty() || fixed.contains("://") {
                continue;
            }
            let Ok(folder) = workspace.locate_folder(draft.file, fixed) else { continue };
            let path = folder.path();
            // A template that fetches the folder it stands in does not hide itself.
            let own = workspace.path(draft.file);
            let holds_itself = path.is_empty() || own.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
            if !holds_itself {
                folders.push(path.to_string());
            }
        }
    }
    folders.sort_unstable();
    folders.dedup();
    folders
}

/// Picks one document per identity, makes the annotations and the relations, and collects all problems.
fn join(
    context: &Context<'_>,
    followed: Followed,
    mut cache: HashMap<FileId, Arc<Read>>,
    diagnostics: &mut Diagnostics,
) -> Loaded {
    let mut chosen: BTreeMap<Arc<str>, (Draft, usize)> = BTreeMap::new();
    for (i, reached) in followed.files.iter().enumerate() {
        let Some(read) = cache.remove(&reached.file).map(Arc::unwrap_or_clone) else { continue };
        diagnostics.extend(read.diagnostics);
        for draft in read.drafts {
            if !(draft.valid || draft.refused) || followed.invalid.contains(&draft.document) {
                continue;
            }
            let reference = draft.reference.shared();
            match chosen.get(&reference) {
                None => {
                    chosen.insert(reference, (draft, i));
                }
                Some((first, _)) => {
                    diagnostics.push(duplicate(context.workspace, first, &draft));
                    // Within a file the later document replaces the earlier one; across files the first one stays.
                    if first.file == draft.file {
                        chosen.insert(reference, (draft, i));
                    }
                }
            }
        }
    }
    diagnostics.extend(followed.diagnostics);
    diagnostics.extend(unreached(context.workspace, &followed.files));
    diagnostics.extend(context.overlays.unmatched(|reference| chosen.contains_key(reference)));

    let mut drafts: Vec<(Draft, usize)> = chosen.into_values().collect();
    let ids: HashMap<Arc<str>, EntityId> =
        drafts.iter().enumerate().map(|(i, (draft, _))| (draft.reference.shared(), EntityId::new(i))).collect();
    let relations = relations(&drafts, &ids);

    let mut declared = Vec::with_capacity(drafts.len());
    let mut name_spans = Vec::with_capacity(drafts.len());
    for (draft, _) in &mut drafts {
        name_spans.push(draft.name_span);
        declared.push(std::mem::take(&mut draft.declared));
    }
    let entities: Vec<Entity> = drafts
        .into_par_iter()
        .zip(relations)
        .map(|((draft, i), relations)| entity(context.workspace, draft, relations, &followed.files[i]))
        .collect();
    Loaded { catalog: Catalog::new(entities), declared, name_spans, diagnostics: std::mem::take(diagnostics) }
}

/// Hints at files that are named and written like catalog files, but that nothing leads to.
fn unreached(workspace: &Workspace, reached: &[Reached]) -> Diagnostics {
    let reached: BTreeSet<FileId> = reached.iter().map(|reached| reached.file).collect();
    let limit = workspace.config().limits.catalog_file;
    let looks_like_one =
        |text: &str| text.lines().any(|line| line.starts_with("apiVersion:") && line.contains("backstage.io/"));
    // Beside files that Locations name, one more of the same sort is easily forgotten.
    let named = |file: &&FileId| {
        let path = workspace.path(**file);
        !path.ends_with("catalog-info.yaml") && !path.ends_with("catalog-info.yml")
    };
    let folders: BTreeSet<Folder> = reached.iter().filter(named).map(|file| workspace.folder_of(*file)).collect();
    let beside = folders.iter().flat_map(|folder| {
        ["*.yaml", "*.yml"].map(|pattern| workspace.glob_in(folder, pattern, GlobStyle::Url).unwrap_or_default())
    });
    let mut unreached: Vec<FileId> = workspace.alike_files().iter().copied().chain(beside.flatten()).collect();
    unreached.retain(|file| !reached.contains(file));
    unreached.sort_by_cached_key(|file| workspace.path(*file));
    unreached.dedup();
    unreached
        .into_iter()
        .filter(|file| workspace.text(*file, limit).is_ok_and(|text| looks_like_one(&text)))
        .map(|file| {
            Diagnostic::new(codes::UNREACHED_FILE, Span::whole(file), "nothing leads to this catalog file")
                .help("name it `catalog-info.yaml`, list it in a Location, or add its name to `catalog.files`")
        })
        .collect()
}

fn duplicate(workspace: &Workspace, first: &Draft, second: &Draft) -> Diagnostic {
    let place = if first.file == second.file {
        "earlier in this file".to_owned()
    } else {
        format!("in {}", workspace.path(first.file))
    };
    let kept = if first.file == second.file { "the later one is used" } else { "the first one is used" };
    Diagnostic::new(
        codes::DUPLICATE_ENTITY,
        second.name_span,
        format!("`{}` is already described {place}", second.reference),
    )
    .label(format!("described again here; {kept}"))
    .also(first.name_span, "first described here")
    .help("rename one of them, or delete one; names are compared without letter case")
    .entity(second.reference.shared())
}

/// Makes both directions of every relation, distinct and sorted by kind and target.
///
/// From CB/processors/BuiltinKindsEntityProcessor.ts and CB/database/operations/stitcher/performStitching.ts: a
/// relation counts for its source, no matter which end said it; targets need not exist.
fn relations(drafts: &[(Draft, usize)], ids: &HashMap<Arc<str>, EntityId>) -> Vec<Vec<Relation>> {
    let mut all: Vec<Vec<Relation>> = vec![Vec::new(); drafts.len()];
    for (i, (draft, _)) in drafts.iter().enumerate() {
        for said in &draft.declared {
            let id = ids.get(said.target.as_str()).copied();
            all[i].push(Relation { kind: Arc::clone(&said.relation), target: said.target.clone(), id });
            if let Some(id) = id
                && !draft.refused
            {
                let back = Relation {
                    kind: Arc::clone(&said.inverse),
                    target: draft.reference.clone(),
                    id: Some(EntityId::new(i)),
                };
                all[id.index()].push(back);
            }
        }
    }
    all.par_iter_mut().for_each(|relations| {
        relations.sort_unstable_by(|a, b| (&a.kind, &a.target).cmp(&(&b.kind, &b.target)));
        relations.dedup_by(|a, b| a.kind == b.kind && a.target == b.target);
    });
    all
}

/// Finishes an entity: made annotations, line, and the way that led to it.
fn entity(workspace: &Workspace, mut draft: Draft, relations: Vec<Relation>, reached: &Reached) -> Entity {
    annotate(workspace, &mut draft, reached.origin);
    Entity {
        reference: draft.reference,
        kind: draft.kind,
        file: draft.file,
        document: draft.document,
        line: draft.line,
        root: draft.root,
        definition: draft.definition,
        refused: draft.refused,
        relations,
        ancestry: reached.ancestry.clone(),
    }
}

/// Adds the annotations that Backstage makes while reading (CB/processors/AnnotateLocationEntityProcessor.ts).
fn annotate(workspace: &Workspace, draft: &mut Draft, origin: FileId) {
    const VIEW: &str = "backstage.io/view-url";
    const EDIT: &str = "backstage.io/edit-url";
    const SOURCE: &str = "backstage.io/source-location";
    let at = draft.start;
    let Some(metadata) = draft.root.as_map_mut().and_then(|map| map.entry_mut("metadata")?.value.as_map_mut()) else {
        return;
    };
    if metadata.get("annotations").and_then(Node::as_map).is_none() {
        let value = Node { span: at, value: Value::Map(Arc::default()) };
        metadata.set(Entry { key: "annotations".into(), key_span: at, value });
    }
    let Some(annotations) = metadata.entry_mut("annotations").and_then(|entry| entry.value.as_map_mut()) else {
        return;
    };
    // A script address is never kept, whether or not there is one to put in its place.
    annotations.retain(|entry| !matches!(&*entry.key, VIEW | EDIT) || keep(&entry.value));

    let urls = workspace.source_urls(draft.file);
    let location = |file: FileId, urls: &Option<SourceUrls>| match urls {
        Some(urls) => format!("url:{}", urls.view),
        None => format!("file:{}", workspace.path(file)),
    };
    let own = location(draft.file, &urls);
    let from = if origin == draft.file { own.clone() } else { location(origin, &workspace.source_urls(origin)) };
    let mut set = |key: &str, value: String| {
        annotations.set(Entry { key: key.into(), key_span: at, value: Node::text(at, value) });
    };
    set("backstage.io/managed-by-location", own);
    set("backstage.io/managed-by-origin-location", from);
    let Some(urls) = urls else { return };
    for (key, value) in [(VIEW, urls.view), (EDIT, urls.edit), (SOURCE, format!("url:{}", urls.folder))] {
        if !annotations.get(key).is_some_and(keep) {
            annotations.set(Entry { key: key.into(), key_span: at, value: Node::text(at, value) });
        }
    }
}

/// Whether an address that the author gives is used.
fn keep(value: &Node) -> bool {
    value.as_str().is_some_and(|value| !value.trim_start().to_ascii_lowercase().starts_with("javascript:"))
}
