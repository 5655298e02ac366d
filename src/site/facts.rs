//! Facts that many pages share, computed once: kinds, labels of entities, sources of files, neighbours, documentation.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use super::kind_display::KindDisplay;
use super::{context, kind_display};
use crate::catalog::{Entity, EntityId};
use crate::config::Config;
use crate::portal::Portal;
use crate::routes;
use crate::text::{FileId, natural_key};
use crate::workspace::Workspace;

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
    /// See [`PageContext::summary`](super::PageContext::summary); made when a page asks for it.
    pub(super) summary: OnceLock<Option<String>>,
}

impl EntityLabel {
    pub(super) fn of(entity: &Entity) -> Self {
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

    pub(super) fn of(self, entity: &Entity) -> Box<[EntityId]> {
        self.relations().iter().flat_map(|kind| entity.related(kind)).filter_map(|relation| relation.id).collect()
    }
}

pub(super) fn base_path(config: &Config) -> String {
    let url = config.base_url.as_deref().and_then(|url| url::Url::parse(url).ok());
    let path = url.as_ref().map_or("/", url::Url::path);
    if path.ends_with('/') { path.to_owned() } else { format!("{path}/") }
}

pub(super) fn group_kinds(portal: &Portal, config: &Config) -> Vec<KindGroup> {
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
        group.entities.sort_by_cached_key(|id| natural_key(portal.catalog.get(*id).title()));
    }
    groups
}

pub(super) fn sources(workspace: &Workspace, portal: &Portal) -> HashMap<FileId, Source> {
    let of_entities = portal.catalog.entities().iter().map(|entity| entity.file);
    let of_docs = portal.docs.all().flat_map(|site| site.pages.iter().map(|page| page.file));
    let mut of_scorecards: Vec<FileId> = portal.scorecards.files();
    of_scorecards.extend(portal.dashboards.list.iter().map(|dashboard| dashboard.file));
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
pub(super) fn docs_by_title(portal: &Portal) -> Vec<usize> {
    let sites = &portal.docs.sites;
    let mut listed: Vec<usize> = (0..sites.len()).filter(|at| !sites[*at].pages.is_empty()).collect();
    listed.sort_by_cached_key(|at| sites[*at].title.to_lowercase());
    listed
}

/// Finds the documentation of each entity: its own site, or the page of another's that it borrows.
pub(super) fn docs_targets(portal: &Portal) -> Vec<Option<DocsTarget>> {
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
