//! What a pack of a repository holds: the files that a portal reads, the names of all others, and the facts of git.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;
use rayon::prelude::*;

use super::disk::FileType;
use super::git_history::KnownSince;
use super::ignore_rules::Rules;
use super::path::names_below;
use super::remote::{self, Remote};
use super::{MANIFEST, Repository, Workspace, ignore_rules, refs, scan};
use crate::error::Error;
use crate::pack::{
    self, Content, FileFacts, FolderActivity, Former, LastCommit, Link, Manifest, RepositoryFacts, Since,
};
use crate::text::FileId;

/// How deep folders are entered.
const MAX_DEPTH: usize = 99;
/// No more files are named.
const MAX_FILES: usize = 500_000;
/// A file that nobody has asked for is packed by its name up to this size.
const MAX_BY_NAME: u64 = 1 << 20;
/// All files together may have so many bytes.
const MAX_BYTES: u64 = 500 << 20;
/// For how long before the packed commit the times of others are packed, in seconds.
const ACTIVITY: i64 = 400 * 86_400;
/// Files with these endings are documents and definitions, which other repositories may name.
const ENDINGS: [&str; 6] = [".md", ".markdown", ".graphql", ".graphqls", ".proto", ".adoc"];
/// A YAML file with this is one of entities, which a Location of another repository may name. Others may hold anything.
const OF_ENTITIES: &[u8] = b"backstage.io/v1";

/// A file or a link of the repository.
struct Item {
    path: String,
    place: PathBuf,
    /// What it says, of a link.
    target: Option<String>,
    /// Whether its content is packed.
    is_wanted: bool,
}

/// What is left out of a pack, to be reported.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Paths, each with the reason.
    pub paths: Vec<(String, &'static str)>,
}

impl Workspace {
    /// Returns what a pack of the scanned repository holds, of what was read of it so far and what its names promise; `slug` is
    /// its name, if not that of its remote; `copied` files and those that `further` patterns name are packed, too.
    ///
    /// # Errors
    /// When what is scanned is not one whole repository, has no name, or is too large.
    pub fn pack_content(
        &self,
        slug: Option<&str>,
        copied: &[FileId],
        further: &GlobSet,
    ) -> Result<(Manifest, Content, LeftOut), Error> {
        let place = match (self.scanned_folders().as_slice(), self.starts.len()) {
            ([folder], 1) => Arc::clone(&folder.place),
            _ => return Err(Error::Usage("a pack is of one folder: name the top of one repository".to_owned())),
        };
        let is_top = |folder: &Path| self.tree.kind(&folder.join(".git")).is_ok();
        if !is_top(&place)
            && let Some(top) = place.ancestors().skip(1).find(|above| is_top(above))
        {
            return Err(Error::Usage(format!(
                "a pack is of a whole repository: name its top, `{}`",
                super::path::shown(top)
            )));
        }
        let repository = is_top(&place).then(|| self.repository_of(&place)).flatten();
        let mut left_out = LeftOut::default();
        let items = self.items(&place, copied, further, &mut left_out)?;
        let mut manifest = Manifest {
            format: pack::FORMAT,
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            repository: self.repository_facts(repository.as_deref(), &place, slug)?,
            ..Manifest::default()
        };
        if repository.is_some()
            && let Some((commit, time)) = refs::head(&place)
        {
            manifest.commit = Some(commit);
            manifest.committed_at = Some(time);
            manifest.sequence = time;
        }
        let mut content = Content::default();
        let limits = self.config.limits;
        let largest = limits.definition_file.max(limits.document).max(limits.catalog_file);
        let (wanted, others): (Vec<&Item>, Vec<&Item>) =
            items.iter().partition(|item| item.is_wanted && item.target.is_none());
        let read: Vec<(&Item, Option<Vec<u8>>)> =
            wanted.par_iter().map(|item| (*item, self.tree.read(&item.place, largest).ok())).collect();
        let mut size = 0;
        for (item, bytes) in read {
            let Some(bytes) = bytes else {
                left_out.paths.push((item.path.clone(), "cannot be read, or is too large"));
                manifest.names.push(item.path.clone());
                continue;
            };
            size += bytes.len() as u64;
            if size > MAX_BYTES {
                return Err(Error::Usage(format!(
                    "the files of this repository have more than {MAX_BYTES} bytes together; name what a portal does not need \
                     in .playbillignore"
                )));
            }
            content.files.insert(item.path.clone(), bytes.into());
        }
        for item in others {
            match &item.target {
                Some(target) => {
                    let link = Link { target: target.clone(), ..Link::default() };
                    manifest.links.insert(item.path.clone(), link);
                }
                None => manifest.names.push(item.path.clone()),
            }
        }
        manifest.names.sort_unstable();
        if let Some(repository) = &repository {
            self.git_facts(repository, &place, &mut manifest, &mut content);
        }
        for path in content.files.keys() {
            let facts = manifest.files.entry(path.clone()).or_default();
            facts.executable = self.tree.is_executable(&place.join(path));
        }
        left_out.paths.sort_unstable();
        Ok((manifest, content, left_out))
    }

