//! From documents to files.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash as _;
use std::ops::Range;

use foldhash::fast::RandomState;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use super::codec::{self, FILES_OF_FOLDER, deflate, varint};
use super::inverted_index::{Counts, InvertedIndex, Posting, SectionPosting, Vocabulary, Words, count};
use super::saved::{Bytes, Encoded, SavedBatch, SavedDocument, SavedFile, SavedIndex, SavedTerm};
use super::tokenizer::{Term, Terms, chunks, fold, is_joint, joined, short};
use super::{CLIENT, Document, DocumentType, EVEN, MODULE_NAME, SearchFiles};
use crate::config::SearchConfig;
use crate::routes;

/// The version of the layout; the module refuses any other.
const VERSION: u32 = 5;

/// How much of a section is kept for excerpts, in bytes: between these, as much as keeps all of them below the third.
const MIN_EXCERPT: usize = 230;
const MAX_EXCERPT: usize = 4000;
const EXCERPTS: usize = 12 << 20;

/// How much of that is kept from around the rarest words of what is too long, at most, and how much before and after each.
const MAX_AROUND: usize = 400;
const AROUND: usize = 12;

/// Maximum number of documents that have a rare word.
const FEW: usize = 63;

/// What replaces the text that is left out.
const BETWEEN: &str = " … ";

/// How much of a document is kept for excerpts, in bytes: all of release notes, not all of a dump.
const MAX_EXCERPTS: usize = 1 << 20;

/// How large files get in bytes before compression: from and to, and into how many the whole is cut between these, so
/// that the table of contents stays small.
struct ShardSize {
    least: usize,
    most: usize,
    files: usize,
}

/// Of results.
const RESULTS: ShardSize = ShardSize { least: 1400, most: 9 << 10, files: 4200 };

/// Of words.
const WORDS: ShardSize = ShardSize { least: 9 << 9, most: 9 << 10, files: 3400 };

/// Of names of several words.
const WHOLES: ShardSize = ShardSize { least: 8 << 10, most: 20 << 10, files: 450 };

/// Of words for early typing errors, which are requested rarely.
const TURNED: ShardSize = ShardSize { least: 8 << 10, most: 28 << 10, files: 700 };

/// Maximum number of characters that choose the file of a word; more would separate similar spellings.
const DEPTH: usize = 5;

/// The same for early typing errors: the first character and the last two.
const DEPTH_OF_TURNED: usize = 3;

/// The same for names of several words, which are not searched with typing errors.
const DEPTH_OF_WHOLES: usize = 40;

/// How many words are common at most, and in more than which part of the documents a common word is.
const COMMON: (usize, usize) = (64, 4);

/// A folder of terms: its name, entries by key, how they are divided, how many characters choose the file.
type Folder<'a> = (&'static str, Vec<(String, &'a codec::Entry<'a>)>, ShardSize, usize);

impl ShardSize {
    /// Returns how large each file gets.
    fn size(&self, whole: usize) -> usize {
        codec::coarse((whole / self.files).clamp(self.least, self.most))
    }
}

/// How much is noted of one term.
#[derive(Clone, Copy)]
struct Detail {
    /// Documents, the best.
    documents: usize,
    /// Those of them with every section; of the others it is noted which headings have the term.
    full: usize,
    /// Sections, about.
    sections: usize,
}

const FULL: Detail = Detail { documents: usize::MAX, full: 400, sections: 800 };

/// Of a misspelt word.
const BRIEF: Detail = Detail { documents: 112, full: 50, sections: 100 };

/// What counts are measured by.
struct Measures<'a> {
    /// How much the counts of a document say.
    document: Bm25,
    /// The same of a section.
    section: Bm25,
    /// How many words each document has, and each of its sections.
    lengths: Vec<(usize, &'a [u32])>,
}

/// A file of an index.
#[derive(Debug)]
pub struct IndexFile {
    /// Its content; `None` if it is the one that is there.
    pub bytes: Option<Vec<u8>>,
    /// How long it is, in bytes.
    pub size: u64,
}

