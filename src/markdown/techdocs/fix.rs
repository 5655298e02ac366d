//! The remedies of [`MarkdownLint`] that need no judgement, written into the text.
//!
//! No change is trusted: the document is read again, and a change stays only if less is lost with it, nothing new is,
//! and the page says the same words and shows the same code. What cannot be fixed so is left to its author.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{IncludeFile, MarkdownLint, Options, Resolver, render};
use crate::html;

/// Maximum number of times that one document is read.
const MAX_READS: usize = 400;

/// A document with its remedies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedDocument {
    /// The text as it should be.
    pub text: String,
    /// What was lost and is not any more, with the number of its line in the text before, counted from 0.
    pub mends: Vec<(MarkdownLint, usize)>,
}

/// Fixes what `wanted` allows, by loss and number of the line; `None` if nothing can be fixed.
#[must_use]
pub fn fix_document(
    text: &str,
    options: &Options,
    include: IncludeFile<'_>,
    wanted: &dyn Fn(MarkdownLint, usize) -> bool,
) -> Option<FixedDocument> {
    if let Some(rest) = text.strip_prefix('\u{feff}') {
        let mended = fix_document(rest, options, include, wanted)?;
        return Some(FixedDocument { text: format!("\u{feff}{}", mended.text), ..mended });
    }
    let mut mender = Mender { options, include, reads: 0 };
    let mut now = Draft::new(text);
    let mut seen = mender.read(&now);
    let mut mends: Vec<(MarkdownLint, usize)> = Vec::new();
    let mut refused: BTreeSet<usize> = BTreeSet::new();
    // A fix may make another one possible.
    let mut known = usize::MAX;
    while known != mends.len() {
        known = mends.len();
        refused.clear();
        // A header that was taken for text turns what is code and what is not upside down, so fences come first.
        for kind in [MarkdownLint::FenceHeader, MarkdownLint::ListUnderText, MarkdownLint::ListIndent] {
            // While it is not sure what is code, what looks like a list may be none.
            let is_sure = !seen
                .lost
                .iter()
                .any(|(loss, _)| matches!(loss, MarkdownLint::FenceHeader | MarkdownLint::UnclosedFence));
            if !is_sure && kind != MarkdownLint::FenceHeader {
                continue;
            }
            loop {
                let allowed = |(loss, line): &&(MarkdownLint, usize)| {
                    let from = now.lines[*line].from;
                    *loss == kind && from.is_some_and(|from| wanted(*loss, from) && !refused.contains(&from))
                };
                let todo: Vec<(MarkdownLint, usize)> = seen.lost.iter().filter(allowed).copied().collect();
                if todo.is_empty() || mender.reads >= MAX_READS {
                    break;
                }
                refused.extend(todo.iter().filter_map(|(_, line)| now.lines[*line].from));
                if let Some((done, draft, looks)) = mender.attempt(&now, &seen, &todo) {
                    mends.extend(done.iter().filter_map(|(loss, line)| Some((*loss, now.lines[*line].from?))));
                    (now, seen) = (draft, looks);
                }
            }
        }
    }
    mends.sort_by_key(|(_, line)| *line);
    (!mends.is_empty()).then(|| FixedDocument { text: now.text(), mends })
}

/// A text by its lines, each with its ending.
#[derive(Debug, Clone)]
struct Draft<'t> {
    lines: Vec<Line<'t>>,
}

#[derive(Debug, Clone)]
struct Line<'t> {
    /// The number of the line in the first text; `None` for a line that was inserted.
    from: Option<usize>,
    text: std::borrow::Cow<'t, str>,
}

impl<'t> Draft<'t> {
    fn new(text: &'t str) -> Self {
        let lines = text.split_inclusive('\n').enumerate();
        Self { lines: lines.map(|(at, line)| Line { from: Some(at), text: line.into() }).collect() }
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| &*line.text).collect()
    }

    /// Returns a line without what ends it.
    fn line(&self, at: usize) -> &str {
        self.lines[at].text.trim_end_matches(['\n', '\r'])
    }

    /// Replaces a line, and keeps what ends it.
    fn set(&mut self, at: usize, text: &str) {
        let ending = self.lines[at].text[self.line(at).len()..].to_owned();
        self.lines[at].text = format!("{text}{ending}").into();
    }
}

