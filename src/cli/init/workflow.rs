//! The workflow that checks every change and publishes the portal, by the program that runs it.

use crate::workspace::{Folder, Host, Repository, Workspace};

use crate::cli::args::Ci;

/// What runs the workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forge {
    GitHub,
    GitLab,
}

impl Forge {
    /// Returns where it looks for the workflow.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::GitHub => ".github/workflows/portal.yml",
            Self::GitLab => ".gitlab-ci.yml",
        }
    }

    /// Returns what it does, in a line.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::GitHub => "checks pull requests, publishes the default branch to GitHub Pages",
            Self::GitLab => "checks merge requests, publishes the default branch to GitLab Pages",
        }
    }

    /// Returns the workflow. The one for GitHub is that of Playbill's own repository.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::GitHub => include_str!("portal.yml"),
            Self::GitLab => include_str!("gitlab-ci.yml"),
        }
    }
}

/// Returns for which program a workflow is to be written; why for none, if that is worth saying.
pub(super) fn forge(workspace: &Workspace, root: &Folder, wanted: Option<Ci>) -> Result<Option<Forge>, &'static str> {
    match wanted {
        Some(Ci::Github) => return Ok(Some(Forge::GitHub)),
        Some(Ci::Gitlab) => return Ok(Some(Forge::GitLab)),
        Some(Ci::None) => return Ok(None),
        None => {}
    }
    let repository = workspace.repository_of_folder(root);
    let Some(repository) = repository.as_deref().filter(|repository| repository.folder() == root) else {
        return Err("no workflow: this folder is not the top of a git repository; `--ci` names one");
    };
    match Repository::remote(repository).map(|remote| remote.host()) {
        Some(Host::GitHub) => Ok(Some(Forge::GitHub)),
        Some(Host::GitLab) => Ok(Some(Forge::GitLab)),
        _ => Err("no workflow: the git remote is not known to be at GitHub or GitLab; `--ci` names one"),
    }
}
