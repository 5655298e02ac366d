//! The kinds of entities: one file each, with fields, relations and what authors often get wrong.
//!
//! To add a kind, add a file that makes a `Kind` and a line in `KINDS`.

mod ai_resource;
mod api;
mod component;
mod domain;
mod group;
mod location;
mod resource;
mod system;
mod template;
mod user;

use super::shape::Field;
use crate::yaml::Map;

/// The two versions that all kinds of the core model accept.
const CORE_VERSIONS: &[&str] = &["backstage.io/v1alpha1", "backstage.io/v1beta1"];

/// Everything known of one kind.
pub(crate) struct Kind {
    /// The name as it must be written.
    pub(crate) name: &'static str,
    /// What it is called in lists.
    pub(crate) plural: &'static str,
    /// Accepted values of `apiVersion`.
    pub(crate) api_versions: &'static [&'static str],
    /// The fields of `spec`, given the spec itself, since some kinds differ by `spec.type`.
    pub(crate) fields: fn(&Map) -> &'static [Field],
    /// The fields of `spec` that hold references, likewise.
    pub(crate) references: fn(&Map) -> &'static [Reference<'static>],
    /// Fields that authors write and that have no effect, with what to write instead.
    pub(crate) mistaken: &'static [(&'static str, &'static str)],
}

/// A field of `spec` that holds one reference or a list of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference<'a> {
    /// The field.
    pub(crate) field: &'a str,
    /// The kind of a reference that names none.
    pub(crate) default_kind: Option<&'a str>,
    /// The relation from the entity to the target.
    pub(crate) relation: &'a str,
    /// The relation from the target back.
    pub(crate) inverse: &'a str,
    /// The kinds that the field is meant for, in lower case; empty for any.
    pub(crate) meant_for: &'static [&'static str],
    /// Whether targets of other kinds are dropped silently instead of taken.
    pub(crate) drops_others: bool,
    /// Whether objects `{kind, namespace, name}` and single texts are read too, since no schema covers the field.
    pub(crate) loose: bool,
}

impl Reference<'static> {
    const fn new(
        field: &'static str,
        default_kind: Option<&'static str>,
        relation: &'static str,
        inverse: &'static str,
        meant_for: &'static [&'static str],
    ) -> Self {
        Self { field, default_kind, relation, inverse, meant_for, drops_others: false, loose: false }
    }

    const fn dropping_others(mut self) -> Self {
        self.drops_others = true;
        self
    }

    const fn loose(mut self) -> Self {
        self.loose = true;
        self
    }
}

const OWNER: Reference<'static> = Reference::new("owner", Some("Group"), "ownedBy", "ownerOf", &["group", "user"]);
const SYSTEM: Reference<'static> = Reference::new("system", Some("System"), "partOf", "hasPart", &["system"]);
const DEPENDS_ON: Reference<'static> = Reference::new("dependsOn", None, "dependsOn", "dependencyOf", &[]);
const DEPENDENCY_OF: Reference<'static> =
    Reference::new("dependencyOf", None, "dependencyOf", "dependsOn", &[]).loose();

const OWNER_DOC: &str = "the group (or user) that answers for it";
const TYPE_DOC: &str = "what sort it is, in the organisation's own words";
const LIFECYCLE_DOC: &str = "such as `experimental`, `production` or `deprecated`";

/// All built-in kinds, in the order in which readers meet them.
pub(crate) const KINDS: &[&Kind] = &[
    &component::COMPONENT,
    &api::API,
    &resource::RESOURCE,
    &system::SYSTEM,
    &domain::DOMAIN,
    &group::GROUP,
    &user::USER,
    &template::TEMPLATE,
    &ai_resource::AI_RESOURCE,
    &location::LOCATION,
];

/// Finds a built-in kind by its exact name.
pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

/// Returns the plural of a kind for lists and headings, such as `Components`; case does not count.
#[must_use]
pub fn plural(kind: &str) -> String {
    match KINDS.iter().find(|known| known.name.eq_ignore_ascii_case(kind)) {
        Some(known) => known.plural.to_owned(),
        None => format!("{kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Map;

    #[test]
    fn kinds_are_complete_and_distinct() {
        let empty = Map::default();
        for (i, kind) in KINDS.iter().enumerate() {
            assert!(KINDS[..i].iter().all(|other| other.name != kind.name));
            for reference in (kind.references)(&empty) {
                let known = (kind.fields)(&empty).iter().any(|field| field.name == reference.field);
                assert!(known || reference.loose, "{}.{} has no schema", kind.name, reference.field);
            }
        }
    }
}
