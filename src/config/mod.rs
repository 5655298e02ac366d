//! `playbill.yaml`, and what fits from `app-config.yaml`: one [`Config`] with every default filled in.
//!
//! Owns the keys, their documentation and JSON Schema, and the messages about wrong ones. Reads text it is given; does
//! not look for files.
//!
//! Every key is defined once, in the table of `keys.rs`; checking, the JSON Schema and the manual follow from it. Only
//! filling in the [`Config`] is written by hand, in `read.rs`.

mod adopt;
mod app_config;
mod check;
mod filter;
mod keys;
mod manual;
mod read;
mod schema;
mod shape;
mod values;
mod versions;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use globset::GlobSet;

pub(crate) use adopt::{Adoption, adopt};
pub use app_config::parse_app_config;
pub use filter::{Filter, Property, Term};
#[cfg(test)]
pub(crate) use keys::{CARDS, HOSTS, TABS};
pub use manual::manual;
pub use read::{base_url, parse, parse_search_file, parse_versions};
pub use schema::json_schema;
pub(crate) use values::period;
pub use values::{glob, parse_period};
pub use versions::VersionsConfig;

use crate::diag::{Severities, Severity};
use crate::registry;
use crate::text::Span;
use crate::yaml::Node;

macro_rules! kind_names {
    ($($module:ident :: $kind:ident $name:literal,)*) => { &[$($name),*] };
}

/// Kinds that exist without configuration.
pub const BUILT_IN_KINDS: &[&str] = registry::kinds!(kind_names);

/// Everything that can be configured, defaults filled in.
#[derive(Debug, Clone)]
pub struct Config {
    /// Name of the portal, shown in the top bar and in titles.
    pub title: String,
    /// Name of the organisation.
    pub organization: Option<String>,
    /// One sentence for the home page, Markdown.
    pub description: Option<String>,
    /// Markdown file that is the home page, relative to the configuration file.
    pub home: Option<String>,
    /// Absolute address at which the site is published, for the sitemap and canonical links; ends in `/`.
    pub base_url: Option<String>,
    /// Folders to scan when the command line names none, relative to the configuration file.
    pub paths: Vec<String>,
    /// Where `build` writes, relative to the configuration file.
    pub output: String,
    /// Folder whose files replace those of the built-in theme.
    pub theme: Option<String>,
    /// Colour of links, as red, green and blue.
    pub accent: Option<[u8; 3]>,
    /// Picture in the top bar, relative to the configuration file.
    pub logo: Option<String>,
    /// Style sheet of the organisation's own, relative to the configuration file.
    pub css: Option<String>,
    /// A sentence above every page, Markdown.
    pub announcement: Option<String>,
    /// Folder with announcements, relative to the configuration file; nothing for the usual one.
    pub announcements: Option<String>,
    /// Whether badges are written.
    pub badges: bool,
    /// Forms in which text files are written a second time, among `gzip` and `brotli`.
    pub precompress: Vec<String>,
    /// What the pages of some entities show; the first that fits an entity holds.
    pub entity_pages: Vec<EntityPage>,
    /// How heavy the site may be.
    pub budgets: Budgets,
    /// Lists of entities with pages of their own.
    pub views: Vec<SavedView>,
    /// Further columns of lists of entities.
    pub columns: Vec<ConfigColumn>,
    /// Links of the organisation for the top bar and the home page.
    pub links: Vec<ConfigLink>,
    /// What runs at git hosts, by host name in lower case.
    pub hosts: BTreeMap<String, String>,
    /// What belongs to the catalog.
    pub catalog: CatalogConfig,
    /// What search finds.
    pub search: SearchConfig,
    /// Saved answers of other tools.
    pub snapshots: SnapshotsConfig,
    /// Packs of repositories.
    pub packs: PacksConfig,
    /// Globs of files with dashboards.
    pub dashboards: Vec<String>,
    /// How problems are judged.
    pub check: CheckConfig,
    /// How software templates are run.
    pub templates: TemplatesConfig,
    /// Where people and teams come from, beside catalog files.
    pub org: Vec<OrgConfig>,
    /// What pages of documentation say beside their text.
    pub docs: DocsConfig,
    /// Decision records.
    pub adr: AdrConfig,
    /// Scorecards.
    pub scorecards: ScorecardsConfig,
    /// `techInsights` of `app-config.yaml`, as it is written.
    pub tech_insights: Option<Node>,
    /// Tech radars.
    pub radar: Vec<RadarConfig>,
    /// The address of the radar that Backstage reads.
    pub radar_url: Option<String>,
    /// Versions of documentation sites.
    pub versions: Vec<VersionsConfig>,
    /// Sizes beyond which input is refused.
    pub limits: Limits,
    /// Where the values are, for problems that show only when they are used.
    pub places: Places,
}

