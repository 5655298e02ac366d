//! What a Location leads to.
//!
//! From the location step of CB/processing/DefaultCatalogProcessingOrchestrator.ts, CB/processing/util.ts and
//! CB/processors/FileReaderProcessor.ts, UrlReaderProcessor.ts. A tree is read as a git host would serve it, so
//! relative targets work in both types.

use rayon::prelude::*;

use super::document::Draft;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::workspace::{GlobStyle, LocateError, UrlTarget, Workspace, repository_in};
use crate::yaml::Node;

/// How a file was reached, which a Location inherits that names no type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadType {
    /// As from a git host; also every file found by scanning.
    Url,
    /// As from disk.
    File,
}

/// Maximum number of patterns of one Location that are expanded on disk.
const MAX_PATTERNS: usize = 200;

/// Reads the targets of a valid Location; returns the files it leads to, in order, and of each whether it is named itself
/// and not only matched by a pattern.
///
/// A target that cannot be read is reported as an error and makes the Location invalid; its other targets still count.
pub(super) fn targets(
    workspace: &Workspace,
    draft: &Draft,
    inherited: ReadType,
    out: &mut Diagnostics,
) -> (Vec<(FileId, bool)>, ReadType) {
    let spec = draft.root.get("spec").and_then(Node::as_map);
    let field = |name: &str| spec.and_then(|spec| spec.get(name));
    let read_type = match field("type").and_then(|node| Some((node, node.as_str()?))) {
        None => inherited,
        Some((_, "url")) => ReadType::Url,
        Some((_, "file")) => ReadType::File,
        Some((node, other)) => {
            out.push(
                Diagnostic::new(codes::LOCATION_TYPE, node.span, format!("locations of type `{other}` cannot be read"))
                    .label("must be `url` or `file`")
                    .help("write `type: url`, or leave the line out"),
            );
            return (Vec::new(), inherited);
        }
    };
    let optional = field("presence").and_then(Node::as_str) == Some("optional");
    let listed = field("targets").and_then(Node::as_seq).unwrap_or(&[]);
    let mut named: Vec<&Node> = field("target").into_iter().chain(listed).collect();
    let mut patterns = 0;
    let mut left_out = None;
    named.retain(|node| {
        patterns += usize::from(node.as_str().is_some_and(|target| target.contains(['*', '?', '{'])));
        let keep = patterns <= MAX_PATTERNS;
        if !keep {
            left_out.get_or_insert(node.span);
        }
        keep
    });
    if let Some(span) = left_out {
        let message = format!("a Location follows at most {MAX_PATTERNS} patterns");
        let problem = Diagnostic::new(codes::PAGE_BUDGET, span, message).label("left out, with those below");
        out.push(problem.help("name folders by fewer patterns, such as `./*/catalog-info.yaml`"));
    }
    // One Location may name every file of an organisation, and each asks the disk.
    let read: Vec<_> = named
        .into_par_iter()
        .filter_map(|node| Some((node, node.as_str()?)))
        .map(|(node, target)| (node, target, read(workspace, draft.file, target, read_type)))
        .collect();
    let mut found = Vec::new();
    for (node, target, result) in read {
        match result {
            Ok(files) if files.is_empty() && !optional => out.push(
                Diagnostic::new(codes::LOCATION_TARGET_MISSING, node.span, format!("no file matches `{target}`"))
                    .help("mend the pattern, or write `presence: optional` if there may be none"),
            ),
            Ok(files) => {
                let is_named = !target.contains(['*', '?', '{']);
                found.extend(files.into_iter().map(|file| (file, is_named)));
            }
            Err(LocateError::NotLocal) => out.push(
                Diagnostic::new(
                    codes::LOCATION_NOT_LOCAL,
                    node.span,
                    format!("`{target}` is not in a repository that is read"),
                )
                .label("left out: nothing is fetched while building")
                .help("clone that repository beside this one and build both")
                .cause(repository_in(target)),
            ),
            Err(_) if optional => {}
            Err(error) => out.push(problem(&error, target, node.span)),
        }
    }
    (found, read_type)
}

fn read(workspace: &Workspace, from: FileId, target: &str, read_type: ReadType) -> Result<Vec<FileId>, LocateError> {
    match read_type {
        ReadType::Url => {
            if target.contains("://") {
                return match workspace.locate_url(target) {
                    UrlTarget::Local { folder, path } if path.contains('*') => {
                        workspace.glob_in(&folder, &path, GlobStyle::Url)
                    }
                    UrlTarget::Local { folder, path } => workspace.locate_in(&folder, &path).map(|file| vec![file]),
                    UrlTarget::Elsewhere => Err(LocateError::NotLocal),
                };
            }
            // A query is of no use in a folder; the host would take it as part of the address.
            let path = target.split('?').next().unwrap_or(target);
            if path.contains('*') {
                workspace.glob(from, path, GlobStyle::Url)
            } else {
                workspace.locate(from, path).map(|file| vec![file])
            }
        }
        ReadType::File => {
            if target.ends_with('/') {
                return Err(LocateError::IsFolder);
            }
            // Only what starts with a dot is relative to the file; the rest is relative to where Backstage runs, where
            // the root of the repository is used.
            let target = if target.starts_with(['.', '/']) { target.to_owned() } else { format!("/{target}") };
            if target.contains(['*', '?', '{']) {
                workspace.glob(from, &target, GlobStyle::File)
            } else {
                workspace.locate(from, &target).map(|file| vec![file])
            }
        }
    }
}

fn problem(error: &LocateError, target: &str, span: Span) -> Diagnostic {
    match error {
        LocateError::OutsideRepository => {
            Diagnostic::new(codes::LOCATION_OUTSIDE_REPOSITORY, span, format!("`{target}` leaves the repository"))
                .label("only files of the same repository can be named by path")
                .help("move the file into the repository, or name it by its URL")
        }
        LocateError::IsFolder => {
            Diagnostic::new(codes::LOCATION_TARGET_MISSING, span, format!("`{target}` is a folder, not a file"))
                .help(format!("name a file in it, such as `{}/catalog-info.yaml`", target.trim_end_matches('/')))
        }
        error => Diagnostic::new(codes::LOCATION_TARGET_MISSING, span, format!("`{target}` cannot be read: {error}"))
            .help("mend the path, or write `presence: optional` if the file may be absent"),
    }
}
