//! Coverage in the forms of Cobertura, JaCoCo and LCOV. Everything is counted from lines, as Backstage's plugin does; the
//! rates that a report states are not used.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::common::no_requests;
use crate::snapshots::answer::{Refusal, without_mark};
use crate::snapshots::facts::{Fact, Tone, rounded};
use crate::snapshots::record::{Cell, Record, Rows};
use crate::snapshots::source::{Input, Source, Tab, by_entity, report};

/// The source.
pub(super) const SOURCE: Source = Source {
    id: "coverage",
    title: "Coverage",
    ttl: 30 * 24,
    tab: Tab::Quality,
    icon: "check",
    annotations: &[],
    grammar: "",
    parts: &[report("coverage")],
    facts: &["coverage.line", "coverage.branch", "coverage.lines", "coverage.covered", "coverage.files"],
    all: false,
    claims: by_entity,
    read,
    by_entity: false,
    server: None,
    requests: no_requests,
    notes: "Cobertura, JaCoCo and LCOV, told apart by their content.",
};

/// Lines and branches of one file.
#[derive(Debug, Default)]
struct File {
    /// By number: how often it ran.
    lines: BTreeMap<u64, u64>,
    /// By number: branches taken and all.
    branches: BTreeMap<u64, (u64, u64)>,
}

type Files = BTreeMap<String, File>;

fn read(input: &Input<'_>) -> Result<Option<Record>, Refusal> {
    let mut files = Files::new();
    for bytes in input.part("coverage").into_iter().flat_map(|part| &part.bytes) {
        let bytes = without_mark(bytes).trim_ascii();
        match bytes.first() {
            None => return Err(Refusal::Empty),
            Some(b'<') => xml(bytes, &mut files)?,
            Some(_) => lcov(bytes, &mut files)?,
        }
    }
    Ok(Some(record(&files)))
}

fn record(files: &Files) -> Record {
    let mut record = Record::default();
    let count = |file: &File| (file.lines.len(), file.lines.values().filter(|hits| **hits > 0).count());
    let (lines, covered) = files.values().map(count).fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    let branches = files.values().flat_map(|file| file.branches.values()).fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    let facts = &mut record.facts;
    if lines > 0 {
        facts.set("coverage.line", Fact::Number(rounded(100.0 * covered as f64 / lines as f64, 2)));
    }
    if branches.1 > 0 {
        facts.set("coverage.branch", Fact::Number(rounded(100.0 * branches.0 as f64 / branches.1 as f64, 2)));
    }
    facts.count("coverage.lines", lines);
    facts.count("coverage.covered", covered);
    facts.count("coverage.files", files.len());
    if files.is_empty() {
        record.say("no files");
    }
    let share = |file: &File| {
        let (lines, covered) = count(file);
        if lines == 0 { 100.0 } else { 100.0 * covered as f64 / lines as f64 }
    };
    let mut worst: Vec<(&String, &File)> = files.iter().collect();
    worst.sort_by(|a, b| share(a.1).total_cmp(&share(b.1)));
    record.table(Rows::new(
        "Files",
        &["File", "Covered", "Lines"],
        worst.into_iter().map(|(name, file)| {
            let tone = match share(file) {
                share if share >= 80.0 => Tone::Good,
                share if share >= 50.0 => Tone::Warn,
                _ => Tone::Bad,
            };
            let (lines, covered) = count(file);
            vec![
                Cell::text(name),
                Cell::word(&format!("{}%", rounded(share(file), 1)), tone),
                Cell::number(format!("{covered}/{lines}")),
            ]
        }),
    ));
    record
}

