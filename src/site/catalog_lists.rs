//! Lists of what entities have in common: a type, a tag, an owner. They are pages, so that a link to what a tag is on
//! leads there without JavaScript; with JavaScript they are the catalog with these filters set.
//!
//! A list has its pages when at least two entities share it: the list of a tag of one entity would only lead back to
//! it. So there are far fewer of them than entities, whatever the catalog.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{KindGroup, ROWS_PER_PAGE};
use crate::catalog::filter::fits;
use crate::catalog::{Catalog, Entity, EntityId, EntityRef, Relation};
use crate::config::{SavedView, ViewSort};
use crate::routes;
use crate::text::natural_key;

/// What the entities of a list share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shared {
    /// Kind (index into `Site::kinds`) and type.
    Type(usize),
    /// A tag.
    Tag,
    /// An owner.
    Owner(EntityRef),
    /// What a view that the organisation saved asks for, by its place in the configuration.
    View(usize),
}

/// A list with pages of its own.
#[derive(Debug, Clone)]
pub struct Listing {
    /// What its entities share.
    pub shared: Shared,
    /// The values of that, as written: types whose addresses are the same share a list. The title of a view.
    pub values: Vec<String>,
    /// In the order of kinds, then as lists of a kind have them; those of a view in its own order, if it has one.
    pub entities: Vec<EntityId>,
    /// The address of its first page.
    pub url: String,
}

impl Listing {
    /// Returns how many pages it takes. A view in which nothing is has one, too: its address is known.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.entities.len().div_ceil(ROWS_PER_PAGE).max(1)
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
    /// Types by kind, then tags, then owners, each by name; then views as they are configured.
    all: Vec<Listing>,
    by_url: HashMap<String, usize>,
}

impl Listings {
    /// Finds what entities share, and what the views of the organisation have.
    #[must_use]
    pub fn of(catalog: &Catalog, kinds: &[KindGroup], views: &[SavedView]) -> Self {
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
        let shared = found.into_values().filter(is_worth_it);
        let all: Vec<Listing> = shared.chain(of_views(catalog, kinds, views)).collect();
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

/// Makes the lists of saved views. Of two whose titles give one address, the second has a number.
fn of_views(catalog: &Catalog, kinds: &[KindGroup], views: &[SavedView]) -> Vec<Listing> {
    let mut taken = HashSet::new();
    let list = |(at, view): (usize, &SavedView)| {
        let mut url = routes::saved_view(&view.title, at);
        if !taken.insert(url.clone()) {
            url = routes::saved_view(&format!("{} {}", view.title, at + 1), at);
            taken.insert(url.clone());
        }
        let all = kinds.iter().flat_map(|kind| &kind.entities).copied();
        let mut entities: Vec<EntityId> = all.filter(|id| fits(&view.filter, catalog.get(*id))).collect();
        if let Some(sort) = view.sort {
            sort_by(catalog, &mut entities, sort);
        }
        Listing { shared: Shared::View(at), values: vec![view.title.clone()], entities, url }
    };
    views.iter().enumerate().map(list).collect()
}

/// Sorts entities by what a column shows; those without it come last either way, as in the browser.
fn sort_by(catalog: &Catalog, entities: &mut [EntityId], sort: ViewSort) {
    let related = |entity: &Entity, relation: &str, kind: Option<&str>| {
        let mut found = entity.related(relation).filter(|found| kind.is_none_or(|kind| found.target.kind() == kind));
        let title = |found: &Relation| found.id.map_or(found.target.name(), |id| catalog.get(id).title()).to_owned();
        found.next().map(title)
    };
    let value = |entity: &Entity| match sort.by {
        "kind" => Some(entity.kind.to_string()),
        "type" | "lifecycle" => entity.spec_str(sort.by).map(str::to_owned),
        "owner" => related(entity, "ownedBy", None),
        "system" => related(entity, "partOf", Some("system")),
        _ => Some(entity.title().to_owned()),
    };
    let mut keyed: Vec<(Option<String>, EntityId)> =
        entities.iter().map(|id| (value(catalog.get(*id)).map(|text| natural_key(&text)), *id)).collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let order = if sort.is_reversed { b.cmp(a) } else { a.cmp(b) };
        a.is_none().cmp(&b.is_none()).then(order)
    });
    for (place, (_, id)) in entities.iter_mut().zip(keyed) {
        *place = id;
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
    fn views_have_what_they_ask_for_in_their_order() {
        let component = |name: &str, system: &str, tier: u8| {
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}, labels: {{tier: '{tier}'}}}}\nspec: {{type: x, lifecycle: x, owner: o{system}}}\n---\n"
            )
        };
        let text = component("s10", ", system: b", 1)
            + &component("s2", "", 1)
            + &component("s3", ", system: a", 1)
            + &component("s4", "", 2);
        let (config, found) = crate::config::parse(
            crate::text::FileId::new(0),
            "views:\n- {title: Tier 1, filter: 'label:tier=1', sort: -system, columns: [system]}\n- {title: TIER 1, filter: 'label:tier=9'}\n- {title: '+', sort: -name}\n",
        );
        assert!(found.is_empty(), "{found:?}");
        let workspace = Workspace::from_files(config, &[("catalog-info.yaml", text.as_bytes())]);
        let portal = crate::portal::analyse(&workspace, &mut |_| ());
        let site = site::plan(&workspace, &portal);
        let views = site.listings().all().iter().filter(|listing| listing.url.starts_with("views/"));
        let shown: Vec<(&str, String)> = views
            .map(|listing| {
                let names: Vec<&str> = listing.entities.iter().map(|id| portal.catalog.get(*id).name()).collect();
                (listing.url.as_str(), names.join(" "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("views/tier-1/", "s10 s3 s2".to_owned()),
                ("views/tier-1-2/", String::new()),
                ("views/3/", "s10 s4 s3 s2".to_owned())
            ]
        );
        for (url, _) in shown {
            assert!(site.page(url).is_some() && site.page(&crate::routes::view_members(url)).is_some());
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
