//! Entities as data for other programs: Backstage's JSON, lines, tables and facets.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, Serializer};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::filter::fits;
use super::{Catalog, Entity, EntityId, Relation};
use crate::config::ConfigColumn;
use crate::diag::visible::{visible_json, visible_lines};
use crate::yaml::{Map, Node, Value};

/// An entity as the catalog API of Backstage returns it: `apiVersion`, `kind`, `metadata` with `uid` and `etag`, `spec`
/// and `relations`.
#[derive(Debug, Clone, Copy)]
pub struct EntityJson<'a>(pub &'a Entity);

impl Serialize for EntityJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entity = self.0;
        let mut map = serializer.serialize_map(None)?;
        for key in ["apiVersion", "kind"] {
            map.serialize_entry(key, &entity.root.get(key))?;
        }
        map.serialize_entry("metadata", &MetadataJson(entity))?;
        if let Some(spec) = entity.root.get("spec") {
            map.serialize_entry("spec", spec)?;
        }
        map.serialize_entry("relations", &RelationsJson(&entity.relations))?;
        map.end()
    }
}

struct MetadataJson<'a>(&'a Entity);

impl Serialize for MetadataJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let metadata = self.0.metadata();
        let mut map = serializer.serialize_map(None)?;
        for entry in metadata.entries() {
            map.serialize_entry(&*entry.key, &entry.value)?;
        }
        if metadata.get("uid").is_none() {
            map.serialize_entry("uid", &uid(self.0))?;
        }
        if metadata.get("etag").is_none() {
            map.serialize_entry("etag", &etag(self.0))?;
        }
        map.end()
    }
}

struct RelationsJson<'a>(&'a [Relation]);

impl Serialize for RelationsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(RelationJson))
    }
}

struct RelationJson<'a>(&'a Relation);

impl Serialize for RelationJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("relation", 2)?;
        fields.serialize_field("type", &*self.0.kind)?;
        fields.serialize_field("targetRef", self.0.target.as_str())?;
        fields.end()
    }
}

/// Returns the id of an entity: a UUID made from its reference, so that it is the same in every build.
#[must_use]
pub fn uid(entity: &Entity) -> String {
    let id = xxh3_128(entity.reference.as_str().as_bytes());
    // Version 8 is the one for ids made in one's own way (RFC 9562).
    let id = (id & !(0xf << 76) & !(0xc << 60)) | (8 << 76) | (8 << 60);
    let part = |shift: u32, digits: u32| (id >> shift) & ((1 << (4 * digits)) - 1);
    format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", part(96, 8), part(80, 4), part(64, 4), part(48, 4), part(0, 12))
}

/// Returns a text that changes whenever the entity's own document changes.
#[must_use]
pub fn etag(entity: &Entity) -> String {
    let mut hasher = Xxh3::new();
    digest(&entity.root, &mut hasher);
    format!("{:016x}", hasher.digest())
}

