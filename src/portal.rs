//! Everything known of the input: the stages of analysis called in order, their problems joined and judged.
//!
//! Total: a problem is part of the result, never a failure. Knows nothing of URLs or pages.

use crate::catalog::{self, Catalog};
use crate::diag::{self, Diagnostics};
use crate::workspace::Workspace;

/// A workspace understood.
#[derive(Debug)]
pub struct Portal {
    /// The entities.
    pub catalog: Catalog,
    /// Every problem, judged and sorted by place.
    pub diagnostics: Diagnostics,
}

/// Understands a workspace: catalog, documentation, problems.
#[must_use]
pub fn analyse(workspace: &Workspace) -> Portal {
    let mut loaded = catalog::load(workspace);
    let mut found = std::mem::take(&mut loaded.diagnostics);
    found.extend(workspace.problems().iter().cloned());
    found.extend(catalog::checks::run(workspace, &loaded));
    Portal { catalog: loaded.catalog, diagnostics: judge(workspace, found) }
}

/// Gives every problem its final severity, and sorts them by place.
fn judge(workspace: &Workspace, found: Diagnostics) -> Diagnostics {
    let check = &workspace.config().check;

    let mut judged = diag::judge(found, &check.severities, workspace).diagnostics;
    diag::sort_and_dedup(&mut judged, workspace);
    judged
}
