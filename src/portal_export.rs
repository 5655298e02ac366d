//! The portal as data for comparison: what `export --portal` prints, the site publishes, and `diff` reads.
//!
//! Owns the format. Every list is sorted by the key of its records, and nothing in it depends on the clock, the machine
//! or what other tools answer, so that two exports of one state are the same. Knows no templates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::api::{Api, Reference, Role};
use crate::catalog::{Entity, EntityId, kinds};
use crate::diag::codes::Family;
use crate::diag::visible::visible_json;
use crate::diag::{Diagnostic, Positions, Sources};
use crate::docs::{DocsPage, DocsSite};
use crate::markdown::Doc;
use crate::portal::Portal;
use crate::routes;
use crate::text::Span;
use crate::workspace::Workspace;

/// The format that is written, and the newest that is read.
pub const FORMAT: u32 = 1;

/// A value of a field longer than this, in bytes of JSON, is represented by its hash.
const LONGEST_VALUE: usize = 2_000;
/// A longer definition is represented by its hash alone.
const LONGEST_DEFINITION: usize = 1 << 20;
/// More operations of an API are not named.
const MAX_OPERATIONS: usize = 2_000;
/// More lines of a document are not told apart.
const MAX_LINES: usize = 4_000;
/// Digits of the hash of a line: enough to tell the lines of two documents apart.
pub(crate) const LINE_DIGITS: usize = 6;

/// The annotations that the catalog makes.
const MADE: &[&str] = &[
    "backstage.io/managed-by-location",
    "backstage.io/managed-by-origin-location",
    "backstage.io/view-url",
    "backstage.io/edit-url",
    "backstage.io/source-location",
];

/// Rules whose findings depend on which branches and tags a clone has.
const OF_THE_CLONE: &[&str] = &["duplicate-version", "version-incomplete", "version-missing", "version-without-docs"];

/// Relations whose other direction is left out: what is there once is listed once, from the side that usually says it.
const LISTED_FROM_OTHER_SIDE: &[&str] =
    &["apiConsumedBy", "apiProvidedBy", "dependencyOf", "hasMember", "hasPart", "ownerOf", "parentOf"];

/// A portal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PortalExport {
    /// The version of the format; 0 in what is no export.
    pub format: u32,
    /// The version of the program that wrote it.
    pub engine: String,
    /// The title of the portal.
    pub title: String,
    /// The commit, if one is known.
    pub commit: Option<String>,
    /// By reference.
    pub entities: Vec<EntityRecord>,
    /// By address.
    pub docs: Vec<PageRecord>,
    /// By reference.
    pub apis: Vec<ApiRecord>,
    /// By address.
    pub decisions: Vec<DecisionRecord>,
    /// By reference.
    pub templates: Vec<TemplateRecord>,
    /// By scorecard and reference.
    pub scores: Vec<ScoreRecord>,
    /// By rule, file, message and severity.
    pub problems: Vec<ProblemRecord>,
    /// What search has to read.
    pub search: SearchRecord,
    /// The definitions of APIs by reference, as far as they are not too long.
    pub definitions: BTreeMap<String, String>,
}

/// Where something is written. It is no part of what is compared: text that has only moved within a file has not changed.
#[derive(Debug, Clone, Default, Eq, Serialize, Deserialize)]
pub struct WrittenAt {
    /// The path, as reports show it.
    pub file: String,
    /// From 1.
    pub line: u32,
}

impl PartialEq for WrittenAt {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// An entity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntityRecord {
    /// Its reference.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What readers call it.
    pub title: String,
    /// Its document.
    pub place: WrittenAt,
    /// What its author says of it, by names such as `owner`, `spec.type`, `labels.tier`.
    pub fields: BTreeMap<String, Value>,
    /// What it is related to, but for owner and system, which are fields.
    pub relations: Vec<RelationRecord>,
}

/// A relation of an entity.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct RelationRecord {
    /// Such as `dependsOn`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The reference of the other end.
    pub target: String,
    /// Whether the other end is in the catalog.
    pub found: bool,
}

/// A page of a documentation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PageRecord {
    /// Its address below the site.
    pub url: String,
    /// Whose documentation it is part of.
    pub entity: String,
    /// Its title.
    pub title: String,
    /// Its document.
    pub place: WrittenAt,
    /// Its headings.
    pub headings: Vec<HeadingRecord>,
    /// How many words it has.
    pub words: usize,
    /// A hash of what readers read, and of where its links lead.
    pub text: String,
    /// A hash of what its author wrote.
    pub source: String,
    /// A short hash of each line that is not blank.
    pub lines: String,
    /// The document, if it was read and not imported.
    #[serde(skip)]
    pub doc: Option<Arc<Doc>>,
}

