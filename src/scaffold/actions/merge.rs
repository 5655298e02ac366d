//! `roadiehq:utils:merge`: puts values into a JSON or YAML file.

use serde_json::Value as Json;

use super::json_merge::{merged, parse, pretty};
use super::{Done, Work, absolute, failed, flag, needed, text};
use crate::scaffold::failure::{Code, StepError};
use crate::scaffold::{yaml_in, yaml_text};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let path = needed(input, "path")?;
    let place = work.tree.resolve(path)?;
    if work.tree.get(&place).is_none() {
        return Err(StepError::new(Code::NotFound, format!("there is no `{path}`")));
    }
    let original = work.tree.read_text(path)?;
    let joins = flag(input, "mergeArrays");
    let wrong = |error: String| failed(format!("`{path}` cannot be read: {error}"));
    let extension = place.rsplit_once('.').map_or("", |(_, extension)| extension);
    let text = match extension {
        "json" => {
            let content = match input.get("content") {
                Some(Json::String(text)) => parse(text, "content")?,
                other => other.cloned().unwrap_or_default(),
            };
            let existing = yaml_in::document(&original).map_err(wrong)?;
            pretty(&merged(existing, content, joins), "  ")
        }
        "yml" | "yaml" => {
            let content = match input.get("content") {
                Some(Json::String(text)) => {
                    yaml_in::document(text).map_err(|error| failed(format!("`content` is no YAML: {error}")))?
                }
                other => other.cloned().unwrap_or_default(),
            };
            let documents = yaml_in::documents(&original).map_err(wrong)?;
            let written: Vec<String> =
                merged_documents(documents, content, input, joins)?.iter().map(yaml_text::write).collect();
            if flag(input, "preserveYamlComments") {
                work.say("Comments are not kept");
            }
            written.join("---\n")
        }
        _ => return Ok(()),
    };
    work.tree.write(path, text.into_bytes(), None)?;
    work.give("path", absolute(&place));
    Ok(())
}

fn merged_documents(documents: Vec<Json>, content: Json, input: &Json, joins: bool) -> Result<Vec<Json>, StepError> {
    match documents.len() {
        0 => Err(failed("the file has no documents")),
        1 => Ok(documents.into_iter().map(|document| merged(document, content.clone(), joins)).collect()),
        _ => {
            let Some(chosen) = input.get("useDocumentIncludingField") else {
                return Err(failed(
                    "the file has several documents; `useDocumentIncludingField` says which one is meant",
                ));
            };
            let (key, wanted) = (text(chosen, "key").unwrap_or_default(), text(chosen, "value").unwrap_or_default());
            documents
                .into_iter()
                .map(|document| {
                    let found = match document.get(key) {
                        Some(Json::String(text)) => text.clone(),
                        Some(Json::Number(number)) => number.to_string(),
                        _ => return Err(failed(format!("`{key}` must be a text or a number in every document"))),
                    };
                    Ok(if found == wanted { merged(document, content.clone(), joins) } else { document })
                })
                .collect()
        }
    }
}
