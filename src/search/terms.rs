//! What a term is. `client.js` cuts queries by the same rules; `vectors.json` holds both to them.

use std::collections::HashMap;

use elasticlunr::lang::English;
use elasticlunr::{Language, Pipeline};

/// Longer terms are not indexed, in characters.
const MAX_TERM: usize = 40;

/// A compound of more parts is only known by its parts.
const MAX_PARTS: usize = 6;

/// A term of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    /// A word, stemmed.
    Word(String),
    /// Several words written as one, such as `payment-api` or `fooBar`, in lower case and not stemmed.
    Whole(String),
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

    /// Returns the terms of a text in its order.
    pub(super) fn of(&mut self, text: &str) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(|c| is_ideograph(c) || is_letter(c)) {
            rest = &rest[start..];
            let ideographs = rest.starts_with(is_ideograph);
            let end = rest
                .find(|c| if ideographs { !is_ideograph(c) } else { is_ideograph(c) || !(is_letter(c) || is_joint(c)) })
                .unwrap_or(rest.len());
            let (chunk, after) = rest.split_at(end);
            rest = after;
            if ideographs {
                pairs(chunk, &mut terms);
            } else {
                self.chunk(chunk.trim_end_matches(is_joint), &mut terms);
            }
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
            if let Some(term) = self.word(part) {
                terms.push(Term::Word(term));
            }
        }
        if compound && parts.len() <= MAX_PARTS && chunk.chars().count() <= MAX_TERM {
            terms.push(Term::Whole(chunk.to_lowercase()));
        }
    }

    /// Returns the stem of a word; nothing for words that say nothing, and for what is too long to be one.
    fn word(&mut self, word: &str) -> Option<String> {
        let word = word.to_lowercase();
        if word.chars().count() > MAX_TERM {
            return None;
        }
        // The pipeline is for English; it would cut letters it does not know from the ends.
        if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Some(word);
        }
        if let Some(known) = self.stems.get(&word) {
            return known.clone();
        }
        let stem = self.pipeline.run(vec![word.clone()]).pop().filter(|stem| !stem.is_empty());
        self.stems.insert(word, stem.clone());
        stem
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Characters that join words to names: `payment-api`, `a.b.c`, `component:default/web`, `user's`.
fn is_joint(c: char) -> bool {
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
        terms.push(Term::Word(only.to_string()));
    }
    terms.extend(letters.windows(2).map(|pair| Term::Word(pair.iter().collect())));
}

/// Cuts a chunk at joints, underscores and changes of case.
fn parts(chunk: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in chunk.split(|c| is_joint(c) || c == '_').filter(|piece| !piece.is_empty()) {
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
