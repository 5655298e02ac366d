//! The catalog index and the lists of single kinds.

use std::collections::BTreeMap;

use serde::Serialize;

use super::lists;
use super::pager::{Pager, pager};
use crate::catalog::EntityId;
use crate::routes;
use crate::site::chrome::{About, Framed, Section, frame};
use crate::site::relations;
use crate::site::table::{self, Table};
use crate::site::view::{self, View};
use crate::site::{KindGroup, ROWS_PER_PAGE};

/// The index shows every entity when there are at most this many; of more, the first of each kind.
const INDEX_ROWS: usize = 300;
/// How many of each kind the index shows when there are too many for all.
const FIRST_ROWS: usize = 20;

/// What the template shows.
#[derive(Debug, Serialize)]
pub struct Model {
    title: String,
    /// How many entities there are in all.
    total: String,
    kinds: Vec<KindLink>,
    groups: Vec<Group>,
    /// Whether each group has a heading.
    headed: bool,
    /// Where the filters find their rows, as pairs of kind and file.
    pager: Option<Pager>,
    /// The kind of the page, empty on the index.
    kind: String,
    /// Whether the page shows everything that it is about.
    complete: bool,
}

/// One kind in the list at the side.
#[derive(Debug, Serialize)]
struct KindLink {
    kind: String,
    href: String,
    title: String,
    class: &'static str,
    count: String,
    current: bool,
    /// The rows for the filters.
    rows: String,
}

/// The table of one kind.
#[derive(Debug, Serialize)]
struct Group {
    kind: String,
    class: &'static str,
    title: String,
    href: String,
    count: String,
    table: Table,
    /// How many the table leaves out.
    unlisted: usize,
}

/// Makes the index.
#[must_use]
pub fn index(view: &View<'_>) -> Framed<Model> {
    let site = view.site;
    let total: usize = site.kinds().iter().map(|group| group.entities.len()).sum();
    let complete = total <= INDEX_ROWS;
    let limit = if complete { INDEX_ROWS } else { FIRST_ROWS };
    let groups = site.kinds().iter().map(|kind| group(view, kind, &kind.entities[..kind.entities.len().min(limit)]));
    let model = Model {
        title: "Catalog".to_owned(),
        total: view::grouped(total),
        kinds: kind_links(view, None),
        groups: groups.collect(),
        headed: true,
        pager: None,
        kind: String::new(),
        complete,
    };
    let about = About {
        title: Some("Catalog".to_owned()),
        description: Some(format!("All {} entities of {}", view::grouped(total), site.config().title)),
        class: "catalog",
        ..About::default()
    };
    frame(view, Section::Catalog, about, model)
}

/// Makes the list of APIs, by type; it filters like the index of which it is a part.
#[must_use]
pub fn apis(view: &View<'_>) -> Framed<Model> {
    let listed = view.site.kind("api");
    let mut by_type: BTreeMap<String, Vec<EntityId>> = BTreeMap::new();
    for id in listed.map_or(&[][..], |group| &group.entities) {
        let kind = view.entity(*id).spec_str("type").unwrap_or_default().to_lowercase();
        by_type.entry(kind).or_default().push(*id);
    }
    let total = listed.map_or(0, |group| group.entities.len());
    let groups = by_type.into_iter().flat_map(|(kind, ids)| {
        let listed = listed?;
        let shown = &ids[..ids.len().min(ROWS_PER_PAGE)];
        let group = group(view, listed, shown);
        Some(Group {
            kind: format!("type-{}", relations::slug(&kind)),
            title: lists::type_title(&kind),
            href: format!("{}?filters[type]={}", view.href(view.url), routes::query_value(&kind)),
            count: view::grouped(ids.len()),
            unlisted: ids.len() - shown.len(),
            ..group
        })
    });
    let model = Model {
        title: "APIs".to_owned(),
        total: view::grouped(total),
        groups: groups.collect(),
        headed: true,
        kinds: kind_links(view, Some("api")),
        pager: None,
        kind: "api".to_owned(),
        complete: true,
    };
    let about = About {
        title: Some("APIs".to_owned()),
        description: Some(format!("All {} APIs of {}, by type", view::grouped(total), view.site.config().title)),
        class: "catalog",
        ..About::default()
    };
    frame(view, Section::Apis, about, model)
}

/// Makes a page of the list of one kind; `page` counts from 1.
#[must_use]
pub fn kind(view: &View<'_>, kind: usize, page: usize) -> Framed<Model> {
    let listed = &view.site.kinds()[kind];
    let total = listed.entities.len();
    let start = (page - 1) * ROWS_PER_PAGE;
    let end = (start + ROWS_PER_PAGE).min(total);
    let model = Model {
        title: listed.face.many.clone(),
        total: view::grouped(total),
        kinds: kind_links(view, Some(&listed.face.kind)),
        groups: vec![Group { unlisted: 0, ..group(view, listed, &listed.entities[start..end]) }],
        headed: false,
        pager: pager(page, total, |page| view.href(&routes::kind_list(&listed.face.kind, page))),
        kind: listed.face.kind.clone(),
        complete: total <= ROWS_PER_PAGE,
    };
    let mut title = listed.face.many.clone();
    if page > 1 {
        title = format!("{title}, page {page}");
    }
    let about = About {
        title: Some(title),
        breadcrumbs: vec![(routes::CATALOG.to_owned(), "Catalog".to_owned())],
        class: "catalog",
        ..About::default()
    };
    let section = if listed.face.kind == "api" { Section::Apis } else { Section::Catalog };
    frame(view, section, about, model)
}

fn kind_links(view: &View<'_>, current: Option<&str>) -> Vec<KindLink> {
    let link = |group: &KindGroup| KindLink {
        href: view.href(&routes::kind_list(&group.face.kind, 1)),
        title: group.face.many.clone(),
        class: group.face.class,
        count: view::grouped(group.entities.len()),
        current: current == Some(group.face.kind.as_str()),
        rows: view.href(&routes::catalog_rows(&group.face.kind)),
        kind: group.face.kind.clone(),
    };
    view.site.kinds().iter().map(link).collect()
}

fn group(view: &View<'_>, group: &KindGroup, shown: &[EntityId]) -> Group {
    Group {
        kind: group.face.kind.clone(),
        class: group.face.class,
        title: group.face.many.clone(),
        href: view.href(&routes::kind_list(&group.face.kind, 1)),
        count: view::grouped(group.entities.len()),
        table: table::of_entities(view, group.face.columns, shown),
        unlisted: group.entities.len() - shown.len(),
    }
}
