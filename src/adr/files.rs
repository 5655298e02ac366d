//! Which files of a folder are decision records.

use std::collections::{BTreeSet, HashSet};

use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::workspace::{Folder, Workspace};

/// Returns the records below a folder with their paths below it, sorted: those with a number, or every document if there is
/// none with a number.
pub(super) fn records(workspace: &Workspace, folder: &Folder) -> Vec<(FileId, String)> {
    let files = workspace.files_below(folder);
    let below = |file: FileId| Some((file, workspace.path_below(folder, file)?));
    let mut documents: Vec<_> = files.into_iter().filter_map(below).filter(|(_, path)| path.ends_with(".md")).collect();
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    if documents.iter().any(|(_, path)| is_numbered(&name(path))) {
        documents.retain(|(_, path)| is_numbered(&name(path)));
    } else {
        documents.retain(|(_, path)| !is_reserved(&name(path)));
    }
    documents.sort_by(|a, b| a.1.cmp(&b.1));
    documents
}

/// Returns what follows the mark of a record and its number: `("0004", "-prefix.md")` of `adr-0004-prefix.md`.
fn parts(name: &str) -> Option<(&str, &str)> {
    let marked = name.get(..3).is_some_and(|mark| mark.eq_ignore_ascii_case("adr"));
    let rest = if marked { name[3..].strip_prefix(['-', '_', ' ']).unwrap_or(&name[3..]) } else { name };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (1..=8).contains(&digits).then(|| rest.split_at(digits))
}

/// Returns whether the name of a file is that of a record: a number, a separator, a title, `.md`.
#[must_use]
pub fn is_numbered(name: &str) -> bool {
    let title = parts(name).and_then(|(_, rest)| rest.strip_suffix(".md")?.strip_prefix(['-', '_', '.', ' ']));
    title.is_some_and(|title| !title.is_empty())
}

/// Returns whether the name is one of those that are usual beside records and are not records.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let stem = name.strip_suffix(".md").unwrap_or(name).to_lowercase();
    matches!(&*stem, "readme" | "index" | "template" | "adr-template" | "backlog")
}

/// Returns the number of a record by the name of its file; days are no numbers.
#[must_use]
pub fn number(name: &str) -> Option<u32> {
    if !is_numbered(name) {
        return None;
    }
    let (digits, _) = parts(name)?;
    (digits.len() <= 5).then(|| digits.parse().ok()).flatten()
}

/// Maximum number of folders of catalog files that are searched for records that no annotation names.
const LOOKED_AT: usize = 500;

/// Reports folders that plainly hold decision records and belong to no entity.
pub(super) fn unclaimed(workspace: &Workspace, catalog: &Catalog, records: &HashSet<FileId>) -> Diagnostics {
    let mut folders = BTreeSet::new();
    for entity in catalog.entities() {
        if folders.len() >= LOOKED_AT {
            break;
        }
        folders.insert(workspace.folder_of(entity.file));
    }
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for beside in folders {
        let mut above = vec![String::new()];
        let is_folder = |name: &&str| workspace.locate_folder_in(&beside, name).is_ok();
        above.extend(["docs", "doc"].iter().filter(|name| is_folder(name)).map(|name| format!("{name}/")));
        for place in above.iter().flat_map(|above| ["adr", "adrs", "decisions"].map(|name| format!("{above}{name}"))) {
            let Ok(folder) = workspace.locate_folder_in(&beside, &place) else { continue };
            if !seen.insert(folder.clone()) {
                continue;
            }
            let numbered = self::records(workspace, &folder);
            let name = |path: &str| path.rsplit('/').next().is_some_and(is_numbered);
            let Some((first, _)) = numbered.iter().find(|(_, path)| name(path)) else { continue };
            if numbered.iter().any(|(file, _)| records.contains(file)) {
                continue;
            }
            let message = format!("the decision records in `{}` belong to no entity", folder.path());
            let help =
                format!("add the annotation `{}: {place}` to the entity whose decisions they are", super::LOCATION);
            problems.push(Diagnostic::new(codes::ADR_FOLDER_UNCLAIMED, Span::whole(*first), message).help(help));
        }
    }
    problems
}
