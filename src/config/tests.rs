use super::keys::ROOT;
use super::manual::EXAMPLE;
use super::shape::{Key, Shape};
use super::values::size;
use super::*;
use crate::diag::human;
use crate::diag::sample::Files;
use crate::text::FileId;

/// Parses a configuration and returns its problems as `line:column code message; help`.
fn problems(text: &str) -> Vec<String> {
    let (_, found) = parse(FileId::new(0), text);
    let files = Files::new(&[("playbill.yaml", Some(text))]);
    let mut positions = crate::diag::Positions::new(&files);
    let line = |diagnostic: &crate::diag::Diagnostic| {
        let at = positions.place(diagnostic.span()).start;
        let help = diagnostic.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
        format!("{at} {} {}{help}", diagnostic.code, diagnostic.message)
    };
    found.iter().map(line).collect()
}

fn check(text: &str, expect: &[&str]) {
    assert_eq!(problems(text), expect, "{text}");
}

#[test]
fn the_example_uses_every_key_and_is_right() {
    check(EXAMPLE, &[]);
    let (config, _) = parse(FileId::new(0), EXAMPLE);
    insta::assert_debug_snapshot!(config);

    fn every_key(keys: &[Key], values: &[&crate::yaml::Node], path: &str) {
        for key in keys {
            let found: Vec<_> = values.iter().filter_map(|value| value.get(key.name)).collect();
            assert!(!found.is_empty(), "`{path}.{}` is not in the example", key.name);
            every_shape(&key.shape, &found, &format!("{path}.{}", key.name));
        }
    }
    fn every_shape(shape: &Shape, values: &[&crate::yaml::Node], path: &str) {
        match shape {
            Shape::Mapping(keys) | Shape::TextOr(_, keys) => every_key(keys, values, path),
            Shape::List(item, _) => {
                let items: Vec<_> = values.iter().flat_map(|value| value.as_seq().unwrap()).collect();
                every_shape(item, &items, path);
            }
            Shape::Named { value, .. } => {
                let entries = values.iter().flat_map(|value| value.as_map().unwrap().entries());
                every_shape(value, &entries.map(|entry| &entry.value).collect::<Vec<_>>(), path);
            }
            _ => {}
        }
    }
    let (documents, _) = crate::yaml::parse(FileId::new(0), EXAMPLE);
    every_key(ROOT, &[documents[0].root.as_ref().unwrap()], "");
}

#[test]
fn the_defaults_of_the_table_are_those_of_the_program() {
    fn written(keys: &[Key]) -> serde_json::Map<String, serde_json::Value> {
        let value = |key: &Key| match &key.shape {
            Shape::Mapping(keys) => Some(serde_json::Value::Object(written(keys))),
            _ => key.default.map(|default| serde_json::from_str(default).unwrap()),
        };
        keys.iter().filter_map(|key| Some((key.name.to_owned(), value(key)?))).collect()
    }
    let text = serde_json::Value::Object(written(ROOT)).to_string();
    check(&text, &[]);
    let (config, _) = parse(FileId::new(0), &text);
    assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
    assert!(text.contains("10MiB"), "defaults were tested");
}

#[test]
fn nothing_is_a_configuration_too() {
    for text in ["", "# only a comment\n", "---\n", "catalog:\n  files:\ncheck:\n"] {
        check(text, &[]);
        let (config, _) = parse(FileId::new(0), text);
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
    }
}

#[test]
fn unknown_keys_are_named_with_the_nearest() {
    check("tilte: x", &["1:1 unknown-config-key the key `tilte` is not known; write `title`"]);
    check("base_url: https://x.org", &["1:1 unknown-config-key the key `base_url` is not known; write `baseUrl`"]);
    check(
        "catalog:\n  exlcude: []",
        &["2:3 unknown-config-key the key `exlcude` is not known in `catalog`; write `exclude`"],
    );
    check("rules: []", &["1:1 unknown-config-key the key `rules` is not known; put it below `catalog` or `check`"]);
    check(
        "limits: {pages: 1}",
        &["1:10 unknown-config-key the key `pages` is not known in `limits`; known here: `catalogFile`, \
           `definitionFile`, `document`, `snapshot`, `pack`"],
    );
}

