//! Bulleted and numbered lists as mdx_truly_sane_lists reads them.
//!
//! One number, the columns by which lists nest, defines all indentation here.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::{Block, indent_of, loose_detab};
use crate::markdown::techdocs::parser::{Parser, State};
use crate::markdown::techdocs::tree::NodeId;

/// The kind of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ordered,
    Bulleted,
}

/// Which containers an indented block may continue.
pub(in crate::markdown::techdocs) struct Containers {
    /// Tags of items.
    pub(in crate::markdown::techdocs) items: &'static [&'static str],
    /// Tags of lists.
    pub(in crate::markdown::techdocs) lists: &'static [&'static str],
    /// The item made in a list that has none.
    pub(in crate::markdown::techdocs) item: &'static str,
}

const LISTS: Containers = Containers { items: &["li"], lists: &["ul", "ol"], item: "li" };

/// `1. item`
pub(in crate::markdown::techdocs) fn ordered(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    list(parser, parent, blocks, Kind::Ordered)
}

/// `- item`
pub(in crate::markdown::techdocs) fn bulleted(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    list(parser, parent, blocks, Kind::Bulleted)
}

/// Further blocks of an item.
pub(in crate::markdown::techdocs) fn indent(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    continue_item(parser, parent, blocks, &LISTS)
}

fn list(parser: &mut Parser<'_>, parent: NodeId, blocks: &mut VecDeque<Block>, kind: Kind) -> bool {
    let step = parser.options.nested_indent;
    let (first, _) = blocks[0].line(0);
    if item_text(first, 0, step.saturating_sub(1), &[kind]).is_none() {
        return false;
    }
    let Some(block) = blocks.pop_front() else { return false };
    let mut items = items(block.text(), kind, step);
    let sibling = parser.tree.last_child(parent);
    let list = match sibling {
        // Only numbered lists continue after a blank line.
        Some(sibling) if kind == Kind::Ordered && parser.tree[sibling].tag == "ol" => {
            loosen_last(parser, sibling);
            let item = parser.tree.append(sibling, "li");
            if let Some(first) = items.pop_front() {
                parser.within(State::LooseList, |parser| parser.parse_block(item, Block::new(first)));
            }
            sibling
        }
        _ if matches!(parser.tree[parent].tag.as_ref(), "ul" | "ol") => parent,
        _ => parser.tree.append(parent, if kind == Kind::Ordered { "ol" } else { "ul" }),
    };
    parser.within(State::List, |parser| {
        for item in items {
            let node = match parser.tree.last_child(list) {
                Some(last) if indent_of(&item) >= step => last,
                _ => parser.tree.append(list, "li"),
            };
            parser.parse_block(node, Block::new(item));
        }
    });
    true
}

/// Makes paragraphs of what the last item holds as bare text.
fn loosen_last(parser: &mut Parser<'_>, list: NodeId) {
    let Some(last) = parser.tree.last_child(list) else { return };
    parser.tree.text_to_paragraph(last, 0);
    if let Some(child) = parser.tree.last_child(last)
        && !parser.tree[child].tail.is_empty()
    {
        let tail = parser.tree[child].tail.take();
        let paragraph = parser.tree.append(last, "p");
        parser.tree[paragraph].text.set(tail.trim_start());
    }
}

/// Splits a block into items; one that still has its indentation belongs inside the item before.
fn items(text: &str, kind: Kind, step: usize) -> VecDeque<String> {
    let mut items: VecDeque<String> = VecDeque::new();
    for line in text.split('\n') {
        if let Some(text) = item_text(line, 0, step.saturating_sub(1), &[kind]) {
            items.push_back(text.to_owned());
            continue;
        }
        let nested = item_text(line, step, (step * 2).saturating_sub(1), &[Kind::Ordered, Kind::Bulleted]).is_some();
        match items.back_mut() {
            Some(last) if !nested || indent_of(last) >= step => {
                last.push('\n');
                last.push_str(line);
            }
            _ => items.push_back(line.to_owned()),
        }
    }
    items
}

/// Returns what follows the mark of an item with an indentation between `least` and `most`.
fn item_text<'l>(line: &'l str, least: usize, most: usize, kinds: &[Kind]) -> Option<&'l str> {
    let indent = indent_of(line);
    if indent < least || indent > most {
        return None;
    }
    let rest = &line[indent..];
    let after = match rest.as_bytes().first()? {
        b'*' | b'+' | b'-' if kinds.contains(&Kind::Bulleted) => &rest[1..],
        b'0'..=b'9' if kinds.contains(&Kind::Ordered) => {
            rest.trim_start_matches(|character: char| character.is_ascii_digit()).strip_prefix('.')?
        }
        _ => return None,
    };
    after.starts_with(' ').then(|| after.trim_start_matches(' '))
}

/// Parses an indented block into the item that it belongs to.
pub(in crate::markdown::techdocs) fn continue_item(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
    containers: &Containers,
) -> bool {
    let step = parser.options.nested_indent;
    let indent = indent_of(blocks[0].text());
    let is_item = |parser: &Parser<'_>, node: NodeId| containers.items.contains(&parser.tree[node].tag.as_ref());
    let is_list = |parser: &Parser<'_>, node: NodeId| containers.lists.contains(&parser.tree[node].tag.as_ref());
    let last = parser.tree.last_child(parent);
    let last_is_list = last.is_some_and(|last| is_list(parser, last));
    if indent < step || parser.is_in(State::Detabbed) || !(is_item(parser, parent) || last_is_list) {
        return false;
    }
    let Some(block) = blocks.pop_front() else { return false };
    // In a tight list the parent is already the right one; otherwise go down as many lists as the columns say.
    let wanted = indent / step.max(1);
    let mut level = usize::from(parser.is_in(State::List));
    let mut node = parent;
    while wanted > level {
        match parser.tree.last_child(node) {
            Some(child) if is_list(parser, child) => {
                level += 1;
                node = child;
            }
            Some(child) if is_item(parser, child) => node = child,
            _ => break,
        }
    }
    let text = loose_detab(block.text(), step * level);
    parser.within(State::Detabbed, |parser| {
        let last_item = parser.tree.last_child(node).filter(|child| is_item(parser, *child));
        if is_item(parser, parent) {
            let target = if last_is_list { last.unwrap_or(parent) } else { parent };
            parser.parse_block(target, Block::new(text));
        } else if is_item(parser, node) {
            parser.parse_block(node, Block::new(text));
        } else if let Some(item) = last_item {
            parser.tree.text_to_paragraph(item, 0);
            parser.parse_chunk(item, &text);
        } else {
            let item = parser.tree.append(node, containers.item);
            parser.parse_block(item, Block::new(text));
        }
    });
    true
}
