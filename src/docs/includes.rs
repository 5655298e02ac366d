//! Text that documents include: how it is read, and where what is not there is asked for, and what was meant.

use std::collections::HashSet;
use std::sync::Arc;

use super::document_paths::nearest_path;
use super::mkdocs::{MkDocs, PAGE_DIR, base_folders, invalid};
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::markdown::techdocs::{self, Options};
use crate::markdown::{IncludeFault, MissingInclude};
use crate::text::{FileId, Span, nearest};
use crate::workspace::{Folder, LocateError, Workspace};

/// Returns what reads the files that a page includes; paths are from the folder of `mkdocs.yml`.
pub(super) fn snippets(
    workspace: &Workspace,
    folder: &Folder,
    page: FileId,
) -> impl Fn(&str) -> Option<Arc<str>> + Sync {
    let limit = workspace.config().limits.document;
    move |path| {
        let beside = path.strip_prefix(PAGE_DIR).and_then(|path| path.strip_prefix('/'));
        let file = match beside {
            Some(path) => workspace.locate(page, path),
            None => workspace.locate_in(folder, path),
        };
        workspace.text(file.ok()?, limit).ok()
    }
}

/// Maximum number of files that are examined to find the one that was meant.
const MAX_CANDIDATES: usize = 50_000;

/// Maximum number of folders above in which the repository is searched for.
const MAX_DEPTH: usize = 16;

/// Reports what pages include and is not there, each place once.
pub(super) fn missing<'d>(
    workspace: &Workspace,
    folder: &Folder,
    options: &Options,
    found: impl Iterator<Item = (FileId, &'d MissingInclude)>,
) -> Diagnostics {
    let mut finder = Finder { workspace, folder, options, bases: None, repository: None };
    let mut seen = HashSet::new();
    let mut problems = Diagnostics::new();
    for (page, missing) in found {
        let file = match &missing.within {
            Some(path) => match path.strip_prefix(PAGE_DIR) {
                Some(path) => workspace.locate(page, path.trim_start_matches('/')),
                None => workspace.locate_in(folder, path),
            },
            None => Ok(page),
        };
        let Ok(file) = file else { continue };
        if seen.insert((file, missing.span.start, &missing.path)) {
            problems.push(finder.report(Span::new(file, missing.span.start, missing.span.end), page, missing));
        }
    }
    problems
}

/// Reports folders and files that `mkdocs.yml` names for includes and that are not there.
pub(super) fn settings(workspace: &Workspace, folder: &Folder, settings: &MkDocs, options: &Options) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for (base, span) in &settings.bases {
        for path in base_folders(base, settings.docs_dir.0.trim()) {
            if path == PAGE_DIR || workspace.locate_in(folder, &path).is_ok() {
                continue;
            }
            let problem = match workspace.locate_folder_in(folder, &path) {
                Ok(_) => continue,
                Err(LocateError::OutsideRepository) => {
                    invalid(*span, format!("the base path `{base}` of included files lies outside of the repository"))
                        .label("nothing is read there")
                        .help("keep what is included in the repository, and name its folder relative to this file")
                }
                Err(error) => invalid(*span, format!("the base path `{base}` of included files is not there: {error}"))
                    .label("relative to the folder of `mkdocs.yml`")
                    .help("write the path of a folder, or remove the entry"),
            };
            problems.push(problem);
        }
    }
    let mut finder = Finder { workspace, folder, options, bases: None, repository: None };
    for (path, span) in &settings.appended {
        if techdocs::finds_include(options, path, &snippets(workspace, folder, settings.file)) {
            continue;
        }
        let missing = MissingInclude { path: path.clone(), fault: IncludeFault::File, within: None, span: 0..0 };
        problems.push(finder.report(*span, settings.file, &missing).label("no page ends with it"));
    }
    problems
}

/// Returns a path without `.` and with `..` only in front.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

struct Finder<'a> {
    workspace: &'a Workspace,
    folder: &'a Folder,
    options: &'a Options,
    /// The base folders with the paths of the files below each; made when something is looked for.
    bases: Option<Vec<(Folder, Vec<String>)>>,
    /// How far up the highest folder is that may be read, and the paths of all files below it.
    repository: Option<(usize, Vec<String>)>,
}

