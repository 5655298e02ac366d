//! When files last changed, asked of git once a repository.
//!
//! The repository may be hostile and the user's settings arbitrary, so everything that could run a program, prompt,
//! use the network or change the format is switched off. A failure means that nothing is known.

#![expect(clippy::disallowed_methods, reason = "this is the one place that runs git")]

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io::{BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// The last commit that touched a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LastChange {
    /// The full hash.
    pub commit: Arc<str>,
    /// The name of the author.
    pub author: Arc<str>,
    /// When it was committed, in seconds since 1970 UTC.
    pub time: i64,
}

/// The last changes of the files of a repository.
#[derive(Debug, Default)]
pub(super) struct History {
    changes: HashMap<Box<[u8]>, LastChange>,
}

/// Files whose dates are shown somewhere.
const PATHS: [&str; 4] = ["*.yaml", "*.yml", "*.md", "*.markdown"];
/// No more commits are looked at, and no more output is read, however long the history is.
const MAX_COMMITS: &str = "--max-count=200000";
const MAX_OUTPUT: u64 = 1 << 30;

/// Since when git knows a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownSince {
    /// Since a commit of this time, in seconds since 1970 UTC.
    Commit(i64),
    /// Since before a commit of this time: what was before it was not fetched.
    Before(i64),
    /// It is not committed.
    Never,
    /// Nothing is known of it.
    Unknown,
}

/// When the files of a repository were added.
#[derive(Debug, Default)]
pub(super) struct Beginnings {
    /// The oldest commit that added a file of this path.
    added: HashMap<Box<[u8]>, KnownSince>,
    /// What a file was called before.
    renamed: HashMap<Box<[u8]>, Vec<Box<[u8]>>>,
}

impl Beginnings {
    /// Reads when files were added to the working tree `folder`; `shallow` commits seem to add all files.
    pub(super) fn read(folder: &Path, shallow: &[String]) -> Option<Self> {
        let mut command = git(folder);
        command
            .args(["-c", "diff.renameLimit=400", "log", "--no-merges", "--find-renames=60%", "--diff-filter=AR"])
            .args(["--no-ext-diff", "--no-textconv", "--no-color", "--no-notes", "-O/dev/null"])
            .args(["--ignore-submodules=all", "--encoding=UTF-8", "--format=%x01%H%x02%ct%x02", "--name-status", "-z"])
            .arg(MAX_COMMITS)
            .args(["HEAD", "--"])
            .args(CATALOG_PATHS);
        let mut beginnings = Self::default();
        run(command, |output| beginnings.fill(output, shallow)).then_some(beginnings)
    }

    fn fill(&mut self, output: &mut dyn std::io::BufRead, shallow: &[String]) -> Option<()> {
        let mut since = KnownSince::Unknown;
        let mut part = Vec::new();
        let mut next = |part: &mut Vec<u8>| -> Option<bool> {
            part.clear();
            if output.read_until(0, part).ok()? == 0 {
                return Some(false);
            }
            part.pop_if(|byte| *byte == 0).map(|_| true)
        };
        while next(&mut part)? {
            if let Some(LastChange { commit, time, .. }) = header(&part) {
                let is_shallow = shallow.binary_search_by(|hash| (**hash).cmp(&commit)).is_ok();
                since = if is_shallow { KnownSince::Before(time) } else { KnownSince::Commit(time) };
                continue;
            }
            let status = part.trim_ascii_start().first().copied()?;
            let path: Box<[u8]> = if next(&mut part)? { part.as_slice().into() } else { return None };
            match status {
                b'R' => {
                    let after: Box<[u8]> = if next(&mut part)? { part.as_slice().into() } else { return None };
                    self.renamed.entry(after).or_default().push(path);
                }
                // The log goes from new to old.
                _ => _ = self.added.insert(path, since),
            }
        }
        Some(())
    }

    /// Returns since when the file with these path segments is known, also by the names that it had before.
    pub(super) fn get(&self, names: &[&OsStr]) -> KnownSince {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        let path = names.join(&b'/');
        if !CATALOG_PATHS.iter().any(|pattern| path.ends_with(&pattern.as_bytes()[1..])) {
            return KnownSince::Unknown;
        }
        let mut oldest = KnownSince::Never;
        let mut seen: HashSet<&[u8]> = HashSet::new();
        let mut open: Vec<&[u8]> = vec![&path];
        while let Some(path) = open.pop() {
            if !seen.insert(path) {
                continue;
            }
            if let Some(since) = self.added.get(path)
                && since.time() < oldest.time()
            {
                oldest = *since;
            }
            open.extend(self.renamed.get(path).into_iter().flatten().map(|path| &**path));
        }
        oldest
    }
}

impl KnownSince {
    /// Returns the time that it is known for; what is not committed is younger than everything.
    pub(crate) fn time(self) -> i64 {
        match self {
            Self::Commit(time) | Self::Before(time) => time,
            Self::Never | Self::Unknown => i64::MAX,
        }
    }
}

