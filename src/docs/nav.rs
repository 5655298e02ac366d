//! The navigation: entries as written become pages, and without any the files give the order.

use std::collections::BTreeMap;

use super::NavItem;
use super::document_paths::{humanise, is_index, nearest_path, normal, stem};
use super::links::{Absolute, Place};
use super::mkdocs::{RawNav, matches};
use super::pages::{Pages, Target};
use crate::catalog::EntityRef;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::html;
use crate::text::Span;
use ignore::gitignore::Gitignore;

/// An entry whose page may still be without a title.
#[derive(Debug)]
pub(super) enum Entry {
    Page { title: Option<String>, page: usize },
    Section { title: String, items: Vec<Entry> },
    Link { title: String, url: String, broken: bool },
}

/// What is found out while entries are resolved.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) problems: Diagnostics,
    /// Entries that are right only if the portal has such a page.
    pub(super) absolute: Vec<Absolute>,
    /// Entities that documents link to by name, with the place of the name.
    pub(super) entities: Vec<(EntityRef, Span)>,
    /// Full references of entities in the texts of documents.
    pub(super) named: Vec<(EntityRef, Span)>,
    /// The places in pages that entries lead to.
    pub(super) places: Vec<Place>,
}

/// Where the documents of an `mkdocs.yml` are, and what its paths are relative to.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    pub(super) pages: &'a Pages,
    /// The path of its documents among all.
    pub(super) prefix: &'a str,
    /// Whether a path that begins with `/` is one from the folder of documents.
    pub(super) absolute_is_docs: bool,
}

/// Resolves the entries of `nav`.
pub(super) fn resolve(
    raw: &[RawNav],
    base: Base<'_>,
    include: &mut dyn FnMut(&RawNav) -> Vec<Entry>,
    found: &mut Found,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for item in raw {
        match item {
            RawNav::Section { title, items } => {
                let items = resolve(items, base, include, found);
                entries.push(Entry::Section { title: title.clone(), items });
            }
            RawNav::Include { .. } => entries.extend(include(item)),
            RawNav::Item { title, target, span } => entries.push(base.entry(title.as_deref(), target, *span, found)),
        }
    }
    entries
}

