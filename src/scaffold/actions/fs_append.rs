//! `roadiehq:utils:fs:append`: adds to the end of a file.

use serde_json::Value as Json;

use super::{Done, Work, absolute, needed};
use crate::scaffold::failure::{Code, StepError};
use crate::scaffold::tree::parent;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let path = needed(input, "path")?;
    let place = work.tree.resolve(path)?;
    let mut bytes = if work.tree.get(&place).is_some() { work.tree.read(path)?.to_vec() } else { Vec::new() };
    // Unlike `fs:write`, this makes no folders.
    if work.tree.get(parent(&place)).is_none() {
        return Err(StepError::new(Code::NotFound, format!("there is no folder `{}`", parent(&place))));
    }
    bytes.extend_from_slice(needed(input, "content")?.as_bytes());
    work.tree.write(path, bytes, None)?;
    work.give("path", absolute(&place));
    Ok(())
}
