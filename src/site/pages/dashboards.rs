//! Dashboards: the list of them, a page each, and the rows of their tables as CSV.

use serde::Serialize;

use super::{PageContent, PageType};
use crate::catalog::{EntityId, EntityRef, export};
use crate::dashboards::values::{Found, Values};
use crate::dashboards::{Dashboard, Group, Groups, Number, Query, Series, Shows, Value, What, Widget, Width};
use crate::portal::Portal;
use crate::routes;
use crate::site::charts::{self, Extent};
use crate::site::context::{self, Chip, EntityLink, PageContext};
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::scorecards::{self as views, LevelBadge, somebody};
use crate::site::{Site, Subject, date};
use crate::snapshots::facts::{Fact, rounded};

const SECTION: Section = Section("dashboards");
/// Values of one cell that are shown.
const CELL: usize = 5;
/// Characters of a value that are shown.
const LENGTH: usize = 120;

/// The type of page.
pub struct Dashboards;

impl PageType for Dashboards {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        let list = &portal.dashboards.list;
        let mut pages = Vec::new();
        if !list.is_empty() {
            pages.push((routes::DASHBOARDS.to_owned(), Subject::Portal));
        }
        // The list is a dashboard; its page 0 is the page itself, the others are the rows of its widgets.
        for (at, dashboard) in list.iter().enumerate() {
            pages.push((routes::dashboard(&dashboard.id), Subject::List { list: at, page: 0 }));
            let tables = dashboard.widgets.iter().enumerate();
            let tables = tables.filter(|(_, widget)| matches!(widget.what, What::Table { .. }));
            pages.extend(tables.map(|(number, widget)| {
                let url = routes::dashboard_file(&dashboard.id, &widget.id);
                (url, Subject::List { list: at, page: number + 1 })
            }));
        }
        pages
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        let Subject::List { list, page } = subject else { return PageContent::html("dashboards.html", all(view)) };
        let Some(dashboard) = view.portal.dashboards.list.get(list) else { return PageContent::nothing() };
        match page.checked_sub(1) {
            None => PageContent::html("dashboard.html", one(view, dashboard)),
            Some(widget) => PageContent::File {
                bytes: dashboard.widgets.get(widget).map(|widget| csv(view, widget)).unwrap_or_default().into_bytes(),
                mime: "text/csv; charset=utf-8",
            },
        }
    }

    fn nav(&self, portal: &Portal, _site: &Site) -> Option<NavEntry> {
        let entry = NavEntry { section: SECTION, url: routes::DASHBOARDS, title: "Dashboards", icon: "dashboard" };
        (!portal.dashboards.list.is_empty()).then_some(entry)
    }

    fn in_sitemap(&self, subject: Subject) -> bool {
        matches!(subject, Subject::Portal | Subject::List { page: 0, .. })
    }
}

#[derive(Debug, Serialize)]
struct Line {
    href: String,
    title: String,
    description: Option<String>,
    owner: Option<EntityLink>,
    widgets: String,
}

#[derive(Debug, Serialize)]
struct List {
    dashboards: Vec<Line>,
}

fn all(view: &PageContext<'_>) -> PageModel<List> {
    let line = |dashboard: &Dashboard| Line {
        href: view.href(&routes::dashboard(&dashboard.id)),
        title: dashboard.title.clone(),
        description: dashboard.description.as_deref().map(views::markdown),
        owner: dashboard.owner.as_deref().and_then(|owner| somebody(view, owner)),
        widgets: context::count(dashboard.widgets.len(), "widget", "widgets"),
    };
    let model = List { dashboards: view.portal.dashboards.list.iter().map(line).collect() };
    let about = About { title: Some("Dashboards".to_owned()), class: "scorecards", ..About::default() };
    frame(view, SECTION, about, model)
}

#[derive(Debug, Serialize)]
struct Model {
    line: Line,
    edit: Option<String>,
    widgets: Vec<Shown>,
}