    fn repository_facts(
        &self,
        repository: Option<&Repository>,
        place: &Path,
        slug: Option<&str>,
    ) -> Result<RepositoryFacts, Error> {
        let of_remote = || repository?.remote().map(Remote::slug).filter(|slug| pack::is_slug(slug));
        let of_folder = || place.file_name()?.to_str().filter(|name| pack::is_slug(name)).map(str::to_owned);
        let slug = match slug {
            Some(slug) if pack::is_slug(slug) => Some(slug.to_owned()),
            Some(slug) => {
                return Err(Error::Usage(format!(
                    "`{}` is no name of a repository; write one such as `acme/web`",
                    super::path::shorten(slug)
                )));
            }
            None => of_remote().or_else(of_folder),
        };
        let slug =
            slug.ok_or_else(|| Error::Usage("this repository has no name; give it one with `--slug`".to_owned()))?;
        Ok(RepositoryFacts {
            slug,
            url: repository.and_then(|it| remote::without_secrets(&it.remote_text(&self.tree)?, &self.config.hosts)),
            default_branch: repository.and_then(|it| it.default_branch().map(str::to_owned)),
            branch: repository.and_then(|it| it.branch().map(str::to_owned)),
            detached: repository.is_some_and(|it| it.commit().is_some()),
            shallow: repository.is_some_and(Repository::is_shallow),
        })
    }

    /// Asks git about the packed files.
    fn git_facts(&self, repository: &Repository, top: &Path, manifest: &mut Manifest, content: &mut Content) {
        let limit = self.config.limits.document;
        let known: Vec<(&String, FileFacts, Option<String>)> = content
            .files
            .par_iter()
            .map(|(path, _)| {
                let place = top.join(path);
                let facts = FileFacts {
                    since: match self.known_since_at(&place) {
                        KnownSince::Commit(time) => Since::Commit(time),
                        KnownSince::Before(time) => Since::Before(time),
                        KnownSince::Never => Since::Never,
                        KnownSince::Unknown => Since::Unknown,
                    },
                    former: self.packed_former(&place),
                    changed: self.packed_change(&place),
                    ..FileFacts::default()
                };
                // Only of documents somebody asks what they said.
                let is_document = [".md", ".markdown"].iter().any(|ending| path.ends_with(ending));
                let before = if is_document { self.text_before_at(&place, limit) } else { None };
                (path, facts, before)
            })
            .collect();
        for (path, facts, before) in known {
            manifest.files.insert(path.clone(), facts);
            content.before.extend(before.map(|before| (path.clone(), before)));
        }
        for (path, link) in &mut manifest.links {
            let place = top.join(path);
            link.changed = self.packed_change(&place);
            link.former = self.packed_former(&place);
        }
        if let Some((_, changes)) = &*repository.text_changes.lock() {
            manifest.changes.extend(changes.iter().map(|change| pack::TextChange {
                commit: change.commit.to_string(),
                time: change.time,
                before: change.before.clone(),
                after: change.after.clone(),
            }));
        }
        let is_catalog = |path: &&String| path.ends_with(".yaml") || path.ends_with(".yml");
        let folders = content.files.keys().filter(is_catalog).map(|path| path.rsplit_once('/').map_or("", |it| it.0));
        let folders: BTreeSet<&str> = folders.chain([""]).collect();
        let since = manifest.committed_at.unwrap_or(0) - ACTIVITY;
        manifest.activity = folders
            .into_iter()
            .filter_map(|path| {
                let folder = if path.is_empty() { top.to_owned() } else { top.join(path) };
                let commits = self.commits_of(repository)?;
                let (last, contributors, times) = commits.times_below(&names_below(&folder, top)?, since)?;
                Some((path.to_owned(), FolderActivity { last, contributors, times }))
            })
            .collect();
    }

    /// Returns whether a file that nobody has read yet is input for others, by its name and what it says.
    fn is_promising(&self, path: &str, place: &Path) -> bool {
        let is_yaml = [".yaml", ".yml"].iter().any(|ending| path.ends_with(ending));
        let is_named_so = is_named_so(path);
        (is_named_so || is_yaml)
            && self.tree.size(place).is_some_and(|size| size <= MAX_BY_NAME)
            && (is_named_so
                || self
                    .tree
                    .read(place, MAX_BY_NAME)
                    .is_ok_and(|bytes| memchr::memmem::find(&bytes, OF_ENTITIES).is_some()))
    }

