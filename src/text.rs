//! Text positions and name comparison: files by id, byte spans, lines and columns, nearest names.
//!
//! Knows nothing of Playbill: no diagnostics, no YAML, no entities.

use std::fmt;

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

/// Returns the candidate most like `name`, if one is near enough to be what the author meant.
///
/// Case does not count. Near enough is an edit distance (with swapped neighbours as one edit) of at most a third of the
/// longer name, and at most three. Ties go to the first candidate, so pass them in a fixed order.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_where(name, candidates, |_| true)
}

/// Returns whether one character more, less, other, or two swapped make one text of the other; case does not count.
#[must_use]
pub fn is_one_slip_from(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.to_lowercase().chars().take(256).collect::<Vec<char>>();
    edit_distance(&letters(a), &letters(b), 1).is_some()
}

/// Finds what [`nearest`] does among those that are `fit`, which only those near enough are asked.
#[must_use]
pub(crate) fn nearest_where<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    fit: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    if wanted.is_empty() || wanted.len() > 128 {
        return None;
    }
    let letters = letters(wanted.iter().copied());
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let length = candidate.chars().count();
        let limit = (wanted.len().max(length) / 3).clamp(1, 3);
        let limit = best.map_or(limit, |(distance, _)| limit.min(distance.saturating_sub(1)));
        // One edit removes at most one character and adds at most one.
        let strange =
            || (letters ^ self::letters(candidate.chars().flat_map(char::to_lowercase))).count_ones() as usize;
        if length.abs_diff(wanted.len()) > limit || strange() > 2 * limit {
            continue;
        }
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        if let Some(distance) = edit_distance(&wanted, &other, limit)
            && best.is_none_or(|(least, _)| distance < least)
            && fit(candidate)
        {
            best = Some((distance, candidate));
            if distance == 0 {
                break;
            }
        }
    }
    best.map(|(_, candidate)| candidate)
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

/// Returns which characters occur, as bits that several characters share.
fn letters(text: impl Iterator<Item = char>) -> u64 {
    text.fold(0, |set, letter| set | 1 << (u32::from(letter) % 64))
}

/// Returns the optimal-string-alignment distance, or nothing once it must exceed `limit`.
///
/// Texts within `limit` edits keep step with each other to `limit` places, so only those places are compared.
fn edit_distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    let far = limit + 1;
    let start = |j: usize| if j <= limit { j } else { far };
    let mut before = vec![far; b.len() + 1];
    let mut previous: Vec<usize> = (0..=b.len()).map(start).collect();
    let mut row = vec![far; b.len() + 1];
    for (i, x) in a.iter().enumerate() {
        let first = (i + 1).saturating_sub(limit);
        let last = (i + 1 + limit).min(b.len());
        row[first.saturating_sub(1)] = far;
        if first == 0 {
            row[0] = i + 1;
        }
        let mut least = far;
        for j in first.max(1)..=last {
            let y = b[j - 1];
            let mut cost = (previous[j - 1] + usize::from(*x != y)).min(previous[j] + 1).min(row[j - 1] + 1);
            if i > 0 && j > 1 && *x == b[j - 2] && a[i - 1] == y {
                cost = cost.min(before[j - 2] + 1);
            }
            row[j] = cost;
            least = least.min(cost);
        }
        if let Some(beyond) = row.get_mut(last + 1) {
            *beyond = far;
        }
        if least > limit && (first > 0 || row[0] > limit) {
            return None;
        }
        std::mem::swap(&mut before, &mut previous);
        std::mem::swap(&mut previous, &mut row);
    }
    previous.last().copied().filter(|distance| *distance <= limit)
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

    /// The distance by its definition, every place compared.
    fn whole_distance(a: &[char], b: &[char]) -> usize {
        let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                rows[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    let swap = if swapped { rows[i - 2][j - 2] + 1 } else { usize::MAX };
                    let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    swap.min(change).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1)
                };
            }
        }
        rows[a.len()][b.len()]
    }

    proptest::proptest! {
        #[test]
        fn distances_within_the_limit_are_exact(a in "[abc]{0,9}", b in "[abc]{0,9}", limit in 0_usize..4) {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            let whole = whole_distance(&a, &b);
            proptest::prop_assert_eq!(edit_distance(&a, &b, limit), (whole <= limit).then_some(whole));
        }
    }

    #[test]
    fn nearest_names_are_found_and_strangers_are_not() {
        let names = ["team-a", "team-b", "payments", "providesApis"];
        assert_eq!(nearest("team-aa", names), Some("team-a"));
        assert_eq!(nearest("Payment", names), Some("payments"));
        assert_eq!(nearest("providesApi", names), Some("providesApis"));
        assert_eq!(nearest("paymetns", names), Some("payments"));
        assert_eq!(nearest("warehouse", names), None);
        assert_eq!(nearest("", names), None);
    }
}
