//! Files that are no pages: the read-only REST paths, the rows of the filters, and what hosts and crawlers read.
//!
//! The REST paths answer what a static host can: `GET /entities`, `/entities/by-name/KIND/NAMESPACE/NAME` (in lower
//! case) and `/entity-facets`, each as if asked without parameters, because a host ignores the query. Beside them are
//! `entities.json`, `entities.ndjson`, `entities.csv` and a list for each kind. What changes something, and what needs
//! a body (`by-refs`, `by-query`), is not there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use rayon::prelude::*;
use serde::Serialize;

use super::{PAGES, PageContent, PageType, json};
use crate::catalog::export::{self, EntityJson, FacetValue};
use crate::catalog::{Entity, EntityId, EntityRef};
use crate::html::Html;
use crate::inert;
use crate::markdown::commonmark;
use crate::portal::Portal;
use crate::routes;
use crate::site::catalog_lists::Shared;
use crate::site::kind_display::Column;
use crate::site::table::{self, Cell};
use crate::site::tabs::definition;
use crate::site::{File, PageContext, Site, Subject, atom, context, feeds, scorecards};

/// What pages may load and do; the strictest that lets them work. Images may be embedded, because icons are.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-src 'none'; base-uri 'self'; form-action 'self'";

/// All files that are no pages.
pub struct Files;

