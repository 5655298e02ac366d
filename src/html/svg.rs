//! Drawings that authors write into a document: `<svg>` as a picture of its own.
//!
//! In a page their ids, styles and texts would be those of the page. As a picture a drawing keeps them to itself, and
//! nothing in it runs.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::attributes::attributes;
use super::text::{tag_end, text};
use super::{Picture, start_tag};

/// What an address of data must not hold as it is.
const DATA: &AsciiSet = &CONTROLS.add(b'%').add(b'#').add(b'<').add(b'>').add(b'"').add(b'\'').add(b'`');

/// Returns `html` with each drawing that a browser could show as a picture; others stay, and go when it is cleaned.
#[must_use]
pub fn svg_as_pictures(html: String) -> String {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &html.as_bytes()[at..]).map(|open| at + open) {
        let rest = &html[open..];
        at = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.find("-->").map_or(html.len(), |end| open + 4 + end + 3)
        } else if !is_svg(rest, "<svg") {
            open + if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) { tag_end(rest) } else { 1 }
        } else if let Some(length) = length(rest) {
            if let Some(picture) = picture(&rest[..length]) {
                out.push_str(&html[copied..open]);
                out.push_str(&picture);
                copied = open + length;
            }
            open + length
        } else {
            // Nothing closes what follows either.
            break;
        };
    }
    if copied == 0 {
        return html;
    }
    out.push_str(&html[copied..]);
    out
}

/// Returns whether a tag of this kind begins here.
fn is_svg(rest: &str, tag: &str) -> bool {
    rest.strip_prefix(tag).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace() || c == '>'))
}

/// Returns the length of a drawing with its end tag, and with the drawings in it.
fn length(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &rest.as_bytes()[at..]).map(|open| at + open) {
        let is_end = is_svg(&rest[open..], "</svg");
        if !is_end && !is_svg(&rest[open..], "<svg") {
            at = open + 1;
            continue;
        }
        // What is within the tag is looked at once, however often another one seems to begin there.
        at = open + tag_end(&rest[open..]);
        if is_end {
            depth -= 1;
        } else if !rest[open..at].ends_with("/>") {
            depth += 1;
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Returns the element that shows a drawing.
fn picture(svg: &str) -> Option<String> {
    let picture = Picture::read(svg.as_bytes())?;
    let root = &svg[..tag_end(svg)];
    let of_root = |name: &str| {
        let found = attributes(root).into_iter().find(|attribute| attribute.name == name)?;
        Some(text(&root[found.value]))
    };
    let title = || {
        let (_, title) = svg.split_once("<title>")?;
        Some(text(title.split_once("</title>")?.0))
    };
    let alt = of_root("aria-label").or_else(title).unwrap_or_default();
    let address = format!("data:image/svg+xml,{}", utf8_percent_encode(picture.svg.trim_end(), DATA));
    let mut out = String::with_capacity(address.len() + alt.len() + 60);
    {
        let mut tag = start_tag(&mut out, "img").attribute("alt", &alt).attribute("src", &address);
        for side in ["width", "height"] {
            let length = of_root(side).and_then(|length| length.trim().trim_end_matches("px").parse::<f64>().ok());
            if let Some(length) = length.filter(|length| (1.0..100_000.0).contains(length)) {
                tag = tag.attribute(side, &format!("{length:.0}"));
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::sanitise_techdocs;

    #[track_caller]
    fn check(html: &str, expect: &str) {
        assert_eq!(sanitise_techdocs(&svg_as_pictures(html.to_owned())), expect, "{html}");
    }

    #[test]
    fn a_drawing_is_a_picture() {
        let html = "<p>a <svg width=\"12.4px\" height='8' viewBox=\"0 0 12 8\"><title>A &amp; B</title><text>5% \u{e4}#</text></svg> b</p>";
        let clean = sanitise_techdocs(&svg_as_pictures(html.to_owned()));
        assert!(clean.starts_with("<p>a <img alt=\"A &amp; B\" src=\"data:image/svg+xml,%3Csvg "), "{clean}");
        assert!(clean.contains("xmlns=%22http://www.w3.org/2000/svg%22"), "{clean}");
        assert!(clean.contains("%3E5%25 %C3%A4%23%3C/text%3E%3C/svg%3E\""), "{clean}");
        assert!(clean.ends_with(" width=\"12\" height=\"8\"> b</p>"), "{clean}");
        let nested = svg_as_pictures("<svg><svg></svg><svg x='1'/><g/></svg>c<svg/>".to_owned());
        assert!(nested.matches("<img").count() == 1 && nested.ends_with(">c<svg/>"), "{nested}");
    }

    #[test]
    fn what_is_no_drawing_goes_with_its_texts() {
        check("a<svg><text>lost</svg>b", "ab");
        check("a<svg><script>alert(1)</script><text x=1>lost</text></svg>b", "ab");
        check("<p>a</p><svg>", "<p>a</p>");
        check("<!-- <svg></svg> -->a", "a");
        // Linear in the number of tags that never end.
        let many = "<svg ".repeat(200_000);
        assert_eq!(svg_as_pictures(many.clone()), many);
        let clean = svg_as_pictures("<svg onload=\"alert(1)\"><script>alert(2)</script><g/></svg>".to_owned());
        assert!(!clean.contains("alert"), "{clean}");
    }
}
