//! One site, from its folder to finished pages.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::cache::{Asked, DocCache};
use super::dialect::Dialect;
use super::document_paths::{self, humanise, page_file, stem};
use super::edit_url;
use super::fix::{self, MendedDocument, Wanted};
use super::former_anchors;
use super::includes::{self, snippets};
use super::links::{Absolute, COMPARISONS, Links, Place, Relative, may_compare};
use super::lints;
use super::mkdocs::{self, MkDocs, RawNav, RawRedirect, invalid};
use super::monorepo::{self, Part};
use super::nav::{self, Base, Entry, Found, Order};
use super::packed::PackedText;
use super::pages::{Files, Pages, Target};
use super::{DocsPage, DocsRedirect, DocsSite};
use crate::catalog::{EntityId, EntityRef};
use crate::config::{BUILT_IN_KINDS, VersionsConfig};
use crate::depth::Depth;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::html;
use crate::incremental::Fingerprint;
use crate::markdown::{Doc, DocLink, LinkKind, Resolved, Resolver, commonmark, techdocs};
use crate::portable::Reason;
use crate::text::{FileId, Span};
use crate::workspace::{Folder, Workspace};

/// How documents are read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) depth: Depth,
    /// What is known of them already.
    pub(super) memo: &'a DocCache,
    /// Whether they are checked and kept with all that is known of them, and not only as pages of an old version.
    pub(super) is_whole: bool,
}

/// A document, with its text if that is not in it; `None` if it cannot be read.
type ReadDoc = (Option<Arc<Doc>>, Option<Arc<PackedText>>);

/// Fixes the documents of a folder.
pub(super) fn mended(workspace: &Workspace, folder: &Folder, name: &str, wanted: &Wanted) -> Vec<MendedDocument> {
    // Whatever is wrong with the site as such is among the problems that the caller has.
    let mut known = Diagnostics::new();
    let Sources { settings, files, is_plain, .. } = sources(workspace, folder, name, &mut known);
    let pages = Pages::new(workspace, files, &mut known);
    let links = Links::new(workspace, &pages, relative_to(settings.as_ref(), is_plain));
    let Dialect::TechDocs(options) = Dialect::of(settings.as_ref(), is_plain) else { return Vec::new() };
    let html = settings.as_ref().is_none_or(|settings| settings.directory_urls);
    pages
        .sources
        .par_iter()
        .filter(|page| wanted.has_file(page.file))
        .filter_map(|page| fix::document(&links, page, &options, &snippets(workspace, folder, page.file), wanted, html))
        .collect()
}

/// What a site is made from.
struct Sources {
    settings: Option<MkDocs>,
    /// By the place of the entry of `nav` that includes them.
    parts: Vec<(Span, Vec<Part>)>,
    files: Files,
    /// Whether the documents are no MkDocs site, but read at their host as they are.
    is_plain: bool,
}

/// Says what paths in documents are relative to.
fn relative_to(settings: Option<&MkDocs>, is_plain: bool) -> Relative {
    match settings {
        _ if is_plain => Relative::AtHost,
        Some(settings) if settings.absolute_is_docs.0 => Relative::AbsoluteToDocs,
        _ => Relative::MkDocs,
    }
}

/// A site with what was found out about it.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// `None` if there is no document.
    pub(super) site: Option<DocsSite>,
    pub(super) problems: Diagnostics,
    /// Links that are mistakes unless they lead to pages of the portal.
    pub(super) absolute: Vec<Absolute>,
    /// Entities that documents link to by name, with the place of the name.
    pub(super) entities: Vec<(EntityRef, Span)>,
    /// Full references of entities in the texts of documents, wherever they stand.
    pub(super) named: Vec<(EntityRef, Span)>,
    /// What its settings say of versions.
    pub(super) versions: Option<Box<VersionsConfig>>,
    /// Where its settings say that it is published.
    pub(super) site_url: Option<String>,
}

