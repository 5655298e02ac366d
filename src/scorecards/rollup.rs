//! What scorecards say of systems, domains and groups: all that they answer for, together.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::levels::figures;
use super::model::{Origin, Outcome, Rollup, Scorecard, Status};
use crate::catalog::{Catalog, EntityId};

/// Makes the rollups of a scorecard whose outcomes are there.
pub(super) fn rollups(card: &Scorecard, catalog: &Catalog) -> Vec<Rollup> {
    let answerable =
        catalog.iter().filter(|(_, entity)| matches!(entity.reference.kind(), "system" | "domain" | "group"));
    let answerable: Vec<EntityId> = answerable.map(|(id, _)| id).collect();
    // An entity counts for its system, its domain, its team and all groups above, so what it lacks is found once.
    let lacks: Vec<Vec<Lack>> = card.outcomes.par_iter().map(|outcome| lacks(card, outcome)).collect();
    answerable.into_par_iter().filter_map(|id| rollup(card, id, members(catalog, id), &lacks)).collect()
}

/// A rule that counts for an entity and does not hold.
struct Lack {
    rule: usize,
    /// Whether its repair alone would lift the entity.
    lifts: bool,
}

fn lacks(card: &Scorecard, outcome: &Outcome) -> Vec<Lack> {
    let thresholds = card.thresholds();
    let counts = |rule: usize| {
        let status = outcome.results[rule].status;
        status != Status::Pass && card.counts(rule, status)
    };
    let lack = |rule: usize| {
        let results = outcome.results.iter().enumerate();
        let statuses = results.map(|(at, result)| if at == rule { Status::Pass } else { result.status });
        let rank = figures(card.counted(statuses, false), thresholds.as_deref()).rank;
        Lack { rule, lifts: rank > outcome.figures.rank }
    };
    (0..card.rules.len()).filter(|rule| counts(*rule)).map(lack).collect()
}

/// Finds what a system, domain or group answers for (as the maturity plugin does): of a system its parts; of a domain its
/// parts, and theirs; of a group what it owns, with parts instead of systems and domains, and the same of its child groups.
pub(super) fn members(catalog: &Catalog, id: EntityId) -> BTreeSet<EntityId> {
    let mut members = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let entity = catalog.get(id);
        let relations: &[&str] = match entity.reference.kind() {
            "system" | "domain" => &["hasPart"],
            "group" => &["ownerOf", "parentOf"],
            _ => {
                members.insert(id);
                continue;
            }
        };
        for kind in relations {
            for part in entity.related(kind).filter_map(|relation| relation.id) {
                // A group that something owns answers for itself; only child groups are part of a group.
                if *kind != "parentOf" && catalog.get(part).reference.kind() == "group" {
                    continue;
                }
                open.push(part);
            }
        }
    }
    members
}

fn rollup(card: &Scorecard, entity: EntityId, members: BTreeSet<EntityId>, lacks: &[Vec<Lack>]) -> Option<Rollup> {
    // Whom no rule is about is no member; an engine that cannot run its checks for somebody has nothing to say of them.
    let says_something = |at: &usize| {
        let outcome = &card.outcomes[*at];
        match card.origin {
            Origin::File => outcome.results.iter().any(|result| result.status != Status::NotApplicable),
            Origin::TechInsights { .. } => outcome.figures.total > 0,
        }
    };
    let find =
        |id: EntityId| card.outcomes.binary_search_by_key(&id, |outcome| outcome.entity).ok().filter(says_something);
    let members: Vec<usize> = members.into_iter().filter_map(find).collect();
    if members.is_empty() {
        return None;
    }
    let thresholds = card.thresholds();
    let statuses = |at: &usize| card.outcomes[*at].results.iter().map(|result| result.status);
    let counted = members.iter().flat_map(|at| card.counted(statuses(at), false));
    let figures = figures(counted, thresholds.as_deref());
    let mut distribution = vec![0; card.levels.len().max(1)];
    let mut failing = vec![0; card.rules.len()];
    let mut lifts = vec![0; card.rules.len()];
    for at in &members {
        let outcome = &card.outcomes[*at];
        if let Some(count) = distribution.get_mut(outcome.figures.rank) {
            *count += 1;
        }
        for lack in &lacks[*at] {
            failing[lack.rule] += 1;
            lifts[lack.rule] += usize::from(lack.lifts);
        }
    }
    let most = lifts.iter().copied().max().filter(|most| *most > 0);
    let next = most.and_then(|most| Some((lifts.iter().position(|lifts| *lifts == most)?, most)));
    Some(Rollup { entity, members, figures, distribution, failing, next })
}
