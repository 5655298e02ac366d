//! Everything known of the input: the stages of analysis called in order, their problems joined and judged.
//!
//! Total: a problem is part of the result, never a failure. Knows nothing of URLs or pages.

use crate::api::{self, Apis};
use crate::catalog::{self, Catalog};
use crate::diag::{self, Diagnostics};
use crate::docs::{self, Docs, DocsSite, Memo};
use crate::notes::{self, Notes};
use crate::workspace::{Folder, Workspace};

/// A workspace understood.
#[derive(Debug)]
pub struct Portal {
    /// The entities.
    pub catalog: Catalog,
    /// The documentation of entities.
    pub docs: Docs,
    /// The references of APIs.
    pub apis: Apis,
    /// Markdown outside of documentations.
    pub notes: Notes,
    /// Every problem, judged and sorted by place.
    pub diagnostics: Diagnostics,
}

/// Understands a workspace: catalog, documentation, problems. Calls `stage` with the name of each step as it begins.
#[must_use]
pub fn analyse(workspace: &Workspace, stage: Stage<'_>) -> Portal {
    analyse_again(workspace, &Memo::default(), stage)
}

/// Does the same with what is known from before.
#[must_use]
pub fn analyse_again(workspace: &Workspace, memo: &Memo, stage: Stage<'_>) -> Portal {
    let (catalog, mut found) = catalog(workspace, stage);
    stage("documents");
    let (docs, problems) = docs::analyse(workspace, &catalog, memo);
    memo.turn();
    found.extend(problems);
    let (notes, problems) = notes::read(workspace, &catalog, &docs);
    found.extend(problems);
    stage("apis");
    let (mut apis, problems) = api::analyse(workspace, &catalog);
    found.extend(problems);
    apis.bundle(workspace, &catalog);
    Portal { catalog, docs, apis, notes, diagnostics: judge(workspace, found, stage) }
}

/// Returns the catalog and the problems of [`analyse`], which takes less.
#[must_use]
pub fn problems(workspace: &Workspace, stage: Stage<'_>) -> (Catalog, Diagnostics) {
    let (catalog, mut found) = catalog(workspace, stage);
    stage("documents");
    found.extend(docs::check(workspace, &catalog));
    found.extend(notes::check(workspace, &catalog));
    stage("apis");
    found.extend(api::analyse(workspace, &catalog).1);
    (catalog, judge(workspace, found, stage))
}

/// Understands the catalog alone, for those who need no documents; the problems are judged and sorted likewise.
#[must_use]
pub fn analyse_catalog(workspace: &Workspace, stage: Stage<'_>) -> (Catalog, Diagnostics) {
    let (catalog, found) = catalog(workspace, stage);
    (catalog, judge(workspace, found, stage))
}

/// Reads the documentation of one folder alone; the problems are judged and sorted likewise.
#[must_use]
pub fn documentation(
    workspace: &Workspace,
    folder: &Folder,
    name: &str,
    stage: Stage<'_>,
) -> (Option<DocsSite>, Diagnostics) {
    stage("documents");
    let (site, found) = docs::alone(workspace, folder, name);
    (site, judge(workspace, found, stage))
}

/// Is told the name of each step of the analysis as it begins.
pub type Stage<'a> = &'a mut dyn FnMut(&'static str);

fn catalog(workspace: &Workspace, stage: Stage<'_>) -> (Catalog, Diagnostics) {
    stage("catalog");
    let mut loaded = catalog::load(workspace);
    let mut found = std::mem::take(&mut loaded.diagnostics);
    found.extend(workspace.problems().iter().cloned());
    stage("check");
    found.extend(catalog::checks::run(workspace, &loaded));
    (loaded.catalog, found)
}

/// Gives every problem its final severity, and sorts them by place.
fn judge(workspace: &Workspace, found: Diagnostics, stage: Stage<'_>) -> Diagnostics {
    stage("judge");
    let mut judged = diag::judge(found, &workspace.config().check.severities, workspace).diagnostics;
    diag::sort_and_dedup(&mut judged, workspace);
    judged
}
