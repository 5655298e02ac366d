//! The reference of every API: its definition read into one model, whatever the format.
//!
//! Owns the formats (one a file in `formats/`), references among the files of a definition, schemas, examples, request
//! snippets, and the division into pages. Knows nothing of templates.
//!
//! Invariants: reading cannot fail, it reports; what a fault leaves is shown; nothing is fetched, and nothing is read
//! outside of the repository; depth and number of what is shown are bounded.

mod bound;
pub mod diff;
mod example;
mod formats;
mod model;
pub mod parts;
mod sample;
mod schema;
pub mod snippet;
mod source;
mod syntax;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rayon::prelude::*;

pub use model::*;
pub use parts::{Part, Parts, Slice};
pub(crate) use schema::LIMITS;

use crate::catalog::{Catalog, Entity, EntityId};
use crate::depth::Depth;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::incremental::{ByAddress, Changes, MemoTable};
use crate::text::{FileId, LineIndex, Span};
use crate::workspace::Workspace;
use crate::yaml::Node;
use formats::{FORMATS, Format, Source};

/// The references of all APIs.
#[derive(Debug, Clone, Default)]
pub struct Apis {
    /// One for each API with a definition that is understood, in the order of entities.
    list: Arc<[Api]>,
}

/// References read before.
#[derive(Debug, Default)]
pub struct Memo {
    all: MemoTable<(), (ByAddress<Catalog>, Depth), (Apis, Diagnostics)>,
    /// By the name of the API.
    each: MemoTable<Arc<str>, Said, (Option<Api>, Diagnostics)>,
}

/// What an API says of itself.
#[derive(Debug, PartialEq)]
struct Said {
    file: FileId,
    root: Node,
    definition: Option<FileId>,
    depth: Depth,
}

impl Memo {
    /// Makes a memo that is enabled; the default one is not.
    #[must_use]
    pub fn enabled() -> Self {
        Self { all: MemoTable::enabled(), each: MemoTable::enabled() }
    }

    /// Applies changes; see [`MemoTable::invalidate`].
    pub(crate) fn invalidate(&self, changes: Option<&Changes>) {
        self.all.invalidate(changes);
        self.each.invalidate(changes);
    }
}

/// The reference of one API.
#[derive(Debug, Clone)]
pub struct Api {
    /// Whose it is.
    pub entity: EntityId,
    /// What it shows.
    pub reference: Arc<Reference>,
    /// Its pages.
    pub parts: Arc<Parts>,
    /// All of it in one text for download, where it is in several files.
    pub bundled: Option<Arc<str>>,
}

impl Apis {
    /// Returns all references.
    #[must_use]
    pub fn all(&self) -> &[Api] {
        &self.list
    }

    /// Returns a fingerprint of these references.
    #[must_use]
    pub fn identity(&self) -> ByAddress<[Api]> {
        ByAddress(Arc::clone(&self.list))
    }

    /// Returns the reference of an API, unless its definition could not be read or has a format that is not known.
    #[must_use]
    pub fn of(&self, entity: EntityId) -> Option<&Api> {
        let at = self.list.binary_search_by_key(&entity, |api| api.entity).ok()?;
        Some(&self.list[at])
    }
}

/// Reads the definition of every API; `memo` may know some.
#[must_use]
pub fn analyse(workspace: &Workspace, catalog: &Arc<Catalog>, depth: Depth, memo: &Memo) -> (Apis, Diagnostics) {
    if depth < Depth::Findings {
        return (Apis::default(), Diagnostics::new());
    }
    let all = memo.all.get(workspace, (), (ByAddress(Arc::clone(catalog)), depth), |workspace, _| {
        let (apis, problems) = each(catalog, |id, entity| {
            let said = Said { file: entity.file, root: entity.root.clone(), definition: entity.definition, depth };
            memo.each.get(workspace, entity.reference.shared(), said, |workspace, _| {
                let (mut api, problems) = read(workspace, id, entity);
                if let Some(api) = api.as_mut().filter(|_| depth == Depth::Pages) {
                    api.bundled = bundled(workspace, entity, &api.reference);
                }
                (api, problems)
            })
        });
        if memo.each.remembers() {
            memo.each.retain(|reference| catalog.find(reference).is_some());
        }
        (apis, problems)
    });
    Arc::unwrap_or_clone(all)
}

