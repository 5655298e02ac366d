//! A site in a folder, written aside and put in place whole.

#![expect(clippy::disallowed_methods, reason = "this is where the site is written")]

use parking_lot::Mutex;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::manifest::{self, Manifest};
use super::{Sink, check_path, taken};
use crate::error::Error;

/// The suffix of staging folders, between the name of the output folder and the number of the process.
const NEW: &str = ".playbill-tmp-";
/// The same for what is about to be replaced.
const OLD: &str = ".playbill-old-";
/// How long a folder in the making may be untouched where running processes cannot be seen.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Where to write, and what must not be hit.
#[derive(Debug, Clone)]
pub struct Target {
    /// The folder, absolute; it need not exist.
    pub folder: PathBuf,
    /// How to name it in messages.
    pub shown: String,
    /// Folders that the site must not replace: what is scanned, the configuration, the user's home.
    pub keep: Vec<PathBuf>,
}

/// What a build did to the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteReport {
    /// Files that are new or have new bytes.
    pub written: usize,
    /// Files that stayed as they were.
    pub unchanged: usize,
    /// Files of the last build that are gone.
    pub removed: usize,
}

/// Writes a site to disk; without [`Self::finish`] nothing changes.
#[derive(Debug)]
pub struct DiskSink {
    /// Where the site will be, links followed.
    folder: PathBuf,
    shown: String,
    /// Where it is being made.
    aside: PathBuf,
    /// Whether the files are moved one by one in the end, because the folder itself cannot be replaced.
    in_place: bool,
    /// What the last build wrote; `None` if there is no such folder.
    before: Option<Manifest>,
    /// Whether all of that is known to be untouched.
    is_untouched: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, u128>,
    folders: HashSet<PathBuf>,
    /// Files that stay as they are, and are not in the new folder yet.
    unchanged: Vec<String>,
    finished: bool,
}

impl DiskSink {
    /// Checks, as far as is possible without writing, that a site can be written.
    ///
    /// # Errors
    /// When a file is in the way, or a folder with something that no build wrote.
    pub fn check(target: &Target) -> Result<(), Error> {
        let (parent, name) = place(target)?;
        let folder = parent.join(name);
        let foreign = folder.is_file()
            || !folder.join(manifest::NAME).exists()
                && fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
        if foreign { read_before(&folder, &target.shown).map(drop) } else { Ok(()) }
    }

    /// Prepares to write a site.
    ///
    /// # Errors
    /// When the folder holds something that no build wrote, when it is or contains one to be kept, or when nothing
    /// can be written there.
    pub fn create(target: &Target) -> Result<Self, Error> {
        let shown = target.shown.clone();
        let (parent, name) = place(target)?;
        let folder = parent.join(&name);
        let folder = fs::canonicalize(&folder).unwrap_or(folder);
        let keep = target.keep.iter().map(|keep| fs::canonicalize(keep).unwrap_or_else(|_| keep.clone()));
        for keep in keep {
            if keep.starts_with(&folder) {
                return Err(Error::Usage(format!(
                    "the site cannot be written to `{shown}`, since that would replace `{}`; name another folder with `-o`",
                    keep.display()
                )));
            }
        }
        // A link to the folder may lead elsewhere; the new one is made beside the real one.
        let (Some(parent), Some(name)) = (folder.parent().map(Path::to_owned), folder.file_name()) else {
            return Err(Error::Usage(format!("the site cannot be written to `{shown}`; name a folder with `-o`")));
        };
        clean(&parent, name, &folder);
        let before = read_before(&folder, &shown)?;
        let mut aside = parent.join(with_process(name, NEW));
        let mut in_place = false;
        if let Err(error) = fs::create_dir(&aside) {
            // Where only the folder itself can be written, as with one mounted into a container, that must do.
            let inside = folder.join(with_process(&OsString::new(), NEW));
            if error.kind() == io::ErrorKind::AlreadyExists || fs::create_dir(&inside).is_err() {
                return Err(unwritable(&shown, &aside, error));
            }
            aside = inside;
            in_place = true;
        }
        if let Ok(about) = fs::metadata(&folder) {
            let _ = fs::set_permissions(&aside, about.permissions());
        }
        Ok(Self { folder, shown, aside, in_place, before, is_untouched: false, state: Mutex::default() })
    }

