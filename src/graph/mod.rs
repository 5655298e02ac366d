//! Drawings of small directed graphs: a layered layout, and its SVG.
//!
//! Owns where boxes, lines and words go. Knows nothing of entities or pages: a node is words, a link and a class.
//!
//! The layout is that of Sugiyama: break cycles, put nodes into layers so that lines lead from left to right, order
//! each layer so that few lines cross, then place. What is special here: lines of one node that mean the same leave it
//! at one port and carry their words once, and many leaves of one port are together in a box, so that a node with fifty
//! neighbours stays legible.
//!
//! Invariant: every edge that is put in is drawn. Who wants fewer must fold nodes first, with [`fold()`], which leads
//! the edges of what it hides to the node that represents it.

mod cluster;
mod fold;
mod layers;
mod layout;
mod order;
mod place;
mod svg;
#[cfg(test)]
mod tests;
mod words;

pub use fold::{Folded, fold, share};
pub(crate) use layout::layout;
pub use svg::{Drawing, draw};
pub use words::width as text_width;

/// A box of a drawing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Its title.
    pub label: String,
    /// A few quiet words after the label.
    pub note: Option<String>,
    /// What hovering says, if more than the label.
    pub hint: Option<String>,
    /// Where it leads.
    pub href: Option<String>,
    /// Class suffix of icon and hue.
    pub class: &'static str,
    /// How it is highlighted.
    pub look: Look,
}

/// How a node is highlighted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// Not at all.
    #[default]
    Plain,
    /// What the drawing is about.
    Root,
    /// Something at the border of what the drawing is about.
    Outside,
    /// Several that are not drawn one by one.
    Folded,
    /// Something that does not exist.
    Missing,
}

/// A line of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// Where it begins, an index into the nodes.
    pub from: usize,
    /// Where it ends, likewise.
    pub to: usize,
    /// What it means, an index into the labels.
    pub label: usize,
}

/// A graph to draw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// The boxes.
    pub nodes: Vec<Node>,
    /// The lines, each pair of nodes and meaning once.
    pub edges: Vec<Edge>,
    /// What lines mean; an empty one is not written down.
    pub labels: Vec<String>,
}

impl Graph {
    /// Returns the index of a label, which is added if it is new.
    pub fn label(&mut self, text: &str) -> usize {
        match self.labels.iter().position(|label| label == text) {
            Some(at) => at,
            None => {
                self.labels.push(text.to_owned());
                self.labels.len() - 1
            }
        }
    }

    /// Orders the edges and drops repetitions, so that a drawing does not depend on the order of finding them.
    pub fn tidy(&mut self) {
        self.edges.sort_unstable();
        self.edges.dedup();
    }
}

/// Where a rectangle is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    fn middle(&self) -> f64 {
        self.y + self.height / 2.0
    }

    fn right(&self) -> f64 {
        self.x + self.width
    }

    fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// A line through points; between two of different height it bends.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Route {
    pub(crate) points: Vec<(f64, f64)>,
    /// Whether it was turned round in the layout, so that its head is at the first point.
    pub(crate) turned: bool,
    /// Index of the edge it draws.
    pub(crate) edge: usize,
}

/// Words at a port.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Caption {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) label: usize,
    /// Whether they end at `x` instead of beginning there.
    pub(crate) ends: bool,
}

/// A graph with everything in its place.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Layout {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) nodes: Vec<Rect>,
    /// Boxes around many leaves of one port.
    pub(crate) boxes: Vec<Rect>,
    pub(crate) routes: Vec<Route>,
    /// Nodes that lead to themselves.
    pub(crate) loops: Vec<usize>,
    pub(crate) captions: Vec<Caption>,
}

/// Height of a box.
const HEIGHT: f64 = 30.0;
/// Room between boxes of one layer.
const GAP: f64 = 10.0;
/// Room around everything.
const MARGIN: f64 = 6.0;
