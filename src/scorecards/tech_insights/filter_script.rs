//! The expressions of JSONPath filters, such as `@.v > 2 && @.n == 'x'`: a small part of JavaScript.

use super::operators::{Js, compare, loosely_equal, number, strictly_equal};
use crate::yaml::Node;

/// How deep an expression may be nested.
const MAX_DEPTH: usize = 40;

/// Returns whether an expression is true of a value.
///
/// # Errors
/// When it cannot be read, or asks for a member of nothing.
pub(super) fn holds(script: &str, value: &Node) -> Result<bool, String> {
    let mut reader = Reader { rest: script.trim(), value, depth: 0 };
    let result = reader.or()?;
    if !reader.rest.is_empty() {
        return Err(format!("the filter cannot be read at `{}`", reader.rest));
    }
    Ok(is_true(&result))
}

fn is_true(value: &Js) -> bool {
    match value {
        Js::Undefined | Js::Null => false,
        Js::Bool(value) => *value,
        Js::Number(value) => *value != 0.0 && !value.is_nan(),
        Js::Text(text) => !text.is_empty(),
        Js::List(_) | Js::Map(_) => true,
    }
}

struct Reader<'a> {
    rest: &'a str,
    value: &'a Node,
    depth: usize,
}

impl Reader<'_> {
    fn eat(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn or(&mut self) -> Result<Js, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the filter is nested too deeply".to_owned());
        }
        let mut left = self.and()?;
        while self.eat("||") {
            let right = self.and()?;
            left = if is_true(&left) { left } else { right };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Result<Js, String> {
        let mut left = self.comparison()?;
        while self.eat("&&") {
            // What is behind a false part is read, and does not count, not even its faults.
            if is_true(&left) {
                left = self.comparison()?;
            } else {
                self.skip()?;
            }
        }
        Ok(left)
    }

    /// Passes over one operand of `&&`.
    fn skip(&mut self) -> Result<(), String> {
        let (mut depth, mut quote) = (0usize, None);
        for (at, letter) in self.rest.char_indices() {
            match (quote, letter) {
                (Some(open), _) if open == letter => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(letter),
                (None, '(') => depth += 1,
                (None, ')') if depth == 0 => {
                    self.rest = &self.rest[at..];
                    return Ok(());
                }
                (None, ')') => depth -= 1,
                (None, '&' | '|') if depth == 0 => {
                    self.rest = &self.rest[at..];
                    return Ok(());
                }
                _ => {}
            }
        }
        self.rest = "";
        if quote.is_none() && depth == 0 { Ok(()) } else { Err("the filter ends early".to_owned()) }
    }

    fn comparison(&mut self) -> Result<Js, String> {
        let left = self.unary()?;
        for sign in ["===", "!==", "==", "!=", "<=", ">=", "<", ">"] {
            if self.eat(sign) {
                let right = self.unary()?;
                let ordered = |wanted: fn(std::cmp::Ordering) -> bool| compare(&left, &right).is_some_and(wanted);
                return Ok(Js::Bool(match sign {
                    "===" => strictly_equal(&left, &right),
                    "!==" => !strictly_equal(&left, &right),
                    "==" => loosely_equal(&left, &right),
                    "!=" => !loosely_equal(&left, &right),
                    "<" => ordered(std::cmp::Ordering::is_lt),
                    "<=" => ordered(std::cmp::Ordering::is_le),
                    ">" => ordered(std::cmp::Ordering::is_gt),
                    _ => ordered(std::cmp::Ordering::is_ge),
                }));
            }
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Js, String> {
        if self.rest.trim_start().starts_with("!=") {
            return Err("the filter lacks a value".to_owned());
        }
        let mut negations = 0;
        while self.eat("!") {
            negations += 1;
        }
        if self.eat("-") {
            return Ok(Js::Number(-number(&self.operand()?)));
        }
        let value = self.operand()?;
        Ok(match negations {
            0 => value,
            odd => Js::Bool(is_true(&value) == (odd % 2 == 0)),
        })
    }

    fn operand(&mut self) -> Result<Js, String> {
        self.rest = self.rest.trim_start();
        if self.eat("(") {
            let value = self.or()?;
            return if self.eat(")") { Ok(value) } else { Err("a bracket is not closed in the filter".to_owned()) };
        }
        if let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            let inner = &self.rest[1..];
            let end = inner.find(quote).ok_or("a text is not closed in the filter")?;
            let text = inner[..end].to_owned();
            self.rest = inner[end + 1..].trim_start();
            return Ok(Js::Text(text));
        }
        if let Some(rest) = self.rest.strip_prefix('@') {
            self.rest = rest;
            return self.member();
        }
        let end =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_'))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        Ok(match word {
            "true" => Js::Bool(true),
            "false" => Js::Bool(false),
            "null" => Js::Null,
            "undefined" => Js::Undefined,
            word => Js::Number(word.parse().map_err(|_| format!("the filter cannot be read at `{word}`"))?),
        })
    }

    fn member(&mut self) -> Result<Js, String> {
        let mut value = Some(self.value.clone());
        loop {
            let key = if let Some(rest) = self.rest.strip_prefix('.') {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len());
                let (key, rest) = rest.split_at(end);
                if key.is_empty() {
                    return Err("the filter lacks a name after a point".to_owned());
                }
                self.rest = rest;
                key.to_owned()
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                let end = rest.find(']').ok_or("a bracket is not closed in the filter")?;
                let key = rest[..end].trim().trim_matches(['\'', '"']).to_owned();
                self.rest = &rest[end + 1..];
                key
            } else {
                self.rest = self.rest.trim_start();
                return Ok(value.as_ref().map_or(Js::Undefined, Js::of));
            };
            match value {
                Some(node) if !node.is_null() => value = super::property::child(&node, &key),
                _ => return Err(format!("Cannot read properties of nothing (reading '{key}')")),
            }
        }
    }
}
