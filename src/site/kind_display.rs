//! How each kind is called and shown in lists.

use std::borrow::Cow;

use crate::config::Config;

/// The face of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindDisplay {
    /// In lower case, as in references.
    pub kind: String,
    /// Class suffix of icon and hue; one of the built-in kinds or `other`.
    pub class: &'static str,
    /// One of them, such as `Component`.
    pub one: String,
    /// Many of them, such as `Components`.
    pub many: String,
    /// The columns of its table.
    pub columns: Vec<Column>,
}

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
    /// The namespace, where it is not the default one.
    Namespace,
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
            Self::Namespace => "Namespace",
            Self::Parent => "Parent",
            Self::Members => "Members",
            Self::Groups => "Groups",
            Self::Email => "E-mail",
            Self::Targets => "Targets",
            Self::Description => "Description",
            Self::Tags => "Tags",
            Self::Definition => "Definition",
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
            Self::Namespace => "namespace",
            Self::Parent => "parent",
            Self::Members => "members",
            Self::Groups => "groups",
            Self::Email => "email",
            Self::Targets => "targets",
            Self::Description => "description",
            Self::Tags => "tags",
            Self::Definition => "definition",
        })
    }
}

use Column::{
    Description, Domain, Email, Groups, Lifecycle, Members, Name, Namespace, Owner, Parent, System, Tags, Targets, Type,
};

/// One line of the table of kinds.
struct Known {
    kind: &'static str,
    one: &'static str,
    many: &'static str,
    columns: &'static [Column],
}

const WORK: &[Column] = &[Name, System, Owner, Type, Lifecycle, Namespace, Description, Tags];

/// The built-in kinds in the order in which a portal lists them. To change the columns of a kind, change its line.
const KNOWN: &[Known] = &[
    Known { kind: "component", one: "Component", many: "Components", columns: WORK },
    Known { kind: "api", one: "API", many: "APIs", columns: WORK },
    Known { kind: "resource", one: "Resource", many: "Resources", columns: WORK },
    Known {
        kind: "system",
        one: "System",
        many: "Systems",
        columns: &[Name, Domain, Owner, Type, Namespace, Description, Tags],
    },
    Known {
        kind: "domain",
        one: "Domain",
        many: "Domains",
        columns: &[Name, Owner, Type, Namespace, Description, Tags],
    },
    Known {
        kind: "group",
        one: "Group",
        many: "Groups",
        columns: &[Name, Type, Parent, Members, Namespace, Description],
    },
    Known { kind: "user", one: "User", many: "Users", columns: &[Name, Email, Groups, Namespace, Description] },
    Known { kind: "template", one: "Template", many: "Templates", columns: &[Name, Type, Owner, Description, Tags] },
    Known { kind: "airesource", one: "AI resource", many: "AI resources", columns: WORK },
    Known { kind: "location", one: "Location", many: "Locations", columns: &[Name, Type, Targets, Description] },
];

const OTHER: &[Column] = &[Name, Owner, Type, Lifecycle, Namespace, Description, Tags];

/// Puts the columns of the organisation's own before what takes the most room.
fn with_own(columns: &[Column], config: &Config) -> Vec<Column> {
    let mut columns = columns.to_vec();
    let place = columns.iter().position(|column| *column == Description).unwrap_or(columns.len());
    columns.splice(place..place, (0..config.columns.len()).map(Column::Own));
    columns
}

/// Returns the face of `kind`, which is as written in the entity.
#[must_use]
pub fn face(kind: &str, config: &Config) -> KindDisplay {
    let lower = kind.to_lowercase();
    if let Some(known) = KNOWN.iter().find(|known| known.kind == lower) {
        return KindDisplay {
            kind: lower,
            class: known.kind,
            one: known.one.to_owned(),
            many: known.many.to_owned(),
            columns: with_own(known.columns, config),
        };
    }
    let plural =
        config.catalog.kinds.iter().find(|custom| custom.name == kind).and_then(|custom| custom.plural.clone());
    KindDisplay {
        kind: lower,
        class: "other",
        one: kind.to_owned(),
        many: plural.unwrap_or_else(|| format!("{kind}s")),
        columns: with_own(OTHER, config),
    }
}

/// Returns the class suffix of icon and hue for a kind in lower case.
#[must_use]
pub fn class(kind: &str) -> &'static str {
    KNOWN.iter().find(|known| known.kind == kind).map_or("other", |known| known.kind)
}

/// Returns where a kind stands in lists; kinds of the organisation's own come last.
#[must_use]
pub fn rank(kind: &str) -> usize {
    KNOWN.iter().position(|known| known.kind == kind).unwrap_or(KNOWN.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CustomKind;

    #[test]
    fn kinds_have_names_and_custom_ones_may_choose_their_plural() {
        let mut config = Config::default();
        config.catalog.kinds.push(CustomKind {
            name: "Library".to_owned(),
            api_versions: Vec::new(),
            schema: None,
            relations: Vec::new(),
            plural: Some("Libraries".to_owned()),
        });
        assert_eq!(face("API", &config).many, "APIs");
        assert_eq!(face("Library", &config).many, "Libraries");
        assert_eq!(face("Vehicle", &config).many, "Vehicles");
        assert!(rank("component") < rank("api") && rank("location") < rank("vehicle"));
    }
}
