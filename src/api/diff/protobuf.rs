//! Protocol Buffers: numbers are what messages are made of, names are what JSON and code are made of.

use std::collections::HashMap;

use super::rules::*;
use super::{At, Findings, every_item};
use crate::api::model::{Field, Item, Piece, Reference, Role, Shape};

/// Types that read each other's values, to a degree.
const ENCODINGS: &[&[&str]] = &[
    &["int32", "uint32", "int64", "uint64", "bool"],
    &["sint32", "sint64"],
    &["fixed32", "sfixed32"],
    &["fixed64", "sfixed64"],
    &["string", "bytes"],
];

pub(super) fn compare(old: &Reference, new: &Reference, found: &mut Findings) {
    let rules = |item: &Item| match item.role {
        Role::Operation => (&OPERATION_REMOVED, &OPERATION_ADDED),
        _ => (&TYPE_REMOVED, &TYPE_ADDED),
    };
    every_item(old, new, found, rules, pair);
}

fn pair(old: &Item, new: &Item, subject: &str, found: &mut Findings) {
    let at = At::new(subject, old.place, new.place);
    if new.deprecated && !old.deprecated {
        found.add(&DEPRECATED, &at, "", format!("`{}` is deprecated", new.name));
    }
    if new.role == Role::Operation {
        procedure(old, new, &at, found);
        return;
    }
    let fields =
        |item: &'_ Item| -> Vec<Field> { item.blocks.first().map(|block| block.fields.clone()).unwrap_or_default() };
    let kept = Reserved::of(new);
    let before = Reserved::of(old);
    if !before.within(&kept) {
        found.add(&RESERVATION_REMOVED, &at, "", format!("`{}` reserves less than it did", new.name));
    }
    numbered(&fields(old), &fields(new), &kept, new.verb == "enum", &at, found);
}

fn procedure(old: &Item, new: &Item, at: &At<'_>, found: &mut Findings) {
    for (before, after) in old.blocks.iter().zip(&new.blocks) {
        let parts = |shape: Option<&Shape>| -> (bool, String) {
            let text: String = shape.map(words).unwrap_or_default();
            text.strip_prefix("stream of ").map_or((false, text.clone()), |rest| (true, rest.to_owned()))
        };
        let (was, is) = (parts(before.shape.as_ref()), parts(after.shape.as_ref()));
        let title = after.title.to_lowercase();
        if was.0 != is.0 {
            let message = format!("the {title} is {}", if is.0 { "a stream" } else { "no stream any more" });
            found.add(&STREAMING_CHANGED, at, &title, message);
        }
        if was.1 != is.1 {
            found.add(&TYPE_CHANGED, at, &title, format!("the {title} is `{}` instead of `{}`", is.1, was.1));
        }
    }
}

/// Numbers and names that nothing may use.
struct Reserved {
    ranges: Vec<(i64, i64)>,
    names: Vec<String>,
}

impl Reserved {
    fn of(item: &Item) -> Self {
        let mut reserved = Self { ranges: Vec::new(), names: Vec::new() };
        for piece in item.facts.iter().filter(|fact| &*fact.label == "Reserved").flat_map(|fact| &fact.pieces) {
            let Piece::Code(text) = piece else { continue };
            let (first, last) = text.split_once(" to ").unwrap_or((text, text));
            match (first.parse::<i64>(), last.parse::<i64>()) {
                (Ok(first), Ok(last)) => reserved.ranges.push((first, last)),
                (Ok(first), Err(_)) => reserved.ranges.push((first, i64::from(i32::MAX))),
                _ => reserved.names.push(text.to_string()),
            }
        }
        reserved
    }

    fn number(&self, number: &str) -> bool {
        number.parse::<i64>().is_ok_and(|it| self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&it)))
    }

    /// Returns whether all of it is still reserved.
    fn within(&self, other: &Self) -> bool {
        let inside = |(first, last): &(i64, i64)| {
            // Ranges may have been joined or split.
            let mut next = *first;
            while next <= *last {
                let Some((_, end)) = other.ranges.iter().find(|(a, b)| (*a..=*b).contains(&next)) else { return false };
                next = end + 1;
            }
            true
        };
        self.ranges.iter().all(inside) && self.names.iter().all(|name| other.names.contains(name))
    }
}

/// Returns the number of a field, or of a value.
fn number(field: &Field) -> String {
    let detail = field.shape.details.iter().find(|detail| detail.label == "number").and_then(|it| it.values.first());
    detail.map_or_else(|| words(&field.shape), ToString::to_string)
}

fn words(shape: &Shape) -> String {
    shape.types.iter().map(Piece::shown).collect()
}

