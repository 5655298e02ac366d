use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use std::sync::Arc;

use super::*;
use crate::config::{Config, Filter};
use crate::docs::{DocsPage, DocsSite, NavItem};
use crate::html;
use crate::markdown::{Doc, Heading};
use crate::site::tabs::TABS;
use crate::{portal, site, theme};

const CATALOG: &str = r#"
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: shop
  title: Web shop
  description: Sells *things*.
  tags: [java, web]
  labels: {tier: "1"}
  links:
    - {url: "https://grafana.example/d/shop", title: Dashboard, icon: dashboard}
    - {url: "javascript:alert(1)", title: Trap}
  annotations:
    github.com/project-slug: acme/shop
spec:
  type: service
  lifecycle: deprecated
  owner: sellers
  system: selling
  providesApis: [orders]
  dependsOn: ["resource:db", "component:gone"]
  costCentre: 4711
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: "worker", title: "<b>Worker</b> & co", description: "<script>alert(1)</script>"}
spec: {type: service, lifecycle: production, owner: sellers, subcomponentOf: shop, consumesApis: [orders]}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders}
spec:
  type: openapi
  lifecycle: production
  owner: sellers
  system: selling
  definition: |
    openapi: 3.1.0
    info: {title: "<Orders>", version: "1"}
    components: {}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: db, namespace: data}
spec: {type: database, owner: sellers}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: db}
spec: {type: database, owner: "user:ann"}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: selling}
spec: {owner: commerce, domain: trade}
---
apiVersion: backstage.io/v1alpha1
kind: Domain
metadata: {name: trade}
spec: {owner: commerce}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: commerce}
spec: {type: department, children: [sellers], members: [ann]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: sellers, description: We sell.}
spec: {type: team, profile: {displayName: The Sellers, email: sellers@acme.example}, children: [], members: [bob]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ann}
spec: {profile: {displayName: Ann Example, email: ann@acme.example}, memberOf: [commerce]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: bob}
spec: {memberOf: []}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: service}
spec:
  type: service
  owner: sellers
  parameters:
    - title: About it
      required: [name]
      properties:
        name: {type: string, title: Name, description: "A *short* name"}
        size: {type: string, enum: [small, large]}
  steps:
    - {id: fetch, name: Fetch it, action: "fetch:template"}
    - {id: log, action: "debug:log", if: "${{ parameters.size }}"}
---
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: more}
spec: {type: file, targets: [./more.yaml]}
"#;

const MORE: &str = r#"
apiVersion: example.com/v1
kind: Vehicle
metadata: {name: tram}
spec:
  type: rail
  wheels: 8
  lines: [1, 2]
  home: {street: Depot Street}
"#;

/// What a site was written into.
#[derive(Default)]
pub(super) struct Memory(pub(super) Mutex<BTreeMap<String, Vec<u8>>>);

impl Sink for Memory {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let old = self.0.lock().insert(path.to_owned(), bytes.to_vec());
        assert_eq!(old, None, "{path} is written twice");
        Ok(())
    }
}

struct Built {
    portal: Portal,
    site: Site,
    files: BTreeMap<String, Vec<u8>>,
}

impl Built {
    fn text(&self, path: &str) -> &str {
        std::str::from_utf8(self.files.get(path).unwrap_or_else(|| panic!("no {path}"))).unwrap()
    }

    /// The main part of a page, the chrome left out.
    fn main(&self, path: &str) -> &str {
        let text = self.text(path);
        let start = text.find("<main").unwrap();
        &text[start..text.find("</main>").unwrap() + 7]
    }

    fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        let pages = self.files.keys().filter(|path| path.ends_with(".html") && !path.starts_with("api/"));
        pages.map(|path| (path.as_str(), self.text(path)))
    }
}