impl PartialEq for PageRecord {
    fn eq(&self, other: &Self) -> bool {
        let said = |page: &Self| (page.words, page.text.clone(), page.source.clone(), page.lines.clone());
        self.url == other.url
            && self.entity == other.entity
            && self.title == other.title
            && self.headings == other.headings
            && said(self) == said(other)
    }
}

impl PageRecord {
    /// Returns the hashes of its lines.
    pub fn line_hashes(&self) -> impl Iterator<Item = &str> {
        self.lines.as_bytes().chunks(LINE_DIGITS).filter_map(|digits| std::str::from_utf8(digits).ok())
    }

    /// Returns what readers read, a paragraph for each section, if the document was read.
    #[must_use]
    pub fn body(&self) -> Option<String> {
        self.doc.as_deref().map(text_of)
    }
}

/// A heading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HeadingRecord {
    /// From 1 to 6.
    pub level: u8,
    /// Its name for links.
    pub id: String,
    /// Its text.
    pub title: String,
}

/// An API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiRecord {
    /// Its reference.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The format with its version; empty if it is not known.
    pub format: String,
    /// A hash of the definition.
    pub digest: String,
    /// What can be called, such as `GET /pets`.
    pub operations: Vec<String>,
}

/// A decision record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DecisionRecord {
    /// Its address below the site.
    pub url: String,
    /// Whose decision it is; `None` for the organisation's.
    pub entity: Option<String>,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Option<String>,
    /// Its day.
    pub date: Option<String>,
    /// The ids of those that have taken its place.
    pub superseded_by: Vec<String>,
    /// A hash of its text.
    pub text: String,
    /// Its file.
    pub place: WrittenAt,
}

/// A software template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateRecord {
    /// Its reference.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What its form asks for.
    pub parameters: Vec<ParameterRecord>,
}

/// A parameter of a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParameterRecord {
    /// Its name.
    pub name: String,
    /// Its type, as its schema says.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it must be given.
    pub required: bool,
}

/// How far an entity is by a scorecard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScoreRecord {
    /// The scorecard.
    pub scorecard: String,
    /// The entity.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The id of its level.
    pub level: Option<String>,
    /// The number of its level, from 0.
    pub rank: usize,
    /// Its score in per cent.
    pub score: Option<u32>,
}

/// A finding, however often it is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProblemRecord {
    /// The rule.
    pub rule: String,
    /// How severe it is.
    pub severity: String,
    /// Its file.
    pub file: String,
    /// Of the first.
    pub line: Line,
    /// What is wrong.
    pub message: String,
    /// The entity concerned.
    pub entity: Option<String>,
    /// How often.
    pub count: usize,
}

/// A line, from 1, which is no part of what is compared.
#[derive(Debug, Clone, Copy, Default, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Line(pub u32);

impl PartialEq for Line {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What search has to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchRecord {
    /// How many pages of documentation.
    pub pages: usize,
    /// How many words these have.
    pub words: usize,
}

impl PortalExport {
    /// Makes the export of a portal.
    #[must_use]
    pub fn of(workspace: &Workspace, portal: &Portal) -> Self {
        let catalog = &portal.catalog;
        let one_way = one_way(workspace);
        let entities: Vec<(EntityId, &Entity)> = catalog.iter().collect();
        let records = entities.par_iter().map(|(_, entity)| of_entity(workspace, entity, &one_way));
        let records: Vec<EntityRecord> = records.collect();
        let pages: Vec<(&DocsSite, &DocsPage)> =
            portal.docs.sites.iter().flat_map(|site| site.pages.iter().map(move |page| (site, page))).collect();
        let mut docs: Vec<PageRecord> =
            pages.par_iter().map(|(site, page)| of_page(workspace, portal, site, page)).collect();
        docs.sort_by(|a, b| a.url.cmp(&b.url));
        let search = SearchRecord { pages: docs.len(), words: docs.iter().map(|page| page.words).sum() };
        let mut definitions = BTreeMap::new();
        let mut apis = Vec::new();
        for (id, entity) in entities.iter().filter(|(_, entity)| entity.reference.kind() == "api") {
            let api = portal.apis.of(*id);
            let text = definition(entity, api);
            apis.push(of_api(entity, api.map(|api| &*api.reference), text.unwrap_or_default()));
            if let Some(text) = text.filter(|text| text.len() <= LONGEST_DEFINITION) {
                definitions.insert(entity.reference.to_string(), text.to_owned());
            }
        }
        let templates = entities.iter().filter(|(_, entity)| entity.reference.kind() == "template");
        Self {
            format: FORMAT,
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            title: workspace.config().title.clone(),
            commit: None,
            entities: records,
            docs,
            apis,
            decisions: decisions(portal),
            templates: templates.map(|(_, entity)| of_template(entity)).collect(),
            scores: scores(portal),
            problems: problems(workspace, portal),
            search,
            definitions,
        }
    }

