//! The pages about the rules: for a terminal, and for the manual.
//!
//! A page is Markdown of a few simple forms (paragraphs, `##` headings, fenced code, tables, lists), which the tests
//! hold it to, so that no Markdown parser is needed here.

use std::fmt::Write;

use super::codes::{ALL, Code, Family};

/// Columns of a terminal that text is broken to.
const WIDTH: usize = 80;

/// Returns the page about a rule as plain text, broken to 80 columns.
#[must_use]
pub fn plain(code: Code) -> String {
    let rule = code.rule();
    let mut out = format!("{}  ({}, {} unless configured)\n", rule.name, rule.family.as_str(), rule.severity);
    for block in blocks(rule.explanation) {
        out.push('\n');
        match block {
            Block::Heading(text) => {
                let _ = writeln!(out, "{}", text.to_uppercase());
            }
            Block::Code(info, lines) => {
                if let Some((_, file)) = info.split_once("path=") {
                    let _ = writeln!(out, "    # {file}");
                }
                for line in lines {
                    let _ = writeln!(out, "{}", format!("    {line}").trim_end());
                }
            }
            Block::Table(rows) => table(&rows, &mut out),
            Block::Text(text) => wrap(&unlinked(&text), &mut out),
        }
    }
    out
}

/// Returns the manual page about all rules, Markdown.
#[must_use]
pub fn manual() -> String {
    let mut out = include_str!("manual-intro.md").to_owned();
    let families = ALL.chunk_by(|a, b| a.rule().family == b.rule().family);
    for codes in families.clone() {
        let family = codes[0].rule().family;
        let _ = write!(out, "\n### {}: {}\n\n", family.as_str(), family.about());
        out.push_str("| rule | severity | what it reports |\n|---|---|---|\n");
        for code in codes {
            let rule = code.rule();
            let _ = writeln!(out, "| [`{0}`](#{0}) | {1} | {2} |", rule.name, rule.severity, rule.summary);
        }
    }
    for codes in families {
        let family: Family = codes[0].rule().family;
        let _ = write!(out, "\n## Family {}\n", family.as_str());
        for code in codes {
            let rule = code.rule();
            let _ = write!(out, "\n### {}\n\n**{}** · {}\n\n", rule.name, rule.severity, rule.summary);
            let mut fenced = false;
            for line in rule.explanation.lines() {
                let heading = !fenced && line.starts_with("## ");
                fenced ^= line.starts_with("```");
                if heading {
                    // Headings of the page are two levels deeper here.
                    out.push_str("##");
                }
                // The manual is read by TechDocs itself, which includes files also in code.
                if line.starts_with("--8<--") {
                    out.push(';');
                }
                match line.strip_prefix("```").and_then(|info| info.split_once(" path=")) {
                    Some((language, file)) => {
                        let _ = writeln!(out, "```{language} title=\"{file}\"");
                    }
                    None => {
                        let _ = writeln!(out, "{line}");
                    }
                }
            }
        }
    }
    out
}

/// A part of a page.
enum Block<'a> {
    Heading(&'a str),
    /// The info string of the fence, and the lines.
    Code(&'a str, Vec<&'a str>),
    /// Rows of cells, the line below the head left out.
    Table(Vec<Vec<String>>),
    Text(String),
}

/// Splits a page into its parts.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        if let Some(info) = line.strip_prefix("```") {
            blocks.push(Block::Code(info, lines.by_ref().take_while(|line| *line != "```").collect()));
        } else if let Some(heading) = line.strip_prefix("## ") {
            blocks.push(Block::Heading(heading));
        } else if line.starts_with('|') {
            let mut rows = vec![cells(line)];
            while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
                if !row.starts_with("|---") {
                    rows.push(cells(row));
                }
            }
            blocks.push(Block::Table(rows));
        } else {
            let mut text = line.to_owned();
            while let Some(more) = lines.next_if(|line| !line.is_empty() && !line.starts_with("```")) {
                text.push(' ');
                text.push_str(more);
            }
            blocks.push(Block::Text(text));
        }
    }
    blocks
}

fn cells(row: &str) -> Vec<String> {
    let row = row.trim_matches('|').replace("\\|", "\u{0}");
    row.split('|').map(|cell| unlinked(cell.trim()).replace('\u{0}', "|")).collect()
}

fn table(rows: &[Vec<String>], out: &mut String) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for (index, row) in rows.iter().enumerate() {
        let mut line = "   ".to_owned();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, " {cell:<width$} ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
        if index == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            let _ = writeln!(out, "    {}", rules.join("  "));
        }
    }
}

/// Breaks a text at spaces.
fn wrap(text: &str, out: &mut String) {
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            out.push('\n');
            column = 0;
        }
        if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
}

/// Replaces links by their text.
fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        code ^= c == '`';
        let link = (!code && c == '[').then(|| {
            let (label, target) = rest[1..].split_once("](")?;
            Some((label, target.split_once(')')?.1))
        });
        match link.flatten() {
            Some((label, after)) => {
                out.push_str(label);
                rest = after;
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;

    #[test]
    fn a_page_as_plain_text() {
        insta::assert_snapshot!(plain(codes::UNEXPECTED_KIND));
    }

    #[test]
    fn pages_keep_to_the_forms_that_are_understood() {
        for code in ALL {
            let page = code.rule().explanation;
            let blocks = blocks(page);
            let [Block::Text(first), ..] = &blocks[..] else { panic!("{code}: starts with a paragraph") };
            // Code scanning services take up to 1024 characters of it.
            assert!((120..1024).contains(&first.len()), "{code}: the first paragraph says why the rule matters");
            let headings: Vec<&str> = blocks
                .iter()
                .filter_map(|block| if let Block::Heading(text) = block { Some(*text) } else { None })
                .collect();
            assert!(matches!(headings[..], ["Example", "Remedy"] | ["Example", "Remedy", "Configuration"]), "{code}");
            assert!(page.ends_with('\n') && !page.contains("\n\n\n") && !page.contains("TODO"), "{code}");
            assert_eq!(page.matches("```").count() % 2, 0, "{code}: fences are closed");
            let example = blocks.iter().find_map(|block| match block {
                Block::Code(info, lines) => Some((*info, lines.len())),
                _ => None,
            });
            assert!(example.is_some_and(|(info, lines)| !info.is_empty() && lines > 0), "{code}: shows an example");
        }
    }

    #[test]
    fn links_lead_to_rules_that_exist() {
        for code in ALL {
            let page = code.rule().explanation;
            for (at, _) in page.match_indices("](#") {
                let name = page[at + 3..].split(')').next().unwrap();
                assert!(Code::find(name).is_some(), "{code}: {name}");
            }
        }
    }

    #[test]
    fn links_become_their_text() {
        assert_eq!(unlinked("see [`a`](#a), `[x](y)` and [b] (c)"), "see `a`, `[x](y)` and [b] (c)");
    }

    #[test]
    fn lines_are_broken_at_the_width_of_a_terminal() {
        for code in ALL {
            let long = plain(*code)
                .lines()
                .filter(|line| !line.starts_with("    "))
                .find(|line| line.chars().count() > WIDTH && line.contains(' '))
                .map(str::to_owned);
            assert_eq!(long, None, "{code}");
        }
    }
}