/// What a reader of a draft gets.
struct Rendering {
    /// By the number of the line.
    lost: Vec<(MarkdownLint, usize)>,
    /// The words without marks of lists.
    words: Vec<String>,
    /// The text of every code block, sorted.
    code: Vec<String>,
}

struct IncludeOnlyResolver<'a>(IncludeFile<'a>);

impl Resolver for IncludeOnlyResolver<'_> {
    fn include(&self, path: &str) -> Option<Arc<str>> {
        (self.0)(path)
    }
}

struct Mender<'a> {
    options: &'a Options,
    include: IncludeFile<'a>,
    reads: usize,
}

/// What an attempt comes to: what is fixed, the draft, and what a reader gets of it.
type Success<'t> = (Vec<(MarkdownLint, usize)>, Draft<'t>, Rendering);

impl Mender<'_> {
    fn read(&mut self, draft: &Draft<'_>) -> Rendering {
        self.reads += 1;
        let text = draft.text();
        let output = render(&text, self.options, &IncludeOnlyResolver(self.include));
        let mut starts = Vec::with_capacity(draft.lines.len());
        let mut at = 0;
        for line in &draft.lines {
            starts.push(at);
            at += line.text.len();
        }
        let line = |offset: usize| starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let mut code: Vec<String> = output
            .html
            .split("<pre")
            .skip(1)
            .map(|rest| rest.split("</pre>").next().unwrap_or("").to_owned())
            .collect();
        code.sort_unstable();
        Rendering {
            lost: output.lost.iter().map(|lost| (lost.loss, line(lost.span.start))).collect(),
            words: html::text(&output.html).split(' ').filter(|word| !is_mark(word)).map(str::to_owned).collect(),
            code,
        }
    }

    /// Fixes all of `todo`, or the parts of it that can be fixed.
    fn attempt<'t>(
        &mut self,
        draft: &Draft<'t>,
        seen: &Rendering,
        todo: &[(MarkdownLint, usize)],
    ) -> Option<Success<'t>> {
        if self.reads >= MAX_READS {
            return None;
        }
        if let Some((draft, looks)) = self.all(draft, seen, todo) {
            return Some((todo.to_vec(), draft, looks));
        }
        if todo.len() == 1 {
            return None;
        }
        // From the end, so that the lines of the first half stay where they are.
        let (first, second) = todo.split_at(todo.len() / 2);
        let after = self.attempt(draft, seen, second);
        let before = match &after {
            Some((_, draft, looks)) => self.attempt(draft, looks, first),
            None => self.attempt(draft, seen, first),
        };
        match (before, after) {
            (Some((mut done, draft, looks)), Some((more, ..))) => {
                done.extend(more);
                Some((done, draft, looks))
            }
            (one, other) => one.or(other),
        }
    }

    /// Fixes all of `todo`; `None` if that is not for the better.
    fn all<'t>(
        &mut self,
        draft: &Draft<'t>,
        seen: &Rendering,
        todo: &[(MarkdownLint, usize)],
    ) -> Option<(Draft<'t>, Rendering)> {
        let mut new = draft.clone();
        for (loss, line) in todo.iter().rev() {
            match loss {
                MarkdownLint::ListUnderText => part(&mut new, *line)?,
                MarkdownLint::ListIndent => nest(&mut new, *line, self.options.nested_indent)?,
                MarkdownLint::FenceHeader => {
                    let header = new.line(*line).to_owned();
                    new.set(*line, &readable_header(&header)?);
                }
                _ => return None,
            }
        }
        let mut looks = self.read(&new);
        if todo[0].0 == MarkdownLint::FenceHeader {
            // Which lines are code changes, and with it everything else; the header is all that must be right.
            let fences =
                |looks: &Rendering| looks.lost.iter().filter(|(loss, _)| *loss == MarkdownLint::FenceHeader).count();
            let unclosed = looks.lost.iter().any(|(loss, _)| *loss == MarkdownLint::UnclosedFence);
            return (fences(&looks) + todo.len() <= fences(seen) && !unclosed).then_some((new, looks));
        }
        // A list that has become one may turn out not to nest.
        let mut nested = todo[0].0 == MarkdownLint::ListIndent;
        for _ in 0..3 {
            let before = |loss: &(MarkdownLint, usize)| {
                let from = new.lines[loss.1].from;
                seen.lost.iter().any(|(kind, line)| *kind == loss.0 && draft.lines[*line].from == from)
            };
            let deeper = looks.lost.iter().find(|loss| loss.0 == MarkdownLint::ListIndent && !before(loss)).copied();
            let Some((_, line)) = deeper else { break };
            nest(&mut new, line, self.options.nested_indent)?;
            nested = true;
            looks = self.read(&new);
        }
        is_better(seen, &looks, nested).then_some((new, looks))
    }
}

