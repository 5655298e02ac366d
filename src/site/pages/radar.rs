//! The tech radar: a drawing with a legend, and a page for each technology.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::{PageContent, PageType};
use crate::calendar::Day;
use crate::html::Html;
use crate::markdown::commonmark;
use crate::portal::Portal;
use crate::radar::{Entry, Moved, Radar, place};
use crate::routes;
use crate::site::context::{self, EntityLink, PageContext, is_web};
use crate::site::kind_display::Column;
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::table::{self, Table};
use crate::site::{Site, Subject};

/// The radars: list `n` is radar `n`, page 0 its overview, page `m` the entry `m - 1`.
pub struct Radars;

impl PageType for Radars {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        let mut pages = Vec::new();
        for (list, radar) in portal.radars.iter().enumerate() {
            pages.push((routes::radar(radar.id.as_deref(), ""), Subject::List { list, page: 0 }));
            pages.extend(radar.entries.iter().enumerate().map(|(at, entry)| {
                (routes::radar(radar.id.as_deref(), &entry.slug), Subject::List { list, page: at + 1 })
            }));
        }
        pages
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::List { list, page: 0 } => PageContent::html("radar.html", overview(view, list)),
            Subject::List { list, page } => PageContent::html("radar.html", entry(view, list, page - 1)),
            _ => PageContent::nothing(),
        }
    }

    fn nav(&self, portal: &Portal, _site: &Site) -> Option<NavEntry> {
        (!portal.radars.is_empty()).then_some(NavEntry {
            section: Section::RADAR,
            url: routes::RADAR,
            title: "Radar",
            icon: "radar",
        })
    }
}

/// What the template shows: a radar, or one of its entries.
#[derive(Debug, Serialize)]
pub struct Model {
    radar: Option<Overview>,
    entry: Option<EntryPage>,
}

/// A radar.
#[derive(Debug, Serialize)]
struct Overview {
    title: String,
    total: String,
    svg: String,
    quadrants: Vec<QuadrantLegend>,
    rings: Vec<RingMeaning>,
    /// What has moved in the last year before the newest day.
    moved: Vec<Item>,
    since: Option<String>,
    /// The other radars.
    others: Vec<(String, String)>,
}

/// What a ring means.
#[derive(Debug, Serialize)]
struct RingMeaning {
    name: String,
    swatch: String,
    html: Option<String>,
}

/// The legend of a quadrant.
#[derive(Debug, Serialize)]
struct QuadrantLegend {
    name: String,
    rings: Vec<RingLegend>,
}

/// The entries of a ring in a quadrant.
#[derive(Debug, Serialize)]
struct RingLegend {
    name: String,
    swatch: String,
    items: Vec<Item>,
}

/// An entry in a legend.
#[derive(Debug, Clone, Serialize)]
struct Item {
    id: String,
    number: usize,
    href: String,
    title: String,
    quadrant: String,
    ring: String,
    ring_name: String,
    quadrant_name: String,
    moved: Option<&'static str>,
    /// The same in words.
    moved_words: Option<&'static str>,
    used: Option<String>,
}

/// A page of an entry.
#[derive(Debug, Serialize)]
struct EntryPage {
    item: Item,
    swatch: String,
    url: Option<String>,
    html: Option<String>,
    links: Vec<(String, String)>,
    timeline: Vec<SnapshotRow>,
    users: Option<Table>,
    used: String,
    owners: Vec<(EntityLink, String)>,
}

/// A row of the history.
#[derive(Debug, Serialize)]
struct SnapshotRow {
    day: Option<String>,
    words: Option<String>,
    ring: String,
    ring_name: String,
    moved: Option<&'static str>,
    moved_words: Option<&'static str>,
    html: Option<String>,
}

fn moved_words(moved: Moved) -> &'static str {
    match moved {
        Moved::Up => "moved in",
        Moved::Same => "no change",
        Moved::Down => "moved out",
    }
}

fn item(view: &PageContext<'_>, radar: &Radar, at: usize, number: usize) -> Item {
    let entry = &radar.entries[at];
    let moved = entry.moved();
    Item {
        id: entry.id.clone(),
        number,
        href: view.href(&routes::radar(radar.id.as_deref(), &entry.slug)),
        title: entry.title.clone(),
        quadrant: radar.quadrants[entry.quadrant].id.clone(),
        quadrant_name: radar.quadrants[entry.quadrant].name.clone(),
        ring: radar.rings[entry.ring].id.clone(),
        ring_name: radar.rings[entry.ring].name.clone(),
        moved: moved.map(Moved::as_str),
        moved_words: moved.map(moved_words),
        used: (!entry.users.is_empty()).then(|| context::grouped(entry.users.len())),
    }
}

