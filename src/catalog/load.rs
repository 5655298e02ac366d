//! From files to the catalog: reading in rounds, joining, and making relations.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::custom::CustomKinds;
use super::declared::Declared;
use super::document::{self, Context, Draft, Rule};
use super::implied;
use super::location::{self, ReadType};
use super::overlay::Overlays;
use super::placeholder::Brought;
use super::secrets::Secrets;
use super::skeleton::{self, Skeletons};
use super::unreadable::read_problem;
use super::{Catalog, Entity, EntityId, EntityRef, Relation};
use crate::config::OrgMerge;
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::html::{self, AddressUse};
use crate::incremental::{ByAddress, Changes, MemoTable};
use crate::org::{self, OrgEntity};
use crate::redirects;
use crate::text::{FileId, LineIndex, Span};
use crate::workspace::{Folder, GlobStyle, KnownSince, ReadError, SourceUrls, Workspace};
use crate::yaml::{self, Entry, Map, Node, Value};

/// A catalog with the references that its documents declare, for the checks.
pub(crate) struct Loaded {
    pub(crate) catalog: Catalog,
    /// What each entity says of others, with places; by entity.
    pub(crate) declared: Vec<Vec<Declared>>,
    pub(crate) name_spans: Vec<Span>,
    /// The identities of documents that are left out for their faults.
    pub(crate) left_out: HashSet<Arc<str>>,
    /// What templates fetch.
    pub(super) skeletons: Skeletons,
    /// Files of entities that nothing leads to.
    pub(super) unreached: Vec<FileId>,
    pub(crate) diagnostics: Diagnostics,
}

/// Files read before, and the overlays that they were read with.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    overlays: MemoTable<(), Arc<Vec<FileId>>, (Overlays, Diagnostics)>,
    files: MemoTable<FileId, ByAddress<(Overlays, Diagnostics)>, Read>,
    org: MemoTable<(), (), (Vec<OrgEntity>, Diagnostics)>,
}

impl Memo {
    /// Makes a memo that is enabled; the default one is not.
    pub(crate) fn enabled() -> Self {
        Self { overlays: MemoTable::enabled(), files: MemoTable::enabled(), org: MemoTable::enabled() }
    }

    /// Does what [`load`] does, with what is known from before.
    pub(crate) fn load(&self, workspace: &Workspace) -> Loaded {
        load_with(workspace, self)
    }

