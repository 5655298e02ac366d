//! What became of the answers for one key: the record, or why there is none.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::answer::Refusal;
use super::record::Record;
use super::source::{Input, Part, Set, Source};
use super::{Snapshot, State, mask};
use crate::catalog::Entity;

/// What was read for one key.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) fetched: Option<i64>,
    pub(super) failure: Option<Box<str>>,
    pub(super) failed_parts: Vec<(&'static str, Box<str>)>,
    pub(super) record: Option<Arc<Record>>,
}

impl Answer {
    /// Reads the answers of a source; `None` if they have nothing for the entity.
    pub(super) fn of(
        source: &Source,
        sets: &[Set],
        entity: &Entity,
        branch: Option<&str>,
        shows: (bool, bool),
    ) -> Option<Self> {
        let required = source.parts[0].name;
        let parts: Vec<&Part> = sets.iter().filter_map(|set| set.part(required)).collect();
        if parts.is_empty() {
            return None;
        }
        let mut failure: Option<Cow<'_, str>> =
            parts.iter().find_map(|part| part.failure.as_deref()).map(Cow::Borrowed);
        let refusal = parts.iter().filter(|part| part.is_there).find_map(|part| part.refusal.as_ref());
        failure = failure.or_else(|| refusal.map(|refusal| Cow::Owned(refusal.to_string())));
        let there: Vec<&&Part> = parts.iter().filter(|part| part.is_there).collect();
        let fetched = if there.iter().any(|part| part.time.is_none()) {
            None
        } else {
            there.iter().filter_map(|part| part.time).min()
        };
        let mut record = None;
        if there.iter().any(|part| part.refusal.is_none()) {
            let input = Input { time: fetched, sets, entity, branch, people: shows.0, hosts: shows.1 };
            match (source.read)(&input) {
                Ok(Some(mut read)) => {
                    read.facts.shrink();
                    record = Some(Arc::new(read));
                }
                Ok(None) if failure.is_none() => return None,
                Ok(None) => {}
                Err(refusal) => failure = failure.or(Some(Cow::Owned(refusal.to_string()))),
            }
        }
        let mut failed_parts = Vec::new();
        for part in &source.parts[1..] {
            let why = sets.iter().filter_map(|set| set.part(part.name)).find_map(|found| {
                // That something does not exist is an answer.
                let failure = found.failure.clone().filter(|_| found.status.as_deref() != Some("404"));
                failure.or_else(|| found.refusal.as_ref().filter(|_| found.is_there).map(ToString::to_string))
            });
            failed_parts.extend(why.map(|why| (part.name, mask::short(&why).into())));
        }
        let failure = failure.map(|words| mask::long(&words).into());
        Some(Self { fetched, failure, failed_parts, record }.with_hosts(shows.1))
    }

    /// Leaves names of hosts out of it unless they are shown.
    pub(super) fn with_hosts(mut self, are_shown: bool) -> Self {
        if !are_shown {
            let texts = self.failure.iter_mut().chain(self.failed_parts.iter_mut().map(|(_, why)| why));
            for text in texts {
                *text = mask::without_hosts(text).into();
            }
            if let Some(record) = self.record.as_mut().and_then(Arc::get_mut) {
                record.drop_hosts();
            }
        }
        self
    }

    /// Reads an answer of a single part.
    pub(super) fn of_part(part: &Part, read: impl FnOnce(&[Value]) -> Result<Record, Refusal>) -> Self {
        let mut failure = part.failure.clone();
        let mut record = None;
        if part.is_there {
            let made = part.refusal.clone().map_or_else(|| read(&part.values), Err);
            match made {
                Ok(made) => record = Some(Arc::new(made)),
                Err(refusal) => failure = failure.or(Some(refusal.to_string())),
            }
        }
        let fetched = part.time.filter(|_| part.is_there);
        Self { fetched, failure: failure.map(|words| mask::long(&words).into()), failed_parts: Vec::new(), record }
    }

    /// Returns the snapshot, with its state at the time `now`.
    pub(super) fn snapshot(&self, source: usize, key: &str, now: i64, ttl: i64) -> Snapshot {
        let state = match (&self.failure, self.fetched) {
            (Some(_), _) => State::Error,
            (None, Some(fetched)) if now - fetched <= ttl => State::Fresh,
            (None, _) => State::Stale,
        };
        Snapshot {
            source,
            state,
            fetched: self.fetched,
            message: self.failure.clone(),
            key: key.into(),
            failed_parts: self.failed_parts.clone(),
            record: self.record.clone(),
        }
    }
}
