//! The folder in which steps work: a tree in memory, so nothing can reach outside of it, and nothing is left of a run that fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget;
use super::failure::{Code, StepError};

/// Where the folder seems to be, for actions that give absolute paths.
pub const ROOT: &str = "/workspace";
/// How many bytes the files may have together.
const MAX_BYTES: usize = 128 * 1024 * 1024;
/// How many files and folders there may be.
const MAX_ENTRIES: usize = 100_000;
/// How many links may lead to one another.
const MAX_LINKS: usize = 40;

/// A file, a folder or a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File {
        /// Its content.
        bytes: Arc<[u8]>,
        /// Its permissions, such as `0o644`.
        mode: u32,
    },
    /// A link, and what it says.
    Link(String),
    /// A folder.
    Folder,
}

/// Permissions of a new file.
pub const PLAIN: u32 = 0o644;

/// The folder.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    entries: BTreeMap<String, Entry>,
    bytes: usize,
}

type Outcome<T> = Result<T, StepError>;

/// Joins a path to a folder, and takes `.` and `..` away; `None` if it leads out.
#[must_use]
pub fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the folder that holds a path.
#[must_use]
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn escape(path: &str) -> StepError {
    StepError::new(Code::PathEscape, format!("`{path}` leads out of the folder of the result"))
}

fn missing(path: &str) -> StepError {
    StepError::new(Code::NotFound, format!("there is no `{path}`"))
}

