//! Open issues at GitHub.

use super::common::{self, GITHUB, SLUG};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "github-issues",
    title: "Issues",
    ttl: 24,
    tab: Tab::Code,
    icon: "bug",
    annotations: GITHUB,
    grammar: SLUG,
    parts: &[json(
        "issues",
        &["number", "title", "state", "labels", "name", "type", "created_at", "pull_request", "html_url"],
    )],
    facts: &["issues.open", "issues.bugs", "issues.goodFirst"],
    all: false,
    claims: common::github,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| {
        common::gh("github-issues", wanted, "issues", "/issues?state=open&per_page=100", true).into_iter().collect()
    },
    notes: "Pull requests, which are in GitHub's list of issues too, are skipped.",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut rows = input.rows("issues", None)?;
    rows.retain(|row| {
        row.get("pull_request").is_none_or(serde_json::Value::is_null) && row.str("state") != Some("closed")
    });
    let labels = |row: &serde_json::Map<String, serde_json::Value>| -> Vec<String> {
        let name = |label: &serde_json::Value| label.as_str().or_else(|| label.str("name")).map(str::to_owned);
        row.list("labels").iter().filter_map(name).collect()
    };
    let has = |wanted: &[&str]| {
        let is_wanted = |label: &String| wanted.contains(&label.to_lowercase().as_str());
        rows.iter()
            .filter(|row| {
                labels(row).iter().any(is_wanted)
                    || row.str("type.name").is_some_and(|kind| is_wanted(&kind.to_owned()))
            })
            .count()
    };
    let mut record = Record::default();
    record.facts.count("issues.open", rows.len());
    record.facts.count("issues.bugs", has(&["bug"]));
    record.facts.count("issues.goodFirst", has(&["good first issue"]));
    if rows.is_empty() {
        record.say("nothing is open");
    }
    record.table(Rows::new(
        "Issues",
        &["Issue", "Title", "Labels", "Opened"],
        rows.iter().map(|row| {
            vec![
                Cell::link(&format!("#{}", row.label("number").unwrap_or_default()), row.str("html_url")),
                Cell::text(row.str("title").unwrap_or_default()),
                Cell::text(&labels(row).join(", ")),
                Cell::time(row.time("created_at")),
            ]
        }),
    ));
    Ok(Some(record))
}