impl PageType for Files {
    fn plan(&self, portal: &Portal, site: &Site) -> Vec<(String, Subject)> {
        let mut files = Vec::new();
        let mut add = |url: String, file: File| files.push((url, Subject::File(file)));
        add(routes::api_entities(), File::ApiEntities);
        add(routes::api_file("entities.json"), File::ApiEntities);
        add(routes::api_file("entities.ndjson"), File::ApiLines);
        add(routes::api_file("entities.csv"), File::ApiCsv);
        add(routes::api_file("entity-facets"), File::ApiFacets);
        for (kind, group) in site.kinds().iter().enumerate() {
            add(routes::api_kind(&group.face.kind), File::ApiKind(kind));
            add(routes::catalog_rows(&group.face.kind), File::CatalogRows(kind));
        }
        for (at, listing) in site.listings().all().iter().enumerate() {
            if let Shared::View(_) = listing.shared {
                add(routes::view_members(&listing.url), File::ViewMembers(at));
            }
        }
        add(routes::graph_data(), File::GraphData);
        let entities = (0..portal.catalog.entities().len()).into_par_iter().map(EntityId::new);
        files.par_extend(entities.flat_map_iter(|id| files_of(portal, site, id)));
        let mut add = |url: String, file: File| files.push((url, Subject::File(file)));
        if site.base_url().is_some() {
            add(routes::SITEMAP.to_owned(), File::Sitemap);
            add(routes::FEED.to_owned(), File::Feed);
            add(routes::API_CATALOG.to_owned(), File::ApiCatalog);
            add(routes::OPENSEARCH.to_owned(), File::OpenSearch);
        }
        add(routes::LLMS.to_owned(), File::Llms);
        add(routes::ROBOTS.to_owned(), File::Robots);
        add(routes::HEADERS.to_owned(), File::Headers);
        add(routes::REDIRECTS.to_owned(), File::Redirects);
        add(routes::NO_JEKYLL.to_owned(), File::NoJekyll);
        files
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        let Subject::File(file) = subject else { return PageContent::nothing() };
        content(view, file)
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

/// Lists what programs read of an entity.
fn files_of(portal: &Portal, site: &Site, id: EntityId) -> Vec<(String, Subject)> {
    let entity = portal.catalog.get(id);
    let mut files = Vec::new();
    let mut add = |url: String, file: File| files.push((url, Subject::File(file)));
    if !entity.rejected_by_backstage {
        add(routes::api_entity(&entity.reference), File::ApiEntity(id));
    }
    add(routes::markdown(&routes::entity(&entity.reference)), File::EntityMarkdown(id));
    let has_docs = portal.docs.site(id).is_some();
    if site.base_url().is_some() {
        // A feed where there may be news.
        let owns = entity.related("ownerOf").next().is_some();
        if has_docs || owns || portal.decisions.of(id).is_some() {
            add(routes::entity_feed(&entity.reference), File::EntityFeed(id));
        }
        if has_docs {
            add(routes::docs_feed(&entity.reference), File::DocsFeed(id));
        }
    }
    if site.config().badges {
        for badge in feeds::Badge::ALL {
            add(routes::badge(&entity.reference, badge.id()), File::Badge(id, badge));
        }
    }
    if let Some(definition) = definition::Source::of(entity) {
        add(routes::definition_file(&entity.reference, definition.extension), File::Definition(id));
    }
    files
}

/// Makes a file.
pub(super) fn content(view: &PageContext<'_>, file: File) -> PageContent {
    let (bytes, mime) = bytes(view, file);
    PageContent::File { bytes, mime }
}

/// Returns the bytes of a file and their type.
fn bytes(view: &PageContext<'_>, file: File) -> (Vec<u8>, &'static str) {
    const JSON: &str = "application/json";
    const TEXT: &str = "text/plain; charset=utf-8";
    const ATOM: &str = "application/atom+xml";
    const MARKDOWN: &str = "text/markdown; charset=utf-8";
    match file {
        File::Sitemap => (sitemap(view.site).into_bytes(), "application/xml"),
        File::OpenSearch => (opensearch(view.site).into_bytes(), "application/opensearchdescription+xml"),
        File::Robots => (robots(view.site).into_bytes(), TEXT),
        File::Headers => (headers(view.site).into_bytes(), TEXT),
        File::Redirects => (redirects(view).into_bytes(), TEXT),
        File::NoJekyll => (Vec::new(), TEXT),
        File::ApiEntities => (list(view.portal.catalog.exported()), JSON),
        File::ApiLines => (export::ndjson(&view.portal.catalog), "application/x-ndjson"),
        File::ApiCsv => {
            (export::csv(&view.portal.catalog, &view.site.config().columns).into_bytes(), "text/csv; charset=utf-8")
        }
        File::ApiFacets => (facets(view), JSON),
        File::ApiKind(kind) => {
            let ids = view.site.kinds()[kind].entities.iter();
            (list(ids.map(|id| view.entity(*id)).filter(|entity| !entity.rejected_by_backstage)), JSON)
        }
        File::ApiEntity(id) => (json(&EntityJson(view.entity(id))), JSON),
        File::EntityMarkdown(id) => (feeds::entity_markdown(view, id).into_bytes(), MARKDOWN),
        File::Badge(id, badge) => (feeds::badge(view, id, badge).into_bytes(), "image/svg+xml"),
        File::Llms => (feeds::llms(view).into_bytes(), MARKDOWN),
        File::Feed => (atom::of_portal(view).into_bytes(), ATOM),
        File::EntityFeed(id) => (atom::of_entity(view, id).into_bytes(), ATOM),
        File::DocsFeed(id) => (atom::of_docs(view, id).into_bytes(), ATOM),
        File::AnnouncementsFeed => (atom::of_announcements(view).into_bytes(), ATOM),
        File::GraphData => (super::graph::data(view), JSON),
        File::CatalogRows(kind) => (rows(view, kind), JSON),
        File::ViewMembers(at) => {
            let members = &view.site.listings().all()[at].entities;
            let references: Vec<&str> = members.iter().map(|id| view.entity(*id).reference.as_str()).collect();
            (json(&references), JSON)
        }
        File::ApiCatalog => (json(&api_catalog(view)), "application/linkset+json"),
        File::DefinitionBundle(id) => {
            let text = view.portal.apis.of(id).and_then(|api| api.bundled.as_deref()).unwrap_or_default();
            (text.as_bytes().to_vec(), definition_type("yaml"))
        }
        File::DefinitionItems(id) => (json(&definition::items(view, id)), JSON),
        File::DocsVersions(id) => {
            let list = view.portal.docs.versions_of(id).map(|versions| super::version_links::list(view, versions));
            (list.unwrap_or_default(), JSON)
        }
        File::Definition(id) => match definition::Source::of(view.entity(id)) {
            Some(source) => (inert::text(source.text.as_bytes()).into_owned(), definition_type(source.extension)),
            None => (Vec::new(), TEXT),
        },
    }
}

/// Definitions come from authors, so that none may be taken for a page of the portal.
fn definition_type(extension: &str) -> &'static str {
    match extension {
        "json" => "application/json",
        "yaml" => "application/yaml",
        _ => "text/plain; charset=utf-8",
    }
}

fn list<'a>(entities: impl IntoIterator<Item = &'a Entity>) -> Vec<u8> {
    let mut out = vec![b'['];
    for (at, entity) in entities.into_iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(b",\n");
        }
        out.extend_from_slice(&json(&EntityJson(entity)));
    }
    out.push(b']');
    out
}

/// Answers for every facet that people ask for, because a host cannot see which ones are asked for.
fn facets(view: &PageContext<'_>) -> Vec<u8> {
    let facet = |path: &&'static str| (*path, export::facet(&view.portal.catalog, path));
    let facets: BTreeMap<&str, Vec<FacetValue>> = export::FACETS.iter().map(facet).collect();
    json(&BTreeMap::from([("facets", facets)]))
}

