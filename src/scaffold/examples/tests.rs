use super::compare::at;
use super::*;

const TEMPLATE: &str = "apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: stage}
spec:
  type: service
  parameters:
    required: [name]
    properties:
      name: {type: string, pattern: '^[a-z]+$'}
      port: {type: integer, default: 80}
  steps:
    - id: fetch
      action: fetch:template
      input: {url: ./skeleton, values: {name: '${{ parameters.name }}', port: '${{ parameters.port }}'}}
    - id: publish
      action: publish:github
      input: {repoUrl: 'github.com?owner=o&repo=${{ parameters.name }}'}
  output:
    links: [{title: Repository, url: '${{ steps.publish.output.remoteUrl }}'}]
";

fn workspace(more: &[(&str, &str)]) -> Workspace {
    let mut files = vec![
        ("t/template.yaml", TEMPLATE),
        ("t/skeleton/${{ values.name }}.conf", "port=${{ values.port }}\n"),
        ("t/skeleton/.hidden", "x"),
        (
            "catalog-info.yaml",
            "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: l}\nspec: {target: ./t/template.yaml}\n",
        ),
    ];
    files.extend(more);
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    Workspace::from_files(Config::default(), &files)
}

/// Returns what is reported of an example, a line each.
fn told(example: &str, more: &[(&str, &str)]) -> String {
    let mut files = vec![("t/examples/small.yaml", example)];
    files.extend(more);
    let workspace = workspace(&files);
    let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
    assert_eq!(catalog.entities().len(), 2, "snapshots are no entities");
    let found = analyse(&workspace, &catalog, Depth::Findings, &Memo::default()).1;
    found.iter().map(|problem| problem.message.to_string()).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_expected_is_compared() {
    for (expect, wanted) in [
        ("{}", ""),
        ("{status: failed}", "the example should be failed, and is completed"),
        ("{files: {foyer.conf: \"port=80\\n\", .hidden: x}}", ""),
        ("{files: {foyer.conf: \"port=81\\n\"}}", "`foyer.conf` has `port=80` in line 1, and should have `port=81`"),
        ("{files: {foyer.con: x}}", "`foyer.con` is not there; there is `foyer.conf`"),
        ("{files: {foyer.conf: {absent: true}}}", "`foyer.conf` should not be there"),
        (
            "{files: {foyer.conf: {contains: [port, 90], lacks: '80', matches: '^port=\\d+$', executable: true}}}",
            "`foyer.conf` does not contain this\n`foyer.conf` contains this\n`foyer.conf` is not executable",
        ),
        (
            "{files: {foyer.conf: {holds: x}}}",
            "nothing can be expected as `holds`: here are `absent`, `contains`, `lacks`, `matches`, `executable`, `yaml`, `json`",
        ),
        ("{plan: [publish:github]}", ""),
        (
            "{plan: [{action: publish:github, input: {repoUrl: x}}]}",
            "`publish:github.repoUrl` is `\"github.com?owner=o&repo=foyer\"`",
        ),
        ("{plan: []}", "`publish:github` is planned"),
        ("{output: {links: [{title: Repo}]}}", "`output.links[0].title` is `\"Repository\"`"),
        ("{wants: 1}", "an example has no `wants`"),
    ] {
        assert_eq!(told(&format!("values: {{name: foyer}}\nexpect: {expect}\n"), &[]), wanted, "{expect}");
    }
    assert_eq!(told("values: {name: F}\nexpect: {errors: [/name]}\n", &[]), "");
    assert_eq!(told("values: {name: F}\nexpect: {errors: [/port]}\n", &[]), "`/port` is not at fault; `/name` is");
    assert!(told("values: {}\n", &[]).starts_with("the example should be completed, and is invalid; `/name`"));
    assert_eq!(told("values: {}\ntemplate: other\n", &[]), "", "an example of another template");
}

#[test]
fn snapshots_are_the_whole_result() {
    let example = "values: {name: foyer}\n";
    let good =
        [("t/examples/__snapshots__/small/foyer.conf", "port=80\n"), ("t/examples/__snapshots__/small/.hidden", "x")];
    assert_eq!(told(example, &good), "");
    let bad = [
        ("t/examples/__snapshots__/small/foyer.conf", "port=8\n"),
        (
            "t/examples/__snapshots__/small/catalog-info.yaml",
            "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: s}\nspec: {owner: o}\n",
        ),
    ];
    assert_eq!(
        told(example, &bad),
        "`catalog-info.yaml` of the snapshot is not there\n`foyer.conf` is not that of the snapshot: it has `port=80` in line 1, \
             and should have `port=8`\n`.hidden` is not in the snapshot"
    );
}

#[test]
fn an_address_on_another_host_is_read_from_its_mirror() {
    let template = "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: t}\nspec:\n  type: x\n  \
                        steps:\n  - action: fetch:template\n    input: {url: 'https://code.example/acme/skeletons/plain'}\n";
    let files: [(&str, &[u8]); 4] = [
        ("catalog-info.yaml", template.as_bytes()),
        ("copies/plain/a.txt", b"from the copy"),
        ("examples/one.yaml", b"expect: {files: {a.txt: from the copy}}\n"),
        ("other.yaml", b""),
    ];
    let told = |folder: &str| {
        let mut config = Config::default();
        config.templates.mirrors.insert("https://code.example/acme/skeletons".to_owned(), folder.to_owned());
        let workspace = Workspace::from_files(config, &files);
        let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
        let (_, found) = each(&workspace, &catalog, false, &LIMITS);
        found.iter().map(|problem| problem.message.to_string()).collect::<String>()
    };
    assert_eq!(told("copies"), "");
    for folder in ["missing", "../copies", "/etc"] {
        assert!(told(folder).contains("lies on another host"), "{folder}: {}", told(folder));
    }
}

#[test]
fn a_costly_template_ends_alone() {
    let template = |name: &str, text: &str| {
        let name_of_file = format!("{name}/template.yaml");
        let template = format!(
            "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {{name: {name}}}\nspec:\n  type: x\n  \
                 steps:\n  - action: roadiehq:utils:fs:write\n    each: ${{{{ range(50) }}}}\n    input: {{path: a.txt, content: \
                 '{text}'}}\n"
        );
        (name_of_file, template)
    };
    let loops = "{% for i in range(2000) %}${{ i }}{% endfor %}";
    let (costly, cheap) = (template("a-costly", loops), template("b-cheap", "x"));
    let example = "expect: {files: {a.txt: x}}\n";
    let made = |limits: &Limits| {
        let link = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: l}\nspec: {targets: \
                        [./a-costly/template.yaml, ./b-cheap/template.yaml]}\n";
        let files = [
            ("catalog-info.yaml", link),
            (costly.0.as_str(), costly.1.as_str()),
            ("a-costly/examples/one.yaml", example),
            ("a-costly/examples/three.yaml", example),
            ("a-costly/examples/two.yaml", example),
            (cheap.0.as_str(), cheap.1.as_str()),
            ("b-cheap/examples/one.yaml", example),
        ];
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let workspace = Workspace::from_files(Config::default(), &files);
        let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
        assert_eq!(catalog.entities().len(), 3);
        let (known, found) = each(&workspace, &catalog, true, limits);
        let told = |problem: &Diagnostic| {
            let span = problem.labels[0].span;
            format!("{}: {}", workspace.path(span.file), problem.message)
        };
        (known.iter().map(|known| known.examples.len()).collect::<Vec<_>>(), found.iter().map(told).collect::<Vec<_>>())
    };
    let spent = "a-costly/examples/one.yaml: the examples of the template take too many steps: this one is given up, and 2 more \
                     are not run";
    let limits = Limits { all: 1_000_000, repository: 100_000, template: 10_000, kept: 1 << 20 };
    let (kept, found) = made(&limits);
    assert_eq!(found, [spent]);
    assert_eq!(kept, [0, 1], "the other one of the repository is run");
    assert_eq!(made(&limits), (kept, found), "always the same");
    let (kept, found) = made(&Limits { repository: 100_000_000, all: 100_000_000, ..limits });
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|found| found.contains("has `0123")), "{found:?}");
    assert_eq!(kept, [3, 1]);
    let (kept, _) = made(&Limits { repository: 100_000_000, all: 100_000_000, kept: 300, ..limits });
    assert_eq!(kept, [0, 1], "what is too large is not kept");
}

