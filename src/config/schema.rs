//! The JSON Schema of `playbill.yaml`, for editors.

use serde_json::{Map, Value, json};

use super::check::{LEVELS, rule_names};
use super::keys::ROOT;
use super::shape::{Key, Shape};
use super::values::FACTORS;
use crate::diag::Code;

/// Returns the JSON Schema (draft 2020-12) of the configuration file.
#[must_use]
pub fn json_schema() -> Value {
    let mut schema = mapping(ROOT);
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "playbill.yaml",
        "description": "Configuration of Playbill.",
    });
    if let Some(whole) = whole.as_object_mut() {
        whole.append(&mut schema);
        whole.insert("$defs".to_owned(), json!({ "severities": severities() }));
    }
    whole
}

/// Lists the rules, so that an editor can describe each.
fn severities() -> Value {
    let properties = rule_names().map(|name| {
        let about = match (name, Code::find(name)) {
            (_, Some(code)) => code.rule().summary.to_owned(),
            ("*", None) => "All rules.".to_owned(),
            (family, None) => format!("All rules of the family `{family}`."),
        };
        (name.to_owned(), json!({ "enum": LEVELS, "description": about }))
    });
    let properties: Map<String, Value> = properties.collect();
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false })
}

fn mapping(keys: &[Key]) -> Map<String, Value> {
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = Map::new();
    // What is all optional may also be nothing: a key whose whole content is commented out.
    schema.insert("type".to_owned(), if required.is_empty() { json!(["object", "null"]) } else { json!("object") });
    let properties = keys.iter().map(|key| {
        let mut schema = shape(&key.shape);
        schema.insert("description".to_owned(), json!(key.doc));
        if let Some(default) = key.default.and_then(|default| serde_json::from_str(default).ok()) {
            schema.insert("default".to_owned(), default);
        }
        (key.name.to_owned(), Value::Object(schema))
    });
    schema.insert("properties".to_owned(), Value::Object(properties.collect()));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

fn shape(shape: &Shape) -> Map<String, Value> {
    let schema = match shape {
        Shape::Text | Shape::Path | Shape::Regex | Shape::Glob | Shape::Kind | Shape::Column | Shape::Filter => {
            json!({ "type": "string", "pattern": "\\S" })
        }
        Shape::HttpUrl => json!({ "type": "string", "format": "uri", "pattern": "^\\s*[hH][tT][tT][pP][sS]?://" }),
        Shape::LinkUrl => {
            json!({ "type": "string", "format": "uri", "pattern": "^([hH][tT][tT][pP][sS]?://|mailto:)" })
        }
        Shape::Colour => json!({ "type": "string", "pattern": "^\\s*#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\\s*$" }),
        Shape::Any => json!({}),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        Shape::Factor => json!({ "type": "number", "minimum": FACTORS.0, "maximum": FACTORS.1 }),
        Shape::Count => json!({ "type": "integer", "minimum": 1 }),
        Shape::Field => json!({ "type": "string", "pattern": "^\\s*(metadata|spec|snap)\\..*[^.\\s]\\s*$" }),
        Shape::Word => json!({ "type": "string", "pattern": "^\\s*\\S+\\s*$" }),
        Shape::Period => json!({ "type": "string", "pattern": "^\\s*[1-9][0-9]{0,4}\\s*[mhdw]\\s*$" }),
        Shape::Comparison => json!({ "type": "string", "pattern": "^\\s*([<>]=?|[=!]=)\\s*-?[0-9]" }),
        Shape::Size => json!({
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": u32::MAX },
                { "type": "string", "pattern": "^\\s*[0-9]+(\\.[0-9]+)?\\s*([kKmMgG]?[bB]|[kKmMgG]([iI][bB])?)?\\s*$" },
            ],
        }),
        Shape::Level => json!({ "enum": LEVELS }),
        Shape::OneOf(words) => json!({ "enum": words }),
        Shape::Rule => json!({ "enum": rule_names().collect::<Vec<_>>() }),
        Shape::NewKind => json!({ "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]*$", "maxLength": 63 }),
        Shape::Relation => json!({ "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]*$" }),
        Shape::Schema => json!({ "type": ["object", "boolean"] }),
        Shape::List(item, least) => {
            let kind = if *least == 0 { json!(["array", "null"]) } else { json!("array") };
            json!({ "type": kind, "items": self::shape(item), "minItems": least })
        }
        Shape::Mapping(keys) => return mapping(keys),
        Shape::Named { name: Shape::Rule, .. } => json!({ "$ref": "#/$defs/severities" }),
        Shape::Named { name, value } => json!({
            "type": ["object", "null"],
            "propertyNames": self::shape(name),
            "additionalProperties": self::shape(value),
        }),
        Shape::TextOr(text, keys) => json!({ "anyOf": [self::shape(text), mapping(keys)] }),
    };
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}
