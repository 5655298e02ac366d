//! Sizes and times of the files of a site, which show whether anybody has touched them since without reading them.

#![expect(clippy::disallowed_methods, reason = "this looks at the site on the disk")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use rayon::prelude::*;

use super::manifest::{self, Manifest};

/// Returns size and time of every file that the last build wrote to a folder, one a line, for [`is_untouched`]; `None`
/// if that is not known of each.
#[must_use]
pub fn snapshot(folder: &Path) -> Option<String> {
    let manifest = Manifest::parse(&fs::read(folder.join(manifest::NAME)).ok()?)?;
    let paths: Vec<&str> = manifest.files.keys().map(String::as_str).chain([manifest::NAME]).collect();
    let lines: Option<Vec<String>> =
        paths.par_iter().map(|path| Some(format!("{path}\t{}\n", look(&folder.join(path))?))).collect();
    Some(lines?.concat())
}

/// Returns whether a folder holds the files of a [`snapshot`] as they were.
#[must_use]
pub fn is_untouched(folder: &Path, snapshot: &str) -> bool {
    let lines: Vec<&str> = snapshot.lines().collect();
    !lines.is_empty()
        && lines.par_iter().all(|line| {
            let Some((path, looks)) = line.split_once('\t') else { return false };
            look(&folder.join(path)).is_some_and(|now| now == looks)
        })
}

/// The files of a site as one of its builds listed them.
#[derive(Debug, Default)]
pub struct Listing(Manifest);

impl Listing {
    /// Reads the list of a site, given its folder or the list itself; `None` if there is none.
    #[must_use]
    pub fn read(place: &Path) -> Option<Self> {
        let file = if place.is_dir() { place.join(manifest::NAME) } else { place.to_owned() };
        Manifest::parse(&fs::read(file).ok()?).map(Self)
    }

    /// Returns the paths of all files, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.files.keys().map(String::as_str)
    }

    /// Returns how many folders hold the files.
    #[must_use]
    pub fn folders(&self) -> usize {
        let above = |path: &'_ String| path.rmatch_indices('/').map(|(end, _)| end).collect::<Vec<_>>();
        let folders: BTreeSet<&str> =
            self.0.files.keys().flat_map(|path| above(path).into_iter().map(|end| &path[..end])).collect();
        folders.len()
    }

    /// Returns whether the site has a file at a path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.0.files.contains_key(path)
    }

    /// Returns the paths of files that an older site did not have, or had with other bytes, or that are gone, sorted.
    #[must_use]
    pub fn changed_since(&self, older: &Self) -> Vec<String> {
        let (now, then) = (&self.0.files, &older.0.files);
        let paths: BTreeSet<&String> = now.keys().chain(then.keys()).collect();
        paths.into_iter().filter(|path| now.get(*path) != then.get(*path)).cloned().collect()
    }
}

fn look(path: &Path) -> Option<String> {
    let about = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    let time = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}", about.len(), time.as_nanos()))
}
