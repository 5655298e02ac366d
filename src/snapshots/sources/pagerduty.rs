//! A service at PagerDuty: who is on call, and what is open.

use std::collections::BTreeSet;

use crate::catalog::Entity;
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::facts::{Fact, Tone, rounded};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Call, First, Login, Piece, Request, Server, Wanted, is_name, word};
use crate::snapshots::source::{Claims, Input, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "pagerduty",
    title: "PagerDuty",
    ttl: 6,
    tab: Tab::Incidents,
    icon: "siren",
    annotations: &["pagerduty.com/service-id", "pagerduty.com/integration-key"],
    grammar: "the id of a service, such as `PAB12CD`",
    parts: &[
        json("service", &["service", "name", "status", "html_url"]),
        json(
            "incidents",
            &[
                "incidents",
                "title",
                "status",
                "urgency",
                "created_at",
                "html_url",
                "assignments",
                "assignee",
                "summary",
            ],
        ),
        json("oncalls", &["oncalls", "escalation_level", "user", "name"]),
        json("change_events", &["change_events", "summary", "source", "timestamp", "links", "href", "text"]),
        json("standards", &["score", "passing", "total"]),
        json("metrics", &["data", "total_interruptions", "total_high_urgency_incidents", "mean_seconds_to_resolve"]),
    ],
    facts: &[
        "oncall.status",
        "oncall.levels",
        "incidents.open",
        "incidents.triggered",
        "incidents.highUrgency",
        "incidents.interruptions30d",
        "incidents.highUrgency30d",
        "standards.passing",
        "standards.total",
    ],
    all: false,
    claims,
    read,
    by_entity: false,
    server: Some(&SERVER),
    requests,
    notes: "Whoever knows an integration key can raise an alarm with it: use the id of the service.",
};

const SERVER: Server = Server {
    name: "PAGERDUTY",
    url: "https://api.pagerduty.com",
    tokens: &["TOKEN"],
    login: Login::Header("Authorization: Token token="),
};

