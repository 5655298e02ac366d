//! Every input, read once: finding files, reading them, and the facts of git.
//!
//! One of the four modules that touch the outside world. Does not know what any file means.
//!
//! Invariants: a path that leaves its repository is never opened, whether by `..`, an absolute path or a symbolic
//! link; a file is read at most once, so that a build sees one state of it; nothing is read that nobody asked for.

mod confine;
mod decode;
mod disk;
mod errors;
mod files;
mod git;
mod git_command;
mod git_history;
mod history;
mod objects;
mod refs;
mod revisions;
mod trace;
mod load;
mod locate;
mod update;
mod path;
mod pattern;
mod packs;
mod load_packs;
mod pack_content;
mod read;
mod remote;
mod repositories;
mod repository;
mod rewrite;
mod text_changes;
mod ignore_rules;
mod snapshots;
mod scan;
mod file_system;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::config::Config;
use crate::diag::Diagnostic;
use crate::incremental::{Dependencies, DependencyRecorder, Recording};
use crate::text::{FileId, Span};
use confine::{Boundary, FolderCache};
use file_system::FileSystem;
use files::Files;
use ignore_rules::{RuleBook, Rules};

pub use errors::{LocateError, ReadError};
pub use git_history::{Activity, FormerPath, KnownSince, LastChange, TextChange};
pub use load::{LoadOptions, load};
pub use locate::{GlobStyle, Item};
pub use pack_content::LeftOut;
pub use read::Decoded;
pub use refs::{GitRef, RefKind};
pub(crate) use remote::repository_in;
pub use remote::{Host, Remote};
pub use repositories::{RevisionFolder, SourceUrls, UrlTarget};
pub use repository::Repository;
pub(crate) use scan::MANIFEST;
pub use snapshots::SnapshotFile;

/// A folder that was looked up, within the same bounds as files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folder {
    path: Arc<str>,
    place: Arc<Path>,
}

impl Folder {
    /// Returns the path as reports show it: `/`-separated, relative to the scanned root, empty for the root itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// A folder that was given to be scanned, or that of the configuration.
#[derive(Debug, Clone)]
struct Root {
    /// Where it is, links followed.
    place: PathBuf,
    /// What comes before paths below it.
    prefix: String,
    /// The rules of the folders above, within the same repository.
    rules: Option<Arc<Rules>>,
}

/// What a scan found.
#[derive(Debug, PartialEq)]
pub(crate) struct Scanned {
    files: [Arc<Vec<FileId>>; 3],
    problems: Arc<Vec<Diagnostic>>,
}

/// Every input of a build, as one state: what was read once stays as it was.
///
/// A clone is the same state, and costs next to nothing.
#[derive(Debug, Clone)]
pub struct Workspace {
    config: Arc<Config>,
    config_file: Option<FileId>,
    config_folder: PathBuf,
    config_problems: Arc<Vec<Diagnostic>>,
    tree: Arc<FileSystem>,
    book: Arc<RuleBook>,
    limits: Arc<scan::Limits>,
    /// Disjoint, except that the folder of the configuration, which comes last, may contain the others.
    roots: Arc<Vec<Root>>,
    /// Whether the configuration names what is scanned, and not the command line.
    starts_are_configured: bool,
    /// What is scanned.
    starts: Arc<Vec<load::Start>>,
    files: Arc<Files>,
    known: Arc<FolderCache>,
    /// Files that changed, and of which nobody knew.
    unread: Arc<BTreeSet<PathBuf>>,
    /// Folders of saved answers, whose files are read without being known.
    listed: Arc<parking_lot::Mutex<BTreeSet<PathBuf>>>,
    catalog_files: Arc<Vec<FileId>>,
    misnamed_files: Arc<Vec<FileId>>,
    content_files: Arc<Vec<FileId>>,
    overlay_files: Arc<Vec<FileId>>,
    /// Which of the starts have no catalog file, by index.
    empty_starts: Arc<Vec<usize>>,
    problems: Arc<Vec<Diagnostic>>,
    /// What is wrong with packs, which the scan does not find again.
    pack_problems: Arc<Vec<Diagnostic>>,
    /// Folders with a `.git` that the scan met, sorted.
    clones: Arc<Vec<Arc<Path>>>,
    /// By the key of their remote; made when the first URL is looked up.
    by_remote: Arc<OnceLock<HashMap<String, Vec<Arc<Repository>>>>>,
    history: bool,
    /// The time by which answers of other tools are fresh or stale.
    now: i64,
    /// Where questions are noted, if somebody wants to know them.
    notes: Option<Arc<DependencyRecorder>>,
}

impl Workspace {
    /// Makes a workspace of files in memory below a single root, for tests.
    ///
    /// Everything behaves as on disk, also ignore rules and a `.git` folder. An invalid path is left out.
    #[must_use]
    pub fn from_files(config: Config, files: &[(&str, &[u8])]) -> Self {
        load::from_files(config, files)
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the file that the configuration was read from; targets in the configuration are relative to it.
    #[must_use]
    pub fn config_file(&self) -> Option<FileId> {
        self.config_file
    }

    /// Returns the folder that paths of the configuration are relative to.
    #[must_use]
    pub fn config_folder(&self) -> &Path {
        &self.config_folder
    }

    /// Returns the problems of the configuration; with an error among them nothing was scanned.
    #[must_use]
    pub fn config_problems(&self) -> &[Diagnostic] {
        &self.config_problems
    }

    /// Returns the files that the catalog starts from, sorted by path.
    #[must_use]
    pub fn catalog_files(&self) -> &[FileId] {
        &self.catalog_files
    }

    /// Registers a file outside the roots that another part of the program reads, so that problems can name it.
    #[must_use]
    pub fn adopt_file(&self, place: &Path) -> FileId {
        self.files.add(place, None, || self.show(place))
    }

    /// Reads a file outside the roots that another part of the program needs, such as one of the user's theme.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_outside(&self, place: &Path) -> Result<Vec<u8>, ReadError> {
        self.tree.read(place, u64::MAX)
    }

