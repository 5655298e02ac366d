//! Text in other encodings than UTF-8, read as well as it can be.

/// The characters of Windows-1252 from 80 to 9F; those that it leaves open are as in Latin-1.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Returns the text of bytes that are not UTF-8, and the encoding; `None` for what is not text.
pub(super) fn text(bytes: &[u8]) -> Option<(String, &'static str)> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        // Without a byte order mark, by the zeros of its code units.
        [first, 0, second, 0, ..] if *first > 0 && *second > 0 => u16::from_le_bytes,
        [0, first, 0, second, ..] if *first > 0 && *second > 0 => u16::from_be_bytes,
        _ => return windows(bytes).map(|text| (text, "Windows-1252")),
    };
    let mark = if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) { 2 } else { 0 };
    let units = bytes[mark..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    (!text.contains('\0')).then_some((text, "UTF-16"))
}

/// What is UTF-8 stays, and every other byte is a character of Windows-1252.
fn windows(bytes: &[u8]) -> Option<String> {
    // Pictures and archives have bytes that no text has.
    if bytes.iter().any(|b| matches!(b, 0..=8 | 14..=26 | 28..=31)) {
        return None;
    }
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 8);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push(match byte {
                0x80..=0x9f => WINDOWS[usize::from(byte - 0x80)],
                byte => char::from(*byte),
            });
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_encodings_are_read_as_well_as_they_can_be() {
        assert_eq!(text(b"Pl\xe4tze \x80").as_ref().map(|it| &*it.0), Some("Plätze €"));
        assert_eq!(text(b"\xc3\xa4 \xe4").as_ref().map(|it| &*it.0), Some("ä ä"));
        assert_eq!(text(b"\xff\xfea\0\xe4\0\n"), Some(("aä".to_owned(), "UTF-16")));
        assert_eq!(text(b"\xfe\xff\0a\xd8\x3d\xde\x00"), Some(("a😀".to_owned(), "UTF-16")));
        assert_eq!(text(b"{\0a\0"), Some(("{a".to_owned(), "UTF-16")));
        assert_eq!(text(b"\x89PNG\r\n\x1a\n\0"), None);
    }
}
