//! What surrounds every page: title, navigation, breadcrumbs.

use serde::Serialize;

use super::{Subject, context::PageContext, feeds};
use crate::config::ConfigLink;
use crate::routes;
use crate::search;

/// The part of the portal to which a page belongs, by a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section(pub &'static str);

impl Section {
    /// The home page and what belongs nowhere else.
    pub const HOME: Self = Self("home");
    /// Entities.
    pub const CATALOG: Self = Self("catalog");
    /// APIs.
    pub const APIS: Self = Self("apis");
    /// Documentation.
    pub const DOCS: Self = Self("docs");
    /// Domains and the organisation.
    pub const EXPLORE: Self = Self("explore");
    /// The whole graph.
    pub const GRAPH: Self = Self("graph");
    /// Decision records.
    pub const DECISIONS: Self = Self("decisions");
    /// What the organisation announces.
    pub const ANNOUNCEMENTS: Self = Self("announcements");
    /// Tech radars.
    pub const RADAR: Self = Self("radar");
    /// Templates.
    pub const CREATE: Self = Self("create");
    /// What other tools know.
    pub const ATTENTION: Self = Self("attention");
    /// Scorecards.
    pub const SCORECARDS: Self = Self("scorecards");
    /// Search.
    pub const SEARCH: Self = Self("search");
}

/// How the navigation leads to a part of the portal.
#[derive(Debug, Clone, Copy)]
pub struct NavEntry {
    /// The part.
    pub section: Section,
    /// The target address.
    pub url: &'static str,
    /// The text to show.
    pub title: &'static str,
    /// Name of an icon.
    pub icon: &'static str,
}

/// A model with what surrounds it.
#[derive(Debug, Serialize)]
pub struct PageModel<M> {
    /// The link to the root of the site; `asset` needs it.
    pub root: String,
    /// What surrounds the page.
    pub page: Layout,
    /// What the page shows.
    pub model: M,
}

/// What surrounds a page.
#[derive(Debug, Clone, Serialize)]
pub struct Layout {
    /// The system that the page is about.
    pub system: Option<String>,
    /// Title of the document; the portal's name follows it.
    pub title: Option<String>,
    /// One sentence for search engines and previews.
    pub description: Option<String>,
    /// The absolute address, if the site's is known.
    pub canonical: Option<String>,
    /// The link to the page that search engines should list in place of this one, if the address of the site is not known.
    pub preferred: Option<String>,
    /// The breadcrumbs from the root, without the page itself.
    pub breadcrumbs: Vec<Crumb>,
    /// The parts of the portal.
    pub nav: Vec<NavLink>,
    /// The newest announcement of the organisation that holds.
    pub banner: Option<Banner>,
    /// What the page of a preview says of itself.
    pub preview: Option<PreviewMark>,
    /// The organisation's links.
    pub links: Vec<ConfigAnchor>,
    /// The home page.
    pub home: String,
    /// The search page.
    pub search: String,
    /// The module that answers queries, if the site has an index.
    pub search_module: String,
    /// The problems page, if there are problems.
    pub problems: Option<ProblemsLink>,
    /// What kind of thing the page is to programs that preview it.
    pub og_type: &'static str,
    /// The same page in Markdown.
    pub markdown: Option<&'static str>,
    /// The OpenSearch description, if the address of the site is known.
    pub opensearch: Option<String>,
    /// The changes as a feed, if the address of the site is known.
    pub feed: Option<String>,
    /// The changes of what the page is about as a feed, if there is one.
    pub own_feed: Option<String>,
    /// What the page is about, for programs.
    pub json_ld: Option<String>,
    /// Whether search engines should leave it out.
    pub noindex: bool,
    /// The version of the documentation that it is part of, and the latest, by name.
    pub version: Option<DocsVersion>,
    /// Class of the page for styles.
    pub class: &'static str,
}

/// The version of a documentation site that a page is part of.
#[derive(Debug, Clone, Serialize)]
pub struct DocsVersion {
    /// Its name.
    pub name: String,
    /// The name of the latest.
    pub latest: String,
    /// What readers call it, if it is searched alone.
    pub search: Option<String>,
}

/// An announcement above every page, until a reader has seen enough of it.
#[derive(Debug, Clone, Serialize)]
pub struct Banner {
    /// By what browsers remember that it was put away.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// The last day on which it holds.
    pub until: Option<String>,
}

/// Says on every page of a preview that it is one, and how the change touches the page.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewMark {
    /// What happened to the page, if it is touched.
    pub change: Option<&'static str>,
    /// What exactly has changed.
    pub note: String,
    /// The list of all changes.
    pub href: String,
    /// How many there are.
    pub count: usize,
}

/// One breadcrumb.
#[derive(Debug, Clone, Serialize)]
pub struct Crumb {
    /// The target address.
    pub href: String,
    /// The text to show.
    pub title: String,
}

/// One part of the portal.
#[derive(Debug, Clone, Serialize)]
pub struct NavLink {
    /// The target address.
    pub href: String,
    /// The text to show.
    pub title: &'static str,
    /// Name of an icon.
    pub icon: &'static str,
    /// Whether the page belongs to it.
    pub current: bool,
}

