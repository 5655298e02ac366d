//! From one state of a workspace to the next one: what is still valid is kept, and costs nothing.
//!
//! Whoever watches the disk says where something may have happened; what did happen is found out here, by asking. So an
//! unnecessary path does no harm; a missing one is a fault of the watcher.

use parking_lot::RwLock;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::FileType;
use super::file_system::{FileSystem, MemoryFileSystem};
use super::load::{APP_CONFIG_NAME, CONFIG_NAMES};
use super::{FolderCache, Repository, Workspace, ignore_rules, scan};
use crate::incremental::Changes;

/// Maximum number of files that nobody reads and that are remembered.
const MAX_UNREAD: usize = 10_000;

impl Workspace {
    /// Returns the state after something may have happened at some paths, with what did.
    ///
    /// `None` if the changes affect everything, so that the workspace must be loaded again: the configuration, ignore
    /// files, repositories and their branches, symbolic links.
    #[must_use]
    pub fn apply_changes(&self, paths: &BTreeSet<PathBuf>) -> Option<(Self, Changes)> {
        self.apply_changes_in(Arc::clone(&self.tree), paths)
    }

    /// Does the same in memory, for tests: the files are now these.
    #[must_use]
    pub fn apply_files(&self, files: &[(&str, &[u8])]) -> Option<(Self, Changes)> {
        let tree = MemoryFileSystem::new(files);
        let FileSystem::MemoryFileSystem(before) = &*self.tree else { return None };
        let paths = tree.differences(before);
        self.apply_changes_in(Arc::new(FileSystem::MemoryFileSystem(tree)), &paths)
    }

    fn apply_changes_in(&self, tree: Arc<FileSystem>, paths: &BTreeSet<PathBuf>) -> Option<(Self, Changes)> {
        let mut changes = Changes::default();
        let of_refs = self.folders_of_refs();
        let (of_git, paths): (BTreeSet<&PathBuf>, BTreeSet<&PathBuf>) =
            paths.iter().partition(|path| of_refs.iter().any(|folder| path.starts_with(folder)));
        if !self.are_same_repositories(&tree, paths.len(), !of_git.is_empty()) {
            return None;
        }
        // Whether a folder came or went, and whether the scan would find something else.
        let (mut folders, mut rescan) = (false, false);
        let files = self.files.next();
        let mut unread = Arc::clone(&self.unread);
        for path in paths.iter().copied() {
            if self.decides(path) {
                return None;
            }
            let known = files.find(path).map(|id| (id, files.get(id))).filter(|(_, file)| file.is_file);
            let now = tree.kind(path).ok();
            match (&known, now) {
                (_, Some(FileType::Link)) => return None,
                (Some((_, file)), _) if file.real.is_some() => return None,
                (Some((id, file)), Some(FileType::File)) => {
                    if let Some(file) = file.changed(&tree) {
                        files.replace(*id, file);
                        changes.contents.insert(*id);
                    }
                }
                // It was there before, and nobody reads it: a log, say.
                (None, Some(FileType::File)) if unread.contains(path) && !self.is_of_answers(path) => {}
                (_, now) => {
                    let noted = Arc::make_mut(&mut unread);
                    if now == Some(FileType::File) && noted.len() < MAX_UNREAD {
                        noted.insert(path.clone());
                    } else {
                        noted.remove(path);
                    }
                    folders |= now != Some(FileType::File);
                    rescan |= now == Some(FileType::Folder) || self.is_scanned_for(path);
                    changes.places.insert(path.clone());
                }
            }
        }
        self.forget(&tree, &files, &paths, &mut changes, &mut rescan)?;
        if changes.is_empty() {
            return Some((Self { tree, ..self.clone() }, changes));
        }
        let now = if matches!(*tree, FileSystem::Disk(..)) { super::snapshots::now() } else { self.now };
        let mut next = Self { tree, files: Arc::new(files), unread, now, ..self.clone() };
        if folders {
            next.known = Arc::new(self.known.without(&changes));
        }
        if rescan {
            next.scan();
            if next.clones != self.clones {
                return None;
            }
        }
        Some((next, changes))
    }

