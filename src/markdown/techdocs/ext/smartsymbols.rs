//! `(c)`, `-->`, `1/2`, `1st` and their like.

use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;
use crate::text::byte_set;

/// Replaces symbols in the texts below `root`.
pub(in crate::markdown::techdocs) fn apply(parser: &mut Parser<'_>, root: NodeId) {
    for node in parser.tree.walk(root) {
        for in_tail in [false, true] {
            let text = if in_tail { &parser.tree[node].tail } else { &parser.tree[node].text };
            if text.atomic || text.is_empty() || (in_tail && node == root) {
                continue;
            }
            let Some(pieces) = replace(&text.value) else { continue };
            let mut value = String::new();
            for piece in pieces {
                match piece {
                    Piece::Text(text) => value.push_str(text),
                    Piece::Html(html) => value.push_str(&parser.stash.html(html)),
                }
            }
            let text = if in_tail { &mut parser.tree[node].tail } else { &mut parser.tree[node].text };
            text.value = value;
        }
    }
}

enum Piece<'t> {
    Text(&'t str),
    Html(String),
}

/// The bytes with which a symbol may begin.
const MAY_BEGIN: [bool; 256] = byte_set(b"(+=<-c0123456789");

/// Returns the pieces of `text`, or `None` if no symbol is in it.
fn replace(text: &str) -> Option<Vec<Piece<'_>>> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while at < bytes.len() {
        let Some(step) = bytes[at..].iter().position(|byte| MAY_BEGIN[usize::from(*byte)]) else { break };
        at += step;
        // Letters are everywhere in a text, and few of them begin a symbol.
        let hit = if bytes[at] == b'c' && bytes.get(at + 1) != Some(&b'/') { None } else { symbol(text, at) };
        match hit {
            Some((length, html)) => {
                pieces.push(Piece::Text(&text[plain..at]));
                pieces.push(Piece::Html(html));
                at += length;
                plain = at;
            }
            None => at += 1,
        }
    }
    if pieces.is_empty() {
        return None;
    }
    pieces.push(Piece::Text(&text[plain..]));
    Some(pieces)
}

/// Returns the length of the symbol at `at` and the HTML for it.
fn symbol(text: &str, at: usize) -> Option<(usize, String)> {
    const PLAIN: &[(&str, &str)] = &[
        ("(c)", "&copy;"),
        ("(r)", "&reg;"),
        ("(tm)", "&trade;"),
        ("+/-", "&plusmn;"),
        ("=/=", "&ne;"),
        ("<-->", "&harr;"),
    ];
    let rest = &text[at..];
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let before = text[..at].chars().next_back();
    if let Some((symbol, html)) = PLAIN.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
        return Some((symbol.len(), (*html).to_owned()));
    }
    if rest.starts_with("<--") && !rest[3..].starts_with('-') {
        return Some((3, "&larr;".to_owned()));
    }
    if rest.starts_with("-->") && before != Some('-') {
        return Some((3, "&rarr;".to_owned()));
    }
    if rest.starts_with("c/o") && !before.is_some_and(is_word) && !rest[3..].starts_with(is_word) {
        return Some((3, "&#8453;".to_owned()));
    }
    if !rest.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    ordinal(rest, before).or_else(|| fraction(rest, before))
}

/// `1st`, as a whole word.
fn ordinal(rest: &str, before: Option<char>) -> Option<(usize, String)> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = &rest[..digits];
    let ending = rest.get(digits..digits + 2)?;
    if before.is_some_and(is_word) || rest[digits + 2..].starts_with(is_word) || (digits > 1 && number.starts_with('0'))
    {
        return None;
    }
    let teen = digits > 1 && number.as_bytes()[digits - 2] == b'1';
    let fits = match (number.as_bytes()[digits - 1], ending) {
        (b'1', "st") | (b'2', "nd") | (b'3', "rd") | (b'0' | b'4'..=b'9', "th") => true,
        (b'1'..=b'3', "th") => teen,
        _ => false,
    };
    fits.then(|| (digits + 2, format!("{number}<sup>{ending}</sup>")))
}

fn fraction(rest: &str, before: Option<char>) -> Option<(usize, String)> {
    let html = match rest.get(..3)? {
        "1/4" => "&frac14;",
        "1/2" => "&frac12;",
        "3/4" => "&frac34;",
        "1/3" => "&#8531;",
        "2/3" => "&#8532;",
        "1/5" => "&#8533;",
        "2/5" => "&#8534;",
        "3/5" => "&#8535;",
        "4/5" => "&#8536;",
        "1/6" => "&#8537;",
        "5/6" => "&#8538;",
        "1/8" => "&#8539;",
        "3/8" => "&#8540;",
        "5/8" => "&#8541;",
        "7/8" => "&#8542;",
        _ => return None,
    };
    let digit = |character: char| character.is_numeric();
    (!before.is_some_and(digit) && !rest[3..].starts_with(digit)).then(|| (3, html.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let got = replace(text).map_or(text.to_owned(), |pieces| {
            pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.to_owned(),
                    Piece::Html(html) => html,
                })
                .collect()
        });
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn symbols_are_replaced() {
        check("(c) a --> b <-- c <--> d", "&copy; a &rarr; b &larr; c &harr; d");
        check("1/2/3 v1/2 11/2", "&frac12;/3 v&frac12; 11/2");
        check(
            "1st 11th 11st 12nd 21st x1st",
            "1<sup>st</sup> 11<sup>th</sup> 11<sup>st</sup> 12<sup>nd</sup> 21<sup>st</sup> x1st",
        );
        check("---> <---", "---> <---");
    }
}
