//! The properties of comparing two portals, and `playbill diff` from outside.
//!
//! `applied` is the independent judge: it knows JSON alone, and makes the new export of the old one and the differences.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use playbill::api::diff::report::Report;
use playbill::config::Config;
use playbill::depth::Depth;
use playbill::diff::{self, PortalDiff, gates, html, markdown};
use playbill::portal::Analysis;
use playbill::portal_export::PortalExport;
use playbill::workspace::Workspace;
use serde_json::{Value, json};

use crate::cli::folder;

type Files = BTreeMap<String, String>;

const COMPONENTS: usize = 8;

fn entity(kind: &str, name: &str, metadata: &str, spec: &str) -> String {
    format!("apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n{metadata}spec:\n{spec}")
}

/// A small portal: groups, and components that depend on the next one, each with two documents.
fn portal() -> Files {
    let mut files = Files::new();
    for group in ["red", "blue"] {
        let spec = "  type: team\n  children: []\n  members: [sam]\n";
        files.insert(format!("org/{group}.yaml/catalog-info.yaml"), entity("Group", group, "", spec));
    }
    files.insert("org/sam/catalog-info.yaml".to_owned(), entity("User", "sam", "", "  memberOf: [red, blue]\n"));
    for at in 0..COMPONENTS {
        let next = (at + 1) % COMPONENTS;
        let metadata = format!(
            "  description: Serves the number {at} of all things\n  annotations: {{backstage.io/techdocs-ref: 'dir:.'}}\n"
        );
        let spec = format!(
            "  type: service\n  lifecycle: production\n  owner: red\n  dependsOn: [\"component:part-{next}\"]\n"
        );
        files.insert(format!("c{at}/catalog-info.yaml"), entity("Component", &format!("part-{at}"), &metadata, &spec));
        files.insert(
            format!("c{at}/docs/index.md"),
            format!("# Part {at}\n\nThis is important for {at}.\n\nSee [the guide](guide.md#setup-{at}).\n"),
        );
        files.insert(
            format!("c{at}/docs/guide.md"),
            format!("# Guide {at}\n\n## Setup {at}\n\nInstall it {at} times.\n\n## Usage {at}\n\nCall it {at}.\n"),
        );
    }
    files
}

fn export(files: &Files) -> PortalExport {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let workspace = Workspace::from_files(Config::default(), &files);
    let portal = Analysis::of(Depth::Pages).run(&workspace, &mut |_| ());
    PortalExport::of(&workspace, &portal)
}

fn compared(old: &PortalExport, new: &PortalExport) -> PortalDiff {
    diff::compare(old, new, &diff::renamed(old, new), Report::default())
}

fn counts(found: &PortalDiff) -> BTreeMap<&'static str, usize> {
    found.summary.iter().filter(|(_, count)| **count > 0).map(|(name, count)| (*name, *count)).collect()
}

fn changed(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = files.get_mut(path).expect("the file");
    assert!(text.contains(from), "{path} has no {from}");
    *text = text.replace(from, to);
}