    /// Reads an export.
    ///
    /// # Errors
    /// When the text is none, or one of a newer format.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut export: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match export.format {
            0 => return Err("it has no `format`".to_owned()),
            1..=FORMAT => {}
            newer => return Err(format!("it has the format {newer}, and this program knows those up to {FORMAT}")),
        }
        // What comes from elsewhere may be in any order.
        export.entities.sort_by(|a, b| a.reference.cmp(&b.reference));
        export.entities.dedup_by(|b, a| a.reference == b.reference);
        export.entities.iter_mut().for_each(|entity| entity.relations.sort());
        export.docs.sort_by(|a, b| a.url.cmp(&b.url));
        export.docs.dedup_by(|b, a| a.url == b.url);
        export.apis.sort_by(|a, b| a.reference.cmp(&b.reference));
        export.decisions.sort_by(|a, b| a.url.cmp(&b.url));
        export.templates.sort_by(|a, b| a.reference.cmp(&b.reference));
        export.scores.sort_by(|a, b| (&a.scorecard, &a.reference).cmp(&(&b.scorecard, &b.reference)));
        export.problems.sort_by(|a, b| a.key().cmp(&b.key()));
        Ok(export)
    }

    /// Returns it as JSON, a record a line.
    #[must_use]
    pub fn json(&self) -> String {
        let mut out = String::from("{");
        let mut first = true;
        let Ok(Value::Object(parts)) = serde_json::to_value(self) else { return "{}\n".to_owned() };
        for (name, part) in &parts {
            let _ = write!(out, "{}\n{}:", if first { "" } else { "," }, Value::from(name.as_str()));
            first = false;
            match part {
                Value::Array(records) if !records.is_empty() => {
                    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
                    let _ = write!(out, "[\n{}\n]", lines.join(",\n"));
                }
                other => {
                    let _ = write!(out, "{other}");
                }
            }
        }
        out.push_str("\n}\n");
        visible_json(out)
    }

    /// Finds an entity by its reference.
    #[must_use]
    pub fn entity(&self, reference: &str) -> Option<&EntityRecord> {
        self.index_of(reference).map(|at| &self.entities[at])
    }

    /// Finds the place of an entity among all.
    #[must_use]
    pub fn index_of(&self, reference: &str) -> Option<usize> {
        self.entities.binary_search_by(|entity| entity.reference.as_str().cmp(reference)).ok()
    }

    /// Finds a page by its address.
    #[must_use]
    pub fn page(&self, url: &str) -> Option<&PageRecord> {
        let at = self.docs.binary_search_by(|page| page.url.as_str().cmp(url)).ok()?;
        Some(&self.docs[at])
    }
}

impl EntityRecord {
    /// Returns the kind in its reference.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.reference.split(':').next().unwrap_or_default()
    }

    /// Returns a field that is a text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }
}

impl ProblemRecord {
    /// Returns what makes it the same finding.
    #[must_use]
    pub fn key(&self) -> (&str, &str, &str, &str) {
        (&self.rule, &self.file, &self.message, &self.severity)
    }
}

/// Returns the relations that are listed from the other side.
fn one_way(workspace: &Workspace) -> BTreeSet<&str> {
    let own = workspace.config().catalog.kinds.iter().flat_map(|kind| &kind.relations);
    let own = own.map(|relation| relation.inverse.as_str());
    let mut inverse: BTreeSet<&str> = own.chain(LISTED_FROM_OTHER_SIDE.iter().copied()).collect();
    for listed in ["childOf", "consumesApi", "dependsOn", "memberOf", "ownedBy", "partOf", "providesApi"] {
        inverse.remove(listed);
    }
    inverse
}

fn hash(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_64(bytes))
}

/// Returns a value, or its hash if it is long.
fn bounded(value: Value) -> Value {
    match &value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
        Value::String(text) if text.len() <= LONGEST_VALUE => value,
        _ => {
            let text = value.to_string();
            if text.len() <= LONGEST_VALUE { value } else { format!("hash {}", hash(text.as_bytes())).into() }
        }
    }
}

