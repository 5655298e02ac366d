//! HTML as text: escaping, sanitising, plain text, slugs and safe addresses.
//!
//! Owns what makes a piece of text safe to stand in a page. Knows nothing of Markdown, pages or entities.
//!
//! Invariant: whatever leaves [`sanitise()`] carries no script, no event handler, no style attribute and no address
//! that a browser would run.

mod attributes;
mod balance;
mod markup;
mod picture;
mod sanitise;
mod simple;
mod style;
mod text;

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::io;

pub use attributes::{Attribute, attributes, attributes_where};
pub(crate) use balance::is_unknown as is_unknown_element;
pub use markup::{Vocabulary, clean_markup};
pub use picture::Picture;
pub use sanitise::{Held, sanitise, sanitise_techdocs, sanitise_techdocs_with};
pub use style::style_as_attributes;
pub(crate) use text::tag_end as tag_length;
pub use text::{collapse, text};

use crate::text::byte_set;

/// Returns `text` for use between tags.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push_escaped(&mut out, text);
    out
}

/// Returns `text` for use in a double-quoted attribute.
#[must_use]
pub fn escape_attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push_attribute(&mut out, text);
    out
}

/// Appends `text` to `out` for use between tags.
pub fn push_escaped(out: &mut String, text: &str) {
    push_replaced(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        // A browser replaces it or drops it, depending on the place; nobody shall have to know.
        0 => Some("\u{fffd}"),
        _ => None,
    });
}

/// Appends `text` to `out` for use in a double-quoted attribute.
pub fn push_attribute(out: &mut String, text: &str) {
    push_replaced(out, text, in_attribute);
}

fn in_attribute(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        0 => Some("\u{fffd}"),
        _ => None,
    }
}

/// Writes `text` to `out` for use in a double-quoted attribute or between tags.
///
/// # Errors
/// Those of `out`.
pub fn write_attribute(out: &mut dyn io::Write, text: &str) -> io::Result<()> {
    replaced(text, in_attribute, |part| out.write_all(part.as_bytes()))
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

/// The bytes that any of the escapes replaces.
const MAY_CHANGE: [bool; 256] = byte_set(b"&<>\"'\0");

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

/// What an address is used for, which decides the schemes that are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressUse {
    /// To go there.
    Link,
    /// To show what is there.
    Image,
}

/// The schemes that a link may have: those that Backstage's reader lets through, and harmless ones of the same sort.
const SCHEMES: &[&str] =
    &["http", "https", "mailto", "tel", "sms", "ftp", "ftps", "callto", "cid", "xmpp", "matrix", "irc", "ircs", "geo"];

/// The schemes of `metadata.links` and descriptions that open a program; they cannot run anything in the page.
const PROGRAMS: &[&str] = &["slack", "msteams", "zoommtg", "webcal", "ssh", "git", "vscode", "jetbrains"];

/// Returns the scheme of an address as a browser would find it, in lower case; nothing when the address is relative.
#[must_use]
pub fn scheme(address: &str) -> Option<String> {
    let mut scheme = String::new();
    for c in address.trim_start_matches(|c: char| c <= ' ').chars() {
        match c {
            // Browsers drop these anywhere in an address, so `java\nscript:` is a scheme.
            '\t' | '\n' | '\r' => {}
            ':' if !scheme.is_empty() => return Some(scheme),
            c if c.is_ascii_alphabetic() => scheme.push(c.to_ascii_lowercase()),
            c if !scheme.is_empty() && (c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) => scheme.push(c),
            _ => return None,
        }
    }
    None
}

/// Returns whether `address` may stand in a page: relative, or of a scheme that cannot run anything.
#[must_use]
pub fn is_safe_address(address: &str, used: AddressUse) -> bool {
    let Some(scheme) = scheme(address) else { return true };
    match used {
        AddressUse::Link => SCHEMES.contains(&&*scheme) || PROGRAMS.contains(&&*scheme),
        AddressUse::Image if scheme == "data" => {
            // An image element runs no script, not even of an SVG; `data:text/html` is no image.
            let clean: String = address.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).take(32).collect();
            clean.trim_start().to_ascii_lowercase().starts_with("data:image/")
        }
        AddressUse::Image => matches!(&*scheme, "http" | "https"),
    }
}

/// Returns whether `address` leads out of the site: it has a scheme, or starts with `//` as browsers read it.
#[must_use]
pub fn is_external(address: &str) -> bool {
    let clean = address.trim_start_matches(|c: char| c <= ' ').replace('\\', "/");
    clean.starts_with("//") || scheme(address).is_some()
}

/// Appends `address` to `out` as the value of an attribute: what a URL cannot hold is percent-encoded, what is
/// encoded already stays.
pub fn push_address(out: &mut String, address: &str) {
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

/// Returns `text` as the name of a place in a page, as GitHub makes it: lower case, letters and digits of any script,
/// blanks as hyphens, the rest dropped.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_alphanumeric() || c == '_' || c == '-' {
            slug.extend(c.to_lowercase());
        } else if c.is_whitespace() {
            slug.push('-');
        }
    }
    if slug.is_empty() {
        slug.push_str("section");
    }
    slug
}

/// Names of the places in one page, each given once.
#[derive(Debug, Default)]
pub struct Slugs {
    used: HashMap<String, usize>,
}

impl Slugs {
    /// Returns `wanted`, with a number behind it if it was given before: `setup`, `setup-1`, `setup-2`.
    pub fn unique(&mut self, wanted: &str) -> String {
        let Some(count) = self.used.get_mut(wanted) else {
            self.used.insert(wanted.to_owned(), 0);
            return wanted.to_owned();
        };
        let mut number = *count;
        loop {
            number += 1;
            let name = format!("{wanted}-{number}");
            if !self.used.contains_key(&name) {
                self.used.insert(name.clone(), 0);
                self.used.insert(wanted.to_owned(), number);
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests;
