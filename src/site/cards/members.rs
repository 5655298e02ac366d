//! The members of a group.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Card, Content, placed};
use crate::catalog::EntityId;
use crate::routes;
use crate::site::PageContext;
use crate::site::context::EntityLink;
use crate::site::people::{Person, person};
use crate::site::relations::Place;

/// Members beyond these are listed on their own tab.
const CARDS: usize = 12;

/// The card.
pub struct Members;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    count: usize,
    cards: Vec<Person>,
    /// Those without a card.
    further: Vec<EntityLink>,
    /// How many more the groups below have.
    below: usize,
    /// The tab with everybody.
    all: String,
}

impl Card for Members {
    fn name(&self) -> &'static str {
        "members"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let entity = view.entity(id);
        let found: Vec<_> = placed(view, id, Place::Members).into_iter().flat_map(|(_, found)| found).collect();
        if found.is_empty() && entity.reference.kind() != "group" {
            return None;
        }
        let own: BTreeSet<&str> = found.iter().map(|relation| relation.target.as_str()).collect();
        let below: BTreeSet<&str> = view
            .groups_below(id)
            .into_iter()
            .flat_map(|group| view.entity(group).related("hasMember").map(|relation| relation.target.as_str()))
            .filter(|member| !own.contains(member))
            .collect();
        let shown = found.len().min(CARDS);
        Some(Box::new(Model {
            count: found.len(),
            cards: found[..shown].iter().map(|member| person(view, view.relation(member), member.id)).collect(),
            further: found[shown..].iter().map(|relation| view.relation(relation)).collect(),
            below: below.len(),
            all: view.href(&routes::entity_tab(&entity.reference, "members")),
        }))
    }
}
