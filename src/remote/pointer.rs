//! A store of packs: `packs/SHA256.tar.gz`, which never change, and for each repository a pointer `sources/NAME.json`, which
//! says which of them is its newest one.

use serde::{Deserialize, Serialize};

use super::{Fault, is_digest, parse};
use crate::pack;

/// The folder of packs.
pub const PACKS: &str = "packs/";
/// The folder of pointers.
pub const SOURCES: &str = "sources/";
/// The version of pointers that is written, and the newest that is read.
const FORMAT: u32 = 1;
/// How many packs that were replaced a pointer remembers.
const MAX_FORMER: usize = 200;

/// Which pack of a repository is its newest one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pointer {
    /// The version of the format.
    pub format: u32,
    /// The SHA-256 of the pack.
    pub pack: String,
    /// The commit that was packed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When it was committed, in seconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed_at: Option<i64>,
    /// The number that decides which of two packs is the newer one.
    pub sequence: i64,
    /// When it was pushed, in seconds since 1970 UTC.
    #[serde(default)]
    pub pushed_at: i64,
    /// What was the newest pack before, the last one first; builds of then can be repeated until `gc` removes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerPack>,
}

/// A pack that was the newest one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerPack {
    /// Its SHA-256.
    pub pack: String,
    /// Until when, in seconds since 1970 UTC.
    pub until: i64,
}

impl Pointer {
    /// Reads a pointer.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let pointer: Self = parse(bytes, FORMAT)?;
        let all = std::iter::once(&pointer.pack).chain(pointer.former.iter().map(|former| &former.pack));
        match all.into_iter().find(|pack| !is_digest(pack)) {
            Some(_) => Err(Fault::Invalid("it names a pack by something else than a SHA-256".to_owned())),
            None => Ok(pointer),
        }
    }

    /// Writes the pointer.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// What to do with a pack that is pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is the newest one already.
    IsThere,
    /// A newer one is there, of this number.
    Older(i64),
    /// It becomes the newest one.
    Replace(Pointer),
}

/// Decides between the newest pack so far and another one. The higher number wins, then the later commit, and of equal ones
/// the one that is pushed later.
#[must_use]
pub fn decide(there: Option<&Pointer>, manifest: &pack::Manifest, digest: &str, now: i64) -> Decision {
    let mut former = Vec::new();
    if let Some(there) = there {
        if there.pack == digest {
            return Decision::IsThere;
        }
        if (there.sequence, there.committed_at) > (manifest.sequence, manifest.committed_at) {
            return Decision::Older(there.sequence);
        }
        former.push(FormerPack { pack: there.pack.clone(), until: now });
        former.extend(there.former.iter().filter(|other| other.pack != digest && other.pack != there.pack).cloned());
        former.truncate(MAX_FORMER);
    }
    Decision::Replace(Pointer {
        format: FORMAT,
        pack: digest.to_owned(),
        commit: manifest.commit.clone(),
        committed_at: manifest.committed_at,
        sequence: manifest.sequence,
        pushed_at: now,
        former,
    })
}

/// Returns the path of a pack below its store.
#[must_use]
pub fn pack_key(digest: &str) -> String {
    format!("{PACKS}{digest}.tar.gz")
}

/// Returns the SHA-256 of the pack at a path below its store; `None` if it is something else.
#[must_use]
pub fn pack_of_key(path: &str) -> Option<&str> {
    path.strip_prefix(PACKS)?.strip_suffix(".tar.gz").filter(|digest| is_digest(digest))
}

/// Returns the path of the pointer of a repository below its store.
#[must_use]
pub fn pointer_key(slug: &str) -> String {
    format!("{SOURCES}{slug}.json")
}

/// Returns the name of the repository whose pointer is at a path below its store; `None` if it is something else.
#[must_use]
pub fn slug_of_key(path: &str) -> Option<&str> {
    path.strip_prefix(SOURCES)?.strip_suffix(".json").filter(|slug| pack::is_slug(slug))
}
