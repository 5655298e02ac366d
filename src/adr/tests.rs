//! Records in every format, and the examples on the pages of rules.

use std::collections::BTreeMap;

use super::*;
use crate::config::Config;
use crate::diag::Code;
use crate::docs::Docs;

const ENTITY: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: web\n  annotations: {backstage.io/adr-location: docs/adr}\nspec: {type: website, lifecycle: production, owner: o}\n";

fn read(files: &[(&str, &str)]) -> (Decisions, Diagnostics, Workspace) {
    let mut all: BTreeMap<&str, &[u8]> = BTreeMap::from([("catalog-info.yaml", ENTITY.as_bytes())]);
    all.extend(files.iter().map(|(path, text)| (*path, text.as_bytes())));
    let all: Vec<(&str, &[u8])> = all.into_iter().collect();
    let workspace = Workspace::from_files(Config::default(), &all);
    let catalog = crate::catalog::load(&workspace).catalog;
    let (decisions, problems) = analyse(&workspace, &catalog, &Docs::default());
    (decisions, problems, workspace)
}

/// Reads records by their names, and says of each what it is in one line.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let paths: Vec<String> = files.iter().map(|(name, _)| format!("docs/adr/{name}.md")).collect();
    let files: Vec<(&str, &str)> = paths.iter().zip(files).map(|(path, (_, text))| (&**path, *text)).collect();
    let (decisions, ..) = read(&files);
    let records = &decisions.logs[0].records;
    let line = |record: &Record| {
        let mut parts = vec![record.title.clone(), record.status.clone().unwrap_or_else(|| "-".to_owned())];
        parts.extend(record.date.clone());
        parts.extend([&record.deciders, &record.tags].into_iter().filter(|it| !it.is_empty()).map(|it| it.join("+")));
        let names = |side: &[usize]| side.iter().map(|at| records[*at].id.clone()).collect::<Vec<_>>().join("+");
        for (word, side) in [("supersedes", &record.supersedes), ("by", &record.superseded_by)] {
            if !side.is_empty() {
                parts.push(format!("{word} {}", names(side)));
            }
        }
        parts.extend(record.links.iter().map(|(words, to)| format!("{words} {}", records[*to].id)));
        parts.join(" | ")
    };
    records.iter().map(line).collect()
}

#[test]
fn every_format_is_read() {
    for (name, files, expect) in [
        (
            "MADR 4",
            &[(
                "0001-a",
                "---\nstatus: accepted\ndate: 2024-03-05\ndecision-makers: [Ann, 'Bo, Jr.']\n---\n# Use `x`\n",
            )][..],
            &["Use x | accepted | 2024-03-05 | Ann+Bo, Jr."][..],
        ),
        (
            "MADR 2",
            &[
                (
                    "0001-a",
                    "# A\n\n* **Status**: superseded by [ADR-0002](0002-b.md)\n* Deciders: Ann; Bo\n* Date: 01/02/2020\n",
                ),
                ("0002-b", "# B\n\n* Status: accepted\n"),
            ],
            &["A | superseded | 2020-02-01 | Ann+Bo | by 0002-b", "B | accepted | supersedes 0001-a"],
        ),
        (
            "adr-tools",
            &[
                (
                    "0001-a",
                    "# 1. A\n\nDate: 2019-01-21\n\n## Status\n\nAccepted\n\nSuperseded by [2. B](0002-b.md)\n\n## Context\n\nx\n",
                ),
                (
                    "0002-b",
                    "# 2. B\n\n## Status\n\nProposed\n\nSupersedes [1. A](0001-a.md)\n\nAmends [3. C](0003-c.md)\n",
                ),
                ("0003-c", "# 3. C\n\nSee [A](0001-a.md).\n"),
            ],
            &[
                "1. A | superseded | 2019-01-21 | by 0002-b",
                "2. B | proposed | supersedes 0001-a | amends 0003-c",
                "3. C | - | mentions 0001-a",
            ],
        ),
        (
            "log4brains",
            &[
                (
                    "20200924-a",
                    "# A\n\n- Status: draft\n- Tags: Doc, Process\n\n## Links\n\n- Refines [x](20200925-b.md)\n",
                ),
                ("20200925-b", "# B"),
            ],
            &["A | draft | doc+process | refines 20200925-b", "B | -"],
        ),
        (
            "Just the Docs, a template left as it is, and a text without anything",
            &[
                ("0001-a", "---\nparent: P\nnav_order: 1\n---\n# A\n\n[ADR-0003](0003-c.md)\n"),
                ("0002-b", "---\nstatus: {proposed | rejected}\ndate: {YYYY-MM-DD}\n---\n# B\n"),
                ("0003-c", "Nothing."),
            ],
            &["A | - | mentions 0003-c", "B | -", "0003-c | -"],
        ),
        (
            "front matter that points",
            &[
                ("0001-a", "# A"),
                ("0002-b", "---\nsupersedes: 0001-a.md\nstatus: accepted\n---\n# B"),
                ("0003-c", "---\nsuperseded-by: ADR-2\n---\n"),
            ],
            &[
                "A | superseded | by 0002-b",
                "B | accepted | supersedes 0001-a+0003-c",
                "0003-c | superseded | by 0002-b",
            ],
        ),
    ] {
        assert_eq!(told(files), expect, "{name}");
    }
}

