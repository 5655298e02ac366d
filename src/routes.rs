//! Every URL of the site, the file it is written to, and how one page links to another.
//!
//! A URL here is the path below the root of the site, without a leading slash and not percent-encoded: `""` is the
//! home page, `catalog/default/component/web/` an entity. One that ends in `/` (or is empty) is a page and is written
//! to `index.html` in that folder; any other is a file of exactly that name.
//!
//! Links are relative, so that the site works below any base path and from a disk.
//!
//! Invariant: an entity has exactly three segments below `catalog/`, a list of a kind one, a further page of that list
//! two. So no kind, namespace or name can make two pages fall on the same address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::catalog::EntityRef;
use crate::docs::VERSIONS;
use crate::inert::Publication;
use crate::portable::{composed, entity_segment, segment};

/// What needs attention now.
pub const ATTENTION: &str = "attention/";
/// The sources of what other tools know.
pub const INTEGRATIONS: &str = "integrations/";
/// The home page.
pub const HOME: &str = "";
/// The catalog index.
pub const CATALOG: &str = "catalog/";
/// The list of APIs.
pub const APIS: &str = "api-docs/";
/// The list of documentation sites.
pub const DOCS: &str = "docs/";
/// Domains, systems and the organisation.
pub const EXPLORE: &str = "explore/";
/// The whole graph, to filter and walk through.
pub const GRAPH: &str = "catalog-graph/";
/// Every decision record.
pub const DECISIONS: &str = "decisions/";
/// What the failure of which entity costs.
pub const IMPACT: &str = "impact/";
/// The same as a table for programs.
pub const IMPACT_TABLE: &str = "impact/impact.csv";
/// All scorecards.
pub const SCORECARDS: &str = "scorecards/";
/// Who has another level than before, as data.
pub const SCORECARD_CHANGES: &str = "api/scorecards/changes.json";
/// Figures of the whole portal.
pub const INSIGHTS: &str = "insights/";
/// How old the evidence of each entity is.
pub const FRESHNESS: &str = "insights/freshness/";
/// The same as a table.
pub const FRESHNESS_FILE: &str = "insights/freshness.csv";
/// How software is delivered.
pub const DELIVERY: &str = "insights/delivery/";
/// The same as a table.
pub const DELIVERY_FILE: &str = "insights/delivery.csv";
/// All dashboards.
pub const DASHBOARDS: &str = "dashboards/";
/// The first tech radar.
pub const RADAR: &str = "tech-radar/";
/// What the organisation announces.
pub const ANNOUNCEMENTS: &str = "announcements/";
/// The same as a feed.
pub const ANNOUNCEMENTS_FEED: &str = "announcements/feed.xml";
/// The list of templates.
pub const CREATE: &str = "create/";
/// The actions of templates.
pub const CREATE_ACTIONS: &str = "create/actions/";
/// The search page.
pub const SEARCH: &str = "search/";
/// Every problem of the build.
pub const PROBLEMS: &str = "problems/";
/// What a host shows for an unknown address.
pub const NOT_FOUND: &str = "404.html";
/// The newest changes as a feed.
pub const FEED: &str = "feed.xml";
/// What the portal is, for language models.
pub const LLMS: &str = "llms.txt";
/// The text of all documents, for language models.
pub const LLMS_FULL: &str = "llms-full.txt";
/// Every component of the theme in every state.
pub const THEME: &str = "theme/";
/// What was built.
pub const PREVIEW: &str = "preview/";
/// What can be read of the build.
pub const STATUS: &str = "status/";
/// The list of pages for search engines.
pub const SITEMAP: &str = "sitemap.xml";
/// Every API for programs that discover them, as RFC 9727 has it.
pub const API_CATALOG: &str = ".well-known/api-catalog";
/// How browsers ask the search.
pub const OPENSEARCH: &str = "opensearch.xml";
/// What search engines may visit.
pub const ROBOTS: &str = "robots.txt";
/// Response headers, in the form of Netlify and Cloudflare Pages.
pub const HEADERS: &str = "_headers";
/// Redirects, in the same form.
pub const REDIRECTS: &str = "_redirects";
/// Keeps GitHub Pages from making pages of the Markdown files, as authors wrote them.
pub const NO_JEKYLL: &str = ".nojekyll";
/// The folder of the theme's files.
pub const STATIC: &str = "static/";

/// The root of the read-only REST paths.
const API: &str = "api/catalog/";

/// Returns the list of the entities of one kind; `page` counts from 1.
#[must_use]
pub fn kind_list(kind: &str, page: usize) -> String {
    let kind = kind.to_lowercase();
    let kind = entity_segment(&kind);
    if page <= 1 { format!("{CATALOG}{kind}/") } else { format!("{CATALOG}{kind}/{page}/") }
}

