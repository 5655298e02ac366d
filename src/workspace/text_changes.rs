//! What commits made of files in which certain lines changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::file_system::FileSystem;
use super::git_command::{git, run};
use super::git_history::{MAX_COMMITS, TextChange, header, next};
use super::packs::Mount;
use super::{Repository, Workspace};
use crate::text::FileId;

/// No more files of a repository are read; the last commits count.
const MAX_FILES: usize = 500;
/// Files of no more different names are looked for.
const MAX_NAMES: usize = 50;

impl Workspace {
    /// Returns what commits made of files that are called as `files` are, in their repositories, where lines changed that match
    /// the regular expression `lines`; the last commit of each repository comes first. Files of more than `limit` bytes are
    /// left out.
    ///
    /// Git runs once per repository, and the answer is kept.
    #[must_use]
    pub fn text_changes(&self, files: &[FileId], lines: &str, limit: u64) -> Vec<TextChange> {
        if !matches!(*self.tree, FileSystem::Disk(..)) {
            return Vec::new();
        }
        let mut wanted: BTreeMap<Arc<Path>, (Arc<Repository>, BTreeSet<String>)> = BTreeMap::new();
        let mut packed: BTreeMap<&Path, &Arc<Mount>> = BTreeMap::new();
        let repositories: Vec<_> = files.iter().map(|file| (file, self.repository(*file))).collect();
        for (file, repository) in &repositories {
            if let Some(mount) = repository.as_ref().and_then(|it| it.pack.as_ref()) {
                packed.insert(&mount.place, mount);
            }
            let Some(repository) = repository.clone().filter(|it| it.is_readable && it.revision.is_none()) else {
                continue;
            };
            let file = self.files.get(**file);
            let Some(name) = file.place.file_name().and_then(|name| name.to_str()) else { continue };
            // What a pattern would be made of.
            if !name.contains(['*', '?', '[', '\\']) {
                let place = Arc::clone(repository.place());
                let (_, names) = wanted.entry(place).or_insert_with(|| (repository, BTreeSet::new()));
                names.insert(name.to_owned());
            }
        }
        let found = wanted.into_par_iter().map(|(_, (repository, names))| {
            if let Some((asked, known)) = &*repository.text_changes.lock()
                && *asked == names
            {
                return Arc::clone(known);
            }
            let _ = repository.read_at.set(repository.head(&self.tree));
            let changes = log(repository.place(), &names, lines).unwrap_or_default();
            let objects = self.tree.revisions().map(|revisions| revisions.objects(repository.place()));
            let text = |commit: &str, path: &str| {
                let bytes = objects.as_ref()?.file(&format!("{commit}:{path}"), limit).ok()?;
                String::from_utf8(bytes).ok()
            };
            let texts = changes.into_iter().filter_map(|Change { commit, time, before, path }| {
                let before = text(&format!("{commit}^"), &before)?;
                let after = text(&commit, &path)?;
                Some(TextChange { commit, time, before, after })
            });
            let found = Arc::new(texts.collect::<Vec<_>>());
            *repository.text_changes.lock() = Some((names, Arc::clone(&found)));
            found
        });
        let found: Vec<Arc<Vec<TextChange>>> = found.collect();
        let packed = packed.into_values().flat_map(|mount| &mount.pack.manifest().changes).map(|change| TextChange {
            commit: change.commit.as_str().into(),
            time: change.time,
            before: change.before.clone(),
            after: change.after.clone(),
        });
        found.iter().flat_map(|found| found.iter().cloned()).chain(packed).collect()
    }
}

/// A change of a file, whose name may have been another one.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    commit: Arc<str>,
    time: i64,
    before: String,
    path: String,
}

/// Asks git which commits changed such lines in files of these names.
fn log(folder: &Path, names: &BTreeSet<String>, lines: &str) -> Option<Vec<Change>> {
    let mut command = git(folder);
    command
        .args(["-c", "diff.renameLimit=400", "log", "--no-merges", "--find-renames=60%", "--diff-filter=MR"])
        .arg(format!("-G{lines}"))
        .args(["--no-ext-diff", "--no-textconv", "--no-color", "--no-notes", "-O/dev/null"])
        .args(["--ignore-submodules=all", "--encoding=UTF-8", "--format=%x01%H%x02%ct%x02", "--name-status", "-z"])
        .arg(MAX_COMMITS)
        .args(["HEAD", "--"])
        .args(names.iter().take(MAX_NAMES).map(|name| format!(":(glob)**/{name}")));
    let mut changes = Vec::new();
    run(command, |output| fill(&mut changes, output)).then_some(changes)
}

/// Reads what git says, up to as many files as are wanted.
fn fill(changes: &mut Vec<Change>, output: &mut dyn std::io::BufRead) -> Option<()> {
    let mut of = None;
    let mut part = Vec::new();
    // A name of two lines cannot be asked for.
    let path = |part: &[u8]| std::str::from_utf8(part).ok().filter(|path| !path.contains('\n')).map(str::to_owned);
    while next(output, &mut part)? {
        if let Some(found) = header(&part) {
            of = Some(found);
            continue;
        }
        let is_renamed = part.trim_ascii_start().first() == Some(&b'R');
        if !next(output, &mut part)? {
            return None;
        }
        let before = path(&part);
        let after = if is_renamed {
            if !next(output, &mut part)? {
                return None;
            }
            path(&part)
        } else {
            before.clone()
        };
        if let (Some(of), Some(before), Some(path)) = (&of, before, after)
            && changes.len() < MAX_FILES
        {
            changes.push(Change { commit: Arc::clone(&of.commit), time: of.time, before, path });
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_with_the_names_that_files_had() {
        let (new, old) = ("a".repeat(40), "b".repeat(40));
        let output =
            format!("\x01{new}\x0220\x02\0\nM\0a.yaml\0R081\0b.yaml\0c.yaml\0\x01{old}\x0210\x02\0\nM\0d\ne.yaml\0");
        let mut changes = Vec::new();
        fill(&mut changes, &mut output.as_bytes()).unwrap();
        let told: Vec<_> = changes.iter().map(|it| (it.time, &*it.before, &*it.path)).collect();
        assert_eq!(told, [(20, "a.yaml", "a.yaml"), (20, "b.yaml", "c.yaml")]);
        assert_eq!(fill(&mut Vec::new(), &mut &output.as_bytes()[..60]), None, "cut off");
    }
}
