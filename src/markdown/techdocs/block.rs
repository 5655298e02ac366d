//! Blocks of source text and the places in them where something may begin.
//!
//! A block is a run of lines without a blank one. Processors cut blocks at line ends and hand the parts on, so a block is
//! a range of a shared text, and the lines that may begin a heading, a quote and so on are found once for the whole text:
//! cutting a block n times must not read it n times.

use std::cell::OnceCell;
use std::rc::Rc;

/// What a line may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// `# heading`
    Heading,
    /// `***`
    Rule,
    /// `> quote`
    Quote,
    /// `!!! note`
    Admonition,
    /// `??? note`
    Details,
    /// `=== "tab"`
    Tab,
    /// `/// note`
    Slashes,
    /// `: definition`
    Definition,
    /// `[^1]: footnote`
    Footnote,
    /// `[label]: target`; only the bracket is sure.
    Reference,
    /// `*[HTML]: abbreviation`
    Abbreviation,
}

const LEADS: usize = 11;

#[derive(Debug)]
struct Source {
    text: String,
    leads: OnceCell<[Vec<u32>; LEADS]>,
}

/// A run of lines.
#[derive(Debug, Clone)]
pub(super) struct Block {
    source: Rc<Source>,
    start: usize,
    end: usize,
}

impl Block {
    pub(super) fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let end = text.len();
        Self { source: Rc::new(Source { text, leads: OnceCell::new() }), start: 0, end }
    }

    pub(super) fn text(&self) -> &str {
        &self.source.text[self.start..self.end]
    }

    /// Returns the part from `start` to `end`, both at line ends or line starts.
    pub(super) fn slice(&self, start: usize, end: usize) -> Self {
        Self { source: Rc::clone(&self.source), start: self.start + start, end: self.start + end.max(start) }
    }

    /// Returns the part from `start` on.
    pub(super) fn from(&self, start: usize) -> Self {
        self.slice(start.min(self.end - self.start), self.end - self.start)
    }

    /// Returns where the first line begins that may begin a `lead`.
    pub(super) fn first(&self, lead: Lead) -> Option<usize> {
        self.next(lead, 0)
    }

    /// Returns where the first line at or after `from` begins that may begin a `lead`.
    pub(super) fn next(&self, lead: Lead, from: usize) -> Option<usize> {
        let starts = &self.source.leads.get_or_init(|| find_leads(&self.source.text))[lead as usize];
        let from = self.start + from;
        let at = *starts.get(starts.partition_point(|start| (*start as usize) < from))? as usize;
        (at < self.end).then(|| at - self.start)
    }

    /// Returns the line that begins at `start`, without its end, and where the next one begins.
    pub(super) fn line(&self, start: usize) -> (&str, usize) {
        let text = self.text();
        match memchr::memchr(b'\n', &text.as_bytes()[start..]) {
            Some(length) => (&text[start..start + length], start + length + 1),
            None => (&text[start..], text.len()),
        }
    }

    /// Splits the text at blank lines.
    pub(super) fn split(text: &str) -> std::collections::VecDeque<Self> {
        text.split("\n\n").map(Self::new).collect()
    }
}

fn find_leads(text: &str) -> [Vec<u32>; LEADS] {
    let mut leads: [Vec<u32>; LEADS] = Default::default();
    let mut start = 0;
    for line in text.split('\n') {
        let at = u32::try_from(start).unwrap_or(u32::MAX);
        start += line.len() + 1;
        let mut push = |lead: Lead| leads[lead as usize].push(at);
        let indent = line.bytes().take_while(|byte| *byte == b' ').count();
        if indent > 3 {
            continue;
        }
        let rest = &line[indent..];
        let Some(first) = rest.as_bytes().first() else { continue };
        match first {
            b'#' if indent == 0 && heading(line).is_some() => push(Lead::Heading),
            b'>' => push(Lead::Quote),
            b'!' if indent == 0 && line.starts_with("!!!") => push(Lead::Admonition),
            b'?' if indent == 0 && line.starts_with("???") => push(Lead::Details),
            b'=' if indent == 0 && line.starts_with("===") => push(Lead::Tab),
            b'/' if rest.starts_with("///") => push(Lead::Slashes),
            b':' if rest.as_bytes().get(1) == Some(&b' ') => push(Lead::Definition),
            b'[' if rest.as_bytes().get(1) == Some(&b'^') => {
                push(Lead::Footnote);
                push(Lead::Reference);
            }
            b'[' => push(Lead::Reference),
            b'*' if indent == 0 && line.as_bytes().get(1) == Some(&b'[') => push(Lead::Abbreviation),
            b'-' | b'_' | b'*' if is_rule(rest) => push(Lead::Rule),
            _ => {}
        }
    }
    leads
}

