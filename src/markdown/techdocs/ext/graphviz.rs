//! Graphviz diagrams in fences and between `{% dot file.svg` and `%}`, and what all diagrams look like.

use crate::html::start_tag;
use crate::markdown::techdocs::lints::MarkdownLint;
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::{Drawn, html};

const PROGRAMS: [&str; 7] = ["dot", "neato", "osage", "circo", "twopi", "fdp", "sfdp"];

/// Replaces every diagram by a mark.
pub(in crate::markdown::techdocs) fn extract(parser: &mut Parser<'_>, text: &str) -> String {
    if !text.contains("{%") && !text.contains("graphviz") {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    // What was not found once is not there further on either.
    let mut missing: Vec<&str> = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        let end = opening(line).filter(|close| !missing.contains(close)).and_then(|close| {
            let end = lines[index + 1..].iter().position(|line| line.trim() == close);
            if end.is_none() {
                missing.push(close);
            }
            end.map(|length| index + 1 + length)
        });
        match end {
            Some(end) => {
                let html = picture(parser, "dot", &lines[index + 1..end].join("\n"), &lines, index);
                let mark = parser.stash.html(html);
                out.push(mark);
                index = end + 1;
            }
            None => {
                out.push(line.to_owned());
                index += 1;
            }
        }
    }
    out.join("\n")
}

fn opening(line: &str) -> Option<&'static str> {
    let (close, rest) = match (line.strip_prefix("{%"), line.strip_prefix("```graphviz")) {
        (Some(rest), _) => ("%}", rest),
        (_, Some(rest)) => ("```", rest),
        _ => return None,
    };
    let mut words = rest.split_ascii_whitespace();
    let program = words.next()?;
    let file = words.next()?;
    (PROGRAMS.contains(&program) && words.next().is_none() && file.contains('.')).then_some(close)
}

/// Returns the picture of a diagram, or its source as code when nobody can draw it. It begins at a line of `lines`.
pub(super) fn picture(parser: &mut Parser<'_>, language: &str, source: &str, lines: &[&str], at: usize) -> String {
    match drawn(parser, language, source) {
        Ok(Some(picture)) => {
            let mut out = String::with_capacity(picture.len() + 60);
            start_tag(&mut out, "figure").attribute("class", &format!("diagram {language}"));
            out.push_str(&picture);
            out.push_str("</figure>");
            return out;
        }
        Ok(None) => {}
        Err(missing) => missing.note(parser, lines, at),
    }
    let mut out = String::new();
    start_tag(&mut out, "pre").attribute("class", &format!("diagram {language}")).attribute("data-diagram", language);
    out.push_str("<code>");
    html::escape_all(&mut out, source);
    out.push_str("</code></pre>");
    out
}

/// Returns a diagram with its source below it; `None` if the fence is code like any other.
pub(super) fn figure(
    parser: &Parser<'_>,
    language: &str,
    source: &str,
    title: Option<&str>,
) -> Result<Option<String>, Missing> {
    let Some(picture) = drawn(parser, language, source)? else { return Ok(None) };
    // The class `highlight` says that this is code to whoever takes the source out of the page.
    let mut out = String::new();
    start_tag(&mut out, "figure").attribute("class", &format!("diagram highlight language-{language}"));
    if let Some(title) = title {
        out.push_str("<span class=\"filename\">");
        html::escape_all(&mut out, title);
        out.push_str("</span>");
    }
    out.push_str(&picture);
    out.push_str("<details><summary>Source</summary><pre><code>");
    html::escape_all(&mut out, source);
    out.push_str("</code></pre></details></figure>");
    Ok(Some(out))
}

/// A diagram that is not drawn.
#[derive(Debug)]
pub(super) struct Missing {
    detail: String,
    /// The line of its source at which it is wrong, from 0.
    line: Option<usize>,
}

impl Missing {
    /// Notes it. `at` is the line of `lines` above its source.
    pub(super) fn note(self, parser: &mut Parser<'_>, lines: &[&str], at: usize) {
        let inside =
            self.line.map(|line| at + 1 + line).filter(|line| *line < lines.len() && !lines[*line].trim().is_empty());
        parser.losses.note_line(MarkdownLint::Diagram, lines, inside.unwrap_or(at), self.detail);
    }
}

fn drawn(parser: &Parser<'_>, language: &str, source: &str) -> Result<Option<String>, Missing> {
    match parser.resolver.diagram(language, source) {
        Drawn::Html(picture) => Ok(Some(picture)),
        Drawn::Unknown | Drawn::Not => Ok(None),
        Drawn::Missing { file, failure } => {
            let detail = if failure.reason.is_empty() { file } else { format!("{file}\n{}", failure.reason) };
            Err(Missing { detail, line: failure.line })
        }
    }
}
