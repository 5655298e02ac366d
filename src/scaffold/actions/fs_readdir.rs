//! `fs:readdir`: lists folders.

use serde_json::{Value as Json, json};

use super::{Done, Work, absolute, failed, flag};
use crate::scaffold::failure::{Code, StepError};
use crate::scaffold::tree::Entry;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let recursive = flag(input, "recursive");
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for path in input.get("paths").and_then(Json::as_array).into_iter().flatten() {
        let Some(path) = path.as_str() else { return Err(failed("a path is missing in `paths`")) };
        let place = work.tree.resolve(path)?;
        match work.tree.get(&place) {
            Some(Entry::Folder) => {}
            Some(_) => return Err(failed(format!("`{path}` is no folder"))),
            None => return Err(StepError::new(Code::NotFound, format!("there is no folder `{path}`"))),
        }
        for below in work.tree.below(&place) {
            let start = if place.is_empty() { 0 } else { place.len() + 1 };
            let name = below.rsplit('/').next().unwrap_or_default();
            if !recursive && below[start..].contains('/') {
                continue;
            }
            let element = json!({"name": name, "path": below, "fullPath": absolute(&below)});
            let is_folder = matches!(work.tree.get(&below), Some(Entry::Folder));
            if is_folder { folders.push(element) } else { files.push(element) }
        }
    }
    work.give("files", Json::Array(files));
    work.give("folders", Json::Array(folders));
    Ok(())
}
