//! What a result knows of its making: the template, the answers, and the files as they were made. An update needs all three.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::{Map, Value as Json, json};
use xxhash_rust::xxh3::Xxh3Default;

use super::tree::{Entry, Tree};
use super::{yaml_in, yaml_text};

/// Where the template and the answers are in a result.
pub const PLACE: &str = ".playbill/template.yaml";
/// Where the files are as they were made.
pub const BASE: &str = ".playbill/template.base";
/// How large the files may be together.
const MAX_BASE: u64 = 128 << 20;

/// What a result knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The template, as a reference.
    pub template: String,
    /// The answers; secrets are not among them.
    pub values: Map<String, Json>,
}

impl Record {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let whole = yaml_in::document(text)?;
        let template = whole.get("template").and_then(Json::as_str).ok_or("it names no `template`")?.to_owned();
        let values = whole.get("values").and_then(Json::as_object).cloned().unwrap_or_default();
        Ok(Self { template, values })
    }

    /// Adds it to what was made.
    pub fn put(&self, tree: &mut Tree) {
        let base = pack(tree);
        let text = yaml_text::write(&json!({
            "template": self.template,
            "version": version(tree),
            "values": self.values,
        }));
        let text =
            format!("# How these files were made; `playbill new --update -o .` brings what has changed since.\n{text}");
        // Nothing can be in the way but files of the same names.
        let _ = tree.write(PLACE, text.into_bytes(), None);
        let _ = tree.write(BASE, base, None);
    }
}

/// Returns a name for what was made: another one if any file is.
#[must_use]
pub fn version(tree: &Tree) -> String {
    let mut hasher = Xxh3Default::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    for (path, entry) in tree.entries().filter(|(path, _)| !is_own(path)) {
        match entry {
            Entry::File { bytes, mode } => {
                part(path.as_bytes());
                part(bytes);
                part(&[u8::from(mode & 0o111 != 0)]);
            }
            Entry::Link(target) => {
                part(path.as_bytes());
                part(target.as_bytes());
            }
            Entry::Folder => {}
        }
    }
    format!("{:032x}", hasher.digest128())
}

/// Returns whether a path is one of those that an update looks after itself.
#[must_use]
pub fn is_own(path: &str) -> bool {
    path == PLACE || path == BASE
}

/// Packs files into one.
fn pack(tree: &Tree) -> Vec<u8> {
    let mut whole = Map::new();
    for (path, entry) in tree.entries().filter(|(path, _)| !is_own(path)) {
        let value = match entry {
            Entry::File { bytes, mode } => match std::str::from_utf8(bytes) {
                Ok(text) => json!({"text": text, "mode": mode}),
                Err(_) => json!({"bytes": &**bytes, "mode": mode}),
            },
            Entry::Link(target) => json!({"link": target}),
            Entry::Folder => continue,
        };
        whole.insert(path.to_owned(), value);
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let text = Json::Object(whole).to_string();
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Returns the files as they were made; `None` if that cannot be read.
#[must_use]
pub fn unpack(packed: &[u8]) -> Option<Tree> {
    let mut text = String::new();
    DeflateDecoder::new(packed).take(MAX_BASE).read_to_string(&mut text).ok()?;
    let Json::Object(whole) = serde_json::from_str(&text).ok()? else { return None };
    let mut tree = Tree::default();
    for (path, value) in whole {
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return None;
        }
        let mode = value.get("mode").and_then(Json::as_u64).map_or(0o644, |mode| mode as u32);
        let entry = if let Some(text) = value.get("text").and_then(Json::as_str) {
            Entry::File { bytes: text.as_bytes().into(), mode }
        } else if let Some(bytes) = value.get("bytes").and_then(Json::as_array) {
            let bytes: Option<Vec<u8>> = bytes.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
            Entry::File { bytes: bytes?.into(), mode }
        } else {
            Entry::Link(value.get("link")?.as_str()?.to_owned())
        };
        tree.put(&path, entry).ok()?;
    }
    Some(tree)
}

/// What became of a file in an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The template has a new file.
    Added,
    /// It was not changed here, so it is the new one now.
    Updated,
    /// Both changes are in it.
    Merged,
    /// Both changed the same lines; they are put between conflict marks.
    Conflict,
    /// The template no longer has it, and it was not changed here.
    Removed,
    /// It stays, as one side no longer has it, or it is no text: somebody has to look.
    Kept,
}

impl Change {
    /// Returns the word of reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Merged => "merged",
            Self::Conflict => "conflict",
            Self::Removed => "removed",
            Self::Kept => "kept",
        }
    }
}

/// What an update does.
#[derive(Debug, Default)]
pub struct Update {
    /// The files to be written.
    pub writes: Tree,
    /// The files to be removed.
    pub removes: Vec<String>,
    /// What becomes of each file that the template has changed, in order.
    pub changes: Vec<(String, Change)>,
}

/// Returns how many files an update would touch, without merging any.
#[must_use]
pub fn changed(base: &Tree, now: &dyn Fn(&str) -> Option<Arc<[u8]>>, made: &Tree) -> usize {
    differing(base, now, made).count()
}

/// A file on three sides: as it was made, as it would be made now, and as it is here.
struct Sides {
    old: Option<Arc<[u8]>>,
    new: Option<(Arc<[u8]>, u32)>,
    here: Option<Arc<[u8]>>,
}

