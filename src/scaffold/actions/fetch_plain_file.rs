//! `fetch:plain:file`: copies one file.

use serde_json::Value as Json;

use super::{Done, Work, needed};
use crate::scaffold::source;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let target = needed(input, "targetPath")?;
    work.tree.resolve(target)?;
    let url = needed(input, "url")?;
    let path = source::locate(work.source, work.template.folder(), url)?;
    let (bytes, mode) = source::file(work.source, &path, url)?;
    work.tree.write(target, bytes, Some(mode))?;
    Ok(())
}
