//! Every source that an entity has or should have, with its state: for whoever sets it up, or repairs it.

use serde::Serialize;

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::snapshots::{SnapshotCard, heads};
use crate::site::{PageContext, Site};
use crate::snapshots::State;

/// The tab.
pub struct Integrations;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    sources: Vec<SnapshotCard>,
}

impl Tab for Integrations {
    fn id(&self) -> &'static str {
        "integrations"
    }

    fn title(&self) -> &'static str {
        "Integrations"
    }

    fn icon(&self) -> &'static str {
        "dashboard"
    }

    /// Where all is well, the cards say so.
    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        let is_well = |it: &crate::snapshots::Snapshot| it.state == State::Fresh && it.failed_parts.is_empty();
        !portal.snapshots.of(entity).iter().all(is_well)
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(Model { sources: heads(view, id) }))
    }
}
