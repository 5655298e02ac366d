//! Counting what two texts have in common.

use std::collections::HashMap;

use super::Words;

/// How often each of some texts is there.
pub(super) fn bag<'a>(items: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut bag = HashMap::new();
    for item in items {
        *bag.entry(item).or_default() += 1;
    }
    bag
}

/// Returns how many items two lists have in common, and how many each has.
pub(super) fn common<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> (usize, usize, usize) {
    let mut left = bag(a);
    let (mut both, mut right) = (0, 0);
    let all = left.values().sum();
    for item in b {
        right += 1;
        if let Some(count) = left.get_mut(item).filter(|count| **count > 0) {
            *count -= 1;
            both += 1;
        }
    }
    (both, all, right)
}

/// Returns the share of what two lists have in common, in per cent; of two empty ones all.
pub(super) fn share<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> usize {
    let (both, left, right) = common(a, b);
    (200 * both).checked_div(left + right).unwrap_or(100)
}

/// Counts the words that came and went.
pub(super) fn count(old: &str, new: &str) -> Words {
    let (both, left, right) = common(old.split_whitespace(), new.split_whitespace());
    Words { added: right - both, removed: left - both }
}
