//! From documents to files.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::count::{Counting, Hit, Spot, Vocabulary, count};
use super::pack::{self, deflate, varint};
use super::{CLIENT, Document, DocumentType, MODULE, SearchFiles};

/// The version of the layout; the module refuses any other.
const VERSION: u32 = 2;

/// How much of a section is kept for excerpts, in bytes: between these, as much as keeps all of them below the third.
const MIN_EXCERPT: usize = 200;
const MAX_EXCERPT: usize = 1500;
const EXCERPTS: usize = 12 << 20;

/// How much of a document is kept for excerpts, in bytes.
const MAX_EXCERPTS: usize = 40_000;

/// About how large a file for results gets, in bytes before compression.
const BLOCK: usize = 8 << 10;

/// How large files of terms get at most, in bytes before compression: from and to, growing with the whole so that the
/// table of contents stays small.
const SHARD: (usize, usize) = (6 << 10, 12 << 10);
const SHARDS: usize = 1600;

/// The same for the files of early slips, which are asked for seldom.
const TURNED: (usize, usize) = (8 << 10, 24 << 10);
const TURNED_SHARDS: usize = 800;

/// How many letters choose the file of a term at most.
const DEPTH: usize = 4;

/// How much is noted of one term.
#[derive(Clone, Copy)]
struct Detail {
    /// Documents with sections; of the others only their presence is noted.
    documents: usize,
    /// Sections, about.
    sections: usize,
    /// Whether documents without sections are noted.
    others: bool,
}

const FULL: Detail = Detail { documents: 400, sections: 800, others: true };

/// Of a misspelt word.
const BRIEF: Detail = Detail { documents: 120, sections: 120, others: false };

/// What counts are measured by.
struct Measures<'a> {
    /// How many words a document has in the mean.
    document: f64,
    /// The same of a section.
    section: f64,
    /// How many words each document has, and each of its sections.
    lengths: Vec<(usize, &'a [u32])>,
}

