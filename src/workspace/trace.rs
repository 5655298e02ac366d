//! What the outside answered while a build asked: folders, kinds, links and contents.
//!
//! A build is a function of its arguments and of these answers, since there is no other door (see [`super::file_system`]). So
//! as long as the answers would be the same, so would the site. This is the one model of what a build depends on.
//!
//! Knows nothing of what was asked for what. Errs on the side of a changed answer.

#![expect(clippy::disallowed_methods, reason = "asking again touches the disk, as asking did")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::disk::{self, DirEntry, FileType, Stamp, stamp};
use crate::incremental;

/// A file that changed so shortly before it was read may change again with no trace in its time.
const FRESH: Duration = Duration::from_secs(2);

/// What is asked of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Probe {
    /// What is in the folder?
    List,
    /// What is there, links not followed?
    FileType,
    /// Where does it lead, links followed?
    Real,
    /// What are its bytes?
    Content,
}

impl incremental::Probe for Probe {
    const ALL: &'static [Self] = &[Self::List, Self::FileType, Self::Real, Self::Content];

    fn letter(self) -> char {
        match self {
            Self::List => 'L',
            Self::FileType => 'K',
            Self::Real => 'R',
            Self::Content => 'C',
        }
    }

    fn reconciled<'a>(self, before: &'a str, now: &'a str) -> Option<&'a str> {
        match (self, before, now) {
            // It was too large for one who asked.
            (Self::Content, other, NOTHING) | (Self::Content, NOTHING, other) => Some(other),
            _ => None,
        }
    }
}

/// Notes questions and answers.
#[derive(Debug)]
pub(super) struct Trace {
    answers: incremental::Trace<Probe>,
    since: SystemTime,
    /// Where the site will be: what is there is made by the build itself.
    own: OnceLock<PathBuf>,
}

impl Default for Trace {
    fn default() -> Self {
        Self { answers: incremental::Trace::default(), since: SystemTime::now(), own: OnceLock::new() }
    }
}

/// The answer that there is none.
const NOTHING: &str = "-";

impl Trace {
    /// Says where the site will be.
    pub(super) fn set_own(&self, output: &Path) {
        let parent = output.parent().and_then(|parent| fs::canonicalize(parent).ok());
        let place = parent.zip(output.file_name()).map(|(parent, name)| parent.join(name));
        let _ = self.own.set(place.unwrap_or_else(|| output.to_owned()));
    }

    fn own(&self) -> &Path {
        self.own.get().map_or(Path::new(""), PathBuf::as_path)
    }

    fn note(&self, question: Probe, path: &Path, answer: String) {
        self.answers.note(question, path, answer);
    }

    pub(super) fn list(&self, folder: &Path, items: Option<&[DirEntry]>) {
        self.note(
            Probe::List,
            folder,
            items.map_or_else(|| NOTHING.to_owned(), |items| listing(folder, items, self.own())),
        );
    }

    pub(super) fn kind(&self, path: &Path, kind: Option<FileType>) {
        self.note(Probe::FileType, path, kind.map_or(NOTHING, letter).to_owned());
    }

    pub(super) fn real(&self, path: &Path, real: Option<&Path>) {
        let real = real.map_or_else(|| NOTHING.to_owned(), |real| real.to_string_lossy().into_owned());
        self.note(Probe::Real, path, real);
    }

    /// Notes the content of a file; `None` if it could not be read.
    pub(super) fn content(&self, path: &Path, bytes: Option<&[u8]>) {
        let answer = bytes.map_or_else(
            || NOTHING.to_owned(),
            |bytes| content(bytes, stamp(path).filter(|stamp| is_old(stamp, self.since))),
        );
        self.note(Probe::Content, path, answer);
    }

    /// Writes where the site is, then the answers; `None` if a file changed while the build ran, so that it was another one to
    /// each who asked.
    pub(super) fn to_text(&self) -> Option<String> {
        self.answers.to_text(self.own())
    }
}

/// Returns whether every answer would be the same today.
pub(super) fn holds(text: &str) -> bool {
    incremental::is_valid(text, still)
}

