//! How old the evidence of each entity is: one table of entities and sorts of evidence, coloured by age.

use serde::Serialize;

use super::insights::above;
use super::pager::{Pager, pager_of};
use super::{PageContent, PageType};
use crate::portal::Portal;
use crate::routes;
use crate::scorecards::freshness::{Age, Bucket, Freshness as Found, Row, Source};
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::{Site, Subject, date, kind_display, stacked_bar};

/// Rows of one page.
const ROWS: usize = 100;

/// The type of page.
pub struct Freshness;

impl PageType for Freshness {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        let pages = portal.freshness.rows.len().div_ceil(ROWS).max(1);
        let page = |page: usize| (routes::list_page(routes::FRESHNESS, page), Subject::List { list: 0, page });
        let file = (routes::FRESHNESS_FILE.to_owned(), Subject::Portal);
        (1..=pages).map(page).chain([file]).collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::List { page, .. } => PageContent::html("freshness.html", model(view, page)),
            _ => PageContent::File { bytes: csv(view).into_bytes(), mime: "text/csv; charset=utf-8" },
        }
    }

    fn in_sitemap(&self, subject: Subject) -> bool {
        subject == Subject::List { list: 0, page: 1 }
    }
}

/// How old one sort of evidence is in all.
#[derive(Debug, Serialize)]
struct Share {
    id: &'static str,
    title: &'static str,
    about: &'static str,
    picture: String,
    counts: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Cell {
    source: &'static str,
    bucket: &'static str,
    words: &'static str,
    /// Day and words.
    when: Option<(String, String)>,
    is_stale: bool,
}

#[derive(Debug, Serialize)]
struct MapRow {
    link: EntityLink,
    kind: (String, String),
    owner: Option<EntityLink>,
    system: Option<EntityLink>,
    cells: Vec<Option<Cell>>,
    /// The owner, on the first row of each.
    head: Option<String>,
}

#[derive(Debug, Serialize)]
struct Model {
    count: String,
    buckets: Vec<(&'static str, &'static str)>,
    sources: Vec<Share>,
    rows: Vec<MapRow>,
    csv: String,
    pager: Option<Pager>,
    /// The other pages, for the script that sorts and filters all rows.
    others: String,
}

/// Draws how many are in which bucket.
fn picture(counts: &[usize; 6]) -> String {
    let classes = Bucket::ALL.map(|bucket| format!("a-{}", bucket.as_str()));
    stacked_bar::draw(classes.iter().zip(counts).map(|(class, count)| (*count, "class", class.as_str())))
}

fn cell(found: &Found, row: &Row, at: usize) -> Option<Cell> {
    let (source, age) = (Source::ALL[at], row.ages[at]);
    let bucket = Bucket::of(age, found.today)?;
    Some(Cell {
        source: source.as_str(),
        bucket: bucket.as_str(),
        words: bucket.title(),
        when: if let Age::At(time) = age { Some(date::day(time)) } else { None },
        is_stale: source == Source::Snapshots && row.is_stale,
    })
}

fn map_row(view: &PageContext<'_>, row: &Row) -> MapRow {
    let found = &view.portal.freshness;
    let entity = view.entity(row.entity);
    let face = kind_display::face(&entity.kind, view.site.config());
    MapRow {
        link: view.link(row.entity),
        kind: (entity.reference.kind().to_owned(), face.one),
        owner: view.owner(entity),
        system: view.part_of(entity, "system"),
        cells: (0..Source::ALL.len()).map(|at| cell(found, row, at)).collect(),
        head: None,
    }
}

fn model(view: &PageContext<'_>, page: usize) -> PageModel<Model> {
    let found = &view.portal.freshness;
    let total = found.rows.len();
    let shares = Source::ALL.iter().zip(&found.counts).map(|(source, counts)| Share {
        id: source.as_str(),
        title: source.title(),
        about: source.about(),
        picture: picture(counts),
        counts: counts.iter().map(|count| context::grouped(*count)).collect(),
    });
    let mut rows: Vec<MapRow> =
        found.rows.chunks(ROWS).nth(page - 1).unwrap_or(&[]).iter().map(|row| map_row(view, row)).collect();
    let mut last: Option<Option<String>> = None;
    for row in &mut rows {
        let owner = row.owner.as_ref().map(|owner| owner.reference.clone());
        if last.as_ref() != Some(&owner) {
            row.head = Some(row.owner.as_ref().map_or("None", |owner| &owner.title).to_owned());
        }
        last = Some(owner);
    }
    let href = |page: usize| view.href(&routes::list_page(routes::FRESHNESS, page));
    let others = (1..=total.div_ceil(ROWS)).filter(|other| *other != page).map(href);
    let model = Model {
        count: context::grouped(total),
        buckets: Bucket::ALL.iter().map(|bucket| (bucket.as_str(), bucket.title())).collect(),
        sources: shares.collect(),
        rows,
        csv: view.href(routes::FRESHNESS_FILE),
        pager: pager_of(page, total, ROWS, href),
        others: others.collect::<Vec<_>>().join(" "),
    };
    let title = if page > 1 { format!("Freshness, page {page}") } else { "Freshness".to_owned() };
    let breadcrumbs = above(view).into_iter().chain([(routes::INSIGHTS.to_owned(), "Insights".to_owned())]);
    let about =
        About { title: Some(title), breadcrumbs: breadcrumbs.collect(), class: "scorecards", ..About::default() };
    frame(view, Section::SCORECARDS, about, model)
}

fn csv(view: &PageContext<'_>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let ages = Source::ALL.iter().map(|source| source.as_str());
    // Writing to memory cannot fail.
    let _ = out.write_record(["ref", "owner", "system"].into_iter().chain(ages));
    for row in &view.portal.freshness.rows {
        let entity = view.entity(row.entity);
        let owner = entity.related("ownedBy").next().map_or("", |owner| owner.target.as_str());
        let ages = row.ages.iter().map(|age| match age {
            Age::Nothing => String::new(),
            Age::Missing => "missing".to_owned(),
            Age::Unknown => "unknown".to_owned(),
            Age::At(at) => date::moment(*at),
        });
        let fields = [entity.reference.as_str(), owner, entity.system().unwrap_or_default()].map(str::to_owned);
        let _ = out.write_record(fields.into_iter().chain(ages));
    }
    out.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::workspace::Workspace;

    #[test]
    fn many_entities_are_divided_and_all_of_them_are_in_the_table() {
        let entity = |number: usize| {
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: c{number:03}}}\nspec: {{type: service, lifecycle: production, owner: team{}}}\n---\n",
                number % 2
            )
        };
        let catalog: String = (0..120).map(entity).collect();
        let workspace = Workspace::from_files(Config::default(), &[("catalog-info.yaml", catalog.as_bytes())]);
        let portal = crate::portal::analyse(&workspace, &mut |_| ());
        let site = crate::site::plan(&workspace, &portal);
        let view = PageContext { portal: &portal, site: &site, url: routes::FRESHNESS };
        let [first, second] = [1, 2].map(|page| model(&view, page).model);
        assert_eq!([first.rows.len(), second.rows.len()], [100, 20]);
        // Each owner has a heading where its rows begin, and again on the next page.
        let heads = |model: &Model| model.rows.iter().filter(|row| row.head.is_some()).count();
        assert_eq!([heads(&first), heads(&second)], [2, 1]);
        assert_eq!(first.rows[0].cells.iter().flatten().map(|cell| cell.bucket).collect::<Vec<_>>(), ["unknown"]);
        assert_eq!(csv(&view).lines().count(), 121);
        assert!(site.page("insights/freshness/2/").is_some() && site.page("insights/freshness/3/").is_none());
    }
}