impl Base<'_> {
    /// Resolves one entry: a document is a page, anything else a link as MkDocs writes it, relative to the first page.
    fn entry(self, title: Option<&str>, target: &str, span: Span, found: &mut Found) -> Entry {
        let pages = self.pages;
        let link = |title: Option<&str>, url: String, broken| {
            let title = title.map_or_else(|| target.to_owned(), str::to_owned);
            Entry::Link { title, url, broken }
        };
        if html::is_external(target) || target.starts_with('#') {
            return link(title, target.to_owned(), false);
        }
        let (path, rest) = target.find(['?', '#']).map_or((target, ""), |at| target.split_at(at));
        let anchor = rest.split_once('#').map_or("", |(_, anchor)| anchor);
        let from_root = path.starts_with('/');
        let written = if from_root && !self.absolute_is_docs { None } else { normal(self.prefix, path) };
        let at_page = |title: Option<&str>, page: usize, found: &mut Found| {
            let anchor = super::links::decoded(anchor);
            found.places.push(Place { page, anchor, span });
            link(title, super::links::href("", &pages.sources[page].path, true, "") + rest, false)
        };
        match written.as_deref().and_then(|source| pages.by_source(source)) {
            Some(Target::Page(page)) if rest.is_empty() => {
                return Entry::Page { title: title.map(str::to_owned), page };
            }
            Some(Target::Page(page)) => return at_page(title, page, found),
            Some(Target::Asset(asset)) => {
                let asset = &pages.assets[asset];
                let url = super::links::href("", asset.link_path(), false, "") + rest;
                let name = asset.source.rsplit('/').next().unwrap_or(&asset.source);
                return link(Some(title.unwrap_or(name)), url, false);
            }
            None => {}
        }
        // The original keeps the entry as a link, and calls one without a title like this.
        let title = Some(title.unwrap_or("None"));
        let decoded = super::links::decoded(path);
        let address = if from_root { None } else { normal(self.prefix, &decoded) };
        let address = address.map(|address| match address.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => folder.trim_end_matches('/').to_owned(),
            _ => address,
        });
        let page = address.as_deref().and_then(|address| pages.by_path(address));
        // The address of a page, which leads there as a link does.
        let is_address = path.ends_with(['/', '.']) || path.ends_with("index.html") || !rest.is_empty();
        if let Some(page) = page.filter(|_| is_address && !path.is_empty()) {
            return at_page(title, page, found);
        }
        let problem = Diagnostic::new(
            codes::NAV_PAGE_MISSING,
            span,
            format!("the navigation names `{target}`, which is not there"),
        )
        .label("no such document below the documentation folder");
        // With more candidates than this, nothing is proposed.
        let compare = found.problems.len().saturating_mul(pages.sources.len()) < super::links::COMPARISONS;
        let near = self.like(path, page, compare).map(|near| with_place(&near, rest, pages, self.prefix));
        if from_root {
            let problem = problem.label("a path from the root of the host, where there is no documentation");
            let problem = problem.help(near.map_or_else(
                || "write the path of a document below the documentation folder, or the whole URL".to_owned(),
                |near| format!("write `{near}`"),
            ));
            found.absolute.push(Absolute { path: decoded, problem });
            return link(title, target.to_owned(), false);
        }
        let excluded = written.as_deref().is_some_and(|source| pages.excluded(source).is_some());
        let folder = format!("{}/", normal(self.prefix, path).unwrap_or_default());
        let inside = pages.sources.iter().find(|page| page.source.starts_with(&folder));
        found.problems.push(match (near, inside) {
            _ if excluded => Diagnostic {
                message: format!("the navigation names `{target}`, which is excluded from the documentation"),
                ..problem.label("`exclude_docs` or `draft_docs` leaves this file out")
            }
            .help("remove the entry, or let the file in"),
            (Some(near), _) => problem.help(format!("write `{near}`")),
            (None, Some(page)) if folder.len() > 1 => {
                let inside = page.source.strip_prefix(self.prefix).unwrap_or(&page.source);
                Diagnostic {
                    message: format!("the navigation names the folder `{target}`, which has no index"),
                    ..problem.label("an entry names one document")
                }
                .help(format!(
                    "name a document in it, such as `{inside}`, or add `{}/index.md`",
                    path.trim_matches('/')
                ))
            }
            _ if looks_like_host(path) => problem.help(format!("write `https://{target}`")),
            _ => problem.help("add the document, or remove the entry"),
        });
        let url = page.map_or_else(
            || target.to_owned(),
            |page| super::links::href("", &pages.sources[page].path, true, "") + rest,
        );
        link(title, url, page.is_none())
    }

    /// Finds the document that was meant: the one whose address was written, the same name in another folder, else a
    /// path like it.
    fn like(self, path: &str, page: Option<usize>, compare: bool) -> Option<String> {
        let below = |page: usize| self.pages.sources[page].source.strip_prefix(self.prefix).map(str::to_owned);
        let exact = page.or_else(|| {
            let path = super::links::decoded(path);
            let whole = format!("{}{}", self.prefix, path.trim_start_matches('/'));
            let found = self.pages.by_source_or_address(&whole).or_else(|| match path.starts_with('/') {
                true => self.pages.by_any_path(&path),
                false => None,
            });
            match found? {
                Target::Page(page) => Some(page),
                Target::Asset(_) => None,
            }
        });
        exact.and_then(below).or_else(|| compare.then(|| like(path, self.prefix, self.pages))?)
    }
}

/// Returns how an entry names a place in a document: by its address.
fn with_place(source: &str, rest: &str, pages: &Pages, prefix: &str) -> String {
    if rest.is_empty() {
        return source.to_owned();
    }
    match pages.by_source(&format!("{prefix}{source}")) {
        Some(Target::Page(page)) => {
            let address = super::links::href("", &pages.sources[page].path, true, "");
            format!("{address}{rest}")
        }
        _ => source.to_owned(),
    }
}

