//! Runs `tests/diff/*.md`: each heading is a case with a definition before and after, and the changes between them.
//!
//! A fence `LANGUAGE old` or `LANGUAGE new` holds a definition, a fence `changes` every change, one a line: level,
//! rule, the lines it was and is at, subject and message. `UPDATE_DIFF=1 cargo test --test it diff` writes the changes
//! again, to be read before they are committed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::folder;
use playbill::api::diff::{Change, Level, compare, rules};
use playbill::api::{self, Reference, Role};
use playbill::config::Config;
use playbill::diag::Positions;
use playbill::workspace::Workspace;
use serde_json::Value;
use tempfile::TempDir;

struct Version {
    workspace: Workspace,
    reference: Reference,
}

fn read(language: &str, text: &str) -> Version {
    let name = match language {
        "graphql" => "schema.graphql",
        "protobuf" => "service.proto",
        _ => "api.yaml",
    };
    let files: [(&str, &[u8]); 2] =
        [("catalog-info.yaml", format!("kind: {{$text: ./{name}}}\n").leak().as_bytes()), (name, text.as_bytes())];
    let workspace = Workspace::from_files(Config::default(), &files);
    let file = workspace.locate(workspace.catalog_files()[0], name).expect("the definition");
    let (reference, problems) = api::read_file(&workspace, file);
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    Version { reference: reference.unwrap_or_default(), workspace }
}

fn changes(old: &Version, new: &Version) -> Vec<Change> {
    compare(&old.reference, &new.reference)
}

fn shown(old: &Version, new: &Version) -> String {
    let (mut before, mut after) = (Positions::new(&old.workspace), Positions::new(&new.workspace));
    let mut out = String::new();
    for change in changes(old, new) {
        let was = change.old.map_or_else(|| "-".to_owned(), |span| before.place(span).start.line.to_string());
        let is = change.new.map_or_else(|| "-".to_owned(), |span| after.place(span).start.line.to_string());
        let level = change.level.as_str();
        let _ = write!(out, "{level} {} {was} {is} {}: {}", change.rule.name, change.subject, change.message);
        if !change.operations.is_empty() {
            let _ = write!(out, " [{}]", change.operations.join(", "));
        }
        out.push('\n');
    }
    out
}

struct Case {
    name: String,
    language: String,
    old: String,
    new: String,
    changes: String,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        match &fence {
            Some(_) if line == "```" => fence = None,
            Some(info) => {
                let case = cases.last_mut().expect("a fence stands below a heading");
                let (language, which) = info.split_once(' ').unwrap_or(("", info));
                let body = match which {
                    "old" => &mut case.old,
                    "new" => &mut case.new,
                    _ => &mut case.changes,
                };
                body.push_str(line);
                body.push('\n');
                if !language.is_empty() {
                    language.clone_into(&mut case.language);
                }
            }
            None => {
                if let Some(info) = line.strip_prefix("```") {
                    fence = Some(info.to_owned());
                } else if let Some(name) = line.strip_prefix("## ") {
                    let (language, old, new, changes) = Default::default();
                    cases.push(Case { name: name.to_owned(), language, old, new, changes });
                }
            }
        }
    }
    cases
}

