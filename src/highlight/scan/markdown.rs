//! Markdown as authors show it: headings, marks of lists and quotes, emphasis, code, links, tags.

use super::{Pen, Scanner, markup, near};
use crate::highlight::scopes::Class;

pub(super) fn paint(pen: &mut Pen<'_, '_>) {
    front_matter(pen);
    while pen.at < pen.code.len() {
        block(pen);
        if pen.at < pen.code.len() {
            inline(pen);
        }
    }
}

/// Paints the settings at the top, between two lines of dashes.
fn front_matter(pen: &mut Pen<'_, '_>) {
    let Some(rest) = pen.code.strip_prefix("---\n") else { return };
    let Some(length) = rest.find("\n---").map(|at| at + 1) else { return };
    pen.to(4, Class::Operator);
    pen.within(4 + length, Some(&Scanner::Yaml));
    pen.to(pen.line_end(), Class::Operator);
}

/// Paints what a line begins with.
fn block(pen: &mut Pen<'_, '_>) {
    pen.to(pen.find(pen.at, |byte| !matches!(byte, b' ' | b'\t')), Class::Plain);
    let line = &pen.code[pen.at..pen.line_end()];
    let marks = |mark: char| line.len() - line.trim_start_matches(mark).len();
    match line.as_bytes().first() {
        Some(b'#') if marks('#') <= 6 && line[marks('#')..].starts_with([' ', '\t']) => {
            pen.to(pen.line_end(), Class::Heading);
        }
        Some(fence @ (b'`' | b'~')) if marks(char::from(*fence)) >= 3 => fenced(pen, *fence),
        Some(b'>') => {
            pen.step(Class::Operator);
            block(pen);
        }
        Some(b'-' | b'*' | b'+') if line[1..].starts_with([' ', '\t']) => {
            pen.step(Class::Operator);
            block(pen);
        }
        Some(b'-' | b'=' | b'*' | b'_')
            if line.len() >= 3 && line.trim_end().bytes().all(|b| b == line.as_bytes()[0]) =>
        {
            pen.to(pen.line_end(), Class::Operator);
        }
        Some(b'0'..=b'9') => {
            let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if line[digits..].starts_with(". ") || line[digits..].starts_with(") ") {
                pen.to(pen.at + digits + 1, Class::Operator);
            }
        }
        // Admonitions, details and tabs.
        Some(b'!' | b'?' | b'=') if ["!!! ", "??? ", "???+ ", "=== "].iter().any(|mark| line.starts_with(mark)) => {
            pen.to(pen.at + line.find(' ').unwrap_or(line.len()), Class::Keyword);
            let title = line.find('"').map_or(line.len(), |at| line.len() - at);
            pen.to(pen.line_end() - title.min(line.len()), Class::Type);
            pen.to(pen.line_end(), Class::String);
        }
        _ => {}
    }
}

/// Paints a fenced block with the language that it names; the pen is at its fence.
fn fenced(pen: &mut Pen<'_, '_>, fence: u8) {
    let line = &pen.code[pen.at..pen.line_end()];
    let mark = &line[..line.len() - line.trim_start_matches(char::from(fence)).len()];
    let words = line[mark.len()..].trim_start_matches([' ', '{', '.']);
    let name = &words[..words.find([' ', ',', '}', '{', '\r']).unwrap_or(words.len())];
    let name = name.to_ascii_lowercase();
    pen.to(pen.at + mark.len(), Class::Operator);
    pen.to(pen.line_end(), Class::Type);
    if pen.at < pen.code.len() {
        pen.step(Class::Plain);
    }
    let from = pen.at;
    let (mut at, mut end) = (from, pen.code.len());
    for line in pen.code[from..].split_inclusive('\n') {
        let text = line.trim();
        if text.starts_with(mark) && text.bytes().all(|byte| byte == fence) {
            end = at;
            break;
        }
        at += line.len();
    }
    // Markdown in Markdown is left alone, so that depth costs nothing.
    let scanner = super::scanner(&name).filter(|scanner| !matches!(scanner, Scanner::Markdown));
    pen.within(end, scanner.as_ref());
    let close = pen.line_end();
    pen.to(close, Class::Operator);
}

