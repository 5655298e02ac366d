//! Graphviz: the library reads and places, the shapes are drawn here in the classes of the theme.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::StyleAttr;
use layout::gv::parser::ast::{ArrowKind, Graph, Stmt};
use layout::gv::{DotParser, GraphBuilder};

use super::{Failure, Picture};
use crate::html::{Html, Tag};

/// Larger graphs are of no use to readers, and cost time.
const MAX_STATEMENTS: usize = 200;

/// Number of edges that can always be placed in time; a graph may have more only if it is nearly a tree.
const MAX_TANGLED: usize = 60;

pub(super) fn draw(source: &str) -> Result<Picture, Failure> {
    let graph = DotParser::new(source).process().map_err(|_| Failure::new("it cannot be read"))?;
    let mut size = Size::default();
    if size.add(&graph).is_none() {
        return Err(Failure::new("it is too large, or has frames around parts (`subgraph cluster_…`)"));
    }
    let is_tree = size.edges * 5 <= size.names.len() * 6;
    if size.edges > MAX_TANGLED && !is_tree {
        return Err(Failure::new(format!("it has more than {MAX_TANGLED} edges and is no tree")));
    }
    let mut spoken = Spoken::default();
    spoken.name_nodes(&graph);
    spoken.tell(&graph);
    let names: Vec<&str> = spoken.order.iter().map(|name| spoken.name(name)).take(8).collect();
    let more = spoken.order.len() - names.len();
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    let name = format!("Graph: {}{more}", names.join(", "));
    let mut builder = GraphBuilder::new();
    builder.visit_graph(&graph);
    let mut graph = builder.get();
    let mut canvas = Canvas::default();
    graph.do_it(false, false, false, &mut canvas);
    let frame = [0.0, 0.0, canvas.width.ceil(), canvas.height.ceil()];
    Ok(Picture { content: canvas.finish(), frame, name, told: spoken.told })
}

/// A graph in words.
#[derive(Default)]
struct Spoken<'g> {
    labels: BTreeMap<&'g str, &'g str>,
    /// Nodes in the order of the source.
    order: Vec<&'g str>,
    seen: BTreeSet<&'g str>,
    told: Vec<String>,
}

impl<'g> Spoken<'g> {
    fn name_nodes(&mut self, graph: &'g Graph) {
        for statement in &graph.list.list {
            match statement {
                Stmt::SubGraph(part) => self.name_nodes(part),
                Stmt::Node(node) => {
                    self.note(&node.id.name);
                    if let Some((_, label)) = node.list.iter().find(|(key, _)| key == "label") {
                        self.labels.insert(&node.id.name, label);
                    }
                }
                Stmt::Edge(edge) => {
                    self.note(&edge.from.name);
                    edge.to.iter().for_each(|(to, _)| self.note(&to.name));
                }
                Stmt::Attribute(_) => {}
            }
        }
    }

    fn note(&mut self, name: &'g str) {
        if self.seen.insert(name) {
            self.order.push(name);
        }
    }

    fn name(&self, node: &'g str) -> &'g str {
        self.labels.get(node).copied().filter(|label| !label.trim().is_empty()).unwrap_or(node)
    }

    fn tell(&mut self, graph: &'g Graph) {
        for statement in &graph.list.list {
            match statement {
                Stmt::SubGraph(part) => self.tell(part),
                Stmt::Edge(edge) => {
                    let label = edge.list.iter().find(|(key, _)| key == "label").map(|(_, label)| label);
                    let mut from = &edge.from.name;
                    for (to, kind) in &edge.to {
                        let line = if matches!(kind, ArrowKind::Arrow) { "→" } else { "—" };
                        let label = label.map(|label| format!(": {label}")).unwrap_or_default();
                        let line = format!("{} {line} {}{label}", self.name(from), self.name(&to.name));
                        self.told.push(line.replace(['\n', '\r'], " "));
                        from = &to.name;
                    }
                }
                Stmt::Node(_) | Stmt::Attribute(_) => {}
            }
        }
    }
}

/// How much there is to draw.
#[derive(Default)]
struct Size<'g> {
    statements: usize,
    edges: usize,
    names: BTreeSet<&'g str>,
}

impl<'g> Size<'g> {
    /// Counts a graph; `None` if it is too large, or has what would be missing: the library draws no frames around
    /// parts.
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
    shapes: Html,
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
        let mut out = Html::new();
        out.raw(ARROW_HEADS);
        out.raw(&self.shapes.into_string());
        out.into_string()
    }
}

