//! Decision records: the files of a folder read in every format that is in use, and how they relate to each other.
//!
//! Owns which files are records (`files.rs`), what each says of itself (`record.rs`), and what follows from all of a folder
//! (`relate.rs`). Knows no URL of the site and no HTML.
//!
//! Invariant: nothing is made up. What a record does not say is absent, and a file that cannot be read is listed with its
//! problem.

pub mod draft;
pub mod export;
mod files;
mod front;
mod record;
mod relate;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::catalog::{Catalog, Entity, EntityId, EntityRef};
use crate::config::BUILT_IN_KINDS;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::docs::Docs;
use crate::docs::links::decoded;
use crate::html;
use crate::markdown::{DocLink, Heading, LinkKind, Section};
use crate::text::{FileId, Span};
use crate::workspace::{Folder, LocateError, UrlTarget, Workspace};

pub use files::{is_numbered, is_reserved, number};

/// The annotation that says where the records of an entity are.
pub const LOCATION: &str = "backstage.io/adr-location";

/// The words for a status that are in use.
pub const STATUSES: &[&str] = &[
    "draft",
    "proposed",
    "pending",
    "accepted",
    "approved",
    "rejected",
    "deprecated",
    "superseded",
    "amended",
    "withdrawn",
];

/// Every decision record of the portal.
#[derive(Debug, Default)]
pub struct Decisions {
    /// The logs, those of entities in the order of references first.
    pub logs: Vec<Log>,
    by_file: HashMap<FileId, (usize, usize)>,
}

/// The records of one folder, for one entity.
#[derive(Debug)]
pub struct Log {
    /// Whose decisions they are; nothing for those of the organisation.
    pub entity: Option<EntityId>,
    /// The path of the folder, as reports show it.
    pub folder: Arc<str>,
    /// The records in the order of their paths.
    pub records: Arc<Vec<Record>>,
    /// The pictures in them with their names.
    pub pictures: Arc<Vec<(FileId, String)>>,
}

/// One decision record.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its file.
    pub file: FileId,
    /// The path of the file, as reports show it.
    pub path: Arc<str>,
    /// The path below the folder without its ending.
    pub id: String,
    /// The number in the name of the file, if that is not a day.
    pub number: Option<u32>,
    /// Its title.
    pub title: String,
    /// One of [`STATUSES`], or the author's own word in lower case.
    pub status: Option<String>,
    /// The status as the author put it.
    pub status_text: Option<String>,
    /// Such as `2026-11-21`.
    pub date: Option<String>,
    /// Who decided.
    pub deciders: Vec<String>,
    /// Who was consulted.
    pub consulted: Vec<String>,
    /// Who was informed.
    pub informed: Vec<String>,
    /// What it is about.
    pub tags: Vec<String>,
    /// The records that it takes the place of, by index.
    pub supersedes: Vec<usize>,
    /// The records that have taken its place.
    pub superseded_by: Vec<usize>,
    /// Other relations to records: the author's words for it, or `mentions`.
    pub links: Vec<(String, usize)>,
    /// The text without front matter and title, CommonMark.
    pub text: String,
    /// Its headings.
    pub headings: Vec<Heading>,
    /// Its text for search.
    pub sections: Vec<Section>,
    /// Where the file can be changed.
    pub edit: Option<String>,
    /// The page that shows the same file in a documentation site: its index, and that of the page.
    pub document: Option<(usize, usize)>,
    goals: HashMap<String, Goal>,
}

/// Where a link of a record leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// To a record, by its file, and a place in it that begins with `#` or is empty.
    Record(FileId, String),
    /// To an entity.
    Entity(EntityId),
    /// To a page of a documentation site, by index, and a place in it.
    Page(usize, usize, String),
    /// To a picture, by index into [`Log::pictures`].
    Picture(usize),
    /// To a file of the repository, shown by its host.
    Source(String),
    /// To what is the same on every page.
    AsWritten,
    /// To a file that no page shows.
    Outside,
    /// To nothing.
    Nowhere,
}

impl Record {
    /// Returns where a link of the text leads.
    #[must_use]
    pub fn goal(&self, link: &DocLink) -> &Goal {
        self.goals.get(&link.target).unwrap_or(&Goal::Nowhere)
    }

    /// Returns the folder of the file below that of the log; empty for a record right in it.
    #[must_use]
    pub fn group(&self) -> &str {
        self.id.rsplit_once('/').map_or("", |(group, _)| group)
    }
}

impl Log {
    /// Follows supersession to its end: the records in force today in place of one.
    #[must_use]
    pub fn successors(&self, record: usize) -> Vec<usize> {
        let (mut seen, mut open, mut ends) = (vec![record], vec![record], Vec::new());
        while let Some(at) = open.pop() {
            let next = &self.records[at].superseded_by;
            if next.is_empty() && at != record {
                ends.push(at);
            }
            for next in next {
                if !seen.contains(next) {
                    seen.push(*next);
                    open.push(*next);
                }
            }
        }
        ends.sort_unstable();
        ends.dedup();
        ends
    }
}

