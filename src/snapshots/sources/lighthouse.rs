//! A report of Lighthouse.

use super::common::no_requests;
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::facts::{Fact, Tone, rounded};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Request, Wanted, is_line, word, words};
use crate::snapshots::source::{Input, Source, Tab, annotation, by_entity, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "lighthouse",
    title: "Lighthouse",
    ttl: 30 * 24,
    tab: Tab::Quality,
    icon: "web",
    annotations: &[],
    grammar: "",
    parts: &[json(
        "report",
        &["categories.*", "fetchTime", "finalUrl", "finalDisplayedUrl", "runtimeError", "message", "code"],
    )],
    facts: &[
        "lighthouse.performance",
        "lighthouse.accessibility",
        "lighthouse.bestPractices",
        "lighthouse.seo",
        "lighthouse.pwa",
    ],
    all: false,
    claims: by_entity,
    read,
    by_entity: false,
    server: None,
    requests,
    notes: "The script audits the address of `lighthouse.com/website-url`.",
};

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let url = annotation(wanted.entity, "lighthouse.com/website-url")
        .and_then(crate::snapshots::mask::link)
        .filter(|url| is_line(url));
    let Some(url) = url else { return no_requests(wanted) };
    let mut command = words(&["lighthouse"]);
    command.push(word(url));
    command.extend(words(&["--output=json", "--quiet", "--chrome-flags=--headless"]));
    vec![Request::run("lighthouse", wanted, "report", command)]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let report = answer::object(input.values("report").unwrap_or_default())?;
    if let Some(message) = report.str("runtimeError.message") {
        return Err(Refusal::Failed(message.to_owned()));
    }
    let categories = report.get("categories").and_then(|value| value.as_object()).ok_or(Refusal::Shape)?;
    let mut record = Record::default();
    for (name, key) in [
        ("lighthouse.performance", "performance"),
        ("lighthouse.accessibility", "accessibility"),
        ("lighthouse.bestPractices", "best-practices"),
        ("lighthouse.seo", "seo"),
        ("lighthouse.pwa", "pwa"),
    ] {
        let score = categories.get(key).and_then(|category| category.number("score"));
        record.facts.maybe(name, score.map(|score| Fact::Count(rounded(score * 100.0, 0) as i64)));
    }
    record.link(report.str("finalDisplayedUrl").or_else(|| report.str("finalUrl")));
    record.table(Rows::new(
        "Scores",
        &["Category", "Score"],
        categories
            .iter()
            .map(|(key, category)| {
                let score = category.number("score").map(|score| rounded(score * 100.0, 0));
                let tone = match score {
                    Some(score) if score >= 90.0 => Tone::Good,
                    Some(score) if score >= 50.0 => Tone::Warn,
                    Some(_) => Tone::Bad,
                    None => Tone::Plain,
                };
                vec![
                    Cell::text(category.str("title").unwrap_or(key)),
                    Cell::word(&score.map(|score| score.to_string()).unwrap_or_default(), tone),
                ]
            })
            .collect::<Vec<_>>()
            .into_iter(),
    ));
    Ok(Some(record))
}
