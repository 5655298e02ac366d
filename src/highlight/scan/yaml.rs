//! YAML.

use super::{Pen, is_number, quoted};
use crate::highlight::scopes::Class;

pub(super) fn paint(pen: &mut Pen<'_, '_>) {
    // The columns that lines of a block text must exceed.
    let mut block: Option<usize> = None;
    let mut flow = 0_usize;
    while pen.at < pen.code.len() {
        let line = &pen.code[pen.at..pen.line_end()];
        let indent = line.len() - line.trim_start_matches(' ').len();
        if let Some(least) = block
            && (line.trim().is_empty() || indent > least || (least == 0 && indent > 0))
        {
            pen.to(pen.line_end(), Class::Plain);
            pen.step(Class::Plain);
            continue;
        }
        if line.starts_with("---") || line.starts_with("...") {
            pen.to(pen.at + 3, Class::Operator);
        } else if line.starts_with('%') {
            pen.to(pen.line_end(), Class::Keyword);
        }
        let start = pen.at.saturating_sub(if pen.class == Class::Operator { 3 } else { 0 });
        block = self::line(pen, start, &mut flow);
        pen.step(Class::Plain);
    }
}

/// Paints the rest of a line; returns the column of the node when a block text follows.
fn line(pen: &mut Pen<'_, '_>, start: usize, flow: &mut usize) -> Option<usize> {
    let mut column = 0;
    // Whether a node may begin here.
    let mut fresh = true;
    loop {
        let blank = pen.find(pen.at, |byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        let spaced = blank > pen.at || pen.at == start;
        pen.to(blank, Class::Plain);
        let end = pen.line_end();
        if pen.at >= end {
            return None;
        }
        let rest = &pen.code[pen.at..end];
        let next = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        match rest.as_bytes()[0] {
            b'#' if spaced => pen.to(end, Class::Comment),
            b'-' | b'?' if fresh && *flow == 0 && next.is_ascii_whitespace() => {
                column = pen.at - start;
                pen.step(Class::Plain);
            }
            b'{' | b'[' if fresh || *flow > 0 => {
                *flow += 1;
                pen.step(Class::Plain);
                fresh = true;
            }
            b'}' | b']' if *flow > 0 => {
                *flow -= 1;
                pen.step(Class::Plain);
                fresh = false;
            }
            b',' if *flow > 0 => {
                pen.step(Class::Plain);
                fresh = true;
            }
            b':' => {
                pen.step(Class::Plain);
                fresh = true;
            }
            b'&' | b'*' if fresh && !next.is_ascii_whitespace() => {
                pen.to(
                    pen.find(pen.at, |byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}')),
                    Class::Variable,
                );
            }
            b'!' if fresh => {
                pen.to(
                    pen.find(pen.at, |byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}')),
                    Class::Type,
                );
            }
            b'|' | b'>' if fresh && *flow == 0 => {
                let mark = rest.len()
                    - rest[1..].trim_start_matches(['+', '-', '1', '2', '3', '4', '5', '6', '7', '8', '9']).len();
                let after = rest[mark..].trim_start();
                if after.is_empty() || after.starts_with('#') {
                    pen.to(pen.at + mark, Class::Keyword);
                    pen.to(end - after.len(), Class::Plain);
                    pen.to(end, Class::Comment);
                    return Some(column);
                }
                plain(pen, end, *flow, &mut column, start);
                fresh = false;
            }
            quote @ (b'"' | b'\'') if fresh => {
                let key = is_quoted_key(rest, quote);
                if key {
                    column = pen.at - start;
                }
                quoted(pen, quote, quote == b'"', true, if key { Class::Property } else { Class::String });
                fresh = false;
            }
            _ => {
                plain(pen, end, *flow, &mut column, start);
                fresh = false;
            }
        }
    }
}

/// Returns whether a text in quotes is the key of a mapping.
fn is_quoted_key(rest: &str, quote: u8) -> bool {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote => return rest[at + 1..].trim_start().starts_with(':'),
            _ => at += 1,
        }
    }
    false
}

/// Paints a text without quotes: the key of a mapping, or a value.
fn plain(pen: &mut Pen<'_, '_>, end: usize, flow: usize, column: &mut usize, start: usize) {
    let bytes = pen.code.as_bytes();
    let mut at = pen.at;
    let mut key = false;
    while at < end {
        match bytes[at] {
            b':' if at + 1 >= end
                || bytes[at + 1].is_ascii_whitespace()
                || (flow > 0 && matches!(bytes[at + 1], b',' | b']' | b'}')) =>
            {
                key = true;
                break;
            }
            b'#' if at > pen.at && bytes[at - 1].is_ascii_whitespace() => break,
            b',' | b'[' | b']' | b'{' | b'}' if flow > 0 && at > pen.at => break,
            _ => at += 1,
        }
    }
    let text = pen.code[pen.at..at].trim_end();
    let class = if key {
        *column = pen.at - start;
        if text == "<<" { Class::Keyword } else { Class::Property }
    } else {
        value(text)
    };
    pen.to((pen.at + text.len()).max(pen.at + 1), class);
}

fn value(text: &str) -> Class {
    match text {
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "True" | "False" | "Null" | "Yes" | "No" | "On"
        | "Off" | "TRUE" | "FALSE" | "NULL" | "~" | ".inf" | ".nan" => Class::Builtin,
        _ if is_number(text) || is_date(text) => Class::Number,
        _ => Class::Plain,
    }
}

/// Returns whether a text begins with a day and holds nothing but a point in time.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_digit() || b"-:TZtz.+ ".contains(byte))
}