fn lcov(bytes: &[u8], files: &mut Files) -> Result<(), Refusal> {
    let text = String::from_utf8_lossy(bytes);
    let mut current: Option<String> = None;
    let mut is_report = false;
    for line in text.lines() {
        let line = line.trim();
        if let Some(path) = line.strip_prefix("SF:") {
            files.entry(path.to_owned()).or_default();
            current = Some(path.to_owned());
            is_report = true;
        } else if line == "end_of_record" {
            current = None;
        } else if let Some(file) = current.as_ref().and_then(|name| files.get_mut(name)) {
            if let Some(rest) = line.strip_prefix("DA:") {
                let mut cells = rest.split(',');
                if let (Some(number), Some(hits)) = (cells.next().and_then(|n| n.trim().parse().ok()), cells.next()) {
                    // Some tools write a count that is below zero.
                    let hits = hits.trim().parse::<f64>().unwrap_or(0.0).max(0.0) as u64;
                    let line = file.lines.entry(number).or_default();
                    *line = line.saturating_add(hits);
                }
            } else if let Some(rest) = line.strip_prefix("BRDA:")
                && let (Some((number, _)), Some((_, taken))) = (rest.split_once(','), rest.rsplit_once(','))
                && let Ok(number) = number.trim().parse()
            {
                // The branch may be a text; `-` was never reached.
                let branch = file.branches.entry(number).or_default();
                branch.0 += u64::from(taken.trim().parse::<f64>().is_ok_and(|taken| taken > 0.0));
                branch.1 += 1;
            }
        } else if line.starts_with("TN:") {
            is_report = true;
        }
    }
    if is_report { Ok(()) } else { Err(Refusal::NotReport) }
}

/// Returns an attribute.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let value = tag.try_get_attribute(name).ok()??;
    value.normalized_value(quick_xml::XmlVersion::Explicit1_0).ok().map(std::borrow::Cow::into_owned)
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u64> {
    attribute(tag, name)?.trim().parse::<f64>().ok().filter(|number| *number >= 0.0).map(|number| number as u64)
}

/// Reads Cobertura and JaCoCo. Declarations are skipped, and no entity is expanded but the built-in ones.
fn xml(bytes: &[u8], files: &mut Files) -> Result<(), Refusal> {
    let mut reader = Reader::from_reader(bytes);
    reader.config_mut().check_end_names = false;
    let mut root: Option<&'static str> = None;
    let mut reading = Reading::default();
    loop {
        match reader.read_event() {
            Err(_) => return Err(Refusal::NotReport),
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag)) => {
                if root.is_none() {
                    root = Some(known(tag.local_name().as_ref())?);
                }
                reading.begin(&tag, files, false);
            }
            Ok(Event::Empty(tag)) => {
                if root.is_none() {
                    root = Some(known(tag.local_name().as_ref())?);
                }
                reading.begin(&tag, files, true);
            }
            Ok(Event::End(tag)) => reading.end(tag.local_name().as_ref(), files),
            Ok(_) => {}
        }
    }
    if root.is_some() { Ok(()) } else { Err(Refusal::NotReport) }
}

fn known(root: &str) -> Result<&'static str, Refusal> {
    match root {
        "coverage" => Ok("coverage"),
        "report" => Ok("report"),
        "html" | "HTML" => Err(Refusal::Html("a report")),
        _ => Err(Refusal::NotReport),
    }
}

/// Where in a report the reader is.
#[derive(Debug, Default)]
struct Reading {
    package: String,
    file: Option<String>,
    in_method: bool,
    /// Lines of the class that is read: its own, and those of its methods.
    own: BTreeMap<u64, (u64, Option<(u64, u64)>)>,
    of_methods: BTreeMap<u64, (u64, Option<(u64, u64)>)>,
}

