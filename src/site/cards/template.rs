//! What a template asks for and does.

use serde::Serialize;

use super::{Card, Content};
use crate::catalog::EntityId;
use crate::markdown::commonmark;
use crate::site::View;
use crate::site::view;
use crate::yaml::{Map, Node, Value};

/// See the module.
pub struct Template;

/// What the template shows.
#[derive(Debug, Serialize)]
struct Model {
    sections: Vec<ParameterSection>,
    steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct ParameterSection {
    title: Option<String>,
    parameters: Vec<Parameter>,
}

#[derive(Debug, Serialize)]
struct Parameter {
    name: String,
    title: Option<String>,
    r#type: String,
    required: bool,
    description: Option<String>,
}

#[derive(Debug, Serialize)]
struct Step {
    name: String,
    action: String,
    condition: Option<String>,
}

impl Card for Template {
    fn name(&self) -> &'static str {
        "template"
    }

    fn content(&self, view: &View<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let entity = view.entity(id);
        if entity.reference.kind() != "template" {
            return None;
        }
        let spec = entity.spec();
        let field = |name: &str| spec.and_then(|spec| spec.get(name));
        let pages: Vec<&Node> = match field("parameters") {
            Some(node) => node.as_seq().map_or_else(|| vec![node], |pages| pages.iter().collect()),
            None => Vec::new(),
        };
        let steps = field("steps").and_then(Node::as_seq).unwrap_or(&[]);
        let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
        Some(Box::new(Model {
            sections: pages.iter().map(|page| parameter_section(page)).collect(),
            steps: steps
                .iter()
                .map(|step| {
                    let action = text(step, "action").unwrap_or_default();
                    let name = text(step, "name").or_else(|| text(step, "id")).unwrap_or_else(|| action.clone());
                    Step { name, action, condition: text(step, "if") }
                })
                .collect(),
        }))
    }
}

fn parameter_section(page: &Node) -> ParameterSection {
    let required: Vec<&str> =
        page.get("required").and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(Node::as_str).collect();
    let properties = page.get("properties").and_then(Node::as_map).map_or(&[][..], Map::entries);
    let parameters = properties
        .iter()
        .map(|entry| {
            let text = |key: &str| entry.value.get(key).and_then(Node::as_str).map(str::to_owned);
            let choices = entry.value.get("enum").and_then(Node::as_seq).map(|values| {
                let values: Vec<String> = values.iter().map(scalar).collect();
                values.join(" | ")
            });
            Parameter {
                name: entry.key.to_string(),
                title: text("title"),
                r#type: choices.or_else(|| text("ui:field")).or_else(|| text("type")).unwrap_or_default(),
                required: required.contains(&&*entry.key),
                description: text("description").map(|text| commonmark::inline_with(&text, &view::outward)),
            }
        })
        .collect();
    ParameterSection { title: page.get("title").and_then(Node::as_str).map(str::to_owned), parameters }
}

/// Spells out a plain value.
#[must_use]
pub fn scalar(node: &Node) -> String {
    match &node.value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Str(text) => text.to_string(),
        Value::Seq(_) | Value::Map(_) => String::new(),
    }
}
