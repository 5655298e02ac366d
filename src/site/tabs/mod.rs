//! The tabs of an entity, one a file.

pub mod adrs;
pub mod apis;
pub mod ci_cd;
pub mod code_insights;
pub mod definition;
pub mod dependencies;
pub mod diagram;
pub mod docs;
pub mod incidents;
pub mod integrations;
pub mod kubernetes;
pub mod impact;
pub mod members;
pub mod mentions;
pub mod overview;
pub mod packages;
pub mod quality;
pub mod raw;
pub mod scorecards;
pub mod security;

pub use super::cards::Content;
use super::{PageContext, Site};
use crate::catalog::EntityId;
use crate::portal::Portal;
use crate::registry;

/// What decides the content of a tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// The catalog and the configuration alone; while they stay, it is not made again.
    Catalog,
    /// Anything of the portal.
    Portal,
}

/// One tab of an entity page. To add one, add a file here, a template, and a line in `registry.rs`.
pub trait Tab: Sync {
    /// Returns the segment of the URL; empty for the overview.
    fn id(&self) -> &'static str;

    /// Returns what the tab is called.
    fn title(&self) -> &'static str;

    /// Returns the name of its icon.
    fn icon(&self) -> &'static str;

    /// Returns its template.
    fn template(&self) -> std::borrow::Cow<'static, str> {
        match self.id() {
            "" => "tabs/overview.html".into(),
            other => format!("tabs/{other}.html").into(),
        }
    }

    /// Returns whether there is anything to show; nothing to show, no tab.
    fn applies(&self, portal: &Portal, site: &Site, entity: EntityId) -> bool;

    /// Returns whether the tab is a page of its own, or leads elsewhere.
    fn has_page(&self) -> bool {
        true
    }

    /// Returns the link of a tab that leads elsewhere.
    fn href(&self, _view: &PageContext<'_>, _entity: EntityId) -> Option<String> {
        None
    }

    /// Returns what decides the content.
    fn shows(&self) -> Shows {
        Shows::Portal
    }

    /// Returns what the tab shows; `None` for a tab that leads elsewhere.
    fn content(&self, view: &PageContext<'_>, entity: EntityId) -> Option<Box<dyn Content>>;
}

macro_rules! list {
    ($($module:ident :: $tab:ident $($name:literal)?,)*) => { &[$(&$module::$tab),*] };
}

/// All tabs in the order of display.
pub const TABS: &[&dyn Tab] = registry::tabs!(list);

/// Returns the tabs that an entity's pages offer, by index into [`TABS`], in the order that is configured.
///
/// A tab that is not offered still is a page, since others link to it.
#[must_use]
pub fn offered(view: &PageContext<'_>, id: EntityId) -> Vec<usize> {
    let applies = |at: &usize| TABS[*at].applies(view.portal, view.site, id);
    let wanted = view.site.entity_page(view.entity(id)).map_or(&[][..], |page| &page.tabs);
    if wanted.is_empty() {
        return (0..TABS.len()).filter(applies).collect();
    }
    let named = |name: &String| TABS.iter().position(|tab| !tab.id().is_empty() && tab.id() == name.as_str());
    std::iter::once(0).chain(wanted.iter().filter_map(named)).filter(applies).collect()
}
