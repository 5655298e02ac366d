//! What makes a finding the same finding after lines have moved: its rule, its file and its message.

use std::collections::HashMap;

use xxhash_rust::xxh3::Xxh3;

use super::Diagnostic;

/// Returns 16 hexadecimal digits that stay the same when the finding moves within its file.
pub(super) fn of(diagnostic: &Diagnostic, path: &str) -> String {
    let mut hash = Xxh3::new();
    for part in [diagnostic.code.as_str(), path, &diagnostic.message] {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    format!("{:016x}", hash.digest())
}

/// Numbers findings that have the same fingerprint, from 1, in the order they come.
#[derive(Default)]
pub(super) struct Occurrences(HashMap<String, u32>);

impl Occurrences {
    /// Returns how often `fingerprint` has been seen, this time included.
    pub(super) fn next(&mut self, fingerprint: &str) -> u32 {
        let count = self.0.entry(fingerprint.to_owned()).or_default();
        *count += 1;
        *count
    }
}