/// Cuts, counts and lays out documents.
#[must_use]
pub fn index(documents: &[Document<'_>], config: &SearchConfig) -> SearchFiles {
    index_at(routes::SEARCH, documents, config)
}

/// Does so for a part of the site that is searched alone; its index is in `place`, a folder.
#[must_use]
pub fn index_at(place: &str, documents: &[Document<'_>], config: &SearchConfig) -> SearchFiles {
    let (files, _) = index_again(place, documents, config, SavedIndex::default(), &|_| false);
    files.into_iter().map(|(path, file)| (path, file.bytes.unwrap_or_default())).collect()
}

/// Does so with what an earlier index of nearly the same documents has left. `is_there` says which of its files are still
/// there, by their paths in the site.
#[must_use]
pub fn index_again(
    place: &str,
    documents: &[Document<'_>],
    config: &SearchConfig,
    mut before: SavedIndex,
    is_there: &(dyn Fn(&str) -> bool + Sync),
) -> (BTreeMap<String, IndexFile>, SavedIndex) {
    // What a number means is the same in all that the folder ever holds.
    let numbers = name(documents.iter().flat_map(|one| [&one.url, one.kind.as_str(), one.kind.role(), &one.reference]));
    let folder = name([&*VERSION.to_string(), &numbers]);
    let keys: Vec<u128> = documents.par_iter().map(key_of).collect();
    let words = Words {
        terms: before.terms.iter().map(|saved| saved.term.clone()).collect(),
        forms: std::mem::take(&mut before.forms),
    };
    let InvertedIndex { words: vocabularies, counts, keys: batch_keys, is_new, size, lengths } =
        count(documents, &keys, words, &mut before.batches);
    let sections: usize = lengths.iter().map(Vec::len).sum();
    let words = |lengths: &[u32]| lengths.iter().map(|length| *length as usize).sum::<usize>();
    let total: usize = lengths.iter().map(|lengths| words(lengths)).sum();
    let means = (mean(total, documents.len()), mean(total, sections));
    let measures = Measures {
        document: Bm25::new(means.0, 0.4, 3.0),
        section: Bm25::new(means.1, 0.5, 7.0),
        lengths: lengths.iter().map(|lengths| (words(lengths), lengths.as_slice())).collect(),
    };
    let means = (means.0.to_bits(), means.1.to_bits());
    let most = excerpt(documents);
    // Numbers of documents in postings mean the same only within a folder.
    let is_same = before.folder == folder && before.means == means;
    if !is_same {
        before.files.clear();
    }
    let vocabulary = Vocabulary::of(&vocabularies, &counts);
    // By term, its number in the index before.
    let mut saved: Vec<Option<u32>> = vec![None; vocabulary.terms.len()];
    if is_same {
        vocabulary.numbers[0].iter().zip(0..).for_each(|(at, number)| saved[*at as usize] = Some(number));
    }
    let changed = changed_terms(&vocabulary, &counts, &is_new, size, &lengths, &before);
    let known = |at: usize| saved[at].filter(|_| !changed[at]).map(|number| &before.terms[number as usize]);
    let encoded = |at: usize, detail: Detail| {
        let postings = vocabulary.postings(&counts, at);
        let hits = postings.hits();
        encode(&hits, &mut Best::of(&hits), &measures, detail)
    };
    let entry = |at: usize| {
        let of = |count: usize, (encoded, postings): (Encoded, Option<Vec<u8>>)| codec::Entry {
            number: at,
            term: vocabulary.terms[at],
            forms: vocabulary.forms_of(at),
            joins: false,
            count,
            encoded,
            postings,
        };
        if let Some(saved) = known(at) {
            let of = |encoded: Encoded| of(saved.count as usize, (encoded, None));
            return Some((of(saved.full), saved.brief.map(of)));
        }
        let postings = vocabulary.postings(&counts, at);
        let hits = postings.hits();
        if hits.is_empty() {
            return None;
        }
        let mut best = Best::of(&hits);
        let mut entry = |detail: Detail| {
            let postings = encode(&hits, &mut best, &measures, detail);
            let encoded = Encoded { length: postings.len() as u32, hash: xxh3_64(&postings) };
            of(hits.len(), (encoded, Some(postings)))
        };
        // Words that are too common count in titles only; names of several words are not searched with typing errors.
        let full = entry(FULL);
        Some((full, (!vocabulary.terms[at].contains(is_joint)).then(|| entry(BRIEF))))
    };
    let (mut entries, short): (Vec<codec::Entry<'_>>, Vec<Option<codec::Entry<'_>>>) =
        (0..vocabulary.terms.len()).into_par_iter().filter_map(entry).unzip();
    let names = entries.iter().map(|entry| entry.term).filter(|term| term.contains(is_joint)).map(joined);
    let names: HashSet<String, RandomState> = names.collect();
    entries.par_iter_mut().for_each(|entry| {
        entry.joins = entry.forms.iter().chain([&entry.term]).any(|word| names.contains(*word));
    });

    let packer = Packer { folder: format!("{place}{folder}/"), before: &before.files, is_there };
    let mut files: BTreeMap<String, PackedFile> = BTreeMap::new();
    // There are many names of several words. They have files of their own, so that a query for a word fetches words
    // only.
    let own = entries.iter().map(|entry| (entry.term.to_owned(), entry));
    let (wholes, words): (Vec<_>, Vec<_>) = own.partition(|(term, _)| term.contains(is_joint));
    // They are indexed as one word, since that is how others write them.
    let wholes = wholes.into_iter().map(|(term, entry)| (joined(&term), entry));
    let ends = short.iter().flatten().flat_map(|entry| {
        let words = entry.forms.iter().copied().chain([entry.term]);
        let keys: BTreeSet<String> = words.filter_map(codec::turned).collect();
        keys.into_iter().map(move |key| (key, entry))
    });
    let common = common(&words, documents.len());
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    let folders: [Folder<'_>; 3] = [
        ("t", words, WORDS, DEPTH),
        ("w", wholes.collect(), WHOLES, DEPTH_OF_WHOLES),
        ("f", ends.collect(), TURNED, DEPTH_OF_TURNED),
    ];
    for (folder, keyed, cut, depth) in folders {
        let whole: usize = keyed.iter().map(|(_, entry)| entry.size()).sum();
        let shards = codec::shards(keyed, cut.size(whole), depth);
        let detail = if folder == "f" { BRIEF } else { FULL };
        let write = |(at, (name, entries)): (usize, &(String, Vec<&codec::Entry<'_>>))| {
            let next = shards.get(at + 1).map_or("", |(name, _)| name);
            let encode = |entry: &codec::Entry<'_>| encoded(entry.number, detail);
            let path = codec::shard_path(folder, name, shards.len());
            let source = codec::source_of(entries, next);
            packer.file(path, source, || deflate(&codec::shard(entries, next, &encode)))
        };
        files.extend(shards.par_iter().enumerate().map(write).collect::<Vec<_>>());
        tables.insert(folder, codec::names(shards.iter().map(|(name, _)| name.as_str())));
    }
    let rare = Rare::of(&entries);
    // Where a word has become more or less rare, other parts of long texts may be kept.
    let class = |count: usize| (count <= FEW).then(|| count.max(1).ilog2());
    let mut other_excerpts: HashSet<usize, RandomState> = HashSet::default();
    for entry in entries.iter().filter(|entry| changed[entry.number]) {
        let before = saved[entry.number].and_then(|number| class(before.terms[number as usize].count as usize));
        if class(entry.count) != before {
            other_excerpts.extend(vocabulary.postings(&counts, entry.number).hits().iter().map(|hit| hit.document));
        }
    }
    let is_kept =
        |(at, saved): (usize, &SavedDocument)| keys.get(at) == Some(&saved.key) && !other_excerpts.contains(&at);
    let of_before = if is_same && before.excerpt == most { &before.documents[..] } else { &[] };
    let known: Vec<Option<&SavedDocument>> =
        of_before.iter().enumerate().map(|saved| is_kept(saved).then_some(saved.1)).collect();
    let Blocks { files: blocks, starts, documents: of_documents } =
        blocks(documents, &keys, &Excerpts { rare: &rare, most }, &known, &packer);
    files.extend(blocks);
    let plain = |path: &str, bytes: Vec<u8>| packer.file(path.to_owned(), xxh3_64(&bytes), || bytes);
    files.extend([plain("refs.json", bytes(&runs(documents.iter().map(|document| document.reference.as_str()))))]);
    // What filters ask, by reference.
    let facts: serde_json::Map<String, Value> = documents
        .iter()
        .filter_map(|document| document.facts.as_ref().map(|facts| (document.reference.clone(), facts)))
        .map(|(reference, facts)| {
            (
                reference,
                match &*facts.system {
                    "" => json!([facts.owner, facts.lifecycle, facts.tags]),
                    system => json!([facts.owner, facts.lifecycle, facts.tags, system]),
                },
            )
        })
        .collect();
    files.extend([plain("facts.json", bytes(&facts))]);
    // Who asks for no level does not load who has one.
    let mut levels: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for document in documents {
        for level in document.facts.iter().flat_map(|facts| &facts.levels) {
            levels.entry(level).or_default().push(&document.reference);
        }
    }
    files.extend([plain("levels.json", bytes(&levels))]);

    let hashes: Vec<String> = files.iter().map(|(path, file)| format!("{path} {:x}", file.saved.hash)).collect();
    let kinds = documents.iter().map(|document| match document.kind.role() {
        "" => json!([document.kind.as_str(), kind_of(&document.reference)]),
        role => json!([document.kind.as_str(), kind_of(&document.reference), role]),
    });
    let mut root = json!({
        "version": VERSION,
        "folder": folder,
        "generation": name(hashes.iter().map(String::as_str)),
        "count": documents.len(),
        "kinds": runs(kinds),
        "common": common,
        "t": tables["t"],
        "w": tables["w"],
        "f": tables["f"],
        "d": starts,
    });
    if documents.iter().any(|document| document.boost != EVEN) {
        root["boosts"] = json!(runs(documents.iter().map(|document| document.boost)));
    }
    if !config.synonyms.is_empty() {
        root["synonyms"] = json!(synonyms(&config.synonyms));
    }

    let terms = entries.iter().zip(&short).map(|(entry, brief)| SavedTerm {
        term: entry.term.to_owned(),
        count: entry.count as u32,
        full: entry.encoded,
        brief: brief.as_ref().map(|entry| entry.encoded),
    });
    let terms: Vec<SavedTerm> = terms.collect();
    let mut numbers = vec![0; vocabulary.terms.len()];
    entries.iter().zip(0..).for_each(|(entry, number)| numbers[entry.number] = number);
    let forms = vocabulary.forms.iter().map(|(term, form)| (numbers[*term as usize], (*form).to_owned())).collect();
    let form_number = |words: usize, form: u32| {
        let (term, form) = &vocabularies[words].forms[form as usize];
        let form = (vocabulary.numbers[words][*term as usize], form.as_str());
        vocabulary.forms.binary_search(&form).unwrap_or_default() as u32
    };
    let batch = |((counts, key), lengths): ((Counts, u128), &[Vec<u32>])| {
        let of_terms = &vocabulary.numbers[counts.words];
        SavedBatch {
            key,
            terms: counts
                .terms
                .iter()
                .map(|(term, from)| (numbers[of_terms[*term as usize] as usize], *from))
                .collect(),
            forms: counts.forms.iter().map(|form| form_number(counts.words, *form)).collect(),
            bytes: Bytes(counts.bytes),
            lengths: lengths.to_vec(),
        }
    };
    let batches = counts.into_iter().zip(batch_keys).zip(lengths.chunks(size));
    let mut saved_files = BTreeMap::new();
    let mut all: BTreeMap<String, IndexFile> = BTreeMap::new();
    for (path, PackedFile { saved, bytes }) in files {
        all.insert(format!("{place}{folder}/{path}"), IndexFile { bytes, size: saved.size });
        saved_files.insert(path, saved);
    }
    let saved = SavedIndex {
        batches: batches.map(|one| Some(batch(one))).collect(),
        folder,
        means,
        excerpt: most,
        terms,
        forms,
        documents: of_documents,
        files: saved_files,
    };
    let root = String::from_utf8(bytes(&root)).unwrap_or_default();
    // The module brings the table of contents along, which saves a way to the server; a page that has been open since
    // before the last build reads the new one from its own file.
    let module = CLIENT.replacen("ROOT=null", &format!("ROOT={root}"), 1);
    let module = if place == routes::SEARCH {
        module
    } else {
        module.replacen("FOLDER='search/'", &format!("FOLDER={}", serde_json::Value::from(place)), 1)
    };
    for (name, content) in [(MODULE_NAME, module), ("index.json", root)] {
        let size = content.len() as u64;
        all.insert(format!("{place}{name}"), IndexFile { bytes: Some(content.into_bytes()), size });
    }
    (all, saved)
}

/// Returns what names a document.
fn key_of(document: &Document<'_>) -> u128 {
    let mut hasher = Xxh3Default::new();
    document.hash(&mut hasher);
    hasher.digest128()
}

/// Returns of which terms something else is said than in the index before, or in which a document is of another length.
fn changed_terms(
    vocabulary: &Vocabulary<'_>,
    counts: &[Counts],
    is_new: &[bool],
    size: usize,
    lengths: &[Vec<u32>],
    before: &SavedIndex,
) -> Vec<bool> {
    let mut changed = vec![false; vocabulary.terms.len()];
    for (at, counts) in counts.iter().enumerate().filter(|(at, _)| is_new[*at]) {
        let numbers = &vocabulary.numbers[counts.words];
        let now: HashMap<u32, &[u8], RandomState> =
            counts.slices().map(|(term, bytes)| (numbers[term as usize], bytes)).collect();
        let Some(Some(saved)) = before.batches.get(at) else {
            now.keys().for_each(|term| changed[*term as usize] = true);
            continue;
        };
        let longer = |document: usize| saved.lengths.get(document - at * size) != lengths.get(document);
        counts.terms_in(&longer).iter().for_each(|term| changed[numbers[*term as usize] as usize] = true);
        let saved = Counts { words: 0, terms: saved.terms.clone(), forms: Vec::new(), bytes: saved.bytes.0.clone() };
        let numbers = &vocabulary.numbers[0];
        let before: HashMap<u32, &[u8], RandomState> =
            saved.slices().map(|(term, bytes)| (numbers[term as usize], bytes)).collect();
        for term in before.keys().chain(now.keys()).filter(|term| before.get(*term) != now.get(*term)) {
            changed[*term as usize] = true;
        }
    }
    changed
}

/// A file below the folder of an index.
struct PackedFile {
    saved: SavedFile,
    /// `None` if it is there.
    bytes: Option<Vec<u8>>,
}

/// Makes files, but those that the index before has left.
struct Packer<'a> {
    /// The path of the folder.
    folder: String,
    before: &'a BTreeMap<String, SavedFile>,
    is_there: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Packer<'_> {
    /// Makes a file from what has this hash, unless it is there.
    fn file(&self, path: String, source: u64, make: impl FnOnce() -> Vec<u8>) -> (String, PackedFile) {
        let before = self.before.get(&path).filter(|before| before.source == source);
        if let Some(before) = before.filter(|_| (self.is_there)(&format!("{}{path}", self.folder))) {
            return (path, PackedFile { saved: before.clone(), bytes: None });
        }
        let bytes = make();
        let saved = SavedFile { source, hash: xxh3_64(&bytes), size: bytes.len() as u64 };
        (path, PackedFile { saved, bytes: Some(bytes) })
    }
}

/// Returns the words that are nearly everywhere, the commonest first: a long query does without them.
fn common<'t>(words: &[(String, &codec::Entry<'t>)], documents: usize) -> Vec<&'t str> {
    let everywhere = words.iter().filter(|(_, entry)| entry.count * COMMON.1 > documents);
    let mut common: Vec<_> = everywhere.map(|(_, entry)| (std::cmp::Reverse(entry.count), entry.term)).collect();
    common.sort_unstable();
    common.into_iter().take(COMMON.0).map(|(_, term)| term).collect()
}

