//! How a reference is divided into pages, and the name of every item's place in them.
//!
//! A small definition is on one page. A larger one has a page for each group, and several where a group is too large
//! for one. Sizes are estimates from above; the pages stay well below what a browser notices.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::model::{Block, Example, Field, Item, Piece, Reference, Shape, Text};
use crate::html;
use crate::portable::{folded, segment};

/// A definition that fits is not divided, in bytes of HTML.
const WHOLE: usize = 180 << 10;
/// How large a page may be by estimate.
const PAGE: usize = 230 << 10;

/// The pages of a reference.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parts {
    /// The first is the page of the definition itself.
    pub parts: Vec<Part>,
    places: HashMap<Text, (usize, String)>,
}

/// One page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    /// The last segment of its address; empty for the first page.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What is on it.
    pub slices: Vec<Slice>,
}

/// An item, or some of the fields of a large one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// Index into the groups of the reference.
    pub group: usize,
    /// Index into the items of the group.
    pub item: usize,
    /// The name of its place.
    pub anchor: String,
    /// Which fields of its only block; `None` for the whole item.
    pub fields: Option<Range<usize>>,
}

impl Parts {
    /// Divides a reference into pages.
    #[must_use]
    pub fn new(reference: &Reference) -> Self {
        let mut anchors = Anchors::default();
        let sizes: Vec<Vec<usize>> =
            reference.groups.iter().map(|group| group.items.iter().map(item_size).collect()).collect();
        let total: usize = sizes.iter().flatten().sum();
        let mut parts = vec![Part::default()];
        let mut slugs = Anchors::default();
        // Names that other pages of the definition have.
        slugs.unique("source");
        for (number, group) in reference.groups.iter().enumerate() {
            let mut filled = PAGE + 1;
            let mut pages = 0;
            for (item, size) in sizes[number].iter().enumerate() {
                let anchor = anchors.unique(&group.items[item].anchor);
                for fields in slices(&group.items[item], *size) {
                    let size = if fields.is_some() { PAGE / 2 + 1 } else { *size };
                    if total > WHOLE && filled + size > PAGE {
                        pages += 1;
                        let title = group.title.to_string();
                        let title = if pages > 1 { format!("{title} ({pages})") } else { title };
                        let wanted =
                            if pages > 1 { format!("{}-{pages}", group.title) } else { group.title.to_string() };
                        parts.push(Part { slug: slugs.address(&wanted), title, slices: Vec::new() });
                        filled = 0;
                    }
                    filled += size;
                    let at = parts.len() - 1;
                    let anchor = match &fields {
                        Some(range) if range.start > 0 => anchors.unique(&format!("{anchor}-{}", range.start)),
                        _ => anchor.clone(),
                    };
                    parts[at].slices.push(Slice { group: number, item, anchor, fields });
                }
            }
        }
        let mut places = HashMap::new();
        for (at, part) in parts.iter().enumerate() {
            for slice in &part.slices {
                let key = &reference.groups[slice.group].items[slice.item].key;
                if !key.is_empty() {
                    places.entry(Text::clone(key)).or_insert_with(|| (at, slice.anchor.clone()));
                }
            }
        }
        Self { parts, places }
    }

    /// Finds an item by its key: the page that it is on, and the name of its place.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<(usize, &str)> {
        self.places.get(key).map(|(part, anchor)| (*part, anchor.as_str()))
    }

    /// Returns every item with its page and place, in order; continued ones once.
    pub fn items<'r>(&self, reference: &'r Reference) -> impl Iterator<Item = (usize, &Slice, &'r Item)> {
        self.parts.iter().enumerate().flat_map(move |(at, part)| {
            part.slices
                .iter()
                .filter(|slice| slice.fields.as_ref().is_none_or(|range| range.start == 0))
                .map(move |slice| (at, slice, &reference.groups[slice.group].items[slice.item]))
        })
    }
}

/// Names of places, each given once.
#[derive(Debug, Default)]
pub struct Anchors {
    used: HashSet<String>,
    /// The number that the next one of a name gets.
    numbers: HashMap<String, usize>,
}

/// The longest name of a place that is part of an address, in bytes.
const ADDRESS: usize = 150;
/// Endings of the files that are published beside the pages of a definition.
const FILES: &[&str] = &[".graphql", ".html", ".json", ".md", ".proto", ".txt", ".yaml"];

impl Anchors {
    /// Does the same as [`Self::unique`] for a name that becomes a folder beside the files of a definition.
    fn address(&mut self, wanted: &str) -> String {
        let mut wanted = folded(wanted);
        wanted.truncate(wanted.floor_char_boundary(ADDRESS));
        if FILES.iter().any(|ending| wanted.ends_with(ending))
            && let Some(dot) = wanted.rfind('.')
        {
            wanted.replace_range(dot..=dot, "-");
        }
        segment(&self.unique(&wanted)).into_owned()
    }

