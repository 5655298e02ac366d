//! Code fences at any depth, found before blocks are.
//!
//! A fence belongs to the indentation and quote marks in front of it. Where the header cannot be read, or a line leaves
//! the container before the fence ends, there is no code block and the lines stay text, as in the original.

use super::attr_list;
use super::graphviz;
use super::highlight::{self, Code};
use crate::markdown::techdocs::Drawn;
use crate::markdown::techdocs::extension_state::Fences;
use crate::markdown::techdocs::html;
use crate::markdown::techdocs::lints::Foreign;
use crate::markdown::techdocs::lints::MarkdownLint;
use crate::markdown::techdocs::options::FenceFormat;
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::stash::{self, Mark};
use crate::math::Place;

impl Fences {
    /// Returns `text` with the fences in it as they were written, or `None` if there is none.
    pub(in crate::markdown::techdocs) fn restore(&mut self, text: &str) -> Option<String> {
        if self.sources.is_empty() || !text.contains(stash::START) {
            return None;
        }
        let mut restored = false;
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| {
                let width = line.len() - line.trim_start_matches(['>', ' ']).len();
                let source = stash::only_html_mark(&line[width..]).and_then(|index| self.sources.remove(&index));
                match source {
                    Some((source, columns)) => {
                        restored = true;
                        let cut = columns.saturating_sub(width);
                        let lines: Vec<&str> = source.split('\n').map(|line| skip(line, cut)).collect();
                        lines.join("\n")
                    }
                    None => line.to_owned(),
                }
            })
            .collect();
        restored.then(|| lines.join("\n"))
    }
}

fn skip(line: &str, characters: usize) -> &str {
    line.char_indices().nth(characters).map_or("", |(at, _)| &line[at..])
}

/// A fence whose end has not been seen yet.
struct Open<'t> {
    /// The line of the opening.
    start: usize,
    /// What is in front of it.
    prefix: &'t str,
    quotes: usize,
    fence: &'t str,
    header: Header,
    /// Lines so far.
    code: Vec<String>,
    blank: bool,
}

/// What the opening line says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Header {
    language: String,
    classes: Vec<String>,
    id: String,
    /// Further attributes, only from braces.
    attributes: Vec<(String, String)>,
    title: Option<String>,
    lines: Option<String>,
    numbers: Option<String>,
    /// Which custom fence makes it, by index.
    custom: Option<usize>,
}

