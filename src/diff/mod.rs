//! What a change does to the portal: two exports compared.
//!
//! Owns what counts as a change, which names are the same thing renamed, gates, and one writer a format. Knows neither where
//! exports come from nor what is printed.
//!
//! Invariants: an export compared with itself has no change; each change is there once; the order of files, threads and
//! paths changes nothing; `tests/it/portal_diff.rs` makes the new export of the old one and the JSON.

mod change;
pub mod escape;
pub mod gates;
pub mod html;
pub mod human;
mod impact;
pub mod markdown;
mod pages;
pub mod preview;
mod renames;
pub mod what_if;
mod words;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::Value;

pub use change::{
    EntityChange, FieldChange, Gate, HeadingChange, Hit, Link, PageChange, PortalDiff, Problems, RecordChange,
    RelationChange, Revision, Search, Words,
};
pub use renames::Rename;

use crate::api::diff::report::Report;
use crate::portal_export::{EntityRecord, PortalExport, ProblemRecord, RelationRecord};

/// Rules whose findings are links that lead nowhere.
const LINK_RULES: &[&str] = &["broken-link", "missing-include", "nav-page-missing", "undefined-reference"];

/// Compares two portals; `apis` is what has changed of their definitions, by the references of the new portal.
#[must_use]
pub fn compare(old: &PortalExport, new: &PortalExport, renames: &[Rename], apis: Report) -> PortalDiff {
    let renamed: HashMap<&str, &str> =
        renames.iter().map(|rename| (rename.old.as_str(), rename.new.as_str())).collect();
    let base = renames::applied(old, &renamed);
    let base = &*base;
    let mut found = PortalDiff {
        base: Revision { commit: old.commit.clone(), title: old.title.clone() },
        head: Revision { commit: new.commit.clone(), title: new.title.clone() },
        search: Search { pages: [old.search.pages, new.search.pages], words: [old.search.words, new.search.words] },
        ..PortalDiff::default()
    };
    let before: HashMap<&str, &str> = renames.iter().map(|rename| (rename.new.as_str(), rename.old.as_str())).collect();
    for (was, is) in pairs(&base.entities, &new.entities, |entity| &entity.reference) {
        found.entities.extend(entity(was, is, old, renames, &before));
        if let (Some(was), Some(is)) = (was, is) {
            found.relations.extend(relations(was, is, &renamed));
        }
    }
    found.docs = pages::compare(old, base, new, renames);
    for change in &mut found.entities {
        if let (Some(reference), "renamed") = (&change.old_ref, change.change) {
            change.still_named = pages::naming(new, reference);
        }
    }
    found.decisions = records(
        &base.decisions,
        &new.decisions,
        |record| &record.url,
        |was, is, change| {
            let record = is.or(was);
            change.title = record.map(|record| record.title.clone()).unwrap_or_default();
            change.place = record.map(|record| record.place.clone()).unwrap_or_default();
            let (Some(was), Some(is)) = (was, is) else { return };
            let status = |status: &Option<String>| status.clone().unwrap_or_else(|| "none".to_owned());
            if is.superseded_by != was.superseded_by && !is.superseded_by.is_empty() {
                change.note = Some(format!("superseded by {}", is.superseded_by.join(", ")));
            } else if is.status != was.status {
                change.note = Some(format!("{} → {}", status(&was.status), status(&is.status)));
            }
        },
    );
    found.templates = records(
        &base.templates,
        &new.templates,
        |record| &record.reference,
        |was, is, change| {
            let (Some(was), Some(is)) = (was, is) else { return };
            let (note, breaks) = parameters(was, is);
            change.note = note;
            change.breaks = breaks;
        },
    );
    found.scores = records(&base.scores, &new.scores, score_key, |was, is, change| {
        let (Some(was), Some(is)) = (was, is) else { return };
        let level = |level: &Option<String>| level.clone().unwrap_or_else(|| "none".to_owned());
        change.change = match is.rank.cmp(&was.rank) {
            Ordering::Greater => "up",
            Ordering::Less => "down",
            Ordering::Equal => "changed",
        };
        if is.rank != was.rank {
            change.note = Some(format!("{} → {}", level(&was.level), level(&is.level)));
        }
    });
    found.definitions = records(&base.apis, &new.apis, |record| &record.reference, |_, _, _| ());
    problems(base, new, &mut found);
    found.impact = impact::of(old, new, &found.entities, &apis);
    found.breaking = apis.breaking;
    found.risky = apis.risky;
    found.compatible = apis.compatible;
    found.apis = apis.apis;
    found.owners_removed = owners_removed(old, new, &renamed);
    found.summary = found.count();
    found
}

/// Finds what was renamed between two portals.
#[must_use]
pub fn renamed(old: &PortalExport, new: &PortalExport) -> Vec<Rename> {
    renames::find(old, new)
}

