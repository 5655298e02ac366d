//! The newest changes of entities and documents.

use std::sync::Arc;

use super::{date, kind_display};
use crate::portal::Portal;
use crate::routes;
use crate::workspace::{LastChange, Workspace};

/// The last change of a file.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Changed {
    /// Such as `2026-11-21`.
    pub day: String,
    /// Such as `21 November 2026`.
    pub words: String,
    /// Who made it.
    pub author: String,
}

impl Changed {
    /// Formats a change.
    #[must_use]
    pub fn new(change: &LastChange) -> Self {
        let (day, words) = date::day(change.time);
        Self { day, words, author: change.author.to_string() }
    }
}

/// A change of an entity or a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, in seconds since 1970 UTC.
    pub time: i64,
    /// What the entity or document is called.
    pub title: String,
    /// Its kind, or what documentation it is in.
    pub what: String,
    /// Where it is.
    pub url: String,
    /// Who made it.
    pub author: Arc<str>,
}

/// Changes that are kept.
const CHANGES: usize = 60;

/// Collects the newest changes, newest first.
pub(super) fn changes(workspace: &Workspace, portal: &Portal, changed: &[Option<LastChange>]) -> Vec<Change> {
    let entities = portal.catalog.entities().iter().zip(changed).filter_map(|(entity, changed)| {
        let LastChange { time, author, .. } = changed.clone()?;
        let what = kind_display::face(&entity.kind, workspace.config()).one;
        let title = entity.title().to_owned();
        Some(Change { time, title, what, url: routes::entity(&entity.reference), author })
    });
    let documents = portal.docs.sites.iter().flat_map(|site| {
        let reference = &portal.catalog.get(site.entity).reference;
        site.pages.iter().filter_map(move |page| {
            let LastChange { time, author, .. } = page.last_change.clone()?;
            let url = routes::docs_page(reference, &page.path);
            Some(Change { time, title: page.title.clone(), what: site.title.clone(), url, author })
        })
    });
    newest_first(documents.chain(entities).collect())
}

pub(crate) fn newest_first(mut changes: Vec<Change>) -> Vec<Change> {
    // The sort is stable, so what changed at once stays in the order of references.
    changes.sort_by_key(|change| std::cmp::Reverse(change.time));
    changes.truncate(CHANGES);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_change_comes_first_and_the_oldest_are_left_out() {
        let change = |time: i64| Change {
            time,
            title: time.to_string(),
            what: String::new(),
            url: String::new(),
            author: "Ann".into(),
        };
        let times = |changes: Vec<i64>| -> Vec<i64> {
            newest_first(changes.into_iter().map(change).collect()).iter().map(|change| change.time).collect()
        };
        assert_eq!(times(vec![2, 3, 1]), [3, 2, 1]);
        let many: Vec<i64> = (0..100).collect();
        let newest: Vec<i64> = (0..100).rev().take(CHANGES).collect();
        assert_eq!(times(many), newest);
    }
}
