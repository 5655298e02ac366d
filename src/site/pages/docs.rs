//! A page of documentation with its navigation and table of contents.

use std::cell::RefCell;

use rayon::prelude::*;
use serde::Serialize;

use super::{PageContent, PageType, version_links};
use crate::docs::{DocsPage, DocsSite, NavItem};
use crate::html::{self, Html};
use crate::markdown::Heading;
use crate::portal::Portal;
use crate::routes;
use crate::site::context::{self, Anchor, EntityLink, PageContext};
use crate::site::layout::{About, PageModel, Section, frame};
use crate::site::{Changed, Site, Subject, kind_display};

/// The pages of all documentation sites.
pub struct Documents;

impl PageType for Documents {
    fn plan(&self, portal: &Portal, _site: &Site) -> Vec<(String, Subject)> {
        let sites = portal.docs.sites.par_iter().enumerate();
        let pages = sites.flat_map_iter(|(site, docs)| {
            let reference = &portal.catalog.get(docs.entity).reference;
            docs.pages.iter().enumerate().map(move |(page, document)| {
                (routes::docs_page(reference, &document.path), Subject::Document { site, page })
            })
        });
        pages.collect()
    }

    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent {
        let Subject::Document { site, page } = subject else { return PageContent::nothing() };
        PageContent::html("docs.html", model(view, site, page))
    }
}

/// A navigation with more entries than this is folded around the page, except on the first page.
const FULL_NAV: usize = 500;
/// So is one whose titles and addresses are longer, in bytes.
const LONG_NAV: usize = 64 << 10;
/// Characters of a title that the navigation shows.
const NAV_TITLE: usize = 120;
/// Of a long list in a folded navigation, this many entries before and after the page are shown.
const WINDOW: usize = 25;

/// More entries of the first level are no tabs.
const MAX_TABS: usize = 12;

/// The fields of the template.
#[derive(Debug, Serialize)]
pub struct Model {
    /// The title of the site, and its first page.
    site: String,
    home: String,
    entity: EntityLink,
    kind: String,
    owner: Option<EntityLink>,
    title: String,
    /// The document.
    html: String,
    /// The versions, if there are several.
    versions: Option<version_links::Model>,
    /// HTML, as the next one: lists that may be long, on every page.
    nav: String,
    /// HTML: the first level of the navigation.
    tabs: Option<String>,
    toc: Option<String>,
    toc_title: String,
    previous: Option<Anchor>,
    next: Option<Anchor>,
    changed: Option<Changed>,
    /// For how long the document was not changed, in words, if that is too long.
    stale: Option<String>,
    source: Option<String>,
    edit: Option<String>,
    issue: Option<Issue>,
    /// All pages on one.
    whole: Option<String>,
    path: String,
}

/// Where a fault of the document is reported.
#[derive(Debug, Serialize)]
struct Issue {
    href: String,
    /// The parameter of the address that holds the text of the issue.
    body: &'static str,
}

/// Returns the address of the form for a new issue at the host of a document, if the host is known.
fn issue(view: &str, title: &str, path: &str) -> Option<Issue> {
    let (base, form, names) = if let Some((base, _)) = view.split_once("/-/blob/") {
        (base, "/-/issues/new", ("issue[title]", "issue[description]"))
    } else {
        (view.split_once("/blob/")?.0, "/issues/new", ("title", "body"))
    };
    let mut url =
        url::Url::parse(&format!("{base}{form}")).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.query_pairs_mut()
        .append_pair(names.0, &format!("{title}: "))
        .append_pair(names.1, &format!("`{path}`: {view}"));
    Some(Issue { href: url.into(), body: names.1 })
}

/// Says in words for how long a document was not changed, in the largest unit that is not rounded much.
fn stale(days: i64) -> Option<String> {
    let (count, one, many) = match days {
        ..1 => return None,
        1..60 => (days, "day", "days"),
        60..720 => ((days * 12 + 182) / 365, "month", "months"),
        _ => ((days + 182) / 365, "year", "years"),
    };
    Some(context::count(usize::try_from(count).ok()?, one, many))
}

