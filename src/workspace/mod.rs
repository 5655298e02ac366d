//! Every input, read once: finding files, reading them, and the facts of git.
//!
//! One of the four modules that touch the outside world. Does not know what any file means.
//!
//! Invariants: a path that leaves its repository is never opened, whether by `..`, an absolute path or a symbolic
//! link; a file is read at most once, so that a build sees one state of it; nothing is read that nobody asked for.
#![allow(missing_docs, clippy::todo, unused, dead_code)]
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::text::FileId;
use std::sync::Arc;
pub struct Workspace;
pub struct Folder;
impl Folder {
    pub fn path(&self) -> Arc<str> {
        todo!()
    }
}
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    #[error("a")]
    NotLocal,
    #[error("a")]
    OutsideRepository,
    #[error("a")]
    IsFolder,
}
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("a")]
    TooLarge { size: u64, limit: u64 },
    #[error("a")]
    NotUtf8 { offset: u64 },
    #[error("a")]
    Unreadable(String),
}
pub enum UrlTarget {
    Local { folder: Folder, path: String },
    Elsewhere,
}
#[derive(Clone, Copy)]
pub enum GlobStyle {
    Url,
    File,
}
pub struct SourceUrls {
    pub view: String,
    pub edit: String,
    pub folder: String,
}
impl Workspace {
    pub fn config(&self) -> &Config {
        todo!()
    }
    pub fn catalog_files(&self) -> &[FileId] {
        todo!()
    }
    pub fn overlay_files(&self) -> &[FileId] {
        todo!()
    }
    pub fn problems(&self) -> &[Diagnostic] {
        todo!()
    }
    pub fn path(&self, f: FileId) -> Arc<str> {
        todo!()
    }
    pub fn text(&self, f: FileId, l: u64) -> Result<Arc<str>, ReadError> {
        todo!()
    }
    pub fn locate(&self, f: FileId, t: &str) -> Result<FileId, LocateError> {
        todo!()
    }
    pub fn locate_folder(&self, f: FileId, t: &str) -> Result<Folder, LocateError> {
        todo!()
    }
    pub fn locate_in(&self, f: &Folder, t: &str) -> Result<FileId, LocateError> {
        todo!()
    }
    pub fn glob(&self, f: FileId, p: &str, s: GlobStyle) -> Result<Vec<FileId>, LocateError> {
        todo!()
    }
    pub fn glob_in(&self, f: &Folder, p: &str, s: GlobStyle) -> Result<Vec<FileId>, LocateError> {
        todo!()
    }
    pub fn locate_url(&self, u: &str) -> UrlTarget {
        todo!()
    }
    pub fn source_urls(&self, f: FileId) -> Option<SourceUrls> {
        todo!()
    }
}
