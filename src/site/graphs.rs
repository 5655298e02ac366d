//! What is drawn: the neighbours of an entity, what it needs and what needs it, the parts of a system or domain, the
//! organisation, and the whole landscape.
//!
//! Each drawing folds what is beyond its budget and says how many that are; what the lines mean is also written in
//! words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::context::{self, PageContext};
use super::kind_display;
use super::relations::{self, Drawn};
use crate::catalog::{Entity, EntityId, EntityRef};
use crate::graph::{Drawing, Edge, Folded, Graph, Look, Node, draw, fold};
use crate::html::Html;
use crate::routes;

/// Neighbours that are drawn one by one on an overview.
const NEIGHBOURS: usize = 60;
/// Nodes of a drawing of dependencies or of parts.
const NODES: usize = 60;
/// Lines of a drawing; where there are more, more nodes are folded.
const LINES: usize = 240;
/// Groups of nodes that a drawing folds by themselves, by kind and distance; there may be as many kinds as references, and a
/// chain has as many distances as links.
const GROUPS: usize = 16;
/// A drawing this small shows another step.
const SMALL: usize = 20;
/// A drawing wider than this has words that are hard to read where it is made to fit a page of 1,440 pixels, in which a card has
/// about 1,260: labels of 13 pixels have 9 in it.
const WIDE: f64 = 1800.0;
/// The width of the screen of a phone.
const PHONE: f64 = 360.0;

/// A drawing folded to fewer nodes than these says too little: one that has to be scrolled, with its text, says more.
const FEW: usize = 12;

/// A drawing with what belongs to it.
#[derive(Debug, Serialize)]
pub struct GraphFigure {
    /// As HTML.
    svg: String,
    /// The icons that it uses.
    pub icons: BTreeSet<&'static str>,
    /// The kinds that occur: class suffix and name.
    kinds: Vec<(&'static str, String)>,
    /// What the lines say, as HTML sentences.
    sentences: Vec<String>,
    /// A note below it.
    note: Option<&'static str>,
    /// The same in the browser, where it can be changed.
    explore: Option<String>,
    /// Whether what it says in words is open, because its lines have none.
    opens_words: bool,
    /// Whether a phone shows what it says in words in its place.
    is_broad: bool,
    /// Whether it does not fit a page.
    #[serde(skip)]
    is_wide: bool,
}

impl GraphFigure {
    /// Draws a graph whose nodes are of no kind; `None` if there are none, or so many that a drawing helps nobody.
    #[must_use]
    pub fn plain(mut graph: Graph, title: &str, note: &'static str) -> Option<Self> {
        if graph.nodes.is_empty() || graph.nodes.len() > NODES {
            return None;
        }
        graph.tidy();
        Some(Self {
            svg: draw(&graph, title).svg,
            icons: BTreeSet::from(["other"]),
            kinds: Vec::new(),
            sentences: Vec::new(),
            note: Some(note),
            explore: None,
            opens_words: false,
            is_broad: false,
            is_wide: false,
        })
    }
}

/// A graph under construction.
struct GraphBuilder<'v> {
    view: &'v PageContext<'v>,
    graph: Graph,
    ids: Vec<Option<EntityId>>,
    at: HashMap<String, usize>,
    /// The group into which each node folds.
    group_of: Vec<Option<usize>>,
    groups: Vec<Folded>,
    group_keys: BTreeMap<(usize, usize, String), usize>,
    /// Whether nodes are folded until the drawing fits a page.
    is_narrowed: bool,
}

impl<'v> GraphBuilder<'v> {
    fn new(view: &'v PageContext<'v>) -> Self {
        Self {
            view,
            graph: Graph::default(),
            ids: Vec::new(),
            at: HashMap::new(),
            group_of: Vec::new(),
            groups: Vec::new(),
            group_keys: BTreeMap::new(),
            is_narrowed: true,
        }
    }

