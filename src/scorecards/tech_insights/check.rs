//! Reading a check: what the backend refuses is refused here, and reported at its place.

use super::condition::{Condition, Leaf};
use super::filter::CheckFilter;
use super::{broken, built_in_facts};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::scorecards::facts::{BUILT_IN, FactBook};
use crate::text::{Span, nearest};
use crate::yaml::{Node, Value};

/// How deep conditions may be nested.
const MAX_DEPTH: usize = 100;

/// A check of Tech Insights.
#[derive(Debug, Default)]
pub struct Check {
    /// Why it cannot be used.
    pub fault: Option<String>,
    /// The retriever of which there are no facts at all.
    pub(super) source_missing: Option<String>,
    pub(super) fact_ids: Vec<String>,
    pub(super) conditions: Option<Condition>,
    pub(super) filter: CheckFilter,
    /// What results carry along.
    metadata: Option<Node>,
    success: Option<Node>,
    failure: Option<Node>,
}

/// What is wrong, and where.
type Refusal = (String, Span);

impl Check {
    pub(in crate::scorecards) fn read(
        id: &str,
        key: Span,
        node: &Node,
        facts: &FactBook,
        problems: &mut Diagnostics,
    ) -> Self {
        let mut check = Self {
            metadata: node.get("metadata").cloned(),
            success: node.get("successMetadata").cloned(),
            failure: node.get("failureMetadata").cloned(),
            ..Self::default()
        };
        if let Err((why, span)) = check.fill(id, key, node, facts) {
            problems.push(broken(id, span, &why));
            check.fault = Some(why);
        } else if let Some(missing) = &check.source_missing {
            let span = node.get("factIds").map_or(key, |node| node.span);
            let message = format!("the check `{id}` asks for facts of `{missing}`, of which there is no file");
            let help = match nearest(
                missing,
                facts.retrievers.iter().map(|it| it.id.as_str()).chain(BUILT_IN.iter().copied()),
            ) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("let a job write `facts/{missing}.json`"),
            };
            problems.push(Diagnostic::new(codes::UNKNOWN_FACT, span, message).help(help));
        }
        check
    }

    fn fill(&mut self, id: &str, key: Span, node: &Node, facts: &FactBook) -> Result<(), Refusal> {
        if !is_id(id) {
            return Err((
                "its id is letters and digits with single `-` or `_` between parts that begin with a letter".to_owned(),
                key,
            ));
        }
        if node.as_map().is_none() {
            return Err((format!("it is a mapping, and this is {}", node.kind_name()), node.span));
        }
        for name in ["type", "name", "description"] {
            text(node, name, key)?;
        }
        let ids = required(node, "factIds", key)?;
        let Some(items) = ids.as_seq() else {
            return Err((format!("`factIds` is a list of texts, and this is {}", ids.kind_name()), ids.span));
        };
        for item in items {
            let id = item.as_str().filter(|id| !id.is_empty());
            self.fact_ids.push(id.ok_or_else(|| ("`factIds` is a list of texts".to_owned(), item.span))?.to_owned());
        }
        let rule = required(node, "rule", key)?;
        if rule.as_map().is_none() {
            return Err((format!("`rule` is a mapping, and this is {}", rule.kind_name()), rule.span));
        }
        let conditions = required(rule, "conditions", rule.span)?;
        let root = conditions_of(conditions, true, 0)?;
        if let Some(priority) = rule.get("priority").filter(|node| !node.is_null()) {
            let number = number(priority, "priority")?;
            // 0 means the default, as nothing does.
            if number != 0.0 && number.trunc() <= 0.0 {
                return Err(("the `priority` of a rule is above 0".to_owned(), priority.span));
            }
        }
        self.filter = CheckFilter::read(node.get("filter"))
            .map_err(|why| (why, node.get("filter").map_or(key, |node| node.span)))?;
        self.conditions = Some(root);
        self.facts_are_declared(facts)
    }

    /// Refuses facts that no retriever of the check declares.
    fn facts_are_declared(&mut self, facts: &FactBook) -> Result<(), Refusal> {
        let is_declared = |name: &str| {
            self.fact_ids.iter().any(|id| {
                built_in_facts(id).contains(&name) || facts.find(id).is_some_and(|it| it.declared.contains_key(name))
            })
        };
        let is_there = |id: &String| BUILT_IN.contains(&id.as_str()) || facts.find(id).is_some();
        let mut leaves = Vec::new();
        self.conditions.iter().for_each(|root| root.leaves(&mut leaves));
        let undeclared: Vec<&Leaf> = leaves.into_iter().filter(|leaf| !is_declared(&leaf.fact)).collect();
        if let Some(first) = undeclared.first() {
            match self.fact_ids.iter().find(|id| !is_there(id)) {
                Some(missing) => self.source_missing = Some(missing.clone()),
                None => {
                    let known = self.fact_ids.iter().flat_map(|id| {
                        let own = facts.find(id).into_iter().flat_map(|it| it.declared.keys().map(String::as_str));
                        built_in_facts(id).iter().copied().chain(own)
                    });
                    let near = nearest(&first.fact, known).map(|near| format!(" (did you mean `{near}`?)"));
                    let why = format!(
                        "no retriever of its `factIds` has a fact `{}`{}",
                        first.fact,
                        near.unwrap_or_default()
                    );
                    return Err((why, first.span));
                }
            }
        }
        Ok(())
    }

    /// Returns the rank of the maturity plugin, 0 to 3.
    pub(in crate::scorecards) fn rank(&self) -> Option<usize> {
        match self.metadata.as_ref()?.get("rank")?.value {
            Value::Int(rank @ 0..=3) => usize::try_from(rank).ok(),
            _ => None,
        }
    }

    /// Returns the facts that conditions name, each with the retriever that it wants.
    pub(super) fn leaves(&self) -> Vec<(&str, Option<&str>)> {
        let mut leaves = Vec::new();
        self.conditions.iter().for_each(|root| root.leaves(&mut leaves));
        leaves.into_iter().map(|leaf| (leaf.fact.as_str(), leaf.retriever.as_deref())).collect()
    }

    /// Returns the metadata of a result: that of the check, with what it has for success or failure laid over.
    #[must_use]
    pub fn metadata(&self, passed: bool) -> Option<serde_json::Value> {
        let over = if passed { &self.success } else { &self.failure };
        let object = |node: &Option<Node>| match node.as_ref().map(serde_json::to_value) {
            Some(Ok(serde_json::Value::Object(object))) => Some(object),
            _ => None,
        };
        match (object(&self.metadata), object(over)) {
            (None, None) => None,
            (own, over) => {
                let mut own = own.unwrap_or_default();
                own.extend(over.unwrap_or_default());
                Some(serde_json::Value::Object(own))
            }
        }
    }
}