/// Returns groups of words as the terms that they are found by.
fn synonyms(groups: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut cutter = Terms::new();
    let mut term = |word: &String| match chunks(word).flat_map(|chunk| cutter.of(chunk)).last()? {
        Term::Word(word) => Some(word.stem),
        Term::Whole(whole) => Some(whole),
    };
    groups.iter().map(|group| group.iter().filter_map(&mut term).collect()).collect()
}

/// Returns a mean in steps of a tenth, about: one text that changes must not change what is said of all others.
#[expect(clippy::cast_precision_loss, reason = "a mean of counts needs no more digits")]
fn mean(total: usize, count: usize) -> f64 {
    const PARTS: usize = 16;
    let parts = (total * PARTS / count.max(1)).max(PARTS);
    let step = parts.ilog2().saturating_sub(4);
    (parts >> step << step) as f64 / PARTS as f64
}

/// Returns a name for a list of texts.
fn name<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Xxh3Default::new();
    for text in texts {
        hasher.update(&text.len().to_le_bytes());
        hasher.update(text.as_bytes());
    }
    format!("{:012x}", hasher.digest() >> 16)
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// Returns the path of the file of results that begins with this section of a document; a folder has the files of so many
/// documents, as a power of two.
fn block_path(document: usize, section: usize, folder: u32) -> String {
    let many = document >> folder;
    match section {
        0 => format!("d/{many}/{document}.bin"),
        _ => format!("d/{many}/{document}-{section}.bin"),
    }
}

