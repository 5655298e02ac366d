//! Makes up values that fit the form of a template, for a template without examples.

use serde_json::{Map, Value as Json, json};

use super::{Made, Surroundings};
use crate::scaffold::language::{Host, Value};
use crate::scaffold::report::Status;
use crate::scaffold::template::Template;
use crate::scaffold::{parameters, schema};

/// Runs a template with values that fit its form; `None` if none are found.
pub(super) fn made_up(template: &Template, surroundings: &Surroundings<'_>) -> Option<Made> {
    let host = Host { hosts: &surroundings.hosts, status: None };
    let pages = parameters::pages(template.spec("parameters"));
    let mut values = Map::new();
    // What is asked depends on what was answered.
    for _ in 0..4 {
        parameters::fill(&pages, &mut values, &host);
        for page in &pages {
            let asked = parameters::with_answers(page, &values);
            invent(page, &asked, &mut values, 0);
        }
    }
    let made = surroundings.run(template, values, &Map::new(), None);
    (made.status == Status::Completed).then(|| Made { name: "made-up".to_owned(), is_made_up: true, ..made })
}

/// Adds what is required and missing.
fn invent(page: &Json, schema: &Json, values: &mut Map<String, Json>, depth: usize) {
    let required = schema.get("required").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    for name in required.iter().filter_map(Json::as_str) {
        if values.contains_key(name) {
            continue;
        }
        let Some(property) = schema.get("properties").and_then(|properties| properties.get(name)) else { continue };
        if let Some(value) = invented(page, property, depth) {
            values.insert(name.to_owned(), value);
        }
    }
}

fn invented(page: &Json, property: &Json, depth: usize) -> Option<Json> {
    if depth > 8 {
        return None;
    }
    let fits = |value: &Json| schema::fits(page, property, &Value::from_json(value));
    let given = |key: &str| property.get(key).and_then(Json::as_array).and_then(|values| values.first()).cloned();
    let field = property.get("ui:field").and_then(Json::as_str).unwrap_or_default();
    let option = |name: &str| property.get("ui:options").and_then(|options| options.get(name));
    let first = |name: &str| option(name).and_then(Json::as_array).and_then(|all| all.first()).and_then(Json::as_str);
    let mut tries: Vec<Json> =
        [given("enum"), given("examples"), property.get("const").cloned()].into_iter().flatten().collect();
    tries.extend(given("oneOf").and_then(|first| first.get("const").cloned()));
    if field == "RepoUrlPicker" {
        let (host, owner) =
            (first("allowedHosts").unwrap_or("github.com"), first("allowedOwners").unwrap_or("example"));
        tries.push(json!(format!("{host}?owner={owner}&repo=example")));
    }
    if field.contains("Owner") || field.contains("Group") {
        tries.push(json!("group:default/example"));
    } else if field == "EntityPicker" {
        tries.push(json!("component:default/example"));
    }
    match property.get("type").and_then(Json::as_str) {
        Some("boolean") => tries.push(json!(true)),
        Some("integer" | "number") => {
            tries.extend([property.get("minimum").cloned(), property.get("maximum").cloned()].into_iter().flatten());
            tries.extend([1, 0, 10, 100, 8080].map(|number| json!(number)));
        }
        Some("array") => {
            let item = property.get("items").and_then(|items| invented(page, items, depth + 1));
            tries.extend([json!([]), json!([item])]);
        }
        Some("object") => {
            let mut inner = Map::new();
            invent(page, property, &mut inner, depth + 1);
            tries.push(Json::Object(inner));
        }
        _ => {
            let holder = property.get("ui:placeholder").and_then(Json::as_str);
            let words = [
                "example",
                "Example",
                "An example",
                "com.example",
                "example.com",
                "https://example.com",
                "a@example.com",
                "EX-1",
                "EX1",
                "ex1",
                "1",
                "123456789012",
                "1.0.0",
                "10.0.0.0/16",
                "us-east-1",
                "2026-01-01",
                "a",
            ];
            tries.extend(holder.into_iter().chain(words).map(|word| json!(word)));
        }
    }
    tries.into_iter().find(fits)
}
