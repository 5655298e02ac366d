//! Every decision record of the portal, and the records of the organisation.

use serde::Serialize;

use super::pager::{Pager, pager_of};
use super::{PageContent, PageType, entity};
use crate::portal::Portal;
use crate::routes;
use crate::site::context::PageContext;
use crate::site::decisions::{self, List, RecordId};
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::mentions;
use crate::site::{Site, Subject};

/// Decision records: list 0 has all of them, and list `n` those of log `n - 1`, a record a page.
pub struct Decisions;

impl PageType for Decisions {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        let logs = &portal.decisions.logs;
        let total: usize = logs.iter().map(|log| log.records.len()).sum();
        let list = |page| (routes::list_page(routes::DECISIONS, page), Subject::List { list: 0, page });
        let mut pages: Vec<(String, Subject)> = (1..=total.div_ceil(decisions::ROWS)).map(list).collect();
        pages.extend(logs.iter().enumerate().flat_map(|(at, log)| {
            let entity = log.entity.map(|id| &portal.catalog.get(id).reference);
            let number = if entity.is_none() { portal.decisions.number_of(log) } else { 0 };
            log.records.iter().enumerate().map(move |(page, record)| {
                (routes::decision(entity, number, &record.id), Subject::List { list: at + 1, page })
            })
        }));
        pages
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::List { list: 0, page } => PageContent::html("decisions.html", list(view, page)),
            Subject::List { list, page } => {
                let id = (list - 1, page);
                match view.portal.decisions.logs[id.0].entity {
                    Some(entity) => PageContent::html("tabs/adrs.html", entity::decision(view, entity, id)),
                    None => PageContent::html("decisions.html", record(view, id)),
                }
            }
            _ => PageContent::nothing(),
        }
    }

    fn nav(&self, portal: &Portal, _site: &Site) -> Option<NavEntry> {
        (!portal.decisions.is_empty()).then_some(NavEntry {
            section: Section::DECISIONS,
            url: routes::DECISIONS,
            title: "Decisions",
            icon: "check",
        })
    }
}

/// What the template shows: a list, or one record.
#[derive(Debug, Serialize)]
pub struct Model {
    list: Option<List>,
    record: Option<decisions::Page>,
    /// Where the record is linked to.
    mentions: Vec<mentions::Line>,
    /// How many there are of each month, as SVG.
    timeline: Option<String>,
    pager: Option<Pager>,
}

/// Makes a page of the list; `page` counts from 1.
#[must_use]
pub fn list(view: &PageContext<'_>, page: usize) -> PageModel<Model> {
    let logs = view.portal.decisions.logs.iter().enumerate();
    let mut folders = std::collections::BTreeSet::new();
    // A folder of several entities is listed once, for the first of them.
    let logs = logs.filter(|(_, log)| folders.insert(&*log.folder));
    let mut ids: Vec<RecordId> =
        logs.flat_map(|(at, log)| (0..log.records.len()).map(move |record| (at, record))).collect();
    decisions::sort(view, &mut ids);
    let shown = ids.chunks(decisions::ROWS).nth(page - 1).unwrap_or(&[]);
    let model = Model {
        list: Some(decisions::list(view, &ids, shown, true)),
        record: None,
        mentions: Vec::new(),
        timeline: decisions::timeline(view, &ids),
        pager: pager_of(page, ids.len(), decisions::ROWS, |page| {
            view.href(&routes::list_page(routes::DECISIONS, page))
        }),
    };
    let about = About { title: Some("Decisions".to_owned()), class: "decisions", ..About::default() };
    frame(view, Section::DECISIONS, about, model)
}

/// Makes the page of a record that belongs to no entity.
#[must_use]
pub fn record(view: &PageContext<'_>, id: RecordId) -> PageModel<Model> {
    let title = view.portal.decisions.logs[id.0].records[id.1].title.clone();
    let about = About {
        title: Some(title),
        breadcrumbs: vec![(routes::DECISIONS.to_owned(), "Decisions".to_owned())],
        class: "decisions",
        ..About::default()
    };
    let model = Model {
        list: None,
        record: Some(decisions::page(view, id)),
        mentions: mentions::of_decision(view, id),
        timeline: None,
        pager: None,
    };
    frame(view, Section::DECISIONS, about, model)
}
