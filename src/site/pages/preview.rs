//! The list of what a change touches, in the preview of it.

use serde::Serialize;

use super::{PageContent, PageType};
use crate::catalog::EntityRef;
use crate::portal::Portal;
use crate::preview::PreviewChange;
use crate::routes;
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::{Site, Subject};

/// Changes of a sort that are listed.
const LISTED: usize = 500;
/// Sections that are named of a document.
const SECTIONS: usize = 8;

/// The sorts of changes, with their headings, in the order of the page.
const SORTS: &[(&str, &str)] = &[
    ("Link", "Links"),
    ("Document", "Documents"),
    ("Entity", "Entities"),
    ("API definition", "API definitions"),
    ("Decision", "Decisions"),
    ("Template", "Templates"),
    ("Score", "Scorecards"),
];

/// The type of page.
pub struct Changes;

impl PageType for Changes {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        portal.preview.iter().map(|_| (routes::PREVIEW.to_owned(), Subject::Portal)).collect()
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("preview.html", model(view))
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    total: String,
    groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct Group {
    title: &'static str,
    count: String,
    rows: Vec<Row>,
    unlisted: usize,
}

#[derive(Debug, Serialize)]
struct Row {
    title: String,
    href: Option<String>,
    change: &'static str,
    tone: &'static str,
    owner: Option<EntityLink>,
    note: String,
    sections: Vec<SectionLink>,
}

#[derive(Debug, Serialize)]
struct SectionLink {
    href: String,
    title: String,
}

fn model(view: &PageContext<'_>) -> PageModel<Model> {
    let changes = view.portal.preview.as_ref().map_or(&[][..], |preview| &preview.changes);
    let group = |(sort, title): &(&'static str, &'static str)| {
        let of_sort: Vec<&PreviewChange> = changes.iter().filter(|change| change.sort == *sort).collect();
        let rows = of_sort.iter().take(LISTED).map(|change| row(view, change));
        (!of_sort.is_empty()).then(|| Group {
            title,
            count: context::grouped(of_sort.len()),
            rows: rows.collect(),
            unlisted: of_sort.len().saturating_sub(LISTED),
        })
    };
    let model = Model { total: context::grouped(changes.len()), groups: SORTS.iter().filter_map(group).collect() };
    let about = About { title: Some("What this change does".to_owned()), class: "records", ..About::default() };
    frame(view, Section::HOME, about, model)
}

fn row(view: &PageContext<'_>, change: &PreviewChange) -> Row {
    // What the change names may not be a page: a link to it would lead nowhere.
    let href = change.url.as_ref().filter(|url| view.site.page(url).is_some()).map(|url| view.href(url));
    let section = |(id, title): &(String, String)| {
        Some(SectionLink { href: format!("{}#{}", href.as_ref()?, routes::query_value(id)), title: title.clone() })
    };
    Row {
        title: change.title.clone(),
        change: change.change,
        tone: match change.change {
            "added" | "repaired" | "up" => "good",
            "removed" | "broken" | "down" => "error",
            _ => "note",
        },
        owner: change
            .owner
            .as_ref()
            .and_then(|owner| EntityRef::parse(owner, Some("group"), "default").ok())
            .map(|owner| view.link_to(&owner)),
        note: change.note.clone(),
        sections: change.sections.iter().take(SECTIONS).filter_map(section).collect(),
        href,
    }
}
