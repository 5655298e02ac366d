//! Which Markdown the documents of a site are written in.

use super::mkdocs::MkDocs;
use crate::markdown::techdocs;

/// Which Markdown the documents of a site are written in.
pub(super) enum Dialect {
    /// What MkDocs with mkdocs-techdocs-core makes of them.
    TechDocs(Box<techdocs::Options>),
    /// What a host shows.
    CommonMark,
}

impl Dialect {
    /// Decides how the documents of a site are read: what is no MkDocs site, as its host shows it.
    pub(super) fn of(settings: Option<&MkDocs>, is_plain: bool) -> Self {
        match settings {
            Some(settings) => Self::TechDocs(Box::new(settings.markdown.clone())),
            None if is_plain => Self::CommonMark,
            None => Self::TechDocs(Box::default()),
        }
    }
}