/// Builds the site of a folder.
pub(super) fn site(
    workspace: &Workspace,
    folder: &Folder,
    entity: EntityId,
    name: &str,
    reading: Reading<'_>,
) -> Built {
    let depth = reading.depth;
    let mut problems = Diagnostics::new();
    let Sources { settings, parts, files, is_plain } = sources(workspace, folder, name, &mut problems);
    let mut pages = Pages::new(workspace, files, &mut problems);
    if pages.sources.is_empty() {
        return Built { problems, ..Built::default() };
    }
    let mut found = Found { problems, ..Found::default() };
    let mut redirects = settings.as_ref().map_or_else(Vec::new, |settings| redirects(settings, &mut pages, &mut found));
    redirects.extend(inferred(workspace, &mut pages));
    let entries = navigation(settings.as_ref(), &parts, &pages, &mut found);
    let links = Links::new(workspace, &pages, relative_to(settings.as_ref(), is_plain));
    let dialect = Dialect::of(settings.as_ref(), is_plain);
    let of_settings = match (&settings, &dialect) {
        (Some(settings), Dialect::TechDocs(options)) => includes::settings(workspace, folder, settings, options),
        _ => Diagnostics::new(),
    };
    let (toc_depth, toc_title) = match &dialect {
        Dialect::TechDocs(options) => {
            let title = &options.toc.title;
            (options.toc.depth, (!title.is_empty()).then(|| title.clone()))
        }
        Dialect::CommonMark => ((1, 6), None),
    };
    let (docs, packed) =
        read(&links, &dialect, folder, reading, &mut found).into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
    let Found { mut problems, absolute, entities, named, .. } = found;
    problems.extend(of_settings);

    let titles = titles(&pages, &entries, &docs);
    let nav = nav::finish(entries, &|page| titles[page].text.clone());
    let mut neighbours = vec![(None, None); docs.len()];
    for pair in nav::order(&nav).windows(2) {
        neighbours[pair[0]].1 = Some(pair[1]);
        neighbours[pair[1]].0 = Some(pair[0]);
    }
    let source = settings.as_ref().map_or(pages.sources[0].file, |settings| settings.file);
    let former = former_anchors(workspace, &dialect, &pages, &docs, depth);
    let finished = pages.sources.iter().zip(docs.into_iter().zip(packed)).zip(titles).zip(neighbours).zip(former).map(
        |((((page, (doc, packed)), title), near), former_anchors)| DocsPage {
            file: page.file,
            source: page.source.clone(),
            path: page.path.clone(),
            title: title.text,
            heading: title.heading,
            doc: doc.unwrap_or_default(),
            packed,
            previous: near.0,
            next: near.1,
            edit_url: edit_url::edit_url(workspace, settings.as_ref(), page),
            last_change: workspace.last_change(page.file),
            former_anchors,
        },
    );
    let mut site = DocsSite {
        entity,
        toc_depth,
        toc_title,
        look: settings.as_ref().map(|settings| settings.look).unwrap_or_default(),
        has_settings: settings.is_some(),
        has_own_index: false,
        nav: nav.into(),
        pages: finished.collect(),
        title: settings
            .as_ref()
            .and_then(|settings| settings.site_name.as_deref())
            .map(nav::text_of)
            .unwrap_or_default(),
        description: settings.as_ref().and_then(|settings| settings.description.clone()),
        assets: pages.assets.into(),
        redirects: Arc::default(),
        version: None,
        source,
        outline: Fingerprint::default(),
        files: Fingerprint::default(),
    };
    let is_root = |redirect: &DocsRedirect| redirect.file == "index.html";
    let has_index = site.has_index() || redirects.iter().any(is_root);
    site.has_own_index = has_index;
    // Readers know the address of a documentation site, whatever its first page is called.
    if let Some(root) = site.root().map(|root| &site.pages[root])
        && !root.path.is_empty()
        && !redirects.iter().any(is_root)
    {
        let target = super::links::href("", &root.path, true, "");
        redirects.insert(0, DocsRedirect { file: "index.html".to_owned(), target, since: None });
    }
    redirects.extend(site.assets.iter().filter_map(|asset| {
        let file = asset.old_path.clone()?;
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let target = super::links::href(folder, &asset.path, false, "");
        Some(DocsRedirect { file, target, since: None })
    }));
    redirects.sort_by(|a, b| a.file.cmp(&b.file));
    site.redirects = redirects.into();
    if let Some(settings) = settings.as_ref().filter(|_| !has_index) {
        problems.push(without_index(settings, &site));
    }
    let (versions, site_url) = settings.map_or((None, None), |settings| (settings.versions, settings.site_url));
    Built { site: Some(site.sealed()), problems, absolute, entities, named, versions, site_url }
}

