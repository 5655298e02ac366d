//! `roadiehq:utils:fs:replace`: replaces texts in files.

use serde_json::Value as Json;

use super::glob::Globs;
use super::{Done, Work, failed, flag, text};
use crate::scaffold::language::script;
use crate::scaffold::tree::{Entry, joined};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let Some(files) = input.get("files").and_then(Json::as_array) else { return Err(failed("`files` is no list")) };
    for file in files {
        let part = |name: &str| text(file, name).filter(|text| !text.is_empty());
        let Some(pattern) = part("file") else { return Err(failed("`file` is missing in `files`")) };
        let (Some(find), Some(replacement)) = (part("find"), part("replaceWith")) else {
            return Err(failed("each file needs `find` and `replaceWith`, and neither may be empty"));
        };
        work.tree.resolve(pattern)?;
        let plain = joined("", pattern).unwrap_or_default();
        let globs = Globs::of_files(&plain)?;
        let dotted = flag(file, "includeDotFiles") || plain.split('/').any(|part| part.starts_with('.'));
        let hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
        let paths: Vec<String> = work
            .tree
            .entries()
            .filter(|(path, entry)| !matches!(entry, Entry::Folder) && globs.matches(path) && (dotted || !hidden(path)))
            .map(|(path, _)| path.to_owned())
            .collect();
        for path in paths {
            let content = work.tree.read_text(&path)?;
            let (pattern, flags) = if flag(file, "matchRegex") { (find.to_owned(), "g") } else { (escaped(find), "g") };
            let content = script::replace(&content, &pattern, flags, 0, replacement)
                .map_err(|failure| failed(failure.message))?
                .0;
            work.tree.write(&path, content.into_bytes(), None)?;
        }
    }
    Ok(())
}

/// Writes a text as a regular expression that matches it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\^$.*+?()[]{}|/".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
