//! A pass before the HTML parser that keeps its work linear in its input.
//!
//! The parser of browsers walks the open elements for nearly every tag and repeats formatting elements that were not
//! closed in order, so 1 MB of `<div>` takes it minutes and 1 MB of `<div><b id=1></div>x` all memory. After this pass
//! elements are closed in order and few are open at a time. Nothing here makes HTML safe.

use std::fmt::Write as _;

use super::text::{after_element, name, tag_end};
use super::vocabulary::{UNKNOWN, is_known};

/// How many elements may be open at a time; the tags of further ones are dropped.
const MAX_OPEN: usize = 200;

/// Elements that end when a block around them ends; between them and their end tag more of the others may be open.
const ENDING: &[&str] = &["p", "li", "dt", "dd", "td", "th"];

/// How many of them may be formatting elements, which the parser repeats.
const MAX_FORMATTING: usize = 16;

/// A tag of this length with more attributes than that loses all of them.
const MAX_TAG: usize = 8 << 10;
const MAX_ATTRIBUTES: usize = 1_000;

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

/// Elements that browsers know or knew, sorted: an author who writes one means it.
#[rustfmt::skip]
const STANDARD: &[&str] = &[
    "a", "abbr", "acronym", "address", "altglyph", "altglyphdef", "altglyphitem", "animate", "animatecolor",
    "animatemotion", "animatetransform", "annotation", "annotation-xml", "applet", "area", "article", "aside",
    "audio", "b", "base", "basefont", "bdi", "bdo", "bgsound", "big", "blink", "blockquote", "body", "br", "button",
    "canvas", "caption", "center", "circle", "cite", "clippath", "code", "col", "colgroup", "color-profile",
    "command", "content", "cursor", "data", "datalist", "dd", "defs", "del", "desc", "details", "dfn", "dialog",
    "dir", "discard", "div", "dl", "dt", "element", "ellipse", "em", "embed", "feblend", "fecolormatrix",
    "fecomponenttransfer", "fecomposite", "feconvolvematrix", "fediffuselighting", "fedisplacementmap",
    "fedistantlight", "fedropshadow", "feflood", "fefunca", "fefuncb", "fefuncg", "fefuncr", "fegaussianblur",
    "feimage", "femerge", "femergenode", "femorphology", "fencedframe", "feoffset", "fepointlight",
    "fespecularlighting", "fespotlight", "fetile", "feturbulence", "fieldset", "figcaption", "figure", "filter",
    "font", "font-face", "font-face-format", "font-face-name", "font-face-src", "font-face-uri", "footer",
    "foreignobject", "form", "frame", "frameset", "g", "geolocation", "glyph", "glyphref", "h1", "h2", "h3", "h4",
    "h5", "h6", "handler", "hatch", "hatchpath", "head", "header", "hgroup", "hkern", "hr", "html", "i", "iframe",
    "image", "img", "input", "ins", "isindex", "kbd", "keygen", "label", "legend", "li", "line", "lineargradient",
    "link", "listener", "listing", "main", "map", "mark", "marker", "marquee", "mask", "math", "menclose", "menu",
    "menuitem", "merror", "mesh", "meshgradient", "meshpatch", "meshrow", "meta", "metadata", "meter", "mfenced",
    "mfrac", "mglyph", "mi", "missing-glyph", "mlabeledtr", "mmultiscripts", "mn", "mo", "model", "mover",
    "mpadded", "mpath", "mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub",
    "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "multicol", "munder", "munderover", "nav", "nextid", "nobr",
    "noembed", "noframes", "none", "noscript", "object", "ol", "optgroup", "option", "output", "p", "param", "path",
    "pattern", "permission", "picture", "plaintext", "polygon", "polyline", "portal", "pre", "progress", "q",
    "radialgradient", "rb", "rect", "rp", "rt", "rtc", "ruby", "s", "samp", "script", "search", "section", "select",
    "selectedcontent", "selectlist", "selectmenu", "semantics", "set", "shadow", "slot", "small", "solidcolor",
    "source", "spacer", "span", "stop", "strike", "strong", "style", "sub", "summary", "sup", "svg", "switch",
    "symbol", "table", "tbody", "td", "template", "text", "textarea", "textpath", "tfoot", "th", "thead", "time",
    "title", "tr", "track", "tref", "tspan", "tt", "u", "ul", "use", "var", "video", "view", "vkern", "wbr", "xmp",
];

