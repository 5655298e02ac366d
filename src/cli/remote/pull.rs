//! `playbill pull`: the newest pack of each repository into a folder, for `build --packs`.
//!
//! What comes from the storage was written by somebody else. A pack takes its place in the folder only if it is whole, is the
//! one that its pointer names, and is of the repository whose pointer that is; else the one of before stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::push::MAX_POINTER;
use super::{Signing, client, digest_of_file, in_parallel, key};
use crate::cli::args::PullArgs;
use crate::cli::{CommandOutcome, Context, counted, say};
use crate::diag::{Code, codes};
use crate::error::Error;
use crate::pack::{self, Bounds};
use crate::portable;
use crate::remote::client::Client;
use crate::remote::{Fault, Pointer, SOURCES, is_digest, pack_key, pointer_key, slug_of_key};

/// The list of what was pulled into a folder.
const LIST: &str = ".playbill-pulled.json";
/// What names of files in the making begin with.
const PARTIAL: &str = ".playbill-tmp-";
/// The version of locks and lists that is known.
const FORMAT: u32 = 1;
/// How deep `build --packs` looks for packs, less the folder itself.
const MAX_FOLDERS: usize = 4;

/// What a folder holds of a store.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Pulled {
    format: u32,
    /// Paths of files, each with the SHA-256 of its pack.
    files: BTreeMap<String, String>,
}

/// The part of a lock that matters here.
#[derive(Deserialize)]
struct Lock {
    format: u32,
    packs: BTreeMap<String, Locked>,
}

#[derive(Deserialize)]
struct Locked {
    sha256: String,
}

/// A pack that is left out.
struct Problem {
    code: Code,
    /// The object.
    place: String,
    message: String,
    help: &'static str,
}

/// What became of one repository.
enum Outcome {
    Fetched,
    Unchanged,
    LeftOut(Problem),
}

/// Pulls packs.
pub(in crate::cli) fn run(context: &Context, args: &PullArgs) -> Result<CommandOutcome, Error> {
    let client = client(&args.from, Signing::IfPossible)?;
    let folder = context.cwd.join(&args.output);
    let (wanted, mut problems) = match &args.lock {
        Some(lock) => (locked(&context.cwd, lock)?, Vec::new()),
        None => newest(&client)?,
    };
    if wanted.is_empty() && problems.is_empty() {
        return Err(Error::Usage(format!(
            "there are no packs at {}; write some with `playbill push`",
            client.address()
        )));
    }
    make_folder(&folder)?;
    remove_partial(&folder);
    let mut files: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (slug, digest, message) in placed(wanted) {
        match message {
            None => drop(files.insert(file_of(&slug), (slug, digest))),
            Some(message) => problems.push(Problem {
                code: codes::SOURCE_BROKEN,
                place: client.address().show(&key(&client, &pointer_key(&slug))?),
                message: format!("the pack of `{slug}` is left out: {message}"),
                help: "pack one of the two under another name: `playbill pack --slug NAME`",
            }),
        }
    }
    let list: Vec<(&String, &(String, String))> = files.iter().collect();
    let reading = Mutex::new(());
    let outcomes = in_parallel(&list, |(file, (slug, digest))| fetch(&client, &folder, file, slug, digest, &reading))?;
    let before = read_list(&folder);
    let mut pulled = Pulled { format: FORMAT, files: BTreeMap::new() };
    let (mut fetched, mut unchanged) = (0, 0);
    for ((file, (_, digest)), outcome) in list.iter().zip(outcomes) {
        match outcome {
            Outcome::Fetched => fetched += 1,
            Outcome::Unchanged => unchanged += 1,
            Outcome::LeftOut(problem) => {
                problems.push(problem);
                if let Some(digest) = before.files.get(*file) {
                    pulled.files.insert((*file).clone(), digest.clone());
                }
                continue;
            }
        }
        pulled.files.insert((*file).clone(), digest.clone());
    }
    // The pack of a repository whose pointer cannot be read stays, too.
    let unread = problems.iter().filter_map(|problem| {
        let path = problem.place.strip_prefix(&client.address().to_string())?;
        slug_of_key(path).map(file_of)
    });
    let unread: BTreeSet<String> = unread.collect();
    let gone = before.files.iter().filter(|(file, _)| !pulled.files.contains_key(*file) && !unread.contains(*file));
    let gone: Vec<String> = gone.map(|(file, _)| file.clone()).collect();
    for (file, digest) in before.files.iter().filter(|(file, _)| unread.contains(*file)) {
        pulled.files.insert(file.clone(), digest.clone());
    }
    let removed = gone.iter().filter(|file| remove(&folder, file)).count();
    write_list(&folder, &pulled)?;
    problems.sort_by(|one, other| one.place.cmp(&other.place));
    for problem in &problems {
        say(&format!("error[{}]: {}", problem.code.as_str(), problem.message));
        say(&format!(" --> {}", problem.place));
        say(&format!("help: {}", problem.help));
        say("");
    }
    if !context.quiet {
        let left_out = match problems.len() {
            0 => String::new(),
            number => format!(", {number} left out"),
        };
        say(&format!(
            "pulled {}: {fetched} new, {unchanged} unchanged, {removed} removed{left_out}",
            counted(fetched + unchanged, "pack", "packs"),
        ));
    }
    Ok(if problems.is_empty() { CommandOutcome::Success } else { CommandOutcome::ContentErrors })
}