    /// Trusts that the output of the last build is untouched: see [`super::is_untouched`].
    #[must_use]
    pub fn untouched(mut self) -> Self {
        self.is_untouched = true;
        self
    }

    /// Puts the site in place and removes what the last build wrote and this one did not.
    ///
    /// Files that no build wrote stay.
    ///
    /// # Errors When such a file is where a file of the site belongs, or when the disk refuses; the folder is then as
    /// it was.
    pub fn finish(self) -> Result<WriteReport, Error> {
        let (files, unchanged) = {
            let mut state = self.state.lock();
            (std::mem::take(&mut state.files), std::mem::take(&mut state.unchanged))
        };
        let report = WriteReport {
            written: files.len() - unchanged.len(),
            unchanged: unchanged.len(),
            removed: self
                .before
                .iter()
                .flat_map(|before| before.files.keys())
                .filter(|path| !files.contains_key(*path))
                .count(),
        };
        // Without a change there is nothing to put in place; the unfinished folder goes.
        if report.written == 0 && report.removed == 0 && self.before.is_some() {
            return Ok(report);
        }
        let carry_over = || unchanged.par_iter().map(|path| self.carry_over(path)).collect::<Result<Vec<()>, Error>>();
        let (carried, foreign) = rayon::join(carry_over, || self.foreign());
        carried?;
        let foreign = foreign?;
        let manifest = Manifest { files };
        for path in &foreign {
            if let Some(path) = path.to_str().map(|path| path.replace('\\', "/"))
                && is_in_the_way(&path, &manifest)
            {
                return Err(Error::Usage(format!(
                    "`{}/{path}` was not written by Playbill, and a page of the site belongs there; move it away, \
                     or name another folder with `-o`",
                    self.shown
                )));
            }
        }
        if self.in_place {
            self.merge(&manifest)?;
        } else {
            for path in &foreign {
                carry(&self.folder.join(path), &self.aside.join(path))?;
            }
            self.write_manifest(&self.aside, &manifest)?;
            self.swap(&manifest)?;
        }
        self.state.lock().finished = true;
        Ok(report)
    }

    /// Makes the sink behave as if the folder could not be replaced.
    #[cfg(test)]
    pub(super) fn in_place(&mut self) {
        self.in_place = true;
    }

    /// Lists what no build wrote, relative to the folder.
    fn foreign(&self) -> Result<Vec<PathBuf>, Error> {
        let mut foreign = Vec::new();
        let mut open = vec![PathBuf::new()];
        while let Some(folder) = open.pop() {
            let entries = match fs::read_dir(self.folder.join(&folder)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(source) => return Err(Error::Io { action: "read", path: self.folder.join(&folder), source }),
            };
            for entry in entries {
                let failed = |source| Error::Io { action: "read", path: self.folder.join(&folder), source };
                let entry = entry.map_err(failed)?;
                let path = folder.join(entry.file_name());
                if path == Path::new(manifest::NAME) || self.folder.join(&path) == self.aside {
                    continue;
                }
                let kind = entry.file_type().map_err(failed)?;
                let ours = || {
                    let path = path.to_str()?.replace('\\', "/");
                    self.before.as_ref()?.files.contains_key(&path).then_some(())
                };
                if kind.is_dir() {
                    open.push(path);
                } else if ours().is_none() {
                    foreign.push(path);
                }
            }
        }
        foreign.sort_unstable();
        Ok(foreign)
    }

    fn write_manifest(&self, folder: &Path, manifest: &Manifest) -> Result<(), Error> {
        let bytes = manifest.to_bytes();
        let (old, new) = (self.folder.join(manifest::NAME), folder.join(manifest::NAME));
        if fs::read(&old).is_ok_and(|old| old == bytes) && (old == new || link(&old, &new).is_ok()) {
            return Ok(());
        }
        write_whole(&new, &bytes).map_err(|source| Error::Io { action: "write", path: new, source })
    }