/// Cuts, counts and lays out documents.
#[must_use]
pub fn index(documents: &[Document<'_>]) -> SearchFiles {
    let Counting { words: vocabularies, counts, lengths } = count(documents);
    let sections: usize = lengths.iter().map(Vec::len).sum();
    let words = |lengths: &[u32]| lengths.iter().map(|length| *length as usize).sum::<usize>();
    let total: usize = lengths.iter().map(|lengths| words(lengths)).sum();
    let measures = Measures {
        document: mean(total, documents.len()),
        section: mean(total, sections),
        lengths: lengths.iter().map(|lengths| (words(lengths), lengths.as_slice())).collect(),
    };
    let vocabulary = Vocabulary::of(&vocabularies, &counts);
    let entry = |at: usize| {
        let postings = vocabulary.postings(&counts, at);
        let hits = postings.hits();
        let entry = |detail: Detail| pack::Entry {
            term: postings.term,
            forms: postings.forms.clone(),
            postings: encode(&hits, &measures, detail),
        };
        // Words that are too common count in titles only.
        (!hits.is_empty()).then(|| (entry(FULL), entry(BRIEF)))
    };
    let (entries, short): (Vec<pack::Entry<'_>>, Vec<pack::Entry<'_>>) =
        (0..vocabulary.terms.len()).into_par_iter().filter_map(entry).unzip();
    // Of all that is held at a time these are the largest part.
    drop(vocabulary);
    drop(counts);

    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let size = |entries: &[pack::Entry<'_>], (least, most): (usize, usize), files: usize| {
        (entries.iter().map(pack::Entry::size).sum::<usize>() / files).clamp(least, most)
    };
    let each = size(&entries, SHARD, SHARDS);
    let known = pack::shards(entries.iter().map(|entry| (entry.term.to_owned(), entry)), each, DEPTH);
    let ends = short.iter().flat_map(|entry| {
        let words = entry.forms.iter().copied().chain([entry.term]);
        let keys: BTreeSet<String> = words.filter_map(pack::turned).collect();
        keys.into_iter().map(move |key| (key, entry))
    });
    let each = size(&short, TURNED, TURNED_SHARDS);
    let turned = pack::shards(ends, each, DEPTH);
    for (folder, shards) in [("t", &known), ("f", &turned)] {
        let packed: Vec<Vec<u8>> = shards.par_iter().map(|(_, entries)| pack::shard(entries)).collect();
        files.extend(packed.into_iter().enumerate().map(|(at, bytes)| (path(folder, at), bytes)));
    }
    let (blocks, starts) = blocks(documents);
    files.extend(blocks.into_iter().enumerate().map(|(at, bytes)| (path("d", at), bytes)));
    files.insert("refs.json".to_owned(), bytes(&runs(documents.iter().map(|document| document.reference.as_str()))));
    // What filters ask, by reference.
    let facts: serde_json::Map<String, Value> = documents
        .iter()
        .filter_map(|document| document.facts.as_ref().map(|facts| (document.reference.clone(), facts)))
        .map(|(reference, facts)| (reference, json!([facts.owner, facts.lifecycle, facts.tags])))
        .collect();
    files.insert("facts.json".to_owned(), bytes(&facts));

    let mut everything = Vec::new();
    for (path, content) in &files {
        everything.extend_from_slice(path.as_bytes());
        everything.extend_from_slice(&xxh3_64(content).to_le_bytes());
    }
    let folder = format!("{:012x}", xxh3_64(&everything) >> 16);
    let kinds = documents.iter().map(|document| (document.kind.as_str(), kind_of(&document.reference)));
    let root = json!({
        "version": VERSION,
        "folder": folder,
        "count": documents.len(),
        "kinds": runs(kinds),
        "t": known.iter().map(|(key, _)| key).collect::<Vec<_>>(),
        "f": turned.iter().map(|(key, _)| key).collect::<Vec<_>>(),
        "d": starts,
    });

    let mut files: BTreeMap<String, Vec<u8>> =
        files.into_iter().map(|(path, content)| (format!("search/{folder}/{path}"), content)).collect();
    let root = String::from_utf8(bytes(&root)).unwrap_or_default();
    // The module brings the table of contents along, which saves a way to the server; a page that has been open since
    // before the last build reads the new one from its own file.
    files.insert(MODULE.to_owned(), bare(CLIENT).replacen("ROOT = null", &format!("ROOT = {root}"), 1).into_bytes());
    files.insert("search/index.json".to_owned(), root.into_bytes());
    files
}

/// Returns the module without comments and indentation.
fn bare(module: &str) -> String {
    let mut out = String::with_capacity(module.len());
    for line in module.lines().map(str::trim) {
        if !line.is_empty() && !line.starts_with("//") && !line.starts_with("/**") && !line.starts_with("* ") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[expect(clippy::cast_precision_loss, reason = "a mean of counts needs no more digits")]
fn mean(total: usize, count: usize) -> f64 {
    (total as f64 / count.max(1) as f64).max(1.0)
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// Returns the path of a file by number; no folder gets more than 256.
fn path(folder: &str, at: usize) -> String {
    format!("{folder}/{}/{}.bin", at >> 8, at & 255)
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

/// Returns how much a count says where so much text stands, BM25 in steps from 0 to `steps`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a few steps")]
fn impact(count: usize, length: usize, mean: f64, by_length: f64, steps: f64) -> u8 {
    let count = count as f64;
    let norm = 1.2 * (1.0 - by_length + by_length * length as f64 / mean);
    (count / (count + norm) * steps).round().min(steps) as u8
}

/// Writes postings: for each document the way from the one before, a byte of marks, and its sections.
///
/// Marks: how many sections follow (3: a number does), title (its number of words follows), exact name, keyword,
/// heading, and two bits of weight. A section: the way from the one before, then a byte of weight and words of the heading.
fn encode(hits: &[Hit<'_>], measures: &Measures<'_>, detail: Detail) -> Vec<u8> {
    let weigh = |hit: &Hit<'_>| {
        let count = hit.spots.iter().map(|spot| usize::from(spot.count) + 3 * usize::from(spot.heading.min(1))).sum();
        impact(count, measures.lengths[hit.document].0, measures.document, 0.4, 3.0)
    };
    // By document, whether its sections are noted.
    let mut full = vec![true; hits.len()];
    if hits.len() > detail.documents {
        let rank = |(at, hit): (usize, &Hit<'_>)| {
            let best = hit.spots.iter().map(|spot| (spot.heading > 0, spot.count)).max();
            (std::cmp::Reverse((hit.title > 0, best)), at)
        };
        let mut ranks: Vec<_> = hits.iter().enumerate().map(rank).collect();
        ranks.select_nth_unstable(detail.documents);
        for (_, at) in &ranks[detail.documents..] {
            full[*at] = false;
        }
    }
    let most = (detail.sections / hits.len().max(1)).clamp(if detail.others { 3 } else { 1 }, 64);
    let mut out = Vec::new();
    varint(&mut out, if detail.others { hits.len() } else { hits.len().min(detail.documents) });
    let mut before = 0;
    let mut spots: Vec<Spot> = Vec::new();
    for (hit, kept) in hits.iter().zip(full) {
        if !kept && !detail.others {
            continue;
        }
        varint(&mut out, hit.document - before);
        before = hit.document;
        spots.clear();
        if kept {
            spots.extend_from_slice(hit.spots);
        }
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
            out.push(impact(usize::from(spot.count), length, measures.section, 0.5, 7.0) | spot.heading.min(31) << 3);
        }
    }
    out
}

/// Lays out what results show, some sections a file; returns the files, and where they start: the way from the first
/// document of the file before, with the section if it is not the first.
fn blocks(documents: &[Document<'_>]) -> (Vec<Vec<u8>>, Vec<Value>) {
    let most = excerpt(documents);
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    let mut block: Vec<Value> = Vec::new();
    let mut starts = Vec::new();
    let mut size = BLOCK;
    let mut before = 0;
    for (at, document) in documents.iter().enumerate() {
        let mut left = MAX_EXCERPTS;
        let none = [super::Part::default()];
        let sections = if document.sections.is_empty() { &none[..] } else { &document.sections[..] };
        let mut parts: Vec<Value> = Vec::new();
        let mut first = 0;
        let close = |block: &mut Vec<Value>, parts: &mut Vec<Value>, first: usize| {
            if !parts.is_empty() {
                block.push(json!([
                    at,
                    encoded(&document.url),
                    document.title,
                    document.kind.as_str(),
                    document.reference,
                    first,
                    std::mem::take(parts)
                ]));
            }
        };
        for (section, part) in sections.iter().enumerate() {
            if size >= BLOCK {
                close(&mut block, &mut parts, first);
                first = section;
                starts.push(if section == 0 { json!(at - before) } else { json!([at - before, section]) });
                before = at;
                if !block.is_empty() {
                    blocks.push(bytes(&std::mem::take(&mut block)));
                }
                size = 0;
            }
            let text = shown(document, section, part);
            let text = &text[..text.floor_char_boundary(most.min(left))];
            left -= text.len();
            size += text.len() + part.heading.len() + part.anchor.len() + 20;
            parts.push(json!([encoded(&part.anchor), part.heading, text]));
        }
        size += document.url.len() + document.title.len() + document.reference.len() + 30;
        close(&mut block, &mut parts, first);
    }
    if !block.is_empty() {
        blocks.push(bytes(&block));
    }
    (blocks.par_iter().map(|block| deflate(block)).collect(), starts)
}

/// Returns what of a section excerpts are cut from: of a thing that is no page, the words that describe it, too.
fn shown<'a>(document: &'a Document<'_>, section: usize, part: &'a super::Part<'_>) -> Cow<'a, str> {
    match (document.kind, &*part.text) {
        (DocumentType::Docs, text) => text.into(),
        (_, "") if section == 0 => document.keywords.as_str().into(),
        (_, text) if section == 0 && !document.keywords.is_empty() => format!("{text} · {}", document.keywords).into(),
        (_, text) => text.into(),
    }
}

/// Returns how much of each section is kept, in bytes.
fn excerpt(documents: &[Document<'_>]) -> usize {
    let lengths: Vec<usize> = documents.iter().flat_map(|one| &one.sections).map(|part| part.text.len()).collect();
    let fits = |most: &usize| lengths.iter().map(|length| length.min(most)).sum::<usize>() <= EXCERPTS;
    (MIN_EXCERPT..=MAX_EXCERPT).rev().step_by(50).find(fits).unwrap_or(MIN_EXCERPT)
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