/// Reports that nothing is at the address of the documentation itself.
fn without_index(settings: &MkDocs, site: &DocsSite) -> Diagnostic {
    let (docs_dir, span) = &settings.docs_dir;
    let docs_dir = docs_dir.trim_start_matches("./").trim_end_matches('/');
    let index = if matches!(docs_dir, "" | ".") { "index.md".to_owned() } else { format!("{docs_dir}/index.md") };
    let first = site.root().map(|page| &*site.pages[page].source);
    Diagnostic::new(codes::DOCS_WITHOUT_INDEX, *span, "this documentation has no index")
        .label("its address leads to the first of its pages, and to nothing in Backstage")
        .help(match first {
            Some(first) if !first.contains('/') && site.pages.len() == 1 => {
                format!("rename `{first}` to `index.md`, or add `{index}`")
            }
            _ => format!("add `{index}`"),
        })
}

/// Finds the files of a site: those of `docs_dir` and of included parts, else the folder `docs`, else a README.
fn sources(workspace: &Workspace, folder: &Folder, name: &str, problems: &mut Diagnostics) -> Sources {
    let settings = MkDocs::find(workspace, folder, problems);
    let mut sources =
        Sources { settings: None, parts: Vec::new(), files: Files::default(), is_plain: settings.is_none() };
    if let Some(settings) = &settings {
        if !settings.is_named && !settings.is_empty {
            problems.push(
                invalid(Span::whole(settings.file), "`mkdocs.yml` has no `site_name`")
                    .help(format!("write `site_name: {name}`")),
            );
        }
        documents(workspace, settings, "", &mut sources.files, problems);
        let mut aliases = HashSet::new();
        for item in monorepo::includes(settings.nav.as_deref().unwrap_or(&[])) {
            let RawNav::Include { target, pattern, span, .. } = item else { continue };
            let parts = monorepo::include(workspace, settings.file, target, *pattern, *span, &mut aliases, problems);
            for part in &parts {
                documents(workspace, &part.settings, &part.prefix, &mut sources.files, problems);
            }
            sources.parts.push((*span, parts));
        }
    } else if let Ok(documents) = workspace.locate_folder_in(folder, "docs") {
        sources.files.add(workspace, &documents, "", None);
    }
    sources.settings = settings;

    let found = &mut sources.files.found;
    let has_documents = found.iter().any(|(path, _)| stem(path).is_some());
    let has_index = found.iter().any(|(path, _)| stem(path).is_some_and(document_paths::is_index));
    let readme = ["README.md", "readme.md", "Readme.md"].iter().find_map(|name| workspace.locate_in(folder, name).ok());
    if let Some(readme) = readme
        && (!has_documents || (sources.is_plain && !has_index))
    {
        sources.is_plain = true;
        if !has_documents {
            *found = pictures(workspace, folder, readme);
        }
        found.push(("README.md".to_owned(), readme));
    }
    sources
}

/// Adds the documents of an `mkdocs.yml`, `prefix` before their paths.
fn documents(workspace: &Workspace, settings: &MkDocs, prefix: &str, files: &mut Files, problems: &mut Diagnostics) {
    let (docs_dir, span) = &settings.docs_dir;
    let folder = match workspace.locate_folder(settings.file, docs_dir) {
        Ok(folder) => folder,
        Err(error) => {
            let problem = invalid(*span, format!("the documentation folder `{docs_dir}` cannot be used: {error}"));
            problems.push(problem.help("set `docs_dir` to the folder of the documents, relative to this file"));
            return;
        }
    };
    if document_paths::normal("", docs_dir).is_none() {
        problems.push(
            invalid(*span, format!("the documentation folder `{docs_dir}` is not below the folder of `mkdocs.yml`"))
                .label("Backstage refuses this")
                .help("move the documents below this file, or this file above the documents"),
        );
    }
    files.add(workspace, &folder, prefix, Some(&settings.excluded));
    // With `docs_dir: .` the settings are among the documents.
    files.found.retain(|(_, file)| *file != settings.file);
}

