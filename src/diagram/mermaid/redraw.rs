//! The library's drawing, drawn again: styles resolved into attributes, colours into classes, HTML labels into text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use roxmltree::Node;

use super::colours::{self, Colour, Palette};
use super::css::{Sheet, declarations};
use super::label::{self, Line};
use super::text_width;
use crate::html::{Html, Tag};

/// The default font size of drawings.
const FONT_SIZE: f64 = 14.0;

/// Deeper drawings are no diagrams.
const MAX_DEPTH: usize = 90;

/// What was drawn.
#[derive(Debug, Default)]
pub(super) struct Redrawn {
    /// The content of the SVG element.
    pub(super) content: String,
    /// The words of labels, in the order of the drawing.
    pub(super) labels: Vec<String>,
    /// The words of nodes and frames by the id that the source gives them.
    pub(super) named: BTreeMap<String, String>,
    /// Left, top, width and height.
    pub(super) frame: [f64; 4],
}

/// What an element looks like, with what it inherits.
#[derive(Debug, Clone)]
struct Style<'t> {
    fill: &'t str,
    stroke: &'t str,
    stroke_width: f64,
    dashes: &'t str,
    line_cap: &'t str,
    color: &'t str,
    size: f64,
    bold: bool,
    slanted: bool,
    underlined: bool,
    anchor: &'t str,
    baseline: &'t str,
    align: &'t str,
    // These are not inherited.
    ground: &'t str,
    opacity: f64,
    fill_opacity: f64,
    hidden: bool,
    /// The colour that an author chose for the node around this.
    node: Option<String>,
    in_marker: bool,
    /// Whether this is one of the items of a list, which begin at the same place.
    in_list: bool,
    /// How far the group around this is to the right of the one around that.
    shift: f64,
}

impl Default for Style<'_> {
    fn default() -> Self {
        Self {
            fill: "black",
            stroke: "none",
            stroke_width: 1.0,
            dashes: "",
            line_cap: "",
            color: "black",
            size: FONT_SIZE,
            bold: false,
            slanted: false,
            underlined: false,
            anchor: "start",
            baseline: "",
            align: "",
            ground: "none",
            opacity: 1.0,
            fill_opacity: 1.0,
            hidden: false,
            node: None,
            in_marker: false,
            in_list: false,
            shift: 0.0,
        }
    }
}

struct Painter<'t> {
    sheet: Sheet<'t>,
    palette: Palette,
    /// Markers and clip paths that something refers to, with their new names.
    names: BTreeMap<&'t str, usize>,
    out: Html,
    done: Redrawn,
    /// How far the labels of an axis reach.
    tick_end: f64,
}

/// Draws again what the library drew of `source`; `None` if it is no drawing.
pub(super) fn redraw(svg: &str, source: &str) -> Option<Redrawn> {
    let tree = roxmltree::Document::parse(svg).ok()?;
    let root = tree.root_element();
    let css: Vec<&str> =
        root.descendants().filter(|node| node.has_tag_name("style")).filter_map(|node| node.text()).collect();
    let css = css.concat();
    let mut frame = [0.0; 4];
    let mut numbers = root.attribute("viewBox")?.split_ascii_whitespace().map(|number| number.parse::<f64>().ok());
    for part in &mut frame {
        *part = numbers.next()??;
    }
    let names: BTreeSet<&str> = root
        .descendants()
        .flat_map(|node| ["marker-start", "marker-end", "clip-path"].map(|name| node.attribute(name)))
        .flatten()
        .filter_map(referred)
        .collect();
    let mut painter = Painter {
        sheet: Sheet::read(&css),
        palette: Palette::of(source),
        names: names.into_iter().enumerate().map(|(index, name)| (name, index)).collect(),
        out: Html::with_capacity(svg.len() / 3),
        done: Redrawn { frame, ..Redrawn::default() },
        tick_end: f64::MIN,
    };
    let mut style = painter.resolve(root, &Style::default());
    // Lines such as `Risk: High` begin below each other.
    style.in_list = root.attribute("class") == Some("requirementDiagram");
    painter.children(root, &style, 0)?;
    painter.done.content = painter.out.into_string();
    Some(painter.done)
}

