//! `=== "Tab"` with a body indented by four columns; adjacent ones make a set.
//!
//! A set is a row of radio buttons, a row of labels and the bodies, so that it works without a script.

use std::collections::VecDeque;

use super::container::{TAB_SET, parse_body, parse_continuation};
use crate::markdown::techdocs::block::{Block, Lead};
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;

/// Takes the first tab of the block, or a further part of the one before.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let mut from = 0;
    while let Some(start) = blocks[0].next(Lead::Tab, from) {
        let (line, next) = blocks[0].line(start);
        if let Some((flags, title)) = opening(line) {
            let (select, alone, title) = (flags.contains('+'), flags.contains('!'), title.to_owned());
            let Some(block) = blocks.pop_front() else { return false };
            if start > 0 {
                parser.parse_block(parent, block.slice(0, start - 1));
            }
            let body = append(parser, parent, &title, select, alone);
            parser.containers.push((body, block.line(start).0.to_owned()));
            parse_body(parser, body, &block, next, blocks);
            return true;
        }
        from = start + 1;
    }
    let Some(sibling) = parser.tree.last_child(parent) else { return false };
    if parser.tree[sibling].tag != "div" || parser.tree[sibling].class() != TAB_SET {
        return false;
    }
    let inner = parser.tree.last_child(sibling).and_then(|content| parser.tree.last_child(content));
    parse_continuation(parser, sibling, inner, blocks)
}

/// Adds a tab to the set before, or to a new one, and returns the element for its body.
pub(super) fn append(parser: &mut Parser<'_>, parent: NodeId, title: &str, select: bool, alone: bool) -> NodeId {
    let sibling = parser
        .tree
        .last_child(parent)
        .filter(|sibling| !alone && parser.tree[*sibling].tag == "div" && parser.tree[*sibling].class() == TAB_SET);
    let first = sibling.is_none();
    let set = sibling.unwrap_or_else(|| {
        parser.tab_sets += 1;
        let set = parser.tree.append_classed(parent, "div", TAB_SET);
        parser.tree[set].set_attribute("data-tabs", format!("{}:0", parser.tab_sets));
        parser.tree.append_classed(set, "div", "tabbed-labels");
        parser.tree.append_classed(set, "div", "tabbed-content");
        set
    });
    let (number, count) = parser.tree[set]
        .attribute("data-tabs")
        .and_then(|value| value.split_once(':'))
        .and_then(|(number, count)| Some((number.parse::<usize>().ok()?, count.parse::<usize>().ok()? + 1)))
        .unwrap_or((0, 1));
    parser.tree[set].set_attribute("data-tabs", format!("{number}:{count}"));
    if select {
        // Only one is checked, most likely a late one.
        for at in (0..parser.tree[set].children.len()).rev() {
            let child = parser.tree[set].children[at];
            if parser.tree[child].remove_attribute("checked").is_some() {
                break;
            }
        }
    }
    let input = parser.tree.make("input");
    let id = format!("__tabbed_{number}_{count}");
    let node = &mut parser.tree[input];
    if first || select {
        node.set_attribute("checked", "checked");
    }
    node.set_attribute("id", id.clone());
    node.set_attribute("name", format!("__tabbed_{number}"));
    node.set_attribute("type", "radio");
    let at = (count - 1).min(parser.tree[set].children.len());
    parser.tree[set].children.insert(at, input);
    let [.., labels, content] = parser.tree[set].children[..] else { return set };
    let label = parser.tree.append(labels, "label");
    parser.tree[label].set_attribute("for", id);
    parser.tree[label].text.set(title);
    parser.tree.append_classed(content, "div", "tabbed-block")
}

/// Returns flags and title of an opening line.
fn opening(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("===")?;
    let end = rest.find(' ')?;
    let flags = &rest[..end];
    if !matches!(flags, "" | "+" | "!" | "+!" | "!+") {
        return None;
    }
    let title = rest[end..].trim_matches(' ').strip_prefix('"')?.strip_suffix('"')?;
    Some((flags, title))
}
