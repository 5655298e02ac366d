//! Merge requests at GitLab.

use super::common::{self, Change, GITLAB};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "gitlab-merge-requests",
    title: "Merge requests",
    ttl: 24,
    tab: Tab::CiCd,
    icon: "branch",
    annotations: GITLAB,
    grammar: "`group/project`, groups as deep as they are, or the number of the project",
    parts: &[json(
        "merge_requests",
        &[
            "iid",
            "title",
            "state",
            "draft",
            "work_in_progress",
            "created_at",
            "merged_at",
            "reviewers",
            "username",
            "author",
            "labels",
            "web_url",
        ],
    )],
    facts: &["pr.open", "pr.draft", "pr.waiting", "pr.oldestDays", "pr.merged30d", "pr.medianMergeHours"],
    all: false,
    claims: common::gitlab,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| {
        let below = "/merge_requests?state=all&order_by=updated_at&per_page=100";
        common::glab("gitlab-merge-requests", wanted, "merge_requests", below).into_iter().collect()
    },
    notes: "",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("merge_requests", None)?;
    let changes: Vec<Change> = rows
        .iter()
        .map(|row| Change {
            number: row.label("iid").unwrap_or_default(),
            title: row.str("title").unwrap_or_default().to_owned(),
            is_open: matches!(row.str("state"), Some("opened" | "locked")),
            is_draft: row.flag("draft").or_else(|| row.flag("work_in_progress")) == Some(true),
            is_asked: !row.list("reviewers").is_empty(),
            created: row.time("created_at"),
            merged: row.time("merged_at"),
            author: row.str("author.username").unwrap_or_default().to_owned(),
            labels: row.texts("labels").into_iter().map(str::to_owned).collect(),
            url: row.str("web_url").map(str::to_owned),
        })
        .collect();
    Ok(Some(common::changes(input, &changes)))
}
