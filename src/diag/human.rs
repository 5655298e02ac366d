//! Findings for people: the excerpt, what is marked in it, and what to do.

use std::fmt::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Padding, Renderer, Snippet};
use rayon::prelude::*;

use super::visible::{excerpt_line, visible, visible_lines};
use super::{Cause, Diagnostic, Label, Positions, Severity, Source, Sources, causes, count};
use crate::text::FileId;

/// Findings that one thread renders in a row.
const DIAGNOSTICS_A_PIECE: usize = 64;
/// Labels in the same file this near to each other share one excerpt.
const SAME_EXCERPT_LINES: u32 = 60;
/// A mark over more lines than this is shown at its first line only.
const MAX_MARKED_LINES: u32 = 8;
/// Maximum number of further places of one cause that are listed.
const MAX_PLACES: usize = 20;
/// Bytes kept of an over-long line before and after what is marked.
const LINE_CONTEXT: usize = 200;

/// How findings are shown.
#[derive(Debug, Clone, Copy)]
pub struct HumanOptions {
    /// Whether to write terminal colours.
    pub color: bool,
    /// Width of the terminal in columns; longer lines are cut around what is marked.
    pub width: usize,
}

impl Default for HumanOptions {
    fn default() -> Self {
        Self { color: false, width: 140 }
    }
}

/// Writes every finding with its excerpt, and the [`summary`] of all of them as the last line.
///
/// # Errors
/// Only when `out` fails.
pub fn render(
    diagnostics: &[Diagnostic],
    all: &[Diagnostic],
    sources: &dyn Sources,
    options: HumanOptions,
    out: &mut dyn Write,
) -> fmt::Result {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(options.width.max(40));
    // Problems are in the order of files, so that a piece opens few of them.
    let causes = causes(diagnostics);
    let pieces: Vec<String> = causes
        .par_chunks(DIAGNOSTICS_A_PIECE)
        .map(|piece| {
            let mut positions = Positions::new(sources);
            piece.iter().map(|cause| one(cause, &renderer, &mut positions)).collect()
        })
        .collect();
    pieces.iter().try_for_each(|piece| out.write_str(piece))?;
    writeln!(out, "{}", summary(all))
}

