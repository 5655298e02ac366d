//! `--8<-- "file"`: files, parts of files and blocks of files put in before everything else.
//!
//! Paths are made plain here and never leave the base folder; the resolver reads them.

use std::sync::Arc;

use crate::markdown::techdocs::losses::Loss;
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::{Include, Options, Resolver};

/// Files in files in files.
const MAX_DEPTH: usize = 20;

/// What a line with the scissors says.
#[derive(Debug, PartialEq, Eq)]
enum Line<'l> {
    /// `;--8<--`: the semicolon goes, the rest stays.
    Escaped(usize),
    /// A file.
    File { space: &'l str, path: &'l str },
    /// The beginning or end of a block of files.
    Block,
}

/// Returns how much a page includes, up to what it may.
pub(in crate::markdown::techdocs) fn included(options: &Options, resolver: &dyn Resolver, text: &str) -> usize {
    if options.snippets.auto_append.is_empty() && !text.contains("8<-") {
        return 0;
    }
    include(&mut Parser::new(options, resolver), text).len().saturating_sub(text.len())
}

/// Returns `text` with all files in place.
pub(in crate::markdown::techdocs) fn include(parser: &mut Parser<'_>, text: &str) -> String {
    let options = &parser.options.snippets;
    let mut text = text.to_owned();
    if !options.auto_append.is_empty() {
        text.push_str("\n\n-8<-\n");
        text.push_str(&options.auto_append.join("\n\n"));
        text.push_str("\n-8<-\n");
    }
    if !text.contains("8<-") {
        return text;
    }
    let mut budget = parser.options.snippets.most;
    let mut seen = Vec::new();
    let lines = expand(parser, text.split('\n'), &mut seen, false, &mut budget);
    lines.join("\n")
}

fn expand<'l>(
    parser: &mut Parser<'_>,
    lines: impl Iterator<Item = &'l str>,
    seen: &mut Vec<String>,
    in_section: bool,
    budget: &mut usize,
) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut in_block = false;
    for line in lines {
        let (space, path) = match scissors(line) {
            Some(Line::Escaped(at)) => {
                out.push(format!("{}{}", &line[..at], &line[at + 1..]));
                continue;
            }
            Some(Line::File { .. }) if in_block => continue,
            Some(Line::File { space, path }) => (space, path.trim()),
            Some(Line::Block) => {
                in_block = !in_block;
                continue;
            }
            None if in_block => {
                let path = line.trim_start_matches([' ', '\t']);
                (&line[..line.len() - path.len()], path.trim())
            }
            None => {
                match section_mark(line) {
                    Some(mark) if mark.escaped => out.push(line.replacen(';', "", 1)),
                    Some(_) if !in_section => {}
                    _ => out.push(line.to_owned()),
                }
                continue;
            }
        };
        if path.is_empty() {
            out.push(String::new());
            continue;
        }
        if path.starts_with(';') {
            continue;
        }
        let (name, part) = split_path(path);
        if name.is_empty() {
            continue;
        }
        let Some((name, text)) = read(parser, name) else {
            parser.includes.push(Include { path: name.to_owned(), found: false });
            continue;
        };
        parser.includes.push(Include { path: name.clone(), found: true });
        if seen.contains(&name) || seen.len() >= MAX_DEPTH {
            continue;
        }
        let Some(left) = budget.checked_sub(text.len()) else {
            if !parser.losses.has(Loss::Includes) {
                parser.losses.note_part(Loss::Includes, line);
            }
            continue;
        };
        *budget = left;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
        let all: Vec<&str> = text.split('\n').collect();
        let chosen = choose(&all, &part);
        let chosen = if parser.options.snippets.dedent && part != Part::All { dedent(&chosen) } else { chosen };
        seen.push(name);
        let space = expand_tabs(space);
        let lines = expand(parser, chosen.iter().map(String::as_str), seen, matches!(part, Part::Section(_)), budget);
        for line in lines {
            let Some(left) = budget.checked_sub(space.len() + line.len() + 1) else { break };
            *budget = left;
            out.push(format!("{space}{line}"));
        }
        seen.pop();
    }
    out
}

