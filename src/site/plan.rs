//! The plan: which pages there are, and the facts that they share, kept as long as their inputs are the same.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::catalog_lists::Listings;
use super::changes::changes;
use super::facts::{base_path, docs_by_title, docs_targets, group_kinds, sources};
use super::pages::{PAGES, PageType};
use super::{EntityLabel, Outline, Page, Side, Site, problems};
use crate::adr::Decisions;
use crate::announcements::Announcements;
use crate::api::Api;
use crate::catalog::{Catalog, EntityId};
use crate::dashboards::Dashboards;
use crate::diag::Severity;
use crate::impact::Impact;
use crate::incremental::{ByAddress, Changes, Fingerprint, MemoTable};
use crate::mentions::Mentions;
use crate::portal::Portal;
use crate::radar::Radar;
use crate::scaffold::examples::Known;
use crate::scorecards::Scorecards;
use crate::snapshots::Snapshots;
use crate::text::FileId;
use crate::workspace::{LastChange, Workspace};

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
type OutlineInputs = (CatalogInputs, Judged, ByAddress<Decisions>, Arc<Mentions>, ByAddress<Vec<Radar>>, Fingerprint);

type Judged = (ByAddress<Scorecards>, ByAddress<Dashboards>);

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
        let judged = (ByAddress(Arc::clone(&portal.scorecards)), ByAddress(Arc::clone(&portal.dashboards)));
        let inputs =
            (of_catalog, judged, decisions, mentions, ByAddress(Arc::clone(&portal.radars)), portal.docs.outline());
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
    Site { outline, problems, problems_of, now: workspace.now() }
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
        (Listings::of(catalog, &kinds, &workspace.config().views), kinds)
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
    let site = Site { outline: Arc::new(outline), problems: Vec::new(), problems_of: Vec::new(), now: workspace.now() };
    let pages = plan_pages(portal, &site);
    let nav = PAGES.iter().filter_map(|kind| kind.nav(portal, &site)).collect();
    let by_url = pages.iter().enumerate().map(|(at, page)| (page.url.clone(), at)).collect();
    let outline = Arc::into_inner(site.outline);
    // Nobody else has it.
    outline.map_or_else(Outline::default, |outline| Outline { pages, by_url, nav, ..outline })
}

/// Lists the pages of each type; see [`pages::PAGES`](super::pages::PAGES).
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