/// A widget as the template shows it.
#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    title: Option<String>,
    width: &'static str,
    /// Which entities are meant.
    about: Option<String>,
    /// What is left out, and why.
    notes: Vec<String>,
    #[serde(flatten)]
    content: Content,
}

#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "lowercase")]
enum Content {
    Faulty { why: String },
    Markdown { html: String },
    Number { value: Option<f64>, words: String, of: Option<String> },
    Bars { rows: Vec<BarRow> },
    Pie { picture: String, rows: Vec<BarRow> },
    Line { chart: Option<LineChart> },
    Table { heads: Vec<String>, rows: Vec<TableRow>, more: usize, total: String, csv: String },
}

#[derive(Debug, Serialize)]
struct BarRow {
    key: Cell,
    value: f64,
    words: String,
    /// A bar, or a swatch.
    picture: String,
    /// Percent of the whole.
    share: Option<String>,
}

#[derive(Debug, Serialize)]
struct LineChart {
    picture: String,
    most: String,
    middle: String,
    first: (String, String),
    last: (String, String),
    /// Swatch, name, newest value.
    legend: Vec<(String, String, String)>,
    /// Days with the value of each line, the newest first.
    days: Vec<DayRow>,
}

/// A day in both forms, and the value of each line.
type DayRow = ((String, String), Vec<Option<String>>);

#[derive(Debug, Serialize)]
struct TableRow {
    link: EntityLink,
    cells: Vec<Vec<Cell>>,
}

/// A value.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "lowercase")]
enum Cell {
    Entity { link: EntityLink },
    Text { text: String },
    Anchor { href: String, text: String },
    Number { text: String },
    Time { day: String, words: String },
    Level { badge: LevelBadge },
    Chip { chip: Chip },
    None,
}

fn shown(view: &PageContext<'_>, found: &Found, unit: &str, is_lifecycle: bool) -> Cell {
    match found {
        Found::Entity(reference) => match EntityRef::parse(reference, None, "default") {
            Ok(reference) => Cell::Entity { link: view.link_to(&reference) },
            Err(_) => Cell::Text { text: reference.to_string() },
        },
        Found::Text(text) if is_lifecycle => Cell::Chip { chip: context::lifecycle(text) },
        Found::Text(text) if context::is_web(text) => {
            let bare = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
            Cell::Anchor {
                href: text.clone(),
                text: context::shortened(bare.trim_end_matches('/'), LENGTH).into_owned(),
            }
        }
        Found::Text(text) => Cell::Text { text: context::shortened(text, LENGTH).into_owned() },
        Found::Number(number) => Cell::Number { text: words(*number, unit) },
        Found::Flag(flag) => Cell::Text { text: if *flag { "yes" } else { "no" }.to_owned() },
        Found::Time(at) => {
            let (day, words) = date::day(*at);
            Cell::Time { day, words }
        }
        Found::Level(card, rank) => match view.portal.scorecards.list.get(*card) {
            Some(card) => Cell::Level { badge: views::badge(card, *rank) },
            None => Cell::None,
        },
    }
}

/// Writes a number with its unit.
fn words(number: f64, unit: &str) -> String {
    let number = rounded(number, 1);
    // A number that is whole is written as one.
    Fact::Number(number).shown(unit)
}

fn values<'a>(view: &PageContext<'a>) -> Values<'a> {
    let portal = view.portal;
    Values { catalog: &portal.catalog, snapshots: &portal.snapshots, scorecards: &portal.scorecards }
}

