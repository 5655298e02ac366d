//! The join of answers to entities, and the five states.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;
use serde_json::Value;

use super::answer::{self, Fields, Refusal};
use super::folder::{self, ALL, Index, LOG, Logged, Stored, is_good, normal};
use super::outcome::Answer;
use super::source::{Claims, Format, Instances, Part, PartInfo, Set, Source};
use super::sources::{self, SOURCES};
use super::{Holds, Snapshot, Snapshots, SourceInUse, State, findings, mask, own};
use crate::catalog::filter::fits;
use crate::catalog::{Catalog, Entity, EntityId};
use crate::config::{Filter, SnapshotSource};
use crate::diag::Diagnostics;
use crate::workspace::{ReadError, SnapshotFile, Workspace};

/// Reads the folders and joins what is in them to entities.
#[must_use]
pub fn analyse(workspace: &Workspace, catalog: &Catalog) -> (Snapshots, Diagnostics) {
    let files = workspace.snapshot_files();
    let config = &workspace.config().snapshots;
    let expected = config.sources.values().any(|source| source.expect.is_some());
    if files.is_empty() && !expected {
        return (Snapshots::default(), Vec::new());
    }
    let (log, odd) = logs(workspace, &files);
    let is_own = |name: &str| config.sources.contains_key(name) && sources::find(name).is_none();
    let known = |name: &str| sources::find(name).is_some() || is_own(name);
    let answers =
        files.iter().enumerate().filter(|(_, file)| name(file.path()) != LOG).map(|(at, file)| (at, file.path()));
    let index = Index::of(answers, &log, &known);
    let mut join = Join {
        workspace,
        catalog,
        files: &files,
        log: &log,
        index: &index,
        now: workspace.now(),
        people: !config.redact.iter().any(|word| word == "people"),
        hosts: !config.redact.iter().any(|word| word == "hosts"),
        found: Snapshots { of: (0..catalog.entities().len()).map(|_| Vec::new()).collect(), ..Snapshots::default() },
        branches: HashMap::new(),
        claimed: BTreeMap::new(),
    };
    for source in SOURCES {
        let configured = config.sources.get(source.id);
        if index.sources.contains_key(source.id) || configured.is_some_and(|source| source.expect.is_some()) {
            join.built_in(source, configured, config.ttl);
        }
    }
    for (name, configured) in config.sources.iter().filter(|(name, _)| is_own(name)) {
        let is_there = index.sources.contains_key(name) || index.envelopes.contains_key(name);
        if is_there || configured.expect.is_some() {
            join.own(name, configured, config.ttl);
        }
    }
    let Join { mut found, claimed, .. } = join;
    found.of.iter_mut().for_each(Vec::shrink_to_fit);
    let problems = findings::find(workspace, catalog, &found, &index, &files, &claimed, &odd);
    (found, problems)
}

/// Returns the name of the file at a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads every log; those of inner folders after those above. Returns which could not be read whole.
fn logs(workspace: &Workspace, files: &[SnapshotFile]) -> (HashMap<String, Logged>, Vec<usize>) {
    let mut log = HashMap::new();
    let mut odd = Vec::new();
    let mut logs: Vec<(usize, &SnapshotFile)> =
        files.iter().enumerate().filter(|(_, file)| name(file.path()) == LOG).collect();
    logs.sort_by_key(|(_, file)| (file.path().matches('/').count(), file.path()));
    for (at, file) in logs {
        let folder = file.path().strip_suffix(LOG).unwrap_or_default().trim_end_matches('/');
        match workspace.read_snapshot(file, workspace.config().limits.snapshot.max(64 << 20)) {
            Ok(bytes) => {
                if folder::read_log(folder, &String::from_utf8_lossy(&bytes), &mut log) {
                    odd.push(at);
                }
            }
            Err(_) => odd.push(at),
        }
    }
    (log, odd)
}

/// Where a record is: instance, key, and whether that is for many keys.
pub(super) type Address = (String, String, bool);

/// Where the default branch of a project is known: the forge, its server and the project.
type BranchKey = (String, String, String);

