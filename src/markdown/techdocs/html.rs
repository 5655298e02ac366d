//! Writing the tree as HTML, and putting stashed parts back.

use super::parser::Parser;
use super::stash::{self, Mark, Piece, Stashed, split_marks};
use super::tree::{NodeId, is_block_level, is_void};

/// Stashed HTML may hold further marks; beyond this depth they are left out.
const MAX_NESTING: usize = 40;

/// Appends `text` with the characters of markup escaped; entities stay.
pub(super) fn escape_text(out: &mut String, text: &str) {
    escape(out, text, false);
}

/// Appends `text` as an attribute value; entities stay.
fn escape_attribute(out: &mut String, text: &str) {
    escape(out, text, true);
}

fn escape(out: &mut String, text: &str, quotes: bool) {
    let bytes = text.as_bytes();
    let mut plain = 0;
    let mut next = 0;
    while let Some(found) = bytes[next..].iter().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"')) {
        let at = next + found;
        next = at + 1;
        let replacement = match bytes[at] {
            b'&' if entity_length(&text[at..]).is_none() => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' if quotes => "&quot;",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(replacement);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}

/// Appends `text` with every character of markup escaped, entities too.
pub(super) fn escape_all(out: &mut String, text: &str) {
    let mut plain = 0;
    for at in memchr::memchr3_iter(b'&', b'<', b'>', text.as_bytes()) {
        out.push_str(&text[plain..at]);
        out.push_str(match text.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}

/// Returns the length of the entity that `text` begins with.
pub(super) fn entity_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('&')?;
    let (skipped, is_part): (usize, fn(&u8) -> bool) = if rest.starts_with("#x") || rest.starts_with("#X") {
        (2, u8::is_ascii_hexdigit)
    } else if rest.starts_with('#') {
        (1, u8::is_ascii_digit)
    } else {
        (0, u8::is_ascii_alphanumeric)
    };
    let length = rest.bytes().skip(skipped).take_while(is_part).count();
    (length > 0 && rest.as_bytes().get(skipped + length) == Some(&b';')).then_some(skipped + length + 2)
}

/// Appends a start tag.
pub(super) fn open_tag(out: &mut String, tag: &str, attributes: &[(String, String)]) {
    out.push('<');
    out.push_str(tag);
    for (name, value) in attributes {
        push_attribute(out, name, value);
    }
    out.push('>');
}

/// Appends an end tag.
pub(super) fn close_tag(out: &mut String, tag: &str) {
    out.push_str("</");
    out.push_str(tag);
    out.push('>');
}

fn push_attribute(out: &mut String, name: &str, value: &str) {
    push_attribute_with(out, name, value, |out| escape_attribute(out, value));
}

/// Appends an attribute; `write` appends its value, escaped.
fn push_attribute_with(out: &mut String, name: &str, value: &str, write: impl FnOnce(&mut String)) {
    out.push(' ');
    out.push_str(name);
    // Written short where HTML says that being there is all that counts.
    let short =
        name == value && matches!(name, "checked" | "controls" | "disabled" | "hidden" | "loop" | "muted" | "open");
    if !short {
        out.push_str("=\"");
        write(out);
        out.push('"');
    }
}

/// Returns the HTML of everything inside `root`.
pub(super) fn render_inner(parser: &Parser<'_>, root: NodeId) -> String {
    let mut out = String::new();
    let writer = Writer { parser };
    let node = &parser.tree[root];
    writer.text(&mut out, &node.text.value, node.tag == "code", 0);
    for child in &node.children {
        writer.node(&mut out, *child, 0);
    }
    out
}

/// Returns the HTML of `node` without its tail.
pub(super) fn render_node(parser: &Parser<'_>, node: NodeId) -> String {
    let mut out = String::new();
    Writer { parser }.element(&mut out, node, 0);
    out
}

/// Returns `text` with its marks resolved, nothing escaped.
pub(super) fn resolve_marks(parser: &Parser<'_>, text: &str) -> String {
    let mut out = String::new();
    Writer { parser }.raw(&mut out, text, 0);
    out
}

struct Writer<'w> {
    parser: &'w Parser<'w>,
}

impl Writer<'_> {
    fn node(&self, out: &mut String, id: NodeId, depth: usize) {
        self.element(out, id, depth);
        let node = &self.parser.tree[id];
        self.text(out, &node.tail.value, false, depth);
        if is_block_level(&node.tag) && node.tail.value.trim().is_empty() {
            out.push('\n');
        }
    }

    fn element(&self, out: &mut String, id: NodeId, depth: usize) {
        let node = &self.parser.tree[id];
        if depth > MAX_NESTING * 8 {
            return;
        }
        let bare = node.tag == "p" && node.children.is_empty() && node.attributes.is_empty();
        if bare && self.lone_stash(out, &node.text.value, depth) {
            return;
        }
        out.push('<');
        out.push_str(&node.tag);
        for (name, value) in &node.attributes {
            push_attribute_with(out, name, value, |out| {
                if value.contains([stash::START, stash::CRITIC_START]) {
                    self.attribute_value(out, value);
                } else {
                    escape_attribute(out, value);
                }
            });
        }
        out.push('>');
        if is_void(&node.tag) {
            if node.tag == "br" {
                out.push('\n');
            }
            return;
        }
        if matches!(node.tag.as_ref(), "script" | "style") {
            self.raw(out, &node.text.value, depth + 1);
        } else {
            self.text(out, &node.text.value, node.tag == "code", depth + 1);
        }
        for child in &node.children {
            self.node(out, *child, depth + 1);
        }
        close_tag(out, &node.tag);
    }

    /// Writes a paragraph that holds nothing but stashed HTML, without the paragraph if the HTML is block-level.
    fn lone_stash(&self, out: &mut String, text: &str, depth: usize) -> bool {
        if let Some(index) = stash::only_html_mark(text) {
            let Some(Stashed::Html(html)) = self.parser.stash.get(index) else { return false };
            let block = begins_block(html);
            out.push_str(if block { "" } else { "<p>" });
            self.raw(out, html, depth + 1);
            out.push_str(if block { "" } else { "</p>" });
            return true;
        }
        if !text.starts_with(stash::CRITIC_START) {
            return false;
        }
        let mut marks = Vec::new();
        let mut only = true;
        split_marks(text, |piece| match piece {
            Piece::Mark(Mark::Critic(index)) => marks.push(index),
            _ => only = false,
        });
        if only {
            for index in marks {
                if let Some(html) = self.parser.critic.get(index) {
                    out.push_str(&html.replace("class=\"critic\"", "class=\"critic block\""));
                }
            }
        }
        only
    }

    fn text(&self, out: &mut String, text: &str, code: bool, depth: usize) {
        split_marks(text, |piece| match piece {
            Piece::Text(text) if code => escape_all(out, text),
            Piece::Text(text) => escape_text(out, text),
            Piece::Mark(Mark::Character(character)) => {
                let mut buffer = [0; 4];
                escape_text(out, character.encode_utf8(&mut buffer));
            }
            Piece::Mark(mark) => self.mark(out, mark, depth),
        });
    }

    fn attribute_value(&self, out: &mut String, value: &str) {
        split_marks(value, |piece| match piece {
            Piece::Text(text) => escape_attribute(out, text),
            Piece::Mark(Mark::Character(character)) => {
                let mut buffer = [0; 4];
                escape_attribute(out, character.encode_utf8(&mut buffer));
            }
            Piece::Mark(mark) => {
                let mut inner = String::new();
                self.mark(&mut inner, mark, 0);
                // Elements cannot be in an attribute; what was drawn is there as its source.
                if inner.contains("<held-fragment") {
                    inner = strip_tags(&inner);
                }
                out.push_str(&inner.replace('"', "&quot;").replace('<', "&lt;"));
            }
        });
    }

    /// Writes HTML that is not from the tree.
    fn raw(&self, out: &mut String, html: &str, depth: usize) {
        split_marks(html, |piece| match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(Mark::Character(character)) => out.push(character),
            Piece::Mark(mark) => self.mark(out, mark, depth),
        });
    }

    fn mark(&self, out: &mut String, mark: Mark, depth: usize) {
        if depth > MAX_NESTING * 8 {
            return;
        }
        match mark {
            Mark::Html(index) => match self.parser.stash.get(index) {
                Some(Stashed::Html(html)) => self.raw(out, html, depth + 8),
                Some(Stashed::Element(node)) => self.element(out, *node, depth + 8),
                None => {}
            },
            Mark::Critic(index) => {
                if let Some(html) = self.parser.critic.get(index) {
                    out.push_str(html);
                }
            }
            Mark::Inline(_) | Mark::Character(_) => {}
        }
    }
}

