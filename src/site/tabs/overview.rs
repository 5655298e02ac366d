//! The overview: what an entity is, whose, and how it stands to others, on cards.

use serde::Serialize;

use super::{Tab, TabModel};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::cards::{self, Shown, Side};
use crate::site::{Site, View};

/// See the module.
pub struct Overview;

/// What the template shows.
#[derive(Debug, Serialize)]
pub struct Model {
    wide: Vec<Shown>,
    narrow: Vec<Shown>,
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

    fn model(&self, view: &View<'_>, id: EntityId) -> TabModel {
        TabModel::Overview(Model {
            wide: cards::shown(view, id, Side::Wide),
            narrow: cards::shown(view, id, Side::Narrow),
        })
    }
}