fn build(config: Config, files: &[(&str, &[u8])], documents: impl Fn(&mut Portal)) -> Built {
    let workspace = Workspace::from_files(config, files);
    let mut portal = portal::analyse(&workspace, &mut |_| ());
    documents(&mut portal);
    let site = site::plan(&workspace, &portal);
    let theme = theme::compile(workspace.config(), BTreeMap::new(), theme::Purpose::Portal).unwrap();
    let memory = Memory::default();
    search(&workspace, &portal, &PageFingerprints::default(), None, &memory).unwrap();
    assert!(pages(&workspace, &portal, &theme, &site, &PageFingerprints::default(), &memory).unwrap().is_empty());
    let files = memory.0.into_inner();
    Built { portal, site, files }
}

/// Documentation of the shop: three pages, one of them in a section.
fn documents(portal: &mut Portal) {
    let shop = portal.catalog.find("component:default/shop").unwrap();
    let file = portal.catalog.get(shop).file;
    let heading = |level, id: &str, title: &str| Heading {
        level,
        id: id.to_owned(),
        title_html: title.to_owned(),
        title: title.to_owned(),
    };
    let page = |path: &str, title: &str, html: &str, headings, previous, next| DocsPage {
        file,
        source: format!("{path}.md"),
        path: path.to_owned(),
        title: title.to_owned(),
        heading: None,
        doc: Doc { html: html.to_owned(), headings, title: Some(title.to_owned()), ..Doc::default() }.into(),
        packed: None,
        previous,
        next,
        edit_url: None,
        last_change: None,
        former_anchors: Vec::new(),
    };
    let pages = vec![
        page(
            "",
            "Welcome",
            "<h1 id=\"welcome\">Welcome</h1><p>Hello.</p>",
            vec![heading(1, "welcome", "Welcome")],
            None,
            Some(1),
        ),
        page(
            "guide/set up",
            "Set up",
            "<h2 id=\"a\">A</h2><h3 id=\"b\">B</h3>",
            vec![heading(2, "a", "A"), heading(3, "b", "B")],
            Some(0),
            Some(2),
        ),
        page("end", "The end", "<p>Bye.</p>", Vec::new(), Some(1), None),
    ];
    let nav = vec![
        NavItem::Page { title: "Welcome".to_owned(), page: 0 },
        NavItem::Section {
            title: "Guide".to_owned(),
            items: vec![NavItem::Page { title: "Set up".to_owned(), page: 1 }],
        },
        NavItem::Page { title: "The end".to_owned(), page: 2 },
        NavItem::Link { title: "Elsewhere".to_owned(), url: "https://example.com/".to_owned(), broken: false },
    ];
    Arc::make_mut(&mut portal.docs).sites.push(DocsSite {
        entity: shop,
        title: "Shop documentation".to_owned(),
        description: None,
        nav: nav.into(),
        pages: pages.into(),
        redirects: Arc::default(),
        assets: Arc::default(),
        source: file,
        has_settings: true,
        has_own_index: true,
        toc_depth: (1, 6),
        toc_title: None,
        version: None,
        outline: Default::default(),
        files: Default::default(),
        look: crate::docs::Look::default(),
    });
}

fn config() -> Config {
    let mut config = Config {
        title: "Acme".to_owned(),
        base_url: Some("https://acme.example/portal/".to_owned()),
        ..Config::default()
    };
    config.catalog.kinds.push(crate::config::CustomKind {
        name: "Vehicle".to_owned(),
        api_versions: Vec::new(),
        schema: None,
        relations: Vec::new(),
        plural: None,
    });
    config
}

fn acme() -> Built {
    build(config(), &[("catalog-info.yaml", CATALOG.as_bytes()), ("more.yaml", MORE.as_bytes())], documents)
}