/// Returns the list of the entities of a kind and type; nothing is left of a type of signs only, and the address then
/// ends in two slashes.
#[must_use]
pub fn type_list(kind: &str, value: &str) -> String {
    format!("type/{}/{}/", entity_segment(&kind.to_lowercase()), value_segment(value))
}

/// Returns the list of the entities with a tag.
#[must_use]
pub fn tag_list(tag: &str) -> String {
    format!("tag/{}/", value_segment(tag))
}

/// Returns the list of what somebody owns.
#[must_use]
pub fn owner_list(owner: &EntityRef) -> String {
    format!("owner/{}/", place(owner))
}

/// Returns a view that the organisation has saved, by its title and, where nothing of that is left, its place.
#[must_use]
pub fn saved_view(title: &str, at: usize) -> String {
    match value_segment(title) {
        segment if segment.is_empty() => format!("views/{}/", at + 1),
        segment => format!("views/{segment}/"),
    }
}

/// Returns the file that names the entities of the view at `url`, for the filters of its page.
#[must_use]
pub fn view_members(url: &str) -> String {
    format!("{url}members.json")
}

/// Returns a page of the list at `url`; `page` counts from 1.
#[must_use]
pub fn list_page(url: &str, page: usize) -> String {
    if page <= 1 { url.to_owned() } else { format!("{url}{page}/") }
}

/// Returns a value as one segment that every disk takes: tags keep what distinguishes them (`c++`, `c#`, `a:b`).
fn value_segment(value: &str) -> String {
    let mut letters = String::with_capacity(value.len());
    for c in composed(&value.to_lowercase()).chars() {
        match c {
            '+' | '_' | '-' => letters.push(c),
            '#' => letters.push_str("~sharp"),
            ':' => letters.push('~'),
            c if c.is_alphanumeric() => letters.push(c),
            _ => letters.push('-'),
        }
    }
    let has_letter = value.contains(char::is_alphanumeric);
    if has_letter { segment(&letters).into_owned() } else { String::new() }
}

/// Returns where an entity is in every part of the site that has a folder for each: `namespace/kind/name`.
fn place(reference: &EntityRef) -> String {
    let [namespace, kind, name] = [reference.namespace(), reference.kind(), reference.name()].map(entity_segment);
    format!("{namespace}/{kind}/{name}")
}

/// Returns a page of the list of documentation; `page` counts from 1.
#[must_use]
pub fn docs_list(page: usize) -> String {
    if page <= 1 { DOCS.to_owned() } else { format!("{DOCS}{page}/") }
}

/// Returns the page of a source of what other tools know.
#[must_use]
pub fn integration(source: &str) -> String {
    let name: String =
        source.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect();
    format!("{INTEGRATIONS}{}/", name.to_lowercase())
}

/// Returns the page of a scorecard.
#[must_use]
pub fn scorecard(id: &str) -> String {
    format!("{SCORECARDS}{}/", segment(id))
}

/// Returns the results of a scorecard as data: `json` or `csv`.
#[must_use]
pub fn scorecard_file(id: &str, ending: &str) -> String {
    format!("{SCORECARDS}{}.{ending}", segment(id))
}

/// Returns the page of a rule of a scorecard.
#[must_use]
pub fn scorecard_rule(id: &str, rule: &str) -> String {
    format!("{}rules/{}/", scorecard(id), segment(rule))
}

/// Returns the page of an initiative of a scorecard.
#[must_use]
pub fn scorecard_initiative(id: &str, initiative: &str) -> String {
    format!("{}initiatives/{}/", scorecard(id), segment(initiative))
}

/// Returns what scorecards say of an entity, as data.
#[must_use]
pub fn scorecards_of(reference: &EntityRef) -> String {
    format!("api/scorecards/{}.json", place(reference))
}

/// Returns the table behind a figure of the whole portal.
#[must_use]
pub fn insight_file(id: &str) -> String {
    format!("{INSIGHTS}{}.csv", segment(id))
}

/// Returns the list behind a figure of the whole portal.
#[must_use]
pub fn insight(id: &str) -> String {
    format!("{INSIGHTS}{}/", segment(id))
}

/// Returns the page of a dashboard.
#[must_use]
pub fn dashboard(id: &str) -> String {
    format!("{DASHBOARDS}{}/", segment(id))
}

/// Returns the rows of a table of a dashboard.
#[must_use]
pub fn dashboard_file(id: &str, widget: &str) -> String {
    format!("{DASHBOARDS}{}/{}.csv", segment(id), segment(widget))
}