/// Returns the numbers of entries in the order of the legend: by quadrant and ring.
fn numbers(radar: &Radar) -> BTreeMap<usize, usize> {
    let mut order: Vec<usize> = (0..radar.entries.len()).collect();
    order.sort_by_key(|at| (radar.entries[*at].quadrant, radar.entries[*at].ring, *at));
    order.into_iter().enumerate().map(|(nth, at)| (at, nth + 1)).collect()
}

fn overview(view: &PageContext<'_>, at: usize) -> PageModel<Model> {
    let radar = &view.portal.radars[at];
    let numbers = numbers(radar);
    let make = |at: usize| item(view, radar, at, numbers.get(&at).copied().unwrap_or_default());
    let quadrants = radar.quadrants.iter().enumerate().map(|(quadrant, of)| {
        let rings = radar.rings.iter().enumerate().map(|(ring, named)| {
            let entries = radar.entries.iter().enumerate();
            let inside = entries.filter(|(_, entry)| entry.quadrant == quadrant && entry.ring == ring);
            RingLegend {
                name: named.name.clone(),
                swatch: swatch(named.colour),
                items: inside.map(|(at, _)| make(at)).collect(),
            }
        });
        let rings = rings.filter(|ring| !ring.items.is_empty()).collect();
        QuadrantLegend { name: of.name.clone(), rings }
    });
    let (moved, since) = recently_moved(radar);
    let title = radar.title.clone();
    let overview = Overview {
        title: title.clone(),
        total: context::grouped(radar.entries.len()),
        svg: drawing(view, radar, &numbers),
        quadrants: quadrants.collect(),
        rings: radar
            .rings
            .iter()
            .map(|ring| RingMeaning {
                name: ring.name.clone(),
                swatch: swatch(ring.colour),
                html: ring.description.as_deref().map(|text| commonmark::inline_with(text, &context::outward)),
            })
            .collect(),
        moved: moved.into_iter().map(make).collect(),
        since,
        others: view
            .portal
            .radars
            .iter()
            .filter(|other| other.id != radar.id)
            .map(|other| (view.href(&routes::radar(other.id.as_deref(), "")), other.title.clone()))
            .collect(),
    };
    let about = About { title: Some(title), class: "radar", ..About::default() };
    frame(view, Section::RADAR, about, Model { radar: Some(overview), entry: None })
}

/// Returns what has moved within a year of the newest day, since which day.
fn recently_moved(radar: &Radar) -> (Vec<usize>, Option<String>) {
    let day = |entry: &Entry| {
        let snapshot = entry.timeline.first()?;
        Day::parse(snapshot.date.as_deref()?).filter(|_| !snapshot.is_undated)
    };
    let Some(newest) = radar.entries.iter().filter_map(day).max() else { return (Vec::new(), None) };
    let since = newest.number() - 365;
    let has_moved = |entry: &Entry| matches!(entry.moved(), Some(Moved::Up | Moved::Down));
    let recent = |entry: &Entry| day(entry).is_some_and(|day| day.number() > since);
    let entries = radar.entries.iter().enumerate();
    let moved = entries.filter(|(_, entry)| has_moved(entry) && recent(entry)).map(|(at, _)| at).collect();
    (moved, Some(Day::of_moment(since * 86_400).words()))
}

/// Makes a little sign in the colour of a ring.
fn swatch(colour: [u8; 3]) -> String {
    let mut out = Html::new();
    out.start("svg").attribute("class", "swatch").attribute("viewBox", "0 0 12 12").attribute("aria-hidden", "true");
    out.empty("circle").attribute("cx", "6").attribute("cy", "6").attribute("r", "5").attribute("fill", &hex(colour));
    out.end("svg");
    out.into_string()
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Returns black or white, whichever can be read on a colour.
fn ink(colour: [u8; 3]) -> &'static str {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(linear);
    let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    // Where both have the same contrast.
    if luminance > 0.179 { "#000" } else { "#fff" }
}

