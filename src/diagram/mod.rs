//! Diagrams: their source to SVG.
//!
//! A language is a file. Knows nothing of Markdown or pages. Invariants: bounded by the size of the source; the SVG holds
//! shapes, text and classes, no style, no script, no address; the same source gives the same bytes.
//!
//! Colours are those of the theme, so that a diagram is readable in light and dark mode; those that an author chose are
//! laid over them thinly.

mod dot;
#[cfg(feature = "mermaid")]
mod mermaid;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::html::{self, Html};

/// Longer sources are shown as they are.
const MAX_LENGTH: usize = 16 * 1024;

/// A drawing with a longer side cannot be looked at, in pixels.
const MAX_SIDE: f64 = 30_000.0;

/// What a drawing may hold.
const VOCABULARY: html::Vocabulary = html::Vocabulary {
    elements: &[
        "circle", "clipPath", "defs", "ellipse", "g", "line", "marker", "path", "polygon", "polyline", "rect", "svg",
        "text", "tspan",
    ],
    attributes: &[
        "aria-label",
        "class",
        "clip-path",
        "cx",
        "cy",
        "d",
        "dominant-baseline",
        "dx",
        "dy",
        "fill",
        "fill-opacity",
        "font-size",
        "font-style",
        "font-weight",
        "height",
        "id",
        "marker-end",
        "marker-start",
        "markerHeight",
        "markerUnits",
        "markerWidth",
        "opacity",
        "orient",
        "points",
        "preserveAspectRatio",
        "r",
        "refX",
        "refY",
        "role",
        "rx",
        "ry",
        "stroke",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-width",
        "text-anchor",
        "text-decoration",
        "transform",
        "viewBox",
        "width",
        "x",
        "x1",
        "x2",
        "y",
        "y1",
        "y2",
    ],
};

/// Returns whether code in a language is the source of a diagram.
#[must_use]
pub fn is_known(language: &str) -> bool {
    matches!(language, "mermaid" | "plantuml" | "puml") || language.starts_with("kroki-") || drawer(language).is_some()
}

/// Returns whether diagrams in a language are drawn here.
#[must_use]
pub fn is_drawn(language: &str) -> bool {
    drawer(language).is_some()
}

/// Returns the name of the file in which the picture of a diagram is looked for that is not drawn here.
///
/// It is made of the source, so that a picture of an earlier source is never shown for a later one.
#[must_use]
pub fn file_name(language: &str, source: &str) -> String {
    let language: String = language.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{language}-{:016x}.svg", xxhash_rust::xxh3::xxh3_64(source.trim().as_bytes()))
}

/// Why a diagram is not drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// In words that continue a sentence; empty if there is nothing to say.
    pub reason: String,
    /// The line of the source at which it is wrong, from 0.
    pub line: Option<usize>,
}

impl Failure {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), line: None }
    }
}

/// A drawing, and what it says in words.
#[derive(Debug)]
struct Picture {
    /// What is in the SVG element.
    content: String,
    /// Left, top, width and height.
    frame: [f64; 4],
    /// The accessible name.
    name: String,
    /// Connections and messages, one a line.
    told: Vec<String>,
}

type Draw = fn(&str) -> Result<Picture, Failure>;

/// Draws a diagram as HTML: an SVG, and what it says as a list. `prefix` keeps its names apart from those of others on the page.
///
/// # Errors
///
/// If it cannot be drawn, or is not here.
pub fn draw(language: &str, source: &str, prefix: &str) -> Result<String, Failure> {
    let draw = drawer(language).ok_or_else(Failure::default)?;
    if source.len() > MAX_LENGTH {
        return Err(Failure::new(format!("its source is longer than {} kB", MAX_LENGTH / 1024)));
    }
    // The libraries are young; a diagram that one trips over is one that cannot be drawn.
    let picture =
        catch_unwind(AssertUnwindSafe(|| draw(source))).unwrap_or_else(|_| Err(Failure::new("it cannot be drawn")))?;
    let [left, top, width, height] = picture.frame;
    if !(1.0..MAX_SIDE).contains(&width) || !(1.0..MAX_SIDE).contains(&height) || !left.is_finite() || !top.is_finite()
    {
        return Err(Failure::new("it is too large to be drawn"));
    }
    let mut drawn = Html::with_capacity(picture.content.len() + 400);
    drawn
        .start("svg")
        .attribute("class", &class_of(width))
        .attribute("width", &width.ceil().to_string())
        .attribute("height", &height.ceil().to_string())
        .attribute("viewBox", &format!("{} {} {} {}", left.floor(), top.floor(), width.ceil(), height.ceil()))
        .attribute("role", "img")
        .attribute("aria-label", &picture.name);
    drawn.raw(&picture.content);
    drawn.end("svg");
    let mut clean = html::clean_markup(&drawn.into_string(), &VOCABULARY, |_, name, value| keep(prefix, name, value))
        .ok_or_else(|| Failure::new("it cannot be drawn"))?;
    clean.push_str(&told(&picture.told));
    Ok(clean)
}

