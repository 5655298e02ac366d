//! The formats of API definitions, one a file.

mod asyncapi;
mod graphql;
mod openapi;
mod protobuf;

use super::model::Reference;
use crate::diag::Diagnostics;
use crate::text::FileId;
use crate::workspace::Workspace;

/// The text of a definition and where it stands.
pub(super) struct Source<'a> {
    pub(super) workspace: &'a Workspace,
    /// The file of the text, or of the entity that it stands in.
    pub(super) file: FileId,
    pub(super) text: &'a str,
}

/// One kind of API definition. To add one, add a file here and a line in [`FORMATS`].
pub(super) trait Format: Sync {
    /// The values of `spec.type` that mean it, in lower case.
    fn types(&self) -> &'static [&'static str];

    /// What readers call it.
    fn name(&self) -> &'static str;

    /// Reads a definition as far as it can be read.
    fn read(&self, source: &Source<'_>) -> (Reference, Diagnostics);
}

/// Every format that is shown as more than its text.
pub(super) const FORMATS: &[&dyn Format] =
    &[&openapi::OpenApi, &asyncapi::AsyncApi, &graphql::GraphQl, &protobuf::Protobuf];
