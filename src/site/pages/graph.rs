//! The page with the whole graph: drawn for all systems, and for anything else in the browser.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{PageContent, PageType};
use crate::catalog::Entity;
use crate::portal::Portal;
use crate::routes;
use crate::scorecards::Scorecard;
use crate::site::context::{self, PageContext};
use crate::site::graphs::{self, GraphFigure};
use crate::site::layout::{About, NavEntry, PageModel, Section, frame};
use crate::site::relations;
use crate::site::{Site, Subject, scorecards};

/// The whole graph.
pub struct Graph;

impl PageType for Graph {
    fn plan(&self, _portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        vec![(routes::GRAPH.to_owned(), Subject::Portal)]
    }

    fn content(&self, view: &PageContext<'_>, _subject: Subject) -> PageContent {
        PageContent::html("graph.html", model(view))
    }

    fn nav(&self, _portal: &Portal, site: &Site) -> Option<NavEntry> {
        (!site.kinds().is_empty()).then_some(NavEntry {
            section: Section::GRAPH,
            url: routes::GRAPH,
            title: "Graph",
            icon: "dependencies",
        })
    }
}

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    picture: Option<GraphFigure>,
    /// The file with everything.
    data: String,
    /// A sentence such as `512 entities and 1,204 relations`.
    size: String,
    /// Every class of icon that the picture does not bring.
    icons: Vec<&'static str>,
    hint: String,
}

/// Makes the page.
#[must_use]
pub fn model(view: &PageContext<'_>) -> PageModel<Model> {
    let entities = view.portal.catalog.entities();
    let relations: usize = entities.iter().map(|entity| entity.relations.len()).sum();
    let mut icons: Vec<&'static str> = view.site.kinds().iter().map(|group| group.face.class).collect();
    icons.push("other");
    icons.sort_unstable();
    icons.dedup();
    let picture = graphs::landscape(view);
    if let Some(picture) = &picture {
        icons.retain(|icon| !picture.icons.contains(icon));
    }
    let model = Model {
        picture,
        data: view.href(&routes::graph_data()),
        size: format!(
            "{} and {}",
            context::count(entities.len(), "entity", "entities"),
            context::count(relations / 2, "relation", "relations")
        ),
        icons,
        hint: view.href(routes::EXPLORE),
    };
    let about = About {
        title: Some("Graph".to_owned()),
        description: Some(format!("How everything in {} belongs together", view.site.config().title)),
        class: "graph",
        ..About::default()
    };
    frame(view, Section::GRAPH, about, model)
}

/// The graph as numbers.
#[derive(Serialize)]
struct Data<'a> {
    /// Kind, what one and many are called, class.
    kinds: Vec<(&'a str, &'a str, &'a str, &'static str)>,
    /// Relation, inverse, what the line says.
    relations: Vec<(String, String, String)>,
    /// Kind, name (with its namespace, if that is not the default one), and the title if it differs. The kind is
    /// negative, minus one, for what does not exist.
    nodes: Vec<(i64, String, Option<String>)>,
    /// For each relation the ends of its lines, one after the other.
    edges: Vec<Vec<usize>>,
    /// What nodes can be coloured by: their lifecycles, and the scorecards that have levels.
    scores: Vec<Score<'a>>,
}

/// The levels that entities have on a scorecard, or what counts as such.
#[derive(Serialize)]
struct Score<'a> {
    id: &'a str,
    title: &'a str,
    /// Title and colour, by rank.
    levels: Vec<(String, String)>,
    /// The rank of each of the first nodes; `None` if the scorecard says nothing of it.
    ranks: Vec<Option<usize>>,
}

fn scores<'a>(view: &PageContext<'a>) -> Vec<Score<'a>> {
    let cards = &view.portal.scorecards.list;
    let mut ranks = vec![vec![None; view.portal.catalog.entities().len()]; cards.len()];
    for (id, _) in view.portal.catalog.iter() {
        for (card, _, rank) in scorecards::levels(view.portal, id) {
            ranks[card][id.index()] = Some(rank);
        }
    }
    let with_levels = cards.iter().zip(ranks).filter(|(_, ranks)| ranks.iter().any(Option::is_some));
    let score = |(card, ranks): (&'a Scorecard, Vec<Option<usize>>)| Score {
        id: &card.id,
        title: &card.title,
        levels: (0..card.levels.len())
            .map(|rank| scorecards::badge(card, rank))
            .map(|level| (level.title, level.color))
            .collect(),
        ranks,
    };
    with_levels.map(score).collect()
}

