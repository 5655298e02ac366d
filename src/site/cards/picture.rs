//! The entity among its neighbours, as a picture.

use super::{Card, Content};
use crate::catalog::EntityId;
use crate::site::{PageContext, graphs};

/// The card.
pub struct Relations;

impl Card for Relations {
    fn name(&self) -> &'static str {
        "picture"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        graphs::neighbours(view, id).map(|picture| Box::new(picture) as Box<dyn Content>)
    }
}
