//! The one door through which HTML of authors enters a page.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use foldhash::fast::RandomState;

use super::limit_nesting::UNKNOWN;
use super::{AddressUse, is_safe_address};

/// Elements that authors may use. No form controls but the check box of a task list, nothing embedded, nothing that
/// belongs to the frame of a page.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "li",
    "mark",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    SLOT,
    UNKNOWN,
];

/// Elements that go with all they hold.
const SILENCED: &[&str] =
    &["script", "style", "title", "noscript", "template", "iframe", "object", "embed", "textarea"];

/// Attributes that any element may have.
const ATTRIBUTES: &[&str] = &[
    "class",
    "id",
    "title",
    "lang",
    "dir",
    "align",
    "role",
    "aria-label",
    "aria-hidden",
    "aria-controls",
    "aria-labelledby",
    "aria-selected",
];

/// Attributes by element.
const ATTRIBUTES_OF: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang", "name", "rel", "target"]),
    ("audio", &["src", "controls", "loop", "muted", "preload"]),
    ("blockquote", &["cite"]),
    ("col", &["span", "width"]),
    ("colgroup", &["span"]),
    ("data", &["value"]),
    ("del", &["cite", "datetime"]),
    ("details", &["open", "name"]),
    ("img", &["src", "alt", "width", "height", "loading"]),
    ("input", &["checked", "disabled", "type"]),
    ("ins", &["cite", "datetime"]),
    ("li", &["value"]),
    ("ol", &["start", "reversed", "type"]),
    ("q", &["cite"]),
    ("source", &["src", "srcset", "media", "type", "sizes"]),
    ("table", &["width", "border"]),
    ("td", &["colspan", "rowspan", "headers", "width", "valign"]),
    ("th", &["colspan", "rowspan", "headers", "scope", "width", "valign", "abbr"]),
    ("time", &["datetime"]),
    ("tr", &["valign"]),
    ("video", &["src", "controls", "loop", "muted", "preload", "poster", "width", "height", "autoplay", "playsinline"]),
    (SLOT, &["n"]),
    (UNKNOWN, &["n"]),
];

/// The element that keeps the place of a held fragment. A forged one shows a fragment of the same document twice,
/// which harms nobody.
const SLOT: &str = "held-fragment";

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder();
    // Any input becomes a check box, as in task lists; without a form it does nothing. No second attribute may be
    // set here: ammonia would add the two in an order that changes from run to run.
    builder.set_tag_attribute_value("input", "type", "checkbox");
    builder
});

/// Elements of TechDocs documents beyond those that any author may use. Buttons and lists to choose from do nothing
/// without a form or a script, but what they say is the author's.
const TECHDOCS_ELEMENTS: &[&str] = &["button", "optgroup", "option", "progress", "select"];

/// Attributes of TechDocs documents beyond those that any author may use: tabs are radio buttons with labels, code may
/// have numbered lines.
const TECHDOCS_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("progress", &["value", "max"]),
    ("input", &["name"]),
    ("label", &["for"]),
    ("div", &["data-linenums", "data-tabs"]),
];

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

/// What TechDocs documents may hold, for those who do not ask the parser.
#[derive(Debug)]
pub(super) struct Rules {
    elements: HashSet<&'static str, RandomState>,
    attributes: HashMap<&'static str, HashSet<&'static str, RandomState>, RandomState>,
}

impl Rules {
    pub(super) fn allows(&self, element: &str) -> bool {
        self.elements.contains(element)
    }

    pub(super) fn allows_attribute(&self, element: &str, attribute: &str) -> bool {
        ATTRIBUTES.contains(&attribute) || self.attributes.get(element).is_some_and(|names| names.contains(attribute))
    }

    /// Keeps, changes or drops one attribute that is allowed.
    pub(super) fn filter<'a>(&self, element: &str, attribute: &str, value: &'a str) -> Option<Cow<'a, str>> {
        filter(element, attribute, value)
    }
}

static TECHDOCS_RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut attributes: HashMap<&str, HashSet<&str, RandomState>, RandomState> = HashMap::default();
    for (element, names) in ATTRIBUTES_OF.iter().chain(TECHDOCS_ATTRIBUTES) {
        attributes.entry(element).or_default().extend(*names);
    }
    Rules { elements: ELEMENTS.iter().chain(TECHDOCS_ELEMENTS).copied().collect(), attributes }
});

#[cfg(test)]
pub(super) fn techdocs_rules() -> &'static Rules {
    &TECHDOCS_RULES
}

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

/// Keeps, changes or drops one attribute that the table allows.
fn filter<'a>(element: &str, attribute: &str, value: &'a str) -> Option<Cow<'a, str>> {
    let keep = match (element, attribute) {
        ("a", "href") => is_safe_address(value, AddressUse::Link),
        (_, "src" | "poster") => is_safe_address(value, AddressUse::Image),
        (_, "srcset") => value.split(',').all(|candidate| {
            is_safe_address(candidate.trim(), AddressUse::Image) && super::scheme(candidate) != Some("data".into())
        }),
        (_, "cite") => is_safe_address(value, AddressUse::Link),
        ("a", "target") => value == "_blank",
        // Whatever else it would be asks the reader for something.
        ("input", "type") => matches!(value, "checkbox" | "radio"),
        ("a", "rel") => return Some(Cow::Owned(link_relations(value))),
        // Landmarks and live regions belong to the page.
        (_, "role") => matches!(
            value,
            "img" | "presentation" | "none" | "note" | "list" | "listitem" | "group" | "tablist" | "tab" | "tabpanel"
        ),
        _ => true,
    };
    keep.then_some(Cow::Borrowed(value))
}

/// Returns the relations of a link that mean something to a browser and nothing to the site.
fn link_relations(value: &str) -> String {
    let allowed = ["noopener", "noreferrer", "nofollow", "external", "license", "author", "help", "tag", "me"];
    let words: Vec<&str> = value.split_ascii_whitespace().filter(|word| allowed.contains(word)).collect();
    words.join(" ")
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

/// Returns whether authors may use the element.
pub(super) fn is_known(element: &str) -> bool {
    ELEMENTS.contains(&element) || matches!(element, "button" | "progress" | "select")
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
