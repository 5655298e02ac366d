//! From a page to its bytes: page → model → template.
//!
//! Owns the choice of template, types of files, and rendering everything in parallel into a sink. Does not know disks
//! or sockets.
//!
//! Invariant: [`page`] is the only way to HTML, for a build and for a server that renders on request.

mod reuse;
#[cfg(test)]
mod names_tests;
#[cfg(test)]
mod template_tests;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::Hash as _;

use foldhash::fast::RandomState;
use rayon::prelude::*;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

use self::reuse::Key;
pub use self::reuse::PageFingerprints;

use crate::catalog::EntityRef;
use crate::catalog::export::EntityJson;
use crate::docs::{DocsPage, DocsSite};
use crate::error::Error;
use crate::html::Html;
use crate::incremental::{CacheStore, store};
use crate::inert;
use crate::output::{Sink, gzip};
use crate::portable::{folded, is_portable};
use crate::portal::Portal;
use crate::portal_export::PortalExport;
use crate::redirects::Redirect;
use crate::routes;
use crate::search::{self, IndexFile, SavedIndex, SearchFiles};
use crate::site::pages::{PAGES, PageContent, standalone};
use crate::site::tabs::TABS;
use crate::site::{Page, PageContext, Site};
use crate::text::FileId;
use crate::theme::Theme;
use crate::workspace::Workspace;

/// The bytes of a page or file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The content.
    pub bytes: Vec<u8>,
    /// Its type, as a server should name it.
    pub mime: &'static str,
}

/// Renders one page.
///
/// # Errors
/// [`Error::Config`] when a template of the user's theme asks for something that is not there.
pub fn page(portal: &Portal, theme: &Theme, site: &Site, page: &Page) -> Result<Rendered, Error> {
    let context = RenderContext { theme, is_known: &|_| false, tab_key: &|make| make() };
    let made = page_unless(portal, &context, site, page)?;
    Ok(made.unwrap_or_else(|| Rendered { bytes: Vec::new(), mime: HTML }))
}

/// Templates, and what says of a page whether it need not be made.
struct RenderContext<'a> {
    theme: &'a Theme,
    is_known: &'a dyn Fn(&mut dyn FnMut() -> Key) -> bool,
    /// Returns the key of a tab that shows nothing but the catalog, which makes it unless the catalog is that of the last build.
    tab_key: &'a dyn Fn(&mut dyn FnMut() -> Key) -> Key,
}

/// Renders one page; `None` if it has not changed.
fn page_unless(
    portal: &Portal,
    making: &RenderContext<'_>,
    site: &Site,
    page: &Page,
) -> Result<Option<Rendered>, Error> {
    let view = PageContext { portal, site, url: &page.url };
    match PAGES[page.of].content(&view, page.subject) {
        PageContent::Html { template, model } => {
            if (making.is_known)(&mut || making.theme.key(&template, &model)) {
                return Ok(None);
            }
            let bytes = making.theme.render(&template, &model)?.into_bytes();
            Ok(Some(Rendered { bytes, mime: HTML }))
        }
        PageContent::Tab { template, frame, tab: (tab, entity) } => {
            let mut content = None;
            let mut key = || {
                let of_frame = making.theme.key(&template, &frame);
                let of_tab = (making.tab_key)(&mut || {
                    let made = content.insert(TABS[tab].content(&view, entity));
                    making.theme.key(&template, made)
                });
                xxh3_128(&[of_frame, of_tab].map(u128::to_le_bytes).concat())
            };
            if (making.is_known)(&mut key) {
                return Ok(None);
            }
            let content = content.unwrap_or_else(|| TABS[tab].content(&view, entity));
            let bytes = making.theme.render(&template, &frame.with_tab(content))?.into_bytes();
            Ok(Some(Rendered { bytes, mime: HTML }))
        }
        PageContent::File { bytes, mime } => Ok(Some(Rendered { bytes, mime })),
    }
}

/// Returns what names the catalog and the configuration.
fn catalog_key(workspace: &Workspace, portal: &Portal) -> Key {
    let entities = portal.catalog.entities().par_iter();
    let keys = entities.map(|entity| xxh3_128(&serde_json::to_vec(&EntityJson(entity)).unwrap_or_default()));
    let keys: Vec<Key> = keys.collect();
    let mut hasher = Xxh3Default::new();
    keys.hash(&mut hasher);
    hasher.update(format!("{:?}", workspace.config()).as_bytes());
    hasher.digest128()
}

