//! What the project promises about its dependencies and its files.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Licences that may be linked into a permissively licensed program.
const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "MIT-0",
    "0BSD",
    "Unlicense",
    "CC0-1.0",
    "BSL-1.0",
    "Unicode-3.0",
    "MPL-2.0",
    "CDLA-Permissive-2.0",
];

/// Packages that must not come back: unmaintained, unsound, or with a licence that binds the program.
const BANNED: &[&str] = &["serde_yml", "tiny_http", "yaml-rust", "giallo", "openssl-sys"];

/// The packages that the design names, each of which is really used.
const NAMED: &[(&str, &str)] = &[
    ("pulldown-cmark", "pulldown_cmark::"),
    ("tera", "tera::"),
    ("serde_yaml", "serde_yaml::"),
    ("walkdir", "walkdir::"),
    ("rayon", "rayon::"),
    ("syntect", "syntect::"),
    ("elasticlunr-rs", "elasticlunr::"),
    ("notify", "notify::"),
    ("ignore", "ignore::"),
    ("clap", "clap::"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host()])
        // What is optional need not be at hand.
        .args(if cfg!(feature = "remote") { &["--features", "remote"] } else { &[] as &[&str] })
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

/// Returns the platform the tests run on; packages of others need not be at hand.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}

/// Returns whether a licence expression can be satisfied by allowed licences alone.
fn allowed(expression: &str) -> bool {
    let expression = expression.replace(['(', ')'], " ").replace('/', " OR ");
    expression.split(" AND ").all(|part| {
        part.split(" OR ").any(|licence| {
            let licence = licence.split_whitespace().collect::<Vec<_>>().join(" ");
            ALLOWED.contains(&licence.as_str())
        })
    })
}

#[test]
fn dependencies_are_licensed_and_not_banned() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 50);
    let mut faults = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or("");
        let licence = package["license"].as_str().unwrap_or("");
        if !allowed(licence) {
            faults.push(format!("{name}: {licence}"));
        }
        if BANNED.contains(&name) {
            faults.push(format!("{name} is banned"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn named_packages_are_used() {
    let mut code = String::new();
    for entry in walkdir::WalkDir::new(root().join("src")).into_iter().filter_map(Result::ok) {
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(entry.path()).expect("a readable source file"));
        }
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    for (package, path) in NAMED {
        assert!(manifest.contains(&format!("{package} = ")), "{package} is not a dependency");
        assert!(code.contains(path), "{package} is not used");
    }
}

#[test]
fn every_rule_is_reported_somewhere() {
    let mut code = String::new();
    for entry in walkdir::WalkDir::new(root().join("src")).into_iter().filter_map(Result::ok) {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("codes.rs") {
            code.push_str(&fs::read_to_string(path).expect("a readable source file"));
        }
    }
    for rule in playbill::diag::codes::ALL {
        let constant = format!("codes::{}", rule.as_str().to_uppercase().replace('-', "_"));
        assert!(code.contains(&constant), "{rule} is explained but never reported");
    }
}

#[test]
fn no_integration_test_is_forgotten() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).expect("tests/it/main.rs");
    for entry in fs::read_dir(root().join("tests/it")).expect("tests/it") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let module = name.trim_end_matches(".rs");
        let is_module = name.ends_with(".rs") && module != "main";
        assert!(!is_module || main.contains(&format!("mod {module};")), "{name} is not run");
    }
}

/// Where attributes are written by hand: what makes HTML of authors safe, the writer of attributes itself, the port of
/// Python-Markdown, whose entities stay, the icons of the theme, and the filters of templates, which write files.
const OWN_ATTRIBUTES: &[&str] = &[
    "html/",
    "markdown/techdocs/html.rs",
    "theme/assets.rs",
    "markdown/techdocs/fix.rs",
    "diag/explain.rs",
    "scaffold/language/filters.rs",
];

