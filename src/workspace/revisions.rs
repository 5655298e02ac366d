//! Commits of repositories, to be read as if each was in a folder of its own, beside what is checked out.
//!
//! Such a folder has a place below `.git` of the boundary of what may be read, where no scan comes, and is a boundary
//! itself: links and paths lead out of it as little as out of a repository. What is read there never changes.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, MAIN_SEPARATOR_STR, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use memchr::memmem;
use parking_lot::{Mutex, RwLock};
use xxhash_rust::xxh3::xxh3_64;

use super::ReadError;
use super::disk::{DirEntry, FileType, reason};
use super::objects::{Fault, Objects, Tree, TreeEntry};
use super::refs::GitRef;
use super::repository::Repository;

/// Below this folder of `.git` the commits are. Git makes none of this name.
const FOLDER: &str = "@commits";
/// What is found in a path to such a place.
static MARK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    [MAIN_SEPARATOR_STR, ".git", MAIN_SEPARATOR_STR, FOLDER, MAIN_SEPARATOR_STR].concat().into_bytes()
});
/// As many links as most systems follow.
const MAX_LINKS: usize = 40;
const MAX_LINK: u64 = 4096;

/// The commits that are read.
#[derive(Debug, Default)]
pub(super) struct Revisions {
    is_used: AtomicBool,
    by_place: RwLock<HashMap<PathBuf, Arc<Revision>>>,
    /// By working tree.
    objects: Mutex<HashMap<PathBuf, Arc<Objects>>>,
}

/// A commit.
#[derive(Debug)]
pub(super) struct Revision {
    /// Where it is.
    pub(super) place: PathBuf,
    /// What reports call it: the name of a branch or tag.
    pub(super) label: String,
    /// What is known of the repository at this commit.
    pub(super) repository: Arc<Repository>,
    /// The full hash, and the names of the folder of the commit that is here.
    commit: String,
    prefix: Vec<OsString>,
    objects: Arc<Objects>,
    /// Paths that this clone does not hold.
    missing: Mutex<BTreeSet<String>>,
}

/// What is at a path of a commit.
enum Found {
    Root,
    Entry(TreeEntry),
    /// Whatever is there, it is not in the repository.
    Outside,
}

impl Revisions {
    /// Returns where a commit is for those who may read `boundary`, by the name that it is read for: of two names for
    /// one commit each is shown.
    pub(super) fn place(boundary: &Path, at: &GitRef) -> PathBuf {
        let name = xxh3_64(format!("{:?} {}", at.kind, at.name).as_bytes());
        boundary.join(".git").join(FOLDER).join(format!("{}-{name:016x}", at.commit))
    }

    /// Returns the commit that a path leads into, with the path in it.
    pub(super) fn at<'p>(&self, path: &'p Path) -> Option<(Arc<Revision>, &'p Path)> {
        if !self.is_used.load(Ordering::Acquire) {
            return None;
        }
        memmem::find(path.as_os_str().as_encoded_bytes(), &MARK)?;
        let by_place = self.by_place.read();
        let revision = path.ancestors().find_map(|above| by_place.get(above))?;
        Some((Arc::clone(revision), path.strip_prefix(&revision.place).ok()?))
    }

    /// Returns the commit that is at a place.
    pub(super) fn standing_at(&self, place: &Path) -> Option<Arc<Revision>> {
        self.is_used.load(Ordering::Acquire).then(|| self.by_place.read().get(place).cloned())?
    }

    /// Returns the objects of the repository whose working tree is `real`.
    pub(super) fn objects(&self, real: &Path) -> Arc<Objects> {
        let mut objects = self.objects.lock();
        Arc::clone(objects.entry(real.to_owned()).or_insert_with(|| Arc::new(Objects::of(real))))
    }

    /// Returns the commits that are somewhere of the repository whose working tree is `real`, each once.
    pub(super) fn commits(&self, real: &Path) -> Vec<String> {
        let of_real = |revision: &&Arc<Revision>| {
            revision.repository.revision.as_ref().is_some_and(|of| &**of.repository.place() == real)
        };
        let by_place = self.by_place.read();
        let commits: BTreeSet<&String> = by_place.values().filter(of_real).map(|revision| &revision.commit).collect();
        commits.into_iter().cloned().collect()
    }

    /// Puts a commit at `place`. `prefix` names the folder of the commit that is there.
    pub(super) fn add(&self, place: PathBuf, at: &GitRef, real: &Path, prefix: &[&OsStr], repository: Repository) {
        let mut by_place = self.by_place.write();
        if by_place.contains_key(&place) {
            return;
        }
        let objects = self.objects(real);
        let revision = Revision {
            commit: at.commit.clone(),
            prefix: prefix.iter().map(|name| (*name).to_owned()).collect(),
            place: place.clone(),
            label: at.name.clone(),
            repository: Arc::new(repository),
            objects,
            missing: Mutex::default(),
        };
        by_place.insert(place, Arc::new(revision));
        self.is_used.store(true, Ordering::Release);
    }
}

impl Revision {
    /// Returns the folder whose files at the commit are here.
    pub(super) fn boundary(&self) -> &Path {
        self.place.ancestors().nth(3).unwrap_or(&self.place)
    }

    /// Returns the paths that somebody wanted to read and that this clone does not hold.
    pub(super) fn missing(&self) -> Vec<String> {
        self.missing.lock().iter().cloned().collect()
    }

    pub(super) fn list(&self, below: &Path) -> io::Result<Vec<DirEntry>> {
        let tree = match self.walk(below, true)? {
            (_, Found::Root) => self.root()?,
            (path, Found::Entry(entry)) if entry.kind == FileType::Folder => self.tree(&entry.id, &path)?,
            _ => return Err(io::ErrorKind::NotADirectory.into()),
        };
        Ok(tree.entries().iter().map(|entry| DirEntry { name: entry.name.clone(), kind: entry.kind }).collect())
    }

