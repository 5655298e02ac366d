//! Paths as text, without asking the disk: what a written target means, and how a place is shown.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use super::LocateError;

/// The longest target that is looked at; more than any operating system opens.
const MAX_TARGET: usize = 4096;
/// The longest name of one file or folder.
const MAX_NAME: usize = 255;

/// A target that stays inside: the names from the boundary down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inside {
    /// The names below the boundary.
    pub(super) names: Vec<OsString>,
    /// Whether the target ends in `/` and so can only be a folder.
    pub(super) folder: bool,
}

/// Resolves `target`, written in the folder `base` (both counted from the boundary), without leaving the boundary.
///
/// A leading `/` means the boundary itself. A name is taken as it is: nothing in it is decoded or expanded.
pub(super) fn resolve(base: &[OsString], target: &str) -> Result<Inside, LocateError> {
    if is_url(target) {
        return Err(LocateError::NotLocal);
    }
    let missing = || LocateError::Missing { path: shorten(target) };
    if target.len() > MAX_TARGET {
        return Err(missing());
    }
    let mut names = if target.starts_with('/') { Vec::new() } else { base.to_vec() };
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop().ok_or(LocateError::OutsideRepository)?;
            }
            _ if is_name(name) => names.push(name.into()),
            _ => return Err(missing()),
        }
    }
    Ok(Inside { names, folder: target.is_empty() || target.ends_with('/') || ends_in_dots(target) })
}

/// Returns whether a text is a URL with a scheme, so that it names no file.
pub(super) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return text.starts_with("//") };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let known = ["http", "https", "file", "data", "mailto", "javascript"];
    text.starts_with("//")
        || (is_scheme && (rest.starts_with("//") || known.iter().any(|known| scheme.eq_ignore_ascii_case(known))))
}

/// Returns whether the operating system takes a text as the name of one entry of a folder.
fn is_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    name.len() <= MAX_NAME
        && !name.contains('\0')
        && matches!(components.next(), Some(Component::Normal(_)))
        && components.next().is_none()
}

fn ends_in_dots(target: &str) -> bool {
    matches!(target.rsplit('/').next(), Some("." | ".."))
}

/// Returns a target short enough for a message.
pub(super) fn shorten(text: &str) -> String {
    const MAX: usize = 200;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Returns the names of `place` below `above` as the operating system has them; `None` if it is not below.
pub(super) fn names_below<'a>(place: &'a Path, above: &Path) -> Option<Vec<&'a OsStr>> {
    Some(place.strip_prefix(above).ok()?.components().map(std::path::Component::as_os_str).collect())
}

/// Returns the names of `place` below `above`; `None` if it is not below.
pub(super) fn names(place: &Path, above: &Path) -> Option<Vec<OsString>> {
    let below = place.strip_prefix(above).ok()?;
    Some(below.components().map(|component| component.as_os_str().to_owned()).collect())
}

/// Returns `path` with `.` and empty parts removed, `..` kept, separated by `/`: as somebody would write it.
pub(super) fn shown(path: &Path) -> String {
    let mut text = String::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => text.push('/'),
            _ => {
                if !text.is_empty() && !text.ends_with('/') {
                    text.push('/');
                }
                text.push_str(&component.as_os_str().to_string_lossy());
            }
        }
    }
    text
}

/// Joins a path to a folder as somebody would write it, without going into a folder and out again.
pub(super) fn joined(folder: &Path, path: &str) -> PathBuf {
    let mut joined = PathBuf::new();
    for component in folder.join(path).components() {
        let goes_back =
            component == Component::ParentDir && matches!(joined.components().next_back(), Some(Component::Normal(_)));
        match component {
            _ if goes_back => _ = joined.pop(),
            Component::CurDir => {}
            _ => joined.push(component),
        }
    }
    joined
}

/// Joins names below a boundary.
pub(super) fn below(above: &Path, names: &[OsString]) -> PathBuf {
    let mut path = above.to_owned();
    path.extend(names);
    path
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with_slashes(names: &[OsString]) -> String {
        names.join("/".as_ref()).into_string().unwrap()
    }

    #[track_caller]
    fn check(target: &str, expect: &str) {
        let base = ["services".into(), "web".into()];
        let found = match resolve(&base, target) {
            Ok(inside) => format!("{}{}", with_slashes(&inside.names), if inside.folder { "/" } else { "" }),
            Err(LocateError::OutsideRepository) => "outside".to_owned(),
            Err(LocateError::NotLocal) => "url".to_owned(),
            Err(LocateError::Missing { .. }) => "missing".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expect, "{target:?}");
    }

    #[test]
    fn targets_are_relative_to_the_folder_of_the_file() {
        check("a.yaml", "services/web/a.yaml");
        check("./a b/ß.yaml", "services/web/a b/ß.yaml");
        check("././a//b.yaml", "services/web/a/b.yaml");
        check("../api/a.yaml", "services/api/a.yaml");
        check("/org/a.yaml", "org/a.yaml");
        check("/../a.yaml", "outside");
        check("../../a.yaml", "a.yaml");
        check("../../../a.yaml", "outside");
        check("../../../services/web/a.yaml", "outside");
        check("", "services/web/");
        check("..", "services/");
        check("docs/", "services/web/docs/");
        check("/", "/");
        check("%2e%2e/a.yaml", "services/web/%2e%2e/a.yaml");
    }

    #[test]
    fn what_is_no_path_is_no_path() {
        check("https://example.com/a.yaml", "url");
        check("file:/etc/passwd", "url");
        check("//example.com/a", "url");
        check("a\0b", "missing");
        check(&"x".repeat(256), "missing");
        check(&"x/".repeat(4096), "missing");
        #[cfg(unix)]
        check("C:\\a\\b.yaml", "services/web/C:\\a\\b.yaml");
    }

    #[test]
    fn paths_are_shown_as_written() {
        assert_eq!(shown(Path::new("./a//b/")), "a/b");
        assert_eq!(shown(Path::new("../a")), "../a");
        assert_eq!(shown(Path::new(".")), "");
        assert_eq!(shown(Path::new("/srv/a")), "/srv/a");
        assert_eq!(shown(&joined(Path::new("p/q"), "../../../b/.")), "../b");
    }

    proptest! {
        #[test]
        fn a_resolved_target_never_leaves_the_boundary(
            base in prop::collection::vec("[a-z]{1,3}", 0..4),
            target in "[./a-c\\\\:\0 ]{0,40}",
        ) {
            let base: Vec<OsString> = base.into_iter().map(OsString::from).collect();
            if let Ok(inside) = resolve(&base, &target) {
                let names = with_slashes(&inside.names);
                prop_assert!(names.is_empty() || names.split('/').all(|name| !matches!(name, "" | "." | "..")));
                let again = resolve(&[], &names).unwrap();
                prop_assert_eq!(again.names, inside.names);
            }
        }

        #[test]
        fn any_text_is_resolved_or_refused(target in any::<String>()) {
            let _ = resolve(&["a".into()], &target);
        }
    }
}
