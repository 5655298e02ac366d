//! A fast path through the sanitiser for simple HTML, as that of most documents is.
//!
//! The parser of browsers is slow because of what it repairs. Where nothing has to be repaired, because every element
//! is known, closed in order and is where it may, going through the tags once gives the same result. Whatever is not
//! simple is left to the parser: this must never guess.

use super::vocabulary::Rules;
use crate::text::byte_set;

/// Deeper nesting is left to the parser.
const MAX_OPEN: usize = 100;

/// What an element may be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Has no end tag. A rule counts as a block.
    Void,
    /// Within a line.
    Inline,
    /// Ends a paragraph, so that none may be open.
    Block,
    /// Repeated by the parser where it is not closed in order.
    Formatting,
    Heading,
    Item,
    Term,
    Row,
    Cell,
    RowGroup,
    Caption,
    ColumnGroup,
    Column,
}

/// Returns the kind of an element that can be judged without the parser.
fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "br" | "hr" | "img" | "input" | "source" | "wbr" => Kind::Void,
        "abbr" | "audio" | "bdi" | "bdo" | "cite" | "data" | "del" | "dfn" | "ins" | "kbd" | "label" | "mark"
        | "picture" | "progress" | "q" | "samp" | "span" | "sub" | "sup" | "time" | "var" | "video" => Kind::Inline,
        "a" | "b" | "big" | "code" | "em" | "font" | "i" | "s" | "small" | "strike" | "strong" | "tt" | "u" => {
            Kind::Formatting
        }
        "address" | "article" | "aside" | "blockquote" | "center" | "details" | "div" | "dl" | "figcaption"
        | "figure" | "footer" | "header" | "hgroup" | "ol" | "p" | "pre" | "section" | "summary" | "table" | "ul" => {
            Kind::Block
        }
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Heading,
        "li" => Kind::Item,
        "dd" | "dt" => Kind::Term,
        "tr" => Kind::Row,
        "td" | "th" => Kind::Cell,
        "thead" | "tbody" | "tfoot" => Kind::RowGroup,
        "caption" => Kind::Caption,
        "colgroup" => Kind::ColumnGroup,
        "col" => Kind::Column,
        _ => return None,
    })
}

/// Elements that hold others of the table and white space, and nothing else.
fn is_frame(name: &str) -> bool {
    matches!(name, "table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup")
}

/// An element that is not closed yet.
struct Open<'h> {
    name: &'h str,
    kind: Kind,
}

/// Returns `html` sanitised by `rules`; `None` if it is not simple.
pub(super) fn sanitise(html: &str, rules: &Rules) -> Option<String> {
    // The parser drops a byte order mark.
    if html.starts_with('\u{feff}') {
        return None;
    }
    let mut pass = Pass { rules, out: String::with_capacity(html.len() + 64), open: Vec::new(), has_gap: false };
    let mut rest = html;
    loop {
        let at = memchr::memchr(b'<', rest.as_bytes());
        let text = &rest[..at.unwrap_or(rest.len())];
        pass.text(text)?;
        let Some(at) = at else { break };
        rest = &rest[at..];
        let length = match rest.as_bytes().get(1)? {
            b'/' => pass.end(rest)?,
            b'!' => comment(rest)?,
            b'a'..=b'z' => pass.start(rest)?,
            _ => return None,
        };
        rest = &rest[length..];
    }
    pass.open.is_empty().then_some(pass.out)
}

/// Returns the length of a comment that ends where everybody thinks that it does.
fn comment(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix("<!--")?;
    let length = inner.find("-->")?;
    let comment = &inner[..length];
    let odd = comment.starts_with(['>', '-']) || comment.contains("--!") || comment.contains("<!--");
    (!odd && !comment.ends_with("<!-")).then_some(4 + length + 3)
}

struct Pass<'h, 'r> {
    rules: &'r Rules,
    out: String,
    open: Vec<Open<'h>>,
    /// Whether a value of the tag was left out.
    has_gap: bool,
}

