//! What a Location leads to.

use serde::Serialize;

use super::{Card, Content};
use crate::catalog::EntityId;
use crate::site::kind_display::Column;
use crate::site::table::{self, Table};
use crate::site::{PageContext, ROWS_PER_PAGE};

/// The card.
pub struct Location;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    count: usize,
    /// The first of them.
    targets: Vec<String>,
    entities: Option<Table>,
}

impl Card for Location {
    fn name(&self) -> &'static str {
        "location"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let entity = view.entity(id);
        if entity.reference.kind() != "location" {
            return None;
        }
        let targets = table::targets(entity);
        let located_entities = view.site.located_entities(entity);
        let shown = &located_entities[..located_entities.len().min(ROWS_PER_PAGE)];
        let columns = [Column::Kind, Column::Owner, Column::Type, Column::Description];
        Some(Box::new(Model {
            count: targets.len(),
            targets: targets.into_iter().take(ROWS_PER_PAGE).map(str::to_owned).collect(),
            entities: (!located_entities.is_empty()).then(|| table::of_entities(view, &columns, shown)),
        }))
    }
}
