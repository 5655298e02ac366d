//! The portal as one page sees it: how it links to others and what it calls them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;

use super::kind_display;
use super::{DocsTarget, Site};
use crate::catalog::{Entity, EntityId, EntityRef, Relation};
use crate::html::{self, Html};
use crate::markdown::{DocLink, Resolved, commonmark};
use crate::portal::Portal;
use crate::routes;
use crate::standalone_markdown::{LinkTarget, Note};

/// The portal as seen from one page.
#[derive(Clone, Copy)]
pub struct PageContext<'a> {
    /// What there is to show.
    pub portal: &'a Portal,
    /// Where it is shown.
    pub site: &'a Site,
    /// The page.
    pub url: &'a str,
}

/// A link to an entity, or its name where there is none to link to.
#[derive(Debug, Clone, Serialize)]
pub struct EntityLink {
    /// `None` for an entity that does not exist.
    pub href: Option<String>,
    /// The name for readers.
    pub title: String,
    /// Its name where that differs from the title, with the namespace where that is not the default one.
    pub name: Option<String>,
    /// `kind:namespace/name`.
    pub reference: String,
    /// Class suffix of icon and hue.
    pub class: &'static str,
    /// The relation that the link represents, if any.
    pub relation: Option<String>,
}

/// A link to anything else.
#[derive(Debug, Clone, Serialize)]
pub struct Anchor {
    /// The target address.
    pub href: String,
    /// The text to show.
    pub title: String,
    /// Name of an icon.
    pub icon: &'static str,
    /// Whether it leaves the site.
    pub external: bool,
}

/// A word with a tone.
#[derive(Debug, Clone, Serialize)]
pub struct Chip {
    /// The word.
    pub text: String,
    /// `good`, `note`, `warn` or `plain`.
    pub tone: &'static str,
}

/// A tag and the list of what else has it.
#[derive(Debug, Clone, Serialize)]
pub struct TagLink {
    /// The list.
    pub href: String,
    /// The tag.
    pub text: String,
}

impl<'a> PageContext<'a> {
    /// Returns the link from this page to a URL of the site.
    #[must_use]
    pub fn href(&self, to: &str) -> String {
        // A host shows this page at any depth, so that relative links would lead anywhere.
        if self.url == routes::NOT_FOUND {
            return format!("{}{}", self.site.base_path(), routes::encoded(to));
        }
        routes::relative(self.url, to)
    }

    /// Returns the link from this page to the root of the site, ending in `/`.
    #[must_use]
    pub fn root(&self) -> String {
        self.href(routes::HOME)
    }

