//! A pass before the HTML parser that keeps its work in proportion to its input.
//!
//! The parser of browsers walks the open elements for nearly every tag and repeats formatting elements that were not
//! closed in order, so 1 MB of `<div>` takes it minutes and 1 MB of `<div><b id=1></div>x` all memory. After this pass
//! elements are closed in order and few are open at a time. Nothing here makes HTML safe.

use super::text::{after_element, name, tag_end};

/// How many elements may be open at a time; the tags of further ones are dropped.
const MAX_OPEN: usize = 200;

/// How many of them may be formatting elements, which the parser repeats.
const MAX_FORMATTING: usize = 16;

/// Elements without an end.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements that the next one of their kind closes; nobody writes their ends, so they are not counted.
const IMPLIED: &[&str] = &[
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "rt", "rp", "option", "optgroup", "html",
    "head", "body", "caption", "colgroup",
];

/// Elements whose content the parser does not read as tags.
const RAW: &[&str] = &["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript"];

/// Elements that are opened again in the next block when a block ends before them.
const FORMATTING: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// Returns `html` with elements closed in order, none deeper than a reader could see.
pub(super) fn balance(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut open: Vec<String> = Vec::new();
    let mut formatting = 0;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let closes = rest[1..].starts_with('/');
        let starts_tag = rest[1 + usize::from(closes)..].starts_with(|c: char| c.is_ascii_alphabetic());
        if !starts_tag {
            let length = match rest.strip_prefix("<!--") {
                Some(comment) => comment.find("-->").map_or(rest.len(), |end| 4 + end + 3),
                None => 1,
            };
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        let end = tag_end(rest);
        let tag = &rest[..end];
        let name = name(&tag[1..]);
        rest = &rest[end..];
        if VOID.contains(&&*name) || IMPLIED.contains(&&*name) {
            out.push_str(tag);
        } else if closes {
            let Some(at) = open.iter().rposition(|opened| *opened == name) else { continue };
            for closed in open.drain(at..).rev() {
                formatting -= usize::from(FORMATTING.contains(&&*closed));
                out.push_str("</");
                out.push_str(&closed);
                out.push('>');
            }
        } else if RAW.contains(&&*name) {
            let after = after_element(rest, &name);
            out.push_str(tag);
            out.push_str(&rest[..rest.len() - after.len()]);
            rest = after;
        } else if name == "plaintext" {
            // It would turn the rest of the page into text.
        } else {
            let formats = FORMATTING.contains(&&*name);
            if open.len() < MAX_OPEN && !(formats && formatting >= MAX_FORMATTING) {
                out.push_str(tag);
                // Shapes of SVG close themselves; in HTML the slash says nothing.
                if !tag.ends_with("/>") || super::sanitise::is_known(&name) {
                    formatting += usize::from(formats);
                    open.push(name);
                }
            }
        }
    }
    out.push_str(rest);
    out
}
