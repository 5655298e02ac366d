//! Whether an entity is one that an expression means.

use super::{Entity, EntityRef};
use crate::config::{Filter, Property};

/// Returns whether an entity is meant.
#[must_use]
pub fn fits(filter: &Filter, entity: &Entity) -> bool {
    let holds = |property, values: &[String]| values.iter().any(|value| has(entity, property, value));
    filter.terms.iter().all(|term| holds(term.property, &term.values) != term.is_negated)
}

/// Stands for any value.
const ANY: &str = "*";

/// Returns whether a property of an entity is or includes `value`, which is in lower case.
fn has(entity: &Entity, property: Property, value: &str) -> bool {
    let is = |text: Option<&str>| text.is_some_and(|text| value == ANY || text.to_lowercase() == value);
    let leads = |relation: &str, kind: &str| {
        if value == ANY {
            return entity.related(relation).next().is_some();
        }
        let wanted = EntityRef::parse(value, Some(kind), "default");
        wanted.is_ok_and(|wanted| entity.related(relation).any(|found| found.target == wanted))
    };
    let pair = |field: &str| {
        let (key, wanted) = value.split_once('=').map_or((value, None), |(key, wanted)| (key, Some(wanted)));
        entity.pairs(field).any(|(name, text)| {
            (key == ANY || name.to_lowercase() == key) && wanted.is_none_or(|wanted| text.to_lowercase() == wanted)
        })
    };
    match property {
        Property::Kind => is(Some(entity.reference.kind())),
        Property::Type => is(entity.spec_str("type")),
        Property::Lifecycle => is(entity.spec_str("lifecycle")),
        Property::Namespace => is(Some(entity.namespace())),
        Property::Name => is(Some(entity.name())),
        Property::Owner => leads("ownedBy", "group"),
        Property::System => {
            entity.related("partOf").any(|found| found.target.kind() == "system") && leads("partOf", "system")
        }
        Property::Tag => entity.tags().any(|tag| is(Some(tag))),
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
        catalog
            .entities()
            .iter()
            .filter(|entity| fits(&filter, entity))
            .map(|entity| entity.name().to_owned())
            .collect()
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
    fn any_value_and_none_at_all() {
        assert_eq!(chosen("system:*"), ["shop"]);
        assert_eq!(chosen("kind:* !system:*"), ["site", "store"]);
        assert_eq!(chosen("label:*"), ["shop"]);
        assert_eq!(chosen("!owner:*"), [""; 0]);
        assert_eq!(chosen("lifecycle:* tag:*"), chosen("tag:*"));
    }
}