/// The edits, each with what it must be reported as.
fn edit(files: &mut Files, what: usize, at: usize) -> Vec<(&'static str, usize)> {
    let catalog = format!("c{at}/catalog-info.yaml");
    let (index, guide) = (format!("c{at}/docs/index.md"), format!("c{at}/docs/guide.md"));
    match what {
        0 => {
            changed(files, &catalog, "owner: red", "owner: blue");
            vec![("entitiesChanged", 1)]
        }
        1 => {
            changed(files, &catalog, &format!("name: part-{at}"), &format!("name: piece-{at}"));
            vec![("entitiesRenamed", 1), ("pagesMoved", 2), ("problemsNew", 1), ("relationsDangling", 1)]
        }
        2 => {
            files.remove(&guide);
            vec![("linksBroken", 1), ("linksBrokenElsewhere", 1), ("pagesRemoved", 1)]
        }
        3 => {
            changed(files, &guide, &format!("## Usage {at}"), &format!("## Usage of {at}"));
            vec![("pagesChanged", 1)]
        }
        4 => {
            changed(files, &guide, &format!("## Setup {at}"), &format!("## Setup of {at}"));
            vec![("linksBroken", 1), ("linksBrokenElsewhere", 1), ("pagesChanged", 1)]
        }
        5 => {
            changed(files, &index, "guide.md", "gide.md");
            vec![("linksBroken", 1), ("pagesChanged", 1)]
        }
        6 => {
            changed(files, &index, "important", "**important**");
            vec![("pagesFormatted", 1)]
        }
        7 => {
            changed(
                files,
                &catalog,
                "dependsOn:",
                "subcomponentOf: component:part-0\n  consumesApis: []\n  dependsOn:",
            );
            vec![("relationsAdded", 1)]
        }
        8 => {
            for path in [&catalog, &index, &guide] {
                files.remove(path);
            }
            vec![("entitiesRemoved", 1), ("pagesRemoved", 2), ("problemsNew", 1), ("relationsDangling", 1)]
        }
        _ => {
            let text = files.remove(&guide).expect("the guide");
            files.insert(format!("c{at}/docs/how.md"), text);
            changed(files, &index, "guide.md", "how.md");
            vec![("pagesChanged", 1), ("pagesMoved", 1)]
        }
    }
}

/// Numbers that are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

fn texts(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// Makes the new export of the old one and the differences, all as JSON.
fn applied(mut old: Value, diff: &Value) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let renamed: BTreeMap<String, String> = list(&diff["entities"])
        .iter()
        .filter(|change| change["change"] == "renamed")
        .map(|change| (texts(change, "oldRef"), texts(change, "ref")))
        .collect();
    let rename = |value: &mut Value| {
        if let Some(new) = value.as_str().and_then(|name| renamed.get(name)) {
            *value = new.as_str().into();
        }
    };
    let set = |record: &mut Value, fields: &Value| {
        for field in list(fields) {
            let name = texts(&field, "name");
            if field["new"].is_null() {
                record.as_object_mut().expect("a record").remove(&name);
            } else {
                record[&name] = field["new"].clone();
            }
        }
    };
    let entities = old["entities"].as_array_mut().expect("entities");
    for entity in entities.iter_mut() {
        rename(&mut entity["ref"]);
        for field in ["owner", "system"] {
            if entity["fields"].get(field).is_some() {
                rename(&mut entity["fields"][field]);
            }
        }
        for relation in entity["relations"].as_array_mut().expect("relations") {
            rename(&mut relation["target"]);
        }
    }
    for change in list(&diff["entities"]) {
        match change["change"].as_str().expect("a change") {
            "added" => entities.push(change["record"].clone()),
            "removed" => entities.retain(|entity| entity["ref"] != change["ref"]),
            _ => {
                let entity = entities.iter_mut().find(|entity| entity["ref"] == change["ref"]).expect("the entity");
                set(&mut entity["fields"], &change["fields"]);
                entity["title"] = change["title"].clone();
            }
        }
    }
    for change in list(&diff["relations"]) {
        let entity = entities.iter_mut().find(|entity| entity["ref"] == change["from"]).expect("the entity");
        let relations = entity["relations"].as_array_mut().expect("relations");
        let was = if change["was"].is_null() { &change["to"] } else { &change["was"] };
        relations.retain(|relation| !(relation["type"] == change["type"] && relation["target"] == *was));
        let found = matches!(change["change"].as_str(), Some("added" | "resolved"));
        if change["change"] != "removed" {
            relations.push(json!({ "type": change["type"], "target": change["to"], "found": found }));
        }
    }
    let docs = old["docs"].as_array_mut().expect("docs");
    let (removed, kept): (Vec<Value>, Vec<Value>) =
        list(&diff["docs"]).into_iter().partition(|change| change["change"] == "removed");
    for change in removed {
        docs.retain(|page| page["url"] != change["url"]);
    }
    for change in kept {
        if change["change"] == "added" {
            docs.push(change["record"].clone());
            continue;
        }
        let url = if change["oldUrl"].is_null() { &change["url"] } else { &change["oldUrl"] };
        let page = docs.iter_mut().find(|page| page["url"] == *url).expect("the page");
        page["url"] = change["url"].clone();
        rename(&mut page["entity"]);
        set(page, &change["fields"]);
    }
    for (part, key) in [("decisions", "url"), ("templates", "ref"), ("apis", "ref")] {
        let changes = if part == "apis" { &diff["definitions"] } else { &diff[part] };
        let records = old[part].as_array_mut().expect("records");
        for record in records.iter_mut() {
            rename(&mut record[key]);
        }
        for change in list(changes) {
            match change["change"].as_str().expect("a change") {
                "added" => records.push(change["record"].clone()),
                "removed" => records.retain(|record| record[key] != change["key"]),
                _ => {
                    let record = records.iter_mut().find(|record| record[key] == change["key"]).expect("the record");
                    set(record, &change["fields"]);
                }
            }
        }
    }
    let problems = old["problems"].as_array_mut().expect("problems");
    let links = list(&diff["links"]).into_iter().map(|link| (link["change"] == "broken", link));
    let new = list(&diff["problems"]["new"]).into_iter().map(|problem| (true, problem));
    let fixed = list(&diff["problems"]["fixed"]).into_iter().map(|problem| (false, problem));
    for (is_new, change) in links.chain(new).chain(fixed) {
        let same =
            |problem: &Value| ["rule", "file", "message", "severity"].iter().all(|key| problem[*key] == change[*key]);
        let count = change["count"].as_u64().expect("a count");
        match problems.iter_mut().find(|problem| same(problem)) {
            Some(problem) => {
                let before = problem["count"].as_u64().expect("a count");
                problem["count"] = (if is_new { before + count } else { before - count }).into();
            }
            None => {
                let mut problem = change.clone();
                for name in ["change", "elsewhere"] {
                    problem.as_object_mut().expect("a problem").remove(name);
                }
                problems.push(problem);
            }
        }
        problems.retain(|problem| problem["count"] != 0);
    }
    for part in ["pages", "words"] {
        old["search"][part] = diff["search"][part][1].clone();
    }
    old
}

