//! Judging all entities by all rules, in parallel and with the same result on any number of threads.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::condition::{Condition, Context, Verdict, environment};
use super::evidence::Evidence;
use super::inputs::{self, Inputs};
use super::levels::figures;
use super::model::{Outcome, RuleResult, Scorecard, Scorecards, Status, Test};
use super::policies::{self, Compiled};
use super::roots::Uses;
use super::tech_insights::{self, KnownFacts};
use super::tech_insights_scorecard;
use super::world::{EntityFacts, World};
use super::{Parts, findings, rollup};
use crate::calendar::Day;
use crate::catalog::filter::fits;
use crate::catalog::{Entity, EntityId};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::incremental::{Fingerprint, MemoTable};
use crate::text::Span;
use crate::workspace::Workspace;

/// Entities that are judged before it is asked again whether a rule costs too much.
const CHUNK: usize = 256;
/// Entities that a rule may overtax before it is given up.
const OVERTAXED: usize = 4;

/// Policies that are not met, by index, with why.
type Broken = Vec<(usize, String)>;
/// Policies that are at fault, by index, with place and message.
type Faulty = Vec<(usize, Span, String)>;

/// A fault that showed while judging.
#[derive(Debug, Clone)]
struct Fault {
    card: usize,
    rule: usize,
    span: Span,
    message: String,
    is_too_much: bool,
}

/// What is kept of judging from one state of a workspace to the next: what was found of an entity, by its name.
pub(super) type Memo = MemoTable<Arc<str>, Fingerprint, Judged>;

/// What was found of one entity.
#[derive(Debug, Clone, Default)]
pub(super) struct Judged {
    /// By scorecard, one result a rule.
    results: Vec<(usize, Vec<RuleResult>)>,
    faults: Vec<Fault>,
    broken: Broken,
    faulty: Faulty,
}

/// Judges all entities, and fills in outcomes, rollups and initiatives.
pub(super) fn run(
    parts: &Parts<'_>,
    memo: &Memo,
    found: &mut Scorecards,
    policies: &[Compiled],
    today: Day,
    problems: &mut Diagnostics,
) {
    let mut uses = Uses::default();
    for condition in conditions(&found.list).chain(policies.iter().flat_map(|it| it.when.iter().chain([&it.pass]))) {
        uses.add(&condition.uses);
    }
    let facts = Arc::clone(&found.facts);
    let world = World::new(*parts, &facts, today, uses);
    let unknown: &mut dyn FnMut(&Condition) = &mut |condition| findings::unknown(condition, &world, problems);
    conditions(&found.list).for_each(&mut *unknown);
    policies.iter().flat_map(|it| it.when.iter().chain([&it.pass])).for_each(unknown);
    judge_all(&world, memo, found, policies, problems);
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
        card.ranking = ranking(&card.outcomes);
        follow_initiatives(card, parts);
    }
}

fn ranking(outcomes: &[Outcome]) -> Vec<usize> {
    let says_something = |at: &usize| outcomes[*at].results.iter().any(|it| it.status != Status::NotApplicable);
    let mut places: Vec<usize> = (0..outcomes.len()).filter(says_something).collect();
    places.sort_by_key(|at| (outcomes[*at].figures.rank, outcomes[*at].figures.score, outcomes[*at].entity));
    places
}

fn conditions(cards: &[Scorecard]) -> impl Iterator<Item = &Condition> {
    cards.iter().flat_map(|card| &card.rules).flat_map(|rule| match &rule.test {
        Test::Condition { when, pass, shown } => {
            when.as_deref().into_iter().chain([&**pass]).chain(shown).collect::<Vec<_>>()
        }
        Test::Check(_) => Vec::new(),
    })
}

fn judge_all(
    world: &World<'_>,
    memo: &Memo,
    found: &mut Scorecards,
    policies: &[Compiled],
    problems: &mut Diagnostics,
) {
    let ids: Vec<(EntityId, &Entity)> = world.catalog.iter().collect();
    let context = environment(world.today);
    let mut overtaxed: Vec<Vec<usize>> = found.list.iter().map(|card| vec![0; card.rules.len()]).collect();
    let mut faults: Vec<Fault> = Vec::new();
    let mut outcomes: Vec<Vec<Outcome>> = found.list.iter().map(|_| Vec::new()).collect();
    let mut told = BTreeSet::new();
    let rules = || inputs::rules(world.workspace, &found.list, world.facts, world.today);
    let inputs = memo.remembers().then(|| Inputs::new(world, rules()));
    let count = AtomicUsize::new(0);
    for chunk in ids.chunks(CHUNK) {
        let given_up: Vec<(usize, usize)> = overtaxed
            .iter()
            .enumerate()
            .flat_map(|(card, rules)| rules.iter().enumerate().map(move |(rule, times)| (card, rule, *times)))
            .filter_map(|(card, rule, times)| (times >= OVERTAXED).then_some((card, rule)))
            .collect();
        let judged: Vec<Arc<Judged>> = chunk
            .par_iter()
            .map(|(id, entity)| {
                let terms = inputs.as_ref().map(|inputs| inputs.of(*id, &given_up)).unwrap_or_default();
                memo.get(world.workspace, entity.reference.shared(), terms, |workspace, _| {
                    count.fetch_add(1, Ordering::Relaxed);
                    Judge { world, workspace, context: &context, cards: &found.list, policies, given_up: &given_up }
                        .entity(*id, entity)
                })
            })
            .collect();
        for ((id, entity), judged) in chunk.iter().zip(judged) {
            // What nobody keeps is moved; the evidence is shared anyway.
            let judged = Arc::try_unwrap(judged).unwrap_or_else(|kept| (*kept).clone());
            for (card, results) in judged.results {
                outcomes[card].push(Outcome { entity: *id, results, figures: Default::default(), upcoming: 0 });
            }
            for fault in judged.faults {
                overtaxed[fault.card][fault.rule] += usize::from(fault.is_too_much);
                if !faults
                    .iter()
                    .any(|known| (known.card, known.rule, known.span) == (fault.card, fault.rule, fault.span))
                {
                    faults.push(fault);
                }
            }
            problems.extend(judged.broken.iter().map(|(at, why)| policies::finding(&policies[*at], entity, why)));
            for (at, span, message) in judged.faulty {
                if told.insert(at) {
                    let message =
                        format!("the condition of the policy `{}` is at fault: {message}", policies[at].policy.id);
                    let help = "guard it with `has(…)`, or convert the value";
                    problems.push(Diagnostic::new(codes::INVALID_CONDITION, span, message).help(help));
                }
            }
        }
    }
    memo.retain(|reference| world.catalog.find(reference).is_some());
    found.judged = count.into_inner();
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
    /// What is asked for files; see [`EntityFacts`].
    workspace: &'a Workspace,
    context: &'a Context<'static, 'static>,
    cards: &'a [Scorecard],
    policies: &'a [Compiled],
    /// The rules that cost too much, each with its scorecard.
    given_up: &'a [(usize, usize)],
}

