//! Fewer nodes without losing a line: what does not fit goes into nodes that represent many.

use std::collections::BTreeMap;

use super::{Edge, Graph, Look, Node};

/// A group of nodes that are folded together if they do not all fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// What several of them are called, such as `consumers`.
    pub many: String,
    /// Where all of them can be seen.
    pub href: Option<String>,
    /// Class suffix of icon and hue.
    pub class: &'static str,
}

/// Returns how many of each group are shown so that at most `budget` are in all; small groups are shown whole first.
#[must_use]
pub fn share(sizes: &[usize], budget: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|at| sizes[*at]);
    let mut shown = vec![0; sizes.len()];
    let mut left = budget;
    for (done, at) in order.iter().enumerate() {
        let fair = left / (sizes.len() - done);
        shown[*at] = sizes[*at].min(fair);
        left -= shown[*at];
    }
    // A node that represents a single other one saves nothing.
    for (shown, size) in shown.iter_mut().zip(sizes) {
        if *shown + 1 == *size {
            *shown += 1;
        }
    }
    shown
}

/// Folds nodes: `group_of` names the group of each node, `None` for one that is always drawn. Of each group the first
/// ones are drawn, at most `budget` over all groups; one node represents the others and has their edges.
#[must_use]
pub fn fold(graph: &Graph, group_of: &[Option<usize>], groups: &[Folded], budget: usize) -> Graph {
    let mut sizes = vec![0; groups.len()];
    for group in group_of.iter().flatten() {
        sizes[*group] += 1;
    }
    if sizes.iter().sum::<usize>() <= budget {
        return graph.clone();
    }
    let shown = share(&sizes, budget);
    let mut seen = vec![0; groups.len()];
    let mut place = Vec::with_capacity(graph.nodes.len());
    let mut stand_in: BTreeMap<usize, usize> = BTreeMap::new();
    let mut nodes = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        match group_of.get(at).copied().flatten() {
            Some(group) if seen[group] >= shown[group] => {
                let stand_in = *stand_in.entry(group).or_insert_with(|| {
                    let folded = &groups[group];
                    nodes.push(Node {
                        label: format!("+{} {}", sizes[group] - shown[group], folded.many),
                        note: None,
                        hint: None,
                        href: folded.href.clone(),
                        class: folded.class,
                        look: Look::Folded,
                    });
                    nodes.len() - 1
                });
                place.push(stand_in);
            }
            group => {
                if let Some(group) = group {
                    seen[group] += 1;
                }
                nodes.push(node.clone());
                place.push(nodes.len() - 1);
            }
        }
    }
    let is_folded = |at: usize| nodes[at].look == Look::Folded;
    let edges = graph
        .edges
        .iter()
        .map(|edge| (edge.from == edge.to, Edge { from: place[edge.from], to: place[edge.to], ..*edge }))
        // What leads from one hidden node to another of the same group is inside the node that represents both.
        .filter(|(own, edge)| *own || edge.from != edge.to || !is_folded(edge.from))
        .map(|(_, edge)| edge)
        .collect();
    let mut folded = Graph { nodes, edges, labels: graph.labels.clone() };
    folded.tidy();
    folded
}