/// Returns the overview of an entity.
#[must_use]
pub fn entity(reference: &EntityRef) -> String {
    format!("{CATALOG}{}/", place(reference))
}

/// Returns a tab of an entity; the empty one is the overview.
#[must_use]
pub fn entity_tab(reference: &EntityRef, tab: &str) -> String {
    let mut url = entity(reference);
    if !tab.is_empty() {
        url.push_str(tab);
        url.push('/');
    }
    url
}

/// Returns the page of a decision record, by its path below the folder without its ending; those of no entity have the
/// number of their folder instead.
#[must_use]
pub fn decision(entity: Option<&EntityRef>, folder: usize, id: &str) -> String {
    let mut url = match entity {
        Some(reference) => entity_tab(reference, "adrs"),
        None => format!("{DECISIONS}{folder}/"),
    };
    for name in id.split('/') {
        url.push_str(&segment(name));
        url.push('/');
    }
    url
}

/// Returns a page of a tech radar, by its name and that of an entry; the first radar has no name, and its own page no entry.
#[must_use]
pub fn radar(id: Option<&str>, entry: &str) -> String {
    let mut url = RADAR.to_owned();
    for name in id.into_iter().chain(Some(entry).filter(|entry| !entry.is_empty())) {
        url.push_str(name);
        url.push('/');
    }
    url
}

/// Returns a picture of the decision records of an entity, by its number and name.
#[must_use]
pub fn decision_picture(entity: Option<&EntityRef>, folder: usize, picture: usize, name: &str) -> String {
    format!("{}{picture}-{}", decision(entity, folder, "-pictures"), segment(name))
}

/// Returns the page of an announcement.
#[must_use]
pub fn announcement(slug: &str) -> String {
    format!("{ANNOUNCEMENTS}{}/", segment(slug))
}

/// Returns the feed of an entity.
#[must_use]
pub fn entity_feed(reference: &EntityRef) -> String {
    format!("{}feed.xml", entity(reference))
}

/// Returns the feed of the documentation of an entity.
#[must_use]
pub fn docs_feed(reference: &EntityRef) -> String {
    docs_asset(reference, None, "feed.xml")
}

/// Returns the file with the bytes of an API definition.
#[must_use]
pub fn definition_file(reference: &EntityRef, extension: &str) -> String {
    let name = format!("{}.{extension}", entity_segment(reference.name()));
    // Authors wrote what is in it.
    let name = match Publication::of(&name) {
        Publication::Text(text) => text,
        _ => name,
    };
    format!("{}{name}", entity_tab(reference, "definition"))
}

/// Returns the file with a definition of several files in one.
#[must_use]
pub fn definition_bundle(reference: &EntityRef) -> String {
    definition_file(reference, "bundled.yaml")
}

/// Returns the file that lists all items of a divided definition, for its filter.
#[must_use]
pub fn definition_items(reference: &EntityRef) -> String {
    format!("{}items.json", entity_tab(reference, "definition"))
}

/// Returns a further page of the definition of an API; the empty one is its first.
#[must_use]
pub fn definition_part(reference: &EntityRef, slug: &str) -> String {
    let mut url = entity_tab(reference, "definition");
    if !slug.is_empty() {
        url.push_str(slug);
        url.push('/');
    }
    url
}

/// Returns the page of a template.
#[must_use]
pub fn create_template(reference: &EntityRef) -> String {
    let [namespace, name] = [reference.namespace(), reference.name()].map(entity_segment);
    format!("{CREATE}templates/{namespace}/{name}/")
}

/// Returns what the form of a template reads.
#[must_use]
pub fn template_form(reference: &EntityRef) -> String {
    format!("{}form.json", create_template(reference))
}

/// Returns a page of the documentation of an entity; the empty path is its index.
#[must_use]
pub fn docs_page(reference: &EntityRef, path: &str) -> String {
    let mut url = format!("{DOCS}{}/", place(reference));
    if !path.is_empty() {
        url.push_str(path.trim_matches('/'));
        url.push('/');
    }
    url
}

/// Returns a page of a version of the documentation of an entity; without one, of what is at its own address.
#[must_use]
pub fn docs_version(reference: &EntityRef, version: Option<&str>, path: &str) -> String {
    match version {
        Some(version) => docs_page(reference, &format!("{VERSIONS}/{version}/{}", path.trim_matches('/'))),
        None => docs_page(reference, path),
    }
}