    /// Returns the node of an entity, which is added if it is new.
    fn node(&mut self, target: &EntityRef, id: Option<EntityId>, look: Look) -> usize {
        if let Some(at) = self.at.get(target.as_str()) {
            return *at;
        }
        let link = match id {
            Some(id) => self.view.link(id),
            None => self.view.link_to(target),
        };
        let look = if link.href.is_none() { Look::Missing } else { look };
        let ending = if look == Look::Missing { " does not exist" } else { "" };
        self.graph.nodes.push(Node {
            hint: Some(format!("{} ({}{ending})", link.title, link.reference)),
            label: link.title,
            note: None,
            href: link.href,
            class: link.class,
            look,
        });
        self.ids.push(id);
        self.group_of.push(None);
        self.at.insert(target.as_str().to_owned(), self.graph.nodes.len() - 1);
        self.graph.nodes.len() - 1
    }

    fn entity(&mut self, id: EntityId, look: Look) -> usize {
        self.node(&self.view.entity(id).reference, Some(id), look)
    }

    /// Lets a node fold with others of its kind that have the same key.
    fn may_fold(&mut self, node: usize, key: (usize, usize), kind: &str, href: Option<String>) {
        let groups = &mut self.groups;
        let view = self.view;
        let own = self.group_keys.contains_key(&(key.0, key.1, kind.to_owned())) || self.group_keys.len() < GROUPS;
        let (key, kind) = if own { (key, kind) } else { ((usize::MAX, 0), "") };
        let group = *self.group_keys.entry((key.0, key.1, kind.to_owned())).or_insert_with(|| {
            let many = if kind.is_empty() { "others".to_owned() } else { many(view, kind) };
            groups.push(Folded { many, href, class: kind_display::class(kind) });
            groups.len() - 1
        });
        self.group_of[node] = Some(group);
    }

    fn line(&mut self, from: usize, to: usize, drawn: &Drawn) {
        let label = self.graph.label(&drawn.verb);
        let (from, to) = if drawn.forward { (from, to) } else { (to, from) };
        self.graph.edges.push(Edge { from, to, label });
    }

    /// Draws every relation of `wanted` between nodes that are there.
    fn lines_between(&mut self, wanted: &[&str]) {
        for node in 0..self.ids.len() {
            let Some(entity) = self.ids[node].map(|id| self.view.entity(id)) else { continue };
            for relation in entity.relations.iter().filter(|relation| wanted.contains(&&*relation.kind)) {
                if let Some(other) = self.at.get(relation.target.as_str()).copied() {
                    let drawn = relations::drawn(&relation.kind, self.view.site.config());
                    self.line(node, other, &drawn);
                }
            }
        }
    }

    fn finish(
        mut self,
        name: &str,
        budget: usize,
        explore: Option<String>,
        sentences: Sentences,
    ) -> Option<GraphFigure> {
        self.graph.tidy();
        if self.graph.nodes.is_empty() {
            return None;
        }
        let kinds: BTreeSet<(usize, &str)> = self
            .at
            .keys()
            .filter_map(|reference| reference.split(':').next())
            .map(|kind| (kind_display::rank(kind), kind))
            .collect();
        let kinds = kinds
            .into_iter()
            .map(|(_, kind)| {
                let face = self.view.site.kind(kind).map(|group| group.face.one.clone());
                (kind_display::class(kind), face.unwrap_or_else(|| relations::words(kind)))
            })
            .collect();
        let mut budget = budget;
        let mut graph = fold(&self.graph, &self.group_of, &self.groups, budget);
        while graph.edges.len() > LINES && budget > 0 {
            budget /= 2;
            graph = fold(&self.graph, &self.group_of, &self.groups, budget);
        }
        let mut drawing = draw(&graph, name);
        let has_words = sentences == Sentences::Written;
        let mut opens_words = false;
        if self.is_narrowed && drawing.width > WIDE {
            // Words take the room between the nodes, and are written below as well.
            let plain = draw(&unlabelled(&graph), name);
            if has_words && plain.width <= WIDE {
                (drawing, opens_words) = (plain, true);
            } else if let Some(narrower) = self.folded_to_fit(graph.nodes.len(), |graph| draw(graph, name)) {
                (graph, drawing) = narrower;
            } else if has_words {
                opens_words = true;
                match self.folded_to_fit(graph.nodes.len(), |graph| draw(&unlabelled(graph), name)) {
                    Some(narrower) => (graph, drawing) = narrower,
                    None => drawing = plain,
                }
            }
        }
        let sentences = if has_words { self::sentences(&graph) } else { Vec::new() };
        Some(GraphFigure {
            is_wide: drawing.width > WIDE,
            is_broad: drawing.width > PHONE,
            opens_words,
            svg: drawing.svg,
            icons: graph.nodes.iter().map(|node| node.class).collect(),
            kinds,
            sentences,
            note: None,
            explore,
        })
    }