#[test]
fn hosts_that_read_headers_send_the_policy() {
    let acme = acme();
    let headers = acme.text("_headers");
    let (all, rest) = headers.split_once("\n\n").expect("rules");
    let mut lines = all.lines();
    assert_eq!(lines.next(), Some("/portal/*"), "for every path of the site");
    let policy = lines.next().and_then(|line| line.strip_prefix("  Content-Security-Policy: ")).expect("the policy");
    for wanted in ["default-src 'self'", "object-src 'none'", "base-uri 'self'", "frame-ancestors 'none'"] {
        assert!(policy.split("; ").any(|directive| directive == wanted), "{wanted}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    assert!(all.contains("\n  X-Content-Type-Options: nosniff\n"), "{all}");
    // No later rule takes it back: hosts join what several rules say.
    assert!(!rest.contains("Security-Policy"), "{rest}");
    // Where headers cannot be set, each page has it in itself, but for what only a header can say.
    for (path, page) in acme.pages() {
        let meta = html::attributes(page).into_iter().filter(|attribute| attribute.name == "content");
        let mut meta = meta.map(|attribute| page[attribute.value].replace("&#39;", "'"));
        assert!(meta.any(|meta| policy.starts_with(&meta) && meta.contains("default-src")), "{path}");
    }
}

#[test]
fn browsers_learn_of_the_search() {
    let description = acme();
    let description = description.text("opensearch.xml");
    assert!(description.contains("<ShortName>Acme</ShortName>"), "{description}");
    assert!(
        description.contains("template=\"https://acme.example/portal/search/?query={searchTerms}\""),
        "{description}"
    );
}

/// The values of an attribute, wherever it is.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(start.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn the_main_part_of_pages() {
    let built = acme();
    assert_eq!(built.portal.catalog.entities().len(), 14, "{:#?}", built.portal.diagnostics);
    for (name, path) in [
        ("component", "catalog/default/component/shop/index.html"),
        ("group", "catalog/default/group/commerce/index.html"),
        ("user", "catalog/default/user/ann/index.html"),
        ("template", "catalog/default/template/service/index.html"),
        ("location", "catalog/default/location/more/index.html"),
        ("custom_kind", "catalog/default/vehicle/tram/index.html"),
        ("dependencies", "catalog/default/component/shop/dependencies/index.html"),
        ("definition", "catalog/default/api/orders/definition/index.html"),
        ("docs", "docs/default/component/shop/guide/set up/index.html"),
        ("explore", "explore/index.html"),
        ("problems", "problems/index.html"),
    ] {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, built.main(path));
        });
    }
}

#[test]
fn every_link_within_the_site_leads_to_a_file() {
    let built = acme();
    let mut checked = 0;
    for (path, html) in built.pages() {
        let base = url::Url::parse("https://acme.example/portal/").unwrap();
        let page = base.join(&routes::encoded(path)).unwrap();
        for link in
            attributes(html, "href").into_iter().chain(attributes(html, "src")).chain(attributes(html, "data-rows"))
        {
            let link = link.replace("&amp;", "&");
            let target = page.join(&link).unwrap();
            if target.host_str() != Some("acme.example") || target.scheme() != "https" {
                continue;
            }
            let below =
                target.path().strip_prefix("/portal/").unwrap_or_else(|| panic!("{path}: {link} leaves the site"));
            let decoded = percent_decoded(below);
            assert!(built.files.contains_key(&routes::output_path(&decoded)), "{path}: {link} leads nowhere");
            checked += 1;
        }
    }
    assert!(checked > 500, "only {checked} links were found");
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let hex = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn anchors_lead_to_ids_of_their_page() {
    let built = acme();
    for (path, html) in built.pages() {
        let ids: BTreeSet<&str> = attributes(html, "id").into_iter().collect();
        for link in attributes(html, "href") {
            if let Some(id) = link.strip_prefix('#') {
                assert!(ids.contains(id), "{path}: #{id} is not there");
            }
        }
    }
}

#[test]
fn pages_run_under_a_strict_policy_and_load_nothing_from_elsewhere() {
    let built = acme();
    for (path, html) in built.pages() {
        assert!(html.contains("http-equiv=\"Content-Security-Policy\""), "{path} has no policy");
        assert_eq!(attributes(html, "style"), [""; 0], "{path} has a style attribute");
        assert!(!html.contains("<style"), "{path} has a style element");
        for script in html.split("<script").skip(1) {
            // Data that no browser runs.
            if let Some(data) = script.strip_prefix(" type=\"application/ld+json\">") {
                let data = data.split("</script>").next().unwrap();
                assert!(
                    serde_json::from_str::<serde_json::Value>(data).is_ok() && !data.contains('<'),
                    "{path}: {data}"
                );
                continue;
            }
            assert!(script.contains(" src=\"") && script.contains("></script>"), "{path} has an inline script");
        }
        for handler in ["onclick", "onload", "onerror", "onsubmit"] {
            assert_eq!(attributes(html, handler), [""; 0], "{path} has {handler}");
        }
        for source in attributes(html, "src") {
            assert!(!source.contains("://") && !source.starts_with("//"), "{path} loads {source}");
        }
        for link in html.split("<link ").skip(1) {
            let link = link.split('>').next().unwrap();
            assert!(link.contains("canonical") || !link.contains("://"), "{path} loads {link}");
        }
    }
    for (path, bytes) in built.files.iter().filter(|(path, _)| path.ends_with(".css") || path.ends_with(".js")) {
        let text = String::from_utf8_lossy(bytes);
        let foreign = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!foreign.contains("http://") && !foreign.contains("https://"), "{path} names another host");
    }
}