/// Takes away what is not compared, and puts the rest in one order.
fn comparable(mut export: Value) -> Value {
    for name in ["format", "engine", "title", "commit", "definitions"] {
        export.as_object_mut().expect("an export").remove(name);
    }
    let parts = ["entities", "docs", "apis", "decisions", "templates", "scores", "problems"];
    for part in parts {
        let records = export[part].as_array_mut().expect("records");
        for record in records.iter_mut() {
            let fields = record.as_object_mut().expect("a record");
            fields.remove("place");
            fields.remove("line");
            if let Some(relations) = fields.get_mut("relations").and_then(Value::as_array_mut) {
                relations.sort_by_key(ToString::to_string);
            }
        }
        // The order of keys is that in which they were set.
        let mut sorted: Vec<BTreeMap<String, Value>> =
            records.iter().map(|it| serde_json::from_value(it.clone()).expect("a record")).collect();
        sorted.sort_by_key(|record| serde_json::to_string(record).expect("JSON"));
        export[part] = serde_json::to_value(sorted).expect("JSON");
    }
    export
}

fn value(export: &PortalExport) -> Value {
    serde_json::from_str(&export.json()).expect("JSON")
}

/// What each count is called when both sides change places.
fn mirrored(name: &'static str) -> &'static str {
    match name {
        "entitiesAdded" => "entitiesRemoved",
        "entitiesRemoved" => "entitiesAdded",
        "pagesAdded" => "pagesRemoved",
        "pagesRemoved" => "pagesAdded",
        "relationsAdded" => "relationsRemoved",
        "relationsRemoved" => "relationsAdded",
        "relationsDangling" => "relationsResolved",
        "relationsResolved" => "relationsDangling",
        "linksBroken" => "linksRepaired",
        "linksRepaired" => "linksBroken",
        "problemsNew" => "problemsFixed",
        "problemsFixed" => "problemsNew",
        "levelsUp" => "levelsDown",
        "levelsDown" => "levelsUp",
        other => other,
    }
}

#[test]
fn a_portal_does_not_differ_from_itself() {
    let one = export(&portal());
    assert_eq!(one.entities.len(), COMPONENTS + 3);
    assert_eq!(one.docs.len(), 2 * COMPONENTS);
    assert!(compared(&one, &one).is_empty());
    let read = PortalExport::parse(one.json().as_bytes()).expect("an export");
    assert!(compared(&one, &read).is_empty());
    assert_eq!(read.json(), one.json());
}

#[test]
fn every_edit_is_reported_as_that_edit_and_nothing_else() {
    let files = portal();
    let old = export(&files);
    let mut random = Random(7);
    let mut seen = BTreeSet::new();
    for round in 0..200 {
        let (what, at) = (random.below(10), 1 + random.below(COMPONENTS - 1));
        if !seen.insert((what, at)) {
            continue;
        }
        let mut after = files.clone();
        let expected: BTreeMap<&str, usize> = edit(&mut after, what, at).into_iter().collect();
        let new = export(&after);
        let found = compared(&old, &new);
        assert_eq!(counts(&found), expected, "round {round}, edit {what} of {at}:\n{}", found.json());
        // Backwards it is the same, with both sides exchanged.
        let back = compared(&new, &old);
        let turned: BTreeMap<&str, usize> = counts(&found)
            .into_iter()
            .filter(|(name, _)| *name != "linksBrokenElsewhere")
            .map(|(name, count)| (mirrored(name), count))
            .collect();
        let backwards: BTreeMap<&str, usize> =
            counts(&back).into_iter().filter(|(name, _)| *name != "linksBrokenElsewhere").collect();
        // What was dangling is gone with the new name, and the other way round.
        assert_eq!(backwards, turned, "edit {what} of {at}, backwards:\n{}", back.json());
        for (from, to, found) in [(&old, &new, &found), (&new, &old, &back)] {
            let diff: Value = serde_json::from_str(&found.json()).expect("JSON");
            assert_eq!(comparable(applied(value(from), &diff)), comparable(value(to)), "edit {what} of {at}");
        }
    }
    assert!(seen.len() > 60, "{}", seen.len());
}

#[test]
fn the_order_of_an_export_changes_nothing() {
    let mut after = portal();
    for at in 1..COMPONENTS {
        edit(&mut after, at - 1, at);
    }
    let (old, new) = (export(&portal()), export(&after));
    let turned = |export: &PortalExport| {
        let mut value = value(export);
        for part in value.as_object_mut().expect("an export").values_mut() {
            if let Some(records) = part.as_array_mut() {
                records.reverse();
            }
        }
        PortalExport::parse(value.to_string().as_bytes()).expect("an export")
    };
    let read = |export: &PortalExport| PortalExport::parse(export.json().as_bytes()).expect("an export");
    assert_eq!(compared(&turned(&old), &turned(&new)).json(), compared(&read(&old), &read(&new)).json());
}

#[test]
fn many_edits_at_once_are_all_in_the_json() {
    let files = portal();
    let mut random = Random(11);
    for _ in 0..10 {
        let (mut before, mut after) = (files.clone(), files.clone());
        for at in 1..COMPONENTS {
            edit(&mut before, random.below(10), at);
            edit(&mut after, random.below(10), at);
        }
        let (old, new) = (export(&before), export(&after));
        let diff: Value = serde_json::from_str(&compared(&old, &new).json()).expect("JSON");
        assert_eq!(comparable(applied(value(&old), &diff)), comparable(value(&new)));
    }
}

#[test]
fn new_names_are_told_from_noise() {
    const WORDS: [&str; 24] = [
        "anchor", "barley", "cinder", "dapple", "ember", "fathom", "gravel", "hollow", "indigo", "juniper", "kernel",
        "lantern", "meadow", "nectar", "orchid", "pebble", "quarry", "russet", "saffron", "timber", "umber", "velvet",
        "willow", "zephyr",
    ];
    let component = |name: &str, description: &str, tag: &str| {
        let metadata = format!("  description: {description}\n  tags: [{tag}]\n");
        entity("Component", name, &metadata, "  type: service\n  lifecycle: production\n  owner: red\n")
    };
    let mut random = Random(3);
    let mut sentence =
        || (0..10).map(|_| format!("{}{}", WORDS[random.below(24)], WORDS[random.below(24)])).collect::<Vec<_>>();
    let (mut before, mut after) = (portal(), portal());
    for at in 0..20 {
        let mut words = sentence();
        before.insert(format!("old-{at}/catalog-info.yaml"), component(&format!("old-{at}"), &words.join(" "), "java"));
        words[3] = "rewritten".to_owned();
        after.insert(format!("new-{at}/catalog-info.yaml"), component(&format!("new-{at}"), &words.join(" "), "java"));
        let (gone, come) = (sentence().join(" "), sentence().join(" "));
        before.insert(format!("gone-{at}/catalog-info.yaml"), component(&format!("gone-{at}"), &gone, "java"));
        after.insert(format!("come-{at}/catalog-info.yaml"), component(&format!("come-{at}"), &come, "java"));
        // These say nothing that others do not say.
        let plain = component("plain", "A service", "java");
        before
            .insert(format!("lost-{at}/catalog-info.yaml"), plain.replace("name: plain", &format!("name: lost-{at}")));
        let plain = plain.replace("name: plain", &format!("name: seen-{at}"));
        if at < 5 {
            after.insert(format!("seen-{at}/catalog-info.yaml"), plain);
        }
    }
    for at in 10..20 {
        before.remove(&format!("lost-{at}/catalog-info.yaml"));
    }
    let found = diff::renamed(&export(&before), &export(&after));
    let right =
        |old: &str, new: &str| old.replace("component:default/old-", "") == new.replace("component:default/new-", "");
    assert!(found.iter().all(|rename| right(&rename.old, &rename.new)), "{found:?}");
    assert!(found.len() >= 19, "{} of 20", found.len());
}

#[test]
fn a_name_that_says_what_it_was_is_believed() {
    let (before, mut after) = (portal(), portal());
    changed(&mut after, "c2/catalog-info.yaml", "name: part-2\n", "name: other\n  title: Something else\n");
    changed(
        &mut after,
        "c2/catalog-info.yaml",
        "annotations: {",
        "annotations: {playbill.dev/renamed-from: 'part-2', ",
    );
    changed(&mut after, "c2/catalog-info.yaml", "Serves the number 2 of all things", "All new");
    let found = diff::renamed(&export(&before), &export(&after));
    let [only] = &found[..] else { panic!("{found:?}") };
    assert_eq!((only.old.as_str(), only.new.as_str()), ("component:default/part-2", "component:default/other"));
    assert!(only.reason.contains("renamed-from"));
}

/// Returns what is left of a comment without code, whose content hosts leave alone.
fn without_code(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<code>") {
        out.push_str(before);
        rest = after.split_once("</code>").expect("the end of code").1;
    }
    out + rest
}

