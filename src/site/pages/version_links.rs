//! What leads from one version of a documentation site to another, and the list of its versions for programs.

use serde::Serialize;
use serde_json::json;

use super::json;
use crate::docs::{DocsPage, DocsSite, VersionEntry, VersionPlace, VersionState, VersionedDocs};
use crate::html;
use crate::routes;
use crate::search;
use crate::site::layout::{AboutVersion, DocsVersion};
use crate::site::{PageContext, date};

/// What a page says of versions.
#[derive(Debug, Serialize)]
pub(super) struct Model {
    /// What readers call the version of the page.
    title: String,
    choices: Vec<Choice>,
    notice: Option<Notice>,
}

/// A version to choose.
#[derive(Debug, Serialize)]
struct Choice {
    name: String,
    title: String,
    href: String,
    is_current: bool,
    /// What is to be known of it.
    note: &'static str,
    is_external: bool,
}

/// The note above a page that is not of the latest version.
#[derive(Debug, Serialize)]
struct Notice {
    /// As programs call it.
    kind: &'static str,
    /// HTML-free sentences before the link, and its text.
    text: String,
    link: String,
    href: String,
}

/// Returns what the page of a documentation site with the number `site` says of versions, and how it is framed; `None`
/// if there is one version only.
pub(super) fn part(view: &PageContext<'_>, site: usize, document: &DocsPage) -> Option<(Model, AboutVersion)> {
    let docs = view.portal.docs.nth(site);
    let versions = view.portal.docs.versions_of(docs.entity)?;
    let current = versions.entries.iter().position(|entry| entry.place == VersionPlace::Here(site))?;
    let entry = &versions.entries[current];
    let latest = &versions.entries[versions.latest];
    let own = view.url.to_owned();
    let of_latest = address(view, versions, versions.latest, &document.path);
    let model = Model {
        title: entry.title.clone(),
        choices: (0..versions.entries.len()).filter_map(|at| choice(view, versions, at, current, document)).collect(),
        notice: notice(view, versions, current, &document.path),
    };
    let is_latest = current == versions.latest;
    let about = AboutVersion {
        shown: DocsVersion {
            name: entry.name.clone(),
            latest: latest.name.clone(),
            search: (!is_latest).then(|| entry.title.clone()),
        },
        canonical: of_latest.unwrap_or(own),
        noindex: !is_latest && !versions.is_indexed,
        search_module: (!is_latest).then(|| {
            let reference = &view.entity(docs.entity).reference;
            format!("{}{}", routes::docs_search(reference, &entry.name), search::MODULE_NAME)
        }),
    };
    Some((model, about))
}

/// Returns the documentation of a version, if it is on this portal.
fn site_of<'a>(view: &PageContext<'a>, entry: &VersionEntry) -> Option<&'a DocsSite> {
    let VersionPlace::Here(number) = entry.place else { return None };
    Some(view.portal.docs.nth(number))
}

/// Returns the address of a page in a version, if it has that page.
fn address(view: &PageContext<'_>, versions: &VersionedDocs, at: usize, path: &str) -> Option<String> {
    let docs = site_of(view, &versions.entries[at])?;
    let url = routes::docs_version(&view.entity(docs.entity).reference, docs.version.as_deref(), path);
    if view.site.page(&url).is_some() {
        return Some(url);
    }
    // Where it was renamed since, its old address leads to it.
    let moved = docs.moved(path).filter(|moved| !html::is_external(&moved.target))?;
    let there = routes::resolved(&url, &moved.target)?;
    view.site.page(&there).is_some().then_some(there)
}

/// Returns the address of the first page of a version.
fn start(view: &PageContext<'_>, docs: &DocsSite) -> String {
    let path = docs.root().map_or("", |page| &docs.pages[page].path);
    routes::docs_version(&view.entity(docs.entity).reference, docs.version.as_deref(), path)
}

fn choice(
    view: &PageContext<'_>,
    versions: &VersionedDocs,
    at: usize,
    current: usize,
    document: &DocsPage,
) -> Option<Choice> {
    let entry = &versions.entries[at];
    let (href, lacks) = match (&entry.place, address(view, versions, at, &document.path)) {
        (VersionPlace::Elsewhere(url), _) => (url.clone(), false),
        (_, Some(url)) => (view.href(&url), false),
        (_, None) => (view.href(&start(view, site_of(view, entry)?)), true),
    };
    let note = match entry.state {
        _ if lacks => "without this page",
        VersionState::Latest => "latest",
        VersionState::Early => "not released",
        VersionState::EndOfLife => "no longer maintained",
        VersionState::Supported | VersionState::Outdated => "",
    };
    Some(Choice {
        name: entry.name.clone(),
        title: entry.title.clone(),
        href,
        is_current: at == current,
        note,
        is_external: matches!(entry.place, VersionPlace::Elsewhere(_)),
    })
}

/// Says that a version is not the latest, with a link to where the page is in that.
fn notice(view: &PageContext<'_>, versions: &VersionedDocs, current: usize, path: &str) -> Option<Notice> {
    let entry = &versions.entries[current];
    let latest = &versions.entries[versions.latest];
    let title = &entry.title;
    let (kind, text) = match entry.state {
        VersionState::Latest | VersionState::Supported => return None,
        VersionState::Early => ("prerelease", format!("You are reading about {title}, which is not released.")),
        VersionState::Outdated => ("outdated", format!("You are reading about {title}, which is an old version.")),
        VersionState::EndOfLife => {
            ("end-of-life", format!("You are reading about {title}, which nobody maintains any more."))
        }
    };
    let name = &latest.title;
    let (text, link, url) = match address(view, versions, versions.latest, path) {
        Some(url) => (text, format!("This page in {name}, the latest version"), url),
        None => {
            let text = format!("{text} The latest version, {name}, does not have this page.");
            (text, format!("Start of {name}"), start(view, site_of(view, latest)?))
        }
    };
    Some(Notice { kind, text, link, href: view.href(&url) })
}

/// Lists the versions of a documentation site in the form of `mike`, with more.
pub(super) fn list(view: &PageContext<'_>, versions: &VersionedDocs) -> Vec<u8> {
    let entries = versions.entries.iter().enumerate().map(|(at, entry)| {
        let aliases = versions.aliases.iter().filter(|(_, to)| *to == at).map(|(alias, _)| alias);
        let mut value = json!({
            "version": entry.name,
            "title": entry.title,
            "aliases": aliases.collect::<Vec<_>>(),
            "latest": at == versions.latest,
            "prerelease": entry.state == VersionState::Early,
            "state": entry.state.as_str(),
            "url": match &entry.place {
                VersionPlace::Elsewhere(url) => url.clone(),
                VersionPlace::Here(number) => view.href(&start(view, view.portal.docs.nth(*number))),
            },
        });
        if let Some(time) = entry.date {
            value["date"] = date::day(time).0.into();
        }
        value
    });
    json(&entries.collect::<Vec<_>>())
}
