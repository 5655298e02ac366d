//! A page of documentation with its navigation and table of contents.

use serde::Serialize;

use crate::docs::{DocsSite, NavItem};
use crate::html;
use crate::markdown::{Doc, Heading};
use crate::routes;
use crate::site::chrome::{About, Framed, Section, frame};
use crate::site::view::{self, Anchor, EntityLink, View};
use crate::site::{Changed, kinds};

/// A navigation with more entries than this is folded around the page, except on the first page.
const FULL_NAV: usize = 500;
/// Of a long list in a folded navigation, this many entries before and after the page are shown.
const WINDOW: usize = 25;

/// What the template shows.
#[derive(Debug, Serialize)]
pub struct Model {
    /// The title of the site, and its first page.
    site: String,
    home: String,
    entity: EntityLink,
    kind: String,
    owner: Option<EntityLink>,
    title: String,
    /// The document.
    html: String,
    nav: Vec<NavEntry>,
    toc: Vec<TocEntry>,
    previous: Option<Anchor>,
    next: Option<Anchor>,
    changed: Option<Changed>,
    source: Option<String>,
    edit: Option<String>,
    path: String,
}

/// An entry of the navigation.
#[derive(Debug, Serialize)]
pub(super) struct NavEntry {
    title: String,
    /// Nothing for the heading of a section, and for a gap.
    href: Option<String>,
    current: bool,
    external: bool,
    /// Whether nothing is there.
    broken: bool,
    /// Whether the page is below.
    open: bool,
    /// Whether there are entries below, shown or not.
    section: bool,
    /// Whether it stands for entries that are left out.
    gap: bool,
    children: Vec<NavEntry>,
}

/// An entry of the table of contents.
#[derive(Debug, Serialize)]
pub(super) struct TocEntry {
    id: String,
    /// HTML.
    title: String,
    children: Vec<TocEntry>,
}

/// Makes a page of documentation.
#[must_use]
pub fn model(view: &View<'_>, site: usize, page: usize) -> Framed<Model> {
    let site = &view.portal.docs.sites[site];
    let document = &site.pages[page];
    let entity = view.entity(site.entity);
    let reference = &entity.reference;
    let href = |at: usize| view.href(&routes::docs_page(reference, &site.pages[at].path));
    let anchor = |at: Option<usize>, icon| {
        let title = site.pages.get(at?)?.title.clone();
        Some(Anchor { href: href(at?), title, icon, external: false })
    };
    let source = view.site.source(document.file);
    let mut breadcrumbs = vec![(routes::DOCS.to_owned(), "Docs".to_owned())];
    if !document.path.is_empty() {
        breadcrumbs.push((routes::docs_page(reference, ""), site.title.clone()));
    }
    let title = if document.path.is_empty() && document.title != site.title {
        site.title.clone()
    } else {
        document.title.clone()
    };
    let about = About {
        title: Some(if document.path.is_empty() { title } else { format!("{title} · {}", site.title) }),
        description: site.description.clone(),
        breadcrumbs,
        class: "docs",
    };
    let folded = count(&site.nav) > FULL_NAV && !document.path.is_empty() && page != 0;
    let model = Model {
        site: site.title.clone(),
        home: view.docs(site.entity).unwrap_or_else(|| view.href(routes::DOCS)),
        entity: view.link(site.entity),
        kind: kinds::face(&entity.kind, view.site.config()).one,
        owner: view.owner(entity),
        title: document.title.clone(),
        html: content(&document.title, &document.doc),
        nav: entries(
            &Nav { site, page, folded, root: view.href(&routes::docs_page(reference, "")), href: &href },
            &site.nav,
        ),
        toc: contents(&document.doc.headings),
        previous: anchor(document.previous, "previous"),
        next: anchor(document.next, "next"),
        changed: document.last_change.as_ref().map(Changed::new),
        source: source.and_then(|source| source.view.clone()),
        edit: document.edit_url.clone().or_else(|| source.and_then(|source| source.edit.clone())),
        path: source.map(|source| source.path.to_string()).unwrap_or_default(),
    };
    frame(view, Section::Docs, about, model)
}

/// Returns the document, below its title if it shows none.
pub(super) fn content(title: &str, doc: &Doc) -> String {
    if doc.has_title { doc.html.clone() } else { format!("<h1>{}</h1>\n{}", html::escape(title), doc.html) }
}

/// What the navigation is made for.
pub(super) struct Nav<'a> {
    pub(super) site: &'a DocsSite,
    pub(super) page: usize,
    pub(super) folded: bool,
    /// The link to the first page.
    pub(super) root: String,
    pub(super) href: &'a dyn Fn(usize) -> String,
}

