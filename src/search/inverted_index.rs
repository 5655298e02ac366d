//! The inverted index. Documents are counted in batches, which do not depend on the number of threads. Words are
//! numbered as they are met, by as many counters as work at a time; nothing that is written depends on the numbers.
//! A batch whose documents are those of the index before is not counted again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use foldhash::fast::RandomState;
use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3Default;

use super::Document;
use super::codec::varint;
use super::saved::SavedBatch;
use super::tokenizer::{Term, Terms, chunks, fold, is_joint, short};

/// Flag, in the number of words of the title, of a term with which the title begins; also the maximum of that number.
const BEGINS: u8 = 128;
const MOST_WORDS: u8 = BEGINS - 1;

/// Longer names are not known as a whole, in characters.
const MAX_NAME: usize = 60;

/// How many batches there are, and how many documents are in each: few enough that a counter keeps little, and large
/// enough that the postings of a term are in few places.
const BATCHES: usize = 32;
const BATCH: (usize, usize) = (64, 512);

/// The posting of one term in one document.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Posting<'a> {
    pub document: usize,
    /// How many words the title has, if it has this one; [`BEGINS`] if it begins with it.
    pub title: u8,
    pub name: bool,
    pub keyword: bool,
    /// By section.
    pub spots: &'a [SectionPosting],
}

/// The posting of one term in one section.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct SectionPosting {
    pub section: u32,
    pub count: u16,
    /// How many words the heading has, if it has this one.
    pub heading: u8,
}

/// The postings of one term in all documents.
pub(super) struct Postings {
    hits: Vec<Counted>,
    spots: Vec<SectionPosting>,
}

impl Postings {
    /// Returns what they say in the order of documents.
    pub(super) fn hits(&self) -> Vec<Posting<'_>> {
        let hit = |hit: &Counted| Posting {
            document: hit.document as usize,
            title: hit.title,
            name: hit.name,
            keyword: hit.keyword,
            spots: &self.spots[hit.from as usize..][..hit.spots as usize],
        };
        self.hits.iter().map(hit).collect()
    }
}

/// All documents, counted. The parts are needed for different times.
pub(super) struct InvertedIndex {
    /// By counter.
    pub words: Vec<Words>,
    /// By batch.
    pub counts: Vec<Counts>,
    /// By batch: what names its documents.
    pub keys: Vec<u128>,
    /// By batch: whether it was counted, and not taken from the index before.
    pub is_new: Vec<bool>,
    /// How many documents are in a batch.
    pub size: usize,
    /// How many words each section of each document has.
    pub lengths: Vec<Vec<u32>>,
}

/// The terms that one counter has met by their numbers.
#[derive(Default)]
pub(super) struct Words {
    pub terms: Vec<String>,
    /// Words with the numbers of their stems, where they differ.
    pub forms: Vec<(u32, String)>,
}

/// What the documents of a batch say, by term. There is much of it, so it is written small.
pub(super) struct Counts {
    /// The counter that has numbered the terms.
    pub words: usize,
    /// The terms of the batch, and where each begins in `bytes`, in this order.
    pub terms: Vec<(u32, u32)>,
    /// Which of the counter's forms are in the batch.
    pub forms: Vec<u32>,
    /// See [`Sheets::written`].
    pub bytes: Vec<u8>,
}