/// Files that may describe entities.
const CATALOG_PATHS: [&str; 3] = ["*.yaml", "*.yml", "*.json"];

/// Prepares git for a folder that may be hostile.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        // Where git finds itself and the user's trust in folders stays; what redirects or traces it goes.
        let stays = ["GIT_CONFIG_", "GIT_EXEC_PATH"].iter().any(|prefix| text.starts_with(prefix));
        if text.starts_with("GIT_") && !stays {
            command.env_remove(&name);
        }
    }
    command
        .envs([
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_ALLOW_PROTOCOL", "none"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("LC_ALL", "C"),
        ])
        .arg("-C")
        .arg(folder)
        .args(["--no-pager", "--no-optional-locks", "--no-replace-objects"])
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotepath=off", "-c", "core.hooksPath=/dev/null"])
        .args(["-c", "log.showSignature=false", "-c", "log.showRoot=true", "-c", "log.follow=false"])
        .args(["-c", "log.mailmap=false", "-c", "protocol.allow=never"]);
    command
}

/// Runs git and hands on what it writes; says whether all went well.
fn run(mut command: Command, read: impl FnOnce(&mut dyn std::io::BufRead) -> Option<()>) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut process) = command.spawn() else { return false };
    let Some(output) = process.stdout.take() else { return false };
    let read = read(&mut BufReader::with_capacity(64 << 10, output.take(MAX_OUTPUT)));
    // If reading ended early, git would wait for somebody to read on.
    if read.is_none() {
        let _ = process.kill();
    }
    process.wait().is_ok_and(|status| read.is_some() && status.success())
}

impl History {
    /// Reads the history of the working tree `folder`, leaving out the `shallow` commits, which seem to add all files.
    pub(super) fn read(folder: &Path, shallow: &[String]) -> Option<Self> {
        let mut command = git(folder);
        command
            .args([
                "log",
                "--no-merges",
                "--no-renames",
                "--no-ext-diff",
                "--no-textconv",
                "--no-color",
                "--no-notes",
                "-O/dev/null",
            ])
            .args(["--ignore-submodules=all", "--encoding=UTF-8", "--format=%x01%H%x02%ct%x02%an", "--name-only", "-z"])
            .arg(MAX_COMMITS)
            .args(["HEAD", "--"])
            .args(PATHS);
        let mut history = Self::default();
        run(command, |output| history.fill(output, shallow)).then_some(history)
    }

    /// Returns the last change of the file with these path segments.
    pub(super) fn get(&self, names: &[&OsStr]) -> Option<&LastChange> {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        self.changes.get(names.join(&b'/').as_slice())
    }

    fn fill(&mut self, output: &mut dyn std::io::BufRead, shallow: &[String]) -> Option<()> {
        let mut commit: Option<LastChange> = None;
        let mut first = false;
        let mut part = Vec::new();
        loop {
            part.clear();
            if output.read_until(0, &mut part).ok()? == 0 {
                return Some(());
            }
            // What was cut off at the limit is no whole name.
            part.pop_if(|byte| *byte == 0)?;
            if let Some(header) = header(&part) {
                commit = Some(header)
                    .filter(|header| shallow.binary_search_by(|hash| (**hash).cmp(&header.commit)).is_err());
                first = true;
                continue;
            }
            let path = if first { part.strip_prefix(b"\n").unwrap_or(&part) } else { &part };
            first = false;
            if let Some(commit) = &commit
                && !self.changes.contains_key(path)
            {
                self.changes.insert(path.into(), commit.clone());
            }
        }
    }
}

/// Who committed what below which folder.
#[derive(Debug, Default)]
pub(super) struct Commits {
    /// Time and author of each commit, newest first.
    list: Vec<(i64, u32)>,
    authors: HashMap<Arc<str>, u32>,
    /// The commits that touched something below a folder; the empty path is the whole repository.
    by_folder: HashMap<Box<[u8]>, Vec<u32>>,
}

/// What happened below a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// The newest commit, in seconds since 1970 UTC.
    pub last: i64,
    /// How many people have committed.
    pub contributors: usize,
    /// How many commits there are since a moment.
    pub recent: usize,
}

