//! `roadiehq:utils:jsonata:yaml:transform`: asks a YAML file in JSONata.

use serde_json::Value as Json;

use super::{Done, Work, failed, flag, jsonata, needed, text};
use crate::scaffold::{yaml_in, yaml_text};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let path = needed(input, "path")?;
    let content = work.tree.read_text(path)?;
    let wrong = |error: String| failed(format!("`{path}` cannot be read: {error}"));
    let data = if flag(input, "loadAll") {
        Json::Array(yaml_in::documents(&content).map_err(wrong)?)
    } else {
        yaml_in::document(&content).map_err(wrong)?
    };
    let Some(mut result) = jsonata::evaluate(needed(input, "expression")?, Some(&data))? else { return Ok(()) };
    if text(input, "as") != Some("object") {
        result = Json::String(yaml_text::write(&result));
    }
    work.give("result", result);
    Ok(())
}
