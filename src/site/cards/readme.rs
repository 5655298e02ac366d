//! The README beside an entity without documentation.

use serde::Serialize;

use super::{Card, Content};
use crate::catalog::EntityId;
use crate::markdown::commonmark;
use crate::site::PageContext;

/// The card.
pub struct Readme;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    html: String,
    /// The file where its host shows it.
    more: Option<String>,
    is_cut: bool,
}

impl Card for Readme {
    fn name(&self) -> &'static str {
        "readme"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let note = view.portal.notes.readmes.get(&id)?;
        Some(Box::new(Model {
            html: commonmark::block_with(&note.text, &|link| view.note_link(note, Some(id), link)),
            more: note.view.clone(),
            is_cut: note.is_cut,
        }))
    }
}