/// Returns the pictures that a README shows and that are below its folder.
fn pictures(workspace: &Workspace, folder: &Folder, readme: FileId) -> Vec<(String, FileId)> {
    let Ok(text) = workspace.text(readme, workspace.config().limits.document) else { return Vec::new() };
    let doc = commonmark::render(&text, &|link| Resolved::as_written(&link.target));
    let mut files: Vec<_> = doc
        .links
        .iter()
        .filter(|link| matches!(link.kind, LinkKind::Image | LinkKind::HtmlImage) && !html::is_external(&link.target))
        .filter_map(|link| {
            let path = link.target.split(['?', '#']).next().unwrap_or("");
            let file = workspace.locate(readme, &super::links::decoded(path)).ok()?;
            Some((workspace.path_below(folder, file)?, file))
        })
        .filter(|(path, _)| stem(path).is_none())
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files.dedup();
    files
}

/// Makes the navigation as the author wrote it, or from the files.
fn navigation(settings: Option<&MkDocs>, parts: &[(Span, Vec<Part>)], pages: &Pages, found: &mut Found) -> Vec<Entry> {
    let Some(settings) = settings else { return nav::automatic(pages, "", None, Order::IndexFirst) };
    let Some(raw) = &settings.nav else {
        return nav::automatic(pages, "", Some(&settings.not_in_nav), Order::IndexFirst);
    };
    let mut of_parts = Found::default();
    let mut part = |item: &RawNav| {
        let RawNav::Include { title, span, pattern, .. } = item else { return Vec::new() };
        let parts = parts.iter().find(|(place, _)| place == span).map_or(&[][..], |(_, parts)| parts);
        monorepo::sections(parts, title.as_deref(), *pattern, pages, &mut of_parts)
    };
    let base = Base { pages, prefix: "", absolute_is_docs: settings.absolute_is_docs.1 };
    let entries = nav::resolve(raw, base, &mut part, found);
    found.problems.append(&mut of_parts.problems);
    found.absolute.append(&mut of_parts.absolute);
    found.places.append(&mut of_parts.places);
    entries
}

/// Maximum number of old addresses of one documentation site that redirect.
const MAX_REDIRECTS: usize = 5_000;

/// Finds out where the old addresses of `redirect_maps` lead.
fn redirects(settings: &MkDocs, pages: &mut Pages, into: &mut Found) -> Vec<DocsRedirect> {
    let Found { problems, places, .. } = into;
    let mut redirects = Vec::new();
    let mut known = HashSet::new();
    if let Some(first) = settings.redirects.get(MAX_REDIRECTS) {
        let message = format!("only the first {MAX_REDIRECTS} of {} redirects are published", settings.redirects.len());
        let problem = Diagnostic::new(codes::PAGE_BUDGET, first.from_span, message).label("left out from here on");
        problems.push(problem.help("each redirect is a page; let the host redirect what has a common beginning"));
    }
    let comparisons = Cell::new(COMPARISONS);
    for redirect in settings.redirects.iter().take(MAX_REDIRECTS) {
        let Some(path) = document_paths::normal("", &redirect.from).as_deref().and_then(document_paths::page_path)
        else {
            let problem = invalid(redirect.from_span, format!("`{}` is no path of a document", redirect.from));
            problems.push(problem.help("write the path that the document had, such as `old/page.md`"));
            continue;
        };
        if pages.by_path(&path).is_some() {
            let problem =
                invalid(redirect.from_span, format!("`{}` is still there, so nothing leads away", redirect.from));
            problems.push(problem.help("remove the entry, or the document"));
            continue;
        }
        let (to, anchor) = redirect.to.split_once('#').unwrap_or((&redirect.to, ""));
        let target = if html::is_external(&redirect.to) {
            html::is_safe_address(&redirect.to, html::AddressUse::Link).then(|| redirect.to.clone())
        } else {
            let found = document_paths::normal("", to).and_then(|source| pages.by_source(&source));
            found.map(|target| match target {
                Target::Page(page) => {
                    places.push(Place { page, anchor: anchor.to_owned(), span: redirect.to_span });
                    super::links::href(&path, &pages.sources[page].path, true, anchor)
                }
                Target::Asset(asset) => super::links::href(&path, pages.assets[asset].link_path(), false, anchor),
            })
        };
        match target {
            Some(target) if known.insert(path.clone()) => match pages.take(&path) {
                None => redirects.push(DocsRedirect { file: page_file(&path), target, since: None }),
                Some(reason) => problems.push(no_address(redirect, &reason)),
            },
            Some(_) => {}
            None => {
                let problem = Diagnostic::new(
                    codes::BROKEN_LINK,
                    redirect.to_span,
                    format!("the redirect to `{}` leads nowhere", redirect.to),
                )
                .label("nothing is there");
                let exact = match pages.by_source_or_address(to) {
                    Some(Target::Page(page)) => Some(&*pages.sources[page].source),
                    _ => None,
                };
                let near = exact.or_else(|| {
                    let may = may_compare(&comparisons, pages.sources.len());
                    let sources = pages.sources.iter().map(|page| page.source.as_str());
                    may.then(|| document_paths::nearest_path(to, sources)).flatten()
                });
                problems.push(match near {
                    Some(near) => problem.help(format!("write `{near}`")),
                    None => problem.help("write the path of a document below the documentation folder, or a URL"),
                });
            }
        }
    }
    redirects.sort_by(|a, b| a.file.cmp(&b.file));
    redirects
}