/// An entry of the table of contents.
#[derive(Debug)]
struct TocEntry<'a> {
    heading: &'a Heading,
    children: Vec<TocEntry<'a>>,
}

/// Makes a page of documentation.
#[must_use]
pub fn model(view: &PageContext<'_>, site: usize, page: usize) -> PageModel<Model> {
    let number = site;
    let site = view.portal.docs.nth(number);
    let document = &site.pages[page];
    let (versions, of_version) = version_links::part(view, number, document).unzip();
    let entity = view.entity(site.entity);
    let reference = &entity.reference;
    let version = site.version.as_deref();
    let href = |at: usize| view.href(&routes::docs_version(reference, version, &site.pages[at].path));
    let anchor = |at: Option<usize>, icon| {
        let title = site.pages.get(at?)?.title.clone();
        Some(Anchor { href: href(at?), title, icon, external: false })
    };
    let source = view.site.source(document.file);
    let mut breadcrumbs = vec![(routes::DOCS.to_owned(), "Docs".to_owned())];
    if !document.path.is_empty() {
        breadcrumbs.push((routes::docs_version(reference, version, ""), site.title.clone()));
    }
    let title = if document.path.is_empty() && document.title != site.title {
        site.title.clone()
    } else {
        document.title.clone()
    };
    let about = About {
        title: Some(if document.path.is_empty() { title } else { format!("{title} · {}", site.title) }),
        description: site.description.clone(),
        breadcrumbs,
        class: "docs",
        system: view.entity(site.entity).system().map(str::to_owned),
        version: of_version,
        ..About::default()
    };
    let home = match version {
        Some(_) => {
            view.href(&routes::docs_version(reference, version, site.root().map_or("", |page| &site.pages[page].path)))
        }
        None => view.docs(site.entity).unwrap_or_else(|| view.href(routes::DOCS)),
    };
    let turns = !hides(document, "footer");
    let folded = is_long(&site.nav, FULL_NAV) && !document.path.is_empty() && page != 0;
    let model = Model {
        site: site.title.clone(),
        home,
        entity: view.link(site.entity),
        kind: kind_display::face(&entity.kind, view.site.config()).one,
        owner: view.owner(entity),
        title: document.title.clone(),
        html: if version.is_some() { deeper(content(site, document), &document.path) } else { content(site, document) },
        versions,
        nav: if hides(document, "navigation") { String::new() } else { Nav::new(site, page, folded).html() },
        tabs: Nav::new(site, page, folded).tabs().filter(|_| !hides(document, "tabs")),
        toc: toc(site, document),
        toc_title: toc_title(site),
        previous: anchor(document.previous.filter(|_| turns), "previous"),
        next: anchor(document.next.filter(|_| turns), "next"),
        changed: document.last_change.as_ref().map(Changed::new),
        // What an old version says stays as it is.
        stale: document
            .last_change
            .as_ref()
            .filter(|_| version.is_none())
            .and_then(|it| stale(view.site.stale_days(it)?)),
        source: source.and_then(|source| source.view.clone()),
        edit: document.edit_url.clone(),
        issue: source.and_then(|source| issue(source.view.as_deref()?, &document.title, &source.path)),
        whole: whole(view, site),
        path: source.map(|source| source.path.to_string()).unwrap_or_default(),
    };
    frame(view, Section::DOCS, about, model)
}

/// Returns the address of the page that holds a whole documentation, if there is one; a document with that address has it.
pub(super) fn whole_address(portal: &Portal, docs: &DocsSite) -> String {
    routes::docs_version(&portal.catalog.get(docs.entity).reference, docs.version.as_deref(), "print")
}

/// Returns the link to the page that holds the whole documentation, if there is one.
fn whole(view: &PageContext<'_>, docs: &DocsSite) -> Option<String> {
    let url = whole_address(view.portal, docs);
    matches!(view.site.page(&url)?.subject, Subject::Documentation { .. }).then(|| view.href(&url))
}

