//! What pages say of decision records: rows of lists, the head and the text of one record, and who took the place of whom.

use std::collections::BTreeMap;

use serde::Serialize;

use super::context::{self, Chip, EntityLink, PageContext};
use super::graphs::GraphFigure;
use crate::adr::{Goal, Log, Record};
use crate::calendar::Day;
use crate::catalog::{EntityId, EntityRef};
use crate::graph::{Edge, Graph, Look, Node};
use crate::html::Html;
use crate::markdown::{DocLink, Resolved, commonmark};
use crate::routes;

/// A record of a portal: the log and its place in it, by index.
pub type RecordId = (usize, usize);

/// The most rows of a page.
pub const ROWS: usize = 1_000;

/// One row of a list of records.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    href: String,
    id: String,
    number: Option<String>,
    title: String,
    /// The word of the status, for the mark.
    status: Option<String>,
    chip: Option<Chip>,
    date: Option<Date>,
    people: Vec<Person>,
    /// Whose decision it is, in lists of several.
    entity: Option<EntityLink>,
    owner: Option<EntityLink>,
    system: Option<EntityLink>,
    /// The file, for links of Backstage that name it.
    file: String,
}

/// A day.
#[derive(Debug, Clone, Serialize)]
pub struct Date {
    day: String,
    words: String,
}

/// Somebody who is named.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    text: String,
    link: Option<EntityLink>,
}

/// A list of records.
#[derive(Debug, Serialize)]
pub struct List {
    /// By folder; the first is that of records right in the folder of the log.
    groups: Vec<Group>,
    /// How many have each status.
    sums: Vec<Sum>,
    total: String,
    /// Whether rows say whose they are.
    is_shared: bool,
    picture: Option<GraphFigure>,
}

/// The records of one folder.
#[derive(Debug, Serialize)]
struct Group {
    title: Option<String>,
    rows: Vec<Row>,
}

/// How many records have a status.
#[derive(Debug, Serialize)]
struct Sum {
    status: String,
    chip: Chip,
    count: String,
}

/// The link to a record.
#[derive(Debug, Clone, Serialize)]
pub struct RecordLink {
    href: String,
    title: String,
    number: Option<String>,
}

/// A record on its own page.
#[derive(Debug, Serialize)]
pub struct Page {
    row: Row,
    status_text: Option<String>,
    consulted: Vec<Person>,
    informed: Vec<Person>,
    tags: Vec<String>,
    supersedes: Vec<RecordLink>,
    superseded_by: Vec<RecordLink>,
    /// The records that hold today, if this one does not.
    successors: Vec<RecordLink>,
    /// Other relations, with the words for them.
    related: Vec<(String, Vec<RecordLink>)>,
    html: String,
    previous: Option<RecordLink>,
    next: Option<RecordLink>,
    edit: Option<String>,
    /// The same document in a documentation site.
    documentation: Option<String>,
}

/// Returns the tone in which a status is shown.
fn chip(status: &str) -> Chip {
    let tone = match status {
        "accepted" | "approved" => "good",
        "draft" | "proposed" | "pending" | "amended" => "note",
        "deprecated" | "superseded" => "warn",
        "rejected" | "withdrawn" => "error",
        _ => "plain",
    };
    let mut letters = status.chars();
    let text = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    Chip { text, tone }
}

/// Returns the address of a record.
#[must_use]
pub fn url(view: &PageContext<'_>, (log, record): RecordId) -> String {
    let decisions = &view.portal.decisions;
    let of = &decisions.logs[log];
    let number = if of.entity.is_none() { decisions.number_of(of) } else { 0 };
    routes::decision(of.entity.map(|id| &view.entity(id).reference), number, &of.records[record].id)
}

fn number(record: &Record) -> Option<String> {
    record.number.map(|number| format!("{number:04}"))
}

fn link(view: &PageContext<'_>, id: RecordId) -> RecordLink {
    let record = &view.portal.decisions.logs[id.0].records[id.1];
    RecordLink { href: view.href(&url(view, id)), title: record.title.clone(), number: number(record) }
}

