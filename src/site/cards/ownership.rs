//! What a group or user owns.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::{Card, Content, placed};
use crate::catalog::{EntityId, Relation};
use crate::routes;
use crate::site::context::EntityLink;
use crate::site::relations::Place;
use crate::site::{PageContext, kind_display};

/// Groups that are named.
const GROUPS: usize = 5;

/// The card.
pub struct Ownership;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    boxes: Vec<OwnedBox>,
    direct: usize,
    /// With what other groups own.
    all: usize,
    /// Whether other groups count, too.
    has_others: bool,
    is_user: bool,
    /// Of a user.
    below: Option<Below>,
    kinds: Vec<OwnedKind>,
}

/// What the groups below the teams of a person own besides.
#[derive(Debug, Serialize)]
struct Below {
    count: usize,
    links: Vec<EntityLink>,
    /// How many groups are not named.
    more: usize,
}

/// How many entities of a kind and type.
#[derive(Debug, Serialize)]
struct OwnedBox {
    href: String,
    class: &'static str,
    direct: usize,
    all: usize,
    kind: String,
    r#type: String,
}

/// The entities of one kind that are owned directly.
#[derive(Debug, Serialize)]
struct OwnedKind {
    title: String,
    count: usize,
    links: Vec<EntityLink>,
}

impl Card for Ownership {
    fn name(&self) -> &'static str {
        "ownership"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let found: Vec<_> = placed(view, id, Place::Ownership).into_iter().flat_map(|(_, found)| found).collect();
        if found.is_empty() && !matches!(view.entity(id).reference.kind(), "group" | "user") {
            return None;
        }
        Some(Box::new(ownership(view, id, &found)))
    }
}

/// Counts what is owned by kind and type: directly, and with what other groups own. Of a group these are the groups below it, of
/// a user those that they are a member of, as on the card of Backstage.
fn ownership(view: &PageContext<'_>, id: EntityId, found: &[&Relation]) -> Model {
    let direct: BTreeSet<EntityId> = found.iter().filter_map(|relation| relation.id).collect();
    let is_user = view.entity(id).reference.kind() == "user";
    let owners = view.owners(id);
    // How many there are, and who of the group and those below owns some.
    type Ids = BTreeSet<EntityId>;
    let mut counts: BTreeMap<(usize, &str, &str), (Ids, Ids)> = BTreeMap::new();
    for owner in owners.iter().copied() {
        for owned in view.entity(owner).related("ownerOf").filter_map(|relation| relation.id) {
            let entity = view.entity(owned);
            let kind = entity.reference.kind();
            let key = (kind_display::rank(kind), kind, entity.spec_str("type").unwrap_or_default());
            let entry = counts.entry(key).or_default();
            entry.0.insert(owned);
            entry.1.insert(owner);
        }
    }
    let all = counts.values().map(|(owned, _)| owned.len()).sum();
    let mut boxes: Vec<OwnedBox> = counts
        .into_iter()
        .map(|((_, kind, r#type), (owned, owners))| {
            let (direct, all) = (owned.intersection(&direct).count(), owned.len());
            let href =
                catalog_of(view, id, kind, r#type, owners.into_iter().filter(|owner| direct < all || *owner == id));
            let face = view.site.kind(kind).map(|group| &group.face);
            let name = face.map_or(kind, |face| if all == 1 { &face.one } else { &face.many });
            OwnedBox {
                href,
                class: kind_display::class(kind),
                direct,
                all,
                kind: name.to_owned(),
                r#type: r#type.to_owned(),
            }
        })
        .collect();
    boxes.sort_by_key(|owned| std::cmp::Reverse(owned.all));

    let mut kinds_owned: BTreeMap<(usize, &str), Vec<EntityLink>> = BTreeMap::new();
    for relation in found {
        let kind = relation.target.kind();
        kinds_owned.entry((kind_display::rank(kind), kind)).or_default().push(view.relation(relation));
    }
    let kinds = kinds_owned
        .into_iter()
        .map(|((_, kind), links)| {
            let face = view.site.kind(kind).map(|group| group.face.many.clone());
            OwnedKind { title: face.unwrap_or_else(|| kind.to_owned()), count: links.len(), links }
        })
        .collect();
    let below = if is_user { below_teams(view, &owners) } else { None };
    Model { boxes, direct: direct.len(), all, has_others: owners.len() > 1, is_user, below, kinds }
}

/// Counts what only the groups below the teams of a person own: the page of a team counts it, that of a member does not.
fn below_teams(view: &PageContext<'_>, owners: &BTreeSet<EntityId>) -> Option<Below> {
    let own = view.owned(owners);
    let below: BTreeSet<EntityId> = owners.iter().flat_map(|owner| view.groups_below(*owner)).collect();
    let mut groups = Vec::new();
    let mut more = Vec::new();
    for group in below.difference(owners) {
        let known = more.len();
        let owned = view.entity(*group).related("ownerOf").filter_map(|relation| relation.id);
        more.extend(owned.filter(|owned| !own.contains(owned)));
        if more.len() > known {
            groups.push(*group);
        }
    }
    more.sort_unstable();
    more.dedup();
    let links = groups.iter().take(GROUPS).map(|group| view.link(*group)).collect();
    (!more.is_empty()).then(|| Below { count: more.len(), links, more: groups.len().saturating_sub(GROUPS) })
}

/// Links to what `owners` own of a kind and type; what a group owns alone is in its list.
fn catalog_of(
    view: &PageContext<'_>,
    group: EntityId,
    kind: &str,
    r#type: &str,
    owners: impl Iterator<Item = EntityId>,
) -> String {
    let owners: Vec<EntityId> = owners.collect();
    let list = view.site.listings().at(&routes::owner_list(&view.entity(group).reference));
    let (page, named) = match list {
        Some(list) if owners == [group] => (view.href(&list.url), &[][..]),
        _ => (view.href(routes::CATALOG), &owners[..]),
    };
    let mut href = format!("{page}?filters[kind]={kind}");
    if !r#type.is_empty() {
        let _ = write!(href, "&filters[type]={}", routes::query_value(r#type));
    }
    for owner in named {
        let _ = write!(href, "&filters[owners]={}", routes::query_value(view.entity(*owner).reference.as_str()));
    }
    href
}
