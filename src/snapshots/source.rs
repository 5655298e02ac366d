//! What a source is: one tool whose answers are read, joined to entities and shown.
//!
//! A source is one file in `sources/` that holds a [`Source`]: a row of a table with the annotations, the parts with what
//! of them is read, a reader, and the requests that the script makes.

use serde_json::{Map, Value};

use super::answer::{self, Allowed, Refusal};
use super::record::Record;
use super::request::{Request, Server, Wanted};
use crate::catalog::Entity;

/// One tool.
pub struct Source {
    /// The name of its folder.
    pub id: &'static str,
    /// The name for readers.
    pub title: &'static str,
    /// For how long an answer is fresh, in hours.
    pub ttl: i64,
    /// Where its rows are shown.
    pub tab: Tab,
    /// The name of an icon.
    pub icon: &'static str,
    /// The annotations that name a key, the first one first; none if the key is the entity.
    pub annotations: &'static [&'static str],
    /// What the value of the first annotation looks like, for the guide.
    pub grammar: &'static str,
    /// What is read, the required part first.
    pub parts: &'static [PartInfo],
    /// Names of the facts that it makes.
    pub facts: &'static [&'static str],
    /// The part of an answer for many keys, if there are such.
    pub all: bool,
    /// Says which keys of an entity are asked for.
    pub claims: fn(&Entity) -> Option<Claims>,
    /// Reads the answers.
    pub(crate) read: fn(&Input<'_>) -> Result<Option<Record>, Refusal>,
    /// Whether what is read depends on the entity that asks.
    pub by_entity: bool,
    /// The server that the script asks with curl.
    pub(crate) server: Option<&'static Server>,
    /// The requests that the script makes for a key.
    pub(crate) requests: fn(&Wanted<'_>) -> Vec<Request>,
    /// What the guide says besides.
    pub notes: &'static str,
}

impl Source {
    /// Returns whether it has cards; one without only helps others.
    pub(crate) fn has_cards(&self) -> bool {
        !self.facts.is_empty()
    }

    /// Returns whether the script can ask for it.
    pub(crate) fn has_requests(&self) -> bool {
        !self.annotations.is_empty()
    }

    /// Returns the address of the vendor's server, if there is one.
    pub(crate) fn address(&self) -> &'static str {
        self.server.map_or("", |server| server.url)
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// A part of a source.
#[derive(Debug)]
pub struct PartInfo {
    /// The name of its file, without what follows the first point.
    pub name: &'static str,
    /// What of it is read.
    pub(crate) format: Format,
}

/// How a part is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    /// JSON, of which the named keys are read.
    Json(Allowed),
    /// A report whose format is recognised by its content; the reader gets the bytes.
    Report,
}

/// Makes a part that is JSON.
pub(crate) const fn json(name: &'static str, allowed: Allowed) -> PartInfo {
    PartInfo { name, format: Format::Json(allowed) }
}

/// Makes a part that is a report.
pub(crate) const fn report(name: &'static str) -> PartInfo {
    PartInfo { name, format: Format::Report }
}

/// A tab of entity pages that shows rows of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tab {
    /// Runs, changes, deployments.
    CiCd,
    /// Workloads.
    Kubernetes,
    /// Vulnerabilities and secrets.
    Security,
    /// Who is on call, alerts, errors.
    Incidents,
    /// Gates, coverage, findings.
    Quality,
    /// Packages.
    Packages,
    /// The repository and its issues.
    Code,
    /// None: the card shows everything.
    None,
}

/// Which keys of a source belong to an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The key as readers see it.
    pub shown: String,
    /// Whether an annotation names it; otherwise it is the entity itself.
    pub is_annotated: bool,
    /// Where to look, in this order; the first that has a record counts.
    pub places: Vec<Place>,
}

/// One place to look for a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The key.
    pub key: String,
    /// Of which servers.
    pub instances: Instances,
}

/// The servers of a tool that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instances {
    /// The one without a name.
    Default,
    /// These.
    Named(Vec<String>),
    /// All of them: their rows are joined.
    Any,
}

impl Claims {
    /// Claims a key of the default server.
    pub(crate) fn key(key: &str) -> Self {
        Self::at(key, Instances::Default)
    }

    /// Claims a key of some servers.
    pub(crate) fn at(key: &str, instances: Instances) -> Self {
        Self { shown: key.to_owned(), is_annotated: true, places: vec![Place { key: key.to_owned(), instances }] }
    }

