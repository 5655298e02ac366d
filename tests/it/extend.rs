//! The worked examples of CONTRIBUTING.md: each applies to the sources as they are, and what they add shows wherever it should.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::cli::folder;

/// One fenced block with a path.
struct Block {
    path: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn blocks() -> Vec<Block> {
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md");
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let fence: String = line.chars().take_while(|c| *c == '`').collect();
        let Some((_, path)) = line.split_once(" path=").filter(|_| fence.len() >= 3) else { continue };
        let text: String = lines.by_ref().take_while(|line| *line != fence).flat_map(|line| [line, "\n"]).collect();
        blocks.push(Block { path: path.to_owned(), text });
    }
    blocks
}

/// Applies a change: each line begins with its sign, and the lines that are there already are together in the file.
fn changed(before: &str, change: &str) -> Option<String> {
    let side = |sign: char| {
        let lines = change.lines().filter(move |line| !line.starts_with(sign));
        lines.filter_map(|line| line.get(1..)).flat_map(|line| [line, "\n"]).collect::<String>()
    };
    let (old, new) = (side('+'), side('-'));
    let at = before.starts_with(&old).then_some(0).or_else(|| Some(before.find(&format!("\n{old}"))? + 1))?;
    Some(format!("{}{new}{}", &before[..at], &before[at + old.len()..]))
}

/// Applies all blocks to a tree.
fn apply(tree: &Path) {
    for Block { path, text } in blocks() {
        let place = tree.join(&path);
        let is_change = text.lines().any(|line| line.starts_with('+'));
        let text = if is_change {
            let before = fs::read_to_string(&place).unwrap_or_else(|error| panic!("{path}: {error}"));
            changed(&before, &text).unwrap_or_else(|| panic!("{path} is not as CONTRIBUTING.md shows it:\n{text}"))
        } else {
            assert!(!place.exists(), "{path} exists");
            text
        };
        fs::write(&place, text).expect("a file");
    }
}

/// Copies the sources of the program.
fn copy(into: &Path) {
    let parts = ["src", "themes", "benches", "Cargo.toml", "Cargo.lock", "build.rs", "README.md", "docs"];
    for part in parts {
        for entry in walkdir::WalkDir::new(root().join(part)).into_iter().filter_map(Result::ok) {
            let to = into.join(entry.path().strip_prefix(root()).expect("a path below the root"));
            if entry.file_type().is_dir() {
                fs::create_dir_all(to).expect("a folder");
            } else {
                fs::copy(entry.path(), to).expect("a copy");
            }
        }
    }
}

#[test]
fn the_worked_examples_apply_to_the_sources() {
    let paths: BTreeSet<String> = blocks().into_iter().map(|block| block.path).collect();
    for wanted in ["src/registry.rs", "src/diag/codes.rs", "src/site/cards/tier.rs", "src/site/pages/tags.rs"] {
        assert!(paths.contains(wanted), "no example changes {wanted}");
    }
    let tree = tempfile::tempdir().expect("a temporary folder");
    copy(tree.path());
    apply(tree.path());
}

const CONTENT: &[(&str, &str)] = &[
    (
        "playbill.yaml",
        "baseUrl: https://portal.example/\nentityPages:\n  - {filter: 'kind:runbook', cards: [tier]}\n  - {filter: 'kind:component name:web', hide: [tier]}\n",
    ),
    (
        "catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Runbook\nmetadata: {name: restart, tags: [night], labels: {tier: gold}}\nspec: {owner: ops, component: web}\n---\n\
         apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: web, tags: [night], labels: {tier: gold}}\nspec: {type: service, lifecycle: production, owner: ops}\n---\n\
         apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: job}\nspec: {type: service, lifecycle: production, owner: ops}\n---\n\
         apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: ops}\nspec: {type: team, children: []}\n",
    ),
];

fn succeeded(output: Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out.into_owned()
}

