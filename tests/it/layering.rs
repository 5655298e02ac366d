//! The modules are in dependency order in `src/lib.rs`: a module may use only modules above it.

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
