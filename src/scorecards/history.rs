//! What was on earlier days: a file of JSON lines that CI appends to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::model::{Scorecard, Scorecards, Status};
use crate::calendar::Day;
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::workspace::Workspace;

/// The results of a scorecard on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Point {
    /// Entities by rank.
    pub levels: Vec<u64>,
    /// The score of all.
    pub score: Option<u32>,
    /// By rule: pass, fail, no data, exempt, not applicable.
    pub rules: BTreeMap<String, Vec<u64>>,
    /// The ranks that changed since the line before, or all of them.
    pub entities: BTreeMap<String, u64>,
    /// Figures of the whole portal.
    pub portal: BTreeMap<String, u64>,
}

/// The days that are known, by scorecard.
#[derive(Debug, Clone, Default)]
pub struct History {
    by_card: BTreeMap<String, BTreeMap<Day, Point>>,
}

impl History {
    /// Returns the days of a scorecard, oldest first.
    pub fn of(&self, card: &str) -> impl DoubleEndedIterator<Item = (&Day, &Point)> {
        self.by_card.get(card).into_iter().flatten()
    }

    /// Returns whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_card.is_empty()
    }

    /// Returns the ranks of an entity on the days when it changed, oldest first.
    #[must_use]
    pub fn ranks(&self, card: &str, reference: &str) -> Vec<(Day, u64)> {
        let mut ranks: Vec<(Day, u64)> = Vec::new();
        for (day, point) in self.of(card) {
            if let Some(rank) = point.entities.get(reference)
                && ranks.last().is_none_or(|(_, last)| last != rank)
            {
                ranks.push((*day, *rank));
            }
        }
        ranks
    }

    /// Adds the lines of a text; of two lines of one day and scorecard the later one counts. Returns the numbers of the lines
    /// that cannot be read, from 1.
    pub fn add(&mut self, text: &str) -> Vec<usize> {
        let mut odd = Vec::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match point(line) {
                Some((day, card, point)) => _ = self.by_card.entry(card).or_default().insert(day, point),
                None => odd.push(number + 1),
            }
        }
        odd
    }
}

fn point(line: &str) -> Option<(Day, String, Point)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let day = value.get("day")?.as_str().filter(|text| super::facts::is_day(text)).and_then(Day::parse)?;
    let card = value.get("scorecard")?.as_str()?.to_owned();
    let counts =
        |value: &Value| value.as_array().map(|items| items.iter().filter_map(Value::as_u64).collect::<Vec<u64>>());
    let numbers = |key: &str| -> BTreeMap<String, u64> {
        let map = value.get(key).and_then(Value::as_object).into_iter().flatten();
        map.filter_map(|(name, value)| Some((name.clone(), value.as_u64()?))).collect()
    };
    let rules = value.get("rules").and_then(Value::as_object).into_iter().flatten();
    Some((
        day,
        card,
        Point {
            levels: value.get("levels").and_then(counts)?,
            score: value.get("score").and_then(Value::as_u64).and_then(|score| u32::try_from(score).ok()),
            rules: rules.filter_map(|(name, value)| Some((name.clone(), counts(value)?))).collect(),
            entities: numbers("entities"),
            portal: numbers("portal"),
        },
    ))
}

/// Reads the history file.
pub(super) fn read(workspace: &Workspace, file: FileId, problems: &mut Diagnostics) -> History {
    let mut history = History::default();
    match workspace.text(file, 64 << 20) {
        Ok(text) => {
            let odd = history.add(&text);
            if let Some(first) = odd.first() {
                let lines = crate::text::LineIndex::new(&text);
                let place = lines.line(&text, u32::try_from(*first).unwrap_or(u32::MAX));
                let span = Span::new(file, place.start, place.end);
                let message = match odd.len() {
                    1 => "a line of the history cannot be read".to_owned(),
                    more => format!("{more} lines of the history cannot be read"),
                };
                let help = "remove them; `playbill scorecards record` writes new ones";
                problems.push(Diagnostic::new(codes::INVALID_HISTORY, span, message).help(help));
            }
        }
        Err(error) => problems.push(Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(file), error.to_string())),
    }
    history
}

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
    (levels, super::levels::figures(counted, None).score)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_any_order_and_twice_over_are_fine() {
        let line = |day: &str, score: u32| {
            format!("{{\"day\":\"{day}\",\"scorecard\":\"a\",\"levels\":[1,2],\"score\":{score}}}\n")
        };
        let mut history = History::default();
        let odd =
            history.add(&(line("2026-11-02", 2) + &line("2026-11-01", 1) + "nonsense\n" + &line("2026-11-02", 3)));
        assert_eq!(odd, [3]);
        let scores: Vec<_> = history.of("a").map(|(day, point)| (day.iso(), point.score)).collect();
        assert_eq!(scores, [("2026-11-01".to_owned(), Some(1)), ("2026-11-02".to_owned(), Some(3))]);
    }
}