impl Judge<'_> {
    fn entity(&self, id: EntityId, entity: &Entity) -> Judged {
        let facts = EntityFacts::new(self.world, self.workspace, id);
        let mut scope = self.context.new_inner_scope();
        scope.set_variable_resolver(&facts);
        let mut known = None;
        let (mut outcomes, mut faults) = (Vec::new(), Vec::new());
        for (at, card) in self.cards.iter().enumerate().filter(|(_, card)| fits(&card.filter, entity)) {
            let results = card.rules.iter().enumerate().map(|(rule, of)| match &of.test {
                Test::Check(check) => {
                    let known = known.get_or_insert_with(|| KnownFacts::of(entity, self.world.facts));
                    let mut result = tech_insights_scorecard::judge(check, known);
                    result.evidence = self.placed(result.evidence.to_vec());
                    // What cannot be used at all has been reported already.
                    if result.status == Status::Error && check.fault.is_none() {
                        let message = result.why.as_deref().unwrap_or_default().to_owned();
                        faults.push(Fault { card: at, rule, span: of.span, message, is_too_much: false });
                    }
                    result
                }
                Test::Condition { .. } if self.given_up.contains(&(at, rule)) => {
                    let why = "it was given up, since it reads too much";
                    RuleResult { why: Some(why.into()), ..RuleResult::of(Status::Error) }
                }
                Test::Condition { when, pass, shown } => {
                    let mut fault = |condition: &Condition, message: &str, part| {
                        let span = self.place(condition, part);
                        let is_too_much = message.contains("reads too much");
                        faults.push(Fault { card: at, rule, span, message: message.to_owned(), is_too_much });
                    };
                    let mut result = self.judge(when.as_deref(), pass, &facts, &scope, &mut fault);
                    if !shown.is_empty() {
                        result.evidence = self.placed(shown.iter().map(|it| evidence_of(it, &facts, &scope)).collect());
                    }
                    excuse(card, rule, entity, &mut result);
                    result
                }
            });
            outcomes.push((at, results.collect()));
        }
        let (broken, faulty) = self.policies(entity, &facts, &scope);
        Judged { results: outcomes, faults, broken, faulty }
    }

    /// Adds the lines of what was read.
    fn placed(&self, mut evidence: Vec<Evidence>) -> Arc<[Evidence]> {
        for one in &mut evidence {
            one.line = one.place.map_or(1, |place| self.world.line(place));
        }
        evidence.into()
    }

    /// Judges an entity by the policies.
    fn policies(&self, entity: &Entity, facts: &EntityFacts<'_>, scope: &Context<'_, '_>) -> (Broken, Faulty) {
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        for (at, compiled) in self.policies.iter().enumerate().filter(|(_, it)| fits(&it.policy.filter, entity)) {
            let mut fault = |condition: &Condition, message: &str, _: Option<(usize, usize)>| {
                faults.push((at, condition.span, message.to_owned()));
            };
            let result = self.judge(compiled.when.as_ref(), &compiled.pass, facts, scope, &mut fault);
            match result.status {
                Status::Fail => found.push((at, String::new())),
                Status::NoData => {
                    found.push((at, result.why.map(|why| format!(" ({why})")).unwrap_or_default()));
                }
                _ => {}
            }
        }
        (found, faults)
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

impl Judge<'_> {
    /// Judges an entity by a rule: whether it applies, then whether it holds.
    fn judge(
        &self,
        when: Option<&Condition>,
        pass: &Condition,
        facts: &EntityFacts<'_>,
        scope: &Context<'_, '_>,
        fault: &mut ReportFault<'_>,
    ) -> RuleResult {
        let mut run = |condition: &Condition| -> (Verdict, Vec<Evidence>) {
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
            let evidence = || self.placed(evidence);
            match verdict {
                Verdict::Known(true) => {}
                Verdict::Fault(message, _) => {
                    let why = Some(message.into());
                    return RuleResult { evidence: evidence(), why, ..RuleResult::of(Status::Error) };
                }
                _ => return RuleResult { evidence: evidence(), ..RuleResult::of(Status::NotApplicable) },
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
        RuleResult { evidence: self.placed(evidence), why: why.map(Into::into), ..RuleResult::of(status) }
    }
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