    /// Applies changes; see [`MemoTable::invalidate`].
    pub(crate) fn invalidate(&self, changes: Option<&Changes>) {
        self.overlays.invalidate(changes);
        self.files.invalidate(changes);
        self.org.invalidate(changes);
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
    load_with(workspace, &Memo::default())
}

fn load_with(workspace: &Workspace, memo: &Memo) -> Loaded {
    let config = workspace.config();
    let custom = CustomKinds::new(config);
    let overlays = memo.overlays.get(workspace, (), workspace.overlay_list(), |workspace, _| Overlays::read(workspace));
    let mut diagnostics = overlays.1.clone();
    let rules: Vec<Rule<'_>> = config.catalog.rules.iter().map(Rule::new).collect();
    let context = Context { workspace, custom: &custom, rules: &rules, overlays: &overlays.0, takes_any_name: false };
    let read = |file: FileId| {
        let make = |workspace: &Workspace, _| read_file(&Context { workspace, ..context }, file);
        memo.files.get(workspace, file, ByAddress(Arc::clone(&overlays)), make)
    };

    let mut cache = HashMap::new();
    let mut starts: Vec<FileId> = workspace.catalog_files().to_vec();
    // The catalog file of a skeleton describes what a template will make, not what there is.
    let mut skeletons = Skeletons::default();
    skeletons.add_files(workspace, workspace.misnamed_files());
    let mut gaps = Vec::new();
    let mut looked = BTreeSet::new();
    let mut reached = follow(&context, &read, &starts, &skeletons, &mut cache);
    // A Template found inside a skeleton is gone with it, so this ends after as many rounds as templates are nested.
    loop {
        let known = skeletons.len();
        for file in &reached.files {
            let drafts = cache.get(&file.file).map_or(&[][..], |read| &read.drafts);
            drafts.iter().for_each(|draft| skeletons.add(workspace, draft.file, &draft.root));
        }
        for file in &starts {
            let path = workspace.path(*file);
            if skeleton::is_usual_place(&path) && !skeletons.hold(&path) {
                skeletons.look_above(workspace, *file, &mut looked);
                let text = || workspace.text(*file, config.limits.catalog_file);
                let is_faulty = cache.get(file).is_some_and(|read| !read.diagnostics.is_empty());
                if is_faulty && !skeletons.hold(&path) && text().is_ok_and(|text| skeleton::has_gaps(&text)) {
                    gaps.push(*file);
                }
            }
        }
        let before = starts.len();
        starts.retain(|file| !gaps.contains(file) && !skeletons.hold(&workspace.path(*file)));
        if starts.len() == before && skeletons.len() == known {
            break;
        }
        reached = follow(&context, &read, &starts, &skeletons, &mut cache);
    }
    let known: HashSet<FileId> = cache.keys().copied().collect();
    memo.files.retain(|file| known.contains(file));
    diagnostics.extend(gaps.into_iter().map(unfilled));
    let implied = if reached.files.is_empty() { implied::drafts(&context, &skeletons) } else { Vec::new() };
    let org = memo.org.get(workspace, (), (), |workspace, _| org::read(workspace));
    let mut loaded = join(&context, reached, implied, cache, &org, skeletons, &mut diagnostics);
    let (kept, problems) = redirects::read(workspace);
    loaded.diagnostics.extend(problems);
    loaded.diagnostics.extend(loaded.catalog.add_kept_names(&kept));
    loaded
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
    skeletons: &Skeletons,
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
                if problems.iter().any(|problem| problem.severity == Severity::Error) {
                    followed.invalid.insert(draft.document);
                }
                for problem in &mut problems {
                    problem.entity = Some(draft.reference.shared());
                }
                followed.diagnostics.extend(problems);
                for (file, is_named) in files {
                    // A pattern that covers everything is not meant to cover what templates fetch.
                    let is_wanted = is_named || !skeletons.hold(&context.workspace.path(file));
                    if is_wanted && seen.insert(file) {
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

/// Picks one document per identity, makes the annotations and the relations, and collects all problems.
fn join(
    context: &Context<'_>,
    mut followed: Followed,
    implied: Vec<Draft>,
    mut cache: HashMap<FileId, Arc<Read>>,
    org: &(Vec<OrgEntity>, Diagnostics),
    skeletons: Skeletons,
    diagnostics: &mut Diagnostics,
) -> Loaded {
    let mut claims: BTreeMap<Arc<str>, Vec<(Draft, usize)>> = BTreeMap::new();
    let mut left_out = HashSet::new();
    for (i, reached) in followed.files.iter().enumerate() {
        let Some(read) = cache.remove(&reached.file).map(Arc::unwrap_or_clone) else { continue };
        diagnostics.extend(read.diagnostics);
        for draft in read.drafts {
            if !(draft.valid || draft.rejected_by_backstage) || followed.invalid.contains(&draft.document) {
                left_out.insert(draft.reference.shared());
                continue;
            }
            claims.entry(draft.reference.shared()).or_default().push((draft, i));
        }
    }
    diagnostics.append(&mut followed.diagnostics);
    let mut passed_over = unreached(context.workspace, &followed.files, &skeletons);
    let of_org = add_org(context, org, &mut followed.files, &mut claims, diagnostics);
    passed_over.extend(nothing_read(context.workspace, &followed.files, &skeletons, &implied));
    // One that is ignored has the name that it needs.
    let is_misnamed = |file: &FileId| !is_catalog_name(&context.workspace.path(*file));
    let unreached = passed_over.iter().filter(|problem| problem.code == codes::UNREACHED_FILE);
    let unreached = unreached.map(|problem| problem.span().file).filter(is_misnamed).collect();
    diagnostics.append(&mut passed_over);
    for draft in implied {
        // A saved answer knows more of a person or a team than CODEOWNERS does.
        if claims.contains_key(&*draft.reference.shared()) {
            continue;
        }
        let (file, i) = (draft.file, followed.files.len());
        followed.files.push(Reached { file, read_type: ReadType::Url, ancestry: Vec::new(), origin: file });
        claims.entry(draft.reference.shared()).or_default().push((draft, i));
    }
    let chosen = settle(context.workspace, claims, diagnostics);
    diagnostics.extend(
        context.overlays.unmatched(|reference| {
            chosen.binary_search_by(|(draft, _)| draft.reference.as_str().cmp(reference)).is_ok()
        }),
    );

    let mut drafts = chosen;
    let ids: HashMap<Arc<str>, EntityId> =
        drafts.iter().enumerate().map(|(i, (draft, _))| (draft.reference.shared(), EntityId::new(i))).collect();
    let relations = relations(&drafts, &ids);

    let mut declared = Vec::with_capacity(drafts.len());
    let mut name_spans = Vec::with_capacity(drafts.len());
    for (draft, _) in &mut drafts {
        name_spans.push(draft.name_span);
        let mut of_draft = std::mem::take(&mut draft.declared);
        if of_org.contains(&draft.document) {
            // Who is missing is counted where the answers are read.
            of_draft.retain(|declared| ids.contains_key(declared.target.as_str()));
        }
        declared.push(of_draft);
    }
    let secrets = Secrets::new(&context.workspace.config().catalog);
    let (entities, masked): (Vec<Entity>, Vec<(Vec<Span>, Diagnostics)>) = drafts
        .into_par_iter()
        .zip(relations)
        .map(|((draft, i), relations)| {
            let mut entity = entity(context.workspace, draft, relations, &followed.files[i]);
            let masked = secrets.mask(entity.reference.kind(), &mut entity.root, entity.reference.as_str());
            (entity, masked)
        })
        .unzip();
    let mut places = Vec::new();
    for (found, problems) in masked {
        places.extend(found);
        diagnostics.extend(problems);
    }
    Loaded {
        catalog: Catalog::new(entities, places),
        declared,
        name_spans,
        left_out,
        skeletons,
        unreached,
        diagnostics: std::mem::take(diagnostics),
    }
}

/// Adds the users and groups of saved answers; returns where those are that count.
fn add_org(
    context: &Context<'_>,
    org: &(Vec<OrgEntity>, Diagnostics),
    files: &mut Vec<Reached>,
    claims: &mut BTreeMap<Arc<str>, Vec<(Draft, usize)>>,
    diagnostics: &mut Diagnostics,
) -> HashSet<Span> {
    diagnostics.extend(org.1.iter().cloned());
    let context = &Context { takes_any_name: true, ..*context };
    let of_files: BTreeSet<Arc<str>> = claims.keys().cloned().collect();
    let mut places: HashMap<FileId, usize> = HashMap::new();
    let mut brought = Brought::new();
    let mut read: HashSet<Span> = HashSet::new();
    let read_one = |entity: &OrgEntity| document::read(context, &mut Brought::new(), entity.root.clone(), entity.span);
    let drafts: Vec<_> = org.0.par_iter().map(read_one).collect();
    for (entity, (draft, problems)) in org.0.iter().zip(drafts) {
        let file = entity.span.file;
        let Some(draft) = draft else {
            diagnostics.extend(problems);
            continue;
        };
        let reference = draft.reference.shared();
        if of_files.contains(&reference) && entity.merge != OrgMerge::Error {
            if entity.merge == OrgMerge::Overlay
                && let Some((written, _)) = claims.get_mut(&reference).and_then(|claims| claims.last_mut())
            {
                complete(context, &mut brought, written, &entity.root);
            }
            continue;
        }
        diagnostics.extend(problems);
        if !draft.valid {
            continue;
        }
        let at = *places.entry(file).or_insert_with(|| {
            files.push(Reached { file, read_type: ReadType::Url, ancestry: Vec::new(), origin: file });
            files.len() - 1
        });
        read.insert(draft.document);
        claims.entry(reference).or_default().push((Draft { line: entity.line, ..draft }, at));
    }
    read
}

/// Adds to an entity of a catalog file what a saved answer says beyond it.
fn complete(context: &Context<'_>, brought: &mut Brought, written: &mut Draft, answer: &Node) {
    fn over_node(under: &Node, over: &Node) -> Node {
        let (Some(below), Some(above)) = (under.as_map(), over.as_map()) else { return over.clone() };
        let mut merged = above.clone();
        for entry in below.entries() {
            let value = match above.get(&entry.key) {
                Some(value) => over_node(&entry.value, value),
                None => entry.value.clone(),
            };
            let key_span = above.entry(&entry.key).map_or(entry.key_span, |entry| entry.key_span);
            merged.set(Entry { key: Arc::clone(&entry.key), key_span, value });
        }
        Node { span: over.span, value: Value::Map(Arc::new(merged)) }
    }
    let root = over_node(answer, &written.root);
    // Its own faults have been reported.
    if let (Some(draft), _) = document::read(context, brought, root, written.document)
        && draft.valid
    {
        *written = Draft { name_span: written.name_span, start: written.start, line: written.line, ..draft };
    }
}

/// Reports files that are named and written like catalog files, but that nothing leads to.
fn unreached(workspace: &Workspace, reached: &[Reached], skeletons: &Skeletons) -> Diagnostics {
    let reached: BTreeSet<FileId> = reached.iter().map(|reached| reached.file).collect();
    if reached.is_empty() {
        return Diagnostics::new();
    }
    // Beside files that Locations name, one more of the same sort is easily forgotten.
    let named = |file: &&FileId| !is_catalog_name(&workspace.path(**file));
    let folders: BTreeSet<Folder> = reached.iter().filter(named).map(|file| workspace.folder_of(*file)).collect();
    let beside = folders.iter().flat_map(|folder| {
        ["*.yaml", "*.yml"].map(|pattern| workspace.glob_in(folder, pattern, GlobStyle::Url).unwrap_or_default())
    });
    let mut unreached: Vec<FileId> = workspace.misnamed_files().iter().copied().chain(beside.flatten()).collect();
    unreached.retain(|file| !reached.contains(file) && !skeletons.hold(&workspace.path(*file)));
    unreached.sort_by_cached_key(|file| workspace.path(*file));
    unreached.dedup();
    let entities = unreached.into_iter().filter_map(|file| {
        let kind = sniff(workspace, file)?;
        Some(passed_over(workspace, file, kind.as_deref()))
    });
    entities.collect()
}

/// Says that nothing was found to be read, what is shown without it, and what looks like input all the same.
fn nothing_read(workspace: &Workspace, reached: &[Reached], skeletons: &Skeletons, implied: &[Draft]) -> Diagnostics {
    const LABEL: &str = "looked for `catalog-info.yaml` here and in all folders below";
    let (places, all) = workspace.empty_starts();
    let none = |span: Span, message: String, help: &str| {
        Diagnostic::new(codes::NO_CATALOG_FILE, span, message).label(LABEL).help(help)
    };
    if !reached.is_empty() || places.is_empty() {
        // Of many repositories, some have none.
        let help = "correct the path, or let `playbill init` describe what is there";
        let quiet = |span: Span| Diagnostic {
            severity: Severity::Info,
            ..none(span, "no catalog file was found".to_owned(), help).cause("some")
        };
        return if all { Diagnostics::new() } else { places.into_iter().map(quiet).collect() };
    }
    let mut out = Diagnostics::new();
    for (file, ignored) in workspace.survey() {
        let path = workspace.path(file);
        if skeletons.hold(&path) {
            continue;
        }
        if ignored && is_catalog_name(&path) {
            out.push(
                Diagnostic::new(codes::UNREACHED_FILE, Span::whole(file), "this catalog file is ignored")
                    .label("by `.gitignore`, `catalog.exclude`, or a folder whose name starts with a dot")
                    .help("let it be read by removing that, or name it in `catalog.locations` of playbill.yaml"),
            );
        } else if !ignored && let Some(kind) = sniff(workspace, file) {
            out.push(passed_over(workspace, file, kind.as_deref()));
        }
        if out.len() >= MAX_PASSED_OVER {
            break;
        }
    }
    let (message, help) = match shown_all_the_same(implied) {
        Some(shown) => (
            format!("no catalog file was found; the portal is made from {shown}"),
            "run `playbill init` to write catalog files for what is there, correct the path, or name other files in \
             `catalog.files` of playbill.yaml",
        ),
        None => (
            "no catalog file was found".to_owned(),
            "correct the path, describe an entity in `catalog-info.yaml`, or name other files in `catalog.files` of \
             playbill.yaml",
        ),
    };
    out.extend(places.into_iter().map(|span| none(span, message.clone(), help).cause("all")));
    out
}

/// Names the files that imply entities, the first ones by path; `None` if there are none.
fn shown_all_the_same(implied: &[Draft]) -> Option<String> {
    const NAMED: usize = 5;
    // Who owns it is not what it is.
    let is_owner = |draft: &&Draft| matches!(draft.reference.kind(), "group" | "user");
    let implied = implied.iter().filter(|draft| !is_owner(draft)).filter_map(|draft| draft.implied.as_ref());
    let evidence = implied.flat_map(|implied| &implied.evidence);
    let paths: BTreeSet<&str> = evidence.map(|path| &**path).collect();
    let mut names: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    if paths.len() > NAMED {
        names.push(format!("{} more", paths.len() - NAMED));
    }
    let last = names.pop()?;
    Some(if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) })
}

/// Maximum number of files that look like input and are named where nothing was read.
const MAX_PASSED_OVER: usize = 200;

/// Returns whether a file has the name that is looked for.
pub(crate) fn is_catalog_name(path: &str) -> bool {
    path.ends_with("catalog-info.yaml") || path.ends_with("catalog-info.yml")
}

/// Says that nothing leads to a file of entities, the first of them of a kind.
fn passed_over(workspace: &Workspace, file: FileId, kind: Option<&str>) -> Diagnostic {
    let path = workspace.path(file);
    let (folder, _) = path.rsplit_once('/').unwrap_or((".", &path));
    let message = match kind {
        Some(kind @ ("Template" | "Location")) => format!("nothing leads to this {kind}"),
        _ => "nothing leads to this catalog file".to_owned(),
    };
    let cause = format!("{folder} {message}");
    Diagnostic::new(codes::UNREACHED_FILE, Span::whole(file), message)
        .help("add its name to `catalog.files` in playbill.yaml, list it in a Location, or call it `catalog-info.yaml`")
        .cause(cause)
}

/// Returns from its text whether a file holds entities, and of which kind the first one is.
fn sniff(workspace: &Workspace, file: FileId) -> Option<Option<String>> {
    const MAX: u64 = 4 << 20;
    let path = workspace.path(file);
    if path.ends_with(".json") {
        return None;
    }
    let text = workspace.text_once(file, MAX.min(workspace.config().limits.catalog_file)).ok()?;
    let mut lines = text.lines();
    lines.find(|line| line.starts_with("apiVersion:") && line.contains("backstage.io/"))?;
    let kind = text.lines().find_map(|line| line.strip_prefix("kind:"));
    Some(kind.map(|kind| kind.trim().trim_matches(['"', '\'']).to_owned()))
}

/// Says that a file is input of a template, although none is known that fetches it.
fn unfilled(file: FileId) -> Diagnostic {
    Diagnostic::new(
        codes::UNREACHED_FILE,
        Span::whole(file),
        "this file has gaps that a template fills in, so it is no entity",
    )
    .help("nothing need be done; name the folder in `catalog.exclude` of playbill.yaml to be silent about it")
    .cause("templates")
}

/// Picks of the documents that describe the same entity the one that counts, and reports the others at both places.
///
/// Within a file the later document replaces the earlier one. Across files it is the one that was there first, as in
/// Backstage, so that nobody takes over what belongs to others by describing it again: what the configuration puts first,
/// then of packs the one whose repository it lists first, then what git has known longest, then the first in the order of
/// paths.
fn settle(
    workspace: &Workspace,
    claims: BTreeMap<Arc<str>, Vec<(Draft, usize)>>,
    diagnostics: &mut Diagnostics,
) -> Vec<(Draft, usize)> {
    let contested = claims.values().filter(|claims| claims.len() > 1).flatten().map(|(draft, _)| draft.file);
    let contested: BTreeSet<FileId> = contested.collect();
    let contested: Vec<FileId> = contested.into_iter().collect();
    let since: HashMap<FileId, KnownSince> = contested.iter().copied().zip(workspace.known_since(&contested)).collect();
    let precedence: Vec<_> = {
        let globs = &workspace.config().catalog.precedence;
        globs.iter().filter_map(|glob| Some(crate::config::glob(glob).ok()?.compile_matcher())).collect()
    };
    let rank = |file: FileId| {
        let path = workspace.path(file);
        precedence.iter().position(|glob| glob.is_match(&*path)).unwrap_or(precedence.len())
    };
    claims
        .into_values()
        .filter_map(|mut claims| {
            if claims.len() == 1 {
                return claims.pop();
            }
            let known = |file| since.get(&file).copied().unwrap_or(KnownSince::Unknown);
            let (at, why) = first_claim(&claims, rank, |file| workspace.pack_rank(file), known);
            let winner = claims.swap_remove(at);
            // Taking it out has moved the last one.
            claims.sort_by_key(|(draft, i)| (*i, draft.name_span.start));
            duplicates(workspace, &winner.0, &claims, why, diagnostics);
            Some(winner)
        })
        .collect()
}

/// Returns which of several documents counts, and why.
fn first_claim(
    claims: &[(Draft, usize)],
    rank: impl Fn(FileId) -> usize,
    listed: impl Fn(FileId) -> usize,
    since: impl Fn(FileId) -> KnownSince,
) -> (usize, &'static str) {
    // Of each file the last document; they come in the order of files.
    let last_of_file = |at: &usize| claims.get(at + 1).is_none_or(|(next, _)| next.file != claims[*at].0.file);
    let mut candidates: Vec<usize> = (0..claims.len()).filter(last_of_file).collect();
    let file = |at: usize| claims[at].0.file;
    if let [only] = candidates[..] {
        return (only, "of one file, the last one counts");
    }
    let best = candidates.iter().map(|at| rank(file(*at))).min().unwrap_or_default();
    let before = candidates.len();
    candidates.retain(|at| rank(file(*at)) == best);
    if let [only] = candidates[..] {
        return (only, "`catalog.precedence` puts it first");
    }
    let best = candidates.iter().map(|at| listed(file(*at))).min().unwrap_or_default();
    candidates.retain(|at| listed(file(*at)) == best);
    if let [only] = candidates[..] {
        return (only, "`packs.sources` lists its repository first");
    }
    let chosen = if candidates.len() < before { "`catalog.precedence` puts it first" } else { "its path comes first" };
    let known: Vec<KnownSince> = candidates.iter().map(|at| since(file(*at))).collect();
    let oldest = known.iter().map(|since| since.time()).min().unwrap_or(i64::MAX);
    // What was not fetched may be older than everything else.
    let open = |since: &KnownSince| matches!(since, KnownSince::Before(time) if *time != oldest);
    let many_open = known.iter().filter(|since| matches!(since, KnownSince::Before(_))).count() > 1;
    if known.contains(&KnownSince::Unknown) || many_open || known.iter().any(open) {
        return (candidates[0], chosen);
    }
    let of_oldest = |at: &usize| since(file(*at)).time() == oldest;
    let winner = candidates.iter().copied().find(of_oldest).unwrap_or(candidates[0]);
    let alone = candidates.iter().filter(|at| of_oldest(at)).count() == 1;
    (winner, if alone { "git has known it longest" } else { chosen })
}

/// Reports an entity that is described more than once, at each of the places.
fn duplicates(
    workspace: &Workspace,
    winner: &Draft,
    others: &[(Draft, usize)],
    why: &str,
    diagnostics: &mut Diagnostics,
) {
    const HELP: &str = "rename one of them, or delete one; names are compared without letter case";
    let at = |draft: &Draft, message: String, label: String, other: &Draft, also: &str| {
        Diagnostic::new(codes::DUPLICATE_ENTITY, draft.name_span, message)
            .label(label)
            .also(other.name_span, also)
            .help(HELP)
            .entity(draft.reference.shared())
            .cause(draft.reference.shared())
    };
    for (other, _) in others {
        let place = if other.file == winner.file {
            "again later in this file".to_owned()
        } else {
            format!("in {}", workspace.path(winner.file))
        };
        let message = format!("`{}` is already described {place}", other.reference);
        let message = if other.file == winner.file { message.replace("already ", "") } else { message };
        diagnostics.push(at(other, message, "left out".to_owned(), winner, &format!("used instead: {why}")));
    }
    let Some((first, _)) = others.first() else { return };
    let place = if first.file == winner.file {
        "earlier in this file".to_owned()
    } else {
        format!("in {}", workspace.path(first.file))
    };
    let and_more = match others.len() {
        1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    let message = format!("`{}` is described a second time {place}{and_more}", winner.reference);
    diagnostics.push(at(winner, message, format!("this one is used: {why}"), first, "left out"));
}

/// Makes both directions of every relation, distinct and sorted by kind and target.
///
/// From CB/processors/BuiltinKindsEntityProcessor.ts and CB/database/operations/stitcher/performStitching.ts: a
/// relation belongs to its source, whichever end declared it; targets need not exist.
fn relations(drafts: &[(Draft, usize)], ids: &HashMap<Arc<str>, EntityId>) -> Vec<Vec<Relation>> {
    let mut all: Vec<Vec<Relation>> = vec![Vec::new(); drafts.len()];
    for (i, (draft, _)) in drafts.iter().enumerate() {
        for said in &draft.declared {
            let id = ids.get(said.target.as_str()).copied();
            all[i].push(Relation { kind: Arc::clone(&said.relation), target: said.target.clone(), id });
            if let Some(id) = id
                && !draft.rejected_by_backstage
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
        rejected_by_backstage: draft.rejected_by_backstage,
        relations,
        ancestry: reached.ancestry.clone(),
        implied: draft.implied,
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
        // There is no file to change yet.
        if key == EDIT && draft.implied.is_some() {
            continue;
        }
        if !annotations.get(key).is_some_and(keep) {
            annotations.set(Entry { key: key.into(), key_span: at, value: Node::text(at, value) });
        }
    }
}

/// Whether an address that the author gives is used.
fn keep(value: &Node) -> bool {
    value.as_str().is_some_and(|value| html::is_safe_address(value, AddressUse::Link))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// Returns what the catalog has for `view-url` and `edit-url`, whatever its author wrote for both.
    fn addresses(written: &str, files: &[(&str, &[u8])]) -> [Option<String>; 2] {
        let document = format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: a\n  annotations:\n    backstage.io/view-url: \
             {written}\n    backstage.io/edit-url: {written}\nspec: {{type: team, children: []}}\n"
        );
        let files = [files, &[("catalog-info.yaml", document.as_bytes())]].concat();
        let catalog = load(&Workspace::from_files(Config::default(), &files)).catalog;
        let entity = catalog.get(catalog.find("group:default/a").unwrap());
        ["view", "edit"].map(|what| entity.annotation(&format!("backstage.io/{what}-url")).map(str::to_owned))
    }

    #[test]
    fn an_address_that_runs_a_script_is_not_kept() {
        let repository: [(&str, &[u8]); 2] = [
            (".git/HEAD", b"ref: refs/heads/main\n"),
            (".git/config", b"[remote \"origin\"]\nurl = https://github.com/o/r.git\n"),
        ];
        let made = ["blob", "edit"].map(|part| Some(format!("https://github.com/o/r/{part}/main/catalog-info.yaml")));
        for written in [
            "javascript:alert(1)",
            "' JavaScript:alert(1)'",
            "\"java\\nscript:alert(1)\"",
            "'data:text/html,x'",
            "vbscript:x",
        ] {
            assert_eq!(addresses(written, &[]), [None, None], "{written}");
            assert_eq!(addresses(written, &repository), made, "{written}");
        }
        let given = Some("https://example.com/x".to_owned());
        assert_eq!(addresses("https://example.com/x", &repository), [given.clone(), given]);
    }

    fn group(name: &str, title: &str) -> String {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: {name}, title: {title}}}\n\
             spec: {{type: team, children: []}}\n"
        )
    }

