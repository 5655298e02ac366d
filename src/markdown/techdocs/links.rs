//! Links and images: `[text](target "title")`, `[text][label]`, `[label]`, the same behind `!`, and `<target>`.

use super::html;
use super::inline_text::{Found, InlineText, Replacement, plain};
use super::parser::Parser;
use super::tree::NodeId;
use super::{Link, LinkKind};

/// Where a link leads.
struct Target {
    href: String,
    title: Option<String>,
    end: usize,
}

/// Finds the next opening bracket that is, or is not, behind an exclamation mark; returns it and where its text begins.
fn next_bracket(subject: &InlineText<'_>, from: usize, image: bool) -> Option<(usize, usize)> {
    if image {
        let start = from + subject.text[from..].find("![")?;
        return Some((start, start + 2));
    }
    let mut at = from;
    loop {
        let start = at + subject.text[at..].find('[')?;
        if subject.before(start) != Some('!') {
            return Some((start, start + 1));
        }
        at = start + 1;
    }
}

/// Returns the end of the text that begins at `start`, before the bracket that closes it.
fn text_end(parser: &mut Parser<'_>, text: &str, start: usize) -> Option<usize> {
    let mut depth = 1;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    return parser.spend((at - start) / 8 + 1).then_some(at);
                }
            }
            _ => {}
        }
    }
    parser.spend(text.len() - start);
    None
}

fn link(parser: &mut Parser<'_>, text: &str, href: &str, title: Option<&str>) -> NodeId {
    let node = parser.tree.make("a");
    parser.tree[node].set_attribute("href", href);
    if let Some(title) = title {
        parser.tree[node].set_attribute("title", title);
    }
    parser.tree[node].text.set(text);
    node
}

fn image(parser: &mut Parser<'_>, text: &str, src: &str, title: Option<&str>) -> NodeId {
    let node = parser.tree.make("img");
    parser.tree[node].set_attribute("alt", text);
    parser.tree[node].set_attribute("src", src);
    if let Some(title) = title {
        parser.tree[node].set_attribute("title", title);
    }
    node
}

/// `[text](target)`
pub(super) fn find_link(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    find_inline(parser, subject, from, false)
}

/// `![text](target)`
pub(super) fn find_image(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    find_inline(parser, subject, from, true)
}

fn find_inline(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize, is_image: bool) -> Option<Found> {
    let mut at = from;
    loop {
        let (start, inner) = next_bracket(subject, at, is_image)?;
        at = inner;
        if parser.effort == 0 {
            return None;
        }
        let Some(end) = text_end(parser, subject.text, inner) else { continue };
        if subject.text.as_bytes().get(end + 1) != Some(&b'(') {
            continue;
        }
        let Some(target) = target(parser, subject.text, end + 2) else { continue };
        let text = &subject.text[inner..end];
        let make = if is_image { image } else { link };
        let node = make(parser, text, &target.href, target.title.as_deref());
        return Some(Found::Replace { start, end: target.end, with: Replacement::Node(node) });
    }
}

/// Reads what is in parentheses; `start` is behind the opening one.
fn target(parser: &mut Parser<'_>, text: &str, start: usize) -> Option<Target> {
    let blanks = |at: usize| at + (text[at..].len() - text[at..].trim_start().len());
    let start = blanks(start);
    if let Some(target) = pointed(text, start, blanks) {
        return Some(target);
    }
    let found = scan(text, start);
    let length = found.as_ref().map_or(text.len() - start, |found| (found.end - start) / 8);
    if !parser.spend(length + 1) {
        return None;
    }
    found.map(|found| Target {
        href: found.href.trim().to_owned(),
        title: found.title.map(clean_title),
        end: found.end,
    })
}

/// `<target> "title")`
fn pointed(text: &str, start: usize, blanks: impl Fn(usize) -> usize) -> Option<Target> {
    let inner = text[start..].strip_prefix('<')?;
    let length = inner.find(['<', '>'])?;
    if !inner[length..].starts_with('>') {
        return None;
    }
    let href = inner[..length].trim().to_owned();
    let mut at = blanks(start + length + 2);
    let mut title = None;
    if let Some(quote) = text[at..].chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
        let end = text[at + 1..].find(quote)?;
        title = Some(clean_title(&text[at + 1..at + 1 + end]));
        at = blanks(at + end + 2);
    }
    text[at..].starts_with(')').then_some(Target { href, title, end: at + 1 })
}

