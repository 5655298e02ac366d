//! Figures of the whole portal, each with the list behind it.

use serde::Serialize;

use super::{PageContent, PageType};
use crate::calendar::Day;
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::routes;
use crate::scorecards::insights::{Insight, Tone};
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::scorecards as views;
use crate::site::{Site, Subject};

/// Entities that a list names; all are in the CSV.
const NAMED: usize = 1_000;
/// Rules of `check` that are listed.
const RULES: usize = 12;

/// The type of page.
pub struct Insights;

impl PageType for Insights {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        let mut pages = vec![(routes::INSIGHTS.to_owned(), Subject::Portal)];
        for (list, insight) in portal.insights.iter().enumerate() {
            pages.push((routes::insight(insight.id), Subject::List { list, page: 0 }));
            pages.push((routes::insight_file(insight.id), Subject::List { list, page: 1 }));
        }
        pages
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        let figures = &view.portal.insights;
        match subject {
            Subject::Portal => PageContent::html("insights.html", model(view, figures)),
            Subject::List { list, page } => match (figures.get(list), page) {
                (Some(insight), 0) => PageContent::html("insight.html", list_page(view, insight)),
                (Some(insight), _) => {
                    PageContent::File { bytes: csv(view, insight).into_bytes(), mime: "text/csv; charset=utf-8" }
                }
                (None, _) => PageContent::nothing(),
            },
            _ => PageContent::nothing(),
        }
    }

    fn in_sitemap(&self, subject: Subject) -> bool {
        subject == Subject::Portal
    }
}

#[derive(Debug, Serialize)]
struct Figure {
    id: &'static str,
    title: &'static str,
    about: &'static str,
    tone: &'static str,
    value: usize,
    of: usize,
    percent: usize,
    bar: String,
    href: String,
    trend: Option<String>,
}

#[derive(Debug, Serialize)]
struct Group {
    title: &'static str,
    figures: Vec<Figure>,
}

/// How many there are of something, and where they are listed.
#[derive(Debug, Serialize)]
struct Bar {
    title: String,
    count: usize,
    bar: String,
    href: Option<String>,
}

#[derive(Debug, Serialize)]
struct Model {
    groups: Vec<Group>,
    kinds: Vec<Bar>,
    types: Vec<Bar>,
    rules: Vec<Bar>,
    problems: String,
    entities: String,
    growth: Option<String>,
    freshness: String,
    delivery: String,
}

/// Returns the breadcrumbs from the root to the figures.
pub(super) fn above(view: &PageContext<'_>) -> Vec<(String, String)> {
    let is_alone = view.portal.scorecards.list.is_empty();
    if is_alone { Vec::new() } else { vec![(routes::SCORECARDS.to_owned(), "Scorecards".to_owned())] }
}

fn tone(insight: &Insight) -> &'static str {
    match insight.tone {
        Tone::Good => "good",
        Tone::Look if insight.entities.is_empty() => "good",
        Tone::Look => "look",
        Tone::Plain => "plain",
    }
}

fn past(view: &PageContext<'_>, id: &str, now: u64) -> Vec<(Day, u64)> {
    let found = &view.portal.scorecards;
    // The figures of the portal are in the lines of one scorecard, whichever was the first on that day.
    let days = found.list.iter().flat_map(|card| found.history.of(&card.id));
    let mut days: Vec<(Day, u64)> = days.filter_map(|(day, point)| Some((*day, *point.portal.get(id)?))).collect();
    days.sort_unstable();
    days.dedup_by_key(|(day, _)| *day);
    if let Some(today) = found.today {
        days.retain(|(day, _)| *day < today);
        days.push((today, now));
    }
    days
}

fn figure(view: &PageContext<'_>, insight: &Insight) -> Figure {
    let value = insight.entities.len();
    let days = past(view, insight.id, value as u64);
    let most = days.iter().map(|(_, value)| *value).max().unwrap_or(1).max(insight.of as u64);
    Figure {
        id: insight.id,
        title: insight.title,
        about: insight.about,
        tone: tone(insight),
        value,
        of: insight.of,
        percent: value * 100 / insight.of.max(1),
        bar: views::bar(value, insight.of),
        href: view.href(&routes::insight(insight.id)),
        trend: views::trend(insight.title, &days, most),
    }
}

