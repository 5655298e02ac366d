//! The newest changes of entities and documents.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{PageContext, date, kind_display};
use crate::adr::Record;
use crate::calendar::Day;
use crate::catalog::{Entity, EntityId};
use crate::config::Config;
use crate::docs::{DocsPage, DocsSite};
use crate::portal::Portal;
use crate::routes;
use crate::workspace::{LastChange, Workspace};

/// The last change of a file.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Changed {
    /// Such as `2026-11-21`.
    pub day: String,
    /// Such as `21 November 2026`.
    pub words: String,
    /// Who made it.
    pub author: String,
}

impl Changed {
    /// Formats a change.
    #[must_use]
    pub fn new(change: &LastChange) -> Self {
        let (day, words) = date::day(change.time);
        Self { day, words, author: change.author.to_string() }
    }
}

/// A change of an entity or a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, in seconds since 1970 UTC.
    pub time: i64,
    /// What the entity or document is called.
    pub title: String,
    /// Its kind, or what documentation it is in.
    pub what: String,
    /// Where it is.
    pub url: String,
    /// Who made it.
    pub author: Arc<str>,
}

impl Change {
    fn of_entity(entity: &Entity, config: &Config, change: &LastChange) -> Self {
        Self {
            time: change.time,
            title: entity.title().to_owned(),
            what: kind_display::face(&entity.kind, config).one,
            url: routes::entity(&entity.reference),
            author: Arc::clone(&change.author),
        }
    }

    /// Returns the last change of a document, if it is known.
    fn of_page(portal: &Portal, site: &DocsSite, page: &DocsPage) -> Option<Self> {
        let change = page.last_change.as_ref()?;
        Some(Self {
            time: change.time,
            title: page.title.clone(),
            what: site.title.clone(),
            url: routes::docs_page(&portal.catalog.get(site.entity).reference, &page.path),
            author: Arc::clone(&change.author),
        })
    }
}

/// A change as lists of pages show it.
#[derive(Debug, serde::Serialize)]
pub struct ChangeLine {
    href: String,
    title: String,
    what: String,
    changed: Changed,
}

impl ChangeLine {
    /// Links from a page to what changed.
    #[must_use]
    pub fn new(view: &PageContext<'_>, change: &Change) -> Self {
        let (day, words) = date::day(change.time);
        Self {
            href: view.href(&change.url),
            title: change.title.clone(),
            what: change.what.clone(),
            changed: Changed { day, words, author: change.author.to_string() },
        }
    }
}

/// Changes that are kept.
const CHANGES: usize = 60;
/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// Collects the newest changes, newest first.
pub(super) fn changes(workspace: &Workspace, portal: &Portal, changed: &[Option<LastChange>]) -> Vec<Change> {
    let config = workspace.config();
    let entities = portal.catalog.entities().iter().zip(changed);
    let entities = entities.filter_map(|(entity, changed)| Some(Change::of_entity(entity, config, changed.as_ref()?)));
    let documents = portal.docs.sites.iter().flat_map(|site| of_pages(portal, site));
    newest_first(documents.chain(entities).collect())
}

/// Returns the last changes of the documents of a site.
pub(super) fn of_pages(portal: &Portal, site: &DocsSite) -> impl Iterator<Item = Change> {
    site.pages.iter().filter_map(move |page| Change::of_page(portal, site, page))
}

/// Returns the last change of an entity.
pub(super) fn of_entity(view: &PageContext<'_>, id: EntityId) -> Option<Change> {
    Some(Change::of_entity(view.entity(id), view.site.config(), view.site.changed(id)?))
}

/// Returns when a decision of an entity was made, with the day as written, as a change.
pub(super) fn of_decision(view: &PageContext<'_>, id: EntityId, record: &Record) -> Option<Change> {
    let entity = view.entity(id);
    let day = Day::parse(record.date.as_deref()?)?;
    Some(Change {
        time: day.number() * DAY,
        title: record.title.clone(),
        what: "Decision".to_owned(),
        url: routes::decision(Some(&entity.reference), 0, &record.id),
        author: record.deciders.first().map_or_else(|| entity.title().into(), |name| name.as_str().into()),
    })
}

/// What of an entity changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Entity,
    /// Index into the pages of its documentation.
    Page(usize),
    /// Index into its decisions.
    Decision(usize),
}

/// Returns the `count` newest changes of some entities, their documentation and their decisions, newest first.
#[must_use]
pub(super) fn newest_of(view: &PageContext<'_>, ids: impl Iterator<Item = EntityId>, count: usize) -> Vec<ChangeLine> {
    // Times come first: the groups of a large organisation own thousands of documents, of which few are shown.
    let mut times: Vec<(Reverse<i64>, EntityId, Part)> = Vec::new();
    let records = |id| view.portal.decisions.of(id).map_or(&[][..], |(_, log)| &log.records);
    for id in ids {
        times.extend(view.site.changed(id).map(|change| (Reverse(change.time), id, Part::Entity)));
        let pages = view.portal.docs.site(id).into_iter().flat_map(|site| site.pages.iter().enumerate());
        times.extend(
            pages.filter_map(|(at, page)| Some((Reverse(page.last_change.as_ref()?.time), id, Part::Page(at)))),
        );
        let day = |record: &Record| Some(Day::parse(record.date.as_deref()?)?.number() * DAY);
        let decisions = records(id).iter().enumerate();
        times.extend(decisions.filter_map(|(at, record)| Some((Reverse(day(record)?), id, Part::Decision(at)))));
    }
    if times.len() > count {
        times.select_nth_unstable(count);
        times.truncate(count);
    }
    times.sort_unstable();
    let change = |(_, id, part): (_, EntityId, Part)| match part {
        Part::Entity => of_entity(view, id),
        Part::Page(page) => {
            let site = view.portal.docs.site(id)?;
            Change::of_page(view.portal, site, site.pages.get(page)?)
        }
        Part::Decision(at) => of_decision(view, id, records(id).get(at)?),
    };
    times.into_iter().filter_map(change).map(|change| ChangeLine::new(view, &change)).collect()
}

pub(crate) fn newest_first(mut changes: Vec<Change>) -> Vec<Change> {
    // The sort is stable, so what changed at once stays in the order of references.
    changes.sort_by_key(|change| std::cmp::Reverse(change.time));
    changes.truncate(CHANGES);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_change_comes_first_and_the_oldest_are_left_out() {
        let change = |time: i64| Change {
            time,
            title: time.to_string(),
            what: String::new(),
            url: String::new(),
            author: "Ann".into(),
        };
        let times = |changes: Vec<i64>| -> Vec<i64> {
            newest_first(changes.into_iter().map(change).collect()).iter().map(|change| change.time).collect()
        };
        assert_eq!(times(vec![2, 3, 1]), [3, 2, 1]);
        let many: Vec<i64> = (0..100).collect();
        let newest: Vec<i64> = (0..100).rev().take(CHANGES).collect();
        assert_eq!(times(many), newest);
    }
}