/// The rows of one kind: values that repeat are numbers into `names`.
#[derive(Serialize)]
struct Rows<'a> {
    kind: &'a str,
    one: &'a str,
    many: &'a str,
    class: &'static str,
    /// Key and title of the columns that only this kind has.
    more: Vec<(Cow<'static, str>, &'a str)>,
    /// Reference and title of owners and systems.
    refs: Vec<(String, String)>,
    /// The levels of scorecards that occur: what a filter names, and what readers see.
    levels: Vec<(String, String)>,
    /// Name, title (if it differs), namespace, type, lifecycle, owner, system, tags, description, 1 for problems plus 2
    /// for documentation, the columns of `more` (a text, or numbers into `refs`), and numbers into `levels`.
    rows: Vec<RowData<'a>>,
}

type RowData<'a> = (
    &'a str,
    Option<&'a str>,
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    Option<usize>,
    Option<usize>,
    Vec<&'a str>,
    String,
    u8,
    Vec<serde_json::Value>,
    Vec<usize>,
);

fn rows(view: &PageContext<'_>, kind: usize) -> Vec<u8> {
    let group = &view.site.kinds()[kind];
    let mut refs: Vec<(String, String)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut number = |link: context::EntityLink| {
        *known.entry(link.reference.clone()).or_insert_with(|| {
            refs.push((link.reference, link.title));
            refs.len() - 1
        })
    };
    let mut levels: Vec<(String, String)> = Vec::new();
    let mut of_level: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let common = [Column::Name, Column::Type, Column::Lifecycle, Column::Owner, Column::System];
    let common = |column: &&Column| common.contains(column) || matches!(column, Column::Description | Column::Tags);
    let more: Vec<Column> = group.face.columns.iter().filter(|column| !common(column)).copied().collect();
    let rows = group
        .entities
        .iter()
        .map(|id| {
            let entity = view.entity(*id);
            let title = Some(entity.title()).filter(|title| *title != entity.name());
            let owner = view.owner(entity).map(&mut number);
            let system = view.part_of(entity, "system").map(&mut number);
            let description =
                context::shortened(&commonmark::plain(entity.description().unwrap_or_default()), 120).into_owned();
            let has_problems = view.site.problems_of(*id).next().is_some();
            let flags = u8::from(has_problems) + 2 * u8::from(view.site.docs_of(*id).is_some());
            let more = more
                .iter()
                .map(|column| match table::cell(view, *column, entity) {
                    Cell::Text { text } => text.into(),
                    Cell::Anchor { anchor } => anchor.href.into(),
                    Cell::Links { links } => links.into_iter().map(&mut number).collect::<Vec<usize>>().into(),
                    _ => serde_json::Value::Null,
                })
                .collect();
            let reached = scorecards::levels(view.portal, *id).map(|(at, card, rank)| {
                *of_level.entry((at, rank)).or_insert_with(|| {
                    let level = scorecards::badge(card, rank);
                    levels.push((format!("{}={}", card.id, level.id), format!("{}: {}", card.title, level.title)));
                    levels.len() - 1
                })
            });
            let reached = reached.collect();
            (
                entity.name(),
                title,
                entity.namespace(),
                entity.spec_str("type"),
                entity.spec_str("lifecycle"),
                owner,
                system,
                entity.tags().collect(),
                description,
                flags,
                more,
                reached,
            )
        })
        .collect();
    let more = more.iter().map(|column| (column.id(), column.title(view.site.config()))).collect();
    let face = &group.face;
    json(&Rows { kind: &face.kind, one: &face.one, many: &face.many, class: face.class, more, refs, levels, rows })
}