/// Maximum number of addresses that are found in the history of a documentation site.
const MAX_INFERRED: usize = 2_000;

/// Returns what leads from the addresses that documents had under other names, as far as git knows, to where they are now.
fn inferred(workspace: &Workspace, pages: &mut Pages) -> Vec<DocsRedirect> {
    let mut redirects = Vec::new();
    for at in 0..pages.sources.len() {
        let page = &pages.sources[at];
        let Some((own, former)) = workspace.former_paths(page.file) else { continue };
        // The same folder of documents: what came from elsewhere had no address in this documentation.
        let Some(folder) = own.strip_suffix(&page.source).map(str::to_owned) else { continue };
        let to = page.path.clone();
        for before in former {
            let Some(path) = before.path.strip_prefix(&folder).and_then(document_paths::page_path) else { continue };
            if !path.is_empty()
                && redirects.len() < MAX_INFERRED
                && pages.by_path(&path).is_none()
                && pages.take(&path).is_none()
            {
                let target = super::links::href(&path, &to, true, "");
                let since = Some((before.commit, before.time));
                redirects.push(DocsRedirect { file: page_file(&path), target, since });
            }
        }
    }
    redirects
}

/// Reports an old address at which nothing can be published.
fn no_address(redirect: &RawRedirect, reason: &Reason) -> Diagnostic {
    let from = &redirect.from;
    let (message, help) = match reason {
        Reason::Refused => (
            format!("not every disk and host takes the path `{from}`, so nothing leads away from there"),
            "write the path as it stood in addresses, with `/` between folders; or remove the entry",
        ),
        Reason::Taken(other) | Reason::Alike(other) => (
            format!("`{from}` would have the address of `{other}`, so nothing leads away from there"),
            "remove the entry",
        ),
    };
    invalid(redirect.from_span, message).label("left out").help(help)
}

/// What the pages of a documentation site may include all together, beyond a multiple of what they say themselves.
const MAX_INCLUDED: usize = 8 << 20;
/// What one page may include where all together include more than that.
const INCLUDED_BY_ONE: usize = 32 << 10;

/// What the links of a page come to: problems, addresses from the root of the host, and entities that are named.
type CheckedLinks = (Diagnostics, Vec<Absolute>, Vec<(EntityRef, Span)>);

/// Finds the names that headings had before, for the documents that changed last.
fn former_anchors(
    workspace: &Workspace,
    dialect: &Dialect,
    pages: &Pages,
    docs: &[Option<Arc<Doc>>],
    depth: Depth,
) -> Vec<Vec<(String, String)>> {
    let mut found = vec![Vec::new(); docs.len()];
    if depth < Depth::Pages {
        return found;
    }
    let time = |at: &usize| workspace.last_change(pages.sources[*at].file).map(|change| change.time);
    let mut newest: Vec<(i64, usize)> = (0..docs.len()).filter_map(|at| Some((time(&at)?, at))).collect();
    newest.sort_by_key(|(time, at)| (std::cmp::Reverse(*time), *at));
    newest.truncate(former_anchors::LOOKED_AT);
    let read = newest.into_par_iter().filter_map(|(_, at)| {
        Some((at, former_anchors::find(workspace, dialect, &pages.sources[at], docs[at].as_deref()?)))
    });
    for (at, names) in read.collect::<Vec<_>>() {
        found[at] = names;
    }
    found
}

