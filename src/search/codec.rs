//! The term files: which term is in which file, and its encoding.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;

use flate2::{Compress, Compression, FlushCompress, Status};
use xxhash_rust::xxh3::Xxh3Default;

use super::saved::Encoded;

/// Words of fewer characters are not searched with typing errors.
const MIN_MISSPELT: usize = 4;

/// A term with its postings.
pub(super) struct Entry<'t> {
    /// Its number in the vocabulary.
    pub number: usize,
    pub term: &'t str,
    /// The words whose stem it is, where they differ from it.
    pub forms: Vec<&'t str>,
    /// Whether there are names that are this word without what joins theirs.
    pub joins: bool,
    /// How many documents have it.
    pub count: usize,
    pub encoded: Encoded,
    /// `None` if they are known to be as before, and are encoded where they are needed.
    pub postings: Option<Vec<u8>>,
}

impl Entry<'_> {
    /// About how much it takes.
    pub(super) fn size(&self) -> usize {
        self.term.len() + self.forms.len() * 3 + self.encoded.length as usize + 3
    }
}

/// Returns a number in steps that grow with it, at most a quarter: little more of what is counted changes nothing.
pub(super) fn coarse(number: usize) -> usize {
    let step = number.checked_ilog2().unwrap_or_default().saturating_sub(2);
    number >> step << step
}

/// Returns a word as the files for early typing errors have it: the first character, then the others reversed.
///
/// A typing error in the second or third character leads to another term file, but the end of the word is right.
pub(super) fn turned(word: &str) -> Option<String> {
    let plain = word.chars().count() >= MIN_MISSPELT && word.chars().all(char::is_alphanumeric);
    let mut letters = word.chars();
    let first = letters.next().filter(|_| plain)?;
    Some([first].into_iter().chain(letters.rev()).collect())
}

/// Sorts entries into files of neighbours, each named by the first characters of its keys.
///
/// A key is in the last file whose name is not after it. The range of all keys is halved until the parts are small, so
/// that each boundary follows from what is beside it alone: a text that changes moves hardly any. Keys with the same
/// first characters stay together, so that similar spellings are in the same file.
pub(super) fn shards<'a>(
    mut all: Vec<(String, &'a Entry<'a>)>,
    size: usize,
    depth: usize,
) -> Vec<(String, Vec<&'a Entry<'a>>)> {
    all.sort_by(|a, b| (&a.0, &a.1.term).cmp(&(&b.0, &b.1.term)));
    let mut shards: Vec<(String, Vec<&Entry<'_>>)> = Vec::new();
    let mut hashes = HashSet::new();
    for (name, part) in Halves::of(&all, size, depth) {
        let is_new = hashes.insert(name_hash(&name));
        let entries = part.iter().map(|(_, entry)| *entry);
        match shards.last_mut() {
            // Two names that are one to the disk.
            Some((_, last)) if !is_new => last.extend(entries),
            _ => shards.push((name, entries.collect())),
        }
    }
    for (_, entries) in &mut shards {
        entries.sort_by(|a, b| a.term.cmp(b.term));
        entries.dedup_by(|a, b| a.term == b.term);
    }
    shards
}

/// How many files are in a folder, about.
pub(super) const FILES_OF_FOLDER: usize = 128;

/// Returns the path of the file of this name among so many.
///
/// It says nothing of the place among the others, so that a file that is new does not rename those behind it.
pub(super) fn shard_path(folder: &str, name: &str, files: usize) -> String {
    let hash = name_hash(name);
    format!("{folder}/{}/{hash:x}.bin", hash as usize % files.div_ceil(FILES_OF_FOLDER).next_power_of_two())
}

/// Returns FNV-1a of a name in UTF-16.
fn name_hash(name: &str) -> u32 {
    name.encode_utf16().fold(0x811c_9dc5, |hash, unit| (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193))
}

/// Writes the names of files in one line, front-coded: a capital for the number of characters shared with the previous
/// name, then the others.
///
/// No key has capitals.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    let mut before = "";
    for name in names {
        let shared = before.chars().zip(name.chars()).take_while(|(a, b)| a == b).count().min(25);
        out.push(char::from(b'A' + shared as u8));
        out.extend(name.chars().skip(shared));
        before = name;
    }
    out
}

