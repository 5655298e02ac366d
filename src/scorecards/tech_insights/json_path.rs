//! JSONPath as the library jsonpath-plus reads it, which is what checks are written for.
//!
//! A path is cut into steps by a few replacements of text, so that odd paths mean odd things instead of being refused; filters are
//! read when they are first applied.

use std::fmt::Write as _;

use super::property::child;
use crate::yaml::{Map, Node, Value};

/// Values that one path may lead to, and that one descent may visit.
const MOST: usize = 10_000;

/// Finds what a path leads to: a value, a list of values where the path may lead to several, or nothing.
///
/// # Errors
/// When a filter in it cannot be read or applied.
pub(super) fn find(node: &Node, path: &str) -> Result<Option<Node>, String> {
    let mut steps = steps(path);
    if steps.len() > 1 && steps[0] == "$" {
        steps.remove(0);
    }
    let mut walk = Walk { found: Vec::new(), visited: 0 };
    walk.follow(&steps, node, false, false)?;
    Ok(match &*walk.found {
        [] => None,
        [(value, false)] => Some(value.clone()),
        found => {
            Some(Node { span: node.span, value: Value::Seq(found.iter().map(|(value, _)| value.clone()).collect()) })
        }
    })
}

/// Cuts a path into its steps.
fn steps(path: &str) -> Vec<String> {
    let (path, filters) = without_filters(path);
    let mut out = String::new();
    let letters: Vec<char> = path.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        let next = |ahead: usize| letters.get(at + ahead).copied();
        match letters[at] {
            '[' => {
                let quote = next(1).filter(|c| matches!(c, '\'' | '"'));
                // Points within a quoted name are part of it.
                let end =
                    quote.and_then(|_| (at + 2..letters.len()).find(|end| matches!(letters[*end], '\'' | '"' | ']')));
                if let (Some(_), Some(end)) = (quote, end)
                    && letters[end] != ']'
                    && letters.get(end + 1) == Some(&']')
                {
                    out.push(';');
                    out.extend(letters[at + 2..end].iter().map(|c| if *c == ';' { '\u{3}' } else { *c }));
                    at = end + 2;
                    continue;
                }
                out.push(';');
                at += 1 + usize::from(quote.is_some());
            }
            '\'' | '"' if next(1) == Some('.') => at += 1,
            '.' if !is_in_brackets(&letters, at) => {
                out.push(';');
                at += 1 + usize::from(matches!(next(1), Some('\'' | '"')));
            }
            ']' => at += 1,
            '\'' if next(1) == Some(']') || at + 1 == letters.len() => at += 1,
            letter => {
                out.push(letter);
                at += 1;
            }
        }
    }
    while out.contains(";;") {
        out = out.replacen(";;;", ";..;", 1).replacen(";;", ";..;", 1);
    }
    let out = out.strip_suffix(';').unwrap_or(&out);
    let restored = |step: &str| {
        let number = step.split_once('#').and_then(|(_, rest)| {
            rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().ok()
        });
        match number.and_then(|number| filters.get(number)) {
            Some(filter) => filter.clone(),
            None => step.replace('\u{3}', ";"),
        }
    };
    out.split(';').map(restored).collect()
}

/// Whether a point is between brackets: a closing one follows before the next opening one.
fn is_in_brackets(letters: &[char], at: usize) -> bool {
    letters[at + 1..].iter().find(|c| matches!(c, '[' | ']')) == Some(&']')
}

/// Puts `[#n]` in the place of filters and computed steps.
fn without_filters(path: &str) -> (String, Vec<String>) {
    let mut out = String::new();
    let mut filters = Vec::new();
    let mut rest = path;
    while let Some(open) = rest.find(['[', '\'']) {
        let after = &rest[open + 1..];
        let is_filter = after.starts_with("?(") || after.starts_with('(');
        // The shortest text up to `)]` that is not followed by another `]` after any character.
        let end = is_filter.then(|| {
            after.match_indices([')']).map(|(at, _)| at + 1).find(|end| {
                let tail = &after[*end..];
                let mut following = tail.chars();
                let closes = matches!(following.next(), Some(']' | '\''));
                let _ = following.next();
                closes && following.next() != Some(']')
            })
        });
        if let Some(Some(end)) = end {
            out.push_str(&rest[..open]);
            let _ = write!(out, "[#{}]", filters.len());
            filters.push(after[..end].to_owned());
            rest = &after[end + 1..];
        } else {
            out.push_str(&rest[..=open]);
            rest = after;
        }
    }
    out.push_str(rest);
    (out, filters)
}

struct Walk {
    /// Values, and whether they are one of several.
    found: Vec<(Node, bool)>,
    visited: usize,
}

