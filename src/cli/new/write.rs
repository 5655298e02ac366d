//! Puts the result into its folder: all of it or nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::scaffold::tree::{Entry, Tree};

/// What would become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It is new.
    New,
    /// It is there, the same.
    Unchanged,
    /// It is there, and differs.
    Differs,
}

/// Says what would become of each file, in order.
pub(super) fn changes(tree: &Tree, folder: &Path) -> Vec<(String, Change)> {
    let mut out = Vec::new();
    for (path, entry) in tree.entries() {
        if matches!(entry, Entry::Folder) {
            continue;
        }
        let place = folder.join(path);
        let change = match (fs::symlink_metadata(&place), entry) {
            (Err(_), _) => Change::New,
            (Ok(there), Entry::File { bytes, .. }) if there.is_file() => match read(&place) {
                Ok(before) if before == **bytes => Change::Unchanged,
                _ => Change::Differs,
            },
            (Ok(there), Entry::Link(target)) if there.is_symlink() => match fs::read_link(&place) {
                Ok(before) if before == Path::new(target) => Change::Unchanged,
                _ => Change::Differs,
            },
            _ => Change::Differs,
        };
        out.push((path.to_owned(), change));
    }
    out
}

/// How many lines of differences are shown of one file.
const MAX_LINES: usize = 200;

/// Shows what would change in files that are there.
pub(super) fn differences(tree: &Tree, folder: &Path, changes: &[(String, Change)]) -> String {
    let mut out = String::new();
    for (path, _) in changes.iter().filter(|(_, change)| *change == Change::Differs) {
        let Some(Entry::File { bytes, .. }) = tree.get(path) else { continue };
        let before = read(&folder.join(path)).unwrap_or_default();
        let (Ok(before), Ok(after)) = (std::str::from_utf8(&before), std::str::from_utf8(bytes)) else {
            out.push_str(&["\n", path, " differs; it is no text\n"].concat());
            continue;
        };
        let diff = similar::TextDiff::from_lines(before, after);
        let (old, new) = (format!("a/{path}"), format!("b/{path}"));
        let shown = diff.unified_diff().context_radius(3).header(&old, &new).to_string();
        let lines: Vec<&str> = shown.lines().take(MAX_LINES).collect();
        out.push_str(&["\n", &lines.join("\n"), "\n"].concat());
    }
    out
}

#[expect(clippy::disallowed_methods, reason = "the command compares the result with what is there")]
pub(super) fn read(place: &Path) -> io::Result<Vec<u8>> {
    fs::read(place)
}

/// Writes the result. It is made whole beside the folder first; when it cannot be put in, the folder is as it was.
///
/// # Errors
/// When files are there that differ and may not be overwritten, or the disk fails.
pub(super) fn write(tree: &Tree, folder: &Path, force: bool) -> Result<(), Error> {
    let fail = |action: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| Error::Io { action, path, source }
    };
    let changes = changes(tree, folder);
    let clashes: Vec<&str> =
        changes.iter().filter(|(_, change)| *change == Change::Differs).map(|(path, _)| path.as_str()).collect();
    if !force && let [first, ..] = clashes[..] {
        let more = if clashes.len() > 1 { format!(" and {} more", clashes.len() - 1) } else { String::new() };
        return Err(Error::Usage(format!(
            "`{first}`{more} is already in `{}` and differs; nothing was written (`--force` overwrites)",
            folder.display()
        )));
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folders(parent).map_err(fail("create", parent))?;
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stage = parent.join(format!(".{name}.playbill-{}", std::process::id()));
    let _ = remove(&stage);
    let staged = fill(tree, &stage).map_err(|(path, source)| Error::Io { action: "write", path, source });
    let moved = staged.and_then(|()| {
        if fs::symlink_metadata(folder).is_err() {
            return rename(&stage, folder).map_err(fail("create", folder));
        }
        put_in(&stage, folder, &changes).map_err(|(path, source)| Error::Io { action: "write", path, source })
    });
    let _ = remove(&stage);
    moved
}

