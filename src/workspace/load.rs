//! From options to a [`Workspace`]: the configuration, the roots, and the scan.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::disk::{FileType, reason};
use super::file_system::{FileSystem, MemoryFileSystem};
use super::files::Files;
use super::ignore_rules::Rules;
use super::pattern::Pattern;
use super::revisions::Revisions;
use super::scan::{self, Found};
use super::trace::Trace;
use super::{
    Boundary, GlobStyle, LocateError, ReadError, Repository, Root, UrlTarget, Workspace, path, pattern, refs,
    repository_in,
};
use crate::config::{self, Config};
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::error::Error;
use crate::text::{FileId, Span};

/// The names of the configuration file, the first one found counts.
pub(super) const CONFIG_NAMES: [&str; 2] = ["playbill.yaml", "playbill.yml"];
/// The configuration of Backstage, of which a few keys are read.
pub(super) const APP_CONFIG_NAME: &str = "app-config.yaml";

/// What to load.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Folders or files to scan; empty for those of the configuration.
    pub paths: Vec<PathBuf>,
    /// The configuration file; without it, it is looked for in the first path, then in `cwd`.
    pub config: Option<PathBuf>,
    /// The folder that relative paths of these options are relative to.
    pub cwd: PathBuf,
    /// Where the site will be written, if not where the configuration says, so that it is not scanned.
    pub output: Option<PathBuf>,
    /// Whether to ask git when files changed.
    pub history: bool,
    /// Whether to note what the outside answers, for [`Workspace::journal`].
    pub record: bool,
    /// Whether a file that is named may lead to others of its whole repository, not only to those of its folder.
    pub repository: bool,
    /// Read the first path as it is at this commit: a branch, a tag, or a hash. Nothing is checked out.
    pub revision: Option<String>,
    /// A folder of packs, each read as if its repository were checked out at its name below it. With it, the paths of the
    /// configuration count only if they are written there.
    pub packs: Option<PathBuf>,
    /// The file that says which packs are read.
    pub lock: Option<PathBuf>,
}

/// Reads the configuration and scans the roots.
///
/// Problems of the configuration do not fail, since they are rendered with the workspace as their source: see
/// [`Workspace::config_problems`].
///
/// # Errors
/// When a path that was given does not exist or cannot be read.
pub fn load(options: &LoadOptions) -> Result<Workspace, Error> {
    let tree = FileSystem::Disk(options.record.then(Trace::default), Revisions::default(), OnceLock::new());
    let moved = options.revision.as_deref().map(|name| at_revision(&tree, options, name)).transpose()?;
    let options = moved.as_ref().unwrap_or(options);
    for path in &options.paths {
        let place = options.cwd.join(path);
        tree.real(&place).map_err(|error| unusable(path, &error))?;
    }
    let home = Home::find(&tree, options)?;
    let mut workspace = Workspace::empty(tree, Config::default());
    workspace.history = options.history;
    workspace.now = super::snapshots::now();
    let config_root = Root { place: home.folder.clone(), prefix: path::shown(&home.shown), rules: None };
    Arc::make_mut(&mut workspace.roots).push(config_root);
    workspace.config_folder.clone_from(&home.folder);
    workspace.read_config(&home);
    if workspace.config_problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Ok(workspace);
    }
    if options.paths.is_empty() && !workspace.check_paths() {
        return Ok(workspace);
    }
    if let Some(packs) = &options.packs {
        workspace.mount_packs(&options.cwd, packs, options.lock.as_deref())?;
    }
    // The paths were shown relative to the folder of the configuration; from now on the roots decide.
    workspace.roots = Arc::default();
    let mut given: Vec<(PathBuf, PathBuf)> = if options.paths.is_empty() {
        let are_meant = options.packs.is_none() || workspace.config.places.get("paths").is_some();
        let paths = workspace.config.paths.iter().filter(|_| are_meant);
        paths.map(|path| (home.folder.join(path), path::joined(&home.shown, path))).collect()
    } else {
        options.paths.iter().map(|path| (options.cwd.join(path), path.clone())).collect()
    };
    given.extend(options.packs.iter().map(|packs| (options.cwd.join(packs), packs.clone())));
    let output = match &options.output {
        Some(output) => options.cwd.join(output),
        None => home.folder.join(&workspace.config.output),
    };
    if let FileSystem::Disk(Some(journal), ..) = &*workspace.tree {
        journal.set_own(&output);
    }
    // No catalog is looked for among answers of other tools.
    let mut outputs: Vec<PathBuf> = workspace.tree.real(&output).into_iter().collect();
    outputs.extend(workspace.snapshot_folders().iter().filter_map(|folder| workspace.tree.real(folder).ok()));
    workspace.limits = Arc::new(scan::Limits { outputs, ..scan::Limits::default() });
    workspace.starts_are_configured = options.paths.is_empty();
    workspace.starts = Arc::new(workspace.set_roots(&given, &home, options.repository)?);
    let (files, config_problems) =
        (std::mem::take(&mut workspace.files), std::mem::take(&mut workspace.config_problems));
    workspace.adopt(&files, config_problems);
    workspace.scan();
    Ok(workspace)
}

