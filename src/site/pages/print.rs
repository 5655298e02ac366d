//! A whole documentation on one page: to be printed, kept as a PDF, or searched with the browser.

use std::collections::HashMap;

use serde::Serialize;

use super::docs::{content, deeper, whole_address};
use super::{PageContent, PageType};
use crate::docs::{DocsPage, DocsSite, NavItem, VersionPlace};
use crate::html::{self, Html};
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, EntityLink, PageContext};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::{Changed, Site, Subject};

/// The documentation sites, each on one page.
pub struct Prints;

/// Documentation with more pages is not put together: nobody prints it, and browsers take minutes to lay it out.
const MAX_PAGES: usize = 1_000;
/// Bytes of HTML after which the rest is left out, for the same reason.
const MAX_BYTES: usize = 8 << 20;
/// Attributes that name places of their own page, one or several.
const NAMES: &[&str] = &[
    "id",
    "name",
    "for",
    "list",
    "headers",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-details",
    "aria-owns",
];

impl PageType for Prints {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        let sites = portal.docs.sites.iter().chain(portal.docs.others.iter()).enumerate();
        let sites = sites.filter(|(_, docs)| (2..=MAX_PAGES).contains(&docs.pages.len()));
        sites.map(|(site, docs)| (whole_address(portal, docs), Subject::Documentation { site })).collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        let Subject::Documentation { site } = subject else { return PageContent::nothing() };
        PageContent::html("print.html", model(view, site))
    }

    fn in_sitemap(&self, _subject: Subject) -> bool {
        false
    }
}

/// The fields of the template.
#[derive(Debug, Serialize)]
struct Model {
    title: String,
    description: Option<String>,
    /// What readers call the version, if there are several.
    version: Option<String>,
    entity: EntityLink,
    owner: Option<EntityLink>,
    /// The newest change of all.
    changed: Option<Changed>,
    /// HTML: the navigation with links to the parts.
    contents: String,
    /// HTML: the documents.
    html: String,
    /// How many documents are left out since the page would be too long.
    left_out: Option<String>,
}

fn model(view: &PageContext<'_>, number: usize) -> PageModel<Model> {
    let docs = view.portal.docs.nth(number);
    let reference = &view.entity(docs.entity).reference;
    let order = order(docs);
    let places: HashMap<String, usize> =
        docs.pages.iter().enumerate().map(|(at, page)| (page.path.clone(), at)).collect();
    let mut parts = Html::new();
    let mut bytes = 0;
    let mut shown = Vec::new();
    for at in &order {
        let document = &docs.pages[*at];
        let html = content(docs, document);
        bytes += html.len();
        // One is shown however long it is, as on its own page.
        if bytes > MAX_BYTES && !shown.is_empty() {
            break;
        }
        let html = if docs.version.is_some() { deeper(html, &document.path) } else { html };
        parts.start("section").attribute("class", "doc-part").attribute("id", &format!("p{at}"));
        parts.raw(&below_title(&moved(&html, *at, document, &places)));
        parts.end("section");
        shown.push(*at);
    }
    let newest = docs.pages.iter().filter_map(|page| page.last_change.as_ref()).max_by_key(|change| change.time);
    let versions = view.portal.docs.versions_of(docs.entity);
    let version = versions.and_then(|all| all.entries.iter().find(|entry| entry.place == VersionPlace::Here(number)));
    let home = routes::docs_version(reference, docs.version.as_deref(), "");
    let about = About {
        title: Some(format!("{}, all pages", docs.title)),
        description: docs.description.clone(),
        breadcrumbs: vec![(routes::DOCS.to_owned(), "Docs".to_owned()), (home, docs.title.clone())],
        class: "docs",
        noindex: true,
        ..About::default()
    };
    let left_out = order.len() - shown.len();
    let mut is_shown = vec![false; docs.pages.len()];
    shown.iter().for_each(|at| is_shown[*at] = true);
    let model = Model {
        title: docs.title.clone(),
        description: docs.description.clone(),
        version: version.map(|version| version.title.clone()),
        entity: view.link(docs.entity),
        owner: view.owner(view.entity(docs.entity)),
        changed: newest.map(Changed::new),
        contents: contents(docs, &order, &is_shown),
        html: parts.into_string(),
        left_out: (left_out > 0).then(|| context::count(left_out, "page is", "pages are")),
    };
    frame(view, Section::DOCS, about, model)
}

