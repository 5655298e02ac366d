//! Documentation: which entity has which, and of which pages it is made.
//!
//! Owns `mkdocs.yml`, navigation, pages, links between them and the checks of all that. Knows nothing of URLs of the
//! site or templates: addresses here are relative to the page they are on.
//!
//! Invariants: a broken document, navigation or link is reported and leaves the rest alone; files outside of the folder
//! of documents are never part of a site.

mod addresses;
mod build;
mod cache;
mod dialect;
mod document_paths;
mod edit_url;
mod fix;
mod former_anchors;
mod includes;
pub(crate) mod links;
mod lints;
mod memo;
mod mkdocs;
mod monorepo;
mod nav;
mod packed;
mod pages;
mod version_names;
mod versions;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

pub use self::fix::{Mend, MendedDocument};
pub use self::memo::Memo;
pub use self::mkdocs::Look;
pub use self::packed::PackedText;
pub use self::versions::{FOLDER as VERSIONS, VersionEntry, VersionPlace, VersionState, VersionedDocs};

use self::build::Reading;
use self::memo::{Place, Site};
use crate::catalog::{Catalog, Entity, EntityId, EntityRef, still_said};
use crate::depth::Depth;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::incremental::{ByAddress, Fingerprint};
use crate::markdown::Doc;
use crate::text::{FileId, Span};
use crate::workspace::{Folder, LastChange, LocateError, UrlTarget, Workspace};
use crate::yaml::Node;

/// The annotation that says where the documentation of an entity is.
const REF: &str = "backstage.io/techdocs-ref";

/// The annotation that says whose documentation an entity shows.
const ENTITY: &str = "backstage.io/techdocs-entity";

/// The annotation that says with which page that documentation opens.
const ENTITY_PATH: &str = "backstage.io/techdocs-entity-path";

/// All documentation.
#[derive(Debug, Clone, Default)]
pub struct Docs {
    /// One for each entity that has documentation of its own, in the order of references.
    pub sites: Vec<DocsSite>,
    /// The entities that show the documentation of another one, in the order of references.
    pub aliases: Vec<DocsAlias>,
    /// Those that have several versions, in the order of references; `sites` holds the latest of each.
    pub versions: Vec<VersionedDocs>,
    /// All other versions.
    pub others: Vec<DocsSite>,
}

/// The documentation of one entity.
#[derive(Debug, Clone)]
pub struct DocsSite {
    /// Whose it is.
    pub entity: EntityId,
    /// The name of the version; `None` for the one at the address of the documentation itself.
    pub version: Option<Arc<str>>,
    /// Its title.
    pub title: String,
    /// One sentence about it.
    pub description: Option<String>,
    /// The navigation, as the author ordered it or as the files are.
    pub nav: Arc<[NavItem]>,
    /// The pages in the order of their source files.
    pub pages: Arc<[DocsPage]>,
    /// What is copied beside the pages, in the order of paths.
    pub assets: Arc<[DocsAsset]>,
    /// Addresses that pages had before, in the order of paths.
    pub redirects: Arc<[DocsRedirect]>,
    /// `mkdocs.yml`, or the first page where there is none.
    pub source: FileId,
    /// Whether there is an `mkdocs.yml`.
    pub has_settings: bool,
    /// Whether its authors define what is at its address: an index, or a redirect.
    pub has_own_index: bool,
    /// Highest and lowest level of the headings in the table of contents (`toc_depth`).
    pub toc_depth: (u8, u8),
    /// What the table of contents is called, if its author says so.
    pub toc_title: Option<String>,
    /// The theme's settings for the navigation.
    pub look: Look,
    /// What others see of it, but for the text of documents and files.
    pub outline: Fingerprint,
    /// The files beside the pages, and the old addresses.
    pub files: Fingerprint,
}

