//! Which paths every file system, object store and static host takes, and what becomes of those that some refuse.
//!
//! A site is built on one machine, packed on another and served by a third. So a name is published as it is only if
//! Linux, macOS, Windows, S3 and the hosts of static sites all take it; any other is renamed here, by its own
//! characters alone, so that its address stays the same from build to build. [`Names`] knows what is taken already in
//! one part of a site.
//!
//! Invariants: [`segment`] and [`Names`] return nothing that [`is_portable`] refuses; what is portable stays as it is.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The longest name of a file or folder in bytes: disks take 255, and there must be room for what is added to it.
const MAX_SEGMENT: usize = 200;
/// The longest path below a folder that [`Names`] keeps apart: S3 and macOS take 1024 bytes for all of a path.
const MAX_PATH: usize = 700;
/// How many bytes are added to a name that is renamed.
const MARK: usize = 9;
/// What hosts look for beside a file, to send it compressed.
pub const TWINS: &[&str] = &[".gz", ".br", ".zst"];

/// Returns whether a name can be a file or folder everywhere.
#[must_use]
pub fn is_portable(name: &str) -> bool {
    (1..=MAX_SEGMENT).contains(&name.len())
        && !name.chars().any(is_refused)
        && !name.starts_with(['.', ' '])
        && !name.ends_with(['.', ' '])
        && !is_reserved(name)
}

/// Returns whether some disk or host refuses a character in a name.
fn is_refused(c: char) -> bool {
    match c {
        // What Windows refuses, and what means something in an address.
        '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\\' | '/' | '#' | '%' => true,
        // Line ends and what turns the direction of writing around, by which a name can look like another one.
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        // Control characters.
        '\u{fdd0}'..='\u{fdef}' => true,
        c => c.is_control() || (c as u32) & 0xfffe == 0xfffe,
    }
}

/// Returns whether Windows takes a name for a device, whatever follows its first dot.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let is = |device: &str| stem.eq_ignore_ascii_case(device);
    let is_port = || {
        let mut letters = stem.chars();
        let last = letters.next_back();
        let port = letters.as_str();
        (port.eq_ignore_ascii_case("com") || port.eq_ignore_ascii_case("lpt"))
            && last.is_some_and(|last| last.is_ascii_digit() || matches!(last, '¹' | '²' | '³'))
    };
    is("con") || is("prn") || is("aux") || is("nul") || is("conin$") || is("conout$") || is_port()
}

/// Returns a name that every system accepts: itself if possible.
///
/// A device of Windows gets a hyphen in front, everything else loses what is refused and gets a few digits that make it
/// unique.
#[must_use]
pub fn segment(name: &str) -> Cow<'_, str> {
    if is_portable(name) { name.into() } else { renamed(name, 0).into() }
}

/// Returns the name of an entity, kind or namespace as a part of addresses.
///
/// Scripts of the site do the same (`pathOf` in `app.js`), which is why a hyphen in front must do: no name starts with
/// one. A name that ends like the compressed twin of another file would be sent in its place.
#[must_use]
pub fn entity_segment(name: &str) -> Cow<'_, str> {
    let is_twin = TWINS.iter().any(|twin| name.ends_with(twin));
    if is_twin && !name.starts_with('-') { format!("-{}", segment(name)).into() } else { segment(name) }
}

/// Makes a name portable; `salt` makes another one of it.
fn renamed(name: &str, salt: u64) -> String {
    if salt == 0 && is_reserved(name) {
        let hyphened = format!("-{name}");
        if is_portable(&hyphened) {
            return hyphened;
        }
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending))
            if (1..=10).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            (stem, Some(ending))
        }
        _ => (name, None),
    };
    let room = MAX_SEGMENT - MARK - ending.map_or(0, |ending| ending.len() + 1) - 1;
    let mut clean = String::new();
    for c in stem.chars() {
        let c = if is_refused(c) { '-' } else { c };
        if clean.len() + c.len_utf8() > room {
            break;
        }
        if c != '-' || !clean.ends_with('-') {
            clean.push(c);
        }
    }
    let clean = clean.trim_matches(['-', '.', ' ']);
    let mark = xxh3_64_with_seed(name.as_bytes(), salt) as u32;
    let mut new = if clean.is_empty() { format!("{mark:08x}") } else { format!("{clean}-{mark:08x}") };
    if let Some(ending) = ending {
        new.push('.');
        new.push_str(ending);
    }
    if is_reserved(&new) {
        new.insert(0, '-');
    }
    new
}

