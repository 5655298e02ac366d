//! What a result was made from.

use crate::text::Span;
use crate::yaml::Node;

/// One thing that a condition read.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// How the condition asks for it, such as `entity.spec.owner`.
    pub path: Box<str>,
    /// What was there; `None` if it was not set.
    pub value: Option<Node>,
    /// Where it is, or would be.
    pub place: Option<Span>,
    /// The line of the place, from 1.
    pub line: u32,
}
