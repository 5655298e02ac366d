//! What the failure of which entity costs: the hubs, the circles, and the APIs that nobody uses.

use serde::Serialize;

use super::{PageContent, PageType};
use crate::catalog::EntityId;
use crate::impact;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::{Site, Subject};

/// Maximum number of hubs, cycles and APIs that are listed.
const LISTED: usize = 200;
/// Maximum number of members of a cycle that are named.
const NAMED: usize = 20;

/// The type of page.
pub struct Impacts;

impl PageType for Impacts {
    fn plan(&self, portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        let is_hub = |at: usize| site.impact().direct(EntityId::new(at)) > 0;
        if !(0..portal.catalog.entities().len()).any(is_hub) {
            return Vec::new();
        }
        vec![
            (routes::IMPACT.to_owned(), Subject::Portal),
            (routes::IMPACT_TABLE.to_owned(), Subject::List { list: 0, page: 1 }),
        ]
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::Portal => PageContent::html("impact.html", model(view)),
            Subject::List { .. } => {
                PageContent::File { bytes: table(view).into_bytes(), mime: "text/csv; charset=utf-8" }
            }
            _ => PageContent::nothing(),
        }
    }

    fn in_sitemap(&self, subject: Subject) -> bool {
        subject == Subject::Portal
    }
}

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    hubs: Vec<Hub>,
    unlisted: usize,
    cycles: Vec<Cycle>,
    unused: Vec<EntityLink>,
    unused_count: String,
    /// Components that hit nobody.
    leaves: Vec<EntityLink>,
    leaves_count: String,
    table: String,
}

/// An entity that hits others.
#[derive(Debug, Serialize)]
struct Hub {
    link: EntityLink,
    href: String,
    owner: Option<EntityLink>,
    direct: String,
    total: String,
}

/// Entities that hit each other.
#[derive(Debug, Serialize)]
struct Cycle {
    links: Vec<EntityLink>,
    more: usize,
}

/// Returns the entities that hit others, those that hit most first.
fn hubs(view: &PageContext<'_>) -> Vec<EntityId> {
    let impact = view.site.impact();
    let all = view.portal.catalog.iter().map(|(id, _)| id);
    let mut hubs: Vec<EntityId> = all.filter(|id| impact.direct(*id) > 0).collect();
    hubs.sort_by_key(|id| (std::cmp::Reverse((impact.size(*id), impact.direct(*id))), *id));
    hubs
}

fn model(view: &PageContext<'_>) -> PageModel<Model> {
    let impact = view.site.impact();
    let hubs = hubs(view);
    let hub = |id: &EntityId| Hub {
        link: view.link(*id),
        href: view.href(&routes::entity_tab(&view.entity(*id).reference, "impact")),
        owner: view.owner(view.entity(*id)),
        direct: context::grouped(impact.direct(*id)),
        total: context::grouped(impact.size(*id)),
    };
    let cycle = |members: &Vec<EntityId>| Cycle {
        links: members.iter().take(NAMED).map(|id| view.link(*id)).collect(),
        more: members.len().saturating_sub(NAMED),
    };
    let apis = view.portal.catalog.iter().filter(|(_, entity)| entity.reference.kind() == "api");
    let unused: Vec<EntityId> =
        apis.filter(|(_, entity)| entity.related("apiConsumedBy").next().is_none()).map(|(id, _)| id).collect();
    let components = view.portal.catalog.iter().filter(|(_, entity)| entity.reference.kind() == "component");
    let leaves: Vec<EntityId> = components.map(|(id, _)| id).filter(|id| impact.direct(*id) == 0).collect();
    let model = Model {
        leaves_count: context::grouped(leaves.len()),
        leaves: leaves.into_iter().take(LISTED).map(|id| view.link(id)).collect(),
        unlisted: hubs.len().saturating_sub(LISTED),
        hubs: hubs.iter().take(LISTED).map(hub).collect(),
        cycles: impact.cycles().iter().take(LISTED).map(cycle).collect(),
        unused_count: context::grouped(unused.len()),
        unused: unused.into_iter().take(LISTED).map(|id| view.link(id)).collect(),
        table: view.href(routes::IMPACT_TABLE),
    };
    let about = About {
        title: Some("Impact".to_owned()),
        breadcrumbs: vec![(routes::CATALOG.to_owned(), "Catalog".to_owned())],
        class: "impact",
        ..About::default()
    };
    frame(view, Section::CATALOG, about, model)
}

/// Writes the numbers of all entities as CSV.
fn table(view: &PageContext<'_>) -> String {
    let impact = view.site.impact();
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = out.write_record(["ref", "title", "owner", "tier", "direct", "total"]);
    for id in hubs(view) {
        let entity = view.entity(id);
        let owner = entity.related("ownedBy").next().map_or("", |owner| owner.target.as_str());
        let numbers = [impact.direct(id).to_string(), impact.size(id).to_string()];
        let tier = impact::tier(entity).unwrap_or_default();
        let _ = out.write_record([entity.reference.as_str(), entity.title(), owner, tier, &numbers[0], &numbers[1]]);
    }
    out.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