    /// Claims the answers of an entity, since an annotation only is a query.
    pub(crate) fn query(entity: &Entity, shown: &str, instances: Instances) -> Self {
        let places = vec![Place { key: entity_key(entity), instances }];
        Self { shown: shown.to_owned(), is_annotated: true, places }
    }
}

/// Returns the key of an entity: `<namespace>/<kind>/<name>` in lower case.
#[must_use]
pub fn entity_key(entity: &Entity) -> String {
    let reference = &entity.reference;
    format!("{}/{}/{}", reference.namespace(), reference.kind(), reference.name()).to_lowercase()
}

/// Returns the value of an annotation that has one.
pub(crate) fn annotation<'e>(entity: &'e Entity, key: &str) -> Option<&'e str> {
    entity.annotation(key).map(str::trim).filter(|value| !value.is_empty())
}

/// Claims for sources without an annotation.
pub(crate) fn by_entity(entity: &Entity) -> Option<Claims> {
    let key = entity_key(entity);
    let places = vec![Place { key: key.clone(), instances: Instances::Default }];
    Some(Claims { shown: key, is_annotated: false, places })
}

/// One part as it was found.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// Its values, if it is JSON that can be used.
    pub(crate) values: Vec<Value>,
    /// Its bytes, if it is a report, with what the names of the files contain.
    pub(crate) bytes: Vec<Vec<u8>>,
    /// Why its content cannot be used.
    pub(crate) refusal: Option<Refusal>,
    /// Whether the last fetch failed, and why.
    pub(crate) failure: Option<String>,
    /// The status of a failure, such as `404`.
    pub(crate) status: Option<String>,
    /// When the content was fetched.
    pub(crate) time: Option<i64>,
    /// Whether there is content.
    pub(crate) is_there: bool,
}

/// The answers of one server for one key.
#[derive(Debug)]
pub(crate) struct Set {
    /// The server; empty for the default one.
    pub(crate) instance: String,
    /// Whether the answers are for many keys, so that the reader has to choose.
    pub(crate) all: bool,
    /// By name.
    pub(crate) parts: Vec<(&'static str, Part)>,
}

impl Set {
    /// Returns a part that was found.
    pub(crate) fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|(known, _)| *known == name).map(|(_, part)| part)
    }

    /// Returns the values of a part that can be used.
    pub(crate) fn values(&self, name: &str) -> Option<&[Value]> {
        self.part(name).filter(|part| part.is_there && part.refusal.is_none()).map(|part| part.values.as_slice())
    }
}

/// What a reader is given.
pub(crate) struct Input<'a> {
    /// When the answers were fetched; the reference time of windows and ages.
    pub(crate) time: Option<i64>,
    /// The answers of each server.
    pub(crate) sets: &'a [Set],
    /// The entity that asks, or one of those.
    pub(crate) entity: &'a Entity,
    /// The default branch, if another source knows it.
    pub(crate) branch: Option<&'a str>,
    /// Whether names of people are shown.
    pub(crate) people: bool,
    /// Whether names of hosts are shown.
    pub(crate) hosts: bool,
}

impl<'a> Input<'a> {
    /// Returns the values of a part of the first server that has it.
    pub(crate) fn values(&self, part: &str) -> Option<&'a [Value]> {
        self.sets.iter().find_map(|set| set.values(part))
    }

    /// Returns a part of the first server, whatever its state.
    pub(crate) fn part(&self, part: &str) -> Option<&'a Part> {
        self.sets.iter().find_map(|set| set.part(part))
    }

    /// Returns the rows of the required part.
    pub(crate) fn rows(&self, part: &str, key: Option<&str>) -> Result<Vec<&'a Map<String, Value>>, Refusal> {
        answer::rows(self.values(part).unwrap_or_default(), key)
    }

    /// Returns the rows of an optional part; a broken one has none.
    pub(crate) fn optional(&self, part: &str, key: Option<&str>) -> Option<Vec<&'a Map<String, Value>>> {
        answer::rows(self.values(part)?, key).ok()
    }

    /// Returns whole days from a time to that of the answer.
    pub(crate) fn days_since(&self, at: i64) -> Option<i64> {
        Some((self.time? - at).max(0) / super::time::DAY)
    }

    /// Returns whether a time lies within `days` days before that of the answer.
    pub(crate) fn is_within(&self, at: i64, days: i64) -> Option<bool> {
        let now = self.time?;
        Some(at <= now && now - at <= days * super::time::DAY)
    }

    /// Returns the name of somebody as it may be shown.
    pub(crate) fn person(&self, name: &str) -> String {
        if self.people { name.to_owned() } else { String::new() }
    }
}
