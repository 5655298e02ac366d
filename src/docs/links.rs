//! Where the links of a document lead, as MkDocs has it: a path of a file relative to the document becomes the address
//! of its page, anything else means what it means to a browser.

use parking_lot::Mutex;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::document_paths::{nearest_path, normal};
use super::pages::{Pages, Source, Target};
use crate::catalog::EntityRef;
use crate::config::BUILT_IN_KINDS;
use crate::diag::{Diagnostic, codes};
use crate::html;
use crate::markdown::{Doc, DocLink, LinkKind, LintFinding, MarkdownLint, Resolved};
use crate::portable::entity_segment;
use crate::text::{Span, nearest};
use crate::workspace::Workspace;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LinkTarget {
    /// Out of the documentation, or to what cannot be checked.
    Elsewhere,
    /// A page of the site, with the place in it.
    Page { page: usize, anchor: String, href: Option<String> },
    /// A file of the site.
    Asset { href: Option<String> },
    /// A file that `mkdocs.yml` excludes: the address that it would have.
    Excluded { href: String },
    /// A file or a folder of the repository, shown by its host.
    Source { url: String },
    /// An entity, by a reference with its kind.
    Entity { reference: EntityRef, href: String },
    /// A path from the root of the host: a page of the portal, or nothing.
    Absolute,
    /// Nothing, since HTML is relative to the address of its page; relative to the document it would be this address.
    MeantFromFile { href: String },
    /// A file of the repository that is not part of the site.
    Outside,
    /// Nothing.
    Missing,
}

/// A link from the root of the host, which is a mistake unless it leads to a page of the portal.
#[derive(Debug, Clone)]
pub(super) struct Absolute {
    /// The path without its query and place.
    pub(super) path: String,
    /// What to report if nothing is there.
    pub(super) problem: Diagnostic,
}

/// A place in a page that something other than a document leads to.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The page.
    pub(super) page: usize,
    /// The name of the place, without `#`.
    pub(super) anchor: String,
    /// Where it is named.
    pub(super) span: Span,
}

/// What the paths of links are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relative {
    /// As MkDocs has it by default.
    MkDocs,
    /// As MkDocs has it with `absolute_links: relative_to_docs`.
    AbsoluteToDocs,
    /// As the host of a repository shows a README: HTML as Markdown, and a path that begins with `/` from the repository.
    AtHost,
}

/// The files of a site and what to ask about others.
pub(super) struct Links<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) pages: &'a Pages,
    /// Whether HTML in documents is read like Markdown, as GitHub does with a README; MkDocs leaves it alone.
    pub(super) html_is_relative_to_file: bool,
    /// Whether a path that begins with `/` is one from the folder of documents.
    absolute_is_docs: bool,
    names: OnceLock<Names>,
    /// What was found for a path, so that a link in the foot of every page is looked up once; by whether it is an image.
    nearest: Mutex<[HashMap<String, Option<usize>>; 2]>,
}

/// The files of a site by their names, to find what a broken link meant.
#[derive(Debug, Default)]
struct Names {
    /// By the last part of the path, in lower case.
    by_name: HashMap<String, Vec<usize>>,
    /// The same without the ending.
    by_stem: HashMap<String, Vec<usize>>,
}

/// Returns the address of an entity from the page at `from`: documentation sites are at `docs/NAMESPACE/KIND/NAME/`,
/// entities beside them. A part of an API is on the page of its definition.
fn entity_href(from: &str, reference: &EntityRef, target: &str) -> String {
    let depth = 4 + from.split('/').filter(|name| !name.is_empty()).count();
    let names = [reference.namespace(), reference.kind(), reference.name()].map(entity_segment);
    let tab = if target.contains('#') && reference.kind() == "api" { "definition/" } else { "" };
    let names = names.iter().map(|name| utf8_percent_encode(name, PATH).to_string()).collect::<Vec<_>>().join("/");
    format!("{}catalog/{names}/{tab}", "../".repeat(depth))
}

/// Returns the last part of a path in lower case.
fn name(path: &str) -> String {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_lowercase()
}