/// An address that leads to another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DocsRedirect {
    /// The file at the address, below the site, not encoded: `old/page/index.html`.
    pub file: String,
    /// Where to: an address elsewhere, or one relative to the file, encoded.
    pub target: String,
    /// The commit that moved the page and its time in seconds since 1970 UTC, if git says that it was moved.
    pub since: Option<(Arc<str>, i64)>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct DocsPage {
    /// The document.
    pub file: FileId,
    /// Its path below the folder of documents, such as `guide/setup.md`.
    pub source: String,
    /// The path of the address below the site, such as `guide/setup`, not encoded; empty for the first page.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its title as HTML, if its author wrote HTML.
    pub heading: Option<String>,
    /// The content; shared by the entities that share a site, and by versions that say the same.
    pub doc: Arc<Doc>,
    /// What [`DocsPage::html`] and [`DocsPage::sections`] are made of if the content is without them.
    pub packed: Option<Arc<PackedText>>,
    /// The page before it in the navigation, as an index of the pages of the site.
    pub previous: Option<usize>,
    /// The page after it.
    pub next: Option<usize>,
    /// Where to change the document.
    pub edit_url: Option<String>,
    /// The last change of the document, if history was read.
    pub last_change: Option<LastChange>,
    /// Names of headings with those that they had before that change.
    pub former_anchors: Vec<(String, String)>,
}

impl DocsPage {
    /// Returns what others see of it: everything but what it says.
    fn outline(&self) -> Fingerprint {
        let Self {
            file,
            source,
            path,
            title,
            heading,
            doc: _,
            packed: _,
            previous,
            next,
            edit_url,
            last_change,
            former_anchors,
        } = self;
        Fingerprint::of(&(file, source, path, title, heading, previous, next, edit_url, last_change, former_anchors))
    }
}

/// A file copied beside the pages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DocsAsset {
    /// The file.
    pub file: FileId,
    /// Its path below the folder of documents.
    pub source: String,
    /// Its path below the site, not encoded.
    pub path: String,
    /// Where readers look for it if it is published as a text under another name: a page there leads to it.
    pub old_path: Option<String>,
    /// Width and height in pixels, of a picture that has them.
    pub size: Option<(u32, u32)>,
}

impl DocsAsset {
    /// Returns the path that links use: the one that authors know.
    #[must_use]
    pub fn link_path(&self) -> &str {
        self.old_path.as_deref().unwrap_or(&self.path)
    }
}

/// One entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NavItem {
    /// A page.
    Page {
        /// What the navigation calls it.
        title: String,
        /// Its index among the pages of the site.
        page: usize,
    },
    /// A group of entries.
    Section {
        /// Its title.
        title: String,
        /// The entries.
        items: Vec<NavItem>,
    },
    /// An address elsewhere, or a file of the site relative to its first page.
    Link {
        /// Its title.
        title: String,
        /// The target address.
        url: String,
        /// Whether nothing is there.
        broken: bool,
    },
}

/// An entity that shows the documentation of another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DocsAlias {
    /// The entity.
    pub entity: EntityId,
    /// The site, as an index of [`Docs::sites`].
    pub site: usize,
    /// The path of the page to open; empty for the first page.
    pub path: String,
}

impl Docs {
    /// Returns what others see of all documentation sites, but for the text of documents and files.
    #[must_use]
    pub fn outline(&self) -> Fingerprint {
        let Self { sites, aliases, versions, others } = self;
        let all = sites.iter().chain(others);
        let sites: Vec<_> = all.map(|site| (site.entity, &site.version, &site.title, site.outline)).collect();
        let versions: Vec<_> = versions
            .iter()
            .map(|VersionedDocs { entity, entries, latest, aliases, is_indexed }| {
                (entity, entries, latest, aliases, is_indexed)
            })
            .collect();
        Fingerprint::of(&(sites, aliases, versions))
    }

    /// Returns every documentation in every version, the latest of all first; the order is that of [`Self::nth`].
    pub fn all(&self) -> impl Iterator<Item = &DocsSite> {
        self.sites.iter().chain(&self.others)
    }

