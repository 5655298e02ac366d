//! Every input, read once: finding files, reading them, and the facts of git.
//!
//! One of the four modules that touch the outside world. Does not know what any file means.
//!
//! Invariants: a path that leaves its repository is never opened, whether by `..`, an absolute path or a symbolic
//! link; a file is read at most once, so that a build sees one state of it; nothing is read that nobody asked for.

mod decode;
mod files;
mod git;
mod git_command;
mod git_history;
mod objects;
mod refs;
mod revisions;
mod trace;
mod load;
mod update;
mod path;
mod pattern;
mod remote;
mod rewrite;
mod ignore_rules;
mod snapshots;
mod scan;
mod file_system;

use parking_lot::RwLock;
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::config::Config;
use crate::diag::Diagnostic;
use crate::incremental::{Dependencies, DependencyRecorder, Recording};
use crate::text::{FileId, Span};
use file_system::{FileSystem, FileType, reason};
use files::Files;
use git_history::{Beginnings, Commits, History, Tip};
use ignore_rules::{RuleBook, Rules};
use pattern::Pattern;
use remote::Address;
use revisions::{Revision, Revisions};
use scan::{Listed, Purpose};

pub use git::Repository;
pub use git_history::{Activity, KnownSince, LastChange};
pub use load::{LoadOptions, load};
pub use refs::{GitRef, RefKind};
pub(crate) use remote::repository_in;
pub use remote::{Host, Remote};
pub(crate) use scan::MANIFEST;
pub use snapshots::SnapshotFile;

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is larger than the reader takes.
    #[error("the file has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The most that is read.
        limit: u64,
    },
    /// It was asked for as text and is none.
    #[error("the file is not UTF-8 text: byte {offset} is wrong")]
    NotUtf8 {
        /// The first byte that is wrong.
        offset: u64,
    },
    /// The operating system refuses it.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
}

/// Why a target leads to nothing that may be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    /// There is nothing.
    #[error("`{path}` does not exist")]
    Missing {
        /// Where it was looked for, as reports show paths.
        path: String,
    },
    /// A file was wanted.
    #[error("it is a folder")]
    IsFolder,
    /// A folder was wanted.
    #[error("it is a file")]
    IsFile,
    /// It is outside of the repository, by its text or through a symbolic link.
    #[error("it leads outside the repository")]
    OutsideRepository,
    /// It is a URL, or one of a repository that is not among the roots.
    #[error("it is not in a repository that is read")]
    NotLocal,
    /// The operating system refuses it.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// Where it is.
        path: String,
        /// Why.
        reason: String,
    },
}

/// Which characters of a pattern are wildcards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlobStyle {
    /// As in targets of Locations read from a git host: `*` and `**`; all others are literal.
    Url,
    /// As in targets of Locations read from disk, and in the configuration: `*`, `**`, `?` and `{a,b}`.
    File,
}

/// What a URL means among the files that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlTarget {
    /// A place in a repository below one of the roots.
    Local {
        /// The folder of the repository.
        folder: Folder,
        /// The path in it, without a leading `/`; empty for the repository itself. Wildcards are kept.
        path: String,
    },
    /// Somewhere else: nothing is fetched.
    Elsewhere,
}

/// The addresses of a file at its git host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceUrls {
    /// Where to read the file.
    pub view: String,
    /// Where to change the file; the same as `view` if the host has no editor, or no branch is checked out or known.
    pub edit: String,
    /// Where to see its folder; ends in `/` if the host writes it so.
    pub folder: String,
}

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

/// A folder at a commit.
#[derive(Debug, Clone)]
pub struct RevisionFolder {
    /// The top of what may be read of the commit.
    pub top: Folder,
    /// The path of the folder below it, `/` between names; empty for the top itself.
    pub path: String,
}

/// What is at a path, hidden or not; links are reported, not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A file, and whether it may be run.
    File(FileId, bool),
    /// A folder, and the names in it, sorted; those that are not Unicode are left out.
    Folder(Vec<String>),
    /// A symbolic link, and what it says.
    Link(String),
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

/// The part of the tree that a file may refer to: its repository, as far as it lies below the scanned root.
#[derive(Debug)]
struct Boundary {
    place: Arc<Path>,
    /// The same, links followed.
    real: Arc<Path>,
    /// Whether a repository starts here; otherwise it is the scanned root.
    is_repository: bool,
}

