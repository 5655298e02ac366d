//! Runs `tests/golden/*/*.md`: each heading is a case with its files and what comes out of them. See the page there.

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::Path;

use playbill::api::{self, Block, Field, Item, Piece, Reference, Shape};
use playbill::catalog::export::EntityJson;
use playbill::config::{self, Config};
use playbill::docs::Docs;
use playbill::portal;
use playbill::text::FileId;
use playbill::workspace::Workspace;
use serde_json::Value;

/// How many cases there are at least.
const CASES: usize = 22;

struct Case {
    name: String,
    files: Vec<(String, String)>,
    golden: Option<String>,
    /// Where the fence with the output is in the text, or where it should be.
    place: Range<usize>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut at = 0;
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let start = at;
        at += line.len();
        if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case { name: name.trim_end().to_owned(), files: Vec::new(), golden: None, place: at..at });
        } else if let Some(info) = line.strip_prefix("````") {
            let body: String = lines.by_ref().take_while(|line| *line != "````\n").collect();
            at += body.len() + "````\n".len();
            let case = cases.last_mut().expect("a fence is below a heading");
            match info.split_once("path=") {
                Some((_, path)) => {
                    case.files.push((path.trim_end().to_owned(), body));
                    case.place = at..at;
                }
                None => {
                    case.golden = Some(body);
                    case.place = start..at;
                }
            }
        }
    }
    cases
}

fn workspace(case: &Case, more: &[(&str, &str)]) -> Workspace {
    let config = case.files.iter().find(|(path, _)| path == "playbill.yaml");
    let config = config.map_or_else(Config::default, |(_, text)| config::parse(FileId::new(0), text).0);
    let given = case.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    let more = more.iter().filter(|(path, _)| !case.files.iter().any(|(given, _)| given == path));
    let files: Vec<_> = given.chain(more.map(|(path, text)| (*path, text.as_bytes()))).collect();
    Workspace::from_files(config, &files)
}

/// Returns the problems of a portal, a line each.
fn problems(workspace: &Workspace, portal: &portal::Portal) -> String {
    let mut positions = playbill::diag::Positions::new(workspace);
    let lines = portal.diagnostics.iter().map(|problem| {
        let line = positions.place(problem.span()).start.line;
        format!("{}: {}:{line}: {}\n", problem.severity, workspace.path(problem.span().file), problem.code)
    });
    lines.collect()
}

/// Returns every page of a documentation site: its HTML, headings and links.
fn techdocs(case: &Case) -> String {
    let entity = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: seating\n  annotations:\n    \
                  backstage.io/techdocs-ref: dir:.\nspec: {type: service, lifecycle: production, owner: crew}\n---\n\
                  apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team, children: []}\n";
    let settings = "site_name: Seating\nplugins: [techdocs-core]\n";
    let workspace = workspace(case, &[("catalog-info.yaml", entity), ("mkdocs.yml", settings)]);
    let portal = portal::analyse(&workspace, &mut |_| ());
    let Docs { sites, .. } = &*portal.docs;
    let mut out = String::new();
    for page in sites.iter().flat_map(|site| site.pages.iter()) {
        let _ = writeln!(out, "== {}: {}\n{}", page.source, page.title, page.doc.html.trim_end());
        for heading in &page.doc.headings {
            let _ = writeln!(out, "-- h{} #{} {}", heading.level, heading.id, heading.title);
        }
    }
    out + &problems(&workspace, &portal)
}

/// Returns every entity as it is exported.
fn catalog(case: &Case) -> String {
    let workspace = workspace(case, &[]);
    let portal = portal::analyse(&workspace, &mut |_| ());
    let mut out = String::new();
    for entity in portal.catalog.entities() {
        let mut json: Value = serde_json::to_value(EntityJson(entity)).expect("an entity is JSON");
        let metadata = json.get_mut("metadata").and_then(Value::as_object_mut).expect("metadata");
        metadata.retain(|key, _| key != "uid" && key != "etag");
        let _ = writeln!(out, "{}", serde_json::to_string_pretty(&json).expect("JSON"));
    }
    out + &problems(&workspace, &portal)
}

