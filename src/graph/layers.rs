//! Assigns units to layers: cycles are broken, then lines lead from left to right.

use super::cluster::Units;

/// A line between layers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// The unit on the left.
    pub(super) left: usize,
    /// The unit on the right.
    pub(super) right: usize,
    pub(super) label: usize,
    /// Whether it leads from right to left.
    pub(super) turned: bool,
    /// Index of the edge of the graph.
    pub(super) edge: usize,
}

/// Units with their layers.
#[derive(Debug, Clone)]
pub(super) struct Layered {
    pub(super) layer: Vec<usize>,
    pub(super) lines: Vec<Line>,
}

/// Breaks cycles and assigns layers.
pub(super) fn layers(units: &Units) -> Layered {
    let count = units.units.len();
    let lines = acyclic(units, count);
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
    for line in &lines {
        after[line.left].push(line.right);
        before[line.right].push(line.left);
    }
    // The longest path from a unit that nothing leads to.
    let mut waiting: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..count).filter(|unit| waiting[*unit] == 0).collect();
    let mut layer = vec![0; count];
    let mut at = 0;
    while at < order.len() {
        let unit = order[at];
        at += 1;
        for next in &after[unit] {
            layer[*next] = layer[*next].max(layer[unit] + 1);
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                order.push(*next);
            }
        }
    }
    // A unit with more lines to the right than to the left moves right as far as it can: that shortens more lines than
    // it lengthens.
    for unit in order.iter().rev() {
        if after[*unit].len() > before[*unit].len() {
            let nearest = after[*unit].iter().map(|next| layer[*next]).min().unwrap_or(1);
            layer[*unit] = layer[*unit].max(nearest - 1);
        }
    }
    let first = layer.iter().copied().min().unwrap_or(0);
    layer.iter_mut().for_each(|layer| *layer -= first);
    Layered { layer, lines }
}

/// Turns round the lines that close a cycle on a walk in depth. The walk begins at units that nothing leads to.
fn acyclic(units: &Units, count: usize) -> Vec<Line> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut has_before = vec![false; count];
    for (at, (edge, _)) in units.edges.iter().enumerate() {
        out[edge.from].push(at);
        has_before[edge.to] = true;
    }
    let mut turned = vec![false; units.edges.len()];
    // 0 not seen, 1 on the way, 2 done.
    let mut state = vec![0_u8; count];
    let sources = (0..count).filter(|unit| !has_before[*unit]);
    for start in sources.chain(0..count) {
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        let mut way = vec![(start, 0)];
        while let Some((unit, next)) = way.last_mut() {
            let Some(at) = out[*unit].get(*next).copied() else {
                state[*unit] = 2;
                way.pop();
                continue;
            };
            *next += 1;
            let to = units.edges[at].0.to;
            match state[to] {
                0 => {
                    state[to] = 1;
                    way.push((to, 0));
                }
                1 => turned[at] = true,
                _ => {}
            }
        }
    }
    units
        .edges
        .iter()
        .zip(turned)
        .map(|((edge, index), turned)| {
            let (left, right) = if turned { (edge.to, edge.from) } else { (edge.from, edge.to) };
            Line { left, right, label: edge.label, turned, edge: *index }
        })
        .collect()
}
