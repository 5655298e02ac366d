//! Which versions of a documentation site are published: the same keys in `playbill.yaml` and below `extra` in
//! `mkdocs.yml`.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use super::shape::{Key, Shape, TEXTS, key};
use super::values::{count, items, node_texts, text};
use crate::text::Span;
use crate::yaml::{Map, Node};

/// Default number of versions that are published.
const KEEP: usize = 10;
/// More are never published.
pub(super) const MOST: usize = 100;
/// How large a compiled pattern gets.
const MAX_PATTERN: usize = 1 << 20;

/// Which versions of some documentation sites are published.
#[derive(Debug, Clone)]
pub struct VersionsConfig {
    /// The references of entities that it holds for, as a glob; nothing for all.
    pub entity: Option<String>,
    /// Patterns of names of tags and branches, each with its place.
    pub refs: Vec<(String, Span)>,
    /// Whether tags are meant.
    pub tags: bool,
    /// Whether branches are meant.
    pub branches: bool,
    /// What finds the name of a version in that of a tag or branch.
    pub name: Option<Regex>,
    /// How many there are, the newest.
    pub keep: usize,
    /// Which is the latest: `stable`, `newest`, or a name.
    pub latest: String,
    /// The name of what is checked out; `latest` makes it the latest.
    pub current: String,
    /// What versions are called, by name.
    pub titles: BTreeMap<String, String>,
    /// Further names of versions, with what they mean.
    pub aliases: BTreeMap<String, String>,
    /// Number of the newest versions that are not called old.
    pub after: usize,
    /// Those that nobody looks after any more.
    pub end_of_life: Vec<String>,
    /// Whether search engines may list old versions.
    pub is_indexed: bool,
    /// A branch to which `mike` has deployed versions, which are listed.
    pub mike: Option<String>,
    /// Where it is.
    pub place: Span,
}

/// What `versions` takes in `playbill.yaml`.
pub(super) const KEYS: &[Key] = &[
    key(
        "entity",
        Shape::Glob,
        "Whose documentation, as a glob over references such as `component:default/web`. The first entry that fits holds; \
         without it, for all.",
    ),
    key(
        "refs",
        Shape::List(&Shape::Glob, 1),
        "Which tags and branches are versions, as globs over their names, such as `v*` or `release-{2,3}.*`.",
    )
    .required(),
    key("from", Shape::OneOf(&["tags", "branches", "both"]), "Which of them the globs are about.").or("\"both\""),
    key(
        "name",
        Shape::Regex,
        "A regular expression that finds the name of a version, which stands in addresses, in that of the tag or branch: its \
         group `name`, else its first group, such as `v(\\d+\\.\\d+)`. What it does not match is no version; of several with \
         the same name the newest counts. Without it, the name is that of the tag or branch.",
    ),
    key("keep", Shape::Count, "How many are published, the newest; at most 100.").or("10"),
    key(
        "latest",
        Shape::Text,
        "Which version stands at the address of the documentation itself: `stable` (the newest that is no pre-release), \
         `newest`, or a name.",
    )
    .or("\"stable\""),
    key(
        "current",
        Shape::Text,
        "The name of what is checked out; `latest` puts that at the address of the documentation.",
    )
    .or("\"next\""),
    key("titles", Shape::Named { name: &Shape::Text, value: &Shape::Text }, "What readers see of a version, by its name."),
    key(
        "aliases",
        Shape::Named { name: &Shape::Word, value: &Shape::Text },
        "Further names, each with the version that it leads to. `latest` is one in any case.",
    ),
    key("outdated", Shape::Mapping(OUTDATED), "Which versions are said to be old."),
    key(
        "robots",
        Shape::OneOf(&["noindex", "index"]),
        "Whether search engines may list versions other than the latest.",
    )
    .or("\"noindex\""),
    key(
        "mike",
        Shape::Text,
        "The branch to which `mike` has deployed other versions. They are listed, with links below `site_url` of `mkdocs.yml`.",
    ),
];

const OUTDATED: &[Key] = &[
    key("after", Shape::Count, "So many of the newest, from the latest on, are not old.").or("1"),
    key("end-of-life", TEXTS, "Names of versions that nobody looks after any more."),
];

/// Reads one entry.
pub(super) fn read(map: &Map, place: Span) -> VersionsConfig {
    let named = |key: &str| -> BTreeMap<String, String> {
        let entries = map.get(key).and_then(Node::as_map).map_or(&[][..], Map::entries).iter();
        entries.filter_map(|entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned()))).collect()
    };
    let from = text(map, "from");
    let outdated = map.get("outdated").and_then(Node::as_map);
    let refs = items(map, "refs").iter().filter_map(|node| Some((node.as_str()?.trim().to_owned(), node.span)));
    VersionsConfig {
        entity: text(map, "entity"),
        refs: refs.collect(),
        tags: from.as_deref() != Some("branches"),
        branches: from.as_deref() != Some("tags"),
        name: text(map, "name").and_then(|text| pattern(&text).ok()),
        keep: map.get("keep").and_then(count).unwrap_or(KEEP).min(MOST),
        latest: text(map, "latest").unwrap_or_else(|| "stable".to_owned()),
        current: text(map, "current").unwrap_or_else(|| "next".to_owned()),
        titles: named("titles"),
        aliases: named("aliases"),
        after: outdated.and_then(|map| map.get("after")).and_then(count).unwrap_or(1),
        end_of_life: outdated.and_then(|map| map.get("end-of-life")).map(node_texts).unwrap_or_default(),
        is_indexed: text(map, "robots").as_deref() == Some("index"),
        mike: text(map, "mike"),
        place,
    }
}

/// Compiles a regular expression.
///
/// # Errors
/// When it is none.
pub(super) fn pattern(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(MAX_PATTERN).build()
}
