//! What a pack says of its repository. A field may be added within a version of the format; a reader skips what it does not
//! know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The manifest of a pack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The version of the format.
    pub format: u32,
    /// The version of Playbill that wrote it.
    pub engine: String,
    /// Which repository it is of.
    pub repository: RepositoryFacts,
    /// The commit that was checked out, the full hash; `None` without git.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When it was committed, in seconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed_at: Option<i64>,
    /// Of two packs of one repository, the one with the higher number is the newer one.
    pub sequence: i64,
    /// The files with their content, by path.
    pub files: BTreeMap<String, FileFacts>,
    /// Files that are there, without their content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Symbolic links. They are followed within the pack only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
    /// What was committed below folders; the empty path is the whole repository.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub activity: BTreeMap<String, FolderActivity>,
    /// What commits made of catalog files whose names or kinds changed, the last one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<TextChange>,
    /// The entities that the repository describes, for people and other programs.
    #[serde(default)]
    pub entities: Vec<String>,
    /// What was found when it was packed.
    #[serde(default)]
    pub problems: Problems,
}

/// Which repository a pack is of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryFacts {
    /// Its name among others, such as `acme/web`.
    pub slug: String,
    /// The address of its remote, without names and secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The branch that people work from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_branch: Option<String>,
    /// The branch that was checked out, as the remote calls it, or for a detached head the likely one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Whether a commit was checked out and no branch.
    #[serde(default, skip_serializing_if = "is_false")]
    pub detached: bool,
    /// Whether commits were missing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shallow: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What is known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileFacts {
    /// The SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
    /// How many bytes it has.
    pub size: u64,
    /// Whether it may be run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub executable: bool,
    /// The commit that touched it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastCommit>,
    /// Since when git knows it.
    #[serde(default, skip_serializing_if = "Since::is_unknown")]
    pub since: Since,
    /// Names that it had before, the last one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
    /// The SHA-256 of what it said before its last change, which the pack holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// A symbolic link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it says: a path, relative to its folder.
    pub target: String,
    /// The commit that touched it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LastCommit>,
    /// Names that it had before, the last one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCommit {
    /// The full hash.
    pub commit: String,
    /// When, in seconds since 1970 UTC.
    pub time: i64,
    /// The name of the author; addresses are not packed.
    pub author: String,
}

/// Since when git knows a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Since {
    /// Since a commit of this time.
    Commit(i64),
    /// Since before a commit of this time.
    Before(i64),
    /// It was not committed.
    Never,
    /// Nothing is known.
    #[default]
    Unknown,
}

impl Since {
    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// A path that a file had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The path.
    pub path: String,
    /// The commit that gave the file another one.
    pub commit: String,
    /// When that was.
    pub time: i64,
}

/// What was committed below a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderActivity {
    /// The newest commit.
    pub last: i64,
    /// How many people have committed.
    pub contributors: usize,
    /// When, for the commits of the last year and some days.
    pub times: Vec<i64>,
}

/// A file before and after a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextChange {
    /// The full hash.
    pub commit: String,
    /// When, in seconds since 1970 UTC.
    pub time: i64,
    /// The text before.
    pub before: String,
    /// The text after.
    pub after: String,
}

/// How many problems there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    /// Errors.
    pub errors: usize,
}
