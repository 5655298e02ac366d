//! Which files of a folder are pages and which are copied, and the address of each.

use std::collections::{BTreeMap, HashMap, HashSet};

use ignore::gitignore::Gitignore;

use super::{DocsAsset, mkdocs};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::workspace::{Folder, ReadError, Workspace};

/// The endings of documents, as MkDocs has them.
const ENDINGS: &[&str] = &[".md", ".markdown", ".mdown", ".mkdn", ".mkd"];

/// A document of a site before it is read.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) file: FileId,
    /// The path below the folder of documents.
    pub(super) source: String,
    /// The path of the address.
    pub(super) path: String,
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
}

impl Pages {
    /// Sorts the found files into pages and assets; of two with the same address one stays.
    pub(super) fn new(files: Files, problems: &mut Diagnostics) -> Self {
        let Files { mut found, excluded } = files;
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found.dedup_by(|a, b| a.0 == b.0);
        let mut by_address: BTreeMap<String, Source> = BTreeMap::new();
        let mut replaced = Vec::new();
        let mut files = Vec::new();
        for (source, file) in found {
            let Some(path) = page_path(&source) else {
                files.push(DocsAsset { file, path: source });
                continue;
            };
            let new = Source { file, source, path: path.clone() };
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
        let by_path: HashMap<_, _> = sources.iter().enumerate().map(|(at, page)| (page.path.clone(), at)).collect();
        let mut assets: Vec<DocsAsset> = Vec::new();
        for asset in files {
            let folder = asset.path.strip_suffix("index.html").map(|folder| folder.trim_end_matches('/'));
            if let Some(page) = folder.and_then(|folder| by_path.get(folder)) {
                problems.push(
                    Diagnostic::new(
                        codes::DUPLICATE_PAGE,
                        Span::whole(asset.file),
                        format!("`{}` and `{}` have the same address", asset.path, sources[*page].source),
                    )
                    .label("left out in favour of the document")
                    .help("rename one of them"),
                );
                continue;
            }
            assets.push(asset);
        }
        let mut by_source = HashMap::new();
        let mut by_file = HashMap::new();
        let pages = sources.iter().enumerate().map(|(at, page)| (&page.source, page.file, Target::Page(at)));
        let copied = assets.iter().enumerate().map(|(at, asset)| (&asset.path, asset.file, Target::Asset(at)));
        for (source, file, target) in pages.chain(copied) {
            by_source.insert(source.clone(), target);
            by_file.insert(file, target);
        }
        for (source, path) in replaced {
            if let Some(page) = by_path.get(&path) {
                by_source.insert(source.source, Target::Page(*page));
            }
        }
        Self { sources, assets, excluded, by_source, by_file, by_path }
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

    /// Finds a page by the path of its address.
    pub(super) fn by_path(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
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

/// Returns the path of the address of a document: without its ending, and the folder itself for its index.
pub(super) fn page_path(source: &str) -> Option<String> {
    let stem = stem(source)?;
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    Some(if is_index(name) { folder.to_owned() } else { stem.to_owned() })
}

/// Returns the path of a document without its ending; nothing if it is none.
pub(super) fn stem(source: &str) -> Option<&str> {
    ENDINGS
        .iter()
        .find_map(|ending| source.strip_suffix(ending))
        .filter(|stem| !stem.is_empty() && !stem.ends_with('/'))
}

/// Returns whether a document of this name without ending is the page of its folder.
pub(super) fn is_index(name: &str) -> bool {
    matches!(name, "index" | "README")
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

/// Makes a name readable: hyphens and underscores as blanks, a capital in front if there is none.
pub(super) fn humanise(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) if words.to_lowercase() == words => first.to_uppercase().chain(letters).collect(),
        _ => words,
    }
}

/// Finds the path most like `path`; one that differs only in its numbers is another document, not a misspelling.
pub(super) fn nearest_path<'a>(path: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let bare = |path: &str| path.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let wanted = bare(path);
    crate::text::nearest_where(path, candidates, |candidate| path.len() == wanted.len() || bare(candidate) != wanted)
}

/// Reports a document that cannot be read.
pub(super) fn unreadable(error: &ReadError, file: FileId) -> Diagnostic {
    let (code, span, help) = match error {
        ReadError::TooLarge { .. } => {
            (codes::FILE_TOO_LARGE, Span::whole(file), "split the file, or raise `limits.document` in playbill.yaml")
        }
        ReadError::NotUtf8 { offset } => {
            let offset = usize::try_from(*offset).unwrap_or(0);
            (codes::NOT_UTF8, Span::new(file, offset, offset + 1), "save the file as UTF-8")
        }
        ReadError::Unreadable(_) => (codes::UNREADABLE_FILE, Span::whole(file), "make the file readable"),
    };
    Diagnostic::new(code, span, format!("this document is left out: {error}")).help(help)
}
