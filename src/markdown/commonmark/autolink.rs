//! Bare addresses in text, as GitHub links them: `https://…`, `www.…` and `name@host.tld`.

/// A piece of text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// An address: the text to show, and what comes before it in the link.
    Address(&'static str, &'a str),
}

/// Splits `text` at the addresses in it.
pub(super) fn split(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find([':', '@', 'w', 'W']).map(|found| at + found) {
        let address = match text.as_bytes()[found] {
            b':' => web(text, found, plain),
            b'@' => mail(text, found, plain),
            _ => www(text, found),
        };
        match address {
            Some((prefix, range)) => {
                if plain < range.start {
                    pieces.push(Piece::Text(&text[plain..range.start]));
                }
                pieces.push(Piece::Address(prefix, &text[range.clone()]));
                plain = range.end;
                at = range.end;
            }
            None => at = found + 1,
        }
    }
    if plain < text.len() {
        pieces.push(Piece::Text(&text[plain..]));
    }
    pieces
}

/// Longer addresses are cut, in bytes; without a bound a text of `http://http://…` would be read over and over.
const MAX_ADDRESS: usize = 2048;

type Found = Option<(&'static str, std::ops::Range<usize>)>;

fn starts_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_')
}

fn web(text: &str, colon: usize, from: usize) -> Found {
    let rest = text[colon..].strip_prefix("://")?;
    let scheme = ["https", "http", "ftp"].into_iter().find(|scheme| {
        let start = colon.checked_sub(scheme.len()).filter(|start| *start >= from);
        start.is_some_and(|start| text.as_bytes()[start..colon].eq_ignore_ascii_case(scheme.as_bytes()))
    })?;
    let start = colon - scheme.len();
    if !starts_word(text, start) {
        return None;
    }
    if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
        return None;
    }
    let length = length(rest);
    (length > 0).then(|| ("", start..colon + 3 + length))
}

fn www(text: &str, start: usize) -> Found {
    let rest = &text[start..];
    if !rest.get(..4)?.eq_ignore_ascii_case("www.") || !starts_word(text, start) {
        return None;
    }
    let length = length(rest);
    let host = rest[..length].split(['/', '?', '#']).next().unwrap_or("");
    let labels_fit = host.split('.').all(|label| !label.is_empty());
    (host.len() > 4 && labels_fit).then(|| ("http://", start..start + length))
}

fn mail(text: &str, at: usize, from: usize) -> Found {
    let local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    // No address is longer; without the bound a text of `a@a@a…` would be read over and over.
    let first = text[from..at].char_indices().rev().take(64).take_while(|(_, c)| local(*c)).last()?;
    let start = from + first.0;
    let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let rest = &text[at + 1..];
    let end = rest.char_indices().take(255).find(|(_, c)| !host(*c)).map_or(rest.len().min(255), |(end, _)| end);
    let domain = rest.get(..end)?.trim_end_matches('.');
    let fits = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with(['-', '_']);
    (fits && !text[start..].starts_with('.')).then(|| ("mailto:", start..at + 1 + domain.len()))
}

/// Returns how much of `rest` belongs to an address: no spaces, no final punctuation, brackets in pairs.
fn length(rest: &str) -> usize {
    let rest = &rest[..(0..=MAX_ADDRESS.min(rest.len())).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(0)];
    let mut end = rest.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(rest.len());
    let mut open = rest[..end].matches('(').count();
    let mut close = rest[..end].matches(')').count();
    while let Some(last) = rest[..end].chars().next_back() {
        match last {
            '?' | '!' | '.' | ',' | ':' | ';' | '*' | '_' | '~' | '\'' | '"' | ']' | '>' => {}
            ')' if close > open => close -= 1,
            _ => break,
        }
        if last == '(' {
            open -= 1;
        }
        end -= last.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let joined: String = split(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Address(prefix, text) => format!("⟨{prefix}|{text}⟩"),
            })
            .collect();
        assert_eq!(joined, expect, "{text}");
    }

    #[test]
    fn addresses_are_found_and_nothing_else() {
        check("see https://x.y/a_b?c=1. Then", "see ⟨|https://x.y/a_b?c=1⟩. Then");
        check("(https://x.y/a_(b))", "(⟨|https://x.y/a_(b)⟩)");
        check("www.example.org/x, www. wwww", "⟨http://|www.example.org/x⟩, www. wwww");
        check("mail a.b@c.org.", "mail ⟨mailto:|a.b@c.org⟩.");
        check("@team a@b xhttps://x https:// https:///x", "@team a@b xhttps://x https:// https:///x");
        check("http://localhost:8080/x", "⟨|http://localhost:8080/x⟩");
        check("äwww.é.org", "äwww.é.org");
        check("javascript://x", "javascript://x");
        check("a@b.c@d.e", "⟨mailto:|a@b.c⟩@d.e");
    }

    #[test]
    fn no_text_is_lost_between_addresses() {
        for part in ["a@", "a@a.", "http://", "www.", ":", "w", "http://(", "http://)", "x https://a.b/c. "] {
            let text = part.repeat(2_000);
            let pieces = split(&text);
            let length = |piece: &Piece<'_>| match piece {
                Piece::Text(text) | Piece::Address(_, text) => text.len(),
            };
            assert_eq!(pieces.iter().map(length).sum::<usize>(), text.len(), "{part}");
        }
    }
}
