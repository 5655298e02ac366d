//! What an index leaves for the next one of nearly the same documents, which counts, encodes and compresses only what
//! has changed.
//!
//! Invariant: what is taken from here is what would be made without it (`tests/it/again.rs` and `tests.rs`
//! compare both).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an index was made from.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SavedIndex {
    /// The name of its folder, in which a number always means the same document.
    pub(super) folder: String,
    /// The mean lengths that counts were measured by, as bits.
    pub(super) means: (u64, u64),
    /// How much of a section was kept for excerpts, in bytes.
    pub(super) excerpt: usize,
    /// All are there when it is read; an index takes those whose documents are the same.
    pub(super) batches: Vec<Option<SavedBatch>>,
    /// The terms by their numbers in batches, in order.
    pub(super) terms: Vec<SavedTerm>,
    /// The forms by their numbers in batches: the number of the term, and the word.
    pub(super) forms: Vec<(u32, String)>,
    pub(super) documents: Vec<SavedDocument>,
    /// By path below the folder.
    pub(super) files: BTreeMap<String, SavedFile>,
}

/// A batch of documents, counted: see [`Counts`](super::inverted_index::Counts).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SavedBatch {
    /// Names the documents.
    pub key: u128,
    pub terms: Vec<(u32, u32)>,
    pub forms: Vec<u32>,
    pub bytes: Bytes,
    /// How many words each section of each document has.
    pub lengths: Vec<Vec<u32>>,
}

/// A term with its postings as they were encoded.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SavedTerm {
    pub term: String,
    /// How many documents have it.
    pub count: u32,
    pub full: Encoded,
    /// In the files for early typing errors, if it is there.
    pub brief: Option<Encoded>,
}

/// Encoded postings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Encoded {
    /// Their length in bytes.
    pub length: u32,
    /// A hash of them.
    pub hash: u64,
}

/// What results show of a document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SavedDocument {
    /// Names the document.
    pub key: u128,
    /// How much is kept of the text of each section, in bytes.
    pub kept: Vec<u32>,
    /// A hash of that.
    pub hash: u64,
}

/// A file of the index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SavedFile {
    /// A hash of what it was made from.
    pub source: u64,
    /// A hash of its bytes.
    pub hash: u64,
    /// Their number.
    pub size: u64,
}

/// Bytes that are stored as one piece; a list would be read number by number.
#[derive(Debug, Default)]
pub(super) struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfBytes;
        impl<'de> Visitor<'de> for OfBytes {
            type Value = Bytes;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<Bytes, A::Error> {
                let mut out = Vec::new();
                while let Some(byte) = bytes.next_element()? {
                    out.push(byte);
                }
                Ok(Bytes(out))
            }
        }
        deserializer.deserialize_bytes(OfBytes)
    }
}
