//! Findings of any program that writes SARIF 2.

use std::collections::BTreeMap;

use serde_json::Value;

use super::common::no_requests;
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::facts::Tone;
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::source::{Input, Source, Tab, by_entity, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "sarif",
    title: "Findings",
    ttl: 30 * 24,
    tab: Tab::Quality,
    icon: "bug",
    annotations: &[],
    grammar: "",
    parts: &[json(
        "sarif",
        &[
            "runs",
            "results",
            "suppressions",
            "status",
            "baselineState",
            "level",
            "kind",
            "ruleIndex",
            "ruleId",
            "rule",
            "index",
            "id",
            "toolComponent",
            "tool",
            "driver",
            "extensions",
            "rules",
            "name",
            "defaultConfiguration",
            "message",
            "text",
            "shortDescription",
            "locations",
            "physicalLocation",
            "artifactLocation",
            "uri",
            "region",
            "startLine",
            "helpUri",
            "invocations",
            "endTimeUtc",
            "version",
        ],
    )],
    facts: &["findings.total", "findings.error", "findings.warning", "findings.note", "findings.suppressed"],
    all: false,
    claims: by_entity,
    read,
    by_entity: false,
    server: None,
    requests: no_requests,
    notes: "Several files are added up: `sarif.eslint.json`, `sarif.bandit.json`.",
};

/// One result that counts.
struct Finding<'a> {
    rule: String,
    tool: &'a str,
    level: &'static str,
    message: &'a str,
    place: String,
    help: Option<&'a str>,
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut found: Vec<Finding<'_>> = Vec::new();
    let mut suppressed = 0;
    let mut tools: Vec<&str> = Vec::new();
    for value in input.values("sarif").unwrap_or_default() {
        let runs = answer::rows(std::slice::from_ref(value), Some("runs"))?;
        for run in runs {
            let tool = run.str("tool.driver.name").unwrap_or_default();
            if !tools.contains(&tool) {
                tools.push(tool);
            }
            let results = match run.get("results") {
                None | Some(Value::Null) => &[][..],
                Some(results) => results.as_array().ok_or(Refusal::Shape)?,
            };
            for result in results {
                if result.str("baselineState") == Some("absent") {
                    continue;
                }
                if result
                    .list("suppressions")
                    .iter()
                    .any(|one| one.str("status").is_none_or(|status| status == "accepted"))
                {
                    suppressed += 1;
                    continue;
                }
                let rule = rule(run.get("tool"), result);
                let level = result.str("level").or_else(|| match result.str("kind") {
                    Some(kind) if kind != "fail" => Some("none"),
                    _ => rule.and_then(|rule| rule.str("defaultConfiguration.level")),
                });
                let level = match level {
                    Some("error") => "error",
                    Some("note") => "note",
                    Some("none") => continue,
                    _ => "warning",
                };
                let id = result
                    .str("ruleId")
                    .or_else(|| result.str("rule.id"))
                    .or_else(|| rule.and_then(|rule| rule.str("id")));
                let place = result.list("locations").first().map(|place| {
                    let path = place.str("physicalLocation.artifactLocation.uri").unwrap_or_default();
                    let line = place
                        .int("physicalLocation.region.startLine")
                        .map(|line| format!(":{line}"))
                        .unwrap_or_default();
                    format!("{}{line}", path.trim_start_matches("file://"))
                });
                found.push(Finding {
                    rule: id.unwrap_or_default().to_owned(),
                    tool,
                    level,
                    message: result
                        .str("message.text")
                        .or_else(|| rule.and_then(|rule| rule.str("shortDescription.text")))
                        .unwrap_or_default(),
                    place: place.unwrap_or_default(),
                    help: rule.and_then(|rule| rule.str("helpUri")),
                });
            }
        }
    }
    Ok(Some(record(found, suppressed, &tools)))
}

fn record(mut found: Vec<Finding<'_>>, suppressed: usize, tools: &[&str]) -> Record {
    let mut record = Record::default();
    record.facts.count("findings.total", found.len());
    for (name, level) in [("findings.error", "error"), ("findings.warning", "warning"), ("findings.note", "note")] {
        record.facts.count(name, found.iter().filter(|one| one.level == level).count());
    }
    record.facts.count("findings.suppressed", suppressed);
    let tools: Vec<&str> = tools.iter().copied().filter(|tool| !tool.is_empty()).collect();
    if !tools.is_empty() {
        record.say(crate::snapshots::mask::short(&tools.join(", ")));
    }
    let rank = |level: &str| ["error", "warning", "note"].iter().position(|known| *known == level).unwrap_or(3);
    found.sort_by_key(|one| rank(one.level));
    let tone = |level: &str| match level {
        "error" => Tone::Bad,
        "warning" => Tone::Warn,
        _ => Tone::Plain,
    };
    let mut rules: BTreeMap<(usize, &str, &str), (usize, Option<&str>)> = BTreeMap::new();
    for one in &found {
        let entry = rules.entry((rank(one.level), one.tool, &one.rule)).or_default();
        entry.0 += 1;
        entry.1 = entry.1.or(one.help);
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|((rank, ..), (count, _))| (*rank, std::cmp::Reverse(*count)));
    let words = ["error", "warning", "note", ""];
    record.table(Rows::new(
        "Rules",
        &["Level", "Rule", "Tool", "Findings"],
        rules.into_iter().map(|((rank, tool, rule), (count, help))| {
            vec![
                Cell::word(words[rank], tone(words[rank])),
                Cell::link(rule, help),
                Cell::text(tool),
                Cell::number(count),
            ]
        }),
    ));
    record.table(Rows::new(
        "Findings",
        &["Level", "Rule", "Message", "Where", "Tool"],
        found.iter().map(|one| {
            vec![
                Cell::word(one.level, tone(one.level)),
                Cell::text(&one.rule),
                Cell::text(one.message),
                Cell::text(&one.place),
                Cell::text(one.tool),
            ]
        }),
    ));
    record
}

/// Finds the rule of a result: by its index in the driver or in an extension, else by its id.
fn rule<'a>(tool: Option<&'a Value>, result: &'a Value) -> Option<&'a Value> {
    let tool = tool?;
    let component = match result.int("rule.toolComponent.index") {
        Some(at) => tool.list("extensions").get(usize::try_from(at).ok()?)?,
        None => tool.get("driver")?,
    };
    let index = result.int("ruleIndex").or_else(|| result.int("rule.index")).and_then(|at| usize::try_from(at).ok());
    let by_index = index.and_then(|at| component.list("rules").get(at));
    by_index.or_else(|| {
        let id = result.str("ruleId").or_else(|| result.str("rule.id"))?;
        let all = std::iter::once(component).chain(tool.list("extensions"));
        all.flat_map(|component| component.list("rules")).find(|rule| rule.str("id") == Some(id))
    })
}
