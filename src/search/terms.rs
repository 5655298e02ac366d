//! What a term is. `client.js` cuts queries by the same rules; `vectors.json` holds both to them.

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

/// Cuts texts into terms; keeps the stems it has found.
pub(super) struct Terms {
    pipeline: Pipeline,
    stems: HashMap<String, Option<String>>,
}

impl Terms {
    pub(super) fn new() -> Self {
        Self { pipeline: English::new().make_pipeline(), stems: HashMap::new() }
    }

    /// Returns the terms of a piece of text without blanks, in its order.
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

    /// Returns a word; nothing for what is too long to be one.
    fn word(&mut self, word: &str) -> Option<Word> {
        let raw = fold(word);
        if raw.chars().count() > MAX_TERM {
            return None;
        }
        // The pipeline is for English; it would cut letters it does not know from the ends.
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
        // Where the last letter ends: marks do not stand at the end of a name.
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

/// Returns what stands at a place of a text, and how many bytes it has; nothing at its end.
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

/// Returns a text in lower case and without accents.
pub(super) fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower.is_ascii() {
        return lower;
    }
    let apart = DecomposingNormalizerBorrowed::new_nfd().normalize(&lower);
    let bare: String = apart.chars().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect();
    // Puts together again what is no accent, such as the syllables of Hangul.
    ComposingNormalizerBorrowed::new_nfc().normalize(&bare).into_owned()
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Characters that join words to names: `payment-api`, `a.b.c`, `component:default/web`, `user's`, `a_b`.
pub(super) fn is_joint(c: char) -> bool {
    is_mark(c) || c == '_'
}

/// Those of them that do not stand at the end of a name.
const fn is_mark(c: char) -> bool {
    matches!(c, '-' | '.' | '/' | ':' | '@' | '\'' | '’')
}

/// Scripts without blanks between words.
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
