//! What a catalog does not describe, as the files that would describe it.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Rule;
use super::load::Loaded;
use super::{Entity, EntityRef};
use crate::discover::{self, Owner, Proposal};
use crate::workspace::{Folder, Workspace};

/// What a catalog does not describe yet.
#[derive(Debug, Default)]
pub(crate) struct Undescribed {
    /// The files that would describe it, in the order of paths.
    pub(crate) files: Vec<NewFile>,
    /// How many packages are described already.
    pub(crate) described: usize,
    /// Whether nobody is known to own some of it.
    pub(crate) needs_owner: bool,
    /// What the rules of the configuration do not allow: kind, and file.
    pub(crate) forbidden: BTreeSet<(&'static str, String)>,
    /// The paths of files of entities that nothing leads to.
    pub(crate) unreached: Vec<String>,
}

/// A catalog file that nobody has written yet.
#[derive(Debug)]
pub(crate) struct NewFile {
    /// Its path below the scanned folder.
    pub(crate) path: String,
    /// The entities in it: kind and name, and the files they follow from.
    pub(crate) entities: Vec<(String, Vec<String>)>,
    pub(crate) text: String,
}

impl NewFile {
    fn add(&mut self, name: String, evidence: Vec<String>, entity: &serde_json::Value) {
        self.text.push_str(if self.text.is_empty() {
            "# Proposed by `playbill init`: correct what was guessed.\n"
        } else {
            "---\n"
        });
        self.text.push_str(&serde_yaml::to_string(entity).unwrap_or_default());
        self.entities.push((name, evidence));
    }
}

/// Finds what a catalog does not describe; whoever owns what nobody is known to own is called `owner`.
///
/// `owner` was given by somebody, or is a placeholder. Somebody knows better than the name of an organisation at a git host; a
/// placeholder, or such an organisation, gives way to a group of the catalog where the rules allow no new one.
pub(crate) fn undescribed(workspace: &Workspace, loaded: &Loaded, owner: &str, is_given: bool) -> Undescribed {
    let written = || loaded.catalog.entities().iter().filter(|entity| entity.implied.is_none());
    let folders: BTreeSet<Folder> = written().map(|entity| workspace.folder_of(entity.file)).collect();
    let references: BTreeSet<&str> = written().map(|entity: &Entity| entity.reference.as_str()).collect();
    let is_written = |kind: &str, name: &str| references.contains(EntityRef::new(kind, "default", name).as_str());
    let discovery = discover::discover(workspace, &|path| loaded.skeletons.hold(path));
    let mut found = Undescribed::default();
    let mut files: BTreeMap<String, NewFile> = BTreeMap::new();
    let mut owners: Vec<NewOwner> = Vec::new();
    let rules: Vec<Rule<'_>> = workspace.config().catalog.rules.iter().map(Rule::new).collect();
    let allows = |kind: &str, of_type: Option<&str>, path: &str| {
        rules.is_empty() || rules.iter().any(|rule| rule.allows(kind, of_type, path))
    };
    let usual = usual_owner(loaded);
    let owner_of = |proposal: &Proposal, path: &str| {
        let known = proposal.owner.clone().filter(|owner| !(owner.is_guess && is_given));
        if known.as_ref().is_some_and(|owner| !owner.is_guess) || known.is_none() && is_given {
            return known;
        }
        let name = known.as_ref().map_or(owner, |owner| &owner.name);
        match &usual {
            Some(usual) if !is_written("Group", name) && !allows("Group", Some("team"), path) => Some(usual.clone()),
            _ => known,
        }
    };
    // A system whose folder is described otherwise will not be there.
    let new = discovery.packages.iter().filter(|package| !folders.contains(&package.folder));
    let systems: BTreeSet<&str> =
        new.flat_map(|package| &package.proposals).filter(|it| it.kind == "System").map(|it| &*it.name).collect();
    for package in &discovery.packages {
        if folders.contains(&package.folder) {
            found.described += 1;
            continue;
        }
        for proposal in package.proposals.iter().filter(|proposal| !is_written(proposal.kind, &proposal.name)) {
            let path = package.file();
            if !allows(proposal.kind, proposal.of_type, &path) {
                found.forbidden.insert((proposal.kind, path));
                continue;
            }
            let file = files.entry(path.clone()).or_insert_with(|| NewFile {
                path,
                entities: Vec::new(),
                text: String::new(),
            });
            let evidence = proposal.evidence.iter().map(|(_, path)| path.to_string()).collect();
            let is_system = |name: &String| systems.contains(&**name) || is_written("System", name);
            let proposal = Proposal {
                system: proposal.system.clone().filter(is_system),
                owner: owner_of(proposal, &file.path),
                ..proposal.clone()
            };
            file.add(format!("{} {}", proposal.kind, proposal.name), evidence, &proposal.entity(".", owner));
            found.needs_owner |= proposal.owner.is_none();
            let owner = owning(workspace, &proposal, owner);
            if !is_written(owner.kind, &owner.name) && !owners.iter().any(|other| other.is(&owner)) {
                owners.push(owner);
            }
        }
    }
    found.forbidden.extend(add_owners(&mut files, owners, &allows));
    found.files = files.into_values().collect();
    found.unreached = loaded.unreached.iter().map(|file| workspace.path(*file).to_string()).collect();
    found
}

/// Somebody who owns something, and is not in the catalog.
struct NewOwner {
    kind: &'static str,
    name: String,
    entity: serde_json::Value,
    /// The file that says so, or why none does.
    why: String,
}

impl NewOwner {
    fn is(&self, other: &Self) -> bool {
        (self.kind, &self.name) == (other.kind, &other.name)
    }
}

/// Returns the group that owns most of what is in the catalog, else its first group.
fn usual_owner(loaded: &Loaded) -> Option<Owner> {
    let groups = loaded.catalog.iter().filter(|(_, it)| {
        it.implied.is_none() && it.reference.kind() == "group" && it.reference.namespace() == "default"
    });
    let owning = groups.map(|(_, group)| (group.related("ownerOf").count(), group));
    let (_, group) = owning.min_by_key(|(owned, group)| (std::cmp::Reverse(*owned), group.reference.as_str()))?;
    let name = group.reference.name().to_owned();
    Some(Owner { name, is_user: false, slug: None, file: group.file, is_guess: false })
}

/// Returns who owns what is proposed.
fn owning(workspace: &Workspace, proposal: &Proposal, owner: &str) -> NewOwner {
    match &proposal.owner {
        Some(owner) => NewOwner {
            kind: if owner.is_user { "User" } else { "Group" },
            name: owner.name.clone(),
            entity: owner.entity(),
            why: match owner.is_guess {
                true => "the organisation of the git remote".to_owned(),
                false => workspace.path(owner.file).to_string(),
            },
        },
        None => NewOwner {
            kind: "Group",
            name: owner.to_owned(),
            entity: discover::group(owner),
            why: "nobody is known to own it".to_owned(),
        },
    }
}

/// Adds owners to the one file, or, if there are several, to one of their own; returns what is not allowed there.
fn add_owners(
    files: &mut BTreeMap<String, NewFile>,
    owners: Vec<NewOwner>,
    allows: &dyn Fn(&str, Option<&str>, &str) -> bool,
) -> Vec<(&'static str, String)> {
    let path = match files.keys().next() {
        Some(only) if files.len() == 1 => only.clone(),
        _ => discover::ORG_FILE.to_owned(),
    };
    let mut forbidden = Vec::new();
    for owner in owners {
        if !allows(owner.kind, owner.entity["spec"]["type"].as_str(), &path) {
            forbidden.push((owner.kind, path.clone()));
            continue;
        }
        let new = || NewFile { path: path.clone(), entities: Vec::new(), text: String::new() };
        let file = files.entry(path.clone()).or_insert_with(new);
        file.add(format!("{} {}", owner.kind, owner.name), vec![owner.why], &owner.entity);
    }
    forbidden
}
