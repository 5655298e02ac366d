//! The table of files: one id a path, contents read on demand and kept.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use super::tree::Tree;
use super::{ReadError, calm};
use crate::text::FileId;

/// Every file that somebody asked for.
#[derive(Debug, Default)]
pub(super) struct Files {
    table: RwLock<Table>,
}

#[derive(Debug, Default)]
struct Table {
    files: Vec<Arc<File>>,
    /// Places are compared as bytes, which is much faster than as paths; they have one spelling each.
    by_place: HashMap<Box<OsStr>, FileId>,
}

/// One file.
#[derive(Debug)]
pub(super) struct File {
    /// Where it is, links not followed.
    pub(super) place: Arc<Path>,
    /// Where it is, links followed; nothing if that is the same.
    pub(super) real: Option<PathBuf>,
    /// How reports name it.
    pub(super) path: Arc<str>,
    /// Whether it is one, not something else that a problem names.
    pub(super) is_file: bool,
    content: Mutex<Content>,
}

#[derive(Debug, Clone)]
enum Content {
    Unread,
    Bytes(Arc<[u8]>),
    Text(Arc<str>),
    Unreadable(String),
}

impl Files {
    /// Returns the file of an id.
    pub(super) fn get(&self, id: FileId) -> Arc<File> {
        Arc::clone(&calm(self.table.read()).files[id.index()])
    }

    /// Returns the id of the file at `place`, if somebody asked for it before.
    pub(super) fn find(&self, place: &Path) -> Option<FileId> {
        calm(self.table.read()).by_place.get(place.as_os_str()).copied()
    }

    /// Returns the ids of all files.
    pub(super) fn all(&self) -> Vec<FileId> {
        (0..calm(self.table.read()).files.len()).map(FileId::new).collect()
    }

    /// Returns the id of the file at `place`, new if need be.
    pub(super) fn add(&self, place: &Path, real: Option<PathBuf>, path: impl FnOnce() -> Arc<str>) -> FileId {
        self.insert(place, real, path, true, Content::Unread)
    }

    /// Returns the id of something that is no file, such as a folder, so that a problem can name it.
    pub(super) fn add_nothing(&self, place: &Path, path: impl FnOnce() -> Arc<str>) -> FileId {
        self.insert(place, None, path, false, Content::Text(Arc::from("")))
    }

    /// Takes over a file of another table under the next id, with what was read of it, and shows it as `path`.
    pub(super) fn adopt(&self, file: &File, path: Arc<str>) {
        let content = calm(file.content.lock()).clone();
        self.insert(&file.place, file.real.clone(), || path, file.is_file, content);
    }

    fn insert(
        &self,
        place: &Path,
        real: Option<PathBuf>,
        path: impl FnOnce() -> Arc<str>,
        is_file: bool,
        content: Content,
    ) -> FileId {
        if let Some(id) = self.find(place) {
            return id;
        }
        let mut table = calm(self.table.write());
        if let Some(id) = table.by_place.get(place.as_os_str()) {
            return *id;
        }
        let id = FileId::new(table.files.len());
        let file = File { place: place.into(), real, path: path(), is_file, content: Mutex::new(content) };
        table.files.push(Arc::new(file));
        table.by_place.insert(place.as_os_str().into(), id);
        id
    }
}

impl File {
    /// Returns the path with every link followed.
    pub(super) fn real(&self) -> &Path {
        self.real.as_deref().unwrap_or(&self.place)
    }

    /// Returns the bytes, read the first time and kept.
    pub(super) fn bytes(&self, tree: &Tree, limit: u64) -> Result<Arc<[u8]>, ReadError> {
        let mut content = calm(self.content.lock());
        let bytes = match &*content {
            Content::Bytes(bytes) => Arc::clone(bytes),
            Content::Text(text) => Arc::from(Arc::clone(text)),
            Content::Unreadable(reason) => return Err(ReadError::Unreadable(reason.clone())),
            Content::Unread => {
                let bytes: Arc<[u8]> = self.read(tree, limit, &mut content)?.into();
                *content = Content::Bytes(Arc::clone(&bytes));
                bytes
            }
        };
        within(bytes.len(), limit)?;
        Ok(bytes)
    }

    /// Returns the text, read the first time and kept.
    pub(super) fn text(&self, tree: &Tree, limit: u64) -> Result<Arc<str>, ReadError> {
        let mut content = calm(self.content.lock());
        let text: Arc<str> = match &*content {
            Content::Text(text) => Arc::clone(text),
            Content::Unreadable(reason) => return Err(ReadError::Unreadable(reason.clone())),
            Content::Bytes(bytes) => {
                within(bytes.len(), limit)?;
                let text = std::str::from_utf8(bytes)
                    .map_err(|error| ReadError::NotUtf8 { offset: error.valid_up_to() as u64 })?;
                Arc::from(text)
            }
            Content::Unread => match String::from_utf8(self.read(tree, limit, &mut content)?) {
                Ok(text) => text.into(),
                Err(error) => {
                    let offset = error.utf8_error().valid_up_to() as u64;
                    *content = Content::Bytes(error.into_bytes().into());
                    return Err(ReadError::NotUtf8 { offset });
                }
            },
        };
        within(text.len(), limit)?;
        *content = Content::Text(Arc::clone(&text));
        Ok(text)
    }

    /// Returns the bytes without keeping them, unless they were kept before.
    pub(super) fn bytes_once(&self, tree: &Tree, limit: u64) -> Result<Arc<[u8]>, ReadError> {
        let unread = matches!(*calm(self.content.lock()), Content::Unread);
        if unread { Ok(tree.read(self.real(), limit)?.into()) } else { self.bytes(tree, limit) }
    }

    /// Reads the file, and remembers that it cannot be read so that all who ask get the same answer.
    fn read(&self, tree: &Tree, limit: u64, content: &mut Content) -> Result<Vec<u8>, ReadError> {
        tree.read(self.real(), limit).inspect_err(|error| {
            if let ReadError::Unreadable(reason) = error {
                *content = Content::Unreadable(reason.clone());
            }
        })
    }
}

fn within(size: usize, limit: u64) -> Result<(), ReadError> {
    let size = size as u64;
    if size > limit { Err(ReadError::TooLarge { size, limit }) } else { Ok(()) }
}
