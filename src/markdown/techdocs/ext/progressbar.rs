//! `[=75% "label"]`

use super::attr_list;
use crate::markdown::techdocs::inline_text::{Found, InlineText, Replacement};
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::stash;

struct Bar {
    percent: f64,
    label: String,
    attributes: Vec<(String, String)>,
    length: usize,
}

/// Finds the next bar.
pub(in crate::markdown::techdocs) fn find(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    let mut at = from;
    loop {
        let start = at + subject.text[at..].find("[=")?;
        at = start + 1;
        let Some(bar) = bar(&subject.text[start..]) else { continue };
        let node = parser.tree.make("div");
        let level = (bar.percent / 20.0).floor() * 20.0;
        parser.tree[node].set_attribute("class", format!("progress progress-{level:.0}plus"));
        for (key, value) in bar.attributes {
            if key == "." {
                parser.tree[node].add_class(&value);
            } else {
                parser.tree[node].set_attribute(key, value);
            }
        }
        // The element shows the width by itself; an inline style would not pass the policy of the pages.
        let meter = parser.tree.append_classed(node, "progress", "progress-bar");
        parser.tree[meter].set_attribute("max", "100");
        parser.tree[meter].set_attribute("value", format!("{:.2}", bar.percent));
        let label = parser.tree.append_classed(node, "p", "progress-label");
        parser.tree[label].text.set(bar.label);
        return Some(Found::Replace { start, end: start + bar.length, with: Replacement::Node(node) });
    }
}

fn bar(text: &str) -> Option<Bar> {
    let rest = text.strip_prefix('[')?.trim_start_matches('=').trim_start();
    let (number, rest) = number(rest)?;
    let (percent, rest) = match rest.strip_prefix('%') {
        Some(rest) if number <= 100.0 => (number, rest),
        Some(_) => return None,
        None => {
            let (divisor, rest) = self::number(rest.trim_start().strip_prefix('/')?.trim_start())?;
            (if divisor == 0.0 { 0.0 } else { (number / divisor * 100.0).min(100.0) }, rest)
        }
    };
    let mut label = String::new();
    let trimmed = rest.trim_start();
    let mut rest = trimmed;
    if let Some(quote) = trimmed.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
        let close = trimmed[1..].find(quote)?;
        label = stash::unescape(&trimmed[1..=close]);
        rest = trimmed[close + 2..].trim_start();
    }
    let mut rest = rest.strip_prefix(']')?;
    let mut attributes = Vec::new();
    if let Some(inner) = rest.strip_prefix('{')
        && let Some((list, after)) = inner.split_once('}')
    {
        attributes = attr_list::parse(list.strip_prefix(':').unwrap_or(list)).0;
        rest = after;
    }
    Some(Bar { percent, label, attributes, length: text.len() - rest.len() })
}

fn number(text: &str) -> Option<(f64, &str)> {
    let end = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    Some((text[..end].parse().ok()?, &text[end..]))
}
