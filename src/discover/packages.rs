//! Which folders are packages, and the entities that describe them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::detectors::{Facts, Role};
use super::names::{Taken, entity_name};
use super::owners::{Owner, Owners};
use super::{CATALOG_FILE, Discovery, Evidence, Folders, MAX_APIS, MAX_PACKAGES, Package, Proposal};
use crate::text::FileId;
use crate::workspace::{Folder, Host, Repository, Workspace};

/// Returns the folders that are something on their own, whatever lies in them: repositories, the scanned folder, or, if that
/// only holds others together, those in it.
pub(super) fn tops(workspace: &Workspace, root: &Folder, found: &Folders) -> Vec<String> {
    let has_evidence = |folder: &String| {
        let first = found.range(folder.clone()..).next();
        first.is_some_and(|(path, _)| is_at_or_below(path, folder))
    };
    let repositories = workspace.repositories().into_iter().map(|folder| folder.path().to_owned());
    let mut tops: Vec<String> =
        repositories.filter(|path| is_at_or_below(path, root.path()) && has_evidence(path)).collect();
    if found.contains_key(root.path()) || workspace.repository_of_folder(root).is_some() {
        tops.push(root.path().to_owned());
    } else {
        let is_child = |path: &&String| below(path, root.path()).is_some_and(|rest| !rest.contains('/'));
        tops.extend(found.keys().filter(is_child).cloned());
    }
    tops
}

/// Describes what was found.
pub(super) fn describe(
    workspace: &Workspace,
    folders: &Folders,
    tops: &BTreeSet<String>,
    known: &HashMap<String, Folder>,
) -> Discovery {
    let units = units(folders, tops);
    let mut describer = Describer {
        workspace,
        folders,
        known,
        systems: systems(folders, tops, &units),
        units,
        taken: Taken::default(),
        owners: Owners::new(workspace),
    };
    describer.all()
}

/// Returns the folders that a component or a system represents.
fn units(folders: &Folders, tops: &BTreeSet<String>) -> BTreeSet<String> {
    let mut units = BTreeSet::new();
    // A folder comes before those in it.
    for (folder, evidence) in folders {
        let above = || ancestors(folder).skip(1).filter_map(|path| folders.get_key_value(path));
        let in_package = above().any(|(path, evidence)| units.contains(path) && has_manifest(evidence));
        let is_included = above().any(|(_, evidence)| evidence.iter().any(|it| it.facts.includes_docs));
        let is_package = evidence.iter().any(|it| {
            let facts = &it.facts;
            let is_docs = facts.has_docs && is_included;
            // An image of a part of a package is no package of its own.
            facts.is_package && !is_docs && (facts.name.is_some() || facts.has_docs || !in_package)
        });
        let is_top = tops.contains(folder) && evidence.iter().any(|it| it.facts.definition.is_none());
        let is_backstage = evidence.iter().any(|it| it.facts.is_backstage);
        if (is_package || is_top) && !is_backstage && units.len() < MAX_PACKAGES {
            units.insert(folder.clone());
        }
    }
    units
}

/// Returns whether a package manager knows the folder.
fn has_manifest(evidence: &[Evidence]) -> bool {
    evidence.iter().any(|it| it.facts.is_package && it.facts.name.is_some())
}

/// Returns the folders that only hold packages together, which makes them systems.
fn systems(folders: &Folders, tops: &BTreeSet<String>, units: &BTreeSet<String>) -> BTreeSet<String> {
    let holding: BTreeSet<&String> =
        units.iter().filter_map(|unit| nearest(tops, unit).filter(|top| *top != unit)).collect();
    let is_system =
        |top: &&String| units.contains(*top) && folders.get(*top).is_some_and(|evidence| !has_manifest(evidence));
    holding.into_iter().filter(is_system).cloned().collect()
}

struct Describer<'a> {
    workspace: &'a Workspace,
    folders: &'a Folders,
    known: &'a HashMap<String, Folder>,
    units: BTreeSet<String>,
    systems: BTreeSet<String>,
    taken: Taken,
    owners: Owners<'a>,
}

