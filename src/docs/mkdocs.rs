//! `mkdocs.yml`: the settings that matter here, each with its place.

use std::sync::LazyLock;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::version_names::LATEST;
use crate::config::{self, VersionsConfig};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::markdown::techdocs;
use crate::text::{FileId, Span};
use crate::workspace::{Folder, ReadError, Workspace};
use crate::yaml::{self, Entry, Map, Node, Value};

/// How often one file may inherit from another.
const MAX_INHERIT: usize = 8;

/// How deep the navigation may be nested.
const MAX_NAV_DEPTH: usize = 32;

/// Plugins whose work is done here, or that do nothing to what readers see.
const PLUGINS: &[&str] = &[
    "autolinks",
    "gh-admonitions",
    "git-authors",
    "git-committers",
    "git-committers-2",
    "git-revision-date",
    "git-revision-date-localized",
    "glightbox",
    "group",
    "htmlproofer",
    "material/group",
    "material/offline",
    "material/optimize",
    "material/privacy",
    "material/search",
    "material/social",
    "mermaid2",
    "minify",
    "monorepo",
    "offline",
    "optimize",
    "privacy",
    "redirects",
    "rss",
    "search",
    "social",
    "techdocs-core",
];

/// What readers lose without a plugin that is not there.
const LOST: &[(&str, &str)] = &[
    ("api-autonav", "pages made from source code are missing"),
    ("autorefs", "references to headings of other pages stay text"),
    ("awesome-nav", "`.nav.yml` files are not read; the order is that of the files"),
    ("awesome-pages", "`.pages` files are not read; the order is that of the files"),
    ("blog", "its lists of posts, archives and categories are missing"),
    ("drawio", "diagrams of draw.io are links to their files"),
    ("exclude", "the files that it leaves out are published; name them in `exclude_docs` instead"),
    ("exclude-search", "pages that it keeps from the search are found"),
    ("gen-files", "the pages that it makes are missing"),
    ("i18n", "languages are not told apart; each translation is a page of its own"),
    ("include-markdown", "`{% include %}` stays text; snippets (`--8<--`) are read"),
    ("jupyter", "notebooks are files to download"),
    ("kroki", "diagrams are shown as their source"),
    ("literate-nav", "`SUMMARY.md` is a page; the order is that of the files"),
    ("macros", "`{{ … }}` and `{% … %}` stay text"),
    ("mike", "there is one version"),
    ("mkdocstrings", "`:::` blocks stay text; nothing is made from source code"),
    ("multirepo", "documents of other repositories are missing"),
    ("plantuml", "diagrams are shown as their source"),
    ("print-site", "the page for printing all is missing"),
    ("section-index", "the index of a section is an entry below it"),
    ("simple", "documents outside of `docs_dir` are missing"),
    ("static-i18n", "languages are not told apart; each translation is a page of its own"),
    ("swagger-ui-tag", "`<swagger-ui>` shows nothing; an API entity with the definition has a reference"),
    ("table-reader", "`{{ read_csv() }}` and the like stay text"),
    ("tags", "lists of tags are missing"),
    ("with-pdf", "there is no PDF"),
];

/// The settings of one documentation site.
#[derive(Debug)]
pub(super) struct MkDocs {
    pub(super) file: FileId,
    /// Whether nothing could be read, which is reported already.
    pub(super) is_empty: bool,
    pub(super) site_name: Option<String>,
    /// Whether there is a name, even if only the environment knows it.
    pub(super) is_named: bool,
    pub(super) description: Option<String>,
    /// The folder of documents and where it was set.
    pub(super) docs_dir: (String, Span),
    pub(super) nav: Option<Vec<RawNav>>,
    /// Whether MkDocs gives each page a folder of its own, as is done here.
    pub(super) directory_urls: bool,
    pub(super) repo_url: Option<String>,
    /// `None` if it is not set; empty switches editing off.
    pub(super) edit_uri: Option<String>,
    pub(super) edit_uri_template: Option<String>,
    /// Documents that are no pages.
    pub(super) excluded: Gitignore,
    /// Pages that a navigation made from files leaves out.
    pub(super) not_in_nav: Gitignore,
    /// How documents are read.
    pub(super) markdown: techdocs::Options,
    /// `redirect_maps` of the plugin `redirects`.
    pub(super) redirects: Vec<RawRedirect>,
    /// Whether a path that begins with `/` is one from the folder of documents, in documents and in `nav`.
    pub(super) absolute_is_docs: (bool, bool),
    /// The files of `auto_append`, which every document ends with.
    pub(super) appended: Vec<(String, Span)>,
    /// The folders of `base_path`, where included files are looked for.
    pub(super) bases: Vec<(String, Span)>,
    /// The theme's settings for navigation and contents.
    pub(super) look: Look,
    /// What `extra.versions` says.
    pub(super) versions: Option<Box<VersionsConfig>>,
    pub(super) site_url: Option<String>,
}