#[test]
fn files_with_a_number_are_records_and_without_any_all_are() {
    for (name, expect) in [
        ("0001-a.md", true),
        ("adr-1_a.md", true),
        ("ADR 12.a.md", true),
        ("20200102-a.md", true),
        ("0002-.md", false),
        ("0003-a.MD", false),
        ("notes.md", false),
        ("123456789-a.md", false),
    ] {
        assert_eq!(is_numbered(name), expect, "{name}");
    }
    assert_eq!((number("adr-0004-a.md"), number("20200102-a.md"), number("a.md")), (Some(4), None, None));
    assert_eq!(told(&[("README", "# R"), ("use-rust", "# Rust"), ("template", "# T")]), ["Rust | -"]);
    assert_eq!(told(&[("0001-a", "# A"), ("use-rust", "# Rust")]), ["A | -"]);
}

#[test]
fn successors_are_those_at_the_end_of_the_chain() {
    let files = [
        ("0001-a", "# A\n\n* Status: superseded by ADR-2"),
        ("0002-b", "# B\n\n* Status: superseded by ADR-3"),
        ("0003-c", "# C"),
        ("0004-d", "# D\n\n* Status: superseded by ADR-5"),
        ("0005-e", "# E\n\n* Status: superseded by ADR-4"),
    ];
    let paths: Vec<String> = files.iter().map(|(name, _)| format!("docs/adr/{name}.md")).collect();
    let files: Vec<(&str, &str)> = paths.iter().zip(files).map(|(path, (_, text))| (&**path, text)).collect();
    let (decisions, ..) = read(&files);
    let log = &decisions.logs[0];
    assert_eq!([0, 1, 2, 3].map(|at| log.successors(at)), [vec![2], vec![2], vec![], vec![]]);
}

#[test]
fn links_lead_to_records_pictures_and_entities() {
    let text = "# A\n\n[B](0002-b.md#why) ![p](p.png) [us](component:web) [gone](gone.md) [web](https://x.example) [here](#a)\n";
    let files = [("docs/adr/0001-a.md", text), ("docs/adr/0002-b.md", "# B"), ("docs/adr/p.png", "x")];
    let (decisions, problems, _) = read(&files);
    let log = &decisions.logs[0];
    let goal =
        |target: &str, kind| log.records[0].goal(&DocLink { target: target.to_owned(), span: 0..0, kind }).clone();
    assert_eq!(goal("0002-b.md#why", LinkKind::Link), Goal::Record(log.records[1].file, "#why".to_owned()));
    assert_eq!(goal("p.png", LinkKind::Image), Goal::Picture(0));
    assert_eq!(goal("component:web", LinkKind::Link), Goal::Entity(EntityId::new(0)));
    assert_eq!(goal("gone.md", LinkKind::Link), Goal::Nowhere);
    assert_eq!(goal("https://x.example", LinkKind::Link), Goal::AsWritten);
    assert_eq!(problems.len(), 1, "{problems:?}");
    // Cutting out the title has moved no place.
    assert_eq!(&text[problems[0].span().range()], "gone.md");
}

/// Returns the files of the fences below a heading of a page.
fn fences(page: &str, section: &str) -> Vec<(String, String)> {
    let start = page.find(&format!("## {section}\n")).expect("the heading is there");
    let end = page[start + 3..].find("\n## ").map_or(page.len(), |at| start + 3 + at);
    let mut files = Vec::new();
    for fence in page[start..end].split("```").skip(1).step_by(2) {
        let (info, text) = fence.split_once('\n').expect("a fence has lines");
        if let Some((_, path)) = info.split_once(" path=") {
            files.push((path.to_owned(), text.to_owned()));
        }
    }
    files
}

#[test]
fn examples_on_the_pages_of_rules_are_reported_and_remedies_help() {
    let rules: Vec<Code> = codes::ALL.iter().copied().filter(|code| code.rule().family == codes::Family::Adr).collect();
    assert!(rules.len() >= 10);
    for code in rules {
        let page = code.rule().explanation;
        let found = |files: &BTreeMap<String, String>| {
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
            read(&files).1.iter().any(|problem| problem.code == code)
        };
        let mut files: BTreeMap<String, String> = fences(page, "Example").into_iter().collect();
        assert!(found(&files), "{code}: the example is not reported");
        files.extend(fences(page, "Remedy"));
        files.retain(|_, text| !text.trim().is_empty());
        assert!(!found(&files), "{code}: the remedy is reported");
    }
}

#[test]
fn nothing_ends_the_program() {
    for text in [
        "\u{feff}---\n---\n# x",
        "---\n",
        "---\n- a\n---\n",
        "# \n\n* Status:\n",
        "* Status: [",
        "## Status",
        "# A\nStatus: :\n",
        "---\nstatus: [a, {b: c}]\ndate: [1]\nsupersedes: {}\n---\n",
        "# ü\n\nSuperseded: ü by ADR-99999999999\n",
        "# A\n\n- Status: superseded by ADR-0001 by 1 by [x](0001-a.md)\n",
    ] {
        let _ = told(&[("0001-a", text)]);
    }
}
