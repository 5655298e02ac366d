//! The list of pages: every URL of the site and what it shows, and the facts that many pages share.
//!
//! Owns which pages there are (`plan`), one model per type of page (`pages/`), the tabs of an entity (`tabs/`), and what
//! relations and kinds are called. Knows nothing of templates, disks or servers.
//!
//! To add a type of page, a tab of an entity or a card of overviews, add a file to `pages/`, `tabs/` or `cards/`, a template,
//! and a line to `registry.rs`.
//!
//! Invariant: `plan` is total, and the order of its pages depends on the content alone.

pub mod atom;
pub mod cards;
pub mod layout;
pub mod date;
pub mod decisions;
pub mod graphs;
pub mod icons;
pub mod kind_display;
pub mod listings;
pub mod feeds;
pub mod pages;
pub mod problems;
pub mod reference;
pub mod relations;
pub mod rollup;
pub mod scorecards;
pub mod snapshots;
pub mod table;
pub mod tabs;
pub mod context;
pub mod yaml_highlight;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

pub use context::PageContext;
pub use problems::Problem;

use crate::adr::Decisions;
use crate::announcements::Announcements;
use crate::api::Api;
use crate::catalog::filter::fits;
use crate::catalog::{Catalog, Entity, EntityId};
use crate::config::{Config, EntityPage};
use crate::diag::Severity;
use crate::impact::Impact;
use crate::incremental::{ByAddress, Changes, Fingerprint, MemoTable};
use crate::mentions::Mentions;
use crate::portal::Portal;
use crate::radar::Radar;
use crate::routes;
use crate::scaffold::examples::Known;
use crate::scorecards::Scorecards;
use crate::snapshots::Snapshots;
use crate::text::FileId;
use crate::workspace::{LastChange, Workspace};
use kind_display::KindDisplay;
use layout::NavEntry;
use listings::Listings;
use pages::{PAGES, PageType};

/// How many rows a static page of the catalog holds.
pub const ROWS_PER_PAGE: usize = 200;

/// One page or file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The address below the root of the site; see [`routes`].
    pub url: String,
    /// Its type, by index into [`pages::PAGES`].
    pub of: usize,
    /// What it shows.
    pub subject: Subject,
}

/// What a page shows, for its type to know. Holds ids and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The portal, or what the type says.
    Portal,
    /// A page of one of the lists of the type.
    List {
        /// Which one.
        list: usize,
        /// Counted from 1.
        page: usize,
    },
    /// A tab of an entity.
    Tab {
        /// The entity.
        entity: EntityId,
        /// Index into [`tabs::TABS`].
        tab: usize,
    },
    /// Another page about an entity.
    EntityPart {
        /// The entity.
        entity: EntityId,
        /// Which one of the type.
        part: usize,
    },
    /// A page of documentation.
    Document {
        /// Its number among all documentation sites; see [`crate::docs::Docs::nth`].
        site: usize,
        /// Index into its pages.
        page: usize,
    },
    /// A file made from the portal that is not a page.
    File(File),
}

/// A file that is not a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// `sitemap.xml`.
    Sitemap,
    /// `opensearch.xml`.
    OpenSearch,
    /// `robots.txt`.
    Robots,
    /// `_headers`.
    Headers,
    /// `_redirects`.
    Redirects,
    /// `.nojekyll`.
    NoJekyll,
    /// All entities as one JSON array.
    ApiEntities,
    /// All entities, one a line.
    ApiLines,
    /// All entities as a table.
    ApiCsv,
    /// Counts of the values of the commonest fields.
    ApiFacets,
    /// The entities of one kind, by index into [`Site::kinds`].
    ApiKind(usize),
    /// One entity.
    ApiEntity(EntityId),
    /// The rows of one kind for the filters of the index, by index into [`Site::kinds`].
    CatalogRows(usize),
    /// Every entity and relation for the graph page.
    GraphData,
    /// An entity in Markdown.
    EntityMarkdown(EntityId),
    /// A picture that says one thing of an entity.
    Badge(EntityId, feeds::Badge),
    /// `llms.txt`.
    Llms,
    /// The newest changes.
    Feed,
    /// The newest changes of an entity, or of what a group owns.
    EntityFeed(EntityId),
    /// The newest changes of a documentation site.
    DocsFeed(EntityId),
    /// The announcements as a feed.
    AnnouncementsFeed,
    /// Every API for programs that discover them, as RFC 9727 has it.
    ApiCatalog,
    /// The versions of a documentation site, as `mike` lists them.
    DocsVersions(EntityId),
    /// The bytes of an API definition.
    Definition(EntityId),
    /// A definition of several files in one.
    DefinitionBundle(EntityId),
    /// Every item of a definition on several pages, for its filter.
    DefinitionItems(EntityId),
}

