//! Everything known of the input: the stages of analysis called in order, their problems joined and judged.
//!
//! Total: a problem is part of the result, never a failure. Knows nothing of URLs or pages.

use crate::api::{self, Apis};
use crate::catalog::{self, Catalog};
use crate::diag::{self, Diagnostics};
use crate::docs::{self, Docs};
use crate::workspace::Workspace;

/// A workspace understood.
#[derive(Debug)]
pub struct Portal {
    /// The entities.
    pub catalog: Catalog,
    /// The documentation of entities.
    pub docs: Docs,
    /// The references of APIs.
    pub apis: Apis,
    /// Every problem, judged and sorted by place.
    pub diagnostics: Diagnostics,
}

/// Understands a workspace: catalog, documentation, problems.
#[must_use]
pub fn analyse(workspace: &Workspace) -> Portal {
    let (catalog, mut found) = catalog(workspace);
    let (docs, problems) = docs::analyse(workspace, &catalog);
    found.extend(problems);
    let (apis, problems) = api::analyse(workspace, &catalog);
    found.extend(problems);
    Portal { catalog, docs, apis, diagnostics: judge(workspace, found) }
}

/// Returns the problems of [`analyse`] alone, which takes less.
#[must_use]
pub fn problems(workspace: &Workspace) -> Diagnostics {
    let (catalog, mut found) = catalog(workspace);
    found.extend(docs::check(workspace, &catalog));
    found.extend(api::analyse(workspace, &catalog).1);
    judge(workspace, found)
}

/// Understands the catalog alone, for those who need no documents; the problems are judged and sorted likewise.
#[must_use]
pub fn analyse_catalog(workspace: &Workspace) -> (Catalog, Diagnostics) {
    let (catalog, found) = catalog(workspace);
    (catalog, judge(workspace, found))
}

fn catalog(workspace: &Workspace) -> (Catalog, Diagnostics) {
    let mut loaded = catalog::load(workspace);
    let mut found = std::mem::take(&mut loaded.diagnostics);
    found.extend(workspace.problems().iter().cloned());
    found.extend(catalog::checks::run(workspace, &loaded));
    (loaded.catalog, found)
}

/// Gives every problem its final severity, and sorts them by place.
fn judge(workspace: &Workspace, found: Diagnostics) -> Diagnostics {
    let mut judged = diag::judge(found, &workspace.config().check.severities, workspace).diagnostics;
    diag::sort_and_dedup(&mut judged, workspace);
    judged
}
