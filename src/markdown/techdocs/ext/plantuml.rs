//! PlantUML diagrams in fences and between `::uml::` and `::end-uml::`.

use std::collections::BTreeSet;

use super::graphviz::picture;
use crate::markdown::techdocs::parser::Parser;

const LANGUAGES: [&str; 5] = ["plantuml", "puml", "uml", "pum", "c4plantuml"];

/// Replaces every diagram by a mark.
pub(in crate::markdown::techdocs) fn extract(parser: &mut Parser<'_>, text: &str) -> String {
    if !text.contains("uml") {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    // What was not found once is not there further on either.
    let mut missing: BTreeSet<(usize, &str)> = BTreeSet::new();
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        let bare = line.trim_start_matches(' ');
        let space = &line[..line.len() - bare.len()];
        let close = opening(bare).filter(|close| !missing.contains(&(space.len(), *close)));
        let end = close.and_then(|close| {
            let ends = |line: &&str| line.strip_prefix(space).is_some_and(|line| line.trim_end() == close);
            let end = lines[index + 1..].iter().position(ends);
            if end.is_none() {
                missing.insert((space.len(), close));
            }
            end.map(|length| index + 1 + length)
        });
        let Some(end) = end else {
            out.push(line.to_owned());
            index += 1;
            continue;
        };
        let source: Vec<&str> =
            lines[index + 1..end].iter().map(|line| line.strip_prefix(space).unwrap_or(line.trim_start())).collect();
        let html = picture(parser, "plantuml", &source.join("\n"), &lines, index);
        let mark = parser.stash.html(html);
        out.push(format!("{space}{mark}"));
        index = end + 1;
    }
    out.join("\n")
}

/// Returns what closes a diagram that `line` opens.
fn opening(line: &str) -> Option<&'static str> {
    if line.strip_prefix("::uml::").is_some_and(options_are_fine) {
        return Some("::end-uml::");
    }
    let (close, rest) = match (line.strip_prefix("```"), line.strip_prefix("~~~")) {
        (Some(rest), _) => ("```", rest),
        (_, Some(rest)) => ("~~~", rest),
        _ => return None,
    };
    let rest = rest.trim_start_matches(' ');
    let end = rest.find(' ').unwrap_or(rest.len());
    (LANGUAGES.contains(&&rest[..end]) && options_are_fine(&rest[end..])).then_some(close)
}

/// Options are `key="value"`; anything else makes it no diagram.
fn options_are_fine(text: &str) -> bool {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some((key, after)) = rest.split_once('=') else { return false };
        let known = ["format", "classes", "alt", "title", "width", "height", "id", "source"].contains(&key.trim());
        let Some(quote) = after.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { return false };
        let Some((_, after)) = after[1..].split_once(quote) else { return false };
        if !known {
            return false;
        }
        rest = after.trim_start();
    }
    true
}
