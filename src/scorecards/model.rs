//! What scorecards are, and what they give: plain values.

use std::sync::Arc;

use crate::calendar::Day;
use crate::catalog::EntityId;
use crate::config::Filter;
use crate::diag::Severity;
use crate::text::{FileId, Span};

use super::condition::Condition;
use super::evidence::Evidence;
use super::history::History;
use super::tech_insights::Check;

/// The result of a rule for an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Nobody can know: a fact from outside is missing.
    NoData,
    /// The rule itself is at fault.
    Error,
    /// It would count, but somebody has excused the entity for a time.
    Exempt,
    /// It is not about such entities.
    NotApplicable,
}

impl Status {
    /// All of them, in the order of the history file and of legends.
    pub const ALL: [Self; 6] = [Self::Pass, Self::Fail, Self::NoData, Self::Error, Self::Exempt, Self::NotApplicable];

    /// Returns the word of exports and marks.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NoData => "noData",
            Self::Error => "error",
            Self::Exempt => "exempt",
            Self::NotApplicable => "notApplicable",
        }
    }

    /// Returns the words for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Pass => "Met",
            Self::Fail => "Not met",
            Self::NoData => "Not known",
            Self::Error => "Rule is broken",
            Self::Exempt => "Excused",
            Self::NotApplicable => "Does not apply",
        }
    }

    /// Returns a sign that distinguishes them without colour.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Pass => "✓",
            Self::Fail => "✗",
            Self::NoData => "?",
            Self::Error => "!",
            Self::Exempt => "E",
            Self::NotApplicable => "–",
        }
    }
}

/// What a rule gives for an entity.
#[derive(Debug, Clone)]
pub struct RuleResult {
    /// Its result.
    pub status: Status,
    /// Its result without the exemption.
    pub would: Option<Status>,
    /// Which exemption, by index into [`Scorecard::exemptions`].
    pub exemption: Option<usize>,
    /// What was read.
    pub evidence: Arc<[Evidence]>,
    /// Why the rule is at fault, or what nobody knows.
    pub why: Option<Arc<str>>,
}

impl RuleResult {
    /// Makes one that only has a status.
    #[must_use]
    pub fn of(status: Status) -> Self {
        Self { status, would: None, exemption: None, evidence: Arc::default(), why: None }
    }
}

/// A level.
#[derive(Debug, Clone, Default)]
pub struct Level {
    /// Its id.
    pub id: String,
    /// The name for readers.
    pub title: String,
    /// What it means, Markdown.
    pub description: Option<String>,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// The least score, where levels are reached by score.
    pub from: Option<u32>,
}

/// How a rule decides.
#[derive(Debug)]
pub enum Test {
    /// By conditions in the Common Expression Language.
    Condition {
        /// Whether it is about an entity at all.
        when: Option<Box<Condition>>,
        /// Whether it holds.
        pass: Box<Condition>,
        /// What is shown as evidence, instead of what was read.
        shown: Vec<Condition>,
    },
    /// As a check of Tech Insights.
    Check(Box<Check>),
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Unique in its scorecard.
    pub id: String,
    /// The name for readers.
    pub title: String,
    /// What it is about, Markdown.
    pub description: Option<String>,
    /// The group it is shown in.
    pub category: Option<String>,
    /// The rank of its level.
    pub rank: Option<usize>,
    /// How much it counts.
    pub weight: u64,
    /// How it decides.
    pub test: Test,
    /// What is shown when it fails.
    pub message: Option<String>,
    /// How to pass, Markdown.
    pub fix: Option<String>,
    /// Titles and addresses.
    pub links: Vec<(String, String)>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// From when on it counts.
    pub effective_from: Option<Day>,
    /// Whether it counts on the day of the build.
    pub in_force: bool,
    /// Whether it does not count where nobody knows.
    pub skips_missing: bool,
    /// Where it is written.
    pub span: Span,
}