/// The posting of one term in one document.
#[derive(Clone, Copy)]
struct Counted {
    term: u32,
    document: u32,
    /// Where its spots begin, and how many they are.
    from: u32,
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

/// What a piece of text consists of.
#[derive(Clone, Copy)]
enum Piece {
    One(Token),
    /// A range of tokens.
    Many(u32, u32),
}

/// A piece of text that was cut before.
struct Known {
    piece: Piece,
    /// Its forms, a range of [`TermInterner::of_pieces`].
    forms: (u32, u32),
    /// The last batch that had it.
    batch: u32,
}

/// Numbers terms.
struct TermInterner {
    cutter: Terms,
    known: HashMap<String, u32, RandomState>,
    /// What each piece of text consists of; of short pieces and of others.
    short: HashMap<u128, Known, RandomState>,
    long: HashMap<String, Known, RandomState>,
    /// Of pieces that consist of several.
    tokens: Vec<Token>,
    /// Forms with the numbers of their stems, numbered themselves.
    forms: HashMap<(u32, String), u32, RandomState>,
    /// The forms of each piece.
    of_pieces: Vec<u32>,
    /// The batch, and the forms that it has; some may be there several times.
    batch: u32,
    of_batch: Vec<u32>,
}

impl TermInterner {
    fn new() -> Self {
        Self {
            cutter: Terms::new(),
            known: HashMap::default(),
            short: HashMap::default(),
            long: HashMap::default(),
            tokens: Vec::new(),
            forms: HashMap::default(),
            of_pieces: Vec::new(),
            batch: 0,
            of_batch: Vec::new(),
        }
    }

    /// Begins the next batch; returns the forms of the last one.
    fn turn(&mut self) -> Vec<u32> {
        self.batch += 1;
        let mut forms = std::mem::take(&mut self.of_batch);
        forms.sort_unstable();
        forms.dedup();
        forms
    }

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
            let short = short(piece);
            let known = match &short {
                Some(short) => self.short.get_mut(short),
                None => self.long.get_mut(piece),
            };
            let piece = match known {
                Some(known) => {
                    if known.batch != self.batch {
                        known.batch = self.batch;
                        self.of_batch
                            .extend_from_slice(&self.of_pieces[known.forms.0 as usize..known.forms.1 as usize]);
                    }
                    known.piece
                }
                None => {
                    let learnt = self.learn(piece);
                    let first = learnt.piece;
                    match short {
                        Some(short) => self.short.insert(short, learnt),
                        None => self.long.insert(piece.to_owned(), learnt),
                    };
                    first
                }
            };
            match piece {
                Piece::One(token) => out.push(token),
                Piece::Many(from, to) => out.extend_from_slice(&self.tokens[from as usize..to as usize]),
            }
        }
    }

    fn learn(&mut self, piece: &str) -> Known {
        let place = |tokens: usize| u32::try_from(tokens).unwrap_or(u32::MAX);
        let from = place(self.tokens.len());
        let first_form = place(self.of_pieces.len());
        for term in self.cutter.of(piece) {
            let token = match term {
                Term::Word(word) => {
                    let term = self.of(&word.stem);
                    if word.raw != word.stem && !word.stop {
                        let next = place(self.forms.len());
                        self.of_pieces.push(*self.forms.entry((term, word.raw)).or_insert(next));
                    }
                    Token { term, word: true, stop: word.stop }
                }
                Term::Whole(whole) => Token { term: self.of(&whole), word: false, stop: false },
            };
            self.tokens.push(token);
        }
        let forms = (first_form, place(self.of_pieces.len()));
        self.of_batch.extend_from_slice(&self.of_pieces[first_form as usize..]);
        let piece = match self.tokens[from as usize..] {
            [token] => {
                self.tokens.pop();
                Piece::One(token)
            }
            _ => Piece::Many(from, place(self.tokens.len())),
        };
        Known { piece, forms, batch: self.batch }
    }

    fn into_words(self) -> Words {
        let mut terms: Vec<(String, u32)> = self.known.into_iter().collect();
        terms.sort_unstable_by_key(|(_, number)| *number);
        let mut forms: Vec<((u32, String), u32)> = self.forms.into_iter().collect();
        forms.sort_unstable_by_key(|(_, number)| *number);
        Words {
            terms: terms.into_iter().map(|(term, _)| term).collect(),
            forms: forms.into_iter().map(|(form, _)| form).collect(),
        }
    }
}

/// The posting of one term in the current document.
struct Found {
    term: u32,
    title: u8,
    name: bool,
    keyword: bool,
    /// How many sections say something, and the last of them among all that was noted.
    spots: u32,
    last: u32,
}

