//! The catalog: entity documents read, checked and joined exactly as Backstage does.
//!
//! Owns kinds (one a file in `kinds/`), field formats, placeholders, references, relations, Locations and the JSON of
//! an entity. Knows nothing of documentation, URLs of the site, or HTML.
//!
//! Invariant: an invalid document is reported and left out; it never harms another.

pub mod annotations;
mod bundle;
pub(crate) mod checks;
mod custom;
mod declared;
mod document;
pub mod export;
pub mod filter;
pub mod format;
mod former;
mod implied;
pub mod kinds;
mod load;
mod location;
#[cfg(test)]
mod org_tests;
mod overlay;
mod placeholder;
pub mod reference;
mod secrets;
mod shape;
mod skeleton;
mod undescribed;
mod unreadable;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub(crate) use bundle::bundled;
pub(crate) use former::still_said;
pub use former::{Former, FormerSource};
pub(crate) use load::{Memo, is_catalog_name, load};
pub use reference::EntityRef;
pub(crate) use secrets::without_secrets;
pub(crate) use undescribed::{Undescribed, undescribed};

use self::former::FormerNames;
use crate::config::BUILT_IN_KINDS;
use crate::diag::Diagnostics;
use crate::redirects::Redirect;
use crate::text::{FileId, Span};
use crate::workspace::Workspace;
use crate::yaml::{Map, Node};

/// Names one entity of a [`Catalog`]; ids follow the order of references.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(u32);

impl EntityId {
    /// Returns the id at `index`.
    #[must_use]
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Returns the position in the catalog.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One relation of an entity, declared by itself or by the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Such as `ownedBy`.
    pub kind: Arc<str>,
    /// The other end as written down; it need not exist.
    pub target: EntityRef,
    /// The other end, if it is in the catalog.
    pub id: Option<EntityId>,
}

/// A link of `metadata.links`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<'a> {
    /// The target address.
    pub url: &'a str,
    /// What to show; the URL if absent.
    pub title: Option<&'a str>,
    /// A key of the icon set.
    pub icon: Option<&'a str>,
    /// For grouping.
    pub kind: Option<&'a str>,
}

/// What an entity that nobody wrote was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implied {
    /// The paths of the files that it follows from.
    pub evidence: Vec<Arc<str>>,
    /// The path of the file that would describe it.
    pub path: String,
    /// What to write there.
    pub yaml: String,
}

/// One valid entity.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its identity.
    pub reference: EntityRef,
    /// The kind as written, such as `Component`.
    pub kind: Arc<str>,
    /// The file of its document.
    pub file: FileId,
    /// The document within the file, markers included.
    pub document: Span,
    /// The line of `kind:` or of the first key, from 1; where an editor should open.
    pub line: u32,
    /// The whole entity: placeholders replaced, namespace and made annotations filled in. A mapping of `apiVersion`,
    /// `kind`, `metadata` and, where there is one, `spec`.
    pub root: Node,
    /// The file that a placeholder at `spec.definition` names.
    pub definition: Option<FileId>,
    /// Whether Backstage would refuse it though nothing is wrong with what it is: the file of its definition cannot be
    /// used, or a tag, label or annotation is not of the form that it has to have. It has pages and is judged by
    /// scorecards, so that those who look for it learn why, and is no part of the exported catalog.
    pub rejected_by_backstage: bool,
    /// Distinct relations, sorted by kind and target.
    pub relations: Vec<Relation>,
    /// The Location entities that led here, nearest first; empty for a file found by scanning.
    pub ancestry: Vec<EntityRef>,
    /// What it was made from, if nobody wrote it: then `file` is the first of the files that imply it.
    pub implied: Option<Arc<Implied>>,
}

impl Entity {
    /// Returns `metadata`.
    #[must_use]
    pub fn metadata(&self) -> &Map {
        static EMPTY: std::sync::LazyLock<Map> = std::sync::LazyLock::new(Map::default);
        self.root.get("metadata").and_then(Node::as_map).unwrap_or(&EMPTY)
    }