    /// Returns a documentation site by its number among all.
    ///
    /// # Panics If there are fewer.
    #[must_use]
    pub fn nth(&self, at: usize) -> &DocsSite {
        self.sites.get(at).unwrap_or_else(|| &self.others[at - self.sites.len()])
    }

    /// Returns the versions of an entity's documentation, if there are several.
    #[must_use]
    pub fn versions_of(&self, entity: EntityId) -> Option<&VersionedDocs> {
        let at = self.versions.binary_search_by_key(&entity, |versions| versions.entity).ok()?;
        Some(&self.versions[at])
    }

    /// Returns from when until before when the same documents have not been changed for `after` seconds as `now`; all in
    /// seconds since 1970 UTC.
    #[must_use]
    pub fn stale_between(&self, after: i64, now: i64) -> (i64, i64) {
        let sites = self.sites.iter().chain(self.others.iter());
        let changes = sites.flat_map(|site| site.pages.iter()).filter_map(|page| page.last_change.as_ref());
        let moments = changes.map(|change| change.time.saturating_add(after));
        moments.fold((i64::MIN, i64::MAX), |(from, until), moment| {
            if moment <= now { (from.max(moment), until) } else { (from, until.min(moment)) }
        })
    }

    /// Returns the documentation that an entity shows, with the path of the page to open.
    #[must_use]
    pub fn of(&self, entity: EntityId) -> Option<(&DocsSite, &str)> {
        if let Ok(at) = self.aliases.binary_search_by_key(&entity, |loan| loan.entity) {
            let loan = &self.aliases[at];
            return Some((&self.sites[loan.site], &loan.path));
        }
        self.site(entity).map(|site| (site, site.root().map_or("", |page| &site.pages[page].path)))
    }

    /// Returns the site of an entity's own.
    #[must_use]
    pub fn site(&self, entity: EntityId) -> Option<&DocsSite> {
        let at = self.sites.binary_search_by_key(&entity, |site| site.entity).ok()?;
        Some(&self.sites[at])
    }
}

impl DocsSite {
    /// Returns the page to open first: the index, else the first of the navigation, else the first of all.
    #[must_use]
    pub fn root(&self) -> Option<usize> {
        self.pages
            .iter()
            .position(|page| page.path.is_empty())
            .or_else(|| nav::first(&self.nav))
            .or((!self.pages.is_empty()).then_some(0))
    }

    /// Takes its fingerprints, once all but entity and title is as it will be.
    pub(super) fn sealed(mut self) -> Self {
        // Without `..`, so that a new field does not compile until it counts for one of the two, or for neither.
        let Self {
            entity: _,
            version: _,
            title: _,
            description,
            nav,
            pages,
            assets,
            redirects,
            source,
            has_settings,
            has_own_index,
            toc_depth,
            toc_title,
            look,
            outline: _,
            files: _,
        } = &self;
        let pages: Vec<Fingerprint> = pages.iter().map(DocsPage::outline).collect();
        let settings = (source, has_settings, has_own_index, toc_depth, toc_title, look);
        let fingerprints =
            (Fingerprint::of(&(description, nav, pages, settings)), Fingerprint::of(&(assets, redirects)));
        (self.outline, self.files) = fingerprints;
        self
    }

    /// Returns what is at the address of a page that is no longer there, relative to that address.
    #[must_use]
    pub fn moved(&self, path: &str) -> Option<&DocsRedirect> {
        let file = document_paths::page_file(path);
        let at = self.redirects.binary_search_by(|redirect| redirect.file.cmp(&file)).ok()?;
        Some(&self.redirects[at])
    }

    /// Returns whether one of its pages is the index.
    #[must_use]
    pub fn has_index(&self) -> bool {
        self.page("").is_some()
    }

