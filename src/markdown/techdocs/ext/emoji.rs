//! `:smile:`

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::markdown::techdocs::inline_text::{Found, InlineText, Replacement};
use crate::markdown::techdocs::options::EmojiIndex;
use crate::markdown::techdocs::parser::Parser;

/// One line an emoji.
static TABLE: &str = include_str!("emoji.txt");

/// Finds the next name between colons. An unknown name stays, and nothing inside it counts as markup.
pub(in crate::markdown::techdocs) fn find(
    parser: &mut Parser<'_>,
    subject: &InlineText<'_>,
    from: usize,
) -> Option<Found> {
    let text = subject.text;
    let mut at = from;
    loop {
        let start = at + text[at..].find(':')?;
        let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '+' | '-');
        let length = text[start + 1..].find(|character| !is_part(character)).unwrap_or(text.len() - start - 1);
        let end = start + 1 + length;
        if length == 0 || !text[end..].starts_with(':') {
            at = end.max(start + 1);
            continue;
        }
        let name = &text[start + 1..end];
        let with = replacement(parser, name).unwrap_or_else(|| Replacement::Text(text[start..=end].to_owned()));
        return Some(Found::Replace { start, end: end + 1, with });
    }
}

/// Returns a text with the characters of the emoji that it names, as hosts show a README.
///
/// A name within a word is left alone: `key:value:key` names none.
pub(in crate::markdown) fn with_characters(text: &str) -> Cow<'_, str> {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '+' | '-');
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(start) = text[at..].find(':').map(|found| at + found) {
        let length = text[start + 1..].find(|character| !is_part(character)).unwrap_or(text.len() - start - 1);
        let end = start + 1 + length;
        at = end.max(start + 1);
        let is_alone = !text[..start].ends_with(char::is_alphanumeric)
            && text[end..].strip_prefix(':').is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        if let Some(found) = is_alone.then(|| character(EmojiIndex::Material, &text[start + 1..end])).flatten() {
            out.push_str(&text[copied..start]);
            out.push_str(&found);
            at = end + 1;
            copied = at;
        }
    }
    if copied == 0 {
        return text.into();
    }
    out.push_str(&text[copied..]);
    out.into()
}

fn replacement(parser: &mut Parser<'_>, name: &str) -> Option<Replacement> {
    let index = parser.options.emoji;
    if let Some(character) = character(index, name) {
        let node = parser.tree.make("span");
        let span = &mut parser.tree[node];
        span.set_attribute("class", "emoji");
        span.set_attribute("title", format!(":{name}:"));
        span.text.set_atomic(character);
        return Some(Replacement::Node(node));
    }
    const SETS: [&str; 4] = ["material-", "octicons-", "fontawesome-", "simple-"];
    if index == EmojiIndex::Material && SETS.iter().any(|set| name.starts_with(set)) {
        let node = parser.tree.make("span");
        parser.tree[node].set_attribute("class", "twemoji");
        if let Some(picture) = parser.resolver.icon(name) {
            let mark = parser.stash.html(picture);
            parser.tree[node].text.set_atomic(mark);
        } else {
            parser.tree[node].set_attribute("title", format!(":{name}:"));
        }
        return Some(Replacement::Node(node));
    }
    None
}

/// Returns the characters of an emoji.
fn character(index: EmojiIndex, name: &str) -> Option<String> {
    let listed = |name: &str| {
        let (emojione, material) = line_of(name)?.split_once(' ')?;
        let found = if index == EmojiIndex::Emojione || material == "=" { emojione } else { material };
        (found != "-").then_some(found)
    };
    if let Some(found) = listed(name) {
        return Some(found.to_owned());
    }
    // A skin tone goes behind the first character.
    let (base, tone) = name.rsplit_once("_tone")?;
    let tone = tone.parse::<u32>().ok().filter(|tone| (1..=5).contains(tone))?;
    let base = listed(base)?;
    let mut characters = base.chars();
    let first = characters.next()?;
    let rest = characters.as_str();
    let rest = rest.strip_prefix('\u{fe0f}').unwrap_or(rest);
    Some(format!("{first}{}{rest}", char::from_u32(0x1f3fa + tone)?))
}

/// Returns the line of a name without it: its characters in either index, `-` where it has none, `=` where they agree.
///
/// The lines are sorted by name. To make a map of them would take longer than most sites have use for it.
fn line_of(name: &str) -> Option<&'static str> {
    let mut lines = TABLE;
    while !lines.is_empty() {
        let middle = lines.floor_char_boundary(lines.len() / 2);
        let start = lines[..middle].rfind('\n').map_or(0, |end| end + 1);
        let end = lines[start..].find('\n').map_or(lines.len(), |end| start + end + 1);
        let (found, rest) = lines[start..end].trim_end().split_once(' ')?;
        match name.cmp(found) {
            Ordering::Less => lines = &lines[..start],
            Ordering::Equal => return Some(rest),
            Ordering::Greater => lines = &lines[end..],
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found() {
        for line in TABLE.lines() {
            let (name, rest) = line.split_once(' ').unwrap();
            assert_eq!(line_of(name), Some(rest), "{name}");
        }
        assert_eq!([line_of(""), line_of("smil"), line_of("~")], [None; 3]);
    }

    #[test]
    fn names_within_a_text_are_replaced() {
        assert_eq!(with_characters(":wink: a :+1:, :no_such: :tada:"), "😉 a 👍, :no_such: 🎉");
        assert_eq!(with_characters("a:key:b ::1 10:30:00 :"), "a:key:b ::1 10:30:00 :");
        assert_eq!(with_characters("::wink::"), ":😉:");
    }

    #[test]
    fn names_have_characters() {
        assert_eq!(character(EmojiIndex::Emojione, "smile").as_deref(), Some("😄"));
        assert_eq!(character(EmojiIndex::Material, "smile").as_deref(), Some("😄"));
        assert_eq!(character(EmojiIndex::Emojione, "+1_tone2").as_deref(), Some("👍🏼"));
        assert_eq!(character(EmojiIndex::Emojione, "no_such"), None);
    }
}