/// Entries under their keys, in the order of the keys.
type Keyed<'a> = [(String, &'a Entry<'a>)];

/// Divides a range of keys.
struct Halves<'k, 'a> {
    all: &'k Keyed<'a>,
    /// How much all entries up to each take.
    sums: Vec<usize>,
    size: usize,
    depth: usize,
    parts: Vec<(String, &'k Keyed<'a>)>,
}

impl<'k, 'a> Halves<'k, 'a> {
    /// Returns the parts with their names; `depth` is the maximum number of characters that divide.
    fn of(all: &'k Keyed<'a>, size: usize, depth: usize) -> Vec<(String, &'k Keyed<'a>)> {
        let mut sums = vec![0];
        sums.extend(all.iter().scan(0, |sum, (_, entry)| {
            *sum += entry.size();
            Some(*sum)
        }));
        let mut halves = Self { all, sums, size, depth, parts: Vec::new() };
        if !all.is_empty() {
            halves.divide(0..all.len(), 0, String::new());
        }
        halves.parts
    }

    fn total(&self, range: &Range<usize>) -> usize {
        self.sums[range.end] - self.sums[range.start]
    }

    /// Divides keys whose first `letters` characters are the same.
    fn divide(&mut self, range: Range<usize>, letters: usize, name: String) {
        let total = self.total(&range);
        let keys = &self.all[range.clone()];
        // Keys that end come first.
        let letter = |key: &str| key.chars().nth(letters).map_or(0, u32::from);
        let (first, last) = (letter(&keys[0].0), letter(&keys[keys.len() - 1].0));
        if total <= self.size || letters == self.depth || last == 0 {
            self.parts.push((name, keys));
            return;
        }
        let Some(bit) = (first ^ last).checked_ilog2() else { return self.divide(range, letters + 1, name) };
        // All that is above this bit is the same.
        let middle = range.start + keys.partition_point(|(key, _)| letter(key) & 1 << bit == 0);
        let (low, high) = (range.start..middle, middle..range.end);
        // What is hardly too large is not cut into one that is tiny and one that is as large.
        if total <= self.size * 3 / 2 && self.total(&low).min(self.total(&high)) < self.size / 4 {
            self.parts.push((name, keys));
            return;
        }
        let key = &self.all[middle].0;
        let bound = char::from_u32(last >> bit << bit).filter(|bound| !bound.is_ascii_uppercase());
        let bound = bound.or_else(|| key.chars().nth(letters));
        let high_name = key.chars().take(letters).chain(bound).collect();
        self.divide(low, letters, name);
        self.divide(high, letters, high_name);
    }
}

/// Writes a file of terms: the name of the next file; their number; each term, front-coded, with the number of its forms,
/// doubled, with one more if names join to it, and its forms, as far as they differ from the term; how long the postings
/// of each are; the postings.
///
/// Postings that an entry does not have are encoded by `encode`.
pub(super) fn shard(entries: &[&Entry<'_>], next: &str, encode: &dyn Fn(&Entry<'_>) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    varint(&mut out, next.len());
    out.extend_from_slice(next.as_bytes());
    varint(&mut out, entries.len());
    let mut before = "";
    for entry in entries {
        front(&mut out, before, entry.term);
        before = entry.term;
        varint(&mut out, entry.forms.len() << 1 | usize::from(entry.joins));
        for form in &entry.forms {
            front(&mut out, entry.term, form);
        }
    }
    for entry in entries {
        varint(&mut out, entry.encoded.length as usize);
    }
    for entry in entries {
        match &entry.postings {
            Some(postings) => out.extend_from_slice(postings),
            None => out.extend_from_slice(&encode(entry)),
        }
    }
    out
}

