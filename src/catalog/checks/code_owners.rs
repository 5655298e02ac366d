//! Whether CODEOWNERS names the group that owns an entity.

use std::collections::BTreeMap;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Subject, about};
use crate::catalog::{Entity, EntityId};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::FileId;

/// Where hosts look for the file, in their order.
const PLACES: [&str; 4] = ["/.github/CODEOWNERS", "/.gitlab/CODEOWNERS", "/CODEOWNERS", "/docs/CODEOWNERS"];

/// The rules of one file; the last one that matches a path holds.
struct CodeOwners {
    /// The path of the repository within the workspace, with a slash at its end unless it is empty.
    prefix: String,
    rules: Vec<(Gitignore, Vec<String>)>,
}

/// Compares the owners of catalog files with the owners of the entities in them, a repository at a time.
pub(super) fn run(subject: &Subject<'_>, out: &mut Diagnostics) {
    let workspace = subject.workspace;
    let mut files: BTreeMap<String, Option<CodeOwners>> = BTreeMap::new();
    for (id, entity) in subject.loaded.catalog.iter() {
        let Some(repository) = workspace.repository(entity.file) else { continue };
        let folder = repository.folder().path().to_owned();
        let owners = files.entry(folder.clone()).or_insert_with(|| read(subject, entity.file, &folder));
        if let Some(owners) = owners {
            out.extend(compare(subject, id, entity, owners));
        }
    }
}

fn read(subject: &Subject<'_>, from: FileId, folder: &str) -> Option<CodeOwners> {
    let workspace = subject.workspace;
    let file = PLACES.iter().find_map(|place| workspace.locate(from, place).ok())?;
    let text = workspace.text(file, workspace.config().limits.catalog_file).ok()?;
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
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
    Some(CodeOwners { prefix, rules })
}

fn compare(subject: &Subject<'_>, id: EntityId, entity: &Entity, owners: &CodeOwners) -> Option<Diagnostic> {
    let path = subject.workspace.path(entity.file);
    let path = path.strip_prefix(owners.prefix.as_str())?;
    let matching =
        |(matcher, _): &&(Gitignore, Vec<String>)| matcher.matched_path_or_any_parents(path, false).is_ignore();
    let (_, named) = owners.rules.iter().rev().find(matching)?;
    let owner = entity.related("ownedBy").next()?;
    let group = subject.loaded.catalog.get(owner.id?);
    // A host's team is `@organisation/team`; a user is `@login` or an address.
    let own: Vec<String> = [
        group.annotation("github.com/team-slug").map(|slug| format!("@{slug}")),
        group.annotation("github.com/user-login").map(|login| format!("@{login}")),
        group.spec().and_then(|spec| spec.get("profile")?.get("email")?.as_str()).map(str::to_owned),
    ]
    .into_iter()
    .flatten()
    .map(|name| name.to_lowercase())
    .collect();
    let by_name = |named: &String| named.rsplit(['/', '@']).next() == Some(group.reference.name());
    if named.is_empty() || named.iter().any(|named| own.contains(named) || by_name(named)) {
        return None;
    }
    Some(about(
        Diagnostic::new(
            codes::CODEOWNERS_DISAGREES,
            subject.spec_span(id, "owner"),
            format!("the owner is `{}`, but CODEOWNERS names {}", group.reference, named.join(" ")),
        )
        .help("let both name the same group, or set `github.com/team-slug` on the group")
        .cause(format!("{} {} {}", owners.prefix, group.reference, named.join(" "))),
        entity,
    ))
}
