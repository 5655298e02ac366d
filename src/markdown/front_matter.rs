//! What a document says about itself, in YAML between `---` lines at its very top.

use serde::{Deserialize, Serialize};
use serde_yaml::{Mapping, Value};

use crate::yaml;

/// The keys that mean something.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FrontMatter {
    /// The title, which wins over the first heading.
    pub title: Option<String>,
    /// One sentence about the document.
    pub description: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whether search skips it (`search: {exclude: true}`).
    pub search_exclude: bool,
    /// How much more it counts for search (`search: {boost: 2}`); not bounded.
    pub search_boost: Option<f64>,
    /// Parts of the page to leave out: `navigation`, `toc`.
    pub hide: Vec<String>,
    /// The state, such as `new` or `deprecated`.
    pub status: Option<String>,
}

/// Front matter longer than this is content, in bytes.
const MAX_LENGTH: usize = 64 << 10;

/// Splits front matter from a document; returns it with the offset at which the content starts.
///
/// What is not a mapping, or not YAML, is content, as MkDocs has it.
#[must_use]
pub fn front_matter(text: &str) -> (FrontMatter, usize) {
    read(text).unwrap_or_else(|| (FrontMatter::default(), if text.starts_with('\u{feff}') { 3 } else { 0 }))
}

fn read(text: &str) -> Option<(FrontMatter, usize)> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.len() - body.len();
    let mut lines = body.split_inclusive('\n');
    let first = lines.next()?;
    if first.trim_end() != "---" {
        return None;
    }
    let mut at = first.len();
    for line in lines {
        let end = at;
        at += line.len();
        if at > MAX_LENGTH {
            return None;
        }
        if matches!(line.trim_end(), "---" | "...") {
            let yaml = &body[first.len()..end];
            // A document about itself has no reason to nest.
            if yaml::is_deep(yaml) {
                return None;
            }
            let Ok(Value::Mapping(values)) = serde_yaml::from_str(yaml) else { return None };
            return Some((FrontMatter::new(&values), start + at));
        }
    }
    None
}

impl FrontMatter {
    fn new(values: &Mapping) -> Self {
        let text =
            |key: &str| values.get(key).and_then(scalar).map(|text| text.trim().to_owned()).filter(|t| !t.is_empty());
        let list = |key: &str| match values.get(key) {
            Some(Value::Sequence(items)) => items.iter().filter_map(scalar).collect(),
            Some(Value::String(items)) => {
                items.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
            }
            _ => Vec::new(),
        };
        let search_exclude = match values.get("search") {
            Some(Value::Mapping(search)) => search.get("exclude").and_then(Value::as_bool).unwrap_or(false),
            Some(Value::Bool(search)) => !search,
            _ => false,
        };
        let search_boost = values.get("search").and_then(|search| search.get("boost")).and_then(Value::as_f64);
        Self {
            title: text("title"),
            description: text("description"),
            tags: list("tags"),
            search_exclude,
            search_boost,
            hide: list("hide"),
            status: text("status"),
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_are_read() {
        let text = "---\ntitle: A\ndescription: ' b '\ntags: [x, 2]\nhide: [toc]\nsearch:\n  exclude: true\nown: {a: 1}\n---\n# B\n";
        let (front, at) = front_matter(text);
        assert_eq!(&text[at..], "# B\n");
        assert_eq!(front.title.as_deref(), Some("A"));
        assert_eq!(front.description.as_deref(), Some("b"));
        assert_eq!(front.tags, ["x", "2"]);
        assert_eq!(front.hide, ["toc"]);
        assert!(front.search_exclude);
    }

    #[test]
    fn what_is_not_front_matter_is_content() {
        for text in [
            "# A",
            "---\nno end",
            "---\n- a\n---\nx",
            "---\na: [\n---\n",
            "--- \u{2028}\nx",
            "",
            "text\n---\na: 1\n---\n",
        ] {
            assert_eq!(front_matter(text), (FrontMatter::default(), 0), "{text}");
        }
        assert_eq!(front_matter("\u{feff}x").1, 3);
        let (front, at) = front_matter("\u{feff}---\r\ntitle: x\r\n...\r\nrest");
        assert_eq!((front.title.as_deref(), at), (Some("x"), "\u{feff}---\r\ntitle: x\r\n...\r\n".len()));
    }

    #[test]
    fn nesting_does_not_end_the_program() {
        let text = format!("---\na: {}\n---\n", "[".repeat(50_000));
        assert_eq!(front_matter(&text).1, 0);
        let text = format!("---\n{}x\n---\n", "- ".repeat(20_000));
        assert_eq!(front_matter(&text).1, 0);
        let bomb: String = (1..20).map(|i| format!("a{i}: &a{i} [*a{0},*a{0},*a{0},*a{0}]\n", i - 1)).collect();
        let _ = front_matter(&format!("---\na0: &a0 [x]\n{bomb}---\n"));
    }
}