/// One entry of `redirect_maps` as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawRedirect {
    /// The path that a document had.
    pub(super) from: String,
    pub(super) from_span: Span,
    /// Where it is now.
    pub(super) to: String,
    pub(super) to_span: Span,
}

/// One entry of `nav` as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RawNav {
    /// A path of a document, or an address.
    Item {
        title: Option<String>,
        target: String,
        span: Span,
    },
    Section {
        title: String,
        items: Vec<RawNav>,
    },
    /// Another `mkdocs.yml`, or several by a pattern.
    Include {
        title: Option<String>,
        target: String,
        pattern: bool,
        span: Span,
    },
}

impl MkDocs {
    /// Reads the settings of a folder; `None` if it has no `mkdocs.yml`.
    pub(super) fn find(workspace: &Workspace, folder: &Folder, problems: &mut Diagnostics) -> Option<Self> {
        // Backstage looks for them in this order.
        let file = ["mkdocs.yaml", "mkdocs.yml"].iter().find_map(|name| workspace.locate_in(folder, name).ok())?;
        Some(Self::read(workspace, file, problems))
    }

    /// Reads the settings of a file.
    pub(super) fn read(workspace: &Workspace, file: FileId, problems: &mut Diagnostics) -> Self {
        let root = inherited(workspace, file, MAX_INHERIT, problems);
        let mut reader = Reader { file, root: &root, problems, lost_plugins: Vec::new() };
        let docs_dir = reader.text_node("docs_dir").map_or_else(
            || ("docs".to_owned(), Span::whole(file)),
            |node| (node.as_str().unwrap_or("docs").trim().to_owned(), node.span),
        );
        let patterns = [reader.text("exclude_docs"), reader.text("draft_docs")];
        let mut own = patterns.iter().flatten().flat_map(|text| text.lines()).peekable();
        let excluded = match own.peek() {
            Some(_) => patterns_of(ALWAYS_EXCLUDED.iter().copied().chain(own)),
            None => EXCLUDED.clone(),
        };
        let not_in_nav = reader.text("not_in_nav").unwrap_or_default();
        let redirects = reader.plugins();
        let versions = reader.versions();
        reader.hooks();
        reader.appearance();
        let absolute = |part: &str| {
            let validation = root.get("validation")?;
            let own = validation.get(part).and_then(|own| own.get("absolute_links"));
            own.or_else(|| validation.get("absolute_links"))?.as_str().map(|value| value.trim() == "relative_to_docs")
        };
        let [appended, bases] = ["auto_append", "base_path"].map(|key| snippet_setting(&root, key));
        Self {
            file,
            is_empty: root.entries().is_empty(),
            site_name: reader.text("site_name"),
            // What stood for a variable keeps its place; a key without a value has none.
            is_named: root.get("site_name").is_some_and(|node| !node.span.range().is_empty()),
            description: reader.text("site_description"),
            docs_dir,
            nav: reader.nav(),
            directory_urls: root.get("use_directory_urls").and_then(Node::as_bool) != Some(false),
            repo_url: reader.text("repo_url"),
            edit_uri: reader.text_node("edit_uri").and_then(Node::as_str).map(str::to_owned),
            edit_uri_template: reader.text("edit_uri_template"),
            excluded,
            not_in_nav: patterns_of(not_in_nav.lines()),
            markdown: reader.markdown(),
            redirects,
            absolute_is_docs: (absolute("links").unwrap_or(false), absolute("nav").unwrap_or(false)),
            appended,
            bases,
            look: Look::read(&root),
            versions,
            site_url: reader.text("site_url"),
        }
    }
}

/// Begins the path of a base folder that is that of the page: `!relative`.
pub(super) const PAGE_DIR: &str = "$page_dir";

