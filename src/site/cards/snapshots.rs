//! What other tools know: one section a source, the worst first.

use serde::Serialize;

use super::{Card, Content};
use crate::catalog::EntityId;
use crate::site::PageContext;
use crate::site::snapshots::{SnapshotCard, cards};

/// The card.
pub struct Snapshots;

#[derive(Debug, Serialize)]
struct Model {
    sources: Vec<SnapshotCard>,
}

impl Card for Snapshots {
    fn name(&self) -> &'static str {
        "snapshots"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let sources = cards(view, id);
        if sources.is_empty() { None } else { Some(Box::new(Model { sources })) }
    }
}
