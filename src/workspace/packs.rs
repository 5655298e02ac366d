//! Packs in the place of their folder: each is read as if the repository were checked out at its name below it.
//!
//! Nothing is unpacked onto the disk. Knows where packs are, not which are read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::pack::{Entry, Found, NotFound, Pack};

/// The packs that are read.
#[derive(Debug, Default)]
pub(super) struct Packs {
    /// Their folder, links followed.
    folder: PathBuf,
    /// The folders above repositories, such as that of their owner, with what is in them; by the path below `folder`.
    above: HashMap<PathBuf, BTreeSet<String>>,
    /// By the path below `folder`, which is the name of the repository.
    mounts: HashMap<PathBuf, Arc<Mount>>,
}

/// A pack that is read.
#[derive(Debug)]
pub(super) struct Mount {
    /// Where the repository seems to be.
    pub(super) place: PathBuf,
    /// The entry of the allow-list, by its position.
    pub(super) source: Option<usize>,
    pub(super) pack: Pack,
}

/// A path below the folder of packs.
#[derive(Debug)]
pub(super) enum PackPlace<'p> {
    /// A folder above repositories.
    Above(&'p Path, &'p BTreeSet<String>),
    /// In a repository; the path in it.
    In(&'p Mount, &'p Path),
    /// Nothing is there.
    Nowhere,
}

/// What is at such a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PackEntry<'p> {
    /// A folder.
    Folder,
    /// A file: its bytes, and whether it may be run.
    File(&'p [u8], bool),
    /// A file whose content is not in the pack.
    Named,
    /// A link, and what it says.
    Link(&'p str),
}

impl Packs {
    /// Makes a place for each pack: at the name of its repository, below `folder`. Of two that are within each other, the
    /// inner one is handed back.
    pub(super) fn new(folder: PathBuf, packs: Vec<(Pack, PathBuf, Option<usize>)>) -> (Self, Vec<(Pack, PathBuf)>) {
        let mut packs: BTreeMap<String, (Pack, PathBuf, Option<usize>)> =
            packs.into_iter().map(|pack| (pack.0.manifest().repository.slug.clone(), pack)).collect();
        let is_inner = |slug: &String| slug.match_indices('/').any(|(at, _)| packs.contains_key(&slug[..at]));
        let inner: Vec<String> = packs.keys().filter(|slug| is_inner(slug)).cloned().collect();
        let refused = inner.iter().filter_map(|slug| packs.remove(slug)).map(|(pack, file, _)| (pack, file)).collect();
        let mut made = Self { folder, ..Self::default() };
        made.above.insert(PathBuf::new(), BTreeSet::new());
        for (slug, (pack, _, source)) in packs {
            let mut above = PathBuf::new();
            for name in slug.split('/') {
                made.above.entry(above.clone()).or_default().insert(name.to_owned());
                above.push(name);
            }
            let mount = Mount { place: made.folder.join(&above), source, pack };
            made.mounts.insert(above, Arc::new(mount));
        }
        (made, refused)
    }

    /// Returns the folder of the packs.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the packs that are read, by the names of their repositories.
    pub(super) fn all(&self) -> BTreeMap<&str, &Arc<Mount>> {
        self.mounts.values().map(|mount| (&*mount.pack.manifest().repository.slug, mount)).collect()
    }

    /// Returns the pack that seems to be checked out at a place.
    pub(super) fn mounted_at(&self, place: &Path) -> Option<&Arc<Mount>> {
        self.mounts.get(place.strip_prefix(&self.folder).ok()?)
    }

    /// Returns the pack that a place is in.
    pub(super) fn around(&self, place: &Path) -> Option<&Arc<Mount>> {
        let below = place.strip_prefix(&self.folder).ok()?;
        below.ancestors().find_map(|above| self.mounts.get(above))
    }

    /// Returns where a path leads; `None` if it is not below the folder of packs.
    pub(super) fn at<'p>(&'p self, path: &'p Path) -> Option<PackPlace<'p>> {
        let below = path.strip_prefix(&self.folder).ok()?;
        if let Some(mount) = below.ancestors().find_map(|above| self.mounts.get(above)) {
            return Some(PackPlace::In(mount, path.strip_prefix(&mount.place).ok()?));
        }
        Some(self.above.get(below).map_or(PackPlace::Nowhere, |names| PackPlace::Above(path, names)))
    }
}

impl PackPlace<'_> {
    /// Returns what is there, links not followed but on the way.
    pub(super) fn entry(&self, follow: bool) -> io::Result<PackEntry<'_>> {
        match self {
            Self::Nowhere => Err(io::ErrorKind::NotFound.into()),
            Self::Above(..) => Ok(PackEntry::Folder),
            // By this, it is known for a repository.
            Self::In(_, below) if *below == Path::new(".git") => Ok(PackEntry::Folder),
            Self::In(mount, below) => match mount.pack.find(&names(below)?, follow).map_err(error)? {
                Found::Inside(_, entry) => Ok(found(entry)),
                Found::Outside => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }

    /// Returns what is in a folder.
    pub(super) fn entries(&self) -> io::Result<Vec<(&str, PackEntry<'_>)>> {
        match self {
            Self::Nowhere => Err(io::ErrorKind::NotFound.into()),
            Self::Above(_, names) => Ok(names.iter().map(|name| (&**name, PackEntry::Folder)).collect()),
            Self::In(_, below) if *below == Path::new(".git") => Ok(Vec::new()),
            Self::In(mount, below) => {
                let entries = mount.pack.list(&names(below)?).map_err(error)?;
                let git = below.as_os_str().is_empty().then_some((".git", PackEntry::Folder));
                Ok(entries.into_iter().map(|(name, entry)| (name, found(entry))).chain(git).collect())
            }
        }
    }

    /// Returns the path with every link followed; of one that leads out of the repository, a place that is not in it.
    pub(super) fn real(&self) -> io::Result<PathBuf> {
        match self {
            Self::Nowhere => Err(io::ErrorKind::NotFound.into()),
            Self::Above(path, _) => Ok((*path).to_owned()),
            Self::In(mount, below) if *below == Path::new(".git") => Ok(mount.place.join(".git")),
            Self::In(mount, below) => match mount.pack.find(&names(below)?, true).map_err(error)? {
                Found::Inside(names, _) => Ok(names.iter().fold(mount.place.clone(), |path, name| path.join(name))),
                Found::Outside => Ok(mount.place.parent().unwrap_or(&mount.place).to_owned()),
            },
        }
    }

    /// Returns a number made of the content of a file, links followed.
    pub(super) fn look(&self) -> Option<u64> {
        match self.entry(true).ok()? {
            PackEntry::File(bytes, _) => Some(xxh3_64(bytes)),
            _ => None,
        }
    }
}

fn found(entry: Entry<'_>) -> PackEntry<'_> {
    match entry {
        Entry::File(bytes, is_executable) => PackEntry::File(bytes, is_executable),
        Entry::Named => PackEntry::Named,
        Entry::Folder => PackEntry::Folder,
        Entry::Link(target) => PackEntry::Link(target),
    }
}

/// Returns the names of a path; those of packs are all Unicode.
fn names(path: &Path) -> io::Result<Vec<&str>> {
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    path.iter().map(|name| name.to_str()).collect::<Option<_>>().ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn error(error: NotFound) -> io::Error {
    match error {
        NotFound::Missing => io::ErrorKind::NotFound.into(),
        NotFound::NoFolder => io::ErrorKind::NotADirectory.into(),
        NotFound::TooManyLinks => io::Error::other("too many levels of symbolic links"),
    }
}
