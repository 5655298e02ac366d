//! Vulnerabilities and secrets, as other tools know them.

use std::borrow::Cow;

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::{PageContext, Site, snapshots};
use crate::snapshots::source;

/// The tab.
pub struct Security;

impl Tab for Security {
    fn id(&self) -> &'static str {
        "security"
    }

    fn title(&self) -> &'static str {
        "Security"
    }

    fn icon(&self) -> &'static str {
        "danger"
    }

    fn template(&self) -> Cow<'static, str> {
        Cow::Borrowed("tabs/snapshots.html")
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        snapshots::tab_applies(&portal.snapshots, entity, source::Tab::Security)
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(snapshots::tab_content(view, id, source::Tab::Security)))
    }
}
