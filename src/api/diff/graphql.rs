//! Schemas of GraphQL: names, kinds and nullability count.

use std::collections::{BTreeSet, HashMap};

use super::rules::*;
use super::{At, Findings, Ways, every_item, listed, say};
use crate::api::model::{Field, Item, Piece, Reference, Shape};

pub(super) fn compare(old: &Reference, new: &Reference, found: &mut Findings) {
    every_item(old, new, found, |_| (&TYPE_REMOVED, &TYPE_ADDED), pair);
}

fn pair(old: &Item, new: &Item, subject: &str, found: &mut Findings) {
    let at = At::new(subject, old.place, new.place);
    if old.verb != new.verb {
        let message = format!("`{}` is {} instead of {}", new.name, article(&new.verb), article(&old.verb));
        found.add(&TYPE_KIND_CHANGED, &at, "", message);
        return;
    }
    if new.deprecated && !old.deprecated {
        found.add(&DEPRECATED, &at, "", format!("`{}` is deprecated", new.name));
    }
    for (label, gone, came) in [
        ("One of", &MEMBER_REMOVED, Some(&RESPONSE_ALTERNATIVE_ADDED)),
        ("Implements", &INTERFACE_REMOVED, Some(&INTERFACE_ADDED)),
        ("May be used on", &DIRECTIVE_LOCATION_REMOVED, None),
    ] {
        let (before, after) = (names(old, label), names(new, label));
        let removed: Vec<&str> = before.difference(&after).copied().collect();
        let added: Vec<&str> = after.difference(&before).copied().collect();
        let what = match label {
            "One of" => "the members",
            "Implements" => "the interfaces",
            _ => "the places",
        };
        if !removed.is_empty() {
            found.add(gone, &at, label, format!("{} left {what} of `{}`", listed(removed), new.name));
        }
        if let Some(rule) = came.filter(|_| !added.is_empty()) {
            found.add(rule, &at, label, format!("{} joined {what} of `{}`", listed(added), new.name));
        }
    }
    let fields =
        |item: &'_ Item| -> Vec<Field> { item.blocks.first().map(|block| block.fields.clone()).unwrap_or_default() };
    let (before, after) = (fields(old), fields(new));
    match new.verb.as_str() {
        "enum" => values(&before, &after, &at, found),
        "input" | "directive" => inputs(&before, &after, &at.ways(Ways::IN), found),
        _ => outputs(&before, &after, &at.ways(Ways::OUT), found),
    }
}

fn article(kind: &str) -> String {
    match kind.as_bytes().first() {
        Some(b'a' | b'e' | b'i' | b'o') => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

fn names<'i>(item: &'i Item, label: &str) -> BTreeSet<&'i str> {
    item.facts
        .iter()
        .filter(|fact| &*fact.label == label)
        .flat_map(|fact| &fact.pieces)
        .filter(|piece| matches!(piece, Piece::Link { .. } | Piece::Code(_)))
        .map(Piece::shown)
        .collect()
}

fn by_name(fields: &[Field]) -> HashMap<&str, &Field> {
    fields.iter().map(|field| (&*field.name, field)).collect()
}

fn deprecated(old: &Field, new: &Field, at: &At<'_>, found: &mut Findings) {
    if new.shape.flags.deprecated && !old.shape.flags.deprecated {
        found.add(&DEPRECATED, at, "", format!("{} is deprecated", at.name()));
    }
}

fn values(old: &[Field], new: &[Field], at: &At<'_>, found: &mut Findings) {
    let (before, after) = (by_name(old), by_name(new));
    for field in old {
        let other = after.get(&*field.name).copied();
        let at = at.field(&field.name, Some(field), other);
        match other {
            None => found.add(&VALUE_REMOVED, &at, "", format!("the value {} was removed", at.name())),
            Some(other) => deprecated(field, other, &at, found),
        }
    }
    for field in new.iter().filter(|field| !before.contains_key(&*field.name)) {
        let at = at.field(&field.name, None, Some(field));
        found.add(&RESPONSE_VALUE_ADDED, &at, "", format!("the value {} was added", at.name()));
    }
}

