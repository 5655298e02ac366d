//! Ids and permalinks of headings, and the table of contents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::markdown::techdocs::Heading;
use crate::markdown::techdocs::html;
use crate::markdown::techdocs::options::{Case, Slugify};
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::stash;
use crate::markdown::techdocs::tree::{NodeId, heading_level};

const TAGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// Gives every heading its id and permalink, fills in `[TOC]`, and returns the headings.
pub(in crate::markdown::techdocs) fn apply(parser: &mut Parser<'_>, root: NodeId) -> Vec<Heading> {
    let options = &parser.options.toc;
    let nodes = parser.tree.walk(root);
    let mut used: BTreeSet<String> =
        nodes.iter().filter_map(|node| parser.tree[*node].attribute("id").map(ToOwned::to_owned)).collect();
    let mut counters = BTreeMap::new();
    let mut headings = Vec::new();
    for node in nodes {
        let Some(level) = heading_level(&parser.tree[node].tag) else { continue };
        let level = (level + options.base_level.max(1) - 1).min(6);
        parser.tree[node].tag = TAGS[usize::from(level) - 1].into();
        let mut inner = without_emoji(&inner_html(parser, node));
        let mut name = html::strip_tags(&inner);
        let id = match parser.tree[node].attribute("id") {
            Some(id) => stash::unescape(id),
            None => {
                let slug = slugify(&html::unescape_entities(&name), options.slugify, &options.separator);
                unique(slug, &mut used, &mut counters)
            }
        };
        parser.tree[node].set_attribute("id", id.clone());
        if let Some(label) = parser.tree[node].remove_attribute("data-toc-label") {
            let label = html::resolve_marks(parser, &label);
            name = String::new();
            html::escape_text(&mut name, &html::strip_tags(&label));
            inner.clone_from(&name);
        }
        if options.anchor_link {
            let anchor = parser.tree.make("a");
            let text = std::mem::take(&mut parser.tree[node].text);
            let children = std::mem::take(&mut parser.tree[node].children);
            let link = &mut parser.tree[anchor];
            link.text = text;
            link.children = children;
            link.set_attribute("class", options.anchor_link_class.clone());
            link.set_attribute("href", format!("#{id}"));
            parser.tree[node].children.push(anchor);
        }
        if let Some(text) = &options.permalink {
            let id_of_link = parser.tree.make("a");
            if options.permalink_leads {
                let before = parser.tree[node].text.take();
                parser.tree[id_of_link].tail.set(before);
                parser.tree[node].children.insert(0, id_of_link);
            } else {
                parser.tree[node].children.push(id_of_link);
            }
            let link = &mut parser.tree[id_of_link];
            link.set_attribute("class", options.permalink_class.clone());
            link.set_attribute("href", format!("#{id}"));
            if !options.permalink_title.is_empty() {
                link.set_attribute("title", options.permalink_title.clone());
            }
            link.text.set_atomic(text.clone());
        }
        // Names have single spaces, and a hard one is a space, too (`strip_tags` of Python-Markdown's toc).
        let title_html = crate::html::collapse(&inner);
        headings.push(Heading { level, id, title: html::unescape_entities(&name), title_html });
    }
    if !options.marker.is_empty() {
        place(parser, root, &headings);
    }
    headings
}

/// Returns the HTML inside a heading, without references to footnotes.
fn inner_html(parser: &mut Parser<'_>, node: NodeId) -> String {
    let is_reference = |parser: &Parser<'_>, id: NodeId| {
        let node = &parser.tree[id];
        node.tag == "sup" && node.attribute("id").is_some_and(|id| id.starts_with("fnref"))
    };
    if !parser.tree[node].children.iter().any(|child| is_reference(parser, *child)) {
        return html::render_inner(parser, node).trim().to_owned();
    }
    let copy = parser.tree.make("span");
    parser.tree[copy].text = parser.tree[node].text.clone();
    for child in parser.tree[node].children.clone() {
        if !is_reference(parser, child) {
            parser.tree[copy].children.push(child);
            continue;
        }
        let tail = parser.tree[child].tail.value.clone();
        let gap = parser.tree.append(copy, "span");
        parser.tree[gap].tail.set(tail);
    }
    html::render_inner(parser, copy).replace("<span></span>", "").trim().to_owned()
}

/// Drops emoji from HTML: they are pictures in the original, and no text.
fn without_emoji(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<span class=\"emoji\"") {
        out.push_str(&rest[..at]);
        rest = rest[at..].find("</span>").map_or("", |end| &rest[at + end + 7..]);
    }
    out.push_str(rest);
    out
}

/// Replaces the marker by the table of contents.
fn place(parser: &mut Parser<'_>, root: NodeId, headings: &[Heading]) {
    let marker = parser.options.toc.marker.clone();
    let is_marker = |parser: &Parser<'_>, id: &NodeId| {
        let node = &parser.tree[*id];
        node.children.is_empty() && node.text.value.trim() == marker && !matches!(node.tag.as_ref(), "pre" | "code")
    };
    for parent in parser.tree.walk(root) {
        if parser.tree[parent].is_heading() || parser.tree[parent].tag == "pre" {
            continue;
        }
        for at in 0..parser.tree[parent].children.len() {
            let child = parser.tree[parent].children[at];
            let room = parser.effort > 100 * headings.len() as u64;
            if is_marker(parser, &child) && !parser.tree[child].is_heading() && room {
                parser.spend(100 * headings.len());
                let table = table(parser, headings);
                parser.tree[parent].children[at] = table;
            }
        }
    }
}