/// Lets a commit stand beside what is checked out, and returns the options that read it.
fn at_revision(tree: &FileSystem, options: &LoadOptions, name: &str) -> Result<LoadOptions, Error> {
    let given = options.paths.first().cloned().unwrap_or_default();
    let folder = tree.real(&options.cwd.join(&given)).map_err(|error| unusable(&given, &error))?;
    let is_top = |folder: &&Path| tree.kind(&folder.join(".git")).is_ok();
    let top = folder.ancestors().find(is_top).ok_or_else(|| {
        let shown = if given.as_os_str().is_empty() { Path::new(".") } else { &given };
        Error::Usage(format!("`{}` is in no git repository", shown.display()))
    })?;
    let at = refs::resolve(top, name).ok_or_else(|| {
        Error::Usage(format!(
            "`{name}` is no commit of this clone; fetch it, such as with `fetch-depth: 0` in the workflow"
        ))
    })?;
    let place = Revisions::place(top, &at);
    let hosts = Config::default().hosts;
    let folder_of = |path: &str, place: &Path| super::Folder { path: path.into(), place: Arc::from(place) };
    let repository = Arc::new(Repository::read(tree, folder_of("", top), &hosts));
    let revision = Repository::at(&repository, folder_of(name, &place), &at.commit, None, &[]);
    if let Some(revisions) = tree.revisions() {
        revisions.add(place.clone(), &at, top, &[], revision);
    }
    let below = folder.strip_prefix(top).unwrap_or(Path::new(""));
    let there = if below.as_os_str().is_empty() { place } else { place.join(below) };
    tree.real(&there).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::Usage(format!("`{}` is not there at `{name}`", given.display())),
        _ => unusable(&given, &error),
    })?;
    Ok(LoadOptions { paths: vec![there.clone()], cwd: there, config: None, revision: None, ..options.clone() })
}

/// Makes a workspace of files in memory.
pub(super) fn from_files(config: Config, files: &[(&str, &[u8])]) -> Workspace {
    let mut workspace = Workspace::empty(FileSystem::MemoryFileSystem(MemoryFileSystem::new(files)), config);
    workspace.roots = Arc::new(vec![Root { place: PathBuf::from("/"), prefix: String::new(), rules: None }]);
    workspace.config_file = CONFIG_NAMES.iter().find_map(|name| {
        let place = Path::new("/").join(name);
        workspace.tree.kind(&place).is_ok().then(|| workspace.files.add(&place, None, || workspace.show(&place)))
    });
    workspace.starts = Arc::new(vec![Start::Folder(PathBuf::from("/"))]);
    let outputs = workspace.snapshot_folders();
    workspace.limits = Arc::new(scan::Limits { outputs, ..scan::Limits::default() });
    workspace.scan();
    workspace
}

