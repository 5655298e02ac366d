//! Files that are no pages: the read-only REST paths, the rows of the filters, and what hosts and crawlers read.
//!
//! The REST paths answer what a static host can: `GET /entities`, `/entities/by-name/KIND/NAMESPACE/NAME` (in lower
//! case) and `/entity-facets`, each as if asked without parameters, because a host ignores the query. Beside them
//! stand `entities.json`, `entities.ndjson`, `entities.csv` and a list for each kind. What changes something, and
//! what needs a body (`by-refs`, `by-query`), is not there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::catalog::export::entity_json;
use crate::catalog::Entity;
use crate::routes;
use crate::site::tabs::definition;
use crate::site::{File, PageKind, Site, View, view};

/// What pages may load and do; the strictest that lets them work. Images may be embedded, because icons are.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-src 'none'; base-uri 'self'; form-action 'self'";

/// Returns the bytes of a file and their type.
#[must_use]
pub fn bytes(view: &View<'_>, file: File) -> (Vec<u8>, &'static str) {
    const JSON: &str = "application/json";
    const TEXT: &str = "text/plain; charset=utf-8";
    let entities = || view.portal.catalog.entities();
    match file {
        File::Sitemap => (sitemap(view.site).into_bytes(), "application/xml"),
        File::Robots => (robots(view.site).into_bytes(), TEXT),
        File::Headers => (headers(view.site).into_bytes(), TEXT),
        File::Redirects => (redirects(view.site).into_bytes(), TEXT),
        File::ApiEntities => (list(entities()), JSON),
        File::ApiLines => {
            let mut out = Vec::new();
            for entity in entities() {
                out.extend_from_slice(&json(&entity_json(entity)));
                out.push(b'\n');
            }
            (out, "application/x-ndjson")
        }
        File::ApiCsv => (csv(view), "text/csv; charset=utf-8"),
        File::ApiFacets => (facets(entities().iter()), JSON),
        File::ApiKind(kind) => {
            let ids = view.site.kinds()[kind].entities.iter();
            (list(ids.map(|id| view.entity(*id))), JSON)
        }
        File::ApiEntity(id) => (json(&entity_json(view.entity(id))), JSON),
        File::CatalogRows(kind) => (rows(view, kind), JSON),
        File::Definition(id) => match definition::Source::of(view.entity(id)) {
            Some(source) => (source.text.as_bytes().to_vec(), definition_type(source.extension)),
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

/// Writes JSON in which nothing can be taken for HTML: the list of entities is the index of a folder, which some hosts
/// send as a page.
fn json(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut out = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'<' => out.extend_from_slice(b"\\u003c"),
            b'>' => out.extend_from_slice(b"\\u003e"),
            b'&' => out.extend_from_slice(b"\\u0026"),
            _ => out.push(byte),
        }
    }
    out
}

fn list<'a>(entities: impl IntoIterator<Item = &'a Entity>) -> Vec<u8> {
    let mut out = vec![b'['];
    for (at, entity) in entities.into_iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(b",\n");
        }
        out.extend_from_slice(&json(&entity_json(entity)));
    }
    out.push(b']');
    out
}

/// One value of a facet.
#[derive(Serialize)]
struct Facet<'a> {
    value: &'a str,
    count: usize,
}

fn facets<'a>(entities: impl Iterator<Item = &'a Entity>) -> Vec<u8> {
    let mut found: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for name in [
        "kind",
        "spec.type",
        "spec.lifecycle",
        "metadata.namespace",
        "metadata.tags",
        "relations.ownedBy",
        "relations.partOf",
    ] {
        found.insert(name, BTreeMap::new());
    }
    let mut add = |name: &'static str, value: &'a str| {
        *found.entry(name).or_default().entry(value).or_default() += 1;
    };
    for entity in entities {
        add("kind", &entity.kind);
        add("metadata.namespace", entity.namespace());
        if let Some(kind) = entity.spec_str("type") {
            add("spec.type", kind);
        }
        if let Some(lifecycle) = entity.spec_str("lifecycle") {
            add("spec.lifecycle", lifecycle);
        }
        for tag in entity.tags() {
            add("metadata.tags", tag);
        }
        for relation in &entity.relations {
            match &*relation.kind {
                "ownedBy" => add("relations.ownedBy", relation.target.as_str()),
                "partOf" => add("relations.partOf", relation.target.as_str()),
                _ => {}
            }
        }
    }
    let facets: BTreeMap<&str, Vec<Facet<'_>>> = found
        .into_iter()
        .map(|(name, values)| (name, values.into_iter().map(|(value, count)| Facet { value, count }).collect()))
        .collect();
    json(&BTreeMap::from([("facets", facets)]))
}