/// Returns a finding with its excerpt, the other places of its cause, and a blank line.
fn one(cause: &Cause<'_>, renderer: &Renderer, positions: &mut Positions<'_>) -> String {
    let diagnostic = cause.first;
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    // Wrong columns of cut lines with the right ones.
    let mut corrections: Vec<(String, String)> = Vec::new();
    for (index, part) in excerpts(&diagnostic.labels, positions).into_iter().enumerate() {
        let path = visible(&part.path).into_owned();
        let Some((text, first_line)) = part.text else {
            let origin = Origin::path(path);
            group = group.element(match part.at {
                Some((line, column)) => origin.line(line).char_column(column),
                None => origin,
            });
            if diagnostic.help.is_some() {
                group = group.element(Padding);
            }
            continue;
        };
        if let (Some((line, column)), Some(shown)) = (part.at, part.shown_column)
            && column != shown
        {
            corrections.push((format!("{path}:{line}:{shown}"), format!("{path}:{line}:{column}")));
        }
        let mut snippet = Snippet::source(text).line_start(first_line).path(path);
        for (number, (range, label)) in part.marks.into_iter().enumerate() {
            let primary = index == 0 && number == 0;
            let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            snippet = snippet.annotation(kind.span(range).label((!label.is_empty()).then(|| visible(label))));
        }
        group = group.element(snippet);
    }
    if let Some(places) = other_places(cause, positions) {
        group = group.element(Level::NOTE.message(visible_lines(&places).into_owned()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(visible_lines(help)));
    }
    let mut report = renderer.render(&[group]);
    for (shown, right) in corrections {
        report = report.replacen(&shown, &right, 1);
    }
    report.push_str("\n\n");
    report
}

/// Lists where else the cause shows, a line each; `None` if the excerpts show all of it.
fn other_places(cause: &Cause<'_>, positions: &mut Positions<'_>) -> Option<String> {
    let shown = |span| cause.first.labels.iter().any(|label| label.span == span);
    let others: Vec<_> = cause.others.iter().map(|other| other.span()).filter(|span| !shown(*span)).collect();
    if others.is_empty() {
        return None;
    }
    let mut text = match others.len() {
        1 => "the same at 1 other place:".to_owned(),
        many => format!("the same at {many} other places:"),
    };
    for span in others.iter().take(MAX_PLACES) {
        let _ = write!(text, "\n{}:{}", positions.path(span.file), positions.place(*span).start);
    }
    if others.len() > MAX_PLACES {
        let _ = write!(text, "\nand {} more, which `--format json` lists", others.len() - MAX_PLACES);
    }
    Some(text)
}

/// Returns one line that counts the causes of findings, such as `3 errors, 2 warnings in 4 files`.
#[must_use]
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    if diagnostics.is_empty() {
        return "no problems found".to_owned();
    }
    let counted = |severity, one, many| {
        let count = count(diagnostics, severity);
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    };
    let parts: Vec<String> = [
        counted(Severity::Error, "error", "errors"),
        counted(Severity::Warning, "warning", "warnings"),
        counted(Severity::Info, "info", "infos"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut files: Vec<usize> = diagnostics.iter().map(|diagnostic| diagnostic.span().file.index()).collect();
    files.sort_unstable();
    files.dedup();
    let noun = if files.len() == 1 { "file" } else { "files" };
    format!("{} in {} {noun}", parts.join(", "), files.len())
}

/// A part of one file to be shown, and what is marked in it.
struct Excerpt<'a> {
    path: std::sync::Arc<str>,
    /// Line and column of the first mark; `None` if there is no text to count in.
    at: Option<(usize, usize)>,
    /// The column that the first mark has in the lines shown, where a long one was cut.
    shown_column: Option<usize>,
    /// The lines and the number of the first; empty if there is nothing to show.
    text: Option<(String, usize)>,
    marks: Vec<(std::ops::Range<usize>, &'a str)>,
}

/// Groups the labels into excerpts, the primary one first.
fn excerpts<'a>(labels: &'a [Label], positions: &mut Positions<'_>) -> Vec<Excerpt<'a>> {
    struct Chunk<'a> {
        file: FileId,
        first: u32,
        last: u32,
        labels: Vec<&'a Label>,
    }
    let mut chunks: Vec<Chunk<'_>> = Vec::new();
    for label in labels {
        let place = positions.place(label.span);
        let first = place.start.line;
        let last = if place.end.line - first < MAX_MARKED_LINES { place.end.line } else { first };
        let near = chunks.iter_mut().find(|chunk| {
            chunk.file == label.span.file && chunk.last.max(last) - chunk.first.min(first) < SAME_EXCERPT_LINES
        });
        match near {
            Some(chunk) => {
                chunk.first = chunk.first.min(first);
                chunk.last = chunk.last.max(last);
                chunk.labels.push(label);
            }
            None => chunks.push(Chunk { file: label.span.file, first, last, labels: vec![label] }),
        }
    }
    chunks
        .into_iter()
        .map(|chunk| excerpt(positions.source(chunk.file), chunk.first, chunk.last, &chunk.labels))
        .collect()
}

/// Copies the lines `first` to `last`, cutting long ones around what is marked in them.
fn excerpt<'a>(source: &mut Source, first: u32, last: u32, labels: &[&'a Label]) -> Excerpt<'a> {
    let path = std::sync::Arc::clone(&source.path);
    let Some(whole) = source.text.clone() else {
        return Excerpt { path, at: None, shown_column: None, text: None, marks: Vec::new() };
    };
    let at = labels.first().map(|label| {
        let at = source.position(label.span.start as usize);
        (at.line as usize, at.column as usize)
    });

    let mut text = String::new();
    // For each line: where its kept part is in the file and in the excerpt.
    let mut kept: Vec<(std::ops::Range<usize>, usize)> = Vec::new();
    for number in first..=last {
        let line = source.line(number);
        let mut part = line.clone();
        if whole[part.clone()].starts_with('\u{feff}') {
            part.start += '\u{feff}'.len_utf8();
        }
        if part.len() > 4 * LINE_CONTEXT {
            let inside = |offset: u32| line.contains(&(offset as usize)).then_some(offset as usize);
            let from = labels.iter().find_map(|label| inside(label.span.start));
            let to = labels.iter().find_map(|label| inside(label.span.end));
            let from = from.or(to).unwrap_or(line.start);
            let to = to.unwrap_or(from).clamp(from, from + LINE_CONTEXT);
            part.start = part.start.max(floor(&whole, from.saturating_sub(LINE_CONTEXT)));
            part.end = part.end.min(floor(&whole, to + LINE_CONTEXT));
        }
        if part.start > line.start + '\u{feff}'.len_utf8() {
            text.push('…');
        }
        kept.push((part.clone(), text.len()));
        text.push_str(&excerpt_line(&whole[part.clone()]));
        if part.end < line.end {
            text.push('…');
        }
        text.push('\n');
    }

    let marks: Vec<_> = labels
        .iter()
        .map(|label| {
            let place = |offset: u32| {
                let offset = floor(&whole, offset as usize);
                let line = kept.iter().rposition(|(part, _)| part.start <= offset).unwrap_or(0);
                let (part, start) = &kept[line];
                start + offset.clamp(part.start, part.end) - part.start
            };
            let start = place(label.span.start);
            let end = place(label.span.end).max(start);
            // A mark that was too long to be shown ends with its first line.
            let end = if source.position(label.span.end as usize).line > last { line_end(&text, start) } else { end };
            (start..end, label.text.as_str())
        })
        .collect();
    let shown_column = marks.first().map(|(range, _)| {
        let line_start = text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
        text[line_start..range.start].chars().count() + 1
    });
    let seen = !text.trim().is_empty();
    Excerpt { path, at, shown_column, text: seen.then_some((text, first as usize)), marks }
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |newline| from + newline)
}

fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset.min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;
    use crate::diag::sample::{Files, sample};
    use crate::text::{LineIndex, Span};

    fn plain(diagnostics: &[Diagnostic], files: &Files) -> String {
        let mut out = String::new();
        render(diagnostics, diagnostics, files, HumanOptions::default(), &mut out).unwrap();
        out
    }

    #[test]
    fn the_sample_without_colours() {
        let (files, found) = sample();
        insta::assert_snapshot!(plain(&found, &files));
    }

    #[test]
    fn colours_are_written_only_when_asked_for() {
        let (files, found) = sample();
        let mut out = String::new();
        render(&found, &found, &files, HumanOptions { color: true, width: 80 }, &mut out).unwrap();
        assert!(out.contains("\u{1b}[") && !plain(&found, &files).contains('\u{1b}'));
    }

    #[test]
    fn text_from_files_cannot_control_the_terminal() {
        let files = Files::new(&[("a\u{1b}[2J.yaml", Some("owner: \u{1b}[31mred\u{7}\n"))]);
        let found = Diagnostic::new(codes::INVALID_NAME, files.span(0, "red", 0), "name `\u{1b}[31mred`")
            .label("\u{1b}[0m")
            .help("write \u{1b}]0;x");
        let out = plain(&[found], &files);
        assert!(!out.contains('\u{1b}') && !out.contains('\u{7}'), "{out}");
    }

    #[test]
    fn one_cause_is_told_once_with_its_places() {
        let text = "owner: ghost\n".repeat(30);
        let files = Files::new(&[("a.yaml", Some(&text)), ("b.yaml", Some("owner: ghost\n"))]);
        let at = |file, nth| {
            Diagnostic::new(codes::UNRESOLVED_REFERENCE, files.span(file, "ghost", nth), "owner `ghost` does not exist")
                .cause("group:default/ghost")
        };
        let two = plain(&[at(0, 0), at(1, 0)], &files);
        assert!(two.contains("= note: the same at 1 other place:\n          b.yaml:1:8\n"), "{two}");
        assert!(two.ends_with("1 warning in 2 files\n"), "{two}");
        let many: Vec<_> = (0..30).map(|nth| at(0, nth)).collect();
        let many = plain(&many, &files);
        assert_eq!(many.matches("warning[").count(), 1);
        assert!(many.contains("a.yaml:21:8") && !many.contains("a.yaml:22:8") && many.contains("and 9 more"), "{many}");
        // A place that an excerpt shows is not listed.
        let shown = [at(0, 0).also(files.span(1, "ghost", 0), "here, too"), at(1, 0)];
        assert!(!plain(&shown, &files).contains("other place"));
    }

    #[test]
    fn any_span_can_be_shown() {
        let texts = ["", "\n", "\r\n\r\n", "\u{feff}", "\u{feff}ä\rö\n", "a\n\n\nb", "no end"];
        for text in texts {
            let files = Files::new(&[("x.yaml", Some(text))]);
            for start in 0..=text.len() + 1 {
                for end in start..=text.len() + 1 {
                    let span = Span::new(FileId::new(0), start, end);
                    let found = Diagnostic::new(codes::INVALID_NAME, span, "m").label("l").also(span, "again");
                    let at = LineIndex::new(text).position(text, start);
                    let out = plain(&[found], &files);
                    assert!(out.contains(&format!("--> x.yaml:{at}\n")), "{text:?} {start}..{end} at {at}\n{out}");
                }
            }
        }
    }

    #[test]
    fn many_findings_in_one_long_line_take_linear_time() {
        let text = "{\"a\": nobody}, ".repeat(2_000);
        let files = Files::new(&[("min.json", Some(&text))]);
        let found: Vec<_> = (0..2_000)
            .map(|nth| Diagnostic::new(codes::INVALID_NAME, Span::new(FileId::new(0), nth * 15, nth * 15 + 6), "m"))
            .collect();
        let out = plain(&found, &files);
        assert!(out.contains("min.json:1:29986\n"));
    }

    #[test]
    fn the_summary_counts_by_severity() {
        assert_eq!(summary(&[]), "no problems found");
        let (_, found) = sample();
        assert_eq!(summary(&found[..1]), "1 error in 1 file");
        assert_eq!(summary(&found), "5 errors, 3 warnings, 1 info in 7 files");
    }
}