    /// Returns the title of the one entity that is left, and what is reported, by path and line.
    fn left(config: Config, files: &[(&str, &str)]) -> (String, Vec<String>) {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let workspace = Workspace::from_files(config, &files);
        let mut loaded = load(&workspace);
        crate::diag::sort_and_dedup(&mut loaded.diagnostics, &workspace);
        let mut positions = crate::diag::Positions::new(&workspace);
        let told = loaded.diagnostics.iter().map(|found| {
            assert_eq!((found.code, found.severity), (codes::DUPLICATE_ENTITY, Severity::Error));
            let span = found.span();
            format!("{}:{} {}", workspace.path(span.file), positions.place(span).start.line, found.labels[0].text)
        });
        let told = told.collect();
        let [entity] = loaded.catalog.entities() else { panic!("{:?}", loaded.catalog.entities()) };
        (entity.title().to_owned(), told)
    }

    #[test]
    fn of_several_files_the_first_path_stays_where_git_knows_nothing() {
        let (first, second) = (group("web", "First"), group("WEB", "Second"));
        let (title, told) =
            left(Config::default(), &[("b/catalog-info.yaml", &second), ("a/catalog-info.yaml", &first)]);
        assert_eq!(title, "First");
        let expect = ["a/catalog-info.yaml:3 this one is used: its path comes first", "b/catalog-info.yaml:3 left out"];
        assert_eq!(told, expect);
    }

