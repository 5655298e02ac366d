//! Where the documents of a file begin and end.

use std::ops::Range;

/// Splits `text` at its `---` and `...` lines; the ranges tile the text.
///
/// A marker counts wherever it starts a line, also inside an open quotation, as in the YAML specification; so a fault
/// in one document cannot swallow the next. Directives and comments before `---` belong to the document below.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut at = 0;
    // Whether anything but comments, directives and blank lines came since `start`.
    let mut begun = false;
    for line in text.split_inclusive('\n') {
        let content = line.strip_prefix('\u{feff}').unwrap_or(line);
        if is_marker(content, "---") {
            if begun {
                ranges.push(start..at);
                start = at;
            }
            begun = true;
        } else if is_marker(content, "...") {
            ranges.push(start..at + line.len());
            start = at + line.len();
            begun = false;
        } else if !begun {
            let content = content.trim();
            begun = !(content.is_empty() || content.starts_with('#') || content.starts_with('%'));
        }
        at += line.len();
    }
    if start < text.len() || ranges.is_empty() {
        ranges.push(start..text.len());
    }
    ranges
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Returns where the last quotation mark of each kind is, if it opens a quotation.
///
/// Backstage's parser then reads on to the end of the file: it looks for the closing mark before it looks for `---`.
pub(super) fn last_quotations(text: &str) -> Vec<usize> {
    let opens = |mark: &char| {
        let at = text.rfind(*mark)?;
        let before = text[..at].trim_end_matches([' ', '\t']);
        let line = &text[before.rfind('\n').map_or(0, |newline| newline + 1)..at];
        let opens = before.is_empty() || before.ends_with([':', '-', ',', '[', '{', '?', '\n']);
        // A mark whose partner is before it on the line closes a quotation.
        (opens && line.matches(*mark).count().is_multiple_of(2)).then_some(at)
    };
    ['"', '\''].iter().filter_map(opens).collect()
}
