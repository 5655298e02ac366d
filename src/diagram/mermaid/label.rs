//! Labels that the library wrote as HTML within the drawing: their lines, as SVG shows them.

use roxmltree::Node;

use super::text_width;

/// A run of characters that look the same.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) bold: bool,
    pub(super) slanted: bool,
    pub(super) underlined: bool,
}

/// A line of a label.
pub(super) type Line = Vec<Run>;

/// Returns the lines of a label, broken where they would be wider than `width`.
pub(super) fn lines(label: Node<'_, '_>, bold: bool, size: f64, width: Option<f64>) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    collect(label, Face { bold, slanted: false, underlined: false }, &mut lines);
    let mut out = Vec::new();
    for line in lines {
        let line = trimmed(line);
        match width {
            Some(width) => break_line(line, size, width, &mut out),
            None => out.push(line),
        }
    }
    let is_empty = |line: &Line| line.iter().all(|run| run.text.trim().is_empty());
    while out.last().is_some_and(is_empty) {
        out.pop();
    }
    let first = out.iter().position(|line| !is_empty(line)).unwrap_or(0);
    out.drain(..first);
    out
}

/// Returns the words of lines.
pub(super) fn words(lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        if !out.is_empty() {
            out.push(' ');
        }
        line.iter().for_each(|run| out.push_str(&run.text));
    }
    out
}

/// Returns how wide a line is.
pub(super) fn line_width(line: &Line, size: f64) -> f64 {
    line.iter().map(|run| text_width(&run.text, size, run.bold)).sum()
}

#[derive(Debug, Clone, Copy)]
struct Face {
    bold: bool,
    slanted: bool,
    underlined: bool,
}

fn collect(node: Node<'_, '_>, face: Face, lines: &mut Vec<Line>) {
    for child in node.children() {
        if let Some(text) = child.text().filter(|_| child.is_text()) {
            let mut last_blank = true;
            let text: String = text
                .chars()
                .map(|c| if c.is_whitespace() && c != '\u{a0}' { ' ' } else { c })
                .filter(|c| {
                    let drop = *c == ' ' && last_blank && lines.last().is_none_or(Line::is_empty);
                    last_blank = *c == ' ';
                    !drop
                })
                .collect();
            if !text.is_empty()
                && let Some(line) = lines.last_mut()
            {
                let Face { bold, slanted, underlined } = face;
                line.push(Run { text, bold, slanted, underlined });
            }
            continue;
        }
        let style = child.attribute("style").unwrap_or_default();
        let mut inner = face;
        inner.bold |= style.contains("font-weight:bold") || style.contains("font-weight: bold");
        inner.slanted |= style.contains("font-style:italic") || style.contains("font-style: italic");
        inner.underlined |= style.contains("underline");
        match child.tag_name().name() {
            "br" => lines.push(Line::new()),
            "strong" | "b" => inner.bold = true,
            "em" => inner.slanted = true,
            "i" if child.attribute("class").is_none() => inner.slanted = true,
            "u" | "ins" => inner.underlined = true,
            "p" | "div" | "li" if lines.last().is_some_and(|line| !line.is_empty()) => lines.push(Line::new()),
            _ => {}
        }
        collect(child, inner, lines);
    }
}

/// Drops spaces at the ends of a line.
fn trimmed(mut line: Line) -> Line {
    if let Some(first) = line.first_mut() {
        first.text = first.text.trim_start_matches(' ').to_owned();
    }
    if let Some(last) = line.last_mut() {
        last.text = last.text.trim_end_matches(' ').to_owned();
    }
    line.retain(|run| !run.text.is_empty());
    line
}

/// Breaks a line between words, and a word that is too wide by itself between characters.
fn break_line(line: Line, size: f64, width: f64, out: &mut Vec<Line>) {
    // The measure and the layout may differ by a rounding error.
    let width = width + 0.5;
    if line_width(&line, size) <= width {
        out.push(line);
        return;
    }
    let mut now = Line::new();
    let mut used = 0.0;
    for run in line {
        for word in run.text.split_inclusive(' ') {
            let bare = text_width(word.trim_end(), size, run.bold);
            if used > 0.0 && used + bare > width {
                out.push(trimmed(std::mem::take(&mut now)));
                used = 0.0;
            }
            let mut piece = Run { text: String::new(), ..run.clone() };
            for c in word.chars() {
                let letter = text_width(c.encode_utf8(&mut [0; 4]), size, run.bold);
                if c != ' ' && used > 0.0 && used + letter > width {
                    now.push(std::mem::replace(&mut piece, Run { text: String::new(), ..run.clone() }));
                    out.push(trimmed(std::mem::take(&mut now)));
                    used = 0.0;
                }
                piece.text.push(c);
                used += letter;
            }
            match now.last_mut() {
                Some(last)
                    if last.bold == piece.bold
                        && last.slanted == piece.slanted
                        && last.underlined == piece.underlined =>
                {
                    last.text.push_str(&piece.text);
                }
                _ => now.push(piece),
            }
        }
    }
    out.push(trimmed(now));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(label: &str, width: Option<f64>, expect: &[&str]) {
        let label = format!("<div>{label}</div>");
        let tree = roxmltree::Document::parse(&label).expect("a tree");
        let lines = lines(tree.root_element(), false, 10.0, width);
        let shown: Vec<String> = lines
            .iter()
            .map(|line| {
                line.iter()
                    .map(|run| match (run.bold, run.slanted, run.underlined) {
                        (true, _, _) => format!("*{}*", run.text),
                        (_, true, _) => format!("/{}/", run.text),
                        (_, _, true) => format!("_{}_", run.text),
                        _ => run.text.clone(),
                    })
                    .collect()
            })
            .collect();
        assert_eq!(shown, expect, "{label}");
    }

    #[test]
    fn labels_become_lines() {
        check("<span><p>a<br/>b &amp; c</p></span>", None, &["a", "b & c"]);
        check("<p><strong>Bold</strong> and <em>slanted</em></p>", None, &["*Bold* and /slanted/"]);
        check("<p>one</p><p>two</p>", None, &["one", "two"]);
        check("<span style=\"text-decoration:underline;\">key</span>", None, &["_key_"]);
        check("<p>  </p>", None, &[]);
        check("<i class=\"fa fa-car\"/> go", None, &["go"]);
    }

    #[test]
    fn long_lines_are_broken() {
        check("aaaa aaaa aaaa", Some(60.0), &["aaaa aaaa", "aaaa"]);
        check("aaaaaaaaaaaaaaa", Some(62.0), &["aaaaaaaaaa", "aaaaa"]);
        check("<b>aaaa aaaa</b> aaaa", Some(64.0), &["*aaaa aaaa*", "aaaa"]);
    }
}
