//! User: a person (CM/schema/kinds/User.v1alpha1.schema.json).

use super::group::PROFILE;
use super::{CORE_VERSIONS, Kind, Reference};
use crate::catalog::shape::{Field, Shape};

pub(super) const USER: Kind = Kind {
    name: "User",
    plural: "Users",
    api_versions: CORE_VERSIONS,
    fields: |_| FIELDS,
    references: |_| REFERENCES,
    mistaken: &[
        ("email", "write it below `profile:`"),
        ("displayName", "write it below `profile:`"),
        ("picture", "write it below `profile:`"),
        ("groups", "write `memberOf:`"),
    ],
};

const FIELDS: &[Field] = &[
    Field::required("memberOf", Shape::Texts, "the groups the person belongs to; `[]` if there are none"),
    Field::optional("profile", Shape::Mapping(PROFILE), "how the person is shown"),
];

const REFERENCES: &[Reference<'static>] =
    &[Reference::new("memberOf", Some("Group"), "memberOf", "hasMember", &["group"])];