    /// Returns `spec`.
    #[must_use]
    pub fn spec(&self) -> Option<&Map> {
        self.root.get("spec").and_then(Node::as_map)
    }

    /// Returns the text at `spec.FIELD`.
    #[must_use]
    pub fn spec_str(&self, field: &str) -> Option<&str> {
        self.spec()?.get(field)?.as_str()
    }

    /// Returns the text at `metadata.FIELD`.
    #[must_use]
    pub fn metadata_str(&self, field: &str) -> Option<&str> {
        self.metadata().get(field)?.as_str()
    }

    /// Returns `metadata.name` with its case.
    #[must_use]
    pub fn name(&self) -> &str {
        self.metadata_str("name").unwrap_or_default()
    }

    /// Returns the namespace, `default` if none was written.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.metadata_str("namespace").unwrap_or("default")
    }

    /// Returns what a reader calls it: the display name of a group or user, else the title, else the name.
    #[must_use]
    pub fn title(&self) -> &str {
        let profile = || self.spec()?.get("profile")?.get("displayName")?.as_str();
        profile().or_else(|| self.metadata_str("title")).filter(|t| !t.trim().is_empty()).unwrap_or_else(|| self.name())
    }

    /// Returns `metadata.description`, Markdown.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.metadata_str("description").filter(|text| !text.trim().is_empty())
    }

    /// Returns the value of an annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata().get("annotations")?.get(key)?.as_str()
    }

    /// Returns the annotation with its place.
    #[must_use]
    pub fn annotation_node(&self, key: &str) -> Option<&Node> {
        self.metadata().get("annotations")?.get(key)
    }

    /// Returns the pairs of `metadata.annotations` or `metadata.labels`, in the order written.
    pub fn pairs(&self, field: &str) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.metadata().get(field).and_then(Node::as_map).map_or(&[][..], Map::entries);
        entries.iter().filter_map(|entry| Some((&*entry.key, entry.value.as_str()?)))
    }

    /// Returns the tags in the order written.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let items = self.metadata().get("tags").and_then(Node::as_seq).unwrap_or(&[]);
        items.iter().filter_map(Node::as_str)
    }

    /// Returns `metadata.links` in the order written.
    pub fn links(&self) -> impl Iterator<Item = Link<'_>> {
        let items = self.metadata().get("links").and_then(Node::as_seq).unwrap_or(&[]);
        items.iter().filter_map(|item| {
            let text = |key| item.get(key).and_then(Node::as_str);
            Some(Link { url: text("url")?, title: text("title"), icon: text("icon"), kind: text("type") })
        })
    }

    /// Returns the other ends of the relations of one kind, sorted by reference.
    pub fn related<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Relation> {
        let start = self.relations.partition_point(|relation| &*relation.kind < kind);
        self.relations[start..].iter().take_while(move |relation| &*relation.kind == kind)
    }

    /// Returns the reference of the system that it is, or is part of.
    #[must_use]
    pub fn system(&self) -> Option<&str> {
        let parts = self.related("partOf").map(|relation| relation.target.as_str());
        std::iter::once(self.reference.as_str()).chain(parts).find(|reference| reference.starts_with("system:"))
    }
}

/// The annotation that says what an entity was called before: references, or names of the same kind and namespace, separated by
/// commas.
pub const RENAMED_FROM: &str = "playbill.dev/renamed-from";

/// All valid entities, sorted by reference.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    entities: Vec<Entity>,
    by_ref: HashMap<Arc<str>, EntityId>,
    /// By a reference that an entity had before, as it or a file says.
    former: FormerNames,
    /// The same, as git knows it, once somebody has asked.
    inferred: Arc<OnceLock<FormerNames>>,
    /// Where secrets are written, sorted.
    secrets: Vec<Span>,
}