    /// Replaces the folder by the new one.
    fn swap(&self, manifest: &Manifest) -> Result<(), Error> {
        let failed = |source| Error::Io { action: "replace", path: self.folder.clone(), source };
        let (Some(parent), Some(name)) = (self.folder.parent(), self.folder.file_name()) else { return Ok(()) };
        let old = parent.join(with_process(name, OLD));
        let had_one = match fs::rename(&self.folder, &old) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            // A mounted folder cannot be moved.
            Err(_) if self.folder.is_dir() => return self.merge(manifest),
            Err(error) => return Err(failed(error)),
        };
        if let Err(error) = fs::rename(&self.aside, &self.folder) {
            if had_one {
                let _ = fs::rename(&old, &self.folder);
            }
            return Err(failed(error));
        }
        if had_one {
            // What cannot be removed now is removed by the next build.
            remove_all(&old);
        }
        Ok(())
    }

    /// Moves the new files into the folder one by one, for want of a way to do so at once.
    fn merge(&self, manifest: &Manifest) -> Result<(), Error> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io { action: "write", path, source }
        };
        let before = self.before.clone().unwrap_or_default();
        // If this ends early, the next build must know all files as ours.
        let mut both = before.clone();
        both.files.extend(manifest.files.iter().map(|(path, hash)| (path.clone(), *hash)));
        self.write_manifest(&self.folder, &both)?;
        for path in before.files.keys().filter(|path| !manifest.files.contains_key(*path)) {
            let _ = fs::remove_file(self.folder.join(path));
            remove_empty(&self.folder, Path::new(path));
        }
        for path in manifest.files.keys() {
            let (from, to) = (self.aside.join(path), self.folder.join(path));
            if same_file(&from, &to) {
                continue;
            }
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(failed(parent))?;
            }
            if fs::rename(&from, &to).is_err() {
                let bytes = fs::read(&from).map_err(failed(&from))?;
                if fs::read(&to).is_ok_and(|old| old == bytes) {
                    continue;
                }
                write_whole(&to, &bytes).map_err(failed(&to))?;
            }
        }
        self.write_manifest(&self.folder, manifest)?;
        let _ = fs::remove_dir_all(&self.aside);
        Ok(())
    }

    /// Returns whether the last build wrote this file with these very bytes.
    fn is_there(&self, path: &str, bytes: &[u8], hash: u128) -> bool {
        if self.before.as_ref().and_then(|before| before.files.get(path)) != Some(&hash) {
            return false;
        }
        if self.is_untouched {
            return true;
        }
        let old = self.folder.join(path);
        // Somebody may have edited it since.
        fs::symlink_metadata(&old).is_ok_and(|about| about.is_file() && about.len() == bytes.len() as u64)
            && fs::read(&old).is_ok_and(|old| old == bytes)
    }

    /// Puts a file of the last build into the new folder.
    fn carry_over(&self, path: &str) -> Result<(), Error> {
        let (old, new) = (self.folder.join(path), self.aside.join(path));
        let failed = |source| Error::Io { action: "keep", path: old.clone(), source };
        self.make_folder_of(&new).map_err(failed)?;
        link(&old, &new).map_err(failed)
    }

    /// Makes the folder of a new file.
    fn make_folder_of(&self, file: &Path) -> io::Result<()> {
        let parent = file.parent().unwrap_or(&self.aside);
        if !self.state.lock().folders.contains(parent) {
            fs::create_dir_all(parent)?;
            self.state.lock().folders.insert(parent.to_owned());
        }
        Ok(())
    }
}

