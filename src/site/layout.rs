//! What surrounds every page: title, navigation, breadcrumbs.

use serde::Serialize;

use super::{context::PageContext, feeds};
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
    /// The breadcrumbs from the root, without the page itself.
    pub breadcrumbs: Vec<Crumb>,
    /// The parts of the portal.
    pub nav: Vec<NavLink>,
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
    /// What the page is about, for programs.
    pub json_ld: Option<String>,
    /// Class of the page for styles.
    pub class: &'static str,
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
    let page = Layout {
        title: about.title,
        description: about.description,
        canonical: site.base_url().map(|base| format!("{base}{}", routes::encoded(view.url))),
        breadcrumbs: about.breadcrumbs.into_iter().map(crumb).collect(),
        nav: site.nav().iter().map(link).collect(),
        links: site.config().links.iter().map(config_anchor).collect(),
        home: view.href(routes::HOME),
        search: view.href(routes::SEARCH),
        search_module: view.href(search::MODULE),
        problems: (count > 0).then(|| ProblemsLink { href: view.href(routes::PROBLEMS), count }),
        og_type: if about.class == "docs" { "article" } else { "website" },
        markdown: feeds::has_twin(view).then_some("index.md"),
        opensearch: site.base_url().map(|_| view.href(routes::OPENSEARCH)),
        feed: site.base_url().map(|_| view.href(routes::FEED)),
        json_ld: feeds::json_ld(view),
        class: about.class,
        system: about.system,
    };
    PageModel { root: view.root(), page, model }
}

fn config_anchor(link: &ConfigLink) -> ConfigAnchor {
    ConfigAnchor {
        href: link.url.clone(),
        title: link.title.clone(),
        icon: super::icons::of_link(link.icon.as_deref(), &link.url),
    }
}
