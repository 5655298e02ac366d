//! Decision records as data.

use serde::Serialize;

use super::{Decisions, Log, Record};
use crate::catalog::Catalog;

/// A record as `playbill export --adrs` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exported<'a> {
    entity_ref: Option<&'a str>,
    path: &'a str,
    id: &'a str,
    number: Option<u32>,
    title: &'a str,
    status: Option<&'a str>,
    status_text: Option<&'a str>,
    date: Option<&'a str>,
    deciders: &'a [String],
    consulted: &'a [String],
    informed: &'a [String],
    tags: &'a [String],
    supersedes: Vec<&'a str>,
    superseded_by: Vec<&'a str>,
    links: Vec<Link<'a>>,
    url: String,
}

#[derive(Debug, Serialize)]
struct Link<'a> {
    r#type: &'a str,
    target: &'a str,
}

/// Returns every record, by entity and path; `url` says where the page of one is.
#[must_use]
pub fn records<'a>(
    catalog: &'a Catalog,
    decisions: &'a Decisions,
    url: &dyn Fn(&Log, &Record) -> String,
) -> Vec<Exported<'a>> {
    let one = |log: &'a Log, record: &'a Record| {
        let ids = |indexes: &[usize]| indexes.iter().map(|at| &*log.records[*at].id).collect();
        Exported {
            entity_ref: log.entity.map(|id| catalog.get(id).reference.as_str()),
            path: &record.path,
            id: &record.id,
            number: record.number,
            title: &record.title,
            status: record.status.as_deref(),
            status_text: record.status_text.as_deref(),
            date: record.date.as_deref(),
            deciders: &record.deciders,
            consulted: &record.consulted,
            informed: &record.informed,
            tags: &record.tags,
            supersedes: ids(&record.supersedes),
            superseded_by: ids(&record.superseded_by),
            links: record
                .links
                .iter()
                .map(|(words, to)| Link { r#type: words, target: &log.records[*to].id })
                .collect(),
            url: url(log, record),
        }
    };
    let all = decisions.logs.iter().flat_map(|log| log.records.iter().map(move |record| one(log, record)));
    let mut all: Vec<Exported<'a>> = all.collect();
    all.sort_by(|a, b| (a.entity_ref, a.path).cmp(&(b.entity_ref, b.path)));
    all
}
