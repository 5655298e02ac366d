//! Scorecards as data for other programs: `export --scorecards`, and the JSON files of the site.

use serde_json::{Map, Value, json};

use super::model::{Evidence, Figures, Origin, Outcome, Rollup, RuleResult, Scorecard, Scorecards, Status, Test};
use super::tech_insights::Check;
use crate::catalog::Catalog;
use crate::diag::Positions;
use crate::text::FileId;
use crate::yaml::Node;

/// The longest text of evidence that is written, in characters.
const LONGEST: usize = 300;

/// Makes the JSON of all scorecards, without `problems`.
#[must_use]
pub fn all(found: &Scorecards, catalog: &Catalog, positions: &mut Positions<'_>) -> Map<String, Value> {
    let positions = std::cell::RefCell::new(positions);
    let places = Places {
        path: &|file| positions.borrow_mut().path(file).to_string(),
        line: Some(&|span| positions.borrow_mut().place(span).start.line),
    };
    let cards = found.list.iter().map(|card| scorecard(card, catalog, &places));
    let mut out = Map::new();
    out.insert("today".to_owned(), found.today.map(|day| day.iso()).into());
    out.insert("scorecards".to_owned(), cards.collect());
    out
}

/// Returns the present state.
struct Places<'a> {
    path: &'a dyn Fn(FileId) -> String,
    /// Of rules; pages have no texts to count lines in.
    line: Option<&'a dyn Fn(crate::text::Span) -> u32>,
}

/// Makes the JSON of one scorecard for a site.
#[must_use]
pub fn scorecard_of_site(card: &Scorecard, catalog: &Catalog, path: &dyn Fn(FileId) -> String) -> Value {
    scorecard(card, catalog, &Places { path, line: None })
}

/// Makes the JSON of what a scorecard says of an entity for a site.
#[must_use]
pub fn entity_of_site(
    card: &Scorecard,
    outcome: &Outcome,
    catalog: &Catalog,
    path: &dyn Fn(FileId) -> String,
) -> Value {
    entity(card, outcome, catalog, &Places { path, line: None })
}

/// Makes the JSON of one scorecard.
fn scorecard(card: &Scorecard, catalog: &Catalog, places: &Places<'_>) -> Value {
    let levels = card.levels.iter().enumerate();
    let levels: Vec<Value> =
        levels.map(|(rank, level)| json!({ "rank": rank, "id": level.id, "title": level.title })).collect();
    let rules: Vec<Value> = card
        .rules
        .iter()
        .map(|rule| {
            let mut out = json!({
                "id": rule.id,
                "title": rule.title,
                "weight": rule.weight,
                "file": (places.path)(rule.span.file),
            });
            if let Some(line) = places.line {
                out["line"] = line(rule.span).into();
            }
            if let Some(level) = rule.rank.and_then(|rank| card.levels.get(rank)) {
                out["level"] = level.id.clone().into();
            }
            if let Some(category) = &rule.category {
                out["category"] = category.clone().into();
            }
            out
        })
        .collect();
    let entities: Vec<Value> = card.outcomes.iter().map(|outcome| entity(card, outcome, catalog, places)).collect();
    let rollups: Vec<Value> = card.rollups.iter().map(|of| rollup(card, of, catalog)).collect();
    let reference = |id: &crate::catalog::EntityId| catalog.get(*id).reference.as_str();
    let initiatives: Vec<Value> = card
        .initiatives
        .iter()
        .map(|initiative| {
            json!({
                "id": initiative.id,
                "rules": initiative.rules.iter().map(|rule| card.rules[*rule].id.as_str()).collect::<Vec<_>>(),
                "done": initiative.done.iter().map(reference).collect::<Vec<_>>(),
                "open": initiative.open.iter().map(reference).collect::<Vec<_>>(),
                "daysLeft": initiative.days_left,
            })
        })
        .collect();
    json!({
        "id": card.id,
        "title": card.title,
        "source": (places.path)(card.file),
        "levels": levels,
        "rules": rules,
        "entities": entities,
        "rollups": rollups,
        "initiatives": initiatives,
    })
}

/// Makes the JSON of what a scorecard says of an entity.
fn entity(card: &Scorecard, outcome: &Outcome, catalog: &Catalog, places: &Places<'_>) -> Value {
    let mut out = Map::new();
    out.insert("ref".to_owned(), catalog.get(outcome.entity).reference.as_str().into());
    if card.has_figures() {
        figures_of(&mut out, &outcome.figures, card);
        if outcome.upcoming != outcome.figures.rank {
            out.insert("upcomingRank".to_owned(), outcome.upcoming.into());
        }
        if card.origin != Origin::File {
            out.insert("points".to_owned(), points(card, outcome).into());
            out.insert("areas".to_owned(), areas(card, outcome));
        } else if card.rules.iter().any(|rule| rule.category.is_some()) {
            out.insert("areas".to_owned(), areas(card, outcome));
        }
    }
    let results = card.rules.iter().zip(&outcome.results);
    let results = results.filter(|(_, result)| result.status != Status::NotApplicable);
    let results: Vec<Value> = results.map(|(rule, result)| one(rule, result, places)).collect();
    out.insert("results".to_owned(), results.into());
    Value::Object(out)
}

fn figures_of(out: &mut Map<String, Value>, figures: &super::model::Figures, card: &Scorecard) {
    out.insert("rank".to_owned(), figures.rank.into());
    out.insert("maxRank".to_owned(), figures.max_rank.into());
    if let Some(level) = card.levels.get(figures.rank) {
        out.insert("level".to_owned(), level.id.clone().into());
    }
    out.insert("passed".to_owned(), figures.passed.into());
    out.insert("total".to_owned(), figures.total.into());
    out.insert("score".to_owned(), figures.score.into());
}

