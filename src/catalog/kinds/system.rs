//! System: components, APIs and resources that belong together (CM/schema/kinds/System.v1alpha1.schema.json).

use super::{Column, Kind, OWNER, OWNER_DOC, Reference, TYPE_DOC};
use crate::catalog::shape::{Field, Shape};

pub(super) const SYSTEM: Kind = Kind {
    id: "system",
    name: "System",
    one: "System",
    many: "Systems",
    fields: |_| FIELDS,
    references: |_| REFERENCES,
    mistaken: &[
        ("dependsOn", "a System depends on nothing; set `dependsOn` on its components"),
        ("system", "systems do not nest; use a Domain"),
    ],
    hue: Some(("#6a3fc0", "#bda2f8")),
    columns: &[Column::Name, Column::Domain, Column::Owner, Column::Type, Column::Description, Column::Tags],
    is_owned: true,
    wants_links: true,
    missing: &[("Owner", "No owner"), ("Domain", "No domain")],
    shown: &["domain"],
    ..Kind::PLAIN
};

const FIELDS: &[Field] = &[
    Field::required("owner", Shape::Text, OWNER_DOC),
    Field::optional("domain", Shape::Text, "the domain it is part of"),
    Field::optional("type", Shape::Text, TYPE_DOC),
];

const REFERENCES: &[Reference<'static>] =
    &[OWNER, Reference::new("domain", Some("Domain"), "partOf", "hasPart", &["domain"])];