/// Returns a file that belongs to a version of the documentation of an entity, such as a picture.
#[must_use]
pub fn docs_asset(reference: &EntityRef, version: Option<&str>, path: &str) -> String {
    match version {
        Some(version) => format!("{DOCS}{}/{VERSIONS}/{version}/{path}", place(reference)),
        None => format!("{DOCS}{}/{path}", place(reference)),
    }
}

/// Returns the address that a relative link to a page means on the page at `from`; a place in it is left out.
#[must_use]
pub fn resolved(from: &str, link: &str) -> Option<String> {
    let link = link.split(['#', '?']).next().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(link).decode_utf8().ok()?;
    let mut names: Vec<&str> = from.split('/').collect();
    names.pop();
    for name in decoded.split('/') {
        match name {
            "" | "." => {}
            ".." => _ = names.pop()?,
            name => names.push(name),
        }
    }
    Some(format!("{}/", names.join("/")))
}

/// Returns the folder of the search of a version of the documentation of an entity.
#[must_use]
pub fn docs_search(reference: &EntityRef, version: &str) -> String {
    let [namespace, kind, name] = [reference.namespace(), reference.kind(), reference.name()].map(entity_segment);
    format!("{SEARCH}{VERSIONS}/{namespace}-{kind}-{name}/{version}/")
}

/// Returns a picture of the README of an entity, or of the text of the first page.
#[must_use]
pub fn note_picture(reference: Option<&EntityRef>, name: &str) -> String {
    match reference {
        Some(reference) => format!("{}readme/{name}", entity(reference)),
        None => format!("home/{name}"),
    }
}

/// Returns the list of all entities as the REST API answers it.
///
/// `entities` cannot be a file beside the folder of the same name, so it is the folder's index: every static host
/// answers `GET /api/catalog/entities` with it, if only after a redirect to the slash.
#[must_use]
pub fn api_entities() -> String {
    format!("{API}entities/")
}

/// The portal as data for comparison, compressed.
pub const PORTAL_EXPORT: &str = "api/portal.json.gz";

/// Returns a file of the REST API that is at its root, such as `entities.ndjson`.
#[must_use]
pub fn api_file(name: &str) -> String {
    format!("{API}{name}")
}

/// Returns one entity of the REST API.
#[must_use]
pub fn api_entity(reference: &EntityRef) -> String {
    let [kind, namespace, name] = [reference.kind(), reference.namespace(), reference.name()].map(entity_segment);
    format!("{API}entities/by-name/{kind}/{namespace}/{name}")
}

/// Returns a page in Markdown.
#[must_use]
pub fn markdown(page: &str) -> String {
    format!("{page}index.md")
}

/// Returns a badge of an entity.
#[must_use]
pub fn badge(reference: &EntityRef, id: &str) -> String {
    format!("api/badges/entity/{}/badge/{id}.svg", place(reference))
}

/// Returns the list of the entities of one kind in the form of the REST API.
#[must_use]
pub fn api_kind(kind: &str) -> String {
    format!("{API}entities/by-kind/{}.json", entity_segment(&kind.to_lowercase()))
}

/// Returns the columns from which the browser filters the catalog.
#[must_use]
pub fn catalog_rows(kind: &str) -> String {
    format!("{CATALOG}{}.json", entity_segment(&kind.to_lowercase()))
}

/// Returns what the graph page draws from.
#[must_use]
pub fn graph_data() -> String {
    format!("{GRAPH}graph.json")
}

/// Returns the file of the output folder to which a URL is written, `/` between folders.
#[must_use]
pub fn output_path(url: &str) -> String {
    if url.is_empty() || url.ends_with('/') { format!("{url}index.html") } else { url.to_owned() }
}

/// Returns the relative link from the page `from` to `to`, percent-encoded; `to` may end in `?…` or `#…` of its own
/// only if the caller appends it to the result.
#[must_use]
pub fn relative(from: &str, to: &str) -> String {
    let mut link = String::new();
    push_relative(from, to, &mut link);
    link
}

/// Appends what [`relative`] returns.
pub(crate) fn push_relative(from: &str, to: &str, link: &mut String) {
    let folder = from.rfind('/').map_or("", |slash| &from[..=slash]);
    let alike = folder.bytes().zip(to.bytes()).take_while(|(a, b)| a == b).count();
    let common = folder.as_bytes()[..alike].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let up = folder.bytes().skip(common).filter(|byte| *byte == b'/').count();
    let rest = &to[common..];
    link.reserve(up * 3 + rest.len() + 2);
    for _ in 0..up {
        link.push_str("../");
    }
    // A first segment with a colon would be read as a scheme, and an empty link means the page with its query.
    if up == 0 && (rest.is_empty() || rest.split('/').next().is_some_and(|segment| segment.contains(':'))) {
        link.push_str("./");
    }
    encode(rest, link);
}

