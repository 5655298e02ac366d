//! Diagrams: their source to SVG.
//!
//! A language is a file. Knows nothing of Markdown or pages. Invariants: bounded by the size of the source; the SVG holds
//! shapes, text and classes, no style, no script, no address; the same source gives the same bytes.
//!
//! Colours are those of the theme, so that a diagram reads well in the light and in the dark; those that an author chose are
//! laid over them thinly.

mod dot;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::html;

/// Longer sources are shown as they are.
const MAX_LENGTH: usize = 16 * 1024;

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

/// Says whether code in a language is the source of a diagram.
#[must_use]
pub fn is_known(language: &str) -> bool {
    matches!(language, "mermaid" | "plantuml" | "puml") || language.starts_with("kroki-") || drawer(language).is_some()
}

/// Says whether diagrams in a language are drawn here.
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

/// Draws a diagram; nothing if that is not possible, or not done here. `prefix` keeps its names apart from those of others on the page.
#[must_use]
pub fn svg(language: &str, source: &str, prefix: &str) -> Option<String> {
    let draw = drawer(language).filter(|_| source.len() <= MAX_LENGTH)?;
    // The libraries are young; a diagram that one trips over is one that cannot be drawn.
    let drawn = catch_unwind(AssertUnwindSafe(|| draw(source))).ok()??;
    html::clean_markup(drawn.trim(), &VOCABULARY, |_, name, value| match name {
        "id" => Some(format!("{prefix}{value}")),
        "marker-end" | "marker-start" | "clip-path" => {
            let id = value.strip_prefix("url(#")?.strip_suffix(')')?;
            id.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
                .then(|| format!("url(#{prefix}{id})"))
        }
        // No address in any other.
        _ => (!value.contains("url(") && !value.contains(':')).then(|| value.to_owned()),
    })
    .filter(|svg| svg.starts_with("<svg"))
}

fn drawer(language: &str) -> Option<fn(&str) -> Option<String>> {
    match language {
        "dot" | "graphviz" | "gv" | "kroki-graphviz" | "kroki-dot" => Some(dot::svg),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphs_are_drawn_in_the_colours_of_the_theme() {
        let source = "digraph { rankdir=LR; a [label=\"Web <shop>\", style=filled, fillcolor=yellow]; a -> b [label=calls, color=red]; b -> b; }";
        let drawn = svg("dot", source, "d1-").expect("a drawing");
        assert!(drawn.starts_with("<svg class=\"drawn\"") && drawn.ends_with("</svg>"), "{drawn}");
        assert!(drawn.contains("Web &lt;shop&gt;") && drawn.contains(">calls<"), "{drawn}");
        // The theme has the colours, but for those that the author chose.
        assert!(drawn.contains("class=\"s c\" fill=\"#ffff00\"") && drawn.contains("stroke=\"#ff0000\""), "{drawn}");
        assert!(!drawn.contains("style=") && !drawn.contains("#000000"), "{drawn}");
        // Names are apart from those of others.
        assert!(drawn.contains("id=\"d1-h\"") && drawn.contains("marker-end=\"url(#d1-h)\""), "{drawn}");
        assert_eq!(svg("dot", source, "d1-").as_ref(), Some(&drawn), "the same bytes");
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
            assert_eq!(svg("dot", source, ""), None, "{source}");
        }
        assert_eq!(svg("mermaid", "graph LR\n a --> b", ""), None);
        assert_eq!(svg("python", "x", ""), None);
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
            if let Some(drawn) = svg("dot", &source, "p") {
                proptest::prop_assert!(drawn.ends_with("</svg>"), "{}", drawn);
            }
        }
    }
}
