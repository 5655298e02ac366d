//! What scorecards say of systems, domains and groups: all that they answer for, together.

use std::collections::BTreeSet;

use super::levels::figures;
use super::model::{Origin, Rollup, Scorecard, Status};
use crate::catalog::{Catalog, EntityId};

/// Makes the rollups of a scorecard whose outcomes are there.
pub(super) fn rollups(card: &Scorecard, catalog: &Catalog) -> Vec<Rollup> {
    let answerable =
        catalog.iter().filter(|(_, entity)| matches!(entity.reference.kind(), "system" | "domain" | "group"));
    answerable.filter_map(|(id, _)| rollup(card, id, members(catalog, id))).collect()
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

fn rollup(card: &Scorecard, entity: EntityId, members: BTreeSet<EntityId>) -> Option<Rollup> {
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
        for (rule, result) in outcome.results.iter().enumerate() {
            if result.status == Status::Pass || !card.counts(rule, result.status) {
                continue;
            }
            failing[rule] += 1;
            lifts[rule] += usize::from(rank_if_mended(card, *at, rule) > outcome.figures.rank);
        }
    }
    let most = lifts.iter().copied().max().filter(|most| *most > 0);
    let next = most.and_then(|most| Some((lifts.iter().position(|lifts| *lifts == most)?, most)));
    Some(Rollup { entity, members, figures, distribution, failing, next })
}

/// Returns the rank of an outcome if one more rule held.
fn rank_if_mended(card: &Scorecard, outcome: usize, rule: usize) -> usize {
    let results = card.outcomes[outcome].results.iter().enumerate();
    let statuses = results.map(|(at, result)| if at == rule { Status::Pass } else { result.status });
    figures(card.counted(statuses, false), card.thresholds().as_deref()).rank
}
