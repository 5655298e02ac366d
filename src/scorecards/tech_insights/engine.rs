//! The conditions of a check, decided as json-rules-engine does.

use std::collections::BTreeMap;

use super::check::{Check, retriever};
use super::condition::{Condition, Leaf};
use super::operators::{Js, apply};
use super::{KnownFacts, json_path};
use crate::yaml::Node;

/// A check and the facts it is run over.
pub(super) struct Run<'a> {
    pub(super) check: &'a Check,
    pub(super) facts: &'a KnownFacts<'a>,
}

impl Run<'_> {
    /// Returns a fact: that of the retriever named, if the check may ask it, else of the last of its retrievers that has it.
    pub(super) fn fact(&self, name: &str, retriever: Option<&str>) -> Option<&Node> {
        let ids = self.check.fact_ids.iter().rev();
        let mut asked = ids.filter(|id| retriever.is_none_or(|wanted| wanted == id.as_str()));
        asked.find_map(|id| self.facts.fact(id, name))
    }

    /// Decides the check.
    ///
    /// # Errors
    /// What json-rules-engine would throw.
    pub(super) fn holds(&self) -> Result<bool, String> {
        self.check.conditions.as_ref().map_or(Ok(false), |root| self.decide(root))
    }

    fn decide(&self, condition: &Condition) -> Result<bool, String> {
        match condition {
            Condition::Leaf(leaf) => self.compare(leaf),
            Condition::Not { part, .. } => self.decide(part).map(|holds| !holds),
            Condition::Several { parts, .. } if parts.is_empty() => Ok(true),
            Condition::Several { all, parts, .. } => {
                let mut sets: BTreeMap<i64, Vec<&Condition>> = BTreeMap::new();
                for part in parts {
                    sets.entry(part.priority()).or_default().push(part);
                }
                // Those of one priority are all asked; a set that decides spares those of lower priority.
                for set in sets.values().rev() {
                    let results = set.iter().map(|part| self.decide(part)).collect::<Vec<_>>();
                    let results = results.into_iter().collect::<Result<Vec<bool>, String>>()?;
                    if results.into_iter().any(|holds| holds != *all) {
                        return Ok(!all);
                    }
                }
                Ok(*all)
            }
        }
    }

    fn compare(&self, leaf: &Leaf) -> Result<bool, String> {
        let fact = self.fact(&leaf.fact, leaf.retriever.as_deref());
        let fact = self.at_path(fact, leaf.path.as_deref())?;
        let value = match leaf.value.get("fact") {
            Some(other) => {
                let name = other.as_str().unwrap_or_default();
                if self.fact(name, None).is_none() {
                    return Err(format!("Undefined fact: {name}"));
                }
                let found = self.fact(name, retriever(&leaf.value).as_deref());
                self.at_path(found, leaf.value.get("path").and_then(Node::as_str).filter(|path| !path.is_empty()))?
            }
            None => Js::of(&leaf.value),
        };
        apply(&leaf.operator, &fact, &value)
    }

    /// Returns what a path leads to; facts that are no list or mapping are taken as they are.
    fn at_path(&self, fact: Option<&Node>, path: Option<&str>) -> Result<Js, String> {
        let Some(fact) = fact else { return Ok(Js::Undefined) };
        match path {
            Some(path) if fact.as_map().is_some() || fact.as_seq().is_some() => {
                Ok(json_path::find(fact, path)?.as_ref().map_or(Js::Undefined, Js::of))
            }
            _ => Ok(Js::of(fact)),
        }
    }
}
