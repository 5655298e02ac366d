//! Pull requests at GitHub.

use super::common::{self, Change, GITHUB, SLUG};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "github-pulls",
    title: "Pull requests",
    ttl: 24,
    tab: Tab::CiCd,
    icon: "branch",
    annotations: GITHUB,
    grammar: SLUG,
    parts: &[json(
        "pulls",
        &[
            "number",
            "title",
            "state",
            "draft",
            "created_at",
            "updated_at",
            "merged_at",
            "closed_at",
            "user",
            "login",
            "requested_reviewers",
            "requested_teams",
            "slug",
            "labels",
            "name",
            "html_url",
        ],
    )],
    facts: &["pr.open", "pr.draft", "pr.waiting", "pr.oldestDays", "pr.merged30d", "pr.medianMergeHours"],
    all: false,
    claims: common::github,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| {
        let below = "/pulls?state=all&sort=updated&direction=desc&per_page=100";
        common::gh("github-pulls", wanted, "pulls", below, false).into_iter().collect()
    },
    notes: "",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("pulls", None)?;
    let changes: Vec<Change> = rows
        .iter()
        .map(|row| Change {
            number: row.label("number").unwrap_or_default(),
            title: row.str("title").unwrap_or_default().to_owned(),
            is_open: row.str("state") == Some("open"),
            is_draft: row.flag("draft") == Some(true),
            is_asked: !row.list("requested_reviewers").is_empty() || !row.list("requested_teams").is_empty(),
            created: row.time("created_at"),
            merged: row.time("merged_at"),
            author: row.str("user.login").unwrap_or_default().to_owned(),
            labels: row.list("labels").iter().filter_map(|label| label.str("name")).map(str::to_owned).collect(),
            url: row.str("html_url").map(str::to_owned),
        })
        .collect();
    Ok(Some(common::changes(input, &changes)))
}
