//! Markup of other programs that is left in what readers see: found in the finished HTML, where whatever is code, a link or
//! an element is known to be one, and placed in the source afterwards.
//!
//! What is in the source in another form, such as `\[a\]\[b\]`, is meant to be shown and not reported; neither is what
//! comes from an included file.

use crate::markdown::BracketLink;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::lints::{Foreign, LintFinding, MarkdownLint};
use super::options::{EmojiIndex, Options};
use super::tree::is_block_level;
use crate::html;
use crate::text::nearest;

/// Maximum number of these that are reported for one document.
const MAX_FOUND: usize = 100;

/// How far one looks for the other end of brackets.
const MAX_LABEL: usize = 200;

/// Returns whether there may be foreign markup in `source` that is within lines, or an element with Markdown in it.
/// Never false where there is some.
pub(super) fn may_find(source: &str) -> bool {
    let has = |what: &str| memchr::memmem::find(source.as_bytes(), what.as_bytes()).is_some();
    ["][", "[^", "[[", "[!", "{{", "{!", "{%", ":::"].iter().any(|what| has(what))
        || ICONS.iter().any(|icon| has(icon))
        || tags(source).any(|name| {
            let name = name.to_ascii_lowercase();
            is_block_level(&name) || html::is_unknown_element(&name) || EMBEDDED.contains(&&*name)
        })
}

/// Returns whether a line, without the spaces and marks of quotes in front of it, may be foreign markup by how it
/// begins.
pub(super) fn may_begin(line: &str, options: &Options) -> bool {
    let begins = |what: &str| line.starts_with(what);
    match line.as_bytes().first() {
        Some(b'1') => begins("1)"),
        Some(b'.') => begins(".. "),
        Some(b'i') => begins("import ") || begins("include::"),
        Some(b'e') => begins("export "),
        Some(b'$') => begins("$$"),
        Some(b'/') => begins("///"),
        // The forms that are surely read.
        Some(b'!' | b'?') if begins("!!!") || begins("???") => {
            let rest = line[3..].trim_start_matches('+').trim();
            let kind = word(rest);
            let title = rest[kind.len()..].trim_start();
            let is_quoted = title.len() > 1 && title.starts_with('"') && title.ends_with('"');
            options.blocks_syntax || (kind.is_empty() && !is_quoted) || !(title.is_empty() || is_quoted)
        }
        Some(b'=') if begins("===") => {
            let rest = line[3..].trim_start_matches(['+', '!']).trim();
            let is_quoted = rest.len() > 1 && rest.starts_with('"') && rest.ends_with('"');
            options.blocks_syntax || !(is_quoted || rest.trim_start_matches('=').is_empty())
        }
        _ => false,
    }
}

/// Elements that are left out with all that they hold, or whose purpose is lost.
const EMBEDDED: &[&str] = &["applet", "canvas", "embed", "frame", "iframe", "object", "script", "style", "svg"];

/// What the names of icons begin with.
const ICONS: &[&str] = &[":material-", ":fontawesome-", ":octicons-", ":simple-"];

/// Finds the foreign markup of a page: `html` is what `source` has become.
pub(super) fn find(source: &str, html: &str, options: &Options) -> Vec<LintFinding> {
    let may_begin = |line: &str| may_begin(line.trim_start_matches(['>', ' ', '\t']), options);
    if !may_find(source) && !source.split('\n').any(may_begin) {
        return Vec::new();
    }
    let (_, body) = crate::markdown::front_matter(source);
    let mut finder = Finder {
        source,
        options,
        code: code(source),
        from: HashMap::new(),
        start: body,
        defined: None,
        in_formula: false,
        misses: 0,
        seen: HashSet::new(),
        found: Vec::new(),
    };
    let (blocks, elements) = shown(html);
    for block in blocks {
        finder.block(&block);
    }
    for name in elements {
        if EMBEDDED.contains(&&*name.to_ascii_lowercase()) {
            finder.embedded(&name);
        } else {
            finder.element(&name);
        }
    }
    finder.icons(html);
    finder.found
}

/// A text that is one block for readers.
struct Block {
    text: String,
    is_quoted: bool,
    is_paragraph: bool,
}

/// The placeholder of code within a text.
const CODE: char = '\u{fffc}';

/// Elements whose text is not for reading, or is code.
const SILENT: &[&str] =
    &["code", "kbd", "math", "pre", "samp", "script", "style", "svg", "template", "textarea", "title", "var"];