/// The entities of one kind, as lists show them.
#[derive(Debug, Clone)]
pub struct KindGroup {
    /// How the kind is called.
    pub face: KindDisplay,
    /// By title, then reference.
    pub entities: Vec<EntityId>,
}

/// Where a file can be seen.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// As reports show it.
    pub path: Arc<str>,
    /// Where it can be viewed.
    pub view: Option<String>,
    /// Where it can be changed.
    pub edit: Option<String>,
}

/// The last change of a file.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Changed {
    /// Such as `2026-11-21`.
    pub day: String,
    /// Such as `21 November 2026`.
    pub words: String,
    /// Who made it.
    pub author: String,
}

impl Changed {
    /// Formats a change.
    #[must_use]
    pub fn new(change: &LastChange) -> Self {
        let (day, words) = date::day(change.time);
        Self { day, words, author: change.author.to_string() }
    }
}

/// A change of an entity or a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, in seconds since 1970 UTC.
    pub time: i64,
    /// What the entity or document is called.
    pub title: String,
    /// Its kind, or what documentation it is in.
    pub what: String,
    /// Where it is.
    pub url: String,
    /// Who made it.
    pub author: Arc<str>,
}

/// Changes that are kept.
const CHANGES: usize = 60;

/// Collects the newest changes, newest first.
fn changes(workspace: &Workspace, portal: &Portal, changed: &[Option<LastChange>]) -> Vec<Change> {
    let entities = portal.catalog.entities().iter().zip(changed).filter_map(|(entity, changed)| {
        let LastChange { time, author, .. } = changed.clone()?;
        let what = kind_display::face(&entity.kind, workspace.config()).one;
        let title = entity.title().to_owned();
        Some(Change { time, title, what, url: routes::entity(&entity.reference), author })
    });
    let documents = portal.docs.sites.iter().flat_map(|site| {
        let reference = &portal.catalog.get(site.entity).reference;
        site.pages.iter().filter_map(move |page| {
            let LastChange { time, author, .. } = page.last_change.clone()?;
            let url = routes::docs_page(reference, &page.path);
            Some(Change { time, title: page.title.clone(), what: site.title.clone(), url, author })
        })
    });
    newest_first(documents.chain(entities).collect())
}

pub(crate) fn newest_first(mut changes: Vec<Change>) -> Vec<Change> {
    // The sort is stable, so what changed at once stays in the order of references.
    changes.sort_by_key(|change| std::cmp::Reverse(change.time));
    changes.truncate(CHANGES);
    changes
}

/// Where the documentation of an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocsTarget {
    /// Index into `docs.sites`.
    pub site: usize,
    /// Index into its pages.
    pub page: usize,
}

/// Characters of a title that are on the pages of others; the page of the entity has all of it.
const TITLE: usize = 160;

/// What links and lists say of an entity, on every page the same.
#[derive(Debug)]
pub struct EntityLabel {
    /// Its page.
    pub url: String,
    /// The name for readers.
    pub title: String,
    /// Its name where that differs from the title, with the namespace where that is not the default one.
    pub name: Option<String>,
    /// Class suffix of icon and hue.
    pub class: &'static str,
    /// Who owns it, the first of them.
    pub owner: Option<EntityId>,
    /// See [`PageContext::summary`]; made when a page asks for it.
    summary: OnceLock<Option<String>>,
}