    /// Returns the entity of an id.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &'a Entity {
        self.portal.catalog.get(id)
    }

    /// Links to an entity.
    #[must_use]
    pub fn link(&self, id: EntityId) -> EntityLink {
        let mention = self.site.mention(id);
        EntityLink {
            href: Some(self.href(&mention.url)),
            title: mention.title.clone(),
            name: mention.name.clone(),
            reference: self.entity(id).reference.as_str().to_owned(),
            class: mention.class,
            relation: None,
        }
    }

    /// Names the entity of a reference, with a link if it exists.
    #[must_use]
    pub fn link_to(&self, reference: &EntityRef) -> EntityLink {
        match self.portal.catalog.find(reference.as_str()) {
            Some(id) => self.link(id),
            None => missing(reference),
        }
    }

    /// Links to the other end of a relation, marked as that relation.
    #[must_use]
    pub fn relation(&self, relation: &Relation) -> EntityLink {
        let link = self.plain_relation(relation);
        EntityLink { relation: Some(relation.kind.to_string()), ..link }
    }

    /// Links to the other end of a relation without the mark, where the page has it elsewhere.
    #[must_use]
    pub fn plain_relation(&self, relation: &Relation) -> EntityLink {
        match relation.id {
            Some(id) => self.link(id),
            None => missing(&relation.target),
        }
    }

    /// Links to the owner, without a mark.
    #[must_use]
    pub fn owner(&self, entity: &Entity) -> Option<EntityLink> {
        entity.related("ownedBy").next().map(|relation| self.plain_relation(relation))
    }

    /// Links to what the entity is part of, of the given kind, without a mark.
    #[must_use]
    pub fn part_of(&self, entity: &Entity, kind: &str) -> Option<EntityLink> {
        let relation = entity.related("partOf").find(|relation| relation.target.kind() == kind)?;
        Some(self.plain_relation(relation))
    }

    /// Returns the groups below a group, itself not among them.
    #[must_use]
    pub fn groups_below(&self, id: EntityId) -> BTreeSet<EntityId> {
        let mut below = BTreeSet::new();
        let mut open = vec![id];
        while let Some(group) = open.pop() {
            for relation in self.entity(group).related("parentOf") {
                if let Some(child) = relation.id
                    && child != id
                    && below.insert(child)
                {
                    open.push(child);
                }
            }
        }
        below
    }

    /// Returns who owns for a group or user: themselves, with the groups below a group, and those of which a user is a member, as
    /// on the card of Backstage.
    #[must_use]
    pub fn owners(&self, id: EntityId) -> BTreeSet<EntityId> {
        let entity = self.entity(id);
        let mut owners = match entity.reference.kind() {
            "group" => self.groups_below(id),
            "user" => entity.related("memberOf").filter_map(|relation| relation.id).collect(),
            _ => BTreeSet::new(),
        };
        owners.insert(id);
        owners
    }

    /// Returns what some groups and users own.
    #[must_use]
    pub fn owned<'o>(&self, owners: impl IntoIterator<Item = &'o EntityId>) -> BTreeSet<EntityId> {
        owners.into_iter().flat_map(|owner| self.entity(*owner).related("ownerOf")).filter_map(|it| it.id).collect()
    }

    /// Links the tags to what else has them.
    #[must_use]
    pub fn tags(&self, entity: &Entity) -> Vec<TagLink> {
        let link = |tag: &str| {
            let query = || format!("filters[kind]=all&filters[tags]={}", routes::query_value(tag));
            TagLink { href: self.listing(&routes::tag_list(tag), query), text: tag.to_owned() }
        };
        entity.tags().map(link).collect()
    }

    /// Links to the list at an address; where it has no page of its own, to the catalog with `query` in its filters.
    #[must_use]
    pub fn listing(&self, url: &str, query: impl FnOnce() -> String) -> String {
        match self.site.listings().at(url) {
            Some(listing) => self.href(&listing.url),
            None => format!("{}?{}", self.href(routes::CATALOG), query()),
        }
    }

    /// Returns the first paragraph of the description as inline HTML.
    #[must_use]
    pub fn summary(&self, entity: &Entity) -> Option<String> {
        let id = self.portal.catalog.find(entity.reference.as_str())?;
        self.site.mention(id).summary.get_or_init(|| summary(entity)).clone()
    }

    /// Decides where a link of a text outside of documentation sites leads from this page; the text is the README of an
    /// entity, or that of the first page.
    #[must_use]
    pub fn note_link(&self, note: &Note, of: Option<EntityId>, link: &DocLink) -> Resolved {
        match note.goal(link) {
            LinkTarget::Picture(picture, place) => {
                let reference = of.map(|id| &self.entity(id).reference);
                let url = routes::note_picture(reference, &note.pictures[*picture].name);
                Resolved { href: Some(self.href(&url) + place), broken: false }
            }
            LinkTarget::Entity(id) => Resolved { href: self.link(*id).href, broken: false },
            LinkTarget::Page { site, page, place } => {
                let site = &self.portal.docs.sites[*site];
                let url = routes::docs_page(&self.entity(site.entity).reference, &site.pages[*page].path);
                Resolved { href: Some(self.href(&url) + place), broken: false }
            }
            LinkTarget::Source(url) => Resolved::as_written(url),
            LinkTarget::AsWritten if link.target.starts_with('#') => Resolved::as_written(&link.target),
            LinkTarget::AsWritten => outward(link),
            LinkTarget::Outside => Resolved::default(),
            LinkTarget::Nowhere => Resolved { href: None, broken: true },
        }
    }

    /// Links to the documentation of an entity.
    #[must_use]
    pub fn docs(&self, id: EntityId) -> Option<String> {
        let DocsTarget { site, page } = self.site.docs_of(id)?;
        let site = self.portal.docs.sites.get(*site)?;
        let reference = &self.entity(site.entity).reference;
        Some(self.href(&routes::docs_page(reference, &site.pages.get(*page)?.path)))
    }
}