/// The terms of the current document, in the order of occurrence.
#[derive(Default)]
struct Sheet {
    /// By term: the document that was the last to have it, from 1, and where it is in `found`.
    places: Vec<(u32, u32)>,
    document: u32,
    found: Vec<Found>,
    /// What sections say, in their order, with the place in `found`.
    spots: Vec<(u32, SectionPosting)>,
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
    fn spot(&mut self, term: u32, section: u32) -> &mut SectionPosting {
        let place = self.of(term);
        let found = &mut self.found[place as usize];
        if found.spots == 0 || self.spots[found.last as usize].1.section != section {
            found.spots += 1;
            found.last = self.spots.len() as u32;
            self.spots.push((place, SectionPosting { section, ..SectionPosting::default() }));
        }
        &mut self.spots[found.last as usize].1
    }

    /// Appends what was found to a batch, the sections term by term.
    fn hand_over(&self, document: u32, batch: &mut Sheets) {
        let mut next = batch.spots.len();
        let mut starts = Vec::with_capacity(self.found.len());
        for found in &self.found {
            starts.push(next);
            batch.hits.push(Counted {
                term: found.term,
                document,
                from: next as u32,
                spots: found.spots,
                title: found.title,
                name: found.name,
                keyword: found.keyword,
            });
            next += found.spots as usize;
        }
        batch.spots.resize(next, SectionPosting::default());
        for (place, spot) in &self.spots {
            let at = &mut starts[*place as usize];
            batch.spots[*at] = *spot;
            *at += 1;
        }
    }
}

/// What the documents of a batch say, by document.
#[derive(Default)]
struct Sheets {
    hits: Vec<Counted>,
    spots: Vec<SectionPosting>,
}

/// Marks of a written hit.
const NAME: u8 = 1;
const KEYWORD: u8 = 2;
const TITLE: u8 = 4;

impl Sheets {
    /// Writes a batch by term, and empties it: the number of documents; for each the delta to the previous one, a byte
    /// of flags, the words of the title if it has the term, and the number of sections; for each of these the delta to
    /// the previous one, doubled, plus one if the heading has the term, then the words of the heading, and the count.
    fn written(&mut self, words: usize) -> Counts {
        // Terms with the places of their hits: to sort these takes less time than to look each term up in a table of all.
        let key = |(at, hit): (usize, &Counted)| u64::from(hit.term) << 32 | at as u64;
        let mut order: Vec<u64> = self.hits.iter().enumerate().map(key).collect();
        order.sort_unstable();
        let mut counts = Counts { words, terms: Vec::new(), forms: Vec::new(), bytes: Vec::new() };
        let bytes = &mut counts.bytes;
        for hits in order.chunk_by(|a, b| a >> 32 == b >> 32) {
            counts.terms.push(((hits[0] >> 32) as u32, bytes.len() as u32));
            varint(bytes, hits.len());
            let mut before = 0;
            for hit in hits.iter().map(|key| &self.hits[*key as u32 as usize]) {
                varint(bytes, (hit.document - before) as usize);
                before = hit.document;
                let mark = |there: bool, mark: u8| if there { mark } else { 0 };
                bytes.push(mark(hit.name, NAME) | mark(hit.keyword, KEYWORD) | mark(hit.title > 0, TITLE));
                if hit.title > 0 {
                    bytes.push(hit.title);
                }
                varint(bytes, hit.spots as usize);
                let mut last = 0;
                for spot in &self.spots[hit.from as usize..][..hit.spots as usize] {
                    varint(bytes, ((spot.section - last) as usize) << 1 | usize::from(spot.heading > 0));
                    last = spot.section;
                    if spot.heading > 0 {
                        bytes.push(spot.heading);
                    }
                    varint(bytes, usize::from(spot.count));
                }
            }
        }
        counts.terms.shrink_to_fit();
        counts.bytes.shrink_to_fit();
        self.hits.clear();
        self.spots.clear();
        counts
    }
}

impl Counts {
    /// Returns what is written of each term, by the number of the term.
    pub(super) fn slices(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let ends = self.terms.iter().skip(1).map(|(_, from)| *from as usize).chain([self.bytes.len()]);
        self.terms.iter().zip(ends).map(|((term, from), end)| (*term, &self.bytes[*from as usize..end]))
    }