    pub(super) fn kind(&self, below: &Path) -> io::Result<FileType> {
        // By this, the commit is known for a repository.
        if below == Path::new(".git") {
            return Ok(FileType::Folder);
        }
        match self.walk(below, false)?.1 {
            Found::Root => Ok(FileType::Folder),
            Found::Entry(entry) => Ok(entry.kind),
            Found::Outside => Err(io::ErrorKind::NotFound.into()),
        }
    }

    pub(super) fn real(&self, below: &Path) -> io::Result<PathBuf> {
        match self.walk(below, true)? {
            // A place that is not below the commit.
            (_, Found::Outside) => Ok(self.boundary().to_owned()),
            (path, _) => Ok(self.place.join(path)),
        }
    }

    pub(super) fn link(&self, below: &Path) -> Option<String> {
        let Found::Entry(entry) = self.walk(below, false).ok()?.1 else { return None };
        (entry.kind == FileType::Link)
            .then(|| self.objects.file(&entry.id, MAX_LINK).ok())?
            .and_then(|bytes| String::from_utf8(bytes).ok())
    }

    pub(super) fn is_executable(&self, below: &Path) -> bool {
        matches!(self.walk(below, true), Ok((_, Found::Entry(entry))) if entry.is_executable)
    }

    pub(super) fn read(&self, below: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let unreadable = |error: &io::Error| ReadError::Unreadable(reason(error));
        let (path, found) = self.walk(below, true).map_err(|error| unreadable(&error))?;
        let Found::Entry(entry) = found else { return Err(unreadable(&io::ErrorKind::IsADirectory.into())) };
        if entry.kind != FileType::File {
            return Err(ReadError::Unreadable("it is not a regular file".to_owned()));
        }
        self.objects.file(&entry.id, limit).map_err(|fault| match fault {
            Fault::TooLarge(size) => ReadError::TooLarge { size, limit },
            fault => unreadable(&self.lost(fault, &path)),
        })
    }

    pub(super) fn look(&self, below: &Path) -> Option<u64> {
        let Found::Entry(entry) = self.walk(below, true).ok()?.1 else { return None };
        Some(xxh3_64(entry.id.as_bytes()))
    }

    /// Returns the folder of the commit that is here.
    fn root(&self) -> io::Result<Arc<Tree>> {
        let mut tree = self.tree(&format!("{}^{{tree}}", self.commit), Path::new(""))?;
        for name in &self.prefix {
            let entry = tree.get(name).filter(|entry| entry.kind == FileType::Folder).ok_or(io::ErrorKind::NotFound)?;
            tree = self.tree(&entry.id.clone(), Path::new(""))?;
        }
        Ok(tree)
    }

    fn tree(&self, id: &str, path: &Path) -> io::Result<Arc<Tree>> {
        self.objects.tree(id).map_err(|fault| self.lost(fault, path))
    }

    /// Notes that something is not there that should be.
    fn lost(&self, fault: Fault, path: &Path) -> io::Error {
        if fault == Fault::Missing {
            self.missing.lock().insert(super::path::shown(path));
        }
        fault.into()
    }

    /// Finds what is at a path below the commit, with the path to it that has no links but, if they are not followed,
    /// the last.
    fn walk(&self, below: &Path, follow: bool) -> io::Result<(PathBuf, Found)> {
        let mut rest: VecDeque<OsString> = names(below)?;
        let mut at = PathBuf::new();
        let mut trees: Vec<Arc<Tree>> = Vec::new();
        let mut found = Found::Root;
        let mut links = 0;
        while let Some(name) = rest.pop_front() {
            if name == ".." {
                if trees.len() <= 1 {
                    return Ok((PathBuf::new(), Found::Outside));
                }
                trees.pop();
                at.pop();
                found = Found::Root;
                continue;
            }
            if trees.is_empty() {
                trees.push(self.root()?);
            }
            if let Found::Entry(entry) = &found
                && entry.kind != FileType::Folder
            {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            let entry = trees.last().and_then(|tree| tree.get(&name)).ok_or(io::ErrorKind::NotFound)?.clone();
            at.push(&name);
            match entry.kind {
                FileType::Link if follow || !rest.is_empty() => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(io::Error::other("too many levels of symbolic links"));
                    }
                    let target = self.objects.file(&entry.id, MAX_LINK).map_err(|fault| self.lost(fault, &at))?;
                    at.pop();
                    let Some(target) = target_of(&target) else { return Ok((PathBuf::new(), Found::Outside)) };
                    for name in target.into_iter().rev() {
                        rest.push_front(name);
                    }
                    continue;
                }
                FileType::Folder if !rest.is_empty() => trees.push(self.tree(&entry.id, &at)?),
                _ => {}
            }
            found = Found::Entry(entry);
        }
        if matches!(found, Found::Root) && !at.as_os_str().is_empty() {
            // A link led up to a folder: it is found again by its own path.
            return self.walk(&at, follow);
        }
        Ok((at, found))
    }
}

/// Returns the names of a path.
fn names(path: &Path) -> io::Result<VecDeque<OsString>> {
    let name = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_owned()),
        _ => None,
    };
    path.components().map(name).collect::<Option<_>>().ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

/// Returns the names in the target of a link; nothing for a path from the root of the disk.
fn target_of(bytes: &[u8]) -> Option<Vec<OsString>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_absolute = text.starts_with(['/', '\\']) || text.contains(['\0', ':']);
    let names = text.split('/').filter(|name| !matches!(*name, "" | "."));
    (!is_absolute).then(|| names.map(|name| OsStr::new(name).to_owned()).collect())
}
