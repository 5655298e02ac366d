//! Settings as lines of a key and a value: TOML, INI, properties, environment files.

use super::{Pen, is_number, is_word, quoted};
use crate::highlight::scopes::Class;

pub(super) fn paint(pen: &mut Pen<'_, '_>) {
    while pen.at < pen.code.len() {
        pen.to(pen.find(pen.at, |byte| !matches!(byte, b' ' | b'\t')), Class::Plain);
        let end = pen.line_end();
        let line = &pen.code[pen.at..end];
        match line.as_bytes().first() {
            Some(b'#' | b';' | b'!') => pen.to(end, Class::Comment),
            Some(b'[') if line.trim_end().ends_with(']') || line.contains("] #") => {
                let close = pen.at + line.rfind(']').map_or(line.len(), |at| at + 1);
                pen.to(close, Class::Heading);
                value(pen);
            }
            Some(_) => {
                let sign =
                    line.find(['=', ':']).filter(|at| !line[..*at].contains(['{', '['])).or_else(|| line.find('='));
                if let Some(sign) = sign {
                    let key = line[..sign].trim_end();
                    let export = if key.starts_with("export ") { 7 } else { 0 };
                    pen.to(pen.at + export, Class::Keyword);
                    pen.to(pen.at + key.len() - export, Class::Property);
                    pen.to(end - line.len() + sign, Class::Plain);
                    pen.step(Class::Operator);
                }
                value(pen);
            }
            None => {}
        }
        pen.step(Class::Plain);
    }
}

/// Paints the rest of a line, and further lines of a text in three quotes.
fn value(pen: &mut Pen<'_, '_>) {
    let mut fresh = true;
    loop {
        let blank = pen.find(pen.at, |byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        let spaced = blank > pen.at;
        pen.to(blank, Class::Plain);
        let end = pen.line_end();
        if pen.at >= end {
            return;
        }
        let rest = &pen.code[pen.at..end];
        match rest.as_bytes()[0] {
            b'#' | b';' if spaced => pen.to(end, Class::Comment),
            quote @ (b'"' | b'\'') if fresh => {
                let three = [quote; 3];
                if rest.as_bytes().starts_with(&three) {
                    let mark = if quote == b'"' { "\"\"\"" } else { "'''" };
                    let close = pen.rest()[3..].find(mark).map_or(pen.code.len(), |at| pen.at + 3 + at + 3);
                    pen.to(close, Class::String);
                } else {
                    quoted(pen, quote, quote == b'"', false, Class::String);
                }
                fresh = false;
            }
            b',' | b'[' | b']' | b'{' | b'}' | b'=' => {
                pen.step(Class::Plain);
                fresh = true;
            }
            _ => {
                let stop = pen
                    .find(pen.at, |byte| {
                        !(is_word(byte) || matches!(byte, b'-' | b'+' | b'.' | b':' | b'/' | b'@' | b'%' | b'~' | b'$'))
                    })
                    .min(end);
                let text = &pen.code[pen.at..stop];
                let key = pen.code[stop..end].trim_start().starts_with('=');
                let class = if key {
                    Class::Property
                } else if !fresh {
                    Class::Plain
                } else if matches!(text, "true" | "false") {
                    Class::Builtin
                } else if is_number(&text.replace('_', ""))
                    || text.get(4..5) == Some("-") && text.starts_with(|c: char| c.is_ascii_digit())
                {
                    Class::Number
                } else {
                    Class::Plain
                };
                if stop > pen.at {
                    pen.to(stop, class);
                } else {
                    pen.step(Class::Plain);
                }
                fresh = false;
            }
        }
    }
}
