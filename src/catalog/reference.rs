//! Entity references: the grammar `[kind:][namespace/]name`, and the one written form that identity rests on.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The identity of an entity: `kind:namespace/name`, all lower case (CM/entity/ref.ts `stringifyEntityRef`).
///
/// Names are free in a reference (spaces, slashes, anything), so this says nothing about whether such an entity exists.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityRef {
    text: Arc<str>,
    kind_end: u32,
    namespace_end: u32,
}

/// What is wrong with a reference that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefError {
    /// A part is empty, or the whole is.
    EmptyPart,
    /// The kind is missing, and the field has none by default.
    NoKind,
}

impl EntityRef {
    /// Makes the reference of the given parts.
    #[must_use]
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        let mut text = kind.to_lowercase();
        let kind_end = text.len();
        text.push(':');
        text.push_str(&namespace.to_lowercase());
        let namespace_end = text.len();
        text.push('/');
        text.push_str(&name.to_lowercase());
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { text: text.into(), kind_end: cut(kind_end), namespace_end: cut(namespace_end) }
    }

    /// Reads a reference as `parseEntityRef` does: the first `:` ends the kind unless a `/` comes before it, the first
    /// `/` after that ends the namespace, and the rest is the name, whatever it holds.
    ///
    /// # Errors
    /// When a part is empty, or there is neither a kind nor a default for it.
    pub fn parse(text: &str, default_kind: Option<&str>, default_namespace: &str) -> Result<Self, RefError> {
        let slash = text.find('/');
        let colon = text.find(':').filter(|colon| slash.is_none_or(|slash| *colon < slash));
        let (kind, rest) = match colon {
            Some(colon) => (Some(&text[..colon]), &text[colon + 1..]),
            None => (None, text),
        };
        let (namespace, name) = match rest.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, rest),
        };
        if kind == Some("") || namespace == Some("") || name.is_empty() {
            return Err(RefError::EmptyPart);
        }
        let kind = kind.or(default_kind).ok_or(RefError::NoKind)?;
        Ok(Self::new(kind, namespace.unwrap_or(default_namespace), name))
    }

    /// Finds full references such as `component:web` in a text, with their places; `is_kind` says what a kind is, of a word in
    /// lower case. Without a namespace, `default` is meant.
    pub fn written_in(text: &str, is_kind: impl Fn(&str) -> bool) -> Vec<(Self, Range<usize>)> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let mut found = Vec::new();
        for colon in memchr::memchr_iter(b':', text.as_bytes()) {
            let length = text.as_bytes()[..colon].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let start = colon - length;
            let before = text[..start].chars().next_back();
            if length == 0
                || before.is_some_and(|c| is_part(c) || matches!(c, '/' | ':'))
                || !is_kind(&text[start..colon].to_ascii_lowercase())
            {
                continue;
            }
            let rest = &text[colon + 1..];
            let end = rest.find(|c: char| !is_part(c) && c != '/').unwrap_or(rest.len());
            // A sentence ends with a full stop.
            let name = rest[..end].trim_end_matches(['.', '-', '_', '/']);
            let place = start..colon + 1 + name.len();
            if let Ok(reference) = Self::parse(&text[place.clone()], None, "default") {
                found.push((reference, place));
            }
        }
        found
    }

    /// Returns the whole reference, `kind:namespace/name`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the whole reference for sharing.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Returns the kind in lower case.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.text[..self.kind_end as usize]
    }

    /// Returns the namespace in lower case.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.text[self.kind_end as usize + 1..self.namespace_end as usize]
    }

    /// Returns the name in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.text[self.namespace_end as usize + 1..]
    }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expect: &str) {
        let got = match EntityRef::parse(text, Some("Group"), "prod") {
            Ok(reference) => {
                let parts = (reference.kind(), reference.namespace(), reference.name());
                assert_eq!(reference.as_str(), format!("{}:{}/{}", parts.0, parts.1, parts.2));
                reference.to_string()
            }
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn parts_and_defaults() {
        check("team-a", "group:prod/team-a");
        check("User:Joe", "user:prod/joe");
        check("other/Team", "group:other/team");
        check("user:other/joe", "user:other/joe");
        check("ns/a/b", "group:ns/a/b");
        check("group:a:b", "group:prod/a:b");
        check("a/b:c", "group:a/b:c");
        check("@org/team", "group:@org/team");
        check("a, b", "group:prod/a, b");
    }

    #[test]
    fn empty_parts_are_refused() {
        for text in ["", ":x", "group:", "/x", "ns/", "group:/x", "/"] {
            check(text, "EmptyPart");
        }
        assert_eq!(EntityRef::parse("x", None, "default"), Err(RefError::NoKind));
    }

    proptest! {
        #[test]
        fn the_written_form_reads_back(kind in "[a-zA-Z]{1,8}", namespace in "[a-z0-9-]{1,8}", name in "[^\n]{1,12}") {
            let reference = EntityRef::new(&kind, &namespace, &name);
            prop_assert_eq!(EntityRef::parse(reference.as_str(), None, "x"), Ok(reference));
        }

        #[test]
        fn reading_any_text_ends_in_parts_or_an_error(text in "\\PC{0,20}") {
            if let Ok(reference) = EntityRef::parse(&text, Some("group"), "default") {
                prop_assert!(!reference.name().is_empty() && !reference.kind().is_empty());
            }
        }
    }
}
