//! `roadiehq:utils:json:merge`: puts values into a JSON file.

use serde_json::Value as Json;

use super::{Done, Work, absolute, failed, flag, needed};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let path = needed(input, "path")?;
    let place = work.tree.resolve(path)?;
    let before = if work.tree.get(&place).is_some() { Some(work.tree.read_text(path)?) } else { None };
    let existing = match &before {
        Some(text) => parse(text, path)?,
        None => Json::Object(serde_json::Map::new()),
    };
    let content = content(input)?;
    let indent = match (flag(input, "matchFileIndent"), &before) {
        (true, Some(text)) => indent_of(text).max(2 * usize::from(indent_of(text) == 0)),
        (true, None) => return Err(failed(format!("there is no `{path}` whose indentation could be matched"))),
        _ => 2,
    };
    let merged = merged(existing, content, flag(input, "mergeArrays"));
    work.tree.write(path, pretty(&merged, &" ".repeat(indent.min(10))).into_bytes(), None)?;
    work.give("path", absolute(&place));
    Ok(())
}

/// Returns what is to be put in, given as a value or as its text.
fn content(input: &Json) -> Result<Json, crate::scaffold::failure::StepError> {
    match input.get("content") {
        Some(Json::String(text)) => parse(text, "content"),
        Some(value) => Ok(value.clone()),
        None => Ok(Json::Null),
    }
}

pub(super) fn parse(text: &str, what: &str) -> Result<Json, crate::scaffold::failure::StepError> {
    serde_json::from_str(text).map_err(|error| failed(format!("`{what}` is no JSON: {error}")))
}

/// Returns the indentation of the first line that has one.
fn indent_of(text: &str) -> usize {
    text.lines().map(|line| line.len() - line.trim_start_matches(' ').len()).find(|indent| *indent > 0).unwrap_or(0)
}

/// Puts one value into another: objects key by key, lists joined or replaced.
pub(super) fn merged(existing: Json, content: Json, joins_lists: bool) -> Json {
    match (existing, content) {
        (Json::Object(mut existing), Json::Object(content)) => {
            for (key, value) in content {
                let before = existing.get_mut(&key).map(Json::take);
                let value = match before {
                    Some(before) => merged(before, value, joins_lists),
                    None => value,
                };
                existing.insert(key, value);
            }
            Json::Object(existing)
        }
        (Json::Array(mut existing), content) if joins_lists => {
            let added = match content {
                Json::Array(items) => items,
                other => vec![other],
            };
            for item in added {
                // Texts and numbers are not doubled; objects are never the same one.
                let scalar = !item.is_object() && !item.is_array();
                if !(scalar && existing.contains(&item)) {
                    existing.push(item);
                }
            }
            Json::Array(existing)
        }
        (_, content) => content,
    }
}

/// Writes JSON as `JSON.stringify(value, null, indent)`.
pub(super) fn pretty(value: &Json, indent: &str) -> String {
    crate::scaffold::language::stringify(value, indent)
}