fn model(view: &PageContext<'_>, figures: &[Insight]) -> PageModel<Model> {
    let mut groups: Vec<Group> = Vec::new();
    for insight in figures {
        let made = figure(view, insight);
        match groups.last_mut() {
            Some(group) if group.title == insight.group => group.figures.push(made),
            _ => groups.push(Group { title: insight.group, figures: vec![made] }),
        }
    }
    let all = view.portal.catalog.entities().len();
    let kinds = view.site.kinds().iter().map(|group| Bar {
        title: group.face.many.clone(),
        count: group.entities.len(),
        bar: views::bar(group.entities.len(), all),
        href: Some(view.href(&routes::kind_list(&group.face.kind, 1))),
    });
    let counted = |values: std::collections::BTreeMap<String, usize>| {
        let mut values: Vec<(String, usize)> = values.into_iter().collect();
        values.sort_by(|a, b| (std::cmp::Reverse(a.1), &a.0).cmp(&(std::cmp::Reverse(b.1), &b.0)));
        values
    };
    let mut types = std::collections::BTreeMap::new();
    for entity in view.portal.catalog.entities().iter().filter(|it| it.reference.kind() == "component") {
        *types.entry(entity.spec_str("type").unwrap_or("none").to_owned()).or_insert(0) += 1;
    }
    let components: usize = types.values().sum();
    let types = counted(types).into_iter().take(RULES).map(|(title, count)| Bar {
        title,
        count,
        bar: views::bar(count, components),
        href: None,
    });
    let mut rules = std::collections::BTreeMap::new();
    for problem in &view.portal.diagnostics {
        *rules.entry(problem.code.as_str().to_owned()).or_insert(0) += 1;
    }
    let findings: usize = rules.values().sum();
    let rules = counted(rules).into_iter().take(RULES).map(|(title, count)| Bar {
        title,
        count,
        bar: views::bar(count, findings),
        href: None,
    });
    let days = past(view, "entities", all as u64);
    let most = days.iter().map(|(_, value)| *value).max().unwrap_or(1);
    let model = Model {
        groups,
        kinds: kinds.collect(),
        types: types.collect(),
        rules: rules.collect(),
        problems: view.href(routes::PROBLEMS),
        entities: context::grouped(all),
        growth: views::trend("Entities", &days, most),
        freshness: view.href(routes::FRESHNESS),
        delivery: view.href(routes::DELIVERY),
    };
    let about =
        About { title: Some("Insights".to_owned()), breadcrumbs: above(view), class: "scorecards", ..About::default() };
    frame(view, Section::SCORECARDS, about, model)
}

#[derive(Debug, Serialize)]
struct ListRow {
    link: EntityLink,
    owner: Option<EntityLink>,
}

#[derive(Debug, Serialize)]
struct ListModel {
    figure: Figure,
    rows: Vec<ListRow>,
    more: usize,
    csv: String,
}

fn list_page(view: &PageContext<'_>, insight: &Insight) -> PageModel<ListModel> {
    let row = |id: &EntityId| ListRow { link: view.link(*id), owner: view.owner(view.entity(*id)) };
    let model = ListModel {
        figure: figure(view, insight),
        rows: insight.entities.iter().take(NAMED).map(row).collect(),
        more: insight.entities.len().saturating_sub(NAMED),
        csv: view.href(&routes::insight_file(insight.id)),
    };
    let about = About {
        title: Some(insight.title.to_owned()),
        breadcrumbs: above(view).into_iter().chain([(routes::INSIGHTS.to_owned(), "Insights".to_owned())]).collect(),
        class: "scorecards",
        ..About::default()
    };
    frame(view, Section::SCORECARDS, about, model)
}

fn csv(view: &PageContext<'_>, insight: &Insight) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = out.write_record(["ref", "title", "owner"]);
    for id in &insight.entities {
        let entity = view.entity(*id);
        let owner = entity.related("ownedBy").next().map_or("", |owner| owner.target.as_str());
        let title = crate::catalog::export::guarded(entity.title());
        let _ = out.write_record([entity.reference.as_str(), &title, owner]);
    }
    out.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
