//! What a page or file of the site is: its address and, by ids alone, what it shows.

use super::feeds;
use crate::catalog::EntityId;

/// One page or file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The address below the root of the site; see [`routes`](crate::routes).
    pub url: String,
    /// Its type, by index into [`pages::PAGES`](super::pages::PAGES).
    pub of: usize,
    /// What it shows.
    pub subject: Subject,
}

/// What a page shows, for its type to know. Holds ids and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The portal, or what the type says.
    Portal,
    /// A page of one of the lists of the type.
    List {
        /// Which one.
        list: usize,
        /// Counted from 1.
        page: usize,
    },
    /// A tab of an entity.
    Tab {
        /// The entity.
        entity: EntityId,
        /// Index into [`tabs::TABS`](super::tabs::TABS).
        tab: usize,
    },
    /// Another page about an entity.
    EntityPart {
        /// The entity.
        entity: EntityId,
        /// Which one of the type.
        part: usize,
    },
    /// A page of documentation.
    Document {
        /// Its number among all documentation sites; see [`crate::docs::Docs::nth`].
        site: usize,
        /// Index into its pages.
        page: usize,
    },
    /// A documentation site as a whole.
    Documentation {
        /// Its number, as of a document.
        site: usize,
    },
    /// A file made from the portal that is not a page.
    File(File),
}

/// A file that is not a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// `sitemap.xml`.
    Sitemap,
    /// `opensearch.xml`.
    OpenSearch,
    /// `robots.txt`.
    Robots,
    /// `_headers`.
    Headers,
    /// `_redirects`.
    Redirects,
    /// `.nojekyll`.
    NoJekyll,
    /// All entities as one JSON array.
    ApiEntities,
    /// All entities, one a line.
    ApiLines,
    /// All entities as a table.
    ApiCsv,
    /// Counts of the values of the commonest fields.
    ApiFacets,
    /// The entities of one kind, by index into [`Site::kinds`](super::Site::kinds).
    ApiKind(usize),
    /// One entity.
    ApiEntity(EntityId),
    /// The rows of one kind for the filters of the index, by index into [`Site::kinds`](super::Site::kinds).
    CatalogRows(usize),
    /// The references of the entities of a saved view, by index into [`Listings::all`](super::catalog_lists::Listings::all).
    ViewMembers(usize),
    /// Every entity and relation for the graph page.
    GraphData,
    /// An entity in Markdown.
    EntityMarkdown(EntityId),
    /// A picture that says one thing of an entity.
    Badge(EntityId, feeds::Badge),
    /// `llms.txt`.
    Llms,
    /// The newest changes.
    Feed,
    /// The newest changes of an entity, or of what a group owns.
    EntityFeed(EntityId),
    /// The newest changes of a documentation site.
    DocsFeed(EntityId),
    /// The announcements as a feed.
    AnnouncementsFeed,
    /// Every API for programs that discover them, as RFC 9727 has it.
    ApiCatalog,
    /// The versions of a documentation site, as `mike` lists them.
    DocsVersions(EntityId),
    /// The bytes of an API definition.
    Definition(EntityId),
    /// A definition of several files in one.
    DefinitionBundle(EntityId),
    /// Every item of a definition on several pages, for its filter.
    DefinitionItems(EntityId),
}
