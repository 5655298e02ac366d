//! What is served at one moment: the last site that was built, and what went wrong since.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::{BuiltSite, Problem};
use crate::diag::Severity;
use crate::portable::entity_segment;
use crate::routes;

/// More problems than anybody reads in an overlay.
const MAX_PROBLEMS: usize = 50;

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
    assets: u64,
}

impl Site {
    pub(super) fn new(built: BuiltSite) -> Self {
        Self { assets: built.files.assets(), built }
    }

    /// Returns a file; whatever happens while it is made, the server goes on.
    pub(super) fn get(&self, path: &str) -> Result<Option<Arc<[u8]>>, String> {
        let made = catch_unwind(AssertUnwindSafe(|| self.built.files.get(path)));
        made.unwrap_or_else(|panic| Err(of_panic(&*panic)))
    }
}

impl Site {
    /// Runs a template dry; whatever happens meanwhile, the server goes on.
    pub(super) fn try_template(&self, request: &[u8]) -> Option<String> {
        catch_unwind(AssertUnwindSafe(|| self.built.files.try_template(request))).ok().flatten()
    }
}

impl State {
    /// Returns what the page at `path` (decoded, as in the address) needs to know, as one line of JSON.
    pub(super) fn message(&self, path: &str) -> String {
        let hex = |hash: u64| format!("{hash:016x}");
        let site = self.site.as_deref();
        let file = site.map(|site| match find(&site.built, path) {
            Found::File(path) => path,
            Found::Folder | Found::Nothing => "404.html".to_owned(),
        });
        let page = site.zip(file.as_deref()).map_or(Ok(None), |(site, file)| site.get(file));
        let (page, failure) = match page {
            Ok(page) => (page, self.failure.clone()),
            Err(failure) => (None, self.failure.clone().or(Some(failure))),
        };
        let problems = site.map_or(&[][..], |site| &site.built.problems);
        let shown = |problems: &[Problem]| -> Vec<Value> {
            let shown = problems.iter().filter(|problem| problem.severity > Severity::Info).take(MAX_PROBLEMS);
            shown.map(|Problem { severity, text }| json!({ "severity": severity.as_str(), "text": text })).collect()
        };
        let here = site.zip(file.as_deref()).map(|(site, file)| site.built.files.problems_of(file)).unwrap_or_default();
        json!({
            "page": page.map(|bytes| hex(xxh3_64(&bytes))),
            "assets": site.map(|site| hex(site.assets)),
            "failure": failure,
            "errors": site.map_or(0, |site| site.built.errors),
            "warnings": site.map_or(0, |site| site.built.warnings),
            "here": shown(&here),
            "problems": shown(problems),
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

/// Finds the page that a broken address means: Backstage writes kinds and names with capitals, and READMEs have kept
/// such addresses. What follows the name of the entity, such as the path of a document, stays as it is.
pub(super) fn moved(site: &BuiltSite, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let of_entity = |at: usize, part: &str| {
        let part = part.to_lowercase();
        if at == 0 { part } else { entity_segment(&part).into_owned() }
    };
    let entity = || {
        let [first, namespace, kind, name, rest @ ..] = &parts[..] else { return None };
        let own: Vec<String> =
            [first, namespace, kind, name].into_iter().enumerate().map(|(at, part)| of_entity(at, part)).collect();
        let page = format!("catalog/{}/{}/{}/index.html", own[1], own[2], own[3]);
        let is_entity = matches!(own[0].as_str(), "catalog" | "docs") && site.files.has(&page);
        let rest = rest.iter().map(|part| format!("/{part}")).collect::<String>();
        is_entity.then(|| format!("/{}{rest}", own.join("/")))
    };
    let lower = || Some(path.to_lowercase()).filter(|lower| find(site, lower) != Found::Nothing);
    let mut to = entity().or_else(lower)?;
    if find(site, &to) == Found::Folder {
        to.push('/');
    }
    // Two slashes in front would be another host.
    (to != path && !to.starts_with("//")).then(|| format!("/{}", routes::encoded(&to[1..])))
}

/// Finds the file for a decoded path that starts with `/`; only what was built can be found.
pub(super) fn find(site: &BuiltSite, path: &str) -> Found {
    let Some(path) = path.strip_prefix('/') else { return Found::Nothing };
    let index = format!("{}/index.html", path.trim_end_matches('/'));
    let index = index.trim_start_matches('/');
    if path.is_empty() || path.ends_with('/') {
        // Only one slash: two would be another folder for relative links.
        let is_page = !path.ends_with("//") && path != "/" && site.files.has(index);
        if is_page { Found::File(index.to_owned()) } else { Found::Nothing }
    } else if site.files.has(path) {
        Found::File(path.to_owned())
    } else if site.files.has(index) {
        Found::Folder
    } else {
        Found::Nothing
    }
}

/// Formats a panic.
pub(super) fn of_panic(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason is known");
    format!("Playbill has a bug, which this input shows: {text}")
}