/// Reads an ATX heading: its level and its text without closing hashes.
pub(super) fn heading(line: &str) -> Option<(u8, &str)> {
    let hashes = line.bytes().take(6).take_while(|byte| *byte == b'#').count();
    if hashes == 0 {
        return None;
    }
    let rest = &line[hashes..];
    // A backslash takes the next character with it, so that one at the end of the line leaves nothing to close.
    let bytes = rest.as_bytes();
    let mut at = 0;
    let mut last_escaped = 0;
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            if at + 1 >= bytes.len() {
                return None;
            }
            at += 2;
            last_escaped = at;
        } else {
            at += 1;
        }
    }
    let kept = rest.trim_end_matches('#').len().max(last_escaped.min(rest.len()));
    let kept = if rest.is_char_boundary(kept) { kept } else { rest.len() };
    Some((hashes as u8, rest[..kept].trim()))
}

/// Returns whether a line, without its indentation, is a thematic break.
fn is_rule(line: &str) -> bool {
    let line = line.trim_end_matches(' ');
    let bytes = line.as_bytes();
    let Some(character) = bytes.first() else { return false };
    let (mut count, mut gap) = (0, 0);
    for byte in bytes {
        if byte == character {
            count += 1;
            gap = 0;
        } else if *byte == b' ' && gap < 2 {
            gap += 1;
        } else {
            return false;
        }
    }
    count >= 3
}

/// Takes `length` columns from the leading lines that have them or are blank; returns them and where the rest begins.
pub(super) fn detab(text: &str, length: usize) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for line in text.split('\n') {
        let cut = if indent_of(line) >= length {
            &line[length..]
        } else if line.trim().is_empty() {
            ""
        } else {
            break;
        };
        if at > 0 {
            out.push('\n');
        }
        out.push_str(cut);
        at += line.len() + 1;
    }
    (out, at.min(text.len()))
}

/// Takes `length` columns from every line that has them.
pub(super) fn loose_detab(text: &str, length: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(if indent_of(line) >= length { &line[length..] } else { line });
    }
    out
}

/// Returns the number of spaces that `line` begins with.
pub(super) fn indent_of(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_end_before_closing_hashes() {
        assert_eq!(heading("## Two ##"), Some((2, "Two")));
        assert_eq!(heading("####### H"), Some((6, "# H")));
        assert_eq!(heading(r"# C\#"), Some((1, r"C\#")));
        assert_eq!(heading(r"# C\##"), Some((1, r"C\#")));
        assert_eq!(heading("# x\\"), None);
        assert_eq!(heading("x"), None);
    }

    #[test]
    fn rules_have_three_marks_and_narrow_gaps() {
        for yes in ["---", "- - -", "* *  *", "___  "] {
            assert!(is_rule(yes), "{yes}");
        }
        for no in ["--", "- -", "-   -   -", "--a", "-*-"] {
            assert!(!is_rule(no), "{no}");
        }
    }

    #[test]
    fn leads_are_found_in_slices() {
        let block = Block::new("a\n# b\n# c");
        assert_eq!(block.first(Lead::Heading), Some(2));
        assert_eq!(block.from(6).first(Lead::Heading), Some(0));
        assert_eq!(block.slice(0, 1).first(Lead::Heading), None);
    }

    #[test]
    fn detab_stops_at_the_first_line_without_the_columns() {
        assert_eq!(detab("    a\n\n    b\nc", 4), ("a\n\nb".to_owned(), 13));
        assert_eq!(detab("c", 4), (String::new(), 0));
    }
}
