//! How what other tools know is shown: the models of cards, tabs and lists.

use serde::Serialize;

use super::PageContext;
use super::context::grouped;
use crate::catalog::EntityId;
use crate::routes;
use crate::snapshots::facts::{self, Fact, Tone};
use crate::snapshots::record::{Cell, Record, Rows, Series};
use crate::snapshots::source::Tab;
use crate::snapshots::{Snapshot, SourceInUse, State, time};

/// Facts that a card shows at once.
const FACTS: usize = 6;
/// Rows that a card shows when something is wrong.
const ROWS: usize = 3;
/// Columns of rows on a card.
const COLUMNS: usize = 3;
/// Rows of a table that a card shows where there is no tab for them.
const ALL_ROWS: usize = 8;

/// A time, absolute; a script makes it relative.
#[derive(Debug, Clone, Serialize)]
pub struct When {
    /// As programs read it.
    pub iso: String,
    /// As people read it.
    pub text: String,
}

impl When {
    /// Makes both.
    #[must_use]
    pub fn at(at: i64) -> Self {
        Self { iso: time::iso(at), text: time::shown(at) }
    }
}

/// One card, or the head of a source on a tab.
#[derive(Debug, Serialize)]
pub struct SnapshotCard {
    source: String,
    title: String,
    icon: &'static str,
    state: &'static str,
    fetched: Option<When>,
    /// Whether there is something to read whose age nobody knows.
    is_ageless: bool,
    tone: Tone,
    /// The word of the state, where it is not simply good.
    word: Option<&'static str>,
    message: Option<String>,
    key: String,
    line: Option<String>,
    link: Option<String>,
    facts: Vec<ShownFact>,
    more: Vec<ShownFact>,
    tables: Vec<ShownTable>,
    /// Whether the rows are shown on demand.
    is_folded: bool,
    charts: Vec<Chart>,
    failed: Vec<(&'static str, String)>,
    tab: Option<String>,
    /// YAML to add.
    hint: Option<String>,
    list: String,
}

/// A fact with its label.
#[derive(Debug, Serialize)]
pub struct ShownFact {
    name: String,
    label: String,
    value: String,
    text: String,
    tone: Tone,
    when: Option<When>,
}

/// Rows as the template shows them.
#[derive(Debug, Serialize)]
pub struct ShownTable {
    title: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<ShownCell>>,
    total: String,
    more: usize,
}

/// A cell as the template shows it.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum ShownCell {
    /// Nothing.
    Empty,
    /// A text.
    Text {
        /// The text.
        text: String,
    },
    /// A text that leads somewhere.
    Link {
        /// The text.
        text: String,
        /// Where.
        href: String,
    },
    /// A word.
    Word {
        /// The word.
        text: String,
        /// How bad it is.
        tone: Tone,
    },
    /// A time.
    Time {
        /// The time.
        when: When,
    },
    /// A code.
    Code {
        /// The code.
        text: String,
    },
    /// A number.
    Number {
        /// The number.
        text: String,
    },
}

/// Lines of numbers.
#[derive(Debug, Serialize)]
pub struct Chart {
    name: String,
    points: Vec<String>,
    label: String,
}

/// Returns the cards of an entity, the worst first.
#[must_use]
pub fn cards(view: &PageContext<'_>, id: EntityId) -> Vec<SnapshotCard> {
    let mut snapshots: Vec<&Snapshot> = view.portal.snapshots.of(id).iter().collect();
    snapshots.sort_by_key(|snapshot| rank(snapshot));
    snapshots.into_iter().map(|snapshot| card(view, id, snapshot)).collect()
}

/// Returns what is above the rows of every source of an entity, the worst first.
#[must_use]
pub fn heads(view: &PageContext<'_>, id: EntityId) -> Vec<SnapshotCard> {
    let mut snapshots: Vec<&Snapshot> = view.portal.snapshots.of(id).iter().collect();
    snapshots.sort_by_key(|snapshot| rank(snapshot));
    snapshots.into_iter().map(|snapshot| head(view, snapshot)).collect()
}

/// Returns the place of a snapshot among others: errors, failing, stale, fine, what is missing.
fn rank(snapshot: &Snapshot) -> u8 {
    match (snapshot.state, snapshot.tone()) {
        (State::Error, _) => 0,
        (State::Fresh | State::Stale, Tone::Bad) => 1,
        (State::Stale, _) => 2,
        (State::Fresh, Tone::Warn) => 3,
        (State::Fresh, _) => 4,
        (State::NoData, _) => 5,
        (State::NoAnnotation, _) => 6,
    }
}