/// A link that the organisation configures.
#[derive(Debug, Clone, Serialize)]
pub struct ConfigAnchor {
    /// The target address.
    pub href: String,
    /// The text to show.
    pub title: String,
    /// Name of an icon.
    pub icon: &'static str,
}

/// How many problems the build has found.
#[derive(Debug, Clone, Serialize)]
pub struct ProblemsLink {
    /// The page.
    pub href: String,
    /// How many.
    pub count: usize,
}

/// What a page says about itself.
#[derive(Debug, Default)]
pub struct About {
    /// Title of the document; `None` for the home page.
    pub title: Option<String>,
    /// One sentence.
    pub description: Option<String>,
    /// URL and title of the pages above.
    pub breadcrumbs: Vec<(String, String)>,
    /// Class for styles.
    pub class: &'static str,
    /// The system that it is about, for whoever searches there first.
    pub system: Option<String>,
    /// Whether search engines should leave it out.
    pub noindex: bool,
    /// What it says of versions.
    pub version: Option<AboutVersion>,
}

/// What a page of a versioned documentation says of itself.
#[derive(Debug)]
pub struct AboutVersion {
    /// What is on the page.
    pub shown: DocsVersion,
    /// The address that search engines should list in its place.
    pub canonical: String,
    /// Whether they should leave it out.
    pub noindex: bool,
    /// The module that searches the version alone.
    pub search_module: Option<String>,
}

/// Surrounds a model.
#[must_use]
pub fn frame<M>(view: &PageContext<'_>, section: Section, about: About, model: M) -> PageModel<M> {
    let site = view.site;
    let link = |entry: &NavEntry| NavLink {
        href: view.href(entry.url),
        title: entry.title,
        icon: entry.icon,
        current: entry.section == section,
    };
    let crumb = |(url, title): (String, String)| Crumb { href: view.href(&url), title };
    let count = site.problems().len();
    let version = about.version;
    let canonical = version.as_ref().map_or(view.url, |version| &*version.canonical);
    let module = version.as_ref().and_then(|version| version.search_module.as_deref()).unwrap_or(search::MODULE);
    let page = Layout {
        title: about.title,
        description: about.description,
        canonical: site.base_url().map(|base| format!("{base}{}", routes::encoded(canonical))),
        preferred: (canonical != view.url).then(|| view.href(canonical)),
        breadcrumbs: about.breadcrumbs.into_iter().map(crumb).collect(),
        nav: site.nav().iter().map(link).collect(),
        banner: banner(view),
        preview: preview(view),
        links: site.config().links.iter().map(config_anchor).collect(),
        home: view.href(routes::HOME),
        search: view.href(routes::SEARCH),
        search_module: view.href(module),
        problems: (count > 0).then(|| ProblemsLink { href: view.href(routes::PROBLEMS), count }),
        og_type: if about.class == "docs" { "article" } else { "website" },
        markdown: feeds::has_twin(view).then_some("index.md"),
        opensearch: site.base_url().map(|_| view.href(routes::OPENSEARCH)),
        feed: site.base_url().map(|_| view.href(routes::FEED)),
        own_feed: own_feed(view),
        json_ld: feeds::json_ld(view),
        class: about.class,
        noindex: about.noindex
            || view.portal.preview.is_some()
            || version.as_ref().is_some_and(|version| version.noindex),
        version: version.map(|version| version.shown),
        system: about.system,
    };
    PageModel { root: view.root(), page, model }
}

/// Returns the feed of the entity or documentation that a page is about.
fn own_feed(view: &PageContext<'_>) -> Option<String> {
    let url = match view.site.page(view.url)?.subject {
        Subject::Tab { entity, .. } => routes::entity_feed(&view.entity(entity).reference),
        Subject::Document { site, .. } => routes::docs_feed(&view.entity(view.portal.docs.nth(site).entity).reference),
        _ => return None,
    };
    view.site.page(&url).is_some().then(|| view.href(&url))
}

/// Returns the newest announcement that holds and is about no entity alone.
fn banner(view: &PageContext<'_>) -> Option<Banner> {
    let (_, one) = view.portal.announcements.active().find(|(_, one)| one.entity.is_none())?;
    let url = routes::announcement(&one.slug);
    (url != view.url).then(|| Banner {
        id: format!("{} {}", one.slug, one.date.map(crate::calendar::Day::iso).unwrap_or_default()),
        title: one.title.clone(),
        href: view.href(&url),
        until: one.end.map(crate::calendar::Day::iso),
    })
}

fn preview(view: &PageContext<'_>) -> Option<PreviewMark> {
    let preview = view.portal.preview.as_ref()?;
    let change = preview.at(view.url);
    Some(PreviewMark {
        change: change.map(|change| change.change),
        note: change.map(|change| change.note.clone()).unwrap_or_default(),
        href: view.href(routes::PREVIEW),
        count: preview.changes.len(),
    })
}

fn config_anchor(link: &ConfigLink) -> ConfigAnchor {
    ConfigAnchor {
        href: link.url.clone(),
        title: link.title.clone(),
        icon: super::icons::of_link(link.icon.as_deref(), &link.url),
    }
}
