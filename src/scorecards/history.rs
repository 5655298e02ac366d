//! What was on earlier days: a file of JSON lines that CI appends to.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::calendar::Day;
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