    /// Folds nodes until the drawing fits a page: those that are left have fewer lines among each other.
    fn folded_to_fit(&self, nodes: usize, draw: impl Fn(&Graph) -> Drawing) -> Option<(Graph, Drawing)> {
        let halves = std::iter::successors(Some(nodes / 2), |fewer| Some(fewer / 2));
        halves.take_while(|fewer| *fewer >= FEW).find_map(|fewer| {
            let graph = fold(&self.graph, &self.group_of, &self.groups, fewer);
            let drawing = draw(&graph);
            (drawing.width <= WIDE).then_some((graph, drawing))
        })
    }
}

/// Returns a graph without words on its lines.
fn unlabelled(graph: &Graph) -> Graph {
    Graph { labels: vec![String::new(); graph.labels.len()], ..graph.clone() }
}

/// Whether what a drawing says also has to be written beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sentences {
    Written,
    /// The page says it anyway.
    Elsewhere,
}

/// Says what each node leads to.
fn sentences(graph: &Graph) -> Vec<String> {
    let mut by_verb: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for edge in &graph.edges {
        by_verb.entry((edge.from, edge.label)).or_default().push(edge.to);
    }
    let name = |node: usize| &graph.nodes[node].label;
    by_verb
        .into_iter()
        .map(|((from, label), to)| {
            let mut out = Html::new();
            out.element("b", name(from));
            out.text(&format!(" {} ", graph.labels[label]));
            for (at, to) in to.into_iter().enumerate() {
                out.raw(if at == 0 { "" } else { ", " });
                out.text(name(to));
            }
            out.into_string()
        })
        .collect()
}

/// Returns what several entities of a kind are called inside a sentence.
fn many(view: &PageContext<'_>, kind: &str) -> String {
    let many = view.site.kind(kind).map_or_else(|| format!("{kind}s"), |group| group.face.many.clone());
    if many.chars().nth(1).is_some_and(char::is_uppercase) { many } else { many.to_lowercase() }
}

/// Returns the page on which a drawing can be changed.
#[must_use]
pub fn explore(view: &PageContext<'_>, entity: &Entity, depth: usize) -> String {
    let root = routes::query_value(entity.reference.as_str());
    format!("{}?rootEntityRefs%5B%5D={root}&maxDepth={depth}", view.href(routes::GRAPH))
}

/// Draws an entity with everything it is related to.
#[must_use]
pub fn neighbours(view: &PageContext<'_>, id: EntityId) -> Option<GraphFigure> {
    let entity = view.entity(id);
    if entity.relations.is_empty() {
        return None;
    }
    let mut sketch = GraphBuilder::new(view);
    let root = sketch.entity(id, Look::Root);
    sketch.graph.nodes[root].href = None;
    let config = view.site.config();
    let mut found: Vec<_> =
        entity.relations.iter().map(|relation| (relations::drawn(&relation.kind, config), relation)).collect();
    found.sort_by_cached_key(|(drawn, relation)| {
        (drawn.rank, drawn.forward, kind_display::rank(relation.target.kind()), relation.target.as_str().to_owned())
    });
    for (drawn, relation) in found {
        let node = sketch.node(&relation.target, relation.id, Look::Plain);
        if node != root {
            let kind = relation.target.kind();
            let heading = relations::heading(&relation.kind, entity.reference.kind(), kind);
            sketch.may_fold(node, (drawn.rank, drawn.forward.into()), kind, Some(format!("#{}", heading.anchor())));
        }
        sketch.line(root, node, &drawn);
    }
    let name = format!("Relations of {}", entity.title());
    sketch.finish(&name, NEIGHBOURS, Some(explore(view, entity, 2)), Sentences::Elsewhere)
}

