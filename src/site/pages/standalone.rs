//! One documentation alone, as `techdocs-cli generate` makes it: its first page is the root of the site.
//!
//! Beside the pages are the two files that readers of TechDocs ask for: `techdocs_metadata.json`, from which Backstage
//! takes the name of the site, and `search/search_index.json` in the form of MkDocs.

use std::io::Write as _;

use serde::Serialize;
use serde_json::json;

pub use super::docs::url;
use super::docs::{Nav, content, hides, is_long, toc, toc_title};
use crate::docs::DocsSite;
use crate::markdown::Heading;
use crate::routes;
use crate::site::Changed;
use crate::site::context::Anchor;

/// What Backstage reads of a documentation site.
pub const METADATA: &str = "techdocs_metadata.json";
/// The index of the search of MkDocs.
pub const SEARCH_INDEX: &str = "search/search_index.json";

/// A navigation with more entries than this is folded around the page, except on the first page.
const FULL_NAV: usize = 1000;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    /// The link to the root of the site; `asset` needs it.
    root: String,
    site: String,
    description: Option<String>,
    title: String,
    /// Whether this is the first page, which bears the name of the site.
    first: bool,
    html: String,
    nav: String,
    toc: Option<String>,
    toc_title: String,
    previous: Option<Anchor>,
    next: Option<Anchor>,
    changed: Option<Changed>,
    edit: Option<String>,
}

/// Makes one page.
#[must_use]
pub fn model(site: &DocsSite, page: usize) -> Model {
    let document = &site.pages[page];
    let from = url(document);
    let turns = !hides(document, "footer");
    let href = |at: usize| routes::relative(&from, &url(&site.pages[at]));
    let anchor = |at: Option<usize>, icon| {
        let title = site.pages.get(at?)?.title.clone();
        Some(Anchor { href: href(at?), title, icon, external: false })
    };
    Model {
        root: routes::root(&from),
        site: site.title.clone(),
        description: site.description.clone(),
        title: document.title.clone(),
        first: document.path.is_empty(),
        html: content(site, document),
        // MkDocs writes all of it on every page, whose bytes grow with the square of their number.
        nav: match hides(document, "navigation") {
            true => String::new(),
            false => Nav::new(site, page, is_long(&site.nav, FULL_NAV) && page != 0).html(),
        },
        toc: toc(site, document),
        toc_title: toc_title(site),
        previous: anchor(document.previous.filter(|_| turns), "previous"),
        next: anchor(document.next.filter(|_| turns), "next"),
        changed: document.last_change.as_ref().map(Changed::new),
        edit: document.edit_url.clone(),
    }
}

/// Makes `techdocs_metadata.json`; `files` are the paths of the whole site, sorted.
///
/// `build_timestamp` is the time of the newest change of a document in milliseconds, so that the same sources make the
/// same bytes; without history it is left out.
#[must_use]
pub fn metadata(site: &DocsSite, files: &[String]) -> Vec<u8> {
    let newest = site.pages.iter().filter_map(|page| page.last_change.as_ref()).map(|change| change.time).max();
    let mut value = json!({
        "site_name": site.title,
        // MkDocs writes the word where there is nothing.
        "site_description": site.description.as_deref().unwrap_or("None"),
        "files": files,
    });
    if let Some(seconds) = newest {
        value["build_timestamp"] = json!(seconds * 1000);
    }
    serde_json::to_vec(&value).unwrap_or_default()
}

/// Makes `search/search_index.json` as the search plugin of MkDocs does (mkdocs/contrib/search/search_index.py): one
/// entry a page with its whole text, then one a heading with the text below it.
#[must_use]
pub fn search_index(site: &DocsSite) -> Vec<u8> {
    #[derive(Serialize)]
    struct Entry<'a> {
        location: &'a str,
        text: &'a str,
        title: &'a str,
    }
    // Written entry by entry: the texts of a whole site twice in memory take longer than all the rest.
    let texts = site.pages.iter().flat_map(|page| page.doc.sections.iter()).map(|section| section.text.len() + 200);
    let mut out = Vec::with_capacity(2 * texts.sum::<usize>());
    let config = json!({
        "indexing": "full",
        "lang": ["en"],
        "min_search_length": 3,
        "prebuild_index": false,
        "separator": "[\\s\\-]+",
    });
    let _ = write!(out, "{{\"config\":{config},\"docs\":[");
    let mut put = |entry: Entry<'_>| {
        if !out.ends_with(b"[") {
            out.push(b',');
        }
        // Nothing can fail here: texts are texts, and memory takes all.
        let _ = serde_json::to_writer(&mut out, &entry);
    };
    let mut whole = String::new();
    for page in site.pages.iter() {
        let location = routes::encoded(&url(page));
        let sections = &page.doc.sections;
        whole.clear();
        for section in sections {
            let heading = section.heading.and_then(|at| page.doc.headings.get(at)).map(|heading| &*heading.title);
            for text in heading.into_iter().chain([&*section.text]).filter(|text| !text.is_empty()) {
                whole.push_str(if whole.is_empty() { "" } else { " " });
                whole.push_str(text);
            }
        }
        put(Entry { location: &location, text: &whole, title: &page.title });
        for section in sections {
            // As in the original, what is below a heading beyond `toc_depth` is found by its page alone.
            let listed = |heading: &&Heading| (site.toc_depth.0..=site.toc_depth.1).contains(&heading.level);
            let heading = section.heading.and_then(|at| page.doc.headings.get(at));
            let Some(heading) = heading.filter(listed) else { continue };
            let location = format!("{location}#{}", heading.id);
            put(Entry { location: &location, text: &section.text, title: &heading.title });
        }
    }
    out.extend_from_slice(b"]}");
    out
}

#[cfg(test)]
mod tests {
    use super::super::docs::tests::{page, site};
    use super::*;

    #[test]
    fn a_large_documentation_repeats_its_navigation_once_only() {
        let links = |pages: usize, at: usize| {
            let site = site((0..pages).map(|at| page("p", at)).collect(), pages);
            model(&site, at).nav.matches("<a href=").count()
        };
        assert_eq!(links(FULL_NAV, 5), FULL_NAV);
        assert_eq!(links(FULL_NAV + 1, 0), FULL_NAV + 1, "the first page leads to all others");
        assert_eq!(links(FULL_NAV + 1, 5), 50);
    }

    #[test]
    fn the_search_index_is_that_of_mkdocs() {
        let site = site(vec![page("p", 0)], 2);
        let index: serde_json::Value = serde_json::from_slice(&search_index(&site)).expect("JSON");
        assert_eq!(index["config"]["separator"], "[\\s\\-]+");
        assert_eq!(
            index["docs"],
            json!([
                { "location": "p0/", "text": "", "title": "" },
                { "location": "p1/", "text": "", "title": "" },
            ])
        );
    }
}
