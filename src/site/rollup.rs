//! Facts of several entities added up, and what needs attention among them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::PageContext;
use super::context::EntityLink;
use super::snapshots::label;
use crate::catalog::EntityId;
use crate::routes;
use crate::snapshots::facts::{self, Fact, Rollup, Tone};
use crate::snapshots::{Snapshot, State};

/// Entities that are named.
const NAMED: usize = 10;
/// Facts of a source that are shown.
const FACTS: usize = 4;

/// The state of one source over some entities.
#[derive(Debug, Serialize)]
pub struct SourceRollup {
    title: String,
    icon: &'static str,
    href: String,
    /// Such as `3 of 14 need attention`.
    words: String,
    tone: Tone,
    facts: Vec<(String, String)>,
    failing: Vec<EntityLink>,
    more: usize,
}

/// Returns the entities that make up a system, a domain or a group; none for others.
#[must_use]
pub fn parts(view: &PageContext<'_>, id: EntityId) -> Vec<EntityId> {
    let entity = view.entity(id);
    match entity.reference.kind() {
        "system" | "domain" => {}
        "group" => return view.owned(&view.owners(id)).into_iter().filter(|part| *part != id).collect(),
        _ => return Vec::new(),
    }
    let mut open: Vec<EntityId> = vec![id];
    let mut found = BTreeSet::new();
    while let Some(next) = open.pop() {
        for part in view.entity(next).related("hasPart").filter_map(|relation| relation.id) {
            // What a domain or a system contains, its systems contain.
            if part != id && found.insert(part) {
                open.push(part);
            }
        }
    }
    found.into_iter().collect()
}

/// Returns whether something needs attention, or is unknown.
#[must_use]
pub fn is_red(snapshot: &Snapshot) -> bool {
    snapshot.state == State::Error || snapshot.tone() == Tone::Bad
}

/// Adds the facts of each source up.
#[must_use]
pub fn sources(view: &PageContext<'_>, parts: &[EntityId]) -> Vec<SourceRollup> {
    let snapshots = &view.portal.snapshots;
    let of_source = |(at, source): (usize, &crate::snapshots::SourceInUse)| {
        let of = parts.iter().filter_map(|id| Some((*id, snapshots.of(*id).iter().find(|one| one.source == at)?)));
        let with: Vec<(EntityId, &Snapshot)> =
            of.filter(|(_, one)| !matches!(one.state, State::NoAnnotation | State::NoData)).collect();
        if with.is_empty() {
            return None;
        }
        let red: Vec<EntityId> = with.iter().filter(|(_, one)| is_red(one)).map(|(id, _)| *id).collect();
        let mut names: Vec<(usize, &str)> = Vec::new();
        for (name, _) in with.iter().filter_map(|(_, one)| one.record.as_ref()).flat_map(|record| record.facts.iter()) {
            if let Some((rank, info)) = facts::info(name)
                && info.rollup != Rollup::None
                && !names.iter().any(|(_, known)| *known == name)
            {
                names.push((rank, name));
            }
        }
        names.sort_unstable();
        let added = names.into_iter().filter_map(|(_, name)| Some((label(source, name).1, added(name, &with)?)));
        let words = if red.is_empty() {
            format!("{} of {} fine", with.len(), with.len())
        } else {
            format!("{} of {} need{} attention", red.len(), with.len(), if red.len() == 1 { "s" } else { "" })
        };
        Some(SourceRollup {
            title: source.title.clone(),
            icon: source.icon,
            href: view.href(&routes::integration(&source.id)),
            words,
            tone: if red.is_empty() { Tone::Good } else { Tone::Bad },
            facts: added.take(FACTS).collect(),
            failing: red.iter().take(NAMED).map(|id| view.link(*id)).collect(),
            more: red.len().saturating_sub(NAMED),
        })
    };
    snapshots.sources().iter().enumerate().filter_map(of_source).collect()
}

/// Adds one fact up.
fn added(name: &str, with: &[(EntityId, &Snapshot)]) -> Option<String> {
    let (_, info) = facts::info(name)?;
    let values: Vec<&Fact> = with.iter().filter_map(|(_, one)| one.fact(name)).collect();
    let numbers = || values.iter().filter_map(|fact| fact.number());
    let shown = |number: f64| {
        let fact = if number.fract() == 0.0 { Fact::Count(number as i64) } else { Fact::Number(number) };
        fact.shown(info.unit)
    };
    match info.rollup {
        Rollup::Sum => Some(shown(numbers().sum())),
        Rollup::Worst => numbers().reduce(f64::max).map(shown),
        Rollup::Share => {
            let flags: Vec<bool> =
                values.iter().filter_map(|fact| if let Fact::Flag(flag) = fact { Some(*flag) } else { None }).collect();
            Some(format!("{} of {}", flags.iter().filter(|flag| **flag).count(), flags.len()))
        }
        Rollup::None => None,
    }
}
