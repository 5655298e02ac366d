//! What `check` says of scorecards beyond faults of their files: gates, and what conditions ask that does not exist.

use super::condition::Condition;
use super::model::{Scorecard, Scorecards, Status};
use super::roots::ROOTS;
use super::world::{RELATIONS, World};
use crate::catalog::filter::fits;
use crate::catalog::{Catalog, Entity};
use crate::diag::{Diagnostic, Diagnostics, Severity, codes};
use crate::text::{Span, nearest};

/// Rules that a gate names.
const NAMED: usize = 5;

/// Returns where to report something of an entity: its name.
pub(super) fn place(entity: &Entity) -> Span {
    entity.metadata().get("name").map_or(entity.root.span, |node| node.span)
}

/// Reports the entities that are below the level that a scorecard demands.
pub(super) fn gates(catalog: &Catalog, found: &Scorecards, problems: &mut Diagnostics) {
    for card in &found.list {
        let Some(gate) = &card.gate else { continue };
        let wanted = &card.levels[gate.minimum];
        for outcome in &card.outcomes {
            let entity = catalog.get(outcome.entity);
            if outcome.figures.rank >= gate.minimum || !fits(&gate.filter, entity) {
                continue;
            }
            let has = card.levels.get(outcome.figures.rank).map_or("No level", |level| &level.title);
            let rules =
                holding_back(card, &outcome.results.iter().map(|it| it.status).collect::<Vec<_>>(), gate.minimum);
            let mut named = rules
                .iter()
                .take(NAMED)
                .map(|rule| format!("`{}`", card.rules[*rule].id))
                .collect::<Vec<_>>()
                .join(", ");
            if rules.len() > NAMED {
                named = format!("{named}, and {} more", rules.len() - NAMED);
            }
            let lacks = if named.is_empty() { String::new() } else { format!("; it lacks {named}") };
            let message = format!(
                "`{}` has `{has}` on the scorecard `{}`, which demands `{}`{lacks}",
                entity.reference, card.id, wanted.title
            );
            let fix = rules.first().and_then(|rule| card.rules[*rule].fix.as_deref());
            let help = fix.map_or_else(
                || "meet these rules, or ask for an exemption with a reason and an end".to_owned(),
                |fix| fix.split_whitespace().collect::<Vec<_>>().join(" "),
            );
            let mut problem = Diagnostic::new(codes::SCORECARD_GATE, place(entity), message)
                .help(help)
                .entity(entity.reference.shared());
            problem.severity = gate.severity;
            problems.push(problem);
        }
    }
}

/// Returns the rules that count, do not hold and are needed for a rank; of levels by score, all that count and do not hold.
pub(super) fn holding_back(card: &Scorecard, statuses: &[Status], rank: usize) -> Vec<usize> {
    let is_needed = |rule: usize| card.is_by_score() || card.rules[rule].rank.is_some_and(|own| own <= rank);
    let rules = statuses.iter().enumerate();
    let rules =
        rules.filter(|(rule, status)| **status != Status::Pass && card.counts(*rule, **status) && is_needed(*rule));
    rules.map(|(rule, _)| rule).collect()
}

/// Warns of facts and fields that a condition asks for and that do not exist.
pub(super) fn unknown(condition: &Condition, world: &World<'_>, problems: &mut Diagnostics) {
    for path in &condition.uses.paths {
        let [root, field, rest @ ..] = path.as_slice() else { continue };
        let near = |known: Vec<&str>, else_: String| match nearest(field, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => else_,
        };
        let mut warn = |code, message: String, help: String| {
            let mut problem = Diagnostic::new(code, condition.span, message).help(help);
            problem.severity = Severity::Warning;
            problems.push(problem);
        };
        match root.as_str() {
            "facts" => {
                let retrievers = &world.facts.retrievers;
                let Some(retriever) = world.facts.find(field) else {
                    let known = retrievers.iter().map(|it| it.id.as_str()).collect();
                    let help = near(known, format!("let a job write `facts/{field}.json`"));
                    warn(codes::UNKNOWN_FACT, format!("there is no file of facts of `{field}`"), help);
                    continue;
                };
                if let [fact, ..] = rest
                    && !retriever.declared.contains_key(fact)
                {
                    let help = match nearest(fact, retriever.declared.keys().map(String::as_str)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "declare it below `schema` of that file if some entities will have it".to_owned(),
                    };
                    warn(codes::UNKNOWN_FACT, format!("no entity has a fact `{fact}` of `{field}`"), help);
                }
            }
            "snap" if !world.snapshots.sources().iter().any(|source| source.id == *field) => {
                let known = world.snapshots.sources().iter().map(|source| source.id.as_str()).collect();
                let help = near(known, "save answers of this source, see the manual of snapshots".to_owned());
                warn(codes::UNKNOWN_FACT, format!("there are no answers of `{field}`"), help);
            }
            "related" => {
                let is_used = world.catalog.entities().iter().any(|entity| entity.related(field).next().is_some());
                if !RELATIONS.contains(&field.as_str()) && !is_used {
                    let help = near(RELATIONS.to_vec(), "write the name of a relation, such as `dependsOn`".to_owned());
                    warn(codes::INVALID_CONDITION, format!("no entity has the relation `{field}`"), help);
                }
            }
            name => {
                let fields = ROOTS.iter().find(|(root, _)| *root == name).map_or(&[][..], |(_, fields)| *fields);
                if !fields.is_empty() && !fields.contains(&field.as_str()) {
                    let all = fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
                    let help = near(fields.to_vec(), format!("`{name}` has {all}"));
                    warn(codes::INVALID_CONDITION, format!("`{name}` has no `{field}`"), help);
                }
            }
        }
    }
}
