//! The catalog index and the lists of single kinds.

use std::collections::BTreeMap;

use serde::Serialize;

use super::pager::{Pager, pager};
use super::{PageContent, PageType};
use crate::catalog::EntityId;
use crate::config::{Property, SavedView, Term, ViewColumn};
use crate::portal::Portal;
use crate::routes;
use crate::site::catalog_lists::{Listing, Shared};
use crate::site::context::{self, PageContext, TagLink};
use crate::site::kind_display::{self, Column};
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::relations;
use crate::site::table::{self, Table};
use crate::site::{KindGroup, ROWS_PER_PAGE, Site, Subject};

/// The catalog index.
pub struct Index;

impl PageType for Index {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::CATALOG.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("catalog.html", index(view))
    }

    fn nav(&self, _portal: &Portal, _site: &Site) -> Option<NavEntry> {
        Some(NavEntry { section: Section::CATALOG, url: routes::CATALOG, title: "Catalog", icon: "catalog" })
    }
}

/// The list of APIs.
pub struct Apis;

impl PageType for Apis {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::APIS.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("catalog.html", apis(view))
    }

    fn nav(&self, _portal: &Portal, site: &Site) -> Option<NavEntry> {
        (site.has_kind("api")).then_some(NavEntry {
            section: Section::APIS,
            url: routes::APIS,
            title: "APIs",
            icon: "kind-api",
        })
    }
}

/// The list of each kind, divided into pages.
pub struct Kinds;

impl PageType for Kinds {
    fn plan(&self, _portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        let pages = |(list, group): (usize, &KindGroup)| {
            let url = |page: usize| routes::kind_list(&group.face.kind, page);
            let count = group.entities.len().div_ceil(ROWS_PER_PAGE);
            (1..=count).map(|page| (url(page), Subject::List { list, page })).collect::<Vec<_>>()
        };
        site.kinds().iter().enumerate().flat_map(pages).collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        let Subject::List { list, page } = subject else { return PageContent::nothing() };
        PageContent::html("catalog.html", kind(view, list, page))
    }
}

/// The list of what entities have in common, divided into pages.
pub struct Lists;

impl PageType for Lists {
    fn plan(&self, _portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        let pages = |(list, listing): (usize, &Listing)| {
            (1..=listing.pages()).map(|page| (listing.page(page), Subject::List { list, page })).collect::<Vec<_>>()
        };
        site.listings().all().iter().enumerate().flat_map(pages).collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        let Subject::List { list, page } = subject else { return PageContent::nothing() };
        PageContent::html("catalog.html", listing(view, list, page))
    }
}

/// The index shows every entity when there are at most this many; of more, the first of each kind.
const INDEX_ROWS: usize = 300;
/// The columns of lists that mix kinds.
const MIXED: &[Column] =
    &[Column::Name, Column::Kind, Column::System, Column::Owner, Column::Type, Column::Lifecycle, Column::Description];
/// How many of each kind the index shows when there are too many for all.
const FIRST_ROWS: usize = 20;

/// The fields of the template.
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
    /// What else is chosen from the start, as a query.
    given: String,
    /// The catalog, where such a choice can be taken back.
    catalog: String,
    /// The file that names what a saved view has, empty elsewhere; with it, its columns and its order by their keys.
    only: String,
    columns: String,
    sort: String,
    /// What a saved view is for.
    about: Option<String>,
    /// All saved views.
    views: Vec<ViewLink>,
    /// The types of the kind, for readers without JavaScript.
    types: Vec<TagLink>,
    /// Whether the page shows everything that it is about.
    complete: bool,
}

