//! What `.gitignore`, `.ignore` and `.playbillignore` exclude.
//!
//! Matching is done by the `ignore` crate. The rules of folders form a chain that the walks carry along, rather than
//! that crate's own walk, because the chain must also answer for single folders (globs, documentation) and for trees
//! in memory, and because the entries of a listing tell which of the files exist without asking the disk again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use xxhash_rust::xxh3::xxh3_128;

use super::calm;
use super::tree::{Item, Kind, Tree};

/// The files with rules, the strongest first.
const NAMES: [&str; 3] = [".playbillignore", ".ignore", ".gitignore"];
/// Position in [`NAMES`] of the file that belongs to one repository.
const GIT: usize = 2;
const MAX_SIZE: u64 = 1 << 20;
const MAX_LINES: usize = 20_000;

/// The rules that hold in one folder: its own and those of the folders above.
#[derive(Debug)]
pub(super) struct Rules {
    above: Option<Arc<Rules>>,
    folder: PathBuf,
    matchers: [Option<Arc<Gitignore>>; 3],
    /// Whether a repository starts here, so that the `.gitignore` of folders above are not its own.
    fence: bool,
}

impl Rules {
    /// Says whether an entry of the folder, or of one below without rules of its own, is excluded.
    ///
    /// The folders between must have been asked about before: git does not look into an excluded folder either.
    pub(super) fn exclude(&self, path: &Path, kind: Kind) -> bool {
        for which in 0..NAMES.len() {
            let mut level = Some(self);
            while let Some(rules) = level {
                if let Some(matcher) = &rules.matchers[which]
                    && let Ok(relative) = path.strip_prefix(&rules.folder)
                {
                    match matcher.matched(relative, kind == Kind::Folder) {
                        Match::Ignore(_) => return true,
                        Match::Whitelist(_) => return false,
                        Match::None => {}
                    }
                }
                level = if which == GIT && rules.fence { None } else { rules.above.as_deref() };
            }
        }
        false
    }
}

/// Reads rules, each distinct text once: an organisation's repositories share their `.gitignore`.
#[derive(Debug, Default)]
pub(super) struct RuleBook {
    matchers: Mutex<HashMap<u128, Arc<Gitignore>>>,
}

impl RuleBook {
    /// Returns the rules of `folder` with the entries `items`, given those of the folder above.
    pub(super) fn enter(
        &self,
        tree: &Tree,
        above: Option<&Arc<Rules>>,
        folder: &Path,
        items: &[Item],
    ) -> Option<Arc<Rules>> {
        let mut matchers = [None, None, None];
        let mut fence = false;
        let mut news = false;
        for item in items {
            let Some(name) = item.name.to_str().filter(|name| name.starts_with('.')) else { continue };
            if name == ".git" {
                fence = true;
            } else if item.kind == Kind::File
                && let Some(which) = NAMES.iter().position(|other| *other == name)
            {
                matchers[which] = self.read(tree, &folder.join(name));
                news |= matchers[which].is_some();
            }
        }
        if news || (fence && above.is_some()) {
            Some(Arc::new(Rules { above: above.cloned(), folder: folder.to_owned(), matchers, fence }))
        } else {
            above.cloned()
        }
    }

    fn read(&self, tree: &Tree, path: &Path) -> Option<Arc<Gitignore>> {
        let text = tree.read_text(path, MAX_SIZE)?;
        let key = xxh3_128(text.as_bytes());
        let known = calm(self.matchers.lock()).get(&key).cloned();
        let matcher = known.unwrap_or_else(|| {
            let matcher = Arc::new(compile(&text));
            calm(self.matchers.lock()).insert(key, Arc::clone(&matcher));
            matcher
        });
        (!matcher.is_empty()).then_some(matcher)
    }
}

/// Compiles the lines that are patterns; git passes over the others silently too.
fn compile(text: &str) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    for line in text.trim_start_matches('\u{feff}').lines().take(MAX_LINES) {
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