/// Returns the name in `url(#name)`.
fn referred(value: &str) -> Option<&str> {
    value.trim().strip_prefix("url(")?.strip_suffix(')')?.trim_matches(['"', '\'']).strip_prefix('#')
}

impl<'t> Painter<'t> {
    /// Returns what an element looks like within one that looks like `outer`.
    fn resolve<'a: 't>(&self, node: Node<'a, '_>, outer: &Style<'t>) -> Style<'t> {
        let mut style =
            Style { ground: "none", opacity: 1.0, hidden: false, underlined: outer.underlined, ..outer.clone() };
        let attributes = node.attributes().filter(|attribute| attribute.namespace().is_none());
        let mut given: Vec<(&str, &str)> = Vec::new();
        for attribute in attributes {
            // The tree lives as long as the drawing.
            if let Some(value) = node.attribute(attribute.name()) {
                given.push((attribute_name(attribute.name()), value));
            }
        }
        let own = node.attribute("style").unwrap_or_default();
        given.extend(self.sheet.of(node, own));
        for (name, value) in given {
            style.set(name, value);
        }
        style
    }

    fn children<'a: 't>(&mut self, node: Node<'a, '_>, style: &Style<'t>, depth: usize) -> Option<()> {
        (depth < MAX_DEPTH).then_some(())?;
        for child in node.children().filter(Node::is_element) {
            self.element(child, style, depth + 1)?;
        }
        Some(())
    }

    fn element<'a: 't>(&mut self, node: Node<'a, '_>, outer: &Style<'t>, depth: usize) -> Option<()> {
        let name = node.tag_name().name();
        match name {
            "g" | "a" => self.group(node, outer, depth)?,
            "switch" => {
                if let Some(first) = node.children().find(Node::is_element) {
                    self.element(first, outer, depth + 1)?;
                }
            }
            "defs" => self.children(node, outer, depth)?,
            "marker" | "clipPath" => self.definition(node, outer, depth)?,
            "rect" | "circle" | "ellipse" | "line" | "polygon" | "polyline" | "path" => self.shape(node, outer),
            "text" => self.text(node, outer),
            "foreignObject" => self.label(node, outer),
            _ => {}
        }
        Some(())
    }

    fn group<'a: 't>(&mut self, node: Node<'a, '_>, outer: &Style<'t>, depth: usize) -> Option<()> {
        let mut style = self.resolve(node, outer);
        if style.hidden || !node.has_children() {
            return Some(());
        }
        let classes: Vec<&str> = node.attribute("class").unwrap_or_default().split_ascii_whitespace().collect();
        let is_node = classes.iter().any(|class| matches!(*class, "node" | "cluster" | "statediagram-cluster"));
        if is_node {
            style.node = self.ground_of(node, &style);
        }
        style.in_list |= classes.iter().any(|class| matches!(*class, "members-group" | "methods-group"));
        if classes.contains(&"grid") {
            self.tick_end = f64::MIN;
        }
        let labels = self.done.labels.len();
        let transform = node.attribute("transform").filter(|value| !value.trim().is_empty());
        style.shift = shift(transform);
        let wraps = transform.is_some() || style.opacity < 1.0;
        if wraps {
            let tag = self.out.start("g");
            let tag = tag.maybe("transform", transform.map(round).as_deref());
            tag.maybe("opacity", (style.opacity < 1.0).then(|| number(style.opacity)).as_deref());
        }
        if classes.contains(&"tick") {
            self.tick(node, &style, transform, depth)?;
        } else {
            self.children(node, &style, depth)?;
        }
        if wraps {
            self.out.end("g");
        }
        if is_node
            && let Some(label) = self.done.labels.get(labels)
            && let Some(id) = node.attribute("id")
        {
            self.done.named.insert(source_id(id).to_owned(), label.clone());
        }
        Some(())
    }

    /// A place on an axis; its label is left out where it would lie on the one before.
    fn tick<'a: 't>(
        &mut self,
        node: Node<'a, '_>,
        style: &Style<'t>,
        transform: Option<&str>,
        depth: usize,
    ) -> Option<()> {
        let x = shift(transform);
        for child in node.children().filter(Node::is_element) {
            if child.has_tag_name("text") {
                let look = self.resolve(child, style);
                let half = text_width(child.text().unwrap_or_default(), look.size, look.bold) / 2.0;
                if x - half < self.tick_end {
                    continue;
                }
                self.tick_end = x + half + 4.0;
            }
            self.element(child, style, depth + 1)?;
        }
        Some(())
    }

    /// Returns the colour that an author chose for the first shape in a node.
    fn ground_of<'a: 't>(&self, node: Node<'a, '_>, style: &Style<'t>) -> Option<String> {
        for child in node.children().filter(Node::is_element) {
            let inner = self.resolve(child, style);
            match child.tag_name().name() {
                "g" => {
                    if let Some(found) = self.ground_of(child, &inner) {
                        return Some(found);
                    }
                }
                "rect" | "circle" | "ellipse" | "polygon" | "path" => match self.palette.colour(inner.fill) {
                    Colour::Own(colour) => return Some(colour),
                    Colour::None => {}
                    Colour::Role(_) | Colour::Unknown => return None,
                },
                _ => {}
            }
        }
        None
    }

    fn definition<'a: 't>(&mut self, node: Node<'a, '_>, outer: &Style<'t>, depth: usize) -> Option<()> {
        let Some(index) = node.attribute("id").and_then(|id| self.names.get(id)) else { return Some(()) };
        let style = Style { in_marker: true, ..self.resolve(node, outer) };
        let name = node.tag_name().name();
        let mut tag = self.out.start(name).attribute("id", &format!("m{index}"));
        for key in ["viewBox", "refX", "refY", "markerUnits", "markerWidth", "markerHeight", "orient"] {
            tag = tag.maybe(key, node.attribute(key));
        }
        drop(tag);
        self.children(node, &style, depth)?;
        self.out.end(name);
        Some(())
    }

    fn shape<'a: 't>(&mut self, node: Node<'a, '_>, outer: &Style<'t>) {
        let style = self.resolve(node, outer);
        let name = node.tag_name().name();
        let is_line = name == "line";
        let empty = |key: &str| node.attribute(key).is_none_or(|value| value == "0");
        let is_nothing = match name {
            "rect" => empty("width") || empty("height"),
            "path" => node.attribute("d").is_none_or(str::is_empty),
            _ => false,
        };
        let mut fill = if is_line { Colour::None } else { self.palette.colour(style.fill) };
        let mut stroke = if style.stroke_width == 0.0 { Colour::None } else { self.palette.colour(style.stroke) };
        if style.hidden || is_nothing || style.opacity == 0.0 || (fill == Colour::None && stroke == Colour::None) {
            return;
        }
        if fill == Colour::Unknown {
            let is_white = matches!(style.fill, "white" | "#fff" | "#ffffff");
            fill = Colour::Role(match (style.in_marker, is_white) {
                (true, true) => "p",
                (true, false) => "l",
                (false, _) => "s",
            });
        }
        if stroke == Colour::Unknown {
            stroke = Colour::Role(if style.stroke == "currentColor" { "h" } else { "l" });
        }
        let is_veil = matches!(&fill, Colour::Own(_)) && style.node.is_none() && !style.in_marker;
        let mut classes = String::new();
        if let Colour::Role(role) = fill {
            let _ = write!(classes, "f{role}");
        }
        if let Colour::Role(role) = stroke {
            let _ = write!(classes, "{}s{role}", if classes.is_empty() { "" } else { " " });
        }
        let references = [("marker-start", node), ("marker-end", node), ("clip-path", node)].map(|(key, node)| {
            let index = node.attribute(key).and_then(referred).and_then(|name| self.names.get(name).copied());
            (key, index.map(|index| format!("url(#m{index})")))
        });
        let mut tag = self.out.empty(name);
        tag = tag.maybe("class", (!classes.is_empty()).then_some(&*classes));
        tag = match &fill {
            Colour::None if !is_line => tag.attribute("fill", "none"),
            Colour::Own(colour) => tag.attribute("fill", colour),
            _ => tag,
        };
        if is_veil {
            // Words that lie on it are in the colours of the theme.
            tag = tag.attribute("fill-opacity", ".3");
        } else if style.fill_opacity < 1.0 {
            tag = tag.attribute("fill-opacity", &number(style.fill_opacity));
        }
        if let Colour::Own(colour) = &stroke {
            tag = tag.attribute("stroke", colour);
        }
        if stroke != Colour::None {
            if style.stroke_width != 1.0 {
                tag = tag.attribute("stroke-width", &number(style.stroke_width));
            }
            let dashes = style.dashes.replace("px", "");
            let is_dashed = dashes.split([',', ' ']).filter_map(|dash| dash.parse::<f64>().ok()).any(|dash| dash > 0.0);
            let is_solid = !is_dashed || matches!(&*dashes, "1,0" | "1, 0" | "0 0");
            tag = tag.maybe("stroke-dasharray", (!is_solid).then_some(&*dashes));
            tag = tag.maybe("stroke-linecap", (!style.line_cap.is_empty()).then_some(style.line_cap));
        }
        tag = tag.maybe("opacity", (style.opacity < 1.0).then(|| number(style.opacity)).as_deref());
        for key in [
            "x",
            "y",
            "width",
            "height",
            "rx",
            "ry",
            "cx",
            "cy",
            "r",
            "x1",
            "y1",
            "x2",
            "y2",
            "d",
            "points",
            "transform",
        ] {
            tag = tag.maybe(key, node.attribute(key).map(round).as_deref());
        }
        for (key, reference) in &references {
            tag = tag.maybe(key, reference.as_deref());
        }
    }

    /// The colour of words: a class, or that of an attribute.
    fn ink(&self, colour: &str, style: &Style<'_>) -> Colour {
        match self.palette.colour(colour) {
            Colour::Own(own) => Colour::Own(own),
            Colour::Role(role) if role != "t" && style.node.is_none() => Colour::Role(role),
            _ => match style.node.as_deref().and_then(colours::on) {
                Some(contrast) => Colour::Own(contrast.to_owned()),
                None => Colour::Role("t"),
            },
        }
    }

    fn text<'a: 't>(&mut self, node: Node<'a, '_>, outer: &Style<'t>) {
        let style = self.resolve(node, outer);
        let words = node
            .descendants()
            .filter_map(|child| child.text().filter(|_| child.is_text()))
            .collect::<Vec<_>>()
            .concat();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if style.hidden || words.is_empty() {
            return;
        }
        self.done.labels.push(words);
        // Rules for the runs of a text give their colour; the text itself often has that of the box.
        let first = node.children().find(|child| child.has_tag_name("tspan") && has_words(*child));
        let ink = match first {
            Some(first) => self.ink(self.resolve(first, &style).fill, &style),
            None => self.ink(style.fill, &style),
        };
        let tag = face(self.out.start("text"), &style, &Style::default());
        let tag = place(inked(tag, &ink), node);
        tag.maybe("transform", node.attribute("transform").map(round).as_deref());
        self.spans(node, &style, &ink);
        self.out.end("text");
    }

    /// The content of a text, which is in the colour `ink`.
    fn spans<'a: 't>(&mut self, node: Node<'a, '_>, outer: &Style<'t>, ink: &Colour) {
        for child in node.children() {
            if let Some(text) = child.text().filter(|_| child.is_text()) {
                let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if !words.is_empty() && text.starts_with(char::is_whitespace) && child.prev_sibling().is_some() {
                    words.insert(0, ' ');
                }
                if text.ends_with(char::is_whitespace) && child.next_sibling().is_some() && !words.is_empty() {
                    words.push(' ');
                }
                self.out.text(&words);
            } else if child.has_tag_name("tspan") && has_words(child) {
                let style = self.resolve(child, outer);
                let own = self.ink(style.fill, &style);
                let tag = face(self.out.start("tspan"), &style, outer);
                let tag = if own == *ink { tag } else { inked(tag, &own) };
                place(tag, child);
                // Runs of a line begin with the space before them.
                let blank = child.attribute("x").is_none()
                    && child.text().is_some_and(|text| text.starts_with(' '))
                    && child.prev_sibling_element().is_some();
                if blank {
                    self.out.text(" ");
                }
                self.spans(child, &style, &own);
                self.out.end("tspan");
            }
        }
    }

    /// A label that is HTML.
    fn label<'a: 't>(&mut self, node: Node<'a, '_>, outer: &Style<'t>) {
        let mut style = self.resolve(node, outer);
        let measure =
            |key: &str| node.attribute(key).and_then(|value| value.trim_end_matches("px").parse::<f64>().ok());
        let (x, y) = (measure("x").unwrap_or_default(), measure("y").unwrap_or_default());
        let (width, height) = (measure("width").unwrap_or_default(), measure("height").unwrap_or_default());
        let mut wraps = false;
        let mut ground = "none";
        // The outermost elements hold nothing but the next.
        let mut inner = node;
        while let Some(only) = inner.children().find(Node::is_element) {
            if !matches!(only.tag_name().name(), "div" | "span" | "p") {
                break;
            }
            let was_bold = style.bold;
            style = self.resolve(only, &style);
            // It is counted with the runs below.
            style.bold = was_bold || (style.bold && only.tag_name().name() == "div");
            if self.palette.colour(style.ground) != Colour::None {
                ground = style.ground;
            }
            let own = declarations(only.attribute("style").unwrap_or_default());
            wraps |= own.iter().any(|(name, value)| *name == "white-space" && value.starts_with("break-spaces"));
            wraps |= own.iter().any(|(name, value)| *name == "vertical-align" && value.starts_with("middle"));
            if inner.children().filter(Node::is_element).count() > 1 {
                break;
            }
            inner = only;
        }
        if style.hidden {
            return;
        }
        let lines = label::lines(node, style.bold, style.size, wraps.then_some(width.max(20.0)));
        if lines.is_empty() {
            return;
        }
        self.done.labels.push(label::words(&lines));
        if let Colour::Role(role) = self.palette.colour(ground) {
            let class = format!("f{role}");
            let tag =
                self.out.empty("rect").attribute("class", &class).attribute("x", &number(x)).attribute("y", &number(y));
            tag.attribute("width", &number(width)).attribute("height", &number(height)).attribute("opacity", ".8");
        }
        // The title of a box is in the middle of it.
        let is_title = (style.shift + x + width / 2.0).abs() < 1.0 && style.align == "center";
        let starts = (style.in_list && !is_title) || matches!(style.align, "left" | "start");
        let ink = self.ink(style.color, &style);
        let step = style.size * 1.5;
        let mut at = y + height / 2.0 - step * (lines.len() as f64 - 1.0) / 2.0;
        let center = if starts { x } else { x + width / 2.0 };
        style.anchor = if starts { "start" } else { "middle" };
        style.baseline = "central";
        for line in &lines {
            self.line(line, &style, &ink, center, at);
            at += step;
        }
    }

    fn line(&mut self, line: &Line, style: &Style<'_>, ink: &Colour, x: f64, y: f64) {
        let all = |what: fn(&label::Run) -> bool| line.iter().all(what);
        let whole = Style {
            bold: all(|run| run.bold),
            slanted: all(|run| run.slanted) || style.slanted,
            underlined: all(|run| run.underlined) || style.underlined,
            ..style.clone()
        };
        let tag = inked(face(self.out.start("text"), &whole, &Style::default()), ink);
        tag.attribute("x", &number(x)).attribute("y", &number(y));
        for run in line {
            let own = Style {
                bold: run.bold,
                slanted: run.slanted || style.slanted,
                underlined: run.underlined || style.underlined,
                ..style.clone()
            };
            let same = (own.bold, own.slanted, own.underlined) == (whole.bold, whole.slanted, whole.underlined);
            if same {
                self.out.text(&run.text);
            } else {
                face(self.out.start("tspan"), &own, &whole);
                self.out.text(&run.text);
                self.out.end("tspan");
            }
        }
        self.out.end("text");
    }
}

/// Returns how far a transformation moves to the right.
fn shift(transform: Option<&str>) -> f64 {
    transform
        .and_then(|value| value.trim().strip_prefix("translate("))
        .and_then(|value| value.split([',', ')', ' ']).next())
        .and_then(|x| x.trim().parse::<f64>().ok())
        .unwrap_or_default()
}

fn has_words(node: Node<'_, '_>) -> bool {
    node.descendants().any(|child| child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()))
}

