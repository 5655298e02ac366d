//! Judging all entities by all rules, in parallel and with the same result on any number of threads.

use rayon::prelude::*;

use super::condition::{Condition, Context, Uses, Verdict, environment};
use super::levels::figures;
use super::model::{Evidence, Outcome, RuleResult, Scorecard, Scorecards, Status, Test};
use super::policies::{self, Compiled};
use super::tech_insights::{self, KnownFacts};
use super::world::{EntityFacts, World};
use super::{Parts, findings, rollup};
use crate::calendar::Day;
use crate::catalog::filter::fits;
use crate::catalog::{Entity, EntityId};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;

/// Entities that are judged before it is asked again whether a rule costs too much.
const CHUNK: usize = 256;
/// Entities that a rule may overtax before it is given up.
const OVERTAXED: usize = 4;

/// A fault that showed while judging.
struct Fault {
    card: usize,
    rule: usize,
    span: Span,
    message: String,
    is_too_much: bool,
}

/// Judges all entities, and fills in outcomes, rollups and initiatives.
pub(super) fn run(
    parts: &Parts<'_>,
    found: &mut Scorecards,
    policies: &[Compiled],
    today: Day,
    problems: &mut Diagnostics,
) {
    let mut uses = Uses::default();
    for condition in conditions(&found.list).chain(policies.iter().flat_map(|it| it.when.iter().chain([&it.pass]))) {
        uses.add(&condition.uses);
    }
    let facts = std::sync::Arc::clone(&found.facts);
    let world = World::new(
        parts.workspace,
        parts.catalog,
        parts.docs,
        parts.apis,
        parts.snapshots,
        &facts,
        parts.problems,
        today,
        uses,
    );
    let unknown: &mut dyn FnMut(&Condition) = &mut |condition| findings::unknown(condition, &world, problems);
    conditions(&found.list).for_each(&mut *unknown);
    policies.iter().flat_map(|it| it.when.iter().chain([&it.pass])).for_each(unknown);
    judge_all(&world, found, problems);
    judge_policies(&world, policies, problems);
    for card in &mut found.list {
        let with_figures = card.has_figures();
        let thresholds = card.thresholds();
        let of = |outcome: &Outcome, all: bool| {
            let statuses = outcome.results.iter().map(|result| result.status);
            figures(card.counted(statuses, all), thresholds.as_deref())
        };
        let all: Vec<_> = card.outcomes.iter().map(|outcome| (of(outcome, false), of(outcome, true).rank)).collect();
        for (outcome, (figures, upcoming)) in card.outcomes.iter_mut().zip(all) {
            (outcome.figures, outcome.upcoming) = (figures, upcoming);
        }
        if with_figures {
            card.rollups = rollup::rollups(card, parts.catalog);
        }
        follow_initiatives(card, parts);
    }
}

fn conditions(cards: &[Scorecard]) -> impl Iterator<Item = &Condition> {
    cards.iter().flat_map(|card| &card.rules).flat_map(|rule| match &rule.test {
        Test::Condition { when, pass, shown } => {
            when.as_deref().into_iter().chain([&**pass]).chain(shown).collect::<Vec<_>>()
        }
        Test::Check(_) => Vec::new(),
    })
}

fn judge_all(world: &World<'_>, found: &mut Scorecards, problems: &mut Diagnostics) {
    let ids: Vec<(EntityId, &Entity)> = world.catalog.iter().collect();
    let context = environment(world.today);
    let mut overtaxed: Vec<Vec<usize>> = found.list.iter().map(|card| vec![0; card.rules.len()]).collect();
    let mut faults: Vec<Fault> = Vec::new();
    let mut outcomes: Vec<Vec<Outcome>> = found.list.iter().map(|_| Vec::new()).collect();
    for chunk in ids.chunks(CHUNK) {
        let judged: Vec<_> = chunk
            .par_iter()
            .map(|(id, entity)| {
                Judge { world, context: &context, cards: &found.list, overtaxed: &overtaxed }.entity(*id, entity)
            })
            .collect();
        for (of_entity, found) in judged {
            for (card, outcome) in of_entity {
                outcomes[card].push(outcome);
            }
            for fault in found {
                overtaxed[fault.card][fault.rule] += usize::from(fault.is_too_much);
                if !faults
                    .iter()
                    .any(|known| (known.card, known.rule, known.span) == (fault.card, fault.rule, fault.span))
                {
                    faults.push(fault);
                }
            }
        }
    }
    for fault in faults {
        let rule = &found.list[fault.card].rules[fault.rule];
        if let Test::Check(_) = rule.test {
            problems.push(tech_insights::broken(&rule.id, fault.span, &fault.message));
            continue;
        }
        let message = format!("the condition of `{}` is at fault: {}", rule.id, fault.message);
        let help = if fault.is_too_much {
            "let a job compute it, and write a fact"
        } else {
            "guard it with `has(…)`, or convert the value, as in `int(facts.own.count)`"
        };
        problems.push(Diagnostic::new(codes::INVALID_CONDITION, fault.span, message).help(help));
    }
    for (card, outcomes) in found.list.iter_mut().zip(outcomes) {
        card.outcomes = outcomes;
    }
}

