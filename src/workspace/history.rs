//! When files last changed, asked of git once a repository.
//!
//! The repository may be hostile and the user's settings arbitrary, so everything that could run a program, prompt,
//! use the network or change the format is switched off. A failure means that nothing is known.

#![expect(clippy::disallowed_methods, reason = "this is the one place that runs git")]

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// The last commit that touched a file.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl History {
    /// Reads the history of the working tree `folder`, leaving out the `shallow` commits, which seem to add all files.
    pub(super) fn read(folder: &Path, shallow: &[String]) -> Option<Self> {
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
            .args(["-c", "log.mailmap=false", "-c", "protocol.allow=never"])
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
            .args(PATHS)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().ok()?;
        let output = process.stdout.take()?;
        let mut history = Self::default();
        let read = history.fill(&mut BufReader::with_capacity(64 << 10, output.take(MAX_OUTPUT)), shallow);
        // If reading ended early, git would wait for somebody to read on.
        if read.is_none() {
            let _ = process.kill();
        }
        let status = process.wait().ok()?;
        (read.is_some() && status.success()).then_some(history)
    }

    /// Returns the last change of the file with these path segments.
    pub(super) fn get(&self, names: &[&OsStr]) -> Option<&LastChange> {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        self.changes.get(names.join(&b'/').as_slice())
    }

    fn fill(&mut self, output: &mut impl std::io::BufRead, shallow: &[String]) -> Option<()> {
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
