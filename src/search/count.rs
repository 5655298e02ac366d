//! What documents say of terms. Documents are counted in batches, which bounds what is held twice; the batches do not
//! depend on the number of threads.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::Document;
use super::terms::{Term, Terms, chunks, fold};

/// Longer names are not known as a whole, in characters.
const MAX_NAME: usize = 60;

/// How many documents are counted at a time.
pub(super) const BATCH: usize = 64;

/// What one document says of one term.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Hit<'a> {
    pub document: usize,
    /// How many words the title has, if it has this one.
    pub title: u8,
    pub name: bool,
    pub keyword: bool,
    /// By section.
    pub spots: &'a [Spot],
}

/// What one section says of one term.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Spot {
    pub section: u32,
    pub count: u16,
    /// How many words the heading has, if it has this one.
    pub heading: u8,
}

/// What all documents say of one term.
pub(super) struct Postings<'a> {
    pub term: &'a str,
    /// The words whose stem it is, where they differ from it.
    pub forms: Vec<&'a str>,
    pub hits: Vec<Hit<'a>>,
}

/// Some documents, counted. Terms go by number.
pub(super) struct Batch {
    terms: Vec<String>,
    /// Words with the numbers of their stems, where they differ, in order.
    forms: BTreeSet<(u32, String)>,
    /// By document.
    hits: Vec<Counted>,
    spots: Vec<Spot>,
    /// How many words each section of each document has.
    pub lengths: Vec<Vec<u32>>,
}

/// What one document says of one term; its spots are the next so many.
struct Counted {
    term: u32,
    document: u32,
    spots: u32,
    title: u8,
    name: bool,
    keyword: bool,
}

/// A term of a piece of text.
#[derive(Clone, Copy)]
struct Token {
    term: u32,
    /// Whether it is a word rather than several written as one.
    word: bool,
    stop: bool,
}

/// Numbers terms.
struct Numbers {
    cutter: Terms,
    known: HashMap<String, u32>,
    /// What each piece of text consists of.
    pieces: HashMap<String, Vec<Token>>,
    forms: BTreeSet<(u32, String)>,
}

impl Numbers {
    fn of(&mut self, term: &str) -> u32 {
        if let Some(known) = self.known.get(term) {
            return *known;
        }
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        self.known.insert(term.to_owned(), next);
        next
    }

    fn cut(&mut self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        for piece in chunks(text) {
            if let Some(known) = self.pieces.get(piece) {
                tokens.extend_from_slice(known);
                continue;
            }
            let mut own = Vec::new();
            for term in self.cutter.of(piece) {
                own.push(match term {
                    Term::Word(word) => {
                        let term = self.of(&word.stem);
                        if word.raw != word.stem && !word.stop {
                            self.forms.insert((term, word.raw));
                        }
                        Token { term, word: true, stop: word.stop }
                    }
                    Term::Whole(whole) => Token { term: self.of(&whole), word: false, stop: false },
                });
            }
            tokens.extend_from_slice(&own);
            self.pieces.insert(piece.to_owned(), own);
        }
        tokens
    }
}

/// What the document at hand says of one term.
#[derive(Default)]
struct Found {
    title: u8,
    name: bool,
    keyword: bool,
    spots: Vec<Spot>,
}

impl Found {
    /// Returns what a section says; sections come in their order.
    fn spot(&mut self, section: u32) -> &mut Spot {
        if self.spots.last().is_none_or(|last| last.section != section) {
            self.spots.push(Spot { section, ..Spot::default() });
        }
        let last = self.spots.len() - 1;
        &mut self.spots[last]
    }
}

/// The terms of the document at hand, in the order in which they are met.
#[derive(Default)]
struct Sheet {
    places: HashMap<u32, usize>,
    found: Vec<(u32, Found)>,
}

impl Sheet {
    fn of(&mut self, term: u32) -> &mut Found {
        let place = *self.places.entry(term).or_insert(self.found.len());
        if place == self.found.len() {
            self.found.push((term, Found::default()));
        }
        &mut self.found[place].1
    }

    /// Notes the terms of a text, which every word of them says `what` about; returns how many words count.
    fn note(&mut self, tokens: &[Token], stops: bool, what: impl Fn(&mut Found, u8)) -> u32 {
        let words = tokens.iter().filter(|token| token.word).count();
        let words = u8::try_from(words).unwrap_or(u8::MAX);
        let mut counted = 0;
        for token in tokens.iter().filter(|token| stops || !token.stop) {
            counted += u32::from(token.word);
            what(self.of(token.term), words);
        }
        counted
    }
}

