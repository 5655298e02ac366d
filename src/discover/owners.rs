//! Who owns what, as CODEOWNERS and the git host say.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::entity_name;
use crate::code_owners::CodeOwners;
use crate::text::FileId;
use crate::workspace::{Host, Repository, Workspace};

/// A team or a person.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    /// The name of the entity.
    pub(crate) name: String,
    /// Whether it is a person.
    pub(crate) is_user: bool,
    /// The team or person as GitHub knows it: `organisation/team`, `login`.
    pub(crate) slug: Option<String>,
    /// Where it is named.
    pub(crate) file: FileId,
    /// Whether nobody names it: it is the organisation that the git remote belongs to.
    pub(crate) is_guess: bool,
}

impl Owner {
    /// Returns how an entity names it as its owner.
    pub(crate) fn reference(&self) -> String {
        if self.is_user { format!("user:{}", self.name) } else { self.name.clone() }
    }

    /// Returns the entity that describes it.
    pub(crate) fn entity(&self) -> Value {
        let (kind, key) =
            if self.is_user { ("User", "github.com/user-login") } else { ("Group", "github.com/team-slug") };
        let mut metadata = json!({"name": self.name});
        if let Some(slug) = &self.slug {
            metadata["annotations"] = json!({key: slug});
        }
        let spec = if self.is_user { json!({"memberOf": []}) } else { json!({"type": "team", "children": []}) };
        json!({"apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec})
    }
}

/// Returns the entity of a team of which only the name is known.
pub(crate) fn group(name: &str) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Group",
        "metadata": {"name": name},
        "spec": {"type": "team", "children": []},
    })
}

/// Finds owners; reads each CODEOWNERS once.
pub(super) struct Owners<'a> {
    workspace: &'a Workspace,
    files: BTreeMap<String, Option<CodeOwners>>,
}

impl<'a> Owners<'a> {
    /// Makes one that has read nothing.
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, files: BTreeMap::new() }
    }

    /// Returns the owner of a path of the workspace; `from` is a file of its repository.
    pub(super) fn of(&mut self, from: FileId, path: &str) -> Option<Owner> {
        let workspace = self.workspace;
        let repository = workspace.repository(from);
        // A part of a repository, or a folder without git, may have the file all the same.
        let folder = match &repository {
            Some(repository) if workspace.holds(repository.folder()) => repository.folder().path().to_owned(),
            _ => workspace.reach_of(from).path().to_owned(),
        };
        let file = self.files.entry(folder.clone()).or_insert_with(|| CodeOwners::read(workspace, from, &folder));
        let on_github = repository.as_deref().and_then(Repository::remote).map(|remote| remote.host());
        let is_github = on_github.is_none_or(|host| host == Host::GitHub);
        let named = file.as_ref().and_then(|file| file.of(path)).unwrap_or_default();
        let teams = named.iter().filter_map(|named| owner(named, is_github, file.as_ref()?.file()));
        let mut owners: Vec<Owner> = teams.collect();
        // A team answers longer than a person.
        owners.sort_by_key(|owner| owner.is_user);
        owners.into_iter().next().or_else(|| {
            let slug = repository.as_deref()?.remote()?.slug();
            let name = entity_name(slug.split('/').next()?)?;
            Some(Owner { name, is_user: false, slug: None, file: from, is_guess: true })
        })
    }
}

/// Reads one name of CODEOWNERS; `None` for an address of mail.
fn owner(named: &str, is_github: bool, file: FileId) -> Option<Owner> {
    let slug = named.strip_prefix('@')?;
    let is_user = !slug.contains('/');
    let name = entity_name(slug.rsplit('/').next()?)?;
    Some(Owner { name, is_user, slug: is_github.then(|| slug.to_owned()), file, is_guess: false })
}
