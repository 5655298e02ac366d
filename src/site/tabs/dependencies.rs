//! What an entity needs, and what needs it: directly and through others.

use std::collections::{BTreeMap, HashSet, VecDeque};

use foldhash::fast::RandomState;
use serde::Serialize;

use super::{Content, Shows, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::context::{self, EntityLink};
use crate::site::graphs::{self, GraphFigure};
use crate::site::kind_display::Column;
use crate::site::table::{self, Table};
use crate::site::{PageContext, Side, Site};

/// More rows than this help nobody.
const LISTED: usize = 50;
/// Nor do more names of what is only reached through others.
const FURTHER: usize = 40;
/// Of the owners, those who own most.
const OWNERS: usize = 12;
/// Where the walk ends, so that a catalog in which everything needs everything does not cost its square.
const REACHED: usize = 200;

/// The tab.
pub struct Dependencies;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    picture: Option<GraphFigure>,
    sections: Vec<Section>,
}

/// One direction.
#[derive(Debug, Serialize)]
struct Section {
    anchor: &'static str,
    title: &'static str,
    explain: &'static str,
    empty: &'static str,
    /// The neighbours.
    direct: Option<Table>,
    /// Those reached through others, by distance.
    further: Vec<Distance>,
    /// Who would notice, with how much of it they own.
    owners: Vec<(EntityLink, String)>,
    /// How many further owners there are.
    more_owners: Option<String>,
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
        let relevant = |kind: &str| Side::BOTH.iter().any(|side| side.relations().contains(&kind));
        portal.catalog.get(entity).relations.iter().any(|relation| relevant(&relation.kind))
    }

    fn shows(&self) -> Shows {
        Shows::Catalog
    }

    fn content(&self, view: &PageContext<'_>, entity: EntityId) -> Option<Box<dyn Content>> {
        let sides = [&NEEDS_FACE, &NEEDED_BY_FACE].map(|face| (face, walk(view.site, entity, face.side)));
        let [needs, needed_by] = &sides;
        Some(Box::new(Model {
            picture: graphs::dependencies(
                view,
                entity,
                (needs.0.side.relations(), &needs.1),
                (needed_by.0.side.relations(), &needed_by.1),
            ),
            sections: sides.iter().map(|(face, levels)| section(view, face, levels)).collect(),
        }))
    }
}

/// One direction and what it is called.
struct Face {
    anchor: &'static str,
    title: &'static str,
    explain: &'static str,
    empty: &'static str,
    side: Side,
}

const NEEDS_FACE: Face = Face {
    anchor: "needs",
    title: "Needs",
    explain: "If one of these fails, this feels it.",
    empty: "This depends on nothing that the catalog knows of.",
    side: Side::Needs,
};

const NEEDED_BY_FACE: Face = Face {
    anchor: "needed-by",
    title: "Needed by",
    explain: "If this fails, these are affected.",
    empty: "Nothing in the catalog depends on this.",
    side: Side::NeededBy,
};

/// Walks breadth first: what is reached in one step, in two, and so on.
fn walk(site: &Site, entity: EntityId, side: Side) -> Vec<Vec<EntityId>> {
    let mut seen = HashSet::<EntityId, RandomState>::from_iter([entity]);
    let mut queue = VecDeque::from([(entity, 0_usize)]);
    let mut levels: Vec<Vec<EntityId>> = Vec::new();
    while let Some((from, distance)) = queue.pop_front() {
        if seen.len() > REACHED {
            break;
        }
        for id in site.neighbours(from, side) {
            if seen.len() <= REACHED && seen.insert(*id) {
                if levels.len() <= distance {
                    levels.push(Vec::new());
                }
                levels[distance].push(*id);
                queue.push_back((*id, distance + 1));
            }
        }
    }
    levels
}

fn section(view: &PageContext<'_>, face: &Face, levels: &[Vec<EntityId>]) -> Section {
    let total: usize = levels.iter().map(Vec::len).sum();
    let mut owners: BTreeMap<EntityId, usize> = BTreeMap::new();
    for id in levels.iter().flatten() {
        if let Some(owner) = view.site.mention(*id).owner {
            *owners.entry(owner).or_default() += 1;
        }
    }
    let mut owners: Vec<(EntityId, usize)> = owners.into_iter().collect();
    owners.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more_owners = owners.len().saturating_sub(OWNERS);
    owners.truncate(OWNERS);
    let mut levels = levels.iter();
    let direct = levels.next().map_or(&[][..], Vec::as_slice);
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
        anchor: face.anchor,
        title: face.title,
        empty: face.empty,
        explain: face.explain,
        direct: (!direct.is_empty()).then(|| table::of_entities(view, &columns, shown)),
        further,
        owners: owners.into_iter().map(|(owner, count)| (view.link(owner), context::grouped(count))).collect(),
        more_owners: (more_owners > 0).then(|| context::grouped(more_owners)),
        total: if total >= REACHED { format!("more than {REACHED}") } else { context::grouped(total) },
        unlisted,
    }
}
