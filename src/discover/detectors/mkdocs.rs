//! `mkdocs.yml`: a documentation site.

use super::{Candidate, Detector, Facts, named, text_at};
use crate::yaml;

/// See the module.
pub(super) struct MkDocs;

impl Detector for MkDocs {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        named(path, &["mkdocs.yml", "mkdocs.yaml"])
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        let (root, _) = yaml::read(file.file, &text);
        let get = |key: &str| text_at(root.as_ref()?, &[key]);
        Some(Facts {
            is_package: true,
            has_docs: true,
            includes_docs: text.contains("!include") || text.contains("*include"),
            title: get("site_name"),
            description: get("site_description"),
            ..Facts::default()
        })
    }
}
