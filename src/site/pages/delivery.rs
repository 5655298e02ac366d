//! How software is delivered, by team: four figures, each with where it comes from.

use serde::Serialize;

use super::insights::above;
use super::{PageContent, PageType};
use crate::portal::Portal;
use crate::routes;
use crate::scorecards::delivery::{METHODS, Metric, RETRIEVER, Row, Team as Found};
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::scorecards::somebody;
use crate::site::{Site, Subject};

/// Teams and entities that the page names; all entities are in the CSV.
const NAMED: usize = 200;

/// The type of page.
pub struct Delivery;

impl PageType for Delivery {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![
            (routes::DELIVERY.to_owned(), Subject::Portal),
            (routes::DELIVERY_FILE.to_owned(), Subject::List { list: 0, page: 1 }),
        ]
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::Portal => PageContent::html("delivery.html", model(view)),
            _ => PageContent::File { bytes: csv(view).into_bytes(), mime: "text/csv; charset=utf-8" },
        }
    }

    fn in_sitemap(&self, subject: Subject) -> bool {
        subject == Subject::Portal
    }
}

/// One figure of a team or an entity.
#[derive(Debug, Serialize)]
struct Figure {
    metric: &'static str,
    value: f64,
    words: String,
    /// From how many entities, or from what.
    from: String,
}

#[derive(Debug, Serialize)]
struct TeamRow {
    link: Option<EntityLink>,
    entities: usize,
    figures: Vec<Option<Figure>>,
}

#[derive(Debug, Serialize)]
struct EntityRow {
    link: EntityLink,
    owner: Option<EntityLink>,
    figures: Vec<Option<Figure>>,
}

/// What a metric is and how it is made.
#[derive(Debug, Serialize)]
struct Definition {
    title: &'static str,
    about: &'static str,
    together: &'static str,
    /// Path and words.
    methods: Vec<(String, &'static str)>,
    all: Option<Figure>,
}

#[derive(Debug, Serialize)]
struct Model {
    metrics: Vec<Definition>,
    teams: Vec<TeamRow>,
    more_teams: usize,
    entities: Vec<EntityRow>,
    more_entities: usize,
    csv: String,
    count: String,
    /// Whether anything is known at all.
    is_known: bool,
    example: String,
}

fn figures_of_team(team: &Found) -> Vec<Option<Figure>> {
    let figure = |at: usize| {
        let joined = team.measures[at].as_ref()?;
        let metric = Metric::ALL[at];
        Some(Figure {
            metric: metric.as_str(),
            value: joined.value,
            words: metric.shown(joined.value),
            from: format!("from {} of {}", context::grouped(joined.known), context::grouped(team.entities)),
        })
    };
    (0..Metric::ALL.len()).map(figure).collect()
}

fn figures_of_entity(row: &Row) -> Vec<Option<Figure>> {
    let figure = |at: usize| {
        let measure = row.measures[at].as_ref()?;
        let metric = Metric::ALL[at];
        Some(Figure {
            metric: metric.as_str(),
            value: measure.value,
            words: metric.shown(measure.value),
            from: METHODS[measure.method].source.unwrap_or(RETRIEVER).to_owned(),
        })
    };
    (0..Metric::ALL.len()).map(figure).collect()
}

fn model(view: &PageContext<'_>) -> PageModel<Model> {
    let found = &view.portal.delivery;
    let all = figures_of_team(&found.all);
    let is_known = all.iter().any(Option::is_some);
    let metrics = Metric::ALL.iter().zip(all).map(|(metric, all)| Definition {
        title: metric.title(),
        about: metric.about(),
        together: metric.together(),
        methods: METHODS.iter().filter(|it| it.metric == *metric).map(|it| (it.path(), it.how)).collect(),
        all,
    });
    let team = |team: &Found| TeamRow {
        link: team.owner.as_deref().and_then(|owner| somebody(view, owner)),
        entities: team.entities,
        figures: figures_of_team(team),
    };
    let known: Vec<&Row> = found.rows.iter().filter(|row| row.measures.iter().any(Option::is_some)).collect();
    let entity = |row: &&Row| EntityRow {
        link: view.link(row.entity),
        owner: view.owner(view.entity(row.entity)),
        figures: figures_of_entity(row),
    };
    let fields: Vec<String> = Metric::ALL
        .iter()
        .zip(["4.5", "26", "7.5", "3"])
        .map(|(it, value)| format!("{}: {value}", it.as_str()))
        .collect();
    let example = format!("retriever: {RETRIEVER}\nfacts:\n  component:default/web:\n    {}\n", fields.join("\n    "));
    let model = Model {
        metrics: metrics.collect(),
        teams: found.teams.iter().take(NAMED).map(team).collect(),
        more_teams: found.teams.len().saturating_sub(NAMED),
        entities: known.iter().take(NAMED).map(entity).collect(),
        more_entities: known.len().saturating_sub(NAMED),
        csv: view.href(routes::DELIVERY_FILE),
        count: context::count(found.all.entities, "entity", "entities"),
        is_known,
        example: crate::site::yaml_highlight::paint(&example),
    };
    let breadcrumbs = above(view).into_iter().chain([(routes::INSIGHTS.to_owned(), "Insights".to_owned())]);
    let about = About {
        title: Some("Delivery".to_owned()),
        breadcrumbs: breadcrumbs.collect(),
        class: "scorecards",
        ..About::default()
    };
    frame(view, Section::SCORECARDS, about, model)
}

fn csv(view: &PageContext<'_>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let heads = Metric::ALL.iter().flat_map(|metric| [metric.as_str().to_owned(), format!("{} from", metric.as_str())]);
    // Writing to memory cannot fail.
    let _ = out.write_record(["ref", "owner"].map(str::to_owned).into_iter().chain(heads));
    for row in &view.portal.delivery.rows {
        let entity = view.entity(row.entity);
        let owner = entity.related("ownedBy").next().map_or("", |owner| owner.target.as_str());
        let cells = row.measures.iter().flat_map(|measure| match measure {
            Some(measure) => {
                let value = crate::snapshots::facts::rounded(measure.value, 3);
                [value.to_string(), METHODS[measure.method].path()]
            }
            None => [String::new(), String::new()],
        });
        let _ = out.write_record([entity.reference.as_str(), owner].map(str::to_owned).into_iter().chain(cells));
    }
    out.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
