//! Whether everything has an owner that can answer.

use super::Subject;
use crate::catalog::{Entity, EntityId};
use crate::diag::{Diagnostic, Diagnostics, codes};

/// Checks the ownership of one entity.
pub(super) fn each(subject: &Subject<'_>, id: EntityId, entity: &Entity, out: &mut Diagnostics) {
    let catalog = &subject.loaded.catalog;
    let kind = entity.reference.kind();
    if kind == "template" && entity.related("ownedBy").next().is_none() {
        out.push(
            Diagnostic::new(
                codes::MISSING_OWNER,
                subject.name_span(id),
                format!("`{}` has no owner", entity.reference),
            )
            .help("add `owner:` below `spec:`"),
        );
    }
    // One who is not there is reported as that.
    let person = entity.related("ownedBy").find(|owner| owner.target.kind() == "user" && owner.id.is_some());
    if let Some(owner) = person {
        out.push(
            Diagnostic::new(
                codes::OWNER_IS_USER,
                subject.spec_span(id, "owner"),
                format!("`{}` is owned by a person, `{}`", entity.reference, owner.target),
            )
            .label("people move on; groups stay")
            .help("name a group")
            .cause(owner.target.shared()),
        );
    }
    // Without any user, people come from elsewhere, and nothing is known of who is a member of what.
    if kind == "group"
        && subject.has_users
        && let Some(owned) = entity.related("ownerOf").next()
        && entity.related("hasMember").next().is_none()
        && entity.related("parentOf").next().is_none()
    {
        out.push(
            Diagnostic::new(
                codes::EMPTY_OWNER_GROUP,
                subject.name_span(id),
                format!("`{}` owns `{}` but has no members", entity.reference, owned.target),
            )
            .label("nobody would answer")
            .help("add its users with `memberOf`, or move what it owns to another group"),
        );
    }
    if kind == "api" {
        let owners = |entity: &Entity| -> Vec<String> {
            entity.related("ownedBy").map(|owner| owner.target.to_string()).collect()
        };
        let own = owners(entity);
        let providers: Vec<&Entity> =
            entity.related("apiProvidedBy").filter_map(|provider| provider.id).map(|id| catalog.get(id)).collect();
        if let Some(provider) = providers.first()
            && !own.is_empty()
            && providers.iter().all(|provider| owners(provider) != own)
        {
            out.push(
                Diagnostic::new(
                    codes::API_OWNER_DIFFERS,
                    subject.spec_span(id, "owner"),
                    format!(
                        "`{}` is owned by {}, but its provider `{}` by {}",
                        entity.reference,
                        own.join(", "),
                        provider.reference,
                        owners(provider).join(", ")
                    ),
                )
                .help("let one group own both, if one group answers for both"),
            );
        }
    }
}