/// Returns whether HTML begins with a block-level element, a comment or the like.
fn begins_block(html: &str) -> bool {
    let Some(rest) = html.strip_prefix('<') else { return false };
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let name = &rest[..rest.find([' ', '>']).unwrap_or(rest.len())];
    match name.as_bytes().first() {
        Some(b'!' | b'?' | b'@' | b'%') => true,
        Some(_) => is_block_level(name.trim_end_matches('/').to_ascii_lowercase().split('\n').next().unwrap_or("")),
        None => false,
    }
}

/// Returns the text of HTML: tags dropped, white space collapsed, entities kept.
pub(super) fn strip_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else {
            rest.find('>').map(|end| end + 1)
        };
        match end {
            Some(end) => rest = &rest[end..],
            None => break,
        }
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Replaces entities by their characters: numbers, and the names that headings really use.
pub(super) fn unescape_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = entity_length(rest);
        match length.and_then(|length| entity(&rest[1..length - 1]).map(|character| (length, character))) {
            Some((length, character)) => {
                out.push(character);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    ENTITIES.binary_search_by_key(&name, |(name, _)| name).ok().map(|index| ENTITIES[index].1)
}

/// Names of entities, sorted.
const ENTITIES: &[(&str, char)] = &[
    ("AMP", '&'),
    ("Auml", 'Ä'),
    ("GT", '>'),
    ("LT", '<'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("aacute", 'á'),
    ("agrave", 'à'),
    ("amp", '&'),
    ("apos", '\''),
    ("auml", 'ä'),
    ("bull", '•'),
    ("ccedil", 'ç'),
    ("check", '✓'),
    ("copy", '©'),
    ("deg", '°'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("emsp", '\u{2003}'),
    ("ensp", '\u{2002}'),
    ("euro", '€'),
    ("frac12", '½'),
    ("frac14", '¼'),
    ("frac34", '¾'),
    ("ge", '≥'),
    ("gt", '>'),
    ("harr", '↔'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("larr", '←'),
    ("ldquo", '“'),
    ("le", '≤'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("micro", 'µ'),
    ("middot", '·'),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("ne", '≠'),
    ("ntilde", 'ñ'),
    ("ouml", 'ö'),
    ("para", '¶'),
    ("plusmn", '±'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rarr", '→'),
    ("rdquo", '”'),
    ("reg", '®'),
    ("rsquo", '’'),
    ("sect", '§'),
    ("shy", '\u{ad}'),
    ("szlig", 'ß'),
    ("thinsp", '\u{2009}'),
    ("times", '×'),
    ("trade", '™'),
    ("uuml", 'ü'),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_entities_and_escapes_the_rest() {
        let mut out = String::new();
        escape_text(&mut out, "a & b &amp; &#1; &x <c>");
        assert_eq!(out, "a &amp; b &amp; &#1; &amp;x &lt;c&gt;");
    }

    #[test]
    fn entities_are_sorted_and_found() {
        assert!(ENTITIES.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(unescape_entities("a &amp; &nope; &#233; &"), "a & &nope; é &");
    }

    #[test]
    fn tags_and_comments_are_stripped() {
        assert_eq!(strip_tags("a <!-- <b> --> <i>c</i>\n d"), "a c d");
    }
}
