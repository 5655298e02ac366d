//! What a term is. `engine.js` cuts queries by the same rules; `vectors.json` holds both to them.

use std::collections::HashMap;

use elasticlunr::lang::English;
use elasticlunr::{Language, Pipeline};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Longer terms are not indexed, in characters.
const MAX_TERM: usize = 40;

/// A compound of more parts is only known by its parts.
const MAX_PARTS: usize = 6;

/// A term of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    /// A word.
    Word(Word),
    /// Several words written as one, such as `payment-api` or `fooBar`, in lower case and not stemmed.
    Whole(String),
}

/// A word in both its forms, in lower case and without accents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Its stem, by which it is indexed.
    pub stem: String,
    /// As it is written.
    pub raw: String,
    /// Whether it is too common to say anything; such words count in titles and headings only.
    pub stop: bool,
}

/// A word of a name.
struct Part {
    word: String,
    stop: bool,
    /// The piece of text without spaces that it is in.
    piece: usize,
}

/// Cuts texts into terms; keeps the stems it has found.
pub(super) struct Terms {
    pipeline: Pipeline,
    stems: HashMap<String, Option<String>>,
}

impl Terms {
    pub(super) fn new() -> Self {
        Self { pipeline: English::new().make_pipeline(), stems: HashMap::new() }
    }

    /// Returns the terms of a piece of text without spaces, in its order.
    pub(super) fn of(&mut self, chunk: &str) -> Vec<Term> {
        let mut terms = Vec::new();
        if chunk.starts_with(is_ideograph) {
            pairs(chunk, &mut terms);
        } else {
            self.chunk(chunk, &mut terms);
        }
        terms
    }

    fn chunk(&mut self, chunk: &str, terms: &mut Vec<Term>) {
        let parts = parts(chunk);
        let compound = parts.len() > 1;
        for part in &parts {
            // What an apostrophe or a dash leaves over, as in `user's`.
            if compound && part.chars().count() == 1 && !part.starts_with(char::is_numeric) {
                continue;
            }
            terms.extend(self.word(part).map(Term::Word));
        }
        if compound && parts.len() <= MAX_PARTS && chunk.chars().count() <= MAX_TERM {
            terms.push(Term::Whole(fold(chunk)));
        }
    }

    /// Returns the names within a name: neighbouring words of it with dashes between, such as `argo-cd` of `plugin-argo-cd`
    /// and of *Argo CD plugin*. By them is found what is written as one word elsewhere.
    pub(super) fn runs(&mut self, text: &str) -> Vec<String> {
        let mut all: Vec<Part> = Vec::new();
        // How many words each piece has, and whether it is preceded by spaces only.
        let mut pieces: Vec<(usize, bool)> = Vec::new();
        let mut end = 0;
        for chunk in chunks(text).filter(|chunk| !chunk.starts_with(is_ideograph)) {
            let start = chunk.as_ptr().addr() - text.as_ptr().addr();
            let near = !pieces.is_empty() && text[end..start].chars().all(char::is_whitespace);
            end = start + chunk.len();
            let parts = parts(chunk);
            for part in &parts {
                let stop = self.word(part).is_none_or(|word| word.stop);
                all.push(Part { word: fold(part), stop, piece: pieces.len() });
            }
            pieces.push((parts.len(), near));
        }
        let is_sentence = all.len() > MAX_TITLE;
        let is_name = |run: &[Part]| {
            let (first, last) = (&run[0], &run[run.len() - 1]);
            if first.piece == last.piece {
                // The piece is known as a whole.
                return pieces[first.piece].0 > run.len();
            }
            // Of several pieces all is in it: `Release 1` is not a name of *Release 1.2*.
            let all: usize = (first.piece..=last.piece).map(|piece| pieces[piece].0).sum();
            all == run.len()
                && !(is_sentence || first.stop || last.stop)
                && (first.piece + 1..=last.piece).all(|piece| pieces[piece].1)
        };
        let is_short = |run: &[Part]| (3..=MAX_TERM).contains(&run.iter().map(|part| part.word.chars().count()).sum());
        // `1.2` is not twelve.
        let is_number = |run: &[Part]| {
            run.windows(2)
                .any(|pair| pair[0].word.ends_with(char::is_numeric) && pair[1].word.starts_with(char::is_numeric))
        };
        let runs = (2..=MAX_RUN).flat_map(|length| all.windows(length));
        let names = runs.filter(|run| is_name(run) && is_short(run) && !is_number(run));
        names.map(|run| run.iter().map(|part| part.word.as_str()).collect::<Vec<_>>().join("-")).collect()
    }

    /// Returns a word; `None` if it is too long to be one.
    fn word(&mut self, word: &str) -> Option<Word> {
        let raw = fold(word);
        if raw.chars().count() > MAX_TERM {
            return None;
        }
        // The pipeline is for English; it would strip characters it does not know from the ends.
        if !raw.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Some(Word { stem: raw.clone(), raw, stop: false });
        }
        let stem = match self.stems.get(&raw) {
            Some(known) => known.clone(),
            None => {
                let stem = self.pipeline.run(vec![raw.clone()]).pop().filter(|stem| !stem.is_empty());
                self.stems.insert(raw.clone(), stem.clone());
                stem
            }
        };
        let stop = stem.is_none();
        Some(Word { stem: stem.unwrap_or_else(|| raw.clone()), raw, stop })
    }
}

/// Returns a short text as a number, by which it is found without following a pointer.
pub(super) fn short(piece: &str) -> Option<u128> {
    let mut bytes = [0; 16];
    bytes[..15].get_mut(..piece.len())?.copy_from_slice(piece.as_bytes());
    bytes[15] = piece.len() as u8;
    Some(u128::from_le_bytes(bytes))
}

