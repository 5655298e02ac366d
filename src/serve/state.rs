//! What is served at one moment: the last site that was built, and what went wrong since.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{BuiltSite, Problem};
use crate::diag::Severity;

/// More problems than anybody reads in an overlay.
const MAX_PROBLEMS: usize = 50;
/// Files whose change is seen only in pages that use them, which may be any.
const ASSETS: [&str; 14] =
    ["css", "js", "mjs", "svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "woff2", "woff", "mp4"];

/// One answer to all questions; replaced whole.
#[derive(Debug)]
pub(super) struct State {
    /// The last site that was built.
    pub(super) site: Option<Arc<Site>>,
    /// Why the last build failed.
    pub(super) failure: Option<String>,
}

/// A site with what is asked of it.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) built: BuiltSite,
    hashes: HashMap<String, u64>,
    assets: u64,
}

impl Site {
    pub(super) fn new(built: BuiltSite) -> Self {
        let mut assets = Xxh3::new();
        let mut hashes = HashMap::new();
        for (path, bytes) in &built.files {
            let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
            let hash = xxh3_64(bytes);
            if ASSETS.contains(&ending) {
                assets.update(path.as_bytes());
                assets.update(&hash.to_le_bytes());
            } else if ending == "html" {
                hashes.insert(path.clone(), hash);
            }
        }
        Self { built, hashes, assets: assets.digest() }
    }

    /// Counts the problems of a severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.built.problems.iter().filter(|problem| problem.severity == severity).count()
    }
}

impl State {
    /// Returns what the page at `path` (decoded, as in the address) needs to know, as one line of JSON.
    pub(super) fn message(&self, path: &str) -> String {
        let hex = |hash: u64| format!("{hash:016x}");
        let site = self.site.as_deref();
        let page = site.and_then(|site| {
            let found = find(&site.built, path);
            let path = match &found {
                Found::File(path) => path,
                Found::Folder | Found::Nothing => "404.html",
            };
            site.hashes.get(path)
        });
        let problems = site.map_or(&[][..], |site| &site.built.problems);
        let shown: Vec<Value> = problems
            .iter()
            .filter(|problem| problem.severity > Severity::Info)
            .take(MAX_PROBLEMS)
            .map(|Problem { severity, text }| json!({ "severity": severity.as_str(), "text": text }))
            .collect();
        json!({
            "page": page.map(|hash| hex(*hash)),
            "assets": site.map(|site| hex(site.assets)),
            "failure": self.failure,
            "errors": site.map_or(0, |site| site.count(Severity::Error)),
            "warnings": site.map_or(0, |site| site.count(Severity::Warning)),
            "problems": shown,
        })
        .to_string()
    }
}

/// What is at an address.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The file with this path.
    File(String),
    /// A folder whose address lacks the `/` at its end.
    Folder,
    /// Nothing.
    Nothing,
}

/// Finds the file for a decoded path that starts with `/`; only what was built can be found.
pub(super) fn find(site: &BuiltSite, path: &str) -> Found {
    let Some(path) = path.strip_prefix('/') else { return Found::Nothing };
    let index = format!("{}/index.html", path.trim_end_matches('/'));
    let index = index.trim_start_matches('/');
    if path.is_empty() || path.ends_with('/') {
        // Only one slash: two would be another folder for relative links.
        let is_page = !path.ends_with("//") && path != "/" && site.files.contains_key(index);
        if is_page { Found::File(index.to_owned()) } else { Found::Nothing }
    } else if site.files.contains_key(path) {
        Found::File(path.to_owned())
    } else if site.files.contains_key(index) {
        Found::Folder
    } else {
        Found::Nothing
    }
}
