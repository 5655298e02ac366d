//! What a comparison finds, as JSON has it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::api::diff::report::ApiReport;
use crate::diag::visible::visible_json;
use crate::portal_export::{EntityRecord, ProblemRecord, WrittenAt};

/// Everything that has changed.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PortalDiff {
    /// The old portal.
    pub base: Revision,
    /// The new one.
    pub head: Revision,
    /// How many changes of each sort there are.
    pub summary: BTreeMap<&'static str, usize>,
    /// What was to be watched, and whether it happened.
    pub gates: Vec<Gate>,
    /// Entities.
    pub entities: Vec<EntityChange>,
    /// Relations of entities that are in both.
    pub relations: Vec<RelationChange>,
    /// Pages of documentation.
    pub docs: Vec<PageChange>,
    /// Links that lead nowhere now, or no longer.
    pub links: Vec<Link>,
    /// How many changes of APIs break something.
    pub breaking: usize,
    /// How many may.
    pub risky: usize,
    /// How many do not.
    pub compatible: usize,
    /// The APIs whose definitions have changed.
    pub apis: Vec<ApiReport>,
    /// The same as records.
    pub definitions: Vec<RecordChange>,
    /// Decision records.
    pub decisions: Vec<RecordChange>,
    /// Software templates.
    pub templates: Vec<RecordChange>,
    /// Levels and scores.
    pub scores: Vec<RecordChange>,
    /// Findings, but for links.
    pub problems: Problems,
    /// What search has to read.
    pub search: Search,
    /// Whom the changes reach.
    pub impact: Vec<Hit>,
    /// Entities whose owner is gone.
    pub owners_removed: Vec<String>,
}

/// A side of the comparison.
#[derive(Debug, Default, Serialize)]
pub struct Revision {
    /// The commit, if one is known.
    pub commit: Option<String>,
    /// The title of the portal.
    #[serde(skip)]
    pub title: String,
}

/// Something that was to be watched.
#[derive(Debug, Clone, Serialize)]
pub struct Gate {
    /// As `--fail-on` names it.
    pub name: &'static str,
    /// Whether it happened.
    pub fired: bool,
    /// How often.
    pub count: usize,
    /// What to do.
    #[serde(skip)]
    pub advice: &'static str,
}

/// A change of a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// The field.
    pub name: String,
    /// What it was.
    pub old: Option<Value>,
    /// What it is.
    pub new: Option<Value>,
}

/// A change of an entity.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityChange {
    /// `added`, `removed`, `renamed` or `changed`.
    pub change: &'static str,
    /// Its reference: the new one, unless it was removed.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it was called before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_ref: Option<String>,
    /// Why it counts as renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// What readers call it.
    pub title: String,
    /// Who owns it.
    pub owner: Option<String>,
    /// Where it was.
    pub old: Option<WrittenAt>,
    /// Where it is.
    pub new: Option<WrittenAt>,
    /// What has changed of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// All of it, if it is on one side alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<EntityRecord>,
    /// Addresses of pages that still say the old name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub still_named: Vec<String>,
}

/// A change of a relation.
#[derive(Debug, Serialize)]
pub struct RelationChange {
    /// `added`, `added-dangling`, `removed`, `dangling` or `resolved`.
    pub change: &'static str,
    /// The entity that has it.
    pub from: String,
    /// Such as `dependsOn`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The other end.
    pub to: String,
    /// The new name of the other end, which this one does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Who owns the entity that has it.
    pub owner: Option<String>,
    /// Where that is.
    pub place: WrittenAt,
}

/// A change of a page.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageChange {
    /// `added`, `removed`, `moved`, `changed` or `formatting`.
    pub change: &'static str,
    /// Its address: the new one, unless it was removed.
    pub url: String,
    /// The address that it had before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_url: Option<String>,
    /// The entity whose new name moved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// Its title.
    pub title: String,
    /// Whose documentation it is part of.
    pub entity: String,
    /// Who owns that.
    pub owner: Option<String>,
    /// Its document.
    pub place: WrittenAt,
    /// Words, if both documents were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// How many per cent of its lines were there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<usize>,
    /// Its headings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headings: Vec<HeadingChange>,
    /// What has changed of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// All of it, if it is on one side alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Value>,
    /// What readers read before and now.
    #[serde(skip)]
    pub texts: Option<(String, String)>,
}