struct Join<'a> {
    workspace: &'a Workspace,
    catalog: &'a Catalog,
    files: &'a [SnapshotFile],
    log: &'a HashMap<String, Logged>,
    index: &'a Index,
    now: i64,
    people: bool,
    hosts: bool,
    found: Snapshots,
    branches: HashMap<BranchKey, String>,
    /// By source: the instances and keys that somebody claims.
    claimed: BTreeMap<String, BTreeSet<(String, String)>>,
}

impl Join<'_> {
    fn add(&mut self, id: EntityId, snapshot: Snapshot, ttl: i64) {
        if let (Some(fetched), State::Fresh | State::Stale) = (snapshot.fetched, snapshot.state) {
            let end = fetched.saturating_add(ttl).saturating_add(1);
            let holds: &mut Holds = &mut self.found.holds;
            if snapshot.state == State::Fresh {
                holds.until = holds.until.min(end);
            } else {
                holds.from = holds.from.max(end);
            }
        }
        self.found.of[id.index()].push(snapshot);
    }

    fn built_in(&mut self, source: &'static Source, configured: Option<&SnapshotSource>, general: Option<i64>) {
        let ttl = configured.and_then(|source| source.ttl).or(general).unwrap_or(source.ttl * super::time::HOUR);
        if !source.has_cards() {
            self.help(source);
            return;
        }
        let at = self.found.sources.len();
        self.found.sources.push(SourceInUse {
            id: source.id.to_owned(),
            title: source.title.to_owned(),
            tab: source.tab,
            icon: source.icon,
            annotations: source.annotations.iter().map(|&key| key.to_owned()).collect(),
            grammar: source.grammar.to_owned(),
            ttl,
            labels: Vec::new(),
        });
        let expect = configured.and_then(|source| source.expect.as_ref());
        let groups =
            self.resolve(source.id, source.all, at, expect, ttl, &source.claims, source.annotations.first().copied());
        let first = |group: &Vec<Address>| {
            group.first().map(|(instance, key, _)| (forge(source.id), instance.clone(), key.clone()))
        };
        let read: Vec<(Vec<EntityId>, Vec<Option<Answer>>)> = groups
            .par_iter()
            .map(|(group, claimants)| {
                let sets = self.load(source.id, source.parts, group);
                let branch = first(group).and_then(|key| self.branches.get(&key)).map(String::as_str);
                let all = group.iter().any(|(.., all)| *all);
                let make = |claimant: &Claimant| {
                    let entity = self.catalog.get(claimant.id);
                    Answer::of(source, &sets, entity, branch, (self.people, self.hosts))
                };
                let answers = if source.by_entity && all {
                    claimants.iter().map(make).collect()
                } else {
                    vec![claimants.first().and_then(make)]
                };
                (claimants.iter().map(|claimant| claimant.id).collect(), answers)
            })
            .collect();
        for ((group, claimants), (ids, answers)) in groups.iter().zip(read) {
            if let (Some(Some(Answer { record: Some(record), .. })), Some(key)) = (answers.first(), first(group))
                && let Some(branch) = record.facts.get("repo.defaultBranch")
            {
                self.branches.insert(key, branch.plain());
            }
            for (at_claimant, id) in ids.into_iter().enumerate() {
                let answer = if answers.len() == 1 { answers.first() } else { answers.get(at_claimant) };
                let claimant = &claimants[at_claimant];
                let is_expected = expect.is_some_and(|filter| fits(filter, self.catalog.get(id)));
                let snapshot = match answer.and_then(Option::as_ref) {
                    Some(answer) => answer.snapshot(at, &claimant.shown, self.now, ttl),
                    None if claimant.is_annotated || is_expected => missing(at, State::NoData, &claimant.shown),
                    None => continue,
                };
                self.add(id, snapshot, ttl);
            }
        }
    }

    /// Reads a source that has no cards and only provides the default branch to others.
    fn help(&mut self, source: &'static Source) {
        let Some(instances) = self.index.sources.get(source.id) else { return };
        for (instance, keys) in instances {
            for key in keys.keys() {
                let sets = self.load(source.id, source.parts, &[(instance.clone(), key.clone(), false)]);
                let part =
                    sets.iter().find_map(|set| set.part(source.parts[0].name)).filter(|part| part.refusal.is_none());
                let project = part.and_then(|part| part.values.first());
                if let Some(branch) = project.and_then(|project| project.str("default_branch")) {
                    self.branches.insert((forge(source.id), instance.clone(), key.clone()), branch.to_owned());
                }
            }
        }
    }

    /// Finds the records of every entity, adds the states of those that have none, and groups the others by their records.
    #[expect(clippy::too_many_arguments, reason = "what is known of a source, built in or not")]
    fn resolve(
        &mut self,
        id: &str,
        all: bool,
        at: usize,
        expect: Option<&Filter>,
        ttl: i64,
        claims: &(dyn Fn(&Entity) -> Option<Claims> + Sync),
        annotation: Option<&str>,
    ) -> Vec<(Vec<Address>, Vec<Claimant>)> {
        let keys = self.index.sources.get(id);
        let found: Vec<(EntityId, Option<Claims>, Vec<Address>)> = self
            .catalog
            .entities()
            .par_iter()
            .enumerate()
            .filter_map(|(index, entity)| {
                let mut claims = claims(entity);
                if let Some(claims) = &mut claims {
                    self.unmask(entity, claims);
                }
                let is_expected = || expect.is_some_and(|filter| fits(filter, entity));
                let addresses = claims.as_ref().map(|claims| self.addresses(id, keys, all, claims)).unwrap_or_default();
                let is_shown =
                    !addresses.is_empty() || claims.as_ref().is_some_and(|claims| claims.is_annotated) || is_expected();
                is_shown.then(|| (EntityId::new(index), claims, addresses))
            })
            .collect();
        let mut groups: BTreeMap<Vec<Address>, Vec<Claimant>> = BTreeMap::new();
        for (entity, claims, addresses) in found {
            let Some(claims) = claims else {
                self.add(entity, missing(at, State::NoAnnotation, annotation.unwrap_or_default()), ttl);
                continue;
            };
            if addresses.is_empty() {
                self.add(entity, missing(at, State::NoData, &claims.shown), ttl);
                continue;
            }
            let claimed = self.claimed.entry(id.to_owned()).or_default();
            claimed.extend(addresses.iter().map(|(instance, key, _)| (instance.clone(), key.clone())));
            let claimant =
                Claimant { id: entity, shown: mask::short(&claims.shown).into(), is_annotated: claims.is_annotated };
            groups.entry(addresses).or_default().push(claimant);
        }
        groups.into_iter().collect()
    }

    /// Looks up the value of an annotation that is masked in the catalog: it only serves to find the answer and is
    /// never shown.
    fn unmask(&self, entity: &Entity, claims: &mut Claims) {
        const MASK: &str = "***";
        if !claims.places.iter().any(|place| place.key == MASK) {
            return;
        }
        let written = entity.pairs("annotations").filter(|(_, value)| *value == MASK).find_map(|(key, _)| {
            let span = entity.annotation_node(key)?.span;
            let text = self.workspace.text(span.file, self.workspace.config().limits.catalog_file).ok()?;
            let text = text.get(span.start as usize..span.end as usize)?;
            Some(text.trim().trim_matches(['"', '\'']).to_owned())
        });
        if let Some(written) = written {
            claims.places.iter_mut().filter(|place| place.key == MASK).for_each(|place| place.key.clone_from(&written));
        }
    }

    fn addresses(
        &self,
        id: &str,
        keys: Option<&BTreeMap<String, folder::Keys>>,
        all: bool,
        claims: &Claims,
    ) -> Vec<Address> {
        let Some(instances) = keys else { return Vec::new() };
        let meant = |wanted: &Instances| -> Vec<(&String, &folder::Keys)> {
            match wanted {
                Instances::Default => instances.get_key_value("").into_iter().collect(),
                Instances::Named(names) => names.iter().filter_map(|name| instances.get_key_value(name)).collect(),
                Instances::Any => instances.iter().collect(),
            }
        };
        for place in &claims.places {
            let key = normal(id, &place.key);
            let meant = meant(&place.instances);
            if !meant.iter().any(|(_, keys)| keys.contains_key(&key)) {
                continue;
            }
            let address = |(instance, keys): &(&String, &folder::Keys)| {
                if keys.contains_key(&key) {
                    Some(((*instance).clone(), key.clone(), false))
                } else {
                    (all && keys.contains_key(ALL)).then(|| ((*instance).clone(), ALL.to_owned(), true))
                }
            };
            return meant.iter().filter_map(address).collect();
        }
        let Some(place) = claims.places.first().filter(|_| all) else { return Vec::new() };
        let has_all = |(_, keys): &(&String, &folder::Keys)| keys.contains_key(ALL);
        meant(&place.instances)
            .into_iter()
            .filter(has_all)
            .map(|(instance, _)| (instance.clone(), ALL.to_owned(), true))
            .collect()
    }

    /// Reads the answers of a group.
    fn load(&self, id: &str, parts: &'static [PartInfo], group: &[Address]) -> Vec<Set> {
        let set = |(instance, key, all): &Address| {
            let stored = &self.index.sources[id][instance][key];
            let parts =
                parts.iter().filter_map(|info| Some((info.name, self.part(stored.get(info.name)?, info.format))));
            Set { instance: instance.clone(), all: *all, parts: parts.collect() }
        };
        group.iter().map(set).collect()
    }

    fn part(&self, stored: &[Stored], format: Format) -> Part {
        let mut part = Part::default();
        let mut is_unknown = false;
        for one in stored {
            self.file(one, format, &mut part, &mut is_unknown);
        }
        if is_unknown {
            part.time = None;
        }
        part
    }

    /// Adds one file to a part.
    fn file(&self, stored: &Stored, format: Format, part: &mut Part, is_unknown: &mut bool) {
        let logged = self.log.get(&stored.path);
        let limit = self.workspace.config().limits.snapshot;
        let content = stored.file.map(|at| self.workspace.read_snapshot(&self.files[at], limit));
        let content: Option<Result<Vec<u8>, Refusal>> = content.map(|read| {
            read.map_err(|error| match error {
                ReadError::TooLarge { limit, .. } => Refusal::TooLarge(limit),
                other => Refusal::Unreadable(other.to_string()),
            })
        });
        let (head, body) = match &content {
            Some(Ok(bytes)) => answer::split_head(bytes),
            _ => (answer::Head::default(), &[][..]),
        };
        let status = logged.map(|logged| logged.status.clone()).or_else(|| head.status.clone());
        let is_bad = status.as_deref().is_some_and(|status| !is_good(status));
        let is_kept = logged.is_some_and(|logged| logged.good.is_some());
        if is_bad {
            let status = status.unwrap_or_default();
            let words = logged.and_then(|logged| logged.message.clone());
            let words = words.or_else(|| if is_kept { None } else { answer::failure(body) });
            let of_body = if is_kept { None } else { answer::status_of_body(body) };
            part.failure = Some(mask::short(&words.unwrap_or_else(|| failure_words(&status))));
            part.status = Some(if status.starts_with("exit:") { of_body.unwrap_or(status) } else { status });
            if !is_kept {
                return;
            }
        }
        let Some(content) = &content else {
            if !is_bad {
                part.failure = Some("the answer that the log names is not there".to_owned());
            }
            return;
        };
        part.is_there = true;
        let refusal = match content {
            Err(refusal) => Some(refusal.clone()),
            Ok(_) => keep(body, format, part),
        };
        let mut known = logged.and_then(|logged| logged.good.flatten()).or(head.time);
        if refusal.is_none() {
            known = known.or_else(|| made_at(part, body));
        }
        let known = known.or_else(|| self.workspace.snapshot_committed(&self.files[stored.file?]));
        part.refusal = part.refusal.take().or(refusal);
        match known {
            Some(known) => part.time = Some(part.time.map_or(known, |other| other.min(known))),
            None => *is_unknown = true,
        }
    }

    fn own(&mut self, name: &str, configured: &SnapshotSource, general: Option<i64>) {
        const PARTS: &[PartInfo] = &[PartInfo { name: "", format: Format::Json(answer::ALL) }];
        let envelope = self.index.envelopes.get(name).map(|(file, path)| {
            let stored = Stored { variant: String::new(), file: Some(*file), path: path.clone() };
            own::Envelope::of(&self.part(&[stored], PARTS[0].format))
        });
        let own_ttl = envelope.as_ref().and_then(|envelope| envelope.ttl);
        let ttl = configured.ttl.or(general).or(own_ttl).unwrap_or(24 * super::time::HOUR);
        let at = self.found.sources.len();
        self.found.sources.push(own::in_use(name, configured, ttl));
        let annotation = configured.key.strip_prefix("annotation:").map(|key| key.trim().to_owned());
        let claims = |entity: &Entity| own::claims(entity, annotation.as_deref());
        if let Some(envelope) = &envelope {
            for (id, entity) in self.catalog.iter() {
                let claims = claims(entity);
                let is_expected = configured.expect.as_ref().is_some_and(|filter| fits(filter, entity));
                let answer = claims.as_ref().and_then(|claims| envelope.answer(entity, claims, configured));
                let snapshot = match (answer, &claims) {
                    (Some(answer), Some(claims)) => {
                        answer.with_hosts(self.hosts).snapshot(at, &mask::short(&claims.shown), self.now, ttl)
                    }
                    (None, Some(claims)) if claims.is_annotated || is_expected => {
                        missing(at, State::NoData, &claims.shown)
                    }
                    (_, None) if is_expected => {
                        missing(at, State::NoAnnotation, annotation.as_deref().unwrap_or_default())
                    }
                    _ => continue,
                };
                self.add(id, snapshot, ttl);
            }
            return;
        }
        let groups = self.resolve(name, false, at, configured.expect.as_ref(), ttl, &claims, annotation.as_deref());
        let read: Vec<Option<Answer>> = groups
            .par_iter()
            .map(|(group, _)| {
                let (instance, key, _) = group.first()?;
                let stored = self.index.sources[name][instance][key].get(&configured.part)?;
                let part = self.part(stored, PARTS[0].format);
                let answer = Answer::of_part(&part, |values: &[Value]| own::record(values.first(), configured));
                Some(answer.with_hosts(self.hosts))
            })
            .collect();
        for ((_, claimants), answer) in groups.iter().zip(read) {
            for claimant in claimants {
                let snapshot = match &answer {
                    Some(answer) => answer.snapshot(at, &claimant.shown, self.now, ttl),
                    None => missing(at, State::NoData, &claimant.shown),
                };
                self.add(claimant.id, snapshot, ttl);
            }
        }
    }
}

