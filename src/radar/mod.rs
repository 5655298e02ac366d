//! The tech radar: which technologies an organisation adopts, tries and leaves, read from its file.
//!
//! Owns the formats (`read.rs`: the plugin's JSON or YAML, Zalando's and Thoughtworks'), and who uses what. Knows no URL of
//! the site and no HTML.
//!
//! Invariant: an entry that is wrong costs itself alone.

pub mod place;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, EntityId, EntityRef};
use crate::config::RadarConfig;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::portable::{folded, segment};
use crate::text::{FileId, Span};
use crate::workspace::{UrlTarget, Workspace};

/// The annotation that names technologies which an entity uses, apart by commas.
pub const TECHNOLOGIES: &str = "playbill.dev/technologies";

/// A radar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Radar {
    /// Its name in addresses; the first one has none.
    pub id: Option<String>,
    /// Its title.
    pub title: String,
    /// What it is about, clockwise from the bottom right.
    pub quadrants: Vec<Quadrant>,
    /// How a technology is judged, the inner one first.
    pub rings: Vec<Ring>,
    /// The technologies in the order of the file.
    pub entries: Vec<Entry>,
}

/// A part of a radar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quadrant {
    /// Its name in the file.
    pub id: String,
    /// Its title.
    pub name: String,
}

/// A judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// Its name in the file.
    pub id: String,
    /// Its title.
    pub name: String,
    /// Its colour as red, green and blue.
    pub colour: [u8; 3],
    /// What it means, Markdown.
    pub description: Option<String>,
}

/// Where a technology has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Inwards.
    Up,
    /// Not at all.
    Same,
    /// Outwards.
    Down,
}

impl Moved {
    /// Returns the word of the mark.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Same => "same",
            Self::Down => "down",
        }
    }
}

/// A technology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the file.
    pub id: String,
    /// Its name in addresses, unique in the radar.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Where there is more about it.
    pub url: Option<String>,
    /// Its description, Markdown.
    pub description: Option<String>,
    /// Titles and addresses of further pages.
    pub links: Vec<(String, String)>,
    /// Index into [`Radar::quadrants`].
    pub quadrant: usize,
    /// Index into [`Radar::rings`].
    pub ring: usize,
    /// How it was judged, the present judgement first.
    pub timeline: Vec<Snapshot>,
    /// The entities that use it.
    pub users: Vec<EntityId>,
    /// The tag by which entities say that they use it.
    tag: Option<String>,
    /// The key of the plugin's format.
    key: Option<String>,
    /// The entities that the file names.
    entities: Vec<String>,
    span: Span,
}

/// One judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Such as `2026-11-21`; `None` if the format has no days.
    pub date: Option<String>,
    /// Whether the file says no day, which the plugin takes for the first of 1970.
    pub is_undated: bool,
    /// The name of the ring in the file.
    pub ring: String,
    /// Where it moved.
    pub moved: Option<Moved>,
    /// Why, Markdown.
    pub description: Option<String>,
}

impl Entry {
    /// Returns where it has moved.
    #[must_use]
    pub fn moved(&self) -> Option<Moved> {
        self.timeline.first()?.moved
    }
}

/// Reads the radars of the configuration.
#[must_use]
pub fn analyse(workspace: &Workspace, catalog: &Catalog) -> (Vec<Radar>, Diagnostics) {
    let mut problems = Vec::new();
    let mut radars: Vec<Radar> = Vec::new();
    for (config, file) in sources(workspace, &mut problems) {
        let limit = workspace.config().limits.definition_file;
        let text = match workspace.text(file, limit) {
            Ok(text) => text,
            Err(error) => {
                problems.push(Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(file), error.to_string()));
                continue;
            }
        };
        let name = workspace.path(file);
        let mut radar = read::radar(file, &name, &text, &mut problems);
        if let Some(title) = config.title {
            radar.title = title;
        }
        // The first one is at the address that Backstage has.
        radar.id = (!radars.is_empty()).then(|| {
            let wanted = config.id.unwrap_or_else(|| format!("{}", radars.len() + 1));
            segment(&wanted.replace('/', "-")).into_owned()
        });
        name_entries(&mut radar, &mut problems);
        join(&mut radar, catalog);
        report(&radar, &mut problems);
        radars.push(radar);
    }
    (radars, problems)
}