/// Reads a file below one of the base folders; returns its plain path and text.
fn read(parser: &Parser<'_>, name: &str) -> Option<(String, Arc<str>)> {
    for base in &parser.options.snippets.base_paths {
        let Some(base) = plain_path("", base) else { continue };
        let Some(path) = plain_path(&base, name) else { continue };
        if let Some(text) = parser.resolver.include(&path) {
            return Some((path, text));
        }
    }
    None
}

/// Joins two paths; nothing when the result would leave the first one or is absolute.
fn plain_path(base: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') || path.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    let floor = parts.len();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.len() > floor => {
                parts.pop();
            }
            ".." => return None,
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn scissors(line: &str) -> Option<Line<'_>> {
    if !line.contains("8<") {
        return None;
    }
    let line = line.strip_suffix('\r').unwrap_or(line);
    let rest = line.trim_start_matches([' ', '\t']);
    let space = &line[..line.len() - rest.len()];
    let marks = rest.trim_start_matches(';');
    let escapes = rest.len() - marks.len();
    let after = after_scissors(marks)?;
    let line = if after.is_empty() {
        Line::Block
    } else {
        let path = after.trim_start_matches([' ', '\t']);
        if path.len() == after.len() {
            return None;
        }
        let quote = path.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let inner = path.strip_prefix(quote)?.strip_suffix(quote)?;
        if inner.is_empty() || inner.replace("\\\"", "").replace("\\'", "").contains(quote) {
            return None;
        }
        Line::File { space, path: inner }
    };
    Some(if escapes > 0 { Line::Escaped(space.len()) } else { line })
}

/// Skips `--8<--`.
fn after_scissors(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches('-');
    let after = rest.strip_prefix("8<")?;
    let end = after.trim_start_matches('-');
    (rest.len() < text.len() && end.len() < after.len()).then_some(end)
}

/// `--8<-- [start:name]`
struct SectionMark<'l> {
    name: &'l str,
    start: bool,
    escaped: bool,
}

fn section_mark(line: &str) -> Option<SectionMark<'_>> {
    let at = line.find("8<-")?;
    let before = line[..at].trim_end_matches('-');
    if before.len() == at {
        return None;
    }
    let after = line[at + 2..].trim_start_matches('-');
    let inner = after.trim_start_matches([' ', '\t']);
    if inner.len() == after.len() {
        return None;
    }
    let inner = inner.strip_prefix('[')?;
    let (inner, _) = inner.split_once(']')?;
    let (kind, name) = inner.split_once(':')?;
    let kind = kind.trim_matches([' ', '\t']);
    let name = name.trim_matches([' ', '\t']);
    let start = kind.eq_ignore_ascii_case("start");
    if !(start || kind.eq_ignore_ascii_case("end")) || !is_section_name(name) {
        return None;
    }
    Some(SectionMark { name, start, escaped: before.ends_with(';') })
}

fn is_section_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// What of a file is wanted.
#[derive(Debug, PartialEq, Eq)]
enum Part<'p> {
    All,
    /// Ranges of lines, from 1, negative from the end.
    Lines(Vec<(Option<i64>, Option<i64>)>),
    Section(&'p str),
}

/// Splits `file:3:7` and `file:name`.
fn split_path(path: &str) -> (&str, Part<'_>) {
    // The numbers are the longest end of the path that consists of them.
    let tail =
        path.trim_end_matches(|character: char| character.is_ascii_digit() || matches!(character, ':' | ',' | '-'));
    if let Some(colon) = path[tail.len()..].find(':') {
        let name = &path[..tail.len() + colon];
        if let Some(ranges) = line_ranges(&path[tail.len() + colon + 1..]) {
            return (name.trim(), Part::Lines(ranges));
        }
    }
    if let Some((name, section)) = path.rsplit_once(':')
        && is_section_name(section)
    {
        return (name.trim(), Part::Section(section));
    }
    (path, Part::All)
}

