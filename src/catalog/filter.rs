//! Which entities are meant: expressions such as `kind:component,api tag:tier-1 !lifecycle:deprecated`.
//!
//! Terms are separated by blanks, and an entity has to fit all of them; a term names a property, and after a colon the
//! values of which one is enough. `!` before a term turns it round. Case does not matter.

use super::{Entity, EntityRef};

/// An expression, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    property: Property,
    values: Vec<String>,
    is_negated: bool,
}

/// What a term looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Property {
    Kind,
    Type,
    Lifecycle,
    Namespace,
    Name,
    Owner,
    System,
    Tag,
    Label,
    Annotation,
}

/// The properties by the names that expressions use.
const PROPERTIES: &[(&str, Property)] = &[
    ("kind", Property::Kind),
    ("type", Property::Type),
    ("lifecycle", Property::Lifecycle),
    ("namespace", Property::Namespace),
    ("name", Property::Name),
    ("owner", Property::Owner),
    ("system", Property::System),
    ("tag", Property::Tag),
    ("label", Property::Label),
    ("annotation", Property::Annotation),
];

impl Filter {
    /// Reads an expression; an empty one fits every entity.
    ///
    /// # Errors
    /// What is wrong with which term, in the user's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let terms = text.split_whitespace().map(term).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// Returns an expression that fits no entity.
    #[must_use]
    pub fn none() -> Self {
        Self { terms: vec![Term { property: Property::Kind, values: Vec::new(), is_negated: false }] }
    }

    /// Returns whether an entity is meant.
    #[must_use]
    pub fn fits(&self, entity: &Entity) -> bool {
        self.terms
            .iter()
            .all(|term| term.values.iter().any(|value| has(entity, term.property, value)) != term.is_negated)
    }
}

fn term(written: &str) -> Result<Term, String> {
    let names = || PROPERTIES.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let (is_negated, text) = written.strip_prefix('!').map_or((false, written), |rest| (true, rest));
    let Some((name, values)) = text.split_once(':') else {
        return Err(format!("`{written}` is no term: write a property, a colon and values, such as `kind:component`"));
    };
    let Some((_, property)) = PROPERTIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
        return Err(format!("`{name}` is not a property that entities are chosen by: {}", names()));
    };
    let values: Vec<String> = values.split(',').filter(|value| !value.is_empty()).map(str::to_lowercase).collect();
    if values.is_empty() {
        return Err(format!("`{written}` has no value after the colon"));
    }
    Ok(Term { property: *property, values, is_negated })
}

/// Returns whether a property of an entity is or includes `value`, which is in lower case.
fn has(entity: &Entity, property: Property, value: &str) -> bool {
    let is = |text: Option<&str>| text.is_some_and(|text| text.to_lowercase() == value);
    let leads = |relation: &str, kind: &str| {
        let wanted = EntityRef::parse(value, Some(kind), "default");
        wanted.is_ok_and(|wanted| entity.related(relation).any(|found| found.target == wanted))
    };
    let pair = |field: &str| {
        let (key, wanted) = value.split_once('=').map_or((value, None), |(key, wanted)| (key, Some(wanted)));
        entity
            .pairs(field)
            .any(|(name, text)| name.to_lowercase() == key && wanted.is_none_or(|wanted| text.to_lowercase() == wanted))
    };
    match property {
        Property::Kind => entity.reference.kind() == value,
        Property::Type => is(entity.spec_str("type")),
        Property::Lifecycle => is(entity.spec_str("lifecycle")),
        Property::Namespace => is(Some(entity.namespace())),
        Property::Name => is(Some(entity.name())),
        Property::Owner => leads("ownedBy", "group"),
        Property::System => {
            entity.related("partOf").any(|found| found.target.kind() == "system") && leads("partOf", "system")
        }
        Property::Tag => entity.tags().any(|tag| tag.to_lowercase() == value),
        Property::Label => pair("labels"),
        Property::Annotation => pair("annotations"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::workspace::Workspace;

    fn chosen(expression: &str) -> Vec<String> {
        let text = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  tags: [java, tier-1]\n  \
                    labels: {area: sales}\n  annotations: {pager/id: '7'}\nspec: {type: service, lifecycle: production, owner: \
                    Sellers, system: store}\n---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: site\n  \
                    namespace: web\n  tags: [java]\nspec: {type: website, lifecycle: deprecated, owner: user:jo}\n---\n\
                    apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata:\n  name: store\nspec: {owner: sellers}\n";
        let workspace = Workspace::from_files(Config::default(), &[("catalog-info.yaml", text.as_bytes())]);
        let catalog = crate::catalog::load(&workspace).catalog;
        let filter = Filter::parse(expression).unwrap();
        catalog.entities().iter().filter(|entity| filter.fits(entity)).map(|entity| entity.name().to_owned()).collect()
    }

    #[test]
    fn terms_are_joined_and_values_are_alternatives() {
        assert_eq!(chosen(""), ["shop", "site", "store"]);
        assert_eq!(chosen("kind:Component tag:java"), ["shop", "site"]);
        assert_eq!(chosen("kind:component tag:java tag:TIER-1"), ["shop"]);
        assert_eq!(chosen("type:website,service !lifecycle:deprecated"), ["shop"]);
        assert_eq!(chosen("!kind:component"), ["store"]);
        assert_eq!(chosen("namespace:web"), ["site"]);
        assert_eq!(chosen("name:shop,store"), ["shop", "store"]);
    }

    #[test]
    fn references_labels_and_annotations() {
        assert_eq!(chosen("owner:sellers"), ["shop", "store"]);
        assert_eq!(chosen("owner:user:web/jo"), ["site"]);
        assert_eq!(chosen("system:store"), ["shop"]);
        assert_eq!(chosen("label:area"), ["shop"]);
        assert_eq!(chosen("label:area=sales"), ["shop"]);
        assert_eq!(chosen("label:area=legal"), [""; 0]);
        assert_eq!(chosen("annotation:pager/id"), ["shop"]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert!(Filter::parse("component").unwrap_err().contains("`component` is no term"));
        assert!(Filter::parse("colour:red").unwrap_err().contains("`kind`, `type`"));
        assert_eq!(Filter::parse("!kind:").unwrap_err(), "`!kind:` has no value after the colon");
    }
}
