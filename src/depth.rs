//! How far an analysis goes.

/// How far an analysis goes. A deeper one finds the same problems of what a less deep one reads, and makes more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// The catalog alone.
    Catalog,
    /// The catalog and decision records.
    Decisions,
    /// Those, and what other tools know of the catalog.
    Snapshots,
    /// Every problem, without what only readers need: the HTML of documents, READMEs, definitions for download.
    Findings,
    /// All that pages show.
    Pages,
}
