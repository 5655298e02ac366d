//! The relations of the entity: a table for each heading.

use serde::Serialize;

use super::{Card, Content, placed};
use crate::catalog::{EntityId, Relation};
use crate::site::PageContext;
use crate::site::context::{self, EntityLink};
use crate::site::kind_display::Column;
use crate::site::relations::{self, Place};
use crate::site::table::{self, Table};

/// Rows of a relation beyond these are listed by name only.
const ROWS: usize = 50;
/// And beyond these not at all: the Markdown of the page has all of them.
const NAMES: usize = 1_000;

/// The card.
pub struct Tables;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    tables: Vec<Headed>,
}

/// The relations under one heading.
#[derive(Debug, Serialize)]
struct Headed {
    anchor: String,
    title: String,
    count: usize,
    table: Table,
    further: Vec<EntityLink>,
    /// How many are not listed, and where they are.
    unlisted: Option<(String, &'static str)>,
}

impl Card for Tables {
    fn name(&self) -> &'static str {
        "relations"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let tables: Vec<Headed> =
            placed(view, id, Place::Table).iter().map(|(title, found)| headed(view, id, title, found)).collect();
        if tables.is_empty() { None } else { Some(Box::new(Model { tables })) }
    }
}

fn headed(view: &PageContext<'_>, id: EntityId, title: &str, found: &[&Relation]) -> Headed {
    use Column::{Definition, Description, Kind, Lifecycle, Members, Owner, System, Type};
    let system = |id| view.part_of(view.entity(id), "system").map(|link| link.reference);
    let type_or_definition =
        if found.iter().all(|relation| relation.target.kind() == "api") { Definition } else { Type };
    let columns = [Kind, System, Owner, type_or_definition, Lifecycle, Members, Description];
    let mut targets = found.iter().map(|relation| relation.target.kind());
    let first = targets.next();
    // One kind needs no column that says so.
    let mixed = targets.any(|kind| Some(kind) != first);
    let own = system(id);
    let elsewhere = found.iter().filter_map(|relation| relation.id).any(|other| system(other) != own);
    let columns: Vec<Column> =
        columns.into_iter().filter(|column| (mixed || *column != Kind) && (elsewhere || *column != System)).collect();
    let shown = &found[..found.len().min(ROWS)];
    let unlisted = found.len().saturating_sub(ROWS + NAMES);
    Headed {
        anchor: relations::slug(title),
        title: title.to_owned(),
        count: found.len(),
        table: table::of_relations(view, &columns, shown),
        further: found[shown.len()..].iter().take(NAMES).map(|relation| view.relation(relation)).collect(),
        unlisted: (unlisted > 0).then(|| (context::grouped(unlisted), "index.md")),
    }
}
