//! The documentation of the entity, or how to add one.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::{EntityId, kinds};
use crate::routes;
use crate::site::context::{self, Anchor};
use crate::site::{Changed, PageContext, yaml_highlight};

/// The card.
pub struct Documentation;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    docs: Option<Docs>,
    /// The YAML that would add documentation, when there is none.
    hint: Option<String>,
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
        if docs.is_none() && hint.is_none() {
            return None;
        }
        Some(Box::new(Model { docs, hint }))
    }
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