/// Returns which pack of each repository is the newest one, and what is wrong with pointers.
fn newest(client: &Client) -> Result<(BTreeMap<String, String>, Vec<Problem>), Error> {
    let stored = client.list(SOURCES)?;
    let slugs: Vec<&str> = stored.iter().filter_map(|object| slug_of_key(&object.path)).collect();
    let read = in_parallel(&slugs, |slug| {
        let key = key(client, &pointer_key(slug))?;
        let problem = |code, why: &str, help| Problem {
            code,
            place: client.address().show(&key),
            message: format!("the pack of `{slug}` is left out: what names it cannot be used: {why}"),
            help,
        };
        Ok(match client.get(&key, MAX_POINTER) {
            // Removed just now.
            Ok(None) => None,
            Ok(Some(object)) => {
                Some(Pointer::parse(&object.bytes).map(|pointer| pointer.pack).map_err(|fault| match fault {
                    Fault::Newer(_) => problem(
                        codes::SOURCE_NEWER,
                        &fault.to_string(),
                        "update Playbill here before the repositories do",
                    ),
                    Fault::Invalid(_) => problem(codes::SOURCE_BROKEN, &fault.to_string(), PUSH_AGAIN),
                }))
            }
            Err(error) => Some(Err(problem(codes::SOURCE_BROKEN, &error.to_string(), PUSH_AGAIN))),
        })
    })?;
    let (mut wanted, mut problems) = (BTreeMap::new(), Vec::new());
    for (slug, result) in slugs.iter().zip(read) {
        match result {
            None => {}
            Some(Ok(digest)) => drop(wanted.insert((*slug).to_owned(), digest)),
            Some(Err(problem)) => problems.push(problem),
        }
    }
    Ok((wanted, problems))
}

const PUSH_AGAIN: &str = "make the pack again with `playbill pack`, and push it";

/// Returns the packs that a lock of `build --write-lock` names.
fn locked(cwd: &Path, given: &Path) -> Result<BTreeMap<String, String>, Error> {
    let lock = read_lock(cwd, given)?;
    Ok(lock.packs.into_iter().map(|(slug, locked)| (slug, locked.sha256)).collect())
}

/// Returns the SHA-256 of the packs that a lock names.
pub(super) fn locked_packs(cwd: &Path, given: &Path) -> Result<Vec<String>, Error> {
    Ok(locked(cwd, given)?.into_values().collect())
}

fn read_lock(cwd: &Path, given: &Path) -> Result<Lock, Error> {
    let path = cwd.join(given);
    let invalid = |why: &str| Error::Usage(format!("`{}` is no lock of packs: {why}", given.display()));
    #[expect(clippy::disallowed_methods, reason = "the command line names this file")]
    let bytes = std::fs::read(&path).map_err(|source| Error::Io { action: "read", path, source })?;
    let lock: Lock = serde_json::from_slice(&bytes).map_err(|error| invalid(&error.to_string()))?;
    if lock.format != FORMAT {
        return Err(invalid(&format!("it is of format {}, and {FORMAT} is known", lock.format)));
    }
    match lock.packs.iter().find(|(slug, locked)| !pack::is_slug(slug) || !is_digest(&locked.sha256)) {
        Some((slug, _)) => Err(invalid(&format!("its entry `{slug}` is invalid"))),
        None => Ok(lock),
    }
}

/// Brings one pack.
fn fetch(
    client: &Client,
    folder: &Path,
    file: &str,
    slug: &str,
    digest: &str,
    reading: &Mutex<()>,
) -> Result<Outcome, Error> {
    let path = folder.join(file);
    if digest_of_file(&path).is_ok_and(|(found, _)| found == digest) {
        return Ok(Outcome::Unchanged);
    }
    let object = key(client, &pack_key(digest))?;
    let left_out = |code, why: &str, help| {
        let message = format!("the pack of `{slug}` is left out: {why}");
        Ok(Outcome::LeftOut(Problem { code, place: client.address().show(&object), message, help }))
    };
    let broken = |why: &str| left_out(codes::SOURCE_BROKEN, why, PUSH_AGAIN);
    let bounds = Bounds::default();
    let partial = Partial::new(folder);
    match client.download(&object, bounds.packed, &partial.0) {
        Err(error) => return broken(&error.to_string()),
        Ok(None) => return broken("it is not there"),
        Ok(Some(found)) if found != digest => return broken("its SHA-256 is not the one in its name"),
        Ok(Some(_)) => {}
    }
    {
        // Each may expand to half a gigabyte.
        let _alone = reading.lock();
        #[expect(clippy::disallowed_methods, reason = "it was written just now")]
        let content = std::fs::read(&partial.0).map_err(|source| Error::Io {
            action: "read",
            path: partial.0.clone(),
            source,
        })?;
        match pack::read(&content, &bounds) {
            Err(fault @ pack::Fault::Newer { .. }) => {
                return left_out(
                    codes::SOURCE_NEWER,
                    &fault.to_string(),
                    "update Playbill here before the repositories do",
                );
            }
            Err(fault) => return broken(&fault.to_string()),
            Ok(pack) if pack.manifest().repository.slug != slug => {
                return broken(&format!("it is of `{}`", pack.manifest().repository.slug));
            }
            Ok(_) => {}
        }
    }
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    #[expect(clippy::disallowed_methods, reason = "it is put in place whole")]
    std::fs::rename(&partial.0, &path).map_err(|source| Error::Io { action: "write", path, source })?;
    Ok(Outcome::Fetched)
}

