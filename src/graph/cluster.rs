//! Many leaves of one port, put together in a box before the layout and taken out again after it; and nodes without
//! lines, which are placed below.

use super::{Edge, GAP, Graph, HEIGHT, Layout, MARGIN, Rect};

/// This many leaves of one port are in a box.
const MANY: usize = 7;
/// Rows of a box, about, before it gets another column.
const ROWS: usize = 8;
/// Columns of a box at most, as long as it is not absurdly tall.
const COLUMNS: usize = 3;
/// Room inside a box at its border.
const INSET: f64 = 8.0;
/// Room between the nodes of a box.
const CLOSE: f64 = 6.0;
/// Nodes without lines fill rows of this width.
const LINE: f64 = 860.0;

/// What the layout places: a node, or a box of leaves.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) width: f64,
    pub(super) height: f64,
    members: Vec<usize>,
    columns: usize,
}

impl Unit {
    /// Returns whether it is a box of leaves.
    pub(super) fn is_box(&self) -> bool {
        self.members.len() > 1
    }
}

/// A graph of units.
#[derive(Debug, Clone)]
pub(super) struct Units {
    pub(super) units: Vec<Unit>,
    /// Edges between units with the index of the edge of the graph.
    pub(super) edges: Vec<(Edge, usize)>,
    /// Edges from a node to itself.
    loops: Vec<usize>,
    /// Nodes without edges.
    lonely: Vec<usize>,
    nodes: usize,
}

/// Puts leaves together.
pub(super) fn cluster(graph: &Graph, widths: &[f64]) -> Units {
    let mut degree = vec![0_usize; graph.nodes.len()];
    for edge in graph.edges.iter().filter(|edge| edge.from != edge.to) {
        degree[edge.from] += 1;
        degree[edge.to] += 1;
    }
    // The port of a leaf: the other end, what the line means, and whether it leads to the leaf.
    let mut port: Vec<Option<(usize, usize, bool)>> = vec![None; graph.nodes.len()];
    let mut leaves: std::collections::BTreeMap<(usize, usize, bool), Vec<usize>> = std::collections::BTreeMap::new();
    for edge in graph.edges.iter().filter(|edge| edge.from != edge.to) {
        for (leaf, other, inward) in [(edge.to, edge.from, true), (edge.from, edge.to, false)] {
            if degree[leaf] == 1 && degree[other] > 1 {
                port[leaf] = Some((other, edge.label, inward));
                leaves.entry((other, edge.label, inward)).or_default().push(leaf);
            }
        }
    }
    leaves.retain(|_, members| members.len() >= MANY);
    let mut unit_of = vec![usize::MAX; graph.nodes.len()];
    let mut units: Vec<Unit> = Vec::new();
    let mut lonely = Vec::new();
    for node in 0..graph.nodes.len() {
        if unit_of[node] != usize::MAX {
            continue;
        }
        if degree[node] == 0 {
            lonely.push(node);
            continue;
        }
        let members = match port[node].and_then(|port| leaves.get(&port)) {
            Some(members) => {
                let mut members = members.clone();
                members.sort_unstable();
                members
            }
            None => vec![node],
        };
        for member in &members {
            unit_of[*member] = units.len();
        }
        let columns = members.len().div_ceil(ROWS).min(COLUMNS);
        let rows = members.len().div_ceil(columns);
        let widest = members.iter().map(|member| widths[*member]).fold(0.0, f64::max);
        let around = if members.len() > 1 { INSET } else { 0.0 };
        units.push(Unit {
            width: widest * columns as f64 + CLOSE * (columns - 1) as f64 + 2.0 * around,
            height: HEIGHT * rows as f64 + CLOSE * (rows - 1) as f64 + 2.0 * around,
            members,
            columns,
        });
    }
    let mut edges = Vec::new();
    let mut loops = Vec::new();
    let mut drawn = std::collections::BTreeSet::new();
    for (at, edge) in graph.edges.iter().enumerate() {
        if edge.from == edge.to {
            loops.push(edge.from);
            continue;
        }
        let between = Edge { from: unit_of[edge.from], to: unit_of[edge.to], label: edge.label };
        if drawn.insert(between) {
            edges.push((between, at));
        }
    }
    Units { units, edges, loops, lonely, nodes: graph.nodes.len() }
}

/// Takes the leaves out of their boxes, and adds the nodes without lines.
pub(super) fn expand(units: &Units, placed: Layout, widths: &[f64]) -> Layout {
    let mut nodes = vec![Rect::default(); units.nodes];
    let mut boxes = Vec::new();
    for (unit, rect) in units.units.iter().zip(&placed.nodes) {
        if let [only] = unit.members[..] {
            nodes[only] = *rect;
            continue;
        }
        boxes.push(*rect);
        let rows = unit.members.len().div_ceil(unit.columns);
        let width = (rect.width - 2.0 * INSET - CLOSE * (unit.columns - 1) as f64) / unit.columns as f64;
        for (at, member) in unit.members.iter().enumerate() {
            nodes[*member] = Rect {
                x: rect.x + INSET + (at / rows) as f64 * (width + CLOSE),
                y: rect.y + INSET + (at % rows) as f64 * (HEIGHT + CLOSE),
                width,
                height: HEIGHT,
            };
        }
    }
    let mut layout = Layout { nodes, boxes, loops: units.loops.clone(), ..placed };
    let line = layout.width.max(LINE);
    let (mut x, mut y) = (MARGIN, if layout.routes.is_empty() { MARGIN } else { layout.height + GAP });
    for node in &units.lonely {
        let width = widths[*node];
        if x > MARGIN && x + width + MARGIN > line {
            x = MARGIN;
            y += HEIGHT + GAP;
        }
        layout.nodes[*node] = Rect { x, y, width, height: HEIGHT };
        x += width + GAP;
        layout.width = layout.width.max(x - GAP + MARGIN);
        layout.height = layout.height.max(y + HEIGHT + MARGIN);
    }
    layout
}