/// Returns whether less is lost, and nothing else has changed. A paragraph of an item may have been code while the list
/// was `nested` by too many columns.
fn is_better(before: &Rendering, after: &Rendering, nested: bool) -> bool {
    let count = |looks: &Rendering, loss: MarkdownLint| looks.lost.iter().filter(|(kind, _)| *kind == loss).count();
    let kinds = [
        MarkdownLint::FenceHeader,
        MarkdownLint::UnclosedFence,
        MarkdownLint::EmptyContainer,
        MarkdownLint::ListUnderText,
        MarkdownLint::ListIndent,
        MarkdownLint::Formula,
        MarkdownLint::Diagram,
    ];
    let mut code = after.code.iter();
    after.lost.len() < before.lost.len()
        && kinds.iter().all(|kind| count(after, *kind) <= count(before, *kind))
        && before.words == after.words
        && (nested || before.code.iter().all(|text| code.any(|other| other == text)))
}

/// Returns whether a word is the mark of an item or a fence, which is a word only while the list is text.
fn is_mark(word: &str) -> bool {
    matches!(word, "-" | "*" | "+" | "")
        || word.starts_with("```")
        || word.starts_with("~~~")
        || word.strip_suffix('.').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns the marks of quotes in front of a line and the rest of it.
fn quoted(line: &str) -> (&str, &str) {
    let marks = line.len() - line.trim_start_matches(['>', ' ', '\t']).len();
    match line[..marks].rfind('>') {
        Some(last) => {
            let end = last + 1 + usize::from(line[last + 1..].starts_with(' '));
            line.split_at(end)
        }
        None => ("", line),
    }
}

/// Returns the column at which a line starts, and the rest.
fn indented(line: &str) -> (usize, &str) {
    let rest = line.trim_start_matches([' ', '\t']);
    let mut column = 0;
    for byte in line[..line.len() - rest.len()].bytes() {
        column += if byte == b'\t' { 4 - column % 4 } else { 1 };
    }
    (column, rest)
}

/// Returns the width of the mark of an item with the spaces behind it; `None` if the line is none.
fn mark(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mark = match rest.as_bytes().first()? {
        b'-' | b'*' | b'+' => 1,
        _ if (1..=9).contains(&digits) && rest[digits..].starts_with('.') => digits + 1,
        _ => return None,
    };
    let blanks = rest[mark..].bytes().take_while(|byte| *byte == b' ').count();
    (blanks > 0 && !rest[mark + blanks..].is_empty()).then_some(mark + blanks)
}

/// Puts a blank line above a list.
fn part(draft: &mut Draft<'_>, at: usize) -> Option<()> {
    let (quote, rest) = quoted(draft.line(at));
    let (_, rest) = indented(rest);
    // A number other than 1 is as likely the end of a sentence: CommonMark would not make a list of it either.
    if rest.starts_with(|first: char| first.is_ascii_digit()) && !rest.starts_with("1.") {
        return None;
    }
    let before = draft.lines.get(at.checked_sub(1)?)?;
    let ending = &before.text[before.text.trim_end_matches(['\n', '\r']).len()..];
    let blank = format!("{}{ending}", quote.trim_end());
    draft.lines.insert(at, Line { from: None, text: blank.into() });
    Some(())
}

/// The column and the text of a line in its quote; `None` if it is blank.
type Stands = Option<(usize, String)>;

/// One item that the walk through a list is in.
struct Item {
    /// Where its mark is.
    column: usize,
    /// Where its content is.
    content: usize,
    /// Where its mark belongs.
    wanted: usize,
}

/// Indents the list around an item by as many columns a level as nest.
fn nest(draft: &mut Draft<'_>, at: usize, unit: usize) -> Option<()> {
    let quote = quoted(draft.line(at)).0.trim_end().to_owned();
    let of = |draft: &Draft<'_>, at: usize| -> Option<Stands> {
        let (marks, rest) = quoted(draft.line(at));
        if marks.trim_end() != quote {
            return None;
        }
        let (column, rest) = indented(rest);
        Some((!rest.trim().is_empty()).then(|| (column, rest.to_owned())))
    };
    let around = root(draft, at, &of);
    let root = around.unwrap_or(at);
    let mut items: Vec<Item> = Vec::new();
    let mut fence: Option<(String, isize)> = None;
    let mut delta = 0_isize;
    let mut after_blank = false;
    for line in root..draft.lines.len() {
        let Some(found) = of(draft, line) else { break };
        let Some((column, rest)) = found else {
            after_blank = true;
            continue;
        };
        let is_blank_before = std::mem::take(&mut after_blank);
        if let Some((marks, shift)) = &fence {
            let (marks, shift) = (marks.clone(), *shift);
            if rest.trim_end() == marks {
                fence = None;
            }
            // A line left of its fence is not of it for the dialect; only its author knows what was meant.
            let column = column.checked_add_signed(shift)?;
            put(draft, line, &quote, column, &rest);
            continue;
        }
        let first = items.first().map(|item| item.column);
        // Those beside the item stay where they are, unless they all have to move.
        let ends = |first| if around.is_some() { column <= first } else { column < first };
        if first.is_some_and(ends) && (is_blank_before || mark(&rest).is_some()) {
            break;
        }
        let to = if let Some(width) = mark(&rest) {
            while items.last().is_some_and(|item| column < item.column + 2) {
                items.pop();
            }
            // A list that is in no other one belongs to the edge of what it is in.
            let edge = if around.is_some() { column } else { column - column % 4 };
            let wanted = items.last().map_or(edge, |item| item.wanted + unit);
            items.push(Item { column, content: column + width, wanted });
            wanted
        } else if is_blank_before {
            while items.len() > 1 && items.last().is_some_and(|item| column < item.column + 2) {
                items.pop();
            }
            let item = items.last()?;
            let more = column.saturating_sub(item.content);
            item.wanted + unit + if more >= 4 { more } else { 0 }
        } else if first.is_some_and(|first| column <= first) {
            // A line that its author did not indent at all.
            column
        } else {
            column.checked_add_signed(delta).unwrap_or(0)
        };
        delta = to.cast_signed() - column.cast_signed();
        let marks = rest.bytes().take_while(|byte| matches!(byte, b'`' | b'~')).count();
        if marks >= 3 && !rest[marks..].contains('`') {
            fence = Some((rest[..marks].to_owned(), delta));
        }
        put(draft, line, &quote, to, &rest);
    }
    Some(())
}

