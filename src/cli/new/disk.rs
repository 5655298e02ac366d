//! The repository of a template, on disk. Nothing outside of it is read: links are reported, never followed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::scaffold::source::{Found, Mirrors, Source};

/// How large a file may be.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// A folder.
pub(super) struct Disk {
    root: PathBuf,
    /// Addresses with this prefix mean a folder with a copy.
    pub(super) mirrors: Mirrors<PathBuf>,
}

impl Disk {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, mirrors: Mirrors::default() }
    }

    /// Returns where a path lies.
    pub(super) fn place(&self, path: &str) -> PathBuf {
        let mirrored = self.mirrors.place_of(path).map(|(folder, below)| folder.join(below));
        mirrored.unwrap_or_else(|| self.root.join(path))
    }
}

/// Returns the permissions that count: whether it can be run, and by whom.
#[cfg(unix)]
pub(super) fn mode(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o777
}

#[cfg(not(unix))]
pub(super) fn mode(_: &fs::Metadata) -> u32 {
    0o644
}

impl Source for Disk {
    fn look(&self, path: &str) -> Option<Found> {
        let place = self.place(path);
        let metadata = fs::symlink_metadata(&place).ok()?;
        if metadata.is_symlink() {
            return Some(Found::Link(fs::read_link(&place).ok()?.to_str()?.to_owned()));
        }
        if metadata.is_dir() {
            #[expect(clippy::disallowed_methods, reason = "the command reads the repository of a template")]
            let entries = fs::read_dir(&place).ok()?;
            let mut names: Vec<String> =
                entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
            names.sort();
            return Some(Found::Folder(names));
        }
        metadata.is_file().then(|| Found::File(mode(&metadata)))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let place = self.place(path);
        let size = fs::symlink_metadata(&place).map_err(|error| error.to_string())?.len();
        if size > MAX_FILE {
            return Err(format!("it is larger than {} MiB", MAX_FILE >> 20));
        }
        #[expect(clippy::disallowed_methods, reason = "the command reads the repository of a template")]
        let bytes = fs::read(&place).map_err(|error| error.to_string())?;
        Ok(bytes.into())
    }

    fn mirror(&self, url: &str) -> Option<String> {
        self.mirrors.path_of(url)
    }
}

/// Returns the repository that holds a file: the nearest folder above it with `.git`, else its own folder.
pub(super) fn repository(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new("/"));
    let found = folder.ancestors().find(|folder| fs::symlink_metadata(folder.join(".git")).is_ok());
    found.unwrap_or(folder).to_path_buf()
}