/// Replaces every fence in `text` by a mark.
pub(in crate::markdown::techdocs) fn extract(parser: &mut Parser<'_>, text: &str) -> String {
    if !text.contains("```") && !text.contains("~~~") {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out = String::with_capacity(text.len());
    let mut open: Option<Open<'_>> = None;
    // Lines before this one are in `out`.
    let mut done = 0;
    let mut is_code = vec![false; lines.len()];
    for (index, line) in lines.iter().enumerate() {
        let Some(fence) = open.as_mut() else {
            let width = line.len() - line.trim_start_matches(['>', ' ', '\t']).len();
            let prefix = &line[..width];
            let rest = &line[width..];
            let directive = directive(rest);
            if let Some(name) = directive {
                parser.losses.note_line(MarkdownLint::Foreign(Foreign::Fence), &lines, index, name.to_owned());
            }
            if let Some((fence, header)) = opening(parser, rest) {
                let quotes = prefix.matches('>').count();
                open = Some(Open { start: index, prefix, quotes, fence, header, code: Vec::new(), blank: false });
            } else if directive.is_none() && looks_like_opening(rest) {
                parser.losses.note(MarkdownLint::FenceHeader, rest, None);
            }
            continue;
        };
        match fence.next(line) {
            Step::Goes => {}
            Step::Breaks => {
                note_unclosed(parser, &lines, fence.start);
                open = None;
            }
            Step::Ends => {
                for line in &lines[done..fence.start] {
                    out.push_str(line);
                    out.push('\n');
                }
                let mut source = lines[fence.start..=index].join("\n");
                if fence.code.is_empty() {
                    source = format!("{}\n\n{line}", lines[fence.start]);
                }
                let html = render(parser, fence, &lines);
                let mark = parser.stash.html(html);
                if let Some((Mark::Html(number), _)) = stash::mark_at(&mark) {
                    parser.fences.sources.insert(number, (source, fence.prefix.len()));
                }
                out.push_str(fence.prefix);
                out.push_str(&mark);
                out.push('\n');
                is_code[fence.start..=index].fill(true);
                done = index + 1;
                open = None;
            }
        }
    }
    if let Some(fence) = open {
        note_unclosed(parser, &lines, fence.start);
    }
    parser.losses.note_code(&lines, &is_code);
    for line in &lines[done..] {
        out.push_str(line);
        out.push('\n');
    }
    // The last line has no end.
    out.pop();
    out
}

/// Notes a fence without an end, unless the end of another one that is no fence was taken for its start.
fn note_unclosed(parser: &mut Parser<'_>, lines: &[&str], at: usize) {
    let others = [MarkdownLint::FenceHeader, MarkdownLint::UnclosedFence, MarkdownLint::Foreign(Foreign::Fence)];
    if !others.iter().any(|loss| parser.losses.has(*loss)) {
        parser.losses.note_line(MarkdownLint::UnclosedFence, lines, at, String::new());
    }
}

/// Returns the name of the directive of MyST that a line would open: `{note}`.
fn directive(line: &str) -> Option<&str> {
    let header = line.trim_start_matches(['`', '~']);
    if line.len() - header.len() < 3 {
        return None;
    }
    let (name, _) = header.trim_start().strip_prefix('{')?.split_once('}')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
    (name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_name)).then_some(name)
}

/// Returns whether an author meant a line to open a fence.
fn looks_like_opening(line: &str) -> bool {
    let header = line.trim_start_matches(['`', '~']);
    let marks = line.len() - header.len();
    marks >= 3 && !header.trim().is_empty() && !header.contains('`')
}

/// What a line does to an open fence.
enum Step {
    Goes,
    Ends,
    Breaks,
}

impl Open<'_> {
    fn next(&mut self, line: &str) -> Step {
        let width = self.prefix.len();
        let own = line.bytes().take(width).take_while(|byte| matches!(byte, b'>' | b' ' | b'\t')).count();
        let (prefix, content) = line.split_at(own);
        let quotes = prefix.matches('>').count();
        let ends = content.strip_prefix(self.fence).is_some_and(|rest| rest.trim_matches([' ', '\t']).is_empty());
        if self.quotes == 0 {
            if quotes > 0 {
                return Step::Breaks;
            }
            if line.trim().is_empty() {
                self.code.push(line.to_owned());
                return Step::Goes;
            }
            if own != width && !content.is_empty() {
                return Step::Breaks;
            }
        } else {
            if quotes > self.quotes {
                return Step::Breaks;
            }
            if content.is_empty() {
                self.code.push(line.to_owned());
                self.blank = true;
                return Step::Goes;
            }
            if own < width || (self.blank && quotes < self.quotes) {
                return Step::Breaks;
            }
        }
        if ends {
            return Step::Ends;
        }
        self.blank = false;
        self.code.push(line.to_owned());
        Step::Goes
    }
}

