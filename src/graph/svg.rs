//! A drawing as SVG: links as nodes, classes for every colour, no style in it.

use std::fmt::Write as _;

use super::{Graph, Layout, Look, Route, layout, words};
use crate::html::escape;

/// As wide as a column of a page can show, if it is made smaller.
const NARROW: f64 = 1080.0;
/// As wide as a whole page can show, likewise.
const WIDE: f64 = 1600.0;

/// Draws a graph. `name` says what is seen, for those who do not see it.
///
/// Icons are `<use href="#g-CLASS">`; the page has the symbols.
#[must_use]
pub fn svg(graph: &Graph, name: &str) -> String {
    let layout = layout(graph);
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    // One that is a little too wide for its place is made smaller on large screens; beyond that it scrolls.
    let fit = if width <= NARROW {
        " fit"
    } else if width <= WIDE {
        " fits"
    } else {
        ""
    };
    let mut out = String::with_capacity(300 * graph.nodes.len() + 200);
    let _ = write!(
        out,
        "<svg class=\"graph{fit}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"group\" \
         aria-label=\"{}\">",
        escape(name)
    );
    for rect in &layout.boxes {
        let _ = write!(
            out,
            "<rect class=\"b\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"10\"/>",
            rect.x, rect.y, rect.width, rect.height
        );
    }
    lines(&mut out, &layout);
    for caption in &layout.captions {
        let class = if caption.ends { "l m" } else { "l" };
        let label = graph.labels.get(caption.label).map_or("", String::as_str);
        let _ = write!(
            out,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
            px(caption.x),
            px(caption.y + 4.0),
            escape(label)
        );
    }
    nodes(&mut out, graph, &layout);
    out.push_str("</svg>");
    out
}

/// Returns the nearest pixel. Floating-point numbers take ten times as long to write down.
#[expect(clippy::cast_possible_truncation, reason = "a drawing is smaller")]
fn px(length: f64) -> i64 {
    length.round_ties_even() as i64
}

fn lines(out: &mut String, layout: &Layout) {
    if layout.routes.is_empty() && layout.loops.is_empty() {
        return;
    }
    let mut ways = String::new();
    let mut heads = String::new();
    for route in &layout.routes {
        way(&mut ways, route);
        let (end, turn) = if route.turned { (route.points.first(), 7) } else { (route.points.last(), -7) };
        if let Some((x, y)) = end {
            let _ = write!(heads, "M{} {}l{turn}-4v8z", px(*x), px(*y));
        }
    }
    for node in &layout.loops {
        let rect = &layout.nodes[*node];
        let (x, y) = (rect.right(), rect.middle());
        let _ = write!(ways, "M{} {}c14-3 14 15 0 12", px(x), px(y - 6.0));
        let _ = write!(heads, "M{} {}l7-4v8z", px(x), px(y + 6.0));
    }
    let _ = write!(out, "<path class=\"e\" d=\"{ways}\"/><path class=\"h\" d=\"{heads}\"/>");
}

fn way(out: &mut String, route: &Route) {
    let mut before: Option<(f64, f64)> = None;
    for (x, y) in &route.points {
        let _ = match before {
            None => write!(out, "M{} {}", px(*x), px(*y)),
            Some((_, above)) if (above - y).abs() < 0.5 => write!(out, "H{}", px(*x)),
            Some((left, above)) => {
                let (middle, x, y) = (px((left + x) / 2.0), px(*x), px(*y));
                write!(out, "C{middle} {} {middle} {y} {x} {y}", px(above))
            }
        };
        before = Some((*x, *y));
    }
}

fn nodes(out: &mut String, graph: &Graph, layout: &Layout) {
    for (node, rect) in graph.nodes.iter().zip(&layout.nodes) {
        let look = match node.look {
            Look::Plain => "",
            Look::Root => " root",
            Look::Outside => " outside",
            Look::Folded => " folded",
            Look::Missing => " gone",
        };
        let (tag, href) = match &node.href {
            Some(href) => ("a", format!(" href=\"{}\"", escape(href))),
            None => ("g", String::new()),
        };
        let current = if node.look == Look::Root && node.href.is_some() { " aria-current=\"true\"" } else { "" };
        let _ = write!(out, "<{tag} class=\"n k-{}{look}\"{href}{current}>", node.class);
        let shown = words::cut(&node.label);
        if let Some(hint) = node.hint.as_deref().or((shown != node.label).then_some(&*node.label)) {
            let _ = write!(out, "<title>{}</title>", escape(hint));
        }
        let middle = rect.middle();
        let _ = write!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"7\"/>\
             <use href=\"#g-{}\" x=\"{}\" y=\"{}\" width=\"15\" height=\"15\"/>\
             <text x=\"{}\" y=\"{}\">{}",
            px(rect.x),
            px(rect.y),
            px(rect.width),
            px(rect.height),
            node.class,
            px(rect.x + 9.0),
            px(middle - 7.5),
            px(rect.x + 30.0),
            px(middle + 4.5),
            escape(&shown)
        );
        if let Some(note) = &node.note {
            let _ = write!(out, " <tspan dx=\"4\">{}</tspan>", escape(note));
        }
        let _ = write!(out, "</text></{tag}>");
    }
}
