//! Deployments at GitHub: what was deployed last to each environment.

use super::common::{self, GITHUB, SLUG};
use super::deployments::{Deployment, record};
use crate::snapshots::answer::{Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "github-deployments",
    title: "GitHub deployments",
    ttl: 24,
    tab: Tab::CiCd,
    icon: "cloud",
    annotations: GITHUB,
    grammar: SLUG,
    parts: &[json("deployments", &["environment", "ref", "sha", "created_at"])],
    facts: &["deploy.environments", "deploy.env."],
    all: false,
    claims: common::github,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| {
        common::gh("github-deployments", wanted, "deployments", "/deployments?per_page=100", false)
            .into_iter()
            .collect()
    },
    notes: "",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let rows = input.rows("deployments", None)?;
    let deployments = rows.iter().map(|row| Deployment {
        environment: row.str("environment").unwrap_or_default().to_owned(),
        version: row.str("ref").or_else(|| row.str("sha")).unwrap_or_default().to_owned(),
        sha: row.str("sha").unwrap_or_default().to_owned(),
        at: row.time("created_at"),
        status: None,
        by: String::new(),
        url: None,
    });
    Ok(Some(record(input, deployments.collect())))
}