/// Returns what two names share that some disk takes for one: those that differ in case or in Unicode normalisation.
#[must_use]
pub fn folded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let apart = DecomposingNormalizerBorrowed::new_nfd().normalize(name);
    // The lower case of the upper case also unifies characters with more than one lower-case form.
    let small: String = apart.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    ComposingNormalizerBorrowed::new_nfc().normalize(&small).into_owned()
}

/// Returns a text in its composed form, which is how most texts are written.
#[must_use]
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { text.into() } else { ComposingNormalizerBorrowed::new_nfc().normalize(text) }
}

/// The files of every page, whose names nothing else can have.
const OF_PAGES: &[&str] = &["index.html", "index.md"];

/// Returns whether a name is that of a file of a page, or of its twin.
fn is_of_page(name: &str) -> bool {
    let name = folded(name);
    let name = TWINS.iter().find_map(|twin| name.strip_suffix(twin)).unwrap_or(&name);
    OF_PAGES.contains(&name)
}

/// Why something is not published under the path that it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Some disk or host refuses the path.
    Refused,
    /// Something else has it, needs it as a folder, or would be sent in its place; that asked for this path.
    Taken(String),
    /// Something else has one that differs only in case or Unicode normalisation; that asked for this path.
    Alike(String),
}

/// A file or folder that is not published under the path that it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path that it asks for.
    pub wanted: String,
    /// The path that it gets.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// The paths that are taken in one part of a site.
#[derive(Debug, Default)]
pub struct Names {
    /// What was asked for, by the folded path that was given.
    taken: HashMap<String, String>,
    /// The paths of folders, by those that were asked for.
    folders: HashMap<String, String>,
    /// The folded paths of folders.
    merged: HashSet<String>,
}

impl Names {
    /// Takes a path for a file; returns the one that it has got. What is new about the path is added to `changes`.
    pub fn file(&mut self, wanted: &str, changes: &mut Vec<Change>) -> String {
        let (folder, name) = wanted.rsplit_once('/').unwrap_or(("", wanted));
        let folder = self.folder(folder, changes);
        self.take(&folder, name, wanted, changes)
    }

    /// Takes a path for a file if it can have exactly this one; returns whether it could.
    pub fn file_as_it_is(&mut self, wanted: &str) -> bool {
        let key = folded(wanted);
        let (folder, name) = wanted.rsplit_once('/').unwrap_or(("", wanted));
        let has_folder = folder.is_empty() || self.folders.get(folder).is_some_and(|path| path == folder);
        let is_free = has_folder && is_portable(name) && !is_of_page(name) && self.taken_by(&key).is_none();
        if is_free {
            self.taken.insert(key, wanted.to_owned());
        }
        is_free
    }

    /// Takes a path for the folder of a page, which holds `index.html` and `index.md`; as [`Names::file`].
    pub fn page(&mut self, wanted: &str, changes: &mut Vec<Change>) -> String {
        let mut path = self.folder(wanted, changes);
        // Folders that differ in case only become one on some disks, which harms nobody; pages in them do.
        if let Some(other) = self.taken.get(&folded(&joined(&path, OF_PAGES[0]))) {
            let other = other.strip_suffix(OF_PAGES[0]).unwrap_or(other).trim_end_matches('/').to_owned();
            let (parent, name) = wanted.rsplit_once('/').unwrap_or(("", wanted));
            let parent = self.folders.get(parent).cloned().unwrap_or_default();
            path = self.free(&parent, name);
            self.taken.insert(folded(&path), wanted.to_owned());
            let reason = if other == wanted { Reason::Taken(other) } else { Reason::Alike(other) };
            changes.push(Change { wanted: wanted.to_owned(), path: path.clone(), reason });
        }
        for file in OF_PAGES {
            self.taken.insert(folded(&joined(&path, file)), joined(wanted, file));
        }
        path
    }

