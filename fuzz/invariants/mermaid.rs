//! Any source is drawn as harmless SVG or named as not drawn.

use playbill::{diagram, html};

/// Checks them for one input.
pub(crate) fn check(bytes: &[u8]) {
    // The first byte chooses a kind, so that parsers are reached.
    let Some((first, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let source = match usize::from(*first) % (KINDS.len() + 1) {
        0 => text.into_owned(),
        kind => format!("{}\n{text}", KINDS[kind - 1]),
    };
    let Ok(drawn) = diagram::draw("mermaid", &source, "p-") else { return };
    assert_eq!(diagram::draw("mermaid", &source, "p-").as_ref(), Ok(&drawn));
    for attribute in html::attributes(&drawn) {
        let name = &*attribute.name;
        assert!(!name.starts_with("on") && !matches!(name, "style" | "href" | "xlink:href" | "src"), "{drawn}");
    }
}

/// The first lines of diagrams.
const KINDS: &[&str] = &[
    "flowchart LR",
    "sequenceDiagram",
    "stateDiagram-v2",
    "classDiagram",
    "erDiagram",
    "gantt",
    "pie",
    "gitGraph",
    "journey",
    "timeline",
    "mindmap",
    "requirementDiagram",
    "block-beta",
    "xychart-beta",
    "kanban",
    "packet-beta",
];