/// Where the configuration is.
struct Home {
    /// The folder that its paths are relative to, links followed.
    folder: PathBuf,
    /// The same as written on the command line.
    shown: PathBuf,
    /// The name of the file in it; `None` if there is none.
    file: Option<PathBuf>,
}

impl Home {
    fn find(tree: &FileSystem, options: &LoadOptions) -> Result<Self, Error> {
        let real = |path: &Path| tree.real(&options.cwd.join(path)).map_err(|error| unusable(path, &error));
        if let Some(given) = &options.config {
            let place = real(given)?;
            if tree.kind(&place).ok() != Some(FileType::File) {
                return Err(Error::Usage(format!("the configuration `{}` is not a file", given.display())));
            }
            let shown = given.parent().unwrap_or(Path::new("")).to_owned();
            // Paths in the file are relative to where it was named, not to where a link to it leads.
            let folder = real(&shown)?;
            let name = given.file_name().map(PathBuf::from);
            return Ok(Self { folder, shown, file: name });
        }
        let cwd = real(Path::new(""))?;
        let mut folders = Vec::new();
        if let Some(first) = options.paths.first() {
            let place = real(first)?;
            let inside = place.starts_with(&cwd);
            if tree.kind(&place).ok() == Some(FileType::Folder) {
                folders.push((place, first.clone()));
            }
            // The configuration of a folder that has nothing to do with the paths is not meant.
            if inside {
                folders.push((cwd.clone(), PathBuf::new()));
            }
        }
        if folders.is_empty() {
            folders.push((cwd, PathBuf::new()));
        }
        for (folder, shown) in &folders {
            for name in CONFIG_NAMES {
                if is_file(tree, &folder.join(name)) {
                    return Ok(Self { folder: folder.clone(), shown: shown.clone(), file: Some(name.into()) });
                }
            }
        }
        let with_app = folders.iter().position(|(folder, _)| is_file(tree, &folder.join(APP_CONFIG_NAME)));
        let (folder, shown) = folders.swap_remove(with_app.unwrap_or(0));
        Ok(Self { folder, shown, file: None })
    }
}

/// What a scan starts from.
#[derive(Debug)]
pub(super) enum Start {
    /// Everything below.
    Folder(PathBuf),
    /// Just this one.
    File(PathBuf),
}

impl Workspace {
    fn empty(tree: FileSystem, config: Config) -> Self {
        Self {
            config: Arc::new(config),
            config_file: None,
            config_folder: PathBuf::from("/"),
            config_problems: Arc::default(),
            tree: Arc::new(tree),
            book: Arc::default(),
            limits: Arc::default(),
            roots: Arc::default(),
            starts_are_configured: false,
            starts: Arc::default(),
            files: Arc::default(),
            known: Arc::default(),
            unread: Arc::default(),
            listed: Arc::default(),
            catalog_files: Arc::default(),
            misnamed_files: Arc::default(),
            content_files: Arc::default(),
            overlay_files: Arc::default(),
            empty_starts: Arc::default(),
            problems: Arc::default(),
            pack_problems: Arc::default(),
            clones: Arc::default(),
            by_remote: Arc::default(),
            history: false,
            now: 0,
            notes: None,
        }
    }