impl EntityLabel {
    fn of(entity: &Entity) -> Self {
        let title = entity.title();
        Self {
            url: routes::entity(&entity.reference),
            title: context::shortened(title, TITLE).into_owned(),
            name: match entity.namespace() {
                "default" => (title != entity.name()).then(|| entity.name().to_owned()),
                namespace => Some(format!("{namespace}/{}", entity.name())),
            },
            class: kind_display::class(entity.reference.kind()),
            owner: entity.related("ownedBy").next().and_then(|relation| relation.id),
            summary: OnceLock::new(),
        }
    }
}

/// Every page, and what many pages need to know.
#[derive(Debug)]
pub struct Site {
    outline: Arc<Outline>,
    problems: Vec<Problem>,
    problems_of: Vec<Vec<usize>>,
}

/// A direction of dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What an entity needs in order to work; an API works as long as somebody provides it.
    Needs,
    /// What would feel it if it failed; the consumers of an API do when a provider fails.
    NeededBy,
}

impl Side {
    /// Both, as they are shown.
    pub const BOTH: [Self; 2] = [Self::Needs, Self::NeededBy];

    /// Returns the relations that lead there, in the order of the alphabet, which is that of the relations of an entity.
    #[must_use]
    pub const fn relations(self) -> &'static [&'static str] {
        match self {
            Self::Needs => &["apiProvidedBy", "consumesApi", "dependsOn"],
            Self::NeededBy => &["apiConsumedBy", "dependencyOf", "providesApi"],
        }
    }

    fn of(self, entity: &Entity) -> Box<[EntityId]> {
        self.relations().iter().flat_map(|kind| entity.related(kind)).filter_map(|relation| relation.id).collect()
    }
}

/// What does not depend on what documents say, nor on problems.
#[derive(Debug, Default)]
struct Outline {
    pages: Vec<Page>,
    by_url: HashMap<String, usize, foldhash::fast::RandomState>,
    config: Config,
    kinds: Vec<KindGroup>,
    listings: Listings,
    sources: HashMap<FileId, Source>,
    mentions: Vec<EntityLabel>,
    impact: Impact,
    /// By entity and [`Side`].
    neighbours: Vec<[Box<[EntityId]>; 2]>,
    docs_of: Vec<Option<DocsTarget>>,
    docs_by_title: Vec<usize>,
    located_entities: BTreeMap<Arc<str>, Vec<EntityId>>,
    by_file: HashMap<FileId, Vec<EntityId>>,
    changes: Vec<Change>,
    /// When the file of each entity changed last, and who changed it.
    changed: Vec<Option<LastChange>>,
    nav: Vec<NavEntry>,
    base_path: String,
}

/// Plans the site of a portal.
#[must_use]
pub fn plan(workspace: &Workspace, portal: &Portal) -> Site {
    Memo::default().plan(workspace, portal)
}

/// What is kept of a plan from one state of a workspace to the next.
#[derive(Debug, Default)]
pub struct Memo {
    outline: MemoTable<(), OutlineInputs, Outline>,
}

/// What an outline is made from: the catalog and what belongs to it, decisions, who mentions whom, and what others see of
/// documentation.
type OutlineInputs =
    (CatalogInputs, ByAddress<Scorecards>, ByAddress<Decisions>, Arc<Mentions>, ByAddress<Vec<Radar>>, Fingerprint);
type CatalogInputs =
    (ByAddress<Catalog>, ByAddress<[Api]>, ByAddress<[Known]>, ByAddress<Snapshots>, ByAddress<Announcements>);

impl Memo {
    /// Makes one that is enabled; the default one is not.
    #[must_use]
    pub fn enabled() -> Self {
        Self { outline: MemoTable::enabled() }
    }

    /// Applies changes; see [`MemoTable::invalidate`].
    pub fn invalidate(&self, changes: Option<&Changes>) {
        self.outline.invalidate(changes);
    }

