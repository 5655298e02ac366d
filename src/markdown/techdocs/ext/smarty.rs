//! Curly quotes, dashes and ellipses.

use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::stash;
use crate::markdown::techdocs::tree::NodeId;

/// Educates the texts below `root`.
pub(in crate::markdown::techdocs) fn apply(parser: &mut Parser<'_>, root: NodeId) {
    for node in parser.tree.walk(root) {
        let node = &mut parser.tree[node];
        if !node.text.atomic {
            node.text.value = educate(&node.text.value);
        }
        if !node.tail.atomic {
            node.tail.value = educate(&node.tail.value);
        }
    }
}

fn educate(text: &str) -> String {
    if !text.contains(['"', '\'', '-', '.']) {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    let run = |from: usize| characters[from..].iter().take_while(|it| **it == characters[from]).count();
    let mut at = 0;
    while at < characters.len() {
        let (before, after) = (at.checked_sub(1).map(|at| characters[at]), characters.get(at + 1).copied());
        match characters[at] {
            '-' | '.' => {
                let length = run(at);
                match (characters[at], length) {
                    ('-', 3) => out.push('—'),
                    ('-', 2) => out.push('–'),
                    ('.', 3) => out.push('…'),
                    _ => out.extend(&characters[at..at + length]),
                }
                at += length;
                continue;
            }
            quote @ ('"' | '\'') => out.push(curly(quote, before, after, characters.get(at + 2).copied())),
            character => out.push(character),
        }
        at += 1;
    }
    out
}

fn curly(quote: char, before: Option<char>, after: Option<char>, second: Option<char>) -> char {
    let (open, close) = if quote == '"' { ('“', '”') } else { ('‘', '’') };
    let is_word = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
    let blank = |it: Option<char>| {
        it.is_none_or(|it| matches!(it, ' ' | '\t' | '\n' | '[' | '{' | '(' | '-' | stash::START | stash::END))
    };
    let decade =
        quote == '\'' && after.is_some_and(|it| it.is_ascii_digit()) && second.is_some_and(|it| it.is_ascii_digit());
    if decade && !is_word(before) {
        return close;
    }
    // A quote within quotes takes the side of its neighbour.
    if matches!(after, Some('"' | '\'')) && is_word(second) {
        return open;
    }
    let after_dash = matches!(before, Some('–' | '—')) && is_word(after);
    if !blank(before) && !after_dash {
        return close;
    }
    if after.is_some_and(char::is_whitespace) && quote == '"' {
        return close;
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_dashes_are_educated() {
        assert_eq!(educate("\"a\" 'b' it's a -- b --- c ... ----"), "“a” ‘b’ it’s a – b — c … ----");
        assert_eq!(educate("the '80s"), "the ’80s");
    }
}
