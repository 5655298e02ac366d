//! The total size of a reference: a definition writes a thing once and may show it at every operation.

use super::model::{Block, Cut, Fact, Field, Item, Piece, Reference, Shape, Text};
use super::parts::item_size;
use crate::text::Span;

/// HTML that a reference may have by estimate, beyond [`FACTOR`] times its definition and [`ITEM`] for each item.
const MUCH: usize = 6 << 20;
const FACTOR: usize = 12;
const ITEM: usize = 6 << 10;

/// What is left of an item where the reference is over its budget.
const FIELDS: usize = 10;
const CHARACTERS: usize = 200;
const FACTS: usize = 4;
const BLOCKS: usize = 8;

/// Thins items from the one on with which the reference takes more than its definition of `length` bytes lets it;
/// returns where that one is.
pub(super) fn bound(reference: &mut Reference, length: usize) -> Option<Span> {
    let items: usize = reference.groups.iter().map(|group| group.items.len()).sum();
    let most = MUCH + FACTOR * length.max(reference.length) + ITEM * items;
    let mut taken = 0;
    let mut first = None;
    for item in reference.groups.iter_mut().flat_map(|group| &mut group.items) {
        let size = item_size(item);
        if taken + size <= most {
            taken += size;
        } else if size > ITEM {
            first = first.or(Some(item.place));
            thin(item);
        }
    }
    first.map(|place| place.unwrap_or(Span::whole(crate::text::FileId::new(0))))
}

fn thin(item: &mut Item) {
    shorten(&mut item.summary);
    shorten(&mut item.description);
    facts(&mut item.facts);
    item.blocks.iter_mut().for_each(block);
    if let Some(request) = &mut item.request {
        request.given.clear();
        request.headers.truncate(FIELDS);
        request.body = None;
    }
}

fn block(block: &mut Block) {
    shorten(&mut block.description);
    facts(&mut block.facts);
    block.examples.clear();
    block.blocks.truncate(BLOCKS);
    block.blocks.iter_mut().for_each(self::block);
    if let Some(shape) = &mut block.shape {
        self::shape(shape);
    }
    block.fields.truncate(FIELDS);
    block.fields.iter_mut().for_each(field);
}

fn field(field: &mut Field) {
    shorten(&mut field.description);
    shape(&mut field.shape);
    field.arguments.truncate(FIELDS);
    field.arguments.iter_mut().for_each(self::field);
}

fn shape(shape: &mut Shape) {
    shorten(&mut shape.description);
    let nested = !shape.fields.is_empty() || !shape.choices.is_empty();
    shape.choices.clear();
    for field in &mut shape.fields {
        shorten(&mut field.description);
        field.shape.fields.clear();
        field.shape.choices.clear();
    }
    shape.fields.truncate(FIELDS);
    shape.types.truncate(FIELDS);
    shape.details.truncate(FIELDS);
    for detail in &mut shape.details {
        detail.values.truncate(FIELDS);
    }
    if nested {
        shape.cut = shape.cut.or(Some(Cut::Depth));
    }
}

fn facts(facts: &mut Vec<Fact>) {
    facts.truncate(FACTS);
    for fact in facts {
        fact.pieces.truncate(FIELDS);
        fact.pieces.retain(|piece| !matches!(piece, Piece::Markdown(text) if text.len() > CHARACTERS));
    }
}

fn shorten(text: &mut Option<Text>) {
    let Some(long) = text.as_ref().filter(|text| text.len() > CHARACTERS) else { return };
    let end = long.char_indices().nth(CHARACTERS).map_or(long.len(), |(at, _)| at);
    *text = Some(format!("{}…", &long[..end]).into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::model::Group;

    fn reference(items: usize, description: usize) -> Reference {
        let text: Text = "d".repeat(description).into();
        let item = Item { description: Some(text), ..Item::default() };
        let group = Group { items: vec![item; items], ..Group::default() };
        Reference { groups: vec![group], ..Reference::default() }
    }

    fn size(reference: &Reference) -> usize {
        reference.groups.iter().flat_map(|group| &group.items).map(item_size).sum()
    }

    #[test]
    fn what_every_item_shows_is_cut_where_it_becomes_too_much() {
        let mut large = reference(2_000, 100_000);
        assert!(bound(&mut large, 100_000).is_some());
        assert!(size(&large) < MUCH + FACTOR * 100_000 + 3 * ITEM * 2_000, "{}", size(&large));
        // The first ones are whole.
        assert_eq!(large.groups[0].items[0].description.as_ref().map(|text| text.len()), Some(100_000));
    }

    #[test]
    fn what_is_written_out_is_left_as_it_is() {
        let mut whole = reference(500, 20_000);
        let before = whole.clone();
        assert_eq!(bound(&mut whole, 500 * 20_000), None);
        assert_eq!(whole, before);
    }
}