fn each(
    catalog: &Catalog,
    read: impl Fn(EntityId, &Entity) -> Arc<(Option<Api>, Diagnostics)> + Sync,
) -> (Apis, Diagnostics) {
    let entities: Vec<(EntityId, &Entity)> =
        catalog.iter().filter(|(_, entity)| entity.reference.kind() == "api").collect();
    let read: Vec<_> = entities.par_iter().map(|(id, entity)| read(*id, entity)).collect();
    let mut list = Vec::new();
    let mut diagnostics = Diagnostics::new();
    for ((id, _), read) in entities.into_iter().zip(read) {
        let (api, problems) = Arc::unwrap_or_clone(read);
        // Which number an entity has may change while it stays the same.
        list.extend(api.map(|api| Api { entity: id, ..api }));
        diagnostics.extend(problems);
    }
    (Apis { list: list.into() }, diagnostics)
}

/// Puts a definition that is in several files together.
fn bundled(workspace: &Workspace, entity: &Entity, reference: &Reference) -> Option<Arc<str>> {
    let file = entity.definition.filter(|_| reference.files > 1)?;
    let text = workspace.text(file, workspace.config().limits.definition_file).ok()?;
    // A placeholder such as `$openapi` has put it together already.
    let is_put_together = entity.spec_str("definition") != Some(&*text);
    if is_put_together { None } else { crate::catalog::bundled(workspace, file, &text).map(Into::into) }
}

fn read(workspace: &Workspace, id: EntityId, entity: &Entity) -> (Option<Api>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let spec = entity.spec();
    let Some(node) = spec.and_then(|spec| spec.get("definition")) else { return (None, problems) };
    let kind = entity.spec_str("type").unwrap_or_default().trim().to_lowercase();
    let limit = workspace.config().limits.definition_file;
    // What a placeholder put together is read from its parts, so that problems have their places.
    let file = entity.definition;
    let decoded = file.and_then(|file| workspace.decoded(file, limit).ok());
    problems.extend(file.zip(decoded.as_ref()).and_then(|(file, decoded)| decoded.problem(file)));
    let own = decoded.map(|decoded| decoded.text);
    let Some(text) = own.as_deref().or_else(|| node.as_str()) else { return (None, problems) };
    let marked = text;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // That there is nothing has been reported of the entity.
    if text.is_empty() {
        return (None, problems);
    }
    if let Some(problem) = named_inline(text, file.map_or(node.span, Span::whole), file.is_none()) {
        problems.push(problem);
        name_entity(&mut problems, entity);
        return (None, problems);
    }
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
    let Some(format) = format else {
        name_entity(&mut problems, entity);
        return (None, problems);
    };
    let inline = file.is_none();
    let text = &*source::without_mark(marked, is_tree(format));
    let (mut reference, found) = format.read(&Source { workspace, file: file.unwrap_or(entity.file), text, inline });
    let over = bound::bound(&mut reference, text.len()).map(|place| {
        let place = if place.range().is_empty() { Span::whole(file.unwrap_or(entity.file)) } else { place };
        Diagnostic::new(codes::PAGE_BUDGET, place, "the reference grows out of proportion to its definition")
            .label("from here on, much is left out")
            .help("what many operations share should be small; the definition itself is published whole")
    });
    for mut problem in found.into_iter().chain(over) {
        if inline {
            place_inline(workspace, entity, node.span, text, &mut problem);
        }
        problems.push(problem);
    }
    name_entity(&mut problems, entity);
    if reference == Reference::default() || (reference.groups.is_empty() && reference.title.is_none()) {
        return (None, problems);
    }
    let parts = Parts::new(&reference);
    (Some(Api { entity: id, reference: reference.into(), parts: parts.into(), bundled: None }), problems)
}

/// Reads a definition that no entity names, by what it says of its format or by the name of its file.
#[must_use]
pub fn read_file(workspace: &Workspace, file: FileId) -> (Option<Reference>, Diagnostics) {
    let decoded = match workspace.decoded(file, workspace.config().limits.definition_file) {
        Ok(decoded) => decoded,
        Err(error) => {
            let problem = Diagnostic::new(codes::UNREADABLE_FILE, Span::whole(file), error.to_string());
            return (None, vec![problem]);
        }
    };
    let text = decoded.text.strip_prefix('\u{feff}').unwrap_or(&decoded.text);
    let path = workspace.path(file);
    let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    let kind = match ending.as_str() {
        "graphql" | "graphqls" | "gql" => Some("graphql"),
        "proto" => Some("grpc"),
        _ => None,
    };
    let by_name = FORMATS.iter().copied().find(|format| kind.is_some_and(|kind| format.types().contains(&kind)));
    let Some(format) = by_name.or_else(|| declared_in(text)) else { return (None, Diagnostics::new()) };
    let text = &*source::without_mark(&decoded.text, is_tree(format));
    let (reference, mut problems) = format.read(&Source { workspace, file, text, inline: false });
    problems.extend(decoded.problem(file));
    let empty = reference.groups.is_empty() && reference.title.is_none();
    ((!empty).then_some(reference), problems)
}