/// Draws an entity with what it needs and what needs it, by distance.
#[must_use]
pub fn dependencies(
    view: &PageContext<'_>,
    id: EntityId,
    needs: (&[&str], &[Vec<EntityId>]),
    needed_by: (&[&str], &[Vec<EntityId>]),
) -> Option<GraphFigure> {
    let near = |levels: &[Vec<EntityId>], depth: usize| levels.iter().take(depth).map(Vec::len).sum::<usize>();
    let depth = if near(needs.1, 3) + near(needed_by.1, 3) <= SMALL { 3 } else { 2 };
    // One that is too wide to be read shows a step less; the lists below say what is further away.
    let mut fitting = (2..=depth).rev().filter_map(|depth| dependencies_to(view, id, needs, needed_by, depth));
    fitting.find(|picture| !picture.is_wide).or_else(|| dependencies_to(view, id, needs, needed_by, 1))
}

fn dependencies_to(
    view: &PageContext<'_>,
    id: EntityId,
    needs: (&[&str], &[Vec<EntityId>]),
    needed_by: (&[&str], &[Vec<EntityId>]),
    depth: usize,
) -> Option<GraphFigure> {
    let entity = view.entity(id);
    let mut sketch = GraphBuilder::new(view);
    sketch.is_narrowed = depth == 1;
    let root = sketch.entity(id, Look::Root);
    sketch.graph.nodes[root].href = None;
    for (side, (_, levels)) in [needs, needed_by].into_iter().enumerate() {
        for (distance, ids) in levels.iter().take(depth).enumerate() {
            for id in ids {
                let node = sketch.entity(*id, Look::Plain);
                if sketch.group_of[node].is_none() {
                    let kind = view.entity(*id).reference.kind();
                    let href = (distance == 0).then(|| if side == 0 { "#needs" } else { "#needed-by" }.to_owned());
                    sketch.may_fold(node, (side, distance), kind, href);
                }
            }
        }
    }
    let mut goes_on = false;
    // Where the drawing ends, a node says how much further it goes.
    for (relations, levels) in [needs, needed_by] {
        for id in levels.get(depth - 1).map_or(&[][..], Vec::as_slice) {
            let further = |target: &EntityRef| !sketch.at.contains_key(target.as_str());
            let wanted = view.entity(*id).relations.iter().filter(|relation| relations.contains(&&*relation.kind));
            let more: BTreeSet<&str> =
                wanted.filter(|relation| further(&relation.target)).map(|relation| relation.target.as_str()).collect();
            if !more.is_empty()
                && let Some(node) = sketch.at.get(view.entity(*id).reference.as_str()).copied()
            {
                sketch.graph.nodes[node].note = Some(format!("+{}", more.len()));
                goes_on = true;
            }
        }
    }
    sketch.lines_between(needs.0);
    let name = format!("What {} needs, and what needs it", entity.title());
    let picture = sketch.finish(&name, NODES, Some(explore(view, entity, depth)), Sentences::Written)?;
    let note = goes_on.then_some("A number in a node says how many more lie beyond it.");
    Some(GraphFigure { note, ..picture })
}

/// The relations that say how parts talk to each other.
const TALK: &[&str] = &["dependsOn", "consumesApi", "apiProvidedBy", "providesApi", "dependencyOf", "apiConsumedBy"];