    /// Returns the terms of which something is said in one of these documents.
    pub(super) fn terms_in(&self, is_one: &dyn Fn(usize) -> bool) -> Vec<u32> {
        let (mut hits, mut spots) = (Vec::new(), Vec::new());
        let mut has = |from: u32| {
            hits.clear();
            spots.clear();
            self.read(from, 0, &mut hits, &mut spots);
            hits.iter().any(|hit| is_one(hit.document as usize))
        };
        self.terms.iter().filter(|(_, from)| has(*from)).map(|(term, _)| *term).collect()
    }

    /// Reads what was written of the term that begins there.
    fn read(&self, from: u32, term: u32, hits: &mut Vec<Counted>, spots: &mut Vec<SectionPosting>) {
        let mut bytes = self.bytes[from as usize..].iter().copied();
        let mut document = 0;
        for _ in 0..number(&mut bytes) {
            document += number(&mut bytes);
            let marks = bytes.next().unwrap_or_default();
            let title = if marks & TITLE > 0 { bytes.next().unwrap_or_default() } else { 0 };
            let count = number(&mut bytes);
            let (name, keyword) = (marks & NAME > 0, marks & KEYWORD > 0);
            hits.push(Counted { term, document, from: spots.len() as u32, spots: count, title, name, keyword });
            let mut section = 0;
            for _ in 0..count {
                let way = number(&mut bytes);
                section += way >> 1;
                let heading = if way & 1 > 0 { bytes.next().unwrap_or_default() } else { 0 };
                spots.push(SectionPosting { section, count: number(&mut bytes) as u16, heading });
            }
        }
    }
}

/// Reads a number that `varint` has written.
fn number(bytes: &mut impl Iterator<Item = u8>) -> u32 {
    let mut number = 0;
    let mut shift = 0;
    for byte in bytes {
        number |= u32::from(byte & 127) << shift;
        if byte < 128 {
            break;
        }
        shift += 7;
    }
    number
}

/// Returns how many words there are that say something, or how many there are if none does.
fn words(tokens: &[Token]) -> u8 {
    let count = |stop: bool| tokens.iter().filter(|token| token.word && (stop || !token.stop)).count();
    let telling = count(false);
    u8::try_from(if telling > 0 { telling } else { count(true) }).unwrap_or(MOST_WORDS).min(MOST_WORDS)
}

/// Returns how many words a title has, each counted once: who asks for it says each of them once.
fn title_words(tokens: &[Token]) -> u8 {
    let mut once: Vec<Token> = Vec::new();
    // More are not counted.
    for token in &tokens[..tokens.len().min(4 * usize::from(MOST_WORDS))] {
        if !once.iter().any(|known| known.term == token.term) {
            once.push(*token);
        }
    }
    words(&once)
}

/// Counts documents, which have these keys. Batches of `before` are taken, if `words` have numbered their terms, where the
/// documents are the same; what is left there are those that documents have changed in.
pub(super) fn count(
    documents: &[Document<'_>],
    keys: &[u128],
    words: Words,
    before: &mut [Option<SavedBatch>],
) -> InvertedIndex {
    let size = documents.len().div_ceil(BATCHES).clamp(BATCH.0, BATCH.1);
    let batches: Vec<&[Document<'_>]> = documents.chunks(size).collect();
    let keys: Vec<u128> = keys.chunks(size).map(key_of).collect();
    let mut counted: Vec<(usize, Counts, Vec<Vec<u32>>)> = Vec::with_capacity(batches.len());
    let mut left = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        match before.get_mut(at).and_then(|saved| saved.take_if(|saved| saved.key == *key)) {
            Some(SavedBatch { terms, forms, bytes, lengths, .. }) => {
                counted.push((at, Counts { words: 0, terms, forms, bytes: bytes.0 }, lengths));
            }
            None => left.push(at),
        }
    }
    let mut is_new = vec![false; batches.len()];
    left.iter().for_each(|at| is_new[*at] = true);
    let next = AtomicUsize::new(0);
    // One counter a thread; each takes batches as long as there are any. The first numbers are those of `words`.
    let counter = |which: usize| {
        let mut numbers = TermInterner::new();
        let mut sheets = Sheets::default();
        let mut counted = Vec::new();
        while let Some(at) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
            let lengths = count_batch(at * size, batches[*at], &mut numbers, &mut sheets);
            let counts = Counts { forms: numbers.turn(), ..sheets.written(which + 1) };
            counted.push((*at, counts, lengths));
        }
        (numbers.into_words(), counted)
    };
    let threads = rayon::current_num_threads();
    let counters: Vec<_> = (0..threads).into_par_iter().with_max_len(1).map(counter).collect();
    let (of_counters, new): (Vec<Words>, Vec<Vec<_>>) = counters.into_iter().unzip();
    counted.extend(new.into_iter().flatten());
    counted.sort_unstable_by_key(|(at, ..)| *at);
    let (counts, lengths): (Vec<Counts>, Vec<_>) = counted.into_iter().map(|(_, counts, of)| (counts, of)).unzip();
    InvertedIndex {
        words: std::iter::once(words).chain(of_counters).collect(),
        counts,
        keys,
        is_new,
        size,
        lengths: lengths.into_iter().flatten().collect(),
    }
}

