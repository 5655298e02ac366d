//! Pages that say little themselves: search, and the answer to an unknown address.

use serde::Serialize;

use super::{PageContent, PageType};
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{PageContext, grouped};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::{Site, Subject};

/// The search page.
pub struct Search;

impl PageType for Search {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::SEARCH.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("search.html", search(view))
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

/// Every component of the theme.
pub struct Theme;

impl PageType for Theme {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::THEME.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("theme.html", theme(view))
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

/// What a host shows for an unknown address.
pub struct NotFound;

impl PageType for NotFound {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::NOT_FOUND.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("404.html", not_found(view))
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

/// What the templates show.
#[derive(Debug, Serialize)]
pub struct Model {
    catalog: String,
    docs: String,
}

/// What the search page shows before anything is typed.
#[derive(Debug, Serialize)]
pub struct Browse {
    browse: Vec<Group>,
}

/// Some ways on of one sort.
#[derive(Debug, Serialize)]
struct Group {
    title: &'static str,
    entries: Vec<Entry>,
}

/// A way on, with how much is there.
#[derive(Debug, Serialize)]
struct Entry {
    href: String,
    title: String,
    count: String,
}

/// How many owners and documentation sites are named.
const LISTED: usize = 12;

/// Makes the search page.
#[must_use]
pub fn search(view: &PageContext<'_>) -> PageModel<Browse> {
    let about = About { title: Some("Search".to_owned()), class: "search", ..About::default() };
    let entry =
        |href: String, title: &str, count: usize| Entry { href, title: title.to_owned(), count: grouped(count) };
    let kinds =
        view.site.kinds().iter().map(|group| {
            entry(view.href(&routes::kind_list(&group.face.kind, 1)), &group.face.many, group.entities.len())
        });
    let owners = view.portal.catalog.entities().iter().map(|entity| (entity.related("ownerOf").count(), entity));
    let mut owners: Vec<_> = owners.filter(|(owned, _)| *owned > 0).collect();
    owners.sort_by_key(|(owned, _)| std::cmp::Reverse(*owned));
    let owners = owners.into_iter().take(LISTED);
    let owners = owners.map(|(owned, owner)| entry(view.href(&routes::entity(&owner.reference)), owner.title(), owned));
    let mut docs: Vec<_> = view.portal.docs.sites.iter().filter(|site| !site.pages.is_empty()).collect();
    docs.sort_by_key(|site| std::cmp::Reverse(site.pages.len()));
    let docs = docs.into_iter().take(LISTED).map(|site| {
        let address = routes::docs_page(&view.entity(site.entity).reference, "");
        entry(view.href(&address), &site.title, site.pages.len())
    });
    let groups = [("Kinds", kinds.collect()), ("Owners", owners.collect()), ("Documentation", docs.collect())];
    let browse = groups.into_iter().map(|(title, entries): (_, Vec<_>)| Group { title, entries });
    frame(view, Section::SEARCH, about, Browse { browse: browse.filter(|group| !group.entries.is_empty()).collect() })
}

/// Makes the page with every component of the theme.
#[must_use]
pub fn theme(view: &PageContext<'_>) -> PageModel<Model> {
    let about = About { title: Some("Theme".to_owned()), class: "theme", ..About::default() };
    frame(view, Section::HOME, about, model(view))
}

/// Makes the answer to an unknown address.
#[must_use]
pub fn not_found(view: &PageContext<'_>) -> PageModel<Model> {
    let about = About { title: Some("Page not found".to_owned()), class: "missing", ..About::default() };
    frame(view, Section::HOME, about, model(view))
}

fn model(view: &PageContext<'_>) -> Model {
    Model { catalog: view.href(routes::CATALOG), docs: view.href(routes::DOCS) }
}