/// Returns a hash of all that a file of terms is made from.
pub(super) fn source_of(entries: &[&Entry<'_>], next: &str) -> u64 {
    let mut hasher = Xxh3Default::new();
    let mut text = |text: &str| {
        hasher.update(&text.len().to_le_bytes());
        hasher.update(text.as_bytes());
    };
    text(next);
    for entry in entries {
        text(entry.term);
        entry.forms.iter().for_each(|form| text(form));
        text(if entry.joins { "joins" } else { "" });
    }
    for entry in entries {
        hasher.update(&entry.encoded.length.to_le_bytes());
        hasher.update(&entry.encoded.hash.to_le_bytes());
    }
    hasher.digest()
}

/// Writes a front-coded text: the number of bytes shared with the previous one, the number that follow, and these.
fn front(out: &mut Vec<u8>, before: &str, text: &str) {
    let mut shared = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
    while !text.is_char_boundary(shared) {
        shared -= 1;
    }
    varint(out, shared);
    varint(out, text.len() - shared);
    out.extend_from_slice(&text.as_bytes()[shared..]);
}

/// Writes a number as unsigned LEB128.
pub(super) fn varint(out: &mut Vec<u8>, mut number: usize) {
    while number > 127 {
        out.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Compresses a file; not every server does it for files of this kind.
///
/// At this level it gets as small as it can, in two thirds of the time of the next one.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    thread_local! {
        // Its tables are larger than most files, and are made once.
        static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(7), false));
    }
    COMPRESS.with_borrow_mut(|compress| {
        compress.reset();
        let mut out = Vec::with_capacity(bytes.len() / 2 + 64);
        // Compressing in memory does not fail.
        while let Ok(Status::Ok | Status::BufError) =
            compress.compress_vec(&bytes[compress.total_in() as usize..], &mut out, FlushCompress::Finish)
        {
            out.reserve(bytes.len() / 4 + 64);
        }
        out.shrink_to_fit();
        out
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(term: &str, size: usize) -> Entry<'_> {
        let encoded = Encoded { length: size as u32, hash: 0 };
        Entry { number: 0, term, forms: Vec::new(), joins: false, count: 1, encoded, postings: None }
    }

    /// Returns the files as their names and terms.
    fn named(entries: &[Entry<'_>], size: usize) -> Vec<(String, Vec<String>)> {
        let keyed = entries.iter().map(|entry| (entry.term.to_owned(), entry)).collect();
        let terms = |entries: Vec<&Entry<'_>>| entries.iter().map(|entry| entry.term.to_owned()).collect();
        shards(keyed, size, 4).into_iter().map(|(name, entries)| (name, terms(entries))).collect()
    }

    proptest! {
        #[test]
        fn a_key_is_in_the_last_file_whose_name_is_not_after_it(
            sizes in proptest::collection::btree_map("[a-e@_0é返\u{1F600}]{1,6}", 1_usize..60, 1..80),
        ) {
            let entries: Vec<Entry<'_>> = sizes.iter().map(|(term, size)| entry(term, *size)).collect();
            let files = named(&entries, 100);
            prop_assert!(files.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert_eq!(files.iter().map(|(_, terms)| terms.len()).sum::<usize>(), entries.len());
            prop_assert!(files.iter().all(|(name, _)| !name.contains(|letter: char| letter.is_ascii_uppercase())));
            for (at, (name, terms)) in files.iter().enumerate() {
                let next = files.get(at + 1).map(|(name, _)| name);
                prop_assert!(terms.iter().all(|term| name <= term && next.is_none_or(|next| term < next)));
            }
        }

        #[test]
        fn one_that_grows_moves_no_other_boundary(
            sizes in proptest::collection::btree_map("[a-z]{1,6}", 1_usize..60, 30..80),
            which in 0_usize..30,
        ) {
            let mut entries: Vec<Entry<'_>> = sizes.iter().map(|(term, size)| entry(term, *size)).collect();
            let before = named(&entries, 200);
            entries[which].encoded.length += 1;
            let after = named(&entries, 200);
            // At most one file became two.
            prop_assert!(before.iter().filter(|file| !after.contains(file)).count() <= 2);
        }
    }

    #[test]
    fn little_more_is_the_same_in_coarse_steps() {
        assert_eq!(
            [0, 1, 5, 7, 9, 1000, 1023, 1024, 1279, 1280].map(coarse),
            [0, 1, 5, 7, 8, 896, 896, 1024, 1024, 1280]
        );
    }
}
