//! Finding files and folders by what is written in others: targets, patterns, and all files of a folder.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::disk::FileType;
use super::pattern::Pattern;
use super::scan::{Listed, Purpose};
use super::{Folder, LocateError, Workspace, path, pattern, scan};
use crate::incremental::Dependencies;
use crate::text::FileId;

/// Which characters of a pattern are wildcards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlobStyle {
    /// As in targets of Locations read from a git host: `*` and `**`; all others are literal.
    Url,
    /// As in targets of Locations read from disk, and in the configuration: `*`, `**`, `?` and `{a,b}`.
    File,
}

/// What is at a path, hidden or not; links are reported, not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A file, and whether it may be run.
    File(FileId, bool),
    /// A folder, and the names in it, sorted; those that are not Unicode are left out.
    Folder(Vec<String>),
    /// A symbolic link, and what it says.
    Link(String),
}

impl Workspace {
    /// Finds the file that `target` means in the file `from`.
    ///
    /// A target is relative to the folder of `from`; with a leading `/`, to the repository. Neither `..` nor a
    /// symbolic link gets out of the repository, nor above the scanned root.
    ///
    /// # Errors
    /// When there is no file, or none that may be read.
    pub fn locate(&self, from: FileId, target: &str) -> Result<FileId, LocateError> {
        let from = self.files.get(from);
        self.locate_file(from.place.parent().unwrap_or(&from.place), target)
    }

    /// Finds the folder that `target` means in the file `from`, within the same bounds as [`Self::locate`].
    ///
    /// # Errors
    /// When there is no folder, or none that may be read.
    pub fn locate_folder(&self, from: FileId, target: &str) -> Result<Folder, LocateError> {
        let from = self.files.get(from);
        self.locate_place(from.place.parent().unwrap_or(&from.place), target)
    }

    /// Finds the file that `target` means in a folder, within the same bounds as [`Self::locate`].
    ///
    /// # Errors
    /// When there is no file, or none that may be read.
    pub fn locate_in(&self, folder: &Folder, target: &str) -> Result<FileId, LocateError> {
        self.locate_file(&folder.place, target)
    }

    /// Finds the folder that `target` means in a folder, within the same bounds as [`Self::locate`].
    ///
    /// # Errors
    /// When there is no folder, or none that may be read.
    pub fn locate_folder_in(&self, folder: &Folder, target: &str) -> Result<Folder, LocateError> {
        self.locate_place(&folder.place, target)
    }

    /// Finds the files that a pattern in the file `from` matches, sorted by path; a plain target is a pattern too.
    ///
    /// The bounds are those of [`Self::locate`], and what a scan skips is skipped. A wildcard matches no name that
    /// starts with a dot, nor `node_modules`.
    ///
    /// # Errors
    /// When the part before the first wildcard may not be read, or a plain target leads to no file. No match is no
    /// error.
    pub fn glob(&self, from: FileId, pattern: &str, style: GlobStyle) -> Result<Vec<FileId>, LocateError> {
        let from = self.files.get(from);
        self.glob_at(from.place.parent().unwrap_or(&from.place), pattern, style)
    }

    /// Finds the files that a pattern in a folder matches, as [`Self::glob`].
    ///
    /// # Errors
    /// As [`Self::glob`].
    pub fn glob_in(&self, folder: &Folder, pattern: &str, style: GlobStyle) -> Result<Vec<FileId>, LocateError> {
        self.glob_at(&folder.place, pattern, style)
    }

    /// Returns every file below a folder, sorted by path.
    ///
    /// Hidden ones, `node_modules` and what ignore files exclude are left out; symbolic links are followed as long
    /// as they stay in the repository.
    #[must_use]
    pub fn files_below(&self, folder: &Folder) -> Vec<FileId> {
        self.note(|asked| asked.below(&folder.place));
        let boundary = self.boundary(&folder.place);
        let end = |place: &Path| {
            self.note(Dependencies::link);
            let real = self.tree.real(place).ok()?;
            real.starts_with(&boundary.real).then(|| self.tree.kind(&real).ok())?
        };
        let rules = self.rules(&folder.place);
        let listed =
            scan::list(&self.tree, &self.book, &self.limits, &folder.place, rules.as_ref(), &Purpose::All(&end));
        self.register(listed)
    }

    /// Returns every file below a folder, hidden ones as well, sorted by path; what ignore files exclude, `.git` and
    /// `node_modules` are left out, and links are not followed.
    #[must_use]
    pub fn every_file_below(&self, folder: &Folder) -> Vec<FileId> {
        self.note(|asked| asked.below(&folder.place));
        let rules = self.rules(&folder.place);
        let listed = scan::list(&self.tree, &self.book, &self.limits, &folder.place, rules.as_ref(), &Purpose::Every);
        self.register(listed)
    }

    /// Notes that it matters which files are below a folder, for one of several who share a list of them.
    pub fn note_below(&self, folder: &Folder) {
        self.note(|asked| asked.below(&folder.place));
    }

    /// Returns the folder that what is in a file's folder may refer to: its repository, as far as it lies below the
    /// scanned root.
    #[must_use]
    pub fn reach_of(&self, file: FileId) -> Folder {
        let place = &self.files.get(file).place;
        let boundary = self.boundary(place.parent().unwrap_or(place));
        self.folder(&boundary.place)
    }