/// Draws the parts of a system, how they talk to each other, and what they talk to outside.
#[must_use]
pub fn system(view: &PageContext<'_>, id: EntityId) -> Option<GraphFigure> {
    let entity = view.entity(id);
    let mut sketch = GraphBuilder::new(view);
    let mut parts: Vec<EntityId> = entity.related("hasPart").filter_map(|relation| relation.id).collect();
    if parts.is_empty() {
        return None;
    }
    // The best connected ones stay when not all can be drawn.
    let talk = |id: &EntityId| view.entity(*id).relations.iter().filter(|r| TALK.contains(&&*r.kind)).count();
    parts.sort_by_key(|part| std::cmp::Reverse(talk(part)));
    for part in &parts {
        let node = sketch.entity(*part, Look::Plain);
        sketch.may_fold(node, (0, 0), view.entity(*part).reference.kind(), Some("../".to_owned()));
    }
    for part in &parts {
        for relation in view.entity(*part).relations.iter().filter(|relation| TALK.contains(&&*relation.kind)) {
            let known = sketch.at.contains_key(relation.target.as_str());
            let node = sketch.node(&relation.target, relation.id, Look::Outside);
            if !known {
                let home = relation.id.and_then(|id| view.part_of(view.entity(id), "system"));
                sketch.graph.nodes[node].note = home.map(|home| context::shortened(&home.title, 24).into_owned());
                sketch.may_fold(node, (1, 0), relation.target.kind(), None);
            }
        }
    }
    // Only what touches a part: relations among others do not matter here.
    for (at, part) in parts.iter().enumerate() {
        let relations = view.entity(*part).relations.iter();
        for relation in relations.filter(|r| TALK.contains(&&*r.kind) || &*r.kind == "hasPart") {
            if let Some(other) = sketch.at.get(relation.target.as_str()).copied() {
                let drawn = relations::drawn(&relation.kind, view.site.config());
                sketch.line(at, other, &drawn);
            }
        }
    }
    let name = format!("The parts of {} and how they talk to each other", entity.title());
    sketch.finish(&name, NODES, Some(explore(view, entity, 2)), Sentences::Written)
}

/// Returns the systems of a domain, with those of the domains below it.
fn systems_of(view: &PageContext<'_>, id: EntityId) -> BTreeSet<EntityId> {
    let mut seen = BTreeSet::from([id]);
    let mut open = vec![id];
    let mut systems = BTreeSet::new();
    while let Some(domain) = open.pop() {
        for part in view.entity(domain).related("hasPart").filter_map(|relation| relation.id) {
            match view.entity(part).reference.kind() {
                "system" => {
                    systems.insert(part);
                }
                "domain" if seen.insert(part) => open.push(part),
                _ => {}
            }
        }
    }
    systems
}

/// Draws the systems of a domain, and how much they use each other and systems outside.
#[must_use]
pub fn domain(view: &PageContext<'_>, id: EntityId) -> Option<GraphFigure> {
    let entity = view.entity(id);
    let systems = systems_of(view, id);
    let uses = uses(view, systems.iter().copied());
    let name = format!("The systems of {} and how much they use each other", entity.title());
    of_systems(view, &systems, &uses, &name, Some(explore(view, entity, 2)))
}

/// Draws all systems, and how much they use each other.
#[must_use]
pub fn landscape(view: &PageContext<'_>) -> Option<GraphFigure> {
    let systems: BTreeSet<EntityId> = view.site.kind("system")?.entities.iter().copied().collect();
    let uses = uses(view, systems.iter().copied());
    of_systems(view, &systems, &uses, "All systems and how much they use each other", None)
}

/// How often the parts of one system use those of another.
type Uses = BTreeMap<(EntityId, EntityId), usize>;

