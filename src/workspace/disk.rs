//! The disk, as it is: what is in a folder, what is at a path, its bytes.
//!
//! The only file of the module that opens anything. Knows nothing of commits, packs and what was noted.

#![expect(clippy::disallowed_methods, reason = "this is where the workspace touches the disk")]

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::ReadError;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileType {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, a socket, a device: never opened, since reading one may not end.
    Other,
}

impl From<fs::FileType> for FileType {
    fn from(kind: fs::FileType) -> Self {
        if kind.is_symlink() {
            Self::Link
        } else if kind.is_dir() {
            Self::Folder
        } else if kind.is_file() {
            Self::File
        } else {
            Self::Other
        }
    }
}

/// One entry of a folder.
#[derive(Debug, Clone)]
pub(super) struct DirEntry {
    /// Its name, not necessarily Unicode.
    pub(super) name: OsString,
    /// What it is, links not followed.
    pub(super) kind: FileType,
}

/// What the file system says of a file without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    /// When the content changed; programs can set it.
    pub(super) modified: SystemTime,
    /// Which file it is, and when anything about it changed, in nanoseconds; programs cannot set that. Zero where the
    /// platform does not say.
    pub(super) identity: (u64, i128),
}

/// Returns what is at `path`, links not followed.
pub(super) fn kind(path: &Path) -> io::Result<FileType> {
    fs::symlink_metadata(path).map(|about| about.file_type().into())
}

/// Returns `path` with every link followed.
pub(super) fn real(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Returns what a link says.
pub(super) fn link(path: &Path) -> Option<String> {
    fs::read_link(path).ok()?.to_str().map(str::to_owned)
}

/// Returns whether a file may be run; `false` where the platform does not say.
pub(super) fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| may_be_run(&about))
}

/// Returns how many bytes a file has, links not followed.
pub(super) fn size(path: &Path) -> Option<u64> {
    fs::symlink_metadata(path).ok().map(|about| about.len())
}

/// Returns the stamp of a regular file, links followed.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let about = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some(Stamp { size: about.len(), modified: about.modified().ok()?, identity: identity(&about) })
}

#[cfg(unix)]
fn may_be_run(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    about.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_be_run(_: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn identity(about: &fs::Metadata) -> (u64, i128) {
    use std::os::unix::fs::MetadataExt as _;

    (about.ino(), i128::from(about.ctime()) * 1_000_000_000 + i128::from(about.ctime_nsec()))
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> (u64, i128) {
    (0, 0)
}

/// Returns the entries of a folder, in no particular order.
pub(super) fn list(folder: &Path) -> io::Result<Vec<DirEntry>> {
    fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok(DirEntry { kind: entry.file_type()?.into(), name: entry.file_name() })
        })
        .collect()
}

/// Reads a regular file of at most `limit` bytes; nothing is read of a larger one.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let unreadable = |error: io::Error| ReadError::Unreadable(reason(&error));
    let mut file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(ReadError::Unreadable("it is not a regular file".to_owned()));
    }
    if about.len() > limit {
        return Err(ReadError::TooLarge { size: about.len(), limit });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0).saturating_add(1));
    // The file may grow meanwhile, and those of `/proc` say that they are empty.
    (&mut file).take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    let size = bytes.len() as u64;
    if size > limit { Err(ReadError::TooLarge { size, limit }) } else { Ok(bytes) }
}

/// Returns why an operation failed, without the numbers of the operating system.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let mut letters = text.chars();
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
    }
}