fn comment(found: &PortalDiff, new: &PortalExport, limit: usize) -> String {
    let options = markdown::Options { limit, ..markdown::Options::default() };
    markdown::write(found, new, &options)
}

/// Checks that every table and fold is whole.
fn assert_whole(text: &str) {
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count(), "{text}");
    let mut columns = None;
    for line in text.lines() {
        if line.starts_with('|') {
            let count = line.matches('|').count();
            assert_eq!(*columns.get_or_insert(count), count, "{line}");
        } else {
            columns = None;
        }
    }
}

#[test]
fn hostile_names_neither_ping_nor_break_out() {
    const HOSTILE: &str = "@acme/all #1 GH-2 !3 | </details> <script>alert(1)</script> ![x](https://x.test/a.png) [y](javascript:1) `z` --> <!-- **b** www.x.test";
    let (before, mut after) = (portal(), portal());
    let quoted = HOSTILE.replace('\'', "''");
    changed(&mut after, "c1/catalog-info.yaml", "name: part-1", &format!("name: part-1\n  title: '{quoted}'"));
    changed(
        &mut after,
        "c2/catalog-info.yaml",
        "  description: Serves",
        &format!("  labels: {{x: 'y'}}\n  description: '{quoted}'\n  x: Serves"),
    );
    changed(&mut after, "c3/docs/index.md", "# Part 3", &format!("# {HOSTILE}"));
    changed(&mut after, "c4/docs/index.md", "guide.md", "@acme/all.md");
    let (old, new) = (export(&before), export(&after));
    let mut found = compared(&old, &new);
    gates::apply(&mut found, &gates::parse("broken-link").expect("a gate"));
    let text = comment(&found, &new, 65_536);
    assert!(text.contains("acme"), "{text}");
    let bare = without_code(text.trim_start_matches(text.lines().next().unwrap_or_default()));
    for sign in ["@acme", "#1", "<script", "GH-2", "!3", "![", "](", "https://", "www.", "<!--", "`z`"] {
        assert!(!bare.contains(sign), "{sign} in {bare}");
    }
    for sign in ["@acme", "<script", "![x]", "](javascript"] {
        assert!(!text.contains(sign), "{sign} in {text}");
    }
    assert_whole(&text);
    let page = html::write(&found, Some("https://preview.test/"));
    assert!(!page.contains("<script") && !page.contains("javascript:1)\""), "{page}");
}

