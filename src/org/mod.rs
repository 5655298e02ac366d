//! People and teams from what other systems answered: a job saves the answers, and a build reads them and asks nobody.
//!
//! Each source (`sources/`) makes of its answers what Backstage's provider for the same system makes of them. An entry that
//! cannot become an entity costs itself and is reported at its place in the saved file. An answer that is cut off is an error:
//! half an organisation must not be published as a whole one.

mod draft;
mod files;
mod json;
mod ldif;
mod names;
pub mod script;
mod sources;

pub use draft::OrgEntity;

use std::collections::BTreeSet;

use crate::config::OrgConfig;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, LineIndex, Span};
use crate::workspace::Workspace;
use draft::Draft;

/// Maximum number of entries of a source that are left out and reported one by one.
const MAX_SKIPPED: usize = 100;

/// Reads the answers of all sources of the configuration.
#[must_use]
pub fn read(workspace: &Workspace) -> (Vec<OrgEntity>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut entities = Vec::new();
    for source in &workspace.config().org {
        let mut drafts = Vec::new();
        let mut problems = Diagnostics::new();
        sources::read(workspace, source, &mut drafts, &mut problems);
        entities.extend(drafts.into_iter().filter_map(|draft| finished(source, draft, &mut problems)));
        found.extend(shortened(problems));
    }
    number_lines(workspace, &mut entities);
    (entities, found)
}

/// Leaves the first of the entries that are left out, and says how many more there are.
fn shortened(mut problems: Diagnostics) -> Diagnostics {
    let mut count = 0;
    let mut last = None;
    problems.retain(|problem| {
        if problem.code != codes::ORG_ENTRY_SKIPPED {
            return true;
        }
        count += 1;
        if count > MAX_SKIPPED {
            last.get_or_insert(problem.span());
        }
        count <= MAX_SKIPPED
    });
    if let Some(span) = last {
        problems.push(skipped(span, &format!("and {} more of this source", count - MAX_SKIPPED - 1)));
    }
    problems
}

/// Notes in which line of its file each entry begins.
fn number_lines(workspace: &Workspace, entities: &mut [OrgEntity]) {
    let files: BTreeSet<FileId> = entities.iter().map(|entity| entity.span.file).collect();
    for file in files {
        let Ok(text) = workspace.text_once(file, files::MAX_FILE) else { continue };
        let lines = LineIndex::new(&text);
        for entity in entities.iter_mut().filter(|entity| entity.span.file == file) {
            entity.line = lines.position(&text, entity.span.start as usize).line;
        }
    }
}

/// Makes the entity of a draft; one whose name cannot be in an address is left out.
fn finished(source: &OrgConfig, draft: Draft, found: &mut Diagnostics) -> Option<OrgEntity> {
    if let Some(reason) = names::unusable(&draft.name) {
        found.push(skipped(draft.span, &format!("{} `{}`: {reason}", draft.kind(), names::shown(&draft.name))));
        return None;
    }
    Some(draft.entity(source.merge))
}

/// Reports an entry that becomes no entity.
fn skipped(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(codes::ORG_ENTRY_SKIPPED, span, format!("this entry is left out: {what}"))
        .help("mend it where it is kept, and save the answer again; everything else is read")
}

/// Reports an answer that is not whole.
fn incomplete(span: Span, what: impl Into<String>) -> Diagnostic {
    Diagnostic::new(codes::ORG_DATA_INCOMPLETE, span, what)
        .help("save the answers again, all of them; see `playbill org script`")
}
