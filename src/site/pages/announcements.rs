//! What the organisation announces: the list, and a page each.

use serde::Serialize;

use super::{PageContent, PageType, hosting};
use crate::markdown::{DocLink, Resolved, commonmark};
use crate::portal::Portal;
use crate::routes;
use crate::site::announcements::{Item, item};
use crate::site::context::{self, PageContext};
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::{File, Site, Subject};

/// The list and the pages of announcements.
pub struct Announced;

impl PageType for Announced {
    fn plan(&self, portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        let all = &portal.announcements.all;
        if all.is_empty() {
            return Vec::new();
        }
        let mut pages = vec![(routes::ANNOUNCEMENTS.to_owned(), Subject::List { list: 0, page: 1 })];
        pages.extend(
            all.iter()
                .enumerate()
                .map(|(at, one)| (routes::announcement(&one.slug), Subject::List { list: 1, page: at })),
        );
        if site.base_url().is_some() {
            pages.push((routes::ANNOUNCEMENTS_FEED.to_owned(), Subject::File(File::AnnouncementsFeed)));
        }
        pages
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::List { list: 0, .. } => PageContent::html("announcements.html", list(view)),
            Subject::List { page, .. } => PageContent::html("announcements.html", one(view, page)),
            Subject::File(file) => hosting::content(view, file),
            _ => PageContent::nothing(),
        }
    }

    fn nav(&self, portal: &Portal, _site: &Site) -> Option<NavEntry> {
        (!portal.announcements.all.is_empty()).then_some(NavEntry {
            section: Section::ANNOUNCEMENTS,
            url: routes::ANNOUNCEMENTS,
            title: "News",
            icon: "info",
        })
    }

    fn in_sitemap(&self, subject: Subject) -> bool {
        !matches!(subject, Subject::File(_))
    }
}

/// What the template shows: a list, or one announcement.
#[derive(Debug, Serialize)]
pub struct Model {
    items: Vec<Item>,
    one: Option<Item>,
    /// HTML of the one.
    html: String,
    feed: Option<String>,
}

fn feed(view: &PageContext<'_>) -> Option<String> {
    view.site.base_url().map(|_| view.href(routes::ANNOUNCEMENTS_FEED))
}

fn list(view: &PageContext<'_>) -> PageModel<Model> {
    // Those that hold come first.
    let all = &view.portal.announcements.all;
    let (now, then): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.is_active);
    let items = now.into_iter().chain(then).map(|one| item(view, one)).collect();
    let about = About { title: Some("News".to_owned()), class: "announcements", ..About::default() };
    frame(view, Section::ANNOUNCEMENTS, about, Model { items, one: None, html: String::new(), feed: feed(view) })
}

fn one(view: &PageContext<'_>, at: usize) -> PageModel<Model> {
    let one = &view.portal.announcements.all[at];
    let resolve = |link: &DocLink| match view.portal.catalog.find(&link.target.to_lowercase()) {
        Some(id) => Resolved { href: view.link(id).href, broken: false },
        None => context::outward(link),
    };
    let about = About {
        title: Some(one.title.clone()),
        description: one.excerpt.clone(),
        breadcrumbs: vec![(routes::ANNOUNCEMENTS.to_owned(), "News".to_owned())],
        class: "announcements",
        ..About::default()
    };
    let html = commonmark::render(&one.text, &resolve).html;
    frame(
        view,
        Section::ANNOUNCEMENTS,
        about,
        Model { items: Vec::new(), one: Some(item(view, one)), html, feed: None },
    )
}
