//! Lists of what entities have in common: a type, a tag, an owner. They are pages, so that a link to what a tag is on
//! leads there without JavaScript; with JavaScript they are the catalog with these filters set.
//!
//! A list has its pages when at least two entities share it: the list of a tag of one entity would only lead back to
//! it. So there are far fewer of them than entities, whatever the catalog.

use std::collections::{BTreeMap, HashMap};

use super::{KindGroup, ROWS_PER_PAGE};
use crate::catalog::{Catalog, EntityId, EntityRef};
use crate::routes;

/// What the entities of a list share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shared {
    /// Kind (index into `Site::kinds`) and type.
    Type(usize),
    /// A tag.
    Tag,
    /// An owner.
    Owner(EntityRef),
}

/// A list with pages of its own.
#[derive(Debug, Clone)]
pub struct Listing {
    /// What its entities share.
    pub shared: Shared,
    /// The values of that, as written: types whose addresses are the same share a list.
    pub values: Vec<String>,
    /// In the order of kinds, then as lists of a kind have them.
    pub entities: Vec<EntityId>,
    /// The address of its first page.
    pub url: String,
}

impl Listing {
    /// Returns how many pages it takes.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.entities.len().div_ceil(ROWS_PER_PAGE)
    }

    /// Returns the address of a page, which counts from 1.
    #[must_use]
    pub fn page(&self, page: usize) -> String {
        routes::list_page(&self.url, page)
    }
}

/// All lists of a site.
#[derive(Debug, Default)]
pub struct Listings {
    /// Types by kind, then tags, then owners, each by name.
    all: Vec<Listing>,
    by_url: HashMap<String, usize>,
}

impl Listings {
    /// Finds what entities share.
    #[must_use]
    pub fn of(catalog: &Catalog, kinds: &[KindGroup]) -> Self {
        let mut found: BTreeMap<(usize, usize, String), Listing> = BTreeMap::new();
        let mut add = |rank: usize, kind: usize, shared: Shared, url: String, value: &str, id: EntityId| {
            let key = (rank, kind, url);
            let url = &key.2;
            // Nothing of the value is left in the address.
            if url.ends_with("//") {
                return;
            }
            let new = || Listing { shared, values: Vec::new(), entities: Vec::new(), url: url.clone() };
            let listing = match found.get_mut(&key) {
                Some(listing) => listing,
                None => {
                    let listing = new();
                    found.entry(key).or_insert(listing)
                }
            };
            if listing.entities.last() != Some(&id) {
                listing.entities.push(id);
            }
            if !listing.values.iter().any(|known| known == value) {
                listing.values.push(value.to_owned());
            }
        };
        for (at, kind) in kinds.iter().enumerate() {
            for id in &kind.entities {
                let entity = catalog.get(*id);
                if let Some(value) = entity.spec_str("type") {
                    let url = routes::type_list(&kind.face.kind, value);
                    add(0, at, Shared::Type(at), url, value, *id);
                }
                for tag in entity.tags() {
                    add(1, 0, Shared::Tag, routes::tag_list(tag), tag, *id);
                }
                // Who is not there has no page either that would lead to the list.
                for owner in entity.related("ownedBy").filter(|owner| owner.id.is_some()) {
                    let reference = &owner.target;
                    let shared = Shared::Owner(reference.clone());
                    add(2, 0, shared, routes::owner_list(reference), reference.as_str(), *id);
                }
            }
        }
        // A type that all of a kind have has no list beside that of the kind.
        let is_worth_it = |listing: &Listing| {
            let all = match listing.shared {
                Shared::Type(kind) => kinds[kind].entities.len(),
                _ => usize::MAX,
            };
            listing.entities.len() > 1 && listing.entities.len() < all
        };
        let all: Vec<Listing> = found.into_values().filter(is_worth_it).collect();
        let by_url = all.iter().enumerate().map(|(at, listing)| (listing.url.clone(), at)).collect();
        Self { all, by_url }
    }

    /// Returns all of them.
    #[must_use]
    pub fn all(&self) -> &[Listing] {
        &self.all
    }

    /// Finds one by the address of its first page.
    #[must_use]
    pub fn at(&self, url: &str) -> Option<&Listing> {
        self.by_url.get(url).map(|at| &self.all[*at])
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::site;
    use crate::workspace::Workspace;

    #[test]
    fn what_at_least_two_share_has_a_list() {
        let component = |name: &str, kind: &str, tags: &str, owner: &str| {
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}, tags: [{tags}]}}\nspec: {{type: {kind}, lifecycle: x, owner: {owner}}}\n---\n"
            )
        };
        let team = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team}\nspec: {type: team, children: []}\n";
        let text = component("a", "service", "java, c++", "team")
            + &component("b", "Service", "c#, java", "user:ann")
            + &component("c", "website", "a:b, c#", "team")
            + &component("d", "'+'", "a:b", "gone")
            + &component("e", "'+'", "", "gone")
            + team;
        let workspace = Workspace::from_files(Config::default(), &[("catalog-info.yaml", text.as_bytes())]);
        let portal = crate::portal::analyse(&workspace, &mut |_| ());
        let site = site::plan(&workspace, &portal);
        let lists: Vec<(&str, Vec<&str>)> = site
            .listings()
            .all()
            .iter()
            .map(|listing| {
                let names = listing.entities.iter().map(|id| portal.catalog.get(*id).name());
                (listing.url.as_str(), names.collect())
            })
            .collect();
        assert_eq!(
            lists,
            [
                ("type/component/service/", vec!["a", "b"]),
                ("tag/a~b/", vec!["c", "d"]),
                ("tag/c~sharp/", vec!["b", "c"]),
                ("tag/java/", vec!["a", "b"]),
                ("owner/default/group/team/", vec!["a", "c"]),
            ]
        );
        assert_eq!(site.listings().at("type/component/service/").unwrap().values, ["service", "Service"]);
        for listing in site.listings().all() {
            assert!(site.page(&listing.url).is_some());
        }
    }

    #[test]
    fn a_type_that_all_of_a_kind_have_needs_no_list() {
        let api = |name: &str| {
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: {name}}}\nspec: {{type: grpc, lifecycle: x, owner: {name}, definition: x}}\n---\n"
            )
        };
        let text = api("a") + &api("b");
        let workspace = Workspace::from_files(Config::default(), &[("catalog-info.yaml", text.as_bytes())]);
        let site = site::plan(&workspace, &crate::portal::analyse(&workspace, &mut |_| ()));
        assert!(site.listings().all().is_empty());
    }
}
