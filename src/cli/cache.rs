//! What earlier builds leave behind so that a build with nothing to do is over at once.
//!
//! A record says what a build asked of the outside and what it got ([`crate::workspace`]), how the site it wrote looks
//! ([`crate::output`]), and what it told the user. If all of that still holds, the build would do the same again. The
//! folder can be removed at any time; what cannot be read or understood counts as not there.

#![expect(clippy::disallowed_methods, reason = "records are files")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::Context;
use super::args::CacheArgs;
use crate::output;
use crate::workspace::{self, Workspace};

/// So many records are kept, the newest ones.
const KEPT: usize = 24;

/// The record of builds with the same arguments.
pub(super) struct Cache {
    /// Nothing if there is nowhere to keep it, or it is not wanted.
    file: Option<PathBuf>,
}

/// What a build told the user, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
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
}

#[derive(Serialize, Deserialize)]
struct Record {
    folder: PathBuf,
    told: Told,
    journal: String,
    site: String,
}

impl Cache {
    /// Finds the record of this command.
    pub(super) fn of(context: &Context, args: &CacheArgs, command: &str) -> Self {
        let folder = if args.no_cache {
            None
        } else {
            args.cache.as_ref().map(|folder| context.cwd.join(folder)).or_else(usual)
        };
        let key = format!(
            "{}\n{:?}\n{:?}\n{} {}\n{command}",
            env!("CARGO_PKG_VERSION"),
            program(),
            context.cwd,
            context.color_err,
            context.quiet
        );
        Self { file: folder.map(|folder| folder.join(format!("{:032x}", xxh3_128(key.as_bytes())))) }
    }

    /// Returns what the last build told and where its site is, if another one would do and tell the same.
    pub(super) fn unchanged(&self) -> Option<(Told, PathBuf)> {
        let text = fs::read(self.file.as_ref()?).ok()?;
        let (hash, record) = text.split_at_checked(32)?;
        (hash == format!("{:032x}", xxh3_128(record)).as_bytes()).then_some(())?;
        let record: Record = serde_json::from_slice(record).ok()?;
        let (site, inputs) = rayon::join(
            || output::is_untouched(&record.folder, &record.site),
            || workspace::is_current(&record.journal),
        );
        (site && inputs).then_some((record.told, record.folder))
    }

    /// Records a build. Failing to is no harm.
    pub(super) fn keep(&self, workspace: &Workspace, folder: &Path, told: Told) {
        let Some(file) = &self.file else { return };
        let _ = fs::remove_file(file);
        // Problems of the configuration are told while it is read.
        if !workspace.config_problems().is_empty() {
            return;
        }
        let (Some(journal), Some(site)) = (workspace.journal(), output::snapshot(folder)) else { return };
        let Ok(record) = serde_json::to_string(&Record { folder: folder.to_owned(), told, journal, site }) else {
            return;
        };
        let Some(parent) = file.parent() else { return };
        let aside = file.with_extension(format!("new-{}", std::process::id()));
        let text = format!("{:032x}{record}", xxh3_128(record.as_bytes()));
        let written = fs::create_dir_all(parent)
            .and_then(|()| fs::write(parent.join("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n"))
            .and_then(|()| fs::write(&aside, text))
            .and_then(|()| fs::rename(&aside, file));
        if written.is_err() {
            let _ = fs::remove_file(&aside);
        }
        thin_out(parent);
    }
}

/// Removes the oldest records.
fn thin_out(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut records: Vec<_> = entries
        .filter(|entry| entry.file_name().len() >= 32)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    records.sort_unstable();
    for (_, path) in records.iter().rev().skip(KEPT) {
        let _ = fs::remove_file(path);
    }
}

/// Tells this program from another one of the same version.
fn program() -> Option<(u64, u128)> {
    let about = fs::metadata(std::env::current_exe().ok()?).ok()?;
    Some((about.len(), about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos()))
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
