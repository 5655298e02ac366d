//! Finds the parts of a JSON text without reading all of it into values, so that each entry has its place in the file and a
//! large answer costs little memory.

use std::ops::Range;

/// How deep values may be nested.
const MAX_DEPTH: usize = 200;

/// Why a text is no JSON, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) at: usize,
}

/// A value within a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part<'t> {
    text: &'t str,
    range: Range<usize>,
}

impl<'t> Part<'t> {
    /// Returns the whole text, once it is known to be one value.
    pub(super) fn whole(text: &'t str) -> Result<Self, Broken> {
        let bytes = text.as_bytes();
        let start = blank(bytes, if text.starts_with('\u{feff}') { 3 } else { 0 });
        let end = value(bytes, start, 0)?;
        if blank(bytes, end) < bytes.len() {
            return Err(Broken { at: end });
        }
        Ok(Self { text, range: start..end })
    }

    /// Returns where it is.
    pub(super) fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Returns it as a value; `None` if it is not one.
    pub(super) fn value(&self) -> Option<serde_json::Value> {
        serde_json::from_str(&self.text[self.range.clone()]).ok()
    }

    /// Returns whether it is a list.
    pub(super) fn is_list(&self) -> bool {
        self.text.as_bytes().get(self.range.start) == Some(&b'[')
    }

    /// Returns the items of a list; none of anything else.
    pub(super) fn items(&self) -> Vec<Self> {
        let mut items = Vec::new();
        if self.is_list() {
            self.walk(|_, range| items.push(Self { text: self.text, range }));
        }
        items
    }

    /// Returns the value of a key of an object.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let mut found = None;
        if self.text.as_bytes().get(self.range.start) == Some(&b'{') {
            self.walk(|name, range| {
                let name = name.and_then(|name| serde_json::from_str::<String>(&self.text[name]).ok());
                if name.as_deref() == Some(key) {
                    found = Some(Self { text: self.text, range });
                }
            });
        }
        found
    }

    /// Returns what is behind several keys.
    pub(super) fn at(&self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self.clone(), |part, key| part.get(key))
    }

    /// Goes through the parts of a list or an object. The text is known to be sound.
    fn walk(&self, mut each: impl FnMut(Option<Range<usize>>, Range<usize>)) {
        let bytes = self.text.as_bytes();
        let is_object = bytes.get(self.range.start) == Some(&b'{');
        let mut at = blank(bytes, self.range.start + 1);
        while at + 1 < self.range.end {
            let mut name = None;
            if is_object {
                let Ok(end) = value(bytes, at, 0) else { return };
                name = Some(at..end);
                at = blank(bytes, blank(bytes, end) + 1);
            }
            let Ok(end) = value(bytes, at, 0) else { return };
            each(name, at..end);
            at = blank(bytes, end);
            if bytes.get(at) != Some(&b',') {
                return;
            }
            at = blank(bytes, at + 1);
        }
    }
}

fn blank(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Returns the end of the value that begins here.
fn value(bytes: &[u8], start: usize, depth: usize) -> Result<usize, Broken> {
    let broken = |at: usize| Broken { at: at.min(bytes.len()) };
    if depth > MAX_DEPTH {
        return Err(broken(start));
    }
    match bytes.get(start) {
        Some(b'"') => {
            let mut at = start + 1;
            loop {
                match bytes.get(at) {
                    Some(b'"') => return Ok(at + 1),
                    Some(b'\\') => at += 2,
                    Some(_) => at += 1,
                    None => return Err(broken(at)),
                }
            }
        }
        Some(open @ (b'[' | b'{')) => {
            let close = if *open == b'[' { b']' } else { b'}' };
            let mut at = blank(bytes, start + 1);
            if bytes.get(at) == Some(&close) {
                return Ok(at + 1);
            }
            loop {
                if *open == b'{' {
                    if bytes.get(at) != Some(&b'"') {
                        return Err(broken(at));
                    }
                    at = blank(bytes, value(bytes, at, depth + 1)?);
                    if bytes.get(at) != Some(&b':') {
                        return Err(broken(at));
                    }
                    at = blank(bytes, at + 1);
                }
                at = blank(bytes, value(bytes, at, depth + 1)?);
                match bytes.get(at) {
                    Some(b',') => at = blank(bytes, at + 1),
                    Some(byte) if *byte == close => return Ok(at + 1),
                    _ => return Err(broken(at)),
                }
            }
        }
        Some(byte) if byte.is_ascii_alphanumeric() || *byte == b'-' => {
            let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
            let length = bytes[start..].iter().take_while(|byte| is_of_word(byte)).count();
            Ok(start + length)
        }
        _ => Err(broken(start)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_with_their_places() {
        let text = "{\"a\": [ {\"id\": \"1]\\\"\"}, {\"id\": 2} ], \"b\\u0063\": {\"d\": null}, \"e\": []}\n";
        let whole = Part::whole(text).unwrap();
        let items = whole.get("a").unwrap().items();
        assert_eq!(
            items.iter().map(|item| &text[item.range()]).collect::<Vec<_>>(),
            ["{\"id\": \"1]\\\"\"}", "{\"id\": 2}"]
        );
        assert_eq!(items[1].value(), Some(serde_json::json!({"id": 2})));
        assert_eq!(whole.at(&["bc", "d"]).unwrap().value(), Some(serde_json::Value::Null));
        assert!(whole.get("e").unwrap().items().is_empty());
        assert!(whole.get("f").is_none() && whole.get("a").unwrap().get("x").is_none());
    }

    #[test]
    fn what_is_cut_off_is_said_where_it_ends() {
        for (text, at) in [("", 0), ("{\"a\": [1, 2", 11), ("{\"a\" 1}", 5), ("[1] x", 3), ("{a: 1}", 1), ("\"x", 2)] {
            assert_eq!(Part::whole(text), Err(Broken { at }), "{text}");
        }
        assert!(Part::whole(&"[".repeat(100_000)).is_err());
    }
}