/// Returns the folders that a `base_path` means: `!relative` of MkDocs names three of them.
pub(super) fn base_folders(base: &str, docs_dir: &str) -> Vec<String> {
    let base = base.trim();
    if let Some(rest) = base.strip_prefix("$config_dir") {
        return vec![format!("./{}", rest.trim_start_matches('/'))];
    }
    if let Some(rest) = base.strip_prefix("$docs_dir") {
        return vec![format!("{docs_dir}{rest}")];
    }
    // A tag that is not known leaves an empty text.
    if base.is_empty() { vec![PAGE_DIR.to_owned(), ".".to_owned()] } else { vec![base.to_owned()] }
}

/// Returns the texts of a setting of `pymdownx.snippets`, each with its place.
fn snippet_setting(root: &Map, key: &str) -> Vec<(String, Span)> {
    const NAME: &str = "pymdownx.snippets";
    let Some(extensions) = root.get("markdown_extensions") else { return Vec::new() };
    let settings = match extensions.as_seq() {
        Some(items) => items.iter().find_map(|item| item.get(NAME)),
        None => extensions.get(NAME),
    };
    let Some(node) = settings.and_then(|settings| settings.get(key)) else { return Vec::new() };
    let texts = node.as_seq().unwrap_or(std::slice::from_ref(node));
    texts.iter().filter_map(|text| Some((text.as_str()?.trim().to_owned(), text.span))).collect()
}

/// The features of the theme: `theme.features`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Look {
    /// All sections of the navigation are open (`navigation.expand`).
    pub expanded: bool,
    /// The sections of the first level are open (`navigation.sections`).
    pub sections: bool,
    /// The first level is shown above the page, too (`navigation.tabs`).
    pub tabs: bool,
    /// The title of a section leads to its index (`navigation.indexes`).
    pub indexes: bool,
}

impl Look {
    fn read(root: &Map) -> Self {
        let features = root.get("theme").and_then(|theme| theme.get("features")).and_then(Node::as_seq);
        let has = |name: &str| features.is_some_and(|features| features.iter().any(|it| it.as_str() == Some(name)));
        Self {
            expanded: has("navigation.expand"),
            sections: has("navigation.sections"),
            tabs: has("navigation.tabs"),
            indexes: has("navigation.indexes"),
        }
    }
}

/// What MkDocs never publishes.
const ALWAYS_EXCLUDED: &[&str] = &[".*", "/templates/"];

/// The patterns of the many sites that exclude nothing of their own.
static EXCLUDED: LazyLock<Gitignore> = LazyLock::new(|| patterns_of(ALWAYS_EXCLUDED.iter().copied()));

/// Returns whether the plugin `techdocs-core` is configured to read the `///` blocks of pymdownx.
fn uses_blocks(plugins: &Node) -> bool {
    let told = |settings: Option<&Node>| {
        settings.and_then(|settings| settings.get("use_pymdownx_blocks")).and_then(Node::as_bool) == Some(true)
    };
    match plugins.as_seq() {
        Some(items) => items.iter().any(|item| told(item.get("techdocs-core"))),
        None => told(plugins.get("techdocs-core")),
    }
}

/// Maximum number and length of patterns: up to a thousand are compiled together.
const MAX_PATTERNS: usize = 2_000;
const MAX_PATTERN: usize = 1_000;

