//! Resource: infrastructure that components need (CM/schema/kinds/Resource.v1alpha1.schema.json).

use super::{DEPENDENCY_OF, DEPENDS_ON, Kind, OWNER, OWNER_DOC, Reference, SYSTEM, TYPE_DOC, WORK_COLUMNS};
use crate::catalog::shape::{Field, Shape};

pub(super) const RESOURCE: Kind = Kind {
    id: "resource",
    name: "Resource",
    one: "Resource",
    many: "Resources",
    fields: |_| FIELDS,
    references: |_| REFERENCES,
    hue: Some(("#8f5300", "#eeb35f")),
    columns: WORK_COLUMNS,
    is_owned: true,
    is_part: true,
    has_readme: true,
    wants_links: true,
    missing: &[("Owner", "No owner"), ("System", "No system")],
    shown: &["dependsOn", "dependencyOf", "system"],
    ..Kind::PLAIN
};

const FIELDS: &[Field] = &[
    Field::required("type", Shape::Text, TYPE_DOC),
    Field::required("owner", Shape::Text, OWNER_DOC),
    Field::optional("system", Shape::Text, "the system it is part of"),
    Field::optional("dependsOn", Shape::Texts, "what it needs, each with its kind"),
];

const REFERENCES: &[Reference<'static>] = &[OWNER, SYSTEM, DEPENDS_ON, DEPENDENCY_OF];
