//! The decision records of an entity; of a system or domain, those of its parts, too.

use serde::Serialize;

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::decisions::{self, RecordId};
use crate::site::mentions;
use crate::site::{PageContext, Site};

/// The tab.
pub struct Adrs;

/// What the template shows: a list, or one record.
#[derive(Debug, Serialize)]
pub struct Model {
    list: Option<decisions::List>,
    record: Option<decisions::Page>,
    /// Where the record is linked to.
    mentions: Vec<mentions::Line>,
}

impl Tab for Adrs {
    fn id(&self) -> &'static str {
        "adrs"
    }

    fn title(&self) -> &'static str {
        "Decisions"
    }

    fn icon(&self) -> &'static str {
        "check"
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        !decisions::logs_of(portal, entity).is_empty()
    }

    fn content(&self, view: &PageContext<'_>, entity: EntityId) -> Option<Box<dyn Content>> {
        let (mut ids, is_shared) = decisions::of_entity(view, entity);
        let all = ids.clone();
        ids.truncate(decisions::ROWS);
        let list = decisions::list(view, &all, &ids, is_shared);
        Some(Box::new(Model { list: Some(list), record: None, mentions: Vec::new() }))
    }
}

/// Makes the page of one record.
#[must_use]
pub fn record(view: &PageContext<'_>, id: RecordId) -> Model {
    Model { list: None, record: Some(decisions::page(view, id)), mentions: mentions::of_decision(view, id) }
}
