//! The fast path of the sanitiser returns what the sanitiser returns, and that is clean: cleaning it again changes
//! nothing that a browser would run.

use playbill::html::{self, AddressUse};

/// Checks them for one input.
pub(crate) fn check(bytes: &[u8]) {
    // Documents are text. The bytes are used as a text of their own, and as a program of tags, which gets deeper.
    compare(&String::from_utf8_lossy(bytes));
    compare(&assembled(bytes));
}

fn compare(html: &str) {
    let Some((fast, full)) = html::sanitise_both_ways(html) else { return };
    assert_eq!(fast, full, "{html:?}");
    for attribute in html::attributes(&fast) {
        assert!(!attribute.name.starts_with("on") && attribute.name != "style", "{fast}");
        if attribute.name == "href" {
            let address = html::text(&fast[attribute.value]);
            assert!(html::is_safe_address(&address, AddressUse::Link), "{fast}");
        }
    }
}

/// Elements of every kind that the fast path distinguishes, some unknown, and some that end paragraphs or tables.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "button",
    "caption",
    "code",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figure",
    "font",
    "form",
    "h1",
    "h2",
    "hr",
    "i",
    "img",
    "input",
    "label",
    "li",
    "mark",
    "math",
    "ol",
    "option",
    "p",
    "picture",
    "pre",
    "progress",
    "script",
    "select",
    "source",
    "span",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "video",
    "wbr",
    "x-unknown",
];

/// Attributes of every kind that is judged.
const ATTRIBUTES: &[&str] = &[
    " class=\"c\"",
    " id='i'",
    " href=\"u\"",
    " href=\"javascript:x\"",
    " href=\"java&#115;cript:x\"",
    " src=\"s\"",
    " src='data:image/png,x'",
    " srcset=\"a 1x, b 2x\"",
    " onclick=\"x\"",
    " style=\"x\"",
    " open",
    " type=\"radio\"",
    " type=\"text\"",
    " role=\"main\"",
    " title=\"<\"",
    " title='\"'",
    " alt=\"&amp;&lt\"",
    " href=\" &#1;x:y\"",
    " rel=\"me noopener\"",
    " target=\"_blank\"",
    " cite=\"data:x\"",
    " for=\"x\"",
    " name=\"x\"",
    " colspan=\"2\"",
    " data-tabs=\"1:2\"",
    " href=\"https://x/?a&amp;b\"",
    " =\"\"",
    " a\0b=\"\"",
    " CLASS=\"c\"",
    " hidden=hidden",
];

/// Texts between tags.
const TEXTS: &[&str] = &[
    "x",
    " ",
    "\n",
    "&amp;",
    "&lt",
    "&",
    "<",
    ">",
    "<!-- c -->",
    "<!-- -- -->",
    "<!---->",
    "\r",
    "\0",
    "\u{a0}",
    "]]>",
    "</",
];

/// Writes HTML that is nearly right: each byte is a tag, an attribute, a text, or the end of what is open.
fn assembled(bytes: &[u8]) -> String {
    let mut html = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut bytes = bytes.iter().map(|byte| usize::from(*byte));
    while let Some(byte) = bytes.next() {
        match byte % 8 {
            0..=2 => {
                let element = ELEMENTS[bytes.next().unwrap_or(0) % ELEMENTS.len()];
                html.push('<');
                html.push_str(element);
                for _ in 0..byte / 8 % 3 {
                    html.push_str(ATTRIBUTES[bytes.next().unwrap_or(0) % ATTRIBUTES.len()]);
                }
                html.push_str(if byte > 250 { "/>" } else { ">" });
                if !matches!(element, "br" | "hr" | "img" | "input" | "wbr" | "col" | "source") {
                    open.push(element);
                }
            }
            3..=5 => {
                if let Some(element) = open.pop() {
                    html.push_str("</");
                    html.push_str(element);
                    html.push('>');
                }
            }
            6 => html.push_str(TEXTS[byte / 8 % TEXTS.len()]),
            _ => {
                html.push_str("</");
                html.push_str(ELEMENTS[byte / 8 % ELEMENTS.len()]);
                html.push('>');
            }
        }
    }
    while let Some(element) = open.pop() {
        html.push_str("</");
        html.push_str(element);
        html.push('>');
    }
    html
}