/// Returns the pages in the order of the navigation, then those that are not in it.
fn order(docs: &DocsSite) -> Vec<usize> {
    fn walk(items: &[NavItem], add: &mut impl FnMut(usize)) {
        for item in items {
            match item {
                NavItem::Page { page, .. } => add(*page),
                NavItem::Section { items, .. } => walk(items, add),
                NavItem::Link { .. } => {}
            }
        }
    }
    let mut seen = vec![false; docs.pages.len()];
    let mut order = Vec::with_capacity(docs.pages.len());
    let mut add = |page: usize| {
        if seen.get(page) == Some(&false) {
            seen[page] = true;
            order.push(page);
        }
    };
    walk(&docs.nav, &mut add);
    (0..docs.pages.len()).for_each(add);
    order
}

/// Writes the navigation with links to the parts of the page.
fn contents(docs: &DocsSite, order: &[usize], is_shown: &[bool]) -> String {
    fn entry(page: usize, title: &str, is_shown: &[bool], out: &mut Html) {
        out.raw("<li>");
        if is_shown.get(page) == Some(&true) {
            out.start("a").attribute("href", &format!("#p{page}"));
            out.text(title);
            out.end("a");
        } else {
            out.element("span", title);
        }
        out.raw("</li>");
    }
    fn list(items: &[NavItem], listed: &mut [bool], is_shown: &[bool], out: &mut Html) {
        out.raw("<ul>");
        for item in items {
            match item {
                NavItem::Page { title, page } if listed.get(*page) == Some(&false) => {
                    listed[*page] = true;
                    entry(*page, title, is_shown, out);
                }
                NavItem::Section { title, items } if !items.is_empty() => {
                    out.raw("<li>");
                    out.element("span", title);
                    list(items, listed, is_shown, out);
                    out.raw("</li>");
                }
                _ => {}
            }
        }
        out.raw("</ul>");
    }
    let mut out = Html::new();
    let mut listed = vec![false; docs.pages.len()];
    list(&docs.nav, &mut listed, is_shown, &mut out);
    let others: Vec<usize> = order.iter().copied().filter(|page| !listed[*page]).collect();
    if !others.is_empty() {
        out.raw("<ul>");
        others.iter().for_each(|page| entry(*page, &docs.pages[*page].title, is_shown, &mut out));
        out.raw("</ul>");
    }
    out.into_string()
}

