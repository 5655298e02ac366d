//! Pipelines at GitLab.

use super::common::{self, GITLAB, Run};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "gitlab-pipelines",
    title: "GitLab pipelines",
    ttl: 24,
    tab: Tab::CiCd,
    icon: "pipeline",
    annotations: GITLAB,
    grammar: "`group/project`, groups as deep as they are, or the number of the project",
    parts: &[json(
        "pipelines",
        &["id", "ref", "sha", "status", "created_at", "updated_at", "started_at", "finished_at", "name", "web_url"],
    )],
    facts: &[
        "ci.runs",
        "ci.status",
        "ci.lastRunAt",
        "ci.failing",
        "ci.green",
        "ci.successRate30d",
        "ci.medianDuration",
    ],
    all: false,
    claims: common::gitlab,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| {
        common::glab("gitlab-pipelines", wanted, "pipelines", "/pipelines?per_page=100").into_iter().collect()
    },
    notes: "The default branch comes from `gitlab-project`. `gitlab.com/instance` names another server.",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("pipelines", None)?;
    let runs = rows.iter().map(|row| {
        let from = row.time("started_at").or_else(|| row.time("created_at"));
        let to = row.time("finished_at").or_else(|| row.time("updated_at"));
        Run {
            workflow: row.str("name").unwrap_or_default().to_owned(),
            number: row.label("id").unwrap_or_default(),
            title: String::new(),
            branch: row.str("ref").unwrap_or_default().to_owned(),
            sha: row.str("sha").unwrap_or_default().to_owned(),
            status: match row.str("status").unwrap_or_default() {
                "success" => "success",
                "failed" => "failure",
                "canceled" => "cancelled",
                "skipped" => "skipped",
                "running" | "canceling" => "in_progress",
                "manual" => "action_required",
                _ => "queued",
            },
            created: row.time("created_at"),
            duration: from.zip(to).map(|(from, to)| (to - from).max(0) * 1000),
            url: row.str("web_url").map(str::to_owned),
        }
    });
    let runs = runs.collect();
    Ok(Some(common::runs(input, runs, input.branch)))
}