/// The type of pages.
const HTML: &str = "text/html; charset=utf-8";

/// The name in the cache store of what an index leaves for the next one.
const SAVED_INDEX: &str = "search";

/// Makes the search of a portal, and hands it to a sink; returns how large it is. What the last one left in `store` is used
/// again as far as it is the same.
///
/// # Errors
/// The first failure of the sink.
pub fn search(
    workspace: &Workspace,
    portal: &Portal,
    made: &PageFingerprints,
    store: Option<&dyn CacheStore>,
    sink: &dyn Sink,
) -> Result<search::Report, Error> {
    let documents = search::documents(workspace, portal);
    let config = &workspace.config().search;
    let mut hasher = Xxh3Default::new();
    (&documents, &config.synonyms).hash(&mut hasher);
    let key = hasher.digest128();
    let index = match made.keeps_search(routes::SEARCH, key, sink) {
        Some(index) => {
            store.into_iter().for_each(|store| store.keep(SAVED_INDEX));
            index
        }
        None => {
            let saved: Option<(u128, SavedIndex)> = store.and_then(|store| store::take(store, SAVED_INDEX));
            let (of, saved) = saved.unwrap_or_default();
            // Files that are there are those of this index only if the last build left both.
            let is_there = |path: &str| made.searched(routes::SEARCH) == Some(of) && sink.has(path);
            let (files, saved) = search::index_again(routes::SEARCH, &documents, config, saved, &is_there);
            let put = |(path, file): (&String, &IndexFile)| match &file.bytes {
                Some(bytes) => sink.put(path, bytes).err(),
                None => {
                    sink.keep(path);
                    None
                }
            };
            first(files.par_iter().map(put).collect())?;
            if let Some(store) = store {
                store::put(store, SAVED_INDEX, &(key, saved));
            }
            let files = files.into_iter().map(|(path, file)| (path, file.size)).collect();
            reuse::Search { key, files, documents: documents.len() }
        }
    };
    let report = search::report(index.files.iter().map(|(path, size)| (path.as_str(), *size)), index.documents);
    made.note_search(routes::SEARCH, index);
    Ok(report)
}

/// Makes the search of each version of a documentation site that readers search alone, and hands it to a sink.
///
/// # Errors
/// The first failure of the sink.
pub fn version_searches(
    workspace: &Workspace,
    portal: &Portal,
    made: &PageFingerprints,
    sink: &dyn Sink,
) -> Result<(), Error> {
    for docs in &portal.docs.others {
        let Some(place) = search_place(portal, docs) else { continue };
        let documents = search::documents_of_version(workspace, portal, docs);
        let config = &workspace.config().search;
        let mut hasher = Xxh3Default::new();
        (&documents, &config.synonyms).hash(&mut hasher);
        let key = hasher.digest128();
        let index = match made.keeps_search(&place, key, sink) {
            Some(index) => index,
            None => {
                let files = search::index_at(&place, &documents, config);
                first(files.par_iter().map(|(path, bytes)| sink.put(path, bytes).err()).collect())?;
                let files = files.into_iter().map(|(path, bytes)| (path, bytes.len() as u64)).collect();
                reuse::Search { key, files, documents: documents.len() }
            }
        };
        made.note_search(&place, index);
    }
    Ok(())
}

/// Returns the folder of the search of a version.
fn search_place(portal: &Portal, docs: &DocsSite) -> Option<String> {
    Some(routes::docs_search(&portal.catalog.get(docs.entity).reference, docs.version.as_deref()?))
}

/// Makes the search of the version of which a path names a file.
#[must_use]
pub fn search_of_version(workspace: &Workspace, portal: &Portal, path: &str) -> Option<(String, SearchFiles)> {
    let of_path = |docs: &&DocsSite| search_place(portal, docs).is_some_and(|place| path.starts_with(&place));
    let docs = portal.docs.others.iter().find(of_path)?;
    let documents = search::documents_of_version(workspace, portal, docs);
    let place = search_place(portal, docs)?;
    let files = search::index_at(&place, &documents, &workspace.config().search);
    Some((place, files))
}

/// Returns the first failure, whichever came first.
fn first(failures: Vec<Option<Error>>) -> Result<(), Error> {
    failures.into_iter().flatten().next().map_or(Ok(()), Err)
}