fn claims(entity: &Entity) -> Option<Claims> {
    if let Some(id) = annotation(entity, SOURCE.annotations[0]) {
        return Some(Claims::key(id));
    }
    let key = annotation(entity, SOURCE.annotations[1])?;
    let mut claims = Claims::key(key);
    // It gives power to whoever reads it.
    "the integration key".clone_into(&mut claims.shown);
    Some(claims)
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let Some(id) = annotation(wanted.entity, SOURCE.annotations[0]).filter(|id| is_name(id)) else { return Vec::new() };
    let get = |part, below: &str| Request::get("pagerduty", wanted, part, &SERVER, below);
    let mut metrics = get("metrics", "/analytics/metrics/incidents/services");
    if let Call::Get(_, options) = &mut metrics.call {
        options.extend([
            word("-H"),
            word("Content-Type: application/json"),
            word("-H"),
            word("X-EARLY-ACCESS: analytics-v2"),
            word("-d"),
            word(format!("{{\"filters\":{{\"service_ids\":[\"{id}\"]}}}}")),
        ]);
    }
    let mut oncalls = get("oncalls", "/oncalls?include[]=users&escalation_policy_ids[]=");
    if let Call::Get(url, options) = &mut oncalls.call {
        url.push(Piece::Variable { variable: "policy".to_owned() });
        let mut first = vec![word("curl"), word("-gsSL"), word("--max-time"), word("60")];
        first.extend(options.iter().cloned());
        first.push(vec![
            Piece::Variable { variable: SERVER.variable("URL", wanted.instance) },
            Piece::Text(format!("/services/{id}")),
        ]);
        let filter =
            [word("jq"), word("-er"), word(".service.escalation_policy.id | select(test(\"^[A-Za-z0-9]+$\"))")];
        oncalls.first = Some(First { variable: "policy", command: first, filter: filter.to_vec() });
    }
    vec![
        get("service", &format!("/services/{id}?include[]=escalation_policies")),
        get("incidents", &format!("/incidents?service_ids[]={id}&statuses[]=triggered&statuses[]=acknowledged")),
        oncalls,
        get("change_events", &format!("/services/{id}/change_events?limit=5")),
        get("standards", &format!("/standards/scores/technical_services/{id}")),
        metrics,
    ]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let service = answer::object(input.values("service").unwrap_or_default())?;
    let service = service.get("service").and_then(|value| value.as_object()).ok_or(Refusal::Shape)?;
    let mut record = Record::default();
    let facts = &mut record.facts;
    facts.text("oncall.status", service.str("status"));
    let incidents = input.optional("incidents", Some("incidents"));
    if let Some(incidents) = &incidents {
        let count = |path: &str, wanted: &str| incidents.iter().filter(|one| one.str(path) == Some(wanted)).count();
        let open = incidents.iter().filter(|one| one.str("status") != Some("resolved")).count();
        facts.count("incidents.open", open);
        facts.count("incidents.triggered", count("status", "triggered"));
        let urgent =
            incidents.iter().filter(|one| one.str("urgency") == Some("high") && one.str("status") != Some("resolved"));
        facts.count("incidents.highUrgency", urgent.count());
    }
    let oncalls = input.optional("oncalls", Some("oncalls"));
    let mut people: Vec<(i64, String)> = Vec::new();
    if let Some(oncalls) = &oncalls {
        let levels: BTreeSet<i64> = oncalls.iter().filter_map(|one| one.int("escalation_level")).collect();
        facts.count("oncall.levels", levels.len());
        let lowest = levels.first().copied();
        let names: BTreeSet<&str> = oncalls
            .iter()
            .filter(|one| one.int("escalation_level") == lowest)
            .filter_map(|one| one.str("user.name"))
            .collect();
        people.extend(names.into_iter().map(|name| (lowest.unwrap_or_default(), name.to_owned())));
    }
    if let Some(score) = input.values("standards").and_then(|values| answer::object(values).ok()) {
        facts.maybe("standards.passing", score.int("score.passing").map(Fact::Count));
        facts.maybe("standards.total", score.int("score.total").map(Fact::Count));
    }
    if let Some(metrics) = input.optional("metrics", Some("data")).and_then(|rows| rows.first().copied()) {
        facts.maybe("incidents.interruptions30d", metrics.int("total_interruptions").map(Fact::Count));
        facts.maybe("incidents.highUrgency30d", metrics.int("total_high_urgency_incidents").map(Fact::Count));
        // Of no incident there is no mean, whatever the tool writes.
        let is_known = metrics.int("total_interruptions").is_none_or(|count| count > 0);
        let hours = metrics.number("mean_seconds_to_resolve").filter(|_| is_known).map(|seconds| seconds / 3_600.0);
        record.delivery.maybe("incidents.meanHoursToResolve", hours.map(|hours| Fact::Number(rounded(hours, 1))));
    }
    record.link(service.str("html_url"));
    let names: Vec<String> = people.iter().map(|(_, name)| crate::snapshots::mask::short(name)).collect();
    let name = crate::snapshots::mask::short(service.str("name").unwrap_or_default());
    let called = match (names.len(), input.people) {
        (0, _) => name,
        (count, false) => format!("{name}: {count} on call"),
        (_, true) => format!("{name}: {} on call", names.join(", ")),
    };
    record.say(called);
    let incidents = incidents.unwrap_or_default();
    record.table(Rows::new(
        "Incidents",
        &["Incident", "Status", "Urgency", "Since", "Assigned to"],
        incidents.iter().map(|one| {
            let status = one.str("status").unwrap_or_default();
            let tone = match status {
                "triggered" => Tone::Bad,
                "acknowledged" => Tone::Warn,
                _ => Tone::Plain,
            };
            let urgency = one.str("urgency").unwrap_or_default();
            let assigned: Vec<&str> =
                one.list("assignments").iter().filter_map(|one| one.str("assignee.summary")).collect();
            vec![
                Cell::link(one.str("title").unwrap_or_default(), one.str("html_url")),
                Cell::word(status, tone),
                Cell::word(urgency, if urgency == "high" { Tone::Bad } else { Tone::Plain }),
                Cell::time(one.time("created_at")),
                Cell::text(&input.person(&assigned.join(", "))),
            ]
        }),
    ));
    let changes = input.optional("change_events", Some("change_events")).unwrap_or_default();
    record.table(Rows::new(
        "Changes",
        &["Change", "Source", "When"],
        changes.iter().map(|one| {
            let link = one.list("links").iter().find_map(|link| link.str("href"));
            vec![
                Cell::link(one.str("summary").unwrap_or_default(), link),
                Cell::text(one.str("source").unwrap_or_default()),
                Cell::time(one.time("timestamp")),
            ]
        }),
    ));
    Ok(Some(record))
}