struct Judge<'a> {
    world: &'a World<'a>,
    context: &'a Context<'static, 'static>,
    cards: &'a [Scorecard],
    overtaxed: &'a [Vec<usize>],
}

impl Judge<'_> {
    fn entity(&self, id: EntityId, entity: &Entity) -> (Vec<(usize, Outcome)>, Vec<Fault>) {
        let facts = EntityFacts::new(self.world, id);
        let mut scope = self.context.new_inner_scope();
        scope.set_variable_resolver(&facts);
        let mut known = None;
        let (mut outcomes, mut faults) = (Vec::new(), Vec::new());
        for (at, card) in self.cards.iter().enumerate().filter(|(_, card)| fits(&card.filter, entity)) {
            let results = card.rules.iter().enumerate().map(|(rule, of)| match &of.test {
                Test::Check(check) => {
                    let known = known.get_or_insert_with(|| KnownFacts::of(entity, self.world.facts));
                    let result = tech_insights::judge(check, known);
                    // What cannot be used at all has been reported already.
                    if result.status == Status::Error && check.fault.is_none() {
                        let message = result.why.as_deref().unwrap_or_default().to_owned();
                        faults.push(Fault { card: at, rule, span: of.span, message, is_too_much: false });
                    }
                    result
                }
                Test::Condition { .. } if self.overtaxed[at][rule] >= OVERTAXED => {
                    let why = "it was given up, since it reads too much";
                    RuleResult { why: Some(why.into()), ..RuleResult::of(Status::Error) }
                }
                Test::Condition { when, pass, shown } => {
                    let mut fault = |condition: &Condition, message: &str, part| {
                        let span = self.place(condition, part);
                        let is_too_much = message.contains("reads too much");
                        faults.push(Fault { card: at, rule, span, message: message.to_owned(), is_too_much });
                    };
                    let mut result = judge(when.as_deref(), pass, &facts, &scope, &mut fault);
                    if !shown.is_empty() {
                        result.evidence = shown.iter().map(|it| evidence_of(it, &facts, &scope)).collect();
                    }
                    excuse(card, rule, entity, &mut result);
                    result
                }
            });
            let mut results: Vec<RuleResult> = results.collect();
            for evidence in results.iter_mut().flat_map(|result| &mut result.evidence) {
                evidence.line = evidence.place.map_or(1, |place| self.world.line(place));
            }
            outcomes.push((at, Outcome { entity: id, results, figures: Default::default(), upcoming: 0 }));
        }
        (outcomes, faults)
    }

    fn place(&self, condition: &Condition, part: Option<(usize, usize)>) -> Span {
        let limit = self.world.workspace.config().limits.catalog_file;
        let text = self.world.workspace.text(condition.span.file, limit).unwrap_or_default();
        condition.place(&text, part)
    }
}

/// Returns the value of an expression, at the place of what it read first.
fn evidence_of(shown: &Condition, facts: &EntityFacts<'_>, scope: &Context<'_, '_>) -> Evidence {
    facts.begin(shown);
    let value = shown.value(scope);
    let place = facts.notes.take().first().and_then(|one| one.place);
    Evidence { path: shown.source.trim().into(), value, place, line: 1 }
}

/// Takes a fault of a condition: its message, and the part of the text that it is about.
type ReportFault<'f> = dyn FnMut(&Condition, &str, Option<(usize, usize)>) + 'f;