    #[test]
    fn of_one_file_the_last_document_stays() {
        let text = format!("{}---\n{}---\n{}", group("web", "One"), group("web", "Two"), group("web", "Three"));
        let (title, told) = left(Config::default(), &[("catalog-info.yaml", &text)]);
        assert_eq!(title, "Three");
        let expect = [
            "catalog-info.yaml:3 left out",
            "catalog-info.yaml:8 left out",
            "catalog-info.yaml:13 this one is used: of one file, the last one counts",
        ];
        assert_eq!(told, expect);
        let both = format!("{}---\n{}", group("web", "One"), group("web", "Two"));
        let (title, told) = left(Config::default(), &[("a/catalog-info.yaml", &both), ("b/catalog-info.yaml", &text)]);
        assert_eq!((title.as_str(), told.len()), ("Two", 5));
    }

    #[test]
    fn the_configuration_goes_before_paths() {
        let (first, second) = (group("web", "First"), group("web", "Second"));
        let mut config = Config::default();
        config.catalog.precedence = vec!["c/**".into(), "b/**".into()];
        let files = [("a/catalog-info.yaml", first.as_str()), ("b/catalog-info.yaml", second.as_str())];
        let (title, told) = left(config, &files);
        assert_eq!(title, "Second");
        assert_eq!(told[1], "b/catalog-info.yaml:3 this one is used: `catalog.precedence` puts it first");
    }

