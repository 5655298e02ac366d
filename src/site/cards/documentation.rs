//! The documentation of the entity, or how to add one; of a group or user, that of all they own.

use std::cmp::Reverse;
use std::fmt::Write as _;

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::{EntityId, kinds};
use crate::docs::DocsSite;
use crate::routes;
use crate::site::context::{self, Anchor};
use crate::site::{Changed, PageContext, yaml_highlight};
use crate::workspace::LastChange;

/// Documentation sites that are listed.
const LISTED: usize = 6;

/// The card.
pub struct Documentation;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    docs: Option<Docs>,
    /// The YAML that would add documentation, when there is none.
    hint: Option<String>,
    /// That of what a group or user owns, newest change first.
    owned: Vec<OwnedDocs>,
    /// How many there are.
    owned_count: usize,
    /// All of them in the catalog, if some are not listed.
    all: Option<String>,
}

/// The documentation there is.
#[derive(Debug, Serialize)]
struct Docs {
    href: String,
    title: String,
    pages: String,
    changed: Option<Changed>,
    /// Its first pages.
    entries: Vec<Anchor>,
}

/// The documentation of an entity that a group or user owns.
#[derive(Debug, Serialize)]
struct OwnedDocs {
    href: String,
    title: String,
    pages: String,
    changed: Option<Changed>,
}

impl Card for Documentation {
    fn name(&self) -> &'static str {
        "documentation"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let entity = view.entity(id);
        let docs = docs(view, id);
        let annotated = entity.annotation("backstage.io/techdocs-ref").is_some();
        let hint =
            (docs.is_none() && !annotated && kinds::of(entity.reference.kind()).is_some_and(|kind| kind.wants_docs))
                .then(|| yaml_highlight::paint("metadata:\n  annotations:\n    backstage.io/techdocs-ref: dir:.\n"));
        let (owned, owned_count, all) = match entity.reference.kind() {
            "group" | "user" => owned(view, id),
            _ => (Vec::new(), 0, None),
        };
        if docs.is_none() && hint.is_none() && owned.is_empty() {
            return None;
        }
        Some(Box::new(Model { docs, hint, owned, owned_count, all }))
    }
}

/// Lists the documentation of what a group or user owns.
fn owned(view: &PageContext<'_>, id: EntityId) -> (Vec<OwnedDocs>, usize, Option<String>) {
    let owners = view.owners(id);
    let has_docs = |owned: &EntityId| view.portal.docs.site(*owned).filter(|site| !site.pages.is_empty());
    let mut found: Vec<(Reverse<i64>, &DocsSite, Option<&LastChange>)> = view
        .owned(&owners)
        .iter()
        .filter(|owned| **owned != id)
        .filter_map(has_docs)
        .map(|site| {
            let newest = site.pages.iter().filter_map(|page| page.last_change.as_ref()).max_by_key(|it| it.time);
            (Reverse(newest.map_or(i64::MIN, |change| change.time)), site, newest)
        })
        .collect();
    // The sort is stable: without dates, they stay in the order of references.
    found.sort_by_key(|(newest, ..)| *newest);
    let all = (found.len() > LISTED).then(|| {
        let with_docs = |owner: &&EntityId| view.owned([*owner]).iter().any(|owned| has_docs(owned).is_some());
        let mut href = format!("{}?filters[kind]=all&filters[status]=docs", view.href(routes::CATALOG));
        for owner in owners.iter().filter(with_docs) {
            let _ = write!(href, "&filters[owners]={}", routes::query_value(view.entity(*owner).reference.as_str()));
        }
        href
    });
    let line = |(_, site, newest): &(_, &DocsSite, Option<&LastChange>)| OwnedDocs {
        href: view.docs(site.entity).unwrap_or_default(),
        title: site.title.clone(),
        pages: context::count(site.pages.len(), "page", "pages"),
        changed: newest.map(Changed::new),
    };
    (found.iter().take(LISTED).map(line).collect(), found.len(), all)
}

fn docs(view: &PageContext<'_>, id: EntityId) -> Option<Docs> {
    let target = view.site.docs_of(id)?;
    let site = view.portal.docs.sites.get(target.site)?;
    let page = site.pages.get(target.page)?;
    let reference = &view.entity(site.entity).reference;
    // In the order of reading; the files are in the order of their names.
    let following = |other: &usize| site.pages.get(*other)?.next;
    let entries = std::iter::successors(page.next, following)
        .take(5)
        .filter_map(|other| site.pages.get(other))
        .map(|other| Anchor {
            href: view.href(&routes::docs_page(reference, &other.path)),
            title: other.title.clone(),
            icon: "file",
            external: false,
        })
        .collect();
    Some(Docs {
        href: view.docs(id)?,
        title: site.title.clone(),
        pages: context::count(site.pages.len(), "page", "pages"),
        changed: page.last_change.as_ref().map(Changed::new),
        entries,
    })
}