/// Returns `html` with elements closed in order, none deeper than a reader could see.
pub(super) fn balance(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut open: Vec<String> = Vec::new();
    let mut formatting = 0;
    // How many elements were open when the last block without an end of its own began.
    let mut block = 0;
    let mut rest = html;
    let mut short = String::new();
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
        let name = name(&tag[1..]).into_owned();
        rest = &rest[end..];
        // The parser compares each attribute with those before it.
        let tag = if tag.len() > MAX_TAG && separators(tag).nth(MAX_ATTRIBUTES).is_some() {
            short.clear();
            let _ = write!(short, "<{}{name}>", if closes { "/" } else { "" });
            &short
        } else {
            tag
        };
        if VOID.contains(&&*name) {
            out.push_str(tag);
        } else if IMPLIED.contains(&&*name) {
            // What authors write in brackets is often meant as text and never closed: it ends with its block.
            if closes && ENDING.contains(&&*name) {
                while open.len() > block && open.last().is_some_and(|name| is_unknown(name)) {
                    close_last(&mut out, &mut open);
                }
            }
            out.push_str(tag);
            block = open.len();
        } else if closes {
            let Some(at) = open.iter().rposition(|opened| *opened == name) else { continue };
            while open.len() > at {
                formatting -= usize::from(open.last().is_some_and(|closed| FORMATTING.contains(&&**closed)));
                close_last(&mut out, &mut open);
            }
            block = block.min(at);
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
                let unknown = is_unknown(&name);
                if unknown {
                    let _ = write!(out, "<{UNKNOWN} n=\"{name}\">");
                } else {
                    out.push_str(tag);
                }
                // Shapes of SVG close themselves; in HTML the slash says nothing.
                if unknown || !tag.ends_with("/>") || is_known(&name) {
                    formatting += usize::from(formats);
                    open.push(name);
                }
            }
        }
    }
    out.push_str(rest);
    out
}

/// Returns what can begin an attribute of a tag or its value, the text of quoted values left out: never fewer than the
/// tag has attributes.
fn separators(tag: &str) -> impl Iterator<Item = u8> {
    let mut quote = None;
    let mut begins_value = false;
    tag.bytes().filter(move |byte| {
        if quote.is_some() {
            quote = quote.filter(|open| open != byte);
            return false;
        }
        match byte {
            b'"' | b'\'' if begins_value => quote = Some(*byte),
            b'=' => begins_value = true,
            byte if byte.is_ascii_whitespace() => {}
            _ => begins_value = false,
        }
        matches!(byte, b'=' | b'/') || byte.is_ascii_whitespace()
    })
}

fn close_last(out: &mut String, open: &mut Vec<String>) {
    let Some(name) = open.pop() else { return };
    out.push_str("</");
    out.push_str(if is_unknown(&name) { UNKNOWN } else { &name });
    out.push('>');
}

/// Returns whether no element of HTML, SVG or MathML, now or ever, has this name, so that it means nothing to a browser.
pub(crate) fn is_unknown(name: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.' | b':');
    name.len() <= 64 && name.bytes().all(is_part) && STANDARD.binary_search(&name).is_err() && !is_known(name)
}

/// Returns sanitised HTML with the placeholders of unknown elements replaced by the elements, without attributes.
pub(super) fn name_unknown(html: String) -> String {
    if !html.contains(UNKNOWN) {
        return html;
    }
    let start = format!("<{UNKNOWN} n=\"");
    let end = format!("</{UNKNOWN}>");
    let mut out = String::with_capacity(html.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let opened = rest.strip_prefix(&*start).and_then(|tag| tag.split_once("\">"));
        if let Some((name, after)) = opened.filter(|(name, _)| is_unknown(name)) {
            open.push(name);
            let _ = write!(out, "<{name}>");
            rest = after;
        } else if let Some(after) = rest.strip_prefix(&*end) {
            if let Some(name) = open.pop() {
                let _ = write!(out, "</{name}>");
            }
            rest = after;
        } else {
            // A forged placeholder holds no name that may be written.
            let length = if rest[1..].starts_with(UNKNOWN) { super::text::tag_end(rest) } else { 1 };
            if length == 1 {
                out.push('<');
            } else {
                open.push("span");
                out.push_str("<span>");
            }
            rest = &rest[length..];
        }
    }
    out.push_str(rest);
    out
}
