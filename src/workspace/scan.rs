//! The walks: one over the roots in parallel for catalog files, and one below a folder for single questions.

use parking_lot::Mutex;
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;

use super::disk::{DirEntry, FileType, reason};
use super::file_system::FileSystem;
use super::ignore_rules::{RuleBook, Rules};
use super::pattern::{Pattern, State};

/// The file by which a folder is known as output of an earlier build.
pub(crate) const MANIFEST: &str = ".playbill-manifest.json";
/// A walk below one folder ends after this many entries, so that links to large trees cost bounded time.
const MAX_ENTRIES: usize = 1_000_000;
/// The deepest folder a walk enters; operating systems refuse longer paths at about the same depth.
const MAX_DEPTH: usize = 512;

/// What holds for every walk of a workspace.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// Folders that are never entered: where the site is written.
    pub(super) outputs: Vec<PathBuf>,
    /// Paths below a root that are skipped.
    pub(super) exclude: GlobSet,
    /// Further patterns that start the catalog, besides the two names.
    pub(super) files: Vec<Pattern>,
    /// For each of these, which entry of the configuration it is from.
    pub(super) entries: Vec<usize>,
}

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Catalog files, each with the repository it is in.
    pub(super) files: Vec<(PathBuf, Option<Arc<Path>>)>,
    /// Files whose names are near that of a catalog file.
    pub(super) alike: Vec<PathBuf>,
    /// Documentation sites and definitions of APIs, as far as names show.
    pub(super) content: Vec<PathBuf>,
    /// The patterns that match a file, by index.
    pub(super) matched: BTreeSet<usize>,
    /// Folders with a `.git`.
    pub(super) repositories: Vec<Arc<Path>>,
    /// Folders that could not be read, with the reason.
    pub(super) unreadable: Vec<(PathBuf, String)>,
}

/// Looks for catalog files and repositories below `root`, given the rules that hold in it;
/// in no particular order.
pub(super) fn scan(
    tree: &FileSystem,
    book: &RuleBook,
    limits: &Limits,
    root: &Path,
    above: Option<&Arc<Rules>>,
) -> Found {
    let scan = Scan { tree, book, limits, root, found: Mutex::default() };
    let states = limits.files.iter().map(Pattern::start).collect();
    let start = Visit {
        folder: root.to_owned(),
        rules: above.cloned(),
        repository: None,
        states,
        hidden: false,
        templates: false,
        depth: 0,
    };
    rayon::scope(|scope| scan.visit(scope, start));
    scan.found.into_inner()
}

struct Scan<'a> {
    tree: &'a FileSystem,
    book: &'a RuleBook,
    limits: &'a Limits,
    root: &'a Path,
    found: Mutex<Found>,
}

/// One folder to look into.
struct Visit {
    folder: PathBuf,
    rules: Option<Arc<Rules>>,
    repository: Option<Arc<Path>>,
    /// How far each pattern of the configuration got.
    states: Vec<State>,
    /// Whether only those patterns count, since a folder on the way is hidden.
    hidden: bool,
    /// Whether a folder on the way is called as those that hold templates.
    templates: bool,
    depth: usize,
}

impl<'a> Scan<'a> {
    fn visit<'scope>(&'scope self, scope: &rayon::Scope<'scope>, mut visit: Visit)
    where
        'a: 'scope,
    {
        let items = match self.tree.list(&visit.folder) {
            Ok(items) => items,
            Err(error) => {
                self.found.lock().unreadable.push((visit.folder, reason(&error)));
                return;
            }
        };
        if visit.depth > 0 && items.iter().any(|item| item.name == MANIFEST) {
            return;
        }
        if items.iter().any(|item| item.name == ".git") {
            let repository: Arc<Path> = Arc::from(visit.folder.as_path());
            self.found.lock().repositories.push(Arc::clone(&repository));
            visit.repository = Some(repository);
        }
        visit.rules = self.book.enter(self.tree, visit.rules.as_ref(), &visit.folder, &items);
        for item in items {
            match item.kind {
                FileType::Folder if visit.depth < MAX_DEPTH => self.folder(scope, &visit, &item),
                FileType::File => self.file(&visit, &item),
                _ => {}
            }
        }
    }

