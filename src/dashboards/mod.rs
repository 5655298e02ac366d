//! Dashboards: pages of figures, charts and tables over the catalog, each a file in git.
//!
//! Owns the files (`read`), the values that widgets ask for (`values`) and what they come to (`compute`). Knows no URL of the site
//! and no HTML.
//!
//! Invariants: a widget at fault costs itself alone and says so; what nobody knows is left out of sums and means, and counted; work
//! and output grow with the entities times the widgets, whose number is bounded.

mod compute;
mod read;
#[cfg(test)]
mod tests;
pub mod values;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::calendar::Day;
use crate::catalog::EntityId;
use crate::config::Filter;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::scorecards::query::Choice;
use crate::scorecards::{Parts, Scorecards};
use crate::text::{FileId, Span};
use crate::workspace::{GlobStyle, Workspace};
use values::Path;

/// Maximum number of dashboards: each of their widgets asks every entity.
const MOST: usize = 100;

/// All dashboards.
#[derive(Debug, Default)]
pub struct Dashboards {
    /// By id.
    pub list: Vec<Dashboard>,
}

/// A dashboard.
#[derive(Debug)]
pub struct Dashboard {
    /// Unique in the portal.
    pub id: String,
    /// The name for readers.
    pub title: String,
    /// What it is about, Markdown.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its file.
    pub file: FileId,
    /// Where it is named.
    pub span: Span,
    /// In the order of the file.
    pub widgets: Vec<Widget>,
}

/// How much of the width a widget takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A third.
    Third,
    /// A half.
    Half,
    /// All of it.
    Full,
}

/// One part of a dashboard.
#[derive(Debug)]
pub struct Widget {
    /// Unique in its dashboard.
    pub id: String,
    /// The heading.
    pub title: Option<String>,
    /// How much of the width it takes.
    pub width: Width,
    /// What it shows.
    pub what: What,
    /// What that comes to.
    pub shows: Shows,
    /// The paths that it asks for, with their places.
    asked: Vec<(Path, Span)>,
}

/// What a widget asks for.
#[derive(Debug)]
pub enum What {
    /// A text.
    Markdown(String),
    /// One number.
    Number {
        /// Of which entities.
        query: Query,
        /// Which number.
        value: Value,
    },
    /// A number for each group of entities.
    Groups {
        /// Whether as parts of a whole.
        is_pie: bool,
        /// Of which entities.
        query: Query,
        /// What entities of a group have in common.
        by: Path,
        /// Which number.
        value: Value,
        /// Groups that are shown.
        limit: usize,
        /// Whether by name instead of by number.
        by_name: bool,
    },
    /// Numbers over days.
    Line {
        /// The lines.
        series: Vec<Series>,
        /// Days that are shown.
        days: i64,
        /// What is written behind a number.
        unit: Option<String>,
    },
    /// Entities with some of their values.
    Table {
        /// Which entities.
        query: Query,
        /// Which values.
        columns: Vec<Column>,
        /// By what they are sorted; `true` for the largest first.
        sort: Vec<(Path, bool)>,
        /// Rows of the page.
        limit: usize,
    },
    /// Nothing that can be shown, and why.
    Faulty(String),
}

/// Which entities are meant.
#[derive(Debug)]
pub struct Query {
    /// Those that fit it.
    pub filter: Filter,
    /// The same as written.
    pub filter_text: Option<String>,
    /// Of those, the ones of which it is true.
    pub when: Option<Choice>,
    /// The same as written.
    pub when_text: Option<String>,
}

/// How several values become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// They are added.
    Sum,
    /// Their mean.
    Avg,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

impl Join {
    /// All of them, as files name them.
    pub const ALL: [(&'static str, Self); 4] =
        [("sum", Self::Sum), ("avg", Self::Avg), ("min", Self::Min), ("max", Self::Max)];
}

/// Which number of some entities.
#[derive(Debug)]
pub struct Value {
    /// How many there are, or what their values come to.
    pub of: Option<(Join, Path)>,
    /// What is written behind it.
    pub unit: Option<String>,
}

/// A column of a table.
#[derive(Debug)]
pub struct Column {
    /// The heading.
    pub title: String,
    /// The values.
    pub path: Path,
}

/// One line over days.
#[derive(Debug, Clone)]
pub struct Series {
    /// The name for readers.
    pub title: String,
    /// Of what.
    pub of: Recorded,
}

/// A number that the history file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// The score of a scorecard.
    Score(String),
    /// Entities that have a level of it, by rank.
    Level(String, usize),
    /// Entities that meet a rule of it.
    Rule(String, String),
    /// A figure of the whole portal.
    Insight(String),
}

/// What a widget comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Shows {
    /// Nothing that is counted: a text, lines, or a fault.
    #[default]
    Nothing,
    /// One number.
    Number(Number),
    /// One number a group.
    Groups(Groups),
    /// Entities in their order.
    Rows {
        /// All of them, unless there are far too many.
        entities: Vec<EntityId>,
        /// How many there are.
        total: usize,
        /// Entities left out since nobody knows whether they are meant.
        unknown: usize,
    },
}

