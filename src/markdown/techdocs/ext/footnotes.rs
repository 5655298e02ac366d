//! `[^1]` and `[^1]: text`: references, and the list of notes at the end of the page.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::{Block, Lead, indent_of};
use crate::markdown::techdocs::extension_state::Footnotes;
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;

/// Where the author wants the notes instead of the end of the page.
const PLACE: &str = "///Footnotes Go Here///";

impl Footnotes {
    fn define(&mut self, label: &str, text: String) {
        match self.numbers.get(label) {
            Some(index) => self.notes[*index].1 = text,
            None => {
                self.numbers.insert(label.to_owned(), self.notes.len());
                self.notes.push((label.to_owned(), text));
                self.references.push(0);
            }
        }
    }
}

/// Takes the first definition of the block, with indented blocks that follow.
pub(in crate::markdown::techdocs) fn process(parser: &mut Parser<'_>, _: NodeId, blocks: &mut VecDeque<Block>) -> bool {
    let Some((start, label)) = find(&blocks[0], 0) else { return false };
    let label = label.to_owned();
    let Some(block) = blocks.pop_front() else { return false };
    let (line, next) = block.line(start);
    let first = line[line.find("]:").map_or(0, |at| at + 2)..].trim_start_matches(' ');
    let mut text = first.to_owned();
    let rest = block.from(next);
    match find(&rest, 0) {
        Some((other, _)) => {
            let before = rest.text()[..other].trim_end_matches('\n');
            text = format!("{text}\n{}", lazy_detab(before)).trim_start_matches('\n').to_owned();
            blocks.push_front(rest.from(other));
        }
        None => {
            text = format!("{text}\n{}", lazy_detab(rest.text())).trim_matches('\n').to_owned();
            while let Some(further) = blocks.pop_front() {
                if !further.text().starts_with("    ") {
                    blocks.push_front(further);
                    break;
                }
                text.push_str("\n\n");
                if let Some((other, _)) = find(&further, 0) {
                    text.push_str(&lazy_detab(further.text()[..other].trim_end_matches('\n')));
                    blocks.push_front(further.from(other));
                    break;
                }
                text.push_str(&lazy_detab(further.text()));
            }
        }
    }
    parser.footnotes.define(&label, text.trim_end().to_owned());
    let before = block.text()[..start].trim_end_matches('\n').len();
    if !block.text()[..before].trim().is_empty() {
        blocks.push_front(block.slice(0, before));
    }
    true
}

/// Returns where the first definition at or after `from` begins, and its label.
fn find(block: &Block, mut from: usize) -> Option<(usize, &str)> {
    loop {
        let start = block.next(Lead::Footnote, from)?;
        let (line, _) = block.line(start);
        let inner = &line[indent_of(line) + 2..];
        if let Some(end) = inner.find(']')
            && inner[end + 1..].starts_with(':')
        {
            return Some((start, &inner[..end]));
        }
        from = start + 1;
    }
}

fn lazy_detab(text: &str) -> String {
    crate::markdown::techdocs::block::loose_detab(text, 4)
}

/// Appends the list of notes to `root`.
pub(in crate::markdown::techdocs) fn append_notes(parser: &mut Parser<'_>, root: NodeId) {
    if parser.footnotes.notes.is_empty() {
        return;
    }
    let division = parser.tree.make("div");
    parser.tree[division].set_attribute("class", "footnote");
    parser.tree.append(division, "hr");
    let list = parser.tree.append(division, "ol");
    let mut index = 0;
    // A note may define further notes.
    while let Some((label, text)) = parser.footnotes.notes.get(index).cloned() {
        index += 1;
        let item = parser.tree.append(list, "li");
        parser.tree[item].set_attribute("id", format!("fn:{label}"));
        // Parsed elsewhere first: lists treat an item as parent in a special way.
        let surrogate = parser.tree.make("div");
        parser.parse_chunk(surrogate, &text);
        let children = std::mem::take(&mut parser.tree[surrogate].children);
        parser.tree[item].children = children;
        let link = parser.tree.make("a");
        let node = &mut parser.tree[link];
        node.set_attribute("class", "footnote-backref");
        node.set_attribute("href", format!("#fnref:{label}"));
        node.set_attribute("title", format!("Jump back to footnote {index} in the text"));
        node.text.set_atomic("\u{21a9}");
        let Some(last) = parser.tree.last_child(item) else { continue };
        let paragraph = if parser.tree[last].tag == "p" {
            parser.tree[last].text.value.push('\u{a0}');
            last
        } else {
            parser.tree.append(item, "p")
        };
        parser.tree[paragraph].children.push(link);
    }
    place(parser, root, division);
}

fn place(parser: &mut Parser<'_>, root: NodeId, division: NodeId) {
    for parent in parser.tree.walk(root) {
        let in_text = |child: &NodeId| parser.tree[*child].text.value.contains(PLACE);
        if let Some(at) = parser.tree[parent].children.iter().position(in_text) {
            parser.tree[parent].children[at] = division;
            return;
        }
        let in_tail = |child: &NodeId| parser.tree[*child].tail.value.contains(PLACE);
        if let Some(at) = parser.tree[parent].children.iter().position(in_tail) {
            let child = parser.tree[parent].children[at];
            parser.tree[child].tail.take();
            parser.tree[parent].children.insert(at + 1, division);
            return;
        }
    }
    parser.tree[root].children.push(division);
}

/// Makes the reference to the note `label`, if there is such a note.
pub(in crate::markdown::techdocs) fn reference(parser: &mut Parser<'_>, label: &str) -> Option<NodeId> {
    let index = *parser.footnotes.numbers.get(label)?;
    parser.footnotes.references[index] += 1;
    let count = parser.footnotes.references[index];
    let id = if count == 1 { format!("fnref:{label}") } else { format!("fnref{count}:{label}") };
    let node = parser.tree.make("sup");
    parser.tree[node].set_attribute("id", id);
    let link = parser.tree.append_classed(node, "a", "footnote-ref");
    parser.tree[link].set_attribute("href", format!("#fn:{label}"));
    parser.tree[link].text.set_atomic((index + 1).to_string());
    Some(node)
}

/// Adds a way back for each further reference to a note.
pub(in crate::markdown::techdocs) fn link_repeated(parser: &mut Parser<'_>, root: NodeId) {
    if parser.footnotes.references.iter().all(|count| *count < 2) {
        return;
    }
    for parent in parser.tree.walk(root) {
        for node in parser.tree[parent].children.clone() {
            if parser.tree[node].class() != "footnote-backref" {
                continue;
            }
            let href = parser.tree[node].attribute("href").unwrap_or("");
            let Some(label) = href.strip_prefix("#fnref:").map(ToOwned::to_owned) else { continue };
            let Some(index) = parser.footnotes.numbers.get(&label).copied() else { continue };
            for count in 2..=parser.footnotes.references[index] {
                let link = parser.tree.append(parent, "a");
                let copy = parser.tree[node].clone();
                parser.tree[link] = copy;
                parser.tree[link].set_attribute("href", format!("#fnref{count}:{label}"));
            }
        }
    }
}
