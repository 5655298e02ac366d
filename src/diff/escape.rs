//! Text of a catalog within Markdown for GitHub, GitLab and Bitbucket: it is shown and does nothing.
//!
//! Every character that could be markup is an entity of HTML. What these hosts look for in text after that (mentions, numbers
//! of issues, addresses) they do not look for in code, so a text with such a thing is code.

use std::fmt::Write as _;

use crate::diag::visible::visible;

/// Characters that hosts take for the beginning of a reference to something of theirs.
const SIGNS: &[char] = &['@', '#', '!', '$', '%', '~', '&', '^'];

/// Returns a text for readers, on one line.
#[must_use]
pub fn text(text: &str) -> String {
    let plain = on_one_line(text);
    if is_hazardous(&plain) { code(&plain) } else { entities(&plain) }
}

/// Returns a name as code.
#[must_use]
pub fn code(name: &str) -> String {
    format!("<code>{}</code>", entities(&on_one_line(name)))
}

fn on_one_line(text: &str) -> String {
    // First, since a line end is no character that is made visible here.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    visible(&text).into_owned()
}

/// Returns a link; the address is one of this program.
#[must_use]
pub fn link(title: &str, address: &str) -> String {
    let mut target = String::new();
    for byte in address.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'/'
            | b':'
            | b'?'
            | b'='
            | b'&'
            | b'%'
            | b'#' => target.push(char::from(byte)),
            _ => {
                let _ = write!(target, "%{byte:02X}");
            }
        }
    }
    format!("[{}]({target})", text(title))
}

/// Returns whether a host may take a part of a text for more than text.
fn is_hazardous(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut before_sign = false;
    for letter in text.chars() {
        if before_sign && (letter.is_alphanumeric() || matches!(letter, '"' | '_' | '-')) {
            return true;
        }
        before_sign = SIGNS.contains(&letter);
    }
    // `GH-1`, bare addresses, `[vulnerability:1]`, and shortcodes of pictures.
    lower.contains("gh-")
        || lower.contains("://")
        || lower.contains("www.")
        || lower.contains("mailto:")
        || lower.matches(':').count() > 1
        || lower.contains(['[', '<', '`'])
        || lower.split(|letter: char| !letter.is_ascii_alphanumeric()).any(is_hash)
}

/// Returns whether a word may be the hash of a commit.
fn is_hash(word: &str) -> bool {
    (7..=40).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Writes every character that could be markup as an entity.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' ' | ',' | '.' | '-' | '/' | '\'' | '?' | ';' => out.push(letter),
            _ if letter.is_ascii_punctuation() => {
                let _ = write!(out, "&#{};", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    // Of `www.` the dot makes a link, and of a line of three hyphens a rule or a heading.
    out.replace("www.", "www&#46;").replace("--", "&#45;&#45;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_is_left_to_a_host() {
        let hostile =
            "@acme/all #1 GH-2 !3 <img src=x> ![a](b) [x](javascript:1) `c` | *d* _e_ ~f~ https://x.test www.x.test";
        let out = text(hostile);
        assert!(out.starts_with("<code>") && out.ends_with("</code>"), "{out}");
        let inner = out.trim_start_matches("<code>").trim_end_matches("</code>");
        assert!(!inner.contains(['@', '<', '>', '`', '|', '*', '_', '[', ']', '!', '(', ')', ':', '~']), "{inner}");
        assert!(!inner.contains("www."), "{inner}");
        assert!(!inner.replace("&#", "").contains('#'), "{inner}");
    }

    #[test]
    fn plain_words_stay_as_they_are() {
        assert_eq!(text("Payments, version 2.0"), "Payments, version 2.0");
        assert_eq!(text("a\n\nb"), "a b");
        assert_eq!(text("R & D"), "R &#38; D");
        assert_eq!(code("component:default/web"), "<code>component&#58;default/web</code>");
    }

    #[test]
    fn addresses_end_where_they_should() {
        assert_eq!(link("a", "https://x.test/a b)(<c>"), "[a](https://x.test/a%20b%29%28%3Cc%3E)");
    }
}
