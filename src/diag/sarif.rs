//! Findings as SARIF 2.1.0, the format of code scanning services.

use std::fmt::{self, Write};

use serde_json::{Value, json};

use super::fingerprint::{self, Occurrences};
use super::{Code, Diagnostic, Positions, Severity, Sources};
use crate::text::Span;

/// Name of the one base that relative addresses are meant against: the scanned root.
const ROOT: &str = "%SRCROOT%";

/// Writes one SARIF log with one run, indented.
///
/// # Errors
/// Only when `out` fails.
pub fn render(diagnostics: &[Diagnostic], sources: &dyn Sources, out: &mut dyn Write) -> fmt::Result {
    let mut positions = Positions::new(sources);
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let mut occurrences = Occurrences::default();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let index = codes.binary_search(&diagnostic.code).unwrap_or_default();
            result(diagnostic, index, &mut positions, &mut occurrences)
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Playbill",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The folder that was checked." } } },
            "results": results,
        }],
    });
    writeln!(out, "{log:#}")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(code: Code) -> Value {
    let rule = code.rule();
    let why = rule.explanation.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    json!({
        "id": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": why.trim() },
        "help": { "text": super::explain::plain(code), "markdown": rule.explanation },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": [rule.family.as_str()] },
    })
}

fn result(
    diagnostic: &Diagnostic,
    rule_index: usize,
    positions: &mut Positions<'_>,
    occurrences: &mut Occurrences,
) -> Value {
    let path = positions.path(diagnostic.span().file);
    let fingerprint = fingerprint::of(diagnostic, &path);
    let occurrence = occurrences.next(&fingerprint);
    let text = match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut location = physical(diagnostic.span(), positions);
    if !diagnostic.labels[0].text.is_empty() {
        location["message"] = json!({ "text": diagnostic.labels[0].text });
    }
    if let Some(entity) = &diagnostic.entity {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": &**entity, "kind": "entity" }]);
    }
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": rule_index,
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": [location],
        // The name under which GitHub looks for a fingerprint that is not to be made from the line's text.
        "partialFingerprints": { "primaryLocationLineHash": format!("{fingerprint}:{occurrence}") },
    });
    let related: Vec<Value> = diagnostic.labels[1..]
        .iter()
        .enumerate()
        .map(|(index, label)| {
            let mut location = physical(label.span, positions);
            location["id"] = json!(index + 1);
            if !label.text.is_empty() {
                location["message"] = json!({ "text": label.text });
            }
            location
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    result
}

fn physical(span: Span, positions: &mut Positions<'_>) -> Value {
    let place = positions.place(span);
    let artifact = match positions.path(span.file) {
        path if path.starts_with('/') => json!({ "uri": format!("file://{}", uri(&path)) }),
        path => json!({ "uri": uri(&path), "uriBaseId": ROOT }),
    };
    json!({ "physicalLocation": {
        "artifactLocation": artifact,
        "region": {
            "startLine": place.start.line,
            "startColumn": place.start.column,
            "endLine": place.end.line,
            "endColumn": place.end.column,
        },
    } })
}

/// Percent-encodes all but what a path segment may hold; also `:`, which could pass for the end of a scheme.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(byte as char),
            b'/' | b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' => {
                uri.push(byte as char);
            }
            b';' | b'=' | b'@' => uri.push(byte as char),
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                uri.push('%');
                uri.push(DIGITS[usize::from(byte >> 4)] as char);
                uri.push(DIGITS[usize::from(byte & 15)] as char);
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
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