/// Writes all into a new folder.
pub(super) fn fill(tree: &Tree, stage: &Path) -> Result<(), (PathBuf, io::Error)> {
    create_folders(stage).map_err(|error| (stage.to_owned(), error))?;
    for (path, entry) in tree.entries() {
        let place = stage.join(path);
        let done = match entry {
            Entry::Folder => create_folders(&place),
            Entry::File { bytes, mode } => write_file(&place, bytes, *mode),
            Entry::Link(target) => link(target, &place),
        };
        done.map_err(|error| (place, error))?;
    }
    Ok(())
}

/// Moves the files of the stage into a folder that is there; on a failure, what was there comes back.
fn put_in(stage: &Path, folder: &Path, changes: &[(String, Change)]) -> Result<(), (PathBuf, io::Error)> {
    let aside = stage.with_extension("before");
    let _ = remove(&aside);
    let mut done: Vec<(&str, bool)> = Vec::new();
    let mut made: Vec<PathBuf> = Vec::new();
    let mut result = Ok(());
    for (path, change) in changes.iter().filter(|(_, change)| *change != Change::Unchanged) {
        let place = folder.join(path);
        let mut step = || -> io::Result<bool> {
            make_way(folder, path, &mut made)?;
            let was_there = *change == Change::Differs;
            if was_there {
                if fs::symlink_metadata(&place)?.is_dir() {
                    return Err(io::Error::other("a folder is in its place"));
                }
                let kept = aside.join(path);
                create_folders(kept.parent().unwrap_or(&aside))?;
                rename(&place, &kept)?;
            }
            let moved = rename(&stage.join(path), &place);
            if moved.is_err() && was_there {
                let _ = rename(&aside.join(path), &place);
            }
            moved.map(|()| was_there)
        };
        match step() {
            Ok(was_there) => done.push((path, was_there)),
            Err(error) => {
                result = Err((place, error));
                break;
            }
        }
    }
    if result.is_err() {
        for (path, was_there) in done.into_iter().rev() {
            let place = folder.join(path);
            let _ = fs::remove_file(&place);
            if was_there {
                let _ = rename(&aside.join(path), &place);
            }
        }
        for folder in made.into_iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
    let _ = remove(&aside);
    result
}

/// Makes the folders above a file, none of which may be a link: it could lead anywhere.
fn make_way(folder: &Path, path: &str, made: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut place = folder.to_owned();
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in parts {
        place.push(part);
        match fs::symlink_metadata(&place) {
            Ok(there) if there.is_symlink() => {
                return Err(io::Error::other(format!(
                    "`{}` is a link, and nothing is written through links",
                    place.display()
                )));
            }
            Ok(there) if there.is_dir() => {}
            Ok(_) => return Err(io::Error::other(format!("`{}` is a file, not a folder", place.display()))),
            Err(_) => {
                fs::create_dir(&place)?;
                made.push(place.clone());
            }
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the command writes the result")]
fn create_folders(place: &Path) -> io::Result<()> {
    fs::create_dir_all(place)
}

#[expect(clippy::disallowed_methods, reason = "the command writes the result")]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

#[expect(clippy::disallowed_methods, reason = "the command takes away what it made itself")]
pub(super) fn remove(place: &Path) -> io::Result<()> {
    fs::remove_dir_all(place)
}

#[expect(clippy::disallowed_methods, reason = "the command writes the result")]
fn write_file(place: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    fs::write(place, bytes)?;
    set_mode(place, mode)
}

#[cfg(unix)]
fn set_mode(place: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // Whoever makes it can read and write it, and no bit gives more than the files of a folder need.
    fs::set_permissions(place, fs::Permissions::from_mode((mode & 0o777) | 0o600))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn link(target: &str, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
fn link(_: &str, _: &Path) -> io::Result<()> {
    Err(io::Error::other("links cannot be made on this system"))
}
