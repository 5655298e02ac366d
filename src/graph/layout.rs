//! The layout of a graph, stage by stage.

use super::{Graph, Layout, cluster, layers, order, place, words};

/// Places everything.
pub(crate) fn layout(graph: &Graph) -> Layout {
    let widths: Vec<f64> = graph.nodes.iter().map(words::node_width).collect();
    layout_of(graph, &widths)
}

/// Places everything, given the widths of the nodes. `graph-layout.js` does the same in browsers; `layouts.json` holds
/// both to one result.
pub(super) fn layout_of(graph: &Graph, widths: &[f64]) -> Layout {
    let clustered = cluster::cluster(graph, widths);
    let layered = layers::layers(&clustered);
    let ordered = order::order(layered);
    let placed = place::place(&clustered, &ordered, &graph.labels);
    cluster::expand(&clustered, placed, widths)
}