fn one(view: &PageContext<'_>, dashboard: &Dashboard) -> PageModel<Model> {
    let source = view.site.source(dashboard.file);
    let model = Model {
        line: Line {
            href: view.href(&routes::dashboard(&dashboard.id)),
            title: dashboard.title.clone(),
            description: dashboard.description.as_deref().map(views::markdown),
            owner: dashboard.owner.as_deref().and_then(|owner| somebody(view, owner)),
            widgets: context::count(dashboard.widgets.len(), "widget", "widgets"),
        },
        edit: source.and_then(|source| source.edit.clone()),
        widgets: dashboard.widgets.iter().map(|it| widget(view, dashboard, it)).collect(),
    };
    let about = About {
        title: Some(dashboard.title.clone()),
        breadcrumbs: vec![(routes::DASHBOARDS.to_owned(), "Dashboards".to_owned())],
        class: "scorecards",
        ..About::default()
    };
    frame(view, SECTION, about, model)
}

fn widget(view: &PageContext<'_>, dashboard: &Dashboard, widget: &Widget) -> Shown {
    let mut notes = Vec::new();
    let content = match (&widget.what, &widget.shows) {
        (What::Faulty(why), _) => Content::Faulty { why: context::with_code(why) },
        (What::Markdown(text), _) => Content::Markdown { html: views::markdown(text) },
        (What::Number { value, query }, Shows::Number(number)) => self::number(value, query, number, &mut notes),
        (What::Groups { is_pie, by, value, .. }, Shows::Groups(groups)) => {
            let is_lifecycle = *by == crate::dashboards::values::Path::Word("lifecycle");
            let label = widget.title.as_deref().unwrap_or("Parts of a whole");
            self::groups(view, (value, groups), (*is_pie, is_lifecycle), label, &mut notes)
        }
        (What::Line { series, days, unit }, _) => {
            let label = widget.title.as_deref().unwrap_or("Lines over days");
            Content::Line { chart: line(view, series, *days, unit.as_deref().unwrap_or_default(), label) }
        }
        (What::Table { columns, limit, .. }, Shows::Rows { entities, total, unknown }) => {
            left_out(*unknown, &mut notes);
            if entities.len() < *total {
                notes.push(format!("The CSV has {} of them.", context::grouped(entities.len())));
            }
            let row = |id: &EntityId| {
                let cells = columns.iter().map(|column| cells(view, *id, &column.path));
                TableRow { link: view.link(*id), cells: cells.collect() }
            };
            Content::Table {
                heads: columns.iter().map(|column| column.title.clone()).collect(),
                rows: entities.iter().take(*limit).map(row).collect(),
                more: total.saturating_sub(*limit),
                total: context::grouped(*total),
                csv: view.href(&routes::dashboard_file(&dashboard.id, &widget.id)),
            }
        }
        _ => Content::Faulty { why: "it could not be computed".to_owned() },
    };
    let width = match widget.width {
        Width::Third => "third",
        Width::Half => "half",
        Width::Full => "full",
    };
    let about = match &widget.what {
        What::Number { query, .. } | What::Groups { query, .. } | What::Table { query, .. } => meant(query),
        What::Markdown(_) | What::Line { .. } | What::Faulty(_) => None,
    };
    Shown { id: widget.id.clone(), title: widget.title.clone(), width, about, notes, content }
}