    /// Finds a page by the path of its address, or by the one that it would have if every host took that.
    #[must_use]
    pub fn page(&self, path: &str) -> Option<&DocsPage> {
        let asked = |page: &&DocsPage| document_paths::page_path(&page.source).as_deref() == Some(path);
        self.pages.iter().find(|page| page.path == path).or_else(|| self.pages.iter().find(asked))
    }
}

/// Reads the documentation of one folder, whosever it is; `name` is what it is called if it does not say so itself, and
/// `memo` may know documents already.
///
/// `None` if there is no document.
#[must_use]
pub fn alone(workspace: &Workspace, folder: &Folder, name: &str, memo: &Memo) -> (Option<DocsSite>, Diagnostics) {
    let entity = EntityId::new(0);
    let documents = memo.documents(folder, false);
    let built =
        build::site(workspace, folder, entity, name, Reading { depth: Depth::Pages, memo: &documents, is_whole: true });
    documents.turn();
    let build::Built { site, mut problems, absolute, .. } = built;
    // Where this documentation will be, the portal may be, too.
    problems
        .extend(absolute.into_iter().filter(|link| !addresses::is_below_portal(&link.path)).map(|link| link.problem));
    let named = |site: DocsSite| if site.title.is_empty() { DocsSite { title: name.to_owned(), ..site } } else { site };
    (site.map(named), problems)
}

/// Fixes what of `problems` needs no judgement; each document once, in the order of files.
#[must_use]
pub fn mended(workspace: &Workspace, catalog: &Catalog, problems: &Diagnostics) -> Vec<MendedDocument> {
    let wanted = fix::Wanted::new(problems);
    if wanted.is_empty() {
        return Vec::new();
    }
    let (folders, _) = folders(workspace, catalog);
    let mut documents: Vec<MendedDocument> = folders
        .iter()
        .flat_map(|(folder, entities)| build::mended(workspace, folder, catalog.get(entities[0]).title(), &wanted))
        .collect();
    // A document may be part of several sites, which need not read it alike: the first one decides.
    documents.sort_by_cached_key(|document| workspace.path(document.file));
    documents.dedup_by_key(|document| document.file);
    documents
}

/// Finds the folders of documentation, each with the entities that it is of.
fn folders(workspace: &Workspace, catalog: &Catalog) -> (Vec<Place>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    // Entities often share a catalog file and its documentation; each folder is read once.
    let mut folders: BTreeMap<Folder, Vec<EntityId>> = BTreeMap::new();
    let located = |id: usize| {
        let entity = catalog.get(EntityId::new(id));
        Some((EntityId::new(id), locate(workspace, entity, entity.annotation_node(REF)?)))
    };
    let located: Vec<_> = (0..catalog.entities().len()).into_par_iter().filter_map(located).collect();
    for (id, folder) in located {
        match folder {
            Ok(Some(folder)) => folders.entry(folder).or_default().push(id),
            Ok(None) => {}
            Err(problem) => diagnostics.push(*problem),
        }
    }
    (folders.into_iter().collect(), diagnostics)
}

