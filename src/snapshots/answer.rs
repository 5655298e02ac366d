//! An answer as a tool wrote it: its head, its values, and the tool's own words for a failure.
//!
//! Nothing of an answer is kept but what the allow-list of its source names: everything else is dropped while it is read.

use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::time;

/// Why an answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is nothing in it.
    Empty,
    /// It is a page.
    Html(&'static str),
    /// It is no JSON.
    NotJson(String),
    /// It is no report that is known.
    NotReport,
    /// It is JSON of another form.
    Shape,
    /// It is larger than is read.
    TooLarge(u64),
    /// The disk refuses it.
    Unreadable(String),
    /// The tool says that it failed, in its words.
    Failed(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the answer is empty"),
            Self::Html(wanted) => {
                write!(f, "the answer is an HTML page instead of {wanted}, perhaps of a login or a proxy")
            }
            Self::NotJson(why) => write!(f, "the answer is not JSON: {why}"),
            Self::NotReport => f.write_str("the answer is no report of a known form"),
            Self::Shape => f.write_str("the answer has an unexpected shape"),
            Self::TooLarge(limit) => write!(f, "the answer is larger than {} MiB", limit >> 20),
            Self::Unreadable(why) => f.write_str(why),
            Self::Failed(words) => f.write_str(words),
        }
    }
}

/// The head that is before an answer, if it was saved with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// The status, such as `200`.
    pub(crate) status: Option<String>,
    /// The value of `Date`.
    pub(crate) time: Option<i64>,
}

/// Takes the heads off an answer: those of redirects come before, and the last counts.
pub(crate) fn split_head(mut bytes: &[u8]) -> (Head, &[u8]) {
    let mut head = Head::default();
    while bytes.starts_with(b"HTTP/") {
        let end = find(bytes, b"\r\n\r\n").map(|at| (at, 4)).into_iter().chain(find(bytes, b"\n\n").map(|at| (at, 2)));
        let (end, gap) = end.min().unwrap_or((bytes.len(), 0));
        let text = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = text.lines();
        head = Head {
            status: lines.next().and_then(|line| line.split(' ').nth(1)).map(str::to_owned),
            time: lines
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("date"))
                .and_then(|(_, value)| time::of_head(value.trim())),
        };
        bytes = &bytes[(end + gap).min(bytes.len())..];
    }
    (head, bytes)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

/// Takes a byte-order mark off.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Reads the JSON values of an answer, one or several one after the other, and keeps of them what is allowed.
pub(crate) fn json(bytes: &[u8], allowed: Allowed) -> Result<Vec<Value>, Refusal> {
    let bytes = without_mark(bytes).trim_ascii();
    match bytes.first() {
        None => return Err(Refusal::Empty),
        Some(b'<') => return Err(Refusal::Html("JSON")),
        Some(_) => {}
    }
    let mut values = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    loop {
        let value = Kept(allowed).deserialize(&mut reader).map_err(|error| Refusal::NotJson(words(&error)))?;
        values.push(value);
        if reader.end().is_ok() {
            return Ok(values);
        }
    }
}

/// Returns what is wrong, where.
fn words(error: &serde_json::Error) -> String {
    if error.is_eof() { "it is cut off".to_owned() } else { format!("line {} column {}", error.line(), error.column()) }
}

/// Names of keys whose values are read; everything below a name that ends in `.*` is.
pub(crate) type Allowed = &'static [&'static str];

/// Everything: for what the configuration takes paths of.
pub(crate) const ALL: Allowed = &["*"];

/// Reads a value, and drops what is not allowed.
#[derive(Clone, Copy)]
struct Kept(Allowed);

impl Kept {
    /// Returns what is allowed below a key; `None` if the key itself is not.
    fn below(self, key: &str) -> Option<Self> {
        if self.0 == ALL || self.0.contains(&key) {
            return Some(self);
        }
        self.0.iter().any(|name| name.strip_suffix(".*") == Some(key)).then_some(Self(ALL))
    }
}

impl<'de> DeserializeSeed<'de> for Kept {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Kept {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<std::borrow::Cow<'de, str>>()? {
            match self.below(&key) {
                Some(below) => {
                    let value = entries.next_value_seed(below)?;
                    map.insert(key.into_owned(), value);
                }
                None => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(map))
    }
}

/// What tools call their words for a failure.
const WORDS: Allowed = &["errorMessages.*", "errors.*", "message", "error.*", "detail", "error_description", "status"];

