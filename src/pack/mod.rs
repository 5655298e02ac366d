//! Packs: one repository's sources in one file, with the facts of git that a portal shows, so that a portal of many
//! repositories is built without their clones.
//!
//! A pack is a `.tar.gz`: first its manifest, then the files in the order of paths, each followed by what it said before its
//! last change. Whoever reads one does not trust it: everything is bounded, nothing is written to a disk, and a pack that is
//! wrong anywhere is refused whole ([`Fault`]).
//!
//! Pure: bytes in, values out. Does not know where packs are, nor what their files mean.

mod manifest;
mod path;
mod read;
mod tree;
mod write;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use manifest::{
    FileFacts, FolderActivity, Former, LastCommit, Link, Manifest, Problems, RepositoryFacts, Since, TextChange,
};
pub use path::fault as path_fault;
pub use path::{is_link_target, is_slug};
pub use read::{Bounds, read};
pub use tree::{Entry, Found, NotFound};
pub use write::write;

use tree::Node;

/// The version of the format that is written, and the newest that is read.
pub const FORMAT: u32 = 1;
/// The name of the manifest in a pack.
pub const MANIFEST: &str = "playbill-pack.json";
/// What comes before the paths of files.
const FILES: &str = "files/";
/// What comes before the paths of files as they were before their last change.
const BEFORE: &str = "before/";

/// The content of a repository, to be written as a pack.
#[derive(Debug, Default)]
pub struct Content {
    /// The bytes of each file by its path.
    pub files: BTreeMap<String, Arc<[u8]>>,
    /// What files said before their last change.
    pub before: BTreeMap<String, String>,
}

/// A pack that was read and found to be whole.
#[derive(Debug)]
pub struct Pack {
    manifest: Manifest,
    digest: String,
    bytes: Vec<u8>,
    root: BTreeMap<Box<str>, Node>,
    before: BTreeMap<String, std::ops::Range<usize>>,
}

impl Pack {
    /// Returns what the pack says of itself. The names of files without content are not kept.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the SHA-256 of the file that it was read from, in hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns what a file said before its last change.
    #[must_use]
    pub fn before(&self, path: &str) -> Option<&[u8]> {
        self.bytes.get(self.before.get(path)?.clone())
    }
}

/// Why a pack is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The file has more bytes than a pack may have.
    TooLarge {
        /// How many it has.
        size: u64,
        /// How many it may have.
        limit: u64,
    },
    /// It expands to more than it may; it was not expanded further.
    Expands {
        /// How many bytes it may expand to.
        limit: u64,
    },
    /// It has more entries, or names more files, than a pack may.
    TooMany {
        /// How many it may have.
        limit: usize,
    },
    /// It is no `.tar.gz`, or damaged.
    Damaged(String),
    /// The manifest is not there, not the first entry, or not as it should be.
    Manifest(String),
    /// A later version of the format.
    Newer {
        /// That version.
        format: u32,
        /// The name of the repository, as far as it can be read.
        slug: Option<String>,
    },
    /// An entry has an invalid path, or one that leads out of the repository.
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An entry is a link, a device or something else that is no file.
    NoFile {
        /// Its path.
        path: String,
    },
    /// Two entries have one path, perhaps in different case, or one is in the other as in a folder.
    Duplicate {
        /// The path.
        path: String,
    },
    /// A file is not the one that the manifest lists.
    Differs {
        /// Its path.
        path: String,
        /// How it differs.
        why: &'static str,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { size, limit } => {
                write!(f, "it has {size} bytes, more than the {limit} that a pack may have")
            }
            Self::Expands { limit } => write!(f, "it expands to more than the {limit} bytes that it may"),
            Self::TooMany { limit } => write!(f, "it has more than {limit} files or folders"),
            Self::Damaged(why) => write!(f, "it is no pack, or damaged: {why}"),
            Self::Manifest(why) => write!(f, "its manifest cannot be used: {why}"),
            Self::Newer { format, .. } => {
                write!(f, "it is of format {format}, and this version of Playbill reads up to {FORMAT}")
            }
            Self::Path { path, why } => write!(f, "its entry `{}` {why}", shortened(path)),
            Self::NoFile { path } => write!(f, "its entry `{}` is no regular file", shortened(path)),
            Self::Duplicate { path } => write!(f, "it has `{}` twice", shortened(path)),
            Self::Differs { path, why } => write!(f, "its file `{}` {why}", shortened(path)),
        }
    }
}

/// Returns a path short enough for a message.
fn shortened(path: &str) -> String {
    const MAX: usize = 100;
    match path.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path.to_owned(),
    }
}

/// Returns the SHA-256 of some bytes, in hexadecimal digits.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;

    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
