//! What a folder without a catalog holds: packages, documentation, definitions of APIs, and the entities that would describe
//! them.
//!
//! One file a sort of evidence in `detectors/`. `build` shows what was found as implied entities, `init` writes it down. Knows
//! what files of other tools say, and of the catalog only how an entity is written.
//!
//! Invariants: total, in the order of paths, and bounded by [`MAX_PACKAGES`] and [`MAX_APIS`].

mod detectors;
mod names;
mod owners;
mod packages;
mod proposal;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub(crate) use names::entity_name;
pub(crate) use owners::{Owner, group};
pub(crate) use proposal::Proposal;

use self::detectors::{Candidate, DETECTORS, Facts};
use crate::text::FileId;
use crate::workspace::{Folder, Workspace};

/// The file that describes what lies beside it.
pub(crate) const CATALOG_FILE: &str = "catalog-info.yaml";
/// The file that describes the teams and people who own something.
pub(crate) const ORG_FILE: &str = "org/catalog-info.yaml";

/// Maximum number of packages that are described; a folder with more needs a catalog.
const MAX_PACKAGES: usize = 1_000;
/// Maximum number of API definitions that are described.
const MAX_APIS: usize = 1_000;
/// Evidence is looked for in folders as deep as this below the scanned one.
const MAX_DEPTH: usize = 8;
/// A file of evidence larger than this is not read.
const MAX_BYTES: u64 = 4 << 20;

/// Folders whose contents somebody else made, or that are there for tests only.
const PASSED_OVER: &[&str] = &[
    "__fixtures__",
    "__tests__",
    "bower_components",
    "build",
    "dist",
    "e2e",
    "example",
    "examples",
    "fixtures",
    "node_modules",
    "out",
    "sample",
    "samples",
    "site-packages",
    "target",
    "test",
    "testdata",
    "tests",
    "third_party",
    "vendor",
];

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    /// In the order of folders.
    pub(crate) packages: Vec<Package>,
    /// The teams and people who own something, in the order of names.
    pub(crate) owners: Vec<Owner>,
}

/// A folder with what describes it.
#[derive(Debug)]
pub(crate) struct Package {
    /// Where its `catalog-info.yaml` belongs.
    pub(crate) folder: Folder,
    /// A component or system first, if it is one; then the APIs.
    pub(crate) proposals: Vec<Proposal>,
}

impl Package {
    /// Returns the path of the file that describes it.
    pub(crate) fn file(&self) -> String {
        match self.folder.path() {
            "" => CATALOG_FILE.to_owned(),
            folder => format!("{folder}/{CATALOG_FILE}"),
        }
    }
}

/// One piece of evidence.
#[derive(Debug)]
struct Evidence {
    file: FileId,
    /// Its path in the workspace.
    path: Arc<str>,
    facts: Facts,
}

/// What the evidence says of the folders, by path.
type Folders = BTreeMap<String, Vec<Evidence>>;

/// Looks at everything that is scanned, but for paths that `is_left_out` names.
pub(crate) fn discover(workspace: &Workspace, is_left_out: &dyn Fn(&str) -> bool) -> Discovery {
    let mut known: HashMap<String, Folder> = HashMap::new();
    let mut folders = Folders::new();
    let mut tops = BTreeSet::new();
    for root in workspace.scanned_folders() {
        let found = evidence(workspace, &root, is_left_out, &mut known);
        tops.extend(packages::tops(workspace, &root, &found));
        for (folder, evidence) in found {
            folders.entry(folder).or_default().extend(evidence);
        }
    }
    packages::describe(workspace, &folders, &tops, &known)
}

/// Returns whether what lies at a path is somebody else's, or there for tests only.
pub(crate) fn is_passed_over(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split('/').any(|part| PASSED_OVER.contains(&part))
}

/// Returns the format of the definition of an API; `None` for other files, among them those that only a definition refers to.
pub(crate) fn definition_format(workspace: &Workspace, file: FileId) -> Option<&'static str> {
    let path = workspace.path(file);
    let candidate = Candidate { workspace, file, path: &path };
    DETECTORS.iter().find_map(|detector| {
        detector.folder(&path)?;
        Some(detector.read(&candidate)?.definition?.format)
    })
}

/// Collects the evidence below a folder, by the folder that it is about; `known` gets the folders themselves.
fn evidence(
    workspace: &Workspace,
    root: &Folder,
    is_left_out: &dyn Fn(&str) -> bool,
    known: &mut HashMap<String, Folder>,
) -> Folders {
    let mut folders = Folders::new();
    known.insert(root.path().to_owned(), root.clone());
    for file in workspace.files_below(root) {
        let path = workspace.path(file);
        let below = workspace.path_below(root, file).unwrap_or_default();
        if below.matches('/').count() > MAX_DEPTH || is_passed_over(&below) || is_left_out(&path) {
            continue;
        }
        for (rank, detector) in DETECTORS.iter().enumerate() {
            let Some(about) = detector.folder(&below) else { continue };
            let candidate = Candidate { workspace, file, path: &path };
            let Some(facts) = detector.read(&candidate) else { continue };
            let facts = Facts { rank, ..facts };
            let folder = match about {
                "" => root.clone(),
                about => match workspace.locate_folder_in(root, about) {
                    Ok(folder) => folder,
                    Err(_) => continue,
                },
            };
            let key = folder.path().to_owned();
            known.insert(key.clone(), folder);
            folders.entry(key).or_default().push(Evidence { file, path: Arc::clone(&path), facts });
        }
    }
    // What detectors that come first say counts first, whatever the files are called.
    for evidence in folders.values_mut() {
        evidence.sort_by_key(|evidence| evidence.facts.rank);
    }
    folders
}
