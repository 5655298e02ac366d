//! A Template entity, read and checked.

use serde_json::{Map, Value as Json, json};

use super::language::Value;
use super::schema;
use super::source::{self, Source};
use super::tree::parent;

/// The only version that is understood.
pub const API_VERSION: &str = "scaffolder.backstage.io/v1beta3";

/// A template, ready to run.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its reference, `template:namespace/name`.
    pub reference: String,
    /// The whole entity, placeholders resolved.
    pub entity: Json,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// The path of its file in the repository.
    pub file: String,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its id, given or made from its place.
    pub id: String,
    /// Its name, or that of its action.
    pub name: String,
    /// The action.
    pub action: String,
    /// Its inputs as written.
    pub input: Option<Json>,
    /// Its condition as written.
    pub condition: Option<Json>,
    /// What it is repeated for, as written.
    pub each: Option<Json>,
}

impl Template {
    /// Reads an entity; says all that is wrong with it.
    ///
    /// # Errors
    /// What makes it no template.
    pub fn new(entity: Json, file: &str) -> Result<Self, Vec<String>> {
        let misfits = schema::check(&shape(), &Value::from_json(&entity));
        if !misfits.is_empty() {
            return Err(misfits.into_iter().map(|misfit| format!("`{}` {}", misfit.pointer, misfit.message)).collect());
        }
        let text = |value: &Json, key: &str| value.get(key).and_then(Json::as_str).map(str::to_owned);
        let metadata = &entity["metadata"];
        let name = text(metadata, "name").unwrap_or_default();
        let namespace = text(metadata, "namespace").unwrap_or_else(|| "default".to_owned());
        let steps = entity["spec"]["steps"].as_array().into_iter().flatten().enumerate().map(|(at, step)| {
            let action = text(step, "action").unwrap_or_default();
            Step {
                id: text(step, "id").unwrap_or_else(|| format!("step-{}", at + 1)),
                name: text(step, "name").unwrap_or_else(|| action.clone()),
                action,
                input: step.get("input").cloned(),
                condition: step.get("if").cloned(),
                each: step.get("each").cloned(),
            }
        });
        let steps = steps.collect();
        let reference = format!("template:{}/{}", namespace.to_lowercase(), name.to_lowercase());
        Ok(Self { reference, steps, entity, file: file.to_owned() })
    }

    /// Returns a part of the specification.
    #[must_use]
    pub fn spec(&self, key: &str) -> Option<&Json> {
        self.entity["spec"].get(key)
    }

    /// Returns the folder of its file.
    #[must_use]
    pub fn folder(&self) -> &str {
        parent(&self.file)
    }
}

/// Returns whether an entity means to be a template.
#[must_use]
pub fn is_template(entity: &Json) -> bool {
    entity.get("kind").and_then(Json::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("template"))
}

fn shape() -> Json {
    let text = json!({"type": "string"});
    let condition = json!({"type": ["string", "boolean"]});
    let texts = json!({"type": "string", "minLength": 1});
    let page = json!({"type": "object"});
    let link = json!({"type": "object", "properties": {
        "url": texts, "entityRef": texts, "title": texts, "icon": texts, "if": condition}});
    let content = json!({"type": "object", "properties": {
        "title": texts, "icon": texts, "content": text, "if": condition}});
    json!({
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": {"enum": [API_VERSION]},
            "kind": {"enum": ["Template"]},
            "metadata": {"type": "object", "required": ["name"], "properties": {"name": texts, "namespace": texts}},
            "spec": {
                "type": "object",
                "required": ["type", "steps"],
                "properties": {
                    "type": texts,
                    "owner": texts,
                    "lifecycle": texts,
                    "parameters": {"oneOf": [page, {"type": "array", "items": page}]},
                    "secrets": {"type": "object", "properties": {"schema": page}},
                    "steps": {"type": "array", "items": {
                        "type": "object",
                        "required": ["action"],
                        "properties": {
                            "id": text, "name": text, "action": text, "if": condition, "input": {"type": "object"},
                        },
                    }},
                    "output": {
                        "type": "object",
                        "properties": {
                            "links": {"type": "array", "items": link},
                            "text": {"type": "array", "items": content},
                        },
                        "additionalProperties": {"type": "string"},
                    },
                },
            },
        },
    })
}

/// Puts the content of files in the place of `$text`, `$json` and `$yaml`.
///
/// # Errors
/// When a file cannot be read.
pub fn fill_placeholders(value: &mut Json, source: &dyn Source, folder: &str) -> Result<(), String> {
    fill_at(value, source, folder, 0)
}

fn fill_at(value: &mut Json, source: &dyn Source, folder: &str, depth: usize) -> Result<(), String> {
    if depth > 200 {
        return Ok(());
    }
    match value {
        Json::Array(items) => items.iter_mut().try_for_each(|item| fill_at(item, source, folder, depth + 1)),
        Json::Object(entries) => {
            if let Some(filled) = placeholder(entries, source, folder)? {
                *value = filled;
                return Ok(());
            }
            entries.values_mut().try_for_each(|entry| fill_at(entry, source, folder, depth + 1))
        }
        _ => Ok(()),
    }
}

fn placeholder(entries: &Map<String, Json>, source: &dyn Source, folder: &str) -> Result<Option<Json>, String> {
    let mut both = entries.iter();
    let (Some((key, Json::String(url))), None) = (both.next(), both.next()) else { return Ok(None) };
    if !matches!(key.as_str(), "$text" | "$json" | "$yaml") {
        return Ok(None);
    }
    let path = source::locate(source, folder, url).map_err(|error| error.to_string())?;
    let (bytes, _) = source::file(source, &path, url).map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match key.as_str() {
        "$text" => Ok(Some(Json::String(text))),
        "$json" => serde_json::from_str(&text).map(Some).map_err(|error| format!("`{url}`: {error}")),
        _ => super::yaml_in::document(&text).map(Some).map_err(|error| format!("`{url}`: {error}")),
    }
}
