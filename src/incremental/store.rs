//! What one run of the program leaves for the next: bytes by name.
//!
//! Owns the way in which results are kept beyond a process. Does not know what they mean, nor where they lie.
//!
//! Invariant: whoever takes something from a store makes sure that it is still valid; a store only ensures that it is
//! complete.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Keeps bytes by name from one run to the next. What cannot be kept, or read again, counts as not there.
pub trait CacheStore: Send + Sync + std::fmt::Debug {
    /// Returns what the last run left under a name.
    fn take(&self, name: &str) -> Option<Vec<u8>>;

    /// Leaves something under a name, in place of what was there.
    fn put(&self, name: &str, bytes: &[u8]);

    /// Leaves what is there under a name for the next run.
    fn keep(&self, _name: &str) {}
}

/// Returns the value that the last run left under a name; `None` if it is another type's.
pub fn take<T: DeserializeOwned>(shelf: &dyn CacheStore, name: &str) -> Option<T> {
    postcard::from_bytes(&shelf.take(name)?).ok()
}

/// Leaves a value under a name.
pub fn put<T: Serialize>(shelf: &dyn CacheStore, name: &str, value: &T) {
    if let Ok(bytes) = postcard::to_allocvec(value) {
        shelf.put(name, &bytes);
    }
}

/// A store in memory that counts how often something was put into it.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct MemoryStore(pub(crate) parking_lot::Mutex<(std::collections::HashMap<String, Vec<u8>>, usize)>);

#[cfg(test)]
impl CacheStore for MemoryStore {
    fn take(&self, name: &str) -> Option<Vec<u8>> {
        self.0.lock().0.get(name).cloned()
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let mut board = self.0.lock();
        board.0.insert(name.to_owned(), bytes.to_vec());
        board.1 += 1;
    }
}