/// Where the values of a configuration are, by key path such as `catalog.locations[0]`.
#[derive(Clone, Default)]
pub struct Places(BTreeMap<String, Span>);

impl Places {
    /// Returns where a value is; `None` if it was not written in `playbill.yaml`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Span> {
        self.0.get(path).copied()
    }
}

/// Places are no part of what is configured, so that configurations print the same wherever they come from.
impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// What the pages of some entities show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntityPage {
    /// Which entities.
    pub filter: Filter,
    /// Names of tabs in their order; empty for all.
    pub tabs: Vec<String>,
    /// Names of cards that come first in their column, in their order.
    pub cards: Vec<String>,
    /// Names of cards that are left out.
    pub hide: Vec<String>,
}

/// A column that the organisation adds to lists of entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigColumn {
    /// The heading of the column.
    pub title: String,
    /// Where the value is in an entity, such as `metadata.labels.tier`.
    pub path: String,
    /// For which entities.
    pub filter: Filter,
}

/// How heavy a site may be; what is not set is not looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budgets {
    /// Bytes of a page with its style sheets and scripts.
    pub page: Option<u64>,
    /// Files that a page loads: itself, its style sheets and its scripts.
    pub requests: Option<usize>,
    /// Files of the site.
    pub files: Option<usize>,
    /// Bytes of the site.
    pub site: Option<u64>,
}

/// A list of entities that the organisation saved under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// The heading of its page.
    pub title: String,
    /// What it is for, in one sentence.
    pub description: Option<String>,
    /// Which entities it has.
    pub filter: Filter,
    /// Its columns beside the name; none for those of its kind.
    pub columns: Vec<ViewColumn>,
    /// What its rows are in order of; without it, kind and title.
    pub sort: Option<ViewSort>,
}

/// A column of a saved view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewColumn {
    /// One that Playbill has, by its key.
    Known(&'static str),
    /// One of [`Config::columns`], by its place.
    Own(usize),
}

/// The order of the rows of a saved view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewSort {
    /// One of [`VIEW_SORTS`], without a sign.
    pub by: &'static str,
    /// Whether the last comes first.
    pub is_reversed: bool,
}

/// The columns that saved views can choose, beside the organisation's own.
pub const VIEW_COLUMNS: &[&str] = &["kind", "system", "owner", "type", "lifecycle", "impact", "description", "tags"];
/// What the rows of a saved view can be in order of; a minus before it turns the order round.
pub const VIEW_SORTS: &[&str] = &[
    "name",
    "-name",
    "kind",
    "-kind",
    "system",
    "-system",
    "owner",
    "-owner",
    "type",
    "-type",
    "lifecycle",
    "-lifecycle",
];

/// A link that the organisation configures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigLink {
    /// The text to show.
    pub title: String,
    /// The target address.
    pub url: String,
    /// A key of the icon set.
    pub icon: Option<String>,
}

