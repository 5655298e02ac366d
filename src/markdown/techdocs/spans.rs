//! Where in the source the targets of links are.
//!
//! Texts lose their positions on the way through quotes, lists and tabs, so places are found again afterwards: the
//! destinations in the source are listed once, and the links of a page take them in order, each the next one that is
//! written as it is.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Link;
use crate::markdown::BracketLink;
use crate::text::byte_set;

/// Fills in the spans of `links`.
pub(super) fn locate(source: &str, mut links: Vec<Link>) -> Vec<Link> {
    if links.is_empty() {
        return links;
    }
    let mut places: BTreeMap<&str, std::collections::VecDeque<usize>> = BTreeMap::new();
    for range in destinations(source) {
        places.entry(&source[range.clone()]).or_default().push_back(range.start);
    }
    for link in &mut links {
        let target = link.target.as_str();
        let written =
            target.strip_prefix("mailto:").filter(|mail| !places.contains_key(target) && places.contains_key(mail));
        let written = written.unwrap_or(target);
        let Some(starts) = places.get_mut(written) else { continue };
        // A definition serves many links: its place stays.
        let start = if starts.len() > 1 { starts.pop_front() } else { starts.front().copied() };
        link.span = start.map(|start| start..start + written.len());
    }
    links
}

/// Returns everything in the source that may be the target of a link, outside fenced code.
fn destinations(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    let mut start = 0;
    while start < source.len() {
        let end = memchr::memchr(b'\n', &source.as_bytes()[start..]).map_or(source.len(), |at| start + at + 1);
        let line = &source[start..end];
        let lead = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'>')).count();
        let marks = line.bytes().skip(lead).take_while(|byte| matches!(byte, b'`' | b'~')).count();
        let bare = if marks > 0 { line[lead..].trim_end() } else { "" };
        match fence {
            Some(open) if bare == open => fence = None,
            None if marks >= 3 && !bare[marks..].contains('`') => fence = Some(&bare[..marks]),
            Some(_) => {}
            None => in_line(line, start, &mut found),
        }
        start = end;
    }
    found
}

/// The bytes at which a destination may begin, or what leads to it.
const MAY_BEGIN: [bool; 256] = byte_set(b"][<hHwWfF");

fn in_line(line: &str, base: usize, found: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let last_close = memchr::memrchr(b'>', bytes).unwrap_or(0);
    let mut at = 0;
    while at < bytes.len() {
        let (start, end) = match bytes[at] {
            b']' if bytes.get(at + 1) == Some(&b'(') => {
                let rest = &line[at + 2..];
                let start = at + 2 + (rest.len() - rest.trim_start_matches([' ', '<']).len());
                (start, parenthesis_end(&line[start..]) + start)
            }
            b']' if bytes.get(at + 1) == Some(&b':') => {
                let rest = &line[at + 2..];
                let start = at + 2 + (rest.len() - rest.trim_start_matches([' ', '<']).len());
                let rest = &line[start..];
                (start, start + rest.find([' ', '>', '\n', '\r']).unwrap_or(rest.len()))
            }
            b'[' if BracketLink::read(&line[at..]).is_some() => {
                (at + 2, at + 2 + BracketLink::read(&line[at..]).map_or(0, |link| link.target.len()))
            }
            b'<' if at < last_close => {
                let rest = &line[at + 1..];
                (at + 1, at + 1 + rest.find('>').unwrap_or(0))
            }
            b'h' | b'H' | b'w' | b'W' | b'f' | b'F'
                if matches!(bytes.get(at + 1), Some(b't' | b'T' | b'w' | b'W'))
                    && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric()) =>
            {
                let rest = &line[at..];
                let begins = ["http://", "https://", "ftp://", "ftps://", "www."]
                    .iter()
                    .any(|scheme| rest.get(..scheme.len()).is_some_and(|word| word.eq_ignore_ascii_case(scheme)));
                if !begins {
                    at += 1;
                    continue;
                }
                let end =
                    rest.find(|it: char| it.is_whitespace() || matches!(it, '<' | '>' | '`')).unwrap_or(rest.len());
                let end = rest[..end].trim_end_matches(['.', ',', ')', ':', ';', '!', '?', '"', '\'', '*', '_']).len();
                (at, at + end)
            }
            _ => {
                at += 1 + bytes[at + 1..].iter().position(|byte| MAY_BEGIN[usize::from(*byte)]).unwrap_or(bytes.len());
                continue;
            }
        };
        if start < end {
            found.push(base + start..base + end);
        }
        // What is between parentheses may hold nothing else.
        at = if bytes[at] == b'<' { at + 1 } else { end.max(at + 1) };
        while !line.is_char_boundary(at) {
            at += 1;
        }
    }
}

/// Returns the length of a destination: up to its title or the parenthesis that closes it.
fn parenthesis_end(text: &str) -> usize {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return text[..at].trim_end().len(),
            b')' => depth -= 1,
            b'>' | b'\n' | b'\r' => return at,
            b'"' | b'\'' if text[..at].ends_with(' ') => return text[..at].trim_end().len(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_listed_outside_fences() {
        let source = "[a](b.md \"t\") <c> https://d.e.\n```\n[x](y)\n```\n[r]: u(1).md\n[s](<v w>)";
        let found: Vec<_> = destinations(source).into_iter().map(|range| &source[range]).collect();
        assert_eq!(found, ["b.md", "c", "https://d.e", "u(1).md", "v w"]);
    }
}
