use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::layout::layout_of;
use super::*;

fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
    let mut graph = Graph {
        nodes: (0..nodes)
            .map(|at| Node { label: format!("node {at}"), class: "component", ..Node::default() })
            .collect(),
        edges: edges.iter().map(|(from, to)| Edge { from: *from, to: *to, label: 0 }).collect(),
        labels: vec!["depends on".to_owned()],
    };
    graph.tidy();
    graph
}

fn layer_of(layout: &Layout, node: usize) -> i64 {
    layout.nodes[node].x as i64
}

#[test]
fn lines_lead_from_left_to_right() {
    let layout = layout(&graph(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]));
    assert!(layer_of(&layout, 0) < layer_of(&layout, 1));
    assert!(layer_of(&layout, 1) < layer_of(&layout, 2));
    assert_eq!(layer_of(&layout, 3), layer_of(&layout, 1), "a source stands next to what it leads to");
    assert_eq!(layout.routes.len(), 4);
}

#[test]
fn a_cycle_is_drawn_with_one_line_turned_round() {
    let layout = layout(&graph(3, &[(0, 1), (1, 2), (2, 0), (1, 1)]));
    assert_eq!(layout.routes.iter().filter(|route| route.turned).count(), 1);
    assert_eq!(layout.routes.len(), 3);
    assert_eq!(layout.loops, [1]);
}

#[test]
fn lines_that_need_not_cross_do_not() {
    // Written down so that the order of the numbers crosses everywhere.
    let layout = layout(&graph(6, &[(0, 5), (1, 4), (2, 3)]));
    let places = |nodes: [usize; 3]| {
        let mut order = [0, 1, 2];
        order.sort_by(|a, b| layout.nodes[nodes[*a]].y.total_cmp(&layout.nodes[nodes[*b]].y));
        order
    };
    assert_eq!(places([0, 1, 2]), places([5, 4, 3]));
}

#[test]
fn many_leaves_stand_in_a_box_with_one_line() {
    let edges: Vec<(usize, usize)> = (1..=50).map(|leaf| (leaf, 0)).chain([(0, 51)]).collect();
    let layout = layout(&graph(52, &edges));
    assert_eq!(layout.boxes.len(), 1);
    assert_eq!(layout.captions.len(), 2, "words stand once");
    assert!(layout.height < 700.0, "fifty neighbours are {} tall", layout.height);
    assert!(layout.width < 1100.0, "fifty neighbours are {} wide", layout.width);
}

#[test]
fn nodes_without_lines_fill_rows() {
    let layout = layout(&graph(30, &[]));
    assert!(layout.width <= 900.0 && layout.height < 200.0, "{} × {}", layout.width, layout.height);
}

#[test]
fn small_groups_are_shared_out_whole() {
    assert_eq!(share(&[2, 100, 3], 20), [2, 15, 3]);
    assert_eq!(share(&[10, 11], 20), [10, 11], "one more is better than a node for one");
    assert_eq!(share(&[], 3), [0; 0]);
}

#[test]
fn folding_keeps_the_lines() {
    let edges: Vec<(usize, usize)> = (1..=9).map(|leaf| (leaf, 0)).chain([(9, 8), (2, 9)]).collect();
    let folded = |class| Folded { many: "consumers".to_owned(), href: Some("#all".to_owned()), class };
    let group_of: Vec<Option<usize>> = (0..10).map(|node| (node > 0).then_some(0)).collect();
    let graph = fold(&graph(10, &edges), &group_of, &[folded("api")], 4);
    assert_eq!(graph.nodes.len(), 6);
    assert_eq!(graph.nodes[5].label, "+5 consumers");
    let pairs: Vec<(usize, usize)> = graph.edges.iter().map(|edge| (edge.from, edge.to)).collect();
    // 9 → 8 is inside; 2 → 9 now leads to the node that represents it.
    assert_eq!(pairs, [(1, 0), (2, 0), (2, 5), (3, 0), (4, 0), (5, 0)]);
}

#[test]
fn the_svg_escapes_and_links() {
    let mut graph = graph(2, &[(0, 1)]);
    graph.nodes[0].label = "a <b> & \"c\"".to_owned();
    graph.nodes[0].href = Some("../x/?a=1&b=2".to_owned());
    graph.nodes[1].label = "x".repeat(60);
    let svg = draw(&graph, "One & two\" onload=\"x").svg;
    assert!(svg.contains("aria-label=\"One &amp; two&quot; onload=&quot;x\""));
    assert!(svg.contains("href=\"../x/?a=1&amp;b=2\"") && svg.contains(">a &lt;b&gt; &amp;"), "{svg}");
    assert!(svg.contains(&format!("<title>{}</title>", "x".repeat(60))), "what is cut can be hovered");
    assert!(!svg.contains("style="));
}