impl Tree {
    /// Returns the entries in order, each with its path.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// Returns how many bytes the files have together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns how many entries there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Finds an entry; a link is not followed.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Entry> {
        if path.is_empty() { Some(&Entry::Folder) } else { self.entries.get(path) }
    }

    /// Returns the path that is meant, from the top, with all links followed.
    ///
    /// # Errors
    /// When it leads out of the tree.
    pub fn resolve(&self, path: &str) -> Outcome<String> {
        let plain = self.plain(path)?;
        self.follow(&plain, path, MAX_LINKS)
    }

    /// Returns the path that is meant, with the links of its folder followed, but not the last part.
    ///
    /// # Errors
    /// When it leads out of the tree.
    pub fn resolve_entry(&self, path: &str) -> Outcome<String> {
        let plain = self.plain(path)?;
        let Some((folder, name)) = plain.rsplit_once('/') else { return Ok(plain) };
        let folder = self.follow(folder, path, MAX_LINKS)?;
        Ok(if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") })
    }

    /// Takes away what is not a name in a path, and the place of the tree from an absolute one.
    fn plain(&self, path: &str) -> Outcome<String> {
        if path.contains('\0') {
            return Err(StepError::new(Code::Failed, "a path cannot contain a NUL"));
        }
        let inner = match path.strip_prefix('/') {
            None => path,
            Some(_) if path == ROOT => "",
            Some(_) => match path.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('/')) {
                Some(inner) => inner,
                None => return Err(escape(path)),
            },
        };
        // Backslashes are what some write for slashes; on other systems they would be.
        joined("", inner).ok_or_else(|| escape(path))
    }

    fn follow(&self, path: &str, shown: &str, links: usize) -> Outcome<String> {
        let mut at = String::new();
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        while let Some(part) = parts.next() {
            let next = if at.is_empty() { part.to_owned() } else { format!("{at}/{part}") };
            let Some(Entry::Link(target)) = self.entries.get(&next) else {
                at = next;
                continue;
            };
            if links == 0 {
                return Err(StepError::new(Code::Failed, format!("`{shown}` leads through links without end")));
            }
            let target = if target.starts_with('/') { None } else { joined(&at, target) };
            let rest: Vec<&str> = parts.collect();
            let whole = format!("{}/{}", target.ok_or_else(|| escape(shown))?, rest.join("/"));
            return self.follow(&whole, shown, links - 1);
        }
        Ok(at)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When there is none, or the path leads out of the tree.
    pub fn read(&self, path: &str) -> Outcome<Arc<[u8]>> {
        match self.get(&self.resolve(path)?) {
            Some(Entry::File { bytes, .. }) => {
                budget::take_bytes(bytes.len())?;
                Ok(bytes.clone())
            }
            Some(_) => Err(StepError::new(Code::Failed, format!("`{path}` is a folder"))),
            None => Err(missing(path)),
        }
    }

    /// Reads a file as text; what is not UTF-8 becomes U+FFFD.
    ///
    /// # Errors
    /// When there is none, or the path leads out of the tree.
    pub fn read_text(&self, path: &str) -> Outcome<String> {
        Ok(String::from_utf8_lossy(&self.read(path)?).into_owned())
    }

    /// Returns whether something is there, links followed.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.resolve(path).is_ok_and(|path| self.get(&path).is_some())
    }

    /// Writes a file and makes its folders; without a mode it keeps that of the file before.
    ///
    /// # Errors
    /// When the path leads out of the tree, a folder is there, or a part of the path is a file.
    pub fn write(&mut self, path: &str, bytes: impl Into<Arc<[u8]>>, mode: Option<u32>) -> Outcome<String> {
        let place = self.resolve(path)?;
        let kept = match self.get(&place) {
            Some(Entry::Folder) => return Err(StepError::new(Code::Failed, format!("`{path}` is a folder"))),
            Some(Entry::File { mode, .. }) => Some(*mode),
            _ => None,
        };
        self.put(&place, Entry::File { bytes: bytes.into(), mode: mode.or(kept).unwrap_or(PLAIN) })?;
        Ok(place)
    }

    /// Puts an entry at a path that is resolved; its folders are made.
    ///
    /// # Errors
    /// When a part of the path is a file, or the tree becomes too large.
    pub fn put(&mut self, place: &str, entry: Entry) -> Outcome<()> {
        self.make_folder(parent(place))?;
        if let Some(Entry::File { bytes, .. }) = self.entries.get(place) {
            self.bytes -= bytes.len();
        }
        if let Entry::File { bytes, .. } = &entry {
            budget::take_bytes(bytes.len())?;
            self.bytes += bytes.len();
        }
        self.entries.insert(place.to_owned(), entry);
        if self.bytes > MAX_BYTES {
            return Err(StepError::new(Code::TemplateLimit, "the result is larger than 128 MiB"));
        }
        if self.entries.len() > MAX_ENTRIES {
            return Err(StepError::new(Code::TemplateLimit, format!("the result has more than {MAX_ENTRIES} files")));
        }
        Ok(())
    }

    /// Makes a folder and those around it.
    ///
    /// # Errors
    /// When a part of the path is a file.
    pub fn make_folder(&mut self, place: &str) -> Outcome<()> {
        if place.is_empty() {
            return Ok(());
        }
        match self.entries.get(place) {
            Some(Entry::Folder) => return Ok(()),
            Some(_) => return Err(StepError::new(Code::Failed, format!("`{place}` is a file, not a folder"))),
            None => {}
        }
        // From the top, so that a deep path needs no deep stack.
        let ends = place.match_indices('/').map(|(at, _)| at).chain([place.len()]);
        for end in ends {
            match self.entries.get(&place[..end]) {
                Some(Entry::Folder) => {}
                Some(_) => {
                    return Err(StepError::new(Code::Failed, format!("`{}` is a file, not a folder", &place[..end])));
                }
                None => {
                    self.entries.insert(place[..end].to_owned(), Entry::Folder);
                }
            }
        }
        Ok(())
    }

    /// Takes away an entry with all below it; says whether there was one.
    pub fn remove(&mut self, place: &str) -> bool {
        let mut gone = self.below(place);
        gone.push(place.to_owned());
        let mut removed = false;
        for path in gone {
            if let Some(entry) = self.entries.remove(&path) {
                removed = true;
                if let Entry::File { bytes, .. } = entry {
                    self.bytes -= bytes.len();
                }
            }
        }
        removed
    }

    /// Returns the paths of all that is below a folder.
    #[must_use]
    pub fn below(&self, place: &str) -> Vec<String> {
        // What is too much ends the next step that is taken.
        let _ = budget::take(self.entries.len() as u64 / 8);
        if place.is_empty() {
            return self.entries.keys().cloned().collect();
        }
        let prefix = format!("{place}/");
        self.entries
            .range(prefix.clone()..)
            .map(|(path, _)| path)
            .take_while(|path| path.starts_with(&prefix))
            .cloned()
            .collect()
    }

    /// Moves an entry with all below it.
    ///
    /// # Errors
    /// When there is none, it would go into itself, or something is there and is not to be overwritten.
    pub fn rename(&mut self, from: &str, to: &str, overwrite: bool) -> Outcome<()> {
        let (source, target) = (self.resolve_entry(from)?, self.resolve_entry(to)?);
        self.resolve(from)?;
        if !self.entries.contains_key(&source) {
            return Err(missing(from));
        }
        if source == target {
            return Err(StepError::new(Code::Failed, format!("`{from}` and `{to}` are the same place")));
        }
        let is_folder = matches!(self.entries.get(&source), Some(Entry::Folder));
        if target.starts_with(&format!("{source}/")) || target.is_empty() {
            return Err(StepError::new(Code::Failed, format!("`{from}` cannot be moved into itself")));
        }
        match self.entries.get(&target) {
            Some(Entry::Folder) if !is_folder => {
                return Err(StepError::new(Code::Failed, format!("`{to}` is a folder, and `{from}` is none")));
            }
            Some(Entry::File { .. } | Entry::Link(_)) if is_folder => {
                return Err(StepError::new(Code::Failed, format!("`{to}` is no folder, and `{from}` is one")));
            }
            Some(_) if !overwrite => {
                return Err(StepError::new(
                    Code::Exists,
                    format!("`{to}` is already there; `overwrite: true` would replace it"),
                ));
            }
            Some(_) => {
                self.remove(&target);
            }
            None => {}
        }
        let moved: Vec<(String, Entry)> = std::iter::once(source.clone())
            .chain(self.below(&source))
            .filter_map(|path| Some((format!("{target}{}", &path[source.len()..]), self.entries.get(&path)?.clone())))
            .collect();
        self.remove(&source);
        for (place, entry) in moved {
            self.put(&place, entry)?;
        }
        Ok(())
    }
}
