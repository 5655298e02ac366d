//! Headings and thematic breaks.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::{Block, Lead, heading, loose_detab};
use crate::markdown::techdocs::parser::{Parser, State, put_back};
use crate::markdown::techdocs::tree::NodeId;

const TAGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// `# heading` at the start of any line; what comes before is parsed first.
pub(in crate::markdown::techdocs) fn atx(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let mut found = blocks[0].first(Lead::Heading);
    if parser.options.sane_headers {
        // `#42` is a number and no heading.
        while let Some(start) = found {
            let after = blocks[0].line(start).0.trim_start_matches('#').chars().next();
            if after.is_none_or(|c| matches!(c, ' ' | '\t')) {
                break;
            }
            found = blocks[0].next(Lead::Heading, start + 1);
        }
    }
    let Some(start) = found else { return false };
    let Some(block) = blocks.pop_front() else { return false };
    let (line, next) = block.line(start);
    let Some((level, text)) = heading(line) else { return false };
    if start > 0 {
        parser.parse_block(parent, block.slice(0, start - 1));
    }
    let node = parser.tree.append(parent, TAGS[usize::from(level) - 1]);
    parser.tree[node].text.set(text);
    let after = block.from(next);
    if parser.is_in(State::LooseList) {
        put_back(blocks, Block::new(loose_detab(after.text(), 4)));
    } else {
        put_back(blocks, after);
    }
    true
}

/// A line with a line of `=` or `-` below, at the start of a block only.
pub(in crate::markdown::techdocs) fn setext(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let (text, second) = blocks[0].line(0);
    if second >= blocks[0].text().len() {
        return false;
    }
    let (underline, next) = blocks[0].line(second);
    let marks = underline.trim_end_matches(' ');
    let level = match marks.as_bytes().first() {
        Some(b'=') if marks.bytes().all(|byte| byte == b'=') => 0,
        Some(b'-') if marks.bytes().all(|byte| byte == b'-') => 1,
        _ => return false,
    };
    let text = text.trim().to_owned();
    let node = parser.tree.append(parent, TAGS[level]);
    parser.tree[node].text.set(text);
    if let Some(block) = blocks.pop_front() {
        put_back(blocks, block.from(next));
    }
    true
}

/// `***` on any line.
pub(in crate::markdown::techdocs) fn rule(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let Some(start) = blocks[0].first(Lead::Rule) else { return false };
    let Some(block) = blocks.pop_front() else { return false };
    let (_, next) = block.line(start);
    let before = block.text()[..start].trim_end_matches('\n').len();
    if before > 0 {
        parser.parse_block(parent, block.slice(0, before));
    }
    parser.tree.append(parent, "hr");
    let after = block.from(next);
    let blank = after.text().len() - after.text().trim_start_matches('\n').len();
    put_back(blocks, after.from(blank));
    true
}