    /// Reads the configuration and what fits of Backstage's.
    fn read_config(&mut self, home: &Home) {
        if let Some(name) = &home.file {
            let file = self.add_config_file(&home.folder.join(name));
            self.config_file = Some(file);
            if let Some(text) = self.config_text(file) {
                let (config, problems) = config::parse(file, &text);
                self.config = Arc::new(config);
                Arc::make_mut(&mut self.config_problems).extend(problems);
            }
        }
        for name in self.config.search.files.clone() {
            let file = self.add_config_file(&home.folder.join(name));
            if let Some(text) = self.config_text(file) {
                let problems = config::parse_search_file(file, &text, Arc::make_mut(&mut self.config));
                Arc::make_mut(&mut self.config_problems).extend(problems);
            }
        }
        let app = home.folder.join(APP_CONFIG_NAME);
        if is_file(&self.tree, &app) {
            let file = self.add_config_file(&app);
            if let Some(text) = self.config_text(file) {
                let problems = config::parse_app_config(file, &text, Arc::make_mut(&mut self.config));
                Arc::make_mut(&mut self.config_problems).extend(problems);
            }
        }
    }

    fn add_config_file(&self, place: &Path) -> FileId {
        let real = self.tree.real(place).ok().filter(|real| real != place);
        self.files.add(place, real, || self.show(place))
    }

    fn config_text(&mut self, file: FileId) -> Option<Arc<str>> {
        match self.text(file, self.config.limits.catalog_file) {
            Ok(text) => Some(text),
            Err(error) => {
                Arc::make_mut(&mut self.config_problems).push(unread(file, &error));
                None
            }
        }
    }

    /// Reports the configured paths that do not exist; says whether all do.
    fn check_paths(&mut self) -> bool {
        let home = self.config_folder.clone();
        for (at, path) in Arc::clone(&self.config).paths.iter().enumerate() {
            if let Err(error) = self.tree.real(&home.join(path)) {
                let span = self.config_span(&format!("paths[{at}]"), &home);
                let message = format!("`{path}` cannot be scanned: {}", reason(&error));
                let problem = Diagnostic::new(codes::INVALID_CONFIG, span, message)
                    .help("name a folder or a file, relative to the configuration file");
                Arc::make_mut(&mut self.config_problems).push(problem);
            }
        }
        self.config_problems.iter().all(|problem| problem.severity != Severity::Error)
    }

    /// Decides which roots there are, and returns what to scan.
    fn set_roots(&mut self, given: &[(PathBuf, PathBuf)], home: &Home, repository: bool) -> Result<Vec<Start>, Error> {
        let mut starts = Vec::new();
        let mut roots: Vec<(PathBuf, String)> = Vec::new();
        for (place, shown) in given {
            let real = self.tree.real(place).map_err(|error| unusable(shown, &error))?;
            let (root, shown) = match self.tree.kind(&real) {
                Ok(FileType::Folder) => {
                    starts.push(Start::Folder(real.clone()));
                    (real, shown.as_path())
                }
                Ok(FileType::File) => {
                    let is_top = |folder: &&Path| repository && self.tree.kind(&folder.join(".git")).is_ok();
                    let top = real.ancestors().skip(1).find(is_top);
                    let folder = top.or(real.parent()).unwrap_or(&real).to_owned();
                    starts.push(Start::File(real));
                    (folder, shown.parent().unwrap_or(Path::new("")))
                }
                Ok(_) => return Err(Error::Usage(format!("`{}` is neither a folder nor a file", shown.display()))),
                Err(error) => return Err(unusable(shown, &error)),
            };
            if !roots.iter().any(|(other, _)| *other == root) {
                roots.push((root, path::shown(shown)));
            }
        }
        // A root within another one belongs to that one, so that a file has one path however it is reached.
        let all: Vec<PathBuf> = roots.iter().map(|(place, _)| place.clone()).collect();
        roots.retain(|(place, _)| !all.iter().any(|other| other != place && place.starts_with(other)));
        let several = roots.len() > 1;
        for (place, shown) in roots {
            let rules = self.rules_above(&place);
            Arc::make_mut(&mut self.roots).push(Root {
                place,
                prefix: if several { shown } else { String::new() },
                rules,
            });
        }
        if self.root_of(&home.folder).is_none() {
            let rules = self.rules_above(&home.folder);
            let root = Root { place: home.folder.clone(), prefix: path::shown(&home.shown), rules };
            Arc::make_mut(&mut self.roots).push(root);
        }
        Ok(starts)
    }

