//! What scorecards say of an entity, with evidence; of a system, domain or group, of all that it answers for.

use serde::Serialize;

use super::{Content, Tab};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::scorecards::{Rollup, Scorecard};
use crate::site::context::{self, EntityLink};
use crate::site::scorecards::{self, LevelBadge, RuleLink, Share, shown};
use crate::site::{PageContext, Site};

/// Members that a table shows.
const MEMBERS: usize = 300;
/// Rules that most fail.
const WORST: usize = 5;

/// The tab.
pub struct Scorecards;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    cards: Vec<scorecards::Card>,
    rollups: Vec<RollupView>,
}

/// The results of everything that somebody answers for.
#[derive(Debug, Serialize)]
pub struct RollupView {
    id: String,
    title: String,
    href: String,
    badge: Option<LevelBadge>,
    score: Option<u32>,
    count: usize,
    members_words: String,
    shares: Vec<Share>,
    picture: String,
    next: Option<(RuleLink, String)>,
    worst: Vec<(RuleLink, usize, String)>,
    members: Vec<Member>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct Member {
    link: EntityLink,
    owner: Option<EntityLink>,
    badge: Option<LevelBadge>,
    score: Option<u32>,
    passed: usize,
    total: usize,
    bar: String,
}

impl Tab for Scorecards {
    fn id(&self) -> &'static str {
        "scorecards"
    }

    fn title(&self) -> &'static str {
        "Scorecards"
    }

    fn icon(&self) -> &'static str {
        "success"
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        let found = &portal.scorecards;
        found.list.iter().any(|card| card.rollup(entity).is_some()) || shown(portal, entity).next().is_some()
    }

    fn content(&self, view: &PageContext<'_>, entity: EntityId) -> Option<Box<dyn Content>> {
        let found = &view.portal.scorecards;
        let cards = shown(view.portal, entity).map(|(card, outcome)| scorecards::card(view, card, outcome)).collect();
        let rollups = found.list.iter().filter_map(|card| Some(rollup(view, card, card.rollup(entity)?))).collect();
        Some(Box::new(Model { cards, rollups }))
    }
}

/// Makes what a scorecard says of all that somebody answers for.
#[must_use]
pub fn rollup(view: &PageContext<'_>, card: &Scorecard, of: &Rollup) -> RollupView {
    let (shares, picture) = scorecards::distribution(card, &of.distribution);
    let mut worst: Vec<(usize, usize)> =
        of.failing.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
    worst.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
    let mut members = of.members.clone();
    members.sort_by_key(|at| {
        let figures = card.outcomes[*at].figures;
        (figures.rank, figures.score, *at)
    });
    let has_levels = card.levels.len() > 1;
    let member = |at: &usize| {
        let outcome = &card.outcomes[*at];
        let figures = outcome.figures;
        Member {
            link: view.link(outcome.entity),
            owner: view.owner(view.entity(outcome.entity)),
            badge: has_levels.then(|| scorecards::badge(card, figures.rank)),
            score: figures.score,
            passed: figures.passed,
            total: figures.total,
            bar: scorecards::bar(figures.passed, figures.total),
        }
    };
    let of_rule = |rule: usize| scorecards::rule_link(view, card, &card.rules[rule]);
    RollupView {
        id: card.id.clone(),
        title: card.title.clone(),
        href: view.href(&crate::routes::scorecard(&card.id)),
        badge: has_levels.then(|| scorecards::badge(card, of.figures.rank)),
        score: of.figures.score,
        count: of.members.len(),
        members_words: context::count(of.members.len(), "entity", "entities"),
        shares: if has_levels { shares } else { Vec::new() },
        picture,
        next: of.next.map(|(rule, lifts)| (of_rule(rule), context::count(lifts, "entity", "entities"))),
        worst: worst
            .into_iter()
            .take(WORST)
            .map(|(rule, count)| (of_rule(rule), count, scorecards::bar(of.members.len() - count, of.members.len())))
            .collect(),
        more: members.len().saturating_sub(MEMBERS),
        members: members.iter().take(MEMBERS).map(member).collect(),
    }
}