/// The tips of arrows: at their end, and at their start.
const ARROW_HEADS: &str = "<defs><marker id=\"h\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" orient=\"auto\">\
     <path class=\"h\" d=\"M0 1L8 4L0 7z\"/></marker>\
     <marker id=\"t\" markerWidth=\"8\" markerHeight=\"8\" refX=\"1\" refY=\"4\" orient=\"auto\">\
     <path class=\"h\" d=\"M8 1L0 4L8 7z\"/></marker></defs>";

/// Returns a colour that its author chose; `None` if it is that of the theme.
fn hue(web: &str) -> Option<&str> {
    match web {
        "#000000ff" | "#ffffffff" => None,
        web if web.ends_with("00") => None,
        web => web.get(..7),
    }
}

/// Adds the attributes of a shape: those of the theme unless its author chose a colour.
fn look<'h>(tag: Tag<'h>, style: &StyleAttr) -> Tag<'h> {
    let fill = style.fill_color.map(|color| color.to_web_color());
    let fill = fill.as_deref().and_then(hue);
    tag.attribute("class", if fill.is_some() { "s c" } else { "s" })
        .maybe("fill", fill)
        .maybe("fill-opacity", fill.map(|_| ".3"))
        .maybe("stroke", hue(&style.line_color.to_web_color()))
}

/// Writes a length as drawings need it.
fn px(length: f64) -> String {
    format!("{length:.1}")
}

impl RenderBackend for Canvas {
    fn draw_rect(&mut self, xy: Point, size: Point, style: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {
        self.reach(xy.x + size.x, xy.y + size.y);
        look(self.shapes.empty("rect"), style)
            .attribute("x", &px(xy.x))
            .attribute("y", &px(xy.y))
            .attribute("width", &px(size.x))
            .attribute("height", &px(size.y))
            .attribute("rx", &style.rounded.min(20).to_string());
    }

    fn draw_line(&mut self, start: Point, stop: Point, _: &StyleAttr, _: Option<String>) {
        self.reach(start.x.max(stop.x), start.y.max(stop.y));
        let line = self.shapes.empty("line").attribute("class", "e");
        line.attribute("x1", &px(start.x))
            .attribute("y1", &px(start.y))
            .attribute("x2", &px(stop.x))
            .attribute("y2", &px(stop.y));
    }

    fn draw_circle(&mut self, xy: Point, size: Point, style: &StyleAttr, _: Option<String>) {
        self.reach(xy.x + size.x / 2.0, xy.y + size.y / 2.0);
        look(self.shapes.empty("ellipse"), style)
            .attribute("cx", &px(xy.x))
            .attribute("cy", &px(xy.y))
            .attribute("rx", &px(size.x / 2.0))
            .attribute("ry", &px(size.y / 2.0));
    }

    fn draw_text(&mut self, xy: Point, text: &str, style: &StyleAttr) {
        let size = style.font_size.clamp(8, 40);
        let lines: Vec<&str> = text.lines().collect();
        let height = size as f64 * 1.2;
        let mut y = xy.y - height * (lines.len() as f64 - 1.0) / 2.0;
        for line in lines {
            let half = crate::graph::text_width(line, size as f64) / 2.0;
            self.reach(xy.x + half, y);
            let text = self.shapes.start("text").attribute("x", &px(xy.x)).attribute("y", &px(y));
            text.attribute("font-size", &size.to_string())
                .attribute("text-anchor", "middle")
                .attribute("dominant-baseline", "central");
            self.shapes.text(line);
            self.shapes.end("text");
            y += height;
        }
    }

    fn draw_arrow(
        &mut self,
        points: &[(Point, Point)],
        dashed: bool,
        head: (bool, bool),
        style: &StyleAttr,
        _: Option<String>,
        text: &str,
    ) {
        let [(start, leave), (next, enter), more @ ..] = points else { return };
        for (point, control) in points {
            self.reach(point.x.max(control.x), point.y.max(control.y));
        }
        let mut way = format!(
            "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            start.x, start.y, leave.x, leave.y, next.x, next.y, enter.x, enter.y
        );
        for (control, end) in more {
            let _ = write!(way, "S{:.1} {:.1} {:.1} {:.1}", control.x, control.y, end.x, end.y);
        }
        let path = self.shapes.empty("path").attribute("class", "e").attribute("d", &way);
        path.maybe("stroke-dasharray", dashed.then_some("5 4"))
            .maybe("marker-start", head.0.then_some("url(#t)"))
            .maybe("marker-end", head.1.then_some("url(#h)"))
            .maybe("stroke", hue(&style.line_color.to_web_color()));
        if !text.is_empty() {
            let (middle, _) = points[points.len() / 2];
            self.draw_text(middle, text, style);
        }
    }

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        self.clips += 1;
        self.clips - 1
    }
}