/// What a pull request must not fall below.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The rank that must be reached.
    pub minimum: usize,
    /// By whom.
    pub filter: Filter,
    /// How bad it is if not.
    pub severity: Severity,
}

/// Entities that are excused from a rule for a time.
#[derive(Debug, Clone)]
pub struct Exemption {
    /// The rule, by index.
    pub rule: usize,
    /// References in lower case.
    pub entities: Vec<String>,
    /// Or those that this means.
    pub filter: Option<Filter>,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub approved_by: Option<String>,
    /// Where it was discussed.
    pub ticket: Option<String>,
    /// The last day.
    pub expires: Day,
    /// Whether that is over.
    pub has_ended: bool,
    /// Where it is written.
    pub span: Span,
}

/// A drive to meet rules by a day.
#[derive(Debug, Clone)]
pub struct Initiative {
    /// Unique in its scorecard.
    pub id: String,
    /// The name for readers.
    pub title: String,
    /// What it is about, Markdown.
    pub description: Option<String>,
    /// The rules, by index.
    pub rules: Vec<usize>,
    /// Which entities.
    pub filter: Filter,
    /// The day.
    pub due: Day,
    /// Who drives it.
    pub owner: Option<String>,
    /// Who is done.
    pub done: Vec<EntityId>,
    /// Who is not.
    pub open: Vec<EntityId>,
    /// May be negative.
    pub days_left: i64,
    /// Where it is written.
    pub span: Span,
}

/// Level and score of an entity, or of several together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// The level reached.
    pub rank: usize,
    /// The highest level that could be reached.
    pub max_rank: usize,
    /// Rules that hold.
    pub passed: usize,
    /// Rules that count.
    pub total: usize,
    /// Percent of the weight; nothing where nothing counts.
    pub score: Option<u32>,
}

/// What a scorecard says of an entity.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The entity.
    pub entity: EntityId,
    /// One result a rule, in the order of the rules.
    pub results: Vec<RuleResult>,
    /// Level and score.
    pub figures: Figures,
    /// The rank if every rule were in force.
    pub upcoming: usize,
}

/// What a scorecard says of all that a system, domain or group answers for.
#[derive(Debug, Clone)]
pub struct Rollup {
    /// The system, domain or group.
    pub entity: EntityId,
    /// The outcomes it answers for, by index, in the order of references.
    pub members: Vec<usize>,
    /// All counted results together.
    pub figures: Figures,
    /// Members by rank.
    pub distribution: Vec<usize>,
    /// Members that fail a rule, by index of the rule.
    pub failing: Vec<usize>,
    /// The rule whose repair alone would lift most members, and how many.
    pub next: Option<(usize, usize)>,
}

/// Where a scorecard comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file of scorecards.
    File,
    /// The checks in `app-config.yaml`.
    TechInsights {
        /// Whether any check has a rank.
        ranked: bool,
    },
}

/// A scorecard with its results.
#[derive(Debug)]
pub struct Scorecard {
    /// Unique in the portal.
    pub id: String,
    /// The name for readers.
    pub title: String,
    /// What it is about, Markdown.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// Its file.
    pub file: FileId,
    /// Where its id is written.
    pub span: Span,
    /// Which entities it is about.
    pub filter: Filter,
    /// The same as written.
    pub filter_text: Option<String>,
    /// The levels by rank; the first one is the base that everybody has.
    pub levels: Vec<Level>,
    /// The rules in the order of the file.
    pub rules: Vec<Rule>,
    /// What a pull request must not fall below.
    pub gate: Option<Gate>,
    /// Exemptions in the order of files.
    pub exemptions: Vec<Exemption>,
    /// Initiatives by id.
    pub initiatives: Vec<Initiative>,
    /// One an entity, in the order of references.
    pub outcomes: Vec<Outcome>,
    /// In the order of references.
    pub rollups: Vec<Rollup>,
    /// The places in `outcomes` of those that at least one rule is about, the lowest level first.
    pub ranking: Vec<usize>,
}

