use super::*;
use crate::config::{AdrConfig, Config, EntityPage};
use crate::workspace::Workspace;
use crate::{portal, site};

const SHOP: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: shop
  labels: {tier: one}
  annotations: {backstage.io/adr-location: adr, playbill.dev/technologies: rust}
spec: {type: service, lifecycle: production, owner: sellers, dependsOn: [resource:db], costCentre: 7}
";

const OTHERS: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: sellers}
spec: {type: team, children: [], members: [bob]}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: service}
spec: {type: service, parameters: [], steps: []}
---
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: more}
spec: {targets: [./more.yaml]}
";

const DATABASE: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: db}
spec: {type: database, owner: sellers}
";

const RADAR: &str = r##"{"quadrants": [{"id": "q", "name": "Q"}], "rings": [{"id": "r", "name": "R", "color": "#fff"}],
"entries": [{"key": "rust", "id": "rust", "title": "Rust", "quadrant": "q", "timeline": [{"ringId": "r", "date": "2026-01-01"}]}]}"##;

/// The cards on the overviews of the catalogs above, and of a folder without one; a list a page.
fn overviews(page: EntityPage) -> Vec<Vec<&'static str>> {
    let described: [(&str, &[u8]); 10] = [
        ("shop/catalog-info.yaml", SHOP.as_bytes()),
        ("shop/README.md", b"# Shop\n"),
        ("catalog-info.yaml", OTHERS.as_bytes()),
        ("more.yaml", DATABASE.as_bytes()),
        ("snapshots/coverage/default/component/shop/coverage.info", b"SF:a.rs\nDA:1,1\nend_of_record\n"),
        ("shop/adr/0001-sell.md", b"# Sell\n\nDate: 2026-01-02\n"),
        ("tech-radar.json", RADAR.as_bytes()),
        ("announcements/move.md", b"---\ntitle: Move\nentity: resource:db\n---\n"),
        ("adr/0001-all.md", b"# All\n\nStart with component:shop.\n"),
        ("scorecards/a.yaml", b"{kind: Scorecard, id: a, rules: [{id: titled, pass: has(entity.metadata.title)}]}"),
    ];
    let mut pages = overviews_of(page.clone(), &described);
    pages.extend(overviews_of(page, &[("tool/README.md", b"# Tool\n")]));
    pages
}

fn overviews_of(page: EntityPage, files: &[(&str, &[u8])]) -> Vec<Vec<&'static str>> {
    let adr = AdrConfig { folders: vec!["adr".to_owned()], ..AdrConfig::default() };
    let config = Config { entity_pages: vec![page], adr, ..Config::default() };
    let workspace = Workspace::from_files(config, files);
    let portal = portal::analyse(&workspace, &mut |_| ());
    let site = site::plan(&workspace, &portal);
    let view = PageContext { portal: &portal, site: &site, url: "" };
    let overview = |id| {
        let sides = [Side::Wide, Side::Narrow];
        sides.into_iter().flat_map(|side| shown(&view, id, side)).map(|shown| shown.name).collect()
    };
    portal.catalog.iter().map(|(id, _)| overview(id)).collect()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn every_card_has_a_name_in_the_configuration_and_can_be_hidden() {
    let known: Vec<&str> = CARDS.iter().map(|card| card.name()).collect();
    assert_eq!(known, crate::config::CARDS);
    let plain = overviews(EntityPage::default());
    for name in known {
        assert!(plain.iter().flatten().any(|shown| *shown == name), "{name} is on none of the pages");
        let without = overviews(EntityPage { hide: names(&[name]), ..EntityPage::default() });
        let expected: Vec<Vec<&str>> =
            plain.iter().map(|page| page.iter().copied().filter(|shown| *shown != name).collect()).collect();
        assert_eq!(without, expected, "{name} is hidden");
    }
}

#[test]
fn cards_come_first_in_their_column_in_the_order_of_the_configuration() {
    let shop = |cards: &[&str]| overviews(EntityPage { cards: names(cards), ..EntityPage::default() })[0].clone();
    assert_eq!(
        shop(&[]),
        [
            "about",
            "snapshots",
            "picture",
            "relations",
            "readme",
            "properties",
            "scorecards",
            "documentation",
            "decisions",
            "mentions",
            "technologies",
            "links",
            "labels"
        ]
    );
    assert_eq!(
        shop(&["labels", "properties", "relations", "members"]),
        [
            "properties",
            "relations",
            "about",
            "snapshots",
            "picture",
            "readme",
            "labels",
            "scorecards",
            "documentation",
            "decisions",
            "mentions",
            "technologies",
            "links"
        ]
    );
}

#[test]
fn groups_and_users_show_what_changed_and_the_documentation_of_what_they_own() {
    let files: [(&str, &[u8]); 6] = [
        ("shop/catalog-info.yaml", b"{apiVersion: backstage.io/v1alpha1, kind: Component, metadata: {name: shop, annotations: {backstage.io/techdocs-ref: 'dir:.', backstage.io/adr-location: adr}}, spec: {type: service, lifecycle: production, owner: sellers}}"),
        ("shop/docs/index.md", b"# Shop\n"),
        ("shop/mkdocs.yml", b"site_name: Shop\n"),
        ("shop/adr/0001-sell.md", b"# Sell\n\nDate: 2026-01-02\n"),
        ("group.yaml", b"{apiVersion: backstage.io/v1alpha1, kind: Group, metadata: {name: sellers}, spec: {type: team, children: []}}"),
        ("catalog-info.yaml", b"{apiVersion: backstage.io/v1alpha1, kind: User, metadata: {name: bob}, spec: {memberOf: [sellers]}}\n---\n{apiVersion: backstage.io/v1alpha1, kind: Location, metadata: {name: all}, spec: {targets: [./group.yaml]}}\n"),
    ];
    let pages = overviews_of(EntityPage::default(), &files);
    let with_both = |page: &&Vec<&str>| page.contains(&"changes") && page.contains(&"documentation");
    assert_eq!(pages.iter().filter(with_both).count(), 2, "{pages:?}");
}