/// Returns the link from the page `from` to the root of the site: `./`, `../../`.
#[must_use]
pub fn root(from: &str) -> String {
    relative(from, HOME)
}

/// Returns `url` percent-encoded, for links that are not relative.
#[must_use]
pub fn encoded(url: &str) -> String {
    let mut link = String::with_capacity(url.len());
    encode(url, &mut link);
    link
}

/// Returns `text` as the value of a query parameter.
#[must_use]
pub fn query_value(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

/// What the value of a query parameter may hold.
const QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b'/');

/// What a path may hold (RFC 3986, `pchar` and `/`), but for the plus, which S3 takes for a space, and for `&` and `'`.
const PATH: &AsciiSet = &QUERY
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// Appends a path, percent-encoded.
fn encode(path: &str, out: &mut String) {
    out.extend(utf8_percent_encode(path, PATH));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(from: &str, to: &str, expect: &str) {
        assert_eq!(relative(from, to), expect, "{from} → {to}");
    }

    #[test]
    fn links_are_relative_to_the_folder_of_the_page() {
        check("", "", "./");
        check("", "catalog/", "catalog/");
        check("catalog/", "", "../");
        check("catalog/", "catalog/", "./");
        check("catalog/", "catalog/component/", "component/");
        check("catalog/default/component/web/", "catalog/default/component/web/raw/", "raw/");
        check("catalog/default/component/web/raw/", "catalog/default/component/web/", "../");
        check("catalog/default/component/web/", "catalog/default/component/webshop/", "../webshop/");
        check("catalog/default/component/web/", "catalog/prod/component/web/", "../../../prod/component/web/");
        check("docs/default/component/web/", "static/app.1234.css", "../../../../static/app.1234.css");
        check("404.html", "catalog/", "catalog/");
        check("docs/a/b/c/x.html", "docs/a/b/c/", "./");
    }

    #[test]
    fn links_are_percent_encoded() {
        check("", "docs/a b/ü?#%/", "docs/a%20b/%C3%BC%3F%23%25/");
        check("a/", "a/b:c/", "./b:c/");
        assert_eq!(query_value("a&b=c d"), "a%26b%3Dc%20d");
    }

    #[test]
    fn what_not_every_host_takes_is_in_no_address() {
        let device = EntityRef::new("Component", "nul", "Con.x");
        assert_eq!(entity(&device), "catalog/-nul/component/-con.x/");
        assert_eq!(docs_asset(&device, None, "a.png"), "docs/-nul/component/-con.x/a.png");
        assert_eq!(api_entity(&device), "api/catalog/entities/by-name/component/-nul/-con.x");
        assert_eq!(kind_list("Aux", 2), "catalog/-aux/2/");
        assert_eq!(catalog_rows("Aux"), "catalog/-aux.json");
        assert_eq!(tag_list("c#"), "tag/c~sharp/");
        assert_eq!(tag_list("con"), "tag/-con/");
        assert_eq!(type_list("API", "e\u{301}"), "type/api/é/");
        assert_eq!(type_list("API", "+"), "type/api//");
        assert!(type_list("API", &"あ".repeat(90)).len() < 220);
        // What an author wrote has no name that a server takes for a page.
        let page = EntityRef::new("API", "default", "pets.html");
        assert_eq!(definition_file(&page, "yaml"), "catalog/default/api/pets.html/definition/pets-html.yaml.txt");
    }

    #[test]
    fn pages_are_written_as_the_index_of_their_folder() {
        assert_eq!(output_path(""), "index.html");
        assert_eq!(output_path("catalog/"), "catalog/index.html");
        assert_eq!(output_path("robots.txt"), "robots.txt");
    }

    #[test]
    fn lists_and_entities_never_share_an_address() {
        let entity = entity(&EntityRef::new("Component", "component", "2"));
        assert_eq!(entity, "catalog/component/component/2/");
        assert_eq!(kind_list("Component", 1), "catalog/component/");
        assert_eq!(kind_list("Component", 2), "catalog/component/2/");
    }

    proptest! {
        #[test]
        fn a_relative_link_leads_where_it_should(
            from in "([a-c]{1,2}/){0,4}([a-c]{1,2})?",
            to in "([a-c]{1,2}/){0,4}([a-c]{1,2})?",
        ) {
            let base = url::Url::parse("http://host/base/").unwrap();
            let page = base.join(&from).unwrap();
            let target = page.join(&relative(&from, &to)).unwrap();
            prop_assert_eq!(target.as_str(), format!("http://host/base/{to}"));
        }
    }
}
