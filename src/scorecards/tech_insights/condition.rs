//! What a check asks for.

use crate::text::Span;
use crate::yaml::Node;

/// A condition.
#[derive(Debug)]
pub(super) enum Condition {
    /// All of them, or any.
    Several { all: bool, parts: Vec<Condition>, priority: i64 },
    /// The opposite.
    Not { part: Box<Condition>, priority: i64 },
    /// A comparison.
    Leaf(Leaf),
}

/// A comparison of a fact.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) fact: String,
    pub(super) operator: String,
    pub(super) value: Node,
    pub(super) path: Option<String>,
    /// Which retriever's fact of this name.
    pub(super) retriever: Option<String>,
    pub(super) priority: i64,
    pub(super) span: Span,
}

impl Condition {
    pub(super) fn priority(&self) -> i64 {
        match self {
            Self::Several { priority, .. } | Self::Not { priority, .. } => *priority,
            Self::Leaf(leaf) => leaf.priority,
        }
    }

    /// Collects the comparisons.
    pub(super) fn leaves<'a>(&'a self, out: &mut Vec<&'a Leaf>) {
        match self {
            Self::Several { parts, .. } => parts.iter().for_each(|part| part.leaves(out)),
            Self::Not { part, .. } => part.leaves(out),
            Self::Leaf(leaf) => out.push(leaf),
        }
    }
}