/// A file of the site, by what it is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// A page or file of the plan, by its number.
    Planned(usize),
    /// A static file of the theme, by its number.
    Asset(usize),
    /// The text of a document, by the numbers of documentation and page.
    Document(usize, usize),
    /// A picture or other file of a documentation site.
    Copied(usize, usize),
    /// What is at an old address of a documentation site.
    Redirect(usize, usize),
    /// A picture in the decision records of an entity or the organisation, by the numbers of log and picture.
    Picture(usize, usize),
    /// What is at a page of a version under another name, by the numbers of versions, name and page.
    Alias(usize, usize, usize),
    /// What is at the page of an entity under a name that it had before, by the number of that name.
    Former(usize),
    /// The same for a page of its documentation, by the numbers of name and page.
    FormerDocument(usize, usize),
    /// What is at an old address that a file keeps, by its number.
    Kept(usize),
    /// What is where the documentation of an entity would be that shows another one's.
    Loan(usize),
    /// A picture of a README, or of the text of the first page.
    NotePicture(FileId),
    /// The text of all documents.
    Texts,
    /// The portal as data for `diff` and `check --against`.
    Export,
}

/// Maximum number of pages of documentation that lead on from names of before; hosts that read `_redirects` know all.
const MAX_FORMER_PAGES: usize = 5_000;

/// Returns the path of the file at an old address.
fn kept_path(redirect: &Redirect) -> String {
    let from = redirect.from.trim_start_matches('/').split('#').next().unwrap_or_default();
    let is_file = from.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if from.ends_with('/') || is_file { routes::output_path(from) } else { format!("{from}/index.html") }
}

/// How much of all documents [`Output::Texts`] holds, in bytes; a language model takes no more.
const MAX_TEXTS: usize = 32 << 20;

/// Lists the files of a site but for its search, with their paths; no two are one for any disk.
#[must_use]
pub fn outputs(portal: &Portal, theme: &Theme, site: &Site) -> Vec<(String, Output)> {
    let planned = site.pages().par_iter().enumerate();
    let mut outputs: Vec<(String, Output)> =
        planned.map(|(at, page)| (routes::output_path(&page.url), Output::Planned(at))).collect();
    outputs.extend(theme.assets().iter().enumerate().map(|(at, asset)| (asset.url.clone(), Output::Asset(at))));
    for (at, docs) in portal.docs.all().enumerate() {
        let reference = &portal.catalog.get(docs.entity).reference;
        let version = docs.version.as_deref();
        // A document is its own twin in Markdown; what it includes stays to be included.
        let twin = |page: &DocsPage| routes::markdown(&routes::docs_version(reference, version, &page.path));
        outputs.extend(docs.pages.iter().enumerate().map(|(page, doc)| (twin(doc), Output::Document(at, page))));
        let copied = docs.assets.iter().map(|asset| routes::docs_asset(reference, version, &asset.path));
        outputs.extend(copied.enumerate().map(|(asset, path)| (path, Output::Copied(at, asset))));
        let old = docs.redirects.iter().map(|redirect| routes::docs_asset(reference, version, &redirect.file));
        outputs.extend(old.enumerate().map(|(redirect, path)| (path, Output::Redirect(at, redirect))));
    }
    for (at, versions) in portal.docs.versions.iter().enumerate() {
        let aliases = versions.named_otherwise();
        let pages = aliases.enumerate().flat_map(|(alias, (name, to))| {
            let docs = portal.docs.nth(to);
            let reference = &portal.catalog.get(docs.entity).reference;
            let place = move |page: &DocsPage| routes::docs_version(reference, Some(name), &page.path);
            let pages = docs.pages.iter().enumerate();
            pages.map(move |(page, doc)| (routes::output_path(&place(doc)), Output::Alias(at, alias, page)))
        });
        outputs.extend(pages);
    }
    for (at, log) in portal.decisions.logs.iter().enumerate() {
        let entity = log.entity.map(|id| &portal.catalog.get(id).reference);
        let number = if entity.is_none() { portal.decisions.number_of(log) } else { 0 };
        let pictures = log.pictures.iter().enumerate();
        outputs.extend(pictures.map(|(picture, (_, name))| {
            (routes::decision_picture(entity, number, picture, name), Output::Picture(at, picture))
        }));
    }
    let mut left = MAX_FORMER_PAGES;
    for (at, (reference, former)) in portal.catalog.former().enumerate() {
        let Ok(reference) = EntityRef::parse(reference, None, "default") else { continue };
        outputs.push((routes::output_path(&routes::entity(&reference)), Output::Former(at)));
        let pages = portal.docs.site(former.id).into_iter().flat_map(|docs| docs.pages.iter()).enumerate();
        let before = outputs.len();
        outputs.extend(pages.take(left).map(|(page, doc)| {
            (routes::output_path(&routes::docs_page(&reference, &doc.path)), Output::FormerDocument(at, page))
        }));
        left -= outputs.len() - before;
    }
    // One that leads nowhere would only be another dead end.
    let kept = portal.redirects.iter().enumerate().filter(|(_, (redirect, _))| {
        let to = redirect.to.trim_start_matches('/');
        site.page(to.split('#').next().unwrap_or_default()).is_some() && kept_path(redirect).split('/').all(is_portable)
    });
    outputs.extend(kept.map(|(at, (redirect, _))| (kept_path(redirect), Output::Kept(at))));
    let lent = portal.docs.aliases.iter().enumerate().filter(|(_, loan)| portal.docs.site(loan.entity).is_none());
    outputs.extend(lent.map(|(at, loan)| {
        let reference = &portal.catalog.get(loan.entity).reference;
        (routes::output_path(&routes::docs_page(reference, "")), Output::Loan(at))
    }));
    let notes = portal.notes.readmes.iter().map(|(id, note)| (Some(&portal.catalog.get(*id).reference), note));
    for (reference, note) in notes.chain(portal.notes.home.iter().map(|note| (None, note))) {
        let pictures = note.pictures.iter();
        outputs.extend(pictures.map(|one| (routes::note_picture(reference, &one.name), Output::NotePicture(one.file))));
    }
    if !portal.docs.sites.is_empty() {
        outputs.push((routes::LLMS_FULL.to_owned(), Output::Texts));
    }
    outputs.push((routes::PORTAL_EXPORT.to_owned(), Output::Export));
    // Whatever was overlooked before: of two that want one path, the first has it.
    let mut seen: HashSet<String, RandomState> = HashSet::with_capacity_and_hasher(outputs.len(), <_>::default());
    outputs.retain(|(path, _)| seen.insert(folded(path)));
    outputs
}