fn clean_title(title: &str) -> String {
    let title = title.trim();
    let bare =
        ['"', '\''].into_iter().find_map(|quote| title.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(title);
    bare.chars().map(|character| if character.is_whitespace() { ' ' } else { character }).collect()
}

struct Scanned<'t> {
    href: &'t str,
    title: Option<&'t str>,
    end: usize,
}

/// One kind of quote on the way through a target.
#[derive(Default)]
struct Quote {
    /// The character and where the first one is.
    open: Option<(u8, usize)>,
    /// Where the last one but the first is.
    close: Option<usize>,
}

/// Reads `target "title")`.
///
/// From the first quote on a title is assumed, and only a parenthesis right behind a second quote ends it. When none comes,
/// the parentheses are counted as if the quote were an ordinary character.
fn scan(text: &str, start: usize) -> Option<Scanned<'_>> {
    let bytes = text.as_bytes();
    let (mut first, mut second) = (Quote::default(), Quote::default());
    let mut depth = 1_usize;
    // Parentheses that are still open if there is no title, and where the last one would close.
    let mut fallback: Option<usize> = None;
    let mut fallback_end = None;
    let mut last = b' ';
    for (at, byte) in bytes.iter().copied().enumerate().skip(start) {
        match byte {
            b'(' => match fallback {
                None => depth += 1,
                Some(open) => fallback = Some(open.saturating_sub(1)),
            },
            b')' => {
                let closes = |quote: &Quote| quote.close.is_some() && quote.open.is_some_and(|(sign, _)| sign == last);
                if closes(&first) || closes(&second) {
                    let quote = if closes(&first) { &first } else { &second };
                    let (_, open) = quote.open?;
                    let close = quote.close?;
                    return Some(Scanned {
                        href: &text[start..open],
                        title: Some(&text[open + 1..close]),
                        end: at + 1,
                    });
                }
                match fallback {
                    None => {
                        depth -= 1;
                        if depth == 0 {
                            return Some(Scanned { href: &text[start..at], title: None, end: at + 1 });
                        }
                    }
                    Some(0) => {}
                    Some(open) => {
                        fallback = Some(open - 1);
                        if open == 1 {
                            fallback_end = Some(at);
                        }
                    }
                }
            }
            b'"' | b'\'' => match (first.open, second.open) {
                (None, _) => {
                    first.open = Some((byte, at));
                    fallback = Some(depth);
                }
                (Some((sign, _)), _) if sign == byte => first.close = Some(at),
                (Some(_), None) => second.open = Some((byte, at)),
                (Some(_), Some(_)) => second.close = Some(at),
            },
            _ => {}
        }
        if byte != b' ' {
            last = byte;
        }
    }
    let end = fallback_end?;
    Some(Scanned { href: &text[start..end], title: None, end: end + 1 })
}

/// `[text][label]`
pub(super) fn find_reference(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    find_label(parser, subject, from, Form { image: false, short: false })
}

/// `[label]`
pub(super) fn find_short_reference(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    find_label(parser, subject, from, Form { image: false, short: true })
}

/// `![text][label]`
pub(super) fn find_image_reference(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    find_label(parser, subject, from, Form { image: true, short: false })
}

/// `![label]`
pub(super) fn find_short_image_reference(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    find_label(parser, subject, from, Form { image: true, short: true })
}

#[derive(Clone, Copy)]
struct Form {
    image: bool,
    short: bool,
}

