//! The sorts of evidence, one a file. To add one, add a file here and a line in `registry.rs`.

mod cargo;
mod definition;
mod docker;
mod docs;
mod go;
mod graphql;
mod grpc;
mod maven;
mod mkdocs;
mod npm;
mod python;
mod readme;
mod toml;

use std::sync::Arc;

use super::MAX_BYTES;
use crate::registry;
use crate::text::FileId;
use crate::workspace::Workspace;
use crate::yaml::Node;

/// Reads one sort of evidence.
pub(super) trait Detector: Sync {
    /// Returns the folder that the file at `path` is evidence for, if it is one of this sort; both below the scanned
    /// folder.
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str>;

    /// Returns what a file says; `None` if it is no evidence after all.
    fn read(&self, file: &Candidate<'_>) -> Option<Facts>;
}

macro_rules! list {
    ($($module:ident :: $detector:ident,)*) => { &[$(&$module::$detector),*] };
}

/// All detectors; of two that say the same thing, the first one counts.
pub(super) const DETECTORS: &[&dyn Detector] = registry::detectors!(list);

/// A file that may be evidence.
pub(super) struct Candidate<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) file: FileId,
    /// Its path in the workspace.
    pub(super) path: &'a str,
}

impl Candidate<'_> {
    /// Returns the text; `None` if it is none, or too long.
    fn text(&self) -> Option<Arc<str>> {
        self.workspace.text_once(self.file, MAX_BYTES).ok()
    }

    /// Returns the name of the file.
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// What a file says of a folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Facts {
    /// The place of its detector in the list.
    pub(super) rank: usize,
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) tags: Vec<&'static str>,
    pub(super) homepage: Option<String>,
    pub(super) role: Option<Role>,
    /// Whether it describes a package, wherever it lies.
    pub(super) is_package: bool,
    /// Whether it only holds packages together.
    pub(super) is_group: bool,
    /// Whether it is a part of a Backstage app, which describes others.
    pub(super) is_backstage: bool,
    /// Whether there is documentation that TechDocs can read.
    pub(super) has_docs: bool,
    /// Whether the documentation brings that of folders below with it.
    pub(super) includes_docs: bool,
    pub(super) definition: Option<Definition>,
}

/// What a package is for; a later one says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Library,
    Website,
    Service,
}

impl Role {
    /// Returns the value of `spec.type`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Website => "website",
            Self::Service => "service",
        }
    }
}

/// The definition of an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definition {
    /// The value of `spec.type`.
    pub(super) format: &'static str,
}

/// Returns the folder of a file with one of these names.
fn named<'p>(path: &'p str, names: &[&str]) -> Option<&'p str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    names.contains(&name).then_some(folder)
}

/// Returns the text at a path of keys, if there is one.
fn text_at(node: &Node, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(node, |node, key| node.get(key))?.as_str()?.trim();
    (!found.is_empty()).then(|| found.to_owned())
}
