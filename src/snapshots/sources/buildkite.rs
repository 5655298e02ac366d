//! Builds of a pipeline at Buildkite.

use super::common::{self, Run, first_line};
use crate::catalog::Entity;
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::request::{Login, Request, Server, Wanted, is_slug};
use crate::snapshots::source::{Claims, Input, Source, Tab, annotation, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "buildkite",
    title: "Buildkite",
    ttl: 24,
    tab: Tab::CiCd,
    icon: "pipeline",
    annotations: &["buildkite.com/project-slug"],
    grammar: "`organisation/pipeline`",
    parts: &[json(
        "builds",
        &[
            "number",
            "state",
            "branch",
            "commit",
            "message",
            "created_at",
            "started_at",
            "finished_at",
            "pipeline",
            "default_branch",
            "web_url",
            "name",
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
    claims,
    read,
    by_entity: false,
    server: Some(&SERVER),
    requests,
    notes: "",
};

const SERVER: Server = Server {
    name: "BUILDKITE",
    url: "https://api.buildkite.com",
    tokens: &["TOKEN"],
    login: Login::Header("Authorization: Bearer "),
};

fn claims(entity: &Entity) -> Option<Claims> {
    annotation(entity, SOURCE.annotations[0]).map(Claims::key)
}

fn requests(wanted: &Wanted<'_>) -> Vec<Request> {
    let Some((organisation, pipeline)) = wanted.key.split_once('/').filter(|_| is_slug(wanted.key)) else {
        return Vec::new();
    };
    let below = format!("/v2/organizations/{organisation}/pipelines/{pipeline}/builds?per_page=50");
    vec![Request::get("buildkite", wanted, "builds", &SERVER, &below)]
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("builds", None)?;
    let branch = rows.iter().find_map(|row| row.str("pipeline.default_branch")).map(str::to_owned);
    let runs = rows.iter().map(|row| Run {
        workflow: row.str("pipeline.name").unwrap_or_default().to_owned(),
        number: row.label("number").unwrap_or_default(),
        title: row.str("message").map(first_line).unwrap_or_default().to_owned(),
        branch: row.str("branch").unwrap_or_default().to_owned(),
        sha: row.str("commit").unwrap_or_default().to_owned(),
        status: match row.str("state").unwrap_or_default() {
            "passed" => "success",
            "failed" => "failure",
            "canceled" => "cancelled",
            "running" | "canceling" | "failing" => "in_progress",
            "blocked" => "action_required",
            "skipped" | "not_run" => "skipped",
            _ => "queued",
        },
        created: row.time("created_at"),
        duration: row.time("started_at").zip(row.time("finished_at")).map(|(from, to)| (to - from).max(0) * 1000),
        url: row.str("web_url").map(str::to_owned),
    });
    let runs = runs.collect();
    Ok(Some(common::runs(input, runs, branch.as_deref())))
}