fn summary(entity: &Entity) -> Option<String> {
    let text = entity.description()?;
    let paragraph = text.trim().split("\n\n").next().unwrap_or_default();
    Some(commonmark::inline_with(&shortened(paragraph, 240), &outward))
}

/// Keeps links of descriptions that leave the site; one to a file beside the description has no page to lead to.
#[must_use]
pub fn outward(link: &DocLink) -> Resolved {
    if is_web(&link.target) { Resolved::as_written(&link.target) } else { Resolved::default() }
}

/// Returns whether a link is safe to follow: what comes from a file could also be a script.
#[must_use]
pub fn is_web(url: &str) -> bool {
    html::is_external(url) && html::is_safe_address(url, html::AddressUse::Link)
}

/// Names an entity that does not exist by what was written down.
fn missing(reference: &EntityRef) -> EntityLink {
    EntityLink {
        href: None,
        title: reference.name().to_owned(),
        name: None,
        reference: reference.to_string(),
        class: kind_display::class(reference.kind()),
        relation: None,
    }
}

/// Returns the chip of a lifecycle.
#[must_use]
pub fn lifecycle(text: &str) -> Chip {
    let tone = match text.to_lowercase().as_str() {
        "production" | "stable" | "active" | "ga" => "good",
        "experimental" | "beta" | "alpha" | "preview" | "development" | "staging" => "note",
        "deprecated" | "retired" | "end-of-life" | "sunset" => "warn",
        _ => "plain",
    };
    Chip { text: text.to_owned(), tone }
}

/// Returns at most about `limit` characters, cut between words.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(limit) else { return Cow::Borrowed(text) };
    let cut = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    Cow::Owned(format!("{}…", text[..cut].trim_end_matches([',', ';', ':', '.', ' ', '\n'])))
}

/// Returns the initials of a name, one or two letters.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// Returns a message as HTML, with what is between backticks as code. Anything else in it stays as written: names are
/// full of characters that Markdown would take for its own.
///
/// Messages begin in lower case; on a page they are sentences. A first word with capitals inside is a field and stays.
#[must_use]
pub fn with_code(message: &str) -> String {
    let mut out = Html::with_capacity(message.len() + 16);
    let first = message.split(' ').next().unwrap_or_default();
    let capital =
        (!first.is_empty() && first.chars().all(|c| c.is_ascii_lowercase())).then(|| message[..1].to_uppercase());
    let message = if capital.is_some() { &message[1..] } else { message };
    out.text(capital.as_deref().unwrap_or_default());
    let mut parts = message.split('`');
    let closed = message.matches('`').count() / 2 * 2;
    out.text(parts.next().unwrap_or_default());
    for (at, part) in parts.enumerate() {
        out.raw(match at {
            at if at >= closed => "`",
            at if at % 2 == 0 => "<code>",
            _ => "</code>",
        });
        out.text(part);
    }
    out.into_string()
}

/// Returns `1 page`, `2 pages`.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", grouped(number))
}

/// Returns a number with its thousands apart.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_words() {
        assert_eq!(shortened("short", 10), "short");
        assert_eq!(shortened("one two, three", 10), "one two…");
        assert_eq!(shortened("übermäßiglang", 5), "überm…");
    }

    #[test]
    fn code_in_messages_is_marked_and_the_rest_escaped() {
        assert_eq!(with_code("a `b<` *c* `d`"), "A <code>b&lt;</code> *c* <code>d</code>");
        assert_eq!(with_code("`a` b` c"), "<code>a</code> b` c");
        assert_eq!(with_code("<"), "&lt;");
        assert_eq!(with_code("dependsOn is"), "dependsOn is");
    }

    #[test]
    fn numbers_and_names() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(count(1, "page", "pages"), "1 page");
        assert_eq!(count(1000, "page", "pages"), "1,000 pages");
        assert_eq!(initials("Ada King-Lovelace"), "AL");
        assert_eq!(initials("ops"), "O");
        assert_eq!(initials("…"), "");
    }
}