impl Reading {
    fn begin(&mut self, tag: &BytesStart<'_>, files: &mut Files, is_empty: bool) {
        match tag.local_name().as_ref() {
            "package" => self.package = attribute(tag, "name").unwrap_or_default(),
            "class" => {
                // JaCoCo has classes too, whose lines are listed below source files.
                self.file = attribute(tag, "filename");
                if let Some(file) = &self.file {
                    files.entry(file.clone()).or_default();
                }
                self.own.clear();
                self.of_methods.clear();
            }
            "sourcefile" if !is_empty => {
                let name = attribute(tag, "name").unwrap_or_default();
                let name = if self.package.is_empty() { name } else { format!("{}/{name}", self.package) };
                files.entry(name.clone()).or_default();
                self.file = Some(name);
            }
            "methods" => self.in_method = !is_empty,
            "line" => self.line(tag, files),
            _ => {}
        }
    }

    fn line(&mut self, tag: &BytesStart<'_>, files: &mut Files) {
        let Some(name) = &self.file else { return };
        if let Some(line) = number(tag, "nr") {
            // JaCoCo: instructions and branches covered and missed.
            let Some(file) = files.get_mut(name) else { return };
            let covered = number(tag, "ci").unwrap_or(0);
            let hits = file.lines.entry(line).or_default();
            *hits = hits.saturating_add(covered);
            let (taken, missed) = (number(tag, "cb").unwrap_or(0), number(tag, "mb").unwrap_or(0));
            if taken + missed > 0 {
                let branch = file.branches.entry(line).or_default();
                branch.0 += taken;
                branch.1 += taken + missed;
            }
        } else if let Some(line) = number(tag, "number") {
            let hits = number(tag, "hits").unwrap_or(0);
            let has_branches = attribute(tag, "branch").is_some_and(|branch| branch.eq_ignore_ascii_case("true"));
            let branches =
                if has_branches { attribute(tag, "condition-coverage").as_deref().and_then(conditions) } else { None };
            let lines = if self.in_method { &mut self.of_methods } else { &mut self.own };
            let entry = lines.entry(line).or_default();
            entry.0 = entry.0.saturating_add(hits);
            entry.1 = match (entry.1, branches) {
                (Some((a, b)), Some((c, d))) => Some((a + c, b + d)),
                (one, other) => other.or(one),
            };
        }
    }

    fn end(&mut self, name: &str, files: &mut Files) {
        match name {
            "methods" => self.in_method = false,
            "sourcefile" => self.file = None,
            "class" => {
                let Some(file) = self.file.take().and_then(|name| files.get_mut(&name)) else { return };
                let own = std::mem::take(&mut self.own);
                // Lines of methods count where the class itself lacks them.
                let further =
                    std::mem::take(&mut self.of_methods).into_iter().filter(|(line, _)| !own.contains_key(line));
                for (line, (hits, branches)) in further.collect::<Vec<_>>().into_iter().chain(own) {
                    let known = file.lines.entry(line).or_default();
                    *known = known.saturating_add(hits);
                    if let Some((taken, all)) = branches {
                        let branch = file.branches.entry(line).or_default();
                        branch.0 += taken;
                        branch.1 += all;
                    }
                }
            }
            _ => {}
        }
    }
}

/// Reads `50% (1/2)`.
fn conditions(text: &str) -> Option<(u64, u64)> {
    let inside = text.split_once('(')?.1.split_once(')')?.0;
    let (taken, all) = inside.split_once('/')?;
    Some((taken.trim().parse().ok()?, all.trim().parse().ok()?))
}

/// Returns when a report says that it was made.
pub(in crate::snapshots) fn made_at(bytes: &[u8]) -> Option<i64> {
    let bytes = without_mark(bytes).trim_ascii();
    if !bytes.starts_with(b"<") {
        return None;
    }
    let mut reader = Reader::from_reader(bytes);
    // It occurs near the beginning.
    for _ in 0..40 {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "coverage" => return crate::snapshots::time::parse(&attribute(&tag, "timestamp")?),
                "sessioninfo" => return crate::snapshots::time::parse(&attribute(&tag, "dump")?),
                "html" | "HTML" => return None,
                _ => {}
            },
            Event::Eof => return None,
            _ => {}
        }
    }
    None
}
