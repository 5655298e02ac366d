//! The repository and its issues, as other tools know them.

use std::borrow::Cow;

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::{PageContext, Site, snapshots};
use crate::snapshots::source;

/// The tab.
pub struct CodeInsights;

impl Tab for CodeInsights {
    fn id(&self) -> &'static str {
        "code-insights"
    }

    fn title(&self) -> &'static str {
        "Code insights"
    }

    fn icon(&self) -> &'static str {
        "repository"
    }

    fn template(&self) -> Cow<'static, str> {
        Cow::Borrowed("tabs/snapshots.html")
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        snapshots::tab_applies(&portal.snapshots, entity, source::Tab::Code)
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(snapshots::tab_content(view, id, source::Tab::Code)))
    }
}
