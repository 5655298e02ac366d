//! Alerts of Alertmanager.

use super::prometheus::{has_labels, instances, joined};
use crate::catalog::Entity;
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::facts::Tone;
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Login, Request, Server, Wanted};
use crate::snapshots::source::{Claims, Input, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "alertmanager",
    title: "Alertmanager",
    ttl: 6,
    tab: Tab::Incidents,
    icon: "alert",
    annotations: &["prometheus.io/labels", "prometheus.io/alert"],
    grammar: "`key=value`, joined by commas; all of them must hold",
    parts: &[json("alerts", &["labels.*", "annotations.*", "startsAt", "status", "state"])],
    facts: &["alerts.firing", "alerts.silenced"],
    all: true,
    claims,
    read,
    by_entity: true,
    server: Some(&SERVER),
    requests,
    notes: "Chosen by `prometheus.io/labels` and the names of `prometheus.io/alert`. `amtool alert -o json` leaves silenced \
            alerts out.",
};

const SERVER: Server = Server { name: "ALERTMANAGER", url: "", tokens: &[], login: Login::None };

fn claims(entity: &Entity) -> Option<Claims> {
    let shown = SOURCE.annotations.iter().find_map(|key| annotation(entity, key))?;
    Some(Claims::query(entity, shown, instances(entity)))
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let all = Wanted { key: "_all", ..*wanted };
    vec![Request::get("alertmanager", &all, "alerts", &SERVER, "/api/v2/alerts")]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut rows = input.rows("alerts", None)?;
    let names: Vec<&str> =
        annotation(input.entity, "prometheus.io/alert").unwrap_or("all").split(',').map(str::trim).collect();
    let is_named = |row: &serde_json::Map<String, serde_json::Value>| {
        names.contains(&"all") || row.str("labels.alertname").is_some_and(|name| names.contains(&name))
    };
    if input.sets.iter().any(|set| set.all) {
        rows.retain(|row| is_named(row) && has_labels(input.entity, row.get("labels")));
    }
    let is_silenced = |row: &serde_json::Map<String, serde_json::Value>| row.str("status.state") == Some("suppressed");
    rows.sort_by_key(|row| is_silenced(row));
    let silenced = rows.iter().filter(|row| is_silenced(row)).count();
    let mut record = Record::default();
    record.facts.count(
        "alerts.firing",
        rows.iter().filter(|row| !is_silenced(row) && row.str("status.state") != Some("unprocessed")).count(),
    );
    record.facts.count("alerts.silenced", silenced);
    if rows.is_empty() {
        record.say("no alerts");
    }
    record.table(Rows::new(
        "Alerts",
        &["Alert", "State", "Since", "About", "Labels"],
        rows.iter().map(|row| {
            let about = row.str("annotations.summary").or_else(|| row.str("annotations.description"));
            vec![
                Cell::text(row.str("labels.alertname").unwrap_or_default()),
                if is_silenced(row) { Cell::word("silenced", Tone::Plain) } else { Cell::word("firing", Tone::Bad) },
                Cell::time(row.time("startsAt")),
                Cell::text(about.unwrap_or_default()),
                Cell::text(&joined(input, row.get("labels"))),
            ]
        }),
    ));
    Ok(Some(record))
}