fn render(parser: &mut Parser<'_>, fence: &mut Open<'_>, all: &[&str]) -> String {
    let lines: Vec<&str> = fence.code.iter().map(|line| skip(line, fence.prefix.len())).collect();
    let source = lines.join("\n");
    let header = std::mem::take(&mut fence.header);
    match graphviz::figure(parser, &header.language, &source, header.title.as_deref()) {
        Ok(Some(figure)) => return figure,
        Ok(None) => {}
        Err(missing) => missing.note(parser, all, fence.start),
    }
    let options = parser.options;
    if let Some(custom) = header.custom.and_then(|index| options.custom_fences.get(index)) {
        let mut classes = vec![custom.class.clone()];
        if custom.format == FenceFormat::Math && custom.class.is_empty() {
            classes = vec!["arithmatex".to_owned()];
        }
        classes.extend(header.classes);
        classes.retain(|class| !class.is_empty());
        let mut attributes = Vec::new();
        if !header.id.is_empty() {
            attributes.push(("id".to_owned(), header.id));
        }
        if !classes.is_empty() {
            attributes.push(("class".to_owned(), classes.join(" ")));
        }
        attributes.extend(header.attributes);
        let mut out = String::new();
        let tag = if custom.format == FenceFormat::Code { "pre" } else { "div" };
        html::open_tag(&mut out, tag, &attributes);
        match custom.format {
            FenceFormat::Code => {
                out.push_str("<code>");
                html::escape_all(&mut out, &source);
                out.push_str("</code>");
            }
            FenceFormat::Div => html::escape_all(&mut out, &source),
            FenceFormat::Math => match parser.resolver.formula(&source, Place::Block) {
                Drawn::Html(picture) => {
                    out.push_str(&picture);
                    out.push_str("<span class=\"tex\">\\[\n");
                    html::escape_all(&mut out, &source);
                    out.push_str("\n\\]</span>");
                }
                drawn => {
                    if drawn != Drawn::Unknown {
                        parser.losses.note_part(MarkdownLint::Formula, &source);
                    }
                    out.push_str("\\[\n");
                    html::escape_all(&mut out, &source);
                    out.push_str("\n\\]");
                }
            },
        }
        html::close_tag(&mut out, tag);
        return out;
    }
    let count = fence.code.len();
    highlight::block(
        parser,
        &Code {
            source: &source,
            language: &header.language,
            classes: &header.classes,
            id: &header.id,
            attributes: &header.attributes,
            title: header.title.as_deref(),
            lines: header.lines.as_deref().map(|lines| marked_lines(lines, count)).unwrap_or_default(),
            numbers: header.numbers.as_deref(),
        },
    )
}

/// Reads `1 3-4` into line numbers.
fn marked_lines(text: &str, count: usize) -> Vec<usize> {
    let number = |text: &str| text.parse::<usize>().unwrap_or(usize::MAX).min(count + 1);
    // Where ranges begin and end, so that many wide ones cost no more than few.
    let mut changes = vec![0_i64; count + 3];
    for entry in text.split_ascii_whitespace() {
        let (from, to) =
            entry.split_once('-').map_or((number(entry), number(entry)), |(from, to)| (number(from), number(to)));
        if from <= to {
            changes[from] += 1;
            changes[to + 1] -= 1;
        }
    }
    let mut open = 0;
    (0..=count)
        .filter(|line| {
            open += changes[*line];
            *line > 0 && open > 0
        })
        .collect()
}

