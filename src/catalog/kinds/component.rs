//! Component: a piece of software (CM/schema/kinds/Component.v1alpha1.schema.json).

use super::{
    DEPENDENCY_OF, DEPENDS_ON, Kind, LIFECYCLE_DOC, OWNER, OWNER_DOC, Reference, SYSTEM, TYPE_DOC, WORK_COLUMNS,
};
use crate::catalog::shape::{Field, Shape};

pub(super) const COMPONENT: Kind = Kind {
    id: "component",
    name: "Component",
    one: "Component",
    many: "Components",
    fields: |_| FIELDS,
    references: |_| REFERENCES,
    mistaken: &[
        ("providesApi", "write `providesApis:` with a list"),
        ("consumesApi", "write `consumesApis:` with a list"),
        ("implementsApis", "write `providesApis:`, which replaced it"),
        ("domain", "a component belongs to a system; set `domain` on the System"),
    ],
    hue: Some(("#3448c5", "#9fb0ff")),
    columns: WORK_COLUMNS,
    is_owned: true,
    is_part: true,
    has_readme: true,
    wants_links: true,
    wants_docs: true,
    missing: &[("Owner", "No owner"), ("System", "No system")],
    shown: &["subcomponentOf", "providesApis", "consumesApis", "dependsOn", "dependencyOf", "system"],
    schema_type: "SoftwareApplication",
    ..Kind::PLAIN
};

const FIELDS: &[Field] = &[
    Field::required("type", Shape::Text, TYPE_DOC),
    Field::required("lifecycle", Shape::Text, LIFECYCLE_DOC),
    Field::required("owner", Shape::Text, OWNER_DOC),
    Field::optional("system", Shape::Text, "the system it is part of"),
    Field::optional("subcomponentOf", Shape::Text, "the component it is part of"),
    Field::optional("providesApis", Shape::Texts, "the APIs it offers"),
    Field::optional("consumesApis", Shape::Texts, "the APIs it uses"),
    Field::optional("dependsOn", Shape::Texts, "what it needs, each with its kind"),
];

const REFERENCES: &[Reference<'static>] = &[
    OWNER,
    SYSTEM,
    Reference::new("subcomponentOf", Some("Component"), "partOf", "hasPart", &["component"]),
    Reference::new("providesApis", Some("API"), "providesApi", "apiProvidedBy", &["api"]),
    Reference::new("consumesApis", Some("API"), "consumesApi", "apiConsumedBy", &["api"]),
    DEPENDS_ON,
    DEPENDENCY_OF,
];
