//! Which files of a folder are pages and which are copied, and the address of each.

use std::collections::{BTreeMap, HashMap, HashSet};

use ignore::gitignore::Gitignore;

use super::document_paths::{normal, page_path, stem};
use super::{DocsAsset, mkdocs};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::html::Picture;
use crate::inert::{self, Publication};
use crate::portable::{Change, Names, Reason, is_portable};
use crate::text::{FileId, Span};
use crate::workspace::{Folder, Workspace};

/// A document of a site before it is read.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) file: FileId,
    /// The path below the folder of documents.
    pub(super) source: String,
    /// The path of the address.
    pub(super) path: String,
    /// The path that the address would have if every host took it.
    pub(super) wanted: String,
}

/// What a path below the folder of documents is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Page(usize),
    Asset(usize),
}

/// The files of a site.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// Sorted by source.
    pub(super) sources: Vec<Source>,
    /// Sorted by path.
    pub(super) assets: Vec<DocsAsset>,
    /// Paths of files that `mkdocs.yml` excludes.
    excluded: HashSet<String>,
    by_source: HashMap<String, Target>,
    by_file: HashMap<FileId, Target>,
    by_path: HashMap<String, usize>,
    /// What has an address already.
    names: Names,
}

/// The largest picture that is read, in bytes.
const MAX_PICTURE: u64 = 32 << 20;
/// The endings of pictures of pixels.
const PIXELS: &[&str] = &["png", "jpg", "jpeg", "gif", "webp", "avif"];

impl Pages {
    /// Sorts the found files into pages and assets; of two with the same address one stays, and what not every host
    /// takes gets another address.
    pub(super) fn new(workspace: &Workspace, files: Files, problems: &mut Diagnostics) -> Self {
        let Files { mut found, excluded } = files;
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found.dedup_by(|a, b| a.0 == b.0);
        let mut by_address: BTreeMap<String, Source> = BTreeMap::new();
        let mut replaced = Vec::new();
        let mut files = Vec::new();
        for (source, file) in found {
            let Some(path) = page_path(&source) else {
                files.push((source, file));
                continue;
            };
            let new = Source { file, source, path: path.clone(), wanted: path.clone() };
            let Some(old) = by_address.remove(&path) else {
                by_address.insert(path, new);
                continue;
            };
            let (keep, drop) = if rank(&new.source) > rank(&old.source) { (new, old) } else { (old, new) };
            problems.push(
                Diagnostic::new(
                    codes::DUPLICATE_PAGE,
                    Span::whole(drop.file),
                    format!("`{}` and `{}` have the same address", drop.source, keep.source),
                )
                .label(format!("left out in favour of `{}`", keep.source))
                .also(Span::whole(keep.file), "this one is shown")
                .help("join the two documents, or rename one of them"),
            );
            replaced.push((drop, path.clone()));
            by_address.insert(path, keep);
        }
        let mut sources: Vec<Source> = by_address.into_values().collect();
        sources.sort_by(|a, b| a.source.cmp(&b.source));
        let mut names = Names::default();
        place_pages(&mut sources, &mut names, problems);
        let assets = place_assets(workspace, files, &sources, &mut names, problems);
        let mut by_path: HashMap<String, usize> = HashMap::new();
        for (at, page) in sources.iter().enumerate() {
            by_path.insert(page.path.clone(), at);
        }
        for (at, page) in sources.iter().enumerate() {
            by_path.entry(page.wanted.clone()).or_insert(at);
        }
        let mut by_source = HashMap::new();
        let mut by_file = HashMap::new();
        let pages = sources.iter().enumerate().map(|(at, page)| (&page.source, page.file, Target::Page(at)));
        let copied = assets.iter().enumerate().map(|(at, asset)| (&asset.source, asset.file, Target::Asset(at)));
        for (source, file, target) in pages.chain(copied) {
            by_source.insert(source.clone(), target);
            by_file.insert(file, target);
        }
        for (source, path) in replaced {
            if let Some(page) = by_path.get(&path) {
                by_source.insert(source.source, Target::Page(*page));
            }
        }
        Self { sources, assets, excluded, by_source, by_file, by_path, names }
    }

    /// Takes the address of a page for something that leads to another place; says what is in the way of that.
    pub(super) fn take(&mut self, path: &str) -> Option<Reason> {
        let mut changes = Vec::new();
        let given = self.names.page(path, &mut changes);
        let reason = changes.into_iter().next().map(|change| change.reason);
        // A folder that something else had renamed before is no change of this page, but not its address either.
        reason.or_else(|| (given != path).then_some(Reason::Refused))
    }