/// Counts documents, the first of which has this number.
pub(super) fn count(first: usize, documents: &[Document]) -> Batch {
    let mut numbers =
        Numbers { cutter: Terms::new(), known: HashMap::new(), pieces: HashMap::new(), forms: BTreeSet::new() };
    let mut batch = Batch {
        terms: Vec::new(),
        forms: BTreeSet::new(),
        hits: Vec::new(),
        spots: Vec::new(),
        lengths: Vec::with_capacity(documents.len()),
    };
    for (at, document) in documents.iter().enumerate() {
        let mut sheet = Sheet::default();
        sheet.note(&numbers.cut(&document.title), true, |found, words| found.title = words);
        for name in &document.names {
            // A name is a title in other words.
            let shorter = |found: &mut Found, words| {
                found.title = if found.title == 0 { words } else { found.title.min(words) };
            };
            sheet.note(&numbers.cut(name), false, shorter);
        }
        sheet.note(&numbers.cut(&document.keywords), false, |found, _| found.keyword = true);
        let mut lengths = Vec::with_capacity(document.sections.len());
        for (section, part) in (0..).zip(&document.sections) {
            sheet.note(&numbers.cut(&part.heading), true, |found, words| found.spot(section).heading = words);
            lengths.push(sheet.note(&numbers.cut(&part.text), false, |found, _| {
                let spot = found.spot(section);
                spot.count = spot.count.saturating_add(1);
            }));
        }
        for name in document.names.iter().chain([&document.title]) {
            let name = fold(name);
            if !name.contains(char::is_whitespace) && name.chars().count() <= MAX_NAME {
                let found = sheet.of(numbers.of(&name));
                found.name = true;
                found.title = found.title.max(1);
            }
        }
        batch.lengths.push(lengths);
        for (term, found) in sheet.found {
            batch.hits.push(Counted {
                term,
                document: u32::try_from(first + at).unwrap_or(u32::MAX),
                spots: u32::try_from(found.spots.len()).unwrap_or(u32::MAX),
                title: found.title,
                name: found.name,
                keyword: found.keyword,
            });
            batch.spots.extend(found.spots);
        }
    }
    batch.forms = numbers.forms;
    let mut terms: Vec<(String, u32)> = numbers.known.into_iter().collect();
    terms.sort_unstable_by_key(|(_, number)| *number);
    batch.terms = terms.into_iter().map(|(term, _)| term).collect();
    batch
}

/// All terms, in their order, with the places where documents say something of them.
pub(super) struct Vocabulary<'a> {
    pub terms: Vec<&'a str>,
    /// Words by the number of their stem.
    forms: Vec<(u32, &'a str)>,
    /// Where the places of each term start; one more than there are terms.
    starts: Vec<usize>,
    /// Batch, hit and first spot.
    places: Vec<(u32, u32, u32)>,
}

impl<'a> Vocabulary<'a> {
    pub(super) fn of(batches: &'a [Batch]) -> Self {
        let mut terms: Vec<&str> = batches.iter().flat_map(|batch| batch.terms.iter().map(String::as_str)).collect();
        terms.par_sort_unstable();
        terms.dedup();
        let number = |term: &str| terms.binary_search(&term).unwrap_or_default() as u32;
        let numbers: Vec<Vec<u32>> =
            batches.par_iter().map(|batch| batch.terms.iter().map(|term| number(term)).collect()).collect();
        let mut forms: Vec<(u32, &str)> = Vec::new();
        let mut starts = vec![0; terms.len() + 1];
        for (batch, numbers) in batches.iter().zip(&numbers) {
            forms.extend(batch.forms.iter().map(|(term, form)| (numbers[*term as usize], form.as_str())));
            for hit in &batch.hits {
                starts[numbers[hit.term as usize] as usize + 1] += 1;
            }
        }
        forms.par_sort_unstable();
        forms.dedup();
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut places = vec![(0, 0, 0); starts[terms.len()]];
        for (which, (batch, numbers)) in (0..).zip(batches.iter().zip(&numbers)) {
            let mut spot = 0;
            for (at, hit) in (0..).zip(&batch.hits) {
                let place = &mut next[numbers[hit.term as usize] as usize];
                places[*place] = (which, at, spot);
                *place += 1;
                spot += hit.spots;
            }
        }
        Self { terms, forms, starts, places }
    }

    /// Returns what documents say of a term, in the order of documents.
    pub(super) fn postings(&self, batches: &'a [Batch], term: usize) -> Postings<'a> {
        let hit = |(batch, hit, spot): &(u32, u32, u32)| {
            let batch = &batches[*batch as usize];
            let hit = &batch.hits[*hit as usize];
            let from = *spot as usize;
            Hit {
                document: hit.document as usize,
                title: hit.title,
                name: hit.name,
                keyword: hit.keyword,
                spots: &batch.spots[from..from + hit.spots as usize],
            }
        };
        let number = term as u32;
        let start = self.forms.partition_point(|(stem, _)| *stem < number);
        Postings {
            term: self.terms[term],
            forms: self.forms[start..].iter().take_while(|(stem, _)| *stem == number).map(|(_, form)| *form).collect(),
            hits: self.places[self.starts[term]..self.starts[term + 1]].iter().map(hit).collect(),
        }
    }
}
