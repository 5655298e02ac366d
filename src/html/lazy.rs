//! Pictures that are loaded when they come into sight, in a place that is kept free for them.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::attributes::attributes;
use super::text::tag_end;

/// Lets the pictures of a sanitised document be loaded late. `size` returns width and height in pixels of what an address, as it
/// is written, leads to; they are added where the author gave neither.
pub fn lazy_pictures(html: &str, size: impl Fn(&str) -> Option<(u32, u32)>) -> Cow<'_, str> {
    let mut out = String::new();
    let mut from = 0;
    for start in memchr::memmem::find_iter(html.as_bytes(), "<img ") {
        let tag = &html[start..start + tag_end(&html[start..])];
        let attributes = attributes(tag);
        let value = |name: &str| attributes.iter().find(|it| it.name == name).map(|it| &tag[it.value.clone()]);
        out.push_str(&html[from..start]);
        from = start + "<img ".len();
        out.push_str("<img ");
        if value("loading").is_none() {
            out.push_str("loading=\"lazy\" ");
        }
        if value("width").is_none()
            && value("height").is_none()
            && let Some((width, height)) = value("src").and_then(&size)
        {
            let _ = write!(out, "width=\"{width}\" height=\"{height}\" ");
        }
    }
    if from == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[from..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expect: &str) {
        assert_eq!(lazy_pictures(html, |address| (address == "a.png").then_some((3, 2))), expect);
    }

    #[test]
    fn pictures_are_late_and_have_their_place() {
        check(
            "<p><img alt=\"a > b\" src=\"a.png\"> <img src=\"b.png\" /></p>",
            "<p><img loading=\"lazy\" width=\"3\" height=\"2\" alt=\"a > b\" src=\"a.png\"> \
             <img loading=\"lazy\" src=\"b.png\" /></p>",
        );
    }

    #[test]
    fn what_the_author_says_holds() {
        check("<img src=\"a.png\" width=\"50%\">", "<img loading=\"lazy\" src=\"a.png\" width=\"50%\">");
        check("<img loading=\"eager\" height=9 src=\"a.png\">", "<img loading=\"eager\" height=9 src=\"a.png\">");
        check("<p>&lt;img src</p>", "<p>&lt;img src</p>");
    }
}