#[test]
fn what_authors_write_stays_text() {
    let built = acme();
    for (path, html) in built.pages() {
        assert!(!html.contains("<script>alert"), "{path}");
        assert!(!html.contains("<b>Worker"), "{path}");
        assert!(!attributes(html, "href").iter().any(|link| link.starts_with("javascript:")), "{path}");
    }
    let list = built.text("api/catalog/entities/index.html");
    assert!(!list.contains('<') && list.contains("\\u003cscript"), "the list of entities can be taken for HTML");
}

/// A catalog in which every text that authors may choose tries to end the attribute or the element that it is in.
fn hostile_catalog() -> String {
    let text = r#"x\" onload=\"a(1)' onclick='b(2) <b onfocus=c(3)>\u0007"#;
    let definition = serde_json::json!({
        "openapi": "3.1.0",
        "info": {"title": "TEXT", "version": "TEXT", "description": "TEXT", "contact": {"name": "TEXT", "url": "https://x/TEXT"}},
        "servers": [{"url": "https://x/TEXT", "description": "TEXT"}],
        "tags": [{"name": "TEXT", "description": "TEXT"}],
        "paths": {"/TEXT": {"get": {
            "operationId": "TEXT", "summary": "TEXT", "tags": ["TEXT"],
            "parameters": [{"name": "TEXT", "in": "query", "schema": {"type": "string", "enum": ["TEXT"], "default": "TEXT"}}],
            "responses": {"200": {"description": "TEXT", "content": {"TEXT/TEXT": {
                "schema": {"title": "TEXT", "properties": {"TEXT": {"type": "TEXT", "description": "TEXT"}}},
                "examples": {"TEXT": {"summary": "TEXT", "value": {"TEXT": "TEXT"}}},
            }}}},
        }}},
    });
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let definition = quoted(&definition.to_string()).replace("TEXT", &quoted(text));
    let catalog = format!(
        r#"
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: evil
  title: "TEXT"
  description: "TEXT"
  annotations: {{github.com/project-slug: "TEXT", example.com/x: "TEXT", backstage.io/view-url: "https://x/TEXT"}}
  links: [{{url: "https://x/TEXT", title: "TEXT", icon: "TEXT", type: "TEXT"}}]
spec: {{type: "TEXT", lifecycle: "TEXT", owner: team, system: evil, providesApis: [evil]}}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {{name: evil, title: "TEXT"}}
spec: {{owner: team}}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {{name: evil, title: "TEXT"}}
spec: {{type: openapi, lifecycle: "TEXT", owner: team, system: evil, definition: "{definition}"}}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {{name: team, title: "TEXT"}}
spec: {{type: "TEXT", profile: {{displayName: "TEXT", email: "TEXT", picture: "https://x/TEXT"}}, children: []}}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {{name: evil, title: "TEXT"}}
spec:
  type: "TEXT"
  parameters: [{{title: "TEXT", properties: {{"TEXT": {{type: string, title: "TEXT", description: "TEXT", enum: ["TEXT"]}}}}}}]
  steps: [{{id: "TEXT", name: "TEXT", action: "TEXT"}}]
"#
    );
    catalog.replace("TEXT", text)
}