fn score_key(record: &crate::portal_export::ScoreRecord) -> (&str, &str) {
    (&record.scorecard, &record.reference)
}

/// Walks two sorted lists together.
fn pairs<'a, T, K: Ord + ?Sized + 'a>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&'a T) -> &'a K,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    pairs_by(old, new, |a, b| key(a).cmp(key(b)))
}

fn pairs_by<'a, T>(
    old: &'a [T],
    new: &'a [T],
    order: impl Fn(&'a T, &'a T) -> Ordering,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    let mut out = Vec::new();
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => return out,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(was), Some(is)) => order(was, is),
        };
        out.push(match order {
            Ordering::Less => (olds.next(), None),
            Ordering::Greater => (None, news.next()),
            Ordering::Equal => (olds.next(), news.next()),
        });
    }
}

/// Returns the fields of a record that count, by name.
fn fields_of(record: &impl Serialize) -> BTreeMap<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(fields)) => fields.into_iter().filter(|(name, _)| name != "place").collect(),
        _ => BTreeMap::new(),
    }
}

fn field_changes(was: &BTreeMap<String, Value>, is: &BTreeMap<String, Value>) -> Vec<FieldChange> {
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let changed = names.into_iter().filter(|name| was.get(*name) != is.get(*name));
    changed
        .map(|name| FieldChange { name: name.clone(), old: was.get(name).cloned(), new: is.get(name).cloned() })
        .collect()
}

/// Compares lists of records that have no parts of their own; `explain` adds what a change means.
fn records<'a, T: Serialize + PartialEq, K: Ord + Key + 'a>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&'a T) -> K,
    explain: impl Fn(Option<&T>, Option<&T>, &mut RecordChange),
) -> Vec<RecordChange> {
    let mut out = Vec::new();
    for (was, is) in pairs_by(old, new, |a, b| key(a).cmp(&key(b))) {
        if was == is {
            continue;
        }
        let mut change = RecordChange {
            key: was.or(is).map(|record| key(record).shown()).unwrap_or_default(),
            ..RecordChange::default()
        };
        match (was, is) {
            (Some(was), Some(is)) => {
                change.change = "changed";
                change.fields = field_changes(&fields_of(was), &fields_of(is));
            }
            (was, is) => {
                change.change = if is.is_some() { "added" } else { "removed" };
                change.record = is.or(was).map(|record| serde_json::to_value(record).unwrap_or_default());
            }
        }
        explain(was, is, &mut change);
        out.push(change);
    }
    out
}

/// A key as JSON has it.
trait Key {
    fn shown(&self) -> String;
}

impl Key for &String {
    fn shown(&self) -> String {
        (*self).clone()
    }
}

impl Key for (&str, &str) {
    fn shown(&self) -> String {
        format!("{} {}", self.0, self.1)
    }
}

fn entity(
    was: Option<&EntityRecord>,
    is: Option<&EntityRecord>,
    old: &PortalExport,
    renames: &[Rename],
    before: &HashMap<&str, &str>,
) -> Option<EntityChange> {
    let record = is.or(was)?;
    let old_ref = was.map(|was| before.get(was.reference.as_str()).map_or(was.reference.as_str(), |old| old));
    let rename = renames.iter().find(|rename| is.is_some() && was.is_some() && rename.new == record.reference);
    let fields = match (was, is) {
        (Some(was), Some(is)) => field_changes(&was.fields, &is.fields),
        _ => Vec::new(),
    };
    let change = match (was, is, rename) {
        (Some(_), None, _) => "removed",
        (None, Some(_), _) => "added",
        (Some(_), Some(_), Some(_)) => "renamed",
        (Some(_), Some(_), None) if !fields.is_empty() => "changed",
        _ => return None,
    };
    Some(EntityChange {
        change,
        reference: record.reference.clone(),
        old_ref: rename.and(old_ref).map(str::to_owned),
        reason: rename.map(|rename| rename.reason),
        title: record.title.clone(),
        owner: record.text("owner").map(str::to_owned),
        old: old_ref.and_then(|name| old.entity(name)).map(|entity| entity.place.clone()),
        new: is.map(|entity| entity.place.clone()),
        fields,
        record: (was.is_none() || is.is_none()).then(|| record.clone()),
        still_named: Vec::new(),
    })
}