impl Commits {
    /// Reads the commits of the working tree `folder`, leaving out the `shallow` ones, which seem to add all files.
    pub(super) fn read(folder: &Path, shallow: &[String]) -> Option<Self> {
        let mut command = git(folder);
        command
            .args(["log", "--no-merges", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--no-notes"])
            .args(["-O/dev/null", "--ignore-submodules=all", "--encoding=UTF-8", "--format=%x01%H%x02%ct%x02%ae"])
            .args(["--name-only", "-z", MAX_COMMITS, "HEAD", "--"]);
        let mut commits = Self::default();
        run(command, |output| commits.fill(output, shallow)).then_some(commits)
    }

    fn fill(&mut self, output: &mut dyn std::io::BufRead, shallow: &[String]) -> Option<()> {
        let mut commit = None;
        let mut part = Vec::new();
        loop {
            part.clear();
            if output.read_until(0, &mut part).ok()? == 0 {
                return Some(());
            }
            part.pop_if(|byte| *byte == 0)?;
            if let Some(header) = header(&part) {
                commit = shallow.binary_search_by(|hash| (**hash).cmp(&header.commit)).is_err().then(|| {
                    let next = u32::try_from(self.authors.len()).unwrap_or(u32::MAX);
                    let author = *self.authors.entry(header.author).or_insert(next);
                    self.list.push((header.time, author));
                    u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX)
                });
                continue;
            }
            let Some(commit) = commit else { continue };
            let mut folder = part.strip_prefix(b"\n").unwrap_or(&part);
            loop {
                folder = folder.iter().rposition(|byte| *byte == b'/').map_or(&[][..], |slash| &folder[..slash]);
                match self.by_folder.get_mut(folder) {
                    Some(known) if known.last() == Some(&commit) => {}
                    Some(known) => known.push(commit),
                    None => _ = self.by_folder.insert(folder.into(), vec![commit]),
                }
                if folder.is_empty() {
                    break;
                }
            }
        }
    }

    /// Returns what happened below the folder with these path segments; nothing if git knows nothing of it.
    pub(super) fn below(&self, names: &[&OsStr], since: i64) -> Option<Activity> {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        let commits = self.by_folder.get(names.join(&b'/').as_slice())?;
        let commits = || commits.iter().map(|at| self.list[*at as usize]);
        Some(Activity {
            last: commits().map(|(time, _)| time).max()?,
            contributors: commits().map(|(_, author)| author).collect::<HashSet<u32>>().len(),
            recent: commits().filter(|(time, _)| *time >= since).count(),
        })
    }
}

/// Reads the line about a commit; nothing if it is the name of a file.
fn header(part: &[u8]) -> Option<LastChange> {
    let text = String::from_utf8_lossy(part.strip_prefix(b"\x01")?);
    let mut fields = text.splitn(3, '\x02');
    let commit = fields.next().filter(|hash| hash.len() >= 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let time = fields.next()?.parse().ok()?;
    Some(LastChange { commit: commit.into(), time, author: fields.next()?.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_commit_that_added_a_file_counts_by_whatever_name() {
        let hash = |letter: &str| letter.repeat(40);
        let output = format!(
            "\x01{}\x0240\x02\0\nR090\0old.yaml\0new.yaml\0A\0d/late.yaml\0\x01{}\x0230\x02\0\nA\0again.yaml\0\
             \x01{}\x0220\x02\0\nA\0old.yaml\0A\0again.yaml\0\x01{}\x0210\x02\0\nA\0first.yml\0",
            hash("a"),
            hash("b"),
            hash("c"),
            hash("d"),
        );
        let mut beginnings = Beginnings::default();
        beginnings.fill(&mut output.as_bytes(), &[hash("d")]).unwrap();
        let get = |path: &str| beginnings.get(&path.split('/').map(OsStr::new).collect::<Vec<_>>());
        assert_eq!(get("new.yaml"), KnownSince::Commit(20));
        assert_eq!(get("d/late.yaml"), KnownSince::Commit(40));
        assert_eq!(get("again.yaml"), KnownSince::Commit(20));
        assert_eq!(get("first.yml"), KnownSince::Before(10));
        assert_eq!(get("not-committed.yaml"), KnownSince::Never);
        assert_eq!(get("entities.txt"), KnownSince::Unknown);
        assert_eq!(Beginnings::default().fill(&mut &output.as_bytes()[..output.len() - 2], &[]), None);
    }

    #[test]
    fn the_newest_commit_of_each_file_counts() {
        let (new, old) = ("a".repeat(40), "b".repeat(40));
        let output =
            format!("\x01{new}\x0220\x02Ann\0\na.yaml\0\x01{old}\x0210\x02Bob \x02\0\na.yaml\0d/\u{e9}\n.md\0");
        let mut history = History::default();
        history.fill(&mut output.as_bytes(), &[]).unwrap();
        let get = |names: &[&str]| {
            let names: Vec<&OsStr> = names.iter().map(OsStr::new).collect();
            history.get(&names).map(|change| (change.time, change.author.to_string()))
        };
        assert_eq!(get(&["a.yaml"]), Some((20, "Ann".to_owned())));
        assert_eq!(get(&["d", "é\n.md"]), Some((10, "Bob \x02".to_owned())));
        assert_eq!(get(&["nope.md"]), None);
        let mut history = History::default();
        history.fill(&mut output.as_bytes(), &[old]).unwrap();
        assert_eq!(history.changes.len(), 1);
        assert_eq!(History::default().fill(&mut &output.as_bytes()[..output.len() - 2], &[]), None);
    }
}
