//! Runs, changes and deployments, as other tools know them.

use std::borrow::Cow;

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::{PageContext, Site, snapshots};
use crate::snapshots::source;

/// The tab.
pub struct CiCd;

impl Tab for CiCd {
    fn id(&self) -> &'static str {
        "ci-cd"
    }

    fn title(&self) -> &'static str {
        "CI/CD"
    }

    fn icon(&self) -> &'static str {
        "pipeline"
    }

    fn template(&self) -> Cow<'static, str> {
        Cow::Borrowed("tabs/snapshots.html")
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        snapshots::tab_applies(&portal.snapshots, entity, source::Tab::CiCd)
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(snapshots::tab_content(view, id, source::Tab::CiCd)))
    }
}
