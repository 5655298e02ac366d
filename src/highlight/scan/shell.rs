//! Shells: commands, options, variables, texts.

use super::{Pen, is_word};
use crate::highlight::scopes::Class;

const KEYWORDS: &[&str] = &[
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "function",
    "select", "time", "export", "local", "declare", "readonly", "typeset", "alias", "return", "break", "continue",
];

/// Keywords that are followed by a command.
const BEFORE_COMMANDS: &[&str] = &["if", "then", "else", "elif", "while", "until", "do", "time"];

/// What is open around the pen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `"`
    Text,
    /// `$(`
    Command,
    /// `` ` ``
    Backtick,
}

/// How deep commands in texts in commands may be nested.
const MAX_OPEN: usize = 32;

pub(super) fn paint(pen: &mut Pen<'_, '_>) {
    let mut open: Vec<Open> = Vec::new();
    let mut command = true;
    let mut fresh = true;
    let code = pen.code;
    let mut heredocs: Vec<(&str, bool)> = Vec::new();
    while pen.at < pen.code.len() {
        if open.last() == Some(&Open::Text) {
            text(pen, &mut open, &mut command);
            fresh = false;
            continue;
        }
        let rest = pen.rest();
        let bytes = rest.as_bytes();
        let next = bytes.get(1).copied().unwrap_or(0);
        match bytes[0] {
            b'\n' => {
                pen.step(Class::Plain);
                for (word, tabs) in heredocs.drain(..) {
                    heredoc(pen, word, tabs);
                }
                command = true;
                fresh = true;
                continue;
            }
            b' ' | b'\t' | b'\r' => {
                pen.step(Class::Plain);
                fresh = true;
                continue;
            }
            b'\\' => {
                let class = if next == b'\n' { Class::Operator } else { Class::Builtin };
                pen.step(class);
                pen.step(class);
            }
            b'#' if fresh => pen.to(pen.line_end(), Class::Comment),
            b'\'' => {
                let close = rest[1..].find('\'').map_or(pen.code.len(), |at| pen.at + at + 2);
                pen.to(close, Class::String);
                command = false;
            }
            b'"' => {
                pen.step(Class::String);
                if open.len() < MAX_OPEN {
                    open.push(Open::Text);
                }
            }
            b'$' => variable(pen, &mut open, &mut command),
            b'`' => {
                pen.step(Class::Operator);
                if open.last() == Some(&Open::Backtick) {
                    open.pop();
                    command = false;
                } else if open.len() < MAX_OPEN {
                    open.push(Open::Backtick);
                    command = true;
                }
            }
            b'<' if rest.starts_with("<<") && !rest.starts_with("<<<") => {
                let tabs = rest.starts_with("<<-");
                pen.to(pen.at + if tabs { 3 } else { 2 }, Class::Operator);
                let start = pen.find(pen.at, |byte| byte != b' ');
                let quote = pen.code.as_bytes().get(start).copied().filter(|byte| matches!(byte, b'"' | b'\''));
                let start = start + usize::from(quote.is_some());
                let end = pen.find(start, |byte| !is_word(byte));
                pen.to(end + usize::from(quote.is_some()), Class::Type);
                if end > start {
                    heredocs.push((&code[start..end], tabs));
                }
            }
            b'|' | b'&' | b';' | b'(' | b'{' | b'!' if bytes[0] != b'{' || next.is_ascii_whitespace() => {
                let redirects = rest.starts_with("&>");
                pen.step(Class::Operator);
                command = !redirects;
                fresh = true;
                continue;
            }
            b')' => {
                if open.last() == Some(&Open::Command) {
                    open.pop();
                    command = false;
                } else {
                    // The end of a pattern of `case`, or of a subshell.
                    command = true;
                }
                pen.step(Class::Operator);
                fresh = true;
                continue;
            }
            b'<' | b'>' | b'=' | b'}' => pen.step(Class::Operator),
            _ => word(pen, &mut command, fresh),
        }
        fresh = false;
    }
}