fn kind_of(reference: &str) -> &str {
    reference.split(':').next().unwrap_or("")
}

/// Returns each value with how often it comes in a row.
fn runs<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut runs: Vec<(T, usize)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => runs.push((value, 1)),
        }
    }
    runs
}

/// How much a count says in a text of a given length: BM25 in a few steps.
struct Bm25 {
    /// The length normalisation of an empty text, and its increase for each word.
    base: f64,
    each: f64,
    steps: f64,
}

impl Bm25 {
    /// Takes how many words there are in the mean, how much it matters that there are more, and the number of steps.
    fn new(mean: f64, by_length: f64, steps: f64) -> Self {
        Self { base: 1.2 * (1.0 - by_length), each: 1.2 * by_length / mean, steps }
    }

    /// Returns the step, from 0, of a count in a text of this many words.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "few steps"
    )]
    fn of(&self, count: usize, length: usize) -> u8 {
        let count = count as f64;
        (count / (count + self.base + self.each * length as f64) * self.steps + 0.5) as u8
    }
}

/// The documents that say most of a term.
struct Best {
    /// For each its score, inverted so that the best come first, then its place. Empty if they are few.
    ranks: Vec<u64>,
    /// This many at the front score higher than the others.
    sorted_out: usize,
}

impl Best {
    fn of(hits: &[Posting<'_>]) -> Self {
        let rank = |(at, hit): (usize, &Posting<'_>)| {
            // A count takes the low bits.
            let said = |spot: &SectionPosting| 1 << 17 | u64::from(spot.heading > 0) << 16 | u64::from(spot.count);
            let best = hit.spots.iter().map(said).max().unwrap_or_default();
            ((1 << 19) - 1 - (u64::from(hit.title > 0) << 18 | best)) << 32 | at as u64
        };
        let few = hits.len() <= BRIEF.full.min(FULL.full);
        let ranks = if few { Vec::new() } else { hits.iter().enumerate().map(rank).collect() };
        Self { sorted_out: ranks.len(), ranks }
    }

    /// Returns the places of the best, in no order. Those asked for later are fewer.
    fn first(&mut self, count: usize) -> impl Iterator<Item = usize> {
        if count < self.sorted_out {
            self.ranks[..self.sorted_out].select_nth_unstable(count);
            self.sorted_out = count;
        }
        self.ranks[..count.min(self.sorted_out)].iter().map(|rank| (*rank & u64::from(u32::MAX)) as usize)
    }
}

/// How much of a document is noted for a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noted {
    Sections,
    Headings,
    Nothing,
}

