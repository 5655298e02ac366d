//! What changed last of all that a group or user owns, alone and with others.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::site::changes::newest_of;
use crate::site::{ChangeLine, PageContext};

/// Changes that are shown.
const LISTED: usize = 6;

/// The card.
pub struct Changes;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    changes: Vec<ChangeLine>,
}

impl Card for Changes {
    fn name(&self) -> &'static str {
        "changes"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        if !matches!(view.entity(id).reference.kind(), "group" | "user") {
            return None;
        }
        let changes = newest_of(view, view.owned(&view.owners(id)).into_iter(), LISTED);
        (!changes.is_empty()).then(|| Box::new(Model { changes }) as Box<dyn Content>)
    }
}
