//! `roadiehq:utils:fs:write`: writes a file.

use serde_json::Value as Json;

use super::{Done, Work, absolute, flag, needed};

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let mut content = needed(input, "content")?.to_owned();
    if flag(input, "preserveFormatting")
        && let Ok(value) = serde_json::from_str::<Json>(&content)
    {
        content = super::json_merge::pretty(&value, "  ");
    }
    let place = work.tree.write(needed(input, "path")?, content.into_bytes(), None)?;
    work.give("path", absolute(&place));
    Ok(())
}
