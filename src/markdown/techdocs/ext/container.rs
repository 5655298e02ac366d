//! What admonitions, details and tabs have in common: a body indented by four columns that continues after blank lines.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::{Block, detab, indent_of};
use crate::markdown::techdocs::lints::Foreign;
use crate::markdown::techdocs::lints::MarkdownLint;
use crate::markdown::techdocs::parser::{Parser, put_back};
use crate::markdown::techdocs::tree::NodeId;

/// The class of a set.
pub(super) const TAB_SET: &str = "tabbed-set tabbed-alternate";

/// Columns of the body.
pub(super) const BODY: usize = 4;

/// Parses the body that follows the line at `next` of `block` into `target` and puts the rest back.
pub(super) fn parse_body(
    parser: &mut Parser<'_>,
    target: NodeId,
    block: &Block,
    next: usize,
    blocks: &mut VecDeque<Block>,
) {
    let after = block.from(next);
    let (body, rest) = detab(after.text(), BODY);
    parser.parse_chunk(target, &body);
    put_back(blocks, after.from(rest));
}

/// Notes the containers that nothing is in; an admonition may be no more than its title.
pub(in crate::markdown::techdocs) fn note_empty(parser: &mut Parser<'_>) {
    for (node, line) in std::mem::take(&mut parser.containers) {
        let is_head = |child: &NodeId| {
            let child = &parser.tree[*child];
            child.tag == "summary" || child.class() == "admonition-title"
        };
        let node = &parser.tree[node];
        let empty = node.text.is_empty() && node.children.iter().all(is_head);
        if empty && !(line.starts_with("!!!") && line.contains('"')) {
            parser.losses.note(MarkdownLint::EmptyContainer, &line, None);
        } else if let Some(title) = lost_title(&line) {
            parser.losses.note_with(MarkdownLint::Foreign(Foreign::Title), &line, None, title);
        }
    }
}

/// Words behind the kind of an admonition that are classes on purpose.
const CLASSES: &[&str] = &["annotate", "end", "highlight", "inline", "open"];

/// Returns the title of an admonition or details whose author forgot the quotes, which makes classes of its words.
fn lost_title(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("!!!").or_else(|| line.trim().strip_prefix("???"))?;
    let rest = rest.strip_prefix('+').unwrap_or(rest).trim_start();
    let (_, title) = rest.split_once(' ')?;
    let is_title = |word: &str| !CLASSES.contains(&word);
    (!rest.contains('"') && title.split_whitespace().all(is_title)).then(|| title.trim())
}

/// Parses the first block as a further part of `container`, when its indentation says so.
///
/// `inner` is the last child of the element that holds the body. With more indentation the block may belong to the last
/// item of a list in there.
pub(super) fn parse_continuation(
    parser: &mut Parser<'_>,
    container: NodeId,
    mut inner: Option<NodeId>,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let columns = indent_of(blocks[0].text());
    let mut target = Some(container);
    let mut indent = 0;
    while let Some(mut child) = inner {
        if columns - indent < BODY * 2 {
            break;
        }
        if parser.tree[child].class() == "tabbed-block" {
            match parser.tree.last_child(child) {
                Some(list) => child = list,
                None => break,
            }
        }
        if !matches!(parser.tree[child].tag.as_ref(), "ul" | "ol" | "dl") {
            break;
        }
        target = parser.tree.last_child(child);
        inner = target.and_then(|item| parser.tree.last_child(item));
        indent += BODY;
    }
    if columns - indent < BODY {
        return false;
    }
    let Some(mut target) = target else { return false };
    let Some(block) = blocks.pop_front() else { return false };
    let (body, rest) = detab(block.text(), indent + BODY);
    if matches!(parser.tree[target].tag.as_ref(), "li" | "dd") {
        let end = parser.tree[target].children.len();
        parser.tree.text_to_paragraph(target, end);
    } else if parser.tree[target].class() == TAB_SET {
        let content = parser.tree.last_child(target).and_then(|content| parser.tree.last_child(content));
        target = content.unwrap_or(target);
    }
    parser.parse_chunk(target, &body);
    put_back(blocks, block.from(rest));
    true
}

/// The words after the marks of an admonition, and its title.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'l> {
    /// In lower case, separated by single spaces.
    pub(super) classes: String,
    pub(super) title: Option<&'l str>,
}

/// Reads `note inline "Title"`; `rest` is what follows the marks.
pub(super) fn head(rest: &str) -> Option<Head<'_>> {
    let rest = rest.trim_end_matches(' ');
    let (words, title) = match rest.find('"') {
        // Without a closing quote at the end it is no head; without a space before the opening one neither.
        Some(open) if rest.len() > open + 1 && rest.ends_with('"') && rest[..open].ends_with(' ') => {
            (&rest[..open], Some(&rest[open + 1..rest.len() - 1]))
        }
        Some(_) => return None,
        None => (rest, None),
    };
    let words = if title.is_some() && words.trim().is_empty() { "" } else { words.strip_prefix(' ').unwrap_or(words) };
    if words.starts_with(' ') {
        return None;
    }
    let mut classes = String::new();
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        if !word.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-')) {
            return None;
        }
        if !classes.is_empty() {
            classes.push(' ');
        }
        classes.push_str(&word.to_lowercase());
    }
    Some(Head { classes, title })
}

/// Returns the first class as a title, capitalised.
pub(super) fn default_title(classes: &str) -> String {
    let word = classes.split(' ').next().unwrap_or("");
    let mut characters = word.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<(&str, Option<&str>)>) {
        let got = head(text);
        assert_eq!(got.as_ref().map(|head| (head.classes.as_str(), head.title)), expect, "{text:?}");
    }

    #[test]
    fn heads_are_words_and_a_quoted_title() {
        check(" note", Some(("note", None)));
        check("note", Some(("note", None)));
        check(" Danger  highlight \"T\"", Some(("danger highlight", Some("T"))));
        check(" tip \"\"", Some(("tip", Some(""))));
        check(" \"T\"", Some(("", Some("T"))));
        check(" tip \"a", None);
        check(" tip\"a\"", None);
        check(" a.b", None);
    }
}
