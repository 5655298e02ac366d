//! What is announced about an entity.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::site::PageContext;
use crate::site::announcements::{Item, item};

/// Maximum number that are shown.
const SHOWN: usize = 5;

/// The card.
pub struct Announcements;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    items: Vec<Item>,
}

impl Card for Announcements {
    fn name(&self) -> &'static str {
        "announcements"
    }

    fn side(&self) -> Side {
        Side::Wide
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let active = view.portal.announcements.active().filter(|(_, one)| one.entity == Some(id));
        let items: Vec<Item> = active.take(SHOWN).map(|(_, one)| item(view, one)).collect();
        (!items.is_empty()).then(|| Box::new(Model { items }) as Box<dyn Content>)
    }
}