impl<'h> Pass<'h, '_> {
    fn text(&mut self, text: &str) -> Option<()> {
        let in_frame = self.open.last().is_some_and(|last| is_frame(last.name));
        if in_frame && !text.bytes().all(|byte| matches!(byte, b' ' | b'\n')) {
            return None;
        }
        // Browsers treat these in ways of their own.
        if memchr::memchr2(0, b'\r', text.as_bytes()).is_some() {
            return None;
        }
        push_as_parser(&mut self.out, text, Place::Text)
    }

    /// Copies an end tag; returns its length.
    fn end(&mut self, rest: &str) -> Option<usize> {
        // The end of a paragraph that something in it has ended already makes an empty one.
        if rest.starts_with("</p>") && !self.is_within("p") {
            if self.open.last().is_some_and(|last| is_frame(last.name)) {
                return None;
            }
            self.out.push_str("<p></p>");
            return Some(4);
        }
        let open = self.open.pop()?;
        let length = open.name.len();
        if rest.get(2..2 + length)? != open.name || rest.as_bytes().get(2 + length) != Some(&b'>') {
            return None;
        }
        self.out.push_str(&rest[..length + 3]);
        Some(length + 3)
    }

    /// Copies a start tag with the attributes that it may have; returns its length.
    fn start(&mut self, rest: &'h str) -> Option<usize> {
        let bytes = rest.as_bytes();
        let length = bytes[1..].iter().position(|byte| !(byte.is_ascii_lowercase() || byte.is_ascii_digit()))?;
        let name = &rest[1..=length];
        let kind = kind(name)?;
        if !self.rules.allows(name) {
            return None;
        }
        self.end_paragraph(name, kind);
        if !self.may_begin(name, kind) {
            return None;
        }
        self.out.push_str(&rest[..=length]);
        self.has_gap = false;
        let mut seen: [&str; 12] = [""; 12];
        let mut count = 0;
        let mut at = 1 + length;
        loop {
            let blanks = bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\n')).count();
            at += blanks;
            match bytes.get(at)? {
                b'>' => break,
                // In HTML the slash of a start tag says nothing, except that the author thought it closed something.
                b'/' if bytes.get(at + 1) == Some(&b'>') && kind == Kind::Void => {
                    at += 1;
                    break;
                }
                byte if blanks > 0 && byte.is_ascii_lowercase() => {}
                _ => return None,
            }
            let start = at;
            at += bytes[at..].iter().position(|byte| !(byte.is_ascii_lowercase() || *byte == b'-'))?;
            let attribute = &rest[start..at];
            let value = match bytes.get(at)? {
                b'=' => {
                    let quote = *bytes.get(at + 1)?;
                    if !matches!(quote, b'"' | b'\'') {
                        return None;
                    }
                    let length = memchr::memchr(quote, &bytes[at + 2..])?;
                    let value = &rest[at + 2..at + 2 + length];
                    at += length + 3;
                    value
                }
                b' ' | b'\n' | b'>' | b'/' => "",
                _ => return None,
            };
            if count == seen.len() || seen[..count].contains(&attribute) {
                return None;
            }
            seen[count] = attribute;
            count += 1;
            self.attribute(name, attribute, value)?;
        }
        // The parser leaves out an empty first line.
        if name == "pre" && bytes.get(at + 1) == Some(&b'\n') {
            return None;
        }
        self.out.push('>');
        if !matches!(kind, Kind::Void | Kind::Column) {
            self.open.push(Open { name, kind });
        }
        Some(at + 1)
    }

    /// Copies an attribute if the element may have it.
    fn attribute(&mut self, element: &str, name: &str, value: &str) -> Option<()> {
        if memchr::memchr3(b'<', 0, b'\r', value.as_bytes()).is_some() {
            return None;
        }
        if !self.rules.allows_attribute(element, name) {
            return Some(());
        }
        let is_judged =
            matches!(name, "href" | "src" | "srcset" | "poster" | "cite" | "rel" | "target" | "role" | "type");
        if is_judged && let Some(at) = value.find('&') {
            // What an address may do follows from what comes before its first colon or slash, if that can be read as it
            // is.
            let is_told = value[..at].contains(['/', '?', '#', ':']) && !value[..at].trim_start().starts_with("data");
            if !is_told || !matches!(name, "href" | "src" | "poster" | "cite") {
                return None;
            }
        }
        if matches!(name, "href" | "src" | "poster" | "cite") && !surely_parses(value) {
            return None;
        }
        // Where the sanitiser leaves a value out, it puts the last attribute into its place.
        if self.has_gap {
            return None;
        }
        let Some(value) = self.rules.filter(element, name, value) else {
            self.has_gap = true;
            return Some(());
        };
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        push_as_parser(&mut self.out, &value, Place::Attribute)?;
        self.out.push('"');
        Some(())
    }

    /// Ends an open paragraph before what cannot be in one. Code that is written right below text comes this way.
    fn end_paragraph(&mut self, name: &str, kind: Kind) {
        let ends = matches!(kind, Kind::Block | Kind::Heading) || name == "hr";
        // Whether a table does depends on the document.
        if ends && name != "table" && self.open.last().is_some_and(|last| last.name == "p") {
            self.open.pop();
            self.out.push_str("</p>");
        }
    }

    fn is_within(&self, name: &str) -> bool {
        self.open.iter().any(|open| open.name == name)
    }

    /// Returns whether an element may begin here without anything else ending or beginning.
    fn may_begin(&self, name: &str, kind: Kind) -> bool {
        let parent = self.open.last().map_or("", |last| last.name);
        if self.open.len() >= MAX_OPEN {
            return false;
        }
        match kind {
            Kind::Item => return matches!(parent, "ul" | "ol"),
            Kind::Term => return parent == "dl",
            Kind::Row => return matches!(parent, "thead" | "tbody" | "tfoot"),
            Kind::Cell => return parent == "tr",
            Kind::RowGroup | Kind::Caption | Kind::ColumnGroup => return parent == "table",
            Kind::Column => return parent == "colgroup",
            _ if is_frame(parent) => return false,
            Kind::Void if name != "hr" => return true,
            Kind::Inline => return true,
            _ => {}
        }
        match kind {
            Kind::Formatting => {
                let open = self.open.iter().filter(|open| open.kind == Kind::Formatting).count();
                open < 12 && !(name == "a" && self.is_within("a"))
            }
            Kind::Heading => !self.is_within("p") && !self.open.iter().any(|open| open.kind == Kind::Heading),
            // A rule may also take the place of a block here.
            _ => !self.is_within("p"),
        }
    }
}