fn line_ranges(text: &str) -> Option<Vec<(Option<i64>, Option<i64>)>> {
    let number = |text: &str| if text.is_empty() { Some(None) } else { text.parse::<i64>().ok().map(Some) };
    text.split(',')
        .map(|range| match range.split_once(':') {
            Some((from, to)) => Some((number(from)?, number(to)?)),
            None => Some((number(range)?, None)),
        })
        .collect()
}

fn choose(lines: &[&str], part: &Part<'_>) -> Vec<String> {
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    match part {
        Part::All => owned(lines),
        Part::Lines(ranges) => {
            let total = i64::try_from(lines.len()).unwrap_or(i64::MAX);
            let clamp = |at: i64| usize::try_from(at.clamp(0, total)).unwrap_or(0);
            let mut out = Vec::new();
            for (from, to) in ranges {
                let start = match from {
                    Some(from) if *from < 0 => clamp(total + from),
                    Some(from) => clamp(from - 1),
                    None => 0,
                };
                let end = match to {
                    Some(to) if *to < 0 => clamp(total + 1 + to),
                    Some(to) => clamp(*to),
                    None => lines.len(),
                };
                out.extend(owned(lines.get(start..end).unwrap_or(&[])));
            }
            out
        }
        Part::Section(name) => {
            let mut out = Vec::new();
            let mut inside = false;
            for line in lines {
                match section_mark(line) {
                    Some(mark) if mark.escaped && inside => out.push(line.replacen(';', "", 1)),
                    Some(mark) if mark.escaped => {}
                    Some(mark) if mark.name == *name => match (inside, mark.start) {
                        (false, true) => inside = true,
                        (true, true) => {}
                        (_, false) => break,
                    },
                    Some(_) => {}
                    None if inside => out.push((*line).to_owned()),
                    None => {}
                }
            }
            out
        }
    }
}

fn dedent(lines: &[String]) -> Vec<String> {
    let blank = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let least = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| blank(line)).min().unwrap_or(0);
    lines.iter().map(|line| line.get(least..).unwrap_or("").to_owned()).collect()
}

fn expand_tabs(space: &str) -> String {
    let mut out = String::new();
    for character in space.chars() {
        match character {
            '\t' => out.push_str(&"    "[out.len() % 4..]),
            _ => out.push(' '),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scissors_are_read() {
        assert_eq!(scissors("  --8<-- \"a b\""), Some(Line::File { space: "  ", path: "a b" }));
        assert_eq!(scissors("-8<-"), Some(Line::Block));
        assert_eq!(scissors(";--8<-- 'x'"), Some(Line::Escaped(0)));
        assert_eq!(scissors("--8<-- x"), None);
        assert_eq!(scissors("8<"), None);
    }

    #[test]
    fn paths_carry_lines_or_a_section() {
        assert_eq!(split_path("a.py:3:7"), ("a.py", Part::Lines(vec![(Some(3), Some(7))])));
        assert_eq!(split_path("a.py:3"), ("a.py", Part::Lines(vec![(Some(3), None)])));
        assert_eq!(split_path("a.py::7"), ("a.py", Part::Lines(vec![(None, Some(7))])));
        assert_eq!(split_path("a.py:1:1,4:5"), ("a.py", Part::Lines(vec![(Some(1), Some(1)), (Some(4), Some(5))])));
        assert_eq!(split_path("a.py:one"), ("a.py", Part::Section("one")));
        assert_eq!(split_path("v1-2.md"), ("v1-2.md", Part::All));
    }

    #[test]
    fn paths_stay_inside() {
        assert_eq!(plain_path("docs", "a/../b.md"), Some("docs/b.md".to_owned()));
        for path in ["../x", "a/../../x", "/etc/passwd", "..\\x"] {
            assert_eq!(plain_path("docs", path), None, "{path}");
        }
    }

    #[test]
    fn sections_lose_their_marks() {
        let lines = ["a", "# --8<-- [start:x]", "b", "# --8<-- [start:y]", "c", "# --8<-- [end:x]", "d"];
        assert_eq!(choose(&lines, &Part::Section("x")), ["b", "c"]);
    }
}
