//! What conditions may name, and what of that one asks for.

use std::collections::BTreeSet;

/// What conditions may name.
pub(super) const ROOTS: &[(&str, &[&str])] = &[
    ("entity", &["apiVersion", "kind", "metadata", "spec", "relations"]),
    ("related", &[]),
    ("docs", &["exists", "words", "updated", "pages"]),
    ("api", &["format", "errors", "operations", "breaking"]),
    ("git", &["lastCommit", "contributors", "commits90d"]),
    ("findings", &[]),
    ("facts", &[]),
    ("snap", &[]),
    ("now", &[]),
];

/// What a condition asks for, so that nothing else is computed.
#[derive(Debug, Default, Clone)]
pub(super) struct Uses {
    /// Paths from a root, as far as names go: `["facts", "sonar", "coverage"]`.
    pub(super) paths: BTreeSet<Vec<String>>,
    /// Every name of a field.
    pub(super) fields: BTreeSet<String>,
}

impl Uses {
    /// Returns whether a root is asked for.
    pub(super) fn root(&self, name: &str) -> bool {
        self.paths.iter().any(|path| path[0] == name)
    }

    /// Returns whether a field of this name is asked for, of whatever.
    pub(super) fn field(&self, name: &str) -> bool {
        self.fields.contains(name)
    }

    /// Asks for everything.
    pub(super) fn everything(&mut self) {
        self.paths.extend(ROOTS.iter().map(|(root, _)| vec![(*root).to_owned()]));
        self.fields.extend(["relations", "words", "updated", "breaking"].map(str::to_owned));
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.paths.extend(other.paths.iter().cloned());
        self.fields.extend(other.fields.iter().cloned());
    }
}
