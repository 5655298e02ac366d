//! How heavy a written site is: what a reader's browser loads of a page, and what is uploaded.

#![expect(clippy::disallowed_methods, reason = "this looks at the site on the disk")]

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use rayon::prelude::*;

use super::Listing;
use crate::config::{Budgets, Config};
use crate::diag::{Code, Diagnostic, Diagnostics, codes};
use crate::text::Span;

/// Pages that a finding names.
const NAMED: usize = 5;

/// The figures of a site, in bytes as they lie on the disk. What is compressed beforehand counts once, as itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SiteWeight {
    /// How many files there are.
    pub files: usize,
    /// How large they are together.
    pub bytes: u64,
    /// The pages, by their addresses.
    pub pages: Vec<PageWeight>,
}

/// What is loaded of a page before anything on it is used: itself, its style sheets and its scripts.
#[derive(Debug, PartialEq, Eq)]
pub struct PageWeight {
    /// Its path in the site.
    pub path: String,
    /// The bytes of it and of what it names.
    pub bytes: u64,
    /// How many files these are.
    pub requests: usize,
}

/// Measures the site in a folder, by the list that its build left.
#[must_use]
pub fn measure(folder: &Path, listing: &Listing) -> SiteWeight {
    let is_twin = |path: &str| {
        let file = path.strip_suffix(".gz").or_else(|| path.strip_suffix(".br"));
        file.is_some_and(|file| listing.has(file))
    };
    let paths: Vec<&str> = listing.paths().filter(|path| !is_twin(path)).collect();
    let size_of = |path: &str| fs::metadata(folder.join(path)).ok().map(|about| about.len());
    let sizes: HashMap<&str, u64> = paths.par_iter().filter_map(|path| Some((*path, size_of(path)?))).collect();
    let page = |path: &&str| {
        let html = fs::read(folder.join(path)).ok()?;
        let parts = parts(&String::from_utf8_lossy(&html), path);
        let bytes = parts.iter().filter_map(|part| sizes.get(part.as_str())).sum::<u64>();
        Some(PageWeight { path: (*path).to_owned(), bytes: html.len() as u64 + bytes, requests: 1 + parts.len() })
    };
    let pages = paths.par_iter().filter(|path| path.ends_with(".html")).filter_map(page).collect();
    SiteWeight { files: sizes.len(), bytes: sizes.values().sum(), pages }
}

/// Returns the style sheets and scripts that a page of ours names in its head, as paths of the site.
fn parts(html: &str, path: &str) -> BTreeSet<String> {
    let head = html.split("</head>").next().unwrap_or_default();
    let named = |tag: &'static str, attribute: &'static str| {
        head.split(tag).skip(1).filter_map(move |rest| {
            let element = rest.split('>').next()?;
            let value = element.split_once(attribute)?.1;
            Some(value.split('"').nth(1)?.to_owned())
        })
    };
    let sheets = named("<link rel=\"stylesheet\"", " href=");
    sheets.chain(named("<script", " src=")).map(|link| resolved(path, &link)).collect()
}

/// Returns the path of the site to which a relative link of a page leads.
fn resolved(page: &str, link: &str) -> String {
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(folders.pop()),
            "." | "" => {}
            part => folders.push(part),
        }
    }
    folders.join("/")
}

/// Reports what is above the budgets of the configuration.
#[must_use]
pub fn over_budget(config: &Config, weight: &SiteWeight) -> Diagnostics {
    let Budgets { page, requests, files, site } = config.budgets;
    let mut out = Diagnostics::new();
    let mut report = |key: &str, message: String, help: &str| {
        let span: Option<Span> = config.places.get(&format!("budgets.{key}"));
        let code: Code = codes::SITE_BUDGET;
        out.extend(span.map(|span| Diagnostic::new(code, span, message).help(help)));
    };
    let of_pages = |limit: Option<u64>, of: fn(&PageWeight) -> u64, unit: &str| {
        let limit = limit?;
        let mut over: Vec<&PageWeight> = weight.pages.iter().filter(|page| of(page) > limit).collect();
        over.sort_by(|a, b| of(b).cmp(&of(a)).then_with(|| a.path.cmp(&b.path)));
        let names = over.iter().take(NAMED).map(|page| format!("`{}` {}{unit}", page.path, of(page)));
        let names = names.collect::<Vec<_>>().join(", ");
        let count = over.len();
        let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
        let pages = if count == 1 { "page is" } else { "pages are" };
        (count > 0).then(|| format!("{count} {pages} above {limit}{unit}: {names}{more}"))
    };
    if let Some(message) = of_pages(page, |page| page.bytes, " bytes") {
        report("page", message, "divide what is long into several pages, or raise the budget");
    }
    if let Some(message) = of_pages(requests.map(|limit| limit as u64), |page| page.requests as u64, " requests") {
        report("requests", message, "have the theme load fewer files, or raise the budget");
    }
    if let Some(limit) = files.filter(|limit| weight.files > *limit) {
        let message = format!("the site has {} files, {} more than allowed", weight.files, weight.files - limit);
        report("files", message, "leave out what nobody reads, or raise the budget");
    }
    if let Some(limit) = site.filter(|limit| weight.bytes > *limit) {
        let message = format!("the site has {} bytes, {} more than allowed", weight.bytes, weight.bytes - limit);
        report(
            "site",
            message,
            "leave out what nobody reads, such as large pictures and downloads, or raise the budget",
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_loads_is_what_its_head_names() {
        let html = concat!(
            "<head><script src=\"../../static/boot.js\"></script><link rel=\"stylesheet\" href=\"../../static/app.css\">",
            "<script type=\"module\" src=\"../../static/app.js\"></script><script type=\"application/ld+json\">{}</script>",
            "<link rel=\"icon\" href=\"x.svg\"></head><body><script src=\"no.js\"></script>"
        );
        let found: Vec<String> = parts(html, "docs/a/index.html").into_iter().collect();
        assert_eq!(found, ["static/app.css", "static/app.js", "static/boot.js"]);
    }

    #[test]
    fn what_is_above_a_budget_is_reported_at_its_key() {
        let (config, found) = crate::config::parse(
            crate::text::FileId::new(0),
            "budgets:\n  page: 1kB\n  requests: 2\n  files: 3\n  site: 5kB\n",
        );
        assert!(found.is_empty(), "{found:?}");
        let page = |path: &str, bytes, requests| PageWeight { path: path.to_owned(), bytes, requests };
        let heavy = SiteWeight {
            files: 4,
            bytes: 6_000,
            pages: vec![page("a.html", 1_001, 2), page("b.html", 2_000, 3), page("c.html", 1_000, 1)],
        };
        let messages: Vec<String> = over_budget(&config, &heavy).into_iter().map(|it| it.message).collect();
        assert_eq!(
            messages,
            [
                "2 pages are above 1000 bytes: `b.html` 2000 bytes, `a.html` 1001 bytes",
                "1 page is above 2 requests: `b.html` 3 requests",
                "the site has 4 files, 1 more than allowed",
                "the site has 6000 bytes, 1000 more than allowed",
            ]
        );
        let light = SiteWeight { files: 3, bytes: 5_000, pages: vec![page("c.html", 1_000, 2)] };
        assert_eq!(over_budget(&config, &light), []);
        assert_eq!(over_budget(&Config::default(), &heavy), []);
    }
}