/// Reads the documentation of every entity that has some; `memo` may know documents already.
#[must_use]
pub fn analyse(workspace: &Workspace, catalog: &Arc<Catalog>, depth: Depth, memo: &Memo) -> (Docs, Diagnostics) {
    if depth < Depth::Findings {
        return (Docs::default(), Diagnostics::new());
    }
    let found =
        memo.folders.get(workspace, (), ByAddress(Arc::clone(catalog)), |workspace, _| folders(workspace, catalog));
    let (folders, problems) = &*found;
    let mut diagnostics = problems.clone();
    let built: Vec<Arc<Site>> = folders
        .par_iter()
        .map(|(folder, entities)| {
            let name = catalog.get(entities[0]).title().to_owned();
            memo.sites.get(workspace, folder.clone(), (name.clone(), depth), |workspace, before| {
                let documents = match before {
                    Some(before) => Arc::clone(&before.documents),
                    None => Arc::new(memo.documents(folder, may_have_versions(workspace, folder))),
                };
                let reading = Reading { depth, memo: &documents, is_whole: true };
                let built = build::site(workspace, folder, EntityId::new(0), &name, reading);
                let entity = catalog.get(entities[0]);
                let reader = versions::Reader {
                    workspace,
                    folder,
                    entity,
                    name: &name,
                    depth,
                    memo: &memo.versions,
                    documents: &documents,
                };
                let versions = reader.read(&built);
                documents.turn();
                Site { built, versions, documents }
            })
        })
        .collect();
    if memo.sites.remembers() {
        let wanted: HashSet<&Folder> = folders.iter().map(|(folder, _)| folder).collect();
        memo.sites.retain(|folder| wanted.contains(folder));
    }

    let mut sites = Vec::new();
    let mut several: Vec<(EntityId, &versions::BuiltVersions)> = Vec::new();
    let mut borrowers: Vec<(EntityId, EntityId)> = Vec::new();
    for ((folder, entities), built) in folders.iter().zip(&built) {
        let first = catalog.get(entities[0]).reference.shared();
        let of_first = |problem: Diagnostic| problem.entity(Arc::clone(&first));
        diagnostics.extend(built.built.problems.iter().cloned().map(of_first));
        let versions = built.versions.as_ref();
        diagnostics.extend(versions.into_iter().flat_map(|it| &it.problems).cloned().map(of_first));
        let versions = versions.filter(|versions| versions.entries.len() > 1);
        let indexless = built.built.site.as_ref().filter(|site| !site.has_own_index && !site.has_settings);
        if let (Some(site), Some(node)) = (indexless, catalog.get(entities[0]).annotation_node(REF)) {
            diagnostics.push(of_first(without_index(workspace, folder, site, node)));
        }
        let most = match &built.built.site {
            Some(site) if entities.len() > FEW => {
                let each = size(workspace, site) * versions.map_or(1, |versions| versions.entries.len());
                MAX_SHARED / each.max(1)
            }
            _ => entities.len(),
        };
        for (at, id) in entities.iter().enumerate() {
            let entity = catalog.get(*id);
            if at >= most.max(FEW) && built.built.site.is_some() {
                borrowers.push((*id, entities[0]));
                diagnostics.extend(entity.annotation_node(REF).map(|node| shown_elsewhere(entity, node, &first)));
                continue;
            }
            match &built.built.site {
                Some(site) => {
                    // What is elsewhere is never the latest.
                    let latest = versions.and_then(|versions| versions.entries[versions.latest].site.as_ref().ok());
                    sites.push(of_entity(latest.unwrap_or(site), *id, entity));
                    several.extend(versions.map(|versions| (*id, versions)));
                }
                None => diagnostics
                    .extend(entity.annotation_node(REF).map(|node| nothing_there(workspace, folder, entity, node))),
            }
        }
    }
    sites.sort_by_key(|site| site.entity);
    let mut aliases = aliases(catalog, &sites, &mut diagnostics);
    for (entity, of) in borrowers {
        if let Ok(site) = sites.binary_search_by_key(&of, |site| site.entity) {
            let path = sites[site].root().map(|page| sites[site].pages[page].path.clone()).unwrap_or_default();
            aliases.retain(|loan| loan.entity != entity);
            aliases.push(DocsAlias { entity, site, path });
        }
    }
    aliases.sort_by_key(|loan| loan.entity);
    several.sort_by_key(|(entity, _)| *entity);
    let mut others = Vec::new();
    let all = several.into_iter().filter_map(|(id, built)| {
        let root = sites.binary_search_by_key(&id, |site| site.entity).ok()?;
        Some(versioned(id, catalog.get(id), built, root, sites.len(), &mut others))
    });
    let versions = all.collect();
    let docs = Docs { sites, aliases, versions, others };
    let addresses =
        addresses::Addresses { workspace, catalog, docs: &docs, base: workspace.config().base_url.as_deref() };
    for ((_, entities), built) in folders.iter().zip(&built) {
        let first = catalog.get(entities[0]).reference.shared();
        let wrong = built.built.absolute.iter().filter_map(|link| addresses.check(&link.path, &link.problem));
        diagnostics.extend(wrong.map(|problem| problem.entity(Arc::clone(&first))));
        let unknown =
            built.built.entities.iter().filter_map(|(named, span)| unknown_entity(workspace, catalog, named, *span));
        diagnostics.extend(unknown.map(|problem| problem.entity(Arc::clone(&first))));
        // What links say is a broken link already.
        let links: BTreeSet<(FileId, u32, u32)> =
            built.built.entities.iter().map(|(_, link)| (link.file, link.start, link.end)).collect();
        let is_link = |span: &Span| {
            let before = links.range(..=(span.file, span.start, u32::MAX)).next_back();
            before.is_some_and(|(file, _, end)| *file == span.file && span.end <= *end)
        };
        let former = built.built.named.iter().filter_map(|(named, span)| {
            if catalog.find(named.as_str()).is_some() || is_link(span) {
                return None;
            }
            let id = catalog.renamed(workspace, named.as_str())?;
            Some(still_said(catalog, named.as_str(), id, *span).entity(Arc::clone(&first)))
        });
        diagnostics.extend(former);
    }
    (docs, diagnostics)
}