impl Sink for DiskSink {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        check_path(path)?;
        let to = self.aside.join(path);
        let hash = xxh3_128(bytes);
        let state = || self.state.lock();
        let taken_before = match state().files.entry(path.to_owned()) {
            Entry::Occupied(_) => true,
            Entry::Vacant(free) => {
                free.insert(hash);
                false
            }
        };
        if taken_before {
            return Err(taken(path));
        }
        // A file that is not there must not be thought to be.
        let failed = |source: io::Error| {
            state().files.remove(path);
            if is_of_name(&source) {
                return Error::Name { path: path.to_owned(), reason: source.to_string() };
            }
            Error::Io { action: "write", path: self.folder.join(path), source }
        };
        if self.is_there(path, bytes, hash) {
            state().unchanged.push(path.to_owned());
            return Ok(());
        }
        self.make_folder_of(&to).map_err(failed)?;
        let mut file = File::create_new(&to).map_err(failed)?;
        file.write_all(bytes).map_err(failed)
    }

    fn has(&self, path: &str) -> bool {
        self.is_untouched && self.before.as_ref().is_some_and(|before| before.files.contains_key(path))
    }

    fn keep(&self, path: &str) {
        if let Some(hash) = self.before.as_ref().and_then(|before| before.files.get(path)) {
            let mut state = self.state.lock();
            if state.files.insert(path.to_owned(), *hash).is_none() {
                state.unchanged.push(path.to_owned());
            }
        }
    }
}

impl Drop for DiskSink {
    fn drop(&mut self) {
        if !self.state.lock().finished {
            let _ = fs::remove_dir_all(&self.aside);
        }
    }
}

/// Returns the folder above the target, made if need be, with links followed, and the name in it.
fn place(target: &Target) -> Result<(PathBuf, OsString), Error> {
    let shown = &target.shown;
    let useless = || Error::Usage(format!("the site cannot be written to `{shown}`; name a folder with `-o`"));
    // `..` at the end has no name, but leads to a folder that has one.
    let folder = fs::canonicalize(&target.folder).unwrap_or_else(|_| target.folder.clone());
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return Err(useless()) };
    if let Err(error) = fs::create_dir_all(parent) {
        let in_the_way = matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory);
        return Err(if in_the_way {
            Error::Usage(format!(
                "the site cannot be written to `{shown}`: a file is in the way; name another folder with `-o`"
            ))
        } else {
            unwritable(shown, parent, error)
        });
    }
    let parent = fs::canonicalize(parent).map_err(|source| unwritable(shown, parent, source))?;
    Ok((parent, name.to_owned()))
}

/// Reads what the last build wrote, and makes sure that nothing else is in the folder if there was none.
fn read_before(folder: &Path, shown: &str) -> Result<Option<Manifest>, Error> {
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(Error::Usage(format!("`{shown}` is a file; name a folder with `-o`")));
        }
        Err(source) => return Err(Error::Io { action: "read", path: folder.to_owned(), source }),
    };
    match fs::read(folder.join(manifest::NAME)) {
        Ok(bytes) => match Manifest::parse(&bytes) {
            Some(manifest) => Ok(Some(manifest)),
            None => Err(Error::Usage(format!(
                "`{shown}/{}` is damaged or of another version, so what may be replaced is not known; \
                 remove the folder, or name another one with `-o`",
                manifest::NAME
            ))),
        },
        Err(_) if entries.next().is_none() => Ok(None),
        Err(_) => Err(Error::Usage(format!(
            "`{shown}` is not empty and was not written by Playbill; empty it, or name another folder with `-o`"
        ))),
    }
}

/// Removes what builds left that were killed, and brings back a site that one of them had just moved aside.
fn clean(parent: &Path, name: &std::ffi::OsStr, folder: &Path) {
    let found = |folder: &Path, prefix: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = entries
            .filter(|entry| {
                let name = entry.file_name();
                let process = name.to_str().and_then(|name| name.strip_prefix(prefix)?.parse::<u32>().ok());
                process.is_some_and(|process| is_dead(process, &entry.path()))
            })
            .map(|entry| entry.path())
            .collect();
        found.sort_unstable();
        found
    };
    let name = name.to_string_lossy();
    for old in found(parent, &format!(".{name}{OLD}")) {
        if folder.exists() || fs::rename(&old, folder).is_err() {
            let _ = fs::remove_dir_all(&old);
        }
    }
    for new in found(parent, &format!(".{name}{NEW}")).into_iter().chain(found(folder, NEW)) {
        let _ = fs::remove_dir_all(&new);
    }
}