/// Returns the files that a site holds copies of, which an analysis need not have read.
#[must_use]
pub fn copied_files(portal: &Portal) -> Vec<FileId> {
    let docs = portal.docs.all();
    let docs =
        docs.flat_map(|docs| docs.pages.iter().map(|page| page.file).chain(docs.assets.iter().map(|asset| asset.file)));
    let pictures = portal.decisions.logs.iter().flat_map(|log| log.pictures.iter().map(|(file, _)| *file));
    let notes = portal.notes.readmes.values().chain(&portal.notes.home);
    let notes = notes.flat_map(|note| note.pictures.iter().map(|picture| picture.file));
    docs.chain(pictures).chain(notes).collect()
}

/// Makes a file; `None` if it cannot be read, which the analysis has reported.
///
/// # Errors
/// As [`page`].
pub fn output(
    workspace: &Workspace,
    portal: &Portal,
    theme: &Theme,
    site: &Site,
    output: Output,
) -> Result<Option<Vec<u8>>, Error> {
    let docs = |at: usize| portal.docs.nth(at);
    let script = theme.asset_url("moved.js");
    let read = |file: FileId| workspace.bytes_once(file, u64::MAX).ok().map(|bytes| bytes.to_vec());
    Ok(match output {
        Output::Planned(at) => Some(page(portal, theme, site, &site.pages()[at])?.bytes),
        Output::Asset(at) => Some(theme.assets()[at].bytes.to_vec()),
        Output::Document(at, page) => read(docs(at).pages[page].file).map(|bytes| inert::text(&bytes).into_owned()),
        Output::Copied(at, asset) => {
            let asset = &docs(at).assets[asset];
            read(asset.file).and_then(|bytes| Some(inert::bytes(&asset.path, &bytes)?.into_owned()))
        }
        Output::Picture(at, picture) => {
            let (file, name) = &portal.decisions.logs[at].pictures[picture];
            read(*file).and_then(|bytes| Some(inert::bytes(name, &bytes)?.into_owned()))
        }
        Output::Texts => Some(texts(portal, &read).into_bytes()),
        Output::Export => Some(gzip(PortalExport::of(workspace, portal).json().as_bytes())),
        Output::NotePicture(file) => {
            let path = workspace.path(file);
            read(file).and_then(|bytes| Some(inert::bytes(&path, &bytes)?.into_owned()))
        }
        Output::Redirect(at, redirect) => {
            let docs = docs(at);
            let redirect = &docs.redirects[redirect];
            let reference = &portal.catalog.get(docs.entity).reference;
            let url = routes::docs_asset(reference, docs.version.as_deref(), &redirect.file);
            // A file that is shown as text has no places that an address could name, and where it was nothing runs.
            let script = script.filter(|_| !redirect.target.ends_with(".txt"));
            Some(moved(&redirect.target, script.map(|script| routes::relative(&url, script))).into_bytes())
        }
        Output::Alias(at, alias, page) => {
            let (name, to) = portal.docs.versions[at].named_otherwise().nth(alias).unwrap_or_default();
            let docs = docs(to);
            let reference = &portal.catalog.get(docs.entity).reference;
            let path = &docs.pages[page].path;
            let url = routes::docs_version(reference, Some(name), path);
            let target = routes::docs_version(reference, docs.version.as_deref(), path);
            let script = script.map(|script| routes::relative(&url, script));
            Some(moved(&routes::relative(&url, &target), script).into_bytes())
        }
        Output::Former(at) | Output::FormerDocument(at, _) => {
            let Some((reference, former)) = portal.catalog.former().nth(at) else { return Ok(None) };
            let Ok(reference) = EntityRef::parse(reference, None, "default") else { return Ok(None) };
            let now = &portal.catalog.get(former.id).reference;
            let page = match output {
                Output::FormerDocument(_, page) => portal.docs.site(former.id).map(|docs| &docs.pages[page].path),
                _ => None,
            };
            let place = |of: &EntityRef| page.map_or_else(|| routes::entity(of), |path| routes::docs_page(of, path));
            let (url, target) = (place(&reference), place(now));
            let script = script.map(|script| routes::relative(&url, script));
            Some(moved(&routes::relative(&url, &target), script).into_bytes())
        }
        Output::Kept(at) => {
            let (redirect, _) = &portal.redirects[at];
            let path = kept_path(redirect);
            let to = redirect.to.trim_start_matches('/');
            let (to, place) = to.find('#').map_or((to, ""), |at| to.split_at(at));
            let script = script.map(|script| routes::relative(&path, script));
            Some(moved(&format!("{}{place}", routes::relative(&path, to)), script).into_bytes())
        }
        Output::Loan(at) => {
            let loan = &portal.docs.aliases[at];
            let place = |entity, path| routes::docs_page(&portal.catalog.get(entity).reference, path);
            let target = place(docs(loan.site).entity, &loan.path);
            let from = place(loan.entity, "");
            let script = script.map(|script| routes::relative(&from, script));
            Some(moved(&routes::relative(&from, &target), script).into_bytes())
        }
    })
}

