//! Changes as Atom feeds: of the portal, of an entity, of what a group owns, of a documentation site, and
//! announcements.

use super::{Change, PageContext, changes, newest_first, scorecards};
use crate::announcements::Publisher;
use crate::calendar::Day;
use crate::catalog::EntityId;
use crate::html::Html;
use crate::routes;

/// What a feed says of itself: its title, the page that it is about, and its own address.
struct Head {
    title: String,
    page: String,
    feed: String,
}

/// Writes the newest changes of the portal.
#[must_use]
pub fn of_portal(view: &PageContext<'_>) -> String {
    let title = format!("{}: changes", view.site.config().title);
    let head = Head { title, page: routes::HOME.to_owned(), feed: routes::FEED.to_owned() };
    write(view, &head, view.site.changes())
}

/// Writes the newest changes of an entity: of its file, its documentation, its decisions and its levels on scorecards; those of a group or user are the
/// changes of all that it owns.
#[must_use]
pub fn of_entity(view: &PageContext<'_>, id: EntityId) -> String {
    let entity = view.entity(id);
    let owned = entity.related("ownerOf").filter_map(|relation| relation.id);
    let changes = std::iter::once(id).chain(owned).flat_map(|id| changes_of(view, id)).collect();
    let head = Head {
        title: format!("{}: changes", entity.title()),
        page: routes::entity(&entity.reference),
        feed: routes::entity_feed(&entity.reference),
    };
    write(view, &head, &newest_first(changes))
}

/// Writes the newest changes of a documentation site.
#[must_use]
pub fn of_docs(view: &PageContext<'_>, id: EntityId) -> String {
    let docs = view.portal.docs.site(id);
    let reference = &view.entity(id).reference;
    let title = docs.map_or_else(String::new, |docs| docs.title.clone());
    let head = Head { title, page: routes::docs_page(reference, ""), feed: routes::docs_feed(reference) };
    let changes = docs.into_iter().flat_map(|docs| changes::of_pages(view.portal, docs));
    write(view, &head, &newest_first(changes.collect()))
}

/// Writes the announcements that hold or held.
#[must_use]
pub fn of_announcements(view: &PageContext<'_>) -> String {
    let config = view.site.config();
    let by = |publisher: &Option<Publisher>| match publisher {
        Some(Publisher::Entity(id)) => view.entity(*id).title().to_owned(),
        Some(Publisher::Name(name)) => name.clone(),
        None => config.organization.clone().unwrap_or_else(|| config.title.clone()),
    };
    let change = |one: &crate::announcements::Announcement| Change {
        time: one.date.map_or(0, Day::number) * changes::DAY,
        title: one.title.clone(),
        what: one.category.clone().unwrap_or_else(|| "Announcement".to_owned()),
        url: routes::announcement(&one.slug),
        author: by(&one.publisher).into(),
    };
    let head = Head {
        title: format!("{}: news", config.title),
        page: routes::ANNOUNCEMENTS.to_owned(),
        feed: routes::ANNOUNCEMENTS_FEED.to_owned(),
    };
    // What is still to come is nobody's business yet.
    let all = view.portal.announcements.all.iter().filter(|one| one.is_active || one.end.is_some());
    write(view, &head, &newest_first(all.map(change).collect()))
}

fn changes_of(view: &PageContext<'_>, id: EntityId) -> Vec<Change> {
    let entity = view.entity(id);
    let docs = view.portal.docs.site(id);
    let pages = docs.into_iter().flat_map(|docs| changes::of_pages(view.portal, docs));
    let log = view.portal.decisions.of(id).map(|(_, log)| log);
    let records = log.into_iter().flat_map(|log| log.records.iter());
    let decisions = records.filter_map(|record| changes::of_decision(view, id, record));
    let turns = scorecards::turns(view.portal, id).into_iter().map(|turn| {
        let [from, to] = [turn.from, turn.to].map(|rank| scorecards::badge(turn.card, rank).title);
        Change {
            time: turn.day.number() * changes::DAY,
            title: format!("{}: {to} instead of {from}", entity.title()),
            what: turn.card.title.clone(),
            url: routes::entity_tab(&entity.reference, "scorecards"),
            author: turn.card.title.as_str().into(),
        }
    });
    changes::of_entity(view, id).into_iter().chain(pages).chain(decisions).chain(turns).collect()
}

fn write(view: &PageContext<'_>, head: &Head, changes: &[Change]) -> String {
    let base = view.site.base_url().unwrap_or_default();
    let absolute = |url: &str| format!("{base}{}", routes::encoded(url));
    let newest = changes.first().map_or(0, |change| change.time);
    let mut out = Html::new();
    out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.start("feed").attribute("xmlns", "http://www.w3.org/2005/Atom");
    out.raw("\n");
    out.element("title", &head.title);
    out.raw("\n");
    out.element("id", &absolute(&head.page));
    out.raw("\n");
    out.empty("link").attribute("href", &absolute(&head.page));
    out.raw("\n");
    out.empty("link").attribute("rel", "self").attribute("href", &absolute(&head.feed));
    out.raw("\n");
    out.element("updated", &super::date::moment(newest));
    out.raw("\n");
    for Change { time, title, what, url, author } in changes {
        let url = absolute(url);
        out.start("entry");
        out.element("title", title);
        out.element("id", &format!("{url}#{time}"));
        out.empty("link").attribute("href", &url);
        out.element("updated", &super::date::moment(*time));
        out.start("author");
        out.element("name", author);
        out.end("author");
        out.empty("category").attribute("term", what);
        out.end("entry");
        out.raw("\n");
    }
    out.end("feed");
    out.raw("\n");
    out.into_string()
}