/// Returns the HTML of a document as a part of the whole: names of places begin with that of the part, links to other documents
/// lead to their parts, and relative addresses are those of the page of the whole.
fn moved(html: &str, at: usize, document: &DocsPage, places: &HashMap<String, usize>) -> String {
    let mut folder = String::new();
    if !document.path.is_empty() {
        folder = format!("{}/", document.path);
    }
    let above = format!("../{}", routes::encoded(&folder));
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut from = 0;
    for attribute in html::attributes(html) {
        let value = &html[attribute.value.clone()];
        let new = match &*attribute.name {
            name if NAMES.contains(&name) => {
                Some(value.split_ascii_whitespace().map(|name| format!("p{at}-{name}")).collect::<Vec<_>>().join(" "))
            }
            "href" | "xlink:href" => Some(link(value, at, &folder, &above, places)),
            "src" | "poster" | "data-src" if is_relative(value) => Some(format!("{above}{value}")),
            "srcset" => Some(
                value
                    .split(',')
                    .map(|one| one.trim())
                    .map(|one| if is_relative(one) { format!("{above}{one}") } else { one.to_owned() })
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            // What is printed is not scrolled to.
            "loading" => Some("eager".to_owned()),
            _ if value.contains("url(#") => Some(value.replace("url(#", &format!("url(#p{at}-"))),
            _ => None,
        };
        let Some(new) = new.filter(|_| !attribute.value.is_empty() || &*attribute.name == "href") else { continue };
        out.push_str(&html[from..attribute.value.start]);
        out.push_str(&new);
        from = attribute.value.end;
    }
    out.push_str(&html[from..]);
    out
}

/// Returns HTML whose headings are a level lower, since the title of the whole is above them; there is none below the sixth.
fn below_title(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut from = 0;
    for open in memchr::memchr_iter(b'<', html.as_bytes()) {
        let rest = &html.as_bytes()[open + 1..];
        let slash = usize::from(rest.first() == Some(&b'/'));
        if let [b'h', level @ b'1'..=b'5', b' ' | b'>', ..] = rest[slash..] {
            let at = open + 1 + slash + 1;
            out.push_str(&html[from..at]);
            out.push(char::from(level + 1));
            from = at + 1;
        }
    }
    out.push_str(&html[from..]);
    out
}

/// Returns whether an address begins at the page that it is on.
fn is_relative(address: &str) -> bool {
    !address.starts_with(['/', '#']) && html::scheme(address).is_none()
}

/// Returns an address that stood in the document at `folder` as it has to stand in the whole; both as in HTML.
fn link(address: &str, at: usize, folder: &str, above: &str, places: &HashMap<String, usize>) -> String {
    if address.is_empty() {
        return format!("#p{at}");
    }
    if let Some(place) = address.strip_prefix('#') {
        return if place.is_empty() { format!("#p{at}") } else { format!("#p{at}-{place}") };
    }
    if !is_relative(address) {
        return address.to_owned();
    }
    // Below a folder of its own, so that an address that leaves the documentation is not taken for its first page.
    let there = routes::resolved(&format!("docs/{folder}"), address);
    let page = there.as_deref().and_then(|there| there.strip_prefix("docs/")).map(|path| path.trim_end_matches('/'));
    match (page.and_then(|path| places.get(path)), address.split_once('#')) {
        (Some(page), Some((_, place))) if !place.is_empty() => format!("#p{page}-{place}"),
        (Some(page), _) => format!("#p{page}"),
        (None, _) => format!("{above}{address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::docs::tests::{page, site};
    use super::*;

    fn check(html: &str, expect: &str) {
        let mut docs = site(vec![page("a", 0)], 2);
        let pages = std::sync::Arc::get_mut(&mut docs.pages).expect("nobody else's pages");
        for (page, path) in pages.iter_mut().zip(["guide/set up", ""]) {
            path.clone_into(&mut page.path);
        }
        let places = docs.pages.iter().enumerate().map(|(at, page)| (page.path.clone(), at)).collect();
        assert_eq!(moved(html, 0, &docs.pages[0], &places), expect);
    }

    #[test]
    fn names_of_places_are_those_of_the_part() {
        check("<h2 id=\"a\">A</h2><a href=\"#a\">a</a>", "<h2 id=\"p0-a\">A</h2><a href=\"#p0-a\">a</a>");
        check("<label for=x>", "<label for=p0-x>");
        check("<p aria-describedby=\"a b\">", "<p aria-describedby=\"p0-a p0-b\">");
        check("<path marker-end=\"url(#end)\">", "<path marker-end=\"url(#p0-end)\">");
        check("<p id=\"\"><b title=\"#a\">", "<p id=\"\"><b title=\"#a\">");
    }

    #[test]
    fn links_to_documents_lead_to_their_parts() {
        check("<a href=\"../../\">", "<a href=\"#p1\">");
        check("<a href=\"../../#top\">", "<a href=\"#p1-top\">");
        check("<a href=\"../set%20up/#b\">", "<a href=\"#p0-b\">");
        check("<a href=\"\">", "<a href=\"#p0\">");
    }

    #[test]
    fn other_addresses_are_those_of_the_whole() {
        check("<img src=\"../a.png\">", "<img src=\"../guide/set%20up/../a.png\">");
        check("<a href=\"../../../../../catalog/\">", "<a href=\"../guide/set%20up/../../../../../catalog/\">");
        check("<source srcset=\"a.png 1x, /b.png 2x\">", "<source srcset=\"../guide/set%20up/a.png 1x, /b.png 2x\">");
        check("<a href=\"https://example.org/a\">", "<a href=\"https://example.org/a\">");
        check("<a href=\"mailto:a@example.org\">", "<a href=\"mailto:a@example.org\">");
        check("<a href=\"/catalog/\">", "<a href=\"/catalog/\">");
        check("<a href=\"//example.org\">", "<a href=\"//example.org\">");
    }

    #[test]
    fn headings_are_below_the_title_of_the_whole() {
        assert_eq!(below_title("<h1>A</h1><hr><h5 id=\"x\">b</h5>"), "<h2>A</h2><hr><h6 id=\"x\">b</h6>");
        assert_eq!(below_title("<h6>é</h6> &lt;h1> < <"), "<h6>é</h6> &lt;h1> < <");
    }

    #[test]
    fn pages_come_in_the_order_of_the_navigation() {
        let docs = site(vec![page("c", 2), NavItem::Section { title: "S".to_owned(), items: vec![page("a", 0)] }], 4);
        assert_eq!(order(&docs), [2, 0, 1, 3]);
        assert_eq!(
            contents(&docs, &[2, 0, 1, 3], &[true, true, true, false]),
            "<ul><li><a href=\"#p2\">c</a></li><li><span>S</span><ul><li><a href=\"#p0\">a</a></li></ul></li></ul>\
             <ul><li><a href=\"#p1\"></a></li><li><span></span></li></ul>"
        );
    }
}
