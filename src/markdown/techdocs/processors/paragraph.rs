//! Paragraphs: whatever nothing else took.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::Block;
use crate::markdown::techdocs::parser::{Parser, State};
use crate::markdown::techdocs::tree::NodeId;

/// Takes the whole block; in a tight list it is text of the item.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let Some(block) = blocks.pop_front() else { return false };
    let text = block.text();
    if text.trim().is_empty() {
        return true;
    }
    let in_item = parser.is_in(State::List) || parser.tree[parent].tag == "li";
    parser.losses.look_for_items(text, in_item);
    if !parser.is_in(State::List) {
        let paragraph = parser.tree.append(parent, "p");
        parser.tree[paragraph].text.set(text.trim_start());
        return true;
    }
    match parser.tree.last_child(parent) {
        Some(sibling) => {
            let tail = &mut parser.tree[sibling].tail;
            tail.value.push('\n');
            tail.value.push_str(text);
        }
        None => {
            let before = &mut parser.tree[parent].text;
            if before.is_empty() {
                before.set(text.trim_start());
            } else {
                before.value.push('\n');
                before.value.push_str(text);
            }
        }
    }
    true
}