/// Writes postings: for each document the delta to the previous one, a byte of flags, and its sections.
///
/// Flags: how many sections follow (3: a number does), title (its number of words follows), exact name, keyword,
/// heading, and two bits of weight. A section: the delta to the previous one, then a byte of weight and words of the
/// heading.
fn encode(hits: &[Posting<'_>], best: &mut Best, measures: &Measures<'_>, detail: Detail) -> Vec<u8> {
    let weigh = |hit: &Posting<'_>| {
        let count = hit.spots.iter().map(|spot| usize::from(spot.count) + 3 * usize::from(spot.heading.min(1))).sum();
        measures.document.of(count, measures.lengths[hit.document].0)
    };
    // By document, how much of it is noted.
    let mut noted = vec![Noted::Sections; hits.len()];
    if hits.len() > detail.full {
        noted.fill(if hits.len() > detail.documents { Noted::Nothing } else { Noted::Headings });
        if hits.len() > detail.documents {
            best.first(detail.documents).for_each(|at| noted[at] = Noted::Headings);
        }
        best.first(detail.full).for_each(|at| noted[at] = Noted::Sections);
    }
    let most = (detail.sections / hits.len().max(1)).clamp(if detail.full < hits.len() { 1 } else { 3 }, 64);
    let mut out = Vec::new();
    varint(&mut out, hits.len().min(detail.documents));
    let mut before = 0;
    let mut spots: Vec<SectionPosting> = Vec::new();
    for (hit, noted) in hits.iter().zip(noted) {
        if noted == Noted::Nothing {
            continue;
        }
        varint(&mut out, hit.document - before);
        before = hit.document;
        spots.clear();
        spots.extend(hit.spots.iter().filter(|spot| noted == Noted::Sections || spot.heading > 0));
        if spots.len() > most {
            spots.sort_unstable_by_key(|spot| (spot.heading == 0, std::cmp::Reverse(spot.count), spot.section));
            spots.truncate(most);
            spots.sort_unstable_by_key(|spot| spot.section);
        }
        let marks = spots.len().min(3) as u8
            | u8::from(hit.title > 0) << 2
            | u8::from(hit.name) << 3
            | u8::from(hit.keyword) << 4
            | u8::from(hit.spots.iter().any(|spot| spot.heading > 0)) << 5
            | weigh(hit) << 6;
        out.push(marks);
        if hit.title > 0 {
            out.push(hit.title);
        }
        if spots.len() >= 3 {
            varint(&mut out, spots.len());
        }
        let mut last = 0;
        for spot in &spots {
            let section = spot.section as usize;
            varint(&mut out, section - last);
            last = section;
            let length = measures.lengths[hit.document].1.get(section).map_or(0, |length| *length as usize);
            out.push(measures.section.of(usize::from(spot.count), length) | spot.heading.min(31) << 3);
        }
    }
    out
}

