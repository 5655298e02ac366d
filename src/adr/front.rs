//! What is between `---` at the beginning of a record, with its places.

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::text::{FileId, Span};
use crate::yaml::{self, Node, Value, scalar_text};

/// Front matter longer than this is text.
const MAX_LENGTH: usize = 64 << 10;

/// The values of the front matter.
pub(super) struct Front {
    /// The mapping, if it could be read.
    pub(super) root: Option<Node>,
    /// Where the text begins.
    pub(super) body: usize,
}

/// Reads the front matter of a text.
pub(super) fn read(file: FileId, text: &str, problems: &mut Diagnostics) -> Front {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let none = Front { root: None, body: mark };
    let Some((yaml, body)) = bounds(&text[mark..]) else { return none };
    let source = &text[mark..mark + yaml];
    let invalid = |span: Span, message: &str| {
        Diagnostic::new(codes::INVALID_FRONT_MATTER, span, format!("the front matter cannot be read: {message}"))
            .help("mend the YAML between the lines `---`; quote texts that begin with `@`, `[`, `*` or a backtick")
    };
    let moved = |span: Span| Span::new(file, span.start as usize + mark, span.end as usize + mark);
    let body = mark + body;
    if yaml::is_deep(source) {
        problems.push(invalid(Span::new(file, mark, mark + 3), "it is nested too deeply"));
        return Front { root: None, body };
    }
    let (documents, found) = yaml::parse(file, source);
    if let Some(problem) = found.first() {
        problems.push(invalid(moved(problem.span()), &problem.message));
        return Front { root: None, body };
    }
    match documents.into_iter().find_map(|document| document.root) {
        Some(root) if root.as_map().is_some() => Front { root: Some(root), body },
        // Nothing between the lines, or text between two thematic breaks.
        None => Front { root: None, body },
        Some(_) => none,
    }
}

/// Returns the ends of the YAML and of the closing line.
fn bounds(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        let bare = line.trim_end();
        match number {
            0 if bare != "---" => return None,
            0 => {}
            _ if matches!(bare, "---" | "...") => return Some((start, at)),
            _ if at > MAX_LENGTH => return None,
            _ => {}
        }
    }
    None
}

impl Front {
    /// Returns the value of the first of several keys that has one.
    pub(super) fn get(&self, keys: &[&str]) -> Option<&Node> {
        let map = self.root.as_ref()?.as_map()?;
        let same = |key: &str, wanted: &str| key.trim().to_lowercase().replace(['_', ' '], "-") == wanted;
        let find =
            |wanted: &&str| map.entries().iter().find(|entry| same(&entry.key, wanted)).map(|entry| &entry.value);
        keys.iter().filter_map(find).find(|node| !is_blank(node))
    }
}

fn is_blank(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Str(text) => text.trim().is_empty(),
        Value::Seq(items) => items.is_empty(),
        _ => false,
    }
}

/// Returns a value as text, if it is one.
pub(super) fn text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Seq(_) | Value::Map(_) | Value::Null => None,
        Value::Str(text) => Some(text.trim().to_owned()),
        _ => Some(scalar_text(node)),
    }
}

/// Returns the texts of a list, or the text alone.
pub(super) fn texts(node: &Node) -> Vec<String> {
    node.as_seq().map_or_else(|| text(node).into_iter().collect(), |items| items.iter().filter_map(text).collect())
}
