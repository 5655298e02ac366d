//! What is found in folders of many sorts.

use super::*;
use crate::config::Config;

/// Returns what is proposed: folder, kind, name and its other properties, a line each.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let workspace = Workspace::from_files(Config::default(), &files);
    let discovery = discover(&workspace, &|_| false);
    let line = |package: &Package, it: &Proposal| {
        let mut line = format!("{}: {} {}", package.folder.path(), it.kind, it.name);
        for (key, value) in [
            ("title", it.title.clone()),
            ("type", it.of_type.map(str::to_owned)),
            ("owner", it.owner.as_ref().map(Owner::reference)),
            ("system", it.system.clone()),
            ("docs", it.has_docs.then(|| "yes".to_owned())),
            ("provides", (!it.provides.is_empty()).then(|| it.provides.join("+"))),
            ("definition", it.definition.clone()),
        ] {
            if let Some(value) = value {
                line.push_str(&[" ", key, "=", &value].concat());
            }
        }
        line
    };
    discovery
        .packages
        .iter()
        .flat_map(|package| package.proposals.iter().map(move |proposal| line(package, proposal)))
        .collect()
}

#[test]
fn nothing_is_made_of_nothing() {
    assert_eq!(found(&[]), [""; 0]);
    assert_eq!(found(&[("src/main.c", "int main;"), ("notes.txt", "x")]), [""; 0]);
}

#[test]
fn a_readme_alone_is_a_component() {
    assert_eq!(
        found(&[("web/README.md", "# Web shop\n\n[![x](y)](z)\n\nSells *things*\nto people.\n")]),
        ["web: Component web title=Web shop type=documentation"]
    );
}

#[test]
fn documentation_is_found_with_and_without_settings() {
    assert_eq!(
        found(&[("a/mkdocs.yml", "site_name: Handbook\n"), ("a/docs/index.md", "# x"), ("b/docs/index.md", "")]),
        ["a: Component a title=Handbook type=documentation docs=yes", "b: Component b type=documentation docs=yes"]
    );
    // A site that brings others with it speaks for them.
    assert_eq!(
        found(&[
            ("mkdocs.yml", "site_name: All\nnav:\n  - One: '!include ./one/mkdocs.yml'\n"),
            ("one/mkdocs.yml", "site_name: One\n"),
            ("docs/index.md", ""),
        ])
        .len(),
        1
    );
}

#[test]
fn a_definition_belongs_to_its_package() {
    assert_eq!(
        found(&[("petstore.yaml", "openapi: 3.1.0\ninfo: {title: Pets}\n")]),
        [": API petstore title=Pets type=openapi definition=petstore.yaml"]
    );
    assert_eq!(
        found(&[
            ("orders/go.mod", "module example.com/shop/orders/v2\n"),
            ("orders/api/openapi.yaml", "openapi: 3.1.0\n"),
            ("orders/api/openapi.json", "{\"openapi\": \"3.1.0\"}"),
            ("orders/events.yaml", "asyncapi: 3.0.0\n"),
            ("orders/x.proto", "syntax = \"proto3\";\nservice X {\n}\n"),
            ("orders/y.proto", "message Y {}\n"),
            ("orders/schema.graphql", "type Query {\n  a: Int\n}\n"),
        ]),
        [
            "orders: Component orders type=service provides=events+orders-api+x+orders-openapi",
            "orders: API events type=asyncapi definition=events.yaml",
            "orders: API orders-api type=graphql definition=schema.graphql",
            "orders: API x type=grpc definition=x.proto",
            "orders: API orders-openapi type=openapi definition=api/openapi.yaml",
        ]
    );
}

