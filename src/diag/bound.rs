//! How many findings a report holds: a file with the same fault a hundred thousand times is reported once.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Code, Diagnostic};
use crate::text::FileId;

/// Maximum number of findings of one rule that are reported for one file; the last one says how many more there are.
const SHOWN: usize = 1_000;
/// Maximum length of a message, label or remedy in characters: what it names may be as long as a file.
const CHARACTERS: usize = 1_000;

/// Returns what a report shows of findings, which are sorted by place: of each rule and file at most `SHOWN`, and in
/// the place of the last one how many more there are.
#[must_use]
pub fn bound(diagnostics: &[Diagnostic]) -> Cow<'_, [Diagnostic]> {
    let mut counts: HashMap<(FileId, Code), usize> = HashMap::new();
    for diagnostic in diagnostics {
        *counts.entry((diagnostic.span().file, diagnostic.code)).or_default() += 1;
    }
    if counts.values().all(|count| *count <= SHOWN) && !diagnostics.iter().any(is_long) {
        return Cow::Borrowed(diagnostics);
    }
    let mut seen: HashMap<(FileId, Code), usize> = HashMap::new();
    let mut shown = Vec::new();
    for diagnostic in diagnostics {
        let of = (diagnostic.span().file, diagnostic.code);
        let seen = seen.entry(of).or_default();
        *seen += 1;
        let total = counts.get(&of).copied().unwrap_or(0);
        if total <= SHOWN || *seen < SHOWN {
            shown.push(short(diagnostic));
        } else if *seen == SHOWN {
            shown.push(rest(diagnostic, total - SHOWN + 1));
        }
    }
    Cow::Owned(shown)
}

/// Summarises the findings from `first` on.
fn rest(first: &Diagnostic, count: usize) -> Diagnostic {
    let message = format!("{count} more problems of this kind are in this file, from here on");
    let mut rest = Diagnostic::new(first.code, first.span(), message).help("fix those above, and check again");
    rest.severity = first.severity;
    rest
}

fn is_long(diagnostic: &Diagnostic) -> bool {
    let texts = diagnostic.labels.iter().map(|label| &label.text);
    texts.chain([&diagnostic.message]).chain(&diagnostic.help).any(|text| text.len() > CHARACTERS)
}

fn short(diagnostic: &Diagnostic) -> Diagnostic {
    let mut diagnostic = diagnostic.clone();
    if is_long(&diagnostic) {
        cut(&mut diagnostic.message);
        diagnostic.help.iter_mut().for_each(cut);
        diagnostic.labels.iter_mut().for_each(|label| cut(&mut label.text));
    }
    diagnostic
}

/// Cuts the middle out of a text that is too long: both ends of a sentence matter most.
fn cut(text: &mut String) {
    if text.len() <= CHARACTERS {
        return;
    }
    let side = CHARACTERS / 2;
    let first = text.char_indices().nth(side).map_or(text.len(), |(at, _)| at);
    let last = text.char_indices().rev().nth(side).map_or(0, |(at, _)| at);
    if first < last {
        text.replace_range(first..last, "…");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;
    use crate::text::Span;

    fn many(code: Code, file: usize, count: usize) -> Vec<Diagnostic> {
        (0..count).map(|at| Diagnostic::new(code, Span::new(FileId::new(file), at, at + 1), "a message")).collect()
    }

    #[test]
    fn what_is_wrong_often_is_counted_by_file_and_rule() {
        let mut found = many(codes::BROKEN_LINK, 0, 100_000);
        found.extend(many(codes::BROKEN_LINK, 1, SHOWN));
        found.extend(many(codes::BROKEN_REF, 0, 2));
        let shown = bound(&found);
        assert_eq!(shown.len(), 2 * SHOWN + 2);
        assert_eq!(shown[SHOWN - 1].message, "99001 more problems of this kind are in this file, from here on");
        assert_eq!(shown[SHOWN - 1].span(), found[SHOWN - 1].span());
        assert!(matches!(bound(&found[100_000..]), Cow::Borrowed(_)), "few are left as they are");
    }

    #[test]
    fn long_values_are_cut_in_the_middle() {
        let mut found = many(codes::BROKEN_LINK, 0, 1);
        found[0].message = format!("`{}` leads nowhere", "ä".repeat(1_000_000));
        let shown = bound(&found);
        assert!(shown[0].message.starts_with("`ä") && shown[0].message.ends_with("ä` leads nowhere"));
        assert!(shown[0].message.chars().count() < CHARACTERS + 10);
    }
}