/// Keeps the content of a file; returns why it cannot be used.
fn keep(body: &[u8], format: Format, part: &mut Part) -> Option<Refusal> {
    match format {
        Format::Json(allowed) => match answer::json(body, allowed) {
            Ok(values) => part.values.extend(values),
            Err(refusal) => return Some(refusal),
        },
        Format::Report => part.bytes.push(body.to_vec()),
    }
    None
}

/// Returns which forge a source asks.
fn forge(id: &str) -> String {
    id.split('-').next().unwrap_or(id).to_owned()
}

/// An entity that claims a record.
struct Claimant {
    id: EntityId,
    shown: Box<str>,
    is_annotated: bool,
}

fn missing(source: usize, state: State, key: &str) -> Snapshot {
    Snapshot {
        source,
        state,
        fetched: None,
        message: None,
        key: mask::short(key).into(),
        failed_parts: Vec::new(),
        record: None,
    }
}

fn failure_words(status: &str) -> String {
    match status.strip_prefix("exit:") {
        Some(code) => format!("exit status {code}"),
        None if status == "000" => "no connection".to_owned(),
        None => format!("HTTP {status}"),
    }
}

/// Returns when an answer says that it was made.
fn made_at(part: &Part, body: &[u8]) -> Option<i64> {
    if !part.bytes.is_empty() {
        return sources::made_at(body);
    }
    let value = part.values.last()?;
    let own =
        ["fetchTime", "CreatedAt", "generatedDateTimeUtc", "fetchedAt"].into_iter().find_map(|key| value.time(key));
    own.or_else(|| {
        let runs = value.list("runs").iter().flat_map(|run| run.list("invocations"));
        runs.filter_map(|invocation| invocation.time("endTimeUtc")).max()
    })
}
