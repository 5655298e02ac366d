//! Tables of entities: the same rows in the catalog index, on entity pages and in lists.

use std::borrow::Cow;

use serde::Serialize;

use super::context::{self, Anchor, Chip, EntityLink, PageContext, TagLink, is_web};
use super::kind_display::Column;
use super::snapshots::words;
use crate::catalog::export;
use crate::catalog::filter::fits;
use crate::catalog::{Entity, EntityId, Relation};
use crate::config::ConfigColumn;
use crate::routes;
use crate::snapshots::facts;
use crate::yaml::Node;

/// Links that a cell shows; more are counted.
const CELL: usize = 20;
/// Characters that a cell of the organisation's own columns shows.
const OWN: usize = 80;

/// A table of entities.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// The columns, the name first.
    pub columns: Vec<ColumnHead>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// The heading of a column.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnHead {
    /// Class and key.
    pub id: Cow<'static, str>,
    /// The text to show.
    pub title: String,
}

/// One entity.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The entity, in the first column.
    pub link: EntityLink,
    /// The cells of the further columns.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum Cell {
    /// Nothing to show.
    Empty,
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// Inline HTML made by us.
    Html {
        /// The HTML.
        html: String,
    },
    /// Entities.
    Links {
        /// The entities.
        links: Vec<EntityLink>,
    },
    /// A word with a tone.
    Chip {
        /// The word.
        chip: Chip,
    },
    /// A page that belongs to the entity.
    Anchor {
        /// The link to it.
        anchor: Anchor,
    },
    /// Tags.
    Tags {
        /// The tags.
        tags: Vec<TagLink>,
    },
}

/// Makes the table of some entities with those of `columns` in which at least one has something to show; the name
/// always stays.
#[must_use]
pub fn of_entities(view: &PageContext<'_>, columns: &[Column], ids: &[EntityId]) -> Table {
    let rows = ids.iter().map(|id| (view.link(*id), Some(view.entity(*id))));
    build(view, columns, rows)
}

/// Makes the table of the other ends of relations, each name marked with its relation.
#[must_use]
pub fn of_relations(view: &PageContext<'_>, columns: &[Column], relations: &[&Relation]) -> Table {
    let rows = relations.iter().map(|relation| (view.relation(relation), relation.id.map(|id| view.entity(id))));
    build(view, columns, rows)
}

fn build<'a>(
    view: &PageContext<'a>,
    columns: &[Column],
    entities: impl Iterator<Item = (EntityLink, Option<&'a Entity>)>,
) -> Table {
    let further: Vec<Column> = columns.iter().copied().filter(|column| *column != Column::Name).collect();
    let mut rows: Vec<Row> = entities
        .map(|(link, entity)| {
            let cells = further.iter().map(|column| entity.map_or(Cell::Empty, |entity| cell(view, *column, entity)));
            Row { link, cells: cells.collect() }
        })
        .collect();
    // A column without a single value would only take the width from the others.
    let used: Vec<bool> = (0..further.len())
        .map(|at| rows.iter().any(|row| row.cells.get(at).is_some_and(|cell| !matches!(cell, Cell::Empty))))
        .collect();
    for row in &mut rows {
        let mut keep = used.iter();
        row.cells.retain(|_| keep.next().copied().unwrap_or(true));
    }
    let heads = further.iter().zip(&used).filter(|(_, used)| **used).map(|(column, _)| *column);
    let config = view.site.config();
    let head = |column: Column| ColumnHead { id: column.id(), title: column.title(config).to_owned() };
    let columns = std::iter::once(Column::Name).chain(heads).map(head);
    Table { columns: columns.collect(), rows }
}

