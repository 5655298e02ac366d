//! `fs:rename`: moves files and folders.

use serde_json::Value as Json;

use super::{Done, Work, failed, flag, text};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let Some(files) = input.get("files").and_then(Json::as_array) else { return Err(failed("`files` is no list")) };
    for file in files {
        let part = |name: &str| text(file, name).filter(|text| !text.is_empty());
        let (Some(from), Some(to)) = (part("from"), part("to")) else {
            return Err(failed("each file needs `from` and `to`"));
        };
        work.tree.rename(from, to, flag(file, "overwrite"))?;
        work.say(format!("File {from} renamed to {to} successfully"));
    }
    Ok(())
}
