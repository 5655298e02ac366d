//! Protocol Buffers.
use super::{Format, Source};
use crate::api::model::Reference;
use crate::diag::Diagnostics;
/// See the module.
pub(super) struct Protobuf;
impl Format for Protobuf {
    fn types(&self) -> &'static [&'static str] { &["grpc"] }
    fn name(&self) -> &'static str { "Protocol Buffers" }
    fn read(&self, _source: &Source<'_>) -> (Reference, Diagnostics) { Default::default() }
}
