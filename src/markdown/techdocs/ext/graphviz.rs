//! Graphviz diagrams in fences and between `{% dot file.svg` and `%}`.

use crate::markdown::techdocs::html;
use crate::markdown::techdocs::parser::Parser;

const PROGRAMS: [&str; 7] = ["dot", "neato", "osage", "circo", "twopi", "fdp", "sfdp"];

/// Replaces every diagram by a mark.
pub(in crate::markdown::techdocs) fn extract(parser: &mut Parser<'_>, text: &str) -> String {
    if !text.contains("{%") && !text.contains("graphviz") {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    // What was looked for in vain is not there further on either.
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
                let html = picture(parser, "dot", &lines[index + 1..end].join("\n"));
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

/// Returns the picture of a diagram, or its source as code when nobody can draw it.
pub(super) fn picture(parser: &Parser<'_>, language: &str, source: &str) -> String {
    if let Some(picture) = parser.resolver.diagram(language, source) {
        return picture;
    }
    let mut out = format!("<pre class=\"diagram {language}\" data-diagram=\"{language}\"><code>");
    html::escape_all(&mut out, source);
    out.push_str("</code></pre>");
    out
}
