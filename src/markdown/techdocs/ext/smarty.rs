//! Curly quotes, dashes and ellipses.

use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::stash;
use crate::markdown::techdocs::tree::NodeId;

/// Educates the texts below `root`.
pub(in crate::markdown::techdocs) fn apply(parser: &mut Parser<'_>, root: NodeId) {
    for node in parser.tree.walk(root) {
        let node = &mut parser.tree[node];
        if !node.text.atomic {
            node.text.value = educate(&node.text.value);
        }
        if !node.tail.atomic {
            node.tail.value = educate(&node.tail.value);
        }
    }
}

fn educate(text: &str) -> String {
    if !text.contains(['"', '\'', '-', '.']) {
        return text.to_owned();
    }
    let mut letters = Letters::new(text);
    letters.join_runs('-', 3, '—');
    letters.join_runs('-', 2, '–');
    letters.curl();
    letters.join_runs('.', 3, '…');
    letters.shown.into_iter().flatten().collect()
}

/// A text whose signs are replaced one kind after the other, as the original's patterns do; later passes see what has
/// been replaced as a mark, neither a letter nor a space.
struct Letters {
    /// What the patterns see.
    seen: Vec<char>,
    /// The result; `None` inside a sign that took several characters.
    shown: Vec<Option<char>>,
}

impl Letters {
    fn new(text: &str) -> Self {
        let seen: Vec<char> = text.chars().collect();
        Self { shown: seen.iter().copied().map(Some).collect(), seen }
    }

    fn replace(&mut self, at: usize, with: char) {
        self.shown[at] = Some(with);
        self.hide(at);
    }

    /// Leaves a character where it is, as part of something that has been replaced.
    fn hide(&mut self, at: usize) {
        self.seen[at] = stash::END;
    }

    /// Replaces runs of exactly `length` signs.
    fn join_runs(&mut self, sign: char, length: usize, with: char) {
        let mut at = 0;
        while at < self.seen.len() {
            let run = self.seen[at..].iter().take_while(|letter| **letter == sign).count();
            if run == length {
                self.replace(at, with);
                for rest in at + 1..at + length {
                    self.shown[rest] = None;
                    self.hide(rest);
                }
            }
            at += run.max(1);
        }
    }

    /// Replaces straight quotes; each kind of place is looked for in the whole text before the next one.
    fn curl(&mut self) {
        if !self.seen.iter().any(|letter| matches!(letter, '"' | '\'')) {
            return;
        }
        for (quote, close) in [('\'', '’'), ('"', '”')] {
            if self.seen[0] == quote && self.is_mark_of_end(1) {
                self.replace(0, close);
            }
        }
        // Quotes in quotes.
        self.each(|it, at| {
            let (open, close) = match it.pair(at)? {
                ('"', '\'') => (['“', '‘'], ['”', '’']),
                ('\'', '"') => (['‘', '“'], ['’', '”']),
                _ => return None,
            };
            let pair = if it.is_word(at + 2) { open } else { close };
            (pair == open || it.closes_after(at)).then(|| it.replace_pair(at, pair))
        });
        self.single();
        self.double();
    }

    fn single(&mut self) {
        let quote = |it: &Self, at: usize| (it.seen[at] == '\'').then_some(());
        self.each(|it, at| {
            quote(it, at)?;
            let decade = it.is_digit(at + 1) && it.is_digit(at + 2) && it.seen.get(at + 3) == Some(&'s');
            (decade && !it.is_word_before(at)).then(|| it.replace(at, '’'))
        });
        self.each(|it, at| {
            quote(it, at)?;
            it.opens(at).then(|| it.replace_behind(at, '‘'))
        });
        self.each(|it, at| {
            quote(it, at)?;
            let ends = it.is_blank(at + 1) || it.is_lone_s(at + 1) || it.is_digit(at + 1);
            (it.closes_after(at) && !ends).then(|| it.replace(at, '’'))
        });
        self.each(|it, at| {
            quote(it, at)?;
            (it.is_blank(at + 1) || it.is_lone_s(at + 1)).then(|| {
                it.replace(at, '’');
                it.hide(at + 1);
            })
        });
        self.each(|it, at| {
            quote(it, at)?;
            it.replace(at, '‘');
            Some(())
        });
    }

