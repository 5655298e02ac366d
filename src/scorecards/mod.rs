//! Scorecards: what good looks like, how far each entity is, and why.
//!
//! Owns the files (`read`, `facts`, `history`), the condition language (`condition`, `value`, `world`), the checks of Tech
//! Insights (`tech_insights/`), judging (`evaluate`), levels and scores (`levels`), rollups, findings, policies, and the figures
//! of the whole portal (`insights`, `freshness`, `delivery`). Knows no URL of the site and no HTML.
//!
//! Invariants: what nobody knows never passes; a fault costs its rule alone, and is reported once, at its place; the
//! same input gives the same results on any number of threads.

mod api_base;
pub mod base;
mod commitments;
mod condition;
pub mod delivery;
mod evaluate;
mod evidence;
pub mod export;
pub mod facts;
mod findings;
pub mod freshness;
pub mod history;
mod inputs;
pub mod insights;
pub mod known;
mod levels;
mod lint;
mod model;
mod policies;
pub mod query;
mod read;
pub mod recording;
mod rollup;
mod roots;
pub mod tech_insights;
mod tech_insights_scorecard;
#[cfg(test)]
mod tests;
mod value;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use api_base::ApiBase;
pub use evidence::Evidence;
pub use model::*;

use crate::api::Apis;
use crate::calendar::Day;
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::docs::Docs;
use crate::incremental::{Changes, MemoTable};
use crate::snapshots::Snapshots;
use crate::text::{FileId, Span};
use crate::workspace::{GlobStyle, Workspace};

/// The parts of a portal that conditions ask.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// The input.
    pub workspace: &'a Workspace,
    /// The entities.
    pub catalog: &'a Catalog,
    /// Their documentation.
    pub docs: &'a Docs,
    /// The references of APIs.
    pub apis: &'a Apis,
    /// What other tools know.
    pub snapshots: &'a Snapshots,
    /// What was found so far, with final severities.
    pub problems: &'a [Diagnostic],
    /// The definitions of APIs before the change that is judged, where there is one.
    pub api_base: Option<&'a ApiBase>,
}

/// What is kept from one state of a workspace to the next.
#[derive(Debug, Default)]
pub struct Memo {
    facts: facts::Memo,
    judged: evaluate::Memo,
}

impl Memo {
    /// Makes a memo that is enabled; the default one is not.
    #[must_use]
    pub fn enabled() -> Self {
        Self { facts: MemoTable::enabled(), judged: MemoTable::enabled() }
    }

    /// Notes what happened.
    pub fn invalidate(&self, changes: Option<&Changes>) {
        self.facts.invalidate(changes);
        self.judged.invalidate(changes);
    }
}

/// Reads all scorecards and policies, and judges the entities by them.
#[must_use]
pub fn analyse(parts: Parts<'_>, memo: &Memo) -> (Scorecards, Diagnostics) {
    let workspace = parts.workspace;
    let config = workspace.config();
    let today = Day::of_moment(workspace.now());
    let mut problems = Vec::new();
    let files = located(workspace, "scorecards.files", &config.scorecards.files);
    let facts = located(workspace, "scorecards.facts", &config.scorecards.facts);
    let facts = facts::read(workspace, parts.catalog, &facts, &memo.facts, &mut problems);
    let mut cards = read::files(workspace, &files, today, &mut problems);
    if let Some(node) = &config.tech_insights
        && let Some(card) = tech_insights_scorecard::scorecard(node.span.file, node, &facts, &mut problems)
    {
        if let Some(taken) = cards.iter().find(|card| card.id == tech_insights_scorecard::ID) {
            let message = format!("`{}` is the scorecard of the checks in app-config.yaml", taken.id);
            problems.push(
                Diagnostic::new(codes::INVALID_SCORECARD, taken.span, message).help("give this one another `id`"),
            );
            cards.retain(|card| card.id != tech_insights_scorecard::ID);
        }
        cards.push(card);
        cards.sort_by(|a, b| a.id.cmp(&b.id));
    }
    let policies = policies::read(workspace, &mut problems);
    let history = history_file(workspace, &mut problems).map(|file| history::read(workspace, file, &mut problems));
    let changed = |(id, entity): (crate::catalog::EntityId, &crate::catalog::Entity)| {
        let documents = parts.docs.site(id).map_or(&[][..], |site| &site.pages);
        let documents = documents.iter().filter_map(|page| page.last_change.as_ref()).map(|change| change.time);
        workspace.last_change(entity.file).map(|change| change.time).into_iter().chain(documents).max()
    };
    let changed = parts.catalog.iter().map(changed).collect();
    let mut found = Scorecards {
        changed,
        list: cards,
        today: Some(today),
        history: history.unwrap_or_default(),
        facts: Arc::new(facts),
        judged: 0,
    };
    evaluate::run(&parts, &memo.judged, &mut found, &policies, today, &mut problems);
    findings::gates(parts.catalog, &found, &mut problems);
    (found, problems)
}

/// Finds the files of a list of globs below every root, sorted by path.
fn located(workspace: &Workspace, _key: &str, globs: &[String]) -> Vec<FileId> {
    let mut found: BTreeSet<(Arc<str>, usize)> = BTreeSet::new();
    for root in workspace.roots() {
        for glob in globs {
            let files = workspace.glob_in(&root, glob, GlobStyle::File).unwrap_or_default();
            found.extend(files.into_iter().map(|file| (workspace.path(file), file.index())));
        }
    }
    found.into_iter().map(|(_, index)| FileId::new(index)).collect()
}

/// Finds the history file that the configuration names. One that is not there yet is no problem: a job has to begin it.
fn history_file(workspace: &Workspace, problems: &mut Diagnostics) -> Option<FileId> {
    let path = workspace.config().scorecards.history.as_ref()?;
    let located = match workspace.config_file() {
        Some(config) => workspace.locate(config, path),
        None => workspace.locate_in(workspace.roots().first()?, path),
    };
    match located {
        Ok(file) => Some(file),
        Err(crate::workspace::LocateError::Missing { .. }) => None,
        Err(error) => {
            let place =
                workspace.config().places.get("scorecards.history").or(workspace.config_file().map(Span::whole))?;
            let message = format!("the history `{path}` cannot be read: {error}");
            problems.push(
                Diagnostic::new(codes::INVALID_HISTORY, place, message)
                    .help("write the path of a file, relative to this file"),
            );
            None
        }
    }
}
