//! The operators of json-rules-engine and their decorators, on values as JavaScript has them.

use std::cmp::Ordering;

use crate::yaml::{Node, Value};

/// A value of JavaScript.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Js {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Js>),
    /// A mapping, of which nothing is ever asked.
    Map(Node),
}

impl Js {
    /// Takes over a value.
    pub(super) fn of(node: &Node) -> Self {
        match &node.value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Number(*value as f64),
            Value::Float(value) => Self::Number(*value),
            Value::Str(text) => Self::Text(text.to_string()),
            Value::Seq(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Map(_) => Self::Map(node.clone()),
        }
    }

    /// Returns the value as text.
    fn text(&self) -> String {
        match self {
            Self::Undefined => "undefined".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => {
                let mut buffer = ryu_js::Buffer::new();
                buffer.format(*value).to_owned()
            }
            Self::Text(text) => text.clone(),
            Self::List(items) => {
                let item = |item: &Self| {
                    if matches!(item, Self::Undefined | Self::Null) { String::new() } else { item.text() }
                };
                items.iter().map(item).collect::<Vec<_>>().join(",")
            }
            Self::Map(_) => "[object Object]".to_owned(),
        }
    }

    /// Returns the value as operators take it: lists and mappings count as their text.
    fn primitive(&self) -> Self {
        match self {
            Self::List(_) | Self::Map(_) => Self::Text(self.text()),
            other => other.clone(),
        }
    }
}

/// Returns a value as a number.
pub(super) fn number(value: &Js) -> f64 {
    match value.primitive() {
        Js::Undefined => f64::NAN,
        Js::Null => 0.0,
        Js::Bool(value) => f64::from(u8::from(value)),
        Js::Number(value) => value,
        Js::Text(text) => number_of_text(&text),
        Js::List(_) | Js::Map(_) => f64::NAN,
    }
}

fn number_of_text(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    let radix = |digits: &str, radix: u32| u64::from_str_radix(digits, radix).map_or(f64::NAN, |number| number as f64);
    match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => return radix(&text[2..], 16),
        Some("0o") => return radix(&text[2..], 8),
        Some("0b") => return radix(&text[2..], 2),
        _ => {}
    }
    match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust also knows names such as `inf` and `nan`.
        text if text.bytes().any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E')) => f64::NAN,
        text => text.parse().unwrap_or(f64::NAN),
    }
}

/// Whether a value begins like a number.
fn begins_like_number(value: &Js) -> bool {
    let text = value.text();
    let text = text.trim_start();
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    text.starts_with("Infinity") || digit(text) || text.strip_prefix('.').is_some_and(digit)
}

/// `===`: lists and mappings are never equal to others.
pub(super) fn strictly_equal(a: &Js, b: &Js) -> bool {
    match (a, b) {
        (Js::Undefined, Js::Undefined) | (Js::Null, Js::Null) => true,
        (Js::Bool(a), Js::Bool(b)) => a == b,
        (Js::Number(a), Js::Number(b)) => a == b,
        (Js::Text(a), Js::Text(b)) => a == b,
        _ => false,
    }
}

/// `==`.
pub(super) fn loosely_equal(a: &Js, b: &Js) -> bool {
    match (a, b) {
        (Js::Undefined | Js::Null, Js::Undefined | Js::Null) => true,
        (Js::Undefined | Js::Null, _) | (_, Js::Undefined | Js::Null) => false,
        (Js::List(_) | Js::Map(_), Js::List(_) | Js::Map(_)) => false,
        _ => match (a.primitive(), b.primitive()) {
            (Js::Text(a), Js::Text(b)) => a == b,
            (a, b) => strictly_equal(&a, &b) || number(&a) == number(&b),
        },
    }
}