/// Returns the text of all documents in the order of the portal, each below its title and address.
fn texts(portal: &Portal, read: &dyn Fn(FileId) -> Option<Vec<u8>>) -> String {
    let mut out = String::new();
    for docs in &portal.docs.sites {
        let reference = &portal.catalog.get(docs.entity).reference;
        for page in docs.pages.iter() {
            let Some(bytes) = read(page.file) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let (_, start) = crate::markdown::front_matter(&text);
            let text = text[start..].trim();
            if out.len() + text.len() > MAX_TEXTS {
                out.push_str("The rest is left out.\n");
                return out;
            }
            let url = routes::encoded(&routes::docs_page(reference, &page.path));
            let title = page.title.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = write!(out, "---\ntitle: {title}\nurl: {url}\n---\n\n{text}\n\n");
        }
    }
    out
}

/// Renders the whole site into a sink but for its search: pages and files, the theme's static files, and the files of
/// documents. Pages of the last build that would come out the same are kept.
///
/// A page is handed over as soon as it is made, so that the site is never in memory as a whole.
///
/// What the sink does not take because of its name is left out; returned is why.
///
/// # Errors
/// The first failure of a template or of the sink, by the order of pages.
pub fn pages(
    workspace: &Workspace,
    portal: &Portal,
    theme: &Theme,
    site: &Site,
    made: &PageFingerprints,
    sink: &dyn Sink,
) -> Result<Vec<Error>, Error> {
    made.of_catalog(|| catalog_key(workspace, portal));
    let bytes = |path: &str, what: Output| match what {
        Output::Planned(at) => {
            let context = RenderContext {
                theme,
                is_known: &|key| made.keeps(path, key, sink),
                tab_key: &|make| made.tab_key(path, make),
            };
            let page = page_unless(portal, &context, site, &site.pages()[at]);
            page.map(|page| page.map(|page| page.bytes))
        }
        _ => output(workspace, portal, theme, site, what),
    };
    let make = |(path, what): &(String, Output)| match bytes(path, *what) {
        Ok(bytes) => bytes.and_then(|bytes| sink.put(path, &bytes).err()),
        Err(error) => Some(error),
    };
    let failures: Vec<Option<Error>> = outputs(portal, theme, site).par_iter().map(make).collect();
    let (names, others): (Vec<Error>, Vec<Error>) =
        failures.into_iter().flatten().partition(|failure| matches!(failure, Error::Name { .. }));
    others.into_iter().next().map_or(Ok(names), Err)
}