/// Reads an opening line, without what is in front of it.
fn opening<'l>(parser: &Parser<'_>, line: &'l str) -> Option<(&'l str, Header)> {
    let mark = *line.as_bytes().first()?;
    if !matches!(mark, b'`' | b'~') {
        return None;
    }
    let length = line.bytes().take_while(|byte| *byte == mark).count();
    if length < 3 {
        return None;
    }
    let (fence, rest) = line.split_at(length);
    let rest = rest.trim_end_matches([' ', '\t']);
    let blank = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
    let mut header = Header::default();
    // The language is a word up to a space; a leading dot is allowed.
    let word = &rest[blank(rest)..];
    let dotless = word.strip_prefix('.').unwrap_or(word);
    let end = dotless.find([' ', '\t']).unwrap_or(dotless.len());
    let is_language = |character: char| character.is_alphanumeric() || matches!(character, '_' | '#' | '.' | '+' | '-');
    let mut options = rest;
    if end > 0 && dotless[..end].chars().all(is_language) {
        header.language = dotless[..end].to_owned();
        options = &dotless[end..];
    }
    let options = &options[blank(options)..];
    let mut values = Vec::new();
    let in_braces = options.starts_with('{') && options.ends_with('}') && options.len() > 1;
    if in_braces {
        for (key, value) in attr_list::parse(&options[1..options.len() - 1].replace('\t', "    ")).0 {
            match key.as_str() {
                "id" => header.id = value,
                "." => header.classes.push(value),
                _ => values.push((key, value)),
            }
        }
        if header.language.is_empty() && !header.classes.is_empty() {
            header.language = header.classes.remove(0);
        }
    } else {
        values = quoted_options(options)?;
    }
    let custom =
        parser.options.custom_fences.iter().rposition(|fence| fence.name == header.language || fence.name == "*");
    if let Some(index) = custom
        && (in_braces || values.is_empty())
    {
        header.custom = Some(index);
        header.attributes = values;
        return Some((fence, header));
    }
    for (key, value) in values {
        match key.as_str() {
            "title" => header.title = Some(value),
            "hl_lines" if are_line_ranges(&value) => header.lines = Some(value),
            "linenums" if value.starts_with(|first: char| first.is_ascii_digit()) => header.numbers = Some(value),
            _ if key.starts_with("data-") || in_braces => header.attributes.push((key, value)),
            _ => return None,
        }
    }
    if !in_braces && !header.attributes.is_empty() {
        return None;
    }
    Some((fence, header))
}

/// Reads `key="value"` pairs; `None` if there is anything else.
fn quoted_options(text: &str) -> Option<Vec<(String, String)>> {
    let mut values = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() {
            return Some(values);
        }
        let end =
            rest.find(|character: char| !(character.is_ascii_alphanumeric() || character == '_')).unwrap_or(rest.len());
        if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return None;
        }
        let key = &rest[..end];
        rest = rest[end..].strip_prefix('=')?;
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let close = rest[1..].match_indices(quote).map(|(at, _)| at + 1).find(|at| {
            let after = &rest[at + 1..];
            after.is_empty() || after.starts_with([' ', '\t'])
        })?;
        // A stray quote behind the value is forgiven.
        let end = rest[1..=close].find(quote).map_or(close, |end| end + 1);
        values.push((key.to_owned(), rest[1..end].to_owned()));
        rest = &rest[close + 1..];
    }
}

fn are_line_ranges(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    !text.is_empty()
        && text.split([' ', '\t']).filter(|entry| !entry.is_empty()).all(|entry| match entry.split_once('-') {
            Some((from, to)) => is_number(from) && is_number(to),
            None => is_number(entry),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::techdocs::{NoFiles, Options};

    fn check(line: &str, expect: Option<(&str, Option<&str>)>) {
        let options = Options::default();
        let parser = Parser::new(&options, &NoFiles);
        let got = opening(&parser, line).map(|(_, header)| header);
        assert_eq!(got.as_ref().map(|it| (it.language.as_str(), it.title.as_deref())), expect, "{line}");
    }

    #[test]
    fn headers_are_a_language_and_quoted_options() {
        check("```", Some(("", None)));
        check("``` py", Some(("py", None)));
        check("```.py", Some(("py", None)));
        check("```python title=\"a.py\"", Some(("python", Some("a.py"))));
        check("```title='x y'", Some(("", Some("x y"))));
        check("```{ .python title=\"x\" }", Some(("python", Some("x"))));
        check("```python title=a.py", None);
        check("```rust,ignore", None);
        check("```python some words", None);
        check("```yaml:a.yml", None);
        check("```py data-x=\"1\"", None);
        check("``", None);
    }

    #[test]
    fn line_ranges_are_clamped() {
        assert_eq!(marked_lines("1 3-9", 4), [1, 3, 4]);
        assert_eq!(marked_lines("99999999999999999999999", 4), Vec::<usize>::new());
    }
}
