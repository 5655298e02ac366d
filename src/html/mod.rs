//! HTML as text: escaping, sanitising, plain text, slugs and safe addresses.
//!
//! Owns what makes a piece of text safe to be in a page. Knows nothing of Markdown, pages or entities.
//!
//! Invariant: whatever leaves [`sanitise()`] carries no script, no event handler, no style attribute and no address
//! that a browser would run.

mod attributes;
mod lazy;
mod limit_nesting;
mod markup;
mod picture;
mod sanitise;
mod sanitise_fast;
mod style;
mod svg;
mod text;
mod vocabulary;
mod write;

use std::collections::HashMap;

pub use attributes::{Attribute, attributes, attributes_where};
pub use lazy::lazy_pictures;
pub(crate) use limit_nesting::is_unknown as is_unknown_element;
pub use markup::{Vocabulary, clean_markup};
pub use picture::Picture;
pub use sanitise::{Placeholders, sanitise, sanitise_both_ways, sanitise_techdocs, sanitise_techdocs_with};
pub use style::style_as_attributes;
pub use svg::svg_as_pictures;
pub(crate) use text::tag_end as tag_length;
pub use text::{collapse, text};
pub(crate) use vocabulary::SLOT;
pub use write::{Html, Tag, write_anywhere};
pub(crate) use write::{push_address, push_text, push_value, start_tag};

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

/// Returns the scheme of an address as a browser would find it, in lower case; `None` if the address is relative.
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

/// Returns whether `address` may be in a page: relative, or of a scheme that cannot run anything.
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

/// Returns `text` as the name of a place in a page, as GitHub makes it: lower case, letters and digits of any script,
/// spaces as hyphens, the rest dropped.
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
