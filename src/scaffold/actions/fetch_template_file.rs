//! `fetch:template:file`: renders one file.

use serde_json::Value as Json;

use super::fetch_template::Renderer;
use super::{Done, Work, flag, needed};
use crate::scaffold::source;

pub(super) fn run(work: &mut Work<'_>, input: &Json) -> Done {
    let target = needed(input, "targetPath")?;
    work.tree.resolve(target)?;
    if work.tree.exists(target) && !flag(input, "replace") {
        work.say(format!("File {target} already exists in workspace, not replacing."));
        return Ok(());
    }
    let url = needed(input, "url")?;
    let path = source::locate(work.source, work.template.folder(), url)?;
    let (bytes, _) = source::file(work.source, &path, url)?;
    let rendered = Renderer::new(input, work.hosts).render(&String::from_utf8_lossy(&bytes), &path)?;
    work.tree.write(target, rendered.into_bytes(), None)?;
    Ok(())
}
