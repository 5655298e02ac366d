//! What an author plainly meant and the dialect does not give: noted where it is lost, placed in the source afterwards.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MarkdownLint {
    /// A list right below a line of a paragraph is text of the paragraph.
    ListUnderText,
    /// An item indented by columns at which lists do not nest is text of the item above.
    ListIndent,
    /// A fence with a header that cannot be read is no code block.
    FenceHeader,
    /// A fence that is not closed is no code block.
    UnclosedFence,
    /// A formula that cannot be read is shown as its source.
    Formula,
    /// A diagram that is not drawn and has no picture beside the document is shown as its source.
    Diagram,
    /// An admonition, details or a tab without anything in it, because the lines below are not indented.
    EmptyContainer,
    /// What is written once is shown so often that the page would grow out of proportion; the rest stays text.
    Repeats,
    /// Front matter that nests too deeply is shown as text.
    DeepFrontMatter,
    /// Included files are larger than what a page may include; the rest is left out.
    Includes,
    /// Markup of another program is text, or gone.
    Foreign(Foreign),
}

/// Whose markup it is, and what is lost with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Foreign {
    /// `[text][name]` without a definition of the name; the detail is the name and, behind a tab, the one that was meant.
    Reference,
    /// `[^name]` without its note.
    Footnote,
    /// `[[Page]]`
    WikiLink,
    /// `{{< name >}}` of Hugo.
    Shortcode,
    /// `:::name` of Docusaurus, VitePress, Pandoc and others.
    Container,
    /// `::: a.b` of mkdocstrings.
    Identifier,
    /// `{% name %}` of Jekyll, GitBook and plugins.
    Tag,
    /// A line that includes a file elsewhere; the detail is the path.
    Include,
    /// `> [!NAME]` that is read as a quote.
    Alert,
    /// An admonition that is text.
    Admonition,
    /// `/// name` while such blocks are off, or with an unknown name.
    Block,
    /// A tab that is text.
    Tab,
    /// `<Name>` as a placeholder.
    Element,
    /// `<Name>` as a component, with attributes or an end.
    Component,
    /// `import` and `export` of MDX.
    Module,
    /// `$$` while formulas are off.
    Formula,
    /// `:material-name:` while icons are off.
    Icon,
    /// `1)`
    Parenthesis,
    /// A directive of MyST as a fence.
    Fence,
    /// Markdown inside of an element of HTML; the detail is the element.
    Html,
    /// The title of an admonition that is not in quotes.
    Title,
    /// An element of HTML that pages do not have, such as `<iframe>`; the detail is its name and, behind a tab, the address
    /// of what it shows.
    Embedded,
    /// `:material-name:` that no set of icons has.
    NoIcon,
}

/// Something lost, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LintFinding {
    /// What.
    pub loss: MarkdownLint,
    /// The line in the source, without its indentation.
    pub span: Range<usize>,
    /// What the remedy needs to know, such as the name of a file that is missing; mostly empty.
    pub detail: String,
}

/// Something lost before its place is known.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    pub(super) loss: MarkdownLint,
    /// The line, trimmed.
    line: String,
    /// The line before it, trimmed, if that is known.
    before: Option<String>,
    /// How many lines like it are before it, if that is known.
    nth: Option<usize>,
    /// Whether `line` is a part of a line or more than one, to be found by itself.
    is_part: bool,
    /// What the remedy needs to know.
    detail: String,
}

/// Notes of one document.
#[derive(Debug, Default)]
pub(super) struct Losses {
    noted: Vec<Noted>,
    /// Lines of code that look like items, with how many like them are before: no list is lost there.
    code: HashSet<(String, usize)>,
}

/// Maximum number of losses that are reported for one document.
const MAX_NOTED: usize = 1000;

impl Losses {
    /// Notes a line, with the line before it.
    pub(super) fn note(&mut self, loss: MarkdownLint, line: &str, before: Option<&str>) {
        if self.noted.len() < MAX_NOTED {
            let before = before.map(|line| line.trim().to_owned());
            let line = line.trim().to_owned();
            self.noted.push(Noted { loss, line, before, nth: None, is_part: false, detail: String::new() });
        }
    }

    /// Notes a line with what the remedy needs to know.
    pub(super) fn note_with(&mut self, loss: MarkdownLint, line: &str, before: Option<&str>, detail: &str) {
        let known = self.noted.len();
        self.note(loss, line, before);
        if let Some(noted) = self.noted.get_mut(known) {
            detail.clone_into(&mut noted.detail);
        }
    }

