//! What conditions can ask of an entity: each root is made when the first condition asks for it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use cel::common::types::{CelInt, CelList, CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use globset::GlobBuilder;
use parking_lot::Mutex;

use super::facts::FactBook;
use super::roots::Uses;
use super::value::{Mapping, Notes, value};
use super::{ApiBase, Parts};
use crate::api::{Apis, Role};
use crate::calendar::Day;
use crate::catalog::{Catalog, Entity, EntityId};
use crate::diag::Diagnostic;
use crate::docs::Docs;
use crate::snapshots::Snapshots;
use crate::snapshots::facts::Fact;
use crate::text::{FileId, LineIndex, Span};
use crate::workspace::{Folder, Workspace};
use crate::yaml::{Entry, Map, Node, Value};

/// Relations that are always there, perhaps empty (the well-known ones of Backstage).
pub(super) const RELATIONS: [&str; 14] = [
    "ownedBy",
    "ownerOf",
    "consumesApi",
    "apiConsumedBy",
    "providesApi",
    "apiProvidedBy",
    "dependsOn",
    "dependencyOf",
    "parentOf",
    "childOf",
    "memberOf",
    "hasMember",
    "partOf",
    "hasPart",
];

/// The largest file that `read` gives.
const MAX_READ: u64 = 1 << 20;
/// Files that `files` gives.
const MAX_FILES: usize = 10_000;

/// Everything that is known of all entities.
pub(super) struct World<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) catalog: &'a Catalog,
    pub(super) docs: &'a Docs,
    pub(super) apis: &'a Apis,
    pub(super) snapshots: &'a Snapshots,
    /// The definitions before the change that is judged.
    pub(super) api_base: Option<&'a ApiBase>,
    pub(super) facts: &'a FactBook,
    /// By entity, in the order of places.
    pub(super) findings: HashMap<&'a str, Vec<&'a Diagnostic>>,
    pub(super) today: Day,
    /// What the conditions ask for.
    pub(super) uses: Uses,
    repositories: Mutex<HashMap<Folder, Arc<Listing>>>,
    lines: Mutex<HashMap<FileId, Option<Lines>>>,
}

/// A text with its lines.
type Lines = Arc<(Arc<str>, LineIndex)>;

/// The files of a repository.
#[derive(Default)]
struct Listing {
    files: OnceLock<HashMap<String, FileId>>,
    sorted: OnceLock<Vec<String>>,
    found: Mutex<HashMap<String, Arc<Vec<String>>>>,
}

impl<'a> World<'a> {
    pub(super) fn new(parts: Parts<'a>, facts: &'a FactBook, today: Day, uses: Uses) -> Self {
        let Parts { workspace, catalog, docs, apis, snapshots, problems, api_base } = parts;
        let mut findings: HashMap<&str, Vec<&Diagnostic>> = HashMap::new();
        if uses.root("findings") || uses.root("api") {
            for problem in problems {
                if let Some(entity) = &problem.entity {
                    findings.entry(entity).or_default().push(problem);
                }
            }
        }
        let (repositories, lines) = Default::default();
        Self { workspace, catalog, docs, apis, snapshots, api_base, facts, findings, today, uses, repositories, lines }
    }

    /// Returns the line of a place, from 1.
    pub(super) fn line(&self, place: Span) -> u32 {
        if place.start == 0 {
            return 1;
        }
        let mut known = self.lines.lock();
        let lines = known.entry(place.file).or_insert_with(|| {
            let text = self.workspace.text(place.file, u64::MAX).ok()?;
            let lines = LineIndex::new(&text);
            Some(Arc::new((text, lines)))
        });
        let lines = lines.clone();
        drop(known);
        lines.map_or(1, |lines| lines.1.position(&lines.0, place.start as usize).line)
    }

    fn listing(&self, entity: &Entity) -> (Folder, Arc<Listing>) {
        let folder = self.workspace.reach_of(entity.file);
        let listing = Arc::clone(self.repositories.lock().entry(folder.clone()).or_default());
        (folder, listing)
    }

