//! Where the syntax of a definition breaks: of JSON, and of brackets in any language.

use crate::diag::{Diagnostic, codes};
use crate::text::{FileId, LineIndex, Span};

/// Finds the first fault of a text that is meant to be JSON, at the place where the mistake is.
pub(super) fn json(file: FileId, text: &str) -> Option<Diagnostic> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    if error.to_string().starts_with("recursion limit") {
        return None;
    }
    let lines = LineIndex::new(text);
    let line = lines.line(text, u32::try_from(error.line().max(1)).unwrap_or(u32::MAX));
    // The column counts bytes, and is that of the last byte that was read.
    let mut at = (line.start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let said = error.to_string();
    let before = text[..at].trim_end();
    let rest = text[at..].trim_start();
    let here = text.len() - rest.len();
    let next = here + rest.chars().next().map_or(0, char::len_utf8);
    let (start, end, message, help) = if error.is_eof() || rest.is_empty() {
        match unclosed(text, Comments::None) {
            Some((open, '"')) => (open, open + 1, "this text is not closed".to_owned(), "close it with `\"`"),
            Some((open, bracket)) => {
                let message = format!("this `{bracket}` is not closed");
                (open, open + 1, message, "close the bracket, or fetch the whole file")
            }
            None => (here, here, "the text ends too early".to_owned(), "fetch the whole file"),
        }
    } else if rest.starts_with(['}', ']']) && before.ends_with(',') {
        let comma = before.len() - 1;
        (comma, comma + 1, "there is a comma before a closing bracket".to_owned(), "remove the comma")
    } else if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
        let end = here + rest.find('\n').unwrap_or(rest.len());
        (here, end, "JSON has no comments".to_owned(), "remove the comment, or save the file as YAML")
    } else if rest.starts_with('\'') {
        (here, next, "a text is in single quotation marks".to_owned(), "write `\"` around it")
    } else if said.starts_with("key must be a string") {
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let end = if word == 0 { next } else { here + word };
        (here, end, "a key has no quotation marks".to_owned(), "write `\"` around it")
    } else if said.starts_with("control character") {
        let start = text[..at].rfind('"').unwrap_or(at);
        let message = "a text runs over the end of its line".to_owned();
        (start, at + text[at..].find('\n').unwrap_or(0), message, "close it with `\"`, or write `\\n` for a new line")
    } else if said.starts_with("expected `,`") {
        (here, next, format!("a comma is missing before `{}`", first(rest)), "write a comma, or close a bracket")
    } else if said.starts_with("expected `:`") {
        (here, next, format!("a colon is missing before `{}`", first(rest)), "write `:` between the key and its value")
    } else if said.starts_with("trailing characters") {
        let message = format!("`{}` follows the end of the definition", first(rest));
        (here, next, message, "remove it, or a bracket that closes too early")
    } else {
        let what = said.split(" at line").next().unwrap_or_default().to_owned();
        (here, next, what, "write it as JSON wants it")
    };
    let end = end.clamp(start, text.len());
    let message = format!("this is not JSON: {message}");
    Some(Diagnostic::new(codes::API_SYNTAX, Span::new(file, start, end), message).help(help))
}

fn first(text: &str) -> String {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric()).take(20).collect();
    if word.is_empty() { text.chars().take(1).collect() } else { word }
}

/// Returns whether a text is meant to be JSON: it says so by its name, or opens with a bracket and a quotation mark.
pub(super) fn is_json(path: &str, text: &str) -> bool {
    let path = path.to_lowercase();
    let opens = text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'));
    match path.rsplit('.').next() {
        Some("json") => true,
        Some("yaml" | "yml") => false,
        _ => opens,
    }
}

/// How comments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    None,
    /// From `#` to the end of the line; texts may be in three quotation marks.
    Hash,
    /// As in C.
    Slashes,
}

