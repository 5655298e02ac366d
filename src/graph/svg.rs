//! A drawing as SVG: links as nodes, classes for every colour, no style in it.

use std::fmt::Write as _;

use super::{Graph, Layout, Look, Route, layout, words};
use crate::html::Html;

/// As wide as a column of a page can show, if it is made smaller.
const NARROW: f64 = 1080.0;
/// As wide as a whole page can show, likewise.
const WIDE: f64 = 1600.0;

/// A graph that was drawn.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// As HTML.
    pub svg: String,
    /// In pixels, where its words have their full size.
    pub width: f64,
}

/// Draws a graph. `name` says what is seen, for those who do not see it.
///
/// Icons are `<use href="#g-CLASS">`; the page has the symbols.
#[must_use]
pub fn draw(graph: &Graph, name: &str) -> Drawing {
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
    let mut out = Html::with_capacity(300 * graph.nodes.len() + 200);
    out.start("svg")
        .attribute("class", &format!("graph{fit}"))
        .attribute("width", &width.to_string())
        .attribute("height", &height.to_string())
        .attribute("viewBox", &format!("0 0 {width} {height}"))
        .attribute("role", "group")
        .attribute("aria-label", name);
    for rect in &layout.boxes {
        out.empty("rect")
            .attribute("class", "b")
            .attribute("x", &rect.x.to_string())
            .attribute("y", &rect.y.to_string())
            .attribute("width", &rect.width.to_string())
            .attribute("height", &rect.height.to_string())
            .number("rx", 10);
    }
    lines(&mut out, &layout);
    for caption in &layout.captions {
        let class = if caption.ends { "l m" } else { "l" };
        out.start("text").attribute("class", class).number("x", px(caption.x)).number("y", px(caption.y + 4.0));
        out.text(graph.labels.get(caption.label).map_or("", String::as_str));
        out.end("text");
    }
    nodes(&mut out, graph, &layout);
    out.end("svg");
    Drawing { svg: out.into_string(), width }
}

/// Returns the nearest pixel. Floating-point numbers take ten times as long to write down.
#[expect(clippy::cast_possible_truncation, reason = "a drawing is smaller")]
fn px(length: f64) -> i64 {
    length.round_ties_even() as i64
}

fn lines(out: &mut Html, layout: &Layout) {
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
    out.empty("path").attribute("class", "e").attribute("d", &ways);
    out.empty("path").attribute("class", "h").attribute("d", &heads);
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

fn nodes(out: &mut Html, graph: &Graph, layout: &Layout) {
    for (node, rect) in graph.nodes.iter().zip(&layout.nodes) {
        let look = match node.look {
            Look::Plain => "",
            Look::Root => " root",
            Look::Outside => " outside",
            Look::Folded => " folded",
            Look::Missing => " gone",
        };
        let element = if node.href.is_some() { "a" } else { "g" };
        let current = (node.look == Look::Root && node.href.is_some()).then_some("true");
        out.start(element)
            .attribute("class", &format!("n k-{}{look}", node.class))
            .maybe("href", node.href.as_deref())
            .maybe("aria-current", current);
        let shown = words::cut(&node.label);
        if let Some(hint) = node.hint.as_deref().or((shown != node.label).then_some(&*node.label)) {
            out.element("title", hint);
        }
        let middle = rect.middle();
        out.empty("rect")
            .number("x", px(rect.x))
            .number("y", px(rect.y))
            .number("width", px(rect.width))
            .number("height", px(rect.height))
            .number("rx", 7);
        out.empty("use")
            .attribute("href", &format!("#g-{}", node.class))
            .number("x", px(rect.x + 9.0))
            .number("y", px(middle - 7.5))
            .number("width", 15)
            .number("height", 15);
        out.start("text").number("x", px(rect.x + 30.0)).number("y", px(middle + 4.5));
        out.text(&shown);
        if let Some(note) = &node.note {
            out.raw(" ");
            out.start("tspan").number("dx", 4);
            out.text(note);
            out.end("tspan");
        }
        out.end("text");
        out.end(element);
    }
}
