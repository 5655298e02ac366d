//! The reference of every API: its definition read into one model, whatever the format.
//!
//! Owns the formats (one a file in `formats/`), references among the files of a definition, schemas, examples, request
//! snippets, and the division into pages. Knows nothing of templates.
//!
//! Invariants: reading cannot fail, it reports; what a fault leaves is shown; nothing is fetched, and nothing is read
//! outside of the repository; depth and number of what is shown are bounded.

pub mod diff;
mod example;
mod formats;
mod model;
pub mod parts;
mod schema;
pub mod snippet;
mod source;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rayon::prelude::*;

pub use model::*;
pub use parts::{Part, Parts, Slice};

use crate::catalog::{Catalog, Entity, EntityId};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, LineIndex, Span};
use crate::workspace::Workspace;
use formats::{FORMATS, Format, Source};

/// The references of all APIs.
#[derive(Debug, Clone, Default)]
pub struct Apis {
    /// One for each API with a definition that is understood, in the order of entities.
    list: Vec<Api>,
}

/// The reference of one API.
#[derive(Debug, Clone)]
pub struct Api {
    /// Whose it is.
    pub entity: EntityId,
    /// What it shows.
    pub reference: Reference,
    /// Its pages.
    pub parts: Parts,
    /// All of it in one text, where it stands in several files; see [`Apis::bundle`].
    pub bundled: Option<Arc<str>>,
}

impl Apis {
    /// Returns all references.
    #[must_use]
    pub fn all(&self) -> &[Api] {
        &self.list
    }

    /// Puts the definitions that stand in several files together, for download.
    pub fn bundle(&mut self, workspace: &Workspace, catalog: &Catalog) {
        let limit = workspace.config().limits.definition_file;
        self.list.par_iter_mut().filter(|api| api.reference.files > 1).for_each(|api| {
            let entity = catalog.get(api.entity);
            let Some(file) = entity.definition else { return };
            let Ok(text) = workspace.text(file, limit) else { return };
            // A placeholder such as `$openapi` has put it together already.
            if entity.spec_str("definition") == Some(&*text) {
                api.bundled = crate::catalog::bundled(workspace, file, &text).map(Into::into);
            }
        });
    }

    /// Returns the reference of an API, unless its definition could not be read or has a format that is not known.
    #[must_use]
    pub fn of(&self, entity: EntityId) -> Option<&Api> {
        let at = self.list.binary_search_by_key(&entity, |api| api.entity).ok()?;
        Some(&self.list[at])
    }
}

/// Reads the definition of every API.
#[must_use]
pub fn analyse(workspace: &Workspace, catalog: &Catalog) -> (Apis, Diagnostics) {
    let entities: Vec<(EntityId, &Entity)> =
        catalog.iter().filter(|(_, entity)| entity.reference.kind() == "api").collect();
    let read: Vec<(Option<Api>, Diagnostics)> =
        entities.par_iter().map(|(id, entity)| read(workspace, *id, entity)).collect();
    let mut apis = Apis::default();
    let mut diagnostics = Diagnostics::new();
    for (api, problems) in read {
        apis.list.extend(api);
        diagnostics.extend(problems);
    }
    (apis, diagnostics)
}

fn read(workspace: &Workspace, id: EntityId, entity: &Entity) -> (Option<Api>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let spec = entity.spec();
    let Some(node) = spec.and_then(|spec| spec.get("definition")) else { return (None, problems) };
    let kind = entity.spec_str("type").unwrap_or_default().trim().to_lowercase();
    let limit = workspace.config().limits.definition_file;
    // What a placeholder put together is read from its parts, so that problems have their places.
    let file = entity.definition;
    let own = file.and_then(|file| workspace.text(file, limit).ok());
    let Some(text) = own.as_deref().or_else(|| node.as_str()) else { return (None, problems) };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let declared = FORMATS.iter().copied().find(|format| format.types().contains(&&*kind));
    let found = declared_in(text);
    let format = match (declared, found) {
        (Some(declared), Some(found)) if declared.name() != found.name() && (is_tree(declared) || starts_as(text)) => {
            let span = file.map_or(node.span, Span::whole);
            let message = format!("the type of the API is `{kind}`, but its definition is {}", found.name());
            problems.push(
                Diagnostic::new(codes::API_TYPE_DIFFERS, span, message)
                    .label(format!("shown as {}", found.name()))
                    .help(format!("write `type: {}`, or name another file", found.types()[0])),
            );
            Some(found)
        }
        (None, Some(found)) => Some(found),
        (declared, _) => declared,
    };
    let Some(format) = format else { return (None, problems) };
    let (reference, found) = format.read(&Source { workspace, file: file.unwrap_or(entity.file), text });
    let inline = file.is_none();
    for mut problem in found {
        if inline {
            place_inline(workspace, entity, node.span, text, &mut problem);
        }
        problems.push(problem);
    }
    for problem in &mut problems {
        problem.entity = Some(entity.reference.shared());
    }
    if reference == Reference::default() || (reference.groups.is_empty() && reference.title.is_none()) {
        return (None, problems);
    }
    let parts = Parts::new(&reference);
    (Some(Api { entity: id, reference, parts, bundled: None }), problems)
}

