//! `playbill new` from outside: files, streams and exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::folder;

const TEMPLATE: &str = r#"apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: service
spec:
  type: service
  owner: team-a
  parameters:
    required: [name]
    properties:
      name: { type: string, pattern: "^[a-z-]+$" }
      port: { type: integer, default: 8080 }
  steps:
    - id: fetch
      name: Fetch
      action: fetch:template
      input:
        url: ./skeleton
        values: { name: "${{ parameters.name }}", port: "${{ parameters.port }}" }
    - id: publish
      action: publish:github
      input:
        repoUrl: github.com?owner=acme&repo=${{ parameters.name }}
  output:
    links:
      - title: Repository
        url: ${{ steps.publish.output.remoteUrl }}
"#;

fn tree() -> TempDir {
    folder(&[
        (".git/HEAD", ""),
        ("t/template.yaml", TEMPLATE),
        ("t/skeleton/${{ values.name }}.conf", "port = ${{ values.port }}\n"),
        ("t/skeleton/README.md", "# ${{ values.name | title }}\n"),
    ])
}

fn run(tree: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playbill"))
        .arg("new")
        .args(arguments)
        .current_dir(tree.path())
        .stdin(Stdio::null())
        .env("PLAYBILL_SECRET_TOKEN", "s3cret-value")
        .output()
        .expect("playbill runs")
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| entry.path().strip_prefix(folder).expect("below").to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_service_is_made() {
    let tree = tree();
    let output = run(&tree, &["t", "--set", "name=seats", "-o", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(files(&tree.path().join("out")), ["README.md", "seats.conf"]);
    assert_eq!(fs::read_to_string(tree.path().join("out/seats.conf")).expect("a file"), "port = 8080\n");
    let shown = text(&output.stdout);
    assert!(
        shown.contains("seats.conf") && shown.contains("publish:github") && shown.contains("Repository: <example>"),
        "{shown}"
    );
    // A second time nothing is new, so nothing is in the way.
    assert_eq!(run(&tree, &["t", "--set", "name=seats", "-o", "out"]).status.code(), Some(0));
}

#[test]
fn values_are_checked_where_they_stand() {
    let tree = tree();
    let output = run(&tree, &["t/template.yaml", "--set", "nam=seats", "--format", "json", "-o", "out"]);
    assert_eq!(output.status.code(), Some(1));
    let found = report(&output);
    assert_eq!((&found["status"], &found["errors"][0]["pointer"]), (&json!("invalid"), &json!("/name")));
    assert!(found["errors"][0]["message"].as_str().expect("a message").contains("`nam`"), "{found}");
    assert!(!tree.path().join("out").exists());
    let human = run(&tree, &["t", "--set", "name=Big Seats"]);
    assert!(text(&human.stderr).contains("/name `Big Seats` does not match"), "{}", text(&human.stderr));
}

#[test]
fn a_failure_leaves_the_folder_as_it_was() {
    let tree = tree();
    fs::write(tree.path().join("t/skeleton/bad.txt"), "line\n${{ values.name | uper }}\n").expect("a file");
    fs::create_dir(tree.path().join("out")).expect("a folder");
    fs::write(tree.path().join("out/kept.txt"), "kept").expect("a file");
    let output = run(&tree, &["t", "--set", "name=seats", "-o", "out", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let error = &report(&output)["steps"][0]["error"];
    assert_eq!(
        (&error["code"], &error["file"], &error["line"]),
        (&json!("template"), &json!("t/skeleton/bad.txt"), &json!(2)),
    );
    assert!(error["message"].as_str().expect("a message").contains("did you mean `upper`?"));
    assert_eq!(files(&tree.path().join("out")), ["kept.txt"]);
    let beside: Vec<_> =
        fs::read_dir(tree.path()).expect("a folder").filter_map(Result::ok).map(|entry| entry.file_name()).collect();
    assert_eq!(beside.len(), 3, "{beside:?}");
}

#[test]
fn nothing_is_overwritten_unasked() {
    let tree = tree();
    fs::create_dir(tree.path().join("out")).expect("a folder");
    fs::write(tree.path().join("out/README.md"), "# Mine\n").expect("a file");
    let arguments = ["t", "--set", "name=seats", "-o", "out"];
    let output = run(&tree, &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("README.md"), "{}", text(&output.stderr));
    assert_eq!(files(&tree.path().join("out")), ["README.md"]);
    let dry = run(&tree, &[&arguments[..], &["--dry-run"]].concat());
    let shown = text(&dry.stdout);
    assert!(
        shown.contains("~ README.md") && shown.contains("+ seats.conf") && shown.contains("-# Mine\n+# Seats"),
        "{shown}"
    );
    assert_eq!(files(&tree.path().join("out")), ["README.md"]);
    assert_eq!(run(&tree, &[&arguments[..], &["--force"]].concat()).status.code(), Some(0));
    assert_eq!(fs::read_to_string(tree.path().join("out/README.md")).expect("a file"), "# Seats\n");
}

#[test]
fn a_reference_is_looked_up_in_the_catalog() {
    let tree = tree();
    fs::write(tree.path().join("catalog-info.yaml"), "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: all\nspec:\n  targets: [./t/template.yaml]\n").expect("a file");
    let output = run(&tree, &["template:default/service", "--set", "name=seats", "--format", "json"]);
    assert_eq!(report(&output)["status"], "completed", "{}", text(&output.stderr));
    let missing = run(&tree, &["template:default/servic"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("did you mean `template:default/service`?"), "{}", text(&missing.stderr));
}

#[test]
fn secrets_are_given_and_never_told() {
    let tree = folder(&[(
        "template.yaml",
        "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: { name: t }\nspec:\n  type: x\n  steps:\n    - action: roadiehq:utils:fs:write\n      input: { path: a.txt, content: 'x ${{ secrets.TOKEN }}' }\n  output: { a: '${{ secrets.TOKEN }}' }\n",
    )]);
    let output = run(&tree, &["template.yaml", "-o", "out", "--format", "json"]);
    assert_eq!(report(&output)["steps"][0]["inputs"][0]["content"], "x ***");
    assert!(!text(&output.stdout).contains("s3cret"));
    assert_eq!(fs::read_to_string(tree.path().join("out/a.txt")).expect("a file"), "x s3cret-value");
}

#[test]
#[cfg(unix)]
fn nothing_is_written_through_links() {
    let tree = tree();
    fs::create_dir(tree.path().join("out")).expect("a folder");
    fs::create_dir(tree.path().join("elsewhere")).expect("a folder");
    fs::create_dir(tree.path().join("t/skeleton/sub")).expect("a folder");
    fs::write(tree.path().join("t/skeleton/sub/x.txt"), "x").expect("a file");
    std::os::unix::fs::symlink("../elsewhere", tree.path().join("out/sub")).expect("a link");
    let output = run(&tree, &["t", "--set", "name=seats", "-o", "out", "--force"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(files(&tree.path().join("elsewhere")).is_empty());
    assert_eq!(files(&tree.path().join("out")), ["sub"]);
    // A skeleton that is a link to elsewhere is not read.
    std::os::unix::fs::symlink("/etc", tree.path().join("t/etc")).expect("a link");
    let template = TEMPLATE.replace("./skeleton", "./etc");
    fs::write(tree.path().join("t/template.yaml"), template).expect("a file");
    let output = run(&tree, &["t", "--set", "name=seats", "--format", "json"]);
    assert_eq!(report(&output)["steps"][0]["error"]["code"], "path-escape");
}

#[test]
fn what_is_no_template_is_wrong_usage() {
    let tree =
        folder(&[("t.yaml", "kind: Template\napiVersion: scaffolder.backstage.io/v1beta2\nmetadata: { name: t }\n")]);
    let output = run(&tree, &["t.yaml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(report(&output)["status"], "not-a-template");
    assert!(text(&output.stderr).contains("`/apiVersion` must be one of"), "{}", text(&output.stderr));
    assert_eq!(run(&tree, &["nowhere"]).status.code(), Some(2));
}

#[test]
fn commands_of_the_configuration_publish() {
    let tree = tree();
    let config = "templates:\n  commands:\n    publish:github: [sh, -c, 'echo \"{\\\"remoteUrl\\\": \\\"$0\\\"}\"', '${{ input.repoUrl | projectSlug }}; rm -rf x']\n";
    fs::write(tree.path().join("playbill.yaml"), config).expect("a file");
    let output = run(&tree, &["t", "--set", "name=seats", "-o", "out", "--publish"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("Repository: acme/seats; rm -rf x"), "{}", text(&output.stdout));
    fs::write(tree.path().join("playbill.yaml"), "title: x\n").expect("a file");
    let output = run(&tree, &["t", "--set", "name=seats", "--publish", "--format", "json"]);
    assert!(
        report(&output)["steps"][1]["error"]["message"].as_str().expect("a message").contains("templates.commands")
    );
}

#[test]
fn a_large_skeleton_is_quick_and_a_huge_one_is_refused() {
    let tree = tree();
    for number in 0..1000 {
        let file = tree.path().join(format!("t/skeleton/d{}/f{number}.txt", number % 20));
        fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
        fs::write(file, "${{ values.name }} {% if values.port == 8080 %}usual{% endif %}\n".repeat(20))
            .expect("a file");
    }
    let output = run(&tree, &["t", "--set", "name=seats", "-o", "out", "--format", "json"]);
    assert_eq!(report(&output)["files"].as_array().expect("files").len(), 1002);
    let grows = "{% set a = 'xxxxxxxxxxxxxxxx' %}{% for i in range(19) %}{% set a = a ~ a %}{% endfor %}${{ a }}";
    for number in 0..40 {
        fs::write(tree.path().join(format!("t/skeleton/huge{number}")), grows).expect("a file");
    }
    let output = run(&tree, &["t", "--set", "name=seats", "-o", "out2", "--format", "json"]);
    assert_eq!(report(&output)["steps"][0]["error"]["code"], "template-limit");
    assert!(!tree.path().join("out2").exists());
}

const EXAMPLE: &str = "values: {name: box-office}\nrun: [[test, -f, box-office.conf]]\nexpect:\n  files:\n    README.md: {contains: Box-office}\n";

#[test]
fn examples_are_tested_and_kept() {
    let tree = tree();
    fs::create_dir(tree.path().join("t/examples")).unwrap();
    fs::write(tree.path().join("t/examples/one.yaml"), EXAMPLE).unwrap();
    let told = |arguments: &[&str]| {
        let done = run(&tree, arguments);
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    assert_eq!(told(&["t", "--test", "--run"]).0, Some(0));
    assert_eq!(told(&["t", "--test", "--update"]).0, Some(0));
    let kept = tree.path().join("t/examples/__snapshots__/one/box-office.conf");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "port = 8080\n");
    fs::write(&kept, "port = 1\n").unwrap();
    let (code, text) = told(&["t", "--test"]);
    assert_eq!(code, Some(1));
    assert!(text.contains("t/examples/one.yaml:1:1: `box-office.conf` is not that of the snapshot"), "{text}");
    fs::write(tree.path().join("t/examples/one.yaml"), EXAMPLE.replace("box-office.conf", "other.conf")).unwrap();
    fs::write(&kept, "port = 8080\n").unwrap();
    let (code, text) = told(&["t", "--test", "--run"]);
    assert_eq!(code, Some(1));
    assert!(text.contains("`test -f other.conf` ended with"), "{text}");
}

#[test]
fn what_was_made_is_updated() {
    let tree = tree();
    let done = run(&tree, &["t", "--set", "name=orders", "--record", "-o", "out"]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let out = tree.path().join("out");
    assert!(
        fs::read_to_string(out.join(".playbill/template.yaml")).unwrap().contains("template: template:default/service")
    );
    fs::write(out.join("README.md"), "# Orders\n\nOurs.\n").unwrap();
    let update = |more: &[&str]| {
        let done = run(&tree, &[&["t", "--update", "-o", "out"], more].concat());
        (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    assert_eq!(update(&[]), (Some(0), String::new()));
    fs::write(tree.path().join("t/skeleton/${{ values.name }}.conf"), "port = ${{ values.port }}\nhost = a\n").unwrap();
    fs::write(tree.path().join("t/skeleton/new.txt"), "new\n").unwrap();
    assert_eq!(update(&["--dry-run"]).1, "added     new.txt\nupdated   orders.conf\n");
    assert_eq!(fs::read_to_string(out.join("orders.conf")).unwrap(), "port = 8080\n");
    assert_eq!(update(&[]).0, Some(0));
    assert_eq!(fs::read_to_string(out.join("orders.conf")).unwrap(), "port = 8080\nhost = a\n");
    assert_eq!(fs::read_to_string(out.join("README.md")).unwrap(), "# Orders\n\nOurs.\n");
    fs::write(tree.path().join("t/skeleton/README.md"), "# The ${{ values.name | title }}\n").unwrap();
    fs::write(out.join("README.md"), "# Our orders\n").unwrap();
    let (code, text) = update(&[]);
    assert_eq!((code, text.as_str()), (Some(1), "conflict  README.md\n"));
    assert!(fs::read_to_string(out.join("README.md")).unwrap().contains("<<<<<<<"));
    let done = run(&tree, &["t", "--update", "-o", "t"]);
    assert_eq!(done.status.code(), Some(2), "nothing was recorded there");
}

#[test]
fn a_text_that_cannot_be_rendered_fails_if_it_must() {
    let tree = tree();
    fs::write(tree.path().join("t/template.yaml"), TEMPLATE.replace("parameters.port }}", "parameters.port | nope }}"))
        .unwrap();
    let report = |arguments: &[&str]| -> Value {
        serde_json::from_slice(
            &run(&tree, &[&["t", "--set", "name=orders", "--format", "json"], arguments].concat()).stdout,
        )
        .unwrap()
    };
    assert_eq!(report(&[])["status"], "completed");
    let strict = report(&["--strict"]);
    assert_eq!(strict["status"], "failed");
    assert_eq!(strict["steps"][0]["error"]["file"], "t/template.yaml");
    assert!(strict["steps"][0]["error"]["message"].as_str().unwrap().contains("nope"), "{strict}");
}