#[test]
fn wrong_values_say_what_is_expected() {
    check("title: 5", &["1:8 invalid-config `title` must be a text, not a number; put it in quotes"]);
    check("title: ''", &["1:8 invalid-config `title` is empty; give it a value, or remove the key"]);
    check("title:", &["1:6 invalid-config `title` must be a text, not nothing; give it a value, or remove the key"]);
    check("paths: src", &["1:8 invalid-config `paths` must be a list, not a text; write it as a list: `[…]`"]);
    check("paths: []", &["1:8 invalid-config `paths` is empty; name at least 1, or remove the key"]);
    check(
        "hosts: {git.example.com: gitlap}",
        &["1:26 invalid-config `hosts.git.example.com` cannot be `gitlap`; write `gitlab`"],
    );
    check(
        "baseUrl: portal.example.com",
        &[
            "1:10 invalid-config `baseUrl` must be an absolute http or https address, not `portal.example.com`; write it \
           with its scheme, such as `https://portal.example.com/`",
        ],
    );
    check(
        "links:\n  - title: x\n    url: javascript:alert(1)",
        &["3:10 invalid-config `links[0].url` must be an http, https or mailto address, not `javascript:alert(1)`; \
           write it with its scheme, such as `https://example.com/`"],
    );
    check(
        "search: {boost: [{files: [a], factor: 11}]}",
        &[
            "1:39 invalid-config `search.boost[0].factor` must be a number from 0.1 to 10; write `2` for twice as much, \
           `0.5` for half",
        ],
    );
    check(
        "search: {synonyms: [[ci, continuous integration]]}",
        &[
            "1:26 invalid-config `search.synonyms[0][1]` must be one word, not `continuous integration`; join the words by \
           a hyphen if they are a name, or leave them out",
        ],
    );
    check(
        "search: {tests: [{query: a, expect: b, within: 0}]}",
        &[
            "1:48 invalid-config `search.tests[0].within` must be a whole number from 1; write it without quotes, such as \
           `3`",
        ],
    );
    check(
        "columns: [{title: Tier, path: metadata.labels.tier}]\nviews: [{title: A, columns: [owner, Tier, tire]}]",
        &["2:43 invalid-config there is no column `tire`; write `Tier`"],
    );
    check(
        "views: [{title: A, columns: [links], sort: tier}]",
        &[
            "1:30 invalid-config there is no column `links`; use one of kind, system, owner, type, lifecycle, impact, description, \
             tags, or the title of an entry of `columns`",
            "1:44 invalid-config `views[0].sort` cannot be `tier`; write one of `name`, `-name`, `kind`, `-kind`, `system`, `-system`, \
             `owner`, `-owner`, `type`, `-type`, `lifecycle`, `-lifecycle`",
        ],
    );
    check(
        "columns: [{title: Tier, path: tier}]",
        &[
            "1:31 invalid-config `columns[0].path` must be a path below `metadata` or `spec`, not `tier`; write it from the \
           top of the entity, such as `spec.costCentre` or `metadata.labels.tier`",
        ],
    );
    check("links: [{title: x}]", &["1:9 invalid-config `links[0]` has no `url`; add `url:`"]);
    check(
        "catalog: {files: ['a[']}",
        &[
            "1:19 invalid-config `catalog.files[0]` is not a glob: unclosed character class; missing ']'; `*` matches a \
           part of a name, `**` any folders, `{a,b}` alternatives",
        ],
    );
    check(
        "limits: {document: much}",
        &["1:20 invalid-config `limits.document` must be a size of 1 byte to 4 GiB; write a number of bytes, or one \
           with a unit such as `10MB` or `64MiB`"],
    );
    let all = "it can hold `title`, `organization`, `description`, `home`, `baseUrl`, `paths`, `output`, `theme`, `accent`, \
               `logo`, `css`, `announcement`, `announcements`, `links`, `entityPages`, `columns`, `views`, `badges`, `precompress`, `hosts`, `catalog`, `search`, `snapshots`, `packs`, `scorecards`, `dashboards`, `check`, `templates`, `org`, `radar`, `versions`, `docs`, `adr`, `budgets`, `limits`";
    check("- a", &[&*format!("1:1 invalid-config the configuration must be a mapping, not a list; {all}")]);
    check(
        "title: a\n---\ntitle: b",
        &[
            "3:1 invalid-config the configuration is more than one document; remove the line `---` and join the documents",
        ],
    );
}

#[test]
fn rules_and_severities_are_known_by_name() {
    check("check: {rules: {ref: error, '*': off, broken-link: info}}", &[]);
    check(
        "check: {rules: {broken-links: error}}",
        &["1:17 invalid-config there is no rule `broken-links`; write `broken-link`"],
    );
    check(
        "check: {rules: {broken-link: warn}}",
        &[
            "1:30 invalid-config `check.rules.broken-link` must be `error`, `warning`, `info` or `off`, not `warn`; write \
           `error`, `warning`, `info` or `off`",
        ],
    );
    check(
        "check: {paths: [{files: [], rules: {}}]}",
        &["1:25 invalid-config `check.paths[0].files` is empty; name at least 1, or remove the key"],
    );
}