fn patterns_of<'a>(lines: impl Iterator<Item = &'a str>) -> Gitignore {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Gitignore::empty();
    }
    let mut builder = GitignoreBuilder::new("");
    for line in lines.filter(|line| line.len() <= MAX_PATTERN).take(MAX_PATTERNS) {
        // A pattern that cannot be read matches nothing.
        let _ = builder.add_line(None, line.trim());
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// Reports a document that cannot be read.
pub(super) fn unreadable(error: &ReadError, file: FileId) -> Diagnostic {
    let (code, span, help) = match error {
        ReadError::TooLarge { .. } => {
            (codes::FILE_TOO_LARGE, Span::whole(file), "split the file, or raise `limits.document` in playbill.yaml")
        }
        ReadError::NotUtf8 { offset } => {
            let offset = usize::try_from(*offset).unwrap_or(0);
            (codes::NOT_UTF8, Span::new(file, offset, offset + 1), "save the file as UTF-8")
        }
        ReadError::Unreadable(_) => (codes::UNREADABLE_FILE, Span::whole(file), "make the file readable"),
    };
    Diagnostic::new(code, span, format!("this document is left out: {error}")).help(help)
}

/// Returns whether the patterns name the path or a folder above it.
pub(super) fn matches(patterns: &Gitignore, path: &str) -> bool {
    !patterns.is_empty() && patterns.matched_path_or_any_parents(path, false).is_ignore()
}

/// Reads a file with what it inherits: mappings are joined, everything else is replaced.
fn inherited(workspace: &Workspace, file: FileId, left: usize, problems: &mut Diagnostics) -> Map {
    let root = document(workspace, file, problems);
    let Some(parent) = root.get("INHERIT").filter(|_| left > 0) else { return root };
    let found = parent.as_str().map(|target| workspace.locate(file, target));
    let Some(Ok(base)) = found else {
        let reason = match found {
            Some(Err(error)) => format!("`INHERIT` leads nowhere: {error}"),
            _ => "`INHERIT` must be a path".to_owned(),
        };
        problems.push(invalid(parent.span, reason).help("write the path of another `mkdocs.yml`, or remove the line"));
        return root;
    };
    let base = inherited(workspace, base, left - 1, problems);
    merged(&base, &root)
}

fn merged(base: &Map, over: &Map) -> Map {
    let mut result = base.clone();
    for entry in over.entries() {
        let joined = match (base.get(&entry.key).and_then(Node::as_map), entry.value.as_map()) {
            (Some(below), Some(above)) => {
                let value = Value::Map(std::sync::Arc::new(merged(below, above)));
                Entry { value: Node { span: entry.value.span, value }, ..entry.clone() }
            }
            _ => entry.clone(),
        };
        result.set(joined);
    }
    result
}

/// Reads the mapping of a file; faults are reported and leave an empty one.
fn document(workspace: &Workspace, file: FileId, problems: &mut Diagnostics) -> Map {
    let text = match workspace.text(file, workspace.config().limits.catalog_file) {
        Ok(text) => text,
        Err(error) => {
            problems.push(unreadable(&error, file));
            return Map::default();
        }
    };
    let (documents, faults) = yaml::parse(file, &text);
    // The documentation is built all the same, so these are not the errors they are in a catalog file.
    problems.extend(faults.into_iter().map(|fault| Diagnostic {
        code: codes::INVALID_MKDOCS,
        severity: codes::INVALID_MKDOCS.default_severity(),
        ..fault
    }));
    match documents.into_iter().find_map(|document| document.root) {
        Some(Node { value: Value::Map(map), .. }) => {
            let map = if text.contains("!ENV") { without_environment(&map, &text) } else { map.as_ref().clone() };
            if text.contains(PYTHON_NAME) { with_names(&map, &text, 0) } else { map }
        }
        Some(node) => {
            problems.push(
                invalid(node.span, format!("`mkdocs.yml` must be a mapping, not {}", node.kind_name()))
                    .help("start with `site_name: ` and the name of the documentation"),
            );
            Map::default()
        }
        None => Map::default(),
    }
}

/// Returns the settings without those that are the name of a variable of the environment, `!ENV NAME`. Whoever builds
/// has another one, so that it counts as unset; `!ENV [NAME, fallback]` is a list, and its reader takes the fallback.
fn without_environment(map: &Map, text: &str) -> Map {
    let mut result = map.clone();
    for entry in map.entries() {
        let is_name = matches!(entry.value.value, Value::Str(_))
            && (text.get(entry.value.span.range()).is_some_and(|source| source.starts_with("!ENV"))
                || text[..entry.value.span.range().start].trim_end().ends_with("!ENV"));
        if is_name {
            let value = Node { span: entry.value.span, value: Value::Null };
            result.set(Entry { value, ..entry.clone() });
        }
    }
    result
}

/// What comes before the name of a function of Python.
const PYTHON_NAME: &str = "!!python/name:";

/// Returns the settings with the names of functions as texts, where there is nothing behind them that would be the value.
fn with_names(map: &Map, text: &str, depth: usize) -> Map {
    let mut result = map.clone();
    for entry in map.entries() {
        let value = named(&entry.value, text, depth + 1);
        if value != entry.value {
            result.set(Entry { value, ..entry.clone() });
        }
    }
    result
}

fn named(node: &Node, text: &str, depth: usize) -> Node {
    if depth > MAX_NAV_DEPTH {
        return node.clone();
    }
    let value = match &node.value {
        Value::Map(map) => Value::Map(std::sync::Arc::new(with_names(map, text, depth))),
        Value::Seq(items) => Value::Seq(items.iter().map(|item| named(item, text, depth + 1)).collect()),
        // An unknown tag makes an empty text of nothing.
        value if *value == Value::Null || node.as_str() == Some("") => {
            let range = node.span.range();
            let (before, after) = (text.get(..range.start).unwrap_or(""), text.get(range.start..).unwrap_or(""));
            let word = if after.starts_with(PYTHON_NAME) {
                after
            } else {
                before.split_ascii_whitespace().next_back().unwrap_or("")
            };
            match word.strip_prefix(PYTHON_NAME).and_then(|name| name.split_ascii_whitespace().next()) {
                Some(name) => Value::Str(name.into()),
                None => return node.clone(),
            }
        }
        _ => return node.clone(),
    };
    Node { span: node.span, value }
}

/// Returns whether a script is there for what Playbill draws without one.
fn draws_what_is_drawn_here(script: &Node) -> bool {
    let path = script.as_str().or_else(|| script.get("path")?.as_str()).unwrap_or("").to_ascii_lowercase();
    ["mathjax", "katex", "mermaid", "polyfill"].iter().any(|known| path.contains(known))
}

pub(super) fn invalid(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(codes::INVALID_MKDOCS, span, message)
}

struct Reader<'a> {
    file: FileId,
    root: &'a Map,
    problems: &'a mut Diagnostics,
    /// The names of plugins that are not there.
    lost_plugins: Vec<String>,
}

