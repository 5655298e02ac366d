//! `Term` and `: definition` below.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::{Block, Lead, detab, indent_of};
use crate::markdown::techdocs::parser::{Parser, State, put_back};
use crate::markdown::techdocs::processors::list::{Containers, continue_item};
use crate::markdown::techdocs::tree::NodeId;

const LISTS: Containers = Containers { items: &["dd", "li"], lists: &["dl", "ol", "ul"], item: "dd" };

/// Further blocks of a definition.
pub(in crate::markdown::techdocs) fn indent(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    continue_item(parser, parent, blocks, &LISTS)
}

/// Takes the first definition of the block and the terms above it.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let Some(start) = blocks[0].first(Lead::Definition) else { return false };
    let mut terms: Vec<String> = blocks[0].text()[..start]
        .split('\n')
        .map(|term| term.trim().to_owned())
        .filter(|term| !term.is_empty())
        .collect();
    let mut sibling = parser.tree.last_child(parent);
    if terms.is_empty() && sibling.is_none() {
        return false;
    }
    let Some(block) = blocks.pop_front() else { return false };
    let (line, next) = block.line(start);
    let line = &line[indent_of(line) + 1..];
    let first = &line[indent_of(line).min(3)..];
    let after = block.from(next);
    let step = parser.options.nested_indent;
    let next_indent = indent_of(after.text());
    let lazy =
        next_indent < step && !after.text()[next_indent..].starts_with([':']) && after.text().len() > next_indent;
    let (definition, rest) =
        if lazy { (after.text().to_owned(), after.text().len()) } else { detab(after.text(), step) };
    let definition = if definition.is_empty() { first.to_owned() } else { format!("{first}\n{definition}") };

    let mut state = State::List;
    if terms.is_empty()
        && let Some(paragraph) = sibling
        && parser.tree[paragraph].tag == "p"
    {
        // The paragraph before holds the terms.
        state = State::LooseList;
        terms = parser.tree[paragraph].text.value.split('\n').map(ToOwned::to_owned).collect();
        parser.tree[parent].children.pop();
        sibling = parser.tree.last_child(parent);
    }
    let list = match sibling {
        Some(sibling) if parser.tree[sibling].tag == "dl" => {
            if terms.is_empty()
                && let Some(last) = parser.tree.last_child(sibling)
                && parser.tree[last].tag == "dd"
                && !parser.tree[last].children.is_empty()
            {
                state = State::LooseList;
            }
            sibling
        }
        _ => parser.tree.append(parent, "dl"),
    };
    for term in terms {
        let node = parser.tree.append(list, "dt");
        parser.tree[node].text.set(term);
    }
    let node = parser.tree.append(list, "dd");
    parser.within(state, |parser| parser.parse_block(node, Block::new(definition)));
    put_back(blocks, after.from(rest));
    true
}