/// Returns whether the front matter of a document leaves out a part of its page.
pub(super) fn hides(document: &DocsPage, part: &str) -> bool {
    document.doc.front_matter.hide.iter().any(|hidden| hidden.trim() == part)
}

/// Returns what the table of contents is called.
pub(super) fn toc_title(site: &DocsSite) -> String {
    site.toc_title.clone().unwrap_or_else(|| "On this page".to_owned())
}

/// Returns the document, below its title if it shows none.
pub(super) fn content(site: &DocsSite, document: &DocsPage) -> String {
    let doc = &document.doc;
    let html = document.html();
    let html = html::lazy_pictures(&html, |address| picture_size(site, document, address)).into_owned();
    let html = with_former_anchors(html, &document.former_anchors);
    if doc.has_title {
        return html;
    }
    // A README without a title begins with a logo or a banner, and stands for all that is documented.
    let is_readme = !site.has_settings && document.path.is_empty() && document.source.eq_ignore_ascii_case("README.md");
    let title = if is_readme && !site.title.is_empty() { &site.title } else { &document.title };
    let heading = document.heading.clone().unwrap_or_else(|| Html::of_text(title).into_string());
    format!("<h1>{heading}</h1>\n{html}")
}

/// Returns the size of the picture that an address in a document means, if it is one of the site.
fn picture_size(site: &DocsSite, document: &DocsPage, address: &str) -> Option<(u32, u32)> {
    // Below a folder of its own, so that an address that leaves the site is not taken for one of it.
    let there = routes::resolved(&format!("docs/{}", url(document)), address)?;
    let path = there.strip_prefix("docs/")?.trim_end_matches('/');
    let at = site.assets.binary_search_by(|asset| asset.source.as_str().cmp(path)).ok()?;
    site.assets[at].size.filter(|_| site.assets[at].path == path)
}

/// Puts the names that headings had before in front of them, so that links to these still lead there.
fn with_former_anchors(mut html: String, names: &[(String, String)]) -> String {
    for (now, before) in names {
        let mut own = Html::new();
        own.start("a").attribute("id", now);
        let id = own.into_string();
        let id = id.trim_start_matches("<a ").trim_end_matches('>').to_owned();
        let heading = (1..=6).find_map(|level| html.find(&format!("<h{level} {id}")));
        if let Some(at) = heading {
            let mut anchor = Html::new();
            anchor.start("a").attribute("id", before).attribute("data-former", "");
            anchor.end("a");
            html.insert_str(at, &anchor.into_string());
        }
    }
    html
}

/// Returns a document whose links to entities begin two folders further down, as those of a version do.
pub(super) fn deeper(html: String, path: &str) -> String {
    let above = "../".repeat(4 + path.split('/').filter(|name| !name.is_empty()).count());
    let link = format!("{above}catalog/");
    if !html.contains(&link) {
        return html;
    }
    let mut deeper = String::with_capacity(html.len() + 64);
    let mut from = 0;
    for attribute in html::attributes(&html) {
        if attribute.name == "href" && html[attribute.value.clone()].starts_with(&link) {
            deeper.push_str(&html[from..attribute.value.start]);
            deeper.push_str("../../");
            from = attribute.value.start;
        }
    }
    deeper.push_str(&html[from..]);
    deeper
}

/// What the navigation is made for.
pub(super) struct Nav<'a> {
    site: &'a DocsSite,
    page: usize,
    folded: bool,
    /// The address of the page below the site.
    from: String,
    /// The address that a link is being made to; one for all, since a page may have a thousand.
    to: RefCell<String>,
    /// The link itself, likewise.
    href: RefCell<String>,
}

/// Returns the address of a page below the root of its site.
#[must_use]
pub fn url(page: &DocsPage) -> String {
    let mut url = String::with_capacity(page.path.len() + 1);
    push_url(page, &mut url);
    url
}

