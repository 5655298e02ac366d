//! Whether CODEOWNERS names the group that owns an entity.

use std::collections::BTreeMap;

use super::{Subject, about};
use crate::catalog::{Entity, EntityId};
use crate::code_owners::CodeOwners;
use crate::diag::{Diagnostic, Diagnostics, codes};

/// Compares the owners of catalog files with the owners of the entities in them, a repository at a time.
pub(super) fn run(subject: &Subject<'_>, out: &mut Diagnostics) {
    let workspace = subject.workspace;
    let mut files: BTreeMap<String, Option<CodeOwners>> = BTreeMap::new();
    for (id, entity) in subject.loaded.catalog.iter().filter(|(_, entity)| entity.implied.is_none()) {
        let Some(repository) = workspace.repository(entity.file) else { continue };
        let folder = repository.folder().path().to_owned();
        let owners = files.entry(folder.clone()).or_insert_with(|| CodeOwners::read(workspace, entity.file, &folder));
        if let Some(owners) = owners {
            out.extend(compare(subject, id, entity, owners));
        }
    }
}

fn compare(subject: &Subject<'_>, id: EntityId, entity: &Entity, owners: &CodeOwners) -> Option<Diagnostic> {
    let path = subject.workspace.path(entity.file);
    let named = owners.of(&path)?;
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
        .cause(format!("{} {} {}", owners.prefix(), group.reference, named.join(" "))),
        entity,
    ))
}