    /// Returns a path with every link followed; the same path if it does not exist.
    #[must_use]
    pub fn real(&self, place: &Path) -> PathBuf {
        self.tree.real(place).unwrap_or_else(|_| place.to_owned())
    }

    /// Notes that what is in a folder outside the roots matters.
    pub fn note_folder(&self, place: &Path) {
        let _ = self.tree.list(place);
    }

    /// Returns everything that the outside has answered so far, as a text for [`is_current`]; `None` if that was not
    /// asked for, or cannot be written down.
    #[must_use]
    pub fn journal(&self) -> Option<String> {
        match &*self.tree {
            FileSystem::Disk(Some(journal), ..) => journal.to_text(),
            FileSystem::Disk(None, ..) | FileSystem::MemoryFileSystem(_) => None,
        }
    }

    /// Returns the same as one value, which the next state shares as long as it is the same.
    pub(crate) fn overlay_list(&self) -> Arc<Vec<FileId>> {
        Arc::clone(&self.overlay_files)
    }

    /// Returns what the scan found, as one value: the files that the catalog starts from, those with names near theirs,
    /// the overlays, and what went wrong.
    pub(crate) fn scanned(&self) -> Scanned {
        let files = [&self.catalog_files, &self.misnamed_files, &self.overlay_files].map(Arc::clone);
        Scanned { files, problems: Arc::clone(&self.problems) }
    }

    /// Returns the files whose names are near that of a catalog file, sorted by path.
    #[must_use]
    pub fn misnamed_files(&self) -> &[FileId] {
        &self.misnamed_files
    }

    /// Returns the files that are called as documentation sites and definitions of APIs are, sorted by path; not those of templates.
    #[must_use]
    pub fn content_files(&self) -> &[FileId] {
        &self.content_files
    }

    /// Returns the folders to scan in which no catalog file was found, and whether these are all: each is a place by which a
    /// problem can name it, in the configuration if that names it.
    #[must_use]
    pub fn empty_starts(&self) -> (Vec<Span>, bool) {
        let spans = self.empty_starts.iter().map(|at| self.start(*at)).collect();
        (spans, self.empty_starts.len() == self.starts.len())
    }

    /// Returns the place by which a problem can name what is scanned.
    fn start(&self, at: usize) -> Span {
        if self.starts_are_configured
            && let Some(written) = self.config.places.get(&format!("paths[{at}]"))
        {
            return written;
        }
        match self.starts.get(at) {
            Some(load::Start::File(file)) => Span::whole(self.files.add(file, None, || self.show(file))),
            Some(load::Start::Folder(folder)) => Span::whole(self.add_folder(folder)),
            None => Span::whole(self.add_folder(&self.config_folder)),
        }
    }

    /// Looks for files that may be input, whatever their names and whatever ignore files say, sorted by path; for each,
    /// whether a scan skips it. For a first run that has found nothing.
    #[must_use]
    pub fn survey(&self) -> Vec<(FileId, bool)> {
        let mut files = Vec::new();
        for start in &*self.starts {
            let load::Start::Folder(folder) = start else { continue };
            self.note(|asked| asked.below(folder));
            let rules = self.roots.iter().find(|root| root.place == *folder).and_then(|root| root.rules.clone());
            files.extend(scan::survey(&self.tree, &self.book, &self.limits, folder, rules.as_ref()));
        }
        files.sort_by(|a, b| a.place.cmp(&b.place));
        files.dedup_by(|a, b| a.place == b.place);
        files
            .into_iter()
            .map(|file| (self.files.add(&file.place, None, || self.show(&file.place)), file.ignored))
            .collect()
    }

