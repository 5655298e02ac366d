//! `/// note | Title` … `///`: the blocks syntax, which takes the place of `!!!`, `???` and `===` when it is on.

use std::collections::VecDeque;

use serde_yaml::{Mapping, Value};

use super::{container, tabbed};
use crate::markdown::techdocs::block::{Block, Lead, detab, indent_of};
use crate::markdown::techdocs::extension_state::OpenBlock;
use crate::markdown::techdocs::parser::{Parser, State};
use crate::markdown::techdocs::tree::{NodeId, is_void};
use crate::yaml;

const TYPES: [&str; 14] = [
    "new", "settings", "note", "abstract", "info", "tip", "success", "question", "warning", "failure", "danger", "bug",
    "example", "quote",
];

/// What an opening line says.
struct Head {
    start: usize,
    next: usize,
    length: usize,
    name: String,
    argument: Option<String>,
}

/// Takes the first block of this kind with its content, or goes on with one that has not ended.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    if let Some(place) = hungry_place(parser, parent) {
        if let Some(entry) = parser.slashes.entries.last_mut() {
            entry.hungry = false;
        }
        feed(parser, place, blocks);
        return true;
    }
    let Some(head) = head(&blocks[0]) else { return false };
    let (options, content) = header(&blocks[0], &head);
    let Some(options) = options else { return false };
    if !is_valid(parser, parent, &head, &options) {
        return false;
    }
    let Some(block) = blocks.pop_front() else { return false };
    if head.start > 0 {
        parser.parse_block(parent, block.slice(0, head.start - 1));
    }
    if content < block.text().len() {
        blocks.push_front(block.from(content));
    }
    if matches!(parser.tree[parent].tag.as_ref(), "li" | "dd") {
        let end = parser.tree[parent].children.len();
        parser.tree.text_to_paragraph(parent, end);
    }
    let target = create(parser, parent, &head, &options);
    parser.slashes.entries.push(OpenBlock { target, parent, length: head.length, hungry: false });
    feed(parser, parent, blocks);
    true
}

/// Returns the place of the innermost open block when it is `parent` or the end of what is in it.
fn hungry_place(parser: &Parser<'_>, parent: NodeId) -> Option<NodeId> {
    let entry = parser.slashes.entries.last().filter(|entry| entry.hungry)?;
    let mut place = Some(parent);
    while let Some(node) = place {
        if node == entry.parent {
            return Some(node);
        }
        place = parser.tree.last_child(node);
    }
    None
}

/// Parses blocks into the innermost open block until it ends.
fn feed(parser: &mut Parser<'_>, place: NodeId, blocks: &mut VecDeque<Block>) {
    while let Some(entry) = parser.slashes.entries.last().copied() {
        let Some(block) = blocks.pop_front() else { break };
        let depth = parser.slashes.entries.len();
        // Items between this block and the outer one have not taken their indentation yet.
        let items = if depth > 1 { items_between(parser, place, entry.target) } else { 0 };
        let (text, rest) = detab(block.text(), items * 4);
        let (text, rest) = if text.is_empty() { (block.text().to_owned(), block.text().len()) } else { (text, rest) };
        if rest < block.text().len() {
            blocks.push_front(block.from(rest));
        }
        let block = Block::new(text);
        let end = end_line(&block, 0, entry.length);
        let content = end.map_or(block.text().len(), |(start, _)| start);
        let inner = block.text()[..content].strip_suffix('\n').unwrap_or(&block.text()[..content]).to_owned();
        if let Some((_, next)) = end
            && next < block.text().len()
        {
            blocks.push_front(block.from(next));
        }
        if content > 0 || end.is_none() {
            parser.within(State::Slashes, |parser| parser.parse_chunk(entry.target, &inner));
        }
        if end.is_some() {
            parser.slashes.entries.truncate(depth - 1);
            if depth == 1 {
                return;
            }
        }
    }
    if let Some(entry) = parser.slashes.entries.last_mut() {
        entry.hungry = true;
    }
}

fn items_between(parser: &Parser<'_>, from: NodeId, to: NodeId) -> usize {
    let mut count = 0;
    let mut at = Some(from);
    while let Some(node) = at {
        if node == to {
            return count;
        }
        if node != from && matches!(parser.tree[node].tag.as_ref(), "li" | "dd") {
            count += 1;
        }
        at = parser.tree.last_child(node);
    }
    0
}

