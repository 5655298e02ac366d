//! The list of documentation.

use serde::Serialize;

use super::pager::{Pager, pager};
use super::{PageContent, PageType};
use crate::html::Html;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::{Changed, ROWS_PER_PAGE, yaml_highlight};
use crate::site::{Site, Subject};

/// The list of documentation sites, divided into pages.
pub struct DocsIndex;

impl PageType for DocsIndex {
    fn plan(&self, _portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        let pages = site.docs_by_title().len().div_ceil(ROWS_PER_PAGE).max(1);
        (1..=pages).map(|page| (routes::docs_list(page), Subject::List { list: 0, page })).collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        let Subject::List { page, .. } = subject else { return PageContent::nothing() };
        PageContent::html("docs-index.html", docs(view, page))
    }

    fn nav(&self, portal: &Portal, _site: &Site) -> Option<NavEntry> {
        let entry = NavEntry { section: Section::DOCS, url: routes::DOCS, title: "Docs", icon: "docs" };
        (!portal.docs.sites.is_empty()).then_some(entry)
    }
}

/// The list of documentation.
#[derive(Debug, Serialize)]
pub struct DocsModel {
    total: String,
    sites: Vec<DocsCard>,
    pager: Option<Pager>,
    /// Where all of them can be filtered, if this page has only some.
    all: Option<String>,
    hint: String,
}

/// One documentation site.
#[derive(Debug, Serialize)]
struct DocsCard {
    href: String,
    title: String,
    entity: EntityLink,
    kind: String,
    owner: Option<EntityLink>,
    summary: Option<String>,
    pages: String,
    changed: Option<Changed>,
}

/// Makes a page of the list of documentation; `page` counts from 1.
#[must_use]
pub fn docs(view: &PageContext<'_>, page: usize) -> PageModel<DocsModel> {
    let listed = view.site.docs_by_title();
    let shown = listed.chunks(ROWS_PER_PAGE).nth(page - 1).unwrap_or(&[]);
    let pager = pager(page, listed.len(), |page| view.href(&routes::docs_list(page)));
    let filtered = || format!("{}?filters[kind]=all&filters[status]=docs", view.href(routes::CATALOG));
    let model = DocsModel {
        total: context::grouped(listed.len()),
        sites: shown.iter().map(|site| docs_card(view, *site)).collect(),
        all: pager.as_ref().map(|_| filtered()),
        pager,
        hint: yaml_highlight::paint("metadata:\n  annotations:\n    backstage.io/techdocs-ref: dir:.\n"),
    };
    let title = if page > 1 { format!("Documentation, page {page}") } else { "Documentation".to_owned() };
    let about = About { title: Some(title), class: "list", ..About::default() };
    frame(view, Section::DOCS, about, model)
}

fn docs_card(view: &PageContext<'_>, site: usize) -> DocsCard {
    let site = &view.portal.docs.sites[site];
    let entity = view.entity(site.entity);
    let newest = site.pages.iter().filter_map(|page| page.last_change.as_ref()).max_by_key(|change| change.time);
    DocsCard {
        href: view.docs(site.entity).unwrap_or_default(),
        title: site.title.clone(),
        entity: view.link(site.entity),
        kind: crate::site::kind_display::face(&entity.kind, view.site.config()).one,
        owner: view.owner(entity),
        summary: site
            .description
            .as_deref()
            .map(|text| Html::of_text(text).into_string())
            .or_else(|| view.summary(entity)),
        pages: context::count(site.pages.len(), "page", "pages"),
        changed: newest.map(Changed::new),
    }
}
