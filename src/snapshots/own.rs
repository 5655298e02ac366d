//! Sources of one's own: which fields of an answer are shown is configuration.

use serde_json::Value;

use super::answer::{Fields, Refusal, number};
use super::facts::{Fact, Tone};
use super::outcome::Answer;
use super::record::{Cell, Record, Rows};
use super::source::{Claims, Part, Place, Tab, annotation, by_entity, entity_key};
use super::{SourceInUse, mask, time};
use crate::catalog::Entity;
use crate::config::{SnapshotField, SnapshotSource};

/// Describes a source of one's own.
pub(super) fn in_use(name: &str, source: &SnapshotSource, ttl: i64) -> SourceInUse {
    let annotation = source.key.strip_prefix("annotation:").map(|key| key.trim().to_owned());
    let label = |field: &SnapshotField| Some((field.fact.clone()?, field.title.clone(), unit(field)));
    SourceInUse {
        id: name.to_owned(),
        title: source.title.clone().unwrap_or_else(|| name.to_owned()),
        tab: Tab::None,
        icon: "dashboard",
        annotations: annotation.into_iter().collect(),
        grammar: String::new(),
        ttl,
        labels: source.fields.iter().filter_map(label).collect(),
    }
}

fn unit(field: &SnapshotField) -> String {
    if field.unit.is_empty() && field.kind.as_deref() == Some("percent") { "%".to_owned() } else { field.unit.clone() }
}

/// Returns the key of an entity.
pub(super) fn claims(entity: &Entity, key: Option<&str>) -> Option<Claims> {
    match key {
        Some(key) => annotation(entity, key).map(Claims::key),
        None => by_entity(entity),
    }
}

/// Makes the record of an answer: only the fields that are configured.
pub(super) fn record(value: Option<&Value>, source: &SnapshotSource) -> Result<Record, Refusal> {
    let value = value.filter(|value| value.is_object() || value.is_array()).ok_or(Refusal::Shape)?;
    let mut record = Record::default();
    let mut rows = Vec::new();
    for field in &source.fields {
        let Some(found) = value.at(&field.path).filter(|found| !found.is_null()) else { continue };
        let Some(fact) = fact(found, field) else { continue };
        let tone = tone(&fact, field);
        match (&field.fact, field.kind.as_deref()) {
            (Some(name), kind) if kind != Some("link") => {
                record.tones.push((name.as_str().into(), tone));
                record.facts.set(name, fact);
            }
            (_, Some("link")) => {
                let url = found.as_str();
                let shown = url.map(mask::short).unwrap_or_default();
                rows.push(vec![Cell::text(&field.title), Cell::link(&shown, url)]);
            }
            _ => rows.push(vec![Cell::text(&field.title), Cell::word(&fact.shown(&unit(field)), tone)]),
        }
    }
    record.table(Rows::new("Values", &["Value", ""], rows.into_iter()));
    Ok(record)
}

fn fact(value: &Value, field: &SnapshotField) -> Option<Fact> {
    let whole = |number: f64| {
        if number.fract() == 0.0 && number.abs() < 1e15 { Fact::Count(number as i64) } else { Fact::Number(number) }
    };
    match (field.kind.as_deref(), value) {
        (Some("number" | "percent"), _) => number(value).map(whole),
        (Some("time"), Value::String(text)) => time::parse(text).map(Fact::Time),
        (Some("time"), Value::Number(number)) => number.as_i64().and_then(time::of_number).map(Fact::Time),
        (_, Value::Bool(flag)) => Some(Fact::Flag(*flag)),
        (_, Value::Number(_)) => number(value).map(whole),
        (_, Value::String(text)) if !text.trim().is_empty() => Some(Fact::Text(mask::short(text).into())),
        _ => None,
    }
}

/// Judges a number by the thresholds of its field.
fn tone(fact: &Fact, field: &SnapshotField) -> Tone {
    let Some(number) = fact.number() else { return Tone::Plain };
    let holds = |comparison: Option<(&str, f64)>| {
        comparison.is_some_and(|(sign, bound)| match sign {
            "<" => number < bound,
            "<=" => number <= bound,
            ">" => number > bound,
            ">=" => number >= bound,
            "==" => number == bound,
            _ => number != bound,
        })
    };
    if field.ok.is_none() && field.warn.is_none() {
        Tone::Plain
    } else if holds(field.ok) {
        Tone::Good
    } else if holds(field.warn) {
        Tone::Warn
    } else {
        Tone::Bad
    }
}

/// One file with the records of all keys.
pub(super) struct Envelope {
    value: Option<Value>,
    time: Option<i64>,
    failure: Option<String>,
    /// For how long it says that it is fresh, in seconds.
    pub(super) ttl: Option<i64>,
}

impl Envelope {
    pub(super) fn of(part: &Part) -> Self {
        let value = part.values.first().filter(|value| value.get("records").is_some_and(Value::is_object)).cloned();
        let refusal = part.refusal.as_ref().map(ToString::to_string);
        let is_odd = value.is_none().then(|| Refusal::Shape.to_string());
        Self {
            ttl: value.as_ref().and_then(|value| value.str("ttl")).and_then(crate::config::period),
            time: part.time.filter(|_| part.is_there),
            failure: part.failure.clone().or(refusal).or(is_odd),
            value,
        }
    }

    /// Returns what it has for an entity.
    pub(super) fn answer(&self, entity: &Entity, claims: &Claims, source: &SnapshotSource) -> Option<Answer> {
        let answer = |failure: Option<String>, record: Option<Record>| Answer {
            fetched: self.time,
            failure: failure.map(|words| mask::long(&words).into()),
            failed_parts: Vec::new(),
            record: record.map(std::sync::Arc::new),
        };
        let Some(value) = &self.value else { return claims.is_annotated.then(|| answer(self.failure.clone(), None)) };
        let mut keys = vec![entity.reference.as_str().to_owned(), entity_key(entity)];
        if claims.is_annotated {
            keys = claims.places.iter().map(|place: &Place| place.key.clone()).chain(keys).collect();
        }
        // Keys have points and colons in them, so that they are no paths.
        let of = |list: &str| {
            let list = value.get(list)?;
            keys.iter().find_map(|key| list.get(key))
        };
        if let Some(found) = of("records") {
            return Some(match record(Some(found), source) {
                Ok(record) => answer(self.failure.clone(), Some(record)),
                Err(refusal) => answer(Some(refusal.to_string()), None),
            });
        }
        let error = of("errors")?;
        let words = error
            .str("message")
            .map(str::to_owned)
            .or_else(|| error.label("status").map(|status| format!("HTTP {status}")));
        Some(answer(Some(words.unwrap_or_else(|| "it failed".to_owned())), None))
    }
}
