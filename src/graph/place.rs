//! Where everything goes: heights by pulling each point towards its neighbours, then layers from left to right.

use std::collections::BTreeMap;

use super::cluster::Units;
use super::layers::Line;
use super::order::Ordered;
use super::words;
use super::{Caption, GAP, Layout, MARGIN, Rect, Route};

/// Room between two lines, or a line and a box.
const LINE_GAP: f64 = 12.0;
/// Room between two ports of one side.
const PORT_GAP: f64 = 15.0;
/// Room in which lines bend.
const BEND: f64 = 46.0;
/// The straight end of a line, with its head.
const END: f64 = 12.0;
/// Room before and after the words of a port.
const CAPTION: f64 = 8.0;
/// Size of the words of a port.
const CAPTION_SIZE: f64 = 11.0;
/// Rounds of pulling.
const ROUNDS: usize = 12;

/// One side of a unit and what a line means there; lines of one port lie on each other near the unit.
type Port = (usize, Side, usize, bool);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

fn ports(line: &Line) -> [Port; 2] {
    [(line.left, Side::Right, line.label, line.turned), (line.right, Side::Left, line.label, line.turned)]
}

/// Places units, lines and words.
pub(super) fn place(units: &Units, ordered: &Ordered, labels: &[String]) -> Layout {
    if ordered.layers.is_empty() {
        return Layout::default();
    }
    let mut lines_of: BTreeMap<Port, usize> = BTreeMap::new();
    for (line, _) in &ordered.lines {
        for port in ports(line) {
            *lines_of.entry(port).or_default() += 1;
        }
    }
    let offsets = offsets(ordered, &lines_of);
    let mut heights: Vec<f64> = vec![0.0; ordered.unit.len()];
    for (unit, height) in units.units.iter().zip(&mut heights) {
        *height = unit.height;
    }
    for (port, offset) in &offsets {
        heights[port.0] = heights[port.0].max(2.0 * offset.abs() + PORT_GAP);
    }
    let middles = middles(ordered, &heights, &offsets);

    // Labels are written once for all lines of a port, at the end where more lines come together.
    let mut written: BTreeMap<Port, f64> = BTreeMap::new();
    for (line, _) in &ordered.lines {
        let [left, right] = ports(line);
        let (source, target) = if line.turned { (right, left) } else { (left, right) };
        let port = if lines_of[&source] >= lines_of[&target] { source } else { target };
        let text = labels.get(line.label).map_or("", String::as_str);
        if !text.is_empty() {
            written.entry(port).or_insert_with(|| words::width(text, CAPTION_SIZE) + 2.0 * CAPTION);
        }
    }
    let mut room: BTreeMap<(usize, Side), f64> = BTreeMap::new();
    for (port, width) in &written {
        let room = room.entry((ordered.layer[port.0], port.1)).or_insert(END);
        *room = room.max(*width + END);
    }
    let room = |layer: usize, side: Side| room.get(&(layer, side)).copied().unwrap_or(END);

    let widest = |layer: &Vec<usize>, boxes: bool| {
        let units = layer.iter().filter_map(|point| ordered.unit[*point]).map(|unit| &units.units[unit]);
        units.filter(|unit| boxes || !unit.is_box()).map(|unit| unit.width).fold(0.0, f64::max)
    };
    let widths: Vec<f64> = ordered.layers.iter().map(|layer| widest(layer, true)).collect();
    let narrow: Vec<f64> = ordered.layers.iter().map(|layer| widest(layer, false)).collect();
    let mut left = Vec::with_capacity(widths.len());
    let mut x = MARGIN;
    for (layer, width) in widths.iter().enumerate() {
        left.push(x);
        x += width;
        if layer + 1 < widths.len() {
            x += room(layer, Side::Right) + BEND + room(layer + 1, Side::Left);
        }
    }
    let rects: Vec<Rect> = (0..units.units.len())
        .map(|unit| {
            let layer = ordered.layer[unit];
            // Nodes of one layer are as wide as the widest of them; boxes of leaves keep their width. What is narrower
            // than its layer is where its lines are: those of the first layer lead to the right.
            let width = if units.units[unit].is_box() { units.units[unit].width } else { narrow[layer] };
            let x = if layer == 0 { left[layer] + widths[layer] - width } else { left[layer] };
            Rect { x, y: middles[unit] - heights[unit] / 2.0, width, height: heights[unit] }
        })
        .collect();
    let routes = ordered.lines.iter().map(|(line, points)| {
        let [start, end] = ports(line);
        let mut way = Vec::with_capacity(points.len() * 2);
        for (at, point) in points.iter().enumerate() {
            let layer = ordered.layer[*point];
            let y = match at {
                0 => middles[*point] + offsets[&start],
                at if at + 1 == points.len() => middles[*point] + offsets[&end],
                _ => middles[*point],
            };
            if at > 0 {
                way.push((left[layer] - room(layer, Side::Left), y));
                if at + 1 == points.len() {
                    way.push((rects[*point].x, y));
                }
            }
            if at + 1 < points.len() {
                if at == 0 {
                    way.push((rects[*point].right(), y));
                }
                way.push((left[layer] + widths[layer] + room(layer, Side::Right), y));
            }
        }
        Route { points: way, turned: line.turned, edge: line.edge }
    });
    let captions = written.keys().map(|port| {
        let rect = &rects[port.0];
        // Ports are sorted as in `offsets`; words are on their line, which the background of the words interrupts.
        let y = middles[port.0] + offsets[port];
        let head = if (port.1 == Side::Left) != port.3 { END } else { 0.0 };
        match port.1 {
            Side::Right => Caption { x: rect.right() + CAPTION + head, y, label: port.2, ends: false },
            Side::Left => Caption { x: rect.x - CAPTION - head, y, label: port.2, ends: true },
        }
    });
    let height = rects.iter().map(Rect::bottom).fold(0.0, f64::max);
    let deepest = middles.iter().copied().fold(height, f64::max);
    Layout {
        width: x + MARGIN,
        height: deepest + MARGIN,
        captions: captions.collect(),
        routes: routes.collect(),
        nodes: rects,
        ..Layout::default()
    }
}

