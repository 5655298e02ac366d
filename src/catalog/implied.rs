//! Entities that nobody wrote: what a folder without a catalog holds, as if it were described.

use std::sync::Arc;

use super::Implied;
use super::document::{self, Context, Draft};
use super::placeholder::Brought;
use super::skeleton::Skeletons;
use crate::discover::{self, Package, Proposal};
use crate::text::{FileId, Span};
use crate::yaml;

/// Who owns what nobody is known to own.
const NOBODY: &str = "unknown";

/// Returns the entities that are implied by what is scanned, but for what templates fetch.
pub(super) fn drafts(context: &Context<'_>, skeletons: &Skeletons) -> Vec<Draft> {
    let discovery = discover::discover(context.workspace, &|path| skeletons.hold(path));
    let mut drafts = Vec::new();
    for package in &discovery.packages {
        drafts.extend(package.proposals.iter().filter_map(|proposal| of_proposal(context, package, proposal)));
    }
    for owner in &discovery.owners {
        let path = context.workspace.path(owner.file);
        let implied = Implied {
            evidence: vec![path],
            path: discover::ORG_FILE.to_owned(),
            yaml: serde_yaml::to_string(&owner.entity()).unwrap_or_default(),
        };
        drafts.extend(read(context, owner.file, &owner.entity(), implied));
    }
    drafts
}

fn of_proposal(context: &Context<'_>, package: &Package, proposal: &Proposal) -> Option<Draft> {
    let workspace = context.workspace;
    let (file, _) = proposal.evidence.first()?;
    // Paths in an entity are relative to its file, which here is the first piece of evidence.
    let below = workspace.path_below(&package.folder, *file)?;
    let up = below.matches('/').count();
    let base = if up == 0 { ".".to_owned() } else { vec![".."; up].join("/") };
    let written = proposal.entity(".", NOBODY);
    let implied = Implied {
        evidence: proposal.evidence.iter().map(|(_, path)| Arc::clone(path)).collect(),
        path: package.file(),
        yaml: serde_yaml::to_string(&written).unwrap_or_default(),
    };
    let mut draft = read(context, *file, &proposal.entity(&base, NOBODY), implied)?;
    if proposal.owner.is_none() {
        draft.declared.retain(|declared| &*declared.field != "owner");
    }
    Some(draft)
}

/// Reads an entity as if it was in a file; `None` if the configuration does not allow it.
fn read(context: &Context<'_>, file: FileId, entity: &serde_json::Value, implied: Implied) -> Option<Draft> {
    let span = Span::whole(file);
    let root = yaml::from_json(entity, span);
    let (draft, _) = document::read(context, &mut Brought::new(), root, span);
    let draft = draft.filter(|draft| draft.valid || draft.rejected_by_backstage)?;
    Some(Draft { implied: Some(Arc::new(implied)), ..draft })
}