/// Finds the files: those of the configuration, else the one that Backstage reads, else one beside the configuration.
fn sources(workspace: &Workspace, problems: &mut Diagnostics) -> Vec<(RadarConfig, FileId)> {
    let config = workspace.config();
    let locate = |path: &str| match workspace.config_file() {
        Some(file) => workspace.locate(file, path).ok(),
        None => workspace.roots().first().and_then(|root| workspace.locate_in(root, path).ok()),
    };
    if !config.radar.is_empty() {
        let mut found = Vec::new();
        for (at, radar) in config.radar.iter().enumerate() {
            match locate(&radar.file) {
                Some(file) => found.push((radar.clone(), file)),
                None => {
                    let place = config.places.get(&format!("radar[{at}].file")).or(config.places.get("radar.file"));
                    if let Some(place) = place.or(workspace.config_file().map(Span::whole)) {
                        let message = format!("the tech radar `{}` is not there", radar.file);
                        let help = "write the path of a JSON, YAML or CSV file, relative to this file";
                        problems.push(Diagnostic::new(codes::INVALID_RADAR, place, message).help(help));
                    }
                }
            }
        }
        return found;
    }
    let of_url = config.radar_url.as_deref().and_then(|url| match workspace.locate_url(url) {
        UrlTarget::Local { folder, path } => workspace.locate_in(&folder, &path).ok(),
        UrlTarget::Elsewhere => None,
    });
    let beside = || ["tech-radar.json", "tech-radar.yaml", "tech-radar.yml"].iter().find_map(|name| locate(name));
    of_url.or_else(beside).map(|file| (RadarConfig::default(), file)).into_iter().collect()
}

/// Gives every entry an address of its own.
fn name_entries(radar: &mut Radar, problems: &mut Diagnostics) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let mut ids: BTreeMap<String, Span> = BTreeMap::new();
    for entry in &mut radar.entries {
        if let Some(first) = ids.get(&entry.id) {
            let message = format!("two entries have the id `{}`", entry.id);
            problems.push(
                Diagnostic::new(codes::DUPLICATE_RADAR_ENTRY, entry.span, message)
                    .also(*first, "the other one")
                    .help("give one of them another `id`"),
            );
        }
        ids.entry(entry.id.clone()).or_insert(entry.span);
        let wanted = segment(&entry.id.replace(['/', '\\'], "-")).into_owned();
        let mut slug = wanted.clone();
        let mut number = 2;
        while seen.contains_key(&folded(&slug)) {
            slug = format!("{wanted}-{number}");
            number += 1;
        }
        seen.insert(folded(&slug), entry.span);
        entry.slug = slug;
    }
}

/// Finds the entities that use each technology: by tag, by annotation, or because the radar names them.
fn join(radar: &mut Radar, catalog: &Catalog) {
    let mut by_word: BTreeMap<String, BTreeSet<EntityId>> = BTreeMap::new();
    for (id, entity) in catalog.iter() {
        let named = entity.annotation(TECHNOLOGIES).into_iter().flat_map(|text| text.split(','));
        for word in entity.tags().chain(named) {
            by_word.entry(word.trim().to_lowercase()).or_default().insert(id);
        }
    }
    for entry in &mut radar.entries {
        let words = match &entry.tag {
            Some(tag) => vec![tag.clone()],
            None => std::iter::once(entry.id.clone()).chain(entry.key.clone()).collect(),
        };
        let mut users: BTreeSet<EntityId> = BTreeSet::new();
        for word in words {
            users.extend(by_word.get(&word.to_lowercase()).into_iter().flatten());
        }
        let named = entry.entities.iter().filter_map(|text| EntityRef::parse(text, Some("component"), "default").ok());
        users.extend(named.filter_map(|reference| catalog.find(reference.as_str())));
        entry.users = users.into_iter().collect();
    }
}

/// Reports what does not fit: days against the order, and what is adopted and used by nobody.
fn report(radar: &Radar, problems: &mut Diagnostics) {
    let is_joined = radar.entries.iter().any(|entry| !entry.users.is_empty());
    for entry in &radar.entries {
        let days: Vec<&str> =
            entry.timeline.iter().filter(|snapshot| !snapshot.is_undated).filter_map(|it| it.date.as_deref()).collect();
        if let Some(first) = days.first()
            && days.iter().any(|day| day > first)
        {
            let message = format!("the first snapshot of `{}` is the present one, and a later one is newer", entry.id);
            let help = "put the newest snapshot first: Backstage shows the first one, whatever the days say";
            problems.push(Diagnostic::new(codes::RADAR_ORDER, entry.span, message).help(help));
        }
        if entry.timeline.iter().any(|snapshot| snapshot.is_undated) {
            let message = format!("a snapshot of `{}` has no day, which Backstage shows as 1 January 1970", entry.id);
            let problem = Diagnostic::new(codes::RADAR_ORDER, entry.span, message);
            problems.push(problem.help("write the day, such as `2026-11-21`"));
        }
        if is_joined && entry.ring == 0 && entry.users.is_empty() {
            let message = format!("nothing in the catalog uses `{}`", entry.id);
            let help = format!("tag what uses it with `{0}`, or name it in the annotation `{TECHNOLOGIES}`", entry.id);
            problems.push(Diagnostic::new(codes::RADAR_WITHOUT_USE, entry.span, message).help(help));
        }
    }
}
