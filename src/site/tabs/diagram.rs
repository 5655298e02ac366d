//! The parts of a system and how they talk to each other, the systems of a domain, the groups below a group.

use serde::Serialize;

use super::{Content, Shows, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::site::graphs::{self, GraphFigure};
use crate::site::{PageContext, Site};

/// The tab.
pub struct Diagram;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    title: &'static str,
    /// What is outside, and how it is marked.
    note: &'static str,
    picture: Option<GraphFigure>,
}

impl Tab for Diagram {
    fn id(&self) -> &'static str {
        "diagram"
    }

    fn title(&self) -> &'static str {
        "Diagram"
    }

    fn icon(&self) -> &'static str {
        "explore"
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        let entity = portal.catalog.get(entity);
        let leads_to = |relation: &str| entity.related(relation).any(|relation| relation.id.is_some());
        match entity.reference.kind() {
            "system" | "domain" => leads_to("hasPart"),
            "group" => leads_to("parentOf"),
            _ => false,
        }
    }

    fn shows(&self) -> Shows {
        Shows::Catalog
    }

    fn content(&self, view: &PageContext<'_>, entity: EntityId) -> Option<Box<dyn Content>> {
        Some(Box::new(match view.entity(entity).reference.kind() {
            "system" => Model {
                title: "Parts and how they talk to each other",
                note: "What belongs to other systems has a dashed border.",
                picture: graphs::system(view, entity),
            },
            "domain" => Model {
                title: "Systems and how much they use each other",
                note: "Systems of other domains have a dashed border. A use is one relation between their parts.",
                picture: graphs::domain(view, entity),
            },
            _ => Model {
                title: "Groups below this one",
                note: "The number in a group is that of its members.",
                picture: graphs::organisation(view, &[entity]),
            },
        }))
    }
}
