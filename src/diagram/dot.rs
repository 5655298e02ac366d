//! Graphviz: the library reads and places, the shapes are drawn here in the classes of the theme.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::StyleAttr;
use layout::gv::parser::ast::{Graph, Stmt};
use layout::gv::{DotParser, GraphBuilder};

use crate::html::escape;

/// Larger graphs are not what a reader gets anything from, and cost time.
const MAX_STATEMENTS: usize = 200;

/// So many edges are placed in time however they run; more only where the graph is hardly more than a tree.
const MAX_TANGLED: usize = 60;

pub(super) fn svg(source: &str) -> Option<String> {
    let graph = DotParser::new(source).process().ok()?;
    let mut size = Size::default();
    size.add(&graph)?;
    let is_tree = size.edges * 5 <= size.names.len() * 6;
    (size.edges <= MAX_TANGLED || is_tree).then_some(())?;
    let mut builder = GraphBuilder::new();
    builder.visit_graph(&graph);
    let mut graph = builder.get();
    let mut canvas = Canvas::default();
    graph.do_it(false, false, false, &mut canvas);
    Some(canvas.finish())
}

/// How much there is to draw.
#[derive(Default)]
struct Size<'g> {
    statements: usize,
    edges: usize,
    names: BTreeSet<&'g str>,
}

impl<'g> Size<'g> {
    /// Counts a graph; nothing if it is too large, or has what would be missing: the library draws no frames around parts.
    fn add(&mut self, graph: &'g Graph) -> Option<()> {
        for statement in &graph.list.list {
            self.statements += 1;
            match statement {
                Stmt::SubGraph(part) if part.name.starts_with("cluster") => return None,
                Stmt::SubGraph(part) => self.add(part)?,
                Stmt::Edge(edge) => {
                    self.edges += edge.to.len();
                    self.names.insert(&edge.from.name);
                    self.names.extend(edge.to.iter().map(|(to, _)| to.name.as_str()));
                }
                Stmt::Node(node) => {
                    self.names.insert(&node.id.name);
                }
                Stmt::Attribute(_) => {}
            }
            (self.statements <= MAX_STATEMENTS && self.edges <= MAX_STATEMENTS).then_some(())?;
        }
        Some(())
    }
}

/// Collects the shapes.
#[derive(Default)]
struct Canvas {
    shapes: String,
    clips: usize,
    width: f64,
    height: f64,
}

impl Canvas {
    fn reach(&mut self, x: f64, y: f64) {
        self.width = self.width.max(x + 4.0);
        self.height = self.height.max(y + 4.0);
    }

    fn finish(self) -> String {
        let (width, height) = (self.width.ceil(), self.height.ceil());
        format!(
            "<svg class=\"drawn\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\
             <defs><marker id=\"h\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" orient=\"auto\">\
             <path class=\"h\" d=\"M0 1L8 4L0 7z\"/></marker>\
             <marker id=\"t\" markerWidth=\"8\" markerHeight=\"8\" refX=\"1\" refY=\"4\" orient=\"auto\">\
             <path class=\"h\" d=\"M8 1L0 4L8 7z\"/></marker></defs>{}</svg>",
            self.shapes
        )
    }
}

/// Returns the attributes of a shape: those of the theme unless its author chose a colour.
fn look(style: &StyleAttr) -> String {
    let mut out = String::from(" class=\"s\"");
    let hue = |web: String| match &*web {
        "#000000ff" | "#ffffffff" => None,
        web if web.ends_with("00") => None,
        web => web.get(..7).map(str::to_owned),
    };
    if let Some(fill) = style.fill_color.and_then(|color| hue(color.to_web_color())) {
        let _ = write!(out, " fill=\"{fill}\" fill-opacity=\".3\"");
        out = out.replace("class=\"s\"", "class=\"s c\"");
    }
    if let Some(stroke) = hue(style.line_color.to_web_color()) {
        let _ = write!(out, " stroke=\"{stroke}\"");
    }
    out
}

impl RenderBackend for Canvas {
    fn draw_rect(&mut self, xy: Point, size: Point, style: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {
        self.reach(xy.x + size.x, xy.y + size.y);
        let _ = write!(
            self.shapes,
            "<rect{} x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{}\"/>",
            look(style),
            xy.x,
            xy.y,
            size.x,
            size.y,
            style.rounded.min(20)
        );
    }

    fn draw_line(&mut self, start: Point, stop: Point, _: &StyleAttr, _: Option<String>) {
        self.reach(start.x.max(stop.x), start.y.max(stop.y));
        let _ = write!(
            self.shapes,
            "<line class=\"e\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            start.x, start.y, stop.x, stop.y
        );
    }

    fn draw_circle(&mut self, xy: Point, size: Point, style: &StyleAttr, _: Option<String>) {
        self.reach(xy.x + size.x / 2.0, xy.y + size.y / 2.0);
        let _ = write!(
            self.shapes,
            "<ellipse{} cx=\"{:.1}\" cy=\"{:.1}\" rx=\"{:.1}\" ry=\"{:.1}\"/>",
            look(style),
            xy.x,
            xy.y,
            size.x / 2.0,
            size.y / 2.0
        );
    }

    fn draw_text(&mut self, xy: Point, text: &str, style: &StyleAttr) {
        let size = style.font_size.clamp(8, 40);
        let lines: Vec<&str> = text.lines().collect();
        let height = size as f64 * 1.2;
        let mut y = xy.y - height * (lines.len() as f64 - 1.0) / 2.0;
        for line in lines {
            let half = crate::graph::text_width(line, size as f64) / 2.0;
            self.reach(xy.x + half, y);
            let _ = write!(
                self.shapes,
                "<text x=\"{:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"middle\" dominant-baseline=\"central\">{}</text>",
                xy.x,
                escape(line)
            );
            y += height;
        }
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        dashed: bool,
        head: (bool, bool),
        style: &StyleAttr,
        _: Option<String>,
        text: &str,
    ) {
        let [(start, leave), (next, enter), more @ ..] = path else { return };
        for (point, control) in path {
            self.reach(point.x.max(control.x), point.y.max(control.y));
        }
        let mut way = format!(
            "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            start.x, start.y, leave.x, leave.y, next.x, next.y, enter.x, enter.y
        );
        for (control, end) in more {
            let _ = write!(way, "S{:.1} {:.1} {:.1} {:.1}", control.x, control.y, end.x, end.y);
        }
        let dashes = if dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        let tail = if head.0 { " marker-start=\"url(#t)\"" } else { "" };
        let tip = if head.1 { " marker-end=\"url(#h)\"" } else { "" };
        let colour =
            look(style).split_once(" stroke=").map(|(_, stroke)| format!(" stroke={stroke}")).unwrap_or_default();
        let _ = write!(self.shapes, "<path class=\"e\" d=\"{way}\"{dashes}{tail}{tip}{colour}/>");
        if !text.is_empty() {
            let (middle, _) = path[path.len() / 2];
            self.draw_text(middle, text, style);
        }
    }

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        self.clips += 1;
        self.clips - 1
    }
}
