//! Where a site goes: a [`Sink`] takes files by path; [`MemorySink`] keeps them, [`DiskSink`] makes a folder of them.
//!
//! One of the four modules that touch the outside world. Does not know how bytes were made, nor what a path means.
//!
//! Invariants: nothing is removed or changed that an earlier build did not write; a build that ends early, for
//! whatever reason, leaves the folder as it was; a file whose bytes stay the same keeps its time.

mod precompress;
mod disk;
mod manifest;
mod snapshot;
pub mod weight;

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::Error;

pub use disk::{DiskSink, Target, WriteReport};
pub use precompress::{Compressed, gzip};
pub use snapshot::{Listing, is_untouched, snapshot};

/// Takes the files of a site, from any thread.
pub trait Sink: Sync {
    /// Takes the file at `path`, which is `/`-separated and relative to the site.
    ///
    /// # Errors
    /// [`Error::Name`] when the path is none, when the disk does not take it, or when it was taken before, since one of
    /// the two pages would be lost; others can be put all the same. Any other when nothing can be written.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error>;

    /// Returns whether the last build wrote a file that is at `path` untouched.
    fn has(&self, _path: &str) -> bool {
        false
    }

    /// Takes a file as the last build left it, instead of its bytes; only where [`Sink::has`] says that there is one.
    fn keep(&self, _path: &str) {}
}

/// Keeps a site in memory.
#[derive(Debug, Default)]
pub struct MemorySink {
    files: Mutex<BTreeMap<String, Arc<[u8]>>>,
}

impl MemorySink {
    /// Returns the files by path.
    #[must_use]
    pub fn into_files(self) -> BTreeMap<String, Arc<[u8]>> {
        self.files.into_inner()
    }
}

impl Sink for MemorySink {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        check_path(path)?;
        let mut files = self.files.lock();
        if files.contains_key(path) {
            return Err(taken(path));
        }
        files.insert(path.to_owned(), bytes.into());
        Ok(())
    }
}

/// Makes sure that a path names a file inside the site on every operating system.
fn check_path(path: &str) -> Result<(), Error> {
    let odd = |name: &str| {
        matches!(name, "" | "." | "..") || name.contains(['\\', ':']) || name.chars().any(char::is_control)
    };
    if path.split('/').any(odd) || path == manifest::NAME {
        return Err(Error::Name { path: path.to_owned(), reason: "no file of a site can be called so".to_owned() });
    }
    Ok(())
}

fn taken(path: &str) -> Error {
    Error::Name { path: path.to_owned(), reason: "another file has this path".to_owned() }
}

#[cfg(test)]
mod tests;
