//! `playbill adr`: records are written in the format of their folder, and never over others.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::cli::folder;

const NYGARD: &str =
    "# 1. Use files\n\nDate: 2020-01-02\n\n## Status\n\nAccepted\n\n## Context\n\nC\n\n## Decision\n\nD\n";

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playbill"))
        .args(arguments)
        .current_dir(folder.path())
        .env("SOURCE_DATE_EPOCH", "1795219200")
        .output()
        .expect("playbill runs")
}

fn printed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn read(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).expect("a file")
}

#[test]
fn a_new_record_takes_the_place_of_an_old_one() {
    let entity = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: web\n  annotations: {backstage.io/adr-location: docs/adr}\nspec: {type: a, lifecycle: b, owner: c}\n";
    let place = folder(&[("catalog-info.yaml", entity), ("docs/adr/0001-use-files.md", NYGARD)]);
    let output = run(&place, &["adr", "new", "Use  PostgreSQL", "--supersedes", "1"]);
    assert_eq!(Path::new(printed(&output).trim()), Path::new("docs/adr/0002-use-postgresql.md"));
    let new = read(&place, "docs/adr/0002-use-postgresql.md");
    assert!(new.starts_with("# 2. Use PostgreSQL\n\nDate: 2026-11-21\n\n## Status\n\nProposed\n\nSupersedes [1. Use files](0001-use-files.md)\n"), "{new}");
    let old = read(&place, "docs/adr/0001-use-files.md");
    assert!(
        old.contains("## Status\n\nSuperseded by [2. Use PostgreSQL](0002-use-postgresql.md)\n\n## Context"),
        "{old}"
    );
    // Nothing is left to report, and nothing is overwritten.
    let check = run(&place, &["check", "--format", "json"]);
    assert!(!String::from_utf8_lossy(&check.stdout).contains("superseded-not-said"), "{check:?}");
    let again = run(&place, &["adr", "new", "Again", "--supersedes", "1"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&again.stderr).contains("superseded by `0002-use-postgresql.md` already"),
        "{again:?}"
    );
    assert!(!place.path().join("docs/adr/0003-again.md").exists());
    printed(&run(&place, &["adr", "new", "Third"]));
    let said = printed(&run(&place, &["adr", "supersede", "2", "0003-third.md"]));
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(read(&place, "docs/adr/0003-third.md").contains("Supersedes [2. Use PostgreSQL](0002-use-postgresql.md)"));
    assert_eq!(printed(&run(&place, &["adr", "supersede", "2", "3"])), "", "both say so already");
    let unknown = run(&place, &["adr", "supersede", "9", "3"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there is no record `9`"), "{unknown:?}");
}

#[test]
fn a_folder_without_records_begins_with_one() {
    let place = folder(&[(
        "adr/template.md",
        "# {title}\n\n* Status: {proposed | accepted}\n* Date: {YYYY-MM-DD}\n\n## Context\n",
    )]);
    let output =
        run(&place, &["adr", "new", "Begin", "--folder", "adr", "--status", "accepted", "--date", "2026-01-02"]);
    printed(&output);
    assert_eq!(read(&place, "adr/0001-begin.md"), "# Begin\n\n* Status: accepted\n* Date: 2026-01-02\n\n## Context\n");
    let nowhere = run(&place, &["adr", "new", "X"]);
    assert_eq!(nowhere.status.code(), Some(2), "{nowhere:?}");
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("--folder"), "{nowhere:?}");
}
