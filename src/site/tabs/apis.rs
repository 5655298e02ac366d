//! Who provides and who consumes the APIs of a domain, a system or a component, and those an API is among.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Content, Tab};
use crate::catalog::{Catalog, EntityId};
use crate::portal::Portal;
use crate::site::context::{self, EntityLink};
use crate::site::{PageContext, Site};

/// How many APIs are shown.
const ROWS: usize = 200;
/// With more components than this they are named in each row instead of having columns.
const COLUMNS: usize = 16;
/// How deep systems and domains are followed.
const MAX_DEPTH: usize = 8;

/// The tab.
pub struct Apis;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    /// The components, where they have columns.
    columns: Vec<EntityLink>,
    rows: Vec<Row>,
    /// How many APIs are not shown.
    unlisted: usize,
    /// What is missing, in words.
    notes: Vec<String>,
}

/// One API.
#[derive(Debug, Serialize)]
struct Row {
    link: EntityLink,
    /// Of each column: `provides`, `consumes`, `both`, or nothing.
    cells: Vec<Option<&'static str>>,
    providers: Vec<EntityLink>,
    consumers: Vec<EntityLink>,
}

impl Tab for Apis {
    fn id(&self) -> &'static str {
        "apis"
    }

    fn title(&self) -> &'static str {
        "APIs"
    }

    fn icon(&self) -> &'static str {
        "kind-api"
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        matches!(portal.catalog.get(entity).reference.kind(), "system" | "domain")
            && !apis_of(&portal.catalog, entity).is_empty()
    }

    fn content(&self, view: &PageContext<'_>, entity: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(matrix(view, &apis_of(&view.portal.catalog, entity))))
    }
}

/// Finds the APIs of a system, or of the systems of a domain and of the domains below it.
fn apis_of(catalog: &Catalog, entity: EntityId) -> BTreeSet<EntityId> {
    let mut apis = BTreeSet::new();
    let mut seen = BTreeSet::from([entity]);
    let mut level = vec![entity];
    for _ in 0..MAX_DEPTH {
        let mut next = Vec::new();
        for id in level.drain(..) {
            for part in catalog.get(id).related("hasPart").filter_map(|relation| relation.id) {
                match catalog.get(part).reference.kind() {
                    "api" => {
                        apis.insert(part);
                    }
                    "system" | "domain" if seen.insert(part) => next.push(part),
                    _ => {}
                }
            }
        }
        level = next;
    }
    apis
}

fn matrix(view: &PageContext<'_>, apis: &BTreeSet<EntityId>) -> Model {
    // The order of ids says nothing to readers; that of titles does.
    let mut apis: Vec<EntityId> = apis.iter().copied().collect();
    apis.sort_by_cached_key(|id| (view.entity(*id).title().to_lowercase(), view.entity(*id).reference.to_string()));
    let unlisted = apis.len().saturating_sub(ROWS);
    let ends = |id: EntityId, relation: &'static str| view.entity(id).related(relation);
    let unused = apis.iter().filter(|id| ends(**id, "apiConsumedBy").next().is_none()).count();
    let unoffered = apis.iter().filter(|id| ends(**id, "apiProvidedBy").next().is_none()).count();
    let mut notes = Vec::new();
    for (number, what) in [(unused, "consumes"), (unoffered, "provides")] {
        if number > 0 {
            notes.push(format!(
                "Nobody in the catalog {what} {}.",
                context::count(number, "of these APIs", "of these APIs")
            ));
        }
    }
    apis.truncate(ROWS);
    let mut columns: BTreeMap<(String, String), EntityLink> = BTreeMap::new();
    for id in &apis {
        for relation in ["apiProvidedBy", "apiConsumedBy"].into_iter().flat_map(|kind| ends(*id, kind)) {
            let link = view.plain_relation(relation);
            columns.insert((link.title.to_lowercase(), link.reference.clone()), link);
        }
    }
    let columns: Vec<EntityLink> = columns.into_values().collect();
    let columns = if columns.len() > COLUMNS { Vec::new() } else { columns };
    let rows = apis
        .into_iter()
        .map(|id| {
            let links = |relation| ends(id, relation).map(|it| view.plain_relation(it)).collect::<Vec<_>>();
            let (providers, consumers) = (links("apiProvidedBy"), links("apiConsumedBy"));
            let among =
                |links: &[EntityLink], column: &EntityLink| links.iter().any(|it| it.reference == column.reference);
            let cell = |column: &EntityLink| match (among(&providers, column), among(&consumers, column)) {
                (true, true) => Some("both"),
                (true, false) => Some("provides"),
                (false, true) => Some("consumes"),
                (false, false) => None,
            };
            Row { link: view.link(id), cells: columns.iter().map(cell).collect(), providers, consumers }
        })
        .collect();
    Model { columns, rows, unlisted, notes }
}
