//! Writing HTML, SVG and XML by hand: elements, attributes and text.
//!
//! Owns how text is escaped. Text between tags and the value of an attribute need different escapes, so nothing here
//! returns escaped text as a string that could be put into the wrong place: [`Tag`] makes attributes and knows no text,
//! [`Html`] takes text and knows no attributes, and while a tag is being written its buffer is borrowed.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::io;

use crate::text::byte_set;

/// Markup that is complete at any time: no tag in it is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html {
    out: String,
}

impl Html {
    /// Begins with nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { out: String::new() }
    }

    /// Makes an empty one with capacity for this many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes) }
    }

    /// Returns text as markup that shows it.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let mut html = Self::with_capacity(text.len() + text.len() / 8);
        html.text(text);
        html
    }

    /// Appends text.
    pub fn text(&mut self, text: &str) {
        push_text(&mut self.out, text);
    }

    /// Appends the start tag of an element, whose attributes the result takes.
    pub fn start(&mut self, element: &str) -> Tag<'_> {
        start_tag(&mut self.out, element)
    }

    /// Appends an element of XML or SVG that holds nothing: `<use/>`.
    pub fn empty(&mut self, element: &str) -> Tag<'_> {
        let mut tag = self.start(element);
        tag.close = "/>";
        tag
    }

    /// Appends the end tag of an element.
    pub fn end(&mut self, element: &str) {
        self.out.push_str("</");
        self.out.push_str(element);
        self.out.push('>');
    }

    /// Appends an element without attributes that holds text.
    pub fn element(&mut self, element: &str, text: &str) {
        self.start(element);
        self.text(text);
        self.end(element);
    }

    /// Appends markup as it is: that of a literal, or what has been made safe already.
    pub fn raw(&mut self, html: &str) {
        debug_assert!(!html.rfind(['<', '>']).is_some_and(|at| html[at..].starts_with('<')), "open tag: {html}");
        self.out.push_str(html);
    }

    /// Returns whether there is nothing yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Returns the markup.
    #[must_use]
    pub fn into_string(self) -> String {
        self.out
    }
}

/// A start tag that is being written; it ends when this is dropped.
#[derive(Debug)]
pub struct Tag<'h> {
    out: &'h mut String,
    close: &'static str,
}

/// Appends the start tag of an element to markup that is kept as a string.
pub(crate) fn start_tag<'h>(out: &'h mut String, element: &str) -> Tag<'h> {
    debug_assert!(is_name(element), "no name of an element: {element}");
    out.push('<');
    out.push_str(element);
    Tag { out, close: ">" }
}

impl Tag<'_> {
    /// Adds an attribute.
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        self.out.push_str("=\"");
        push_replaced(self.out, value, in_attribute);
        self.out.push('"');
        self
    }

    /// Adds an attribute that is an address: what a URL cannot hold is percent-encoded, what is encoded already stays.
    pub fn address(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        self.out.push_str("=\"");
        push_address(self.out, value);
        self.out.push('"');
        self
    }

    /// Adds an attribute that is a number.
    pub fn number(mut self, name: &str, value: i64) -> Self {
        self.name(name);
        let _ = write!(self.out, "=\"{value}\"");
        self
    }

    /// Adds an attribute without a value.
    pub fn flag(mut self, name: &str) -> Self {
        self.name(name);
        self
    }

    /// Adds an attribute if there is a value for it.
    pub fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    fn name(&mut self, name: &str) {
        debug_assert!(is_name(name), "no name of an attribute: {name}");
        self.out.push(' ');
        self.out.push_str(name);
    }
}

impl Drop for Tag<'_> {
    fn drop(&mut self) {
        self.out.push_str(self.close);
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':'))
}

/// Appends text to markup that is kept as a string, for use between tags.
pub(crate) fn push_text(out: &mut String, text: &str) {
    push_replaced(out, text, |byte| if matches!(byte, b'"' | b'\'') { None } else { in_attribute(byte) });
}