fn table(parser: &mut Parser<'_>, headings: &[Heading]) -> NodeId {
    let (top, bottom) = parser.options.toc.depth;
    let title = parser.options.toc.title.clone();
    let division = parser.tree.make("div");
    let toc = &parser.options.toc;
    parser.tree[division].set_attribute("class", toc.toc_class.clone());
    if !title.is_empty() {
        let span = parser.tree.append_classed(division, "span", toc.title_class.clone());
        parser.tree[span].text.set_atomic(title);
    }
    let list = parser.tree.append(division, "ul");
    // Open lists with the level of their entries and the last entry.
    let mut open: Vec<(u8, NodeId, Option<NodeId>)> = vec![(0, list, None)];
    for heading in headings.iter().filter(|heading| (top..=bottom).contains(&heading.level)) {
        while open.len() > 1 && open.last().is_some_and(|(level, ..)| *level > heading.level) {
            open.pop();
        }
        let (level, list, last) = open[open.len() - 1];
        let list = match last {
            Some(last) if level < heading.level => {
                let list = parser.tree.append(last, "ul");
                open.push((heading.level, list, None));
                list
            }
            _ => list,
        };
        let item = parser.tree.append(list, "li");
        let link = parser.tree.append(item, "a");
        parser.tree[link].set_attribute("href", format!("#{}", heading.id));
        parser.tree[link].text.set_atomic(heading.title.clone());
        if let Some(entry) = open.last_mut() {
            *entry = (heading.level, list, Some(item));
        }
    }
    division
}

/// Returns `id` with a number behind it when it is empty or taken.
fn unique(id: String, used: &mut BTreeSet<String>, counters: &mut BTreeMap<String, u64>) -> String {
    if !id.is_empty() && !used.contains(&id) {
        used.insert(id.clone());
        return id;
    }
    let (stem, number) = match id.rsplit_once('_') {
        Some((stem, digits))
            if !digits.is_empty() && digits.len() < 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            (stem.to_owned(), digits.parse::<u64>().unwrap_or(0))
        }
        _ => (id.clone(), 0),
    };
    // Remembered, so that a thousand headings of the same name do not count from one each time.
    let next = counters.entry(stem.clone()).or_insert(0);
    let mut number = number.max(*next) + 1;
    while used.contains(&format!("{stem}_{number}")) {
        number += 1;
    }
    *next = number;
    let id = format!("{stem}_{number}");
    used.insert(id.clone());
    id
}

/// Makes an id of the text of a heading.
pub(in crate::markdown::techdocs) fn slugify(text: &str, style: Slugify, separator: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    if let Slugify::Unicode(case) = style {
        let text = text.trim();
        let text = match case {
            Case::Kept => text.to_owned(),
            Case::Lower => text.to_lowercase(),
            Case::LowerAscii => text.to_ascii_lowercase(),
        };
        let kept: String =
            text.chars().filter(|character| is_word(*character) || matches!(character, '-' | ' ')).collect();
        return kept.replace(' ', separator);
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if style == Slugify::Collapsed && !character.is_ascii() {
            if is_word(character) || character.is_whitespace() {
                plain.extend(character.to_lowercase());
            }
        } else if character.is_ascii() {
            if is_word(character) || character == '-' || character.is_ascii_whitespace() {
                plain.push(character.to_ascii_lowercase());
            }
        } else if let Some(letters) = ascii_letters().get(&character) {
            plain.push_str(&letters.to_ascii_lowercase());
        }
    }
    // Runs of separators and white space become one separator.
    let mut out = String::with_capacity(plain.len());
    let mut gap = false;
    for character in plain.trim().chars() {
        if character.is_whitespace() || separator.contains(character) {
            if !gap {
                out.push_str(separator);
            }
            gap = true;
        } else {
            out.push(character);
            gap = false;
        }
    }
    out
}

/// What is left in ASCII of characters that Unicode's compatibility decomposition takes apart.
fn ascii_letters() -> &'static BTreeMap<char, &'static str> {
    static TABLE: OnceLock<BTreeMap<char, &'static str>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("ascii.txt")
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .flat_map(|(letters, characters)| {
                characters.chars().map(move |character| (character, if letters == "␠" { " " } else { letters }))
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(slugify(text, Slugify::Ascii, "-"), expect, "{text}");
    }

    #[test]
    fn slugs_keep_letters_digits_and_hyphens() {
        check("Hello, World! (v1.2) & \"more\"", "hello-world-v12-more");
        check("a/b.c: d_e-f", "abc-d_e-f");
        check("Über café 日本語", "uber-cafe");
        check("½ ﬁn", "12-fin");
        check("???", "");
        check("a - b", "a-b");
        for (style, expect) in [
            (Slugify::Unicode(Case::Lower), "über--café"),
            (Slugify::Unicode(Case::Kept), "Über--Café"),
            (Slugify::Unicode(Case::LowerAscii), "Über--café"),
            (Slugify::Collapsed, "über-café"),
        ] {
            assert_eq!(slugify("Über  Café!", style, "-"), expect);
        }
    }

    #[test]
    fn ids_are_numbered_with_an_underscore() {
        let mut used = BTreeSet::new();
        let mut counters = BTreeMap::new();
        let ids: Vec<_> = ["a", "a", "a", "", "", "a_1"]
            .iter()
            .map(|id| unique((*id).to_owned(), &mut used, &mut counters))
            .collect();
        assert_eq!(ids, ["a", "a_1", "a_2", "_1", "_2", "a_3"]);
    }
}
