//! The branches and tags of a repository.

use std::io::Read as _;
use std::path::Path;

use super::git_command::{git, run};

/// A hash is shorter, in bytes.
const MAX_NAME: u64 = 1024;
/// More are not looked at.
pub(super) const MAX_LISTED: usize = 100_000;

/// What a name of a repository is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefKind {
    /// A branch, here or at the remote.
    Branch,
    /// A tag.
    Tag,
}

/// A name of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitRef {
    /// As people call it, such as `v1.0` or `release/1.0`.
    pub name: String,
    /// What it is.
    pub kind: RefKind,
    /// The full hash.
    pub commit: String,
    /// When it was committed or tagged, in seconds since 1970 UTC.
    pub time: i64,
}

/// Lists the branches and tags of the repository whose working tree is `folder`, by name; `None` if git fails. A branch
/// that is here goes before that of the remote, and what names no commit is left out.
pub(super) fn read(folder: &Path, remote: &str) -> Option<Vec<GitRef>> {
    const FORMAT: &str =
        "%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(creatordate:unix)";
    let remotes = format!("refs/remotes/{remote}/");
    let mut command = git(folder);
    command.arg("for-each-ref").arg(format!("--count={MAX_LISTED}")).arg(format!("--format={FORMAT}"));
    command.args(["refs/heads/", "refs/tags/", &remotes]);
    let mut refs: Vec<GitRef> = Vec::new();
    let done = run(command, |output| {
        let mut line = Vec::new();
        loop {
            line.clear();
            if output.read_until(b'\n', &mut line).ok()? == 0 {
                return Some(());
            }
            let Ok(text) = std::str::from_utf8(&line) else { continue };
            refs.extend(parse(text.trim_end_matches('\n'), &remotes));
        }
    });
    // Branches that are here come first, as `refs/heads/` does.
    refs.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
    refs.dedup_by(|b, a| a.name == b.name && a.kind == b.kind);
    done.then_some(refs)
}

/// Finds the commit that a name means, as `git rev-parse` does; `None` if it means none here.
pub(super) fn resolve(folder: &Path, name: &str) -> Option<GitRef> {
    if name.contains(['\n', '\r', '\0']) {
        return None;
    }
    let mut command = git(folder);
    command.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]).arg(format!("{name}^{{commit}}"));
    let mut commit = String::new();
    let done = run(command, |output| {
        output.take(MAX_NAME).read_to_string(&mut commit).ok()?;
        Some(())
    });
    let commit = commit.trim().to_owned();
    let is_hash = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    (done && is_hash).then(|| GitRef { name: name.to_owned(), kind: RefKind::Branch, commit, time: 0 })
}

/// Returns the commit that is checked out, and when it was committed.
pub(super) fn head(folder: &Path) -> Option<(String, i64)> {
    let mut command = git(folder);
    command.args(["log", "-1", "--no-color", "--format=%H %ct", "HEAD", "--"]);
    let mut line = String::new();
    let done = run(command, |output| {
        output.take(MAX_NAME).read_to_string(&mut line).ok()?;
        Some(())
    });
    let (commit, time) = line.trim().split_once(' ').filter(|_| done)?;
    Some((commit.to_owned(), time.parse().ok()?))
}

fn parse(line: &str, remotes: &str) -> Option<GitRef> {
    let mut fields = line.split('\0');
    let [full, kind, id, peeled_kind, peeled, time] = std::array::from_fn(|_| fields.next().unwrap_or_default());
    let commit = match (kind, peeled_kind) {
        ("commit", _) => id,
        ("tag", "commit") => peeled,
        _ => return None,
    };
    let (name, kind) = match full.strip_prefix("refs/tags/") {
        Some(name) => (name, RefKind::Tag),
        None => (full.strip_prefix("refs/heads/").or_else(|| full.strip_prefix(remotes))?, RefKind::Branch),
    };
    (name != "HEAD").then(|| GitRef {
        name: name.to_owned(),
        kind,
        commit: commit.to_owned(),
        time: time.parse().unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_commits_are_read() {
        let check = |line: &str, expect: Option<(&str, RefKind, &str, i64)>| {
            let found = parse(&line.replace(' ', "\0"), "refs/remotes/origin/");
            assert_eq!(found.as_ref().map(|one| (&*one.name, one.kind, &*one.commit, one.time)), expect, "{line}");
        };
        check("refs/heads/release/1.0 commit aa   12", Some(("release/1.0", RefKind::Branch, "aa", 12)));
        check("refs/remotes/origin/next commit aa   12", Some(("next", RefKind::Branch, "aa", 12)));
        check("refs/remotes/origin/HEAD commit aa   12", None);
        check("refs/tags/v1 commit aa   12", Some(("v1", RefKind::Tag, "aa", 12)));
        check("refs/tags/v1 tag aa commit bb 12", Some(("v1", RefKind::Tag, "bb", 12)));
        check("refs/tags/tree tree aa   ", None);
        check("refs/tags/chain tag aa tag bb 12", None);
        check("", None);
    }
}
