//! Domain: an area of the business (CM/schema/kinds/Domain.v1alpha1.schema.json).

use super::{Column, Kind, OWNER, OWNER_DOC, Reference, TYPE_DOC};
use crate::catalog::shape::{Field, Shape};

pub(super) const DOMAIN: Kind = Kind {
    id: "domain",
    name: "Domain",
    one: "Domain",
    many: "Domains",
    fields: |_| FIELDS,
    references: |_| REFERENCES,
    mistaken: &[
        ("domain", "write `subdomainOf:`"),
        ("dependsOn", "a Domain depends on nothing; set `dependsOn` on components"),
    ],
    hue: Some(("#a8286a", "#f492c2")),
    columns: &[Column::Name, Column::Owner, Column::Type, Column::Description, Column::Tags],
    is_owned: true,
    missing: &[("Owner", "No owner")],
    shown: &["subdomainOf"],
    ..Kind::PLAIN
};

const FIELDS: &[Field] = &[
    Field::required("owner", Shape::Text, OWNER_DOC),
    Field::optional("subdomainOf", Shape::Text, "the domain it is part of"),
    Field::optional("type", Shape::Text, TYPE_DOC),
];

const REFERENCES: &[Reference<'static>] =
    &[OWNER, Reference::new("subdomainOf", Some("Domain"), "partOf", "hasPart", &["domain"])];