    /// Finds a file by its path below the folder of documents.
    pub(super) fn by_source(&self, source: &str) -> Option<Target> {
        self.by_source.get(source).copied()
    }

    /// Returns the address of a file that is excluded, and whether it would be a page.
    pub(super) fn excluded(&self, source: &str) -> Option<(String, bool)> {
        self.excluded.contains(source).then(|| match page_path(source) {
            Some(path) => (path, true),
            None => (source.to_owned(), false),
        })
    }

    pub(super) fn by_file(&self, file: FileId) -> Option<Target> {
        self.by_file.get(&file).copied()
    }

    /// Finds the page or file that a path from some root means: that of a document, that of an address, or the end of one.
    pub(super) fn by_any_path(&self, path: &str) -> Option<Target> {
        let mut rest = path.trim_matches(['/', '\\']);
        // Nobody writes longer ones, and each step looks the rest up.
        for _ in 0..32 {
            if let Some(target) = self.by_source_or_address(rest) {
                return Some(target);
            }
            rest = rest.split_once('/')?.1;
        }
        None
    }

    /// Finds a page or file by its path below the folder of documents, or by the address that it has.
    pub(super) fn by_source_or_address(&self, path: &str) -> Option<Target> {
        let path = normal("", path).filter(|path| !path.is_empty())?;
        if let Some(target) = self.by_source(&path).or_else(|| self.by_source(&format!("{path}.md"))) {
            return Some(target);
        }
        let page = path.strip_suffix("/index.html").or_else(|| path.strip_suffix(".html")).unwrap_or(&path);
        self.by_path(page).map(Target::Page)
    }

    /// Finds a page by the path of its address, or by the one that it would have if every host took that.
    pub(super) fn by_path(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }
}

/// Gives every page its address.
fn place_pages(sources: &mut [Source], names: &mut Names, problems: &mut Diagnostics) {
    // What can keep its address does, whatever else is there.
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_key(|at| !sources[*at].wanted.split('/').all(is_portable) && !sources[*at].wanted.is_empty());
    let mut changes = Vec::new();
    for at in order {
        let path = names.page(&sources[at].wanted, &mut changes);
        sources[at].path = path;
        for change in changes.drain(..) {
            problems.push(changed(&sources[at].source, sources[at].file, &change, None));
        }
    }
}

/// Gives every other file its address, as far as it is published.
fn place_assets(
    workspace: &Workspace,
    files: Vec<(String, FileId)>,
    sources: &[Source],
    names: &mut Names,
    problems: &mut Diagnostics,
) -> Vec<DocsAsset> {
    let mut placed: Vec<(String, DocsAsset)> = Vec::new();
    for (source, file) in files {
        let (folder, name) = source.rsplit_once('/').map_or(("", &*source), |(folder, name)| (folder, name));
        let found = |message: String, label: &str| {
            Diagnostic::new(codes::ACTIVE_FILE, Span::whole(file), message)
                .label(label.to_owned())
                .help("show it in a document, or publish it elsewhere and link to it there")
        };
        let name = match Publication::of(name) {
            Publication::AsItIs => name.to_owned(),
            Publication::Text(new) => {
                let message = format!("`{source}` is published as text, under the name `{new}`");
                problems.push(found(message, "a browser or a server would run it"));
                new
            }
            Publication::Nothing => {
                let message = format!("`{source}` is left out");
                problems.push(found(message, "a host would unpack it, and a browser would run what is in it"));
                continue;
            }
            Publication::Picture => {
                match workspace.bytes_once(file, MAX_PICTURE).ok().and_then(|bytes| Picture::read(&bytes)) {
                    Some(picture) => {
                        if let Some(lost) = picture.lost {
                            let message = format!("`{source}` is published without {lost}");
                            problems.push(found(message, "a browser would run it"));
                        }
                        name.to_owned()
                    }
                    None => {
                        let new = Publication::of_no_picture(name);
                        let message =
                            format!("`{source}` is no SVG picture, so it is published as text, under the name `{new}`");
                        problems.push(
                            found(
                                message,
                                "no well-formed XML that begins with `<svg xmlns=\"http://www.w3.org/2000/svg\">`",
                            )
                            .help("export the picture again, or remove the file"),
                        );
                        new
                    }
                }
            }
        };
        let wanted = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        let size = pixels(workspace, file, &source);
        placed.push((wanted, DocsAsset { file, path: String::new(), old_path: None, source, size }));
    }
    // What can keep its address does.
    placed.sort_by_cached_key(|(wanted, asset)| (*wanted != asset.source, !wanted.split('/').all(is_portable)));
    let by_wanted: HashMap<&str, &Source> = sources.iter().map(|page| (&*page.wanted, page)).collect();
    let mut changes = Vec::new();
    let mut assets = Vec::with_capacity(placed.len());
    for (wanted, mut asset) in placed {
        asset.path = names.file(&wanted, &mut changes);
        for change in changes.drain(..) {
            let page = match &change.reason {
                Reason::Taken(other) => {
                    ["", "/index.html", "/index.md"].iter().find_map(|file| by_wanted.get(other.strip_suffix(file)?))
                }
                _ => None,
            };
            problems.push(changed(&asset.source, asset.file, &change, page.copied()));
        }
        assets.push(asset);
    }
    // Once all files have their paths, so that none loses its own to a page that only leads on.
    for asset in assets.iter_mut().filter(|asset| inert::is_page_name(&asset.source) && asset.path != asset.source) {
        let is_free = names.file_as_it_is(&asset.source);
        asset.old_path = is_free.then(|| asset.source.clone());
    }
    assets.sort_by(|a, b| a.source.cmp(&b.source));
    assets
}

