//! Which paths from the root of the host are pages of the portal, by what there is to make pages of.
//!
//! Knows the form of these addresses, which is Backstage's, and not how pages are made.

use super::{Docs, DocsSite, VERSIONS, VersionPlace};
use crate::catalog::Catalog;
use crate::diag::Diagnostic;
use crate::text::nearest;
use crate::workspace::Workspace;

/// The first part of the addresses that a portal has, beside those of entities and documentation sites.
const OTHERS: &[&str] = &[
    ".well-known",
    "announcements",
    "api",
    "api-docs",
    "catalog-graph",
    "create",
    "decisions",
    "explore",
    "feed.xml",
    "index.html",
    "home",
    "impact",
    "integrations",
    "llms-full.txt",
    "llms.txt",
    "owner",
    "problems",
    "search",
    "sitemap.xml",
    "static",
    "status",
    "tag",
    "tech-radar",
    "type",
];

/// What there is to make pages of.
pub(super) struct Addresses<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) catalog: &'a Catalog,
    pub(super) docs: &'a Docs,
    /// The address of the portal.
    pub(super) base: Option<&'a str>,
}

/// Returns the parts of a path.
fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

/// Returns whether a path looks like one of a portal.
pub(super) fn is_below_portal(path: &str) -> bool {
    let parts = parts(path);
    match parts[..] {
        [] => true,
        ["catalog" | "docs", ref rest @ ..] => rest.is_empty() || rest.len() >= 3,
        [first, ..] => OTHERS.contains(&first),
    }
}

impl Addresses<'_> {
    /// Returns what is wrong with a path from the root of the host; `None` if a page of the portal is there.
    pub(super) fn check(&self, path: &str, problem: &Diagnostic) -> Option<Diagnostic> {
        let base = self.base.and_then(|base| base.split_once("://")?.1.split_once('/')).map_or("", |(_, path)| path);
        let base = base.trim_matches('/');
        let below = if base.is_empty() {
            path
        } else {
            let rest =
                path.trim_start_matches('/').strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'));
            match rest {
                Some(rest) => rest,
                None if is_below_portal(path) && parts(path).len() > 1 && self.has(path) => {
                    return Some(problem.clone().help(format!("write `/{base}{path}`")));
                }
                None => return Some(problem.clone()),
            }
        };
        if self.has(below) {
            return None;
        }
        let problem = problem.clone();
        Some(match self.like(below) {
            Some(near) => problem
                .label("a path from the root of the host, where the portal has no such page")
                .help(format!("write `{}{near}`", path.strip_suffix(below).unwrap_or(""))),
            None if is_below_portal(below) => problem
                .label("a path from the root of the host, where the portal has no such page")
                .help("name a page that the portal has, or write the whole URL"),
            None => problem,
        })
    }

    /// Returns whether the portal has a page or file at a path.
    fn has(&self, path: &str) -> bool {
        let parts = parts(path);
        let entity = |namespace: &str, kind: &str, name: &str| {
            self.catalog.find(&format!("{kind}:{namespace}/{name}").to_lowercase())
        };
        match parts[..] {
            [] | ["catalog" | "docs"] => true,
            ["catalog", kind] | ["catalog", kind, _] => {
                let kind = kind.to_lowercase();
                self.catalog.entities().iter().any(|entity| entity.reference.kind() == kind)
            }
            ["catalog", namespace, kind, name, ..] => entity(namespace, kind, name).is_some(),
            ["docs", number] => number.bytes().all(|byte| byte.is_ascii_digit()),
            ["docs", namespace, kind, name, ref page @ ..] => {
                let Some((site, _)) = entity(namespace, kind, name).and_then(|id| self.docs.of(id)) else {
                    return false;
                };
                let (site, page) = self.version(site, page);
                let page = page.join("/");
                let page = page.strip_suffix("index.html").unwrap_or(&page).trim_end_matches('/');
                page.is_empty()
                    || site.page(page).is_some()
                    || site.assets.iter().any(|asset| asset.path == page)
                    || site.redirects.iter().any(|redirect| {
                        redirect.file == page || redirect.file.strip_suffix("/index.html") == Some(page)
                    })
            }
            [first, ..] => OTHERS.contains(&first),
        }
    }

    /// Returns the version of a documentation site in which a path leads somewhere, with the path in it.
    fn version<'p>(&self, site: &'p DocsSite, page: &'p [&'p str]) -> (&'p DocsSite, &'p [&'p str])
    where
        Self: 'p,
    {
        let [VERSIONS, name, rest @ ..] = page else { return (site, page) };
        let Some(versions) = self.docs.versions_of(site.entity) else { return (site, page) };
        let by_alias =
            || versions.aliases.iter().find(|(alias, _)| alias == name).map(|(_, at)| &versions.entries[*at]);
        match versions.entries.iter().find(|entry| entry.name == *name).or_else(by_alias).map(|entry| &entry.place) {
            Some(VersionPlace::Here(at)) => (self.docs.nth(*at), rest),
            _ => (site, page),
        }
    }

    /// Finds the page of an entity, or of its documentation, that was meant.
    fn like(&self, path: &str) -> Option<String> {
        let parts = parts(path);
        let [first @ ("catalog" | "docs"), namespace, kind, name, ref page @ ..] = parts[..] else { return None };
        let of = |namespace: &str, kind: &str, name: &str| format!("{kind}:{namespace}/{name}").to_lowercase();
        let wanted = of(namespace, kind, name);
        if let Some((site, _)) = self.catalog.find(&wanted).and_then(|id| self.docs.of(id)) {
            let page = page.join("/");
            let near = nearest(page.trim_end_matches(".md"), site.pages.iter().map(|page| &*page.path))?;
            return Some(format!("/{first}/{namespace}/{kind}/{name}/{near}/"));
        }
        let known = self
            .catalog
            .entities()
            .iter()
            .filter(|entity| first == "catalog" || entity.annotation_node(super::REF).is_some());
        if let Some(id) = self.catalog.renamed(self.workspace, &wanted) {
            let now = &self.catalog.get(id).reference;
            let page: String = page.iter().map(|part| format!("{part}/")).collect();
            return Some(format!("/{first}/{}/{}/{}/{page}", now.namespace(), now.kind(), now.name()));
        }
        let near = nearest(&wanted, known.map(|entity| entity.reference.as_str()))?;
        let (kind, rest) = near.split_once(':')?;
        let (namespace, name) = rest.split_once('/')?;
        Some(format!("/{first}/{namespace}/{kind}/{name}/"))
    }
}