fn name_entity(problems: &mut Diagnostics, entity: &Entity) {
    for problem in problems {
        problem.entity = Some(entity.reference.shared());
    }
}

/// Reports a definition that is only the name of a file, or an address.
fn named_inline(text: &str, span: Span, inline: bool) -> Option<Diagnostic> {
    const ENDINGS: &[&str] = &[
        ".yaml",
        ".yml",
        ".json",
        ".graphql",
        ".graphqls",
        ".gql",
        ".proto",
        ".wsdl",
        ".xml",
        ".raml",
        ".ts",
        ".txt",
        ".avsc",
    ];
    let text = text.trim();
    let written = ["$text:", "$openapi:", "$asyncapi:", "$ref:", "$yaml:", "$json:"];
    let placeholder = written.iter().find_map(|word| text.strip_prefix(word));
    let name = placeholder.unwrap_or(text).trim().trim_matches(['"', '\'']);
    if name.is_empty() || name.len() > 500 || name.contains(char::is_whitespace) {
        return None;
    }
    let address = name.starts_with("https://") || name.starts_with("http://");
    let lower = name.to_lowercase();
    let path = !name.contains(['{', '}', '<', '>', ';', '#', '"'])
        && ENDINGS.iter().any(|ending| lower.split('?').next().unwrap_or_default().ends_with(ending));
    if !(address || path) {
        return None;
    }
    let what = if address { "an address" } else { "the name of a file" };
    let problem = Diagnostic::new(
        codes::INVALID_API_DEFINITION,
        span,
        format!("the definition is {what}, not its text: `{name}`"),
    )
    .label("shown as it is");
    let file = if address { "./openapi.yaml" } else { name };
    Some(if !inline {
        problem.help("write the definition into this file, or let the entity name the file that has it")
    } else if address {
        problem.help(
            "copy the definition into the repository, and write `$text` below `definition` with the path of the copy",
        )
    } else {
        problem.help(format!("write `definition: {{$text: {file}}}`"))
    })
}

/// Returns whether a format is YAML or JSON, so that it says itself what it is.
fn is_tree(format: &dyn Format) -> bool {
    matches!(format.name(), "OpenAPI" | "AsyncAPI")
}

/// Returns whether a definition begins with the key that says its format, as no GraphQL or Protocol Buffers file does.
fn starts_as(text: &str) -> bool {
    if text.trim_start().starts_with('{') {
        return true;
    }
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    first.is_some_and(|line| declared_in(line).is_some())
}

/// Finds the format that a definition says it is written in: by its first key of such a name at the outermost level, or
/// by the words with which it begins.
fn declared_in(text: &str) -> Option<&'static dyn Format> {
    let by_name = |name: &str| FORMATS.iter().copied().find(|format| format.name() == name);
    if let Some(name) = begins_as(text) {
        return by_name(name);
    }
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if indent > 4 {
            continue;
        }
        let line = line.trim_start_matches([' ', '\t', '{', '"', '\'']);
        for (word, name) in [("openapi", "OpenAPI"), ("swagger", "OpenAPI"), ("asyncapi", "AsyncAPI")] {
            let Some(rest) = line.strip_prefix(word) else { continue };
            if rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':') {
                return by_name(name);
            }
        }
    }
    None
}

/// Recognises Protocol Buffers and GraphQL by their first words.
fn begins_as(text: &str) -> Option<&'static str> {
    let mut block = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(400) {
        if block {
            block = !line.contains("*/");
            continue;
        }
        if line.starts_with("/*") {
            block = !line.contains("*/");
            continue;
        }
        if line.starts_with("//") || line.starts_with('#') {
            continue;
        }
        let mut words = line.split(|c: char| c.is_whitespace() || c == '=' || c == '{' || c == '(');
        let first = words.next().unwrap_or_default();
        let rest = words.next().unwrap_or_default();
        let is_name = !rest.is_empty() && rest.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '@');
        let opens = line.contains('{') || line.contains('@') || line.contains('=');
        return match first {
            "syntax" | "edition" if line.ends_with(';') && line.contains('=') => Some("Protocol Buffers"),
            "package" | "message" | "service" if (line.ends_with(';') || opens) && !line.contains(": ") => {
                Some("Protocol Buffers")
            }
            "type" | "interface" | "enum" | "input" | "union" | "directive" | "extend" if is_name && opens => {
                Some("GraphQL")
            }
            "scalar" if is_name => Some("GraphQL"),
            "schema" if line.contains('{') => Some("GraphQL"),
            _ => None,
        };
    }
    None
}

/// Moves the places of a problem from the text of a definition to the catalog file that it is in.
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