/// Counts the uses from and to some systems.
fn uses(view: &PageContext<'_>, systems: impl Iterator<Item = EntityId>) -> Uses {
    let home = |id: EntityId| {
        let entity = view.entity(id);
        entity.related("partOf").find(|relation| relation.target.kind() == "system").and_then(|relation| relation.id)
    };
    // What is found from both ends counts once.
    let mut found: BTreeSet<(EntityId, EntityId, EntityId, EntityId)> = BTreeSet::new();
    for system in systems {
        for part in view.entity(system).related("hasPart").filter_map(|relation| relation.id) {
            for relation in view.entity(part).relations.iter().filter(|relation| TALK.contains(&&*relation.kind)) {
                let Some((other, target)) = relation.id.and_then(|id| Some((id, home(id)?))) else { continue };
                if target == system {
                    continue;
                }
                let forward = relations::drawn(&relation.kind, view.site.config()).forward;
                found.insert(if forward { (system, target, part, other) } else { (target, system, other, part) });
            }
        }
    }
    let mut uses = Uses::new();
    for (from, to, ..) in found {
        *uses.entry((from, to)).or_default() += 1;
    }
    uses
}

fn of_systems(
    view: &PageContext<'_>,
    systems: &BTreeSet<EntityId>,
    uses: &Uses,
    name: &str,
    explore: Option<String>,
) -> Option<GraphFigure> {
    let mut sketch = GraphBuilder::new(view);
    let mut lines: BTreeMap<EntityId, usize> = BTreeMap::new();
    for (from, to) in uses.keys() {
        *lines.entry(*from).or_default() += 1;
        *lines.entry(*to).or_default() += 1;
    }
    let mut order: Vec<EntityId> = systems.iter().copied().collect();
    order.sort_by_key(|id| std::cmp::Reverse(lines.get(id).copied().unwrap_or(0)));
    let all = Some(view.href(&routes::kind_list("system", 1)));
    for id in order {
        let node = sketch.entity(id, Look::Plain);
        sketch.may_fold(node, (0, 0), "system", all.clone());
    }
    for ((from, to), count) in uses {
        let from = system_node(&mut sketch, *from, all.as_deref());
        let to = system_node(&mut sketch, *to, all.as_deref());
        let label = sketch.graph.label(&context::count(*count, "use", "uses"));
        sketch.graph.edges.push(Edge { from, to, label });
    }
    sketch.finish(name, NODES, explore, Sentences::Written)
}

fn system_node(sketch: &mut GraphBuilder<'_>, id: EntityId, all: Option<&str>) -> usize {
    let node = sketch.entity(id, Look::Outside);
    if sketch.group_of[node].is_none() {
        sketch.may_fold(node, (1, 0), "system", all.map(str::to_owned));
    }
    node
}

/// Draws groups with those below them.
#[must_use]
pub fn organisation(view: &PageContext<'_>, roots: &[EntityId]) -> Option<GraphFigure> {
    let mut sketch = GraphBuilder::new(view);
    let mut level: Vec<EntityId> = roots.to_vec();
    let mut depth = 0;
    let all = view.href(&routes::kind_list("group", 1));
    while !level.is_empty() {
        let mut below = Vec::new();
        for id in &level {
            let node = sketch.entity(*id, Look::Plain);
            let members = view.entity(*id).related("hasMember").count();
            sketch.graph.nodes[node].note = (members > 0).then(|| context::grouped(members));
            sketch.may_fold(node, (depth, 0), "group", Some(all.clone()));
            below.extend(view.entity(*id).related("parentOf").filter_map(|relation| relation.id));
        }
        below.retain(|id| !sketch.at.contains_key(view.entity(*id).reference.as_str()));
        below.sort_unstable();
        below.dedup();
        level = below;
        depth += 1;
    }
    let parents: Vec<EntityId> = sketch.ids.iter().copied().flatten().collect();
    for (from, id) in parents.into_iter().enumerate() {
        for child in view.entity(id).related("parentOf") {
            if let Some(to) = sketch.at.get(child.target.as_str()).copied() {
                let label = sketch.graph.label("");
                sketch.graph.edges.push(Edge { from, to, label });
            }
        }
    }
    if sketch.graph.edges.is_empty() {
        return None;
    }
    sketch.finish("The groups of the organisation with the number of their members", NODES, None, Sentences::Elsewhere)
}