#[test]
fn nothing_is_drawn_of_nothing() {
    assert!(draw(&Graph::default(), "").svg.starts_with("<svg"));
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

proptest! {
    #[test]
    fn boxes_never_overlap_and_no_line_is_lost(
        nodes in 1_usize..40,
        pairs in proptest::collection::vec((0_usize..40, 0_usize..40, 0_usize..3), 0..90),
    ) {
        let mut graph = graph(nodes, &[]);
        graph.labels = vec!["depends on".to_owned(), String::new(), "owns".to_owned()];
        graph.edges = pairs.iter().map(|(a, b, label)| Edge { from: a % nodes, to: b % nodes, label: *label }).collect();
        graph.tidy();
        let layout = layout(&graph);
        for (at, rect) in layout.nodes.iter().enumerate() {
            prop_assert!(rect.x >= 0.0 && rect.y >= 0.0 && rect.right() <= layout.width && rect.bottom() <= layout.height);
            for other in &layout.nodes[at + 1..] {
                prop_assert!(!overlap(rect, other), "{rect:?} {other:?} of {graph:?}");
            }
        }
        // Every node is reached by as many lines as it has ports and neighbours; leaves of a box share theirs.
        for edge in &graph.edges {
            let touches = |route: &Route| {
                let first = route.points.first().copied().unwrap_or_default();
                let last = route.points.last().copied().unwrap_or_default();
                let (start, end) = if route.turned { (last, first) } else { (first, last) };
                let at = |node: usize, point: (f64, f64)| {
                    let rect = &layout.nodes[node];
                    let around = layout.boxes.iter().find(|around| overlap(around, rect)).unwrap_or(rect);
                    point.1 >= around.y && point.1 <= around.bottom()
                        && ((point.0 - around.x).abs() < 1.0 || (point.0 - around.right()).abs() < 1.0)
                };
                at(edge.from, start) && at(edge.to, end) && graph.edges[route.edge].label == edge.label
            };
            let own = edge.from == edge.to && layout.loops.contains(&edge.from);
            prop_assert!(own || layout.routes.iter().any(touches), "{edge:?} is not drawn in {layout:?}");
        }
        prop_assert_eq!(layout, super::layout(&graph));
    }
}

/// A graph of `layouts.json`: what is given, and the result that this module and `graph-layout.js` must both have.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Shared {
    name: String,
    widths: Vec<f64>,
    /// From, to, label.
    edges: Vec<[usize; 3]>,
    labels: Vec<String>,
    /// The widths of the labels; the fonts of browsers differ.
    #[serde(default)]
    label_widths: Vec<f64>,
    #[serde(default)]
    result: Placed,
}

/// A layout in numbers; rectangles are x, y, width and height.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Placed {
    size: [f64; 2],
    nodes: Vec<[f64; 4]>,
    boxes: Vec<[f64; 4]>,
    /// Whether the line was turned round, and its points.
    routes: Vec<(bool, Vec<[f64; 2]>)>,
    /// Place, label, and whether the words end there; sorted.
    captions: Vec<(f64, f64, usize, bool)>,
    loops: Vec<usize>,
}

fn placed(shared: &Shared) -> Placed {
    let graph = Graph {
        nodes: vec![Node::default(); shared.widths.len()],
        edges: shared.edges.iter().map(|[from, to, label]| Edge { from: *from, to: *to, label: *label }).collect(),
        labels: shared.labels.clone(),
    };
    let layout = layout_of(&graph, &shared.widths);
    let round = |number: f64| (number * 100.0).round() / 100.0;
    let rects =
        |rects: &[Rect]| rects.iter().map(|rect| [rect.x, rect.y, rect.width, rect.height].map(round)).collect();
    let point = |(x, y): &(f64, f64)| [round(*x), round(*y)];
    let mut captions: Vec<_> =
        layout.captions.iter().map(|words| (round(words.x), round(words.y), words.label, words.ends)).collect();
    captions.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    Placed {
        size: [round(layout.width), round(layout.height)],
        nodes: rects(&layout.nodes),
        boxes: rects(&layout.boxes),
        routes: layout.routes.iter().map(|route| (route.turned, route.points.iter().map(point).collect())).collect(),
        captions,
        loops: layout.loops,
    }
}

#[test]
fn layouts_are_those_that_browsers_make() {
    let shared: Vec<Shared> = serde_json::from_str(include_str!("layouts.json")).expect("graphs");
    assert!(shared.len() >= 20);
    for graph in shared {
        assert_eq!(placed(&graph), graph.result, "{}: cargo test --lib write_the_layouts -- --ignored", graph.name);
    }
}

#[test]
#[ignore = "writes layouts.json"]
#[expect(clippy::disallowed_methods, reason = "this writes a file of the sources")]
fn write_the_layouts() {
    let mut shared: Vec<Shared> = serde_json::from_str(include_str!("layouts.json")).expect("graphs");
    for graph in &mut shared {
        graph.label_widths = graph.labels.iter().map(|label| text_width(label, 11.0)).collect();
        graph.result = placed(graph);
    }
    let lines: Vec<String> = shared.iter().map(|graph| serde_json::to_string(graph).expect("JSON")).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/graph/layouts.json");
    fs::write(path, format!("[\n{}\n]\n", lines.join(",\n"))).expect("layouts.json can be written");
}