/// A file in the making, which does not stay.
struct Partial(PathBuf);

impl Partial {
    fn new(folder: &Path) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self(folder.join(format!("{PARTIAL}{}-{number}", std::process::id())))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Returns the path of the pack of a repository in the folder: its name, in parts that every disk takes.
fn file_of(slug: &str) -> String {
    let parts: Vec<_> = slug.split('/').map(portable::segment).collect();
    let (folders, rest) = parts.split_at(parts.len().saturating_sub(1).min(MAX_FOLDERS));
    let folders: String = folders.iter().flat_map(|folder| [&**folder, "/"]).collect();
    format!("{folders}{}.tar.gz", rest.join("+"))
}

/// Returns each pack, with the reason if another one has its place on some disk: a name that differs only in case, or that
/// would have to be a folder and a file.
fn placed(wanted: BTreeMap<String, String>) -> Vec<(String, String, Option<&'static str>)> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let files: BTreeSet<String> = wanted.keys().map(|slug| portable::folded(&file_of(slug))).collect();
    let place = |(slug, digest): (String, String)| {
        let file = portable::folded(&file_of(&slug));
        let is_within = file.match_indices('/').any(|(at, _)| files.contains(&file[..at]));
        let message = match taken.insert(file) {
            false => Some("another repository differs from it only in case"),
            true if is_within => Some("the file of another repository has the name of its folder"),
            true => None,
        };
        (slug, digest, message)
    };
    wanted.into_iter().map(place).collect()
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "the command line names this folder")]
    let made = std::fs::create_dir_all(folder);
    made.map_err(|source| Error::Io { action: "write", path: folder.to_owned(), source })
}

/// Removes what a pull that ended early has left.
fn remove_partial(folder: &Path) {
    #[expect(clippy::disallowed_methods, reason = "the command line names this folder")]
    let entries = std::fs::read_dir(folder);
    for entry in entries.into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Returns what earlier pulls have brought.
fn read_list(folder: &Path) -> Pulled {
    #[expect(clippy::disallowed_methods, reason = "the command line names this folder")]
    let bytes = std::fs::read(folder.join(LIST)).unwrap_or_default();
    let mut pulled: Pulled = serde_json::from_slice(&bytes).unwrap_or_default();
    pulled.files.retain(|file, _| pack::path_fault(file).is_none() && file.ends_with(".tar.gz"));
    pulled
}

fn write_list(folder: &Path, pulled: &Pulled) -> Result<(), Error> {
    let path = folder.join(LIST);
    let partial = Partial::new(folder);
    let mut text = serde_json::to_vec_pretty(pulled).unwrap_or_default();
    text.push(b'\n');
    #[expect(clippy::disallowed_methods, reason = "the command line names this folder")]
    let written = std::fs::write(&partial.0, text).and_then(|()| std::fs::rename(&partial.0, &path));
    written.map_err(|source| Error::Io { action: "write", path, source })
}

/// Removes a pack whose repository is gone, and folders that are empty then.
fn remove(folder: &Path, file: &str) -> bool {
    let is_removed = std::fs::remove_file(folder.join(file)).is_ok();
    for parent in Path::new(file).ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty()) {
        if std::fs::remove_dir(folder.join(parent)).is_err() {
            break;
        }
    }
    is_removed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_of_stays_in_the_folder_and_is_found_by_builds() {
        assert_eq!(file_of("acme/web"), "acme/web.tar.gz");
        assert_eq!(file_of("a/b/c/d/e/f"), "a/b/c/d/e+f.tar.gz");
        assert!(!file_of("acme/con").contains("/con."));
    }

    #[test]
    fn placed_keeps_one_of_two_that_share_a_place() {
        let slugs = ["acme/Web", "acme/api", "acme/api.tar.gz/x", "acme/web"];
        let wanted = slugs.iter().map(|slug| ((*slug).to_owned(), String::new())).collect();
        let left_out: Vec<String> =
            placed(wanted).into_iter().filter_map(|(slug, _, message)| message.map(|_| slug)).collect();
        assert_eq!(left_out, ["acme/api.tar.gz/x", "acme/web"]);
    }
}