    fn files<'l>(&self, folder: &Folder, listing: &'l Listing) -> &'l HashMap<String, FileId> {
        listing.files.get_or_init(|| {
            let files = self.workspace.every_file_below(folder).into_iter();
            files.filter_map(|file| Some((self.workspace.path_below(folder, file)?, file))).collect()
        })
    }

    /// Returns the sorted paths that a pattern matches in the repository of an entity.
    fn matched(&self, entity: &Entity, pattern: &str) -> Arc<Vec<String>> {
        let (folder, listing) = self.listing(entity);
        if let Some(found) = listing.found.lock().get(pattern) {
            return Arc::clone(found);
        }
        let sorted = listing.sorted.get_or_init(|| {
            let mut sorted: Vec<String> = self.files(&folder, &listing).keys().cloned().collect();
            sorted.sort_unstable();
            sorted
        });
        let glob = GlobBuilder::new(pattern).literal_separator(true).empty_alternates(true).build();
        let found = glob.map(|glob| {
            let glob = glob.compile_matcher();
            sorted.iter().filter(|path| glob.is_match(path)).take(MAX_FILES).cloned().collect()
        });
        let found = Arc::new(found.unwrap_or_default());
        listing.found.lock().insert(pattern.to_owned(), Arc::clone(&found));
        found
    }

    fn file(&self, entity: &Entity, path: &str) -> Option<FileId> {
        let (folder, listing) = self.listing(entity);
        self.files(&folder, &listing).get(path).copied()
    }
}

/// What can be asked of one entity.
pub(super) struct EntityFacts<'w> {
    world: &'w World<'w>,
    /// What is asked for the content of files, so that it is known whose results depend on it.
    workspace: &'w Workspace,
    id: EntityId,
    pub(super) notes: Notes,
    roots: [OnceLock<Node>; 8],
    /// Texts that the files read are searched for.
    needles: Mutex<Vec<String>>,
}

impl<'w> EntityFacts<'w> {
    pub(super) fn new(world: &'w World<'w>, workspace: &'w Workspace, id: EntityId) -> Self {
        Self { world, workspace, id, notes: Notes::default(), roots: Default::default(), needles: Mutex::default() }
    }

    /// Begins the run of a condition.
    pub(super) fn begin(&self, condition: &super::condition::Condition) {
        self.notes.begin(condition.loop_weight);
        self.needles.lock().clone_from(&condition.needles);
    }

