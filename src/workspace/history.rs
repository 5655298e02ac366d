//! When files changed and what they were called, as far as git knows.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::file_system::FileSystem;
use super::git_history::{Beginnings, Commits, History, Tip};
use super::packs::Mount;
use super::path::names_below;
use super::{Activity, Folder, FormerPath, KnownSince, LastChange, Repository, Workspace};
use crate::pack::{FolderActivity, Since};
use crate::text::FileId;

impl Workspace {
    /// Returns when a file last changed, as far as git knows; only with [`LoadOptions::history`](super::LoadOptions::history).
    ///
    /// The first question of each repository runs git, so ask from several threads.
    #[must_use]
    pub fn last_change(&self, file: FileId) -> Option<LastChange> {
        if !self.history {
            return None;
        }
        self.last_change_at(&self.files.get(file).place)
    }

    /// Returns whether what is known of files includes their history.
    #[must_use]
    pub fn has_history(&self) -> bool {
        self.history
    }

    /// Returns when a file was committed last, as far as git knows, whether or not pages will show it. The first question of each
    /// repository runs git.
    #[must_use]
    pub fn last_commit(&self, file: FileId) -> Option<i64> {
        self.last_change_at(&self.files.get(file).place).map(|change| change.time)
    }

    /// Returns since when git knows each of these files. Git runs once per repository, however many files there are.
    #[must_use]
    pub fn known_since(&self, files: &[FileId]) -> Vec<KnownSince> {
        files.par_iter().map(|file| self.known_since_at(&self.files.get(*file).place)).collect()
    }

    /// Returns since when git knows the file at a place.
    pub(super) fn known_since_at(&self, place: &Path) -> KnownSince {
        let since = || {
            let repository = self.repository_of(place.parent().unwrap_or(place))?;
            let repository = Some(repository).filter(|_| matches!(*self.tree, FileSystem::Disk(..)))?;
            if let Some(mount) = &repository.pack {
                let facts = mount.pack.manifest().files.get(&path_in(mount, place)?);
                return Some(match facts.map_or(Since::Unknown, |facts| facts.since) {
                    Since::Commit(time) => KnownSince::Commit(time),
                    Since::Before(time) => KnownSince::Before(time),
                    Since::Never => KnownSince::Never,
                    Since::Unknown => KnownSince::Unknown,
                });
            }
            let beginnings = repository.beginnings.get_or_init(|| {
                let _ = repository.read_at.set(repository.head(&self.tree));
                Beginnings::read(repository.place(), &repository.shallow)
            });
            Some(beginnings.as_ref()?.get(&repository.names_of(place)?))
        };
        since().unwrap_or(KnownSince::Unknown)
    }

    /// Returns the paths that a file had before, from the top of its repository, the last one first, and its own; only with
    /// [`LoadOptions::history`](super::LoadOptions::history).
    #[must_use]
    pub fn former_paths(&self, file: FileId) -> Option<(String, Vec<FormerPath>)> {
        if !self.history {
            return None;
        }
        self.former_paths_at(&self.files.get(file).place)
    }

    /// Returns the paths that the file at a place had before, and its own.
    pub(super) fn former_paths_at(&self, place: &Path) -> Option<(String, Vec<FormerPath>)> {
        let repository = self.repository_of(place.parent()?)?;
        if let Some(mount) = &repository.pack {
            let path = path_in(mount, place)?;
            let manifest = mount.pack.manifest();
            let of_file = manifest.files.get(&path).map(|facts| &facts.former);
            let former = of_file.or_else(|| manifest.links.get(&path).map(|link| &link.former))?;
            let former = former.iter().map(|former| FormerPath {
                path: former.path.clone(),
                commit: former.commit.as_str().into(),
                time: former.time,
            });
            let former: Vec<FormerPath> = former.collect();
            return (!former.is_empty()).then_some((path, former));
        }
        let names = repository.names_of(place)?;
        let former = self.ask_history(&repository, |history, tip| Some(history.former(&names, tip)))?;
        let own: Option<Vec<&str>> = names.iter().map(|name| name.to_str()).collect();
        (!former.is_empty()).then_some((own?.join("/"), former))
    }

    /// Returns the content of a file before its last change, as far as git knows; only with [`LoadOptions::history`](super::LoadOptions::history).
    #[must_use]
    pub fn text_before(&self, file: FileId, limit: u64) -> Option<String> {
        if !self.history {
            return None;
        }
        self.text_before_at(&self.files.get(file).place, limit)
    }

    /// Returns the content of the file at a place before its last change.
    pub(super) fn text_before_at(&self, place: &Path, limit: u64) -> Option<String> {
        let LastChange { commit, .. } = self.last_change_at(place)?;
        let repository = self.repository_of(place.parent()?)?;
        if let Some(mount) = &repository.pack {
            let bytes = mount.pack.before(&path_in(mount, place)?)?;
            return (bytes.len() as u64 <= limit).then(|| String::from_utf8(bytes.to_vec()).ok())?;
        }
        let names = repository.names_of(place)?;
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

    /// Returns what happened below a folder, as far as git knows: the newest commit, how many people committed, and how many
    /// commits there are since a moment. The first question of each repository runs git.
    #[must_use]
    pub fn activity(&self, folder: &Folder, since: i64) -> Option<Activity> {
        if !matches!(*self.tree, FileSystem::Disk(..)) {
            return None;
        }
        let repository = self.repository_of(&folder.place)?;
        if let Some(mount) = &repository.pack {
            let path = path_in(mount, &folder.place)?;
            let FolderActivity { last, contributors, times } = mount.pack.manifest().activity.get(&path)?;
            let recent = times.iter().filter(|time| **time >= since).count();
            return Some(Activity { last: *last, contributors: *contributors, recent });
        }
        self.commits_of(&repository)?.below(&names_below(&folder.place, repository.place())?, since)
    }

    /// Returns who committed what in a repository.
    pub(super) fn commits_of<'r>(&self, repository: &'r Repository) -> Option<&'r Commits> {
        let commits = repository.commits.get_or_init(|| {
            let _ = repository.read_at.set(repository.head(&self.tree));
            repository.is_readable.then(|| Commits::read(repository.place(), &repository.shallow)).flatten()
        });
        commits.as_ref()
    }

    /// Returns when the file at a place last changed, as far as git knows.
    pub(super) fn last_change_at(&self, place: &Path) -> Option<LastChange> {
        let repository = self.repository_of(place.parent().unwrap_or(place))?;
        if let Some(mount) = &repository.pack {
            let path = path_in(mount, place)?;
            let manifest = mount.pack.manifest();
            let of_file = manifest.files.get(&path).and_then(|facts| facts.changed.as_ref());
            let changed = of_file.or_else(|| manifest.links.get(&path)?.changed.as_ref())?;
            let (commit, author) = (changed.commit.as_str().into(), changed.author.as_str().into());
            return Some(LastChange { commit, author, time: changed.time });
        }
        let names = repository.names_of(place)?;
        self.ask_history(&repository, |history, tip| history.get(&names, tip).cloned())
    }

    /// Asks the history of a repository, with the commit from which it is looked at. It is read once for what is checked out, and
    /// once for all commits beside that.
    pub(super) fn ask_history<T>(
        &self,
        repository: &Repository,
        ask: impl FnOnce(&History, Tip) -> Option<T>,
    ) -> Option<T> {
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
}

/// Returns the path of a place in a pack, `/` between names.
fn path_in(mount: &Mount, place: &Path) -> Option<String> {
    let names: Option<Vec<&str>> = names_below(place, &mount.place)?.into_iter().map(|name| name.to_str()).collect();
    Some(names?.join("/"))
}