/// Returns the tool's words for a failure, the first that are there.
pub(crate) fn failure(bytes: &[u8]) -> Option<String> {
    let values = json(split_head(bytes).1, WORDS).ok()?;
    let value = values.first()?.as_object()?;
    let text =
        |value: Option<&Value>| value.and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let first = |key: &str| value.get(key).and_then(|list| list.as_array()).and_then(|list| list.first());
    let of_error = |error: &Value| {
        text(Some(error))
            .or_else(|| ["msg", "message", "title", "detail"].into_iter().find_map(|key| text(error.get(key))))
    };
    let error = || {
        let error = value.get("error")?;
        ["message", "summary"].into_iter().find_map(|key| text(error.get(key))).or_else(|| text(Some(error)))
    };
    text(first("errorMessages"))
        .or_else(|| first("errors").and_then(of_error))
        .or_else(|| text(value.get("message")))
        .or_else(error)
        .or_else(|| text(value.get("detail")))
        .or_else(|| text(value.get("error_description")))
}

/// Returns the status that a body says of itself, as GitHub's do: `404`.
pub(crate) fn status_of_body(bytes: &[u8]) -> Option<String> {
    let values = json(split_head(bytes).1, &["status"]).ok()?;
    match values.first()?.get("status")? {
        Value::String(text) if text.len() == 3 => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns the rows of an answer: of the list that is at `key`, or of the answer itself without one. Pages of one
/// answer are joined, whichever way they were saved.
pub(crate) fn rows<'a>(values: &'a [Value], key: Option<&str>) -> Result<Vec<&'a Map<String, Value>>, Refusal> {
    let mut out = Vec::new();
    for value in values {
        collect(value, key, &mut out, 0)?;
    }
    Ok(out)
}

fn collect<'a>(
    value: &'a Value,
    key: Option<&str>,
    out: &mut Vec<&'a Map<String, Value>>,
    depth: usize,
) -> Result<(), Refusal> {
    match (value, key) {
        (Value::Array(pages), Some(key))
            if pages.iter().all(|page| page.get(key).is_some()) && !pages.is_empty() && depth == 0 =>
        {
            pages.iter().try_for_each(|page| collect(page, Some(key), out, 1))
        }
        (Value::Array(pages), None) if !pages.is_empty() && pages.iter().all(Value::is_array) && depth == 0 => {
            pages.iter().try_for_each(|page| collect(page, None, out, 1))
        }
        (Value::Array(rows), None) => rows.iter().try_for_each(|row| {
            out.push(row.as_object().ok_or(Refusal::Shape)?);
            Ok(())
        }),
        (Value::Object(map), Some(key)) => match map.get(key) {
            Some(Value::Null) => Ok(()),
            Some(list @ Value::Array(_)) => collect(list, None, out, 1),
            _ => Err(Refusal::Shape),
        },
        _ => Err(Refusal::Shape),
    }
}

/// Returns the one object that an answer is.
pub(crate) fn object(values: &[Value]) -> Result<&Map<String, Value>, Refusal> {
    match values {
        [Value::Object(map), ..] => Ok(map),
        [Value::Array(list), ..] if list.len() == 1 => list[0].as_object().ok_or(Refusal::Shape),
        _ => Err(Refusal::Shape),
    }
}

/// Fields of rows, read as loosely as tools write them.
pub(crate) trait Fields {
    /// Returns what is at a path of keys, joined by `.`.
    fn at(&self, path: &str) -> Option<&Value>;

