//! What earlier builds leave behind so that a build need not do again what would come out the same.
//!
//! Builds of the same sources to the same place have a folder. Its record says what the last one asked of the outside
//! and what it got ([`crate::workspace`]), how the site it wrote looks ([`crate::output`]), and what it printed: if all
//! of that still holds, there is nothing to build. Otherwise the other files of the folder, the shelf, say what parts
//! of it were made from. The folder can be removed at any time; what cannot be read or understood counts as not there.

#![expect(clippy::disallowed_methods, reason = "records are files")]

use parking_lot::Mutex;
use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::Context;
use super::args::CacheArgs;
use crate::incremental::CacheStore;
use crate::output;
use crate::render::PageFingerprints;
use crate::workspace::{self, Workspace};

/// Maximum number of builds of different sources that are remembered, the most recent ones.
const KEPT: usize = 12;

/// What is left of builds of the same sources to the same place.
pub(super) struct Cache {
    /// `None` if there is nowhere to keep it, or it is not wanted.
    shelf: Option<Arc<Files>>,
    /// The settings that decide what a build prints.
    command: String,
}

/// What the last build left.
pub(super) enum PreviousBuild {
    /// Another build would do and print the same: what it printed, and where its site is.
    Unchanged(BuildSummary, PathBuf),
    /// The folder of its site, in which nobody touched a file, and what names its state.
    Site(PathBuf, u128),
    /// Nothing that helps.
    Nothing,
}

/// The files of a folder as a shelf. Each begins with a hash of the rest.
#[derive(Debug)]
struct Files {
    folder: PathBuf,
    /// Names that this build asked for; the others are of no use any more.
    used: Mutex<HashSet<String>>,
}

impl Files {
    fn used(&self, name: &str) {
        self.used.lock().insert(name.to_owned());
    }

