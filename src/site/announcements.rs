//! An announcement as lists, cards and its own page show it.

use serde::Serialize;

use super::context::{EntityLink, PageContext};
use crate::announcements::{Announcement, Publisher};
use crate::calendar::Day;
use crate::routes;

/// An announcement as lists show it.
#[derive(Debug, Serialize)]
pub struct Item {
    href: String,
    title: String,
    excerpt: Option<String>,
    category: Option<String>,
    publisher: Option<String>,
    by: Option<EntityLink>,
    about: Option<EntityLink>,
    day: Option<String>,
    words: Option<String>,
    until: Option<String>,
    is_active: bool,
}

/// Describes an announcement.
#[must_use]
pub fn item(view: &PageContext<'_>, one: &Announcement) -> Item {
    let (by, publisher) = match &one.publisher {
        Some(Publisher::Entity(id)) => (Some(view.link(*id)), None),
        Some(Publisher::Name(name)) => (None, Some(name.clone())),
        None => (None, None),
    };
    Item {
        href: view.href(&routes::announcement(&one.slug)),
        title: one.title.clone(),
        excerpt: one.excerpt.clone(),
        category: one.category.clone(),
        publisher,
        by,
        about: one.entity.map(|id| view.link(id)),
        day: one.date.map(Day::iso),
        words: one.date.map(Day::words),
        until: one.end.map(Day::iso),
        is_active: one.is_active,
    }
}
