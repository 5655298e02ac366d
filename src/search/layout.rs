//! From documents to files.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::pack::{self, deflate, varint};
use super::terms::{Term, Terms, fold};
use super::{CLIENT, Document, DocumentType, SearchFiles};

/// The version of the layout; the module refuses any other.
const VERSION: u32 = 2;

/// How much of a section is kept for excerpts, in bytes: between these, as much as keeps all of them below the third.
const MIN_EXCERPT: usize = 250;
const MAX_EXCERPT: usize = 1500;
const EXCERPTS: usize = 24 << 20;

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

/// Longer names are not known as a whole, in characters.
const MAX_NAME: usize = 60;

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
const BRIEF: Detail = Detail { documents: 200, sections: 200, others: false };

/// What one document says of one term.
#[derive(Debug, Default)]
struct Hits {
    /// By section.
    spots: BTreeMap<usize, Spot>,
    /// How many words the title has, if it has this one.
    title: usize,
    name: bool,
    keyword: bool,
}

/// What one section says of one term.
#[derive(Debug, Default, Clone, Copy)]
struct Spot {
    count: usize,
    /// How many words the heading has, if it has this one.
    heading: usize,
}

/// One document, counted.
struct Counted {
    terms: BTreeMap<String, Hits>,
    /// Stems with the words they come from.
    forms: BTreeSet<(String, String)>,
    /// How many words each section has.
    lengths: Vec<usize>,
}

/// What all documents say of one term.
#[derive(Default)]
struct Postings<'a> {
    forms: BTreeSet<&'a str>,
    hits: Vec<(usize, &'a Hits)>,
}

/// The means that counts are measured by.
struct Means {
    document: f64,
    section: f64,
}