#[test]
fn no_text_of_an_author_ends_its_attribute() {
    let docs =
        "---\ntitle: 'x\" onload=\"a(1)'\n---\n# A \" onload=\"a(1)\n\n## ' onclick='b(2)\n\n[l](u 't\" onload=\"x')\n";
    let catalog = hostile_catalog();
    let files: &[(&str, &[u8])] = &[
        ("catalog-info.yaml", catalog.as_bytes()),
        (
            "docs-of/catalog-info.yaml",
            b"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: docs, annotations: {backstage.io/techdocs-ref: 'dir:.'}}\nspec: {type: x, lifecycle: y, owner: team}\n",
        ),
        (
            "docs-of/mkdocs.yml",
            b"site_name: 'x\" onload=\"a(1)'\nnav:\n- 'y\" onload=\"a(1)': index.md\n- 'z\" onload=\"a(1)': 'https://x/\" onload=\"a(1)'\n",
        ),
        ("docs-of/docs/index.md", docs.as_bytes()),
    ];
    let config = Config { badges: true, title: "x\" onload=\"a(1)\u{1b}".to_owned(), ..config() };
    let built = build(config, files, |_| ());
    for evil in ["component", "system", "api", "template"] {
        let id = built.portal.catalog.find(&format!("{evil}:default/evil"));
        let title = id.map(|id| built.portal.catalog.get(id).title());
        assert!(title.is_some_and(|title| title.contains("onload")), "{evil}: {:?}", built.portal.diagnostics);
    }
    let mut kinds = BTreeSet::new();
    for (path, bytes) in &built.files {
        let Some((_, kind)) =
            path.rsplit_once('.').filter(|(_, kind)| matches!(*kind, "html" | "svg" | "xml" | "atom"))
        else {
            continue;
        };
        // It is JSON.
        if path.starts_with("api/catalog/") {
            continue;
        }
        kinds.insert(kind);
        let text = std::str::from_utf8(bytes).unwrap();
        for attribute in crate::html::attributes(text) {
            let is_ours = !attribute.name.starts_with("on") && !attribute.name.contains(['"', '\'', '(']);
            assert!(is_ours, "{path}: {} of {}", attribute.name, attribute.element);
        }
        assert!(!text.contains("<b onfocus"), "{path}");
        assert!(!text.contains(['\u{7}', '\u{1b}']), "{path} has control characters");
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["html", "svg", "xml"]);
}

#[test]
fn secrets_of_entities_are_nowhere_in_the_site() {
    let catalog = b"
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: leak
  title: Leak xoxb-5117000001-title
  description: Uses ghp_5117abcdefghijklmnopqrstuvwxyz0123456789.
  labels: {deploy-token: s5117label}
  annotations:
    pagerduty.com/integration-key: s5117key
    example.com/api-key: s5117api
    example.com/pin: s5117pin
    example.com/home: https://me:s5117pass@example.com/
    backstage.io/source-location: url:https://me:s5117source@example.com/a/
  links:
    - {url: 'https://me:s5117link@example.com/x', title: 'Link AKIAS5117ABCDEFGHIJK'}
    - {url: 'https://example.com/?access_token=s5117query', title: Query}
spec:
  type: service
  lifecycle: production
  owner: nobody
  apiKey: s5117field
  database: {url: 'postgres://me:s5117database@db/x'}
---
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: far}
spec: {type: url, targets: ['https://me:s5117target@example.com/catalog-info.yaml']}
";
    let mut config = config();
    config.catalog.secrets = vec!["example.com/pin".to_owned()];
    let built = build(config, &[("catalog-info.yaml", catalog)], |_| ());
    assert!(built.portal.catalog.find("component:default/leak").is_some());
    let exported = crate::catalog::export::ndjson(&built.portal.catalog);
    let tables = crate::catalog::export::csv(&built.portal.catalog, &[]).into_bytes();
    let files = built.files.iter().map(|(path, bytes)| (path.as_str(), bytes));
    for (path, bytes) in files.chain([("ndjson", &exported), ("csv", &tables)]) {
        let text = String::from_utf8_lossy(bytes);
        let at = text.to_lowercase().find("5117");
        assert!(
            at.is_none(),
            "{path}: {}",
            at.map_or("", |at| &text[at.saturating_sub(80)..(at + 20).min(text.len())])
        );
    }
    let text = |path: &str| built.text(path).to_owned();
    assert!(text("catalog/default/component/leak/index.html").contains("https://***@example.com/x"));
    assert!(
        text("api/catalog/entities/by-name/component/default/leak")
            .contains("\"pagerduty.com/integration-key\":\"***\"")
    );
    let told = built.portal.diagnostics.iter().filter(|found| found.code.as_str() == "exposed-secret").count();
    assert_eq!(told, 14);
}

