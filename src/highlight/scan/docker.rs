//! Dockerfiles: an instruction a line, commands behind some of them.

use super::{Pen, Scanner, is_word};
use crate::highlight::scopes::Class;

const INSTRUCTIONS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

pub(super) fn paint(pen: &mut Pen<'_, '_>) {
    while pen.at < pen.code.len() {
        pen.to(pen.find(pen.at, |byte| !byte.is_ascii_whitespace()), Class::Plain);
        if pen.peek() == b'#' {
            pen.to(pen.line_end(), Class::Comment);
            continue;
        }
        let word = pen.find(pen.at, |byte| !is_word(byte));
        let name = &pen.code[pen.at..word];
        if INSTRUCTIONS.iter().any(|instruction| name.eq_ignore_ascii_case(instruction)) {
            let is_command = name.eq_ignore_ascii_case("RUN");
            pen.to(word, Class::Keyword);
            let end = logical_line(pen);
            if is_command {
                let options = options_end(pen, end);
                arguments(pen, options);
                pen.within(end, Some(&Scanner::Shell));
            } else {
                arguments(pen, end);
            }
        } else {
            let end = logical_line(pen);
            arguments(pen, end);
        }
    }
}

/// Returns where the line ends, with the lines that it goes on in.
fn logical_line(pen: &Pen<'_, '_>) -> usize {
    let mut at = pen.at;
    for line in pen.rest().split_inclusive('\n') {
        let text = line.trim();
        at += line.len();
        // A comment may be between the lines of an instruction.
        let is_comment_within = at > pen.at + line.len() && text.starts_with('#');
        if !is_comment_within && !text.ends_with('\\') {
            return at;
        }
    }
    pen.code.len()
}

/// Returns where the options of an instruction end, such as `--mount=…`.
fn options_end(pen: &Pen<'_, '_>, end: usize) -> usize {
    let mut at = pen.at;
    loop {
        let word = pen.find(at, |byte| !matches!(byte, b' ' | b'\t'));
        if !pen.code[word..].starts_with("--") || word >= end {
            return word.min(end);
        }
        at = pen.find(word, |byte| byte.is_ascii_whitespace());
    }
}

fn arguments(pen: &mut Pen<'_, '_>, end: usize) {
    while pen.at < end {
        let rest = pen.rest();
        match rest.as_bytes()[0] {
            quote @ (b'"' | b'\'') => {
                let close = pen.find(pen.at + 1, |byte| byte == quote || byte == b'\n').min(end);
                pen.to((close + 1).min(end), Class::String);
            }
            b'$' => {
                let stop = if rest.starts_with("${") {
                    pen.find(pen.at, |byte| matches!(byte, b'}' | b'\n')) + 1
                } else {
                    pen.find(pen.at + 1, |byte| !is_word(byte))
                };
                pen.to(stop.min(end), Class::Variable);
            }
            b'-' if rest.starts_with("--") => {
                let stop = pen.find(pen.at, |byte| byte == b'=' || byte.is_ascii_whitespace()).min(end);
                pen.to(stop, Class::Variable);
            }
            b'=' | b'\\' => pen.step(Class::Operator),
            byte if byte.is_ascii_whitespace() => pen.step(Class::Plain),
            _ => {
                let stop = pen
                    .find(pen.at + 1, |byte| !(is_word(byte) || matches!(byte, b'/' | b'.' | b':' | b'-' | b'@')))
                    .min(end);
                let word = &pen.code[pen.at..stop];
                let class = match word {
                    "AS" | "as" => Class::Keyword,
                    _ if pen.code[stop..].starts_with('=') => Class::Property,
                    _ => Class::Plain,
                };
                pen.to(stop, class);
            }
        }
    }
}
