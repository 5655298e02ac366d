//! Scorecards as data for other programs: `export --scorecards`, and the JSON files of the site.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::evidence::Evidence;
use super::model::{
    Figures, Initiative, Origin, Outcome, Rollup, Rule, RuleResult, Scorecard, Scorecards, Status, Test,
};
use crate::catalog::{Catalog, EntityId};
use crate::text::FileId;
use crate::yaml::Node;

/// The longest text of evidence that is written, in characters.
const LONGEST: usize = 300;

/// All scorecards, without `problems`.
#[derive(Serialize)]
pub struct AllScorecards<'a> {
    today: Option<String>,
    scorecards: Vec<ScorecardData<'a>>,
}

/// A scorecard with what it says of everybody. Entities are made one after the other while they are written, since the
/// evidence of all together takes many times the room of what is written.
#[derive(Serialize)]
pub struct ScorecardData<'a> {
    id: &'a str,
    title: &'a str,
    source: String,
    levels: Vec<LevelData<'a>>,
    rules: Vec<RuleData<'a>>,
    entities: Entities<'a>,
    rollups: Vec<Value>,
    initiatives: Vec<InitiativeData<'a>>,
}

#[derive(Serialize)]
struct LevelData<'a> {
    rank: usize,
    id: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
struct RuleData<'a> {
    id: &'a str,
    title: &'a str,
    weight: u64,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InitiativeData<'a> {
    id: &'a str,
    rules: Vec<&'a str>,
    done: Vec<&'a str>,
    open: Vec<&'a str>,
    days_left: i64,
}

/// What a scorecard says of an entity.
#[derive(Serialize)]
pub struct EntityData<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    #[serde(flatten)]
    figures: Option<FiguresData<'a>>,
    results: Vec<ResultData<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FiguresData<'a> {
    rank: usize,
    max_rank: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'a str>,
    passed: usize,
    total: usize,
    score: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upcoming_rank: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    areas: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultData<'a> {
    rule: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    would: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_force: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Value>,
    evidence: Vec<EvidenceData<'a>>,
}

#[derive(Serialize)]
struct EvidenceData<'a> {
    path: &'a str,
    value: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

/// Returns all scorecards as data.
#[must_use]
pub fn all<'a>(found: &'a Scorecards, catalog: &'a Catalog, places: &'a Places<'a>) -> AllScorecards<'a> {
    let cards = found.list.iter().map(|card| scorecard(card, catalog, places));
    AllScorecards { today: found.today.map(|day| day.iso()), scorecards: cards.collect() }
}

/// Where things are.
pub struct Places<'a> {
    /// Returns the path of a file.
    pub path: &'a dyn Fn(FileId) -> String,
    /// Returns the line of a rule; pages have no texts to count lines in.
    pub line: Option<&'a dyn Fn(crate::text::Span) -> u32>,
}

/// Returns a scorecard as data.
#[must_use]
pub fn scorecard<'a>(card: &'a Scorecard, catalog: &'a Catalog, places: &'a Places<'a>) -> ScorecardData<'a> {
    let levels = card.levels.iter().enumerate();
    let rule = |rule: &'a Rule| RuleData {
        id: &rule.id,
        title: &rule.title,
        weight: rule.weight,
        file: (places.path)(rule.span.file),
        line: places.line.map(|line| line(rule.span)),
        level: rule.rank.and_then(|rank| card.levels.get(rank)).map(|level| &*level.id),
        category: rule.category.as_deref(),
    };
    let reference = |id: &EntityId| catalog.get(*id).reference.as_str();
    let initiative = |it: &'a Initiative| InitiativeData {
        id: &it.id,
        rules: it.rules.iter().map(|rule| &*card.rules[*rule].id).collect(),
        done: it.done.iter().map(reference).collect(),
        open: it.open.iter().map(reference).collect(),
        days_left: it.days_left,
    };
    ScorecardData {
        id: &card.id,
        title: &card.title,
        source: (places.path)(card.file),
        levels: levels.map(|(rank, level)| LevelData { rank, id: &level.id, title: &level.title }).collect(),
        rules: card.rules.iter().map(rule).collect(),
        entities: Entities { card, catalog, places },
        rollups: card.rollups.iter().map(|of| rollup(card, of, catalog)).collect(),
        initiatives: card.initiatives.iter().map(initiative).collect(),
    }
}

struct Entities<'a> {
    card: &'a Scorecard,
    catalog: &'a Catalog,
    places: &'a Places<'a>,
}

impl Serialize for Entities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let outcomes = self.card.outcomes.iter();
        serializer.collect_seq(outcomes.map(|outcome| entity(self.card, outcome, self.catalog, self.places)))
    }
}

/// Returns what a scorecard says of an entity as data.
#[must_use]
pub fn entity<'a>(
    card: &'a Scorecard,
    outcome: &'a Outcome,
    catalog: &'a Catalog,
    places: &Places<'_>,
) -> EntityData<'a> {
    let results = card.rules.iter().zip(&outcome.results);
    let results = results.filter(|(_, result)| result.status != Status::NotApplicable);
    EntityData {
        reference: catalog.get(outcome.entity).reference.as_str(),
        figures: card.has_figures().then(|| figures(card, outcome)),
        results: results.map(|(rule, result)| one(rule, result, places)).collect(),
    }
}

fn figures<'a>(card: &'a Scorecard, outcome: &Outcome) -> FiguresData<'a> {
    let Figures { rank, max_rank, passed, total, score, .. } = outcome.figures;
    let is_foreign = card.origin != Origin::File;
    FiguresData {
        rank,
        max_rank,
        level: card.levels.get(rank).map(|level| &*level.id),
        passed,
        total,
        score,
        upcoming_rank: Some(outcome.upcoming).filter(|upcoming| *upcoming != rank),
        points: is_foreign.then(|| points(card, outcome)),
        areas: (is_foreign || card.rules.iter().any(|rule| rule.category.is_some())).then(|| areas(card, outcome)),
    }
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

fn one<'a>(rule: &'a Rule, result: &'a RuleResult, places: &Places<'_>) -> ResultData<'a> {
    let check = match &rule.test {
        Test::Check(check) if matches!(result.status, Status::Pass | Status::Fail) => Some(check),
        _ => None,
    };
    let json = |node: &Option<Node>| node.as_ref().and_then(|node| serde_json::to_value(node).ok()).unwrap_or_default();
    ResultData {
        rule: &rule.id,
        status: result.status.as_str(),
        would: result.would.map(Status::as_str),
        in_force: (!rule.in_force).then_some(false),
        why: result.why.as_deref(),
        facts: check.map(|_| result.evidence.iter().map(|one| (one.path.to_string(), json(&one.value))).collect()),
        metadata: check.and_then(|check| check.metadata(result.status == Status::Pass)),
        evidence: result.evidence.iter().map(|one| evidence(one, places)).collect(),
    }
}

fn evidence<'a>(one: &'a Evidence, places: &Places<'_>) -> EvidenceData<'a> {
    EvidenceData {
        path: &one.path,
        value: one.value.as_ref().map_or(Value::Null, shown),
        file: one.place.map(|place| (places.path)(place.file)),
        line: one.place.map(|_| one.line),
    }
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