/// Feeds a value to a hash, every part with its type and length, so that no two values are fed alike.
fn digest(node: &Node, hasher: &mut Xxh3) {
    fn text(text: &str, hasher: &mut Xxh3) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    match &node.value {
        Value::Null => hasher.update(b"n"),
        Value::Bool(value) => hasher.update(if *value { b"t" } else { b"f" }),
        Value::Int(value) => {
            hasher.update(b"i");
            hasher.update(&value.to_le_bytes());
        }
        Value::Float(value) => {
            hasher.update(b"d");
            hasher.update(&value.to_bits().to_le_bytes());
        }
        Value::Str(value) => {
            hasher.update(b"s");
            text(value, hasher);
        }
        Value::Seq(items) => {
            hasher.update(b"[");
            hasher.update(&(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| digest(item, hasher));
        }
        Value::Map(map) => {
            hasher.update(b"{");
            hasher.update(&(map.entries().len() as u64).to_le_bytes());
            for entry in map.entries() {
                text(&entry.key, hasher);
                digest(&entry.value, hasher);
            }
        }
    }
}

/// Returns the entities as JSON objects with `between` between them, in the order of references and in pieces, which
/// are made in parallel; joined, they are the text.
#[must_use]
pub fn json_pieces(catalog: &Catalog, between: &str) -> Vec<Vec<u8>> {
    const ENTITIES_A_PIECE: usize = 64;
    let entities: Vec<&Entity> = catalog.exported().collect();
    let pieces = entities.par_chunks(ENTITIES_A_PIECE).enumerate();
    pieces
        .map(|(piece, entities)| {
            let mut out = Vec::new();
            for (i, entity) in entities.iter().enumerate() {
                if piece + i > 0 {
                    out.extend_from_slice(between.as_bytes());
                }
                // Writing to memory cannot fail.
                let _ = serde_json::to_writer(&mut out, &EntityJson(entity));
            }
            visible_json(String::from_utf8(out).unwrap_or_default()).into_bytes()
        })
        .collect()
}

/// Returns every entity as one JSON object a line, in the order of references.
#[must_use]
pub fn ndjson(catalog: &Catalog) -> Vec<u8> {
    let mut out = json_pieces(catalog, "\n").concat();
    if !out.is_empty() {
        out.push(b'\n');
    }
    out
}

/// The columns of [`csv()`].
pub const CSV_COLUMNS: &[&str] =
    &["ref", "kind", "namespace", "name", "title", "type", "lifecycle", "owner", "system", "tags", "description"];

/// Returns a table of the entities with a heading, as RFC 4180 spells it.
#[must_use]
pub fn csv(catalog: &Catalog, columns: &[ConfigColumn]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let target = |entity: &Entity, relation: &str| {
        entity.related(relation).map(|relation| relation.target.to_string()).collect::<Vec<_>>().join(" ")
    };
    // Writing to memory cannot fail, and every row has as many fields as the heading.
    let titles = columns.iter().map(|column| guarded(&column.title));
    let _ = writer.write_record(CSV_COLUMNS.iter().map(|title| (*title).to_owned()).chain(titles));
    for entity in catalog.exported() {
        let spec = |field| entity.spec_str(field).unwrap_or("").to_owned();
        let systems = entity.related("partOf").filter(|relation| relation.target.kind() == "system");
        let row = [
            entity.reference.to_string(),
            entity.kind.to_string(),
            entity.namespace().to_owned(),
            entity.name().to_owned(),
            entity.metadata_str("title").unwrap_or("").to_owned(),
            spec("type"),
            spec("lifecycle"),
            target(entity, "ownedBy"),
            systems.map(|relation| relation.target.to_string()).collect::<Vec<_>>().join(" "),
            entity.tags().collect::<Vec<_>>().join(" "),
            entity.description().unwrap_or("").to_owned(),
        ];
        let own = columns.iter().map(|column| value(entity, column).join(" "));
        let _ = writer.write_record(row.into_iter().chain(own).map(|field| guarded(&field)));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Returns what an entity has in a column of the configuration.
#[must_use]
pub fn value(entity: &Entity, column: &ConfigColumn) -> Vec<String> {
    if fits(&column.filter, entity) { values(entity, &column.path) } else { Vec::new() }
}

/// Keeps spreadsheets from taking a text for a formula, and CI runners from taking one of its lines for a command.
pub(crate) fn guarded(field: &str) -> String {
    let field = visible_lines(field);
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.into_owned() }
}

/// One value of a facet and how many entities have it.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct FacetValue {
    /// The value with its case.
    pub value: String,
    /// How many entities have it.
    pub count: usize,
}

/// The facets that are written for every site, as `/entity-facets` names them.
pub const FACETS: &[&str] =
    &["kind", "metadata.namespace", "metadata.tags", "relations.ownedBy", "spec.lifecycle", "spec.owner", "spec.type"];

/// Counts the values of one path over the entities (CB/service/DefaultEntitiesCatalog.ts `facets`): sorted by value,
/// grouped exactly, values over 200 characters left out.
#[must_use]
pub fn facet(catalog: &Catalog, path: &str) -> Vec<FacetValue> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entity in catalog.exported() {
        let mut values = values(entity, path);
        values.sort_unstable();
        values.dedup();
        for value in values.into_iter().filter(|value| value.chars().count() <= 200) {
            *counts.entry(value).or_default() += 1;
        }
    }
    counts.into_iter().map(|(value, count)| FacetValue { value, count }).collect()
}