    fn entity(&self) -> &'w Entity {
        self.world.catalog.get(self.id)
    }

    fn root(&self, at: usize, make: impl FnOnce() -> Node) -> &Node {
        self.roots[at].get_or_init(make)
    }

    fn mapping<'b>(&'b self, node: &'b Node, name: &str) -> Option<CowVal<'b, 'b>> {
        let is_outside = matches!(name, "facts" | "snap");
        Some(CowVal::owned(Mapping::new(node, name.to_owned(), is_outside, &self.notes)))
    }

    fn entity_node(&self) -> Node {
        let entity = self.entity();
        let mut root = entity.root.as_map().cloned().unwrap_or_default();
        if self.world.uses.field("relations") {
            let span = entity.root.span;
            let relations = entity.relations.iter().map(|relation| {
                let (kind, target) = (Arc::clone(&relation.kind), relation.target.shared());
                map(span, [("type", Node::text(span, kind)), ("targetRef", Node::text(span, target))])
            });
            root.set(entry(span, "relations", list(span, relations.collect())));
        }
        Node { span: entity.root.span, value: Value::Map(Arc::new(root)) }
    }

    fn related(&self) -> Node {
        let entity = self.entity();
        let span = entity.root.span;
        let mut kinds: Vec<&str> = RELATIONS.to_vec();
        for relation in &entity.relations {
            if !kinds.contains(&&*relation.kind) {
                kinds.push(&relation.kind);
            }
        }
        let entries = kinds.into_iter().map(|kind| {
            let ends = entity.related(kind).map(|relation| match relation.id {
                Some(id) => self.world.catalog.get(id).root.clone(),
                None => missing(&relation.target, span),
            });
            (kind.to_owned(), list(span, ends.collect()))
        });
        owned_map(span, entries.collect())
    }

    fn docs(&self) -> Node {
        let world = self.world;
        let Some((site, _)) = world.docs.of(self.id).filter(|(site, _)| !site.pages.is_empty()) else {
            let span = self.entity().root.span;
            return map(
                span,
                [("exists", bool(span, false)), ("words", int(span, 0)), ("pages", list(span, Vec::new()))],
            );
        };
        let span = Span::whole(site.source);
        let (wants_words, wants_days) = (world.uses.field("words"), world.uses.field("updated"));
        let (mut all_words, mut newest) = (0, None);
        let mut pages = Vec::new();
        for page in site.pages.iter() {
            let place = Span::whole(page.file);
            let mut fields = vec![
                ("path".to_owned(), Node::text(place, &*page.source)),
                ("title".to_owned(), Node::text(place, &*page.title)),
            ];
            if wants_words {
                let limit = self.workspace.config().limits.document;
                let text = self.workspace.decoded(page.file, limit).map(|decoded| decoded.text);
                let words = text.map_or(0, |text| words(&text));
                all_words += words;
                fields.push(("words".to_owned(), int(place, words)));
            }
            if wants_days && let Some(time) = world.workspace.last_commit(page.file) {
                newest = newest.max(Some(time));
                fields.push(("updated".to_owned(), day(place, time)));
            }
            pages.push(owned_map(place, fields));
        }
        let mut fields = vec![("exists".to_owned(), bool(span, true)), ("pages".to_owned(), list(span, pages))];
        if wants_words {
            fields.push(("words".to_owned(), int(span, all_words)));
        }
        fields.extend(newest.map(|time| ("updated".to_owned(), day(span, time))));
        owned_map(span, fields)
    }

    pub(super) fn api(&self) -> Node {
        let entity = self.entity();
        let span = entity.definition.map_or(entity.root.span, Span::whole);
        let mut fields = Vec::new();
        if let Some(api) = self.world.apis.of(self.id) {
            fields.push(("format".to_owned(), Node::text(span, &*api.reference.format)));
            let items = api.reference.groups.iter().flat_map(|group| &group.items);
            let operations = items.filter(|item| item.role == Role::Operation).map(|item| {
                let place = item.place.unwrap_or(span);
                let name = format!("{} {}", item.verb, item.name).trim().to_owned();
                let mut fields = vec![
                    ("id".to_owned(), Node::text(place, item.id.as_deref().unwrap_or(&name))),
                    ("name".to_owned(), Node::text(place, name.as_str())),
                    ("deprecated".to_owned(), bool(place, item.deprecated)),
                ];
                let text = |text: &Arc<str>| Node::text(place, Arc::clone(text));
                fields.extend(item.summary.as_ref().map(|summary| ("summary".to_owned(), text(summary))));
                fields.extend(item.description.as_ref().map(|words| ("description".to_owned(), text(words))));
                owned_map(place, fields)
            });
            fields.push(("operations".to_owned(), list(span, operations.collect())));
        }
        // Without something to compare with, nobody knows.
        let base = self.world.api_base.filter(|_| self.world.uses.field("breaking"));
        let breaking = base.and_then(|base| base.breaking(entity, self.world.apis.of(self.id)));
        fields.extend(breaking.map(|count| ("breaking".to_owned(), int(span, count))));
        if entity.reference.kind() == "api" {
            let errors = self.world.findings.get(entity.reference.as_str()).into_iter().flatten().filter(|problem| {
                problem.severity == crate::diag::Severity::Error
                    && problem.code.rule().family == crate::diag::codes::Family::Api
            });
            fields.push(("errors".to_owned(), int(span, errors.count())));
        }
        owned_map(span, fields)
    }

    pub(super) fn git(&self) -> Node {
        const RECENT: i64 = 90 * 86_400;
        let entity = self.entity();
        let span = entity.root.span;
        let since = self.world.today.number() * 86_400 - RECENT;
        let folder = self.world.workspace.folder_of(entity.file);
        let Some(activity) = self.world.workspace.activity(&folder, since) else { return owned_map(span, Vec::new()) };
        map(
            span,
            [
                ("lastCommit", day(span, activity.last)),
                ("contributors", int(span, activity.contributors)),
                ("commits90d", int(span, activity.recent)),
            ],
        )
    }

    pub(super) fn findings(&self) -> Node {
        let entity = self.entity();
        let found = self.world.findings.get(entity.reference.as_str()).into_iter().flatten();
        let found = found.map(|problem| {
            let span = problem.span();
            let line = self.world.line(span) as usize;
            map(
                span,
                [
                    ("code", Node::text(span, problem.code.as_str())),
                    ("severity", Node::text(span, problem.severity.as_str())),
                    ("line", int(span, line)),
                ],
            )
        });
        list(entity.root.span, found.collect())
    }

    pub(super) fn facts(&self) -> Node {
        let entity = self.entity();
        let known = self.world.facts.retrievers.iter();
        let known = known
            .filter_map(|retriever| Some((retriever.id.clone(), retriever.of(entity.reference.as_str())?.clone())));
        owned_map(entity.root.span, known.collect())
    }

    fn snap(&self) -> Node {
        let entity = self.entity();
        let whole = entity.root.span;
        let sources = self.world.snapshots.sources();
        let known = self.world.snapshots.of(self.id).iter().filter_map(|snapshot| {
            let record = snapshot.record.as_ref()?;
            // The answer belongs to the entity because of an annotation, which is where to look.
            let annotations = &sources[snapshot.source].annotations;
            let span = annotations.iter().find_map(|key| entity.annotation_node(key)).map_or(whole, |node| node.span);
            let facts =
                record.facts.iter().map(|(name, fact)| (name.split('.').collect::<Vec<_>>(), fact_node(span, fact)));
            Some((sources[snapshot.source].id.clone(), nested(span, facts.collect())))
        });
        owned_map(whole, known.collect())
    }

    /// Returns everything that is known, by root.
    pub(super) fn all(&self) -> Vec<(String, Node)> {
        let roots = [
            ("entity", self.entity_node()),
            ("related", self.related_names()),
            ("docs", self.docs()),
            ("api", self.api()),
            ("git", self.git()),
            ("findings", self.findings()),
            ("facts", self.facts()),
            ("snap", self.snap()),
        ];
        roots.into_iter().map(|(name, node)| (name.to_owned(), node)).collect()
    }

    /// Names the entities at the other ends of relations.
    fn related_names(&self) -> Node {
        let entity = self.entity();
        let span = entity.root.span;
        let kinds = entity
            .relations
            .iter()
            .map(|relation| relation.kind.to_string())
            .collect::<std::collections::BTreeSet<_>>();
        let ends = kinds.into_iter().map(|kind| {
            let names = entity.related(&kind).map(|relation| Node::text(span, relation.target.shared())).collect();
            let names = list(span, names);
            (kind, names)
        });
        owned_map(span, ends.collect())
    }

    /// Notes that it matters which files there are: all entities of a repository share one list of them.
    fn note_files(&self) {
        self.workspace.note_below(&self.workspace.reach_of(self.entity().file));
    }

    /// Returns the paths that a pattern matches, and notes them; null if that is too much.
    fn files(&self, pattern: &str) -> Option<CowVal<'_, '_>> {
        let entity = self.entity();
        self.note_files();
        let found = self.world.matched(entity, pattern);
        let first = found.first().and_then(|path| self.world.file(entity, path));
        let span = first.map_or(entity.root.span, Span::whole);
        let node = list(span, found.iter().take(20).map(|path| Node::text(span, path.as_str())).collect());
        self.notes.add(format!("files(\"{pattern}\")"), Some(&node), Some(span));
        if self.notes.spend(found.len()).is_err() {
            return Some(CowVal::owned(CelNull));
        }
        let items = found.iter().map(|path| Box::new(CelString::from(path.clone())) as Box<dyn Val>);
        Some(CowVal::owned(CelList::from(items.collect::<Vec<_>>())))
    }

    /// Returns the text of a file, and notes the line that is searched for.
    fn read(&self, path: &str) -> Option<CowVal<'_, '_>> {
        let name = format!("read(\"{path}\")");
        let entity = self.entity();
        self.note_files();
        let file = self.world.file(entity, path);
        let text = file.and_then(|file| Some((file, self.workspace.text(file, MAX_READ).ok()?)));
        let Some((file, text)) = text else {
            self.notes.add(name, None, Some(entity.root.span));
            return None;
        };
        let needle = self.needles.lock().iter().find_map(|needle| Some((text.find(needle.as_str())?, needle.len())));
        let (node, span) = match needle {
            Some((at, length)) => {
                let lines = LineIndex::new(&text);
                let line = lines.line(&text, lines.position(&text, at).line);
                let span = Span::new(file, at, at + length);
                (Some(Node::text(span, text[line].trim())), span)
            }
            None => (None, Span::whole(file)),
        };
        self.notes.add(name, node.as_ref(), Some(span));
        if self.notes.spend(text.len() / 512).is_err() {
            return Some(CowVal::owned(CelNull));
        }
        Some(CowVal::owned(CelString::from(text.to_string())))
    }
}