/// Cuts a text into pieces that hold terms: words, names of several words, runs of ideographs.
pub(super) fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (mut class, mut length) = letter_at(text, at)?;
        while !matches!(class, Class::Letter | Class::Ideograph) {
            at += length;
            (class, length) = letter_at(text, at)?;
        }
        let ideographs = class == Class::Ideograph;
        let start = at;
        // Where the last character ends: a name does not end with marks.
        let mut end = at;
        while let Some((class, length)) = letter_at(text, at) {
            match class {
                Class::Ideograph if ideographs => end = at + length,
                Class::Letter if !ideographs => end = at + length,
                Class::Mark if !ideographs => {}
                _ => break,
            }
            at += length;
        }
        Some(&text[start..end])
    })
}

/// What a character is to words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Mark,
    Ideograph,
    Other,
}

/// What the characters of ASCII are, of which most texts consist.
static ASCII: [Class; 128] = {
    let mut classes = [Class::Other; 128];
    let mut at = 0;
    while at < 128 {
        let letter = at as u8 as char;
        if letter.is_ascii_alphanumeric() || letter == '_' {
            classes[at] = Class::Letter;
        } else if is_mark(letter) {
            classes[at] = Class::Mark;
        }
        at += 1;
    }
    classes
};

/// Returns the character class at a place of a text, and its length in bytes; zero at the end.
#[inline]
fn letter_at(text: &str, at: usize) -> Option<(Class, usize)> {
    match ASCII.get(usize::from(*text.as_bytes().get(at)?)) {
        Some(class) => Some((*class, 1)),
        None => wide_letter_at(text, at),
    }
}

#[cold]
fn wide_letter_at(text: &str, at: usize) -> Option<(Class, usize)> {
    let letter = text[at..].chars().next()?;
    let class = if is_ideograph(letter) {
        Class::Ideograph
    } else if is_letter(letter) {
        Class::Letter
    } else if is_mark(letter) {
        Class::Mark
    } else {
        Class::Other
    };
    Some((class, letter.len_utf8()))
}

/// Returns a text in lower case and without accents, with plain letters for those that are written as such in their absence.
pub(super) fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower.is_ascii() {
        return lower;
    }
    let apart = DecomposingNormalizerBorrowed::new_nfd().normalize(&lower);
    let mut bare = String::with_capacity(apart.len());
    for letter in apart.chars().filter(|letter| !matches!(letter, '\u{300}'..='\u{36f}')) {
        match PLAIN.iter().find(|(of, _)| *of == letter) {
            Some((_, plain)) => bare.push_str(plain),
            None => bare.push(letter),
        }
    }
    // Composes again what is not an accent, such as the syllables of Hangul.
    ComposingNormalizerBorrowed::new_nfc().normalize(&bare).into_owned()
}

/// Letters that are not a base letter with an accent, and what people without them on the keyboard write.
const PLAIN: [(char, &str); 17] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ł', "l"),
    ('ħ', "h"),
    ('ŧ', "t"),
    ('ŋ', "n"),
    ('ı', "i"),
    ('ſ', "s"),
    ('ĳ', "ij"),
    ('ﬁ', "fi"),
    ('ﬂ', "fl"),
    ('ﬀ', "ff"),
];

/// Returns a name without what joins its words: `time-lapse`, `time_lapse` and `time.lapse` are `timelapse`.
pub(super) fn joined(name: &str) -> String {
    name.chars().filter(|letter| !is_joint(*letter)).collect()
}

/// How many words of a name are known as a name of their own, at most.
const MAX_RUN: usize = 3;

/// How many words a title has at most whose words are known in pairs across spaces: longer ones are sentences.
const MAX_TITLE: usize = 4;

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Characters that join words to names: `payment-api`, `a.b.c`, `component:default/web`, `user's`, `a_b`.
pub(super) fn is_joint(c: char) -> bool {
    is_mark(c) || c == '_'
}

/// Those with which a name does not end.
const fn is_mark(c: char) -> bool {
    matches!(c, '-' | '.' | '/' | ':' | '@' | '\'' | '’')
}

/// Scripts without spaces between words.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Cuts ideographs into pairs, which overlap.
fn pairs(chunk: &str, terms: &mut Vec<Term>) {
    let letters: Vec<char> = chunk.chars().collect();
    if let [only] = letters[..] {
        terms.push(ideographs(only.to_string()));
    }
    terms.extend(letters.windows(2).map(|pair| ideographs(pair.iter().collect())));
}

fn ideographs(raw: String) -> Term {
    Term::Word(Word { stem: raw.clone(), raw, stop: false })
}

/// Cuts a chunk at joints, underscores and changes of case.
fn parts(chunk: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in chunk.split(is_joint).filter(|piece| !piece.is_empty()) {
        let letters: Vec<(usize, char)> = piece.char_indices().collect();
        let mut start = 0;
        for (at, window) in letters.windows(2).enumerate() {
            let ((_, before), (cut, letter)) = (window[0], window[1]);
            let next = letters.get(at + 2).map(|(_, c)| *c);
            // `fooBar` before B, `HTTPServer` before S.
            let hump = before.is_lowercase() && letter.is_uppercase();
            let word = before.is_uppercase() && letter.is_uppercase() && next.is_some_and(char::is_lowercase);
            if hump || word {
                parts.push(&piece[start..cut]);
                start = cut;
            }
        }
        parts.push(&piece[start..]);
    }
    parts
}