/// Adds the attributes of text that differ from those around it.
fn face<'h>(mut tag: Tag<'h>, style: &Style<'_>, outer: &Style<'_>) -> Tag<'h> {
    if (style.size - outer.size).abs() > 0.01 {
        tag = tag.attribute("font-size", &number(style.size));
    }
    if style.bold != outer.bold {
        tag = tag.attribute("font-weight", if style.bold { "bold" } else { "normal" });
    }
    if style.slanted != outer.slanted {
        tag = tag.attribute("font-style", if style.slanted { "italic" } else { "normal" });
    }
    if style.underlined && !outer.underlined {
        tag = tag.attribute("text-decoration", "underline");
    }
    if style.anchor != outer.anchor {
        tag = tag.attribute("text-anchor", style.anchor);
    }
    if style.baseline != outer.baseline {
        tag = tag.attribute("dominant-baseline", style.baseline);
    }
    tag
}

/// Adds the colour of words; that of most of them is known to the style sheet.
fn inked<'h>(tag: Tag<'h>, ink: &Colour) -> Tag<'h> {
    match ink {
        Colour::Own(colour) => tag.attribute("class", "c").attribute("fill", colour),
        Colour::Role("t") | Colour::None | Colour::Unknown => tag,
        Colour::Role(role) => tag.attribute("class", &format!("f{role}")),
    }
}

