//! `fetch:plain`: copies a folder.

use serde_json::Value as Json;

use super::{Done, Work, needed, text};
use crate::scaffold::source;
use crate::scaffold::tree::Entry;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let target = work.tree.resolve(text(input, "targetPath").unwrap_or("./"))?;
    let url = needed(input, "url")?;
    let path = source::locate(work.source, work.template.folder(), url)?;
    // A file is copied to the place itself.
    if matches!(work.source.look(&path), Some(source::Found::File(_))) {
        let (bytes, mode) = source::file(work.source, &path, url)?;
        work.tree.write(&target, bytes, Some(mode))?;
        return Ok(());
    }
    let entries = source::folder(work.source, &path, url)?;
    work.tree.make_folder(&target)?;
    for (below, entry) in entries {
        let place = if target.is_empty() { below } else { format!("{target}/{below}") };
        match entry {
            Entry::Folder => work.tree.make_folder(&work.tree.resolve(&place)?)?,
            Entry::File { bytes, mode } => {
                work.tree.write(&place, bytes, Some(mode))?;
            }
            link @ Entry::Link(_) => work.tree.put(&work.tree.resolve_entry(&place)?, link)?,
        }
    }
    Ok(())
}
