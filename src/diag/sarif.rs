//! Findings as SARIF 2.1.0, the format of code scanning services.

use std::borrow::Cow;
use std::fmt::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::fingerprint::{self, Occurrences};
use super::visible::visible_json;
use super::{Code, Diagnostic, Positions, Severity, Sources};
use crate::text::Span;

/// Name of the one base that relative addresses are meant against: the scanned root.
const ROOT: &str = "%SRCROOT%";

/// Writes one SARIF log with one run.
///
/// # Errors
/// Only when `out` fails.
pub fn render(diagnostics: &[Diagnostic], sources: &dyn Sources, out: &mut dyn Write) -> fmt::Result {
    let mut positions = Positions::new(sources);
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut occurrences = Occurrences::default();
    let results = diagnostics
        .iter()
        .map(|diagnostic| {
            let index = codes.binary_search(&diagnostic.code).unwrap_or_default();
            finding(diagnostic, index, &mut positions, &mut occurrences)
        })
        .collect();
    let driver = Driver {
        name: "Playbill",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: codes.iter().map(|code| rule(*code)).collect(),
    };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: Bases { root: Base { description: text("The folder that was checked.") } },
            results,
        }],
    };
    let log = serde_json::to_string(&log).map_err(|_| fmt::Error)?;
    writeln!(out, "{}", visible_json(log))
}

// The objects of SARIF, with only the properties that are used here.

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'a str,
    original_uri_base_ids: Bases<'a>,
    results: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    semantic_version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Message<'a>,
    full_description: Message<'a>,
    help: Help<'a>,
    default_configuration: Configuration<'a>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Help<'a> {
    text: String,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration<'a> {
    level: &'a str,
}

#[derive(Serialize)]
struct Properties<'a> {
    tags: [&'a str; 1],
}

#[derive(Serialize)]
struct Bases<'a> {
    #[serde(rename = "%SRCROOT%")]
    root: Base<'a>,
}

#[derive(Serialize)]
struct Base<'a> {
    description: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    text: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'a str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Shared>,
}

#[derive(Serialize)]
struct Shared {
    /// The same for results of one cause.
    group: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints {
    /// The name under which GitHub looks for a fingerprint that is not to be made from the line's text.
    primary_location_line_hash: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[Logical<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    fully_qualified_name: &'a str,
    kind: &'a str,
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Message<'a> {
    Message { text: text.into() }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(code: Code) -> Rule<'static> {
    let rule = code.rule();
    let why = rule.explanation.split("\n\n").next().unwrap_or_default();
    Rule {
        id: rule.name,
        short_description: text(rule.summary),
        full_description: text(why.trim()),
        help: Help { text: super::explain::plain(code), markdown: rule.explanation },
        default_configuration: Configuration { level: level(rule.severity) },
        properties: Properties { tags: [rule.family.as_str()] },
    }
}

fn finding<'a>(
    diagnostic: &'a Diagnostic,
    rule_index: usize,
    positions: &mut Positions<'_>,
    occurrences: &mut Occurrences,
) -> Finding<'a> {
    let path = positions.path(diagnostic.span().file);
    let fingerprint = fingerprint::of(diagnostic, &path);
    let occurrence = occurrences.next(&fingerprint);
    let mut location = |index: usize| {
        let label = &diagnostic.labels[index];
        let entity = diagnostic.entity.as_deref().filter(|_| index == 0);
        Location {
            id: (index > 0).then_some(index),
            physical_location: physical(label.span, positions),
            logical_locations: entity.map(|name| [Logical { fully_qualified_name: name, kind: "entity" }]),
            message: (!label.text.is_empty()).then(|| text(&label.text)),
        }
    };
    Finding {
        rule_id: diagnostic.code.as_str(),
        rule_index,
        level: level(diagnostic.severity),
        message: match &diagnostic.help {
            Some(help) => text(format!("{}\nhelp: {help}", diagnostic.message)),
            None => text(&diagnostic.message),
        },
        locations: [location(0)],
        related_locations: (1..diagnostic.labels.len()).map(location).collect(),
        partial_fingerprints: Fingerprints { primary_location_line_hash: format!("{fingerprint}:{occurrence}") },
        properties: diagnostic.group().map(|group| Shared { group }),
    }
}

fn physical(span: Span, positions: &mut Positions<'_>) -> Physical {
    let place = positions.place(span);
    let artifact_location = match positions.path(span.file) {
        path if path.starts_with('/') => Artifact { uri: format!("file://{}", uri(&path)), uri_base_id: None },
        path => Artifact { uri: uri(&path), uri_base_id: Some(ROOT) },
    };
    let region = Region {
        start_line: place.start.line,
        start_column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    };
    Physical { artifact_location, region }
}

/// What a path segment may hold, but for `:`, which could pass for the end of a scheme.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'@');

fn uri(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::diag::sample::{Files, sample};
    use crate::diag::{Diagnostic, codes};

    fn written(diagnostics: &[Diagnostic], files: &Files) -> Value {
        let mut out = String::new();
        render(diagnostics, files, &mut out).unwrap();
        serde_json::from_str(&out).unwrap()
    }

    #[test]
    fn the_sample() {
        let (files, found) = sample();
        let mut log = written(&found, &files);
        // The explanations are prose with a life of their own, and the version moves on.
        log["runs"][0]["tool"]["driver"]["semanticVersion"] = json!("…");
        for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
            for text in [&["fullDescription", "text"], &["help", "text"], &["help", "markdown"]] {
                assert!(!rule[text[0]][text[1]].as_str().unwrap().is_empty());
                rule[text[0]][text[1]] = json!("…");
            }
        }
        insta::assert_snapshot!(format!("{log:#}"));
    }

    #[test]
    fn fingerprints_survive_moved_lines_and_tell_repetitions_apart() {
        let marks = |text: &str| {
            let files = Files::new(&[("a.yaml", Some(text))]);
            let at = |nth| Diagnostic::new(codes::INVALID_TAG, files.span(0, "Tag", nth), "the tag `Tag`");
            let log = written(&[at(0), at(1)], &files);
            let mark = |n: usize| log["runs"][0]["results"][n]["partialFingerprints"].to_string();
            (mark(0), mark(1))
        };
        let before = marks("tags: [Tag, Tag]");
        assert_eq!(before, marks("# moved\n\ntags:\n  - Tag\n  - Tag\n"));
        assert_ne!(before.0, before.1);
    }
}
