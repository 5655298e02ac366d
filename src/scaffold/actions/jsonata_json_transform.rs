//! `roadiehq:utils:jsonata:json:transform`: asks a JSON file in JSONata.

use serde_json::Value as Json;

use super::json_merge::{parse, pretty};
use super::{Done, Work, jsonata, needed, serialize_json, text};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let path = needed(input, "path")?;
    let data = parse(&work.tree.read_text(path)?, path)?;
    let Some(mut result) = jsonata::evaluate(needed(input, "expression")?, Some(&data))? else { return Ok(()) };
    if text(input, "as") != Some("object") {
        if let Some(keys) = input.get("replacer").and_then(Json::as_array) {
            result = serialize_json::kept(result, &keys.iter().filter_map(Json::as_str).collect::<Vec<_>>());
        }
        result = Json::String(pretty(&result, text(input, "space").unwrap_or_default()));
    }
    work.give("result", result);
    Ok(())
}