impl<'a> Reader<'a> {
    fn text(&mut self, key: &str) -> Option<String> {
        let text = self.text_node(key)?.as_str()?.trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// Returns the node of a text; anything else is reported.
    fn text_node(&mut self, key: &str) -> Option<&'a Node> {
        let root = self.root;
        let node = root.get(key)?;
        match &node.value {
            Value::Str(_) => Some(node),
            // `!ENV [NAME, fallback]`: the environment of a build is nobody's input, the fallback is.
            Value::Seq(items) => items.last().filter(|last| last.as_str().is_some()),
            Value::Null | Value::Bool(false) => None,
            _ => {
                let problem = invalid(node.span, format!("`{key}` must be a text, not {}", node.kind_name()));
                self.problems.push(problem.help("put the value in quotes"));
                None
            }
        }
    }

    /// Reads `markdown_extensions`, a list or a mapping, on top of what mkdocs-techdocs-core switches on.
    fn markdown(&mut self) -> techdocs::Options {
        let blocks_syntax = self.root.get("plugins").is_some_and(uses_blocks);
        let mut options = techdocs::Options { blocks_syntax, ..techdocs::Options::default() };
        options.told = self.lost_plugins.clone();
        let Some(node) = self.root.get("markdown_extensions") else { return options };
        let null = Node { span: node.span, value: Value::Null };
        let mut named: Vec<(&str, Span, &Node)> = Vec::new();
        let of_map = |map: &'a Map| map.entries().iter().map(|entry| (&*entry.key, entry.key_span, &entry.value));
        match &node.value {
            Value::Map(map) => named.extend(of_map(map)),
            Value::Seq(items) => {
                for item in items.iter() {
                    match &item.value {
                        Value::Map(map) => named.extend(of_map(map)),
                        Value::Str(name) => named.push((name, item.span, &null)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        for (name, span, node) in named {
            let settings = serde_json::to_value(node).unwrap_or_default();
            let known = options.enable(name.trim(), &settings);
            if name.trim() == "pymdownx.superfences" {
                self.fences(node);
            }
            if name.trim() == "pymdownx.snippets" {
                let docs_dir = self.root.get("docs_dir").and_then(Node::as_str).unwrap_or("docs").trim();
                let bases = &mut options.snippets.base_paths;
                *bases = bases.iter().flat_map(|base| base_folders(base, docs_dir)).collect();
            }
            if !known {
                options.told.push(name.trim().to_owned());
                self.problems.push(
                    invalid(span, format!("the Markdown extension `{name}` has no effect here"))
                        .label("not an extension that is known")
                        .help("remove it, or make sure that the documents read well without it"),
                );
            }
        }
        options
    }

    /// Names the plugins that are not there with what is lost; returns the entries of `redirect_maps`.
    fn plugins(&mut self) -> Vec<RawRedirect> {
        let Some(node) = self.root.get("plugins") else { return Vec::new() };
        let mut named: Vec<(&str, Span, Option<&Node>)> = Vec::new();
        let of_map = |map: &'a Map| map.entries().iter().map(|entry| (&*entry.key, entry.key_span, Some(&entry.value)));
        match &node.value {
            Value::Seq(items) => {
                for item in items.iter() {
                    match &item.value {
                        Value::Str(name) => named.push((name, item.span, None)),
                        Value::Map(map) => named.extend(of_map(map)),
                        _ => {}
                    }
                }
            }
            Value::Map(map) => named.extend(of_map(map)),
            Value::Null => {}
            _ => self
                .problems
                .push(invalid(node.span, "`plugins` must be a list").help("write one plugin a line, each after `- `")),
        }
        let mut redirects = Vec::new();
        for (name, span, settings) in named {
            let name = name.trim();
            if name == "redirects" {
                let maps = settings.and_then(|settings| settings.get("redirect_maps")).and_then(Node::as_map);
                for entry in maps.into_iter().flat_map(Map::entries) {
                    let Some(to) = entry.value.as_str() else { continue };
                    redirects.push(RawRedirect {
                        from: entry.key.trim().to_owned(),
                        from_span: entry.key_span,
                        to: to.trim().to_owned(),
                        to_span: entry.value.span,
                    });
                }
            }
            let known = name.strip_prefix("material/").unwrap_or(name);
            if PLUGINS.contains(&name) {
                continue;
            }
            self.lost_plugins.push(known.to_owned());
            let lost = LOST.binary_search_by_key(&known, |(name, _)| name).ok().map(|at| LOST[at].1);
            self.problems.push(
                invalid(span, format!("the plugin `{name}` has no effect here"))
                    .label(lost.unwrap_or("not a plugin that is known"))
                    .help("remove it, or make sure that the documents read well without it"),
            );
        }
        redirects
    }

    /// Reads `extra.versions`; the names given to the theme in `extra.version` mean the latest.
    fn versions(&mut self) -> Option<Box<VersionsConfig>> {
        let extra = self.root.get("extra")?;
        let (versions, problems) = config::parse_versions(extra.get("versions")?);
        let of_settings = |problem: Diagnostic| Diagnostic { code: codes::INVALID_MKDOCS, ..problem };
        self.problems.extend(problems.into_iter().map(of_settings));
        let mut versions = Box::new(versions?);
        if let Some(default) = extra.get("version").and_then(|version| version.get("default")) {
            for name in default.as_seq().unwrap_or(std::slice::from_ref(default)).iter().filter_map(Node::as_str) {
                versions.aliases.entry(name.to_owned()).or_insert_with(|| LATEST.to_owned());
            }
            versions.aliases.remove(LATEST);
        }
        Some(versions)
    }

    /// Names the hooks, which are Python and do not run.
    fn hooks(&mut self) {
        let Some(node) = self.root.get("hooks") else { return };
        for hook in node.as_seq().unwrap_or_default() {
            let Some(name) = hook.as_str() else { continue };
            self.problems.push(
                invalid(hook.span, format!("the hook `{name}` does not run here"))
                    .label("what it changes in pages is missing, in Backstage too")
                    .help("remove it, or make sure that the documents read well without it"),
            );
        }
    }

    /// Names what an author adds to the theme of MkDocs, which is not the one that readers see here.
    fn appearance(&mut self) {
        let find = |map: &'a Map, key: &str| map.entries().iter().find(|entry| &*entry.key == key);
        let is_used = |node: &Node| match &node.value {
            Value::Null => false,
            Value::Seq(items) => items.iter().any(|item| !draws_what_is_drawn_here(item)),
            _ => true,
        };
        let root = self.root;
        let theme = root.get("theme").and_then(Node::as_map);
        let found = [
            (find(root, "extra_css"), "the style sheets of the portal are used"),
            (find(root, "extra_javascript"), "scripts of documents do not run"),
            (theme.and_then(|theme| find(theme, "custom_dir")), "the templates of the portal are used"),
        ];
        for (entry, label) in found {
            let Some(entry) = entry.filter(|entry| is_used(&entry.value)) else { continue };
            self.problems.push(
                invalid(entry.key_span, format!("`{}` has no effect here", entry.key))
                    .label(label)
                    .help("remove it, or make sure that the documents read well without it"),
            );
        }
    }

    /// Names the fences that become something else by a function of the author.
    fn fences(&mut self, settings: &Node) {
        const KNOWN: &[&str] = &["fence_code_format", "fence_div_format", "fence_mermaid", "arithmatex"];
        let fences = settings.get("custom_fences").and_then(Node::as_seq).unwrap_or_default();
        for fence in fences {
            let Some(function) = fence.get("format").and_then(Node::as_str).map(str::trim) else { continue };
            let Some(name) = fence.get("name") else { continue };
            if function.is_empty() || KNOWN.iter().any(|known| function.contains(known)) {
                continue;
            }
            let language = name.as_str().unwrap_or("*");
            self.problems.push(
                invalid(name.span, format!("code blocks in `{language}` are shown as their source"))
                    .label(format!("the function `{function}` does not run here"))
                    .help("remove it, or make sure that the documents read well without it"),
            );
        }
    }

    fn nav(&mut self) -> Option<Vec<RawNav>> {
        let node = self.root.get("nav")?;
        match &node.value {
            Value::Null => None,
            Value::Seq(items) if items.is_empty() => None,
            Value::Seq(items) => Some(items.iter().flat_map(|item| self.nav_item(item, 0)).collect()),
            Value::Map(map) => {
                self.problems
                    .push(invalid(node.span, "`nav` must be a list, not a mapping").help("put `- ` before each entry"));
                Some(map.entries().iter().filter_map(|entry| self.nav_entry(entry, 0)).collect())
            }
            _ => {
                self.problems.push(
                    invalid(node.span, format!("`nav` must be a list, not {}", node.kind_name()))
                        .label("the navigation is made from the files instead")
                        .help("write one entry a line, such as `- Home: index.md`"),
                );
                None
            }
        }
    }

    fn nav_item(&mut self, node: &'a Node, depth: usize) -> Vec<RawNav> {
        match &node.value {
            Value::Str(target) => vec![item(None, target, node.span)],
            Value::Map(map) => {
                if map.entries().len() > 1 {
                    let help = "put each entry on a line of its own that starts with `- `";
                    self.problems.push(invalid(node.span, "an entry of `nav` names more than one page").help(help));
                }
                map.entries().iter().filter_map(|entry| self.nav_entry(entry, depth)).collect()
            }
            Value::Seq(items) if depth < MAX_NAV_DEPTH => {
                items.iter().flat_map(|item| self.nav_item(item, depth + 1)).collect()
            }
            Value::Null => Vec::new(),
            _ => {
                let message = format!("an entry of `nav` must be a path or `Title: path`, not {}", node.kind_name());
                self.problems
                    .push(invalid(node.span, message).help("write the path of a document, in quotes if need be"));
                Vec::new()
            }
        }
    }

    fn nav_entry(&mut self, entry: &'a Entry, depth: usize) -> Option<RawNav> {
        let title = entry.key.trim().to_owned();
        match &entry.value.value {
            Value::Str(target) => Some(item(Some(title), target, entry.value.span)),
            Value::Seq(items) if depth < MAX_NAV_DEPTH => {
                let items = items.iter().flat_map(|item| self.nav_item(item, depth + 1)).collect();
                Some(RawNav::Section { title, items })
            }
            Value::Map(map) if depth < MAX_NAV_DEPTH => {
                let items = map.entries().iter().filter_map(|entry| self.nav_entry(entry, depth + 1)).collect();
                Some(RawNav::Section { title, items })
            }
            Value::Null => {
                let problem = invalid(entry.key_span, format!("the entry `{title}` of `nav` names no page"));
                self.problems.push(problem.help(format!("write `{title}: ` and the path of a document")));
                None
            }
            _ => {
                let message = format!("the entry `{title}` of `nav` must be a path or a list");
                let span = if entry.value.span.file == self.file { entry.value.span } else { entry.key_span };
                self.problems.push(invalid(span, message).help("write the path of a document, in quotes if need be"));
                None
            }
        }
    }
}

fn item(title: Option<String>, target: &str, span: Span) -> RawNav {
    let target = target.trim();
    let include =
        |rest: &str, pattern| RawNav::Include { title: title.clone(), target: rest.trim().to_owned(), pattern, span };
    if let Some(rest) = target.strip_prefix("!include ") {
        include(rest, false)
    } else if let Some(rest) = target.strip_prefix("*include ") {
        include(rest, true)
    } else {
        RawNav::Item { title, target: target.to_owned(), span }
    }
}