/// Reads a definition that no entity names, by what it says of its format or by the name of its file.
#[must_use]
pub fn read_file(workspace: &Workspace, file: FileId) -> (Option<Reference>, Diagnostics) {
    let text = match workspace.text(file, workspace.config().limits.definition_file) {
        Ok(text) => text,
        Err(error) => {
            let problem = Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(file), error.to_string());
            return (None, vec![problem]);
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let path = workspace.path(file);
    let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    let kind = match ending.as_str() {
        "graphql" | "graphqls" | "gql" => Some("graphql"),
        "proto" => Some("grpc"),
        _ => None,
    };
    let by_name = FORMATS.iter().copied().find(|format| kind.is_some_and(|kind| format.types().contains(&kind)));
    let Some(format) = by_name.or_else(|| declared_in(text)) else { return (None, Diagnostics::new()) };
    let (reference, problems) = format.read(&Source { workspace, file, text });
    let empty = reference.groups.is_empty() && reference.title.is_none();
    ((!empty).then_some(reference), problems)
}

/// Returns whether a format is YAML or JSON, so that it says itself what it is.
fn is_tree(format: &dyn Format) -> bool {
    matches!(format.name(), "OpenAPI" | "AsyncAPI")
}

/// Returns whether a definition begins with the key that says its format, as no GraphQL or Protocol Buffers file does.
fn starts_as(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    first.is_some_and(|line| declared_in(line).is_some())
}

/// Finds the format that a definition says it is written in, by its first key of such a name at the outermost level.
fn declared_in(text: &str) -> Option<&'static dyn Format> {
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if indent > 4 {
            continue;
        }
        let line = line.trim_start_matches([' ', '\t', '{', '"', '\'']);
        for (word, name) in [("openapi", "OpenAPI"), ("swagger", "OpenAPI"), ("asyncapi", "AsyncAPI")] {
            let Some(rest) = line.strip_prefix(word) else { continue };
            if rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':') {
                return FORMATS.iter().copied().find(|format| format.name() == name);
            }
        }
    }
    None
}

/// Moves the places of a problem from the text of a definition to the catalog file that it stands in.
fn place_inline(workspace: &Workspace, entity: &Entity, node: Span, text: &str, problem: &mut Diagnostic) {
    let source = workspace.text(entity.file, u64::MAX).ok();
    let lines = LineIndex::new(text);
    for label in &mut problem.labels {
        if label.span.file != entity.file {
            continue;
        }
        let moved = source.as_deref().and_then(|source| {
            // Only a literal block has the lines of the text as they are; its value starts below the line of its `|`.
            let header = source.get(..node.start as usize)?.trim_end();
            header.trim_end_matches(['+', '-', '1', '2', '3', '4', '5', '6', '7', '8', '9']).strip_suffix('|')?;
            let outer = LineIndex::new(source);
            let first = outer.position(source, header.len()).line;
            let at = lines.position(text, label.span.start as usize);
            let line = outer.line(source, first + at.line);
            let indent = source[line.clone()].len() - source[line.clone()].trim_start_matches(' ').len();
            let own =
                text[lines.line(text, at.line)].len() - text[lines.line(text, at.line)].trim_start_matches(' ').len();
            let start = line.start + indent.saturating_sub(own) + at.column as usize - 1;
            let start = start.min(line.end);
            let length = (label.span.end - label.span.start) as usize;
            Some(Span::new(entity.file, start, (start + length).min(line.end)))
        });
        label.span = moved.unwrap_or(node);
    }
}
