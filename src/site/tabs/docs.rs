//! The tab that leads to the documentation of an entity.

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::{PageContext, Site};

/// The tab.
pub struct Docs;

impl Tab for Docs {
    fn id(&self) -> &'static str {
        "docs"
    }

    fn title(&self) -> &'static str {
        "Docs"
    }

    fn icon(&self) -> &'static str {
        "docs"
    }

    fn applies(&self, _portal: &Portal, site: &Site, entity: EntityId) -> bool {
        site.docs_of(entity).is_some()
    }

    fn has_page(&self) -> bool {
        false
    }

    fn href(&self, view: &PageContext<'_>, entity: EntityId) -> Option<String> {
        view.docs(entity)
    }

    fn content(&self, _view: &PageContext<'_>, _entity: EntityId) -> Option<Box<dyn Content>> {
        None
    }
}