#[test]
fn kinds_are_known_by_name() {
    check("catalog: {rules: [{allow: [component, {kind: api, type: grpc}]}]}", &[]);
    check(
        "catalog: {rules: [{allow: [Componnet]}]}",
        &["1:28 invalid-config there is no kind `Componnet`; write `Component`"],
    );
    check("catalog: {kinds: {Venue: }, rules: [{allow: [Venue]}]}\ncheck: {types: {Venue: [hall]}}", &[]);
    check("catalog: {kinds: {Api: {}}}", &["1:19 invalid-config the kind `API` exists already; choose another name"]);
    check(
        "catalog: {kinds: {Venue: {}, VENUE: {}}}",
        &["1:30 invalid-config the kinds `Venue` and `VENUE` differ only in letter case; rename one"],
    );
    check(
        "catalog: {kinds: {My-Kind: {}}}",
        &[
            "1:19 invalid-config `My-Kind` is no name for a kind; use at most 63 letters and digits, starting with a letter",
        ],
    );
}

#[test]
fn schemas_of_own_kinds_are_checked_where_they_are_wrong() {
    let text = "catalog:\n  kinds:\n    Venue:\n      schema:\n        properties:\n          seats: {type: numbr}\n";
    let found = problems(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("6:25 invalid-config `catalog.kinds.Venue.schema` is no JSON Schema: "), "{found:?}");
    let text = "catalog: {kinds: {Venue: {schema: {properties: {a: {$ref: 'https://example.org/x.json'}}}}}}";
    assert_eq!(problems(text).len(), 1, "a schema elsewhere cannot be read");
    let text = "catalog: {kinds: {Venue: {schema: {pattern: '('}}}}";
    assert_eq!(problems(text).len(), 1, "a pattern must compile");
}

#[test]
fn yaml_faults_are_passed_on() {
    let found = problems("title: [a");
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("yaml-syntax"), "{found:?}");
}

#[test]
fn a_problem_is_shown_with_its_place() {
    let text = "check:\n  rules:\n    unresolved-refrence: error\n";
    let (_, found) = parse(FileId::new(0), text);
    let mut out = String::new();
    let files = Files::new(&[("playbill.yaml", Some(text))]);
    human::render(&found, &found, &files, human::HumanOptions::default(), &mut out).unwrap();
    insta::assert_snapshot!(out);
}

#[test]
fn addresses_of_the_site_end_in_a_slash() {
    let base = |text: &str| parse(FileId::new(0), &format!("baseUrl: {text}")).0.base_url;
    assert_eq!(base("https://x.org").as_deref(), Some("https://x.org/"));
    assert_eq!(base("HTTP://X.org/a/b?q#f").as_deref(), Some("http://x.org/a/b/"));
    assert_eq!(base("/a"), None);
}

#[test]
fn values_know_their_place() {
    let text = "catalog:\n  locations:\n    - a.yaml\n    - b.yaml\n";
    let (config, _) = parse(FileId::new(0), text);
    let place = config.places.get("catalog.locations[1]").unwrap();
    assert_eq!(&text[place.range()], "b.yaml");
    assert_eq!(config.places.get("catalog.locations[2]"), None);
}

#[test]
fn sizes() {
    let known = [("1", 1), ("10MB", 10_000_000), ("64 MiB", 64 << 20), ("1.5k", 1536), ("2gb", 2_000_000_000)];
    for (text, bytes) in known {
        assert_eq!(size(text), Some(bytes), "{text}");
    }
    for text in ["", "0", "MB", "-1", "1.2.3MB", "5GB", "ten", "1e3", "10 M B"] {
        assert_eq!(size(text), None, "{text}");
    }
}

#[test]
fn globs_stay_within_a_name_and_a_slash_means_everything_below() {
    let text = "check: {paths: [{files: [legacy/, ./docs/*.md], rules: {'*': off}}]}";
    let (config, _) = parse(FileId::new(0), text);
    let files = &config.check.severities.paths[0].files;
    let matches = |path| files.is_match(path);
    assert!(matches("legacy/a/b.yaml") && matches("docs/a.md"));
    assert!(!matches("docs/a/b.md") && !matches("legacy.yaml"));
    assert_eq!(config.check.severities.paths[0].rules["*"], None);
}