    #[test]
    fn what_git_has_known_longest_stays() {
        use KnownSince::{Before, Commit, Never, Unknown};
        let paths = ["a/catalog-info.yaml", "b/catalog-info.yaml", "c/catalog-info.yaml"];
        let text = group("web", "x");
        let files: Vec<(&str, &[u8])> = paths.iter().map(|path| (*path, text.as_bytes())).collect();
        let workspace = Workspace::from_files(Config::default(), &files);
        let overlays = Overlays::read(&workspace);
        let custom = CustomKinds::new(workspace.config());
        let context = Context {
            workspace: &workspace,
            custom: &custom,
            rules: &[],
            overlays: &overlays.0,
            takes_any_name: false,
        };
        let claims: Vec<(Draft, usize)> = workspace
            .catalog_files()
            .iter()
            .enumerate()
            .flat_map(|(i, file)| read_file(&context, *file).drafts.into_iter().map(move |draft| (draft, i)))
            .collect();
        let winner = |since: [KnownSince; 3]| {
            let of = |file: FileId| since[workspace.catalog_files().iter().position(|other| *other == file).unwrap()];
            first_claim(&claims, |_| 0, |_| 0, of).0
        };
        assert_eq!(winner([Commit(30), Commit(10), Commit(20)]), 1);
        assert_eq!(winner([Never, Commit(20), Never]), 1);
        assert_eq!(winner([Commit(30), Before(10), Commit(20)]), 1);
        // As old as another one, not committed, or perhaps older than what is known: paths decide.
        assert_eq!(winner([Commit(30), Commit(10), Commit(10)]), 1);
        assert_eq!(winner([Never, Never, Never]), 0);
        assert_eq!(winner([Commit(30), Commit(10), Unknown]), 0);
        assert_eq!(winner([Commit(30), Commit(10), Before(20)]), 0);
        assert_eq!(winner([Commit(30), Before(10), Before(10)]), 0);
    }

