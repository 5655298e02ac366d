//! Where the entity is talked about.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::routes;
use crate::site::PageContext;
use crate::site::mentions::{Line, line};

/// Maximum number that are shown on the overview.
const SHOWN: usize = 10;

/// The card.
pub struct Mentions;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    lines: Vec<Line>,
    count: usize,
    /// The page with all of them.
    all: Option<String>,
}

impl Card for Mentions {
    fn name(&self) -> &'static str {
        "mentions"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let all = view.portal.mentions.of(id);
        (!all.is_empty()).then(|| -> Box<dyn Content> { Box::new(model(view, id, SHOWN)) })
    }
}

/// Returns whether there are more than the overview shows.
#[must_use]
pub fn are_many(portal: &crate::portal::Portal, id: EntityId) -> bool {
    portal.mentions.of(id).len() > SHOWN
}

/// Lists the first mentions of an entity.
#[must_use]
pub fn model(view: &PageContext<'_>, id: EntityId, most: usize) -> Model {
    let all = view.portal.mentions.of(id);
    let page = || view.href(&routes::entity_tab(&view.entity(id).reference, "mentions"));
    Model {
        lines: all.iter().take(most).map(|mention| line(view, mention)).collect(),
        count: all.len(),
        all: (all.len() > most && are_many(view.portal, id)).then(page),
    }
}
