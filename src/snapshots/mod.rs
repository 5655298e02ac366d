//! What other tools know, joined to entities: their answers were saved before the build, and nothing is asked here.
//!
//! Owns the folder of answers (`folder`), reading one (`answer`), the table of sources (`sources/`), the join with its five
//! states, facts, redaction (`mask`) and the script that fetches. Knows no pages.
//!
//! Invariants: an answer, however broken, never fails a build; only what the allow-list of a source names is read; a value
//! that nobody can know is absent.

mod answer;
mod catalog_of_sources;
pub mod facts;
mod findings;
pub mod folder;
mod join;
mod mask;
mod outcome;
mod own;
pub mod record;
mod request;
pub mod script;
mod selector;
pub mod source;
pub mod sources;
pub mod time;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

pub use catalog_of_sources::guide;
pub use findings::{names, too_old};
pub use join::analyse;

use crate::catalog::{Catalog, EntityId};
use facts::{Fact, Tone};
use record::Record;
use source::Tab;

/// The state of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The last fetch failed, or the answer cannot be used.
    Error,
    /// It is old, or of unknown age.
    Stale,
    /// It is good.
    Fresh,
    /// The annotation is there, and no answer.
    NoData,
    /// The annotation is wanted and missing.
    NoAnnotation,
}

impl State {
    /// Returns the state as `data-state` has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Error => "error",
            Self::NoData => "no-data",
            Self::NoAnnotation => "no-annotation",
        }
    }
}

/// What is known of an entity from one source.
#[derive(Debug)]
pub struct Snapshot {
    /// Which source, by index into [`Snapshots::sources`].
    pub source: usize,
    /// The state of the answer.
    pub state: State,
    /// When the content was fetched, in seconds since 1970 UTC.
    pub fetched: Option<i64>,
    /// Why it is in error.
    pub message: Option<Box<str>>,
    /// The key, or the annotation that is missing.
    pub key: Box<str>,
    /// Parts that failed and only leave their facts out, each with why.
    pub failed_parts: Vec<(&'static str, Box<str>)>,
    /// What was read.
    pub record: Option<Arc<Record>>,
}

impl Snapshot {
    /// Returns a fact.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.record.as_ref()?.facts.get(name)
    }

    /// Returns what the page of delivery reads: a measure of its own, else a fact.
    #[must_use]
    pub fn delivery(&self, name: &str) -> Option<&Fact> {
        let record = self.record.as_ref()?;
        record.delivery.get(name).or_else(|| record.facts.get(name))
    }

    /// Says how bad it is.
    #[must_use]
    pub fn tone(&self) -> Tone {
        self.record.as_ref().map_or(Tone::Plain, |record| record.tone())
    }
}

/// A source that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInUse {
    /// The name of its folder.
    pub id: String,
    /// The name for readers.
    pub title: String,
    /// Where its rows are shown.
    pub tab: Tab,
    /// The name of an icon.
    pub icon: &'static str,
    /// The annotations that name a key.
    pub annotations: Vec<String>,
    /// What the value of an annotation looks like.
    pub grammar: String,
    /// For how long an answer is fresh, in seconds.
    pub ttl: i64,
    /// What the fields of a source of one's own are called, by fact: label and unit.
    pub labels: Vec<(String, String, String)>,
}

/// Everything that other tools know of this catalog.
#[derive(Debug, Default)]
pub struct Snapshots {
    sources: Vec<SourceInUse>,
    /// By entity, in the order of the sources.
    of: Vec<Vec<Snapshot>>,
    /// The times within which every state is as it is now.
    pub holds: Holds,
}

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// From when on, in seconds since 1970 UTC.
    pub from: i64,
    /// Until before when.
    pub until: i64,
}

impl Default for Holds {
    fn default() -> Self {
        Self { from: i64::MIN, until: i64::MAX }
    }
}

impl Snapshots {
    /// Returns whether no source is in use.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Returns the sources in use, in the order of display.
    #[must_use]
    pub fn sources(&self) -> &[SourceInUse] {
        &self.sources
    }

    /// Returns what is known of an entity, in the order of the sources.
    #[must_use]
    pub fn of(&self, id: EntityId) -> &[Snapshot] {
        self.of.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// Returns what a source knows of an entity.
    #[must_use]
    pub fn snapshot(&self, id: EntityId, source: &str) -> Option<&Snapshot> {
        self.of(id).iter().find(|snapshot| self.sources[snapshot.source].id == source)
    }

    /// Returns a fact by its whole name: `snap.<source>.<fact>`, with or without `snap.`.
    #[must_use]
    pub fn fact(&self, id: EntityId, name: &str) -> Option<&Fact> {
        let name = name.strip_prefix("snap.").unwrap_or(name);
        let (source, fact) = name.split_once('.')?;
        self.snapshot(id, source)?.fact(fact)
    }

    /// Returns the facts of all entities for `playbill export --facts`.
    #[must_use]
    pub fn export<'a>(&'a self, catalog: &'a Catalog) -> Export<'a> {
        Export { snapshots: self, catalog }
    }
}

/// The facts of all entities, to be written as JSON.
#[derive(Debug)]
pub struct Export<'a> {
    snapshots: &'a Snapshots,
    catalog: &'a Catalog,
}

impl Serialize for Export<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (id, entity) in self.catalog.iter() {
            let snapshots = self.snapshots.of(id);
            if !snapshots.is_empty() {
                map.serialize_entry(entity.reference.as_str(), &OfEntity(self.snapshots, snapshots))?;
            }
        }
        map.end()
    }
}

struct OfEntity<'a>(&'a Snapshots, &'a [Snapshot]);

impl Serialize for OfEntity<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.1.len()))?;
        for snapshot in self.1 {
            map.serialize_entry(&self.0.sources[snapshot.source].id, &OfSource(snapshot))?;
        }
        map.end()
    }
}

struct OfSource<'a>(&'a Snapshot);

impl Serialize for OfSource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("state", &self.0.state)?;
        map.serialize_entry("fetchedAt", &self.0.fetched.map(time::iso))?;
        if let Some(message) = &self.0.message {
            map.serialize_entry("message", message)?;
        }
        map.serialize_entry("values", &Values(self.0))?;
        map.end()
    }
}

struct Values<'a>(&'a Snapshot);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, fact) in self.0.record.iter().flat_map(|record| record.facts.iter()) {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}
