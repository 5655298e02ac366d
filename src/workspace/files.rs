//! The table of files: one id a path, contents read on demand and kept.

use parking_lot::{Mutex, RwLock};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use super::ReadError;
use super::file_system::FileSystem;
use crate::text::FileId;

/// Every file that somebody asked for.
///
/// Ids stay those of their places from one state of a workspace to the next; what is there is a matter of each state.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Places are compared as bytes, which is much faster than as paths; they have one spelling each.
    ids: Arc<RwLock<HashMap<Box<OsStr>, FileId>>>,
    files: RwLock<Vec<Option<Arc<File>>>>,
}

/// One file.
#[derive(Debug)]
pub(super) struct File {
    /// Where it is, links not followed.
    pub(super) place: Arc<Path>,
    /// Where it is, links followed; `None` if that is the same.
    pub(super) real: Option<PathBuf>,
    /// How reports name it.
    pub(super) path: Arc<str>,
    /// Whether it is one, not something else that a problem names.
    pub(super) is_file: bool,
    /// Counts the contents that it had in this workspace.
    count: u64,
    /// The same for all workspaces, once somebody asked.
    version: OnceLock<u64>,
    /// Whether somebody found out, in this state, that it is there.
    is_current: bool,
    /// Whether somebody ever asked what it says.
    is_read: AtomicBool,
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
        static NOTHING: LazyLock<Arc<File>> = LazyLock::new(|| {
            let place: Arc<Path> = Arc::from(Path::new(""));
            let content = Mutex::new(Content::Unreadable("it does not exist".to_owned()));
            Arc::new(File {
                place,
                real: None,
                path: "".into(),
                is_file: false,
                count: 0,
                version: OnceLock::new(),
                is_current: false,
                is_read: AtomicBool::new(false),
                content,
            })
        });
        let files = self.files.read();
        // A file that only another state knows has no place in this one.
        Arc::clone(files.get(id.index()).and_then(Option::as_ref).unwrap_or(&NOTHING))
    }

    /// Returns the id of the file at `place`, if somebody asked for it before.
    pub(super) fn find(&self, place: &Path) -> Option<FileId> {
        let id = self.ids.read().get(place.as_os_str()).copied()?;
        let files = self.files.read();
        files.get(id.index())?.as_ref().is_some_and(|file| file.is_current).then_some(id)
    }

    /// Returns the ids of all files of this state.
    pub(super) fn all(&self) -> Vec<FileId> {
        let files = self.files.read();
        (0..files.len()).filter(|at| files[*at].is_some()).map(FileId::new).collect()
    }

    /// Returns the ids of the files of this state that are wanted.
    pub(super) fn matching(&self, is_wanted: impl Fn(&File) -> bool) -> Vec<FileId> {
        let files = self.files.read();
        let wanted = files.iter().enumerate().filter(|(_, file)| file.as_deref().is_some_and(&is_wanted));
        wanted.map(|(at, _)| FileId::new(at)).collect()
    }

    /// Returns the same files for the next state, in which some may have changed.
    pub(super) fn next(&self) -> Self {
        Self { ids: Arc::clone(&self.ids), files: RwLock::new(self.files.read().clone()) }
    }

    /// Puts another file in the place of one.
    pub(super) fn replace(&self, id: FileId, file: File) {
        self.files.write()[id.index()] = Some(Arc::new(file));
    }

    /// Returns the id of the file at `place`, new if need be.
    pub(super) fn add(&self, place: &Path, real: Option<PathBuf>, path: impl FnOnce() -> Arc<str>) -> FileId {
        self.insert(place, real, path, true, Content::Unread)
    }

    /// Returns the id of something that is not a file, such as a folder, so that a problem can name it.
    pub(super) fn add_nothing(&self, place: &Path, path: impl FnOnce() -> Arc<str>) -> FileId {
        self.insert(place, None, path, false, Content::Text(Arc::from("")))
    }

    /// Takes over a file of another table under the next id, with what was read of it, and shows it as `path`.
    pub(super) fn adopt(&self, file: &File, path: Arc<str>) {
        let content = file.content.lock().clone();
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
        let mut ids = self.ids.write();
        let next = FileId::new(ids.len());
        let id = *ids.entry(place.as_os_str().into()).or_insert(next);
        let mut files = self.files.write();
        if files.len() <= id.index() {
            files.resize(id.index() + 1, None);
        }
        let count = match &files[id.index()] {
            Some(file) if file.is_current => return id,
            Some(file) => file.count,
            None => 0,
        };
        let content = Mutex::new(content);
        let version = OnceLock::new();
        let is_read = AtomicBool::new(false);
        let file = File {
            place: place.into(),
            real,
            path: path(),
            is_file,
            count,
            version,
            is_current: true,
            is_read,
            content,
        };
        files[id.index()] = Some(Arc::new(file));
        id
    }
}

