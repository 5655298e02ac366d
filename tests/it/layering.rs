//! The modules are in dependency order in `src/lib.rs`: a module may use only modules above it. Within a folder, files use
//! each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[test]
fn no_module_uses_one_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = fs::read_to_string(src.join("lib.rs")).expect("src/lib.rs");
    let modules: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    assert!(modules.len() > 8 && modules.contains(&"catalog"), "{modules:?}");
    let mut faults = Vec::new();
    for entry in walkdir::WalkDir::new(&src).into_iter().filter_map(Result::ok) {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let below = path.strip_prefix(&src).expect("a file below src");
        let own = below.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let own = own.unwrap_or_default().trim_end_matches(".rs").to_owned();
        let Some(rank) = modules.iter().position(|module| *module == own) else { continue };
        // Tests may look further: they put a module to use.
        let text = fs::read_to_string(path).expect("a readable source file");
        let is_test = below.to_string_lossy().contains("tests");
        let code = if is_test { "" } else { text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("") };
        for (number, line) in code.lines().enumerate() {
            for part in line.split("crate::").skip(1) {
                let used: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if modules.iter().position(|module| *module == used).is_some_and(|other| other > rank)
                    && !line.trim_start().starts_with("//")
                {
                    faults.push(format!("{}:{}: {own} uses {used}", below.display(), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

type Module = Vec<String>;

/// Adds the modules that a path or a tree of `use` names, of which `tree` is what follows `base::`.
fn named(modules: &BTreeSet<Module>, base: &[String], tree: &str, out: &mut BTreeSet<Module>) {
    let tree = tree.trim_start();
    if let Some(list) = tree.strip_prefix('{') {
        let mut depth = 0;
        let mut start = 0;
        for (at, sign) in list.char_indices() {
            match sign {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' if depth == 0 => {
                    named(modules, base, &list[start..at], out);
                    start = at + 1;
                }
                '}' => return named(modules, base, &list[start..at], out),
                _ => {}
            }
        }
        return;
    }
    let name: String = tree.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let rest = tree[name.len()..].strip_prefix("::");
    let below = [base, std::slice::from_ref(&name)].concat();
    match rest {
        Some(rest) if name == "super" => named(modules, &base[..base.len().saturating_sub(1)], rest, out),
        Some(rest) if modules.contains(&below) => named(modules, &below, rest, out),
        _ if modules.contains(&below) => _ = out.insert(below),
        _ => _ = out.insert(base.to_vec()),
    }
}

/// Returns the modules that the code of a file uses; tests do not count.
fn used(modules: &BTreeSet<Module>, module: &Module, text: &str) -> BTreeSet<Module> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let mut out = BTreeSet::new();
    for (keyword, base) in [("crate::", &[][..]), ("super::", &module[..module.len() - 1])] {
        for (at, _) in code.match_indices(keyword) {
            // `super::super::` is read from its first part on.
            if !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                named(modules, base, &code[at + keyword.len()..], &mut out);
            }
        }
    }
    out
}

#[test]
fn no_circle_within_a_folder() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts: BTreeMap<Module, String> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&src).into_iter().filter_map(Result::ok) {
        let path = entry.path().strip_prefix(&src).expect("a path below src").with_extension("");
        let is_code = entry.path().extension().is_some_and(|extension| extension == "rs");
        let mut module: Module = path.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        let is_test = module.iter().any(|name| name.ends_with("tests") || name.starts_with("tests_"));
        if !is_code || is_test || ["lib", "main"].contains(&module[0].as_str()) {
            continue;
        }
        module.pop_if(|name| name == "mod");
        texts.insert(module, fs::read_to_string(entry.path()).expect("a readable source file"));
    }
    let modules: BTreeSet<Module> = texts.keys().cloned().collect();
    // By folder: which of its parts use which others.
    let mut uses: BTreeMap<Module, BTreeSet<(String, String)>> = BTreeMap::new();
    for (module, text) in &texts {
        for other in used(&modules, module, text) {
            let shared = module.iter().zip(&other).take_while(|(a, b)| a == b).count();
            if let (Some(one), Some(two)) = (module.get(shared), other.get(shared)) {
                uses.entry(module[..shared].to_vec()).or_default().insert((one.clone(), two.clone()));
            }
        }
    }
    let mut circles = BTreeSet::new();
    for (folder, mut reach) in uses {
        let parts: BTreeSet<String> = reach.iter().flat_map(|(one, two)| [one.clone(), two.clone()]).collect();
        for by in &parts {
            let from: Vec<_> = reach.iter().filter(|(_, two)| two == by).map(|(one, _)| one.clone()).collect();
            let to: Vec<_> = reach.iter().filter(|(one, _)| one == by).map(|(_, two)| two.clone()).collect();
            reach.extend(from.iter().flat_map(|one| to.iter().map(|two| (one.clone(), two.clone()))));
        }
        for part in parts.iter().filter(|part| reach.contains(&((*part).clone(), (*part).clone()))) {
            let returns = |other: &&String| {
                let pair = |a: &String, b: &String| reach.contains(&(a.clone(), b.clone()));
                pair(part, other) && pair(other, part)
            };
            let members: Vec<&str> = parts.iter().filter(returns).map(String::as_str).collect();
            circles.insert(format!("{}: {}", folder.join("/"), members.join(" ")));
        }
    }
    assert!(circles.is_empty(), "move what is misplaced, so that one direction is left: {circles:#?}");
}

#[test]
fn the_architecture_lists_every_module_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lib = fs::read_to_string(root.join("src/lib.rs")).expect("src/lib.rs");
    let page = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let modules: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    let table = page.split("\n## Modules\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a table");
    let listed: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(|name| name.trim_end_matches('/'))
        .collect();
    assert_eq!(listed, modules, "a row for each module, in the order of src/lib.rs");
}
