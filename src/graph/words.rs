//! How much room words take. The reader's font is not known, so this is the width of the widest common one.

use super::{Look, Node};

/// Characters that a node shows; the rest is in its hint.
const LETTERS: usize = 30;
/// Room for the icon and at the ends.
const PADDING: f64 = 40.0;

/// Returns a label cut to what a node shows.
pub(super) fn cut(label: &str) -> String {
    match label.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", label[..end].trim_end()),
        None => label.to_owned(),
    }
}

/// Returns the width of a node.
pub(super) fn node_width(node: &Node) -> f64 {
    let note = node.note.as_deref().map_or(0.0, |note| 8.0 + width(note, 11.0));
    let bold = if node.look == Look::Root { 14.2 } else { 13.0 };
    (width(&cut(&node.label), bold) + note + PADDING).max(88.0).ceil()
}

/// Returns the width of words in pixels, as a wide common font sets them.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(letter).sum::<f64>() * size
}

/// The width of a character as a fraction of the font size.
fn letter(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.95,
        'A'..='Z' => 0.72,
        '\u{300}'..='\u{36f}' => 0.0,
        // Scripts of the Far East, and pictures.
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' => 1.0,
        '\u{1f000}'.. => 1.3,
        _ => 0.62,
    }
}
