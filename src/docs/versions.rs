//! Versions of a documentation site: the same folder at other commits of its repository.
//!
//! Each is built as if its commit were checked out, with its own settings and navigation. Documents that say the same,
//! and ask the same of what is around them, are rendered once for all versions. What a tag contains cannot be fixed, so
//! only those problems of versions are reported that a better clone would not have.

use std::sync::Arc;

use rayon::prelude::*;

use super::build::{self, Built, Reading};
use super::cache::DocCache;
use super::version_names::{self as names, LATEST, Named};
use super::{DocsSite, REF};
use crate::catalog::{Entity, EntityId};
use crate::config::VersionsConfig;
use crate::depth::Depth;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::html;
use crate::incremental::MemoTable;
use crate::text::{Span, nearest};
use crate::workspace::{Folder, GitRef, GlobStyle, RefKind, RevisionFolder, Workspace};
use crate::yaml;

/// The folder below a documentation site in which its other versions are.
pub const FOLDER: &str = "v";

/// The versions of one documentation site.
#[derive(Debug, Clone)]
pub struct VersionedDocs {
    /// Whose it is.
    pub entity: EntityId,
    /// The versions in the order in which readers see them, the newest first.
    pub entries: Vec<VersionEntry>,
    /// The one that is at the address of the documentation itself.
    pub latest: usize,
    /// Further names, each with the version that it leads to.
    pub aliases: Vec<(String, usize)>,
    /// Whether search engines may list versions other than the latest.
    pub is_indexed: bool,
}

impl VersionedDocs {
    /// Returns the names under which versions of this portal are found beside their own addresses, each with the number
    /// of the documentation: aliases, and the name of the latest, which is at the address of the documentation itself.
    pub fn named_otherwise(&self) -> impl Iterator<Item = (&str, usize)> {
        let latest = self.entries.get(self.latest).map(|entry| (&*entry.name, self.latest));
        let aliases = self.aliases.iter().map(|(name, at)| (name.as_str(), *at));
        latest.into_iter().chain(aliases).filter_map(|(name, at)| match self.entries[at].place {
            VersionPlace::Here(number) => Some((name, number)),
            VersionPlace::Elsewhere(_) => None,
        })
    }
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionEntry {
    /// Its name in addresses.
    pub name: String,
    /// What readers see.
    pub title: String,
    /// How it is related to the latest.
    pub state: VersionState,
    /// When it was committed or tagged, in seconds since 1970 UTC; nothing for what is checked out.
    pub date: Option<i64>,
    /// Where it is.
    pub place: VersionPlace,
}

/// Where a version is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum VersionPlace {
    /// On this portal, as an index for [`super::Docs::nth`].
    Here(usize),
    /// Elsewhere, at this address.
    Elsewhere(String),
}

/// How a version is related to the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionState {
    /// Still to be released.
    Early,
    /// The one that readers get who ask for none.
    Latest,
    /// Older, and still fine.
    Supported,
    /// Old.
    Outdated,
    /// Looked after by nobody.
    EndOfLife,
}

impl VersionState {
    /// Returns the word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Early => "prerelease",
            Self::Latest => "latest",
            Self::Supported => "supported",
            Self::Outdated => "outdated",
            Self::EndOfLife => "end-of-life",
        }
    }
}

/// What is found of the versions of one documentation site, whosever it is.
#[derive(Debug, Default)]
pub(super) struct BuiltVersions {
    /// Newest first.
    pub(super) entries: Vec<BuiltEntry>,
    pub(super) latest: usize,
    pub(super) aliases: Vec<(String, usize)>,
    pub(super) is_indexed: bool,
    pub(super) problems: Diagnostics,
}

/// One of them; its site is `None` if it is elsewhere.
#[derive(Debug)]
pub(super) struct BuiltEntry {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) state: VersionState,
    pub(super) date: Option<i64>,
    pub(super) site: Result<DocsSite, String>,
}

/// A documentation site at a commit.
#[derive(Debug)]
pub(super) struct Version {
    /// `None` if there is none.
    pub(super) site: Option<DocsSite>,
    /// The top of what may be read of the commit.
    pub(super) top: Folder,
    /// The path of the documentation below that.
    pub(super) path: String,
    /// Whether its documents are kept with all that is known of them.
    pub(super) is_whole: bool,
}

/// Versions of a documentation site, by its folder and the commit.
pub(super) type VersionMemo = MemoTable<(Folder, Folder), (String, Depth, bool), Version>;

