//! Problems as `check` and `build` show them: the paths an editor or a CI job in the current folder understands.

use std::path::{Component, Path};
use std::sync::Arc;

use super::Context;
use super::args::{InputArgs, ReportFormat};
use crate::diag::{self, Diagnostic, Severity, Sources, human};
use crate::text::FileId;
use crate::workspace::Workspace;

/// The files of a workspace with paths relative to where the command runs.
pub(super) struct ReportPaths<'a> {
    workspace: &'a Workspace,
    prefix: String,
}

impl<'a> ReportPaths<'a> {
    /// Shows paths below the one folder that was given; with several, the workspace already distinguishes them.
    pub(super) fn new(workspace: &'a Workspace, context: &Context, input: &InputArgs) -> Self {
        let prefix = match &input.paths[..] {
            [only] if context.cwd.join(only).is_file() => prefix_of_file(only, workspace, &context.cwd),
            [only] => prefix(only, &context.cwd),
            _ => String::new(),
        };
        Self { workspace, prefix }
    }

    /// Shows paths with this before them.
    #[cfg(feature = "serve")]
    pub(super) fn with_prefix(workspace: &'a Workspace, prefix: &str) -> Self {
        Self { workspace, prefix: prefix.to_owned() }
    }

    /// Returns what comes before paths.
    #[cfg(feature = "serve")]
    pub(super) fn into_prefix(self) -> String {
        self.prefix
    }
}

/// Returns what comes before paths below `given`, with a slash at its end unless it is empty.
fn prefix(given: &Path, cwd: &Path) -> String {
    let place = cwd.join(given);
    let Ok(below) = place.strip_prefix(cwd) else {
        return format!("{}/", given.to_string_lossy().trim_end_matches('/'));
    };
    if below.components().any(|part| matches!(part, Component::ParentDir)) {
        return format!("{}/", given.to_string_lossy().trim_end_matches('/'));
    }
    let parts: Vec<_> = below
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    if parts.is_empty() { String::new() } else { format!("{}/", parts.join("/")) }
}

/// Returns what comes before paths where one file was given: the way to the scanned folder, which is that of the file
/// or its repository.
fn prefix_of_file(given: &Path, workspace: &Workspace, cwd: &Path) -> String {
    let Some(root) = workspace.watched().into_iter().next() else { return String::new() };
    if given.is_absolute() {
        return format!("{}/", root.to_string_lossy().trim_end_matches('/'));
    }
    // Both as the operating system names them, or they would not share their beginning.
    let cwd = workspace.real(cwd);
    let common = root.components().zip(cwd.components()).take_while(|(a, b)| a == b).count();
    let up = cwd.components().skip(common).map(|_| "..".to_owned());
    let down = root.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).map(|part| part + "/").collect()
}

impl Sources for ReportPaths<'_> {
    fn path(&self, file: FileId) -> Arc<str> {
        let path = self.workspace.path(file);
        if &*path == "." && !self.prefix.is_empty() {
            return self.prefix.trim_end_matches('/').into();
        }
        if self.prefix.is_empty() || path.starts_with('/') { path } else { format!("{}{path}", self.prefix).into() }
    }

    fn text(&self, file: FileId) -> Option<Arc<str>> {
        Sources::text(self.workspace, file)
    }
}

/// Returns whether a problem is at least so severe.
pub(super) fn fails(problems: &[Diagnostic], least: Severity) -> bool {
    problems.iter().any(|problem| problem.severity >= least)
}

/// Writes problems in the format asked for.
pub(super) fn render(
    problems: &[Diagnostic],
    workspace: &Workspace,
    shown: &ReportPaths<'_>,
    format: ReportFormat,
    color: bool,
) -> String {
    let mut out = String::new();
    let all = problems;
    let problems = &*diag::bound(problems);
    // Writing to memory cannot fail. The contract wants JSON paths relative to the scanned root.
    let _ = match format {
        ReportFormat::Human => {
            let options = human::HumanOptions { color, ..human::HumanOptions::default() };
            human::render(problems, all, shown, options, &mut out)
        }
        ReportFormat::Json => diag::json::render(problems, workspace, &mut out),
        ReportFormat::Sarif => diag::sarif::render(problems, shown, &mut out),
        ReportFormat::Github => diag::github::render(problems, shown, &mut out),
    };
    out
}
