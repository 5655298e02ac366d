//! Indented code.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::{Block, detab};
use crate::markdown::techdocs::parser::{Parser, put_back};
use crate::markdown::techdocs::tree::NodeId;

/// Takes the lines with four columns of indentation.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    if !blocks[0].text().starts_with("    ") {
        return false;
    }
    let Some(block) = blocks.pop_front() else { return false };
    // Fences were found before blocks were, also those that turn out to be inside indented code.
    let block = match parser.fences.restore(block.text()) {
        Some(text) => Block::new(text),
        None => block,
    };
    let (code, rest) = detab(block.text(), 4);
    let code = code.trim_end();
    match code_of(parser, parser.tree.last_child(parent)) {
        Some(node) => {
            let text = &mut parser.tree[node].text.value;
            text.push('\n');
            text.push_str(code);
            text.push('\n');
        }
        None => {
            let pre = parser.tree.append(parent, "pre");
            let node = parser.tree.append(pre, "code");
            parser.tree[node].text.set_atomic(format!("{code}\n"));
        }
    }
    put_back(blocks, block.from(rest));
    true
}

/// Returns the code element when `node` is an indented code block.
pub(super) fn code_of(parser: &Parser<'_>, node: Option<NodeId>) -> Option<NodeId> {
    let node = node?;
    let first = *parser.tree[node].children.first()?;
    (parser.tree[node].tag == "pre" && parser.tree[first].tag == "code").then_some(first)
}