    /// Returns what is at a path below a folder, whatever a scan skips; `None` if the path is not plain, or leads
    /// through a link out of the repository.
    #[must_use]
    pub fn item(&self, folder: &Folder, path: &str) -> Option<Item> {
        let mut place = folder.place.to_path_buf();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if matches!(name, "." | "..") || name.contains(['\\', '\0']) {
                return None;
            }
            place.push(name);
        }
        self.note(|asked| asked.place(&place));
        let boundary = self.boundary(&folder.place);
        if place != *folder.place && !self.real_folder(place.parent()?).ok()?.starts_with(&boundary.real) {
            return None;
        }
        match self.tree.kind(&place).ok()? {
            FileType::Folder => {
                self.note(|asked| asked.below(&place));
                let names = self.tree.list(&place).ok()?.into_iter().filter_map(|item| item.name.into_string().ok());
                let mut names: Vec<String> = names.collect();
                names.sort_unstable();
                Some(Item::Folder(names))
            }
            FileType::File => {
                let id = self.files.find(&place).unwrap_or_else(|| {
                    let real = self.real_folder(place.parent().unwrap_or(&place)).ok();
                    let real = real.and_then(|folder| Some(folder.join(place.file_name()?)));
                    self.files.add(&place, real.filter(|real| *real != place), || self.show(&place))
                });
                Some(Item::File(id, self.tree.is_executable(&place)))
            }
            FileType::Link => {
                self.note(Dependencies::link);
                // Noted for those who ask later whether all is as it was.
                let _ = self.tree.real(&place);
                self.tree.link(&place).map(Item::Link)
            }
            FileType::Other => None,
        }
    }

    pub(super) fn locate_file(&self, folder: &Path, target: &str) -> Result<FileId, LocateError> {
        let boundary = self.boundary(folder);
        let base = path::names(folder, &boundary.place).unwrap_or_default();
        let inside = path::resolve(&base, target)?;
        let place = path::below(&boundary.place, &inside.names);
        self.note(|asked| asked.place(&place));
        if !inside.folder
            && let Some(id) = self.files.find(&place)
        {
            let file = self.files.get(id);
            if file.is_file && file.real().starts_with(&boundary.real) {
                if file.real.is_some() {
                    self.note(Dependencies::link);
                }
                return Ok(id);
            }
        }
        let real = self.enter(&boundary, &place)?;
        match self.tree.kind(&real) {
            Ok(FileType::File) if !inside.folder => {
                let real = (real != place).then_some(real);
                Ok(self.files.add(&place, real, || self.show(&place)))
            }
            Ok(FileType::File) => Err(LocateError::Missing { path: format!("{}/", self.show(&place)) }),
            Ok(FileType::Folder) => Err(LocateError::IsFolder),
            Ok(FileType::Link | FileType::Other) => Err(LocateError::Unreadable {
                path: self.show(&place).to_string(),
                reason: "it is not a regular file".to_owned(),
            }),
            Err(error) => Err(self.refused(&place, &error)),
        }
    }

    pub(super) fn locate_place(&self, folder: &Path, target: &str) -> Result<Folder, LocateError> {
        let boundary = self.boundary(folder);
        let base = path::names(folder, &boundary.place).unwrap_or_default();
        let inside = path::resolve(&base, target)?;
        let place = path::below(&boundary.place, &inside.names);
        self.note(|asked| asked.place(&place));
        let real = self.enter(&boundary, &place)?;
        match self.tree.kind(&real) {
            Ok(FileType::Folder) => Ok(self.folder(&place)),
            Ok(_) => Err(LocateError::IsFile),
            Err(error) => Err(self.refused(&place, &error)),
        }
    }

    pub(super) fn glob_at(&self, folder: &Path, pattern: &str, style: GlobStyle) -> Result<Vec<FileId>, LocateError> {
        if path::is_url(pattern) {
            return Err(LocateError::NotLocal);
        }
        let alternatives = pattern::expand(pattern, style);
        let mut ids = BTreeSet::new();
        for alternative in &alternatives {
            let parts: Vec<&str> = alternative.split('/').collect();
            let Some(first) = parts.iter().position(|part| pattern::is_wild(part, style)) else {
                match self.locate_file(folder, alternative) {
                    Ok(id) => _ = ids.insert((self.path(id), id.index())),
                    Err(error) if alternatives.len() == 1 => return Err(error),
                    Err(_) => {}
                }
                continue;
            };
            let prefix = match (first, parts[0]) {
                (1, "") => "/".to_owned(),
                _ => parts[..first].join("/"),
            };
            let start = match self.locate_place(folder, &prefix) {
                Ok(start) => start,
                Err(error @ (LocateError::OutsideRepository | LocateError::Unreadable { .. })) => {
                    return Err(error);
                }
                Err(_) => continue,
            };
            let Some(wanted) = Pattern::new(parts[first..].iter().copied(), style) else { continue };
            self.note(|asked| asked.below(&start.place));
            let excluded = |place: &Path| self.is_excluded(place);
            let rules = self.rules(&start.place);
            let purpose = Purpose::Match(&wanted, &excluded);
            let listed = scan::list(&self.tree, &self.book, &self.limits, &start.place, rules.as_ref(), &purpose);
            for id in self.register(listed) {
                ids.insert((self.path(id), id.index()));
            }
        }
        Ok(ids.into_iter().map(|(_, index)| FileId::new(index)).collect())
    }

    /// Gives ids to the files of a walk, and sorts them by path.
    pub(super) fn register(&self, listed: Vec<Listed>) -> Vec<FileId> {
        let mut files: Vec<(Arc<str>, FileId)> = Vec::with_capacity(listed.len());
        for Listed { place, is_link } in listed {
            let id = self.files.find(&place).or_else(|| {
                let real = if is_link {
                    self.tree.real(&place).ok()?
                } else {
                    self.real_folder(place.parent()?).ok()?.join(place.file_name()?)
                };
                Some(self.files.add(&place, (real != place).then_some(real), || self.show(&place)))
            });
            if let Some(id) = id {
                files.push((self.path(id), id));
            }
        }
        files.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        files.into_iter().map(|(_, id)| id).collect()
    }
}
