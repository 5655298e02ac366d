//! Holds a document against the table of keys.

use std::collections::BTreeMap;

use url::Url;

use super::filter::Filter;
use super::shape::{Key, Shape};
use super::values::{colour, comparison, count, factor, glob, http_url, is_field, period, share, size};
use super::{BUILT_IN_KINDS, VIEW_COLUMNS};
use crate::diag::codes::{self, Family};
use crate::diag::{Diagnostic, Diagnostics};
use crate::text::{Span, nearest};
use crate::yaml::{Entry, Node, Value};

/// Words for a severity, from the loudest.
pub(super) const LEVELS: &[&str] = &["error", "warning", "info", "off"];

/// Checks values and collects what is wrong with them.
pub(super) struct Checker<'a> {
    /// Kinds that the same file adds.
    pub(super) own_kinds: Vec<&'a str>,
    /// The titles of the columns that the same file adds.
    pub(super) own_columns: Vec<&'a str>,
    /// What was found.
    pub(super) out: Diagnostics,
    /// Where each value is, by its path.
    pub(super) places: BTreeMap<String, Span>,
}

impl Checker<'_> {
    /// Checks a value that is at `path`, such as `catalog.files[0]`.
    pub(super) fn value(&mut self, node: &Node, shape: &Shape, path: &str) {
        self.places.insert(path.to_owned(), node.span);
        match shape {
            Shape::List(item, least) => self.list(node, item, *least, path),
            Shape::Mapping(keys) => self.mapping(node, keys, path),
            Shape::Named { name, value } => self.named(node, name, value, path),
            Shape::TextOr(text, keys) => match &node.value {
                Value::Map(_) => self.mapping(node, keys, path),
                _ => self.value(node, text, path),
            },
            Shape::Schema => self.schema(node, path),
            Shape::Size => self.size(node, path),
            Shape::Any => {}
            Shape::Flag => {
                if !matches!(node.value, Value::Bool(_)) {
                    self.invalid(node, format!("{} must be `true` or `false`", quoted(path))).help =
                        Some("write `true` or `false`, without quotes".to_owned());
                }
            }
            Shape::Factor => {
                if factor(node).is_none() {
                    self.invalid(node, format!("{} must be a number from 0.1 to 10", quoted(path))).help =
                        Some("write `2` for twice as much, `0.5` for half".to_owned());
                }
            }
            Shape::Share => {
                if share(node).is_none() {
                    self.invalid(node, format!("{} must be a number from 0 to 1", quoted(path))).help =
                        Some("write `0.8` for 80 %".to_owned());
                }
            }
            Shape::Count => {
                if count(node).is_none() {
                    self.invalid(node, format!("{} must be a whole number from 1", quoted(path))).help =
                        Some("write it without quotes, such as `3`".to_owned());
                }
            }
            Shape::Text
            | Shape::Word
            | Shape::Period
            | Shape::Comparison
            | Shape::Colour
            | Shape::HttpUrl
            | Shape::LinkUrl
            | Shape::Path
            | Shape::Regex
            | Shape::Glob
            | Shape::Filter
            | Shape::Field
            | Shape::Level
            | Shape::OneOf(_)
            | Shape::Rule
            | Shape::Kind
            | Shape::Column
            | Shape::NewKind
            | Shape::Relation => self.text(node, shape, path),
        }
    }

    fn invalid(&mut self, node: &Node, message: String) -> &mut Diagnostic {
        self.out.push(Diagnostic::new(codes::INVALID_CONFIG, node.span, message));
        let last = self.out.len() - 1;
        &mut self.out[last]
    }

    fn wrong_type(&mut self, node: &Node, path: &str, expected: &str) -> &mut Diagnostic {
        let got = node.kind_name();
        let message = format!("{} must be {expected}, not {got}", quoted(path));
        let problem = self.invalid(node, message);
        problem.labels[0].text = format!("this is {got}");
        problem
    }

    fn list(&mut self, node: &Node, item: &Shape, least: usize, path: &str) {
        match &node.value {
            Value::Seq(items) if items.len() < least => {
                self.invalid(node, format!("{} is empty", quoted(path))).help =
                    Some(format!("name at least {least}, or remove the key"));
            }
            Value::Seq(items) => {
                for (index, node) in items.iter().enumerate() {
                    self.value(node, item, &format!("{path}[{index}]"));
                }
            }
            // A key whose items are all commented out.
            Value::Null if least == 0 => {}
            Value::Null => {
                self.wrong_type(node, path, "a list").help = Some("give it items, or remove the key".to_owned());
            }
            Value::Map(_) => {
                self.wrong_type(node, path, "a list").help = Some("start each item with `- `".to_owned());
            }
            _ => self.wrong_type(node, path, "a list").help = Some("write it as a list: `[…]`".to_owned()),
        }
    }

    fn mapping(&mut self, node: &Node, keys: &[Key], path: &str) {
        let map = match &node.value {
            Value::Map(map) => map,
            Value::Null if !keys.iter().any(|key| key.required) => return,
            _ => {
                let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
                let problem = self.wrong_type(node, path, "a mapping");
                problem.help = Some(format!("it can hold {}", names.join(", ")));
                return;
            }
        };
        for entry in map.entries() {
            match keys.iter().find(|key| key.name == &*entry.key) {
                Some(key) => self.value(&entry.value, &key.shape, &below(path, key.name)),
                None => self.unknown_key(entry, keys, path),
            }
        }
        for key in keys.iter().filter(|key| key.required && map.get(key.name).is_none()) {
            self.invalid(node, format!("{} has no `{}`", quoted(path), key.name)).help =
                Some(format!("add `{}:`", key.name));
        }
    }

    fn unknown_key(&mut self, entry: &Entry, keys: &[Key], path: &str) {
        let place = if path.is_empty() { String::new() } else { format!(" in `{path}`") };
        let mut problem = Diagnostic::new(
            codes::UNKNOWN_CONFIG_KEY,
            entry.key_span,
            format!("the key `{}` is not known{place}", entry.key),
        );
        let elsewhere = homes(&entry.key);
        problem.help = Some(if let Some(near) = nearest(&entry.key, keys.iter().map(|key| key.name)) {
            format!("write `{near}`")
        } else if !elsewhere.is_empty() {
            format!("put it below {}", elsewhere.join(" or "))
        } else {
            let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
            format!("known here: {}", names.join(", "))
        });
        self.out.push(problem);
    }

    fn named(&mut self, node: &Node, name: &Shape, value: &Shape, path: &str) {
        match &node.value {
            Value::Map(map) => {
                for entry in map.entries() {
                    let key = Node::text(entry.key_span, entry.key.clone());
                    let path = below(path, &entry.key);
                    self.value(&key, name, &path);
                    self.value(&entry.value, value, &path);
                }
            }
            Value::Null => {}
            _ => {
                self.wrong_type(node, path, "a mapping");
            }
        }
    }

    fn text(&mut self, node: &Node, shape: &Shape, path: &str) {
        let expected = expected(shape);
        let Value::Str(text) = &node.value else {
            let problem = self.wrong_type(node, path, expected);
            problem.help = match &node.value {
                Value::Bool(_) | Value::Int(_) | Value::Float(_) => Some("put it in quotes".to_owned()),
                Value::Null => Some("give it a value, or remove the key".to_owned()),
                _ => None,
            };
            return;
        };
        if text.trim().is_empty() {
            self.invalid(node, format!("{} is empty", quoted(path))).help =
                Some("give it a value, or remove the key".to_owned());
            return;
        }
        let fault = match shape {
            Shape::HttpUrl => http_url(text).is_none().then(|| {
                let help = "write it with its scheme, such as `https://portal.example.com/`";
                (format!("{} must be {expected}, not `{text}`", quoted(path)), Some(help.to_owned()))
            }),
            Shape::Field => (!is_field(text)).then(|| {
                let help = "write it from the top of the entity, such as `spec.costCentre` or `metadata.labels.tier`";
                (format!("{} must be {expected}, not `{text}`", quoted(path)), Some(help.to_owned()))
            }),
            Shape::Colour => colour(text).is_none().then(|| {
                let help = "write it as `#` and six hexadecimal digits, such as `#0b6e69`";
                (format!("{} must be {expected}, not `{text}`", quoted(path)), Some(help.to_owned()))
            }),
            Shape::LinkUrl => (!is_link(text)).then(|| {
                let help = "write it with its scheme, such as `https://example.com/`";
                (format!("{} must be {expected}, not `{text}`", quoted(path)), Some(help.to_owned()))
            }),
            Shape::Glob => glob(text).err().map(|error| {
                let help = "`*` matches a part of a name, `**` any folders, `{a,b}` alternatives";
                (format!("{} is not a glob: {}", quoted(path), error.kind()), Some(help.to_owned()))
            }),
            Shape::Regex => super::versions::pattern(text).err().map(|error| {
                let why = error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let help = "`\\d+` stands for digits, `\\.` for a dot, `(…)` for a group; in double quotes write each `\\` twice";
                (format!("{} is no regular expression: {why}", quoted(path)), Some(help.to_owned()))
            }),
            Shape::Filter => Filter::parse(text).err().map(|error| (error, None)),
            Shape::Level => (!LEVELS.contains(&&**text)).then(|| {
                let help = match nearest(text, LEVELS.iter().copied()) {
                    Some(near) => format!("write `{near}`"),
                    None => "write `error`, `warning`, `info` or `off`".to_owned(),
                };
                (format!("{} must be {expected}, not `{text}`", quoted(path)), Some(help))
            }),
            Shape::OneOf(words) => (!words.contains(&&**text)).then(|| {
                let help = match nearest(text, words.iter().copied()) {
                    Some(near) => format!("write `{near}`"),
                    None => format!("write one of `{}`", words.join("`, `")),
                };
                (format!("{} cannot be `{text}`", quoted(path)), Some(help))
            }),
            Shape::Rule => (!rule_names().any(|name| name == &**text)).then(|| {
                let help = match nearest(text, rule_names()) {
                    Some(near) => format!("write `{near}`"),
                    None => "name a rule, a family of rules, or `*`; `playbill explain` lists them".to_owned(),
                };
                (format!("there is no rule `{text}`"), Some(help))
            }),
            Shape::Column => self.column(text).map(|(message, help)| (message, Some(help))),
            Shape::Kind => self.kind(text).map(|(message, help)| (message, Some(help))),
            Shape::NewKind => self.new_kind(text).map(|(message, help)| (message, Some(help))),
            Shape::Word => text.trim().contains(char::is_whitespace).then(|| {
                let help = "join the words by a hyphen if they are a name, or leave them out";
                (format!("{} must be {expected}, not `{text}`", quoted(path)), Some(help.to_owned()))
            }),
            Shape::Period => period(text).is_none().then(|| {
                let help = "write a number and `m`, `h`, `d` or `w`, such as `24h`";
                (format!("{} must be {expected}, not `{text}`", quoted(path)), Some(help.to_owned()))
            }),
            Shape::Comparison => comparison(text).is_none().then(|| {
                let help = "write `<`, `<=`, `>`, `>=`, `==` or `!=` and a number, such as `>= 90`";
                (format!("{} must be {expected}, not `{text}`", quoted(path)), Some(help.to_owned()))
            }),
            Shape::Relation => (!is_word(text)).then(|| {
                let help = "use letters and digits only, such as `dependsOn`";
                (format!("{} is no name of a relation: `{text}`", quoted(path)), Some(help.to_owned()))
            }),
            _ => None,
        };
        if let Some((message, help)) = fault {
            self.invalid(node, message).help = help;
        }
    }

    fn kind(&self, text: &str) -> Option<(String, String)> {
        let known = || BUILT_IN_KINDS.iter().copied().chain(self.own_kinds.iter().copied());
        if known().any(|kind| kind.eq_ignore_ascii_case(text)) {
            return None;
        }
        let help = match nearest(text, known()) {
            Some(near) => format!("write `{near}`"),
            None => format!("define it below `catalog.kinds`, or use one of {}", BUILT_IN_KINDS.join(", ")),
        };
        Some((format!("there is no kind `{text}`"), help))
    }

    fn column(&self, text: &str) -> Option<(String, String)> {
        let known = || VIEW_COLUMNS.iter().copied().chain(self.own_columns.iter().copied());
        if known().any(|column| column == text) {
            return None;
        }
        let help = match nearest(text, known()) {
            Some(near) => format!("write `{near}`"),
            None => format!("use one of {}, or the title of an entry of `columns`", VIEW_COLUMNS.join(", ")),
        };
        Some((format!("there is no column `{text}`"), help))
    }

    fn new_kind(&self, text: &str) -> Option<(String, String)> {
        if !is_word(text) || text.len() > 63 {
            let help = "use at most 63 letters and digits, starting with a letter".to_owned();
            return Some((format!("`{text}` is no name for a kind"), help));
        }
        if let Some(kind) = BUILT_IN_KINDS.iter().find(|kind| kind.eq_ignore_ascii_case(text)) {
            return Some((format!("the kind `{kind}` exists already"), "choose another name".to_owned()));
        }
        let same: Vec<_> = self.own_kinds.iter().filter(|kind| kind.eq_ignore_ascii_case(text)).collect();
        (same.len() > 1 && *same[0] != text).then(|| {
            (format!("the kinds `{}` and `{text}` differ only in letter case", same[0]), "rename one".to_owned())
        })
    }

    fn size(&mut self, node: &Node, path: &str) {
        let fits = match &node.value {
            Value::Int(bytes) => size(&bytes.to_string()).is_some(),
            Value::Str(text) => size(text).is_some(),
            _ => false,
        };
        if !fits {
            self.invalid(node, format!("{} must be a size of 1 byte to 4 GiB", quoted(path))).help =
                Some("write a number of bytes, or one with a unit such as `10MB` or `64MiB`".to_owned());
        }
    }

    fn schema(&mut self, node: &Node, path: &str) {
        if !matches!(node.value, Value::Map(_) | Value::Bool(_)) {
            self.wrong_type(node, path, "a JSON Schema");
            return;
        }
        self.compile(node, path);
    }

    #[cfg(not(feature = "custom-kinds"))]
    fn compile(&mut self, node: &Node, path: &str) {
        let message =
            format!("{} is not checked: this program was built without its feature `custom-kinds`", quoted(path));
        self.invalid(node, message);
    }

    #[cfg(feature = "custom-kinds")]
    fn compile(&mut self, node: &Node, path: &str) {
        let Ok(schema) = serde_json::to_value(node) else { return };
        if let Err(error) = jsonschema::validator_for(&schema) {
            let at = error.instance_path().iter().fold(node, |node, segment| match segment {
                jsonschema::paths::LocationSegment::Property(name) => node.get(&name).unwrap_or(node),
                jsonschema::paths::LocationSegment::Index(index) => {
                    node.as_seq().and_then(|items| items.get(index)).unwrap_or(node)
                }
            });
            self.invalid(at, format!("{} is no JSON Schema: {error}", quoted(path)));
        }
    }
}

