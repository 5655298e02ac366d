//! What an entity was made from that nobody wrote, and how to describe it.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::site::{PageContext, yaml_highlight};

/// The card.
pub struct Implied;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    evidence: Vec<String>,
    path: String,
    /// The YAML as HTML.
    code: String,
}

impl Card for Implied {
    fn name(&self) -> &'static str {
        "implied"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let implied = view.entity(id).implied.as_ref()?;
        Some(Box::new(Model {
            evidence: implied.evidence.iter().map(ToString::to_string).collect(),
            path: implied.path.clone(),
            code: yaml_highlight::paint(&implied.yaml),
        }))
    }
}