/// Returns what the reference of an API shows.
fn reference(case: &Case) -> String {
    let (path, _) = case.files.first().expect("a definition");
    let entity = format!("kind: {{$text: ./{path}}}\n");
    let workspace = workspace(case, &[("catalog-info.yaml", &entity)]);
    let file = workspace.locate(workspace.catalog_files()[0], path).expect("the definition");
    let (found, problems) = api::read_file(&workspace, file);
    let Reference { format, title, version, groups, .. } = found.unwrap_or_default();
    let mut out = format!("{format} {} {}\n", title.unwrap_or_default(), version.unwrap_or_default());
    for group in groups {
        let _ = writeln!(out, "group {}", group.title);
        group.items.iter().for_each(|one| item(&mut out, one));
    }
    problems.iter().for_each(|problem| _ = writeln!(out, "{}: {}", problem.severity, problem.code));
    out
}

fn item(out: &mut String, item: &Item) {
    let Item { role, verb, name, id, summary, deprecated, facts, blocks, .. } = item;
    let id = id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let summary = summary.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    let deprecated = if *deprecated { " deprecated" } else { "" };
    let _ = writeln!(out, "  {role:?} {verb} {name}{id}{summary}{deprecated}");
    for fact in facts {
        let _ = writeln!(out, "    {} = {}", fact.label, shown(&fact.pieces));
    }
    blocks.iter().for_each(|one| block(out, one, 4));
}

fn shown(pieces: &[Piece]) -> String {
    pieces.iter().map(Piece::shown).collect()
}

fn block(out: &mut String, block: &Block, depth: usize) {
    let required = if block.required { " required" } else { "" };
    let _ = writeln!(out, "{:depth$}[{}]{required}", "", block.title);
    if let Some(found) = &block.shape {
        shape(out, found, depth + 2);
    }
    block.fields.iter().for_each(|one| field(out, one, depth + 2));
    block.blocks.iter().for_each(|one| self::block(out, one, depth + 2));
    for example in &block.examples {
        let made = if example.made { "made" } else { "given" };
        let _ = writeln!(out, "{:depth$}  example {made}: {}", "", example.text.replace('\n', " "));
    }
}

fn field(out: &mut String, field: &Field, depth: usize) {
    let required = if field.required { "*" } else { "" };
    let _ = writeln!(out, "{:depth$}{}{required}", "", field.name);
    shape(out, &field.shape, depth + 2);
    field.arguments.iter().for_each(|one| self::field(out, one, depth + 4));
}

fn shape(out: &mut String, shape: &Shape, depth: usize) {
    let flags = shape.flags;
    let flags = [
        (flags.nullable, "nullable"),
        (flags.read_only, "read-only"),
        (flags.write_only, "write-only"),
        (flags.deprecated, "deprecated"),
    ];
    let mut line = shown(&shape.types);
    for (_, flag) in flags.iter().filter(|(is, _)| *is) {
        let _ = write!(line, " {flag}");
    }
    for detail in &shape.details {
        let _ = write!(line, " {}={}", detail.label, detail.values.join(","));
    }
    if let Some(cut) = shape.cut {
        let _ = write!(line, " {cut:?}");
    }
    let _ = writeln!(out, "{:depth$}{line}", "");
    shape.fields.iter().for_each(|one| field(out, one, depth));
    for choice in &shape.choices {
        let _ = writeln!(out, "{:depth$}{}", "", choice.title);
        choice.options.iter().for_each(|option| self::shape(out, &option.shape, depth + 2));
    }
}

#[test]
fn golden_cases_come_out_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut failures = String::new();
    let mut count = 0;
    for (kind, make) in [("techdocs", techdocs as fn(&Case) -> String), ("catalog", catalog), ("api", reference)] {
        let entries = fs::read_dir(folder.join(kind)).expect("a folder of cases").filter_map(Result::ok);
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let mut text = fs::read_to_string(&path).expect("readable cases");
            // From the end, so that places stay right.
            for case in cases(&text.clone()).into_iter().rev() {
                count += 1;
                let made = make(&case);
                if case.golden.as_ref() == Some(&made) {
                    continue;
                }
                let _ = writeln!(failures, "{}: {}\n{made}", path.display(), case.name);
                let gap = if case.golden.is_some() { "" } else { "\n" };
                text.replace_range(case.place, &format!("{gap}````golden\n{made}````\n"));
            }
            if std::env::var("UPDATE_GOLDEN").is_ok() {
                fs::write(&path, text).expect("the cases can be written");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(count >= CASES, "only {count} cases were found");
}
