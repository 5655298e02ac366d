//! Location: a pointer to further files (CM/schema/kinds/Location.v1alpha1.schema.json). Has no relations.

use super::{Column, Kind};
use crate::catalog::shape::{Field, Shape};

pub(super) const LOCATION: Kind = Kind {
    id: "location",
    name: "Location",
    one: "Location",
    many: "Locations",
    fields: |_| FIELDS,
    mistaken: &[("owner", "a Location has no owner; set it on what the Location leads to")],
    columns: &[Column::Name, Column::Type, Column::Targets, Column::Description],
    shown: &["target", "targets", "presence"],
    ..Kind::PLAIN
};

const FIELDS: &[Field] = &[
    Field::optional("type", Shape::Text, "`url` or `file`"),
    Field::optional("target", Shape::Text, "the file it points to"),
    Field::optional("targets", Shape::Texts, "the files it points to"),
    Field::optional("presence", Shape::OneOf(&["required", "optional"]), "whether the files must be there"),
];
