//! The one door through which HTML of authors enters a page.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::vocabulary::{
    ATTRIBUTES, ATTRIBUTES_OF, ELEMENTS, SILENCED, SLOT, TECHDOCS_ATTRIBUTES, TECHDOCS_ELEMENTS, TECHDOCS_RULES, filter,
};

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder();
    // Any input becomes a check box, as in task lists; without a form it does nothing. No second attribute may be
    // set here: ammonia would add the two in an order that changes from run to run.
    builder.set_tag_attribute_value("input", "type", "checkbox");
    builder
});

static TECHDOCS: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder();
    // Nothing is held while these are sanitised, so that a place holder would be forged.
    builder.add_tags(TECHDOCS_ELEMENTS).rm_tags([SLOT]);
    for (element, names) in TECHDOCS_ATTRIBUTES {
        builder.add_tag_attributes(element, *names);
    }
    builder
});

static TECHDOCS_HELD: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder();
    builder.add_tags(TECHDOCS_ELEMENTS);
    for (element, names) in TECHDOCS_ATTRIBUTES {
        builder.add_tag_attributes(element, *names);
    }
    builder
});

fn builder() -> Builder<'static> {
    let mut builder = Builder::empty();
    let attributes: HashMap<&str, HashSet<&str>> =
        ATTRIBUTES_OF.iter().map(|(element, names)| (*element, names.iter().copied().collect())).collect();
    builder
        .tags(ELEMENTS.iter().copied().collect())
        .clean_content_tags(SILENCED.iter().copied().collect())
        .generic_attributes(ATTRIBUTES.iter().copied().collect())
        .tag_attributes(attributes)
        .link_rel(None)
        .strip_comments(true)
        .url_relative(UrlRelative::PassThrough)
        // Which schemes are meant depends on the element; `filter` decides.
        .url_schemes(["data"].into_iter().chain(super::SCHEMES.iter().chain(super::PROGRAMS).copied()).collect())
        .attribute_filter(filter);
    builder
}

/// Returns `html` with everything removed that an author must not put into a page.
///
/// The result is well formed: every element is closed, and what is not HTML is text.
#[must_use]
pub fn sanitise(html: &str) -> String {
    super::limit_nesting::name_unknown(SANITISER.clean(&super::limit_nesting::balance(html)).to_string())
}

/// Returns `html` of a TechDocs document with everything removed that an author must not put into a page.
///
/// Allows what [`sanitise`] allows, and the radio buttons and labels that tabs are made of.
#[must_use]
pub fn sanitise_techdocs(html: &str) -> String {
    super::sanitise_fast::sanitise(html, &TECHDOCS_RULES).unwrap_or_else(|| by_parser(html))
}

/// Returns what the fast way makes of a TechDocs document, beside what the parser of browsers makes of it: they must be
/// the same. `None` if the document is not simple enough for the fast way. This is for the fuzz target `sanitise`.
#[must_use]
pub fn sanitise_both_ways(html: &str) -> Option<(String, String)> {
    Some((super::sanitise_fast::sanitise(html, &TECHDOCS_RULES)?, by_parser(html)))
}

/// Returns what [`sanitise_techdocs`] returns, with what is held put into its places.
#[must_use]
pub fn sanitise_techdocs_with(html: &str, held: &Placeholders) -> String {
    if held.is_empty() {
        return sanitise_techdocs(html);
    }
    held.release(&super::limit_nesting::name_unknown(
        TECHDOCS_HELD.clean(&super::limit_nesting::balance(html)).to_string(),
    ))
}

/// The way of [`sanitise_techdocs`] for HTML of any kind.
pub(super) fn by_parser(html: &str) -> String {
    super::limit_nesting::name_unknown(TECHDOCS.clean(&super::limit_nesting::balance(html)).to_string())
}

/// Fragments that we wrote ourselves and that need no sanitising, taken out of a document while it is sanitised.
///
/// Highlighted code is most of a document's markup; sanitising it would cost much and could only do harm.
#[derive(Debug, Default)]
pub struct Placeholders {
    fragments: Vec<String>,
}

impl Placeholders {
    /// Returns whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fragments.is_empty()
    }

    /// Returns how many fragments are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fragments.len()
    }

    /// Keeps `html`, and appends its place holder to `out`.
    pub fn hold(&mut self, out: &mut String, html: String) {
        let _ = write!(out, "<{SLOT} n=\"{}\"></{SLOT}>", self.fragments.len());
        self.fragments.push(html);
    }

    /// Returns `document` with every place holder replaced by its fragment.
    #[must_use]
    pub fn release(&self, document: &str) -> String {
        let start = "<held-fragment n=\"";
        let end = "\"></held-fragment>";
        let mut out = String::with_capacity(document.len() + self.fragments.iter().map(String::len).sum::<usize>());
        let mut rest = document;
        let mut released = vec![false; self.fragments.len()];
        while let Some(at) = rest.find(start) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            // Only an exact place holder: it cannot be in an attribute, where its quotes would be escaped. To look for
            // its end further on would cut attributes open.
            let number = rest[start.len()..].bytes().take_while(u8::is_ascii_digit).count();
            let after = start.len() + number;
            if !rest[after..].starts_with(end) {
                out.push_str(start);
                rest = &rest[start.len()..];
                continue;
            }
            // Each fragment once, so that a forger cannot make a document grow without bounds.
            if let Ok(index) = rest[start.len()..after].parse::<usize>()
                && let Some(released) = released.get_mut(index)
                && !std::mem::replace(released, true)
            {
                out.push_str(&self.fragments[index]);
            }
            rest = &rest[after + end.len()..];
        }
        out.push_str(rest);
        out
    }
}
