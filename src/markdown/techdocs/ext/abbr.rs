//! `*[HTML]: Hyper Text Markup Language`: the word is explained wherever it occurs.

use std::collections::{BTreeMap, VecDeque};

use crate::markdown::techdocs::block::{Block, Lead, indent_of};
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::processors::reference::split_around;
use crate::markdown::techdocs::tree::{NodeId, Text};

/// Takes the first definition of the block.
pub(in crate::markdown::techdocs) fn process(parser: &mut Parser<'_>, _: NodeId, blocks: &mut VecDeque<Block>) -> bool {
    let mut from = 0;
    while let Some(start) = blocks[0].next(Lead::Abbreviation, from) {
        from = start + 1;
        let Some((word, title, end)) = definition(&blocks[0], start) else { continue };
        if word.is_empty() || title.is_empty() {
            return false;
        }
        if matches!(title.as_str(), "''" | "\"\"") {
            parser.abbreviations.remove(&word);
        } else {
            parser.abbreviations.insert(word, title);
        }
        split_around(blocks, start, end);
        return true;
    }
    false
}

fn definition(block: &Block, start: usize) -> Option<(String, String, usize)> {
    let (line, next) = block.line(start);
    let inner = &line[2..];
    let close = inner.match_indices(']').map(|(at, _)| at).find(|at| {
        let rest = &inner[at + 1..];
        rest.strip_prefix(' ').unwrap_or(rest).starts_with(':')
    })?;
    let word = &inner[..close];
    if word.contains('\\') {
        return None;
    }
    let after = inner[close + 1..].trim_start_matches(' ').trim_start_matches(':');
    let mut title = after.trim();
    let mut end = start + line.len();
    // The title may be on the next line.
    if title.is_empty() && next < block.text().len() {
        let (line, _) = block.line(next);
        title = line[indent_of(line)..].trim();
        end = next + line.len();
    }
    Some((word.trim().to_owned(), title.to_owned(), end))
}

/// Wraps every known word in the texts below `root`.
pub(in crate::markdown::techdocs) fn mark_words(parser: &mut Parser<'_>, root: NodeId) {
    if parser.abbreviations.is_empty() {
        return;
    }
    let words = std::mem::take(&mut parser.abbreviations);
    let mut lengths: Vec<usize> = words.keys().map(String::len).collect();
    lengths.sort_unstable_by_key(|length| std::cmp::Reverse(*length));
    lengths.dedup();
    // Each length is looked for at each word.
    let searches = MAX_SEARCHES / lengths.len().max(1);
    let mut words = Words { titles: words, lengths, searches };
    for parent in parser.tree.walk(root) {
        let text = std::mem::take(&mut parser.tree[parent].text);
        let (text, found) = split_words(parser, text, &mut words);
        parser.tree[parent].text = text;
        let children = std::mem::take(&mut parser.tree[parent].children);
        let mut all = found;
        for child in children {
            let tail = std::mem::take(&mut parser.tree[child].tail);
            let (tail, found) = split_words(parser, tail, &mut words);
            parser.tree[child].tail = tail;
            all.push(child);
            all.extend(found);
        }
        parser.tree[parent].children = all;
    }
}

/// The words to look for, longest first.
struct Words {
    titles: BTreeMap<String, String>,
    lengths: Vec<usize>,
    /// How many beginnings of words may still be looked at.
    searches: usize,
}

/// Searches for a word of some length in one page.
const MAX_SEARCHES: usize = 50_000_000;

/// Returns the text before the first word, and an element for each word with the text behind it as its tail.
fn split_words(parser: &mut Parser<'_>, text: Text, words: &mut Words) -> (Text, Vec<NodeId>) {
    if text.atomic || text.is_empty() {
        return (text, Vec::new());
    }
    let value = text.value;
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut found: Vec<NodeId> = Vec::new();
    let mut leading = String::new();
    let mut plain = 0;
    let mut before: Option<char> = None;
    let mut at = 0;
    let boundary =
        |before: Option<char>, after: Option<char>| before.is_some_and(is_word) != after.is_some_and(is_word);
    let mut push_text = |parser: &mut Parser<'_>, found: &[NodeId], text: &str| match found.last() {
        Some(last) => parser.tree[*last].tail.value.push_str(text),
        None => leading.push_str(text),
    };
    while let Some(character) = value[at..].chars().next() {
        let starts = words.searches > 0 && boundary(before, Some(character));
        words.searches -= usize::from(starts);
        let candidates = if starts { words.lengths.as_slice() } else { &[] };
        let hit = candidates.iter().find_map(|length| {
            let (word, title) = words.titles.get_key_value(value.get(at..at + length)?)?;
            let after = value[at + length..].chars().next();
            boundary(word.chars().next_back(), after).then_some((word, title))
        });
        if let Some((word, title)) = hit
            && parser.repeat(title.len(), &format!("*[{word}]"))
        {
            push_text(parser, &found, &value[plain..at]);
            let node = parser.tree.make("abbr");
            parser.tree[node].set_attribute("title", title.clone());
            parser.tree[node].text.set_atomic(word.clone());
            found.push(node);
            at += word.len();
            plain = at;
            before = word.chars().next_back();
        } else {
            before = Some(character);
            at += character.len_utf8();
        }
    }
    push_text(parser, &found, &value[plain..]);
    (Text { value: leading, atomic: false }, found)
}