fn push_url(page: &DocsPage, out: &mut String) {
    out.push_str(&page.path);
    if !page.path.is_empty() {
        out.push('/');
    }
}

/// Returns whether a navigation is too long to be shown on each page: it has more than `full` entries, or long ones.
pub(super) fn is_long(items: &[NavItem], full: usize) -> bool {
    fn weight(items: &[NavItem]) -> (usize, usize) {
        items.iter().fold((0, 0), |(count, bytes), item| {
            let (more, inside) = match item {
                NavItem::Section { title, items } => {
                    let (more, inside) = weight(items);
                    (more, inside + title.len())
                }
                NavItem::Link { title, url, .. } => (0, title.len() + url.len()),
                NavItem::Page { title, .. } => (0, title.len()),
            };
            (count + 1 + more, bytes + inside)
        })
    }
    let (count, bytes) = weight(items);
    count > full || bytes > LONG_NAV.max(64 * full)
}

fn contains(item: &NavItem, wanted: usize) -> bool {
    match item {
        NavItem::Page { page, .. } => *page == wanted,
        NavItem::Section { items, .. } => items.iter().any(|item| contains(item, wanted)),
        NavItem::Link { .. } => false,
    }
}

fn first_page(items: &[NavItem]) -> Option<usize> {
    items.iter().find_map(|item| match item {
        NavItem::Page { page, .. } => Some(*page),
        NavItem::Section { items, .. } => first_page(items),
        NavItem::Link { .. } => None,
    })
}

impl<'a> Nav<'a> {
    /// Prepares the navigation of a page; a folded one shows what is around the page.
    pub(super) fn new(site: &'a DocsSite, page: usize, folded: bool) -> Self {
        Self { site, page, folded, from: url(&site.pages[page]), to: RefCell::default(), href: RefCell::default() }
    }

    /// Returns the navigation as HTML.
    pub(super) fn html(&self) -> String {
        let mut out = Html::new();
        self.list(&self.site.nav, 0, &mut out);
        out.into_string()
    }

    fn list(&self, items: &[NavItem], depth: usize, out: &mut Html) {
        let mut range = 0..items.len();
        // Lists in lists show less, so that the sum has a bound.
        let window = WINDOW.min(100 / (depth + 1)).max(1);
        if self.folded && items.len() > 2 * window {
            let at = items.iter().position(|item| contains(item, self.page)).unwrap_or(0);
            let start = at.saturating_sub(window).min(items.len() - 2 * window);
            range = start..(start + 2 * window).min(items.len());
        }
        let gap = |left_out: usize, out: &mut Html| {
            if left_out > 0 {
                let words = context::count(left_out, "more entry", "more entries");
                out.raw("<li class=\"gap\">");
                out.element("span", &words);
                out.raw("</li>");
            }
        };
        let after = items.len() - range.end;
        out.raw("<ul>");
        gap(range.start, out);
        for item in &items[range] {
            out.raw("<li>");
            self.entry(item, depth, out);
            out.raw("</li>");
        }
        gap(after, out);
        out.raw("</ul>");
    }