/// How much of texts is kept for excerpts.
struct Excerpts<'a> {
    rare: &'a Rare<'a>,
    /// Of a section, in bytes.
    most: usize,
}

impl Excerpts<'_> {
    /// Returns what is kept of the sections of a document.
    fn of(&self, document: &Document<'_>) -> Vec<String> {
        let mut left = MAX_EXCERPTS;
        let keep = |(section, part)| {
            let text = shown(document, section, part);
            let text = self.rare.kept(&text, self.most.min(left));
            left -= text.len().min(left);
            text.into_owned()
        };
        document.sections.iter().enumerate().map(keep).collect()
    }
}

/// What results show.
struct Blocks {
    /// By path.
    files: Vec<(String, PackedFile)>,
    /// Where they start: the delta to the first document of the previous file as a letter, `z` for 25 and more to come, then
    /// the section if it is not the first.
    starts: String,
    documents: Vec<SavedDocument>,
}

/// Lays out what results show, some sections a file. `known` says by document what is kept as before.
fn blocks(
    documents: &[Document<'_>],
    keys: &[u128],
    excerpts: &Excerpts<'_>,
    known: &[Option<&SavedDocument>],
    packer: &Packer<'_>,
) -> Blocks {
    let kept = |at: usize| -> (SavedDocument, Option<Vec<String>>) {
        if let Some(known) = known.get(at).copied().flatten() {
            return (known.clone(), None);
        }
        let kept = excerpts.of(&documents[at]);
        let mut hasher = Xxh3Default::new();
        kept.hash(&mut hasher);
        let lengths = kept.iter().map(|text| text.len() as u32).collect();
        (SavedDocument { key: keys[at], kept: lengths, hash: hasher.digest() }, Some(kept))
    };
    let (saved, kept): (Vec<SavedDocument>, Vec<Option<Vec<String>>>) =
        (0..documents.len()).into_par_iter().map(kept).unzip();
    let head = |document: &Document<'_>| document.url.len() + document.title.len() + document.reference.len() + 30;
    let foot = |part: &super::Part<'_>| part.heading.len() + part.anchor.len() + 20;
    let of_sections = |at: usize| {
        let parts = documents[at].sections.iter().zip(&saved[at].kept);
        parts.map(|(part, length)| *length as usize + foot(part))
    };
    let whole = |at: usize| head(&documents[at]) + of_sections(at).sum::<usize>();
    let sizes: Vec<usize> = (0..documents.len()).map(whole).collect();
    let each = RESULTS.size(sizes.iter().sum());
    // Documents of each file, or one document and some of its sections.
    let mut parts: Vec<(Range<usize>, Option<Range<usize>>)> = Vec::new();
    for range in halved(&sizes, each) {
        let (at, is_one) = (range.start, range.len() == 1);
        if !is_one || sizes[at] <= each {
            parts.push((range, None));
            continue;
        }
        let sections: Vec<usize> = of_sections(at).collect();
        parts.extend(halved(&sections, each).into_iter().map(|sections| (range.clone(), Some(sections))));
    }
    let folder = (FILES_OF_FOLDER * documents.len() / parts.len().max(1)).checked_ilog2().unwrap_or_default().min(8);
    let mut starts = String::new();
    let mut before = 0;
    for (range, sections) in &parts {
        start(&mut starts, range.start - before, sections.as_ref().map_or(0, |sections| sections.start));
        before = range.start;
    }
    let write = |(range, sections): &(Range<usize>, Option<Range<usize>>)| {
        let entry = |at: usize| {
            let document = &documents[at];
            let kept = match &kept[at] {
                Some(kept) => Cow::Borrowed(kept),
                None => Cow::Owned(excerpts.of(document)),
            };
            let of = sections.clone().unwrap_or(0..document.sections.len());
            let part = |at_section: usize| {
                let part = &document.sections[at_section];
                json!([anchor(document, part), part.heading, kept[at_section]])
            };
            let parts: Vec<Value> = of.clone().map(part).collect();
            json!([
                at,
                routes::encoded(&document.url),
                document.title,
                document.kind.as_str(),
                document.reference,
                of.start,
                if parts.is_empty() { vec![json!(["", "", ""])] } else { parts }
            ])
        };
        let first = sections.as_ref().map_or(0, |sections| sections.start);
        let mut source = Xxh3Default::new();
        (range, sections).hash(&mut source);
        range.clone().for_each(|at| (saved[at].key, saved[at].hash).hash(&mut source));
        let block = || deflate(&bytes(&range.clone().map(entry).collect::<Vec<Value>>()));
        packer.file(block_path(range.start, first, folder), source.digest(), block)
    };
    let files = parts.par_iter().map(write).collect();
    Blocks { files, starts, documents: saved }
}

/// Halves a range of numbers, each of which takes so much, until the parts are small, or are one.
fn halved(sizes: &[usize], most: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut open = vec![(0, sizes.len().next_power_of_two())];
    while let Some((from, width)) = open.pop() {
        let range = from..(from + width).min(sizes.len());
        if range.is_empty() {
            continue;
        }
        if width == 1 || sizes[range.clone()].iter().sum::<usize>() <= most {
            parts.push(range);
        } else {
            open.push((from + width / 2, width / 2));
            open.push((from, width / 2));
        }
    }
    parts
}

/// Writes where a file of results starts.
fn start(out: &mut String, mut documents: usize, section: usize) {
    while documents > 24 {
        out.push('z');
        documents -= 25;
    }
    out.push(char::from(b'a' + documents as u8));
    if section > 0 {
        out.push_str(&section.to_string());
    }
}

/// Returns what of a section excerpts are cut from: of a thing that is no page, the words that describe it, too, and the
/// name of an operation that its title does not say.
fn shown<'a>(document: &'a Document<'_>, section: usize, part: &'a super::Part<'_>) -> Cow<'a, str> {
    if document.kind == DocumentType::Docs || section > 0 {
        return part.text.as_ref().into();
    }
    let id = document.names.get(1).filter(|_| document.kind.as_str() == "api").map_or("", String::as_str);
    let said = [id, &part.text, &document.keywords];
    said.into_iter().filter(|said| !said.is_empty()).collect::<Vec<_>>().join(" · ").into()
}

/// Returns the anchor of a section, or 0 if it is the words of the heading, or of the title where there is none, in
/// lower case with dashes between, as most are.
fn anchor(document: &Document<'_>, part: &super::Part<'_>) -> Value {
    let heading = if part.heading.is_empty() { &document.title } else { &*part.heading };
    let words = heading.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let plain = || words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if heading.is_ascii() && !part.anchor.is_empty() && plain() == part.anchor {
        return json!(0);
    }
    json!(routes::encoded(&part.anchor))
}

/// Words and names that few documents have, with how many do, as a power of two: by these long texts are found.
///
/// The power and not the number, so that one more of these documents does not change what is kept of the others.
#[derive(Default)]
struct Rare<'t> {
    /// Those that are [`short`].
    short: HashMap<u128, u32, RandomState>,
    long: HashMap<&'t str, u32, RandomState>,
}

