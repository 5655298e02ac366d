//! Deployments that a job of one's own wrote down.

use super::common::{by_status, no_requests, revision};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::source::{Input, Source, Tab, by_entity, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "deployments",
    title: "Deployments",
    ttl: 7 * 24,
    tab: Tab::CiCd,
    icon: "cloud",
    annotations: &[],
    grammar: "",
    parts: &[json("deploys", &["deploys", "env", "version", "sha", "at", "by", "status", "url"])],
    facts: &["deploy.environments", "deploy.env."],
    all: false,
    claims: by_entity,
    read,
    by_entity: false,
    server: None,
    requests: no_requests,
    notes: "A file of your own: `{\"deploys\": [{\"env\", \"version\", \"sha\", \"at\", \"by\", \"status\", \"url\"}]}`.",
};

/// One deployment.
pub(super) struct Deployment {
    pub(super) environment: String,
    pub(super) version: String,
    pub(super) sha: String,
    pub(super) at: Option<i64>,
    /// `None` if the tool reports no status.
    pub(super) status: Option<String>,
    pub(super) by: String,
    pub(super) url: Option<String>,
}

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("deploys", Some("deploys"))?;
    let deployments = rows.iter().map(|row| Deployment {
        environment: row.str("env").unwrap_or_default().to_owned(),
        version: row.label("version").or_else(|| row.str("sha").map(str::to_owned)).unwrap_or_default(),
        sha: row.str("sha").unwrap_or_default().to_owned(),
        at: row.time("at"),
        status: row.str("status").map(str::to_owned),
        by: input.person(row.str("by").unwrap_or_default()),
        url: row.str("url").map(str::to_owned),
    });
    Ok(Some(record(input, deployments.collect())))
}

impl Deployment {
    fn is_good(&self) -> bool {
        let good = |status| matches!(status, "success" | "succeeded" | "ok" | "deployed" | "active");
        self.status.as_deref().is_none_or(good)
    }

    fn has_failed(&self) -> bool {
        let failed =
            |status| matches!(status, "failure" | "failed" | "error" | "rolled-back" | "rolled_back" | "rollback");
        self.status.as_deref().is_some_and(failed)
    }

    /// Returns whether it reached users, as far as the name of the environment says so.
    fn is_in_production(&self) -> bool {
        let name = self.environment.to_lowercase();
        name.starts_with("prod") || name.contains("production") || name == "live"
    }
}

/// Counts deployments to production; where no environment is called so, nobody knows.
fn count(input: &Input<'_>, deployments: &[Deployment], record: &mut Record) {
    if input.time.is_none() || !deployments.iter().any(Deployment::is_in_production) {
        return;
    }
    let is_recent = |one: &&Deployment| one.at.is_some_and(|at| input.is_within(at, 30) == Some(true));
    let recent: Vec<&Deployment> = deployments.iter().filter(|one| one.is_in_production()).filter(is_recent).collect();
    record.delivery.count("deploy.count30d", recent.iter().filter(|one| one.is_good()).count());
    if deployments.iter().any(|one| one.status.is_some()) {
        record.delivery.count("deploy.failed30d", recent.iter().filter(|one| one.has_failed()).count());
    }
}

/// Makes the record of deployments.
pub(super) fn record(input: &Input<'_>, mut deployments: Vec<Deployment>) -> Record {
    deployments.retain(|one| !one.environment.is_empty());
    deployments.sort_by_key(|one| std::cmp::Reverse(one.at.unwrap_or(i64::MIN)));
    let mut record = Record::default();
    let mut environments: Vec<&Deployment> = Vec::new();
    for one in &deployments {
        if one.is_good() && !environments.iter().any(|known| known.environment == one.environment) {
            environments.push(one);
        }
    }
    environments.sort_by(|a, b| a.environment.cmp(&b.environment));
    record.facts.count("deploy.environments", environments.len());
    count(input, &deployments, &mut record);
    for one in environments.iter().take(50) {
        record.facts.text(
            &format!("deploy.env.{}", crate::snapshots::mask::short(&one.environment)),
            Some(revision(&one.version)),
        );
    }
    if deployments.is_empty() {
        record.say("no deployments");
    }
    record.table(Rows::new(
        "Deployments",
        &["Environment", "Version", "Commit", "Status", "When", "By"],
        deployments.iter().map(|one| {
            let status = one.status.as_deref().unwrap_or_default();
            vec![
                Cell::text(&one.environment),
                Cell::link(revision(&one.version), one.url.as_deref()),
                Cell::code(one.sha.get(..7).unwrap_or(&one.sha)),
                Cell::word(status, by_status(status)),
                Cell::time(one.at),
                Cell::text(&one.by),
            ]
        }),
    ));
    record
}
