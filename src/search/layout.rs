//! From documents to files.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::terms::{Term, Terms};
use super::{CLIENT, Document, SearchFiles};

/// The version of the layout; the module refuses any other.
const VERSION: u32 = 1;

/// How much of a section is kept for excerpts, in characters, and how much of a document.
const EXCERPT: usize = 700;
const EXCERPTS: usize = 8000;

/// About how large a file of documents gets, in bytes.
const CHUNK: usize = 8 << 10;

/// How much a word counts by where it stands.
const TITLE: u32 = 12;
const NAME: u32 = 10;
const HEADING: u32 = 5;
const KEYWORD: u32 = 3;
const TEXT: u32 = 1;

/// How many parts of a document are noted for one term.
const MAX_PARTS: usize = 3;

/// Longer headings are not known as a whole, in characters.
const MAX_PHRASE: usize = 80;

/// The steps of a weight; it takes five bits.
const STEPS: f64 = 31.0;

/// What one document says of one term.
#[derive(Debug, Default)]
struct Hits {
    /// Weighted count by part.
    parts: BTreeMap<usize, u32>,
    title: bool,
    name: bool,
}

/// One document, counted.
struct Counted {
    terms: BTreeMap<String, Hits>,
    /// How many words it has.
    length: u32,
    /// How many distinct words the title has.
    title: u32,
}

/// Cuts, counts and lays out documents.
#[must_use]
pub fn index(documents: &[Document]) -> SearchFiles {
    let counted: Vec<Counted> =
        documents.par_iter().map_init(Terms::new, |terms, document| count(document, terms)).collect();
    let total: u64 = counted.iter().map(|document| u64::from(document.length)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a mean of word counts needs no more digits")]
    let mean = (total as f64 / counted.len().max(1) as f64).max(1.0);

    let mut shards: BTreeMap<String, BTreeMap<&str, Vec<u64>>> = BTreeMap::new();
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, document) in counted.iter().enumerate() {
        for (term, hits) in &document.terms {
            let postings = shards.entry(shard_of(term)).or_default().entry(term).or_default();
            let before = last.insert(term, at).unwrap_or(0);
            post(postings, at - before, hits, f64::from(document.length) / mean);
        }
    }

    let mut files = BTreeMap::new();
    for (shard, terms) in &shards {
        files.insert(format!("t/{}.json", file_of(shard)), bytes(terms));
    }
    let mut chunks = Vec::new();
    let mut chunk: Vec<Value> = Vec::new();
    let mut size = 0;
    for (at, document) in documents.iter().enumerate() {
        let shown = shown(document);
        if chunk.is_empty() {
            chunks.push(at);
        }
        size += bytes(&shown).len();
        chunk.push(shown);
        if size > CHUNK || at + 1 == documents.len() {
            files.insert(format!("d/{}.json", chunks.len() - 1), bytes(&std::mem::take(&mut chunk)));
            size = 0;
        }
    }
    let references: Vec<&str> = documents.iter().map(|document| document.reference.as_str()).collect();
    files.insert("refs.json".to_owned(), bytes(&references));

    let mut kinds: Vec<&str> = references.iter().map(|reference| kind_of(reference)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kind = |reference: &str| kinds.binary_search(&kind_of(reference)).unwrap_or(0);
    let mut everything = Vec::new();
    for (path, content) in &files {
        everything.extend_from_slice(path.as_bytes());
        everything.extend_from_slice(&xxh3_64(content).to_le_bytes());
    }
    let folder = format!("{:012x}", xxh3_64(&everything) >> 16);
    let root = json!({
        "version": VERSION,
        "folder": folder,
        "types": documents.iter().map(|document| document.kind.as_str().as_bytes()[0] as char).collect::<String>(),
        "kinds": kinds,
        "kind": references.iter().map(|reference| kind(reference)).collect::<Vec<_>>(),
        "titles": counted.iter().map(|document| document.title).collect::<Vec<_>>(),
        "chunks": chunks,
        "shards": shards.keys().collect::<Vec<_>>(),
    });

    let mut files: BTreeMap<String, Vec<u8>> =
        files.into_iter().map(|(path, content)| (format!("search/{folder}/{path}"), content)).collect();
    files.insert("search/index.json".to_owned(), bytes(&root));
    let module = format!("search/search-{:08x}.js", xxh3_64(CLIENT.as_bytes()) >> 32);
    files.insert(module.clone(), CLIENT.as_bytes().to_vec());
    SearchFiles { module, files }
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn kind_of(reference: &str) -> &str {
    reference.split(':').next().unwrap_or("")
}

/// Returns the first two characters of a term, which name its shard.
fn shard_of(term: &str) -> String {
    term.chars().take(2).collect()
}

/// Returns the name of the file of a shard: letters and digits as they are, others by number.
fn file_of(shard: &str) -> String {
    let mut name = String::new();
    for c in shard.chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            name.push(c);
        } else {
            name.push_str(&format_args!("_{:x}", u32::from(c)).to_string());
        }
    }
    name
}

