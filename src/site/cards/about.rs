//! What the entity is: description, facts and tags.

use serde::Serialize;

use super::{Card, Content, placed};
use crate::catalog::{Entity, EntityId, EntityRef, FormerSource, kinds};
use crate::markdown::commonmark;
use crate::routes;
use crate::site::context::{self, EntityLink, TagLink};
use crate::site::relations::Place;
use crate::site::table::profile;
use crate::site::{PageContext, date};

/// The card.
pub struct About;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    /// As HTML.
    description: Option<String>,
    /// For a person: initials in place of a picture.
    person: Option<Profile>,
    facts: Vec<Fact>,
    tags: Vec<TagLink>,
}

/// A person or team.
#[derive(Debug, Serialize)]
struct Profile {
    initials: String,
    email: Option<String>,
}

/// One fact of the About card.
#[derive(Debug, Serialize)]
struct Fact {
    title: String,
    links: Vec<EntityLink>,
    text: Option<String>,
    /// The list of what has the same text there.
    href: Option<String>,
    /// What to say where nothing is known.
    missing: Option<&'static str>,
}

impl Card for About {
    fn name(&self) -> &'static str {
        "about"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let entity = view.entity(id);
        let kind = entity.reference.kind();
        let fact = |(title, found): (String, Vec<_>)| Fact {
            title,
            links: found.into_iter().map(|relation| view.relation(relation)).collect(),
            text: None,
            href: None,
            missing: None,
        };
        let mut facts: Vec<Fact> = placed(view, id, Place::Fact).into_iter().map(fact).collect();
        add_missing_facts(kind, &mut facts);
        facts.extend(plain_facts(view, entity));
        facts.extend(former_names(view, id));
        Some(Box::new(Model {
            description: entity.description().map(|text| commonmark::block_with(text, &context::outward)),
            person: kinds::of(kind).is_some_and(|kind| kind.can_own).then(|| Profile {
                initials: context::initials(entity.title()),
                email: profile(entity, "email").map(str::to_owned),
            }),
            facts,
            tags: view.tags(entity),
        }))
    }
}

/// Returns what the entity was called before, and since when it is not.
fn former_names(view: &PageContext<'_>, id: EntityId) -> Option<Fact> {
    let of_entity = view.portal.catalog.former().filter(|(_, former)| former.id == id);
    let names = of_entity.map(|(reference, former)| {
        let own = &view.entity(id).reference;
        let is_alike = |other: &EntityRef| other.kind() == own.kind() && other.namespace() == own.namespace();
        let parsed = EntityRef::parse(reference, None, "default").ok().filter(is_alike);
        let name = parsed.as_ref().map_or(reference, EntityRef::name);
        match &former.source {
            FormerSource::Commit(_, time) => format!("{name} (until {})", date::day(*time).1),
            FormerSource::Said | FormerSource::Kept => name.to_owned(),
        }
    });
    let names: Vec<String> = names.take(MOST_NAMES).collect();
    (!names.is_empty()).then(|| Fact {
        title: "Formerly".to_owned(),
        links: Vec::new(),
        text: Some(names.join(", ")),
        href: None,
        missing: None,
    })
}

/// Maximum number of names of before that are listed.
const MOST_NAMES: usize = 5;

fn add_missing_facts(kind: &str, facts: &mut Vec<Fact>) {
    let expected = kinds::of(kind).map_or(&[][..], |kind| kind.missing);
    for (at, (title, missing)) in expected.iter().enumerate() {
        if !facts.iter().any(|fact| fact.title == *title) {
            let fact =
                Fact { title: (*title).to_owned(), links: Vec::new(), text: None, href: None, missing: Some(missing) };
            facts.insert(at.min(facts.len()), fact);
        }
    }
}

fn plain_facts(view: &PageContext<'_>, entity: &Entity) -> Vec<Fact> {
    let fact = |title: &str, text: Option<&str>, href: Option<String>| {
        text.filter(|text| !text.trim().is_empty()).map(|text| Fact {
            title: title.to_owned(),
            links: Vec::new(),
            text: Some(text.to_owned()),
            href,
            missing: None,
        })
    };
    let kind = entity.spec_str("type");
    let of_type = kind.and_then(|kind| view.site.listings().at(&routes::type_list(entity.reference.kind(), kind)));
    let of_type = of_type.map(|listing| view.href(&listing.url));
    let namespace = Some(entity.namespace()).filter(|namespace| *namespace != "default");
    [
        fact("Type", kind, of_type),
        fact("Lifecycle", entity.spec_str("lifecycle"), None),
        fact("Namespace", namespace, None),
    ]
    .into_iter()
    .flatten()
    .collect()
}
