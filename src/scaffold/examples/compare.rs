//! Compares what came of an example with what it expects.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::MAX_DIFFERENCES;
use crate::scaffold::language::script;
use crate::scaffold::run::Outcome;
use crate::scaffold::tree::{Entry, Tree};
use crate::scaffold::{budget, yaml_in};
use crate::text::{Span, nearest};
use crate::yaml::{Map as Mapping, Node};

/// What is not as it should be.
pub(super) struct Differences {
    /// Where there is no better place.
    pub(super) span: Span,
    pub(super) found: Vec<(Span, String)>,
}

impl Differences {
    pub(super) fn add(&mut self, span: Option<Span>, message: String) {
        self.found.push((span.unwrap_or(self.span), message));
    }

    pub(super) fn files(&mut self, files: &Mapping, tree: &Tree) {
        for entry in files.entries() {
            let path = &*entry.key;
            let there = tree.get(path);
            if entry.value.get("absent").and_then(Node::as_bool) == Some(true) {
                if there.is_some() {
                    self.add(Some(entry.key_span), format!("`{path}` should not be there"));
                }
                continue;
            }
            let Some(there) = there else {
                // The final report needs no hint beyond that.
                let paths = tree.entries().map(|(path, _)| path).filter(|_| self.found.len() < MAX_DIFFERENCES);
                let hint = nearest(path, paths).map_or_else(String::new, |near| format!("; there is `{near}`"));
                self.add(Some(entry.key_span), format!("`{path}` is not there{hint}"));
                continue;
            };
            let Entry::File { bytes, mode } = there else { continue };
            if budget::take_bytes(bytes.len()).is_err() {
                return;
            }
            let text = String::from_utf8_lossy(bytes);
            if let Some(wanted) = entry.value.as_str() {
                if let Some(line) = difference(wanted, &text) {
                    self.add(Some(entry.value.span), format!("`{path}` {line}"));
                }
                continue;
            }
            for check in entry.value.as_map().map_or(&[][..], Mapping::entries) {
                self.file(path, &text, mode & 0o111 != 0, &check.key, &check.value);
            }
        }
    }

    fn file(&mut self, path: &str, text: &str, executable: bool, check: &str, wanted: &Node) {
        let several = wanted.as_seq().unwrap_or(std::slice::from_ref(wanted));
        match check {
            "contains" | "lacks" => {
                for part in several {
                    if budget::take_bytes(text.len()).is_err() {
                        return;
                    }
                    let there = text.contains(&plain(part));
                    if there != (check == "contains") {
                        let verb = if there { "contains" } else { "does not contain" };
                        self.add(Some(part.span), format!("`{path}` {verb} this"));
                    }
                }
            }
            "matches" => {
                for part in several {
                    match script::matches(text, &plain(part), "m") {
                        Ok(true) => {}
                        Ok(false) => self.add(Some(part.span), format!("`{path}` does not match this")),
                        Err(error) => self.add(Some(part.span), format!("this cannot be matched: {error}")),
                    }
                }
            }
            "executable" => {
                if wanted.as_bool().is_some_and(|wanted| wanted != executable) {
                    let not = if executable { "" } else { "not " };
                    self.add(Some(wanted.span), format!("`{path}` is {not}executable"));
                }
            }
            "yaml" | "json" => {
                if budget::take_bytes(4 * text.len()).is_err() {
                    return;
                }
                let read = match check {
                    "yaml" => yaml_in::documents(text).map(|mut documents| {
                        if documents.len() == 1 { documents.remove(0) } else { Json::Array(documents) }
                    }),
                    _ => serde_json::from_str(text).map_err(|error| error.to_string()),
                };
                match read {
                    Err(error) => self.add(Some(wanted.span), format!("`{path}` is no {check}: {error}")),
                    Ok(value) => {
                        for entry in wanted.as_map().map_or(&[][..], Mapping::entries) {
                            match at(&value, &entry.key) {
                                Some(value) => self.value(&entry.value, value, &format!("{path}: {}", entry.key)),
                                None if entry.value.is_null() => {}
                                None => {
                                    self.add(Some(entry.key_span), format!("`{path}` has nothing at `{}`", entry.key));
                                }
                            }
                        }
                    }
                }
            }
            other => {
                let known = ["absent", "contains", "lacks", "matches", "executable", "yaml", "json"];
                self.add(
                    Some(wanted.span),
                    format!("nothing can be expected as `{other}`: here are `{}`", known.join("`, `")),
                );
            }
        }
    }

