//! What a preview shows beside the portal itself: which pages a change touches.
//!
//! A preview is the portal of a pull request, built with `--preview` against the published one. Data alone: `diff/preview.rs`
//! makes it, and the site shows it.

use std::collections::BTreeMap;

/// The changes that a preview marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// In the order in which they are listed: by sort, then by name.
    pub changes: Vec<PreviewChange>,
    /// Indexes into the changes, by the addresses of pages.
    by_url: BTreeMap<String, usize>,
}

/// A thing that a change touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewChange {
    /// What it is: `Entity`, `Document`, `API definition`, `Decision`, `Template`, `Score` or `Link`.
    pub sort: &'static str,
    /// What happened: `added`, `removed`, `renamed`, `moved` or `changed`, for links `broken` or `repaired`.
    pub change: &'static str,
    /// What readers call it.
    pub title: String,
    /// Its page in the preview; `None` if it has none there.
    pub url: Option<String>,
    /// Whose it is, as a reference.
    pub owner: Option<String>,
    /// What exactly has changed, in a few words.
    pub note: String,
    /// The sections that are new or renamed: the names for links, and the headings.
    pub sections: Vec<(String, String)>,
}

impl Preview {
    /// Makes the index of changes. Of two that touch a page, the first is its mark.
    #[must_use]
    pub fn new(changes: Vec<PreviewChange>) -> Self {
        let mut by_url = BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            if let Some(url) = &change.url {
                by_url.entry(url.clone()).or_insert(at);
            }
        }
        Self { changes, by_url }
    }

    /// Returns how the page at an address is touched.
    #[must_use]
    pub fn at(&self, url: &str) -> Option<&PreviewChange> {
        self.by_url.get(url).map(|at| &self.changes[*at])
    }
}
