//! What a diagram says, in words: its name, and what is connected with what.

use std::collections::BTreeMap;

use serde_json::Value;

/// Maximum number of labels in the name of a picture.
const NAMED: usize = 6;

/// Maximum number of connections that are listed; a diagram with more is no longer read as a list.
const MAX_TOLD: usize = 500;

/// Kinds of diagrams by the names that the library has for them.
const KINDS: &[(&str, &str)] = &[
    ("flowchart", "Flowchart"),
    ("graph", "Flowchart"),
    ("sequence", "Sequence diagram"),
    ("state", "State diagram"),
    ("class", "Class diagram"),
    ("er", "Entity relationship diagram"),
    ("gantt", "Gantt chart"),
    ("pie", "Pie chart"),
    ("gitGraph", "Git graph"),
    ("journey", "User journey"),
    ("timeline", "Timeline"),
    ("mindmap", "Mind map"),
    ("requirement", "Requirement diagram"),
    ("block", "Block diagram"),
    ("xychart", "Chart"),
    ("kanban", "Kanban board"),
    ("packet", "Packet diagram"),
];

/// Returns the name of a kind of diagram for readers.
pub(super) fn kind(name: &str) -> &'static str {
    KINDS.iter().find(|(start, _)| name.starts_with(start)).map_or("Diagram", |(_, name)| name)
}

/// Returns the accessible name of a drawing.
pub(super) fn name(kind_name: &str, title: Option<&str>, model: &Value, labels: &[String]) -> String {
    let given = text(&model["accTitle"]).or_else(|| title.map(str::to_owned)).or_else(|| text(&model["title"]));
    let kind = kind(kind_name);
    if let Some(given) = given.filter(|given| !given.is_empty()) {
        return format!("{kind}: {given}");
    }
    let mut shown: Vec<&str> = Vec::new();
    for label in labels {
        if !label.is_empty() && !shown.contains(&label.as_str()) {
            shown.push(label);
        }
    }
    let more = shown.len().saturating_sub(NAMED);
    shown.truncate(NAMED);
    match (shown.is_empty(), more) {
        (true, _) => kind.to_owned(),
        (false, 0) => format!("{kind}: {}", shown.join(", ")),
        (false, more) => format!("{kind}: {}, and {more} more", shown.join(", ")),
    }
}

/// Returns the connections and messages of a diagram, one a line. `drawn` has the labels as drawn by the id of their element.
pub(super) fn told(model: &Value, drawn: &BTreeMap<String, String>) -> Vec<String> {
    let mut out = Vec::new();
    out.extend(text(&model["accDescr"]));
    if let Some(messages) = model["messages"].as_array() {
        messages.iter().for_each(|message| out.extend(message_of(message, model)));
    } else if let Some(edges) = model["edges"].as_array() {
        out.extend(edges.iter().filter_map(|edge| edge_of(edge, model, drawn)));
    } else if let Some(relations) = model["relations"].as_array() {
        out.extend(relations.iter().filter_map(|relation| relation_of(relation, model)));
    } else if let Some(relations) = model["relationships"].as_array() {
        out.extend(relations.iter().filter_map(|relation| relationship_of(relation, model)));
    } else if let Some(sections) = model["sections"].as_array() {
        out.extend(sections.iter().filter_map(|section| {
            let label = text(&section["label"])?;
            Some(format!("{label}: {}", section["value"].as_f64()?))
        }));
    } else if let Some(tasks) = model["tasks"].as_array() {
        out.extend(tasks.iter().filter_map(|task| text(&task["task"]).or_else(|| text(&task["description"]))));
    }
    if out.len() > MAX_TOLD {
        let more = out.len() - MAX_TOLD;
        out.truncate(MAX_TOLD);
        out.push(format!("and {more} more"));
    }
    out
}

