//! Which packs of a folder are read: each is judged by itself, and one that is wrong costs itself alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::GlobMatcher;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::disk::FileType;
use super::file_system::FileSystem;
use super::load::unusable;
use super::packs::Packs;
use super::{ReadError, Workspace, remote};
use crate::calendar::Day;
use crate::config::PackSource;
use crate::diag::{Code, Diagnostic, codes};
use crate::error::Error;
use crate::pack::{self, Bounds, Fault, Pack};
use crate::text::{FileId, Span};

/// How deep packs lie in their folder.
const MAX_DEPTH: usize = 6;
/// Maximum number of packs.
const MAX_PACKS: usize = 100_000;
/// The endings of packs.
const ENDINGS: [&str; 2] = [".tar.gz", ".tgz"];
/// The version of the lock that is written, and the only one that is read.
const LOCK_FORMAT: u32 = 1;

/// Which pack of each repository is read.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Lock {
    format: u32,
    packs: BTreeMap<String, Locked>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Locked {
    sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(default)]
    sequence: i64,
}

/// A file of the folder, and what it is.
struct Candidate {
    file: PathBuf,
    pack: Result<Pack, Refused>,
}

enum Refused {
    Unread(ReadError),
    Fault(Fault),
    /// The lock does not name it.
    NotMeant,
}

/// An entry of the allow-list.
struct Allowed<'a> {
    matcher: GlobMatcher,
    source: &'a PackSource,
}

impl Workspace {
    /// Reads the packs of a folder, and lets them be in its place.
    pub(super) fn mount_packs(&mut self, cwd: &Path, given: &Path, lock: Option<&Path>) -> Result<(), Error> {
        let folder = self.tree.real(&cwd.join(given)).map_err(|error| unusable(given, &error))?;
        if self.tree.kind(&folder).ok() != Some(FileType::Folder) {
            return Err(Error::Usage(format!("`{}` is no folder of packs", given.display())));
        }
        let lock = lock.map(|path| self.read_lock(cwd, path)).transpose()?;
        let mut problems = Vec::new();
        let bounds = Bounds { packed: self.config.limits.pack, ..Bounds::default() };
        let wanted: Option<BTreeSet<&str>> =
            lock.as_ref().map(|(_, lock)| lock.packs.values().map(|locked| &*locked.sha256).collect());
        let files = pack_files(&self.tree, &folder);
        let candidates: Vec<Candidate> = files
            .into_par_iter()
            .map(|file| Candidate { pack: read(&self.tree, &file, &bounds, wanted.as_ref()), file })
            .collect();
        let packs = self.choose(candidates, &mut problems);
        let packs = self.allowed(packs, &mut problems);
        if let Some((file, lock)) = &lock {
            for (slug, locked) in &lock.packs {
                if !packs.iter().any(|(pack, ..)| pack.digest() == locked.sha256) {
                    let message = format!("the pack of `{slug}` that the lock names is not there");
                    problems.push(
                        Diagnostic::new(codes::SOURCE_MISSING, Span::whole(*file), message).help(format!(
                            "bring the pack with the SHA-256 {}, or build without `--lock`",
                            locked.sha256
                        )),
                    );
                }
            }
        }
        let (packs, inner) = Packs::new(folder, packs);
        for (pack, file) in inner {
            let slug = &pack.manifest().repository.slug;
            let message = format!("the pack of `{slug}` is left out: its name lies within that of another repository");
            problems.push(
                self.pack_problem(codes::SOURCE_BROKEN, &file, message)
                    .help("pack one of the two under another name: `playbill pack --slug NAME`"),
            );
        }
        self.tree.mount(packs);
        problems.sort_by_cached_key(|problem| (self.path(problem.span().file), problem.message.clone()));
        self.pack_problems = problems.into();
        Ok(())
    }

    /// Returns which packs are read, as the file of `--lock` says it.
    #[must_use]
    pub fn pack_lock(&self) -> Option<String> {
        let packs = self.tree.packs()?.all().into_iter().map(|(slug, mount)| {
            let manifest = mount.pack.manifest();
            let locked = Locked {
                sha256: mount.pack.digest().to_owned(),
                commit: manifest.commit.clone(),
                sequence: manifest.sequence,
            };
            (slug.to_owned(), locked)
        });
        let lock = Lock { format: LOCK_FORMAT, packs: packs.collect() };
        serde_json::to_string_pretty(&lock).ok().map(|text| text + "\n")
    }