fn values(entity: &Entity, path: &str) -> Vec<String> {
    if let Some(relation) = path.strip_prefix("relations.") {
        return entity.related(relation).map(|relation| relation.target.to_string()).collect();
    }
    at_path(&entity.root, path)
        .into_iter()
        .flat_map(|node| node.as_seq().map_or_else(|| vec![node], |items| items.iter().collect()))
        .filter_map(|node| match &node.value {
            Value::Str(text) => Some(text.to_string()),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => serde_json::to_string(node).ok(),
            Value::Null | Value::Seq(_) | Value::Map(_) => None,
        })
        .collect()
}

/// Returns what an entity has at a path, such as `spec.type`.
#[must_use]
pub fn field<'a>(entity: &'a Entity, path: &str) -> Option<&'a Node> {
    at_path(&entity.root, path)
}

/// Finds what is at a path. Keys may hold dots themselves: `metadata.annotations.example.com/tier`.
#[must_use]
pub fn at_path<'a>(node: &'a Node, path: &str) -> Option<&'a Node> {
    let below = |(dot, _)| node.get(&path[..dot]).and_then(|child| at_path(child, &path[dot + 1..]));
    node.get(path).or_else(|| path.match_indices('.').find_map(below))
}

/// The answer to `/entities/by-name/…/ancestry`: which Locations led to an entity.
#[must_use]
pub fn ancestry(catalog: &Catalog, id: EntityId) -> serde_json::Value {
    let entity = catalog.get(id);
    let mut items = Vec::new();
    let mut child = Some(entity);
    let mut parents = entity.ancestry.iter();
    while let Some(current) = child {
        let parent = parents.next();
        let refs: Vec<&str> = parent.iter().map(|parent| parent.as_str()).collect();
        items.push(serde_json::json!({ "entity": EntityJson(current), "parentEntityRefs": refs }));
        child = parent.and_then(|parent| catalog.find(parent.as_str())).map(|id| catalog.get(id));
    }
    serde_json::json!({ "rootEntityRef": entity.reference.as_str(), "items": items })
}

/// Returns the entity without what the catalog makes, as its author would write it.
#[must_use]
pub fn written(entity: &Entity) -> Node {
    let made = |key: &str| {
        matches!(
            key,
            "backstage.io/managed-by-location"
                | "backstage.io/managed-by-origin-location"
                | "backstage.io/view-url"
                | "backstage.io/edit-url"
                | "backstage.io/source-location"
        )
    };
    let mut root = entity.root.as_map().cloned().unwrap_or_default();
    if let Some(metadata) = root.entry("metadata").cloned() {
        let mut fields = entity.metadata().clone();
        if let Some(annotations) = fields.entry("annotations").cloned() {
            let kept =
                annotations.value.as_map().map_or(&[][..], Map::entries).iter().filter(|entry| !made(&entry.key));
            let kept = Map::new(kept.cloned());
            if kept.entries().is_empty() {
                let others = fields.entries().iter().filter(|entry| &*entry.key != "annotations").cloned();
                fields = Map::new(others.collect::<Vec<_>>());
            } else {
                let value = Node { span: annotations.value.span, value: Value::Map(kept.into()) };
                fields.set(crate::yaml::Entry { value, ..annotations });
            }
        }
        let value = Node { span: metadata.value.span, value: Value::Map(fields.into()) };
        root.set(crate::yaml::Entry { value, ..metadata });
    }
    Node { span: entity.root.span, value: Value::Map(root.into()) }
}