    /// Reads the ignore rules that hold at a root because of folders above, if it is part of a larger repository.
    ///
    /// A root that these rules exclude was named all the same, so they are not meant for it.
    fn rules_above(&self, root: &Path) -> Option<Arc<Rules>> {
        if self.tree.kind(&root.join(".git")).is_ok() {
            return None;
        }
        let top = root.ancestors().skip(1).find(|folder| self.tree.kind(&folder.join(".git")).is_ok())?;
        let mut folders: Vec<&Path> = root.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
        folders.reverse();
        let mut rules: Option<Arc<Rules>> = None;
        for (at, folder) in folders.iter().enumerate() {
            if at > 0 && rules.as_ref().is_some_and(|rules| rules.exclude(folder, FileType::Folder)) {
                return None;
            }
            let items = self.tree.list(folder).unwrap_or_default();
            rules = self.book.enter(&self.tree, rules.as_ref(), folder, &items);
        }
        rules.filter(|rules| !rules.exclude(root, FileType::Folder))
    }

    /// Takes over the files of the configuration, which were shown before the roots were known.
    fn adopt(&mut self, before: &Files, problems: Arc<Diagnostics>) {
        // Ids are given in the same order, so that those in the configuration's problems stay right.
        for id in before.all() {
            let file = before.get(id);
            self.files.adopt(&file, self.show(&file.place));
        }
        self.config_problems = problems;
    }

