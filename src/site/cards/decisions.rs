//! The newest decisions of an entity.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::routes;
use crate::site::{PageContext, decisions};

/// Maximum number that are named.
const NAMED: usize = 5;

/// The card.
pub struct Decisions;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    list: decisions::List,
    all: String,
    more: usize,
}

impl Card for Decisions {
    fn name(&self) -> &'static str {
        "decisions"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let (ids, _) = decisions::of_entity(view, id);
        if ids.is_empty() {
            return None;
        }
        let list = decisions::list(view, &ids, &ids[..ids.len().min(NAMED)], true);
        let all = view.href(&routes::entity_tab(&view.entity(id).reference, "adrs"));
        Some(Box::new(Model { list, all, more: ids.len().saturating_sub(NAMED) }))
    }
}
