//! The measures of a project in SonarQube.

use std::collections::HashMap;

use crate::catalog::Entity;
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::facts::{Fact, Tone};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Login, Request, Server, Wanted, is_line, url_part};
use crate::snapshots::source::{Claims, Input, Instances, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "sonarqube",
    title: "SonarQube",
    ttl: 7 * 24,
    tab: Tab::Quality,
    icon: "check",
    annotations: &["sonarqube.org/project-key"],
    grammar: "`key`, or `instance/key`: the first `/` separates",
    parts: &[
        json("measures", &["component", "measures", "metric", "value", "analysisDate"]),
        json("component", &["component", "analysisDate"]),
    ],
    facts: &[
        "quality.gate",
        "quality.bugs",
        "quality.vulnerabilities",
        "quality.codeSmells",
        "quality.coverage",
        "quality.duplications",
        "quality.hotspotsReviewed",
        "quality.reliability",
        "quality.security",
        "quality.maintainability",
        "quality.securityReview",
        "quality.analysedAt",
    ],
    all: false,
    claims,
    read,
    by_entity: false,
    server: Some(&SERVER),
    requests,
    notes: "",
};

const SERVER: Server =
    Server { name: "SONARQUBE", url: "https://sonarcloud.io", tokens: &["TOKEN"], login: Login::TokenAsUser };

const METRICS: &str = "alert_status,bugs,reliability_rating,vulnerabilities,security_rating,security_hotspots_reviewed,\
                       security_review_rating,code_smells,sqale_rating,coverage,duplicated_lines_density";

fn claims(entity: &Entity) -> Option<Claims> {
    let value = annotation(entity, SOURCE.annotations[0])?;
    let mut claims = match value.split_once('/') {
        Some((instance, key)) => Claims::at(key, Instances::Named(vec![instance.to_owned()])),
        None => Claims::key(value),
    };
    value.clone_into(&mut claims.shown);
    Some(claims)
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    if !is_line(wanted.key) {
        return Vec::new();
    }
    let key = url_part(wanted.key);
    let get = |part, below: String| Request::get("sonarqube", wanted, part, &SERVER, &below);
    vec![
        get("measures", format!("/api/measures/component?component={key}&metricKeys={METRICS}")),
        get("component", format!("/api/components/show?component={key}")),
    ]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let values = input.values("measures").unwrap_or_default();
    let component = answer::object(values)?.get("component").ok_or(Refusal::Shape)?;
    let measures = component.get("measures").and_then(|list| list.as_array()).ok_or(Refusal::Shape)?;
    // Measures of new code have no value of their own.
    let of: HashMap<&str, String> =
        measures.iter().filter_map(|one| Some((one.str("metric")?, one.label("value")?))).collect();
    let number =
        |metric: &str| of.get(metric).and_then(|value| value.parse::<f64>().ok()).filter(|value| value.is_finite());
    let mut record = Record::default();
    let facts = &mut record.facts;
    let gate = match of.get("alert_status").map(String::as_str) {
        None | Some("NONE" | "") => "NONE",
        Some("OK") => "OK",
        Some(_) => "ERROR",
    };
    // A project that was never measured has no gate; one with other measures is not computed.
    if of.contains_key("alert_status") || !of.is_empty() {
        facts.text("quality.gate", Some(gate));
    }
    for (name, metric) in [
        ("quality.bugs", "bugs"),
        ("quality.vulnerabilities", "vulnerabilities"),
        ("quality.codeSmells", "code_smells"),
    ] {
        facts.maybe(name, number(metric).map(|value| Fact::Count(value as i64)));
    }
    for (name, metric) in [
        ("quality.coverage", "coverage"),
        ("quality.duplications", "duplicated_lines_density"),
        ("quality.hotspotsReviewed", "security_hotspots_reviewed"),
    ] {
        facts.maybe(name, number(metric).map(Fact::Number));
    }
    for (name, metric) in [
        ("quality.reliability", "reliability_rating"),
        ("quality.security", "security_rating"),
        ("quality.maintainability", "sqale_rating"),
        ("quality.securityReview", "security_review_rating"),
    ] {
        let letter =
            number(metric).and_then(|value| ["A", "B", "C", "D", "E"].get((value as usize).checked_sub(1)?).copied());
        facts.text(name, letter);
    }
    let analysed = input
        .values("component")
        .and_then(|values| answer::object(values).ok())
        .and_then(|value| value.time("component.analysisDate"));
    facts.time("quality.analysedAt", analysed.or_else(|| component.time("analysisDate")));
    let (words, tone) = match gate {
        "OK" => ("Gate passed", Tone::Good),
        "ERROR" => ("Gate failed", Tone::Bad),
        _ => ("Not computed", Tone::Plain),
    };
    record.say(words);
    let shown =
        |metric: &str, unit: &str| of.get(metric).map_or_else(|| "—".to_owned(), |value| format!("{value}{unit}"));
    let letter = |name: &str| record.facts.get(name).map(Fact::plain).unwrap_or_default();
    let duplications = number("duplicated_lines_density").map_or("", |share| match share {
        share if share < 3.0 => "A",
        share if share < 5.0 => "B",
        share if share < 10.0 => "C",
        share if share < 20.0 => "D",
        _ => "E",
    });
    let rows = [
        ("Bugs", shown("bugs", ""), letter("quality.reliability")),
        ("Vulnerabilities", shown("vulnerabilities", ""), letter("quality.security")),
        ("Hotspots reviewed", shown("security_hotspots_reviewed", "%"), letter("quality.securityReview")),
        ("Code smells", shown("code_smells", ""), letter("quality.maintainability")),
        ("Coverage", shown("coverage", "%"), String::new()),
        ("Duplications", shown("duplicated_lines_density", "%"), duplications.to_owned()),
    ];
    let mut cells = vec![vec![Cell::text("Gate"), Cell::word(words, tone), Cell::Empty]];
    cells.extend(rows.into_iter().filter(|(name, value, _)| *name != "Hotspots reviewed" || value != "—").map(
        |(name, value, letter)| {
            let tone = match letter.as_str() {
                "A" => Tone::Good,
                "D" | "E" => Tone::Bad,
                "C" => Tone::Warn,
                _ => Tone::Plain,
            };
            vec![Cell::text(name), Cell::number(value), Cell::word(&letter, tone)]
        },
    ));
    let table = Rows::new("Measures", &["Measure", "Value", "Rating"], cells.into_iter());
    record.table(table);
    Ok(Some(record))
}