/// Returns whether an address is surely one for the parser of addresses, which the sanitiser asks and which refuses some
/// hosts and ports. What comes after a host never matters, and an address without a scheme is always relative.
fn surely_parses(address: &str) -> bool {
    let Some(scheme) = super::scheme(address) else { return true };
    let start = address.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(&scheme));
    let Some(rest) = start.and_then(|_| address[scheme.len()..].strip_prefix(':')) else { return false };
    match &*scheme {
        "http" | "https" => rest.strip_prefix("//").is_some_and(begins_with_plain_host),
        "file" | "ftp" | "ws" | "wss" => false,
        _ => !rest.starts_with(['/', '\\']),
    }
}

/// Returns whether what follows `//` is a name of ASCII letters that is no number, with a small port if any.
fn begins_with_plain_host(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let is_label = |label: &str| label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !label.is_empty();
    let last = host.rsplit('.').next().unwrap_or_default();
    port.len() <= 4
        && port.bytes().all(|b| b.is_ascii_digit())
        && host.split('.').all(is_label)
        && last.starts_with(|c: char| c.is_ascii_alphabetic())
        && !host.to_ascii_lowercase().contains("xn--")
}

/// Where a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Attribute,
}

/// Appends a text as the parser of browsers would read it and write it again. `None` if only the parser knows.
fn push_as_parser(out: &mut String, text: &str, place: Place) -> Option<()> {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut next = 0;
    while let Some(found) = bytes[next..].iter().position(|byte| MAY_CHANGE[usize::from(*byte)]) {
        let at = next + found;
        next = at + 1;
        let (character, length) = match bytes[at] {
            b'&' => reference(&text[at..])?,
            _ => text[at..].chars().next().map(|character| (character, character.len_utf8()))?,
        };
        let written = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if place == Place::Attribute => "&quot;",
            '\u{a0}' => "&nbsp;",
            _ => "",
        };
        if written.is_empty() && bytes[at] != b'&' {
            continue;
        }
        out.push_str(&text[from..at]);
        out.push_str(written);
        if written.is_empty() {
            out.push(character);
        }
        from = at + length;
        next = from;
    }
    out.push_str(&text[from..]);
    Some(())
}

/// The bytes that may have to be written in another way.
const MAY_CHANGE: [bool; 256] = byte_set(b"&<>\"\xc2");

