//! What would be if an entity moved to another owner, or were gone.

use crate::portal_export::PortalExport;

/// Gives an entity another owner.
///
/// # Errors
/// When there is no such entity.
pub fn move_owner(export: &mut PortalExport, reference: &str, owner: &str) -> Result<(), String> {
    let entity = export.entities.iter_mut().find(|entity| entity.reference == reference);
    let entity = entity.ok_or_else(|| format!("there is no entity `{reference}`"))?;
    entity.fields.insert("owner".to_owned(), owner.into());
    Ok(())
}

/// Takes an entity away, with everything that is its own.
///
/// # Errors
/// When there is no such entity.
pub fn retire(export: &mut PortalExport, reference: &str) -> Result<(), String> {
    let before = export.entities.len();
    export.entities.retain(|entity| entity.reference != reference);
    if export.entities.len() == before {
        return Err(format!("there is no entity `{reference}`"));
    }
    for relation in export.entities.iter_mut().flat_map(|entity| &mut entity.relations) {
        if relation.target == reference {
            relation.found = false;
        }
    }
    for entity in &mut export.entities {
        entity.relations.sort();
    }
    export.docs.retain(|page| page.entity != reference);
    export.apis.retain(|api| api.reference != reference);
    export.definitions.remove(reference);
    export.templates.retain(|template| template.reference != reference);
    export.decisions.retain(|decision| decision.entity.as_deref() != Some(reference));
    export.scores.retain(|score| score.reference != reference);
    export.problems.retain(|problem| problem.entity.as_deref() != Some(reference));
    Ok(())
}
