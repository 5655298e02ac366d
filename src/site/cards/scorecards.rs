//! The results of an entity on scorecards, a line each.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::routes;
use crate::site::scorecards::{self as lines, shown};
use crate::site::{PageContext, context};

/// The card.
pub struct Scorecards;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    cards: Vec<lines::Card>,
    rollups: Vec<RollupLine>,
    all: String,
}

/// The results of everything that somebody answers for.
#[derive(Debug, Serialize)]
struct RollupLine {
    title: String,
    badge: Option<lines::LevelBadge>,
    words: String,
    picture: String,
}

impl Card for Scorecards {
    fn name(&self) -> &'static str {
        "scorecards"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let cards: Vec<_> = shown(view.portal, id).map(|(card, outcome)| lines::summary(view, card, outcome)).collect();
        let all = view.href(&routes::entity_tab(&view.entity(id).reference, "scorecards"));
        let rollups = view.portal.scorecards.list.iter().filter_map(|card| {
            let of = card.rollup(id)?;
            let has_levels = card.levels.len() > 1;
            let members = context::count(of.members.len(), "entity", "entities");
            Some(RollupLine {
                title: card.title.clone(),
                badge: has_levels.then(|| lines::badge(card, of.figures.rank)),
                words: of.figures.score.map_or(members.clone(), |score| format!("{members}, {score} %")),
                picture: if has_levels {
                    lines::distribution(card, &of.distribution).1
                } else {
                    lines::bar(of.figures.passed, of.figures.total)
                },
            })
        });
        let rollups: Vec<RollupLine> = rollups.collect();
        let is_empty = cards.is_empty() && rollups.is_empty();
        (!is_empty).then(|| Box::new(Model { cards, rollups, all }) as Box<dyn Content>)
    }
}
