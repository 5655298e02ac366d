//! Every problem of the build, by file and by owner.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{PageContent, PageType};
use crate::catalog::{EntityId, kinds};
use crate::diag::Severity;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::problems::{Place, Problem};
use crate::site::{Site, Subject};

/// A page with more problems than this helps nobody; `playbill check` has them all.
const SHOWN: usize = 1_000;
/// Maximum number of entities concerned by one problem that are named.
const ENTITIES: usize = 20;

/// The problems of the build.
pub struct Problems;

impl PageType for Problems {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::PROBLEMS.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("problems.html", model(view))
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    total: usize,
    counts: Vec<Count>,
    files: Vec<FileGroup>,
    owners: Vec<Owner>,
    /// How many are left out.
    unlisted: usize,
}

/// How many of one severity.
#[derive(Debug, Serialize)]
struct Count {
    severity: &'static str,
    text: String,
}

/// The problems of one file.
#[derive(Debug, Serialize)]
struct FileGroup {
    path: String,
    count: usize,
    problems: Vec<Item>,
}

/// One problem.
#[derive(Debug, Serialize)]
struct Item {
    /// The anchor, `p` and the number from 1.
    number: usize,
    severity: &'static str,
    code: &'static str,
    /// HTML, as the help and the texts of places.
    message: String,
    help: Option<String>,
    /// The entities concerned, as many as are read.
    entities: Vec<EntityLink>,
    place: Option<Place>,
    others: Vec<Place>,
    /// The other places of the same cause, and how many there are beyond those listed.
    elsewhere: Vec<String>,
    count: usize,
    unlisted: usize,
}

/// Whose problems they are.
#[derive(Debug, Serialize)]
struct Owner {
    link: Option<EntityLink>,
    count: usize,
    /// Number, and message as HTML.
    problems: Vec<(usize, String)>,
}

/// Makes the page.
#[must_use]
pub fn model(view: &PageContext<'_>) -> PageModel<Model> {
    let problems = view.site.problems();
    let mut files: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    let mut owners: BTreeMap<String, Owner> = BTreeMap::new();
    for (at, problem) in problems.iter().enumerate().take(SHOWN) {
        let path = problem.places.first().map_or("", |place| place.path.as_str());
        files.entry(path).or_default().push(item(view, at + 1, problem));
        let owner = |id: &EntityId| {
            let entity = view.entity(*id);
            // A team answers for its own page.
            if kinds::of(entity.reference.kind()).is_some_and(|kind| kind.can_own) {
                Some(view.link(*id))
            } else {
                view.owner(entity)
            }
        };
        let mut links: Vec<Option<EntityLink>> = problem.entities.iter().map(owner).collect();
        if links.is_empty() {
            links.push(None);
        }
        let key = |link: &Option<EntityLink>| link.as_ref().map_or(String::new(), |link| link.reference.clone());
        links.sort_by_cached_key(key);
        links.dedup_by_key(|link| key(link));
        for link in links {
            let owner = owners.entry(key(&link)).or_insert(Owner { link, count: 0, problems: Vec::new() });
            owner.count += 1;
            owner.problems.push((at + 1, context::with_code(&problem.message)));
        }
    }
    let count = |severity: Severity, one: &str, many: &str| {
        let count = problems.iter().filter(|problem| problem.severity == severity).count();
        (count > 0).then(|| Count { severity: severity.as_str(), text: context::count(count, one, many) })
    };
    let counts = [
        count(Severity::Error, "error", "errors"),
        count(Severity::Warning, "warning", "warnings"),
        count(Severity::Info, "note", "notes"),
    ];
    let mut owners: Vec<Owner> = owners.into_values().collect();
    owners.sort_by_key(|owner| (owner.link.is_none(), std::cmp::Reverse(owner.count)));
    let model = Model {
        total: problems.len(),
        counts: counts.into_iter().flatten().collect(),
        files: files
            .into_iter()
            .map(|(path, problems)| FileGroup { path: path.to_owned(), count: problems.len(), problems })
            .collect(),
        owners,
        unlisted: problems.len().saturating_sub(SHOWN),
    };
    let about = About { title: Some("Problems".to_owned()), class: "problems", ..About::default() };
    frame(view, Section::HOME, about, model)
}

fn item(view: &PageContext<'_>, number: usize, problem: &Problem) -> Item {
    Item {
        number,
        severity: problem.severity.as_str(),
        code: problem.code,
        message: context::with_code(&problem.message),
        help: problem.help.as_deref().map(context::with_code),
        entities: problem.entities.iter().take(ENTITIES).map(|id| view.link(*id)).collect(),
        place: problem.places.first().map(shown),
        others: problem.places.iter().skip(1).filter(|place| !place.text.is_empty()).map(shown).collect(),
        elsewhere: problem.elsewhere.iter().map(|(path, line)| format!("{path}:{line}")).collect(),
        count: problem.count,
        unlisted: problem.count.saturating_sub(problem.elsewhere.len() + 1),
    }
}

fn shown(place: &Place) -> Place {
    Place { text: context::with_code(&place.text), ..place.clone() }
}