fn outputs(old: &[Field], new: &[Field], at: &At<'_>, found: &mut Findings) {
    let (before, after) = (by_name(old), by_name(new));
    for field in old {
        let other = after.get(&*field.name).copied();
        let at = at.field(&field.name, Some(field), other);
        let Some(other) = other else {
            let was = if field.shape.flags.deprecated { "; it was deprecated" } else { "" };
            found.add(&RESPONSE_FIELD_REMOVED, &at, "", format!("{} was removed{was}", at.name()));
            continue;
        };
        deprecated(field, other, &at, found);
        types(&field.shape, &other.shape, &at, found);
        inputs(&field.arguments, &other.arguments, &at.ways(Ways::IN), found);
    }
    for field in new.iter().filter(|field| !before.contains_key(&*field.name)) {
        let at = at.field(&field.name, None, Some(field));
        found.add(&RESPONSE_FIELD_ADDED, &at, "", format!("{} was added", at.name()));
    }
}

/// Compares arguments, or the fields of an input.
fn inputs(old: &[Field], new: &[Field], at: &At<'_>, found: &mut Findings) {
    let (before, after) = (by_name(old), by_name(new));
    for field in old {
        let other = after.get(&*field.name).copied();
        let at = at.field(&field.name, Some(field), other);
        let Some(other) = other else {
            found.add(&ARGUMENT_REMOVED, &at, "", format!("{} was removed", at.name()));
            continue;
        };
        deprecated(field, other, &at, found);
        types(&field.shape, &other.shape, &at, found);
        let default =
            |shape: &Shape| shape.details.iter().find(|it| it.label == "default").map(|it| it.values.join(""));
        let (was, is) = (default(&field.shape), default(&other.shape));
        if was != is {
            let name = |value: Option<String>| value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"));
            let message = format!("the default of {} is {} instead of {}", at.name(), name(is), name(was));
            found.add(&DEFAULT_CHANGED, &at, "", message);
        }
    }
    for field in new.iter().filter(|field| !before.contains_key(&*field.name)) {
        let at = at.field(&field.name, None, Some(field));
        if field.required {
            found.add(&REQUIRED_FIELD_ADDED, &at, "", format!("{} was added and is required", at.name()));
        } else {
            found.add(&REQUEST_FIELD_ADDED, &at, "", format!("{} was added", at.name()));
        }
    }
}

fn types(old: &Shape, new: &Shape, at: &At<'_>, found: &mut Findings) {
    let text = |shape: &Shape| shape.types.iter().map(Piece::shown).collect::<String>();
    let (was, is) = (text(old), text(new));
    if was == is {
        return;
    }
    let message = format!("{} is `{is}` instead of `{was}`", at.name());
    // Only what holds null apart is a matter of null; anything else is another type.
    let (narrower, wider) = (fits(&is, &was), fits(&was, &is));
    if narrower {
        found.by_way(at, Some(&REQUEST_NULL_REFUSED), Some(&RESPONSE_NULL_REMOVED), say(message));
    } else if wider {
        found.by_way(at, Some(&REQUEST_NULL_ACCEPTED), Some(&RESPONSE_NULL_ADDED), say(message));
    } else {
        found.add(&TYPE_CHANGED, at, "", message);
    }
}

/// Returns whether every value of type `part` is one of type `whole`.
fn fits(part: &str, whole: &str) -> bool {
    match (part.strip_suffix('!'), whole.strip_suffix('!')) {
        (Some(part), Some(whole)) => fits(part, whole),
        (Some(part), None) => fits(part, whole),
        (None, Some(_)) => false,
        (None, None) => match (inner(part), inner(whole)) {
            (Some(part), Some(whole)) => fits(part, whole),
            (None, None) => part == whole,
            _ => false,
        },
    }
}

fn inner(list: &str) -> Option<&str> {
    list.strip_prefix('[')?.strip_suffix(']')
}
