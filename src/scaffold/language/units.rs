//! Texts as JavaScript counts them: in UTF-16 code units.
//!
//! A text that was cut through the middle of a character holds half of it. Rust texts cannot, so each of the 2,048
//! halves is represented by one of the last private characters of Unicode; `whole` joins halves that meet again.

/// The replacement of the first half.
const FIRST: u32 = 0x0010_F800;

/// Returns the code unit that a character represents.
fn half(character: char) -> Option<u16> {
    let code = u32::from(character);
    (code >= FIRST).then(|| 0xD800 + (code - FIRST) as u16)
}

fn stand_in(unit: u16) -> char {
    char::from_u32(FIRST + u32::from(unit - 0xD800)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Returns the code units of a text.
pub(super) fn units(text: &str) -> Vec<u16> {
    let mut out = Vec::with_capacity(text.len());
    for character in text.chars() {
        match half(character) {
            Some(unit) => out.push(unit),
            None => out.extend_from_slice(character.encode_utf16(&mut [0; 2])),
        }
    }
    out
}

/// Returns the text of code units.
pub(super) fn text(units: &[u16]) -> String {
    char::decode_utf16(units.iter().copied())
        .map(|unit| unit.unwrap_or_else(|half| stand_in(half.unpaired_surrogate())))
        .collect()
}

/// Returns how many code units a text has.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(|character| if half(character).is_some() { 1 } else { character.len_utf16() }).sum()
}

/// Returns the code units from `start` to `end`, which may lie beyond the text.
pub(super) fn slice(text: &str, start: usize, end: usize) -> String {
    if text.is_ascii() {
        let end = end.min(text.len());
        return text[start.min(end)..end].to_owned();
    }
    let units = units(text);
    let end = end.min(units.len());
    self::text(&units[start.min(end)..end])
}

/// Returns one code unit as a text.
pub(super) fn at(text: &str, index: usize) -> Option<String> {
    if text.is_ascii() {
        return text.get(index..=index).map(str::to_owned);
    }
    units(text).get(index).map(|unit| self::text(&[*unit]))
}

/// Returns each code unit as a text.
pub(super) fn each(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return text.chars().map(String::from).collect();
    }
    units(text).iter().map(|unit| self::text(&[*unit])).collect()
}

/// Appends, and joins halves that meet.
pub(super) fn push(into: &mut String, more: &str) {
    let meets = more.chars().next().and_then(half).is_some_and(|unit| unit >= 0xDC00)
        && into.chars().next_back().and_then(half).is_some_and(|unit| unit < 0xDC00);
    into.push_str(more);
    if meets {
        *into = text(&units(into));
    }
}

/// Returns the text with halves joined, and those that are left as replacement characters: as it is written to a file.
pub(super) fn whole(text: String) -> String {
    // The replacements begin with these two bytes in UTF-8, as no other character does in practice.
    if !text.contains(|character| half(character).is_some()) {
        return text;
    }
    String::from_utf16_lossy(&units(&text))
}

/// Compares by code units, as JavaScript does.
pub(super) fn compare(left: &str, right: &str) -> std::cmp::Ordering {
    if left.is_ascii() && right.is_ascii() { left.cmp(right) } else { units(left).cmp(&units(right)) }
}

/// Finds `needle` from the code unit `from` on.
pub(super) fn find(text: &str, needle: &str, from: usize) -> Option<usize> {
    if text.is_ascii() {
        return text.get(from..).and_then(|rest| rest.find(needle)).map(|at| at + from);
    }
    let (text, needle) = (units(text), units(needle));
    if needle.is_empty() {
        return (from <= text.len()).then_some(from);
    }
    (from..text.len()).find(|at| text[*at..].starts_with(&needle))
}

/// Finds the last `needle` that starts at the code unit `from` or before.
pub(super) fn find_last(text: &str, needle: &str, from: usize) -> Option<usize> {
    if text.is_ascii() && needle.is_ascii() {
        let end = from.saturating_add(needle.len()).min(text.len());
        return text[..end].rfind(needle);
    }
    let (text, needle) = (units(text), units(needle));
    let last = text.len().checked_sub(needle.len())?;
    (0..=last.min(from)).rev().find(|at| text[*at..].starts_with(&needle))
}

/// Returns whether JavaScript takes the character for white space.
pub(super) fn is_space(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}
