//! What `.gitignore`, `.ignore` and `.playbillignore` exclude.
//!
//! Patterns are those of the `ignore` crate. The rules of folders form a chain that the walks carry along, rather than
//! that crate's own walk, because the chain must also answer for single folders (globs, documentation) and for trees
//! in memory, and because the entries of a listing tell which of the files exist without asking the disk again.
//!
//! Compiling a file of patterns takes longer than reading a repository, which is felt with thousands of them. So the
//! plain patterns, which are most, are compared as they are, and each of the others is compiled once for all files.

use parking_lot::RwLock;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::disk::{DirEntry, FileType};
use super::file_system::FileSystem;

/// The files with rules, the strongest first.
pub(super) const NAMES: [&str; 3] = [".playbillignore", ".ignore", ".gitignore"];
/// Position in [`NAMES`] of the file that belongs to one repository.
const GIT: usize = 2;
const MAX_SIZE: u64 = 1 << 20;
const MAX_LINES: usize = 20_000;

/// The rules that hold in one folder: its own and those of the folders above.
#[derive(Debug)]
pub(super) struct Rules {
    above: Option<Arc<Rules>>,
    folder: PathBuf,
    lists: [Option<List>; 3],
    /// Whether a repository starts here, so that the `.gitignore` of folders above are not its own.
    fence: bool,
}

impl Rules {
    /// Returns whether an entry of the folder, or of one below without rules of its own, is excluded.
    ///
    /// The folders between must have been asked about before: git does not look into an excluded folder either.
    pub(super) fn exclude(&self, path: &Path, kind: FileType) -> bool {
        for which in 0..NAMES.len() {
            let mut level = Some(self);
            while let Some(rules) = level {
                if let Some(list) = &rules.lists[which]
                    && let Ok(relative) = path.strip_prefix(&rules.folder)
                    && let Some(verdict) = list.verdict(relative, kind == FileType::Folder)
                {
                    return verdict;
                }
                level = if which == GIT && rules.fence { None } else { rules.above.as_deref() };
            }
        }
        false
    }
}

/// The patterns of one file.
#[derive(Debug)]
struct List(Vec<Line>);

/// One pattern.
#[derive(Debug)]
struct Line {
    shape: Shape,
    /// Whether it takes back what a line above excludes.
    keeps: bool,
    only_folders: bool,
}

#[derive(Debug)]
enum Shape {
    /// `name`: at any depth.
    Name(Box<str>),
    /// `*.ending`: at any depth.
    Ending(Box<str>),
    /// `/path`: just there.
    Path(Box<str>),
    /// Anything else.
    Glob(Arc<Gitignore>),
}

impl List {
    /// Returns whether a path is excluded, or kept in spite of rules above; `None` if no pattern matches.
    fn verdict(&self, path: &Path, is_folder: bool) -> Option<bool> {
        let name = path.file_name()?.as_encoded_bytes();
        let matches = |line: &&Line| {
            (is_folder || !line.only_folders)
                && match &line.shape {
                    Shape::Name(wanted) => name == wanted.as_bytes(),
                    Shape::Ending(ending) => name.ends_with(ending.as_bytes()),
                    Shape::Path(wanted) => path == Path::new(&**wanted),
                    Shape::Glob(glob) => !glob.matched(path, is_folder).is_none(),
                }
        };
        // The last one counts.
        self.0.iter().rev().find(matches).map(|line| !line.keeps)
    }
}

/// Reads rules, and keeps the patterns that had to be compiled.
#[derive(Debug, Default)]
pub(super) struct RuleBook {
    globs: RwLock<HashMap<Box<str>, Arc<Gitignore>>>,
}