/// Reads the reference to a character that a text begins with; returns the character and the length. `None` unless it
/// is one that means the same to everybody.
fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            number.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(())?;
            // What is in between means something of its own, or what it once meant in Windows.
            char::from_u32(code.ok()?).filter(|it| matches!(it, ' '..='~') || *it >= '\u{a0}')?
        }
        None => super::text::named_character(name)?,
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use crate::html::sanitise::by_parser;
    use crate::html::vocabulary::TECHDOCS_RULES;

    #[track_caller]
    fn check(html: &str, is_simple: bool) {
        let simple = super::sanitise(html, &TECHDOCS_RULES);
        assert_eq!(simple.is_some(), is_simple, "{html}");
        if let Some(simple) = simple {
            assert_eq!(simple, by_parser(html), "{html}");
        }
    }

    #[test]
    fn simple_html_takes_the_quick_way() {
        check("<h1 id=\"a\">A <code>b</code></h1>\n<p>x <a href=\"../b/#c\">y</a> &amp; <br>\nz</p>", true);
        check(
            "<table><thead><tr><th align=\"left\">a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
            true,
        );
        check("<ul><li>a<ul><li>b</li></ul></li></ul><hr><!-- c --><p style=\"x\" onclick=\"y\">z</p>", true);
        check("<p><img alt='say \"x\"' src='a.png'/></p>", true);
        check("<div class=\"x\"><input name=\"a\" type=\"radio\"><label for=\"b\">c</label></div>", true);
        check(
            "<p>a\n<div><pre>x</pre></div> b <i>c</i></p><p>d<hr>e</p><ul><li><p>f<h2>g</h2></p></li></ul></p>",
            true,
        );
        check("<a href=\"javascript:x\">y</a><a href=\"https://x.y/?a=1&amp;b=2\">z</a>", true);
    }

    #[test]
    fn what_the_parser_repairs_goes_to_the_parser() {
        for html in [
            "<p><b><div>x</div></b></p>",
            "<p><table></table></p>",
            "<p>x",
            "<b><i>x</b></i>",
            "<table><tr><td>x</td></tr></table>",
            "<table>x</table>",
            "<a href=\"x\"><a href=\"y\">z</a></a>",
            "<a href=\"java&#115;cript:x\">y</a>",
            "<a href=x>y</a>",
            "<A href=\"x\">y</A>",
            "<script>x</script>",
            "<svg></svg>",
            "<p>a < b</p>",
            "<!-- a --!> b -->",
            "<!doctype html>",
            "<li>x</li>",
            "<button>x</button>",
            "<p id=\"a\" id=\"b\">x</p>",
            "<span/>x",
            "<a target=\"java\" rel=\"\" class=\"\">x</a>",
            "<h1><h2>x</h2></h1>",
            "<unknown-element n=\"x\"></unknown-element>",
        ] {
            check(html, false);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn both_ways_agree(
            parts in prop::collection::vec(prop::sample::select(vec![
                "x", " ", "\n", "&amp;", "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<a href=\"u\">", "</a>", "<ul>",
                "</ul>", "<li>", "</li>", "<table>", "</table>", "<tbody>", "</tbody>", "<tr>", "</tr>", "<td>", "</td>",
                "<h2>", "</h2>", "<code>", "</code>", "<br>", "<hr>", "<dl>", "</dl>", "<dt>", "</dt>", "<span id=\"i\">",
                "</span>", "<details open>", "</details>", "<summary>", "</summary>", "<pre>", "</pre>", "<img src=\"s\">",
                "<!-- c -->", "<caption>", "</caption>", "<colgroup>", "<col>", "</colgroup>", "<font>", "</font>",
                "&", "&lt;", "&quot;", "&#39;", "&#x3c;", "&#0;", "&copy;", "&copy", "&nbsp;", "\u{a0}", ">", "\"", "'", "é",
            ]), 0..12),
        ) {
            agree(&parts.concat())?;
        }

        #[test]
        fn both_ways_agree_on_any_tag(
            name in "[a-z]{1,10}|p|a|td|h[1-6]|svg|math|template|select|option|button",
            attributes in prop::collection::vec(
                (
                    "[a-z-]{1,8}|href|src|srcset|rel|role|type|target|cite|class|id|style|on[a-z]{3}",
                    "[ -~\n\u{a0}é]{0,12}|(java|data|http)[a-z:;&#0-9]{0,12}|&[a-z#0-9]{1,5};?[a-z]{0,2}",
                    prop::sample::select(vec!['"', '\'']),
                ),
                0..4,
            ),
            text in "[ -~\n\r\u{0}\u{a0}é]{0,12}",
        ) {
            let mut html = format!("<{name}");
            for (name, value, quote) in attributes {
                let _ = write!(html, " {name}={quote}{value}{quote}");
            }
            let _ = write!(html, ">{text}</{name}>");
            agree(&html)?;
        }
    }

    fn agree(html: &str) -> Result<(), TestCaseError> {
        if let Some(simple) = super::sanitise(html, &TECHDOCS_RULES) {
            prop_assert_eq!(simple, by_parser(html), "{}", html);
        }
        Ok(())
    }
}
