//! Hashes that distinguish values without keeping them.

use std::hash::Hash;

use xxhash_rust::xxh3::Xxh3Default;

/// A hash of all that somebody sees of a value: of equal fingerprints came equal values.
///
/// A struct of which only a part counts is taken apart field by field, without `..`, so that a new field does not compile until
/// somebody has decided whether it counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// Returns the fingerprint of a value, or of a tuple of those that count.
    #[must_use]
    pub fn of(value: &(impl Hash + ?Sized)) -> Self {
        let mut hasher = Xxh3Default::new();
        value.hash(&mut hasher);
        Self(hasher.digest128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        #[derive(Hash)]
        struct Before {
            title: &'static str,
        }
        #[derive(Hash)]
        struct After {
            title: &'static str,
            added: bool,
        }
        let before = Fingerprint::of(&Before { title: "a" });
        assert_eq!(before, Fingerprint::of(&Before { title: "a" }));
        assert_ne!(before, Fingerprint::of(&Before { title: "b" }));
        let [with, without] = [true, false].map(|added| Fingerprint::of(&After { title: "a", added }));
        assert_ne!(with, without, "a field that is added counts at once");
        assert_ne!(Fingerprint::of(&("ab", "c")), Fingerprint::of(&("a", "bc")));
    }
}