/// Returns the program with the additions of the worked examples.
fn extended() -> PathBuf {
    let tree = Path::new(env!("CARGO_TARGET_TMPDIR")).join("extended");
    let _ = fs::remove_dir_all(&tree);
    fs::create_dir_all(&tree).expect("a folder");
    copy(&tree);
    apply(&tree);
    // The dependencies are compiled already if the target is that of these tests.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked", "--quiet"]).arg("--target-dir").arg(target).current_dir(&tree);
    let program = target.join("debug").join(format!("playbill{}", std::env::consts::EXE_SUFFIX));
    // It is put where the real one is, which comes back afterwards.
    let (own, copy) = (tree.join("own"), tree.join("playbill"));
    fs::rename(&program, &own).expect("the program");
    succeeded(cargo.output().expect("cargo runs"));
    fs::rename(&program, &copy).expect("the program");
    fs::rename(&own, &program).expect("the program");
    copy
}

#[test]
#[ignore = "compiles the program once more; part of tests/run"]
fn what_the_worked_examples_add_shows_everywhere() {
    let program = extended();
    let tree = folder(CONTENT);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(tree.path()).env("PLAYBILL_CACHE", tree.path().join("cache"));
        succeeded(command.output().expect("the program runs"))
    };
    // The rule: reported of the one entity, and explained. The kind and its fields are known, so nothing else is reported.
    let found: serde_json::Value = serde_json::from_str(&run(&["check", "--format", "json"])).expect("JSON");
    let codes: Vec<_> = found.as_array().expect("a list").iter().map(|it| (&it["code"], &it["entityRef"])).collect();
    assert_eq!(format!("{codes:?}"), r#"[(String("missing-tier"), String("component:default/job"))]"#);
    assert!(run(&["explain", "missing-tier"]).contains("get up at night"));

    run(&["build", "-o", "site", "--quiet"]);
    let site = tree.path().join("site");
    let read = |path: &str| fs::read_to_string(site.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let asset = |stem: &str, extension: &str| {
        let files = fs::read_dir(site.join("static")).expect("static files").filter_map(Result::ok);
        let mut names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        let name = names.find(|name| {
            name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.') && rest.ends_with(extension))
        });
        read(&format!("static/{}", name.unwrap_or_else(|| panic!("no {stem}{extension}"))))
    };
    let shows = |path: &str, what: &[&str]| {
        let text = read(path);
        what.iter().for_each(|what| assert!(text.contains(what), "{path} lacks {what}"));
    };
    // The kind: lists, pages, search engines, scripts and colours.
    shows("catalog/index.html", &["Runbooks", "i-kind-runbook"]);
    shows("catalog/runbook/index.html", &["restart"]);
    shows("catalog/default/runbook/restart/index.html", &[r#""@type":"HowTo""#, "k-runbook", "component/web"]);
    shows("theme/index.html", &["k-runbook"]);
    shows("api/catalog/entities.json", &["restart"]);
    let style = asset("app", ".css");
    for rule in ["--k-runbook: light-dark(#7a3b00, #ffb37a)", ".k-runbook {", ".i-kind-runbook{"] {
        assert!(style.contains(rule), "app.css lacks {rule}");
    }
    for script in ["app", "search", "catalog"] {
        assert!(asset(script, ".js").contains("'runbook'"), "{script}.js");
    }
    // The card: where its label is, unless it is hidden.
    shows("catalog/default/runbook/restart/index.html", &[r#"data-card="tier""#, "<p>gold</p>"]);
    assert!(!read("catalog/default/component/web/index.html").contains(r#"data-card="tier""#));
    // The page: its content, the navigation, the site map.
    shows("tags/index.html", &["night (2)", r#"aria-current="true">Tags</a>"#]);
    shows("index.html", &[r#"<a href="tags/">Tags</a>"#]);
    shows("sitemap.xml", &["https://portal.example/tags/"]);
}
