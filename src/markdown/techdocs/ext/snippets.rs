//! `--8<-- "file"`: files, parts of files and blocks of files put in before everything else.
//!
//! Paths are made plain here and never leave the base folder; the resolver reads them.

use std::sync::Arc;

use crate::markdown::techdocs::extension_state::MissingSnippet;
use crate::markdown::techdocs::lints::MarkdownLint;
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::{IncludeFault, MissingInclude, Options, Resolver};

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
    let own = text.split('\n').count();
    let mut text = text.to_owned();
    if !options.auto_append.is_empty() {
        text.push_str("\n\n-8<-\n");
        text.push_str(&options.auto_append.join("\n\n"));
        text.push_str("\n-8<-\n");
    }
    if !text.contains("8<-") {
        return text;
    }
    let budget = parser.options.snippets.most;
    let mut reader = Reader { parser, seen: Vec::new(), budget, faults: Vec::new(), left_out: None };
    let lines = reader.expand(text.split('\n'), own, false);
    let (faults, left_out) = (reader.faults, reader.left_out);
    parser.missing.extend(faults);
    if let Some(line) = left_out {
        parser.losses.note_part(MarkdownLint::Includes, &line);
    }
    lines.join("\n")
}

/// Maximum number of faults that are reported for one page.
const MAX_FAULTS: usize = 200;

struct Reader<'p, 'a> {
    parser: &'p Parser<'a>,
    /// The files that are being included, the innermost last.
    seen: Vec<String>,
    budget: usize,
    faults: Vec<MissingSnippet>,
    /// The first line that asks for more than a page may include.
    left_out: Option<String>,
}

impl Reader<'_, '_> {
    fn note(&mut self, path: &str, fault: IncludeFault, line: &str) {
        if self.faults.len() < MAX_FAULTS {
            let within = self.seen.last().cloned();
            self.faults.push(MissingSnippet { path: path.to_owned(), fault, within, line: line.trim().to_owned() });
        }
    }