/// Adds where a text is.
fn place<'h>(mut tag: Tag<'h>, node: Node<'_, '_>) -> Tag<'h> {
    for key in ["x", "y", "dx", "dy"] {
        tag = tag.maybe(key, node.attribute(key).map(round).as_deref());
    }
    tag
}

impl<'t> Style<'t> {
    fn set(&mut self, name: &str, value: &'t str) {
        match name {
            "fill" => self.fill = value,
            "stroke" => self.stroke = value,
            "stroke-width" => self.stroke_width = length(value, self.size).unwrap_or(self.stroke_width),
            "stroke-dasharray" => self.dashes = value,
            "stroke-linecap" => self.line_cap = value,
            "color" => self.color = value,
            "font-size" => self.size = length(value, self.size).unwrap_or(self.size).clamp(6.0, 60.0),
            "font-weight" => {
                self.bold =
                    matches!(value, "bold" | "bolder") || value.parse::<u32>().is_ok_and(|weight| weight >= 600);
            }
            "font-style" => self.slanted = matches!(value, "italic" | "oblique"),
            "text-decoration" => self.underlined = value.contains("underline"),
            "text-anchor" if matches!(value, "start" | "middle" | "end") => self.anchor = value,
            "dominant-baseline" => {
                let known =
                    matches!(value, "central" | "middle" | "hanging" | "auto" | "text-before-edge" | "text-after-edge");
                self.baseline = if known { value } else { "" };
            }
            "text-align" => self.align = value,
            "background-color" => self.ground = value,
            "opacity" => self.opacity = value.parse().unwrap_or(1.0),
            "fill-opacity" => self.fill_opacity = value.parse().unwrap_or(1.0),
            "display" => self.hidden = value == "none",
            "visibility" => self.hidden = value == "hidden",
            _ => {}
        }
    }
}

