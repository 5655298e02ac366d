//! The HTML of code blocks. The colours come from the resolver.

use crate::markdown::techdocs::html;
use crate::markdown::techdocs::parser::Parser;
use crate::markdown::techdocs::tree::NodeId;

/// A block of code and its options.
pub(super) struct Code<'c> {
    pub(super) source: &'c str,
    pub(super) language: &'c str,
    pub(super) classes: &'c [String],
    pub(super) id: &'c str,
    pub(super) attributes: &'c [(String, String)],
    pub(super) title: Option<&'c str>,
    /// Lines to point out, from 1.
    pub(super) lines: Vec<usize>,
    /// The value of `linenums`.
    pub(super) numbers: Option<&'c str>,
}

/// Returns the HTML of a block.
///
/// Line numbers are not written out: `data-linenums` says that there are some and where they begin, the theme counts. Who
/// wants them for all code does not mean the number 1 beside each command.
pub(super) fn block(parser: &Parser<'_>, code: &Code<'_>) -> String {
    let language = if code.language.is_empty() { "text" } else { code.language };
    let mut out = String::with_capacity(code.source.len() * 2 + 128);
    let mut classes = format!("language-{language} highlight");
    for class in code.classes {
        classes.push(' ');
        classes.push_str(class);
    }
    let mut attributes = vec![("class".to_owned(), classes)];
    if !code.id.is_empty() {
        attributes.push(("id".to_owned(), code.id.to_owned()));
    }
    let numbers = code.numbers.map(|numbers| numbers.split_ascii_whitespace().collect::<Vec<_>>());
    let start = numbers.as_ref().and_then(|numbers| numbers.first()).and_then(|start| start.parse::<usize>().ok());
    let source = code.source.trim_matches('\n');
    let by_default = parser.options.line_numbers && source.contains('\n');
    if start != Some(0) && (by_default || numbers.is_some()) {
        attributes.push(("data-linenums".to_owned(), start.unwrap_or(1).to_string()));
    }
    attributes.extend(code.attributes.iter().filter(|(key, _)| key != "class" && key != "id").cloned());
    html::open_tag(&mut out, "div", &attributes);
    if let Some(title) = code.title {
        out.push_str("<span class=\"filename\">");
        html::escape_all(&mut out, title);
        out.push_str("</span>");
    }
    out.push_str("<pre><code>");
    let highlighted = parser.resolver.highlight(source, code.language);
    if code.lines.is_empty() {
        out.push_str(&highlighted);
        out.push('\n');
    } else {
        // Numbers count from the first line that is shown.
        for (index, line) in split_lines(&highlighted).iter().enumerate() {
            if code.lines.binary_search(&(index + 1)).is_ok() {
                out.push_str("<span class=\"hll\">");
                out.push_str(line);
                out.push_str("\n</span>");
            } else {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out.push_str("</code></pre></div>");
    out
}

/// Splits HTML of spans at line ends; a span over several lines is closed and opened again.
fn split_lines(html: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '\n']) {
        line.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix('\n') {
            for _ in &open {
                line.push_str("</span>");
            }
            lines.push(std::mem::take(&mut line));
            for tag in &open {
                line.push_str(tag);
            }
            rest = after;
            continue;
        }
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let tag = &rest[..end];
        if tag.starts_with("</") {
            open.pop();
        } else {
            open.push(tag);
        }
        line.push_str(tag);
        rest = &rest[end..];
    }
    line.push_str(rest);
    lines.push(line);
    lines
}

/// Replaces indented code below `root` by the HTML of a code block.
pub(in crate::markdown::techdocs) fn render_indented(parser: &mut Parser<'_>, root: NodeId) {
    for node in parser.tree.walk(root) {
        if parser.tree[node].tag != "pre" {
            continue;
        }
        let [code] = parser.tree[node].children[..] else { continue };
        if parser.tree[code].tag != "code" || !parser.tree[code].children.is_empty() {
            continue;
        }
        let text = parser.tree[code].text.take();
        let html = block(
            parser,
            &Code {
                source: text.trim_end(),
                language: "",
                classes: &[],
                id: "",
                attributes: &[],
                title: None,
                lines: Vec::new(),
                numbers: None,
            },
        );
        let mark = parser.stash.html(html);
        let node = &mut parser.tree[node];
        node.tag = "p".into();
        node.attributes.clear();
        node.children.clear();
        node.text.set_atomic(mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_closed_at_line_ends() {
        assert_eq!(
            split_lines("a<span class=\"c\">b\nc</span>d"),
            ["a<span class=\"c\">b</span>", "<span class=\"c\">c</span>d"]
        );
    }
}