/// Which files are read and which entities are accepted.
#[derive(Debug, Clone, Default)]
pub struct CatalogConfig {
    /// File names and globs that start the catalog, besides `catalog-info.yaml` and `catalog-info.yml`.
    pub files: Vec<String>,
    /// Which file counts of several that describe the same entity, as globs: those of earlier ones first.
    pub precedence: Vec<String>,
    /// Paths to skip, as globs relative to the scanned root.
    pub exclude: Vec<String>,
    /// Further files to start from: paths or globs relative to the configuration file, or URLs.
    pub locations: Vec<String>,
    /// Allowed kinds; empty allows all.
    pub rules: Vec<AllowRule>,
    /// Files with extra data for entities, paths or globs.
    pub overlays: Vec<String>,
    /// Names of annotations and paths of fields that hold secrets, globs; with `!` those that do not. The last one that
    /// fits holds.
    pub secrets: Vec<String>,
    /// Names of annotations and paths of fields that are left out, globs.
    pub private: Vec<String>,
    /// Kinds of the organisation's own.
    pub kinds: Vec<CustomKind>,
}

/// One entry of `catalog.rules`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowRule {
    /// Allowed kinds, compared without case, each with the `spec.type` it must have, if any.
    pub allow: Vec<(String, Option<String>)>,
    /// Files for which the rule holds, globs; empty for all.
    pub locations: Vec<String>,
}

/// A kind that the organisation adds.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomKind {
    /// The name, such as `Vehicle`; compared exactly.
    pub name: String,
    /// Accepted values of `apiVersion`; empty accepts any.
    pub api_versions: Vec<String>,
    /// JSON Schema of `spec`; `None` accepts any mapping.
    pub schema: Option<serde_json::Value>,
    /// Fields of `spec` that hold references.
    pub relations: Vec<CustomRelation>,
    /// Name in the plural for lists; the name with an `s` by default.
    pub plural: Option<String>,
}

/// A field of a custom kind that makes a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRelation {
    /// The field of `spec`, a text or a list of texts.
    pub field: String,
    /// The relation from the entity, such as `dependsOn`.
    pub relation: String,
    /// The relation from the target back, such as `dependencyOf`.
    pub inverse: String,
    /// The kind of a reference that names none.
    pub default_kind: Option<String>,
}

/// What search finds, and how it is tested.
#[derive(Debug, Clone, Default)]
pub struct SearchConfig {
    /// Files that search skips, as reports name them.
    pub exclude: GlobSet,
    /// Files that count more or less; the last that fits holds.
    pub boosts: Vec<Boost>,
    /// Groups of words that mean the same.
    pub synonyms: Vec<Vec<String>>,
    /// How many bytes the index may have.
    pub budget: Option<u64>,
    /// Queries with what must be found.
    pub tests: Vec<SearchTest>,
    /// Files with further synonyms and tests, relative to the configuration file.
    pub files: Vec<String>,
}

/// How much more some files count for search.
#[derive(Debug, Clone)]
pub struct Boost {
    /// Which files, as reports name them.
    pub files: GlobSet,
    /// By how much.
    pub factor: f64,
}

/// A query with what must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTest {
    /// Where it says what is expected.
    pub place: Span,
    /// What is typed.
    pub query: String,
    /// An address below the site, or the reference of an entity.
    pub expect: String,
    /// Among how many results it must be.
    pub within: usize,
}

/// Saved answers of other tools.
#[derive(Debug, Clone)]
pub struct SnapshotsConfig {
    /// Folders, relative to the configuration file.
    pub folders: Vec<String>,
    /// For how long any answer is fresh, in seconds.
    pub ttl: Option<i64>,
    /// What is left out, among `people` and `hosts`.
    pub redact: Vec<String>,
    /// Sources by the name of their folder.
    pub sources: BTreeMap<String, SnapshotSource>,
}

impl Default for SnapshotsConfig {
    fn default() -> Self {
        Self { folders: vec!["snapshots".to_owned()], ttl: None, redact: Vec::new(), sources: BTreeMap::new() }
    }
}

/// Packs of repositories.
#[derive(Debug, Clone, Default)]
pub struct PacksConfig {
    /// The repositories whose packs are read; empty for all.
    pub sources: Vec<PackSource>,
}

/// Repositories whose packs are read, and what they may describe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackSource {
    /// The names of the repositories, a glob.
    pub slug: String,
    /// The namespaces that entities may have; empty for any.
    pub namespaces: Vec<String>,
    /// The kinds that entities may have, compared without case; empty for any.
    pub kinds: Vec<String>,
    /// Whether there must be such a pack.
    pub required: bool,
    /// How old the packed commit may be, in seconds.
    pub max_age: Option<i64>,
}