    /// Returns the path of a folder, taken if nobody asked for it before.
    fn folder(&mut self, wanted: &str, changes: &mut Vec<Change>) -> String {
        let mut path = String::new();
        let mut start = 0;
        while start < wanted.len() {
            let mut end = wanted[start..].find('/').map_or(wanted.len(), |slash| start + slash);
            if let Some(known) = self.folders.get(&wanted[..end]) {
                path.clone_from(known);
            } else {
                // Of what is too deep, the rest becomes one name.
                if path.len() + wanted.len() - start > MAX_PATH && path.len() + end - start > MAX_PATH - MAX_SEGMENT {
                    end = wanted.len();
                }
                let name = &wanted[start..end];
                let same = joined(&path, name);
                path = if is_portable(name) && self.merged.contains(&folded(&same)) {
                    same
                } else {
                    self.take(&path, name, &wanted[..end], changes)
                };
                self.merged.insert(folded(&path));
                self.folders.insert(wanted[..end].to_owned(), path.clone());
            }
            start = end + 1;
        }
        path
    }

    /// Returns a path that is made from a name and that nothing has.
    fn free(&self, folder: &str, name: &str) -> String {
        let mut salted = (1..).map(|salt| joined(folder, &renamed(name, salt)));
        salted.find(|path| self.taken_by(&folded(path)).is_none()).unwrap_or_default()
    }

    /// Takes a name in a folder.
    fn take(&mut self, folder: &str, name: &str, wanted: &str, changes: &mut Vec<Change>) -> String {
        let own = if is_of_page(name) { renamed(name, 1).into() } else { segment(name) };
        let mut reason = (own != name).then_some(Reason::Refused);
        let mut path = joined(folder, &own);
        let mut salt = 0;
        let key = loop {
            let key = folded(&path);
            let Some(other) = self.taken_by(&key) else { break key };
            reason.get_or_insert_with(|| {
                // Only what is exactly equal, up to the ending of a compressed twin, is the same path everywhere.
                let is_same = wanted.starts_with(other) || other.starts_with(wanted);
                if is_same { Reason::Taken(other.to_owned()) } else { Reason::Alike(other.to_owned()) }
            });
            salt += 1;
            path = joined(folder, &renamed(name, salt));
        };
        self.taken.insert(key, wanted.to_owned());
        if let Some(reason) = reason {
            changes.push(Change { wanted: wanted.to_owned(), path: path.clone(), reason });
        }
        path
    }

    /// Returns what asked for a path, or for that of its twin or of the file that it would be the twin of.
    fn taken_by(&self, key: &str) -> Option<&str> {
        let of_twin = || TWINS.iter().find_map(|twin| self.taken.get(key.strip_suffix(twin)?));
        let twin = || TWINS.iter().find_map(|twin| self.taken.get(&format!("{key}{twin}")));
        self.taken.get(key).or_else(of_twin).or_else(twin).map(String::as_str)
    }
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_everybody_takes_stay() {
        for name in
            ["a", "Setup Guide", "ü", "naïve.md", "c++", "a&b", "_x", "v1.2", "console", "com", "com10", "日本語"]
        {
            assert_eq!(segment(name), name);
        }
    }

    #[test]
    fn other_names_are_made_from_their_letters() {
        let check = |name: &str, expect: &str| assert_eq!(segment(name), expect, "{name}");
        check("con", "-con");
        check("Aux.md", "-Aux.md");
        check("lpt¹", "-lpt¹");
        check("nul .txt", "-nul .txt");
        check("what?.md", "what-b752ee97.md");
        check("10:20:30.svg", "10-20-30-20e8d7c6.svg");
        for name in [
            "",
            ".",
            "..",
            "...",
            " ",
            "?",
            "a.",
            "a ",
            ".git",
            "a\tb",
            "a\\b",
            "a/b",
            "con?",
            "con.a?",
            "x\u{202e}y",
            &"é".repeat(101),
        ] {
            let new = segment(name);
            assert!(is_portable(&new), "{name:?} became {new:?}");
        }
        assert_ne!(segment("a?"), segment("a*"));
    }