impl Describer<'_> {
    fn all(&mut self) -> Discovery {
        let mut by_folder: BTreeMap<String, Vec<Proposal>> = BTreeMap::new();
        let units = self.units.clone();
        // A system first, since its parts name it.
        let (systems, parts): (Vec<_>, Vec<_>) = units.iter().partition(|unit| self.systems.contains(*unit));
        for unit in systems.into_iter().chain(parts) {
            let system = nearest(&self.systems, unit).filter(|system| *system != unit);
            let system = system.and_then(|system| Some(by_folder.get(system)?.first()?.name.clone()));
            if let Some(proposal) = self.unit(unit, system) {
                by_folder.insert(unit.clone(), vec![proposal]);
            }
        }
        self.apis(&mut by_folder);
        let mut owners: Vec<Owner> =
            by_folder.values().flatten().filter_map(|proposal| proposal.owner.clone()).collect();
        owners.sort_by(|a, b| (a.is_user, &a.name).cmp(&(b.is_user, &b.name)));
        owners.dedup_by(|a, b| a.name == b.name && a.is_user == b.is_user);
        let packages = by_folder
            .into_iter()
            .filter_map(|(folder, proposals)| Some(Package { folder: self.known.get(&folder)?.clone(), proposals }));
        Discovery { packages: packages.collect(), owners }
    }

    /// Describes a package, or what holds packages together.
    fn unit(&mut self, unit: &str, system: Option<String>) -> Option<Proposal> {
        let folder = self.known.get(unit)?;
        let own: Vec<&Evidence> = self.folders.get(unit)?.iter().filter(|it| it.facts.definition.is_none()).collect();
        let is_system = self.systems.contains(unit);
        let kind = if is_system { "System" } else { "Component" };
        let facts = |get: &dyn Fn(&Facts) -> Option<String>| own.iter().find_map(|it| get(&it.facts));
        let repository = self.workspace.repository_of_folder(folder);
        let remote = repository.as_deref().and_then(Repository::remote);
        let is_whole = repository.as_deref().is_some_and(|repository| repository.folder() == folder);
        let slug = remote.map(|remote| remote.slug());
        let of_remote =
            slug.as_deref().filter(|_| is_whole).and_then(|slug| slug.rsplit('/').next()).map(str::to_owned);
        let of_package = facts(&|facts| facts.name.clone().filter(|_| facts.is_package));
        let of_folder = self.workspace.folder_name(folder);
        let names: Vec<String> =
            [of_package, of_remote, of_folder].into_iter().flatten().filter_map(|name| entity_name(&name)).collect();
        let parent = unit.rsplit_once('/').and_then(|(above, _)| entity_name(above.rsplit('/').next()?));
        let longer = names.first().zip(parent).and_then(|(name, parent)| entity_name(&format!("{parent}-{name}")));
        let default = names.is_empty().then(|| "project".to_owned());
        let name = self.taken.take(
            kind,
            names.first().cloned().into_iter().chain(names.iter().skip(1).cloned()).chain(longer).chain(default),
        );
        let evidence = evidence(self.workspace, folder, &own);
        let owner = self.owners.of(evidence.first()?.0, &format!("{}{CATALOG_FILE}", prefix(unit)));
        let role = own.iter().filter_map(|it| it.facts.role).max();
        let mut tags: Vec<&'static str> = Vec::new();
        for tag in own.iter().flat_map(|it| it.facts.tags.iter().copied()) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let mut annotations = Vec::new();
        if let (Some(remote), Some(slug)) = (remote, slug) {
            match remote.host() {
                Host::GitHub => annotations.push(("github.com/project-slug", slug)),
                Host::GitLab => annotations.push(("gitlab.com/project-slug", slug)),
                _ => {}
            }
        }
        let title = facts(&|facts| facts.title.clone()).filter(|title| entity_name(title).as_deref() != Some(&name));
        Some(Proposal {
            kind,
            title,
            name,
            description: facts(&|facts| facts.description.clone()),
            tags,
            homepage: facts(&|facts| facts.homepage.clone().filter(|url| is_web(url))),
            annotations,
            of_type: (!is_system).then(|| role.map_or("documentation", Role::as_str)),
            owner,
            system,
            provides: Vec::new(),
            definition: None,
            has_docs: own.iter().any(|it| it.facts.has_docs),
            evidence,
        })
    }

    /// Describes the APIs, each beside the package that it belongs to.
    fn apis(&mut self, by_folder: &mut BTreeMap<String, Vec<Proposal>>) {
        let mut count = 0;
        for (folder, evidence) in self.folders {
            let mut stems: BTreeSet<(&str, &str)> = BTreeSet::new();
            // The same definition is often there in YAML and in JSON, which was made from it.
            let (made, written): (Vec<_>, Vec<_>) = evidence.iter().partition(|it| it.path.ends_with(".json"));
            for one in written.into_iter().chain(made) {
                let Some(definition) = &one.facts.definition else { continue };
                let stem = stem(&one.path);
                if count == MAX_APIS || !stems.insert((stem, definition.format)) {
                    continue;
                }
                count += 1;
                let home = nearest(&self.units, folder).unwrap_or(folder).clone();
                if let Some((api, home)) = self.api(one, definition.format, stem, &home, by_folder) {
                    let proposals = by_folder.entry(home).or_default();
                    if let Some(component) = proposals.first_mut().filter(|first| first.kind == "Component") {
                        component.provides.push(api.name.clone());
                        // What others call runs somewhere.
                        component.of_type = Some(Role::Service.as_str());
                    }
                    proposals.push(api);
                }
            }
        }
    }

    fn api(
        &mut self,
        one: &Evidence,
        format: &'static str,
        stem: &str,
        home: &str,
        by_folder: &BTreeMap<String, Vec<Proposal>>,
    ) -> Option<(Proposal, String)> {
        let folder = self.known.get(home)?;
        let package = by_folder.get(home).and_then(|proposals| proposals.first()).filter(|first| first.kind != "API");
        let component = package.filter(|package| package.kind == "Component");
        let around = package.map(|package| package.name.clone());
        let around = around.or_else(|| entity_name(&self.workspace.folder_name(folder)?));
        let ending = if format == "asyncapi" { "events" } else { "api" };
        let of_folder = around.as_ref().and_then(|around| entity_name(&format!("{around}-{ending}")));
        let of_format = around.as_ref().and_then(|around| entity_name(&format!("{around}-{format}")));
        let own = entity_name(stem).filter(|_| !is_generic(stem));
        let longer =
            own.as_ref().zip(around.as_ref()).and_then(|(own, around)| entity_name(&format!("{around}-{own}")));
        let names = own.into_iter().chain(longer).chain(of_folder).chain(of_format);
        let name = self.taken.take("API", names);
        let system = match package {
            Some(package) if package.kind == "System" => Some(package.name.clone()),
            Some(package) => package.system.clone(),
            None => None,
        };
        let owner = match component {
            Some(component) => component.owner.clone(),
            None => self.owners.of(one.file, &one.path),
        };
        let definition = self.workspace.path_below(folder, one.file)?;
        let title = one.facts.title.clone().filter(|title| entity_name(title).as_deref() != Some(&name));
        let api = Proposal {
            kind: "API",
            title,
            name,
            description: one.facts.description.clone(),
            tags: Vec::new(),
            homepage: None,
            annotations: Vec::new(),
            of_type: Some(format),
            owner,
            system,
            provides: Vec::new(),
            definition: Some(definition),
            has_docs: false,
            evidence: vec![(one.file, Arc::clone(&one.path))],
        };
        Some((api, home.to_owned()))
    }
}

