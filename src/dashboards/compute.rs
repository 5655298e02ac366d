//! What widgets come to: who is meant, and the numbers of those.

use std::collections::HashMap;

use super::values::{Found, Path, Values};
use super::{Dashboard, Group, Groups, Join, Number, Query, Shows, Value, What};
use crate::catalog::EntityId;
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::scorecards::Parts;
use crate::scorecards::query::{Chosen, Question, choose};

/// Rows of the tables of all dashboards together, so that few short files do not make a site of any size.
const MAX_ROWS: usize = 500_000;

/// Computes what all widgets show. One whose condition turns out to be at fault becomes a faulty one.
pub(super) fn run(parts: Parts<'_>, known: &Values<'_>, list: &mut [Dashboard], problems: &mut Diagnostics) {
    let queries = list.iter().flat_map(|dashboard| &dashboard.widgets).filter_map(|widget| query(&widget.what));
    let questions: Vec<Question<'_>> =
        queries.map(|query| Question { filter: &query.filter, when: query.when.as_ref() }).collect();
    let mut answers = choose(parts, known.scorecards, &questions, problems).into_iter();
    drop(questions);
    let mut left = MAX_ROWS;
    for dashboard in list {
        for widget in &mut dashboard.widgets {
            if query(&widget.what).is_none() {
                continue;
            }
            let Some(chosen) = answers.next() else { continue };
            if let Some(fault) = &chosen.fault {
                widget.what = What::Faulty(format!("the condition is at fault: {fault}"));
                continue;
            }
            for (path, span) in &widget.asked {
                unknown_fact(known, path, *span, problems);
            }
            widget.shows = shows(known, &widget.what, chosen);
            let Shows::Rows { entities, total, .. } = &mut widget.shows else { continue };
            if *total > left {
                entities.truncate(left);
                let message =
                    format!("the tables of all dashboards have more than {MAX_ROWS} rows; some of these are left out");
                let problem = Diagnostic::new(codes::INVALID_DASHBOARD, dashboard.span, message);
                problems.push(problem.help("choose fewer entities by `filter` and `when`"));
            }
            left -= entities.len();
        }
    }
}

fn query(what: &What) -> Option<&Query> {
    match what {
        What::Number { query, .. } | What::Groups { query, .. } | What::Table { query, .. } => Some(query),
        What::Markdown(_) | What::Line { .. } | What::Faulty(_) => None,
    }
}

/// Warns of a fact that no answer of its source has: mostly a misspelt one.
fn unknown_fact(known: &Values<'_>, path: &Path, span: crate::text::Span, problems: &mut Diagnostics) {
    let Path::Snapshot(source, fact) = path else { return };
    let Err(near) = known.known_fact(source, fact) else { return };
    let help = near.map_or_else(
        || "see the manual, Sources of snapshots, for what the source brings".to_owned(),
        |near| format!("did you mean `snap.{source}.{near}`?"),
    );
    let message = format!("no entity has a fact `{fact}` of `{source}`");
    let mut problem = Diagnostic::new(codes::UNKNOWN_FACT, span, message).help(help);
    problem.severity = Severity::Warning;
    problems.push(problem);
}

fn shows(known: &Values<'_>, what: &What, chosen: Chosen) -> Shows {
    match what {
        What::Number { value, .. } => {
            let (number, known) = number(known, value, &chosen.entities);
            let Chosen { entities, fitting, unknown, .. } = chosen;
            Shows::Number(Number { value: number, entities: entities.len(), fitting, known, unknown })
        }
        What::Groups { by, value, limit, by_name, .. } => {
            Shows::Groups(groups(known, (by, value), *limit, *by_name, &chosen))
        }
        What::Table { sort, .. } => {
            let total = chosen.entities.len();
            Shows::Rows { entities: sorted(known, sort, chosen.entities), total, unknown: chosen.unknown }
        }
        What::Markdown(_) | What::Line { .. } | What::Faulty(_) => Shows::Nothing,
    }
}

/// Returns what the values of entities come to, and how many have one.
fn number(known: &Values<'_>, value: &Value, entities: &[EntityId]) -> (Option<f64>, usize) {
    let Some((join, path)) = &value.of else { return (Some(entities.len() as f64), entities.len()) };
    let values: Vec<f64> = entities.iter().filter_map(|id| known.number(*id, path)).collect();
    (joined(*join, &values), values.len())
}

fn joined(join: Join, values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let sum = || values.iter().sum::<f64>();
    Some(match join {
        Join::Sum => sum(),
        Join::Avg => sum() / values.len() as f64,
        Join::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
        Join::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    })
}

/// Makes something by which equal values are found.
fn identity(found: Option<&Found>, known: &Values<'_>) -> String {
    match found {
        None => String::new(),
        Some(Found::Entity(reference)) => format!("e{reference}"),
        Some(found) => format!("v{}", found.plain(known.scorecards)),
    }
}

fn groups(known: &Values<'_>, (by, value): (&Path, &Value), limit: usize, by_name: bool, chosen: &Chosen) -> Groups {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut members: Vec<(Option<Found>, Vec<EntityId>)> = Vec::new();
    for id in &chosen.entities {
        let mut keys: Vec<Option<Found>> = known.of(*id, by).into_iter().map(Some).collect();
        if keys.is_empty() {
            keys.push(None);
        }
        for key in keys {
            let at = *places.entry(identity(key.as_ref(), known)).or_insert_with(|| {
                members.push((key, Vec::new()));
                members.len() - 1
            });
            // Somebody may say the same twice.
            if members[at].1.last() != Some(id) {
                members[at].1.push(*id);
            }
        }
    }
    let mut without = 0;
    let mut all: Vec<Group> = Vec::new();
    for (key, entities) in members {
        let (number, with) = number(known, value, &entities);
        without += entities.len() - with;
        all.extend(number.map(|value| Group { key, value }));
    }
    let by_key = |a: &Group, b: &Group| match (&a.key, &b.key) {
        (Some(a), Some(b)) => a.order(b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    };
    all.sort_by(|a, b| if by_name { by_key(a, b) } else { b.value.total_cmp(&a.value).then_with(|| by_key(a, b)) });
    let can_be_added = value.of.as_ref().is_none_or(|(join, _)| *join == Join::Sum);
    let sum = |groups: &[Group]| can_be_added.then(|| groups.iter().map(|group| group.value).sum::<f64>());
    let rest = &all[limit.min(all.len())..];
    let (more, total) = ((rest.len(), sum(rest)), sum(&all));
    all.truncate(limit);
    Groups { shown: all, more, total, without, unknown: chosen.unknown }
}

/// Sorts entities; those without a value come last, equal ones stay in the order of references.
fn sorted(known: &Values<'_>, sort: &[(Path, bool)], entities: Vec<EntityId>) -> Vec<EntityId> {
    if sort.is_empty() {
        return entities;
    }
    let mut keyed: Vec<(Vec<Option<Found>>, EntityId)> = entities
        .into_iter()
        .map(|id| (sort.iter().map(|(path, _)| known.of(id, path).into_iter().next()).collect(), id))
        .collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let orders = a.iter().zip(b).zip(sort).map(|((a, b), (_, is_down))| match (a, b) {
            (Some(a), Some(b)) if *is_down => b.order(a),
            (Some(a), Some(b)) => a.order(b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
        orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    keyed.into_iter().map(|(_, id)| id).collect()
}
