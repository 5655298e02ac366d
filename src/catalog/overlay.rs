//! Extra data joined onto entities without touching their files.
//!
//! An overlay file holds a mapping from entity references, or from the values of an annotation named by `by`, to the
//! fields to add below `metadata` and `spec`. What the entity says itself wins, except inside lists, which are joined.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::EntityRef;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;
use crate::workspace::Workspace;
use crate::yaml::{self, Entry, Map, Node, Value};

/// The fields to add, by identity and by annotation value.
#[derive(Debug, Default)]
pub(super) struct Overlays {
    by_ref: BTreeMap<Arc<str>, Vec<(Span, Node)>>,
    /// By annotation key and value.
    by_annotation: BTreeMap<(Arc<str>, Arc<str>), Vec<Node>>,
}

impl Overlays {
    /// Reads the overlay files of the configuration.
    pub(super) fn read(workspace: &Workspace) -> (Self, Diagnostics) {
        let mut overlays = Self::default();
        let mut out = Diagnostics::new();
        for file in workspace.overlay_files() {
            let text = match workspace.text(*file, workspace.config().limits.catalog_file) {
                Ok(text) => text,
                Err(error) => {
                    let message = format!("this overlay cannot be read: {error}");
                    out.push(Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(*file), message));
                    continue;
                }
            };
            let (documents, problems) = yaml::parse(*file, &text);
            out.extend(problems);
            for root in documents.iter().filter_map(|document| document.root.as_ref()) {
                overlays.add(root, &mut out);
            }
        }
        (overlays, out)
    }

    fn add(&mut self, root: &Node, out: &mut Diagnostics) {
        let by = root.get("by").and_then(Node::as_str);
        let Some(entities) = root.get("entities").and_then(Node::as_map) else {
            out
                .push(Diagnostic::new(codes::INVALID_OVERLAY, root.span, "this overlay has no mapping `entities`").help(
                "write `entities:`, and below it a reference such as `component:default/web:` with the fields to add",
            ));
            return;
        };
        for entry in entities.entries() {
            let fields = entry.value.as_map().map_or(&[][..], Map::entries);
            let stray = fields.iter().find(|field| !matches!(&*field.key, "metadata" | "spec"));
            if entry.value.as_map().is_none() || stray.is_some() {
                let span = stray.map_or(entry.value.span, |field| field.key_span);
                out.push(
                    Diagnostic::new(codes::INVALID_OVERLAY, span, "an overlay adds to `metadata` and `spec` only")
                        .help("indent the fields below `metadata:` or `spec:`"),
                );
                continue;
            }
            match by {
                Some(annotation) => {
                    let key = (annotation.into(), Arc::clone(&entry.key));
                    self.by_annotation.entry(key).or_default().push(entry.value.clone());
                }
                None => match EntityRef::parse(&entry.key, None, "default") {
                    Ok(reference) => {
                        self.by_ref.entry(reference.shared()).or_default().push((entry.key_span, entry.value.clone()));
                    }
                    Err(_) => out.push(
                        Diagnostic::new(
                            codes::INVALID_OVERLAY,
                            entry.key_span,
                            format!("`{}` is not a full reference", entry.key),
                        )
                        .help("write `kind:namespace/name`"),
                    ),
                },
            }
        }
    }

    /// Adds to an entity what the overlays say of it.
    pub(super) fn apply(&self, root: &mut Node, reference: &EntityRef) {
        if self.by_ref.is_empty() && self.by_annotation.is_empty() {
            return;
        }
        let mut patches: Vec<Node> = Vec::new();
        if let Some(found) = self.by_ref.get(reference.as_str()) {
            patches.extend(found.iter().map(|(_, patch)| patch.clone()));
        }
        if !self.by_annotation.is_empty() {
            let annotations = root.get("metadata").and_then(|metadata| metadata.get("annotations")?.as_map());
            for entry in annotations.map_or(&[][..], Map::entries) {
                let Value::Str(value) = &entry.value.value else { continue };
                let key = (Arc::clone(&entry.key), Arc::clone(value));
                patches.extend(self.by_annotation.get(&key).into_iter().flatten().cloned());
            }
        }
        for patch in patches {
            *root = merge(root, &patch);
        }
    }

    /// Reports overlays of entities that are not in the catalog.
    pub(super) fn unmatched(&self, exists: impl Fn(&str) -> bool) -> Diagnostics {
        let missing = self.by_ref.iter().filter(|(reference, _)| !exists(reference));
        missing
            .flat_map(|(reference, patches)| {
                patches.iter().map(move |(span, _)| {
                    Diagnostic::new(codes::OVERLAY_UNMATCHED, *span, format!("`{reference}` is not in the catalog"))
                        .help("mend the reference, or remove the overlay")
                })
            })
            .collect()
    }
}

/// Returns `own` with what `patch` adds.
fn merge(own: &Node, patch: &Node) -> Node {
    let value = match (&own.value, &patch.value) {
        (Value::Map(own), Value::Map(patch)) => {
            let mut map = (**own).clone();
            for entry in patch.entries() {
                let value = match own.get(&entry.key) {
                    Some(value) => merge(value, &entry.value),
                    None => entry.value.clone(),
                };
                map.set(Entry { value, ..entry.clone() });
            }
            Value::Map(Arc::new(map))
        }
        (Value::Seq(own), Value::Seq(patch)) => {
            let new = patch.iter().filter(|item| own.iter().all(|old| old.value != item.value));
            Value::Seq(own.iter().chain(new).cloned().collect())
        }
        (own, _) => own.clone(),
    };
    Node { span: own.span, value }
}
