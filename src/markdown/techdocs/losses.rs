//! What an author plainly meant and the dialect does not give: noted where it is lost, placed in the source afterwards.

use std::collections::BTreeMap;
use std::ops::Range;

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// A list right below a line of a paragraph is text of the paragraph.
    ListUnderText,
    /// An item indented by columns at which lists do not nest is text of the item above.
    ListIndent,
    /// A fence with a header that cannot be read is no code block.
    FenceHeader,
    /// A fence that is not closed is no code block.
    UnclosedFence,
    /// An admonition, details or a tab without anything in it, because the lines below are not indented.
    EmptyContainer,
}

/// Something lost, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// What.
    pub loss: Loss,
    /// The line in the source, without its indentation.
    pub span: Range<usize>,
}

/// Something lost before its place is known.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    pub(super) loss: Loss,
    /// The line, trimmed.
    line: String,
    /// The line before it, trimmed, if that is known.
    before: Option<String>,
}

/// Notes of one document.
#[derive(Debug, Default)]
pub(super) struct Losses {
    noted: Vec<Noted>,
}

/// So many losses tell enough about one document.
const MAX_NOTED: usize = 1000;

impl Losses {
    /// Notes a line, with the line before it.
    pub(super) fn note(&mut self, loss: Loss, line: &str, before: Option<&str>) {
        if self.noted.len() < MAX_NOTED {
            let before = before.map(|line| line.trim().to_owned());
            self.noted.push(Noted { loss, line: line.trim().to_owned(), before });
        }
    }

    pub(super) fn has(&self, loss: Loss) -> bool {
        self.noted.iter().any(|noted| noted.loss == loss)
    }

    /// Notes the lines of a paragraph that look like items of a list.
    pub(super) fn look_for_items(&mut self, text: &str, in_item: bool) {
        if is_item(text.split('\n').next().unwrap_or("")) {
            self.note(Loss::ListIndent, text.split('\n').next().unwrap_or(""), Some(""));
        }
        let mut before: Option<&str> = None;
        for line in text.split('\n') {
            if let Some(above) = before
                && is_item(line)
            {
                let indented = line.starts_with(' ') || is_item(above);
                let loss = if in_item && indented { Loss::ListIndent } else { Loss::ListUnderText };
                // Of a run of such lines the first one says it all.
                if !is_item(above) {
                    self.note(loss, line, Some(above));
                }
            }
            before = Some(line);
        }
    }

    /// Finds the places in the source; what is not there to the letter, such as a line of an included file, is left out.
    pub(super) fn locate(self, source: &str) -> Vec<Lost> {
        if self.noted.is_empty() {
            return Vec::new();
        }
        let mut lines: BTreeMap<&str, Vec<Place<'_>>> = BTreeMap::new();
        let (mut start, mut before) = (0, None);
        for line in source.split('\n') {
            let bare = bare(line);
            let at = start + (line.len() - line.trim_start_matches(['>', ' ', '\t']).len());
            if !bare.is_empty() {
                let place = Place { before, indented: at > start, span: at..at + bare.len() };
                lines.entry(bare).or_default().push(place);
            }
            before = Some(bare);
            start += line.len() + 1;
        }
        let mut found: Vec<Lost> = Vec::new();
        for noted in self.noted {
            let Some(places) = lines.get_mut(bare(&noted.line)) else { continue };
            let wanted = noted.before.as_deref().map(bare);
            let fits = |place: &Place<'_>| {
                (place.indented || noted.loss != Loss::ListIndent)
                    && wanted.is_none_or(|wanted| {
                        // The line before may begin with the mark of the item that it is the text of.
                        place.before.is_some_and(|before| {
                            if wanted.is_empty() { before.is_empty() } else { before.ends_with(wanted) }
                        })
                    })
            };
            let Some(index) = places.iter().position(fits) else { continue };
            let place = places.remove(index);
            found.push(Lost { loss: noted.loss, span: place.span });
        }
        found.sort_by_key(|lost| lost.span.start);
        found
    }
}

/// A line of the source.
struct Place<'s> {
    before: Option<&'s str>,
    indented: bool,
    span: Range<usize>,
}

/// Returns a line without the marks of quotes and blanks around it.
fn bare(line: &str) -> &str {
    line.trim_start_matches(['>', ' ', '\t']).trim_end()
}

/// Returns whether a line looks like the item of a list.
fn is_item(line: &str) -> bool {
    let line = line.trim_start_matches(' ');
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let mark = match line.as_bytes().first() {
        Some(b'-' | b'*' | b'+') => 1,
        Some(_) if (1..=2).contains(&digits) && line[digits..].starts_with('.') => digits + 1,
        _ => return false,
    };
    line[mark..].starts_with(' ') && !line[mark..].trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::techdocs::{NoFiles, Options, render};

    #[track_caller]
    fn check(source: &str, expect: &[(Loss, usize)]) {
        let output = render(source, &Options::default(), &NoFiles);
        let line = |at: usize| source[..at].matches('\n').count() + 1;
        let found: Vec<_> = output.lost.iter().map(|lost| (lost.loss, line(lost.span.start))).collect();
        assert_eq!(found, expect, "{source}\n{}", output.html);
    }

    #[test]
    fn lists_that_are_text_are_found() {
        check("text\n- a\n- b\n", &[(Loss::ListUnderText, 2)]);
        check("text\n\n- a\n- b\n", &[]);
        check("- a\n\ntext:\n1. b\n", &[(Loss::ListUnderText, 4)]);
        check("- a\n    - b\n", &[(Loss::ListIndent, 2)]);
        check("- a\n  - b\n", &[]);
        check("> text\n> - a\n", &[(Loss::ListUnderText, 2)]);
        check("!!! note\n    text\n    - a\n", &[(Loss::ListUnderText, 3)]);
        check("```\ntext\n- a\n```\n", &[]);
        check("in 3 -\n4 - 5\n", &[]);
    }

    #[test]
    fn fences_that_are_text_are_found() {
        check("```python title=a.py\nx\n```\n\n```sh\ny\n```\n", &[(Loss::FenceHeader, 1)]);
        check("```python\nx\n", &[(Loss::UnclosedFence, 1)]);
        check("- a\n\n  ```\n  x\n```\n", &[(Loss::UnclosedFence, 3)]);
        check("``` `x` ```\n", &[]);
        check("```python title=\"a.py\"\nx\n```\n", &[]);
    }

    #[test]
    fn containers_without_content_are_found() {
        check("!!! note\ntext\n", &[(Loss::EmptyContainer, 1)]);
        check("!!! note\n  text\n", &[(Loss::EmptyContainer, 1)]);
        check("!!! note \"That is all\"\n", &[]);
        check("!!! note\n    text\n", &[]);
        check("!!! note\n\n    text\n", &[]);
        check("=== \"A\"\n\n    text\n\n=== \"B\"\n", &[(Loss::EmptyContainer, 5)]);
        check("??? note\ntext\n", &[(Loss::EmptyContainer, 1)]);
    }
}
