//! The formats of names, namespaces, keys, tags and URLs.
//!
//! From CM/validation/KubernetesValidatorFunctions.ts, CommonValidatorFunctions.ts and makeValidator.ts. All patterns
//! are ASCII, so bytes and UTF-16 units are the same length wherever a pattern holds.

/// What an entity name may be, for messages.
pub(super) const NAME_RULE: &str = "1 to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";
/// What a namespace may be, for messages.
pub(super) const NAMESPACE_RULE: &str = "1 to 63 lower-case letters and digits, with `-` between them";
/// What a tag may be, for messages.
pub(super) const TAG_RULE: &str = "1 to 63 lower-case letters, digits, `:`, `+` and `#`, with single `-` between them";
/// What a label or annotation key may be, for messages.
pub(super) const KEY_RULE: &str =
    "a name of 1 to 63 letters, digits, `-`, `_` and `.`, or a lower-case domain, `/` and such a name";
/// What a label value may be, for messages.
pub(super) const LABEL_VALUE_RULE: &str =
    "empty, or 1 to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";

/// Returns whether `text` is an entity name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Returns whether `text` is a namespace, which is a DNS label.
#[must_use]
pub fn is_namespace(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.first() != Some(&b'-')
        && bytes.last() != Some(&b'-')
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

/// Returns whether `text` is a DNS subdomain: labels joined by `.`.
#[must_use]
pub fn is_subdomain(text: &str) -> bool {
    (1..=253).contains(&text.len()) && text.split('.').all(is_namespace)
}

/// Returns whether `text` is a label or annotation key, `[subdomain/]name`.
#[must_use]
pub fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// Returns whether `text` is a label value.
#[must_use]
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name(text)
}

/// Returns whether `text` is a tag.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.split('-').all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b':' | b'+' | b'#')
                })
        })
}

/// Returns whether `text` is a kind: letters and digits, a letter first.
#[must_use]
pub fn is_kind(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Returns whether `text` is an apiVersion, `[subdomain/]version`.
#[must_use]
pub fn is_api_version(text: &str) -> bool {
    let version = |text: &str| (1..=63).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match text.split_once('/') {
        Some((prefix, rest)) => is_subdomain(prefix) && version(rest),
        None => version(text),
    }
}

/// Returns whether `text` is an absolute URL by the WHATWG rules, however odd its scheme.
#[must_use]
pub fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok()
}

/// Returns the nearest text that `is_valid` accepts, made by replacing what is not allowed; `None` if none is near.
pub(super) fn suggestion(text: &str, lower: bool, is_valid: impl Fn(&str) -> bool) -> Option<String> {
    let text = if lower { text.to_lowercase() } else { text.to_owned() };
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        let keep = c.is_ascii_alphanumeric() || is_valid(&format!("a{c}a"));
        if keep {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    let trimmed = out.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let mut short: String = trimmed.chars().take(63).collect();
    while short.ends_with(|c: char| !c.is_ascii_alphanumeric()) {
        short.pop();
    }
    is_valid(&short).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags() {
        assert!(is_name("a--b") && is_name("a_.b") && is_name("A") && is_name(&"a".repeat(63)));
        assert!(!is_name("") && !is_name("-a") && !is_name("a-") && !is_name("a b") && !is_name(&"a".repeat(64)));
        assert!(!is_name("a\n") && !is_name("é"));
        assert!(is_namespace("a--b") && !is_namespace("A") && !is_namespace("a.b") && !is_namespace("-a"));
        assert!(is_tag("c++") && is_tag("a-b:c#") && !is_tag("a--b") && !is_tag("Java") && !is_tag("a_b"));
    }

    #[test]
    fn keys_and_versions() {
        assert!(is_key("a.b/C_d") && is_key("x") && !is_key("a/b/c") && !is_key("A.b/c") && !is_key("/c"));
        assert!(is_api_version("backstage.io/v1") && is_api_version("v1") && !is_api_version("x/y/v1"));
    }

    #[test]
    fn urls_are_taken_loosely() {
        for good in ["localhost:3000", "C:\\docs", "javascript:x", "mailto:a", " https://x.y ", "urn:a:b"] {
            assert!(is_url(good), "{good}");
        }
        for bad in ["www.example.com", "/docs", "//host/x", "http://", "http://a b/", "http://a:99999"] {
            assert!(!is_url(bad), "{bad}");
        }
    }

    #[test]
    fn suggestions_hold() {
        assert_eq!(suggestion("bad name!", false, is_name).as_deref(), Some("bad-name"));
        assert_eq!(suggestion("Java_Script", true, is_tag).as_deref(), Some("java-script"));
        assert_eq!(suggestion("???", false, is_name), None);
    }
}