    fn double(&mut self) {
        let quote = |it: &Self, at: usize| (it.seen[at] == '"').then_some(());
        self.each(|it, at| {
            quote(it, at)?;
            it.opens(at).then(|| it.replace_behind(at, '“'))
        });
        self.each(|it, at| {
            quote(it, at)?;
            let close = it.is_blank(at + 1) || it.closes_after(at);
            it.replace(at, if close { '”' } else { '“' });
            Some(())
        });
    }

    /// Shows every place to a pattern.
    fn each(&mut self, pattern: impl Fn(&mut Self, usize) -> Option<()>) {
        for at in 0..self.seen.len() {
            pattern(self, at);
        }
    }

    fn pair(&self, at: usize) -> Option<(char, char)> {
        Some((self.seen[at], *self.seen.get(at + 1)?))
    }

    fn replace_pair(&mut self, at: usize, [first, second]: [char; 2]) {
        self.replace(at, first);
        self.replace(at + 1, second);
    }

    /// Replaces a quote together with what comes before it.
    fn replace_behind(&mut self, at: usize, with: char) {
        self.replace(at, with);
        self.hide(at - 1);
    }

    /// Returns whether a word begins behind the quote, and a space or a dash is before it.
    fn opens(&self, at: usize) -> bool {
        let dash = |at: usize| self.seen[at] == '-';
        let leads = at > 0
            && (self.is_blank(at - 1)
                || matches!(self.seen[at - 1], '–' | '—')
                || (at > 1 && dash(at - 1) && dash(at - 2)));
        leads && self.is_word(at + 1)
    }

    /// Returns whether what comes before is something that a quote closes.
    fn closes_after(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.seen[before]);
        before.is_some_and(|it| {
            !matches!(it, ' ' | '\t' | '\r' | '\n' | '[' | '{' | '(' | '-' | stash::START | stash::END)
        })
    }

    /// Returns whether there is a sign, and no boundary of a word behind it.
    fn is_mark_of_end(&self, at: usize) -> bool {
        let sign = self.seen.get(at).is_some_and(|it| it.is_ascii_punctuation() && *it != '&');
        sign && self.is_word(at) == self.is_word(at + 1)
    }

    fn is_word(&self, at: usize) -> bool {
        self.seen.get(at).is_some_and(|it| it.is_alphanumeric() || *it == '_')
    }

    fn is_word_before(&self, at: usize) -> bool {
        at > 0 && self.is_word(at - 1)
    }

    fn is_blank(&self, at: usize) -> bool {
        self.seen.get(at).is_some_and(|it| it.is_whitespace())
    }

    fn is_digit(&self, at: usize) -> bool {
        self.seen.get(at).is_some_and(|it| it.is_numeric())
    }

    /// Returns whether an `s` is there that is a word of its own.
    fn is_lone_s(&self, at: usize) -> bool {
        self.seen.get(at) == Some(&'s') && !self.is_word(at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_dashes_are_educated() {
        assert_eq!(educate("\"a\" 'b' it's a -- b --- c ... ----"), "“a” ‘b’ it’s a – b — c … ----");
        assert_eq!(educate("the '80s"), "the ’80s");
        assert_eq!(educate("'s of it, 'a-' b, ('x'). '!"), "’s of it, ‘a-’ b, (‘x’). ‘!");
        assert_eq!(educate("')."), "’).");
        assert_eq!(educate("\"'a' b\" '\"c\" d' 5'2\" ---'x' --'y' ......"), "“‘a’ b” ‘“c” d’ 5‘2” —‘x’ –‘y’ ......");
    }
}