    /// Notes a line that may look like many others of the document.
    pub(super) fn note_line(&mut self, loss: MarkdownLint, lines: &[&str], at: usize, detail: String) {
        if self.noted.len() < MAX_NOTED {
            let line = bare(lines[at]);
            let nth = lines[..at].iter().filter(|other| bare(other) == line).count();
            let line = line.to_owned();
            self.noted.push(Noted { loss, line, before: None, nth: Some(nth), is_part: false, detail });
        }
    }

    /// Notes which lines are code, so that none of them is taken for one that looks like it.
    pub(super) fn note_code(&mut self, lines: &[&str], is_code: &[bool]) {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (line, is_code) in lines.iter().zip(is_code) {
            let line = bare(line);
            if is_item(line) {
                let nth = seen.entry(line).or_default();
                if *is_code {
                    self.code.insert((line.to_owned(), *nth));
                }
                *nth += 1;
            }
        }
    }

    /// Records a text that is in the source verbatim.
    pub(super) fn note_part(&mut self, loss: MarkdownLint, text: &str) {
        let once = matches!(loss, MarkdownLint::Repeats | MarkdownLint::DeepFrontMatter | MarkdownLint::Includes);
        if (once || self.noted.len() < MAX_NOTED) && !text.trim().is_empty() {
            let line = text.trim().to_owned();
            self.noted.push(Noted { loss, line, before: None, nth: None, is_part: true, detail: String::new() });
        }
    }

    pub(super) fn has(&self, loss: MarkdownLint) -> bool {
        self.noted.iter().any(|noted| noted.loss == loss)
    }

    /// Notes the lines of a paragraph that look like items of a list.
    pub(super) fn look_for_items(&mut self, text: &str, in_item: bool) {
        // What a plugin would make something of, with options that are no list of the document.
        if text.starts_with("::: ") {
            return;
        }
        if is_item(text.split('\n').next().unwrap_or("")) {
            self.note(MarkdownLint::ListIndent, text.split('\n').next().unwrap_or(""), Some(""));
        }
        let mut before: Option<&str> = None;
        for line in text.split('\n') {
            if let Some(above) = before
                && is_item(line)
            {
                let indented = line.starts_with(' ') || is_item(above);
                let loss = if in_item && indented { MarkdownLint::ListIndent } else { MarkdownLint::ListUnderText };
                // Of a run of such lines the first one says it all.
                if !is_item(above) {
                    self.note(loss, line, Some(above));
                }
            }
            before = Some(line);
        }
    }

    /// Finds the places in the source; what is not there verbatim, such as a line of an included file, is left out.
    pub(super) fn locate(self, source: &str) -> Vec<LintFinding> {
        if self.noted.is_empty() {
            return Vec::new();
        }
        let mut lines: BTreeMap<&str, Vec<Place<'_>>> = BTreeMap::new();
        let (mut start, mut before) = (0, None);
        for line in source.split('\n') {
            let bare = bare(line);
            let at = start + (line.len() - line.trim_start_matches(['>', ' ', '\t']).len());
            if !bare.is_empty() {
                let places = lines.entry(bare).or_default();
                let is_code = !self.code.is_empty() && self.code.contains(&(bare.to_owned(), places.len()));
                places.push(Place {
                    before,
                    indented: at > start,
                    is_code,
                    is_taken: false,
                    span: at..at + bare.len(),
                });
            }
            before = Some(bare);
            start += line.len() + 1;
        }
        let mut found: Vec<LintFinding> = Vec::new();
        let mut parts: BTreeMap<String, usize> = BTreeMap::new();
        for noted in self.noted {
            if noted.is_part {
                // The first line is enough: the others are indented like what they are in.
                let part = noted.line.lines().next().unwrap_or("").trim_end();
                let from = parts.entry(part.to_owned()).or_default();
                if let Some(at) = source[*from..].find(part).map(|at| *from + at) {
                    *from = at + part.len();
                    found.push(LintFinding { loss: noted.loss, span: at..*from, detail: noted.detail });
                } else if noted.loss == MarkdownLint::Includes {
                    // Text that is appended to every page is in no source.
                    found.push(LintFinding { loss: noted.loss, span: 0..0, detail: noted.detail });
                }
                continue;
            }
            let Some(places) = lines.get_mut(bare(&noted.line)) else { continue };
            let wanted = noted.before.as_deref().map(bare);
            let fits = |place: &Place<'_>| {
                !place.is_code
                    && !place.is_taken
                    && (place.indented || noted.loss != MarkdownLint::ListIndent)
                    && wanted.is_none_or(|wanted| {
                        // The line before may begin with the mark of the item that it is the text of.
                        place.before.is_some_and(|before| {
                            if wanted.is_empty() { before.is_empty() } else { before.ends_with(wanted) }
                        })
                    })
            };
            let nth = noted.nth.filter(|nth| *nth < places.len());
            let Some(index) = nth.or_else(|| places.iter().position(fits)) else { continue };
            let place = &mut places[index];
            place.is_taken = true;
            let span = place.span.clone();
            found.push(LintFinding { loss: noted.loss, span, detail: noted.detail });
        }
        found.sort_by_key(|lost| lost.span.start);
        found
    }
}

