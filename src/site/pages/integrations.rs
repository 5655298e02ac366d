//! What other tools know, by source: the state of each, one row per entity; and what needs attention now.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{PageContent, PageType};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::snapshots::{When, label, words};
use crate::site::{Site, Subject};
use crate::snapshots::facts::{Bad, Fact, Tone, info};
use crate::snapshots::{Snapshot, SourceInUse, State};

/// Rows of a page.
const ROWS: usize = 2_000;
/// Facts that are columns.
const COLUMNS: usize = 6;
/// Rows about what needs attention.
const BURNING: usize = 500;

/// The sources.
pub struct Integrations;

/// What needs attention now.
pub struct Attention;

/// The list of sources among the pages of [`Integrations`].
const INDEX: usize = usize::MAX;

impl PageType for Integrations {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        if portal.snapshots.is_empty() {
            return Vec::new();
        }
        let sources = portal.snapshots.sources().iter().enumerate();
        let pages = sources.map(|(at, source)| (routes::integration(&source.id), Subject::List { list: at, page: 1 }));
        let index = (routes::INTEGRATIONS.to_owned(), Subject::List { list: INDEX, page: 1 });
        std::iter::once(index).chain(pages).collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::List { list: INDEX, .. } => PageContent::html("integrations.html", index(view)),
            Subject::List { list, .. } => PageContent::html("integration.html", source(view, list)),
            _ => PageContent::nothing(),
        }
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

