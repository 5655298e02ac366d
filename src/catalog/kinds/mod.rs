//! The kinds of entities: one file each, with fields, relations, what authors often get wrong, and how a portal shows them.
//!
//! To add a kind, add a file that makes a `Kind`, a line in `registry.rs`, and its picture `icons/kind-ID.svg` in the theme,
//! without which it has the picture of kinds that an organisation defines.

mod ai_resource;
mod api;
mod column;
mod component;
mod domain;
mod group;
mod location;
mod resource;
mod system;
mod template;
mod user;

pub use column::Column;

use super::shape::Field;
use crate::registry;
use crate::yaml::Map;

/// The two versions that all kinds of the core model accept.
const CORE_VERSIONS: &[&str] = &["backstage.io/v1alpha1", "backstage.io/v1beta1"];

/// Everything known of one kind.
pub(crate) struct Kind {
    /// The name in lower case, as references have it; the class suffix of its hue and picture, too.
    pub(crate) id: &'static str,
    /// The name as it must be written.
    pub(crate) name: &'static str,
    /// What one of them is called.
    pub(crate) one: &'static str,
    /// What many of them are called.
    pub(crate) many: &'static str,
    /// Accepted values of `apiVersion`.
    pub(crate) api_versions: &'static [&'static str],
    /// The fields of `spec`, given the spec itself, since some kinds differ by `spec.type`.
    pub(crate) fields: fn(&Map) -> &'static [Field],
    /// The fields of `spec` that hold references, likewise.
    pub(crate) references: fn(&Map) -> &'static [Reference<'static>],
    /// Fields that authors write and that have no effect, with what to write instead.
    pub(crate) mistaken: &'static [(&'static str, &'static str)],
    /// Its colour on light and on dark ground; `None` for the muted one.
    pub(crate) hue: Option<(&'static str, &'static str)>,
    /// The columns of its lists.
    pub(crate) columns: &'static [Column],
    /// Whether each should have an owner.
    pub(crate) is_owned: bool,
    /// Whether it is a person or team, which owns others.
    pub(crate) can_own: bool,
    /// Whether systems consist of it.
    pub(crate) is_part: bool,
    /// Whether a README beside the file of the entity is about the entity.
    pub(crate) has_readme: bool,
    /// Whether an entity without links gets a hint how to add some.
    pub(crate) wants_links: bool,
    /// Whether an entity without documentation gets a hint how to add some.
    pub(crate) wants_docs: bool,
    /// Facts that each should have, in the order of the About card, with the words for one that is missing.
    pub(crate) missing: &'static [(&'static str, &'static str)],
    /// Fields of `spec` that other cards show, so that the Properties card does not.
    pub(crate) shown: &'static [&'static str],
    /// What it is in the words of schema.org.
    pub(crate) schema_type: &'static str,
}

impl Kind {
    /// What holds for a kind whose file does not say otherwise.
    const PLAIN: Self = Self {
        id: "",
        name: "",
        one: "",
        many: "",
        api_versions: CORE_VERSIONS,
        fields: |_| &[],
        references: |_| &[],
        mistaken: &[],
        hue: None,
        columns: OTHER_COLUMNS,
        is_owned: false,
        can_own: false,
        is_part: false,
        has_readme: false,
        wants_links: false,
        wants_docs: false,
        missing: &[],
        shown: &[],
        schema_type: "Thing",
    };
}

/// The columns of what teams build and run.
const WORK_COLUMNS: &[Column] =
    &[Column::Name, Column::System, Column::Owner, Column::Type, Column::Lifecycle, Column::Description, Column::Tags];

/// The columns of kinds that an organisation defines.
pub(crate) const OTHER_COLUMNS: &[Column] =
    &[Column::Name, Column::Owner, Column::Type, Column::Lifecycle, Column::Description, Column::Tags];

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

macro_rules! list {
    ($($module:ident :: $kind:ident $name:literal,)*) => { &[$(&$module::$kind),*] };
}

/// All built-in kinds, in the order in which readers meet them.
pub(crate) const KINDS: &[&Kind] = registry::kinds!(list);

/// Finds a built-in kind by its exact name.
pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

/// Finds a built-in kind by its name in lower case.
pub(crate) fn of(id: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::BUILT_IN_KINDS;
    use crate::yaml::Map;

    #[test]
    fn kinds_are_complete_and_distinct() {
        let empty = Map::default();
        for (i, kind) in KINDS.iter().enumerate() {
            assert!(KINDS[..i].iter().all(|other| other.id != kind.id));
            assert_eq!(kind.id, kind.name.to_lowercase(), "the id");
            assert_eq!(Some(&kind.name), BUILT_IN_KINDS.get(i), "the name in `registry.rs`");
            assert!(kind.columns.first() == Some(&Column::Name), "{} without a name in lists", kind.name);
            for reference in (kind.references)(&empty) {
                let known = (kind.fields)(&empty).iter().any(|field| field.name == reference.field);
                assert!(known || reference.loose, "{}.{} has no schema", kind.name, reference.field);
            }
        }
    }
}
