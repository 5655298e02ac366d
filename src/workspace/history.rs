//! When files changed and what they were called, as far as git knows.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::file_system::FileSystem;
use super::git_history::{Beginnings, Commits, History, Tip};
use super::path::names_below;
use super::{Activity, Folder, FormerPath, KnownSince, LastChange, Repository, Workspace};
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

    /// Returns the paths that a file had before, from the top of its repository, the last one first, and its own; only with
    /// [`LoadOptions::history`](super::LoadOptions::history).
    #[must_use]
    pub fn former_paths(&self, file: FileId) -> Option<(String, Vec<FormerPath>)> {
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

    /// Returns the content of a file before its last change, as far as git knows; only with [`LoadOptions::history`](super::LoadOptions::history).
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

    /// Returns when the file at a place last changed, as far as git knows.
    pub(super) fn last_change_at(&self, place: &Path) -> Option<LastChange> {
        let repository = self.repository_of(place.parent().unwrap_or(place))?;
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