impl RuleBook {
    /// Returns the rules of `folder` with the entries `items`, given those of the folder above.
    pub(super) fn enter(
        &self,
        tree: &FileSystem,
        above: Option<&Arc<Rules>>,
        folder: &Path,
        items: &[DirEntry],
    ) -> Option<Arc<Rules>> {
        let mut lists = [None, None, None];
        let mut fence = false;
        let mut news = false;
        for item in items {
            let Some(name) = item.name.to_str().filter(|name| name.starts_with('.')) else { continue };
            if name == ".git" {
                fence = true;
            } else if item.kind == FileType::File
                && let Some(which) = NAMES.iter().position(|other| *other == name)
                && let Ok(bytes) = tree.read(&folder.join(name), MAX_SIZE)
            {
                lists[which] = Some(self.read(&String::from_utf8_lossy(&bytes)));
                news = true;
            }
        }
        if news || (fence && above.is_some()) {
            Some(Arc::new(Rules { above: above.cloned(), folder: folder.to_owned(), lists, fence }))
        } else {
            above.cloned()
        }
    }

    fn read(&self, text: &str) -> List {
        let lines = text.trim_start_matches('\u{feff}').lines().take(MAX_LINES);
        List(lines.filter_map(|line| plain(line).or_else(|| self.compile(line))).collect())
    }

    /// Compiles a line; `None` if it is no pattern, which git skips silently too.
    fn compile(&self, line: &str) -> Option<Line> {
        let known = self.globs.read().get(line).cloned();
        let glob = known.unwrap_or_else(|| {
            let mut builder = GitignoreBuilder::new("");
            let _ = builder.add_line(None, line);
            let glob = Arc::new(builder.build().unwrap_or_else(|_| Gitignore::empty()));
            self.globs.write().insert(line.into(), Arc::clone(&glob));
            glob
        });
        let keeps = glob.num_whitelists() > 0;
        // The compiled pattern itself knows whether it is for folders only.
        (!glob.is_empty()).then_some(Line { shape: Shape::Glob(glob), keeps, only_folders: false })
    }
}

/// Reads a line that needs no compiling.
fn plain(line: &str) -> Option<Line> {
    let text = line.trim_end();
    let (text, keeps) = text.strip_prefix('!').map_or((text, false), |text| (text, true));
    let (text, is_rooted) = text.strip_prefix('/').map_or((text, false), |text| (text, true));
    let (text, only_folders) = text.strip_suffix('/').map_or((text, false), |text| (text, true));
    let is_plain = |text: &str| !text.is_empty() && !text.contains(['*', '?', '[', ']', '{', '}', '\\', '!', '#', ',']);
    let shape = match text.strip_prefix("*.") {
        Some(ending) if !is_rooted && is_plain(ending) && !ending.contains('/') => {
            Shape::Ending(format!(".{ending}").into())
        }
        _ if !is_plain(text) || text.split('/').any(|part| matches!(part, "" | "." | "..")) => return None,
        _ if is_rooted || text.contains('/') => Shape::Path(text.into()),
        _ => Shape::Name(text.into()),
    };
    Some(Line { shape, keeps, only_folders })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn plain_patterns_mean_what_the_crate_says(
            lines in prop::collection::vec("!?/?(\\*\\*/|\\*\\.|\\*)?[ab.]{0,2}(/[ab]{1,2})?(/|/\\*\\*)?[ #]?", 1..4),
            path in "[ab.]{1,3}(/[ab]{1,2}){0,2}",
            is_folder: bool,
        ) {
            prop_assume!(path.split('/').all(|part| part != "." && part != ".."));
            let text = lines.join("\n");
            let mut builder = GitignoreBuilder::new("");
            for line in &lines {
                let _ = builder.add_line(None, line);
            }
            let whole = builder.build().unwrap();
            let matched = whole.matched(&path, is_folder);
            let expect = if matched.is_none() { None } else { Some(matched.is_ignore()) };
            prop_assert_eq!(RuleBook::default().read(&text).verdict(Path::new(&path), is_folder), expect);
        }
    }

    #[test]
    fn hostile_files_are_bounded() {
        let text = "x\n".repeat(MAX_LINES * 2);
        assert_eq!(RuleBook::default().read(&text).0.len(), MAX_LINES);
        let deep = format!("{}\n[\n{{a,\n\\", "{a,b}".repeat(2000));
        RuleBook::default().read(&deep);
    }
}
