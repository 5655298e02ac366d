//! Documentation sites of earlier builds, kept as long as they would come out the same.
//!
//! A site in which something changed is read again, except for its documents (`cache.rs`).

use std::sync::Arc;

use super::build::Built;
use super::cache::DocCache;
use super::versions::{BuiltVersions, VersionMemo};
use crate::catalog::{Catalog, EntityId};
use crate::depth::Depth;
use crate::diag::Diagnostics;
use crate::incremental::{ByAddress, CacheStore, Changes, MemoTable};
use crate::workspace::Folder;

/// Remembers documentation sites from one build to the next.
#[derive(Debug, Default)]
pub struct Memo {
    /// Which folders hold documentation, and whose.
    pub(super) folders: MemoTable<(), ByAddress<Catalog>, (Vec<Place>, Diagnostics)>,
    /// By folder; each is given its default name.
    pub(super) sites: MemoTable<Folder, (String, Depth), Site>,
    /// Versions of a documentation site, by its folder and the commit.
    pub(super) versions: VersionMemo,
    /// Where documents are from one process to the next, if they do.
    shelf: Option<Arc<dyn CacheStore>>,
}

/// A folder of documentation with the entities that it is of.
pub(super) type Place = (Folder, Vec<EntityId>);

/// One documentation, whosever it is, with its versions if it has some.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) built: Built,
    pub(super) versions: Option<BuiltVersions>,
    pub(super) documents: Arc<DocCache>,
}

impl Memo {
    /// Makes a memo that is enabled; the default one is not.
    #[must_use]
    pub fn enabled() -> Self {
        Self { folders: MemoTable::enabled(), sites: MemoTable::enabled(), versions: MemoTable::enabled(), shelf: None }
    }

    /// Makes a memo that finds documents on a shelf, and leaves them there.
    #[must_use]
    pub fn on(shelf: Arc<dyn CacheStore>) -> Self {
        Self { shelf: Some(shelf), ..Self::default() }
    }

    /// Returns what is known of the documents of a folder of which nothing is known in this process; `several` says whether it
    /// may have several versions, which have most documents in common.
    pub(super) fn documents(&self, folder: &Folder, several: bool) -> DocCache {
        match &self.shelf {
            Some(shelf) => DocCache::on(Arc::clone(shelf), folder),
            None if self.sites.remembers() => DocCache::enabled(),
            None if several => DocCache::for_versions(),
            None => DocCache::default(),
        }
    }

    /// Applies changes; see [`MemoTable::invalidate`].
    pub(crate) fn invalidate(&self, changes: Option<&Changes>) {
        self.folders.invalidate(changes);
        self.sites.invalidate(changes);
        self.versions.invalidate(changes);
    }
}