    fn packed_change(&self, place: &Path) -> Option<LastCommit> {
        let change = self.last_change_at(place)?;
        let (commit, author) = (change.commit.to_string(), change.author.to_string());
        Some(LastCommit { commit, time: change.time, author })
    }

    fn packed_former(&self, place: &Path) -> Vec<Former> {
        let former = self.former_paths_at(place).into_iter().flat_map(|(_, former)| former);
        former.map(|it| Former { path: it.path, commit: it.commit.to_string(), time: it.time }).collect()
    }

    /// Lists the files and links of the repository, without what ignore files exclude and nobody has read.
    fn items(
        &self,
        top: &Path,
        copied: &[FileId],
        further: &GlobSet,
        left_out: &mut LeftOut,
    ) -> Result<Vec<Item>, Error> {
        let read: HashSet<PathBuf> = {
            let ids = self.files.matching(|file| file.was_read() && file.real().starts_with(top));
            ids.iter().chain(copied).map(|id| self.files.get(*id).real().to_owned()).collect()
        };
        let answers: Vec<PathBuf> =
            self.snapshot_folders().iter().filter_map(|folder| self.tree.real(folder).ok()).collect();
        let is_output = |folder: &PathBuf| self.limits.outputs.contains(folder) && !answers.contains(folder);
        let mut items = BTreeMap::new();
        let mut open: Vec<(PathBuf, Option<Arc<Rules>>, usize)> = vec![(top.to_owned(), None, 0)];
        let mut folded = HashSet::new();
        while let Some((folder, rules, depth)) = open.pop() {
            let mut entries = self.tree.list(&folder).unwrap_or_default();
            if depth > 0 && entries.iter().any(|entry| entry.name == MANIFEST) {
                continue;
            }
            if depth > 0 && entries.iter().any(|entry| entry.name == ".git") {
                left_out
                    .paths
                    .push((super::path::shown(folder.strip_prefix(top).unwrap_or(&folder)), "is a repository itself"));
                continue;
            }
            let rules = self.book.enter(&self.tree, rules.as_ref(), &folder, &entries);
            entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            for entry in entries {
                let place = folder.join(&entry.name);
                let is_skipped = entry.name == ".git" || entry.name == "node_modules";
                if is_skipped || matches!(entry.kind, FileType::Other) {
                    continue;
                }
                let is_excluded = rules.as_ref().is_some_and(|rules| rules.exclude(&place, entry.kind));
                if entry.kind == FileType::Folder {
                    let is_read = || read.iter().any(|read| read.starts_with(&place));
                    if depth < MAX_DEPTH && !is_output(&place) && (!is_excluded || is_read()) {
                        open.push((place, rules.clone(), depth + 1));
                    }
                    continue;
                }
                if is_excluded && !read.contains(&place) {
                    continue;
                }
                let path = super::path::shown(place.strip_prefix(top).unwrap_or(&place));
                if place.to_str().is_none() || pack::path_fault(&path).is_some() {
                    left_out.paths.push((path, "has a name that not every system takes"));
                    continue;
                }
                let target = match entry.kind {
                    FileType::Link => match self.tree.link(&place).filter(|target| pack::is_link_target(target)) {
                        Some(target) => Some(target),
                        None => {
                            left_out.paths.push((path, "is a link out of the repository"));
                            continue;
                        }
                    },
                    _ => None,
                };
                let is_wanted = read.contains(&place)
                    || answers.iter().any(|folder| place.starts_with(folder))
                    || further.is_match(&path)
                    || (target.is_none() && self.is_promising(&path, &place));
                if (is_wanted || target.is_some()) && !folded.insert(path.to_lowercase()) {
                    left_out.paths.push((path, "differs from another path only in case"));
                    continue;
                }
                if items.len() >= MAX_FILES {
                    return Err(Error::Usage(format!(
                        "this repository has more than {MAX_FILES} files; name folders that a portal does not need in \
                         .playbillignore"
                    )));
                }
                items.insert(path.clone(), Item { path, place, target, is_wanted });
            }
        }
        Ok(items.into_values().collect())
    }
}

/// Returns whether a file is called as those that portals read.
fn is_named_so(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || scan::is_content(name)
        || scan::is_alike(name, false)
        || name == "CODEOWNERS"
        || ignore_rules::NAMES.contains(&name)
        || ["readme", "license", "changelog"].iter().any(|stem| lower.split('.').next() == Some(stem))
}