fn count(document: &Document, terms: &mut Terms) -> Counted {
    let mut found: BTreeMap<String, Hits> = BTreeMap::new();
    let mut length = 0;
    let mut add = |text: &str, part: usize, weight: u32, is_title: bool| {
        let mut words = 0;
        for term in terms.of(text) {
            let (term, weight) = match term {
                Term::Word(term) => {
                    words += 1;
                    (term, weight)
                }
                Term::Whole(term) => (term, weight),
            };
            let hits = found.entry(term).or_default();
            *hits.parts.entry(part).or_default() += weight;
            hits.title |= is_title;
        }
        words
    };
    add(&document.title, 0, TITLE, true);
    for name in &document.names {
        add(name, 0, NAME, false);
    }
    add(&document.keywords, 0, KEYWORD, false);
    for (at, part) in document.sections.iter().enumerate() {
        add(&part.heading, at, HEADING, false);
        length += add(&part.text, at, TEXT, false);
    }
    let title = found.values().filter(|hits| hits.title).count();
    let wholes = terms.of(&document.title).iter().filter(|term| matches!(term, Term::Whole(_))).count();
    for name in document.names.iter().chain([&document.title]) {
        let name = name.to_lowercase();
        if !name.contains(char::is_whitespace) && name.chars().count() <= 60 {
            let hits = found.entry(name).or_default();
            *hits.parts.entry(0).or_default() += NAME;
            hits.name = true;
        }
    }
    let headings = document.sections.iter().map(|part| &part.heading);
    for (at, heading) in [&document.title].into_iter().chain(headings).enumerate() {
        let words = terms.of(heading).into_iter().filter_map(|term| match term {
            Term::Word(term) => Some(term),
            Term::Whole(_) => None,
        });
        let phrase = words.collect::<Vec<_>>().join(" ");
        if !phrase.is_empty() && phrase.chars().count() <= MAX_PHRASE {
            let hits = found.entry(format!("#{phrase}")).or_default();
            hits.parts.entry(at.saturating_sub(1)).or_insert(HEADING);
        }
    }
    let title = u32::try_from(title.saturating_sub(wholes)).unwrap_or(u32::MAX);
    Counted { terms: found, length, title }
}

/// Appends a posting: the way from the document before, then weight, marks and number of parts, then the parts.
fn post(postings: &mut Vec<u64>, step: usize, hits: &Hits, length: f64) {
    let sum: u32 = hits.parts.values().sum();
    let sum = f64::from(sum);
    // BM25 with k = 1.4, b = 0.6; the module multiplies by how rare the term is.
    let weight = sum / (sum + 1.4 * (0.4 + 0.6 * length));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 31")]
    let weight = (weight * STEPS).round().clamp(1.0, STEPS) as u64;
    let mut parts: Vec<(usize, u32)> = hits.parts.iter().map(|(part, count)| (*part, *count)).collect();
    parts.sort_by_key(|(part, count)| (std::cmp::Reverse(*count), *part));
    parts.truncate(MAX_PARTS);
    // A hit at the start only goes without saying.
    if parts.len() == 1 && parts[0].0 == 0 {
        parts.clear();
    }
    postings.push(step as u64);
    postings.push((weight << 4) | (u64::from(hits.name) << 3) | (u64::from(hits.title) << 2) | parts.len() as u64);
    postings.extend(parts.iter().map(|(part, _)| *part as u64));
}

/// Returns what a result shows: address, title, type, reference, and the parts with text for excerpts.
fn shown(document: &Document) -> Value {
    let mut left = EXCERPTS;
    let parts: Vec<Value> = document
        .sections
        .iter()
        .map(|part| {
            let text: String = part.text.chars().take(EXCERPT.min(left)).collect();
            left -= text.chars().count();
            json!([encoded(&part.anchor), part.heading, text])
        })
        .collect();
    json!([encoded(&document.url), document.title, document.kind.as_str(), document.reference, parts])
}

/// Returns an address for use in a URL.
fn encoded(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'/'
            | b'!'
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'='
            | b'@'
            | b'$'
            | b':' => out.push(char::from(byte)),
            _ => out.push_str(&format_args!("%{byte:02X}").to_string()),
        }
    }
    out
}
