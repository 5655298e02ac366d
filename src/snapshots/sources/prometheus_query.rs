//! Numbers of Prometheus over time.

use serde_json::Value;

use super::prometheus::{SERVER, instances};
use crate::catalog::Entity;
use crate::snapshots::answer::{self, Fields, Refusal, number};
use crate::snapshots::facts::Fact;
use crate::snapshots::record::{Cell, Record, Rows, Series};
use crate::snapshots::request::{Call, Piece, Request, Wanted, is_line, word, words};
use crate::snapshots::source::{Claims, Input, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "prometheus-query",
    title: "Prometheus",
    ttl: 6,
    tab: Tab::Incidents,
    icon: "chart",
    annotations: &["prometheus.io/rule"],
    grammar: "`expression|dimension`",
    parts: &[json("range", &["status", "data", "resultType", "result", "metric.*", "values"])],
    facts: &["series.count", "series.points"],
    all: false,
    claims,
    read,
    by_entity: false,
    server: Some(&SERVER),
    requests,
    notes: "The first expression is drawn. The script asks for the last hour in steps of a minute.",
};

/// Lines that are drawn.
const LINES: usize = 10;
/// Points of a line.
const POINTS: usize = 200;

fn claims(entity: &Entity) -> Option<Claims> {
    annotation(entity, SOURCE.annotations[0]).map(|rule| Claims::query(entity, rule, instances(entity)))
}

/// Returns the first expression of an annotation, without its dimension.
fn expression(rule: &str) -> &str {
    let (mut depth, mut quote) = (0i32, None);
    for (at, c) in rule.char_indices() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'' | '`', None) => quote = Some(c),
            ('(' | '{' | '[', None) => depth += 1,
            (')' | '}' | ']', None) => depth -= 1,
            ('|' | ',', None) if depth <= 0 => return &rule[..at],
            _ => {}
        }
    }
    rule
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let rule = annotation(wanted.entity, SOURCE.annotations[0]).map(expression).map(str::trim);
    let Some(expression) = rule.filter(|text| is_line(text)) else { return Vec::new() };
    let mut request = Request::get("prometheus-query", wanted, "range", &SERVER, "/api/v1/query_range");
    if let Call::Get(_, options) = &mut request.call {
        options.extend(words(&["-G", "--data-urlencode"]));
        options.push(word(format!("query={expression}")));
        for (name, variable) in [("start", "START"), ("end", "END")] {
            options.push(word("-d"));
            options.push(vec![Piece::Text(format!("{name}=")), Piece::Variable { variable: variable.to_owned() }]);
        }
        options.extend(words(&["-d", "step=60"]));
    }
    vec![request]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let data = answer::object(input.values("range").unwrap_or_default())?.get("data").ok_or(Refusal::Shape)?;
    if data.str("resultType") != Some("matrix") {
        return Err(Refusal::Shape);
    }
    let series = data.get("result").and_then(Value::as_array).ok_or(Refusal::Shape)?;
    let mut record = Record::default();
    record.facts.count("series.count", series.len());
    let points: usize = series.iter().map(|one| one.list("values").len()).sum();
    record.facts.set("series.points", Fact::Count(i64::try_from(points).unwrap_or(i64::MAX)));
    if series.is_empty() {
        record.say("no series");
    }
    for one in series.iter().take(LINES) {
        let values = one.list("values");
        let step = values.len().div_ceil(POINTS).max(1);
        let point = |value: &Value| Some((value.get(0).and_then(number)? as i64, value.get(1).and_then(number)));
        let points = values.iter().step_by(step).filter_map(point).collect();
        record.series.push(Series { name: crate::snapshots::mask::short(&name(one)).into(), points });
    }
    record.table(Rows::new(
        "Series",
        &["Series", "Last value"],
        series.iter().map(|one| {
            let last = one.list("values").last().and_then(|value| value.get(1)).and_then(number);
            vec![
                Cell::text(&name(one)),
                last.map_or(Cell::Empty, |value| Cell::number(super::prometheus::compact(value))),
            ]
        }),
    ));
    Ok(Some(record))
}

fn name(series: &Value) -> String {
    let metric = series.get("metric").and_then(Value::as_object);
    // Hosts and addresses are private.
    let labels = metric.into_iter().flatten().filter(|(key, _)| !matches!(key.as_str(), "__name__" | "instance"));
    let labels: Vec<String> = labels.filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?))).collect();
    let name = metric.and_then(|metric| metric.str("__name__")).unwrap_or_default();
    if labels.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", labels.join(", ")) }
}