    /// Returns until when no further pack counts as old, in seconds since 1970 UTC.
    #[must_use]
    pub fn packs_hold_until(&self) -> i64 {
        let sources = &self.config.packs.sources;
        let ends = self.tree.packs().into_iter().flat_map(|packs| packs.all().into_values()).filter_map(|mount| {
            let bound = sources.get(mount.source?)?.max_age?;
            Some(mount.pack.manifest().committed_at?.saturating_add(bound).saturating_add(1))
        });
        ends.filter(|end| *end > self.now).min().unwrap_or(i64::MAX)
    }

    /// Returns what the repository of a file may describe, if the file is in a pack and the allow-list says so.
    #[must_use]
    pub fn pack_source(&self, file: FileId) -> Option<&PackSource> {
        let file = self.files.get(file);
        let mount = self.tree.packs()?.around(&file.place)?;
        self.config.packs.sources.get(mount.source?)
    }

    /// Returns the place of a file's repository in the allow-list, or one behind all if it is in none.
    pub(crate) fn pack_rank(&self, file: FileId) -> usize {
        let sources = &self.config.packs.sources;
        let mount = self.tree.packs().and_then(|packs| packs.around(&self.files.get(file).place));
        mount.and_then(|mount| mount.source).unwrap_or(sources.len())
    }

    /// Returns whether a file is in a pack, which is never written to.
    #[must_use]
    pub fn is_packed(&self, file: FileId) -> bool {
        let file = self.files.get(file);
        self.tree.packs().is_some_and(|packs| packs.around(&file.place).is_some())
    }

    fn pack_problem(&self, code: Code, file: &Path, message: String) -> Diagnostic {
        let id = self.files.add_nothing(file, || self.show(file));
        Diagnostic::new(code, Span::whole(id), message)
    }

    /// Of each repository the newest pack that can be used.
    fn choose(&self, candidates: Vec<Candidate>, problems: &mut Vec<Diagnostic>) -> Vec<(Pack, PathBuf)> {
        // Names are compared without case, as hosts and disks may do.
        let mut by_slug: BTreeMap<String, Vec<(Pack, PathBuf)>> = BTreeMap::new();
        for Candidate { file, pack } in candidates {
            match pack {
                Ok(pack) => {
                    let slug = pack.manifest().repository.slug.to_lowercase();
                    by_slug.entry(slug).or_default().push((pack, file));
                }
                Err(Refused::NotMeant) => {}
                Err(Refused::Unread(error)) => {
                    let message = format!("this pack is left out: {error}");
                    let problem = self.pack_problem(codes::SOURCE_BROKEN, &file, message);
                    problems.push(match error {
                        ReadError::TooLarge { .. } => problem.help("pack fewer files, or raise `limits.pack`"),
                        _ => problem.help("make the file readable"),
                    });
                }
                Err(Refused::Fault(fault @ Fault::Newer { .. })) => {
                    let slug = match &fault {
                        Fault::Newer { slug: Some(slug), .. } => format!("the pack of `{slug}`"),
                        _ => "this pack".to_owned(),
                    };
                    let problem = self.pack_problem(codes::SOURCE_NEWER, &file, format!("{slug} is left out: {fault}"));
                    problems.push(problem.help("update Playbill here before the repositories do"));
                }
                Err(Refused::Fault(fault)) => {
                    let problem =
                        self.pack_problem(codes::SOURCE_BROKEN, &file, format!("this pack is left out: {fault}"));
                    problems.push(problem.help("make it again with `playbill pack`, and upload it whole"));
                }
            }
        }
        let mut chosen = Vec::new();
        for mut packs in by_slug.into_values() {
            // Of two repositories with one name, the order of addresses decides, whatever the sequence says.
            let url = |pack: &Pack| {
                let url = pack.manifest().repository.url.as_deref();
                url.map(|url| remote::key_of(url, &self.config.hosts))
            };
            packs.sort_by_cached_key(|(pack, file)| {
                let manifest = pack.manifest();
                let newest = std::cmp::Reverse((manifest.sequence, manifest.committed_at));
                (url(pack), newest, pack.digest().to_owned(), file.clone())
            });
            let mut packs = packs.into_iter();
            let Some((best, file)) = packs.next() else { continue };
            for (other, file) in packs.filter(|(other, _)| url(other) != url(&best)) {
                let message = format!(
                    "the pack of `{}` is left out: another repository has this name{}",
                    other.manifest().repository.slug,
                    best.manifest().repository.url.as_ref().map(|url| format!(", {url}")).unwrap_or_default(),
                );
                let problem = self.pack_problem(codes::SOURCE_BROKEN, &file, message);
                problems.push(problem.help("pack one of the two under another name: `playbill pack --slug NAME`"));
            }
            chosen.push((best, file));
        }
        chosen
    }

