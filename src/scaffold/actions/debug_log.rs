//! `debug:log`: says something, or what is in the folder.

use serde_json::Value as Json;

use super::{Done, Work, text};
use crate::scaffold::tree::Entry;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    work.say(serde_json::to_string_pretty(input).unwrap_or_default());
    if let Some(message) = text(input, "message").filter(|message| !message.is_empty()) {
        work.say(message);
    }
    let list = input.get("listWorkspace").unwrap_or(&Json::Null);
    if matches!(list, Json::Null | Json::Bool(false)) {
        return Ok(());
    }
    let with_contents = list.as_str() == Some("with-contents");
    let files: Vec<String> = work
        .tree
        .entries()
        .filter(|(_, entry)| !matches!(entry, Entry::Folder))
        .map(|(path, _)| {
            if !with_contents {
                return format!("  - {path}");
            }
            match work.tree.read_text(path) {
                Ok(content) => format!(" - {path}:\n\n  {content}"),
                Err(_) => format!(" - {path}: [skipped]"),
            }
        })
        .collect();
    work.say(format!("Workspace:\n{}", files.join("\n")));
    Ok(())
}
