//! Text of authors in what is printed: names, messages, values.
//!
//! A file name may hold a line end, and a CI runner takes a line that begins with `::` as a command; an escape character
//! moves the cursor of a terminal, and a direction mark turns text around. So whatever is printed shows such characters
//! as escapes, and breaks the marks with which commands begin.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns `text` as one line that only shows itself.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, Lines::One)
}

/// Returns `text`, which may have several lines, so that it only shows itself.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, Lines::Several)
}

/// Returns JSON that means the same and has nothing in it that steers a terminal or a CI runner.
#[must_use]
pub fn visible_json(json: String) -> String {
    if !json.contains(|c: char| is_hidden(c) && c != '\n') && !json.contains("##") {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for (at, character) in json.char_indices() {
        if (is_hidden(character) && character != '\n') || begins_command(&json, at) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Several,
}

fn escaped(text: &str, lines: Lines) -> Cow<'_, str> {
    let is_plain = !text.contains(is_hidden) && !text.contains("##") && !text.trim_start().starts_with("::");
    if is_plain {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    // Whether nothing but spaces has come in this line; runners skip them.
    let mut is_start = true;
    for (at, character) in text.char_indices() {
        let is_command = begins_command(text, at) || (is_start && text[at..].starts_with("::"));
        match character {
            '\n' if lines == Lines::Several => {
                out.push('\n');
                is_start = true;
                continue;
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' if lines == Lines::Several => out.push('\t'),
            '\t' => out.push_str("\\t"),
            _ if is_command || is_hidden(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
        is_start &= character.is_whitespace();
    }
    out.into()
}

/// Returns whether the bracket of `##[…]`, `##vso[…]` or `##teamcity[…]` is at a place: runners look for them anywhere in a
/// line.
fn begins_command(text: &str, at: usize) -> bool {
    const LONGEST_NAME: usize = 16;
    let bytes = text.as_bytes();
    if bytes[at] != b'[' {
        return false;
    }
    let name = bytes[..at].iter().rev().take(LONGEST_NAME).take_while(|byte| byte.is_ascii_alphabetic()).count();
    bytes[..at - name].ends_with(b"##")
}

/// Returns whether a character is not seen, or changes how others are.
const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Replaces what the excerpt of a report must not show as it is, byte for byte, so that marks stay in their places.
/// What begins a command cannot do so there, since each line begins with a number, except for commands that runners
/// find anywhere.
pub(super) fn excerpt_line(line: &str) -> Cow<'_, str> {
    if !line.contains(is_hidden) && !line.contains("##") {
        return line.into();
    }
    let shown = |(at, character): (usize, char)| match character {
        // What renders the excerpt shows these as signs.
        '\0'..='\x1f' | '\x7f' => character,
        _ if begins_command(line, at) => '(',
        _ if !is_hidden(character) => character,
        _ => match character.len_utf8() {
            2 => '¤',
            3 => '\u{fffd}',
            _ => '\u{1f7a8}',
        },
    };
    line.char_indices().map(shown).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_steers_terminals_and_runners_is_shown() {
        assert_eq!(visible("team\n::add-mask::x"), "team\\n::add-mask::x");
        assert_eq!(visible(" ::stop"), " \\u{3a}:stop");
        assert_eq!(visible_lines("a\n \t::b\na::b"), "a\n \t\\u{3a}:b\na::b");
        assert_eq!(visible("\u{1b}[2J\u{9b}1m\u{202e}\u{2028}é"), "\\u{1b}[2J\\u{9b}1m\\u{202e}\\u{2028}é");
        assert_eq!(visible("a ##[add-mask]b ##vso[x] ## [y] #[z]"), "a ##\\u{5b}add-mask]b ##vso\\u{5b}x] ## [y] #[z]");
        assert_eq!(
            visible_json("[\n{\"a\": \"\u{9b}##[é\u{e0001}\"}]".to_owned()),
            "[\n{\"a\": \"\\u009b##\\u005bé\\udb40\\udc01\"}]"
        );
        assert_eq!(excerpt_line("é\u{85}\u{202e}##[x\u{1b}"), "é¤\u{fffd}##(x\u{1b}");
        assert!(matches!(visible("plain # text: `x`"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn nothing_is_a_command(text in "[:#\\[a\n\r\t \u{1b}\u{85}\u{2028}]{0,20}") {
            for shown in [visible(&text), visible_lines(&text)] {
                prop_assert!(!shown.contains("##["), "{shown:?}");
                prop_assert!(!shown.contains(|c: char| is_hidden(c) && !matches!(c, '\n' | '\t')), "{shown:?}");
                prop_assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")), "{shown:?}");
            }
            let json = serde_json::to_string(&text).unwrap();
            let shown = visible_json(json);
            prop_assert!(!shown.contains("##["));
            prop_assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text.clone());
            prop_assert_eq!(excerpt_line(&text).len(), text.len());
        }
    }
}
