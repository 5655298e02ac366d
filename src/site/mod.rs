//! The list of pages: every URL of the site and what it shows, and the facts that many pages share.
//!
//! Owns which pages there are (`plan`), one model per type of page (`pages/`), the tabs of an entity (`tabs/`), and what
//! relations and kinds are called. Knows nothing of templates, disks or servers.
//!
//! To add a type of page, a tab of an entity or a card of overviews, add a file to `pages/`, `tabs/` or `cards/`, a template,
//! and a line to `registry.rs`.
//!
//! Invariant: `plan` is total, and the order of its pages depends on the content alone.

pub mod announcements;
pub mod atom;
pub mod cards;
mod changes;
pub mod charts;
mod facts;
pub mod layout;
pub mod date;
pub mod decisions;
pub mod graphs;
pub mod icons;
pub mod kind_display;
pub mod catalog_lists;
pub mod mentions;
pub mod feeds;
mod page;
pub mod pages;
pub mod people;
mod plan;
pub mod problems;
pub mod reference;
pub mod relations;
pub mod rollup;
pub mod scorecards;
pub mod snapshots;
pub mod source_links;
pub mod stacked_bar;
pub mod table;
pub mod tabs;
pub mod context;
pub mod yaml_highlight;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub(crate) use changes::newest_first;
pub use changes::{Change, ChangeLine, Changed};
pub use context::PageContext;
pub use facts::{DocsTarget, EntityLabel, KindGroup, Side, Source};
pub use page::{File, Page, Subject};
pub use plan::{Memo, plan};
pub use problems::Problem;

use crate::catalog::filter::fits;
use crate::catalog::{Entity, EntityId};
use crate::config::{Config, EntityPage};
use crate::impact::Impact;
use crate::text::FileId;
use crate::workspace::LastChange;
use catalog_lists::Listings;
use layout::NavEntry;

/// How many rows a static page of the catalog holds.
pub const ROWS_PER_PAGE: usize = 200;

/// Every page, and what many pages need to know.
#[derive(Debug)]
pub struct Site {
    outline: Arc<Outline>,
    problems: Vec<Problem>,
    problems_of: Vec<Vec<usize>>,
    /// The time of the build, in seconds since 1970 UTC.
    now: i64,
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

    /// Returns for how many days documents may stay unchanged, if one was not changed for longer.
    #[must_use]
    pub fn stale_days(&self, change: &LastChange) -> Option<i64> {
        let after = self.config().docs.stale_after?;
        (change.time.saturating_add(after) <= self.now).then_some(after / 86_400)
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
