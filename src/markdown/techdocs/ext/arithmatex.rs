//! Formulas between dollar signs, `\(…\)` and `\[…\]`: as MathML, or left for MathJax and its like to find.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::Block;
use crate::markdown::techdocs::inline_text::{Found, InlineText, Replacement};
use crate::markdown::techdocs::lints::MarkdownLint;
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;
use crate::markdown::techdocs::{Drawn, html};
use crate::math::Place;

/// Takes a block that is a formula from its first line to its last.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let Some(formula) = display(blocks[0].text().trim_end_matches(' ')) else { return false };
    let formula = formula.to_owned();
    let text = shown(parser, &formula, &formula, Place::Block);
    let node = parser.tree.append_classed(parent, "div", "arithmatex");
    parser.tree[node].text.set_atomic(text);
    blocks.pop_front();
    true
}

/// Returns the HTML of a formula: its picture with the TeX behind it, or the TeX alone.
///
/// `written` is what is in the source.
fn shown(parser: &mut Parser<'_>, formula: &str, written: &str, place: Place) -> String {
    let (open, close) = if place == Place::Block { ("\\[", "\\]") } else { ("\\(", "\\)") };
    let drawn =
        if formula.contains(['\u{2}', '\u{3}']) { Drawn::Unknown } else { parser.resolver.formula(formula, place) };
    match drawn {
        Drawn::Html(mut picture) => {
            // Whoever reads the page as text finds the source, as those who search it do.
            picture.push_str("<span class=\"tex\">");
            picture.push_str(open);
            html::escape_all(&mut picture, formula);
            picture.push_str(close);
            picture.push_str("</span>");
            parser.stash.html(picture)
        }
        drawn => {
            if drawn != Drawn::Unknown {
                parser.losses.note_part(MarkdownLint::Formula, written);
            }
            format!("{open}{formula}{close}")
        }
    }
}

fn display(text: &str) -> Option<&str> {
    if let Some(inner) = text.strip_prefix("$$").and_then(|rest| rest.strip_suffix("$$")) {
        return (!inner.is_empty() && !inner.contains("$$")).then_some(inner);
    }
    if let Some(inner) = text.strip_prefix("\\[").and_then(|rest| rest.strip_suffix("\\]")) {
        return (!inner.is_empty() && !inner.contains("\\]")).then_some(inner);
    }
    let (environment, _) = text.strip_prefix("\\begin{")?.split_once('}')?;
    let name = environment.strip_suffix('*').unwrap_or(environment);
    let known = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
    (known && text.ends_with(&format!("\\end{{{environment}}}"))).then_some(text)
}

/// Finds the next formula inside a paragraph.
pub(in crate::markdown::techdocs) fn find(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    let text = subject.text;
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let start = at + text[at..].find(['$', '\\'])?;
        at = start + 1;
        let escapes = bytes[start..].iter().take_while(|byte| **byte == b'\\').count();
        if escapes > 0 {
            at = start + escapes;
        }
        let inner = if escapes == 0 {
            dollars(&text[start + 1..])
        } else if escapes == 1 && bytes.get(start + 1) == Some(&b'(') {
            text[start + 2..].find("\\)").filter(|length| *length > 0).map(|length| (2, length, 2))
        } else if escapes % 2 == 0 {
            continue;
        } else {
            // An escaped dollar sign opens nothing.
            at += usize::from(bytes.get(at) == Some(&b'$'));
            continue;
        };
        let Some((open, length, close)) = inner else {
            if !parser.spend(if escapes == 0 { 1 } else { (text.len() - start) / 16 }) {
                return None;
            }
            continue;
        };
        let formula = &text[start + open..start + open + length];
        let node = parser.tree.make("span");
        parser.tree[node].set_attribute("class", "arithmatex");
        let written = &text[start..start + open + length + close];
        let shown = shown(parser, formula, written, Place::Inline);
        parser.tree[node].text.set_atomic(shown);
        return Some(Found::Replace { start, end: start + open + length + close, with: Replacement::Node(node) });
    }
}

/// Returns lengths of the opening sign, the formula and the closing sign; spaces inside the signs forbid it.
fn dollars(rest: &str) -> Option<(usize, usize, usize)> {
    if rest.starts_with(char::is_whitespace) {
        return None;
    }
    let mut escaped = false;
    let mut before = ' ';
    for (at, character) in rest.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '$' => return (at > 0 && !before.is_whitespace()).then_some((1, at, 1)),
            '\u{2}' | '\u{3}' => return None,
            _ => {}
        }
        before = character;
    }
    None
}
