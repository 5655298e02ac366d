//! `roadiehq:utils:serialize:json`: writes a value as JSON.

use serde_json::Value as Json;

use super::json_merge::pretty;
use super::{Done, Work, text};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let data = input.get("data").cloned().unwrap_or_default();
    let keys = input.get("replacer").and_then(Json::as_array).filter(|keys| !keys.is_empty());
    let data = match keys {
        Some(keys) => kept(data, &keys.iter().filter_map(Json::as_str).collect::<Vec<_>>()),
        None => data,
    };
    work.give("serialized", Json::String(pretty(&data, text(input, "space").unwrap_or_default())));
    Ok(())
}

/// Keeps the entries of these keys, everywhere.
pub(super) fn kept(value: Json, keys: &[&str]) -> Json {
    match value {
        Json::Object(mut entries) => {
            let chosen =
                keys.iter().filter_map(|key| Some(((*key).to_owned(), kept(entries.shift_remove(*key)?, keys))));
            Json::Object(chosen.collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(|item| kept(item, keys)).collect()),
        other => other,
    }
}
