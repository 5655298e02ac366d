//! The form of a template: pages, which of them are shown, what holds without an answer, and whether answers fit.

use serde_json::{Map, Value as Json};

use super::budget;
use super::language::{self, Host, Record, Value};
use super::schema::{self, Misfit};

/// A misfit of a page, or of the secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The page, from 0.
    pub page: usize,
    /// What does not fit.
    pub misfit: Misfit,
    /// Whether it is a secret.
    pub secret: bool,
}

/// Returns the pages of a form; a form with one page need not be a list.
#[must_use]
pub fn pages(parameters: Option<&Json>) -> Vec<Json> {
    match parameters {
        Some(Json::Array(pages)) => pages.clone(),
        Some(page @ Json::Object(_)) => vec![page.clone()],
        _ => Vec::new(),
    }
}

/// Returns whether a page is shown, given the answers so far.
#[must_use]
pub fn is_shown(page: &Json, values: &Map<String, Json>, host: &Host<'_>) -> bool {
    match page.get("when") {
        Some(Json::Bool(shown)) => *shown,
        Some(Json::String(text)) if text.is_empty() => true,
        Some(Json::String(text)) => {
            let source = if text.contains("${{") { text.clone() } else { format!("${{{{ {text} }}}}") };
            let parameters = Value::from_json(&Json::Object(values.clone()));
            let context = Record::new([("parameters".into(), parameters)]);
            match language::render_value(&source, &context, host) {
                Ok(value) => is_truthy(&value),
                Err(_) => true,
            }
        }
        _ => true,
    }
}

/// Returns whether a condition holds: as in JavaScript, but that an empty list does not.
#[must_use]
pub fn is_truthy(value: &Value) -> bool {
    match value {
        Value::List(list) => !list.is_empty(),
        other => other.truthy(),
    }
}

/// Takes away the answers to pages that are not shown; returns which are not.
pub fn hide(pages: &[Json], values: &mut Map<String, Json>, host: &Host<'_>) -> Vec<usize> {
    let mut hidden = Vec::new();
    let mut shown: Vec<&Json> = Vec::new();
    // A later condition sees the answers without those that are gone.
    let listed: Vec<bool> = pages
        .iter()
        .enumerate()
        .map(|(at, page)| {
            if pages.len() > 1 && !is_shown(page, values, host) {
                hidden.push(at);
                let others = pages.iter().enumerate().filter(|(other, _)| *other != at && !hidden.contains(other));
                let others: Vec<&Json> = others.map(|(_, page)| page).collect();
                drop_declared(page, &others, values);
                false
            } else {
                true
            }
        })
        .collect();
    shown.extend(pages.iter().zip(listed).filter(|(_, shown)| *shown).map(|(page, _)| page));
    hidden
}

/// Takes away the properties that a schema declares, unless one of the others declares them too.
fn drop_declared(schema: &Json, others: &[&Json], values: &mut Map<String, Json>) {
    let Some(properties) = schema.get("properties").and_then(Json::as_object) else { return };
    for (name, property) in properties {
        let declared: Vec<&Json> = others
            .iter()
            .filter_map(|other| other.get("properties").and_then(|properties| properties.get(name)))
            .collect();
        let Some(value) = values.get_mut(name) else { continue };
        match value {
            Json::Object(inner) if property.get("properties").is_some_and(Json::is_object) => {
                drop_declared(property, &declared, inner);
                if inner.is_empty() && declared.is_empty() {
                    values.shift_remove(name);
                }
            }
            _ if declared.is_empty() => {
                values.shift_remove(name);
            }
            _ => {}
        }
    }
}

/// Checks the answers against the pages that are shown, and the secrets.
#[must_use]
pub fn check(
    pages: &[Json],
    hidden: &[usize],
    values: &Map<String, Json>,
    secrets: Option<&Json>,
    given: &Map<String, Json>,
) -> Vec<Fault> {
    let value = Value::from_json(&Json::Object(values.clone()));
    let mut faults = Vec::new();
    for (page, schema) in pages.iter().enumerate().filter(|(page, _)| !hidden.contains(page)) {
        faults.extend(schema::check(schema, &value).into_iter().map(|misfit| Fault { page, misfit, secret: false }));
    }
    if let Some(schema) = secrets {
        let value = Value::from_json(&Json::Object(given.clone()));
        let misfits = schema::check(schema, &value).into_iter();
        faults.extend(misfits.map(|mut misfit| {
            // The value of a secret must not be shown.
            misfit.message = match misfit.keyword.as_str() {
                "required" => "is missing".to_owned(),
                keyword => format!("does not fit its schema ({keyword})"),
            };
            Fault { page: 0, misfit, secret: true }
        }));
    }
    faults
}

/// Fills in the defaults as the form does, page by page.
pub fn fill(pages: &[Json], values: &mut Map<String, Json>, host: &Host<'_>) {
    for page in pages {
        if pages.len() > 1 && !is_shown(page, values, host) {
            continue;
        }
        fill_page(page, values);
    }
}

