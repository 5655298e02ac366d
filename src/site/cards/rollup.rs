//! The state of the parts of a system, domain or group: what other tools know of them, added up.

use serde::Serialize;

use super::{Card, Content};
use crate::catalog::EntityId;
use crate::site::PageContext;
use crate::site::rollup::{self, SourceRollup};

/// The card.
pub struct Rollup;

#[derive(Debug, Serialize)]
struct Model {
    sources: Vec<SourceRollup>,
}

impl Card for Rollup {
    fn name(&self) -> &'static str {
        "rollup"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        if view.portal.snapshots.is_empty() {
            return None;
        }
        let parts = rollup::parts(view, id);
        let sources = rollup::sources(view, &parts);
        if sources.is_empty() { None } else { Some(Box::new(Model { sources })) }
    }
}
