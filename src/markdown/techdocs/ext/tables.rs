//! Tables of lines with pipes.

use std::collections::VecDeque;

use crate::markdown::techdocs::block::Block;
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;

/// Takes the whole block when its first two lines are a header and a delimiter row.
pub(in crate::markdown::techdocs) fn process(
    parser: &mut Parser<'_>,
    parent: NodeId,
    blocks: &mut VecDeque<Block>,
) -> bool {
    let text = blocks[0].text();
    let Some(alignments) = alignments(text) else { return false };
    let bordered = is_bordered(text.split('\n').next().unwrap_or("").trim_matches(' '));
    let Some(block) = blocks.pop_front() else { return false };
    let mut lines = block.text().split('\n');
    let table = parser.tree.append(parent, "table");
    let head = parser.tree.append(table, "thead");
    row(parser, head, "th", lines.next().unwrap_or(""), &alignments, bordered);
    lines.next();
    let body = parser.tree.append(table, "tbody");
    let mut empty = true;
    for line in lines {
        row(parser, body, "td", line, &alignments, bordered);
        empty = false;
    }
    if empty {
        row(parser, body, "td", "", &alignments, bordered);
    }
    true
}

fn row(
    parser: &mut Parser<'_>,
    parent: NodeId,
    tag: &'static str,
    line: &str,
    alignments: &[Option<&'static str>],
    bordered: bool,
) {
    let node = parser.tree.append(parent, "tr");
    let cells = cells(line.trim_matches(' '), bordered);
    // Short rows are padded, but not without end: a wide header above many short rows would make a huge table.
    let width =
        if parser.spend(alignments.len().saturating_sub(cells.len()) * 20) { alignments.len() } else { cells.len() };
    for (index, alignment) in alignments.iter().enumerate().take(width) {
        let cell = parser.tree.append(node, tag);
        parser.tree[cell].text.set(cells.get(index).map_or("", |cell| cell.trim_matches(' ')));
        if let Some(alignment) = alignment {
            // An attribute, not a style: pages run under a policy that forbids inline styles.
            parser.tree[cell].set_attribute("align", *alignment);
        }
    }
}

/// Returns the alignment of each column when `text` begins with a header and a delimiter row that agree.
fn alignments(text: &str) -> Option<Vec<Option<&'static str>>> {
    let mut lines = text.split('\n').map(|line| line.trim_matches(' '));
    let header = lines.next()?;
    let delimiters = lines.clone().next()?;
    // The cheap test first: nearly every block fails it.
    if delimiters.is_empty() || !delimiters.bytes().all(|byte| matches!(byte, b'|' | b':' | b'-' | b' ')) {
        return None;
    }
    let bordered = is_bordered(header);
    let count = cells(header, bordered).len();
    if count == 1 && !(bordered && lines.all(|line| line.starts_with('|') || ends_with_pipe(line))) {
        return None;
    }
    let delimiters = cells(delimiters, bordered);
    if delimiters.len() != count {
        return None;
    }
    let alignment = |cell: &&str| {
        let cell = cell.trim_matches(' ');
        match (cell.starts_with(':'), cell.ends_with(':')) {
            (true, true) => Some("center"),
            (true, false) => Some("left"),
            (false, true) => Some("right"),
            (false, false) => None,
        }
    };
    Some(delimiters.iter().map(alignment).collect())
}

fn is_bordered(line: &str) -> bool {
    line.starts_with('|') || ends_with_pipe(line)
}

/// Returns whether a line ends with a pipe that is not escaped.
fn ends_with_pipe(line: &str) -> bool {
    line.strip_suffix('|').is_some_and(|rest| rest.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0)
}

/// Splits a row at the pipes outside code spans.
fn cells(line: &str, bordered: bool) -> Vec<&str> {
    let mut line = line;
    if bordered {
        line = line.strip_prefix('|').unwrap_or(line);
        if ends_with_pipe(line) {
            line = &line[..line.len() - 1];
        }
    }
    split(line)
}

fn split(line: &str) -> Vec<&str> {
    /// A run of backticks: where it begins and ends, how long it counts, and how much shorter as an opening one.
    struct Ticks {
        start: usize,
        end: usize,
        length: usize,
        escape: usize,
    }
    let bytes = line.as_bytes();
    let mut pipes = Vec::new();
    let mut ticks: Vec<Ticks> = Vec::new();
    let run = |from: usize| bytes[from..].iter().take_while(|byte| **byte == b'`').count();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => match bytes.get(at + 1) {
                Some(b'\\' | b'|') => at += 2,
                Some(b'`') => {
                    let length = run(at + 1);
                    ticks.push(Ticks { start: at, end: at + 1 + length, length, escape: 1 });
                    at += 1 + length;
                }
                _ => at += 1,
            },
            b'`' => {
                let length = run(at);
                ticks.push(Ticks { start: at, end: at + length, length, escape: 0 });
                at += length;
            }
            b'|' => {
                pipes.push(at);
                at += 1;
            }
            _ => at += 1,
        }
    }
    // Runs pair with the next one of the same length; looking ahead is cheap by remembering lengths that have no partner.
    let mut regions: Vec<(usize, usize)> = Vec::new();
    let mut lonely: Vec<usize> = Vec::new();
    let mut index = 0;
    while let Some(open) = ticks.get(index) {
        let size = open.length - open.escape;
        let partner = if size == 0 || lonely.contains(&size) {
            None
        } else {
            ticks[index + 1..].iter().position(|close| close.length == size)
        };
        match partner {
            Some(distance) => {
                regions.push((open.start, ticks[index + 1 + distance].end));
                index += distance + 2;
            }
            None => {
                if size > 0 && !lonely.contains(&size) {
                    lonely.push(size);
                }
                index += 1;
            }
        }
    }
    let mut cells = Vec::new();
    let mut start = 0;
    let mut region = 0;
    for pipe in pipes {
        while regions.get(region).is_some_and(|(_, end)| *end <= pipe) {
            region += 1;
        }
        if regions.get(region).is_some_and(|(start, _)| *start <= pipe) {
            continue;
        }
        cells.push(&line[start..pipe]);
        start = pipe + 1;
    }
    cells.push(&line[start..]);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_split_outside_code() {
        assert_eq!(split("a|`b|c`|d"), ["a", "`b|c`", "d"]);
        assert_eq!(split(r"a\|b|c"), [r"a\|b", "c"]);
        assert_eq!(split("a`|``|b"), ["a`", "``", "b"]);
        assert_eq!(cells("|a|b|", true), ["a", "b"]);
        assert_eq!(cells(r"|a|b\|", true), ["a", r"b\|"]);
    }

    #[test]
    fn a_table_needs_a_delimiter_row_of_the_same_width() {
        assert!(alignments("a|b\n-|-").is_some());
        assert!(alignments("a|b\n-|-|-").is_none());
        assert!(alignments("a\n-").is_none());
        assert!(alignments("|a|\n|-|\n|b").is_some());
        assert!(alignments("|a|\n|-|\nb").is_none());
        assert_eq!(alignments("a|b|c\n:-|-:|:-:"), Some(vec![Some("left"), Some("right"), Some("center")]));
    }
}
