//! What the entity is: description, facts and tags.

use serde::Serialize;

use super::{Card, Content, placed};
use crate::catalog::{Entity, EntityId, kinds};
use crate::markdown::commonmark;
use crate::routes;
use crate::site::PageContext;
use crate::site::context::{self, EntityLink, TagLink};
use crate::site::relations::Place;
use crate::site::table::profile;

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
