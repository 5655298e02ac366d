//! `roadiehq:utils:fs:parse`: reads a file.

use serde_json::Value as Json;

use super::{Done, Work, failed, needed, text};
use crate::scaffold::yaml_in;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let path = needed(input, "path")?;
    let content = work.tree.read_text(path)?;
    let wrong = |error: String| failed(format!("`{path}` cannot be read: {error}"));
    let content = match text(input, "parser") {
        Some("json") => serde_json::from_str(&content).map_err(|error| wrong(error.to_string()))?,
        Some("yaml") => yaml_in::document(&content).map_err(wrong)?,
        Some("multiyaml") => Json::Array(yaml_in::documents(&content).map_err(wrong)?),
        _ => Json::String(content),
    };
    work.give("content", content);
    Ok(())
}