/// What was found out about folders; only grows.
#[derive(Debug, Default)]
struct FolderCache {
    boundaries: RwLock<HashMap<PathBuf, Arc<Boundary>>>,
    real: RwLock<HashMap<PathBuf, Arc<Path>>>,
    rules: RwLock<HashMap<PathBuf, Option<Arc<Rules>>>>,
    /// The repository that a boundary is, or is part of.
    repositories: RwLock<HashMap<Arc<Path>, Option<Arc<Repository>>>>,
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
    catalog_files: Arc<Vec<FileId>>,
    misnamed_files: Arc<Vec<FileId>>,
    content_files: Arc<Vec<FileId>>,
    overlay_files: Arc<Vec<FileId>>,
    /// Which of the starts have no catalog file, by index.
    empty_starts: Arc<Vec<usize>>,
    problems: Arc<Vec<Diagnostic>>,
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
            FileSystem::Disk(Some(journal), _) => journal.to_text(),
            FileSystem::Disk(None, _) | FileSystem::MemoryFileSystem(_) => None,
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

    /// Returns the folders with a `.git` that the scan met, in the order of paths.
    #[must_use]
    pub fn repositories(&self) -> Vec<Folder> {
        self.clones.iter().map(|place| self.folder(place)).collect()
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

    /// Returns the repository that a folder belongs to, which may begin above the scanned one.
    #[must_use]
    pub fn repository_of_folder(&self, folder: &Folder) -> Option<Arc<Repository>> {
        self.repository_of(&folder.place)
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
            Some((revision, below)) => self.show(&revision.boundary().join(below)),
            None => Arc::clone(&file.path),
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

    /// Returns the text of a file of at most `limit` bytes, a byte order mark included; it is read once and kept.
    ///
    /// # Errors
    /// When it is larger, no UTF-8, or cannot be read.
    pub fn text(&self, file: FileId, limit: u64) -> Result<Arc<str>, ReadError> {
        self.note(|asked| asked.content(file));
        self.files.get(file).text(&self.tree, limit)
    }

    /// Returns the text of a file that is hardly asked for again, such as a document once it is rendered.
    ///
    /// # Errors
    /// As [`Workspace::text`].
    pub fn text_once(&self, file: FileId, limit: u64) -> Result<Arc<str>, ReadError> {
        self.note(|asked| asked.content(file));
        self.files.get(file).text_once(&self.tree, limit)
    }

    /// Returns the text of a file of at most `limit` bytes that may be in another encoding than UTF-8, as well as it can
    /// be read: UTF-16 by its byte order mark, and bytes that are no UTF-8 as Windows-1252 has them.
    ///
    /// # Errors
    /// When it is larger, no text at all, or cannot be read.
    pub fn decoded(&self, file: FileId, limit: u64) -> Result<Decoded, ReadError> {
        match self.text(file, limit) {
            // UTF-16 of ASCII is UTF-8 with zeros between.
            Ok(text) if !text.get(..4.min(text.len())).is_some_and(|start| start.contains('\0')) => {
                Ok(Decoded { text, wrong: None })
            }
            Ok(text) => Ok(match decode::text(text.as_bytes()) {
                Some((decoded, encoding)) => Decoded { text: decoded.into(), wrong: Some((0, encoding)) },
                None => Decoded { text, wrong: None },
            }),
            Err(ReadError::NotUtf8 { offset }) => {
                let bytes = self.bytes(file, limit)?;
                decode::text(&bytes).map_or(Err(ReadError::NotUtf8 { offset }), |(text, encoding)| {
                    let offset = if encoding == "UTF-16" { 0 } else { offset as usize };
                    Ok(Decoded { text: text.into(), wrong: Some((offset, encoding)) })
                })
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the bytes of a file of at most `limit` bytes; it is read once and kept.
    ///
    /// # Errors
    /// When it is larger or cannot be read.
    pub fn bytes(&self, file: FileId, limit: u64) -> Result<Arc<[u8]>, ReadError> {
        self.note(|asked| asked.content(file));
        self.files.get(file).bytes(&self.tree, limit)
    }

    /// Returns the bytes of a file that nobody will ask for again, such as a picture on its way to the site.
    ///
    /// # Errors
    /// When it is larger than `limit` or cannot be read.
    pub fn bytes_once(&self, file: FileId, limit: u64) -> Result<Arc<[u8]>, ReadError> {
        self.note(|asked| asked.content(file));
        self.files.get(file).bytes_once(&self.tree, limit)
    }

    /// Returns a number that changes with a file, without reading it.
    #[must_use]
    pub fn version(&self, file: FileId) -> u64 {
        self.note(|asked| asked.content(file));
        self.files.get(file).version(&self.tree)
    }

    /// Finds the file that `target` means in the file `from`.
    ///
    /// A target is relative to the folder of `from`; with a leading `/`, to the repository. Neither `..` nor a
    /// symbolic link gets out of the repository, nor above the scanned root.
    ///
    /// # Errors
    /// When there is no file, or none that may be read.
    pub fn locate(&self, from: FileId, target: &str) -> Result<FileId, LocateError> {
        let from = self.files.get(from);
        self.locate_file(from.place.parent().unwrap_or(&from.place), target)
    }

    /// Finds the folder that `target` means in the file `from`, within the same bounds as [`Self::locate`].
    ///
    /// # Errors
    /// When there is no folder, or none that may be read.
    pub fn locate_folder(&self, from: FileId, target: &str) -> Result<Folder, LocateError> {
        let from = self.files.get(from);
        self.locate_place(from.place.parent().unwrap_or(&from.place), target)
    }

    /// Finds the file that `target` means in a folder, within the same bounds as [`Self::locate`].
    ///
    /// # Errors
    /// When there is no file, or none that may be read.
    pub fn locate_in(&self, folder: &Folder, target: &str) -> Result<FileId, LocateError> {
        self.locate_file(&folder.place, target)
    }

    /// Finds the folder that `target` means in a folder, within the same bounds as [`Self::locate`].
    ///
    /// # Errors
    /// When there is no folder, or none that may be read.
    pub fn locate_folder_in(&self, folder: &Folder, target: &str) -> Result<Folder, LocateError> {
        self.locate_place(&folder.place, target)
    }

    /// Finds the files that a pattern in the file `from` matches, sorted by path; a plain target is a pattern too.
    ///
    /// The bounds are those of [`Self::locate`], and what a scan skips is skipped. A wildcard matches no name that
    /// starts with a dot, nor `node_modules`.
    ///
    /// # Errors
    /// When the part before the first wildcard may not be read, or a plain target leads to no file. No match is no
    /// error.
    pub fn glob(&self, from: FileId, pattern: &str, style: GlobStyle) -> Result<Vec<FileId>, LocateError> {
        let from = self.files.get(from);
        self.glob_at(from.place.parent().unwrap_or(&from.place), pattern, style)
    }

    /// Finds the files that a pattern in a folder matches, as [`Self::glob`].
    ///
    /// # Errors
    /// As [`Self::glob`].
    pub fn glob_in(&self, folder: &Folder, pattern: &str, style: GlobStyle) -> Result<Vec<FileId>, LocateError> {
        self.glob_at(&folder.place, pattern, style)
    }

    /// Returns every file below a folder, sorted by path.
    ///
    /// Hidden ones, `node_modules` and what ignore files exclude are left out; symbolic links are followed as long
    /// as they stay in the repository.
    #[must_use]
    pub fn files_below(&self, folder: &Folder) -> Vec<FileId> {
        self.note(|asked| asked.below(&folder.place));
        let boundary = self.boundary(&folder.place);
        let end = |place: &Path| {
            self.note(Dependencies::link);
            let real = self.tree.real(place).ok()?;
            real.starts_with(&boundary.real).then(|| self.tree.kind(&real).ok())?
        };
        let rules = self.rules(&folder.place);
        let listed =
            scan::list(&self.tree, &self.book, &self.limits, &folder.place, rules.as_ref(), &Purpose::All(&end));
        self.register(listed)
    }

    /// Returns the folder that what is in a file's folder may refer to: its repository, as far as it lies below the
    /// scanned root.
    #[must_use]
    pub fn reach_of(&self, file: FileId) -> Folder {
        let place = &self.files.get(file).place;
        let boundary = self.boundary(place.parent().unwrap_or(place));
        self.folder(&boundary.place)
    }

    /// Returns what is at a path below a folder, whatever a scan skips; `None` if the path is not plain, or leads
    /// through a link out of the repository.
    #[must_use]
    pub fn item(&self, folder: &Folder, path: &str) -> Option<Item> {
        let mut place = folder.place.to_path_buf();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if matches!(name, "." | "..") || name.contains(['\\', '\0']) {
                return None;
            }
            place.push(name);
        }
        self.note(|asked| asked.place(&place));
        let boundary = self.boundary(&folder.place);
        if place != *folder.place && !self.real_folder(place.parent()?).ok()?.starts_with(&boundary.real) {
            return None;
        }
        match self.tree.kind(&place).ok()? {
            FileType::Folder => {
                self.note(|asked| asked.below(&place));
                let names = self.tree.list(&place).ok()?.into_iter().filter_map(|item| item.name.into_string().ok());
                let mut names: Vec<String> = names.collect();
                names.sort_unstable();
                Some(Item::Folder(names))
            }
            FileType::File => {
                let id = self.files.find(&place).unwrap_or_else(|| {
                    let real = self.real_folder(place.parent().unwrap_or(&place)).ok();
                    let real = real.and_then(|folder| Some(folder.join(place.file_name()?)));
                    self.files.add(&place, real.filter(|real| *real != place), || self.show(&place))
                });
                Some(Item::File(id, self.tree.is_executable(&place)))
            }
            FileType::Link => {
                self.note(Dependencies::link);
                // Noted for those who ask later whether all is as it was.
                let _ = self.tree.real(&place);
                self.tree.link(&place).map(Item::Link)
            }
            FileType::Other => None,
        }
    }

    /// Finds what a URL means, if it points into a repository below one of the roots.
    ///
    /// Repositories are known by the URL of their remote. Wildcards in the path are kept for [`Self::glob_in`].
    #[must_use]
    pub fn locate_url(&self, url: &str) -> UrlTarget {
        self.local_target(url).unwrap_or(UrlTarget::Elsewhere)
    }

    /// Returns the branches and tags of the repository that a folder belongs to, by name.
    ///
    /// `None` if it belongs to none, or git fails.
    #[must_use]
    pub fn refs(&self, folder: &Folder) -> Option<Arc<Vec<GitRef>>> {
        if !matches!(*self.tree, FileSystem::Disk(..)) {
            return None;
        }
        self.repository_of(&folder.place)?.refs(&self.tree)
    }

    /// Returns a folder as it is at a commit, and the top of what may be read there, as far as the same part of the repository
    /// may be read of what is checked out; it need not be there.
    ///
    /// Nothing is checked out, and nothing written. `None` if the folder belongs to no repository.
    #[must_use]
    pub fn folder_at(&self, folder: &Folder, at: &GitRef) -> Option<RevisionFolder> {
        let revisions = self.tree.revisions()?;
        let boundary = self.boundary(&folder.place);
        let repository = self.repository_of(&folder.place)?;
        let place = Revisions::place(&boundary.place, at);
        if revisions.standing_at(&place).is_none() {
            let prefix = names_below(&boundary.place, repository.place())?;
            let top = Folder { path: at.name.as_str().into(), place: Arc::from(place.as_path()) };
            let branch = (at.kind == RefKind::Branch).then_some(&*at.name);
            let of = Repository::at(&repository, top, &at.commit, branch, &prefix);
            revisions.add(place.clone(), at, repository.place(), &prefix, of);
        }
        let below = names_below(&folder.place, &boundary.place)?;
        let path: Option<Vec<&str>> = below.iter().map(|name| name.to_str()).collect();
        Some(RevisionFolder { top: self.folder(&place), path: path?.join("/") })
    }

    /// Returns the paths of a commit that were to be read and that this clone does not hold; `top` is that of a
    /// [`Workspace::folder_at`].
    #[must_use]
    pub fn missing_at(&self, top: &Folder) -> Vec<String> {
        self.revision_at(&top.place).map(|revision| revision.missing()).unwrap_or_default()
    }

    /// Returns whether the repository that a folder belongs to is a partial clone.
    #[must_use]
    pub fn is_partial(&self, folder: &Folder) -> bool {
        self.repository_of(&folder.place).is_some_and(|repository| repository.is_partial)
    }

    /// Returns whether commits are missing in the repository that a folder belongs to.
    #[must_use]
    pub fn is_shallow(&self, folder: &Folder) -> bool {
        self.repository_of(&folder.place).is_some_and(|repository| repository.is_shallow())
    }

    /// Returns the commit that is at a place.
    fn revision_at(&self, place: &Path) -> Option<Arc<Revision>> {
        self.tree.revisions()?.standing_at(place)
    }

    /// Returns the repository that a file belongs to.
    #[must_use]
    pub fn repository(&self, file: FileId) -> Option<Arc<Repository>> {
        let file = self.files.get(file);
        self.repository_of(file.place.parent().unwrap_or(&file.place))
    }

    /// Returns the addresses of a file at its git host; nothing without a remote, or for an unknown host.
    #[must_use]
    pub fn source_urls(&self, file: FileId) -> Option<SourceUrls> {
        let repository = self.repository(file)?;
        let file = self.files.get(file);
        let names = repository.names_of(&file.place)?;
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        repository.remote()?.file(&names, repository.view()?, repository.branch())
    }

    /// Returns the address of a folder at its git host; nothing without a remote, or for an unknown host.
    #[must_use]
    pub fn folder_url(&self, folder: &Folder) -> Option<String> {
        let repository = self.repository_of(&folder.place)?;
        let names = repository.names_of(&folder.place)?;
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        repository.remote()?.folder(&names, repository.view()?)
    }

    /// Returns when a file last changed, as far as git knows; only with [`LoadOptions::history`].
    ///
    /// The first question of each repository runs git, so ask from several threads.
    #[must_use]
    pub fn last_change(&self, file: FileId) -> Option<LastChange> {
        if !self.history {
            return None;
        }
        self.last_change_at(&self.files.get(file).place)
    }

    /// Returns the paths that a file had before, from the top of its repository, the last one first, and its own; only with
    /// [`LoadOptions::history`].
    #[must_use]
    pub fn former_paths(&self, file: FileId) -> Option<(String, Vec<String>)> {
        if !self.history {
            return None;
        }
        let file = self.files.get(file);
        let repository = self.repository_of(file.place.parent()?)?;
        let names = repository.names_of(&file.place)?;
        let former = self.ask_history(&repository, |history, tip| Some(history.former(&names, tip)))?;
        let own: Option<Vec<&str>> = names.iter().map(|name| name.to_str()).collect();
        (!former.is_empty()).then_some((own?.join("/"), former))
    }

    /// Returns the content of a file before its last change, as far as git knows; only with [`LoadOptions::history`].
    #[must_use]
    pub fn text_before(&self, file: FileId, limit: u64) -> Option<String> {
        let LastChange { commit, .. } = self.last_change(file)?;
        let file = self.files.get(file);
        let repository = self.repository_of(file.place.parent()?)?;
        let names = repository.names_of(&file.place)?;
        let own: Option<Vec<&str>> = names.iter().map(|name| name.to_str()).collect();
        let renamed = self.ask_history(&repository, |history, _| history.before(&names, &commit));
        let path = renamed.unwrap_or_else(|| own.unwrap_or_default().join("/"));
        let real = repository.revision.as_ref().map_or(repository.place(), |of| of.repository.place());
        if path.contains('\n') {
            return None;
        }
        let bytes = self.tree.revisions()?.objects(real).file(&format!("{commit}^:{path}"), limit).ok()?;
        String::from_utf8(bytes).ok()
    }

    /// Returns when the file at a place last changed, as far as git knows.
    fn last_change_at(&self, place: &Path) -> Option<LastChange> {
        let repository = self.repository_of(place.parent().unwrap_or(place))?;
        let names = repository.names_of(place)?;
        self.ask_history(&repository, |history, tip| history.get(&names, tip).cloned())
    }

    /// Asks the history of a repository, with the commit from which it is looked at. It is read once for what is checked out, and
    /// once for all commits beside that.
    fn ask_history<T>(&self, repository: &Repository, ask: impl FnOnce(&History, Tip) -> Option<T>) -> Option<T> {
        let revisions = self.tree.revisions().filter(|_| repository.is_readable)?;
        let Some(of) = &repository.revision else {
            let history = repository.history.get_or_init(|| {
                let _ = repository.read_at.set(repository.head(&self.tree));
                History::read(repository.place(), &["HEAD".to_owned()], &repository.shallow)
            });
            let history = history.as_ref()?;
            return ask(history, history.tip("HEAD")?);
        };
        let history = {
            let mut known = of.repository.histories.lock();
            if known.as_ref().is_none_or(|known| known.tip(&of.commit).is_none()) {
                let commits = revisions.commits(of.repository.place());
                *known = History::read(of.repository.place(), &commits, &repository.shallow).map(Arc::new);
            }
            known.clone()?
        };
        ask(&history, history.tip(&of.commit)?)
    }

    /// Returns when a file was committed last, as far as git knows, whether or not pages will show it. The first question of each
    /// repository runs git.
    #[must_use]
    pub fn last_commit(&self, file: FileId) -> Option<i64> {
        self.last_change_at(&self.files.get(file).place).map(|change| change.time)
    }

    /// Returns what happened below a folder, as far as git knows: the newest commit, how many people committed, and how many
    /// commits there are since a moment. The first question of each repository runs git.
    #[must_use]
    pub fn activity(&self, folder: &Folder, since: i64) -> Option<Activity> {
        if !matches!(*self.tree, FileSystem::Disk(..)) {
            return None;
        }
        let repository = self.repository_of(&folder.place)?;
        let commits = repository.commits.get_or_init(|| {
            let _ = repository.read_at.set(repository.head(&self.tree));
            repository.is_readable.then(|| Commits::read(repository.place(), &repository.shallow)).flatten()
        });
        commits.as_ref()?.below(&names_below(&folder.place, repository.place())?, since)
    }

    /// Returns every file below a folder, hidden ones as well, sorted by path; what ignore files exclude, `.git` and
    /// `node_modules` are left out, and links are not followed.
    #[must_use]
    pub fn every_file_below(&self, folder: &Folder) -> Vec<FileId> {
        self.note(|asked| asked.below(&folder.place));
        let rules = self.rules(&folder.place);
        let listed = scan::list(&self.tree, &self.book, &self.limits, &folder.place, rules.as_ref(), &Purpose::Every);
        self.register(listed)
    }

    /// Returns since when git knows each of these files. Git runs once per repository, however many files there are.
    #[must_use]
    pub fn known_since(&self, files: &[FileId]) -> Vec<KnownSince> {
        let since = |file: FileId| {
            let repository = self.repository(file).filter(|_| matches!(*self.tree, FileSystem::Disk(..)))?;
            let file = self.files.get(file);
            let beginnings = repository.beginnings.get_or_init(|| {
                let _ = repository.read_at.set(repository.head(&self.tree));
                Beginnings::read(repository.place(), &repository.shallow)
            });
            Some(beginnings.as_ref()?.get(&repository.names_of(&file.place)?))
        };
        files.par_iter().map(|file| since(*file).unwrap_or(KnownSince::Unknown)).collect()
    }

    fn note(&self, write: impl FnOnce(&mut Dependencies)) {
        if let Some(notes) = &self.notes {
            notes.write(write);
        }
    }

    fn local_target(&self, url: &str) -> Option<UrlTarget> {
        let address = Address::parse(url)?;
        let by_remote = self.by_remote.get_or_init(|| self.read_remotes());
        let (repositories, taken) =
            address.keys().find_map(|(key, taken)| by_remote.get(&key).map(|found| (found, taken)))?;
        // Of several clones, the one that has the branch checked out is meant.
        let mut best: Option<(&Repository, String)> = None;
        for repository in repositories {
            let host = repository.remote().map_or(Host::Unknown, Remote::host);
            if let Some((path, is_checked_out)) = address.path_in(host, taken, &repository.revisions())
                && (best.is_none() || is_checked_out)
            {
                best = Some((repository, path));
                if is_checked_out {
                    break;
                }
            }
        }
        let (repository, path) = best?;
        let place = repository.place();
        if self.root_of(place).is_some() {
            return Some(UrlTarget::Local { folder: repository.folder().clone(), path });
        }
        // Only a part of the repository is scanned.
        self.roots.iter().find_map(|root| {
            let mut rest = path.as_str();
            for name in names_below(&root.place, place)? {
                rest = rest.strip_prefix(name.to_str()?)?;
                rest = rest.strip_prefix('/').or_else(|| rest.is_empty().then_some(""))?;
            }
            Some(UrlTarget::Local { folder: self.folder(&root.place), path: rest.to_owned() })
        })
    }

    /// Reads the remotes of all repositories, in parallel since there may be thousands.
    fn read_remotes(&self) -> HashMap<String, Vec<Arc<Repository>>> {
        let places: Vec<&Path> = self
            .clones
            .iter()
            .map(|place| &**place)
            .chain(self.roots.iter().map(|root| root.place.as_path()))
            .collect();
        let repositories: Vec<_> = places.par_iter().map(|place| self.repository_of(place)).collect();
        let mut by_remote: HashMap<String, Vec<Arc<Repository>>> = HashMap::new();
        for repository in repositories.into_iter().flatten() {
            if let Some(remote) = repository.remote() {
                let same = by_remote.entry(remote.key()).or_default();
                if !same.iter().any(|other| other.place() == repository.place()) {
                    same.push(repository);
                }
            }
        }
        by_remote
    }

    /// Returns the repository that a folder belongs to, which may start above the scanned root.
    fn repository_of(&self, folder: &Path) -> Option<Arc<Repository>> {
        let boundary = self.boundary(folder);
        if let Some(revision) = self.revision_at(&boundary.place) {
            return Some(Arc::clone(&revision.repository));
        }
        if let Some(known) = self.known.repositories.read().get(&boundary.place) {
            return known.clone();
        }
        let top = if boundary.is_repository {
            Some(&*boundary.place)
        } else {
            let above = boundary.place.ancestors().skip(1);
            { above }.find(|folder| self.tree.kind(&folder.join(".git")).is_ok())
        };
        let repository = top.map(|top| Arc::new(Repository::read(&self.tree, self.folder(top), &self.config.hosts)));
        self.known.repositories.write().entry(Arc::clone(&boundary.place)).or_insert(repository).clone()
    }

    fn locate_file(&self, folder: &Path, target: &str) -> Result<FileId, LocateError> {
        let boundary = self.boundary(folder);
        let base = path::names(folder, &boundary.place).unwrap_or_default();
        let inside = path::resolve(&base, target)?;
        let place = path::below(&boundary.place, &inside.names);
        self.note(|asked| asked.place(&place));
        if !inside.folder
            && let Some(id) = self.files.find(&place)
        {
            let file = self.files.get(id);
            if file.is_file && file.real().starts_with(&boundary.real) {
                if file.real.is_some() {
                    self.note(Dependencies::link);
                }
                return Ok(id);
            }
        }
        let real = self.enter(&boundary, &place)?;
        match self.tree.kind(&real) {
            Ok(FileType::File) if !inside.folder => {
                let real = (real != place).then_some(real);
                Ok(self.files.add(&place, real, || self.show(&place)))
            }
            Ok(FileType::File) => Err(LocateError::Missing { path: format!("{}/", self.show(&place)) }),
            Ok(FileType::Folder) => Err(LocateError::IsFolder),
            Ok(FileType::Link | FileType::Other) => Err(LocateError::Unreadable {
                path: self.show(&place).to_string(),
                reason: "it is not a regular file".to_owned(),
            }),
            Err(error) => Err(self.refused(&place, &error)),
        }
    }

    fn locate_place(&self, folder: &Path, target: &str) -> Result<Folder, LocateError> {
        let boundary = self.boundary(folder);
        let base = path::names(folder, &boundary.place).unwrap_or_default();
        let inside = path::resolve(&base, target)?;
        let place = path::below(&boundary.place, &inside.names);
        self.note(|asked| asked.place(&place));
        let real = self.enter(&boundary, &place)?;
        match self.tree.kind(&real) {
            Ok(FileType::Folder) => Ok(self.folder(&place)),
            Ok(_) => Err(LocateError::IsFile),
            Err(error) => Err(self.refused(&place, &error)),
        }
    }

    fn glob_at(&self, folder: &Path, pattern: &str, style: GlobStyle) -> Result<Vec<FileId>, LocateError> {
        if path::is_url(pattern) {
            return Err(LocateError::NotLocal);
        }
        let alternatives = pattern::expand(pattern, style);
        let mut ids = BTreeSet::new();
        for alternative in &alternatives {
            let parts: Vec<&str> = alternative.split('/').collect();
            let Some(first) = parts.iter().position(|part| pattern::is_wild(part, style)) else {
                match self.locate_file(folder, alternative) {
                    Ok(id) => _ = ids.insert((self.path(id), id.index())),
                    Err(error) if alternatives.len() == 1 => return Err(error),
                    Err(_) => {}
                }
                continue;
            };
            let prefix = match (first, parts[0]) {
                (1, "") => "/".to_owned(),
                _ => parts[..first].join("/"),
            };
            let start = match self.locate_place(folder, &prefix) {
                Ok(start) => start,
                Err(error @ (LocateError::OutsideRepository | LocateError::Unreadable { .. })) => {
                    return Err(error);
                }
                Err(_) => continue,
            };
            let Some(wanted) = Pattern::new(parts[first..].iter().copied(), style) else { continue };
            self.note(|asked| asked.below(&start.place));
            let excluded = |place: &Path| self.is_excluded(place);
            let rules = self.rules(&start.place);
            let purpose = Purpose::Match(&wanted, &excluded);
            let listed = scan::list(&self.tree, &self.book, &self.limits, &start.place, rules.as_ref(), &purpose);
            for id in self.register(listed) {
                ids.insert((self.path(id), id.index()));
            }
        }
        Ok(ids.into_iter().map(|(_, index)| FileId::new(index)).collect())
    }

    /// Gives ids to the files of a walk, and sorts them by path.
    fn register(&self, listed: Vec<Listed>) -> Vec<FileId> {
        let mut files: Vec<(Arc<str>, FileId)> = Vec::with_capacity(listed.len());
        for Listed { place, is_link } in listed {
            let id = self.files.find(&place).or_else(|| {
                let real = if is_link {
                    self.tree.real(&place).ok()?
                } else {
                    self.real_folder(place.parent()?).ok()?.join(place.file_name()?)
                };
                Some(self.files.add(&place, (real != place).then_some(real), || self.show(&place)))
            });
            if let Some(id) = id {
                files.push((self.path(id), id));
            }
        }
        files.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        files.into_iter().map(|(_, id)| id).collect()
    }

    fn folder(&self, place: &Path) -> Folder {
        Folder { path: self.show(place), place: Arc::from(place) }
    }

    fn root_of(&self, place: &Path) -> Option<&Root> {
        self.roots.iter().find(|root| place.starts_with(&root.place))
    }

    /// Returns the path of a place as reports show it.
    fn show(&self, place: &Path) -> Arc<str> {
        let Some(root) = self.root_of(place) else { return path::shown(place).into() };
        if let Some((revision, below)) = self.tree.revisions().and_then(|revisions| revisions.at(place)) {
            // As git writes it.
            let above = self.show(revision.boundary());
            let slash = if above.is_empty() { "" } else { "/" };
            return format!("{above}{slash}{}:{}", revision.label, path::shown(below)).into();
        }
        let below = place.strip_prefix(&root.place).map(path::shown).unwrap_or_default();
        match (root.prefix.as_str(), below.as_str()) {
            ("", path) | (path, "") => path.into(),
            (prefix, path) => format!("{}/{path}", prefix.trim_end_matches('/')).into(),
        }
    }

    fn is_excluded(&self, place: &Path) -> bool {
        !self.limits.exclude.is_empty()
            && self
                .root_of(place)
                .and_then(|root| place.strip_prefix(&root.place).ok())
                .is_some_and(|path| self.limits.exclude.is_match(path))
    }

    /// Follows the links of a place, and makes sure that it stays within the boundary.
    fn enter(&self, boundary: &Boundary, place: &Path) -> Result<PathBuf, LocateError> {
        let real = match (place.parent(), place.file_name()) {
            _ if place == &*boundary.place => Ok(boundary.real.to_path_buf()),
            (Some(parent), Some(name)) => self.real_folder(parent).and_then(|parent| {
                let path = parent.join(name);
                if !parent.starts_with(&boundary.real) {
                    // What is there is not disclosed.
                    return Ok(path);
                }
                if self.tree.kind(&path)? == FileType::Link { self.tree.real(&path) } else { Ok(path) }
            }),
            _ => self.tree.real(place),
        };
        if real.as_ref().is_ok_and(|real| real != place) {
            self.note(Dependencies::link);
        }
        match real {
            Ok(real) if real.starts_with(&boundary.real) => Ok(real),
            Ok(_) => Err(LocateError::OutsideRepository),
            Err(error) => Err(self.refused(place, &error)),
        }
    }

    fn refused(&self, place: &Path, error: &io::Error) -> LocateError {
        let path = self.show(place).to_string();
        match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidFilename => LocateError::Missing { path },
            _ => LocateError::Unreadable { path, reason: reason(error) },
        }
    }

    /// Returns a folder with every link followed; most folders have none, which costs one question each.
    fn real_folder(&self, folder: &Path) -> io::Result<Arc<Path>> {
        if let Some(real) = self.known.real.read().get(folder) {
            return Ok(Arc::clone(real));
        }
        let real: Arc<Path> = match (folder.parent(), folder.file_name()) {
            _ if self.roots.iter().any(|root| root.place == folder) => folder.into(),
            _ if self.revision_at(folder).is_some() => folder.into(),
            (Some(parent), Some(name)) if self.root_of(parent).is_some() => {
                let path = self.real_folder(parent)?.join(name);
                match self.tree.kind(&path)? {
                    FileType::Link => self.tree.real(&path)?.into(),
                    FileType::Folder => path.into(),
                    _ => return Err(io::ErrorKind::NotADirectory.into()),
                }
            }
            _ => self.tree.real(folder)?.into(),
        };
        self.known.real.write().insert(folder.to_owned(), Arc::clone(&real));
        Ok(real)
    }

    /// Returns what files in `folder` may refer to.
    fn boundary(&self, folder: &Path) -> Arc<Boundary> {
        if let Some(boundary) = self.known.boundaries.read().get(folder) {
            return Arc::clone(boundary);
        }
        let here = |is_repository| {
            let real = self.real_folder(folder).unwrap_or_else(|_| folder.into());
            Arc::new(Boundary { place: folder.into(), real, is_repository })
        };
        let is_root = self.root_of(folder).is_none_or(|root| root.place == folder);
        let boundary = if self.tree.kind(&folder.join(".git")).is_ok() {
            here(true)
        } else {
            match folder.parent() {
                Some(parent) if !is_root => self.boundary(parent),
                _ => here(false),
            }
        };
        self.known.boundaries.write().insert(folder.to_owned(), Arc::clone(&boundary));
        boundary
    }

    /// Returns the ignore rules that hold in a folder.
    fn rules(&self, folder: &Path) -> Option<Arc<Rules>> {
        if let Some(rules) = self.known.rules.read().get(folder) {
            return rules.clone();
        }
        let root = self.root_of(folder)?;
        let above = match folder.parent() {
            _ if self.revision_at(folder).is_some() => None,
            Some(parent) if root.place != folder => self.rules(parent),
            _ => root.rules.clone(),
        };
        let items = self.tree.list(folder).unwrap_or_default();
        let rules = self.book.enter(&self.tree, above.as_ref(), folder, &items);
        self.known.rules.write().insert(folder.to_owned(), rules.clone());
        rules
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

/// Returns the names of `place` below `above` as the operating system has them; `None` if it is not below.
fn names_below<'a>(place: &'a Path, above: &Path) -> Option<Vec<&'a OsStr>> {
    Some(place.strip_prefix(above).ok()?.components().map(std::path::Component::as_os_str).collect())
}

#[cfg(test)]
mod tests;

/// The text of a file, and where it is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: Arc<str>,
    /// The first place that is no UTF-8, and the encoding that the text seems to be in.
    wrong: Option<(usize, &'static str)>,
}

impl Decoded {
    /// Returns the problem of a text that is not UTF-8.
    #[must_use]
    pub fn problem(&self, file: FileId) -> Option<Diagnostic> {
        let (offset, encoding) = self.wrong?;
        let length = self.text[offset..].chars().next().map_or(0, char::len_utf8);
        let message = format!("this file is not UTF-8 text: it looks like {encoding}");
        let problem = Diagnostic::new(
            crate::diag::codes::NOT_UTF8,
            crate::text::Span::new(file, offset, offset + length),
            message,
        );
        Some(problem.label("shown as well as it can be read").help("save the file as UTF-8"))
    }
}

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
