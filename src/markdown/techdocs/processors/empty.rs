//! Blank lines beyond the one that separates blocks.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::Block;
use crate::markdown::techdocs::parser::{Parser, put_back};
use crate::markdown::techdocs::tree::NodeId;

/// Drops an empty block or the blank line it begins with; inside a code block they are part of the code.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let text = blocks[0].text();
    let filler = if text.is_empty() {
        "\n\n"
    } else if text.starts_with('\n') {
        "\n"
    } else {
        return false;
    };
    if let Some(code) = super::code::code_of(parser, parser.tree.last_child(parent)) {
        parser.tree[code].text.value.push_str(filler);
    }
    if let Some(block) = blocks.pop_front()
        && !block.text().is_empty()
    {
        put_back(blocks, block.from(1));
    }
    true
}
