//! The formats of API definitions, one a file.

mod asyncapi;
mod checks;
mod graphql;
mod openapi;
mod protobuf;

use super::model::Reference;
use super::source::Files;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::workspace::Workspace;
use crate::yaml::Node;

/// The text of a definition and where it is.
pub(super) struct Source<'a> {
    pub(super) workspace: &'a Workspace,
    /// The file of the text, or of the entity that it is in.
    pub(super) file: FileId,
    pub(super) text: &'a str,
    /// Whether the text is within an entity.
    pub(super) inline: bool,
}

/// Reports a definition that is no mapping: something else altogether.
fn no_mapping(files: &mut Files<'_>, root: &Node, source: &Source<'_>, format: &str) {
    if source.text.trim_start().starts_with('<') {
        let span = Span::new(root.span.file, root.span.start as usize, root.span.start as usize + 1);
        let problem = Diagnostic::new(codes::API_SYNTAX, span, format!("this is HTML or XML, not {format}"));
        files.report(
            problem
                .label("cannot be read")
                .help("an error page may have been saved in its place: fetch the file again"),
        );
        return;
    }
    let problem = Diagnostic::new(
        codes::INVALID_API_DEFINITION,
        root.span,
        format!("an {format} definition must be a mapping, not {}", root.kind_name()),
    );
    files.report(problem.label("cannot be read").help("write the definition, or name the file that has it"));
}

/// One kind of API definition. To add one, add a file here and a line in [`FORMATS`].
pub(super) trait Format: Sync {
    /// The values of `spec.type` that mean it, in lower case.
    fn types(&self) -> &'static [&'static str];

    /// The name for readers.
    fn name(&self) -> &'static str;

    /// Reads a definition as far as it can be read.
    fn read(&self, source: &Source<'_>) -> (Reference, Diagnostics);
}

/// Every format that is shown as more than its text.
pub(super) const FORMATS: &[&dyn Format] =
    &[&openapi::OpenApi, &asyncapi::AsyncApi, &graphql::GraphQl, &protobuf::Protobuf];