    /// Plans the site of a portal, with what is known from before.
    #[must_use]
    pub fn plan(&self, workspace: &Workspace, portal: &Portal) -> Site {
        let of_catalog = (
            ByAddress(Arc::clone(&portal.catalog)),
            portal.apis.identity(),
            portal.templates.identity(),
            ByAddress(Arc::clone(&portal.snapshots)),
            ByAddress(Arc::clone(&portal.announcements)),
        );
        let decisions = ByAddress(Arc::clone(&portal.decisions));
        let mentions = Arc::clone(&portal.mentions);
        let scorecards = ByAddress(Arc::clone(&portal.scorecards));
        let inputs =
            (of_catalog, scorecards, decisions, mentions, ByAddress(Arc::clone(&portal.radars)), portal.docs.outline());
        let outline = self.outline.get(workspace, (), inputs, |workspace, _| outline(workspace, portal));
        with_problems(outline, workspace, portal)
    }
}

/// Adds the problems, which are others after every change.
fn with_problems(outline: Arc<Outline>, workspace: &Workspace, portal: &Portal) -> Site {
    let problems = problems::read(workspace, portal);
    let mut problems_of = vec![Vec::new(); portal.catalog.entities().len()];
    for (at, problem) in problems.iter().enumerate() {
        if problem.severity != Severity::Info {
            problem.entities.iter().for_each(|id| problems_of[id.index()].push(at));
        }
    }
    Site { outline, problems, problems_of }
}

fn outline(workspace: &Workspace, portal: &Portal) -> Outline {
    let catalog = &portal.catalog;
    let mut located_entities: BTreeMap<Arc<str>, Vec<EntityId>> = BTreeMap::new();
    let mut by_file: HashMap<FileId, Vec<EntityId>> = HashMap::new();
    for (id, entity) in catalog.iter() {
        by_file.entry(entity.file).or_default().push(id);
        if let Some(nearest) = entity.ancestry.first() {
            located_entities.entry(nearest.shared()).or_default().push(id);
        }
    }
    let of_entities = || {
        let kinds = group_kinds(portal, workspace.config());
        (Listings::of(catalog, &kinds), kinds)
    };
    let of_files = || {
        let changed: Vec<Option<LastChange>> =
            catalog.entities().iter().map(|entity| workspace.last_change(entity.file)).collect();
        (sources(workspace, portal), changes(workspace, portal, &changed), changed)
    };
    // Both are needed before a page is planned, and take about as long.
    let ((listings, kinds), (sources, changes, changed)) = rayon::join(of_entities, of_files);
    let outline = Outline {
        pages: Vec::new(),
        by_url: HashMap::default(),
        config: workspace.config().clone(),
        sources,
        mentions: catalog.entities().par_iter().map(EntityLabel::of).collect(),
        neighbours: catalog.entities().par_iter().map(|entity| Side::BOTH.map(|side| side.of(entity))).collect(),
        impact: Impact::of(catalog),
        docs_of: docs_targets(portal),
        docs_by_title: docs_by_title(portal),
        listings,
        kinds,
        located_entities,
        by_file,
        changes,
        changed,
        nav: Vec::new(),
        base_path: base_path(workspace.config()),
    };
    // Pages are planned by what looks at a site, which has none yet.
    let site = Site { outline: Arc::new(outline), problems: Vec::new(), problems_of: Vec::new() };
    let pages = plan_pages(portal, &site);
    let nav = PAGES.iter().filter_map(|kind| kind.nav(portal, &site)).collect();
    let by_url = pages.iter().enumerate().map(|(at, page)| (page.url.clone(), at)).collect();
    let outline = Arc::into_inner(site.outline);
    // Nobody else has it.
    outline.map_or_else(Outline::default, |outline| Outline { pages, by_url, nav, ..outline })
}

/// Lists the pages of each type; see [`pages::PAGES`].
fn plan_pages(portal: &Portal, site: &Site) -> Vec<Page> {
    let of_type = |(of, kind): (usize, &&dyn PageType)| {
        kind.plan(portal, site).into_iter().map(move |(url, subject)| Page { url, of, subject })
    };
    let mut pages: Vec<Page> = PAGES.iter().enumerate().flat_map(of_type).collect();
    // Two documents may ask for one address; the first has it, and the check of documents reports the other.
    let mut seen: HashSet<&str, foldhash::fast::RandomState> =
        HashSet::with_capacity_and_hasher(pages.len(), <_>::default());
    let is_first: Vec<bool> = pages.iter().map(|page| seen.insert(file_stem(&page.url))).collect();
    let mut is_first = is_first.into_iter();
    pages.retain(|_| is_first.next().unwrap_or(true));
    pages
}

