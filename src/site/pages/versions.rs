//! The pages of versions of documentation sites, and the lists of versions for programs.

use super::{PageContent, PageType, docs, hosting};
use crate::portal::Portal;
use crate::routes;
use crate::site::{File, PageContext, Site, Subject};

/// The pages of all versions but the latest, and the lists of versions.
pub struct Versions;

impl PageType for Versions {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        let first = portal.docs.sites.len();
        let pages = portal.docs.others.iter().enumerate().flat_map(|(at, other)| {
            let reference = &portal.catalog.get(other.entity).reference;
            other.pages.iter().enumerate().map(move |(page, document)| {
                let url = routes::docs_version(reference, other.version.as_deref(), &document.path);
                (url, Subject::Document { site: first + at, page })
            })
        });
        let lists = portal.docs.versions.iter().map(|versions| {
            let reference = &portal.catalog.get(versions.entity).reference;
            (routes::docs_asset(reference, None, "versions.json"), Subject::File(File::DocsVersions(versions.entity)))
        });
        pages.chain(lists).collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        match subject {
            Subject::Document { site, page } => PageContent::html("docs.html", docs::model(view, site, page)),
            Subject::File(file) => hosting::content(view, file),
            _ => PageContent::nothing(),
        }
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}