    fn folder<'scope>(&'scope self, scope: &rayon::Scope<'scope>, visit: &Visit, item: &DirEntry)
    where
        'a: 'scope,
    {
        if item.name == ".git" {
            return;
        }
        let name = item.name.to_string_lossy();
        let states: Vec<_> = self.steps(visit, &name).collect();
        let hidden = visit.hidden || name.starts_with('.') || name == "node_modules";
        if hidden && states.iter().all(|state| state.is_dead()) {
            return;
        }
        let folder = visit.folder.join(&item.name);
        if self.limits.outputs.contains(&folder) || self.excluded(visit, &folder, item.kind) {
            return;
        }
        let next = Visit {
            folder,
            rules: visit.rules.clone(),
            repository: visit.repository.clone(),
            states,
            hidden,
            templates: visit.templates || is_for_templates(&name),
            depth: visit.depth + 1,
        };
        scope.spawn(move |scope| self.visit(scope, next));
    }

    fn file(&self, visit: &Visit, item: &DirEntry) {
        let by_name = !visit.hidden && (item.name == "catalog-info.yaml" || item.name == "catalog-info.yml");
        let name = item.name.to_string_lossy();
        let patterns = self.limits.files.iter().zip(self.steps(visit, &name)).enumerate();
        let matched: Vec<usize> =
            patterns.filter(|(_, (pattern, state))| pattern.accepts(*state)).map(|(at, _)| at).collect();
        if by_name || !matched.is_empty() {
            let file = visit.folder.join(&item.name);
            if !self.excluded(visit, &file, item.kind) {
                let mut found = self.found.lock();
                found.files.push((file, visit.repository.clone()));
                found.matched.extend(matched);
            }
        } else if is_alike(&name, visit.templates) && !visit.hidden {
            let file = visit.folder.join(&item.name);
            if !self.excluded(visit, &file, item.kind) {
                self.found.lock().alike.push(file);
            }
        } else if !visit.hidden && !visit.templates && is_content(&name) {
            let file = visit.folder.join(&item.name);
            if !self.excluded(visit, &file, item.kind) {
                self.found.lock().content.push(file);
            }
        }
    }

    fn steps<'b>(&'b self, visit: &'b Visit, name: &'b str) -> impl Iterator<Item = State> + 'b {
        self.limits.files.iter().zip(&visit.states).map(move |(pattern, state)| pattern.step(*state, name))
    }

    fn excluded(&self, visit: &Visit, path: &Path, kind: FileType) -> bool {
        visit.rules.as_ref().is_some_and(|rules| rules.exclude(path, kind))
            || (!self.limits.exclude.is_empty()
                && path.strip_prefix(self.root).is_ok_and(|path| self.limits.exclude.is_match(path)))
    }
}

/// Returns whether authors who write this name mean a catalog file; among templates any YAML file may be one.
pub(super) fn is_alike(name: &str, among_templates: bool) -> bool {
    const USUAL: [&str; 13] = [
        "all",
        "apis",
        "backstage",
        "components",
        "domains",
        "entities",
        "groups",
        "locations",
        "org",
        "resources",
        "systems",
        "teams",
        "users",
    ];
    let name = name.to_ascii_lowercase().replace('_', "-");
    let Some(stem) = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")) else { return false };
    among_templates
        || stem.trim_start_matches('.').starts_with("catalog")
        || stem.contains("template")
        || stem.ends_with("-entity")
        || stem.ends_with("-catalog")
        || USUAL.contains(&stem)
}

/// Returns whether a file is called as documentation sites and definitions of APIs are.
pub(super) fn is_content(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_definition = || ["openapi", "swagger", "asyncapi"].iter().any(|format| name.contains(format));
    let has_ending = || [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
    matches!(&*name, "mkdocs.yml" | "mkdocs.yaml") || has_ending() && is_definition()
}

/// Returns whether a folder is called as those that hold templates.
pub(super) fn is_for_templates(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("template") || name.contains("scaffold")
}

/// A file that a survey met.
pub(super) struct Surveyed {
    /// Where.
    pub(super) place: PathBuf,
    /// Whether a scan skips it.
    pub(super) ignored: bool,
}

/// Looks below `root` for files that may be input, whatever ignore files say; the outer ones come first, and it ends after
/// some thousands.
pub(super) fn survey(
    tree: &FileSystem,
    book: &RuleBook,
    limits: &Limits,
    root: &Path,
    above: Option<&Arc<Rules>>,
) -> Vec<Surveyed> {
    const MAX_SURVEYED: usize = 20_000;
    let mut files = Vec::new();
    let mut seen = 0;
    let mut open = VecDeque::from([(root.to_owned(), above.cloned(), false, 0)]);
    while let Some((folder, rules, ignored, depth)) = open.pop_front() {
        let Ok(mut items) = tree.list(&folder) else { continue };
        seen += items.len();
        if seen > MAX_SURVEYED {
            break;
        }
        if depth > 0 && items.iter().any(|item| item.name == MANIFEST) {
            continue;
        }
        let rules = book.enter(tree, rules.as_ref(), &folder, &items);
        items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for item in items {
            let name = item.name.to_string_lossy().to_ascii_lowercase();
            let place = folder.join(&item.name);
            let excluded = |path: &Path| {
                rules.as_ref().is_some_and(|rules| rules.exclude(path, item.kind))
                    || path.strip_prefix(root).is_ok_and(|path| limits.exclude.is_match(path))
            };
            match item.kind {
                FileType::Folder
                    if depth < MAX_DEPTH
                        && name != ".git"
                        && name != "node_modules"
                        && !limits.outputs.contains(&place) =>
                {
                    let ignored = ignored || name.starts_with('.') || excluded(&place);
                    open.push_back((place, rules.clone(), ignored, depth + 1));
                }
                FileType::File if [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)) => {
                    let ignored = ignored || excluded(&place);
                    files.push(Surveyed { place, ignored });
                }
                _ => {}
            }
        }
    }
    files
}

