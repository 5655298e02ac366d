//! What relations are called on the page of an entity.

/// Where the overview shows a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Among the facts of the entity.
    Fact,
    /// As a table of its own.
    Table,
    /// As people.
    Members,
    /// With what a group or user owns.
    Ownership,
}

/// How the relations of one kind to targets of one kind are headed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The words above them.
    pub title: String,
    /// Where they stand.
    pub place: Place,
    /// Order among the headings of a page.
    pub rank: usize,
}

/// One line of the table of headings; an empty kind stands for any.
struct Known {
    relation: &'static str,
    source: &'static str,
    target: &'static str,
    title: &'static str,
    place: Place,
}

const fn known(
    relation: &'static str,
    source: &'static str,
    target: &'static str,
    title: &'static str,
    place: Place,
) -> Known {
    Known { relation, source, target, title, place }
}

/// Headings in the order in which a page shows them; the first line that fits holds.
const KNOWN: &[Known] = &[
    known("ownedBy", "", "", "Owner", Place::Fact),
    known("partOf", "", "domain", "Domain", Place::Fact),
    known("partOf", "", "system", "System", Place::Fact),
    known("partOf", "component", "component", "Parent component", Place::Fact),
    known("partOf", "", "", "Part of", Place::Fact),
    known("childOf", "", "", "Parent", Place::Fact),
    known("memberOf", "", "", "Groups", Place::Fact),
    known("hasMember", "", "", "Members", Place::Members),
    known("parentOf", "", "", "Child groups", Place::Table),
    known("hasPart", "domain", "domain", "Subdomains", Place::Table),
    known("hasPart", "", "system", "Systems", Place::Table),
    known("hasPart", "component", "component", "Subcomponents", Place::Table),
    known("hasPart", "", "component", "Components", Place::Table),
    known("hasPart", "", "api", "APIs", Place::Table),
    known("hasPart", "", "resource", "Resources", Place::Table),
    known("hasPart", "", "", "Parts", Place::Table),
    known("providesApi", "", "", "Provided APIs", Place::Table),
    known("consumesApi", "", "", "Consumed APIs", Place::Table),
    known("apiProvidedBy", "", "", "Providers", Place::Table),
    known("apiConsumedBy", "", "", "Consumers", Place::Table),
    known("dependsOn", "", "component", "Depends on components", Place::Table),
    known("dependsOn", "", "resource", "Depends on resources", Place::Table),
    known("dependsOn", "", "", "Depends on", Place::Table),
    known("dependencyOf", "", "component", "Used by components", Place::Table),
    known("dependencyOf", "", "resource", "Used by resources", Place::Table),
    known("dependencyOf", "", "", "Used by", Place::Table),
    known("ownerOf", "", "", "Owns", Place::Ownership),
];

/// Returns the heading for a relation from an entity of kind `source` to one of kind `target`, both in lower case.
#[must_use]
pub fn heading(relation: &str, source: &str, target: &str) -> Heading {
    let fits = |line: &&Known| {
        line.relation == relation
            && (line.source.is_empty() || line.source == source)
            && (line.target.is_empty() || line.target == target)
    };
    match KNOWN.iter().enumerate().find(|(_, line)| fits(line)) {
        Some((rank, line)) => Heading { title: line.title.to_owned(), place: line.place, rank },
        None => Heading { title: words(relation), place: Place::Table, rank: KNOWN.len() },
    }
}

/// Spells a name in camel case as words: `deployedTo` becomes `Deployed to`.
#[must_use]
pub fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut previous_lower = false;
    for (at, character) in name.chars().enumerate() {
        if at == 0 {
            out.extend(character.to_uppercase());
        } else if character == '-' || character == '_' {
            out.push(' ');
        } else if character.is_uppercase() && previous_lower {
            out.push(' ');
            out.extend(character.to_lowercase());
        } else {
            out.push(character);
        }
        previous_lower = character.is_lowercase() || character.is_ascii_digit();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_depend_on_both_ends() {
        let title = |relation, source, target| heading(relation, source, target).title;
        assert_eq!(title("hasPart", "component", "component"), "Subcomponents");
        assert_eq!(title("hasPart", "system", "component"), "Components");
        assert_eq!(title("partOf", "component", "system"), "System");
        assert_eq!(title("deployedTo", "component", "region"), "Deployed to");
    }

    #[test]
    fn names_become_words() {
        assert_eq!(words("providesApi"), "Provides api");
        assert_eq!(words("cost-centre"), "Cost centre");
        assert_eq!(words("URL"), "URL");
    }
}
