//! The sources, one a file.

mod alertmanager;
mod argocd;
mod audit;
mod bugsnag;
mod buildkite;
mod common;
mod cost;
mod coverage;
mod deployments;
mod github_actions;
mod github_code_scanning;
mod github_dependabot;
mod github_deployments;
mod github_issues;
mod github_pulls;
mod github_repo;
mod github_secret_scanning;
mod gitlab_merge_requests;
mod gitlab_pipelines;
mod gitlab_project;
mod grafana;
mod jenkins;
mod jira;
mod kubernetes;
mod lighthouse;
mod opsgenie;
mod pagerduty;
mod prometheus;
mod prometheus_query;
mod sarif;
mod sbom;
mod scorecard;
mod sentry;
mod sonarqube;

use super::source::Source;

/// All sources in the order of display. To add one, add a file here and a line.
pub const SOURCES: &[&Source] = &[
    &github_repo::SOURCE,
    &gitlab_project::SOURCE,
    &github_actions::SOURCE,
    &gitlab_pipelines::SOURCE,
    &jenkins::SOURCE,
    &buildkite::SOURCE,
    &github_pulls::SOURCE,
    &gitlab_merge_requests::SOURCE,
    &argocd::SOURCE,
    &deployments::SOURCE,
    &github_deployments::SOURCE,
    &kubernetes::SOURCE,
    &pagerduty::SOURCE,
    &opsgenie::SOURCE,
    &prometheus::SOURCE,
    &alertmanager::SOURCE,
    &grafana::SOURCE,
    &prometheus_query::SOURCE,
    &sentry::SOURCE,
    &bugsnag::SOURCE,
    &github_dependabot::SOURCE,
    &github_code_scanning::SOURCE,
    &github_secret_scanning::SOURCE,
    &audit::SOURCE,
    &sonarqube::SOURCE,
    &coverage::SOURCE,
    &sarif::SOURCE,
    &lighthouse::SOURCE,
    &scorecard::SOURCE,
    &sbom::SOURCE,
    &github_issues::SOURCE,
    &jira::SOURCE,
    &cost::SOURCE,
];

/// Finds a source by the name of its folder.
#[must_use]
pub fn find(id: &str) -> Option<(usize, &'static Source)> {
    SOURCES.iter().position(|source| source.id == id).map(|at| (at, SOURCES[at]))
}

/// Returns when a report that is no JSON of ours says that it was made.
pub(super) fn made_at(bytes: &[u8]) -> Option<i64> {
    coverage::made_at(bytes).or_else(|| sbom::made_at(bytes))
}
