//! Fields of `spec` that neither facts nor relations nor other cards show.

use serde::Serialize;

use super::form::scalar;
use super::{Card, Content};
use crate::catalog::{Entity, EntityId, kinds};
use crate::site::context::is_web;
use crate::site::{PageContext, relations, yaml_highlight};
use crate::yaml::{Map, Node, Value};

/// The card.
pub struct Properties;

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    properties: Vec<Property>,
}

/// A field of `spec` that no card shows.
#[derive(Debug, Serialize)]
struct Property {
    name: String,
    title: String,
    text: Option<String>,
    /// Where the text leads.
    href: Option<String>,
    items: Vec<String>,
    /// HTML of a nested value.
    code: Option<String>,
}

impl Card for Properties {
    fn name(&self) -> &'static str {
        "properties"
    }

    fn content(&self, view: &PageContext<'_>, id: EntityId) -> Option<Box<dyn Content>> {
        let properties = properties(view.entity(id));
        if properties.is_empty() { None } else { Some(Box::new(Model { properties })) }
    }
}

/// Returns the fields of `spec` that neither facts nor relations nor cards show.
fn properties(entity: &Entity) -> Vec<Property> {
    let known = kinds::of(entity.reference.kind()).map_or(&[][..], |kind| kind.shown);
    let entries = entity.spec().map_or(&[][..], Map::entries);
    let common = ["type", "lifecycle", "owner"];
    let shown = entries.iter().filter(|entry| !common.contains(&&*entry.key) && !known.contains(&&*entry.key));
    shown.map(|entry| property(&entry.key, &entry.value)).collect()
}

fn property(name: &str, value: &Node) -> Property {
    let mut property = Property {
        name: name.to_owned(),
        title: relations::words(name),
        text: None,
        href: None,
        items: Vec::new(),
        code: None,
    };
    match &value.value {
        Value::Seq(items) if items.iter().all(is_scalar) => property.items = items.iter().map(scalar).collect(),
        Value::Seq(_) | Value::Map(_) => {
            let yaml = serde_yaml::to_string(value).unwrap_or_default();
            property.code = Some(yaml_highlight::paint(&yaml));
        }
        _ => {
            let text = scalar(value);
            property.href = is_web(&text).then(|| text.clone());
            property.text = Some(text);
        }
    }
    property
}

fn is_scalar(node: &Node) -> bool {
    !matches!(node.value, Value::Seq(_) | Value::Map(_))
}