/// Lists the pages that are worth finding: overviews and documents, not their raw forms.
fn sitemap(site: &Site) -> String {
    let base = site.base_url().unwrap_or_default();
    let mut out = Html::new();
    out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.start("urlset").attribute("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
    out.raw("\n");
    for page in site.pages() {
        // What has a name of a file is data: lists as JSON or CSV, badges, feeds.
        if page.url.ends_with('/') && PAGES[page.of].in_sitemap(page.subject) {
            out.start("url");
            out.element("loc", &format!("{base}{}", routes::encoded(&page.url)));
            out.end("url");
            out.raw("\n");
        }
    }
    out.end("urlset");
    out.raw("\n");
    out.into_string()
}

/// Lists every API with the addresses of its pages and its definition, as a set of links.
fn api_catalog(view: &PageContext<'_>) -> serde_json::Value {
    let base = view.site.base_url().unwrap_or_default();
    let link = |url: &str, media: &str| serde_json::json!([{"href": format!("{base}{}", routes::encoded(url)), "type": media}]);
    let apis = view
        .portal
        .catalog
        .iter()
        .filter(|(_, entity)| entity.reference.kind() == "api" && !entity.rejected_by_backstage);
    let links: Vec<serde_json::Value> = apis
        .map(|(id, entity)| {
            let mut set = serde_json::json!({
                "anchor": format!("{base}{}", routes::encoded(&routes::entity(&entity.reference))),
                "service-doc": link(&routes::entity_tab(&entity.reference, "definition"), "text/html"),
                "service-meta": link(&routes::api_entity(&entity.reference), "application/json"),
            });
            if view.portal.apis.of(id).is_some_and(|api| api.bundled.is_some()) {
                set["service-desc"] = link(&routes::definition_bundle(&entity.reference), "application/yaml");
            } else if let Some(source) = definition::Source::of(entity) {
                let url = routes::definition_file(&entity.reference, source.extension);
                set["service-desc"] = link(&url, definition_type(source.extension));
            }
            set
        })
        .collect();
    serde_json::json!({"linkset": links})
}

/// Describes the search to browsers, so that readers can ask it from the address bar.
fn opensearch(site: &Site) -> String {
    let title = &site.config().title;
    let mut out = Html::new();
    out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.start("OpenSearchDescription").attribute("xmlns", "http://a9.com/-/spec/opensearch/1.1/");
    out.raw("\n");
    // The name may have 16 characters.
    out.element("ShortName", &title.chars().take(16).collect::<String>());
    out.raw("\n");
    out.element("Description", title);
    out.raw("\n");
    out.element("InputEncoding", "UTF-8");
    out.raw("\n");
    let template = format!("{}{}?query={{searchTerms}}", site.base_url().unwrap_or_default(), routes::SEARCH);
    out.empty("Url").attribute("type", "text/html").attribute("template", &template);
    out.raw("\n");
    out.end("OpenSearchDescription");
    out.raw("\n");
    out.into_string()
}

fn robots(site: &Site) -> String {
    let mut out = String::from("User-agent: *\nAllow: /\n");
    if let Some(base) = site.base_url() {
        let _ = writeln!(out, "\nSitemap: {base}{}", routes::SITEMAP);
    }
    out
}

/// Headers as Netlify and Cloudflare Pages read them. Files with a hash in their name never change.
fn headers(site: &Site) -> String {
    let base = site.base_path();
    format!(
        "{base}*\n  Content-Security-Policy: {CONTENT_SECURITY_POLICY}; frame-ancestors 'none'\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: strict-origin-when-cross-origin\n\n\
         {base}static/*\n  Cache-Control: public, max-age=31536000, immutable\n\n\
         {base}api/catalog/*\n  Content-Type: application/json; charset=utf-8\n  Access-Control-Allow-Origin: *\n"
    )
}

/// Redirects in the same form: addresses of Backstage that have another place here.
fn redirects(view: &PageContext<'_>) -> String {
    let base = view.site.base_path();
    let mut out = format!(
        "{base}api/catalog/entities {base}api/catalog/entities/index.html 200\n\
         {base}catalog/:namespace/:kind/:name/docs/* {base}docs/:namespace/:kind/:name/:splat 301\n\
         {base}api/badges/entity/:namespace/:kind/:name/badge/:id {base}api/badges/entity/:namespace/:kind/:name/badge/:id.svg 200\n\
         {base}create/templates/:namespace/:name {base}catalog/:namespace/template/:name/ 301\n"
    );
    // What entities were called before, with all that was below them.
    for (reference, former) in view.portal.catalog.former().take(MAX_FORMER) {
        let Ok(reference) = EntityRef::parse(reference, None, "default") else { continue };
        let now = &view.entity(former.id).reference;
        for place in [|it: &EntityRef| routes::entity(it), |it: &EntityRef| routes::docs_page(it, "")] {
            let [from, to] = [&reference, now].map(|it| routes::encoded(&place(it)));
            let _ = writeln!(out, "{base}{from}* {base}{to}:splat 301");
        }
    }
    for (redirect, _) in view.portal.redirects.iter().take(MAX_FORMER) {
        let [from, to] = [&redirect.from, &redirect.to].map(|it| it.trim_start_matches('/').to_owned());
        let (to, place) = to.find('#').map_or((&*to, ""), |at| to.split_at(at));
        let [from, to] = [&*from, to].map(routes::encoded);
        let _ = writeln!(out, "{base}{from} {base}{to}{place} 301");
    }
    // Hosts that know them send readers on sooner than a page does; some take no more than a hundred patterns.
    for versions in view.portal.docs.versions.iter().take(MAX_VERSIONED) {
        let reference = &view.entity(versions.entity).reference;
        for (name, to) in versions.named_otherwise().take(2) {
            let of = |version| routes::encoded(&routes::docs_version(reference, version, ""));
            let to = of(view.portal.docs.nth(to).version.as_deref());
            let _ = writeln!(out, "{base}{}* {base}{to}:splat 302", of(Some(name)));
        }
    }
    out
}

/// Maximum number of former names of entities among the redirects.
const MAX_FORMER: usize = 20;

/// Maximum number of documentation sites with versions among the redirects.
const MAX_VERSIONED: usize = 20;
