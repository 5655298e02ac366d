//! The facts of a repository, read from the files of `.git` without running git.
//!
//! Supports worktrees, submodules and detached heads. Never writes, and treats everything it reads as hostile: sizes
//! are limited, and what is not understood counts as not there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Folder;
use super::disk::FileType;
use super::file_system::FileSystem;
use super::packs::Mount;
use super::refs::{self, GitRef};
use super::remote::{Hosts, Remote, Revision};
use super::repository::Repository;

const MAX_SMALL: u64 = 64 << 10;
const MAX_CONFIG: u64 = 1 << 20;
const MAX_REFS: u64 = 64 << 20;
/// Folders of `refs/remotes` nest as deep as branch names have slashes.
const MAX_DEPTH: usize = 16;

impl Repository {
    /// Reads the facts of the repository whose working tree is `folder`.
    pub(super) fn read(tree: &FileSystem, folder: Folder, hosts: &Hosts) -> Self {
        let mut repository = Self::new(folder);
        if let Some(mount) = tree.packs().and_then(|packs| packs.mounted_at(&repository.folder.place)) {
            repository.fill_from(mount, hosts);
            return repository;
        }
        if let Some(layout) = Layout::find(tree, &repository.folder.place) {
            repository.fill(tree, &layout, hosts);
            repository.is_readable = true;
        }
        repository
    }

    fn fill(&mut self, tree: &FileSystem, layout: &Layout, hosts: &Hosts) {
        let config = tree.read_text(&layout.common.join("config"), MAX_CONFIG).unwrap_or_default();
        let config = Config::parse(&config);
        self.is_partial = config.is_partial;
        let name = config.remote_name();
        self.remote = name.and_then(|name| Remote::parse(config.url(name)?, hosts));
        let remote_name = name.unwrap_or("origin");
        let remote_refs = layout.common.join("refs/remotes").join(safe(remote_name).unwrap_or("origin"));
        self.default_branch = tree.read_text(&remote_refs.join("HEAD"), MAX_SMALL).and_then(|head| {
            Some(
                head.trim()
                    .strip_prefix("ref: refs/remotes/")?
                    .strip_prefix(remote_name)?
                    .strip_prefix('/')?
                    .to_owned(),
            )
        });
        let shallow = tree.read_text(&layout.common.join("shallow"), MAX_REFS).unwrap_or_default();
        self.shallow = shallow.lines().map(str::to_owned).collect();
        self.shallow.sort_unstable();
        let head = tree.read_text(&layout.own.join("HEAD"), MAX_SMALL).unwrap_or_default();
        let head = head.trim();
        // In the reftable format the file names a branch that cannot exist.
        if let Some(branch) = head.strip_prefix("ref: refs/heads/").filter(|branch| *branch != ".invalid") {
            let branch = config.upstream(branch, remote_name).unwrap_or(branch).to_owned();
            self.view = Some(Revision::Branch(branch.clone()));
            self.edit = Some(branch);
        } else if is_commit(head) {
            self.view = Some(Revision::Commit(head.to_owned()));
            let branches = || branches_at(tree, layout, remote_name, &remote_refs, head);
            self.edit = self.default_branch.clone().or_else(|| likely(&branches()));
        }
    }

    /// Takes what the manifest of a pack says.
    fn fill_from(&mut self, mount: &Arc<Mount>, hosts: &Hosts) {
        let manifest = mount.pack.manifest();
        let facts = &manifest.repository;
        self.remote = facts.url.as_deref().and_then(|url| Remote::parse(url, hosts));
        self.default_branch = facts.default_branch.clone();
        self.edit = facts.branch.clone();
        self.view = match &manifest.commit {
            Some(commit) if facts.detached => Some(Revision::Commit(commit.clone())),
            _ => facts.branch.clone().map(Revision::Branch),
        };
        if facts.shallow {
            self.shallow.extend(manifest.commit.clone());
        }
        self.pack = Some(Arc::clone(mount));
    }

    /// Returns what the configuration of git says of the remote; it may hold secrets.
    pub(super) fn remote_text(&self, tree: &FileSystem) -> Option<String> {
        let layout = Layout::find(tree, &self.folder.place)?;
        let config = tree.read_text(&layout.common.join("config"), MAX_CONFIG)?;
        let config = Config::parse(&config);
        Some(config.url(config.remote_name()?)?.to_owned())
    }

