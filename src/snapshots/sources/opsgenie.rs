//! Alerts of Opsgenie.

use crate::catalog::Entity;
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::facts::Tone;
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Login, Request, Server, Wanted, is_line, url_part};
use crate::snapshots::source::{Claims, Input, Instances, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "opsgenie",
    title: "Opsgenie",
    ttl: 6,
    tab: Tab::Incidents,
    icon: "siren",
    annotations: &["opsgenie.com/component-selector"],
    grammar: "a search query, such as `tag:\"service:web\"`",
    parts: &[json("alerts", &["data", "message", "status", "acknowledged", "priority", "createdAt", "tinyId"])],
    facts: &["alerts.firing", "alerts.acknowledged", "alerts.p1"],
    all: false,
    claims,
    read,
    by_entity: false,
    server: Some(&SERVER),
    requests,
    notes: "",
};

const SERVER: Server = Server {
    name: "OPSGENIE",
    url: "https://api.opsgenie.com",
    tokens: &["TOKEN"],
    login: Login::Header("Authorization: GenieKey "),
};

fn claims(entity: &Entity) -> Option<Claims> {
    annotation(entity, SOURCE.annotations[0]).map(|query| Claims::query(entity, query, Instances::Default))
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let Some(query) = annotation(wanted.entity, SOURCE.annotations[0]).filter(|query| is_line(query)) else {
        return Vec::new();
    };
    vec![Request::get(
        "opsgenie",
        wanted,
        "alerts",
        &SERVER,
        &format!("/v2/alerts?limit=100&query={}", url_part(query)),
    )]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut rows = input.rows("alerts", Some("data"))?;
    rows.retain(|row| row.str("status").is_none_or(|status| status == "open"));
    let mut record = Record::default();
    record.facts.count("alerts.firing", rows.len());
    record.facts.count("alerts.acknowledged", rows.iter().filter(|row| row.flag("acknowledged") == Some(true)).count());
    record.facts.count("alerts.p1", rows.iter().filter(|row| row.str("priority") == Some("P1")).count());
    if rows.is_empty() {
        record.say("no alerts");
    }
    record.table(Rows::new(
        "Alerts",
        &["Alert", "Priority", "State", "Since", "Number"],
        rows.iter().map(|row| {
            let is_known = row.flag("acknowledged") == Some(true);
            let priority = row.str("priority").unwrap_or_default();
            vec![
                Cell::text(row.str("message").unwrap_or_default()),
                Cell::word(priority, if priority == "P1" { Tone::Bad } else { Tone::Plain }),
                if is_known { Cell::word("acknowledged", Tone::Warn) } else { Cell::word("open", Tone::Bad) },
                Cell::time(row.time("createdAt")),
                Cell::number(row.label("tinyId").unwrap_or_default()),
            ]
        }),
    ));
    Ok(Some(record))
}