/// Cuts, counts and lays out documents.
#[must_use]
pub fn index(documents: &[Document]) -> SearchFiles {
    let counted: Vec<Counted> =
        documents.par_iter().map_init(Terms::new, |terms, document| count(document, terms)).collect();
    let lengths: Vec<usize> = counted.iter().map(|document| document.lengths.iter().sum()).collect();
    let sections: usize = counted.iter().map(|document| document.lengths.len()).sum();
    let total: usize = lengths.iter().sum();
    let means = Means { document: mean(total, counted.len()), section: mean(total, sections) };

    let mut terms: BTreeMap<&str, Postings<'_>> = BTreeMap::new();
    for (at, document) in counted.iter().enumerate() {
        for (term, hits) in &document.terms {
            terms.entry(term).or_default().hits.push((at, hits));
        }
        for (stem, raw) in &document.forms {
            if let Some(postings) = terms.get_mut(stem.as_str()) {
                postings.forms.insert(raw);
            }
        }
    }
    let terms: Vec<(&str, Postings<'_>)> = terms.into_iter().collect();
    let entries: Vec<pack::Entry> = terms
        .par_iter()
        .map(|(term, postings)| pack::Entry {
            term: (*term).to_owned(),
            forms: postings.forms.iter().map(|form| (*form).to_owned()).collect(),
            postings: encode(postings, &counted, &lengths, &means, FULL),
        })
        .collect();

    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let size = |entries: &[pack::Entry], (least, most): (usize, usize), files: usize| {
        (entries.iter().map(pack::Entry::size).sum::<usize>() / files).clamp(least, most)
    };
    let each = size(&entries, SHARD, SHARDS);
    let known = pack::shards(entries.iter().map(|entry| (entry.term.clone(), entry)), each, DEPTH);
    let short: Vec<pack::Entry> = terms
        .par_iter()
        .map(|(term, postings)| pack::Entry {
            term: (*term).to_owned(),
            forms: postings.forms.iter().map(|form| (*form).to_owned()).collect(),
            postings: encode(postings, &counted, &lengths, &means, BRIEF),
        })
        .collect();
    let ends = short.iter().flat_map(|entry| {
        let words = entry.forms.iter().map(String::as_str).chain([entry.term.as_str()]);
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
    let module = "search/search.js".to_owned();
    files.insert(module.clone(), bare(CLIENT).replacen("ROOT = null", &format!("ROOT = {root}"), 1).into_bytes());
    files.insert("search/index.json".to_owned(), root.into_bytes());
    SearchFiles { module, files }
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

fn count(document: &Document, terms: &mut Terms) -> Counted {
    let mut found: BTreeMap<String, Hits> = BTreeMap::new();
    let mut forms = BTreeSet::new();
    let mut note = |text: &str, headings: bool, terms: &mut Terms, what: &mut dyn FnMut(&mut Hits, usize)| {
        let cut = terms.of(text);
        let words = cut.iter().filter(|term| matches!(term, Term::Word(_))).count();
        let mut counted = 0;
        for term in cut {
            let term = match term {
                Term::Word(word) if word.stop && !headings => continue,
                Term::Word(word) => {
                    counted += 1;
                    if word.raw != word.stem {
                        forms.insert((word.stem.clone(), word.raw));
                    }
                    word.stem
                }
                Term::Whole(term) => term,
            };
            what(found.entry(term).or_default(), words);
        }
        counted
    };
    note(&document.title, true, terms, &mut |hits, words| hits.title = words);
    for name in &document.names {
        // A name is a title in other words.
        note(name, false, terms, &mut |hits, words| {
            hits.title = if hits.title == 0 { words } else { hits.title.min(words) }
        });
    }
    note(&document.keywords, false, terms, &mut |hits, _| hits.keyword = true);
    let mut lengths = Vec::with_capacity(document.sections.len());
    for (at, part) in document.sections.iter().enumerate() {
        note(&part.heading, true, terms, &mut |hits, words| hits.spots.entry(at).or_default().heading = words);
        lengths.push(note(&part.text, false, terms, &mut |hits, _| hits.spots.entry(at).or_default().count += 1));
    }
    for name in document.names.iter().chain([&document.title]) {
        let name = fold(name);
        if !name.contains(char::is_whitespace) && name.chars().count() <= MAX_NAME {
            let hits = found.entry(name).or_default();
            hits.name = true;
            hits.title = hits.title.max(1);
        }
    }
    Counted { terms: found, forms, lengths }
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
/// Marks: how many sections follow (3: a number does), title (its number of words follows), exact name, keyword, and
/// three bits of weight. A section: the way from the one before, then a byte of weight and words of the heading.
fn encode(postings: &Postings<'_>, counted: &[Counted], lengths: &[usize], means: &Means, detail: Detail) -> Vec<u8> {
    let hits = &postings.hits;
    let weigh = |(document, hits): &(usize, &Hits)| {
        let count = hits.spots.values().map(|spot| spot.count + 3 * spot.heading.min(1)).sum();
        impact(count, lengths[*document], means.document, 0.4, 7.0)
    };
    let mut full: Vec<usize> = (0..hits.len()).collect();
    if full.len() > detail.documents {
        full.sort_by_key(|at| {
            let best = hits[*at].1.spots.values().map(|spot| (spot.heading > 0, spot.count)).max();
            (std::cmp::Reverse((hits[*at].1.title > 0, best)), *at)
        });
        full.truncate(detail.documents);
        full.sort_unstable();
    }
    let most = (detail.sections / hits.len()).clamp(if detail.others { 3 } else { 1 }, 64);
    let mut out = Vec::new();
    varint(&mut out, if detail.others { hits.len() } else { full.len() });
    let mut before = 0;
    for (at, hit) in hits.iter().enumerate() {
        let (document, said) = (hit.0, hit.1);
        let kept = full.binary_search(&at).is_ok();
        if !kept && !detail.others {
            continue;
        }
        varint(&mut out, document - before);
        before = document;
        let mut spots: Vec<(usize, Spot)> = said.spots.iter().map(|(at, spot)| (*at, *spot)).collect();
        if !kept {
            spots.clear();
        }
        spots.sort_by_key(|(at, spot)| (spot.heading == 0, std::cmp::Reverse(spot.count), *at));
        spots.truncate(most);
        spots.sort_unstable_by_key(|(at, _)| *at);
        let marks = spots.len().min(3) as u8
            | u8::from(said.title > 0) << 2
            | u8::from(said.name) << 3
            | u8::from(said.keyword) << 4
            | weigh(hit) << 5;
        out.push(marks);
        if said.title > 0 {
            out.push(said.title.min(255) as u8);
        }
        if spots.len() >= 3 {
            varint(&mut out, spots.len());
        }
        let mut last = 0;
        for (section, spot) in spots {
            varint(&mut out, section - last);
            last = section;
            let length = counted[document].lengths[section];
            out.push(impact(spot.count, length, means.section, 0.5, 7.0) | (spot.heading.min(31) as u8) << 3);
        }
    }
    out
}

/// Lays out what results show, some sections a file; returns the files, and where they start: the way from the first
/// document of the file before, with the section if it is not the first.
fn blocks(documents: &[Document]) -> (Vec<Vec<u8>>, Vec<Value>) {
    let most = excerpt(documents);
    let mut blocks: Vec<Vec<Value>> = Vec::new();
    let mut starts = Vec::new();
    let mut size = BLOCK;
    let mut before = 0;
    for (at, document) in documents.iter().enumerate() {
        let mut left = MAX_EXCERPTS;
        let none = [super::Part::default()];
        let sections = if document.sections.is_empty() { &none[..] } else { &document.sections[..] };
        let mut parts: Vec<Value> = Vec::new();
        let mut first = 0;
        let close = |blocks: &mut Vec<Vec<Value>>, parts: &mut Vec<Value>, first: usize| {
            if let Some(block) = blocks.last_mut().filter(|_| !parts.is_empty()) {
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
                close(&mut blocks, &mut parts, first);
                first = section;
                starts.push(if section == 0 { json!(at - before) } else { json!([at - before, section]) });
                before = at;
                blocks.push(Vec::new());
                size = 0;
            }
            let text = shown(document, section, part);
            let text = &text[..text.floor_char_boundary(most.min(left))];
            left -= text.len();
            size += text.len() + part.heading.len() + part.anchor.len() + 20;
            parts.push(json!([encoded(&part.anchor), part.heading, text]));
        }
        size += document.url.len() + document.title.len() + document.reference.len() + 30;
        close(&mut blocks, &mut parts, first);
    }
    (blocks.par_iter().map(|block| deflate(&bytes(block))).collect(), starts)
}

/// Returns what of a section excerpts are cut from: of a thing that is no page, the words that describe it, too.
fn shown<'a>(document: &'a Document, section: usize, part: &'a super::Part) -> Cow<'a, str> {
    match (document.kind, part.text.as_str()) {
        (DocumentType::Docs, text) => text.into(),
        (_, "") if section == 0 => document.keywords.as_str().into(),
        (_, text) if section == 0 && !document.keywords.is_empty() => format!("{text} · {}", document.keywords).into(),
        (_, text) => text.into(),
    }
}

/// Returns how much of each section is kept, in bytes.
fn excerpt(documents: &[Document]) -> usize {
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