/// Writes `text` to `out` for use between tags or in a double-quoted attribute: a template may put it into either.
///
/// # Errors
/// Those of `out`.
pub fn write_anywhere(out: &mut dyn io::Write, text: &str) -> io::Result<()> {
    replaced(text, in_attribute, |part| out.write_all(part.as_bytes()))
}

/// Appends a value to an attribute that is open already, for those who rewrite markup that is there.
pub(crate) fn push_value(out: &mut String, value: &str) {
    push_replaced(out, value, in_attribute);
}

/// Appends an address, as [`Tag::address`] writes it, to an attribute that is open already.
pub(crate) fn push_address(out: &mut String, address: &str) {
    let bytes = address.as_bytes();
    for (at, byte) in bytes.iter().copied().enumerate() {
        let encoded =
            byte == b'%' && bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        match byte {
            b'&' => out.push_str("&amp;"),
            b'\'' => out.push_str("&#39;"),
            b'%' if !encoded => out.push_str("%25"),
            b'"' | b'<' | b'>' | b'\\' | b'`' | b'{' | b'}' | b'|' | b'^' | 0..=b' ' | 0x7f..=0xff => {
                let _ = write!(out, "%{byte:02X}");
            }
            _ => out.push(char::from(byte)),
        }
    }
}

/// The bytes that any of the escapes replaces.
const MAY_CHANGE: [bool; 256] = {
    let mut table = byte_set(b"&<>\"'");
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = !matches!(byte, 0x9 | 0xa | 0xd);
        byte += 1;
    }
    table
};

fn in_attribute(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        b'\t' | b'\n' | b'\r' => None,
        // XML has no way to write them, and browsers drop them or not, depending on the place.
        0..=0x1f => Some("\u{fffd}"),
        _ => None,
    }
}

fn push_replaced(out: &mut String, text: &str, replacement: impl Fn(u8) -> Option<&'static str>) {
    let pushed: Result<(), Infallible> = replaced(text, replacement, |part| {
        out.push_str(part);
        Ok(())
    });
    match pushed {
        Ok(()) => {}
    }
}

/// Hands over a text in parts, some bytes replaced: of those in [`MAY_CHANGE`].
fn replaced<E>(
    text: &str,
    replacement: impl Fn(u8) -> Option<&'static str>,
    mut take: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut next = 0;
    while let Some(found) = bytes[next..].iter().position(|byte| MAY_CHANGE[usize::from(*byte)]) {
        let at = next + found;
        next = at + 1;
        if let Some(replacement) = replacement(bytes[at]) {
            take(&text[from..at])?;
            take(replacement)?;
            from = at + 1;
        }
    }
    take(&text[from..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let mut html = Html::of_text("a < b & c > \"d\"\u{1b}");
        html.start("a")
            .attribute("title", "\"'<&\0")
            .address("href", "a b/ü?x=1&y=%20%z#\"'")
            .flag("hidden")
            .number("x", -3);
        html.element("b", "'\"");
        html.end("a");
        html.empty("use").maybe("id", Some("\u{7}")).maybe("x", None);
        assert_eq!(
            html.into_string(),
            "a &lt; b &amp; c &gt; \"d\"\u{fffd}<a title=\"&quot;&#39;&lt;&amp;\u{fffd}\" \
             href=\"a%20b/%C3%BC?x=1&amp;y=%20%25z#%22&#39;\" hidden x=\"-3\"><b>'\"</b></a><use id=\"\u{fffd}\"/>"
        );
    }

    #[test]
    #[should_panic(expected = "open tag")]
    fn a_tag_cannot_be_left_open_by_hand() {
        Html::new().raw("<a title=\"");
    }

    proptest! {
        #[test]
        fn no_value_ends_its_attribute(text in "[<>\"'&=/a \\x00-\\x1f]{0,20}") {
            let mut html = Html::new();
            html.start("a").attribute("title", &text).address("href", &text);
            html.text(&text);
            let html = html.into_string();
            let found: Vec<_> = crate::html::attributes(&html).into_iter().map(|attribute| attribute.name).collect();
            prop_assert_eq!(found, ["title", "href"], "{}", html);
        }
    }
}