impl PageType for Attention {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        let page = (routes::ATTENTION.to_owned(), Subject::Portal);
        if portal.snapshots.is_empty() { Vec::new() } else { vec![page] }
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("attention.html", attention(view))
    }

    fn nav(&self, portal: &Portal, _site: &Site) -> Option<NavEntry> {
        let entry = NavEntry { section: Section::ATTENTION, url: routes::ATTENTION, title: "Attention", icon: "siren" };
        (!portal.snapshots.is_empty()).then_some(entry)
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

/// The list of sources.
#[derive(Debug, Serialize)]
pub struct Index {
    sources: Vec<IndexRow>,
    attention: String,
}

/// The state of a source.
#[derive(Debug, Serialize)]
pub struct IndexRow {
    href: String,
    id: String,
    title: String,
    icon: &'static str,
    /// How many entities are in each state, those that occur.
    states: Vec<(&'static str, usize)>,
    oldest: Option<When>,
    newest: Option<When>,
    ttl: String,
}

/// Returns a row for each source.
#[must_use]
pub fn rows(view: &PageContext<'_>) -> Vec<IndexRow> {
    let snapshots = &view.portal.snapshots;
    let mut counts: Vec<BTreeMap<State, usize>> = vec![BTreeMap::new(); snapshots.sources().len()];
    let mut ages: Vec<Option<(i64, i64)>> = vec![None; snapshots.sources().len()];
    for (id, _) in view.portal.catalog.iter() {
        for one in snapshots.of(id) {
            *counts[one.source].entry(one.state).or_default() += 1;
            if let Some(at) = one.fetched {
                ages[one.source] = Some(ages[one.source].map_or((at, at), |(a, b)| (a.min(at), b.max(at))));
            }
        }
    }
    let row = |(at, source): (usize, &SourceInUse)| IndexRow {
        href: view.href(&routes::integration(&source.id)),
        id: source.id.clone(),
        title: source.title.clone(),
        icon: source.icon,
        states: counts[at].iter().map(|(state, count)| (state.as_str(), *count)).collect(),
        oldest: ages[at].map(|(oldest, _)| When::at(oldest)),
        newest: ages[at].map(|(_, newest)| When::at(newest)),
        ttl: period(source.ttl),
    };
    snapshots.sources().iter().enumerate().map(row).collect()
}

fn period(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 && s > 86_400 => format!("{} days", s / 86_400),
        s if s % 3_600 == 0 => format!("{} h", s / 3_600),
        s => format!("{} min", s / 60),
    }
}

fn index(view: &PageContext<'_>) -> PageModel<Index> {
    let model = Index { sources: rows(view), attention: view.href(routes::ATTENTION) };
    let about = About { title: Some("Integrations".to_owned()), class: "list", ..About::default() };
    frame(view, Section::ATTENTION, about, model)
}

/// The page of a source.
#[derive(Debug, Serialize)]
pub struct SourcePage {
    id: String,
    title: String,
    icon: &'static str,
    columns: Vec<String>,
    rows: Vec<SourceRow>,
    more: usize,
}

/// An entity of a source.
#[derive(Debug, Serialize)]
struct SourceRow {
    link: EntityLink,
    state: &'static str,
    tone: Tone,
    cells: Vec<Option<RowCell>>,
    fetched: Option<When>,
    message: Option<String>,
}

/// A fact of an entity.
#[derive(Debug, Serialize)]
struct RowCell {
    text: String,
    /// By which rows are sorted.
    value: String,
    tone: Tone,
    when: Option<When>,
}

fn source(view: &PageContext<'_>, at: usize) -> PageModel<SourcePage> {
    let snapshots = &view.portal.snapshots;
    let source = &snapshots.sources()[at];
    let mut of: Vec<(EntityId, &Snapshot)> = Vec::new();
    let mut names: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for (id, _) in view.portal.catalog.iter() {
        if let Some(one) = snapshots.of(id).iter().find(|one| one.source == at) {
            of.push((id, one));
            for (name, _) in one.record.iter().flat_map(|record| record.facts.iter()) {
                *names.entry((label(source, name).0, name.to_owned())).or_default() += 1;
            }
        }
    }
    let shown: Vec<String> = names.into_keys().map(|(_, name)| name).take(COLUMNS).collect();
    // The worst first; among the same, as the catalog has them.
    of.sort_by_key(|(_, one)| (one.state, std::cmp::Reverse(one.tone())));
    let more = of.len().saturating_sub(ROWS);
    let rows = of.iter().take(ROWS).map(|(id, one)| SourceRow {
        link: view.link(*id),
        state: one.state.as_str(),
        tone: one.tone(),
        cells: shown
            .iter()
            .map(|name| {
                let record = one.record.as_ref()?;
                let fact = record.facts.get(name)?;
                let (_, _, unit) = label(source, name);
                let when = if let Fact::Time(at) = fact { Some(When::at(*at)) } else { None };
                let (text, tone) = (words(name, fact, &unit), record.tone_of(name, fact));
                Some(RowCell { text, value: fact.plain(), tone, when })
            })
            .collect(),
        fetched: one.fetched.map(When::at),
        message: one.message.as_ref().map(ToString::to_string),
    });
    let model = SourcePage {
        id: source.id.clone(),
        title: source.title.clone(),
        icon: source.icon,
        columns: shown.iter().map(|name| label(source, name).1).collect(),
        rows: rows.collect(),
        more,
    };
    let breadcrumbs = vec![(routes::INTEGRATIONS.to_owned(), "Integrations".to_owned())];
    let about = About { title: Some(source.title.clone()), class: "list", breadcrumbs, ..About::default() };
    frame(view, Section::ATTENTION, about, model)
}

/// What needs attention now.
#[derive(Debug, Serialize)]
pub struct AttentionPage {
    owners: Vec<OwnerGroup>,
    total: String,
    failed: Option<String>,
    more: usize,
    integrations: String,
}

/// What needs attention, of one owner.
#[derive(Debug, Serialize)]
struct OwnerGroup {
    owner: Option<EntityLink>,
    rows: Vec<BurningRow>,
}

/// What needs attention, of one entity in one source.
#[derive(Debug, Serialize)]
struct BurningRow {
    link: EntityLink,
    source: String,
    href: String,
    icon: &'static str,
    facts: Vec<String>,
    fetched: Option<When>,
}

fn attention(view: &PageContext<'_>) -> PageModel<AttentionPage> {
    let snapshots = &view.portal.snapshots;
    let mut by_owner: BTreeMap<(bool, String), (Option<EntityId>, Vec<BurningRow>)> = BTreeMap::new();
    let (mut total, mut failed) = (0, 0);
    for (id, _) in view.portal.catalog.iter() {
        for one in snapshots.of(id) {
            failed += usize::from(one.state == State::Error);
            let facts = burning(&snapshots.sources()[one.source], one);
            if facts.is_empty() {
                continue;
            }
            total += 1;
            if total > BURNING {
                continue;
            }
            let source = &snapshots.sources()[one.source];
            let owner = view.site.mention(id).owner;
            let name = owner.map(|owner| view.site.mention(owner).title.to_lowercase());
            by_owner.entry((owner.is_none(), name.unwrap_or_default())).or_insert((owner, Vec::new())).1.push(
                BurningRow {
                    link: view.link(id),
                    source: source.title.clone(),
                    href: view.href(&routes::integration(&source.id)),
                    icon: source.icon,
                    facts,
                    fetched: one.fetched.map(When::at),
                },
            );
        }
    }
    let owners =
        by_owner.into_values().map(|(owner, rows)| OwnerGroup { owner: owner.map(|owner| view.link(owner)), rows });
    let model = AttentionPage {
        owners: owners.collect(),
        total: context::count(total, "thing needs attention", "things need attention"),
        failed: (failed > 0)
            .then(|| context::count(failed, "answer could not be fetched", "answers could not be fetched")),
        more: total.saturating_sub(BURNING),
        integrations: view.href(routes::INTEGRATIONS),
    };
    let about = About { title: Some("Attention".to_owned()), class: "list", ..About::default() };
    frame(view, Section::ATTENTION, about, model)
}

/// Returns the facts that need attention, in words.
fn burning(source: &SourceInUse, one: &Snapshot) -> Vec<String> {
    let Some(record) = &one.record else { return Vec::new() };
    let mut facts: Vec<(usize, String)> = record
        .facts
        .iter()
        .filter(|(name, fact)| record.tone_of(name, fact) == Tone::Bad)
        .map(|(name, fact)| {
            let (rank, label, unit) = label(source, name);
            // A word says it by itself; `green: no` only repeats what fails.
            let is_flag = info(name).is_some_and(|(_, info)| info.bad == Bad::No);
            (rank, if is_flag { String::new() } else { format!("{label}: {}", words(name, fact, &unit)) })
        })
        .filter(|(_, words)| !words.is_empty())
        .collect();
    facts.sort();
    facts.into_iter().map(|(_, words)| words).take(3).collect()
}