#[test]
fn a_comment_of_any_size_is_whole_and_within_its_limit() {
    let mut files = Files::new();
    let mut many = String::new();
    for at in 0..5_000 {
        let _ = write!(
            many,
            "---\n{}",
            entity("Component", &format!("many-{at}"), "", "  type: service\n  lifecycle: production\n  owner: red\n")
        );
    }
    files.insert("catalog-info.yaml".to_owned(), many);
    let (old, new) = (export(&portal()), export(&files));
    let found = compared(&old, &new);
    assert_eq!(found.summary["entitiesAdded"], 5_000);
    for limit in [65_536, 8_000, 2_000, 600] {
        let text = comment(&found, &new, limit);
        assert!(text.chars().count() <= limit, "{} of {limit}", text.chars().count());
        assert!(text.starts_with("<!-- playbill-diff: developer-portal -->\n**Portal: "), "{text}");
        assert!(text.contains(" more in the report"), "{text}");
        assert_whole(&text);
    }
    // A change of one line is a few lines.
    let mut after = portal();
    changed(&mut after, "c1/catalog-info.yaml", "owner: red", "owner: blue");
    let new = export(&after);
    let small = comment(&compared(&old, &new), &new, 65_536);
    assert!(small.len() <= 1_024, "{} bytes:\n{small}", small.len());
    assert_eq!(comment(&compared(&old, &old), &old, 65_536).lines().count(), 2);
}