/// Returns the files that the template has changed since and that are not yet so here, in order.
fn differing<'a>(
    base: &'a Tree,
    now: &'a dyn Fn(&str) -> Option<Arc<[u8]>>,
    made: &'a Tree,
) -> impl Iterator<Item = (&'a str, Sides)> {
    let file = |tree: &Tree, path: &str| match tree.get(path)? {
        Entry::File { bytes, mode } => Some((Arc::clone(bytes), *mode)),
        _ => None,
    };
    let mut paths: Vec<&str> = base.entries().chain(made.entries()).map(|(path, _)| path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().filter(|path| !is_own(path)).filter_map(move |path| {
        let sides = Sides { old: file(base, path).map(|(bytes, _)| bytes), new: file(made, path), here: now(path) };
        let new = sides.new.as_ref().map(|(bytes, _)| bytes);
        (sides.old.as_ref() != new && new != sides.here.as_ref()).then_some((path, sides))
    })
}

/// Brings what the template has changed since into what is there now.
#[must_use]
pub fn update(base: &Tree, now: &dyn Fn(&str) -> Option<Arc<[u8]>>, made: &Tree) -> Update {
    let mut update = Update::default();
    for (path, Sides { old, new, here }) in differing(base, now, made) {
        let mut write = |bytes: Arc<[u8]>, mode: u32| {
            let _ = update.writes.put(path, Entry::File { bytes, mode });
        };
        let is_untouched = old == here;
        let change = match (&old, &here, new) {
            (None, None, Some((new, mode))) => {
                write(new, mode);
                Change::Added
            }
            (Some(_), None, _) => Change::Kept,
            (_, Some(_), None) if is_untouched => {
                update.removes.push(path.to_owned());
                Change::Removed
            }
            (_, Some(_), None) => Change::Kept,
            (_, Some(_), Some((new, mode))) if is_untouched => {
                write(new, mode);
                Change::Updated
            }
            (_, Some(here), Some((new, mode))) => {
                let old = old.unwrap_or_default();
                let texts =
                    [&old, here, &new].map(|bytes| std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0')));
                match texts {
                    [Some(old), Some(here), Some(new)] => match diffy::merge(old, here, new) {
                        Ok(text) => {
                            write(text.into_bytes().into(), mode);
                            Change::Merged
                        }
                        Err(text) => {
                            write(text.into_bytes().into(), mode);
                            Change::Conflict
                        }
                    },
                    _ => Change::Kept,
                }
            }
            (None, None, None) => continue,
        };
        update.changes.push((path.to_owned(), change));
    }
    update
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &[u8])]) -> Tree {
        let mut tree = Tree::default();
        for (path, bytes) in files {
            tree.write(path, bytes.to_vec(), None).unwrap();
        }
        tree
    }

    #[test]
    fn a_record_comes_back() {
        let mut made = tree(&[("a/b.txt", b"x\n"), ("c.bin", &[0, 255, 7])]);
        let before = version(&made);
        let record = Record {
            template: "template:default/service".to_owned(),
            values: json!({"name": "orders", "n": [1, true]}).as_object().unwrap().clone(),
        };
        record.put(&mut made);
        assert_eq!(Record::read(&made.read_text(PLACE).unwrap()), Ok(record));
        assert_eq!(version(&made), before, "the record is no part of what was made");
        let back = unpack(&made.read(BASE).unwrap()).unwrap();
        assert_eq!(version(&back), before);
        assert_ne!(version(&tree(&[("a/b.txt", b"y\n"), ("c.bin", &[0, 255, 7])])), before);
        assert!(unpack(b"nonsense").is_none());
        assert!(Record::read("values: {}").is_err());
    }

    #[test]
    fn three_sides_are_merged() {
        let lines = |edits: &[(usize, &str)]| -> Vec<u8> {
            let mut lines: Vec<String> = (0..12).map(|line| format!("line {line}")).collect();
            edits.iter().for_each(|(line, text)| (*text).clone_into(&mut lines[*line]));
            (lines.join("\n") + "\n").into_bytes()
        };
        let plain = lines(&[]);
        let (here_top, new_end, new_top) = (lines(&[(0, "here")]), lines(&[(11, "new")]), lines(&[(0, "new")]));
        let base = tree(&[
            ("same", &plain),
            ("updated", &plain),
            ("merged", &plain),
            ("conflict", &plain),
            ("removed", b"x"),
            ("kept", b"x"),
            ("gone", b"x"),
            ("binary", &[0, 1]),
            ("both", b"x"),
        ]);
        let now = tree(&[
            ("same", &here_top),
            ("updated", &plain),
            ("merged", &here_top),
            ("conflict", &here_top),
            ("removed", b"x"),
            ("kept", b"here"),
            ("binary", &[0, 2]),
            ("both", b"y"),
            ("own", b"here"),
        ]);
        let made = tree(&[
            ("same", &plain),
            ("updated", &new_end),
            ("merged", &new_end),
            ("conflict", &new_top),
            ("gone", b"y"),
            ("binary", &[0, 3]),
            ("both", b"y"),
            ("added", b"new"),
        ]);
        let done = update(&base, &|path| now.read(path).ok(), &made);
        let told: Vec<String> =
            done.changes.iter().map(|(path, change)| format!("{path} {}", change.as_str())).collect();
        assert_eq!(
            told,
            [
                "added added",
                "binary kept",
                "conflict conflict",
                "gone kept",
                "kept kept",
                "merged merged",
                "removed removed",
                "updated updated",
            ]
        );
        assert_eq!(done.removes, ["removed"]);
        assert_eq!(done.writes.read("merged").unwrap().to_vec(), lines(&[(0, "here"), (11, "new")]));
        let conflict = done.writes.read_text("conflict").unwrap();
        assert!(
            conflict.contains("<<<<<<<") && conflict.contains("\nhere\n") && conflict.contains("\nnew\n"),
            "{conflict}"
        );
        assert!(done.writes.get("own").is_none());
    }
}