/// Paints the lines up to the one that is `word`.
fn heredoc(pen: &mut Pen<'_, '_>, word: &str, tabs: bool) {
    while pen.at < pen.code.len() {
        let line = &pen.code[pen.at..pen.line_end()];
        let line = if tabs { line.trim_start_matches('\t') } else { line };
        let last = line == word || line.trim() == word;
        pen.to(pen.line_end(), if last { Class::Type } else { Class::String });
        if last {
            return;
        }
        pen.step(Class::Plain);
    }
}

/// Paints a text in double quotes up to its end or a command in it.
fn text(pen: &mut Pen<'_, '_>, open: &mut Vec<Open>, command: &mut bool) {
    let end = pen.find(pen.at, |byte| matches!(byte, b'"' | b'\\' | b'$' | b'`'));
    pen.to(end, Class::String);
    match pen.peek() {
        b'"' => {
            pen.step(Class::String);
            open.pop();
            *command = false;
        }
        b'\\' => {
            pen.step(Class::Builtin);
            if pen.peek() != b'\n' {
                pen.step(Class::Builtin);
            }
        }
        b'$' => variable(pen, open, command),
        b'`' => {
            // The end of a command around this text, which then was no text.
            if open.contains(&Open::Backtick) || open.len() >= MAX_OPEN {
                pen.step(Class::Operator);
            } else {
                pen.step(Class::Operator);
                open.push(Open::Backtick);
                *command = true;
            }
        }
        _ => {}
    }
}

/// Paints `$name`, `${name}`, or the start of `$(command)`.
fn variable(pen: &mut Pen<'_, '_>, open: &mut Vec<Open>, command: &mut bool) {
    let inside = if open.last() == Some(&Open::Text) { Class::String } else { Class::Plain };
    let rest = pen.rest();
    match rest.as_bytes().get(1).copied().unwrap_or(0) {
        b'(' => {
            pen.to(pen.at + 2, Class::Operator);
            if open.len() < MAX_OPEN {
                open.push(Open::Command);
            }
            *command = true;
            return;
        }
        b'{' => {
            let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
            pen.to(pen.at + line.find('}').map_or(2, |at| at + 1), Class::Variable);
        }
        byte if is_word(byte) && !byte.is_ascii_digit() => {
            pen.to(pen.find(pen.at + 1, |byte| !is_word(byte)), Class::Variable);
        }
        b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-' => pen.to(pen.at + 2, Class::Variable),
        _ => pen.step(inside),
    }
    *command = false;
}

fn word(pen: &mut Pen<'_, '_>, command: &mut bool, fresh: bool) {
    let stop = |byte: u8| byte.is_ascii_whitespace() || b"|&;()<>\"'`$\\".contains(&byte);
    let end = pen.find(pen.at, stop).max(pen.at + 1);
    let word = &pen.code[pen.at..end];
    // A place holder such as <name> is no redirection to look at.
    if !*command {
        let class = if fresh && word.starts_with('-') && word.len() > 1 {
            Class::Variable
        } else if matches!(word, "do" | "then" | "in" | "done" | "fi" | "esac") && fresh {
            *command = matches!(word, "do" | "then");
            Class::Plain
        } else {
            Class::Plain
        };
        let option = if class == Class::Variable { word.find('=').unwrap_or(word.len()) } else { word.len() };
        pen.to(pen.at + option, class);
        pen.to(end, Class::Plain);
        return;
    }
    if KEYWORDS.contains(&word) {
        pen.to(end, Class::Keyword);
        *command = BEFORE_COMMANDS.contains(&word);
        return;
    }
    let name = word.bytes().take_while(|byte| is_word(*byte)).count();
    let after = &word[name..];
    if name > 0 && (after.starts_with('=') || after.starts_with("+=")) && !word.as_bytes()[0].is_ascii_digit() {
        let sign = name + after.find('=').map_or(0, |at| at + 1);
        pen.to(pen.at + name, Class::Variable);
        pen.to(pen.at + sign - name, Class::Operator);
        // What follows is the value; a command may come after it.
        pen.to(end, Class::Plain);
        return;
    }
    pen.to(end, Class::Function);
    *command = false;
}