/// Reports a link to an entity that is not there.
fn unknown_entity(workspace: &Workspace, catalog: &Catalog, named: &EntityRef, span: Span) -> Option<Diagnostic> {
    if catalog.find(named.as_str()).is_some() {
        return None;
    }
    let problem =
        Diagnostic::new(codes::BROKEN_LINK, span, format!("there is no entity `{named}`")).cause(named.shared());
    if let Some(id) = catalog.renamed(workspace, named.as_str()) {
        let now = &catalog.get(id).reference;
        return Some(problem.label(format!("called `{now}` today")).help(format!("write `{now}`")));
    }
    // Of the same kind if there is one: a name is mistyped more often than a kind.
    let of_kind = |same: bool| {
        let fits = |reference: &&EntityRef| (reference.kind() == named.kind()) == same;
        crate::text::nearest(
            named.as_str(),
            catalog.entities().iter().map(|it| &it.reference).filter(fits).map(EntityRef::as_str),
        )
    };
    Some(match of_kind(true).or_else(|| of_kind(false)) {
        Some(near) => problem.label("no entity with this name").help(format!("write `{near}`")),
        None => {
            problem.label("no entity with this name").help("name an entity of the catalog, such as `component:web`")
        }
    })
}

/// Returns whether documents of a folder may be asked for in several versions.
fn may_have_versions(workspace: &Workspace, folder: &Folder) -> bool {
    let text = || {
        let file = ["mkdocs.yaml", "mkdocs.yml"].iter().find_map(|name| workspace.locate_in(folder, name).ok())?;
        workspace.text(file, workspace.config().limits.catalog_file).ok()
    };
    !workspace.config().versions.is_empty() || text().is_some_and(|text| text.contains("versions:"))
}

/// Returns a documentation site as that of an entity.
fn of_entity(site: &DocsSite, id: EntityId, entity: &Entity) -> DocsSite {
    let mut site = DocsSite { entity: id, ..site.clone() };
    if site.title.is_empty() {
        entity.title().clone_into(&mut site.title);
    }
    site
}

/// Lists the versions of the documentation of an entity, of which the latest has the number `root` among `sites` others, and adds
/// all but that to `others`.
fn versioned(
    id: EntityId,
    entity: &Entity,
    built: &versions::BuiltVersions,
    root: usize,
    sites: usize,
    others: &mut Vec<DocsSite>,
) -> VersionedDocs {
    let entries = built.entries.iter().enumerate().map(|(at, entry)| {
        let place = match &entry.site {
            Err(url) => VersionPlace::Elsewhere(url.clone()),
            Ok(_) if at == built.latest => VersionPlace::Here(root),
            Ok(site) => {
                others.push(DocsSite { version: Some(entry.name.as_str().into()), ..of_entity(site, id, entity) });
                VersionPlace::Here(sites + others.len() - 1)
            }
        };
        let versions::BuiltEntry { name, title, state, date, site: _ } = entry;
        VersionEntry { name: name.clone(), title: title.clone(), state: *state, date: *date, place }
    });
    let entries = entries.collect();
    VersionedDocs {
        entity: id,
        entries,
        latest: built.latest,
        aliases: built.aliases.clone(),
        is_indexed: built.is_indexed,
    }
}