/// One saved view in the list at the side.
#[derive(Debug, Serialize)]
struct ViewLink {
    href: String,
    title: String,
    count: String,
    current: bool,
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
pub fn index(view: &PageContext<'_>) -> PageModel<Model> {
    let site = view.site;
    let total: usize = site.kinds().iter().map(|group| group.entities.len()).sum();
    let complete = total <= INDEX_ROWS;
    let limit = if complete { INDEX_ROWS } else { FIRST_ROWS };
    let groups = site.kinds().iter().map(|kind| group(view, kind, &kind.entities[..kind.entities.len().min(limit)]));
    let model = Model {
        title: "Catalog".to_owned(),
        total: context::grouped(total),
        kinds: kind_links(view, None),
        groups: groups.collect(),
        headed: true,
        pager: None,
        kind: String::new(),
        given: String::new(),
        catalog: view.href(routes::CATALOG),
        only: String::new(),
        columns: String::new(),
        sort: String::new(),
        about: None,
        views: view_links(view, None),
        types: Vec::new(),
        complete,
    };
    let about = About {
        title: Some("Catalog".to_owned()),
        description: Some(format!("All {} entities of {}", context::grouped(total), site.config().title)),
        class: "catalog",
        ..About::default()
    };
    frame(view, Section::CATALOG, about, model)
}

/// Makes the list of APIs, by type; it filters like the index of which it is a part.
#[must_use]
pub fn apis(view: &PageContext<'_>) -> PageModel<Model> {
    let listed = view.site.kind("api");
    let mut by_type: BTreeMap<String, Vec<EntityId>> = BTreeMap::new();
    for id in listed.map_or(&[][..], |group| &group.entities) {
        let kind = view.entity(*id).spec_str("type").unwrap_or_default().to_lowercase();
        by_type.entry(kind).or_default().push(*id);
    }
    let total = listed.map_or(0, |group| group.entities.len());
    let shown = |ids: &[EntityId]| ids.len().min(ROWS_PER_PAGE);
    // One table that is divided, so that all groups have the columns of the first, whose head they share. The headings say the type.
    let all: Vec<EntityId> = by_type.values().flat_map(|ids| &ids[..shown(ids)]).copied().collect();
    let columns = listed.map_or(&[][..], |group| &group.face.columns);
    let Table { columns, rows } = table::of_entities(view, &without(columns, Column::Type), &all);
    let mut rows = rows.into_iter();
    let groups = by_type.into_iter().map(|(kind, ids)| Group {
        kind: format!("type-{}", relations::slug(&kind)),
        class: kind_display::class("api"),
        title: relations::type_title(&kind),
        href: match view.site.listings().at(&routes::type_list("api", &kind)) {
            Some(listing) => view.href(&listing.url),
            None => view.href(&routes::kind_list("api", 1)),
        },
        count: context::grouped(ids.len()),
        table: Table { columns: columns.clone(), rows: rows.by_ref().take(shown(&ids)).collect() },
        unlisted: ids.len() - shown(&ids),
    });
    let model = Model {
        title: "APIs".to_owned(),
        total: context::grouped(total),
        groups: groups.collect(),
        headed: true,
        kinds: kind_links(view, Some("api")),
        pager: None,
        kind: "api".to_owned(),
        given: String::new(),
        catalog: view.href(routes::CATALOG),
        only: String::new(),
        columns: String::new(),
        sort: String::new(),
        about: None,
        views: view_links(view, None),
        types: Vec::new(),
        complete: true,
    };
    let about = About {
        title: Some("APIs".to_owned()),
        description: Some(format!("All {} APIs of {}, by type", context::grouped(total), view.site.config().title)),
        class: "catalog",
        ..About::default()
    };
    frame(view, Section::APIS, about, model)
}

/// Makes a page of the list of one kind; `page` counts from 1.
#[must_use]
pub fn kind(view: &PageContext<'_>, kind: usize, page: usize) -> PageModel<Model> {
    let listed = &view.site.kinds()[kind];
    let total = listed.entities.len();
    let start = (page - 1) * ROWS_PER_PAGE;
    let end = (start + ROWS_PER_PAGE).min(total);
    let model = Model {
        title: listed.face.many.clone(),
        total: context::grouped(total),
        kinds: kind_links(view, Some(&listed.face.kind)),
        groups: vec![Group { unlisted: 0, ..group(view, listed, &listed.entities[start..end]) }],
        headed: false,
        pager: pager(page, total, |page| view.href(&routes::kind_list(&listed.face.kind, page))),
        kind: listed.face.kind.clone(),
        given: String::new(),
        catalog: view.href(routes::CATALOG),
        only: String::new(),
        columns: String::new(),
        sort: String::new(),
        about: None,
        views: view_links(view, None),
        types: types(view, kind),
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
    let section = if listed.face.kind == "api" { Section::APIS } else { Section::CATALOG };
    frame(view, section, about, model)
}

/// Makes a page of a list of what entities have in common; `page` counts from 1.
#[must_use]
pub fn listing(view: &PageContext<'_>, listing: usize, page: usize) -> PageModel<Model> {
    let listing = &view.site.listings().all()[listing];
    let shown = listing.entities.chunks(ROWS_PER_PAGE).nth(page - 1).unwrap_or(&[]);
    let first = listing.values.first().map_or("", String::as_str);
    let kinds = view.site.kinds();
    let above = (routes::CATALOG.to_owned(), "Catalog".to_owned());
    let (title, key, columns, breadcrumbs, kind) = match &listing.shared {
        Shared::Type(kind) => {
            let face = &kinds[*kind].face;
            let of_kind = (routes::kind_list(&face.kind, 1), face.many.clone());
            (format!("{} of type {first}", face.many), "type", &face.columns[..], vec![above, of_kind], Some(face))
        }
        Shared::Tag => (format!("Tagged {first}"), "tags", MIXED, vec![above], None),
        Shared::View(at) => return saved_view(view, listing, &view.site.config().views[*at], page),
        Shared::Owner(owner) => {
            let page = routes::entity(owner);
            let owner = view.link_to(owner);
            let page = owner.href.is_some().then(|| (page, owner.title.clone()));
            let above = std::iter::once(above).chain(page).collect();
            (format!("Owned by {}", owner.title), "owners", MIXED, above, None)
        }
    };
    let total = listing.entities.len();
    let given: Vec<String> =
        listing.values.iter().map(|value| format!("{key}={}", routes::query_value(value))).collect();
    let table = table::of_entities(view, &shared_columns(columns, &listing.shared), shown);
    let model = Model {
        title: title.clone(),
        total: context::grouped(total),
        kinds: kind_links(view, kind.map(|face| face.kind.as_str())),
        groups: vec![Group {
            kind: "list".to_owned(),
            class: kind.map_or("other", |face| face.class),
            title: title.clone(),
            href: view.href(&listing.url),
            count: context::grouped(total),
            table,
            unlisted: 0,
        }],
        headed: false,
        pager: pager(page, total, |page| view.href(&listing.page(page))),
        kind: kind.map_or_else(String::new, |face| face.kind.clone()),
        given: given.join("&"),
        catalog: view.href(routes::CATALOG),
        only: String::new(),
        columns: String::new(),
        sort: String::new(),
        about: None,
        views: view_links(view, None),
        types: Vec::new(),
        complete: total <= ROWS_PER_PAGE,
    };
    let about = About {
        title: Some(if page > 1 { format!("{title}, page {page}") } else { title }),
        breadcrumbs,
        class: "catalog",
        ..About::default()
    };
    frame(view, Section::CATALOG, about, model)
}

/// Makes a page of a view that the organisation saved.
fn saved_view(view: &PageContext<'_>, listing: &Listing, saved: &SavedView, page: usize) -> PageModel<Model> {
    let shown = listing.entities.chunks(ROWS_PER_PAGE).nth(page - 1).unwrap_or(&[]);
    // A view of one kind has the columns of that kind, unless it says which.
    let mut kinds = saved.filter.terms.iter().filter(|term| term.property == Property::Kind && !term.is_negated);
    let only_kind = match (kinds.next(), kinds.next()) {
        (Some(Term { values, .. }), None) if values.len() == 1 => {
            view.site.kinds().iter().find(|group| group.face.kind == values[0])
        }
        _ => None,
    };
    let columns: Vec<Column> = match (&*saved.columns, only_kind) {
        ([], Some(group)) => group.face.columns.clone(),
        ([], None) => MIXED.to_vec(),
        (chosen, _) => chosen.iter().map(|column| column_of(*column)).collect(),
    };
    let total = listing.entities.len();
    let table = table::of_entities(view, &columns, shown);
    let group = Group {
        kind: "list".to_owned(),
        class: only_kind.map_or("other", |group| group.face.class),
        title: saved.title.clone(),
        href: view.href(&listing.url),
        count: context::grouped(total),
        table,
        unlisted: 0,
    };
    let keys: Vec<_> =
        if saved.columns.is_empty() { Vec::new() } else { columns.iter().map(|column| column.id()).collect() };
    let sort = saved.sort.map(|sort| format!("{}{}", if sort.is_reversed { "-" } else { "" }, sort.by));
    let model = Model {
        title: saved.title.clone(),
        total: context::grouped(total),
        kinds: kind_links(view, None),
        groups: if total == 0 { Vec::new() } else { vec![group] },
        headed: false,
        pager: pager(page, total, |page| view.href(&listing.page(page))),
        kind: only_kind.map_or_else(String::new, |group| group.face.kind.clone()),
        given: String::new(),
        catalog: view.href(routes::CATALOG),
        only: view.href(&routes::view_members(&listing.url)),
        columns: keys.join(","),
        sort: sort.unwrap_or_default(),
        about: saved.description.clone(),
        views: view_links(view, Some(&listing.url)),
        types: Vec::new(),
        complete: total <= ROWS_PER_PAGE,
    };
    let title = if page > 1 { format!("{}, page {page}", saved.title) } else { saved.title.clone() };
    let about = About {
        title: Some(title),
        description: saved.description.clone(),
        breadcrumbs: vec![(routes::CATALOG.to_owned(), "Catalog".to_owned())],
        class: "catalog",
        ..About::default()
    };
    frame(view, Section::CATALOG, about, model)
}

/// Returns the column that a view names.
fn column_of(column: ViewColumn) -> Column {
    match column {
        ViewColumn::Own(at) => Column::Own(at),
        ViewColumn::Known("kind") => Column::Kind,
        ViewColumn::Known("system") => Column::System,
        ViewColumn::Known("owner") => Column::Owner,
        ViewColumn::Known("type") => Column::Type,
        ViewColumn::Known("lifecycle") => Column::Lifecycle,
        ViewColumn::Known("impact") => Column::Impact,
        ViewColumn::Known("tags") => Column::Tags,
        ViewColumn::Known(_) => Column::Description,
    }
}

/// Links to the types of a kind that have lists of their own.
fn types(view: &PageContext<'_>, kind: usize) -> Vec<TagLink> {
    let listed = view.site.listings().all().iter().filter(|listing| listing.shared == Shared::Type(kind));
    let link = |listing: &Listing| TagLink {
        href: view.href(&listing.url),
        text: format!("{} ({})", listing.values.join(", "), context::grouped(listing.entities.len())),
    };
    listed.map(link).collect()
}

/// Leaves out what all rows of a list have in common.
fn shared_columns(columns: &[Column], shared: &Shared) -> Vec<Column> {
    match shared {
        Shared::Type(_) => without(columns, Column::Type),
        Shared::Tag | Shared::View(_) => columns.to_vec(),
        Shared::Owner(_) => without(columns, Column::Owner),
    }
}

fn without(columns: &[Column], left_out: Column) -> Vec<Column> {
    columns.iter().copied().filter(|column| *column != left_out).collect()
}

fn view_links(view: &PageContext<'_>, current: Option<&str>) -> Vec<ViewLink> {
    let views = view.site.listings().all().iter().filter(|listing| matches!(listing.shared, Shared::View(_)));
    let link = |listing: &Listing| ViewLink {
        href: view.href(&listing.url),
        title: listing.values.concat(),
        count: context::grouped(listing.entities.len()),
        current: current == Some(&*listing.url),
    };
    views.map(link).collect()
}

fn kind_links(view: &PageContext<'_>, current: Option<&str>) -> Vec<KindLink> {
    let link = |group: &KindGroup| KindLink {
        href: view.href(&routes::kind_list(&group.face.kind, 1)),
        title: group.face.many.clone(),
        class: group.face.class,
        count: context::grouped(group.entities.len()),
        current: current == Some(group.face.kind.as_str()),
        rows: view.href(&routes::catalog_rows(&group.face.kind)),
        kind: group.face.kind.clone(),
    };
    view.site.kinds().iter().map(link).collect()
}

fn group(view: &PageContext<'_>, group: &KindGroup, shown: &[EntityId]) -> Group {
    Group {
        kind: group.face.kind.clone(),
        class: group.face.class,
        title: group.face.many.clone(),
        href: view.href(&routes::kind_list(&group.face.kind, 1)),
        count: context::grouped(group.entities.len()),
        table: table::of_entities(view, &group.face.columns, shown),
        unlisted: group.entities.len() - shown.len(),
    }
}