/// Draws a radar. The legend says the same, so that the drawing is one picture for those who do not see it.
fn drawing(view: &PageContext<'_>, radar: &Radar, numbers: &BTreeMap<usize, usize>) -> String {
    const EDGE: f64 = place::RADIUS + 12.0;
    let one = |number: f64| {
        let text = format!("{number:.1}");
        if text == "-0.0" { "0.0".to_owned() } else { text }
    };
    let mut out = Html::new();
    out.start("svg")
        .attribute("class", "radar")
        .attribute("viewBox", &format!("-{EDGE} -{EDGE} {} {}", 2.0 * EDGE, 2.0 * EDGE))
        .attribute("role", "group")
        .attribute("aria-label", &format!("{}: {} entries", radar.title, radar.entries.len()));
    for ring in (0..radar.rings.len()).rev() {
        let (_, outer) = place::ring(ring, radar.rings.len());
        let class = if ring % 2 == 0 { "even" } else { "odd" };
        out.empty("circle").attribute("class", class).attribute("r", &one(outer));
    }
    for quadrant in 0..radar.quadrants.len() {
        let (from, _) = place::quadrant(quadrant, radar.quadrants.len());
        out.empty("path")
            .attribute("d", &format!("M0 0L{} {}", one(place::RADIUS * from.cos()), one(place::RADIUS * from.sin())));
    }
    for (at, ring) in radar.rings.iter().enumerate() {
        let (inner, outer) = place::ring(at, radar.rings.len());
        out.start("text").attribute("class", "ring").attribute("y", &one(-f64::midpoint(inner, outer)));
        out.text(&context::shortened(&ring.name, 14));
        out.end("text");
    }
    for (at, (x, y)) in place::entries(radar).into_iter().enumerate() {
        let entry = &radar.entries[at];
        let ring = &radar.rings[entry.ring];
        let number = numbers.get(&at).copied().unwrap_or_default();
        out.start("a").attribute("href", &view.href(&routes::radar(radar.id.as_deref(), &entry.slug)));
        let mut hint = format!("{}. {}, {}", number, entry.title, ring.name);
        if let Some(moved) = entry.moved() {
            let _ = write!(hint, ", {}", moved_words(moved));
        }
        out.element("title", &hint);
        let shape = match entry.moved() {
            Some(Moved::Up) => format!("M{} {}l11 18h-22z", one(x), one(y - 12.0)),
            Some(Moved::Down) => format!("M{} {}l11 -18h-22z", one(x), one(y + 12.0)),
            _ => format!("M{} {}a9 9 0 1 0 18 0a9 9 0 1 0 -18 0z", one(x - 9.0), one(y)),
        };
        out.empty("path").attribute("class", "blip").attribute("fill", &hex(ring.colour)).attribute("d", &shape);
        out.start("text").attribute("x", &one(x)).attribute("y", &one(y + 3.5)).attribute("fill", ink(ring.colour));
        out.text(&number.to_string());
        out.end("text");
        out.end("a");
    }
    out.end("svg");
    out.into_string()
}

/// Makes the page of a technology.
fn entry(view: &PageContext<'_>, list: usize, at: usize) -> PageModel<Model> {
    let radar = &view.portal.radars[list];
    let entry = &radar.entries[at];
    let block = |text: &Option<String>| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty())?;
        Some(commonmark::block_with(text, &context::outward))
    };
    let timeline = entry.timeline.iter().map(|snapshot| SnapshotRow {
        day: snapshot.date.clone(),
        words: snapshot.date.as_deref().filter(|_| !snapshot.is_undated).and_then(Day::parse).map(Day::words),
        ring: snapshot.ring.clone(),
        ring_name: radar
            .rings
            .iter()
            .find(|ring| ring.id == snapshot.ring)
            .map_or_else(|| snapshot.ring.clone(), |ring| ring.name.clone()),
        moved: snapshot.moved.map(Moved::as_str),
        moved_words: snapshot.moved.map(moved_words),
        html: block(&snapshot.description),
    });
    let mut owners: BTreeMap<crate::catalog::EntityId, usize> = BTreeMap::new();
    for user in &entry.users {
        if let Some(owner) = view.site.mention(*user).owner {
            *owners.entry(owner).or_default() += 1;
        }
    }
    let mut owners: Vec<_> = owners.into_iter().collect();
    owners.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let columns = [Column::Kind, Column::Type, Column::Owner, Column::System, Column::Lifecycle, Column::Description];
    let links = entry.links.iter().filter(|(_, url)| is_web(url)).map(|(title, url)| (title.clone(), url.clone()));
    let page = EntryPage {
        item: item(view, radar, at, numbers(radar).get(&at).copied().unwrap_or_default()),
        swatch: swatch(radar.rings[entry.ring].colour),
        url: entry.url.clone().filter(|url| is_web(url)),
        html: block(&entry.description),
        links: links.collect(),
        timeline: timeline.collect(),
        users: (!entry.users.is_empty()).then(|| table::of_entities(view, &columns, &entry.users)),
        used: context::grouped(entry.users.len()),
        owners: owners.into_iter().map(|(owner, count)| (view.link(owner), context::grouped(count))).collect(),
    };
    let about = About {
        title: Some(format!("{} · {}", entry.title, radar.title)),
        breadcrumbs: vec![(routes::radar(radar.id.as_deref(), ""), radar.title.clone())],
        class: "radar",
        ..About::default()
    };
    frame(view, Section::RADAR, about, Model { radar: None, entry: Some(page) })
}