fn is_link(text: &str) -> bool {
    http_url(text).is_some() || Url::parse(text).is_ok_and(|url| url.scheme() == "mailto" && !url.path().is_empty())
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Returns every name that a severity can be set for.
pub(super) fn rule_names() -> impl Iterator<Item = &'static str> {
    let mut families: Vec<Family> = codes::ALL.iter().map(|code| code.rule().family).collect();
    families.dedup();
    let families = families.into_iter().map(Family::as_str);
    ["*"].into_iter().chain(families).chain(codes::ALL.iter().map(|code| code.as_str()))
}

/// Says what a text must be, with its article.
fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Colour => "a colour",
        Shape::Field => "a path below `metadata` or `spec`",
        Shape::Word => "one word",
        Shape::HttpUrl => "an absolute http or https address",
        Shape::LinkUrl => "an http, https or mailto address",
        Shape::Path => "a path",
        Shape::Glob => "a glob",
        Shape::Regex => "a regular expression",
        Shape::Level => "`error`, `warning`, `info` or `off`",
        Shape::Rule => "the name of a rule",
        Shape::Kind | Shape::NewKind => "the name of a kind",
        Shape::Column => "the name of a column",
        Shape::Relation => "the name of a relation",
        _ => "a text",
    }
}

/// Finds the mappings of the table that have a key of this name, for keys that were put at the wrong level.
fn homes(name: &str) -> Vec<String> {
    super::keys::ROOT
        .iter()
        .filter(|key| matches!(&key.shape, Shape::Mapping(keys) if keys.iter().any(|key| key.name == name)))
        .map(|key| format!("`{}`", key.name))
        .collect()
}

fn quoted(path: &str) -> String {
    if path.is_empty() { "the configuration".to_owned() } else { format!("`{path}`") }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