/// A line of the source.
struct Place<'s> {
    before: Option<&'s str>,
    indented: bool,
    is_code: bool,
    /// Whether something lost was found there.
    is_taken: bool,
    span: Range<usize>,
}

/// Returns a line without the marks of quotes and spaces around it.
fn bare(line: &str) -> &str {
    line.trim_start_matches(['>', ' ', '\t']).trim_end()
}

/// Returns whether a line looks like the item of a list.
pub(super) fn is_item(line: &str) -> bool {
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
    fn check(source: &str, expect: &[(MarkdownLint, usize)]) {
        let output = render(source, &Options::default(), &NoFiles);
        let line = |at: usize| source[..at].matches('\n').count() + 1;
        let found: Vec<_> = output.lost.iter().map(|lost| (lost.loss, line(lost.span.start))).collect();
        assert_eq!(found, expect, "{source}\n{}", output.html);
    }

    #[test]
    fn lists_that_are_text_are_found() {
        check("text\n- a\n- b\n", &[(MarkdownLint::ListUnderText, 2)]);
        check("text\n\n- a\n- b\n", &[]);
        check("- a\n\ntext:\n1. b\n", &[(MarkdownLint::ListUnderText, 4)]);
        check("- a\n    - b\n", &[(MarkdownLint::ListIndent, 2)]);
        check("- a\n  - b\n", &[]);
        check("> text\n> - a\n", &[(MarkdownLint::ListUnderText, 2)]);
        check("!!! note\n    text\n    - a\n", &[(MarkdownLint::ListUnderText, 3)]);
        check("```\ntext\n- a\n```\n", &[]);
        check("in 3 -\n4 - 5\n", &[]);
        // Options of a plugin.
        check("::: a.b\n    options:\n        members:\n            - c\n", &[]);
        // One that looks like it is code.
        check("```\ntext\n- a\n```\n\ntext\n- a\n", &[(MarkdownLint::ListUnderText, 7)]);
    }

    #[test]
    fn fences_that_are_text_are_found() {
        check("```python title=a.py\nx\n```\n\n```sh\ny\n```\n", &[(MarkdownLint::FenceHeader, 1)]);
        check("```python\nx\n", &[(MarkdownLint::UnclosedFence, 1)]);
        check("- a\n\n  ```\n  x\n```\n", &[(MarkdownLint::UnclosedFence, 3)]);
        check("``` `x` ```\n", &[]);
        // The one that is not closed looks like those that are.
        check("```\na\n```\n\n```sh\nb\n```\n\n```sh\nc\n", &[(MarkdownLint::UnclosedFence, 9)]);
        check("```\na\n```\n\n```\nb\n", &[(MarkdownLint::UnclosedFence, 5)]);
        check("```python title=\"a.py\"\nx\n```\n", &[]);
    }

    #[test]
    fn diagrams_are_found_among_those_that_are_code() {
        let source = "````\n```mermaid\na\n```\n````\n\n```mermaid\nb\n```\n\n````\n```mermaid\nc\n```\n````\n\n```mermaid\nd\n```\n";
        let doc = crate::markdown::techdocs::outline(source, &Options::default(), &|_| None);
        let lines: Vec<usize> =
            doc.lost.iter().map(|lost| source[..lost.span.start].matches('\n').count() + 1).collect();
        assert_eq!(lines, [7, 17]);
        assert!(doc.lost.iter().all(|lost| lost.loss == MarkdownLint::Diagram && lost.detail.starts_with("mermaid-")));
    }

    #[test]
    fn containers_without_content_are_found() {
        check("!!! note\ntext\n", &[(MarkdownLint::EmptyContainer, 1)]);
        check("!!! note\n  text\n", &[(MarkdownLint::EmptyContainer, 1)]);
        check("!!! note \"That is all\"\n", &[]);
        check("!!! note\n    text\n", &[]);
        check("!!! note\n\n    text\n", &[]);
        check("=== \"A\"\n\n    text\n\n=== \"B\"\n", &[(MarkdownLint::EmptyContainer, 5)]);
        check("??? note\ntext\n", &[(MarkdownLint::EmptyContainer, 1)]);
    }
}
