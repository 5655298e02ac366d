//! Kinds that an organisation describes in its configuration, checked by JSON Schema.

use std::collections::BTreeMap;

use super::declared::{Declared, read_references_of};
use crate::config::{Config, CustomKind};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::Span;
#[cfg(feature = "custom-kinds")]
use crate::yaml::Entry;
use crate::yaml::{Map, Node};

/// The custom kinds of a configuration, their schemas compiled.
#[derive(Default)]
pub(crate) struct CustomKinds {
    kinds: BTreeMap<String, Compiled>,
}

/// One custom kind, ready to check entities.
pub(crate) struct Compiled {
    kind: CustomKind,
    #[cfg(feature = "custom-kinds")]
    schema: Option<jsonschema::Validator>,
}

impl CustomKinds {
    /// Compiles the kinds of `config`; a schema that cannot be compiled was reported with the configuration.
    pub(crate) fn new(config: &Config) -> Self {
        let compile = |kind: &CustomKind| Compiled {
            kind: kind.clone(),
            #[cfg(feature = "custom-kinds")]
            schema: kind.schema.as_ref().and_then(|schema| jsonschema::validator_for(schema).ok()),
        };
        Self { kinds: config.catalog.kinds.iter().map(|kind| (kind.name.clone(), compile(kind))).collect() }
    }

    pub(super) fn find(&self, name: &str) -> Option<&Compiled> {
        self.kinds.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }
}

impl Compiled {
    /// Checks apiVersion and spec of an entity, and reads its references.
    pub(super) fn check(&self, root: &Map, kind: Span, namespace: &str, out: &mut Diagnostics) -> Vec<Declared> {
        let version = root.get("apiVersion");
        let text = version.and_then(Node::as_str).unwrap_or("");
        if !self.kind.api_versions.is_empty() && !self.kind.api_versions.iter().any(|known| known == text) {
            out.push(
                Diagnostic::new(
                    codes::INVALID_API_VERSION,
                    version.map_or(kind, |node| node.span),
                    format!("`{text}` is no version of {}", self.kind.name),
                )
                .help(format!("write `apiVersion: {}`", self.kind.api_versions.join("` or `"))),
            );
        }
        let empty = Map::default();
        let spec_entry = root.entry("spec");
        #[cfg(feature = "custom-kinds")]
        self.check_schema(spec_entry, kind, out);
        let spec = spec_entry.and_then(|entry| entry.value.as_map()).unwrap_or(&empty);
        let mut declared = Vec::new();
        for relation in &self.kind.relations {
            read_references_of(relation, spec, namespace, &mut declared, out);
        }
        declared
    }

    /// Checks the spec of an entity against the schema of its kind.
    #[cfg(feature = "custom-kinds")]
    fn check_schema(&self, spec_entry: Option<&Entry>, kind: Span, out: &mut Diagnostics) {
        if let Some(schema) = &self.schema {
            let node = spec_entry.map(|entry| &entry.value);
            let json = node.and_then(|node| serde_json::to_value(node).ok()).unwrap_or(serde_json::json!({}));
            for error in schema.iter_errors(&json) {
                let pointer = error.instance_path().to_string();
                let span = spec_entry.map_or(kind, |entry| find(&entry.value, &pointer).unwrap_or(entry.key_span));
                let field = pointer.replace('/', ".");
                out.push(
                    Diagnostic::new(
                        codes::INVALID_VALUE,
                        span,
                        format!("`spec{field}` does not fit a {}: {error}", self.kind.name),
                    )
                    .help(format!("see the schema of {} in the configuration", self.kind.name)),
                );
            }
        }
    }
}

/// Finds the place of a JSON pointer below `node`, or the nearest that exists above it.
#[cfg(feature = "custom-kinds")]
fn find(node: &Node, pointer: &str) -> Option<Span> {
    let mut at = node;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let next = match part.parse::<usize>() {
            Ok(i) if at.as_seq().is_some() => at.as_seq().and_then(|items| items.get(i)),
            _ => at.get(&part),
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    Some(at.span).filter(|span| span.end > span.start)
}
