//! The labels of the entity.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::site::PageContext;

/// The card.
pub struct Labels;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    /// Keys and values.
    labels: Vec<(String, String)>,
}

impl Card for Labels {
    fn name(&self) -> &'static str {
        "labels"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let labels: Vec<(String, String)> =
            view.entity(id).pairs("labels").map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        if labels.is_empty() { None } else { Some(Box::new(Model { labels })) }
    }
}
