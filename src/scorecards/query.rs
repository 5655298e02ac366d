//! Which entities are meant by a filter and a condition, for whoever asks that is not a rule.

use rayon::prelude::*;

use super::Parts;
use super::condition::{Condition, Verdict, environment};
use super::findings;
use super::model::Scorecards;
use super::roots::Uses;
use super::world::{EntityFacts, World};
use crate::calendar::Day;
use crate::catalog::filter::fits;
use crate::catalog::{Entity, EntityId};
use crate::config::Filter;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::yaml::Node;

/// Entities that are asked before those conditions are given up that turned out to be at fault.
const CHUNK: usize = 256;

/// A condition that chooses entities.
#[derive(Debug)]
pub struct Choice(Condition);

impl Choice {
    /// Reads a condition; its faults are reported at their places. `file` is the text of the file it is in.
    #[must_use]
    pub fn read(node: &Node, file: &str, problems: &mut Diagnostics) -> Self {
        Self(Condition::read(node, file, problems))
    }
}

/// What is asked: entities that fit a filter and of which a condition is true.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Which entities.
    pub filter: &'a Filter,
    /// Which of these.
    pub when: Option<&'a Choice>,
}

/// Who is meant.
#[derive(Debug, Default, Clone)]
pub struct Chosen {
    /// In the order of references.
    pub entities: Vec<EntityId>,
    /// How many fit the filter.
    pub fitting: usize,
    /// How many of those are left out because nobody knows whether the condition is true.
    pub unknown: usize,
    /// Why nobody can be chosen.
    pub fault: Option<String>,
}

/// Answers questions about all entities, in parallel and with the same result on any number of threads.
#[must_use]
pub fn choose(
    parts: Parts<'_>,
    found: &Scorecards,
    questions: &[Question<'_>],
    problems: &mut Diagnostics,
) -> Vec<Chosen> {
    let today = found.today.unwrap_or_else(|| Day::of_moment(parts.workspace.now()));
    let mut uses = Uses::default();
    let conditions = || questions.iter().filter_map(|question| question.when).map(|choice| &choice.0);
    conditions().for_each(|condition| uses.add(&condition.uses));
    let world = World::new(parts, &found.facts, today, uses);
    conditions().for_each(|condition| findings::unknown(condition, &world, problems));
    let context = environment(today);
    let mut chosen = vec![Chosen::default(); questions.len()];
    let all: Vec<(EntityId, &Entity)> = parts.catalog.iter().collect();
    for chunk in all.chunks(CHUNK) {
        let ask = |(id, entity): &(EntityId, &Entity)| -> Vec<(usize, Verdict)> {
            let facts = EntityFacts::new(&world, parts.workspace, *id);
            let mut scope = context.new_inner_scope();
            scope.set_variable_resolver(&facts);
            let open = questions.iter().enumerate().filter(|(at, _)| chosen[*at].fault.is_none());
            let verdict = |question: &Question<'_>| {
                let Some(Choice(condition)) = question.when else { return Verdict::Known(true) };
                facts.begin(condition);
                condition.run(&scope)
            };
            open.filter(|(_, question)| fits(question.filter, entity)).map(|(at, it)| (at, verdict(it))).collect()
        };
        let verdicts: Vec<Vec<(usize, Verdict)>> = chunk.par_iter().map(ask).collect();
        for ((id, _), verdicts) in chunk.iter().zip(verdicts) {
            for (at, verdict) in verdicts {
                chosen[at].fitting += 1;
                match verdict {
                    Verdict::Known(true) => chosen[at].entities.push(*id),
                    Verdict::Known(false) | Verdict::Absent(_) => {}
                    Verdict::Unknown(_) => chosen[at].unknown += 1,
                    Verdict::Fault(message, part) if chosen[at].fault.is_none() => {
                        let Some(Choice(condition)) = questions[at].when else { continue };
                        // What could not be read was reported when it was read.
                        if condition.fault.is_none() {
                            problems.push(at_fault(&world, condition, &message, part));
                        }
                        chosen[at].fault = Some(message);
                    }
                    Verdict::Fault(..) => {}
                }
            }
        }
    }
    for one in chosen.iter_mut().filter(|one| one.fault.is_some()) {
        one.entities.clear();
    }
    chosen
}

fn at_fault(world: &World<'_>, condition: &Condition, message: &str, part: Option<(usize, usize)>) -> Diagnostic {
    let limit = world.workspace.config().limits.catalog_file;
    let text = world.workspace.text(condition.span.file, limit).unwrap_or_default();
    let message = format!("the condition is at fault: {message}");
    let help = "guard it with `has(…)`, convert the value, or let a job compute it and write a fact";
    Diagnostic::new(codes::INVALID_CONDITION, condition.place(&text, part), message).help(help)
}