#[test]
fn changes_are_what_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    let mut failures = String::new();
    let mut seen: BTreeSet<&str> = BTreeSet::from(["api-removed", "api-added"]);
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("cases").filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let mut text = fs::read_to_string(&path).expect("a readable case");
        for case in cases(&text.clone()) {
            let (old, new) = (read(&case.language, &case.old), read(&case.language, &case.new));
            let found = shown(&old, &new);
            seen.extend(changes(&old, &new).iter().map(|change| change.rule.name));
            if found != case.changes {
                let _ = writeln!(failures, "{}: {}\n{found}", path.display(), case.name);
                let fence = |body: &str| format!("```changes\n{body}```\n");
                let from = text.find(&format!("## {}\n", case.name)).expect("the case");
                let at = from + text[from..].find("```changes\n").expect("a fence `changes`");
                text.replace_range(at..at + fence(&case.changes).len(), &fence(&found));
            }
            // A version is the same as itself, and what one way removes the other adds.
            for version in [&old, &new] {
                assert_eq!(shown(version, version), "", "{}", case.name);
            }
            let back = changes(&new, &old);
            for change in changes(&old, &new).iter().filter(|change| change.rule.name == "operation-removed") {
                let added = |other: &&Change| other.rule.name == "operation-added" && other.subject == change.subject;
                let other = back.iter().find(added).unwrap_or_else(|| panic!("{}: {change:?}", case.name));
                assert_eq!(other.level, Level::Compatible);
            }
        }
        if std::env::var("UPDATE_DIFF").is_ok() {
            fs::write(&path, text).expect("the cases can be written");
        }
    }
    assert!(failures.is_empty(), "{failures}");
    let missing: Vec<&str> = rules::ALL.iter().map(|rule| rule.name).filter(|name| !seen.contains(name)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

const OLD: &str = "openapi: 3.1.0
info: {title: Seats, version: '1'}
paths:
  /seats:
    get:
      responses:
        '200': {description: All, content: {application/json: {schema: {$ref: '#/components/schemas/Seat'}}}}
components:
  schemas:
    Seat: {type: object, properties: {row: {type: integer}, number: {type: integer}}}
";

fn api(name: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: {name}}}\nspec: {{type: openapi, lifecycle: \
         production, owner: g, definition: {{$text: ./{name}.yaml}}}}\n"
    )
}

const WEB: &str = "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web}\nspec: {type: website, \
                   lifecycle: production, owner: g, consumesApis: [seats]}\n";

