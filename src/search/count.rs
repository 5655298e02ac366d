//! What documents say of terms. Documents are counted in batches, each with a vocabulary of its own; the batches do not
//! depend on the number of threads.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::Document;
use super::terms::{Term, Terms, chunks, fold};

/// Longer names are not known as a whole, in characters.
const MAX_NAME: usize = 60;

/// How many batches there are of many documents, and how many documents are in one of few. Large batches spare looking
/// at the same words again; several are counted at a time.
const BATCHES: usize = 32;
const MIN_BATCH: usize = 64;

/// Returns how many documents are counted at a time.
pub(super) fn batch_size(documents: usize) -> usize {
    documents.div_ceil(BATCHES).max(MIN_BATCH)
}

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
pub(super) struct Postings<'a, 'c> {
    pub term: &'a str,
    /// The words whose stem it is, where they differ from it.
    pub forms: Vec<&'a str>,
    pub hits: Vec<Hit<'c>>,
}

/// Some documents, counted. The parts are needed for different times.
pub(super) struct Batch {
    pub words: Words,
    pub counts: Counts,
    /// How many words each section of each document has.
    pub lengths: Vec<Vec<u32>>,
}

/// The terms of some documents by their numbers.
pub(super) struct Words {
    terms: Vec<String>,
    /// Words with the numbers of their stems, where they differ, in order.
    forms: BTreeSet<(u32, String)>,
}

/// What some documents say of terms, by document.
#[derive(Default)]
pub(super) struct Counts {
    hits: Vec<Counted>,
    spots: Vec<Spot>,
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
    known: HashMap<String, u32, RandomState>,
    /// What each piece of text consists of, as a range of `tokens`.
    pieces: HashMap<String, (u32, u32), RandomState>,
    tokens: Vec<Token>,
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

    /// Appends the terms of a text.
    fn cut(&mut self, text: &str, out: &mut Vec<Token>) {
        for piece in chunks(text) {
            let (from, to) = match self.pieces.get(piece) {
                Some(known) => *known,
                None => self.learn(piece),
            };
            out.extend_from_slice(&self.tokens[from as usize..to as usize]);
        }
    }

    fn learn(&mut self, piece: &str) -> (u32, u32) {
        let place = |tokens: &[Token]| u32::try_from(tokens.len()).unwrap_or(u32::MAX);
        let from = place(&self.tokens);
        for term in self.cutter.of(piece) {
            let token = match term {
                Term::Word(word) => {
                    let term = self.of(&word.stem);
                    if word.raw != word.stem && !word.stop {
                        self.forms.insert((term, word.raw));
                    }
                    Token { term, word: true, stop: word.stop }
                }
                Term::Whole(whole) => Token { term: self.of(&whole), word: false, stop: false },
            };
            self.tokens.push(token);
        }
        let range = (from, place(&self.tokens));
        self.pieces.insert(piece.to_owned(), range);
        range
    }
}

/// What the document at hand says of one term.
struct Found {
    term: u32,
    title: u8,
    name: bool,
    keyword: bool,
    /// How many sections say something, and the last of them among all that was noted.
    spots: u32,
    last: u32,
}

/// The terms of the document at hand, in the order in which they are met.
#[derive(Default)]
struct Sheet {
    /// By term: the document that was the last to have it, from 1, and where it stands in `found`.
    places: Vec<(u32, u32)>,
    document: u32,
    found: Vec<Found>,
    /// What sections say, in their order, with the place in `found`.
    spots: Vec<(u32, Spot)>,
}

impl Sheet {
    /// Begins the next document.
    fn turn(&mut self) {
        self.document += 1;
        self.found.clear();
        self.spots.clear();
    }

    /// Returns the place of a term.
    fn of(&mut self, term: u32) -> u32 {
        if self.places.len() <= term as usize {
            self.places.resize(term as usize + 1, (0, 0));
        }
        let (document, place) = &mut self.places[term as usize];
        if *document != self.document {
            *document = self.document;
            *place = self.found.len() as u32;
            self.found.push(Found { term, title: 0, name: false, keyword: false, spots: 0, last: 0 });
        }
        *place
    }

    fn found(&mut self, term: u32) -> &mut Found {
        let place = self.of(term);
        &mut self.found[place as usize]
    }

    /// Returns what a section says of a term; sections come in their order.
    fn spot(&mut self, term: u32, section: u32) -> &mut Spot {
        let place = self.of(term);
        let found = &mut self.found[place as usize];
        if found.spots == 0 || self.spots[found.last as usize].1.section != section {
            found.spots += 1;
            found.last = self.spots.len() as u32;
            self.spots.push((place, Spot { section, ..Spot::default() }));
        }
        &mut self.spots[found.last as usize].1
    }

