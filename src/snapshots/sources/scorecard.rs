//! Scores in the form of the score-card plugin.

use super::common::no_requests;
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::facts::{Fact, Tone};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::source::{Input, Source, Tab, by_entity, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "scorecard",
    title: "Score card",
    ttl: 30 * 24,
    tab: Tab::Quality,
    icon: "dashboard",
    annotations: &[],
    grammar: "",
    parts: &[json(
        "score",
        &["scorePercent", "scoreLabel", "generatedDateTimeUtc", "areaScores", "title", "scoreSuccess"],
    )],
    facts: &["score.percent", "score.label"],
    all: false,
    claims: by_entity,
    read,
    by_entity: false,
    server: None,
    requests: no_requests,
    notes: "The JSON of the score-card plugin.",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let score = answer::object(input.values("score").unwrap_or_default())?;
    if !score.contains_key("scorePercent") && !score.contains_key("areaScores") {
        return Err(Refusal::Shape);
    }
    let mut record = Record::default();
    let percent = score
        .number("scorePercent")
        .map(|percent| if percent.fract() == 0.0 { Fact::Count(percent as i64) } else { Fact::Number(percent) });
    record.facts.maybe("score.percent", percent);
    record.facts.text("score.label", score.str("scoreLabel"));
    record.table(Rows::new(
        "Areas",
        &["Area", "Score", "Grade"],
        score.list("areaScores").iter().map(|area| {
            let tone = match area.str("scoreSuccess") {
                Some("success") => Tone::Good,
                Some("failure") => Tone::Bad,
                Some("partial" | "almost-failure") => Tone::Warn,
                _ => Tone::Plain,
            };
            vec![
                Cell::text(area.str("title").unwrap_or_default()),
                Cell::word(&area.label("scorePercent").map(|score| format!("{score}%")).unwrap_or_default(), tone),
                Cell::text(area.str("scoreLabel").unwrap_or_default()),
            ]
        }),
    ));
    Ok(Some(record))
}