fn count(items: &[NavItem]) -> usize {
    let below = |item: &NavItem| match item {
        NavItem::Section { items, .. } => 1 + count(items),
        _ => 1,
    };
    items.iter().map(below).sum()
}

fn contains(item: &NavItem, wanted: usize) -> bool {
    match item {
        NavItem::Page { page, .. } => *page == wanted,
        NavItem::Section { items, .. } => items.iter().any(|item| contains(item, wanted)),
        NavItem::Link { .. } => false,
    }
}

fn first_page(items: &[NavItem]) -> Option<usize> {
    items.iter().find_map(|item| match item {
        NavItem::Page { page, .. } => Some(*page),
        NavItem::Section { items, .. } => first_page(items),
        NavItem::Link { .. } => None,
    })
}

pub(super) fn entries(nav: &Nav<'_>, items: &[NavItem]) -> Vec<NavEntry> {
    let mut range = 0..items.len();
    if nav.folded && items.len() > 2 * WINDOW {
        let at = items.iter().position(|item| contains(item, nav.page)).unwrap_or(0);
        let start = at.saturating_sub(WINDOW).min(items.len() - 2 * WINDOW);
        range = start..(start + 2 * WINDOW).min(items.len());
    }
    let gap = |left_out: usize| {
        (left_out > 0).then(|| NavEntry {
            title: view::count(left_out, "more entry", "more entries"),
            href: None,
            current: false,
            external: false,
            broken: false,
            open: false,
            section: false,
            gap: true,
            children: Vec::new(),
        })
    };
    let before = gap(range.start);
    let after = gap(items.len() - range.end);
    before.into_iter().chain(items[range].iter().map(|item| entry(nav, item))).chain(after).collect()
}

fn entry(nav: &Nav<'_>, item: &NavItem) -> NavEntry {
    let plain = NavEntry {
        title: String::new(),
        href: None,
        current: false,
        external: false,
        broken: false,
        open: false,
        section: false,
        gap: false,
        children: Vec::new(),
    };
    match item {
        NavItem::Page { title, page } => NavEntry {
            title: title.clone(),
            href: nav.site.pages.get(*page).map(|_| (nav.href)(*page)),
            current: *page == nav.page,
            ..plain
        },
        NavItem::Link { title, url, broken } => {
            let external = html::is_external(url);
            // Within the site a path is relative to the first page.
            let as_written = external || url.starts_with(['/', '#']);
            let href = if as_written { url.clone() } else { format!("{}{url}", nav.root) };
            let safe = html::is_safe_address(&href, html::AddressUse::Link);
            NavEntry { title: title.clone(), href: safe.then_some(href), external, broken: *broken, ..plain }
        }
        NavItem::Section { title, items } => {
            let open = contains(item, nav.page);
            if nav.folded && !open {
                let href = first_page(items).map(|page| (nav.href)(page));
                return NavEntry { title: title.clone(), href, section: true, ..plain };
            }
            NavEntry { title: title.clone(), open, section: true, children: entries(nav, items), ..plain }
        }
    }
}

/// Nests headings by level. A first heading of the first level is the title of the page: the list holds what is below
/// it and, as in Material, nothing of what further headings of that level begin.
pub(super) fn contents(headings: &[Heading]) -> Vec<TocEntry> {
    let mut rest = headings;
    let mut entries = nested(&mut rest, 0);
    if headings.first().is_some_and(|first| first.level == 1) { entries.swap_remove(0).children } else { entries }
}

fn nested(rest: &mut &[Heading], above: u8) -> Vec<TocEntry> {
    let mut entries = Vec::new();
    while let Some(first) = rest.first() {
        if first.level <= above {
            break;
        }
        *rest = &rest[1..];
        let children = nested(rest, first.level);
        entries.push(TocEntry { id: first.id.clone(), title: first.title_html.clone(), children });
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(levels: &[u8], expect: &str) {
        fn print(entries: &[TocEntry]) -> String {
            let one = |entry: &TocEntry| format!("{}[{}]", entry.id, print(&entry.children)).replace("[]", "");
            entries.iter().map(one).collect::<Vec<_>>().join(" ")
        }
        let heading = |(at, level): (usize, &u8)| Heading {
            level: *level,
            id: at.to_string(),
            title_html: String::new(),
            title: String::new(),
        };
        let headings: Vec<Heading> = levels.iter().enumerate().map(heading).collect();
        assert_eq!(print(&contents(&headings)), expect, "{levels:?}");
    }

    #[test]
    fn headings_nest_by_level() {
        check(&[1, 2, 3, 2], "1[2] 3");
        check(&[2, 4, 3, 2], "0[1 2] 3");
        check(&[1, 2, 1], "1");
        check(&[3, 2], "0 1");
        check(&[], "");
    }
}
