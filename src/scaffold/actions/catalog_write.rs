//! `catalog:write`: writes an entity, with the template that it was made from.

use serde_json::{Map, Value as Json};

use super::{Done, Work, failed, text};
use crate::scaffold::yaml_text;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let path = text(input, "filePath").unwrap_or("catalog-info.yaml");
    work.say(format!("Writing {path}"));
    let mut entity = input.get("entity").and_then(Json::as_object).cloned().unwrap_or_default();
    let Some(metadata) = entity.get("metadata").filter(|metadata| !metadata.is_null()) else {
        return Err(failed("the entity has no `metadata`"));
    };
    let mut metadata = metadata.as_object().cloned().unwrap_or_default();
    let mut annotations = match metadata.get("annotations") {
        Some(Json::Object(annotations)) => annotations.clone(),
        _ => Map::new(),
    };
    annotations.insert("backstage.io/source-template".to_owned(), Json::String(work.template.reference.clone()));
    metadata.insert("annotations".to_owned(), Json::Object(annotations));
    entity.insert("metadata".to_owned(), Json::Object(metadata));
    let text = yaml_text::write(&Json::Object(entity));
    work.tree.write(path, text.into_bytes(), None)?;
    Ok(())
}
