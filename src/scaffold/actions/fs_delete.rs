//! `fs:delete`: deletes the files that fit patterns.

use serde_json::Value as Json;

use super::glob::Globs;
use super::{Done, Work, failed};
use crate::scaffold::tree::{Entry, joined};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let Some(files) = input.get("files").and_then(Json::as_array) else { return Err(failed("`files` is no list")) };
    for file in files {
        let Some(pattern) = file.as_str() else { return Err(failed("a pattern is missing in `files`")) };
        work.tree.resolve(pattern)?;
        let plain = joined("", pattern).unwrap_or_default();
        let pattern = if plain.is_empty() { "**".to_owned() } else { plain };
        let globs = Globs::literal_start(&pattern)?;
        let gone: Vec<String> = work
            .tree
            .entries()
            .filter(|(path, entry)| !matches!(entry, Entry::Folder) && globs.matches(path))
            .map(|(path, _)| path.to_owned())
            .collect();
        for path in gone {
            work.tree.remove(&path);
            work.say(format!("File {path} deleted successfully"));
        }
    }
    Ok(())
}