/// Returns the classes of a drawing: wide ones name how wide they are, so that their words stay readable in a narrow place.
fn class_of(width: f64) -> String {
    let hundreds = (width / 200.0).floor() as u64 * 2;
    if hundreds < 8 { "drawn".to_owned() } else { format!("drawn w{}", hundreds.min(40)) }
}

/// Returns the value of an attribute as a drawing may have it.
fn keep(prefix: &str, name: &str, value: &str) -> Option<String> {
    match name {
        "id" => Some(format!("{prefix}{value}")),
        "marker-end" | "marker-start" | "clip-path" => {
            let id = value.strip_prefix("url(#")?.strip_suffix(')')?;
            id.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
                .then(|| format!("url(#{prefix}{id})"))
        }
        // Words for those who do not see.
        "aria-label" => Some(value.to_owned()),
        // No address in any other.
        _ => (!value.contains("url(") && !value.contains(':')).then(|| value.to_owned()),
    }
}

/// Returns what a diagram says as a list.
fn told(lines: &[String]) -> String {
    let mut out = Html::new();
    if !lines.is_empty() {
        out.start("details").attribute("class", "told");
        out.element("summary", "As text");
        out.start("ul");
        lines.iter().for_each(|line| out.element("li", line));
        out.end("ul");
        out.end("details");
    }
    out.into_string()
}

fn drawer(language: &str) -> Option<Draw> {
    match language {
        "dot" | "graphviz" | "gv" | "kroki-graphviz" | "kroki-dot" => Some(dot::draw),
        #[cfg(feature = "mermaid")]
        "mermaid" | "kroki-mermaid" => Some(mermaid::draw),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphs_are_drawn_in_the_colours_of_the_theme() {
        let source = "digraph { rankdir=LR; a [label=\"Web <shop>\", style=filled, fillcolor=yellow]; a -> b [label=calls, color=red]; b -> b; }";
        let drawn = draw("dot", source, "d1-").expect("a drawing");
        assert!(drawn.starts_with("<svg class=\"drawn\"") && drawn.contains("</svg>"), "{drawn}");
        assert!(drawn.contains("Web &lt;shop&gt;") && drawn.contains(">calls<"), "{drawn}");
        // The theme has the colours, but for those that the author chose.
        assert!(drawn.contains("class=\"s c\" fill=\"#ffff00\"") && drawn.contains("stroke=\"#ff0000\""), "{drawn}");
        assert!(!drawn.contains("style=") && !drawn.contains("#000000"), "{drawn}");
        // Names are apart from those of others.
        assert!(drawn.contains("id=\"d1-h\"") && drawn.contains("marker-end=\"url(#d1-h)\""), "{drawn}");
        assert_eq!(draw("dot", source, "d1-").as_ref(), Ok(&drawn), "the same bytes");
        // The same in words.
        assert!(drawn.contains("aria-label=\"Graph: Web &lt;shop&gt;, b\""), "{drawn}");
        assert!(drawn.contains("<li>Web &lt;shop&gt; → b: calls</li><li>b → b</li>"), "{drawn}");
    }

    #[test]
    fn what_would_be_incomplete_is_not_drawn() {
        let many: String = (0..400).map(|n| format!("a{n} -> b{n};")).collect();
        for source in [
            "",
            "digraph {",
            "digraph { a -> }",
            "digraph { subgraph cluster_x { a } a -> b }",
            &format!("digraph {{{many}}}"),
            &" ".repeat(20_000),
        ] {
            assert!(draw("dot", source, "").is_err(), "{source}");
        }
        assert_eq!(draw("plantuml", "a -> b", ""), Err(Failure::default()));
        assert_eq!(draw("python", "x", ""), Err(Failure::default()));
    }

    #[test]
    fn pictures_are_named_after_their_sources() {
        assert_eq!(file_name("mermaid", "graph LR\n"), file_name("mermaid", "graph LR"));
        assert_ne!(file_name("mermaid", "graph LR"), file_name("mermaid", "graph TB"));
        assert!(file_name("kroki-a/../b", "x").starts_with("kroki-ab-"), "no way out of the folder");
    }

    proptest::proptest! {
        #[test]
        fn any_graph_is_drawn_or_not(source in "(di)?graph \\{( [abc](:p)?( -[->] [abc]){0,3}( \\[(label|shape|color|style|fillcolor)=(\"[<&x|{}]{0,4}\"|box|record|red|filled|circle|doublecircle|none)\\])?;| rankdir=LR;| node \\[shape=box\\];| \\{ [abc] -> [abc] \\}){0,8} \\}?") {
            if let Ok(drawn) = draw("dot", &source, "p") {
                proptest::prop_assert!(drawn.contains("</svg>"), "{}", drawn);
            }
        }
    }
}