/// Returns whether a path looks like the address of a host without its scheme.
fn looks_like_host(path: &str) -> bool {
    let host = path.split('/').next().unwrap_or(path);
    let last = host.rsplit('.').next().unwrap_or("");
    host.starts_with("www.")
        || (host.contains('.')
            && path.contains('/')
            && last.len() >= 2
            && last.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// Finds the document that was meant: the same name in another folder, else a path like it.
fn like(path: &str, prefix: &str, pages: &Pages) -> Option<String> {
    let sources = || pages.sources.iter().filter_map(|page| page.source.strip_prefix(prefix));
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let path = path.trim_start_matches('/');
    let wanted = name(path.trim_end_matches('/'));
    let wanted = wanted.strip_suffix(".html").unwrap_or(&wanted);
    let mut same = sources().filter(|source| {
        let name = name(source);
        name == wanted || stem(&name).is_some_and(|stem| stem == wanted && !is_index(stem))
    });
    let folder = format!("{}/", path.trim_end_matches('/'));
    let found = match (same.next(), same.next()) {
        (Some(only), None) => Some(only),
        _ => sources()
            .find(|source| source.strip_prefix(&*folder).and_then(stem).is_some_and(is_index))
            .or_else(|| nearest_path(path, sources())),
    };
    found.map(str::to_owned)
}

/// Makes a navigation of the documents below `prefix`.
pub(super) fn automatic(pages: &Pages, prefix: &str, left_out: Option<&Gitignore>, order: Order) -> Vec<Entry> {
    let mut root = Tree::default();
    for (at, page) in pages.sources.iter().enumerate() {
        let Some(path) = page.source.strip_prefix(prefix) else { continue };
        if left_out.is_some_and(|patterns| matches(patterns, path)) {
            continue;
        }
        let mut tree = &mut root;
        let mut rest = path;
        // Deeper folders are joined with the last one; nobody can see that far to the right.
        for _ in 0..24 {
            let Some((folder, below)) = rest.split_once('/') else { break };
            tree = tree.folders.entry(folder).or_default();
            rest = below;
        }
        tree.pages.push((rest, at));
    }
    root.entries(order)
}

/// The order of a navigation made from files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// In each folder the index, then the documents by name, then the folders by name.
    IndexFirst,
    /// In each folder the folders, then the documents, both by name, as the monorepo plugin has it.
    FoldersFirst,
}

#[derive(Default)]
struct Tree<'a> {
    pages: Vec<(&'a str, usize)>,
    folders: BTreeMap<&'a str, Tree<'a>>,
}

impl Tree<'_> {
    fn entries(mut self, order: Order) -> Vec<Entry> {
        let index_first = order == Order::IndexFirst;
        self.pages.sort_by_key(|(name, _)| (index_first && !stem(name).is_some_and(is_index), *name));
        let pages = self.pages.into_iter().map(|(_, page)| Entry::Page { title: None, page });
        let folders = self
            .folders
            .into_iter()
            .map(|(name, tree)| Entry::Section { title: humanise(name), items: tree.entries(order) });
        if index_first { pages.chain(folders).collect() } else { folders.chain(pages).collect() }
    }
}

/// Notes what the navigation calls each page, the first time it names it.
pub(super) fn titles(entries: &[Entry], titles: &mut [Option<String>]) {
    for entry in entries {
        match entry {
            Entry::Page { title: Some(title), page } if titles[*page].is_none() => titles[*page] = Some(title.clone()),
            Entry::Section { items, .. } => self::titles(items, titles),
            _ => {}
        }
    }
}

/// Returns whether the navigation names the page inside a section, and nowhere above all sections.
pub(super) fn is_within_section(entries: &[Entry], page: usize) -> bool {
    fn names(entries: &[Entry], wanted: usize) -> bool {
        entries.iter().any(|entry| match entry {
            Entry::Page { page, .. } => *page == wanted,
            Entry::Section { items, .. } => names(items, wanted),
            Entry::Link { .. } => false,
        })
    }
    names(entries, page) && !entries.iter().any(|entry| matches!(entry, Entry::Page { page: at, .. } if *at == page))
}

/// Returns what readers see of a title: the original puts it into its pages as HTML.
pub(super) fn text_of(title: &str) -> String {
    if !title.contains(['<', '&']) {
        return title.to_owned();
    }
    let text = html::text(title);
    // A title of nothing but a picture is better shown as it is than not at all.
    if text.is_empty() { title.to_owned() } else { text }
}

/// Fills in the titles of pages, and drops sections without entries.
pub(super) fn finish(entries: Vec<Entry>, title_of: &dyn Fn(usize) -> String) -> Vec<NavItem> {
    let item = |entry| match entry {
        Entry::Page { title, page } => {
            Some(NavItem::Page { title: title.map_or_else(|| title_of(page), |title| text_of(&title)), page })
        }
        Entry::Link { title, url, broken } => Some(NavItem::Link { title: text_of(&title), url, broken }),
        Entry::Section { title, items } => {
            let items = finish(items, title_of);
            (!items.is_empty()).then_some(NavItem::Section { title: text_of(&title), items })
        }
    };
    entries.into_iter().filter_map(item).collect()
}

/// Returns the pages in the order of the navigation, each once.
pub(super) fn order(nav: &[NavItem]) -> Vec<usize> {
    fn visit(nav: &[NavItem], order: &mut Vec<usize>) {
        for item in nav {
            match item {
                NavItem::Page { page, .. } => order.push(*page),
                NavItem::Section { items, .. } => visit(items, order),
                NavItem::Link { .. } => {}
            }
        }
    }
    let mut order = Vec::new();
    visit(nav, &mut order);
    let mut seen = std::collections::HashSet::new();
    order.retain(|page| seen.insert(*page));
    order
}

/// Returns the first page of the navigation.
pub(super) fn first(nav: &[NavItem]) -> Option<usize> {
    nav.iter().find_map(|item| match item {
        NavItem::Page { page, .. } => Some(*page),
        NavItem::Section { items, .. } => first(items),
        NavItem::Link { .. } => None,
    })
}