/// Judges an entity by a rule: whether it applies, then whether it holds.
fn judge(
    when: Option<&Condition>,
    pass: &Condition,
    facts: &EntityFacts<'_>,
    scope: &Context<'_, '_>,
    fault: &mut ReportFault<'_>,
) -> RuleResult {
    let mut run = |condition: &Condition| -> (Verdict, Box<[Evidence]>) {
        facts.begin(condition);
        let verdict = condition.run(scope);
        // A condition that could not be read has been reported already.
        if let Verdict::Fault(message, part) = &verdict
            && condition.fault.is_none()
        {
            fault(condition, message, *part);
        }
        (verdict, facts.notes.take())
    };
    if let Some(when) = when {
        let (verdict, evidence) = run(when);
        match verdict {
            Verdict::Known(true) => {}
            Verdict::Fault(message, _) => {
                return RuleResult { evidence, why: Some(message.into()), ..RuleResult::of(Status::Error) };
            }
            _ => return RuleResult { evidence, ..RuleResult::of(Status::NotApplicable) },
        }
    }
    let (verdict, evidence) = run(pass);
    let (status, why) = match verdict {
        Verdict::Known(true) => (Status::Pass, None),
        Verdict::Known(false) => (Status::Fail, None),
        Verdict::Absent(path) => (Status::Fail, Some(format!("`{path}` is not set"))),
        Verdict::Unknown(path) => (Status::NoData, Some(format!("nobody knows `{path}`"))),
        Verdict::Fault(message, _) => (Status::Error, Some(message)),
    };
    RuleResult { evidence, why: why.map(Into::into), ..RuleResult::of(status) }
}

/// Applies the exemption of an entity from a rule, if there is one that has not ended.
fn excuse(card: &Scorecard, rule: usize, entity: &Entity, result: &mut RuleResult) {
    if result.status == Status::NotApplicable || card.exemptions.is_empty() {
        return;
    }
    let is_meant = |exemption: &super::model::Exemption| {
        exemption.entities.iter().any(|reference| reference == entity.reference.as_str())
            || exemption.filter.as_ref().is_some_and(|filter| fits(filter, entity))
    };
    let holding = card.exemptions.iter().enumerate().filter(|(_, it)| it.rule == rule && !it.has_ended && is_meant(it));
    // Of several, the one that holds longest.
    if let Some((at, _)) = holding.max_by_key(|(at, it)| (it.expires, std::cmp::Reverse(*at))) {
        result.would = Some(result.status);
        result.status = Status::Exempt;
        result.exemption = Some(at);
    }
}

/// Sorts the entities of initiatives into done and open.
fn follow_initiatives(card: &mut Scorecard, parts: &Parts<'_>) {
    let mut initiatives = std::mem::take(&mut card.initiatives);
    for initiative in &mut initiatives {
        for outcome in &card.outcomes {
            if !fits(&initiative.filter, parts.catalog.get(outcome.entity)) {
                continue;
            }
            let statuses = initiative.rules.iter().map(|rule| (*rule, outcome.results[*rule].status));
            let counted: Vec<Status> =
                statuses.filter(|(rule, it)| card.counts_in_force(*rule, *it)).map(|(_, it)| it).collect();
            if counted.is_empty() {
                continue;
            }
            let is_done = counted.iter().all(|status| *status == Status::Pass);
            if is_done { &mut initiative.done } else { &mut initiative.open }.push(outcome.entity);
        }
    }
    card.initiatives = initiatives;
}

fn judge_policies(world: &World<'_>, policies: &[Compiled], problems: &mut Diagnostics) {
    if policies.is_empty() {
        return;
    }
    let context = environment(world.today);
    let entities: Vec<(EntityId, &Entity)> = world.catalog.iter().collect();
    let judged: Vec<_> = entities
        .par_iter()
        .map(|(id, entity)| {
            let facts = EntityFacts::new(world, *id);
            let mut scope = context.new_inner_scope();
            scope.set_variable_resolver(&facts);
            let (mut found, mut faults) = (Vec::new(), Vec::new());
            for (at, compiled) in policies.iter().enumerate().filter(|(_, it)| fits(&it.policy.filter, entity)) {
                let mut fault = |condition: &Condition, message: &str, _: Option<(usize, usize)>| {
                    faults.push((at, condition.span, message.to_owned()));
                };
                let result = judge(compiled.when.as_ref(), &compiled.pass, &facts, &scope, &mut fault);
                match result.status {
                    Status::Fail => found.push(policies::finding(compiled, entity, "")),
                    Status::NoData => {
                        let why = result.why.map(|why| format!(" ({why})")).unwrap_or_default();
                        found.push(policies::finding(compiled, entity, &why));
                    }
                    _ => {}
                }
            }
            (found, faults)
        })
        .collect();
    let mut told = std::collections::BTreeSet::new();
    for (found, faults) in judged {
        problems.extend(found);
        for (at, span, message) in faults {
            if told.insert(at) {
                let message =
                    format!("the condition of the policy `{}` is at fault: {message}", policies[at].policy.id);
                let help = "guard it with `has(…)`, or convert the value";
                problems.push(Diagnostic::new(codes::INVALID_CONDITION, span, message).help(help));
            }
        }
    }
}
