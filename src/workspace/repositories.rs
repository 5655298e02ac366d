//! Repositories around files: which one a file belongs to, addresses at its host, what a URL means, other commits.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::file_system::FileSystem;
use super::path::names_below;
use super::remote::Address;
use super::revisions::{Revision, Revisions};
use super::{Folder, GitRef, Host, RefKind, Remote, Repository, Workspace};
use crate::text::FileId;

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

/// A folder at a commit.
#[derive(Debug, Clone)]
pub struct RevisionFolder {
    /// The top of what may be read of the commit.
    pub top: Folder,
    /// The path of the folder below it, `/` between names; empty for the top itself.
    pub path: String,
}

impl Workspace {
    /// Returns the folders with a `.git` that the scan met, in the order of paths.
    #[must_use]
    pub fn repositories(&self) -> Vec<Folder> {
        self.clones.iter().map(|place| self.folder(place)).collect()
    }

    /// Returns the repository that a folder belongs to, which may begin above the scanned one.
    #[must_use]
    pub fn repository_of_folder(&self, folder: &Folder) -> Option<Arc<Repository>> {
        self.repository_of(&folder.place)
    }

    /// Returns the repository that a file belongs to.
    #[must_use]
    pub fn repository(&self, file: FileId) -> Option<Arc<Repository>> {
        let file = self.files.get(file);
        self.repository_of(file.place.parent().unwrap_or(&file.place))
    }

    /// Finds what a URL means, if it points into a repository below one of the roots.
    ///
    /// Repositories are known by the URL of their remote. Wildcards in the path are kept for [`Self::glob_in`].
    #[must_use]
    pub fn locate_url(&self, url: &str) -> UrlTarget {
        self.local_target(url).unwrap_or(UrlTarget::Elsewhere)
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

    /// Returns the folders in which git keeps the branches and tags that somebody has asked for, links not followed.
    #[must_use]
    pub fn folders_of_refs(&self) -> Vec<PathBuf> {
        let known = self.known.repositories.read();
        let mut folders: Vec<PathBuf> =
            known.values().flatten().filter_map(|repository| repository.folder_of_refs(&self.tree)).collect();
        folders.sort_unstable();
        folders.dedup();
        folders
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

    /// Returns the commit that is read, if it is not what is checked out.
    #[must_use]
    pub fn commit(&self) -> Option<&str> {
        let tops = self.roots.iter().flat_map(|root| root.place.ancestors());
        let commit = tops.filter(|top| self.revision_at(top).is_some()).find_map(|top| top.file_name()?.to_str());
        commit.and_then(|name| name.split('-').next())
    }

    /// Returns the paths of the commit that is read which this clone does not hold.
    #[must_use]
    pub fn missing_paths(&self) -> Vec<String> {
        let tops = self.roots.iter().flat_map(|root| root.place.ancestors());
        tops.filter_map(|top| self.revision_at(top)).flat_map(|revision| revision.missing()).collect()
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
    pub(super) fn revision_at(&self, place: &Path) -> Option<Arc<Revision>> {
        self.tree.revisions()?.standing_at(place)
    }

    pub(super) fn local_target(&self, url: &str) -> Option<UrlTarget> {
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
    pub(super) fn read_remotes(&self) -> HashMap<String, Vec<Arc<Repository>>> {
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
    pub(super) fn repository_of(&self, folder: &Path) -> Option<Arc<Repository>> {
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
}
