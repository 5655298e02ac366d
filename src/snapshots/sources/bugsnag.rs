//! Errors of Bugsnag.

use crate::catalog::Entity;
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::facts::{Fact, Tone};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Login, Request, Server, Wanted, is_name};
use crate::snapshots::source::{Claims, Input, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "bugsnag",
    title: "Bugsnag",
    ttl: 24,
    tab: Tab::Incidents,
    icon: "bug",
    annotations: &["bugsnag.com/project-key"],
    grammar: "the id of a project",
    parts: &[json(
        "errors",
        &["error_class", "message", "severity", "events", "users", "first_seen", "last_seen", "status"],
    )],
    facts: &["errors.unresolved", "errors.events", "errors.users"],
    all: false,
    claims,
    read,
    by_entity: false,
    server: Some(&SERVER),
    requests,
    notes: "",
};

const SERVER: Server = Server {
    name: "BUGSNAG",
    url: "https://api.bugsnag.com",
    tokens: &["TOKEN"],
    login: Login::Header("Authorization: token "),
};

fn claims(entity: &Entity) -> Option<Claims> {
    annotation(entity, SOURCE.annotations[0]).map(Claims::key)
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    if !is_name(wanted.key) {
        return Vec::new();
    }
    vec![Request::get("bugsnag", wanted, "errors", &SERVER, &format!("/projects/{}/errors", wanted.key))]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut rows = input.rows("errors", None)?;
    rows.retain(|row| row.str("status").is_none_or(|status| status == "open"));
    let mut record = Record::default();
    let facts = &mut record.facts;
    facts.count("errors.unresolved", rows.len());
    facts.set("errors.events", Fact::Count(rows.iter().filter_map(|row| row.int("events")).sum()));
    facts.set("errors.users", Fact::Count(rows.iter().filter_map(|row| row.int("users")).sum()));
    if rows.is_empty() {
        record.say("nothing is open");
    }
    record.table(Rows::new(
        "Errors",
        &["Error", "Message", "Severity", "Events", "Users", "First seen", "Last seen"],
        rows.iter().map(|row| {
            let severity = row.str("severity").unwrap_or_default();
            vec![
                Cell::text(row.str("error_class").unwrap_or_default()),
                Cell::text(row.str("message").unwrap_or_default()),
                Cell::word(severity, if severity == "error" { Tone::Bad } else { Tone::Plain }),
                row.label("events").map_or(Cell::Empty, Cell::number),
                row.label("users").map_or(Cell::Empty, Cell::number),
                Cell::time(row.time("first_seen")),
                Cell::time(row.time("last_seen")),
            ]
        }),
    ));
    Ok(Some(record))
}
