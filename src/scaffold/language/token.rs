//! From the inside of a tag to tokens.

use super::failure::Failure;
use super::scan::{identifier, is_blank, regex};

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    End,
    Name(&'a str),
    Number(f64),
    Text(String),
    Regex(String, String),
    Operator(&'static str),
}

/// Longer ones first.
const OPERATORS: [&str; 27] = [
    "===", "!==", "**", "//", "==", "!=", "<=", ">=", "(", ")", "[", "]", "{", "}", ".", ",", ":", "|", "~", "+", "-",
    "*", "/", "%", "<", ">", "=",
];

impl Token<'_> {
    /// Says what it is, for messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::End => "the end".to_owned(),
            Self::Name(name) => format!("`{name}`"),
            Self::Number(_) => "a number".to_owned(),
            Self::Text(_) => "a text".to_owned(),
            Self::Regex(..) => "a regular expression".to_owned(),
            Self::Operator(operator) => format!("`{operator}`"),
        }
    }

    fn is_operand(&self) -> bool {
        match self {
            Self::End => false,
            Self::Operator(operator) => matches!(*operator, ")" | "]" | "}"),
            _ => true,
        }
    }
}

/// Divides the bytes from `start` to `end` of the source; each token with where it starts.
pub(super) fn tokens(source: &str, start: usize, end: usize) -> Result<Vec<(Token<'_>, usize)>, Failure> {
    let source = &source[..end];
    let bytes = source.as_bytes();
    let mut out: Vec<(Token<'_>, usize)> = Vec::new();
    let mut at = start;
    while let Some(character) = source[at..].chars().next() {
        if is_blank(character) {
            at += character.len_utf8();
            continue;
        }
        let previous = out.last().map(|(token, _)| token);
        let after_point = previous == Some(&Token::Operator("."));
        if let Some(name) = identifier(source, at, after_point) {
            if &source[at..name] == "r" && bytes.get(name) == Some(&b'/') {
                let (pattern, flags, end) = regex(source, at)?;
                super::script::check_pattern(&pattern, &flags).map_err(|message| Failure::syntax(at, message))?;
                out.push((Token::Regex(pattern, flags), at));
                at = end;
            } else {
                out.push((Token::Name(&source[at..name]), at));
                at = name;
            }
            continue;
        }
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        if character == '.' && digit(at + 1) && !previous.is_some_and(Token::is_operand) {
            return Err(Failure::syntax(at, "a number begins with a digit: write `0.5`"));
        }
        if digit(at) {
            let mut stop = at;
            while digit(stop) {
                stop += 1;
            }
            if bytes.get(stop) == Some(&b'.') {
                stop += 1;
                while digit(stop) {
                    stop += 1;
                }
            }
            if bytes.get(stop).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
                return Err(Failure::syntax(at, "numbers are written in decimal digits, without exponent or suffix"));
            }
            out.push((Token::Number(source[at..stop].parse().unwrap_or(f64::NAN)), at));
            at = stop;
            continue;
        }
        if matches!(character, '"' | '\'') {
            let (text, stop) = quoted(source, at, character)?;
            out.push((Token::Text(text), at));
            at = stop;
            continue;
        }
        let Some(operator) = OPERATORS.iter().find(|operator| source[at..].starts_with(**operator)) else {
            let advice = match character {
                '&' => "; write `and`",
                '!' => "; write `not`",
                '?' => "; write `a if condition else b`",
                _ => "",
            };
            return Err(Failure::syntax(at, format!("`{character}` means nothing here{advice}")));
        };
        out.push((Token::Operator(operator), at));
        at += operator.len();
    }
    out.push((Token::End, end));
    Ok(out)
}

fn quoted(source: &str, start: usize, quote: char) -> Result<(String, usize), Failure> {
    let mut text = String::new();
    let mut characters = source[start + 1..].char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 'r')) => text.push('\r'),
                Some((_, 't')) => text.push('\t'),
                Some((_, other)) => text.push(other),
                None => break,
            },
            _ if character == quote => return Ok((text, start + 1 + at + 1)),
            _ => text.push(character),
        }
    }
    Err(Failure::syntax(start, format!("the text is never closed by `{quote}`")))
}
