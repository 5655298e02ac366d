//! AsyncAPI.
use super::{Format, Source};
use crate::api::model::Reference;
use crate::diag::Diagnostics;
/// See the module.
pub(super) struct AsyncApi;
impl Format for AsyncApi {
    fn types(&self) -> &'static [&'static str] { &["asyncapi"] }
    fn name(&self) -> &'static str { "AsyncAPI" }
    fn read(&self, _source: &Source<'_>) -> (Reference, Diagnostics) { Default::default() }
}
