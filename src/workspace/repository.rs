//! What is known of a git repository, wherever it was read.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use super::Folder;
use super::git_history::{Beginnings, Commits, History, KnownTextChanges};
use super::packs::Mount;
use super::refs::GitRef;
use super::remote::{Remote, Revision};

/// A git repository with at least one file below a root.
#[derive(Debug)]
pub struct Repository {
    pub(super) folder: Folder,
    pub(super) remote: Option<Remote>,
    pub(super) view: Option<Revision>,
    pub(super) edit: Option<String>,
    pub(super) default_branch: Option<String>,
    /// Whether the folder of git is one that may be read.
    pub(super) is_readable: bool,
    /// Commits whose parents were not fetched.
    pub(super) shallow: Vec<String>,
    pub(super) history: OnceLock<Option<History>>,
    /// Who committed what; read when it is first asked for.
    pub(super) commits: OnceLock<Option<Commits>>,
    /// That of the commits beside what is checked out.
    pub(super) histories: Mutex<Option<Arc<History>>>,
    pub(super) beginnings: OnceLock<Option<Beginnings>>,
    /// What commits made of files of some names.
    pub(super) text_changes: Mutex<Option<KnownTextChanges>>,
    /// The commit that was checked out when the history was read.
    pub(super) read_at: OnceLock<Option<String>>,
    /// Branches and tags.
    pub(super) refs: OnceLock<Option<Arc<Vec<GitRef>>>>,
    /// What the files of git contained then.
    pub(super) refs_read_at: OnceLock<Option<String>>,
    /// Whether git leaves out files until they are needed (a partial clone).
    pub(super) is_partial: bool,
    /// For a commit that is not checked out: which, and where in it the folder is.
    pub(super) revision: Option<RevisionOf>,
    /// The pack that is read in place of a clone; it knows what git would be asked.
    pub(super) pack: Option<Arc<Mount>>,
}

/// A commit of a repository, beside what is checked out.
#[derive(Debug)]
pub(super) struct RevisionOf {
    /// The repository.
    pub(super) repository: Arc<Repository>,
    /// The full hash.
    pub(super) commit: String,
    /// The names of the folder in it.
    pub(super) prefix: Vec<OsString>,
}

impl Repository {
    /// Makes a repository of which nothing is known yet.
    pub(super) fn new(folder: Folder) -> Self {
        Self {
            folder,
            remote: None,
            view: None,
            edit: None,
            default_branch: None,
            is_readable: false,
            shallow: Vec::new(),
            history: OnceLock::new(),
            commits: OnceLock::new(),
            histories: Mutex::default(),
            beginnings: OnceLock::new(),
            text_changes: Mutex::default(),
            read_at: OnceLock::new(),
            refs: OnceLock::new(),
            refs_read_at: OnceLock::new(),
            is_partial: false,
            revision: None,
            pack: None,
        }
    }

    /// Returns the repository as it is at a commit, of which the folder `prefix` is at `folder`; `branch` names it if
    /// it is the tip of one.
    pub(super) fn at(
        repository: &Arc<Self>,
        folder: Folder,
        commit: &str,
        branch: Option<&str>,
        prefix: &[&OsStr],
    ) -> Self {
        Self {
            folder,
            remote: repository.remote.clone(),
            view: Some(match branch {
                Some(branch) => Revision::Branch(branch.to_owned()),
                None => Revision::Commit(commit.to_owned()),
            }),
            edit: branch.map(str::to_owned),
            default_branch: None,
            is_readable: repository.is_readable,
            shallow: repository.shallow.clone(),
            history: OnceLock::new(),
            commits: OnceLock::new(),
            histories: Mutex::default(),
            beginnings: OnceLock::new(),
            text_changes: Mutex::default(),
            read_at: OnceLock::new(),
            refs: OnceLock::new(),
            refs_read_at: OnceLock::new(),
            is_partial: repository.is_partial,
            revision: Some(RevisionOf {
                repository: Arc::clone(repository),
                commit: commit.to_owned(),
                prefix: prefix.iter().map(|name| (*name).to_owned()).collect(),
            }),
            pack: None,
        }
    }

    /// Returns the branch that people work from, if the clone knows it.
    pub(super) fn default_branch(&self) -> Option<&str> {
        self.default_branch.as_deref()
    }

    /// Returns whether commits are missing whose children are there.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        !self.shallow.is_empty()
    }

    /// Returns the names of a place as git knows them, from the top of the repository.
    pub(super) fn names_of<'p>(&'p self, place: &'p Path) -> Option<Vec<&'p OsStr>> {
        let prefix = self.revision.iter().flat_map(|of| of.prefix.iter().map(OsString::as_os_str));
        Some(prefix.chain(super::path::names_below(place, self.place())?).collect())
    }

    /// Returns whether another reading of the same repository found the same.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        let all = |it: &Self| {
            let Self {
                folder: _,
                remote,
                view,
                edit,
                default_branch,
                is_readable,
                shallow,
                history: _,
                commits: _,
                histories: _,
                beginnings: _,
                text_changes: _,
                read_at: _,
                refs: _,
                refs_read_at: _,
                is_partial: _,
                revision: _,
                pack: _,
            } = it;
            format!("{remote:?} {view:?} {edit:?} {default_branch:?} {is_readable} {shallow:?}")
        };
        all(self) == all(other)
    }

    /// Returns the folder of the working tree; it may lie above the scanned root.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Returns where it comes from; `None` if it has no remote.
    #[must_use]
    pub fn remote(&self) -> Option<&Remote> {
        self.remote.as_ref()
    }

    /// Returns the branch that is checked out, as the remote calls it, or for a detached head the likely one.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.edit.as_deref()
    }

    /// Returns the commit of a detached head.
    #[must_use]
    pub fn commit(&self) -> Option<&str> {
        match &self.view {
            Some(Revision::Commit(commit)) => Some(commit),
            _ => None,
        }
    }

    pub(super) fn place(&self) -> &Arc<Path> {
        &self.folder.place
    }

    pub(super) fn view(&self) -> Option<&Revision> {
        self.view.as_ref()
    }

    /// Returns the names by which an address may mean what is checked out.
    pub(super) fn revisions(&self) -> Vec<String> {
        let view = match &self.view {
            Some(Revision::Branch(name) | Revision::Commit(name)) => Some(name.clone()),
            None => None,
        };
        let mut names: Vec<String> =
            view.into_iter().chain(self.edit.clone()).chain(self.default_branch.clone()).collect();
        names.dedup();
        names
    }
}