#[test]
fn the_schema_accepts_the_example_and_refuses_what_is_refused() {
    let schema = json_schema();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let json = |text: &str| {
        let (documents, _) = crate::yaml::parse(FileId::new(0), text);
        serde_json::to_value(documents[0].root.as_ref().unwrap()).unwrap()
    };
    let errors: Vec<String> = validator.iter_errors(&json(EXAMPLE)).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    for wrong in [
        "tilte: x",
        "title: 5",
        "paths: []",
        "baseUrl: portal.example.com",
        "links: [{title: x}]",
        "check: {rules: {broken-links: error}}",
        "check: {rules: {broken-link: warn}}",
        "limits: {document: much}",
        "catalog: {kinds: {My-Kind: {}}}",
    ] {
        assert!(!problems(wrong).is_empty() && !validator.is_valid(&json(wrong)), "{wrong}");
    }
    for right in ["catalog:", "catalog: {files: }", "check: {rules: }", "limits: {document: 5 MiB}"] {
        assert!(problems(right).is_empty() && validator.is_valid(&json(right)), "{right}");
    }
}

mod app_config {
    use super::*;

    fn read(text: &str, mut config: Config) -> (Config, usize) {
        let problems = parse_app_config(FileId::new(1), text, &mut config);
        (config, problems.len())
    }

    const APP: &str = "\
app:
  title: From the app
  baseUrl: https://backstage.example.com/portal
organization:
  name: ACME
backend: {baseUrl: 'http://localhost:7007', database: {client: pg}}
techdocs: {sanitizer: {allowedIframeHosts: [x.org]}}
catalog:
  rules:
    - allow: [Component, {kind: Template, spec.type: x}]
    - allow: [Group]
      locations: [{type: file, exact: ../../org.yaml}]
  locations:
    - type: file
      target: ../../examples/entities.yaml
      rules: [{allow: [User]}]
    - type: url
      target: https://github.com/acme/x/blob/main/all.yaml
    - type: github-discovery
      target: https://github.com/acme
    - type: url
      target: https://${HOST}/x.yaml
";

    #[test]
    fn what_is_left_open_is_filled_in() {
        let (config, problems) = read(APP, Config::default());
        assert_eq!(problems, 0);
        assert_eq!(config.title, "From the app");
        assert_eq!(config.organization.as_deref(), Some("ACME"));
        assert_eq!(config.base_url.as_deref(), Some("https://backstage.example.com/portal/"));
        assert_eq!(
            config.catalog.locations,
            ["examples/entities.yaml", "https://github.com/acme/x/blob/main/all.yaml"]
        );
        let rules: Vec<String> =
            config.catalog.rules.iter().map(|rule| format!("{:?} {:?}", rule.allow, rule.locations)).collect();
        assert_eq!(
            rules,
            [
                r#"[("Component", None), ("Template", None)] []"#,
                r#"[("Group", None)] ["org.yaml"]"#,
                r#"[("User", None)] ["examples/entities.yaml"]"#,
            ]
        );
    }

    #[test]
    fn what_is_configured_stays() {
        let (config, _) = parse(FileId::new(0), EXAMPLE);
        let before = format!("{config:?}");
        assert_eq!(format!("{:?}", read(APP, config).0), before);
    }

    #[test]
    fn what_cannot_be_used_is_passed_over() {
        let before = format!("{:?}", Config::default());
        for text in [
            "",
            "- a list",
            "app: {title: '${TITLE}', baseUrl: 'http://localhost:3000'}",
            "app: {title: {$env: TITLE}}\norganization: []\ncatalog: {rules: x, locations: [a, {type: file}]}",
            "catalog: {locations: [{type: file, rules: [{allow: [User]}]}]}",
        ] {
            let (config, problems) = read(text, Config::default());
            assert_eq!((format!("{config:?}"), problems), (before.clone(), 0), "{text}");
        }
        assert_eq!(read("a: [", Config::default()).1, 1);
    }
}

/// The generated pages of the manual, by name below `docs/`.
fn manual_pages() -> [(&'static str, String); 6] {
    [
        ("rules.md", crate::diag::explain::manual()),
        ("api-changes.md", crate::api::diff::rules::manual()),
        ("configuration.md", manual()),
        ("snapshot-sources.md", crate::snapshots::guide()),
        ("scorecard-facts.md", crate::scorecards::known::manual()),
        ("playbill.schema.json", format!("{:#}\n", json_schema())),
    ]
}

fn manual_path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the committed pages are files")]
fn the_committed_manual_is_what_is_generated() {
    for (name, text) in manual_pages() {
        let committed = std::fs::read_to_string(manual_path(name)).unwrap_or_default();
        assert!(
            committed == text,
            "docs/{name} is out of date; write it anew with `cargo test --lib write_the_manual -- --ignored`"
        );
    }
}

#[test]
#[ignore = "writes docs/, to be called by hand"]
#[expect(clippy::disallowed_methods, reason = "the committed pages are files")]
fn write_the_manual() {
    for (name, text) in manual_pages() {
        std::fs::create_dir_all(manual_path("")).unwrap();
        std::fs::write(manual_path(name), text).unwrap();
    }
}
