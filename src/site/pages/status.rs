//! What was built: how much of everything, and how well it went.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{PageContent, PageType};
use crate::diag::Severity;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, PageContext};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::{Changed, date};
use crate::site::{Site, Subject};

/// What was built.
pub struct Status;

impl PageType for Status {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::STATUS.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("status.html", model(view))
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    /// Words and numbers.
    facts: Vec<(String, String)>,
    /// Severity, its name, and how many problems have it.
    severities: Vec<(&'static str, String)>,
    /// Rules with the number of their problems, most frequent first.
    rules: Vec<(&'static str, String)>,
    problems: String,
    /// The state of the snapshots.
    sources: Vec<super::integrations::IndexRow>,
    changes: Vec<Entry>,
    /// Addresses for programs: words and link.
    machine: Vec<(&'static str, String, &'static str)>,
}

/// A change.
#[derive(Debug, Serialize)]
struct Entry {
    href: String,
    title: String,
    what: String,
    changed: Changed,
}

/// Changes that are listed.
const LISTED: usize = 20;

/// Makes the page.
#[must_use]
pub fn model(view: &PageContext<'_>) -> PageModel<Model> {
    let site = view.site;
    let documents: usize = view.portal.docs.sites.iter().map(|docs| docs.pages.len()).sum();
    let mut facts: Vec<(String, String)> =
        site.kinds().iter().map(|group| (group.face.many.clone(), context::grouped(group.entities.len()))).collect();
    facts.push(("Documentation sites".to_owned(), context::grouped(view.portal.docs.sites.len())));
    facts.push(("Documents".to_owned(), context::grouped(documents)));
    let count = |severity: Severity| site.problems().iter().filter(|problem| problem.severity == severity).count();
    let severities = [
        ("error", context::count(count(Severity::Error), "error", "errors")),
        ("warning", context::count(count(Severity::Warning), "warning", "warnings")),
        ("info", context::count(count(Severity::Info), "note", "notes")),
    ];
    let mut rules: BTreeMap<&'static str, usize> = BTreeMap::new();
    for problem in site.problems() {
        *rules.entry(problem.code).or_default() += 1;
    }
    let mut rules: Vec<(&'static str, usize)> = rules.into_iter().collect();
    rules.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let changes = site.changes().iter().take(LISTED).map(|change| {
        let (day, words) = date::day(change.time);
        Entry {
            href: view.href(&change.url),
            title: change.title.clone(),
            what: change.what.clone(),
            changed: Changed { day, words, author: change.author.to_string() },
        }
    });
    let mut machine = vec![
        ("All entities as JSON", view.href(&routes::api_file("entities.json")), "raw"),
        ("All entities as a table", view.href(&routes::api_file("entities.csv")), "file"),
        ("For language models", view.href(routes::LLMS), "file"),
    ];
    if site.base_url().is_some() {
        machine.push(("Feed of changes", view.href(routes::FEED), "clock"));
    }
    let model = Model {
        facts,
        severities: severities.to_vec(),
        rules: rules.into_iter().map(|(rule, count)| (rule, context::grouped(count))).collect(),
        problems: view.href(routes::PROBLEMS),
        sources: super::integrations::rows(view),
        changes: changes.collect(),
        machine,
    };
    let about = About { title: Some("Status".to_owned()), class: "status", ..About::default() };
    frame(view, Section::HOME, about, model)
}