/// Returns how far each port is from the middle of its unit. Ports of one side are in the order of where their lines
/// lead, so that the lines do not cross right before the unit.
fn offsets(ordered: &Ordered, lines_of: &BTreeMap<Port, usize>) -> BTreeMap<Port, f64> {
    let mut sums: BTreeMap<Port, f64> = BTreeMap::new();
    for (line, points) in &ordered.lines {
        let [start, end] = ports(line);
        let place = |point: usize| {
            let size = ordered.layers[ordered.layer[point]].len();
            (ordered.at[point] as f64 + 0.5) / size as f64
        };
        *sums.entry(start).or_default() += place(points[1]);
        *sums.entry(end).or_default() += place(points[points.len() - 2]);
    }
    let mut sides: BTreeMap<(usize, Side), Vec<(f64, Port)>> = BTreeMap::new();
    for (port, sum) in sums {
        sides.entry((port.0, port.1)).or_default().push((sum / lines_of[&port] as f64, port));
    }
    let mut offsets = BTreeMap::new();
    for side in sides.values_mut() {
        side.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let first = -PORT_GAP * (side.len() - 1) as f64 / 2.0;
        for (at, (_, port)) in side.iter().enumerate() {
            offsets.insert(*port, first + PORT_GAP * at as f64);
        }
    }
    offsets
}