impl<'t> Rare<'t> {
    fn of(entries: &[codec::Entry<'t>]) -> Self {
        let few = entries.iter().filter(|entry| entry.count <= FEW);
        let words = |entry: &codec::Entry<'t>| entry.forms.iter().copied().chain([entry.term]).collect::<Vec<_>>();
        few.flat_map(|entry| words(entry).into_iter().map(|word| (word, entry.count.max(1).ilog2()))).collect()
    }

    /// Returns about how many documents have a piece of text, if it is rare.
    fn count(&self, piece: &str) -> Option<u32> {
        if !piece.is_ascii() {
            return self.count_of_folded(&fold(piece));
        }
        let Some(short) = short(piece) else { return self.count_of_folded(&piece.to_ascii_lowercase()) };
        let mut bytes = short.to_le_bytes();
        bytes.make_ascii_lowercase();
        self.short.get(&u128::from_le_bytes(bytes)).copied()
    }

    fn count_of_folded(&self, piece: &str) -> Option<u32> {
        match short(piece) {
            Some(short) => self.short.get(&short),
            None => self.long.get(piece),
        }
        .copied()
    }

    /// Returns what is kept of a text: if it is too long its beginning, and of the rest what is around its rarest
    /// words.
    fn kept<'a>(&self, text: &'a str, most: usize) -> Cow<'a, str> {
        if text.len() <= most {
            return text.into();
        }
        let more = (most / 2).min(MAX_AROUND);
        let start = blank_before(text, most - more);
        let mut places: Vec<(u32, bool, usize, usize)> = Vec::new();
        for piece in chunks(&text[start..]) {
            if let Some(count) = self.count(piece) {
                // Names are looked for as they are written.
                let is_name = piece.contains(is_joint);
                places.push((count, !is_name, piece.as_ptr().addr() - text.as_ptr().addr(), piece.len()));
            }
        }
        places.sort_unstable();
        let mut left = more;
        let mut around: Vec<Range<usize>> = Vec::new();
        for (.., at, length) in places {
            if around.iter().any(|one| one.contains(&at)) {
                continue;
            }
            let from = text[..at].rfind(' ').map_or(start, |blank| blank_before(text, blank.saturating_sub(AROUND)));
            let to = blank_before(text, (at + length + AROUND).min(text.len())).max(at + length);
            let from = from.max(start);
            let Some(rest) = left.checked_sub(to - from + BETWEEN.len()) else { break };
            left = rest;
            around.push(from..to);
        }
        if around.is_empty() {
            return text[..text.floor_char_boundary(most)].into();
        }
        around.sort_unstable_by_key(|one| one.start);
        let mut out = text[..start].to_owned();
        let mut end = start;
        for one in around {
            if one.start > end {
                out.push_str(BETWEEN);
            }
            out.push_str(text[one.start.max(end)..one.end.max(end)].trim_start());
            end = end.max(one.end);
        }
        out.into()
    }
}

