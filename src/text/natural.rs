//! The order in which people expect names: `shard-2` before `shard-10`.

/// Returns what to compare instead of a name: case does not count, and numbers in it go by their size.
#[must_use]
pub fn natural_key(name: &str) -> String {
    let lower = name.to_lowercase();
    let mut key = String::with_capacity(lower.len() + 4);
    let mut rest = lower.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (text, digits) = rest.split_at(start);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let number = digits[..end].trim_start_matches('0');
        key.push_str(text);
        // A number is where digits are among letters; of two, the one with more digits is larger.
        key.push('0');
        key.extend(char::from_u32(u32::try_from(number.len()).unwrap_or(u32::MAX).min(0xD7FF)));
        key.push_str(number);
        rest = &digits[end..];
    }
    key.push_str(rest);
    key
}

#[cfg(test)]
mod tests {
    use super::natural_key;

    #[test]
    fn numbers_go_by_their_size() {
        let mut names = ["b", "a10", "A2", "a", "a02b", "a1.9", "a1.10", "10", "9", "-", "a100000000000000000000000"];
        names.sort_by_key(|name| natural_key(name));
        assert_eq!(
            names,
            ["-", "9", "10", "a", "a1.9", "a1.10", "A2", "a02b", "a10", "a100000000000000000000000", "b"]
        );
    }
}
