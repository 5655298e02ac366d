//! The term files: which term is in which file, and its encoding.

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress, Status};

/// Words of fewer characters are not searched with typing errors.
const MIN_MISSPELT: usize = 4;

/// A term with its postings.
pub(super) struct Entry<'t> {
    pub term: &'t str,
    /// The words whose stem it is, where they differ from it.
    pub forms: Vec<&'t str>,
    /// Whether there are names that are this word without what joins theirs.
    pub joins: bool,
    /// How many documents have it.
    pub count: usize,
    pub postings: Vec<u8>,
}

impl Entry<'_> {
    /// About how much it takes.
    pub(super) fn size(&self) -> usize {
        self.term.len() + self.forms.len() * 3 + self.postings.len() + 3
    }
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

/// Sorts entries into files of neighbours, each named by the first characters of its first key.
///
/// A key is in the last file whose name is not after it. Keys with the same prefix stay together, as long a prefix as
/// keeps a file small, so that similar spellings are in the same file.
pub(super) fn shards<'a>(
    mut all: Vec<(String, &'a Entry<'a>)>,
    size: usize,
    depth: usize,
) -> Vec<(String, Vec<&'a Entry<'a>>)> {
    all.sort_by(|a, b| (&a.0, &a.1.term).cmp(&(&b.0, &b.1.term)));
    let mut groups = Vec::new();
    split(&all, "", size, depth, &mut groups);
    let mut shards: Vec<(String, Vec<&Entry<'_>>)> = Vec::new();
    let mut total = 0;
    for (name, group) in groups {
        let own: usize = group.iter().map(|(_, entry)| entry.size()).sum();
        let entries = group.iter().map(|(_, entry)| *entry);
        match shards.last_mut().filter(|_| total + own <= size) {
            Some((_, last)) => last.extend(entries),
            None => {
                shards.push((name, entries.collect()));
                total = 0;
            }
        }
        total += own;
    }
    for (_, entries) in &mut shards {
        entries.sort_by(|a, b| a.term.cmp(b.term));
        entries.dedup_by(|a, b| a.term == b.term);
    }
    shards
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

/// Divides entries by the next character until the parts are small.
fn split<'k, 'a>(
    all: &'k Keyed<'a>,
    prefix: &str,
    size: usize,
    depth: usize,
    groups: &mut Vec<(String, &'k Keyed<'a>)>,
) {
    let letters = prefix.chars().count();
    let total: usize = all.iter().map(|(_, entry)| entry.size()).sum();
    if letters > 0 && (total <= size || letters == depth) {
        groups.push((prefix.to_owned(), all));
        return;
    }
    let letter = |key: &str| key.chars().nth(letters);
    for group in all.chunk_by(|a, b| letter(&a.0) == letter(&b.0)) {
        match letter(&group[0].0) {
            Some(next) => split(group, &format!("{prefix}{next}"), size, depth, groups),
            // Keys that end here.
            None => groups.push((prefix.to_owned(), group)),
        }
    }
}

/// Writes a file of terms: their number; each term, front-coded, with the number of its forms, doubled, with one more
/// if names join to it, and its forms, as far as they differ from the term; how long the postings of each are; the
/// postings.
pub(super) fn shard(entries: &[&Entry<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
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
        varint(&mut out, entry.postings.len());
    }
    for entry in entries {
        out.extend_from_slice(&entry.postings);
    }
    deflate(&out)
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