/// Makes one cell.
#[must_use]
pub fn cell(view: &PageContext<'_>, column: Column, entity: &Entity) -> Cell {
    let text = |text: Option<&str>| match text {
        Some(text) if !text.trim().is_empty() => Cell::Text { text: text.to_owned() },
        _ => Cell::Empty,
    };
    let links = |links: Vec<EntityLink>| if links.is_empty() { Cell::Empty } else { Cell::Links { links } };
    let related = |relation: &str| entity.related(relation).map(|found| view.plain_relation(found)).collect();
    match column {
        Column::Name => Cell::Empty,
        Column::Kind => text(Some(&entity.kind)),
        Column::System => links(view.part_of(entity, "system").into_iter().collect()),
        Column::Domain => links(view.part_of(entity, "domain").into_iter().collect()),
        Column::Owner => links(view.owner(entity).into_iter().collect()),
        Column::Type => text(entity.spec_str("type")),
        Column::Lifecycle => match entity.spec_str("lifecycle") {
            Some(lifecycle) if !lifecycle.trim().is_empty() => Cell::Chip { chip: context::lifecycle(lifecycle) },
            _ => Cell::Empty,
        },
        Column::Parent => match entity.related("childOf").count() {
            parents if parents > CELL => Cell::Text { text: context::count(parents, "group", "groups") },
            _ => links(related("childOf")),
        },
        Column::Members => match entity.related("hasMember").count() {
            0 => Cell::Empty,
            members => Cell::Text { text: context::count(members, "member", "members") },
        },
        Column::Groups => match entity.related("memberOf").count() {
            groups if groups > CELL => Cell::Text { text: context::count(groups, "group", "groups") },
            _ => links(related("memberOf")),
        },
        Column::Email => text(profile(entity, "email")),
        Column::Targets => text(targets(entity).first().copied()),
        Column::Description => match view.summary(entity) {
            Some(html) => Cell::Html { html },
            None => Cell::Empty,
        },
        Column::Tags => {
            let tags = view.tags(entity);
            if tags.is_empty() { Cell::Empty } else { Cell::Tags { tags } }
        }
        Column::Definition if entity.reference.kind() == "api" => Cell::Anchor {
            anchor: Anchor {
                href: view.href(&routes::entity_tab(&entity.reference, "definition")),
                title: entity.spec_str("type").unwrap_or("definition").to_owned(),
                icon: "raw",
                external: false,
            },
        },
        Column::Definition => Cell::Empty,
        Column::Impact => {
            let id = view.portal.catalog.find(entity.reference.as_str());
            match id.map_or(0, |id| view.site.impact().size(id)) {
                0 => Cell::Empty,
                hit => Cell::Text { text: hit.to_string() },
            }
        }
        Column::Own(at) => {
            let values = view.site.config().columns.get(at).map_or_else(Vec::new, |own| own_values(view, entity, own));
            match &*values {
                [url] if is_web(url) => {
                    let bare = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                    let title = context::shortened(bare.trim_end_matches('/'), OWN).into_owned();
                    Cell::Anchor { anchor: Anchor { href: url.clone(), title, icon: "external", external: true } }
                }
                values => text(Some(&context::shortened(&values.join(", "), OWN))),
            }
        }
    }
}

/// Returns the values of a column of the organisation's own: of a field of the entity, or what another tool knows.
fn own_values(view: &PageContext<'_>, entity: &Entity, column: &ConfigColumn) -> Vec<String> {
    if let Some(card) = column.path.strip_prefix("scorecards.") {
        return on_scorecard(view, entity, card).filter(|_| fits(&column.filter, entity)).into_iter().collect();
    }
    let Some(name) = column.path.strip_prefix("snap.") else { return export::value(entity, column) };
    let id = view.portal.catalog.find(entity.reference.as_str()).filter(|_| fits(&column.filter, entity));
    let fact = id.and_then(|id| view.portal.snapshots.fact(id, name));
    let name = name.split_once('.').map_or(name, |(_, fact)| fact);
    let unit = facts::info(name).map_or("", |(_, info)| info.unit);
    fact.map(|fact| words(name, fact, unit)).into_iter().collect()
}

/// Returns the level of an entity on a scorecard, or its score where there are no levels.
fn on_scorecard(view: &PageContext<'_>, entity: &Entity, card: &str) -> Option<String> {
    let card = view.portal.scorecards.find(card)?;
    let figures = card.outcome(view.portal.catalog.find(entity.reference.as_str())?)?.figures;
    match card.levels.get(figures.rank) {
        Some(level) if card.levels.len() > 1 => Some(level.title.clone()),
        _ => figures.score.map(|score| format!("{score} %")),
    }
}

/// Returns a text of `spec.profile`.
#[must_use]
pub fn profile<'a>(entity: &'a Entity, field: &str) -> Option<&'a str> {
    entity.spec()?.get("profile")?.get(field)?.as_str().filter(|text| !text.trim().is_empty())
}

/// Returns what a Location leads to, as written.
#[must_use]
pub fn targets(entity: &Entity) -> Vec<&str> {
    let list = entity.spec().and_then(|spec| spec.get("targets")).and_then(Node::as_seq).unwrap_or(&[]);
    entity.spec_str("target").into_iter().chain(list.iter().filter_map(Node::as_str)).collect()
}
