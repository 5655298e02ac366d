//! The objects of a repository: trees and files of any commit, read through one git process and without a checkout.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::disk::FileType;
use super::git_command::{Answer, Batch};

/// A tree of more bytes is not read: it would have a million entries.
const MAX_TREE: u64 = 64 << 20;
/// Git ends where a repository is damaged, and is started again so often.
const MAX_STARTS: u32 = 50;

/// The objects of one repository.
#[derive(Debug)]
pub(super) struct Objects {
    /// The working tree.
    folder: PathBuf,
    process: Mutex<Process>,
    /// Most trees of one version are those of another one, too.
    trees: RwLock<HashMap<Id, Arc<Tree>>>,
}

#[derive(Debug, Default)]
struct Process {
    running: Option<Batch>,
    starts: u32,
}

/// The name of an object, in hexadecimal digits.
pub(super) type Id = Box<str>;

/// Why an object is not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The clone does not hold it.
    Missing,
    /// It has this many bytes.
    TooLarge(u64),
}

/// A folder of a commit, in the order of names.
#[derive(Debug, Default)]
pub(super) struct Tree {
    entries: Vec<TreeEntry>,
}

/// What a folder of a commit holds under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TreeEntry {
    pub(super) name: OsString,
    pub(super) kind: FileType,
    pub(super) is_executable: bool,
    pub(super) id: Id,
}

impl Objects {
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), process: Mutex::default(), trees: RwLock::default() }
    }

    /// Returns the folder of a commit, or the tree of this name.
    pub(super) fn tree(&self, id: &str) -> Result<Arc<Tree>, Fault> {
        if let Some(known) = self.trees.read().get(id) {
            return Ok(Arc::clone(known));
        }
        let (name, kind, bytes) = self.ask(id, MAX_TREE)?;
        if kind != "tree" {
            return Err(Fault::Missing);
        }
        let tree = Arc::new(Tree::parse(&bytes, name.len() / 2));
        let mut trees = self.trees.write();
        trees.insert(name.into(), Arc::clone(&tree));
        trees.insert(id.into(), Arc::clone(&tree));
        Ok(tree)
    }

    /// Returns the bytes of a file.
    pub(super) fn file(&self, id: &str, limit: u64) -> Result<Vec<u8>, Fault> {
        let (_, kind, bytes) = self.ask(id, limit)?;
        if kind == "blob" { Ok(bytes) } else { Err(Fault::Missing) }
    }

    fn ask(&self, name: &str, limit: u64) -> Result<(String, String, Vec<u8>), Fault> {
        let mut process = self.process.lock();
        let process = &mut *process;
        let running = match &mut process.running {
            Some(running) => running,
            None if process.starts < MAX_STARTS => {
                process.starts += 1;
                let started = Batch::start(&self.folder).map_err(|_| Fault::Missing)?;
                process.running.insert(started)
            }
            None => return Err(Fault::Missing),
        };
        match running.ask(name, limit) {
            Ok(Answer::Object(id, kind, bytes)) => Ok((id, kind, bytes)),
            Ok(Answer::TooLarge(size)) => Err(Fault::TooLarge(size)),
            Ok(Answer::Missing) => Err(Fault::Missing),
            Err(_) => {
                process.running = None;
                Err(Fault::Missing)
            }
        }
    }
}

impl Tree {
    /// Reads a tree as git stores it: mode, space, name, zero, and the name of the object as `length` bytes. What no
    /// working tree could hold is left out.
    fn parse(mut bytes: &[u8], length: usize) -> Self {
        let mut entries = Vec::new();
        while let Some(end) = memchr::memchr(0, bytes) {
            let (head, rest) = (&bytes[..end], &bytes[end + 1..]);
            let Some((id, rest)) = rest.split_at_checked(length) else { break };
            bytes = rest;
            let Some(blank) = memchr::memchr(b' ', head) else { continue };
            let (mode, name) = (&head[..blank], &head[blank + 1..]);
            let kind = match mode {
                b"40000" | b"040000" => FileType::Folder,
                b"120000" => FileType::Link,
                // The commit of a submodule, whose files are elsewhere.
                b"160000" => FileType::Other,
                _ => FileType::File,
            };
            let is_name =
                !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/') && !name.eq_ignore_ascii_case(b".git");
            let Some(name) = named(name).filter(|_| is_name) else { continue };
            entries.push(TreeEntry { name, kind, is_executable: mode.ends_with(b"755"), id: hexadecimal(id) });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Self { entries }
    }

    pub(super) fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    pub(super) fn get(&self, name: &OsStr) -> Option<&TreeEntry> {
        let at = self.entries.binary_search_by(|entry| entry.name.as_os_str().cmp(name)).ok()?;
        Some(&self.entries[at])
    }
}

fn hexadecimal(bytes: &[u8]) -> Id {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits =
        bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)]));
    digits.collect::<String>().into()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a name may be none")]
fn named(name: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt as _;

    Some(OsStr::from_bytes(name).to_owned())
}

#[cfg(not(unix))]
fn named(name: &[u8]) -> Option<OsString> {
    std::str::from_utf8(name).ok().filter(|name| !name.contains(['\\', ':'])).map(OsString::from)
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing => Self::other("this clone does not hold it"),
            Fault::TooLarge(size) => Self::other(format!("it has {size} bytes")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_trees_and_passes_over_what_no_folder_can_hold() {
        let entry = |head: &str| [head.as_bytes(), &[0], &[0xab; 20]].concat();
        let heads = ["100644 b.md", "40000 a", "120000 link", "160000 module", "100755 run", "40000 .GIT", "100644 .."];
        let mut bytes: Vec<u8> = heads.iter().flat_map(|head| entry(head)).collect();
        let tree = Tree::parse(&bytes, 20);
        let names: Vec<&str> = tree.entries().iter().filter_map(|entry| entry.name.to_str()).collect();
        assert_eq!(names, ["a", "b.md", "link", "module", "run"]);
        let found = tree.get(OsStr::new("run")).unwrap();
        assert_eq!((found.kind, found.is_executable, &*found.id), (FileType::File, true, &*"ab".repeat(20)));
        assert_eq!(tree.get(OsStr::new("module")).unwrap().kind, FileType::Other);
        assert_eq!(tree.get(OsStr::new("c")), None);
        bytes.truncate(bytes.len() - 3);
        assert_eq!(Tree::parse(&bytes, 20).entries().len(), 5, "an entry that is cut off is none");
        assert!(Tree::parse(b"\0\0 \0x", 20).entries().is_empty());
    }
}
