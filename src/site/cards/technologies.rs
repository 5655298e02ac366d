//! The technologies that an entity uses, as the tech radar judges them.

use serde::Serialize;

use super::{Card, Content, Side};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::radar::{Entry, Radar};
use crate::routes;
use crate::site::PageContext;
use crate::site::context::Chip;

/// The card.
pub struct Technologies;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    entries: Vec<Line>,
}

/// One technology.
#[derive(Debug, Serialize)]
struct Line {
    href: String,
    title: String,
    ring: Chip,
}

impl Card for Technologies {
    fn name(&self) -> &'static str {
        "technologies"
    }

    fn side(&self) -> Side {
        Side::Narrow
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let used = used_by(view.portal, id);
        if used.is_empty() {
            return None;
        }
        let line = |(radar, entry): &(&Radar, &Entry)| {
            let tone = match entry.ring {
                0 => "good",
                ring if ring + 1 == radar.rings.len() => "warn",
                _ => "note",
            };
            Line {
                href: view.href(&routes::radar(radar.id.as_deref(), &entry.slug)),
                title: entry.title.clone(),
                ring: Chip { text: radar.rings[entry.ring].name.clone(), tone },
            }
        };
        Some(Box::new(Model { entries: used.iter().map(line).collect() }))
    }
}

/// Returns the entries of all radars that an entity uses, by ring.
fn used_by(portal: &Portal, id: EntityId) -> Vec<(&Radar, &Entry)> {
    let uses = |entry: &&Entry| entry.users.binary_search(&id).is_ok();
    let all = portal.radars.iter().flat_map(|radar| radar.entries.iter().filter(uses).map(move |entry| (radar, entry)));
    let mut found: Vec<(&Radar, &Entry)> = all.collect();
    found.sort_by_key(|(_, entry)| (entry.ring, entry.title.to_lowercase()));
    found
}
