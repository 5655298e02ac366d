//! `catalog:fetch`: entities of the catalog.

use serde_json::Value as Json;

use super::{Done, Work, failed, flag, text};
use crate::catalog::EntityRef;
use crate::scaffold::failure::{Code, StepError};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let one = text(input, "entityRef").filter(|reference| !reference.is_empty());
    let many = input.get("entityRefs").and_then(Json::as_array);
    let optional = flag(input, "optional");
    if one.is_none() && many.is_none() {
        return if optional { Ok(()) } else { Err(failed("neither `entityRef` nor `entityRefs` is given")) };
    }
    let kind = text(input, "defaultKind");
    let namespace = text(input, "defaultNamespace").unwrap_or("default");
    let find = |reference: &str| {
        let full = EntityRef::parse(reference, kind, namespace).map_err(|_| {
            failed(format!("`{reference}` is no reference of an entity: it has the form kind:namespace/name"))
        })?;
        match (work.catalog)(full.as_str()) {
            Some(entity) => Ok(entity),
            None if optional => Ok(Json::Null),
            None => Err(StepError::new(Code::NotFound, format!("there is no `{full}` in the catalog"))),
        }
    };
    let found = one.map(find).transpose()?;
    let entities =
        many.map(|many| many.iter().filter_map(Json::as_str).map(find).collect::<Result<Vec<_>, _>>()).transpose()?;
    if let Some(entity) = found {
        work.give("entity", entity);
    }
    if let Some(entities) = entities {
        work.give("entities", Json::Array(entities));
    }
    Ok(())
}