/// Returns the text of a value without markup, on one line.
fn text(value: &Value) -> Option<String> {
    let mut text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    if text.contains('<') {
        for tag in ["<br/>", "<br />", "<br>", "<BR>"] {
            text = text.replace(tag, " ");
        }
    }
    if text.contains(['<', '&']) {
        text = crate::html::text(&text);
    }
    let text = text.replace("\\n", " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

fn arrow(from: &str, line: &str, to: &str, label: Option<String>) -> String {
    match label {
        Some(label) => format!("{from} {line} {to}: {label}"),
        None => format!("{from} {line} {to}"),
    }
}

/// An edge of a flowchart or a state diagram.
fn edge_of(edge: &Value, model: &Value, drawn: &BTreeMap<String, String>) -> Option<String> {
    let from = edge.get("from").or_else(|| edge.get("start"))?.as_str()?;
    let to = edge.get("to").or_else(|| edge.get("end"))?.as_str()?;
    let (from, to) = (node_name(from, model, drawn), node_name(to, model, drawn));
    let kind = edge["type"].as_str().unwrap_or("arrow_point");
    let line = match kind {
        "arrow_open" | "" => "—",
        kind if kind.starts_with("double") => "↔",
        _ => "→",
    };
    Some(arrow(&from, line, &to, text(&edge["label"])))
}

/// Returns what a node is called: by what was drawn, else by the model, else by its id.
fn node_name(id: &str, model: &Value, drawn: &BTreeMap<String, String>) -> String {
    if let Some(label) = drawn.get(id).filter(|label| !label.is_empty()) {
        return label.clone();
    }
    let nodes = model["nodes"].as_array().into_iter().chain(model["subgraphs"].as_array()).flatten();
    let found = nodes.into_iter().find(|node| node["id"].as_str() == Some(id));
    if let Some(node) = found {
        match node["shape"].as_str() {
            Some("stateStart") => return "Start".to_owned(),
            Some("stateEnd") => return "End".to_owned(),
            _ => {}
        }
        if let Some(label) = text(&node["label"]).or_else(|| text(&node["title"])) {
            return label;
        }
    }
    id.to_owned()
}

/// A message, a note or the beginning of a block of a sequence diagram.
fn message_of(message: &Value, model: &Value) -> Option<String> {
    let words = text(&message["message"]);
    let name = |id: &Value| {
        let id = id.as_str()?;
        text(&model["actors"][id]["description"]).or_else(|| Some(id.to_owned()))
    };
    let (from, to) = (name(&message["from"]), name(&message["to"]));
    let block = match message["type"].as_u64()? {
        2 => return Some(format!("Note at {}: {}", from.or(to)?, words?)),
        10 => "Loop",
        12 => "Either",
        13 => "Or",
        15 => "Optional",
        19 | 32 => "In parallel",
        20 => "And",
        27 => "Critical",
        28 => "Option",
        30 => "Break",
        0 | 1 | 3..=6 | 24 | 25 | 33..=59 => {
            return Some(arrow(&from?, "→", &to?, words));
        }
        _ => return None,
    };
    Some(match words {
        Some(words) => format!("{block}: {words}"),
        None => block.to_owned(),
    })
}

/// A relation of a class diagram.
fn relation_of(relation: &Value, model: &Value) -> Option<String> {
    let name = |id: &Value| {
        let id = id.as_str()?;
        text(&model["classes"][id]["label"]).or_else(|| Some(id.to_owned()))
    };
    let (first, second) = (name(&relation["id1"])?, name(&relation["id2"])?);
    let end = |at: &str| relation["relation"][at].as_i64().unwrap_or(-1);
    let sort = match (end("type1"), end("type2")) {
        (1, _) | (_, 1) => "extension",
        (2, _) | (_, 2) => "composition",
        (0, _) | (_, 0) => "aggregation",
        (3, _) | (_, 3) => "dependency",
        (4, _) | (_, 4) => "interface",
        _ => "association",
    };
    let many = |at: &str| text(&relation[at]).filter(|many| many != "none");
    let mut about = text(&relation["title"]).map_or_else(|| sort.to_owned(), |title| format!("{title} ({sort})"));
    if let (Some(one), Some(other)) = (many("relationTitle1"), many("relationTitle2")) {
        about = format!("{about}, {one} to {other}");
    }
    Some(arrow(&first, if sort == "association" { "—" } else { "→" }, &second, Some(about)))
}

/// A relationship of an entity relationship diagram, or of requirements.
fn relationship_of(relation: &Value, model: &Value) -> Option<String> {
    if let (Some(from), Some(to)) = (text(&relation["src"]), text(&relation["dst"])) {
        return Some(arrow(&from, "→", &to, text(&relation["type"])));
    }
    let entities = model["entities"].as_object()?;
    let name = |id: &Value| {
        let id = id.as_str()?;
        let (key, entity) = entities.iter().find(|(key, entity)| entity["id"] == id || *key == id)?;
        text(&entity["alias"]).or_else(|| text(&entity["label"])).or_else(|| Some(key.clone()))
    };
    let many = |at: &str| match relation["relSpec"][at].as_str() {
        Some("ONLY_ONE") => "one",
        Some("ZERO_OR_ONE") => "zero or one",
        Some("ONE_OR_MORE") => "one or more",
        _ => "zero or more",
    };
    let about = text(&relation["roleA"]);
    // The library keeps the number of each end with the other one.
    let ends = format!("{} to {}", many("cardB"), many("cardA"));
    let about = about.map_or_else(|| ends.clone(), |about| format!("{about}, {ends}"));
    Some(arrow(&name(&relation["entityA"])?, "—", &name(&relation["entityB"])?, Some(about)))
}
