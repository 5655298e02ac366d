//! The files of terms: which term stands in which file, and how.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Words of fewer letters are not looked for misspelt.
const MIN_MISSPELT: usize = 4;

/// A term with all that is said of it.
pub(super) struct Entry {
    pub term: String,
    /// The words whose stem it is, where they differ from it.
    pub forms: Vec<String>,
    pub postings: Vec<u8>,
}

impl Entry {
    /// About how much it takes.
    pub(super) fn size(&self) -> usize {
        self.term.len() + self.forms.len() * 3 + self.postings.len() + 3
    }
}

/// Returns a word as the files for early slips have it: the first letter, then the others from the end.
///
/// Who misses the second or third letter of a word lands in another file of terms, but ends the word as it should be.
pub(super) fn turned(word: &str) -> Option<String> {
    let plain = word.chars().count() >= MIN_MISSPELT && word.chars().all(char::is_alphanumeric);
    let mut letters = word.chars();
    let first = letters.next().filter(|_| plain)?;
    Some([first].into_iter().chain(letters.rev()).collect())
}

/// Sorts entries into files by the letters that keys start with: as few letters as keep a file small.
///
/// A key is in the file whose name is the longest that it starts with.
pub(super) fn shards<'a>(
    entries: impl Iterator<Item = (String, &'a Entry)>,
    size: usize,
    depth: usize,
) -> Vec<(String, Vec<&'a Entry>)> {
    let mut sorted: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for (key, entry) in entries {
        let whole = sorted.entry(key).or_default();
        if !whole.iter().any(|one| one.term == entry.term) {
            whole.push(entry);
        }
    }
    let all: Vec<(String, Vec<&Entry>)> = sorted.into_iter().collect();
    let mut shards = Vec::new();
    split(&all, "", size, depth, &mut shards);
    shards
}

fn split<'a>(
    all: &[(String, Vec<&'a Entry>)],
    prefix: &str,
    size: usize,
    depth: usize,
    shards: &mut Vec<(String, Vec<&'a Entry>)>,
) {
    let letters = prefix.chars().count();
    let total: usize = all.iter().flat_map(|(_, entries)| entries).map(|entry| entry.size()).sum();
    if letters > 0 && (total <= size || letters == depth) {
        let mut entries: Vec<&Entry> = all.iter().flat_map(|(_, entries)| entries.iter().copied()).collect();
        entries.sort_by(|a, b| a.term.cmp(&b.term));
        entries.dedup_by(|a, b| a.term == b.term);
        shards.push((prefix.to_owned(), entries));
        return;
    }
    let letter = |key: &str| key.chars().nth(letters);
    for group in all.chunk_by(|a, b| letter(&a.0) == letter(&b.0)) {
        match letter(&group[0].0) {
            Some(next) => split(group, &format!("{prefix}{next}"), size, depth, shards),
            // Keys that end here have a file of their own.
            None => split(group, prefix, usize::MAX, depth, shards),
        }
    }
}

/// Writes a file of terms: their number; each term, as far as it differs from the one before, with its forms, as far as
/// they differ from the term; how long the postings of each are; the postings.
pub(super) fn shard(entries: &[&Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    varint(&mut out, entries.len());
    let mut before = "";
    for entry in entries {
        front(&mut out, before, &entry.term);
        before = &entry.term;
        varint(&mut out, entry.forms.len());
        for form in &entry.forms {
            front(&mut out, &entry.term, form);
        }
    }
    for entry in entries {
        varint(&mut out, entry.postings.len());
    }
    for entry in entries {
        out.extend_from_slice(&entry.postings);
    }
    deflate(&out)
}

/// Writes a text: how many bytes it shares with the one before, how many follow, which.
fn front(out: &mut Vec<u8>, before: &str, text: &str) {
    let mut shared = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
    while !text.is_char_boundary(shared) {
        shared -= 1;
    }
    varint(out, shared);
    varint(out, text.len() - shared);
    out.extend_from_slice(&text.as_bytes()[shared..]);
}

/// Writes a number, seven bits a byte, the low ones first.
pub(super) fn varint(out: &mut Vec<u8>, mut number: usize) {
    while number > 127 {
        out.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Compresses a file; not every server does it for files of this kind.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
