//! `{++ins++}` and its like, shown as edits.

use crate::markdown::techdocs::html::escape_all;
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::stash::{CRITIC_END, CRITIC_START};

/// Replaces the opening and closing signs of edits by marks.
pub(in crate::markdown::techdocs) fn extract(parser: &mut Parser<'_>, text: &str) -> String {
    const KINDS: [(&str, &str); 5] = [("{++", "++}"), ("{--", "--}"), ("{==", "==}"), ("{>>", "<<}"), ("{~~", "~~}")];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // A kind without a closing sign ahead has none further on either.
    let mut unclosed = [false; KINDS.len()];
    // No substitution can begin before this place: the sign in its middle is missing.
    let mut barren = 0;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let kind = KINDS.iter().position(|(open, _)| rest.starts_with(open)).filter(|kind| !unclosed[*kind]);
        let Some(kind) = kind else {
            out.push('{');
            rest = &rest[1..];
            continue;
        };
        let at = text.len() - rest.len();
        if kind == 4 && at < barren {
            out.push('{');
            rest = &rest[1..];
            continue;
        }
        let Some(end) = rest[3..].find(KINDS[kind].1) else {
            unclosed[kind] = true;
            continue;
        };
        let inner = &rest[3..3 + end];
        match kind {
            0 => insert(parser, &mut out, inner),
            1 => delete(parser, &mut out, inner),
            2 => wrap(parser, &mut out, "mark", inner),
            3 => {
                let mut html = "<span class=\"critic comment\">".to_owned();
                escape_all(&mut html, &inner.replace('\n', " "));
                html.push_str("</span>");
                put(parser, &mut out, html);
            }
            _ => match inner.split_once("~>") {
                Some((before, after)) => {
                    delete(parser, &mut out, before);
                    insert(parser, &mut out, after);
                }
                None => {
                    barren = at + 3 + end;
                    out.push('{');
                    rest = &rest[1..];
                    continue;
                }
            },
        }
        rest = &rest[3 + end + 3..];
    }
    out.push_str(rest);
    out
}

fn is_break(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|byte| byte == b'\n')
}

fn insert(parser: &mut Parser<'_>, out: &mut String, inner: &str) {
    if is_break(inner) {
        out.push_str("\n\n");
        put(parser, out, "<ins class=\"critic break\">&nbsp;</ins>".to_owned());
        out.push_str("\n\n");
    } else {
        wrap(parser, out, "ins", inner);
    }
}

fn delete(parser: &mut Parser<'_>, out: &mut String, inner: &str) {
    if is_break(inner) {
        put(parser, out, "<del class=\"critic break\">&nbsp;</del>".to_owned());
    } else {
        wrap(parser, out, "del", inner);
    }
}

fn wrap(parser: &mut Parser<'_>, out: &mut String, tag: &str, inner: &str) {
    put(parser, out, format!("<{tag} class=\"critic\">"));
    out.push_str(inner);
    put(parser, out, format!("</{tag}>"));
}

fn put(parser: &mut Parser<'_>, out: &mut String, html: String) {
    out.push(CRITIC_START);
    out.push('c');
    out.push_str(&parser.critic.len().to_string());
    out.push(CRITIC_END);
    parser.critic.push(html);
}