impl VariableResolver for EntityFacts<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        match name {
            "entity" => self.mapping(self.root(0, || self.entity_node()), name),
            "related" => self.mapping(self.root(1, || self.related()), name),
            "docs" => self.mapping(self.root(2, || self.docs()), name),
            "api" => self.mapping(self.root(3, || self.api()), name),
            "git" => self.mapping(self.root(4, || self.git()), name),
            "findings" => {
                let node = self.root(5, || self.findings());
                self.notes.add(name.to_owned(), Some(node), Some(node.span));
                value(node, name.to_owned(), false, &self.notes).ok().map(CowVal::Owned)
            }
            "facts" => self.mapping(self.root(6, || self.facts()), name),
            "snap" => self.mapping(self.root(7, || self.snap()), name),
            "@now" => Some(CowVal::owned(CelInt::from(self.world.today.number() * 86_400))),
            _ => match name.split_once(':') {
                Some(("@files", pattern)) => self.files(pattern),
                Some(("@read", path)) => self.read(path),
                _ => None,
            },
        }
    }
}

/// Counts the words of a document as it is written: what is between spaces and has a letter or a digit.
fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// What is known of an entity that does not exist.
fn missing(target: &crate::catalog::EntityRef, span: Span) -> Node {
    let metadata =
        map(span, [("name", Node::text(span, target.name())), ("namespace", Node::text(span, target.namespace()))]);
    map(
        span,
        [
            ("kind", Node::text(span, target.kind())),
            ("metadata", metadata),
            ("spec", owned_map(span, Vec::new())),
            ("missing", bool(span, true)),
        ],
    )
}