/// How many words came and went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Those that were not there.
    pub added: usize,
    /// Those that are no longer there.
    pub removed: usize,
}

/// A change of a heading.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct HeadingChange {
    /// `added`, `removed` or `renamed`.
    pub change: &'static str,
    /// The name for links that it had.
    pub old: Option<String>,
    /// The one that it has.
    pub new: Option<String>,
    /// Its text.
    pub title: String,
}

/// A link that leads nowhere now, or no longer.
#[derive(Debug, Serialize)]
pub struct Link {
    /// `broken` or `repaired`.
    pub change: &'static str,
    /// Whether the document with the link has not changed itself.
    pub elsewhere: bool,
    /// The finding.
    #[serde(flatten)]
    pub problem: ProblemRecord,
}

/// A change of something without parts.
#[derive(Debug, Default, Serialize)]
pub struct RecordChange {
    /// `added`, `removed` or `changed`; `up` or `down` for levels.
    pub change: &'static str,
    /// What it is known by.
    pub key: String,
    /// What it is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What the change means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether what works today will not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub breaks: bool,
    /// What has changed of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// All of it, if it is on one side alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Value>,
    /// Where it is.
    #[serde(skip)]
    pub place: WrittenAt,
}

/// Findings, but for links.
#[derive(Debug, Default, Serialize)]
pub struct Problems {
    /// Those that were not there.
    pub new: Vec<ProblemRecord>,
    /// Those that are no longer there.
    pub fixed: Vec<ProblemRecord>,
}

/// What search has to read, before and now.
#[derive(Debug, Default, Serialize)]
pub struct Search {
    /// Pages of documentation.
    pub pages: [usize; 2],
    /// Words of these.
    pub words: [usize; 2],
}

/// Whom a change reaches.
#[derive(Debug, Serialize)]
pub struct Hit {
    /// The entity that changes.
    #[serde(rename = "ref")]
    pub reference: String,
    /// How many entities are reached at once.
    pub direct: usize,
    /// How many in all.
    pub total: usize,
    /// The owners of those that are reached, the nearest first.
    pub owners: Vec<String>,
}

impl PortalDiff {
    /// Returns whether nothing has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.summary.values().all(|count| *count == 0)
    }

    /// Writes JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = visible_json(serde_json::to_string_pretty(self).unwrap_or_default());
        text.push('\n');
        text
    }

    /// Counts the changes of each sort.
    pub(super) fn count(&self) -> BTreeMap<&'static str, usize> {
        let entities = |change| self.entities.iter().filter(|it| it.change == change).count();
        let docs = |change| self.docs.iter().filter(|it| it.change == change).count();
        let links = |change| self.links.iter().filter(|it| it.change == change).count();
        let scores = |change| self.scores.iter().filter(|it| it.change == change).count();
        let relations = |of: &[&str]| self.relations.iter().filter(|it| of.contains(&it.change)).count();
        let sum = |problems: &[ProblemRecord]| problems.iter().map(|problem| problem.count).sum();
        BTreeMap::from([
            ("entitiesAdded", entities("added")),
            ("entitiesRemoved", entities("removed")),
            ("entitiesRenamed", entities("renamed")),
            ("entitiesChanged", entities("changed")),
            ("relationsAdded", relations(&["added", "added-dangling"])),
            ("relationsRemoved", relations(&["removed"])),
            ("relationsDangling", relations(&["dangling", "added-dangling"])),
            ("relationsResolved", relations(&["resolved"])),
            ("pagesAdded", docs("added")),
            ("pagesRemoved", docs("removed")),
            ("pagesMoved", docs("moved")),
            ("pagesChanged", docs("changed")),
            ("pagesFormatted", docs("formatting")),
            ("linksBroken", links("broken")),
            ("linksBrokenElsewhere", self.links.iter().filter(|link| link.elsewhere).count()),
            ("linksRepaired", links("repaired")),
            ("apisBreaking", self.breaking),
            ("apisRisky", self.risky),
            ("apisCompatible", self.compatible),
            ("definitions", self.definitions.len()),
            ("decisions", self.decisions.len()),
            ("templates", self.templates.len()),
            ("levelsUp", scores("up")),
            ("levelsDown", scores("down")),
            ("scores", self.scores.len()),
            ("problemsNew", sum(&self.problems.new)),
            ("problemsFixed", sum(&self.problems.fixed)),
            ("ownersRemoved", self.owners_removed.len()),
        ])
    }
}
