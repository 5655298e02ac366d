//! What was asked of a workspace while something was made of it, and which answers have changed.
//!
//! Questions are recorded by the places that they were about: if nothing happened there, asking again would give the
//! same answers. Facts that everything depends on (the configuration, ignore files, repositories, links) are no part of
//! this, since then the whole workspace is reloaded. Errs on the side of a changed answer.

use parking_lot::Mutex;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::text::FileId;

/// The questions that something is the answer to.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// What is in the file?
    contents: Vec<FileId>,
    /// What is there?
    places: Vec<PathBuf>,
    /// Which files are below?
    folders: Vec<PathBuf>,
    /// Whether a symbolic link was followed, so that other places matter that are not known here.
    linked: bool,
    /// The questions of what it was made from.
    parts: Vec<Arc<Dependencies>>,
}

impl Dependencies {
    pub(crate) fn content(&mut self, file: FileId) {
        self.contents.push(file);
    }

    pub(crate) fn place(&mut self, place: &Path) {
        // Links of one page are looked up one after another, often the same one.
        if self.places.last().is_none_or(|last| last != place) {
            self.places.push(place.to_owned());
        }
    }

    pub(crate) fn below(&mut self, folder: &Path) {
        self.folders.push(folder.to_owned());
    }

    pub(crate) fn link(&mut self) {
        self.linked = true;
    }

    pub(crate) fn part(&mut self, asked: &Arc<Self>) {
        self.parts.push(Arc::clone(asked));
    }
}

/// Where questions are noted while they are asked, from any thread.
#[derive(Debug, Default)]
pub(crate) struct DependencyRecorder(Mutex<Dependencies>);

impl DependencyRecorder {
    pub(crate) fn write(&self, write: impl FnOnce(&mut Dependencies)) {
        let mut asked = self.0.lock();
        write(&mut asked);
    }

    /// Returns each question once.
    pub(crate) fn finish(&self) -> Dependencies {
        let mut asked = std::mem::take(&mut *self.0.lock());
        asked.contents.sort_unstable();
        asked.contents.dedup();
        asked.contents.shrink_to_fit();
        for places in [&mut asked.places, &mut asked.folders] {
            places.sort_unstable();
            places.dedup();
            places.shrink_to_fit();
        }
        asked
    }
}

/// What happened between two states of a workspace.
#[derive(Debug, Default)]
pub struct Changes {
    /// Files whose bytes have changed.
    pub(crate) contents: HashSet<FileId>,
    /// Where something appeared, disappeared or became something else.
    pub(crate) places: BTreeSet<PathBuf>,
}

impl Changes {
    /// Returns whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.contents.is_empty() && self.places.is_empty()
    }

    /// Returns whether an answer may have changed.
    #[must_use]
    pub fn affect(&self, asked: &Dependencies) -> bool {
        asked.contents.iter().any(|file| self.contents.contains(file))
            || (!self.places.is_empty()
                && (asked.linked
                    || asked.places.iter().any(|place| self.is_at_or_above(place))
                    || asked.folders.iter().any(|folder| self.is_at_or_above(folder) || self.is_below(folder))))
            || asked.parts.iter().any(|part| self.affect(part))
    }

    /// Returns whether a place is one of those where something happened, or lies below.
    pub(crate) fn is_at_or_above(&self, place: &Path) -> bool {
        place.ancestors().any(|above| self.places.contains(above))
    }

    fn is_below(&self, folder: &Path) -> bool {
        // Paths are ordered by their names, so that what is below a folder follows it.
        let next = self.places.range::<Path, _>((std::ops::Bound::Excluded(folder), std::ops::Bound::Unbounded)).next();
        next.is_some_and(|next| next.starts_with(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_question_was_about_counts() {
        let changes = |places: &[&str], contents: &[usize]| Changes {
            contents: contents.iter().map(|file| FileId::new(*file)).collect(),
            places: places.iter().map(PathBuf::from).collect(),
        };
        let mut asked = Dependencies::default();
        asked.content(FileId::new(3));
        asked.place(Path::new("/r/a/b.md"));
        asked.below(Path::new("/r/docs"));
        for (places, contents, expect) in [
            (&[][..], &[][..], false),
            (&[], &[3], true),
            (&[], &[2], false),
            (&["/r/a/b.md"], &[], true),
            (&["/r/a"], &[], true),
            (&["/r/a/b"], &[], false),
            (&["/r/a/b.md/c"], &[], false),
            (&["/r/docs/x/y.md"], &[], true),
            (&["/r/docs"], &[], true),
            (&["/r"], &[], true),
            (&["/r/docs.md", "/r/docs2"], &[], false),
        ] {
            assert_eq!(changes(places, contents).affect(&asked), expect, "{places:?} {contents:?}");
        }
        let mut whole = Dependencies::default();
        whole.part(&Arc::new(asked));
        assert!(changes(&["/r/a"], &[]).affect(&whole));
        whole.link();
        assert!(changes(&["/elsewhere"], &[]).affect(&whole));
    }
}