fn of_entity(workspace: &Workspace, entity: &Entity, one_way: &BTreeSet<&str>) -> EntityRecord {
    let mut fields = BTreeMap::new();
    let json = |node: &crate::yaml::Node| serde_json::to_value(node).unwrap_or_default();
    for entry in entity.metadata().entries() {
        match &*entry.key {
            "name" | "namespace" | "uid" | "etag" => {}
            group @ ("annotations" | "labels") => {
                for (key, value) in entity.pairs(group).filter(|(key, _)| !MADE.contains(key)) {
                    fields.insert(format!("{group}.{key}"), bounded(value.into()));
                }
            }
            key => {
                fields.insert(key.to_owned(), bounded(json(&entry.value)));
            }
        }
    }
    // A reference has no capitals.
    if entity.name() != entity.reference.name() {
        fields.insert("name".to_owned(), entity.name().into());
    }
    if let Some(spec) = entity.spec() {
        let kind = kinds::of(entity.reference.kind());
        let built_in: Vec<&str> = kind
            .map(|kind| (kind.references)(spec).iter().map(|reference| reference.field).collect())
            .unwrap_or_default();
        let own = workspace.config().catalog.kinds.iter().filter(|kind| kind.name == *entity.kind);
        let own: Vec<&str> = own.flat_map(|kind| &kind.relations).map(|relation| relation.field.as_str()).collect();
        for entry in spec.entries() {
            let key = &*entry.key;
            if key == "definition" || built_in.contains(&key) || own.contains(&key) {
                continue;
            }
            fields.insert(format!("spec.{key}"), bounded(json(&entry.value)));
        }
    }
    let is_system = |target: &str| target.starts_with("system:");
    let mut relations = Vec::new();
    for relation in &entity.relations {
        let (kind, target) = (&*relation.kind, relation.target.as_str());
        match kind {
            "ownedBy" => fields.entry("owner".to_owned()).or_insert_with(|| target.into()),
            "partOf" if is_system(target) => fields.entry("system".to_owned()).or_insert_with(|| target.into()),
            _ if relation.id.is_some() && one_way.contains(kind) => continue,
            _ => {
                let record =
                    RelationRecord { kind: kind.to_owned(), target: target.to_owned(), found: relation.id.is_some() };
                relations.push(record);
                continue;
            }
        };
    }
    relations.sort();
    EntityRecord {
        reference: entity.reference.to_string(),
        title: entity.title().to_owned(),
        place: WrittenAt { file: workspace.path(entity.file).to_string(), line: entity.line },
        fields,
        relations,
    }
}

fn text_of(doc: &Doc) -> String {
    let mut out = String::new();
    for section in &doc.sections {
        if let Some(heading) = section.heading.and_then(|at| doc.headings.get(at)) {
            out.push_str(&heading.title);
            out.push('\n');
        }
        out.push_str(&section.text);
        out.push('\n');
    }
    out
}

fn of_page(workspace: &Workspace, portal: &Portal, site: &DocsSite, page: &DocsPage) -> PageRecord {
    let text = text_of(&page.doc);
    // Where a link leads is no matter of formatting.
    let targets = page.doc.links.iter().map(|link| link.target.as_str()).collect::<Vec<_>>().join("\n");
    let source = workspace.text_once(page.file, workspace.config().limits.document).unwrap_or_default();
    let written = source.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut lines = String::new();
    for line in written.take(MAX_LINES) {
        let _ = write!(lines, "{:0digits$x}", xxh3_64(line.as_bytes()) & 0xff_ffff, digits = LINE_DIGITS);
    }
    let headings = page.doc.headings.iter().map(|heading| HeadingRecord {
        level: heading.level,
        id: heading.id.clone(),
        title: heading.title.clone(),
    });
    let reference = &portal.catalog.get(site.entity).reference;
    PageRecord {
        url: routes::docs_version(reference, site.version.as_deref(), &page.path),
        entity: reference.to_string(),
        title: page.title.clone(),
        place: WrittenAt { file: workspace.path(page.file).to_string(), line: 1 },
        headings: headings.collect(),
        words: text.split_whitespace().count(),
        text: hash(format!("{text}\0{targets}").as_bytes()),
        source: hash(source.as_bytes()),
        lines,
        doc: Some(Arc::clone(&page.doc)),
    }
}

/// Returns the definition of an API as one text.
fn definition<'a>(entity: &'a Entity, api: Option<&'a Api>) -> Option<&'a str> {
    api.and_then(|api| api.bundled.as_deref()).or_else(|| entity.spec_str("definition"))
}

