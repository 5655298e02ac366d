//! How an entity stands on scorecards, a line each.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::routes;
use crate::site::scorecards as lines;
use crate::site::tabs::scorecards::shown;
use crate::site::PageContext;

/// See the module.
pub struct Scorecards;

/// What the template shows.
#[derive(Debug, Serialize)]
struct Model {
    cards: Vec<lines::Card>,
    all: String,
}

impl Card for Scorecards {
    fn name(&self) -> &'static str {
        "scorecards"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let cards: Vec<_> = shown(view.portal, id).map(|(card, outcome)| lines::summary(view, card, outcome)).collect();
        let all = view.href(&routes::entity_tab(&view.entity(id).reference, "scorecards"));
        if cards.is_empty() { None } else { Some(Box::new(Model { cards, all })) }
    }
}