    /// Reads the files that say which commit is checked out, so that it is known what the history depends on; returns as
    /// much of that as can be had.
    pub(super) fn head(&self, tree: &FileSystem) -> Option<String> {
        let Layout { own, common } = Layout::find(tree, &self.folder.place)?;
        let head = tree.read_text(&own.join("HEAD"), MAX_SMALL).unwrap_or_default();
        let loose = head.trim().strip_prefix("ref: ").and_then(safe);
        let loose = loose.and_then(|name| tree.read_text(&common.join(name), MAX_SMALL));
        let packed = tree.read_text(&common.join("packed-refs"), MAX_REFS).unwrap_or_default();
        let _ = tree.list(&common.join("reftable"));
        Some(format!("{head}{}", loose.unwrap_or(packed)))
    }

    /// Returns the branches and tags, by name; `None` if git fails.
    pub(super) fn refs(&self, tree: &FileSystem) -> Option<Arc<Vec<GitRef>>> {
        let read = || {
            let _ = self.refs_read_at.set(self.refs_state(tree));
            let layout = Layout::find(tree, &self.folder.place)?;
            let config = tree.read_text(&layout.common.join("config"), MAX_CONFIG).unwrap_or_default();
            let config = Config::parse(&config);
            refs::read(&self.folder.place, safe(config.remote_name().unwrap_or("origin"))?).map(Arc::new)
        };
        self.refs.get_or_init(|| if self.is_readable { read() } else { None }).clone()
    }

    /// Reads the files in which git keeps refs, so that it is known what they depend on.
    pub(super) fn refs_state(&self, tree: &FileSystem) -> Option<String> {
        let Layout { common, .. } = Layout::find(tree, &self.folder.place)?;
        Some(refs_state(tree, &common))
    }

    /// Returns the folder in which git keeps the refs, if somebody has read them.
    pub(super) fn folder_of_refs(&self, tree: &FileSystem) -> Option<PathBuf> {
        self.refs_read_at.get()?;
        Some(Layout::find(tree, &self.folder.place)?.common)
    }
}

/// Where the parts of a repository are.
struct Layout {
    /// What belongs to this working tree: `HEAD`.
    own: PathBuf,
    /// What all working trees share: `config` and `refs`.
    common: PathBuf,
}

impl Layout {
    fn find(tree: &FileSystem, folder: &Path) -> Option<Self> {
        let dot = folder.join(".git");
        let own = match tree.kind(&dot).ok()? {
            // Git would look elsewhere for what is shared; that is for worktrees, which are named by a file.
            FileType::Folder if tree.kind(&dot.join("commondir")).is_ok() => return None,
            FileType::Folder => return Some(Self { common: dot.clone(), own: dot }),
            // A worktree or a submodule.
            FileType::File => {
                let text = tree.read_text(&dot, MAX_SMALL)?;
                folder.join(text.strip_prefix("gitdir:")?.trim())
            }
            FileType::Link => dot.clone(),
            FileType::Other => return None,
        };
        let own = tree.real(&own).ok().filter(|own| tree.kind(own).ok() == Some(FileType::Folder))?;
        (Self::is_near(tree, &own, folder) || Self::leads_back(tree, &own, folder)).then_some(())?;
        let common = match tree.read_text(&own.join("commondir"), MAX_SMALL) {
            // That of a worktree lies within what all of them share.
            Some(text) => tree.real(&own.join(text.trim())).ok().filter(|common| own.starts_with(common))?,
            None => own.clone(),
        };
        Some(Self { own, common })
    }

    /// Returns whether a folder of git belongs to the repository around a working tree, as those of submodules do.
    fn is_near(tree: &FileSystem, own: &Path, folder: &Path) -> bool {
        let around = folder.ancestors().skip(1).find(|above| tree.kind(&above.join(".git")).is_ok());
        [Some(folder), around].into_iter().flatten().any(|near| tree.real(near).is_ok_and(|near| own.starts_with(near)))
    }

