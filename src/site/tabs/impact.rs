//! Who is hit when the entity fails: hop by hop, by owner, with the path to each.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Content, Shows, Tab};
use crate::catalog::EntityId;
use crate::impact::{self, Hit};
use crate::portal::Portal;
use crate::site::context::{self, EntityLink};
use crate::site::{PageContext, Site};

/// Maximum number that are looked at for owners, and of those hit directly that are listed; the command line lists all.
const WALKED: usize = 300;

/// How many are listed if fewer are hit directly: each of thousands of entities may hit all the others.
const LISTED: usize = 40;

/// Maximum number of owners that are listed, those hit first.
const OWNERS: usize = 20;

/// The tab.
pub struct Impact;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    /// How many are hit in all.
    total: String,
    /// A sentence such as `3 directly, 12 in all, of 4 owners`.
    summary: String,
    owners: Vec<(EntityLink, String, usize)>,
    /// How many owners are not listed.
    more_owners: usize,
    hops: Vec<Hop>,
    /// How many are not listed.
    unlisted: usize,
    /// The entities that hit each other in a cycle with this one.
    cycle: Vec<EntityLink>,
    /// What lists all of them.
    command: String,
}

/// What is hit in the same number of hops.
#[derive(Debug, Serialize)]
struct Hop {
    number: usize,
    title: String,
    count: String,
    groups: Vec<Group>,
}

/// What one owner has of it.
#[derive(Debug, Serialize)]
struct Group {
    owner: Option<EntityLink>,
    hits: Vec<Line>,
}

/// One entity that is hit.
#[derive(Debug, Serialize)]
struct Line {
    link: EntityLink,
    /// The title of the system.
    system: Option<String>,
    tier: Option<String>,
    on_call: Option<String>,
    /// The titles of those between, in order.
    through: Vec<String>,
}

impl Tab for Impact {
    fn id(&self) -> &'static str {
        "impact"
    }

    fn title(&self) -> &'static str {
        "Impact"
    }

    fn icon(&self) -> &'static str {
        "siren"
    }

    fn applies(&self, _portal: &Portal, site: &Site, entity: EntityId) -> bool {
        site.impact().direct(entity) > 0
    }

    fn shows(&self) -> Shows {
        Shows::Catalog
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let impact = view.site.impact();
        let hops = impact.hops(id, WALKED);
        let total = impact.size(id);
        let walked: usize = hops.iter().map(Vec::len).sum();
        let owners = impact::owners(|id| view.site.mention(id).owner, &hops);
        let mut left = LISTED.max(hops.first().map_or(0, Vec::len));
        let mut listed = 0;
        let mut shown = Vec::new();
        for (at, hits) in hops.iter().enumerate() {
            let part = &hits[..hits.len().min(left)];
            left -= part.len();
            listed += part.len();
            if !part.is_empty() {
                shown.push(Hop {
                    number: at + 1,
                    title: if at == 0 { "Directly".to_owned() } else { format!("In {} hops", at + 1) },
                    count: context::grouped(hits.len()),
                    groups: groups(view, &hops, id, part),
                });
            }
        }
        let others = impact.cycle_of(id).unwrap_or_default().iter().filter(|other| **other != id);
        Some(Box::new(Model {
            summary: format!(
                "{} directly, {} in all, of {}{}",
                context::grouped(impact.direct(id)),
                context::grouped(total),
                if walked < total { "at least " } else { "" },
                context::count(owners.len(), "owner", "owners")
            ),
            total: context::grouped(total),
            more_owners: owners.len().saturating_sub(OWNERS),
            owners: owners
                .into_iter()
                .take(OWNERS)
                .map(|(owner, count, hop)| (view.link(owner), context::grouped(count), hop))
                .collect(),
            hops: shown,
            unlisted: total - listed.min(total),
            cycle: others.take(12).map(|other| view.link(*other)).collect(),
            command: format!("playbill impact {}", view.entity(id).reference),
        }))
    }
}

fn groups(view: &PageContext<'_>, hops: &[Vec<Hit>], start: EntityId, hits: &[Hit]) -> Vec<Group> {
    let mut groups: BTreeMap<Option<EntityId>, Vec<Line>> = BTreeMap::new();
    for hit in hits {
        let entity = view.entity(hit.id);
        let way = impact::path(hops, start, hit.id);
        let between = way.get(1..way.len() - 1).unwrap_or_default();
        groups.entry(view.site.mention(hit.id).owner).or_default().push(Line {
            link: view.link(hit.id),
            system: view.part_of(entity, "system").map(|system| system.title),
            tier: impact::tier(entity).map(str::to_owned),
            on_call: impact::on_call(entity).map(str::to_owned),
            through: between.iter().map(|id| view.entity(*id).title().to_owned()).collect(),
        });
    }
    let mut groups: Vec<Group> =
        groups.into_iter().map(|(owner, hits)| Group { owner: owner.map(|owner| view.link(owner)), hits }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.hits.len()));
    groups
}
