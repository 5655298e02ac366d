//! A project at GitLab, of which only the default branch is needed.

use super::common::{self, GITLAB};
use crate::snapshots::answer::{self, Fields, Refusal};
use crate::snapshots::record::Record;
use crate::snapshots::source::{Input, Source, Tab, json};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "gitlab-project",
    title: "GitLab project",
    ttl: 7 * 24,
    tab: Tab::None,
    icon: "repository",
    annotations: GITLAB,
    grammar: "`group/project`, groups as deep as they are, or the number of the project",
    parts: &[json("project", &["default_branch"])],
    facts: &[],
    all: false,
    claims: common::gitlab,
    read,
    by_entity: false,
    server: None,
    requests: |wanted| common::glab("gitlab-project", wanted, "project", "").into_iter().collect(),
    notes: "It has no card: it tells `gitlab-pipelines` which branch is the default one.",
};

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let project = answer::object(input.values("project").unwrap_or_default())?;
    let mut record = Record::default();
    record.facts.text("repo.defaultBranch", project.str("default_branch"));
    Ok(Some(record))
}