/// Returns the identity of the file of a page, without making its path.
fn file_stem(url: &str) -> &str {
    match url.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        _ => url,
    }
}

fn base_path(config: &Config) -> String {
    let url = config.base_url.as_deref().and_then(|url| url::Url::parse(url).ok());
    let path = url.as_ref().map_or("/", url::Url::path);
    if path.ends_with('/') { path.to_owned() } else { format!("{path}/") }
}

fn group_kinds(portal: &Portal, config: &Config) -> Vec<KindGroup> {
    let mut groups: BTreeMap<(usize, &str), KindGroup> = BTreeMap::new();
    for (id, entity) in portal.catalog.iter() {
        let kind = entity.reference.kind();
        let group = groups
            .entry((kind_display::rank(kind), kind))
            .or_insert_with(|| KindGroup { face: kind_display::face(&entity.kind, config), entities: Vec::new() });
        group.entities.push(id);
    }
    let mut groups: Vec<KindGroup> = groups.into_values().collect();
    for group in &mut groups {
        // Ids follow references, so the sort being stable settles equal titles.
        group.entities.sort_by_cached_key(|id| portal.catalog.get(*id).title().to_lowercase());
    }
    groups
}

fn sources(workspace: &Workspace, portal: &Portal) -> HashMap<FileId, Source> {
    let of_entities = portal.catalog.entities().iter().map(|entity| entity.file);
    let of_docs = portal.docs.all().flat_map(|site| site.pages.iter().map(|page| page.file));
    let mut of_scorecards: Vec<FileId> = portal.scorecards.files();
    of_scorecards.sort_unstable();
    of_scorecards.dedup();
    let mut sources = HashMap::new();
    for file in of_entities.chain(of_docs).chain(of_scorecards) {
        sources.entry(file).or_insert_with(|| {
            let urls = workspace.source_urls(file);
            Source {
                path: workspace.path(file),
                view: urls.as_ref().map(|urls| urls.view.clone()),
                edit: urls.as_ref().map(|urls| urls.edit.clone()),
            }
        });
    }
    sources
}

/// Returns the documentation sites that have pages, by title.
fn docs_by_title(portal: &Portal) -> Vec<usize> {
    let sites = &portal.docs.sites;
    let mut listed: Vec<usize> = (0..sites.len()).filter(|at| !sites[*at].pages.is_empty()).collect();
    listed.sort_by_cached_key(|at| sites[*at].title.to_lowercase());
    listed
}

/// Finds the documentation of each entity: its own site, or the page of another's that it borrows.
fn docs_targets(portal: &Portal) -> Vec<Option<DocsTarget>> {
    let mut targets = vec![None; portal.catalog.entities().len()];
    let target = |site: usize, path: &str| {
        let pages = &portal.docs.sites[site].pages;
        let page = pages.iter().position(|page| page.path == path.trim_matches('/'));
        (!pages.is_empty()).then(|| DocsTarget { site, page: page.unwrap_or(0) })
    };
    for (at, site) in portal.docs.sites.iter().enumerate() {
        targets[site.entity.index()] = target(at, "");
    }
    for loan in &portal.docs.aliases {
        targets[loan.entity.index()] = target(loan.site, &loan.path);
    }
    targets
}

