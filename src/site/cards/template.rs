//! What a template asks for and does.

use serde::Serialize;

use super::form::{self, Page, value_text};
use super::{Card, Content};
use crate::catalog::{Entity, EntityId};
use crate::markdown::commonmark;
use crate::site::PageContext;
use crate::site::context;
use crate::yaml::{Map, Node};

/// The card.
pub struct Template;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    pages: Vec<Page>,
    /// What it asks for and keeps to itself.
    secrets: Option<Page>,
    steps: Vec<Step>,
    output: Vec<Output>,
}

#[derive(Debug, Serialize)]
struct Step {
    name: String,
    id: Option<String>,
    action: String,
    condition: Option<String>,
    each: Option<String>,
    input: Vec<(String, String)>,
}

/// What is shown in the end.
#[derive(Debug, Serialize)]
struct Output {
    title: String,
    /// Where a link leads, or another value.
    value: Option<String>,
    /// As HTML.
    content: Option<String>,
    condition: Option<String>,
}

impl Card for Template {
    fn name(&self) -> &'static str {
        "template"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        model(view.entity(id)).map(|model| Box::new(model) as Box<dyn Content>)
    }
}

/// Returns what the card shows of a template; nothing of another entity.
#[must_use]
pub fn model(entity: &Entity) -> Option<Model> {
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
    Some(Model {
        pages: pages.iter().map(|page| form::page(page)).collect(),
        secrets: field("secrets").and_then(|secrets| secrets.get("schema")).map(form::page),
        steps: steps.iter().map(step).collect(),
        output: field("output").map(output).unwrap_or_default(),
    })
}

fn step(step: &Node) -> Step {
    let said = |key: &str| step.get(key).map(value_text);
    let action = said("action").unwrap_or_default();
    let id = said("id");
    let name = said("name").or_else(|| id.clone()).unwrap_or_else(|| action.clone());
    let input = step.get("input").and_then(Node::as_map).map_or(&[][..], Map::entries);
    Step {
        id: id.filter(|id| *id != name),
        name,
        action,
        condition: said("if"),
        each: said("each"),
        input: input.iter().map(|entry| (entry.key.to_string(), value_text(&entry.value))).collect(),
    }
}

fn output(output: &Node) -> Vec<Output> {
    let mut shown = Vec::new();
    for entry in output.as_map().map_or(&[][..], Map::entries) {
        let (true, Some(items)) = (matches!(&*entry.key, "links" | "text"), entry.value.as_seq()) else {
            shown.push(Output {
                title: entry.key.to_string(),
                value: Some(value_text(&entry.value)),
                content: None,
                condition: None,
            });
            continue;
        };
        for item in items {
            let said = |key: &str| item.get(key).map(value_text);
            let value = said("url").or_else(|| said("entityRef"));
            let content = item.get("content").and_then(Node::as_str);
            shown.push(Output {
                title: said("title").or_else(|| value.clone()).unwrap_or_else(|| "Text".to_owned()),
                value,
                content: content.map(|text| commonmark::block_with(text, &context::outward)),
                condition: said("if"),
            });
        }
    }
    shown
}
