//! People as cards and tabs of groups show them.

use serde::Serialize;

use super::context::{self, EntityLink, PageContext};
use super::table::profile;
use crate::catalog::EntityId;

/// A member of a group.
#[derive(Debug, Serialize)]
pub struct Person {
    /// The person.
    pub link: EntityLink,
    /// Initials in place of a picture.
    pub initials: String,
    /// Where to write to.
    pub email: Option<String>,
    /// As HTML.
    pub summary: Option<String>,
    /// The groups below through which somebody belongs to the group.
    pub through: Vec<EntityLink>,
}

/// Describes a person; `id` is `None` for somebody the catalog does not know.
#[must_use]
pub fn person(view: &PageContext<'_>, link: EntityLink, id: Option<EntityId>) -> Person {
    let entity = id.map(|id| view.entity(id));
    Person {
        initials: context::initials(&link.title),
        email: entity.and_then(|entity| profile(entity, "email")).map(str::to_owned),
        summary: entity.and_then(|entity| view.summary(entity)),
        through: Vec::new(),
        link,
    }
}
