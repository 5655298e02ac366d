//! The navigation: entries as written become pages, and without any the files give the order.

use std::collections::BTreeMap;

use super::mkdocs::{RawNav, matches};
use super::pages::{Pages, Target, humanise, is_index, nearest_path, stem};
use super::{DocsAsset, NavItem};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::html;
use ignore::gitignore::Gitignore;

/// An entry whose page may still be without a title.
#[derive(Debug)]
pub(super) enum Entry {
    Page { title: Option<String>, page: usize },
    Section { title: String, items: Vec<Entry> },
    Link { title: String, url: String, broken: bool },
}

/// Resolves the entries of `nav`; `prefix` is where the documents of this `mkdocs.yml` stand among all.
pub(super) fn resolve(
    raw: &[RawNav],
    prefix: &str,
    pages: &Pages,
    include: &mut dyn FnMut(&RawNav) -> Vec<Entry>,
    problems: &mut Diagnostics,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for item in raw {
        match item {
            RawNav::Section { title, items } => {
                let items = resolve(items, prefix, pages, include, problems);
                entries.push(Entry::Section { title: title.clone(), items });
            }
            RawNav::Include { .. } => entries.extend(include(item)),
            RawNav::Item { title, target, span } => {
                if html::is_external(target) || target.starts_with(['/', '#']) {
                    let title = title.clone().unwrap_or_else(|| target.clone());
                    entries.push(Entry::Link { title, url: target.clone(), broken: false });
                    continue;
                }
                let (path, anchor) = target.split_once('#').map_or((target.as_str(), None), |(p, a)| (p, Some(a)));
                let source = normal(prefix, path);
                match source.as_deref().and_then(|source| pages.by_source(source)) {
                    Some(Target::Page(page)) if anchor.is_none() => {
                        entries.push(Entry::Page { title: title.clone(), page });
                    }
                    Some(Target::Page(page)) => {
                        let url = super::links::href("", &pages.sources[page].path, true, anchor.unwrap_or(""));
                        let title = title.clone().unwrap_or_else(|| target.clone());
                        entries.push(Entry::Link { title, url, broken: false });
                    }
                    Some(Target::Asset(asset)) => {
                        let DocsAsset { source, path, .. } = &pages.assets[asset];
                        let url = super::links::href("", path, false, "");
                        let name = source.rsplit('/').next().unwrap_or(source);
                        let title = title.clone().unwrap_or_else(|| name.to_owned());
                        entries.push(Entry::Link { title, url, broken: false });
                    }
                    None => {
                        let problem = Diagnostic::new(
                            codes::NAV_PAGE_MISSING,
                            *span,
                            format!("the navigation names `{target}`, which is not there"),
                        )
                        .label("no such document below the documentation folder");
                        // Beyond so many nobody reads what was meant.
                        let compare = problems.len().saturating_mul(pages.sources.len()) < super::links::COMPARISONS;
                        problems.push(match if compare { like(path, prefix, pages) } else { None } {
                            Some(near) => problem.help(format!("write `{near}`")),
                            None => problem.help("add the document, or remove the entry"),
                        });
                        // The original keeps the entry, and calls one without a title like this.
                        let title = title.clone().unwrap_or_else(|| "None".to_owned());
                        entries.push(Entry::Link { title, url: target.clone(), broken: true });
                    }
                }
            }
        }
    }
    entries
}

/// Finds the document that was meant: the same name in another folder, else a path like it.
fn like(path: &str, prefix: &str, pages: &Pages) -> Option<String> {
    let sources = || pages.sources.iter().filter_map(|page| page.source.strip_prefix(prefix));
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let mut same = sources().filter(|source| name(source) == name(path));
    let folder = format!("{}/", path.trim_end_matches('/'));
    let found = match (same.next(), same.next()) {
        (Some(only), None) => Some(only),
        _ => sources()
            .find(|source| source.strip_prefix(&*folder).and_then(stem).is_some_and(is_index))
            .or_else(|| nearest_path(path, sources())),
    };
    found.map(str::to_owned)
}

/// Joins a path below the folder of documents; nothing if it leaves that folder.
pub(super) fn normal(folder: &str, path: &str) -> Option<String> {
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    let floor = names.len();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." if names.len() > floor => _ = names.pop(),
            ".." => return None,
            name => names.push(name),
        }
    }
    Some(names.join("/"))
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