impl Site {
    /// Returns whether it has the same pages and files at the same addresses as another one, except those that belong
    /// to a theme or lie beside documents.
    #[must_use]
    pub fn has_pages_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.outline, &other.outline)
    }

    /// Returns every page and file in a fixed order.
    #[must_use]
    pub fn pages(&self) -> &[Page] {
        &self.outline.pages
    }

    /// Finds the page at a URL.
    #[must_use]
    pub fn page(&self, url: &str) -> Option<&Page> {
        self.outline.by_url.get(url).map(|at| &self.outline.pages[*at])
    }

    /// Returns the parts of the portal to which the navigation leads.
    #[must_use]
    pub fn nav(&self) -> &[NavEntry] {
        &self.outline.nav
    }

    /// Returns the kinds of which there are entities, in the order of lists.
    #[must_use]
    pub fn kinds(&self) -> &[KindGroup] {
        &self.outline.kinds
    }

    /// Finds the entities of a kind, which is in lower case.
    #[must_use]
    pub fn kind(&self, kind: &str) -> Option<&KindGroup> {
        self.outline.kinds.iter().find(|group| group.face.kind == kind)
    }

    /// Returns the lists of what entities have in common.
    #[must_use]
    pub fn listings(&self) -> &Listings {
        &self.outline.listings
    }

    /// Returns whether there are entities of a kind.
    #[must_use]
    pub fn has_kind(&self, kind: &str) -> bool {
        self.kind(kind).is_some()
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.outline.config
    }

    /// Returns the absolute address of the site, ending in `/`, if it is configured.
    #[must_use]
    pub fn base_url(&self) -> Option<&str> {
        self.outline.config.base_url.as_deref()
    }

    /// Returns the path of the site on its host, beginning and ending in `/`.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.outline.base_path
    }

    /// Returns where a file can be seen.
    #[must_use]
    pub fn source(&self, file: FileId) -> Option<&Source> {
        self.outline.sources.get(&file)
    }

    /// Returns what links and lists say of an entity.
    #[must_use]
    pub fn mention(&self, entity: EntityId) -> &EntityLabel {
        &self.outline.mentions[entity.index()]
    }

    /// Returns what an entity needs, or what needs it, in one step.
    #[must_use]
    pub fn neighbours(&self, entity: EntityId, side: Side) -> &[EntityId] {
        &self.outline.neighbours[entity.index()][side as usize]
    }

    /// Returns who is hit when an entity fails.
    #[must_use]
    pub fn impact(&self) -> &Impact {
        &self.outline.impact
    }

    /// Returns what is configured for the pages of an entity.
    #[must_use]
    pub fn entity_page(&self, entity: &Entity) -> Option<&EntityPage> {
        self.config().entity_pages.iter().find(|page| fits(&page.filter, entity))
    }

    /// Returns where the documentation of an entity is.
    #[must_use]
    pub fn docs_of(&self, entity: EntityId) -> Option<&DocsTarget> {
        self.outline.docs_of.get(entity.index())?.as_ref()
    }

    /// Returns the problems of the build.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns the errors and warnings about an entity with their indexes.
    pub fn problems_of(&self, entity: EntityId) -> impl Iterator<Item = (usize, &Problem)> {
        let indexes = self.problems_of.get(entity.index()).map_or(&[][..], Vec::as_slice);
        indexes.iter().map(|at| (*at, &self.problems[*at]))
    }

    /// Returns the entities that a Location has led to directly.
    #[must_use]
    pub fn located_entities(&self, location: &Entity) -> &[EntityId] {
        self.outline.located_entities.get(location.reference.as_str()).map_or(&[], Vec::as_slice)
    }

    /// Returns the indexes of the documentation sites that have pages, by title.
    #[must_use]
    pub fn docs_by_title(&self) -> &[usize] {
        &self.outline.docs_by_title
    }

    /// Returns the entities that are in a file.
    #[must_use]
    pub fn in_file(&self, file: FileId) -> &[EntityId] {
        self.outline.by_file.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Returns the last change of the file of an entity.
    #[must_use]
    pub fn changed(&self, entity: EntityId) -> Option<&LastChange> {
        self.outline.changed.get(entity.index())?.as_ref()
    }

    /// Returns the newest changes, newest first.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.outline.changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_change_comes_first_and_the_oldest_are_left_out() {
        let change = |time: i64| Change {
            time,
            title: time.to_string(),
            what: String::new(),
            url: String::new(),
            author: "Ann".into(),
        };
        let times = |changes: Vec<i64>| -> Vec<i64> {
            newest_first(changes.into_iter().map(change).collect()).iter().map(|change| change.time).collect()
        };
        assert_eq!(times(vec![2, 3, 1]), [3, 2, 1]);
        let many: Vec<i64> = (0..100).collect();
        let newest: Vec<i64> = (0..100).rev().take(CHANGES).collect();
        assert_eq!(times(many), newest);
    }
}