/// Returns the texts that readers see, block by block, and the names of elements that are unknown or left out.
fn shown(html: &str) -> (Vec<Block>, Vec<String>) {
    let (mut blocks, mut elements) = (Vec::new(), Vec::new());
    let mut text = String::new();
    let mut quotes = 0_usize;
    let mut is_paragraph = false;
    let mut at = 0;
    let mut flush = |text: &mut String, quotes: usize, is_paragraph: bool| {
        if text.contains(|c: char| !c.is_whitespace()) {
            blocks.push(Block { text: std::mem::take(text), is_quoted: quotes > 0, is_paragraph });
        }
        text.clear();
    };
    while let Some(open) = memchr::memchr(b'<', &html.as_bytes()[at..]).map(|open| at + open) {
        push_unescaped(&mut text, &html[at..open]);
        let rest = &html[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at = comment.find("-->").map_or(html.len(), |end| open + 4 + end + 3);
            continue;
        }
        let Some((length, name, closes)) = tag(rest) else {
            text.push('<');
            at = open + 1;
            continue;
        };
        at = open + length;
        let lower = name.to_ascii_lowercase();
        if !closes && EMBEDDED.contains(&&*lower) && elements.len() < MAX_FOUND {
            elements.push(name.to_owned());
        }
        match &*lower {
            "br" => text.push('\n'),
            // A drawing, a formula or an icon.
            html::SLOT if !closes => text.push(CODE),
            "blockquote" => {
                flush(&mut text, quotes, is_paragraph);
                quotes = if closes { quotes.saturating_sub(1) } else { quotes + 1 };
            }
            silent if SILENT.contains(&silent) && !closes => {
                if is_block_level(silent) {
                    flush(&mut text, quotes, is_paragraph);
                } else {
                    text.push(CODE);
                }
                let end = format!("</{name}");
                at = memchr::memmem::find(&html.as_bytes()[at..], end.as_bytes()).map_or(html.len(), |end| at + end);
            }
            block if is_block_level(block) => {
                flush(&mut text, quotes, is_paragraph);
                is_paragraph = matches!(block, "p" | "li" | "dd" | "td") && !closes;
            }
            _ if closes => {}
            unknown if html::is_unknown_element(unknown) && elements.len() < MAX_FOUND => {
                elements.push(name.to_owned());
            }
            _ => {}
        }
    }
    push_unescaped(&mut text, &html[at.min(html.len())..]);
    flush(&mut text, quotes, is_paragraph);
    (blocks, elements)
}

/// Returns length and name of the tag that `rest` begins with, and whether it is one that closes.
fn tag(rest: &str) -> Option<(usize, &str, bool)> {
    let inner = rest.get(1..)?;
    let (inner, closes) = inner.strip_prefix('/').map_or((inner, false), |inner| (inner, true));
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = inner.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '<')).unwrap_or(inner.len());
    Some((html::tag_length(rest), &inner[..end], closes))
}

/// Returns the names of the tags that open in a text.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    memchr::memchr_iter(b'<', text.as_bytes()).filter_map(|at| {
        let rest = &text[at..];
        let bytes = rest.as_bytes();
        if !bytes.get(1).is_some_and(u8::is_ascii_alphabetic) {
            return None;
        }
        let end = rest[1..].find(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '<'));
        Some(&rest[1..end.map_or(rest.len(), |end| end + 1)])
    })
}

