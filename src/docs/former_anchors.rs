//! Names that headings had before the last change of a document, so that links to them still lead to the place.
//!
//! A heading at the same place among the others, with half of its words, is the same one under another name.

use std::collections::BTreeSet;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::markdown::{Doc, Heading, Resolved, commonmark, techdocs};
use crate::workspace::Workspace;

use super::dialect::Dialect;
use super::pages::Source;

/// Maximum number of documents of a site that are examined, those that changed last.
pub(super) const LOOKED_AT: usize = 200;
/// Maximum number of names of one document that are kept.
const MOST: usize = 50;

/// Returns the names of headings of a document with those that they had before its last change.
pub(super) fn find(workspace: &Workspace, dialect: &Dialect, page: &Source, doc: &Doc) -> Vec<(String, String)> {
    let limit = workspace.config().limits.document;
    let texts = || Some((workspace.text_before(page.file, limit)?, workspace.text_once(page.file, limit).ok()?));
    let Some((before, now)) = texts() else { return Vec::new() };
    // Most changes leave the headings as they are, and to look at lines costs next to nothing.
    if heading_lines(&before).eq(heading_lines(&now)) {
        return Vec::new();
    }
    let resolve = |link: &crate::markdown::DocLink| Resolved::as_written(&link.target);
    let before = match dialect {
        Dialect::TechDocs(options) => techdocs::document(&before, options, &resolve, &|_| None),
        Dialect::CommonMark => commonmark::render(&before, &resolve),
    };
    renamed(&before.headings, &doc.headings).into_iter().filter(|(_, old)| !doc.has_anchor(old)).take(MOST).collect()
}

/// Returns the lines that may be headings, or that underline one with the line before.
fn heading_lines(text: &str) -> impl Iterator<Item = &str> {
    let is_rule = |line: &str| {
        let line = line.trim();
        !line.is_empty() && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'))
    };
    let mut before = "";
    text.lines()
        .flat_map(move |line| {
            let above = std::mem::replace(&mut before, line);
            let rule = is_rule(line);
            let heading = rule || line.trim_start().starts_with('#') || line.contains("<h");
            [rule.then_some(above), heading.then_some(line)]
        })
        .flatten()
}

/// Pairs the headings whose name is another one now: the new name and the old one.
fn renamed(before: &[Heading], now: &[Heading]) -> Vec<(String, String)> {
    let ids = |headings: &[Heading]| headings.iter().map(|heading| heading.id.clone()).collect::<Vec<_>>();
    let (old, new) = (ids(before), ids(now));
    let mut pairs = Vec::new();
    for change in capture_diff_slices(Algorithm::Patience, &old, &new) {
        let DiffOp::Replace { old_index, old_len, new_index, new_len } = change else { continue };
        if old_len != new_len {
            continue;
        }
        for at in 0..old_len {
            let (one, other) = (&before[old_index + at], &now[new_index + at]);
            if one.level == other.level && are_alike(&one.title, &other.title) {
                pairs.push((other.id.clone(), one.id.clone()));
            }
        }
    }
    pairs
}

/// Returns whether two titles have at least half of their words in common.
fn are_alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> { text.split_whitespace().map(str::to_lowercase).collect() };
    let (one, other) = (words(one), words(other));
    2 * one.intersection(&other).count() >= one.len().max(other.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_known_by_its_place_and_half_of_its_words() {
        let headings = |titles: &[&str]| -> Vec<Heading> {
            let heading = |title: &&str| {
                let (level, title) = (
                    u8::try_from(title.len() - title.trim_start_matches('#').len()).unwrap(),
                    title.trim_start_matches('#'),
                );
                Heading {
                    level,
                    id: title.to_lowercase().replace(' ', "-"),
                    title: title.to_owned(),
                    title_html: String::new(),
                }
            };
            titles.iter().map(heading).collect()
        };
        let check = |before: &[&str], now: &[&str], expect: &[(&str, &str)]| {
            let found = renamed(&headings(before), &headings(now));
            let found: Vec<(&str, &str)> = found.iter().map(|(new, old)| (new.as_str(), old.as_str())).collect();
            assert_eq!(found, expect, "{before:?} {now:?}");
        };
        check(&["#T", "##Set up", "##Use"], &["#T", "##Set it up", "##Use"], &[("set-it-up", "set-up")]);
        check(&["#T", "##Set up", "##Use"], &["#T", "##Use"], &[]);
        check(&["##Set up"], &["##Tear down"], &[]);
        check(&["##Set up"], &["###Set up now"], &[]);
        check(&["##A one", "##B"], &["##A two", "##C", "##B"], &[]);
    }

    #[test]
    fn only_lines_of_headings_are_compared() {
        let lines = |text| heading_lines(text).collect::<Vec<_>>();
        assert_eq!(lines("# A\n\ntext\n\nB\n---\nmore\n"), ["# A", "B", "---"]);
        assert_eq!(lines("text\n\nmore\n"), [""; 0]);
    }
}
