//! Everything known of the input: the stages of analysis called in order, their problems joined and judged.
//!
//! Total: a problem is part of the result, never a failure. Knows nothing of URLs or pages.

use crate::catalog::{self, Catalog};
use crate::diag::Diagnostics;
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
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    diagnostics.extend(workspace.problems().iter().cloned());
    diagnostics.extend(catalog::checks::run(workspace, &loaded));
    Portal { catalog: loaded.catalog, diagnostics }
}