#[test]
fn values_are_made_up_for_readers() {
    let workspace = workspace(&[]);
    let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
    let (templates, found) = analyse(&workspace, &catalog, Depth::Pages, &Memo::default());
    assert!(found.is_empty());
    let id = catalog.find("template:default/stage").unwrap();
    let [made] = &templates.of(id).unwrap().examples[..] else { panic!("one example") };
    assert!(made.is_made_up);
    assert_eq!(json!(made.values), json!({"port": 80, "name": "example"}));
    assert!(made.outcome.tree.exists("example.conf"));
}

#[test]
fn what_was_made_says_how_far_it_is_behind() {
    let lag = |conf: &str| {
        let mut base = Tree::default();
        base.write("foyer.conf", conf.as_bytes().to_vec(), None).unwrap();
        base.write(".hidden", b"x".to_vec(), None).unwrap();
        let values = json!({"name": "foyer", "port": 80}).as_object().unwrap().clone();
        Record { template: "template:default/stage".to_owned(), values }.put(&mut base);
        let entity = "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: foyer, annotations: {backstage.io/source-template: 'template:default/stage'}}\nspec: {owner: o}\n";
        let record = base.read_text(record::PLACE).unwrap();
        let packed = base.read(record::BASE).unwrap();
        let files: [(&str, &[u8]); 6] = [
            ("t/template.yaml", TEMPLATE.as_bytes()),
            ("t/skeleton/${{ values.name }}.conf", b"port=${{ values.port }}\n"),
            ("t/skeleton/.hidden", b"x"),
            ("foyer/catalog-info.yaml", entity.as_bytes()),
            ("foyer/.playbill/template.yaml", record.as_bytes()),
            ("foyer/.playbill/template.base", &packed),
        ];
        let link = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: l}\nspec: {target: ./t/template.yaml}\n";
        let mut files = files.to_vec();
        files.push(("catalog-info.yaml", link.as_bytes()));
        let workspace = Workspace::from_files(Config::default(), &files);
        let catalog = Arc::new(crate::catalog::load(&workspace).catalog);
        let (templates, _) = analyse(&workspace, &catalog, Depth::Pages, &Memo::default());
        let id = catalog.find("template:default/stage").unwrap();
        templates.of(id).unwrap().children.iter().map(|child| child.lag).collect::<Vec<_>>()
    };
    assert_eq!(lag("port=80\n"), [Lag::Current]);
    assert_eq!(lag("port=79\n"), [Lag::Behind(1)]);
}

#[test]
fn paths_of_values() {
    let value = json!({"a": {"b.c": [1, {"d": 2}]}, "e.f": 3});
    for (path, wanted) in [("a.b.c[1].d", Some(2)), ("a.b.c[0]", Some(1)), ("e.f", Some(3)), ("a.x", None)] {
        assert_eq!(at(&value, path), wanted.map(|number| json!(number)).as_ref(), "{path}");
    }
}