/// What is configured of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotSource {
    /// For how long an answer is fresh, in seconds.
    pub ttl: Option<i64>,
    /// Entities that should have it.
    pub expect: Option<Filter>,
    /// The address of the server, without a `/` at its end.
    pub url: Option<String>,
    /// What its cards are called.
    pub title: Option<String>,
    /// `annotation:` and a name, or `entityRef`.
    pub key: String,
    /// The name of the file of a key.
    pub part: String,
    /// What is shown.
    pub fields: Vec<SnapshotField>,
}

/// A value that a source of one's own shows.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotField {
    /// Its title.
    pub title: String,
    /// Keys and positions, joined by points.
    pub path: String,
    /// What it is, if that is configured.
    pub kind: Option<String>,
    /// The unit after a number.
    pub unit: String,
    /// When it is good.
    pub ok: Option<(&'static str, f64)>,
    /// When it is worth a look.
    pub warn: Option<(&'static str, f64)>,
    /// The name of the fact that it is.
    pub fact: Option<String>,
}

/// How problems are judged.
#[derive(Debug, Clone, Default)]
pub struct CheckConfig {
    /// Severities by rule, family or path.
    pub severities: Severities,
    /// File of accepted problems, relative to the configuration file.
    pub baseline: Option<String>,
    /// Values of `spec.type` by kind that are wanted; a kind that is absent is not checked.
    pub types: BTreeMap<String, Vec<String>>,
    /// Values of `spec.lifecycle` that are wanted; empty accepts any.
    pub lifecycles: Vec<String>,
    /// Rules of one's own.
    pub policies: Vec<Policy>,
}

/// A system that knows people and teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrgType {
    /// An organisation at GitHub.
    GitHub,
    /// A directory.
    Ldap,
    /// A tenant of Microsoft Entra.
    MsGraph,
    /// An organisation at Okta.
    Okta,
}

/// What holds for an entity that a catalog file describes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrgMerge {
    /// The file alone.
    #[default]
    Yaml,
    /// What the file says, and for the rest the answer.
    Overlay,
    /// It is a duplicate.
    Error,
}

/// Where people and teams come from.
#[derive(Debug, Clone)]
pub struct OrgConfig {
    /// Its place in the list.
    pub number: usize,
    /// The system.
    pub kind: OrgType,
    /// The saved answers: a folder or a pattern.
    pub files: String,
    /// The login of an organisation at GitHub.
    pub org: Option<String>,
    /// The address of the server, for the script.
    pub url: Option<String>,
    /// Whether suspended users are left out.
    pub exclude_suspended: bool,
    /// The program of a directory.
    pub vendor: String,
    /// Users of a directory.
    pub users: Option<OrgLdap>,
    /// Groups of a directory.
    pub groups: Option<OrgLdap>,
    /// What names of users are made from.
    pub user_naming: String,
    /// What names of groups are made from.
    pub group_naming: String,
    /// Whether groups without members are kept.
    pub include_empty: bool,
    /// The path of what identifies a group.
    pub hierarchy_key: Option<String>,
    /// The path of what identifies its parent.
    pub hierarchy_parent: Option<String>,
    /// Attributes that become annotations.
    pub annotations: Vec<String>,
    /// What holds for an entity that a catalog file describes too.
    pub merge: OrgMerge,
    /// The share of the users and of the groups of the published portal that has to be left, from 0 to 1.
    pub minimum: Option<f64>,
}

/// A part of a directory.
#[derive(Debug, Clone, Default)]
pub struct OrgLdap {
    /// The saved answers.
    pub files: String,
    /// Below which entry the script searches.
    pub dn: Option<String>,
    /// The filter of the search.
    pub filter: Option<String>,
    /// The attributes from which fields come.
    pub map: BTreeMap<String, String>,
    /// Values to set, by path.
    pub set: Vec<(String, serde_json::Value)>,
}

