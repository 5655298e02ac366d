//! Questions with their answers, written down so that another process can ask again.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

/// A sort of question about a path.
pub(crate) trait Probe: Copy + Ord + Sync + 'static {
    /// All sorts.
    const ALL: &'static [Self];

    /// Returns how it is written.
    fn letter(self) -> char;

    /// Returns which of two answers to one question holds; `None` if they contradict each other.
    fn reconciled<'a>(self, before: &'a str, now: &'a str) -> Option<&'a str>;
}

/// Notes questions and answers, from any thread.
#[derive(Debug)]
pub(crate) struct Trace<P> {
    answers: Mutex<Vec<(P, PathBuf, String)>>,
}

impl<P> Default for Trace<P> {
    fn default() -> Self {
        Self { answers: Mutex::default() }
    }
}

impl<P: Probe> Trace<P> {
    /// Notes an answer.
    pub(crate) fn note(&self, question: P, path: &Path, answer: String) {
        self.answers.lock().push((question, path.to_owned(), answer));
    }

    /// Writes a line of `own`, then one answer a line, each question once; what is at or below `own` is left out.
    ///
    /// `None` if there is a path that does not fit a line, or if one question had two answers.
    pub(crate) fn to_text(&self, own: &Path) -> Option<String> {
        let mut unique: BTreeMap<(&Path, P), &str> = BTreeMap::new();
        let answers = self.answers.lock();
        for (question, path, answer) in answers.iter().filter(|(_, path, _)| !path.starts_with(own)) {
            let key = (&**path, *question);
            let answer = match unique.get(&key) {
                Some(before) if *before != answer => question.reconciled(before, answer)?,
                _ => answer,
            };
            unique.insert(key, answer);
        }
        let fits = |text: &str| !text.contains(['\t', '\n', '\r']);
        let mut text = format!("{}\n", own.to_str().filter(|own| fits(own))?);
        for ((path, question), answer) in unique {
            let path = path.to_str().filter(|path| fits(path) && fits(answer))?;
            let _ = writeln!(text, "{}\t{path}\t{answer}", question.letter());
        }
        Some(text)
    }
}

/// Returns whether every answer of a trace would be the same, as `is_same` finds out of question, path, answer and `own`.
pub(crate) fn is_valid<P: Probe>(text: &str, is_same: impl Fn(P, &Path, &str, &Path) -> bool + Sync) -> bool {
    let Some((own, answers)) = text.split_once('\n') else { return false };
    let own = Path::new(own);
    let lines: Vec<&str> = answers.lines().collect();
    lines.par_iter().all(|line| {
        let mut parts = line.splitn(3, '\t');
        let (Some(letter), Some(path), Some(answer)) = (parts.next(), parts.next(), parts.next()) else { return false };
        let question = P::ALL.iter().find(|question| letter.chars().eq([question.letter()]));
        question.is_some_and(|question| is_same(*question, Path::new(path), answer, own))
    })
}
