//! From the bytes of a file that somebody else wrote to a [`Pack`], or the reason why not.

use std::collections::{BTreeMap, HashSet};
use std::io::Read as _;
use std::ops::Range;

use flate2::bufread::GzDecoder;
use serde::Deserialize;

use super::tree::{self, Node};
use super::{BEFORE, FILES, FORMAT, Fault, MANIFEST, Manifest, Pack, digest, path};

/// How large a pack may be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes of the file.
    pub packed: u64,
    /// Bytes that it expands to.
    pub expanded: u64,
    /// How many times its own size it may expand to.
    pub ratio: u64,
    /// Entries with content.
    pub entries: usize,
    /// Files without content, and links.
    pub names: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { packed: 64 << 20, expanded: 512 << 20, ratio: 100, entries: 50_000, names: 500_000 }
    }
}

/// A small pack of texts that repeat themselves may exceed the ratio.
const FREE: u64 = 4 << 20;

/// The part of a manifest that any version has.
#[derive(Deserialize)]
struct Head {
    format: u32,
    repository: Option<HeadRepository>,
}

#[derive(Deserialize)]
struct HeadRepository {
    slug: Option<String>,
}

/// Reads a pack.
///
/// # Errors
/// When anything about it is not as it should be.
pub fn read(packed: &[u8], bounds: &Bounds) -> Result<Pack, Fault> {
    let size = packed.len() as u64;
    if size > bounds.packed {
        return Err(Fault::TooLarge { size, limit: bounds.packed });
    }
    let bytes = expand(packed, bounds)?;
    let (manifest, entries) = entries(&bytes, bounds)?;
    let mut manifest = checked(manifest, bounds)?;
    let mut root = BTreeMap::new();
    let mut folders = 0;
    let mut before = BTreeMap::new();
    let mut folded = HashSet::new();
    let mut is_new = |path: &str| folded.insert(path.to_lowercase());
    for (name, range) in entries {
        let content = bytes.get(range.clone()).unwrap_or_default();
        if let Some(path) = name.strip_prefix(FILES) {
            check(path)?;
            if !is_new(path) {
                return Err(Fault::Duplicate { path: path.to_owned() });
            }
            let facts = manifest.files.get(path).ok_or_else(|| differs(path, "is not in its manifest"))?;
            if facts.size != content.len() as u64 || facts.sha256 != digest(content) {
                return Err(differs(path, "is not as its manifest says"));
            }
            tree::insert(&mut root, &mut folders, path, Node::File(range, facts.executable))?;
        } else if let Some(path) = name.strip_prefix(BEFORE) {
            let facts = manifest.files.get(path).and_then(|facts| facts.before.as_ref());
            if facts.is_none_or(|wanted| *wanted != digest(content)) {
                return Err(differs(path, "was not as its manifest says"));
            }
            if before.insert(path.to_owned(), range).is_some() {
                return Err(Fault::Duplicate { path: name });
            }
        } else {
            return Err(Fault::Path { why: path::fault(&name).unwrap_or("is none that a pack has"), path: name });
        }
    }
    // Every file of the manifest has its own entry if there are as many.
    let missing = |path: &&String| !matches!(tree_file(&root, path), Some(Node::File(..)));
    if let Some(path) = manifest.files.keys().find(missing) {
        return Err(differs(path, "is missing"));
    }
    for (path, link) in &manifest.links {
        check(path)?;
        if !path::is_link_target(&link.target) {
            return Err(Fault::Path { path: path.clone(), why: "is a link out of the repository" });
        }
        if !is_new(path) {
            return Err(Fault::Duplicate { path: path.clone() });
        }
        tree::insert(&mut root, &mut folders, path, Node::Link(link.target.as_str().into()))?;
    }
    for path in std::mem::take(&mut manifest.names) {
        check(&path)?;
        tree::insert(&mut root, &mut folders, &path, Node::Named)?;
    }
    Ok(Pack { manifest, digest: digest(packed), bytes, root, before })
}

