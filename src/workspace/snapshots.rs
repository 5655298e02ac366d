//! The folders with answers of other tools, and the time at which their age is measured.
//!
//! They are read apart from everything else: no ignore file holds in them, since answers are best kept out of git, they may
//! lie outside of the roots, and no link in them is followed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::FileType;
use super::{ReadError, Workspace};
use crate::text::FileId;

/// Maximum number of files that are examined; a folder with more is not one of answers.
const MOST: usize = 2_000_000;
/// How deep folders are entered.
const DEPTH: usize = 40;

/// One file with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotFile {
    path: String,
    place: PathBuf,
}

impl SnapshotFile {
    /// Returns the path below its folder, `/`-separated.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl Workspace {
    /// Returns the time by which answers are fresh or stale, in seconds since 1970 UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Returns the same state at another time, for tests.
    #[must_use]
    pub fn at(mut self, now: i64) -> Self {
        self.now = now;
        self
    }

    /// Lets the site be at another address than the configured one.
    #[must_use]
    pub fn published_at(mut self, address: Option<String>) -> Self {
        if address.is_some() {
            Arc::make_mut(&mut self.config).base_url = address;
        }
        self
    }

    /// Returns where the folders of answers are.
    pub(super) fn snapshot_folders(&self) -> Vec<PathBuf> {
        self.config.snapshots.folders.iter().map(|folder| self.config_folder.join(folder)).collect()
    }

    /// Returns every file in the folders of answers, folder by folder, sorted by path.
    #[must_use]
    pub fn snapshot_files(&self) -> Vec<SnapshotFile> {
        let mut files = Vec::new();
        for folder in self.snapshot_folders() {
            let Ok(folder) = self.tree.real(&folder) else {
                self.note(|asked| asked.place(&folder));
                continue;
            };
            self.note(|asked| asked.below(&folder));
            self.listed.lock().insert(folder.clone());
            let from = files.len();
            self.list_snapshots(&folder, "", 0, &mut files);
            files[from..].sort_unstable_by(|a, b| a.path.cmp(&b.path));
        }
        files
    }

    /// Returns the saved files that a folder or a pattern means, relative to the configuration file; sorted by path.
    #[must_use]
    pub fn saved_files(&self, pattern: &str) -> Vec<SnapshotFile> {
        // What comes before the first wildcard says where to look.
        let literal = pattern.find(['*', '?', '[', '{']).map_or(pattern, |at| &pattern[..at]);
        let (folder, rest) = match (literal.len() == pattern.len(), literal.rfind('/')) {
            (true, _) if pattern.ends_with('/') => (pattern, ""),
            (_, Some(at)) => pattern.split_at(at + 1),
            (_, None) => ("", pattern),
        };
        let whole = self.config_folder.join(folder);
        let Ok(place) = self.tree.real(&whole) else {
            self.note(|asked| asked.place(&whole));
            return Vec::new();
        };
        self.note(|asked| asked.below(&place));
        self.listed.lock().insert(place.clone());
        let mut files = Vec::new();
        self.list_snapshots(&place, "", 0, &mut files);
        if !rest.is_empty() {
            let glob = crate::config::glob(rest).map(|glob| glob.compile_matcher());
            files.retain(|file| glob.as_ref().is_ok_and(|glob| glob.is_match(&file.path)));
        }
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        files
    }

    fn list_snapshots(&self, folder: &Path, path: &str, depth: usize, files: &mut Vec<SnapshotFile>) {
        if depth > DEPTH {
            return;
        }
        for entry in self.tree.list(folder).unwrap_or_default() {
            let Some(name) = entry.name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            if files.len() >= MOST {
                return;
            }
            let below = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            match entry.kind {
                FileType::Folder => self.list_snapshots(&folder.join(name), &below, depth + 1, files),
                FileType::File => files.push(SnapshotFile { path: below, place: folder.join(name) }),
                FileType::Link | FileType::Other => {}
            }
        }
    }

    /// Reads an answer of at most `limit` bytes.
    ///
    /// # Errors
    /// When it is larger or cannot be read.
    pub fn read_snapshot(&self, file: &SnapshotFile, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.tree.read(&file.place, limit)
    }

    /// Returns when an answer was committed, if git tracks it.
    #[must_use]
    pub fn snapshot_committed(&self, file: &SnapshotFile) -> Option<i64> {
        self.last_change_at(&file.place).map(|change| change.time)
    }

    /// Returns the id of an answer, so that problems can name it.
    #[must_use]
    pub fn snapshot_id(&self, file: &SnapshotFile) -> FileId {
        let id = self.files.add(&file.place, None, || {
            let shown = self.show(&file.place);
            // Outside of the roots only the path below its folder is the same on every machine.
            if Path::new(&*shown).is_absolute() { Arc::from(file.path.as_str()) } else { shown }
        });
        self.note(|asked| asked.content(id));
        id
    }
}

/// Returns the current time of the build: `SOURCE_DATE_EPOCH` if it is set, else the clock's.
pub(super) fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the time enters here")]
    let (set, clock) = (std::env::var("SOURCE_DATE_EPOCH"), std::time::SystemTime::now());
    let clock =
        clock.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0));
    set.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(clock)
}