#[test]
fn attributes_are_written_by_one_function() {
    // A literal that ends within an attribute, or that fills one in.
    let is_by_hand = |line: &str| {
        line.split("=\\\"").skip(1).any(|rest| {
            let value = rest.split(['\\', '"']).next().unwrap_or_default();
            rest.starts_with('"') || value.replace("{{", "").contains('{')
        })
    };
    let mut faults = Vec::new();
    for entry in walkdir::WalkDir::new(root().join("src")).into_iter().filter_map(Result::ok) {
        let path = entry.path();
        let name =
            path.strip_prefix(root().join("src")).expect("a path below src").to_string_lossy().replace('\\', "/");
        let is_code = name.ends_with(".rs") && !name.ends_with("tests.rs") && name != "markdown/hostile.rs";
        if !is_code || OWN_ATTRIBUTES.iter().any(|own| name.starts_with(own)) {
            continue;
        }
        let text = fs::read_to_string(path).expect("a readable source file");
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let lines = code.lines().enumerate().filter(|(_, line)| is_by_hand(line));
        faults.extend(lines.map(|(at, line)| format!("{name}:{}: {}", at + 1, line.trim())));
    }
    assert!(faults.is_empty(), "use `html::Tag` for:\n{}", faults.join("\n"));
}

/// Idioms that readers had to guess at, and what to write instead.
const RETIRED: &[(&str, &str)] = &[
    (" anew", "again"),
    ("as ever", "unchanged, or what happens"),
    ("in the dark", "in dark mode"),
    ("that is none", "invalid, or unrecognised"),
    ("without script ", "without JavaScript"),
    ("by way of", "through"),
    ("passed over", "skipped"),
    ("spelt out", "written in full"),
];

/// The same, in comments alone.
const RETIRED_IN_COMMENTS: &[(&str, &str)] = &[
    (" stands at", "is at"),
    (" stands in ", "is in"),
    (" stands there", "is there"),
    ("nothing if ", "`None` if"),
    ("tells whether", "returns whether"),
    ("documentations", "documentation sites"),
    (" mended", "fixed"),
    (" mends ", "fixes"),
    ("is told ", "receives, or is reported"),
    ("looked for in vain", "not found"),
];

/// Files below the root with one of these endings, without what is built, fetched or shown as an example.
fn texts(endings: &[&str]) -> Vec<(String, String)> {
    let is_foreign = |name: &str| matches!(name, "target" | "node_modules" | ".git" | "content-example");
    let files = walkdir::WalkDir::new(root())
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !is_foreign(&entry.file_name().to_string_lossy()))
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|extension| endings.iter().any(|one| *one == extension)));
    let read = |path: &Path| fs::read_to_string(path).expect("a readable file");
    files.map(|entry| (entry.path().display().to_string(), read(entry.path()))).collect()
}

/// Names the idioms of a list in a line of a file.
fn retired(list: &[(&str, &str)], name: &str, number: usize, line: &str, found: &mut Vec<String>) {
    let line = line.to_lowercase();
    for (retired, better) in list.iter().filter(|(retired, _)| line.contains(retired)) {
        found.push(format!("{name}:{}: {retired:?}: write {better}", number + 1));
    }
}

#[test]
fn documents_are_in_plain_english() {
    let mut found = Vec::new();
    for (name, text) in texts(&["md"]) {
        text.lines().enumerate().for_each(|(number, line)| retired(RETIRED, &name, number, line, &mut found));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn comments_are_in_plain_english() {
    let mut found = Vec::new();
    for (name, text) in texts(&["rs", "js", "mjs", "css", "ts"]) {
        for (number, line) in text.lines().enumerate() {
            let is_comment = ["//", "* ", "/*"].iter().any(|mark| line.trim_start().starts_with(mark));
            if is_comment {
                retired(RETIRED, &name, number, line, &mut found);
                retired(RETIRED_IN_COMMENTS, &name, number, line, &mut found);
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
