//! `!!! note "Title"` with a body indented by four columns.

use std::collections::VecDeque;

use super::container::{default_title, head, parse_body, parse_continuation};
use crate::markdown::techdocs::block::{Block, Lead};
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;

/// Takes the first admonition of the block, or a further part of the one before.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let mut from = 0;
    while let Some(start) = blocks[0].next(Lead::Admonition, from) {
        let (line, next) = blocks[0].line(start);
        if let Some((classes, title)) = opening(line) {
            let Some(block) = blocks.pop_front() else { return false };
            if start > 0 {
                parser.parse_block(parent, block.slice(0, start - 1));
            }
            let node = parser.tree.append_classed(parent, "div", format!("admonition {classes}"));
            if !title.is_empty() {
                let paragraph = parser.tree.append_classed(node, "p", "admonition-title");
                parser.tree[paragraph].text.set(title);
            }
            parser.containers.push((node, block.line(start).0.to_owned()));
            parse_body(parser, node, &block, next, blocks);
            return true;
        }
        from = start + 1;
    }
    let Some(sibling) = parser.tree.last_child(parent) else { return false };
    if parser.tree[sibling].tag != "div" || !parser.tree[sibling].class().contains("admonition") {
        return false;
    }
    let inner = parser.tree.last_child(sibling);
    parse_continuation(parser, sibling, inner, blocks)
}

/// Returns classes and title of an opening line; an empty title means none.
fn opening(line: &str) -> Option<(String, String)> {
    let head = head(line.strip_prefix("!!!")?)?;
    if head.classes.is_empty() {
        return None;
    }
    let title = head.title.map_or_else(|| default_title(&head.classes), ToOwned::to_owned);
    Some((head.classes, title))
}