    /// Returns `wanted` as the name of a place: what is neither letter nor digit as a hyphen, with a number behind it
    /// if it was given before.
    pub fn unique(&mut self, wanted: &str) -> String {
        let mut name = String::with_capacity(wanted.len());
        for c in wanted.chars().take(160) {
            if c.is_alphanumeric() || matches!(c, '_' | '.') {
                name.push(c);
            } else if !name.ends_with('-') {
                name.push('-');
            }
        }
        let name = name.trim_matches('-');
        let name = if name.is_empty() { "part" } else { name };
        if self.used.insert(name.to_owned()) {
            return name.to_owned();
        }
        let number = self.numbers.entry(name.to_owned()).or_insert(2);
        loop {
            let numbered = format!("{name}-{number}");
            *number += 1;
            if self.used.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

/// Returns the fields by which an item is divided, if it is too large for a page.
pub(crate) fn fields_of(item: &Item) -> Option<&[Field]> {
    let [block] = &item.blocks[..] else { return None };
    match &block.shape {
        Some(shape) if !shape.fields.is_empty() => Some(&shape.fields),
        _ if !block.fields.is_empty() => Some(&block.fields),
        _ => None,
    }
}

fn slices(item: &Item, size: usize) -> Vec<Option<Range<usize>>> {
    let Some(fields) = fields_of(item).filter(|_| size > PAGE) else { return vec![None] };
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut filled = 0;
    for (at, field) in fields.iter().enumerate() {
        let size = field_size(field, 0);
        if at > start && filled + size > PAGE {
            ranges.push(Some(start..at));
            start = at;
            filled = 0;
        }
        filled += size;
    }
    ranges.push(Some(start..fields.len()));
    ranges
}

fn text_size(text: Option<&Text>) -> usize {
    text.map_or(0, |text| text.len() + text.len() / 4 + 20)
}

pub(super) fn item_size(item: &Item) -> usize {
    let request = item.request.as_ref().map_or(0, |request| {
        let given: usize = request.given.iter().map(|(_, _, text)| text.len() * 2 + 200).sum();
        let body = request.body.as_ref().map_or(0, |body| body.len().min(2048) * 2);
        if request.given.is_empty() { 1_800 + 7 * (220 + request.url.len() + body) } else { given + 800 }
    });
    700 + item.name.len() * 4
        + text_size(item.summary.as_ref())
        + text_size(item.description.as_ref())
        + item.facts.iter().map(|fact| 120 + pieces_size(&fact.pieces)).sum::<usize>()
        + item.blocks.iter().map(|block| block_size(block, item.anchor.len())).sum::<usize>()
        + request
}

fn block_size(block: &Block, prefix: usize) -> usize {
    400 + prefix * 2
        + text_size(block.description.as_ref())
        + block.facts.iter().map(|fact| 120 + pieces_size(&fact.pieces)).sum::<usize>()
        + block.shape.as_ref().map_or(0, |shape| shape_size(shape, prefix + 20))
        + block.fields.iter().map(|field| field_size(field, prefix + 20)).sum::<usize>()
        + block.blocks.iter().map(|block| block_size(block, prefix + 10)).sum::<usize>()
        + examples_size(&block.examples)
}

fn field_size(field: &Field, prefix: usize) -> usize {
    let path = field.mark.as_ref().map_or(0, |mark| mark.value.len());
    260 + prefix
        + 2 * path
        + field.name.len()
        + text_size(field.description.as_ref())
        + shape_size(&field.shape, prefix)
        + field.arguments.iter().map(|field| field_size(field, prefix + 20)).sum::<usize>()
        + examples_size(&field.examples)
}

fn examples_size(examples: &[Example]) -> usize {
    let words = |text: &Option<Text>| text_size(text.as_ref());
    let size = |it: &Example| {
        let text = 250 + it.text.len() * 8 / 5;
        text + words(&it.summary) + words(&it.description) + 2 * words(&it.address)
    };
    examples.iter().map(size).sum()
}

fn shape_size(shape: &Shape, prefix: usize) -> usize {
    let details: usize =
        shape.details.iter().map(|detail| 60 + detail.values.iter().map(|value| value.len() + 18).sum::<usize>()).sum();
    let choices: usize = shape
        .choices
        .iter()
        .map(|choice| 120 + choice.options.iter().map(|it| 180 + shape_size(&it.shape, prefix)).sum::<usize>())
        .sum();
    60 + pieces_size(&shape.types)
        + details
        + choices
        + text_size(shape.description.as_ref())
        + shape.fields.iter().map(|field| field_size(field, prefix)).sum::<usize>()
}

fn pieces_size(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| 30 + piece.shown().len() * 2).sum()
}

/// Returns the text of a description in one line, for lists and the search.
#[must_use]
pub fn plain(text: &str) -> String {
    html::collapse(&crate::markdown::commonmark::plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portable::is_portable;

    #[test]
    fn pages_of_groups_have_addresses_that_every_host_takes() {
        let (long, wide) = ("Long ".repeat(100), "あ".repeat(100));
        let groups = [
            "Pets",
            "pets",
            "PETS",
            "..",
            ".",
            "",
            "con",
            "aux.x",
            "a/b",
            "source",
            "items.json",
            "orders.yaml",
            "index.html",
            "ß",
            "ss",
            &long,
            &long,
            &wide,
        ];
        let mut slugs = Anchors::default();
        slugs.unique("source");
        let slugs: Vec<String> = groups.iter().map(|group| slugs.address(group)).collect();
        let apart: HashSet<String> = slugs.iter().map(|slug| folded(slug)).collect();
        assert_eq!(apart.len(), groups.len(), "{slugs:?}");
        for slug in &slugs {
            assert!(is_portable(slug) && !FILES.iter().any(|ending| slug.ends_with(ending)), "{slug}");
        }
        assert_eq!(slugs[..3], ["pets", "pets-2", "pets-3"]);
    }
}