/// Paints the rest of a line.
fn inline(pen: &mut Pen<'_, '_>) {
    let end = pen.line_end();
    while pen.at < end {
        let stop = pen
            .find(pen.at, |byte| {
                matches!(byte, b'`' | b'*' | b'_' | b'[' | b'!' | b'<' | b'{' | b'~' | b'=' | b'^' | b'\\' | b'\n')
            })
            .min(end);
        pen.to(stop, Class::Plain);
        if pen.at >= end {
            break;
        }
        let rest = near(&pen.code[pen.at..end]);
        let length = match rest.as_bytes()[0] {
            b'`' => code_span(rest).map(|length| (length, Class::String)),
            mark @ (b'*' | b'_' | b'~' | b'=' | b'^') => emphasis(pen.code, pen.at, rest, mark),
            b'[' | b'!' => {
                if link(pen, end) {
                    continue;
                }
                None
            }
            b'<' => rest.find('>').filter(|_| is_tag(rest)).map(|at| (at + 1, Class::Tag)),
            b'{' => {
                if markup::template(pen) {
                    continue;
                }
                let braces = rest.starts_with("{:")
                    || rest.starts_with("{.")
                    || rest.starts_with("{ .")
                    || rest.starts_with("{#");
                rest.find('}').filter(|_| braces).map(|at| (at + 1, Class::Attribute))
            }
            b'\\' => Some((1 + rest[1..].chars().next().map_or(0, char::len_utf8), Class::Builtin)),
            _ => None,
        };
        match length {
            Some((length, class)) => pen.to(pen.at + length, class),
            None => pen.step(Class::Plain),
        }
    }
    if pen.at < pen.code.len() {
        pen.step(Class::Plain);
    }
}

fn is_tag(rest: &str) -> bool {
    let name = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '!')
}

/// Returns the length of code between equal numbers of backticks.
fn code_span(rest: &str) -> Option<usize> {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let close = rest[ticks..].find(&rest[..ticks])?;
    Some(ticks + close + ticks)
}

/// Returns the length of words between equal marks, which touch them.
fn emphasis(code: &str, at: usize, rest: &str, mark: u8) -> Option<(usize, Class)> {
    let count = rest.bytes().take_while(|byte| *byte == mark).count();
    let (open, inner) = rest.split_at(count);
    let inside_word = mark == b'_' && code[..at].ends_with(char::is_alphanumeric);
    // One tilde or two, one hat or two; equals signs only in pairs.
    if count > 3 || inside_word || (mark == b'=' && count != 2) || inner.starts_with(char::is_whitespace) {
        return None;
    }
    let close = inner.find(open).filter(|at| *at > 0 && !inner[..*at].ends_with(char::is_whitespace))?;
    Some((count + close + count, Class::Markup))
}

/// Paints `[text](address)`, `[text][label]`, `[label]: address` or a picture; returns whether one begins here.
fn link(pen: &mut Pen<'_, '_>, end: usize) -> bool {
    let rest = near(&pen.code[pen.at..end]);
    let open = if rest.starts_with("![") { 2 } else { 1 };
    if !rest[open - 1..].starts_with('[') {
        return false;
    }
    let Some(text) = rest[open..].find(']') else { return false };
    let after = &rest[open + text + 1..];
    let target = match after.as_bytes().first() {
        Some(b'(') => after.find(')').map(|at| at + 1),
        Some(b'[') => after.find(']').map(|at| at + 1),
        Some(b':') => Some(after.len()),
        _ => None,
    };
    let Some(target) = target else { return false };
    pen.to(pen.at + open + text + 1, Class::Markup);
    pen.to(pen.at + 1, Class::Plain);
    let closed = usize::from(!after.starts_with(':'));
    pen.to(pen.at + target - 1 - closed, Class::String);
    pen.to(pen.at + closed, Class::Plain);
    true
}