    /// Returns whether a folder of git names the working tree that names it. Anybody can write a file that names the
    /// repository of somebody else, who knows nothing of that.
    fn leads_back(tree: &FileSystem, own: &Path, folder: &Path) -> bool {
        let is_same =
            |one: &Path, other: &Path| tree.real(one).is_ok_and(|one| tree.real(other).is_ok_and(|it| one == it));
        let worktree = tree.read_text(&own.join("gitdir"), MAX_SMALL);
        let submodule = || Config::parse(&tree.read_text(&own.join("config"), MAX_CONFIG)?).worktree;
        worktree.is_some_and(|text| is_same(&own.join(text.trim()), &folder.join(".git")))
            || submodule().is_some_and(|path| is_same(&own.join(path), folder))
    }
}

/// What is read of `config`: remotes with their first URL, and what branches follow.
#[derive(Debug, Default)]
struct Config {
    remotes: Vec<(String, String)>,
    /// Where the working tree is, if it lies elsewhere.
    worktree: Option<String>,
    /// Whether a remote still has to give what was left out.
    is_partial: bool,
    /// Branch, key and value.
    branches: Vec<(String, String, String)>,
}

impl Config {
    /// Reads the format of git-config(1); a line that is not understood is skipped.
    fn parse(text: &str) -> Self {
        let mut config = Self::default();
        let mut section = (String::new(), String::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut line = line.trim_start();
            if let Some(rest) = line.strip_prefix('[') {
                let Some((name, after)) = header(rest) else { continue };
                section = name;
                line = after.trim_start();
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = unquote(value, &mut lines);
            let key = key.trim().to_ascii_lowercase();
            match (section.0.as_str(), key.as_str()) {
                ("remote", "url") if !config.remotes.iter().any(|(name, _)| *name == section.1) => {
                    config.remotes.push((section.1.clone(), value));
                }
                ("remote", "promisor") | ("extensions", "partialclone") => config.is_partial |= value != "false",
                ("core", "worktree") => config.worktree = Some(value),
                ("branch", "remote" | "merge") => config.branches.push((section.1.clone(), key, value)),
                _ => {}
            }
        }
        config
    }

    /// Returns the remote that counts: `origin`, else the first.
    fn remote_name(&self) -> Option<&str> {
        let origin = self.remotes.iter().find(|(name, _)| name == "origin");
        origin.or(self.remotes.first()).map(|(name, _)| name.as_str())
    }

    fn url(&self, remote: &str) -> Option<&str> {
        self.remotes.iter().find(|(name, _)| name == remote).map(|(_, url)| url.as_str())
    }

    /// Returns what the remote calls a branch, if the branch follows one there.
    fn upstream(&self, branch: &str, remote: &str) -> Option<&str> {
        let get = |wanted: &str| {
            let found = self.branches.iter().rev().find(|(name, key, _)| name == branch && key == wanted);
            found.map(|(_, _, value)| value.as_str())
        };
        get("merge").filter(|_| get("remote") == Some(remote))?.strip_prefix("refs/heads/")
    }
}

/// Reads `section "name"]`, and returns what follows it in the line.
fn header(text: &str) -> Option<((String, String), &str)> {
    let mut name = String::new();
    let mut quoted = None;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match (char, &mut quoted) {
            (']', None) => {
                let mut parts = name.split_whitespace();
                let section = parts.next()?.to_ascii_lowercase();
                return Some(((section, String::new()), &text[at + 1..]));
            }
            ('"', None) => quoted = Some(String::new()),
            ('"', Some(quoted)) => {
                let rest = text[at + 1..].trim_start().strip_prefix(']')?;
                return Some(((name.trim().to_ascii_lowercase(), std::mem::take(quoted)), rest));
            }
            ('\\', Some(quoted)) => quoted.push(chars.next()?.1),
            (char, Some(quoted)) => quoted.push(char),
            (char, None) => name.push(char),
        }
    }
    None
}

/// Reads a value: quotes, escapes, comments, and lines that end in a backslash.
fn unquote(text: &str, lines: &mut std::str::Lines<'_>) -> String {
    let mut value = String::new();
    let mut quoted = false;
    // Spaces at the end do not count unless they are quoted.
    let mut solid = 0;
    let mut line = text.trim_start();
    loop {
        let mut chars = line.chars();
        let mut goes_on = false;
        while let Some(char) = chars.next() {
            match char {
                '"' => quoted = !quoted,
                '#' | ';' if !quoted => break,
                '\\' => match chars.next() {
                    Some('n') => value.push('\n'),
                    Some('t') => value.push('\t'),
                    Some(other) => value.push(other),
                    None => goes_on = true,
                },
                _ => value.push(char),
            }
            if quoted || !char.is_whitespace() {
                solid = value.len();
            }
        }
        match if goes_on { lines.next() } else { None } {
            Some(next) => line = next,
            None => break,
        }
    }
    value.truncate(solid);
    value
}