fn run(folder: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_playbill"))
        .args(arguments)
        .current_dir(folder)
        .env("PLAYBILL_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .output()
        .expect("playbill runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_folder_is_compared_with_its_past_an_export_and_a_site() {
    let files = portal();
    let list: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let tree = folder(&list);
    let here = tree.path();
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "user.name=Sam", "-c", "user.email=sam@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(here)
            .output()
            .expect("git runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "Begin"]);
    let (code, base, _) = run(here, &["export", "--portal"]);
    assert_eq!(code, Some(0));
    std::fs::write(here.join("base.json"), &base).expect("the export");
    assert_eq!(run(here, &["build", "-q", "-o", "site"]).0, Some(0));
    let (code, out, err) = run(here, &["diff", "--base-ref", "main"]);
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "no changes\n", ""));
    let guide = here.join("c1/docs/guide.md");
    std::fs::rename(&guide, here.join("guide.txt")).expect("the guide goes");
    for sides in [&["--base-ref", "main"][..], &["base.json", "."], &["site", "."]] {
        let arguments = [&["diff", "--format", "json", "--fail-on", "broken-link"][..], sides].concat();
        let (code, out, err) = run(here, &arguments);
        assert_eq!((code, err.as_str()), (Some(1), ""), "{sides:?}");
        let found: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(found["docs"][0]["url"], "docs/default/component/part-1/guide/", "{sides:?}");
        assert_eq!(found["links"][0]["elsewhere"], true);
        assert_eq!(found["links"][0]["file"], "c1/docs/index.md");
        assert_eq!(found["gates"][0]["fired"], true);
    }
    // Wrong usage says what to write.
    for (arguments, word) in [
        (&["diff", "--base-ref", "nowhere"][..], "`nowhere` is no commit of this clone"),
        (&["diff", "."], "add `--base-ref`"),
        (&["diff", "base.json", ".", "--fail-on", "breaking,odd"], "`odd` is none of breaking"),
        (&["diff", "base.json", "c1/docs/index.md"], "neither a folder nor an output"),
        (&["diff", ".", "--retire", "nothing"], "there is no entity `component:default/nothing`"),
    ] {
        let (code, _, err) = run(here, arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {err}");
        assert!(err.contains(word), "{arguments:?}: {err}");
    }
    let (code, out, _) = run(here, &["diff", ".", "--retire", "part-2", "--move", "part-3=blue", "--fail-on", "never"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("removed  component:default/part-2"), "{out}");
    assert!(out.contains("owner: group:default/red → group:default/blue"), "{out}");
    assert!(out.contains("dangling  component:default/part-1 dependsOn component:default/part-2"), "{out}");
}

#[test]
fn a_preview_marks_the_pages_that_differ() {
    let files = portal();
    let list: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let tree = folder(&list);
    let here = tree.path();
    assert_eq!(run(here, &["build", "-q", "-o", "site"]).0, Some(0));
    let mark = |site: &str, page: &str| {
        let html = std::fs::read_to_string(here.join(site).join(page).join("index.html")).expect("a page");
        let noindex = html.contains(r#"<meta name="robots" content="noindex">"#);
        let mark = html.split_once("data-preview=\"").map(|(_, rest)| rest.split('"').next().unwrap_or("").to_owned());
        (mark, noindex)
    };
    let (entity, guide, index) =
        ("catalog/default/component/part-1", "docs/default/component/part-1/guide", "docs/default/component/part-1");
    assert_eq!(mark("site", guide), (None, false));
    // Nothing differs: every page still says that it is of a preview.
    let preview = ["build", "-q", "-o", "preview", "--preview", "site", "--base-url", "https://previews.example/12"];
    assert_eq!(run(here, &preview).0, Some(0));
    assert_eq!(mark("preview", guide), (Some(String::new()), true));
    let list = || std::fs::read_to_string(here.join("preview/preview/index.html")).expect("the list");
    assert!(list().contains("Nothing changes"));
    // A heading in one document, a hostile owner in one entity.
    std::fs::write(here.join("c1/docs/guide.md"), "# Guide 1\n\n## Usage 1\n\n## A & B\n\nCall it.\n")
        .expect("a document");
    let catalog = std::fs::read_to_string(here.join("c1/catalog-info.yaml")).expect("a catalog file");
    std::fs::write(here.join("c1/catalog-info.yaml"), catalog.replace("Serves the", "Serves <i>the"))
        .expect("a catalog file");
    assert_eq!(run(here, &preview).0, Some(0));
    assert_eq!(mark("preview", guide), (Some("changed".to_owned()), true));
    assert_eq!(mark("preview", entity), (Some("changed".to_owned()), true));
    assert_eq!(mark("preview", index), (Some(String::new()), true));
    let list = list();
    assert!(list.contains(r#"href="../docs/default/component/part-1/guide/">Guide 1</a>"#), "{list}");
    assert!(list.contains("guide/#a--b\">A &amp; B</a>"), "{list}");
    let feed = std::fs::read_to_string(here.join("preview/sitemap.xml")).expect("the sitemap");
    assert!(feed.contains("<loc>https://previews.example/12/docs/") && !feed.contains("/preview/<"), "{feed}");
    // The next build of the portal has nothing of it.
    assert_eq!(run(here, &["build", "-q", "-o", "site"]).0, Some(0));
    assert_eq!(mark("site", guide), (None, false));
    for arguments in [&["build", "--preview", "nothing.json"][..], &["build", "--base-url", "somewhere"]] {
        assert_eq!(run(here, arguments).0, Some(2), "{arguments:?}");
    }
}

const API: &str = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata:\n  name: seats\nspec:\n  type: openapi\n  lifecycle: production\n  owner: red\n  definition: |\n    openapi: 3.1.0\n    info: {title: Seats, version: '1'}\n    paths:\n      /seats: {get: {responses: {'200': {description: All}}}}\n      /rows: {get: {responses: {'200': {description: All}}}}\n";

#[test]
fn definitions_are_compared_from_exports_as_from_folders() {
    let user = entity(
        "Component",
        "user",
        "",
        "  type: service\n  lifecycle: production\n  owner: red\n  consumesApis: [seats]\n",
    );
    let less = API.replace("      /rows: {get: {responses: {'200': {description: All}}}}\n", "");
    let tree = folder(&[
        ("old/api/catalog-info.yaml", API),
        ("old/user/catalog-info.yaml", &user),
        ("new/api/catalog-info.yaml", &less),
        ("new/user/catalog-info.yaml", &user),
    ]);
    let here = tree.path();
    for side in ["old", "new"] {
        let (_, out, _) = run(here, &["export", "--portal", side]);
        std::fs::write(here.join(format!("{side}.json")), out).expect("the export");
    }
    let mut found = Vec::new();
    for sides in [["old", "new"], ["old.json", "new.json"], ["old", "new.json"]] {
        let (code, out, err) = run(here, &["diff", sides[0], sides[1], "--format", "json"]);
        assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
        let diff: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(diff["apis"][0]["consumers"], json!(["component:default/user"]));
        assert_eq!(diff["impact"][0]["ref"], "api:default/seats");
        let mut changes = diff["apis"][0]["changes"].clone();
        for change in changes.as_array_mut().expect("changes") {
            change["old"] = Value::Null;
            change["new"] = Value::Null;
        }
        found.push(changes);
    }
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[2]);
    // The shape of today stays.
    let (_, out, _) = run(here, &["diff", "old", "new", "--format", "json", "--only", "apis"]);
    let alone: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(alone["breaking"], 1);
    assert_eq!(alone["apis"][0]["changes"][0]["rule"], found[0][0]["rule"]);
}

#[test]
fn a_repository_is_checked_against_the_rest() {
    let own = entity(
        "Component",
        "shop",
        "  annotations: {backstage.io/techdocs-ref: 'dir:.'}\n",
        "  type: service\n  lifecycle: production\n  owner: red\n  dependsOn: [\"component:part-1\", \"component:gone\"]\n",
    );
    let page = "# Shop\n\n[there](/docs/default/component/part-1/guide/#setup-1)\n[odd](/docs/default/component/part-1/guide/#odd)\n[none](/docs/default/component/part-1/none/)\n";
    let files = portal();
    let list: Vec<(String, &str)> = files.iter().map(|(path, text)| (format!("all/{path}"), text.as_str())).collect();
    let mut list: Vec<(&str, &str)> = list.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    list.extend([("shop/catalog-info.yaml", own.as_str()), ("shop/docs/index.md", page)]);
    let tree = folder(&list);
    let here = tree.path();
    assert_eq!(run(here, &["build", "-q", "all", "-o", "site"]).0, Some(0));
    let found = |arguments: &[&str]| -> Vec<String> {
        let arguments = [&["check", "shop", "--format", "json"][..], arguments].concat();
        let (_, out, err) = run(here, &arguments);
        assert_eq!(err, "");
        let problems: Vec<Value> = serde_json::from_str(&out).expect("JSON");
        problems.iter().map(|problem| texts(problem, "message")).collect()
    };
    let alone = found(&[]);
    assert_eq!(alone.len(), 6, "{alone:#?}");
    for file in ["site", "site/api/portal.json.gz"] {
        let left = found(&["--against", file]);
        assert_eq!(
            left,
            [
                "dependsOn `component:default/gone` does not exist",
                "`/docs/default/component/part-1/guide/` has no heading `#odd`",
                "the link `/docs/default/component/part-1/none/` leads nowhere",
            ]
        );
    }
    assert_eq!(run(here, &["check", "shop", "--against", "shop/docs/index.md"]).0, Some(2));
}
