//! The overview: what an entity is, whose, and how it is related to others, on cards.

use serde::Serialize;

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::cards::{self, RenderedCard, Side};
use crate::site::{PageContext, Site};

/// The tab.
pub struct Overview;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    wide: Vec<RenderedCard>,
    narrow: Vec<RenderedCard>,
}

impl Tab for Overview {
    fn id(&self) -> &'static str {
        ""
    }

    fn title(&self) -> &'static str {
        "Overview"
    }

    fn icon(&self) -> &'static str {
        "overview"
    }

    fn applies(&self, _portal: &Portal, _site: &Site, _entity: EntityId) -> bool {
        true
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(Model { wide: cards::shown(view, id, Side::Wide), narrow: cards::shown(view, id, Side::Narrow) }))
    }
}