/// Returns the files that speak for a package, one of each sort, one that lies in its folder first.
fn evidence(workspace: &Workspace, folder: &Folder, own: &[&Evidence]) -> Vec<(FileId, Arc<str>)> {
    let mut evidence: Vec<(FileId, Arc<str>)> = Vec::new();
    let (mut ranks, mut has_docs) = (BTreeSet::new(), false);
    for it in own {
        // Where there is an `mkdocs.yml`, documents need no mention.
        let is_new = ranks.insert(it.facts.rank) && !(has_docs && it.facts.has_docs);
        has_docs |= it.facts.has_docs;
        if is_new {
            evidence.push((it.file, Arc::clone(&it.path)));
        }
    }
    evidence.sort_by_key(|(file, _)| workspace.folder_of(*file) != *folder);
    evidence
}

/// Returns the name of a file without what says its format.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let endings = [".openapi", ".swagger", ".asyncapi", "-openapi", "-swagger", "-asyncapi"];
    endings.iter().find_map(|ending| stem.strip_suffix(ending)).unwrap_or(stem)
}

/// Returns whether a file is called as definitions of anything are.
fn is_generic(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    let is_version =
        |text: &str| text.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let generic =
        ["api", "asyncapi", "definition", "index", "openapi", "schema", "service", "spec", "swagger", "api-docs"];
    generic.contains(&&*stem) || is_version(&stem)
}

fn is_web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && url::Url::parse(url).is_ok()
}

/// Returns the nearest of some folders that a path is in or at.
fn nearest<'a>(folders: &'a BTreeSet<String>, path: &str) -> Option<&'a String> {
    ancestors(path).find_map(|folder| folders.get(folder))
}

/// Returns a path and the folders above it, the nearest first; the last one is empty.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| match path.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None => (!path.is_empty()).then_some(""),
    })
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    path == folder || below(path, folder).is_some()
}

/// Returns the rest of a path below a folder.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() {
        return (!path.is_empty()).then_some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

fn prefix(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}
