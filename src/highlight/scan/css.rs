//! Style sheets: CSS, and SCSS and Less, which add variables, nesting and line comments.

use super::{Pen, is_word, near, quoted};
use crate::highlight::scopes::Class;

pub(super) fn paint(pen: &mut Pen<'_, '_>) {
    let code = pen.code;
    // Whether a colon has opened a value; what a colon opens, `;`, `{` or `}` ends.
    let mut value = false;
    while pen.at < code.len() {
        let rest = pen.rest();
        let byte = rest.as_bytes()[0];
        match byte {
            b'/' if rest.starts_with("/*") => {
                let end = rest[2..].find("*/").map_or(code.len(), |at| pen.at + at + 4);
                pen.to(end, Class::Comment);
            }
            // `//` in an address follows a colon.
            b'/' if rest.starts_with("//") && !code[..pen.at].ends_with(':') => pen.to(pen.line_end(), Class::Comment),
            b'"' | b'\'' => {
                quoted(pen, byte, true, false, Class::String);
            }
            b';' | b'{' | b'}' => {
                value = false;
                pen.step(Class::Plain);
            }
            b'@' => pen.to(name_end(pen, 1), Class::Keyword),
            b'$' => pen.to(name_end(pen, 1), Class::Variable),
            b'!' => pen.to(name_end(pen, 1), Class::Keyword),
            b'#' if value => pen.to(name_end(pen, 1), Class::Number),
            b'#' | b'.' if !value && is_name_at(rest, 1) => {
                pen.to(name_end(pen, 1), if byte == b'#' { Class::Builtin } else { Class::Type });
            }
            b':' if is_declaration(rest, code, pen.at) => {
                value = true;
                pen.step(Class::Plain);
            }
            b':' if !value => {
                let colons = if rest.starts_with("::") { 2 } else { 1 };
                pen.to(name_end(pen, colons), Class::Keyword);
            }
            b'-' if rest.starts_with("--") && is_name_at(rest, 2) => {
                let end = name_end(pen, 2);
                pen.to(end, Class::Variable);
            }
            b'0'..=b'9' | b'.' | b'-' | b'+' if is_number_at(rest) => {
                let end = pen.find(pen.at + 1, |byte| !(is_word(byte) || matches!(byte, b'.' | b'%')));
                pen.to(end, Class::Number);
            }
            b'>' | b'~' | b'*' | b'+' | b'&' | b'=' => pen.step(Class::Operator),
            _ if is_word(byte) || byte == b'-' => word(pen, value),
            _ => pen.step(Class::Plain),
        }
    }
}

fn word(pen: &mut Pen<'_, '_>, value: bool) {
    let end = name_end(pen, 1);
    let after = &pen.code[end..];
    let class = if after.starts_with('(') {
        Class::Function
    } else if value {
        Class::Plain
    } else if after.trim_start_matches([' ', '\t']).starts_with(':')
        && is_declaration(after.trim_start(), pen.code, end)
    {
        Class::Property
    } else {
        Class::Tag
    };
    let is_address = class == Class::Function && &pen.code[pen.at..end] == "url";
    pen.to(end, class);
    if is_address && !pen.rest()[1..].trim_start().starts_with(['"', '\'']) {
        pen.step(Class::Plain);
        let close = pen.find(pen.at, |byte| matches!(byte, b')' | b'\n'));
        pen.to(close, Class::String);
    }
}

/// Returns whether the colon at the start of `rest` ends the name of a property and does not begin a pseudo class.
fn is_declaration(rest: &str, code: &str, at: usize) -> bool {
    if !rest.starts_with(':') || rest.starts_with("::") {
        return false;
    }
    let named = code[..at].trim_end().ends_with(|last: char| last.is_alphanumeric() || matches!(last, '-' | '_'));
    // Without a space, whichever comes first decides: the end of a declaration, or the block of a selector.
    let next = || near(&rest[1..]).find([';', '{', '}', '\n']).map(|at| rest.as_bytes()[1 + at]);
    named && (rest[1..].starts_with([' ', '\t']) || !matches!(next(), Some(b'{' | b'\n')))
}

fn name_end(pen: &Pen<'_, '_>, from: usize) -> usize {
    pen.find((pen.at + from).min(pen.code.len()), |byte| !(is_word(byte) || byte == b'-'))
}

fn is_name_at(rest: &str, at: usize) -> bool {
    rest.as_bytes().get(at).is_some_and(|byte| is_word(*byte) || *byte == b'-')
}

fn is_number_at(rest: &str) -> bool {
    let digits = rest.trim_start_matches(['-', '+']);
    digits.strip_prefix('.').unwrap_or(digits).starts_with(|first: char| first.is_ascii_digit())
}