#[test]
fn each_package_manager_is_understood() {
    assert_eq!(
        found(&[
            (
                "js/package.json",
                r#"{"name": "@acme/cart", "dependencies": {"express": "5"}, "description": "Keeps things."}"#
            ),
            ("ui/package.json", r#"{"name": "ui", "private": true, "dependencies": {"react-dom": "19"}}"#),
            ("rs/Cargo.toml", "[package]\nname = \"ledger\" # x\n\n[dependencies]\naxum = \"0.8\"\n"),
            (
                "jv/pom.xml",
                "<project xmlns='m'><parent><artifactId>no</artifactId></parent><artifactId>billing</artifactId></project>"
            ),
            ("py/pyproject.toml", "[project]\nname = 'scorer'\ndependencies = [\n  \"fastapi>=0.1\",\n]\n"),
            ("im/Dockerfile", "from scratch\n"),
        ]),
        [
            "im: Component im type=service",
            "js: Component cart type=service",
            "jv: Component billing type=library",
            "py: Component scorer type=service",
            "rs: Component ledger type=service",
            "ui: Component ui type=website",
        ]
    );
}

#[test]
fn the_parts_of_a_backstage_app_are_no_packages() {
    let app = r#"{"name": "app", "backstage": {"role": "frontend"}}"#;
    let backend = r#"{"name": "backend", "backstage": {"role": "backend"}}"#;
    let found = found(&[
        ("package.json", r#"{"name": "root", "workspaces": ["packages/*"]}"#),
        ("packages/app/package.json", app),
        ("packages/backend/package.json", backend),
        ("packages/backend/Dockerfile", "FROM scratch\n"),
        ("packages/shared/package.json", r#"{"name": "shared"}"#),
    ]);
    assert_eq!(found, [": System project", "packages/shared: Component shared type=library system=project"]);
}

#[test]
fn what_holds_packages_together_is_a_system() {
    let found = found(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/config", "[remote \"origin\"]\nurl = https://github.com/acme/shop.git\n"),
        (".github/CODEOWNERS", "* @acme/shop-crew\n/packages/b/ @sam ops@example.com\n"),
        ("README.md", "# The shop\n"),
        ("package.json", r#"{"name": "root", "private": true, "workspaces": ["packages/*"]}"#),
        ("packages/a/package.json", r#"{"name": "a"}"#),
        ("packages/b/package.json", r#"{"name": "b"}"#),
        ("packages/b/docker/Dockerfile", "FROM scratch\n"),
        ("packages/b/test/fixtures/package.json", r#"{"name": "no"}"#),
        ("packages/b/README.md", "# b\n"),
    ]);
    assert_eq!(
        found,
        [
            ": System shop title=The shop owner=shop-crew",
            "packages/a: Component a type=library owner=shop-crew system=shop",
            "packages/b: Component b type=service owner=user:sam system=shop",
        ]
    );
}

#[test]
fn clones_side_by_side_are_components() {
    let clones: Vec<(String, &str)> = (1..=3)
        .flat_map(|number| {
            [
                (format!("c{number}/.git/HEAD"), "ref: refs/heads/main\n"),
                (format!("c{number}/.git/config"), "[remote \"origin\"]\nurl = git@gitlab.com:acme/web.git\n"),
                (format!("c{number}/README.md"), "Words.\n"),
            ]
        })
        .collect();
    let clones: Vec<(&str, &str)> = clones.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    assert_eq!(
        found(&clones),
        [
            "c1: Component web type=documentation owner=acme",
            "c2: Component c2 type=documentation owner=acme",
            "c3: Component c3 type=documentation owner=acme",
        ]
    );
}

#[test]
fn names_are_those_of_entities() {
    for text in ["", "-", "Ärger & Co.", "a", "UPPER_case.x", "@scope/name", &"x".repeat(200), "..", "日本"] {
        let name = entity_name(text);
        assert!(name.as_deref().is_none_or(crate::catalog::format::is_name), "{text} {name:?}");
    }
    assert_eq!(entity_name("  My Shop (new) ").as_deref(), Some("my-shop-new"));
    let mut taken = names::Taken::default();
    let long = "y".repeat(63);
    let names: Vec<String> = (0..12).map(|_| taken.take("API", [long.clone()])).collect();
    assert!(names.iter().all(|name| crate::catalog::format::is_name(name)), "{names:?}");
}
