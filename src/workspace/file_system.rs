//! The two places where inputs can be: the disk, with commits and packs in it, or a table in memory for tests.
//!
//! All that is asked of the outside is asked through here. Knows folders, files and links, not what they are for.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::UNIX_EPOCH;

use xxhash_rust::xxh3::xxh3_64;

use super::ReadError;
use super::disk::{self, DirEntry, FileType, Stamp, reason};
use super::packs::{PackEntry, PackPlace, Packs};
use super::revisions::{Revision, Revisions};
use super::trace::Trace;

impl From<PackEntry<'_>> for FileType {
    fn from(entry: PackEntry<'_>) -> Self {
        match entry {
            PackEntry::Folder => Self::Folder,
            PackEntry::File(..) | PackEntry::Named => Self::File,
            PackEntry::Link(_) => Self::Link,
        }
    }
}

/// Where files are.
#[derive(Debug)]
pub(super) enum FileSystem {
    /// The file system, what it answered if that is noted, the commits that are read beside what is checked out, and the
    /// packs that are read as if they were clones.
    Disk(Option<Trace>, Revisions, OnceLock<Box<Packs>>),
    /// Files made up by a test, below the root `/`.
    MemoryFileSystem(MemoryFileSystem),
}

/// A made-up tree.
#[derive(Debug, Default)]
pub(super) struct MemoryFileSystem {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
    folders: BTreeMap<PathBuf, Vec<DirEntry>>,
}

impl MemoryFileSystem {
    /// Builds the tree of `files`, whose paths are relative to the root; one that is no path is left out.
    pub(super) fn new(files: &[(&str, &[u8])]) -> Self {
        let mut tree = Self::default();
        tree.folders.insert(PathBuf::from("/"), Vec::new());
        for (path, bytes) in files {
            let mut place = PathBuf::from("/");
            let names: Option<Vec<_>> = Path::new(path.trim_start_matches('/'))
                .components()
                .filter(|component| *component != Component::CurDir)
                .map(|component| match component {
                    Component::Normal(name) => Some(name),
                    _ => None,
                })
                .collect();
            let Some((name, folders)) = names.as_deref().and_then(<[_]>::split_last) else { continue };
            for folder in folders {
                let above = place.clone();
                place.push(folder);
                tree.add(&above, folder.to_os_string(), FileType::Folder);
                tree.folders.entry(place.clone()).or_default();
            }
            let above = place.clone();
            place.push(name);
            tree.add(&above, name.to_os_string(), FileType::File);
            tree.files.insert(place, Arc::from(*bytes));
        }
        tree
    }

    /// Returns where something else is than in another tree.
    pub(super) fn differences(&self, before: &Self) -> BTreeSet<PathBuf> {
        let one_way = |a: &Self, b: &Self| -> Vec<PathBuf> {
            let files = a.files.iter().filter(|(path, bytes)| b.files.get(*path) != Some(bytes)).map(|(path, _)| path);
            files.chain(a.folders.keys().filter(|path| !b.folders.contains_key(*path))).cloned().collect()
        };
        one_way(self, before).into_iter().chain(one_way(before, self)).collect()
    }

    fn add(&mut self, folder: &Path, name: OsString, kind: FileType) {
        let items = self.folders.entry(folder.to_owned()).or_default();
        if !items.iter().any(|item| item.name == name) {
            items.push(DirEntry { name, kind });
        }
    }
}

