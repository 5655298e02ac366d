//! Alerting rules of Prometheus.

use serde_json::{Map, Value};

use crate::catalog::Entity;
use crate::snapshots::answer::{self, Fields, Refusal, number};
use crate::snapshots::facts::Tone;
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Login, Request, Server, Wanted};
use crate::snapshots::selector::pairs;
use crate::snapshots::source::{Claims, Input, Instances, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "prometheus",
    title: "Prometheus alerts",
    ttl: 6,
    tab: Tab::Incidents,
    icon: "alert",
    annotations: &["prometheus.io/alert"],
    grammar: "names of alerts, joined by commas, or `all`",
    parts: &[json(
        "rules",
        &[
            "status",
            "data",
            "groups",
            "rules",
            "type",
            "name",
            "state",
            "query",
            "health",
            "lastError",
            "lastEvaluation",
            "labels.*",
            "annotations.*",
            "alerts",
            "value",
            "activeAt",
        ],
    )],
    facts: &["alerts.firing", "alerts.pending", "alerts.inactive", "alerts.broken"],
    all: true,
    claims,
    read,
    by_entity: true,
    server: Some(&SERVER),
    requests,
    notes: "`prometheus.io/labels` chooses further, `prometheus.io/service-name` names another server. A rule whose evaluation \
            fails is counted as broken, since its alert is blind.",
};

/// The server, which `prometheus-query` asks too.
pub(super) const SERVER: Server = Server { name: "PROMETHEUS", url: "", tokens: &[], login: Login::None };

fn claims(entity: &Entity) -> Option<Claims> {
    annotation(entity, SOURCE.annotations[0]).map(|alerts| Claims::query(entity, alerts, instances(entity)))
}

/// Returns which server is meant.
pub(super) fn instances(entity: &Entity) -> Instances {
    annotation(entity, "prometheus.io/service-name")
        .map_or(Instances::Default, |name| Instances::Named(vec![name.to_owned()]))
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let all = Wanted { key: "_all", ..*wanted };
    vec![Request::get("prometheus", &all, "rules", &SERVER, "/api/v1/rules?type=alert")]
}

/// Returns whether labels are those that an entity asks for.
pub(super) fn has_labels(entity: &Entity, labels: Option<&Value>) -> bool {
    let wanted = annotation(entity, "prometheus.io/labels").map(pairs).unwrap_or_default();
    wanted
        .iter()
        .all(|(key, value)| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str) == Some(value.as_str()))
}

/// Labels that name hosts.
const HOSTS: &[&str] = &["instance", "host", "hostname", "node", "nodename", "kubernetes_node", "pod_ip", "server"];

/// Returns labels as one text.
pub(super) fn joined(input: &Input<'_>, pairs: Option<&Value>) -> String {
    let pairs = pairs.and_then(Value::as_object).into_iter().flatten();
    let pairs = pairs.filter(|(key, _)| input.hosts || !HOSTS.contains(&key.as_str()));
    let text = pairs
        .filter(|(key, _)| *key != "alertname")
        .filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
    text.collect::<Vec<_>>().join(", ")
}

struct Row<'a> {
    rule: &'a Map<String, Value>,
    alert: Option<&'a Value>,
    state: &'a str,
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let names: Vec<&str> =
        annotation(input.entity, SOURCE.annotations[0]).unwrap_or_default().split(',').map(str::trim).collect();
    let is_meant = |rule: &Map<String, Value>| {
        names.contains(&"all") || rule.str("name").is_some_and(|name| names.contains(&name))
    };
    let values = input.values("rules").unwrap_or_default();
    let data = answer::object(values)?.get("data").ok_or(Refusal::Shape)?;
    let groups = data.get("groups").and_then(Value::as_array).ok_or(Refusal::Shape)?;
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut broken = 0;
    for rule in groups.iter().flat_map(|group| group.list("rules")).filter_map(Value::as_object) {
        if rule.str("type").is_some_and(|kind| kind != "alerting") || !is_meant(rule) {
            continue;
        }
        let before = rows.len();
        let alerts = rule.list("alerts");
        let mine = alerts.iter().filter(|alert| {
            has_labels(input.entity, alert.get("labels")) || has_labels(input.entity, rule.get("labels"))
        });
        rows.extend(mine.map(|alert| Row {
            rule,
            alert: Some(alert),
            state: alert.str("state").unwrap_or("inactive"),
        }));
        if alerts.is_empty() && has_labels(input.entity, rule.get("labels")) {
            rows.push(Row { rule, alert: None, state: "inactive" });
        }
        broken += usize::from(rows.len() > before && rule.str("health") == Some("err"));
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let rank = |state: &str| ["firing", "pending"].iter().position(|known| *known == state).unwrap_or(2);
    rows.sort_by_key(|row| rank(row.state));
    let mut record = Record::default();
    for (name, state) in [("alerts.firing", "firing"), ("alerts.pending", "pending"), ("alerts.inactive", "inactive")] {
        record.facts.count(name, rows.iter().filter(|row| row.state == state).count());
    }
    record.facts.count("alerts.broken", broken);
    record.table(Rows::new(
        "Alerts",
        &["Alert", "State", "Value", "Since", "Evaluated", "Labels", "About", "Query"],
        rows.iter().map(|row| {
            let tone = match row.state {
                "firing" => Tone::Bad,
                "pending" => Tone::Warn,
                _ => Tone::Good,
            };
            let value = row.alert.and_then(|alert| alert.get("value")).and_then(number).map(compact);
            let annotations =
                row.alert.and_then(|alert| alert.get("annotations")).or_else(|| row.rule.get("annotations"));
            let about = annotations
                .and_then(|all| all.str("summary").or_else(|| all.str("description")).or_else(|| all.str("message")));
            let error = row.rule.str("lastError").filter(|_| row.rule.str("health") == Some("err"));
            vec![
                Cell::text(row.rule.str("name").unwrap_or_default()),
                Cell::word(row.state, tone),
                value.map_or(Cell::Empty, Cell::number),
                Cell::time(row.alert.and_then(|alert| alert.time("activeAt"))),
                Cell::time(row.rule.time("lastEvaluation")),
                Cell::text(&joined(
                    input,
                    row.alert.and_then(|alert| alert.get("labels")).or_else(|| row.rule.get("labels")),
                )),
                Cell::text(error.or(about).unwrap_or_default()),
                Cell::code(row.rule.str("query").unwrap_or_default()),
            ]
        }),
    ));
    Ok(Some(record))
}

/// Writes a number in few characters.
pub(super) fn compact(number: f64) -> String {
    let (value, unit) = match number.abs() {
        size if size >= 1e12 => (number / 1e12, "T"),
        size if size >= 1e9 => (number / 1e9, "B"),
        size if size >= 1e6 => (number / 1e6, "M"),
        size if size >= 1e3 => (number / 1e3, "K"),
        _ => (number, ""),
    };
    let text = format!("{value:.2}");
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}