fn relations(was: &EntityRecord, is: &EntityRecord, renamed: &HashMap<&str, &str>) -> Vec<RelationChange> {
    if was.relations == is.relations {
        return Vec::new();
    }
    let key = |relation: &RelationRecord| (relation.kind.clone(), relation.target.clone());
    let olds: BTreeMap<_, _> = was.relations.iter().map(|it| (key(it), it.found)).collect();
    let mut news: BTreeMap<_, _> = is.relations.iter().map(|it| (key(it), it.found)).collect();
    let former: HashMap<&str, &str> = renamed.iter().map(|(old, new)| (*new, *old)).collect();
    let mut out = Vec::new();
    let mut add = |change, kind: &str, to: &str, former: Option<&str>| {
        out.push(RelationChange {
            change,
            from: is.reference.clone(),
            kind: kind.to_owned(),
            to: to.to_owned(),
            was: former.map(str::to_owned),
            owner: is.text("owner").map(str::to_owned),
            place: is.place.clone(),
        });
    };
    for ((kind, target), found) in &olds {
        match news.remove(&(kind.clone(), target.clone())) {
            Some(now) if now == *found => {}
            Some(true) => add("resolved", kind, target, None),
            Some(false) => add("dangling", kind, target, None),
            None => {
                // The other end has a new name, and this one still says the old.
                let stale = former.get(target.as_str()).map(|old| (*old).to_owned());
                let stale = stale.filter(|old| news.get(&(kind.clone(), old.clone())) == Some(&false));
                match stale {
                    Some(old) => {
                        news.remove(&(kind.clone(), old.clone()));
                        add("dangling", kind, &old, Some(target));
                    }
                    None => add("removed", kind, target, None),
                }
            }
        }
    }
    for ((kind, target), found) in &news {
        add(if *found { "added" } else { "added-dangling" }, kind, target, None);
    }
    out
}

/// Says what has changed of the form of a template, and whether that breaks requests of today.
fn parameters(
    was: &crate::portal_export::TemplateRecord,
    is: &crate::portal_export::TemplateRecord,
) -> (Option<String>, bool) {
    let mut notes = Vec::new();
    let mut breaks = false;
    for (was, is) in pairs(&was.parameters, &is.parameters, |parameter| &parameter.name) {
        let (note, broken) = match (was, is) {
            (None, Some(is)) if is.required => (format!("`{}` is asked for and required", is.name), true),
            (None, Some(is)) => (format!("`{}` is asked for", is.name), false),
            (Some(was), None) => (format!("`{}` is no longer asked for", was.name), true),
            (Some(was), Some(is)) if was.kind != is.kind => {
                (format!("`{}` is {} instead of {}", is.name, is.kind, was.kind), true)
            }
            (Some(was), Some(is)) if is.required && !was.required => (format!("`{}` is required", is.name), true),
            (Some(was), Some(is)) if !is.required && was.required => (format!("`{}` is optional", is.name), false),
            _ => continue,
        };
        notes.push(note);
        breaks |= broken;
    }
    ((!notes.is_empty()).then(|| notes.join("; ")), breaks)
}

fn problems(base: &PortalExport, new: &PortalExport, found: &mut PortalDiff) {
    let files: BTreeSet<&str> = found.docs.iter().map(|page| page.place.file.as_str()).collect();
    for (was, is) in pairs_by(&base.problems, &new.problems, |a, b| a.key().cmp(&b.key())) {
        let count = |record: Option<&ProblemRecord>| record.map_or(0, |record| record.count);
        let (before, after) = (count(was), count(is));
        let Some(record) = is.or(was).filter(|_| before != after) else { continue };
        let record = ProblemRecord { count: before.abs_diff(after), ..record.clone() };
        let is_new = after > before;
        if LINK_RULES.contains(&record.rule.as_str()) {
            found.links.push(Link {
                change: if is_new { "broken" } else { "repaired" },
                elsewhere: is_new && !files.contains(record.file.as_str()),
                problem: record,
            });
        } else if is_new {
            found.problems.new.push(record);
        } else {
            found.problems.fixed.push(record);
        }
    }
}

/// Lists the entities whose owner was there and is no more.
fn owners_removed(old: &PortalExport, new: &PortalExport, renamed: &HashMap<&str, &str>) -> Vec<String> {
    let gone = |owner: &str| old.entity(owner).is_some() && new.entity(owner).is_none();
    let owned = new.entities.iter().filter(|entity| entity.text("owner").is_some_and(gone));
    let known = |entity: &&EntityRecord| {
        old.entity(&entity.reference).is_some() || renamed.values().any(|new| *new == entity.reference)
    };
    owned.filter(known).map(|entity| entity.reference.clone()).collect()
}

/// Returns a text without what does not fit into a line.
fn one_line(text: &str, longest: usize) -> Cow<'_, str> {
    let text = if text.contains(['\n', '\r']) {
        Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(text)
    };
    match text.char_indices().nth(longest) {
        Some((end, _)) => Cow::Owned(format!("{}…", text[..end].trim_end())),
        None => text,
    }
}

/// Returns how a value of a field is shown.
fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}