impl FileSystem {
    /// Returns the commit that a path leads into, with the path in it.
    fn revision<'p>(&self, path: &'p Path) -> Option<(Arc<Revision>, &'p Path)> {
        self.revisions()?.at(path)
    }

    /// Returns the commits that are read beside what is checked out; `None` if there is no git.
    pub(super) fn revisions(&self) -> Option<&Revisions> {
        match self {
            Self::Disk(_, revisions, _) => Some(revisions),
            Self::MemoryFileSystem(_) => None,
        }
    }

    /// Returns the packs that are read as if they were clones.
    pub(super) fn packs(&self) -> Option<&Packs> {
        match self {
            Self::Disk(_, _, packs) => packs.get().map(|packs| &**packs),
            Self::MemoryFileSystem(_) => None,
        }
    }

    /// Puts packs in the place of their folder; what was there on the disk is no longer seen.
    pub(super) fn mount(&self, mounted: Packs) {
        if let Self::Disk(_, _, packs) = self {
            let _ = packs.set(Box::new(mounted));
        }
    }

    /// Returns the place among packs that a path leads to.
    fn packed<'p>(&'p self, path: &'p Path) -> Option<PackPlace<'p>> {
        self.packs()?.at(path)
    }

    /// Returns the entries of a folder, in no particular order.
    pub(super) fn list(&self, folder: &Path) -> io::Result<Vec<DirEntry>> {
        if let Some((revision, below)) = self.revision(folder) {
            return revision.list(below);
        }
        if let Some(place) = self.packed(folder) {
            return listed_in_pack(&place);
        }
        match self {
            Self::Disk(journal, ..) => {
                let items = disk::list(folder);
                if let Some(journal) = journal {
                    journal.list(folder, items.as_deref().ok());
                }
                items
            }
            Self::MemoryFileSystem(memory) => memory.folders.get(folder).cloned().ok_or_else(missing),
        }
    }

    /// Returns what is at `path`, links not followed.
    pub(super) fn kind(&self, path: &Path) -> io::Result<FileType> {
        if let Some((revision, below)) = self.revision(path) {
            return revision.kind(below);
        }
        if let Some(place) = self.packed(path) {
            return place.entry(false).map(FileType::from);
        }
        match self {
            Self::Disk(journal, ..) => {
                let kind = disk::kind(path);
                if let Some(journal) = journal {
                    journal.kind(path, kind.as_ref().ok().copied());
                }
                kind
            }
            Self::MemoryFileSystem(memory) => {
                if memory.files.contains_key(path) {
                    Ok(FileType::File)
                } else if memory.folders.contains_key(path) {
                    Ok(FileType::Folder)
                } else {
                    Err(missing())
                }
            }
        }
    }

    /// Returns what is at the end of the links at `path`.
    pub(super) fn end_kind(&self, path: &Path) -> io::Result<FileType> {
        match self.kind(path)? {
            FileType::Link => self.kind(&self.real(path)?),
            kind => Ok(kind),
        }
    }

    /// Returns `path` with every link followed.
    pub(super) fn real(&self, path: &Path) -> io::Result<PathBuf> {
        if let Some((revision, below)) = self.revision(path) {
            return revision.real(below);
        }
        if let Some(place) = self.packed(path) {
            return place.real();
        }
        match self {
            Self::Disk(journal, ..) => {
                let real = disk::real(path);
                if let Some(journal) = journal {
                    journal.real(path, real.as_deref().ok());
                }
                real
            }
            Self::MemoryFileSystem(_) => self.kind(path).map(|_| path.to_owned()),
        }
    }

    /// Returns what a link says.
    pub(super) fn link(&self, path: &Path) -> Option<String> {
        if let Some((revision, below)) = self.revision(path) {
            return revision.link(below);
        }
        if let Some(place) = self.packed(path) {
            return match place.entry(false).ok()? {
                PackEntry::Link(target) => Some(target.to_owned()),
                _ => None,
            };
        }
        match self {
            Self::Disk(..) => disk::link(path),
            Self::MemoryFileSystem(_) => None,
        }
    }

    /// Returns whether a file may be run; `false` where the platform does not say.
    pub(super) fn is_executable(&self, path: &Path) -> bool {
        if let Some((revision, below)) = self.revision(path) {
            return revision.is_executable(below);
        }
        if let Some(place) = self.packed(path) {
            return matches!(place.entry(true), Ok(PackEntry::File(_, true)));
        }
        match self {
            Self::Disk(..) => disk::is_executable(path),
            Self::MemoryFileSystem(_) => false,
        }
    }

    /// Reads a regular file of at most `limit` bytes; nothing is read of a larger one.
    pub(super) fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        if let Some((revision, below)) = self.revision(path) {
            return revision.read(below, limit);
        }
        if let Some(place) = self.packed(path) {
            return read_in_pack(&place, limit);
        }
        match self {
            Self::Disk(journal, ..) => {
                let read = disk::read(path, limit);
                if let Some(journal) = journal {
                    journal.content(path, read.as_deref().ok());
                }
                read
            }
            Self::MemoryFileSystem(memory) => {
                let bytes = memory.files.get(path).ok_or_else(|| ReadError::Unreadable(reason(&missing())))?;
                let size = bytes.len() as u64;
                if size > limit { Err(ReadError::TooLarge { size, limit }) } else { Ok(bytes.to_vec()) }
            }
        }
    }

    /// Returns a number made of size and times of a file, links followed; `None` if these are not known.
    pub(super) fn look(&self, path: &Path) -> Option<u64> {
        if let Some((revision, below)) = self.revision(path) {
            return revision.look(below);
        }
        if let Some(place) = self.packed(path) {
            return place.look();
        }
        match self {
            Self::Disk(..) => {
                let Stamp { size, modified, identity } = disk::stamp(path)?;
                let time = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
                Some(xxh3_64(&[&size.to_le_bytes()[..], &time.to_le_bytes(), &identity.1.to_le_bytes()].concat()))
            }
            Self::MemoryFileSystem(_) => None,
        }
    }

    /// Returns how many bytes a file has on the disk, links not followed.
    pub(super) fn size(&self, path: &Path) -> Option<u64> {
        disk::size(path)
    }

    /// Reads a small text that others wrote for other programs, such as `.gitignore`; `None` if that fails.
    pub(super) fn read_text(&self, path: &Path, limit: u64) -> Option<String> {
        // Opening a pipe would wait for a writer.
        (self.end_kind(path).ok()? == FileType::File).then_some(())?;
        let bytes = self.read(path, limit).ok()?;
        Some(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }
}

fn listed_in_pack(place: &PackPlace<'_>) -> io::Result<Vec<DirEntry>> {
    let entries = place.entries()?;
    Ok(entries.into_iter().map(|(name, entry)| DirEntry { name: name.into(), kind: entry.into() }).collect())
}

fn read_in_pack(place: &PackPlace<'_>, limit: u64) -> Result<Vec<u8>, ReadError> {
    match place.entry(true).map_err(|error| ReadError::Unreadable(reason(&error)))? {
        PackEntry::File(bytes, _) if bytes.len() as u64 > limit => {
            Err(ReadError::TooLarge { size: bytes.len() as u64, limit })
        }
        PackEntry::File(bytes, _) => Ok(bytes.to_vec()),
        PackEntry::Named => Err(ReadError::Unreadable("its content is not in the pack of its repository".to_owned())),
        PackEntry::Folder | PackEntry::Link(_) => Err(ReadError::Unreadable("it is not a regular file".to_owned())),
    }
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}