#[test]
fn an_overview_marks_each_relation_exactly_once() {
    let built = acme();
    for (_, entity) in built.portal.catalog.iter() {
        let path = routes::output_path(&routes::entity(&entity.reference));
        let html = built.text(&path);
        assert_eq!(attributes(html, "data-entity"), [entity.reference.as_str()], "{path}");
        let kinds = attributes(html, "data-relation");
        let targets = attributes(html, "data-ref");
        let mut marked: Vec<(&str, &str)> = kinds.into_iter().zip(targets).collect();
        marked.sort_unstable();
        let wanted: Vec<(&str, &str)> =
            entity.relations.iter().map(|relation| (&*relation.kind, relation.target.as_str())).collect();
        assert_eq!(marked, wanted, "{path}");
    }
}

#[test]
fn a_document_carries_the_marks_of_its_parts() {
    let built = acme();
    let whole = built.text("docs/default/component/shop/print/index.html");
    assert!(whole.contains(" data-techdocs=\"whole\">") && !whole.contains("data-techdocs=\"content\""));
    let one = |path: &str| path.starts_with("docs/default/") && !path.ends_with("/print/index.html");
    for (path, _) in built.pages().filter(|(path, _)| one(path)) {
        let html = built.text(path);
        let content = html.split("<article").nth(1).unwrap().split("</article>").next().unwrap();
        assert!(content.contains(" data-techdocs=\"content\">"), "{path}");
        assert!(html.contains("<nav data-techdocs=\"nav\""), "{path}");
        assert!(!content.contains("data-techdocs=\"nav\""), "{path}");
    }
    assert!(built.text("docs/default/component/shop/guide/set up/index.html").contains("<nav data-techdocs=\"toc\""));
}

#[test]
fn definitions_are_on_their_page_and_a_file_of_the_same_bytes() {
    let built = acme();
    let file = built.text("catalog/default/api/orders/definition/orders.yaml");
    assert_eq!(file, "openapi: 3.1.0\ninfo: {title: \"<Orders>\", version: \"1\"}\ncomponents: {}\n");
    assert!(built.main("catalog/default/api/orders/definition/index.html").contains("href=\"orders.yaml\""));
}