fn fact_node(span: Span, fact: &Fact) -> Node {
    let value = match fact {
        Fact::Count(number) => Value::Int(*number),
        Fact::Number(number) => Value::Float(*number),
        Fact::Flag(flag) => Value::Bool(*flag),
        Fact::Text(text) => Value::Str(Arc::from(&**text)),
        Fact::Time(at) => Value::Str(crate::snapshots::time::iso(*at).into()),
    };
    Node { span, value }
}

/// Values with the parts of their names.
type Named<'n> = Vec<(Vec<&'n str>, Node)>;

/// Makes mappings of names with dots: `ci.status` is the key `status` of `ci`.
fn nested(span: Span, facts: Named<'_>) -> Node {
    let mut out: Vec<(String, Node)> = Vec::new();
    let mut below: Vec<(&str, Named<'_>)> = Vec::new();
    for (mut names, node) in facts {
        if names.len() <= 1 {
            out.push((names.concat(), node));
            continue;
        }
        let first = names.remove(0);
        match below.iter_mut().find(|(name, _)| *name == first) {
            Some((_, facts)) => facts.push((names, node)),
            None => below.push((first, vec![(names, node)])),
        }
    }
    for (name, facts) in below {
        out.push((name.to_owned(), nested(span, facts)));
    }
    owned_map(span, out)
}

fn entry(span: Span, key: &str, value: Node) -> Entry {
    Entry { key: key.into(), key_span: span, value }
}

fn map<const N: usize>(span: Span, fields: [(&str, Node); N]) -> Node {
    let entries = fields.into_iter().map(|(key, value)| entry(span, key, value));
    Node { span, value: Value::Map(Arc::new(Map::new(entries))) }
}

fn owned_map(span: Span, fields: Vec<(String, Node)>) -> Node {
    let entries = fields.into_iter().map(|(key, value)| entry(span, &key, value));
    Node { span, value: Value::Map(Arc::new(Map::new(entries))) }
}

fn list(span: Span, items: Vec<Node>) -> Node {
    Node { span, value: Value::Seq(items.into()) }
}

fn int(span: Span, number: usize) -> Node {
    Node { span, value: Value::Int(i64::try_from(number).unwrap_or(i64::MAX)) }
}

fn bool(span: Span, value: bool) -> Node {
    Node { span, value: Value::Bool(value) }
}

fn day(span: Span, time: i64) -> Node {
    Node::text(span, Day::of_moment(time).iso())
}
