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

use super::facts::{BUILT_IN, FactBook};
use super::model::{Evidence, Level, Origin, Rule, RuleResult, Scorecard, Status, Test};
use crate::catalog::Entity;
use crate::config::Filter;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::yaml::{Map, Node, Value};

/// The id of the scorecard that the checks become.
pub const ID: &str = "tech-insights";

/// The ranks of the maturity plugin.
const RANKS: [(&str, &str, &str); 4] = [
    ("stone", "Stone", "#6e6e6e"),
    ("bronze", "Bronze", "#8c5a2b"),
    ("silver", "Silver", "#737b85"),
    ("gold", "Gold", "#9a7000"),
];

/// Makes a scorecard of `techInsights` in `app-config.yaml`; nothing without checks.
pub(super) fn scorecard(file: FileId, root: &Node, facts: &FactBook, problems: &mut Diagnostics) -> Option<Scorecard> {
    let checks = root.get("factChecker")?.get("checks")?.as_map()?;
    let mut rules = Vec::new();
    for entry in checks.entries() {
        let check = Check::read(&entry.key, entry.key_span, &entry.value, facts, problems);
        let text = |key: &str| {
            entry.value.get("metadata").and_then(|node| node.get(key)).and_then(Node::as_str).map(str::to_owned)
        };
        let rank = check.rank();
        let own =
            |key: &str| entry.value.get(key).and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let links = entry.value.get("links").and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(|link| {
            let text = |key: &str| link.get(key).and_then(Node::as_str).map(str::to_owned);
            let url = text("url")?;
            Some((text("title").unwrap_or_else(|| url.clone()), url))
        });
        rules.push(Rule {
            id: entry.key.to_string(),
            title: own("name").unwrap_or_else(|| entry.key.to_string()),
            description: own("description"),
            category: text("category"),
            rank,
            weight: 1,
            message: None,
            fix: text("solution"),
            links: links.collect(),
            owner: None,
            effective_from: None,
            in_force: true,
            skips_missing: true,
            span: Span::new(file, entry.key_span.start as usize, entry.value.span.end as usize),
            test: Test::Check(Box::new(check)),
        });
    }
    if rules.is_empty() {
        return None;
    }
    let ranked = rules.iter().any(|rule| rule.rank.is_some());
    let titles = root.get("maturity").and_then(|node| node.get("rank"));
    let levels = RANKS.iter().map(|(id, title, color)| {
        let own = |key: &str| titles?.get(id)?.get(key)?.as_str().map(str::to_owned);
        Level {
            id: (*id).to_owned(),
            title: own("title").unwrap_or_else(|| (*title).to_owned()),
            description: own("description"),
            color: Some((*color).to_owned()),
            from: None,
        }
    });
    let levels = if ranked {
        levels.collect()
    } else {
        vec![Level { id: "none".to_owned(), title: "No level".to_owned(), ..Level::default() }]
    };
    Some(Scorecard {
        id: ID.to_owned(),
        title: "Tech Insights".to_owned(),
        description: None,
        owner: None,
        origin: Origin::TechInsights { ranked },
        file,
        span: rules[0].span,
        filter: Filter::default(),
        filter_text: None,
        levels,
        rules,
        gate: None,
        exemptions: Vec::new(),
        initiatives: Vec::new(),
        outcomes: Vec::new(),
        rollups: Vec::new(),
        ranking: Vec::new(),
    })
}

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

/// Judges an entity by a check.
pub(super) fn judge(check: &Check, facts: &KnownFacts<'_>) -> RuleResult {
    let with_reason = |status: Status, why: String| RuleResult { why: Some(why.into()), ..RuleResult::of(status) };
    if let Some(fault) = &check.fault {
        return with_reason(Status::Error, fault.clone());
    }
    if !check.filter.fits(facts.entity) {
        return RuleResult::of(Status::NotApplicable);
    }
    if let Some(missing) = &check.source_missing {
        return with_reason(Status::NoData, format!("there are no facts of `{missing}`"));
    }
    let run = engine::Run { check, facts };
    let mut evidence: Vec<Evidence> = Vec::new();
    for (name, params) in check.leaves() {
        match run.fact(name, params) {
            None => return with_reason(Status::NoData, format!("the fact `{name}` is not known")),
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
    match run.holds() {
        Ok(holds) => {
            RuleResult { evidence: evidence.into(), ..RuleResult::of(if holds { Status::Pass } else { Status::Fail }) }
        }
        Err(fault) => RuleResult { evidence: evidence.into(), ..with_reason(Status::Error, fault) },
    }
}

/// Makes the report about a check that cannot be used.
pub(super) fn broken(id: &str, span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(codes::INVALID_CHECK, span, format!("the check `{id}` cannot be used: {why}"))
        .help("correct it: a backend with such a check does not start, or leaves the entity without results")
}