#[test]
fn the_rest_paths_answer_with_json() {
    let built = acme();
    let list: Vec<serde_json::Value> = serde_json::from_str(built.text("api/catalog/entities/index.html")).unwrap();
    assert_eq!(list.len(), 14);
    let one: serde_json::Value =
        serde_json::from_str(built.text("api/catalog/entities/by-name/component/default/shop")).unwrap();
    assert!(list.contains(&one));
    let facets: serde_json::Value = serde_json::from_str(built.text("api/catalog/entity-facets")).unwrap();
    assert_eq!(facets["facets"]["kind"][1], serde_json::json!({"value": "Component", "count": 2}));
    let rows: serde_json::Value = serde_json::from_str(built.text("catalog/component.json")).unwrap();
    assert_eq!(rows["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn the_page_for_unknown_addresses_works_at_any_depth() {
    let built = acme();
    let html = built.text("404.html");
    for link in attributes(html, "href").into_iter().chain(attributes(html, "src")) {
        let fine = link.starts_with("/portal/")
            || link.starts_with('#')
            || link.starts_with("https://acme.example/portal/404");
        assert!(fine, "{link} depends on the address");
    }
}

#[test]
fn a_large_catalog_comes_in_pages() {
    let mut text = String::new();
    for number in 0..450 {
        let _ = writeln!(
            text,
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: c{number:03}}}\n\
             spec: {{type: service, lifecycle: production, owner: team}}\n---"
        );
    }
    text.push_str(
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n",
    );
    let built = build(Config::default(), &[("catalog-info.yaml", text.as_bytes())], |_| ());
    let rows = |path| built.text(path).matches("<th scope=\"row\"").count();
    assert_eq!(rows("catalog/index.html"), 21, "the first components and the group");
    assert_eq!(rows("catalog/component/index.html"), 200);
    assert_eq!(rows("catalog/component/3/index.html"), 50);
    let third = built.main("catalog/component/3/index.html");
    assert!(third.contains("401–450 of 450") && third.contains("href=\"../2/\""), "{third}");
    // A group that owns everything still marks every relation.
    let team = built.text("catalog/default/group/team/index.html");
    assert_eq!(attributes(team, "data-relation").len(), 450);
}

#[test]
fn an_empty_portal_says_how_to_begin() {
    let built = build(Config::default(), &[], |_| ());
    assert!(built.main("index.html").contains("catalog-info.yaml"));
    assert!(built.main("docs/index.html").contains("techdocs-ref"));
    assert!(!built.files.contains_key("sitemap.xml"), "without an address there is no sitemap");
}

#[test]
fn the_number_of_threads_does_not_show() {
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(acme).files
    };
    assert_eq!(with(1), with(4));
}

#[test]
fn a_page_is_found_by_its_url() {
    let built = acme();
    for page in built.site.pages() {
        assert_eq!(built.site.page(&page.url), Some(page));
    }
    assert_eq!(built.site.page("nowhere/"), None);
}

#[test]
fn tabs_have_distinct_ids_and_titles() {
    let names: Vec<&str> = TABS.iter().map(|tab| if tab.id().is_empty() { "overview" } else { tab.id() }).collect();
    assert_eq!(names, crate::config::TABS, "the names in the configuration");
    let ids: BTreeSet<&str> = TABS.iter().map(|tab| tab.id()).collect();
    let titles: BTreeSet<&str> = TABS.iter().map(|tab| tab.title()).collect();
    assert_eq!((ids.len(), titles.len()), (TABS.len(), TABS.len()));
}

#[test]
fn pages_of_entities_show_what_is_configured_for_them() {
    let entity_pages = vec![
        crate::config::EntityPage { filter: Filter::parse("kind:api").unwrap(), ..Default::default() },
        crate::config::EntityPage {
            filter: Filter::parse("kind:component type:service tag:java").unwrap(),
            tabs: vec!["raw".to_owned(), "dependencies".to_owned()],
            ..Default::default()
        },
    ];
    let built = build(Config { entity_pages, ..config() }, &[("catalog-info.yaml", CATALOG.as_bytes())], documents);
    let tabs = |path| -> Vec<&str> {
        let main = built.main(path);
        let nav = &main[main.find("class=\"tabs\"").unwrap()..];
        nav[..nav.find("</nav>").unwrap()]
            .split("</i>")
            .skip(1)
            .map(|rest| rest[..rest.find('<').unwrap()].trim())
            .collect()
    };
    assert_eq!(tabs("catalog/default/component/shop/index.html"), ["Overview", "Raw", "Dependencies"]);
    assert!(tabs("catalog/default/component/worker/index.html").contains(&"Dependencies"));
    // What is not offered still is there for those whose links lead to it.
    assert!(built.files.contains_key("catalog/default/component/shop/raw/index.html"));
}