    /// Returns the files of `catalog.overlays`, each once, in the order of the configuration.
    #[must_use]
    pub fn overlay_files(&self) -> &[FileId] {
        &self.overlay_files
    }

    /// Returns what went wrong while scanning, in the order of paths.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// Returns the scanned folders, in the order given; a root within another one is part of that.
    #[must_use]
    pub fn roots(&self) -> Vec<Folder> {
        self.roots.iter().map(|root| self.folder(&root.place)).collect()
    }

    /// Returns the folders that are scanned whole, in the order given.
    #[must_use]
    pub fn scanned_folders(&self) -> Vec<Folder> {
        let folders = self.starts.iter().filter_map(|start| match start {
            load::Start::Folder(folder) => Some(self.folder(folder)),
            load::Start::File(_) => None,
        });
        folders.collect()
    }

    /// Returns what a folder is called, also the scanned one, whose path is empty.
    #[must_use]
    pub fn folder_name(&self, folder: &Folder) -> Option<String> {
        Some(folder.place.file_name()?.to_string_lossy().into_owned())
    }

    /// Returns whether a folder is one of those that are read, or in one.
    #[must_use]
    pub fn holds(&self, folder: &Folder) -> bool {
        self.root_of(&folder.place).is_some()
    }

    /// Returns the folders to watch for changes, as the operating system names them.
    #[must_use]
    pub fn watched(&self) -> Vec<PathBuf> {
        self.roots.iter().map(|root| root.place.clone()).collect()
    }

    /// Returns the path of a file as reports show it.
    ///
    /// It is `/`-separated and relative to the scanned root; with several roots, that of the root as given is before
    /// it. What is not Unicode is replaced.
    #[must_use]
    pub fn path(&self, file: FileId) -> Arc<str> {
        Arc::clone(&self.files.get(file).path)
    }

    /// Returns the path of a file as reports would show it if its commit were checked out.
    #[must_use]
    pub fn path_checked_out(&self, file: FileId) -> Arc<str> {
        let file = self.files.get(file);
        match self.tree.revisions().and_then(|revisions| revisions.at(&file.place)) {
            Some((revision, below)) if !self.roots.iter().any(|root| root.place.starts_with(&revision.place)) => {
                self.show(&revision.boundary().join(below))
            }
            _ => Arc::clone(&file.path),
        }
    }

    /// Returns the folder of a file.
    #[must_use]
    pub fn folder_of(&self, file: FileId) -> Folder {
        let file = self.files.get(file);
        self.folder(file.place.parent().unwrap_or(&file.place))
    }

    /// Returns the path of a file below a folder, `/`-separated; `None` if it is not below.
    #[must_use]
    pub fn path_below(&self, folder: &Folder, file: FileId) -> Option<String> {
        let file = self.files.get(file);
        file.place.strip_prefix(&folder.place).ok().map(path::shown)
    }

    fn note(&self, write: impl FnOnce(&mut Dependencies)) {
        if let Some(notes) = &self.notes {
            notes.write(write);
        }
    }
}

/// Returns the current time of the build.
#[must_use]
pub fn now() -> i64 {
    snapshots::now()
}

impl Recording for Workspace {
    fn recording<T>(&self, make: impl FnOnce(&Self) -> T) -> (T, Arc<Dependencies>) {
        let notes = Arc::new(DependencyRecorder::default());
        let made = make(&Self { notes: Some(Arc::clone(&notes)), ..self.clone() });
        let asked = Arc::new(notes.finish());
        self.note_all(&asked);
        (made, asked)
    }

    fn note_all(&self, asked: &Arc<Dependencies>) {
        self.note(|notes| notes.part(asked));
    }
}

/// Returns whether the outside would answer everything as a [`Workspace::journal`] says.
#[must_use]
pub fn is_current(journal: &str) -> bool {
    trace::holds(journal)
}

#[cfg(test)]
mod tests;

impl crate::diag::Sources for Workspace {
    fn path(&self, file: FileId) -> Arc<str> {
        self.path(file)
    }

    fn text(&self, file: FileId) -> Option<Arc<str>> {
        // A folder has none.
        if !self.files.get(file).is_file {
            return None;
        }
        let limits = self.config.limits;
        self.decoded(file, limits.catalog_file.max(limits.definition_file)).ok().map(|decoded| decoded.text)
    }
}
