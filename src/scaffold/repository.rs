//! The repository of a template, as the workspace has it.

use std::sync::Arc;

use super::source::{Found, Mirrors, Source};
use crate::text::FileId;
use crate::workspace::{Folder, Item, Workspace};

/// How large a file may be.
const MAX_FILE: u64 = 64 << 20;

/// A repository.
#[derive(Debug)]
pub struct Repository<'a> {
    workspace: &'a Workspace,
    root: Folder,
    mirrors: Mirrors<Folder>,
}

impl<'a> Repository<'a> {
    /// Returns the one that holds a file.
    #[must_use]
    pub fn of(workspace: &'a Workspace, file: FileId) -> Self {
        let home = |target: &str| match workspace.config_file() {
            Some(config) => workspace.locate_folder(config, target).ok(),
            None => workspace.roots().first().and_then(|root| workspace.locate_folder_in(root, target).ok()),
        };
        // A copy that lies where nothing may be read is as good as none.
        let mirrors = workspace.config().templates.mirrors.iter();
        let mirrors = Mirrors(mirrors.filter_map(|(url, folder)| Some((url.clone(), home(folder)?))).collect());
        Self { workspace, root: workspace.reach_of(file), mirrors }
    }

    fn item(&self, path: &str) -> Option<Item> {
        let (folder, path) = self.mirrors.place_of(path).unwrap_or((&self.root, path));
        self.workspace.item(folder, path)
    }

    /// Returns the path of a file in it.
    #[must_use]
    pub fn path(&self, file: FileId) -> String {
        self.workspace.path_below(&self.root, file).unwrap_or_default()
    }

    /// Returns a file of it.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<FileId> {
        match self.item(path)? {
            Item::File(file, _) => Some(file),
            _ => None,
        }
    }
}

impl Source for Repository<'_> {
    fn look(&self, path: &str) -> Option<Found> {
        Some(match self.item(path)? {
            Item::File(_, executable) => Found::File(if executable { 0o755 } else { 0o644 }),
            Item::Folder(names) => Found::Folder(names),
            Item::Link(target) => Found::Link(target),
        })
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let file = self.file(path).ok_or_else(|| "it does not exist".to_owned())?;
        self.workspace.bytes_once(file, MAX_FILE).map_err(|error| error.to_string())
    }

    fn mirror(&self, url: &str) -> Option<String> {
        self.mirrors.path_of(url)
    }
}