    /// Leaves out what the allow-list does not name, and reports what it wants.
    fn allowed(
        &self,
        packs: Vec<(Pack, PathBuf)>,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<(Pack, PathBuf, Option<usize>)> {
        let sources = &self.config.packs.sources;
        let list: Vec<Allowed<'_>> = sources
            .iter()
            .filter_map(|source| {
                Some(Allowed { matcher: crate::config::glob(&source.slug).ok()?.compile_matcher(), source })
            })
            .collect();
        let mut missing: BTreeSet<usize> =
            list.iter().enumerate().filter(|(_, allowed)| allowed.source.required).map(|(at, _)| at).collect();
        let mut kept = Vec::new();
        for (pack, file) in packs {
            let manifest = pack.manifest();
            let slug = &manifest.repository.slug;
            let source = list.iter().position(|allowed| allowed.matcher.is_match(slug));
            for (at, _) in list.iter().enumerate().filter(|(_, allowed)| allowed.matcher.is_match(slug)) {
                missing.remove(&at);
            }
            if source.is_none() && !list.is_empty() {
                let message = format!("the pack of `{slug}` is left out: `packs.sources` does not name it");
                let problem = self.pack_problem(codes::SOURCE_NOT_ALLOWED, &file, message);
                problems.push(problem.help("add the repository to `packs.sources`, or remove the pack"));
                continue;
            }
            if let Some(bound) = source.and_then(|at| list.get(at)?.source.max_age)
                && let Some(time) = manifest.committed_at
                && time.saturating_add(bound) < self.now
            {
                let day = Day::of_moment(time).iso();
                let message = format!("the pack of `{slug}` is old: its last commit is of {day}");
                let problem = self.pack_problem(codes::SOURCE_STALE, &file, message);
                problems.push(problem.help("see that the repository's job still brings its packs, or raise `maxAge`"));
            }
            kept.push((pack, file, source));
        }
        for at in missing {
            let place = self.config.places.get(&format!("packs.sources[{at}].slug"));
            let slug = list.get(at).map(|allowed| &*allowed.source.slug).unwrap_or_default();
            let span = place.or_else(|| self.config_file.map(Span::whole));
            let span = span.unwrap_or_else(|| Span::whole(self.add_folder(&self.config_folder)));
            problems.push(
                Diagnostic::new(
                    codes::SOURCE_MISSING,
                    span,
                    format!("there is no pack of `{slug}`, which is required"),
                )
                .help("see that the repository's job brings its pack, or no longer require it"),
            );
        }
        kept
    }

    /// Reads which packs are meant.
    fn read_lock(&self, cwd: &Path, given: &Path) -> Result<(FileId, Lock), Error> {
        let place = cwd.join(given);
        let invalid = |why: String| Error::Usage(format!("`{}` is no lock of packs: {why}", given.display()));
        let bytes =
            self.tree.read(&place, self.config.limits.catalog_file).map_err(|error| invalid(error.to_string()))?;
        let lock: Lock = serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?;
        if lock.format != LOCK_FORMAT {
            return Err(invalid(format!("it is of format {}, and {LOCK_FORMAT} is known", lock.format)));
        }
        Ok((self.files.add_nothing(&place, || given.to_string_lossy().into()), lock))
    }
}

/// Finds the packs in a folder, in the order of paths.
fn pack_files(tree: &FileSystem, folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for item in tree.list(&folder).unwrap_or_default() {
            let name = item.name.to_string_lossy();
            match item.kind {
                FileType::Folder if depth < MAX_DEPTH && !name.starts_with('.') => {
                    open.push((folder.join(&item.name), depth + 1));
                }
                FileType::File if ENDINGS.iter().any(|ending| name.ends_with(ending)) => {
                    found.push(folder.join(&item.name));
                }
                _ => {}
            }
        }
    }
    found.sort_unstable();
    found.truncate(MAX_PACKS);
    found
}

fn read(tree: &FileSystem, file: &Path, bounds: &Bounds, wanted: Option<&BTreeSet<&str>>) -> Result<Pack, Refused> {
    let bytes = tree.read(file, bounds.packed).map_err(Refused::Unread)?;
    if wanted.is_some_and(|wanted| !wanted.contains(&*pack::digest(&bytes))) {
        return Err(Refused::NotMeant);
    }
    pack::read(&bytes, bounds).map_err(Refused::Fault)
}