    /// Puts files into their places; of the lines from `own` on nothing is noted.
    fn expand<'l>(&mut self, lines: impl Iterator<Item = &'l str>, own: usize, in_section: bool) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        // The line that opens a block, with the number of faults before it.
        let mut block: Option<(&str, usize)> = None;
        for (at, line) in lines.enumerate() {
            let (space, path) = match scissors(line) {
                Some(Line::Escaped(at)) => {
                    out.push(format!("{}{}", &line[..at], &line[at + 1..]));
                    continue;
                }
                Some(Line::File { .. }) if block.is_some() => continue,
                Some(Line::File { space, path }) => (space, path.trim()),
                Some(Line::Block) => {
                    block = if block.is_some() { None } else { Some((line, self.faults.len())) };
                    continue;
                }
                None if block.is_some() => {
                    let path = line.trim_start_matches([' ', '\t']);
                    (&line[..line.len() - path.len()], path.trim())
                }
                None => {
                    match section_mark(line) {
                        Some(mark) if mark.escaped => out.push(line.replacen(';', "", 1)),
                        Some(_) if !in_section => {}
                        mark => {
                            if mark.is_none() && is_almost_include(line) && at < own {
                                self.note(line.trim(), IncludeFault::Form, line);
                            }
                            out.push(line.to_owned());
                        }
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
            self.put(line, space, path, at < own, &mut out);
        }
        if let Some((line, before)) = block {
            // What was taken for names of files is the rest of the text.
            self.faults.truncate(before);
            self.note("", IncludeFault::Unclosed, line);
        }
        out
    }

    /// Puts in what one path names.
    fn put(&mut self, line: &str, space: &str, path: &str, notes: bool, out: &mut Vec<String>) {
        let (name, part) = split_path(path);
        if name.is_empty() {
            return;
        }
        let Some((file, text)) = read(self.parser, name) else {
            if notes {
                let lower = name.get(..8).unwrap_or(name).to_ascii_lowercase();
                let is_url = lower.starts_with("https://") || lower.starts_with("http://");
                self.note(name, if is_url { IncludeFault::Url } else { IncludeFault::File }, line);
            }
            return;
        };
        if self.seen.contains(&file) || self.seen.len() >= MAX_DEPTH {
            return;
        }
        let Some(left) = self.budget.checked_sub(text.len()) else {
            self.left_out.get_or_insert_with(|| line.to_owned());
            return;
        };
        self.budget = left;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
        let all: Vec<&str> = text.split('\n').collect();
        let chosen = choose(&all, &part);
        if chosen.is_empty() && notes {
            match part {
                Part::Section(wanted) => {
                    let marks = || all.iter().filter_map(|line| section_mark(line)).filter(|mark| mark.start);
                    if !marks().any(|mark| mark.name == wanted) {
                        let known = marks().take(50).map(|mark| mark.name.to_owned()).collect();
                        self.note(name, IncludeFault::Section { name: wanted.to_owned(), known }, line);
                    }
                }
                Part::Lines(_) => {
                    let lines = all.len() - usize::from(all.last().is_some_and(|last| last.is_empty()));
                    self.note(name, IncludeFault::Lines(lines), line);
                }
                Part::All => {}
            }
        }
        let chosen = if self.parser.options.snippets.dedent && part != Part::All { dedent(&chosen) } else { chosen };
        self.seen.push(file);
        let space = expand_tabs(space);
        let in_section = matches!(part, Part::Section(_));
        let lines = self.expand(chosen.iter().map(String::as_str), usize::MAX, in_section);
        for line in lines {
            let Some(left) = self.budget.checked_sub(space.len() + line.len() + 1) else { break };
            self.budget = left;
            out.push(format!("{space}{line}"));
        }
        self.seen.pop();
    }
}

/// Finds the places of faults: those of the page in `source`, others in the files that `include` returns.
pub(in crate::markdown::techdocs) fn locate(
    faults: Vec<MissingSnippet>,
    source: &str,
    include: &dyn Fn(&str) -> Option<Arc<str>>,
) -> Vec<MissingInclude> {
    let mut found = Vec::with_capacity(faults.len());
    // How far lines were found already, by file and line.
    let mut from: std::collections::HashMap<(Option<String>, String), usize> = std::collections::HashMap::new();
    for MissingSnippet { path, fault, within, line } in faults {
        let text = within.as_deref().and_then(include);
        let text = match (&within, &text) {
            (None, _) => source,
            (Some(_), Some(text)) => text,
            (Some(_), None) => continue,
        };
        let start = from.entry((within.clone(), line.clone())).or_default();
        let mut next = 0;
        let place = text.split_inclusive('\n').find_map(|of_text| {
            let at = next + (of_text.len() - of_text.trim_start_matches(['>', ' ', '\t']).len());
            next += of_text.len();
            (at >= *start && text[at.min(next)..next].trim_end() == line).then_some(at)
        });
        let Some(at) = place else { continue };
        *start = at + 1;
        found.push(MissingInclude { path, fault, within, span: at..at + line.len() });
    }
    found
}

/// Returns whether a line is one that includes a file but for its form: the path is not in quotes, or too near.
fn is_almost_include(line: &str) -> bool {
    let line = line.trim();
    let Some(after) = line.starts_with('-').then(|| after_scissors(line)).flatten() else { return false };
    let rest = after.trim();
    !rest.is_empty() && !rest.starts_with('[') && (after.starts_with([' ', '\t']) || rest.starts_with(['"', '\'']))
}

/// Returns whether a file is found below one of the base folders.
pub(in crate::markdown::techdocs) fn finds(
    base_paths: &[String],
    path: &str,
    include: &dyn Fn(&str) -> Option<Arc<str>>,
) -> bool {
    let (name, _) = split_path(path.trim());
    find(base_paths, name, include).is_some()
}

/// Reads a file below one of the base folders; returns its plain path and text.
fn read(parser: &Parser<'_>, name: &str) -> Option<(String, Arc<str>)> {
    find(&parser.options.snippets.base_paths, name, &|path| parser.resolver.include(path))
}

fn find(base_paths: &[String], name: &str, include: &dyn Fn(&str) -> Option<Arc<str>>) -> Option<(String, Arc<str>)> {
    for base in base_paths {
        let Some(base) = plain_base(base) else { continue };
        let Some(path) = plain_path(&base, name) else { continue };
        if let Some(text) = include(&path) {
            return Some((path, text));
        }
        // A base may be the very file that is meant.
        let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !base.is_empty()
            && plain_path(folder, name).as_deref() == Some(&*base)
            && let Some(text) = include(&base)
        {
            return Some((base, text));
        }
    }
    None
}

/// Makes the path of a base folder plain; it may lead out of the folder of `mkdocs.yml`, which only leading `..` show.
fn plain_base(base: &str) -> Option<String> {
    if base.starts_with('/') || base.contains(['\\', '\0']) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Joins two paths; `None` if the result would leave the first one or is absolute.
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
        for (base, path, expect) in [
            ("../shared", "a.md", Some("../shared/a.md")),
            ("x/../../y/", "./a.md", Some("../y/a.md")),
            ("../shared", "../a.md", None),
            ("../..", "a/../b", Some("../../b")),
        ] {
            let joined = plain_base(base).and_then(|base| plain_path(&base, path));
            assert_eq!(joined.as_deref(), expect, "{base} {path}");
        }
        assert_eq!(plain_base("/etc"), None);
    }

    #[test]
    fn sections_lose_their_marks() {
        let lines = ["a", "# --8<-- [start:x]", "b", "# --8<-- [start:y]", "c", "# --8<-- [end:x]", "d"];
        assert_eq!(choose(&lines, &Part::Section("x")), ["b", "c"]);
    }
}