    /// Looks for the files that the catalog starts from.
    pub(super) fn scan(&mut self) {
        let outputs = self.limits.outputs.clone();
        let exclude = self.compile_excludes();
        let (files, entries) = self.compile_files();
        self.limits = Arc::new(scan::Limits { outputs, exclude, files, entries });
        self.problems = Arc::clone(&self.pack_problems);
        let mut found = Found::default();
        let mut empty = Vec::new();
        for (at, start) in Arc::clone(&self.starts).iter().enumerate() {
            match start {
                Start::Folder(folder) => {
                    let root = self.roots.iter().find(|root| root.place == *folder);
                    let rules = root.map_or_else(|| self.rules_above(folder), |root| root.rules.clone());
                    let part = scan::scan(&self.tree, &self.book, &self.limits, folder, rules.as_ref());
                    if part.files.is_empty() {
                        empty.push(at);
                    }
                    found.files.extend(part.files);
                    found.matched.extend(part.matched);
                    found.alike.extend(part.alike);
                    found.content.extend(part.content);
                    found.repositories.extend(part.repositories);
                    found.unreadable.extend(part.unreadable);
                }
                Start::File(file) => found.files.push((file.clone(), None)),
            }
        }
        self.empty_starts = Arc::new(empty);
        self.report_unmatched(&found);
        found.repositories.sort_unstable();
        found.repositories.dedup();
        self.clones = Arc::new(found.repositories);
        let mut files: Vec<(Arc<str>, PathBuf, Option<Arc<Path>>)> =
            found.files.into_iter().map(|(place, repository)| (self.show(&place), place, repository)).collect();
        files.sort_unstable();
        let mut ids = Vec::with_capacity(files.len());
        for (shown, place, repository) in files {
            if let (Some(folder), Some(repository)) = (place.parent(), repository) {
                self.remember(folder, &repository);
            }
            ids.push(self.files.add(&place, None, || shown));
        }
        for (place, reason) in found.unreadable {
            let id = self.add_folder(&place);
            let message = format!("the folder `{}` cannot be read: {reason}", self.path(id));
            let problem = Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(id), message)
                .help("make the folder readable, or name it in `catalog.exclude`");
            Arc::make_mut(&mut self.problems).push(problem);
        }
        let catalog = self.config.catalog.clone();
        let further = self.configured("catalog.locations", &catalog.locations);
        let overlays = self.configured("catalog.overlays", &catalog.overlays);
        let mut seen = HashSet::new();
        self.overlay_files = Arc::new(overlays.into_iter().filter(|id| seen.insert(*id)).collect());
        if !further.is_empty() {
            ids.extend(further);
            ids.sort_by_cached_key(|id| self.path(*id));
        }
        ids.dedup();
        found.alike.sort_unstable();
        found.alike.dedup();
        let alike = found.alike.iter().map(|place| self.files.add(place, None, || self.show(place)));
        self.misnamed_files = Arc::new(alike.collect());
        found.content.sort_unstable();
        found.content.dedup();
        let content = found.content.iter().map(|place| self.files.add(place, None, || self.show(place)));
        self.content_files = Arc::new(content.collect());
        self.catalog_files = Arc::new(ids);
        let mut problems = (*self.problems).clone();
        problems.sort_by_cached_key(|problem| self.path(problem.span().file));
        self.problems = Arc::new(problems);
    }

    /// Reports the patterns of `catalog.files` that match nothing in the folders that were scanned.
    fn report_unmatched(&mut self, found: &Found) {
        let scanned = self.starts.iter().any(|start| matches!(start, Start::Folder(_)));
        let Some(home) = self.config_home().filter(|_| scanned) else { return };
        let matched: HashSet<usize> = found.matched.iter().map(|at| self.limits.entries[*at]).collect();
        for (at, pattern) in Arc::clone(&self.config).catalog.files.iter().enumerate() {
            if matched.contains(&at) {
                continue;
            }
            let span = self.config_span(&format!("catalog.files[{at}]"), &home);
            let message = format!("`catalog.files` names `{pattern}`, which matches no file");
            let problem = Diagnostic::new(codes::LOCATION_TARGET_MISSING, span, message).help(
                "correct the pattern, or remove it: a name alone is meant at any depth, a path from the scanned folder on",
            );
            // The same configuration may serve many folders.
            let problem = Diagnostic { severity: Severity::Warning, ..problem };
            Arc::make_mut(&mut self.problems).push(problem);
        }
    }

    /// Notes which repository a folder is in, and that no link leads to it: the scan knows both.
    fn remember(&self, folder: &Path, repository: &Arc<Path>) {
        let mut boundaries = self.known.boundaries.write();
        if !boundaries.contains_key(folder) {
            let boundary = boundaries.get(&**repository).cloned().unwrap_or_else(|| {
                let place = Arc::clone(repository);
                Arc::new(Boundary { place: Arc::clone(&place), real: place, is_repository: true })
            });
            boundaries.insert(repository.to_path_buf(), Arc::clone(&boundary));
            boundaries.insert(folder.to_owned(), boundary);
            self.known.real.write().insert(folder.to_owned(), folder.into());
        }
    }

    /// Finds the files that a list of paths and patterns in the configuration names.
    fn configured(&mut self, key: &str, targets: &[String]) -> Vec<FileId> {
        let mut ids = Vec::new();
        let Some(home) = self.config_home() else { return ids };
        for (at, target) in targets.iter().enumerate() {
            let span = || self.config_span(&format!("{key}[{at}]"), &home);
            let found =
                if target.contains("://") { self.at_url(target) } else { self.glob_at(&home, target, GlobStyle::File) };
            let problem = match found {
                Ok(found) if !found.is_empty() => {
                    ids.extend(found);
                    continue;
                }
                Ok(_) => Diagnostic::new(
                    codes::LOCATION_TARGET_MISSING,
                    span(),
                    format!("`{key}` names `{target}`, which matches no file"),
                )
                .help("correct the pattern, or remove the entry"),
                Err(error) => {
                    let code = match error {
                        LocateError::OutsideRepository => codes::LOCATION_OUTSIDE_REPOSITORY,
                        LocateError::NotLocal => codes::LOCATION_NOT_LOCAL,
                        LocateError::Unreadable { .. } => codes::UNREADABLE_FILE,
                        _ => codes::LOCATION_TARGET_MISSING,
                    };
                    let problem = Diagnostic::new(code, span(), format!("`{key}` names `{target}`: {error}"));
                    match error {
                        LocateError::NotLocal => problem
                            .help("clone that repository beside this one and name both, or remove the entry")
                            .cause(repository_in(target)),
                        _ => problem.help("correct the path, or remove the entry"),
                    }
                }
            };
            Arc::make_mut(&mut self.problems).push(problem);
        }
        ids
    }

    /// Finds the files that a URL means, as far as its repository is read.
    fn at_url(&self, url: &str) -> Result<Vec<FileId>, LocateError> {
        match self.locate_url(url) {
            UrlTarget::Local { folder, path } => self.glob_in(&folder, &path, GlobStyle::Url),
            UrlTarget::Elsewhere => Err(LocateError::NotLocal),
        }
    }

    /// Returns where a value of the configuration is, or where it could.
    fn config_span(&self, key: &str, home: &Path) -> Span {
        let written = self.config.places.get(key);
        written.unwrap_or_else(|| Span::whole(self.config_file.unwrap_or_else(|| self.add_folder(home))))
    }

    /// Returns an id by which a problem can name a folder.
    pub(super) fn add_folder(&self, place: &Path) -> FileId {
        self.files.add_nothing(place, || {
            let shown = self.show(place);
            if shown.is_empty() { ".".into() } else { shown }
        })
    }

    /// Returns the folder that paths of the configuration are relative to.
    fn config_home(&self) -> Option<PathBuf> {
        match self.config_file {
            Some(file) => self.files.get(file).place.parent().map(Path::to_owned),
            None => self.roots.last().map(|root| root.place.clone()),
        }
    }

    fn compile_excludes(&self) -> GlobSet {
        let mut set = GlobSetBuilder::new();
        for text in &self.config.catalog.exclude {
            let text = text.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
            // The folder itself is excluded too, or its contents would be listed for nothing.
            for text in [Some(text), text.strip_suffix("/**")].into_iter().flatten() {
                // `config` reports patterns that are wrong.
                if let Ok(glob) = GlobBuilder::new(text).literal_separator(true).build() {
                    set.add(glob);
                }
            }
        }
        set.build().unwrap_or_default()
    }

    /// Compiles the patterns of `catalog.files`; returns for each which entry it is from.
    fn compile_files(&self) -> (Vec<Pattern>, Vec<usize>) {
        let mut patterns = Vec::new();
        let mut entries = Vec::new();
        for (at, text) in self.config.catalog.files.iter().enumerate() {
            for text in pattern::expand(text, GlobStyle::File) {
                // A name alone is meant at any depth, as `catalog-info.yaml` is.
                let anywhere = if text.contains('/') { None } else { Some("**") };
                patterns.extend(Pattern::new(anywhere.into_iter().chain(text.split('/')), GlobStyle::File));
                entries.resize(patterns.len(), at);
            }
        }
        (patterns, entries)
    }
}

fn unread(file: FileId, error: &ReadError) -> Diagnostic {
    let code = match error {
        ReadError::TooLarge { .. } => codes::FILE_TOO_LARGE,
        ReadError::NotUtf8 { .. } => codes::NOT_UTF8,
        ReadError::Unreadable(_) => codes::UNREADABLE_FILE,
    };
    Diagnostic::new(code, Span::whole(file), error.to_string())
}

fn is_file(tree: &FileSystem, place: &Path) -> bool {
    tree.end_kind(place).is_ok_and(|kind| kind == FileType::File)
}

pub(super) fn unusable(path: &Path, error: &std::io::Error) -> Error {
    let shown = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::Usage(format!("`{}` does not exist", shown.display())),
        _ => Error::Usage(format!("`{}` cannot be read: {}", shown.display(), reason(error))),
    }
}