/// Finds the heights: each point is pulled to the middle of its neighbours, as far as those above and below let it.
fn middles(ordered: &Ordered, heights: &[f64], offsets: &BTreeMap<Port, f64>) -> Vec<f64> {
    let count = ordered.unit.len();
    // For each point the points beside it, and how much higher it would be than they are.
    let mut before: Vec<Vec<(usize, f64)>> = vec![Vec::new(); count];
    let mut after: Vec<Vec<(usize, f64)>> = vec![Vec::new(); count];
    for (line, points) in &ordered.lines {
        let [start, end] = ports(line);
        for (at, pair) in points.windows(2).enumerate() {
            let from = if at == 0 { offsets[&start] } else { 0.0 };
            let to = if at + 2 == points.len() { offsets[&end] } else { 0.0 };
            before[pair[1]].push((pair[0], from - to));
            after[pair[0]].push((pair[1], to - from));
        }
    }
    let mut middle = vec![0.0; count];
    for layer in &ordered.layers {
        let mut y = 0.0;
        for (at, point) in layer.iter().enumerate() {
            if at > 0 {
                y += apart(ordered, heights, layer[at - 1], *point);
            }
            middle[*point] = y;
        }
        let shift = y / 2.0;
        for point in layer {
            middle[*point] -= shift;
        }
    }
    for round in 0..ROUNDS {
        let last = ordered.layers.len() - 1;
        for step in 0..=last {
            let here = if round % 2 == 0 { step } else { last - step };
            let wanted: Vec<(f64, f64)> = ordered.layers[here]
                .iter()
                .map(|point| {
                    let beside = if round % 2 == 0 { &before[*point] } else { &after[*point] };
                    let other = if round % 2 == 0 { &after[*point] } else { &before[*point] };
                    let beside = if beside.is_empty() || round + 2 >= ROUNDS {
                        [&beside[..], &other[..]].concat()
                    } else {
                        beside.clone()
                    };
                    let sum: f64 = beside.iter().map(|(other, offset)| middle[*other] + offset).sum();
                    let bend = ordered.unit[*point].is_none();
                    (sum / beside.len().max(1) as f64, if bend { 4.0 } else { beside.len().max(1) as f64 })
                })
                .collect();
            settle(ordered, heights, &ordered.layers[here], &wanted, &mut middle);
        }
    }
    let top = (0..count).map(|point| middle[point] - heights[point] / 2.0).fold(f64::INFINITY, f64::min);
    middle.iter_mut().for_each(|middle| *middle = (*middle - top + MARGIN).round());
    middle
}

/// How far apart the middles of two neighbours of a layer are at least.
fn apart(ordered: &Ordered, heights: &[f64], above: usize, below: usize) -> f64 {
    let boxes = ordered.unit[above].is_some() && ordered.unit[below].is_some();
    (heights[above] + heights[below]) / 2.0 + if boxes { GAP } else { LINE_GAP }
}

/// Places the points of a layer as near to where they want to be as their order allows: the least sum of weighted
/// squares, found by joining neighbours that are in each other's way (pool adjacent violators).
fn settle(ordered: &Ordered, heights: &[f64], layer: &[usize], wanted: &[(f64, f64)], middle: &mut [f64]) {
    // Distance from the first point at the closest; without it, what remains is a problem of order alone.
    let mut closest = vec![0.0; layer.len()];
    for at in 1..layer.len() {
        closest[at] = closest[at - 1] + apart(ordered, heights, layer[at - 1], layer[at]);
    }
    // Mean, weight and number of points of each block.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(layer.len());
    for (at, (wish, weight)) in wanted.iter().enumerate() {
        blocks.push((wish - closest[at], *weight, 1));
        while let [.., above, below] = &mut blocks[..] {
            if above.0 <= below.0 {
                break;
            }
            let weight = above.1 + below.1;
            *above = ((above.0 * above.1 + below.0 * below.1) / weight, weight, above.2 + below.2);
            blocks.pop();
        }
    }
    let mut at = 0;
    for (mean, _, points) in blocks {
        for _ in 0..points {
            middle[layer[at]] = mean + closest[at];
            at += 1;
        }
    }
}