fn of_api(entity: &Entity, reference: Option<&Reference>, text: &str) -> ApiRecord {
    let items = reference.into_iter().flat_map(|reference| &reference.groups).flat_map(|group| &group.items);
    let operations = items.filter(|item| item.role == Role::Operation);
    let names: BTreeSet<String> =
        operations.map(|item| format!("{} {}", item.verb, item.name).trim().to_owned()).take(MAX_OPERATIONS).collect();
    ApiRecord {
        reference: entity.reference.to_string(),
        format: reference.map(|reference| reference.format.clone()).unwrap_or_default(),
        digest: hash(text.as_bytes()),
        operations: names.into_iter().collect(),
    }
}

fn decisions(portal: &Portal) -> Vec<DecisionRecord> {
    let mut out = Vec::new();
    for log in &portal.decisions.logs {
        let entity = log.entity.map(|id| &portal.catalog.get(id).reference);
        for record in log.records.iter() {
            out.push(DecisionRecord {
                url: routes::decision(entity, portal.decisions.number_of(log), &record.id),
                entity: entity.map(ToString::to_string),
                title: record.title.clone(),
                status: record.status.clone(),
                date: record.date.clone(),
                superseded_by: record.superseded_by.iter().map(|at| log.records[*at].id.clone()).collect(),
                text: hash(record.text.as_bytes()),
                place: WrittenAt { file: record.path.to_string(), line: 1 },
            });
        }
    }
    out.sort_by(|a, b| a.url.cmp(&b.url));
    out
}

/// Lists what the form of a template asks for: the properties of all its pages.
fn of_template(entity: &Entity) -> TemplateRecord {
    let parameters = entity.spec().and_then(|spec| spec.get("parameters"));
    let pages = match parameters {
        Some(node) => node.as_seq().map_or_else(|| vec![node], |pages| pages.iter().collect()),
        None => Vec::new(),
    };
    let mut found: BTreeMap<String, ParameterRecord> = BTreeMap::new();
    for page in pages {
        let required: Vec<&str> = page
            .get("required")
            .and_then(crate::yaml::Node::as_seq)
            .unwrap_or_default()
            .iter()
            .filter_map(crate::yaml::Node::as_str)
            .collect();
        let properties = page.get("properties").and_then(crate::yaml::Node::as_map);
        for entry in properties.map(crate::yaml::Map::entries).unwrap_or_default() {
            let record = ParameterRecord {
                name: entry.key.to_string(),
                kind: entry.value.get("type").and_then(crate::yaml::Node::as_str).unwrap_or_default().to_owned(),
                required: required.contains(&&*entry.key),
            };
            found.insert(record.name.clone(), record);
        }
    }
    TemplateRecord { reference: entity.reference.to_string(), parameters: found.into_values().collect() }
}

fn scores(portal: &Portal) -> Vec<ScoreRecord> {
    let mut out = Vec::new();
    for card in portal.scorecards.list.iter().filter(|card| card.has_figures()) {
        for outcome in &card.outcomes {
            out.push(ScoreRecord {
                scorecard: card.id.clone(),
                reference: portal.catalog.get(outcome.entity).reference.to_string(),
                level: card.levels.get(outcome.figures.rank).map(|level| level.id.clone()),
                rank: outcome.figures.rank,
                score: outcome.figures.score,
            });
        }
    }
    out.sort_by(|a, b| (&a.scorecard, &a.reference).cmp(&(&b.scorecard, &b.reference)));
    out
}

/// Lists the findings, but for those that depend on what other tools answered and when, and on the clone.
fn problems(workspace: &Workspace, portal: &Portal) -> Vec<ProblemRecord> {
    let mut positions = Positions::new(workspace);
    let mut found: BTreeMap<(String, String, String, String), ProblemRecord> = BTreeMap::new();
    let is_of_content =
        |it: &&Diagnostic| it.code.rule().family != Family::Snapshot && !OF_THE_CLONE.contains(&it.code.as_str());
    for problem in portal.diagnostics.iter().filter(is_of_content) {
        let span: Span = problem.span();
        let record = ProblemRecord {
            rule: problem.code.as_str().to_owned(),
            severity: problem.severity.as_str().to_owned(),
            file: Sources::path(workspace, span.file).to_string(),
            line: Line(positions.place(span).start.line),
            message: problem.message.clone(),
            entity: problem.entity.as_deref().map(str::to_owned),
            count: 1,
        };
        let key = record.key();
        let key = (key.0.to_owned(), key.1.to_owned(), key.2.to_owned(), key.3.to_owned());
        found.entry(key).and_modify(|known| known.count += 1).or_insert(record);
    }
    found.into_values().collect()
}
