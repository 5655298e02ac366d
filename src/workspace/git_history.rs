//! When files last changed, asked of git once a repository.
//!
//! A failure means that nothing is known.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use super::git_command::{git, run};

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

/// The last changes of the files of a repository, and what files were called before.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The commits from which it is looked at.
    tips: Vec<String>,
    /// By file, the last change first, each with the tips for which it is the last.
    changes: HashMap<Box<[u8]>, Vec<(u128, LastChange)>>,
    /// How files came to be, the last one of each name first.
    origins: HashMap<Box<[u8]>, Vec<Origin>>,
}

/// How a file came to its name.
#[derive(Debug)]
struct Origin {
    /// Which one it is, counted from the last on.
    number: usize,
    /// The name before; `None` if the file is new.
    before: Option<Box<[u8]>>,
    commit: Arc<str>,
    time: i64,
    /// The tips that know of it.
    tips: u128,
}

/// A commit from which a history is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tip(u128);

/// More tips are not read at once.
const MAX_TIPS: usize = 128;

/// Files whose dates are shown somewhere.
const PATHS: [&str; 10] =
    ["*.yaml", "*.yml", "*.md", "*.markdown", "*.json", "*.graphql", "*.graphqls", "*.gql", "*.proto", "*.wsdl"];
/// No more commits are looked at, and no more output is read, however long the history is.
pub(super) const MAX_COMMITS: &str = "--max-count=200000";

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
        while next(output, &mut part)? {
            if let Some(LastChange { commit, time, .. }) = header(&part) {
                let is_shallow = shallow.binary_search_by(|hash| (**hash).cmp(&commit)).is_ok();
                since = if is_shallow { KnownSince::Before(time) } else { KnownSince::Commit(time) };
                continue;
            }
            let status = part.trim_ascii_start().first().copied()?;
            let path: Box<[u8]> = if next(output, &mut part)? { part.as_slice().into() } else { return None };
            match status {
                b'R' => {
                    let after: Box<[u8]> = if next(output, &mut part)? { part.as_slice().into() } else { return None };
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

impl History {
    /// Reads the history up to some commits of the working tree `folder`, leaving out the `shallow` commits, which seem to
    /// add all files.
    pub(super) fn read(folder: &Path, tips: &[String], shallow: &[String]) -> Option<Self> {
        let tips = &tips[..tips.len().min(MAX_TIPS)];
        let reach = if tips.len() > 1 { reach(folder, tips)? } else { HashMap::new() };
        // To find renames, git reads contents, which a clone may not hold.
        ["--find-renames=60%", "--no-renames"]
            .iter()
            .find_map(|renames| Self::read_with(folder, tips, shallow, &reach, renames))
    }

    fn read_with(
        folder: &Path,
        tips: &[String],
        shallow: &[String],
        reach: &HashMap<Box<str>, u128>,
        renames: &str,
    ) -> Option<Self> {
        let mut command = git(folder);
        command
            .args(["-c", "diff.renameLimit=400"])
            .args([
                "log",
                "--no-merges",
                renames,
                "--no-ext-diff",
                "--no-textconv",
                "--no-color",
                "--no-notes",
                "-O/dev/null",
            ])
            .args([
                "--ignore-submodules=all",
                "--encoding=UTF-8",
                "--format=%x01%H%x02%ct%x02%an",
                "--name-status",
                "-z",
            ])
            .arg(MAX_COMMITS)
            // Of commits of one date that are all tips, children come first all the same.
            .args((tips.len() > 1).then_some("--date-order"))
            .args(tips)
            .arg("--")
            .args(PATHS);
        let mut history = Self { tips: tips.to_vec(), ..Self::default() };
        run(command, |output| history.fill(output, shallow, reach)).then_some(history)
    }

    /// Returns a tip by the name that it was read by.
    pub(super) fn tip(&self, name: &str) -> Option<Tip> {
        self.tips.iter().position(|tip| tip == name).map(|at| Tip(1 << at))
    }

    /// Returns the last change of the file with these path segments.
    pub(super) fn get(&self, names: &[&OsStr], tip: Tip) -> Option<&LastChange> {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        let changes = self.changes.get(names.join(&b'/').as_slice())?;
        changes.iter().find(|(tips, _)| tips & tip.0 != 0).map(|(_, change)| change)
    }

    /// Reads what git says; `reach` knows from which tips a commit is reached, and without it, it is from all.
    fn fill(
        &mut self,
        output: &mut dyn std::io::BufRead,
        shallow: &[String],
        reach: &HashMap<Box<str>, u128>,
    ) -> Option<()> {
        let mut tips = u128::MAX;
        let mut number = 0;
        let mut commit: Option<LastChange> = None;
        let mut part = Vec::new();
        while next(output, &mut part)? {
            if let Some(header) = header(&part) {
                if !reach.is_empty() {
                    tips = reach.get(&*header.commit).copied().unwrap_or(0);
                }
                commit = Some(header)
                    .filter(|header| shallow.binary_search_by(|hash| (**hash).cmp(&header.commit)).is_err());
                continue;
            }
            let status = part.trim_ascii_start().first().copied();
            if !next(output, &mut part)? {
                return None;
            }
            let before = match status {
                Some(b'R') => {
                    let before: Box<[u8]> = part.as_slice().into();
                    if !next(output, &mut part)? {
                        return None;
                    }
                    Some(before)
                }
                _ => None,
            };
            if before.is_some() || status == Some(b'A') {
                number += 1;
                let time = commit.as_ref().map_or(0, |commit| commit.time);
                let commit = commit.as_ref().map_or_else(|| Arc::from(""), |commit| Arc::clone(&commit.commit));
                let origin = Origin { number, before, commit, time, tips };
                self.origins.entry(part.as_slice().into()).or_default().push(origin);
            }
            let Some(commit) = &commit else { continue };
            match self.changes.get_mut(part.as_slice()) {
                None => _ = self.changes.insert(part.as_slice().into(), vec![(tips, commit.clone())]),
                Some(changes) => {
                    let known = changes.iter().fold(0, |known, (tips, _)| known | tips);
                    if tips & !known != 0 {
                        changes.push((tips & !known, commit.clone()));
                    }
                }
            }
        }
        Some(())
    }

    /// Returns what the file with these path segments was called before a commit that renamed it.
    pub(super) fn before(&self, names: &[&OsStr], commit: &str) -> Option<String> {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        let origins = self.origins.get(names.join(&b'/').as_slice())?;
        let origin = origins.iter().find(|origin| origin.before.is_some() && *origin.commit == *commit)?;
        String::from_utf8(origin.before.as_ref()?.to_vec()).ok()
    }

    /// Returns what the file with these path segments was called before, the last name first.
    pub(super) fn former(&self, names: &[&OsStr], tip: Tip) -> Vec<FormerPath> {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        let path = names.join(&b'/');
        let mut found: Vec<(&[u8], &Origin)> = Vec::new();
        let (mut path, mut number) = (path.as_slice(), 0);
        // What another file of the same name had been called, before or after, is nothing of this one.
        while found.len() < MAX_NAMES
            && let Some(origins) = self.origins.get(path)
            && let Some(origin) = origins.iter().find(|origin| origin.number > number && origin.tips & tip.0 != 0)
            && let Some(before) = &origin.before
        {
            if !found.iter().any(|(known, _)| *known == &**before) {
                found.push((before, origin));
            }
            (path, number) = (before, origin.number);
        }
        let told = |(path, origin): (&[u8], &Origin)| {
            let path = std::str::from_utf8(path).ok()?.to_owned();
            Some(FormerPath { path, commit: Arc::clone(&origin.commit), time: origin.time })
        };
        found.into_iter().filter_map(told).collect()
    }
}

/// A file before and after a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    /// The full hash.
    pub commit: Arc<str>,
    /// When it was committed, in seconds since 1970 UTC.
    pub time: i64,
    /// What the file said before.
    pub before: String,
    /// What it said then.
    pub after: String,
}

/// The names of files of which a repository was asked for changes of text, and the answer.
pub(super) type KnownTextChanges = (BTreeSet<String>, Arc<Vec<TextChange>>);

/// A path that a file had before, from the top of its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerPath {
    /// The path.
    pub path: String,
    /// The commit that gave the file another one.
    pub commit: Arc<str>,
    /// When that was, in seconds since 1970 UTC.
    pub time: i64,
}

/// Finds out from which of some tips each commit is reached.
fn reach(folder: &Path, tips: &[String]) -> Option<HashMap<Box<str>, u128>> {
    let mut command = git(folder);
    command.args(["rev-list", "--topo-order", "--parents", MAX_COMMITS]).args(tips).arg("--");
    let mut reach: HashMap<Box<str>, u128> =
        tips.iter().enumerate().map(|(at, tip)| (tip.as_str().into(), 1 << at)).collect();
    let read = run(command, |output| {
        let mut line = String::new();
        loop {
            line.clear();
            if output.read_line(&mut line).ok()? == 0 {
                return Some(());
            }
            // Children come before their parents.
            let mut hashes = line.split_ascii_whitespace();
            let own = hashes.next().and_then(|hash| reach.get(hash)).copied().unwrap_or(0);
            for parent in hashes {
                *reach.entry(parent.into()).or_default() |= own;
            }
        }
    });
    read.then_some(reach)
}

/// A file has had no more names that are looked at.
const MAX_NAMES: usize = 20;

/// Reads up to the next zero; returns whether there was anything. `None` if it was cut off at the limit.
pub(super) fn next(output: &mut dyn std::io::BufRead, part: &mut Vec<u8>) -> Option<bool> {
    part.clear();
    if output.read_until(0, part).ok()? == 0 {
        return Some(false);
    }
    part.pop_if(|byte| *byte == 0).map(|_| true)
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

    /// Returns the newest commit below the folder with these path segments, how many people have committed, and the times of
    /// the commits since a moment; `None` if git knows nothing of it.
    pub(super) fn times_below(&self, names: &[&OsStr], since: i64) -> Option<(i64, usize, Vec<i64>)> {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        let commits = self.by_folder.get(names.join(&b'/').as_slice())?;
        let commits = || commits.iter().filter_map(|at| self.list.get(*at as usize));
        let mut times: Vec<i64> = commits().map(|(time, _)| *time).filter(|time| *time >= since).collect();
        times.sort_unstable();
        let last = commits().map(|(time, _)| *time).max()?;
        Some((last, commits().map(|(_, author)| author).collect::<HashSet<_>>().len(), times))
    }

    /// Returns what happened below the folder with these path segments; `None` if git knows nothing of it.
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

/// Reads the line about a commit; `None` if it is the name of a file.
pub(super) fn header(part: &[u8]) -> Option<LastChange> {
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
        let output = format!(
            "\x01{new}\x0220\x02Ann\0\nM\0a.yaml\0R081\0b.md\0c.md\0\x01{old}\x0210\x02Bob \x02\0\nA\0a.yaml\0A\0d/\u{e9}\n.md\0R100\0a.md\0b.md\0"
        );
        let mut history = History::default();
        history.fill(&mut output.as_bytes(), &[], &HashMap::new()).unwrap();
        let get = |names: &[&str]| {
            let names: Vec<&OsStr> = names.iter().map(OsStr::new).collect();
            history.get(&names, Tip(1)).map(|change| (change.time, change.author.to_string()))
        };
        assert_eq!(get(&["a.yaml"]), Some((20, "Ann".to_owned())));
        assert_eq!(get(&["d", "é\n.md"]), Some((10, "Bob \x02".to_owned())));
        assert_eq!(get(&["nope.md"]), None);
        assert_eq!(get(&["c.md"]), Some((20, "Ann".to_owned())));
        let former = |name: &str| {
            let former = history.former(&[OsStr::new(name)], Tip(1));
            former.into_iter().map(|it| (it.path, it.time)).collect::<Vec<_>>()
        };
        assert_eq!(former("c.md"), [("b.md".to_owned(), 20), ("a.md".to_owned(), 10)]);
        assert_eq!((former("b.md"), former("a.md")), (vec![("a.md".to_owned(), 10)], vec![]));
        let mut history = History::default();
        history.fill(&mut output.as_bytes(), std::slice::from_ref(&old), &HashMap::new()).unwrap();
        assert_eq!(history.changes.len(), 2);
        // From another tip, only the older commit is seen.
        let reach = HashMap::from([(new.as_str().into(), 1), (old.as_str().into(), 3)]);
        let mut history = History::default();
        history.fill(&mut output.as_bytes(), &[], &reach).unwrap();
        let time = |tip: u128| history.get(&[OsStr::new("a.yaml")], Tip(tip)).map(|change| change.time);
        assert_eq!((time(1), time(2), time(4)), (Some(20), Some(10), None));
        assert_eq!(history.former(&[OsStr::new("c.md")], Tip(2)), []);
        let none = History::default().fill(&mut &output.as_bytes()[..output.len() - 2], &[], &HashMap::new());
        assert_eq!(none, None);
    }
}
