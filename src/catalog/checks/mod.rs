//! What a catalog can be checked for beyond what Backstage refuses: references, owners, annotations, values.
//!
//! To add a check, add a function to the file of its family (or a file and a line in [`run`]) and its code to the
//! table of rules. A check only reports; it changes nothing.

mod advice;
mod annotations;
mod code_owners;
mod owners;
mod references;
mod values;

use rayon::prelude::*;

use super::load::Loaded;
use super::{Entity, EntityId};
use crate::diag::{Diagnostic, Diagnostics};
use crate::text::Span;
use crate::workspace::Workspace;
use crate::yaml::{Entry, Node};

/// What the checks look at.
pub(super) struct Subject<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) loaded: &'a Loaded,
    names: advice::Names<'a>,
    /// Whether the catalog describes people at all.
    has_users: bool,
}

impl Subject<'_> {
    /// Returns where the name of an entity is written.
    pub(super) fn name_span(&self, id: EntityId) -> Span {
        self.loaded.name_spans[id.index()]
    }

    /// Returns where the value of `spec.FIELD` is written, or the name.
    pub(super) fn spec_span(&self, id: EntityId, field: &str) -> Span {
        let entity = self.loaded.catalog.get(id);
        entity.spec().and_then(|spec| spec.get(field)).map_or(self.name_span(id), |node| node.span)
    }
}

/// Runs every check; the result does not depend on the number of threads.
pub(crate) fn run(workspace: &Workspace, loaded: &Loaded) -> Diagnostics {
    let has_users = loaded.catalog.entities().iter().any(|entity| entity.reference.kind() == "user");
    let subject = Subject { workspace, loaded, names: advice::Names::new(loaded), has_users };
    let mut out: Diagnostics = (0..loaded.catalog.entities().len())
        .into_par_iter()
        .map(|i| {
            let id = EntityId::new(i);
            let entity = loaded.catalog.get(id);
            let mut found = Diagnostics::new();
            // Nobody wrote it, so nobody can correct it.
            if entity.implied.is_some() {
                return found;
            }
            references::each(&subject, id, entity, &mut found);
            owners::each(&subject, id, entity, &mut found);
            annotations::each(&subject, entity, &mut found);
            values::each(&subject, entity, &mut found);
            values::address(entity, subject.name_span(id), &mut found);
            for problem in &mut found {
                problem.entity.get_or_insert_with(|| entity.reference.shared());
            }
            found
        })
        .flatten_iter()
        .collect();
    references::cycles(&subject, &mut out);
    code_owners::run(&subject, &mut out);
    out
}

/// Returns the entries of a mapping below `metadata`, such as the annotations.
pub(super) fn metadata_entries<'a>(entity: &'a Entity, field: &str) -> &'a [Entry] {
    entity.metadata().get(field).and_then(Node::as_map).map_or(&[], crate::yaml::Map::entries)
}

/// Puts the entity into a problem that another entity's check found.
pub(super) fn about(problem: Diagnostic, entity: &Entity) -> Diagnostic {
    problem.entity(entity.reference.shared())
}