fn tree_file<'a>(root: &'a BTreeMap<Box<str>, Node>, path: &str) -> Option<&'a Node> {
    let mut names = path.split('/');
    let mut node = root.get(names.next()?)?;
    for name in names {
        let Node::Folder(folder) = node else { return None };
        node = folder.get(name)?;
    }
    Some(node)
}

fn differs(path: &str, why: &'static str) -> Fault {
    Fault::Differs { path: path.to_owned(), why }
}

fn check(path: &str) -> Result<(), Fault> {
    path::fault(path).map_or(Ok(()), |why| Err(Fault::Path { path: path.to_owned(), why }))
}

/// Expands a pack, and stops where it becomes too large.
fn expand(packed: &[u8], bounds: &Bounds) -> Result<Vec<u8>, Fault> {
    let limit = (packed.len() as u64).saturating_mul(bounds.ratio).max(FREE).min(bounds.expanded);
    let mut decoder = GzDecoder::new(packed);
    let mut bytes = Vec::new();
    let read = (&mut decoder).take(limit.saturating_add(1)).read_to_end(&mut bytes);
    if bytes.len() as u64 > limit {
        return Err(Fault::Expands { limit });
    }
    read.map_err(|error| {
        Fault::Damaged(match error.kind() {
            std::io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
            _ => error.to_string(),
        })
    })?;
    if !decoder.into_inner().is_empty() {
        return Err(Fault::Damaged("something follows its end".to_owned()));
    }
    Ok(bytes)
}

/// Finds where the entries are; the first is the manifest.
#[expect(clippy::type_complexity, reason = "two parts of one answer")]
fn entries<'a>(bytes: &'a [u8], bounds: &Bounds) -> Result<(&'a [u8], Vec<(String, Range<usize>)>), Fault> {
    let damaged = |error: std::io::Error| Fault::Damaged(error.to_string());
    let mut archive = tar::Archive::new(bytes);
    let mut manifest = None;
    let mut found = Vec::new();
    for entry in archive.entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        let name = String::from_utf8(entry.path_bytes().into_owned()).map_err(|error| Fault::Path {
            path: String::from_utf8_lossy(error.as_bytes()).into_owned(),
            why: "has a name that is not UTF-8",
        })?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(Fault::NoFile { path: name });
        }
        let range = || {
            let start = usize::try_from(entry.raw_file_position()).ok()?;
            let end = start.checked_add(usize::try_from(entry.size()).ok()?)?;
            (end <= bytes.len()).then_some(start..end)
        };
        let range = range().ok_or_else(|| Fault::Damaged("it ends too early".to_owned()))?;
        if manifest.is_none() {
            if name != MANIFEST {
                return Err(Fault::Manifest(format!("its first entry is not `{MANIFEST}`")));
            }
            manifest = bytes.get(range);
            continue;
        }
        if found.len() >= bounds.entries {
            return Err(Fault::TooMany { limit: bounds.entries });
        }
        found.push((name, range));
    }
    let manifest = manifest.ok_or_else(|| Fault::Manifest("there is none".to_owned()))?;
    Ok((manifest, found))
}

/// Reads the manifest, if it is of a known version.
fn checked(text: &[u8], bounds: &Bounds) -> Result<Manifest, Fault> {
    let invalid = |error: serde_json::Error| Fault::Manifest(error.to_string());
    let head: Head = serde_json::from_slice(text).map_err(invalid)?;
    if head.format > FORMAT {
        let slug = head.repository.and_then(|repository| repository.slug).filter(|slug| path::is_slug(slug));
        return Err(Fault::Newer { format: head.format, slug });
    }
    if head.format == 0 {
        return Err(Fault::Manifest("its format is 0".to_owned()));
    }
    let manifest: Manifest = serde_json::from_slice(text).map_err(invalid)?;
    if !path::is_slug(&manifest.repository.slug) {
        return Err(Fault::Manifest("`repository.slug` is no name of a repository".to_owned()));
    }
    if manifest.names.len() + manifest.links.len() > bounds.names {
        return Err(Fault::TooMany { limit: bounds.names });
    }
    Ok(manifest)
}