impl Scorecard {
    /// Returns whether levels are reached by score.
    #[must_use]
    pub fn is_by_score(&self) -> bool {
        self.levels.iter().any(|level| level.from.is_some())
    }

    /// Returns whether figures mean anything: not for checks of Tech Insights without ranks.
    #[must_use]
    pub fn has_figures(&self) -> bool {
        self.origin != Origin::TechInsights { ranked: false }
    }

    /// Returns what it says of an entity.
    #[must_use]
    pub fn outcome(&self, entity: EntityId) -> Option<&Outcome> {
        let at = self.outcomes.binary_search_by_key(&entity, |outcome| outcome.entity).ok()?;
        Some(&self.outcomes[at])
    }

    /// Returns what it says of all that a system, domain or group answers for.
    #[must_use]
    pub fn rollup(&self, entity: EntityId) -> Option<&Rollup> {
        let at = self.rollups.binary_search_by_key(&entity, |rollup| rollup.entity).ok()?;
        Some(&self.rollups[at])
    }

    /// Returns whether a result counts: of a rule in force, and known unless the rule skips what is not known.
    #[must_use]
    pub fn counts(&self, rule: usize, status: Status) -> bool {
        self.rules[rule].in_force && self.counts_in_force(rule, status)
    }

    /// Returns whether a result would count if its rule were in force.
    #[must_use]
    pub fn counts_in_force(&self, rule: usize, status: Status) -> bool {
        match status {
            Status::Pass | Status::Fail => true,
            // An engine that cannot run a check leaves it out.
            Status::NoData | Status::Error if matches!(self.origin, Origin::TechInsights { .. }) => false,
            Status::Error => true,
            Status::NoData => !self.rules[rule].skips_missing,
            Status::Exempt | Status::NotApplicable => false,
        }
    }
}

/// Everything that scorecards say.
#[derive(Debug, Default)]
pub struct Scorecards {
    /// The scorecards by id.
    pub list: Vec<Scorecard>,
    /// The day that counts as today.
    pub today: Option<Day>,
    /// What was on earlier days.
    pub history: History,
    /// When the catalog file or a document of each entity changed last, in seconds since 1970 UTC, if history was read.
    pub changed: Vec<Option<i64>>,
    /// Facts that conditions and checks may ask for.
    pub facts: Arc<super::facts::FactBook>,
    /// How many entities were judged again; the results of the others were known from the state before.
    pub judged: usize,
}

impl Scorecards {
    /// Returns the scorecards that say something of an entity.
    pub fn of(&self, entity: EntityId) -> impl Iterator<Item = (&Scorecard, &Outcome)> {
        self.list.iter().filter_map(move |card| Some((card, card.outcome(entity)?)))
    }

    /// Returns the levels that an entity has: the place of each scorecard in the list, the scorecard, and the rank.
    pub fn levels_of(&self, id: EntityId) -> impl Iterator<Item = (usize, &Scorecard, usize)> {
        let cards = self.list.iter().enumerate();
        cards.filter(|(_, card)| card.has_figures() && card.levels.len() > 1).filter_map(move |(at, card)| {
            let outcome = card.outcome(id)?;
            let says_something = outcome.results.iter().any(|result| result.status != Status::NotApplicable);
            says_something.then_some((at, card, outcome.figures.rank))
        })
    }

    /// Returns the files in which rules and evidence are, some of them several times.
    #[must_use]
    pub fn files(&self) -> Vec<FileId> {
        let mut files = std::collections::HashSet::new();
        for card in &self.list {
            files.extend(card.rules.iter().map(|rule| rule.span.file));
            let results = card.outcomes.iter().flat_map(|outcome| &outcome.results);
            files.extend(results.flat_map(|result| &*result.evidence).filter_map(|one| Some(one.place?.file)));
        }
        files.into_iter().collect()
    }

    /// Finds a scorecard.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Scorecard> {
        self.list.iter().find(|card| card.id == id)
    }
}
