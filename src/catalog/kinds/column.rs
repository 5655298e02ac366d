//! The columns of tables of entities.

use std::borrow::Cow;

use crate::config::Config;

/// A column of a table of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Title and name; every table has it.
    Name,
    /// The kind, where a table mixes several.
    Kind,
    /// The system it is part of.
    System,
    /// The domain it is part of.
    Domain,
    /// The owner.
    Owner,
    /// `spec.type`.
    Type,
    /// `spec.lifecycle`.
    Lifecycle,
    /// The parent group.
    Parent,
    /// How many members a group has.
    Members,
    /// The groups of a user.
    Groups,
    /// The e-mail address of a user or group.
    Email,
    /// What a Location leads to.
    Targets,
    /// The description.
    Description,
    /// The tags.
    Tags,
    /// The way to the definition of an API, named by its type.
    Definition,
    /// How many entities are hit when it fails.
    Impact,
    /// One of the organisation's own, by its place in the configuration.
    Own(usize),
}

impl Column {
    /// Returns the heading.
    #[must_use]
    pub fn title(self, config: &Config) -> &str {
        match self {
            Self::Own(at) => config.columns.get(at).map_or("", |column| &column.title),
            Self::Name => "Name",
            Self::Kind => "Kind",
            Self::System => "System",
            Self::Domain => "Domain",
            Self::Owner => "Owner",
            Self::Type => "Type",
            Self::Lifecycle => "Lifecycle",
            Self::Parent => "Parent",
            Self::Members => "Members",
            Self::Groups => "Groups",
            Self::Email => "E-mail",
            Self::Targets => "Targets",
            Self::Description => "Description",
            Self::Tags => "Tags",
            Self::Definition => "Definition",
            Self::Impact => "Impact",
        }
    }

    /// Returns the class and the key by which scripts know it.
    #[must_use]
    pub fn id(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Own(at) => return Cow::Owned(format!("own-{at}")),
            Self::Name => "name",
            Self::Kind => "kind",
            Self::System => "system",
            Self::Domain => "domain",
            Self::Owner => "owner",
            Self::Type => "type",
            Self::Lifecycle => "lifecycle",
            Self::Parent => "parent",
            Self::Members => "members",
            Self::Groups => "groups",
            Self::Email => "email",
            Self::Targets => "targets",
            Self::Description => "description",
            Self::Tags => "tags",
            Self::Definition => "definition",
            Self::Impact => "impact",
        })
    }
}