impl<'t> FromIterator<(&'t str, u32)> for Rare<'t> {
    fn from_iter<I: IntoIterator<Item = (&'t str, u32)>>(words: I) -> Self {
        let mut rare = Self::default();
        for (word, count) in words {
            match short(word) {
                Some(short) => rare.short.insert(short, count),
                None => rare.long.insert(word, count),
            };
        }
        rare
    }
}

/// Returns the last place up to there at which a word ends.
fn blank_before(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    if text[at..].starts_with(' ') {
        return at;
    }
    text[..at].rfind(' ').unwrap_or(at)
}

/// Returns how much of each section is kept, in bytes.
fn excerpt(documents: &[Document<'_>]) -> usize {
    let lengths: Vec<usize> = documents.iter().flat_map(|one| &one.sections).map(|part| part.text.len()).collect();
    let fits = |most: &usize| lengths.iter().map(|length| length.min(most)).sum::<usize>() <= EXCERPTS;
    (MIN_EXCERPT..=MAX_EXCERPT).rev().step_by(50).find(fits).unwrap_or(MIN_EXCERPT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_the_beginning_is_kept_and_what_stands_around_rare_words() {
        let rare: Rare<'_> = [("zanzibar", 1), ("foo_bar", 2), ("often", 40)].into_iter().collect();
        let long =
            format!("{} in Zanzibar they {} use foo_bar often, {}", "a ".repeat(60), "b ".repeat(60), "c ".repeat(99));
        assert_eq!(rare.kept(&long, 1000), long);
        let kept = rare.kept(&long, 120);
        assert!(kept.len() <= 120, "{kept}");
        assert!(kept.starts_with("a a a") && kept.contains(" … ") && kept.contains("in Zanzibar they"), "{kept}");
        // The rarer one is kept, though there would have been room for the other.
        assert!(!kept.contains("foo_bar"), "{kept}");
        assert!(rare.kept(&long, 200).contains("use foo_bar often"), "{}", rare.kept(&long, 200));
        let none = Rare::default();
        assert_eq!(none.kept(&long, 121), long[..121]);
        for text in ["", "a", "ééééééé", "返金返金返金返金", "Zanzibar", "zanzibar zanzibar zanzibar é é é é zanzibar"]
        {
            for most in 0..60 {
                assert!(rare.kept(text, most).len() <= most.max(text.len()), "{text} {most}");
            }
        }
    }

    #[test]
    fn anchors_that_say_what_the_heading_says_are_not_written() {
        let document = Document {
            url: String::new(),
            title: "The Title".to_owned(),
            kind: DocumentType::Docs,
            reference: String::new(),
            names: Vec::new(),
            keywords: String::new(),
            facts: None,
            boost: EVEN,
            sections: Vec::new(),
        };
        let of = |anchor: &'static str, heading: &'static str| {
            let part = crate::search::Part { anchor: anchor.into(), heading: heading.into(), ..Default::default() };
            self::anchor(&document, &part)
        };
        assert_eq!(of("full-refund", "Full refund!"), 0);
        assert_eq!(of("the-title", ""), 0);
        assert_eq!(of("", ""), "");
        assert_eq!(of("full-refund_1", "Full refund"), "full-refund_1");
        assert_eq!(of("a_b", "a_b"), "a_b");
        assert_eq!(of("é", "é"), "%C3%A9");
    }
}