/// Asks the disk whether an answer would be the same.
fn still(question: Probe, path: &Path, answer: &str, own: &Path) -> bool {
    match question {
        Probe::List => {
            answer == disk::list(path).map_or_else(|_| NOTHING.to_owned(), |items| listing(path, &items, own))
        }
        Probe::FileType => answer == disk::kind(path).map_or(NOTHING, letter),
        Probe::Real => disk::real(path).map_or(answer == NOTHING, |real| answer == real.to_string_lossy()),
        Probe::Content => {
            let Some(now) = stamp(path) else { return answer == NOTHING };
            let Some((then, rest)) = answer.split_once(' ') else { return false };
            if then == looks(&now) && rest.starts_with(&format!("{} ", now.size)) {
                return true;
            }
            fs::read(path).is_ok_and(|bytes| content(&bytes, None).split_once(' ').is_some_and(|(_, now)| now == rest))
        }
    }
}

const fn letter(kind: FileType) -> &'static str {
    match kind {
        FileType::File => "f",
        FileType::Folder => "d",
        FileType::Link => "l",
        FileType::Other => "o",
    }
}

/// Hashes a folder, without the site in it and what killed builds left beside that.
fn listing(folder: &Path, items: &[DirEntry], own: &Path) -> String {
    let own = (own.parent() == Some(folder)).then(|| own.file_name()).flatten().unwrap_or_default();
    let aside = [b".", own.as_encoded_bytes(), b".playbill-"].concat();
    let mut names: Vec<(&[u8], &str)> = items
        .iter()
        .map(|item| (item.name.as_encoded_bytes(), letter(item.kind)))
        .filter(|(name, _)| own.is_empty() || (*name != own.as_encoded_bytes() && !name.starts_with(&aside)))
        .collect();
    names.sort_unstable();
    let mut hash = Xxh3::new();
    for (name, kind) in names {
        hash.update(&(name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update(kind.as_bytes());
    }
    format!("{:032x}", hash.digest128())
}

/// Hashes a content, with size and times of the file if they can be trusted.
fn content(bytes: &[u8], stamp: Option<Stamp>) -> String {
    let looks = stamp.map_or_else(|| NOTHING.to_owned(), |stamp| looks(&stamp));
    format!("{looks} {} {:032x}", bytes.len(), xxh3_128(bytes))
}

/// Returns whether nothing about a file has changed shortly before a time.
fn is_old(stamp: &Stamp, time: SystemTime) -> bool {
    let by_status = i128::try_from(nanoseconds(time))
        .is_ok_and(|time| time - stamp.identity.1 > i128::try_from(FRESH.as_nanos()).unwrap_or(i128::MAX));
    by_status && time.duration_since(stamp.modified).is_ok_and(|age| age > FRESH)
}

/// Records size and times of a file: sources that are all of one time, as Nix, Bazel and `tar --mtime` make them, still
/// have a status that changes with them.
fn looks(stamp: &Stamp) -> String {
    let (inode, status) = stamp.identity;
    format!("{}.{inode}.{status}", nanoseconds(stamp.modified))
}

fn nanoseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records the content of a file as a build that began this many seconds from now, and returns the record.
    fn noted(path: &Path, seconds: u64) -> String {
        let journal = Trace { since: SystemTime::now() + Duration::from_secs(seconds), ..Trace::default() };
        journal.set_own(&path.with_file_name("site"));
        journal.content(path, fs::read(path).ok().as_deref());
        journal.to_text().unwrap()
    }

    #[test]
    fn a_file_that_changed_shortly_before_it_was_read_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "Port 8080").unwrap();
        let looks = |text: &str| text.rsplit('\t').next().unwrap().split(' ').next().unwrap().to_owned();
        assert_eq!(looks(&noted(&path, 1)), NOTHING);
        assert_ne!(looks(&noted(&path, 10)), NOTHING);
        // Whether it is trusted or not, it is the same.
        assert!(holds(&noted(&path, 1)) && holds(&noted(&path, 10)));
    }

    #[test]
    fn another_content_of_equal_size_and_time_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let time = UNIX_EPOCH + Duration::from_secs(1);
        let write = |text: &str| {
            fs::write(&path, text).unwrap();
            fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
        };
        for seconds in [1, 10] {
            write("Port 8080");
            let before = noted(&path, seconds);
            assert!(holds(&before));
            // The clock of the status may be coarse.
            std::thread::sleep(Duration::from_millis(20));
            write("Port 9090");
            assert_eq!(holds(&before), !cfg!(unix) && seconds == 10);
        }
    }
}