/// Makes a choice of colours of the lifecycles, those that most entities have first.
fn lifecycles<'a>(view: &PageContext<'a>) -> Option<Score<'a>> {
    let entities = view.portal.catalog.entities();
    let lifecycle = |entity: &'a Entity| entity.spec_str("lifecycle").filter(|text| !text.is_empty());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for found in entities.iter().filter_map(lifecycle) {
        *counts.entry(found).or_default() += 1;
    }
    let mut order: Vec<(&str, usize)> = counts.into_iter().collect();
    order.sort_by_key(|(_, count)| Reverse(*count));
    let color = |tone: &str| match tone {
        "good" => "#0e9f6e",
        "note" => "#3b82f6",
        "warn" => "#e08a00",
        _ => "#8b93a1",
    };
    let rank: HashMap<&str, usize> = order.iter().enumerate().map(|(rank, (found, _))| (*found, rank)).collect();
    let levels = order.iter().map(|(found, _)| ((*found).to_owned(), color(context::lifecycle(found).tone).to_owned()));
    (!order.is_empty()).then(|| Score {
        id: "@lifecycle",
        title: "Lifecycle",
        levels: levels.collect(),
        ranks: entities.iter().map(|entity| rank.get(lifecycle(entity)?).copied()).collect(),
    })
}

/// Makes the file from which the browser draws.
#[must_use]
pub fn data(view: &PageContext<'_>) -> Vec<u8> {
    let config = view.site.config();
    let catalog = &view.portal.catalog;
    let mut kinds: Vec<(&str, &str, &str, &'static str)> = view
        .site
        .kinds()
        .iter()
        .map(|group| (&*group.face.kind, &*group.face.one, &*group.face.many, group.face.class))
        .collect();
    let mut relations = relations::pairs(config);
    let mut nodes: Vec<(i64, String, Option<String>)> = Vec::with_capacity(catalog.entities().len());
    let kind_of: HashMap<&str, i64> = kinds.iter().zip(0..).map(|(kind, at)| (kind.0, at)).collect();
    let name = |namespace: &str, name: &str| {
        if namespace == "default" { name.to_owned() } else { format!("{namespace}/{name}") }
    };
    for entity in catalog.entities() {
        let reference = &entity.reference;
        let title = Some(entity.title()).filter(|title| *title != reference.name()).map(str::to_owned);
        nodes.push((kind_of[reference.kind()], name(reference.namespace(), reference.name()), title));
    }
    let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
    let mut edges: Vec<Vec<(usize, usize)>> = vec![Vec::new(); relations.len()];
    for (id, entity) in catalog.iter() {
        for relation in &entity.relations {
            let drawn = relations::drawn(&relation.kind, config);
            // Of a relation and its inverse, the one in the direction of the line is enough, unless the other end does
            // not exist.
            if !drawn.forward && relation.id.is_some() {
                continue;
            }
            let other = match relation.id {
                Some(id) => id.index(),
                None => *missing.entry(relation.target.as_str()).or_insert_with(|| {
                    let target = &relation.target;
                    let kind = kinds.iter().position(|kind| kind.0 == target.kind()).unwrap_or_else(|| {
                        kinds.push((target.kind(), target.kind(), target.kind(), "other"));
                        kinds.len() - 1
                    });
                    nodes.push((-1 - kind as i64, name(target.namespace(), target.name()), None));
                    nodes.len() - 1
                }),
            };
            let (from, to) = if drawn.forward { (id.index(), other) } else { (other, id.index()) };
            let known =
                |(forward, back, _): &(String, String, String)| **forward == *relation.kind || **back == *relation.kind;
            let at = relations.iter().position(known).unwrap_or_else(|| {
                let kind = relation.kind.to_string();
                relations.push((kind.clone(), kind, drawn.verb.into_owned()));
                edges.push(Vec::new());
                relations.len() - 1
            });
            edges[at].push((from, to));
        }
    }
    let edges = edges
        .into_iter()
        .map(|mut pairs| {
            pairs.sort_unstable();
            pairs.dedup();
            pairs.into_iter().flat_map(|(from, to)| [from, to]).collect()
        })
        .collect();
    super::json(&Data {
        kinds,
        relations,
        nodes,
        edges,
        scores: lifecycles(view).into_iter().chain(scores(view)).collect(),
    })
}