/// Reads and renders every page, then checks where its links lead.
///
/// Many pages may include the same file. Where that makes much of little, each page may include only a little.
fn read(
    links: &Links<'_>,
    dialect: &Dialect,
    folder: &Folder,
    reading: Reading<'_>,
    found: &mut Found,
) -> Vec<ReadDoc> {
    if let Some(docs) = read_once(links, dialect, folder, reading, MAX_INCLUDED, found) {
        return docs;
    }
    let dialect = match dialect {
        Dialect::TechDocs(options) => {
            let mut options = options.clone();
            options.snippets.most = INCLUDED_BY_ONE;
            Dialect::TechDocs(options)
        }
        Dialect::CommonMark => Dialect::CommonMark,
    };
    read_once(links, &dialect, folder, reading, usize::MAX, found).unwrap_or_default()
}

/// A document, and the entities that it names, each with its place.
type NamingDoc = (ReadDoc, Vec<(EntityRef, Span)>);

/// Does so; `None` if the pages include more than `most` together, beyond four times what they say.
fn read_once(
    links: &Links<'_>,
    dialect: &Dialect,
    folder: &Folder,
    reading: Reading<'_>,
    most: usize,
    found: &mut Found,
) -> Option<Vec<ReadDoc>> {
    let Reading { depth, memo, is_whole } = reading;
    let limit = links.workspace.config().limits.document;
    let spelt_out = match dialect {
        Dialect::TechDocs(options) => format!("{options:?}"),
        Dialect::CommonMark => String::new(),
    };
    let included = AtomicUsize::new(0);
    let read: Vec<Result<NamingDoc, _>> = links
        .pages
        .sources
        .par_iter()
        .map(|page| {
            // What is at a commit never changes.
            let text = if memo.live_on() && is_whole {
                links.workspace.text(page.file, limit)?
            } else {
                links.workspace.text_once(page.file, limit)?
            };
            if !is_whole && depth < Depth::Pages {
                return Ok(Default::default());
            }
            let named = if is_whole { named_in(&text, page.file) } else { Vec::new() };
            let include = snippets(links.workspace, folder, page.file);
            // Whether the sum is too large does not depend on the order of pages.
            if let Dialect::TechDocs(options) = dialect
                && most < usize::MAX
            {
                let more = techdocs::included(&text, options, &include).saturating_sub(4 * text.len());
                if included.fetch_add(more, Ordering::Relaxed) + more > most {
                    return Ok(((None, None), named));
                }
            }
            let resolve = |link: &DocLink| links.resolve(page, link);
            if let Dialect::TechDocs(options) = dialect
                && depth < Depth::Pages
            {
                let needed = techdocs::may_have_findings(&text, options);
                let outline = needed.then(|| Arc::new(techdocs::outline(&text, options, &include)));
                return Ok(((outline, None), named));
            }
            let make = |resolve: Resolver<'_>, include: techdocs::IncludeFile<'_>| match dialect {
                Dialect::TechDocs(options) => techdocs::document(&text, options, resolve, include),
                Dialect::CommonMark => commonmark::render(&text, resolve),
            };
            let asked = Asked { place: &page.source, dialect: &spelt_out, text: &text, is_whole };
            let (doc, packed) = memo.document(&asked, &resolve, &include, make);
            Ok(((Some(doc), packed), named))
        })
        .collect();
    if included.into_inner() > most {
        return None;
    }
    let mut docs = Vec::with_capacity(read.len());
    let mut packed = Vec::with_capacity(read.len());
    let mut unread = vec![false; read.len()];
    for (at, (page, result)) in links.pages.sources.iter().zip(read).enumerate() {
        match result {
            Ok(((doc, text), named)) => {
                unread[at] = doc.is_none();
                docs.push(doc);
                packed.push(text);
                found.named.extend(named);
            }
            Err(error) => {
                found.problems.push(mkdocs::unreadable(&error, page.file));
                docs.push(None);
                packed.push(None);
            }
        }
    }
    // What is wrong with an old version nobody can mend.
    if !is_whole {
        return Some(docs.into_iter().zip(packed).collect());
    }
    // A page without findings of its own is read only when a link asks for a place in it.
    let late: Vec<OnceLock<Option<Doc>>> = unread.iter().map(|_| OnceLock::new()).collect();
    let outline = |at: usize| {
        let Dialect::TechDocs(options) = dialect else { return None };
        let file = links.pages.sources[at].file;
        let text = links.workspace.text(file, limit).ok()?;
        Some(techdocs::outline(&text, options, &snippets(links.workspace, folder, file)))
    };
    let doc = |at: usize| {
        if unread[at] { late[at].get_or_init(|| outline(at)).as_ref() } else { docs[at].as_deref() }
    };
    let checked: Vec<CheckedLinks> = links
        .pages
        .sources
        .par_iter()
        .zip(&docs)
        .map(|(page, own)| {
            let of_page = || own.iter().flat_map(|doc| &doc.links);
            let comparisons = Cell::new(COMPARISONS);
            let broken = of_page().filter_map(|link| links.check(page, link, &doc, &comparisons));
            let lost = own
                .iter()
                .flat_map(|doc| &doc.lost)
                .filter(|lost| !links.has_picture(page, lost))
                .map(|lost| lints::lost(page.file, lost, dialect));
            let absolute = of_page().filter_map(|link| links.absolute(page, link, &comparisons));
            let entities = of_page().filter_map(|link| links.named_entity(page, link));
            (broken.chain(lost).collect(), absolute.collect(), entities.collect())
        })
        .collect();
    for (problems, absolute, entities) in checked {
        found.problems.extend(problems);
        found.absolute.extend(absolute);
        found.entities.extend(entities);
    }
    let comparisons = Cell::new(COMPARISONS);
    let places = found.places.iter().filter_map(|place| links.check_place(place, &doc, &comparisons));
    let places: Vec<Diagnostic> = places.collect();
    found.problems.extend(places);
    if let Dialect::TechDocs(options) = dialect {
        let of_pages =
            links.pages.sources.iter().zip(&docs).flat_map(|(page, doc)| {
                doc.iter().flat_map(|doc| &doc.missing).map(move |missing| (page.file, missing))
            });
        found.problems.extend(includes::missing(links.workspace, folder, options, of_pages));
    }
    Some(docs.into_iter().zip(packed).collect())
}