/// Returns width and height of a picture of pixels, so that a page does not jump when it arrives; `None` if it is none, or not
/// what its name says.
fn pixels(workspace: &Workspace, file: FileId, source: &str) -> Option<(u32, u32)> {
    let (_, ending) = source.rsplit_once('.')?;
    PIXELS.iter().find(|known| ending.eq_ignore_ascii_case(known))?;
    let bytes = workspace.bytes_once(file, MAX_PICTURE).ok()?;
    let size = imagesize::blob_size(&bytes).ok()?;
    let side = |length: usize| u32::try_from(length).ok().filter(|length| (1..=65_536).contains(length));
    Some((side(size.width)?, side(size.height)?))
}

/// Reports that a file has not the address that it asks for; `page` may have it.
fn changed(source: &str, file: FileId, change: &Change, page: Option<&Source>) -> Diagnostic {
    let Change { wanted, path, reason } = change;
    let new = |code, message: String| Diagnostic::new(code, Span::whole(file), message);
    let published = format!("published as `{path}`");
    match reason {
        Reason::Refused => new(codes::UNPORTABLE_NAME, format!("not every disk and host takes the name `{wanted}`"))
            .label(published)
            .help("rename it: letters, digits, `-`, `_` and `.`, and not too long"),
        Reason::Alike(other) => {
            new(codes::UNPORTABLE_NAME, format!("`{wanted}` and `{other}` are one name for some disks"))
                .label(published)
                .help("rename one of them, so that they differ in more than the case of letters")
        }
        Reason::Taken(other) => {
            let other = page.map_or(other, |page| &page.source);
            let problem =
                new(codes::DUPLICATE_PAGE, format!("`{source}` and `{other}` have the same address")).label(published);
            let problem = problem.help("rename one of them");
            match page {
                Some(page) => problem.also(Span::whole(page.file), "this one keeps it"),
                None => problem,
            }
        }
    }
}

/// The files of one or more folders of documents.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// By path below the folder.
    pub(super) found: Vec<(String, FileId)>,
    /// Paths of files that are not published.
    pub(super) excluded: HashSet<String>,
}

impl Files {
    /// Adds the files of a folder with their paths below it, `prefix` before each.
    pub(super) fn add(&mut self, workspace: &Workspace, folder: &Folder, prefix: &str, excluded: Option<&Gitignore>) {
        for file in workspace.files_below(folder) {
            let Some(path) = workspace.path_below(folder, file) else { continue };
            let leave_out = excluded.is_some_and(|excluded| mkdocs::matches(excluded, &path));
            let path = format!("{prefix}{path}");
            if leave_out {
                self.excluded.insert(path);
            } else {
                self.found.push((path, file));
            }
        }
    }
}

/// Orders documents that want the same address: the index of a folder, its README, a document beside the folder.
fn rank(source: &str) -> usize {
    let stem = stem(source).unwrap_or(source);
    match stem.rsplit('/').next() {
        Some("index") => 2,
        Some("README") => 1,
        _ => 0,
    }
}
