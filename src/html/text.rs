//! What a reader sees of a piece of HTML, as text.

use std::borrow::Cow;

/// Returns whether an element is displayed on its own lines, so that its text does not run into what is around it.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "br"
            | "caption"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "footer"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}

/// Elements whose content nobody reads.
const SILENT: &[&str] = &["script", "style", "template", "noscript", "svg", "math"];

/// Returns the text of `html` in one line: tags gone, entities read, runs of white space joined.
///
/// Meant for HTML that this program wrote or sanitised; anything else still gives some text and no tags.
#[must_use]
pub fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('&') {
            let (decoded, length) = entity(rest);
            out.push_str(&decoded);
            rest = &rest[length..];
        } else if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            let end = tag_end(rest);
            let name = name(&rest[1..end]);
            if is_block(&name) {
                out.push(' ');
            }
            let closes = rest[1..].starts_with('/');
            rest = &rest[end..];
            if !closes && SILENT.contains(&&*name) {
                rest = after_element(rest, &name);
            }
        } else {
            out.push('<');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    collapse(&out)
}

/// Returns `text` trimmed, with runs of white space as one space.
#[must_use]
pub fn collapse(text: &str) -> String {
    let text = text.trim();
    let mut out = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut copied = 0;
    let mut after_blank = false;
    let mut at = 0;
    while at < bytes.len() {
        // Nearly all of a text, asked first.
        let length = match bytes[at] {
            b'!'..=b'~' => {
                after_blank = false;
                at += 1;
                continue;
            }
            b' ' if !after_blank => {
                after_blank = true;
                at += 1;
                continue;
            }
            _ => {
                let character = text[at..].chars().next().unwrap_or(' ');
                if !character.is_whitespace() {
                    after_blank = false;
                    at += character.len_utf8();
                    continue;
                }
                character.len_utf8()
            }
        };
        out.push_str(&text[copied..at]);
        if !after_blank {
            out.push(' ');
        }
        after_blank = true;
        at += length;
        copied = at;
    }
    out.push_str(&text[copied..]);
    out
}

/// Returns the end of the tag that starts `rest`; a `>` in quotes does not end it.
pub(crate) fn tag_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'>', b'"', b'\'', rest)) {
        at += found + 1;
        let quote = bytes[at - 1];
        if quote == b'>' {
            return at;
        }
        let Some(end) = memchr::memchr(quote, &bytes[at..]) else { break };
        at += end + 1;
    }
    rest.len()
}

/// Returns the name of the element in lower case, as a browser reads it.
pub(super) fn name(tag: &str) -> Cow<'_, str> {
    let tag = tag.trim_start_matches('/');
    let ends = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    lower(&tag[..tag.bytes().position(ends).unwrap_or(tag.len())])
}

/// Returns `text` in lower case, which nearly always it is.
pub(super) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { text.to_ascii_lowercase().into() } else { text.into() }
}

/// Returns what follows the end of the element `name`.
pub(super) fn after_element<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = rest[from..].find("</").map(|at| from + at) {
        let candidate = &rest.as_bytes()[at + 2..];
        if candidate.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
            return &rest[at + tag_end(&rest[at..])..];
        }
        from = at + 2;
    }
    ""
}

/// Reads the entity that starts `rest` (with `&`); returns its text and how many bytes it took.
fn entity(rest: &str) -> (String, usize) {
    let as_written = || ("&".to_owned(), 1);
    let Some(end) = rest.bytes().take(34).position(|byte| byte == b';') else { return as_written() };
    let name = &rest[1..end];
    let decoded = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        code.ok().and_then(char::from_u32).filter(|c| *c != '\0').map(String::from)
    } else {
        ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
    };
    decoded.map_or_else(as_written, |text| (text, end + 1))
}

/// Returns the character of a named entity, if it is a single character.
pub(super) fn named_character(name: &str) -> Option<char> {
    let (_, text) = ENTITIES.iter().find(|(known, _)| *known == name)?;
    let mut characters = text.chars();
    let character = characters.next().filter(|_| characters.next().is_none())?;
    // Some kinds of spaces are read as the ordinary one.
    (character != ' ').then_some(character)
}

/// The entities that documents really use.
const ENTITIES: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", "\u{a0}"),
    ("ensp", " "),
    ("emsp", " "),
    ("thinsp", " "),
    ("shy", ""),
    ("zwj", "\u{200d}"),
    ("zwnj", "\u{200c}"),
    ("copy", "©"),
    ("reg", "®"),
    ("trade", "™"),
    ("hellip", "…"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("bull", "•"),
    ("middot", "·"),
    ("para", "¶"),
    ("sect", "§"),
    ("deg", "°"),
    ("plusmn", "±"),
    ("times", "×"),
    ("divide", "÷"),
    ("frac12", "½"),
    ("frac14", "¼"),
    ("frac34", "¾"),
    ("micro", "µ"),
    ("euro", "€"),
    ("pound", "£"),
    ("yen", "¥"),
    ("cent", "¢"),
    ("larr", "←"),
    ("uarr", "↑"),
    ("rarr", "→"),
    ("darr", "↓"),
    ("harr", "↔"),
    ("rArr", "⇒"),
    ("lArr", "⇐"),
    ("hArr", "⇔"),
    ("ne", "≠"),
    ("le", "≤"),
    ("ge", "≥"),
    ("asymp", "≈"),
    ("infin", "∞"),
    ("check", "✓"),
    ("cross", "✗"),
    ("star", "☆"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
    ("Auml", "Ä"),
    ("Ouml", "Ö"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("eacute", "é"),
    ("egrave", "è"),
    ("agrave", "à"),
    ("ccedil", "ç"),
    ("ntilde", "ñ"),
    ("num", "#"),
    ("ast", "*"),
    ("lowbar", "_"),
    ("grave", "`"),
    ("colon", ":"),
    ("lbrace", "{"),
    ("rbrace", "}"),
    ("lcub", "{"),
    ("rcub", "}"),
    ("lbrack", "["),
    ("rbrack", "]"),
    ("lpar", "("),
    ("rpar", ")"),
    ("vert", "|"),
    ("bsol", "\\"),
    ("sol", "/"),
    ("excl", "!"),
    ("dollar", "$"),
    ("percnt", "%"),
    ("commat", "@"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::collapse;

    proptest! {
        #[test]
        fn white_space_is_joined(text in "[ab \\n\\t\u{a0}é]{0,12}") {
            prop_assert_eq!(collapse(&text), text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}