impl File {
    /// Returns what is there now, if that may have changed for those who have read it.
    pub(super) fn changed(&self, tree: &FileSystem) -> Option<Self> {
        // A log may be written to for ever.
        if !self.is_read.load(Ordering::Relaxed) {
            return None;
        }
        let new = match &*self.content.lock() {
            Content::Unread => Content::Unread,
            Content::Bytes(bytes) => Self::other(tree.read(self.real(), u64::MAX), Ok(bytes))?,
            Content::Text(text) => Self::other(tree.read(self.real(), u64::MAX), Ok(text.as_bytes()))?,
            Content::Unreadable(reason) => Self::other(tree.read(self.real(), u64::MAX), Err(reason))?,
        };
        Some(self.with(true, new))
    }

    fn other(now: Result<Vec<u8>, ReadError>, before: Result<&[u8], &str>) -> Option<Content> {
        match (now, before) {
            (Ok(now), Ok(before)) if now == before => None,
            (Err(ReadError::Unreadable(now)), Err(before)) if now == before => None,
            // It is read again, with the limit of whoever asks.
            _ => Some(Content::Unread),
        }
    }

    /// Returns a number that changes with the content, from size and times.
    pub(super) fn version(&self, tree: &FileSystem) -> u64 {
        self.is_read.store(true, Ordering::Relaxed);
        *self.version.get_or_init(|| tree.look(self.real()).unwrap_or(self.count))
    }

    /// Returns the file without what was read of it.
    pub(super) fn forgotten(&self) -> Self {
        self.with(false, Content::Unread)
    }

    fn with(&self, is_current: bool, content: Content) -> Self {
        Self {
            place: Arc::clone(&self.place),
            real: self.real.clone(),
            path: Arc::clone(&self.path),
            is_file: self.is_file,
            count: self.count + 1,
            version: OnceLock::new(),
            is_current,
            is_read: AtomicBool::new(self.is_read.load(Ordering::Relaxed)),
            content: Mutex::new(content),
        }
    }

    /// Returns whether somebody asked what it says.
    pub(super) fn was_read(&self) -> bool {
        self.is_file && self.is_read.load(Ordering::Relaxed)
    }

    /// Returns the path with every link followed.
    pub(super) fn real(&self) -> &Path {
        self.real.as_deref().unwrap_or(&self.place)
    }

    /// Returns the bytes, read the first time and kept.
    pub(super) fn bytes(&self, tree: &FileSystem, limit: u64) -> Result<Arc<[u8]>, ReadError> {
        self.is_read.store(true, Ordering::Relaxed);
        let mut content = self.content.lock();
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
    pub(super) fn text(&self, tree: &FileSystem, limit: u64) -> Result<Arc<str>, ReadError> {
        self.is_read.store(true, Ordering::Relaxed);
        let mut content = self.content.lock();
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

    /// Returns the text without keeping it, unless it was kept before.
    pub(super) fn text_once(&self, tree: &FileSystem, limit: u64) -> Result<Arc<str>, ReadError> {
        self.is_read.store(true, Ordering::Relaxed);
        if !matches!(*self.content.lock(), Content::Unread) {
            return self.text(tree, limit);
        }
        let text = String::from_utf8(tree.read(self.real(), limit)?)
            .map_err(|error| ReadError::NotUtf8 { offset: error.utf8_error().valid_up_to() as u64 })?;
        Ok(text.into())
    }

    /// Returns the bytes without keeping them, unless they were kept before.
    pub(super) fn bytes_once(&self, tree: &FileSystem, limit: u64) -> Result<Arc<[u8]>, ReadError> {
        self.is_read.store(true, Ordering::Relaxed);
        let unread = matches!(*self.content.lock(), Content::Unread);
        if unread { Ok(tree.read(self.real(), limit)?.into()) } else { self.bytes(tree, limit) }
    }

    /// Reads the file, and remembers that it cannot be read so that all who ask get the same answer.
    fn read(&self, tree: &FileSystem, limit: u64, content: &mut Content) -> Result<Vec<u8>, ReadError> {
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
