//! What the storage says with each file: the `_headers` of the site decide, as they do on other hosts.

use crate::media_type;
use crate::pack::digest;

/// How long others may keep a file that may change.
const SHORT: &str = "public, max-age=60";
/// What is said of a file whose name is made of its content.
const FOR_EVER: &str = "immutable";

/// The rules of a `_headers` file that storage can follow.
#[derive(Debug, Default)]
pub struct HeaderRules {
    /// Patterns of paths below the site, each with a header.
    rules: Vec<(String, Header, String)>,
    /// The path of the site on its host, with `/` at its end.
    base: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    ContentType,
    CacheControl,
}

/// The headers of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHeaders {
    /// `Content-Type`.
    pub content_type: String,
    /// `Cache-Control`.
    pub cache_control: String,
}

impl HeaderRules {
    /// Reads the `_headers` of a site. The address of the site's root is the one that its first rule is for.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut rules = Vec::new();
        let mut base = None;
        let mut pattern = String::new();
        for line in text.lines() {
            let rest = line.trim();
            if rest.is_empty() || rest.starts_with('#') {
                continue;
            }
            if !line.starts_with([' ', '\t']) {
                let base = base.get_or_insert_with(|| rest.trim_end_matches('*').to_owned());
                rest.strip_prefix(&**base).unwrap_or(rest).trim_start_matches('/').clone_into(&mut pattern);
                continue;
            }
            let Some((name, value)) = rest.split_once(':') else { continue };
            let header = match name.trim().to_ascii_lowercase().as_str() {
                "content-type" => Header::ContentType,
                "cache-control" => Header::CacheControl,
                _ => continue,
            };
            let value = value.trim();
            if !value.is_empty() && value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                rules.push((pattern.clone(), header, value.to_owned()));
            }
        }
        Self { rules, base: base.unwrap_or_else(|| "/".to_owned()) }
    }

    /// Returns the path of the site on its host.
    #[must_use]
    pub fn base(&self) -> &str {
        if self.base.is_empty() { "/" } else { &self.base }
    }

    /// Returns the headers of a file.
    #[must_use]
    pub fn of(&self, path: &str) -> ObjectHeaders {
        let value = |wanted: Header| {
            let mut rules = self.rules.iter().rev();
            rules
                .find(|(pattern, header, _)| *header == wanted && matches(pattern, path))
                .map(|(.., value)| value.clone())
        };
        ObjectHeaders {
            content_type: value(Header::ContentType).unwrap_or_else(|| media_type::of(path).to_owned()),
            cache_control: value(Header::CacheControl).unwrap_or_else(|| SHORT.to_owned()),
        }
    }
}

impl ObjectHeaders {
    /// Returns whether the name of the file is made of its content, so that it never has another one.
    #[must_use]
    pub fn is_for_ever(&self) -> bool {
        self.cache_control.contains(FOR_EVER)
    }

    /// Returns what tells an object from others of its path: the SHA-256 of its headers and content.
    #[must_use]
    pub fn fingerprint(&self, content: &str) -> String {
        digest(format!("{}\n{}\n{content}", self.content_type, self.cache_control).as_bytes())
    }
}

/// Returns whether a path fits a pattern, of which a star at the end is anything.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == pattern,
    }
}