fn find_label(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize, form: Form) -> Option<Found> {
    if parser.references.is_empty() {
        return None;
    }
    let text = subject.text;
    let mut at = from;
    loop {
        let (start, inner) = next_bracket(subject, at, form.image)?;
        at = inner;
        if parser.effort == 0 {
            return None;
        }
        let Some(end) = text_end(parser, text, inner) else { continue };
        let shown = &text[inner..end];
        let (label, end) = if form.short {
            (shown, end + 1)
        } else {
            let rest = &text[end + 1..];
            let blank = rest.chars().next().filter(|first| first.is_whitespace()).map_or(0, char::len_utf8);
            let Some(label) = rest[blank..].strip_prefix('[') else { continue };
            let Some(length) = label.find(']') else { continue };
            let label = &label[..length];
            (if label.is_empty() { shown } else { label }, end + 1 + blank + 1 + length + 1)
        };
        let label = label.to_lowercase();
        let label = collapse(&label);
        let Some((href, title)) = parser.references.get(&label) else { return Some(Found::Skip(end)) };
        let length = href.len() + title.as_ref().map_or(0, String::len);
        if !parser.repeat(length, &text[start..end]) {
            return Some(Found::Skip(end));
        }
        let Some((href, title)) = parser.references.get(&label).cloned() else { return Some(Found::Skip(end)) };
        let make = if form.image { image } else { link };
        let node = make(parser, shown, &href, title.as_deref());
        return Some(Found::Replace { start, end, with: Replacement::Node(node) });
    }
}

/// Makes one space of every run of white space.
fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for character in text.chars() {
        if !character.is_whitespace() {
            out.push(character);
        } else if !blank {
            out.push(' ');
        }
        blank = character.is_whitespace();
    }
    out
}

/// `<https://…>`
pub(super) fn find_autolink(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    let text = subject.text;
    let mut at = from;
    loop {
        let start = at + text[at..].find('<')?;
        at = start + 1;
        let rest = &text[start + 1..];
        let Some(colon) = rest.bytes().take(6).position(|byte| byte == b':') else { continue };
        let scheme = &rest[..colon];
        if !["http", "https", "ftp", "ftps"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
            || !rest[colon..].starts_with("://")
        {
            continue;
        }
        let Some(length) = rest.find(['<', '>']).filter(|length| rest[*length..].starts_with('>')) else { continue };
        let node = link(parser, "", &rest[..length], None);
        let shown = plain(parser, &rest[..length]);
        parser.tree[node].text.set_atomic(shown);
        return Some(Found::Replace { start, end: start + length + 2, with: Replacement::Node(node) });
    }
}

/// `<me@example.org>`
pub(super) fn find_automail(parser: &mut Parser<'_>, subject: &InlineText<'_>, from: usize) -> Option<Found> {
    let text = subject.text;
    let mut at = from;
    loop {
        let start = at + text[at..].find('<')?;
        at = start + 1;
        let rest = &text[start + 1..];
        let Some(length) = rest.find(['<', '>']).filter(|length| rest[*length..].starts_with('>')) else { continue };
        let inner = &rest[..length];
        let fits = inner.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !local.contains([' ', '!']) && !domain.is_empty() && !domain.contains([' ', '@'])
        });
        if !fits {
            continue;
        }
        let mail = plain(parser, inner);
        let mail = mail.strip_prefix("mailto:").unwrap_or(&mail);
        let node = link(parser, "", &format!("mailto:{mail}"), None);
        parser.tree[node].text.set_atomic(mail);
        return Some(Found::Replace { start, end: start + length + 2, with: Replacement::Node(node) });
    }
}

/// Asks the resolver about every link and image of the tree, and lists them.
pub(super) fn resolve(parser: &mut Parser<'_>, root: NodeId) -> Vec<Link> {
    let mut links = Vec::new();
    for id in parser.tree.walk(root) {
        let node = &parser.tree[id];
        let (name, kind) = match node.tag.as_ref() {
            "a" if !node.has_class("footnote-ref") && !node.has_class("footnote-backref") => ("href", LinkKind::Link),
            "img" => ("src", LinkKind::Image),
            _ => continue,
        };
        let Some(value) = node.attribute(name) else { continue };
        let target = html::resolve_marks(parser, value);
        if let Some(resolved) = parser.resolver.link(&target, kind) {
            parser.tree[id].set_attribute(name, resolved);
        }
        links.push(Link { target, kind, span: None });
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<(&str, Option<&str>, usize)>) {
        let got = scan(text, 0).map(|found| (found.href, found.title, found.end));
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn targets_have_titles_and_parentheses() {
        check("a b.pdf)", Some(("a b.pdf", None, 8)));
        check("a(b)c) d", Some(("a(b)c", None, 6)));
        check("u \"t\") d", Some(("u ", Some("t"), 6)));
        check("u 't (x)' )", Some(("u ", Some("t (x)"), 11)));
        check("u \"t)", Some(("u \"t", None, 5)));
        check("u", None);
    }
}