/// Reports at the annotation that nothing is at the address of a documentation site without settings.
fn without_index(workspace: &Workspace, folder: &Folder, site: &DocsSite, node: &Node) -> Diagnostic {
    let first = site.root().map_or(site.source, |page| site.pages[page].file);
    let path = workspace.path_below(folder, first).unwrap_or_default();
    let below = path.strip_prefix("docs/").map_or("index.md", |_| "docs/index.md");
    Diagnostic::new(codes::DOCS_WITHOUT_INDEX, node.span, "this documentation has no index")
        .label("its address leads to the first of its pages, and to nothing in Backstage")
        .help(format!("add `{below}` to the folder of the documentation"))
}

/// Number of entities that always have pages of their own for the documentation of a folder, however large it is.
const FEW: usize = 8;
/// Beyond that, maximum number of bytes of the documents and files of all of them together.
const MAX_SHARED: usize = 48 << 20;

/// Returns what one entity more with the same documentation costs.
fn size(workspace: &Workspace, site: &DocsSite) -> usize {
    let limit = workspace.config().limits.document;
    let files = site.pages.iter().map(|page| page.file).chain(site.assets.iter().map(|asset| asset.file));
    // What is larger than may be read is copied all the same.
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    files.map(|file| 4096 + workspace.bytes_once(file, limit).map_or(most, |bytes| bytes.len())).sum()
}

fn shown_elsewhere(entity: &Entity, node: &Node, of: &str) -> Diagnostic {
    let message = format!("the documentation is shown as that of `{of}`, because too many entities share it");
    Diagnostic::new(codes::PAGE_BUDGET, node.span, message)
        .label("no pages of its own")
        .help(format!("write `{ENTITY}: {of}` instead"))
        .entity(entity.reference.shared())
}

/// Finds the folder that `backstage.io/techdocs-ref` names. What is malformed is reported with the other annotations.
fn locate(workspace: &Workspace, entity: &Entity, node: &Node) -> Result<Option<Folder>, Box<Diagnostic>> {
    let Some((scheme, target)) = node.as_str().and_then(|text| text.trim().split_once(':')) else { return Ok(None) };
    let found = match scheme {
        "dir" if !target.is_empty() => workspace.locate_folder(entity.file, target),
        "url" => match workspace.locate_url(target) {
            UrlTarget::Local { folder, path } => match workspace.locate_folder_in(&folder, &path) {
                // Some point to the file that says where the documents are.
                Err(LocateError::IsFile) => workspace.locate_in(&folder, &path).map(|file| workspace.folder_of(file)),
                found => found,
            },
            UrlTarget::Elsewhere => Err(LocateError::NotLocal),
        },
        _ => return Ok(None),
    };
    found.map(Some).map_err(|error| {
        let (message, help) = match &error {
            LocateError::NotLocal => (
                format!("the documentation at `{target}` is not in a repository that is read"),
                "clone that repository into one of the folders that are read, or keep the documents beside the catalog file and write `dir:.`",
            ),
            LocateError::OutsideRepository => (
                format!("the documentation folder `{target}` lies outside of the repository"),
                "move the documents into the repository, and write a path in it",
            ),
            LocateError::IsFile => (
                format!("the documentation folder `{target}` is a file"),
                "write the folder that holds `mkdocs.yml`, such as `dir:.`",
            ),
            error => (
                format!("the documentation folder `{target}` is not there: {error}"),
                "correct the path, or write `dir:.` and put `docs/index.md` beside the catalog file",
            ),
        };
        let problem = Diagnostic::new(codes::DOCS_FOLDER_MISSING, node.span, message)
            .label("relative to the folder of the catalog file")
            .help(help)
            .entity(entity.reference.shared());
        Box::new(if scheme == "url" { problem.label("not found") } else { problem })
    })
}

