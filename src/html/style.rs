//! What style attributes say that attributes can say as well.
//!
//! Pages run under a policy without inline styles, so `style` goes when a document is cleaned. Most of the time authors
//! centre a heading or size a picture with it, for which HTML has attributes.

use std::borrow::Cow;
use std::ops::Range;

use super::attributes::attributes_where;

/// Adds attributes for the alignment and the size that style attributes ask for; the style attributes stay.
#[must_use]
pub fn style_as_attributes(html: &str) -> Cow<'_, str> {
    if memchr::memmem::find(html.as_bytes(), b"style").is_none() {
        return html.into();
    }
    let styled = |tag: &str| memchr::memmem::find(tag.as_bytes(), b"style").is_some();
    let mut out = String::new();
    let mut copied = 0;
    for attribute in attributes_where(html, styled).into_iter().filter(|attribute| attribute.name == "style") {
        let added = added(&attribute.element, &html[attribute.value.clone()]);
        if added.is_empty() {
            continue;
        }
        let end = after_value(html, &attribute.value);
        out.push_str(&html[copied..end]);
        out.push_str(&added);
        copied = end;
    }
    if copied == 0 {
        return html.into();
    }
    out.push_str(&html[copied..]);
    out.into()
}

/// Returns where the attribute ends, its quote included.
fn after_value(html: &str, value: &Range<usize>) -> usize {
    let quoted = html[..value.start].ends_with(['"', '\'']) && html[value.end..].starts_with(['"', '\'']);
    value.end + usize::from(quoted)
}

/// Returns the attributes, each with a space before it, that say what `style` says.
fn added(element: &str, style: &str) -> String {
    let mut out = String::new();
    for declaration in style.split(';') {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let value = value.trim().trim_end_matches("!important").trim().to_ascii_lowercase();
        match &*property.trim().to_ascii_lowercase() {
            "text-align" if matches!(&*value, "left" | "center" | "right" | "justify") => {
                push(&mut out, "align", &value);
            }
            "float" if element == "img" && matches!(&*value, "left" | "right") => push(&mut out, "align", &value),
            "vertical-align"
                if matches!(element, "td" | "th" | "tr") && matches!(&*value, "top" | "middle" | "bottom") =>
            {
                push(&mut out, "valign", &value);
            }
            side @ ("width" | "height") if matches!(element, "img" | "video") => {
                if let Some(length) = length(&value) {
                    push(&mut out, side, length);
                }
            }
            "width" if matches!(element, "table" | "td" | "th" | "col") => {
                if let Some(length) = length(&value) {
                    push(&mut out, "width", length);
                }
            }
            _ => {}
        }
    }
    out
}

fn push(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    out.push_str(value);
    out.push('"');
}

/// Returns a length as an attribute has it: a number of pixels, or a share.
fn length(value: &str) -> Option<&str> {
    let bare = value.strip_suffix("px").unwrap_or(value);
    let digits = bare.strip_suffix('%').unwrap_or(bare);
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    // `50%px` is no length.
    (is_number && (bare == value || digits == bare)).then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignment_and_size_become_attributes() {
        let check = |html: &str, expect: &str| assert_eq!(style_as_attributes(html), expect, "{html}");
        check(
            "<td style=\"Text-Align: center; vertical-align:middle;\">x</td>",
            "<td style=\"Text-Align: center; vertical-align:middle;\" align=\"center\" valign=\"middle\">x</td>",
        );
        check(
            "<img style='width: 300px; height:auto; float:right' src=a>",
            "<img style='width: 300px; height:auto; float:right' width=\"300\" align=\"right\" src=a>",
        );
        check("<img style=width:50%>", "<img style=width:50% width=\"50%\">");
        for same in [
            "<p style=\"position: fixed; width: 100%\">x</p>",
            "<img style=\"width: 50%px; height: 1e9px; width: 99999\">",
            "<td style=\"text-align: url(x)\">",
            "the style of it <b>x</b>",
        ] {
            check(same, same);
        }
    }
}
