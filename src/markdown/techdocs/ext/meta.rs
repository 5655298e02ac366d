//! Data at the start of a page: YAML between dashes, or old-style `Key: value` lines.

use std::collections::BTreeMap;

use serde_yaml::{Mapping, Value};

use crate::yaml;

/// Front matter nests deeper than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::markdown::techdocs) struct TooDeep;

/// Splits front matter off, as MkDocs does; YAML that cannot be read stays part of the page.
pub(in crate::markdown::techdocs) fn split(text: &str) -> Result<(Mapping, &str), TooDeep> {
    if let Some((yaml, rest)) = between_dashes(text) {
        if yaml::is_deep(yaml) {
            return Err(TooDeep);
        }
        return Ok(match serde_yaml::from_str::<Value>(yaml) {
            Ok(Value::Mapping(mapping)) => (mapping, rest.trim_start_matches('\n')),
            _ => (Mapping::new(), text),
        });
    }
    Ok(old_style(text))
}

/// Returns the text without what Python-Markdown's own extension `meta` takes away, which MkDocs has left: dashes on
/// the first line need no others, and lines of a key and a value no dashes.
pub(in crate::markdown::techdocs) fn without(text: &str) -> &str {
    let mut rest = if text.starts_with("---") { text.split_once('\n').map_or("", |(_, rest)| rest) } else { text };
    let mut has_key = false;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if line.trim().is_empty() || line.starts_with("---") || line.starts_with("...") {
            return after;
        }
        if key_value(line).is_some() {
            has_key = true;
        } else if !(has_key && line.starts_with("    ")) {
            return rest;
        }
        rest = after;
    }
    rest
}

fn between_dashes(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("---")?;
    let end = rest.find('\n')?;
    if !rest[..end].trim_matches([' ', '\t']).is_empty() {
        return None;
    }
    let body = &rest[end + 1..];
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        let closes = bare
            .strip_prefix("---")
            .or_else(|| bare.strip_prefix("..."))
            .is_some_and(|rest| rest.trim_matches([' ', '\t']).is_empty());
        if closes && line.ends_with('\n') && at > 0 {
            return Some((&body[..at], &body[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

/// Reads `Key: value` lines up to a blank line or the first other one; values of one key are joined by a space.
fn old_style(text: &str) -> (Mapping, &str) {
    let mut values: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut key: Option<String> = None;
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if line.trim().is_empty() {
            rest = after;
            break;
        }
        if let Some((name, value)) = key_value(line) {
            let name = name.to_lowercase();
            values.entry(name.clone()).or_default().push(value);
            key = Some(name);
        } else if let Some(name) = &key
            && (line.starts_with("    ") || line.starts_with('\t'))
        {
            values.entry(name.clone()).or_default().push(line.trim_start());
        } else {
            break;
        }
        rest = after;
    }
    let data = values.into_iter().map(|(key, values)| (Value::String(key), Value::String(values.join(" ")))).collect();
    (data, rest.trim_start_matches('\n'))
}

fn key_value(line: &str) -> Option<(&str, &str)> {
    let bare = line.trim_start_matches(' ');
    if line.len() - bare.len() > 3 {
        return None;
    }
    let (key, value) = bare.split_once(':')?;
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_key.then(|| (key, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, title: Option<&str>, rest: &str) {
        let (data, body) = split(text).expect("front matter that nests little");
        assert_eq!(data.get("title").and_then(Value::as_str), title, "{text:?}");
        assert_eq!(body, rest, "{text:?}");
    }

    #[test]
    fn front_matter_is_split_off() {
        check("---\ntitle: A\n---\n\ntext\n", Some("A"), "text\n");
        check("---\ntitle: A\n...\ntext\n", Some("A"), "text\n");
        check("---\ntitle: [x\n---\n\ntext\n", None, "---\ntitle: [x\n---\n\ntext\n");
        check("---\n\ntext\n", None, "---\n\ntext\n");
    }

    #[test]
    fn the_extension_takes_more() {
        assert_eq!(without("---\n\ntext\n"), "text\n");
        assert_eq!(without("--- x\na: b\n    c\n...\ntext\n"), "text\n");
        assert_eq!(without("a: b\n  c\n\ntext\n"), "  c\n\ntext\n");
        assert_eq!(without("text\n---\n"), "text\n---\n");
    }

    #[test]
    fn key_value_lines_are_lost() {
        check("Title: A\nfoo: b\n    c\n\ntext\n", Some("A"), "text\n");
        check("https://x.y\nmore\n", None, "more\n");
        check("text\n", None, "text\n");
    }
}