/// Fills in the defaults of one page.
pub fn fill_page(page: &Json, values: &mut Map<String, Json>) {
    let given = Json::Object(values.clone());
    let (defaults, _) = budget::within(MAX_STEPS, || {
        let schema = effective(page, page, Some(&given), 0);
        default_of(page, &schema, None, Some(&given), 0)
    });
    if let Some(defaults) = defaults
        && let Json::Object(merged) = merged(Some(defaults), Some(given)).unwrap_or_default()
    {
        // What was given keeps its place.
        let mut next = Map::new();
        for key in values.keys() {
            if let Some(value) = merged.get(key) {
                next.insert(key.clone(), value.clone());
            }
        }
        for (key, value) in merged {
            next.entry(key).or_insert(value);
        }
        *values = next;
    }
}

/// Returns a page with the fields that it has, given the answers so far.
#[must_use]
pub fn with_answers(page: &Json, values: &Map<String, Json>) -> Json {
    budget::within(MAX_STEPS, || effective(page, page, Some(&Json::Object(values.clone())), 0)).0
}

const MAX_DEPTH: usize = 40;
/// How many steps the form of a page may take to be made: a schema that refers to itself twice would double them with each
/// level.
const MAX_STEPS: u64 = 500_000;

/// Takes what it costs to copy a value; says whether that was left.
fn can_copy(value: &Json) -> bool {
    fn parts(value: &Json) -> u64 {
        match value {
            Json::Array(items) => 1 + items.iter().map(parts).sum::<u64>(),
            Json::Object(entries) => 1 + entries.values().map(parts).sum::<u64>(),
            _ => 1,
        }
    }
    budget::take(parts(value)).is_ok()
}

/// Returns a schema with what holds for these values put in: references, branches, dependencies.
fn effective(root: &Json, schema: &Json, data: Option<&Json>, depth: usize) -> Json {
    let Json::Object(entries) = schema else { return schema.clone() };
    if depth > MAX_DEPTH || !can_copy(schema) {
        return schema.clone();
    }
    let mut out = entries.clone();
    if let Some(Json::String(reference)) = out.shift_remove("$ref") {
        let target = schema::resolve(root, &reference).filter(|target| can_copy(target)).cloned().unwrap_or_default();
        let merged = combined(target, Json::Object(out));
        return effective(root, &merged, data, depth + 1);
    }
    let value = || data.map_or_else(|| Value::record([]), Value::from_json);
    let mut parts = Vec::new();
    if let Some(condition) = out.shift_remove("if") {
        let holds = schema::fits(root, &condition, &value());
        let (then, otherwise) = (out.shift_remove("then"), out.shift_remove("else"));
        parts.extend(if holds { then } else { otherwise });
    }
    if let Some(Json::Object(dependencies)) = out.shift_remove("dependencies") {
        for (key, dependency) in dependencies {
            let Some(given) = data.and_then(|data| data.get(&key)) else { continue };
            let Json::Object(mut dependency) = dependency else { continue };
            if let Some(Json::Array(options)) = dependency.shift_remove("oneOf") {
                let fitting = options.into_iter().find(|option| {
                    let property = option.get("properties").and_then(|properties| properties.get(&key));
                    property.is_some_and(|property| schema::fits(root, property, &Value::from_json(given)))
                });
                if let Some(mut option) = fitting {
                    if let Some(Json::Object(properties)) = option.get_mut("properties") {
                        properties.shift_remove(&key);
                    }
                    parts.push(option);
                }
            }
            parts.push(Json::Object(dependency));
        }
    }
    if let Some(Json::Array(all)) = out.shift_remove("allOf") {
        parts.extend(all);
    }
    parts.into_iter().fold(Json::Object(out), |whole, part| combined(whole, effective(root, &part, data, depth + 1)))
}

/// Puts one schema into another.
fn combined(left: Json, right: Json) -> Json {
    match (left, right) {
        (Json::Object(mut left), Json::Object(right)) => {
            for (key, value) in right {
                let before = left.get_mut(&key).map(Json::take);
                let value = match before {
                    Some(before) => combined(before, value),
                    None => value,
                };
                left.insert(key, value);
            }
            Json::Object(left)
        }
        (Json::Array(mut left), Json::Array(right)) => {
            for item in right {
                if !left.contains(&item) {
                    left.push(item);
                }
            }
            Json::Array(left)
        }
        (_, right) => right,
    }
}

