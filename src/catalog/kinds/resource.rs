//! Resource: infrastructure that components need (CM/schema/kinds/Resource.v1alpha1.schema.json).

use super::{CORE_VERSIONS, DEPENDENCY_OF, DEPENDS_ON, Kind, OWNER, OWNER_DOC, Reference, SYSTEM, TYPE_DOC};
use crate::catalog::shape::{Field, Shape};

pub(super) const RESOURCE: Kind = Kind {
    name: "Resource",
    plural: "Resources",
    api_versions: CORE_VERSIONS,
    fields: |_| FIELDS,
    references: |_| REFERENCES,
    mistaken: &[],
};

const FIELDS: &[Field] = &[
    Field::required("type", Shape::Text, TYPE_DOC),
    Field::required("owner", Shape::Text, OWNER_DOC),
    Field::optional("system", Shape::Text, "the system it is part of"),
    Field::optional("dependsOn", Shape::Texts, "what it needs, each with its kind"),
];

const REFERENCES: &[Reference<'static>] = &[OWNER, SYSTEM, DEPENDS_ON, DEPENDENCY_OF];
