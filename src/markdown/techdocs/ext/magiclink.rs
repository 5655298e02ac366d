//! Bare addresses become links.

use crate::markdown::techdocs::inline_text::{Found, InlineText, Replacement};
use crate::markdown::techdocs::parser::Parser;

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Finds the next address of a page.
pub(in crate::markdown::techdocs) fn find(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    if subject.in_link {
        return None;
    }
    let text = subject.text;
    let mut at = from;
    loop {
        let (start, host, bare) = next_start(text, at)?;
        at = host;
        let before = subject.before(start).filter(|_| start > 0);
        if before.is_some_and(|before| is_word(before) && before != '_') {
            continue;
        }
        // The first character of the host, and at least one more that may end an address.
        let Some(first) = text[host..].chars().next().filter(|first| first.is_alphanumeric()) else { continue };
        let is_part = |character: char| is_word(character) || "-.?,!'(){}[]/+&@%$#=:\"|~;".contains(character);
        let rest = &text[host + first.len_utf8()..];
        let run = &rest[..rest.find(|character| !is_part(character)).unwrap_or(rest.len())];
        let last = run
            .char_indices()
            .rev()
            .find(|(_, character)| character.is_alphanumeric() || "-/#@$+=".contains(*character));
        let Some((last, character)) = last else { continue };
        let end = host + first.len_utf8() + last + character.len_utf8();
        let shown = &text[start..end];
        let href = if bare { format!("http://{shown}") } else { shown.to_owned() };
        let node = parser.tree.make("a");
        parser.tree[node].set_attribute("href", href);
        parser.tree[node].text.set_atomic(shown);
        return Some(Found::Replace { start, end, with: Replacement::Node(node) });
    }
}

/// Returns where the next address may begin, where its host begins, and whether it lacks a scheme.
fn next_start(text: &str, from: usize) -> Option<(usize, usize, bool)> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let found = at + memchr::memchr2(b':', b'.', &bytes[at..])?;
        at = found + 1;
        let begins = |length: usize, word: &str| {
            found.checked_sub(length).filter(|start| {
                *start >= from
                    && bytes[*start..found].eq_ignore_ascii_case(word.as_bytes())
                    && text.is_char_boundary(*start)
            })
        };
        if bytes[found] == b'.' {
            if let Some(start) = begins(3, "www") {
                return Some((start, found + 1, true));
            }
        } else if text[found..].starts_with("://") {
            let scheme = ["https", "http", "ftps", "ftp"].iter().find_map(|scheme| begins(scheme.len(), scheme));
            if let Some(start) = scheme {
                return Some((start, found + 3, false));
            }
        }
    }
}

/// Finds the next address of a mailbox.
pub(in crate::markdown::techdocs) fn find_mail(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    if subject.in_link {
        return None;
    }
    let text = subject.text;
    let mut at = from;
    // Characters before this place belong to an address that was not one; scanning them again is wasted.
    let mut floor = from;
    loop {
        let sign = at + text[at..].find('@')?;
        at = sign + 1;
        let Some(start) = local_start(subject, floor, sign) else {
            floor = sign + 1;
            continue;
        };
        let Some(end) = domain_end(text, sign + 1) else {
            floor = sign + 1;
            continue;
        };
        let mail = &text[start..end];
        let node = parser.tree.make("a");
        parser.tree[node].set_attribute("href", format!("mailto:{mail}"));
        parser.tree[node].text.set_atomic(mail);
        return Some(Found::Replace { start, end, with: Replacement::Node(node) });
    }
}

fn local_start(subject: &InlineText<'_>, floor: usize, sign: usize) -> Option<usize> {
    let bytes = subject.text.as_bytes();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'.');
    let mut start = sign;
    while start > floor && is_part(bytes[start - 1]) && !(bytes[start - 1] == b'.' && bytes.get(start) == Some(&b'.')) {
        start -= 1;
    }
    while start < sign && bytes[start] == b'.' {
        start += 1;
    }
    if start == sign || bytes[sign - 1] == b'.' {
        return None;
    }
    let before = subject.before(start);
    (!before.is_some_and(|before| before.is_ascii_alphanumeric() || "-/+@_".contains(before))).then_some(start)
}

fn domain_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = start;
    while bytes.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && !(bytes[end] == b'.' && end > start && bytes[end - 1] == b'.')
    {
        end += 1;
    }
    let dot = text[start..end].find('.').filter(|dot| *dot > 0)? + start;
    while end > dot + 1 {
        let after = text[end..].chars().next();
        let word_goes_on = after.is_some_and(is_word);
        if bytes[end - 1].is_ascii_alphabetic() && !word_goes_on && !matches!(after, Some('-' | '@')) {
            return Some(end);
        }
        end -= 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found() {
        assert_eq!(next_start("see https://x", 0), Some((4, 12, false)));
        assert_eq!(next_start("see www.x", 0), Some((4, 8, true)));
        assert_eq!(next_start("a: b.c", 0), None);
        assert_eq!(domain_end("example.org.", 0), Some(11));
        assert_eq!(domain_end("example", 0), None);
    }
}