    fn entry(&self, item: &NavItem, depth: usize, out: &mut Html) {
        match item {
            NavItem::Page { title, page } if *page < self.site.pages.len() => {
                let current = (*page == self.page).then_some(("aria-current", "page"));
                self.page_link(*page, title, current, "", out);
            }
            NavItem::Link { title, url, broken } => {
                let external = html::is_external(url);
                // Within the site a path is relative to the first page.
                let as_written = external || url.starts_with(['/', '#']);
                let href = if as_written { url.clone() } else { format!("{}{url}", routes::root(&self.from)) };
                let safe = html::is_safe_address(&href, html::AddressUse::Link);
                match (safe, external, broken) {
                    (false, ..) => nothing(title, out),
                    (_, true, _) => link(&href, title, Some(("rel", "noopener")), "external", out),
                    (_, _, true) => link(&href, title, Some(("class", "broken")), "", out),
                    _ => link(&href, title, None, "", out),
                }
            }
            NavItem::Section { title, items } => {
                let look = self.site.look;
                let told = look.expanded || (look.sections && depth == 0);
                let open = contains(item, self.page) || (told && !self.folded);
                match first_page(items) {
                    Some(page) if self.folded && !open => {
                        self.page_link(page, title, None, "chevron-right", out);
                    }
                    _ if items.is_empty() || (self.folded && !open) => nothing(title, out),
                    _ => {
                        let index = self.index_of(items);
                        if let Some(page) = index.filter(|_| items.len() == 1) {
                            let current = (page == self.page).then_some(("aria-current", "page"));
                            return self.page_link(page, title, current, "", out);
                        }
                        out.raw(if open { "<details open><summary>" } else { "<details><summary>" });
                        match index {
                            Some(page) => {
                                let current = (page == self.page).then_some(("aria-current", "page"));
                                self.page_link(page, title, current, "", out);
                            }
                            None => out.text(&context::shortened(title, NAV_TITLE)),
                        }
                        out.raw("</summary>");
                        self.list(&items[usize::from(index.is_some())..], depth + 1, out);
                        out.raw("</details>");
                    }
                }
            }
            NavItem::Page { title, .. } => nothing(title, out),
        }
    }

    /// Returns the index of a section, if the title of the section leads there.
    fn index_of(&self, items: &[NavItem]) -> Option<usize> {
        let NavItem::Page { page, .. } = items.first().filter(|_| self.site.look.indexes)? else { return None };
        let name = self.site.pages.get(*page)?.source.rsplit('/').next()?;
        matches!(name, "index.md" | "README.md").then_some(*page)
    }

    /// Returns the first level of the navigation as HTML, if it is to be shown above the page.
    pub(super) fn tabs(&self) -> Option<String> {
        let items = &self.site.nav;
        (self.site.look.tabs && (2..=MAX_TABS).contains(&items.len())).then_some(())?;
        let mut out = Html::new();
        out.raw("<ul>");
        for item in items.iter() {
            out.raw("<li>");
            let here = contains(item, self.page).then_some(("aria-current", "true"));
            match (item, first_page(std::slice::from_ref(item))) {
                (NavItem::Section { title, .. } | NavItem::Page { title, .. }, Some(page))
                    if page < self.site.pages.len() =>
                {
                    self.page_link(page, title, here, "", &mut out);
                }
                _ => self.entry(item, 1, &mut out),
            }
            out.raw("</li>");
        }
        out.raw("</ul>");
        Some(out.into_string())
    }

    fn page_link(&self, page: usize, title: &str, attribute: Option<(&str, &str)>, icon: &str, out: &mut Html) {
        let (mut to, mut href) = (self.to.borrow_mut(), self.href.borrow_mut());
        to.clear();
        href.clear();
        push_url(&self.site.pages[page], &mut to);
        routes::push_relative(&self.from, &to, &mut href);
        link(&href, title, attribute, icon, out);
    }
}

fn nothing(title: &str, out: &mut Html) {
    out.element("span", &context::shortened(title, NAV_TITLE));
}

fn link(href: &str, title: &str, attribute: Option<(&str, &str)>, icon: &str, out: &mut Html) {
    let tag = out.start("a").attribute("href", href);
    match attribute {
        Some((name, value)) => drop(tag.attribute(name, value)),
        None => drop(tag),
    }
    out.text(&context::shortened(title, NAV_TITLE));
    if !icon.is_empty() {
        out.start("i").attribute("class", &format!("icon i-{icon}")).attribute("aria-hidden", "true");
        out.end("i");
    }
    out.end("a");
}

