//! Runs `tests/specs/**/*.md`: each heading is a case with its files, the findings expected and what is exported.
//!
//! In a file, a comment `# error: [code] "part of the message"` (or `warning`, `info`) expects a finding on its line.
//! A fence `problems` lists findings of files that have no comments, a fence `entities` the references exported, and a
//! fence `relations` every relation, one a line. Findings that nothing expects fail the case.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use playbill::config::{self, Config};
use playbill::depth::Depth;
use playbill::diag::{Positions, Sources};
use playbill::portal::{self, Analysis};
use playbill::text::FileId;
use playbill::workspace::Workspace;

struct Case {
    name: String,
    files: Vec<(String, String)>,
    problems: Vec<String>,
    entities: Option<Vec<String>>,
    relations: Option<Vec<String>>,
}

#[test]
fn specs_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs");
    let mut failures = String::new();
    let mut count = 0;
    for path in markdown_files(&folder) {
        let text = fs::read_to_string(&path).expect("a readable spec");
        for case in parse(&text) {
            count += 1;
            let faults = run(&case);
            if !faults.is_empty() {
                let file = path.strip_prefix(&folder).unwrap_or(&path).display();
                let _ = writeln!(failures, "\n{file}: {}\n  {}", case.name, faults.join("\n  "));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(count >= 40, "only {count} cases were found");
}

fn markdown_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    files
}

fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut fence: Option<(String, String)> = None;
    for line in text.lines() {
        if let Some((info, body)) = &mut fence {
            if line == "```" || line == "````" {
                let (info, body) = (info.clone(), body.clone());
                fence = None;
                let case = cases.last_mut().expect("a fence stands below a heading");
                let lines = || body.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect();
                match info.as_str() {
                    "problems" => case.problems.extend(body.lines().map(str::to_owned)),
                    "entities" => case.entities = Some(lines()),
                    "relations" => case.relations = Some(lines()),
                    info => {
                        if let Some((_, path)) = info.split_once("path=") {
                            case.files.push((path.to_owned(), body));
                        }
                    }
                }
            } else {
                body.push_str(line);
                body.push('\n');
            }
        } else if let Some(info) = line.strip_prefix("````").or_else(|| line.strip_prefix("```")) {
            fence = Some((info.trim().to_owned(), String::new()));
        } else if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case {
                name: name.to_owned(),
                files: Vec::new(),
                problems: Vec::new(),
                entities: None,
                relations: None,
            });
        }
    }
    cases
}

/// Returns what differs from what the case expects.
fn run(case: &Case) -> Vec<String> {
    let config = match case.files.iter().find(|(path, _)| path == "playbill.yaml") {
        Some((_, text)) => {
            let (config, problems) = config::parse(FileId::new(0), text);
            if !problems.is_empty() {
                return vec![format!("the configuration has problems: {problems:?}")];
            }
            config
        }
        None => Config::default(),
    };
    let files: Vec<(&str, &[u8])> = case.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let workspace = Workspace::from_files(config, &files);
    let portal = portal::analyse(&workspace, &mut |_| ());
    if Analysis::of(Depth::Findings).run(&workspace, &mut |_| ()).diagnostics != portal.diagnostics {
        return vec!["`check` finds other problems than `build`".to_owned()];
    }
    let mut positions = Positions::new(&workspace);
    let mut found: Vec<(String, String)> = portal
        .diagnostics
        .iter()
        .map(|problem| {
            let line = positions.place(problem.span()).start.line;
            let path = Sources::path(&workspace, problem.span().file);
            (format!("{path}:{line}: {}: [{}]", problem.severity, problem.code), problem.message.clone())
        })
        .collect();

    let mut faults = Vec::new();
    for (place, part) in expectations(case) {
        match found.iter().position(|(at, message)| *at == place && message.contains(&part)) {
            Some(at) => {
                found.remove(at);
            }
            None => faults.push(format!("expected {place} \"{part}\"")),
        }
    }
    faults.extend(found.iter().map(|(place, message)| format!("found {place} \"{message}\"")));

    let entities: Vec<String> = portal.catalog.entities().iter().map(|entity| entity.reference.to_string()).collect();
    if let Some(expected) = &case.entities
        && *expected != entities
    {
        faults.push(format!("entities: expected {expected:?}, found {entities:?}"));
    }
    if let Some(expected) = &case.relations {
        let relations: Vec<String> = portal
            .catalog
            .entities()
            .iter()
            .flat_map(|entity| {
                entity
                    .relations
                    .iter()
                    .map(move |relation| format!("{} {} {}", entity.reference, relation.kind, relation.target))
            })
            .collect();
        for lacks in expected.iter().filter(|line| !relations.contains(line)) {
            faults.push(format!("lacks relation {lacks}"));
        }
        for extra in relations.iter().filter(|line| !expected.contains(line)) {
            faults.push(format!("has relation {extra}"));
        }
    }
    faults
}

/// Returns place and part of the message of every finding that the case expects.
fn expectations(case: &Case) -> Vec<(String, String)> {
    let mut expected = Vec::new();
    for (path, text) in &case.files {
        for (i, line) in text.lines().enumerate() {
            let Some((_, comment)) =
                line.split_once(" # ").or_else(|| line.split_once("# ").filter(|(b, _)| b.is_empty()))
            else {
                continue;
            };
            for part in comment.split(" # ") {
                let Some((severity, rest)) = part.split_once(": [") else { continue };
                if !matches!(severity, "error" | "warning" | "info") {
                    continue;
                }
                let (code, text) = rest.split_once("] ").expect("a code in brackets");
                expected.push((
                    format!("{path}:{}: {severity}: [{code}]", i + 1),
                    text.trim().trim_matches('"').to_owned(),
                ));
            }
        }
    }
    for line in case.problems.iter().filter(|line| !line.is_empty()) {
        let (place, text) = line.split_once("] ").expect("`path:line: severity: [code] \"text\"`");
        expected.push((format!("{place}]"), text.trim().trim_matches('"').to_owned()));
    }
    expected
}
