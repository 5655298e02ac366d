//! Text positions: files by id, byte spans, lines and columns. And name comparison, for "did you mean" ([`nearest()`]).
//!
//! Knows nothing of Playbill: no diagnostics, no YAML, no entities.

mod natural;
mod nearest;

use std::fmt;

pub use natural::natural_key;
pub(crate) use nearest::nearest_where;
pub use nearest::{is_one_slip_from, nearest};

/// Names one file of a [`crate::workspace::Workspace`]. An index, never an order: output is sorted by path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// Returns the id of the file at `index`.
    ///
    /// # Panics
    /// When there are more than 2³² files.
    #[must_use]
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("fewer than 2^32 files"))
    }

    /// Returns the position in the table that the id was made for.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span; offsets beyond 4 GiB are cut, which the size limits on files rule out.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: cut(start), end: cut(end.max(start)) }
    }

    /// Returns an empty span at the start of `file`, for problems of the file as a whole.
    #[must_use]
    pub fn whole(file: FileId) -> Self {
        Self { file, start: 0, end: 0 }
    }

    /// Returns the byte range.
    #[must_use]
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The line starts of one text, to turn offsets into lines and columns.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// Within long lines: an offset, and how many characters of its line are before it.
    marks: Vec<(u32, u32)>,
}

/// The distance of marks in bytes: no position is found by counting more characters.
const MARK_DISTANCE: usize = 2048;

impl LineIndex {
    /// Indexes the lines of `text`; `\n`, `\r\n` and a lone `\r` end a line, as in YAML.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        let mut index = Self { starts, marks: Vec::new() };
        let ends = index.starts[1..].iter().map(|next| *next as usize).chain([text.len()]);
        let long: Vec<_> = std::iter::zip(index.starts.iter().map(|start| *start as usize), ends)
            .filter(|(start, end)| end - start > MARK_DISTANCE)
            .collect();
        for (start, end) in long {
            let (mut from, mut characters) = (start, 0);
            while end - from > MARK_DISTANCE {
                let to = text.floor_char_boundary(from + MARK_DISTANCE);
                characters += characters_between(text, start, from, to);
                from = to;
                index.marks.push((u32::try_from(to).unwrap_or(u32::MAX), characters));
            }
        }
        index
    }

    /// Returns the line and column of the byte `offset` of the same `text`; past the end counts as the end.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> LineColumn {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        let mark = self.marks[..self.marks.partition_point(|(mark, _)| *mark as usize <= offset)].last();
        let (from, characters) = match mark {
            Some((mark, characters)) if *mark as usize > start => (*mark as usize, *characters),
            _ => (start, 0),
        };
        let column = characters + characters_between(text, start, from, offset) + 1;
        LineColumn { line: line as u32, column }
    }

    /// Returns the bytes of a line of the same `text`, counted from 1, without what ends it; past the last line is the
    /// end of the text.
    #[must_use]
    pub fn line(&self, text: &str, line: u32) -> std::ops::Range<usize> {
        let index = line.saturating_sub(1) as usize;
        let start = self.starts.get(index).map_or(text.len(), |start| *start as usize);
        let end = self.starts.get(index + 1).map_or(text.len(), |next| *next as usize);
        start..start + text[start..end].trim_end_matches(['\r', '\n']).len()
    }
}

/// Counts the characters of a part of the line that begins at `start`.
fn characters_between(text: &str, start: usize, from: usize, to: usize) -> u32 {
    let part = &text[from..to];
    // A byte order mark at the start of a line is not a character that an editor counts.
    let part = if from == start { part.trim_start_matches('\u{feff}') } else { part };
    u32::try_from(part.chars().count()).unwrap_or(u32::MAX)
}

/// Returns a table that says of each byte whether it is one of `bytes`.
pub(crate) const fn byte_set(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "a\r\nßx\ry\n";
        let index = LineIndex::new(text);
        let at = |offset| index.position(text, offset).to_string();
        assert_eq!(at(0), "1:1");
        assert_eq!(at(3), "2:1");
        assert_eq!(at(5), "2:2");
        assert_eq!(at(7), "3:1");
        assert_eq!(at(99), "4:1");
    }

    #[test]
    fn positions_in_long_lines_are_counted_from_marks() {
        let line = "aß😀".repeat(2000);
        let text = format!("\u{feff}{line}\n{line}\nend");
        let index = LineIndex::new(&text);
        assert!(index.marks.len() > 10);
        let (mut at, mut line, mut column) = (0, 1, 1);
        for c in text.chars() {
            if at % 7 == 0 || c == '\n' {
                assert_eq!(index.position(&text, at).to_string(), format!("{line}:{column}"), "offset {at}");
            }
            at += c.len_utf8();
            match c {
                '\n' => (line, column) = (line + 1, 1),
                '\u{feff}' => {}
                _ => column += 1,
            }
        }
    }

    #[test]
    fn lines_come_without_their_ends() {
        let text = "a\r\nßx\r\n\nlast";
        let index = LineIndex::new(text);
        let line = |number| &text[index.line(text, number)];
        assert_eq!([line(1), line(2), line(3), line(4), line(5)], ["a", "ßx", "", "last", ""]);
        assert_eq!(LineIndex::new("").line("", 1), 0..0);
    }
}
