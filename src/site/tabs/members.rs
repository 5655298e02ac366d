//! Everybody in a group: its own members, and those of the groups below it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Content, Tab};
use crate::catalog::{EntityId, Relation};
use crate::portal::Portal;
use crate::site::context::{self, EntityLink};
use crate::site::people::{Person, person};
use crate::site::{PageContext, Site};

/// More people than this are named without a card.
const CARDS: usize = 300;

/// The tab.
pub struct Members;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    direct: Vec<Person>,
    below: Vec<Person>,
    /// The numbers of both.
    count: (String, String),
    /// Those without a card.
    further: Vec<EntityLink>,
}

impl Tab for Members {
    fn id(&self) -> &'static str {
        "members"
    }

    fn title(&self) -> &'static str {
        "Members"
    }

    fn icon(&self) -> &'static str {
        "kind-user"
    }

    fn applies(&self, portal: &Portal, _site: &Site, entity: EntityId) -> bool {
        let entity = portal.catalog.get(entity);
        entity.reference.kind() == "group"
            && (entity.related("hasMember").next().is_some() || entity.related("parentOf").next().is_some())
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let entity = view.entity(id);
        let mut direct: Vec<Person> =
            entity.related("hasMember").map(|relation| person(view, view.relation(relation), relation.id)).collect();
        let own: Vec<&str> = direct.iter().map(|person| person.link.reference.as_str()).collect();
        let mut groups_of: BTreeMap<&str, (&Relation, Vec<EntityId>)> = BTreeMap::new();
        for group in view.groups_below(id) {
            for relation in view.entity(group).related("hasMember") {
                if !own.contains(&relation.target.as_str()) {
                    groups_of.entry(relation.target.as_str()).or_insert((relation, Vec::new())).1.push(group);
                }
            }
        }
        let mut below: Vec<Person> = groups_of
            .into_values()
            .map(|(member, groups)| {
                let through = groups.into_iter().map(|group| view.link(group)).collect();
                Person { through, ..person(view, view.plain_relation(member), member.id) }
            })
            .collect();
        for people in [&mut direct, &mut below] {
            people.sort_by_cached_key(|person| person.link.title.to_lowercase());
        }
        let count = (context::grouped(direct.len()), context::grouped(below.len()));
        let mut further = Vec::new();
        for people in [&mut direct, &mut below] {
            further.extend(people.drain(people.len().min(CARDS)..).map(|person| person.link));
        }
        Some(Box::new(Model { direct, below, count, further }))
    }
}