fn csv(view: &View<'_>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = ["ref", "kind", "namespace", "name", "title", "type", "lifecycle", "owner", "system", "tags", "description"];
    let _ = writer.write_record(head);
    for entity in view.portal.catalog.entities() {
        let related = |kind: &str, target: Option<&str>| {
            let fits = |relation: &&crate::catalog::Relation| target.is_none_or(|kind| relation.target.kind() == kind);
            entity.related(kind).find(fits).map(|relation| relation.target.to_string()).unwrap_or_default()
        };
        let tags: Vec<&str> = entity.tags().collect();
        let record = [
            entity.reference.as_str(),
            &entity.kind,
            entity.namespace(),
            entity.name(),
            entity.title(),
            entity.spec_str("type").unwrap_or_default(),
            entity.spec_str("lifecycle").unwrap_or_default(),
            &related("ownedBy", None),
            &related("partOf", Some("system")),
            &tags.join(" "),
            entity.description().unwrap_or_default(),
        ];
        // A sheet would run a cell that begins like a formula.
        let record = record.map(|cell| if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() });
        let _ = writer.write_record(&record);
    }
    writer.into_inner().unwrap_or_default()
}

/// The rows of one kind: values that repeat are numbers into `names`.
#[derive(Serialize)]
struct Rows<'a> {
    kind: &'a str,
    one: &'a str,
    many: &'a str,
    class: &'static str,
    columns: Vec<(&'static str, &'static str)>,
    /// Reference and title of owners and systems.
    refs: Vec<(String, String)>,
    /// Name, title (if it differs), namespace, type, lifecycle, owner, system, tags, description.
    rows: Vec<RowData<'a>>,
}

type RowData<'a> =
    (&'a str, Option<&'a str>, &'a str, Option<&'a str>, Option<&'a str>, Option<usize>, Option<usize>, Vec<&'a str>, String);

fn rows(view: &View<'_>, kind: usize) -> Vec<u8> {
    let group = &view.site.kinds()[kind];
    let mut refs: Vec<(String, String)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut number = |link: view::EntityLink| {
        *known.entry(link.reference.clone()).or_insert_with(|| {
            refs.push((link.reference, link.title));
            refs.len() - 1
        })
    };
    let rows = group
        .entities
        .iter()
        .map(|id| {
            let entity = view.entity(*id);
            let title = Some(entity.title()).filter(|title| *title != entity.name());
            let owner = view.owner(entity).map(&mut number);
            let system = view.part_of(entity, "system").map(&mut number);
            let description = view::shortened(entity.description().unwrap_or_default().trim(), 120).into_owned();
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
            )
        })
        .collect();
    let columns = group.face.columns.iter().map(|column| (column.id(), column.title())).collect();
    let face = &group.face;
    json(&Rows { kind: &face.kind, one: &face.one, many: &face.many, class: face.class, columns, refs, rows })
}

/// Lists the pages that are worth finding: overviews and documents, not their raw forms.
fn sitemap(site: &Site) -> String {
    let base = site.base_url().unwrap_or_default();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for page in site.pages() {
        let listed = match page.kind {
            PageKind::File(_) | PageKind::NotFound | PageKind::Search | PageKind::Problems => false,
            PageKind::Entity { tab, .. } => crate::site::tabs::TABS[tab].id() != "raw",
            _ => true,
        };
        if listed {
            let url = crate::html::escape(&format!("{base}{}", routes::encoded(&page.url))).to_string();
            let _ = writeln!(out, "<url><loc>{url}</loc></url>");
        }
    }
    out.push_str("</urlset>\n");
    out
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
fn redirects(site: &Site) -> String {
    let base = site.base_path();
    format!(
        "{base}api/catalog/entities {base}api/catalog/entities/index.html 200\n\
         {base}catalog/:namespace/:kind/:name/docs/* {base}docs/:namespace/:kind/:name/:splat 301\n\
         {base}create/templates/:namespace/:name {base}catalog/:namespace/template/:name/ 301\n"
    )
}