/// Adds 100 for each rank of a check that passes, as the maturity plugin does.
fn points(card: &Scorecard, outcome: &Outcome) -> usize {
    let passed = card.rules.iter().zip(&outcome.results).filter(|(_, result)| result.status == Status::Pass);
    passed.map(|(rule, _)| 100 * rule.rank.unwrap_or(0)).sum()
}

/// Adds up the results of each category.
fn areas(card: &Scorecard, outcome: &Outcome) -> Value {
    let area = |(category, figures): (&str, Figures)| {
        let figures = json!({
            "rank": figures.rank, "maxRank": figures.max_rank, "passed": figures.passed, "total": figures.total
        });
        (category.to_owned(), figures)
    };
    card.areas(outcome).into_iter().map(area).collect::<Map<_, _>>().into()
}

fn one(rule: &super::model::Rule, result: &RuleResult, places: &Places<'_>) -> Value {
    let mut out = Map::new();
    out.insert("rule".to_owned(), rule.id.clone().into());
    out.insert("status".to_owned(), result.status.as_str().into());
    if let Some(would) = result.would {
        out.insert("would".to_owned(), would.as_str().into());
    }
    if !rule.in_force {
        out.insert("inForce".to_owned(), false.into());
    }
    if let Some(why) = &result.why {
        out.insert("why".to_owned(), (**why).into());
    }
    if let Test::Check(check) = &rule.test
        && matches!(result.status, Status::Pass | Status::Fail)
    {
        of_check(&mut out, check, result);
    }
    let evidence: Vec<Value> = result.evidence.iter().map(|one| evidence(one, places)).collect();
    out.insert("evidence".to_owned(), evidence.into());
    Value::Object(out)
}

fn of_check(out: &mut Map<String, Value>, check: &Check, result: &RuleResult) {
    let json = |node: &Option<Node>| node.as_ref().and_then(|node| serde_json::to_value(node).ok()).unwrap_or_default();
    let facts: Map<String, Value> =
        result.evidence.iter().map(|one| (one.path.to_string(), json(&one.value))).collect();
    out.insert("facts".to_owned(), facts.into());
    if let Some(metadata) = check.metadata(result.status == Status::Pass) {
        out.insert("metadata".to_owned(), metadata);
    }
}

fn evidence(one: &Evidence, places: &Places<'_>) -> Value {
    let mut out = Map::new();
    out.insert("path".to_owned(), (*one.path).into());
    out.insert("value".to_owned(), one.value.as_ref().map_or(Value::Null, shown));
    if let Some(place) = one.place {
        out.insert("file".to_owned(), (places.path)(place.file).into());
        out.insert("line".to_owned(), one.line.into());
    }
    Value::Object(out)
}

/// Returns a value as readers may see it: short, and without secrets.
pub(super) fn shown(node: &Node) -> Value {
    let text = |text: String| {
        let text = crate::catalog::without_secrets(&text).into_owned();
        if text.chars().nth(LONGEST).is_some() { text.chars().take(LONGEST).collect::<String>() + "…" } else { text }
    };
    match serde_json::to_value(node) {
        Ok(Value::String(value)) => text(value).into(),
        Ok(value @ (Value::Array(_) | Value::Object(_))) => {
            let written = value.to_string();
            let masked = text(written.clone());
            if masked == written { value } else { masked.into() }
        }
        Ok(value) => value,
        Err(_) => Value::Null,
    }
}

/// Returns a piece of evidence as people read its value; `None` if it was not set.
#[must_use]
pub fn evidence_text(one: &Evidence) -> Option<String> {
    one.value.as_ref().map(|node| match shown(node) {
        Value::String(text) => text,
        Value::Null => "null".to_owned(),
        other => {
            let text = other.to_string();
            if text.chars().nth(LONGEST).is_some() {
                text.chars().take(LONGEST).collect::<String>() + "…"
            } else {
                text
            }
        }
    })
}

fn rollup(card: &Scorecard, of: &Rollup, catalog: &Catalog) -> Value {
    let mut out = Map::new();
    let reference = |at: &usize| catalog.get(card.outcomes[*at].entity).reference.as_str();
    out.insert("ref".to_owned(), catalog.get(of.entity).reference.as_str().into());
    out.insert("members".to_owned(), of.members.iter().map(reference).collect::<Vec<_>>().into());
    let by_score = card.is_by_score();
    if !by_score {
        out.insert("rank".to_owned(), of.figures.rank.into());
        out.insert("maxRank".to_owned(), of.figures.max_rank.into());
    }
    out.insert("passed".to_owned(), of.figures.passed.into());
    out.insert("total".to_owned(), of.figures.total.into());
    out.insert("score".to_owned(), of.figures.score.into());
    let ranks = of.distribution.iter().enumerate().filter(|(_, count)| **count > 0);
    out.insert(
        "distribution".to_owned(),
        ranks.map(|(rank, count)| (rank.to_string(), json!(count))).collect::<Map<_, _>>().into(),
    );
    let failing = of.failing.iter().enumerate().filter(|(_, count)| **count > 0);
    let failing = failing.map(|(rule, count)| (card.rules[rule].id.clone(), json!(count)));
    out.insert("failing".to_owned(), failing.collect::<Map<_, _>>().into());
    if !by_score {
        let next = of.next.map(|(rule, lifts)| json!({ "rule": card.rules[rule].id, "lifts": lifts }));
        out.insert("next".to_owned(), next.unwrap_or_default());
    }
    Value::Object(out)
}
