//! From a page to its bytes: page → model → template.
//!
//! Owns the choice of template, types of files, and rendering everything in parallel into a sink. Does not know disks
//! or sockets.
//!
//! Invariant: [`page`] is the only way to HTML, for a build and for a server that renders on request.

#[cfg(test)]
mod tests;

use rayon::prelude::*;
use serde::Serialize;

use crate::catalog::EntityId;
use crate::docs::DocsSite;
use crate::error::Error;
use crate::output::Sink;
use crate::portal::Portal;
use crate::routes;
use crate::site::chrome::Framed;
use crate::site::pages::{
    catalog, docs, entity, explore, files, graph, home, lists, problems, simple, standalone, status,
};
use crate::site::tabs::TABS;
use crate::site::{Page, PageKind, Site, View};
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
    let view = View { portal, site, url: &page.url };
    match page.kind {
        PageKind::Home => html(theme, "home.html", home::model(&view)),
        PageKind::Catalog => html(theme, "catalog.html", catalog::index(&view)),
        PageKind::Kind { kind, page } => html(theme, "catalog.html", catalog::kind(&view, kind, page)),
        PageKind::Entity { entity, tab } => entity_tab(theme, &view, entity, tab),
        PageKind::DefinitionPart { entity: id, part } => {
            html(theme, "tabs/definition.html", entity::definition_part(&view, id, part))
        }
        PageKind::DefinitionSource(id) => html(theme, "tabs/definition.html", entity::definition_source(&view, id)),
        PageKind::Apis => html(theme, "catalog.html", catalog::apis(&view)),
        PageKind::DocsIndex { page } => html(theme, "docs-index.html", lists::docs(&view, page)),
        PageKind::Docs { site, page } => html(theme, "docs.html", docs::model(&view, site, page)),
        PageKind::Explore => html(theme, "explore.html", explore::model(&view)),
        PageKind::Graph => html(theme, "graph.html", graph::model(&view)),
        PageKind::Create => html(theme, "create.html", lists::create(&view)),
        PageKind::Search => html(theme, "search.html", simple::search(&view)),
        PageKind::Problems => html(theme, "problems.html", problems::model(&view)),
        PageKind::Status => html(theme, "status.html", status::model(&view)),
        PageKind::Theme => html(theme, "theme.html", simple::theme(&view)),
        PageKind::NotFound => html(theme, "404.html", simple::not_found(&view)),
        PageKind::File(file) => {
            let (bytes, mime) = files::bytes(&view, file);
            Ok(Rendered { bytes, mime })
        }
    }
}

fn entity_tab(theme: &Theme, view: &View<'_>, id: EntityId, tab: usize) -> Result<Rendered, Error> {
    let template = match TABS[tab].id() {
        "" => "tabs/overview.html".to_owned(),
        other => format!("tabs/{other}.html"),
    };
    html(theme, &template, entity::model(view, id, tab))
}

fn html<M: Serialize>(theme: &Theme, template: &str, model: Framed<M>) -> Result<Rendered, Error> {
    let bytes = theme.render(template, &model)?.into_bytes();
    Ok(Rendered { bytes, mime: "text/html; charset=utf-8" })
}

/// Renders the whole site into a sink: pages and files, the theme's static files, and the files of documents.
///
/// A page is handed over as soon as it is made, so that the site never stands in memory as a whole.
///
/// # Errors
/// The first failure of a template or of the sink, by the order of pages.
pub fn all(workspace: &Workspace, portal: &Portal, theme: &Theme, site: &Site, sink: &dyn Sink) -> Result<(), Error> {
    let failures: Vec<Option<Error>> = site
        .pages()
        .par_iter()
        .map(|planned| {
            let put = |rendered: Rendered| sink.put(&routes::output_path(&planned.url), &rendered.bytes);
            page(portal, theme, site, planned).and_then(put).err()
        })
        .collect();
    if let Some(error) = failures.into_iter().flatten().next() {
        return Err(error);
    }
    for asset in theme.assets() {
        sink.put(&asset.url, &asset.bytes)?;
    }
    for (path, bytes) in &site.search().files {
        sink.put(path, bytes)?;
    }
    for docs in &portal.docs.sites {
        let reference = &portal.catalog.get(docs.entity).reference;
        // A document is its own twin in Markdown; what it includes stays to be included.
        for page in &docs.pages {
            if let Ok(bytes) = workspace.bytes(page.file, u64::MAX) {
                sink.put(&routes::markdown(&routes::docs_page(reference, &page.path)), &bytes)?;
            }
        }
        copy(workspace, docs, &|path| routes::docs_asset(reference, path), sink)?;
    }
    Ok(())
}

/// Renders one documentation alone: its pages, the theme's files, and what readers of TechDocs ask for.
///
/// # Errors
/// As [`all`].
pub fn documentation(workspace: &Workspace, docs: &DocsSite, theme: &Theme, sink: &dyn Sink) -> Result<(), Error> {
    let page = |page: usize| {
        let bytes = theme.render("docs-alone.html", &standalone::model(docs, page))?;
        sink.put(&routes::output_path(&standalone::url(&docs.pages[page])), bytes.as_bytes())
    };
    (0..docs.pages.len()).into_par_iter().map(page).collect::<Result<Vec<()>, Error>>()?;
    for asset in theme.assets() {
        sink.put(&asset.url, &asset.bytes)?;
    }
    copy(workspace, docs, &str::to_owned, sink)?;
    sink.put(standalone::SEARCH_INDEX, &standalone::search_index(docs))?;
    let pages = docs.pages.iter().map(|page| routes::output_path(&standalone::url(page)));
    let copied = docs.assets.iter().map(|asset| asset.path.clone());
    let of_theme = theme.assets().iter().map(|asset| asset.url.clone());
    let made = [standalone::METADATA, standalone::SEARCH_INDEX].map(str::to_owned);
    let mut files: Vec<String> = pages.chain(copied).chain(of_theme).chain(made).collect();
    files.sort_unstable();
    sink.put(standalone::METADATA, &standalone::metadata(docs, &files))
}

/// Copies the pictures and other files of a documentation, and writes what stands at its old addresses.
fn copy(workspace: &Workspace, docs: &DocsSite, url: &dyn Fn(&str) -> String, sink: &dyn Sink) -> Result<(), Error> {
    for asset in &docs.assets {
        // One that cannot be read is a problem that the analysis has reported.
        if let Ok(bytes) = workspace.bytes(asset.file, u64::MAX) {
            sink.put(&url(&asset.path), &bytes)?;
        }
    }
    for redirect in &docs.redirects {
        sink.put(&url(&format!("{}/index.html", redirect.path)), moved(&redirect.target).as_bytes())?;
    }
    Ok(())
}

/// Returns a page that says where another one is now, and goes there.
fn moved(target: &str) -> String {
    let target = crate::html::escape_attribute(target);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Moved</title>\n\
         <link rel=\"canonical\" href=\"{target}\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={target}\">\n</head>\n\
         <body>\n<p>This page has moved to <a href=\"{target}\">{target}</a>.</p>\n</body>\n</html>\n"
    )
}