/// What the versions of one documentation site are read with.
pub(super) struct Reader<'a> {
    pub(super) workspace: &'a Workspace,
    /// What is checked out.
    pub(super) folder: &'a Folder,
    pub(super) entity: &'a Entity,
    /// What the documentation is called if it does not say so itself.
    pub(super) name: &'a str,
    pub(super) depth: Depth,
    pub(super) memo: &'a VersionMemo,
    pub(super) documents: &'a DocCache,
}

impl Reader<'_> {
    /// Reads the versions of a documentation site; `None` if it has only the one that is checked out.
    pub(super) fn read(&self, current: &Built) -> Option<BuiltVersions> {
        let config = self.config(current)?;
        let site = current.site.as_ref()?;
        let mut problems = Diagnostics::new();
        let Some(refs) = self.workspace.refs(self.folder) else {
            let message = "versions are read from git, and this documentation is in no repository that git can read";
            problems.push(
                Diagnostic::new(
                    codes::VERSION_MISSING,
                    config.refs.first().map_or(config.place, |(_, span)| *span),
                    message,
                )
                .label("no version comes of this")
                .help("build from a clone of the repository, with `git` installed"),
            );
            return Some(BuiltVersions { problems, ..BuiltVersions::default() });
        };
        let clone = if self.workspace.is_shallow(self.folder) { names::Clone::Shallow } else { names::Clone::Whole };
        let (named, found) = names::choose(config, &refs, clone);
        problems.extend(found);
        // All of them before any is read, so that git is asked once for the history of all.
        for version in &named {
            let _ = self.workspace.folder_at(self.folder, &version.at);
        }
        // What readers get who ask for none goes first: it is kept whole, and others have most of it in common.
        let is_current = config.current == LATEST || config.latest == config.current;
        let latest = names::latest(config, &named).ok().flatten().filter(|_| !is_current);
        let mut first = latest.map(|at| self.version(&named[at], true));
        let others: Vec<Option<Result<Arc<Version>, Diagnostic>>> = (0..named.len())
            .into_par_iter()
            .map(|at| (Some(at) != latest).then(|| self.version(&named[at], false)))
            .collect();
        let read =
            named.into_iter().zip(others).filter_map(|(named, read)| Some((named, read.or_else(|| first.take())?)));
        let mut versions: Vec<(Named, Arc<Version>)> = Vec::new();
        for (named, version) in read {
            match version {
                Ok(version) => {
                    problems.extend(self.lost(&named, &version));
                    versions.push((named, version));
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems.extend(reserved(site));
        let mut built = self.joined(config, versions, site.clone(), problems);
        self.add_mike(config, &refs, current, &mut built);
        Some(built)
    }

    /// Returns what is configured: by the documentation itself, else for its entity.
    fn config<'c>(&'c self, current: &'c Built) -> Option<&'c VersionsConfig> {
        let fits = |entry: &&VersionsConfig| match &entry.entity {
            Some(glob) => crate::config::glob(&glob.to_lowercase())
                .is_ok_and(|glob| glob.compile_matcher().is_match(self.entity.reference.as_str())),
            None => true,
        };
        current.versions.as_deref().or_else(|| self.workspace.config().versions.iter().find(fits))
    }

    /// Reads one version.
    fn version(&self, named: &Named, is_whole: bool) -> Result<Arc<Version>, Diagnostic> {
        let at = self.workspace.folder_at(self.folder, &named.at);
        let at = at.ok_or_else(|| self.without_docs(named))?;
        let key = (self.folder.clone(), at.top.clone());
        let terms = (self.name.to_owned(), self.depth, is_whole);
        let version = self.memo.get(self.workspace, key, terms, |workspace, _| {
            let folder = workspace.locate_folder_in(&at.top, &format!("./{}", at.path));
            let built = folder.ok().map(|folder| self.build(workspace, &folder, is_whole));
            let built = match built {
                Some(built) if built.site.is_some() => Some(built),
                _ => self.moved(workspace, &at).map(|folder| self.build(workspace, &folder, is_whole)),
            };
            let site = built.and_then(|built| built.site);
            if let Some(site) = site.as_ref().filter(|_| workspace.is_partial(self.folder)) {
                // Whether they are there shows when they are read.
                for asset in site.assets.iter() {
                    let _ = workspace.bytes_once(asset.file, u64::MAX);
                }
            }
            Version { site, top: at.top.clone(), path: at.path.clone(), is_whole }
        });
        if version.site.is_some() || !self.workspace.missing_at(&version.top).is_empty() {
            return Ok(version);
        }
        Err(self.without_docs(named))
    }

    fn build(&self, workspace: &Workspace, folder: &Folder, is_whole: bool) -> Built {
        let reading = Reading { depth: self.depth, memo: self.documents, is_whole };
        build::site(workspace, folder, EntityId::new(0), self.name, reading)
    }

    /// Finds where the documentation was if it has moved since: the entity says so at each commit.
    fn moved(&self, workspace: &Workspace, at: &RevisionFolder) -> Option<Folder> {
        let files = workspace.glob_in(&at.top, "**/catalog-info.{yaml,yml}", GlobStyle::File).ok()?;
        let limit = workspace.config().limits.catalog_file;
        files.into_iter().find_map(|file| {
            let text = workspace.text_once(file, limit).ok()?;
            let (documents, _) = yaml::parse(file, &text);
            let target = documents.iter().filter_map(|document| document.root.as_ref()).find_map(|root| {
                let metadata = root.get("metadata")?;
                let is_kind = root.get("kind")?.as_str()?.eq_ignore_ascii_case(&self.entity.kind);
                let is_name = metadata.get("name")?.as_str()?.eq_ignore_ascii_case(self.entity.name());
                let target = metadata.get("annotations")?.get(REF)?.as_str()?.trim().strip_prefix("dir:")?;
                (is_kind && is_name).then(|| target.to_owned())
            })?;
            workspace.locate_folder(file, &target).ok()
        })
    }

    fn without_docs(&self, named: &Named) -> Diagnostic {
        let message = format!("there is no documentation at `{}`", named.at.name);
        Diagnostic::new(codes::VERSION_WITHOUT_DOCS, named.span, message)
            .label(format!("the version `{}` is left out", named.name))
            .help("let the pattern fit only what has one, or say less in `keep`")
    }

    /// Reports what this clone does not hold of a version.
    fn lost(&self, named: &Named, version: &Version) -> Option<Diagnostic> {
        let is_own = |path: &&String| {
            let own = &version.path;
            let is_below = |path: &str, folder: &str| {
                folder.is_empty()
                    || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            is_below(path, own) || is_below(own, path)
        };
        let missing = self.workspace.missing_at(&version.top);
        let own: Vec<&String> = missing.iter().filter(is_own).collect();
        let first = own.first()?;
        let more = if own.len() > 1 { format!(" and {} more", own.len() - 1) } else { String::new() };
        let shown = if first.is_empty() { "the folder of files" } else { first };
        let message = format!("this clone does not hold `{shown}`{more} at `{}`", named.at.name);
        let problem = Diagnostic::new(codes::VERSION_INCOMPLETE, named.span, message)
            .label(format!("missing in the version `{}`", named.name));
        Some(problem.help(
            "fetch everything: leave out `--filter` (in actions/checkout: `filter`) and say `fetch-depth: 0`, or run \
             `git fetch --unshallow --refetch`",
        ))
    }

    /// Puts the versions in order, what is checked out among them.
    fn joined(
        &self,
        config: &VersionsConfig,
        versions: Vec<(Named, Arc<Version>)>,
        current: DocsSite,
        mut problems: Diagnostics,
    ) -> BuiltVersions {
        let (named, mut versions): (Vec<Named>, Vec<Arc<Version>>) =
            versions.into_iter().filter(|(_, version)| version.site.is_some()).unzip();
        let is_current = config.current == LATEST || config.latest == config.current;
        let latest = match names::latest(config, &named) {
            _ if is_current => None,
            Ok(latest) => latest,
            Err(name) => {
                let known = named.iter().map(|named| &*named.name);
                let problem = Diagnostic::new(
                    codes::VERSION_MISSING,
                    config.place,
                    format!("the latest version is to be `{name}`, and there is none of this name"),
                );
                problems.push(match nearest(&name, known) {
                    Some(near) => problem.help(format!("write `latest: {near}`")),
                    None => problem.help("write `latest: stable`, or the name of a version"),
                });
                (!named.is_empty()).then_some(0)
            }
        };
        // The one that was taken for the latest had nothing.
        if let Some(at) = latest
            && !versions[at].is_whole
            && let Ok(version) = self.version(&named[at], true)
        {
            versions[at] = version;
        }
        let title = |name: &str| config.titles.get(name).cloned();
        let current = BuiltEntry {
            name: config.current.clone(),
            title: title(&config.current)
                .unwrap_or_else(|| if is_current { "Latest".to_owned() } else { config.current.clone() }),
            state: VersionState::Early,
            date: None,
            site: Ok(current),
        };
        let mut entries = vec![current];
        entries.extend(named.iter().zip(&versions).filter_map(|(named, version)| {
            let site = version.site.clone()?;
            let title = title(&named.name).unwrap_or_else(|| named.name.clone());
            let date = Some(named.at.time);
            Some(BuiltEntry { name: named.name.clone(), title, state: VersionState::Early, date, site: Ok(site) })
        }));
        // Those of releases come one later, since what is checked out is first.
        let latest = latest.map_or(0, |at| at + 1);
        for (at, entry) in entries.iter_mut().enumerate() {
            let is_early = at < latest
                || (at > 0
                    && names::is_early(&named[at - 1].at.name)
                    && at != latest
                    && named[at - 1].at.kind == RefKind::Tag);
            entry.state = match at {
                _ if config.end_of_life.contains(&entry.name) => VersionState::EndOfLife,
                at if at == latest => VersionState::Latest,
                at if at < latest => VersionState::Early,
                at if at < latest + config.after && !is_early => VersionState::Supported,
                _ => VersionState::Outdated,
            };
        }
        let mut aliases = Vec::new();
        if entries[latest].name != LATEST {
            aliases.push((LATEST.to_owned(), latest));
        }
        for (alias, name) in &config.aliases {
            match entries.iter().position(|entry| entry.name == *name).or((name == LATEST).then_some(latest)) {
                Some(at) => aliases.push((alias.clone(), at)),
                None => problems.push(
                    Diagnostic::new(
                        codes::VERSION_MISSING,
                        config.place,
                        format!("the alias `{alias}` leads to the version `{name}`, which is not published"),
                    )
                    .help("name one that is, or remove the alias"),
                ),
            }
        }
        let is_plain = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        };
        aliases.retain(|(alias, _)| is_plain(alias) && !alias.starts_with('.'));
        BuiltVersions { entries, latest, aliases, is_indexed: config.is_indexed, problems }
    }

    /// Adds what `mike` has deployed to a branch, as far as that is known.
    fn add_mike(&self, config: &VersionsConfig, refs: &[GitRef], current: &Built, built: &mut BuiltVersions) {
        let Some(branch) = &config.mike else { return };
        let missing = |what: String, help: &str| {
            Diagnostic::new(codes::VERSION_MISSING, config.place, what)
                .label("what `mike` deployed is not listed")
                .help(help)
        };
        let Some(at) = refs.iter().find(|one| one.name == *branch && one.kind == RefKind::Branch) else {
            let what = format!("there is no branch `{branch}` in this clone");
            return built.problems.push(missing(what, "fetch it, or correct `mike`"));
        };
        let Some(base) = current.site_url.as_deref().filter(|url| html::is_external(url)) else {
            let what = "where `mike` has deployed to is not known".to_owned();
            return built.problems.push(missing(what, "say `site_url` in `mkdocs.yml`"));
        };
        let top = self.workspace.folder_at(self.folder, at).map(|at| at.top);
        let file = top.and_then(|top| self.workspace.locate_in(&top, "versions.json").ok());
        let text = file.and_then(|file| self.workspace.text_once(file, 1 << 20).ok());
        let listed = text.and_then(|text| serde_json::from_str::<Vec<Deployed>>(&text).ok());
        let Some(listed) = listed else {
            let what = format!("the branch `{branch}` has no `versions.json` that can be read");
            return built.problems.push(missing(what, "correct `mike`, or remove it"));
        };
        let base = base.trim_end_matches('/');
        for one in listed.into_iter().take(200) {
            let url = format!("{base}/{}/", one.version);
            let is_known = built.entries.iter().any(|entry| entry.name == one.version);
            if is_known || !html::is_safe_address(&url, html::AddressUse::Link) {
                continue;
            }
            built.entries.push(BuiltEntry {
                title: if one.title.is_empty() { one.version.clone() } else { one.title },
                name: one.version,
                state: VersionState::Outdated,
                date: None,
                site: Err(url),
            });
        }
    }
}

/// An entry of the `versions.json` of `mike`.
#[derive(serde::Deserialize)]
struct Deployed {
    version: String,
    #[serde(default)]
    title: String,
}

/// Reports what is where other versions do.
fn reserved(site: &DocsSite) -> Option<Diagnostic> {
    let is_below = |path: &str| path == FOLDER || path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'));
    let page = site.pages.iter().find(|page| is_below(&page.path)).map(|page| (page.file, &page.source));
    let asset = || site.assets.iter().find(|asset| is_below(&asset.path)).map(|asset| (asset.file, &asset.source));
    let (file, source) = page.or_else(asset)?;
    let message =
        format!("`{source}` has an address below `{FOLDER}/`, where the other versions of this documentation stand");
    Some(
        Diagnostic::new(codes::RESERVED_FOLDER, Span::whole(file), message)
            .label("readers may get a version in its place")
            .help(format!("rename the folder or document `{FOLDER}` at the top of the documentation")),
    )
}
