//! User: a person (CM/schema/kinds/User.v1alpha1.schema.json).

use super::group::PROFILE;
use super::{Column, Kind, Reference};
use crate::catalog::shape::{Field, Shape};

pub(super) const USER: Kind = Kind {
    id: "user",
    name: "User",
    one: "User",
    many: "Users",
    fields: |_| FIELDS,
    references: |_| REFERENCES,
    mistaken: &[
        ("email", "write it below `profile:`"),
        ("displayName", "write it below `profile:`"),
        ("picture", "write it below `profile:`"),
        ("groups", "write `memberOf:`"),
    ],
    hue: Some(("#0a689a", "#76c6f3")),
    columns: &[Column::Name, Column::Email, Column::Groups, Column::Description],
    can_own: true,
    missing: &[("Groups", "In no group")],
    shown: &["profile", "memberOf"],
    schema_type: "Person",
    ..Kind::PLAIN
};

const FIELDS: &[Field] = &[
    Field::required("memberOf", Shape::Texts, "the groups the person belongs to; `[]` if there are none"),
    Field::optional("profile", Shape::Mapping(PROFILE), "how the person is shown"),
];

const REFERENCES: &[Reference<'static>] =
    &[Reference::new("memberOf", Some("Group"), "memberOf", "hasMember", &["group"])];
