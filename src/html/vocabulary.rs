//! What authors may write in HTML: elements, attributes, and the values that attributes may have.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use super::{AddressUse, is_safe_address};

/// The placeholder element for unknown ones while the others are judged; `n` holds the name.
pub(super) const UNKNOWN: &str = "unknown-element";

/// Elements that authors may use. No form controls but the check box of a task list, nothing embedded, nothing that
/// belongs to the frame of a page.
pub(super) const ELEMENTS: &[&str] = &[
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
pub(super) const SILENCED: &[&str] =
    &["script", "style", "title", "noscript", "template", "iframe", "object", "embed", "textarea", "svg"];

/// Attributes that any element may have.
pub(super) const ATTRIBUTES: &[&str] = &[
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
pub(super) const ATTRIBUTES_OF: &[(&str, &[&str])] = &[
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
pub(crate) const SLOT: &str = "held-fragment";

/// Elements of TechDocs documents beyond those that any author may use. Buttons and lists to choose from do nothing
/// without a form or a script, but what they say is the author's.
pub(super) const TECHDOCS_ELEMENTS: &[&str] = &["button", "optgroup", "option", "progress", "select"];

/// Attributes of TechDocs documents beyond those that any author may use: tabs are radio buttons with labels, code may
/// have numbered lines.
pub(super) const TECHDOCS_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("progress", &["value", "max"]),
    ("input", &["name"]),
    ("label", &["for"]),
    ("div", &["data-linenums", "data-tabs"]),
];

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

pub(super) static TECHDOCS_RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut attributes: HashMap<&str, HashSet<&str, RandomState>, RandomState> = HashMap::default();
    for (element, names) in ATTRIBUTES_OF.iter().chain(TECHDOCS_ATTRIBUTES) {
        attributes.entry(element).or_default().extend(*names);
    }
    Rules { elements: ELEMENTS.iter().chain(TECHDOCS_ELEMENTS).copied().collect(), attributes }
});

/// Keeps, changes or drops one attribute that the table allows.
pub(super) fn filter<'a>(element: &str, attribute: &str, value: &'a str) -> Option<Cow<'a, str>> {
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

/// Returns whether authors may use the element.
pub(super) fn is_known(element: &str) -> bool {
    ELEMENTS.contains(&element) || matches!(element, "button" | "progress" | "select")
}