fn push_unescaped(out: &mut String, html: &str) {
    let mut rest = html;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"'), ("&#39;", '\'')];
        match known.iter().find(|(entity, _)| rest.starts_with(entity)) {
            Some((entity, character)) => {
                out.push(*character);
                rest = &rest[entity.len()..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

struct Finder<'s> {
    source: &'s str,
    options: &'s Options,
    /// Where code is in the source, in order.
    code: Vec<Range<usize>>,
    /// How far each text was found already.
    from: HashMap<String, usize>,
    /// Where the content begins.
    start: usize,
    /// The names of links that are defined.
    defined: Option<BTreeSet<String>>,
    /// Whether a formula is open.
    in_formula: bool,
    /// How many searches found nothing.
    misses: usize,
    /// What is reported once per document.
    seen: HashSet<(Foreign, String)>,
    found: Vec<LintFinding>,
}

impl Finder<'_> {
    /// Records `text` at its next occurrence in the source, outside of code.
    fn note(&mut self, foreign: Foreign, text: &str, detail: impl Into<String>) {
        self.note_part(foreign, text, 0..text.len(), detail.into());
    }

    /// Notes a part of `text`.
    fn note_part(&mut self, foreign: Foreign, text: &str, part: Range<usize>, detail: String) {
        if self.is_full() || text.is_empty() {
            return;
        }
        let start = self.start;
        let from = self.from.entry(text.to_owned()).or_insert(start);
        let bytes = self.source.as_bytes();
        while let Some(at) = memchr::memmem::find(&bytes[*from..], text.as_bytes()).map(|at| *from + at) {
            *from = at + text.len();
            let before = self.code.partition_point(|range| range.end <= at);
            // The name of an element may be the beginning of another one.
            let goes_on = text.starts_with('<')
                && self.source[*from..]
                    .starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'));
            if self.code.get(before).is_some_and(|range| range.start <= at)
                || self.source[..at].ends_with('\\')
                || goes_on
            {
                continue;
            }
            let span = at + part.start..at + part.end;
            self.found.push(LintFinding { loss: MarkdownLint::Foreign(foreign), span, detail });
            return;
        }
        *from = self.source.len();
        self.misses += 1;
    }

    /// Returns whether enough was found, or too many searches found nothing: each goes through the whole source.
    fn is_full(&self) -> bool {
        self.found.len() >= MAX_FOUND || self.misses >= MAX_FOUND
    }

    fn is_told(&self, names: &[&str]) -> bool {
        self.options.told.iter().any(|told| names.iter().any(|name| told.contains(name)))
    }

    fn block(&mut self, block: &Block) {
        if self.is_full() {
            return;
        }
        let text = block.text.as_str();
        // Most texts have none of these, and a search for one byte costs next to nothing.
        let has = |byte: u8| memchr::memchr(byte, text.as_bytes()).is_some();
        if has(b'[') {
            if text.contains("][") {
                self.references(text);
            }
            if text.contains("[^") {
                self.footnotes(text);
            }
            if text.contains("[[") {
                self.wiki_links(text);
            }
        }
        let braced = if has(b'{') { text } else { "" };
        for (at, _) in braced.match_indices("{{<").chain(braced.match_indices("{{%")) {
            let rest = &text[at..];
            let name = word(rest[3..].trim_start_matches([' ', '/']));
            let close = if rest.as_bytes()[2] == b'<' { ">}}" } else { "%}}" };
            let end = near(rest).find(close).map_or(3, |end| end + 3);
            if !name.is_empty() && !rest[3..].trim_start().starts_with('/') {
                self.note(Foreign::Shortcode, &rest[..end], name);
            }
        }
        if self.options.emoji == EmojiIndex::Emojione && has(b':') {
            for icon in ICONS {
                for (at, _) in text.match_indices(icon) {
                    let name = &text[at + 1..];
                    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
                    let end = name.find(|c: char| !is_name(c)).unwrap_or(name.len());
                    if name[end..].starts_with(':') {
                        self.note(Foreign::Icon, &text[at..at + end + 2], &name[..end]);
                    }
                }
            }
        }
        let mut numbered = 0;
        for (at, line) in text.trim_start_matches('\n').split('\n').enumerate() {
            self.line(line.trim_end(), at == 0 && block.is_quoted, block.is_paragraph);
            numbered = if is_numbered(line, numbered + 1) { numbered + 1 } else { numbered };
            if numbered == 2 {
                let first = text.trim_start_matches('\n').split('\n').find(|line| is_numbered(line, 1)).unwrap_or("");
                let first = first.trim();
                let end = first.find(CODE).unwrap_or(first.len());
                self.note(Foreign::Parenthesis, first[..end].trim_end(), "");
                numbered += 1;
            }
        }
    }

    /// Looks at what begins a line.
    fn line(&mut self, line: &str, is_quote: bool, is_paragraph: bool) {
        let line = line.trim_start();
        if let Some(rest) = line.strip_prefix("[!") {
            let kind = word(rest);
            if kind.eq_ignore_ascii_case("include") {
                self.note(Foreign::Include, &line[..2 + kind.len()], "");
            } else if rest[kind.len()..].starts_with(']') && !kind.is_empty() && is_quote {
                self.note(Foreign::Alert, &line[..kind.len() + 3], kind);
            }
            return;
        }
        let marks = line.len() - line.trim_start_matches(':').len();
        if marks >= 3 {
            let rest = line[marks..].trim_start().trim_start_matches(['{', '.']);
            let name = word(rest);
            if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                let head = &line[..line.len() - rest.len() + name.len()];
                let is_identifier = rest[..end].contains('.') && rest[..end].ends_with(|c: char| c.is_alphanumeric());
                if !is_identifier {
                    self.note(Foreign::Container, head, name);
                } else if !self.is_told(&["mkdocstrings"]) && self.seen.insert((Foreign::Identifier, String::new())) {
                    self.note(Foreign::Identifier, head, &rest[..end]);
                }
            }
            return;
        }
        if line.starts_with("{%") && line.ends_with("%}") {
            let name = word(line[2..].trim_start_matches(['-', ' ']));
            let closes = name.starts_with("end");
            let is_include = name.starts_with("include");
            let is_told = self.is_told(&["macros", "jinja"]) || (is_include && self.is_told(&["include-markdown"]));
            if !name.is_empty() && !closes && (is_include || !is_told) {
                let end = line.find("%}").map_or(line.len(), |end| end + 2);
                let line = &line[..end];
                match line.split_once(['"', '\'']).and_then(|(_, path)| path.split_once(['"', '\''])) {
                    Some((path, _)) if is_include => self.note(Foreign::Include, line, path),
                    _ if self.seen.insert((Foreign::Tag, name.to_owned())) => self.note(Foreign::Tag, line, name),
                    _ => {}
                }
            }
            return;
        }
        for (open, close) in [("{!", "!}"), ("{{#include ", "}}"), ("{{ #include ", "}}")] {
            let path = line.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
            if let Some(path) = path.filter(|path| !path.trim().is_empty() && !path.contains(close)) {
                self.note(Foreign::Include, line, path.trim());
                return;
            }
        }
        if let Some(path) = line.strip_prefix("include::").and_then(|rest| rest.split_once('[')) {
            self.note(Foreign::Include, line, path.0);
            return;
        }
        if let Some((name, rest)) = line.strip_prefix(".. ").and_then(|rest| rest.split_once("::")) {
            let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            if is_name && name == "include" {
                self.note(Foreign::Include, line, rest.trim());
            } else if is_name {
                self.note(Foreign::Container, &line[..name.len() + 5], name);
            }
            return;
        }
        if !is_paragraph {
            return;
        }
        let bare = line.split(CODE).next().unwrap_or("").trim_end();
        let after = |marks: &str| {
            let rest = bare.strip_prefix(marks)?;
            let rest = rest.strip_prefix('+').unwrap_or(rest).trim_start_matches(' ');
            rest.starts_with(|c: char| c.is_alphabetic() || c == '"').then_some(rest)
        };
        if let Some(rest) = after("!!!").or_else(|| after("???")) {
            self.note(Foreign::Admonition, bare, word(rest));
        } else if let Some(rest) = after("===").filter(|rest| !rest.contains("===")) {
            match line.split_once(CODE) {
                // With an icon in its title, which has another form in the source.
                Some((before, behind)) => {
                    let written = self.written(before, behind).unwrap_or_default();
                    self.note(
                        Foreign::Tab,
                        &written,
                        written.trim_start_matches("===").trim_matches(['+', '!', '"', '\'', ' ']),
                    );
                }
                None => self.note(Foreign::Tab, bare, rest.trim_matches(['"', '\'', ' '])),
            }
        } else if let Some(rest) = after("///").filter(|_| bare.starts_with("/// ")) {
            self.note(Foreign::Block, bare, word(rest));
        } else if line.starts_with("$$") && !self.options.arithmatex && !line.contains(CODE) {
            if line.len() == 2 || !line[2..].starts_with(|c: char| c.is_ascii_digit() || c == '$') {
                let before = self.found.len();
                self.note(Foreign::Formula, "$$", "");
                // The marks that close a formula say nothing new.
                if self.in_formula {
                    self.found.truncate(before);
                }
                self.in_formula = !self.in_formula && !line[2..].contains("$$");
            }
        } else if is_module(bare) {
            self.note(Foreign::Module, bare, "");
        }
    }

    /// Returns the line of the source that begins with one text and ends with another, and was not found yet.
    fn written(&self, before: &str, behind: &str) -> Option<String> {
        let behind = behind.rsplit(CODE).next().unwrap_or("").trim_end();
        let fits = |line: &&str| {
            line.len() >= before.len() + behind.len() && line.starts_with(before) && line.ends_with(behind)
        };
        let mut lines = self.source[self.start..].lines().map(str::trim).filter(fits);
        lines.find(|line| !self.from.contains_key(*line)).map(str::to_owned)
    }

    fn references(&mut self, text: &str) {
        for (at, _) in text.match_indices("][") {
            if self.is_full() {
                return;
            }
            let Some(length) = near(&text[at + 2..]).find([']', '[']) else { continue };
            if !text[at + 2 + length..].starts_with(']') {
                continue;
            }
            let label = &text[at + 2..at + 2 + length];
            let Some(open) = opening(text, at) else { continue };
            let shown = &text[open + 1..at];
            let letters = |text: &str| text.contains(char::is_alphabetic);
            let after = &text[at + 3 + length..];
            let is_joined = text[..open].ends_with(|c: char| c.is_alphanumeric() || matches!(c, ']' | ')' | '_'))
                || after.starts_with(['[', '(']);
            let is_name = letters(label) || (label.is_empty() && letters(shown)) || label.parse::<u32>().is_ok();
            let is_shown = letters(shown) || shown.contains(CODE);
            if is_joined || !is_name || !is_shown || label.contains(CODE) || self.is_told(&["autorefs", "mkdocstrings"])
            {
                continue;
            }
            let name = if label.is_empty() { shown } else { label };
            let near = self.defined().iter().map(String::as_str).collect::<Vec<_>>();
            let near = nearest(name, near).map(str::to_owned);
            let detail = near.map_or_else(|| name.to_owned(), |near| format!("{name}\t{near}"));
            let literal = &text[at..at + 3 + length];
            self.note_part(Foreign::Reference, literal, 1..literal.len(), detail);
        }
    }

    /// Returns the names of links that the source defines.
    fn defined(&mut self) -> &BTreeSet<String> {
        let source = self.source;
        self.defined.get_or_insert_with(|| {
            let name = |line: &str| {
                let line = line.trim_start_matches(['>', ' ', '\t']).strip_prefix('[')?;
                let (name, _) = line.split_once("]:")?;
                (!name.starts_with('^') && !name.contains(']')).then(|| name.to_owned())
            };
            source.split('\n').filter_map(name).take(10_000).collect()
        })
    }

    fn footnotes(&mut self, text: &str) {
        for (at, _) in text.match_indices("[^") {
            let Some(length) = near(&text[at + 2..]).find(']') else { continue };
            let label = &text[at + 2..at + 2 + length];
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
            let is_number = !label.is_empty() && label.len() <= 3 && label.bytes().all(|byte| byte.is_ascii_digit());
            let starts = label.starts_with(char::is_alphabetic) && label.chars().all(is_word);
            // As in `[^a-z]`, which is an expression.
            let is_range = label.as_bytes().get(1) == Some(&b'-') || label.chars().count() < 2;
            let after = &text[at + 3 + length..];
            let before = &text[..at];
            let is_expression = after.starts_with(['*', '+', '?', '{', ')']) || before.ends_with(['(', '/', '^', '\\']);
            if (is_number || (starts && !is_range)) && !is_expression && !after.starts_with(':') {
                self.note(Foreign::Footnote, &text[at..at + 3 + length], label);
            }
        }
    }

    fn wiki_links(&mut self, text: &str) {
        if self.is_told(&["wikilink", "roamlinks", "ezlinks", "obsidian"]) {
            return;
        }
        for (at, _) in text.match_indices("[[") {
            let Some(length) = near(&text[at + 2..]).find("]]") else { continue };
            if BracketLink::read(&text[at..]).is_some() {
                continue;
            }
            let inner = &text[at + 2..at + 2 + length];
            let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ')');
            let is_page = is_edge(inner.chars().next()) && is_edge(inner.chars().next_back());
            let odd = inner.contains(['[', ']', '\n', '"', '\'', '=', '$', ',', CODE])
                || !inner.contains(char::is_alphabetic);
            // As in the name of a table of TOML.
            let is_key = inner.contains(['.', '-'])
                && !inner.contains([' ', '/', '#', '|'])
                && !inner.ends_with(".md")
                && inner
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'));
            let after = &text[at + 4 + length..];
            if is_page
                && !odd
                && !is_key
                && !after.starts_with(['(', '['])
                && !text[..at].ends_with(char::is_alphanumeric)
            {
                self.note(Foreign::WikiLink, &text[at..at + 4 + length], inner);
            }
        }
    }

    /// Looks at an element that is left out.
    fn embedded(&mut self, name: &str) {
        let before = self.found.len();
        self.note(Foreign::Embedded, &format!("<{name}"), name.to_ascii_lowercase());
        let Some(lost) = self.found.get_mut(before) else { return };
        let rest = &self.source[lost.span.start..];
        let tag = &rest[..html::tag_length(rest)];
        let address = html::attributes(tag).into_iter().find(|it| matches!(&*it.name, "src" | "data"));
        let address = address.map(|it| html::text(&tag[it.value])).filter(|address| !address.is_empty());
        if let Some(address) = address {
            lost.detail = format!("{}\t{address}", lost.detail);
        }
    }

    /// Looks for icons that no set has: their places are empty.
    fn icons(&mut self, html: &str) {
        if self.options.emoji != EmojiIndex::Material {
            return;
        }
        for (at, _) in html.match_indices("<span class=\"twemoji") {
            let rest = &html[at..];
            let tag = html::tag_length(rest);
            let name = rest[..tag].split_once(" title=\":").and_then(|(_, name)| name.split_once(":\""));
            if let Some((name, _)) = name.filter(|_| rest[tag..].starts_with("</span>")) {
                self.note(Foreign::NoIcon, &format!(":{name}:"), name);
            }
        }
    }

    /// Looks at an unknown element.
    fn element(&mut self, name: &str) {
        if self.is_told(&["swagger-ui-tag"]) && name.eq_ignore_ascii_case("swagger-ui") {
            return;
        }
        if !self.seen.insert((Foreign::Element, name.to_owned())) {
            return;
        }
        let text = format!("<{name}");
        let before = self.found.len();
        self.note(Foreign::Element, &text, name);
        let Some(lost) = self.found.get_mut(before) else { return };
        let rest = &self.source[lost.span.end..];
        let rest = &rest[..rest.find(['>', '<']).unwrap_or(0)];
        let is_closed =
            memchr::memmem::find(&self.source.as_bytes()[lost.span.end..], format!("</{name}").as_bytes()).is_some();
        if is_closed || rest.trim_end().ends_with('/') || rest.contains('=') {
            lost.loss = MarkdownLint::Foreign(Foreign::Component);
        }
    }
}

