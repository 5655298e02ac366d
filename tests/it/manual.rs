//! The manual is a portal, and what it shows can be done.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use playbill::config;
use playbill::text::FileId;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A block of code of a page.
struct Block {
    place: String,
    info: String,
    text: String,
}

/// Returns the pages of the manual, and the README.
fn pages() -> Vec<PathBuf> {
    let below = walkdir::WalkDir::new(Path::new(ROOT).join("docs")).sort_by_file_name();
    let pages = below.into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    let mut pages: Vec<PathBuf> = pages.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.push(Path::new(ROOT).join("README.md"));
    pages
}

fn blocks(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).expect("a page");
    let name = page.strip_prefix(ROOT).unwrap_or(page).display();
    let mut blocks: Vec<Block> = Vec::new();
    let mut fence: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let marks: String = line.trim_start().chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line.trim() == open => fence = None,
            Some(_) => {
                let block = blocks.last_mut().expect("an open block");
                block.text.push_str(line);
                block.text.push('\n');
            }
            None if marks.len() >= 3 => {
                let info = line.trim_start()[marks.len()..].trim().to_owned();
                blocks.push(Block { place: format!("{name}:{}", number + 2), info, text: String::new() });
                fence = Some(marks);
            }
            None => {}
        }
    }
    blocks
}

fn is_shell(block: &Block) -> bool {
    matches!(block.info.split(' ').next(), Some("sh" | "bash" | "shell" | "console"))
}

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playbill")).args(arguments).current_dir(ROOT).output().expect("playbill runs")
}

/// Returns the calls of the program in some text: the words after its name.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for line in text.replace("\\\n", " ").lines() {
        let line = line.trim().trim_start_matches("$ ");
        for part in line.split(['|', ';', '>']).flat_map(|part| part.split("&&")) {
            let part = part.split(" #").next().unwrap_or_default().trim();
            if let Some(rest) = part.strip_prefix("playbill ") {
                // What is in double quotation marks is one word.
                let words = rest.split('"').enumerate().flat_map(|(at, part)| match at % 2 {
                    0 => part.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect(),
                    _ => vec![part.to_owned()],
                });
                calls.push(words.collect());
            }
        }
    }
    calls
}

/// Returns whether a place is a page and not a block in it.
fn is_sentence(place: &str) -> bool {
    !place.contains(".md:")
}

#[test]
fn every_command_line_of_the_manual_is_understood() {
    let mut seen = 0;
    let mut faults = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        // Code in sentences, too, as long as it is a whole call.
        let inline =
            text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("playbill ") && !code.contains('\n'));
        // A sentence may name a command without what it needs.
        let names_it = |error: &str| error.contains("required");
        let mut texts: Vec<(String, String)> =
            inline.map(|code| (page.display().to_string(), code.to_owned())).collect();
        texts.extend(blocks(&page).into_iter().filter(is_shell).map(|block| (block.place, block.text)));
        for (place, text) in texts {
            for call in calls(&text) {
                seen += 1;
                let Err(error) = playbill::cli::understands(&call) else { continue };
                if !(names_it(&error) && is_sentence(&place)) {
                    faults.push(format!("{place}: playbill {}: {error}", call.join(" ")));
                }
            }
        }
    }
    assert!(seen > 60, "{seen}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn configurations_in_the_manual_are_right() {
    let mut seen = 0;
    for block in pages().iter().flat_map(|page| blocks(page)) {
        // The rules show wrong ones, too, and have a test of their own.
        let is_shown = !block.place.starts_with("docs/rules.md");
        if is_shown && block.info.contains("title=\"playbill.yaml\"") {
            seen += 1;
            let (_, problems) = config::parse(FileId::new(0), &block.text);
            assert!(problems.is_empty(), "{}: {problems:?}", block.place);
        }
    }
    assert!(seen >= 4, "{seen}");
}

/// Runs the tutorial as a reader would, block by block.
#[test]
fn the_tutorial_can_be_followed() {
    let tree = tempfile::tempdir().expect("a temporary folder");
    let mut script = String::from("set -eu\n");
    for block in blocks(&Path::new(ROOT).join("docs/tutorial.md")).iter().filter(|block| is_shell(block)) {
        let text = block.text.replace("playbill serve", ": playbill serve");
        script.push_str(&["echo '== ", &block.place, "' >&2\n", &text, "\n"].concat());
    }
    // The program under its name.
    let bin = Path::new(env!("CARGO_BIN_EXE_playbill")).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let ran = Command::new("sh")
        .args(["-c", &script])
        .current_dir(tree.path())
        .env("PATH", path)
        .env("PLAYBILL_CACHE", tree.path().join("cache"))
        .output()
        .expect("sh runs");
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}");
    let shop = tree.path().join("shop");
    assert!(shop.join("public/index.html").exists() && shop.join("site/index.html").exists());
    assert!(said.contains("`theatres.md`") || said.contains("theatres.md"), "the warning: {said}");
    assert!(fs::read_to_string(shop.join("catalog-info.yaml")).expect("the file").contains("owner: sales"));
}

/// `playbill build` in this repository makes the manual, without a word of complaint.
#[test]
fn the_manual_is_a_portal_without_problems() {
    let checked = program(&["check", "--strict"]);
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stdout));
    let exported = program(&["export"]);
    let catalog: serde_json::Value = serde_json::from_slice(&exported.stdout).expect("JSON");
    let names: Vec<&str> = catalog["entities"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|entity| entity["metadata"]["name"].as_str())
        .collect();
    assert_eq!(names, ["playbill", "maintainers"], "the example has a portal of its own");
}
