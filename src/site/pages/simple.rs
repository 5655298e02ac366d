//! Pages that say little themselves: search, and the answer to an unknown address.

use serde::Serialize;

use crate::routes;
use crate::site::chrome::{About, Framed, Section, frame};
use crate::site::view::View;

/// What the templates show.
#[derive(Debug, Serialize)]
pub struct Model {
    catalog: String,
    docs: String,
}

/// Makes the search page.
#[must_use]
pub fn search(view: &View<'_>) -> Framed<Model> {
    let about = About { title: Some("Search".to_owned()), class: "search", ..About::default() };
    frame(view, Section::Search, about, model(view))
}

/// Makes the page with every component of the theme.
#[must_use]
pub fn theme(view: &View<'_>) -> Framed<Model> {
    let about = About { title: Some("Theme".to_owned()), class: "theme", ..About::default() };
    frame(view, Section::Home, about, model(view))
}

/// Makes the answer to an unknown address.
#[must_use]
pub fn not_found(view: &View<'_>) -> Framed<Model> {
    let about = About { title: Some("Page not found".to_owned()), class: "missing", ..About::default() };
    frame(view, Section::Home, about, model(view))
}

fn model(view: &View<'_>) -> Model {
    Model { catalog: view.href(routes::CATALOG), docs: view.href(routes::DOCS) }
}
