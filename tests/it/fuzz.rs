//! The invariants of the fuzz targets, over a few inputs: what they use is renamed here or nowhere, and what a run of the
//! fuzzer has found goes into `SEEDS`. The targets themselves (`fuzz/fuzz_targets`) are a line each.

#[path = "../../fuzz/invariants/api.rs"]
mod api;
#[path = "../../fuzz/invariants/conditions.rs"]
mod conditions;
#[path = "../../fuzz/invariants/entity_refs.rs"]
mod entity_refs;
#[path = "../../fuzz/invariants/location_targets.rs"]
mod location_targets;
#[path = "../../fuzz/invariants/markdown.rs"]
mod markdown;
#[path = "../../fuzz/invariants/mermaid.rs"]
mod mermaid;
#[path = "../../fuzz/invariants/pack.rs"]
mod pack;
#[path = "../../fuzz/invariants/sanitise.rs"]
mod sanitise;
#[path = "../../fuzz/invariants/templates.rs"]
mod templates;
#[path = "../../fuzz/invariants/yaml_documents.rs"]
mod yaml_documents;

/// Texts with something for each target.
const SEEDS: &[&str] = &[
    "",
    "\u{0}\u{feff}\u{202e}İ\r",
    "group:default/a",
    ":/",
    "../../x.yaml",
    "https://example.org/a/b.yaml#c",
    "<a href=\"https:// i\u{fffd}.io\">b</a> <a href=\"HTTP://c.1.2:99999/\">d</a> <img src=\"https:\\e\"> <a href=\"ssh://[f\">g</a>",
    "<a href=\"https://xn--0.de:8080/?h\">i</a> <a href=\"http://0x1\">j</a> <a href=\"https:k\">l</a> <a href=\"\thttps://m/\">n</a>",
    "# a\n\n- b\n    - c\n\n```py\nd\n```\n\n<b onclick=x>e</i> [f](javascript:g) ![h](i.png)",
    "!!! note\n    a\n\n=== \"b\"\n    c\n\n[^1]: d\n\n*[e]: f",
    "a: &b [1, {c: *b}]\n---\n- \"d\n---\n{",
    "openapi: 3.1.0\ninfo: {title: a}\npaths: {/b: {get: {responses: {200: {$ref: '#/c'}}}}}",
    "asyncapi: 2.6.0\nchannels: {a: {publish: {message: {payload: {$ref: '#'}}}}}",
    "type Query { a(b: [C!]! = {}): D @deprecated }",
    "type A {b:[}c.cÎc",
    "syntax = \"proto3\"; message A { repeated B b = 1; } service C { rpc D(A) returns (E); }",
    "\u{1}a --> b[\"<script>\"]\nclick a href \"javascript:x\"",
    "{% for a in values.a %}{{ a | upper }}{% endfor %}${{ parameters.name",
    "related.ownedBy.exists(o, o.kind == \"Group\") || facts.own.list.map(x, x.id) == [1, 2] && daysSince(\"x\") > 1",
    "<table><tr><p>a<td><x-unknown b><svg/onload=x>",
];

#[test]
fn invariants_hold_for_seeds() {
    for seed in SEEDS {
        conditions::check(seed);
        entity_refs::check(seed);
        location_targets::check((seed, true));
        location_targets::check((seed, false));
        markdown::check(seed);
        mermaid::check(seed.as_bytes());
        pack::check(seed.as_bytes());
        sanitise::check(seed.as_bytes());
        templates::check(seed);
        yaml_documents::check(seed);
        for (kind, ending) in [("asyncapi", "yaml"), ("graphql", "graphql"), ("openapi", "yaml"), ("grpc", "proto")] {
            api::check(kind, ending, seed.as_bytes());
        }
    }
}

#[test]
fn invariants_hold_for_a_pack() {
    let manifest = playbill::pack::Manifest {
        format: playbill::pack::FORMAT,
        repository: playbill::pack::RepositoryFacts { slug: "acme/web".to_owned(), ..Default::default() },
        names: vec!["src/main.rs".to_owned()],
        ..Default::default()
    };
    let files = [("docs/index.md".to_owned(), b"# Hello".as_slice().into())];
    let content = playbill::pack::Content { files: files.into(), ..Default::default() };
    let bytes = playbill::pack::write(manifest, &content).expect("a pack");
    pack::check(&bytes);
    (0..bytes.len()).for_each(|end| pack::check(&bytes[..end]));
}

#[test]
fn every_target_is_a_line_and_is_listed() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).expect("fuzz/Cargo.toml");
    for entry in std::fs::read_dir(root.join("fuzz_targets")).expect("fuzz targets") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
        let text = std::fs::read_to_string(&path).expect("a target");
        assert!(!text.contains("playbill::") && text.contains("invariants::check("), "{name}: put it into invariants/");
    }
}