fn run(folder: &TempDir, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_playbill"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect("playbill runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_names_places_and_consumers_and_ends_as_asked() {
    let new = OLD.replace("row: {type: integer}, ", "");
    let catalog = format!("{}{WEB}", api("seats"));
    let tree = folder(&[("old.yaml", OLD), ("seats.yaml", &new), ("catalog-info.yaml", &catalog)]);
    let (code, out, err) = run(&tree, &["diff", "old.yaml", "seats.yaml"]);
    insta::assert_snapshot!(out, @r"
    api:default/seats (OpenAPI 3.1.0): 1 breaking, 0 risky, 0 compatible
    consumed by component:default/web

    breaking[response-field-removed]: Seat: `row` was removed
      old old.yaml:10:39
      used by GET /seats

    1 breaking, 0 risky, 0 compatible
    ");
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert_eq!(run(&tree, &["diff", "old.yaml", "seats.yaml", "--fail-on", "never"]).0, Some(0));
    assert_eq!(run(&tree, &["diff", "seats.yaml", "old.yaml"]).0, Some(0));
    let (code, same, _) = run(&tree, &["diff", "old.yaml", "old.yaml", "--fail-on", "risky"]);
    assert_eq!((code, same.as_str()), (Some(0), "no changes\n"));
    let json: Value =
        serde_json::from_str(&run(&tree, &["diff", "old.yaml", "seats.yaml", "--format", "json"]).1).expect("JSON");
    assert_eq!(json["apis"][0]["consumers"], serde_json::json!(["component:default/web"]));
    assert_eq!(json["apis"][0]["changes"][0]["old"]["line"], 10);
    let table = run(&tree, &["diff", "old.yaml", "seats.yaml", "--format", "markdown"]).1;
    assert!(table.contains("| `Seat` | `row` was removed, used by GET /seats | response-field-removed |"), "{table}");
    for arguments in
        [&["diff", "old.yaml", "."][..], &["diff", "old.yaml", "gone.yaml"], &["diff", "old.yaml", "catalog-info.yaml"]]
    {
        let (code, out, err) = run(&tree, arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!err.is_empty());
    }
}

#[test]
fn two_folders_are_matched_by_the_references_of_their_apis() {
    let before = format!("{}---\n{}{WEB}", api("seats"), api("rows"));
    let after = format!("{}---\n{}{WEB}", api("seats"), api("lines"));
    let tree = folder(&[
        ("old/catalog-info.yaml", &before),
        ("old/seats.yaml", OLD),
        ("old/rows.yaml", OLD),
        ("new/catalog-info.yaml", &after),
        ("new/seats.yaml", &OLD.replace("'200'", "'201'")),
        ("new/lines.yaml", OLD),
    ]);
    let (code, out, _) = run(&tree, &["diff", "old", "new", "--format", "json", "--only", "apis"]);
    assert_eq!(code, Some(1));
    let json: Value = serde_json::from_str(&out).expect("JSON");
    let found: Vec<(&str, &str)> = json["apis"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|api| (api["ref"].as_str().unwrap_or(""), api["changes"][0]["rule"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(
        found,
        [
            ("api:default/lines", "api-added"),
            ("api:default/rows", "api-removed"),
            ("api:default/seats", "response-removed")
        ]
    );
}

/// Every definition of the example organisation.
fn examples() -> Vec<(PathBuf, Version)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content-example");
    let mut paths: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| {
            path.extension().is_some_and(|it| matches!(&*it.to_string_lossy(), "yaml" | "json" | "graphql" | "proto"))
        })
        .collect();
    paths.sort();
    let versions = paths.into_iter().filter_map(|path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let text = fs::read(&path).ok()?;
        let entity = format!("kind: {{$text: ./{name}}}\n");
        let workspace =
            Workspace::from_files(Config::default(), &[("catalog-info.yaml", entity.as_bytes()), (&name, &text)]);
        let file = workspace.locate(workspace.catalog_files()[0], &name).ok()?;
        let reference = api::read_file(&workspace, file).0?;
        Some((path, Version { workspace, reference }))
    });
    versions.collect()
}

#[test]
fn what_is_taken_away_breaks_and_what_is_brought_back_does_not() {
    let examples = examples();
    assert!(examples.len() >= 4, "{}", examples.len());
    for (path, whole) in &examples {
        let whole = &whole.reference;
        assert_eq!(compare(whole, whole), [], "{}", path.display());
        for (at, group) in whole.groups.iter().enumerate() {
            for (number, item) in group.items.iter().enumerate().filter(|(_, item)| item.role == Role::Operation) {
                let mut less = whole.clone();
                less.groups[at].items.remove(number);
                let worst = |changes: Vec<Change>| changes.iter().map(|change| change.level).max();
                assert_eq!(worst(compare(whole, &less)), Some(Level::Breaking), "{}: {}", path.display(), item.name);
                assert_eq!(worst(compare(&less, whole)), Some(Level::Compatible), "{}: {}", path.display(), item.name);
            }
        }
    }
}

#[test]
fn references_lead_anywhere_in_the_repository_of_a_definition() {
    let root = "openapi: 3.1.0\ninfo: {title: Seats, version: '1'}\npaths: {/seats: {$ref: ../paths/seats.yaml}}\n";
    let seats =
        |text: &str| format!("get: {{responses: {{'200': {{description: {text}}}, '404': {{description: None}}}}}}\n");
    let tree = folder(&[
        ("old/.git/HEAD", "ref: refs/heads/main\n"),
        ("old/api/openapi.yaml", root),
        ("old/paths/seats.yaml", &seats("All")),
        ("new/.git/HEAD", "ref: refs/heads/main\n"),
        ("new/api/openapi.yaml", root),
        ("new/paths/seats.yaml", &seats("All").replace("'200'", "'204'")),
    ]);
    let (code, out, err) = run(&tree, &["diff", "old/api/openapi.yaml", "new/api/openapi.yaml"]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert!(
        out.contains(
            "breaking[response-removed]: GET /seats: the response 200 was removed\n  old old/paths/seats.yaml:1:19"
        ),
        "{out}"
    );
}