/// The keys of Backstage's configuration: parts that begin with a letter, with single `-` or `_` between them.
fn is_id(id: &str) -> bool {
    id.split(['-', '_']).all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn required<'a>(node: &'a Node, key: &str, span: Span) -> Result<&'a Node, Refusal> {
    node.get(key).filter(|node| !node.is_null()).ok_or_else(|| (format!("`{key}` is missing"), span))
}

fn text(node: &Node, key: &str, span: Span) -> Result<String, Refusal> {
    let value = required(node, key, span)?;
    match value.as_str() {
        Some("") => Err((format!("`{key}` is empty"), value.span)),
        Some(text) => Ok(text.to_owned()),
        None => Err((format!("`{key}` is a text, and this is {}", value.kind_name()), value.span)),
    }
}

fn number(node: &Node, key: &str) -> Result<f64, Refusal> {
    let number = match &node.value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Str(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| (format!("`{key}` is a number"), node.span))
}

fn conditions_of(node: &Node, is_root: bool, depth: usize) -> Result<Condition, Refusal> {
    if depth > MAX_DEPTH {
        return Err(("its conditions are nested too deeply".to_owned(), node.span));
    }
    if node.as_map().is_none() {
        return Err((format!("a condition is a mapping, and this is {}", node.kind_name()), node.span));
    }
    let there = |key: &str| node.get(key).filter(|node| !node.is_null());
    let priority = match there("priority") {
        Some(priority) => number(priority, "priority")?.trunc() as i64,
        None => 0,
    };
    // 0 and nothing both mean the default.
    let priority = if priority == 0 { 1 } else { priority };
    if !is_root && node.get("fact").is_some() {
        return leaf(node, priority);
    }
    for (key, all) in [("all", true), ("any", false)] {
        if let Some(list) = there(key) {
            let items = list
                .as_seq()
                .ok_or_else(|| (format!("`{key}` is a list, and this is {}", list.kind_name()), list.span))?;
            let parts = items.iter().map(|item| conditions_of(item, false, depth + 1)).collect::<Result<_, _>>()?;
            return Ok(Condition::Several { all, parts, priority });
        }
    }
    if let Some(inner) = there("not") {
        if inner.as_map().is_none() {
            return Err((format!("`not` is one condition, and this is {}", inner.kind_name()), inner.span));
        }
        return Ok(Condition::Not { part: Box::new(conditions_of(inner, false, depth + 1)?), priority });
    }
    if there("condition").is_some() {
        let name = text(node, "condition", node.span)?;
        return Err((format!("it uses the shared condition `{name}`, and there are none"), node.span));
    }
    let why = if is_root {
        "its conditions begin with `all`, `any` or `not`"
    } else {
        "a condition has a `fact`, or `all`, `any` or `not`"
    };
    Err((why.to_owned(), node.span))
}

fn leaf(node: &Node, priority: i64) -> Result<Condition, Refusal> {
    let fact = text(node, "fact", node.span)?;
    let operator = text(node, "operator", node.span)?;
    let value = required(node, "value", node.span)?.clone();
    let path = match node.get("path").filter(|node| !node.is_null()) {
        Some(_) => Some(text(node, "path", node.span)?),
        None => None,
    };
    let retriever = retriever(node);
    let span = node.get("fact").map_or(node.span, |node| node.span);
    Ok(Condition::Leaf(Leaf { fact, operator, value, path, retriever, priority, span }))
}

/// Returns the retriever that `params` names.
pub(super) fn retriever(node: &Node) -> Option<String> {
    node.get("params")?.get("factRetrieverId")?.as_str().map(str::to_owned)
}