/// Finds the bracket or quotation mark that nothing closes: the last one that is open where another definition begins
/// at the start of a line, else the innermost at the end.
pub(super) fn unclosed(text: &str, comments: Comments) -> Option<(usize, char)> {
    const WORDS: &[&str] = &[
        "type ",
        "input ",
        "enum ",
        "interface ",
        "union ",
        "scalar ",
        "directive ",
        "schema ",
        "extend ",
        "message ",
        "service ",
        "package ",
        "import ",
        "option ",
    ];
    let bytes = text.as_bytes();
    let mut open: Vec<usize> = Vec::new();
    let mut suspect = None;
    let mut at = 0;
    while at < bytes.len() {
        let starts = at == 0 || bytes[at - 1] == b'\n';
        if starts
            && comments != Comments::None
            && suspect.is_none()
            && WORDS.iter().any(|word| text[at..].starts_with(word))
        {
            suspect = open.last().copied();
        }
        match bytes[at] {
            b'#' if comments == Comments::Hash => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            b'/' if comments == Comments::Slashes && bytes.get(at + 1) == Some(&b'/') => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            b'/' if comments == Comments::Slashes && bytes.get(at + 1) == Some(&b'*') => {
                at += text[at..].find("*/").map_or(text.len() - at, |end| end + 2);
                continue;
            }
            b'"' if comments == Comments::Hash && text[at..].starts_with("\"\"\"") => {
                let Some(end) = text[at + 3..].find("\"\"\"") else { return Some((at, '"')) };
                at += end + 6;
                continue;
            }
            quote @ (b'"' | b'\'') if quote == b'"' || comments == Comments::Slashes => {
                let mut end = at + 1;
                while end < bytes.len() && bytes[end] != quote && bytes[end] != b'\n' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                if bytes.get(end) != Some(&quote) {
                    return Some((at, '"'));
                }
                at = end;
            }
            b'{' | b'[' | b'(' => open.push(at),
            close @ (b'}' | b']' | b')') => {
                // A bracket of another kind closes what is around the one that is open.
                let wrong = |open: u8| {
                    open != if close == b'}' {
                        b'{'
                    } else if close == b']' {
                        b'['
                    } else {
                        b'('
                    }
                };
                match open.pop() {
                    Some(last) if wrong(bytes[last]) => return Some((last, char::from(bytes[last]))),
                    _ => {}
                }
            }
            _ => {}
        }
        at += 1;
    }
    let last = open.last().copied()?;
    let at = suspect.unwrap_or(last);
    Some((at, char::from(bytes[at])))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what is wrong with a text, and which part of it.
    fn fault(text: &str) -> Option<(String, &str)> {
        let problem = json(FileId::new(0), text)?;
        let message = problem.message.trim_start_matches("this is not JSON: ").to_owned();
        Some((message, &text[problem.span().range()]))
    }

    #[track_caller]
    fn check(text: &str, message: &str, part: &str) {
        assert_eq!(fault(text), Some((message.to_owned(), part)), "{text}");
    }

    #[test]
    fn faults_of_json_stand_where_the_mistake_is() {
        assert_eq!(fault("{\"a\": [1, {\"b\": null}]}"), None);
        check("{\"a\": 1,\n}", "there is a comma before a closing bracket", ",");
        check("{\"a\": [1, 2 , ]}", "there is a comma before a closing bracket", ",");
        check("{\n  // why\n  \"a\": 1}", "JSON has no comments", "// why");
        check("{\"a\": /* why */ 1}", "JSON has no comments", "/* why */ 1}");
        check("{\"a\": {\"b\": [1, 2]", "this `{` is not closed", "{");
        check("{\"a\": \"b", "this text is not closed", "\"");
        check("{\"a\": 1\n \"b\": 2}", "a comma is missing before `\"`", "\"");
        check("{\"a\" 1}", "a colon is missing before `1`", "1");
        check("{'a': 1}", "a text is in single quotation marks", "'");
        check("{\"a\": 'b'}", "a text is in single quotation marks", "'");
        check("{a: 1}", "a key has no quotation marks", "a");
        check("{\"a\": \"b\nc\"}", "a text runs over the end of its line", "\"b");
        check("{\"a\": 1}\n}", "`}` follows the end of the definition", "}");
    }

    #[test]
    fn what_is_not_closed_is_found_before_the_next_definition() {
        let at = |text: &str, comments| {
            unclosed(text, comments).map(|(at, bracket)| (text[..at].lines().count().max(1), bracket))
        };
        assert_eq!(at("type A {\n  a: Int\n\ntype B {\n  b: Int\n}\n", Comments::Hash), Some((1, '{')));
        assert_eq!(at("message A {\n  // }\n  int32 a = 1;\n", Comments::Slashes), Some((1, '{')));
        assert_eq!(at("type A {\n  a: Int # {\n}\n", Comments::Hash), None);
        assert_eq!(at("type A {\n  a(b: Int\n}\n", Comments::Hash), Some((2, '(')));
        assert_eq!(at("\"\"\"\nIt's\n", Comments::Hash), Some((1, '"')));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_search(text in "[\\[\\]{}\",:'/#a1é\n ]{0,40}") {
            if let Some(problem) = json(FileId::new(0), &text) {
                proptest::prop_assert!(text.get(problem.span().range()).is_some());
            }
            for comments in [Comments::None, Comments::Hash, Comments::Slashes] {
                unclosed(&text, comments);
            }
        }
    }
}