/// Returns where the first line of exactly `length` slashes begins, and where the next one does.
fn end_line(block: &Block, from: usize, length: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let start = block.next(Lead::Slashes, at)?;
        let (line, next) = block.line(start);
        let marks = line.trim_matches(' ');
        if marks.len() == length && marks.bytes().all(|byte| byte == b'/') {
            return Some((start, next));
        }
        at = start + 1;
    }
}

fn head(block: &Block) -> Option<Head> {
    let mut at = 0;
    loop {
        let start = block.next(Lead::Slashes, at)?;
        at = start + 1;
        let (line, next) = block.line(start);
        let marks = line.trim_start_matches(' ');
        let rest = marks.trim_start_matches('/');
        let length = marks.len() - rest.len();
        let rest = rest.trim_matches(' ');
        let (name, argument) = match rest.split_once('|') {
            Some((name, argument)) => (name.trim_end_matches(' '), Some(argument.trim_matches(' '))),
            None => (rest, None),
        };
        if !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-')) {
            let argument = argument.map(ToOwned::to_owned);
            return Some(Head { start, next, length, name: name.to_lowercase(), argument });
        }
    }
}

/// Returns the options below an opening line, `None` if they are wrong, and where the content begins.
fn header(block: &Block, head: &Head) -> (Option<Mapping>, usize) {
    let mut at = head.next;
    let mut lines = Vec::new();
    while at < block.text().len() {
        let (line, next) = block.line(at);
        if indent_of(line) < 4 || line.trim().is_empty() {
            break;
        }
        lines.push(line);
        at = next;
    }
    if lines.is_empty() {
        return (Some(Mapping::new()), at);
    }
    let least = lines.iter().map(|line| indent_of(line)).min().unwrap_or(0);
    let text: Vec<&str> = lines.iter().map(|line| &line[least..]).collect();
    let text = text.join("\n");
    if yaml::is_deep(&text) {
        return (None, at);
    }
    match serde_yaml::from_str::<Value>(&text) {
        Ok(Value::Mapping(options)) => (Some(options), at),
        Ok(Value::Null) => (Some(Mapping::new()), at),
        _ => (None, at),
    }
}

fn is_valid(parser: &Parser<'_>, parent: NodeId, head: &Head, options: &Mapping) -> bool {
    let is_caption = CAPTIONS.iter().any(|(name, _)| *name == head.name);
    if is_caption && (!parser.options.captions || parser.tree.last_child(parent).is_none()) {
        return false;
    }
    if head.name == "html" && (!parser.options.html_blocks || element(head.argument.as_deref()).is_none()) {
        return false;
    }
    let typed = head.name.strip_prefix("details-").is_some_and(|kind| TYPES.contains(&kind));
    let known: &[&str] = match head.name.as_str() {
        "admonition" => &["type"],
        "details" => &["open", "type"],
        "tab" => &["new", "select"],
        "html" => &["markdown"],
        _ if is_caption => &["type", "prepend"],
        _ if typed => &["open"],
        name if TYPES.contains(&name) => &[],
        _ => return false,
    };
    if head.name == "tab" && head.argument.as_deref().unwrap_or("").is_empty() {
        return false;
    }
    options.iter().all(|(key, value)| match key.as_str() {
        Some("attrs") => value.is_mapping(),
        Some(key @ ("open" | "new" | "select")) => known.contains(&key) && value.is_bool(),
        Some(key @ ("type" | "markdown")) => known.contains(&key) && value.is_string(),
        Some("prepend") => known.contains(&"prepend") && value.is_bool(),
        _ => false,
    })
}

/// The blocks that are captions, and the word before their number.
const CAPTIONS: [(&str, &str); 3] = [("caption", ""), ("figure-caption", "Figure"), ("table-caption", "Table")];

/// Makes a figure of the last child of `parent`. Returns it, and the place of its caption.
fn caption(
    parser: &mut Parser<'_>,
    parent: NodeId,
    prefix: &str,
    number: Option<&str>,
    first: bool,
) -> (NodeId, NodeId) {
    let shown = parser.tree[parent].children.pop();
    // A caption above a picture that has one already belongs to the same figure.
    let figure = match shown {
        Some(last) if parser.tree[last].tag == "figure" && !has_caption(parser, last) => {
            parser.tree[parent].children.push(last);
            last
        }
        last => {
            let figure = parser.tree.append(parent, "figure");
            parser.tree[figure].children.extend(last);
            figure
        }
    };
    let place = parser.tree.append(figure, "figcaption");
    if first {
        parser.tree[figure].children.rotate_right(1);
    }
    if !prefix.is_empty() {
        let written =
            number.map(|number| number.trim().trim_start_matches(['<', '^'])).filter(|number| !number.is_empty());
        let number = match written {
            Some(number) => number.to_owned(),
            None => {
                let count = parser.captions.entry(prefix.to_owned()).or_default();
                *count += 1;
                count.to_string()
            }
        };
        parser.tree[figure].set_attribute("id", format!("__{}-caption_{number}", prefix.to_lowercase()));
        let line = parser.tree.append(place, "p");
        let span = parser.tree.append_classed(line, "span", "caption-prefix");
        parser.tree[span].text.set(format!("{prefix} {number}."));
    }
    (figure, place)
}

