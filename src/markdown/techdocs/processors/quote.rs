//! Quotes.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::{Block, Lead, indent_of};
use crate::markdown::techdocs::parser::{Parser, State};
use crate::markdown::techdocs::tree::NodeId;

/// `>` on any line: that line and all after it in the block.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let Some(start) = blocks[0].first(Lead::Quote) else { return false };
    let Some(block) = blocks.pop_front() else { return false };
    if start > 0 {
        parser.parse_block(parent, block.slice(0, start - 1));
    }
    let lines: Vec<&str> = block.text()[start..].split('\n').map(clean).collect();
    let text = lines.join("\n");
    // A quote continues after a blank line.
    let quote = match parser.tree.last_child(parent) {
        Some(last) if parser.tree[last].tag == "blockquote" => last,
        _ => parser.tree.append(parent, "blockquote"),
    };
    parser.within(State::Quote, |parser| parser.parse_chunk(quote, &text));
    true
}

/// Takes the mark from a line, if it has one: lines without go along.
fn clean(line: &str) -> &str {
    let indent = indent_of(line);
    if line.trim() == ">" {
        ""
    } else if indent <= 3
        && let Some(rest) = line[indent..].strip_prefix('>')
    {
        rest.strip_prefix(' ').unwrap_or(rest)
    } else {
        line
    }
}