fn nothing_there(workspace: &Workspace, folder: &Folder, entity: &Entity, node: &Node) -> Diagnostic {
    let place = if folder.path().is_empty() { "." } else { folder.path() };
    let written = node.as_str().unwrap_or_default().trim().trim_end_matches('/');
    // The folder of documents itself is named instead of the one that it is in.
    let above = written.strip_suffix("docs").filter(|above| above.ends_with(['/', ':']));
    let has_documents = || workspace.files_below(folder).iter().any(|file| workspace.path(*file).ends_with(".md"));
    let help = match above.filter(|_| has_documents()) {
        Some("dir:") => "write `dir:.`: the folder that `docs` is in".to_owned(),
        Some(above) => format!("write `{}`: the folder that `docs` is in", above.trim_end_matches('/')),
        None => "put `docs/index.md` into this folder, or remove the annotation".to_owned(),
    };
    Diagnostic::new(codes::DOCS_FOLDER_MISSING, node.span, format!("there is no documentation in `{place}`"))
        .label("no document in the folder of `mkdocs.yml`, no folder `docs`, no `README.md`")
        .help(help)
        .entity(entity.reference.shared())
}

/// Finds the entities that show the documentation of another one.
fn aliases(catalog: &Catalog, sites: &[DocsSite], diagnostics: &mut Diagnostics) -> Vec<DocsAlias> {
    let by_entity: HashMap<EntityId, usize> = sites.iter().enumerate().map(|(at, site)| (site.entity, at)).collect();
    let mut aliases = Vec::new();
    for (id, entity) in catalog.iter() {
        let Some(node) = entity.annotation_node(ENTITY) else { continue };
        let Some(text) = node.as_str() else { continue };
        // A reference that cannot be read or dangles is reported with the other annotations.
        let Ok(target) = EntityRef::parse(text, Some("component"), "default") else { continue };
        let Some(target_id) = catalog.find(target.as_str()) else { continue };
        let Some(site) = by_entity.get(&target_id) else {
            diagnostics.push(
                Diagnostic::new(
                    codes::DOCS_FOLDER_MISSING,
                    node.span,
                    format!("`{target}` has no documentation that could be shown here"),
                )
                .label("this entity has none")
                .help(format!("give `{target}` the annotation `{REF}`, or name an entity that has it"))
                .entity(entity.reference.shared()),
            );
            continue;
        };
        let path = entity.annotation(ENTITY_PATH).unwrap_or("").trim();
        let path = path.split(['#', '?']).next().unwrap_or("").trim_matches('/');
        let known = sites[*site].page(path).map(|page| page.path.clone());
        if !path.is_empty() && known.is_none() {
            let near = crate::text::nearest(path, sites[*site].pages.iter().map(|page| page.path.as_str()));
            let problem = Diagnostic::new(
                codes::BROKEN_LINK,
                entity.annotation_node(ENTITY_PATH).unwrap_or(node).span,
                format!("the documentation of `{target}` has no page `{path}`"),
            )
            .entity(entity.reference.shared());
            diagnostics.push(match near {
                Some(near) => problem.help(format!("write `/{near}`")),
                None => problem.help("write the path of a page, such as `/guide/setup`"),
            });
        }
        let path = known.unwrap_or_else(|| {
            let root = sites[*site].root();
            root.map(|page| sites[*site].pages[page].path.clone()).unwrap_or_default()
        });
        aliases.push(DocsAlias { entity: id, site: *site, path });
    }
    aliases
}

#[cfg(test)]
mod tests;
