//! Writing records: a new one in the format of its folder, and both sides of a supersession.
//!
//! Texts go in and come out; whoever calls reads the result again and makes sure that it says what it should.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::files;
use crate::calendar::Day;
use crate::html;

/// A record that is there.
#[derive(Debug, Clone)]
pub struct Existing {
    /// The name of its file.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Its title.
    pub title: String,
}

/// What a new record is to say.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// What it is called, without its number.
    pub title: &'a str,
    /// Its status.
    pub status: &'a str,
    /// Its day.
    pub day: Day,
    /// The records that it takes the place of, by index.
    pub supersedes: &'a [usize],
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Sections of a record in a folder that has none yet, as MADR has them.
const SECTIONS: &[&str] = &["Context and Problem Statement", "Considered Options", "Decision Outcome"];
/// Number of records, the last ones, from which the format is taken.
const LOOKED_AT: usize = 10;

static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?<before>\s*(?:[*+-]\s+)?(?:\*\*|__)?(?<key>status|date)(?:\*\*|__)?\s*:(?:\*\*|__)?[ \t]*)(?<value>.*?)[ \t]*\r?$").ok()
});
static HEADING: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?<marks>#{1,6})[ \t]+(?<title>.*?)[ \t]*#*[ \t]*\r?$").ok());
static NUMBERED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^(?<before>(?:adr[-_ ]?)?)(?<digits>\d{1,5})(?<after>\s*[.:)–-]\s*|\s+)").ok());

/// Where a text says something.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// The value of a key of the front matter.
    Front(Range<usize>),
    /// What follows the key in a line or an item of a list.
    Line(Range<usize>),
    /// The first line below a heading.
    Section(Range<usize>),
}

/// Returns the lines of a text with their ranges, without their ends.
fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let bare = line.trim_end_matches(['\n', '\r']);
        (start..start + bare.len(), bare)
    })
}

/// Returns the range of the lines between `---` at the beginning.
fn front_matter(text: &str) -> Option<Range<usize>> {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut own = lines(&text[mark..]);
    let (first, line) = own.next()?;
    if line.trim_end() != "---" {
        return None;
    }
    let start = mark + text[mark + first.end..].find('\n').map_or(first.end, |end| first.end + end + 1);
    let end = own.find(|(_, line)| matches!(line.trim_end(), "---" | "..."))?.0.start;
    Some(start..mark + end)
}

/// Finds where a text says its status or its day; `key` is in lower case.
fn place_of(text: &str, key: &str) -> Option<Place> {
    let front = front_matter(text);
    if let Some(front) = &front {
        let found = lines(&text[front.clone()]).find_map(|(range, line)| {
            let (name, value) = line.split_once(':')?;
            let at = range.end - value.trim_start().len();
            name.trim_end().eq_ignore_ascii_case(key).then(|| front.start + at..front.start + range.end)
        });
        if let Some(range) = found {
            return Some(Place::Front(range));
        }
    }
    let body = front.map_or(0, |front| front.end);
    let mut in_section = false;
    let mut above = true;
    let mut fence = false;
    for (range, line) in lines(text).filter(|(range, _)| range.start >= body) {
        if line.trim_start().starts_with("```") {
            fence = !fence;
        }
        if fence {
            continue;
        }
        if let Some(heading) = HEADING.as_ref()?.captures(line) {
            in_section = heading["title"].trim_end_matches(':').eq_ignore_ascii_case(key);
            above &= heading["marks"].len() == 1;
            continue;
        }
        if in_section && !line.trim().is_empty() {
            let marker = line.len() - line.trim_start().trim_start_matches(['*', '+', '-']).trim_start().len();
            let marker = if line.trim_start().starts_with(['*', '+', '-']) {
                marker
            } else {
                line.len() - line.trim_start().len()
            };
            return Some(Place::Section(range.start + marker..range.start + line.trim_end().len()));
        }
        let found = above
            .then(|| KEY.as_ref()?.captures(line))
            .flatten()
            .filter(|found| found["key"].eq_ignore_ascii_case(key));
        if let Some(value) = found.and_then(|found| found.name("value")) {
            return Some(Place::Line(range.start + value.start()..range.start + value.end()));
        }
    }
    None
}

