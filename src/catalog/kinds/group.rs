//! Group: a team or any other unit of the organisation (CM/schema/kinds/Group.v1alpha1.schema.json).

use super::{Column, Kind, Reference, TYPE_DOC};
use crate::catalog::shape::{Field, Shape};

pub(super) const GROUP: Kind = Kind {
    id: "group",
    name: "Group",
    one: "Group",
    many: "Groups",
    fields: |_| FIELDS,
    references: |_| REFERENCES,
    mistaken: &[
        ("memberOf", "a group has a `parent`; `memberOf` belongs to a User"),
        ("email", "write it below `profile:`"),
        ("displayName", "write it below `profile:`"),
        ("picture", "write it below `profile:`"),
    ],
    hue: Some(("#1a6f3c", "#7bd798")),
    columns: &[Column::Name, Column::Type, Column::Parent, Column::Members, Column::Description],
    can_own: true,
    shown: &["profile", "parent", "children", "members"],
    schema_type: "Organization",
    ..Kind::PLAIN
};

const FIELDS: &[Field] = &[
    Field::required("type", Shape::Text, TYPE_DOC),
    Field::required("children", Shape::Texts, "the groups directly below it; `[]` if there are none"),
    Field::optional("parent", Shape::Text, "the group above it"),
    Field::optional("members", Shape::Texts, "the users that belong to it"),
    Field::optional("profile", Shape::Mapping(PROFILE), "how it is shown"),
];

/// The profile of groups and users.
pub(super) const PROFILE: &[Field] = &[
    Field::optional("displayName", Shape::Text, "the name to show"),
    Field::optional("email", Shape::Text, "the address to write to"),
    Field::optional("picture", Shape::Text, "the URL of a picture"),
];

const REFERENCES: &[Reference<'static>] = &[
    Reference::new("parent", Some("Group"), "childOf", "parentOf", &["group"]),
    Reference::new("children", Some("Group"), "parentOf", "childOf", &["group"]),
    Reference::new("members", Some("User"), "hasMember", "memberOf", &["user"]),
];
