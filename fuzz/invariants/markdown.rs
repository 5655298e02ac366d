//! Any text becomes a page that is well nested and holds nothing that runs, in both dialects.

use playbill::html;
use playbill::markdown::{DocLink, Resolved, commonmark, techdocs};

/// Elements without an end tag.
const VOID: &[&str] = &["br", "col", "hr", "img", "input", "source", "wbr"];

/// Checks them for one input.
pub(crate) fn check(text: &str) {
    let resolve = |link: &DocLink| Resolved::as_written(&link.target);
    let options = techdocs::Options { arithmatex: true, keys: true, ..techdocs::Options::default() };
    let doc = techdocs::document(text, &options, &resolve, &|_| None);
    check_html(&doc.html);
    for link in &doc.links {
        assert!(text.get(link.span.clone()).is_some());
    }
    for lost in &doc.lost {
        assert!(text.get(lost.span.clone()).is_some());
    }
    if !techdocs::may_have_findings(text, &options) {
        let outline = techdocs::outline(text, &options, &|_| None);
        assert!(outline.lost.is_empty() && outline.links.iter().all(|link| html::is_external(&link.target)));
    }
    check_html(&commonmark::render(text, &resolve).html);
    if let Some(fixed) = techdocs::fix_document(text, &options, &|_| None, &|_, _| true) {
        assert_eq!(techdocs::fix_document(&fixed.text, &options, &|_| None, &|_, _| true), None);
    }
}

/// Reads HTML as the writer of it meant it: every tag whole, every element closed in order.
fn check_html(html: &str) {
    let mut open = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = tag_end(rest).expect("every tag ends");
        let tag = &rest[1..end];
        let name = tag.trim_start_matches('/').split([' ', '/', '>']).next().unwrap_or("");
        assert!(!matches!(
            name,
            "script" | "style" | "iframe" | "object" | "embed" | "form" | "base" | "meta" | "link"
        ));
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{html}");
        } else if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{html}");
    for attribute in html::attributes(html) {
        assert!(!attribute.name.starts_with("on") && attribute.name != "style", "{html}");
        if attribute.name == "href" {
            assert!(html::is_safe_address(&html::text(&html[attribute.value]), html::AddressUse::Link), "{html}");
        }
    }
}

fn tag_end(rest: &str) -> Option<usize> {
    let mut quoted = false;
    rest.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    })
}