fn people(view: &PageContext<'_>, names: &[String]) -> Vec<Person> {
    let person = |name: &String| {
        let bare = name.strip_prefix('@').unwrap_or(name);
        let is_reference = name.starts_with('@') || name.starts_with("user:") || name.starts_with("group:");
        let find = |kind| {
            let reference = EntityRef::parse(bare, Some(kind), "default").ok()?;
            view.portal.catalog.find(reference.as_str())
        };
        let id = is_reference.then(|| find("user").or_else(|| find("group"))).flatten();
        Person { text: name.clone(), link: id.map(|id| view.link(id)) }
    };
    names.iter().map(person).collect()
}

fn date(day: &str) -> Option<Date> {
    Some(Date { day: day.to_owned(), words: Day::parse(day)?.words() })
}

/// Makes a row; `is_shared` names whose it is.
fn row(view: &PageContext<'_>, id: RecordId, is_shared: bool) -> Row {
    let log = &view.portal.decisions.logs[id.0];
    let record = &log.records[id.1];
    let entity = log.entity.filter(|_| is_shared);
    Row {
        href: view.href(&url(view, id)),
        id: record.id.clone(),
        number: number(record),
        title: record.title.clone(),
        chip: record.status.as_deref().map(chip),
        status: record.status.clone(),
        date: record.date.as_deref().and_then(date),
        people: people(view, &record.deciders),
        entity: entity.map(|id| view.link(id)),
        owner: entity.and_then(|id| view.owner(view.entity(id))),
        system: entity.and_then(|id| view.part_of(view.entity(id), "system")),
        file: format!("{}.md", record.id),
    }
}

/// Orders records: the newest first; those without a date by their files, backwards.
pub fn sort(view: &PageContext<'_>, ids: &mut [RecordId]) {
    let record = |id: &RecordId| &view.portal.decisions.logs[id.0].records[id.1];
    ids.sort_by(|a, b| {
        let key = |id: &RecordId| (record(id).date.clone(), record(id).number, record(id).path.clone());
        key(b).cmp(&key(a)).then(a.cmp(b))
    });
}

/// Counts records by status; `None` is none.
fn sums(view: &PageContext<'_>, ids: &[RecordId]) -> Vec<Sum> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids {
        let record = &view.portal.decisions.logs[id.0].records[id.1];
        *counts.entry(record.status.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(status, count)| (std::cmp::Reverse(*count), *status));
    let sum = |(status, count): (&str, usize)| Sum {
        status: status.to_owned(),
        chip: if status.is_empty() { Chip { text: "No status".to_owned(), tone: "plain" } } else { chip(status) },
        count: context::grouped(count),
    };
    counts.into_iter().map(sum).collect()
}

/// Makes a list of records, of which `shown` are on this page.
#[must_use]
pub fn list(view: &PageContext<'_>, all: &[RecordId], shown: &[RecordId], is_shared: bool) -> List {
    let mut groups: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for id in shown {
        let record = &view.portal.decisions.logs[id.0].records[id.1];
        let group = if is_shared { "" } else { record.group() };
        groups.entry(group).or_default().push(row(view, *id, is_shared));
    }
    let title = |group: &str| (!group.is_empty()).then(|| group.to_owned());
    List {
        groups: groups.into_iter().map(|(group, rows)| Group { title: title(group), rows }).collect(),
        sums: sums(view, all),
        total: context::grouped(all.len()),
        is_shared,
        picture: if is_shared { None } else { supersession(view, all) },
    }
}

/// Returns the records of an entity, and those of its parts.
#[must_use]
pub fn of_entity(view: &PageContext<'_>, id: EntityId) -> (Vec<RecordId>, bool) {
    let mut ids = Vec::new();
    let logs = logs_of(view.portal, id);
    for (at, log) in &logs {
        ids.extend((0..log.records.len()).map(|record| (*at, record)));
    }
    let is_own = matches!(&*logs, [(_, log)] if log.entity == Some(id));
    sort(view, &mut ids);
    (ids, !is_own)
}