fn card(view: &PageContext<'_>, id: EntityId, snapshot: &Snapshot) -> SnapshotCard {
    let source = &view.portal.snapshots.sources()[snapshot.source];
    let record = snapshot.record.as_deref();
    let tone = snapshot.tone();
    let mut facts = record.map(|record| shown_facts(source, record)).unwrap_or_default();
    let more = facts.split_off(facts.len().min(FACTS));
    let tab = tab_id(source.tab).filter(|_| tab_applies(&view.portal.snapshots, id, source.tab));
    let all = record.map_or(&[][..], |record| &record.tables);
    // What is on the tab is only hinted at here; without one, everything is here, folded.
    let tables: Vec<ShownTable> = match (tab, tone) {
        (Some(_), Tone::Bad) => all.iter().take(1).map(|table| narrow(shown_table(table, ROWS))).collect(),
        (Some(_), _) => Vec::new(),
        (None, _) => all.iter().map(|table| shown_table(table, ALL_ROWS)).collect(),
    };
    SnapshotCard {
        is_folded: tab.is_none(),
        tables,
        charts: record.map(charts).unwrap_or_default(),
        tab: tab.map(|tab| view.href(&routes::entity_tab(&view.entity(id).reference, tab))),
        facts,
        more,
        ..head(view, snapshot)
    }
}

/// Returns what is above the rows of a source: everything but facts and rows.
fn head(view: &PageContext<'_>, snapshot: &Snapshot) -> SnapshotCard {
    let source = &view.portal.snapshots.sources()[snapshot.source];
    let record = snapshot.record.as_deref();
    let tone = snapshot.tone();
    let word = match (snapshot.state, tone) {
        (State::Error, _) => Some("fetch failed"),
        (State::Stale, _) => Some("stale"),
        (State::NoData, _) => Some("no data"),
        (State::NoAnnotation, _) => Some("not set up"),
        (State::Fresh, Tone::Bad) => Some("needs attention"),
        (State::Fresh, _) => None,
    };
    let hint = (snapshot.state == State::NoAnnotation).then(|| {
        let example = if source.grammar.is_empty() { "…".to_owned() } else { source.grammar.replace('`', "") };
        format!("metadata:\n  annotations:\n    {}: # {example}\n", snapshot.key)
    });
    SnapshotCard {
        source: source.id.clone(),
        title: source.title.clone(),
        icon: source.icon,
        state: snapshot.state.as_str(),
        fetched: snapshot.fetched.map(When::at),
        is_ageless: record.is_some() && snapshot.fetched.is_none(),
        tone,
        word,
        message: snapshot.message.as_ref().map(ToString::to_string),
        key: snapshot.key.to_string(),
        line: record.and_then(|record| record.line.as_ref()).map(ToString::to_string),
        link: record.and_then(|record| record.link.as_ref()).map(ToString::to_string),
        facts: Vec::new(),
        more: Vec::new(),
        tables: Vec::new(),
        is_folded: false,
        charts: Vec::new(),
        failed: snapshot.failed_parts.iter().map(|(part, why)| (*part, why.to_string())).collect(),
        tab: None,
        hint,
        list: view.href(&routes::integration(&source.id)),
    }
}

/// Returns the facts of a record in the order of display, with their labels.
fn shown_facts(source: &SourceInUse, record: &Record) -> Vec<ShownFact> {
    let mut facts: Vec<(usize, ShownFact)> = record
        .facts
        .iter()
        .map(|(name, fact)| {
            let (rank, label, unit) = label(source, name);
            let tone = record.tone_of(name, fact);
            let when = if let Fact::Time(at) = fact { Some(When::at(*at)) } else { None };
            let text = words(name, fact, &unit);
            (rank, ShownFact { name: name.to_owned(), label, value: fact.plain(), text, tone, when })
        })
        .collect();
    facts.sort_by_key(|(rank, _)| *rank);
    facts.into_iter().map(|(_, fact)| fact).collect()
}

/// Returns a value as people say it.
#[must_use]
pub fn words(name: &str, fact: &Fact, unit: &str) -> String {
    match (name, fact) {
        ("ci.status", Fact::Text(word)) => word.replace('_', " "),
        ("quality.gate", Fact::Text(word)) => match &**word {
            "OK" => "passed",
            "ERROR" => "failed",
            _ => "not computed",
        }
        .to_owned(),
        _ => fact.shown(unit),
    }
}

/// Returns the rank, the label and the unit of a fact.
#[must_use]
pub fn label(source: &SourceInUse, name: &str) -> (usize, String, String) {
    if let Some((at, (_, label, unit))) = source.labels.iter().enumerate().find(|(_, (known, ..))| known == name) {
        return (at, label.clone(), unit.clone());
    }
    match facts::info(name) {
        Some((rank, info)) => {
            let label = if info.label.is_empty() { name.strip_prefix(info.name).unwrap_or(name) } else { info.label };
            (rank, label.to_owned(), info.unit.to_owned())
        }
        None => (usize::MAX, name.to_owned(), String::new()),
    }
}

fn shown_table(rows: &Rows, limit: usize) -> ShownTable {
    let shown = rows.rows.iter().take(limit);
    // A column without values is left out.
    let used: Vec<bool> = (0..rows.columns.len())
        .map(|at| rows.rows.iter().take(limit).any(|row| row.get(at).is_some_and(|cell| *cell != Cell::Empty)))
        .collect();
    let keep = |at: usize| used.get(at).copied().unwrap_or(false);
    ShownTable {
        title: rows.title,
        columns: rows.columns.iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, title)| *title).collect(),
        rows: shown
            .map(|row| row.iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, cell)| shown_cell(cell)).collect())
            .collect(),
        total: grouped(rows.total),
        more: rows.total.saturating_sub(rows.rows.len().min(limit)),
    }
}

