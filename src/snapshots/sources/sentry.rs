//! Unresolved issues of Sentry.

use crate::catalog::Entity;
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::facts::{Fact, Tone};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Call, Login, Piece, Request, Server, Wanted, is_name, is_slug};
use crate::snapshots::source::{Claims, Input, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "sentry",
    title: "Sentry",
    ttl: 24,
    tab: Tab::Incidents,
    icon: "bug",
    annotations: &["sentry.io/project-slug"],
    grammar: "`organisation/project`, or `project` alone",
    parts: &[json(
        "issues",
        &[
            "shortId",
            "title",
            "metadata",
            "type",
            "level",
            "status",
            "count",
            "userCount",
            "firstSeen",
            "lastSeen",
            "permalink",
        ],
    )],
    facts: &["errors.unresolved", "errors.events", "errors.users", "errors.lastSeen"],
    all: false,
    claims,
    read,
    by_entity: false,
    server: Some(&SERVER),
    requests,
    notes: "For a project alone the script takes the organisation from `SENTRY_ORG`.",
};

const SERVER: Server = Server {
    name: "SENTRY",
    url: "https://sentry.io",
    tokens: &["TOKEN"],
    login: Login::Header("Authorization: Bearer "),
};

fn claims(entity: &Entity) -> Option<Claims> {
    annotation(entity, SOURCE.annotations[0]).map(Claims::key)
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    if is_slug(wanted.key) {
        let below = format!("/api/0/projects/{}/issues/?statsPeriod=24h&query=is:unresolved", wanted.key);
        return vec![Request::get("sentry", wanted, "issues", &SERVER, &below)];
    }
    if !is_name(wanted.key) {
        return Vec::new();
    }
    // The annotation may leave the organisation to the configuration of the one who asks.
    let mut request = Request::get("sentry", wanted, "issues", &SERVER, "/api/0/projects/");
    let organisation = SERVER.variable("ORG", wanted.instance);
    if let Call::Get(url, _) = &mut request.call {
        url.push(Piece::Variable { variable: organisation.clone() });
        url.push(Piece::Text(format!("/{}/issues/?statsPeriod=24h&query=is:unresolved", wanted.key)));
    }
    request.needs.push(organisation);
    vec![request]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("issues", None)?;
    let rows: Vec<_> = rows.iter().filter(|row| row.str("status") != Some("resolved")).collect();
    let mut record = Record::default();
    let facts = &mut record.facts;
    facts.count(
        "errors.unresolved",
        rows.iter().filter(|row| row.str("status").is_none_or(|status| status == "unresolved")).count(),
    );
    let unresolved = || rows.iter().filter(|row| row.str("status").is_none_or(|status| status == "unresolved"));
    facts.set("errors.events", Fact::Count(unresolved().filter_map(|row| row.int("count")).sum()));
    facts.set("errors.users", Fact::Count(unresolved().filter_map(|row| row.int("userCount")).sum()));
    facts.time("errors.lastSeen", unresolved().filter_map(|row| row.time("lastSeen")).max());
    if rows.is_empty() {
        record.say("nothing is unresolved");
    }
    record.table(Rows::new(
        "Errors",
        &["Error", "Title", "Level", "Events", "Users", "First seen", "Last seen"],
        rows.iter().map(|row| {
            let level = row.str("level").unwrap_or_default();
            let name = row.str("metadata.type").or_else(|| row.str("shortId")).unwrap_or_default();
            vec![
                Cell::link(name, row.str("permalink")),
                Cell::text(row.str("title").unwrap_or_default()),
                Cell::word(level, if matches!(level, "error" | "fatal") { Tone::Bad } else { Tone::Plain }),
                row.label("count").map_or(Cell::Empty, Cell::number),
                row.label("userCount").map_or(Cell::Empty, Cell::number),
                Cell::time(row.time("firstSeen")),
                Cell::time(row.time("lastSeen")),
            ]
        }),
    ));
    Ok(Some(record))
}
