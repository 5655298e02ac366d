//! The cards of overviews, one a file.

pub mod about;
pub mod announcements;
pub mod changes;
pub mod decisions;
pub mod documentation;
mod form;
pub mod implied;
pub mod labels;
pub mod links;
pub mod location;
pub mod members;
pub mod mentions;
pub mod ownership;
pub mod picture;
pub mod properties;
pub mod readme;
pub mod relations;
pub mod rollup;
pub mod scorecards;
pub mod snapshots;
pub mod technologies;
pub mod template;

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Serialize;

use super::PageContext;
use super::relations::{Place, heading};
use crate::catalog::{EntityId, Relation};
use crate::registry;

/// One card of overviews. To add one, add a file here, a template `cards/NAME.html`, and a line in `registry.rs`.
pub trait Card: Sync {
    /// Returns its name in the configuration, which its template has, too.
    fn name(&self) -> &'static str;

    /// Returns the column in which it is.
    fn side(&self) -> Side {
        Side::Wide
    }

    /// Returns what it shows of an entity; nothing to show, no card.
    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>>;
}

/// A column of overviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The broad one.
    Wide,
    /// The one at the side; on narrow screens it comes second.
    Narrow,
}

macro_rules! list {
    ($($module:ident :: $card:ident,)*) => { &[$(&$module::$card),*] };
}

/// All cards in the order of display, those of a column among themselves.
pub const CARDS: &[&dyn Card] = registry::cards!(list);

/// What a card, tab or page shows; its template knows the fields.
pub trait Content: erased_serde::Serialize + Debug + Send {}

impl<T: Serialize + Debug + Send> Content for T {}

erased_serde::serialize_trait_object!(Content);

/// A card of a page.
#[derive(Debug, Serialize)]
pub struct RenderedCard {
    /// Which one.
    name: &'static str,
    /// What it shows.
    card: Box<dyn Content>,
}

/// Returns the cards of a column that have something to show, in the order that is configured.
#[must_use]
pub fn shown(view: &PageContext<'_>, id: EntityId, side: Side) -> Vec<RenderedCard> {
    let page = view.site.entity_page(view.entity(id));
    let (first, hide) = page.map_or((&[][..], &[][..]), |page| (&page.cards, &page.hide));
    let mut cards: Vec<&dyn Card> = CARDS.iter().copied().filter(|card| card.side() == side).collect();
    // The sort is stable, so that those nobody placed stay as they are.
    cards.sort_by_key(|card| first.iter().position(|name| name == card.name()).unwrap_or(first.len()));
    cards.retain(|card| !hide.iter().any(|name| name == card.name()));
    let show = |card: &dyn Card| Some(RenderedCard { name: card.name(), card: card.content(view, id)? });
    cards.into_iter().filter_map(show).collect()
}

/// Returns the relations of an entity that are shown in a place, by heading.
fn placed<'a>(view: &PageContext<'a>, id: EntityId, place: Place) -> Vec<(String, Vec<&'a Relation>)> {
    let entity = view.entity(id);
    let mut headed: BTreeMap<(usize, String), Vec<&Relation>> = BTreeMap::new();
    for relation in &entity.relations {
        let heading = heading(&relation.kind, entity.reference.kind(), relation.target.kind());
        if heading.place == place {
            headed.entry((heading.rank, heading.title)).or_default().push(relation);
        }
    }
    headed.into_iter().map(|((_, title), found)| (title, found)).collect()
}

#[cfg(test)]
mod tests;