impl Catalog {
    /// Makes a catalog of entities with distinct references, in any order, whose secrets are written at these places.
    #[must_use]
    pub fn new(mut entities: Vec<Entity>, mut secrets: Vec<Span>) -> Self {
        entities.sort_by(|a, b| a.reference.as_str().cmp(b.reference.as_str()));
        let by_ref =
            entities.iter().enumerate().map(|(i, entity)| (entity.reference.shared(), EntityId::new(i))).collect();
        secrets.sort_unstable_by_key(|place| (place.file, place.start));
        let mut catalog = Self { entities, by_ref, former: FormerNames::new(), inferred: Arc::default(), secrets };
        catalog.former = former::said(&catalog);
        catalog
    }

    /// Adds the names of before that `redirects.jsonl` keeps; returns what of that leads nowhere.
    pub(crate) fn add_kept_names(&mut self, lines: &[(Redirect, Span)]) -> Diagnostics {
        let (kept, problems) = former::kept(self, lines);
        for (name, former) in kept {
            self.former.entry(name).or_insert(former);
        }
        problems
    }

    /// Returns which entity had a reference, in lower case, before. Git is asked only if nobody else knows.
    #[must_use]
    pub fn renamed(&self, workspace: &Workspace, reference: &str) -> Option<EntityId> {
        if let Some(known) = self.former.get(reference) {
            return Some(known.id);
        }
        let kind = reference.split(':').next()?;
        let is_kind = BUILT_IN_KINDS.iter().any(|known| known.eq_ignore_ascii_case(kind));
        let known = is_kind.then(|| self.infer_former_names(workspace).get(reference))?;
        known.map(|former| former.id)
    }

    /// Asks git which references entities had before, the first time.
    fn infer_former_names(&self, workspace: &Workspace) -> &FormerNames {
        self.inferred.get_or_init(|| {
            let mut inferred = former::inferred(workspace, self);
            inferred.retain(|name, _| !self.former.contains_key(name));
            inferred
        })
    }

    /// Does so for [`Catalog::former`].
    pub fn complete_former_names(&self, workspace: &Workspace) {
        let _ = self.infer_former_names(workspace);
    }

    /// Returns all references that entities had before, as far as anybody has asked.
    pub fn former(&self) -> impl Iterator<Item = (&str, &Former)> {
        let inferred = self.inferred.get().into_iter().flatten();
        self.former.iter().chain(inferred).map(|(reference, former)| (reference.as_str(), former))
    }

    /// Returns a part of a file, which begins at an offset, as readers may see it: without secrets.
    #[must_use]
    pub fn shown_source(&self, file: FileId, start: usize, text: &str) -> String {
        let end = start + text.len();
        let before = |place: &Span| place.file < file || place.file == file && place.end as usize <= start;
        let within = |place: &&Span| place.file == file && (place.start as usize) < end;
        let from = self.secrets.partition_point(before);
        let places: Vec<_> = self.secrets[from..].iter().take_while(within).map(|it| it.range()).collect();
        secrets::without_places(text, start, &places)
    }

    /// Returns all entities in the order of their references.
    #[must_use]
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// Returns the entities that Backstage would have too, in the order of references.
    pub fn exported(&self) -> impl Iterator<Item = &Entity> {
        self.entities().iter().filter(|entity| !entity.rejected_by_backstage)
    }

    /// Returns all entities with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (EntityId, &Entity)> {
        self.entities.iter().enumerate().map(|(i, entity)| (EntityId::new(i), entity))
    }

    /// Returns the entity of an id made by this catalog.
    #[must_use]
    pub fn get(&self, id: EntityId) -> &Entity {
        &self.entities[id.index()]
    }

    /// Finds an entity by its reference in lower case, `kind:namespace/name`.
    #[must_use]
    pub fn find(&self, reference: &str) -> Option<EntityId> {
        self.by_ref.get(reference).copied()
    }
}
