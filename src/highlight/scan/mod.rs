//! Scanners for the languages that documentation is full of.
//!
//! The grammars of syntect need microseconds a byte, which is most of the time of a build; these need nanoseconds, and
//! time in proportion to the code. They know what the classes distinguish and no more. Every other language goes
//! through syntect.

mod code;
mod config;
mod css;
mod docker;
mod http;
mod markdown;
mod markup;
mod shell;
mod yaml;

use super::scopes::{Class, span};
use crate::html::push_text;

/// Paints code of one language.
pub(super) enum Scanner {
    Code(&'static code::Language),
    Config,
    Css,
    Diff,
    Docker,
    Http,
    Markdown,
    Markup(markup::Dialect),
    Shell,
    Yaml,
}

/// Returns the scanner for a language by its name in lower case.
pub(super) fn scanner(name: &str) -> Option<Scanner> {
    Some(match name {
        "yaml" | "yml" | "k8s" => Scanner::Yaml,
        "sh" | "bash" | "shell" | "zsh" | "ksh" => Scanner::Shell,
        "diff" | "patch" | "udiff" => Scanner::Diff,
        "toml" | "ini" | "cfg" | "conf" | "dosini" | "properties" | "env" | "dotenv" | "editorconfig" | "systemd" => {
            Scanner::Config
        }
        "css" | "scss" | "less" => Scanner::Css,
        "dockerfile" | "docker" | "containerfile" => Scanner::Docker,
        "http" | "https" => Scanner::Http,
        "markdown" | "md" => Scanner::Markdown,
        _ => {
            let code = code::LANGUAGES.iter().find(|language| language.names.contains(&name)).map(Scanner::Code);
            return code.or_else(|| markup::scanner(name));
        }
    })
}

impl Scanner {
    /// Appends `code` to `out`.
    pub(super) fn paint(&self, out: &mut String, code: &str) {
        let mut pen = Pen { out, code, start: 0, at: 0, class: Class::Plain };
        match self {
            Self::Code(language) => code::paint(&mut pen, language),
            Self::Config => config::paint(&mut pen),
            Self::Css => css::paint(&mut pen),
            Self::Diff => diff(&mut pen),
            Self::Docker => docker::paint(&mut pen),
            Self::Http => http::paint(&mut pen),
            Self::Markdown => markdown::paint(&mut pen),
            Self::Markup(dialect) => markup::paint(&mut pen, *dialect),
            Self::Shell => shell::paint(&mut pen),
            Self::Yaml => yaml::paint(&mut pen),
        }
        pen.finish();
    }
}

/// Writes code from its start to its end, neighbours of one class as one span a line.
struct Pen<'c, 'o> {
    out: &'o mut String,
    code: &'c str,
    /// Where the span begins that is not written yet.
    start: usize,
    at: usize,
    class: Class,
}

impl<'c> Pen<'c, '_> {
    /// Goes on to `end` with this class, or to the end of the character that `end` is within.
    fn to(&mut self, end: usize, class: Class) {
        let end = self.code.ceil_char_boundary(end);
        if end <= self.at {
            return;
        }
        // Spaces have no colour, so they join what is before them.
        if class != self.class && !self.code[self.at..end].trim().is_empty() {
            self.flush();
            self.class = class;
        }
        self.at = end;
    }

    fn flush(&mut self) {
        for (index, line) in self.code[self.start..self.at].split('\n').enumerate() {
            if index > 0 {
                self.out.push('\n');
            }
            let inner = line.trim_end();
            let blank = inner.len() - inner.trim_start().len();
            push_text(self.out, &inner[..blank]);
            span(self.out, self.class, &inner[blank..]);
            push_text(self.out, &line[inner.len()..]);
        }
        self.start = self.at;
    }

    /// Goes on to `end` with what is there in another language; plain without one.
    fn within(&mut self, end: usize, scanner: Option<&Scanner>) {
        let end = self.code.ceil_char_boundary(end);
        let Some(scanner) = scanner else { return self.to(end, Class::Plain) };
        self.flush();
        scanner.paint(self.out, &self.code[self.at..end]);
        (self.start, self.at, self.class) = (end, end, Class::Plain);
    }

    fn finish(mut self) {
        self.to(self.code.len(), Class::Plain);
        self.flush();
    }

    fn rest(&self) -> &'c str {
        &self.code[self.at..]
    }

    /// Returns the next byte, 0 at the end.
    fn peek(&self) -> u8 {
        self.code.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// Goes on by one character.
    fn step(&mut self, class: Class) {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.to(self.at + length, class);
    }

    /// Returns where the line ends, before its line end.
    fn line_end(&self) -> usize {
        self.rest().find('\n').map_or(self.code.len(), |length| self.at + length)
    }

    /// Returns where the first of these bytes is, or the end.
    fn find(&self, from: usize, stop: impl Fn(u8) -> bool) -> usize {
        let bytes = &self.code.as_bytes()[from..];
        bytes.iter().position(|byte| stop(*byte)).map_or(self.code.len(), |length| from + length)
    }
}

/// How far ahead the end of something is looked for, in bytes, so that what has none does not cost the square of its length.
const AHEAD: usize = 2000;

/// Returns what of `text` is near enough to be examined.
fn near(text: &str) -> &str {
    &text[..text.floor_char_boundary(AHEAD)]
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Returns whether a text is a number as most languages write it.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let rest = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0o"));
    match rest {
        Some(rest) => !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => {
            digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
                && digits.parse::<f64>().is_ok_and(f64::is_finite)
        }
    }
}

fn diff(pen: &mut Pen<'_, '_>) {
    while pen.at < pen.code.len() {
        let line = &pen.code[pen.at..pen.line_end()];
        let class = if ["+++", "---", "diff ", "index ", "==="].iter().any(|head| line.starts_with(head)) {
            Class::Heading
        } else if line.starts_with("@@") {
            Class::Keyword
        } else {
            match line.as_bytes().first() {
                Some(b'+' | b'>') => Class::Inserted,
                Some(b'-' | b'<') => Class::Deleted,
                Some(b'!') => Class::Markup,
                _ => Class::Plain,
            }
        };
        pen.to(pen.line_end(), class);
        pen.step(Class::Plain);
    }
}

/// Paints a text in quotes with its escapes; the pen is at the opening quote. Returns whether it ends.
fn quoted(pen: &mut Pen<'_, '_>, quote: u8, escapes: bool, multiline: bool, class: Class) -> bool {
    pen.step(class);
    loop {
        let end = pen.find(pen.at, |byte| byte == quote || (escapes && byte == b'\\') || byte == b'\n');
        pen.to(end, class);
        match pen.peek() {
            0 if pen.at >= pen.code.len() => return false,
            b'\\' => {
                let at = pen.at;
                pen.step(Class::Builtin);
                if pen.peek() == b'\n' {
                    continue;
                }
                let length = if pen.code.as_bytes().get(at + 1) == Some(&b'u') {
                    pen.rest()[1..].bytes().take(4).take_while(u8::is_ascii_hexdigit).count()
                } else {
                    0
                };
                pen.step(Class::Builtin);
                pen.to(pen.at + length, Class::Builtin);
            }
            b'\n' if !multiline => return false,
            b'\n' => pen.step(class),
            _ => {
                pen.step(class);
                return true;
            }
        }
    }
}