    /// Returns whether a file lies in a folder of saved answers.
    fn is_of_answers(&self, path: &Path) -> bool {
        let listed = self.listed.lock();
        path.ancestors().any(|above| listed.contains(above))
    }

    /// Forgets the files that may be gone, and notes those that are reached by a link to a changed one.
    fn forget(
        &self,
        tree: &FileSystem,
        files: &super::files::Files,
        paths: &BTreeSet<&PathBuf>,
        changes: &mut Changes,
        rescan: &mut bool,
    ) -> Option<()> {
        let happened = !changes.places.is_empty();
        for id in files.matching(|file| file.real.is_some() || (happened && changes.is_at_or_above(&file.place))) {
            let file = files.get(id);
            if let Some(real) = &file.real {
                if changes.is_at_or_above(&file.place) || changes.is_at_or_above(real) {
                    return None;
                }
                if paths.contains(real)
                    && let Some(file) = file.changed(tree)
                {
                    files.replace(id, file);
                    changes.contents.insert(id);
                }
            } else {
                files.replace(id, file.forgotten());
                changes.contents.insert(id);
                *rescan |= self.catalog_files.contains(&id) || self.misnamed_files.contains(&id);
            }
        }
        let links = self.known.real.read();
        let is_link = |(folder, real): (&PathBuf, &Arc<Path>)| **folder != **real && changes.is_at_or_above(folder);
        if happened && links.iter().any(is_link) {
            return None;
        }
        Some(())
    }

    /// Returns whether everything depends on what is at a path.
    fn decides(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        let is_config = || {
            let names = CONFIG_NAMES.iter().chain([&APP_CONFIG_NAME]);
            let by_name = { names }.any(|other| name == *other);
            by_name && path.parent().is_some_and(|folder| self.config_folder == folder || self.is_root(folder))
                || self.config.search.files.iter().any(|file| self.config_folder.join(file) == path)
                || self.config_file.is_some_and(|file| {
                    let file = self.files.get(file);
                    *file.place == *path || file.real() == path
                })
        };
        self.tree.packs().is_some_and(|packs| path.starts_with(packs.folder()))
            || name == ".git"
            || ignore_rules::NAMES.iter().any(|other| name == *other)
            || is_config()
            || self.roots.iter().any(|root| root.place.starts_with(path))
    }

    fn is_root(&self, folder: &Path) -> bool {
        self.roots.iter().any(|root| root.place == folder)
    }

    /// Returns whether a scan looks for files of this name.
    fn is_scanned_for(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        let catalog = &self.config.catalog;
        name == "catalog-info.yaml"
            || name == "catalog-info.yml"
            || name == scan::MANIFEST
            || scan::is_alike(
                &name.to_string_lossy(),
                path.iter().rev().skip(1).any(|folder| scan::is_for_templates(&folder.to_string_lossy())),
            )
            || scan::is_content(&name.to_string_lossy())
            || !catalog.files.is_empty()
            || !catalog.locations.is_empty()
            || !catalog.overlays.is_empty()
    }

    /// Returns whether the repositories have the same facts as before. Of thousands they are asked only when so much
    /// happened that another branch may have been checked out, or when a branch or tag may have `moved`.
    fn are_same_repositories(&self, tree: &FileSystem, paths: usize, moved: bool) -> bool {
        const FEW: usize = 20;
        let known = self.known.repositories.read();
        if known.len() > FEW && paths < FEW {
            let is_same =
                |before: &Arc<Repository>| before.refs_read_at.get().is_none_or(|at| *at == before.refs_state(tree));
            return !moved || known.values().flatten().all(is_same);
        }
        let is_same = |before: &Arc<Repository>| {
            let now = Repository::read(tree, before.folder().clone(), &self.config.hosts);
            before.says_as(&now)
                && before.read_at.get().is_none_or(|read_at| *read_at == now.head(tree))
                && before.refs_read_at.get().is_none_or(|read_at| *read_at == now.refs_state(tree))
        };
        known.values().flatten().all(is_same)
    }
}

