//! Addresses of stores, and keys of the objects in them.

use std::fmt;

/// The longest key, in bytes.
const MAX_KEY: usize = 1024;

/// Where objects are kept: `s3://BUCKET/PREFIX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    bucket: String,
    /// Empty, or with `/` at its end.
    prefix: String,
}

/// The key of an object in a bucket. It has no part that a path would leave it by, so that it means the same in an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let example = "write it as `s3://BUCKET/PREFIX`";
        let rest = text.strip_prefix("s3://").ok_or_else(|| format!("`{text}` is no address of storage; {example}"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if !is_bucket(bucket) {
            return Err(format!("`{bucket}` cannot be the name of a bucket; {example}"));
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        if prefix.is_empty() {
            return Ok(Self { bucket: bucket.to_owned(), prefix: String::new() });
        }
        match fault(prefix) {
            Some(why) => Err(format!("`{prefix}` {why}; {example}")),
            None => Ok(Self { bucket: bucket.to_owned(), prefix: format!("{prefix}/") }),
        }
    }

    /// Returns the name of the bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Returns the key of an object at a path below the address.
    ///
    /// # Errors
    /// What is wrong with the path.
    pub fn key(&self, path: &str) -> Result<Key, &'static str> {
        let key = format!("{}{path}", self.prefix);
        match fault(path).or_else(|| fault(&key)) {
            Some(why) => Err(why),
            None => Ok(Key(key)),
        }
    }

    /// Returns what all keys below a folder of the address begin with.
    #[must_use]
    pub fn prefix(&self, folder: &str) -> String {
        format!("{}{folder}", self.prefix)
    }

    /// Returns the path of an object below the address; `None` if it is elsewhere, or has a key that this program would not
    /// write.
    #[must_use]
    pub fn path<'k>(&self, key: &'k str) -> Option<&'k str> {
        key.strip_prefix(&self.prefix).filter(|path| fault(path).is_none())
    }

    /// Returns the address of an object, for people.
    #[must_use]
    pub fn show(&self, key: &Key) -> String {
        format!("s3://{}/{key}", self.bucket)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

impl Key {
    /// Returns the key as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The rules of S3 for general buckets; what follows them cannot be another host, port or path of an address.
fn is_bucket(name: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| is_end(Some(byte)) || matches!(byte, b'.' | b'-'))
        && is_end(name.bytes().next())
        && is_end(name.bytes().last())
        && !name.contains("..")
}

/// Returns what is wrong with a key or a part of one.
fn fault(key: &str) -> Option<&'static str> {
    if key.is_empty() {
        return Some("is empty");
    }
    if key.len() > MAX_KEY {
        return Some("is longer than the 1,024 bytes that a key may have");
    }
    if key.chars().any(|c| c.is_control() || c == '\\') {
        return Some("holds a character that no key should have");
    }
    key.split('/').find_map(|part| match part {
        "" | "." => Some("has an empty part"),
        ".." => Some("leads out of its folder"),
        _ => None,
    })
}