/// Returns what names a batch of documents with these keys.
fn key_of(keys: &[u128]) -> u128 {
    let mut hasher = Xxh3Default::new();
    keys.iter().for_each(|key| hasher.update(&key.to_le_bytes()));
    hasher.digest128()
}

/// Counts the documents of a batch, the first of which has this number; returns how many words their sections have.
fn count_batch(
    first: usize,
    documents: &[Document<'_>],
    numbers: &mut TermInterner,
    counts: &mut Sheets,
) -> Vec<Vec<u32>> {
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
        let words_of_title = title_words(&tokens);
        for token in &tokens {
            sheet.found(token.term).title = words_of_title;
        }
        // Whoever types the beginning of a title looks for it: its first word, and the name of several words there.
        let telling = tokens.iter().position(|token| token.word && !token.stop);
        let begins: Vec<u32> = match chunks(&document.title).next() {
            Some(chunk) => {
                let word = telling.map(|at| tokens[at].term);
                cut(chunk, &mut tokens);
                word.into_iter().chain(tokens.iter().filter(|token| !token.word).map(|token| token.term)).collect()
            }
            None => Vec::new(),
        };
        for name in &document.names {
            // A name is a title in other words.
            cut(name, &mut tokens);
            let words = title_words(&tokens);
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
        // What a thing is called may be written as one word elsewhere. Parts of APIs are too many for that.
        if document.kind.role().is_empty() {
            for name in document.names.first().into_iter().chain([&document.title]) {
                let words = name.split(|letter: char| letter.is_whitespace() || is_joint(letter)).count();
                for run in numbers.cutter.runs(name) {
                    let title = &mut sheet.found(numbers.of(&run)).title;
                    *title = (*title).max(u8::try_from(words).unwrap_or(MOST_WORDS).min(MOST_WORDS));
                }
            }
        }
        for term in begins {
            let title = &mut sheet.found(term).title;
            *title = (*title).max(1) | BEGINS;
        }
        all_lengths.push(lengths);
        sheet.hand_over(u32::try_from(first + at).unwrap_or(u32::MAX), counts);
    }
    all_lengths
}

/// All terms, in their order, with the places where documents say something of them.
pub(super) struct Vocabulary<'a> {
    pub terms: Vec<&'a str>,
    /// Words by the number of their stem.
    pub forms: Vec<(u32, &'a str)>,
    /// By counter: the place of each of its terms.
    pub numbers: Vec<Vec<u32>>,
    /// Where the places of each term start; one more than there are terms.
    starts: Vec<usize>,
    /// Batch, and where the term begins in it.
    places: Vec<(u32, u32)>,
}

impl<'a> Vocabulary<'a> {
    pub(super) fn of(words: &'a [Words], counts: &[Counts]) -> Self {
        let mut terms: Vec<&str> = words.iter().flat_map(|words| words.terms.iter().map(String::as_str)).collect();
        terms.par_sort_unstable();
        terms.dedup();
        let number = |term: &str| terms.binary_search(&term).unwrap_or_default() as u32;
        let numbers: Vec<Vec<u32>> =
            words.iter().map(|words| words.terms.par_iter().map(|term| number(term)).collect()).collect();
        let mut forms: Vec<(u32, &str)> = Vec::new();
        let mut starts = vec![0; terms.len() + 1];
        let mut seen: Vec<Vec<bool>> = words.iter().map(|words| vec![false; words.forms.len()]).collect();
        for counts in counts {
            counts.forms.iter().for_each(|form| seen[counts.words][*form as usize] = true);
        }
        for ((words, numbers), seen) in words.iter().zip(&numbers).zip(&seen) {
            let seen = words.forms.iter().zip(seen).filter(|(_, seen)| **seen);
            forms.extend(seen.map(|((term, form), _)| (numbers[*term as usize], form.as_str())));
        }
        for counts in counts {
            let numbers = &numbers[counts.words];
            for (term, _) in &counts.terms {
                starts[numbers[*term as usize] as usize + 1] += 1;
            }
        }
        forms.par_sort_unstable();
        forms.dedup();
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut places = vec![(0, 0); starts[terms.len()]];
        for (which, counts) in (0..).zip(counts) {
            let numbers = &numbers[counts.words];
            for (term, from) in &counts.terms {
                let place = &mut next[numbers[*term as usize] as usize];
                places[*place] = (which, *from);
                *place += 1;
            }
        }
        Self { terms, forms, numbers, starts, places }
    }

    /// Returns what documents say of a term, in the order of documents.
    pub(super) fn postings(&self, counts: &[Counts], term: usize) -> Postings {
        let (mut hits, mut spots) = (Vec::new(), Vec::new());
        let number = term as u32;
        for (batch, from) in &self.places[self.starts[term]..self.starts[term + 1]] {
            counts[*batch as usize].read(*from, number, &mut hits, &mut spots);
        }
        Postings { hits, spots }
    }

    /// Returns the words whose stem a term is, where they differ from it.
    pub(super) fn forms_of(&self, term: usize) -> Vec<&'a str> {
        let number = term as u32;
        let start = self.forms.partition_point(|(stem, _)| *stem < number);
        self.forms[start..].iter().take_while(|(stem, _)| *stem == number).map(|(_, form)| *form).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_batch_says_is_read_as_it_was() {
        let spot = |section, count, heading| SectionPosting { section, count, heading };
        let spots = vec![spot(0, 1, 0), spot(300, 700, 2), spot(1, u16::MAX, 0), spot(2, 0, 1)];
        let hit = |term, document, from, spots, title, name, keyword| Counted {
            term,
            document,
            from,
            spots,
            title,
            name,
            keyword,
        };
        let hits = vec![
            hit(2, 70_000, 0, 2, 3, true, false),
            hit(0, 70_000, 2, 1, 0, false, true),
            hit(2, 70_001, 3, 1, 0, false, false),
        ];
        let mut sheets = Sheets { hits, spots };
        let counts = sheets.written(0);
        assert!(sheets.hits.is_empty() && sheets.spots.is_empty());
        let read = |at: usize| {
            let (term, from) = counts.terms[at];
            let mut postings = Postings { hits: Vec::new(), spots: Vec::new() };
            counts.read(from, term, &mut postings.hits, &mut postings.spots);
            let hits = postings.hits();
            let shown: Vec<String> = hits
                .iter()
                .map(|hit| {
                    let spots: Vec<_> = hit.spots.iter().map(|spot| (spot.section, spot.count, spot.heading)).collect();
                    format!("{} {} {} {} {spots:?}", hit.document, hit.title, hit.name, hit.keyword)
                })
                .collect();
            (term, shown.join("; "))
        };
        assert_eq!(counts.terms.len(), 2);
        assert_eq!(read(0), (0, "70000 0 false true [(1, 65535, 0)]".to_owned()));
        assert_eq!(
            read(1),
            (2, "70000 3 true false [(0, 1, 0), (300, 700, 2)]; 70001 0 false false [(2, 0, 1)]".to_owned())
        );
    }
}