impl Walk {
    /// Follows the steps from a value. After a wildcard a name is taken as it is (`literal`), even `*` or `..`.
    fn follow(&mut self, steps: &[String], value: &Node, several: bool, literal: bool) -> Result<(), String> {
        self.visited += 1;
        if self.visited > MOST {
            return Err("the path leads to too many values".to_owned());
        }
        let Some((step, rest)) = steps.split_first() else {
            self.found.push((value.clone(), several));
            return Ok(());
        };
        if literal && let Some(child) = child(value, step) {
            return self.follow(rest, &child, several, false);
        }
        match step.as_str() {
            "*" => children(value).into_iter().try_for_each(|(_, child)| self.follow(rest, &child, true, true)),
            ".." => {
                self.follow(rest, value, several, false)?;
                children(value)
                    .into_iter()
                    .filter(|(_, child)| !is_scalar(child))
                    .try_for_each(|(_, child)| self.follow(steps, &child, true, false))
            }
            "$" => self.follow(rest, value, several, false),
            "^" | "~" => Err(format!("`{step}` is not supported in paths")),
            step if slice(step).is_some() => {
                let Value::Seq(items) = &value.value else { return Ok(()) };
                let (start, end, by) = slice(step).unwrap_or_default();
                let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
                let bound = |at: i64| if at < 0 { (length + at).max(0) } else { at.min(length) };
                let (start, end) = (bound(start.unwrap_or(0)), bound(end.unwrap_or(length)));
                let by = by.filter(|by| *by > 0).unwrap_or(1);
                let mut at = start;
                while at < end {
                    if let Some(item) = usize::try_from(at).ok().and_then(|at| items.get(at)) {
                        self.follow(rest, item, true, true)?;
                    }
                    at += by;
                }
                Ok(())
            }
            step if step.starts_with("?(") => {
                let inner = step[2..].strip_suffix(')').unwrap_or(step);
                for (_, child) in children(value) {
                    if super::filter_script::holds(inner, &child)? {
                        self.follow(rest, &child, true, false)?;
                    }
                }
                Ok(())
            }
            step if step.starts_with('(') || step.starts_with('@') => {
                Err(format!("`{step}` is not supported in paths"))
            }
            step if step.contains(',') => step.split(',').try_for_each(|part| {
                let mut steps = vec![part.trim_matches(['\'', '"']).to_owned()];
                steps.extend(rest.iter().cloned());
                self.follow(&steps, value, true, false)
            }),
            step => match child(value, step.strip_prefix('`').unwrap_or(step)) {
                Some(child) => self.follow(rest, &child, several, true),
                None => Ok(()),
            },
        }
    }
}

fn is_scalar(node: &Node) -> bool {
    !matches!(node.value, Value::Seq(_) | Value::Map(_))
}

fn children(node: &Node) -> Vec<(String, Node)> {
    match &node.value {
        Value::Seq(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item.clone())).collect(),
        Value::Map(map) => Map::entries(map).iter().map(|entry| (entry.key.to_string(), entry.value.clone())).collect(),
        _ => Vec::new(),
    }
}

/// Reads `start:end:step`.
fn slice(step: &str) -> Option<(Option<i64>, Option<i64>, Option<i64>)> {
    let mut parts = step.split(':');
    let number = |part: &str| if part.is_empty() { Some(None) } else { part.parse::<i64>().ok().map(Some) };
    let (start, end) = (number(parts.next()?)?, number(parts.next()?)?);
    let by = parts.next().map_or(Some(None), number)?;
    parts.next().is_none().then_some((start, end, by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    fn at(path: &str) -> String {
        let text = "{a: {b: 1, 'x.y': 2}, l: [1, 2, 3], o: [{n: p, v: 1}, {n: q, v: 5}], t: text}";
        let node = crate::yaml::read(FileId::new(0), text).0.unwrap();
        match find(&node, path) {
            Ok(Some(found)) => serde_json::to_string(&found).unwrap(),
            Ok(None) => "nothing".to_owned(),
            Err(_) => "error".to_owned(),
        }
    }

    #[test]
    fn names_indexes_and_lengths() {
        assert_eq!(
            [at("$.a.b"), at("a.b"), at(".a.b"), at("$['a']['x.y']"), at("$.l[1]")],
            ["1", "1", "nothing", "2", "2"]
        );
        assert_eq!(
            [at("$.l.length"), at("$.t.length"), at("$.nothing"), at("$.l[7]"), at("$.l[")],
            ["3", "4", "nothing", "nothing", "[1,2,3]"]
        );
    }

    #[test]
    fn what_may_lead_to_several_is_a_list() {
        assert_eq!(
            [at("$.l[*]"), at("$.l[0:2]"), at("$.l[-1:]"), at("$.o[*].n")],
            ["[1,2,3]", "[1,2]", "[3]", r#"["p","q"]"#]
        );
        assert_eq!([at("$..v"), at("$..nothing"), at("$.l[0,2]")], ["[1,5]", "nothing", "[1,3]"]);
    }

    #[test]
    fn filters_are_read_when_they_are_applied() {
        assert_eq!(at("$.o[?(@.v > 2)].n"), r#"["q"]"#);
        assert_eq!(at("$.o[?(@.v > 2 && @.n == 'q')].v"), "[5]");
        assert_eq!(at("$.o[?(@.w)].n"), "nothing");
        assert_eq!([at("$.o[?(@.v >"), at("$.nothing[?(@.v >")], ["error", "nothing"]);
    }
}