impl FolderCache {
    /// Returns what is known of folders that nothing happened to.
    fn without(&self, changes: &Changes) -> Self {
        let is_same = |folder: &Path| !changes.is_at_or_above(folder);
        let boundaries = self.boundaries.read();
        let boundaries = boundaries.iter().filter(|(folder, _)| is_same(folder));
        let real = self.real.read();
        let real = real.iter().filter(|(folder, _)| is_same(folder));
        let rules = self.rules.read();
        let rules = rules.iter().filter(|(folder, _)| is_same(folder));
        Self {
            boundaries: RwLock::new(boundaries.map(|(folder, known)| (folder.clone(), Arc::clone(known))).collect()),
            real: RwLock::new(real.map(|(folder, known)| (folder.clone(), Arc::clone(known))).collect()),
            rules: RwLock::new(rules.map(|(folder, known)| (folder.clone(), known.clone())).collect()),
            repositories: RwLock::new(self.repositories.read().clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::text::FileId;

    fn at(workspace: &Workspace, path: &str) -> FileId {
        workspace.locate_in(&workspace.roots()[0], path).unwrap()
    }

    #[test]
    fn what_is_the_same_is_no_change() {
        let one = Workspace::from_files(Config::default(), &[("a.md", b"1"), ("b.md", b"2"), ("d/x.md", b"3")]);
        let (a, b) = (at(&one, "a.md"), at(&one, "b.md"));
        assert_eq!((&*one.text(a, 9).unwrap(), &*one.text(b, 9).unwrap()), ("1", "2"));
        let (same, changes) = one.apply_changes(&["/a.md", "/nothing~", "/d/x.md"].map(PathBuf::from).into()).unwrap();
        assert_eq!(changes.places.len(), 2, "nothing is known of these");
        assert!(changes.contents.is_empty());
        assert_eq!(&*same.text(a, 9).unwrap(), "1");
        let (two, changes) = one.apply_files(&[("a.md", b"1"), ("b.md", b"new"), ("c.md", b"")]).unwrap();
        assert_eq!(changes.contents, [b].into());
        assert_eq!((&*one.text(b, 9).unwrap(), &*two.text(b, 9).unwrap()), ("2", "new"));
        assert_ne!(one.version(b), two.version(b));
        assert_eq!((at(&two, "a.md"), at(&two, "b.md")), (a, b));
        let (three, _) = two.apply_files(&[("a.md", b"1")]).unwrap();
        assert!(three.locate_in(&three.roots()[0], "b.md").is_err());
        let (four, _) = three.apply_files(&[("a.md", b"1"), ("b.md", b"back")]).unwrap();
        assert_eq!(at(&four, "b.md"), b, "a place keeps its number");
        assert_eq!(&*four.text(b, 9).unwrap(), "back");
    }

    #[test]
    fn what_nobody_reads_is_no_change_once_it_is_there() {
        let one = Workspace::from_files(Config::default(), &[("a.md", b"1")]);
        let (two, changes) = one.apply_files(&[("a.md", b"1"), ("serve.log", b"x")]).unwrap();
        assert_eq!(changes.places.len(), 1, "somebody may have looked for it");
        let (three, changes) = two.apply_files(&[("a.md", b"1"), ("serve.log", b"xy")]).unwrap();
        assert!(changes.is_empty());
        // A file that is known by a list alone is not read, either.
        let listed = three.files_below(&three.roots()[0]);
        assert_eq!(listed.len(), 2);
        let (four, changes) = three.apply_files(&[("a.md", b"2"), ("serve.log", b"xyz")]).unwrap();
        assert!(changes.is_empty());
        let (_, changes) = four.apply_files(&[("a.md", b"2")]).unwrap();
        assert!(!changes.is_empty(), "it is gone");
        assert_eq!(&*four.text(at(&four, "serve.log"), 9).unwrap(), "xyz");
        let (_, changes) = four.apply_files(&[("a.md", b"2"), ("serve.log", b"!")]).unwrap();
        assert!(!changes.is_empty(), "now somebody has read it");
    }

    #[test]
    fn what_decides_about_everything_is_loaded_anew() {
        let one = Workspace::from_files(Config::default(), &[("a.md", b"1"), ("r/.git/HEAD", b"x"), ("r/a.md", b"")]);
        for path in ["/.gitignore", "/playbill.yaml", "/r/.git", "/", "/r/.playbillignore"] {
            assert!(one.apply_changes(&[PathBuf::from(path)].into()).is_none(), "{path}");
        }
    }
}
