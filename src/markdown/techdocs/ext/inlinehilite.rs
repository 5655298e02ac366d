//! Code spans, with a language as `` `#!py x` `` or `` `:::py x` ``.

use crate::markdown::techdocs::html;
use crate::markdown::techdocs::inline_text::{Found, InlineText, Replacement};
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::stash::escaped;

/// Finds the next code span, or literal backslashes before one.
pub(in crate::markdown::techdocs) fn find(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    let text = subject.text;
    let bytes = text.as_bytes();
    let run = |from: usize, byte: u8| bytes[from..].iter().take_while(|it| **it == byte).count();
    let mut at = from;
    loop {
        let start = at + memchr::memchr2(b'`', b'\\', &bytes[at..])?;
        if bytes[start] == b'\\' {
            let length = run(start, b'\\');
            at = start + length;
            if bytes.get(at) != Some(&b'`') {
                continue;
            }
            if length % 2 == 0 && subject.before(start) != Some('\\') {
                let with = Replacement::Mark(escaped('\\').repeat(length / 2));
                return Some(Found::Replace { start, end: at, with });
            }
            // The first backtick is escaped.
            at += 1;
            continue;
        }
        let length = run(start, b'`');
        at = start + length;
        // Fewer backticks may open it when no run of this length closes it.
        for ticks in (1..=length).rev() {
            let Some(end) = closing(parser, text, start + length, ticks) else { continue };
            let code = &text[start + ticks..end];
            let node = span(parser, code);
            return Some(Found::Replace { start, end: end + ticks, with: Replacement::Node(node) });
        }
        if !parser.spend(1) {
            return None;
        }
    }
}

/// Returns where the next run of exactly `ticks` backticks begins.
fn closing(parser: &mut Parser<'_>, text: &str, from: usize, ticks: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = memchr::memchr(b'`', &bytes[at..]) {
        let start = at + found;
        let length = bytes[start..].iter().take_while(|byte| **byte == b'`').count();
        if length == ticks {
            return Some(start);
        }
        at = start + length;
    }
    parser.spend(text.len() - from);
    None
}

fn span(parser: &mut Parser<'_>, code: &str) -> crate::markdown::techdocs::tree::NodeId {
    let node = parser.tree.make("code");
    let (language, source) = language(code).unwrap_or(("", code));
    let source = source.trim();
    let html = if language.is_empty() {
        let mut out = String::with_capacity(source.len());
        html::escape_all(&mut out, source);
        out
    } else {
        parser.tree[node].set_attribute("class", format!("language-{language} highlight"));
        parser.resolver.highlight(source, language)
    };
    let mark = parser.stash.html(html);
    parser.tree[node].text.set_atomic(mark);
    node
}

/// Splits off the language.
fn language(code: &str) -> Option<(&str, &str)> {
    let colons = code.bytes().take_while(|byte| *byte == b':').count();
    let rest = if colons >= 3 { &code[colons..] } else { code.strip_prefix("#!")? };
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '#' | '.' | '+' | '-');
    let end = rest.find(|character| !is_part(character))?;
    let source = rest[end..].trim_start();
    (source.len() < rest[end..].len() && !source.is_empty()).then(|| (&rest[..end], source))
}
