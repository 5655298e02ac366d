//! The repository of a template, as the workspace has it.

use std::sync::Arc;

use super::source::{Found, Source};
use crate::text::FileId;
use crate::workspace::{Folder, Item, Workspace};

/// How large a file may be.
const MAX_FILE: u64 = 64 << 20;

/// A repository.
#[derive(Debug)]
pub struct Repository<'a> {
    workspace: &'a Workspace,
    root: Folder,
}

impl<'a> Repository<'a> {
    /// Returns the one that holds a file.
    #[must_use]
    pub fn of(workspace: &'a Workspace, file: FileId) -> Self {
        Self { workspace, root: workspace.reach_of(file) }
    }

    /// Returns the path of a file in it.
    #[must_use]
    pub fn path(&self, file: FileId) -> String {
        self.workspace.path_below(&self.root, file).unwrap_or_default()
    }

    /// Returns a file of it.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<FileId> {
        match self.workspace.item(&self.root, path)? {
            Item::File(file, _) => Some(file),
            _ => None,
        }
    }
}

impl Source for Repository<'_> {
    fn look(&self, path: &str) -> Option<Found> {
        Some(match self.workspace.item(&self.root, path)? {
            Item::File(_, executable) => Found::File(if executable { 0o755 } else { 0o644 }),
            Item::Folder(names) => Found::Folder(names),
            Item::Link(target) => Found::Link(target),
        })
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let file = self.file(path).ok_or_else(|| "it does not exist".to_owned())?;
        self.workspace.bytes_once(file, MAX_FILE).map_err(|error| error.to_string())
    }

    /// The configuration names copies by their place on a disk, which need not be below a root.
    fn mirror(&self, _url: &str) -> Option<String> {
        None
    }
}