    /// Removes what this build did not use.
    fn clear_out(&self) {
        let used = self.used.lock();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if !entry.file_name().to_str().is_some_and(|name| used.contains(name)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl CacheStore for Files {
    fn take(&self, name: &str) -> Option<Vec<u8>> {
        self.used(name);
        let mut bytes = fs::read(self.folder.join(name)).ok()?;
        let whole = bytes.len().checked_sub(HASH)?;
        (xxh3_128(&bytes[..whole]).to_le_bytes() == bytes[whole..]).then_some(())?;
        bytes.truncate(whole);
        Some(bytes)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        self.used(name);
        let aside = self.folder.join(format!("{name}.{}", std::process::id()));
        let write = || {
            let mut file = fs::File::create(&aside)?;
            file.write_all(bytes)?;
            file.write_all(&xxh3_128(bytes).to_le_bytes())?;
            fs::rename(&aside, self.folder.join(name))
        };
        if write().is_err() {
            let _ = fs::remove_file(&aside);
        }
    }

    fn keep(&self, name: &str) {
        self.used(name);
    }
}

/// What a build printed, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BuildSummary {
    /// Problems, as they were printed.
    pub problems: Option<String>,
    /// The summary, up to the number of files that changed.
    pub summary: String,
    /// What the index of the search takes, if one was made.
    pub search: Option<String>,
    /// How many files the site has.
    pub files: usize,
    /// Whether the problems failed the build.
    pub failed: bool,
    /// Where the site will be found, if that is configured.
    pub address: Option<String>,
    /// Which packs were read, if any were.
    pub lock: Option<String>,
    /// From when until when answers of other tools are as fresh or stale as they were shown, in seconds since 1970 UTC.
    pub holds: (i64, i64),
}

/// How the names of our folders begin; a cache folder may be one that holds other things too.
const OURS: &str = "playbill-";
/// The name of the record on the shelf.
const RECORD: &str = "record";
/// The length of a hash, in bytes.
const HASH: usize = 16;

#[derive(Serialize, Deserialize)]
struct Record {
    command: String,
    folder: PathBuf,
    told: BuildSummary,
    journal: String,
    site: String,
}

impl Cache {
    /// Finds what is left of this command. `place` says what is read and written, `command` says everything.
    pub(super) fn of(context: &Context, args: &CacheArgs, place: &str, command: &str) -> Self {
        let caches = if args.no_cache {
            None
        } else {
            args.cache.as_ref().map(|folder| context.cwd.join(folder)).or_else(usual)
        };
        let key = format!("{}\n{:?}\n{place}", env!("PLAYBILL_SOURCES"), context.cwd);
        let folder = caches.map(|caches| caches.join(format!("{OURS}{:032x}", xxh3_128(key.as_bytes()))));
        Self {
            shelf: folder.map(|folder| Arc::new(Files { folder, used: Mutex::default() })),
            command: format!("{} {} {command}", context.color_err, context.quiet),
        }
    }

    /// Looks at what the last build left.
    pub(super) fn earlier(&self) -> PreviousBuild {
        let found = || {
            let shelf = self.shelf.as_ref()?;
            let record: Record = serde_json::from_slice(&shelf.take(RECORD)?).ok()?;
            let (site, inputs) = rayon::join(
                || output::is_untouched(&record.folder, &record.site),
                || workspace::is_current(&record.journal),
            );
            let now = workspace::now();
            let inputs = inputs && (record.told.holds.0..record.told.holds.1).contains(&now);
            Some(match (site, inputs && record.command == self.command) {
                (true, true) => PreviousBuild::Unchanged(record.told, record.folder),
                (true, false) => PreviousBuild::Site(record.folder, state_of(&record.site)),
                (false, _) => PreviousBuild::Nothing,
            })
        };
        found().unwrap_or(PreviousBuild::Nothing)
    }

    /// Returns where parts of a build are kept, if they are.
    pub(super) fn shelf(&self) -> Option<Arc<dyn CacheStore>> {
        let shelf = self.shelf.clone()?;
        if let Some(caches) = shelf.folder.parent() {
            let _ = fs::create_dir_all(&shelf.folder)
                .and_then(|()| fs::write(caches.join("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n"));
        }
        Some(shelf)
    }

    /// Records a build. A failure to do so does no harm.
    pub(super) fn keep(&self, workspace: &Workspace, folder: &Path, told: BuildSummary, made: &PageFingerprints) {
        let Some(shelf) = &self.shelf else { return };
        let _ = fs::remove_file(shelf.folder.join(RECORD));
        if let (Some(journal), Some(site)) = (workspace.journal(), output::snapshot(folder)) {
            made.leave(&**shelf, state_of(&site));
            let record = Record { command: self.command.clone(), folder: folder.to_owned(), told, journal, site };
            // Problems of the configuration are reported while it is read.
            if let Ok(record) = serde_json::to_vec(&record)
                && workspace.config_problems().is_empty()
            {
                shelf.put(RECORD, &record);
            }
        }
        shelf.clear_out();
        if let Some(caches) = shelf.folder.parent() {
            thin_out(caches);
        }
    }
}

/// Returns what names the state of a site.
fn state_of(snapshot: &str) -> u128 {
    xxh3_128(snapshot.as_bytes())
}

/// Returns whether a folder is one that a build made.
fn is_ours(name: &str) -> bool {
    let hash = name.strip_prefix(OURS).unwrap_or_default();
    hash.len() == 2 * HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Removes what the oldest builds left.
fn thin_out(caches: &Path) {
    let entries = fs::read_dir(caches).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    folders.sort_unstable();
    for (_, folder) in folders.iter().rev().skip(KEPT) {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Returns the folder for such things in the user's home.
fn usual() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = named("PLAYBILL_CACHE").or_else(|| {
        let above = if cfg!(windows) {
            named("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            std::env::home_dir().map(|home| home.join("Library/Caches"))
        } else {
            named("XDG_CACHE_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        };
        above.map(|above| above.join("playbill"))
    })?;
    Some(caches)
}
