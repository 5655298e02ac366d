//! `README.md`: what a folder is, in words.

use super::{Candidate, Detector, Facts, named};
use crate::markdown::commonmark;

/// See the module.
pub(super) struct Readme;

/// A longer description is cut.
const MAX_DESCRIPTION: usize = 200;
/// A longer first heading is no title.
const MAX_TITLE: usize = 60;

impl Detector for Readme {
    fn folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        named(path, &["README.md", "readme.md", "Readme.md"])
    }

    fn read(&self, file: &Candidate<'_>) -> Option<Facts> {
        let text = file.text()?;
        Some(Facts { title: title(&text), description: description(&text), ..Facts::default() })
    }
}

/// Returns the first heading of level one.
fn title(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("# "))?;
    let title = commonmark::plain(line.trim_end_matches('#'));
    let title = title.trim();
    (!title.is_empty() && title.chars().count() <= MAX_TITLE).then(|| title.to_owned())
}

/// Returns the first paragraph of prose as plain text: no heading, badge, list, table or code.
fn description(text: &str) -> Option<String> {
    let starts_otherwise = |line: &str| line.starts_with(['#', '!', '[', '<', '|', '-', '*', '+', '`', '>', '=', '~']);
    let mut fence = false;
    let mut paragraph = String::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            fence = !fence;
        }
        match (line.is_empty(), paragraph.is_empty()) {
            (true, true) => {}
            (true, false) => break,
            (false, true) if fence || starts_otherwise(line) => {}
            (false, _) => {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph.push_str(line);
            }
        }
        if paragraph.len() > 8 * MAX_DESCRIPTION {
            break;
        }
    }
    let plain = commonmark::plain(&paragraph);
    let plain = plain.trim();
    if plain.chars().count() <= MAX_DESCRIPTION {
        return (!plain.is_empty()).then(|| plain.to_owned());
    }
    let cut: String = plain.chars().take(MAX_DESCRIPTION).collect();
    // A sentence that ends in time is better than half of the next one.
    let end = cut.rfind(". ").map_or_else(|| cut.rfind(' ').unwrap_or(cut.len()), |at| at + 1);
    Some(if cut[..end].ends_with('.') { cut[..end].to_owned() } else { format!("{}…", &cut[..end]) })
}