/// How software templates are run.
#[derive(Debug, Clone, Default)]
pub struct TemplatesConfig {
    /// Folders with copies of what lies on other hosts, by the address that they replace.
    pub mirrors: BTreeMap<String, String>,
    /// Further actions, each with an example of its outputs.
    pub actions: BTreeMap<String, BTreeMap<String, String>>,
    /// Filters of the user's own Backstage.
    pub filters: Vec<String>,
    /// The repository in which an issue asks for a run.
    pub requests: Option<String>,
    /// The workflow that runs templates.
    pub workflow: Option<String>,
    /// Programs with their arguments that do what remote actions would.
    pub commands: BTreeMap<String, Vec<String>>,
}

/// Where scorecards are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScorecardsConfig {
    /// Globs of scorecard files.
    pub files: Vec<String>,
    /// Globs of files of facts.
    pub facts: Vec<String>,
    /// The file of earlier results, relative to the configuration file.
    pub history: Option<String>,
}

impl Default for ScorecardsConfig {
    fn default() -> Self {
        Self {
            files: vec!["scorecards/*.{yaml,yml}".to_owned()],
            facts: vec!["facts/*.{yaml,yml,json}".to_owned()],
            history: None,
        }
    }
}

/// A rule of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name in reports.
    pub id: String,
    /// For which entities.
    pub filter: Filter,
    /// A condition that has to be true for the policy to say anything.
    pub when: Option<String>,
    /// The condition.
    pub pass: String,
    /// How bad it is to break it.
    pub severity: Severity,
    /// What is wrong with who breaks it.
    pub message: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// Its place in the list, by which `check.policies[…]` of [`Config::places`] is found.
    pub at: usize,
}

/// A tech radar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RadarConfig {
    /// Its file, relative to the configuration file.
    pub file: String,
    /// Its title.
    pub title: Option<String>,
    /// Its name in addresses.
    pub id: Option<String>,
}

/// What pages of documentation say beside their text.
#[derive(Debug, Clone, Copy, Default)]
pub struct DocsConfig {
    /// For how many seconds a document may stay unchanged before its page says so.
    pub stale_after: Option<i64>,
}

/// Decision records.
#[derive(Debug, Clone, Default)]
pub struct AdrConfig {
    /// Folders with records of no entity, relative to the configuration file.
    pub folders: Vec<String>,
    /// Further words for a status, with the status that they mean.
    pub statuses: BTreeMap<String, String>,
}

/// Sizes beyond which input is refused, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A catalog or configuration file.
    pub catalog_file: u64,
    /// A file that a placeholder names, or an API definition.
    pub definition_file: u64,
    /// A document.
    pub document: u64,
    /// A saved answer of another tool.
    pub snapshot: u64,
    /// A pack of a repository.
    pub pack: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            catalog_file: 10 << 20,
            definition_file: 64 << 20,
            document: 8 << 20,
            snapshot: 32 << 20,
            pack: 64 << 20,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            title: "Developer portal".to_owned(),
            organization: None,
            description: None,
            home: None,
            base_url: None,
            paths: vec![".".to_owned()],
            output: "site".to_owned(),
            theme: None,
            accent: None,
            logo: None,
            css: None,
            announcement: None,
            announcements: None,
            badges: false,
            precompress: Vec::new(),
            entity_pages: Vec::new(),
            budgets: Budgets::default(),
            views: Vec::new(),
            columns: Vec::new(),
            links: Vec::new(),
            hosts: BTreeMap::new(),
            catalog: CatalogConfig::default(),
            search: SearchConfig::default(),
            snapshots: SnapshotsConfig::default(),
            packs: PacksConfig::default(),
            check: CheckConfig::default(),
            templates: TemplatesConfig::default(),
            org: Vec::new(),
            docs: DocsConfig::default(),
            adr: AdrConfig::default(),
            scorecards: ScorecardsConfig::default(),
            dashboards: vec!["dashboards/*.{yaml,yml}".to_owned()],
            tech_insights: None,
            radar: Vec::new(),
            radar_url: None,
            versions: Vec::new(),
            limits: Limits::default(),
            places: Places::default(),
        }
    }
}
