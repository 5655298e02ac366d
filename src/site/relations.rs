//! What relations are called on the page of an entity, and how they are drawn.

use std::borrow::Cow;

use crate::config::Config;

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
    /// Where they are.
    pub place: Place,
    /// Order among the headings of a page.
    pub rank: usize,
}

impl Heading {
    /// Returns the anchor of what is below it.
    #[must_use]
    pub fn anchor(&self) -> String {
        match self.place {
            Place::Fact => "about".to_owned(),
            Place::Members => "members".to_owned(),
            Place::Ownership => "ownership".to_owned(),
            Place::Table => slug(&self.title),
        }
    }
}

/// Returns words as an anchor: `Depends on components` becomes `depends-on-components`.
#[must_use]
pub fn slug(words: &str) -> String {
    words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect::<Vec<_>>()
        .join("-")
}

/// One line of the table of headings; an empty kind means any.
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

/// How a relation is drawn: both directions are one line, which leads from what holds or needs to what is held or
/// needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// What the line says from its beginning, such as `depends on`.
    pub verb: Cow<'static, str>,
    /// Whether the relation has the direction of the line.
    pub forward: bool,
    /// Order among relations.
    pub rank: usize,
}

/// Relation, inverse, and what the line between them says; Backstage's pairs in the same direction.
const PAIRS: &[(&str, &str, &str)] = &[
    ("ownerOf", "ownedBy", "owns"),
    ("hasPart", "partOf", "contains"),
    ("parentOf", "childOf", "parent of"),
    ("hasMember", "memberOf", "has member"),
    ("consumesApi", "apiConsumedBy", "consumes"),
    ("apiProvidedBy", "providesApi", "provided by"),
    ("dependsOn", "dependencyOf", "depends on"),
];

/// Returns how a relation is drawn.
#[must_use]
pub fn drawn(relation: &str, config: &Config) -> Drawn {
    for (rank, (forward, back, verb)) in PAIRS.iter().enumerate() {
        if relation == *forward || relation == *back {
            return Drawn { verb: Cow::Borrowed(verb), forward: relation == *forward, rank };
        }
    }
    let own = config.catalog.kinds.iter().flat_map(|kind| &kind.relations);
    let pair = own.into_iter().find(|own| own.relation == relation || own.inverse == relation);
    let (name, forward) = pair.map_or((relation, true), |own| (own.relation.as_str(), own.relation == relation));
    Drawn { verb: Cow::Owned(words(name).to_lowercase()), forward, rank: PAIRS.len() }
}

/// Returns the pairs of relations with what their lines say: the built-in ones and the organisation's own.
#[must_use]
pub fn pairs(config: &Config) -> Vec<(String, String, String)> {
    let known = PAIRS
        .iter()
        .map(|(relation, inverse, verb)| ((*relation).to_owned(), (*inverse).to_owned(), (*verb).to_owned()));
    let mut pairs: Vec<(String, String, String)> = known.collect();
    for own in config.catalog.kinds.iter().flat_map(|kind| &kind.relations) {
        if !pairs.iter().any(|(relation, inverse, _)| [relation, inverse].contains(&&own.relation)) {
            pairs.push((own.relation.clone(), own.inverse.clone(), words(&own.relation).to_lowercase()));
        }
    }
    pairs
}

/// Returns what a type of API or template is called.
#[must_use]
pub fn type_title(kind: &str) -> String {
    match kind {
        "" => "Without a type".to_owned(),
        "openapi" => "OpenAPI".to_owned(),
        "asyncapi" => "AsyncAPI".to_owned(),
        "graphql" => "GraphQL".to_owned(),
        "grpc" => "gRPC".to_owned(),
        "trpc" => "tRPC".to_owned(),
        "mcp-server" => "MCP server".to_owned(),
        other => words(other),
    }
}

/// Writes a name in camel case as words: `deployedTo` becomes `Deployed to`.
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
    fn both_directions_are_one_line() {
        let config = Config::default();
        let (there, back) = (drawn("ownerOf", &config), drawn("ownedBy", &config));
        assert!(there.forward && !back.forward && there.verb == back.verb);
        assert_eq!(drawn("deployedTo", &config).verb, "deployed to");
    }

    #[test]
    fn names_become_words() {
        assert_eq!(words("providesApi"), "Provides api");
        assert_eq!(words("cost-centre"), "Cost centre");
        assert_eq!(words("URL"), "URL");
    }
}