/// `<` and its like: two texts compare as texts, all others as numbers.
pub(super) fn compare(a: &Js, b: &Js) -> Option<Ordering> {
    match (a.primitive(), b.primitive()) {
        (Js::Text(a), Js::Text(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
        (a, b) => number(&a).partial_cmp(&number(&b)),
    }
}

/// The operators without their decorators.
pub(super) const NAMES: &[&str] = &[
    "equal",
    "notEqual",
    "lessThan",
    "lessThanInclusive",
    "greaterThan",
    "greaterThanInclusive",
    "in",
    "notIn",
    "contains",
    "doesNotContain",
    "startsWith",
    "endsWith",
    "matches",
    "isEmpty",
];

/// Applies an operator.
///
/// # Errors
/// When there is none of this name, or the values do not fit it.
pub(super) fn apply(name: &str, fact: &Js, value: &Js) -> Result<bool, String> {
    if let Some((decorator, rest)) = name.split_once(':') {
        let list = |value: &Js, method: &str| match value {
            Js::List(items) => Ok(items.clone()),
            _ => Err(format!("`{decorator}` takes a list as `value`: jsonValue.{method} is not a function")),
        };
        return match decorator {
            "not" => apply(rest, fact, value).map(|holds| !holds),
            "swap" => apply(rest, value, fact),
            "someFact" | "everyFact" => {
                known(rest)?;
                let Js::List(items) = fact else { return Ok(false) };
                each(items, decorator == "everyFact", |item| apply(rest, item, value))
            }
            "someValue" => {
                known(rest)?;
                each(&list(value, "some")?, false, |item| apply(rest, fact, item))
            }
            "everyValue" => {
                known(rest)?;
                each(&list(value, "every")?, true, |item| apply(rest, fact, item))
            }
            _ => Err(format!("Unknown operator: {name}")),
        };
    }
    let ordered = |wanted: fn(Ordering) -> bool| begins_like_number(fact) && compare(fact, value).is_some_and(wanted);
    let includes = || match value {
        Js::List(items) => Ok(items.iter().any(|item| strictly_equal(item, fact))),
        Js::Text(text) => Ok(text.contains(&fact.text())),
        _ => Err("`in` takes a list or a text as `value`: b.indexOf is not a function".to_owned()),
    };
    let holds_item = |items: &[Js]| items.iter().any(|item| strictly_equal(item, value));
    let texts = |test: fn(&str, &str) -> bool| matches!((fact, value), (Js::Text(a), Js::Text(b)) if test(a, b));
    Ok(match name {
        "equal" => strictly_equal(fact, value),
        "notEqual" => !strictly_equal(fact, value),
        "lessThan" => ordered(Ordering::is_lt),
        "lessThanInclusive" => ordered(Ordering::is_le),
        "greaterThan" => ordered(Ordering::is_gt),
        "greaterThanInclusive" => ordered(Ordering::is_ge),
        "in" => includes()?,
        "notIn" => !includes()?,
        "contains" => matches!(fact, Js::List(items) if holds_item(items)),
        "doesNotContain" => matches!(fact, Js::List(items) if !holds_item(items)),
        "startsWith" => texts(|fact, value| fact.starts_with(value)),
        "endsWith" => texts(|fact, value| fact.ends_with(value)),
        "matches" => match (fact, value) {
            (Js::Text(fact), Js::Text(pattern)) => {
                let regex = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build();
                regex.map_err(|_| format!("`{pattern}` is no regular expression"))?.is_match(fact)
            }
            _ => false,
        },
        "isEmpty" => {
            let is_empty = match fact {
                Js::Undefined | Js::Null => true,
                Js::Text(text) => text.trim().is_empty(),
                Js::List(items) => items.is_empty(),
                Js::Map(node) => node.as_map().is_none_or(|map| map.entries().is_empty()),
                Js::Bool(_) | Js::Number(_) => false,
            };
            is_empty != matches!(value, Js::Bool(false))
        }
        _ => return Err(format!("Unknown operator: {name}")),
    })
}

/// Refuses an operator that does not exist, also where no item would ask for it.
fn known(name: &str) -> Result<(), String> {
    let (decorators, last) = name.rsplit_once(':').map_or(("", name), |(decorators, last)| (decorators, last));
    let are_known = decorators
        .split(':')
        .filter(|name| !name.is_empty())
        .all(|name| ["not", "swap", "someFact", "everyFact", "someValue", "everyValue"].contains(&name));
    if are_known && NAMES.contains(&last) { Ok(()) } else { Err(format!("Unknown operator: {name}")) }
}

/// Whether one item holds, or all; faults of items that need not be asked do not count.
fn each(items: &[Js], all: bool, mut holds: impl FnMut(&Js) -> Result<bool, String>) -> Result<bool, String> {
    for item in items {
        if holds(item)? != all {
            return Ok(!all);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Js {
        Js::Text(text.to_owned())
    }

    #[test]
    fn texts_compare_as_texts_and_numbers_as_numbers() {
        assert_eq!(apply("lessThan", &text("10"), &text("9")), Ok(true));
        assert_eq!(apply("lessThan", &text("10"), &Js::Number(9.0)), Ok(false));
        assert_eq!(apply("greaterThan", &text("12 months"), &Js::Number(3.0)), Ok(false));
        assert_eq!(apply("lessThan", &Js::Null, &Js::Number(3.0)), Ok(false));
        assert_eq!(apply("greaterThan", &Js::List(vec![Js::Number(4.0)]), &Js::Number(3.0)), Ok(true));
    }

    #[test]
    fn decorators_follow_each_other() {
        let list = Js::List(vec![Js::Number(1.0), Js::Number(5.0)]);
        assert_eq!(apply("not:contains", &Js::Number(1.0), &Js::Number(1.0)), Ok(true));
        assert_eq!(apply("everyFact:in", &list, &list), Ok(true));
        assert_eq!(apply("swap:lessThan", &Js::Number(3.0), &Js::Number(2.0)), Ok(true));
        assert!(apply("someValue:equal", &text("a"), &text("a")).is_err());
        assert!(apply("someFact:Equal", &list, &list).is_err());
    }
}
