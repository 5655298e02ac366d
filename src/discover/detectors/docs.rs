//! `docs/`: Markdown that TechDocs shows without settings.

use super::{Candidate, Detector, Facts};

/// See the module.
pub(super) struct DocsFolder;

impl Detector for DocsFolder {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (folder, name) = path.rsplit_once('/')?;
        let (above, last) = folder.rsplit_once('/').unwrap_or(("", folder));
        (last == "docs" && name.ends_with(".md")).then_some(above)
    }

    fn read(&self, _: &Candidate<'_>) -> Option<Facts> {
        Some(Facts { has_docs: true, ..Facts::default() })
    }
}
