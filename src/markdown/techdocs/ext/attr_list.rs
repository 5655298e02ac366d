//! `{ #id .class key=value }` behind an element, at the end of a heading or on the last line of a block.

use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::{NodeId, Text, is_block_level};

/// Attributes of one element, at most.
const MAX_ATTRIBUTES: usize = 200;

/// Reads a list; returns names (`.` for a class) with values, and what follows a closing brace inside it.
pub(super) fn parse(text: &str) -> (Vec<(String, String)>, &str) {
    let mut list = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(' ');
        let end = rest.find([' ', '=', '}']).unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        let key = &rest[..end];
        let after = &rest[end..];
        let Some(value) = after.strip_prefix('=') else {
            list.push(word(key));
            rest = after;
            continue;
        };
        let quoted = value
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''))
            .and_then(|quote| Some((quote, value[1..].find([quote, '\n'])?)))
            .filter(|(quote, length)| value[1 + length..].starts_with(*quote));
        if let Some((quote, length)) = quoted {
            list.push((key.to_owned(), value[1..=length].trim_matches(quote).to_owned()));
            rest = &value[length + 2..];
            continue;
        }
        let end = value.find([' ', '=', '}']).unwrap_or(value.len());
        if end == 0 {
            list.push(word(key));
            rest = after;
            break;
        }
        list.push((key.to_owned(), value[..end].to_owned()));
        rest = &value[end..];
    }
    (list, rest.find('}').map_or("", |at| &rest[at..]))
}

fn word(word: &str) -> (String, String) {
    if let Some(class) = word.strip_prefix('.') {
        (".".to_owned(), class.to_owned())
    } else if let Some(id) = word.strip_prefix('#') {
        ("id".to_owned(), id.to_owned())
    } else {
        (word.to_owned(), word.to_owned())
    }
}

/// Returns what is between the braces that `text` begins with, and the length; the last brace of the line closes.
fn braces(text: &str) -> Option<(&str, usize)> {
    braces_in_line(&text[..text.find('\n').unwrap_or(text.len())])
}

fn braces_in_line(line: &str) -> Option<(&str, usize)> {
    let close = line.rfind('}')?;
    let inner = line.get(1..close).filter(|_| line.starts_with('{'))?;
    let inner = inner.strip_prefix(':').unwrap_or(inner).trim_start_matches(' ');
    (!inner.is_empty() && !inner.starts_with('}')).then_some((inner, close + 1))
}

/// Applies the lists in the tree below `root`.
pub(in crate::markdown::techdocs) fn apply(parser: &mut Parser<'_>, root: NodeId) {
    for id in parser.tree.walk(root) {
        let node = &parser.tree[id];
        if !is_block_level(&node.tag) {
            if let Some((inner, length)) = braces(&node.tail.value) {
                // What was taken too much comes back behind everything else, as in the original.
                let (list, rest) = parse(inner);
                let tail = format!("{}{rest}", &node.tail.value[length..]);
                assign(parser, id, list);
                parser.tree[id].tail.value = tail;
            }
            continue;
        }
        let heading = node.is_heading();
        let same_line = heading || matches!(node.tag.as_ref(), "dt" | "td" | "th");
        // The text to look at is the last one before a nested list.
        let holder = if node.tag == "li" && !node.children.is_empty() {
            let list = node.children.iter().position(|child| matches!(parser.tree[*child].tag.as_ref(), "ul" | "ol"));
            match list {
                None => node.children.last().copied(),
                Some(0) => None,
                Some(at) => Some(node.children[at - 1]),
            }
        } else {
            node.children.last().copied()
        };
        // Without text behind it, the text before all children counts.
        let holder = holder.filter(|child| !parser.tree[*child].tail.is_empty());
        if let Some(child) = holder {
            let mut tail = std::mem::take(&mut parser.tree[child].tail);
            take_from(parser, id, &mut tail, same_line, heading);
            parser.tree[child].tail = tail;
        } else {
            let mut text = std::mem::take(&mut parser.tree[id].text);
            take_from(parser, id, &mut text, same_line, heading);
            parser.tree[id].text = text;
        }
    }
}

/// Takes a list from the end of `text` and applies it to `id`.
fn take_from(parser: &mut Parser<'_>, id: NodeId, text: &mut Text, same_line: bool, heading: bool) {
    let value = &text.value;
    let trimmed = value.trim_end_matches(' ');
    if !trimmed.ends_with('}') || text.atomic {
        return;
    }
    let last_line = trimmed.rfind('\n').map_or(0, |at| at + 1);
    let start = if same_line {
        // A list of a heading is behind its text, on the same line.
        trimmed[last_line..]
            .match_indices(" {")
            .map(|(at, _)| last_line + at + 1)
            .find(|at| braces_in_line(&trimmed[*at..]).is_some())
    } else {
        let at = last_line + (trimmed[last_line..].len() - trimmed[last_line..].trim_start_matches(' ').len());
        (last_line > 0 && trimmed[at..].starts_with('{')).then_some(at)
    };
    let Some((start, (inner, _))) = start.and_then(|start| Some((start, braces(&trimmed[start..])?))) else { return };
    let (list, rest) = parse(inner);
    if !rest.is_empty() {
        return;
    }
    let mut kept = value[..start].trim_end_matches(' ');
    if !same_line {
        kept = kept.strip_suffix('\n').unwrap_or(kept);
    }
    if heading {
        kept = kept.trim_end_matches('#').trim_end();
    }
    let kept = kept.len();
    assign(parser, id, list);
    text.value.truncate(kept);
}

fn assign(parser: &mut Parser<'_>, id: NodeId, list: Vec<(String, String)>) {
    for (key, value) in list.into_iter().take(MAX_ATTRIBUTES) {
        if key == "." {
            parser.tree[id].add_class(&value);
        } else {
            parser.tree[id].set_attribute(name(&key), value);
        }
    }
}

/// Makes an attribute name of whatever the author wrote.
fn name(key: &str) -> String {
    let allowed = |character: char| {
        character.is_ascii_alphanumeric()
            || matches!(character, '_' | ':' | '-' | '.')
            || matches!(u32::from(character), 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0x1fff | 0x3001..=0xd7ff)
    };
    let mut out = String::new();
    let mut replaced = false;
    for character in key.chars() {
        if allowed(character) {
            out.push(character);
            replaced = false;
        } else if !replaced {
            out.push('_');
            replaced = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str, rest: &str) {
        let (list, left) = parse(text);
        let list: Vec<_> = list.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!((list.join("|").as_str(), left), (expect, rest), "{text}");
    }

    #[test]
    fn lists_hold_classes_ids_and_attributes() {
        check("#a .b c d=e f=\"g h\" i='j'", "id=a|.=b|c=c|d=e|f=g h|i=j", "");
        check(".x} foo {b", ".=x", "} foo {b");
        check("a==b c", "a=a", "");
    }

    #[test]
    fn the_last_brace_of_the_line_closes() {
        assert_eq!(braces("{: .x } y"), Some((".x ", 7)));
        assert_eq!(braces("{}"), None);
        assert_eq!(braces("{ x"), None);
        assert_eq!(braces("x"), None);
    }
}