/// Finds the first item of the list around a line: the one above that is not inside of another one.
fn root(draft: &Draft<'_>, at: usize, of: &dyn Fn(&Draft<'_>, usize) -> Option<Stands>) -> Option<usize> {
    let (mut least, _) = of(draft, at)??;
    let mut root = None;
    for line in (0..at).rev() {
        let Some(found) = of(draft, line) else { break };
        let Some((column, rest)) = found else { continue };
        if mark(&rest).is_some() {
            if column < least {
                (root, least) = (Some(line), column);
            }
        } else if column <= least && of(draft, line + 1).is_none_or(|next| next.is_none()) {
            // A paragraph of its own that is not in the list.
            break;
        } else if rest.starts_with("!!!") || rest.starts_with("???") || rest.starts_with("===") {
            break;
        }
    }
    root
}

/// Writes a line at a column.
fn put(draft: &mut Draft<'_>, at: usize, quote: &str, column: usize, rest: &str) {
    let before = draft.line(at);
    if indented(quoted(before).1).0 == column {
        return;
    }
    let gap = if quote.is_empty() { "" } else { " " };
    let text = format!("{quote}{gap}{}{rest}", " ".repeat(column));
    draft.set(at, &text);
}

/// Returns the opening line of a fence with a header that can be read and says the same; `None` if that takes guessing.
fn readable_header(line: &str) -> Option<String> {
    let bare = line.trim_start_matches(['>', ' ', '\t']);
    let header = bare.trim_start_matches(['`', '~']);
    let (front, header) = (&line[..line.len() - header.len()], header.trim());
    let is_language = |c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | '.' | '+' | '-');
    let end = header.find(|c: char| !is_language(c)).unwrap_or(header.len());
    let (language, rest) = header.split_at(end);
    if language.is_empty() {
        return None;
    }
    let mut options: Vec<String> = Vec::new();
    let mut option = |key: &str, value: &str| {
        let fits = !value.is_empty() && !value.contains(['"', '\'', '`', '\\']);
        fits.then(|| options.push(format!("{key}=\"{value}\"")))
    };
    // Rust's way to tell the tests of a document how to run an example; no reader sees it anywhere.
    let rest = match rest.strip_prefix(',') {
        Some(words) if language == "rust" && words.split(',').all(|word| !word.is_empty() && !word.contains(' ')) => "",
        Some(_) => return None,
        None => rest,
    };
    let rest = match rest.strip_prefix(':') {
        Some(name) if name.contains('.') && !name.contains([' ', ':']) => {
            option("title", name)?;
            ""
        }
        Some(_) => return None,
        None => rest,
    };
    for word in rest.split_ascii_whitespace() {
        let (key, value) = word.split_once('=')?;
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        match key {
            "title" => option("title", value)?,
            "linenums" if value.parse::<u32>().is_ok() => option("linenums", value)?,
            "hl_lines" if value.split([',', '-']).all(|number| number.parse::<u32>().is_ok()) => {
                option("hl_lines", &value.replace(',', " "))?;
            }
            _ => return None,
        }
    }
    let options: String = options.iter().map(|option| format!(" {option}")).collect();
    Some(format!("{front}{language}{options}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::techdocs::NoFiles;

    fn mended(text: &str, options: &Options) -> String {
        fix_document(text, options, &|_| None, &|_, _| true).map_or_else(|| text.to_owned(), |mended| mended.text)
    }

    /// Fixes and says what a page shows of it; the second time there is nothing to do.
    #[track_caller]
    fn check(text: &str, expect: &str) {
        let options = Options::default();
        let got = mended(text, &options);
        assert_eq!(got, expect);
        assert_eq!(mended(&got, &options), got, "a second time");
        // The same with the line ends of Windows, and without one at the end.
        let windows = text.replace('\n', "\r\n");
        assert_eq!(mended(&windows, &options), expect.replace('\n', "\r\n"));
        assert_eq!(mended(&format!("\u{feff}{text}"), &options), format!("\u{feff}{expect}"));
        let open = text.trim_end_matches('\n');
        assert_eq!(mended(open, &options), expect.trim_end_matches('\n'));
    }

    fn shown(text: &str) -> String {
        render(text, &Options::default(), &NoFiles).html.replace('\n', "")
    }

    #[test]
    fn lists_below_text_get_a_blank_line() {
        check("Some text:\n- a\n- b\n", "Some text:\n\n- a\n- b\n");
        check("> text:\n> - a\n> - b\n", "> text:\n>\n> - a\n> - b\n");
        check("!!! note\n    text:\n    1. a\n    2. b\n", "!!! note\n    text:\n\n    1. a\n    2. b\n");
        check("- one\n\n  text:\n  - a\n", "- one\n\n  text:\n\n  - a\n");
        check("text\n- a\n\nmore\n* b\n", "text\n\n- a\n\nmore\n\n* b\n");
        // No lists.
        for text in ["in 3 -\n4 - 5\n", "the year\n19. of it\n", "```\ntext\n- a\n```\n", "text\n\n- a\n"] {
            check(text, text);
        }
        assert_eq!(shown("Some text:\n\n- a\n- b\n"), "<p>Some text:</p><ul><li>a</li><li>b</li></ul>");
    }

    #[test]
    fn lists_are_nested_by_the_columns_that_nest() {
        check("- a\n    - b\n    - c\n        - d\n- e\n", "- a\n  - b\n  - c\n    - d\n- e\n");
        check("1. a\n    1. b\n\n        text\n\n    2. c\n", "1. a\n  1. b\n\n    text\n\n  2. c\n");
        check(
            "* a\n    * b\n\n      ```sh\n      x\n        y\n      ```\n",
            "* a\n  * b\n\n    ```sh\n    x\n      y\n    ```\n",
        );
        check("- a\n\t- b\n", "- a\n  - b\n");
        check("> - a\n>     - b\n", "> - a\n>   - b\n");
        check("!!! note\n    - a\n        - b\n", "!!! note\n    - a\n      - b\n");
        // In no other list at all.
        check("Some text:\n\n  1. a\n  2. b\n\nmore\n", "Some text:\n\n1. a\n2. b\n\nmore\n");
        check("Some text:\n\n  - a\n    - b\n  - c\n", "Some text:\n\n- a\n  - b\n- c\n");
        // Both at once: the list only becomes one that does not nest.
        check("Some text:\n- a\n    - b\n", "Some text:\n\n- a\n  - b\n");
        // These nest as they are, and the second is not indented at all.
        for text in ["- a\n  - b\n", "- a\n- b\n", "- a\n    b\n"] {
            check(text, text);
        }
        assert_eq!(shown("- a\n  - b\n"), "<ul><li>a<ul><li>b</li></ul></li></ul>");
        // Only the list with the loss is touched.
        check("- x\n   - y\n\ntext\n\n- a\n    - b\n", "- x\n   - y\n\ntext\n\n- a\n  - b\n");
    }

    #[test]
    fn headers_of_fences_become_readable() {
        check("```python title=a.py\nx\n```\n", "```python title=\"a.py\"\nx\n```\n");
        check("```rust,ignore\nx\n```\n", "```rust\nx\n```\n");
        check("```yaml:a.yml\nx\n```\n", "```yaml title=\"a.yml\"\nx\n```\n");
        check("> ```py linenums=1\n> x\n> ```\n", "> ```py linenums=\"1\"\n> x\n> ```\n");
        // What the words mean is for their author to say.
        check("```a b\n- x\n\ntext\n- y\n```\n", "```a b\n- x\n\ntext\n- y\n```\n");
        for text in ["```python some words\nx\n```\n", "```a,b\nx\n```\n", "```py x=1\nx\n```\n", "```py\nx\n"] {
            check(text, text);
        }
    }

    #[test]
    fn a_change_is_for_the_better_only_if_words_and_code_stay() {
        let looks = |lost: &[MarkdownLint], words: &[&str], code: &[&str]| Rendering {
            lost: lost.iter().map(|loss| (*loss, 0)).collect(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            code: code.iter().map(|code| (*code).to_owned()).collect(),
        };
        let list = MarkdownLint::ListUnderText;
        let before = looks(&[list, list], &["a", "b"], &["x", "y"]);
        let check = |after: Rendering, nested: bool, expect: bool| {
            assert_eq!(
                is_better(&before, &after, nested),
                expect,
                "{:?} {:?} {:?}",
                after.lost,
                after.words,
                after.code
            );
        };
        check(looks(&[list], &["a", "b"], &["x", "y"]), false, true);
        check(looks(&[list, list], &["a", "b"], &["x", "y"]), false, false);
        // A word is gone, another one, or at another place.
        check(looks(&[list], &["a"], &["x", "y"]), false, false);
        check(looks(&[list], &["a", "c"], &["x", "y"]), false, false);
        check(looks(&[list], &["b", "a"], &["x", "y"]), false, false);
        // Code is text now, or text code.
        check(looks(&[list], &["a", "b"], &["x"]), false, false);
        check(looks(&[list], &["a", "b"], &["x", "z"]), false, false);
        check(looks(&[list], &["a", "b"], &["w", "x", "y"]), false, true);
        check(looks(&[list], &["a", "b"], &["x"]), true, true);
        // Less is lost, but more of another kind.
        check(looks(&[MarkdownLint::UnclosedFence], &["a", "b"], &["x", "y"]), false, false);
    }

    #[test]
    fn only_what_is_wanted_is_touched() {
        let text = "text\n- a\n\ntext\n- b\n";
        let got = fix_document(text, &Options::default(), &|_| None, &|_, line| line == 4).expect("something to do");
        assert_eq!(
            got,
            FixedDocument {
                text: "text\n- a\n\ntext\n\n- b\n".to_owned(),
                mends: vec![(MarkdownLint::ListUnderText, 4)]
            }
        );
        assert_eq!(fix_document(text, &Options::default(), &|_| None, &|_, _| false), None);
    }

    proptest::proptest! {
        #[test]
        fn a_second_time_changes_nothing(
            lines in proptest::collection::vec("( {0,9}([-*]|1\\.) [ab]|[ab>]{0,2}| {0,6}[ab]|```(x|x y=1|rust,a)?|!!! note)", 0..14)
        ) {
            let text = lines.join("\n");
            let options = Options::default();
            let once = mended(&text, &options);
            proptest::prop_assert_eq!(mended(&once, &options), once, "{}", text);
        }
    }
}