/// Returns the beginning of a text, as far as one looks for the end of a mark.
fn near(text: &str) -> &str {
    let mut end = text.len().min(MAX_LABEL);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Returns the word that a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len());
    &text[..end]
}

/// Returns where the bracket opens that closes at `close`.
fn opening(text: &str, close: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.as_bytes()[..close].iter().enumerate().rev().take(MAX_LABEL) {
        match byte {
            b']' => depth += 1,
            b'[' if depth == 0 => return Some(at),
            b'[' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns whether a line is the item of this number in a list with parentheses.
fn is_numbered(line: &str, number: usize) -> bool {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && line[..digits].parse() == Ok(number) && line[digits..].starts_with(") ")
}

/// Returns whether a line is an import or an export of MDX.
fn is_module(line: &str) -> bool {
    let line = line.trim_end_matches(';');
    let imports = line.starts_with("import ")
        && line.contains(" from ")
        && line.ends_with(['"', '\''])
        && line.split(" from ").last().is_some_and(|path| path.trim().starts_with(['"', '\'']));
    imports || (line.starts_with("export const ") && line.contains('='))
}

/// Returns where code and comments are in a source, in order.
fn code(source: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut fence: Option<(&str, usize)> = None;
    let mut start = 0;
    let mut inline = Vec::new();
    for line in source.split_inclusive('\n') {
        let bare = line.trim_start_matches(['>', ' ', '\t', '-', '*']).trim_end();
        let marks = bare.bytes().take_while(|byte| matches!(byte, b'`' | b'~')).count();
        match fence {
            Some((open, from)) if bare == open => {
                found.push(from..start + line.len());
                fence = None;
            }
            Some(_) => {}
            None if marks >= 3 && !bare[marks..].contains('`') => fence = Some((&bare[..marks], start)),
            None => spans(line, start, &mut inline),
        }
        start += line.len();
    }
    let bytes = source.as_bytes();
    for (open, close) in
        [("<!--", "-->"), ("<pre", "</pre>"), ("<code", "</code>"), ("<script", "</script>"), ("<style", "</style>")]
    {
        let mut at = 0;
        while let Some(from) = memchr::memmem::find(&bytes[at..], open.as_bytes()).map(|from| at + from) {
            let Some(end) = memchr::memmem::find(&bytes[from..], close.as_bytes()) else { break };
            at = from + end + close.len();
            inline.push(from + open.len()..at);
        }
    }
    found.extend(inline);
    found.sort_by_key(|range| (range.start, range.end));
    // Joined, so that the first one that ends behind a place is the one that may hold it.
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match joined.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Lists the code spans of a line.
fn spans(line: &str, base: usize, found: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let run = |at: usize| bytes[at..].iter().take_while(|byte| **byte == b'`').count();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'`', &bytes[at..]).map(|open| at + open) {
        let length = run(open);
        let mut next = open + length;
        at = next;
        while let Some(close) = memchr::memchr(b'`', &bytes[next..]).map(|close| next + close) {
            let other = run(close);
            next = close + other;
            if other == length {
                found.push(base + open..base + next);
                at = next;
                break;
            }
        }
    }
}

/// Finds the first line of Markdown in HTML that is not read: returns the line before, and the line.
pub(super) fn markdown_in(html: &str) -> Option<(&str, &str)> {
    const CODE: &[&str] = &["pre", "code", "script", "style", "textarea", "svg", "math"];
    let mut silent: Option<&str> = None;
    let mut before = "";
    let mut item: Option<(&str, &str)> = None;
    for line in html.split('\n') {
        let bare = line.trim();
        let above = std::mem::replace(&mut before, bare);
        if let Some(name) = silent {
            if line.contains(&*format!("</{name}")) {
                silent = None;
            }
            continue;
        }
        silent = CODE.iter().copied().find(|name| {
            line.rfind(&*format!("<{name}")).is_some_and(|at| !line[at..].contains(&*format!("</{name}")))
        });
        if silent.is_some() || bare.is_empty() || bare.contains(['`', '\u{2}']) {
            continue;
        }
        let hashes = bare.bytes().take_while(|byte| *byte == b'#').count();
        let is_heading = (1..=6).contains(&hashes) && bare[hashes..].starts_with(' ');
        let is_bold = bare
            .split_once("**")
            .and_then(|(_, rest)| rest.split_once("**"))
            .is_some_and(|(inner, _)| inner.starts_with(char::is_alphanumeric) && !inner.ends_with(' '));
        let is_link = bare.split_once("](").is_some_and(|(text, target)| text.contains('[') && target.contains(')'));
        let is_table = bare.starts_with('|')
            && bare.contains("-|")
            && bare.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' '));
        if is_heading || is_bold || is_link || is_table {
            return Some((above, bare));
        }
        if super::lints::is_item(bare) {
            if let Some(first) = item {
                return Some(first);
            }
            if above.is_empty() || above.ends_with('>') {
                item = Some((above, bare));
            }
        }
    }
    item.filter(|(above, _)| above.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::techdocs::outline;

    #[track_caller]
    fn check_with(options: &Options, source: &str, expect: &[(Foreign, &str, &str)]) {
        let doc = outline(source, options, &|_| None);
        let found: Vec<_> = doc
            .lost
            .iter()
            .filter_map(|lost| match lost.loss {
                MarkdownLint::Foreign(foreign) => Some((foreign, &source[lost.span.clone()], &*lost.detail)),
                _ => None,
            })
            .collect();
        assert_eq!(found, expect, "{source}");
        assert!(found.is_empty() || crate::markdown::techdocs::may_have_findings(source, options), "{source}");
    }

    #[track_caller]
    fn check(source: &str, expect: &[(Foreign, &str, &str)]) {
        check_with(&Options::default(), source, expect);
    }

    #[test]
    fn references_without_a_definition_are_found() {
        check(
            "See [the **book**][bok] and [it][book] and [Other][].\n\n[book]: b.md\n",
            &[(Foreign::Reference, "[bok]", "bok\tbook"), (Foreign::Reference, "[]", "Other")],
        );
        check("![a picture][shot]\n", &[(Foreign::Reference, "[shot]", "shot")]);
        // Code, text that is meant, and arrays.
        check("`[a][b]` \\[a\\]\\[b\\] `x`[0][1] a[i][j] [0][1] [a] [b]\n\n    [c][d]\n\n```\n[e][f]\n```\n", &[]);
        check("a `[a][b]` b [a][b]\n", &[(Foreign::Reference, "[b]", "b")]);
    }

    #[test]
    fn footnotes_without_a_note_are_found() {
        check(
            "A[^1] b[^note] c[^2].\n\n[^2]: two\n",
            &[(Foreign::Footnote, "[^1]", "1"), (Foreign::Footnote, "[^note]", "note")],
        );
        check("Not [^a-z]+ and ([^x]) and `[^1]`.\n", &[]);
    }

    #[test]
    fn marks_of_other_programs_are_found() {
        check(":::note\ntext\n:::\n", &[(Foreign::Container, ":::note", "note")]);
        check("text\n\n::: warning Title\nmore\n:::\n", &[(Foreign::Container, "::: warning", "warning")]);
        check(":::{tip}\nmore\n:::\n", &[(Foreign::Container, ":::{tip", "tip")]);
        check("::: a.b.c\n", &[(Foreign::Identifier, "::: a", "a.b.c")]);
        check(
            "See [[Other Page]] and [[toc]].\n",
            &[(Foreign::WikiLink, "[[Other Page]]", "Other Page"), (Foreign::WikiLink, "[[toc]]", "toc")],
        );
        check("if [[ -f x ]] or [[tool.poetry]] or [[1]](a.md)\n", &[]);
        check("{{< note >}}\ntext\n{{< /note >}}\n", &[(Foreign::Shortcode, "{{< note >}}", "note")]);
        check(
            "{% hint style=\"info\" %}\ntext\n{% endhint %}\n",
            &[(Foreign::Tag, "{% hint style=\"info\" %}", "hint")],
        );
        check(
            "{% include 'a.md' %}\n\n{!b.md!}\n\n{{#include c.md}}\n",
            &[
                (Foreign::Include, "{% include 'a.md' %}", "a.md"),
                (Foreign::Include, "{!b.md!}", "b.md"),
                (Foreign::Include, "{{#include c.md}}", "c.md"),
            ],
        );
        check("Use `{{ x }}` or {{ x }} and {% if x %} in it.\n", &[]);
        check(".. note::\n", &[(Foreign::Container, ".. note::", "note")]);
        check("import Tabs from '@theme/Tabs';\n\ntext\n", &[(Foreign::Module, "import Tabs from '@theme/Tabs';", "")]);
        check("- a\n\n  > [!NOTE]\n  > text\n", &[(Foreign::Alert, "[!NOTE]", "NOTE")]);
        check("> [!FOO]\n> text\n", &[(Foreign::Alert, "[!FOO]", "FOO")]);
        check("> [!NOTE]\n> text\n", &[]);
        check("text\n\n1) a\n2) b\n", &[(Foreign::Parenthesis, "1) a", "")]);
        check("either 1) this or 2) that\n", &[]);
    }

    #[test]
    fn elements_that_are_none_are_found() {
        check(
            "<Tabs>\n<TabItem value=\"a\">\n\ntext\n\n</TabItem>\n</Tabs>\n",
            &[(Foreign::Component, "<Tabs", "Tabs"), (Foreign::Component, "<TabItem", "TabItem")],
        );
        check(
            "<name-space> <name> <name>\n",
            &[(Foreign::Element, "<name-space", "name-space"), (Foreign::Element, "<name", "name")],
        );
        check(
            "Call <YOUR_NAME> and `<T>` and <b>x</b> and <https://a.b> and <br/>.\n",
            &[(Foreign::Element, "<YOUR_NAME", "YOUR_NAME")],
        );
    }

    #[test]
    fn blocks_in_another_form_are_found() {
        check("!!! note: Mind\n    text\n", &[(Foreign::Admonition, "!!! note: Mind", "note")]);
        check("??? \"a\" b\n", &[(Foreign::Admonition, "??? \"a\" b", "")]);
        check("text\n\n=== Tab one\n\n    text\n", &[(Foreign::Tab, "=== Tab one", "Tab one")]);
        check("/// note\ntext\n///\n", &[(Foreign::Block, "/// note", "note")]);
        check("!!! note Mind the gap\n    text\n", &[(Foreign::Title, "!!! note Mind the gap", "Mind the gap")]);
        check("!!! note inline end\n    text\n", &[]);
        check("```{note}\ntext\n```\n", &[(Foreign::Fence, "```{note}", "note")]);
        check("```{code-block} python\ntext\n```\n", &[(Foreign::Fence, "```{code-block} python", "code-block")]);
        check("```{ .py }\ntext\n```\n\n```{.sh title=\"a\"}\nx\n```\n", &[]);
        let blocks = Options { blocks_syntax: true, ..Options::default() };
        check_with(&blocks, "!!! note\n    text\n", &[(Foreign::Admonition, "!!! note", "note")]);
        check_with(&blocks, "/// note\ntext\n///\n", &[]);
        let both = Options { blocks_too: true, ..Options::default() };
        check_with(&both, "/// note\ntext\n///\n\n!!! note\n    text\n", &[]);
    }

    #[test]
    fn what_an_extension_would_read_is_found_while_it_is_off() {
        check("$$\nx\n$$\n\nIt costs $$5 and $5.\n", &[(Foreign::Formula, "$$", "")]);
        check(":material-account: :smile:\n", &[(Foreign::Icon, ":material-account:", "material-account")]);
        let on = Options { arithmatex: true, emoji: EmojiIndex::Material, ..Options::default() };
        check_with(&on, "$$\nx\n$$\n\n:material-account:\n", &[]);
        check_with(&on, ":material-no-such:\n", &[(Foreign::NoIcon, ":material-no-such:", "material-no-such")]);
        let tab = "- a\n\n    === \":material-account: B\"\n\n        text\n";
        check_with(&on, tab, &[(Foreign::Tab, "=== \":material-account: B\"", ":material-account: B")]);
        let told = Options { told: vec!["mkdocstrings".to_owned()], ..Options::default() };
        check_with(&told, "::: a.b.c\n\n[a][b.c]\n", &[]);
    }

    #[test]
    fn what_is_left_out_of_html_is_found() {
        let frame = "a\n\n<iframe src=\"https://example.org/v?a=1&amp;b\"></iframe>\n";
        check(frame, &[(Foreign::Embedded, "<iframe", "iframe\thttps://example.org/v?a=1&b")]);
        check("a <svg><g></svg>\n", &[(Foreign::Embedded, "<svg", "svg")]);
        check(
            "<style>\na {}\n</style>\n\n<script>b()</script>\n",
            &[(Foreign::Embedded, "<style", "style"), (Foreign::Embedded, "<script", "script")],
        );
        // A drawing is shown, and code is code.
        check("<svg><g/></svg>\n", &[]);
        check("`<iframe>`\n\n    <iframe></iframe>\n", &[]);
    }

    #[test]
    fn markdown_in_html_is_found() {
        check("<details>\n<summary>More</summary>\n\n- a\n- b\n\n</details>\n", &[(Foreign::Html, "- a", "details")]);
        check(
            "<div class=\"x\">\n**bold** and [a](b.md)\n</div>\n",
            &[(Foreign::Html, "**bold** and [a](b.md)", "div")],
        );
        for text in [
            "<details markdown>\n<summary>More</summary>\n\n- a\n- b\n\n</details>\n",
            "<div>\n<p>- one - two</p>\n</div>\n",
            "<pre>\n- a\n- b\n</pre>\n",
            "<!--\n- a\n- b\n-->\n",
            "<details>\n\n```sh\n# a\n```\n\n</details>\n",
        ] {
            check(text, &[]);
        }
    }
}
