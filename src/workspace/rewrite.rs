//! Writing a file back: the one way in which an input is changed, and only when the command line asks for it.

#![expect(clippy::disallowed_methods, reason = "the command line asks for these files to be written")]

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Workspace;
use crate::error::Error;
use crate::text::FileId;

impl Workspace {
    /// Replaces the text of a file that was `before` when it was read; nobody ever sees half of it.
    ///
    /// # Errors
    /// When the file is reached by a symbolic link, is not what it was, or cannot be written. Then it is as before.
    pub fn rewrite(&self, file: FileId, before: &str, text: &str) -> Result<(), Error> {
        let is_packed = self.is_packed(file);
        let file = self.files.get(file);
        if is_packed {
            let source = io::Error::other("it is in a pack; correct it in its repository");
            return Err(Error::Io { action: "write", path: PathBuf::from(&*file.path), source });
        }
        replace(&file.place, before, text).map_err(|source| Error::Io {
            action: "write",
            path: PathBuf::from(&*file.path),
            source,
        })
    }
}

fn replace(place: &Path, before: &str, text: &str) -> io::Result<()> {
    // The scanned roots are real paths, so that one which is not has a link in it.
    if fs::canonicalize(place)? != place {
        return Err(io::Error::other("it is reached by a symbolic link"));
    }
    let metadata = fs::symlink_metadata(place)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if fs::read(place)? != before.as_bytes() {
        return Err(io::Error::other("it has changed since it was read"));
    }
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(format!(".playbill-{}", std::process::id()));
    let aside = place.with_file_name(name);
    let written = fs::OpenOptions::new().write(true).create_new(true).open(&aside).and_then(|mut new| {
        new.write_all(text.as_bytes())?;
        new.set_permissions(metadata.permissions())?;
        new.sync_all()?;
        fs::rename(&aside, place)
    });
    written.inspect_err(|_| {
        let _ = fs::remove_file(&aside);
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn files_are_replaced_whole_and_never_through_links() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(folder.path()).expect("a path");
        let real = root.join("real.md");
        fs::write(&real, "old").expect("a file");
        std::os::unix::fs::symlink(&real, root.join("link.md")).expect("a link");
        fs::create_dir(root.join("a")).expect("a folder");
        std::os::unix::fs::symlink(root.join("a"), root.join("b")).expect("a link");
        fs::write(root.join("a/x.md"), "old").expect("a file");
        let left = |reason: &str, place: &str| {
            let error = replace(&root.join(place), "old", "new").expect_err(place);
            assert!(error.to_string().contains(reason), "{error}");
        };
        left("symbolic link", "link.md");
        left("symbolic link", "b/x.md");
        assert!(replace(&real, "other", "new").expect_err("changed").to_string().contains("has changed"));
        assert_eq!(fs::read_to_string(&real).expect("text"), "old");
        replace(&real, "old", "new").expect("written");
        assert_eq!(fs::read_to_string(&real).expect("text"), "new");
        let mut names: Vec<_> =
            fs::read_dir(&root).expect("names").map(|item| item.expect("a name").file_name()).collect();
        names.sort();
        assert_eq!(names, ["a", "b", "link.md", "real.md"]);
    }
}