impl Place {
    fn range(&self) -> Range<usize> {
        match self {
            Self::Front(range) | Self::Line(range) | Self::Section(range) => range.clone(),
        }
    }
}

/// Returns a text as one value of YAML.
fn quoted(value: &str) -> String {
    let is_sign = |c: char| matches!(c, ' ' | '.' | '_' | '/' | '-');
    let is_plain = value.starts_with(char::is_alphanumeric) && value.chars().all(|c| c.is_alphanumeric() || is_sign(c));
    if is_plain { value.to_owned() } else { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) }
}

fn with(text: &str, range: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

/// Returns how one record names another: a link with its number or title.
fn link(to: &str, title: &str) -> String {
    let shown = match files::number(to) {
        Some(number) if NUMBERED.as_ref().is_none_or(|pattern| !pattern.is_match(title)) => format!("ADR-{number:04}"),
        _ => title.replace(['[', ']'], ""),
    };
    let target = to.replace(' ', "%20");
    format!("[{shown}]({target})")
}

/// Returns the text of a record that another one has taken the place of.
#[must_use]
pub fn superseded(text: &str, by: &str, title: &str) -> String {
    let link = link(by, title);
    let Some(place) = place_of(text, "status") else { return with_status(text, &format!("superseded by {link}")) };
    let range = place.range();
    match place {
        Place::Front(_) => with(text, range, &quoted(&format!("superseded by {link}"))),
        Place::Line(_) => with(text, range, &format!("superseded by {link}")),
        Place::Section(_) => with(text, range, &format!("Superseded by {link}")),
    }
}

/// Returns the text of a record that has taken the place of another one.
#[must_use]
pub fn superseding(text: &str, of: &str, title: &str) -> String {
    let link = link(of, title);
    match place_of(text, "status") {
        Some(Place::Front(range)) => {
            let value = text[range.clone()].trim().trim_matches(['"', '\'']).to_owned();
            with(text, range, &quoted(&joined(&value, &link)))
        }
        Some(Place::Line(range)) => {
            let value = joined(text[range.clone()].trim(), &link);
            with(text, range, &value)
        }
        Some(Place::Section(range)) => with(text, range.end..range.end, &format!("\n\nSupersedes {link}")),
        None => {
            let end = text.trim_end();
            format!("{end}\n\n## Links\n\n- Supersedes {link}\n")
        }
    }
}

fn joined(status: &str, link: &str) -> String {
    if status.contains("supersedes") { format!("{status} and {link}") } else { format!("{status}; supersedes {link}") }
}

/// Adds a status to a text that has none.
fn with_status(text: &str, status: &str) -> String {
    if let Some(front) = front_matter(text) {
        return with(text, front.end..front.end, &format!("status: {}\n", quoted(status)));
    }
    let title = lines(text).find(|(_, line)| line.starts_with("# "));
    let at = title.map_or(0, |(range, _)| range.end);
    let capital = format!("{}{}", status[..1].to_uppercase(), &status[1..]);
    let (before, after) = text.split_at(at);
    let gap = if before.is_empty() { "" } else { "\n\n" };
    format!("{before}{gap}## Status\n\n{capital}\n{}{after}", if before.is_empty() { "\n" } else { "" })
}

/// Writes a new record in the format of those that are there, in the order of names; `template` is what the folder offers for
/// new ones.
#[must_use]
pub fn draft(existing: &[Existing], template: Option<&str>, wanted: &Wanted<'_>) -> Draft {
    let number = existing.iter().filter_map(|one| files::number(&one.name)).max().map_or(1, |last| last + 1);
    let newest = existing.iter().max_by_key(|one| (files::number(&one.name), &one.name));
    let name = name(newest.map(|one| &*one.name), number, wanted);
    let mut text = match (template, newest) {
        (Some(template), _) => filled(template, newest, number, wanted),
        (None, Some(newest)) => like(existing, newest, number, wanted),
        (None, None) => {
            let front = format!("---\nstatus: {}\ndate: {}\n---\n\n", quoted(wanted.status), wanted.day.iso());
            format!("{front}# {}\n{}", wanted.title, sections(SECTIONS.iter().map(|title| (*title).to_owned())))
        }
    };
    for at in wanted.supersedes {
        text = superseding(&text, &existing[*at].name, &existing[*at].title);
    }
    Draft { name, text }
}

/// Makes the name of a file: the number as wide as before, the same marks around it, the title in lower case.
fn name(newest: Option<&str>, number: u32, wanted: &Wanted<'_>) -> String {
    let slug = html::slug(wanted.title).split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let slug = if slug.is_empty() { "decision".to_owned() } else { slug };
    let Some((before, digits, after)) = newest.and_then(split) else { return format!("{number:04}-{slug}.md") };
    let slug = if after == "_" { slug.replace('-', "_") } else { slug };
    // Eight digits are a day.
    let own = if digits.len() == 8 {
        wanted.day.iso().replace('-', "")
    } else {
        format!("{number:0width$}", width = digits.len())
    };
    format!("{before}{own}{after}{slug}.md")
}

/// Takes the name of a file apart: what comes before the number, the number, and what joins it with the title.
fn split(name: &str) -> Option<(&str, &str, &str)> {
    files::is_numbered(name).then_some(())?;
    let start = name.find(|c: char| c.is_ascii_digit())?;
    let digits = name[start..].bytes().take_while(u8::is_ascii_digit).count();
    let after = &name[start + digits..];
    let joint = &after[..after.chars().next().map_or(0, char::len_utf8)];
    Some((&name[..start], &name[start..start + digits], joint))
}

/// Returns the heading of a record: with its number where the newest one has its own.
fn heading(newest: Option<&Existing>, number: u32, title: &str) -> String {
    let before = newest.and_then(|one| {
        let found = NUMBERED.as_ref()?.captures(&one.title)?;
        let own: u32 = found["digits"].parse().ok()?;
        (files::number(&one.name) == Some(own))
            .then(|| format!("{}{number:0width$}{}", &found["before"], &found["after"], width = found["digits"].len()))
    });
    format!("{}{title}", before.unwrap_or_default())
}

/// Fills in the template of a folder.
fn filled(template: &str, newest: Option<&Existing>, number: u32, wanted: &Wanted<'_>) -> String {
    let mut text = template.to_owned();
    let title = heading(newest, number, wanted.title);
    let found = lines(&text).find(|(_, line)| line.starts_with("# ")).map(|(range, _)| range);
    text = match found {
        Some(range) => with(&text, range, &format!("# {title}")),
        None => match front_matter(&text) {
            Some(front) => {
                let end = text[front.end..].find('\n').map_or(text.len(), |end| front.end + end + 1);
                with(&text, end..end, &format!("\n# {title}\n"))
            }
            None => format!("# {title}\n\n{text}"),
        },
    };
    for (key, value) in [("status", wanted.status), ("date", &*wanted.day.iso())] {
        match place_of(&text, key) {
            Some(Place::Front(range)) => text = with(&text, range, &quoted(value)),
            Some(place) => text = with(&text, place.range(), value),
            None => {}
        }
    }
    text
}

/// Writes a record with the same facts and headings as most others have.
fn like(existing: &[Existing], newest: &Existing, number: u32, wanted: &Wanted<'_>) -> String {
    let mut text = String::new();
    let (status, date) = (place_of(&newest.text, "status"), place_of(&newest.text, "date"));
    let day = wanted.day.iso();
    if let Some(front) = front_matter(&newest.text) {
        text.push_str("---\n");
        for (_, line) in lines(&newest.text[front]) {
            let Some((key, _)) = line.split_once(':').filter(|(key, _)| !key.starts_with([' ', '-', '#'])) else {
                continue;
            };
            match key.trim().to_lowercase().as_str() {
                "status" => _ = writeln!(text, "{key}: {}", quoted(wanted.status)),
                "date" => _ = writeln!(text, "{key}: {day}"),
                // Where the record is among the pages of a site.
                "parent" | "layout" => _ = writeln!(text, "{line}"),
                "nav_order" => _ = writeln!(text, "{key}: {number}"),
                _ => {}
            }
        }
        text.push_str("---\n\n");
    }
    let _ = writeln!(text, "# {}", heading(Some(newest), number, wanted.title));
    // Items of a list are together, lines apart.
    let mut facts = Vec::new();
    for (place, value) in [(&status, wanted.status), (&date, &*day)] {
        let Some(Place::Line(range)) = place else { continue };
        let start = newest.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        facts.push((range.start, format!("{}{value}\n", &newest.text[start..range.start])));
    }
    facts.sort();
    if !facts.is_empty() {
        text.push('\n');
        text.extend(facts.into_iter().map(|(_, line)| line));
    }
    let status = matches!(status, Some(Place::Section(_))).then_some(wanted.status);
    let titles =
        common_headings(existing).into_iter().filter(|title| !is_named(title, "links") && !is_named(title, "date"));
    for title in titles {
        let body = status.filter(|_| is_named(&title, "status")).map(capital).unwrap_or_default();
        let _ = writeln!(text, "\n## {title}");
        if !body.is_empty() {
            let _ = writeln!(text, "\n{body}");
        }
    }
    format!("{}\n", text.trim_end())
}

fn is_named(title: &str, name: &str) -> bool {
    title.trim_end_matches(':').eq_ignore_ascii_case(name)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn sections(titles: impl Iterator<Item = String>) -> String {
    titles.map(|title| format!("\n## {title}\n")).collect()
}

/// Returns the headings that at least half of the last records have, in the order of the newest that has them.
fn common_headings(existing: &[Existing]) -> Vec<String> {
    let last = &existing[existing.len().saturating_sub(LOOKED_AT)..];
    let of = |text: &str| -> Vec<String> {
        let Some(pattern) = HEADING.as_ref() else { return Vec::new() };
        let mut fence = false;
        let titles = lines(text).filter_map(|(_, line)| {
            fence ^= line.trim_start().starts_with("```");
            let found = pattern.captures(line).filter(|found| !fence && found["marks"].len() == 2)?;
            Some(found["title"].to_owned())
        });
        titles.collect()
    };
    let all: Vec<Vec<String>> = last.iter().map(|one| of(&one.text)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for title in all.iter().flatten() {
        *counts.entry(title).or_default() += 1;
    }
    let is_common = |title: &&String| counts.get(title.as_str()).is_some_and(|count| 2 * count >= last.len());
    let best = all.iter().rev().max_by_key(|titles| titles.iter().filter(is_common).count());
    let mut titles: Vec<String> = best.into_iter().flatten().filter(is_common).cloned().collect();
    let mut seen = BTreeSet::new();
    titles.retain(|title| seen.insert(title.clone()));
    titles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn existing(name: &str, text: &str) -> Existing {
        let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or("T").to_owned();
        Existing { name: name.to_owned(), text: text.to_owned(), title }
    }

    fn wanted<'a>(title: &'a str, supersedes: &'a [usize]) -> Wanted<'a> {
        Wanted { title, status: "proposed", day: Day::new(2026, 11, 29).unwrap(), supersedes }
    }

    const NYGARD: &str =
        "# 2. Use X\n\nDate: 2020-01-01\n\n## Status\n\nAccepted\n\n## Context\n\nC\n\n## Decision\n\nD\n";
    const MADR4: &str = "---\nstatus: accepted\ndate: 2020-01-01\ndecision-makers: Ann\n---\n\n# Use X\n\n## Context and Problem Statement\n\nC\n";
    const MADR2: &str =
        "# Use X\n\n* Status: accepted\n* Deciders: Ann\n* Date: 2020-01-01\n\n## Decision Outcome\n\nD\n";

    #[test]
    fn a_new_record_looks_like_the_others() {
        let check = |name: &str, text: &str, expect: &str, record: &str| {
            let draft = draft(&[existing(name, text)], None, &wanted("Use Y & Z", &[]));
            assert_eq!((draft.name.as_str(), draft.text.as_str()), (expect, record));
        };
        check(
            "0002-use-x.md",
            NYGARD,
            "0003-use-y-z.md",
            "# 3. Use Y & Z\n\nDate: 2026-11-29\n\n## Status\n\nProposed\n\n## Context\n\n## Decision\n",
        );
        check(
            "adr-009-use-x.md",
            MADR4,
            "adr-010-use-y-z.md",
            "---\nstatus: proposed\ndate: 2026-11-29\n---\n\n# Use Y & Z\n\n## Context and Problem Statement\n",
        );
        check(
            "20200101-use-x.md",
            MADR2,
            "20261129-use-y-z.md",
            "# Use Y & Z\n\n* Status: proposed\n* Date: 2026-11-29\n\n## Decision Outcome\n",
        );
        check(
            "0001_x.md",
            "---\nparent: Decisions\nnav_order: 1\n---\n# ADR-0001: X\n",
            "0002_use_y_z.md",
            "---\nparent: Decisions\nnav_order: 2\n---\n\n# ADR-0002: Use Y & Z\n",
        );
        let first = draft(&[], None, &wanted("Über", &[]));
        assert!(first.name.starts_with("0001-") && first.text.contains("status: proposed"), "{first:?}");
    }

    #[test]
    fn a_template_is_filled_in() {
        let template = "---\nstatus: \"{proposed | rejected}\"\ndate: {YYYY-MM-DD}\n---\n\n# {short title}\n\n## Context\n\nWhat?\n";
        let found = draft(&[], Some(template), &wanted("Use Y", &[]));
        assert_eq!(found.text, "---\nstatus: proposed\ndate: 2026-11-29\n---\n\n# Use Y\n\n## Context\n\nWhat?\n");
    }

    #[test]
    fn both_sides_of_a_supersession_are_written() {
        let by = |text: &str| superseded(text, "0003-y.md", "Use Y");
        assert!(by(MADR4).contains("status: \"superseded by [ADR-0003](0003-y.md)\"\ndate"), "{}", by(MADR4));
        assert!(by(MADR2).contains("* Status: superseded by [ADR-0003](0003-y.md)\n* Deciders"));
        assert!(by(NYGARD).contains("## Status\n\nSuperseded by [ADR-0003](0003-y.md)\n\n## Context"));
        assert_eq!(by("# X\n\nText\n"), "# X\n\n## Status\n\nSuperseded by [ADR-0003](0003-y.md)\n\n\nText\n");
        let numbered = superseded(NYGARD, "0003-y.md", "3. Use Y");
        assert!(numbered.contains("Superseded by [3. Use Y](0003-y.md)"));
        for (name, text, expect) in [
            ("0002-x.md", NYGARD, "Proposed\n\nSupersedes [2. Use X](0002-x.md)\n"),
            ("0002-x.md", MADR4, "status: \"proposed; supersedes [ADR-0002](0002-x.md)\"\n"),
            ("0002-x.md", MADR2, "* Status: proposed; supersedes [ADR-0002](0002-x.md)\n"),
            ("0002-x.md", "# X\n\nText\n", "## Links\n\n- Supersedes [ADR-0002](0002-x.md)\n"),
        ] {
            let found = draft(&[existing(name, text)], None, &wanted("Use Y", &[0]));
            assert!(found.text.contains(expect), "{}", found.text);
        }
    }

    #[test]
    fn a_status_in_code_is_none() {
        assert_eq!(place_of("# X\n\n```\nStatus: no\n```\n", "status"), None);
        assert_eq!(place_of("# X\n\n## Context\n\nStatus: no\n", "status"), None);
        assert_eq!(place_of("# X\n\n**Status:** yes\n", "status"), Some(Place::Line(17..20)));
    }
}
