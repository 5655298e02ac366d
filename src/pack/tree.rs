//! The folders, files and links of a pack, and what is at a path. Links are followed within the pack and no further.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::{Fault, Pack};

/// As many links as most systems follow.
const MAX_LINKS: usize = 40;

/// What is in a pack under a name.
#[derive(Debug)]
pub(super) enum Node {
    /// A file: where its bytes are, and whether it may be run.
    File(Range<usize>, bool),
    /// A file whose content is not in the pack.
    Named,
    /// A folder.
    Folder(BTreeMap<Box<str>, Node>),
    /// A link, and what it says.
    Link(Box<str>),
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry<'a> {
    /// A file: its bytes, and whether it may be run.
    File(&'a [u8], bool),
    /// A file that the repository has, but whose content is not in the pack.
    Named,
    /// A folder.
    Folder,
    /// A link that was not followed, and what it says.
    Link(&'a str),
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<'a> {
    /// To something in the pack, and its path there without links.
    Inside(Vec<&'a str>, Entry<'a>),
    /// Out of the repository; what is there is not known.
    Outside,
}

/// Why nothing is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFound {
    /// There is nothing.
    Missing,
    /// A part of the path is no folder.
    NoFolder,
    /// Links lead on and on.
    TooManyLinks,
}

/// As many folders as a pack may have: each costs memory, and a short path names many.
const MAX_FOLDERS: usize = 100_000;

/// Puts something into the tree; the folders on the way are made, and counted in `made`.
pub(super) fn insert(
    root: &mut BTreeMap<Box<str>, Node>,
    made: &mut usize,
    path: &str,
    node: Node,
) -> Result<(), Fault> {
    let duplicate = || Fault::Duplicate { path: path.to_owned() };
    let (folders, name) = path.rsplit_once('/').map_or((None, path), |(folders, name)| (Some(folders), name));
    let mut folder = root;
    for part in folders.into_iter().flat_map(|folders| folders.split('/')) {
        let entry = folder.entry(part.into()).or_insert_with(|| {
            *made += 1;
            Node::Folder(BTreeMap::new())
        });
        let Node::Folder(next) = entry else { return Err(duplicate()) };
        if *made > MAX_FOLDERS {
            return Err(Fault::TooMany { limit: MAX_FOLDERS });
        }
        folder = next;
    }
    match folder.insert(name.into(), node) {
        None => Ok(()),
        Some(_) => Err(duplicate()),
    }
}

impl Pack {
    /// Finds what is at a path, given as names. Links on the way are followed, one at its end if `follow` says so.
    ///
    /// # Errors
    /// When there is nothing.
    pub fn find(&self, names: &[&str], follow: bool) -> Result<Found<'_>, NotFound> {
        // The names of the pack itself, so that what is found outlives the question.
        let mut rest: VecDeque<&str> = names.iter().copied().collect();
        let mut at: Vec<&str> = Vec::new();
        let mut folders: Vec<&BTreeMap<Box<str>, Node>> = vec![&self.root];
        let mut end: Option<Entry<'_>> = None;
        let mut links = 0;
        while let Some(name) = rest.pop_front() {
            if end.is_some_and(|entry| entry != Entry::Folder) {
                return Err(NotFound::NoFolder);
            }
            match name {
                "" | "." => continue,
                ".." => {
                    if folders.len() <= 1 {
                        return Ok(Found::Outside);
                    }
                    folders.pop();
                    at.pop();
                    end = None;
                    continue;
                }
                _ => {}
            }
            let (name, node) = folders.last().and_then(|folder| folder.get_key_value(name)).ok_or(NotFound::Missing)?;
            end = Some(match node {
                Node::Link(target) if follow || !rest.is_empty() => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(NotFound::TooManyLinks);
                    }
                    for part in target.split('/').rev() {
                        rest.push_front(part);
                    }
                    continue;
                }
                Node::Link(target) => Entry::Link(target),
                Node::Folder(folder) => {
                    folders.push(folder);
                    Entry::Folder
                }
                Node::File(range, is_executable) => {
                    Entry::File(self.bytes.get(range.clone()).unwrap_or_default(), *is_executable)
                }
                Node::Named => Entry::Named,
            });
            at.push(name);
        }
        Ok(Found::Inside(at, end.unwrap_or(Entry::Folder)))
    }

    /// Returns what is in a folder, links not followed; `None` if there is no such folder.
    pub fn list(&self, names: &[&str]) -> Result<Vec<(&str, Entry<'_>)>, NotFound> {
        let Found::Inside(names, Entry::Folder) = self.find(names, true)? else { return Err(NotFound::NoFolder) };
        let mut folder = &self.root;
        for name in names {
            let Some(Node::Folder(next)) = folder.get(name) else { return Err(NotFound::Missing) };
            folder = next;
        }
        let entry = |node: &Node| match node {
            Node::File(_, is_executable) => Entry::File(&[], *is_executable),
            Node::Named => Entry::Named,
            Node::Folder(_) => Entry::Folder,
            Node::Link(_) => Entry::Link(""),
        };
        Ok(folder.iter().map(|(name, node)| (&**name, entry(node))).collect())
    }
}
