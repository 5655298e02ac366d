//! CODEOWNERS: who a git host asks for review of which paths, and what that says of owners.
//!
//! Knows nothing of entities: it names teams and people as the host does.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::text::FileId;
use crate::workspace::Workspace;

/// Where hosts look for the file, in their order.
const PLACES: [&str; 4] = ["/.github/CODEOWNERS", "/.gitlab/CODEOWNERS", "/CODEOWNERS", "/docs/CODEOWNERS"];

/// The rules of one file; the last one that matches a path holds.
pub(crate) struct CodeOwners {
    file: FileId,
    /// The path of the repository within the workspace, with a slash at its end unless it is empty.
    prefix: String,
    rules: Vec<(Gitignore, Vec<String>)>,
}

impl CodeOwners {
    /// Reads the file of the repository that `from` belongs to, whose path is `folder`; `None` if it has none.
    pub(crate) fn read(workspace: &Workspace, from: FileId, folder: &str) -> Option<Self> {
        let file = PLACES.iter().find_map(|place| workspace.locate(from, place).ok())?;
        let text = workspace.text(file, workspace.config().limits.catalog_file).ok()?;
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        Some(Self { file, prefix, rules: rules(&text) })
    }

    /// Returns the file.
    pub(crate) fn file(&self) -> FileId {
        self.file
    }

    /// Returns the path of the repository within the workspace, with a slash at its end unless it is empty.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns who owns a path of the workspace, in lower case: `@organisation/team`, `@login` or an address. `None` if no rule
    /// matches; empty if a rule says that nobody does.
    pub(crate) fn of(&self, path: &str) -> Option<&[String]> {
        let path = path.strip_prefix(self.prefix.as_str())?;
        let matching =
            |(matcher, _): &&(Gitignore, Vec<String>)| matcher.matched_path_or_any_parents(path, false).is_ignore();
        self.rules.iter().rev().find(matching).map(|(_, named)| &named[..])
    }
}

/// Reads the rules: a pattern, and who owns what it matches.
fn rules(text: &str) -> Vec<(Gitignore, Vec<String>)> {
    let mut rules = Vec::new();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or("").trim();
        if line.is_empty() || line.starts_with(['#', '[', '^']) {
            continue;
        }
        let mut parts = line.split_whitespace();
        let Some(pattern) = parts.next() else { continue };
        let mut builder = GitignoreBuilder::new("");
        if builder.add_line(None, pattern).is_ok()
            && let Ok(matcher) = builder.build()
        {
            rules.push((matcher, parts.map(str::to_lowercase).collect()));
        }
    }
    rules
}
