//! `??? note "Summary"` with a body indented by four columns, `???+` open.

use std::collections::VecDeque;

use super::container::{default_title, head, parse_body, parse_continuation};
use crate::markdown::techdocs::block::{Block, Lead};
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;

/// Takes the first details of the block, or a further part of the one before.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let mut from = 0;
    while let Some(start) = blocks[0].next(Lead::Details, from) {
        let (line, next) = blocks[0].line(start);
        let rest = line.strip_prefix("???").unwrap_or(line);
        let (open, rest) = rest.strip_prefix('+').map_or((false, rest), |rest| (true, rest));
        if let Some(head) = head(rest)
            && (!head.classes.is_empty() || head.title.is_some())
        {
            let summary_text = head.title.map_or_else(|| default_title(&head.classes), ToOwned::to_owned);
            let classes = head.classes;
            let Some(block) = blocks.pop_front() else { return false };
            if start > 0 {
                parser.parse_block(parent, block.slice(0, start - 1));
            }
            let node = parser.tree.append(parent, "details");
            if !classes.is_empty() {
                parser.tree[node].set_attribute("class", classes);
            }
            if open {
                parser.tree[node].set_attribute("open", "open");
            }
            let summary = parser.tree.append(node, "summary");
            parser.tree[summary].text.set(summary_text);
            parser.containers.push((node, block.line(start).0.to_owned()));
            parse_body(parser, node, &block, next, blocks);
            return true;
        }
        from = start + 1;
    }
    let Some(sibling) = parser.tree.last_child(parent) else { return false };
    if parser.tree[sibling].tag != "details" {
        return false;
    }
    let inner = parser.tree.last_child(sibling);
    parse_continuation(parser, sibling, inner, blocks)
}