    #[test]
    fn names_of_entities_are_never_twins_of_files() {
        assert_eq!(entity_segment("web"), "web");
        assert_eq!(entity_segment("con.x"), "-con.x");
        assert_eq!(entity_segment("a.json.br"), "-a.json.br");
    }

    #[test]
    fn what_is_one_name_for_some_disk_is_folded() {
        let same = |a: &str, b: &str| assert_eq!(folded(a), folded(b), "{a} {b}");
        same("Setup", "setup");
        same("é", "e\u{301}");
        same("É", "e\u{301}");
        same("ΟΔΟΣ", "οδος");
        same("straße", "STRASSE");
        assert_ne!(folded("e"), folded("é"));
    }

    /// Asks for pages, then for files; returns what they get and the number of changes.
    fn given(pages: &[&str], files: &[&str]) -> (Vec<String>, usize) {
        let mut names = Names::default();
        let mut changes = Vec::new();
        let mut got: Vec<String> = pages.iter().map(|page| names.page(page, &mut changes)).collect();
        got.extend(files.iter().map(|file| names.file(file, &mut changes)));
        (got, changes.len())
    }

    #[test]
    fn nothing_takes_the_path_of_something_else() {
        let (got, changes) = given(
            &["", "CHANGELOG", "Setup", "setup", "a/b"],
            &["CHANGELOG", "index.html", "a", "x.svg", "X.SVG.br", "setup/i.png"],
        );
        assert_eq!(&got[..3], ["", "CHANGELOG", "Setup"]);
        assert!(got[3].starts_with("setup-") && got[4] == "a/b", "{got:?}");
        assert!(
            got[5].starts_with("CHANGELOG-") && got[6].starts_with("index-") && got[7].starts_with("a-"),
            "{got:?}"
        );
        assert!(got[8] == "x.svg" && got[9].starts_with("X.SVG-") && got[9].ends_with(".br"), "{got:?}");
        // A folder can be shared with another one, but for the page in it.
        assert_eq!(got[10], "setup/i.png");
        assert_eq!(changes, 5);
    }

    #[test]
    fn deep_paths_are_cut_and_stay_apart() {
        let deep = |end: &str| format!("{}{end}", "folder/".repeat(500));
        let (got, _) = given(&[&deep("a"), &deep("b"), &"?/".repeat(1000)], &[&deep("c/i.png"), &deep("c/j.png")]);
        let apart: HashSet<&String> = got.iter().collect();
        assert_eq!(apart.len(), 5, "{got:?}");
        assert!(got.iter().all(|path| path.len() < 1000), "{got:?}");
    }

    proptest! {
        #[test]
        fn any_names_become_portable_paths_of_their_own(
            pages in proptest::collection::vec("([aAéE.?]|e\u{301}|con|\\PC){0,3}(/[aAb. ]{1,2}){0,2}(/[iI]ndex.(html|md)(.br)?)?", 0..12),
            files in proptest::collection::vec("([aAéE.?]|e\u{301}|con|\\PC){1,3}(/[aAb. ]{1,2}){0,2}(\\.(br|gz|md))?", 0..12),
        ) {
            let pages: BTreeSet<String> = pages.into_iter().collect();
            let files: BTreeSet<String> = files.into_iter().collect();
            let mut names = Names::default();
            let mut changes = Vec::new();
            let mut paths = Vec::new();
            for page in &pages {
                let path = names.page(page, &mut changes);
                paths.extend([joined(&path, "index.html"), joined(&path, "index.md")]);
            }
            paths.extend(files.iter().map(|file| names.file(file, &mut changes)));
            let keys: HashSet<String> = paths.iter().map(|path| folded(path)).collect();
            prop_assert_eq!(keys.len(), paths.len(), "{:?}", paths);
            for path in &paths {
                prop_assert!(path.split('/').all(is_portable), "{}", path);
                let mut folders = path.match_indices('/').map(|(at, _)| folded(&path[..at]));
                prop_assert!(folders.all(|folder| !keys.contains(&folder)), "{}", path);
                let twin = TWINS.iter().find_map(|twin| path.strip_suffix(twin));
                prop_assert!(twin.is_none_or(|file| !keys.contains(&folded(file))), "{}", path);
            }
        }
    }
}