impl Finder<'_> {
    fn report(&mut self, span: Span, page: FileId, missing: &MissingInclude) -> Diagnostic {
        let path = &missing.path;
        let problem = |message: String| Diagnostic::new(codes::MISSING_INCLUDE, span, message);
        let stops = self.options.snippets.check_paths;
        let lost =
            if stops { "MkDocs stops here, since `check_paths` is on" } else { "nothing appears here on the page" };
        let mut problem = match &missing.fault {
            IncludeFault::File => {
                let (message, help) = self.file(path, page);
                problem(message).label(lost).help(help)
            }
            IncludeFault::Url => problem(format!("`{path}` is not included: nothing is fetched from elsewhere"))
                .label(lost)
                .help("keep a copy of the text in the repository and include that, or link to the address"),
            IncludeFault::Section { name, known } => {
                let problem = problem(format!("the included file `{path}` has no section `{name}`")).label(lost);
                match nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => problem.help(format!("write `{path}:{near}`")),
                    None if known.is_empty() => problem.help(format!(
                        "put the lines between `--8<-- [start:{name}]` and `--8<-- [end:{name}]` in that file"
                    )),
                    None => problem.help(format!("name one of its sections: `{}`", known.join("`, `"))),
                }
            }
            IncludeFault::Lines(lines) => problem(format!("the included file `{path}` has no such lines, but {lines}"))
                .label("nothing appears here on the page")
                .help("name lines that it has, such as `:1:5`, or a section"),
            IncludeFault::Unclosed => problem("this block of included files is not closed".to_owned())
                .label("all that follows is taken for names of files, and is not shown")
                .help("close it with another line `--8<--` below the last path"),
            IncludeFault::Form => problem("this line includes nothing and is shown as text".to_owned())
                .label("an include is `--8<--`, a space, and a path in quotes")
                .help("write `--8<-- \"path/to/file.md\"`, or `;--8<--` to show the line"),
        };
        if stops && matches!(missing.fault, IncludeFault::File | IncludeFault::Url | IncludeFault::Section { .. }) {
            problem.severity = Severity::Error;
        }
        problem
    }

    /// Returns what is wrong with the path of a file, and what to do.
    fn file(&mut self, path: &str, page: FileId) -> (String, String) {
        let (workspace, folder) = (self.workspace, self.folder);
        let missing = format!("the included file `{path}` is not there");
        let joined = |base: &String| workspace.locate_in(folder, &format!("{base}/{path}"));
        if self.options.snippets.base_paths.iter().any(|base| joined(base) == Err(LocateError::OutsideRepository)) {
            let message = format!("the included file `{path}` lies outside of the repository");
            return (message, "keep what is included in the repository, and write its path".to_owned());
        }
        // One that leaves its base path is refused, although it is there.
        let refused = |base: &String| {
            let path = format!("{base}/{path}");
            let (above, name) = path.rsplit_once('/')?;
            joined(base).ok()?;
            let above = plain(above);
            let above = if above.is_empty() { ".".to_owned() } else { above };
            Some(format!("add `{above}` to `base_path` of `pymdownx.snippets` in `mkdocs.yml`, and write `{name}`"))
        };
        if let Some(help) = self.options.snippets.base_paths.iter().find_map(refused) {
            return (format!("the included file `{path}` lies outside of its base path"), help);
        }
        // Often a path is meant relative to the document, or to the repository.
        let beside = workspace.locate(page, path).ok();
        let bases = self.bases();
        if let Some(file) = beside {
            let near = bases.iter().find_map(|(base, _)| workspace.path_below(base, file));
            if let Some(near) = near.filter(|near| near != path) {
                return (missing, format!("write `{near}`: paths are relative to the base path, not to this document"));
            }
        }
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let wanted = name(path);
        // A document does not mean itself.
        let own: Vec<Option<String>> = bases.iter().map(|(base, _)| workspace.path_below(base, page)).collect();
        let files = || {
            bases.iter().zip(&own).flat_map(|((_, files), own)| {
                files.iter().map(String::as_str).filter(move |file| own.as_deref() != Some(*file))
            })
        };
        let mut same = files().filter(|file| name(file) == wanted);
        let near = match (same.next(), same.next()) {
            (Some(only), None) => Some(only),
            _ => nearest_path(path, files()),
        };
        if let Some(near) = near {
            return (missing, format!("write `{near}`"));
        }
        let help = match self.elsewhere(path) {
            Some(base) => format!("add `{base}` to `base_path` of `pymdownx.snippets` in `mkdocs.yml`"),
            None => "write the path of a file below the base path, or remove the line".to_owned(),
        };
        (missing, help)
    }

    /// Finds the folder of the repository from which the path would lead to a file.
    fn elsewhere(&mut self, path: &str) -> Option<String> {
        let (workspace, folder) = (self.workspace, self.folder);
        let (up, files) = self.repository.get_or_insert_with(|| {
            let mut top = None;
            for depth in 1..=MAX_DEPTH {
                match workspace.locate_folder_in(folder, &"../".repeat(depth)) {
                    Ok(above) => top = Some((depth, above)),
                    Err(_) => break,
                }
            }
            let Some((depth, top)) = top else { return (0, Vec::new()) };
            let files = workspace.files_below(&top).into_iter().take(MAX_CANDIDATES);
            (depth, files.filter_map(|file| workspace.path_below(&top, file)).collect())
        });
        let base = files.iter().find_map(|file| {
            let base = file.strip_suffix(path)?;
            (base.is_empty() || base.ends_with('/')).then(|| base.trim_end_matches('/'))
        })?;
        // What both have in common need not be left and entered again.
        let own: Vec<&str> = folder.path().split('/').collect();
        let own = &own[own.len().saturating_sub(*up)..];
        let to: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
        let common = own.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let way = format!("{}{}", "../".repeat(*up - common), to[common..].join("/"));
        Some(way.trim_end_matches('/').to_owned())
    }

    fn bases(&mut self) -> &[(Folder, Vec<String>)] {
        let (workspace, folder) = (self.workspace, self.folder);
        let paths = &self.options.snippets.base_paths;
        self.bases.get_or_insert_with(|| {
            let folders = paths.iter().filter_map(|base| workspace.locate_folder_in(folder, base).ok());
            folders
                .map(|base| {
                    let files = workspace.files_below(&base).into_iter().take(MAX_CANDIDATES);
                    let files = files.filter_map(|file| workspace.path_below(&base, file)).collect();
                    (base, files)
                })
                .collect()
        })
    }
}
