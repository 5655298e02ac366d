//! The order of units within a layer, chosen so that few lines cross.

use std::collections::BTreeMap;

use super::layers::{Layered, Line};

/// Number of sweeps over all layers; more rarely help.
const SWEEPS: usize = 8;

/// Layers in order. A line over several layers has a bend in each of those between.
#[derive(Debug, Clone)]
pub(super) struct Ordered {
    /// The points of each layer from top to bottom.
    pub(super) layers: Vec<Vec<usize>>,
    /// For each point the unit that it is; `None` for a bend. Points of units come first, under the same numbers.
    pub(super) unit: Vec<Option<usize>>,
    pub(super) layer: Vec<usize>,
    /// Where each point is in its layer.
    pub(super) at: Vec<usize>,
    /// Each line with its points from left to right.
    pub(super) lines: Vec<(Line, Vec<usize>)>,
}

/// Adds bends, and orders the layers.
pub(super) fn order(layered: Layered) -> Ordered {
    let mut layer = layered.layer;
    let units = layer.len();
    // Long lines that mean the same and begin or end at one unit share their bends, as far as they go the same way.
    let mut starts: BTreeMap<(usize, usize, bool), usize> = BTreeMap::new();
    let mut ends: BTreeMap<(usize, usize, bool), usize> = BTreeMap::new();
    for line in &layered.lines {
        *starts.entry((line.left, line.label, line.turned)).or_default() += 1;
        *ends.entry((line.right, line.label, line.turned)).or_default() += 1;
    }
    let mut bends: BTreeMap<(bool, usize, usize, bool, usize), usize> = BTreeMap::new();
    let mut lines = Vec::with_capacity(layered.lines.len());
    for line in layered.lines {
        let (start, end) = ((line.left, line.label, line.turned), (line.right, line.label, line.turned));
        let forks = starts[&start] >= ends[&end];
        let shared = if forks { line.left } else { line.right };
        let mut points = vec![line.left];
        for between in layer[line.left] + 1..layer[line.right] {
            let bend = *bends.entry((forks, shared, line.label, line.turned, between)).or_insert_with(|| {
                layer.push(between);
                layer.len() - 1
            });
            points.push(bend);
        }
        points.push(line.right);
        lines.push((line, points));
    }
    let count = layer.iter().max().map_or(0, |last| last + 1);
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); layer.len()];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); layer.len()];
    for (_, points) in &lines {
        for pair in points.windows(2) {
            if !after[pair[0]].contains(&pair[1]) {
                after[pair[0]].push(pair[1]);
                before[pair[1]].push(pair[0]);
            }
        }
    }
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (point, layer) in layer.iter().enumerate() {
        layers[*layer].push(point);
    }
    let mut at = vec![0; layer.len()];
    number(&layers, &mut at);
    let mut best = layers.clone();
    let mut fewest = crossings(&layers, &after, &at);
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        let rightward = sweep % 2 == 0;
        for step in 1..count {
            let (here, beside) = if rightward { (step, &before) } else { (count - 1 - step, &after) };
            let mean = |point: usize| {
                let beside = &beside[point];
                let sum: usize = beside.iter().map(|other| at[*other]).sum();
                if beside.is_empty() { at[point] as f64 } else { sum as f64 / beside.len() as f64 }
            };
            let means: Vec<(f64, usize)> = layers[here].iter().map(|point| (mean(*point), *point)).collect();
            layers[here] = sorted(means);
            for (place, point) in layers[here].iter().enumerate() {
                at[*point] = place;
            }
        }
        let now = crossings(&layers, &after, &at);
        if now < fewest {
            fewest = now;
            best.clone_from(&layers);
        }
    }
    number(&best, &mut at);
    let unit = (0..layer.len()).map(|point| (point < units).then_some(point)).collect();
    Ordered { layers: best, unit, layer, at, lines }
}

fn sorted(mut means: Vec<(f64, usize)>) -> Vec<usize> {
    means.sort_by(|a, b| a.0.total_cmp(&b.0));
    means.into_iter().map(|(_, point)| point).collect()
}

fn number(layers: &[Vec<usize>], at: &mut [usize]) {
    for layer in layers {
        for (place, point) in layer.iter().enumerate() {
            at[*point] = place;
        }
    }
}

/// Counts the pairs of lines that cross, layer by layer, with a tree of sums over the places of the right layer.
fn crossings(layers: &[Vec<usize>], after: &[Vec<usize>], at: &[usize]) -> usize {
    let mut crossings = 0;
    for pair in layers.windows(2) {
        let mut tree = vec![0_usize; pair[1].len() + 1];
        let mut placed = 0;
        let mut ends = Vec::new();
        for point in &pair[0] {
            ends.clear();
            ends.extend(after[*point].iter().map(|other| at[*other]));
            ends.sort_unstable();
            for end in &ends {
                // Those placed so far that end at or above `end` do not cross.
                let mut above = 0;
                let mut node = end + 1;
                while node > 0 {
                    above += tree[node];
                    node &= node - 1;
                }
                crossings += placed - above;
            }
            for end in &ends {
                placed += 1;
                let mut node = end + 1;
                while node < tree.len() {
                    tree[node] += 1;
                    node += node & node.wrapping_neg();
                }
            }
        }
    }
    crossings
}
