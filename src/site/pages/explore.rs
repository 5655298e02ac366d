//! Domains with their systems, and the organisation as a tree.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{PageContent, PageType};
use crate::catalog::EntityId;
use crate::catalog::kinds::KINDS;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::graphs::{self, GraphFigure};
use crate::site::kind_display::in_sentence;
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::{Site, Subject};

/// Domains, systems and the organisation.
pub struct Explore;

impl PageType for Explore {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::EXPLORE.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("explore.html", model(view))
    }

    fn nav(&self, _portal: &Portal, site: &Site) -> Option<NavEntry> {
        (["domain", "system", "group"].iter().any(|kind| site.has_kind(kind))).then_some(NavEntry {
            section: Section::EXPLORE,
            url: routes::EXPLORE,
            title: "Explore",
            icon: "explore",
        })
    }
}

/// A tree deeper than this is cut.
const DEPTH: usize = 12;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    domains: Vec<Domain>,
    /// Systems in no domain.
    systems: Vec<System>,
    groups: Vec<Group>,
    chart: Option<GraphFigure>,
    graph: String,
    /// A sentence such as `4 groups, 20 people`.
    organization: String,
}

/// A domain.
#[derive(Debug, Serialize)]
struct Domain {
    link: EntityLink,
    summary: Option<String>,
    owner: Option<EntityLink>,
    systems: Vec<System>,
}

/// A system.
#[derive(Debug, Serialize)]
struct System {
    link: EntityLink,
    summary: Option<String>,
    /// Such as `3 components, 1 API`.
    parts: String,
}

/// A group with those below it.
#[derive(Debug, Serialize)]
struct Group {
    link: EntityLink,
    r#type: Option<String>,
    members: usize,
    owned: usize,
    groups: Vec<Group>,
}

/// Makes the page.
#[must_use]
pub fn model(view: &PageContext<'_>) -> PageModel<Model> {
    let of_kind = |kind: &str| view.site.kind(kind).map_or(&[][..], |group| &group.entities[..]);
    let mut placed: BTreeSet<EntityId> = BTreeSet::new();
    let mut domains = Vec::new();
    for id in of_kind("domain") {
        let entity = view.entity(*id);
        let mut systems = Vec::new();
        for relation in entity.related("hasPart").filter(|relation| relation.target.kind() == "system") {
            if let Some(system) = relation.id {
                placed.insert(system);
                systems.push(self::system(view, system));
            }
        }
        domains.push(Domain {
            link: view.link(*id),
            summary: view.summary(entity),
            owner: view.owner(entity),
            systems,
        });
    }
    let systems = of_kind("system").iter().filter(|id| !placed.contains(id)).map(|id| system(view, *id)).collect();

    let groups = of_kind("group");
    let mut seen = BTreeSet::new();
    let is_root = |id: &&EntityId| !view.entity(**id).related("childOf").any(|relation| relation.id.is_some());
    let roots: Vec<EntityId> = groups.iter().copied().filter(|id| is_root(&id)).collect();
    let mut tree: Vec<Group> = roots.iter().map(|id| group(view, *id, &mut seen, 0)).collect();
    // A circle of groups has no root; it still must not vanish.
    for id in groups {
        if !seen.contains(id) {
            tree.push(group(view, *id, &mut seen, 0));
        }
    }
    let people = of_kind("user").len();
    let model = Model {
        domains,
        systems,
        groups: tree,
        chart: graphs::organisation(view, &roots),
        graph: view.href(routes::GRAPH),
        organization: format!(
            "{}, {}",
            context::count(groups.len(), "group", "groups"),
            context::count(people, "person", "people")
        ),
    };
    let about = About { title: Some("Explore".to_owned()), class: "explore", ..About::default() };
    frame(view, Section::EXPLORE, about, model)
}

fn system(view: &PageContext<'_>, id: EntityId) -> System {
    let entity = view.entity(id);
    let count = |kind: &str| entity.related("hasPart").filter(|relation| relation.target.kind() == kind).count();
    let parts: Vec<String> = KINDS
        .iter()
        .filter(|kind| kind.is_part)
        .map(|kind| (count(kind.id), kind))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| context::count(count, &in_sentence(kind.one), &in_sentence(kind.many)))
        .collect();
    System { link: view.link(id), summary: view.summary(entity), parts: parts.join(", ") }
}

fn group(view: &PageContext<'_>, id: EntityId, seen: &mut BTreeSet<EntityId>, depth: usize) -> Group {
    seen.insert(id);
    let entity = view.entity(id);
    let mut groups = Vec::new();
    if depth < DEPTH {
        for child in entity.related("parentOf").filter_map(|relation| relation.id) {
            if view.entity(child).reference.kind() == "group" && !seen.contains(&child) {
                groups.push(group(view, child, seen, depth + 1));
            }
        }
    }
    Group {
        link: view.link(id),
        r#type: entity.spec_str("type").map(str::to_owned),
        members: entity.related("hasMember").count(),
        owned: entity.related("ownerOf").count(),
        groups,
    }
}
