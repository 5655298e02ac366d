//! An entity that would describe what was found.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Owner;
use crate::text::FileId;

/// An entity that nobody wrote.
#[derive(Debug, Clone)]
pub(crate) struct Proposal {
    /// Such as `Component`.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) homepage: Option<String>,
    pub(crate) annotations: Vec<(&'static str, String)>,
    /// The value of `spec.type`.
    pub(crate) of_type: Option<&'static str>,
    pub(crate) owner: Option<Owner>,
    pub(crate) system: Option<String>,
    /// Names of the APIs that it provides.
    pub(crate) provides: Vec<String>,
    /// The path of the definition below the folder of the package.
    pub(crate) definition: Option<String>,
    /// Whether its folder has documentation.
    pub(crate) has_docs: bool,
    /// The files that say so, with their paths in the workspace; the first one lies in the folder of the package, if any does.
    pub(crate) evidence: Vec<(FileId, Arc<str>)>,
}

impl Proposal {
    /// Returns the entity as a file in `base` would have it, a path to the folder of the package such as `.` or `..`; whoever owns
    /// what nobody is known to own is called `owner`.
    pub(crate) fn entity(&self, base: &str, owner: &str) -> Value {
        let mut metadata = Map::new();
        metadata.insert("name".into(), json!(self.name));
        let text = |key: &str, value: &Option<String>, into: &mut Map<String, Value>| {
            if let Some(value) = value {
                into.insert(key.into(), json!(value));
            }
        };
        text("title", &self.title, &mut metadata);
        text("description", &self.description, &mut metadata);
        let mut annotations = Map::new();
        for (key, value) in &self.annotations {
            annotations.insert((*key).into(), json!(value));
        }
        if self.has_docs {
            annotations.insert("backstage.io/techdocs-ref".into(), json!(format!("dir:{base}")));
        }
        if !annotations.is_empty() {
            metadata.insert("annotations".into(), Value::Object(annotations));
        }
        if !self.tags.is_empty() {
            metadata.insert("tags".into(), json!(self.tags));
        }
        if let Some(url) = &self.homepage {
            metadata.insert("links".into(), json!([{"url": url, "title": "Homepage", "icon": "web"}]));
        }
        let mut spec = Map::new();
        if let Some(of_type) = self.of_type {
            spec.insert("type".into(), json!(of_type));
        }
        if self.kind != "System" {
            spec.insert("lifecycle".into(), json!("production"));
        }
        let owner = self.owner.as_ref().map_or_else(|| owner.to_owned(), Owner::reference);
        spec.insert("owner".into(), json!(owner));
        text("system", &self.system, &mut spec);
        if !self.provides.is_empty() {
            spec.insert("providesApis".into(), json!(self.provides));
        }
        if let Some(path) = &self.definition {
            spec.insert("definition".into(), json!({"$text": format!("{base}/{path}")}));
        }
        json!({
            "apiVersion": "backstage.io/v1alpha1",
            "kind": self.kind,
            "metadata": metadata,
            "spec": spec,
        })
    }
}
