//! The figures of today, and the lines of them that `playbill scorecards record` adds to the history.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::history::{History, Point};
use super::levels::figures;
use super::model::{Scorecard, Scorecards, Status};
use crate::calendar::Day;
use crate::catalog::Catalog;

/// Returns the text of a history file with the lines of today in it, instead of those it has of the day.
///
/// The ranks of entities are those that changed since the line before; all of them in the first line of each quarter.
#[must_use]
pub fn recorded(text: &str, found: &Scorecards, catalog: &Catalog, portal: &BTreeMap<String, u64>) -> String {
    let Some(today) = found.today else { return text.to_owned() };
    let day = today.iso();
    let own = |line: &str| {
        let value: Option<Value> = serde_json::from_str(line).ok();
        let named = |key: &str| value.as_ref().and_then(|value| value.get(key)?.as_str().map(str::to_owned));
        named("day").as_deref() == Some(day.as_str()) && named("scorecard").is_some_and(|id| found.find(&id).is_some())
    };
    let kept: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty() && !own(line)).collect();
    let mut out = kept.join("\n");
    if !out.is_empty() {
        out.push('\n');
    }
    let mut history = History::default();
    let _ = history.add(&out);
    for (at, card) in found.list.iter().enumerate() {
        let before: Vec<(&Day, &Point)> = history.of(&card.id).filter(|(day, _)| **day < today).collect();
        let quarter = |day: &Day| (day.year, (day.month - 1) / 3);
        let is_first = before.last().is_none_or(|(day, _)| quarter(day) != quarter(&today));
        let mut known: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, point) in &before {
            known.extend(point.entities.iter().map(|(reference, rank)| (reference.as_str(), *rank)));
        }
        let ranks = card
            .outcomes
            .iter()
            .map(|outcome| (catalog.get(outcome.entity).reference.as_str(), outcome.figures.rank as u64));
        let entities: serde_json::Map<String, Value> = ranks
            .filter(|(reference, rank)| is_first || known.get(reference) != Some(rank))
            .map(|(reference, rank)| (reference.to_owned(), json!(rank)))
            .collect();
        let (levels, score) = totals(card);
        let rules: serde_json::Map<String, Value> =
            card.rules.iter().enumerate().map(|(rule, it)| (it.id.clone(), json!(counts(card, rule)))).collect();
        let mut line = json!({ "day": day, "scorecard": card.id, "levels": levels, "score": score, "rules": rules, "entities": entities });
        if at == 0 && !portal.is_empty() {
            line["portal"] = json!(portal);
        }
        out.push_str(&line.to_string());
        out.push('\n');
    }
    out
}

/// Returns the entities by rank, and the score of all.
#[must_use]
pub fn totals(card: &Scorecard) -> (Vec<u64>, Option<u32>) {
    let mut levels = vec![0; card.levels.len().max(1)];
    for outcome in &card.outcomes {
        if let Some(count) = levels.get_mut(outcome.figures.rank) {
            *count += 1;
        }
    }
    let counted = card
        .outcomes
        .iter()
        .flat_map(|outcome| card.counted(outcome.results.iter().map(|result| result.status), false));
    (levels, figures(counted, None).score)
}

/// Counts the results of a rule: pass, fail or error, no data, exempt, not applicable.
#[must_use]
pub fn counts(card: &Scorecard, rule: usize) -> [u64; 5] {
    let mut counts = [0; 5];
    for outcome in &card.outcomes {
        let at = match outcome.results[rule].status {
            Status::Pass => 0,
            Status::Fail | Status::Error => 1,
            Status::NoData => 2,
            Status::Exempt => 3,
            Status::NotApplicable => 4,
        };
        counts[at] += 1;
    }
    counts
}