/// Returns the logs of an entity and of its parts, each folder once.
#[must_use]
pub fn logs_of(portal: &crate::portal::Portal, id: EntityId) -> Vec<(usize, &Log)> {
    let decisions = &portal.decisions;
    let mut found: Vec<(usize, &Log)> = decisions.of(id).into_iter().collect();
    let entity = portal.catalog.get(id);
    if matches!(entity.reference.kind(), "system" | "domain") && !decisions.logs.is_empty() {
        let mut open: Vec<EntityId> = entity.related("hasPart").filter_map(|part| part.id).collect();
        let mut seen = std::collections::BTreeSet::from([id]);
        while let Some(part) = open.pop() {
            if !seen.insert(part) {
                continue;
            }
            found.extend(decisions.of(part));
            let below = portal.catalog.get(part);
            if below.reference.kind() == "system" {
                open.extend(below.related("hasPart").filter_map(|part| part.id));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    let mut folders = std::collections::BTreeSet::new();
    found.retain(|(_, log)| !log.records.is_empty() && folders.insert(std::sync::Arc::clone(&log.folder)));
    found
}

/// Makes the page of a record.
#[must_use]
pub fn page(view: &PageContext<'_>, id: RecordId) -> Page {
    let (log_at, at) = id;
    let log = &view.portal.decisions.logs[log_at];
    let record = &log.records[at];
    let links = |indexes: &[usize]| indexes.iter().map(|at| link(view, (log_at, *at))).collect();
    let mut related: Vec<(String, Vec<RecordLink>)> = Vec::new();
    for (words, to) in &record.links {
        let to = link(view, (log_at, *to));
        match related.iter_mut().find(|(known, _)| known == words) {
            Some((_, links)) => links.push(to),
            None => related.push((words.clone(), vec![to])),
        }
    }
    let html = commonmark::render(&record.text, &|link| resolve(view, log_at, record, link)).html;
    Page {
        status_text: record.status_text.clone().filter(|text| {
            let said = text.to_lowercase();
            Some(said.trim_end_matches('.')) != record.status.as_deref()
        }),
        consulted: people(view, &record.consulted),
        informed: people(view, &record.informed),
        tags: record.tags.clone(),
        supersedes: links(&record.supersedes),
        superseded_by: links(&record.superseded_by),
        successors: links(&log.successors(at)),
        related,
        html,
        previous: at.checked_sub(1).map(|at| link(view, (log_at, at))),
        next: (at + 1 < log.records.len()).then(|| link(view, (log_at, at + 1))),
        edit: record.edit.clone(),
        documentation: record.document.map(|(site, page)| {
            let site = &view.portal.docs.sites[site];
            view.href(&routes::docs_page(&view.entity(site.entity).reference, &site.pages[page].path))
        }),
        row: row(view, id, false),
    }
}

/// Decides where a link of a record leads from its page.
fn resolve(view: &PageContext<'_>, log: usize, record: &Record, link: &DocLink) -> Resolved {
    let to = |href: String| Resolved { href: Some(href), broken: false };
    match record.goal(link) {
        Goal::Record(file, place) => match view.portal.decisions.by_file(*file, log) {
            Some(id) => to(view.href(&url(view, id)) + place),
            None => Resolved::default(),
        },
        Goal::Entity(id) => Resolved { href: view.link(*id).href, broken: false },
        Goal::Page(site, page, place) => match view.portal.docs.sites.get(*site) {
            Some(site) => {
                let reference = &view.entity(site.entity).reference;
                to(view.href(&routes::docs_page(reference, &site.pages[*page].path)) + place)
            }
            None => Resolved::default(),
        },
        Goal::Picture(picture) => {
            let of = &view.portal.decisions.logs[log];
            to(view.href(&picture_url(view, of, *picture)))
        }
        Goal::Source(url) => Resolved::as_written(url),
        Goal::AsWritten if link.target.starts_with('#') => Resolved::as_written(&link.target),
        Goal::AsWritten => context::outward(link),
        Goal::Outside => Resolved::default(),
        Goal::Nowhere => Resolved { href: None, broken: true },
    }
}

fn picture_url(view: &PageContext<'_>, log: &Log, picture: usize) -> String {
    let decisions = &view.portal.decisions;
    let number = if log.entity.is_none() { decisions.number_of(log) } else { 0 };
    let entity = log.entity.map(|id| &view.entity(id).reference);
    routes::decision_picture(entity, number, picture, &log.pictures[picture].1)
}

/// Draws how many records there are of each month, as SVG.
#[must_use]
pub fn timeline(view: &PageContext<'_>, ids: &[RecordId]) -> Option<String> {
    const MONTHS: i64 = 36;
    const HEIGHT: usize = 60;
    const WIDTH: usize = 14;
    let days = ids.iter().filter_map(|id| view.portal.decisions.logs[id.0].records[id.1].date.as_deref());
    let month = |day: &Day| day.year * 12 + i64::from(day.month) - 1;
    let months: Vec<i64> = days.filter_map(Day::parse).map(|day| month(&day)).collect();
    let (first, last) = (*months.iter().min()?, *months.iter().max()?);
    if first == last {
        return None;
    }
    let first = first.max(last - MONTHS + 1);
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for month in months.iter().filter(|month| **month >= first) {
        *counts.entry(*month).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    let span = usize::try_from(last - first + 1).ok()?;
    let width = span * WIDTH;
    let mut out = Html::new();
    let label = format!("Decisions by month, {} in all", counts.values().sum::<usize>());
    out.start("svg")
        .attribute("class", "timeline")
        .attribute("viewBox", &format!("0 0 {width} {}", HEIGHT + 18))
        .attribute("role", "img")
        .attribute("aria-label", &label);
    for (nth, month) in (first..=last).enumerate() {
        let count = counts.get(&month).copied().unwrap_or_default();
        let (year, in_year) = (month.div_euclid(12), month.rem_euclid(12));
        if count > 0 {
            let height = (count * HEIGHT).div_ceil(most).max(3);
            let named = usize::try_from(in_year).ok().and_then(|at| crate::calendar::MONTHS.get(at)).copied();
            out.start("rect")
                .attribute("x", &(nth * WIDTH + 2).to_string())
                .attribute("y", &(HEIGHT - height).to_string())
                .attribute("width", &(WIDTH - 4).to_string())
                .attribute("height", &height.to_string())
                .attribute("rx", "2");
            out.start("title");
            out.text(&format!("{} {year}: {count}", named.unwrap_or_default()));
            out.end("title");
            out.end("rect");
        }
        if in_year == 0 || nth == 0 {
            out.start("text").attribute("x", &(nth * WIDTH + 2).to_string()).attribute("y", &(HEIGHT + 14).to_string());
            out.text(&year.to_string());
            out.end("text");
        }
    }
    out.end("svg");
    Some(out.into_string())
}

/// Draws which decision records took the place of which, among those given.
fn supersession(view: &PageContext<'_>, ids: &[RecordId]) -> Option<GraphFigure> {
    let logs = &view.portal.decisions.logs;
    let is_part = |record: &Record| !record.supersedes.is_empty() || !record.superseded_by.is_empty();
    let mut shown: Vec<RecordId> = ids.iter().copied().filter(|id| is_part(&logs[id.0].records[id.1])).collect();
    shown.sort_unstable();
    let mut graph = Graph::default();
    let label = graph.label("");
    for (log, record) in &shown {
        let of = &logs[*log].records[*record];
        let number = of.number.map(|number| format!("{number:04} ")).unwrap_or_default();
        graph.nodes.push(Node {
            label: format!("{number}{}", context::shortened(&of.title, 40)),
            note: None,
            hint: Some(of.title.clone()),
            href: Some(view.href(&url(view, (*log, *record)))),
            class: "other",
            look: if of.superseded_by.is_empty() { Look::Plain } else { Look::Outside },
        });
    }
    for (from, (log, record)) in shown.iter().enumerate() {
        for by in &logs[*log].records[*record].superseded_by {
            if let Ok(to) = shown.binary_search(&(*log, *by)) {
                graph.edges.push(Edge { from, to, label });
            }
        }
    }
    GraphFigure::plain(graph, "Which decision took the place of which", "What has been superseded has a dashed border.")
}
