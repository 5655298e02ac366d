//! The checks of Backstage's Tech Insights, read from `app-config.yaml` as they are and judged as its fact checker does
//! (json-rules-engine with the readers of the backend).

mod check;
mod condition;
mod engine;
mod filter;
mod filter_script;
mod json_path;
mod operators;
mod property;

use std::collections::BTreeMap;

pub use check::Check;

use super::evidence::Evidence;
use super::facts::{BUILT_IN, FactBook};
use crate::catalog::Entity;
use crate::diag::{Diagnostic, codes};
use crate::text::Span;
use crate::yaml::{Map, Node, Value};

/// The facts of an entity by retriever.
pub(super) struct KnownFacts<'a> {
    entity: &'a Entity,
    book: &'a FactBook,
    built_in: BTreeMap<&'static str, Node>,
}

impl<'a> KnownFacts<'a> {
    pub(super) fn of(entity: &'a Entity, book: &'a FactBook) -> Self {
        Self { entity, book, built_in: BUILT_IN.iter().filter_map(|id| Some((*id, computed(id, entity)?))).collect() }
    }

    /// Returns a fact of a retriever, null included.
    fn fact(&self, retriever: &str, name: &str) -> Option<&Node> {
        if BUILT_IN.contains(&retriever) {
            return self.built_in.get(retriever)?.get(name);
        }
        self.book.find(retriever)?.of(self.entity.reference.as_str())?.get(name)
    }
}

/// The facts of the retrievers that come along, by name.
pub(super) fn built_in_facts(retriever: &str) -> &'static [&'static str] {
    match retriever {
        "entityOwnershipFactRetriever" => &["hasOwner", "hasGroupOwner"],
        "entityMetadataFactRetriever" => &["hasTitle", "hasDescription", "hasTags"],
        "techdocsFactRetriever" => &["hasAnnotationBackstageIoTechdocsRef", "hasAnnotationBackstageIoTechdocsEntity"],
        _ => &[],
    }
}

fn computed(retriever: &str, entity: &Entity) -> Option<Node> {
    let metadata = entity.metadata();
    let owner = entity.spec().and_then(|spec| spec.get("owner")).and_then(Node::as_str).unwrap_or_default();
    let annotation = |key: &str| entity.annotation_node(key).is_some_and(|node| !node.is_null());
    let has = |key: &str| metadata.get(key).is_some_and(|node| !node.is_null());
    let facts: Vec<(&str, bool)> = match retriever {
        "entityOwnershipFactRetriever" => {
            const KINDS: &[&str] = &["component", "domain", "system", "api", "resource", "template"];
            if !KINDS.contains(&entity.reference.kind()) {
                return None;
            }
            // A comparison of texts: `User:jo` and names that nobody knows count as groups.
            vec![("hasOwner", !owner.is_empty()), ("hasGroupOwner", !owner.is_empty() && !owner.starts_with("user:"))]
        }
        "entityMetadataFactRetriever" => vec![
            ("hasTitle", has("title")),
            ("hasDescription", has("description")),
            ("hasTags", metadata.get("tags").and_then(Node::as_seq).is_some_and(|tags| !tags.is_empty())),
        ],
        _ => vec![
            ("hasAnnotationBackstageIoTechdocsRef", annotation("backstage.io/techdocs-ref")),
            ("hasAnnotationBackstageIoTechdocsEntity", annotation("backstage.io/techdocs-entity")),
        ],
    };
    let span = entity.root.get("metadata").map_or(entity.root.span, |node| node.span);
    let entries = facts.into_iter().map(|(key, value)| crate::yaml::Entry {
        key: key.into(),
        key_span: span,
        value: Node { span, value: Value::Bool(value) },
    });
    Some(Node { span, value: Value::Map(std::sync::Arc::new(Map::new(entries))) })
}

/// What a check comes to for an entity.
pub(super) enum CheckVerdict {
    /// It cannot be used.
    Broken(String),
    /// It is not about such entities.
    NotApplicable,
    /// Nobody knows: why.
    Unknown(String),
    /// Whether it holds, or why that cannot be decided, with what was read.
    Decided(Result<bool, String>, Vec<Evidence>),
}

/// Judges an entity by a check.
pub(super) fn judge(check: &Check, facts: &KnownFacts<'_>) -> CheckVerdict {
    if let Some(fault) = &check.fault {
        return CheckVerdict::Broken(fault.clone());
    }
    if !check.filter.fits(facts.entity) {
        return CheckVerdict::NotApplicable;
    }
    if let Some(missing) = &check.source_missing {
        return CheckVerdict::Unknown(format!("there are no facts of `{missing}`"));
    }
    let run = engine::Run { check, facts };
    let mut evidence: Vec<Evidence> = Vec::new();
    for (name, params) in check.leaves() {
        match run.fact(name, params) {
            None => return CheckVerdict::Unknown(format!("the fact `{name}` is not known")),
            // What is reported is the fact of this name whatever the parameters, as the original does.
            Some(_) if evidence.iter().any(|known| *known.path == *name) => {}
            Some(_) => evidence.extend(run.fact(name, None).map(|value| Evidence {
                path: name.into(),
                value: Some(value.clone()),
                place: Some(value.span),
                line: 1,
            })),
        }
    }
    CheckVerdict::Decided(run.holds(), evidence)
}

/// Makes the report about a check that cannot be used.
pub(super) fn broken(id: &str, span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(codes::INVALID_CHECK, span, format!("the check `{id}` cannot be used: {why}"))
        .help("correct it: a backend with such a check does not start, or leaves the entity without results")
}