#[test]
fn columns_of_the_configuration_are_in_lists_rows_and_table() {
    let column = |title: &str, path: &str, filter: &str| crate::config::ConfigColumn {
        title: title.to_owned(),
        path: path.to_owned(),
        filter: Filter::parse(filter).unwrap(),
    };
    let columns = vec![
        column("Tier", "metadata.labels.tier", ""),
        column("Repository", "metadata.annotations.github.com/project-slug", "kind:component"),
        column("Cost centre", "spec.costCentre", "kind:api"),
        column("Board", "spec.board", ""),
    ];
    let catalog =
        CATALOG.replace("costCentre: 4711", "costCentre: 4711\n  board: https://boards.example/7/\n  =odd: 1");
    let built = build(Config { columns, ..config() }, &[("catalog-info.yaml", catalog.as_bytes())], |_| ());
    let list = built.main("catalog/component/index.html");
    let heads: Vec<&str> = list
        .split("<th scope=\"col\"")
        .skip(1)
        .map(|head| head[..head.find("</th>").unwrap()].rsplit('>').next().unwrap())
        .collect();
    assert_eq!(
        heads,
        [
            "Name",
            "System",
            "Owner",
            "Type",
            "Lifecycle",
            "Impact",
            "Tier",
            "Repository",
            "Board",
            "Description",
            "Tags"
        ]
    );
    assert!(list.contains("<td>acme/shop</td>") && list.contains("href=\"https://boards.example/7/\""), "{list}");
    let rows: serde_json::Value = serde_json::from_str(built.text("catalog/component.json")).unwrap();
    let titles: Vec<&str> = rows["more"].as_array().unwrap().iter().map(|own| own[1].as_str().unwrap()).collect();
    assert_eq!(titles, ["Impact", "Tier", "Repository", "Cost centre", "Board"]);
    let own = rows["rows"][1][10].as_array().unwrap();
    assert_eq!(own[1..], ["1".into(), "acme/shop".into(), serde_json::Value::Null, "https://boards.example/7/".into()]);
    let csv = built.text("api/catalog/entities.csv");
    assert!(
        csv.starts_with("ref,kind,")
            && csv.lines().next().unwrap().ends_with(",description,Tier,Repository,Cost centre,Board"),
        "{csv}"
    );
    assert!(csv.contains(",Sells *things*.,1,acme/shop,,https://boards.example/7/\n"), "{csv}");
}

#[test]
fn the_home_page_can_be_the_organisations_own() {
    let home = "# Welcome aboard\n\nBegin with the [shop](component:shop).\n\n```entities\nkind:component !lifecycle:deprecated\n```\n";
    let files: [(&str, &[u8]); 2] = [("catalog-info.yaml", CATALOG.as_bytes()), ("home.md", home.as_bytes())];
    let built = build(Config { home: Some("home.md".to_owned()), ..config() }, &files, |_| ());
    let main = built.main("index.html");
    assert_eq!(main.matches("<h1").count(), 1, "{main}");
    assert!(main.contains("Welcome aboard") && main.contains("href=\"catalog/default/component/shop/\""), "{main}");
    let table = &main[main.find("<table").unwrap()..main.find("</table>").unwrap()];
    assert!(table.contains("component/worker/") && !table.contains("component/shop/"), "{table}");
    assert!(!main.contains("{{entities") && !main.contains("class=\"counts\""));
}

#[test]
fn a_readme_is_shown_where_there_is_no_documentation() {
    let shop = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: shop}\nspec: {type: service, lifecycle: production, owner: o}\n";
    let readme =
        "# The shop\n\nSells <script>alert(1)</script> [things](component:shop) and [more](javascript:alert(1)).\n";
    let files: [(&str, &[u8]); 2] =
        [("shop/catalog-info.yaml", shop.as_bytes()), ("shop/README.md", readme.as_bytes())];
    let built = build(config(), &files, |_| ());
    let main = built.main("catalog/default/component/shop/index.html");
    let card = &main[main.find("id=\"readme\"").unwrap()..];
    let card = &card[..card.find("</section>").unwrap()];
    assert!(card.contains("<h3>The shop</h3>") && card.contains("<a href=\"./\">things</a>"), "{card}");
    assert!(!card.contains("<script") && !card.contains("javascript:"), "{card}");
}
