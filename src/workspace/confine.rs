//! Confinement: which part of the tree a file may refer to, where links lead, and how places are shown.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;

use super::disk::{FileType, reason};
use super::ignore_rules::Rules;
use super::{Folder, LocateError, Repository, Root, Workspace, path};
use crate::incremental::Dependencies;

/// The part of the tree that a file may refer to: its repository, as far as it lies below the scanned root.
#[derive(Debug)]
pub(super) struct Boundary {
    pub(super) place: Arc<Path>,
    /// The same, links followed.
    pub(super) real: Arc<Path>,
    /// Whether a repository starts here; otherwise it is the scanned root.
    pub(super) is_repository: bool,
}

/// What was found out about folders; only grows.
#[derive(Debug, Default)]
pub(super) struct FolderCache {
    pub(super) boundaries: RwLock<HashMap<PathBuf, Arc<Boundary>>>,
    pub(super) real: RwLock<HashMap<PathBuf, Arc<Path>>>,
    pub(super) rules: RwLock<HashMap<PathBuf, Option<Arc<Rules>>>>,
    /// The repository that a boundary is, or is part of.
    pub(super) repositories: RwLock<HashMap<Arc<Path>, Option<Arc<Repository>>>>,
}

impl Workspace {
    /// Follows the links of a place, and makes sure that it stays within the boundary.
    pub(super) fn enter(&self, boundary: &Boundary, place: &Path) -> Result<PathBuf, LocateError> {
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

    pub(super) fn refused(&self, place: &Path, error: &io::Error) -> LocateError {
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
    pub(super) fn real_folder(&self, folder: &Path) -> io::Result<Arc<Path>> {
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
    pub(super) fn boundary(&self, folder: &Path) -> Arc<Boundary> {
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
    pub(super) fn rules(&self, folder: &Path) -> Option<Arc<Rules>> {
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

    pub(super) fn root_of(&self, place: &Path) -> Option<&Root> {
        self.roots.iter().find(|root| place.starts_with(&root.place))
    }

    pub(super) fn is_excluded(&self, place: &Path) -> bool {
        !self.limits.exclude.is_empty()
            && self
                .root_of(place)
                .and_then(|root| place.strip_prefix(&root.place).ok())
                .is_some_and(|path| self.limits.exclude.is_match(path))
    }

    /// Returns the path of a place as reports show it.
    pub(super) fn show(&self, place: &Path) -> Arc<str> {
        let Some(root) = self.root_of(place) else { return path::shown(place).into() };
        // Where the root itself is at a commit, paths are as if that were checked out.
        if let Some((revision, below)) = self.tree.revisions().and_then(|revisions| revisions.at(place))
            && !root.place.starts_with(&revision.place)
        {
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

    pub(super) fn folder(&self, place: &Path) -> Folder {
        Folder { path: self.show(place), place: Arc::from(place) }
    }
}