/// Returns the entities that a text names by full references, with their places.
fn named_in(text: &str, file: FileId) -> Vec<(EntityRef, Span)> {
    let is_kind = |word: &str| BUILT_IN_KINDS.iter().any(|kind| kind.eq_ignore_ascii_case(word));
    let named = EntityRef::written_in(text, is_kind).into_iter();
    named.map(|(reference, place)| (reference, Span::new(file, place.start, place.end))).collect()
}

/// Decides what each page is called.
fn titles(pages: &Pages, entries: &[Entry], docs: &[Option<Arc<Doc>>]) -> Vec<Title> {
    let mut titles = vec![None; docs.len()];
    nav::titles(entries, &mut titles);
    let page_titles = pages.sources.iter().zip(docs).zip(titles).enumerate().map(|(at, ((page, doc), title))| {
        let doc = doc.as_ref();
        if let Some(written) = title.or_else(|| doc?.front_matter.title.clone()) {
            let text = nav::text_of(&written);
            let heading = (text != written).then(|| html::sanitise_techdocs(&written));
            return Title { text, heading };
        }
        let text = doc.and_then(|doc| doc.title.clone()).unwrap_or_else(|| {
            if page.path.is_empty() && !nav::is_within_section(entries, at) {
                return "Home".to_owned();
            }
            let stem = stem(&page.source).unwrap_or(&page.source);
            let name = stem.rsplit('/').next().unwrap_or(stem);
            if document_paths::is_index(name) { "Index".to_owned() } else { humanise(name) }
        });
        Title { text, heading: None }
    });
    page_titles.collect()
}

/// What a page is called.
struct Title {
    text: String,
    /// As its author wrote it, if that was HTML.
    heading: Option<String>,
}