impl Decisions {
    /// Returns the log of an entity.
    #[must_use]
    pub fn of(&self, entity: EntityId) -> Option<(usize, &Log)> {
        let at = self.logs.partition_point(|log| log.entity.is_some_and(|other| other < entity));
        self.logs.get(at).filter(|log| log.entity == Some(entity)).map(|log| (at, log))
    }

    /// Finds the record of a file, preferring one in `log`: the same folder may belong to several entities.
    #[must_use]
    pub fn by_file(&self, file: FileId, log: usize) -> Option<(usize, usize)> {
        let here = self.logs.get(log).and_then(|of| of.records.iter().position(|record| record.file == file));
        here.map(|record| (log, record)).or_else(|| self.by_file.get(&file).copied())
    }

    /// Returns the number of the folder of a log among those of the organisation, from 1.
    #[must_use]
    pub fn number_of(&self, log: &Log) -> usize {
        let own = self.logs.iter().filter(|other| other.entity.is_none());
        1 + own.take_while(|other| other.folder != log.folder).count()
    }

    /// Returns whether there is no record at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.logs.iter().all(|log| log.records.is_empty())
    }
}

/// Reads the decision records of all entities and of the organisation.
#[must_use]
pub fn analyse(workspace: &Workspace, catalog: &Catalog, docs: &Docs) -> (Decisions, Diagnostics) {
    let mut problems = Vec::new();
    let mut wanted: Vec<(Option<EntityId>, Folder)> = Vec::new();
    for (id, entity) in catalog.iter() {
        match locate(workspace, entity) {
            Some(Ok(folder)) => wanted.push((Some(id), folder)),
            Some(Err(problem)) => problems.push(problem),
            None => {}
        }
    }
    wanted.extend(configured(workspace, &mut problems).into_iter().map(|folder| (None, folder)));
    let mut folders: BTreeMap<&Folder, Option<EntityId>> = BTreeMap::new();
    for (entity, folder) in &wanted {
        folders.entry(folder).or_insert(*entity);
    }
    let folders: Vec<(&Folder, Option<EntityId>)> = folders.into_iter().collect();
    let owned: Vec<_> = folders.par_iter().map(|(folder, _)| files::records(workspace, folder)).collect();
    let records: HashSet<FileId> = owned.iter().flatten().map(|(file, _)| *file).collect();
    let pages = page_files(docs);
    let context = Context { workspace, catalog, records: &records, pages: &pages };
    let read = folders.par_iter().zip(&owned).map(|((folder, entity), files)| {
        let reference = entity.map(|id| catalog.get(id).reference.shared());
        let (records, pictures, mut found) = relate::folder(&context, files);
        if let Some(reference) = reference {
            found.iter_mut().for_each(|problem| problem.entity = Some(Arc::clone(&reference)));
        }
        ((*folder).clone(), (Arc::new(records), Arc::new(pictures)), found)
    });
    let read: Vec<_> = read.collect();
    let mut by_folder = HashMap::new();
    for (folder, made, found) in read {
        problems.extend(found);
        by_folder.insert(folder, made);
    }
    let log = |(entity, folder): &(Option<EntityId>, Folder)| {
        let (records, pictures) = by_folder.get(folder)?;
        let (records, pictures) = (Arc::clone(records), Arc::clone(pictures));
        Some(Log { entity: *entity, folder: folder.path().into(), records, pictures })
    };
    let logs: Vec<Log> = wanted.iter().filter_map(log).collect();
    problems.extend(files::unclaimed(workspace, catalog, &records));
    let mut by_file = HashMap::new();
    for (at, log) in logs.iter().enumerate() {
        for (record, it) in log.records.iter().enumerate() {
            by_file.entry(it.file).or_insert((at, record));
        }
    }
    (Decisions { logs, by_file }, problems)
}

/// Reads the records of one folder alone, in the order of their paths, with the files in it that are not records:
/// templates.
#[must_use]
pub fn read_folder(workspace: &Workspace, folder: &Folder) -> (Vec<Record>, Vec<FileId>, Diagnostics) {
    let files = files::records(workspace, folder);
    let records: HashSet<FileId> = files.iter().map(|(file, _)| *file).collect();
    let (catalog, pages) = (Catalog::default(), HashMap::new());
    let context = Context { workspace, catalog: &catalog, records: &records, pages: &pages };
    let (records, _, problems) = relate::folder(&context, &files);
    let is_template = |file: &FileId| {
        let path = workspace.path_below(folder, *file).unwrap_or_default().to_lowercase();
        matches!(&*path, "template.md" | "adr-template.md")
    };
    let templates = workspace.files_below(folder).into_iter().filter(is_template).collect();
    (records, templates, problems)
}

