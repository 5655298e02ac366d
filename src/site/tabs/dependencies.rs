//! What an entity needs, and what needs it: directly and through others.

use std::collections::{HashSet, VecDeque};

use serde::Serialize;

use super::{Tab, TabModel};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::kinds::Column;
use crate::site::table::{self, Table};
use crate::site::view::{self, EntityLink};
use crate::site::{Site, View};

/// Relations to what an entity needs in order to work.
const NEEDS: &[&str] = &["dependsOn", "consumesApi"];
/// Relations to what would feel it.
const NEEDED_BY: &[&str] = &["dependencyOf", "apiConsumedBy"];
/// An API works as long as somebody provides it.
const PROVIDED_BY: &str = "apiProvidedBy";
/// The consumers of an API feel it when a provider fails.
const PROVIDES: &str = "providesApi";
/// More rows than this help nobody.
const LISTED: usize = 100;
/// Nor do more names of what is only reached through others.
const FURTHER: usize = 40;
/// Where the walk ends, so that a catalog in which everything needs everything does not cost its square.
const REACHED: usize = 200;

/// See the module.
pub struct Dependencies;

/// What the template shows.
#[derive(Debug, Serialize)]
pub struct Model {
    sections: Vec<Section>,
}

/// One direction.
#[derive(Debug, Serialize)]
struct Section {
    title: &'static str,
    empty: &'static str,
    /// The neighbours.
    direct: Option<Table>,
    /// Those reached through others, by distance.
    further: Vec<Distance>,
    /// How many there are in all.
    total: String,
    /// How many of them are not listed.
    unlisted: usize,
}

/// What is reached in the same number of steps.
#[derive(Debug, Serialize)]
struct Distance {
    title: String,
    links: Vec<EntityLink>,
}

impl Tab for Dependencies {
    fn id(&self) -> &'static str {
        "dependencies"
    }

    fn title(&self) -> &'static str {
        "Dependencies"
    }

    fn icon(&self) -> &'static str {
        "dependencies"
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        let relevant =
            |kind: &str| NEEDS.contains(&kind) || NEEDED_BY.contains(&kind) || kind == PROVIDED_BY || kind == PROVIDES;
        portal.catalog.get(entity).relations.iter().any(|relation| relevant(&relation.kind))
    }

    fn model(&self, view: &View<'_>, entity: EntityId) -> TabModel {
        TabModel::Dependencies(Model {
            sections: vec![
                section(
                    view,
                    entity,
                    "Needs",
                    "This depends on nothing that the catalog knows of.",
                    &[NEEDS, &[PROVIDED_BY]].concat(),
                ),
                section(
                    view,
                    entity,
                    "Needed by",
                    "Nothing in the catalog depends on this.",
                    &[NEEDED_BY, &[PROVIDES]].concat(),
                ),
            ],
        })
    }
}

/// Walks relations breadth first; what is near comes before what is far.
fn section(view: &View<'_>, entity: EntityId, title: &'static str, empty: &'static str, relations: &[&str]) -> Section {
    let mut seen = HashSet::from([entity]);
    let mut queue = VecDeque::from([(entity, 0_usize)]);
    let mut levels: Vec<Vec<EntityId>> = Vec::new();
    while let Some((from, distance)) = queue.pop_front() {
        for relation in &view.entity(from).relations {
            let Some(id) = relation.id else { continue };
            if seen.len() <= REACHED && relations.contains(&&*relation.kind) && seen.insert(id) {
                if levels.len() <= distance {
                    levels.push(Vec::new());
                }
                levels[distance].push(id);
                queue.push_back((id, distance + 1));
            }
        }
    }
    let total: usize = levels.iter().map(Vec::len).sum();
    let mut levels = levels.into_iter();
    let direct = levels.next().unwrap_or_default();
    let mut room = FURTHER;
    let mut further = Vec::new();
    let mut unlisted = direct.len().saturating_sub(LISTED);
    for (at, ids) in levels.enumerate() {
        let listed = ids.len().min(room);
        room -= listed;
        unlisted += ids.len() - listed;
        if listed > 0 {
            further.push(Distance {
                title: format!("In {} steps", at + 2),
                links: ids[..listed].iter().map(|id| view.link(*id)).collect(),
            });
        }
    }
    let columns = [Column::Kind, Column::Type, Column::Owner, Column::System, Column::Lifecycle, Column::Description];
    let shown = &direct[..direct.len().min(LISTED)];
    Section {
        title,
        empty,
        direct: (!direct.is_empty()).then(|| table::of_entities(view, &columns, shown)),
        further,
        total: if total >= REACHED { format!("more than {REACHED}") } else { view::grouped(total) },
        unlisted,
    }
}