/// Returns a name without its ending.
fn bare(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

impl<'a> Links<'a> {
    pub(super) fn new(workspace: &'a Workspace, pages: &'a Pages, how: Relative) -> Self {
        Self {
            workspace,
            pages,
            html_is_relative_to_file: how == Relative::AtHost,
            absolute_is_docs: how == Relative::AbsoluteToDocs,
            names: OnceLock::new(),
            nearest: Mutex::default(),
        }
    }

    /// Returns a file by its number, documents first: its source, its address, and whether it is a document.
    fn nth(&self, file: usize) -> (&str, &str, bool) {
        match self.pages.sources.get(file) {
            Some(page) => (&page.source, &page.path, true),
            None => {
                let asset = &self.pages.assets[file - self.pages.sources.len()];
                (&asset.source, asset.link_path(), false)
            }
        }
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| {
            let mut names = Names::default();
            for file in 0..self.pages.sources.len() + self.pages.assets.len() {
                let name = name(self.nth(file).0);
                names.by_stem.entry(bare(&name).to_owned()).or_default().push(file);
                names.by_name.entry(name).or_default().push(file);
            }
            names
        })
    }

    /// Finds out where a link of the page `from` leads.
    pub(super) fn goal(&self, from: &Source, link: &DocLink) -> LinkTarget {
        let target = link.target.trim();
        if let Some(reference) = self.entity(target) {
            return LinkTarget::Entity { href: entity_href(&from.path, &reference, target), reference };
        }
        if target.is_empty() || html::is_external(target) {
            return LinkTarget::Elsewhere;
        }
        let (path, rest) = target.find(['?', '#']).map_or((target, ""), |at| target.split_at(at));
        let anchor = decoded(rest.split_once('#').map_or("", |(_, anchor)| anchor));
        if path.is_empty() {
            return match self.pages.by_path(&from.path) {
                Some(page) => LinkTarget::Page { page, anchor, href: None },
                None => LinkTarget::Elsewhere,
            };
        }
        let markdown = matches!(link.kind, LinkKind::Link | LinkKind::Image);
        let written = decoded(path);
        let to_file = |target: Target| match target {
            Target::Page(page) => {
                let href = href(&from.path, &self.pages.sources[page].path, true, "") + rest;
                LinkTarget::Page { page, anchor: anchor.clone(), href: Some(href) }
            }
            Target::Asset(asset) => LinkTarget::Asset {
                href: Some(href(&from.path, self.pages.assets[asset].link_path(), false, "") + rest),
            },
        };
        if path.starts_with(['/', '\\']) {
            if self.html_is_relative_to_file
                && let Ok(file) = self.workspace.locate(from.file, &written)
            {
                return match (self.pages.by_file(file), self.workspace.source_urls(file)) {
                    (Some(target), _) => to_file(target),
                    (None, Some(urls)) => LinkTarget::Source { url: urls.view + rest },
                    (None, None) => LinkTarget::Outside,
                };
            }
            if let Some(url) = self.folder(from, &written) {
                return LinkTarget::Source { url: url + rest };
            }
            let found = normal("", &written).and_then(|source| self.pages.by_source(&source));
            return found.filter(|_| markdown && self.absolute_is_docs).map_or(LinkTarget::Absolute, to_file);
        }
        if markdown || self.html_is_relative_to_file {
            if let Some(target) = self.file(from, &written) {
                return to_file(target);
            }
            let folder = from.source.rsplit_once('/').map_or("", |(folder, _)| folder);
            let excluded = normal_from(folder, &written).and_then(|source| self.pages.excluded(&source));
            if let Some((address, is_page)) = excluded {
                return LinkTarget::Excluded { href: href(&from.path, &address, is_page, "") + rest };
            }
        }
        // As a browser would take it: relative to the address of the page.
        if let Some(address) = normal_from(&from.wanted, &written) {
            let page = address.strip_suffix("/index.html").or(address.strip_suffix("index.html")).unwrap_or(&address);
            if let Some(page) = self.pages.by_path(page) {
                let to = &self.pages.sources[page];
                let moved = to.path != to.wanted || from.path != from.wanted;
                let href = moved.then(|| href(&from.path, &to.path, true, "") + rest);
                return LinkTarget::Page { page, anchor, href };
            }
            if let Some(Target::Asset(asset)) = self.pages.by_source(&address) {
                let to = &self.pages.assets[asset];
                let moved = to.link_path() != to.source || from.path != from.wanted;
                return LinkTarget::Asset { href: moved.then(|| href(&from.path, to.link_path(), false, "") + rest) };
            }
        }
        if let Some(target) = self.file(from, &written).filter(|_| !markdown) {
            let (LinkTarget::Page { href: Some(href), .. } | LinkTarget::Asset { href: Some(href) }) = to_file(target)
            else {
                return LinkTarget::Missing;
            };
            return LinkTarget::MeantFromFile { href };
        }
        match self.workspace.locate(from.file, &written) {
            Ok(file) if markdown || (self.html_is_relative_to_file && link.kind == LinkKind::HtmlLink) => {
                match self.workspace.source_urls(file) {
                    Some(urls) => LinkTarget::Source { url: urls.view + rest },
                    None => LinkTarget::Outside,
                }
            }
            Ok(_) => LinkTarget::Outside,
            Err(_) => match self.folder(from, &written) {
                Some(url) => LinkTarget::Source { url: url + rest },
                None => LinkTarget::Missing,
            },
        }
    }

    /// Returns the address at its host of a folder of the repository, which hosts show as a list of its files; nothing
    /// where links are as MkDocs has them, which knows no folders.
    fn folder(&self, from: &Source, path: &str) -> Option<String> {
        let folder = self.html_is_relative_to_file.then(|| self.workspace.locate_folder(from.file, path).ok())??;
        self.workspace.folder_url(&folder)
    }

    /// Reads a reference to an entity of a kind that there may be.
    pub(super) fn entity(&self, target: &str) -> Option<EntityRef> {
        let reference = target.split('#').next().unwrap_or(target);
        let (kind, _) = reference.split_once(':')?;
        let own = self.workspace.config().catalog.kinds.iter().map(|kind| kind.name.as_str());
        let mut kinds = BUILT_IN_KINDS.iter().copied().chain(own);
        kinds
            .any(|known| known.eq_ignore_ascii_case(kind))
            .then(|| EntityRef::parse(reference, None, "default").ok())?
    }

    /// Finds a file of the site by its path relative to a document.
    fn file(&self, from: &Source, path: &str) -> Option<Target> {
        let folder = from.source.rsplit_once('/').map_or("", |(folder, _)| folder);
        let found = normal_from(folder, path).and_then(|source| self.pages.by_source(&source));
        // A document that is outside of the folder, such as the README above it, has no path in it.
        found.or_else(|| self.workspace.locate(from.file, path).ok().and_then(|file| self.pages.by_file(file)))
    }

    /// Returns whether the picture that a diagram lacks is there after all: an outline does not look for it.
    pub(super) fn has_picture(&self, from: &Source, lost: &LintFinding) -> bool {
        let file = lost.detail.lines().next().unwrap_or_default();
        lost.loss == MarkdownLint::Diagram && matches!(self.file(from, file), Some(Target::Asset(_)))
    }

    /// Returns the address to write into HTML for a broken target that was meant relative to the document, as in
    /// Markdown, and not to its page.
    pub(super) fn address_for_html(&self, from: &Source, link: &DocLink) -> Option<String> {
        let is_html = !matches!(link.kind, LinkKind::Link | LinkKind::Image);
        let LinkTarget::MeantFromFile { href: address } = self.goal(from, link) else { return None };
        if !is_html {
            return None;
        }
        // What would end an attribute, or need an entity in it, is left to the author.
        let fits = !address.contains(['"', '\'', '`', '<', '>', '&', ' ', '=']);
        let mended = DocLink { target: address, ..link.clone() };
        let leads_there = matches!(self.goal(from, &mended), LinkTarget::Page { .. } | LinkTarget::Asset { .. });
        (fits && leads_there).then_some(mended.target)
    }

    /// Returns what the page shows.
    pub(super) fn resolve(&self, from: &Source, link: &DocLink) -> Resolved {
        let broken = |broken| Resolved { href: Some(link.target.clone()), broken };
        match self.goal(from, link) {
            LinkTarget::Page { href: Some(href), .. }
            | LinkTarget::Asset { href: Some(href) }
            | LinkTarget::Entity { href, .. }
            | LinkTarget::Source { url: href } => Resolved { href: Some(href), broken: false },
            LinkTarget::Elsewhere | LinkTarget::Absolute | LinkTarget::Page { .. } | LinkTarget::Asset { .. } => {
                broken(false)
            }
            LinkTarget::Excluded { href } => Resolved { href: Some(href), broken: true },
            LinkTarget::MeantFromFile { .. } | LinkTarget::Outside | LinkTarget::Missing => broken(true),
        }
    }

    /// Reports a broken link.
    ///
    /// `doc` returns what is known of a page, by its number; `comparisons` is how many names may still be compared.
    pub(super) fn check<'d>(
        &self,
        from: &Source,
        link: &DocLink,
        doc: &dyn Fn(usize) -> Option<&'d Doc>,
        comparisons: &Cell<usize>,
    ) -> Option<Diagnostic> {
        let span = Span::new(from.file, link.span.start, link.span.end);
        let target = &link.target;
        let problem = |message: String| Diagnostic::new(codes::BROKEN_LINK, span, message);
        let html = !matches!(link.kind, LinkKind::Link | LinkKind::Image);
        match self.goal(from, link) {
            LinkTarget::Elsewhere
            | LinkTarget::Asset { .. }
            | LinkTarget::Entity { .. }
            | LinkTarget::Source { .. }
            | LinkTarget::Absolute => None,
            LinkTarget::Page { page, anchor, .. } => self.check_place(&Place { page, anchor, span }, doc, comparisons),
            LinkTarget::Excluded { .. } => Some(
                problem(format!("`{target}` is excluded from the documentation"))
                    .label("`exclude_docs` or `draft_docs` of `mkdocs.yml` leaves this file out")
                    .help("remove the link, or let the file in"),
            ),
            LinkTarget::MeantFromFile { href } => {
                let page = from.path.rsplit('/').next().unwrap_or("");
                Some(
                    problem(format!("the {} `{target}` leads nowhere from the address of this page", link.what()))
                        .label(if page.is_empty() {
                            "HTML is relative to the address of the page".to_owned()
                        } else {
                            format!("HTML is relative to the address of the page, which ends in `/{page}/`")
                        })
                        .help(format!("write `{href}`, or use Markdown, which is relative to this document")),
                )
            }
            LinkTarget::Outside => Some(
                problem(format!("`{target}` is not part of the documentation"))
                    .label("outside of the documentation folder, so it is not published")
                    .help("move the file into the documentation folder, or link to it at its host"),
            ),
            LinkTarget::Missing => {
                let problem =
                    problem(format!("the {} `{target}` leads nowhere", link.what())).label("nothing is there");
                Some(match self.like(from, link, comparisons) {
                    Some(near) => problem.help(format!("write `{near}`")),
                    None if html && !self.html_is_relative_to_file => problem
                        .help("correct the path, which is relative to the address of this page, or remove the link"),
                    None => problem.help("correct the path, which is relative to this document, or remove the link"),
                })
            }
        }
    }

    /// Reports a place that a page does not have.
    pub(super) fn check_place<'d>(
        &self,
        place: &Place,
        doc: &dyn Fn(usize) -> Option<&'d Doc>,
        comparisons: &Cell<usize>,
    ) -> Option<Diagnostic> {
        let Place { page, anchor, span } = place;
        if anchor.is_empty() || anchor == "top" {
            return None;
        }
        let doc = doc(*page)?;
        if doc.has_anchor(anchor) {
            return None;
        }
        let source = &self.pages.sources[*page].source;
        let message = format!("`{source}` has no heading `#{anchor}`");
        let problem = Diagnostic::new(codes::BROKEN_LINK, *span, message).label("no such heading");
        let near = may_compare(comparisons, doc.anchors.len())
            .then(|| nearest(anchor, doc.anchors.iter().map(String::as_str)));
        Some(match near.flatten() {
            Some(near) => problem.help(format!("write `#{near}`")),
            None => problem.help("name a heading in lower case, with hyphens for spaces"),
        })
    }

    /// Returns the entity that a link names, with the place of its name.
    pub(super) fn named_entity(&self, from: &Source, link: &DocLink) -> Option<(EntityRef, Span)> {
        let reference = self.entity(link.target.trim())?;
        Some((reference, Span::new(from.file, link.span.start, link.span.end)))
    }

    /// Returns the problem of a link from the root of the host, unless a page of the portal is there.
    pub(super) fn absolute(&self, from: &Source, link: &DocLink, comparisons: &Cell<usize>) -> Option<Absolute> {
        if self.goal(from, link) != LinkTarget::Absolute {
            return None;
        }
        let span = Span::new(from.file, link.span.start, link.span.end);
        let (path, rest) = link.target.find(['?', '#']).map_or((&*link.target, ""), |at| link.target.split_at(at));
        let folder = from.source.rsplit_once('/').map_or("", |(folder, _)| folder);
        let html = !matches!(link.kind, LinkKind::Link | LinkKind::Image) && !self.html_is_relative_to_file;
        let is_image = matches!(link.kind, LinkKind::Image | LinkKind::HtmlImage);
        let fits = |target: &Target| !is_image || matches!(target, Target::Asset(_));
        let own = self.pages.by_any_path(&decoded(path)).filter(fits).or_else(|| {
            let file = self.workspace.locate(from.file, &decoded(path)).ok()?;
            self.pages.by_file(file).filter(fits)
        });
        let written = own.map(|target| {
            let (source, address, is_page) = self.named(target);
            if html { href(&from.path, address, is_page, "") + rest } else { relative(folder, source) + rest }
        });
        let problem =
            Diagnostic::new(codes::BROKEN_LINK, span, format!("the {} `{}` leads nowhere", link.what(), link.target))
                .label("a path from the root of the host, where there is no documentation");
        let problem = match written.or_else(|| self.like(from, link, comparisons)) {
            Some(near) => problem.help(format!("write `{near}`")),
            None => problem.help(if html {
                "write a path relative to the address of this page, or the whole URL"
            } else {
                "write a path relative to this document, or the whole URL"
            }),
        };
        Some(Absolute { path: decoded(path), problem })
    }

    /// Returns the source and the address of a page or file, and whether it is a page.
    fn named(&self, target: Target) -> (&str, &str, bool) {
        match target {
            Target::Page(page) => self.nth(page),
            Target::Asset(asset) => self.nth(self.pages.sources.len() + asset),
        }
    }

    /// Finds the file that was meant, as it has to be written.
    fn like(&self, from: &Source, link: &DocLink, comparisons: &Cell<usize>) -> Option<String> {
        let (path, rest) = link.target.find(['?', '#']).map_or((&*link.target, ""), |at| link.target.split_at(at));
        let path = decoded(path);
        let folder = from.source.rsplit_once('/').map_or("", |(folder, _)| folder);
        let image = matches!(link.kind, LinkKind::Image | LinkKind::HtmlImage);
        let html = !matches!(link.kind, LinkKind::Link | LinkKind::Image) && !self.html_is_relative_to_file;
        let above = if path.starts_with('/') { "" } else { folder };
        let wanted = normal_from(above, &path).unwrap_or_else(|| path.trim_start_matches("../").to_owned());
        let first = if image { self.pages.sources.len() } else { 0 };
        let only = |files: Option<&Vec<usize>>| {
            let mut fitting = files?.iter().filter(|file| **file >= first);
            let found = *fitting.next()?;
            fitting.next().is_none().then_some(found)
        };
        let name = name(&path);
        let names = self.names();
        let file = only(names.by_name.get(&name)).or_else(|| only(names.by_stem.get(bare(&name)))).or_else(|| {
            let known = |memo: &Mutex<[HashMap<_, _>; 2]>| memo.lock()[usize::from(image)].get(&wanted).copied();
            if let Some(known) = known(&self.nearest) {
                return known;
            }
            let files = first..self.pages.sources.len() + self.pages.assets.len();
            if !may_compare(comparisons, files.len()) {
                return None;
            }
            let near = nearest_path(&wanted, files.clone().map(|file| self.nth(file).0));
            let found = near.and_then(|near| files.into_iter().find(|file| self.nth(*file).0 == near));
            let mut memo = self.nearest.lock();
            memo[usize::from(image)].insert(wanted.clone(), found);
            found
        })?;
        let (source, address, is_page) = self.nth(file);
        Some(if html { href(&from.path, address, is_page, "") + rest } else { relative(folder, source) + rest })
    }
}