/// Attributes that are no properties of a style have another name here, so that none sets one.
fn attribute_name(name: &str) -> &str {
    match name {
        "style" | "class" | "id" => "",
        name => name,
    }
}

/// Returns a length in pixels.
fn length(value: &str, size: f64) -> Option<f64> {
    let value = value.trim();
    let at = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-'))).unwrap_or(value.len());
    let (number, unit) = value.split_at(at);
    let number: f64 = number.parse().ok()?;
    match unit {
        "" | "px" => Some(number),
        "em" | "rem" => Some(number * size),
        "ex" => Some(number * size / 2.0),
        "%" => Some(number * size / 100.0),
        "pt" => Some(number * 4.0 / 3.0),
        _ => None,
    }
}

/// Returns the id of the source for one of the drawing: `D-flowchart-a-1` is `a`, `D-b` is `b`.
fn source_id(id: &str) -> &str {
    let id = id.strip_prefix("D-").unwrap_or(id);
    for start in ["flowchart-", "state-", "classId-"] {
        if let Some(rest) = id.strip_prefix(start) {
            return match rest.rsplit_once('-') {
                Some((name, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => name,
                _ => rest,
            };
        }
    }
    id
}

/// Writes a number as drawings need it.
fn number(value: f64) -> String {
    let mut text = format!("{value:.2}");
    while text.contains('.') && text.ends_with(['0', '.']) {
        text.pop();
    }
    if text == "-0" { "0".to_owned() } else { text }
}

/// Shortens all numbers in the value of an attribute.
fn round(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit() || c == '.') {
        let start = if at > 0 && rest.as_bytes()[at - 1] == b'-' { at - 1 } else { at };
        out.push_str(&rest[..start]);
        let mut end = at;
        let bytes = rest.as_bytes();
        let mut dot = false;
        while end < bytes.len() && (bytes[end].is_ascii_digit() || (bytes[end] == b'.' && !dot)) {
            dot |= bytes[end] == b'.';
            end += 1;
        }
        if bytes.get(end) == Some(&b'e') {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
            let digits = bytes[end + 1 + sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits > 0 {
                end += 1 + sign + digits;
            }
        }
        let written = &rest[start..end];
        // Flags of arcs may follow each other without a separator, as in `01`.
        let is_packed = written.len() > 1 && written.starts_with('0') && !written.starts_with("0.");
        match written.parse::<f64>() {
            Ok(value) if !is_packed => {
                let short = number(value);
                // Of `1.5.5` the second number begins at its dot.
                if out.ends_with(|c: char| c.is_ascii_digit()) && !short.starts_with('-') {
                    out.push(' ');
                }
                out.push_str(&short);
            }
            _ => out.push_str(written),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shortened_and_nothing_else() {
        assert_eq!(round("M0.123456,-4L10 20.5"), "M0.12,-4L10 20.5");
        assert_eq!(round("translate(1e-7, 2.999)"), "translate(0, 3)");
        assert_eq!(round("A5.0,5,0,0,1-.25.5"), "A5,5,0,0,1-0.25 0.5");
        assert_eq!(round("M3.001.5a1 1 0 01-1 0"), "M3 0.5a1 1 0 01-1 0");
        assert_eq!(round("1em"), "1em");
        assert_eq!(round("none"), "none");
    }

    #[test]
    fn ids_lead_back_to_the_source() {
        assert_eq!(source_id("D-flowchart-a-b-12"), "a-b");
        assert_eq!(source_id("D-state-Idle-3"), "Idle");
        assert_eq!(source_id("D-cloud"), "cloud");
    }
}
