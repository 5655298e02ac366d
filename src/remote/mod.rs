//! Packs and sites in S3-compatible storage: where objects are, what they say, what a publish uploads in which order, and
//! what nobody needs any more.
//!
//! Pure, but for `client`, which alone speaks with the storage and is there only with the feature `remote`. Nothing that
//! comes from the storage is trusted: keys are confined, objects are bounded, and digests are compared.
//!
//! Only one object of each repository and one of a site is ever replaced by another content that matters, each with a
//! condition: that it is still what was read. All else has a name made of its content, or belongs to whoever holds the claim
//! of the site.

mod address;
#[cfg(feature = "remote")]
pub mod client;
mod garbage;
mod headers;
mod plan;
mod pointer;
mod published;

pub use address::{Address, Key};
pub use garbage::{Stored, dead_builds, unneeded_files, unneeded_packs};
pub use headers::{HeaderRules, ObjectHeaders};
pub use plan::{Changes, changes, stages};
pub use pointer::{Decision, Pointer, decide, pack_key, pack_of_key, pointer_key, slug_of_key};
pub use published::{BUILDS, Build, Claim, STATE, State, build_key, build_of_key};

/// The folders of a store of packs.
pub use pointer::{PACKS, SOURCES};

/// Returns whether a text is a SHA-256 in hexadecimal digits, as this program writes them.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Why an object cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A later version of the format.
    Newer(u32),
    /// It is not what it should be.
    Invalid(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Newer(format) => write!(f, "it is of format {format}, which a later version of Playbill writes"),
            Self::Invalid(why) => f.write_str(why),
        }
    }
}

/// Reads an object that says its format: a later one is another fault than a damaged one.
fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8], known: u32) -> Result<T, Fault> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: u32,
    }
    let invalid = |error: serde_json::Error| Fault::Invalid(error.to_string());
    let head: Head = serde_json::from_slice(bytes).map_err(invalid)?;
    if head.format > known {
        return Err(Fault::Newer(head.format));
    }
    serde_json::from_slice(bytes).map_err(invalid)
}

#[cfg(test)]
mod tests;
