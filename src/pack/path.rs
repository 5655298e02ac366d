//! Which paths a pack may have.

use std::path::{Component, Path};

/// The longest path, in bytes.
const MAX_PATH: usize = 4096;
/// The longest name of one file or folder, in bytes.
const MAX_NAME: usize = 255;
/// How deep folders nest.
const MAX_DEPTH: usize = 100;
/// How many parts the name of a repository has: GitLab nests groups twenty deep.
const MAX_SLUG: usize = 24;

/// Returns what is wrong with the path of a file; `None` if a pack may have it.
#[must_use]
pub fn fault(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("has no name");
    }
    if path.len() > MAX_PATH || path.split('/').count() > MAX_DEPTH {
        return Some("has too long a path");
    }
    if path.starts_with('/') {
        return Some("has an absolute path");
    }
    path.split('/').find_map(|name| match name {
        "" | "." => Some("has a path that is not plain"),
        ".." => Some("leads out of the repository"),
        _ if name.eq_ignore_ascii_case(".git") => Some("is in a folder of git"),
        _ if !is_name(name) => Some("has a name that no folder can hold"),
        _ => None,
    })
}

/// Returns whether a text can be the name of a repository among others: names separated by `/`.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    text.len() <= MAX_NAME && fault(text).is_none() && text.split('/').count() <= MAX_SLUG && !text.contains(':')
}

/// Returns whether a link may say so: a path that is relative to the link.
#[must_use]
pub fn is_link_target(target: &str) -> bool {
    !target.is_empty() && target.len() <= MAX_PATH && !target.starts_with('/') && !target.contains(['\\', '\0'])
}

/// Returns whether the operating system takes a text as the name of one entry of a folder.
fn is_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    name.len() <= MAX_NAME
        && !name.contains('\\')
        && !name.chars().any(char::is_control)
        && matches!(components.next(), Some(Component::Normal(_)))
        && components.next().is_none()
}