/// Says which entities are meant, as the file does.
fn meant(query: &Query) -> Option<String> {
    let parts = [&query.filter_text, &query.when_text];
    let parts: Vec<&str> = parts.into_iter().flatten().map(|text| text.trim()).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn left_out(unknown: usize, notes: &mut Vec<String>) {
    if unknown > 0 {
        let entities = context::count(unknown, "entity is", "entities are");
        notes.push(format!("{entities} left out, since nobody knows whether the condition is true."));
    }
}

fn number(value: &Value, query: &Query, number: &Number, notes: &mut Vec<String>) -> Content {
    left_out(number.unknown, notes);
    let unit = value.unit.as_deref().unwrap_or_default();
    let is_count = value.of.is_none();
    if !is_count && number.known < number.entities && number.value.is_some() {
        let without = context::count(number.entities - number.known, "entity has", "entities have");
        notes.push(format!("{without} no value."));
    }
    let of = match (is_count, &query.when) {
        (true, Some(_)) => Some(format!("of {}", context::grouped(number.fitting))),
        (true, None) => None,
        (false, _) => Some(format!("from {}", context::count(number.known, "entity", "entities"))),
    };
    let words = number.value.map_or_else(|| "No data".to_owned(), |value| words(value, unit));
    Content::Number { value: number.value, words, of }
}

fn groups(
    view: &PageContext<'_>,
    (value, groups): (&Value, &Groups),
    (is_pie, is_lifecycle): (bool, bool),
    label: &str,
    notes: &mut Vec<String>,
) -> Content {
    left_out(groups.unknown, notes);
    if groups.without > 0 {
        notes.push(format!("{} no value.", context::count(groups.without, "entity has", "entities have")));
    }
    let unit = value.unit.as_deref().unwrap_or_default();
    let total = groups.total.filter(|total| *total > 0.0);
    let share = |value: f64| total.map(|total| format!("{}%", Fact::Number(rounded(100.0 * value / total, 1)).plain()));
    let most = groups.shown.iter().map(|group| group.value).fold(0.0, f64::max);
    let bar = |value: f64| {
        let part = if most > 0.0 { (1_000.0 * value.max(0.0) / most).round() } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1,000")]
        views::bar(part as usize, 1_000)
    };
    let row = |(at, group): (usize, &Group)| BarRow {
        key: group.key.as_ref().map_or(Cell::None, |key| shown(view, key, "", is_lifecycle)),
        value: group.value,
        words: words(group.value, unit),
        picture: if is_pie { charts::swatch(at) } else { bar(group.value) },
        share: share(group.value).filter(|_| is_pie),
    };
    let mut rows: Vec<BarRow> = groups.shown.iter().enumerate().map(row).collect();
    let mut parts: Vec<f64> = groups.shown.iter().map(|group| group.value).collect();
    if let (more @ 1.., rest) = groups.more {
        match rest {
            Some(rest) => {
                rows.push(BarRow {
                    key: Cell::Text { text: format!("{} more", context::grouped(more)) },
                    value: rest,
                    words: words(rest, unit),
                    picture: if is_pie { charts::swatch(parts.len()) } else { bar(rest.min(most)) },
                    share: share(rest).filter(|_| is_pie),
                });
                parts.push(rest);
            }
            None => notes.push(format!("{} not shown.", context::count(more, "group is", "groups are"))),
        }
    }
    if is_pie { Content::Pie { picture: charts::ring(label, &parts), rows } } else { Content::Bars { rows } }
}

fn line(view: &PageContext<'_>, series: &[Series], days: i64, unit: &str, label: &str) -> Option<LineChart> {
    let scorecards = &view.portal.scorecards;
    let since = scorecards.today.map_or(i64::MIN, |today| today.number() - days);
    let lines: Vec<Vec<(crate::calendar::Day, f64)>> = series
        .iter()
        .map(|one| one.of.points(scorecards).into_iter().filter(|(day, _)| day.number() >= since).collect())
        .collect();
    let extent = charts::extent(&lines)?;
    let Extent { first, last, most } = extent;
    let mut table: std::collections::BTreeMap<crate::calendar::Day, Vec<Option<String>>> = Default::default();
    for (at, line) in lines.iter().enumerate() {
        for (day, value) in line {
            table.entry(*day).or_insert_with(|| vec![None; lines.len()])[at] = Some(words(*value, unit));
        }
    }
    let legend = series.iter().zip(&lines).enumerate().map(|(at, (one, line))| {
        let newest = line.last().map_or_else(|| "no data".to_owned(), |(_, value)| words(*value, unit));
        (charts::stroke(at), one.title.clone(), newest)
    });
    let day = |day: crate::calendar::Day| (day.iso(), day.words());
    Some(LineChart {
        picture: charts::lines(label, extent, &lines),
        most: words(most, unit),
        middle: words(most / 2.0, unit),
        first: day(first),
        last: day(last),
        legend: legend.collect(),
        days: table.into_iter().rev().map(|(at, values)| (day(at), values)).collect(),
    })
}

fn cells(view: &PageContext<'_>, id: EntityId, path: &crate::dashboards::values::Path) -> Vec<Cell> {
    let known = values(view);
    let is_lifecycle = *path == crate::dashboards::values::Path::Word("lifecycle");
    let found = known.of(id, path);
    let unit = path.unit(&known);
    let mut cells: Vec<Cell> = found.iter().take(CELL).map(|it| shown(view, it, unit, is_lifecycle)).collect();
    if found.len() > CELL {
        cells.push(Cell::Text { text: format!("and {} more", found.len() - CELL) });
    }
    cells
}

fn csv(view: &PageContext<'_>, widget: &Widget) -> String {
    let (What::Table { columns, .. }, Shows::Rows { entities, .. }) = (&widget.what, &widget.shows) else {
        return String::new();
    };
    let known = values(view);
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = out.write_record(
        ["ref"].into_iter().chain(columns.iter().map(|column| column.title.as_str())).map(export::guarded),
    );
    for id in entities {
        let cells = columns.iter().map(|column| {
            let found = known.of(*id, &column.path);
            let texts: Vec<String> = found.iter().map(|it| it.plain(known.scorecards)).collect();
            let is_number = matches!(&*found, [Found::Number(_)]);
            if is_number { texts.concat() } else { export::guarded(&texts.join("; ")) }
        });
        let reference = view.entity(*id).reference.as_str().to_owned();
        let _ = out.write_record(std::iter::once(reference).chain(cells));
    }
    out.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::workspace::Workspace;

    #[test]
    fn a_table_shows_some_rows_and_the_file_has_all_of_them() {
        let entity = |number: usize| {
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: c{number:03}, title: =c{number}}}\nspec: {{type: service, lifecycle: production, owner: team{}}}\n---\n",
                number % 3
            )
        };
        let catalog: String = (0..60).map(entity).collect();
        let text = "title: <Team>\ndescription: '<script>alert(1)</script> *x*'\nwidgets:\n  - {type: table, title: All, columns: [owner, title]}\n  - {type: pie, groupBy: owner, limit: 2}\n  - {type: bar, groupBy: wrong}\n";
        let files = [("catalog-info.yaml", catalog.as_bytes()), ("dashboards/team.yaml", text.as_bytes())];
        let workspace = Workspace::from_files(Config::default(), &files);
        let portal = crate::portal::analyse(&workspace, &mut |_| ());
        let site = crate::site::plan(&workspace, &portal);
        assert!(
            site.page("dashboards/team/all.csv").is_some() && site.nav().iter().any(|entry| entry.section == SECTION)
        );
        let view = PageContext { portal: &portal, site: &site, url: "dashboards/team/" };
        let dashboard = &portal.dashboards.list[0];
        let model = one(&view, dashboard).model;
        assert!(!model.line.description.unwrap_or_default().contains("<script"));
        let [table, pie, faulty] = &model.widgets[..] else { panic!() };
        let Content::Table { rows, more, .. } = &table.content else { panic!("{table:?}") };
        assert_eq!((rows.len(), *more), (50, 10));
        let Content::Pie { rows, .. } = &pie.content else { panic!("{pie:?}") };
        assert_eq!(rows.iter().map(|row| row.words.as_str()).collect::<Vec<_>>(), ["20", "20", "20"]);
        assert!(matches!(&faulty.content, Content::Faulty { why } if why.contains("<code>wrong</code>")));
        let file = csv(&view, &dashboard.widgets[0]);
        assert_eq!(file.lines().count(), 61);
        // What a spreadsheet would take for a formula is a text.
        assert!(file.lines().nth(1).is_some_and(|line| line.ends_with(",'=c0")), "{file}");
    }
}