/// One number.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The number, if anybody knows it.
    pub value: Option<f64>,
    /// How many entities are meant.
    pub entities: usize,
    /// How many fit the filter alone.
    pub fitting: usize,
    /// How many of those that are meant have a value.
    pub known: usize,
    /// Entities left out since nobody knows whether they are meant.
    pub unknown: usize,
}

/// Numbers of groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Groups {
    /// Those that are shown.
    pub shown: Vec<Group>,
    /// Groups that are not shown, and their sum if numbers can be added.
    pub more: (usize, Option<f64>),
    /// Everything together if numbers can be added.
    pub total: Option<f64>,
    /// Entities without a value.
    pub without: usize,
    /// Entities left out since nobody knows whether they are meant.
    pub unknown: usize,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What they have in common; `None` for those that have no such thing.
    pub key: Option<values::Found>,
    /// The number.
    pub value: f64,
}

/// Reads all dashboards and computes what they show.
#[must_use]
pub fn analyse(parts: Parts<'_>, scorecards: &Scorecards) -> (Dashboards, Diagnostics) {
    let mut problems = Diagnostics::new();
    let mut files = located(parts.workspace);
    if let Some(file) = files.get(MOST) {
        let message = format!("there are more than {MOST} dashboards, and this one is left out, as are all after it");
        let problem = Diagnostic::new(codes::INVALID_DASHBOARD, Span::whole(*file), message);
        problems.push(problem.help("join some of them, or name fewer in `dashboards` of playbill.yaml"));
        files.truncate(MOST);
    }
    if files.is_empty() {
        return (Dashboards::default(), problems);
    }
    let known = values::Values { catalog: parts.catalog, snapshots: parts.snapshots, scorecards };
    let mut list = read::files(parts.workspace, &known, &files, &mut problems);
    compute::run(parts, &known, &mut list, &mut problems);
    (Dashboards { list }, problems)
}

/// Finds the files below every root, sorted by path.
fn located(workspace: &Workspace) -> Vec<FileId> {
    let mut found: BTreeSet<(Arc<str>, usize)> = BTreeSet::new();
    for root in workspace.roots() {
        for glob in &workspace.config().dashboards {
            let files = workspace.glob_in(&root, glob, GlobStyle::File).unwrap_or_default();
            found.extend(files.into_iter().map(|file| (workspace.path(file), file.index())));
        }
    }
    found.into_iter().map(|(_, index)| FileId::new(index)).collect()
}

impl Recorded {
    /// Returns what was recorded, oldest first, with what is so today.
    #[must_use]
    pub fn points(&self, scorecards: &Scorecards) -> Vec<(Day, f64)> {
        use crate::scorecards::{history, recording};
        let of = |card: &str, value: &dyn Fn(&history::Point) -> Option<u64>, now: Option<u64>| {
            let days = scorecards.history.of(card);
            let mut points: Vec<(Day, u64)> = days.filter_map(|(day, point)| Some((*day, value(point)?))).collect();
            if let (Some(today), Some(now)) = (scorecards.today, now) {
                points.retain(|(day, _)| *day < today);
                points.push((today, now));
            }
            points
        };
        let points = match self {
            Self::Score(card) => {
                let now = scorecards.find(card).and_then(|card| recording::totals(card).1).map(u64::from);
                of(card, &|point| point.score.map(u64::from), now)
            }
            Self::Level(card, rank) => {
                let now = scorecards.find(card).and_then(|card| recording::totals(card).0.get(*rank).copied());
                of(card, &|point| point.levels.get(*rank).copied(), now)
            }
            Self::Rule(card, rule) => {
                let found = scorecards.find(card);
                let at = found.and_then(|card| Some((card, card.rules.iter().position(|it| it.id == *rule)?)));
                let now = at.map(|(card, at)| recording::counts(card, at)[0]);
                of(card, &|point| point.rules.get(rule)?.first().copied(), now)
            }
            // The figures of the portal are in the lines of one scorecard, whichever was the first on that day.
            Self::Insight(id) => {
                let cards = scorecards.list.iter();
                let mut points: Vec<(Day, u64)> =
                    cards.flat_map(|card| of(&card.id, &|point| point.portal.get(id).copied(), None)).collect();
                points.sort_unstable();
                points.dedup_by_key(|(day, _)| *day);
                points
            }
        };
        points.into_iter().map(|(day, value)| (day, value as f64)).collect()
    }
}
