//! Requests and answers of HTTP: a first line, fields, and a body in a language of its own.

use super::{Pen, Scanner, scanner};
use crate::highlight::scopes::Class;

pub(super) fn paint(pen: &mut Pen<'_, '_>) {
    first_line(pen);
    let mut body = None;
    while pen.at < pen.code.len() {
        pen.step(Class::Plain);
        let end = pen.line_end();
        let line = &pen.code[pen.at..end];
        if line.trim().is_empty() {
            // Without a field that says what it is, a body is plain.
            return pen.within(pen.code.len(), body.as_ref());
        }
        let Some(colon) = line.find(':') else {
            pen.to(end, Class::Plain);
            continue;
        };
        if line[..colon].eq_ignore_ascii_case("content-type") {
            body = language_of(&line[colon + 1..]);
        }
        pen.to(pen.at + colon, Class::Property);
        pen.step(Class::Plain);
        pen.to(end, Class::String);
    }
}

/// Paints `GET /path HTTP/1.1` or `HTTP/1.1 200 OK`.
fn first_line(pen: &mut Pen<'_, '_>) {
    let end = pen.line_end();
    let line = &pen.code[pen.at..end];
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    pen.to(pen.at + first.len(), Class::Keyword);
    if first.starts_with("HTTP/") {
        pen.to(end, Class::Number);
        return;
    }
    let version = rest.rfind(" HTTP/").map_or(end, |at| end - rest.len() + at);
    pen.to(version, Class::String);
    pen.to(end, Class::Keyword);
}

/// Returns what reads a body of this media type.
fn language_of(media_type: &str) -> Option<Scanner> {
    let bare = media_type.split(';').next().unwrap_or("").trim();
    let subtype = bare.split('/').next_back().unwrap_or("");
    // As in `application/problem+json`.
    scanner(&subtype.rsplit('+').next().unwrap_or(subtype).to_ascii_lowercase())
}