/// Returns what holds without an answer.
fn default_of(
    root: &Json,
    schema: &Json,
    from_parent: Option<Json>,
    data: Option<&Json>,
    depth: usize,
) -> Option<Json> {
    if depth > MAX_DEPTH || !can_copy(schema) {
        return from_parent;
    }
    let own = schema.get("default").filter(|default| !default.is_null());
    let mut defaults = from_parent;
    if let Some(value) = schema.get("const") {
        defaults = Some(value.clone());
    } else if let (Some(Json::Object(_)), Some(own @ Json::Object(_))) = (&defaults, own) {
        defaults = defaults.map(|defaults| overlaid(defaults, own.clone()));
    } else if let Some(own) = own {
        defaults = Some(own.clone());
    }
    for union in ["oneOf", "anyOf"] {
        if let Some(Json::Array(options)) = schema.get(union)
            && let Some(first) = options.first()
        {
            let fitting =
                data.and_then(|data| options.iter().find(|option| schema::fits(root, option, &Value::from_json(data))));
            let mut rest = schema.clone();
            if let Json::Object(rest) = &mut rest {
                rest.shift_remove(union);
                rest.shift_remove("default");
            }
            let chosen = combined(rest, fitting.unwrap_or(first).clone());
            let chosen = effective(root, &chosen, data, depth + 1);
            return default_of(root, &chosen, defaults, data, depth + 1);
        }
    }
    match type_of(schema) {
        Some("object") => {
            let mut out = Map::new();
            let properties = schema.get("properties").and_then(Json::as_object);
            for (name, property) in properties.into_iter().flatten() {
                let inner = data.and_then(|data| data.get(name));
                let property = effective(root, property, inner, depth + 1);
                let parent = defaults.as_ref().and_then(|defaults| defaults.get(name)).cloned();
                let value = default_of(root, &property, parent, inner, depth + 1);
                // An object without anything in it is made only where one must be.
                let must = || {
                    schema
                        .get("required")
                        .and_then(Json::as_array)
                        .is_some_and(|names| names.iter().any(|known| known == name))
                };
                if let Some(value) = value
                    && (value.as_object().is_none_or(|entries| !entries.is_empty()) || must())
                {
                    out.insert(name.clone(), value);
                }
            }
            let additional =
                schema.get("additionalProperties").is_some_and(|additional| additional != &Json::Bool(false));
            if additional && let Some(Json::Object(defaults)) = defaults {
                for (name, value) in defaults {
                    out.entry(name).or_insert(value);
                }
            }
            Some(Json::Object(out))
        }
        Some("array") => {
            let items = schema.get("items");
            let item_default = |from_parent: Option<Json>, data: Option<&Json>| {
                let item = items.filter(|items| items.is_object())?;
                let item = effective(root, item, data, depth + 1);
                default_of(root, &item, from_parent, data, depth + 1)
            };
            let mut list: Option<Vec<Json>> = match defaults {
                Some(Json::Array(values)) => Some(
                    values.into_iter().map(|value| item_default(Some(value.clone()), None).unwrap_or(value)).collect(),
                ),
                _ => None,
            };
            if let Some(Json::Array(given)) = data {
                let values = given.iter().enumerate().map(|(at, item)| {
                    let parent = list.as_ref().and_then(|list| list.get(at)).cloned();
                    item_default(parent, Some(item)).unwrap_or_else(|| item.clone())
                });
                list = Some(values.collect());
            }
            let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or(0).min(1000) as usize;
            let several = schema.get("uniqueItems") == Some(&Json::Bool(true))
                && items.is_some_and(|items| items.get("enum").is_some());
            let mut list = list.unwrap_or_default();
            while !several && list.len() < least {
                list.push(item_default(None, None).unwrap_or(Json::Null));
            }
            Some(Json::Array(list))
        }
        _ => defaults,
    }
}

fn type_of(schema: &Json) -> Option<&str> {
    match schema.get("type") {
        Some(Json::String(name)) => Some(name),
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).find(|name| *name != "null"),
        _ if schema.get("properties").is_some() || schema.get("additionalProperties").is_some() => Some("object"),
        _ => None,
    }
}

/// Puts one value over another, key by key.
fn overlaid(under: Json, over: Json) -> Json {
    match (under, over) {
        (Json::Object(mut under), Json::Object(over)) => {
            for (key, value) in over {
                let before = under.get_mut(&key).map(Json::take);
                let value = match before {
                    Some(before) => overlaid(before, value),
                    None => value,
                };
                under.insert(key, value);
            }
            Json::Object(under)
        }
        (_, over) => over,
    }
}

/// Puts what was given over the defaults.
fn merged(defaults: Option<Json>, given: Option<Json>) -> Option<Json> {
    match (defaults, given) {
        (Some(Json::Object(mut defaults)), Some(Json::Object(given))) => {
            for (key, value) in given {
                let before = defaults.get_mut(&key).map(Json::take);
                if let Some(value) = merged(before, Some(value)) {
                    defaults.insert(key, value);
                }
            }
            Some(Json::Object(defaults))
        }
        (Some(Json::Array(defaults)), Some(Json::Array(given))) => {
            let mut defaults = defaults.into_iter().map(Some).collect::<Vec<_>>();
            let values = given.into_iter().enumerate().map(|(at, value)| {
                merged(defaults.get_mut(at).and_then(Option::take), Some(value)).unwrap_or_default()
            });
            Some(Json::Array(values.collect()))
        }
        (_, Some(given)) => Some(given),
        (defaults, None) => defaults,
    }
}