    /// Compares a value in part: what is not named may be anything.
    pub(super) fn value(&mut self, wanted: &Node, is: &Json, name: &str) {
        match (wanted.as_map(), is) {
            (Some(map), Json::Object(entries)) => {
                for entry in map.entries() {
                    match entries.get(&*entry.key) {
                        Some(value) => self.value(&entry.value, value, &format!("{name}.{}", entry.key)),
                        None => self.add(Some(entry.key_span), format!("`{name}` has no `{}`", entry.key)),
                    }
                }
                return;
            }
            (None, Json::Array(items)) => {
                if let Some(list) = wanted.as_seq()
                    && list.len() == items.len()
                {
                    for (number, (wanted, is)) in list.iter().zip(items).enumerate() {
                        self.value(wanted, is, &format!("{name}[{number}]"));
                    }
                    return;
                }
            }
            _ => {}
        }
        let value = serde_json::to_value(wanted).unwrap_or_default();
        let same = match (&value, is) {
            (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
            (a, b) => a == b,
        };
        if !same {
            self.add(Some(wanted.span), format!("`{name}` is `{}`", short(&is.to_string())));
        }
    }

    pub(super) fn plan(&mut self, plan: &Node, outcome: &Outcome) {
        let wanted = plan.as_seq().unwrap_or_default();
        let name = |node: &Node| node.as_str().or_else(|| node.get("action")?.as_str()).unwrap_or_default().to_owned();
        let names: Vec<String> = wanted.iter().map(name).collect();
        let made: Vec<&str> = outcome.plan.iter().map(|planned| planned.action.as_str()).collect();
        if names != made {
            let told = if made.is_empty() { "nothing".to_owned() } else { format!("`{}`", made.join("`, `")) };
            self.add(Some(plan.span), format!("{told} is planned"));
            return;
        }
        for (wanted, planned) in wanted.iter().zip(&outcome.plan) {
            if let Some(input) = wanted.get("input") {
                self.value(input, &planned.input, &planned.action);
            }
        }
    }

    pub(super) fn trees(&mut self, wanted: &Tree, is: &Tree) {
        let files = |tree: &Tree| -> BTreeMap<String, Arc<[u8]>> {
            let entries = tree.entries().filter_map(|(path, entry)| match entry {
                Entry::File { bytes, .. } => Some((path.to_owned(), Arc::clone(bytes))),
                Entry::Link(target) => Some((path.to_owned(), target.as_bytes().into())),
                Entry::Folder => None,
            });
            entries.collect()
        };
        let (wanted, is) = (files(wanted), files(is));
        for (path, bytes) in &wanted {
            match is.get(path) {
                None => self.add(None, format!("`{path}` of the snapshot is not there")),
                Some(now) if now == bytes => {}
                Some(now) => {
                    let line = difference(&String::from_utf8_lossy(bytes), &String::from_utf8_lossy(now));
                    let line = line.unwrap_or_else(|| "differs".to_owned());
                    self.add(None, format!("`{path}` is not that of the snapshot: it {line}"));
                }
            }
        }
        for path in is.keys().filter(|path| !wanted.contains_key(*path)) {
            self.add(None, format!("`{path}` is not in the snapshot"));
        }
    }
}

/// Returns a value as it is written.
fn plain(node: &Node) -> String {
    match serde_json::to_value(node) {
        Ok(Json::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Says in which line a text is not the one that is wanted.
fn difference(wanted: &str, is: &str) -> Option<String> {
    if wanted == is {
        return None;
    }
    let mut lines = (wanted.lines(), is.lines());
    for number in 1.. {
        match (lines.0.next(), lines.1.next()) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => {
                return Some(format!("has `{}` in line {number}, and should have `{}`", short(b), short(a)));
            }
            (Some(a), None) => return Some(format!("ends before line {number}, `{}`", short(a))),
            (None, Some(b)) => return Some(format!("has more from line {number}, `{}`", short(b))),
            (None, None) => break,
        }
    }
    Some("differs in the ends of its lines".to_owned())
}

fn short(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Returns what is at a path such as `spec.owner` or `[0].metadata.name`; a key with dots is tried first.
pub(super) fn at<'v>(value: &'v Json, path: &str) -> Option<&'v Json> {
    if path.is_empty() {
        return Some(value);
    }
    if let Some(rest) = path.strip_prefix('[') {
        let (number, rest) = rest.split_once(']')?;
        return at(value.get(number.parse::<usize>().ok()?)?, rest.strip_prefix('.').unwrap_or(rest));
    }
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let ends = path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(end, _)| end);
    ends.rev().find_map(|end| {
        let rest = &path[end..];
        at(value.get(&path[..end])?, rest.strip_prefix('.').unwrap_or(rest))
    })
}