    /// Appends what was found to a batch, the sections term by term.
    fn hand_over(&self, document: u32, batch: &mut Counts) {
        let start = batch.spots.len();
        let mut next = start;
        let mut starts = Vec::with_capacity(self.found.len());
        for found in &self.found {
            starts.push(next);
            next += found.spots as usize;
            batch.hits.push(Counted {
                term: found.term,
                document,
                spots: found.spots,
                title: found.title,
                name: found.name,
                keyword: found.keyword,
            });
        }
        batch.spots.resize(next, Spot::default());
        for (place, spot) in &self.spots {
            let at = &mut starts[*place as usize];
            batch.spots[*at] = *spot;
            *at += 1;
        }
    }
}

/// Returns how many words there are.
fn words(tokens: &[Token]) -> u8 {
    u8::try_from(tokens.iter().filter(|token| token.word).count()).unwrap_or(u8::MAX)
}

/// Counts documents, the first of which has this number.
pub(super) fn count(first: usize, documents: &[Document<'_>]) -> Batch {
    let mut numbers = Numbers {
        cutter: Terms::new(),
        known: HashMap::default(),
        pieces: HashMap::default(),
        tokens: Vec::new(),
        forms: BTreeSet::new(),
    };
    let mut counts = Counts::default();
    let mut all_lengths = Vec::with_capacity(documents.len());
    let mut sheet = Sheet::default();
    let mut tokens: Vec<Token> = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        sheet.turn();
        let mut cut = |text: &str, tokens: &mut Vec<Token>| {
            tokens.clear();
            numbers.cut(text, tokens);
        };
        cut(&document.title, &mut tokens);
        for token in &tokens {
            sheet.found(token.term).title = words(&tokens);
        }
        for name in &document.names {
            // A name is a title in other words.
            cut(name, &mut tokens);
            let words = words(&tokens);
            for token in tokens.iter().filter(|token| !token.stop) {
                let title = &mut sheet.found(token.term).title;
                *title = if *title == 0 { words } else { words.min(*title) };
            }
        }
        cut(&document.keywords, &mut tokens);
        for token in tokens.iter().filter(|token| !token.stop) {
            sheet.found(token.term).keyword = true;
        }
        let mut lengths = Vec::with_capacity(document.sections.len());
        for (section, part) in (0..).zip(&document.sections) {
            cut(&part.heading, &mut tokens);
            let words = words(&tokens);
            for token in &tokens {
                sheet.spot(token.term, section).heading = words;
            }
            cut(&part.text, &mut tokens);
            let mut length = 0;
            for token in tokens.iter().filter(|token| !token.stop) {
                length += u32::from(token.word);
                let spot = sheet.spot(token.term, section);
                spot.count = spot.count.saturating_add(1);
            }
            lengths.push(length);
        }
        for name in document.names.iter().chain([&document.title]) {
            let name = fold(name);
            if !name.contains(char::is_whitespace) && name.chars().count() <= MAX_NAME {
                let found = sheet.found(numbers.of(&name));
                found.name = true;
                found.title = found.title.max(1);
            }
        }
        all_lengths.push(lengths);
        sheet.hand_over(u32::try_from(first + at).unwrap_or(u32::MAX), &mut counts);
    }
    counts.hits.shrink_to_fit();
    counts.spots.shrink_to_fit();
    let mut terms: Vec<(String, u32)> = numbers.known.into_iter().collect();
    terms.sort_unstable_by_key(|(_, number)| *number);
    let terms = terms.into_iter().map(|(term, _)| term).collect();
    Batch { words: Words { terms, forms: numbers.forms }, counts, lengths: all_lengths }
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
    pub(super) fn of(words: &'a [Words], counts: &[Counts]) -> Self {
        let mut terms: Vec<&str> = words.iter().flat_map(|batch| batch.terms.iter().map(String::as_str)).collect();
        terms.par_sort_unstable();
        terms.dedup();
        let number = |term: &str| terms.binary_search(&term).unwrap_or_default() as u32;
        let numbers: Vec<Vec<u32>> =
            words.par_iter().map(|batch| batch.terms.iter().map(|term| number(term)).collect()).collect();
        let mut forms: Vec<(u32, &str)> = Vec::new();
        let mut starts = vec![0; terms.len() + 1];
        for ((words, counts), numbers) in words.iter().zip(counts).zip(&numbers) {
            forms.extend(words.forms.iter().map(|(term, form)| (numbers[*term as usize], form.as_str())));
            for hit in &counts.hits {
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
        for (which, (counts, numbers)) in (0..).zip(counts.iter().zip(&numbers)) {
            let mut spot = 0;
            for (at, hit) in (0..).zip(&counts.hits) {
                let place = &mut next[numbers[hit.term as usize] as usize];
                places[*place] = (which, at, spot);
                *place += 1;
                spot += hit.spots;
            }
        }
        Self { terms, forms, starts, places }
    }

    /// Returns what documents say of a term, in the order of documents.
    pub(super) fn postings<'c>(&self, counts: &'c [Counts], term: usize) -> Postings<'a, 'c> {
        let hit = |(batch, hit, spot): &(u32, u32, u32)| {
            let batch = &counts[*batch as usize];
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