    #[test]
    fn a_document_that_is_left_out_is_told_once() {
        let broken = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team}\n";
        let user =
            "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: ann}\nspec: {memberOf: [crew]}\n";
        let files = [("catalog-info.yaml", format!("{broken}{user}"))];
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let workspace = Workspace::from_files(Config::default(), &files);
        let found = crate::portal::Analysis::of(crate::depth::Depth::Catalog).run(&workspace, &mut |_| ()).diagnostics;
        let codes: Vec<_> = found.iter().map(|found| found.code.as_str()).collect();
        assert_eq!(codes, ["missing-field"]);
    }

    #[test]
    fn where_nothing_is_read_what_looks_like_input_is_named() {
        let told = |config: Config, files: &[(&str, &str)]| -> Vec<String> {
            let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
            let workspace = Workspace::from_files(config, &files);
            let found =
                crate::portal::Analysis::of(crate::depth::Depth::Catalog).run(&workspace, &mut |_| ()).diagnostics;
            found
                .iter()
                .map(|found| format!("{} {} {}", workspace.path(found.span().file), found.severity, found.code))
                .collect()
        };
        let group = group("web", "x");
        let nothing = ". error no-catalog-file";
        assert_eq!(told(Config::default(), &[]), [nothing]);
        assert_eq!(told(Config::default(), &[("readme.md", ""), ("k8s/service.yaml", "apiVersion: v1\n")]), [nothing]);
        assert_eq!(
            told(
                Config::default(),
                &[
                    ("mkdocs.yml", "site_name: x"),
                    ("groups.yaml", &group),
                    ("api/v1.yaml", "openapi: 3.1.0\n"),
                    ("api/v2.json", "{\"swagger\": \"2.0\"}"),
                    (".gitignore", "build/\n"),
                    ("build/catalog-info.yaml", &group),
                    (".hidden/catalog-info.yaml", &group),
                    ("build/other.yaml", &group),
                ]
            ),
            [
                nothing,
                ".hidden/catalog-info.yaml info unreached-file",
                "build/catalog-info.yaml info unreached-file",
                "groups.yaml info unreached-file",
            ]
        );
        let mut config = Config::default();
        config.catalog.files = vec!["teams.yaml".into(), "*.yml".into()];
        let found = told(config, &[("catalog-info.yaml", &group), ("a.yml", ""), ("playbill.yaml", "")]);
        assert_eq!(found, ["a.yml info empty-document", "playbill.yaml warning location-target-missing"]);
    }
}