/// Comparisons of names that the broken links of one page may cost; beyond that, nothing is proposed.
pub(super) const COMPARISONS: usize = 3_000_000;

/// Takes `count` comparisons from those that are left.
pub(super) fn may_compare(left: &Cell<usize>, count: usize) -> bool {
    let rest = left.get().checked_sub(count);
    left.set(rest.unwrap_or(0));
    rest.is_some()
}

/// Joins a relative path with a folder; `None` if it gets above the top.
fn normal_from(folder: &str, path: &str) -> Option<String> {
    normal("", &format!("{folder}/{path}"))
}

/// Returns the relative path from a folder to a path.
fn relative(folder: &str, path: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    let to: Vec<&str> = path.split('/').collect();
    let last = to.len() - 1;
    let common = from.iter().zip(&to[..last]).take_while(|(a, b)| a == b).count();
    let mut way = "../".repeat(from.len() - common);
    way.push_str(&to[common..].join("/"));
    way
}

/// What a path may hold, but for `:`, which could pass for the end of a scheme, and the plus, which S3 takes for a space.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'@')
    .remove(b'&');

/// Returns the address of a page or file as seen from a page, encoded; `anchor` without `#`.
pub(super) fn href(from: &str, to: &str, is_page: bool, anchor: &str) -> String {
    let target = if is_page {
        format!("{}index", if to.is_empty() { String::new() } else { format!("{to}/") })
    } else {
        to.to_owned()
    };
    let way = relative(from, &target);
    // A page is the folder that its file is in.
    let way = if is_page { way.strip_suffix("index").unwrap_or(&way) } else { &way };
    let mut href = String::with_capacity(way.len());
    href.extend(utf8_percent_encode(way, PATH));
    if href.is_empty() {
        href.push_str("./");
    }
    if !anchor.is_empty() {
        let _ = write!(href, "#{anchor}");
    }
    href
}

/// Undoes percent-encoding; what does not become text stays as it is.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_from_page_to_page() {
        let check = |from, to, is_page, expect: &str| assert_eq!(href(from, to, is_page, ""), expect, "{from} → {to}");
        check("", "", true, "./");
        check("", "a/b", true, "a/b/");
        check("a", "a", true, "./");
        check("a", "", true, "../");
        check("a/b", "a/c", true, "../c/");
        check("a/b", "x y/ü", true, "../../x%20y/%C3%BC/");
        check("a/b", "a/i.png", false, "../i.png");
        check("a", "a/i.png", false, "i.png");
        check("", "50%/#1?.png", false, "50%25/%231%3F.png");
        check("", "a:b.png", false, "a%3Ab.png");
    }

    #[test]
    fn paths_are_decoded() {
        assert_eq!(decoded("My%20Page.md"), "My Page.md");
        assert_eq!(decoded("100%.md%2"), "100%.md%2");
        assert_eq!(decoded("%ff"), "%ff");
        assert_eq!(decoded("%é"), "%é");
    }
}