fn has_caption(parser: &Parser<'_>, figure: NodeId) -> bool {
    parser.tree[figure].children.iter().any(|child| parser.tree[*child].tag == "figcaption")
}

/// An element and its attributes.
type Element = (String, Vec<(String, String)>);

/// Reads the element that `/// html | div.class#id[title=x]` makes.
fn element(argument: Option<&str>) -> Option<Element> {
    let text = argument?.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (tag, mut rest) = text.split_at(end);
    // Elements that run or cannot hold anything are not made.
    let is_element =
        tag.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_void(tag) && !matches!(tag, "script" | "style");
    is_element.then_some(())?;
    let mut attributes = Vec::new();
    while let Some(first) = rest.chars().next() {
        if first == '[' {
            let (inside, after) = rest[1..].split_once(']')?;
            let (key, value) = inside.split_once('=').unwrap_or((inside, inside));
            (!key.is_empty() && key.chars().all(is_name)).then_some(())?;
            attributes.push((key.to_ascii_lowercase(), value.trim_matches(['"', '\'']).to_owned()));
            rest = after;
            continue;
        }
        let key = match first {
            '.' => "class",
            '#' => "id",
            _ => return None,
        };
        let length = rest[1..].find(|c| !is_name(c)).unwrap_or(rest.len() - 1);
        (length > 0).then_some(())?;
        attributes.push((key.to_owned(), rest[1..=length].to_owned()));
        rest = &rest[length + 1..];
    }
    Some((tag.to_ascii_lowercase(), attributes))
}

/// Makes the element and returns where its content goes.
fn create(parser: &mut Parser<'_>, parent: NodeId, head: &Head, options: &Mapping) -> NodeId {
    let is_set = |key: &str| options.get(key).and_then(Value::as_bool).unwrap_or(false);
    let given = options.get("type").and_then(Value::as_str);
    let argument = head.argument.as_deref();
    let (node, target) = if let Some((_, prefix)) = CAPTIONS.iter().find(|(name, _)| *name == head.name) {
        caption(parser, parent, prefix, argument, is_set("prepend"))
    } else if let Some((tag, attributes)) = element(argument).filter(|_| head.name == "html") {
        let node = parser.tree.append(parent, tag);
        for (key, value) in attributes {
            match key.as_str() {
                "class" => parser.tree[node].add_class(&value),
                _ => parser.tree[node].set_attribute(key, value),
            }
        }
        (node, node)
    } else if head.name == "tab" {
        let body = tabbed::append(parser, parent, argument.unwrap_or(""), is_set("select"), is_set("new"));
        (parser.tree.last_child(parent).unwrap_or(body), body)
    } else {
        let is_details = head.name.starts_with("details");
        let kind = match head.name.as_str() {
            "admonition" | "details" => given.unwrap_or(""),
            name => name.strip_prefix("details-").unwrap_or(name),
        };
        let node = parser.tree.append(parent, if is_details { "details" } else { "div" });
        if !is_details {
            parser.tree[node].set_attribute("class", "admonition");
        }
        if !kind.is_empty() && kind != "admonition" {
            parser.tree[node].add_class(kind);
        }
        if is_set("open") {
            parser.tree[node].set_attribute("open", "open");
        }
        let default = container::default_title(&kind.replace(['-', '_'], " "));
        let title = argument.unwrap_or(&default);
        if !title.is_empty() {
            let line = if is_details {
                parser.tree.append(node, "summary")
            } else {
                parser.tree.append_classed(node, "p", "admonition-title")
            };
            parser.tree[line].text.set(title);
        }
        (node, node)
    };
    if let Some(attributes) = options.get("attrs").and_then(Value::as_mapping) {
        for (key, value) in attributes {
            let (Some(key), Some(value)) = (key.as_str(), value.as_str()) else { continue };
            if key.eq_ignore_ascii_case("class") {
                parser.tree[node].add_class(value);
            } else {
                parser.tree[node].set_attribute(key.to_owned(), value);
            }
        }
    }
    target
}