/// Renders one documentation site alone: its pages, the theme's files, and what readers of TechDocs ask for.
///
/// # Errors
/// As [`pages`].
pub fn documentation(workspace: &Workspace, docs: &DocsSite, theme: &Theme, sink: &dyn Sink) -> Result<(), Error> {
    let page = |page: usize| {
        let bytes = theme.render("docs-alone.html", &standalone::model(docs, page))?;
        unless_taken(sink.put(&routes::output_path(&standalone::url(&docs.pages[page])), bytes.as_bytes()))
    };
    let pages = || (0..docs.pages.len()).into_par_iter().map(page).collect::<Result<Vec<()>, Error>>();
    let files = || -> Result<(), Error> {
        sink.put(standalone::SEARCH_INDEX, &standalone::search_index(docs))?;
        for asset in theme.assets() {
            unless_taken(sink.put(&asset.url, &asset.bytes))?;
        }
        copy(workspace, docs, &str::to_owned, sink)
    };
    let (pages, files) = rayon::join(pages, files);
    pages?;
    files?;
    let pages = docs.pages.iter().map(|page| routes::output_path(&standalone::url(page)));
    let copied = docs.assets.iter().map(|asset| asset.path.clone());
    let of_theme = theme.assets().iter().map(|asset| asset.url.clone());
    let made = [standalone::METADATA, standalone::SEARCH_INDEX].map(str::to_owned);
    let mut files: Vec<String> = pages.chain(copied).chain(of_theme).chain(made).collect();
    files.sort_unstable();
    sink.put(standalone::METADATA, &standalone::metadata(docs, &files))
}

/// Copies the pictures and other files of a documentation site, and writes what is at its old addresses.
fn copy(workspace: &Workspace, docs: &DocsSite, url: &dyn Fn(&str) -> String, sink: &dyn Sink) -> Result<(), Error> {
    for asset in docs.assets.iter() {
        // One that cannot be read is a problem that the analysis has reported.
        if let Ok(bytes) = workspace.bytes(asset.file, u64::MAX)
            && let Some(bytes) = inert::bytes(&asset.path, &bytes)
        {
            unless_taken(sink.put(&url(&asset.path), &bytes))?;
        }
    }
    for redirect in docs.redirects.iter() {
        unless_taken(sink.put(&url(&redirect.file), moved(&redirect.target, None).as_bytes()))?;
    }
    Ok(())
}

/// Passes over a file that cannot be written because of its name.
fn unless_taken(put: Result<(), Error>) -> Result<(), Error> {
    put.or_else(|failure| if matches!(failure, Error::Name { .. }) { Ok(()) } else { Err(failure) })
}

/// Returns a page that says where another one is now, and goes there: with the place in the page and what is asked of it if
/// `script` can do so.
fn moved(target: &str, script: Option<String>) -> String {
    let mut out = Html::new();
    out.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Moved</title>\n");
    out.start("link").attribute("rel", "canonical").attribute("href", target);
    out.raw("\n<meta name=\"robots\" content=\"noindex\">\n");
    let refresh = format!("0; url={target}");
    match script {
        Some(script) => {
            out.start("script").attribute("src", &script);
            out.end("script");
            out.raw("\n<noscript>");
            out.start("meta").attribute("http-equiv", "refresh").attribute("content", &refresh);
            out.raw("</noscript>");
        }
        None => drop(out.start("meta").attribute("http-equiv", "refresh").attribute("content", &refresh)),
    }
    out.raw("\n</head>\n<body>\n<p>This page has moved to ");
    out.start("a").attribute("href", target);
    out.text(target);
    out.raw("</a>.</p>\n</body>\n</html>\n");
    out.into_string()
}
