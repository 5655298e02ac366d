//! The program from outside: commands, streams and exit codes, as the contract states them.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const WARNING: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: web\nspec:\n  type: service\n  lifecycle: production\n  owner: nobody\n";

pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playbill"))
        .args(arguments)
        .current_dir(folder.path())
        .env_remove("NO_COLOR")
        .env("PLAYBILL_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .output()
        .expect("playbill runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn check_tells_findings_by_stream_and_exit_code() {
    let tree = folder(&[("svc/catalog-info.yaml", WARNING)]);
    let output = run(&tree, &["check"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout), @r"
    warning[unresolved-reference]: owner `group:default/nobody` does not exist
     --> svc/catalog-info.yaml:8:10
      |
    8 |   owner: nobody
      |          ^^^^^^ no group with this name
      |
      = help: add the group, or correct the reference

    1 warning in 1 file
    ");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(run(&tree, &["check", "--strict"]).status.code(), Some(1));
    // Paths for people start where they are; JSON paths are relative to the scanned root.
    let below = run(&tree, &["check", "svc"]);
    assert!(text(&below.stdout).contains("--> svc/catalog-info.yaml:8:10"));
    let json: Value = serde_json::from_slice(&run(&tree, &["check", "--format", "json", "svc"]).stdout).expect("JSON");
    assert_eq!(json[0]["file"], "catalog-info.yaml");
    assert_eq!(json[0]["entityRef"], "component:default/web");
    let github = text(&run(&tree, &["check", "--format", "github"]).stdout);
    assert!(github.starts_with("::warning file=svc/catalog-info.yaml,line=8,"), "{github}");
    let sarif: Value = serde_json::from_slice(&run(&tree, &["check", "--format", "sarif"]).stdout).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");

    let broken = folder(&[("catalog-info.yaml", "kind: x\n")]);
    assert_eq!(run(&broken, &["check"]).status.code(), Some(1));
}

#[test]
fn wrong_usage_ends_with_two() {
    let tree = folder(&[]);
    for arguments in
        [&["check", "nowhere"][..], &["check", "--format", "xml"], &["frobnicate"], &["explain", "no-such-rule"]]
    {
        let output = run(&tree, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
    let wrong = folder(&[("playbill.yaml", "titel: x\n")]);
    let output = run(&wrong, &["check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("did you mean `title`?") || text(&output.stderr).contains("`title`"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn export_prints_the_catalog_in_three_forms() {
    let tree = folder(&[("catalog-info.yaml", WARNING)]);
    let json: Value = serde_json::from_slice(&run(&tree, &["export"]).stdout).expect("JSON");
    assert_eq!(json["entities"][0]["metadata"]["namespace"], "default");
    assert_eq!(
        json["entities"][0]["relations"],
        serde_json::json!([{"type": "ownedBy", "targetRef": "group:default/nobody"}])
    );
    assert_eq!(json["problems"][0]["code"], "unresolved-reference");
    let lines = text(&run(&tree, &["export", "--format", "ndjson"]).stdout);
    assert_eq!(lines.lines().count(), 1);
    let table = text(&run(&tree, &["export", "--format", "csv"]).stdout);
    assert!(table.starts_with("ref,kind,namespace,name,"), "{table}");
    assert!(table.contains("component:default/web,Component,default,web,"), "{table}");
}

#[test]
fn a_baseline_accepts_what_is_there_and_nothing_more() {
    let tree = folder(&[("a/catalog-info.yaml", WARNING), ("playbill.yaml", "check: {baseline: accepted.json}\n")]);
    assert_eq!(run(&tree, &["check", "--strict"]).status.code(), Some(1));
    assert_eq!(run(&tree, &["check", "--write-baseline"]).status.code(), Some(0));
    assert_eq!(run(&tree, &["check", "--strict"]).status.code(), Some(0));
    fs::create_dir_all(tree.path().join("b")).expect("a folder");
    fs::write(tree.path().join("b/catalog-info.yaml"), WARNING.replace("web", "api")).expect("a file");
    let output = run(&tree, &["check", "--strict"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("b/catalog-info.yaml"));
    assert!(!text(&output.stdout).contains("a/catalog-info.yaml"));
}

#[test]
fn rules_are_explained() {
    let tree = folder(&[]);
    let output = run(&tree, &["explain", "unresolved-reference"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("unresolved-reference"));
    let all = text(&run(&tree, &["explain"]).stdout);
    assert!(playbill::diag::codes::ALL.iter().all(|code| all.contains(code.as_str())));
    let near = run(&tree, &["explain", "unresolved-referense"]);
    assert!(text(&near.stderr).contains("did you mean `unresolved-reference`?"));
}

#[test]
fn the_help_is_documentation() {
    let tree = folder(&[]);
    let output = run(&tree, &["--help"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn docs_build_writes_one_documentation_at_the_root() {
    let tree = folder(&[
        ("svc/mkdocs.yml", "site_name: Payments\nnav:\n  - Start: index.md\n  - Set up: guide/setup.md\n"),
        ("svc/docs/index.md", "# Payments\n\nSee [set up](guide/setup.md#keys).\n"),
        ("svc/docs/guide/setup.md", "# Set up\n\nFirst.\n\n## Keys\n\nThe ![key](key.png).\n"),
        ("svc/docs/guide/key.png", "png"),
    ]);
    let output = run(&tree, &["docs", "build", "svc", "-o", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let read = |path: &str| fs::read_to_string(tree.path().join("out").join(path)).expect(path);
    let first = read("index.html");
    assert!(first.contains("<title>Payments</title>"));
    assert!(first.contains("href=\"guide/setup/#keys\""));
    let second = read("guide/setup/index.html");
    assert!(second.contains("<title>Set up - Payments</title>"));
    assert!(second.contains("href=\"../../\""), "links to the first page");
    assert!(second.contains("src=\"../key.png\""));
    assert_eq!(read("guide/key.png"), "png");
    let metadata: Value = serde_json::from_str(&read("techdocs_metadata.json")).expect("JSON");
    assert_eq!(metadata["site_name"], "Payments");
    assert_eq!(metadata["site_description"], "None");
    let files: Vec<&str> = metadata["files"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    for file in &files {
        assert!(tree.path().join("out").join(file).is_file(), "{file}");
    }
    assert!(files.contains(&"guide/key.png"));
    let index: Value = serde_json::from_str(&read("search/search_index.json")).expect("JSON");
    assert_eq!(
        index["docs"],
        serde_json::json!([
            {"location": "guide/setup/", "title": "Set up", "text": "Set up First. Keys The ."},
            {"location": "guide/setup/#set-up", "title": "Set up", "text": "First."},
            {"location": "guide/setup/#keys", "title": "Keys", "text": "The ."},
            {"location": "", "title": "Start", "text": "Payments See set up."},
            {"location": "#payments", "title": "Payments", "text": "See set up."},
        ])
    );
    assert_eq!(run(&tree, &["docs", "build", "nowhere"]).status.code(), Some(2));
}

const DOCUMENTED: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: web\n  annotations:\n    backstage.io/techdocs-ref: dir:.\nspec:\n  type: service\n  lifecycle: production\n  owner: nobody\n";

#[test]
fn check_mends_what_needs_no_judgement() {
    let page = "\u{feff}# Guide\r\n\r\nFirst:\r\n- one\r\n    - two\r\n\r\n<img src=\"../pictures/a.svg\">\r\n\r\n```py title=a.py\r\nx\r\n```";
    let tree = folder(&[
        ("catalog-info.yaml", DOCUMENTED),
        ("mkdocs.yml", "site_name: Web\nplugins: [techdocs-core]\n"),
        ("docs/index.md", "# Web\n"),
        ("docs/guide/setup.md", page),
        ("docs/pictures/a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        // What was accepted, switched off or marked as ignored stays.
        ("docs/off.md", "Some text:\n- one\n"),
        ("playbill.yaml", "check:\n  paths:\n    - files: [docs/off.md]\n      rules: {list-in-paragraph: off}\n"),
    ]);
    let output = run(&tree, &["check", "--fix"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    insta::assert_snapshot!(said, @r"
    fixed docs/guide/setup.md:4: put a blank line above the list
    fixed docs/guide/setup.md:7: made the path relative to the page
    fixed docs/guide/setup.md:9: put the header of the fence into the form that is read
    ");
    let mended = "\u{feff}# Guide\r\n\r\nFirst:\r\n\r\n- one\r\n  - two\r\n\r\n<img src=\"../../pictures/a.svg\">\r\n\r\n```py title=\"a.py\"\r\nx\r\n```";
    assert_eq!(fs::read_to_string(tree.path().join("docs/guide/setup.md")).expect("the page"), mended);
    assert_eq!(fs::read_to_string(tree.path().join("docs/off.md")).expect("the page"), "Some text:\n- one\n");
    // The findings are those that are left.
    let left = text(&output.stdout);
    assert!(left.contains("unresolved-reference") && !left.contains("list-in-paragraph"), "{left}");
    // The second time there is nothing to do.
    let again = run(&tree, &["check", "--fix"]);
    assert_eq!(text(&again.stderr), "");
    assert_eq!(again.stdout, output.stdout);
    assert_eq!(fs::read_to_string(tree.path().join("docs/guide/setup.md")).expect("the page"), mended);
    assert_eq!(run(&tree, &["check", "--fix", "--write-baseline"]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn check_mends_nothing_through_links() {
    let elsewhere = folder(&[("notes.md", "Some text:\n- one\n")]);
    let tree = folder(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("catalog-info.yaml", DOCUMENTED),
        ("docs/real/page.md", "Some text:\n- one\n"),
        ("mkdocs.yml", "site_name: Web\n"),
    ]);
    std::os::unix::fs::symlink(tree.path().join("docs/real"), tree.path().join("docs/linked")).expect("a link");
    std::os::unix::fs::symlink(elsewhere.path().join("notes.md"), tree.path().join("docs/notes.md")).expect("a link");
    let output = run(&tree, &["check", "--fix"]);
    let said = text(&output.stderr);
    assert!(said.contains("fixed docs/real/page.md:2"), "{said}");
    assert_eq!(fs::read_to_string(tree.path().join("docs/real/page.md")).expect("the page"), "Some text:\n\n- one\n");
    assert_eq!(fs::read_to_string(elsewhere.path().join("notes.md")).expect("the page"), "Some text:\n- one\n");
    assert!(fs::symlink_metadata(tree.path().join("docs/linked")).expect("the link").is_symlink());
    assert!(fs::symlink_metadata(tree.path().join("docs/notes.md")).expect("the link").is_symlink());
}

#[test]
fn strict_means_the_same_in_every_command() {
    let commands: [&[&str]; 3] = [&["check"], &["build", "-o", "out"], &["docs", "build", ".", "-o", "alone"]];
    let codes = |tree: &TempDir| -> Vec<Option<i32>> {
        let strict = |command: &[&str]| run(tree, &[command, &["--strict"]].concat()).status.code();
        commands.iter().map(|command| strict(command)).collect()
    };
    let owner = "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: nobody}\nspec: {type: team, children: []}\n";
    let entity = format!(
        "{}{owner}",
        WARNING.replace("name: web", "name: web\n  annotations: {backstage.io/techdocs-ref: 'dir:.'}")
    );
    let files = [("catalog-info.yaml", entity.as_str()), ("docs/index.md", "# Home\n")];
    let warned = folder(&[&files[..], &[("mkdocs.yml", "site_name: x\nnav: [index.md, gone.md]\n")]].concat());
    assert_eq!(codes(&warned), [Some(1); 3]);
    for command in commands {
        assert_eq!(run(&warned, command).status.code(), Some(0), "{command:?}");
    }
    let said = text(&run(&warned, &["docs", "build", ".", "-o", "alone", "--strict"]).stderr);
    assert!(said.contains("mkdocs.yml:2:17"), "what fails the build is shown: {said}");
    let clean = folder(&[&files[..], &[("mkdocs.yml", "site_name: x\n")]].concat());
    assert_eq!(codes(&clean), [Some(0); 3]);
    let replaces = run(&warned, &["docs", "build", ".", "-o", "out"]);
    assert_eq!(replaces.status.code(), Some(2), "a portal is not replaced by a documentation alone");
    assert!(warned.path().join("out/catalog/index.html").exists());
    // What `check` accepts does not fail a build, and is accepted again when that file changes.
    let settings = "check: {baseline: accepted.json}\nsearch: {tests: [{query: web, expect: component:default/web}]}\n";
    fs::write(warned.path().join("playbill.yaml"), settings).expect("a file");
    assert_eq!(run(&warned, &["check", "--write-baseline"]).status.code(), Some(0));
    assert_eq!(codes(&warned)[..2], [Some(0); 2]);
    fs::write(warned.path().join("accepted.json"), "{\"version\": 1, \"findings\": []}\n").expect("a file");
    assert_eq!(codes(&warned)[..2], [Some(1); 2]);
    let settings = "search: {tests: [{query: web, expect: component:default/gone}]}\n";
    fs::write(clean.path().join("playbill.yaml"), settings).expect("a file");
    assert_eq!(codes(&clean)[..2], [Some(1); 2], "a search that does not find what it must");
}

#[test]
fn nothing_read_is_no_success() {
    let template = "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: t}\nspec: {type: x, steps: []}\n";
    let tree = folder(&[
        ("mkdocs.yml", "site_name: x\n"),
        ("t/new.yaml", template),
        ("empty/readme.md", ""),
        ("svc/catalog-info.yaml", WARNING),
    ]);
    let output = run(&tree, &["check", "t"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stdout), @r"
    error[no-catalog-file]: no catalog file was found
    --> t
     |
     = help: correct the path, describe an entity in `catalog-info.yaml`, or name other files in `catalog.files` of playbill.yaml

    info[unreached-file]: nothing leads to this Template
     --> t/new.yaml:1:1
      |
    1 | apiVersion: scaffolder.backstage.io/v1beta3
      | ^
      |
      = help: add its name to `catalog.files` in playbill.yaml, list it in a Location, or call it `catalog-info.yaml`

    1 error, 1 info in 2 files
    ");
    assert_eq!(run(&tree, &["check", "empty"]).status.code(), Some(1));
    assert_eq!(run(&tree, &["check", "nowhere"]).status.code(), Some(2));
    assert_eq!(run(&tree, &["check", "svc"]).status.code(), Some(0));
    // Of several folders, some may have none.
    let both = run(&tree, &["check", "empty", "svc"]);
    assert_eq!(both.status.code(), Some(0));
    assert!(
        text(&both.stdout).contains("info[no-catalog-file]: no catalog file was found\n--> empty\n"),
        "{}",
        text(&both.stdout)
    );
    let built = run(&tree, &["build", "t", "-o", "out"]);
    assert_eq!(built.status.code(), Some(0));
    let said = text(&built.stderr);
    assert!(said.contains("no catalog file was found") && said.contains("t/new.yaml"), "{said}");
    let github = text(&run(&tree, &["check", "empty", "--format", "github"]).stdout);
    assert!(github.starts_with("::error file=empty"), "{github}");
    // In the configuration it is where the folder is named.
    fs::write(tree.path().join("playbill.yaml"), "title: x\npaths: [empty]\n").expect("a file");
    let json: Value = serde_json::from_slice(&run(&tree, &["check", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(
        (&json[0]["file"], &json[0]["line"], &json[0]["column"]),
        (&"playbill.yaml".into(), &2.into(), &9.into())
    );
}

#[test]
fn an_entity_stays_with_the_file_that_git_has_known_longest() {
    let entity = |text: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: web, description: {text}}}\n\
             spec: {{type: team, children: []}}\n"
        )
    };
    let tree = folder(&[
        ("src/a/catalog-info.yaml", &entity("newcomer")),
        ("src/b/old-name/catalog-info.yaml", &entity("first")),
    ]);
    let git = |folder: &str, year: u32, words: &[&str]| {
        let date = format!("{year}-03-01T12:00:00Z");
        let status = Command::new("git")
            .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"])
            .args(words)
            .current_dir(tree.path().join("src").join(folder))
            .envs([
                ("GIT_AUTHOR_DATE", date.as_str()),
                ("GIT_COMMITTER_DATE", &date),
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ])
            .status()
            .expect("git runs");
        assert!(status.success(), "{words:?}");
    };
    for (folder, year) in [("a", 2026), ("b", 2024)] {
        git(folder, year, &["init", "-q"]);
        git(folder, year, &["add", "."]);
        git(folder, year, &["commit", "-qm", "Begin"]);
    }
    let page = || {
        assert_eq!(run(&tree, &["build", "src", "-o", "site"]).status.code(), Some(0));
        fs::read_to_string(tree.path().join("site/catalog/default/group/web/index.html")).expect("the page")
    };
    let built = page();
    assert!(built.contains("first") && !built.contains("newcomer"));
    // Another name is no other age.
    git("b", 2027, &["mv", "old-name", "new-name"]);
    git("b", 2027, &["commit", "-qm", "Move"]);
    assert!(page().contains("first"));
    let json: Value = serde_json::from_slice(&run(&tree, &["check", "src", "--format", "json"]).stdout).expect("JSON");
    let places = json.as_array().expect("findings").iter().filter(|found| found["code"] == "duplicate-entity");
    let places: Vec<_> = places.map(|found| (found["file"].as_str(), found["severity"].as_str())).collect();
    let expect = [(Some("a/catalog-info.yaml"), Some("error")), (Some("b/new-name/catalog-info.yaml"), Some("error"))];
    assert_eq!(places, expect);
    // A build that takes over parts notices that history is another one.
    git("b", 2027, &["checkout", "-q", "--orphan", "again"]);
    git("b", 2027, &["commit", "-qm", "Begin anew"]);
    assert!(page().contains("newcomer"));
    fs::write(tree.path().join("playbill.yaml"), "catalog: {precedence: [b/**]}\n").expect("a file");
    assert!(page().contains("first"));
}

#[test]
fn a_site_above_its_budget_is_written_and_fails() {
    let catalog =
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: a}\nspec: {type: team, children: []}\n";
    let tree = folder(&[
        ("catalog-info.yaml", catalog),
        ("playbill.yaml", "budgets:\n  page: 2kB\n  requests: 50\n  site: 900MB\n"),
    ]);
    for _ in 0..2 {
        let output = run(&tree, &["build"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("error[site-budget]") && said.contains("playbill.yaml:2:9"), "{said}");
        assert!(!said.contains("requests"), "{said}");
        assert!(tree.path().join("site/index.html").is_file());
    }
    std::fs::write(tree.path().join("playbill.yaml"), "budgets:\n  page: 2MB\n").expect("a configuration");
    assert_eq!(run(&tree, &["build"]).status.code(), Some(0));
}

#[cfg(not(feature = "remote"))]
#[test]
fn commands_for_storage_say_what_to_use_without_the_feature() {
    let output = run(&folder(&[]), &["pull", "s3://acme-portal", "-o", "packs"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.starts_with("error: this program was built without storage; take a release"), "{said}");
    assert!(said.contains("`--features remote`") && said.contains("`aws s3 sync`"), "{said}");
}