/// Returns the table of contents as HTML; `None` if it is empty or the document hides it.
pub(super) fn toc(site: &DocsSite, document: &DocsPage) -> Option<String> {
    fn list(entries: &[TocEntry<'_>], out: &mut Html) {
        out.raw("<ul>");
        for TocEntry { heading, children } in entries {
            out.raw("<li>");
            out.start("a").attribute("href", &format!("#{}", heading.id));
            out.raw(&heading.title_html);
            out.raw("</a>");
            if !children.is_empty() {
                list(children, out);
            }
            out.raw("</li>");
        }
        out.raw("</ul>");
    }
    let (top, bottom) = site.toc_depth;
    let headings = document.doc.headings.iter().filter(|heading| (top..=bottom).contains(&heading.level));
    let headings: Vec<&Heading> = headings.collect();
    let entries = if hides(document, "toc") { Vec::new() } else { contents(&headings) };
    let mut out = Html::new();
    (!entries.is_empty()).then(|| list(&entries, &mut out))?;
    Some(out.into_string())
}

/// Nests headings by level. A first heading of the first level is the title of the page: the list holds what is below
/// it and, as in Material, nothing of what further headings of that level begin.
fn contents<'a>(headings: &[&'a Heading]) -> Vec<TocEntry<'a>> {
    let mut rest = headings;
    let mut entries = nested(&mut rest, 0);
    if headings.first().is_some_and(|first| first.level == 1) { entries.swap_remove(0).children } else { entries }
}