/// What a walk below one folder is for.
pub(super) enum Purpose<'a> {
    /// The files that a pattern matches; paths excluded from the catalog do not count.
    Match(&'a Pattern, &'a dyn Fn(&Path) -> bool),
    /// Every file, also through links whose end the function accepts; it says whether that is a file or a folder.
    All(&'a dyn Fn(&Path) -> Option<FileType>),
    /// Every file, hidden ones as well, but none through links.
    Every,
}

/// A file that a walk met.
pub(super) struct Listed {
    /// Where.
    pub(super) place: PathBuf,
    /// Whether it is a link itself.
    pub(super) is_link: bool,
}

/// Lists files below `folder`, given the rules that hold in it; in no particular order.
pub(super) fn list(
    tree: &FileSystem,
    book: &RuleBook,
    limits: &Limits,
    folder: &Path,
    above: Option<&Arc<Rules>>,
    purpose: &Purpose<'_>,
) -> Vec<Listed> {
    struct Open {
        folder: PathBuf,
        rules: Option<Arc<Rules>>,
        state: Option<State>,
        linked: bool,
        depth: usize,
        entered: bool,
    }
    let state = match purpose {
        Purpose::Match(pattern, _) => Some(pattern.start()),
        Purpose::All(_) | Purpose::Every => None,
    };
    let mut files = Vec::new();
    let mut seen = 0;
    // The rules of the folder itself are part of `above` already.
    let first =
        Open { folder: folder.to_owned(), rules: above.cloned(), state, linked: false, depth: 0, entered: true };
    let mut open = vec![first];
    while let Some(Open { folder, mut rules, state, linked, depth, entered }) = open.pop() {
        let Ok(mut items) = tree.list(&folder) else { continue };
        seen += items.len();
        if seen > MAX_ENTRIES {
            break;
        }
        if depth > 0 && items.iter().any(|item| item.name == MANIFEST) {
            continue;
        }
        if !entered {
            rules = book.enter(tree, rules.as_ref(), &folder, &items);
        }
        items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for item in items {
            let name = item.name.to_string_lossy();
            let state = match (purpose, state) {
                (Purpose::Match(pattern, _), Some(state)) => {
                    let state = pattern.step(state, &name);
                    if state.is_dead() || name == ".git" {
                        continue;
                    }
                    Some(state)
                }
                (Purpose::Every, _) if name == ".git" || name == "node_modules" => continue,
                (Purpose::Every, _) => None,
                _ if name.starts_with('.') || name == "node_modules" => continue,
                _ => None,
            };
            let path = folder.join(&item.name);
            let (kind, is_link) = match (purpose, item.kind) {
                (Purpose::All(end), FileType::Link) => match end(&path) {
                    Some(kind) => (kind, true),
                    None => continue,
                },
                (_, kind) => (kind, false),
            };
            // Links within linked folders could multiply without end.
            let enter = kind == FileType::Folder && depth < MAX_DEPTH && !(linked && is_link);
            let take = kind == FileType::File
                && match (purpose, state) {
                    (Purpose::Match(pattern, excluded), Some(state)) => pattern.accepts(state) && !excluded(&path),
                    _ => true,
                };
            if !(enter || take) || rules.as_ref().is_some_and(|rules| rules.exclude(&path, kind)) {
                continue;
            }
            if take {
                files.push(Listed { place: path, is_link });
            } else if !limits.outputs.contains(&path) {
                if let Purpose::Match(_, excluded) = purpose
                    && excluded(&path)
                {
                    continue;
                }
                let rules = rules.clone();
                open.push(Open {
                    folder: path,
                    rules,
                    state,
                    linked: linked || is_link,
                    depth: depth + 1,
                    entered: false,
                });
            }
        }
    }
    files
}