/// Returns the branches of a remote that are at `commit`.
fn branches_at(tree: &FileSystem, layout: &Layout, remote: &str, loose: &Path, commit: &str) -> Vec<String> {
    let mut branches = Vec::new();
    let packed = tree.read_text(&layout.common.join("packed-refs"), MAX_REFS).unwrap_or_default();
    let prefix = format!("{commit} refs/remotes/{remote}/");
    branches.extend(packed.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned));
    let mut open = vec![(loose.to_owned(), String::new(), 0)];
    while let Some((folder, before, depth)) = open.pop() {
        for item in tree.list(&folder).unwrap_or_default() {
            let Some(name) = item.name.to_str() else { continue };
            let (path, full) = (folder.join(name), format!("{before}{name}"));
            match item.kind {
                FileType::Folder if depth < MAX_DEPTH => open.push((path, format!("{full}/"), depth + 1)),
                FileType::File if tree.read_text(&path, MAX_SMALL).is_some_and(|text| text.trim() == commit) => {
                    branches.push(full);
                }
                _ => {}
            }
        }
    }
    branches.retain(|branch| branch != "HEAD");
    branches.sort_unstable();
    branches.dedup();
    branches
}

/// Reads the files in which git keeps refs, so that it is known when they change; `common` is the folder of git.
fn refs_state(tree: &FileSystem, common: &Path) -> String {
    let mut state = tree.read_text(&common.join("packed-refs"), MAX_REFS).unwrap_or_default();
    let _ = tree.list(&common.join("reftable"));
    state.extend(tree.read_text(&common.join("reftable/tables.list"), MAX_REFS));
    let mut open = vec![(common.join("refs"), 0)];
    let mut left = refs::MAX_LISTED;
    while let Some((folder, depth)) = open.pop() {
        let mut items = tree.list(&folder).unwrap_or_default();
        items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for item in items {
            let place = folder.join(&item.name);
            match item.kind {
                FileType::Folder if depth < MAX_DEPTH => open.push((place, depth + 1)),
                FileType::File if left > 0 => {
                    left -= 1;
                    state.push_str(&place.to_string_lossy());
                    state.extend(tree.read_text(&place, 1 << 10));
                }
                _ => {}
            }
        }
    }
    state
}

/// Returns the branch that is meant by a commit at which several are.
fn likely(branches: &[String]) -> Option<String> {
    match branches {
        [only] => Some(only.clone()),
        several => ["main", "master"]
            .iter()
            .find(|name| several.iter().any(|branch| branch == *name))
            .map(|name| (*name).to_owned()),
    }
}

/// Returns the name of a remote if it is one folder and no way out.
fn safe(name: &str) -> Option<&str> {
    (!name.is_empty() && !name.split('/').any(|part| matches!(part, "" | "." | ".."))).then_some(name)
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_of_git_is_understood() {
        let config = Config::parse(concat!(
            "[core]\n\turl = no\n",
            "[remote \"fork\"] url = https://github.com/me/web # comment\n",
            "[Remote \"origin\"]\n\tURL = \"https://github.com/org/web.git\" ; x\n\turl = second\n",
            "[remote \"a\\\"b\"]\nurl = one\\\ntwo  \n",
            "[branch \"work\"]\n\tremote = origin\n\tmerge = refs/heads/main\n",
            "[branch \"other\"]\n\tremote = fork\n\tmerge = refs/heads/main\n[broken\n=\n",
        ));
        assert_eq!(config.remote_name(), Some("origin"));
        assert_eq!(config.url("origin"), Some("https://github.com/org/web.git"));
        assert_eq!(config.url("fork"), Some("https://github.com/me/web"));
        assert_eq!(config.url("a\"b"), Some("onetwo"));
        assert_eq!(config.upstream("work", "origin"), Some("main"));
        assert_eq!(config.upstream("other", "origin"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_configuration(text in "[\\[\\]\"\\\\=;# a\\n]{0,60}") {
            let _ = Config::parse(&text);
        }
    }
}
