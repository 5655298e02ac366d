//! Every page that talks about the entity, where the overview shows only some.

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::cards::mentions;
use crate::site::{PageContext, Site};

/// More than this help nobody.
const LISTED: usize = 1_000;

/// The tab.
pub struct Mentions;

impl Tab for Mentions {
    fn id(&self) -> &'static str {
        "mentions"
    }

    fn title(&self) -> &'static str {
        "Mentions"
    }

    fn icon(&self) -> &'static str {
        "quote"
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        mentions::are_many(portal, entity)
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(mentions::model(view, id, LISTED)))
    }
}
