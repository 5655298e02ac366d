//! Runs of workflows at GitHub.

use super::common::{self, GITHUB, Run, SLUG, first_line};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "github-actions",
    title: "GitHub Actions",
    ttl: 24,
    tab: Tab::CiCd,
    icon: "pipeline",
    annotations: GITHUB,
    grammar: SLUG,
    parts: &[json(
        "runs",
        &[
            "workflow_runs",
            "id",
            "name",
            "head_branch",
            "head_sha",
            "status",
            "conclusion",
            "created_at",
            "run_started_at",
            "updated_at",
            "run_number",
            "event",
            "html_url",
            "display_title",
            "head_commit",
            "message",
            "repository",
            "default_branch",
        ],
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
    claims: common::github,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| {
        common::gh("github-actions", wanted, "runs", "/actions/runs?per_page=100", false).into_iter().collect()
    },
    notes: "The default branch comes from `github-repo` if that is there too, else from the answer itself.",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("runs", Some("workflow_runs"))?;
    let own = rows.iter().find_map(|row| row.str("repository.default_branch"));
    let branch = input.branch.or(own).map(str::to_owned);
    let runs = rows.iter().map(|row| {
        let started = row.time("run_started_at").or_else(|| row.time("created_at"));
        let message = row.str("head_commit.message").map(first_line).or_else(|| row.str("display_title"));
        Run {
            workflow: row.str("name").unwrap_or_default().to_owned(),
            number: row.label("run_number").unwrap_or_default(),
            title: message.unwrap_or_default().to_owned(),
            branch: row.str("head_branch").unwrap_or_default().to_owned(),
            sha: row.str("head_sha").unwrap_or_default().to_owned(),
            status: status(row.str("status"), row.str("conclusion")),
            created: row.time("created_at"),
            duration: started.zip(row.time("updated_at")).map(|(from, to)| (to - from).max(0) * 1000),
            url: row.str("html_url").map(str::to_owned),
        }
    });
    let runs = runs.collect();
    Ok(Some(common::runs(input, runs, branch.as_deref())))
}

fn status(status: Option<&str>, conclusion: Option<&str>) -> &'static str {
    const WORDS: &[&str] = &[
        "success",
        "failure",
        "cancelled",
        "skipped",
        "timed_out",
        "action_required",
        "neutral",
        "stale",
        "startup_failure",
    ];
    match status {
        Some("completed") | None => {
            let known = WORDS.iter().find(|word| Some(**word) == conclusion);
            known.copied().unwrap_or("unknown")
        }
        Some("in_progress") => "in_progress",
        Some("queued" | "requested" | "waiting" | "pending") => "queued",
        Some(other) => WORDS.iter().find(|word| **word == other).copied().unwrap_or("unknown"),
    }
}
