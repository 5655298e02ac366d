//! The types of pages, one a file: which pages of a type there are, and the model of each.

pub mod announcements;
pub mod catalog;
pub mod create;
pub mod dashboards;
pub mod decisions;
pub mod delivery;
pub mod docs;
pub mod entity;
pub mod explore;
pub mod freshness;
pub mod graph;
pub mod home;
pub mod hosting;
pub mod integrations;
pub mod impact;
pub mod insights;
pub mod docs_index;
pub mod pager;
pub mod preview;
pub mod print;
pub mod problems;
pub mod radar;
pub mod scorecards;
pub mod simple;
pub mod standalone;
pub mod status;
mod version_links;
pub mod versions;

use std::borrow::Cow;

use serde::Serialize;

use super::cards::Content;
use super::layout::{NavEntry, PageModel};
use super::{PageContext, Site, Subject};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::registry;

/// A type of page. To add one, add a file here, a template, and a line in `registry.rs`.
pub trait PageType: Sync {
    /// Returns the addresses of its pages, and what each shows.
    fn plan(&self, portal: &Portal, site: &Site) -> Vec<(String, Subject)>;

    /// Makes one of its pages.
    fn content(&self, view: &PageContext<'_>, subject: Subject) -> PageContent;

    /// Returns how the navigation leads to it; `None` if it does not.
    fn nav(&self, _portal: &Portal, _site: &Site) -> Option<NavEntry> {
        None
    }

    /// Returns whether search engines should find it.
    fn in_sitemap(&self, _subject: Subject) -> bool {
        true
    }
}

macro_rules! list {
    ($($module:ident :: $page:ident,)*) => { &[$(&$module::$page),*] };
}

/// All types of pages, in the order of the plan and of the navigation.
pub const PAGES: &[&dyn PageType] = registry::pages!(list);

/// A page of an entity without its tab.
pub trait TabFrame: Content {
    /// Returns the page with a tab.
    fn with_tab(self: Box<Self>, tab: Option<Box<dyn Content>>) -> Box<dyn Content>;
}

erased_serde::serialize_trait_object!(TabFrame);

/// What is at an address of the site.
#[derive(Debug)]
pub enum PageContent {
    /// A page.
    Html {
        /// The name of the template.
        template: Cow<'static, str>,
        /// What the template shows, with what surrounds it.
        model: Box<dyn Content>,
    },
    /// A page of an entity whose tab shows nothing but the catalog, and is not made yet.
    Tab {
        /// The name of the template.
        template: Cow<'static, str>,
        /// The page without the tab.
        frame: Box<dyn TabFrame>,
        /// The tab, by index into [`TABS`](crate::site::tabs::TABS), and the entity.
        tab: (usize, EntityId),
    },
    /// Anything else.
    File {
        /// The content.
        bytes: Vec<u8>,
        /// Its type, as a server should name it.
        mime: &'static str,
    },
}

impl PageContent {
    /// A page that a template shows.
    pub fn html<M: Serialize + std::fmt::Debug + Send + 'static>(
        template: impl Into<Cow<'static, str>>,
        model: PageModel<M>,
    ) -> Self {
        Self::Html { template: template.into(), model: Box::new(model) }
    }

    /// What a page type makes of a subject that it has not planned.
    #[must_use]
    pub const fn nothing() -> Self {
        Self::File { bytes: Vec::new(), mime: "text/plain; charset=utf-8" }
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