    /// Returns a text.
    fn str(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Returns a text or number as text.
    fn label(&self, path: &str) -> Option<String> {
        match self.at(path)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Returns a number, also one that is written as text.
    fn number(&self, path: &str) -> Option<f64> {
        number(self.at(path)?)
    }

    /// Returns a whole number.
    fn int(&self, path: &str) -> Option<i64> {
        match self.at(path)? {
            Value::Number(value) => value.as_i64().or_else(|| value.as_f64().map(|value| value as i64)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Returns a yes or no.
    fn flag(&self, path: &str) -> Option<bool> {
        self.at(path)?.as_bool()
    }

    /// Returns a time.
    fn time(&self, path: &str) -> Option<i64> {
        match self.at(path)? {
            Value::String(text) => time::parse(text),
            Value::Number(value) => {
                value.as_i64().or_else(|| value.as_f64().map(|value| value as i64)).and_then(time::of_number)
            }
            _ => None,
        }
    }

    /// Returns the items of a list; none of what is no list.
    fn list(&self, path: &str) -> &[Value] {
        self.at(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Returns the texts of a list.
    fn texts(&self, path: &str) -> Vec<&str> {
        self.list(path).iter().filter_map(Value::as_str).collect()
    }
}

impl Fields for Map<String, Value> {
    fn at(&self, path: &str) -> Option<&Value> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let value = self.get(first)?;
        rest.map_or(Some(value), |rest| value.at(rest))
    }
}

impl Fields for Value {
    fn at(&self, path: &str) -> Option<&Value> {
        if path.is_empty() {
            return Some(self);
        }
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let value = match self {
            Self::Array(list) => list.get(first.parse::<usize>().ok()?)?,
            other => other.get(first)?,
        };
        rest.map_or(Some(value), |rest| value.at(rest))
    }
}

/// Reads a number, also one that is written as text; what is no number of finite size is none.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_taken_off_and_the_last_counts() {
        let text = b"HTTP/1.1 302 Found\r\nDate: Sun, 29 Nov 2026 01:00:00 GMT\r\n\r\nHTTP/2 200 OK\r\nSet-Cookie: a\r\ndate: Sun, 29 Nov 2026 05:30:00 GMT\r\n\r\n{}";
        let (head, body) = split_head(text);
        assert_eq!(head.status.as_deref(), Some("200"));
        assert_eq!(head.time.map(time::iso).as_deref(), Some("2026-11-29T05:30:00Z"));
        assert_eq!(body, b"{}");
    }

    #[test]
    fn only_what_is_allowed_is_kept() {
        let values = json(
            br#"{"a": {"b": 1, "secret": 2}, "c": {"x": {"y": 1}}, "d": [{"secret": 1}]}"#,
            &["a", "b", "c.*", "d"],
        );
        assert_eq!(values.unwrap()[0].to_string(), r#"{"a":{"b":1},"c":{"x":{"y":1}},"d":[{}]}"#);
    }

    #[test]
    fn pages_are_joined_whichever_way_they_were_saved() {
        for (text, key) in [
            (r#"{"r": [{"a": 1}, {"a": 2}]}"#, Some("r")),
            (r#"{"r": [{"a": 1}]}{"r": [{"a": 2}]}"#, Some("r")),
            (r#"[{"r": [{"a": 1}]}, {"r": [{"a": 2}]}]"#, Some("r")),
            (r#"[[{"a": 1}], [{"a": 2}]]"#, None),
            (r#"[{"a": 1}] [{"a": 2}]"#, None),
        ] {
            let values = json(text.as_bytes(), ALL).unwrap();
            assert_eq!(rows(&values, key).unwrap().len(), 2, "{text}");
        }
        for (text, key) in
            [(r#"{"r": {}}"#, Some("r")), (r#"[1, null]"#, None), ("null", None), (r#"{"x": []}"#, Some("r"))]
        {
            let values = json(text.as_bytes(), ALL).unwrap();
            assert_eq!(rows(&values, key), Err(Refusal::Shape), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_without_a_panic() {
        assert_eq!(json(b" ", ALL), Err(Refusal::Empty));
        assert_eq!(json(b"<html>", ALL), Err(Refusal::Html("JSON")));
        assert!(matches!(json(b"{\"a\": \"x", ALL), Err(Refusal::NotJson(_))));
        assert!(matches!(json("[".repeat(100_000).as_bytes(), ALL), Err(Refusal::NotJson(_))));
        assert!(matches!(json(b"{\"a\": \"\xff\"}", ALL), Err(Refusal::NotJson(_))));
        assert_eq!(json(b"\xef\xbb\xbf{}", ALL).unwrap().len(), 1);
    }

    #[test]
    fn the_words_of_every_tool_are_found() {
        for (text, expect) in [
            (r#"{"errorMessages": ["No project"], "errors": {}}"#, "No project"),
            (r#"{"errors": [{"msg": "Component key 'x' not found"}]}"#, "Component key 'x' not found"),
            (r#"{"errors": ["Bad"]}"#, "Bad"),
            (r#"{"message": "Not Found", "status": "404"}"#, "Not Found"),
            (r#"{"error": {"message": "Unauthorized", "code": 1}}"#, "Unauthorized"),
            (r#"{"status": "error", "errorType": "bad_data", "error": "parse error"}"#, "parse error"),
            (r#"{"detail": "No permission"}"#, "No permission"),
        ] {
            assert_eq!(failure(text.as_bytes()).as_deref(), Some(expect));
        }
        assert_eq!(failure(b"<html>"), None);
        assert_eq!(failure(b"\"bad matcher\""), None);
    }
}
