//! Whom changes of entities reach: through the relations of `playbill impact`, as exports have them.

use std::collections::BTreeSet;

use super::{EntityChange, Hit};
use crate::api::diff::report::Report;
use crate::portal_export::PortalExport;

/// More changes are not followed.
const MAX_CHANGES: usize = 200;
/// More owners are not named.
const MAX_OWNERS: usize = 20;
/// Fields whose change concerns those who depend on an entity.
const CONCERN_OTHERS: &[&str] = &["owner", "spec.lifecycle", "system"];

/// Follows the changes that concern others.
pub(super) fn of(old: &PortalExport, new: &PortalExport, entities: &[EntityChange], apis: &Report) -> Vec<Hit> {
    let mut wanted: BTreeSet<(&str, bool)> = BTreeSet::new();
    for change in entities {
        let concerns = match change.change {
            "removed" => true,
            "changed" => change.fields.iter().any(|field| CONCERN_OTHERS.contains(&field.name.as_str())),
            _ => false,
        };
        if concerns {
            wanted.insert((&change.reference, change.change == "removed"));
        }
    }
    for api in apis.apis.iter().filter(|api| api.changes.iter().any(|change| change.level == "breaking")) {
        if let Some(reference) = &api.reference {
            wanted.insert((reference, new.entity(reference).is_none()));
        }
    }
    if wanted.is_empty() {
        return Vec::new();
    }
    let (before, after) = (edges(old), edges(new));
    let mut hits = Vec::new();
    for (reference, is_gone) in wanted.into_iter().take(MAX_CHANGES) {
        let (side, edges) = if is_gone { (old, &before) } else { (new, &after) };
        hits.extend(follow(side, edges, reference));
    }
    hits
}

/// Returns for each entity, by index, those that it hits.
fn edges(export: &PortalExport) -> Vec<Vec<usize>> {
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); export.entities.len()];
    for (own, entity) in export.entities.iter().enumerate() {
        for relation in &entity.relations {
            let Some(target) = export.index_of(&relation.target) else { continue };
            match relation.kind.as_str() {
                "dependsOn" | "consumesApi" | "partOf" => edges[target].push(own),
                "providesApi" => edges[own].push(target),
                _ => {}
            }
        }
        if let Some(system) = entity.text("system").and_then(|system| export.index_of(system)) {
            edges[system].push(own);
        }
    }
    edges
}

fn follow(export: &PortalExport, edges: &[Vec<usize>], start: &str) -> Option<Hit> {
    let first = export.index_of(start)?;
    let mut seen = vec![false; edges.len()];
    seen[first] = true;
    let mut level = vec![first];
    let mut hit = Hit { reference: start.to_owned(), direct: 0, total: 0, owners: Vec::new() };
    while !level.is_empty() {
        let mut next = Vec::new();
        for to in level.iter().flat_map(|from| &edges[*from]) {
            if !std::mem::replace(&mut seen[*to], true) {
                next.push(*to);
            }
        }
        // Entities are in the order of references.
        next.sort_unstable();
        if hit.total == 0 {
            hit.direct = next.len();
        }
        hit.total += next.len();
        for owner in next.iter().filter_map(|to| export.entities[*to].text("owner")) {
            if hit.owners.len() >= MAX_OWNERS {
                break;
            }
            if !hit.owners.iter().any(|known| known == owner) {
                hit.owners.push(owner.to_owned());
            }
        }
        level = next;
    }
    (hit.total > 0).then_some(hit)
}
