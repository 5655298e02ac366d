//! What packages it is made of, as other tools know them.

use std::borrow::Cow;

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::{PageContext, Site, snapshots};
use crate::snapshots::source;

/// The tab.
pub struct Packages;

impl Tab for Packages {
    fn id(&self) -> &'static str {
        "packages"
    }

    fn title(&self) -> &'static str {
        "Packages"
    }

    fn icon(&self) -> &'static str {
        "kind-component"
    }

    fn template(&self) -> Cow<'static, str> {
        Cow::Borrowed("tabs/snapshots.html")
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        snapshots::tab_applies(&portal.snapshots, entity, source::Tab::Packages)
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(snapshots::tab_content(view, id, source::Tab::Packages)))
    }
}