fn detail<'s>(shape: &'s Shape, label: &str) -> Option<&'s str> {
    shape.details.iter().find(|detail| detail.label == label).and_then(|it| it.values.first()).map(|value| &**value)
}

fn numbered(old: &[Field], new: &[Field], reserved: &Reserved, values: bool, at: &At<'_>, found: &mut Findings) {
    let by_name: HashMap<&str, &Field> = new.iter().map(|field| (&*field.name, field)).collect();
    // Aliases of an enum share a number: the name decides first.
    let same = |field: &Field| {
        let wanted = number(field);
        let named = by_name.get(&*field.name).copied().filter(|other| number(other) == wanted);
        named
            .or_else(|| new.iter().find(|other| number(other) == wanted && !old.iter().any(|it| it.name == other.name)))
    };
    for field in old {
        let wanted = number(field);
        if let Some(other) = same(field) {
            let at = at.field(&other.name, Some(field), Some(other));
            if field.name != other.name {
                found.add(&FIELD_RENAMED, &at, "", format!("`{}` is called `{}`", field.name, other.name));
            }
            if !values {
                one(field, other, &at, found);
            }
            if other.shape.flags.deprecated && !field.shape.flags.deprecated {
                found.add(&DEPRECATED, &at, "", format!("{} is deprecated", at.name()));
            }
            continue;
        }
        let moved = by_name.get(&*field.name).copied();
        let at = at.field(&field.name, Some(field), moved);
        if let Some(other) = moved {
            let message = format!("{} has the number {} instead of {wanted}", at.name(), number(other));
            found.add(&FIELD_NUMBER_CHANGED, &at, "", message);
        } else if let Some(other) = new.iter().find(|other| number(other) == wanted) {
            let at = at.field(&field.name, Some(field), Some(other));
            let message = format!("the number {wanted} of `{}` means `{}` now", field.name, other.name);
            found.add(&FIELD_NUMBER_CHANGED, &at, "", message);
        } else if values {
            let rule = if reserved.number(&wanted) { &FIELD_RESERVED } else { &VALUE_REMOVED };
            found.add(rule, &at, "", format!("the value {} was removed", at.name()));
        } else if reserved.number(&wanted) {
            found.add(&FIELD_RESERVED, &at, "", format!("{} was removed, its number {wanted} is reserved", at.name()));
        } else {
            let message = format!("{} was removed, and its number {wanted} is not reserved", at.name());
            found.add(&FIELD_NUMBER_FREED, &at, "", message);
        }
    }
    for field in new {
        let wanted = number(field);
        let known = old.iter().any(|other| other.name == field.name || number(other) == wanted);
        if known {
            continue;
        }
        let at = at.field(&field.name, None, Some(field));
        if values {
            found.add(&RESPONSE_VALUE_ADDED, &at, "", format!("the value {} was added", at.name()));
        } else if field.required {
            found.add(&REQUIRED_FIELD_ADDED, &at, "", format!("{} was added and is required", at.name()));
        } else {
            found.add(&RESPONSE_FIELD_ADDED, &at, "", format!("{} was added", at.name()));
        }
    }
}

fn one(old: &Field, new: &Field, at: &At<'_>, found: &mut Findings) {
    let (was, is) = (words(&old.shape), words(&new.shape));
    let bare = |text: &str| text.strip_prefix("optional ").unwrap_or(text).to_owned();
    if bare(&was) != bare(&is) {
        let message = format!("{} is `{is}` instead of `{was}`", at.name());
        let kept = ENCODINGS.iter().any(|group| group.contains(&&*bare(&was)) && group.contains(&&*bare(&is)));
        found.add(if kept { &ENCODING_KEPT_TYPE_CHANGED } else { &TYPE_CHANGED }, at, "", message);
    }
    if new.required && !old.required {
        found.add(&REQUEST_FIELD_REQUIRED, at, "", format!("{} is required", at.name()));
    } else if old.required && !new.required {
        found.add(&RESPONSE_FIELD_OPTIONAL, at, "", format!("{} is not required any more", at.name()));
    }
    let (was, is) = (detail(&old.shape, "one of"), detail(&new.shape, "one of"));
    if was != is {
        let message = match (was, is) {
            (_, Some(is)) => format!("{} is part of the oneof `{is}`", at.name()),
            (Some(was), None) => format!("{} left the oneof `{was}`", at.name()),
            (None, None) => return,
        };
        found.add(&ONEOF_CHANGED, at, "", message);
    }
    let (was, is) = (detail(&old.shape, "default"), detail(&new.shape, "default"));
    if was != is {
        let name = |value: Option<&str>| value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"));
        let message = format!("the default of {} is {} instead of {}", at.name(), name(is), name(was));
        found.add(&DEFAULT_CHANGED, at, "", message);
    }
}