/// Leaves the first columns of a table: a card is narrow, and the tab has the others.
fn narrow(mut table: ShownTable) -> ShownTable {
    table.columns.truncate(COLUMNS);
    table.rows.iter_mut().for_each(|row| row.truncate(COLUMNS));
    table
}

fn shown_cell(cell: &Cell) -> ShownCell {
    match cell {
        Cell::Empty => ShownCell::Empty,
        Cell::Text(text) => ShownCell::Text { text: text.to_string() },
        Cell::Link(text, href) => ShownCell::Link { text: text.to_string(), href: href.to_string() },
        Cell::Word(text, tone) => ShownCell::Word { text: text.replace('_', " "), tone: *tone },
        Cell::Time(at) => ShownCell::Time { when: When::at(*at) },
        Cell::Code(text) => ShownCell::Code { text: text.to_string() },
        Cell::Number(text) => ShownCell::Number { text: text.to_string() },
    }
}

/// The size of a drawing.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 56.0;

fn charts(record: &Record) -> Vec<Chart> {
    let all = record.series.iter().flat_map(|series| &series.points).filter_map(|(_, value)| *value);
    let (least, most) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| (a.min(value), b.max(value)));
    if !least.is_finite() {
        return Vec::new();
    }
    let least = least.min(0.0);
    record.series.iter().map(|series| chart(series, least, most)).collect()
}

fn chart(series: &Series, least: f64, most: f64) -> Chart {
    let times: Vec<i64> = series.points.iter().map(|(at, _)| *at).collect();
    let (from, to) = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
    let x = |at: i64| if to > from { (at - from) as f64 / (to - from) as f64 * WIDTH } else { WIDTH / 2.0 };
    let y = |value: f64| {
        if most > least { HEIGHT - 2.0 - (value - least) / (most - least) * (HEIGHT - 4.0) } else { HEIGHT / 2.0 }
    };
    // A gap ends a line.
    let lines = series.points.split(|(_, value)| value.is_none());
    let points = lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let point = |(at, value): &(i64, Option<f64>)| format!("{:.1},{:.1}", x(*at), y(value.unwrap_or_default()));
            line.iter().map(point).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let last = series.points.iter().rev().find_map(|(_, value)| *value);
    let label = last.map_or_else(
        || series.name.to_string(),
        |last| format!("{}: {} now, at most {}", series.name, short(last), short(most)),
    );
    Chart { name: series.name.to_string(), points, label }
}

fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns the segment of the address of a tab.
#[must_use]
pub fn tab_id(tab: Tab) -> Option<&'static str> {
    match tab {
        Tab::CiCd => Some("ci-cd"),
        Tab::Kubernetes => Some("kubernetes"),
        Tab::Security => Some("security"),
        Tab::Incidents => Some("incidents"),
        Tab::Quality => Some("quality"),
        Tab::Packages => Some("packages"),
        Tab::Code => Some("code-insights"),
        Tab::None => None,
    }
}

/// Returns whether a tab has enough to show for an entity: a few rows fit on the card and need no page of their own.
/// The two tabs that everybody looks for are there as soon as there are rows.
#[must_use]
pub fn tab_applies(snapshots: &crate::snapshots::Snapshots, id: EntityId, tab: Tab) -> bool {
    let sources = snapshots.sources();
    let least = if matches!(tab, Tab::CiCd | Tab::Kubernetes) { 1 } else { ALL_ROWS + 1 };
    let of = snapshots.of(id).iter().filter(|snapshot| sources[snapshot.source].tab == tab);
    of.filter_map(|snapshot| snapshot.record.as_ref())
        .any(|record| record.tables.iter().any(|table| table.total >= least))
}

/// What a tab shows.
#[derive(Debug, Serialize)]
pub struct TabContent {
    sources: Vec<SnapshotCard>,
}

/// Returns the rows of a tab.
#[must_use]
pub fn tab_content(view: &PageContext<'_>, id: EntityId, tab: Tab) -> TabContent {
    let sources = view.portal.snapshots.sources();
    let of = view.portal.snapshots.of(id).iter().filter(|snapshot| sources[snapshot.source].tab == tab);
    let shown = of.map(|snapshot| {
        let record = snapshot.record.as_deref();
        let mut facts = record.map(|record| shown_facts(&sources[snapshot.source], record)).unwrap_or_default();
        let more = facts.split_off(facts.len().min(FACTS));
        SnapshotCard {
            facts,
            more,
            tables: record
                .map(|record| record.tables.iter().map(|rows| shown_table(rows, usize::MAX)).collect())
                .unwrap_or_default(),
            charts: record.map(charts).unwrap_or_default(),
            ..head(view, snapshot)
        }
    });
    TabContent { sources: shown.collect() }
}
