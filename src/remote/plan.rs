//! What a publish uploads, and in which order.

use std::collections::BTreeSet;

use super::{Build, HeaderRules};

/// What is uploaded.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that the site has not, or not so.
    pub upload: Vec<String>,
    /// Files of which a publish that ended early may have uploaded either content: the objects say which.
    pub ask: Vec<String>,
}

/// Compares a build with what is in the storage: the build that was published whole, `None` if that is not known, and those of
/// which an unknown part was uploaded since; `lost` if the list of one of them is not to be had.
#[must_use]
pub fn changes(new: &Build, there: Option<&Build>, unfinished: &[Build], lost: bool) -> Changes {
    let mut changes = Changes::default();
    for (path, fingerprint) in &new.files {
        let was = there.and_then(|there| there.files.get(path));
        let differs = |other: &Build| other.files.get(path).is_some_and(|it| Some(it) != was);
        if lost || unfinished.iter().any(differs) {
            changes.ask.push(path.clone());
        } else if was != Some(fingerprint) {
            changes.upload.push(path.clone());
        }
    }
    changes
}

/// When a file is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Its name is made of its content: nothing names it yet.
    Asset,
    /// What pages load.
    Data,
    /// A page that nobody links to yet.
    NewPage,
    /// A page.
    Page,
    /// What lists pages and files of the search.
    Index,
}

/// What is read before anything else, and names everything else.
const INDEXES: &[&str] = &[
    "search/search.js",
    "search/index.json",
    "sitemap.xml",
    "feed.xml",
    "llms.txt",
    ".well-known/api-catalog",
    "api/portal.json.gz",
    "index.html",
];

/// Divides files into stages: a file is uploaded when all those are there that it may name. Whatever happens between two
/// uploads, no page that readers can come to leads to a file that is not there: only new pages do, to each other.
#[must_use]
pub fn stages<'p>(
    paths: impl IntoIterator<Item = &'p str>,
    there: Option<&Build>,
    headers: &HeaderRules,
) -> Vec<Vec<&'p str>> {
    let stage = |path: &str| {
        let is_new = there.is_none_or(|there| !there.files.contains_key(path));
        match path {
            _ if INDEXES.contains(&path) => Stage::Index,
            _ if headers.of(path).is_for_ever() => Stage::Asset,
            _ if !path.ends_with(".html") => Stage::Data,
            _ if is_new => Stage::NewPage,
            _ => Stage::Page,
        }
    };
    let sorted: BTreeSet<(Stage, &str)> = paths.into_iter().map(|path| (stage(path), path)).collect();
    let mut stages: Vec<(Stage, Vec<&str>)> = Vec::new();
    for (stage, path) in sorted {
        match stages.last_mut() {
            Some((last, paths)) if *last == stage => paths.push(path),
            _ => stages.push((stage, vec![path])),
        }
    }
    stages.into_iter().map(|(_, paths)| paths).collect()
}