/// What reading a record asks others.
struct Context<'a> {
    workspace: &'a Workspace,
    catalog: &'a Catalog,
    /// The files of all records.
    records: &'a HashSet<FileId>,
    /// The pages of documentation sites by their files.
    pages: &'a HashMap<FileId, (usize, usize)>,
}

impl Context<'_> {
    /// Finds out where a link leads; a picture comes back as its file.
    fn goal(&self, from: FileId, link: &DocLink) -> Result<Goal, FileId> {
        let target = link.target.trim();
        let is_image = matches!(link.kind, LinkKind::Image | LinkKind::HtmlImage);
        if target.starts_with('#') || target.is_empty() {
            return Ok(Goal::AsWritten);
        }
        let named = target.split('#').next().unwrap_or(target);
        if let Ok(reference) = EntityRef::parse(named, None, "default") {
            let found = self
                .catalog
                .find(reference.as_str())
                .or_else(|| self.catalog.renamed(self.workspace, reference.as_str()));
            if let Some(id) = found {
                return Ok(Goal::Entity(id));
            }
            if BUILT_IN_KINDS.iter().any(|kind| kind.eq_ignore_ascii_case(reference.kind())) && named.contains(':') {
                return Ok(Goal::Nowhere);
            }
        }
        if html::is_external(target) {
            // Pages load nothing from elsewhere.
            return Ok(if is_image { Goal::Outside } else { Goal::AsWritten });
        }
        let (path, place) = target.find(['?', '#']).map_or((target, ""), |at| target.split_at(at));
        let place = place.find('#').map_or("", |at| &place[at..]);
        let file = match self.workspace.locate(from, &decoded(path)) {
            Ok(file) => file,
            Err(LocateError::IsFolder) => return Ok(Goal::Outside),
            Err(_) => return Ok(Goal::Nowhere),
        };
        if is_image {
            return Err(file);
        }
        if self.records.contains(&file) {
            return Ok(Goal::Record(file, place.to_owned()));
        }
        if let Some((site, page)) = self.pages.get(&file) {
            return Ok(Goal::Page(*site, *page, place.to_owned()));
        }
        Ok(self.workspace.source_urls(file).map_or(Goal::Outside, |urls| Goal::Source(urls.view + place)))
    }
}

fn page_files(docs: &Docs) -> HashMap<FileId, (usize, usize)> {
    let pages = docs.sites.iter().enumerate().rev();
    pages.flat_map(|(site, of)| of.pages.iter().enumerate().map(move |(page, one)| (one.file, (site, page)))).collect()
}

/// Finds the folder that the annotation of an entity names.
fn locate(workspace: &Workspace, entity: &Entity) -> Option<Result<Folder, Diagnostic>> {
    let node = entity.annotation_node(LOCATION)?;
    let target = node.as_str()?.trim();
    let target = target.strip_prefix("url:").or_else(|| target.strip_prefix("dir:")).unwrap_or(target);
    let problem = |why: &str, help: &str| {
        let message = format!("the folder of decision records `{target}` {why}");
        Diagnostic::new(codes::ADR_FOLDER_MISSING, node.span, message).help(help).entity(entity.reference.shared())
    };
    let found = if target.contains("://") {
        match workspace.locate_url(target) {
            UrlTarget::Local { folder, path } => {
                workspace.locate_folder_in(&folder, if path.is_empty() { "." } else { &path })
            }
            UrlTarget::Elsewhere => Err(LocateError::NotLocal),
        }
    } else {
        workspace.locate_folder(entity.file, target)
    };
    Some(found.map_err(|error| match error {
        LocateError::IsFile => problem("is a file", "write the path of the folder"),
        LocateError::OutsideRepository => {
            problem("leads outside of the repository", "write the path of a folder in this repository")
        }
        LocateError::NotLocal => problem(
            "is not in a repository that is read",
            "write a path relative to this file, or add a clone of that repository to what is read",
        ),
        error => problem(
            &format!("is not there: {error}"),
            "write the path relative to the folder of this file, such as `docs/adr`",
        ),
    }))
}

/// Finds the folders that the configuration names.
fn configured(workspace: &Workspace, problems: &mut Diagnostics) -> Vec<Folder> {
    let mut found = Vec::new();
    for (at, path) in workspace.config().adr.folders.iter().enumerate() {
        let located = match workspace.config_file() {
            Some(config) => workspace.locate_folder(config, path),
            None => match workspace.roots().first() {
                Some(root) => workspace.locate_folder_in(root, path),
                None => continue,
            },
        };
        match located {
            Ok(folder) => found.push(folder),
            Err(error) => {
                let place = workspace.config().places.get(&format!("adr.folders[{at}]"));
                if let Some(place) = place.or(workspace.config_file().map(Span::whole)) {
                    let message = format!("the folder of decision records `{path}` cannot be read: {error}");
                    let help = "write the path of a folder, relative to this file";
                    problems.push(Diagnostic::new(codes::ADR_FOLDER_MISSING, place, message).help(help));
                }
            }
        }
    }
    found
}
