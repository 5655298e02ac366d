//! GraphQL.
use super::{Format, Source};
use crate::api::model::Reference;
use crate::diag::Diagnostics;
/// See the module.
pub(super) struct GraphQl;
impl Format for GraphQl {
    fn types(&self) -> &'static [&'static str] { &["graphql"] }
    fn name(&self) -> &'static str { "GraphQL" }
    fn read(&self, _source: &Source<'_>) -> (Reference, Diagnostics) { Default::default() }
}
