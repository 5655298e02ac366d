//! Open issues of a Jira project.

use std::collections::BTreeMap;

use crate::catalog::Entity;
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::facts::Tone;
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::request::{Login, Request, Server, Wanted, is_name, url_part};
use crate::snapshots::source::{Claims, Input, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "jira",
    title: "Jira",
    ttl: 24,
    tab: Tab::Code,
    icon: "bug",
    annotations: &["jira/project-key", "jira.com/project-key"],
    grammar: "the key of a project, such as `SHOP`",
    parts: &[json(
        "search",
        &[
            "issues",
            "key",
            "fields",
            "summary",
            "status",
            "name",
            "statusCategory",
            "issuetype",
            "priority",
            "total",
            "isLast",
        ],
    )],
    facts: &["issues.open", "issues.bugs"],
    all: false,
    claims,
    read,
    by_entity: false,
    server: Some(&SERVER),
    requests,
    notes: "With a Data Center, change `/rest/api/3/search/jql` in the script to `/rest/api/2/search`.",
};

const SERVER: Server = Server { name: "JIRA", url: "", tokens: &["USER", "TOKEN"], login: Login::UserAndToken };

fn claims(entity: &Entity) -> Option<Claims> {
    SOURCE.annotations.iter().find_map(|key| annotation(entity, key)).map(Claims::key)
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    if !is_name(wanted.key) {
        return Vec::new();
    }
    let mut query = format!("project = \"{}\"", wanted.key);
    if let Some(component) =
        annotation(wanted.entity, "jira/component").filter(|name| !name.contains(['"', '\\', '\n', '\r']))
    {
        query = format!("{query} AND component = \"{component}\"");
    }
    query += " AND statusCategory != Done";
    let below = format!(
        "/rest/api/3/search/jql?jql={}&fields=summary,status,issuetype,priority&maxResults=100",
        url_part(&query)
    );
    vec![Request::get("jira", wanted, "search", &SERVER, &below)]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut rows = input.rows("search", Some("issues"))?;
    rows.retain(|row| row.str("fields.status.statusCategory.key").is_none_or(|key| key != "done"));
    let mut record = Record::default();
    let kind = |row: &serde_json::Map<String, serde_json::Value>| {
        row.str("fields.issuetype.name").unwrap_or_default().to_owned()
    };
    record.facts.count("issues.open", rows.len());
    record.facts.count("issues.bugs", rows.iter().filter(|row| kind(row).eq_ignore_ascii_case("bug")).count());
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        *kinds.entry(kind(row)).or_default() += 1;
    }
    if rows.is_empty() {
        record.say("nothing is open");
    } else {
        let parts: Vec<String> = kinds
            .iter()
            .filter(|(kind, _)| !kind.is_empty())
            .take(6)
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        record.say(crate::snapshots::mask::short(&parts.join(", ")));
    }
    record.table(Rows::new(
        "Issues",
        &["Issue", "Summary", "Status", "Type", "Priority"],
        rows.iter().map(|row| {
            vec![
                Cell::text(row.str("key").unwrap_or_default()),
                Cell::text(row.str("fields.summary").unwrap_or_default()),
                Cell::word(row.str("fields.status.name").unwrap_or_default(), Tone::Plain),
                Cell::text(&kind(row)),
                Cell::text(row.str("fields.priority.name").unwrap_or_default()),
            ]
        }),
    ));
    Ok(Some(record))
}