fn nested<'a>(rest: &mut &[&'a Heading], above: u8) -> Vec<TocEntry<'a>> {
    let mut entries = Vec::new();
    while let Some(first) = rest.first().copied() {
        if first.level <= above {
            break;
        }
        *rest = &rest[1..];
        let children = nested(rest, first.level);
        entries.push(TocEntry { heading: first, children });
    }
    entries
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::catalog::EntityId;
    use crate::docs::{DocsPage, Look};
    use crate::text::FileId;

    #[test]
    fn tabs_and_titles_of_sections_lead_to_pages() {
        let items = vec![
            page("Home", 0),
            NavItem::Section { title: "Guide".to_owned(), items: vec![page("Start", 1), page("A", 2)] },
        ];
        let mut docs = site(items, 3);
        let places = [("", "index.md"), ("guide", "guide/index.md"), ("guide/a", "guide/a.md")];
        let pages = Arc::get_mut(&mut docs.pages).expect("nobody else's pages");
        for (page, (path, source)) in pages.iter_mut().zip(places) {
            (page.path, page.source) = (path.to_owned(), source.to_owned());
        }
        let html = |docs: &DocsSite| (Nav::new(docs, 2, false).html(), Nav::new(docs, 2, false).tabs());
        assert_eq!(html(&docs).1, None);
        assert!(html(&docs).0.contains("<summary>Guide</summary>"), "{}", html(&docs).0);
        docs.look = Look { tabs: true, indexes: true, ..Look::default() };
        let (nav, tabs) = html(&docs);
        assert!(
            nav.contains(
                "<summary><a href=\"../\">Guide</a></summary><ul><li><a href=\"./\" aria-current=\"page\">A</a>"
            ),
            "{nav}"
        );
        let tabs = tabs.unwrap_or_default();
        assert_eq!(
            tabs,
            "<ul><li><a href=\"../../\">Home</a></li><li><a href=\"../\" aria-current=\"true\">Guide</a></li></ul>"
        );
    }

    fn check(levels: &[u8], expect: &str) {
        fn print(entries: &[TocEntry<'_>]) -> String {
            let one = |entry: &TocEntry| format!("{}[{}]", entry.heading.id, print(&entry.children)).replace("[]", "");
            entries.iter().map(one).collect::<Vec<_>>().join(" ")
        }
        let heading = |(at, level): (usize, &u8)| Heading {
            level: *level,
            id: at.to_string(),
            title_html: String::new(),
            title: String::new(),
        };
        let headings: Vec<Heading> = levels.iter().enumerate().map(heading).collect();
        let headings: Vec<&Heading> = headings.iter().collect();
        assert_eq!(print(&contents(&headings)), expect, "{levels:?}");
    }

    #[test]
    fn an_age_is_said_in_the_largest_unit_that_fits() {
        for (days, expect) in [
            (0, None),
            (1, Some("1 day")),
            (59, Some("59 days")),
            (90, Some("3 months")),
            (365, Some("12 months")),
            (800, Some("2 years")),
        ] {
            assert_eq!(stale(days).as_deref(), expect, "{days}");
        }
    }

    #[test]
    fn headings_nest_by_level() {
        check(&[1, 2, 3, 2], "1[2] 3");
        check(&[2, 4, 3, 2], "0[1 2] 3");
        check(&[1, 2, 1], "1");
        check(&[3, 2], "0 1");
        check(&[], "");
    }

    pub(in crate::site::pages) fn page(title: &str, page: usize) -> NavItem {
        NavItem::Page { title: title.to_owned(), page }
    }

    /// Makes a documentation site of `pages` empty pages.
    pub(in crate::site::pages) fn site(items: Vec<NavItem>, pages: usize) -> DocsSite {
        let document = |at: usize| DocsPage {
            file: FileId::new(at),
            source: String::new(),
            path: format!("p{at}"),
            title: String::new(),
            heading: None,
            doc: Arc::default(),
            packed: None,
            previous: None,
            next: None,
            edit_url: None,
            last_change: None,
            former_anchors: Vec::new(),
        };
        DocsSite {
            entity: EntityId::new(0),
            title: String::new(),
            description: None,
            nav: items.into(),
            pages: (0..pages).map(document).collect(),
            assets: Arc::default(),
            redirects: Arc::default(),
            source: FileId::new(0),
            has_settings: true,
            has_own_index: true,
            toc_depth: (1, 6),
            toc_title: None,
            version: None,
            outline: Default::default(),
            files: Default::default(),
            look: Look::default(),
        }
    }

    fn nav(items: Vec<NavItem>, pages: usize, current: usize, folded: bool) -> String {
        Nav::new(&site(items, pages), current, folded).html()
    }

    #[test]
    fn the_navigation_says_what_is_what() {
        let link = |url: &str, broken| NavItem::Link { title: "l".to_owned(), url: url.to_owned(), broken };
        let section = |title: &str, items| NavItem::Section { title: title.to_owned(), items };
        let items = vec![
            page("A & B", 0),
            section("S", vec![page("x", 1)]),
            section("T", vec![page("y", 2)]),
            section("U", Vec::new()),
            link("https://example.org", false),
            link("gone.md", true),
            link("javascript:alert(1)", false),
            page("lost", 9),
        ];
        assert_eq!(
            nav(items, 3, 1, false),
            "<ul><li><a href=\"../p0/\">A &amp; B</a></li>\
             <li><details open><summary>S</summary><ul><li><a href=\"./\" aria-current=\"page\">x</a></li></ul></details></li>\
             <li><details><summary>T</summary><ul><li><a href=\"../p2/\">y</a></li></ul></details></li>\
             <li><span>U</span></li>\
             <li><a href=\"https://example.org\" rel=\"noopener\">l<i class=\"icon i-external\" aria-hidden=\"true\"></i></a></li>\
             <li><a href=\"../gone.md\" class=\"broken\">l</a></li>\
             <li><span>l</span></li>\
             <li><span>lost</span></li></ul>"
        );
    }

    #[test]
    fn a_large_navigation_is_folded_around_the_page() {
        let many = |from: usize| (from..from + 100).map(|at| page("p", at)).collect::<Vec<_>>();
        let sections = (0..3).map(|at| NavItem::Section { title: format!("s{at}"), items: many(at * 100) }).collect();
        let html = nav(sections, 300, 150, true);
        assert_eq!(html.matches("<details open>").count(), 1);
        assert!(html.contains("<a href=\"../p0/\">s0<i class=\"icon i-chevron-right\""), "{html}");
        assert_eq!(html.matches("<li class=\"gap\"><span>25 more entries</span></li>").count(), 2, "{html}");
        assert_eq!(html.matches("<a href=").count(), 50 + 2);
    }
}