/// Returns whether a file cannot be made because of what it is called: the disk does not take the name, or something
/// else has it, perhaps in another case or as a folder.
fn is_of_name(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidFilename
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::IsADirectory
    ) || error.raw_os_error() == Some(ILLEGAL_NAME)
}

/// What macOS reports for a name that is no Unicode it knows (`EILSEQ`), and Windows for one with characters it refuses
/// (`ERROR_INVALID_NAME`).
const ILLEGAL_NAME: i32 = if cfg!(windows) {
    123
} else if cfg!(target_os = "macos") {
    92
} else {
    84
};

/// Returns whether a process has ended, as far as is known.
fn is_dead(process: u32, left: &Path) -> bool {
    if Path::new("/proc/self").exists() {
        return !Path::new("/proc").join(process.to_string()).exists();
    }
    let age = fs::metadata(left).and_then(|about| about.modified()).ok().and_then(|time| time.elapsed().ok());
    process != std::process::id() && age.is_some_and(|age| age > STALE)
}

fn with_process(name: &std::ffi::OsStr, mark: &str) -> OsString {
    let mut full = OsString::new();
    if !name.is_empty() {
        full.push(".");
        full.push(name);
    }
    full.push(format!("{mark}{}", std::process::id()));
    full
}

/// Returns whether a file, or a folder that it implies, is at a place of the site.
fn is_in_the_way(path: &str, manifest: &Manifest) -> bool {
    let below = format!("{path}/");
    let next = manifest.files.range(below.clone()..).next();
    manifest.files.contains_key(path)
        || next.is_some_and(|(next, _)| next.starts_with(&below))
        || path.match_indices('/').any(|(at, _)| manifest.files.contains_key(&path[..at]))
}

/// Makes `to` the same file as `from`, or where that is not possible a copy with its time.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    let about = fs::metadata(from)?;
    fs::copy(from, to)?;
    File::options().write(true).open(to)?.set_modified(about.modified()?)
}

/// Brings something that no build wrote into the new folder.
fn carry(from: &Path, to: &Path) -> Result<(), Error> {
    let failed = |source| Error::Io { action: "keep", path: from.to_owned(), source };
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    let about = fs::symlink_metadata(from).map_err(failed)?;
    if about.is_symlink() {
        return carry_link(&fs::read_link(from).map_err(failed)?, to).map_err(failed);
    }
    link(from, to).map_err(failed)
}

#[cfg(unix)]
fn carry_link(target: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, to)
}

#[cfg(not(unix))]
fn carry_link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "links cannot be kept here"))
}

/// Writes a file so that nobody sees half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!("{NEW}{}", std::process::id()));
    let aside = PathBuf::from(name);
    fs::write(&aside, bytes).and_then(|()| fs::rename(&aside, path)).inspect_err(|_| {
        let _ = fs::remove_file(&aside);
    })
}

/// Removes a folder, many parts of it at a time: there may be a hundred thousand files.
fn remove_all(folder: &Path) {
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
    };
    let parts: Vec<PathBuf> = below(folder).iter().flat_map(|part| below(part)).flat_map(|part| below(&part)).collect();
    parts.par_iter().for_each(|part| drop(fs::remove_dir_all(part)));
    let _ = fs::remove_dir_all(folder);
}

/// Removes the folders of a removed file that hold nothing any more.
fn remove_empty(folder: &Path, path: &Path) {
    for parent in path.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty()) {
        if fs::remove_dir(folder.join(parent)).is_err() {
            break;
        }
    }
}

/// Returns whether two names are of one file, which a rename would leave under both.
#[cfg(unix)]
fn same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let id = |path: &Path| fs::symlink_metadata(path).map(|about| (about.dev(), about.ino())).ok();
    id(a).is_some_and(|a| Some(a) == id(b))
}

#[cfg(not(unix))]
fn same_file(a: &Path, b: &Path) -> bool {
    fs::read(a).is_ok_and(|a| fs::read(b).is_ok_and(|b| a == b))
}

fn unwritable(shown: &str, path: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Error::Usage(format!("another build is writing to `{shown}`; wait until it has ended"))
        }
        _ => Error::Io { action: "write", path: path.to_owned(), source: error },
    }
}
